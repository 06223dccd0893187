"""Rules for what a quantity can be: one small class for each kind.

No limit is what was observed and a little more: it is what a pipe, a port, a country or the globe
allows, or the world's own figure; what moves within that is the business of jumps and wholes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

from openbook.tables.options import Cells, Column, Context, Rule, Table
from openbook.tables.periods import length_in_days, period_bounds
from openbook.tables.selection import COUNTED, OUTCOME, chosen, settled
from openbook.tables.violations import Violation, at_row, cells_of

if TYPE_CHECKING:
    import pandas as pd

SLIP = 100  # neighbours that differ by more are a jump, however far apart they are
TENFOLD = 8  # a jump beyond may be a figure with a digit too many: its note says why it is none
SAID = "Jump:"  # the word before the reason
DAYS = 365.25  # of a year
AHEAD = 25  # years after the newest source: the furthest that plans without a status lie
SLACK = dt.timedelta(days=1)  # a page may have the date of another timezone


def _years(period: str) -> float:
    return length_in_days(period) / DAYS if len(period) != len("2024") else 1


@dataclass(frozen=True)
class Bound(Rule):
    """A quantity is no less and no more than it can be."""

    kind: ClassVar[str] = "bounds"
    column: Column
    why: str
    where: Cells = field(default_factory=dict)  # the rows that it is about; else all
    minimum: float = -inf
    maximum: float = inf
    a_year_of: Column | None = None  # the period by whose years a value is divided

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Values outside the limits."""
        rows = chosen(frame, self.where)
        values = rows[self.column].astype("float64").dropna()
        if self.a_year_of:
            values = values / rows.loc[values.index, self.a_year_of].map(_years)
        for at in values.index[(values < self.minimum) | (values > self.maximum)]:
            low = values[at] < self.minimum
            limit = f"{self.minimum if low else self.maximum:,}"
            yield at_row(
                at,
                self.column,
                f"{values[at]:.12g}{' a year' * bool(self.a_year_of)} is "
                f"{'below' if low else 'above'} {limit}",
                f"{self.column} is at {'least' if low else 'most'} {limit}: {self.why}",
                "Correct the value or its unit, or the limit if it is wrong.",
            )


@dataclass(frozen=True)
class Ratio(Rule):
    """Two quantities of a row go together: a length and the days that it takes."""

    kind: ClassVar[str] = "ratios"
    over: Column
    under: Column
    minimum: float
    maximum: float
    why: str
    where: Cells = field(default_factory=dict)

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows whose ratio lies outside the limits; none where the second one is not positive."""
        rows = chosen(frame, self.where)
        over, under = (rows[column].astype("float64") for column in (self.over, self.under))
        ratio = (over / under.where(under > 0)).dropna()
        for at in ratio.index[(ratio < self.minimum) | (ratio > self.maximum)]:
            yield at_row(
                at,
                self.over,
                f"{cells_of([self.over, self.under], rows.loc[at])}: {ratio[at]:.4g} to one",
                f"{self.over} over {self.under} lies between {self.minimum:g} and "
                f"{self.maximum:g}: {self.why}",
                "Correct one of them or its unit.",
            )


@dataclass(frozen=True)
class Jump(Rule):
    """Neighbours in a series that differ by more than the factor a year need a note.

    If they differ by more than `TENFOLD`, a note on something else is not enough: one of the two
    has a sentence that begins with `SAID`. Beyond `SLIP` they need it however far apart they are.
    Values at or below the floor say nothing of a ratio. A rate is divided by its period's length.
    """

    kind: ClassVar[str] = "jumps"
    value: Column
    by: tuple[Column, ...]  # what the rows of a series have in common
    period: Column
    factor: float
    where: Cells = field(default_factory=dict)
    note: Column | None = None
    rate: bool = False
    floor: float = 0

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """The later row of each two neighbours that differ too much."""
        rows = frame[frame[self.value].astype("float64").abs() > self.floor]
        rows = chosen(rows.dropna(subset=[self.period]), self.where)
        if rows.empty:
            return
        days = [length_in_days(period) for period in rows[self.period]]
        size = rows[self.value].astype("float64").abs() / (days if self.rate else 1)
        notes = rows[self.note].fillna("") if self.note else None
        middle = {
            at: period_bounds(period)[0].toordinal() + (length - 1) / 2
            for at, period, length in zip(rows.index, rows[self.period], days, strict=True)
        }
        for line in self._series(rows):
            for before, here in pairwise(sorted(line, key=lambda at: (middle[at], at))):
                ratio = max(size[here] / size[before], size[before] / size[here])
                years = max(1.0, (middle[here] - middle[before]) / DAYS)
                if ratio <= min(self.factor ** min(years, 20), max(SLIP, self.factor)):
                    continue
                if notes is not None and _explained(notes[here], notes[before], ratio):
                    continue
                yield self._violation(rows, before, here)

    def _series(self, rows: pd.DataFrame) -> list[pd.Index]:
        keys = [rows[column].astype("object").fillna("") for column in self.by]
        if "status" in rows and "status" not in self.by:
            keys.append(rows["status"].isin(OUTCOME))
        grouper = keys if len(keys) > 1 else keys[0]
        return list(rows.groupby(grouper, sort=False).groups.values())

    def _violation(self, rows: pd.DataFrame, before: Any, here: Any) -> Violation:
        told = [
            f"{rows.loc[at, self.value]:g} in {rows.loc[at, self.period]}" for at in (here, before)
        ]
        return at_row(
            here,
            self.value,
            f"{self.value} is {' and '.join(told)} (row {before + 1}), at "
            f"{cells_of(self.by, rows.loc[here])}",
            f"neighbours of a series that differ by more than {self.factor} to one a year "
            f'need a note; by more than {TENFOLD}, one with "{SAID}" and the reason',
            "Correct one of the two or its unit, or say why it is so.",
        )


def _explained(here: str, before: str, ratio: float) -> bool:
    """Whether the notes of two neighbours explain their ratio."""
    return SAID in here or SAID in before or (bool(here or before) and ratio <= TENFOLD)


@dataclass(frozen=True)
class Within(Rule):
    """A part, or the sum of the parts, is at most the whole that another table states."""

    kind: ClassVar[str] = "within"
    value: Column
    on: dict[Column, str]  # the columns by which a row finds its whole, and theirs
    whole: Table
    tolerance: float  # as a share of the whole
    why: str
    where: Cells = field(default_factory=dict)
    whole_where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sum: bool = False  # the rows with the same whole are added up
    exact: bool = False  # nor is it less
    times: float = 1  # from the unit of the part to that of the whole

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows, or the last row of each sum, that exceed the whole by more than the tolerance."""
        rows = chosen(settled(frame), self.where).dropna(subset=[self.value])
        limits = self._wholes(context.rows(self.whole))
        if rows.empty or not limits:
            return
        mine, slack = list(self.on), 1 + self.tolerance
        by = mine if self.sum else [*mine, rows.index.to_series()]
        for key, group in rows.groupby(by, sort=False, dropna=True):
            whole = limits.get(tuple(key if isinstance(key, tuple) else (key,))[: len(mine)])
            total = group[self.value].sum() * self.times
            if whole is None:
                continue
            least = whole / slack if self.exact else -inf
            if least <= total <= whole * slack + 1e-9:
                continue
            several = f"the sum of {len(group)} rows, " * (len(group) > 1)
            yield at_row(
                group.index[-1],
                self.value,
                f"{several}{total:.12g}, is {'more' if total > whole else 'less'} than the "
                f"{whole:.12g} of {self.whole}, at {cells_of(mine, group.iloc[0])}",
                f"it is {'all' if self.exact else 'part'} of that, with a tolerance of "
                f"{self.tolerance:.0%}: {self.why}",
                "Correct the part or the whole, or say which of them is preferred.",
            )

    def _wholes(self, other: pd.DataFrame) -> dict[tuple, float]:
        """The wholes by the cells of their columns, the largest if there are several."""
        rows = chosen(settled(other), self.whole_where).dropna(subset=["value"])
        largest = rows.groupby(list(self.on.values()))["value"].max()
        keys = [key if isinstance(key, tuple) else (key,) for key in largest.index.to_list()]
        return dict(zip(keys, largest.tolist(), strict=True))


