"""What the tests know of the book: its pages, their cells, their references and their text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import yaml
from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
REFERENCE = ROOT / "tests" / "reference"
FIGURES = ROOT / "figures"

FIGURE_MIME = "application/vnd.caspian.figure+json"
TABLE_MIME = "application/vnd.caspian.table+json"

CELL_TIMEOUT = 60  # seconds; the book's own limit is in _config.yml
# Jupyter Book's own extensions of Markdown, where _config.yml names no others
DEFAULT_EXTENSIONS = ["colon_fence", "dollarmath", "linkify", "substitution", "tasklist"]


def as_in_the_book() -> None:
    """From here on, kernels publish figures as the book shows them, not as JupyterLab does."""
    os.environ["CASPIAN_RENDERING"] = "book"


@cache
def config() -> dict[str, Any]:
    """The book's settings, `_config.yml`."""
    path = ROOT / "_config.yml"
    return yaml.safe_load(path.read_text("utf-8")) if path.is_file() else {}


@cache
def markdown_config() -> MdParserConfig:
    """How the book reads Markdown."""
    extensions = (config().get("parse") or {}).get("myst_enable_extensions")
    return MdParserConfig(enable_extensions=set(extensions or DEFAULT_EXTENSIONS))


@dataclass(frozen=True)
class Cell:
    """A code cell: its number among the code cells (from 0), its first line, its source."""

    number: int
    line: int
    source: str


@dataclass(frozen=True)
class Page:
    """A page of the book, by its document name (`chapters/energy`)."""

    docname: str

    @property
    def path(self) -> Path:
        """The Markdown file."""
        return ROOT / f"{self.docname}.md"

    @property
    def name(self) -> str:
        """The file's name without its ending, `energy`."""
        return self.docname.rpartition("/")[2]

    @property
    def html(self) -> Path:
        """The built page."""
        return HTML / f"{self.docname}.html"

    @property
    def reference(self) -> Path:
        """The executed notebook that the page is compared with."""
        return REFERENCE / f"{self.name}.ipynb"

    @property
    def text(self) -> Path:
        """The readable text that the built page is compared with."""
        return REFERENCE / f"{self.name}.txt"

    @property
    def is_notebook(self) -> bool:
        """Whether the page has cells to run."""
        return self.path.suffix == ".md" and is_myst_markdown_notebook(self.path.read_text("utf-8"))


def _files(entry: dict[str, Any]) -> Iterator[str]:
    for key in ("root", "file"):
        if key in entry:
            yield str(entry[key]).removesuffix(".md")
    for key in ("parts", "chapters", "sections", "subtrees", "entries"):
        for child in entry.get(key) or ():
            yield from _files(child)


@cache
def pages() -> tuple[Page, ...]:
    """Every page of `_toc.yml`, in the order of reading."""
    path = ROOT / "_toc.yml"
    if not path.is_file():
        return ()
    return tuple(Page(name) for name in _files(yaml.safe_load(path.read_text("utf-8"))))


def chapters() -> tuple[Page, ...]:
    """The pages with cells."""
    return tuple(page for page in pages() if page.is_notebook)


def read_chapter(path: Path) -> nbformat.NotebookNode:
    """The chapter as a notebook, read as MyST-NB reads it for the book."""
    return read_myst_markdown_notebook(
        path.read_text("utf-8"), config=markdown_config(), add_source_map=True, path=path
    )


def cells(path: Path) -> list[Cell]:
    """The code cells of a chapter, with the line where the code starts."""
    notebook = read_chapter(path)
    lines = path.read_text("utf-8").splitlines()
    found = []
    for cell, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        if cell.cell_type != "code":
            continue
        # The map names the fence; the cell's options may stand between it and the code.
        first = cell.source.split("\n", 1)[0]
        line = next((i for i in range(start, len(lines)) if lines[i] == first), start)
        found.append(Cell(len(found), line + 1, cell.source))
    return found


