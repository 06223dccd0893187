"""What a quantity can be: functions from a table's rows and its rules to the faults found.

The rules stand in `data/datapackage.json` under `caspian`, beside those of `openbook.tables.rules`:
`bounds` (limits of a quantity, each with its reason), `ratios` (of two columns of a row), `jumps`
(neighbouring periods of a series), `within` (parts against a whole that another table states). No
limit is what was observed and a little more: it is what a pipe, a port, a country or the globe
allows, or the world's own figure; what moves within that is the business of jumps and wholes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from openbook.tables.rules import OUTCOME, Fault, period_bounds, where

if TYPE_CHECKING:
    import pandas as pd

SLIP = 100  # a jump this large is a slip of the unit, unless the note says in so many words why not
SAID = "Jump:"  # the words
HAPPENED = ("actual", "preliminary")


def plausibility_faults(
    resource: Mapping[str, Any],
    frame: pd.DataFrame,
    table_of: Callable[[str], pd.DataFrame],
    read_on: Mapping[str, str],
) -> Iterator[Fault]:
    """What can't be so, by the table's rules. `table_of("trade_totals")` are that table's rows.

    `read_on` says of each source when it was read, as YYYY-MM-DD, or "".
    """
    own = resource.get("openbook", {})
    for rule in own.get("bounds", []):
        yield from bound_faults(rule, frame)
    for rule in own.get("ratios", []):
        yield from ratio_faults(rule, frame)
    for rule in own.get("jumps", []):
        yield from _jump_faults(rule, frame)
    for rule in own.get("within", []):
        yield from _within_faults(rule, frame, table_of(rule["whole"]))
    yield from _future_faults(frame, read_on)


def chosen(frame: pd.DataFrame, cells: Mapping[str, Any]) -> pd.DataFrame:
    """The rows that hold the cells named: one value a column, or one of a list."""
    for column, wanted in cells.items():
        held = frame[column].astype("object").fillna("")
        frame = frame[held.isin(wanted if isinstance(wanted, list) else [wanted])]
    return frame


def settled(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of what happened, one an observation."""
    if "preferred" in frame:
        frame = frame[frame["preferred"].astype("boolean").fillna(False).astype(bool)]
    return frame[frame["status"].isin(OUTCOME)] if "status" in frame else frame


def bound_faults(rule: Mapping[str, Any], frame: pd.DataFrame) -> Iterator[Fault]:
    """A quantity is no less and no more than it can be."""
    rows = chosen(frame, rule.get("where", {}))
    values = rows[rule["column"]].astype("float64").dropna()
    if period := rule.get("a_year_of"):
        values = values / rows.loc[values.index, period].map(_years)
    low, high = rule.get("minimum", -float("inf")), rule.get("maximum", float("inf"))
    for at in values.index[(values < low) | (values > high)]:
        limit, side = (low, "below") if values[at] < low else (high, "above")
        yield Fault(
            f"{values[at]:.12g}{' a year' * bool(rule.get('a_year_of'))} is {side} {limit:,}",
            f"{rule['column']} is at {'least' if side == 'below' else 'most'} {limit:,}: "
            f"{rule['why']}",
            "Correct the value or its unit, or the limit if it is wrong.",
            int(at) + 1,
            column=rule["column"],
        )


def _years(period: str) -> float:
    first, last = period_bounds(period)
    return ((last - first).days + 1) / 365.25 if len(period) != len("2024") else 1


def ratio_faults(rule: Mapping[str, Any], frame: pd.DataFrame) -> Iterator[Fault]:
    """Two quantities of a row go together: a length and the days that it takes."""
    rows = chosen(frame, rule.get("where", {}))
    over, under = (rows[rule[side]].astype("float64") for side in ("over", "under"))
    ratio = (over / under.where(under > 0)).dropna()
    low, high = rule.get("minimum", -float("inf")), rule.get("maximum", float("inf"))
    for at in ratio.index[(ratio < low) | (ratio > high)]:
        yield Fault(
            f"{where([rule['over'], rule['under']], rows.loc[at])}: {ratio[at]:.4g} to one",
            f"{rule['over']} over {rule['under']} lies between {low:g} and {high:g}: {rule['why']}",
            "Correct one of them or its unit.",
            int(at) + 1,
            column=rule["over"],
        )


