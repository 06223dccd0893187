"""What was known on a day: the tables, with the day from which each row counts.

Known on a date, for every table alike:

- a row is known if one of its sources had appeared; a row with `derived` true, if all had;
- a source appears on the last day of its stated date ("2024-03" on 31 March 2024); without one,
  on the last day of the month or day that its key carries; without either, it does not count
  (with `lenient`, it does);
- a figure of what happened also needs its period to have ended, an event its day to have come; a
  target, contract, forecast or capacity only to have been said;
- if the preferred row of an observation was not known, the latest source known stands in for it;
- what became of an agreement was known from the day of the report that says so;
- of a row's sources, only those that had appeared are named;
- what states do in public (a summit, a treaty, a first cargo) counts from its day, whatever page
  tells of it: `Evidence.acts`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from caspian.claims.judging import Ladder, Measure, Step, Unknown
from caspian.claims.verdicts import Verdict
from caspian.models.routes import OUTCOME, status_outcome
from openbook.facts import merged
from openbook.tables.periods import period_bounds

OWN = "across_the_caspian"  # the book's own assumptions and conventions: known at any date
EVENT_COLUMNS = ("signed", "said_on", "start", "date", "founded")  # an event's day, in this order
UNREAD = "signed"  # what was known of an agreement before any later report on it
KEY_DATE = re.compile(r"_((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?(?=_|[a-z]?$)")
NEVER, ALWAYS = dt.date.max.toordinal(), dt.date.min.toordinal()


def appeared(key: str, date: str) -> dt.date | None:
    """The day by which a source had appeared: the end of its date, or of the one in its key.

    None if neither says so. The book's own assumptions appeared before everything.
    """
    if key == OWN:
        return dt.date.min
    if not date and (found := KEY_DATE.search(key)):
        date = "-".join(part for part in found.groups() if part)
    return period_bounds(date)[1] if date else None


def reported(row: Mapping[str, Any]) -> tuple[dt.date, dt.date] | None:
    """First and last day of what a row reports; None if it only says a figure, of no day."""
    for column in EVENT_COLUMNS:
        if isinstance(row.get(column), str):
            return period_bounds(row[column])
    said_only = row.get("status") is not None and row["status"] not in OUTCOME
    if said_only or not isinstance(row.get("period"), str):
        return None
    return period_bounds(row["period"])


class Dated:
    """A table with the day on which each row was said and the day on which it had happened."""

    def __init__(self, rows: pd.DataFrame, appeared_on: Mapping[str, dt.date | None]) -> None:
        """Days are ordinals, so that a day is asked by comparing arrays."""
        self.rows = rows
        cells = rows["source"] if "source" in rows else [OWN] * len(rows)
        self.keys: list[list[str]] = [cell.split(";") for cell in cells]
        self.spans = [reported(row) for row in rows.to_dict("records")]
        self.happened = np.array([s[1].toordinal() if s else ALWAYS for s in self.spans], int)
        self._out = {
            key: day.toordinal() if (day := appeared_on.get(key)) else None
            for key in {key for cell in self.keys for key in cell}
        }
        derived = rows["derived"].fillna(value=False) if "derived" in rows else [False] * len(rows)
        self.derived = np.array(list(derived), bool)
        later = rows.get("status_on", ())
        self.status_on = np.array([period_bounds(day)[1].toordinal() for day in later], int)

    def day_of(self, key: str, *, lenient: bool) -> int:
        """The day on which a source had appeared, as an ordinal."""
        day = self._out[key]
        return (ALWAYS if lenient else NEVER) if day is None else day

    def said(self, *, lenient: bool = False) -> np.ndarray:
        """The day on which each row's source (or all, if it was derived) had appeared."""
        name = "_said_lenient" if lenient else "_said"
        if name not in self.__dict__:
            days = [[self.day_of(k, lenient=lenient) for k in keys] for keys in self.keys]
            of = zip(days, self.derived, strict=True)
            self.__dict__[name] = np.array([max(d) if all_ else min(d) for d, all_ in of], int)
        return self.__dict__[name]

    @cached_property
    def changes(self) -> list[int]:
        """Every day on which something about the table can become known, in order."""
        days = {d for d in self._out.values() if d is not None}
        return sorted(days | set(self.happened.tolist()) | set(self.status_on.tolist()))

    def state(self, on: dt.date, *, lenient: bool) -> tuple[str, int, bool]:
        """What the table's known rows hang on: equal states, equal rows."""
        passed = int(np.searchsorted(self.changes, on.toordinal(), side="right"))
        return ("", passed, lenient)

    def known(self, on: dt.date, observation: list[str], *, lenient: bool) -> pd.DataFrame:
        """The rows known on a day, by the rules at the head of this module."""
        said = self.said(lenient=lenient)
        kept = (said <= on.toordinal()) & (self.happened <= on.toordinal())
        return self._as_of(kept, on, observation, lenient=lenient)

    def acts(self, on: dt.date) -> pd.DataFrame:
        """The rows whose event had come to pass by a day, whenever their sources appeared."""
        return self._as_of(self.happened <= on.toordinal(), on, [], lenient=True)

    def _as_of(
        self, kept: np.ndarray, on: dt.date, observation: list[str], *, lenient: bool
    ) -> pd.DataFrame:
        rows = self.rows[kept].copy()
        rows["source"] = [
            ";".join([k for k in keys if self.day_of(k, lenient=lenient) <= on.toordinal()] or keys)
            for keys, take in zip(self.keys, kept, strict=True)
            if take
        ]
        if "status_on" in rows and len(rows):  # agreements: the later fate was not known yet
            rows.loc[self.status_on[kept] > on.toordinal(), "status"] = UNREAD
        if "preferred" in rows and len(rows):
            said = pd.Series(self.said(lenient=lenient), self.rows.index)
            rows["preferred"] = _chosen(rows, said[rows.index], observation)
        return rows

    def last_event(self) -> dt.date:
        """The last day of what the rows report; `date.min` if they report nothing.

        Only rows that say when, to the month or the day (a year doesn't say how far in it they
        reach), and whose source had not appeared before it began: that is a plan.
        """
        ends = [dt.date.min]
        for span, said in zip(self.spans, self.said(), strict=True):
            if span and (span[1] - span[0]).days < 31 and said >= span[0].toordinal():
                ends.append(span[1])
        return max(ends)


