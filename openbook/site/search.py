"""What readers find by words: places of the book, each with the address that leads to it.

A place is a section, a figure, a table, a term of the glossary, or what a part of the book gives
of itself (:func:`give`): sources, tables of data. They are gathered when their page is written and
kept beside the build, so that a page which is not written again keeps its own. In the end all are
one script, `_search/places.js`, which the search page loads when a reader searches; the index of
its words is made there, by MiniSearch (`vendor/`). Sphinx's own index is not made: it knows pages,
not places, and the theme would load it on every page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from openbook import publish
from openbook.bundle import Figure, Table
from openbook.site import facts, files, render
from openbook.site.files import FileRecipe
from openbook.site.markup import plain
from openbook.site.pages import page, pages
from openbook.site.usage import reading_order

FOLDER = "_search"  # beside _static, in the built site
LIBRARY = Path(__file__).with_name("vendor") / "minisearch" / "minisearch-7.2.0.min.js"
KEPT = ".search"  # under _build: the places of each page as it was last written
FEW_ROWS = 60  # of a figure, whose numbers are found too
GIVEN = "openbook_places"  # the attribute of a node that gives its places itself
# What Sphinx's own search needs, and no page any more
UNUSED = ("_static/searchtools.js", "_static/language_data.js", "_static/sphinx_highlight.js",
          "searchindex.js")  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A place to be found: `kind` heads its group of results, `anchor` is its id on the page.

    `text` has a line for each paragraph or row; `numbers` are those that know their sources.
    """

    kind: str
    anchor: str
    title: str
    text: str = ""
    numbers: str = ""


def give(node: nodes.Element, places: Iterable[Place]) -> None:
    """Say what is to be found in a node, in place of its own text."""
    node[GIVEN] = [astuple(each) for each in places]


def _rows(table: nodes.Node) -> Iterator[str]:
    """The rows of a table, a line each; a cell's paragraphs are one."""
    for row in table.findall(nodes.row):
        yield " | ".join(filter(None, (" ".join(map(plain, cell.children)) for cell in row)))


def _body_rows(table: nodes.Node) -> Iterator[list[str]]:
    """The cells of the rows below a table's head."""
    for body in table.findall(nodes.tbody):
        for row in body.findall(nodes.row):
            yield [" ".join(map(plain, cell.children)) for cell in row]


def _data_rows(figure: Figure) -> Iterator[str]:
    """The plotted rows of a figure, as its table of data says them, without their sources.

    Of a long series only its words: nobody looks for one of its numbers, and they weigh most.
    """
    columns = [c for c in figure.columns if c not in publish.SOURCE_COLUMNS]
    if len(figure.rows) <= FEW_ROWS:
        for row in figure.rows:
            yield " | ".join(filter(None, (publish.cell_text(row.get(c)) for c in columns)))
        return
    cells = (row.get(c) for row in figure.rows for c in columns)
    yield ", ".join(dict.fromkeys(c for c in cells if isinstance(c, str) and not c[:1].isdigit()))


def spellings(cells: Iterable[str]) -> list[str]:
    """The ways to write a name, from a table: `Vienna | Wien | Bécs, Béč (Vindobona)`.

    Forms of one language stand between commas, a short or an older one in brackets.
    """
    forms = (form for cell in cells for form in re.split(r"[,()]", cell))
    return [name for name in dict.fromkeys(map(str.strip, forms)) if name not in ("", "–")]


class _Gathering:
    """Walks through one page; `lines` and `numbers` are those of the section it is in.

    In the section of names (`openbook_spellings`) each row of a table is a place.
    """

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.names = app.config.openbook_spellings
        self.named_in = ""  # the section of names around, or ""
        self.spellings: list[list[str]] = []
        self.published = page(app.env, docname).published
        self.numbered = app.env.toc_fignumbers.get(docname, {})
        self.formats = app.config.numfig_format
        self.places: list[Place] = []
        self.lines: list[str] = []
        self.numbers: list[str] = []

    def walk(self, node: nodes.Node) -> None:
        """Gather the places of a node, and its lines for the section around it."""
        match node:
            case nodes.Element() if GIVEN in node:
                self.places += [Place(*given) for given in node[GIVEN]]
            case nodes.section():
                self._section(node)
            case render.openbook_figure() | render.openbook_table():
                self._published(node)
            case addnodes.glossary():
                self._terms(node)
            case nodes.table() if self.named_in:
                self._names(node)
            case nodes.table():
                self.lines += _rows(node)
            case nodes.literal_block() | nodes.title() | nodes.raw() | nodes.Invisible():
                pass  # code, the section's own name, what is no text
            case nodes.TextElement():
                self.lines.append(plain(node))
                self.numbers += [each.astext() for each in node.findall(facts.openbook_fact)]
            case _:
                for child in node.children:
                    self.walk(child)

    def _section(self, node: nodes.section) -> None:
        around = self.lines, self.numbers, self.named_in
        self.lines, self.numbers = [], []
        if self.named_in or self.names in node["ids"]:
            self.named_in = node["ids"][0]
        at = len(self.places)  # a section stands before what it holds
        for child in node.children:
            self.walk(child)
        title = plain(node[node.first_child_matching_class(nodes.title)])
        text, numbers = "\n".join(filter(None, self.lines)), " ".join(self.numbers)
        self.places.insert(at, Place("Sections", node["ids"][0], title, text, numbers))
        self.lines, self.numbers, self.named_in = around

    def _published(self, node: nodes.Element) -> None:
        anchor = node["ids"][0]
        bundle = self.published.get(anchor)
        lines = [node["subtitle"]]
        if isinstance(bundle, Figure):
            lines += [bundle.alt, bundle.note, *_data_rows(bundle)]
        elif isinstance(bundle, Table):
            lines += [bundle.note]
        for table in node.findall(nodes.table):
            lines += _rows(table)
        kind = "figure" if isinstance(node, render.openbook_figure) else "table"
        number = self.numbered.get(kind, {}).get(anchor, ())
        name = f"{self.formats[kind] % '.'.join(map(str, number))}: " if number else ""
        text = "\n".join(filter(None, lines))
        self.places.append(Place(f"{kind.capitalize()}s", anchor, name + node["title"], text))
        for child in node.findall(lambda n: isinstance(n, nodes.Element) and GIVEN in n):
            self.walk(child)

    def _names(self, table: nodes.Node) -> None:
        for row in _body_rows(table):
            self.spellings.append(spellings(row))
            text = " | ".join(row[1:])
            self.places.append(Place("Names", self.named_in, row[0], text))

    def _terms(self, node: nodes.Node) -> None:
        for item in node.findall(nodes.definition_list_item):
            terms = list(item.findall(nodes.term))
            says = " ".join(map(plain, item.findall(nodes.definition)))
            title = ", ".join(map(plain, terms))
            self.places.append(Place("Terms", terms[0]["ids"][0], title, says))


