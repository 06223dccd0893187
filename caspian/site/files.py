"""Files of the built site: written only where they changed, removed when nothing makes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

Making = tuple[str, Callable[[], bytes]]  # what a file is made from, as a digest, and how


def ready(content: bytes) -> Making:
    """A file whose content is at hand."""
    return hashlib.sha256(content).hexdigest(), lambda: content


def write(path: Path, content: bytes) -> None:
    """Write a file unless it has this content already."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def renew(folder: Path, wanted: Mapping[str, Making], noted: Path) -> None:
    """Make the files of `folder` whose digest is not the one in `noted`; remove all others."""
    before = json.loads(noted.read_text(encoding="utf-8")) if noted.is_file() else {}
    for name, (digest, make) in wanted.items():
        if before.get(name) != digest or not (folder / name).is_file():
            write(folder / name, make())
    for stale in {p.name for p in folder.glob("*")} - set(wanted):
        (folder / stale).unlink()
    digests = {name: digest for name, (digest, _) in wanted.items()}
    write(noted, json.dumps(digests, indent=1).encode())
