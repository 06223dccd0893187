"""The rows of what was published, for a page: tables to read, and what readers find rows with.

A published table becomes a docutils table, so that search knows its words. Above one that is long
or has columns to choose from stand the tools that `static/openbook-tables.js` makes work; without
a script they are not shown and all rows are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from docutils import nodes
from markupsafe import Markup

from openbook import addresses, publish
from openbook.bundle import Bundle, Table
from openbook.site import later
from openbook.site.markup import Link, raw, render, source_links
from openbook.text import MINUS, day

ROWS_SHOWN = 400  # of a figure's data: a longer series is in the CSV
MANY = 40  # rows from which a page fetches a table when it is about to be seen
MOST = 15  # rows up to which a table is shown whole, of more the first 12 (openbook-tables.css)
PROSE = 40  # characters from which a column of a table is wide enough for sentences
CARDS_FROM = 4  # columns from which the rows are cards on a phone, if one of them is text
# A number or range as openbook.text writes it
FIGURES = re.compile(r"−?\d[\d,.]*(–−?\d[\d,.]*)?%?")


def numeric_columns(bundle: Bundle) -> set[str]:
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


def head_of(bundle: Bundle, column: str) -> str:
    """The head of a column."""
    return bundle.labels.get(column, column.replace("_", " "))


def data_table(bundle: Bundle) -> Markup:
    """The plotted rows of a figure as an HTML table with linked sources."""
    by_key = bundle.source_of
    numeric, columns = numeric_columns(bundle), bundle.columns

    def cell(value: Any, column: str) -> str:
        if column in publish.SOURCE_COLUMNS and value:
            return source_links(value, by_key)
        return publish.cell_text(value)

    return render(
        "data_table.html",
        title=bundle.title,
        labels=[head_of(bundle, c) for c in columns],
        numeric=[at for at, c in enumerate(columns) if c in numeric],
        rows=[[cell(row.get(c), c) for c in columns] for row in bundle.rows[:ROWS_SHOWN]],
        more=len(bundle.rows) - ROWS_SHOWN,
    )


# --- a published table ---------------------------------------------------------------------------


def is_long(bundle: Table) -> bool:
    """Whether only its first rows are shown until a reader wants all; a fold is enough."""
    return len(bundle.rows) > MOST and not bundle.folded


def need_script(published: Mapping[str, Bundle]) -> bool:
    """Whether a page has tables that its script does something for."""
    held = (item for item in published.values() if isinstance(item, Table))
    return any(item.folded or item.filters or is_long(item) for item in held)


def shown_text(bundle: Table, column: str, value: Any, numeric: set[str]) -> str:
    """A cell as a reader sees it."""
    if column in bundle.dates and value:
        return day(value)
    if column not in numeric:
        return publish.cell_text(value)
    text = publish.cell_text(value, bundle.digits.get(column, 1))
    return text.replace(MINUS, "-").replace("–-", " to -")


def key_of(column: str) -> str:
    """A column's name in the address of a page."""
    return column.replace(" ", "_")


def tools(bundle: Table) -> Markup:
    """Lists to choose from, search and count, for a table that is long or names filters; or ""."""
    if not bundle.filters and len(bundle.rows) <= MOST:
        return Markup()
    numeric = numeric_columns(bundle)
    lists = []
    for column in bundle.filters:
        held = [shown_text(bundle, column, row[column], numeric) for row in bundle.rows]
        options = [(v, f"{v} ({held.count(v)})") for v in sorted(set(held), key=str.casefold)]
        lists.append({"name": key_of(column), "label": head_of(bundle, column), "options": options})
    return render(
        "table_tools.html", bundle=bundle, lists=lists, columns=list(map(key_of, bundle.columns))
    )


def below(bundle: Table) -> Markup:
    """The switch that shows all rows of a long table; or ""."""
    return render("show_all.html", count=len(bundle.rows)) if is_long(bundle) else Markup()


class openbook_line(nodes.TextElement):
    """The words of a cell; no paragraph, or a copied row would be several lines."""


def visit_line(_translator: Any, _node: openbook_line) -> None:
    """Write nothing before the words of a cell, nor after them."""


def table_node(bundle: Table) -> nodes.table:
    """The rows of a published table as a docutils table: searchable, with linked sources."""
    by_key = bundle.source_of
    numeric, columns = numeric_columns(bundle), bundle.columns

    prose = {c for c in columns if any(len(str(r[c] or "")) > PROSE for r in bundle.rows)}
    prose -= set(publish.SOURCE_COLUMNS)

    def entry(line: openbook_line, column: str, *more: str) -> nodes.entry:
        kinds = [name for name, group in (("num", numeric), ("prose", prose)) if column in group]
        return nodes.entry("", line, classes=[*kinds, *more])

    def cell(row: dict[str, Any], c: str) -> nodes.entry:
        value = row[c]
        text = shown_text(bundle, c, value, numeric)
        if c in bundle.dates and value:
            first = value.partition("/")[0]  # an interval is sorted by its start
            return entry(openbook_line("", "", raw(render("time.html", iso=first, text=text))), c)
        if c not in publish.SOURCE_COLUMNS or not value:
            return entry(openbook_line("", text), c, *(["nil"] if text == "–" else []))
        line = openbook_line()
        for i, key in enumerate(value.split(";")):
            s = by_key[key]
            where = addresses.web(s.url)
            line += nodes.Text("; " if i else "")
            line += (
                nodes.reference("", s.publisher, refuri=where, internal=False)
                if where
                else nodes.Text(s.publisher)
            )
        return entry(line, c)

    head = nodes.row("", *[entry(openbook_line("", head_of(bundle, c)), c) for c in columns])
    body = [nodes.row("", *[cell(row, c) for c in columns]) for row in bundle.rows]
    group = nodes.tgroup(
        "",
        *[nodes.colspec(colwidth=1) for _ in columns],
        nodes.thead("", head),
        nodes.tbody("", *body),
        cols=len(columns),
    )
    return nodes.table("", group, classes=["colwidths-auto"])


# --- as cards on a phone -------------------------------------------------------------------------


def kinds(bundle: Table) -> list[str]:
    """The classes of a table: `ob-carded` if its rows are cards on a phone."""
    texts = set(bundle.columns) - numeric_columns(bundle) - set(publish.SOURCE_COLUMNS)
    return ["ob-carded"] if len(bundle.columns) >= CARDS_FROM and len(texts) > 1 else []


def heads_style(bundle: Table) -> str:
    """The heads of the columns as custom properties, `--head-1: "Route"`, said in each card."""
    if not kinds(bundle):
        return ""
    heads = (json.dumps(head_of(bundle, c), ensure_ascii=False) for c in bundle.columns)
    return "; ".join(f"--head-{at}: {text}" for at, text in enumerate(heads, 1))


def whole(bundle: Table, file: str) -> list[nodes.Node]:
    """A published table, its tools above, its switch below; one of many rows is fetched later.

    `file` is the address of its CSV.
    """
    above, under = tools(bundle), below(bundle)
    if bundle.folded or len(bundle.rows) > MANY:
        link = Link("All rows as CSV", file)
        above = later.opening(link, near=not bundle.folded, paper=True) + above
        under += later.closing()
    around = [raw(html) if html else None for html in (above, under)]
    return [part for part in (around[0], table_node(bundle), around[1]) if part is not None]