def _kept(app: Sphinx, docname: str) -> Path:
    return Path(app.outdir).parent / KEPT / f"{docname}.json"


def keep(app: Sphinx, docname: str, tree: nodes.document) -> None:
    """Gather the places of a page that is written."""
    gathering = _Gathering(app, docname)
    gathering.walk(tree)
    held = {
        "places": [astuple(place) for place in gathering.places],
        "spellings": gathering.spellings,
    }
    files.write(_kept(app, docname), json.dumps(held, ensure_ascii=False).encode())


def _gathered(app: Sphinx, docname: str) -> dict[str, list[list[str]]]:
    path = _kept(app, docname)
    if not path.is_file():  # thrown away, and the page not written again
        keep(app, docname, app.env.get_and_resolve_doctree(docname, app.builder))
    held: dict[str, list[list[str]]] = json.loads(path.read_text("utf-8"))
    return held


def index(app: Sphinx, env: BuildEnvironment) -> bytes:
    """All places as a script: pages, kinds, places by their numbers, names that are spelled so.

    A script, since a page that was opened from disk may not fetch.
    """
    kinds: dict[str, int] = {}
    found, listed, names = [], [], []
    # what was asked of a page that is not there is told elsewhere
    for at, docname in enumerate(sorted(d for d in pages(env) if d in env.titles)):
        listed.append([app.builder.get_target_uri(docname), env.titles[docname].astext()])
        gathered = _gathered(app, docname)
        names += gathered["spellings"]
        for kind, *rest in gathered["places"]:
            found.append([at, kinds.setdefault(kind, len(kinds)), *rest])
    held = {
        "pages": listed,
        "kinds": list(kinds),
        "places": found,
        "spellings": names,
    }
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"window.openbookPlaces={text};\n".encode()


def write_files(app: Sphinx, folder: Path) -> None:
    """Write what the search page loads on demand; remove what Sphinx's search left."""
    out = Path(app.outdir)
    wanted: dict[str, FileRecipe] = {
        "places.js": files.from_bytes(index(app, app.env)),
        "minisearch.js": files.from_bytes(LIBRARY.read_bytes()),
    }
    files.sync_folder(out / FOLDER, wanted, folder / ".search.json")
    for name in UNUSED:
        (out / name).unlink(missing_ok=True)
    kept = {_kept(app, docname) for docname in pages(app.env)}
    for path in (folder / KEPT).rglob("*.json"):
        if path not in kept:
            path.unlink()


def dress(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Put the script of landing and keys on every page; that of the search on its own page."""
    scripts = context["script_files"]  # the list that `add_js_file` adds to
    scripts[:] = [each for each in scripts if "sphinx_highlight" not in str(each)]
    app.add_js_file("openbook-find.js", loading_method="defer")
    if pagename == "search":
        app.add_js_file("openbook-search.js", loading_method="defer")
        app.add_css_file("openbook-search.css")


def search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page of the search, which Sphinx makes only with its own; without a script, all pages."""
    titles = [(name, app.env.titles[name].astext()) for name in reading_order(app.env)]
    yield "search", {"title": "Search", "ob_indexes": titles}, "search.html"


def without_sphinx(app: Sphinx) -> None:
    """Have Sphinx make no index of its own."""
    app.builder.search = False  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """Register the page, and that Sphinx's own is not made."""
    app.connect("builder-inited", without_sphinx)
    app.connect("html-collect-pages", search_page)
