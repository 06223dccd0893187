"""Run chapters as a reader with nothing but the site does: `python -m openbook.testing.rerun`.

A new environment with Jupyter alone, an empty folder, the chapter's notebook and the kit as the
site has them; then every cell. It needs a network (or what `PIP_INDEX_URL` names) and a built site.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path

from openbook.testing import book

JUPYTER = ("nbconvert", "ipykernel")
_LONGEST = 1800  # seconds for one step
_OURS = ("OPENBOOK_", "PYTHON", "VIRTUAL_ENV", "JUPYTER_")  # variables of this environment


def _run(folder: Path, *command: str | Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    subprocess.run(list(map(str, command)), cwd=folder, env=kept, check=True, timeout=_LONGEST)


def environment(folder: Path) -> Path:
    """Make an environment with Jupyter and nothing else; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    _run(folder, python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *JUPYTER)
    return python


def outputs(notebook: Path) -> int:
    """How many outputs a notebook shows."""
    held = json.loads(notebook.read_text("utf-8"))["cells"]
    return sum(len(cell.get("outputs", ())) for cell in held)


def rerun(site: Path, names: Sequence[str], work: Path) -> None:
    """Run these chapters in a new environment. Raises CalledProcessError if a cell fails."""
    python, folder = environment(work / "environment"), work / "empty"
    folder.mkdir()
    (kit,) = (site / "_kit").glob("*.zip")
    shutil.copy(kit, folder)
    for name in names:
        shutil.copy(site / "_chapters" / f"{name}.ipynb", folder)
        start = time.monotonic()
        command = ("nbconvert", "--to", "notebook", "--execute", "--output", f"{name}-again")
        _run(folder, python, "-m", "jupyter", *command, f"{name}.ipynb")
        took, shown = time.monotonic() - start, outputs(folder / f"{name}-again.ipynb")
        print(f"{name}: {shown} outputs in {took:.0f} s", flush=True)


def main(names: Sequence[str]) -> None:
    """Run the chapters of these names, or the first two."""
    known = sorted(path.stem for path in (book.HTML / "_chapters").glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as work:
        rerun(book.HTML, names or known[:2], Path(work))


if __name__ == "__main__":
    main(sys.argv[1:])