@dataclass(frozen=True)
class NotYet(Rule):
    """Nothing is known to have happened before it began, or in a period that was not over.

    Asked of every table with periods, a status and sources, without being stated. A period that
    ends after its sources were last read, or begins more than `SLACK` after the newest of them was
    published, is not one of what happened; where a source has no date, the second is not asked.
    """

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows of what happened in a period that was not over, or had not begun."""
        columns = ["period", "status", "source"]
        if not set(columns) <= set(frame.columns):
            return
        rows = frame[frame["status"].isin(COUNTED) & frame["period"].notna()]
        for at, period, status, cell in rows[columns].itertuples(name=None):
            keys, (first, last) = cell.split(";"), period_bounds(period)
            read = _newest(context.read_on.get(key, "") for key in keys)
            published = _newest(context.published.get(key, "") for key in keys)
            undated = not all(context.published.get(key) for key in keys)
            if read and last > read:
                yield at_row(
                    at,
                    "status",
                    f"{period} is {status}, and its source was read on {read}",
                    "a period that ends after its sources were last read (urldate) is an "
                    "estimate, a target or a forecast",
                    "Correct the period (such as the months that were counted) or the status.",
                )
            elif published and not undated and first > published + SLACK:
                yield at_row(
                    at,
                    "status",
                    f"{period} is {status}, and its newest source is of {published}",
                    "what begins after its sources were published (date) was announced, "
                    "not counted",
                    "Correct the period or the status, or add the source that tells of it.",
                )


@dataclass(frozen=True)
class Horizon(Rule):
    """No date lies more than `AHEAD` years after all sources were read, unless it is foreseen.

    Asked of every column of periods, without being stated; a row is foreseen if its status is none
    of what happened. A slip of a century is seen so.
    """

    columns: tuple[Column, ...]  # that hold periods

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Dates beyond the horizon, at most one a row."""
        read = _newest(context.read_on.values())
        if read is None:
            return
        last, happened = read.year + AHEAD, frame
        if "status" in frame:
            happened = frame[frame["status"].isin(OUTCOME)]
        for column in self.columns:
            for at, period in happened[column].dropna().items():
                if period_bounds(period)[1].year > last:
                    yield at_row(
                        at,
                        column,
                        f"{period} is more than {AHEAD} years after the sources were read",
                        "a date so far ahead has a status that says that it is foreseen",
                        "Correct the year, or the status.",
                    )


def _newest(dates: Iterable[str]) -> dt.date | None:
    """The last day that any of these dates can mean; None if none is known."""
    return max((period_bounds(date)[1] for date in dates if date), default=None)
