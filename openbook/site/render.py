"""Published figures and tables as docutils nodes: MyST-NB hands their MIME bundles to here.

A figure becomes a numbered node, so that `{numref}` and search know it; its drawing, controls,
data and downloads are HTML inside it. A table becomes a docutils table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from docutils import nodes
from markupsafe import Markup
from sphinx.environment import BuildEnvironment

from openbook import draw, publish, tables
from openbook.bundle import Bundle, Cards, Figure, SourceNote, Table
from openbook.site import lists
from openbook.site.markup import Link, counted, raw, render, source_links
from openbook.site.pages import page
from openbook.text import day

FOLDER = "_figures"  # beside _static, in the built site
ROWS_SHOWN = 400  # a longer series is in the CSV
PROSE = 40  # characters from which a column of a table is wide enough for sentences
SOURCES_SHOWN = 6  # publishers named before the list is folded


FIGURES = re.compile(r"[−\d][\d,.]*(–[\d,.]+)?%?")  # a number or range as openbook.text writes it


def _publishers(sources: Iterable[SourceNote]) -> list[tuple[str, list[Link]]]:
    """The publishers of sources, each with its pages, linked by their dates."""
    groups: dict[str, list[Link]] = {}
    for s in sources:
        dated = Link(s.date[:10] or "undated", s.url, s.title)
        groups.setdefault(s.publisher, []).append(dated if s.url else Link(s.title))
    return list(groups.items())


def _numeric(bundle: Bundle) -> set[str]:
    """The columns that hold numbers (or ranges of them): they are set flush right."""

    def is_number(value: object) -> bool:
        if isinstance(value, str):
            return bool(FIGURES.fullmatch(value))
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    return {
        c
        for c in bundle.columns
        if any(is_number(r.get(c)) for r in bundle.rows)
        and all(r.get(c) is None or is_number(r.get(c)) for r in bundle.rows)
    }


def _label(bundle: Bundle, column: str) -> str:
    return bundle.labels.get(column, column.replace("_", " "))


def data_table(bundle: Bundle) -> Markup:
    """The plotted rows of a figure as an HTML table with linked sources."""
    by_key = bundle.source_of
    numeric, columns = _numeric(bundle), bundle.columns

    def cell(value: Any, column: str) -> str:
        if column in publish.SOURCE_COLUMNS and value:
            return source_links(value, by_key)
        return publish.cell_text(value)

    return render(
        "data_table.html",
        title=bundle.title,
        labels=[_label(bundle, c) for c in columns],
        numeric=[at for at, c in enumerate(columns) if c in numeric],
        rows=[[cell(row.get(c), c) for c in columns] for row in bundle.rows[:ROWS_SHOWN]],
        more=len(bundle.rows) - ROWS_SHOWN,
    )


def table_node(bundle: Table) -> nodes.table:
    """The rows of a published table as a docutils table: searchable, with linked sources."""
    by_key = bundle.source_of
    numeric, columns = _numeric(bundle), bundle.columns

    prose = {c for c in columns if any(len(str(r[c] or "")) > PROSE for r in bundle.rows)}
    prose -= set(publish.SOURCE_COLUMNS)

    def entry(paragraph: nodes.paragraph, column: str) -> nodes.entry:
        kinds = [name for name, group in (("num", numeric), ("prose", prose)) if column in group]
        return nodes.entry("", paragraph, classes=kinds)

    def cell(row: dict[str, Any], c: str) -> nodes.entry:
        value = row[c]
        if c in bundle.dates and value:
            first = value.partition("/")[0]  # an interval is sorted by its start
            when = render("time.html", iso=first, text=day(value))
            return entry(nodes.paragraph("", "", raw(when)), c)
        if c not in publish.SOURCE_COLUMNS or not value:
            text = publish.cell_text(value, bundle.digits.get(c, 1) if c in numeric else None)
            return entry(nodes.paragraph("", text), c)
        paragraph = nodes.paragraph()
        for i, key in enumerate(value.split(";")):
            s = by_key[key]
            paragraph += nodes.Text("; " if i else "")
            paragraph += (
                nodes.reference("", s.publisher, refuri=s.url, internal=False)
                if s.url
                else nodes.Text(s.publisher)
            )
        return entry(paragraph, c)

    head = nodes.row("", *[entry(nodes.paragraph("", _label(bundle, c)), c) for c in columns])
    body = [nodes.row("", *[cell(row, c) for c in columns]) for row in bundle.rows]
    group = nodes.tgroup(
        "",
        *[nodes.colspec(colwidth=1) for _ in columns],
        nodes.thead("", head),
        nodes.tbody("", *body),
        cols=len(columns),
    )
    return nodes.table("", group, classes=["colwidths-auto"])


def _foot(bundle: Bundle, root: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """What the template of a foot is given. `kinds` are those of the files to download."""
    sources = _publishers(bundle.sources)
    base = f"{root}{FOLDER}"
    return {"bundle": bundle, "sources": sources, "shown": SOURCES_SHOWN, "base": base} | {
        "kinds": kinds
    }


def _controls(spec: dict[str, Any]) -> int:
    """How many controls the chart has, to keep their room free before it is drawn."""
    return sum("bind" in p for p in spec.get("params", []))


def drawings(bundle: Figure) -> Markup:
    """The two drawings of a figure, for a page and for a phone; styles show one of them."""
    sizes = (("wide", draw.WIDE), ("narrow", draw.NARROW))
    drawn = [(size, Markup(draw.static_svg(bundle, width))) for size, width in sizes]
    return render("drawings.html", bundle=bundle, drawings=drawn)


def chart(bundle: Figure) -> Markup:
    """The drawings of a figure, and what the script makes a live chart of."""
    narrow = bundle.narrow or bundle.spec
    specs = {"legend": draw.LEGEND_COLUMNS, "wide": draw.fitted(bundle.spec, draw.WIDE)}
    if bundle.narrow or not draw.is_single(narrow):
        specs["narrow"] = draw.fitted(narrow, draw.NARROW)
    return render(
        "chart.html",
        controls=_controls(bundle.spec),
        drawings=drawings(bundle),
        specs=specs,
    )


def figure_html(bundle: Figure, root: str) -> Markup:
    """Everything of a figure below its caption. `root` leads from the page to the site's root."""
    return render(
        "figure.html",
        **_foot(bundle, root, ("csv", "svg", "png")),
        chart=chart(bundle),
        data=data_table(bundle),
    )


