"""Door-to-door time as a distribution, from what is known of each leg: a least, a usual, a most.

Why triangular: the sources give a leg's time as "3 to 6 days", seldom with a usual value and
never with a sample. A triangular distribution needs just these three numbers, stays within
them, and puts no more shape on them than they hold; it stands in for the beta (PERT) in such
cases (Johnson, The triangular distribution as a proxy for the beta distribution in risk
analysis, The Statistician 46, 1997). Its price: nothing longer than `high` ever happens, so a
blocked border or a detention is a stop on top, met by few (:func:`with_stops`).

Why correlated: a storm or a shortage of ships holds up a port and the border behind it in the
same week. Waits share one common factor through a Gaussian copula; the correlation is an
assumption, as nobody publishes it. Movement is taken as independent.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from caspian.models._checks import CASES, column, columns, count, number, numbers, ranges, unique
from caspian.models.chain import triangular_at

MOVING = "moving"
WAITING = "waiting"
TOTAL = "total"


def journey(
    path: pd.DataFrame, parameters: pd.DataFrame, start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Return the legs of a route, or of its part from `start` to `end`, for :func:`door_to_door`.

    One train or ship runs fast or slow as a whole, so what lies between two waits is one leg:
    the sums of its shortest and longest days, and the middle between them.

    Parameters
    ----------
    path: to_node, from_node, days_low, days_high (days), in the order of travel
    parameters: low, central, high (days) of the waits, indexed `wait_` and the node
    start, end: nodes; None for the route's own
    """
    path = path.reset_index(drop=True)
    first = 0 if start is None else path.index[path["from_node"] == start][0]
    last = len(path) - 1 if end is None else path.index[path["to_node"] == end][0]
    part = path.loc[first:last]
    waits = "wait_" + part["to_node"]
    stretch = waits.isin(parameters.index).shift(fill_value=False).cumsum()
    rows = []
    for _, legs in part.groupby(stretch):
        to = legs["to_node"].iloc[-1]
        # Added up in order, so that the last digit is the same on every machine
        low, high = legs[["days_low", "days_high"]].cumsum().iloc[-1]
        rows.append((f"to {to}", MOVING, low, (low + high) / 2, high))
        if legs.index[-1] < last:
            rows.append((f"wait_{to}", WAITING, *parameters.loc[f"wait_{to}", CASES]))
    return pd.DataFrame(rows, columns=["leg", "kind", *CASES])


def door_to_door(legs: pd.DataFrame, draws: int, seed: int, correlation: float) -> pd.DataFrame:
    """Return `draws` random journeys, one row each: the days of every leg, and their total.

    A moving leg takes triangular(low, central, high) at a uniform number of its own. A waiting
    leg takes it at Phi(sqrt(correlation) f + sqrt(1 - correlation) e), where f is one standard
    normal number a journey, shared by all waits, e is the leg's own, and Phi is the normal
    distribution function: a one-factor Gaussian copula. Each leg keeps its triangular
    distribution whatever the correlation; the spread of the total grows with it. Source: Li, On
    default correlation: a copula function approach, Journal of Fixed Income 9 (2000).

    Parameters
    ----------
    legs: leg, kind ("moving" or "waiting"), low, central, high (days, >= 0)
    draws: number of rows
    seed: of NumPy's PCG64 generator; the same seed gives the same rows
    correlation: between the waits' normal numbers, 0 to 1

    Returns
    -------
    One column per leg (days), in the order given, and `total`. A leg added at the end leaves
    the draws of the others as they were.

    Raises ValueError for no leg, a leg given twice or named "total", another kind, a negative
    time, a range out of order, draws < 1, or a correlation outside 0-1.
    """
    columns("legs", legs, ["leg", "kind"])
    unique("legs", legs, "leg")
    if legs.empty or TOTAL in set(legs["leg"]):
        raise ValueError(f"legs: {list(legs['leg'])} must be at least one, none named {TOTAL!r}")
    wrong = legs[~legs["kind"].isin([MOVING, WAITING])]
    if len(wrong):
        leg, kind = wrong[["leg", "kind"]].iloc[0]
        raise ValueError(f"legs: kind {kind!r} of {leg!r} must be {MOVING!r} or {WAITING!r}")
    limits = ranges("legs", legs, "leg", minimum=0).to_numpy()
    rho = number("correlation", correlation, 0, 1)
    draws = count("draws", draws)

    rng = np.random.Generator(np.random.PCG64(seed))
    factor = rng.standard_normal(draws) * np.sqrt(rho)
    days = np.empty((len(legs) + 1, draws))
    for row, (kind, limit) in enumerate(zip(legs["kind"], limits, strict=True)):
        if kind == WAITING:
            u = ndtr(factor + rng.standard_normal(draws) * np.sqrt(1 - rho))
        else:
            u = rng.random(draws)
        days[row] = triangular_at(u, *limit)
    days[-1] = days[:-1].sum(axis=0)
    return pd.DataFrame(days.T, columns=[*legs["leg"], TOTAL])


