"""Trade of a bloc with itself: one rule for the sum, and a measure that allows for its size.

The rule. A flow is what one member exports to another, as one count has it; each flow is counted
once, so a pair counts twice, once in each direction. The share is these exports over all exports
of the members, in per cent; with imports, twice the flows over exports and imports together.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from caspian.models._checks import columns, number


def members(table: pd.DataFrame, bloc: str, year: int) -> list[str]:
    """Return the countries that count as members of `bloc` in `year`, alphabetically.

    `table`: bloc, country, composition, counted_from. A bloc by `membership` has a country from
    the year `counted_from`; a `fixed` one has the same set in every year. Raises ValueError for
    a bloc that the table lacks, and for one that has no member yet in that year.
    """
    columns("members", table, ["bloc", "country", "composition", "counted_from"])
    own = table[table["bloc"] == bloc]
    if own.empty:
        raise ValueError(f"members: no bloc {bloc!r}, found {sorted(set(table['bloc']))}")
    start = pd.to_numeric(own["counted_from"], errors="coerce")
    there = own[(own["composition"] == "fixed") | (start <= year)]
    if there.empty:
        first = f"{start.min():.0f}"
        raise ValueError(f"members: {bloc!r} counts nobody in {year}; its first year is {first}")
    return sorted(there["country"])


def _group(name: str, countries: Iterable[str]) -> list[str]:
    group = list(countries)
    if len(group) < 2 or len(set(group)) < len(group):
        raise ValueError(f"{name}: {group} must be two or more countries, each once")
    return group


def intra(flows: pd.DataFrame, totals: pd.DataFrame, countries: Sequence[str]) -> pd.DataFrame:
    """Return the trade of `countries` with each other, a row a count and year.

    `flows`: count, exporter, importer, period, value; `totals`: count, country, flow ("exports"
    or "imports"), period, value, complete; in one unit. A flow or total that is absent is
    unknown, never zero.

    Columns: count, year, value (the flows that are known, in their unit), flows (how many),
    possible (n (n - 1)), exports and imports of the group with the world (NaN unless known for
    all of it), complete (every flow is known and every total known to be whole), share_exports =
    100 value / exports and share_both = 200 value / (exports + imports), in per cent. With flows
    missing, value and shares are lower bounds. Raises ValueError for a group of fewer than two or
    with a country twice, a trade of a country with itself, a flow given twice, and a value below 0.
    """
    group = _group("countries", countries)
    columns("flows", flows, ["count", "exporter", "importer", "period", "value"])
    columns("totals", totals, ["count", "country", "flow", "period", "value", "complete"])
    own = flows[flows["exporter"].isin(group) & flows["importer"].isin(group)]
    for row in own.itertuples():
        where = f"{row.exporter}-{row.importer} in {row.period} by {row.count}"
        if row.exporter == row.importer:
            raise ValueError(f"flows: {where} is trade of a country with itself")
        number(f"flows: {where}", row.value)
    keys = ["count", "exporter", "importer", "period"]
    if own.duplicated(keys).any():
        twice = own[own.duplicated(keys)].iloc[0]
        raise ValueError(
            f"flows: {twice['exporter']}-{twice['importer']} in {twice['period']} by "
            f"{twice['count']} is given twice"
        )
    found = (
        own.groupby(["count", "period"], sort=False)["value"]
        .agg(value="sum", flows="size")
        .reset_index()
    )
    found["possible"] = len(group) * (len(group) - 1)
    whole = totals[totals["country"].isin(group)]
    for flow in ("exports", "imports"):
        side = whole[whole["flow"] == flow].groupby(["count", "period"])
        known = side["value"].sum().where(side["country"].nunique() == len(group))
        found = found.join(known.rename(flow), on=["count", "period"])
    marked = whole.groupby(["count", "period"])["complete"].all().rename("complete")
    found = found.join(marked, on=["count", "period"])
    found["complete"] = (
        (found["flows"] == found["possible"])
        & found["complete"].astype("boolean").fillna(False).astype(bool)
        & found["exports"].notna()
    )
    found["share_exports"] = 100 * found["value"] / found["exports"]
    found["share_both"] = 200 * found["value"] / (found["exports"] + found["imports"])
    found = found.rename(columns={"period": "year"}).astype({"year": int})
    return found.sort_values(["count", "year"], ignore_index=True)


class Intensity(NamedTuple):
    """How much a bloc trades with itself, allowing for its size. Shares are 0-1."""

    share: float  # of its trade that stays inside: S
    size: float  # its share of the trade of the rest of the world: V
    trade_intensity: float  # the share over the bloc's share of world trade
    homogeneous: float  # HI = S / V: how many times what outsiders do
    introversion: float  # from -1 through 0 (neutral) to 1 (only with itself)


def intensity(inside: float, exports: float, imports: float, world: float) -> Intensity:
    """Return the size-adjusted measures of a bloc's trade with itself.

    `inside`: exports of members to each other; `exports`, `imports`: with all partners, `inside`
    included; `world`: all exports of the world; one unit. With T_i = exports + imports, T_ii =
    2 inside, T_o = 2 world - T_i and T_oi = T_i - T_ii:

        S = T_ii / T_i                   V = T_oi / T_o
        trade intensity = S / (T_i / (2 world))
        HI = S / V                       HE = (1 - S) / (1 - V)
        introversion = (HI - HE) / (HI + HE)

    Source: Iapadre, Regional integration agreements and the geography of world trade (UNU-CRIS,
    2004), and Hamanaka, The selection of trade integration indicators (ADB working paper 455,
    2015). The plain intensity falls as a bloc grows even if nothing else changes; the others
    compare the bloc with what outsiders trade with it. Raises ValueError if a figure is negative,
    `inside` is above exports or imports, or the bloc has all trade of the world.
    """
    number("inside", inside)
    for name, value in (("exports", exports), ("imports", imports)):
        if number(name, value, above=True) < inside:
            raise ValueError(f"{name}: {value:g} is less than the trade inside, {inside:g}")
    own, outside = exports + imports, 2 * number("world", world, above=True) - exports - imports
    if outside <= 0:
        raise ValueError(f"world: {world:g} leaves nothing to others than the bloc's {own:g}")
    share, size = 2 * inside / own, (own - 2 * inside) / outside
    if not 0 < size < 1:
        raise ValueError(f"world: outsiders would do {size:.0%} of their trade with the bloc")
    hi, he = share / size, (1 - share) / (1 - size)
    return Intensity(share, size, share / (own / (2 * world)), hi, (hi - he) / (hi + he))


def intensities(table: pd.DataFrame) -> pd.DataFrame:
    """Return `intensity` for every bloc of a table with bloc, measure and value.

    Measures are intra, exports and imports; the world is the bloc "world" with exports. Columns:
    bloc, those of Intensity, and intra, exports, imports. Raises ValueError for a bloc without
    one of the three, or a table without the world.
    """
    columns("table", table, ["bloc", "measure", "value"])
    wide = table.pivot(index="bloc", columns="measure", values="value")
    if "world" not in wide.index or pd.isna(wide.at["world", "exports"]):
        raise ValueError('table: no exports of the bloc "world"')
    world, rows = wide.at["world", "exports"], []
    for bloc, row in wide.drop(index="world").iterrows():
        if row[["intra", "exports", "imports"]].isna().any():
            raise ValueError(f"table: {bloc!r} needs intra, exports and imports, got {dict(row)}")
        found = intensity(row["intra"], row["exports"], row["imports"], world)
        rows.append({"bloc": bloc, **found._asdict(), **row[["intra", "exports", "imports"]]})
    return pd.DataFrame(rows)


def expected_share(size: float | np.ndarray, homogeneous: float = 1.0) -> np.ndarray:
    """Return the inside share (0-1) of a bloc of `size` at one intensity: HI x V, at most 1.

    At 1 the members trade with each other exactly as outsiders trade with them. Raises
    ValueError for a negative argument.
    """
    number("homogeneous", homogeneous)
    return np.minimum(1.0, homogeneous * np.asarray(size, dtype=float))
