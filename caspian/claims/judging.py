"""How a claim is judged: a rule looks its figures up once; grading them is arithmetic.

A rule is a function from :class:`~caspian.claims.evidence.Evidence` to a :class:`Question`: the
look-up. A question holds named figures, each a :class:`Measure` with unit, period and sources, and
grades them without asking a table, so that a scenario, or a search for what would turn the verdict,
can give it other figures. A rule never names a number: limits come by name from the thresholds.

A rule that lacks a figure raises :class:`Unknown`, and the claim is open. Grading never raises:
figures that can't be (a part above its whole) are *refused*. A refusal is no verdict: it is open,
says why, and turns nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from caspian.claims.verdicts import (
    FALLS_SHORT,
    HOLDS,
    IMPRECISE,
    OPEN,
    OPINION,
    ORDER,
    OVERSTATED,
    Verdict,
)

T = TypeVar("T")


class Unknown(LookupError):
    """The evidence lacks what a rule needs: the claim is open, and the message says why."""


class Impossible(ValueError):
    """Figures that can't be, or that no result can be taken of: the finding is refused."""


@dataclass(frozen=True)
class Measure:
    """One figure of a finding.

    `name` for scenarios, with the period (`btc_mt_2025`); `label` in words; `value` in `unit`, of
    `period` (ISO 8601, "" if it has none); `source`: keys of `references.bib`. `counted`: of a
    share of rows, how many of how many. `movable`: looked up in a table, so that a scenario may
    give it another value.
    """

    name: str
    label: str
    value: float
    unit: str
    source: str
    period: str = ""
    counted: tuple[int, int] | None = None
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
    `measured` holds every figure looked at. `variants` are the findings that this one is made of:
    `by` "source" (several counts of one thing) or "window" (several spans of time). `reason` says
    what is missing, if the claim is open. `refused`: the figures can't be; the verdict then says
    nothing.
    """

    verdict: Verdict
    decided_by: Measure | None = None
    steps: tuple[Step, ...] = ()
    below: Verdict | None = None
    higher: bool = True
    measured: tuple[Measure, ...] = ()
    variants: tuple[tuple[str, Finding], ...] = ()
    by: str = ""
    reason: str = ""
    refused: bool = False

    def all(self) -> Iterator[Finding]:
        """This finding and all that it is made of."""
        yield self
        for _, variant in self.variants:
            yield from variant.all()

    @property
    def figures(self) -> list[Measure]:
        """Every figure of the finding and of its variants, once, in order of use."""
        return list(dict.fromkeys(m for finding in self.all() for m in finding.measured))

    @property
    def sources(self) -> list[str]:
        """Keys of `references.bib` behind the figures, in order of use."""
        keys = (key for m in self.figures for key in m.source.split(";") if key)
        return list(dict.fromkeys(keys))

    def parts(self, by: str) -> bool:
        """Whether variants of a kind lead to different verdicts (an open one is no side)."""
        return any(
            finding.by == by and len({f.verdict for _, f in finding.variants} - {OPEN}) > 1
            for finding in self.all()
        )

    @property
    def conflict(self) -> bool:
        """Whether the sources lead to different verdicts."""
        return self.parts("source")

    @property
    def nearest(self) -> Step | None:
        """The step whose limit lies nearest to the value that decided; None if none did."""
        by = self.decided_by
        return min(self.steps, key=lambda s: abs(by.value - s.limit), default=None) if by else None


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
class Sides:
    """One question asked in several ways, which `combine` makes into one finding.

    Those that decide nothing have no say. If one has to refuse its figures, the whole does.
    """

    sides: tuple[tuple[str, Question], ...]
    by: str
    combine: Callable[[list[Finding]], Finding]

    @property
    def inputs(self) -> dict[str, Measure]:
        """See `Question`; the first side's figure, if several have one of the same name."""
        found: dict[str, Measure] = {}
        for _, side in self.sides:
            found = found | {k: m for k, m in side.inputs.items() if k not in found}
        return found

    def under(self, scenario: Mapping[str, float]) -> Sides:
        """See `Question`; a value goes to every side that has a figure of that name."""
        return replace(self, sides=tuple((name, q.under(scenario)) for name, q in self.sides))

    def grade(self) -> Finding:
        """See `Question`."""
        variants = tuple((name, question.grade()) for name, question in self.sides)
        found = [finding for _, finding in variants]
        if refused := next((f for f in found if f.refused), None):
            return Finding(OPEN, variants=variants, by=self.by, reason=refused.reason, refused=True)
        decided = [f for f in found if f.verdict != OPEN]
        decided = decided or [f for f in found if f.decided_by][:1]  # graded, and open all the same
        if not decided:
            told = found[0] if self.by == "source" else found[-1]  # the preferred, the longest
            return Finding(OPEN, reason=told.reason)
        return replace(self.combine(decided), variants=variants, by=self.by)