def _chosen(rows: pd.DataFrame, said: pd.Series, observation: list[str]) -> pd.Series:
    """Preferred rows among those known: the table's own, or the one of the latest source."""
    keys = [rows[c].astype("object").fillna("") for c in observation]
    if "status" in rows:
        keys.append(rows["status"].replace(list(OUTCOME), "outcome"))
    keys = keys or [pd.Series("", rows.index)]  # nothing tells them apart: all are of one thing
    chosen = rows["preferred"].astype("boolean").fillna(False).astype(bool)
    without = rows.index[~chosen.groupby(keys, sort=False).transform("any")]
    if len(without):
        names = pd.MultiIndex.from_arrays([k[without] for k in keys])
        groups = pd.Series(without, names).groupby(level=list(range(len(keys))), sort=False)
        for _, group in groups:
            chosen[max(group, key=lambda at: (said[at], rows.at[at, "source"]))] = True
    return chosen


@dataclass(frozen=True)
class Limits:
    """The limits of the rules by name: numbers, days and lists, each with a reason.

    `table`: the rows of `data/claim_thresholds.csv`, indexed by name. Whoever asks for a name that
    it lacks gets a KeyError that says what to do.
    """

    table: pd.DataFrame

    def _row(self, name: str) -> Any:
        if name not in self.table.index:
            raise KeyError(f"{name!r} is no threshold: add it to claim_thresholds.csv")
        return self.table.loc[name]

    def number(self, name: str) -> float:
        """A limit that is a number, in its unit."""
        return float(self._row(name)["value"])

    def day(self, name: str) -> dt.date:
        """A limit that is a day."""
        return dt.date.fromisoformat(self._row(name)["text"])

    def members(self, name: str) -> list[str]:
        """A limit that is a list: what counts as something."""
        return self._row(name)["text"].split(";")


