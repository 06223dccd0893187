"""Numbers as the book writes them: few digits, commas between thousands, en dashes.

A number that knows its sources (`openbook.facts.Quantity`) is written as a fact, which keeps them.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from openbook.facts import fact

MINUS = "\u2212"


def number(value: float, digits: int | None = None) -> str:
    """`12345.678, 1` → `12,345.7`; without `digits`, as many decimals as the value carries (≤ 3).

    Without end it is `∞`. Raises ValueError for a missing value: prose never says "nan".
    """
    if pd.isna(value):
        raise ValueError("a number in the text is missing (NaN); check the table it comes from")
    text = f"{value:,.{3 if digits is None else digits}f}".replace("inf", "∞")
    if digits is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    if text.strip("-0.,") == "":
        text = text.lstrip("-")
    return fact(text.replace("-", MINUS), value)


def percent(share: float, digits: int = 0) -> str:
    """A share 0–1 as percent: `0.823` → `82%`."""
    return fact(f"{number(100 * share, digits)}%", share)


def span(low: float, high: float, digits: int = 0, unit: str = "") -> str:
    """A range with an en dash; one number if both ends print alike."""
    a, b = number(low, digits), number(high, digits)
    text = a if a == b else f"{a}–{b}"
    return fact(f"{text} {unit}" if unit else text, low, high)


def percent_span(low: float, high: float, digits: int = 0) -> str:
    """A range of shares 0–1 as percent: `82–86%`."""
    return fact(f"{span(100 * low, 100 * high, digits)}%", low, high)


_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spelled(value: float) -> str:
    """A whole number up to a hundred in words: `30` → `thirty`; others as `number` writes them."""
    if value != int(value) or not 0 <= value < 100:
        return number(value)
    tens, ones = divmod(int(value), 10)
    if tens < 2:
        return fact(_ONES[int(value)], value)
    return fact(_TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else ""), value)


def lasting(years: float) -> str:
    """A length of time in words: `0.25` → `three months`, `1` → `a year`, `10` → `ten years`."""
    count, unit = (12 * years, "month") if years < 1 else (years, "year")
    words = f"a {unit}" if count == 1 else f"{spelled(count)} {unit}s"
    return fact(words, years)


def day(iso: str) -> str:
    """`2024-03-11` → `11 March 2024`; `2024-03` → `March 2024`; a year stays; intervals keep both.

    `2024-01/2024-10` → `January–October 2024`. Raises ValueError for anything else.
    """
    if "/" in iso:
        first, last = (day(part) for part in iso.split("/", 1))
        same_year = iso[:4] == iso.partition("/")[2][:4]
        return f"{first.removesuffix(f' {iso[:4]}') if same_year else first}–{last}"
    try:
        date = dt.date.fromisoformat(iso + {4: "-01-01", 7: "-01"}.get(len(iso), ""))
    except ValueError:
        raise ValueError(f'"{iso}" is no YYYY, YYYY-MM or YYYY-MM-DD') from None
    return date.strftime({4: "%Y", 7: "%B %Y"}.get(len(iso), f"{date.day} %B %Y"))
