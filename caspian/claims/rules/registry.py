"""Which function judges which claim, and what else could have been measured for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from caspian.claims.judging import Finding, Measure, Question, Rule, tried

if TYPE_CHECKING:
    from caspian.claims.evidence import Evidence

RULES: dict[str, Rule] = {}
CANDIDATES: dict[str, dict[str, Rule]] = {}  # measures weighed and not taken, by their words
LEFT_OUT: dict[
    str, Callable[[Evidence], list[Callable[[], Measure]]]
] = {}  # what a silence keeps from a reader


def rule(claim: str) -> Callable[[Rule], Rule]:
    """Enter a function in RULES for a claim. Raises ValueError if it has a rule already."""

    def keep(function: Rule) -> Rule:
        if claim in RULES:
            raise ValueError(f"{claim} has a rule already: {RULES[claim]}")
        RULES[claim] = function
        return function

    return keep


def candidate(claim: str, words: str) -> Callable[[Rule], Rule]:
    """Enter another way to measure a claim, shown beside the one taken."""

    def keep(function: Rule) -> Rule:
        CANDIDATES.setdefault(claim, {})[words] = function
        return function

    return keep


LookUps = Callable[["Evidence"], list[Callable[[], Measure]]]


def left_out(omission: str) -> Callable[[LookUps], LookUps]:
    """Enter a function that gives the figures behind something that the article leaves out."""

    def keep(function: LookUps) -> LookUps:
        LEFT_OUT[omission] = function
        return function

    return keep


def look_up(claim: str, evidence: Evidence) -> Question:
    """What a claim's rule asks, with its figures as known on the evidence's day.

    Raises KeyError, naming the claim, if it has no rule.
    """
    if claim not in RULES:
        raise KeyError(f"{claim} has no rule: write one in caspian/claims/rules")
    return tried(lambda: RULES[claim](evidence))


def judge(claim: str, evidence: Evidence) -> Finding:
    """The finding on one claim. Raises KeyError as `look_up`."""
    return look_up(claim, evidence).grade()
