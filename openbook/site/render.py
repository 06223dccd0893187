"""Published figures and tables as docutils nodes: MyST-NB hands their MIME bundles to here.

A figure becomes a numbered node, so that `{numref}` and search know it; its drawing, controls,
data and downloads are HTML inside it. A table becomes a docutils table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from typing import Any, ClassVar

from docutils import nodes

from openbook import draw, publish, tables
from openbook.cards import CARDS_MIME
from openbook.site import lists
from openbook.site.pages import Published, page
from openbook.text import day, number

FOLDER = "_figures"  # beside _static, in the built site
ROWS_SHOWN = 400  # a longer series is in the CSV
PROSE = 40  # characters from which a column of a table is wide enough for sentences
SOURCES_SHOWN = 6  # publishers named before the list is folded


FIGURES = re.compile(r"[−\d][\d,.]*(–[\d,.]+)?%?")  # a number or range as openbook.text writes it


def raw(html: str) -> nodes.raw:
    """HTML as a node."""
    return nodes.raw("", html, format="html")


def _source_line(sources: list[dict[str, str]]) -> str:
    """Publishers, each page linked by its date; a long list is folded after the first few."""
    groups: dict[str, list[str]] = {}
    for s in sources:
        label = s["date"][:10] or "undated"
        link = (
            f'<a href="{escape(s["url"])}" title="{escape(s["title"])}">{label}</a>'
            if s["url"]
            else escape(s["title"])
        )
        groups.setdefault(s["publisher"], []).append(link)
    items = [f"{escape(p)} ({', '.join(links)})" for p, links in groups.items()]
    if len(items) <= SOURCES_SHOWN + 2:
        return f"{'; '.join(items)}."
    more = len(items) - SOURCES_SHOWN
    return (
        f"{'; '.join(items[:SOURCES_SHOWN])}<details class=ob-more><summary>and {more} "
        f"more</summary>{'; '.join(items[SOURCES_SHOWN:])}.</details>"
    )


def _link(key: str, by_key: dict[str, dict[str, str]]) -> str:
    s = by_key[key]
    name = escape(s["publisher"])
    return (
        f'<a href="{escape(s["url"])}" title="{escape(s["title"])}">{name}</a>'
        if s["url"]
        else name
    )


def _numeric(bundle: dict[str, Any]) -> set[str]:
    """The columns that hold numbers (or ranges of them): they are set flush right."""

    def is_number(value: object) -> bool:
        if isinstance(value, str):
            return bool(FIGURES.fullmatch(value))
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    return {
        c
        for c in bundle["columns"]
        if any(is_number(r.get(c)) for r in bundle["rows"])
        and all(r.get(c) is None or is_number(r.get(c)) for r in bundle["rows"])
    }


def _label(bundle: dict[str, Any], column: str) -> str:
    return bundle["labels"].get(column, column.replace("_", " "))


def data_table(bundle: dict[str, Any]) -> str:
    """The plotted rows of a figure as an HTML table with linked sources."""
    by_key = {s["key"]: s for s in bundle["sources"]}
    numeric = _numeric(bundle)

    def cell(row: dict[str, Any], c: str) -> str:
        value = row.get(c)
        if c in publish.SOURCE_COLUMNS and value:
            text = "; ".join(_link(k, by_key) for k in value.split(";"))
        else:
            text = escape(publish.cell_text(value))
        return f"<td{' class=num' if c in numeric else ''}>{text}</td>"

    head = "".join(
        f'<th scope="col"{" class=num" if c in numeric else ""}>{escape(_label(bundle, c))}</th>'
        for c in bundle["columns"]
    )
    body = "".join(
        f"<tr>{''.join(cell(row, c) for c in bundle['columns'])}</tr>"
        for row in bundle["rows"][:ROWS_SHOWN]
    )
    more = len(bundle["rows"]) - ROWS_SHOWN
    rest = f"<p>{more} more rows are in the CSV.</p>" if more > 0 else ""
    return (
        f'<div class="ob-scroll" tabindex="0" role="region" '
        f'aria-label="Data: {escape(bundle["title"])}"><table class="table">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{rest}"
    )


def table_node(bundle: dict[str, Any]) -> nodes.table:
    """The rows of a published table as a docutils table: searchable, with linked sources."""
    by_key = {s["key"]: s for s in bundle["sources"]}
    numeric, columns = _numeric(bundle), bundle["columns"]

    prose = {c for c in columns if any(len(str(r[c] or "")) > PROSE for r in bundle["rows"])}
    prose -= set(publish.SOURCE_COLUMNS)

    def entry(paragraph: nodes.paragraph, column: str) -> nodes.entry:
        kinds = [name for name, group in (("num", numeric), ("prose", prose)) if column in group]
        return nodes.entry("", paragraph, classes=kinds)

    dates = bundle.get("dates", [])

    def cell(row: dict[str, Any], c: str) -> nodes.entry:
        value = row[c]
        if c in dates and value:
            first = value.partition("/")[0]  # an interval is sorted by its start
            when = f'<time datetime="{escape(first)}">{escape(day(value))}</time>'
            return entry(nodes.paragraph("", "", raw(when)), c)
        if c not in publish.SOURCE_COLUMNS or not value:
            text = publish.cell_text(value, bundle["digits"].get(c, 1) if c in numeric else None)
            return entry(nodes.paragraph("", text), c)
        paragraph = nodes.paragraph()
        for i, key in enumerate(value.split(";")):
            s = by_key[key]
            paragraph += nodes.Text("; " if i else "")
            paragraph += (
                nodes.reference("", s["publisher"], refuri=s["url"], internal=False)
                if s["url"]
                else nodes.Text(s["publisher"])
            )
        return entry(paragraph, c)

    head = nodes.row("", *[entry(nodes.paragraph("", _label(bundle, c)), c) for c in columns])
    body = [nodes.row("", *[cell(row, c) for c in columns]) for row in bundle["rows"]]
    group = nodes.tgroup(
        "",
        *[nodes.colspec(colwidth=1) for _ in columns],
        nodes.thead("", head),
        nodes.tbody("", *body),
        cols=len(columns),
    )
    return nodes.table("", group, classes=["colwidths-auto"])


def _downloads(name: str, root: str, kinds: tuple[str, ...]) -> str:
    links = [
        f'<a href="{root}{FOLDER}/{name}.{kind}" download>{kind.upper()}</a>' for kind in kinds
    ]
    return f'<span class="ob-downloads">Download: {" · ".join(links)}</span>'


def _foot(bundle: dict[str, Any], root: str, kinds: tuple[str, ...]) -> str:
    note = f'<p class="ob-note">{escape(bundle["note"])}</p>' if bundle["note"] else ""
    return (
        f'{note}<div class="ob-source">Sources: {_source_line(bundle["sources"])} '
        f"{_downloads(bundle['name'], root, kinds)}</div>"
    )


def _controls(spec: dict[str, Any]) -> int:
    """How many controls the chart has, to keep their room free before it is drawn."""
    return sum("bind" in p for p in spec.get("params", []))


def figure_html(bundle: dict[str, Any], root: str) -> str:
    """Everything of a figure below its caption. `root` leads from the page to the site's root."""
    statics = "".join(
        f'<div class="ob-{size}">{draw.static_svg(bundle, width)}</div>'
        for size, width in (("wide", draw.WIDE), ("narrow", draw.NARROW))
    )
    narrow = bundle.get("narrow", bundle["spec"])
    specs = {"legend": draw.LEGEND_COLUMNS, "wide": draw.fitted(bundle["spec"], draw.WIDE)}
    if "narrow" in bundle or not draw.is_single(narrow):
        specs["narrow"] = draw.fitted(narrow, draw.NARROW)
    # "<" is escaped so that no text of the data can end the script element.
    data = json.dumps(specs, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<div class="ob-chart" style="--controls:{_controls(bundle["spec"])}">'
        f'<div class="ob-static" role="img" aria-label="{escape(bundle["alt"])}">{statics}'
        '</div><div class="ob-live" hidden></div><div class="ob-controls"></div></div>'
        f'<script type="application/json" class="ob-spec">{data}</script>'
        f"{_foot(bundle, root, ('csv', 'svg', 'png'))}"
        f'<details class="ob-data"><summary>Data of this figure '
        f"({len(bundle['rows'])} rows)</summary>{data_table(bundle)}</details>"
    )


