"""What holds of every model, whatever goes in: what goes in comes out, parts make the whole, more
never brings less, bounds hold, ranges keep their order, units scale.

Examples are drawn alike on every machine. Properties of single models that need their own world
stand with those models: `tests/test_corridor_models.py`, `tests/test_gravity.py`.
"""

import ast
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspian import models
from caspian.models import (
    agreements,
    blocs,
    capacity,
    carbon,
    chain,
    diversification,
    draft,
    gravity,
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

quick = settings(derandomize=True, max_examples=15, deadline=None, database=None)
amount = st.floats(0, 500)
positive = st.floats(0.1, 500)
share = st.floats(0, 1)
triples = st.lists(positive, min_size=3, max_size=3).map(sorted)
CLOSE = {"rel": 1e-9, "abs": 1e-9}


def test_every_model_is_here():
    folder = Path(models.__file__).parent
    written = {path.stem for path in folder.glob("[a-z]*.py")}
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    called = {
        node.value.id
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_")
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not written - called


# --- oil ------------------------------------------------------------------------------------

TREE = pd.DataFrame(
    [
        ("total", None, False),
        ("cpc", "total", True),
        ("atyrau_samara", "total", True),
        ("aktau", "total", False),
        ("aktau_baku", "aktau", False),
        ("aktau_makhachkala", "aktau", True),
        ("china", "total", False),
    ],
    columns=["route", "part_of", "crosses_russia"],
).astype({"route": "string", "part_of": "string", "crosses_russia": "boolean"})


@st.composite
def exports(draw):
    """A year's oil: routes, parts that fit into theirs, and a total above the routes or none."""
    top = {name: draw(positive) for name in ("cpc", "atyrau_samara")}
    top |= {name: draw(amount) for name in ("aktau", "china")}
    cut = draw(share)
    values = top | {
        "aktau_baku": top["aktau"] * cut * draw(share),
        "aktau_makhachkala": top["aktau"] * (1 - cut) * draw(share),
    }
    for name in draw(st.sets(st.sampled_from(["china", "aktau_baku", "aktau_makhachkala"]))):
        del values[name]
    if draw(st.booleans()):
        values["total"] = sum(top.values()) + draw(amount)
    return pd.DataFrame(
        {
            "route": list(values),
            "period": "2025",
            "value": list(values.values()),
            "status": "actual",
            "preferred": True,
            "source": "page",
        }
    )


@quick
@given(exports())
def test_routes_and_rest_are_the_whole(rows):
    published = rows.set_index("route")["value"]
    balance = routes.route_balance(rows, TREE, "2025")
    whole = published.get("total", balance["value"].sum())
    assert balance["value"].sum() == pytest.approx(whole, **CLOSE)
    assert balance["share"].sum() == pytest.approx(1, **CLOSE)
    assert balance["share"].between(0, 1).all()
    parts = routes.split(balance, rows, TREE, "aktau", "2025")
    assert parts["value"].notna().all()
    assert parts["value"].sum() == pytest.approx(balance["value"].sum(), **CLOSE)
    assert parts["share"].sum() == pytest.approx(1, **CLOSE)
    low, high = routes.herfindahl_bounds(balance)
    assert 0 <= low <= high <= 10_000 * (1 + 1e-9)


@quick
@given(exports())
def test_dependence_is_a_share_and_wide_holds_narrow(rows):
    narrow = routes.russia_dependence(rows, TREE, "2025", "narrow")
    wide = routes.russia_dependence(rows, TREE, "2025", "wide")
    for low, high in (narrow, wide):
        assert -1e-9 <= low <= high + 1e-9 <= 1 + 2e-9
    assert wide[0] >= narrow[0] - 1e-9 and wide[1] >= narrow[1] - 1e-9


@quick
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8))
def test_concentration_lies_between_even_and_one(parts):
    shares = np.array(parts) / sum(parts)
    found = routes.herfindahl(shares)
    assert 10_000 / len(parts) * (1 - 1e-9) <= found <= 10_000 * (1 + 1e-9)
    halves = routes.herfindahl(np.repeat(shares / 2, 2))
    assert halves == pytest.approx(found / 2)


events = st.fixed_dictionaries(
    {
        "flow_kt_per_day": amount,
        "capacity_cut": share,
        "storage_kt": amount,
        "reroute_kt_per_day": st.floats(0, 200),
        "price_usd_per_bbl": positive,
        "barrels_per_tonne": st.floats(7, 8),
    }
)


