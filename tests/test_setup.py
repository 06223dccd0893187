"""The Makefile makes its environment, and makes it anew where one was left half-made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from openbook.testing import book

pytestmark = pytest.mark.slow

MADE = ".venv/.made"
CLAIMS = (MADE, ".venv/.book", ".venv/.lab", ".venv/.test")  # what says that all is installed


@pytest.fixture
def tree(tmp_path) -> Path:
    shutil.copy(book.ROOT / "Makefile", tmp_path)
    return tmp_path


def make(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def has_pip(tree: Path) -> bool:
    command = [tree / ".venv" / "bin" / "python", "-c", "import pip"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("left", ["no pip", "no Python", "an empty folder"])
def test_a_half_made_environment_heals(tree, left):
    if left == "an empty folder":
        (tree / ".venv").mkdir()
    else:
        subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=tree, check=True
        )
    if left == "no Python":
        for name in ("python", "python3"):
            (tree / ".venv" / "bin" / name).unlink()
            (tree / ".venv" / "bin" / name).symlink_to("/nowhere/python3")
    for claim in CLAIMS:
        (tree / claim).touch()
    done = make(tree, MADE)
    assert done.returncode == 0 and "Making .venv" in done.stdout, done.stderr
    assert has_pip(tree)
    assert not any((tree / claim).exists() for claim in CLAIMS[1:]), "nothing is installed yet"
    assert "Making" not in make(tree, MADE).stdout, "made again, though it is sound"


def test_a_system_that_cannot_make_one_says_what_to_install_and_leaves_nothing(tree):
    # As Debian's Python without python3-venv: the environment is begun, and pip can't be put in
    fake = tree / "python-without-venv"
    fake.write_text(
        "#!/bin/sh\n"
        f'if [ "$2" = venv ]; then "{sys.executable}" -m venv --without-pip .venv; exit 1; fi\n'
        f'exec "{sys.executable}" "$@"\n'
    )
    fake.chmod(0o755)
    done = make(tree, MADE, f"PYTHON={fake}")
    assert done.returncode != 0 and "apt install python3-venv" in done.stderr
    assert not (tree / ".venv").exists(), "the next try would find a half-made environment"
    assert make(tree, MADE).returncode == 0, "and the advice, once followed, must work"


def test_the_installer_is_in_the_lock_with_its_hash():
    lock = (book.ROOT / "requirements-test.txt").read_text("utf-8").splitlines()
    (at,) = [i for i, line in enumerate(lock) if line.startswith("uv==")]
    assert lock[at].endswith("\\") and "--hash=sha256:" in lock[at + 1]
