"""What stands below a published figure or table: note, sources, what to take away, code.

It is written with the page, not when the page is read: then the numbers of figures and the pages
that figures have for themselves are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from openbook import credit, publish
from openbook.bundle import Bundle, Figure, SourceNote
from openbook.site import address, citation, usage
from openbook.site.links import Links, figure_page
from openbook.site.markup import Link, render
from openbook.site.pages import page

FOLDER = "_figures"  # beside _static, in the built site: the files to take away
LINE = 84  # characters of a source line: those that always find room in the width of a figure


class openbook_foot(nodes.General, nodes.Element):
    """The foot of what was published as `name`; it holds the code that leads there."""


class openbook_code(nodes.General, nodes.Element):
    """Code that no figure or table comes after."""


def unnamed_sources(bundle: Bundle) -> tuple[SourceNote, ...]:
    """The sources that the rows on the page don't name: all of a figure, whose rows are folded."""
    if isinstance(bundle, Figure):
        return bundle.sources
    shown = [c for c in publish.SOURCE_COLUMNS if c in bundle.columns]
    named = {key for row in bundle.rows for c in shown for key in (row[c] or "").split(";")}
    return tuple(s for s in bundle.sources if s.key not in named)


def cited(app: Sphinx, where: str, key: str, title: str) -> dict[str, str]:
    """How a part of the book at `where` in the site is cited: a line of text, and BibTeX."""
    of, own = citation.read(app.confdir), address.absolute(app, where)
    at = replace(of, url=own) if own else of
    titles = {"title": title, "booktitle": of.title}
    return {
        "line": citation.line(at, title) if own else citation.line_at(of, title, where),
        "bibtex": citation.bibtex(at, "incollection", key, titles),
    }


def _context(app: Sphinx, docname: str, name: str) -> dict[str, Any]:
    """What the template of a foot is given."""
    bundle, links = page(app.env, docname).published[name], Links(app, docname)
    number = usage.number_of(app.env, docname, bundle.kind, name)
    figure = isinstance(bundle, Figure)
    own = f"{figure_page(name)}.html" if figure else f"{docname}.html#{name}"
    sources = unnamed_sources(bundle)
    return {
        "bundle": bundle,
        "number": number,
        "sources": sources,
        "credit": credit.line(sources, LINE).parts,
        "files": f"{links.root}{FOLDER}/{name}",
        "kinds": ("csv", "svg", "png") if figure else ("csv",),
        "embed": links.address(figure_page(name), "embed") if figure else "",
        "all_sources": _all_sources(links, name, figure),
        "page_source": _page_source(links),
        **cited(app, own, name.partition("-")[2], f"{number}: {bundle.title}"),
    }


def _all_sources(links: Links, name: str, figure: bool) -> Link:
    """Where the sources of a figure or table stand, until they are fetched."""
    if figure:
        return Link("All sources", links.address(figure_page(name), "sources"))
    return Link("The sources of each row", f"{links.root}{FOLDER}/{name}.csv")


def _page_source(links: Links) -> Link:
    """Where the code of a page stands, until it is fetched."""
    return Link("The whole page as text, with its code", f"{links.root}_sources/{links.docname}.md")


# Names, signs and spaces: two thirds of Pygments' spans, in the colour that all code has
_PLAIN_SPAN = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>')


def highlighted(app: Sphinx, sources: Iterable[str]) -> list[Markup]:
    """Cells of code as HTML, without the spans that change nothing."""
    highlight = app.builder.highlighter.highlight_block  # type: ignore[attr-defined]
    return [Markup(_PLAIN_SPAN.sub(r"\1", highlight(source, "ipython3"))) for source in sources]


def _code(app: Sphinx, node: nodes.Element) -> list[Markup]:
    """The cells that a node holds."""
    return highlighted(app, (block.astext() for block in node.findall(nodes.literal_block)))


def visit_foot(translator: Any, node: openbook_foot) -> None:
    """Write note, sources, files, code and how to cite, link and embed."""
    app, docname = translator.builder.app, translator.builder.current_docname
    context = _context(app, docname, node["name"])
    translator.body.append(str(render("foot.html", **context, code=_code(app, node))))
    raise nodes.SkipNode


def visit_code(translator: Any, node: openbook_code) -> None:
    """Write a page's last code."""
    app, docname = translator.builder.app, translator.builder.current_docname
    source = _page_source(Links(app, docname))
    html = render("code.html", page_source=source, code=_code(app, node), number="")
    translator.body.append(str(html))
    raise nodes.SkipNode


class CodeAtItsFigure(SphinxPostTransform):
    """Put the folded code of a page below what it leads to, in one fold each.

    A reader meets no toggle between two paragraphs. Cells that show nothing leave nothing.
    """

    default_priority = 198  # before MyST-NB wraps each cell's code in a toggle
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Move the code; cells are taken in the order in which they run."""
        since: list[nodes.Node] = []
        for cell in list(self.document.findall(_is_cell)):
            hidden = cell.get("hide_mode") == "input"
            for code in filter(_is_source, cell.children[:1] if hidden else ()):
                cell.remove(code)
                since.append(code)
            if feet := list(cell.findall(openbook_foot)):
                feet[0].extend(since)
                since = []
            if not cell.children:
                cell.parent.remove(cell)
        if since:
            sections = [n for n in self.document.children if isinstance(n, nodes.section)]
            (sections[-1] if sections else self.document).append(openbook_code("", *since))


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _is_source(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_source"


def dress(app: Sphinx, context: dict[str, Any]) -> None:
    """Give a written page that has code its script, and if it has folds of code their switch."""
    if 'class="ob-code' in context["body"]:
        context["body"] = str(render("code_switch.html")) + context["body"]
    if 'class="highlight' in context["body"]:
        app.add_js_file("openbook-code.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the nodes and the transform."""
    app.add_node(openbook_foot, html=(visit_foot, None))
    app.add_node(openbook_code, html=(visit_code, None))
    app.add_post_transform(CodeAtItsFigure)
