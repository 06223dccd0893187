"""The guard of the references: none is missing, stale or empty. And how a chapter's cells look."""

from __future__ import annotations

import ast
import difflib
import re
import shutil
import subprocess

import book
import jupytext
import pytest
from jupytext.config import load_jupytext_config

from openbook.bundle import Table

# Nine cells in ten do no more than 14 things in 36 lines, as the formatter writes them.
MOST_STATEMENTS = 15
MOST_LINES = 40

CHAPTERS = book.chapters()
JUPYTEXT = load_jupytext_config(str(book.ROOT / "chapters"))
each_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)


def test_the_book_has_chapters_to_test():
    assert CHAPTERS, "no page of _toc.yml has cells to run"


def test_every_chapter_is_in_the_book():
    written = {path.stem for path in (book.ROOT / "chapters").glob("*.md")}
    listed = {page.name for page in book.pages() if page.docname.startswith("chapters/")}
    assert written == listed, "chapters/ and _toc.yml name different pages"


def test_page_names_are_unique():
    names = [page.name for page in book.pages()]
    assert sorted(names) == sorted(set(names))
    assert not [name for name in names if "_" in name], "a page's name is its URL: no underscores"


def test_references_are_those_of_the_chapters():
    stored = {path.stem for path in book.REFERENCE.glob("*.ipynb")}
    wanted = {page.name for page in CHAPTERS}
    assert stored == wanted, "run `make references`"


def _code(page: book.Page) -> list:
    if not page.reference.is_file():
        pytest.fail(f"{page.docname}.md has no reference: run `make references`")
    return [cell for cell in book.read_reference(page).cells if cell.cell_type == "code"]


@each_chapter
def test_reference_was_executed(page):
    counts = [cell.execution_count for cell in _code(page)]
    assert None not in counts, (
        f"tests/reference/{page.name}.ipynb: cell {counts.index(None)} was never executed, so "
        "its outputs would not be compared: run `make references`"
    )


@each_chapter
def test_reference_has_the_chapters_cells(page):
    chapter, reference = book.cells(page.path), _code(page)
    for ours, theirs in zip(chapter, reference, strict=False):
        assert theirs.source == ours.source, (
            f"{page.docname}.md, line {ours.line}: cell {ours.number} is not the reference's: "
            "run `make references`"
        )
    assert len(chapter) == len(reference), (
        f"{page.docname}.md has {len(chapter)} cells, its reference {len(reference)}: "
        "run `make references`"
    )


@each_chapter
def test_reference_compares_something(page):
    outputs = [output for cell in _code(page) for output in cell.outputs]
    assert any("data" in output for output in outputs), (
        f"tests/reference/{page.name}.ipynb holds no output, so nothing is compared"
    )


@pytest.mark.skipif(not shutil.which("git"), reason="git reads .gitattributes")
@pytest.mark.parametrize(
    "name, folded",
    [
        ("requirements.txt", "set"),
        ("figures/fig-oil-routes.svg", "set"),
        ("tests/reference/energy.ipynb", "set"),
        ("tests/reference/energy.txt", "unspecified"),
        ("chapters/energy.md", "unspecified"),
    ],
)
def test_a_review_shows_the_text_that_moved(tmp_path, name, folded):
    shutil.copy(book.ROOT / ".gitattributes", tmp_path)
    for command in (["init", "--quiet"], ["check-attr", "linguist-generated", name]):
        run = subprocess.run(
            ["git", *command], cwd=tmp_path, capture_output=True, text=True, check=True
        )
    assert run.stdout.strip() == f"{name}: linguist-generated: {folded}"


def test_the_book_has_figures():
    counts = {page.name: len(book.bundles(book.read_reference(page))) for page in CHAPTERS}
    assert sum(counts.values()) > 0, f"no reference holds a figure: {counts}"


@each_chapter
def test_a_chapter_publishes_something(page):
    if not page.docname.startswith("chapters/"):
        pytest.skip("not a chapter")
    notebook = book.read_reference(page)
    published = book.bundles(notebook) + book.bundles(notebook, Table)
    assert published, f"{page.docname}.md publishes neither a figure nor a table"


