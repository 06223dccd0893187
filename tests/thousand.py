"""Multiply each number of the tables by 1,000, and count what the rules notice.

`python -m tests.thousand` prints the whole count by table and column, in minutes, most of them for
the flows of gravity_pairs; `tests/test_plausible.py` asks a sample of what no limit notices. No sum
of bytes is asked: only the rules of the schema and those of `openbook.tables`.
Zeros are left out, as they stay what they are.
"""

from __future__ import annotations

import random
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from openbook import tables
from openbook.tables import rules
from openbook.tables.limits import Bound, Jump, Ratio, Within
from openbook.tables.options import Context, Rule

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


def key(name: str) -> str:
    """The column by which the rows of a table are named."""
    columns = resources()[name]["schema"]["primaryKey"]
    return columns if isinstance(columns, str) else columns[0]


CONTEXT = Context(rows, key)


@cache
def stated(name: str) -> list[Rule]:
    """The rules of a table."""
    return rules.read_rules(resources()[name])[0]


def by_limits(resource: dict, column: str) -> pd.Series:
    """Which rows the schema's limits, bounds and ratios notice, all rows at once."""
    frame = rows(resource["name"]).copy()
    frame[column] = frame[column].astype("float64") * TIMES
    (field,) = (f for f in resource["schema"]["fields"] if f["name"] == column)
    limits = field.get("constraints", {})
    noticed = (frame[column] > limits.get("maximum", np.inf)) | (
        frame[column] < limits.get("minimum", -np.inf)
    )
    for rule in stated(resource["name"]):
        if isinstance(rule, (Bound, Ratio)) and column in rule.columns_named():
            found = rule.violations(frame, CONTEXT)
            noticed |= frame.index.isin([(each.row or 0) - 1 for each in found])
    return noticed


@cache
def groups(name: str) -> list[np.ndarray]:
    """For each rule that sets rows beside one another, the number of each row's group."""
    columns = [list(rule.by) for rule in stated(name) if isinstance(rule, Jump)]
    columns += [list(rule.on) for rule in stated(name) if isinstance(rule, Within) and rule.sum]
    return [rows(name).groupby(by, dropna=False).ngroup().to_numpy() for by in columns]


def beside(name: str, frame: pd.DataFrame, at: int) -> pd.DataFrame:
    """The rows that a jump or a whole sets beside this one: only these can be at fault with it."""
    near = frame.index == at
    for group in groups(name):
        near |= group == group[at]
    return frame[near]


def noticed(resource: dict, frame: pd.DataFrame, at: int) -> bool:
    """Whether a rule that takes rows together notices the cell that was changed in this row."""
    asked = stated(resource["name"])
    limits = [rule for rule in asked if isinstance(rule, (Bound, Ratio, Jump, Within))]
    if any(rules.violations(limits, beside(resource["name"], frame, at), CONTEXT)):
        return True
    if len(frame) > LONG:  # no rule of order, parts or parties is about a number there
        return False
    return any(rules.violations([rule for rule in asked if rule not in limits], frame, CONTEXT))


def count(name: str, column: str, sample: int | None = SAMPLE) -> Count:
    """The count of one column; of a long table's cells, those of a sample are asked one by one."""
    resource, frame = resources()[name], rows(name).copy()
    values = frame[column].astype("float64")
    cells = values.notna() & (values != 0)
    left = list(frame.index[cells & ~by_limits(resource, column)])
    drawn = left
    if sample and len(left) > sample:
        drawn = random.Random(f"{SEED} {name} {column}").sample(left, sample)
    about = [rule.value for rule in stated(name) if isinstance(rule, (Jump, Within))]
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