def _jump_faults(rule: Mapping[str, Any], frame: pd.DataFrame) -> Iterator[Fault]:
    """Neighbours in a series that differ by more than the factor a year need a note.

    By more than `SLIP`, however far apart, they need one that begins a sentence with `SAID`. Values
    at or below the floor say nothing of a ratio. A rate is divided by the length of its period.
    """
    rows = frame[frame[rule["value"]].astype("float64").abs() > rule.get("floor", 0)]
    rows = chosen(rows.dropna(subset=[rule["period"]]), rule.get("where", {}))
    if rows.empty:
        return
    bounds = [period_bounds(period) for period in rows[rule["period"]]]
    days = [(last - first).days + 1 for first, last in bounds]
    size = rows[rule["value"]].astype("float64").abs() / (days if rule.get("rate") else 1)
    keys = [rows[column].astype("object").fillna("") for column in rule["by"]]
    if "status" in rows and "status" not in rule["by"]:
        keys.append(rows["status"].isin(OUTCOME))
    notes = rows[rule["note"]].fillna("") if "note" in rule else None
    middle = {
        at: first.toordinal() + (last - first).days / 2
        for at, (first, last) in zip(rows.index, bounds, strict=True)
    }
    grouper = keys if len(keys) > 1 else keys[0]
    for _, at in rows.groupby(grouper, sort=False).groups.items():
        line = sorted(at, key=lambda i: (middle[i], i))
        for before, here in pairwise(line):
            ratio = max(size[here] / size[before], size[before] / size[here])
            apart = max(1.0, (middle[here] - middle[before]) / 365.25)
            if ratio <= min(rule["factor"] ** min(apart, 20), max(SLIP, rule["factor"])):
                continue
            told = notes is not None and (notes[here] or notes[before])
            said = notes is not None and (SAID in notes[here] or SAID in notes[before])
            if said or (told and ratio <= SLIP):
                continue
            place = where(rule["by"], rows.loc[here])
            yield Fault(
                f"{rule['value']} is {rows.loc[here, rule['value']]:g} in "
                f"{rows.loc[here, rule['period']]} and {rows.loc[before, rule['value']]:g} in "
                f"{rows.loc[before, rule['period']]} (row {before + 1}), at {place}",
                f"neighbours of a series that differ by more than {rule['factor']} to one a year "
                f'need a note; by more than {SLIP}, one with "{SAID}" and the reason',
                "Correct one of the two or its unit, or say why it is so.",
                int(here) + 1,
                column=rule["value"],
            )


def _within_faults(
    rule: Mapping[str, Any], frame: pd.DataFrame, other: pd.DataFrame
) -> Iterator[Fault]:
    """A part, or the sum of the parts, is at most the whole that another table states."""
    rows = chosen(settled(frame), rule.get("where", {})).dropna(subset=[rule["value"]])
    wholes = chosen(settled(other), rule.get("whole_where", {}))
    mine, theirs = list(rule["on"]), list(rule["on"].values())
    held = wholes.dropna(subset=["value"]).groupby(theirs)["value"].max()
    if rows.empty or held.empty:
        return
    held.index = [key if isinstance(key, tuple) else (key,) for key in held.index.to_list()]
    limits = dict(zip(held.index.to_list(), held.tolist(), strict=True))
    slack = 1 + rule["tolerance"]
    by = mine if rule.get("sum") else [*mine, rows.index.to_series()]
    for key, group in rows.groupby(by, sort=False, dropna=True):
        whole = limits.get(tuple(key if isinstance(key, tuple) else (key,))[: len(mine)])
        total = group[rule["value"]].sum() * rule.get("times", 1)
        if whole is None:
            continue
        least = whole / slack if rule.get("exact") else -float("inf")
        if least <= total <= whole * slack + 1e-9:
            continue
        at = int(group.index[-1])
        several = f"the sum of {len(group)} rows, " * (len(group) > 1)
        yield Fault(
            f"{several}{total:.12g}, is {'more' if total > whole else 'less'} than the "
            f"{whole:.12g} of {rule['whole']}, at {where(mine, group.iloc[0])}",
            f"it is {'all' if rule.get('exact') else 'part'} of that, with a tolerance of "
            f"{rule['tolerance']:.0%}: {rule['why']}",
            "Correct the part or the whole, or say which of them is preferred.",
            at + 1,
            column=rule["value"],
        )


def _future_faults(frame: pd.DataFrame, read_on: Mapping[str, str]) -> Iterator[Fault]:
    """Nothing is known to have happened in a period that ends after its sources were last read."""
    if not {"period", "status", "source"} <= set(frame.columns):
        return
    rows = frame[frame["status"].isin(HAPPENED) & frame["period"].notna()]
    for at, period, status, cell in rows[["period", "status", "source"]].itertuples(name=None):
        day = _last_read(cell.split(";"), read_on)
        if day and period_bounds(period)[1] > day:
            yield Fault(
                f"{period} is {status}, and its source was read on {day}",
                "a period that ends after its sources were last read (urldate) is an estimate, a "
                "target or a forecast",
                "Correct the period (such as the months that were counted) or the status.",
                int(at) + 1,
                column="status",
            )


def _last_read(keys: Collection[str], read_on: Mapping[str, str]) -> dt.date | None:
    days = [read_on[key] for key in keys if read_on.get(key)]
    return max(period_bounds(day)[1] for day in days) if days else None
