"""Cells as the tables write them, and the day on which is asked."""

from __future__ import annotations

import datetime as dt


def number(value: float | str, digits: int) -> str:
    """A number with at most so many digits after the point.

    >>> number(5272.60, 1), number("84145.3441", 3), number(8048600.0, 0)
    ('5272.6', '84145.344', '8048600')
    """
    text = f"{float(value):.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def today() -> dt.date:
    """The day, in UTC."""
    return dt.datetime.now(dt.UTC).date()


def months_before(day: dt.date, many: int) -> list[str]:
    """The last `many` months that were over on a day, the earliest first.

    >>> months_before(dt.date(2026, 2, 3), 3)
    ['2025-11', '2025-12', '2026-01']
    """
    last = day.year * 12 + day.month - 2
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(last - many + 1, last + 1)]
