"""All figures of the book on one page: a small picture and the finding, as a link to its page."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sphinx.application import Sphinx

from openbook.site import page_head, pictures
from openbook.site.figure_pages import Placed
from openbook.site.links import Links
from openbook.site.markup import render


def context(app: Sphinx, every: list[Placed], pagename: str) -> dict[str, Any]:
    """What the theme's page is given for the gallery."""
    links = Links(app, pagename)
    chapters = [
        (docname, links.title(docname), list(placed))
        for docname, placed in groupby(every, key=lambda each: each.docname)
    ]
    options = [(title, f"{title} ({len(placed)})") for _, title, placed in chapters]
    moved = [placed for placed in every if placed.bundle.controls]
    kinds = [("yes", f"with controls ({len(moved)})")]
    filters = [{"name": "chapter", "label": "Chapter", "options": options}]
    if moved:
        filters.append({"name": "live", "label": "Show", "options": kinds})
    body = render(
        "gallery.html",
        filters=filters,
        chapters=chapters,
        count=len(every),
        moved=moved,
        links=links,
        pictures=f"{links.root}{pictures.FOLDER}",
        thumb_name=pictures.thumb_name,
        size=pictures.THUMB,
    )
    title = links.title(pagename)
    description = f"The {len(every)} figures of the book, each with its finding."
    tags = page_head.tags(app, pagename, title, description, "", card=False)
    return {"title": title, "body": body, "metatags": str(tags)}
