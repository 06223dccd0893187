"""What a quantity can be: each rule is broken once, and a slip of a thousand is noticed.

The whole count (`python -m tests.thousand`) is printed in `WHOLE`; the test asks a sample of it.
"""

import pandas as pd
import pytest

from openbook.tables import rules
from openbook.tables.options import Context
from tests import thousand

WHY = "a pipe holds no more"
SERIES = pd.DataFrame(
    {
        "route": ["south"] * 4,
        "period": ["2020", "2021", "2022", "2024-01/2024-06"],
        "value": [2.0, 3.0, 4.0, 2.5],
        "unit": ["Mt"] * 4,
        "status": ["actual"] * 4,
        "source": ["ministry"] * 4,
        "note": [None] * 4,
    }
)
JUMPS = {"value": "value", "by": ["route"], "period": "period", "factor": 3, "note": "note"}
BOUNDS = {"column": "value", "where": {"unit": "Mt"}, "maximum": 60, "why": WHY}


def violations(stated, frame=SERIES, other=None, read_on=None):
    read, wrong = rules.read_rules({"name": "t", "openbook": stated})
    assert not wrong
    context = Context(lambda _: other, str, read_on or {"ministry": "2026-11-30"})
    found = rules.violations(read, frame, context)
    return [(each.row, each.column, each.text("t.csv")) for each in found]


def with_cell(row, column, cell, frame=SERIES):
    changed = frame.copy()
    changed.loc[row - 1, column] = cell
    return changed


def test_what_can_be_is_left_alone():
    assert violations({"bounds": [BOUNDS], "jumps": [JUMPS | {"rate": True}]}) == []


def test_a_bound_says_why():
    ((row, column, text),) = violations({"bounds": [BOUNDS]}, with_cell(2, "value", 3000))
    assert (row, column) == (2, "value")
    assert "3000 is above 60. Rule: value is at most 60: a pipe holds no more" in text
    other_unit = with_cell(2, "value", 3000).assign(unit="kt")
    assert violations({"bounds": [BOUNDS]}, other_unit) == []


def test_a_bound_of_a_year_holds_for_a_part_of_it():
    rule = {"column": "value", "maximum": 4.5, "a_year_of": "period", "why": WHY}
    ((row, _, text),) = violations({"bounds": [rule]})  # 2.5 in six months
    assert row == 4
    assert "5.017" in text


def test_two_quantities_of_a_row_go_together():
    legs = pd.DataFrame({"km": [500, 500, 500], "days": [1.0, 1000.0, None]})
    rule = {"over": "km", "under": "days", "minimum": 20, "maximum": 2500, "why": "in km a day"}
    ((row, column, text),) = violations({"ratios": [rule]}, legs)
    assert (row, column) == (2, "km")
    assert "km over days lies between 20 and 2500: in km a day" in text


@pytest.mark.parametrize(
    "value, note, row",
    [
        (8.9, None, None),
        (9.1, None, 2),  # 4.55 times the year before, 2.3 times the year after
        (9.1, "Another port was added", None),
        (3000, "Another port was added", 2),
        (3000, "Jump: the pipe was opened", None),
        (0.5, None, 3),  # from which the year after is eight times as much
    ],
)
def test_a_jump_asks_for_a_note(value, note, row):
    changed = with_cell(2, "note", note, with_cell(2, "value", value))
    rows = [found[0] for found in violations({"jumps": [JUMPS | {"factor": 4.5}]}, changed)]
    assert rows[:1] == ([row] if row else [])


def test_a_jump_over_years_may_be_larger_but_no_slip():
    apart = SERIES[SERIES["period"].isin(["2020", "2022"])].reset_index(drop=True)
    assert (
        violations({"jumps": [JUMPS]}, with_cell(2, "value", 15, apart)) == []
    )  # 7.5 in two years
    assert len(violations({"jumps": [JUMPS]}, with_cell(2, "value", 2000, apart))) == 1


def test_what_is_planned_is_no_neighbour_of_what_happened():
    assert violations({"jumps": [JUMPS]}, with_cell(3, "value", 40)) != []
    planned = with_cell(3, "status", "target", with_cell(3, "value", 40))
    assert violations({"jumps": [JUMPS]}, planned) == []