def with_stops(draws: pd.DataFrame, stops: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the journeys with closures and detentions on top: a mixture.

    A journey meets each stop with its chance, alone, and then stands for a time between nothing
    and the longest, each as likely: a train comes at any moment of a closure. So a stop adds
    chance x longest / 2 days to the mean.

    Parameters
    ----------
    draws: a result of :func:`door_to_door`
    stops: stop (its name), chance (0-1), longest (days, >= 0)
    seed: as in :func:`door_to_door`

    Returns
    -------
    `draws` with a column for each stop (days), before a new `total`. Raises ValueError as
    :func:`door_to_door`.
    """
    unique("stops", stops, "stop")
    chance = column("stops", stops, "stop", "chance", 0, 1).to_numpy()
    longest = column("stops", stops, "stop", "longest").to_numpy()
    rng = np.random.Generator(np.random.PCG64(seed))
    met = rng.random((len(draws), len(stops))) < chance
    stood = met * rng.random((len(draws), len(stops))) * longest
    more = pd.DataFrame(stood, columns=list(stops["stop"]), index=draws.index)
    total = _total(draws) + more.sum(axis=1)
    return draws.drop(columns=TOTAL).join(more).assign(**{TOTAL: total})


def against_band(low: pd.Series, high: pd.Series, least: float, most: float) -> pd.Series:
    """Return where published times (days, `low` to `high`) lie against a modelled band.

    "inside" (all of it), "faster" or "slower" (none of it), "part" (some of it).
    """
    place = np.select(
        [(low >= least) & (high <= most), high < least, low > most],
        ["inside", "faster", "slower"],
        "part",
    )
    return pd.Series(place, index=low.index)


def chance_later(draws: pd.DataFrame, deadline: float) -> float:
    """Return the share (0-1) of journeys that take more days than the deadline."""
    return float((_total(draws) > number("deadline", deadline)).mean())


def _total(draws: pd.DataFrame) -> pd.Series:
    """Return the totals of a result of `door_to_door`."""
    columns("draws", draws, [TOTAL])
    if draws.empty:
        raise ValueError("draws: there is none")
    return draws[TOTAL]


def quantiles(draws: pd.DataFrame, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> pd.Series:
    """Return quantiles of the total (days): a Series indexed by quantile.

    `draws`: a result of `door_to_door`; levels between 0 and 1, interpolated linearly. Raises
    ValueError if the column "total" is missing, there is no draw, or a level is outside 0-1.
    """
    wanted = numbers("levels", list(levels), 0, 1)
    return _total(draws).quantile(wanted).rename_axis("quantile")


def share_within(draws: pd.DataFrame, low: float, high: float) -> float:
    """Return the share (0-1) of journeys of `low` to `high` days, both included.

    For a promise such as "13 to 15 days". Raises ValueError as `quantiles`, for a negative
    time, or unless low <= high.
    """
    least, most = number("low", low), number("high", high)
    if least > most:
        raise ValueError(f"low: {least:g} is above high {most:g}")
    return float(_total(draws).between(least, most).mean())


def contributions(draws: pd.DataFrame) -> pd.DataFrame:
    """Return how much of the journey's time and of its spread each leg makes.

    share = covariance(leg, total) / variance(total), which adds up to 1 over the legs; a wait
    gets its part of what it has in common with the others. Not a number if the total does not
    vary. `draws`: a result of `door_to_door`. Returns leg, mean_days, share, in the journey's
    order. Raises ValueError as `quantiles`.
    """
    total = _total(draws)
    legs = draws.drop(columns=TOTAL)
    centred = (total - total.mean()).to_numpy()
    variance = centred @ centred
    with_total = legs.to_numpy().T @ centred  # the legs' own means drop out
    share = with_total / variance if variance > 0 else np.full(legs.shape[1], np.nan)
    return pd.DataFrame(
        {"leg": list(legs.columns), "mean_days": legs.mean().to_numpy(), "share": share}
    )
