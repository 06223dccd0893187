"""Across the Caspian: the shared code of the book.

When the book is built, each chapter's kernel reports which tables, sources and modules of this
package it used, so that a page is executed again exactly when one of them changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent
REPORT_TO = "CASPIAN_DEPENDENCIES"  # environment variable: the file to report to


def module_digest(name: str) -> str | None:
    """sha256 of the source file of `caspian…`; None if there is no such module."""
    parts = name.split(".")[1:]
    for path in (
        PACKAGE.joinpath(*parts, "__init__.py"),
        PACKAGE.joinpath(*parts[:-1], f"{parts[-1]}.py" if parts else "__init__.py"),
    ):
        if path.is_file():
            return hashlib.sha256(path.read_bytes()).hexdigest()
    return None


_loaded: dict[str, str] = {}  # modules as they were when first seen: what runs is what was loaded


def dependencies() -> dict[str, str]:
    """What this process used so far: `module:…`, `table:…`, `source:…` to their digests."""
    for name in sorted(n for n in sys.modules if n == "caspian" or n.startswith("caspian.")):
        if name not in _loaded and (loaded := module_digest(name)):
            _loaded[name] = loaded
    found = {f"module:{name}": loaded for name, loaded in _loaded.items()}
    if tables := sys.modules.get("openbook.tables"):
        found |= tables.used
    return found


def digest(dependency: str) -> str | None:
    """The present digest of a dependency named by :func:`dependencies`; None if it is gone."""
    kind, _, name = dependency.partition(":")
    if kind == "module":
        return module_digest(name)
    from openbook import tables

    return tables.digest(dependency)


def _report(*_: object) -> None:
    text = json.dumps(dependencies(), sort_keys=True, indent=1)
    Path(os.environ[REPORT_TO]).write_text(text, encoding="utf-8")


if REPORT_TO in os.environ:
    from IPython import get_ipython

    if shell := get_ipython():  # a chapter's kernel: report after every cell
        shell.events.register("post_run_cell", _report)
