"""Edges of the rules for tables that only a slip would move; more are in `test_slips.py`."""

import pandas as pd
import pytest

from openbook.tables import groups
from openbook.tables.options import Context

ALONE = Context(rows=dict, key=str)


def found(rule, table):
    """The rows that a rule finds, from nought, in the order in which it tells them."""
    return [violation.row - 1 for violation in rule.violations(table, ALONE)]


# --- rows that belong together --------------------------------------------------------------------

STEPS = groups.Steps(by="project", step="step", date="date", order=("plan", "build"))
LEGS = groups.Connected(by="route", order="leg", from_="start", to="end")
YEARS = groups.Observation(columns=("year",))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        # a step without a place in the order is passed over, not those after it
        ([("other", "1999"), ("plan", "2022"), ("build", "2020")], [2]),
        # the plan was begun when its earliest date began, whichever ended first
        ([("plan", "2019/2025"), ("plan", "2020"), ("build", "2019")], []),
        # on the day on which the plan began, and in the year of it
        ([("plan", "2019-12-31/2020"), ("build", "2019-12-31")], []),
        ([("plan", "2020-06"), ("build", "2020")], []),
    ],
)
def test_a_step_may_end_when_what_it_presupposes_begins(rows, told):
    table = pd.DataFrame(rows, columns=["step", "date"]).assign(project="p")
    assert found(STEPS, table) == told


def test_what_is_wrong_is_told_in_the_order_of_the_rows():
    of_two = pd.DataFrame({"project": list("bbaa"), "step": ["plan", "build"] * 2})
    assert found(STEPS, of_two.assign(date=["2021", "2020"] * 2)) == [1, 3]
    legs = pd.DataFrame({"route": ["b", "a"], "leg": 2, "start": "x", "end": "y"})
    assert found(LEGS, legs) == [0, 1]
    years = pd.DataFrame({"year": ["2025", "2024"], "preferred": False})
    assert found(YEARS, years) == [0, 1]
    parts = groups.Parts(field="part", tolerance=0.1, total=100.0, within=("year",))
    table = pd.DataFrame({"part": "a", "year": ["2025", "2024", None, "2023"], "status": "actual"})
    table = table.assign(value=[120.0, 120.0, 120.0, 110.0], preferred=True)
    assert found(parts, table) == [0, 1, 2]


def test_a_total_may_be_nothing():
    parts = groups.Parts(field="part", tolerance=0.1, total=0.0)
    table = pd.DataFrame({"part": ["a"], "status": "actual", "preferred": True})
    assert found(parts, table.assign(value=0.5)) == [0]
    assert found(parts, table.assign(value=0.0)) == []
