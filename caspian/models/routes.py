"""Who carries Kazakhstan's oil: shares by route, concentration, dependence on Russia.

Volumes are in the unit of the table given (the book uses million tonnes, Mt); shares are
fractions of 1. A route that nobody published for a period is absent, never zero, and what is
left of the published total is carried along as "unattributed". Results that this rest could
move are returned as a low and a high bound.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from caspian.models._checks import columns, numbers
from openbook.tables.selection import OUTCOME

TOTAL = "total"
UNATTRIBUTED = "unattributed"
NARROW = ("cpc", "atyrau_samara")
DEFINITIONS = ("narrow", "wide")
TOLERANCE = 0.02  # routes may exceed the published total by this share: rounding, late revisions
HHI_HIGH = 1_800  # above: highly concentrated (US DOJ/FTC Merger Guidelines 2023, guideline 1)


def status_outcome(df: pd.DataFrame) -> pd.DataFrame:
    """Return the preferred rows that say what happened.

    Keeps rows whose `preferred` is true and whose `status` is actual, preliminary or estimate;
    drops targets, forecasts, contracts, capacities, assumptions and figures not preferred.
    Order, index and columns stay. Raises ValueError if a column is missing.
    """
    columns("df", df, ["preferred", "status"])
    preferred = df["preferred"].astype("boolean").fillna(False).astype(bool)
    return df[preferred & df["status"].isin(OUTCOME)].copy()


def by_count(exports: pd.DataFrame, route: str, period: str) -> dict[float, pd.DataFrame]:
    """Return the table once for each count of a route in a period, with that count preferred.

    Counts are the preferred row and the rows of the status actual; of several with one value the
    first stands for all. Keyed by value, the count that is preferred in `exports` first. Raises
    ValueError if no row of the period is preferred.
    """
    columns("exports", exports, ["route", "period", "value", "status", "preferred"])
    rows = exports[(exports["route"] == route) & (exports["period"] == period)]
    kept = status_outcome(rows)
    if kept.empty:
        raise ValueError(f"exports: {route!r} has no preferred row in {period!r}")
    counts = pd.concat([kept, rows[rows["status"] == "actual"]]).drop_duplicates("value")
    outcomes = rows.index[rows["status"].isin(OUTCOME)]
    tables = {}
    for at, value in counts["value"].items():
        table = exports.copy()
        table.loc[outcomes, "preferred"] = outcomes == at
        tables[float(value)] = table
    return tables


def _published(exports: pd.DataFrame, routes: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return value and source of one period, indexed by route: one preferred outcome each."""
    columns("exports", exports, ["route", "period", "value", "source"])
    columns("routes", routes, ["route", "part_of"])
    rows = status_outcome(exports)
    rows = rows[rows["period"] == period]
    if rows.empty:
        raise ValueError(f"period: {period!r} has no preferred outcome row in exports")
    twice = rows.loc[rows["route"].duplicated(), "route"]
    if len(twice):
        raise ValueError(f"exports: route {twice.iloc[0]!r} has two preferred rows in {period!r}")
    unknown = rows.loc[~rows["route"].isin(routes["route"]), "route"]
    if len(unknown):
        raise ValueError(f"exports: route {unknown.iloc[0]!r} is not in routes")
    numbers("exports.value", rows["value"])
    return rows.set_index("route")[["value", "source"]].astype({"value": float})


def _denominator(period: str, total: float | None, carried: float) -> tuple[float, str]:
    """Return what shares are a share of, and its name; see `route_balance`."""
    if total is None:
        volume, name = carried, "sum of routes"
    elif carried <= total * (1 + 1e-9):
        volume, name = total, "published total"
    elif carried <= total * (1 + TOLERANCE):
        volume, name = carried, "sum of routes"
    else:
        raise ValueError(
            f"exports: routes add up to {carried:g} in {period!r}, "
            f"more than {TOLERANCE:.0%} above the published total {total:g}"
        )
    if volume <= 0:
        raise ValueError(f"period: {period!r} has no route and no total above zero in exports")
    return volume, name


