"""What search engines and messengers read in the head of a page: description, citation, preview."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

from openbook.site import address, citation, pictures
from openbook.site.markup import plain, render

_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\n?')  # docutils' own; the layout has one


def _description(tree: nodes.document) -> str:
    """The page's standfirst, its first finding, or its first paragraph."""

    def boxes(kind: str) -> Iterator[nodes.Element]:
        return tree.findall(lambda n: isinstance(n, nodes.Element) and kind in n["classes"])

    for held in [*boxes("standfirst"), *boxes("findings"), tree]:
        for item in held.findall(nodes.paragraph):
            if text := _without_last_link(item):
                return text
    return ""


def _without_last_link(paragraph: nodes.paragraph) -> str:
    """The words of a paragraph; a link after its last sentence leads on and says nothing itself."""
    parts = [part for part in paragraph.children if plain(part).strip()]
    if len(parts) > 1 and isinstance(parts[-1], nodes.reference):
        before = "".join(map(plain, parts[:-1])).rstrip()
        if before.endswith((".", "!", "?", ":")):
            return " ".join(before.rstrip(":").split())
    return plain(paragraph)


def tags(
    app: Sphinx, page: str, title: str, description: str, alt: str = "", *, card: bool = True
) -> Markup:
    """The tags of a page. `alt` says what is seen on its card, if that is more than the title."""
    return render(
        "page_head.html",
        cited=citation.read(app.confdir),
        title=title,
        description=description,
        site=app.config.project,
        address=address.absolute(app, f"{page}.html"),
        image=address.absolute(app, pictures.card_path(page)) if card else "",
        alt=alt or title,
        size=pictures.CARD,
    )


def add(app: Sphinx, docname: str, context: dict[str, Any], tree: nodes.document) -> None:
    """Add a page's tags to the `context` of its template."""
    made = tags(app, docname, app.env.titles[docname].astext(), _description(tree))
    context["metatags"] = _VIEWPORT.sub("", context.get("metatags", "")) + str(made)
