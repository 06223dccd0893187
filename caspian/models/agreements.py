"""What was signed and what became of it: documents counted by kind, year and status."""

import pandas as pd

from caspian.models._checks import columns

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


def with_commitment(agreements: pd.DataFrame) -> pd.DataFrame:
    """Return the documents with `year` (int, of the signing) and `commitment` by legal kind.

    Raises ValueError for a legal kind that :data:`COMMITMENT` does not have.
    """
    columns("agreements", agreements, ["signed", "legal_kind"])
    unknown = sorted(set(agreements["legal_kind"]) - set(COMMITMENT))
    if unknown:
        raise ValueError(f"agreements: legal kind {unknown[0]!r} is not one of {list(COMMITMENT)}")
    return agreements.assign(
        year=agreements["signed"].str[:4].astype(int),
        commitment=agreements["legal_kind"].map(COMMITMENT),
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


def traced(documents: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return, for each value of the column `by`, how many documents left a trace.

    Columns: `by`, `documents`, `signed` (nothing after the signing was reported), `unknown` (a
    later report was looked for and not found) and `untraced`, the sum of these two. Largest
    first. Raises ValueError if a column is missing.
    """
    columns("documents", documents, [by, "status"])
    found = documents.groupby(by)["status"].agg(
        documents="size",
        signed=lambda status: int((status == "signed").sum()),
        unknown=lambda status: int((status == "unknown").sum()),
    )
    found["untraced"] = found["signed"] + found["unknown"]
    return found.sort_values("documents", ascending=False, kind="stable").reset_index()
