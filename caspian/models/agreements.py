"""What was signed and what became of it: documents counted by kind, year and status."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from caspian.models._checks import columns
from openbook.tables.periods import period_bounds

# How a document commits its parties, by its legal kind as reported. The names are the Vienna
# Convention's in spirit only: without the texts nobody can say what a court would hold binding.
COMMITMENT = {
    "treaty": "binding",
    "agreement": "binding",
    "contract": "binding",
    "protocol": "binding",
    "decision": "binding",
    "memorandum": "intention",
    "declaration": "intention",
    "programme": "intention",
    "roadmap": "intention",
    "unknown": "not known",
}
# What became of a document, by its status. A mention, work of its parties in its field, or silence
# on a young document, is neither a trace nor the lack of one.
FATE = {
    "done": "carried out",
    "in_force": "carried out",
    "being_carried_out": "carried out",
    "replaced": "ended",
    "lapsed": "ended",
    "mentioned": "mentioned",
    "in_field": "field active",
    "too_recent": "too recent",
    "signed": "no trace",
    "unknown": "no trace",
}


def _mapped(agreements: pd.DataFrame, column: str, of: Mapping[str, str]) -> pd.Series:
    """The column by a mapping that has all of its values. Raises ValueError if it has not."""
    if unknown := sorted(set(agreements[column]) - set(of)):
        raise ValueError(f"agreements: {column} {unknown[0]!r} is not one of {list(of)}")
    return agreements[column].map(of)


def classified(agreements: pd.DataFrame) -> pd.DataFrame:
    """Return the documents with `year` (int, of the signing), `commitment` and `fate`.

    Raises ValueError for a legal kind that :data:`COMMITMENT`, or a status that :data:`FATE`, does
    not have.
    """
    columns("agreements", agreements, ["signed", "legal_kind", "status"])
    return agreements.assign(
        year=agreements["signed"].str[:4].astype(int),
        commitment=_mapped(agreements, "legal_kind", COMMITMENT),
        fate=_mapped(agreements, "status", FATE),
    )


def counted(documents: pd.DataFrame, by: str, within: str | None = None) -> pd.DataFrame:
    """Return the number and share of documents for each value of the column `by`.

    Columns: `within` (if given), `by`, `documents` (count) and `share` (0-1) of all documents,
    or of those of the same `within`. Largest first inside a group. Raises ValueError if a column
    is missing or the table is empty.
    """
    keys = [key for key in (within, by) if key]
    columns("documents", documents, keys)
    if documents.empty:
        raise ValueError("documents: no row, so no share")
    found = documents.groupby(keys, sort=True).size().rename("documents").reset_index()
    whole = found.groupby(within)["documents"].transform("sum") if within else len(documents)
    found["share"] = found["documents"] / whole
    order = ([within] if within else []) + ["documents"]
    return found.sort_values(
        order, ascending=[True] * (len(order) - 1) + [False], kind="stable", ignore_index=True
    )


def in_print_since(parts: Iterable[str], date_of: Callable[[str], str | None]) -> str:
    """Return the date (ISO, as the source has it) since which all parts of a fact are in print.

    Each part is one or more keys of sources joined by semicolons, each of which prints that part:
    it is in print since the earliest of them. A year or month counts from its last day; sources
    without a date cannot tell. `date_of` gives the date of a key. Raises ValueError if a part has
    no dated source, or if there is no part.
    """

    def first(part: str) -> str:
        dates = [date for key in part.split(";") if (date := date_of(key))]
        if not dates:
            raise ValueError(f"none of the sources {part!r} has a date")
        return min(dates, key=lambda date: period_bounds(date)[1])

    return max((first(part) for part in parts), key=lambda date: period_bounds(date)[1])
