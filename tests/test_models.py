"""The models against numbers worked out by hand (in the comments), and their properties."""

import math
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from caspian.models import chain, diversification, netback, outage, routes, ships

# --- routes ---------------------------------------------------------------------------------

ROUTES = pd.DataFrame(
    [
        ("total", None, False),
        ("cpc", "total", True),
        ("atyrau_samara", "total", True),
        ("druzhba_germany", "atyrau_samara", True),
        ("china", "total", False),
        ("aktau", "total", False),
        ("aktau_baku", "aktau", False),
        ("aktau_makhachkala", "aktau", True),
        ("orenburg", "total", True),
        ("rail", "total", None),
        ("btc", None, False),
    ],
    columns=["route", "part_of", "crosses_russia"],
).astype({"route": "string", "part_of": "string", "crosses_russia": "boolean"})


def exports(values: dict[str, float], period: str = "2025") -> pd.DataFrame:
    """A table of preferred actual rows, one for each route."""
    return pd.DataFrame(
        {
            "route": list(values),
            "period": period,
            "value": list(values.values()),
            "status": "actual",
            "preferred": True,
            "source": [f"source_{route}" for route in values],
        }
    )


FULL = exports(
    {
        "total": 100,
        "cpc": 60,
        "atyrau_samara": 10,
        "druzhba_germany": 2,
        "china": 5,
        "aktau": 15,
        "aktau_baku": 6,
        "aktau_makhachkala": 8,
        "orenburg": 2,
        "btc": 30,
    }
)


def test_status_outcome_keeps_preferred_results():
    rows = pd.DataFrame(
        {
            "status": ["actual", "preliminary", "estimate", "target", "actual", "actual"],
            "preferred": pd.array([True, True, True, True, False, pd.NA], dtype="boolean"),
        }
    )
    assert routes.status_outcome(rows).index.tolist() == [0, 1, 2]
    assert len(rows) == 6
    with pytest.raises(ValueError, match="preferred"):
        routes.status_outcome(rows.drop(columns="preferred"))


def test_balance_adds_up_to_the_published_total():
    # top level 60 + 10 + 5 + 15 + 2 = 92 of 100: 8 unattributed; parts and BTC do not appear
    balance = routes.route_balance(FULL, ROUTES, "2025")
    assert balance.columns.tolist() == ["route", "value", "share", "source", "denominator"]
    assert balance["route"].tolist() == [
        "cpc",
        "atyrau_samara",
        "china",
        "aktau",
        "orenburg",
        "unattributed",
    ]
    assert balance["value"].tolist() == [60, 10, 5, 15, 2, 8]
    assert balance["share"].tolist() == pytest.approx([0.6, 0.1, 0.05, 0.15, 0.02, 0.08])
    assert balance["source"].iloc[-1] == "source_total"
    assert set(balance["denominator"]) == {"published total"}


def test_balance_without_a_total_takes_the_sum():
    # 30 + 10 = 40: shares 0.75 and 0.25, no rest
    balance = routes.route_balance(exports({"cpc": 30, "aktau": 10}), ROUTES, "2025")
    assert balance["share"].tolist() == [0.75, 0.25]
    assert set(balance["denominator"]) == {"sum of routes"}
    assert routes.UNATTRIBUTED not in set(balance["route"])


def test_balance_of_routes_slightly_above_the_total():
    # 76.5 + 25.5 = 102, 2 % above 100: rest 0, shares of 102 = 0.75 and 0.25
    rows = exports({"total": 100, "cpc": 76.5, "aktau": 25.5})
    balance = routes.route_balance(rows, ROUTES, "2025")
    assert balance["value"].tolist() == [76.5, 25.5, 0]
    assert balance["share"].tolist() == [0.75, 0.25, 0]
    assert set(balance["denominator"]) == {"sum of routes"}
    with pytest.raises(ValueError, match=r"103 .* total 100"):
        routes.route_balance(exports({"total": 100, "cpc": 103}), ROUTES, "2025")


def test_balance_ignores_float_noise():
    # 0.1 + 0.2 is a hair above 0.3 in floating point: still the published total, rest 0
    rows = exports({"total": 0.3, "cpc": 0.1, "aktau": 0.2})
    balance = routes.route_balance(rows, ROUTES, "2025")
    assert balance["value"].tolist() == [0.1, 0.2, 0]
    assert set(balance["denominator"]) == {"published total"}


def test_balance_of_a_total_alone_is_all_unattributed():
    balance = routes.route_balance(exports({"total": 50}), ROUTES, "2025")
    assert balance["share"].tolist() == [1]
    assert routes.herfindahl_bounds(balance) == (0, 10_000)


def test_balance_leaves_targets_and_other_periods_out():
    other = pd.concat([FULL, exports({"rail": 4}).assign(status="target")])
    other = pd.concat([other, exports({"rail": 3}, "2024"), exports({"rail": 9})])
    other.loc[other["value"] == 9, "preferred"] = False
    assert "rail" not in set(routes.route_balance(other, ROUTES, "2025")["route"])


@pytest.mark.parametrize(
    ("rows", "period", "message"),
    [
        (FULL, "1999", "period: '1999'"),
        (pd.concat([FULL, exports({"cpc": 61})]), "2025", "'cpc' has two preferred"),
        (exports({"tunnel": 1}), "2025", "'tunnel' is not in routes"),
        (exports({"cpc": -1}), "2025", "exports.value: -1"),
        (exports({"btc": 30}), "2025", "period: '2025'"),
        (FULL.drop(columns="source"), "2025", "exports: column 'source'"),
    ],
)
def test_balance_errors(rows, period, message):
    with pytest.raises(ValueError, match=message):
        routes.route_balance(rows, ROUTES, period)


