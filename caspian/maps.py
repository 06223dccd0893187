"""Maps: outlines and drawn lines from their tables, and the Altair layers made of them.

The functions take DataFrames and return features, DataFrames or charts; they read no files.
Outlines and names go into a chart as *named* data, which `publish.figure` leaves out of its data
table and CSV; lines and nodes are ordinary rows and stay in them.

A map is layers that share one view; names come last, so that they lie on top:

    layers = base_map(features, "wide") + route_lines(drawn) + node_points(stops)
    figure(on(View(lon=61, lat=32, across=117, height=0.61), layers), name=…)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from caspian.style import COLOURS
from openbook.colour import INK
from openbook.draw import WIDE

Feature = dict[str, Any]
Point = tuple[float, float]  # longitude, latitude in degrees

OTHER = "other"  # the land of countries that no map names
# China's southern borders are drawn nowhere: parts are disputed, and no route comes near.
UNDRAWN = frozenset({frozenset({"CHN", OTHER})})


@dataclass(frozen=True)
class View:
    """What a map shows: its middle, how much of it (degrees across), and its proportions."""

    lon: float
    lat: float
    across: float
    height: float  # as a part of the width
    width: int = WIDE

    def projection(self) -> alt.Projection:
        """An equal-area projection round the middle, whose scale follows the chart's width."""
        factor = 1 / (4 * math.sin(math.radians(self.across) / 4))
        return alt.Projection(
            type="azimuthalEqualArea",
            rotate=[-self.lon, -self.lat, 0],
            scale={"expr": f"width * {factor:.5f}"},
            translate={"expr": "[width / 2, height / 2]"},
            precision=0.3,
        )


# --- geometry --------------------------------------------------------------------------------


def outlines(table: pd.DataFrame, scale: str) -> list[Feature]:
    """The outlines of one `scale` as GeoJSON features, one an area, fit for d3-geo.

    Raises ValueError, naming the row, for a scale without rows, a point that is not "lon lat", one
    off the globe, a ring that is not closed or runs the wrong way round (an outline clockwise, a
    hole anticlockwise), or a hole without its outline.
    """
    chosen = table[table["scale"] == scale]
    if chosen.empty:
        raise ValueError(f'no outlines for "{scale}"; there are {sorted(set(table["scale"]))}')
    areas: dict[str, dict[int, list[list[Point]]]] = defaultdict(lambda: defaultdict(list))
    for row in chosen.sort_values(["part", "ring"], kind="stable").itertuples():
        where = f"outlines, row {row.Index + 1} ({row.area}, part {row.part}, ring {row.ring})"
        rings = areas[row.area][row.part]
        if len(rings) != row.ring:
            raise ValueError(f"{where}: ring {len(rings)} should stand here")
        rings.append(_ring(row.points, row.ring > 0, where))
    order = list(dict.fromkeys(chosen["area"]))
    return [
        {
            "type": "Feature",
            "properties": {"area": area},
            "geometry": {"type": "MultiPolygon", "coordinates": list(areas[area].values())},
        }
        for area in order
    ]


def _ring(text: str, hole: bool, where: str) -> list[Point]:
    points = []
    for pair in text.split(";"):
        try:
            lon, lat = map(float, pair.split(" "))
        except ValueError:
            raise ValueError(f'{where}: "{pair}" is not a longitude and a latitude') from None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValueError(f'{where}: "{pair}" is off the globe')
        points.append((lon, lat))
    if len(points) < 4 or points[0] != points[-1]:
        raise ValueError(f"{where}: the ring is not closed")
    clockwise = signed_area(points) < 0
    if clockwise == hole:
        raise ValueError(f"{where}: the ring runs the wrong way round")
    return points


def signed_area(ring: list[Point]) -> float:
    """Area of a ring in square degrees, negative if it runs clockwise."""
    pairs = pairwise(ring)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2


