"""Verdicts through time: month by month, each with what moved it."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from evidences import THEN, evidence_of, now, records

from caspian import claims
from caspian.claims import history
from caspian.claims.rules import RULES, judge
from caspian.claims.verdicts import GROUPS, OPEN, OPINION, OVERSTATED, SUPPORTED
from openbook import tables


@cache
def through():
    return history.verdicts(records())


def test_the_days_are_the_visits_and_the_ends_of_months():
    found = history.days(dt.date(2024, 6, 10))
    assert found == [THEN, *(dt.date(2024, m, d) for m, d in ((3, 31), (4, 30), (5, 31), (6, 10)))]
    assert history.days(dt.date(2024, 3, 12)) == [THEN, THEN]


@pytest.mark.parametrize("claim", sorted(RULES))
def test_the_line_begins_with_then_and_agrees_with_a_rule_asked_afresh(claim):
    line = through()[claim]
    assert [day for day, _ in line] == history.days(now().judged_on)
    assert line[0][1].verdict == judge(claim, evidence_of("then")).verdict
    for day, found in line[3::7]:  # what is kept from the month before is what would be found
        assert found.verdict == judge(claim, claims.evidence(day)).verdict, day


def test_an_opinion_stays_one():
    opinions = set(tables.load("claims").query("kind == 'opinion'")["claim"])
    assert {c for c, line in through().items() if line[-1][1].verdict == OPINION} == opinions
    assert not opinions & {change.claim for change in history.changes(through())}


def test_every_turn_has_a_source_of_its_month_or_time_did_it():
    sources = records().appeared_on
    for turn in history.changes(through()):
        line = dict(through()[turn.claim])
        days = sorted(line)
        before = days[days.index(turn.day) - 1]
        assert line[before].verdict == turn.before != turn.after == line[turn.day].verdict
        assert turn.what
        for key in filter(None, turn.source.split(";")):
            assert sources[key] and sources[key] <= turn.day, (turn, key)
        asks_day = claims.evidence(turn.day)
        judge(turn.claim, asks_day)
        by_time = "day" in asks_day.asked or turn.after == OPEN  # an aim's year had passed
        assert turn.source or by_time, f"{turn}: neither a source nor time"


def test_the_war_reached_the_ways_through_russia_a_year_after_the_visit():
    turns = [(t.day, t.after) for t in history.changes(through()) if t.claim == "c32"]
    assert through()["c32"][0][1].verdict == OVERSTATED
    assert turns == [(dt.date(2025, 2, 28), SUPPORTED)]


def test_the_score_counts_every_claim_on_every_day():
    score = history.score(through())
    assert score.groupby("day")["claims"].sum().eq(len(RULES)).all()
    assert set(score["group"]) == set(GROUPS)
