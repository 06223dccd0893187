"""How a claim is judged: evidence as known on a date, a graded rule, a verdict, what would turn it.

A rule is a small function from :class:`Evidence` to a :class:`Finding`, registered under the
claim's name with :func:`rule`. It never names a number: limits come by name from the thresholds.
It takes figures as :class:`Measure`, which keep their source, so that a finding says what it
rests on. A rule that lacks a figure raises :class:`Unknown`, and the claim is open.

Known on a date, for every table alike:

- a row is known if one of its sources had appeared; a row with `derived` true, if all had;
- a source appears on the last day of its stated date ("2024-03" on 31 March 2024); without one,
  on the last day of the month or day that its key carries; without either, it does not count
  (with `lenient`, it does);
- a figure of what happened also needs its period to have ended, an event its day to have come; a
  target, contract, forecast or capacity only to have been said;
- if the preferred row of an observation was not known, the latest source known stands in for it;
- what became of an agreement was known from the day of the report that says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import pandas as pd

from caspian.models.routes import OUTCOME, status_outcome
from caspian.rules import period_bounds

OWN = "across_the_caspian"  # the book's own assumptions and conventions: known at any date
EVENT_COLUMNS = (
    "signed",
    "said_on",
    "start",
    "date",
    "founded",
)  # the day of an event, in this order
UNREAD = "signed"  # what was known of an agreement before any later report on it
KEY_DATE = re.compile(r"_((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?(?=_|[a-z]?$)")


class Verdict(StrEnum):
    """What the figures make of a claim, from best to worst; then what they can't decide."""

    SUPPORTED = "supported"
    IMPRECISE = "supported but imprecise"
    OVERSTATED = "overstated"
    MISLEADING = "misleading"
    CONTRADICTED = "contradicted"
    OPINION = "opinion"
    OPEN = "open"


class Unknown(LookupError):
    """The evidence lacks what a rule needs: the claim is open, and the message says why."""


@dataclass(frozen=True)
class Measure:
    """One figure of a finding: a name for scenarios, what it is in words, value, unit, sources."""

    name: str
    label: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Step:
    """A rung of a rule: at `limit` (named `threshold`) or better, the verdict is at least this."""

    verdict: Verdict
    threshold: str
    limit: float


@dataclass(frozen=True)
class Finding:
    """The verdict on a claim at one date, with what decided it.

    `decided_by` is the measure that the `steps` grade (the best first; `below` if none is met);
    `measured` holds every figure looked at; `variants` the finding under each of several sources
    or counts; `reason` what is missing, if the claim is open.
    """

    verdict: Verdict
    decided_by: Measure | None = None
    steps: tuple[Step, ...] = ()
    below: Verdict | None = None
    higher: bool = True
    measured: tuple[Measure, ...] = ()
    variants: tuple[tuple[str, Finding], ...] = ()
    reason: str = ""

    @property
    def sources(self) -> list[str]:
        """Keys of `references.bib` behind the figures, in order of use."""
        figures = [*self.measured, *(m for _, f in self.variants for m in f.measured)]
        keys = [key for m in figures for key in m.source.split(";") if key]
        return list(dict.fromkeys(keys))

    @property
    def conflict(self) -> bool:
        """Whether the sources lead to different verdicts (one that decides nothing is no side)."""
        return len({f.verdict for _, f in self.variants} - {Verdict.OPEN}) > 1

    @property
    def nearest(self) -> Step | None:
        """The step whose limit lies nearest to the value that decided; None if none did."""
        if self.decided_by is None or not self.steps:
            return None
        return min(self.steps, key=lambda step: abs(self.decided_by.value - step.limit))

    @property
    def margin(self) -> float | None:
        """How far the value lies above (or, negative, below) the nearest limit, in its unit."""
        step = self.nearest
        return None if step is None else self.decided_by.value - step.limit


Rule = Callable[["Evidence"], Finding]
RULES: dict[str, Rule] = {}


def rule(claim: str) -> Callable[[Rule], Rule]:
    """Register a function as the rule of a claim. Raises ValueError if it has one already."""

    def keep(function: Rule) -> Rule:
        if claim in RULES:
            raise ValueError(f"{claim}: {RULES[claim].__name__} is its rule already")
        RULES[claim] = function
        return function

    return keep


# --- what was known, and when ----------------------------------------------------------------