def edges(features: Iterable[Feature]) -> dict[str, Feature]:
    """The features' edges, each once: those of one area ("coast"), those of two ("border").

    Neighbours share the points of their border, so an edge with two owners is a border. Pairs of
    `UNDRAWN` are left out.
    """
    owners: dict[frozenset[Point], list[str]] = defaultdict(list)
    runs: list[tuple[Point, Point]] = []
    for feature in features:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                for a, b in pairwise(ring):
                    edge = frozenset((a, b))
                    if edge not in owners:
                        runs.append((a, b))
                    owners[edge].append(feature["properties"]["area"])
    lines: dict[str, list[list[Point]]] = {"coast": [], "border": []}
    for a, b in runs:
        pair = owners[frozenset((a, b))]
        kind = "coast" if len(pair) == 1 else "border"
        if kind == "border" and frozenset(pair) in UNDRAWN:
            continue
        if lines[kind] and lines[kind][-1][-1] == a:
            lines[kind][-1].append(b)
        else:
            lines[kind].append([a, b])
    return {
        kind: {
            "type": "Feature",
            "properties": {"kind": kind},
            "geometry": {"type": "MultiLineString", "coordinates": found},
        }
        for kind, found in lines.items()
    }


# --- routes ----------------------------------------------------------------------------------


def drawn_lines(
    routes: Mapping[str, str],
    legs: pd.DataFrame,
    segments: pd.DataFrame,
    nodes: pd.DataFrame,
    bends: pd.DataFrame,
) -> pd.DataFrame:
    """The points of every line that the `routes` take, in the order of drawing.

    `routes` gives for each route its corridor, a key of `style.COLOURS`. A segment that several
    routes of a corridor use is drawn once. One that two corridors use is drawn for both: `lane`
    counts from 0, the corridor named first, which lies on top of the others.

    Columns: corridor, route, segment, link (the segment in words), mode, lane, step, place, name,
    kind, country, lat, lon, source (of the point). A bend has no place. Raises ValueError for a
    route without legs, and for a leg whose segment or a segment whose node is not in its table.
    """
    known, links = nodes.set_index("node"), segments.set_index("segment")
    turns = {s: p.sort_values("step") for s, p in bends.groupby("segment")}
    lanes: dict[str, list[str]] = defaultdict(list)
    rows = []
    for route, corridor in routes.items():
        taken = legs.loc[legs["route"] == route, "segment"]
        if taken.empty:
            raise ValueError(f'no legs of a route "{route}"; see {sorted(set(legs["route"]))}')
        for segment in taken:
            if corridor in lanes[segment]:
                continue
            if segment not in links.index:
                raise ValueError(f'route "{route}": there is no segment "{segment}"')
            lanes[segment].append(corridor)
            link = links.loc[segment]
            head = {"corridor": corridor, "route": route, "segment": segment, "mode": link["mode"]}
            ends = [_node(known, link[end], segment) for end in ("from_node", "to_node")]
            head |= {"link": " – ".join(end["name"] for end in ends)}
            head |= {"lane": len(lanes[segment]) - 1}
            between = turns[segment].to_dict("records") if segment in turns else []
            for step, point in enumerate([ends[0], *between, ends[1]]):
                rows.append(head | {"step": step} | {key: point.get(key) for key in _POINT})
    return pd.DataFrame(rows)


_POINT = ("place", "name", "kind", "country", "lat", "lon", "source")


def _node(nodes: pd.DataFrame, node: str, segment: str) -> dict[str, Any]:
    if node not in nodes.index:
        raise ValueError(f'segment "{segment}": there is no node "{node}"')
    found = nodes.loc[node]
    return {"place": node, **found.where(found.notna(), None).to_dict()}


def places(drawn: pd.DataFrame, also: pd.DataFrame | None = None) -> pd.DataFrame:
    """The nodes on the lines, each once, without the waypoints that only bend a sea lane.

    `also` are further rows of the table of nodes, for a town beside the line.
    """
    stops = drawn[drawn["place"].notna() & drawn["kind"].ne("waypoint")]
    if also is not None:
        stops = pd.concat([stops, also.rename(columns={"node": "place"})[list(_POINT)]])
    return stops.drop_duplicates("place", ignore_index=True)


