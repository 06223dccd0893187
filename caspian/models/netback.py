"""Netback: what a barrel brings at the field, by export route.

Netback is market value less the cost of getting there, a standard measure of the oil trade.
Costs come as legs of a route, each a range: `unit` "USD/t" is a tariff or freight; "USD/bbl" is
the grade's discount to Brent, added with its sign (below zero: worth less than Brent);
"share" is a charge on the cargo's value, such as the war-risk premium (0.01 = 1 %).
"""

import pandas as pd

from caspian.models._checks import CASES, columns, number, numbers, ranges

UNITS = ("USD/t", "USD/bbl", "share")


def _checked(legs: pd.DataFrame, brent: float, barrels_per_tonne: float) -> pd.DataFrame:
    """Return the legs with a clean index and float ranges; ValueError naming what is wrong."""
    number("brent", brent)
    number("barrels_per_tonne", barrels_per_tonne, above=True)
    columns("legs", legs, ["route", "leg", "unit", *CASES])
    unit = legs.loc[~legs["unit"].isin(UNITS), "unit"]
    if len(unit):
        raise ValueError(f"legs: unit {unit.iloc[0]!r} must be one of {UNITS}")
    twice = legs[legs.duplicated(["route", "leg"])]
    if len(twice):
        raise ValueError(f"legs: {twice[['route', 'leg']].iloc[0].tolist()} is given twice")
    clean = legs[["route", "leg", "unit"]].reset_index(drop=True)
    clean[CASES] = ranges("legs", legs, "leg").to_numpy()
    for case in CASES:
        numbers(f"legs.{case} in USD/t", clean.loc[clean["unit"] == "USD/t", case])
        numbers(f"legs.{case} as share", clean.loc[clean["unit"] == "share", case], 0, 1)
    return clean


def _parts(legs: pd.DataFrame, case: str) -> pd.DataFrame:
    """Return each route's sum per unit in one case; routes in order of appearance."""
    sums = legs.pivot_table(index="route", columns="unit", values=case, aggfunc="sum", sort=False)
    return sums.reindex(index=legs["route"].unique(), columns=list(UNITS)).fillna(0.0)


def _value(costs: pd.DataFrame, gains: pd.DataFrame, brent: float, bpt: float) -> pd.Series:
    """Return the netback (USD per barrel) from sums per unit: charges, and the discount."""
    price = brent + gains["USD/bbl"]
    if (price < 0).any():
        raise ValueError(f"brent: {brent:g} is less than the discount of {price.idxmin()!r}")
    return price * (1 - costs["share"]) - costs["USD/t"] / bpt


def netback(legs: pd.DataFrame, brent: float, barrels_per_tonne: float) -> pd.DataFrame:
    """Return the netback of every route as a range, in USD per barrel at the field.

    price = Brent + discount; netback = price - share x price - sum of USD/t / barrels per
    tonne, where share is the sum of the route's charges on cargo value. The low end takes high
    costs and the low discount (the one furthest below Brent), the high end the reverse.

    `legs`: route, leg, unit, low, central, high. Returns route, low, central, high, in the
    order in which the routes first appear. Raises ValueError for a unit not in `UNITS`, a leg
    given twice, a range out of order, a negative cost, a share outside 0-1, a discount larger
    than Brent, or barrels_per_tonne of 0 or less.
    """
    clean = _checked(legs, brent, barrels_per_tonne)
    low, central, high = (_parts(clean, case) for case in CASES)
    table = pd.DataFrame(
        {
            "low": _value(high, low, brent, barrels_per_tonne),
            "central": _value(central, central, brent, barrels_per_tonne),
            "high": _value(low, high, brent, barrels_per_tonne),
        }
    )
    return table.rename_axis("route").reset_index()


def expression(brent: str, discount: str, share: str, cost_usd_per_bbl: str) -> str:
    """Return the netback of a route, USD per barrel, as an expression of Vega.

    `discount`, `share` and cost are the route's sums, the cost per barrel.
    """
    return f"(({brent}) + ({discount})) * (1 - ({share})) - ({cost_usd_per_bbl})"
