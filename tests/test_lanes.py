"""What the tests of cells see: every kind of output, glue, and every error.

They are run on the small book with chapters of its own, whose references are bent in one place
each; and `openbook.testing.renew` makes references from what a build ran.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path

import nbformat
import pytest
import samples

from openbook.bundle import FactBundle
from openbook.testing import book, renew, trees
from openbook.testing.compare import differences

pytestmark = pytest.mark.slow

SHOW = """\
print(rate)
display({
    "application/vnd.vegalite.v6+json": {"data": {"values": [{"mt": rate}, {"mt": 2}]}},
    "application/vnd.openbook.figure+json": {"name": "fig-a", "rows": [{"mt": rate}]},
    "text/html": f"<b>{rate} Mt</b>",
    "text/plain": f"{rate} Mt",
    "image/png": "aGFsbG8=",
}, raw=True)
glue("rate", rate, display=False)"""
SET_UP = """\
import os
from pathlib import Path

from IPython.display import display
from ipykernel.connect import get_connection_info
from myst_nb import glue

rate = 1.5
# Two kernels that start at once may be given the same port, and one of them would die
assert os.name != "posix" or get_connection_info(unpack=True)["transport"] == "ipc"
assert Path.cwd().name == "chapters" and "OPENBOOK_RUN" in os.environ"""
SHOWN = {
    "application/vnd.vegalite.v6+json": {"data": {"values": [{"mt": 1.5}, {"mt": 2}]}},
    "application/vnd.openbook.figure+json": {"name": "fig-a", "rows": [{"mt": 1.5}]},
    "text/html": "<b>1.5 Mt</b>",
    "text/plain": "1.5 Mt",
    "image/png": "aGFsbG8=",
}
# How the reference of a cell is bent: the output's kind, the new content. The last one has to say
# that a glued name is missing.
BENT = {
    "good": (),
    "vega": ("application/vnd.vegalite.v6+json", {"data": {"values": [{"mt": 1.6}, {"mt": 2}]}}),
    "figure": ("application/vnd.openbook.figure+json", {"name": "fig-a", "rows": [{"mt": 1.6}]}),
    "html": ("text/html", "<b>1.6 Mt</b>"),
    "plain": ("text/plain", "1.6 Mt"),
    "picture": ("image/png", "aGVsbG8="),
    "more": ("text/markdown", "1.5 Mt"),
    "stream": (),
    "glue": (),
    "unrun": (),
    "edited": (),
    "last": (),
}
HEAD = (samples.SMALL / "chapters" / "oil.md").read_text("utf-8").partition("# Oil")[0]


def shown(name: str) -> str:
    """The cell that shows everything, under a glued name of its own."""
    return SHOW.replace('"rate"', f'"rate_{name}"')


def chapter(*cells: str) -> str:
    return HEAD + "# Cells\n" + "".join(f"\n```{{code-cell}} ipython3\n{c}\n```\n" for c in cells)


def reference() -> nbformat.NotebookNode:
    """What the chapter of all bent cells is compared with."""
    v4 = nbformat.v4
    cells = [v4.new_code_cell(SET_UP, execution_count=1)]
    for number, (name, bent) in enumerate(BENT.items()):
        stream = v4.new_output("stream", text="1.6\n" if name == "stream" else "1.5\n")
        data = copy.deepcopy(SHOWN) | dict([bent] if bent else [])
        cell = v4.new_code_cell(shown(name), execution_count=number + 2)
        cell.outputs = [stream, v4.new_output("display_data", data=data)]
        if name == "unrun":
            cell.execution_count, cell.outputs = None, []
        if name == "edited":
            cell.source += "  # as it was"
        cells.append(cell)
    glue = {f"rate_{n}": {"text/plain": "1.6" if n == "glue" else "1.5"} for n in BENT}
    glue["rate_never"] = {"text/plain": "1.5"}
    return v4.new_notebook(cells=cells, metadata={"glue": glue})


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """The small book, with a place for its references."""
    tree = samples.small_book(tmp_path_factory.mktemp("lanes") / "book")
    (tree / "tests" / "reference").mkdir(parents=True)
    return tree


def run_cells(tree: Path, *files: str) -> str:
    done = trees.run_in(tree, "python", "-m", "pytest", "-v", "--color=no", *files)
    assert done.returncode in (0, 1), done.output
    return done.output


@pytest.fixture(scope="module")
def report(tree) -> str:
    """What pytest says of chapters whose references are bent."""
    chapters = {
        "bent": chapter(SET_UP, *map(shown, BENT)),
        "broken": chapter(SET_UP.replace("1.5", "1.5 / 0"), SHOW),
        "new": chapter(SET_UP, SHOW),
    }
    for name, text in chapters.items():
        (tree / "chapters" / f"{name}.md").write_text(text, "utf-8")
    nbformat.write(reference(), tree / "tests" / "reference" / "bent.ipynb")
    return run_cells(tree, *(f"chapters/{name}.md" for name in chapters), "index.md")


def test_good_cells_pass(report):
    for number in (0, 1):  # what they need, and all that they show
        assert f"chapters/bent.md::cell {number} PASSED" in report


@pytest.mark.parametrize("name", [name for name in BENT if name != "good"])
def test_a_bent_reference_fails(report, name):
    assert f"chapters/bent.md::cell {1 + list(BENT).index(name)} FAILED" in report


@pytest.mark.parametrize(
    "line",
    [
        "data.values[0].mt: reference 1.6, now 1.5",
        "rows[0].mt: reference 1.6, now 1.5",
        "reference <b>1.6 Mt</b>, now <b>1.5 Mt</b>",
        "glue rate_glue.text/plain: reference 1.6, now 1.5",
        "glue rate_never: reference {'text/plain': '1.5'}, now missing",
        "If the new numbers are meant, run `make references`",
        "This reference cell was never executed",
        "This cell is not the reference's: run `make references`",
        "This chapter has no reference: run `make references`",
    ],
)
def test_the_moved_value_is_named(report, line):
    assert line in report


def test_an_error_names_chapter_cell_and_line(report):
    assert "chapters/broken.md::cell 0 FAILED" in report
    assert "chapters/broken.md, cell 0 (line 15): Cell execution caused an exception" in report
    assert "ZeroDivisionError" in report
    # What depends on the failed cell isn't a second failure.
    assert "chapters/broken.md::cell 1 SKIPPED" in report


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("a\n-5.0\n", "a\n-7.0\n", ["--5.0", "+-7.0"]),
        ("a\n5\n", "a\n+5\n", ["-5", "++5"]),
    ],
)
def test_a_line_that_looks_like_the_head_of_a_comparison_is_told(old, new, told):
    assert list(differences(old, new))[1:] == told


# --- references from the build ---------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tree) -> Path:
    """The small book after a build, with its references made from it."""
    done = trees.build(tree)
    assert done.returncode == 0, done.output
    renewed(tree)
    return tree


def renewed(tree: Path, *arguments: str) -> set[str]:
    """The files that were renewed."""
    done = trees.run_in(tree, "python", "-m", "openbook.testing.renew", *arguments)
    assert done.returncode == 0, done.output
    return {line.split()[1] for line in done.output.splitlines() if line.startswith("  renewed")}


def test_what_the_build_ran_is_what_the_cells_give(built):
    report = run_cells(built, "chapters/oil.md", "chapters/ports.md")
    assert "4 passed" in report and "failed" not in report, report
    glued = nbformat.read(built / "tests/reference/oil.ipynb", as_version=4).metadata.glue
    assert glued["pipe_share"]["text/plain"] == "'88.02%'"
    assert glued["pipe_share"][FactBundle.mime]["source"] == "oil_office"


def test_only_what_moved_is_renewed_and_one_page_alone(built):
    moved = {f"tests/reference/{name}" for name in ("oil.ipynb", "oil.txt", "ports.txt")}
    moved.add("figures/fig-oil.svg")
    for name in moved:
        (built / name).write_bytes(b"moved")
    assert renewed(built, "--page", "oil") == moved - {"tests/reference/ports.txt"}
    assert renewed(built) == {"tests/reference/ports.txt"}


def test_what_the_build_did_not_run_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "EXECUTED", tmp_path)
    page = book.chapters()[0]
    with pytest.raises(ValueError, match="has not run it: run `make book`"):
        renew.executed(page)
    page.executed.parent.mkdir()
    notebook = book.read_chapter(page.path)
    notebook.metadata.clear()
    notebook.cells.append(nbformat.v4.new_code_cell("1"))
    nbformat.write(notebook, page.executed)
    with pytest.raises(ValueError, match="other cells than it has now: run `make book`"):
        renew.executed(page)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (("error", {"ename": "KeyError", "evalue": "'oil'"}), "cell 0 failed: KeyError: 'oil'"),
        (("stream", {"name": "stderr", "text": "Watch out"}), "cell 0 writes to stderr: Watch out"),
        (("stream", {"name": "stdout", "text": "/tmp/oil"}), "cell 0 shows '/tmp/'"),
    ],
)
def test_an_output_that_no_reference_may_hold_is_refused(output, told):
    kind, content = output
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output(kind, **content)])
    with pytest.raises(ValueError, match=re.escape(told)):
        renew.settled(nbformat.v4.new_notebook(cells=[cell]))
