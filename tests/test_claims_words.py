"""Why a verdict is what it is, in one sentence that reads well aloud; which rule asks a limit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from caspian import claims
from caspian.claims import words
from caspian.claims.judging import Finding, Ladder, Measure, Step, by_source, by_window
from caspian.claims.verdicts import IMPRECISE, OVERSTATED, SUPPORTED


def measure(value: float, unit: str = "%") -> Measure:
    return Measure("x", "The part", value, unit, "before")


STEPS = (Step(SUPPORTED, "half", 50.0), Step(IMPRECISE, "quarter", 25.0))


@pytest.mark.parametrize(
    ("value", "verdict", "says"),
    [
        (60.0, SUPPORTED, "The part came to 60%; “supported” asks for at least 50%."),
        (30.0, IMPRECISE, "The part came to 30%, 20 points short of the 50% for “supported”."),
        (
            10.0,
            OVERSTATED,
            "The part came to 10%, 15 points short of the 25% for “supported but imprecise”.",
        ),
    ],
)
def test_a_ladder_says_which_limit_was_met_or_missed(value, verdict, says):
    assert words.because(graded(value)) == says
    assert graded(value).verdict == verdict


def graded(value: float, unit: str = "%", label: str = "The part") -> Finding:
    by = replace(measure(value, unit), label=label)
    return Ladder(STEPS, OVERSTATED).grade(by)


def test_a_count_is_set_against_its_limit_without_a_distance():
    says = words.because(graded(30, "papers", "Papers, of that day"))
    assert says == "Papers, of that day, came to 30; “supported” asks for at least 50."


def test_a_limit_not_to_be_exceeded_is_missed_above():
    by = measure(60.0)
    ladder = Ladder((Step(SUPPORTED, "half", 50.0),), OVERSTATED, higher=False)
    says = "The part came to 60%, 10 points above the 50% for “supported”."
    assert words.because(ladder.grade(by)) == says
    met = words.because(ladder.grade(measure(50.0)))
    assert met == "The part came to 50%; “supported” allows at most 50%."


def sides(combine, **values: float) -> Finding:
    return combine({name: partial(Ladder(STEPS, OVERSTATED).of, measure(v))
                    for name, v in values.items()}).grade()  # fmt: skip


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"One": 60.0, "Two": 70.0}, "; the other count agrees."),
        ({"One": 60.0, "Two": 30.0}, "; the other count says otherwise."),
        ({"One": 60.0, "Two": 70.0, "Three": 80.0}, "; all counts agree."),
        ({"One": 60.0, "Two": 70.0, "Three": 30.0}, "; 1 of 2 other counts says otherwise."),
    ],
)
def test_counts_that_differ_are_told_in_one_sentence(values, says):
    first = "The part came to 60%; “supported” asks for at least 50%"
    assert words.because(sides(by_source, **values)) == first + says


def test_equals_that_part_are_told_with_the_one_that_holds_first():
    found = sides(partial(by_source, equal=True), One=10.0, Two=60.0)
    assert words.because(found) == (
        "Two bears it out (60%), One does not (10%), and none is preferred."
    )


ON_EACH = "“supported” asks for at least 50% on each"


@pytest.mark.parametrize(
    ("values", "how"),
    [
        ((60.0, 70.0), "each span bears it out"),
        ((60.0, 30.0), f"each span bears it out, one of them only in part; {ON_EACH}"),
        ((10.0, 11.0), f"no span bears it out; {ON_EACH}"),
        ((60.0, 10.0), f"the spans part: a longer one does not bear it out; {ON_EACH}"),
        ((10.0, 60.0), f"the spans part: only a longer one bears it out; {ON_EACH}"),
    ],
)
def test_spans_are_told_with_what_they_make_together(values, how):
    one, two = values
    found = sides(by_window, **{"The last year": one, "Since 2023": two})
    told = f"The part: the last year {one:.0f}% and since 2023 {two:.0f}%"
    assert words.because(found) == f"{told}; {how}."


def test_each_limit_is_listed_with_the_claims_whose_rules_ask_for_it():
    uses = claims.threshold_uses().set_index("threshold")["claims"]
    assert (uses != "").all()
    assert uses["european_ends"] == uses["detour_borne"] == "33"  # one is named in the sentence
    assert uses["part_major"] == "14, 27"
    assert "14" not in uses["growth_clear"].split(", ")
    assert uses["sea_height"] == "left out"
    assert uses["corridor_aim"] == "weighed"