Rule = Callable[..., Question]  # takes the Evidence


def stated(verdict: Verdict, reason: str) -> Formula:
    """A question that the evidence leaves without figures: the verdict, and what is missing."""
    return Formula((), lambda: Finding(verdict, reason=reason))


def tried(look_up: Callable[[], Question]) -> Question:
    """The question, or an open one that says what is missing."""
    try:
        return look_up()
    except Unknown as gap:
        return stated(OPEN, str(gap))


def _sides(
    by: str,
    look_ups: Mapping[str, Callable[[], Question]],
    combine: Callable[[list[Finding]], Finding],
) -> Sides:
    return Sides(tuple((name, tried(each)) for name, each in look_ups.items()), by, combine)


def _nearest_to_the_border(found: list[Finding]) -> Finding:
    """Of findings that agree, the one that says least: the weakest that holds, the mildest fault.

    So that no count makes a claim better or worse than every count bears out.
    """
    hold = found[0].verdict in HOLDS
    return (max if hold else min)(found, key=lambda f: ORDER[f.verdict])


def _agreed(found: list[Finding]) -> Finding:
    """The finding on which equals agree; open if one holds the claim up and another doesn't."""
    verdicts = {f.verdict for f in found}
    if verdicts & set(HOLDS) and verdicts & set(FALLS_SHORT):
        return Finding(OPEN, reason="the sources lead to opposite verdicts, and none is preferred")
    return _nearest_to_the_border(found)


def by_source(look_ups: Mapping[str, Callable[[], Question]], *, equal: bool = False) -> Sides:
    """One question to several sources or counts: each look-up is tried by itself.

    The first that decides anything gives the verdict: put the preferred one there. With `equal`
    none is preferred (the books of two states): the verdict is the one nearest to the border
    between holding and falling short; if they lie on both sides of it, the claim is open.
    """
    return _sides("source", look_ups, _agreed if equal else lambda found: found[0])


def by_window(look_ups: Mapping[str, Callable[[], Question]]) -> Sides:
    """A claim of growth asked of several spans of time, the newest first.

    If all hold the claim up, or none does: the verdict nearest to the border. If only the newest
    does, the claim is imprecise: it grows, and stands no higher than it did. If the newest does not
    and a longer one does, it is overstated: it grew, and no longer does.
    """

    def combine(found: list[Finding]) -> Finding:
        newest, *longer = found
        holds = newest.verdict in HOLDS
        if all((f.verdict in HOLDS) == holds for f in longer):
            return _nearest_to_the_border(found)
        return replace(newest, verdict=IMPRECISE if holds else OVERSTATED)

    return _sides("window", look_ups, combine)


def opinion(proxy: Callable[[], Formula]) -> Formula:
    """No rule decides an opinion; what can be measured beside it is shown, if it was known."""
    try:
        return replace(proxy(), refused_as=OPINION)
    except Unknown as gap:
        return stated(OPINION, str(gap))


def beside(*measured: Measure) -> Finding:
    """The finding on an opinion, with what is measured beside it."""
    return Finding(OPINION, measured=measured)


# --- parts of rules: arithmetic ------------------------------------------------------------------


def derived(name: str, label: str, value: float, unit: str, *parts: Measure) -> Measure:
    """A figure computed from others, with their sources. Raises Impossible if it is not finite."""
    if not math.isfinite(value):
        raise Impossible(f"no finite number: {label}")
    keys = dict.fromkeys(key for each in parts for key in each.source.split(";") if key)
    return Measure(name, label, float(value), unit, ";".join(keys))


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