@quick
@given(amount, events, share)
def test_barrels_blocked_are_sent_stored_or_lost(days, event, less):
    found = outage.outage(days, **event)
    fates = found.rerouted_kt + found.stored_kt + found.curtailed_kt
    blocked = event["flow_kt_per_day"] * event["capacity_cut"] * days
    assert found.shortfall_kt == pytest.approx(blocked, **CLOSE)
    assert fates == pytest.approx(blocked, rel=1e-9, abs=1e-6)
    assert min(found.rerouted_kt, found.stored_kt, found.curtailed_kt) >= -1e-6
    assert found.stored_kt <= event["storage_kt"] * (1 + 1e-9)
    barrels = (blocked - found.rerouted_kt) * 1_000 * event["barrels_per_tonne"]
    assert found.deferred_barrels + found.lost_barrels == pytest.approx(barrels, rel=1e-9, abs=1)
    worth = barrels * event["price_usd_per_bbl"] / 1e6
    assert found.deferred_usd_mn + found.lost_usd_mn == pytest.approx(worth, rel=1e-9, abs=1e-3)
    shorter = outage.outage(days * less, **event)
    assert shorter.curtailed_kt <= found.curtailed_kt + 1e-6
    assert shorter.days_until_curtailed == found.days_until_curtailed
    if found.days_until_curtailed > days:
        assert found.curtailed_kt == pytest.approx(0, abs=1e-6)


@quick
@given(positive, share, st.lists(positive, min_size=2, max_size=6))
def test_a_cut_is_what_is_not_carried(base, part, seen):
    assert outage.cut_on_base(base * part, base) == pytest.approx(1 - part, **CLOSE)
    assert outage.cut_on_base(base * (1 + part), base) == 0
    table = outage.without_each(pd.Series(seen))
    assert (table["predicted"] - table["error"]).to_numpy() == pytest.approx(seen)
    assert table["predicted"].between(min(seen), max(seen)).all()
    back = outage.backtest(base * part, base, base * 2, base)
    assert back["inside"] and back["error"] == back["error_share"] == 0


@quick
@given(
    st.lists(triples, min_size=1, max_size=4),
    st.none() | st.tuples(triples, triples, triples, triples),
    st.integers(0, 99),
)
def test_a_chain_carries_what_its_weakest_link_does(ranges, fleet, seed):
    links = pd.DataFrame(ranges, columns=["low", "central", "high"])
    links.insert(0, "link", [f"link{at}" for at in range(len(links))])
    ships_of = None
    if fleet:
        ships_of = dict(zip(chain.FLEET, fleet, strict=True))
        ships_of["operating_days"] = [min(365, day) for day in ships_of["operating_days"]]
    found = chain.chain_ceiling(links, 60, seed, ships_of)
    names = [name for name in found if name not in ("ceiling", "binding")]
    assert (found["ceiling"] == found[names].min(axis=1)).all()
    assert [row[row["binding"]] for _, row in found.iterrows()] == found["ceiling"].to_list()
    for name, (low, _, high) in zip(links["link"], ranges, strict=True):
        assert found[name].between(low - 1e-9, high + 1e-9).all()
    if fleet:
        low, _, high = chain.tanker_link(**ships_of).iloc[0, 1:]
        assert found[chain.TANKERS].between(low * (1 - 1e-9), high * (1 + 1e-9)).all()
    shares = chain.binding_share(found)["share"]
    assert shares.sum() == pytest.approx(1) and shares.between(0, 1).all()
    levels = chain.ceiling_quantiles(found, (0.0, 0.05, 0.5, 0.95, 1.0))
    assert levels.is_monotonic_increasing
    assert levels.iloc[0] == found["ceiling"].min() and levels.iloc[-1] == found["ceiling"].max()


@quick
@given(amount, amount, positive, positive)
def test_spare_room_takes_a_share(ceiling, used, blocked, days):
    taken = chain.taken_in_outage(ceiling, used, blocked, days)
    assert 0 <= taken <= 1
    assert taken * blocked <= max(0, ceiling - used) * 1_000 * days / 365 + 1e-9
    assert (taken == 0) == (used >= ceiling)


LEGS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(netback.UNITS), triples),
    min_size=1,
    max_size=6,
)


