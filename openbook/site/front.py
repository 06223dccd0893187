"""The front page: figures of the chapters as cards, and how the book is cited.

A card shows a published figure's drawing for phones, with its finding, as a link to the figure.
Nothing is drawn or computed again: both come from the page that published it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from openbook import draw
from openbook.bundle import Figure
from openbook.site import citation
from openbook.site.markup import raw, render
from openbook.site.pages import page, pages, published_on

log = logging.getLogger(__name__)


class figure_card(nodes.General, nodes.Element):
    """The figure named `figure`, to be filled in when every page has been read."""


class FigureCard(SphinxDirective):
    """`{figure-card} fig-oil-routes`: a figure of another page, small, as a link to it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place that the figure will take."""
        name = self.arguments[0]
        page(self.env).card_figures.append(name)
        node = figure_card("", figure=name)
        self.set_source_info(node)
        return [node]


class BookCitation(SphinxDirective):
    """`{book-citation}`: the book as a line of text and as BibTeX, from `CITATION.cff`."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = {}

    def run(self) -> list[nodes.Node]:
        """Return both."""
        self.env.note_dependency(f"{self.env.app.confdir}/CITATION.cff")
        cited = citation.read(self.env.app.confdir)
        entry = citation.bibtex(cited, "book", "", {"title": cited.title})
        block = nodes.literal_block("", entry, language="bibtex")
        return [nodes.paragraph("", citation.line(cited)), block]


def html(bundle: Figure, address: str) -> Markup:
    """The card of a figure: its drawing and its finding, as one link."""
    return render(
        "figure_card.html",
        address=f"{address}#{bundle.name}",
        bundle=bundle,
        drawing=Markup(draw.static_svg(bundle, draw.NARROW)),
    )


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the figures into their places; a name that no page published is a warning."""
    where = published_on(app.env)
    for node in list(doctree.findall(figure_card)):
        name = node["figure"]
        item = pages(app.env)[where[name]].published[name] if name in where else None
        if not isinstance(item, Figure):
            log.warning("no page publishes a figure %s", name, location=node)
            node.parent.remove(node)
            continue
        address = app.builder.get_relative_uri(docname, where[name])
        node.replace_self(raw(html(item, address)))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_node(figure_card)
    app.add_directive("figure-card", FigureCard)
    app.add_directive("book-citation", BookCitation)
    app.connect("doctree-resolved", fill)
