"""What an edit would change: `make compare` tells it beside the references, and writes nothing.

Edit a row of a table or a constant of a chapter, then run this. Chapters whose last run in the
build is no longer true run again, as a reader runs them: a table need not be stamped, and a
sentence that no longer holds is listed. What they then say is set beside `tests/reference`.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbformat import NotebookNode

from openbook import kernel, sentences
from openbook.bundle import Bundle, Cards, FactBundle, Figure, Table
from openbook.site import execution
from openbook.site.runs import Run, Runs
from openbook.testing import book, renew

MOST = 25  # lines of one kind for one page; the rest is counted
_WORD = re.compile(r"[\w.–-]{1,40}")


# --- what a page says now --------------------------------------------------------------------


async def _run(page: book.Page, folder: Path) -> Run:
    return await execution.run(
        page.path,
        book.read_chapter(page.path),
        timeout=book.sphinx_config()["nb_execution_timeout"],
        packages="",
        executed=0,
        report=folder / f"{page.name}.json",
        own=book.own_packages()[1:],
        tries=True,
    )


async def _run_all(pages: Sequence[book.Page]) -> dict[book.Page, Run]:
    gate = asyncio.Semaphore(execution.jobs())
    with TemporaryDirectory() as folder:

        async def one(page: book.Page) -> Run:
            async with gate:
                print(f"{page.docname} runs", file=sys.stderr, flush=True)
                return await _run(page, Path(folder))

        return dict(zip(pages, await asyncio.gather(*map(one, pages)), strict=True))


def kept(page: book.Page) -> Run | None:
    """The page's run in the last build, if it would give the same today."""
    run = Runs(book.ROOT / "_build" / ".runs").get(page.docname)
    digest: Callable[[str], str | None] = cache(kernel.digest)
    if run is None or run.aged(execution.packages_digest(book.ROOT), digest):
        return None
    return run if run.cells == execution.cells_digest(book.read_chapter(page.path)) else None


def runs_of(pages: Sequence[book.Page]) -> dict[book.Page, Run]:
    """What each page says now: the build's run where it still holds, else a new one."""
    known = {page: run for page in pages if (run := kept(page))}
    return known | asyncio.run(_run_all([page for page in pages if page not in known]))


def as_notebook(page: book.Page, run: Run) -> NotebookNode:
    """A run in the shape of a reference: outputs in cells, glue and values of the prose aside."""
    code = [cell for cell in book.read_chapter(page.path).cells if cell.cell_type == "code"]
    outputs = [nbformat.from_dict(held) for held in run.outputs.values()]
    glued: dict[str, Any] = {}
    for cell, held in zip(code, outputs, strict=False):
        more, cell.outputs = book.split_glue(held)
        glued |= more
    metadata = {"glue": glued, "shown": renew.shown(run)}
    return nbformat.v4.new_notebook(cells=code, metadata=metadata)


# --- what moved ------------------------------------------------------------------------------


def percent(old: float | None, new: float | None) -> str:
    """By how much a number moved, of its old size: `+12%`; "" where that says nothing."""
    if not old or new is None or not math.isfinite(new / old):
        return ""
    share = 100 * (new - old) / abs(old)
    return f"{share:+.{1 if abs(share) < 10 else 0}f}%".replace("-", "−")


def _fact(content: Mapping[str, Any]) -> tuple[str, list[float | None]]:
    """A glued or shown value as text and numbers."""
    if FactBundle.mime in content:
        fact = FactBundle.from_json(content[FactBundle.mime])
        return fact.text, list(fact.value)
    return str(content.get("text/plain", "")).strip("'\""), []


def facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The named numbers and words that moved: name, old, new, percent."""
    for name in sorted({*old, *new}):
        (was, before), (now, after) = _fact(old.get(name, {})), _fact(new.get(name, {}))
        if was == now:
            continue
        ends = zip(before, after, strict=False)
        by = ", ".join(dict.fromkeys(by for pair in ends if (by := percent(*pair))))
        yield f"{name}: {was or 'nothing'} → {now or 'nothing'}" + (f"  ({by})" if by else "")


def rows(old: Bundle, new: Bundle) -> str:
    """How the rows of a figure or table moved, in a few words; "" if they did not."""
    if old.rows == new.rows:
        return ""
    if len(old.rows) != len(new.rows):
        return f"{len(old.rows)} rows → {len(new.rows)}"
    moved = [(a, b) for a, b in zip(old.rows, new.rows, strict=True) if a != b]
    numbers = [
        (abs(b[column] - value) / abs(value), column, value, b[column])
        for a, b in moved
        for column, value in a.items()
        if _is_number(value) and _is_number(b.get(column)) and value and b[column] != value
    ]
    text = f"{len(moved)} of {len(old.rows)} rows"
    if not numbers:
        return text
    _, column, was, now = max(numbers)
    return f"{text}, most in {column}: {was:.6g} → {now:.6g}  ({percent(was, now)})"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def published(old: NotebookNode, new: NotebookNode) -> Iterator[str]:
    """The figures, tables and cards that moved: title where it did, and rows."""
    for shape in (Figure, Table, Cards):
        before, after = (
            {bundle.name: bundle for bundle in book.bundles(notebook, shape)}
            for notebook in (old, new)
        )
        for name in [*before, *(name for name in after if name not in before)]:
            if name not in after or name not in before:
                yield f"{name}: {'gone' if name in before else 'new'}"
                continue
            said = [rows(before[name], after[name])]
            if before[name].title != after[name].title:
                said.insert(0, f"“{before[name].title}” → “{after[name].title}”")
            if any(said):
                yield f"{name}: {'; '.join(filter(None, said))}"


def words(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """The short words and numbers that moved in another kind of output, such as verdicts."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys() if at else sorted(old.keys() & new.keys()):
            yield from words(old[key], new[key], f"{at} {key}".strip())
    elif isinstance(old, list) and isinstance(new, list):
        for place, (a, b) in enumerate(zip(old, new, strict=False)):
            yield from words(a, b, f"{at} {_label(a, place)}".strip())
    elif old != new and _short(old) and _short(new):
        yield f"{at}: {old} → {new}"


def _label(item: Any, place: int) -> str:
    """What tells an item of a list apart: its first words that are names, else its place."""
    held = item.values() if isinstance(item, dict) else ()
    names = [v for v in held if isinstance(v, str) and _WORD.fullmatch(v)]
    return " ".join(names[:2]) or str(place)


def _short(value: Any) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) <= 40


def others(old: NotebookNode, new: NotebookNode) -> Iterator[str]:
    """What moved in outputs of kinds of the book's own."""
    own = {shape.mime for shape in (Figure, Table, Cards)} | {sentences.MIME}
    for was, now in zip(_data(old), _data(new), strict=False):
        for kind in was.keys() & now.keys() - own:
            if kind.startswith("application/"):
                yield from words(was[kind], now[kind])


def _data(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The outputs of a notebook, without the marks that only a reader's run has."""
    found = [o.data for cell in notebook.cells for o in cell.get("outputs", ()) if "data" in o]
    return [data for data in found if sentences.MIME not in data]


def marks(notebook: NotebookNode) -> list[str]:
    """What a reader's run remarks: sentences that no longer hold, tables that differ."""
    outputs = (o for cell in notebook.cells for o in cell.get("outputs", ()))
    return [o.data[sentences.MIME] for o in outputs if sentences.MIME in o.get("data", {})]


def report(page: book.Page, run: Run) -> list[str]:
    """All that moved on a page, as lines; none if all is as published."""
    new = as_notebook(page, run)
    old = book.read_reference(page)
    found = [f"  {mark}" for mark in marks(new)]
    if run.failure:
        found.append(f"  line {run.failure.line}: {run.failure.said.splitlines()[-1]}")
    before, after = (
        {**nb.metadata.get("shown", {}), **nb.metadata.get("glue", {})} for nb in (old, new)
    )
    if "shown" not in old.metadata:  # a reference of before these were kept
        after = {name: value for name, value in after.items() if name in before}
    for head, lines in (
        ("numbers and words", list(facts(before, after))),
        ("figures and tables", list(published(old, new))),
        ("verdicts and the like", sorted(others(old, new))),
    ):
        found += [f"  {head}: {len(lines)}"] if lines else []
        found += [f"    {line}" for line in lines[:MOST]]
        found += [f"    and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return found


def main(arguments: Sequence[str]) -> int:
    """Print what moved on each page; 0, whatever it is."""
    known = {page.name: page for page in book.chapters() if page.reference.is_file()}
    parser = argparse.ArgumentParser(description="What an edit changes, beside the references.")
    parser.add_argument("--page", choices=sorted(known), help="only this page")
    chosen = parser.parse_args(arguments)
    pages = [known[chosen.page]] if chosen.page else list(known.values())
    told = {page: lines for page, run in runs_of(pages).items() if (lines := report(page, run))}
    for page in pages:
        if page in told:
            print("\n".join([page.docname, *told[page], ""]))
    unmoved = [page.name for page in pages if page not in told]
    print(f"as published: {', '.join(unmoved)}" if unmoved else "no page is as published")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
