"""What every page of a book must keep: ``from openbook.testing.checks import *`` in its tests.

No reference is missing, stale or empty; JupyterLab opens a chapter as the notebook that the book
runs; no cell needs a network; readers see the text of the reference, and no number in it was typed.
"""

from __future__ import annotations

import ast
import difflib
import re
import symtable
from itertools import zip_longest
from pathlib import Path

import jupytext
import pytest
from jupytext.config import load_jupytext_config
from nbformat import NotebookNode

from openbook.testing import book, digits, renew

PAGES = book.pages()
CHAPTERS = book.chapters()
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
each_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)


# --- the cells and their references ----------------------------------------------------------


def test_the_book_has_chapters_to_test() -> None:
    assert CHAPTERS, "no page of _toc.yml has cells to run"


def test_every_page_is_in_the_book() -> None:
    listed = sorted(page.path for page in PAGES)
    assert book.written() == listed, "the folder of the book and _toc.yml name different pages"


def test_page_names_are_unique() -> None:
    names = [page.name for page in book.pages()]
    assert sorted(names) == sorted(set(names))
    assert not [name for name in names if "_" in name], "a page's name is its URL: no underscores"


def test_references_are_those_of_the_chapters() -> None:
    stored = {path.stem for path in book.REFERENCE.glob("*.ipynb")}
    wanted = {page.name for page in CHAPTERS}
    assert stored == wanted, "run `make references`"


def _code(page: book.Page) -> list[NotebookNode]:
    if not page.reference.is_file():
        pytest.fail(f"{page.docname}.md has no reference: run `make references`")
    return [cell for cell in book.read_reference(page).cells if cell.cell_type == "code"]


@each_chapter
def test_reference_was_executed(page: book.Page) -> None:
    counts = [cell.execution_count for cell in _code(page)]
    assert None not in counts, (
        f"tests/reference/{page.name}.ipynb: cell {counts.index(None)} was never executed, so "
        "its outputs would not be compared: run `make references`"
    )


@each_chapter
def test_reference_has_the_chapters_cells(page: book.Page) -> None:
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
def test_reference_compares_something(page: book.Page) -> None:
    outputs = [output for cell in _code(page) for output in cell.outputs]
    assert any("data" in output for output in outputs), (
        f"tests/reference/{page.name}.ipynb holds no output, so nothing is compared"
    )


@each_chapter
def test_no_cell_changes_its_reading_by_a_tag(page: book.Page) -> None:
    # nbval would then run less, or compare less, than the reader is told.
    for number, cell in enumerate(_code(page)):
        tags = cell.metadata.get("tags", [])
        assert not [tag for tag in tags if tag.startswith("nbval-") or tag == "raises-exception"], (
            f"{page.docname}.md, cell {number}: {tags}"
        )


@each_chapter
def test_jupyterlab_opens_it_as_the_same_notebook(page: book.Page) -> None:
    # Without `extension: .md` in its head, Jupytext takes a chapter for plain Markdown.
    notebook = jupytext.read(page.path)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sources == [cell.source for cell in book.cells(page.path)], (
        f"{page.docname}.md: JupyterLab would show other cells than the book runs"
    )
    saved = jupytext.writes(notebook, fmt="md:myst", config=load_jupytext_config(str(page.path)))
    assert saved == page.path.read_text("utf-8"), (
        f"{page.docname}.md: saving it in JupyterLab would rewrite it:\n"
        + "\n".join(
            difflib.unified_diff(
                page.path.read_text("utf-8").splitlines(), saved.splitlines(), n=0, lineterm=""
            )
        )
    )


def bound(source: str) -> set[str]:
    """The names that a cell binds for the cells after it; `_`, which holds nothing, is none.

    As Python's own compiler sees them: in loops, branches, `with` and imports too, and not the
    names of functions' and comprehensions' own scopes. A name that was imported is none either:
    every cell may import what it takes.
    """
    names = symtable.symtable(source, "cell", "exec").get_symbols()
    return {
        name.get_name()
        for name in names
        if not name.is_imported()  # declared global: bound by `:=` inside a comprehension
        and (name.is_assigned() or name.is_declared_global())
    } - {"_"}


