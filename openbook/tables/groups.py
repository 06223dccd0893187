"""Rules for rows of a table that belong together: one small class for each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from openbook.tables.options import Column, ColumnOf, Context, Rule
from openbook.tables.periods import period_bounds
from openbook.tables.selection import OUTCOME, is_preferred, settled
from openbook.tables.violations import Violation, Words, at_row, cells_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Observation(Rule):
    """Of the rows of one observation and status class, exactly one is preferred."""

    kind: ClassVar[str] = "observation"
    columns: tuple[Column, ...]  # that name one observation

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Observations with no preferred row, or with several."""
        keys = [frame[column].astype("object").fillna("") for column in self.columns]
        if "status" in frame:
            keys.append(frame["status"].replace(list(OUTCOME), "outcome"))
        preferred = is_preferred(frame)
        wrong = preferred.groupby(keys, sort=False).transform("sum") != 1
        for _, group in frame[wrong].groupby([key[wrong] for key in keys], sort=False):
            several = group[preferred[group.index]]
            rows = group if several.empty else several
            listed = " and ".join(str(at + 1) for at in rows.index)
            if not several.empty:
                problem, fix = f"rows {listed} are all preferred", "Set all but one to false"
            elif len(rows) > 1:
                problem, fix = f"none of the rows {listed} is preferred", "Set one of them to true"
            else:
                problem, fix = "the only row is not preferred", "Set it to true"
            values = ", ".join(f"{v:g}" for v in rows["value"]) if "value" in rows else ""
            cells = cells_of(self.columns, rows.iloc[0])
            yield at_row(
                rows.index[-1],
                "preferred",
                f"{problem} for {cells}" + f" ({values})" * bool(values),
                "of the rows of one observation and status class, exactly one is preferred",
                f"{fix}, by the rule on the methods page.",
            )


