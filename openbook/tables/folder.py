"""The data folder: where it is, its files read afresh, what is remembered of them, its errors."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from openbook.tables.violations import Violation

DATA = "OPENBOOK_DATA"  # environment variable: the folder of the tables
BUILD = "OPENBOOK_BUILD"  # environment variable: the folder that is built into
SCHEMA = "schema"  # the folder in it where each table is described
SHOWN = 10  # violations of a table in one message

_default: list[Path] = []  # at most one: what `use` said
_seen: dict[Path, bytes] = {}


class TableError(ValueError):
    """A table, the schema or the bibliography breaks a rule; the message says where and how."""

    path: str = ""
    violations: tuple[Violation, ...] = ()


def table_error(path: str, violations: Sequence[Violation]) -> TableError:
    """The error of a file by its name in the data folder, or of a page by its path in the book."""
    shown = path if path.endswith(".md") else f"{data_folder().name}/{path}"
    lines = [violation.text(shown) for violation in violations[:SHOWN]]
    if len(violations) > SHOWN:
        lines.append(f"{shown}: {len(violations) - SHOWN} more. Fix these first and try again.")
    error = TableError("\n".join(lines))
    error.path, error.violations = path, tuple(violations)
    return error


def use(folder: Path) -> None:
    """Take the tables from this folder, wherever the program runs; OPENBOOK_DATA still decides."""
    _default[:] = [folder]


def data_folder() -> Path:
    """The folder of the tables: OPENBOOK_DATA, else what `use` said, else `data` of the book."""
    if chosen := os.environ.get(DATA):
        return Path(chosen)
    return _default[0] if _default else _nearest(Path.cwd())


@cache
def _nearest(start: Path) -> Path:
    """The folder `data` of the book that a folder is part of."""
    for folder in (start, *start.parents):
        data = folder / "data"
        if (data / "datapackage.json").is_file() or (data / SCHEMA).is_dir():
            return data
    return start / "data"


def book_folder() -> Path:
    """The folder of the book that the tables belong to."""
    return data_folder().parent


def csv_files() -> list[Path]:
    """The CSV files of the data folder, described or not."""
    return sorted(data_folder().glob("*.csv"))


def described_files() -> list[Path]:
    """The files of `data/schema`, which describe the tables; none if it is not used."""
    return sorted((data_folder() / SCHEMA).glob("*.yml"))


def described_in(name: str) -> str:
    """Where a table, or `_package`, is described by hand: the file that an error has to name."""
    written = f"{SCHEMA}/{name}.yml"
    return written if (data_folder() / written).is_file() else "datapackage.json"


def pages() -> list[Path]:
    """The pages of the book."""
    return sorted([*book_folder().glob("index.md"), *book_folder().glob("chapters/*.md")])


def read(path: Path) -> bytes:
    """The file's bytes; the same object while they are the same, so that caches find it fast.

    Raises TableError if there is no such file.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        violation = Violation(
            "the file is missing",
            "the schema, the bibliography and each table that "
            "the schema describes are in the data folder",
            f"Restore it (git checkout -- {path.parent.name}/{path.name}), or describe it no more.",
        )
        raise table_error(path.name, [violation]) from None
    if _seen.get(path) != raw:
        _seen[path] = raw
    return _seen[path]


@lru_cache(maxsize=256)
def sha256(raw: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()


def digest_of(paths: Iterable[Path]) -> str:
    """Covers the names and the contents of some files."""
    return sha256(json.dumps([[path.name, sha256(read(path))] for path in paths]).encode())


CODE = digest_of(sorted(Path(__file__).parent.glob("*.py")))  # decides what a valid table is


# What is remembered spares the next kernel the second that frictionless takes to start, another one
# the half second that the bibliography takes to read. It is a memory and no more: a folder that
# can't be read or written only costs that time.


def _memory(name: str) -> Path:
    build = os.environ.get(BUILD)
    return (Path(build) if build else book_folder() / "_build") / ".validated" / name


def remembered(name: str) -> str | None:
    """What `remember` kept under this name; None if nothing can be read."""
    try:
        return _memory(name).read_text("utf-8")
    except (OSError, ValueError):
        return None


def remember(name: str, text: str) -> None:
    """Keep a text under a name, for other kernels too, if the folder can be written."""
    path = _memory(name)
    draft = path.with_name(f"{name}.{os.getpid()}")  # kernels may run side by side
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError:
        pass
