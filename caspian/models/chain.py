"""The Aktau-Baku-BTC chain: which link binds first, and how much oil it lets through.

A chain carries what its weakest link carries. Each link's yearly capacity (Mt) is known only
as a range, so it is drawn from a triangular distribution; the smallest draw is the ceiling.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import triang

from caspian.models._checks import CASES, columns, count, number, numbers, ranges

Range = Sequence[float]  # (low, central, high)

TANKERS = "tankers"
FLEET = ("tankers", "payload_t", "round_trip_days", "operating_days")


def triangular_at(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Return the quantiles of the triangular distribution on low, mode, high at `u`.

    `u` is an array of 0 to 1. Never falls as u, low, mode or high grows; if low = high every
    quantile is that value. Source: :data:`scipy.stats.triang`. Raises ValueError unless
    low <= mode <= high.
    """
    low, high = number("low", low, -np.inf), number("high", high, -np.inf)
    mode = number("mode", mode, -np.inf)
    if not low <= mode <= high:
        raise ValueError(f"mode: {mode:g} is not within low {low:g} and high {high:g}")
    if (width := high - low) == 0:  # a point: no scale for SciPy
        return np.full(u.shape, low)
    return triang.ppf(u, (mode - low) / width, loc=low, scale=width)


def triangular(
    low: float, mode: float, high: float, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Return `n` draws, shape (n,), of the triangular distribution on low, mode, high.

    `triangular_at` uniform numbers in [0, 1). Takes `n` numbers from `rng` always, so that
    with one seed a higher low, mode or high never gives a lower draw. Raises ValueError as
    `triangular_at`, and unless n is a whole number >= 1.
    """
    return triangular_at(rng.random(count("n", n)), low, mode, high)


def _fleet(**fleet: Range) -> pd.DataFrame:
    """Return the fleet's four ranges as columns low, central, high, indexed by factor."""
    for name, values in fleet.items():
        if np.shape(values) != (3,):
            raise ValueError(f"{name}: {values!r} must be (low, central, high)")
        numbers(name, values, above=name == "round_trip_days")
    numbers("operating_days", fleet["operating_days"], 0, 366)
    table = pd.DataFrame.from_dict(fleet, orient="index", columns=CASES)
    ranges("fleet", table.rename_axis("factor").reset_index(), "factor")
    return table.astype(float)


def tanker_link(
    tankers: Range, payload_t: Range, round_trip_days: Range, operating_days: Range
) -> pd.DataFrame:
    """Return what a fleet carries in a year as a link: one row of link, low, central, high (Mt).

    Mt a year = tankers x payload (t) x operating days / round-trip days / 10^6. Each argument
    is (low, central, high); low takes few, light, idle ships on long round trips: every factor
    at its low end, the round trip at its high end. All four at an extreme together is unlikely:
    for draws, `chain_ceiling(..., fleet=...)` draws them apart. Raises ValueError for a range
    that is not three ordered numbers >= 0, a round trip of 0 days, or more than 366 days.
    """
    fleet = _fleet(
        tankers=tankers,
        payload_t=payload_t,
        round_trip_days=round_trip_days,
        operating_days=operating_days,
    )
    trip = fleet.loc["round_trip_days", CASES[::-1]].to_numpy()
    loads = fleet.loc["tankers"] * fleet.loc["payload_t"] * fleet.loc["operating_days"]
    return pd.DataFrame([[TANKERS, *(loads.to_numpy() / trip / 1e6)]], columns=["link", *CASES])


def chain_ceiling(
    links: pd.DataFrame, draws: int, seed: int, fleet: Mapping[str, Range] | None = None
) -> pd.DataFrame:
    """Return `draws` random states of the chain, one row each.

    Parameters
    ----------
    links: link, low, central, high: capacity in Mt a year, drawn independently as `triangular`
    draws: number of rows
    seed: of NumPy's PCG64 generator; the same seed gives the same rows
    fleet: the four arguments of `tanker_link` by name; adds a link "tankers" at the end whose
        four factors are drawn apart and multiplied. Without it, tankers are a row of `links`.

    Returns
    -------
    One column per link (Mt a year), in the order given; ceiling = the smallest of them;
    binding = the name of that link (categorical, categories in the order of the links; of equal
    links the first). A link added at the end leaves the draws of the others as they were.

    Raises ValueError for no link, two of one name, a name "ceiling" or "binding", a negative
    capacity, a range out of order, draws < 1, or as `tanker_link`.
    """
    limits = ranges("links", links, "link", minimum=0).to_numpy()
    names = list(links["link"]) + ([TANKERS] if fleet is not None else [])
    for name in names:
        if names.count(name) > 1 or name in ("ceiling", "binding"):
            raise ValueError(f"links: the name {name!r} is taken")
    if not names:
        raise ValueError("links: there is none")
    draws = count("draws", draws)
    rng = np.random.Generator(np.random.PCG64(seed))
    capacity = np.empty((len(names), draws))
    for row, (low, central, high) in enumerate(limits):
        capacity[row] = triangular(low, central, high, draws, rng)
    if fleet is not None:
        if set(fleet) != set(FLEET):
            raise ValueError(f"fleet: {sorted(fleet)} must be {sorted(FLEET)}")
        factors = _fleet(**fleet)
        tankers, payload, trip, days = (
            triangular(low, central, high, draws, rng)
            for low, central, high in factors.loc[list(FLEET)].to_numpy()
        )
        capacity[-1] = tankers * payload * days / trip / 1e6

    ceiling = capacity[0].copy()
    binding = np.zeros(draws, dtype=np.int8)
    for row in range(1, len(names)):
        binding[capacity[row] < ceiling] = row
        np.minimum(ceiling, capacity[row], out=ceiling)
    frame = pd.DataFrame(capacity.T, columns=names)
    frame["ceiling"] = ceiling
    frame["binding"] = pd.Categorical.from_codes(binding, categories=names)
    return frame


def binding_share(draws: pd.DataFrame) -> pd.DataFrame:
    """Return how often each link binds: link, share (0-1 of the draws), in the chain's order.

    `draws`: a result of `chain_ceiling`. Links that never bind have share 0; shares add up to
    1. Raises ValueError if the column "binding" is missing or there is no draw.
    """
    columns("draws", draws, ["binding"])
    if draws.empty:
        raise ValueError("draws: there is none")
    shares = draws["binding"].value_counts(normalize=True, sort=False)
    return pd.DataFrame({"link": list(shares.index), "share": shares.to_numpy(dtype=float)})


def ceiling_quantiles(
    draws: pd.DataFrame, quantiles: Sequence[float] = (0.05, 0.5, 0.95)
) -> pd.Series:
    """Return quantiles of the ceiling (Mt a year): a Series indexed by quantile.

    `draws`: a result of `chain_ceiling`; quantiles between 0 and 1, interpolated linearly.
    Raises ValueError if the column "ceiling" is missing, there is no draw, or a quantile is
    outside 0-1.
    """
    columns("draws", draws, ["ceiling"])
    if draws.empty:
        raise ValueError("draws: there is none")
    wanted = numbers("quantiles", list(quantiles), 0, 1)
    return draws["ceiling"].quantile(wanted).rename_axis("quantile")


def taken_in_outage(ceiling_mt: float, used_mt: float, blocked_kt: float, days: float) -> float:
    """Return the share (0-1) of the oil blocked elsewhere that the chain's spare room takes.

    (ceiling - used) x 1,000 x days / 365 / blocked, at most 1, and 0 for a chain that is full.
    ceiling and used in Mt a year; blocked in kt over `days`. Raises ValueError for a negative
    argument, or if nothing is blocked.
    """
    spare = max(0.0, number("ceiling_mt", ceiling_mt) - number("used_mt", used_mt))
    blocked = number("blocked_kt", blocked_kt, above=True)
    return min(1.0, spare * 1_000 * number("days", days) / 365 / blocked)
