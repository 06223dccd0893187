"""How a claim is judged: evidence as known on a date, figures looked up once, then arithmetic.

A rule is a function from :class:`Evidence` to a :class:`Question`: it looks its figures up, each a
:class:`Measure` with unit and sources, and says how to grade them. Grading asks no table, so a
scenario, or a search for what would turn the verdict, gives the question other figures and grades
again. A rule never names a number: limits come by name from the thresholds. One that lacks a figure
raises :class:`Unknown`, and the claim is open. Figures that can't be (a part above its whole) are
refused: such a finding is open, with the reason, and turns no verdict.

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
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar

import pandas as pd

from caspian.models.routes import OUTCOME, status_outcome
from caspian.rules import period_bounds

T = TypeVar("T")
OWN = "across_the_caspian"  # the book's own assumptions and conventions: known at any date
EVENT_COLUMNS = ("signed", "said_on", "start", "date", "founded")  # an event's day, in this order
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


SUPPORTED, IMPRECISE, OVERSTATED, MISLEADING, CONTRADICTED, OPINION, OPEN = Verdict
HOLDS = (SUPPORTED, IMPRECISE)
FAILS = (OVERSTATED, MISLEADING, CONTRADICTED)


class Unknown(LookupError):
    """The evidence lacks what a rule needs: the claim is open, and the message says why."""


class Impossible(ValueError):
    """Figures that can't be, or that no result can be taken of: the finding is refused."""


@dataclass(frozen=True)
class Measure:
    """One figure of a finding: a name for scenarios, what it is in words, value, unit, sources.

    `movable`: a scenario may give it another value.
    """

    name: str
    label: str
    value: float
    unit: str
    source: str
    movable: bool = False

    def under(self, scenario: Mapping[str, float]) -> Measure:
        """The same figure with the scenario's value, if it has one for it."""
        if not self.movable or self.name not in scenario:
            return self
        return replace(self, value=float(scenario[self.name]))


@dataclass(frozen=True)
class Step:
    """A rung: at `limit` (named `threshold`) or better, the verdict is at least this."""

    verdict: Verdict
    threshold: str
    limit: float


@dataclass(frozen=True)
class Finding:
    """The verdict on a claim at one date, with what decided it.

    `decided_by` is the measure that the `steps` grade (the best first; `below` if none is met);
    `measured` holds every figure looked at; `variants` the finding under each of several sources
    or counts; `reason` what is missing, if the claim is open. `refused`: the figures can't be, and
    the reason says why; the verdict then says nothing.
    """

    verdict: Verdict
    decided_by: Measure | None = None
    steps: tuple[Step, ...] = ()
    below: Verdict | None = None
    higher: bool = True
    measured: tuple[Measure, ...] = ()
    variants: tuple[tuple[str, Finding], ...] = ()
    reason: str = ""
    refused: bool = False

    @property
    def sources(self) -> list[str]:
        """Keys of `references.bib` behind the figures, in order of use."""
        figures = [*self.measured, *(m for _, f in self.variants for m in f.measured)]
        keys = [key for m in figures for key in m.source.split(";") if key]
        return list(dict.fromkeys(keys))

    @property
    def conflict(self) -> bool:
        """Whether the sources lead to different verdicts (one that decides nothing is no side)."""
        return len({f.verdict for _, f in self.variants} - {OPEN}) > 1

    @property
    def nearest(self) -> Step | None:
        """The step whose limit lies nearest to the value that decided; None if none did."""
        by = self.decided_by
        return min(self.steps, key=lambda s: abs(by.value - s.limit), default=None) if by else None

    @property
    def margin(self) -> float | None:
        """How far the value lies above (or, negative, below) the nearest limit, in its unit."""
        step, by = self.nearest, self.decided_by
        return by.value - step.limit if by and step else None


@dataclass(frozen=True)
class Ladder:
    """How a value becomes a verdict: steps, the best first, and the verdict below them all.

    With `higher` false a smaller value is better: it must not exceed the limit.
    """

    steps: tuple[Step, ...]
    below: Verdict
    higher: bool = True

    def grade(self, decided_by: Measure, *measured: Measure) -> Finding:
        """The finding of the first step whose limit the value reaches; `measured` stands beside."""
        sign = 1 if self.higher else -1
        met = (s.verdict for s in self.steps if sign * (decided_by.value - s.limit) >= -1e-12)
        verdict, figures = next(met, self.below), (decided_by, *measured)
        return Finding(verdict, decided_by, self.steps, self.below, self.higher, figures)

    def of(self, decided_by: Measure, *measured: Measure) -> Formula:
        """The question that asks for no more than the verdict on a figure looked up."""
        return Formula((decided_by, *measured), self.grade)


