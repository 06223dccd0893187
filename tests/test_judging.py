"""Questions and findings: ladders, counts, spans of time, opinions, refusals."""

from __future__ import annotations

import math
import re

import pytest
from evidences import made

from caspian.claims.judging import (
    Finding,
    Formula,
    Impossible,
    Measure,
    Unknown,
    beside,
    by_source,
    by_window,
    change,
    derived,
    modelled,
    opinion,
    part,
    ratio,
    stated,
    tried,
    within,
)
from caspian.claims.verdicts import (
    CONTRADICTED,
    FALLS_SHORT,
    GROUPS,
    HOLDS,
    IMPRECISE,
    MISLEADING,
    OPEN,
    OPINION,
    OVERSTATED,
    SUPPORTED,
    Verdict,
)


def measure(value: float, name: str = "x", *, movable: bool = False) -> Measure:
    return Measure(name, name, value, "%", "before", movable=movable)


def side(verdict: Verdict):
    return lambda: stated(verdict, "" if verdict != OPEN else "open")


def lacking():
    raise Unknown("no figure")


def refusing(figure: Measure) -> Finding:
    return Finding(SUPPORTED, measured=(within(figure),))


def test_every_verdict_is_in_one_group():
    named = [verdict for kinds in GROUPS.values() for verdict in kinds]
    assert sorted(named) == sorted(Verdict)
    assert {*HOLDS, *FALLS_SHORT, OPEN, OPINION} == set(Verdict)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (20, SUPPORTED),
        (10, SUPPORTED),
        (9.99, IMPRECISE),
        (5, IMPRECISE),
        (4.99, OVERSTATED),
        (-1, OVERSTATED),
    ],
)
def test_a_ladder_gives_the_first_step_that_is_met(value, verdict):
    ladder = made({"major": 10, "minor": 5}).ladder(
        {SUPPORTED: "major", IMPRECISE: "minor"}, OVERSTATED
    )
    assert ladder.grade(measure(value)).verdict == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(0, SUPPORTED), (1, IMPRECISE), (1.01, CONTRADICTED), (2, CONTRADICTED)]
)
def test_a_ladder_downwards(value, verdict):
    ladder = made({"none": 0, "one": 1}).ladder(
        {SUPPORTED: "none", IMPRECISE: "one"}, CONTRADICTED, higher=False
    )
    assert ladder.grade(measure(value)).verdict == verdict


def test_a_finding_knows_its_nearest_limit():
    steps = {SUPPORTED: "major", IMPRECISE: "minor"}
    found = made({"major": 10, "minor": 5}).ladder(steps, OVERSTATED).grade(measure(6))
    assert found.nearest.threshold == "minor"
    assert Finding(OPINION).nearest is None


def test_a_limit_without_a_name_is_refused():
    with pytest.raises(KeyError, match="claim_thresholds"):
        made({}).ladder({SUPPORTED: "nowhere"}, OPEN)


# --- several counts of one thing ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sides", "equal", "verdict", "conflict"),
    [
        ({"a": side(SUPPORTED), "b": side(CONTRADICTED)}, False, SUPPORTED, True),
        ({"a": side(SUPPORTED), "b": side(CONTRADICTED)}, True, OPEN, True),
        ({"a": side(IMPRECISE), "b": side(OVERSTATED)}, True, OPEN, True),
        # Equals that agree in kind: the verdict nearest to the border
        ({"a": side(MISLEADING), "b": side(OVERSTATED)}, True, OVERSTATED, True),
        ({"a": side(IMPRECISE), "b": side(SUPPORTED)}, True, IMPRECISE, True),
        ({"a": side(SUPPORTED), "b": side(SUPPORTED)}, True, SUPPORTED, False),
        ({"a": lacking, "b": side(IMPRECISE)}, False, IMPRECISE, False),
        ({"a": lacking, "b": side(IMPRECISE)}, True, IMPRECISE, False),
    ],
)
def test_by_source(sides, equal, verdict, conflict):
    got = by_source(sides, equal=equal).grade()
    assert (got.verdict, got.conflict) == (verdict, conflict)
    assert [name for name, _ in got.variants] == ["a", "b"]
    assert got.by == "source"