def test_a_part_is_within_the_whole_of_another_table():
    whole = pd.DataFrame({"origin": ["all"] * 2, "period": ["2020", "2021"], "value": [2.5, 2.5]})
    rule = {
        **{"value": "value", "on": {"period": "period"}, "whole": "flow", "tolerance": 0.1},
        **{"whole_where": {"origin": "all"}, "why": "it flows through that pipe"},
    }
    ((row, _, text),) = violations({"within": [rule]}, other=whole)
    assert row == 2
    assert "3, is more than the 2.5 of flow, at period=2021" in text
    assert "it is part of that, with a tolerance of 10%: it flows through that pipe" in text
    exact = rule | {"exact": True, "tolerance": 0.0}
    assert [row for row, _, _ in violations({"within": [exact]}, other=whole)] == [1, 2]


def test_nothing_is_actual_in_a_period_that_was_not_over():
    read = {"ministry": "2024-03-15"}
    ((row, column, text),) = violations({}, read_on=read)
    assert (row, column) == (4, "status")
    assert "2024-01/2024-06 is actual, and its source was read on 2024-03-15" in text
    assert violations({}, with_cell(4, "status", "forecast"), read_on=read) == []
    two = with_cell(4, "source", "ministry;agency")
    assert violations({}, two, read_on=read | {"agency": "2024-07-01"}) == []


# --- a slip of a thousand, over all tables

WHOLE = """
corridor_containers.value: 2 of 93 go unnoticed
trade_matrix.value: 41 of 775 go unnoticed
trade_totals.value: 2 of 422 go unnoticed
gravity_pairs.trade: 144 of 25398 go unnoticed
gravity_pairs.language: 1322 of 20560 go unnoticed
gravity_pairs.religion: 306 of 31618 go unnoticed
all tables: 123134 of 124951 noticed, 98.55%
without gravity_pairs: 15588 of 15633 noticed, 99.71%
"""

COUNTED = "of each kind all faults are counted, and `make faults` counts them anew"
UNNOTICED = {
    **{("fault_counts", column): COUNTED for column in ("caught", "listed", "tried")},
    ("corridor_containers", "value"): "a train's worth of TEU, alone in its series: a thousand "
    "times that is a year of the corridor",
    ("oil_buyers", "value"): "85 thousand tonnes: a thousand times that is all that is lifted",
    ("trade_commodities", "value"): "lots of a few thousand tonnes: a thousand times that is what "
    "all railways between the two may carry",
    ("trade_matrix", "value"): "sales of less than a million dollars, beside which nothing is set",
    ("trade_totals", "value"): "the first years of two countries, 1992 to 1995, with no neighbour",
    ("gravity_pairs", "trade"): "flows of a few dollars: the sum of all is known to 20,000",
    ("gravity_pairs", "language"): "0.001, the smallest index that is printed: times a thousand 1",
    ("gravity_pairs", "religion"): "0.001 or 0.002, the smallest index that is printed",
}


@pytest.fixture(scope="module")
def counted():
    return thousand.counts()


def share(counts):
    return 1 - sum(one.missed for one in counts) / sum(one.cells for one in counts)


def test_a_slip_of_a_thousand_is_noticed_without_any_sum_of_bytes(counted):
    assert share(counted.values()) >= 0.95
    without = {key: one for key, one in counted.items() if key[0] != "gravity_pairs"}
    assert share(without.values()) >= 0.95


def test_what_goes_unnoticed_is_listed_with_the_reason(counted):
    missed = {key for key, one in counted.items() if one.missed}
    listed = "\n".join(f"{name}.{column}" for name, column in sorted(missed - set(UNNOTICED)))
    assert not listed, (
        f"a thousandfold goes unnoticed in:\n{listed}\nGive the column its bounds or jumps, or say "
        "here why there are none"
    )


def test_every_number_has_an_upper_limit():
    without = []
    for name, resource in thousand.resources().items():
        bounds = resource.get("openbook", {}).get("bounds", [])
        limited = {rule["column"] for rule in bounds if "maximum" in rule}
        for field in resource["schema"]["fields"]:
            own = "maximum" in field.get("constraints", {})
            if field["type"] in ("number", "integer") and field["name"] not in limited and not own:
                without.append(f"{name}.{field['name']}")
    assert not without, f"no bound says how large it can be: {', '.join(without)}"