@each_chapter
def test_no_cell_changes_its_reading_by_a_tag(page):
    # nbval would then run less, or compare less, than the reader is told.
    for number, cell in enumerate(_code(page)):
        tags = cell.metadata.get("tags", [])
        assert not [tag for tag in tags if tag.startswith("nbval-") or tag == "raises-exception"], (
            f"{page.docname}.md, cell {number}: {tags}"
        )


@each_chapter
def test_jupyterlab_opens_it_as_the_same_notebook(page):
    # Without `extension: .md` in its head, Jupytext takes a chapter for plain Markdown.
    notebook = jupytext.read(page.path)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sources == [cell.source for cell in book.cells(page.path)], (
        f"{page.docname}.md: JupyterLab would show other cells than the book runs"
    )
    saved = jupytext.writes(notebook, fmt="md:myst", config=JUPYTEXT)
    assert saved == page.path.read_text("utf-8"), (
        f"{page.docname}.md: saving it in JupyterLab would rewrite it:\n"
        + "\n".join(
            difflib.unified_diff(
                page.path.read_text("utf-8").splitlines(), saved.splitlines(), n=0, lineterm=""
            )
        )
    )


def _statements(source: str) -> int:
    """How much a cell does: its statements at any depth; `a, b = 1, 2` is as much as two."""
    count = 0
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assign(targets=[ast.Tuple()], value=ast.Tuple(elts=values)):
                count += len(values)
            case ast.stmt():
                count += 1
    return count


@pytest.mark.parametrize(
    "source, count",
    [
        ("", 0),
        ("a = 1; b = 2", 2),
        ("a, b, c = 1, 2, 3", 3),
        ("a, b = (f(x) for x in (1, 2))", 1),
        ("figure(\n    chart,\n    name='fig-a',\n)", 1),
        ("def f(x):\n    y = x\n    return y\n\n\nf(1)", 4),
    ],
)
def test_statements_are_counted_not_lines(source, count):
    assert _statements(source) == count


@each_chapter
def test_cells_are_short(page):
    for cell in book.cells(page.path):
        found = {
            "statements": (_statements(cell.source), MOST_STATEMENTS),
            "lines": (len(cell.source.splitlines()), MOST_LINES),
        }
        for what, (count, most) in found.items():
            assert count <= most, (
                f"{page.docname}.md, line {cell.line}: a cell of {count} {what}, {most} is the "
                "most: split it where its thought ends, or move code to caspian/"
            )


def _reasons(source: str) -> list[str]:
    """Why a cell would not run for a reader without a network, or elsewhere."""
    found = []
    for node in ast.walk(ast.parse(source)):
        name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if name == "sys.path" or (
            isinstance(node, ast.ImportFrom)
            and node.module == "sys"
            and any(alias.name == "path" for alias in node.names)
        ):
            found.append("changes where Python finds modules (sys.path)")
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            found += [
                f"reaches for the network ({module})"
                for module in modules
                if re.match(r"(urllib\.request|requests|httpx|aiohttp|socket)\b", module)
            ]
        if (
            isinstance(node, ast.Call)
            and "read" in ast.unparse(node.func)
            and re.search(r"['\"](?:https?|ftp|s3)://", ast.unparse(node))
        ):
            found.append("reads its data from the network")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nsys.path.insert(0, '..')",
        "from sys import path",
        "import requests",
        "import urllib.request",
        "from urllib.request import urlopen",
        "import pandas as pd\npd.read_csv('https://example.org/oil.csv')",
    ],
)
def test_what_a_cell_may_not_do_is_found(source):
    assert _reasons(source)


def test_what_a_cell_may_do_is_not_found():
    assert not _reasons("import sys\nprint(sys.version, 'https://example.org')\n")


@each_chapter
def test_cells_need_no_network_and_no_path(page):
    for cell in book.cells(page.path):
        assert not (reasons := _reasons(cell.source)), (
            f"{page.docname}.md, line {cell.line}: the cell {reasons[0]}"
        )