@quick
@given(LEGS, st.floats(50, 150), st.floats(7, 8), positive)
def test_a_barrel_at_the_field_is_its_price_less_its_way(told, brent, bpt, more):
    scale = {"USD/t": 1.0, "USD/bbl": -1 / 100, "share": 1 / 3_000}
    rows = [
        (route, f"leg{at}", unit, *sorted(value * scale[unit] for value in values))
        for at, (route, unit, values) in enumerate(told)
    ]
    legs = pd.DataFrame(rows, columns=["route", "leg", "unit", "low", "central", "high"])
    found = netback.netback(legs, brent, bpt).set_index("route")
    assert list(found.index) == list(dict.fromkeys(legs["route"]))
    assert (found["low"] <= found["central"] + 1e-9).all()
    assert (found["central"] <= found["high"] + 1e-9).all()
    dearer = netback.netback(legs, brent + more, bpt).set_index("route")
    assert (dearer >= found - 1e-9).all(axis=None) and (dearer - found <= more + 1e-9).all(
        axis=None
    )
    toll = (
        legs[legs["route"] == legs["route"].iloc[0]]
        .iloc[:1]
        .assign(leg="toll", unit="USD/t", low=1.0, central=2.0, high=3.0)
    )
    taxed = netback.netback(pd.concat([legs, toll]), brent, bpt).set_index("route")
    fall = (found - taxed).loc[toll["route"].iloc[0]]
    assert fall.to_list() == pytest.approx([3 / bpt, 2 / bpt, 1 / bpt])


@quick
@given(positive, st.floats(1, 100), share, share, positive, st.floats(0.01, 0.3), positive)
def test_breakevens_break_even(premium, days, cut, unabsorbed, worth, rate, years):
    lost = diversification.lost_fraction(years, rate)
    assert 0 < lost <= 1 and lost <= diversification.lost_fraction(years + 1, rate)
    event = (days, cut, unabsorbed, worth, lost)
    often = diversification.breakeven_outages(premium, *event)
    if math.isfinite(often):
        loss = diversification.expected_loss_per_tonne(often, *event)
        assert loss == pytest.approx(premium, rel=1e-6)
    late = diversification.breakeven_years(premium, cut, worth, rate)
    if math.isinf(late):
        assert cut * worth <= premium
    else:
        part = diversification.lost_fraction(late, rate)
        assert cut * worth * part == pytest.approx(premium, rel=1e-6)


@quick
@given(amount, positive, st.floats(1, 60), st.floats(1, 366), st.floats(1, 50))
def test_so_many_ships_and_no_fewer_carry_it(volume, payload, trip, days, more):
    load = payload * 100
    fleet = ships.ships_needed(volume, load, trip, days)
    one = load * ships.voyages_per_year(trip, days) / 1e6
    assert fleet * one >= volume * (1 - 1e-6)
    assert (fleet - 1) * one < volume or fleet == 0
    assert ships.ships_needed(volume + more, load, trip, days) >= fleet
    table = ships.ships_table([volume, volume + more], {"full": load}, trip, days)
    assert table["ships"].is_monotonic_increasing and table["voyages"].is_monotonic_increasing
    assert (table["voyages"] * load >= table["volume_mt"] * 1e6 * (1 - 1e-6)).all()


@quick
@given(positive, st.floats(1, 20), st.floats(0.1, 10), st.floats(-3, 3), st.floats(0, 3), positive)
def test_a_ship_in_less_water_takes_less_and_no_more_than_full(full, deep, per_cm, level, dug, usd):
    full *= 100
    depth = draft.water_depth(deep, level, 0.0, dug)
    assert draft.water_depth(deep, level + 1, 1.0, dug) == pytest.approx(depth)
    assert draft.water_depth(deep, level, 0.0, dug + 1) >= depth
    loads = draft.payload(full, deep, per_cm, depth + np.array([0, 0.5, 1, 30]), 0.5)
    assert (np.diff(loads) >= 0).all() and (loads >= 0).all() and loads[-1] == full
    assert (np.diff(loads[:3]) <= 50 * per_cm + 1e-6).all()
    assert draft.payload(full, deep, per_cm, depth, 1.5) <= loads[0]
    if loads[0]:
        assert draft.cost_per_tonne(usd, loads[0]) * loads[0] == pytest.approx(usd)


# --- the corridor ---------------------------------------------------------------------------


