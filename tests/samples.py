"""Small books for the tests of the engine."""

from __future__ import annotations

import shutil
from pathlib import Path

from openbook.testing import book
from openbook.testing.trees import NOT_COPIED

SMALL = book.ROOT / "tests" / "small"
EXAMPLE = book.ROOT / "examples" / "minimal"
# What the small book takes from the real one
_BORROWED = (
    "caspian", "openbook", "_config.yml", "CITATION.cff", "LICENSE", "pyproject.toml",
    "requirements.*", "requirements-[!r]*",
)  # fmt: skip


def small_book(target: Path) -> Path:
    """Make the small book of `tests/small` in `target`, with the real one's code and settings."""
    shutil.copytree(SMALL, target, ignore=NOT_COPIED)
    for path in (path for pattern in _BORROWED for path in book.ROOT.glob(pattern)):
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=NOT_COPIED)
        else:
            shutil.copy(path, target)
    return target
