"""What in the built book rests on rows that would change: pages, figures, tables, numbers in prose.

From what the last build left of its runs. It says what may move; how far, the build says.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNS = "_build/.runs"


@dataclass(frozen=True)
class Rests:
    """What of one page rests on some sources, by way of tables that the page reads."""

    page: str
    figures: tuple[str, ...]
    facts: tuple[str, ...]


def resting(root: Path, tables: Collection[str], sources: Collection[str]) -> list[Rests]:
    """What rests on rows of some sources in some tables; [] if the book was not built."""
    found = []
    for path in sorted((root / RUNS).rglob("*.json")):
        run = json.loads(path.read_text("utf-8"))
        reads = {key.removeprefix("table:") for key in run["dependencies"] if key[:6] == "table:"}
        if reads & set(tables):
            page = path.relative_to(root / RUNS).with_suffix("").as_posix()
            figures = [b["name"] for b in _bundles(run["outputs"], "name") if _cites(b, sources)]
            facts = [
                f"{name} ({bundle['text']})"
                for cell in run["shown"].values()
                for name, outputs in cell.items()
                for bundle in _bundles(outputs, "text")
                if _cites(bundle, sources)
            ]
            found.append(Rests(page, tuple(dict.fromkeys(figures)), tuple(dict.fromkeys(facts))))
    return found


def lines(rests: Collection[Rests]) -> list[str]:
    """What rests, a line a page, for the report."""
    return [
        f"- {each.page}: {len(each.figures)} figures and tables"
        f"{_listed(each.figures)}, {len(each.facts)} numbers in the text{_listed(each.facts)}"
        for each in rests
    ]


def _listed(names: Collection[str], most: int = 8) -> str:
    shown = ", ".join(list(names)[:most])
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f" ({shown}{more})" if names else ""


def _bundles(held: Any, having: str) -> Iterator[dict]:
    """Every output of the engine's own types somewhere in the outputs of a run."""
    if isinstance(held, dict):
        for key, value in held.items():
            if key.startswith("application/vnd.openbook") and isinstance(value, dict):
                if having in value:
                    yield value
            else:
                yield from _bundles(value, having)
    elif isinstance(held, list):
        for value in held:
            yield from _bundles(value, having)


def _cites(bundle: dict, sources: Collection[str]) -> bool:
    held = bundle.get("sources", bundle.get("source", ""))
    keys = held.split(";") if isinstance(held, str) else [
        key["key"] if isinstance(key, dict) else key for key in held
    ]  # fmt: skip
    return not set(keys).isdisjoint(sources)