def test_herfindahl():
    assert routes.herfindahl([1]) == 10_000
    assert routes.herfindahl([0.5, 0.5]) == 5_000
    # 60^2 + 30^2 + 10^2 = 3,600 + 900 + 100
    assert routes.herfindahl(pd.Series([0.6, 0.3, 0.1])) == pytest.approx(4_600)
    assert routes.herfindahl(np.full(10, 0.1)) == pytest.approx(1_000)
    assert routes.HHI_HIGH == 1_800


@pytest.mark.parametrize("shares", [[], [1.2], [-0.1, 0.5], [0.7, 0.7], [math.nan], 0.5])
def test_herfindahl_errors(shares):
    with pytest.raises(ValueError, match="shares"):
        routes.herfindahl(shares)


def test_herfindahl_bounds():
    # known 60, 10, 5, 15, 2: 3,600 + 100 + 25 + 225 + 4 = 3,954; the rest of 8 adds 64
    low, high = routes.herfindahl_bounds(routes.route_balance(FULL, ROUTES, "2025"))
    assert (low, high) == pytest.approx((3_954, 4_018))


def test_a_route_split_into_its_parts():
    # Aktau's 15: 6 to Baku, 8 to Makhachkala, 1 not split: 36 + 64 + 1 in place of 225
    balance = routes.route_balance(FULL, ROUTES, "2025")
    parts = routes.split(balance, FULL, ROUTES, "aktau", "2025")
    three = ["aktau_baku", "aktau_makhachkala", "aktau"]
    assert parts["route"].tolist() == [
        "cpc",
        "atyrau_samara",
        "china",
        *three,
        *parts["route"][-2:],
    ]
    assert parts.set_index("route").loc[three, "value"].tolist() == pytest.approx([6, 8, 1])
    assert parts["share"].sum() == pytest.approx(1)
    assert parts.columns.tolist() == balance.columns.tolist()
    low, high = routes.herfindahl_bounds(parts)
    assert (low, high) == pytest.approx((3_830, 3_894))
    same = routes.split(balance, FULL, ROUTES, "china", "2025")
    assert same.equals(balance)
    over = pd.concat([FULL.query("route != 'aktau'"), exports({"aktau": 13})])
    with pytest.raises(ValueError, match="parts of 'aktau' add up to 14"):
        routes.split(routes.route_balance(over, ROUTES, "2025"), over, ROUTES, "aktau", "2025")


def test_russia_dependence_with_every_part():
    # narrow: 60 + 10 = 70, with the rest 78. wide: + Makhachkala 8 + Orenburg 2 = 80, Druzhba
    # not again; with the rest 88
    narrow = routes.russia_dependence(FULL, ROUTES, "2025", "narrow")
    wide = routes.russia_dependence(FULL, ROUTES, "2025", "wide")
    assert narrow == pytest.approx((0.70, 0.78))
    assert wide == pytest.approx((0.80, 0.88))


def without(*names: str) -> pd.DataFrame:
    return FULL[~FULL["route"].isin(names)]


@pytest.mark.parametrize(
    ("rows", "narrow", "wide"),
    [
        # Aktau 15 with 6 to Baku and Makhachkala unknown: up to 9 may have crossed
        (without("aktau_makhachkala"), (0.70, 0.78), (0.72, 0.89)),
        # Aktau 15 with no part known: up to 15
        (without("aktau_makhachkala", "aktau_baku"), (0.70, 0.78), (0.72, 0.95)),
        # Makhachkala 8 known, Baku not: the other 7 are known not to have gone there
        (without("aktau_baku"), (0.70, 0.78), (0.80, 0.88)),
        # no figure for Aktau itself, its parts 6 + 8: rest 100 - 60 - 10 - 5 - 14 - 2 = 9
        (without("aktau"), (0.70, 0.79), (0.80, 0.89)),
        # no figure for CPC: 60 more in the rest of 68
        (without("cpc"), (0.10, 0.78), (0.20, 0.88)),
        # no figure for Atyrau-Samara, but its part to Germany 2: rest 16
        (without("atyrau_samara"), (0.62, 0.78), (0.72, 0.88)),
        # no total: 92 is the whole, no rest. 70 / 92 and 80 / 92
        (without("total"), (70 / 92, 70 / 92), (80 / 92, 80 / 92)),
        # rail 4, of which nobody says whether it crosses Russia: rest 4
        (pd.concat([FULL, exports({"rail": 4})]), (0.70, 0.74), (0.80, 0.88)),
    ],
)
def test_russia_dependence_with_gaps(rows, narrow, wide):
    found = routes.russia_dependence(rows, ROUTES, "2025", "narrow")
    assert found == pytest.approx(narrow)
    assert routes.russia_dependence(rows, ROUTES, "2025", "wide") == pytest.approx(wide)