@quick
@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=4), triples, share, amount)
def test_what_is_used_and_what_is_free_is_the_capacity(pairs, wanted, part, other):
    table = pd.DataFrame(
        [(f"s{at}", *sorted(pair)) for at, pair in enumerate(pairs)],
        columns=["segment", "capacity_low", "capacity_high"],
    ).assign(share=max(part, 0.01), other=other)
    demand = pd.DataFrame([wanted], columns=["low", "central", "high"])
    found = capacity.utilisation(table, demand)
    own = table.set_index("segment").loc[found["segment"]].reset_index()
    for end, against in (("low", "high"), ("high", "low")):
        usable = own[f"capacity_{end}"] * own["share"]
        used = found["demand_mt"] + other
        assert (used + found[f"headroom_{end}"]).to_numpy() == pytest.approx(usable.to_numpy())
        full = found[f"utilisation_{against}"] * usable
        assert full.to_numpy() == pytest.approx(used.to_numpy())
    assert (found["utilisation_low"] <= found["utilisation_high"]).all()


@quick
@given(triples, st.lists(positive, min_size=2, max_size=5), st.floats(0.1, 10))
def test_grams_add_up_over_legs_and_scale_with_the_way(factor, ways, times):
    factors = pd.DataFrame([["rail", *factor, factor[1] / 4, factor[1] * 3 / 4]])
    factors.columns = ["mode", "low", "central", "high", "direct", "wtt"]
    legs = pd.DataFrame({"route": "r", "mode": "rail", "km": ways})
    found = carbon.per_tonne(legs, factors).iloc[0]
    one = carbon.per_tonne(legs.iloc[:1].assign(km=sum(ways)), factors).iloc[0]
    assert found["km":].to_list() == pytest.approx(one["km":].to_list())
    assert found["low"] <= found["central"] <= found["high"]
    assert found["direct"] + found["upstream"] == pytest.approx(found["central"])
    longer = carbon.per_tonne(legs.assign(km=legs["km"] * times), factors).iloc[0]
    assert longer["km":].to_list() == pytest.approx((found["km":] * times).to_list())


@quick
@given(st.lists(triples, min_size=1, max_size=4), share, st.integers(0, 99), positive, share)
def test_a_journey_is_its_legs(ranges, correlation, seed, longest, chance):
    legs = pd.DataFrame(ranges, columns=["low", "central", "high"])
    kinds = itertools.cycle([transit_time.WAITING, transit_time.MOVING])
    legs.insert(0, "leg", [f"leg{at}" for at in range(len(legs))])
    legs.insert(1, "kind", [next(kinds) for _ in ranges])
    found = transit_time.door_to_door(legs, 80, seed, correlation)
    parts = found.drop(columns=transit_time.TOTAL)
    total = found[transit_time.TOTAL]
    assert parts.sum(axis=1).to_numpy() == pytest.approx(total.to_numpy())
    assert total.between(legs["low"].sum() - 1e-6, legs["high"].sum() + 1e-6).all()
    levels = transit_time.quantiles(found, (0.05, 0.5, 0.95))
    assert levels.is_monotonic_increasing
    least, most = levels.iloc[0], levels.iloc[-1]
    later = transit_time.chance_later(found, most)
    assert 0 <= later <= 0.05 + 1 / 80
    within = transit_time.share_within(found, least, most)
    assert within + later + (total < least).mean() == pytest.approx(1)
    shares = transit_time.contributions(found)
    assert shares["mean_days"].sum() == pytest.approx(total.mean())
    assert shares["share"].sum() == pytest.approx(1) or total.std() < 1e-6
    stops = pd.DataFrame({"stop": ["storm"], "chance": [chance], "longest": [longest]})
    stopped = transit_time.with_stops(found, stops, seed)
    more = stopped[transit_time.TOTAL] - total
    assert more.to_numpy() == pytest.approx(stopped["storm"].to_numpy(), abs=1e-9)
    assert stopped["storm"].between(0, longest).all()


