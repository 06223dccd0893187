"""The cases of the Outlook chapter, worked by hand."""

import pytest

from caspian.models import outage, scenarios


def test_four_cases():
    found = scenarios.cases(4.0, 2023, -0.5, 9.0, 16.0, 2025)
    assert list(found["case"]) == ["falling", "flat", "central", "high"]
    assert list(found["growth"]) == pytest.approx([-0.5, 0, 0.5, 1])
    assert list(found["value"]) == pytest.approx([1, 4, 9, 16])


def test_what_did_not_fall_stays_in_the_falling_case():
    found = scenarios.cases(4.0, 2023, 0.5, 9.0, 16.0, 2025).set_index("case")
    assert found.at["falling", "value"] == found.at["flat", "value"] == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((4.0, 2025, 0.0, 5.0, 6.0, 2025), "must be after the last year, 2025"),
        ((0.0, 2023, 0.0, 5.0, 6.0, 2025), "last"),
        ((4.0, 2023, -1.0, 5.0, 6.0, 2025), "change"),
        ((4.0, 2023, 0.0, 7.0, 6.0, 2025), "not in order"),
        ((4.0, 2023, 0.0, 3.0, 6.0, 2025), "not in order"),
    ],
)
def test_cases_refuse(given, message):
    with pytest.raises(ValueError, match=message):
        scenarios.cases(*given)


def test_halfway():
    assert scenarios.halfway(4.0, 11.0) == 7.5
    with pytest.raises(ValueError, match="named"):
        scenarios.halfway(4.0, -1.0)


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