def test_each_count_of_a_route_is_preferred_in_turn():
    other = exports({"cpc": 55}).assign(preferred=False)
    again = other.assign(source="again")  # the same value: no other count
    planned = other.assign(value=70, status="target", preferred=True)
    rows = pd.concat([other, FULL, again, planned], ignore_index=True)
    found = routes.by_count(rows, "cpc", "2025")
    assert list(found) == [60.0, 55.0]  # the preferred one first
    for value, kept in found.items():
        cpc = routes.status_outcome(kept).query("route == 'cpc'")
        assert cpc["value"].tolist() == [value]
        assert kept.drop(columns="preferred").equals(rows.drop(columns="preferred"))
    # wide, with 55: 55 + 10 + 8 + 2 = 75; the rest of 100 is 13
    low, high = routes.russia_dependence(found[55.0], ROUTES, "2025", "wide")
    assert (low, high) == pytest.approx((0.75, 0.88))
    with pytest.raises(ValueError, match="no preferred row"):
        routes.by_count(FULL, "cpc", "2024")


def test_russia_dependence_errors():
    with pytest.raises(ValueError, match="definition: 'broad'"):
        routes.russia_dependence(FULL, ROUTES, "2025", "broad")
    with pytest.raises(ValueError, match="atyrau_samara"):
        routes.russia_dependence(exports({"cpc": 18.7}), ROUTES, "2025", "narrow")
    with pytest.raises(ValueError, match="crosses_russia"):
        routes.russia_dependence(FULL, ROUTES.drop(columns="crosses_russia"), "2025", "wide")


def test_russia_dependence_wide_is_never_below_narrow():
    rng = np.random.default_rng(20240311)
    names = FULL["route"].to_numpy()
    for _ in range(50):
        gone = rng.choice(names[3:], size=rng.integers(0, 5), replace=False)
        rows = without(*gone)
        narrow = routes.russia_dependence(rows, ROUTES, "2025", "narrow")
        wide = routes.russia_dependence(rows, ROUTES, "2025", "wide")
        assert 0 <= narrow[0] <= narrow[1] <= 1 and 0 <= wide[0] <= wide[1] <= 1
        assert narrow[0] <= wide[0] and narrow[1] <= wide[1] + 1e-12


# --- outage ---------------------------------------------------------------------------------

CASE = {
    "flow_kt_per_day": 150,
    "capacity_cut": 0.6,
    "storage_kt": 300,
    "reroute_kt_per_day": 30,
    "price_usd_per_bbl": 80,
    "barrels_per_tonne": 7.5,
}


def test_outage_by_hand():
    # blocked 150 x 0.6 = 90 kt/day, rerouted 30, net 60; 10 days: shortfall 900, rerouted 300,
    # stored 300 of 600, curtailed 300. 300 kt = 300,000 t x 7.5 = 2.25 mn bbl x 80 = USD 180 mn.
    # storage lasts 300 / 60 = 5 days
    result = outage.outage(10, **CASE)
    assert result == outage.Outage(
        days=10,
        shortfall_kt=900,
        rerouted_kt=300,
        stored_kt=300,
        curtailed_kt=300,
        deferred_barrels=2_250_000,
        lost_barrels=2_250_000,
        deferred_usd_mn=180,
        lost_usd_mn=180,
        days_until_curtailed=5,
    )
    with pytest.raises(AttributeError):
        result.days = 11


def test_outage_edges():
    none = outage.outage(0, **CASE)
    assert (none.shortfall_kt, none.stored_kt, none.lost_usd_mn) == (0, 0, 0)
    assert none.days_until_curtailed == 5
    # no storage: all of 60 x 10 is curtailed, from the first day
    bare = outage.outage(10, **CASE | {"storage_kt": 0})
    assert (bare.stored_kt, bare.curtailed_kt, bare.days_until_curtailed) == (0, 600, 0)
    # others could take 500 a day, but only 90 is blocked: 900 rerouted, nothing lost, ever
    easy = outage.outage(10, **CASE | {"reroute_kt_per_day": 500})
    assert (easy.rerouted_kt, easy.stored_kt, easy.curtailed_kt) == (900, 0, 0)
    assert easy.days_until_curtailed == math.inf
    # within storage: 3 days x 60 = 180 deferred, nothing lost
    short = outage.outage(3, **CASE)
    assert (short.stored_kt, short.curtailed_kt) == (180, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("days", -1),
        ("days", math.inf),
        ("flow_kt_per_day", -1),
        ("capacity_cut", 1.1),
        ("capacity_cut", -0.1),
        ("storage_kt", -1),
        ("reroute_kt_per_day", math.nan),
        ("price_usd_per_bbl", "dear"),
        ("barrels_per_tonne", 0),
        ("days", [1, 2]),
    ],
)
def test_outage_errors(name, value):
    with pytest.raises(ValueError, match=name):
        outage.outage(**{"days": 10} | CASE | {name: value})


def test_outage_table_broadcasts():
    table = outage.outage_table(
        np.array([0, 5, 10]), **CASE | {"capacity_cut": np.array([[0.6], [1.0]])}
    )
    assert table["days"].tolist() == [0, 5, 10, 0, 5, 10]
    # cut 0.6: net 60, so 0, 0 and 300 curtailed; cut 1: net 120, so 0, 300 and 900
    assert table["curtailed_kt"].tolist() == [0, 0, 300, 0, 300, 900]
    for row in table.to_dict("records"):
        single = outage.outage(**{name: row[name] for name in ["days", *CASE]})
        assert {name: row[name] for name in vars(single)} == pytest.approx(vars(single))


def test_outage_table_errors():
    with pytest.raises(ValueError, match=r"days.*\(3,\).*\(2,\)"):
        outage.outage_table([1, 2, 3], **CASE | {"capacity_cut": [0.5, 1]})
    with pytest.raises(ValueError, match="capacity_cut: 2"):
        outage.outage_table([1, 2, 3], **CASE | {"capacity_cut": [0.5, 2, 1]})
    with pytest.raises(TypeError, match="speed"):
        outage.outage_table([1], **CASE, speed=3)


