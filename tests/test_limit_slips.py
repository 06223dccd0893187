"""What a quantity can be, to the digit: each limit just held and just broken."""

from math import inf

import pandas as pd
import pytest

from openbook.tables import cells, limits
from openbook.tables.cells import cell_violations
from openbook.tables.csvfile import Row
from openbook.tables.limits import Bound, Horizon, Jump, NotYet, Ratio, Within
from openbook.tables.options import Context
from openbook.tables.violations import Violation

WHY = "a pipe holds no more"


def asked(rule, frame, whole=None, read=None, published=None) -> list[tuple[int, str]]:
    """Row and words of each violation."""
    context = Context(lambda _: whole, lambda _: "", read or {}, published or {})
    return [(found.row, found.text("t.csv")) for found in rule.violations(frame, context)]


def of(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_a_bound_is_within_and_says_which_end_was_passed():
    rule = Bound("value", WHY, minimum=1, maximum=60)
    values = of(value=[0.9, 1, 60, 61, None])
    (low, below), (high, above) = asked(rule, values)
    assert (low, high) == (1, 4)
    assert "0.9 is below 1." in below and "value is at least 1: " + WHY in below
    assert "61 is above 60." in above and "value is at most 60: " + WHY in above
    assert asked(Bound("value", WHY), of(value=[-1e300, 1e300])) == []
    assert (Bound("value", WHY).minimum, Bound("value", WHY).maximum) == (-inf, inf)


@pytest.mark.parametrize(
    ("period", "most"),
    [("2024", 10), ("2023", 10), ("2024-01/2024-06", 10 * 182 / 365.25), ("2024/2025", 20)],
)
def test_a_year_is_a_year_whatever_its_days(period, most):
    rule = Bound("value", WHY, maximum=10, a_year_of="period")
    held = of(value=[most * 0.9995], period=[period])
    assert asked(rule, held) == []
    ((_, text),) = asked(rule, held.assign(value=most * 1.0015))
    assert " a year is above 10." in text


def test_a_ratio_is_within_its_ends_and_of_what_is_above_nought():
    rule = Ratio("km", "days", 20, 2500, WHY)
    legs = of(km=[40.0, 5000, 39, 5001, 100, 100], days=[2.0, 2, 2, 2, 0, -0.5])
    assert [row for row, _ in asked(rule, legs)] == [3, 4]
    assert "19.5 to one" in asked(rule, legs)[0][1]


def jumps(values, periods=("2020", "2021"), factor=3.0, notes=None, **more):
    size = len(values)
    notes = notes or [None] * size
    frame = of(value=values, period=list(periods), route=["a"] * size, note=notes,
               status=["actual"] * size)  # fmt: skip
    rule = Jump("value", ("route",), "period", factor, **({"note": "note"} | more))
    return [row for row, _ in asked(rule, frame)]


def test_a_jump_is_more_than_its_factor_up_or_down():
    assert jumps([1.0, 3.0]) == jumps([3.0, 1.0]) == []
    assert jumps([1.0, 3.02]) == jumps([3.02, 1.0]) == [2]
    assert jumps([1.0, -3.02]) == [2], "the sign is no matter of size"


def test_years_apart_a_jump_may_be_the_factor_to_their_power():
    assert jumps([1.0, 8.9], ["2020", "2022"]) == []
    assert jumps([1.0, 9.1], ["2020", "2022"]) == [2]
    assert jumps([1.0, 3.1], ["2020-01", "2020-02"]) == [2], "less than a year counts as one"
    assert jumps([1.0, 2.9], ["2020-01", "2020-02"]) == []
    halves = ["2020-01/2020-06", "2021-07/2021-12"]  # a year and a half apart
    assert jumps([1.0, 5.1], halves) == [] and jumps([1.0, 5.3], halves) == [2]
    assert jumps([1.0, 1.5], ["1900", "1960"], factor=1.01) == [2], "twenty years are the most"
    assert jumps([1.0, 1.225], ["1900", "1960"], factor=1.01) == [2]
    assert jumps([1.0, 1.21], ["1900", "1960"], factor=1.01) == []


def test_a_slip_is_more_than_a_hundredfold_unless_more_is_usual():
    far = ["2000", "2020"]
    assert jumps([1.0, 100.0], far) == [] and jumps([1.0, 100.5], far) == [2]
    assert jumps([1.0, 119.0], factor=120) == [] and jumps([1.0, 121.0], factor=120) == [2]
    assert limits.SLIP == 100


@pytest.mark.parametrize(
    ("times", "notes", "row"),
    [
        (8, ["", "a port was added"], []),
        (8, ["a port was added", ""], []),
        (8.1, ["", "a port was added"], [2]),
        (8.1, ["a port was added", ""], [2]),
        (101, ["", "Jump: a port"], []),
        (101, ["Jump: a port", ""], []),
        (8, ["", ""], [2]),
    ],
)
def test_a_note_explains_a_jump_and_no_slip_of_ten(times, notes, row):
    assert jumps([1.0, float(times)], notes=notes) == row
    assert jumps([1.0, float(times)], notes=notes, note=None) == [2], "without a column of notes"


def test_a_rate_is_divided_by_its_days_and_a_stock_is_not():
    periods = ["2020", "2020-12"]
    assert jumps([12.0, 1.0], periods, rate=True) == []
    assert jumps([12.0, 1.0], periods) == [2]
    assert jumps([5.0, 5.0], periods, rate=True) == [2]


def test_what_is_at_the_floor_says_nothing_of_a_ratio():
    assert jumps([1.0, 9.0], floor=1) == [] and jumps([1.01, 9.0], floor=1) == [2]
    assert jumps([0.0, 9.0]) == [] and jumps([0.01, 9.0]) == [2]
    assert jumps([0.0, 0.0]) == []


def test_neighbours_stand_in_the_order_of_their_middles():
    assert jumps([1.0, 9.0, 2.7], ["2020", "2022", "2021"]) == [2]
    assert jumps([1.0, 9.0], ["2020", "2020-06"]) == [1], "the middle of June is before July"
    assert jumps([1.0, 9.0], ["2020", "2020-08"]) == [2]


def test_an_explained_jump_ends_no_search():
    years = ["2020", "2021", "2022", "2023"]
    assert jumps([1.0, 9.0, 9.0, 81.0], years, notes=["", "Jump: a port", "", ""]) == [4]


def test_two_series_have_no_neighbours_in_each_other():
    frame = of(value=[1.0, 9.0], period=["2020", "2021"], route=["a", "b"], note=[None] * 2)
    assert asked(Jump("value", ("route",), "period", 3), frame) == []
    twice = of(value=[1.0, 9.0] * 2, period=["2020", "2021"] * 2, route=["b", "b", "a", "a"])
    assert [row for row, _ in asked(Jump("value", ("route",), "period", 3), twice)] == [2, 4]
    both = frame.assign(route="a", status=["actual", "target"])
    assert asked(Jump("value", ("route",), "period", 3), both) == []
    assert len(asked(Jump("value", ("route", "status"), "period", 3), both)) == 0
    assert len(asked(Jump("value", ("route",), "period", 3), both.assign(status="estimate"))) == 1


def within(values, whole, periods=None, **more):
    size = len(values)
    frame = of(value=values, period=periods or ["2020"] * size, status=["actual"] * size)
    other = of(value=list(whole.values()), year=list(whole))
    options = {"tolerance": 0.1, "why": WHY} | more
    return asked(Within("value", {"period": "year"}, "flow", **options), frame, other)


def test_a_part_is_at_most_the_whole_and_a_tolerance():
    assert within([2.2], {"2020": 2.0}) == []
    ((row, text),) = within([2.21], {"2020": 2.0})
    assert row == 1 and "2.21, is more than the 2 of flow, at period=2020" in text
    assert "the sum of" not in text
    assert "it is part of that, with a tolerance of 10%: " + WHY in text
    assert within([9.0], {"2021": 2.0}) == [], "no whole is stated"
    more = within([9.0] * 3, {"2020": 2.0, "2021": 2.0}, ["2019", "2021", "2020"], sum=True)
    assert [row for row, _ in more] == [2, 3]
    assert within([], {"2020": 2.0}) == [] == within([9.0], {})


def test_a_sum_is_of_all_with_the_same_whole_and_told_at_its_last():
    assert within([2.0, 2.0], {"2020": 3.0}) == []
    ((row, text),) = within([2.0, 2.0, 1.0], {"2020": 3.0, "2021": 1.0}, ["2020", "2020", "2021"],
                            sum=True)  # fmt: skip
    assert row == 2 and "the sum of 2 rows, 4, is more than the 3" in text
    assert within([2000.0, 1000.0], {"2020": 3.0}, sum=True, times=0.001) == []
    assert len(within([2.0, 1.0], {"2020": 3.0}, sum=True, times=2)) == 1


def test_what_is_exact_is_no_less_either():
    assert within([2.0], {"2020": 2.2}, exact=True) == []
    ((_, text),) = within([1.99], {"2020": 2.2}, exact=True)
    assert "1.99, is less than the 2.2" in text and "it is all of that" in text
    assert within([0.0], {"2020": 2.2}) == []


def test_of_several_wholes_the_largest_of_those_chosen_counts():
    other = of(value=[1.0, 5.0, 99.0], year=["2020"] * 3, kind=["all", "all", "else"])
    frame = of(value=[5.0, 6.0], period=["2020"] * 2)
    rule = Within("value", {"period": "year"}, "flow", 0.0, WHY, whole_where={"kind": ("all",)})
    assert [row for row, _ in asked(rule, frame, other)] == [2]


def happened(period: str, status: str = "actual", source: str = "a") -> pd.DataFrame:
    return of(period=[period], status=[status], source=[source])


@pytest.mark.parametrize(
    ("frame", "read", "published", "words"),
    [
        (happened("2024-03"), "2024-03-31", "", ""),
        (happened("2024-03"), "2024-03", "", ""),  # some day of it, its last perhaps
        (happened("2024-03"), "2024-03-30", "", "was read on 2024-03-30"),
        (happened("2024-03", "preliminary"), "2024-03-30", "", "was read on"),
        (happened("2024-03", "estimate"), "2024-03-30", "", ""),
        (happened("2024-03"), "", "", ""),
        (happened("2024-03"), "2026", "2024-02-29", ""),  # a day of another timezone
        (happened("2024-03"), "2026", "2024-02-28", "newest source is of 2024-02-28"),
        (happened("2024-03", source="a;b"), "2026", "2024-02-28", ""),  # one has no date
    ],
)
def test_nothing_happened_before_it_was_over(frame, read, published, words):
    found = asked(NotYet(), frame, read={"a": read}, published={"a": published})
    assert (words in found[0][1]) if words else (found == [])
    assert asked(NotYet(), frame.drop(columns="status"), read={"a": read}) == []


def test_the_newest_of_the_sources_tells():
    frame = happened("2024-03", source="a;b")
    days = {"a": "2024-03-01", "b": "2024-04-01"}
    assert asked(NotYet(), frame, read=days) == []
    early = {"a": "2024-01-01", "b": "2024-02-01"}
    ((_, text),) = asked(NotYet(), frame, read={"a": "2026"}, published=early)
    assert "2024-02-01" in text


def test_a_date_lies_at_most_a_generation_ahead():
    rule = Horizon(("period", "due"))
    read = {"a": "2024", "b": "2026"}
    assert len(asked(Horizon(("due",)), of(due=["2051/2052"]), read=read)) == 1
    frame = of(period=["2051", "2052", None], due=["2050", "2052-01-01", "2051-12-31"])
    assert [row for row, _ in asked(rule, frame, read=read)] == [2, 2]
    assert "2052 is more than 25 years after" in asked(rule, frame, read=read)[0][1]
    assert asked(rule, frame) == []
    for status, number in (("target", 0), ("actual", 2), ("estimate", 2)):
        assert len(asked(rule, frame.assign(status=status), read=read)) == number


# --- cells ----------------------------------------------------------------------------------------


def field(name: str, kind: str = "string") -> dict:
    return {"name": name, "type": kind}


def wrong_cells(fields: list[dict], *rows: tuple[str, ...]) -> list:
    resource = {"name": "t", "schema": {"fields": fields}}
    read = [Row(n, n + 1, list(cells)) for n, cells in enumerate(rows, start=1)]
    return cell_violations(resource, read, [], ["known"])


def test_an_integer_has_at_most_eighteen_digits():
    digits = [field("n", "integer")]
    assert wrong_cells(digits, ("9" * 18,), ("-" + "9" * 18,)) == []
    assert [found.row for found in wrong_cells(digits, ("9" * 19,), ("1",))] == [1]


def test_what_is_wrong_is_told_in_the_order_of_the_file_once_a_cell(monkeypatch):
    fields = [field("n", "integer"), field("source")]
    found = wrong_cells(fields, ("1", "unknown"), ("x", "known"))
    assert [(each.row, each.column) for each in found] == [(1, "source"), (2, "n")]
    of_table = Violation("no row has it", "rule", "fix")
    monkeypatch.setattr(cells, "structure", lambda *_: [of_table])
    assert [each.row for each in wrong_cells(fields, ("1", "unknown"))] == [None, 1]
    assert [each.problem for each in wrong_cells(fields)] == ["the table has no rows"]