# --- what a rule asks of the figures -------------------------------------------------------------


class Question(Protocol):
    """What a rule asks, with its figures: looked up once, graded as often as one likes."""

    @property
    def inputs(self) -> dict[str, Measure]:
        """The figures that a scenario can replace, by name, in the order of their use."""

    def under(self, scenario: Mapping[str, float]) -> Question:
        """The same question with a scenario's values for the inputs that it names."""

    def grade(self) -> Finding:
        """The finding. Arithmetic alone: asks no table, and refuses figures that can't be."""


@dataclass(frozen=True)
class Formula:
    """A question to one set of figures: `grading` takes them in their order.

    It may raise Impossible; the finding is then refused, with the verdict `refused_as`.
    """

    figures: tuple[Measure, ...]
    grading: Callable[..., Finding]
    refused_as: Verdict = OPEN

    @property
    def inputs(self) -> dict[str, Measure]:
        """See `Question`."""
        return {m.name: m for m in self.figures if m.movable}

    def under(self, scenario: Mapping[str, float]) -> Formula:
        """See `Question`."""
        return replace(self, figures=tuple(m.under(scenario) for m in self.figures))

    def grade(self) -> Finding:
        """See `Question`."""
        try:
            for measure in self.figures:
                if not math.isfinite(measure.value):
                    raise Impossible(f"no finite number: {measure.label}")
            return self.grading(*self.figures)
        except Impossible as why:
            return Finding(self.refused_as, reason=str(why), refused=True)


@dataclass(frozen=True)
class BySource:
    """One question to each of several sources or counts; those that decide nothing have no say.

    The first gives the verdict: put the preferred one there. With `equal` none is preferred (the
    books of two states): if all hold the claim up, or all do not, the mildest counts, and if they
    part, the claim is open. If one has to refuse its figures, the whole does.
    """

    sides: tuple[tuple[str, Question], ...]
    equal: bool = False

    @property
    def inputs(self) -> dict[str, Measure]:
        """See `Question`; the first source's figure, if several have one of the same name."""
        found: dict[str, Measure] = {}
        for _, side in self.sides:
            found = found | {k: m for k, m in side.inputs.items() if k not in found}
        return found

    def under(self, scenario: Mapping[str, float]) -> BySource:
        """See `Question`; a value goes to every source that has a figure of that name."""
        return replace(self, sides=tuple((name, q.under(scenario)) for name, q in self.sides))

    def grade(self) -> Finding:
        """See `Question`."""
        variants = tuple((name, question.grade()) for name, question in self.sides)
        found = [finding for _, finding in variants]
        if refused := next((f for f in found if f.refused), None):
            return Finding(OPEN, variants=variants, reason=refused.reason, refused=True)
        sides = [f for f in found if f.verdict != OPEN]
        sides = sides or [f for f in found if f.decided_by][:1]  # graded, and open all the same
        if not sides:
            return Finding(OPEN, reason="; ".join(dict.fromkeys(f.reason for f in found)))
        verdicts = {f.verdict for f in sides}
        if self.equal and verdicts & set(HOLDS) and verdicts & set(FAILS):
            apart = "the sources lead to opposite verdicts, and none is preferred"
            return Finding(OPEN, variants=variants, reason=apart)
        order = list(Verdict)
        first = min(sides, key=lambda f: order.index(f.verdict)) if self.equal else sides[0]
        return replace(first, variants=variants)


Rule = Callable[["Evidence"], Question]


def stated(verdict: Verdict, reason: str) -> Formula:
    """A question that the evidence leaves without figures: the verdict, and what is missing."""
    return Formula((), lambda: Finding(verdict, reason=reason))


def tried(look_up: Callable[[], Question]) -> Question:
    """The question, or an open one that says what is missing."""
    try:
        return look_up()
    except Unknown as gap:
        return stated(OPEN, str(gap))


def by_source(sides: Mapping[str, Callable[[], Question]], *, equal: bool = False) -> BySource:
    """One question to several sources: each look-up is tried by itself."""
    return BySource(tuple((name, tried(look_up)) for name, look_up in sides.items()), equal)


def opinion(proxy: Callable[[], Formula]) -> Formula:
    """No rule decides an opinion; what can be measured beside it is shown, if it was known."""
    try:
        return replace(proxy(), refused_as=OPINION)
    except Unknown as gap:
        return stated(OPINION, str(gap))


def beside(*measured: Measure) -> Finding:
    """The finding on an opinion, with what is measured beside it."""
    return Finding(OPINION, measured=measured)


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