def test_outage_identity_and_monotony():
    rng = np.random.default_rng(7)
    n = 500
    base = {
        "flow_kt_per_day": rng.uniform(0, 250, n),
        "capacity_cut": rng.uniform(0, 1, n),
        "storage_kt": rng.uniform(0, 800, n),
        "reroute_kt_per_day": rng.uniform(0, 120, n),
        "price_usd_per_bbl": rng.uniform(20, 150, n),
        "barrels_per_tonne": rng.uniform(7, 8, n),
    }
    days = rng.uniform(0, 90, n)
    table = outage.outage_table(days, **base)
    parts = table["rerouted_kt"] + table["stored_kt"] + table["curtailed_kt"]
    np.testing.assert_allclose(parts, table["shortfall_kt"], atol=1e-9)
    assert (table >= 0).all(axis=None)
    longer = outage.outage_table(days + 1, **base)
    assert (longer["curtailed_kt"] >= table["curtailed_kt"] - 1e-9).all()
    roomier = outage.outage_table(days, **base | {"storage_kt": base["storage_kt"] + 10})
    assert (roomier["curtailed_kt"] <= table["curtailed_kt"] + 1e-9).all()
    spare = outage.outage_table(days, **base | {"reroute_kt_per_day": base["flow_kt_per_day"]})
    assert (spare["curtailed_kt"] == 0).all()


RANGES = pd.DataFrame(
    [
        ("capacity_cut", 0.5, 0.6, 1.0),
        ("storage_kt", 100, 300, 500),
        ("reroute_kt_per_day", 10, 30, 45),
        ("price_usd_per_bbl", 60, 80, 100),
        ("barrels_per_tonne", 7.5, 7.5, 8.0),
        ("unrelated", 3, 2, 1),
    ],
    columns=["parameter", "low", "central", "high"],
)


def test_outage_range_by_hand():
    # favourable: blocked 75, rerouted 45, net 30: 10 days = 300, stored 300, curtailed 0
    # central: as above, 300 curtailed = USD 180 mn
    # unfavourable: blocked 150, rerouted 10, net 140: 1,400, stored 100, curtailed 1,300;
    # 1,300,000 t x 8 x 100 = USD 1,040 mn
    table = outage.outage_range(10, 150, RANGES)
    assert table["case"].tolist() == ["favourable", "central", "unfavourable"]
    assert table["curtailed_kt"].tolist() == [0, 300, 1_300]
    assert table["lost_usd_mn"].tolist() == pytest.approx([0, 180, 1_040])
    many = outage.outage_range(np.arange(5), 150, RANGES)
    assert many.groupby("case")["days"].apply(list).tolist() == [[0, 1, 2, 3, 4]] * 3


def test_outage_range_errors():
    with pytest.raises(ValueError, match="'storage_kt' is missing"):
        outage.outage_range(10, 150, RANGES[RANGES["parameter"] != "storage_kt"])
    with pytest.raises(ValueError, match="'storage_kt' is given twice"):
        outage.outage_range(10, 150, pd.concat([RANGES, RANGES.iloc[[1]]]))
    with pytest.raises(ValueError, match=r"'storage_kt' needs low <= central <= high"):
        outage.outage_range(10, 150, RANGES.assign(low=[0.5, 400, 10, 60, 7.5, 0]))
    with pytest.raises(ValueError, match="column 'high'"):
        outage.outage_range(10, 150, RANGES.drop(columns="high"))


def test_cut_on_one_base():
    # December 2025: 3,980 kt in 31 days, 128.4 a day; the year's mean 70,520 / 365 = 193.2.
    # Against that mean a third is cut; against weak November (5,088 / 30 = 169.6) a quarter
    december = 3_980 / 31
    assert outage.cut_on_base(december, 70_520 / 365) == pytest.approx(0.335489, abs=1e-6)
    assert outage.cut_on_base(december, 5_088 / 30) == pytest.approx(0.243001, abs=1e-6)
    assert outage.cut_on_base(200, 193) == 0
    assert outage.cut_on_base(0, 193) == 1
    with pytest.raises(ValueError, match="base_kt_per_day: 0"):
        outage.cut_on_base(1, 0)


def test_without_each():
    # of 1, 2, 6 and 9: the others' medians are 6, 6, 2 and 2
    table = outage.without_each(pd.Series([1, 2, 6, 9], index=list("abcd")))
    assert table["predicted"].to_dict() == {"a": 6, "b": 6, "c": 2, "d": 2}
    assert table["error"].tolist() == [5, 4, -4, -7]
    with pytest.raises(ValueError, match="seen: 1 readings"):
        outage.without_each(pd.Series([1.0]))


def test_backtest():
    # 400 predicted, 500 seen: 100 too little, a fifth of what was seen; 500 is within 300-500
    result = outage.backtest(300, 400, 500, 500)
    assert (result["error"], result["error_share"], result["inside"]) == (-100, -0.2, True)
    assert outage.backtest(300, 400, 500, 501)["inside"] is False
    assert outage.backtest(300, 400, 500, 299)["inside"] is False
    assert math.isnan(outage.backtest(0, 1, 2, 0)["error_share"])
    with pytest.raises(ValueError, match="predicted: 600"):
        outage.backtest(300, 600, 500, 400)
    with pytest.raises(ValueError, match="observed"):
        outage.backtest(300, 400, 500, math.nan)