def in_words(
    routes: Iterable[str],
    legs: pd.DataFrame,
    segments: pd.DataFrame,
    nodes: pd.DataFrame,
    names: Mapping[str, str],
    passing: Iterable[str] = (),
) -> pd.DataFrame:
    """What the map shows, for those who can't see it: a row a route.

    Columns: route, way (its nodes; of the waypoints only those of `passing`), countries (in which
    it has a node; `names` by code), crossings (by sea or ferry, from node to node), km, km_sea,
    source (of the segments). Raises ValueError for a route without legs.
    """
    known, links = nodes.set_index("node"), segments.set_index("segment")
    told = {*known.index[known["kind"] != "waypoint"], *passing}
    rows = []
    for route in routes:
        steps = legs[legs["route"] == route].sort_values("leg")
        if steps.empty:
            raise ValueError(f'no legs of a route "{route}"; see {sorted(set(legs["route"]))}')
        used = links.loc[steps["segment"]].reset_index()
        stops = [steps["from_node"].iloc[0], *steps["to_node"]]
        by_sea = used["mode"].isin(["sea", "ferry"])
        lands = dict.fromkeys(known.loc[stops, "country"].dropna())
        rows.append(
            {
                "route": route,
                "way": " – ".join(known.at[n, "name"] for n in stops if n in told),
                "countries": ", ".join(names[code] for code in lands),
                "crossings": "; ".join(
                    f"{known.at[a, 'name']} – {known.at[b, 'name']}"
                    for a, b in _crossings(stops, by_sea)
                ),
                "km": used["km"].sum(),
                "km_sea": used.loc[by_sea, "km"].sum(),
                "source": ";".join(
                    dict.fromkeys(key for keys in used["source"] for key in keys.split(";"))
                ),
            }
        )
    return pd.DataFrame(rows)


def _crossings(stops: list[str], by_sea: Iterable[bool]) -> list[tuple[str, str]]:
    """First and last stop of each run of legs by sea."""
    found: list[tuple[str, str]] = []
    afloat = False
    for start, end, sea in zip(stops, stops[1:], by_sea, strict=False):
        if sea:
            found.append((found.pop()[0] if afloat else start, end))
        afloat = sea
    return found


# --- layers ----------------------------------------------------------------------------------


def base_map(features: list[Feature], name: str) -> alt.LayerChart:
    """Land, coasts and borders, in the page's ink. `name` tells apart the data of two maps."""
    lines = edges(features)

    def shapes(kind: str, values: list[Feature], **mark: Any) -> alt.Chart:
        data = alt.InlineData(values=values, name=f"{name}-{kind}")
        return alt.Chart(data).mark_geoshape(clip=True, tooltip=None, **mark)

    line = {"filled": False, "stroke": INK, "strokeWidth": 0.6}
    layers = [
        shapes("land", features, fill=INK, fillOpacity=0.09, stroke=None),
        shapes("coast", [lines["coast"]], **line, opacity=0.45),
        shapes("border", [lines["border"]], **line, opacity=0.28),
    ]
    return alt.LayerChart(layer=layers)


DASHES = {"rail": [1, 0], "road": [1, 0], "sea": [5, 3], "ferry": [5, 3]}
DOTS = [2, 4]


def route_lines(
    drawn: pd.DataFrame, width: float = 2.5, dotted: Iterable[str] = ()
) -> alt.LayerChart:
    """The routes, each corridor in its colour; whole lines on land, dashed ones by sea.

    Where corridors share a segment, the second lies under the first and is wider. `dotted` names
    routes that are drawn with dots, as the alternative that they are.
    """
    corridors = list(dict.fromkeys(drawn["corridor"]))
    colours = alt.Scale(domain=corridors, range=[COLOURS[c] for c in corridors])
    dashes = alt.Scale(domain=list(DASHES), range=list(DASHES.values()))
    layers = []
    dots = drawn["route"].isin(list(dotted))
    for (lane, is_dotted), rows in drawn.groupby([-drawn["lane"], dots]):
        wide = width * (1 - 1.4 * lane)
        line = alt.Chart(rows).mark_line(strokeWidth=wide, clip=True, strokeJoin="round")
        line = line.encode(
            longitude="lon:Q",
            latitude="lat:Q",
            order="step:Q",
            detail="segment:N",
            color=alt.Color("corridor:N", scale=colours, legend=None),
            strokeDash=alt.value(DOTS)
            if is_dotted
            else alt.StrokeDash("mode:N", scale=dashes, legend=None),
            tooltip=["corridor", "link", "mode"],
        )
        layers.append(line)
    return alt.LayerChart(layer=layers)


