"""The corridor's models against numbers worked out by hand (in the comments), and properties."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspian.models import (
    _checks,
    capacity,
    carbon,
    chain,
    draft,
    growth,
    network,
    route_choice,
    transit_time,
)

# The same cases on every run and machine
quick = settings(derandomize=True, max_examples=40, deadline=None)
positive = st.floats(0.1, 1_000)
share = st.floats(0, 1)

# --- checks ---------------------------------------------------------------------------------

ROWS = pd.DataFrame(
    {"port": ["Aktau", "Kuryk"], "mt": [1, None], "mt_low": [1, None], "mt_high": [2, None]}
)


def test_column_and_bounds():
    values = _checks.column("ports", ROWS, "port", "mt", missing=True)
    assert values.iloc[0] == 1 and math.isnan(values.iloc[1])
    low, high = _checks.bounds("ports", ROWS, "port", "mt")
    assert (low.iloc[0], high.iloc[0]) == (1, 2) and math.isnan(high.iloc[1])


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: _checks.column("ports", ROWS, "port", "mt"), "ports: mt of 'Kuryk': nan"),
        (lambda: _checks.column("ports", ROWS, "port", "teu"), "ports: column 'teu'"),
        (lambda: _checks.column("ports", ROWS.assign(mt="x"), "port", "mt"), "mt of 'Aktau': 'x'"),
        (lambda: _checks.unique("ports", ROWS.assign(port="Baku"), "port"), "'Baku' is given"),
        (lambda: _checks.unique("ports", ROWS.assign(port=None), "port"), "a row has no port"),
        (
            lambda: _checks.bounds("ports", ROWS.assign(mt_low=[3, None]), "port", "mt"),
            "'Aktau' needs mt_low <= mt_high",
        ),
        (
            lambda: _checks.bounds("ports", ROWS.assign(mt_low=[1, 1]), "port", "mt"),
            "'Kuryk' needs mt_low <= mt_high",
        ),
        (
            lambda: _checks.bounds(
                "ports", ROWS.assign(mt_low=[0, None]), "port", "mt", above=True
            ),
            "mt_low of 'Aktau': 0 must be a finite number above 0",
        ),
    ],
)
def test_checks_name_the_row(check, message):
    with pytest.raises(ValueError, match=message):
        check()


# --- growth ---------------------------------------------------------------------------------


def test_required_growth_by_hand():
    # (8 / 1)^(1/3) - 1 = 1; (4.84 / 4)^(1/2) - 1 = 1.1 - 1; nothing left: -1
    assert growth.required_growth(1, 8, 3) == pytest.approx(1)
    assert growth.required_growth(4, 4.84, 2) == pytest.approx(0.1)
    assert growth.required_growth(4, 4, 5) == 0
    assert growth.required_growth(4, 0, 5) == -1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 1, 1), "now: 0"), ((1, -1, 1), "target: -1"), ((1, 1, 0), "years: 0")],
)
def test_required_growth_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        growth.required_growth(*arguments)


@quick
@given(positive, positive, st.floats(0.5, 30), positive)
def test_required_growth_is_monotone(now, target, years, more):
    rate = growth.required_growth(now, target, years)
    assert now * (1 + rate) ** years == pytest.approx(target)
    assert growth.required_growth(now, target + more, years) > rate
    assert growth.required_growth(now + more, target, years) < rate
    if target > now:
        assert growth.required_growth(now, target, years + 1) <= rate


# Log changes 0, 0.2, 0.1: mean 0.1; deviations -0.1, 0.1, 0, so s^2 = 0.02 / 2 = 0.01
SERIES = pd.Series(np.exp([1.0, 1.0, 1.2, 1.3]), index=[2021, 2022, 2023, 2024])


def test_drift_by_hand():
    # Student's t with 2 degrees of freedom has a closed form: t(p) = (2p - 1) sqrt(2 / (1 -
    # (2p - 1)^2)); at 0.95: 0.9 x sqrt(2 / 0.19) = 2.91999
    # 2025: 1.3 + 0.1 = 1.4, scale 0.1 sqrt(1 + 1/3) = 0.11547
    # 2026: 1.3 + 0.2 = 1.5, scale 0.1 sqrt(2 + 4/3) = 0.182574
    t95 = 0.9 * math.sqrt(2 / 0.19)
    table = growth.drift_interval(SERIES, 2026)
    assert table.columns.tolist() == ["year", "level", "value"]
    assert table["year"].tolist() == [2025] * 3 + [2026] * 3
    assert table["level"].tolist() == [0.05, 0.5, 0.95] * 2
    near, far = 0.1 * math.sqrt(4 / 3) * t95, 0.1 * math.sqrt(10 / 3) * t95
    logs = [1.4 - near, 1.4, 1.4 + near, 1.5 - far, 1.5, 1.5 + far]
    assert np.log(table["value"]).tolist() == pytest.approx(logs)


def test_drift_without_spread_is_certain():
    # 1, 2, 4: doubles every year, so 8 and 16, whatever the level
    doubling = pd.Series([1, 2, 4], index=["2022", "2023", "2024"])
    assert growth.drift_interval(doubling, 2026)["value"].tolist() == pytest.approx(
        [8] * 3 + [16] * 3
    )


def test_drift_covers_what_it_says():
    # of 2,000 random walks of 6 years, the 90 % interval holds the value 3 years on in about
    # 90 %: standard error 0.7 points
    rng = np.random.default_rng(20240311)
    inside = 0
    for walk in np.exp(rng.normal(0.1, 0.3, (2_000, 9)).cumsum(axis=1)):
        table = growth.drift_interval(pd.Series(walk[:6], range(2015, 2021)), 2023, (0.05, 0.95))
        low, high = table["value"].iloc[-2:]
        inside += low <= walk[8] <= high
    assert inside / 2_000 == pytest.approx(0.9, abs=0.025)


@pytest.mark.parametrize(
    ("values", "until", "message"),
    [
        (SERIES.drop(2022), 2030, "values: 2023 follows 2021"),
        (SERIES.iloc[::-1], 2030, "values: 2023 follows 2024"),
        (SERIES.iloc[:2], 2030, "values: 2 years are too few"),
        (SERIES.mask(SERIES.index == 2023, 0), 2030, "values: 2023: 0"),
        (SERIES.mask(SERIES.index == 2023), 2030, "values: 2023: nan"),
        (SERIES, 2024, "until: 2024"),
        (SERIES, 2025.5, r"until: 2025\.5"),
    ],
)
def test_drift_errors(values, until, message):
    with pytest.raises(ValueError, match=message):
        growth.drift_interval(values, until)


def test_drift_more_errors():
    for levels, message in [((0.5, 1), "levels: 1"), ((0,), "levels: 0"), ((2,), "levels: 2")]:
        with pytest.raises(ValueError, match=message):
            growth.drift_interval(SERIES, 2026, levels)


@quick
@given(st.lists(positive, min_size=3, max_size=9), st.integers(1, 10))
def test_drift_is_ordered(values, h):
    series = pd.Series(values, range(2000, 2000 + len(values)))
    until = 1999 + len(values) + h
    table = growth.drift_interval(series, until).pivot(
        index="year", columns="level", values="value"
    )
    assert (table[0.05] <= table[0.5]).all() and (table[0.5] <= table[0.95]).all()


# --- capacity -------------------------------------------------------------------------------

SEGMENTS = pd.DataFrame(
    [
        ("railway", 8.0, 10.0, 0.5, 1.0),
        ("ferry", 4.0, 6.0, 1.0, 0.0),
        ("road", np.nan, np.nan, 1.0, 0.0),
    ],
    columns=["segment", "capacity_low", "capacity_high", "share", "other"],
)
CORRIDOR = pd.DataFrame({"low": [2.0], "central": [3.0], "high": [6.0]})


def test_utilisation_by_hand():
    # railway: half of 8 to 10 is 4 to 5, of which others take 1. Demand 2: 3 / 5 = 0.6 to 3 / 4
    # = 0.75, room 1 to 2; 3: 0.8 to 1, room 0 to 1; 6: 1.4 to 1.75, room -3 to -2
    # ferry 4 to 6: demand 2: 0.333 to 0.5, room 2 to 4; 6: 1 to 1.5, room -2 to 0
    table = capacity.utilisation(SEGMENTS, CORRIDOR)
    assert table.columns.tolist() == [
        "segment",
        "scenario",
        "demand_mt",
        "utilisation_low",
        "utilisation_high",
        "headroom_low",
        "headroom_high",
    ]
    assert table["segment"].tolist() == ["railway"] * 3 + ["ferry"] * 3 + ["road"] * 3
    assert table["scenario"].tolist() == ["low", "central", "high"] * 3
    assert table["demand_mt"].tolist() == [2, 3, 6] * 3
    railway, ferry = table.iloc[:3], table.iloc[3:6]
    assert railway["utilisation_low"].tolist() == pytest.approx([0.6, 0.8, 1.4])
    assert railway["utilisation_high"].tolist() == pytest.approx([0.75, 1, 1.75])
    assert railway["headroom_low"].tolist() == pytest.approx([1, 0, -3])
    assert railway["headroom_high"].tolist() == pytest.approx([2, 1, -2])
    assert ferry["utilisation_low"].tolist() == pytest.approx([1 / 3, 0.5, 1])
    assert ferry["headroom_low"].tolist() == pytest.approx([2, 1, -2])
    assert table.iloc[6:, 3:].isna().all(axis=None)


def test_utilisation_with_a_demand_of_each_segment():
    # without share and other: railway 4 of 8 to 10, ferry 3 of 4 to 6; order as in segments
    own = pd.DataFrame({"segment": ["ferry", "railway"], "low": [3.0, 4.0]})
    own = own.assign(central=own["low"], high=own["low"])
    bare = SEGMENTS[["segment", "capacity_low", "capacity_high"]].iloc[:2]
    table = capacity.utilisation(bare, own)
    assert table["demand_mt"].tolist() == [4] * 3 + [3] * 3
    assert table["utilisation_high"].tolist() == [0.5] * 3 + [0.75] * 3
    assert table["headroom_high"].tolist() == [6] * 3 + [3] * 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"segment": ["a", "a", "b"]}, "segment 'a' is given twice"),
        ({"capacity_low": [11, 4, np.nan]}, "'railway' needs capacity_low <= capacity_high"),
        ({"capacity_low": [8, 4, 1]}, "'road' needs capacity_low <= capacity_high"),
        ({"capacity_low": [8, 0, np.nan]}, "capacity_low of 'ferry': 0"),
        ({"share": [0.5, 1.5, 1]}, r"share of 'ferry': 1\.5"),
        ({"share": [0.5, 0, 1]}, "share of 'ferry': 0"),
        ({"other": [1, -1, 0]}, "other of 'ferry': -1"),
    ],
)
def test_capacity_errors(change, message):
    with pytest.raises(ValueError, match=message):
        capacity.utilisation(SEGMENTS.assign(**change), CORRIDOR)


def test_capacity_more_errors():
    own = pd.DataFrame({"segment": ["railway", "ferry", "canal"], "low": 1.0})
    own = own.assign(central=1.0, high=1.0)
    cases = [
        (own, "segment 'canal' is not in segments"),
        (own.iloc[:2], "segment 'road' is missing"),
        (own.assign(segment="ferry"), "'ferry' is given twice"),
        (pd.concat([CORRIDOR, CORRIDOR]), "demand: 2 rows"),
        (CORRIDOR.assign(low=4.0), "'corridor' needs low <= central <= high"),
        (CORRIDOR.assign(low=-1.0), "demand.low: -1"),
        (CORRIDOR.drop(columns="high"), "column 'high'"),
    ]
    for demand, message in cases:
        with pytest.raises(ValueError, match=message):
            capacity.utilisation(SEGMENTS, demand)


limits = st.lists(
    st.tuples(positive, st.floats(0, 50), st.floats(0.05, 1), st.floats(0, 20)),
    min_size=1,
    max_size=6,
)


@quick
@given(limits, st.integers(0, 5), st.floats(0, 100), st.floats(0, 100))
def test_more_capacity_never_leaves_less_room(rows, at, more, flow):
    table = pd.DataFrame(rows, columns=["capacity_low", "capacity_high", "share", "other"])
    table["capacity_high"] += table["capacity_low"]
    table.insert(0, "segment", [f"s{row}" for row in range(len(table))])
    roomier = table.copy()
    roomier.loc[at % len(table), ["capacity_low", "capacity_high"]] += more
    demand = pd.DataFrame({"low": [flow], "central": [flow], "high": [flow]})
    before, after = (capacity.utilisation(given, demand) for given in (table, roomier))
    assert (before["headroom_low"] <= before["headroom_high"]).all()
    for end in ("low", "high"):
        assert (after[f"headroom_{end}"] >= before[f"headroom_{end}"] - 1e-9).all()
        assert (after[f"utilisation_{end}"] <= before[f"utilisation_{end}"] + 1e-9).all()


# --- transit time ---------------------------------------------------------------------------

LEGS = pd.DataFrame(
    [
        ("Khorgos–Aktau", "moving", 3.0, 4.0, 6.0),
        ("wait in Aktau", "waiting", 1.0, 3.0, 20.0),
        ("Aktau–Alat", "moving", 1.0, 1.5, 3.0),
        ("wait in Alat", "waiting", 0.5, 2.0, 10.0),
    ],
    columns=["leg", "kind", "low", "central", "high"],
)


def test_triangular_quantiles_by_hand():
    # on 0, 4, 8: 1/8: sqrt(1/8 x 8 x 4) = 2; 1/2 the mode; 7/8: 8 - 2 = 6; the ends at 0 and 1
    found = chain.triangular_at(np.array([0, 0.125, 0.5, 0.875, 1]), 0, 4, 8)
    assert found == pytest.approx([0, 2, 4, 6, 8])


def test_sure_legs_add_up():
    # 3 + 1 + 1 + 0.5 = 5.5 days, in every draw
    sure = LEGS.assign(central=LEGS["low"], high=LEGS["low"])
    draws = transit_time.door_to_door(sure, 5, 1, 0.5)
    assert draws.columns.tolist() == [*LEGS["leg"], "total"]
    assert draws["total"].tolist() == [5.5] * 5
    assert transit_time.share_within(draws, 5.5, 6) == 1
    assert transit_time.share_within(draws, 5, 5.4) == 0
    assert transit_time.contributions(draws)["share"].isna().all()


def test_legs_keep_their_distribution():
    # mean (a + m + b) / 3, variance (a^2 + m^2 + b^2 - am - ab - mb) / 18, correlated or not:
    # wait in Aktau: 24 / 3 = 8, (1 + 9 + 400 - 3 - 20 - 60) / 18 = 18.17
    for correlation in (0, 0.6, 1):
        draws = transit_time.door_to_door(LEGS, 100_000, 1, correlation)
        for leg, _, a, m, b in LEGS.itertuples(index=False):
            variance = (a * a + m * m + b * b - a * m - a * b - m * b) / 18
            assert draws[leg].mean() == pytest.approx((a + m + b) / 3, rel=0.01)
            assert draws[leg].var() == pytest.approx(variance, rel=0.02)
    assert draws["total"].to_numpy() == pytest.approx(draws[list(LEGS["leg"])].sum(axis=1))


def test_waits_are_correlated_and_movement_is_not():
    # rank correlation of a Gaussian copula: 6 / pi x asin(rho / 2); at 0.6: 0.5819
    draws = transit_time.door_to_door(LEGS, 100_000, 1, 0.6).corr("spearman")
    expected = 6 / math.pi * math.asin(0.3)
    assert draws.at["wait in Aktau", "wait in Alat"] == pytest.approx(expected, abs=0.01)
    assert draws.at["Khorgos–Aktau", "Aktau–Alat"] == pytest.approx(0, abs=0.015)
    assert draws.at["Khorgos–Aktau", "wait in Alat"] == pytest.approx(0, abs=0.015)
    none = transit_time.door_to_door(LEGS, 100_000, 1, 0).corr("spearman")
    assert none.at["wait in Aktau", "wait in Alat"] == pytest.approx(0, abs=0.015)
    full = transit_time.door_to_door(LEGS, 1_000, 1, 1).corr("spearman")
    assert full.at["wait in Aktau", "wait in Alat"] == pytest.approx(1)


def test_spread_grows_with_the_correlation():
    spread = [transit_time.door_to_door(LEGS, 50_000, 1, rho)["total"].std() for rho in (0, 0.5, 1)]
    assert spread[0] < spread[1] < spread[2]


def test_transit_seed():
    first = transit_time.door_to_door(LEGS, 100, 42, 0.5)
    pd.testing.assert_frame_equal(first, transit_time.door_to_door(LEGS, 100, 42, 0.5))
    other = transit_time.door_to_door(LEGS, 100, 43, 0.5)
    assert not (first["total"] == other["total"]).any()
    # a leg more at the end leaves the draws of the others alone
    shorter = transit_time.door_to_door(LEGS.iloc[:3], 100, 42, 0.5)
    assert (shorter["wait in Aktau"] == first["wait in Aktau"]).all()


DRAWS = pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 2, 5]}).assign(total=[3.0, 4, 8])


def test_journey_joins_what_lies_between_two_waits():
    path = pd.DataFrame(
        {
            "from_node": ["a", "b", "c", "d"],
            "to_node": ["b", "c", "d", "e"],
            "days_low": [1, 2, 3, 4],
            "days_high": [2, 4, 6, 8],
        }
    )
    waits = pd.DataFrame({"low": [1.0], "central": [2.0], "high": [5.0]}, index=["wait_c"])
    # a-c is one train, then the wait at c, then c-e
    whole = transit_time.journey(path, waits)
    assert whole.to_numpy().tolist() == [
        ["to c", "moving", 3, 4.5, 6],
        ["wait_c", "waiting", 1, 2, 5],
        ["to e", "moving", 7, 10.5, 14],
    ]
    # A part that ends at c does not wait there
    part = transit_time.journey(path, waits, "b", "c")
    assert part.to_numpy().tolist() == [["to c", "moving", 2, 3, 4]]


STOPS = pd.DataFrame({"stop": ["closure", "detention"], "chance": [1, 0.25], "longest": [4, 40]})


def test_stops_by_hand():
    draws = transit_time.door_to_door(LEGS, 200_000, 1, 0.3)
    late = transit_time.with_stops(draws, STOPS, 2)
    # Means: 1 x 4 / 2 = 2 and 0.25 x 40 / 2 = 5; a detention is met by one in four
    added = late["total"] - draws["total"]
    assert added.mean() == pytest.approx(7, abs=0.05)
    assert late["closure"].between(0, 4).all() and late["detention"].max() <= 40
    assert (late["detention"] > 0).mean() == pytest.approx(0.25, abs=0.005)
    none = transit_time.with_stops(draws, STOPS.assign(chance=0), 2)
    assert none["total"].equals(draws["total"])


def test_stops_need_a_chance():
    draws = transit_time.door_to_door(LEGS, 5, 1, 0.3)
    with pytest.raises(ValueError, match="chance of 'closure'"):
        transit_time.with_stops(draws, STOPS.assign(chance=1.1), 2)


def test_published_times_against_a_band():
    low = pd.Series([30, 20, 45, 38, 27])
    high = pd.Series([31, 25, 55, 42, 40])
    places = transit_time.against_band(low, high, 27, 40)
    assert places.tolist() == ["inside", "faster", "slower", "part", "inside"]


def test_chance_later_by_hand():
    draws = pd.DataFrame({"total": [10.0, 20.0, 30.0, 40.0]})
    assert transit_time.chance_later(draws, 20) == 0.5  # a day just kept is kept
    assert transit_time.chance_later(draws, 40) == 0


def test_quantiles_and_share_by_hand():
    # 3, 4, 8: median 4; at 3/4, halfway from 4 to 8; two of three within 4 to 8
    assert transit_time.quantiles(DRAWS, (0, 0.5, 0.75)).to_dict() == {0: 3, 0.5: 4, 0.75: 6}
    assert transit_time.share_within(DRAWS, 4, 8) == pytest.approx(2 / 3)
    assert transit_time.share_within(DRAWS, 0, 3) == pytest.approx(1 / 3)


def test_contributions_by_hand():
    # total - 5: -2, -1, 3, squares 14. a with it: -2 - 2 + 9 = 5; b: -4 - 2 + 15 = 9
    table = transit_time.contributions(DRAWS)
    assert table["leg"].tolist() == ["a", "b"]
    assert table["mean_days"].tolist() == [2, 3]
    assert table["share"].tolist() == pytest.approx([5 / 14, 9 / 14])


@pytest.mark.parametrize(
    ("legs", "message"),
    [
        (LEGS.iloc[:0], "at least one"),
        (LEGS.assign(leg=["a", "b", "c", "total"]), "none named 'total'"),
        (LEGS.assign(leg="a"), "leg 'a' is given twice"),
        (LEGS.assign(kind=["moving", "idle", "idle", "moving"]), "kind 'idle' of 'wait in Aktau'"),
        (LEGS.assign(central=[4, 25, 1.5, 2]), "'wait in Aktau' needs low <= central <= high"),
        (LEGS.assign(low=-1.0), "legs.low: -1"),
        (LEGS.drop(columns="kind"), "column 'kind'"),
    ],
)
def test_transit_errors(legs, message):
    with pytest.raises(ValueError, match=message):
        transit_time.door_to_door(legs, 10, 1, 0.5)


def test_transit_more_errors():
    with pytest.raises(ValueError, match=r"correlation: 1\.1"):
        transit_time.door_to_door(LEGS, 10, 1, 1.1)
    with pytest.raises(ValueError, match="draws: 0"):
        transit_time.door_to_door(LEGS, 0, 1, 0.5)
    with pytest.raises(ValueError, match="levels: 2"):
        transit_time.quantiles(DRAWS, (2,))
    with pytest.raises(ValueError, match="low: 5 is above high 4"):
        transit_time.share_within(DRAWS, 5, 4)
    for model in (transit_time.quantiles, transit_time.contributions):
        with pytest.raises(ValueError, match="draws: there is none"):
            model(DRAWS.iloc[:0])
        with pytest.raises(ValueError, match="'total'"):
            model(LEGS)


times = st.lists(
    st.tuples(st.booleans(), st.floats(0, 20), st.floats(0, 20), st.floats(0, 20)),
    min_size=1,
    max_size=5,
)


@quick
@given(times, st.integers(0, 1_000), share)
def test_total_is_within_the_legs_and_quantiles_are_ordered(rows, seed, correlation):
    legs = pd.DataFrame(
        [
            (f"leg {at}", "waiting" if waits else "moving", *sorted(days))
            for at, (waits, *days) in enumerate(rows)
        ],
        columns=["leg", "kind", "low", "central", "high"],
    )
    draws = transit_time.door_to_door(legs, 200, seed, correlation)
    assert (draws["total"] >= legs["low"].sum() - 1e-9).all()
    assert (draws["total"] <= legs["high"].sum() + 1e-9).all()
    assert transit_time.quantiles(draws, (0, 0.05, 0.5, 0.95, 1)).is_monotonic_increasing
    middle = transit_time.share_within(draws, 5, 10)
    assert 0 <= middle <= transit_time.share_within(draws, 4, 11) <= 1
    shares = transit_time.contributions(draws)["share"]
    assert shares.isna().all() or shares.sum() == pytest.approx(1)
    # a longer day somewhere never makes a journey shorter
    longer = legs.assign(high=legs["high"] + 1)
    later = transit_time.door_to_door(longer, 200, seed, correlation)
    assert (later["total"] >= draws["total"] - 1e-9).all()


# --- route choice ---------------------------------------------------------------------------

ROUTES = pd.DataFrame(
    [
        ("sea", 2_000.0, 40.0, 5.0, 0.0),
        ("middle", 6_000.0, 20.0, 10.0, 0.0),
        ("northern", 7_000.0, 15.0, 5.0, 0.01),
    ],
    columns=["route", "rate", "days", "sd_days", "war_risk"],
)
# 0.5 % of the value a day, a day of standard deviation worth 0.4 days
WORTH = {"daily_cost_share": 0.005, "reliability_ratio": 0.4}


def test_generalised_cost_by_hand():
    # value 100,000: a day costs 500. sea 2,000 + 40 x 500 + 0.4 x 5 x 500 = 2,000 + 20,000 +
    # 1,000 = 23,000; middle 6,000 + 10,000 + 2,000 = 18,000; northern 7,000 + 7,500 + 1,000 +
    # 1 % of 100,000 = 16,500
    table = route_choice.generalised_cost(ROUTES, 100_000, **WORTH)
    assert table.columns.tolist() == [
        "route",
        "cargo_value",
        "rate",
        "time",
        "reliability",
        "war_risk",
        "cost",
    ]
    assert table["time"].tolist() == pytest.approx([20_000, 10_000, 7_500])
    assert table["reliability"].tolist() == pytest.approx([1_000, 2_000, 1_000])
    assert table["war_risk"].tolist() == pytest.approx([0, 0, 1_000])
    assert table["cost"].tolist() == pytest.approx([23_000, 18_000, 16_500])
    # values vary slowest; an empty container costs the rate
    many = route_choice.generalised_cost(ROUTES, [0, 100_000], **WORTH)
    assert many["cargo_value"].tolist() == [0] * 3 + [100_000] * 3
    assert many["cost"].tolist() == pytest.approx([2_000, 6_000, 7_000, 23_000, 18_000, 16_500])


def test_breakeven_value_by_hand():
    # slopes: sea 0.005 x 42 = 0.21; middle 0.005 x 24 = 0.12; northern 0.005 x 17 + 0.01 = 0.095
    # middle against sea: 4,000 / 0.09 = 44,444; northern against middle: 1,000 / 0.025 = 40,000
    def value(a, b):
        return route_choice.breakeven_value(ROUTES, a, b, **WORTH)

    assert value("middle", "sea") == pytest.approx(4_000 / 0.09)
    assert value("northern", "middle") == pytest.approx(40_000)
    # the sea is slower: however valuable the cargo, it does not become the cheaper one
    assert value("sea", "middle") == math.inf
    assert value("sea", "sea") == 0


def test_breakeven_value_always_and_never():
    pair = pd.DataFrame(
        [("better", 1_000.0, 10.0, 0.0, 0.0), ("worse", 2_000.0, 20.0, 0.0, 0.0)],
        columns=ROUTES.columns,
    )
    assert route_choice.breakeven_value(pair, "better", "worse", **WORTH) == 0
    assert route_choice.breakeven_value(pair, "worse", "better", **WORTH) == math.inf
    # as fast, but dearer
    same = pair.assign(days=10.0)
    assert route_choice.breakeven_value(same, "better", "worse", **WORTH) == 0
    assert route_choice.breakeven_value(same, "worse", "better", **WORTH) == math.inf


def test_breakeven_rate_by_hand():
    # value 100,000, middle for 23,000 like the sea: 5,000 above its 18,000, so 11,000;
    # sea for 18,000: 5,000 less than its 2,000, so -3,000
    def rate(a, b):
        return route_choice.breakeven_rate(ROUTES, a, b, 100_000, **WORTH)

    assert rate("middle", "sea") == pytest.approx(11_000)
    assert rate("sea", "middle") == pytest.approx(-3_000)
    assert rate("sea", "sea") == pytest.approx(2_000)


def test_gap_range_by_hand():
    two = pd.DataFrame(
        {
            "route": ["middle", "north"],
            "rate": [9_000, 6_000],
            "rate_low": [6_000, 5_000],
            "rate_high": [11_000, 7_000],
            "days": [30, 20],
            "sd_days": [5, 0],
            "war_risk": [0, 0.01],
        }
    )
    # A day at 1 %: 0.01 x (10 + 1 x 5) - 0.01 = 0.14 of 10,000 is 1,400; at 2 % 0.29, 2,900
    # Least: 6,000 - 7,000 + 1,400; most: 11,000 - 5,000 + 2,900
    found = route_choice.gap_range(two, "middle", "north", 10_000, (0.01, 0.02), 1)
    assert found == pytest.approx((400, 8_900))


@given(
    st.floats(0, 20_000), positive, st.floats(0, 0.03), positive, st.floats(0, 50), st.floats(0, 1)
)
@quick
def test_the_expression_is_the_model(rate, value, daily, days, sd_days, war_risk):
    """What the sliders compute is what the model computes, wherever they stand."""
    routes = pd.DataFrame(
        {
            "route": ["one"],
            "rate": [rate],
            "days": [days],
            "sd_days": [sd_days],
            "war_risk": [war_risk],
        }
    )
    cost = route_choice.generalised_cost(routes, value, daily, 0.8)["cost"].item()
    text = route_choice.cost_expression("rate", "value", "daily", "days", 0.8, "sd", "risk")
    names = {
        "rate": rate, "value": value, "daily": daily, "days": days, "sd": sd_days, "risk": war_risk
    }  # fmt: skip
    assert eval(text, {}, names) == pytest.approx(cost)


def test_cheapest_by_hand():
    # middle beats the sea from 44,444, northern beats middle from 40,000, northern beats the
    # sea from 5,000 / 0.115 = 43,478: sea, then northern, the middle never
    table = route_choice.cheapest(ROUTES, [0, 43_000, 44_000, 100_000], **WORTH)
    assert table.columns.tolist() == ["cargo_value", "route", "cost"]
    assert table["route"].tolist() == ["sea", "sea", "northern", "northern"]
    assert table["cost"].tolist() == pytest.approx([2_000, 11_030, 11_180, 16_500])
    tied = ROUTES.assign(rate=1.0, days=1.0, sd_days=0.0, war_risk=0.0)
    assert route_choice.cheapest(tied, 10, **WORTH)["route"].tolist() == ["sea"]


@pytest.mark.parametrize(
    ("routes", "change", "message"),
    [
        (ROUTES.assign(route="sea"), {}, "route 'sea' is given twice"),
        (ROUTES.iloc[:0], {}, "routes: there is none"),
        (ROUTES.assign(days=[40, -1, 15]), {}, "days of 'middle': -1"),
        (ROUTES.assign(rate=[2_000, np.nan, 1]), {}, "rate of 'middle': nan"),
        (ROUTES.assign(sd_days=[5, 5, -2]), {}, "sd_days of 'northern': -2"),
        (ROUTES.assign(war_risk=[0, 0, 2]), {}, "war_risk of 'northern': 2"),
        (ROUTES.drop(columns="sd_days"), {}, "column 'sd_days'"),
        (ROUTES, {"daily_cost_share": 0.6e2}, "daily_cost_share: 60"),
        (ROUTES, {"reliability_ratio": -1}, "reliability_ratio: -1"),
    ],
)
def test_route_choice_errors(routes, change, message):
    worth = WORTH | change
    with pytest.raises(ValueError, match=message):
        route_choice.generalised_cost(routes, 1, **worth)
    with pytest.raises(ValueError, match=message):
        route_choice.cheapest(routes, 1, **worth)
    with pytest.raises(ValueError, match=message):
        route_choice.breakeven_value(routes, "sea", "middle", **worth)
    with pytest.raises(ValueError, match=message):
        route_choice.breakeven_rate(routes, "sea", "middle", 1, **worth)


def test_route_choice_more_errors():
    with pytest.raises(ValueError, match="route: 'air' is not in routes"):
        route_choice.breakeven_value(ROUTES, "sea", "air", **WORTH)
    with pytest.raises(ValueError, match="cargo_value: -1"):
        route_choice.breakeven_rate(ROUTES, "sea", "middle", -1, **WORTH)
    with pytest.raises(ValueError, match="cargo_value: -1"):
        route_choice.cheapest(ROUTES, [5, -1], **WORTH)


world = st.tuples(st.floats(100, 20_000), st.floats(1, 80), st.floats(0, 20), st.floats(0, 0.05))


@quick
@given(
    st.tuples(world, world), st.floats(0, 1e6), st.floats(0, 0.03), st.floats(0, 2), st.floats(0, 9)
)
def test_more_days_are_never_cheaper_and_breakevens_break_even(rows, value, daily, ratio, more):
    routes = pd.DataFrame([("a", *rows[0]), ("b", *rows[1])], columns=ROUTES.columns)

    def costs(table, at):
        return route_choice.generalised_cost(table, at, daily, ratio)["cost"].to_numpy()

    base = costs(routes, value)
    for column in ("rate", "days", "sd_days"):
        assert (costs(routes.assign(**{column: routes[column] + more}), value) >= base).all()
    assert (costs(routes, value + 1_000) >= base).all()
    assert route_choice.cheapest(routes, value, daily, ratio)["cost"].item() == base.min()
    even = route_choice.breakeven_value(routes, "a", "b", daily, ratio)
    if even < 1e9:
        at, later = costs(routes, even), costs(routes, 2 * even + 1_000)
        assert at[0] <= at[1] * (1 + 1e-9)
        assert later[0] <= later[1] * (1 + 1e-9)
        if even > 0:
            assert at[0] == pytest.approx(at[1])
    rate = route_choice.breakeven_rate(routes, "a", "b", value, daily, ratio)
    assert base[0] - routes["rate"][0] + rate == pytest.approx(base[1], abs=1e-6)


# --- draft ----------------------------------------------------------------------------------

SHIP = {"full_payload_t": 12_000, "full_draft_m": 7.0, "tonnes_per_cm": 20}


def test_water_depth_by_hand():
    # 8 m at -28.0: at -29.5 the sea is 1.5 m lower, so 6.5; 1 m dredged: 7.5
    assert draft.water_depth(8, -29.5, -28) == pytest.approx(6.5)
    assert draft.water_depth(8, -29.5, -28, 1) == pytest.approx(7.5)
    assert draft.water_depth(8, [-28, -27, -40], -28).tolist() == [8, 9, 0]


def test_payload_by_hand():
    # depth 6.5, clearance 0.5: draft 6, a metre less than full = 100 cm x 20 t = 2,000 t less
    assert draft.payload(**SHIP, depth=6.5, under_keel_clearance=0.5) == pytest.approx(10_000)
    # 7.5 is just enough, deeper is no more; 1.5 takes 6 m x 2,000 = 12,000, 0 is nothing too
    loads = draft.payload(**SHIP, depth=[7.5, 20, 1.5, 0], under_keel_clearance=0.5)
    assert loads.tolist() == [12_000, 12_000, 0, 0]


def test_cost_per_tonne_by_hand():
    assert draft.cost_per_tonne(120_000, 10_000) == 12
    assert draft.cost_per_tonne(120_000, [12_000, 0]).tolist() == [10, math.inf]


def test_draft_table_by_hand():
    # 8 m at -28, clearance 0.5: at -28 full, 10 USD; at -29.5 10,000 t, 12 USD; at -36 nothing
    levels = pd.DataFrame({"year": [2010, 2025, 2100], "level": [-28, -29.5, -36]}, index=[5, 6, 7])
    berth = {"depth_at_datum": 8, "datum": -28, "under_keel_clearance": 0.5}
    table = draft.draft_table(levels, **berth, **SHIP, voyage_cost=120_000)
    assert table.columns.tolist() == [
        "year",
        "level",
        "depth",
        "payload_t",
        "load_share",
        "usd_per_tonne",
    ]
    assert table.index.tolist() == [5, 6, 7]
    assert table["depth"].tolist() == [8, 6.5, 0]
    assert table["payload_t"].tolist() == pytest.approx([12_000, 10_000, 0])
    assert table["load_share"].tolist() == pytest.approx([1, 5 / 6, 0])
    assert table["usd_per_tonne"].tolist() == pytest.approx([10, 12, math.inf])
    dug = draft.draft_table(levels, **berth, **SHIP, voyage_cost=120_000, dredged=1)
    assert dug["payload_t"].tolist() == pytest.approx([12_000, 12_000, 0])
    with pytest.raises(ValueError, match="level of 2025: nan"):
        draft.draft_table(
            levels.assign(level=[-28, np.nan, -36]), **berth, **SHIP, voyage_cost=1, key="year"
        )


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (draft.water_depth, (-1, 0, 0), "depth_at_datum: -1"),
        (draft.water_depth, (1, math.nan, 0), "level: nan"),
        (draft.water_depth, (1, 0, math.inf), "datum: inf"),
        (draft.water_depth, (1, 0, 0, -1), "dredged: -1"),
        (draft.payload, (0, 7, 20, 8, 0.5), "full_payload_t: 0"),
        (draft.payload, (12_000, 0, 20, 8, 0.5), "full_draft_m: 0"),
        (draft.payload, (12_000, 7, 0, 8, 0.5), "tonnes_per_cm: 0"),
        (draft.payload, (12_000, 7, 20, -8, 0.5), "depth: -8"),
        (draft.payload, (12_000, 7, 20, 8, -0.5), r"under_keel_clearance: -0\.5"),
        (draft.cost_per_tonne, (-1, 1), "voyage_cost: -1"),
        (draft.cost_per_tonne, (1, -1), "payload_t: -1"),
    ],
)
def test_draft_errors(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        model(*arguments)


@quick
@given(
    st.floats(-32, -25), st.floats(0, 3), st.floats(1, 15), st.floats(0, 2), st.floats(1, 12), share
)
def test_a_higher_level_never_takes_less(level, rise, depth, clearance, deepest, dredged):
    def load(at, dug=0.0, keel=clearance):
        water = draft.water_depth(depth, at, -28, dug)
        return draft.payload(12_000, deepest, 20, water, keel)

    assert 0 <= load(level) <= load(level + rise) <= 12_000
    assert load(level, dredged) >= load(level)
    assert load(level, keel=clearance + 0.1) <= load(level)
    dear, cheap = (draft.cost_per_tonne(1e5, load(at)) for at in (level, level + rise))
    assert cheap <= dear


# --- network --------------------------------------------------------------------------------

# a and d are joined by b (two parallel segments from a) and by c; e hangs on a by a segment of
# which only the length is known, f on nothing
NODES = pd.DataFrame({"node": list("abcdef"), "kind": "port"})
LINKS = pd.DataFrame(
    [
        ("ab rail", "a", "b", 100.0, 1.0, 3.0, 4.0, 6.0),
        ("ab road", "b", "a", 80.0, 3.0, 5.0, 1.0, 1.0),
        ("bd", "b", "d", 100.0, 2.0, 2.0, 3.0, 8.0),
        ("ac", "a", "c", 200.0, 1.0, 1.0, 2.0, 2.0),
        ("cd", "c", "d", 50.0, 1.0, 1.0, 5.0, 5.0),
        ("ae", "a", "e", 10.0, np.nan, np.nan, np.nan, np.nan),
    ],
    columns=[
        "segment",
        "from_node",
        "to_node",
        "km",
        "days_low",
        "days_high",
        "capacity_low",
        "capacity_high",
    ],
)
GRAPH = network.build(NODES, LINKS)


def test_build():
    assert list(GRAPH) == list("abcdef")
    assert GRAPH.nodes["a"]["kind"] == "port"
    assert sorted(GRAPH["a"]["b"]) == ["ab rail", "ab road"]
    assert GRAPH.edges["a", "b", "ab rail"]["days"] == 2
    assert math.isnan(GRAPH.edges["a", "e", "ae"]["capacity_low"])


@pytest.mark.parametrize(
    ("nodes", "links", "message"),
    [
        (NODES.iloc[:4], LINKS, "'ae' names unknown node 'e'"),
        (NODES, LINKS.assign(from_node="z"), "'ab rail' names unknown node 'z'"),
        (NODES, LINKS.assign(to_node=list("baddce")), "'bd' joins|'cd' joins"),
        (NODES, LINKS.assign(capacity_low=7.0), "'ab rail' needs capacity_low <= capacity_high"),
        (NODES, LINKS.assign(days_low=4.0), "'ab rail' needs days_low <= days_high"),
        (NODES, LINKS.assign(km=-1.0), "km of 'ab rail': -1"),
        (NODES, LINKS.assign(segment="x"), "segment 'x' is given twice"),
        (NODES.assign(node="a"), LINKS, "node 'a' is given twice"),
        (NODES, LINKS.drop(columns="to_node"), "column 'to_node'"),
    ],
)
def test_build_errors(nodes, links, message):
    with pytest.raises(ValueError, match=message):
        network.build(nodes, links)


def test_capacity_between_by_hand():
    # low: a-b 4 + 1 = 5, b-d 3, so 3 by b; a-c 2, c-d 5, so 2 by c: 5
    # high: 6 + 1 = 7 and 8, so 7 by b; 2 by c: 9. Without b 2, without c 3 and 7
    assert network.capacity_between(GRAPH, "a", "d") == (5, 9)
    assert network.capacity_between(GRAPH, "d", "a") == (5, 9)
    assert network.capacity_between(GRAPH, "a", "d", ["b"]) == (2, 2)
    assert network.capacity_between(GRAPH, "a", "d", "c") == (3, 7)
    assert network.capacity_between(GRAPH, "a", "d", ["b", "c"]) == (0, 0)
    assert network.capacity_between(GRAPH, "a", "d", ["a"]) == (0, 0)
    # no way; a way that only unknown capacities limit; one that goes on over known ones
    assert network.capacity_between(GRAPH, "a", "f") == (0, 0)
    assert network.capacity_between(GRAPH, "a", "e") == (math.inf, math.inf)
    assert network.capacity_between(GRAPH, "e", "d") == (5, 9)


def test_best_path_by_hand():
    # km: a-b by road 80 + 100 = 180 against 200 + 50 = 250 by c; its days 3 + 2 to 5 + 2
    # days: by rail 2 + 2 = 4, by road 4 + 2 = 6, by c 1 + 1 = 2
    short = network.best_path(GRAPH, "a", "d")
    assert short == network.Path(("a", "b", "d"), ("ab road", "bd"), 180, 5, 7)
    assert short.days == 6
    fast = network.best_path(GRAPH, "a", "d", "days")
    assert fast == network.Path(("a", "c", "d"), ("ac", "cd"), 250, 2, 2)
    rail = network.best_path(GRAPH, "a", "d", "days", without=["c"])
    assert rail == network.Path(("a", "b", "d"), ("ab rail", "bd"), 200, 3, 5)
    assert network.best_path(GRAPH, "a", "d", without=["b", "c"]) is None
    assert network.best_path(GRAPH, "a", "d", without="d") is None
    assert network.best_path(GRAPH, "a", "f") is None
    # e can be reached in km, in days of which nobody knows how many
    assert network.best_path(GRAPH, "e", "a").km == 10
    assert math.isnan(network.best_path(GRAPH, "e", "a").days)
    assert network.best_path(GRAPH, "e", "a", "days") is None


def test_criticality_by_hand():
    # b: 2 of 5 and 2 of 9 left, 250 - 180 = 70 km more, no day more; c: 3 of 5 and 7 of 9 left,
    # no km more, 4 - 2 = 2 days more; a: nothing left; e: nothing lost
    table = network.criticality(GRAPH, "a", "d", ["b", "c", "a", "e"])
    assert table.columns.tolist() == [
        "node",
        "capacity_low",
        "capacity_high",
        "share_lost_low",
        "share_lost_high",
        "detour_km",
        "detour_days",
        "path",
    ]
    assert table["node"].tolist() == ["b", "c", "a", "e"]
    assert table["capacity_low"].tolist() == [2, 3, 0, 5]
    assert table["capacity_high"].tolist() == [2, 7, 0, 9]
    assert table["share_lost_low"].tolist() == pytest.approx([0.6, 0.4, 1, 0])
    assert table["share_lost_high"].tolist() == pytest.approx([7 / 9, 2 / 9, 1, 0])
    assert table["detour_km"].tolist() == pytest.approx([70, 0, math.nan, 0], nan_ok=True)
    assert table["detour_days"].tolist() == pytest.approx([0, 2, math.nan, 0], nan_ok=True)
    assert table["path"].tolist() == ["a – c – d", "a – b – d", "none", "a – b – d"]


def test_criticality_of_what_is_unknown_or_not_joined():
    # a-e: unlimited before, so no share of it; d-f: no way before either
    unknown = network.criticality(GRAPH, "a", "e", ["b"]).iloc[0]
    assert unknown["capacity_low"] == math.inf and math.isnan(unknown["share_lost_low"])
    assert unknown["detour_km"] == 0 and math.isnan(unknown["detour_days"])
    apart = network.criticality(GRAPH, "d", "f", ["b"]).iloc[0]
    assert apart["capacity_low"] == 0 and math.isnan(apart["share_lost_low"])
    assert apart["path"] == "none"
    assert network.criticality(GRAPH, "a", "d", []).columns.tolist() == list(unknown.index)


def test_network_errors():
    for model in (network.capacity_between, network.best_path):
        with pytest.raises(ValueError, match="node: 'z' is not in the network"):
            model(GRAPH, "a", "z")
        with pytest.raises(ValueError, match="node: 'z' is not in the network"):
            model(GRAPH, "a", "d", without=["z"])
        with pytest.raises(ValueError, match="target: 'a' is the source"):
            model(GRAPH, "a", "a")
    with pytest.raises(ValueError, match="weight: 'usd'"):
        network.best_path(GRAPH, "a", "d", "usd")
    with pytest.raises(ValueError, match="node: 'z'"):
        network.criticality(GRAPH, "a", "d", ["z"])


joins = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 20), st.integers(1, 500)).filter(
        lambda join: join[0] != join[1]
    ),
    min_size=1,
    max_size=14,
)


def random_links(rows, more=0, at=0):
    """Segments between nodes of a to f, one with more capacity than drawn."""
    return pd.DataFrame(
        [
            (f"s{row}", "abcdef"[i], "abcdef"[j], km, km / 100, km / 50, limit, limit * 2)
            for row, (i, j, limit, km) in enumerate(rows)
        ],
        columns=LINKS.columns,
    ).assign(
        capacity_high=lambda t: t["capacity_high"] + more * (t.index == at % len(t)),
        capacity_low=lambda t: t["capacity_low"] + more * (t.index == at % len(t)),
    )


@quick
@given(joins, st.integers(0, 13), st.integers(0, 20))
def test_flow_grows_with_capacity_and_shrinks_with_every_node_lost(rows, at, more):
    graph = network.build(NODES, random_links(rows))
    before = network.capacity_between(graph, "a", "f")
    roomier = network.build(NODES, random_links(rows, more, at))
    after = network.capacity_between(roomier, "a", "f")
    assert before[0] <= after[0] + 1e-9 and before[1] <= after[1] + 1e-9
    assert before[0] <= before[1]
    # no more than what leaves the source
    leaving = graph.degree("a", weight="capacity_low")
    assert before[0] <= leaving + 1e-9
    table = network.criticality(graph, "a", "f", list("bcde"))
    assert (table["capacity_low"] <= before[0]).all()
    assert (table["capacity_high"] <= before[1]).all()
    assert (table[["detour_km", "detour_days"]].fillna(0) >= -1e-9).all(axis=None)
    lost = table[["share_lost_low", "share_lost_high"]].dropna()
    assert ((lost >= 0) & (lost <= 1)).all(axis=None)
    # where something flows there is a way, and it connects
    path = network.best_path(graph, "a", "f")
    assert path is not None or before == (0, 0)
    if path:
        steps = zip(itertools.pairwise(path.nodes), path.segments, strict=True)
        assert all(graph.has_edge(*ends, key=segment) for ends, segment in steps)


# --- carbon ---------------------------------------------------------------------------------

FACTORS = pd.DataFrame(
    [
        ("rail", 5.0, 20.0, 15.0, 25.0, 40.0),
        ("ferry", 60.0, 20.0, 50.0, 80.0, 120.0),
        ("road", 90.0, np.nan, 60.0, 100.0, 150.0),
    ],
    columns=["mode", "direct", "wtt", "low", "central", "high"],
)
HAUL = pd.DataFrame(
    [
        ("middle", "rail", 4_000.0),
        ("middle", "ferry", 500.0),
        ("road", "road", 1_000.0),
        ("road", "rail", 100.0),
    ],
    columns=["route", "mode", "km"],
)


def test_carbon_by_hand():
    # middle: central 4,000 x 25 g + 500 x 80 g = 100 + 40 = 140 kg; low 60 + 25 = 85; high 160 +
    # 60 = 220; direct 20 + 30 = 50, upstream 80 + 10 = 90. road: 60 + 1.5, 100 + 2.5, 150 + 4,
    # direct 90 + 0.5, upstream unknown
    table = carbon.per_tonne(HAUL, FACTORS)
    assert table.columns.tolist() == [
        "route",
        "km",
        "low",
        "central",
        "high",
        "direct",
        "upstream",
    ]
    assert table["route"].tolist() == ["middle", "road"]
    assert table.iloc[0, 1:].tolist() == pytest.approx([4_500, 85, 140, 220, 50, 90])
    assert table.iloc[1, 1:5].tolist() == pytest.approx([1_100, 61.5, 102.5, 154])
    assert table.at[1, "direct"] == pytest.approx(90.5) and math.isnan(table.at[1, "upstream"])


@pytest.mark.parametrize(
    ("legs", "factors", "message"),
    [
        (HAUL, FACTORS.iloc[:2], "mode 'road' of route 'road' has no factor"),
        (HAUL, FACTORS.assign(mode="rail"), "mode 'rail' is given twice"),
        (HAUL, FACTORS.assign(central=200.0), "'rail' needs low <= central <= high"),
        (HAUL, FACTORS.assign(low=-1.0), "factors.low: -1"),
        (HAUL, FACTORS.assign(wtt=[40, 20, np.nan]), "direct . wtt of 'rail' is 45"),
        (HAUL, FACTORS.assign(wtt=[1, 20, np.nan]), "direct . wtt of 'rail' is 6"),
        (HAUL, FACTORS.assign(direct=[5, -1, np.nan]), "direct of 'ferry': -1"),
        (HAUL.assign(km=[4_000, None, 1, 1]), FACTORS, "km of 'middle': nan"),
        (HAUL.drop(columns="mode"), FACTORS, "column 'mode'"),
    ],
)
def test_carbon_errors(legs, factors, message):
    with pytest.raises(ValueError, match=message):
        carbon.per_tonne(legs, factors)


@quick
@given(st.lists(st.tuples(st.integers(0, 2), positive), min_size=1, max_size=6), positive)
def test_carbon_is_ordered_and_grows_with_the_way(rows, more):
    legs = pd.DataFrame(
        [("route", FACTORS["mode"][mode], km) for mode, km in rows], columns=HAUL.columns
    )
    table = carbon.per_tonne(legs, FACTORS).iloc[0]
    assert table["low"] <= table["central"] <= table["high"]
    assert table["km"] == pytest.approx(legs["km"].sum())
    if "road" not in set(legs["mode"]):
        assert table["direct"] + table["upstream"] == pytest.approx(table["central"])
    longer = legs.assign(km=legs["km"] + more)
    assert carbon.per_tonne(longer, FACTORS).at[0, "central"] > table["central"]