# --- chain ----------------------------------------------------------------------------------

LINKS = pd.DataFrame(
    [
        ("berths", 5.2, 7.0, 7.5),
        ("terminal", 6.0, 10.0, 20.0),
        ("pipe", 15.0, 20.0, 25.0),
    ],
    columns=["link", "low", "central", "high"],
)
FLEET = {
    "tankers": (4, 5, 10),
    "payload_t": (8_000, 10_000, 12_000),
    "round_trip_days": (4, 5, 8),
    "operating_days": (300, 330, 350),
}


def test_triangular_by_hand():
    class Fixed:
        """Draws 0, 1/4, 1/2 and 7/8."""

        def random(self, n):
            return np.array([0, 0.25, 0.5, 0.875])[:n]

    # on 0, 4, 8: at 0 low; 1/4: sqrt(1/4 x 8 x 4) = 2.828; 1/2: the mode, 4;
    # 7/8: 8 - sqrt(1/8 x 8 x 4) = 6
    draws = chain.triangular(0, 4, 8, 4, Fixed())
    assert draws == pytest.approx([0, math.sqrt(8), 4, 6])
    # mode at an end: on 0, 0, 8 at 7/8: 8 - sqrt(1/8 x 64) = 5.172; on 0, 8, 8: 8 sqrt(7/8)
    assert chain.triangular(0, 0, 8, 4, Fixed())[3] == pytest.approx(8 - math.sqrt(8))
    assert chain.triangular(0, 8, 8, 4, Fixed())[3] == pytest.approx(8 * math.sqrt(0.875))


def test_triangular_mean_bounds_and_degenerate():
    rng = np.random.default_rng(1)
    draws = chain.triangular(2, 3, 10, 100_000, rng)
    # mean (2 + 3 + 10) / 3 = 5; variance (4 + 9 + 100 - 6 - 20 - 30) / 18 = 3.167,
    # so the mean of 100,000 has a standard error of 0.0056
    assert draws.mean() == pytest.approx(5, abs=0.03)
    assert draws.var() == pytest.approx(57 / 18, abs=0.06)
    assert draws.min() >= 2 and draws.max() <= 10
    assert chain.triangular(7, 7, 7, 3, rng).tolist() == [7, 7, 7]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, 2, 4, 5), "mode: 2"),
        ((1, 5, 4, 5), "mode: 5"),
        ((1, 2, math.inf, 5), "high"),
        ((1, 2, 3, 0), "n: 0"),
        ((1, 2, 3, 2.5), "n: 2.5"),
    ],
)
def test_triangular_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        chain.triangular(*arguments, np.random.default_rng(1))


def test_tanker_link_by_hand():
    # low 4 x 8,000 x 300 / 8 = 1.2 Mt; central 5 x 10,000 x 330 / 5 = 3.3 Mt;
    # high 10 x 12,000 x 350 / 4 = 10.5 Mt
    link = chain.tanker_link(**FLEET)
    assert link.columns.tolist() == ["link", "low", "central", "high"]
    assert link.iloc[0].tolist() == ["tankers", *map(pytest.approx, (1.2, 3.3, 10.5))]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tankers": (5, 4, 10)}, "'tankers' needs low <= central <= high"),
        ({"tankers": (-1, 4, 10)}, "tankers: -1"),
        ({"payload_t": 10_000}, "payload_t: 10000"),
        ({"round_trip_days": (0, 5, 8)}, "round_trip_days: 0"),
        ({"operating_days": (300, 330, 400)}, "operating_days: 400"),
    ],
)
def test_tanker_link_errors(change, message):
    with pytest.raises(ValueError, match=message):
        chain.tanker_link(**FLEET | change)
    with pytest.raises(ValueError, match=message):
        chain.chain_ceiling(LINKS, 10, 1, fleet=FLEET | change)


def test_chain_of_certain_links():
    # 7, 5, 9 without spread: the ceiling is 5, the second link binds in every draw
    sure = pd.DataFrame({"link": list("abc"), "low": [7, 5, 9]})
    sure = sure.assign(central=sure["low"], high=sure["low"])
    draws = chain.chain_ceiling(sure, 4, 1)
    assert draws.columns.tolist() == ["a", "b", "c", "ceiling", "binding"]
    assert draws["ceiling"].tolist() == [5] * 4
    assert chain.binding_share(draws).to_dict("list") == {
        "link": ["a", "b", "c"],
        "share": [0, 1, 0],
    }
    assert chain.ceiling_quantiles(draws).to_dict() == {0.05: 5, 0.5: 5, 0.95: 5}


def test_chain_of_equal_links_binds_at_the_first():
    even = pd.DataFrame({"link": ["a", "b"], "low": 5.0, "central": 5.0, "high": 5.0})
    assert chain.binding_share(chain.chain_ceiling(even, 3, 1))["share"].tolist() == [1, 0]


def test_chain_with_a_sure_fleet():
    # 5 x 10,000 x 330 / 5 / 10^6 = 3.3 Mt, below every other link
    fleet = {name: (central,) * 3 for name, (_, central, _) in FLEET.items()}
    draws = chain.chain_ceiling(LINKS, 5, 1, fleet=fleet)
    assert draws["ceiling"].tolist() == pytest.approx([3.3] * 5)
    assert chain.binding_share(draws).set_index("link")["share"]["tankers"] == 1


