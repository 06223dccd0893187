"""The candidates as a book of their own beside the book: its tables, with what would be entered."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from openbook.refresh.compare import Comparison, merged
from openbook.refresh.connector import Cells, Entry

BOOK = "book"  # the folder of the candidates, within that of the refresh
PAGES = ("index.md", "chapters")  # what the tables' rules look at, beside the data


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


def make(
    root: Path, folder: Path, comparisons: Iterable[tuple[Comparison, Entry]], today: str,
    order: Mapping[str, Sequence[str]],
) -> Path:  # fmt: skip
    """Write the candidates' book into `folder`, afresh; the folder of its tables.

    `root`: the book; `order`: by table, the columns by which its rows are ordered.
    """
    book = folder / BOOK
    shutil.rmtree(book, ignore_errors=True)
    book.mkdir(parents=True)
    shutil.copytree(root / "data", book / "data", ignore=shutil.ignore_patterns("__pycache__"))
    for name in PAGES:
        if (root / name).is_dir():
            shutil.copytree(root / name, book / name)
        elif (root / name).is_file():
            shutil.copy(root / name, book / name)
    remembered = root / "_build" / ".validated"  # spares the tables that stay the same
    if remembered.is_dir():
        shutil.copytree(remembered, book / "_build" / ".validated")
    for comparison, entry in comparisons:
        if comparison.changes:
            path = book / "data" / f"{comparison.table}.csv"
            rows = merged(table_rows(path), comparison, order[comparison.table])
            path.write_text(table_text(rows), "utf-8")
            left = {key for each in comparison.revised for key in each.old["source"].split(";")}
            settle(book, entry, left, today)
    return book / "data"


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


def tables_command(data: Path, command: str) -> subprocess.CompletedProcess[str]:
    """`python -m openbook.tables renew` (or `check`) on a folder of tables."""
    settings = {"OPENBOOK_DATA": str(data), "OPENBOOK_BUILD": str(data.parent / "_build")}
    return subprocess.run(
        [sys.executable, "-m", "openbook.tables", command], env=os.environ | settings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
