"""ISO 8601 periods: the days that they span, and what time a table's rows cover."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

YEARS = range(1800, 2101)  # in which a period can lie; another is a slip
_DATE = re.compile(r"(\d{4})(?:-(?!00)(\d\d)(?:-(?!00)(\d\d))?)?", re.ASCII)


@lru_cache(maxsize=4096)
def period_bounds(period: str) -> tuple[dt.date, dt.date]:
    """First and last day of an ISO 8601 period: YYYY, YYYY-MM, YYYY-MM-DD, or start/end of those.

    Raises ValueError if it is none of these or ends before it starts.
    """
    ends = period.split("/")
    first, last = _days(ends[0])[0], _days(ends[-1])[1]
    if len(ends) > 2 or first > last:
        raise ValueError(f'"{period}" is not start/end')
    return first, last


def period_middle(period: str) -> dt.date:
    """The day in the middle of a period, where a time axis has it: 1 July of a year."""
    first, last = period_bounds(period)
    return first + (last - first + dt.timedelta(days=1)) // 2


def _days(text: str) -> tuple[dt.date, dt.date]:
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not YYYY, YYYY-MM or YYYY-MM-DD')
    year, month, day = (int(part or 0) for part in found.groups())
    last = day or monthrange(year, month or 12)[1]
    return dt.date(year, month or 1, day or 1), dt.date(year, month or 12, last)


def is_period(text: str) -> bool:
    """Whether `period_bounds` can read it."""
    try:
        period_bounds(text)
    except ValueError:
        return False
    return True


def within_years(period: str) -> bool:
    """Whether a period lies in `YEARS`."""
    return all(day.year in YEARS for day in period_bounds(period))


def length_in_days(period: str) -> int:
    """How many days a period has, its first and its last one included."""
    first, last = period_bounds(period)
    return (last - first).days + 1


def months_between(first: dt.date, last: dt.date) -> int:
    """Whole months from one day to a later one: 11 from 15 March to 14 March of the next year."""
    apart = 12 * (last.year - first.year) + last.month - first.month
    return apart - (last.day < first.day)


def date_columns(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns that say what time a table covers: `period`, else all that hold periods."""
    names = [field["name"] for field in fields if field.get("openbook:period")]
    return ["period"] if "period" in names else names


def coverage(fields: Iterable[Mapping[str, Any]], frame: pd.DataFrame) -> str | None:
    """What time the rows cover, such as 2006/2026; None if no column or cell says when.

    In months if every period names its months, else in years; one of them alone if all lie in it.
    """
    columns = date_columns(fields)
    periods = [period for column in columns for period in frame[column].dropna().unique()]
    if not periods:
        return None
    years_only = any(len(end) == len("2024") for period in periods for end in period.split("/"))
    kept = len("2024") if years_only else len("2024-03")
    bounds = [period_bounds(period) for period in periods]
    first = min(start for start, _ in bounds).isoformat()[:kept]
    last = max(end for _, end in bounds).isoformat()[:kept]
    return first if first == last else f"{first}/{last}"