@dataclass(frozen=True)
class Parts(Rule):
    """The parts of a total, or of a parent that has a row of its own, are not more than it.

    An observation that counts twice in a sum, or not at all, would make it wrong.
    """

    kind: ClassVar[str] = "parts"
    presupposes: ClassVar[tuple[str, ...]] = ("observation",)
    field: Column  # that names the part
    tolerance: float  # as a share of the whole
    total: float | None = None
    parent: ColumnOf | None = None  # says of each part what it is a part of
    within: tuple[Column, ...] = ()  # what the rows that are added up have in common

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Groups of rows whose sum exceeds their whole by more than the tolerance."""
        rows = settled(frame.dropna(subset=["value"]))
        within = list(self.within)
        groups = rows.groupby(within, dropna=False, sort=False) if within else [((), rows)]
        slack = 1 + self.tolerance
        for _, group in groups:
            for name, whole, parts in self._wholes(group, context):
                if parts["value"].sum() <= whole * slack + 1e-9:
                    continue
                listed = ", ".join(
                    f"{row[self.field]} {row['value']:g} in row {at + 1}"
                    for at, row in parts.iterrows()
                )
                place = cells_of(within, group.iloc[0])
                yield at_row(
                    parts.index[-1],
                    "value",
                    f"the parts of {name} add up to {parts['value'].sum():g} ({listed}), more "
                    f"than its {whole:g}" + f", at {place}" * bool(place),
                    f"parts are at most their total and a tolerance of {self.tolerance:.0%} "
                    f"({whole * slack:g})",
                    "Correct a part or the total, or prefer figures of one definition.",
                )

    def _wholes(
        self, group: pd.DataFrame, context: Context
    ) -> Iterator[tuple[str, float, pd.DataFrame]]:
        """Each whole with its name, its value and the rows of its parts."""
        if self.parent is None:
            yield "the total", self.total or 0.0, group
            return
        own = group.set_index(self.field)["value"].groupby(level=0).sum()
        parents = group[self.field].map(context.column(self.parent))
        for key in parents.dropna().unique():
            if key in own:
                yield f'"{key}"', own[key], group[parents == key]

    def misfits(self, schema: Mapping[str, Any]) -> Iterator[Words]:
        """Neither a total nor a parent, or both."""
        if (self.total is None) == (self.parent is None):
            yield (
                f'the parts of "{self.field}" are not compared with one thing',
                "parts name a total or a parent",
                "Name one of them.",
            )

    def columns_named(self) -> list[str]:
        """What the options name, and `value`."""
        return [*super().columns_named(), "value"]


@dataclass(frozen=True)
class Connected(Rule):
    """The legs of a route are numbered without a gap, and each starts where the last one ends."""

    kind: ClassVar[str] = "connected"
    by: Column  # the route
    order: Column  # the number of the leg
    from_: Column
    to: Column
    link: Column | None = None  # what the leg runs along
    ends: tuple[ColumnOf, ColumnOf] | None = None  # of the link

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Legs that are missing, that start elsewhere, or whose link has other ends."""
        ends = [frame[self.link].map(context.column(path)) for path in self.ends or ()]
        for key, legs in frame.sort_values(self.order, kind="stable").groupby(self.by, sort=False):
            number, place = 0, None
            for at, row in legs.iterrows():
                linked = [side[at] for side in ends]
                leg = f"{self.order} {row[self.order]} of {self.by}={key}"
                if row[self.order] != number + 1:
                    follows = f"follows {self.order} {number}" if number else "is the first"
                    yield at_row(
                        at,
                        self.order,
                        f"{leg} {follows}",
                        f"each {self.by} has the {self.order}s 1, 2, 3 and so on",
                        f"Add the missing {self.order}, or number them anew.",
                    )
                elif number and row[self.from_] != place:
                    yield at_row(
                        at,
                        self.from_,
                        f'{leg} starts at "{row[self.from_]}", but '
                        f'{self.order} {number} ends at "{place}"',
                        f"a {self.order} starts where the one before it ends",
                        f"Correct one of the two, or add the {self.order} between them.",
                    )
                elif linked and {row[self.from_], row[self.to]} != set(linked):
                    yield at_row(
                        at,
                        self.link,
                        f'{leg} runs from "{row[self.from_]}" to "{row[self.to]}", the '
                        f'{self.link} "{row[self.link]}" from "{linked[0]}" to "{linked[1]}"',
                        f"a {self.order} has the two ends of its {self.link}, in either direction",
                        f"Correct the {self.order}, or name another {self.link}.",
                    )
                number, place = row[self.order], row[self.to]

    def misfits(self, schema: Mapping[str, Any]) -> Iterator[Words]:
        """A link without its ends, or ends without a link."""
        if (self.link is None) != (self.ends is None):
            rule = "connected names a link and its two ends, or neither"
            yield "its legs can't be followed", rule, "Add what is missing."


@dataclass(frozen=True)
class Steps(Rule):
    """No step of a thing is dated before the first date of a step that it presupposes."""

    kind: ClassVar[str] = "steps"
    by: Column  # the thing, such as a project
    step: Column
    date: Column
    order: tuple[str, ...]  # steps, the first one first; another step has no place in it

    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """Steps that end before an earlier one begins; one violation a row."""
        for key, rows in frame.groupby(self.by, sort=False):
            dated = rows.dropna(subset=[self.date])
            bounds = {at: period_bounds(row[self.date]) for at, row in dated.iterrows()}
            for at, row in dated.iterrows():
                if row[self.step] not in self.order:
                    continue
                for earlier in self.order[: self.order.index(row[self.step])]:
                    before = dated.index[dated[self.step] == earlier]
                    first = min(before, key=lambda k: bounds[k][0], default=None)
                    if first is None or bounds[at][1] >= bounds[first][0]:
                        continue
                    yield at_row(
                        at,
                        self.date,
                        f"{cells_of([self.by, self.step, self.date], row)} is before {earlier} "
                        f"on {dated.loc[first, self.date]} (row {first + 1})",
                        f"steps follow one another: {', '.join(self.order)}",
                        f"Correct a date or a step of {key}.",
                    )
                    break
