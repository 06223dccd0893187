"""Edges of models that only a slip would move; the rest of them is in `test_slips.py`."""

import pandas as pd
import pytest

from caspian.models import blocs, capacity

# --- blocs ----------------------------------------------------------------------------------------

PAIR = pd.DataFrame(
    [
        ("b", "AZE", "KAZ", "2013", 5.0),
        ("b", "KAZ", "AZE", "2013", 5.0),
        ("a", "AZE", "KAZ", "2013", 6.0),
        ("a", "KAZ", "AZE", "2013", 10.0),
        ("a", "AZE", "KAZ", "2012", 1.0),
        ("a", "KAZ", "AZE", "2012", 2.0),
    ],
    columns=["count", "exporter", "importer", "period", "value"],
)


def whole(**changes):
    rows = [
        (count, country, flow, period, 100.0)
        for count, period in (("a", "2012"), ("a", "2013"), ("b", "2013"))
        for country in ("AZE", "KAZ")
        for flow in ("exports", "imports")
    ]
    columns = ["count", "country", "flow", "period", "value"]
    return pd.DataFrame(rows, columns=columns).assign(complete=True, **changes)


def test_counts_and_years_stand_in_order_and_one_open_total_opens_the_year():
    found = blocs.intra(PAIR, whole(), ["AZE", "KAZ"])
    assert found[["count", "year"]].to_numpy().tolist() == [["a", 2012], ["a", 2013], ["b", 2013]]
    assert list(found.index) == [0, 1, 2] and found["complete"].all()
    totals = whole()
    totals.loc[0, "complete"] = False
    assert blocs.intra(PAIR, totals, ["AZE", "KAZ"])["complete"].tolist() == [False, True, True]
    none = blocs.intra(PAIR, totals.iloc[4:], ["AZE", "KAZ"])
    assert none["complete"].tolist() == [False, True, True]
    again = pd.concat([PAIR, PAIR.iloc[[2, 4]]])
    with pytest.raises(ValueError, match="AZE-KAZ in 2013 by a is given twice"):
        blocs.intra(again, totals, ["AZE", "KAZ"])


def test_a_bloc_without_trade_or_with_all_of_it_has_no_intensity():
    for given, name in (((0, 0, 1, 5), "exports: 0"), ((0, 1, 0, 5), "imports: 0")):
        with pytest.raises(ValueError, match=f"{name} must be .* above 0"):
            blocs.intensity(*given)
    with pytest.raises(ValueError, match=r"world: 0 must be"):
        blocs.intensity(1, 5, 5, 0)
    for world in (8, 9):  # outsiders would do 8 of 6, and 8 of 8, with the bloc
        with pytest.raises(ValueError, match="outsiders would do 1"):
            blocs.intensity(1, 5, 5, world)
    assert blocs.intensity(1, 5, 5, 9.1).size < 1
    with pytest.raises(ValueError, match="outsiders would do 0%"):
        blocs.intensity(5, 5, 5, 9)
    assert blocs.intensity(5, 5, 6, 9).size > 0


# --- capacity -------------------------------------------------------------------------------------


def test_a_segment_may_have_no_demand_but_no_negative_one():
    segments = pd.DataFrame({"segment": ["a"], "capacity_low": [4.0], "capacity_high": [5.0]})
    demand = pd.DataFrame({"segment": ["a"], "low": [0.0], "central": [0.5], "high": [1.0]})
    found = capacity.utilisation(segments, demand)
    assert found["utilisation_low"].tolist() == pytest.approx([0, 0.1, 0.2])
    for case in (demand, demand.drop(columns="segment")):
        with pytest.raises(ValueError, match=r"demand.low: -0.5"):
            capacity.utilisation(segments, case.assign(low=-0.5))
