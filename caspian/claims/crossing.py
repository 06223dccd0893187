"""The front page's map: the crossing of the Caspian, with pins that lead to chapters.

A drawing of its own, in a few kilobytes: outlines, routes and places from their tables, in the
page's ink, so that it follows light and dark. The pins are HTML over it, with the chapters' own
numbers. It is shown within `WEST` to `EAST` and `SOUTH` to `NORTH`, with degrees of longitude
shortened as they are at the middle latitude.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup
from myst_nb.ext.glue.crossref import read_glue_cache
from sphinx.application import Sphinx

from caspian import maps, tables
from caspian.claims.page import TEMPLATES
from openbook.bundle import FactBundle
from openbook.site.facts import glue_folder
from openbook.site.links import Links
from openbook.site.markup import environment

TABLES = ("outlines", "map_labels", "nodes", "segments", "route_legs", "segment_bends")
WEST, EAST, SOUTH, NORTH = 38.2, 57.2, 37.2, 46.0
WIDTH = 700  # units of the drawing
ROUTES = {"middle_poti": "middle", "middle_batumi": "middle", "middle_btk": "middle"}
ROUTES |= {"middle_kuryk": "middle"}
# Where a name stands beside its place: how it is anchored, and how far off (units of the drawing)
NAMES = {
    "aktau": ("end", -8, 14),
    "alat": ("end", -9, 16),
    "baku": ("end", -9, -2),
    "tbilisi": ("middle", 0, -9),
    "poti": ("start", 2, -9),
    "kars": ("end", -8, -4),
    "beyneu": ("end", -10, -4),
}
SHORT = {"alat": "Alat"}
KEPT = {"Azerbaijan", "Kazakhstan", "Caspian Sea"}  # names of areas that a phone shows too


@dataclass(frozen=True)
class Pin:
    """A card on the map: its place, the page that it leads to, its number and its words.

    `number` and `words` name glued facts of that page in braces; `side` is the corner of the card
    that stands at the place.
    """

    lon: float
    lat: float
    page: str
    number: str
    words: str
    side: str


PINS = (
    Pin(50.2, 45.6, "chapters/energy", "{baku_share_last}",
        "of Kazakhstan's oil exports went by Baku in {last_year}", "right"),
    Pin(51.75, 41.6, "chapters/corridor", "{freight_2025}",
        "went by the corridor in 2025", "left"),
    Pin(49.75, 39.35, "chapters/visit", "{untraced} of {documents}",
        "papers that we saw of the two countries, since {first_signed}: no later report found",
        "left"),
)  # fmt: skip


def spot(lon: float, lat: float) -> tuple[float, float]:
    """Where a point of the globe lies in the drawing: units from its left and its top."""
    per_degree = WIDTH / (EAST - WEST)
    stretch = 1 / math.cos(math.radians((SOUTH + NORTH) / 2))
    return (lon - WEST) * per_degree, (NORTH - lat) * per_degree * stretch


HEIGHT = round(spot(WEST, SOUTH)[1])


def path(points: Iterable[tuple[float, float]], closed: bool = False) -> str:
    """An SVG path through points of the globe, to half a unit."""
    spots = dict.fromkeys(tuple(round(2 * v) / 2 for v in spot(*p)) for p in points)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in spots) + ("Z" if closed else "")


def drawing() -> dict[str, object]:
    """What the template draws: land, routes by land and by sea, places and names."""
    outlines, labels, nodes, segments, legs, bends = map(tables.load, TABLES)
    features = maps.outlines(outlines, "detail")
    rings = (ring for f in features for part in f["geometry"]["coordinates"] for ring in part)
    land = " ".join(path(ring, closed=True) for ring in rings)
    drawn = maps.drawn_lines(ROUTES, legs, segments, nodes, bends)
    lines: dict[bool, list[str]] = {True: [], False: []}
    for _, rows in drawn.sort_values("step").groupby("segment", sort=True):
        points = list(zip(rows["lon"], rows["lat"], strict=True))
        if any(WEST - 8 < lon < EAST + 8 for lon, _ in points):
            lines[rows["mode"].iloc[0] in ("sea", "ferry")].append(path(points))
    stops = nodes.set_index("node").loc[list(NAMES)]
    return {
        "land": land,
        "by_land": " ".join(lines[False]),
        "by_sea": " ".join(lines[True]),
        "places": [_place(key, row) for key, row in stops.iterrows()],
        "areas": [
            {"x": x, "y": y, "name": row["name"], "kind": row["kind"], "kept": row["name"] in KEPT}
            for _, row in labels[labels["map"] == "detail"].iterrows()
            for x, y in [spot(row["lon"], row["lat"])]
            if WEST < row["lon"] < EAST and SOUTH < row["lat"] < NORTH
        ],
    }


def _place(key: object, row: pd.Series) -> dict[str, object]:
    x, y = spot(row["lon"], row["lat"])
    anchor, dx, dy = NAMES[str(key)]
    name = SHORT.get(str(key), row["name"])
    return {"x": x, "y": y, "name": name, "anchor": anchor, "at": x + dx, "down": y + dy}


def html(app: Sphinx, docname: str) -> Markup:
    """The map with its pins. A fact that a page has not glued is a KeyError, naming it."""
    links, folder = Links(app, docname), glue_folder(app.env)
    shown = []
    for pin in PINS:
        glued = read_glue_cache(folder, pin.page)
        words = {
            name: FactBundle.from_json(output["data"][FactBundle.mime]).text
            for name, output in glued.items()
            if FactBundle.mime in output["data"]
        } | {n: _plain(o) for n, o in glued.items() if FactBundle.mime not in o["data"]}
        x, y = spot(pin.lon, pin.lat)
        shown.append(
            {
                "address": links.address(pin.page),
                "chapter": links.title(pin.page),
                "number": pin.number.format_map(words),
                "words": pin.words.format_map(words),
                "left": 100 * x / WIDTH,
                "top": 100 * y / HEIGHT,
                "side": pin.side,
            }
        )
    return Markup(
        environment(TEMPLATES)
        .get_template("crossing.html")
        .render(**drawing(), pins=shown, width=WIDTH, height=HEIGHT)
    )


def _plain(output: dict) -> str:
    """A glued text without sources."""
    return str(output["data"].get("text/plain", "")).strip("'")