def test_chain_is_the_smallest_link():
    draws = chain.chain_ceiling(LINKS, 2_000, 1, fleet=FLEET)
    values = draws[["berths", "terminal", "pipe", "tankers"]]
    assert (draws["ceiling"] == values.min(axis=1)).all()
    assert (draws["binding"].astype(str) == values.idxmin(axis=1)).all()
    assert chain.binding_share(draws)["share"].sum() == pytest.approx(1)
    assert values["tankers"].between(1.2, 10.5).all()
    assert values["berths"].between(5.2, 7.5).all()


def test_chain_seed():
    first = chain.chain_ceiling(LINKS, 1_000, 42, fleet=FLEET)
    pd.testing.assert_frame_equal(first, chain.chain_ceiling(LINKS, 1_000, 42, fleet=FLEET))
    other = chain.chain_ceiling(LINKS, 1_000, 43, fleet=FLEET)
    assert not (first["ceiling"] == other["ceiling"]).any()
    # a link more at the end leaves the draws of the others alone
    alone = chain.chain_ceiling(LINKS, 1_000, 42)
    assert (alone["berths"] == first["berths"]).all()
    assert (alone["ceiling"] >= first["ceiling"]).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_more_ships_or_capacity_never_lower_the_ceiling(seed):
    base = chain.chain_ceiling(LINKS, 5_000, seed, fleet=FLEET)["ceiling"]
    more = FLEET | {"tankers": (5, 7, 10)}
    assert (chain.chain_ceiling(LINKS, 5_000, seed, fleet=more)["ceiling"] >= base - 1e-9).all()
    faster = FLEET | {"round_trip_days": (3, 5, 7)}
    assert (chain.chain_ceiling(LINKS, 5_000, seed, fleet=faster)["ceiling"] >= base - 1e-9).all()
    for row in range(len(LINKS)):
        wider = LINKS.copy()
        wider.loc[row, ["central", "high"]] += [0.3, 1.0]
        raised = chain.chain_ceiling(wider, 5_000, seed, fleet=FLEET)["ceiling"]
        assert (raised >= base - 1e-9).all()
    few = pd.concat([LINKS, chain.tanker_link(**FLEET)])
    many = pd.concat([LINKS, chain.tanker_link(**more)])
    low = chain.chain_ceiling(few, 5_000, seed)["ceiling"]
    assert (chain.chain_ceiling(many, 5_000, seed)["ceiling"] >= low - 1e-9).all()


@pytest.mark.parametrize(
    ("links", "message"),
    [
        (LINKS.iloc[:0], "links: there is none"),
        (LINKS.assign(link="berths"), "'berths' is taken"),
        (LINKS.assign(link=["a", "b", "ceiling"]), "'ceiling' is taken"),
        (LINKS.assign(low=[8, 1, 1]), "'berths' needs low <= central <= high"),
        (LINKS.assign(low=[-8, 1, 1]), "links.low: -8"),
        (LINKS.drop(columns="central"), "column 'central'"),
    ],
)
def test_chain_errors(links, message):
    with pytest.raises(ValueError, match=message):
        chain.chain_ceiling(links, 10, 1)


def test_chain_more_errors():
    with pytest.raises(ValueError, match="draws: 0"):
        chain.chain_ceiling(LINKS, 0, 1)
    with pytest.raises(ValueError, match="'tankers' is taken"):
        both = pd.concat([LINKS, chain.tanker_link(**FLEET)])
        chain.chain_ceiling(both, 10, 1, fleet=FLEET)
    with pytest.raises(ValueError, match="fleet"):
        chain.chain_ceiling(LINKS, 10, 1, fleet={"tankers": (1, 2, 3)})
    draws = chain.chain_ceiling(LINKS, 10, 1)
    with pytest.raises(ValueError, match=r"quantiles: 1\.5"):
        chain.ceiling_quantiles(draws, (0.5, 1.5))
    with pytest.raises(ValueError, match="draws: there is none"):
        chain.binding_share(draws.iloc[:0])
    with pytest.raises(ValueError, match="draws: there is none"):
        chain.ceiling_quantiles(draws.iloc[:0])
    with pytest.raises(ValueError, match="'binding'"):
        chain.binding_share(LINKS)


def test_what_spare_room_takes_in_an_outage():
    # (4.95 - 1.3) = 3.65 Mt a year, 10 kt a day, 300 kt in thirty days: a tenth of 3,000
    assert chain.taken_in_outage(4.95, 1.3, 3_000, 30) == pytest.approx(0.1)
    assert chain.taken_in_outage(1, 1.3, 3_000, 30) == 0
    assert chain.taken_in_outage(4.95, 1.3, 100, 30) == 1
    with pytest.raises(ValueError, match="blocked_kt: 0"):
        chain.taken_in_outage(4.95, 1.3, 0, 30)


def test_ceiling_quantiles_by_hand():
    # 0 to 10 in steps of 1: the median is 5, the 5 % quantile lies at 0.5, the 95 % at 9.5
    draws = pd.DataFrame({"ceiling": np.arange(11.0)})
    assert chain.ceiling_quantiles(draws).tolist() == pytest.approx([0.5, 5, 9.5])
    assert chain.ceiling_quantiles(draws, (0.1,))[0.1] == pytest.approx(1)


