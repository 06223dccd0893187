"""What a chapter's kernel used, so that a page is executed again exactly when that changes.

A build tells its kernels by the environment variable `OPENBOOK_RUN`: where to report (`report`),
which packages of the book count beside this one (`packages`), and which folders a cell only
reads (`reads`, see :mod:`openbook.guard`); `tries` lets a cell use a table that is not the book's,
and go on where a sentence does not hold. Without the variable nothing is reported, and figures show
themselves as in JupyterLab.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

RUN = "OPENBOOK_RUN"
ENGINE = __name__.partition(".")[0]


def told() -> dict[str, Any]:
    """What the build says to this kernel; {} in JupyterLab or a program."""
    held: dict[str, Any] = json.loads(os.environ.get(RUN, "{}"))
    return held


def telling(
    report: Path | None = None,
    packages: Iterable[str] = (),
    tries: bool = False,
    reads: Iterable[Path] = (),
) -> dict[str, str]:
    """The environment of a kernel that runs as the book's: where to report, and of what.

    Its cells may not write into the folders `reads`. With `tries` it publishes as the book does,
    with whatever assumptions the reader has, and is not guarded.
    """
    told: dict[str, Any] = {} if report is None else {"report": str(report)}
    told |= {"tries": True} if tries else {"reads": list(map(str, reads))}
    return {RUN: json.dumps({**told, "packages": list(packages)}, sort_keys=True)}


def in_book() -> bool:
    """Whether the book (or its tests) runs the cell, rather than a person in JupyterLab."""
    return RUN in os.environ


def strict() -> bool:
    """Whether what is not the book's ends the run: in its build, its tests and its CI."""
    if in_book():
        return not told().get("tries")
    return bool(os.environ.get("CI"))


@cache
def folder_of(package: str) -> Path:
    """The folder of an installed package. Raises ModuleNotFoundError if there is none."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"no package {package!r} is installed (openbook_packages)")
    return Path(found.origin).parent


def module_digest(name: str) -> str | None:
    """sha256 of the source file of a module such as `openbook.text`; None if there is none."""
    root, *parts = name.split(".")
    folder = folder_of(root)
    for path in (
        folder.joinpath(*parts, "__init__.py"),
        folder.joinpath(*parts[:-1], f"{parts[-1]}.py" if parts else "__init__.py"),
    ):
        if path.is_file():
            return hashlib.sha256(path.read_bytes()).hexdigest()
    return None


_loaded: dict[str, str] = {}  # modules as they were when first seen: what runs is what was loaded


def dependencies() -> dict[str, str]:
    """What this process used so far: `module:…`, `table:…`, `source:…` to their digests."""
    packages = {ENGINE, *told().get("packages", ())}
    for name in sorted(n for n in sys.modules if n.partition(".")[0] in packages):
        if name not in _loaded and (loaded := module_digest(name)):
            _loaded[name] = loaded
    found = {f"module:{name}": loaded for name, loaded in _loaded.items()}
    if tables := sys.modules.get(f"{ENGINE}.tables"):
        found |= tables.used
    return found


def digest(dependency: str) -> str | None:
    """The present digest of a dependency named by :func:`dependencies`; None if it is gone."""
    kind, _, name = dependency.partition(":")
    if kind == "module":
        return module_digest(name)
    from openbook import tables

    return tables.digest(dependency)


def report_if_asked() -> None:
    """In a kernel of the book: report after every cell what was used so far."""
    if where := told().get("report"):
        from IPython import get_ipython

        def report(*_: object) -> None:
            text = json.dumps(dependencies(), sort_keys=True, indent=1)
            Path(where).write_text(text, encoding="utf-8")

        if shell := get_ipython():
            shell.events.register("post_run_cell", report)