class Records:
    """The tables with each row's day, read once and asked for many days.

    `load` gives a table by name, `observation` the columns that name one observation of it,
    `appeared_on` each source's day; `own_publisher` holds the keys of sources by the article's
    publisher, which can't bear out what the article says.
    """

    def __init__(
        self,
        load: Callable[[str], pd.DataFrame],
        observation: Callable[[str], list[str]],
        appeared_on: Mapping[str, dt.date | None],
        limits: Limits,
        own_publisher: Iterable[str] = (),
    ) -> None:
        """Nothing is read yet."""
        self.load, self.observation, self.limits = load, observation, limits
        self.appeared_on = appeared_on
        self.own_publisher = frozenset(own_publisher)
        self._dated: dict[str, Dated] = {}
        self._asked: dict[tuple[Any, ...], pd.DataFrame] = {}

    def dated(self, table: str) -> Dated:
        """A table with its days."""
        if table not in self._dated:
            self._dated[table] = Dated(self.load(table), self.appeared_on)
        return self._dated[table]

    def appended(self, coming: Mapping[str, pd.DataFrame]) -> Records:
        """The same tables with rows added at the end of some. No row there is changed."""
        other = Records(
            lambda name: (
                pd.concat([self.load(name), coming[name]], ignore_index=True)
                if name in coming
                else self.load(name)
            ),
            self.observation,
            self.appeared_on,
            self.limits,
            self.own_publisher,
        )
        other._dated = {name: d for name, d in self._dated.items() if name not in coming}
        other._asked = {key: rows for key, rows in self._asked.items() if key[0] not in coming}
        return other

    def rows(
        self, table: str, query: str, on: dt.date | None, *, lenient: bool, acts: bool
    ) -> pd.DataFrame:
        """The rows of a table known on a day (None: all), narrowed by a query; kept for next time.

        Not to be changed in place.
        """
        dated = self.dated(table)
        state = None if on is None else dated.state(on, lenient=lenient)
        key = (table, query, state, acts)
        if key not in self._asked:
            if query:
                whole = self.rows(table, "", on, lenient=lenient, acts=acts)
                found = whole.query(query, engine="python")
            elif on is None:
                found = dated.rows
            elif acts:
                found = dated.acts(on)
            else:
                found = dated.known(on, self.observation(table), lenient=lenient)
            self._asked[key] = found
        return self._asked[key]