@quick
@given(st.lists(positive, min_size=6, max_size=6), positive, share, st.floats(0, 2))
def test_a_shippers_cost_is_its_parts_and_breaks_even(numbers, value, daily, ratio):
    table = pd.DataFrame([("a", *numbers[:3]), ("b", *numbers[3:])])
    table.columns = ["route", "rate", "days", "sd_days"]
    table["war_risk"] = [0.0, 0.01]
    found = route_choice.generalised_cost(table, [value, 2 * value], daily, ratio)
    parts = found[["rate", "time", "reliability", "war_risk"]]
    assert parts.sum(axis=1).to_numpy() == pytest.approx(found["cost"].to_numpy())
    once, twice = (found[found["cargo_value"] == v].reset_index() for v in (value, 2 * value))
    assert (2 * (once["cost"] - once["rate"])).to_numpy() == pytest.approx(
        (twice["cost"] - twice["rate"]).to_numpy()
    )
    at = route_choice.breakeven_value(table, "a", "b", daily, ratio)
    if 0 < at < 1e9:
        one, other = route_choice.generalised_cost(table, at, daily, ratio)["cost"]
        assert one == pytest.approx(other, rel=1e-6)


@quick
@given(st.lists(st.tuples(positive, positive, positive), min_size=4, max_size=4), positive)
def test_what_flows_is_bounded_and_a_lost_node_never_helps(ends, more):
    ways = [("a", "b"), ("b", "d"), ("a", "c"), ("c", "d")]
    segments = pd.DataFrame(
        [
            (f"{start}{end}", start, end, km, 1.0, 2.0, *sorted(pair))
            for (start, end), (km, *pair) in zip(ways, ends, strict=True)
        ],
        columns=["segment", "from_node", "to_node", "km", "days_low", "days_high",
                 "capacity_low", "capacity_high"],
    )  # fmt: skip
    nodes = pd.DataFrame({"node": list("abcd")})
    graph = network.build(nodes, segments)
    low, high = network.capacity_between(graph, "a", "d")
    caps = segments.set_index("segment")
    by_hand = [
        min(caps.at["ab", c], caps.at["bd", c]) + min(caps.at["ac", c], caps.at["cd", c])
        for c in ("capacity_low", "capacity_high")
    ]
    assert [low, high] == pytest.approx(by_hand) and low <= high
    table = network.criticality(graph, "a", "d", ["b", "c"])
    assert table["capacity_low"].sum() == pytest.approx(low)
    assert table["share_lost_low"].sum() == pytest.approx(1)
    assert table["share_lost_high"].between(0, 1).all() and (table["detour_km"] >= 0).all()
    path = network.best_path(graph, "a", "d")
    assert path.km == pytest.approx(min(ends[0][0] + ends[1][0], ends[2][0] + ends[3][0]))
    wider = network.build(nodes, segments.assign(capacity_high=segments["capacity_high"] + more))
    assert network.capacity_between(wider, "a", "d")[1] >= high


# --- growth and cases -----------------------------------------------------------------------


@quick
@given(positive, positive, st.integers(1, 20), st.floats(-0.2, 0.2))
def test_growth_leads_where_it_says(now, target, years, change):
    rate = growth.required_growth(now, target, years)
    assert now * (1 + rate) ** years == pytest.approx(target)
    assert growth.required_growth(now * 7, target * 7, years) == pytest.approx(rate, abs=1e-9)
    line = scenarios.path(2025, now, rate, 2025 + years)
    assert line["value"].iloc[0] == now and line["value"].iloc[-1] == pytest.approx(target)
    assert list(line["year"]) == list(range(2025, 2025 + years + 1))
    found = scenarios.cases(now, 2025, change, now * 1.5, now * 2, 2025 + years)
    assert found["growth"].is_monotonic_increasing and found["value"].is_monotonic_increasing
    assert found["value"].iloc[1] == now
    assert found["value"].iloc[2:].to_list() == pytest.approx([now * 1.5, now * 2])
    assert min(now, target) <= scenarios.halfway(now, target) <= max(now, target)


@quick
@given(st.lists(positive, min_size=3, max_size=8), st.integers(1, 10), st.floats(0.1, 100))
def test_past_growth_scales_with_the_unit_and_widens_with_time(values, ahead, unit):
    series = pd.Series(values, index=range(2000, 2000 + len(values)))
    found = growth.drift_interval(series, series.index[-1] + ahead)
    wide = found.pivot(index="year", columns="level", values="value")
    assert (np.diff(wide.to_numpy(), axis=1) >= 0).all()
    spread = np.log(wide[0.95] / wide[0.05])
    assert spread.is_monotonic_increasing or spread.max() < 1e-9
    scaled = growth.drift_interval(series * unit, series.index[-1] + ahead)
    assert scaled["value"].to_numpy() == pytest.approx(found["value"].to_numpy() * unit)


