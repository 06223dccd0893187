"""Checks of arguments that the models share. Each raises ValueError naming argument and value."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

# A number, or several that NumPy broadcasts: a range, a column, an array of any shape
Numbers: TypeAlias = "float | Sequence[float] | np.ndarray | pd.Series"

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


def count(name: str, value: int) -> int:
    """Return `value` if it is a whole number of at least 1."""
    if number(name, value, 1) != int(value):
        raise ValueError(f"{name}: {value!r} must be a whole number")
    return int(value)


def columns(name: str, frame: pd.DataFrame, needed: Iterable[str]) -> None:
    """Raise ValueError if the table `name` lacks one of the columns `needed`."""
    missing = [wanted for wanted in needed if wanted not in frame.columns]
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


def unique(name: str, frame: pd.DataFrame, key: str) -> None:
    """Raise ValueError if the column `key` of the table `name` has an empty or a double value."""
    columns(name, frame, [key])
    if frame[key].isna().any():
        raise ValueError(f"{name}: a row has no {key}")
    twice = frame.loc[frame[key].duplicated(), key]
    if len(twice):
        raise ValueError(f"{name}: {key} {twice.iloc[0]!r} is given twice")


def column(
    name: str,
    frame: pd.DataFrame,
    key: str,
    wanted: str,
    minimum: float = 0.0,
    maximum: float = np.inf,
    *,
    above: bool = False,
    missing: bool = False,
) -> pd.Series:
    """Return the column `wanted` as floats, each checked as in `numbers`.

    With `missing` an empty cell is allowed and becomes NaN. Raises ValueError naming `name`,
    the row (its column `key`) and the value.
    """
    columns(name, frame, [key, wanted])
    values = [
        np.nan
        if missing and pd.isna(value)
        else number(f"{name}: {wanted} of {row!r}", value, minimum, maximum, above=above)
        for row, value in zip(frame[key], frame[wanted], strict=True)
    ]
    return pd.Series(values, index=frame.index, dtype=float, name=wanted)


def bounds(
    name: str, frame: pd.DataFrame, key: str, stem: str, *, above: bool = False
) -> tuple[pd.Series, pd.Series]:
    """Return the columns `stem`_low and `stem`_high as floats >= 0; both of a row may be empty.

    With `above` they must be greater than 0. Raises ValueError naming the row if only one is
    given, if low is above high, or as `column`.
    """
    low, high = (
        column(name, frame, key, f"{stem}_{end}", above=above, missing=True)
        for end in ("low", "high")
    )
    wrong = (low.isna() != high.isna()) | (low > high)
    if wrong.any():
        row = frame.loc[wrong, key].iloc[0]
        pair = [low[wrong].iloc[0], high[wrong].iloc[0]]
        raise ValueError(f"{name}: {row!r} needs {stem}_low <= {stem}_high or neither, got {pair}")
    return low, high
