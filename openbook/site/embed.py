"""Figures for other sites: a bare page to put in a frame, and what to paste for it.

The frame holds the drawings, the finding, its sources and the way back. It needs no script, and is
light or dark as its reader's system is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sphinx.application import Sphinx

from openbook import credit, draw
from openbook.bundle import Figure
from openbook.site import address, citation, files, pictures, policy, render
from openbook.site.files import FileRecipe
from openbook.site.markup import render as fill

if TYPE_CHECKING:
    from openbook.site.figure_pages import Placed

FOLDER = "embed"  # short: it stands on other people's pages
STYLES = (
    "openbook-fonts.css",
    "openbook-type.css",
    "openbook.css",
    "openbook-access.css",
    "openbook-frame.css",
)
WIDTH = 720  # pixels that a frame has at most
_WORDS = 190  # pixels of a frame for finding, subtitle and sources


def path(name: str, kind: str = "html") -> str:
    """Where the frame of a figure is, from the site's root."""
    return f"{FOLDER}/{name.removeprefix('fig-')}.{kind}"


def height(bundle: Figure) -> int:
    """Pixels that a frame of the figure needs, on a page and on a phone."""
    drawn = (draw.static_svg(bundle, width) for width in (draw.WIDE, draw.NARROW))
    return round(max(draw.size(svg)[1] for svg in drawn)) + _WORDS


def snippet(app: Sphinx, placed: Placed) -> str:
    """The HTML to paste; its address is whole if the book has one."""
    where = path(placed.bundle.name)
    pasted = fill(
        "snippet.html",
        address=address.absolute(app, where) or where,
        bundle=placed.bundle,
        height=height(placed.bundle),
    )
    return str(pasted)


def _frame(app: Sphinx, placed: Placed) -> bytes:
    bundle, root = placed.bundle, "../"
    return fill(
        "frame.html",
        language=app.config.language,
        bundle=bundle,
        placed=placed,
        root=root,
        styles=STYLES,
        site=app.env.titles[app.config.root_doc].astext(),
        canonical=address.absolute(app, f"{placed.page}.html"),
        credit=credit.line(bundle.sources, 108),
        policy=policy.text(policy.FRAME),
        referrer=policy.REFERRER,
        described=render.described(bundle),
        drawings=render.drawings(bundle),
    ).encode()


def _oembed(app: Sphinx, placed: Placed) -> bytes:
    """The answer to https://oembed.com: how programs show a link to the figure as the figure."""
    cited = citation.read(app.confdir)
    said = {
        "version": "1.0",
        "type": "rich",
        "title": placed.bundle.title,
        "author_name": cited.author,
        "provider_name": cited.title,
        "provider_url": app.config.html_baseurl,
        "html": snippet(app, placed),
        "width": WIDTH,
        "height": height(placed.bundle),
        "thumbnail_url": address.absolute(app, pictures.card_path(placed.page)),
        "thumbnail_width": pictures.CARD[0],
        "thumbnail_height": pictures.CARD[1],
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def recipes(app: Sphinx, every: list[Placed]) -> Mapping[str, FileRecipe]:
    """The files of the folder: a frame for each figure, with an address what oEmbed asks for."""
    config, made = app.config, {}
    for placed in every:
        book = app.env.titles[config.root_doc].astext()
        said: list[Any] = [placed.bundle.to_json(), placed.number, book, config.html_baseurl]
        given = [config.openbook_code, config.openbook_citation, config.language]
        digest = files.sha256(json.dumps([said, given], sort_keys=True).encode())
        kinds = {"html": _frame} | ({"json": _oembed} if config.html_baseurl else {})
        for kind, make in kinds.items():
            name = path(placed.bundle.name, kind).removeprefix(f"{FOLDER}/")
            made[name] = FileRecipe(digest, partial(make, app, placed))
    return made
