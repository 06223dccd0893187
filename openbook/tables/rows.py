"""Rules that each row of a table keeps by itself: one small class for each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from openbook.tables.options import Column, Context, Rule
from openbook.tables.periods import months_between, period_bounds
from openbook.tables.selection import COUNTED
from openbook.tables.violations import Violation, Words, at_row, cells_of, nearest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Ordered(Rule):
    """The columns of a row, numbers or first days of periods, do not decrease."""

    kind: ClassVar[str] = "ordered"
    columns: tuple[Column, ...]

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows in which a later column holds less than an earlier one; empty cells are left out."""
        for at, row in frame[list(self.columns)].iterrows():
            given = row.dropna()
            values = [period_bounds(v)[0] if isinstance(v, str) else v for v in given]
            for before, after, name in zip(values, values[1:], given.index[1:], strict=False):
                if before > after:
                    problem = f"{cells_of(given.index, given)} are not in order"
                    rule = " <= ".join(self.columns)
                    yield at_row(at, name, problem, rule, "Correct one of them.")
                    break

    def misfits(self, schema: Mapping[str, Any]) -> Iterator[Words]:
        """Columns of text, which have no order."""
        for field in schema["fields"]:
            text = field.get("type") == "string" and not field.get("openbook:period")
            if text and field["name"] in self.columns:
                yield (
                    f'the column "{field["name"]}" is text, so it has no order',
                    "ordered columns hold numbers or periods",
                    "Correct the rule.",
                )


@dataclass(frozen=True)
class Months(Rule):
    """A period's length in whole months is what the column of months says."""

    kind: ClassVar[str] = "months"
    period: Column
    months: Column

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows with another number of months than their period has, or not of whole months."""
        columns = [self.period, self.months]
        for at, row in frame.dropna(subset=columns).iterrows():
            first, last = period_bounds(row[self.period])
            counted = months_between(first, last + dt.timedelta(days=1))
            whole = first.day == 1 and (last + dt.timedelta(days=1)).day == 1
            if whole and counted == int(row[self.months]):
                continue
            length = f"{counted} month{'s' * (counted != 1)}" if whole else "not whole months"
            yield at_row(
                at,
                self.months,
                f"{cells_of(columns, row)}, but {row[self.period]} is {length}",
                f"{self.months} is the length of {self.period}: 12 for a year and no other",
                "Correct one of them, so that a part of a year never stands for the year.",
            )


@dataclass(frozen=True)
class Together(Rule):
    """Cells of one thing, such as a sum and its unit, are filled together or not at all."""

    kind: ClassVar[str] = "together"
    columns: tuple[Column, ...]

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows in which some of the columns are empty, and some are not."""
        empty = frame[list(self.columns)].isna()
        for at in frame.index[empty.any(axis=1) & ~empty.all(axis=1)]:
            filled = [column for column in self.columns if not empty.loc[at, column]]
            absent = [column for column in self.columns if empty.loc[at, column]]
            yield at_row(
                at,
                absent[0],
                f"{cells_of(filled, frame.loc[at])} stands without {', '.join(absent)}",
                f"{', '.join(self.columns)} are given together or not at all",
                f"Add {', '.join(absent)}, or empty the others.",
            )


@dataclass(frozen=True)
class Parties(Rule):
    """Each member is one of the two of its pair, written AAA-BBB; two may have to differ."""

    kind: ClassVar[str] = "parties"
    pair: Column
    members: tuple[Column, ...]
    different: tuple[Column, Column] | None = None

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows with a member that is not of the pair, or with the same one twice."""
        for at, row in frame[[self.pair, *self.members]].fillna("").iterrows():
            pair = row[self.pair].split("-")
            for column in self.members:
                if row[column] and row[column] not in pair:
                    yield at_row(
                        at,
                        column,
                        f'{column} "{row[column]}" is neither party of {row[self.pair]}',
                        f"{column} is one of the two of {self.pair}, or empty",
                        f"{nearest(row[column], pair)}Correct it.",
                    )
            if not self.different:
                continue
            one, other = (row[column] for column in self.different)
            if one and one == other:
                yield at_row(
                    at,
                    self.different[1],
                    f"{cells_of(self.different, row)} are the same",
                    f"{' and '.join(self.different)} are the two of {self.pair}",
                    "Correct one of them.",
                )


@dataclass(frozen=True)
class Zeros(Rule):
    """A value of zero is marked as a true one, and nothing else is: missing is not zero."""

    kind: ClassVar[str] = "zeros"
    value: Column
    mark: Column

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows with a zero that is not marked, or with a mark on anything else."""
        value, mark = frame[self.value], frame[self.mark].astype("boolean").fillna(False)
        for at in frame.index[(value == 0) != mark.astype(bool)]:
            marked = bool(mark[at])
            fix = (
                f"Set {self.mark} to false."
                if marked
                else "Delete the row if nothing is known, "
                f"or set {self.mark} to true if the source says that it is nothing."
            )
            yield at_row(
                at,
                self.value,
                f"{self.value} is {value[at]:g} and {self.mark} is {str(marked).lower()}",
                f"a {self.value} of 0 is marked {self.mark}, any other is not; "
                "what is missing is not zero",
                fix,
            )


