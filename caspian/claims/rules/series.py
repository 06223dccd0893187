"""Growth of a series of yearly and part-yearly figures, over windows that the limits name.

Rows are outcomes of one series: `period` (ISO 8601), `value`, `unit`, `source`. Like for like: the
same months of two years. The newest such pair counts, a part-year's too, if it is long enough.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

import pandas as pd

from caspian.claims.evidence import Evidence, figure
from caspian.claims.judging import (
    Finding,
    Formula,
    Ladder,
    Measure,
    Question,
    Unknown,
    by_window,
    change,
)
from caspian.claims.verdicts import CONTRADICTED, HOLDS, IMPRECISE, OPEN, SUPPORTED
from openbook.tables.periods import period_bounds
from openbook.text import day

MONTHS, DAYS_A_YEAR = 12, 365.25


def months(period: str) -> int:
    """The calendar months that a period holds; 0 if it is shorter than one."""
    first, last = period_bounds(period)
    whole = first.day == 1 and (last + dt.timedelta(days=1)).day == 1
    return MONTHS * (last.year - first.year) + last.month - first.month + 1 if whole else 0


def years_before(period: str, years: int) -> str:
    """The same months, so many years before: `2025-01/2025-10`, 1 → `2024-01/2024-10`."""
    return "/".join(f"{int(end[:4]) - years:04d}{end[4:]}" for end in period.split("/"))


def by_period(rows: pd.DataFrame, shortest: float = 1) -> pd.DataFrame:
    """The rows of periods within one year, by period, in the order of their ends, longer last."""
    bounds = [period_bounds(p) for p in rows["period"]]
    sized = rows.assign(
        end=[last for _, last in bounds],
        months=[months(p) for p in rows["period"]],
        year=[last.year for _, last in bounds],
        starts=[first.year for first, _ in bounds],
    )
    sized = sized[(sized["year"] == sized["starts"]) & (sized["months"] >= max(shortest, 1))]
    return sized.sort_values(["end", "months"], kind="stable").set_index("period", drop=False)


def growth(
    ladder: Ladder, name: str, label: str, now: Measure, before: Measure, *, floor: bool = False
) -> Question:
    """The change from one figure to another on a ladder.

    `floor`: the figure is of a part of its year, so the change is at least that; one that is not
    above nought says nothing then.
    """
    words = f"{label}, change from {day(before.period)} to {day(now.period)}"

    def grade(now: Measure, before: Measure) -> Finding:
        grown = change(name, f"{words}, at least" if floor else words, now, before)
        if floor and grown.value <= 0:
            unfinished = f"{day(now.period)} is no whole year, and not above {day(before.period)}"
            return Finding(OPEN, reason=f"{label}: {unfinished}", measured=(grown, now, before))
        found = ladder.grade(grown, now, before)
        same = math.isclose(now.value, before.value)  # but for rounding: no change is no growth
        if same and ladder.higher and found.verdict in HOLDS:
            return replace(found, verdict=ladder.below)
        return found

    return Formula((now, before), grade)


def clear_growth(ev: Evidence) -> Ladder:
    """Growth that exceeds what revisions do, any growth, none."""
    return ev.ladder({SUPPORTED: "growth_clear", IMPRECISE: "growth_trace"}, CONTRADICTED)


class Series:
    """One series as known on a day, and its growth over the windows of the limits."""

    def __init__(
        self, ev: Evidence, rows: pd.DataFrame, name: str, label: str, ladder: Ladder | None = None
    ) -> None:
        """`name` of its figures for scenarios, `label` in words; `ladder` grades its growth."""
        self.ev, self.name, self.label = ev, name, label
        self.rows = by_period(rows, ev.limit("window_months"))
        self.years = self.rows[self.rows["months"] == MONTHS].set_index("year")
        self._given = ladder

    @cached_property
    def ladder(self) -> Ladder:
        """What grades growth: that given, or clear growth. Asked for when growth is."""
        return self._given or clear_growth(self.ev)

    def at(self, period: str) -> Measure:
        """The figure of a period."""
        return figure(self.name, self.label, self.rows[self.rows["period"] == period])

    def newest(self, shortest: str = "window_months") -> Measure:
        """The figure of the period that ends last and is as long as a limit asks."""
        rows = self.rows[self.rows["months"] >= self.ev.limit(shortest)]
        if rows.empty:
            raise Unknown(f"no figure for: {self.label}")
        return self.at(rows.index[-1])

    def with_(self, other: Series) -> str:
        """The newest period that another series has too.

        Raises Unknown if there is none, or if it ends more than a year before this series does.
        """
        both = [p for p in self.rows["period"] if p in other.rows.index]
        if not both or not self._is_news(self.rows.at[both[-1], "end"]):
            raise Unknown(f"no newer period with both: {self.label}; {other.label}")
        return both[-1]

    def _is_news(self, end: dt.date) -> bool:
        """Whether a day lies no more than a year, or a leap year, before the series ends."""
        newest = self.rows["end"].max()
        return (newest - end).days <= math.ceil(DAYS_A_YEAR * self.ev.limit("window_last"))

    def over(self, limit: str) -> Question:
        """Growth to the newest period with the same months so many years before.

        One that ends more than a year before the series does is no news any more. If the newest
        period is a long part of its year and its floor alone shows growth, that counts.
        """
        back = int(self.ev.limit(limit))
        if floor := self._floor(back):
            return floor
        pairs = [
            p
            for p, end in zip(self.rows["period"], self.rows["end"], strict=True)
            if years_before(p, back) in self.rows.index and self._is_news(end)
        ]
        if not pairs:
            raise Unknown(f"no figures for the same months of two years: {self.label}")
        now, before = self.at(pairs[-1]), self.at(years_before(pairs[-1], back))
        return growth(self.ladder, f"{self.name}_change_{back}", self.label, now, before)

    def _floor(self, back: int) -> Question | None:
        """Growth of the newest part-year on a whole year, if there is any; None otherwise."""
        rows = self.rows[self.rows["months"] >= self.ev.limit("floor_months")]
        if rows.empty or rows["months"].iloc[-1] == MONTHS:
            return None
        period = rows["period"].iloc[-1]
        year = int(rows["year"].iloc[-1]) - back
        if years_before(period, back) in self.rows.index or year not in self.years.index:
            return None
        asked = growth(self.ladder, f"{self.name}_change_{back}", self.label, self.at(period),
                       self.at(str(year)), floor=True)  # fmt: skip
        return asked if asked.grade().verdict in HOLDS else None

    def since(self, year: int) -> Question:
        """Growth since a year to the last year, of which a long part-year is the floor."""
        now = self.newest("floor_months")
        if int(now.period[:4]) <= year:
            raise Unknown(f"no figure later than {year}: {self.label}")
        floor, name = months(now.period) < MONTHS, f"{self.name}_change_since_{year}"
        return growth(self.ladder, name, self.label, now, self.at(str(year)), floor=floor)

    def run(self) -> Question:
        """Growth over the longest run of years that has every year and ends in the last.

        It begins no earlier than a limit says.
        """
        years = [int(y) for y in self.years.index]
        first = last = max(years, default=0)
        while first - 1 in years and first > self.ev.limit_day("run_begins").year:
            first -= 1
        if first == last:
            raise Unknown(f"no two years in a row: {self.label}")
        name = f"{self.name}_change_run"
        return growth(self.ladder, name, self.label, self.at(str(last)), self.at(str(first)))

    def windows(self, since: int | None = None) -> Question:
        """Growth over the last year, the last two and the longest run; or since a year.

        Raises Unknown if there is no figure later than that year.
        """
        spans: dict[str, Callable[[], Question]] = {
            "The last year": partial(self.over, "window_last")
        }
        if since is None:
            spans["The last two years"] = partial(self.over, "window_two")
            spans["The longest run"] = self.run
        else:
            self.since(since)
            spans[f"Since {since}"] = partial(self.since, since)
        return by_window(spans)
