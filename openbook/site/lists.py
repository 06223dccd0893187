"""Lists of folded entries with a filter: cards, and what a book makes of its own.

The entries are whole in the HTML and open by themselves; `static/openbook-list.js` only adds the
filter, and opens an entry that is linked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from sphinx.application import Sphinx

from openbook import publish
from openbook.bundle import Cards
from openbook.site.markup import render, source_links
from openbook.text import day

SCRIPT, STYLE = "openbook-list.js", "openbook-list.css"
UNFILLED = "not known"  # what can be chosen for an empty cell


def filters(bundle: Cards) -> list[dict[str, Any]]:
    """The lists of the filter: name, label and options, the most frequent value first.

    The states keep the order of their marks.
    """
    shown, made = bundle.cards, []
    for column in shown.filters:
        held = [str(row[column] or UNFILLED) for row in bundle.rows]
        by_count = sorted(set(held), key=lambda value: (-held.count(value), value))
        options = list(shown.marks) if column == shown.status else by_count
        words = [(value, f"{value} ({held.count(value)})") for value in options]
        made.append({"name": column, "label": bundle.labels[column], "options": words})
    return made


def cards_html(bundle: Cards) -> Markup:
    """The cards below their caption."""
    shown, by_key = bundle.cards, bundle.source_of
    first = {shown.head, shown.status, shown.lead, *shown.line}

    def cell(row: Mapping[str, Any], column: str) -> str:
        value = row[column]
        if column in bundle.dates:
            return day(value)
        if column in publish.SOURCE_COLUMNS:
            return source_links(value, by_key)
        return publish.cell_text(value).replace("'", "’")

    def anchor(at: int) -> str:
        return f"{bundle.name}-{shown.keys[at].replace('_', '-')}" if shown.keys else ""

    return render(
        "cards.html",
        bundle=bundle,
        shown=shown,
        target=f"{bundle.name}-list",
        filters=filters(bundle),
        rest=[column for column in bundle.columns if column not in first],
        unfilled=UNFILLED,
        cell=cell,
        anchor=anchor,
    )


def dress(app: Sphinx) -> None:
    """Give a page with such a list its script and style."""
    app.add_js_file(SCRIPT, loading_method="defer")
    app.add_css_file(STYLE)
