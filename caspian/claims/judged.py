"""Every claim judged twice: the book's tables as evidence, and the findings on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from caspian import tables
from caspian.claims.evidence import Evidence, Limits, Records, appeared
from caspian.claims.judging import Finding, Measure, Question, Unknown, tried
from caspian.claims.rules import CANDIDATES, LEFT_OUT, RULES, TABLES, judge, look_up

THEN = dt.date(2024, 3, 12)  # the day after the visit: what a writer of the article could know
ARTICLE = "article_202403"


@dataclass(frozen=True)
class Judged:
    """One claim of the article with its findings.

    `claim` is its row of `data/claims.csv`; `lenient` the finding as known then if sources
    without a date are taken to have been out.
    """

    claim: Mapping[str, Any]
    then: Finding
    now: Finding
    lenient: Finding


def _load(name: str) -> pd.DataFrame:
    """A table that the rules may ask. Raises KeyError for any other."""
    if name not in TABLES:
        raise KeyError(f"{name!r} is no table of the rules: add it to TABLES in claims/rules")
    return tables.load(name)


def _observation(name: str) -> list[str]:
    """The columns that name one observation of a table."""
    return tables.describe(name).get("openbook", {}).get("observation", [])


def records() -> Records:
    """The book's tables, sources and limits, to be asked for any day.

    Raises TableError if a table is not valid.
    """
    sources = tables.references()
    publisher = sources[ARTICLE].publisher
    return Records(
        load=_load,
        observation=_observation,
        appeared_on={key: appeared(key, s.date) for key, s in sources.items()},
        limits=Limits(tables.load("claim_thresholds").set_index("threshold")),
        own_publisher=[key for key, s in sources.items() if s.publisher == publisher],
    )


def until(of: Records | None = None) -> dt.date:
    """The day to which the evidence runs: the last event or period in the tables of the rules."""
    of = of or records()
    return max(of.dated(name).last_event() for name in TABLES)


def evidence(
    on: dt.date | None = None, *, lenient: bool = False, of: Records | None = None
) -> Evidence:
    """The book's tables as known on a day (None: all of them). `of`: records read already.

    Raises TableError if a table is not valid.
    """
    of = of or records()
    return Evidence(of, on or until(of), on, lenient)


def questions(ev: Evidence, names: Iterable[str] | None = None) -> dict[str, Question]:
    """What the rules ask, with their figures; of all claims, or of some by name.

    Raises KeyError for a claim without a rule.
    """
    return {name: look_up(name, ev) for name in names or sorted(RULES)}


def judged(of: Records | None = None) -> list[Judged]:
    """Every claim with its findings, in the order of `data/claims.csv`."""
    of = of or records()
    days = evidence(THEN, of=of), evidence(of=of), evidence(THEN, lenient=True, of=of)
    return [
        Judged(row, *(judge(row["claim"], ev) for ev in days))
        for row in tables.load("claims").to_dict("records")
    ]


def candidates(claim: str, ev: Evidence) -> dict[str, Finding]:
    """What the measures say that were weighed for a claim and not taken, by their words."""
    return {
        words: tried(partial(measure, ev)).grade()
        for words, measure in CANDIDATES.get(claim, {}).items()
    }


def omitted(omission: str, ev: Evidence) -> list[Measure]:
    """The figures behind something that the article leaves out; none if none was known.

    Raises KeyError, naming it, if no function gives them.
    """
    if omission not in LEFT_OUT:
        raise KeyError(f"{omission} has no figures: write a function in claims/rules/omissions.py")
    found = []
    try:
        for figure in LEFT_OUT[omission](ev):
            try:
                found.append(figure())
            except Unknown:
                continue
    except Unknown:
        return []
    return found