def appeared(key: str, date: str) -> dt.date | None:
    """The day by which a source had appeared: the end of its date, or of the one in its key.

    None if neither says so. The book's own assumptions appeared before everything.
    """
    if key == OWN:
        return dt.date.min
    if not date and (found := KEY_DATE.search(key)):
        date = "-".join(part for part in found.groups() if part)
    return period_bounds(date)[1] if date else None


def _said(row: Mapping, appeared_on: Mapping[str, dt.date | None], lenient: bool) -> dt.date | None:
    """The day on which a row's source (or all, if it was derived from several) had appeared."""
    unknown = dt.date.min if lenient else dt.date.max
    days = [appeared_on.get(key) or unknown for key in row["source"].split(";")]
    return max(days) if row.get("derived") else min(days)


def _happened(row: Mapping) -> dt.date:
    """The last day of what a row reports; for a figure that is only said, the day of saying."""
    for column in EVENT_COLUMNS:
        if isinstance(row.get(column), str):
            return period_bounds(row[column])[1]
    said_only = row.get("status") is not None and row["status"] not in OUTCOME
    if said_only or not isinstance(row.get("period"), str):
        return dt.date.min
    return period_bounds(row["period"])[1]


def known(
    rows: pd.DataFrame,
    on: dt.date,
    appeared_on: Mapping[str, dt.date | None],
    observation: Iterable[str] = (),
    *,
    lenient: bool = False,
) -> pd.DataFrame:
    """The rows known on a day, by the rules at the head of this module.

    `appeared_on` gives each source's day; `observation` the columns that name one observation of
    a table with `preferred` rows. `lenient`: sources without a date count as having appeared.
    """
    records = rows.to_dict("records")
    said = pd.Series(
        [_said(r, appeared_on, lenient) for r in records], index=rows.index, dtype=object
    )
    happened = pd.Series([_happened(r) for r in records], index=rows.index, dtype=object)
    kept = rows[[a <= on and b <= on for a, b in zip(said, happened, strict=True)]].copy()
    if "status_on" in kept and len(kept):  # agreements: the later fate was not known yet
        later = [period_bounds(day)[1] > on for day in kept["status_on"]]
        kept.loc[later, "status"] = UNREAD
    if "preferred" in kept and len(kept):
        kept["preferred"] = _chosen(kept, said[kept.index], list(observation))
    return kept


def _chosen(rows: pd.DataFrame, said: pd.Series, observation: list[str]) -> pd.Series:
    """Preferred rows among those known: the table's own, or the one of the latest source."""
    keys = [rows[c].astype("object").fillna("") for c in observation]
    if "status" in rows:
        keys.append(rows["status"].replace(list(OUTCOME), "outcome"))
    chosen = rows["preferred"].astype("boolean").fillna(False).astype(bool)
    for _, group in rows.groupby(keys, sort=False):
        if not chosen[group.index].any():
            chosen[max(group.index, key=lambda at: said[at])] = True
    return chosen


