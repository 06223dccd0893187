"""A quantity to a year ahead in three cases: it stays, goes on as before, or keeps the promise."""

import pandas as pd

from caspian.models._checks import count, number
from caspian.models.growth import required_growth

CASES = ["low", "central", "high"]


def growth_cases(history: pd.Series, promised: float, until: int) -> pd.DataFrame:
    """Return the yearly growth of three cases and where each leads by the year `until`.

    `history`: a series of at least two years (index) in one unit, above 0; `promised`: what was
    announced for `until`, in the same unit. low: no growth after the last year. central: the
    compound yearly growth from the first to the last year of `history` goes on. high: the growth
    that leads to `promised`. Columns: case, growth (0.1 = 10 % a year), value in `until`. The cases
    are not ordered by size: past growth may exceed the promise. Raises ValueError for fewer than
    two years, or `until` not after the last one.
    """
    if len(history) < 2:
        raise ValueError(f"history: {len(history)} year; past growth needs two")
    first, last = int(history.index[0]), int(history.index[-1])
    if until <= last:
        raise ValueError(f"until: {until!r} must be after the last year, {last}")
    now = number("history", history.iloc[-1], above=True)
    rates = {
        "low": 0.0,
        "central": required_growth(history.iloc[0], now, last - first),
        "high": required_growth(now, promised, until - last),
    }
    values = [now * (1 + rate) ** (until - last) for rate in rates.values()]
    return pd.DataFrame({"case": CASES, "growth": rates.values(), "value": values})


def path(last_year: int, value: float, growth: float, until: int) -> pd.DataFrame:
    """Return year and value from `last_year` to `until`, value x (1 + growth)^years.

    Raises ValueError for a value below 0, a growth of -1 or less, or `until` before `last_year`.
    """
    years = range(count("last_year", last_year), count("until", until) + 1)
    if not len(years):
        raise ValueError(f"until: {until!r} must not be before {last_year}")
    factor = 1 + number("growth", growth, -1, above=True)
    start = number("value", value)
    return pd.DataFrame(
        {"year": years, "value": [start * factor ** (y - last_year) for y in years]}
    )


def outages_a_year(
    outages: float,
    flow_kt_per_day: float,
    cut: float,
    storage_kt: float,
    reroute_kt_per_day: float,
    days: float = 30,
) -> float:
    """Return the oil not produced in a year of equal outages, kt.

    Each outage blocks flow x cut x days, less what is rerouted (kt a day, at most what is blocked)
    and what the free tanks take (kt): the balance of `caspian.models.outage`, summed over
    `outages` a year; tanks are empty again before the next. Raises ValueError for a negative
    argument or a cut above 1.
    """
    blocked = number("flow_kt_per_day", flow_kt_per_day) * number("cut", cut, 0, 1)
    left = max(0.0, blocked - number("reroute_kt_per_day", reroute_kt_per_day))
    each = max(0.0, left * number("days", days) - number("storage_kt", storage_kt))
    return number("outages", outages) * each