@quick
@given(amount, amount, share, amount, amount, st.floats(0, 60), positive)
def test_outages_of_a_year_are_so_many_times_one(often, flow, cut, tanks, spare, days, price):
    year = scenarios.outages_a_year(often, flow, cut, tanks, spare, days)
    one = outage.outage(days, flow, cut, tanks, spare, price, 7.5)
    assert year == pytest.approx(often * one.curtailed_kt, rel=1e-6, abs=1e-3)


# --- trade, votes, papers -------------------------------------------------------------------

CLUB = ["AAA", "BBB", "CCC"]


@quick
@given(st.lists(amount, min_size=6, max_size=6), st.lists(amount, min_size=6, max_size=6), positive)
def test_trade_inside_a_bloc_is_a_part_of_its_trade(inside, outside, unit):
    pairs = list(itertools.permutations(CLUB, 2))
    flows = pd.DataFrame(pairs, columns=["exporter", "importer"])
    flows = flows.assign(count="c", period="2024", value=inside)
    sides = [(name, flow) for name in CLUB for flow in ("exports", "imports")]
    totals = pd.DataFrame(sides, columns=["country", "flow"])
    ends = {"exports": "exporter", "imports": "importer"}
    own = [flows.loc[flows[ends[flow]] == name, "value"].sum() for name, flow in sides]
    totals = totals.assign(count="c", period="2024", complete=True)
    totals["value"] = np.array(own) + outside + 1
    found = blocs.intra(flows, totals, CLUB).iloc[0]
    assert found["value"] == pytest.approx(sum(inside)) and found["complete"]
    assert found["flows"] == found["possible"] == 6
    assert 0 <= found["share_exports"] <= 100 and 0 <= found["share_both"] <= 100
    scaled = blocs.intra(
        flows.assign(value=flows["value"] * unit), totals.assign(value=totals["value"] * unit), CLUB
    ).iloc[0]
    for column in ("share_exports", "share_both"):
        assert scaled[column] == pytest.approx(found[column])
    lacking = blocs.intra(flows.iloc[1:], totals, CLUB).iloc[0]
    assert not lacking["complete"] and lacking["share_exports"] <= found["share_exports"] + 1e-9


@quick
@given(positive, positive, positive, positive)
def test_intensities_lie_in_their_bounds(inside, more_out, more_in, rest):
    exports_of, imports_of = inside + more_out, inside + more_in
    world = exports_of + imports_of + rest
    found = blocs.intensity(inside, exports_of, imports_of, world)
    assert 0 < found.share < 1 and 0 < found.size < 1
    assert -1 <= found.introversion <= 1
    assert (found.introversion > 0) == (found.homogeneous > 1)
    assert blocs.expected_share(found.size, found.homogeneous) == pytest.approx(found.share)
    assert blocs.expected_share(found.size) == pytest.approx(found.size)
    alike = blocs.intensity(*(7 * value for value in (inside, exports_of, imports_of, world)))
    assert alike == pytest.approx(found)


@quick
@given(st.lists(positive, min_size=2, max_size=12), share, positive, positive)
def test_parts_of_a_year_add_up_to_it(parts, freight, before, elasticity):
    sums = pd.Series(np.cumsum(parts), index=range(1, len(parts) + 1))
    assert trade.increments(sums).to_numpy() == pytest.approx(parts)
    first = parts[0]
    moved = trade.last_twelve_months(before + first, first, first)
    assert moved == pytest.approx(before + first)
    assert trade.last_twelve_months(before + first, first, 0) == pytest.approx(before)
    assert trade.cif_ratio(before, freight) >= before
    pairs = pd.DataFrame(
        {"trade": parts[:2], "gdp_one": [2.0, 3.0], "gdp_other": 5.0, "km": [100.0, 900.0]},
        index=["one", "other"],
    )
    sized = trade.for_size(pairs, "one", elasticity / 500)
    assert sized["one"] == 1
    bigger = trade.for_size(pairs.assign(gdp_other=[5.0, 10.0]), "one", elasticity / 500)
    assert bigger["other"] == pytest.approx(sized["other"] / 2)
    assert trade.for_size(pairs, "one", 1 + elasticity / 500)["other"] > sized["other"]


