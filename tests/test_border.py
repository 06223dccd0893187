"""The border between engine and book: the engine imports nothing of it, and doesn't name it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from openbook.testing import book

OF_THE_BOOK = re.compile("caspian|baku|claim|kazakh|azerb|aktau", re.IGNORECASE)
LINT = "from importlinter import cli; raise SystemExit(cli.lint_imports(no_cache=True))"


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of pyproject.toml, checked on the packages of a tree."""
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_engine_imports_nothing_of_the_book():
    done = lint(book.ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("line", ["import caspian", "from caspian.maps import land"])
def test_an_import_across_the_border_is_found(tmp_path, line):
    shutil.copy(book.ROOT / "pyproject.toml", tmp_path)
    for package in ("caspian", "openbook"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "caspian" / "maps.py").touch()
    (tmp_path / "openbook" / "site.py").write_text(f"def show():\n    {line}\n", "utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1 and "openbook.site -> caspian" in done.stdout, done.stdout


def test_the_engine_does_not_name_the_book():
    named = [
        f"{path.relative_to(book.ROOT)}:{number}: {line.strip()}"
        for path in sorted((book.ROOT / "openbook").rglob("*"))
        if path.is_file()
        and path.name != "LICENSE"  # names who holds the rights
        and not {"__pycache__", "build"} & set(path.parts)
        for number, line in enumerate(
            [path.name, *path.read_text("utf-8", errors="replace").splitlines()]
        )
        if OF_THE_BOOK.search(line)
    ]
    assert not named, "\n".join(named)
