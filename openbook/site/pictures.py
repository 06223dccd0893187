"""Small pictures of figures and pages, made once when the book is built.

For the gallery a thumbnail of each figure (WebP); for messengers a card of each figure and, if the
book has an address, of each page (PNG). An SVG in an `<img>` can't use a page's fonts, so they are
drawn to pixels here, from the drawings that the figure has already.
"""

from __future__ import annotations

import io
import json
import re
import textwrap
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup
from sphinx.application import Sphinx

from openbook import credit, draw
from openbook.bundle import Figure
from openbook.colour import PAPER_INK, on_paper
from openbook.site import files
from openbook.site.files import FileRecipe
from openbook.site.markup import render

if TYPE_CHECKING:
    from openbook.site.figure_pages import Placed

FOLDER = "_pictures"  # beside _static, in the built site
CARD = (1200, 630)  # pixels, as messengers show a link
THUMB = (360, 270)  # CSS pixels
SHARPNESS = 1.5  # pixels of a thumbnail for each of them
CARD_MOST, THUMB_MOST = 40_000, 12_000  # bytes
COLOURS = (256, 64, 16, 8)  # the most with which a picture keeps to its bytes
CREDIT = 80  # letters of the line of sources
# Widths of a letter of the bold face and of the plain one, as parts of its size: mean of English
_BOLD, _PLAIN = 0.56, 0.52


class Box(NamedTuple):
    """Where something stands in a picture, in pixels."""

    x: float
    y: float
    width: float
    height: float


class Text(NamedTuple):
    """Lines of a card: their first baseline, size of letters, weight, colour."""

    lines: list[str]
    y: float
    size: float
    weight: int
    colour: str


def card_name(page: str) -> str:
    """The file of a page's card: `figures/oil-routes` → `figures-oil-routes.png`."""
    return f"{page.replace('/', '-')}.png"


def card_path(page: str) -> str:
    """Where the card of a page is, from the site's root."""
    return f"{FOLDER}/{card_name(page)}"


def thumb_name(bundle: Figure) -> str:
    """The file of a figure's thumbnail."""
    return f"{bundle.name}.webp"


# --- the parts of a picture ------------------------------------------------------------------


def _fits(svg: str, box: Box) -> float:
    width, height = draw.size(svg)
    return min(box.width / width, box.height / height)


def placed_drawing(bundle: Figure, box: Box) -> Markup:
    """The figure's drawing in a box of a picture: of the two the one with the larger letters."""
    both = [draw.static_svg(bundle, width) for width in (draw.WIDE, draw.NARROW)]
    svg = max(both, key=lambda each: _fits(each, box))
    svg = on_paper(svg)
    scale = _fits(svg, box)
    width, height = (side * scale for side in draw.size(svg))
    x, y = box.x + (box.width - width) / 2, box.y + (box.height - height) / 2
    where = f'x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
    tag, rest = svg.split(">", 1)
    tag = re.sub(r' (?:width|height)="[^"]*"', "", tag).replace("<svg", f"<svg {where}", 1)
    return Markup(f"{tag}>{rest}")


def lines(text: str, size: float, letter: float, width: float, most: int) -> list[str]:
    """A text in lines of a width; what finds no room is cut at a word and says so."""
    return textwrap.wrap(
        text, max(8, int(width / (size * letter))), max_lines=most, placeholder=" …"
    )


def headline(text: str, width: float, height: float) -> tuple[list[str], float]:
    """A headline and the largest size of letters, in pixels, at which all of it fits."""
    for size in (58, 52, 46, 42, 38, 34, 30):
        found = lines(text, size, _BOLD, width, 99)
        if len(found) * size * 1.2 <= height:
            return found, size
    return lines(text, 30, _BOLD, width, int(height / 36)), 30


def card_svg(title: str, above: str, below: str, drawing: Figure | None, accent: str) -> str:
    """A card: the book above, the title, a line below it, a drawing beside it if there is one."""
    wide = 500 if drawing else CARD[0] - 120
    head, size = headline(title, wide, 360)
    texts = [
        Text(lines(above, 24, _PLAIN, wide, 1), 92, 24, 400, accent),
        Text(head, 130 + size, size, 600, PAPER_INK),
        Text(lines(below, 22, _PLAIN, wide, 2), 556, 22, 400, PAPER_INK),
    ]
    box = Box(600, 50, CARD[0] - 640, CARD[1] - 100)
    return str(
        render(
            "card.svg",
            width=CARD[0],
            height=CARD[1],
            face=draw.FONT,
            accent=accent,
            texts=texts,
            drawing=placed_drawing(drawing, box) if drawing else "",
        )
    )


def thumb_svg(bundle: Figure) -> str:
    """A figure's drawing on a sheet of the size that the gallery shows."""
    width, height = THUMB
    box = Box(8, 8, width - 16, height - 16)
    return str(render("thumb.svg", width=width, height=height, drawing=placed_drawing(bundle, box)))


def _webp(svg: str, colours: int) -> bytes:
    """A drawing as lossless WebP."""
    from PIL import Image

    drawn = Image.open(io.BytesIO(draw.png(svg, SHARPNESS, colours))).convert("RGB")
    made = io.BytesIO()
    drawn.save(made, "WEBP", lossless=True, method=4)
    return made.getvalue()


def _within(most: int, make: Callable[[int], bytes]) -> bytes:
    """A picture of as many colours as keep it below so many bytes."""
    pictures = map(make, COLOURS)
    made = b""
    for made in pictures:
        if len(made) <= most:
            break
    return made


def card(svg: str) -> bytes:
    """A card as PNG."""
    return _within(CARD_MOST, partial(draw.png, svg, 1))


def thumb(svg: str) -> bytes:
    """A thumbnail as WebP."""
    return _within(THUMB_MOST, partial(_webp, svg))


# --- the files -------------------------------------------------------------------------------


def _recipe(app: Sphinx, said: Any, make: Any) -> FileRecipe:
    given = [app.config.openbook_code, app.config.openbook_citation]
    digest = files.sha256(json.dumps([said, given], sort_keys=True).encode())
    return FileRecipe(digest, make)


def recipes(app: Sphinx, every: list[Placed], accent: str) -> Mapping[str, FileRecipe]:
    """The pictures of the book; of pages only where a link to one can be given."""
    book = app.env.titles[app.config.root_doc].astext()
    made: dict[str, FileRecipe] = {}
    first: dict[str, Figure] = {}

    def add_card(page: str, said: dict[str, Any], drawing: Figure | None) -> None:
        make = partial(card_svg, **said, drawing=drawing, accent=accent)
        seen = [said, book, accent, drawing and drawing.to_json()]
        made[card_name(page)] = _recipe(app, seen, lambda: card(make()))

    for placed in every:
        bundle = placed.bundle
        first.setdefault(placed.docname, bundle)
        made[thumb_name(bundle)] = _recipe(
            app, ["thumb", bundle.to_json()], lambda b=bundle: thumb(thumb_svg(b))
        )
        said = {"title": bundle.title, "above": f"{book} · {placed.number}"}
        below = str(credit.line(bundle.sources, CREDIT))
        add_card(placed.page, said | {"below": below}, bundle)
    if app.config.html_baseurl:
        for docname in sorted(app.env.found_docs):
            title, _, rest = app.env.titles[docname].astext().partition(": ")
            said = {"title": title, "above": "" if title == book else book, "below": rest}
            add_card(docname, said, first.get(docname))
    return made
