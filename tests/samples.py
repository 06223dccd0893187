"""Small books for the tests of the engine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import yaml

from openbook import edit
from openbook.testing import book
from openbook.testing.trees import NOT_COPIED

SMALL = book.ROOT / "tests" / "small"
EXAMPLE = book.ROOT / "examples" / "minimal"
# What the small book takes from the real one
_BORROWED = (
    "caspian", "openbook", "_config.yml", "CITATION.cff", "LICENSE", "pyproject.toml",
    "requirements.*", "requirements-[!r]*",
)  # fmt: skip


def small_book(target: Path) -> Path:
    """Make the small book of `tests/small` in `target`, with the real one's code and settings."""
    shutil.copytree(SMALL, target, ignore=NOT_COPIED)
    for path in (path for pattern in _BORROWED for path in book.ROOT.glob(pattern)):
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=NOT_COPIED)
        else:
            shutil.copy(path, target)
    return target


def some_tables(target: Path, names: Iterable[str]) -> Path:
    """Make a book in `target` of some real tables, those their keys lead to, and their sources."""
    data, schema = book.ROOT / "data", target / "data" / "schema"
    schema.mkdir(parents=True)
    shutil.copy(data / "schema" / "_package.yml", schema)
    waiting, taken, cited = list(names), set[str](), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in taken:
            taken.add(name)
            shutil.copy(data / f"{name}.csv", target / "data")
            text = (data / "schema" / f"{name}.yml").read_text("utf-8")
            (schema / f"{name}.yml").write_text(text, "utf-8")
            waiting += re.findall(r"(?:parent|whole): (\w+)", text)
            keys = yaml.safe_load(text).get("foreignKeys", {})
            waiting += [each.partition(".")[0] for each in map(str, keys.values()) if "." in each]
            rows = edit.table_rows(data / f"{name}.csv")
            cited |= {key for row in rows for key in row.get("source", "").split(";")}
    entries = (data / "references.bib").read_text("utf-8").split("\n@")[1:]
    kept = [each for each in entries if each.partition("{")[2].partition(",")[0] in cited]
    text = "".join(f"@{each.rstrip()}\n\n" for each in kept)
    (target / "data" / "references.bib").write_text(text, "utf-8")
    shutil.copy(book.ROOT / "CHANGELOG.md", target)
    assert not edit.checked(target / "data")
    return target
