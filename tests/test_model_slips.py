"""Edges of models that only a slip would move; the rest of them is in `test_slips.py`."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from caspian.models import (
    blocs,
    capacity,
    carbon,
    chain,
    diversification,
    draft,
    growth,
    netback,
    network,
    outage,
    projects,
    route_choice,
    routes,
    scenarios,
    ships,
    trade,
    transit_time,
    votes,
)

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


def test_a_group_is_of_two_or_more_and_a_bloc_has_a_first_year():
    for group in (["AZE"], [], ["AZE", "KAZ", "AZE"]):
        with pytest.raises(ValueError, match=r"countries: .* must be two or more"):
            blocs.intra(PAIR, whole(), group)
    table = pd.DataFrame({"bloc": "x", "country": ["AZE", "KAZ"], "composition": "membership"})
    table = table.assign(counted_from=["2010", "2015"])
    assert blocs.members(table, "x", 2010) == ["AZE"]
    with pytest.raises(ValueError, match="counts nobody in 2009; its first year is 2010"):
        blocs.members(table, "x", 2009)


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


# --- bounds of arguments --------------------------------------------------------------------------

LEGS = pd.DataFrame(
    [("sea", "freight", "USD/t", 10.0), ("sea", "grade", "USD/bbl", -5.0)],
    columns=["route", "leg", "unit", "central"],
)
LEGS = LEGS.assign(low=LEGS["central"], high=LEGS["central"])
ONE_WAY = pd.DataFrame({"route": ["a"], "rate": 100.0, "days": 10.0, "sd_days": 1.0, "war_risk": 0})
OUTAGE = {
    "days": 10, "flow_kt_per_day": 10, "storage_kt": 0, "reroute_kt_per_day": 0,
    "price_usd_per_bbl": 70, "barrels_per_tonne": 7.5,
}  # fmt: skip


def charged(share):
    row = {"route": "sea", "leg": "war risk", "unit": "share"}
    cases = dict.fromkeys(["low", "central", "high"], share)
    return pd.concat([LEGS, pd.DataFrame([row | cases])])


SHARES = {
    "cut of a flow": lambda x: diversification.expected_loss_per_tonne(1, 10, x, 1, 400, 0.5),
    "part not absorbed": lambda x: diversification.expected_loss_per_tonne(1, 10, 1, x, 400, 0.5),
    "part lost": lambda x: diversification.expected_loss_per_tonne(1, 10, 1, 1, 400, x),
    "flow lost in a year": lambda x: diversification.breakeven_years(5, x, 400, 0.1),
    "charge on value": lambda x: netback.netback(charged(x), 70, 7.5),
    "cut by an outage": lambda x: outage.outage_table(capacity_cut=x, **OUTAGE),
    "cut in a year": lambda x: scenarios.outages_a_year(1, 10, x, 0, 0),
    "war risk": lambda x: route_choice.cheapest(ONE_WAY.assign(war_risk=x), 1_000, 0.01, 1),
    "cost of a day": lambda x: route_choice.cheapest(ONE_WAY, 1_000, x, 1),
    "cost of a day, of two": lambda x: route_choice.breakeven_value(ONE_WAY, "a", "a", x, 1),
    "share of a route": lambda x: routes.herfindahl([x]),
    "quantile": lambda x: chain.ceiling_quantiles(pd.DataFrame({"ceiling": [1.0]}), [x]),
}


@pytest.mark.parametrize("given", SHARES)
def test_a_share_is_from_nought_to_one(given):
    for share in (-0.5, 1.5):
        with pytest.raises(ValueError, match=f"{share} must be .* at least 0 and at most 1"):
            SHARES[given](share)
    for share in (0, 1):
        SHARES[given](share)


def test_a_ship_sails_on_no_day_of_a_year_or_on_all_of_a_leap_year():
    fleet = [(1, 1, 1), (1e6, 1e6, 1e6), (10, 10, 10)]
    for days in (0, 366):
        assert ships.voyages_per_year(10, days) == days / 10
        found = chain.tanker_link(*fleet, (days, days, days))
        assert found[["low", "central", "high"]].to_numpy().tolist() == [[days / 10] * 3]
    assert ships.ships_needed(1, 1e6 / 36.6, 10, 366) == 1
    for days in (-0.5, 366.5):
        with pytest.raises(ValueError, match=f"{days} must be .* at least 0 and at most 366"):
            ships.voyages_per_year(10, days)
        with pytest.raises(ValueError, match=f"{days} must be .* above 0 and at most 366"):
            ships.ships_needed(1, 1e6, 10, days)
        with pytest.raises(ValueError, match=f"operating_days: {days} must be"):
            chain.tanker_link(*fleet, (days, days, days))


# --- ships and chain ------------------------------------------------------------------------------


def test_a_million_tonnes_make_a_megatonne():
    # 1 Mt in cargoes of half a tonne less than that: one ship, or voyage, is not enough
    assert ships.ships_needed(1, 999_999.5, 10, 10) == 2
    assert ships.ships_table([1], {"full": 999_999.5}, 10, 10)["voyages"].tolist() == [2]
    fleet = {
        "tankers": (1, 1, 1), "payload_t": (1e6, 1e6, 1e6),
        "round_trip_days": (10, 10, 10), "operating_days": (10, 10, 10),
    }  # fmt: skip
    assert chain.tanker_link(**fleet)["central"].tolist() == [1]
    links = pd.DataFrame({"link": ["port"], "low": [2.0], "central": [2.0], "high": [2.0]})
    draws = chain.chain_ceiling(links, 3, 1, fleet)
    assert draws["tankers"].tolist() == draws["ceiling"].tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match=r"links.low: -0.5 must be"):
        chain.chain_ceiling(links.assign(low=-0.5), 3, 1)


# --- draft ----------------------------------------------------------------------------------------


def test_less_than_a_tonne_is_dear_and_none_is_priceless():
    with np.errstate(all="raise"):  # nothing is divided by no load
        found = draft.cost_per_tonne(100, [0, 0.5, 200])
    assert found.tolist() == [math.inf, 200, 0.5]


def test_a_voyage_from_aktau_costs_the_days_that_it_takes():
    names = [
        "berth_draft_aktau", "level_2025", "full_payload_12000", "full_draft_12000",
        "tonnes_per_cm_12000", "under_keel_clearance", "ship_day_rate", "round_trip_days",
    ]  # fmt: skip
    given = pd.Series([7.0, -29.0, 12_000.0, 7.1, 25.0, 0.5, 20_000.0, 4.0], names)
    found = draft.tanker_at_aktau(given)
    assert found["voyage_cost"] == 80_000 and found["datum"] == -29
    # 7.0 - 0.5 = 6.5 m of draft, 0.6 m less than full: 60 cm x 25 t = 1,500 t left on the quay
    table = draft.draft_table(pd.DataFrame({"level": [-29.0]}), **found)
    assert table["payload_t"].tolist() == pytest.approx([10_500])


# --- growth and scenarios -------------------------------------------------------------------------


def test_even_growth_has_no_range_and_three_levels_are_told_by_default():
    even = pd.Series([1.1**n for n in range(6)], index=range(2020, 2026))
    found = growth.drift_interval(even, 2060)
    assert found["level"].tolist()[:3] == [0.05, 0.5, 0.95] and len(found) == 3 * 35
    assert found.groupby("year")["value"].nunique().eq(1).all()
    assert found["value"].iloc[-1] == pytest.approx(1.1**40)


def test_what_is_left_of_a_weak_outage_may_be_less_than_one():
    # 10 kt a day, a tenth cut, half of it rerouted: 0.5 kt a day for 10 days
    assert scenarios.outages_a_year(1, 10, 0.1, 0, 0.5, 10) == pytest.approx(5)
    assert scenarios.outages_a_year(1, 10, 0.1, 0, 2, 10) == 0


# --- diversification, outage, netback -------------------------------------------------------------


def test_without_a_premium_the_second_route_pays_at_once_even_if_nothing_is_lost():
    assert diversification.breakeven_years(0, 0, 400, 0.1) == 0
    assert diversification.breakeven_years(1, 0, 400, 0.1) == math.inf


def test_tanks_never_fill_where_nothing_is_left_over():
    with np.errstate(all="raise"):
        found = outage.outage_table(capacity_cut=[0, 0.5], **OUTAGE | {"storage_kt": 20})
    assert found["days_until_curtailed"].tolist() == [math.inf, 4]


def test_a_range_of_outages_has_its_cases_and_the_columns_of_a_table():
    names = [*outage.FAVOURABLE]
    given = pd.DataFrame({"parameter": names, "low": 0.1, "central": 0.2, "high": 0.3})
    found = outage.outage_range([1, 2], 10, given)
    arguments = OUTAGE | {"capacity_cut": 0.2}
    assert list(found) == ["case", *outage.outage_table(**arguments)]
    assert list(found.index) == list(range(6))


def test_the_ends_of_a_prediction_are_inside_it():
    assert outage.backtest(1, 1, 3, 1)["inside"] and outage.backtest(1, 3, 3, 3)["inside"]
    assert not outage.backtest(1, 2, 3, 0.9)["inside"]
    assert not outage.backtest(1, 2, 3, 3.1)["inside"]


def test_oil_may_be_worth_nothing_and_no_less():
    # discount 5 USD a barrel, freight 10 USD a tonne of 5 barrels: 0 - 2, and 0.5 - 2
    for brent, worth in ((5, -2), (5.5, -1.5)):
        assert netback.netback(LEGS, brent, 5)["central"].tolist() == pytest.approx([worth])
    with pytest.raises(ValueError, match=r"brent: 4.5 is less than the discount of 'sea'"):
        netback.netback(LEGS, 4.5, 5)


# --- carbon ---------------------------------------------------------------------------------------

FACTOR = pd.DataFrame(
    {"mode": ["rail"], "low": 90.0, "central": 100.0, "high": 110.0, "direct": 80.0, "wtt": 20.0}
)
HAUL = pd.DataFrame({"route": ["b", "a", "b"], "mode": "rail", "km": [1_000.0, 500.0, 1_000.0]})


def test_routes_stand_as_they_come_and_a_part_may_be_unknown():
    found = carbon.per_tonne(HAUL, FACTOR)
    assert found["route"].tolist() == ["b", "a"] and found["central"].tolist() == [200, 50]
    for part in ("direct", "wtt"):
        one = carbon.per_tonne(HAUL, FACTOR.assign(**{part: math.nan}))
        assert one["central"].tolist() == [200, 50]
        assert one["direct"].isna().all() == (part == "direct")


def test_parts_add_up_to_within_the_range_and_one_percent():
    for upstream in (9.0, 31.0):  # 89 and 111: a percent of 100 beyond 90 and 110
        carbon.per_tonne(HAUL, FACTOR.assign(wtt=upstream))
    small = FACTOR.assign(low=0.1, central=0.1, high=0.1, direct=0.1, wtt=0.01)
    cases = [FACTOR.assign(wtt=wtt) for wtt in (8.9, 31.1)]
    for case in [*cases, small]:
        with pytest.raises(ValueError, match=r"direct . wtt of 'rail' is .* not within"):
            carbon.per_tonne(HAUL, case)


def test_the_first_of_several_wrong_factors_or_legs_is_named():
    two = pd.concat([FACTOR.assign(mode="sea", wtt=1.0), FACTOR.assign(wtt=2.0)])
    with pytest.raises(ValueError, match="of 'sea' is 81, "):
        carbon.per_tonne(HAUL, two)
    with pytest.raises(ValueError, match="mode 'air' of route 'b'"):
        carbon.per_tonne(HAUL.assign(mode=["air", "rail", "road"]), FACTOR)


# --- network --------------------------------------------------------------------------------------

SEGMENTS = pd.DataFrame(
    [("s_x", "s", "x"), ("x_t", "x", "t"), ("s_y", "s", "y"), ("y_t", "y", "t")],
    columns=["segment", "from_node", "to_node"],
).assign(km=[1.0, None, 5.0, 5.0], days_low=2.0, days_high=4.0)
SEGMENTS = SEGMENTS.assign(
    capacity_low=[None, None, 1.0, 1.0], capacity_high=[None, None, 2.0, 2.0]
)


def test_a_distance_may_be_unknown_and_days_are_the_middle_of_theirs():
    graph = network.build(pd.DataFrame({"node": list("sxyt")}), SEGMENTS)
    assert {days for *_, days in graph.edges(data="days")} == {3}
    shortest = network.best_path(graph, "s", "t")
    assert shortest.nodes == ("s", "y", "t") and shortest.km == 10 and shortest.days == 6
    assert len({shortest, network.best_path(graph, "s", "t")}) == 1  # equal ways are one


def test_no_share_of_an_unlimited_flow_is_lost():
    graph = network.build(pd.DataFrame({"node": list("sxyt")}), SEGMENTS)
    found = network.criticality(graph, "s", "t", ["x"])
    assert found[["capacity_low", "capacity_high"]].to_numpy().tolist() == [[1, 2]]
    assert found[["share_lost_low", "share_lost_high"]].isna().all(axis=None)


# --- projects -------------------------------------------------------------------------------------


def test_the_largest_sum_of_a_project_is_kept():
    steps = pd.DataFrame(
        {
            "project": ["port"] * 3,
            "step": ["announced", "financed", "registered"],
            "date": ["2020", "2022", "2021"],
            "amount_usd_mn": [50.0, 200.0, None],
        }
    )
    found = projects.reached(pd.DataFrame({"project": ["port"], "name": ["Port"]}), steps)
    assert found[["furthest", "usd_mn"]].to_numpy().tolist() == [["financed", 200]]


# --- routes ---------------------------------------------------------------------------------------

TREE = pd.DataFrame(
    [
        ("total", None, False),
        ("cpc", "total", True),
        ("atyrau_samara", "total", True),
        ("aktau", "total", False),
        ("aktau_baku", "aktau", False),
        ("aktau_makhachkala", "aktau", True),
    ],
    columns=["route", "part_of", "crosses_russia"],
)


def carried(**values):
    columns = {"route": list(values), "value": list(values.values()), "source": list(values)}
    return pd.DataFrame(columns).assign(period="2025", status="actual", preferred=True)


def told(**values):
    """The balance with the parts of Aktau for themselves: route and value, and the table."""
    exports = carried(**values)
    balance = routes.route_balance(exports, TREE, "2025")
    found = routes.split(balance, exports, TREE, "aktau", "2025")
    assert found["share"].sum() == pytest.approx(1)
    assert found["value"].sum() == pytest.approx(balance["value"].sum())
    assert list(found.index) == list(range(len(found)))
    return list(zip(found["route"], found["value"].round(9), strict=True))


def test_parts_stand_for_their_route_and_what_they_leave_keeps_its_name():
    rest = ("unattributed", 25)
    ends = [("cpc", 60), ("aktau_baku", 6)]
    all_of = {"total": 100, "cpc": 60, "aktau": 15}
    both = {"aktau_baku": 6, "aktau_makhachkala": 8}
    moved = [*ends, ("aktau_makhachkala", 8), ("aktau", 1), rest]
    assert told(**all_of, **both) == moved
    # half of it, and all of it
    half = [("cpc", 60), ("aktau_baku", 7.5), ("aktau", 7.5), rest]
    assert told(**all_of, aktau_baku=7.5) == half
    assert told(**all_of, aktau_baku=15) == [("cpc", 60), ("aktau_baku", 15), rest]
    # 2 % more than all of it, by rounding: shared out in proportion
    assert told(**all_of, aktau_baku=15.3) == [("cpc", 60), ("aktau_baku", 15), rest]
    with pytest.raises(ValueError, match=r"the parts of 'aktau' add up to 15.4"):
        told(**all_of, aktau_baku=15.4)
    # a small part of a small route is kept
    small = told(cpc=1, aktau=1e-4, aktau_baku=0.99e-4)
    assert [name for name, _ in small] == ["cpc", "aktau_baku", "aktau"]


def test_a_balance_stays_as_it_is_without_the_route_or_its_parts():
    assert told(total=9, cpc=6, aktau_baku=1) == [("cpc", 6), ("unattributed", 3)]
    assert told(total=9, cpc=6, aktau=1) == [("cpc", 6), ("aktau", 1), ("unattributed", 2)]
    none = {"total": 6, "cpc": 6, "aktau": 0, "aktau_baku": 0}
    assert told(**none) == [("cpc", 6), ("aktau", 0), ("unattributed", 0)]


def test_rounding_of_a_large_total_is_no_rest():
    # 100 g of a million tonnes
    exports = carried(total=1e6, cpc=1e6 - 1e-4)
    assert routes.route_balance(exports, TREE, "2025")["value"].tolist()[-1] == 0
    exports = carried(total=1e-3, cpc=1e-3 - 1e-7)
    assert routes.route_balance(exports, TREE, "2025")["value"].iloc[-1] == pytest.approx(1e-7)


def test_routes_exceed_their_total_by_two_percent_at_most():
    exports = carried(total=100.0, cpc=102.0)
    assert routes.route_balance(exports, TREE, "2025")["value"].tolist() == [102, 0]
    with pytest.raises(ValueError, match="more than 2% above the published total 100"):
        routes.route_balance(carried(total=100.0, cpc=102.1), TREE, "2025")


def test_the_limit_of_a_high_index_is_that_of_the_guidelines():
    assert f"above {routes.HHI_HIGH:,} highly concentrated" in routes.herfindahl.__doc__
    # rounded shares may add up to 1.01, and no more
    assert routes.herfindahl([1, 0.01]) == pytest.approx(10_001)


def test_all_through_russia_is_all_in_spite_of_rounding():
    # 0.1 + 0.2 is a hair more than 0.3
    exports = carried(total=0.3, cpc=0.1, atyrau_samara=0.2)
    assert routes.russia_dependence(exports, TREE, "2025", "wide") == (1, 1)


@pytest.mark.parametrize(("baku", "may_cross"), [(9.5, 0.5), (10, 0), (10.2, 0)])
def test_what_a_part_that_may_cross_can_have_carried_is_what_the_others_leave(baku, may_cross):
    exports = carried(total=100, cpc=50, atyrau_samara=40, aktau=10, aktau_baku=baku)
    low, high = routes.russia_dependence(exports, TREE, "2025", "wide")
    assert (low, high) == pytest.approx((0.9, 0.9 + may_cross / 100))


# --- trade ----------------------------------------------------------------------------------------


def counted(rows):
    table = pd.DataFrame(rows, columns=["counted_by", "period", "months", "value"])
    return table.assign(flow="turnover", preferred=True)


def test_ledgers_have_both_sides_and_years_in_order_before_parts_of_years():
    rows = [("Azerbaijan", "2024", 12, 4.0), ("Azerbaijan", "2023", 12, 5.0)]
    part = ("Azerbaijan", "2025-01/2025-06", 6, 3.0)
    found = trade.ledgers(counted([part, *rows]))
    assert found["period"].tolist() == ["2023", "2024", "2025-01/2025-06"]
    assert list(found.index) == [0, 1, 2]
    assert found["Kazakhstan"].isna().all() and found["ratio"].isna().all()
    both = trade.ledgers(counted([*rows, ("Kazakhstan", "2024", 12, 6.0)]))
    assert both["ratio"].tolist()[1] == 1.5
    with pytest.raises(ValueError, match="two preferred turnovers for 2024"):
        trade.ledgers(counted([*rows, *rows]))


def test_months_rise_and_a_part_is_no_more_than_its_year():
    for months in ([1, 3, 2], [1, 1], [1, 2, 2]):
        with pytest.raises(ValueError, match="months must rise"):
            trade.increments(pd.Series(1.0, index=months))
    assert trade.last_twelve_months(5, 5, 2) == 2
    with pytest.raises(ValueError, match=r"part_before: 5.5 is more than its year, 5"):
        trade.last_twelve_months(5, 5.5, 2)


# --- days and votes: the edges --------------------------------------------------------------------


def test_a_chance_and_a_correlation_are_not_below_nought():
    legs = pd.DataFrame(
        {"leg": ["a"], "kind": ["waiting"], "low": 1.0, "central": 2.0, "high": 3.0}
    )
    with pytest.raises(ValueError, match="correlation"):
        transit_time.door_to_door(legs, 1, 1, -0.5)
    drawn = transit_time.door_to_door(legs, 5, 1, 0.0)
    stops = pd.DataFrame({"stop": ["s"], "chance": [-0.5], "longest": [1.0]})
    with pytest.raises(ValueError, match="chance"):
        transit_time.with_stops(drawn, stops, 1)
    with pytest.raises(ValueError, match="levels"):
        transit_time.quantiles(drawn, [-0.1])


def test_times_that_touch_a_band_are_partly_in_it():
    low, high = pd.Series([1.0, 5.0, 1.0, 5.1]), pd.Series([2.0, 6.0, 1.9, 6.0])
    found = transit_time.against_band(low, high, 2.0, 5.0)
    assert found.tolist() == ["part", "part", "faster", "slower"]


def test_a_small_spread_is_shared_out_and_none_is_not():
    drawn = pd.DataFrame({"a": [0.5, 1.0], "b": [0.5, 0.5], "total": [1.0, 1.5]})
    assert transit_time.contributions(drawn)["share"].tolist() == [1, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        still = transit_time.contributions(drawn.iloc[[0, 0]])
    assert still["share"].isna().all()


def roll_calls(*pairs: tuple[str, str, int, int]) -> pd.DataFrame:
    rows = pd.DataFrame(pairs, columns=["country_a", "country_b", "votes", "agreed"])
    return rows.assign(period="2024")


def test_fifteen_common_votes_are_enough():
    shares = votes.pair_shares(roll_calls(("A", "B", 15, 3), ("A", "C", 14, 3)))
    assert shares["agreement"].tolist() == [0.2]


def test_of_several_slips_in_votes_the_first_is_told():
    with pytest.raises(ValueError, match="A in 2024 is paired with itself"):
        votes.pair_shares(roll_calls(("A", "A", 20, 3), ("B", "B", 20, 3)))
    with pytest.raises(ValueError, match="A-B in 2024 agreed in 21 of 20"):
        votes.pair_shares(roll_calls(("A", "B", 20, 21), ("A", "C", 20, 22)))


def test_all_countries_make_one_group_and_groups_may_be_as_many_as_the_limit(monkeypatch):
    three = roll_calls(("A", "B", 20, 10), ("A", "C", 20, 20), ("B", "C", 20, 15))
    assert votes.chance(three, 3)["groups"].tolist() == [1]
    with pytest.raises(ValueError, match="levels"):
        votes.chance(three, 3, [-0.1])
    monkeypatch.setattr(votes, "MOST_GROUPS", 3)
    assert votes.chance(three, 2)["groups"].tolist() == [3]
    monkeypatch.setattr(votes, "MOST_GROUPS", 2)
    with pytest.raises(ValueError, match="more than 2 groups"):
        votes.chance(three, 2)
