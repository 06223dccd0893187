"""The chapters' cells as tests, and which tests need what.

Every cell of the pages (`openbook_pages`) runs once, straight from the page, and its outputs must
equal those of `tests/reference/<page>.ipynb`, whole chart specs and glued values included.
This is nbval's collector, which here needs no `--nbval`. A chapter's cells share one kernel, so
with several workers a file must stay on one of them: `-n 2 --dist loadfile`.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbval.kernel import RunningKernel
from nbval.plugin import (
    IPyNbCell,
    IPyNbFile,
    NbCellError,
    coalesce_streams,
    find_metadata_tags,
)

from openbook.site.kernels import kernel_of
from openbook.testing import book
from openbook.testing.compare import differences

_NBVAL_DEFAULT_TIMEOUT = 2000
_DIFFERENCES_SHOWN = 8


def pytest_configure(config: pytest.Config) -> None:
    """Set what the cells need, before any kernel starts."""
    book.as_in_the_book()
    option = config.option
    option.nbval = option.nbval_lax = False  # or nbval would collect the references again
    if option.nbval_cell_timeout == _NBVAL_DEFAULT_TIMEOUT:
        option.nbval_cell_timeout = book.sphinx_config()["nb_execution_timeout"]
    if getattr(option, "dist", "no") in ("load", "worksteal"):
        option.dist = "loadfile"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the pages as files of cells."""
    if file_path in book.written():
        return ChapterFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a built site, a browser or long; long files first.

    No worker should be left alone with a long file at the end.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        for name in ("site", "browser"):
            if name in fixtures:
                item.add_marker(name)
        if isinstance(item, BookCell):
            item.add_marker("slow")
    long = book.SETTINGS.openbook_first
    items.sort(key=lambda item: long.index(item.path.name) if item.path.name in long else len(long))


class BookKernel(RunningKernel):
    """nbval's kernel, started as the book's are, in another timezone and locale.

    The references come from a build on this machine, so cells that give the same here do so
    elsewhere.
    """

    def __init__(self, folder: str, startup_timeout: float) -> None:
        self.files = TemporaryDirectory(ignore_cleanup_errors=True)
        self.km = kernel_of(KernelManager, self.files.name)
        self.km.start_kernel(
            cwd=folder, stderr=subprocess.DEVNULL, env={**os.environ, **book.ELSEWHERE}
        )
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.wait_for_ready(timeout=startup_timeout)
        self._ensure_iopub_up()

    def stop(self) -> None:
        super().stop()
        self.files.cleanup()


class ChapterFile(IPyNbFile):
    """A chapter and its reference: the cells run in one kernel, in the chapter's folder."""

    failed_cell: int | None = None
    skip_compare: tuple[str, ...]

    def collect(self) -> Iterator[pytest.Item]:
        # Our pictures are as repeatable as our texts, so they are compared too.
        self.skip_compare = tuple(k for k in self.skip_compare if not k.startswith("image/"))
        self.page = book.Page(self.path.relative_to(book.ROOT).with_suffix("").as_posix())
        self.nb = book.read_chapter(self.path)
        found = self.page.reference.is_file()
        self.reference = book.read_reference(self.page) if found else None
        self.glue = self.reference.metadata.get("glue", {}) if self.reference else {}
        self.unseen = set(self.glue)
        code = [cell for cell in self.nb.cells if cell.cell_type == "code"]
        self.last = len(code) - 1
        expected = self.reference.cells if self.reference else []
        for number, (cell, reference) in enumerate(zip_longest(code, expected)):
            if cell is None:
                break  # openbook.testing.checks says that the reference has more
            yield BookCell.from_parent(
                self,
                name=f"cell {number}",
                cell_num=number,
                cell=cell,
                options=defaultdict(bool, find_metadata_tags(cell.metadata), check=False),
                expected=reference,
            )

    def setup(self) -> None:
        self.kernel = BookKernel(
            str(self.path.parent), self.config.option.nbval_kernel_startup_timeout
        )
        self.setup_sanitize_files()


class BookCell(IPyNbCell):
    """A cell whose failure says where it stands in the chapter and which value moved."""

    parent: ChapterFile

    def __init__(self, *, expected: nbformat.NotebookNode | None, **settings: Any) -> None:
        super().__init__(**settings)
        self.expected = expected

    def runtest(self) -> None:
        """Run the cell, then compare what it showed and glued with the reference.

        A cell that raises says so before anything else, and the cells after it are skipped; one
        that only differs from its reference runs, since the next ones need it.
        """
        if self.parent.failed_cell is not None:
            pytest.skip(f"cell {self.parent.failed_cell} of this chapter failed before")
        try:
            super().runtest()  # compares nothing: `check` is off
        except NbCellError:
            self.parent.failed_cell = self.cell_num
            raise
        if stale := self.stale_reference():
            self.raise_cell_error(f"{stale}: run `make references`")
        assert self.expected is not None  # or it were stale
        glued, shown = book.split_glue(self.test_outputs)
        same = self.compare_outputs(shown, coalesce_streams(self.expected.outputs))
        for line in differences(self.known_glue(glued), glued):
            self.comparison_traceback.append(f"glue {line}")
            same = False
        if not same:
            self.raise_cell_error("Cell outputs differ", "\n".join(self.comparison_traceback))

    def known_glue(self, glued: dict[str, Any]) -> dict[str, Any]:
        """What the reference knows of the names glued here, and at the end of those glued never."""
        self.parent.unseen -= set(glued)
        never = self.parent.unseen if self.cell_num == self.parent.last else set()
        return {k: v for k, v in self.parent.glue.items() if k in glued or k in never}

    def stale_reference(self) -> str:
        """Why the reference has nothing to compare this cell with; "" if it has."""
        if self.parent.reference is None:
            return "This chapter has no reference"
        if self.expected is None or self.expected.source != self.cell.source:
            return "This cell is not the reference's"
        if self.expected.execution_count is None:
            return "This reference cell was never executed, so nothing would be compared"
        return ""

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
        line = book.cells(self.path)[self.cell_num].line
        where = f"{self.parent.page.docname}.md, cell {self.cell_num} (line {line})"
        parts = [f"{where}: {error.args[0]}", "", error.source, "", error.inner_traceback or ""]
        if error.args[0] == "Cell outputs differ":
            parts.append(
                "If the new numbers are meant, run `make references` and commit what moved."
            )
        return "\n".join(parts)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name
