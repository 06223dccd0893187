"""Files of the built site: written only where they changed, removed when nothing makes them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple


class FileRecipe(NamedTuple):
    """A file of the site: a `digest` of what it is made from, and what makes it."""

    digest: str
    make: Callable[[], bytes]


def sha256(content: bytes) -> str:
    """The sum that `sha256sum` prints."""
    return hashlib.sha256(content).hexdigest()


def from_bytes(content: bytes) -> FileRecipe:
    """A file whose content is at hand."""
    return FileRecipe(sha256(content), lambda: content)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whatever ends the process or writes beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file unless it has this content already."""
    if not path.is_file() or path.read_bytes() != content:
        replace(path, content)


def make_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """A file that stays as it is once it was made: its name says what it was made from."""
    if not path.is_file():
        replace(path, make())
    return path.read_bytes()


def sync_folder(folder: Path, wanted: Mapping[str, FileRecipe], noted: Path, jobs: int = 1) -> None:
    """Make the files of `folder` whose digest is not the one in `noted`; remove all others.

    `jobs` files are made at a time, in threads. Raises ValueError for a name, which may come from
    data, that is no name of a file in this folder.
    """
    if away := [name for name in wanted if not re.fullmatch(r"\.?\w[\w.+ -]*", name)]:
        raise ValueError(f"{away[0]!r} can't be the name of a file in {folder.name}")
    before = json.loads(noted.read_text(encoding="utf-8")) if noted.is_file() else {}

    def make(name: str) -> None:
        recipe = wanted[name]
        if before.get(name) != recipe.digest or not (folder / name).is_file():
            write(folder / name, recipe.make())

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(make, wanted))
    for stale in {p.name for p in folder.glob("*")} - set(wanted):
        (folder / stale).unlink()
    digests = {name: recipe.digest for name, recipe in wanted.items()}
    write(noted, json.dumps(digests, indent=1).encode())
