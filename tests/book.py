"""What the tests know of the book: its pages, their cells, their references and their text."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import yaml
from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from warm import Started, Warm

from openbook import kernel
from openbook.bundle import Bundle, Figure
from openbook.site.execution import code_line

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
REFERENCE = ROOT / "tests" / "reference"
FIGURES = ROOT / "figures"

EXECUTED = ROOT / "_build" / "jupyter_execute"  # where MyST-NB leaves what a build ran
SMALL = ROOT / "tests" / "small"

BUILD = ("jb", "build", ".", "-W", "-n", "--keep-going")  # as `make book` does


def as_in_the_book() -> None:
    """From here on, kernels publish figures as the book shows them, not as JupyterLab does."""
    os.environ.update(kernel.telling())


@cache
def config() -> dict[str, Any]:
    """The book's settings, `_config.yml`."""
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


@cache
def markdown_config() -> MdParserConfig:
    """How the book reads Markdown."""
    return MdParserConfig(enable_extensions=set(config()["parse"]["myst_enable_extensions"]))


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
    found = []
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


def bundles(notebook: nbformat.NotebookNode, shape: type[Bundle] = Figure) -> list:
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
# A cell's code, the "#" beside a heading, the lists of pages, what steers a chart; what the build
# writes from the tables and tests/test_backmatter.py compares with them
_SILENT_CLASSES = {
    "cell_input", "headerlink", "toctree-wrapper", "ob-live", "ob-controls",
    "prev-next-area", "highlight", "above-input", "ob-catalogue", "ob-takeaway",
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


@cache
def soup(path: Path) -> BeautifulSoup:
    """A file of the built site as a tree to search, parsed once a process: not to be changed."""
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@cache
def anchors(path: Path) -> frozenset[str]:
    """What a link may name on a page."""
    found = re.findall(r'<[^<>]*?\s(?:id|name)="([^"]*)"', path.read_text("utf-8"))
    return frozenset(map(unescape, found))


# --- a copy of the tree, to change and to build ----------------------------------------------

_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", "*.egg-info", ".pytest_cache", ".ruff_cache",
    ".ipynb_checkpoints",
)  # fmt: skip
# What the small book takes from the real one
_BORROWED = (
    "caspian", "openbook", "_config.yml", "CITATION.cff", "LICENSE", "pyproject.toml",
    "requirements*",
)  # fmt: skip
_PATIENCE = 120  # seconds to wait for something that another process does
# Variables that a build may get when Python has started already; others need a process of its own
_LATE = {"BOOK_FAULT", "OPENBOOK_JOBS", "PYTHONPATH"}
_LONGEST = 900  # seconds that a command may take before it counts as hanging


def copy_tree(target: Path) -> Path:
    """Copy the repository's own files, without what is built or installed, to `target`."""
    return Path(shutil.copytree(ROOT, target, ignore=_NOT_COPIED))


def small_book(target: Path) -> Path:
    """Make the small book of `tests/small` in `target`, with the real one's code and settings."""
    shutil.copytree(SMALL, target, ignore=_NOT_COPIED)
    for path in (path for pattern in _BORROWED for path in ROOT.glob(pattern)):
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=_NOT_COPIED)
        else:
            shutil.copy(path, target)
    return target


def edit(path: Path, old: str, new: str) -> None:
    """Replace the one place of a file that reads `old`. Raises ValueError if it isn't one."""
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path.name} has {old!r} {text.count(old)} times, not once")
    path.write_text(text.replace(old, new), "utf-8")


@cache
def warmed() -> Warm:
    """The process that builds are started from."""
    return Warm()


def start(
    tree: Path, *command: str, cold: bool = False, **variables: str
) -> subprocess.Popen[str] | Started:
    """Start a command of this environment in a copy, with the copy's own packages.

    `python` and `jb` stand for the ones of the interpreter that runs the tests; `variables` are
    added to the environment. The command leads a process group, and its two outputs are one. A
    build is forked from the warm process, unless it is to start `cold`, as a reader's does.
    """
    bin_folder = Path(sys.executable).parent
    program = (
        sys.executable if command[0] == "python" else shutil.which(command[0], path=str(bin_folder))
    )
    if program is None:
        raise FileNotFoundError(f"{command[0]} is not installed beside {sys.executable}")
    environment = {
        **os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1", **variables,
    }  # fmt: skip
    environment.pop("OPENBOOK_DATA", None)
    if command[0] == "jb" and not cold and set(variables) <= _LATE:
        return warmed().start(tree, list(command[1:]), environment)
    return subprocess.Popen(
        [program, *command[1:]], cwd=tree, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        errors="replace", start_new_session=True,
    )  # fmt: skip


@dataclass(frozen=True)
class Done:
    """How a command ended, and all that it said."""

    returncode: int
    output: str


def finish(process: subprocess.Popen[str] | Started) -> Done:
    """Wait for a command. Raises TimeoutExpired, and ends it, if it hangs."""
    try:
        output, _ = process.communicate(timeout=_LONGEST)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return Done(process.returncode, output)


def run_in(tree: Path, *command: str, cold: bool = False, **variables: str) -> Done:
    """Run a command in a copy: see :func:`start`."""
    return finish(start(tree, *command, cold=cold, **variables))


def build(tree: Path, *options: str, cold: bool = False, **variables: str) -> Done:
    """Build the book of a copy, as strictly as `make book` does."""
    return run_in(tree, *BUILD, *options, cold=cold, **variables)


def built_files(tree: Path) -> dict[str, bytes]:
    """Every file of a copy's built site, by name."""
    html = tree / "_build" / "html"
    return {p.relative_to(html).as_posix(): p.read_bytes() for p in html.rglob("*") if p.is_file()}


def wait(until: Callable[[], object]) -> None:
    """Wait for something that another process does. Raises TimeoutError if it never does."""
    end = time.monotonic() + _PATIENCE
    while not until():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {_PATIENCE} seconds")
        time.sleep(0.02)


ABOUT_THE_BUILD = "_data/build.json"  # says who built the pages, and how long it took


def site_differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The files in which two built sites differ, but for the one that may, and where each does."""
    moved = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    return [_difference(name, one, other) for name in sorted(moved - {ABOUT_THE_BUILD})]


def _difference(name: str, one: dict[str, bytes], other: dict[str, bytes]) -> str:
    first, second = one.get(name), other.get(name)
    if first is None or second is None:
        return f"{name} is in one of them"
    pairs = enumerate(zip(first, second, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))
    parts = (content[max(0, at - 40) : at + 40] for content in (first, second))
    return f"{name}, from byte {at}: {' | '.join(map(repr, parts))}"
