"""What a book's own Sphinx extension adds to the site: files of its own, and code that makes pages.

An extension calls :func:`add` in its `setup`; its static files are then copied, and kept up to
date, like the engine's, and a change of its code has the pages read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx


@dataclass(frozen=True)
class Part:
    """`static` is a folder of files for `_static`; `code` are files that decide what pages say."""

    static: Path
    code: tuple[Path, ...]


def added(app: Sphinx) -> list[Part]:
    """What the extensions of this build have added."""
    held: list[Part] = vars(app).setdefault("openbook_parts", [])
    return held


def add(app: Sphinx, static: Path, code: Iterable[Path]) -> None:
    """Add a part; to be called from an extension's `setup`."""
    added(app).append(Part(static, tuple(code)))