@quick
@given(st.lists(st.integers(0, 40), min_size=6, max_size=6))
def test_agreement_is_a_share_and_chance_is_ordered(agreed):
    pairs = itertools.combinations(["A", "B", "C", "D"], 2)
    table = pd.DataFrame(pairs, columns=["country_a", "country_b"])
    table = table.assign(period="2023", votes=40, agreed=agreed)
    found = votes.agreement(table, ["A", "B", "C"])["agreement"].iloc[0]
    inside = table["country_a"].isin(["A", "B", "C"]) & table["country_b"].isin(["A", "B", "C"])
    assert found == pytest.approx(table.loc[inside, "agreed"].mean() / 40)
    levels = votes.chance(table, 3).iloc[0]
    assert levels["groups"] == math.comb(4, 3)
    assert 0 <= levels[0.05] <= levels[0.5] <= levels[0.95] <= 1
    place = votes.standing(table, ["A", "B", "C"])["above"].iloc[0]
    assert 0 < place < 1
    best = table.assign(agreed=[40 if yes else 0 for yes in inside])
    assert votes.standing(best, ["A", "B", "C"])["above"].iloc[0] == 1 - 0.5 / 4


kinds = st.sampled_from(sorted(agreements.COMMITMENT))
fates = st.sampled_from(sorted(agreements.FATE))


@quick
@given(st.lists(st.tuples(st.integers(1992, 2026), kinds, fates), min_size=1, max_size=20))
def test_every_paper_is_counted_once(told):
    papers = pd.DataFrame(told, columns=["signed", "legal_kind", "status"])
    papers["signed"] = papers["signed"].astype(str) + "-03-11"
    found = agreements.classified(papers)
    assert list(found["year"]) == [year for year, *_ in told]
    for by, within in (("fate", None), ("fate", "commitment"), ("commitment", "year")):
        table = agreements.counted(found, by, within)
        assert table["documents"].sum() == len(papers)
        groups = table.groupby(within)["share"].sum() if within else [table["share"].sum()]
        assert list(groups) == pytest.approx([1] * len(groups))


@quick
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), positive), min_size=1, max_size=9))
def test_a_funnel_only_narrows(told):
    rows = [
        (f"p{name % 3}", projects.STEPS[step], f"20{10 + at}", usd, "actual")
        for at, (name, step, usd) in enumerate(told)
    ]
    steps = pd.DataFrame(rows, columns=["project", "step", "date", "amount_usd_mn", "status"])
    works = pd.DataFrame({"project": sorted(set(steps["project"]))}).assign(name="a work")
    found = projects.reached(works, steps)
    table = projects.funnel(found, steps)
    assert table["projects"].iloc[0] == len(works)
    assert (table["projects"].diff().dropna() <= 0).all()
    assert (table["usd_mn"].diff().dropna() <= 1e-9).all()
    assert (table["seen"] + table["told"] <= table["projects"]).all()
    assert found["usd_mn"].sum() == pytest.approx(table["usd_mn"].iloc[0])
    seen = steps.assign(rank=steps["step"].map(projects.STEPS.index)).groupby("project")["rank"]
    assert list(found["furthest"].map(projects.STEPS.index)) == list(seen.max())


@quick
@given(st.integers(4, 7), st.integers(0, 999))
def test_what_gravity_expects_adds_up_by_economy(size, seed):
    random = np.random.default_rng(seed)
    names = [f"A{letter}{letter}" for letter in "BCDEFGH"[:size]]
    rows = pd.DataFrame(itertools.permutations(names, 2), columns=["exporter", "importer"])
    rows["trade"] = random.uniform(1, 100, len(rows))
    part = random.normal(0, 1, len(rows))
    exporters, importers = gravity._effects(rows, part)
    expected = np.exp(part + rows["exporter"].map(exporters) + rows["importer"].map(importers))
    for side in ("exporter", "importer"):
        both = pd.DataFrame({"trade": rows["trade"], "expected": expected}).groupby(rows[side])
        assert both["expected"].sum().to_numpy() == pytest.approx(both["trade"].sum().to_numpy())
    doubled, _ = gravity._effects(rows.assign(trade=2 * rows["trade"]), part)
    again, _ = gravity._effects(rows, part + 1)
    assert (doubled - exporters).nunique() and (again - exporters).to_numpy() == pytest.approx(-1)
