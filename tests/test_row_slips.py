"""What each row of a table keeps, to the digit: each rule just held and just broken."""

import pandas as pd
import pytest

from openbook.tables import rows as of_rows
from openbook.tables import rules, violations
from openbook.tables.options import Context

CONTEXT = Context(lambda _: None, lambda _: "")


def asked(rule, **columns) -> list[tuple[int, str, str]]:
    """Row, column and words of each violation."""
    found = rule.violations(pd.DataFrame(columns), CONTEXT)
    return [(each.row, each.column, each.text("t.csv")) for each in found]


def places(rule, **columns) -> list[tuple[int, str]]:
    return [(row, column) for row, column, _ in asked(rule, **columns)]


def test_columns_in_order_may_be_equal_and_are_told_once_a_row():
    rule = of_rows.Ordered(("low", "mid", "high"))
    assert places(rule, low=[1, 2, 3, 3], mid=[1, 1, None, 2], high=[2, 3, 2, 1]) == [
        *((2, "mid"), (3, "high")),
        (4, "mid"),
    ]
    days = of_rows.Ordered(("since", "until"))
    assert places(days, since=["2024", "2024-02"], until=["2024-01-01", "2024-01-31"]) == [
        (2, "until")
    ]
    fields = [
        {"name": "low", "type": "number"},
        {"name": "mid", "type": "string", "openbook:period": True},
        {"name": "high", "type": "string"},
        {"name": "else", "type": "string"},
    ]
    ((problem, *_),) = rule.misfits({"fields": fields})
    assert problem == 'the column "high" is text, so it has no order'


@pytest.mark.parametrize(
    ("period", "months", "words"),
    [
        ("2024", 12, ""),
        ("2024-01/2024-02", 2, ""),
        ("2024-01", 2, "2024-01 is 1 month."),
        ("2024-01/2024-02", 1, "2024-01/2024-02 is 2 months."),
        ("2024-01-02/2024-01-31", 1, "not whole months"),
        ("2024-01-01/2024-01-30", 0, "not whole months"),
    ],
)
def test_months_are_whole_and_counted(period, months, words):
    found = asked(of_rows.Months("period", "months"), period=[period, None], months=[months, 3])
    assert [(row, column) for row, column, _ in found] == ([(1, "months")] if words else [])
    assert all(words in text for *_, text in found)


def test_of_cells_that_go_together_the_first_that_is_absent_is_told():
    found = asked(
        of_rows.Together(("a", "b", "c")), a=["1", None, "1"], b=[1, None, None], c=[1, None, None]
    )
    assert [(row, column) for row, column, _ in found] == [(3, "b")]
    assert "a=1 stands without b, c" in found[0][2]


def test_parties_are_of_their_pair_and_two_of_them_differ():
    pairs = {"pair": ["AZE-KAZ"] * 3, "one": ["AZE", None, "KAZ"], "other": ["TUR", None, "KAZ"]}
    free = of_rows.Parties("pair", ("one", "other"))
    assert places(free, **pairs) == [(1, "other")]
    assert places(free, pair=["A-B"] * 2, one=["A", "C"], other=["B", "B"]) == [(2, "one")]
    bound = of_rows.Parties("pair", ("one", "other"), different=("one", "other"))
    assert places(bound, **pairs) == [(1, "other"), (3, "other")]
    three = of_rows.Parties("pair", ("one", "other"), different=("one", "other"))
    assert places(three, pair=["A-B"], one=["A"], other=["B"]) == []


def test_a_zero_is_marked_and_no_mark_is_none():
    rule = of_rows.Zeros("value", "zero")
    found = asked(rule, value=[0.0, 0.0, 1.0, 1.0, 0.0], zero=[True, False, False, True, None])
    assert [row for row, *_ in found] == [2, 4, 5]
    assert "value is 0 and zero is false" in found[0][2]
    assert "Set zero to false." in found[1][2] and "Delete the row" in found[2][2]


def test_two_ends_are_distinct_and_the_last_column_is_told():
    rule = of_rows.Distinct(("a", "b", "c"))
    assert places(rule, a=["x", "x", None], b=["y", "y", None], c=["z", "y", None]) == [(2, "c")]


def test_an_absence_names_a_search_that_is_a_key():
    rule = of_rows.Absence("found", ("none", ""), "search")
    found = asked(rule, found=["none", None, "some", "none"], search=[None, None, None, "s1"])
    assert [(row, column) for row, column, _ in found] == [(1, "search"), (2, "search")]
    assert "found is none, and" in found[0][2] and "found is empty, and" in found[1][2]
    to = {"reference": {"resource": "searches"}}
    for fields, wrong in (("search", 0), (["search"], 0), ("else", 1), (["else"], 1)):
        assert len(list(rule.misfits({"foreignKeys": [to | {"fields": fields}]}))) == wrong
    assert len(list(rule.misfits({}))) == 1


