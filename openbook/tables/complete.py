"""Rules for what is not there: rows that a table must have beside those that it has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

from openbook.tables.options import Cells, Column, Context, Rule
from openbook.tables.selection import chosen
from openbook.tables.violations import Violation, at_row, cells_of

if TYPE_CHECKING:
    import pandas as pd

_STEP = re.compile(r"(\d{4})(?:-(\d{2}))?")  # a year, or a month
_MOST_NAMED = 5


def _counted(period: str) -> tuple[bool, int] | None:
    """Whether a period is a month, and its place in the row of months or years; None for others."""
    found = _STEP.fullmatch(period)
    if not found:
        return None
    year, month = found.groups()
    return (True, int(year) * 12 + int(month) - 1) if month else (False, int(year))


def _said(is_month: bool, place: int) -> str:
    return f"{place // 12}-{place % 12 + 1:02}" if is_month else str(place)


def gaps(periods: Collection[str]) -> list[str]:
    """The years that are left out between the first and the last of some, and so for months.

    Other periods are passed over.
    """
    found: list[str] = []
    for is_month in (False, True):
        places = {at[1] for at in map(_counted, periods) if at and at[0] is is_month}
        between = range(min(places), max(places)) if places else range(0)
        found += [_said(is_month, place) for place in between if place not in places]
    return found


def _named(absent: Collection[str]) -> str:
    named = ", ".join([*absent][:_MOST_NAMED])
    more = len(absent) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


@dataclass(frozen=True)
class Complete(Rule):
    """The rows that make up a set are all there: as many as were expected, without a gap.

    A set has the same cells in `by`, and is counted by the different cells in `of`.
    """

    kind: ClassVar[str] = "complete"
    of: Column
    why: str
    by: tuple[Column, ...] = ()  # else all rows are one set
    sets: int | None = None  # how many there are
    each: int | None = None  # how many cells a set has
    first: str | None = None  # the least cell of every set
    last: str | None = None
    unbroken: bool = False  # no year or month between two is absent
    where: Cells = field(default_factory=dict)

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Sets that lack something, at their last row; the number of sets at the table's last."""
        rows = chosen(frame, self.where).dropna(subset=[self.of])
        keys = [rows[column].astype("object").fillna("") for column in self.by]
        groups = [group for _, group in rows.groupby(keys)] if keys else [rows]
        if self.sets not in (None, len(groups)) and len(frame):
            yield self._violation(
                frame,
                f"there are {len(groups)} sets of {', '.join(self.by)}",
                f"{self.sets} are expected",
            )
        for group in groups:
            for problem, rule in self._lacks(sorted(set(group[self.of].astype(str)))):
                yield self._violation(group, problem, rule)

    def _lacks(self, cells: list[str]) -> Iterator[tuple[str, str]]:
        if self.each not in (None, len(cells)):
            yield f"there are {len(cells)} of {self.of}", f"{self.each} are expected"
        for name, stated, at in (("first", self.first, 0), ("last", self.last, -1)):
            if cells and stated not in (None, cells[at]):
                yield f"the {name} {self.of} is {cells[at]}", f"it is {stated}"
        if self.unbroken and (absent := gaps(cells)):
            rule = f"each {self.of} between the first and the last has a row"
            yield f"there is no row for {_named(absent)}", rule

    def _violation(self, group: pd.DataFrame, problem: str, rule: str) -> Violation:
        where = f", at {cells_of(self.by, group.iloc[-1])}" if self.by else ""
        return at_row(
            group.index[-1],
            self.of,
            problem + where,
            f"{rule}: {self.why}",
            "Add what is missing, or correct what is expected.",
        )


@dataclass(frozen=True)
class Pairs(Rule):
    """Of those that occur in a set of rows, each two have a row: a table of all with all.

    Those in `but` may be absent; they are written as `A, B, set`.
    """

    kind: ClassVar[str] = "pairs"
    members: tuple[Column, Column]
    by: Column
    why: str
    but: tuple[str, ...] = ()

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Sets in which two that occur have no row together, at their last row."""
        one, other = self.members
        for name, group in frame.dropna(subset=[one, other, self.by]).groupby(self.by):
            there = {frozenset(pair) for pair in zip(group[one], group[other], strict=True)}
            every = combinations(sorted(frozenset().union(*there)), 2)
            lacking = [", ".join(pair) for pair in every if frozenset(pair) not in there]
            absent = [pair for pair in lacking if f"{pair}, {name}" not in self.but]
            if absent:
                yield self._violation(group, str(name), absent)

    def _violation(self, group: Any, name: str, absent: list[str]) -> Violation:
        return at_row(
            group.index[-1],
            self.by,
            f"in {name} there is no row of {_named(absent)}",
            f"each two that occur in one {self.by} have a row: {self.why}",
            "Add the row, or name it under `but`.",
        )
