"""Drawings of published figures: SVG for a page, SVG and PNG as files of their own.

They are made from the stored spec by Vega itself (vl-convert), the same bytes on every machine.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import textwrap
from collections.abc import Mapping, MutableMapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from openbook import controls, credit
from openbook.bundle import Figure
from openbook.colour import on_paper
from openbook.controls import READOUT

# The drawn widths in CSS pixels: a column of text, and a phone of 360 px less its margins.
WIDE, NARROW = 720, 328
NARROW_BELOW = 480
LEGEND_COLUMNS = {"wide": 4, "narrow": 2}

# The typeface of page and drawing: its files come with the engine, under a name of their own, so
# that text is measured alike on every machine. The others are for files that are opened elsewhere.
FONTS = Path(__file__).parent / "fonts"
FONT = "Openbook Sans, Liberation Sans, Arial, sans-serif"


def is_single(spec: Mapping[str, Any]) -> bool:
    """Whether the chart is one view (or layers of one), which Vega can fit to a width."""
    return not any(k in spec for k in ("hconcat", "vconcat", "concat", "facet", "repeat"))


def fitted(spec: Mapping[str, Any], width: int) -> dict[str, Any]:
    """A copy of `spec` drawn `width` CSS pixels wide, labels included.

    One view fits exactly; a map keeps the proportions of its own width and height. Rows of small
    multiples get the same inner width, with room kept for their axis labels: 30 % on a phone,
    20 % on a page.
    """
    columns = LEGEND_COLUMNS["narrow" if width < NARROW_BELOW else "wide"]
    config = spec.get("config", {})
    legend = {**config.get("legend", {}), "columns": columns}
    spec = {**spec, "config": {**config, "legend": legend}}
    if is_single(spec):
        if "projection" in spec:  # a map keeps its proportions
            spec["height"] = round(width * spec["height"] / spec["width"])
        spec["width"] = width
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
        return spec
    inner = round(width * (0.7 if width < NARROW_BELOW else 0.8))
    if "spec" in spec:
        spec["spec"] = {**spec["spec"], "width": inner}
    for key in ("vconcat", "concat"):
        if key in spec:
            spec[key] = [{**view, "width": inner} for view in spec[key]]
    return spec


DRAWN_FROM = "https://vega.github.io/vega-datasets/"  # put before relative links when drawn
_SIZE = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"')
drawn: MutableMapping[str, str] = {}
"""SVG by Vega-Lite spec, of what was drawn so far; a build puts a store here that lasts."""


def _svg(spec_json: str) -> str:
    svg = drawn.get(spec_json)
    if svg is None:
        svg = drawn[spec_json] = _draw(spec_json)
    return svg


_once = Lock()


@cache
def _registered() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert


def drawer() -> Any:
    """Vega itself (vl-convert), which knows the book's typefaces in this process."""
    with _once:  # drawings are made in threads
        return _registered()


@cache
def fonts_digest() -> str:
    """sha256 of the typefaces' files: other ones, other drawings."""
    faces = (path.read_bytes() for path in sorted(FONTS.glob("*.ttf")))
    return hashlib.sha256(b"".join(faces)).hexdigest()


def _draw(spec_json: str) -> str:
    # Vega counts its clip paths across all charts of a process: count anew in each drawing.
    numbers: dict[str, str] = {}
    return re.sub(
        r"(?<=\bclip)\d+(?=[\")])",
        lambda m: numbers.setdefault(m[0], str(len(numbers))),
        drawer().vegalite_to_svg(spec_json),
    )


def static_svg(bundle: Figure, width: int) -> str:
    """The figure as SVG for the page: transparent, its ink the colour of the text around it."""
    spec = bundle.narrow or bundle.spec if width < NARROW_BELOW else bundle.spec
    svg = _svg(json.dumps(fitted(spec, width), sort_keys=True)).replace(DRAWN_FROM, "")
    # Ids of clip paths and gradients must differ between the figures of one page.
    prefix = f"{bundle.name}-{width}-"
    svg = re.sub(r'(id="|url\(#|href="#)', lambda m: m.group(1) + prefix, svg)
    # One image in words for those who hear the page: what is around it describes it.
    return svg.replace(' role="graphics-document"', ' aria-hidden="true"').replace(
        "<svg ", '<svg focusable="false" ', 1
    )


def bare(svg: str) -> str:
    """A drawing without what a picture with a description has no use for.

    These are the names of its marks, which Vega writes for a chart that stands alone, and decimals
    of coordinates beyond the second: more than a third of its bytes.
    """
    places = re.sub(r'(?<= )(?:[dxy]|[xy][12]|width|height|transform|points)="[^"]*"', _short, svg)
    return re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", places)


def _short(attribute: re.Match[str]) -> str:
    return re.sub(
        r"-?\d+\.\d{3,}(?:e-\d+)?", lambda number: f"{float(number[0]):.2f}", attribute[0]
    )


def size(svg: str) -> tuple[float, float]:
    """Width and height of a drawing, in CSS pixels. Raises ValueError if it does not say them."""
    if found := _SIZE.search(svg):
        return float(found[1]), float(found[2])
    raise ValueError("a drawing without a size")


def readout(bundle: Figure) -> str:
    """What the figure says in words as the page opens; "" if it has no controls."""
    if not bundle.readout:
        return ""
    spec = {
        "data": {"values": [{}]},
        "params": [p for p in bundle.spec["params"] if "select" not in p],
        "mark": {"type": "text", "text": {"expr": READOUT}},
    }
    svg = _svg(json.dumps(controls.unbound(spec), sort_keys=True))
    return html.unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))


def _published_spec(bundle: Figure) -> dict[str, Any]:
    """The spec of the figure that stands alone: title, subtitle and sources are part of it."""
    spec = fitted(bundle.spec, WIDE)
    spec["title"] = {
        "text": textwrap.wrap(bundle.title, 78),
        "subtitle": textwrap.wrap(bundle.subtitle, 108) + credit.lines(bundle.sources),
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 17,
        "fontWeight": 600,
        "subtitleFontSize": 13,
        "offset": 14,
    }
    return _on_white(spec)


def _on_white(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for a file: one of its own has no page around it to take paper and ink from."""
    made: dict[str, Any] = json.loads(on_paper(json.dumps({**spec, "padding": 12})))
    made["config"] = {**made.get("config", {}), "background": "white"}
    return made


def published_svg(bundle: Figure) -> str:
    """The figure as a file, without links: `figures/<name>.svg`, and what readers download."""
    svg = _svg(json.dumps(_published_spec(bundle), sort_keys=True))
    return re.sub(r"</?a\b[^>]*>", "", svg) + "\n"


def published_png(bundle: Figure) -> bytes:
    """The same at twice the size, as PNG."""
    return png(published_svg(bundle), scale=2)


def chart_png(bundle: Figure) -> bytes:
    """The chart alone at twice its size, without title and sources: a notebook says them."""
    return png(_svg(json.dumps(_on_white(fitted(bundle.spec, WIDE)), sort_keys=True)), scale=2)


def png(svg: str, scale: float = 1, colours: int = 256) -> bytes:
    """A drawing on white paper as PNG of at most 256 colours, an eighth of the size of all.

    A chart has few: most keep each of theirs, and no pixel of a map moves by more than 8 of 255.
    """
    from PIL import Image

    drawn = Image.open(io.BytesIO(drawer().svg_to_png(svg, scale=scale))).convert("RGBA")
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    few = paper.convert("RGB").quantize(
        colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    made = io.BytesIO()
    few.save(made, "PNG", optimize=True)
    return made.getvalue()
