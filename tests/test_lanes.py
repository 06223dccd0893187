"""The two lanes of `conftest.py` see what they must: every kind of output, and every error.

They are run on a small book of one chapter whose references are bent in one number each.
"""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import book
import nbformat
import pytest

CHAPTER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A small book

```{code-cell} ipython3
:tags: [hide-input]

import os
from pathlib import Path

from IPython.display import display

rate = 1.5
assert Path.cwd().name == "chapters" and os.environ["CASPIAN_RENDERING"] == "book"
```

```{code-cell} ipython3
print(rate)
display({
    "application/vnd.vegalite.v6+json": {"data": {"values": [{"mt": rate}, {"mt": 2}]}},
    "application/vnd.caspian.figure+json": {"name": "fig-a", "rows": [{"mt": rate}]},
    "text/html": f"<b>{rate} Mt</b>",
    "text/plain": f"{rate} Mt",
    "image/png": "aGFsbG8=",
}, raw=True)
```
"""
# What is bent: the reference's name, its output's kind, the new content
BENT = {
    "vega": ("application/vnd.vegalite.v6+json", {"data": {"values": [{"mt": 1.6}, {"mt": 2}]}}),
    "figure": ("application/vnd.caspian.figure+json", {"name": "fig-a", "rows": [{"mt": 1.6}]}),
    "html": ("text/html", "<b>1.6 Mt</b>"),
    "plain": ("text/plain", "1.6 Mt"),
    "picture": ("image/png", "aGVsbG8="),
    "more": ("text/markdown", "1.5 Mt"),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> str:
    """What pytest says of the small book."""
    tree = tmp_path_factory.mktemp("lanes") / "book"
    (tree / "chapters").mkdir(parents=True)
    (tree / "tests" / "reference").mkdir(parents=True)
    for name in ("conftest.py", "pyproject.toml", "tests/book.py", "tests/renew.py"):
        shutil.copy(book.ROOT / name, tree / name)
    (tree / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n"
                                   "  - file: chapters/small\n", "utf-8")  # fmt: skip
    (tree / "index.md").write_text("# No cells\n", "utf-8")
    chapter = tree / "chapters" / "small.md"
    chapter.write_text(CHAPTER, "utf-8")
    done = book.run_in(tree, "python", "tests/renew.py", "notebooks")
    assert done.returncode == 0, done.stdout + done.stderr
    bend(tree / "tests" / "reference")
    (tree / "chapters" / "broken.md").write_text(
        CHAPTER.replace("rate = 1.5", "rate = 1.5 / 0"), "utf-8"
    )
    done = book.run_in(tree, "python", "-m", "pytest", "-v", "--color=no")
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def bend(folder: Path) -> None:
    good = nbformat.read(folder / "small.ipynb", as_version=4)
    for name, (kind, content) in BENT.items():
        bent = copy.deepcopy(good)
        bent.cells[1].outputs[1].data[kind] = content
        nbformat.write(bent, folder / f"{name}.ipynb")
    bent = copy.deepcopy(good)
    bent.cells[1].outputs[0].text = "1.6\n"
    nbformat.write(bent, folder / "stream.ipynb")
    bent = copy.deepcopy(good)
    bent.cells[1].execution_count = None
    bent.cells[1].outputs = []
    nbformat.write(bent, folder / "unrun.ipynb")


def test_good_cells_pass(report):
    for test in ("chapters/small.md::cell 0", "chapters/small.md::cell 1",
                 "tests/reference/small.ipynb::cell 0",
                 "tests/reference/small.ipynb::cell 1"):  # fmt: skip
        assert f"{test} PASSED" in report


@pytest.mark.parametrize("name", [*BENT, "stream", "unrun"])
def test_a_bent_reference_fails(report, name):
    assert f"tests/reference/{name}.ipynb::cell 0 PASSED" in report
    assert f"tests/reference/{name}.ipynb::cell 1 FAILED" in report


def test_the_moved_value_is_named(report):
    for line in (
        "data.values[0].mt: reference 1.6, now 1.5",
        "rows[0].mt: reference 1.6, now 1.5",
        "reference <b>1.6 Mt</b>, now <b>1.5 Mt</b>",
        "run `make references`",
        "This reference cell was never executed",
    ):
        assert line in report


def test_an_error_names_chapter_cell_and_line(report):
    assert "chapters/broken.md::cell 0 FAILED" in report
    assert "chapters/broken.md, cell 0 (line 17): Cell execution caused an exception" in report
    assert "ZeroDivisionError" in report
    # What depends on the failed cell isn't a second failure.
    assert "chapters/broken.md::cell 1 SKIPPED" in report