def read_reference(page: Page) -> nbformat.NotebookNode:
    """The executed reference of a page."""
    return nbformat.read(page.reference, as_version=4)


def bundles(notebook: nbformat.NotebookNode, mime: str = FIGURE_MIME) -> list[dict[str, Any]]:
    """The figures (or tables) that an executed notebook published, in order."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return [output["data"][mime] for output in outputs if mime in output.get("data", {})]


# --- the text of a built page ----------------------------------------------------------------

_LINES = {
    "address", "article", "aside", "blockquote", "caption", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_SILENT = {"script", "style", "svg", "nav", "template", "noscript", "button", "input", "head"}
# A cell's code, the "#" beside a heading, the lists of pages, what steers a chart; what the build
# writes from the tables and tests/test_backmatter.py compares with them
_SILENT_CLASSES = {
    "cell_input", "headerlink", "toctree-wrapper", "caspian-live", "caspian-controls",
    "prev-next-area", "highlight", "above-input", "caspian-catalogue", "caspian-takeaway",
}  # fmt: skip


def page_text(html: str) -> str:
    """The readable text of a built page's article: one line a paragraph, caption or table row.

    Navigation, code, drawings and controls are left out; their numbers are pinned elsewhere.
    Raises ValueError for a page without an article.
    """
    soup = BeautifulSoup(html, "html.parser")
    article = soup.select_one("article") or soup.select_one("[role=main]") or soup.main
    if article is None:
        raise ValueError("the page has no <article>")
    lines: list[str] = []
    words: list[str] = []

    def flush() -> None:
        # A narrow space between thousands is part of the number and stays.
        line = re.sub(r"[ \t\r\n\f\v]+", " ", "".join(words)).strip()
        if line:
            lines.append(line)
        words.clear()

    def walk(node: Tag) -> None:
        for child in node.children:
            if isinstance(child, Comment):
                continue
            if isinstance(child, NavigableString):
                words.append(str(child))
            elif isinstance(child, Tag):
                visit(child)

    def visit(tag: Tag) -> None:
        if tag.name in _SILENT or _SILENT_CLASSES & set(tag.get("class") or ()):
            return
        if tag.name == "tr":
            flush()
            row = [
                re.sub(r"\s*\n\s*", " ", cell.get_text()).strip()
                for cell in tag.find_all(["th", "td"], recursive=False)
            ]
            words.append(" | ".join(row))
            flush()
        elif tag.name == "br":
            words.append(" ")
        elif tag.name in _LINES:
            flush()
            walk(tag)
            flush()
        else:
            walk(tag)

    walk(article)
    flush()
    return "\n".join(lines) + "\n"


def built_text(page: Page) -> str:
    """The readable text of a page as built. Raises FileNotFoundError before `make book`."""
    return page_text(page.html.read_text("utf-8"))


# --- a copy of the tree, to change and to build ----------------------------------------------

_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", "*.egg-info", ".pytest_cache", ".ruff_cache",
    ".ipynb_checkpoints",
)  # fmt: skip


def copy_tree(target: Path) -> Path:
    """Copy the repository's own files, without what is built or installed, to `target`."""
    return Path(shutil.copytree(ROOT, target, ignore=_NOT_COPIED))


def run_in(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment in a copy, with the copy's own `caspian`.

    `python` and `jb` stand for the ones of the interpreter that runs the tests.
    """
    bin_folder = Path(sys.executable).parent
    program = (
        sys.executable if command[0] == "python" else shutil.which(command[0], path=str(bin_folder))
    )
    if program is None:
        raise FileNotFoundError(f"{command[0]} is not installed beside {sys.executable}")
    environment = {
        **os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1",
    }  # fmt: skip
    environment.pop("CASPIAN_DATA", None)
    return subprocess.run(
        [program, *command[1:]], cwd=tree, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip


def build(tree: Path) -> subprocess.CompletedProcess[str]:
    """Build the book of a copy, as strictly as `make book` does."""
    return run_in(tree, "jb", "build", ".", "-W", "-n", "--keep-going")