@dataclass
class Evidence:
    """The tables as known on a day (`on`; None: all that they hold), and the limits.

    `asked` fills with the names of the tables that were asked, and with "day" if it was: what is
    found hangs on nothing else.
    """

    records: Records
    judged_on: dt.date
    on: dt.date | None = None
    lenient: bool = False
    asked: set[str] = field(default_factory=set)

    @property
    def day(self) -> dt.date:
        """The day of judgement, to which time is counted."""
        self.asked.add("day")
        return self.judged_on

    def known(self, table: str, query: str = "") -> pd.DataFrame:
        """The rows of a table known on the day, narrowed by a query. Not to be changed in place."""
        self.asked.add(table)
        return self.records.rows(table, query, self.on, lenient=self.lenient, acts=False)

    def acts(self, table: str, query: str = "") -> pd.DataFrame:
        """What states had done in public by the day, whatever page tells of it."""
        self.asked.add(table)
        return self.records.rows(table, query, self.on or self.judged_on, lenient=True, acts=True)

    def reference(self, table: str) -> pd.DataFrame:
        """A table of what things are (routes, places), which is no news of any day."""
        self.asked.add(table)
        return self.records.load(table)

    def independent(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that have a source other than the article's own publisher's."""
        own = self.records.own_publisher
        kept = [any(key not in own for key in cell.split(";")) for cell in rows["source"]]
        return rows[np.array(kept, bool)]

    def outcome(self, table: str, query: str = "") -> pd.DataFrame:
        """Its preferred rows that say what happened."""
        return status_outcome(self.known(table, query))

    def years(self, table: str, query: str) -> pd.DataFrame:
        """Outcome rows of whole years, by year, in order."""
        rows = self.outcome(table, query)
        rows = rows[rows["period"].str.fullmatch(r"\d{4}")]
        return rows.assign(year=rows["period"].astype(int)).set_index("year").sort_index()

    def state(self) -> dict[str, object]:
        """What the finding hangs on: for each table asked its state, and the day if it counted."""
        on = self.on or self.judged_on
        states: dict[str, object] = {
            name: self.records.dated(name).state(on, lenient=self.lenient)
            for name in self.asked - {"day"}
        }
        return states | ({"day": self.judged_on} if "day" in self.asked else {})

    # --- limits ----------------------------------------------------------------------------------

    def limit(self, threshold: str) -> float:
        """A limit by name. Raises KeyError if no threshold has that name."""
        return self.records.limits.number(threshold)

    def limit_day(self, threshold: str) -> dt.date:
        """A limit that is a day."""
        return self.records.limits.day(threshold)

    def members(self, threshold: str) -> list[str]:
        """A limit that is a list."""
        return self.records.limits.members(threshold)

    def ladder(
        self, steps: Mapping[Verdict, str], below: Verdict, *, higher: bool = True
    ) -> Ladder:
        """A ladder of limits by name, the best verdict first. Raises KeyError as `limit`."""
        rungs = (Step(verdict, name, self.limit(name)) for verdict, name in steps.items())
        return Ladder(tuple(rungs), below, higher)


# --- figures from rows ---------------------------------------------------------------------------


def _when(row: Mapping[str, Any]) -> dt.date:
    """The last day of a row's period, or of the day it was said or came to pass."""
    for column in ("period", *EVENT_COLUMNS):
        if isinstance(row.get(column), str):
            return period_bounds(row[column])[1]
    return dt.date.min


def figure(
    name: str, label: str, rows: pd.DataFrame, column: str = "value", unit: str = ""
) -> Measure:
    """The newest of some rows as a figure: `name` with its period, if it has one (`btc_mt_2025`).

    The order of the rows decides nothing: of several of one time the largest is taken. `unit` is
    for tables without a column of that name. Raises Unknown if there is no row.
    """
    if rows.empty:
        raise Unknown(f"no figure for: {label}")
    row = max(
        (row for _, row in rows.iterrows()),
        key=lambda row: (_when(row), float(row[column]), row["source"]),
    )
    unit = row["unit"] if "unit" in rows else unit
    unit = "%" if unit == "percent" else unit
    period = row["period"] if isinstance(row.get("period"), str) else ""
    name = "_".join([name, *re.findall(r"\d+", period)])
    return Measure(name, label, float(row[column]), unit, row["source"], period, movable=True)


def count(name: str, label: str, rows: pd.DataFrame, unit: str, sources: str = "") -> Measure:
    """The number of some rows, with their sources (or `sources`, if there may be none)."""
    return Measure(name, label, float(len(rows)), unit, merged(rows["source"]) or sources)


def share(name: str, label: str, some: pd.DataFrame, every: pd.DataFrame) -> Measure:
    """The share (percent) of some rows in all, with both numbers; Unknown if there are none."""
    if every.empty:
        raise Unknown(f"no rows for: {label}")
    portion = 100 * len(some) / len(every)
    return Measure(
        name, label, portion, "%", merged(every["source"]), counted=(len(some), len(every))
    )
