"""Change the files of a book's data: a row of a table, a source of the bibliography.

As text, without a check: what is changed is checked by `checked`, as `make data` does.
"""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Cells = dict[str, str]  # a row as it stands in a table: column to text


@dataclass(frozen=True)
class Entry:
    """A source to enter: an entry of `references.bib`; `dated`: ISO 8601 or ""."""

    key: str
    title: str
    publisher: str
    url: str
    kind: str = "dataset"
    dated: str = ""


def table_rows(path: Path) -> list[Cells]:
    """The rows of a table as text, without any check."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table_text(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as the book's tables are written: commas, LF, quotes only where they must be."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def place(rows: Sequence[Cells], new: Cells, order: Sequence[str]) -> int:
    """Where a new row belongs among a table's: its index.

    Behind the last row that has the same values in all columns of `order` but the last, and is not
    beyond it in that; before these if all are; at the end if there is none.
    """
    *group, last = order
    kin = [n for n, row in enumerate(rows) if all(row[c] == new.get(c, "") for c in group)]
    if not kin:
        return len(rows)
    before = [n for n in kin if rows[n][last] <= new.get(last, "")]
    return before[-1] + 1 if before else kin[0]


def with_entry(bibliography: str, entry: Entry, today: str) -> str:
    """A bibliography that has an entry, read `today` (ISO 8601).

    One that is there keeps its words and is read again: `urldate`, and `date` if it has changed.
    """
    start = re.search(rf"(?m)^@\w+\{{{entry.key},", bibliography)
    if not start:
        fields = {
            "title": f"{{{entry.title}}}", "author": f"{{{entry.publisher}}}",
            "howpublished": entry.kind, "url": entry.url, "date": entry.dated, "urldate": today,
        }  # fmt: skip
        lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text)
        return f"{bibliography.rstrip()}\n\n@misc{{{entry.key},\n{lines}\n}}\n"
    end = bibliography.index("\n}", start.end())
    held = bibliography[start.start() : end]
    for name, value in (("urldate", today), ("date", entry.dated)):
        if value:
            held = re.sub(rf"(?m)^(\s*{name} = )\{{[^}}]*\}}", rf"\g<1>{{{value}}}", held)
    return bibliography[: start.start()] + held + bibliography[end:]


def settle(book: Path, entry: Entry, left: Iterable[str], today: str) -> None:
    """Enter a source in a book's bibliography, and drop those of `left` that nothing names now."""
    path = book / "data" / "references.bib"
    text = with_entry(path.read_text("utf-8"), entry, today)
    pages = [*book.glob("index.md"), *book.glob("chapters/*.md")]
    named = "\n".join(each.read_text("utf-8") for each in [*book.glob("data/*.csv"), *pages])
    for key in left:
        if not re.search(rf"\b{key}\b", named):
            text = re.sub(rf"(?ms)^@\w+\{{{key},.*?^\}}\n\n?", "", text)
    path.write_text(text, "utf-8")


def checked(data: Path) -> list[str]:
    """What the rules of the tables say against a folder of them; nothing if all are valid."""
    done = tables_command(data, "renew")
    return [] if done.returncode == 0 else done.stderr.strip().splitlines()


def tables_command(data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """`python -m openbook.tables renew` (or `check`) on a folder of tables."""
    settings = {"OPENBOOK_DATA": str(data), "OPENBOOK_BUILD": str(data.parent / "_build")}
    return subprocess.run(
        [sys.executable, "-m", "openbook.tables", *command], env=os.environ | settings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