@dataclass
class Evidence:
    """The tables as known on a day (`on`; None: now), the limits, and a scenario's values.

    `load` gives a table by name, `observation` the columns that name one observation of it,
    `appeared_on` each source's day. `until` is the day to which the book's data run.
    `scenario` replaces named inputs, e.g. {"btc_mt": 2.4}.
    """

    load: Callable[[str], pd.DataFrame]
    observation: Callable[[str], list[str]]
    appeared_on: Mapping[str, dt.date | None]
    limits: Mapping[str, float]
    until: dt.date
    on: dt.date | None = None
    lenient: bool = False
    scenario: Mapping[str, float] = field(default_factory=dict)
    inputs: dict[str, Measure] = field(default_factory=dict)
    _rows: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict)

    def under(self, **scenario: float) -> Evidence:
        """The same evidence with other values for named inputs; the filtered tables are shared."""
        return replace(self, scenario=scenario, inputs={})

    @property
    def day(self) -> dt.date:
        """The day of judgement."""
        return self.on or self.until

    def known(self, table: str, query: str = "") -> pd.DataFrame:
        """The rows of a table known on the day, narrowed by a query. Not to be changed in place."""
        if query:
            return self.kept("known", table, query, lambda: self.known(table).query(query))
        return self.kept("known", table, "", lambda: self._known(self.load(table), table))

    def _known(self, rows: pd.DataFrame, table: str) -> pd.DataFrame:
        if self.on is None:
            return rows
        observation = self.observation(table)
        return known(rows, self.on, self.appeared_on, observation, lenient=self.lenient)

    def kept(
        self, kind: str, table: str, query: str, make: Callable[[], pd.DataFrame]
    ) -> pd.DataFrame:
        """The rows that `make` gives, kept: a search for turning points asks for them again.

        They must not hang on the scenario.
        """
        if (kind, table, query) not in self._rows:
            self._rows[kind, table, query] = make()
        return self._rows[kind, table, query]

    def reference(self, table: str) -> pd.DataFrame:
        """A table of what things are (routes, places), which is no news of any day."""
        return self.kept("reference", table, "", lambda: self.load(table))

    def outcome(self, table: str, query: str = "") -> pd.DataFrame:
        """Its preferred rows that say what happened."""
        return self.kept("outcome", table, query, lambda: status_outcome(self.known(table, query)))

    def years(self, table: str, query: str) -> pd.DataFrame:
        """Outcome rows of whole years, by year, in order."""

        def whole() -> pd.DataFrame:
            rows = self.outcome(table, query)
            rows = rows[rows["period"].str.fullmatch(r"\d{4}")]
            return rows.assign(year=rows["period"].astype(int)).set_index("year").sort_index()

        return self.kept("years", table, query, whole)

    def input(
        self, name: str, label: str, rows: pd.DataFrame, column: str = "value", unit: str = ""
    ) -> Measure:
        """The last of some rows as a figure; a scenario may give it another value.

        `unit` is for tables without a column of that name.
        Raises Unknown if there is no row.
        """
        if rows.empty:
            raise Unknown(f"no figure for: {label}")
        row = rows.iloc[-1]
        unit = row["unit"] if "unit" in rows else unit
        unit = "%" if unit == "percent" else unit
        value = float(self.scenario.get(name, row[column]))
        measure = Measure(name, label, value, unit, row["source"])
        self.inputs.setdefault(name, measure)
        return measure

    def limit(self, threshold: str) -> float:
        """A limit by name. Raises KeyError if no threshold has that name."""
        if threshold not in self.limits:
            raise KeyError(f"{threshold!r} is no threshold: add it to claim_thresholds.csv")
        return self.limits[threshold]

    def graded(
        self,
        decided_by: Measure,
        steps: Mapping[Verdict, str],
        below: Verdict,
        *measured: Measure,
        higher: bool = True,
    ) -> Finding:
        """The first step (the best first) whose limit the value reaches; `below` if none.

        With `higher` false a smaller value is better: it must not exceed the limit.
        """
        rungs = tuple(Step(v, name, self.limit(name)) for v, name in steps.items())
        sign = 1 if higher else -1
        met = [s.verdict for s in rungs if sign * (decided_by.value - s.limit) >= -1e-12]
        verdict = met[0] if met else below
        return Finding(verdict, decided_by, rungs, below, higher, (decided_by, *measured))


# --- parts of rules ----------------------------------------------------------------------------


def derived(name: str, label: str, value: float, unit: str, *parts: Measure) -> Measure:
    """A figure computed from others, with their sources."""
    keys = dict.fromkeys(k for part in parts for k in part.source.split(";") if k)
    return Measure(name, label, float(value), unit, ";".join(keys))


def count(name: str, label: str, rows: pd.DataFrame, unit: str, sources: str = "") -> Measure:
    """The number of some rows, with their sources (or `sources`, if there may be none)."""
    keys = dict.fromkeys(k for cell in rows["source"] for k in cell.split(";"))
    return Measure(name, label, float(len(rows)), unit, ";".join(keys) or sources)


def share(name: str, label: str, part: pd.DataFrame, whole: pd.DataFrame) -> Measure:
    """The share (percent) of some rows in others. Raises Unknown if there are none."""
    if whole.empty:
        raise Unknown(f"no rows for: {label}")
    every = count("", "", whole, "")
    return Measure(name, label, 100 * len(part) / len(whole), "%", every.source)


def opinion(proxy: Callable[[], Iterable[Measure]]) -> Finding:
    """No rule decides an opinion; what can be measured beside it is shown, if it was known."""
    try:
        return Finding(Verdict.OPINION, measured=tuple(proxy()))
    except Unknown as gap:
        return Finding(Verdict.OPINION, reason=str(gap))


