"""Runs the chapters' cells: several chapters at a time, each only when its last run has aged.

A run is kept under `_build/.runs` with the digests of all that it used: its cells, the expressions
of its prose, and the tables, sources and modules that its kernel reported
(:mod:`openbook.kernel`). While none of them has changed, the page is read again as often as Sphinx
likes and nothing is executed; not even a build that was killed loses a finished run. A chapter
that failed runs again.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import nbformat
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core.execute import NotebookClientBase
from myst_nb.core.execute.inline import ModifiedNotebookClient
from myst_nb.core.read import create_nb_reader
from myst_nb.sphinx_ import SphinxEnvType
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from openbook import guard, kernel
from openbook.site import files, rude
from openbook.site.kernels import kernel_of
from openbook.site.pages import pages
from openbook.site.runs import Failure, Run, Runs, Shown
from openbook.tables.folder import data_folder

EVALUATED = re.compile(r"\{eval\}`([^`]+)`")
JOBS = "OPENBOOK_JOBS"  # environment variable: how many chapters run (or figures are drawn) at once
log = logging.getLogger(__name__)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def jobs() -> int:
    """How many chapters to run, or figures to draw, at once: `OPENBOOK_JOBS`, or the cores.

    Raises ValueError if the variable is not a whole number from 1.
    """
    chosen = os.environ.get(JOBS, "")
    if not chosen:
        known = getattr(os, "sched_getaffinity", None)  # not on macOS, not on Windows
        return len(known(0)) if known else os.cpu_count() or 1
    if not chosen.isdecimal() or int(chosen) < 1:
        raise ValueError(f"{JOBS}={chosen}: how many chapters run at a time is a number from 1")
    return int(chosen)


# --- what is run -----------------------------------------------------------------------------


def expressions(notebook: NotebookNode) -> dict[int, list[str]]:
    """The `{eval}` expressions of the prose by the place of their cell, each once."""
    return {
        at: list(dict.fromkeys(EVALUATED.findall(cell.source)))
        for at, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown" and EVALUATED.search(cell.source)
    }


def cells_digest(notebook: NotebookNode) -> str:
    """Digest of the cells' code and tags, the prose's expressions and their places between cells.

    The words of the prose have no part in it.
    """
    code = [
        [cell.source, cell.metadata.get("tags", [])]  # tags say what is run, and what may fail
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    before, asked = 0, []
    shown = expressions(notebook)
    for at, cell in enumerate(notebook.cells):
        before += cell.cell_type == "code"
        asked += [[before, name] for name in shown.get(at, ())]
    return files.sha256(json.dumps([code, asked]).encode())


def code_line(cell: NotebookNode, start: int, source: str) -> int:
    """The line of the file (from 1) where a cell's code starts; `start` is its fence (from 0).

    The cell's options may stand between the two.
    """
    lines, first = source.splitlines(), cell.source.partition("\n")[0]
    return next((i for i in range(start, len(lines)) if lines[i] == first), start) + 1


async def execute(
    path: Path,
    notebook: NotebookNode,
    timeout: int,
    environment: Mapping[str, str],
    paths: Collection[str] | None,
) -> tuple[Shown, Failure | None]:
    """Run the cells in a kernel of their own, in the file's folder; they take up their outputs.

    Returns the values of the prose's expressions and the failure that ended the run, if any.
    `timeout` is the seconds that a cell may take before it counts as hanging. `paths` are folders
    that no page may name; if it is None, cells may show whatever they like.
    """
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    client = ModifiedNotebookClient(
        notebook,
        record_timing=False,
        timeout=timeout,
        resources={"metadata": {"path": str(path.parent)}},
        km=kernel_of(AsyncKernelManager, folder.name),
    )
    client.owns_km = True
    client.reset_execution_trackers()
    asked, code = expressions(notebook), -1
    shown: Shown = {}
    starts = notebook.metadata["source_map"]
    try:
        await client.async_start_new_kernel(env={**os.environ, **environment})
        kernel = await client.async_start_new_kernel_client()
        info = await client.async_wait_for_reply(kernel.kernel_info())
        notebook.metadata["language_info"] = info["content"]["language_info"]
        for at, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                code += 1
                count = client.code_cells_executed + 1
                await client.async_execute_cell(cell, at, execution_count=count)
                rude.refuse(cell.outputs, cell.metadata.get("tags", ()), paths)
            for name in asked.get(at, ()):
                outputs = await client.async_eval_expression(name)
                rude.refuse(outputs, (), paths)
                shown.setdefault(str(at), {})[name] = outputs
        client.set_widgets_metadata()
    except (CellExecutionError, CellTimeoutError, DeadKernelError, rude.Refused) as error:
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError from error  # Ctrl-C, which nbclient takes for a death
        line = code_line(cell, starts[at], path.read_text("utf-8"))
        if paths is not None and "outputs" in cell:
            cell.outputs = []  # a failure tells of paths of this machine
        return shown, Failure(code, line, _told(error, timeout))
    finally:
        if client.kc is not None:
            client.kc.stop_channels()
        if client.km is not None and client.km.has_kernel:
            await client.km.shutdown_kernel(now=True)
        folder.cleanup()
    return shown, None


def _told(error: Exception, timeout: int) -> str:
    """What a reader of the build's log needs to know of a failure."""
    if isinstance(error, CellTimeoutError):
        return (
            f"the cell hangs: it was stopped after {timeout} s (execute.timeout in _config.yml). "
            "Run it in JupyterLab (`make lab`) to see where; a cell of the book takes a few seconds"
        )
    if isinstance(error, DeadKernelError):
        return (
            "the kernel died in this cell: it ended the process (exit, a crash in a compiled "
            "package) or the machine ran out of memory"
        )
    if isinstance(error, rude.Refused):
        return str(error)
    if isinstance(error, CellExecutionError) and error.ename == guard.Refused.__name__:
        return str(error.evalue)
    traceback = _COLOURS.sub("", getattr(error, "traceback", "") or str(error)).strip()
    return f"the cell failed\n{traceback}"


