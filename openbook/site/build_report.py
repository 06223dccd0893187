"""What the pages were built with: the chosen packages as locked, and `build.json` of this build."""

from __future__ import annotations

import json
import platform
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import cast

from markupsafe import Markup
from myst_nb.sphinx_ import SphinxEnvType
from packaging.requirements import Requirement
from sphinx.application import Sphinx

from openbook import supply
from openbook.site import files
from openbook.site.archive import FOLDER
from openbook.site.files import FileRecipe
from openbook.site.markup import render

# What is chosen, each an .in and a .txt. What the re-run kit needs is chosen among the first
PARTS = (
    "requirements",
    "requirements-lab",
    "requirements-refresh",
    "requirements-audit",
    "requirements-test",
)


def files_read() -> list[str]:
    """The files of the book that name its packages."""
    return [f"{part}.{kind}" for part in PARTS for kind in ("in", "txt")]


def _requirements(path: Path) -> Iterator[tuple[Requirement, str]]:
    """The requirements of a file, each with the comment on its line; hashes are left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        wanted, _, comment = line.partition("#")
        wanted = wanted.strip().removesuffix("\\").strip()
        if wanted and not wanted.startswith("-"):
            yield Requirement(wanted), comment.strip()


def packages(confdir: Path, part: str = PARTS[0]) -> list[tuple[str, str, str]]:
    """What one of the `.in` files chose: name, the version that its `.txt` locks, the reason.

    Nothing if there is no such file. Raises ValueError for a package that the lock does not hold.
    """
    if not (confdir / f"{part}.in").is_file():
        return []
    locked: dict[str, list[str]] = {}  # one version for some releases of Python, one for others
    for pinned, _ in _requirements(confdir / f"{part}.txt"):
        locked.setdefault(pinned.name, []).extend(pin.version for pin in pinned.specifier)
    found = []
    for chosen, why in _requirements(confdir / f"{part}.in"):
        if chosen.name not in locked:
            raise ValueError(f"{chosen.name} is not in {part}.txt: run `make lock`")
        found.append((chosen.name, " or ".join(locked[chosen.name]), why))
    return found


def html(confdir: Path, root: str) -> Markup:
    """The chosen packages as a table. `root` leads from the page to the site's root."""
    project = tomllib.loads((confdir / "pyproject.toml").read_text(encoding="utf-8"))
    lock = confdir / supply.LOCK
    return render(
        "packages.html",
        locked=len({name for name, _ in supply.locked(lock)}) if lock.is_file() else 0,
        python=project.get("project", {}).get("requires-python", "").removeprefix(">="),
        packages=[chosen for part in PARTS for chosen in packages(confdir, part)],
        shipped=supply.shipped(),
        base=f"{root}{FOLDER}",
    )


def report(app: Sphinx) -> FileRecipe:
    """What built these pages, and how long each chapter's cells ran: differs by machine and run."""
    ran = {
        docname: round(data["exec_data"]["runtime"], 2)
        for docname, data in cast(SphinxEnvType, app.env).nb_metadata.items()
        if data.get("exec_data")
    }
    content = json.dumps(
        {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "packages": {name: version(name) for name, _, _ in packages(Path(app.confdir))},
            "seconds_to_run": ran,
        },
        indent=1,
        sort_keys=True,
    ).encode()
    return files.from_bytes(content)