def test_a_million_draws_are_vectorised():
    """A million draws make no more calls in Python than a hundred: an exact count, not a time."""

    def calls(draws: int) -> int:
        counted = Counter()
        sys.setprofile(lambda frame, event, _: counted.update([event]))
        try:
            chain.chain_ceiling(LINKS, draws, 1, fleet=FLEET)
        finally:
            sys.setprofile(None)
        return counted["call"]

    calls(100)  # what is imported or remembered on the first run
    assert calls(1_000_000) == calls(100)


# --- ships ----------------------------------------------------------------------------------


def test_voyages_per_year():
    # 330 / 6 = 55; 350 / 4 = 87.5, not rounded
    assert ships.voyages_per_year(6, 330) == 55
    assert ships.voyages_per_year(4, 350) == 87.5
    assert ships.voyages_per_year(6, 0) == 0


@pytest.mark.parametrize(
    ("volume", "payload", "expected"),
    [
        # 50 voyages of 12,000 t = 0.6 Mt a ship: 1.5 / 0.6 = 2.5, 2.2 / 0.6 = 3.67, 7 / 0.6 =
        # 11.67, 20 / 0.6 = 33.3; 1.2 / 0.6 is 2 exactly. 10,000 t = 0.5 Mt: 4.4, 14, 40
        (0, 12_000, 0),
        (0.001, 12_000, 1),
        (1.2, 12_000, 2),
        (1.5, 12_000, 3),
        (2.2, 12_000, 4),
        (7, 12_000, 12),
        (20, 12_000, 34),
        (2.2, 10_000, 5),
        (7, 10_000, 14),
        (20, 10_000, 40),
    ],
)
def test_ships_needed_by_hand(volume, payload, expected):
    assert ships.ships_needed(volume, payload, 7, 350) == expected


def test_ships_needed_exact_multiples_do_not_round_up():
    rng = np.random.default_rng(3)
    for _ in range(300):
        count = int(rng.integers(1, 60))
        payload, trip = float(rng.uniform(5_000, 13_000)), float(rng.uniform(2, 9))
        volume = count * payload * (330 / trip) / 1e6
        assert ships.ships_needed(volume, payload, trip, 330) == count
        assert ships.ships_needed(volume * 1.001, payload, trip, 330) == count + 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"volume_mt": -1}, "volume_mt: -1"),
        ({"payload_t": 0}, "payload_t: 0"),
        ({"round_trip_days": 0}, "round_trip_days: 0"),
        ({"operating_days": 0}, "operating_days: 0"),
        ({"operating_days": 400}, "operating_days: 400"),
    ],
)
def test_ships_errors(change, message):
    arguments = {"volume_mt": 1, "payload_t": 1, "round_trip_days": 1, "operating_days": 1}
    with pytest.raises(ValueError, match=message):
        ships.ships_needed(**arguments | change)


def test_ships_table():
    # 12,000 t: 2.2 Mt = 183.3 voyages, 4 ships; 10,000 t: 220 voyages exactly, 5 ships
    table = ships.ships_table([1.2, 2.2], {"full": 12_000, "light": 10_000}, 7, 350)
    assert table.columns.tolist() == ["volume_mt", "load", "payload_t", "voyages", "ships"]
    assert table["load"].tolist() == ["full", "light", "full", "light"]
    assert table["voyages"].tolist() == [100, 120, 184, 220]
    assert table["ships"].tolist() == [2, 3, 4, 5]
    assert ships.ships_table([], {"full": 1}, 7, 350).columns.tolist() == list(table.columns)


# --- netback --------------------------------------------------------------------------------

LEGS = pd.DataFrame(
    [
        ("cpc", "pipe", "USD/t", 30.0, 38.0, 45.0),
        ("cpc", "war risk", "share", 0.0, 0.01, 0.02),
        ("cpc", "discount", "USD/bbl", -6.0, -4.0, 1.0),
        ("btc", "rail", "USD/t", 15.0, 22.5, 30.0),
        ("btc", "pipe", "USD/t", 22.5, 22.5, 37.5),
    ],
    columns=["route", "leg", "unit", "low", "central", "high"],
)


def test_netback_by_hand():
    # Brent 80, 7.5 bbl/t.
    # cpc low: 74 x 0.98 - 45 / 7.5 = 72.52 - 6 = 66.52; central: 76 x 0.99 - 38 / 7.5 =
    # 75.24 - 5.0667 = 70.1733; high: 81 - 30 / 7.5 = 77
    # btc low: 80 - 67.5 / 7.5 = 71; central 80 - 45 / 7.5 = 74; high 80 - 37.5 / 7.5 = 75
    table = netback.netback(LEGS, 80, 7.5).set_index("route")
    assert table.index.tolist() == ["cpc", "btc"]
    assert table.loc["cpc"].tolist() == pytest.approx([66.52, 75.24 - 38 / 7.5, 77])
    assert table.loc["btc"].tolist() == pytest.approx([71, 74, 75])


def test_higher_brent_never_lowers_the_netback():
    rng = np.random.default_rng(5)
    for _ in range(50):
        legs = LEGS.copy()
        values = np.sort(rng.uniform(0, 60, (len(legs), 3)), axis=1)
        values[legs["unit"] == "share"] /= 60
        legs[["low", "central", "high"]] = values
        brent, more = np.sort(rng.uniform(10, 150, 2))
        cheap = netback.netback(legs, brent, 7.5).set_index("route")
        dear = netback.netback(legs, more, 7.5).set_index("route")
        assert (dear >= cheap - 1e-9).all(axis=None)
        assert (cheap["low"] <= cheap["central"] + 1e-9).all()
        assert (cheap["central"] <= cheap["high"] + 1e-9).all()


