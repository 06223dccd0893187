"""Greenhouse gas of a tonne, or of a container, by route.

Distance times a factor for the mode, as in EN ISO 14083 (2023) and the GLEC Framework: direct
is what the vehicle or vessel burns, upstream ("well to tank", wtt) what it took to make and
bring the fuel or the current. Detours, empty runs and terminals count only as far as the factor
holds them.
"""

import pandas as pd

from caspian.models._checks import CASES, column, columns, ranges, unique

PARTS = {"direct": "direct", "upstream": "wtt"}


def _factors(factors: pd.DataFrame) -> pd.DataFrame:
    """Return low, central, high, direct, upstream (g per tkm), indexed by mode, checked."""
    unique("factors", factors, "mode")
    clean = ranges("factors", factors, "mode", minimum=0)
    for part, name in PARTS.items():
        clean[part] = column("factors", factors, "mode", name, missing=True)
    parts = clean[list(PARTS)].sum(axis=1, skipna=False)
    slack = 0.01 * clean["central"]  # rounding
    wrong = (parts < clean["low"] - slack) | (parts > clean["high"] + slack)
    if wrong.any():
        mode, total = factors.loc[wrong, "mode"].iloc[0], parts[wrong].iloc[0]
        raise ValueError(f"factors: direct + wtt of {mode!r} is {total:g}, not within low and high")
    return clean.set_axis(pd.Index(factors["mode"], name="mode"))


def per_tonne(legs: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Return what a tonne by each route emits, in kg of CO2 equivalent.

    Sum over the route's legs of km x g per tonne-kilometre / 1,000. low, central and high add
    up the same end of every leg's factor, wider than any likely range.

    Parameters
    ----------
    legs: route, mode, km (one row a leg)
    factors: mode (one row each); low, central, high: g CO2e per tkm, well to wheel; direct,
        wtt: the parts of it that arise under way and upstream (may be empty)

    Returns
    -------
    route, km, low, central, high, direct, upstream; routes in order of appearance. direct and
    upstream are NaN for a route with a leg whose factor lacks that part. Raises ValueError
    naming the row for a mode without a factor or with two, a negative or missing number, a
    range out of order, or parts that do not add up to within low and high (1 % for rounding).
    """
    columns("legs", legs, ["route", "mode", "km"])
    clean = _factors(factors)
    unknown = legs[~legs["mode"].isin(clean.index)]
    if len(unknown):
        route, mode = unknown[["route", "mode"]].iloc[0]
        raise ValueError(f"legs: mode {mode!r} of route {route!r} has no factor")
    km = column("legs", legs, "route", "km")
    names = [*CASES, *PARTS]
    grams = clean.loc[legs["mode"], names].to_numpy() * km.to_numpy()[:, None]
    table = pd.DataFrame(grams / 1_000, columns=names)
    table.insert(0, "km", km.to_numpy())
    groups = table.groupby(legs["route"].to_numpy(), sort=False)
    return groups.sum(skipna=False).rename_axis("route").reset_index()