def _said(
    row: Mapping[str, Any], appeared_on: Mapping[str, dt.date | None], *, lenient: bool = False
) -> dt.date:
    """The day on which a row's source (or all, if it was derived from several) had appeared."""
    unknown = dt.date.min if lenient else dt.date.max
    days = [appeared_on.get(key) or unknown for key in row["source"].split(";")]
    return max(days) if row.get("derived") else min(days)


def _reported(row: Mapping[str, Any]) -> tuple[dt.date, dt.date] | None:
    """First and last day of what a row reports; None if it only says a figure, of no day."""
    for column in EVENT_COLUMNS:
        if isinstance(row.get(column), str):
            return period_bounds(row[column])
    said_only = row.get("status") is not None and row["status"] not in OUTCOME
    if said_only or not isinstance(row.get("period"), str):
        return None
    return period_bounds(row["period"])


def last_event(rows: pd.DataFrame, appeared_on: Mapping[str, dt.date | None]) -> dt.date:
    """The last day of what some rows report; `date.min` if they report nothing.

    Only rows that say when, to the month or the day (a year doesn't say how far in it they reach),
    and whose source had not appeared before it began: that is a plan.
    """
    ends = [dt.date.min]
    for row in rows.to_dict("records"):
        if span := _reported(row):
            first, last = span
            if (last - first).days < 31 and _said(row, appeared_on) >= first:
                ends.append(last)
    return max(ends)


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
        [_said(r, appeared_on, lenient=lenient) for r in records], index=rows.index, dtype=object
    )
    spans = [_reported(r) for r in records]
    happened = pd.Series(
        [s[1] if s else dt.date.min for s in spans], index=rows.index, dtype=object
    )
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
    """The tables as known on a day (`on`; None: all that they hold), and the limits.

    `load` gives a table by name, `observation` the columns that name one observation of it,
    `appeared_on` each source's day. `day` is that of judgement, to which time is counted.
    """

    load: Callable[[str], pd.DataFrame]
    observation: Callable[[str], list[str]]
    appeared_on: Mapping[str, dt.date | None]
    limits: Mapping[str, float]
    day: dt.date
    on: dt.date | None = None
    lenient: bool = False
    _known: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def known(self, table: str, query: str = "") -> pd.DataFrame:
        """The rows of a table known on the day, narrowed by a query. Not to be changed in place."""
        if (table, query) not in self._known:
            self._known[table, query] = (
                self.known(table).query(query) if query else self._known_then(table)
            )
        return self._known[table, query]

    def _known_then(self, table: str) -> pd.DataFrame:
        rows = self.load(table)
        if self.on is None:
            return rows
        columns = self.observation(table)
        return known(rows, self.on, self.appeared_on, columns, lenient=self.lenient)

    def reference(self, table: str) -> pd.DataFrame:
        """A table of what things are (routes, places), which is no news of any day."""
        return self.load(table)

    def outcome(self, table: str, query: str = "") -> pd.DataFrame:
        """Its preferred rows that say what happened."""
        return status_outcome(self.known(table, query))

    def years(self, table: str, query: str) -> pd.DataFrame:
        """Outcome rows of whole years, by year, in order."""
        rows = self.outcome(table, query)
        rows = rows[rows["period"].str.fullmatch(r"\d{4}")]
        return rows.assign(year=rows["period"].astype(int)).set_index("year").sort_index()

    def input(
        self, name: str, label: str, rows: pd.DataFrame, column: str = "value", unit: str = ""
    ) -> Measure:
        """The last of some rows as a figure that a scenario may move.

        `unit` is for tables without a column of that name.
        Raises Unknown if there is no row.
        """
        if rows.empty:
            raise Unknown(f"no figure for: {label}")
        row = rows.iloc[-1]
        unit = row["unit"] if "unit" in rows else unit
        unit = "%" if unit == "percent" else unit
        return Measure(name, label, float(row[column]), unit, row["source"], movable=True)

    def limit(self, threshold: str) -> float:
        """A limit by name. Raises KeyError if no threshold has that name."""
        if threshold not in self.limits:
            raise KeyError(f"{threshold!r} is no threshold: add it to claim_thresholds.csv")
        return self.limits[threshold]

    def ladder(
        self, steps: Mapping[Verdict, str], below: Verdict, *, higher: bool = True
    ) -> Ladder:
        """A ladder of limits by name, the best verdict first. Raises KeyError as `limit`."""
        rungs = (Step(verdict, name, self.limit(name)) for verdict, name in steps.items())
        return Ladder(tuple(rungs), below, higher)


# --- parts of rules: look-ups --------------------------------------------------------------------


