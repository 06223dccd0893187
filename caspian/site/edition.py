"""Which edition of the book this is: `CITATION.cff`, never the clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Citation:
    """What `CITATION.cff` says; `url` is empty until the book has an address."""

    title: str
    author: str
    version: str
    released: str
    url: str

    @property
    def year(self) -> str:
        """The year of release."""
        return self.released[:4]


@lru_cache(maxsize=4)
def _parsed(text: str) -> Citation:
    held = yaml.safe_load(text)
    names = [
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in held["authors"]
    ]
    return Citation(
        held["title"],
        " and ".join(names),
        str(held["version"]),
        str(held["date-released"]),
        held.get("url", ""),
    )


def citation(confdir: str | Path) -> Citation:
    """How the book is cited. Raises KeyError naming a field that `CITATION.cff` lacks."""
    return _parsed((Path(confdir) / "CITATION.cff").read_text(encoding="utf-8"))


def writer() -> str:
    """What writes the Parquet files: another version may write other bytes."""
    return f"duckdb {version('duckdb')}"