@each_chapter
def test_a_name_is_bound_in_one_cell(page: book.Page) -> None:
    # A reader who runs an earlier cell again would get the later meaning without a word.
    seen: dict[str, int] = {}
    for cell in book.cells(page.path):
        for name in sorted(bound(cell.source)):
            assert name not in seen, (
                f"{page.docname}.md binds {name!r} in the cells of line {seen[name]} and "
                f"{cell.line}: give one of them a name of its own"
            )
            seen[name] = cell.line


def asserted(source: str) -> list[int]:
    """The lines of a cell, from 1, where it asserts something."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]


@each_chapter
def test_no_cell_asserts(page: book.Page) -> None:
    # A reader who moves an assumption would see an error, and not which sentence it touches.
    for cell in book.cells(page.path):
        assert not (lines := asserted(cell.source)), (
            f"{page.docname}.md, line {cell.line + lines[0] - 1}: write "
            '`holds(condition, "the sentence that rests on it")` of openbook.sentences'
        )


@each_chapter
def test_no_cell_shows_a_bare_value(page: book.Page) -> None:
    # Such as the True of a last line, which readers would meet between two paragraphs
    for cell in book.read_reference(page).cells:
        for output in cell.get("outputs", ()):
            bare = output.output_type == "execute_result" and set(output.data) == {"text/plain"}
            assert not bare, f"{page.docname}.md shows {output.data['text/plain']!r}"


def unportable(source: str) -> list[str]:
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


@each_chapter
def test_cells_need_no_network_and_no_path(page: book.Page) -> None:
    for cell in book.cells(page.path):
        assert not (reasons := unportable(cell.source)), (
            f"{page.docname}.md, line {cell.line}: the cell {reasons[0]}"
        )


@pytest.mark.slow
def test_drawings_are_those_of_the_references() -> None:
    drawn = renew.drawings(book.read_reference(page) for page in CHAPTERS)
    stored = {path.name: path.read_text("utf-8") for path in book.FIGURES.glob("*.svg")}
    moved = {name for name in drawn.keys() | stored if drawn.get(name) != stored.get(name)}
    assert not moved, f"{', '.join(sorted(moved))}: run `make figures`"


# --- the text that readers see ---------------------------------------------------------------


def test_texts_are_those_of_the_pages() -> None:
    stored = {path.stem for path in book.REFERENCE.glob("*.txt")}
    assert stored == {page.name for page in PAGES}, "run `make references`"


@each_page
def test_text_is_as_it_was(page: book.Page, site: Path) -> None:
    assert page.html.is_file(), f"{page.docname} isn't built: run `make book`"
    if not page.text.is_file():
        pytest.fail(f"{page.docname}.md has no text in tests/reference: run `make references`")
    was = page.text.read_text("utf-8").splitlines()
    now = book.built_text(page).splitlines()
    for number, (old, new) in enumerate(zip_longest(was, now, fillvalue="(nothing)"), 1):
        assert old == new, (
            f"{page.docname}.md reads differently from tests/reference/{page.name}.txt, line "
            f"{number}\n  was: {old}\n  now: {new}\nIf that is meant, run `make references`"
        )


@each_page
def test_no_value_of_python_shows(page: book.Page, site: Path) -> None:
    # A number that was not formatted, or is missing, reads like this.
    for line in book.built_text(page).splitlines():
        found = re.search(r"\bnp\.|\bnan\b|\bNone\b|\bNaN\b|\bTimestamp\(", line)
        assert not found, f"{page.docname}.md shows {found[0]!r} in: {line[:120]}"


def test_readme_says_what_the_book_says(site: Path) -> None:
    facts = renew.readme_facts()
    if facts is None:
        pytest.skip("the first page has no element of class `findings`")
    readme = renew.README.read_text("utf-8")
    assert renew.with_facts(readme, facts) == readme, "run `make references`"


@each_page
def test_no_number_is_typed(page: book.Page) -> None:
    found = [f"{page.docname}.md, {finding}" for finding in digits.page(page.path)]
    assert not found, (
        "typed numbers; take them from a table with {eval}, or add a name to "
        "openbook_names in pyproject.toml:\n" + "\n".join(found)
    )