def test_by_source_of_nothing_is_open():
    assert by_source({"a": lacking, "b": lacking}).grade() == Finding(OPEN, reason="no figure")


# --- several spans of time ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spans", "verdict", "parts"),
    [
        ([SUPPORTED, SUPPORTED], SUPPORTED, False),
        ([SUPPORTED, IMPRECISE], IMPRECISE, True),
        ([IMPRECISE, SUPPORTED, SUPPORTED], IMPRECISE, True),
        ([SUPPORTED, CONTRADICTED, SUPPORTED], IMPRECISE, True),
        ([CONTRADICTED, SUPPORTED], OVERSTATED, True),
        ([CONTRADICTED, CONTRADICTED, IMPRECISE], OVERSTATED, True),
        ([CONTRADICTED, CONTRADICTED], CONTRADICTED, False),
        ([OPEN, SUPPORTED], SUPPORTED, False),
    ],
)
def test_by_window(spans, verdict, parts):
    got = by_window({f"{k}": side(kind) for k, kind in enumerate(spans)}).grade()
    assert (got.verdict, got.parts("window"), got.conflict) == (verdict, parts, False)


def test_no_long_span_hides_what_the_newest_says():
    for newest in FALLS_SHORT:
        for longer in HOLDS:
            got = by_window({"new": side(newest), "long": side(longer)}).grade()
            assert got.verdict not in HOLDS and got.parts("window")


def test_spans_within_counts_are_told_apart():
    grew = by_window({"new": side(SUPPORTED), "long": side(CONTRADICTED)})
    got = by_source({"a": lambda: grew, "b": side(IMPRECISE)}).grade()
    assert got.parts("window") and not got.conflict
    assert len(list(got.all())) == 5


# --- opinions and refusals ------------------------------------------------------------------------


def test_an_opinion_stays_one_without_its_proxy():
    assert opinion(lambda: Formula((measure(1),), beside)).grade().measured
    without = opinion(lacking).grade()
    assert without.verdict == OPINION and without.reason == "no figure"


@pytest.mark.parametrize(
    ("grading", "reason"),
    [
        (lambda a, b: beside(change("c", "c", a, b)), "no change can be taken on nothing: b"),
        (lambda a, b: beside(ratio("c", "c", a, b)), "no share can be taken of nothing: b"),
        (lambda a, b: beside(part("c", "share", b, a)), None),
        (lambda a, b: beside(part("c", "share", a, measure(4))), "a part can't exceed .*: share"),
        (lambda a, b: beside(ratio("c", "c", a, measure(4))), None),
        (lambda a, b: beside(ratio("c", "c", a, measure(1e-320))), "no finite number: c"),
        (lambda a, b: beside(derived("c", "c", math.nan, "%", a)), "no finite number: c"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(grading, reason):
    got = Formula((measure(5, "a"), measure(0, "b")), grading).grade()
    assert got.refused == bool(reason)
    if reason:
        assert got.verdict == OPEN and re.fullmatch(reason, got.reason)


@pytest.mark.parametrize("equal", [False, True])
def test_a_source_that_refuses_its_figure_refuses_the_whole(equal):
    sides = {"a": side(SUPPORTED), "b": lambda: Formula((measure(101),), refusing)}
    got = by_source(sides, equal=equal).grade()
    assert got.refused and got.verdict == OPEN and "exceed" in got.reason


def test_a_refused_opinion_is_one_still():
    got = opinion(lambda: Formula((measure(101),), refusing)).grade()
    assert got.verdict == OPINION and got.refused


def test_what_a_model_refuses_is_impossible():
    def model(x: float) -> float:
        raise ValueError("too much")

    with pytest.raises(Impossible, match="too much"):
        modelled(model, 1.0)


def test_a_scenario_moves_what_was_looked_up_and_nothing_else():
    fixed, moved = measure(1, "fixed"), measure(1, "moved", movable=True)
    question = Formula((fixed, moved), beside)
    values = [m.value for m in question.under({"fixed": 9, "moved": 9}).grade().measured]
    assert values == [1, 9]
    assert list(question.inputs) == ["moved"]


def test_a_look_up_that_lacks_a_figure_is_open_and_says_why():
    got = tried(lacking).grade()
    assert got.verdict == OPEN and got.reason == "no figure" and not got.refused
