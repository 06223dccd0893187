"""What the tables say happened: the preferred rows, yearly series, and the one figure asked for.

Three questions that every chapter asks. A figure comes with its unit, period and sources
(:class:`~openbook.facts.Quantity`) and keeps them through arithmetic, into the sentence that
says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from caspian import tables
from caspian.models.routes import status_outcome
from openbook.facts import Quantity
from openbook.tables.violations import nearest

WHOLE_YEAR = r"\d{4}"  # a period that is a year


def _narrowed(rows: pd.DataFrame, where: Mapping[str, Any], name: str) -> pd.DataFrame:
    """The rows with these values. Raises KeyError for a column that the table lacks."""
    for column, wanted in where.items():
        if column not in rows:
            raise KeyError(f"{name} has no column {column!r}. {nearest(column, list(rows))}")
        many = isinstance(wanted, (list, tuple, set, frozenset))
        rows = rows[rows[column].isin(wanted) if many else rows[column] == wanted]
    return rows


def observed(table: str, **where: Any) -> pd.DataFrame:
    """The preferred rows of a table that say what happened, narrowed by column: value or values.

    Raises TableError for a table that is not valid, KeyError for a column that it lacks.
    """
    return _narrowed(status_outcome(tables.load(table)), where, table)


def yearly(table: str, **where: Any) -> pd.DataFrame:
    """The observed rows of whole years, by year (index, int), in order; one row a year.

    Raises as `observed`, and LookupError if a year has two rows: `where` then names more than one
    series.
    """
    rows = observed(table, **where)
    rows = rows[rows["period"].str.fullmatch(WHOLE_YEAR)]
    rows = rows.assign(year=rows["period"].astype(int)).set_index("year").sort_index()
    if twice := [int(year) for year in rows.index[rows.index.duplicated()]]:
        raise LookupError(f"{table}, {_asked(where)}: {twice[0]} has several rows\n{_some(rows)}")
    return rows


def one(table: str, *, column: str = "value", every: bool = False, **where: Any) -> Quantity:
    """The one figure that a table has for these values, with its unit, period and sources.

    Of a table with preferred rows only what happened and is preferred, unless `every` is true or
    `where` asks for a `status`. Raises LookupError, saying what matched, if there is none or more
    than one.
    """
    rows = tables.load(table)
    if not every and "status" not in where and {"preferred", "status"} <= set(rows):
        rows = status_outcome(rows)
    rows = _narrowed(rows, where, table)
    if len(rows) != 1:
        many = f"{len(rows)} rows match" if len(rows) else "no row matches"
        near = rows if len(rows) else _nearly(table, where)
        raise LookupError(f"{table}, {_asked(where)}: {many}\n{_some(near)}")
    row = rows.iloc[0]
    when = next(
        (str(row[c]) for c in ("period", "date", "said_on") if isinstance(row.get(c), str)), ""
    )
    return Quantity(row[column], str(row.get("unit", "")), when, row["source"])


def _asked(where: Mapping[str, Any]) -> str:
    return ", ".join(f"{column} {wanted!r}" for column, wanted in where.items()) or "any row"


def _nearly(table: str, where: Mapping[str, Any]) -> pd.DataFrame:
    """The rows that match all but the last thing asked: what there is instead."""
    return _narrowed(tables.load(table), dict(list(where.items())[:-1]), table)


def _some(rows: pd.DataFrame) -> str:
    """The first few rows, short, for an error."""
    shown = [c for c in rows if c not in ("note", "source", "search", "derived")]
    more = f"\n… {len(rows) - 8} more" if len(rows) > 8 else ""
    return rows[shown].head(8).to_string(index=False) + more if len(rows) else "nothing near it"
