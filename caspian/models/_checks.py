"""Checks of arguments that the models share. Each raises ValueError naming argument and value."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

CASES = ["low", "central", "high"]


def numbers(
    name: str,
    value: object,
    minimum: float = 0.0,
    maximum: float = np.inf,
    *,
    above: bool = False,
) -> np.ndarray:
    """Return `value` (a number or an array of any shape) as a float array.

    Every element must be finite and within `minimum` and `maximum`, both included; with
    `above` the minimum itself is excluded. Raises ValueError naming `name` and the first
    element that breaks the rule.
    """
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: {value!r} is not a number") from None
    too_low = array <= minimum if above else array < minimum
    bad = ~np.isfinite(array) | too_low | (array > maximum)
    if bad.any():
        first = array[bad].flat[0]
        rule = f"above {minimum:g}" if above else f"at least {minimum:g}"
        if np.isfinite(maximum):
            rule += f" and at most {maximum:g}"
        raise ValueError(f"{name}: {first:g} must be a finite number {rule}")
    return array


def number(
    name: str, value: object, minimum: float = 0.0, maximum: float = np.inf, *, above: bool = False
) -> float:
    """Return `value` as one float, checked as in `numbers`; ValueError if it is an array."""
    array = numbers(name, value, minimum, maximum, above=above)
    if array.ndim:
        raise ValueError(f"{name}: {value!r} must be one number")
    return float(array)


def columns(name: str, frame: pd.DataFrame, needed: Iterable[str]) -> None:
    """Raise ValueError if the table `name` lacks one of the columns `needed`."""
    missing = [column for column in needed if column not in frame.columns]
    if missing:
        raise ValueError(f"{name}: column {missing[0]!r} is missing, found {list(frame.columns)}")


def ranges(name: str, frame: pd.DataFrame, key: str, minimum: float = -np.inf) -> pd.DataFrame:
    """Return the float columns low, central, high of `frame`, checked to be in that order.

    Raises ValueError naming `name`, the row (its column `key`) and the three values.
    """
    columns(name, frame, [key, *CASES])
    for case in CASES:
        numbers(f"{name}.{case}", frame[case], minimum)
    values = frame[CASES].astype(float)
    wrong = (values["low"] > values["central"]) | (values["central"] > values["high"])
    if wrong.any():
        row = values[wrong].iloc[0].tolist()
        raise ValueError(
            f"{name}: {frame.loc[wrong, key].iloc[0]!r} needs low <= central <= high, got {row}"
        )
    return values
