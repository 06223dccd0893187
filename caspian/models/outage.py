"""What an outage of an export route costs: oil rerouted, stored, and not produced.

Volumes in thousand tonnes (kt), rates in kt a day, prices in USD per barrel, money in USD
million. A mass balance, not a forecast: the flow before the outage goes first to other routes,
then into storage, and what neither can take is not produced.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from caspian.models._checks import CASES, Numbers, columns, number, numbers, ranges

# parameter -> the bound of its range that loses least, and the one that loses most
FAVOURABLE = {
    "capacity_cut": ("low", "high"),
    "storage_kt": ("high", "low"),
    "reroute_kt_per_day": ("high", "low"),
    "price_usd_per_bbl": ("low", "high"),
    "barrels_per_tonne": ("low", "high"),
}


@dataclass(frozen=True)
class Outage:
    """One outage. shortfall = rerouted + stored + curtailed."""

    days: float
    shortfall_kt: float  # what the route did not carry
    rerouted_kt: float  # sent by other routes
    stored_kt: float  # deferred: shipped later
    curtailed_kt: float  # not produced
    deferred_barrels: float  # stored, in barrels
    lost_barrels: float  # curtailed, in barrels
    deferred_usd_mn: float  # stored, at the price
    lost_usd_mn: float  # curtailed, at the price
    days_until_curtailed: float  # until storage is full; infinite if other routes take all


def _balance(
    days: np.ndarray,
    flow_kt_per_day: np.ndarray,
    capacity_cut: np.ndarray,
    storage_kt: np.ndarray,
    reroute_kt_per_day: np.ndarray,
    price_usd_per_bbl: np.ndarray,
    barrels_per_tonne: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return the fields of `Outage` as arrays of the arguments' common shape."""
    blocked = flow_kt_per_day * capacity_cut
    rerouted = np.minimum(reroute_kt_per_day, blocked)
    net = blocked - rerouted
    stored = np.minimum(storage_kt, net * days)
    curtailed = net * days - stored
    stopped = net > 0
    until = np.where(stopped, storage_kt / np.where(stopped, net, 1.0), np.inf)
    deferred_barrels = stored * 1_000 * barrels_per_tonne
    lost_barrels = curtailed * 1_000 * barrels_per_tonne
    return {
        "days": days,
        "shortfall_kt": blocked * days,
        "rerouted_kt": rerouted * days,
        "stored_kt": stored,
        "curtailed_kt": curtailed,
        "deferred_barrels": deferred_barrels,
        "lost_barrels": lost_barrels,
        "deferred_usd_mn": deferred_barrels * price_usd_per_bbl / 1e6,
        "lost_usd_mn": lost_barrels * price_usd_per_bbl / 1e6,
        "days_until_curtailed": until,
    }


def _checked(
    days: Numbers,
    flow_kt_per_day: Numbers,
    capacity_cut: Numbers,
    storage_kt: Numbers,
    reroute_kt_per_day: Numbers,
    price_usd_per_bbl: Numbers,
    barrels_per_tonne: Numbers,
) -> dict[str, np.ndarray]:
    """Return the arguments as float arrays; ValueError naming the one that is impossible."""
    return {
        "days": numbers("days", days),
        "flow_kt_per_day": numbers("flow_kt_per_day", flow_kt_per_day),
        "capacity_cut": numbers("capacity_cut", capacity_cut, 0, 1),
        "storage_kt": numbers("storage_kt", storage_kt),
        "reroute_kt_per_day": numbers("reroute_kt_per_day", reroute_kt_per_day),
        "price_usd_per_bbl": numbers("price_usd_per_bbl", price_usd_per_bbl),
        "barrels_per_tonne": numbers("barrels_per_tonne", barrels_per_tonne, above=True),
    }


def outage(
    days: float,
    flow_kt_per_day: float,
    capacity_cut: float,
    storage_kt: float,
    reroute_kt_per_day: float,
    price_usd_per_bbl: float,
    barrels_per_tonne: float,
) -> Outage:
    """Return what an outage of `days` does.

    blocked = flow x cut (kt/day); rerouted = min(reroute, blocked); net = blocked - rerouted;
    stored = min(storage, net x days) (kt); curtailed = net x days - stored;
    barrels = kt x 1,000 x barrels per tonne; USD mn = barrels x price / 10^6;
    days until curtailed = storage / net.

    capacity_cut is the share (0-1) of the route's flow that is blocked, storage_kt the room
    free at the start, reroute_kt_per_day the spare capacity of all other routes. "Lost" oil
    stays in the ground: what it is worth later is `diversification.lost_fraction`'s subject.
    Raises ValueError for a negative or infinite argument, a cut outside 0-1, or
    barrels_per_tonne of 0.
    """
    arguments = _checked(
        days,
        flow_kt_per_day,
        capacity_cut,
        storage_kt,
        reroute_kt_per_day,
        price_usd_per_bbl,
        barrels_per_tonne,
    )
    arguments = {name: np.asarray(number(name, value)) for name, value in arguments.items()}
    return Outage(**{name: float(value) for name, value in _balance(**arguments).items()})


