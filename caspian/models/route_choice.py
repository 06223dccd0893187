"""Which way a shipper sends a container: the generalised cost of each route.

Everything is per FEU (forty-foot container), in USD:

    cost = rate + value x (daily x (days + ratio x sd_days) + war_risk)

where value is that of the cargo, daily the share of it that a day in transit costs, and ratio
the worth of one day less standard deviation in days of travel time. Linear in the value, so
that two routes cross once at most. Sources: daily, Hummels & Schaur, Time as a Trade Barrier,
American Economic Review 103(7), 2013 (0.6 to 2.1 % of the value a day, US imports by air and
sea); ratio, de Jong, Kouwenhoven, Kroes, Rietveld & Warffemius, Preliminary Monetary Values for
the Reliability of Travel Times in Freight Transport, EJTIR 9(2), 2009.
"""

import math

import numpy as np
import pandas as pd

from caspian.models._checks import Numbers, column, number, numbers, unique


def _routes(routes: pd.DataFrame) -> pd.DataFrame:
    """Return rate, days, sd_days, war_risk as floats, indexed by route, checked."""
    unique("routes", routes, "route")
    if routes.empty:
        raise ValueError("routes: there is none")
    clean = pd.DataFrame(
        {
            "rate": column("routes", routes, "route", "rate"),
            "days": column("routes", routes, "route", "days"),
            "sd_days": column("routes", routes, "route", "sd_days"),
            "war_risk": column("routes", routes, "route", "war_risk", 0, 1),
        }
    )
    return clean.set_axis(pd.Index(routes["route"], name="route"))


def _pair(
    routes: pd.DataFrame, a: str, b: str, daily_cost_share: float, reliability_ratio: float
) -> tuple[float, float, float, float]:
    """Return the rate (USD) and the slope (USD per USD of cargo) of routes a and b."""
    clean = _routes(routes)
    for name in (a, b):
        if name not in clean.index:
            raise ValueError(f"route: {name!r} is not in routes, found {list(clean.index)}")
    daily = number("daily_cost_share", daily_cost_share, 0, 1)
    ratio = number("reliability_ratio", reliability_ratio)
    slope = daily * (clean["days"] + ratio * clean["sd_days"]) + clean["war_risk"]
    return clean.at[a, "rate"], clean.at[b, "rate"], slope[a], slope[b]


def generalised_cost(
    routes: pd.DataFrame, cargo_value: Numbers, daily_cost_share: float, reliability_ratio: float
) -> pd.DataFrame:
    """Return what each route costs a shipper, per FEU in USD, in parts and in all.

    time = value x daily x days; reliability = ratio x value x daily x sd_days; war_risk = value
    x the route's share; cost = rate + time + reliability + war_risk.

    Parameters
    ----------
    routes: route, rate (USD per FEU), days, sd_days (standard deviation of the days), war_risk
        (share of the cargo's value, 0-1; 0 where there is none)
    cargo_value: USD per FEU, a number or one dimension of numbers
    daily_cost_share: share of the cargo's value that a day costs (0.006 = 0.6 %)
    reliability_ratio: value of a day of standard deviation in days of travel time

    Returns
    -------
    route, cargo_value, rate, time, reliability, war_risk, cost; a row for each value and
    route, routes varying fastest. Raises ValueError naming the row for a route given twice or
    a negative or missing number, and for a share above 1.
    """
    clean = _routes(routes)
    values = np.atleast_1d(numbers("cargo_value", cargo_value))
    daily = number("daily_cost_share", daily_cost_share, 0, 1)
    ratio = number("reliability_ratio", reliability_ratio)
    table = pd.concat([clean.reset_index()] * len(values), ignore_index=True)
    value = np.repeat(values, len(clean))
    time = value * daily * table["days"]
    reliability = ratio * value * daily * table["sd_days"]
    war_risk = value * table["war_risk"]
    return pd.DataFrame(
        {
            "route": table["route"],
            "cargo_value": value,
            "rate": table["rate"],
            "time": time,
            "reliability": reliability,
            "war_risk": war_risk,
            "cost": table["rate"] + time + reliability + war_risk,
        }
    )


