"""Capacity against demand, segment by segment: how full, and how much room.

All in million tonnes (Mt) a year. Of a segment's capacity the corridor may use a share, and
other traffic takes a part of that. Capacities are ranges; an empty one is unknown, and so is
what follows from it.
"""

import numpy as np
import pandas as pd

from caspian.models._checks import CASES, bounds, column, ranges, unique


def _room(segments: pd.DataFrame) -> pd.DataFrame:
    """Return usable_low, usable_high and other (Mt a year), indexed by segment, checked."""
    unique("segments", segments, "segment")
    low, high = bounds("segments", segments, "segment", "capacity", above=True)
    share, other = 1.0, pd.Series(0.0, index=segments.index)
    if "share" in segments:
        share = column("segments", segments, "segment", "share", 0, 1, above=True)
    if "other" in segments:
        other = column("segments", segments, "segment", "other")
    room = pd.DataFrame({"usable_low": share * low, "usable_high": share * high, "other": other})
    return room.set_axis(pd.Index(segments["segment"], name="segment"))


def _demand(demand: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    """Return low, central, high (Mt a year) for every segment."""
    if "segment" not in demand:
        if len(demand) != 1:
            raise ValueError(f"demand: {len(demand)} rows but no column 'segment', 1 is needed")
        whole = ranges("demand", demand.assign(segment="corridor"), "segment", minimum=0)
        return pd.DataFrame(np.repeat(whole.to_numpy(), len(names), axis=0), names, CASES)
    unique("demand", demand, "segment")
    unknown = demand.loc[~demand["segment"].isin(names), "segment"]
    if len(unknown):
        raise ValueError(f"demand: segment {unknown.iloc[0]!r} is not in segments")
    missing = names[~names.isin(demand["segment"])]
    if len(missing):
        raise ValueError(f"demand: segment {missing[0]!r} is missing")
    own = ranges("demand", demand, "segment", minimum=0)
    return own.set_axis(pd.Index(demand["segment"])).loc[names]


def utilisation(segments: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """Return how full each segment is in each scenario of demand, one row each.

    utilisation = (demand + other) / (share x capacity); headroom = share x capacity - other -
    demand. Above 1, or below 0, the demand does not fit.

    Parameters
    ----------
    segments: segment; capacity_low, capacity_high (Mt a year, above 0; both empty: unknown);
        if given, share (of the capacity that the corridor may use, above 0, at most 1; without
        it 1) and other (Mt a year of other traffic within that share; without it 0)
    demand: low, central, high (Mt a year); one row for the whole corridor, or a column segment
        and a row for every segment

    Returns
    -------
    segment, scenario (low, central, high), demand_mt, utilisation_low, utilisation_high (at
    the high and at the low end of capacity), headroom_low, headroom_high (Mt a year, at the low
    and at the high end). Segments in the order given, scenarios varying fastest.

    Raises ValueError naming the row for a segment given twice, a capacity or range out of
    order, a share outside 0-1, a negative demand, or a demand without its segment.
    """
    room = _room(segments)
    tables = {}
    for scenario, wanted in _demand(demand, room.index).items():
        used = wanted + room["other"]
        tables[scenario] = pd.DataFrame(
            {
                "demand_mt": wanted,
                "utilisation_low": used / room["usable_high"],
                "utilisation_high": used / room["usable_low"],
                "headroom_low": room["usable_low"] - used,
                "headroom_high": room["usable_high"] - used,
            }
        )
    table = pd.concat(tables, names=["scenario", "segment"]).reset_index()
    order = table["segment"].map({name: place for place, name in enumerate(room.index)})
    table = table.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)
    return table[["segment", "scenario", *table.columns[2:]]]
