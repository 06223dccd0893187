"""Rules for what is not there: years that are left out, sets that lack rows, pairs without one."""

from __future__ import annotations

import pandas as pd
import pytest

from openbook import tables
from openbook.tables.complete import Complete, Pairs, gaps
from openbook.tables.options import Context
from openbook.tables.rules import read_rules
from openbook.tables.selection import chosen

NOTHING_ELSE = Context(rows=lambda name: pd.DataFrame(), key=lambda name: "")
SERIES = pd.DataFrame(
    {"port": ["A", "A", "A", "B", "B", "B"], "period": ["2020", "2021", "2022"] * 2}
)
YEARS = {"by": ("port",), "of": "period", "why": "yearly"}


def told(rule, frame):
    return [(each.row, each.problem) for each in rule.violations(frame, NOTHING_ELSE)]


@pytest.mark.parametrize(
    "periods, absent",
    [
        (["2020", "2022"], ["2021"]),
        (["2021-11", "2022-02"], ["2021-12", "2022-01"]),
        (["2020", "2021-05", "2022"], ["2021"]),  # a month is no year
        (["2020/2024", "2019-01/2019-06", "2026"], []),
        (["2022"], []),
        ([], []),
    ],
)
def test_gaps_are_counted_among_periods_of_one_length(periods, absent):
    assert gaps(periods) == absent


@pytest.mark.parametrize(
    "options, gone, said",
    [
        ({"unbroken": True}, 4, (5, "there is no row for 2021, at port=B")),
        ({"each": 3}, 5, (5, "there are 2 of period, at port=B")),
        ({"first": "2020"}, 3, (5, "the first period is 2021, at port=B")),
        ({"last": "2022"}, 2, (2, "the last period is 2021, at port=A")),
    ],
)
def test_a_set_that_lacks_a_row_is_named(options, gone, said):
    rule = Complete(**YEARS, **options)
    assert told(rule, SERIES) == []
    assert told(rule, SERIES.drop(gone).reset_index(drop=True)) == [said]


def test_sets_are_counted_and_chosen():
    alone = SERIES[SERIES["port"] == "A"]
    assert told(Complete(**YEARS, sets=2), SERIES) == []
    assert told(Complete(**YEARS, sets=2), alone) == [(3, "there are 1 sets of port, at port=A")]
    assert told(Complete(**YEARS, sets=1, where={"port": ("A",)}), SERIES) == []
    whole = Complete(of="period", why="yearly", each=3, unbroken=True)  # all rows are one set
    assert told(whole, SERIES) == []
    assert told(whole, alone.drop(1)) == [
        (3, "there are 2 of period"),
        (3, "there is no row for 2021"),
    ]


def test_each_two_that_occur_have_a_row():
    frame = pd.DataFrame(
        {
            "one": ["A", "A", "B", "C"],
            "other": ["B", "C", "C", "A"],
            "period": [*["2020"] * 3, "2021"],
        }
    )
    rule = Pairs(members=("one", "other"), by="period", why="all with all")
    assert told(rule, frame) == []
    assert told(rule, frame.drop(1)) == [(3, "in 2020 there is no row of A, C")]
    but = Pairs(members=("one", "other"), by="period", why="all with all", but=("A, C, 2020",))
    assert told(but, frame.drop(1)) == []


def _rules_with_rows():
    for resource in tables.package()["resources"]:
        for rule in read_rules(resource)[0]:
            if getattr(rule, "where", None):
                yield resource["name"], rule


def test_no_rule_is_about_rows_that_do_not_exist():
    """A cell that is spelled otherwise in a rule than in the table leaves the rule without rows."""
    idle = [
        f"{name}: {rule.kind} where {rule.where}"
        for name, rule in _rules_with_rows()
        if chosen(tables.load(name), rule.where).empty
    ]
    assert not idle, "\n".join(idle)


@pytest.mark.parametrize("name", ["brent", "country_indicators", "kz_trade_by_partner",
                                  "kz_trade_totals", "un_ukraine_votes", "un_votes"])  # fmt: skip
def test_a_row_that_is_gone_is_missed_where_a_table_is_regular(name):
    rules = [r for r in read_rules(tables.describe(name))[0] if isinstance(r, Complete | Pairs)]
    frame = tables.load(name)
    assert [told(rule, frame) for rule in rules] == [[]] * len(rules)
    within = frame.iloc[2:-6:97].index  # the newest of a series that grows may go
    missed = [at for at in within if not any(told(rule, frame.drop(at)) for rule in rules)]
    assert len(within) and not missed