def test_silence_is_young_until_its_months_are_over():
    rule = of_rows.Silence("fate", ("silent",), "young", "since", "read", 12)
    since = ["2023-03-11", "2023-03-11", "2023-03-11", "2023-03-11", "2023-03"]
    found = asked(
        rule,
        fate=["silent", "silent", "young", "young", "young"],
        since=since,
        read=["2024-03-11", "2024-03-10", "2024-03-10", "2024-03-11", "2024-03-30"],
    )
    assert [row for row, *_ in found] == [2, 4]
    assert "is less than 12 months" in found[0][2] and "Set fate to young." in found[0][2]
    assert "is not less than 12" in found[1][2] and "Set fate to silent." in found[1][2]
    ((_, column, text),) = asked(rule, fate=["silent"], since=["2023"], read=[None])
    assert column == "fate" and "has no end" in text


def test_what_is_derived_is_marked_and_said_and_no_count():
    notes = {"note": ["Derived: a", "Derived: a", "a", "a", None]}
    marks = {"derived": [True, False, True, False, False]}
    assert places(of_rows.Derived(), **notes, **marks) == [(2, "derived"), (3, "note")]
    assert places(of_rows.Derived(), **notes) == [(1, "note"), (2, "note")]
    status = {"status": ["actual", "actual", "estimate", "actual", "actual"]}
    assert places(of_rows.Derived(), **notes, **marks, **status) == [
        *((2, "derived"), (3, "note")),
        (1, "status"),
    ]
    assert places(of_rows.Derived(), derived=[True]) == []


def test_a_rule_names_columns_that_are_there_and_fits_them():
    fields = [
        {"name": "low", "type": "number"},
        {"name": "words", "type": "string"},
        {"name": "preferred", "type": "boolean"},
    ]
    table = {"name": "t", "schema": {"fields": fields}}
    told = list(
        rules.misfits(table, [of_rows.Ordered(("low", "hihg")), of_rows.Ordered(("low", "words"))])
    )
    assert [each.problem for each in told] == [
        'table "t": a rule is about a column "hihg" that it does not have',
        'table "t": the column "words" is text, so it has no order',
        'table "t": "preferred" and "observation" are not given together',
    ]
    assert told[1].rule == "ordered columns hold numbers or periods"
    assert told[1].fix == "Correct the rule."
    plain = {"name": "t", "schema": {"fields": fields[:2]}}
    assert list(rules.misfits(plain, [of_rows.Ordered(("low",))])) == []


# --- the words of what is broken ------------------------------------------------------------------


def test_a_long_text_is_cut_and_what_is_unseen_is_spelled_out():
    whole = "a" * 340 + "b" * 60
    assert violations.shown(whole) == whole
    assert violations.shown(whole + "c") == "a" * 340 + " … " + "b" * 49 + "c"
    assert violations.shown("a\nb\tc\u200b") == "a\nb<U+0009>c<U+200B>"


def test_a_violation_says_where_as_far_as_it_knows():
    at = violations.at_row(0, "value", "it is odd", "it is even", "Correct it.", 7)
    assert (at.row, at.line, at.column) == (1, 7, "value")
    told = "it is odd. Rule: it is even. Correct it."
    assert at.text("t.csv") == f't.csv, row 1 (line 7), column "value": {told}'
    assert violations.Violation("it is odd", "it is even", "Correct it.").text("t") == f"t: {told}"
    checks = [(False, "p", "r", "f"), (True, "q", "r", "f")]
    assert [each.problem for each in violations.broken(checks)] == ["q"]


def test_the_nearest_begins_alike_or_is_much_alike_or_is_none():
    near = violations.nearest
    assert near("trned", ["rned", "trend"]) == 'Did you mean "trend"? '
    assert near("xalue", ["value"]) == 'Did you mean "value"? '
    assert near("abcd", ["xycd"]) == 'Did you mean "xycd"? ', "half alike is enough"
    assert near("abcd", ["xyzd"]) == near("abcd", []) == near("abc", ["xyz"]) == ""
    assert near("abcd", ["abxy", "zbcd"]) == 'Did you mean "abxy"? ', "few slip in the first letter"
    assert near("value", ["valve", "values", "value_usd"]) == 'Did you mean "values"? '
    assert near("a" * 200, ["a" * 199]) and not near("a" * 201, ["a" * 200])


def test_cells_and_sources_are_named():
    assert violations.cells_of(["a", "b"], {"a": 1, "b": "x"}) == "a=1, b=x"
    problem, _, fix = violations.unknown_source("trned", ["trend"])
    assert problem.startswith('"trned" is not an entry')
    assert fix == 'Did you mean "trend"? If it is a new source, add its entry.'
