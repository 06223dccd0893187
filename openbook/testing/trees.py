"""Copies of the book to change and to build, in processes that are like a reader's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openbook.site.sums import ABOUT_THE_BUILD
from openbook.testing import book
from openbook.testing.warm import Started, Warm

BUILD = ("jb", "build", ".", "-W", "-n", "--keep-going")  # as `make book` does
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", "*.egg-info", ".pytest_cache", ".ruff_cache",
    ".ipynb_checkpoints",
)  # fmt: skip
_PATIENCE = 120  # seconds to wait for something that another process does
# Variables that a build may get when Python has started already; others need a process of its own
_LATE = {"BOOK_FAULT", "OPENBOOK_JOBS", "PYTHONPATH"}
_LONGEST = 900  # seconds that a command may take before it counts as hanging


def copy_tree(target: Path) -> Path:
    """Copy the repository's own files, without what is built or installed, to `target`."""
    return Path(shutil.copytree(book.ROOT, target, ignore=NOT_COPIED))


def edit(path: Path, old: str, new: str) -> None:
    """Replace the one place of a file that reads `old`. Raises ValueError if it isn't one."""
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path.name} has {old!r} {text.count(old)} times, not once")
    path.write_text(text.replace(old, new), "utf-8")


@cache
def warmed() -> Warm:
    """The process that builds are started from."""
    return Warm(book.own_packages())


def start(
    tree: Path, *command: str, cold: bool = False, **variables: str
) -> subprocess.Popen[str] | Started:
    """Start a command of this environment in a copy, with the copy's own packages.

    `python` and `jb` stand for the ones of the interpreter that runs the tests; `variables` are
    added to the environment. The command leads a process group, and its two outputs are one. A
    build is forked from the warm process, unless it is to start `cold`, as a reader's does.
    """
    bin_folder = Path(sys.executable).parent
    program = (
        sys.executable if command[0] == "python" else shutil.which(command[0], path=str(bin_folder))
    )
    if program is None:
        raise FileNotFoundError(f"{command[0]} is not installed beside {sys.executable}")
    paths = os.pathsep.join([str(tree), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {
        **os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1", **variables,
    }  # fmt: skip
    environment.pop("OPENBOOK_DATA", None)
    if command[0] == "jb" and not cold and set(variables) <= _LATE:
        return warmed().start(tree, list(command[1:]), environment)
    return subprocess.Popen(
        [program, *command[1:]], cwd=tree, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        errors="replace", start_new_session=True,
    )  # fmt: skip


@dataclass(frozen=True)
class Done:
    """How a command ended, and all that it said."""

    returncode: int
    output: str


def finish(process: subprocess.Popen[str] | Started) -> Done:
    """Wait for a command. Raises TimeoutExpired, and ends it, if it hangs."""
    try:
        output, _ = process.communicate(timeout=_LONGEST)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return Done(process.wait() or 0, output)


def run_in(tree: Path, *command: str, cold: bool = False, **variables: str) -> Done:
    """Run a command in a copy: see :func:`start`."""
    return finish(start(tree, *command, cold=cold, **variables))


def build(tree: Path, *options: str, cold: bool = False, **variables: str) -> Done:
    """Build the book of a copy, as strictly as `make book` does."""
    return run_in(tree, *BUILD, *options, cold=cold, **variables)


def built_files(tree: Path) -> dict[str, bytes]:
    """Every file of a copy's built site, by name."""
    html = tree / "_build" / "html"
    return {p.relative_to(html).as_posix(): p.read_bytes() for p in html.rglob("*") if p.is_file()}


def wait(until: Callable[[], object]) -> None:
    """Wait for something that another process does. Raises TimeoutError if it never does."""
    end = time.monotonic() + _PATIENCE
    while not until():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {_PATIENCE} seconds")
        time.sleep(0.02)


def site_differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The files in which two built sites differ, but for the one that may, and where each does."""
    moved = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    return [_difference(name, one, other) for name in sorted(moved - {ABOUT_THE_BUILD})]


def _difference(name: str, one: dict[str, bytes], other: dict[str, bytes]) -> str:
    first, second = one.get(name), other.get(name)
    if first is None or second is None:
        return f"{name} is in one of them"
    pairs = enumerate(zip(first, second, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))
    parts = (content[max(0, at - 40) : at + 40] for content in (first, second))
    return f"{name}, from byte {at}: {' | '.join(map(repr, parts))}"