@dataclass(frozen=True)
class Distinct(Rule):
    """No two of the columns hold the same in one row, such as the two ends of a flow."""

    kind: ClassVar[str] = "distinct"
    columns: tuple[Column, ...]

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows in which two of the columns hold the same."""
        cells = frame[list(self.columns)]
        for at in frame.index[cells.nunique(axis=1) < cells.count(axis=1)]:
            yield at_row(
                at,
                self.columns[-1],
                f"{cells_of(self.columns, frame.loc[at])} are the same",
                f"{' and '.join(self.columns)} of a row differ",
                "Correct one of them, or delete the row.",
            )


@dataclass(frozen=True)
class Absence(Rule):
    """What was not found was looked for: a row that says so names the search it rests on."""

    kind: ClassVar[str] = "absences"
    column: Column
    values: tuple[str, ...]  # those that say so; "" for an empty cell
    search: Column  # a key of the table `searches`

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows that say that nothing was found, and name no search."""
        said = frame[self.column].astype("object").fillna("")
        for at in frame.index[said.isin(self.values) & frame[self.search].isna()]:
            yield at_row(
                at,
                self.search,
                f"{self.column} is {said[at] or 'empty'}, and no search is named",
                f"a {self.column} that says that nothing was found rests on a row of searches",
                f"Name it in {self.search}, after searching.",
            )

    def misfits(self, schema: Mapping[str, Any]) -> Iterator[Words]:
        """A column that is no foreign key to the table of searches."""
        keys = [
            key["fields"]
            for key in schema.get("foreignKeys", [])
            if key["reference"]["resource"] == "searches"
        ]
        if self.search not in keys and [self.search] not in keys:
            yield (
                f'the column "{self.search}" names no rows of the table searches',
                "what was not found rests on a search that is on record",
                "Add it to the foreignKeys.",
            )


@dataclass(frozen=True)
class Silence(Rule):
    """Silence counts only if there was time to speak: else the row has a value of its own."""

    kind: ClassVar[str] = "silences"
    column: Column
    values: tuple[str, ...]  # those that say that nothing was found
    young: str  # the one that says so before the time was over
    start: Column
    end: Column
    months: int

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows called silent before the months were over, or too young after them."""
        kinds = [*self.values, self.young]
        for at, row in frame[frame[self.column].isin(kinds)].iterrows():
            if not isinstance(row[self.end], str):
                problem, fix = "has no end", f"Fill {self.end}."
            else:
                first, last = (period_bounds(row[column])[1] for column in (self.start, self.end))
                young = months_between(first, last) < self.months
                if young == (row[self.column] == self.young):
                    continue
                problem = f"is {'less' if young else 'not less'} than {self.months} months"
                fix = f"Set {self.column} to {self.young if young else ' or '.join(self.values)}."
            cells = cells_of([self.column, self.start, self.end], row)
            yield at_row(
                at,
                self.column,
                f"{cells}: the time from {self.start} to {self.end} {problem}",
                f"{self.column} is {self.young} where nothing was found in less than "
                f"{self.months} months, and there alone",
                fix,
            )


@dataclass(frozen=True)
class Derived(Rule):
    """A computed figure is marked so, its note says from what, and it is no count of anybody's.

    Asked of every table with a column `note`, without being stated.
    """

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Rows in which the note, the mark `derived` and the status do not agree."""
        if "note" not in frame:
            return
        noted = frame["note"].fillna("").astype(str).str.startswith("Derived")
        marked = frame["derived"].astype(bool) if "derived" in frame else noted & False
        rule = (
            'derived is true, and the note begins with "Derived" and says from what, '
            "or neither is so"
        )
        for at in frame.index[noted & ~marked]:
            yield at_row(
                at,
                "derived" if "derived" in frame else "note",
                'the note begins with "Derived", and the row is not marked so',
                rule,
                "Set derived to true; a table without that column takes it from another's schema.",
            )
        for at in frame.index[marked & ~noted]:
            yield at_row(
                at,
                "note",
                'derived is true, and the note does not begin with "Derived"',
                rule,
                "Say in the note what the figure is computed from, or set derived to false.",
            )
        counted = frame["status"].isin(COUNTED) if "status" in frame else False
        for at in frame.index[marked & counted]:
            yield at_row(
                at,
                "status",
                f"derived is true and status is {frame.loc[at, 'status']}",
                "what is derived here is an estimate, or of a figure that is only said",
                "Set status to estimate, or derived to false if the source gives the figure "
                "itself.",
            )