class openbook_figure(nodes.General, nodes.Element):
    """A published figure; `title` is its caption. Numbered in one series with other figures."""


class openbook_table(nodes.General, nodes.Element):
    """A published table; numbered in the series of tables."""


def get_title(node: nodes.Element) -> str:
    """Return the caption, for references that quote it."""
    return node["title"]


def _start(translator: Any, tag: str, **attributes: Any) -> None:
    translator.body.append(translator.starttag({}, tag, "", **attributes))


def _add_text(translator: Any, tag: str, kind: str, text: str) -> None:
    _start(translator, tag, CLASS=kind)
    translator.body.append(f"{translator.encode(text)}</{tag}>")


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
    # the numbers of the columns to filter by; openbook.js makes the controls
    given = {"data-filters": " ".join(map(str, node["filters"]))} if node.get("filters") else {}
    if folded:
        given["aria-labelledby"] = named
    translator.body.append(translator.starttag(node, "figure", CLASS=f"ob-{kind}", **given))
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
    label = f"{s.publisher}, {s.date}" if s.date else s.publisher
    link = (
        nodes.reference("", label, refuri=s.url, internal=False, reftitle=s.title)
        if s.url
        else nodes.Text(label)
    )
    return [nodes.inline("", "(", link, nodes.Text(")"), classes=["ob-cite"])], []


def published_node(renderer: Any, bundle: Bundle, body: nodes.Node) -> list[nodes.Element]:
    """The numbered node of what a cell published; `body` stands below its caption."""
    document = renderer.renderer.document
    env = document.settings.env
    page(env).published[bundle.name] = bundle
    made = openbook_figure if bundle.kind == "figure" else openbook_table
    node = made("", body)
    if bundle.kind == "table":
        node += raw(render("foot.html", **_foot(bundle, site_root(env), ("csv",))))
    node["title"], node["subtitle"] = bundle.title, bundle.subtitle
    if isinstance(bundle, Table):
        node["filters"] = [bundle.columns.index(c) for c in bundle.filters]
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
        match shape.from_json(data.content):
            case Figure() as bundle:
                root = site_root(renderer.renderer.document.settings.env)
                return published_node(renderer, bundle, raw(figure_html(bundle, root)))
            case Cards() as bundle:
                return published_node(renderer, bundle, raw(lists.cards_html(bundle)))
            case Table() as bundle:
                return published_node(renderer, bundle, table_node(bundle))
        return None
