"""The cases of the Outlook chapter, worked by hand, and its signposts."""

import pandas as pd
import pytest

from caspian.models import outage, scenarios
from caspian.tables import load


def test_three_cases():
    found = scenarios.growth_cases(pd.Series({2021: 1.0, 2023: 4.0}), 16.0, 2025)
    assert list(found["case"]) == ["low", "central", "high"]
    assert list(found["growth"]) == pytest.approx([0, 1, 1])
    assert list(found["value"]) == pytest.approx([4, 16, 16])


def test_a_promise_below_the_pace_stays_below():
    found = scenarios.growth_cases(pd.Series({2021: 1.0, 2023: 4.0}), 5.0, 2025).set_index("case")
    assert found.at["high", "value"] == pytest.approx(5)
    assert found.at["central", "value"] == pytest.approx(16)


@pytest.mark.parametrize(
    ("history", "until", "message"),
    [
        ({2023: 1.0}, 2025, "past growth needs two"),
        ({2021: 1.0, 2023: 2.0}, 2023, "must be after the last year, 2023"),
        ({2021: 1.0, 2023: 0.0}, 2025, "history"),
    ],
)
def test_cases_refuse(history, until, message):
    with pytest.raises(ValueError, match=message):
        scenarios.growth_cases(pd.Series(history), 5.0, until)


def test_a_path():
    found = scenarios.path(2025, 100, 0.1, 2027)
    assert list(found["year"]) == [2025, 2026, 2027]
    assert list(found["value"]) == pytest.approx([100, 110, 121])
    with pytest.raises(ValueError, match="growth"):
        scenarios.path(2025, 100, -1, 2027)


def test_outages_a_year_are_the_outage_model_summed():
    numbers = {"storage_kt": 400, "reroute_kt_per_day": 10}
    one = outage.outage_table(
        30,
        flow_kt_per_day=180,
        capacity_cut=0.5,
        price_usd_per_bbl=70,
        barrels_per_tonne=7.98,
        **numbers,
    )["curtailed_kt"].iloc[0]
    assert (
        scenarios.outages_a_year(1, 180, 0.5, **numbers)
        == pytest.approx(one)
        == (90 - 10) * 30 - 400
    )
    assert scenarios.outages_a_year(2.5, 180, 0.5, **numbers) == pytest.approx(2.5 * one)
    assert scenarios.outages_a_year(1, 180, 0.05, **numbers) == 0  # all of it rerouted


def test_signposts_name_claims():
    known = set(load("claims")["claim"])
    named = {c for cell in load("signposts")["claims"] for c in cell.split(";")}
    assert named <= known, named - known
