"""What tests know of the book: its pages, their cells, their references and their text.

The book is the one that the program runs in: the nearest folder above with a `_toc.yml`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import yaml
from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from jupyter_book.config import get_final_config
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from openbook import kernel
from openbook.bundle import Bundle, Figure
from openbook.site import later
from openbook.site.execution import code_line
from openbook.testing import settings


def _root() -> Path:
    here = Path.cwd()
    return next((f for f in (here, *here.parents) if (f / "_toc.yml").is_file()), here)


ROOT = _root()
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C"}  # far from UTC, and no letters but ASCII
SETTINGS = settings.read(ROOT)
HTML = ROOT / "_build" / "html"
REFERENCE = ROOT / SETTINGS.openbook_reference
FIGURES = ROOT / SETTINGS.openbook_figures

EXECUTED = ROOT / "_build" / "jupyter_execute"  # where MyST-NB leaves what a build ran


def as_in_the_book() -> None:
    """From here on, kernels publish figures as the book shows them, not as JupyterLab does."""
    os.environ.update(kernel.telling(reads=(ROOT,)))


@cache
def config() -> dict[str, Any]:
    """The book's settings, `_config.yml`."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    return found


@cache
def sphinx_config() -> dict[str, Any]:
    """What Jupyter Book tells Sphinx: the book's settings over its own."""
    asked = {"user_yaml": deepcopy(config()), "cli_config": {"latex_individualpages": False}}
    found: dict[str, Any] = get_final_config(**asked, validate=False)[0]
    return found


def own_packages() -> tuple[str, ...]:
    """The engine and the book's own packages: what a copy of the book has a copy of."""
    return (kernel.ENGINE, *sphinx_config().get("openbook_packages", ()))


def written() -> list[Path]:
    """The files that may have cells (`openbook_pages`), sorted."""
    return sorted(path for pattern in SETTINGS.openbook_pages for path in ROOT.glob(pattern))


@cache
def markdown_config() -> MdParserConfig:
    """How the book reads Markdown."""
    return MdParserConfig(enable_extensions=set(sphinx_config()["myst_enable_extensions"]))


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
    def executed(self) -> Path:
        """The notebook that the last build ran, without what its cells glued."""
        return EXECUTED / f"{self.docname}.ipynb"

    @property
    def glued(self) -> Path:
        """What the cells glued in the last build, JSON by name."""
        return EXECUTED / f"{self.docname}.glue.json"

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
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return tuple(Page(name) for name in _files(toc))


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
    text = path.read_text("utf-8")
    found: list[Cell] = []
    for cell, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        if cell.cell_type != "code":
            continue
        found.append(Cell(len(found), code_line(cell, start, text), cell.source))
    return found


def read_reference(page: Page) -> nbformat.NotebookNode:
    """The executed reference of a page."""
    return nbformat.read(page.reference, as_version=4)


def split_glue(
    outputs: Iterable[nbformat.NotebookNode],
) -> tuple[dict[str, Any], list[nbformat.NotebookNode]]:
    """What a cell glued without showing it, name to content, and the outputs that it showed."""
    glued, shown = {}, []
    for output in outputs:
        mark = output.get("metadata", {}).get("scrapbook", {})
        if prefix := mark.get("mime_prefix"):
            content = {kind.removeprefix(prefix): value for kind, value in output["data"].items()}
            glued[mark["name"]] = content
        else:
            shown.append(output)
    return glued, shown


def bundles(notebook: nbformat.NotebookNode, shape: type[Bundle] = Figure) -> list[Any]:
    """The figures (or tables) that an executed notebook published, in order."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    data = [output.get("data", {}) for output in outputs]
    return [shape.from_json(held[shape.mime]) for held in data if shape.mime in held]


# --- the text of a built page ----------------------------------------------------------------

_LINES = {
    "address", "article", "aside", "blockquote", "caption", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_SILENT = {"script", "style", "svg", "nav", "template", "noscript", "button", "input", "head"}
# A cell's code, the "#" beside a heading, the lists of pages, what steers a chart or a
# table, the row below it; what the build
# writes from the tables, with which a test of its own compares it
_SILENT_CLASSES = {
    "cell_input", "headerlink", "toctree-wrapper", "ob-live", "ob-controls",
    "prev-next-area", "highlight", "above-input", "ob-catalogue", "ob-takeaway", "ob-tools",
    "ob-show", "ob-furniture", "ob-code", "ob-code-switch",
}  # fmt: skip


def page_text(html: str) -> str:
    """The readable text of a built page's article: one line a paragraph, caption or table row.

    Navigation, code, drawings and controls are left out; their numbers are pinned elsewhere.
    Raises ValueError for a page without an article.
    """
    return _text_of(BeautifulSoup(html, "html.parser"))


def _text_of(soup: BeautifulSoup) -> str:
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
    return _text_of(soup(page.html))


def html_of(path: Path) -> str:
    """A page of a built site, with all that a browser fetches later in its place."""
    site = next(folder for folder in path.parents if (folder / "_static").is_dir())
    return later.filled(path.read_text("utf-8"), site)


@cache
def soup(path: Path) -> BeautifulSoup:
    """A page of a built site as a tree to search, parsed once a process: not to be changed."""
    return BeautifulSoup(html_of(path), "html.parser")


@cache
def anchors(path: Path) -> frozenset[str]:
    """What a link may name on a page."""
    found = re.findall(r'<[^<>]*?\s(?:id|name)="([^"]*)"', html_of(path))
    return frozenset(map(unescape, found))