def tried(find: Callable[[], Finding]) -> Finding:
    """The finding, or an open one that says what is missing."""
    try:
        return find()
    except Unknown as gap:
        return Finding(Verdict.OPEN, reason=str(gap))


KINDLY = (Verdict.SUPPORTED, Verdict.IMPRECISE)  # the claim holds
HARSHLY = (Verdict.OVERSTATED, Verdict.MISLEADING, Verdict.CONTRADICTED)  # it doesn't


def by_source(findings: Mapping[str, Callable[[], Finding]], *, equal: bool = False) -> Finding:
    """The finding under each source or count; those that decide nothing give no verdict.

    The first gives the verdict: put the preferred one there. With `equal` none is preferred (the
    books of two states): if all hold the claim up, or all do not, the mildest counts, and if they
    part, the claim is open.
    """
    found = {name: tried(find) for name, find in findings.items()}
    sides = [f for f in found.values() if f.verdict != Verdict.OPEN]
    if not sides:
        if measured := [f for f in found.values() if f.decided_by]:  # graded, and open all the same
            return replace(measured[0], variants=tuple(found.items()))
        raise Unknown("; ".join(dict.fromkeys(f.reason for f in found.values() if f.reason)))
    first = sides[0]
    if equal:
        first = min(sides, key=lambda f: list(Verdict).index(f.verdict))
        verdicts = {f.verdict for f in sides}
        if verdicts & set(KINDLY) and verdicts & set(HARSHLY):
            apart = "the sources lead to opposite verdicts, and none is preferred"
            return Finding(Verdict.OPEN, variants=tuple(found.items()), reason=apart)
    return replace(first, variants=tuple(found.items()))


def judge(claim: str, evidence: Evidence) -> Finding:
    """The finding on one claim. Raises KeyError, naming it, if the claim has no rule."""
    if claim not in RULES:
        raise KeyError(f"{claim} has no rule: write one in caspian/models/claim_rules.py")
    return tried(lambda: RULES[claim](evidence))


# --- what would turn a verdict -----------------------------------------------------------------


@dataclass(frozen=True)
class Flip:
    """The nearest value of an input, below or above the present one, at which a verdict turns."""

    claim: str
    quantity: str
    label: str
    unit: str
    now: float
    direction: str
    flips_at: float
    verdict_now: Verdict
    verdict_then: Verdict


REACH = 20.0  # inputs are tried from nought to so many times their value
GRID = 60  # values tried on each side before the turn is closed in
CLOSE = 40  # halvings


def flips(claim: str, evidence: Evidence) -> list[Flip]:
    """Where the verdict on a claim turns, one row an input and direction; none if nothing turns it.

    One input moves, the others stay as they are. Inputs are the figures that the rule took with
    `Evidence.input`; they are tried from nought to twenty times their value. The nearest turn on
    each side is closed in by halving; `flips_at` is the first value with the new verdict, to
    rounding. A verdict that turns and returns between two of the values tried may be missed.
    """
    own = evidence.under(**evidence.scenario)
    now = judge(claim, own).verdict
    found = []
    for measure in own.inputs.values():

        def verdict_at(value: float, name: str = measure.name) -> Verdict:
            return judge(claim, evidence.under(**{**evidence.scenario, name: value})).verdict

        for direction, end in (("down", 0.0), ("up", REACH * max(measure.value, 1.0))):
            turn = _turn(verdict_at, measure.value, end, now)
            if turn is not None:
                found.append(
                    Flip(
                        claim,
                        measure.name,
                        measure.label,
                        measure.unit,
                        measure.value,
                        direction,
                        turn,
                        now,
                        verdict_at(turn),
                    )
                )
    return found


def _turn(
    verdict_at: Callable[[float], Verdict], start: float, end: float, now: Verdict
) -> float | None:
    """The value nearest to `start`, toward `end`, with another verdict than `now`."""
    held = start
    for k in range(1, GRID + 1):
        tried_value = start + (end - start) * (k / GRID) ** 2  # finer near the present value
        if verdict_at(tried_value) != now:
            turned = tried_value
            for _ in range(CLOSE):
                middle = (held + turned) / 2
                if verdict_at(middle) == now:
                    held = middle
                else:
                    turned = middle
            return turned
        held = tried_value
    return None
