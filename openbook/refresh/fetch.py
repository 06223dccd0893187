"""Ask all connectors, hold their answers against the tables, keep what follows for `enter`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from openbook import edit
from openbook.edit import Entry
from openbook.refresh import candidates
from openbook.refresh.client import Client, Trouble
from openbook.refresh.compare import Comparison, compare
from openbook.refresh.connector import Connector

KEPT = "changes.json"  # what `enter` reads


@dataclass
class Result:
    """What one connector gave: comparisons by table, or its trouble; `refused` says why not."""

    connector: Connector
    source: Entry | None = None
    comparisons: list[Comparison] = field(default_factory=list)
    trouble: Trouble | None = None
    histories: list[str] = field(default_factory=list)
    """Tables whose whole history was revised: entered only if a person accepts it."""


def ask(connector: Connector, data: Path, client: Client) -> Result:
    """One connector's answer held against the tables in `data`. Never raises Trouble."""
    result = Result(connector)
    try:
        answer = connector.fetch(client, data)
        result.source = answer.source
        for feed in connector.feeds:
            held = edit.table_rows(data / f"{feed.table}.csv")
            rows, asked = answer.rows.get(feed.table, ()), answer.asked.get(feed.table)
            found = compare(connector.name, feed, held, rows, answer.source.key, asked)
            result.comparisons.append(found)
            if found.history(feed):
                result.histories.append(feed.table)
    except Trouble as trouble:
        result.trouble, result.comparisons = trouble, []
    return result


def run(
    connectors: Iterable[Connector], root: Path, folder: Path, today: str, *,
    fresh: bool = False, accepted: Iterable[str] = (), pause: float = 1.0,
) -> tuple[list[Result], list[str]]:  # fmt: skip
    """Ask the connectors and write the candidates; the results, and what the rules say against.

    `accepted`: connectors whose revised histories are entered all the same. The book's own files
    are only read.
    """
    results = []
    for connector in connectors:
        client = Client(connector.name, folder / "answers", fresh=fresh, pause=pause)
        results.append(ask(connector, root / "data", client))
    entering = [
        (c, source) for r in results if (source := r.source) for c in _entering(r, accepted)
    ]
    order = {feed.table: feed.key for r in results for feed in r.connector.feeds}
    data = candidates.make(root, folder, entering, today, order)
    against = edit.checked(data) if any(c.changes for c, _ in entering) else []
    kept = {
        "today": today,
        "refused": against,
        "tables": [
            {
                "table": comparison.table, "entry": asdict(entry),
                "held": digest(root / "data" / f"{comparison.table}.csv"),
                "added": list(comparison.added),
                "revised": [
                    {"old": each.old, "new": each.new, "columns": list(each.columns)}
                    for each in comparison.revised
                ],
            }
            for comparison, entry in entering if comparison.changes
        ],
    }  # fmt: skip
    (folder / KEPT).write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
    return results, against


def kept(folder: Path) -> dict[str, Any]:
    """What the last run would enter. Raises FileNotFoundError if there was none."""
    return json.loads((folder / KEPT).read_text("utf-8"))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _entering(result: Result, accepted: Iterable[str]) -> list[Comparison]:
    names = list(accepted)
    return [
        comparison for comparison in result.comparisons
        if comparison.table not in result.histories or result.connector.name in names
    ]  # fmt: skip