def route_balance(exports: pd.DataFrame, routes: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return one period's exports by route, adding up to a stated whole.

    Parameters
    ----------
    exports: route, period, value (Mt), status, preferred, source
    routes: route, part_of; a top-level route has part_of "total"
    period: ISO 8601, exactly as in `exports`

    Returns
    -------
    A row for each top-level route published for the period, in the order of `routes`, then, if
    a total is published, the row "unattributed" = total - sum of the routes. Columns: route;
    value (Mt); share = value / denominator (0-1); source (of an unattributed rest: the
    total's); denominator, the same in every row: "published total", or "sum of routes" if no
    total is published or the routes exceed it by at most 2 % (the rest is then zero).

    Raises ValueError for a period without rows, a route with two preferred rows or absent from
    `routes`, a negative value, or routes that exceed the total by more than 2 %.
    """
    published = _published(exports, routes, period)
    top = routes.loc[routes["part_of"] == TOTAL, "route"]
    rows = [(route, *published.loc[route]) for route in top if route in published.index]
    carried = math.fsum(value for _, value, _ in rows)
    total = published["value"].get(TOTAL)
    volume, name = _denominator(period, total, carried)
    if total is not None:
        rest = total - carried
        rest = rest if rest > 1e-9 * total else 0.0
        rows.append((UNATTRIBUTED, rest, published.at[TOTAL, "source"]))
    balance = pd.DataFrame(rows, columns=["route", "value", "source"])
    balance["share"] = balance["value"] / volume
    balance["denominator"] = name
    return balance[["route", "value", "share", "source", "denominator"]]


def split(
    balance: pd.DataFrame, exports: pd.DataFrame, routes: pd.DataFrame, route: str, period: str
) -> pd.DataFrame:
    """Return a `route_balance` in which the published parts of `route` stand for themselves.

    What no part accounts for stays under the name of `route`; it is dropped if nothing is left.
    A balance without the route, or whose route has no published parts or carried nothing, is
    returned as it is. The whole, and so the sum of the shares, stays the same. Raises ValueError
    as `route_balance`, or if the parts exceed the route by more than 2 %.
    """
    published = _published(exports, routes, period)
    names = routes.loc[routes["part_of"] == route, "route"]
    parts = published.loc[[name for name in names if name in published.index]]
    at = balance.index[balance["route"] == route]
    if not len(at) or parts.empty:
        return balance
    whole = balance.loc[at[0]]
    known = float(parts["value"].sum())
    if known > whole["value"] * (1 + TOLERANCE):
        raise ValueError(f"exports: the parts of {route!r} add up to {known:g} in {period!r}")
    rest = max(0.0, whole["value"] - known)
    if not known + rest:
        return balance
    rows = parts.rename_axis("route").reset_index()
    if rest > 1e-9 * whole["value"]:
        rows.loc[len(rows)] = {"route": route, "value": rest, "source": whole["source"]}
    rows["value"] *= whole["value"] / (known + rest)
    rows["share"] = rows["value"] / whole["value"] * whole["share"]
    rows["denominator"] = whole["denominator"]
    pieces = [balance.loc[: at[0] - 1], rows, balance.loc[at[0] + 1 :]]
    return pd.concat(pieces, ignore_index=True)[list(balance.columns)]


def herfindahl(shares: Sequence[float] | np.ndarray | pd.Series) -> float:
    """Return the Herfindahl-Hirschman index, 0 to 10,000.

    HHI = sum of (100 x share)^2. One route has 10,000, n equal routes 10,000 / n. Shares that
    add up to less than 1 give the index as if the rest were spread over countless tiny routes.
    Source: Hirschman, National Power and the Structure of Foreign Trade (1945); Herfindahl,
    Concentration in the Steel Industry (1950); as used by the US DOJ/FTC Merger Guidelines
    (2023): above 1,000 moderately, above 1,800 highly concentrated.

    `shares`: one dimension, fractions 0-1. Raises ValueError if there is none, if one is
    outside 0-1, or if they add up to more than 1.01 (a margin for rounded shares).
    """
    array = numbers("shares", shares, 0, 1)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"shares: {shares!r} must be a list of at least one share")
    if array.sum() > 1.01:
        raise ValueError(f"shares: {array.tolist()} add up to {array.sum():g}, more than 1")
    return float(10_000 * (array**2).sum())


def herfindahl_bounds(balance: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest HHI (0 to 10,000) that fit a `route_balance`.

    Low: the unattributed rest is spread over infinitely many tiny routes and adds nothing.
    High: the rest is one more route of its own, and adds (100 x its share)^2. That one of the
    published routes carried more than was published for it is not considered. Without a
    published total there is no rest: the two are equal, and say nothing of missing routes.
    Raises ValueError as `herfindahl`; for a balance of nothing but the rest, low is 0.
    """
    columns("balance", balance, ["route", "share"])
    known = balance.loc[balance["route"] != UNATTRIBUTED, "share"]
    high = herfindahl(balance["share"])
    return (herfindahl(known) if len(known) else 0.0, high)


class _Reach(NamedTuple):
    """Oil on a route (or on its published parts), and how much of it crosses Russia."""

    volume: float
    low: float
    high: float


def _add(amounts: list[_Reach]) -> _Reach:
    """Return the sum of several."""
    return _Reach(*(math.fsum(column) for column in zip((0.0, 0.0, 0.0), *amounts, strict=True)))


class RouteTree:
    """Routes and their parts, and what crosses Russia by a definition of `russia_dependence`."""

    def __init__(self, routes: pd.DataFrame, definition: str) -> None:
        """Raise ValueError for another definition, or without the column that it needs."""
        if definition not in DEFINITIONS:
            raise ValueError(f"definition: {definition!r} must be one of {DEFINITIONS}")
        self.parts = routes.groupby("part_of", sort=False)["route"].apply(list).to_dict()
        self.crosses: dict[str, bool | None]  # None: unknown
        if definition == "narrow":
            self.crosses = {route: route in NARROW for route in routes["route"]}
        else:
            columns("routes", routes, ["crosses_russia"])
            self.crosses = {
                route: None if pd.isna(crosses) else bool(crosses)
                for route, crosses in zip(routes["route"], routes["crosses_russia"], strict=True)
            }

    def dependence(self, published: Mapping[str, float], period: str) -> tuple[float, float]:
        """Return `russia_dependence` of a period's volumes by route; arithmetic alone.

        Raises ValueError as it does.
        """
        top = {route: self._reach(route, published) for route in self.parts.get(TOTAL, [])}
        total = published.get(TOTAL)
        for route in NARROW:
            if total is None and (route not in top or top[route].volume == 0):
                raise ValueError(
                    f"period: {period!r} has neither a total nor a figure for {route!r}"
                )
        carried, low, high = _add(list(top.values()))
        volume, _ = _denominator(period, total, carried)
        rest = max(volume - carried, 0.0)
        return min(low / volume, 1.0), min((high + rest) / volume, 1.0)

    def _may_cross(self, route: str) -> bool:
        """Whether some oil on the route could cross Russia."""
        parts = self.parts.get(route, [])
        return self.crosses[route] is not False or any(self._may_cross(part) for part in parts)

    def _reach(self, route: str, published: Mapping[str, float]) -> _Reach:
        """Count each tonne once: a crossing route whole, else its crossing parts."""
        parts = self.parts.get(route, [])
        volume, low, high = _add([self._reach(part, published) for part in parts])
        value = published.get(route, volume)
        if self.crosses[route]:
            return _Reach(value, value, value)
        unknown = self.crosses[route] is None or any(
            part not in published and self._may_cross(part) for part in parts
        )
        rest = max(value - volume, 0.0) if unknown else 0.0
        return _Reach(value, min(low, value), min(high + rest, value))


def russia_dependence(
    exports: pd.DataFrame, routes: pd.DataFrame, period: str, definition: str
) -> tuple[float, float]:
    """Return the lowest and highest share (0-1) of one period's exports that crossed Russia.

    definition "narrow": the CPC pipeline and Atyrau-Samara. definition "wide": every route or
    part whose `crosses_russia` is true, so also the part of Aktau's oil that went to
    Makhachkala, and Orenburg; oil to Germany (Druzhba) is inside Atyrau-Samara, counted once.

    share = crossing / denominator, the denominator as in `route_balance`. Low counts the
    unattributed rest as not crossing Russia, high as crossing. In the same way, if a crossing
    part was not published (Makhachkala in a year with only Aktau's total), the route's volume
    not accounted for by its other parts is left out of low and counted in high; so is a route
    with empty `crosses_russia`. A part published without its parent counts for itself.

    Raises ValueError as `route_balance`; for another definition; and if neither a total nor
    any figure for CPC, or for Atyrau-Samara, is published (a share of what is left would
    mislead).
    """
    tree = RouteTree(routes, definition)
    return tree.dependence(_published(exports, routes, period)["value"].to_dict(), period)
