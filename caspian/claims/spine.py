"""Claims as the spine of the book: a chapter's opener, lines under figures, the front page's strip.

All of it is filled in when pages are written, from what the page of the claims publishes; a page
that shows it is written again when that page changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from caspian.claims import crossing, strip
from caspian.claims.chips import published
from caspian.claims.page import CHAPTERS, PAGE
from openbook.site.markup import raw
from openbook.site.pages import page
from openbook.site.render import openbook_figure, openbook_table

FOLDER = "chapters/"


class claim_strip(nodes.General, nodes.Element):
    """The strip, to be filled in: whole, or the opener of a `chapter`."""


class entry_map(nodes.General, nodes.Element):
    """The map of the front page, to be filled in with the numbers of its pins."""


class ClaimStrip(SphinxDirective):
    """`{claim-strip}`: all claims, then and now."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = {}

    def run(self) -> list[nodes.Node]:
        """Return the place that the strip will take."""
        page(self.env).shows.add(PAGE)
        return [claim_strip("", chapter="")]


class EntryMap(SphinxDirective):
    """`{entry-map}`: the crossing of the Caspian, with pins that lead to chapters."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = {}

    def run(self) -> list[nodes.Node]:
        """Return the place that the map will take."""
        page(self.env).shows.update(pin.page for pin in crossing.PINS)
        folder = f"{self.env.app.confdir}/{self.config.openbook_data}"
        for name in crossing.TABLES:
            self.env.note_dependency(f"{folder}/{name}.csv")
        return [entry_map("")]


def chapter_of(docname: str) -> str:
    """The chapter's key, as claims name it; "" for any other page."""
    name = docname.removeprefix(FOLDER)
    return name if docname == FOLDER + name and name in CHAPTERS else ""


def place(app: Sphinx, doctree: nodes.document) -> None:
    """Open a chapter that claims name with the strip; note that it shows the claims."""
    chapter = chapter_of(app.env.docname)
    title = next(iter(doctree.findall(nodes.title)), None)
    if not chapter or title is None or PAGE not in app.env.found_docs:
        return
    page(app.env).shows.add(PAGE)
    title.parent.insert(title.parent.index(title) + 1, claim_strip("", chapter=chapter))


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put strip, opener and map into their places, and the claims under what decides them."""
    root, bundle = "../" * docname.count("/"), published(app)
    for node in list(doctree.findall(entry_map)):
        node.replace_self(raw(crossing.html(app, docname)))
    for node in list(doctree.findall(claim_strip)):
        chapter = node["chapter"]
        if bundle is None:
            node.parent.remove(node)
            continue
        shown = strip.opener(bundle, chapter, root) if chapter else strip.whole(bundle, root)
        node.replace_self(raw(shown))
    if bundle is None or not chapter_of(docname):
        return
    by_figure = strip.decided_by(bundle)
    for node in doctree.findall(lambda n: isinstance(n, (openbook_figure, openbook_table))):
        if claims := by_figure.get(node["ids"][0]):
            node += raw(strip.decides(claims, root))


def setup(app: Sphinx) -> None:
    """Register directives, nodes and the moments in which they are placed and filled."""
    app.add_node(claim_strip)
    app.add_node(entry_map)
    app.add_directive("claim-strip", ClaimStrip)
    app.add_directive("entry-map", EntryMap)
    app.connect("doctree-read", place, priority=400)  # before what pages show is collected
    app.connect("doctree-resolved", fill)