class openbook_figure(nodes.General, nodes.Element):
    """A published figure; `title` is its caption. Numbered in one series with other figures."""


class openbook_table(nodes.General, nodes.Element):
    """A published table; numbered in the series of tables."""


def get_title(node: nodes.Element) -> str:
    """Return the caption, for references that quote it."""
    return node["title"]


def _caption(translator: Any, node: openbook_figure | openbook_table, kind: str) -> None:
    translator.add_fignumber(node)
    translator.body.append(f'<span class="caption-text">{escape(node["title"])}</span>')
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
        translator.body.append(f'<details class="ob-folded"><summary><span id="{named}">')
        _caption(translator, node, kind)
        translator.body.append(f'</span> <small class="ob-rows">{folded}</small></summary>\n')
    else:
        translator.body.append(f'<figcaption id="{named}">')
        _caption(translator, node, kind)
        translator.body.append("</figcaption>\n")
    translator.body.append(f'<p class="ob-subtitle">{escape(node["subtitle"])}</p>\n')


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


def published_node(
    renderer: Any, content: Any, kind: str, body: Callable[[dict[str, Any], str], nodes.Node]
) -> list[nodes.Element]:
    """The numbered node of what a cell published, a "figure" or a "table".

    `body` makes what stands below the caption of the bundle and of what leads from the page to
    the root of the site.
    """
    document = renderer.renderer.document
    env = document.settings.env
    bundle = json.loads(json.dumps(content))
    page(env).published[bundle["name"]] = Published(kind, bundle)
    root = "../" * env.docname.count("/")
    made = openbook_figure if kind == "figure" else openbook_table
    node = made("", body(bundle, root))
    if kind == "table":
        node += raw(_foot(bundle, root, ("csv",)))
    node["title"], node["subtitle"] = bundle["title"], bundle["subtitle"]
    node["filters"] = [bundle["columns"].index(c) for c in bundle.get("filters", ())]
    if bundle.get("folded"):
        node["folded"] = f"{number(len(bundle['rows']))} rows"
    # the label, so that `{numref}` and a link reach it
    node["names"].append(nodes.fully_normalize_name(bundle["name"]))
    document.note_explicit_target(node, node)
    return [node]


class PublishedRenderer:
    """MyST-NB's plug-in for the engine's MIME types."""

    made: ClassVar[dict[str, tuple[str, Callable[[dict[str, Any], str], nodes.Node]]]] = {
        publish.FIGURE_MIME: ("figure", lambda bundle, root: raw(figure_html(bundle, root))),
        publish.TABLE_MIME: ("table", lambda bundle, _root: table_node(bundle)),
        CARDS_MIME: ("table", lambda bundle, _root: raw(lists.cards_html(bundle, _link))),
    }
    mime_priority_overrides: ClassVar = [("*", kind, 1) for kind in made]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Return the node of a published figure or table; None for any other output."""
        if data.mime_type not in PublishedRenderer.made:
            return None
        return published_node(renderer, data.content, *PublishedRenderer.made[data.mime_type])
