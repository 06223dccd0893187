"""The candidates as a book of their own beside the book: its tables, with what would be entered."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from openbook.edit import Entry, settle, table_rows, table_text
from openbook.refresh.compare import Comparison, merged

BOOK = "book"  # the folder of the candidates, within that of the refresh
PAGES = ("index.md", "chapters")  # what the tables' rules look at, beside the data


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
