"""Made-up evidence for the tests of the claims, and the real one, read once a process."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pandas as pd

from caspian import claims
from caspian.claims.evidence import Evidence, Limits, Records

THEN = claims.THEN
UNTIL = dt.date(2026, 4, 30)
DAYS = {
    "before": dt.date(2024, 3, 12),
    "after": dt.date(2024, 3, 13),
    "undated": None,
    "early": dt.date(2023, 5, 1),
    "own": dt.date(2024, 3, 11),
    "own2": dt.date(2024, 3, 11),
    "across_the_caspian": dt.date.min,
}


def rows_of(**columns) -> pd.DataFrame:
    """A table whose columns are as long as its lists; a single value stands in each row."""
    size = max([len(c) for c in columns.values() if isinstance(c, list)], default=1)
    return pd.DataFrame({k: v if isinstance(v, list) else [v] * size for k, v in columns.items()})


@cache
def records() -> Records:
    return claims.records()


@cache
def now() -> Evidence:
    return claims.evidence(of=records())


@cache
def evidence_of(when: str) -> Evidence:
    if when == "now":
        return now()
    return claims.evidence(THEN, lenient=when == "undated", of=records())


def made(
    limits: dict[str, float] | None = None,
    own: list[str] | None = None,
    on: dt.date | None = None,
    **frames: pd.DataFrame,
) -> Evidence:
    """Evidence of made-up tables, as known now (or on a day), with the book's limits or others."""
    given = pd.DataFrame({"value": limits or {}, "text": None})
    table = records().limits.table if limits is None else given
    of = Records(frames.__getitem__, lambda name: [], DAYS, Limits(table), own or [])
    return Evidence(of, on or UNTIL, on)