async def run(
    path: Path,
    notebook: NotebookNode,
    *,
    timeout: int,
    packages: str,
    executed: int,
    report: Path,
    own: Iterable[str],
    reads: Sequence[Path] = (),
    tries: bool = False,
) -> Run:
    """Run a chapter once. The kernel reports what it uses, modules of the `own` packages too.

    The cells may write into none of the folders `reads`, of which the first is the book's. With
    `tries` they run as a reader's, with tables that need not be the book's, and may do anything.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    start = time.perf_counter()
    told = kernel.telling(report, own, tries, reads)
    paths = None if tries else rude.paths_of_machine(reads)
    shown: Shown = {}
    used: dict[str, str] = {}
    try:
        shown, failure = await execute(path, notebook, timeout, told, paths)
        used = json.loads(report.read_text("utf-8")) if report.is_file() else {}
    except Exception as error:  # the other chapters run on
        failure = Failure(0, 1, f"its kernel could not run ({type(error).__name__}: {error})")
    report.unlink(missing_ok=True)
    cells = cells_digest(notebook)
    outputs = {
        str(at): [dict(output) for output in cell.outputs]
        for at, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.execution_count
    }
    return Run(
        cells=cells,
        packages=packages,
        dependencies=used,
        outputs=outputs,
        shown=shown,
        language=dict(notebook.metadata.get("language_info", {})),
        seconds=time.perf_counter() - start,
        executed=executed,
        digest=files.sha256(json.dumps([cells, used, outputs, shown], sort_keys=True).encode()),
        failure=failure,
    )


async def _run_all(
    wanted: Mapping[str, Awaitable[Run]], limit: int, done: Callable[[str, Run], None]
) -> None:
    """Run chapters, at most `limit` at a time, in the order given; tell of each when it ends."""
    gate = asyncio.Semaphore(limit)

    async def one(docname: str, chapter: Awaitable[Run]) -> None:
        async with gate:
            done(docname, await chapter)

    async with asyncio.TaskGroup() as group:
        for docname, chapter in wanted.items():
            group.create_task(one(docname, chapter))


def _longest_first(env: BuildEnvironment, runs: Runs) -> list[str]:
    """The pages by the time of their last run, so that none is left to run alone at the end.

    New ones come first, by their length.
    """

    def rank(docname: str) -> tuple[float, int, str]:
        run, size = runs.get(docname), Path(env.doc2path(docname)).stat().st_size
        return -run.seconds if run else -float("inf"), -size, docname

    return sorted(env.found_docs, key=rank)


def run_chapters(app: Sphinx, runs: Runs, limit: int) -> list[Run]:
    """Run every chapter whose last run can't stand for a new one, `limit` at a time; their runs.

    All chapters run, whatever fails; each failure is a warning that names chapter, cell and line.
    """
    env, digest = cast(SphinxEnvType, app.env), cache(kernel.digest)
    packages = packages_digest(Path(app.confdir))
    wanted: dict[str, Awaitable[Run]] = {}
    with_cells: list[str] = []
    for docname in _longest_first(env, runs):
        path, before = Path(env.doc2path(docname)), runs.get(docname)
        text = path.read_text("utf-8")
        why = before.aged(packages, digest) if before else ["it is new"]
        if before and not why and was_read(env, docname, text, before):
            with_cells.append(docname)
            continue
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is None:
            continue
        with_cells.append(docname)
        notebook = reader.read(text)
        if before and before.cells != cells_digest(notebook):
            why = ["its cells"]
        if why:
            log.info("%s runs: %s", docname, ", ".join(why[:3]) + (" …" if why[3:] else ""))
            wanted[docname] = run(
                path,
                notebook,
                timeout=app.config.nb_execution_timeout,
                packages=packages,
                executed=before.executed + 1 if before else 1,
                report=runs.folder / f"{docname}.report",
                own=app.config.openbook_packages,
                reads=(Path(app.confdir), data_folder()),
            )
    runs.drop_all_but(with_cells)
    ran: list[Run] = []
    left = list(wanted)

    def done(docname: str, ended: Run) -> None:
        runs.keep(docname, ended)
        ran.append(ended)
        left.remove(docname)
        rest = f", left: {', '.join(left)}" if left else ""
        how = "failed" if ended.failure else "ran"
        log.info(
            "[%d/%d] %s %s in %.1f s%s", len(ran), len(wanted), docname, how, ended.seconds, rest
        )
        if ended.failure:
            place = (docname, ended.failure.line)
            log.warning("cell %d: %s", ended.failure.cell, ended.failure.said, location=place)

    if wanted:
        asyncio.run(_run_all(wanted, limit, done))
    return ran


# --- what MyST-NB reads ----------------------------------------------------------------------


class StoredClient(NotebookClientBase):
    """Stands in for MyST-NB's kernel while a page is read: gives what the run gave."""

    def __init__(self, run: Run, *arguments: Any, **options: Any) -> None:
        """Give the outputs of `run` to the notebook."""
        super().__init__(*arguments, **options)
        self.run, self._at = run, -1
        count = 0
        for at, cell in enumerate(self.notebook.cells):
            if cell.cell_type == "code" and (outputs := run.outputs.get(str(at))) is not None:
                count += 1
                cell.execution_count = count
                cell.outputs = [nbformat.from_dict(output) for output in outputs]
        self.notebook.metadata["language_info"] = run.language

    def close_client(self, exc_type: object, exc_val: object, exc_tb: object) -> None:
        """Say how the run went, as MyST-NB keeps it."""
        failure = self.run.failure
        self.exec_metadata = {
            "mtime": 0.0,  # no clock: two builds of one commit are alike
            "runtime": self.run.seconds,
            "method": "inline",
            "succeeded": failure is None,
            "error": None,
            "traceback": None,
        }

    def code_cell_outputs(self, cell_index: int) -> tuple[int | None, list[NotebookNode]]:
        """The outputs of a cell; what is evaluated next stands below it."""
        self._at = cell_index
        return super().code_cell_outputs(cell_index)

    def eval_variable(self, name: str) -> list[NotebookNode]:
        """The value of an expression of the prose below the last cell read.

        Raises KeyError for one that the run did not evaluate.
        """
        below = range(self._at + 1, len(self.notebook.cells))
        for at in below:
            if name in self.run.shown.get(str(at), {}):
                return [nbformat.from_dict(output) for output in self.run.shown[str(at)][name]]
            if self.notebook.cells[at].cell_type == "code":
                break
        raise KeyError(f"{name} was not evaluated: write it as {{eval}}`{name}` in the prose")


def packages_digest(confdir: Path) -> str:
    """Digest of the locked packages and the Python: another lock, another run."""
    lock = confdir / "requirements.txt"
    locked = lock.read_bytes() if lock.is_file() else b""
    return files.sha256(locked + sys.version.encode())


def was_read(env: BuildEnvironment, docname: str, text: str, run: Run | None) -> bool:
    """Whether a page was read from this text, these sources and this run (None: no cells)."""
    known = pages(env).get(docname)
    return (
        known is not None
        and known.source == files.sha256(text.encode())
        and known.run == (run.digest if run else "")
        and all(kernel.digest(f"source:{key}") == was for key, was in known.cited.items())
    )
