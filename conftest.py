"""The chapters' cells as tests, in two lanes of one `pytest` run.

- `chapters/*.md` and `index.md`: every cell runs, straight from the chapter; an error fails.
- `tests/reference/*.ipynb`: every cell runs and its outputs must equal the reference's, whole
  chart specs included.

Both use nbval's collector, which here needs no `--nbval`. A chapter's cells share one kernel, so
with several workers a file must stay on one of them: `-n 2 --dist loadfile`.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import book
import nbformat
import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError, find_metadata_tags

_NBVAL_DEFAULT_TIMEOUT = 2000
_DIFFERENCES_SHOWN = 8


def pytest_configure(config: pytest.Config) -> None:
    """Set what both lanes need, before any kernel starts."""
    book.as_in_the_book()
    option = config.option
    option.nbval = option.nbval_lax = False  # or nbval would collect the references again
    if option.nbval_cell_timeout == _NBVAL_DEFAULT_TIMEOUT:
        option.nbval_cell_timeout = book.CELL_TIMEOUT
    if getattr(option, "dist", "no") in ("load", "worksteal"):
        option.dist = "loadfile"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take chapters and references as files of cells."""
    if file_path.suffix == ".ipynb" and file_path.parent == book.REFERENCE:
        return ReferenceFile.from_parent(parent, path=file_path)
    is_page = file_path.parent == book.ROOT / "chapters" or file_path == book.ROOT / "index.md"
    if is_page and file_path.suffix == ".md":
        return ChapterFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that no worker is left alone with one at the end."""
    weight = {"test_build.py": 0, "test_site.py": 1}
    items.sort(key=lambda item: weight.get(item.path.name, 2))


class _Cells(IPyNbFile):
    """A file of cells that run in one kernel, in the chapter's folder."""

    strict = False
    failed_cell: int | None = None

    def read(self) -> nbformat.NotebookNode:
        raise NotImplementedError

    def chapter(self) -> Path:
        """The chapter that the cells come from."""
        raise NotImplementedError

    def collect(self) -> Iterator[pytest.Item]:
        self.compare_outputs = self.strict
        # Our pictures are as repeatable as our texts, so they are compared too.
        self.skip_compare = tuple(k for k in self.skip_compare if not k.startswith("image/"))
        self.nb = self.read()
        code = [cell for cell in self.nb.cells if cell.cell_type == "code"]
        for number, cell in enumerate(code):
            options = defaultdict(bool, find_metadata_tags(cell.metadata))
            options.setdefault("check", self.compare_outputs)
            yield BookCell.from_parent(
                self, name=f"cell {number}", cell_num=number, cell=cell, options=options
            )

    def setup(self) -> None:
        self.kernel = RunningKernel(
            CURRENT_ENV_KERNEL_NAME,
            cwd=str(self.chapter().parent),
            startup_timeout=self.config.option.nbval_kernel_startup_timeout,
        )
        self.setup_sanitize_files()

    def line(self, number: int) -> int | None:
        """Where the cell starts in the chapter, if the chapter still has it."""
        found = book.cells(self.chapter()) if self.chapter().is_file() else []
        return found[number].line if number < len(found) else None


class ChapterFile(_Cells):
    """A chapter: its cells must run. A page without a kernel has none."""

    def read(self) -> nbformat.NotebookNode:
        return book.read_chapter(self.path)

    def chapter(self) -> Path:
        return self.path


class ReferenceFile(_Cells):
    """A reference: its cells must run and give what they gave."""

    strict = True

    def read(self) -> nbformat.NotebookNode:
        return nbformat.read(self.path, as_version=4)

    def chapter(self) -> Path:
        names = {page.name: page.path for page in book.pages()}
        return names.get(self.path.stem, book.ROOT / "chapters" / f"{self.path.stem}.md")


class BookCell(IPyNbCell):
    """A cell whose failure says where it stands in the chapter and which value moved."""

    parent: _Cells

    def runtest(self) -> None:
        if self.parent.failed_cell is not None:
            pytest.skip(f"cell {self.parent.failed_cell} of this chapter failed before")
        if self.parent.strict and self.cell.execution_count is None:
            self.raise_cell_error(
                "This reference cell was never executed, so nothing would be compared. "
                "Run `make references`"
            )
        try:
            super().runtest()
        except NbCellError as error:
            if error.args[0] != "Cell outputs differ":
                self.parent.failed_cell = self.cell_num
            raise

    def format_output_compare(self, key: str, left: Any, right: Any) -> None:
        """Say which values differ, not print two chart specs."""
        found = list(differences(left, right))
        more = len(found) - _DIFFERENCES_SHOWN
        self.comparison_traceback.append(f"{key}:")
        self.comparison_traceback.extend(f"  {line}" for line in found[:_DIFFERENCES_SHOWN])
        if more > 0:
            self.comparison_traceback.append(f"  and {more} more differences")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        error = excinfo.value
        if not isinstance(error, NbCellError):
            return str(excinfo.getrepr(style="short"))
        chapter = self.parent.chapter().relative_to(book.ROOT).as_posix()
        line = self.parent.line(self.cell_num)
        where = f"{chapter}, cell {self.cell_num}" + (f" (line {line})" if line else "")
        parts = [f"{where}: {error.args[0]}", "", error.source, "", error.inner_traceback or ""]
        if error.args[0] == "Cell outputs differ":
            parts.append(
                "If the new numbers are meant, run `make references` and commit what moved."
            )
        return "\n".join(parts)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


def differences(left: Any, right: Any, at: str = "") -> Iterator[str]:
    """Every place where two outputs differ: `spec.data[3].value: reference 62, now 64`."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            where = f"{at}.{key}" if at else str(key)
            if key not in left:
                yield f"{where}: not in the reference, now {_short(right[key])}"
            elif key not in right:
                yield f"{where}: reference {_short(left[key])}, now missing"
            else:
                yield from differences(left[key], right[key], where)
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield f"{at}: reference has {len(left)} items, now {len(right)}"
        for i, (a, b) in enumerate(zip(left, right, strict=False)):
            yield from differences(a, b, f"{at}[{i}]")
    elif isinstance(left, str) and isinstance(right, str) and left != right:
        yield from _text_differences(left, right, at)
    elif left != right:
        yield f"{at}: reference {_short(left)}, now {_short(right)}"


def _text_differences(left: str, right: str, at: str) -> Iterator[str]:
    if "\n" not in left and "\n" not in right:
        same = len(list(_common(left, right)))
        start = max(0, same - 40)
        where = f"{at}: " if at else ""
        yield f"{where}reference {_short(left[start:])}, now {_short(right[start:])}"
        return
    yield f"{at}: reference (-), now (+)" if at else "reference (-), now (+)"
    for line in difflib.unified_diff(left.splitlines(), right.splitlines(), n=0, lineterm=""):
        if line[:2] not in ("--", "++", "@@"):
            yield _short(line)


def _common(left: str, right: str) -> Iterator[str]:
    for a, b in zip(left, right, strict=False):
        if a != b:
            return
        yield a


def _short(value: Any, length: int = 160) -> str:
    text = str(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= length else text[: length - 1] + "…"
