"""How strong the tests are: what `make mutants` counted, as a table on a page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from openbook.site.markup import render

COUNTS = "tests/mutation/counts.json"


class Row(NamedTuple):
    """What was counted of a module, or of all in a folder."""

    name: str
    modules: int
    mutants: int
    killed: int
    listed: int  # that live on, each with its reason
    on: str  # the day (ISO); of several, the earliest

    @property
    def share(self) -> float:
        """The part killed, 0–1."""
        return self.killed / self.mutants


def _sum(name: str, rows: Iterable[dict[str, Any]]) -> Row:
    counted = list(rows)
    mutants, killed, listed = (
        sum(row[column] for row in counted) for column in ("mutants", "killed", "listed")
    )
    modules = sum(row.get("modules", 1) for row in counted)
    return Row(name, modules, mutants, killed, listed, min(row["on"] for row in counted))


def _counts(confdir: Path) -> dict[str, dict[str, Any]]:
    path = confdir / COUNTS
    found: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def not_yet(confdir: Path) -> list[str]:
    """The modules in scope that were not counted yet."""
    return [name for name, row in _counts(confdir).items() if not row["mutants"]]


def rows(confdir: Path) -> list[Row]:
    """What was counted, by folder in the order of the file; nothing if nothing was yet."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for name, row in _counts(confdir).items():
        if row["mutants"]:
            folders.setdefault(name.rpartition("/")[0], []).append(row)
    return [_sum(folder, counted) for folder, counted in folders.items()]


def html(confdir: Path) -> Markup:
    """The table, with its sum, and what is left to be counted."""
    found = rows(confdir)
    whole = _sum("all", [row._asdict() for row in found]) if found else None
    return render("strength.html", rows=found, whole=whole, left=not_yet(confdir))