def expressions(
    days: str, flow_kt_per_day: str, capacity_cut: str, storage_kt: str, reroute_kt_per_day: str
) -> dict[str, str]:
    """Return rerouted, stored and curtailed of `outage`, in kt, as expressions of Vega."""
    blocked = f"({flow_kt_per_day}) * ({capacity_cut})"
    net = f"max(0, {blocked} - ({reroute_kt_per_day})) * ({days})"
    return {
        "rerouted": f"min({reroute_kt_per_day}, {blocked}) * ({days})",
        "stored": f"min({storage_kt}, {net})",
        "curtailed": f"max(0, {net} - ({storage_kt}))",
    }


def outage_table(days: Numbers, **parameters: Numbers) -> pd.DataFrame:
    """Return `outage` for every element of its broadcast arguments, one row each.

    `parameters` are the other arguments of `outage`, each a number or an array. NumPy's
    broadcasting applies: days of shape (n,) with a cut of shape (m, 1) gives m x n rows, days
    varying fastest. Columns: the seven arguments, then the other fields of `Outage`. Raises
    ValueError as `outage` and for shapes that do not fit; TypeError for another argument.
    """
    arguments = _checked(days, **parameters)
    try:
        arrays = np.broadcast_arrays(*arguments.values())
    except ValueError:
        shapes = {name: value.shape for name, value in arguments.items() if value.ndim}
        raise ValueError(f"days and parameters: shapes {shapes} do not fit together") from None
    flat = {name: np.ravel(value) for name, value in zip(arguments, arrays, strict=True)}
    return pd.DataFrame(flat | _balance(**flat))


def outage_range(days: Numbers, flow_kt_per_day: float, parameters: pd.DataFrame) -> pd.DataFrame:
    """Return `outage_table` in three cases, as a range around the central one.

    `parameters`: columns parameter, low, central, high, with rows for capacity_cut, storage_kt,
    reroute_kt_per_day, price_usd_per_bbl and barrels_per_tonne; others are not used.
    favourable takes the end of every range that loses least (low cut, price and barrels per
    tonne; high storage and rerouting), unfavourable the other end: together wider than any
    likely range. Returns `outage_table`'s columns after `case` (favourable, central,
    unfavourable), for each case one row per element of `days` (a number or one dimension).
    Raises ValueError for a missing or double parameter, a range out of order, or as `outage`.
    """
    columns("parameters", parameters, ["parameter", *CASES])
    used = parameters[parameters["parameter"].isin(FAVOURABLE)]
    missing = [name for name in FAVOURABLE if name not in set(used["parameter"])]
    if missing:
        raise ValueError(f"parameters: {missing[0]!r} is missing")
    twice = used.loc[used["parameter"].duplicated(), "parameter"]
    if len(twice):
        raise ValueError(f"parameters: {twice.iloc[0]!r} is given twice")
    values = ranges("parameters", used, "parameter").set_axis(list(used["parameter"]))
    bounds = {
        "favourable": {name: best for name, (best, _) in FAVOURABLE.items()},
        "central": dict.fromkeys(FAVOURABLE, "central"),
        "unfavourable": {name: worst for name, (_, worst) in FAVOURABLE.items()},
    }
    tables = {
        case: outage_table(
            days,
            flow_kt_per_day=flow_kt_per_day,
            **{name: values.at[name, bound] for name, bound in chosen.items()},
        )
        for case, chosen in bounds.items()
    }
    return pd.concat(tables, names=["case"]).reset_index("case").reset_index(drop=True)


def cut_on_base(carried_kt_per_day: float, base_kt_per_day: float) -> float:
    """Return the share (0-1) of a base flow that is cut when so much is still carried.

    1 - carried / base, 0 if as much as the base is carried. The base must be the flow to which
    the cut is applied: a cut against a weak month is smaller than the same one against a year.
    Raises ValueError for a negative argument or a base of 0.
    """
    base = number("base_kt_per_day", base_kt_per_day, above=True)
    return max(0.0, 1 - number("carried_kt_per_day", carried_kt_per_day) / base)


def without_each(seen: pd.Series) -> pd.DataFrame:
    """Return each reading beside what the others would have it be, by the index of `seen`.

    predicted = the median of the others; error = predicted - seen (positive: the others predict
    too much). Raises ValueError for fewer than two readings or one that is not finite.
    """
    values = numbers("seen", seen, -np.inf)
    if values.size < 2:
        raise ValueError(f"seen: {values.size} readings, two are needed")
    predicted = [float(np.median(np.delete(values, at))) for at in range(values.size)]
    table = pd.DataFrame({"seen": values, "predicted": predicted}, index=seen.index)
    return table.assign(error=table["predicted"] - table["seen"])


def backtest(
    predicted_low: float, predicted: float, predicted_high: float, observed: float
) -> dict[str, float | bool]:
    """Return a prediction beside what was observed, all in one unit.

    error = predicted - observed (positive: the model predicts too much); error_share =
    error / observed, not a number if nothing was observed; inside: whether the observation
    lies within low and high, both included. The four arguments are in the result too. Raises
    ValueError for a value that is not finite, or unless low <= predicted <= high.
    """
    low = number("predicted_low", predicted_low, -np.inf)
    central = number("predicted", predicted, -np.inf)
    high = number("predicted_high", predicted_high, -np.inf)
    seen = number("observed", observed, -np.inf)
    if not low <= central <= high:
        raise ValueError(f"predicted: {central:g} is not within {low:g} and {high:g}")
    return {
        "predicted_low": low,
        "predicted": central,
        "predicted_high": high,
        "observed": seen,
        "error": central - seen,
        "error_share": (central - seen) / seen if seen else float("nan"),
        "inside": low <= seen <= high,
    }
