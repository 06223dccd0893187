"""Is a target on track: the growth it takes, and what past growth makes of it.

The yearly changes of a series' logarithm are taken as independent draws of one normal
distribution (a random walk with drift). A handful of years says little about their mean and
less about their spread, so the ranges are wide; they know nothing of plans, wars or new ships.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from caspian.models._checks import number, numbers


def required_growth(now: float, target: float, years: float) -> float:
    """Return the compound yearly rate (0.1 = 10 %) that leads from `now` to `target`.

    (target / now)^(1 / years) - 1; both in one unit. Below zero if the target is lower; -1 if
    it is 0. Raises ValueError for a negative target, or `now` or `years` of 0 or less.
    """
    start = number("now", now, above=True)
    return (number("target", target) / start) ** (1 / number("years", years, above=True)) - 1


def required_expression(now: str, target: str, years: str) -> str:
    """Return `required_growth` as an expression of Vega."""
    return f"pow(({target}) / ({now}), 1 / ({years})) - 1"


class _Drift(NamedTuple):
    """The predictive distribution of the log of a series: last + h x mean, Student's t."""

    last_year: int
    last: float  # log of the last value
    mean: float  # of the yearly log changes
    sd: float  # of the yearly log changes, n - 1 in the denominator
    n: int  # number of changes

    def centre(self, h: float | np.ndarray) -> float | np.ndarray:
        """Return the middle of the log of the level h years after the last."""
        return self.last + h * self.mean

    def scale(self, h: float | np.ndarray) -> float | np.ndarray:
        """Return the scale: s sqrt(h + h^2 / n), years to come and the drift's own error."""
        return self.sd * np.sqrt(h + h**2 / self.n)


def _drift(values: pd.Series, until: int) -> _Drift:
    """Return the fit to a series by year; ValueError naming the year that is wrong."""
    years = [int(number("values: year", year, -np.inf)) for year in values.index]
    for before, year in itertools.pairwise(years):
        if year != before + 1:
            raise ValueError(f"values: {year} follows {before}; the drift needs every year once")
    if len(years) < 3:
        raise ValueError(f"values: {len(years)} years are too few, the spread needs 3")
    for year, value in zip(years, values, strict=True):
        number(f"values: {year}", value, above=True)
    if number("until", until) <= years[-1] or int(until) != until:
        raise ValueError(f"until: {until!r} must be a year after the last one, {years[-1]}")
    logs = np.log(values.to_numpy(dtype=float))
    changes = np.diff(logs)
    sd = float(changes.std(ddof=1))
    if sd < 1e-12:  # rounding: the changes are all the same
        sd = 0.0
    return _Drift(years[-1], float(logs[-1]), float(changes.mean()), sd, len(changes))


def drift_interval(
    values: pd.Series, until: int, levels: Sequence[float] = (0.05, 0.5, 0.95)
) -> pd.DataFrame:
    """Return what past growth says of each year to come: year, level, value.

    Of n yearly log changes with mean r and standard deviation s, the log of the value h years
    after the last is predicted as last + h r + s sqrt(h + h^2 / n) x t, with t of Student's
    distribution with n - 1 degrees of freedom: h for the years to come, h^2 / n for the drift
    being estimated. Source: the drift method of Hyndman & Athanasopoulos, Forecasting:
    Principles and Practice (3rd ed. 2021), sections 5.2 and 5.5, on logarithms and with t for
    the normal distribution, since n is small.

    `values`: indexed by year, every year once, in one unit, above 0; at least 3. `levels`: of
    the distribution (0.05: a chance of 5 % to be lower), between 0 and 1. One row a year and
    level, from the year after the last to `until`, levels varying fastest, in the order given;
    `value` in the unit of `values`. Raises ValueError for a missing or double year, a value of
    0 or less, fewer than 3 values, `until` not after the last year, or a level outside 0-1.
    """
    fit = _drift(values, until)
    wanted = np.atleast_1d(numbers("levels", list(levels), 0, 1, above=True))
    if (wanted == 1).any():
        raise ValueError("levels: 1 must be below 1")
    years = np.arange(fit.last_year + 1, int(until) + 1)
    h = (years - fit.last_year)[:, None].astype(float)
    logs = fit.centre(h) + fit.scale(h) * stats.t.ppf(wanted, fit.n - 1)
    return pd.DataFrame(
        {
            "year": np.repeat(years, len(wanted)),
            "level": np.tile(wanted, len(years)),
            "value": np.exp(logs).ravel(),
        }
    )
