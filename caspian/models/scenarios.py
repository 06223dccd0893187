"""A quantity to a year ahead in four cases: it falls on, stays, comes in part, or comes in full."""

import pandas as pd

from caspian.models._checks import count, number
from caspian.models.growth import required_growth

CASES = ["falling", "flat", "central", "high"]


def halfway(now: float, named: float) -> float:
    """Return the middle between a figure and what was named for it."""
    return (number("now", now) + number("named", named)) / 2


def cases(
    last: float, year: int, change: float, central: float, high: float, until: int
) -> pd.DataFrame:
    """Return the yearly growth of four cases and where each leads by the year `until`.

    `last`: the figure of `year`, above 0; `change`: its change in the last year (-0.1 = a tenth
    less). falling: that change goes on; flat if it was no fall. flat: nothing
    changes. central and high: the even growth that leads to these figures by `until`, in the unit
    of `last`. Columns: case, growth (0.1 = 10 % a year), value in `until`. Raises ValueError for
    `until` not after `year`, or cases that are not in this order.
    """
    if until <= year:
        raise ValueError(f"until: {until!r} must be after the last year, {year}")
    now = number("last", last, above=True)
    rates = [
        min(0.0, number("change", change, -1, above=True)),
        0.0,
        *(required_growth(now, named, until - year) for named in (central, high)),
    ]
    if sorted(rates) != rates:
        raise ValueError(f"cases: {dict(zip(CASES, rates, strict=True))} are not in order")
    values = [now * (1 + rate) ** (until - year) for rate in rates]
    return pd.DataFrame({"case": CASES, "growth": rates, "value": values})


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


def path_expression(value: str, growth: str, years: str) -> str:
    """Return the value of `path` after some years as an expression of Vega."""
    return f"({value}) * pow(1 + ({growth}), {years})"