@pytest.mark.parametrize(
    ("legs", "brent", "bpt", "message"),
    [
        (LEGS, -1, 7.5, "brent: -1"),
        (LEGS, 3, 7.5, "brent: 3 is less than the discount of 'cpc'"),
        (LEGS, 80, 0, "barrels_per_tonne: 0"),
        (LEGS.assign(unit="EUR/t"), 80, 7.5, "unit 'EUR/t'"),
        (LEGS.assign(leg="pipe"), 80, 7.5, r"\['cpc', 'pipe'\] is given twice"),
        (LEGS.assign(low=50.0), 80, 7.5, "'pipe' needs low <= central <= high"),
        (LEGS.assign(unit="share"), 80, 7.5, "legs.low as share"),
        (LEGS.assign(unit="USD/t"), 80, 7.5, "legs.low in USD/t: -6"),
        (LEGS.drop(columns="unit"), 80, 7.5, "column 'unit'"),
    ],
)
def test_netback_errors(legs, brent, bpt, message):
    with pytest.raises(ValueError, match=message):
        netback.netback(legs, brent, bpt)


# --- diversification ------------------------------------------------------------------------


def test_lost_fraction():
    # 1 - 1 / 1.1^2 = 1 - 1 / 1.21 = 0.173554; ten years at 10 %: 1 - 1 / 2.5937 = 0.614457
    assert diversification.lost_fraction(2, 0.1) == pytest.approx(0.173554, abs=1e-6)
    assert diversification.lost_fraction(10, 0.1) == pytest.approx(0.614457, abs=1e-6)
    assert diversification.lost_fraction(0, 0.1) == 0
    assert diversification.lost_fraction(10, 0) == 0
    assert diversification.lost_fraction(1e6, 0.1) == 1
    with pytest.raises(ValueError, match="deferral_years: -1"):
        diversification.lost_fraction(-1, 0.1)
    with pytest.raises(ValueError, match=r"discount_rate: -0\.1"):
        diversification.lost_fraction(1, -0.1)


# 73 days are a fifth of the year; cut 0.5, three quarters of it not absorbed, a netback of USD
# 800 a tonne, half of it lost: one such outage a year costs 0.2 x 0.5 x 0.75 x 800 x 0.5 = USD 30
WORLD = {
    "days": 73,
    "capacity_cut": 0.5,
    "unabsorbed": 0.75,
    "netback_usd_per_t": 800,
    "fraction_lost": 0.5,
}


def test_breakeven_by_hand():
    assert diversification.expected_loss_per_tonne(1, **WORLD) == pytest.approx(30)
    assert diversification.expected_loss_per_tonne(0, **WORLD) == 0
    assert diversification.breakeven_outages(45, **WORLD) == pytest.approx(1.5)
    assert diversification.breakeven_outages(0, **WORLD) == 0


@pytest.mark.parametrize("name", WORLD)
def test_breakeven_never_if_an_outage_costs_nothing(name):
    assert diversification.breakeven_outages(10, **WORLD | {name: 0}) == math.inf
    assert diversification.breakeven_outages(0, **WORLD | {name: 0}) == 0


def test_breakeven_loss_equals_premium():
    rng = np.random.default_rng(11)
    for _ in range(50):
        world = {
            "days": rng.uniform(1, 60),
            "capacity_cut": rng.uniform(0.1, 1),
            "unabsorbed": rng.uniform(0.1, 1),
            "netback_usd_per_t": rng.uniform(200, 900),
            "fraction_lost": rng.uniform(0.05, 1),
        }
        premium = rng.uniform(0, 80)
        outages = diversification.breakeven_outages(premium, **world)
        loss = diversification.expected_loss_per_tonne(outages, **world)
        assert loss == pytest.approx(premium)
        dearer = diversification.breakeven_outages(premium + 1, **world)
        assert dearer > outages
        longer = world | {"days": world["days"] + 1}
        assert diversification.breakeven_outages(premium, **longer) <= outages


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"premium_usd_per_t": -1}, "premium_usd_per_t: -1"),
        ({"days": -1}, "days: -1"),
        ({"capacity_cut": 2}, "capacity_cut: 2"),
        ({"unabsorbed": 1.1}, r"unabsorbed: 1\.1"),
        ({"netback_usd_per_t": -1}, "netback_usd_per_t: -1"),
        ({"fraction_lost": 1.5}, "fraction_lost: 1.5"),
    ],
)
def test_breakeven_errors(change, message):
    with pytest.raises(ValueError, match=message):
        diversification.breakeven_outages(**{"premium_usd_per_t": 10} | WORLD | change)
    with pytest.raises(ValueError, match="frequency: -1"):
        diversification.expected_loss_per_tonne(-1, **WORLD)


def test_breakeven_years():
    # a tenth lost of USD 400: at most 40. At 10 % two years cost 0.173554 of it: 6.942149
    assert diversification.breakeven_years(6.942149, 0.1, 400, 0.1) == pytest.approx(2)
    assert diversification.breakeven_years(40, 0.1, 400, 0.1) == math.inf
    assert diversification.breakeven_years(1, 0, 400, 0.1) == math.inf
    assert diversification.breakeven_years(0, 0.1, 400, 0.1) == 0
    with pytest.raises(ValueError, match="share_lost: 2"):
        diversification.breakeven_years(1, 2, 400, 0.1)
    with pytest.raises(ValueError, match="discount_rate: 0"):
        diversification.breakeven_years(1, 0.1, 400, 0)