def breakeven_value(
    routes: pd.DataFrame, a: str, b: str, daily_cost_share: float, reliability_ratio: float
) -> float:
    """Return the cargo value (USD per FEU) from which on route a costs no more than route b.

    (rate of a - rate of b) / (slope of b - slope of a), slope = daily x (days + ratio x
    sd_days) + war_risk. 0: a costs no more at any value (as fast and safe, and no dearer).
    Infinite: b stays the cheaper one however valuable the cargo, as a is slower or riskier; if
    a's rate is lower, a is cheaper below `breakeven_value(routes, b, a, ...)`. Arguments and
    errors as `generalised_cost`; ValueError too for a route that is not in the table.
    """
    rate_a, rate_b, slope_a, slope_b = _pair(routes, a, b, daily_cost_share, reliability_ratio)
    if slope_a < slope_b:
        return max(float((rate_a - rate_b) / (slope_b - slope_a)), 0.0)
    return 0.0 if slope_a == slope_b and rate_a <= rate_b else math.inf


def breakeven_rate(
    routes: pd.DataFrame,
    a: str,
    b: str,
    cargo_value: float,
    daily_cost_share: float,
    reliability_ratio: float,
) -> float:
    """Return the rate (USD per FEU) of route a at which it costs as much as route b.

    rate of b + value x (slope of b - slope of a), slope as in `breakeven_value`. Below zero, a
    would have to pay the shipper. Arguments and errors as `breakeven_value`.
    """
    value = number("cargo_value", cargo_value)
    _, rate_b, slope_a, slope_b = _pair(routes, a, b, daily_cost_share, reliability_ratio)
    return float(rate_b + value * (slope_b - slope_a))


def gap_range(
    routes: pd.DataFrame,
    a: str,
    b: str,
    cargo_value: float,
    daily_cost_shares: tuple[float, float],
    reliability_ratio: float,
) -> tuple[float, float]:
    """Return the least and the most (USD per FEU) that route a costs more than route b.

    Over the ranges of both rates and of the cost of a day. The gap is linear in each of them, so
    that its ends lie at theirs: rate of a - rate of b + value x (slope of a - slope of b), slope
    as in `breakeven_value`.

    Parameters
    ----------
    routes: as in `generalised_cost`, with rate_low and rate_high (USD per FEU) too
    daily_cost_shares: the lower and the higher share of the cargo's value that a day costs
    """
    at = routes.set_index("route")
    least = at.at[a, "rate_low"] - at.at[b, "rate_high"]
    most = at.at[a, "rate_high"] - at.at[b, "rate_low"]
    value = number("cargo_value", cargo_value)
    slopes = []
    for daily in daily_cost_shares:
        _, _, slope_a, slope_b = _pair(routes, a, b, daily, reliability_ratio)
        slopes.append(value * (slope_a - slope_b))
    return float(least + min(slopes)), float(most + max(slopes))


def part_expressions(
    value: str, daily: str, days: str, ratio: float, sd_days: str, war_risk: str
) -> dict[str, str]:
    """Return what `generalised_cost` adds to the rate, part by part, as expressions of Vega."""
    return {
        "time": f"({value}) * ({daily}) * ({days})",
        "risk": f"({value}) * ({daily}) * {ratio} * ({sd_days})",
        "war": f"({value}) * ({war_risk})",
    }


def cost_expression(
    rate: str, value: str, daily: str, days: str, ratio: float, sd_days: str, war_risk: str
) -> str:
    """Return `generalised_cost` as an expression of Vega, from expressions of its parts."""
    parts = part_expressions(value, daily, days, ratio, sd_days, war_risk)
    return " + ".join([f"({rate})", *parts.values()])


def cheapest(
    routes: pd.DataFrame, values: Numbers, daily_cost_share: float, reliability_ratio: float
) -> pd.DataFrame:
    """Return the cheapest route for each cargo value: cargo_value, route, cost (USD per FEU).

    Of equal routes the first. Arguments and errors as `generalised_cost`; `values` is its
    cargo_value.
    """
    costs = generalised_cost(routes, values, daily_cost_share, reliability_ratio)
    per_value = costs["cost"].to_numpy().reshape(-1, len(routes))
    best = per_value.argmin(axis=1) + np.arange(len(per_value)) * len(routes)
    return costs.loc[best, ["cargo_value", "route", "cost"]].reset_index(drop=True)
