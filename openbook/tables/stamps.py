"""What datapackage.json says of a file because it follows from it: sha256, size, rows, coverage.

A stamp never stands in the way of trying a change, only of committing one unseen: what a renewal
changes is told, and rows or years that are gone are to be named before they are stamped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from openbook.tables.folder import sha256
from openbook.tables.periods import coverage, period_bounds
from openbook.tables.violations import Violation

if TYPE_CHECKING:
    import pandas as pd

DERIVED = ("hash", "bytes", "rows")  # of a table; its coverage stands among the rules
BIBLIOGRAPHY = "bibliography"  # the key of the package's own stamp of references.bib


def hash_of(raw: bytes) -> str:
    """The sha256 of a file as datapackage.json writes it."""
    return f"sha256:{sha256(raw)}"


def of_table(resource: Mapping[str, Any], raw: bytes, frame: pd.DataFrame) -> dict[str, Any]:
    """The stamp of a valid table, from its file and its rows."""
    covered, own = coverage(resource["schema"]["fields"], frame), resource.get("openbook", {})
    return {
        "hash": hash_of(raw),
        "bytes": len(raw),
        "rows": len(frame),
        **({"openbook": own | {"coverage": covered}} if covered else {}),
    }


def of_bibliography(raw: bytes, entries: int) -> dict[str, Any]:
    """The stamp of `references.bib`."""
    return {"path": "references.bib", "hash": hash_of(raw), "entries": entries}


def with_bibliography(package: Mapping[str, Any], stamp: Mapping[str, Any]) -> dict[str, Any]:
    """The package with a stamp of the bibliography, in its place before the tables."""
    about = {key: value for key, value in package.items() if key != "resources"}
    return about | {BIBLIOGRAPHY: stamp, "resources": package["resources"]}


def lost(held: Mapping[str, Any], stamp: Mapping[str, Any]) -> Iterator[Violation]:
    """What the file that `held` is the stamp of had, and the new one has no more: rows, years.

    Nothing where the file is the same, or where the old stamp says nothing of rows.
    """
    if held.get("hash") == stamp["hash"] or "rows" not in held:
        return
    rule = "what is gone is named, so that nothing is lost by a slip"
    fix = f"Bring it back; or, if it is to go, run `make data FEWER={held.get('name', 'NAME')}`."
    if stamp["rows"] < held["rows"]:
        yield Violation(f"the table had {held['rows']:,} rows, now {stamp['rows']:,}", rule, fix)
    before, now = _covered(held), _covered(stamp)
    if before and now and not set(_years(before)) <= set(_years(now)):
        yield Violation(f"the rows covered {before}, now {now}", rule, fix)


def moved(held: Mapping[str, Any], stamp: Mapping[str, Any]) -> str:
    """In words, what a renewal changes in a table: "57 → 58 rows, 2006/2025 → 2006/2026"."""
    parts = []
    if held.get("rows") != stamp.get("rows"):
        parts.append(f"{held.get('rows', 'no')} → {stamp.get('rows')} rows")
    if "openbook" in stamp and _covered(held) != _covered(stamp):
        parts.append(f"{_covered(held) or 'no dates'} → {_covered(stamp)}")
    if not parts and held.get("hash") == stamp.get("hash"):
        return "its description"
    return ", ".join(parts) or f"{stamp.get('rows')} rows as before, other cells"


def _covered(stamp: Mapping[str, Any]) -> str:
    return stamp.get("openbook", {}).get("coverage", "")


def _years(covered: str) -> range:
    first, last = period_bounds(covered)
    return range(first.year, last.year + 1)
