"""Published figures and tables as docutils nodes: MyST-NB hands their MIME bundles to here.

A figure becomes a numbered node, so that `{numref}` and search know it; its drawing, controls,
data and downloads are HTML inside it. A table becomes a docutils table.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from docutils import nodes
from markupsafe import Markup
from sphinx.environment import BuildEnvironment

from openbook import addresses, controls, draw, tables
from openbook.bundle import Bundle, Cards, Figure, Table
from openbook.site import foot, lists, table_parts
from openbook.site.links import figure_page
from openbook.site.markup import Link, counted, raw, render
from openbook.site.pages import page
from openbook.text import day

WIDTHS = {"wide": draw.WIDE, "narrow": draw.NARROW}


def described(bundle: Figure) -> str:
    """The description of a figure, with what it says in words as the page opens."""
    return f"{bundle.alt} {draw.readout(bundle)}".rstrip()


def drawings(bundle: Figure) -> Markup:
    """The two drawings of a figure, for a page and for a phone; styles show one of them."""
    sizes = WIDTHS.items()
    drawn = [(s, Markup(draw.bare(draw.static_svg(bundle, width)))) for s, width in sizes]
    return render("drawings.html", drawings=drawn)


def chart(bundle: Figure, root: str) -> Markup:
    """The drawings of a figure, what the script makes a live chart of, and its controls.

    `root` leads from the page to the site's root.
    """
    spec, narrow = (controls.unbound(s) for s in (bundle.spec, bundle.narrow or bundle.spec))
    specs = {"legend": draw.LEGEND_COLUMNS, "wide": draw.fitted(spec, draw.WIDE)}
    if bundle.narrow or not draw.is_single(narrow):
        specs["narrow"] = draw.fitted(narrow, draw.NARROW)
    return render(
        "chart.html",
        name=bundle.name,
        controls=bundle.controls,
        readout=draw.readout(bundle),
        described=described(bundle),
        drawings=drawings(bundle),
        picture=f"{root}{foot.FOLDER}/{bundle.name}.png",
        specs=specs,
        **{size: draw.size(draw.static_svg(bundle, width)) for size, width in WIDTHS.items()},
    )


def figure_nodes(bundle: Figure, root: str) -> list[nodes.Node]:
    """Everything of a figure below its caption, but for its foot."""
    where = f"{root}{figure_page(bundle.name)}.html#data"
    data = render(
        "figure.html",
        bundle=bundle,
        data=table_parts.data_table(bundle),
        instead=Link("They stand on the page of this figure", where),
    )
    return [raw(chart(bundle, root)), raw(data)]


class openbook_figure(nodes.General, nodes.Element):
    """A published figure; `title` is its caption. Numbered in one series with other figures."""


class openbook_table(nodes.General, nodes.Element):
    """A published table; numbered in the series of tables."""


def get_title(node: nodes.Element) -> str:
    """Return the caption, for references that quote it."""
    return node["title"]


def _start(translator: Any, tag: str, **attributes: Any) -> None:
    translator.body.append(translator.starttag({}, tag, "", **attributes))


_RANGE = re.compile(r"\d[\d.,]*–\d[\d.,]*%?")


def _add_text(translator: Any, tag: str, kind: str, text: str) -> None:
    """Words in an element. A line may break after an en dash, but not within a range."""
    _start(translator, tag, CLASS=kind)
    whole = _RANGE.sub(r'<span class="ob-range">\g<0></span>', translator.encode(text))
    translator.body.append(f"{whole}</{tag}>")


def _caption(translator: Any, node: openbook_figure | openbook_table, kind: str) -> None:
    translator.add_fignumber(node)
    _add_text(translator, "span", "caption-text", node["title"])
    translator.add_permalink_ref(node, f"Link to this {kind}")


def visit_figure(translator: Any, node: openbook_figure | openbook_table) -> None:
    """Open `<figure>` with its caption on top; docutils' own puts the rest inside the caption.

    The caption of a folded table is the summary of its fold.
    """
    kind = "table" if isinstance(node, openbook_table) else "figure"
    named, folded = f"{node['ids'][0]}-caption", node.get("folded")
    given = {"style": node["heads"]} if node.get("heads") else {}
    if folded:
        given["aria-labelledby"] = named
    kinds = " ".join([f"ob-{kind}", *node.get("kinds", ())])
    translator.body.append(translator.starttag(node, "figure", CLASS=kinds, **given))
    if folded:
        _start(translator, "details", CLASS="ob-folded")
        _start(translator, "summary")
        _start(translator, "span", ids=[named])
        _caption(translator, node, kind)
        translator.body.append("</span> ")
        _add_text(translator, "small", "ob-rows", folded)
        translator.body.append("</summary>\n")
    else:
        _start(translator, "figcaption", ids=[named])
        _caption(translator, node, kind)
        translator.body.append("</figcaption>\n")
    _add_text(translator, "p", "ob-subtitle", node["subtitle"])


def depart_figure(translator: Any, node: openbook_figure | openbook_table) -> None:
    """Close `<figure>`."""
    translator.body.append("</details></figure>\n" if node.get("folded") else "</figure>\n")


def source_role(
    _name: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """`{source}`key``: a fact's source in the running text, as a linked publisher and date."""
    try:
        s = tables.source(text)
    except tables.TableError as error:
        message = inliner.reporter.error(str(error), line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    env = inliner.document.settings.env
    page(env).cited[text] = tables.digest(f"source:{text}")
    label = f"{s.publisher}, {day(s.date)}" if s.date else s.publisher
    where = addresses.web(s.url)
    link = (
        nodes.reference("", label, refuri=where, internal=False, reftitle=s.title)
        if where
        else nodes.Text(label)
    )
    return [nodes.inline("", "(", link, nodes.Text(")"), classes=["ob-cite"])], []


def published_node(renderer: Any, bundle: Bundle, *body: nodes.Node) -> list[nodes.Element]:
    """The numbered node of what a cell published; `body` stands below its caption.

    The foot comes after it, and a figure's rows after that.
    """
    document = renderer.renderer.document
    env = document.settings.env
    page(env).published[bundle.name] = bundle
    made = openbook_figure if bundle.kind == "figure" else openbook_table
    node = made("", *body)
    node.insert(1 if bundle.kind == "figure" else len(body), foot.openbook_foot(name=bundle.name))
    node["title"], node["subtitle"] = bundle.title, bundle.subtitle
    if isinstance(bundle, Table):
        node["folded"] = counted(len(bundle.rows), "row") if bundle.folded else ""
    # the label, so that `{numref}` and a link reach it
    node["names"].append(nodes.fully_normalize_name(bundle.name))
    document.note_explicit_target(node, node)
    return [node]


def site_root(env: BuildEnvironment) -> str:
    """What leads from the page that is read to the site's root."""
    return "../" * env.docname.count("/")


class PublishedRenderer:
    """MyST-NB's plug-in for the engine's MIME types."""

    shapes: ClassVar[dict[str, type[Bundle]]] = {s.mime: s for s in (Figure, Table, Cards)}
    mime_priority_overrides: ClassVar = [("*", kind, 1) for kind in shapes]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Return the node of a published figure or table; None for any other output."""
        if (shape := PublishedRenderer.shapes.get(data.mime_type)) is None:
            return None
        root = site_root(renderer.renderer.document.settings.env)
        match shape.from_json(data.content):
            case Figure() as bundle:
                return published_node(renderer, bundle, *figure_nodes(bundle, root))
            case Cards() as bundle:
                return published_node(renderer, bundle, raw(lists.cards_html(bundle)))
            case Table() as bundle:
                made = published_node(
                    renderer,
                    bundle,
                    *table_parts.whole(bundle, f"{root}{foot.FOLDER}/{bundle.name}.csv"),
                )
                made[0]["heads"] = table_parts.heads_style(bundle)
                made[0]["kinds"] = table_parts.kinds(bundle)
                return made
        return None