def count(name: str, label: str, rows: pd.DataFrame, unit: str, sources: str = "") -> Measure:
    """The number of some rows, with their sources (or `sources`, if there may be none)."""
    return Measure(name, label, float(len(rows)), unit, merged(rows["source"]) or sources)


def share(name: str, label: str, some: pd.DataFrame, every: pd.DataFrame) -> Measure:
    """The share (percent) of some rows in all of them. Raises Unknown if there are none."""
    if every.empty:
        raise Unknown(f"no rows for: {label}")
    return Measure(name, label, 100 * len(some) / len(every), "%", merged(every["source"]))


# --- parts of rules: arithmetic ------------------------------------------------------------------


def merged(sources: Iterable[str]) -> str:
    """Cells of sources as one, each key once."""
    return ";".join(dict.fromkeys(key for cell in sources for key in cell.split(";") if key))


def derived(name: str, label: str, value: float, unit: str, *parts: Measure) -> Measure:
    """A figure computed from others, with their sources. Raises Impossible if it is not finite."""
    if not math.isfinite(value):
        raise Impossible(f"no finite number: {label}")
    return Measure(name, label, float(value), unit, merged(part.source for part in parts))


def change(name: str, label: str, last: Measure, first: Measure) -> Measure:
    """The change from one figure to another, in percent of the first; Impossible if it is 0."""
    if first.value <= 0:
        raise Impossible(f"no change can be taken on nothing: {first.label}")
    return derived(name, label, 100 * (last.value / first.value - 1), "%", last, first)


def ratio(name: str, label: str, one: Measure, other: Measure) -> Measure:
    """One figure in percent of another, which it may exceed; Impossible if the other is 0."""
    if other.value <= 0:
        raise Impossible(f"no share can be taken of nothing: {other.label}")
    return derived(name, label, 100 * one.value / other.value, "%", one, other)


def part(name: str, label: str, of: Measure, whole: Measure) -> Measure:
    """One figure in percent of the whole that it is a part of; Impossible if it exceeds that."""
    return within(ratio(name, label, of, whole))


def modelled(model: Callable[..., T], *figures: object) -> T:
    """What a model makes of some figures. Raises Impossible if it refuses them (ValueError)."""
    try:
        return model(*figures)
    except ValueError as wrong:
        raise Impossible(str(wrong)) from None


def within(portion: Measure) -> Measure:
    """A part of a whole, in percent, as it is. Raises Impossible if it is more than the whole."""
    if portion.value > 100 * (1 + 1e-9):
        raise Impossible(f"a part can't exceed its whole: {portion.label}")
    return portion


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


def flips(claim: str, question: Question) -> list[Flip]:
    """Where the verdict on a claim turns, one row an input and direction; none if nothing turns it.

    One input moves, the others stay as they are. Inputs are the figures that the rule took with
    `Evidence.input`; they are tried from nought to twenty times their value, as far as they can be.
    The nearest turn on each side is closed in by halving; `flips_at` is the first value with the
    new verdict, to rounding. A verdict that turns and returns between two of the values tried may
    be missed.
    """
    now = question.grade()
    if now.refused or now.verdict == OPINION:  # nothing turns an opinion
        return []
    found = []
    for measure in question.inputs.values():

        def asked(value: float, name: str = measure.name) -> Finding:
            return question.under({name: value}).grade()

        for direction, end in (("down", 0.0), ("up", REACH * max(measure.value, 1.0))):
            turn = _turn(asked, measure.value, end, now.verdict)
            if turn is not None:
                shown = claim, measure.name, measure.label, measure.unit, measure.value
                found.append(Flip(*shown, direction, turn, now.verdict, asked(turn).verdict))
    return found


def _turn(
    asked: Callable[[float], Finding], start: float, end: float, now: Verdict
) -> float | None:
    """The value nearest to `start`, toward `end`, with another verdict than `now`."""
    held = start
    for k in range(1, GRID + 1):
        value = start + (end - start) * (k / GRID) ** 2  # finer near the present value
        finding = asked(value)
        if finding.refused:  # look as far as figures can be, and no further
            value, _ = _closed_in(held, value, lambda v: not asked(v).refused)
            end, finding = value, asked(value)
        if finding.verdict != now:
            return _closed_in(held, value, lambda v: asked(v).verdict == now)[1]
        if value == end:
            return None
        held = value
    return None


def _closed_in(held: float, turned: float, holds: Callable[[float], bool]) -> tuple[float, float]:
    """The last value at which something holds and the first at which it doesn't, to rounding."""
    for _ in range(CLOSE):
        middle = (held + turned) / 2
        if holds(middle):
            held = middle
        else:
            turned = middle
    return held, turned
