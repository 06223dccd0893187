"""Multiply each number of the tables by 1,000, and count what the rules notice.

`python -m tests.thousand` prints the whole count by table and column, in minutes, most of them for
the flows of gravity_pairs; `tests/test_plausible.py` asks a sample of what no limit notices. No sum
of bytes is asked: only the rules of the schema, of `openbook.tables.rules` and of `openbook.tables.plausible`.
Zeros are left out, as they stay what they are.
"""

from __future__ import annotations

import random
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from openbook import tables
from openbook.tables import plausible, rules

TIMES = 1000
LONG = 5000  # rows, from which on rules of order, parts and parties have nothing to say
SAMPLE, SEED = 50, 11  # cells of a column that are asked one by one


class Count(NamedTuple):
    """Of the numbers of one column: how many there are, and which rows go unnoticed."""

    cells: int
    asked: int  # of those that no bound notices, how many were asked one by one
    left: int  # how many no bound notices
    unnoticed: list[int]

    @property
    def missed(self) -> float:
        """How many of all cells go unnoticed, judged by the sample."""
        return len(self.unnoticed) * self.left / self.asked if self.asked else 0.0


@cache
def resources() -> dict[str, dict]:
    """The tables' descriptions by name."""
    return {resource["name"]: resource for resource in tables.package()["resources"]}


@cache
def rows(name: str) -> pd.DataFrame:
    """A table's rows, as the rules see them."""
    return tables.load(name)


@cache
def read_on() -> dict[str, str]:
    """When each source was read."""
    return {key: source.accessed for key, source in tables.references().items()}


def parent(path: str) -> pd.Series:
    """A column of a table by its key, as `openbook.tables.rules` asks for it."""
    name, column = path.split(".")
    key = resources()[name]["schema"]["primaryKey"]
    return rows(name).set_index(key if isinstance(key, str) else key[0])[column]


def by_limits(resource: dict, column: str) -> pd.Series:
    """Which rows the schema's limits, bounds and ratios notice, all rows at once."""
    frame = rows(resource["name"]).copy()
    frame[column] = frame[column].astype("float64") * TIMES
    (field,) = (f for f in resource["schema"]["fields"] if f["name"] == column)
    limits, own = field.get("constraints", {}), resource.get("openbook", {})
    noticed = (frame[column] > limits.get("maximum", np.inf)) | (
        frame[column] < limits.get("minimum", -np.inf)
    )
    kinds = {"bounds": plausible.bound_faults, "ratios": plausible.ratio_faults}
    for kind, faults in kinds.items():
        for rule in own.get(kind, []):
            if column in (rule.get("column"), rule.get("over"), rule.get("under")):
                noticed |= frame.index.isin([(fault.row or 0) - 1 for fault in faults(rule, frame)])
    return noticed


@cache
def groups(name: str) -> list[np.ndarray]:
    """For each rule that sets rows beside one another, the number of each row's group."""
    own, frame = resources()[name].get("openbook", {}), rows(name)
    columns = [rule["by"] for rule in own.get("jumps", [])]
    columns += [list(rule["on"]) for rule in own.get("within", []) if rule.get("sum")]
    return [frame.groupby(by, dropna=False).ngroup().to_numpy() for by in columns]


def beside(name: str, frame: pd.DataFrame, at: int) -> pd.DataFrame:
    """The rows that a jump or a whole sets beside this one: only these can be at fault with it."""
    near = frame.index == at
    for group in groups(name):
        near |= group == group[at]
    return frame[near]


def noticed(resource: dict, frame: pd.DataFrame, at: int) -> bool:
    """Whether a rule that takes rows together notices the cell that was changed in this row."""
    near = beside(resource["name"], frame, at)
    if any(plausible.plausibility_faults(resource, near, rows, read_on())):
        return True
    if len(frame) > LONG:  # no rule of order, parts or parties is about a number there
        return False
    return any(rules.row_faults(resource, frame, parent))


def count(name: str, column: str, sample: int | None = SAMPLE) -> Count:
    """The count of one column; of a long table's cells, those of a sample are asked one by one."""
    resource, frame = resources()[name], rows(name).copy()
    own = resource.get("openbook", {})
    values = frame[column].astype("float64")
    cells = values.notna() & (values != 0)
    left = list(frame.index[cells & ~by_limits(resource, column)])
    drawn = left
    if sample and len(left) > sample:
        drawn = random.Random(f"{SEED} {name} {column}").sample(left, sample)
    about = [rule["value"] for kind in ("jumps", "within") for rule in own.get(kind, [])]
    if len(frame) > LONG and column not in about:  # no rule sets these beside anything
        return Count(int(cells.sum()), len(left), len(left), left)
    missed = []
    for at in drawn:
        was = frame.loc[at, column]
        frame.loc[at, column] = was * TIMES
        if not noticed(resource, frame, at):
            missed.append(at)
        frame.loc[at, column] = was
    return Count(int(cells.sum()), len(drawn), len(left), missed)


def counts(sample: int | None = SAMPLE) -> dict[tuple[str, str], Count]:
    """The count of each numeric column of each table."""
    return {
        (name, field["name"]): count(name, field["name"], sample)
        for name, resource in resources().items()
        for field in resource["schema"]["fields"]
        if field["type"] in ("number", "integer")
    }


def main() -> None:
    """Print what goes unnoticed, and the sum."""
    found = counts(sample=None)
    for (name, column), one in found.items():
        if one.unnoticed:
            print(f"{name}.{column}: {one.missed:.0f} of {one.cells} go unnoticed")
    for label, some in (
        ("all tables", found),
        ("without gravity_pairs", {k: v for k, v in found.items() if k[0] != "gravity_pairs"}),
    ):
        cells, missed = sum(c.cells for c in some.values()), sum(c.missed for c in some.values())
        print(f"{label}: {cells - missed:.0f} of {cells} noticed, {1 - missed / cells:.2%}")


if __name__ == "__main__":
    main()
