"""How a chapter's cells look, and what a review shows of their references."""

from __future__ import annotations

import ast
import shutil
import subprocess

import pytest
from jupytext.config import load_jupytext_config

from openbook.bundle import Table
from openbook.testing import book, checks

# Nine cells in ten do no more than 14 things in 36 lines, as the formatter writes them.
MOST_STATEMENTS = 15
MOST_LINES = 40

CHAPTERS = book.chapters()
JUPYTEXT = load_jupytext_config(str(book.ROOT / "chapters"))
each_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)


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
    assert checks.unportable(source)


def test_what_a_cell_may_do_is_not_found():
    assert not checks.unportable("import sys\nprint(sys.version, 'https://example.org')\n")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a, (b, *c) = x", "a b c"),
        ("for row in rows:\n    last = row", "row last"),
        ("if x:\n    a = 1\nelse:\n    b: int = 2", "a b"),
        ("with f() as held:\n    n += 1\ntry:\n    f()\nexcept E as why:\n    pass", "held n why"),
        ("def f(x):\n    inner = x\nclass C:\n    part = 1", "f C"),
        ("total = sum(v for v in x)\n_ = [w for w in x]", "total"),
        ("if (found := look()):\n    assert [(kept := y) for y in x]", "found kept"),
        ("def e(f=1):\n    g = f\n_ = h = 3\n[i for i in ()]", "e h"),
        ("import a.b as c\nx.y = z[0] = 1", ""),
    ],
)
def test_what_a_cell_binds(source, names):
    assert checks.bound(source) == set(names.split())