def node_points(stops: pd.DataFrame, size: float = 34) -> alt.Chart:
    """Nodes as dots in the page's ink, with name, country and kind in the tooltip."""
    return (
        alt.Chart(stops)
        .mark_point(size=size, fill=INK, stroke=None, opacity=1, clip=True)
        .encode(longitude="lon:Q", latitude="lat:Q", tooltip=["name", "country", "kind"])
    )


SIDES: dict[str, dict[str, Any]] = {
    "right": {"align": "left", "baseline": "middle", "dx": 6},
    "left": {"align": "right", "baseline": "middle", "dx": -6},
    "above": {"align": "center", "baseline": "bottom", "dy": -5},
    "below": {"align": "center", "baseline": "top", "dy": 6},
    "above left": {"align": "right", "baseline": "bottom", "dx": -3, "dy": -2},
    "above right": {"align": "left", "baseline": "bottom", "dx": 3, "dy": -2},
    "below left": {"align": "right", "baseline": "top", "dx": -3, "dy": 4},
    "below right": {"align": "left", "baseline": "top", "dx": 3, "dy": 4},
}


def node_labels(
    stops: pd.DataFrame, sides: Mapping[str, str], names: Mapping[str, str] | None = None
) -> alt.LayerChart:
    """Names beside the nodes: `sides` says for each labelled place where, one of `SIDES`.

    `names` has short forms by place, where the table's name is too long for a map. Raises
    ValueError for a place that is not on the map or a side that there isn't.
    """
    spots = stops.set_index("place")
    if unknown := [place for place in sides if place not in spots.index]:
        raise ValueError(f"no such place on the map: {', '.join(unknown)}")
    if wrong := sorted(set(sides.values()) - set(SIDES)):
        raise ValueError(f"a label stands {', '.join(SIDES)}; not {', '.join(wrong)}")
    layers = []
    for side, look in SIDES.items():
        here = spots.loc[[place for place in sides if sides[place] == side]]
        if len(here):
            here = here.assign(name=[(names or {}).get(p, n) for p, n in here["name"].items()])
            layers.append(_texts(here, f"labels {side}", fontSize=12, color=INK, **look))
    return alt.LayerChart(layer=layers)


# How names of areas and routes are written.
_QUIET = {"fontSize": 12, "color": INK, "opacity": 0.8}
_WRITTEN: dict[str, dict[str, Any]] = {
    "country": _QUIET,
    "sea": _QUIET | {"fontStyle": "italic"},
    "route": {"fontSize": 13, "fontWeight": "bold"},
}


def on_land(route: str) -> str:
    """The colour of a route as text on the grey of land, which asks for more ink than the page."""
    return f"color-mix(in srgb, {INK} 35%, {COLOURS[route]})"


def written(labels: pd.DataFrame, map_: str) -> alt.LayerChart:
    """The names of countries, seas (italics) and routes (in their colour) of one map.

    Raises ValueError for a map without labels.
    """
    chosen = labels[labels["map"] == map_]
    if chosen.empty:
        raise ValueError(f'no labels for "{map_}"; there are {sorted(set(labels["map"]))}')
    layers = []
    for (kind, route), rows in chosen.groupby(["kind", chosen["route"].fillna("")]):
        look = _WRITTEN[kind] | ({"color": on_land(route)} if route else {})
        layers.append(_texts(rows, f"{kind} {route}".strip(), **look))
    return alt.LayerChart(layer=layers)


def _texts(rows: pd.DataFrame, name: str, **mark: Any) -> alt.Chart:
    """Words at points, as named data: they are no part of the figure's data table."""
    data = alt.InlineData(values=rows[["name", "lon", "lat"]].to_dict("records"), name=name)
    text = alt.Chart(data).mark_text(**mark)
    return text.encode(longitude="lon:Q", latitude="lat:Q", text="name:N")


def on(view: View, layers: alt.LayerChart) -> alt.LayerChart:
    """The layers as one map; `publish.figure` keeps its proportions at every width."""
    return layers.properties(
        width=view.width,
        height=round(view.width * view.height),
        projection=view.projection(),
    )
