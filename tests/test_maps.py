"""The maps: outlines, borders, lines and labels, and how a map fits its page."""

import itertools
import math
import re

import altair as alt
import pandas as pd
import pytest
import vl_convert

from caspian import maps
from openbook import draw, publish, tables

SCALES = ("wide", "detail")
WIDTHS = (draw.WIDE, 560, draw.NARROW)
NEAR_KM = 60  # how far a generalised coast or border may stand from a place on it


@pytest.fixture(scope="module")
def table():
    return tables.load("outlines")


@pytest.fixture(scope="module", params=SCALES)
def features(request, table):
    return maps.outlines(table, request.param)


@pytest.fixture(scope="module")
def parts():
    return {t: tables.load(t) for t in ("route_legs", "segments", "nodes", "segment_bends")}


@pytest.fixture
def small():
    """Two squares side by side, the second with a hole, and a route over both."""
    rows = [
        ("wide", "KAZ", 1, 0, "0 0;0 2;2 2;2 0;0 0"),
        ("wide", "RUS", 1, 0, "2 0;2 2;4 2;4 0;2 0"),
        ("wide", "RUS", 1, 1, "3 1;3.5 1;3.5 1.5;3 1"),
    ]
    return pd.DataFrame(rows, columns=["scale", "area", "part", "ring", "points"])


@pytest.fixture
def network():
    nodes = pd.DataFrame(
        [
            ("a", "A", "KAZ", "port", 0.5, 0.5),
            ("b", "B", None, "waypoint", 1.0, 1.0),
            ("c", "C", "RUS", "port", 1.5, 3.0),
            ("d", "D", "RUS", "city", 1.0, 3.5),
        ],
        columns=["node", "name", "country", "kind", "lat", "lon"],
    ).assign(source="across_the_caspian")
    segments = pd.DataFrame(
        [
            ("ab", "a", "b", "sea", 10.0),
            ("bc", "b", "c", "sea", 20.0),
            ("cd", "c", "d", "rail", 5.0),
        ],
        columns=["segment", "from_node", "to_node", "mode", "km"],
    ).assign(source="across_the_caspian")
    legs = pd.DataFrame(
        [
            ("one", 1, "a", "b", "ab"),
            ("one", 2, "b", "c", "bc"),
            ("one", 3, "c", "d", "cd"),
            ("two", 1, "c", "d", "cd"),
        ],
        columns=["route", "leg", "from_node", "to_node", "segment"],
    )
    bends = pd.DataFrame(
        [("ab", 1, 0.6, 0.9, "across_the_caspian")],
        columns=["segment", "step", "lat", "lon", "source"],
    )
    return legs, segments, nodes, bends


# --- outlines


def area_at(features: list[maps.Feature], lon: float, lat: float) -> str | None:
    """The area on which a point lies, or None at sea."""
    for feature in features:
        for polygon in feature["geometry"]["coordinates"]:
            if sum(_inside(ring, lon, lat) for ring in polygon) % 2:
                return feature["properties"]["area"]
    return None


def _inside(ring: list[maps.Point], lon: float, lat: float) -> bool:
    crossings = 0
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) * (x1 - x0) / (y1 - y0):
            crossings += 1
    return crossings % 2 == 1


@pytest.mark.parametrize(
    ("place", "lat", "lon", "area"),
    [
        ("Crimea", 45.0, 34.0, "UKR"),
        ("Khankendi", 39.8, 46.75, "AZE"),
        ("Nakhchivan", 39.2, 45.4, "AZE"),
        ("Sukhumi", 43.0, 41.1, "GEO"),
        ("Tskhinvali", 42.23, 43.97, "GEO"),
        ("Donetsk", 48.0, 37.8, "UKR"),
        ("the middle of the Caspian", 42.0, 50.3, None),
        ("the Black Sea", 43.0, 35.0, None),
    ],
)
def test_borders_are_those_of_the_general_assembly(features, place, lat, lon, area):
    assert area_at(features, lon, lat) == area


def test_rings_are_closed_and_right_way_round(features):
    for feature in features:
        for outline, *holes in feature["geometry"]["coordinates"]:
            assert outline[0] == outline[-1]
            assert maps.signed_area(outline) < 0, "d3-geo would fill the globe"
            assert all(maps.signed_area(hole) > 0 for hole in holes)


def test_neighbours_share_their_borders(features):
    """Each edge has one owner or two, and two run it in opposite directions: no overlap."""
    seen = set()
    for feature in features:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                for edge in itertools.pairwise(ring):
                    assert edge not in seen, edge
                    seen.add(edge)


def test_crimea_has_no_border_with_ukraine(features):
    (border,) = [maps.edges(features)["border"]["geometry"]["coordinates"]]
    inside = [p for line in border for p in line if 32 < p[0] < 36.2 and 44 < p[1] < 46.1]
    assert not inside


def test_every_node_stands_in_its_country(table, parts):
    """Or near it: outlines are generalised, and ports and border stations stand on the edge."""
    wide = maps.outlines(table, "wide")
    named = {f["properties"]["area"] for f in wide}
    for node in parts["nodes"].dropna(subset="country").itertuples():
        step = NEAR_KM / 111
        around = {
            area_at(wide, node.lon + r * math.sin(t), node.lat + r * math.cos(t))
            for r in (0, step / 2, step)
            for t in [math.pi * k / 4 for k in range(8)]
        }
        country = node.country if node.country in named else maps.OTHER
        assert country in around, f"{node.node}: {around}"


def test_outlines_are_small():
    assert tables.describe("outlines")["bytes"] < 40_000


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("0 0;0 2;2 2;2 0", r"row 1 \(KAZ, part 1, ring 0\): the ring is not closed"),
        ("0 0;0 2;0 0", "not closed"),
        ("0 0;2 0;2 2;0 2;0 0", "wrong way round"),
        ("0 0;0 north;2 2;2 0;0 0", '"0 north" is not a longitude and a latitude'),
        ("0 0;0 2 1;2 2;2 0;0 0", '"0 2 1" is not'),
        ("0 0;0 92;2 2;2 0;0 0", '"0 92" is off the globe'),
        ("0 0;0 nan;2 2;2 0;0 0", '"0 nan" is off the globe'),
    ],
)
def test_bad_ring_is_refused(small, points, message):
    small.loc[0, "points"] = points
    with pytest.raises(ValueError, match=message):
        maps.outlines(small, "wide")


def test_hole_without_outline_is_refused(small):
    with pytest.raises(ValueError, match=r"row 3 \(RUS, part 1, ring 1\): ring 0 should stand"):
        maps.outlines(small.drop(index=1), "wide")


def test_unknown_scale_is_refused(small):
    with pytest.raises(ValueError, match=r'no outlines for "far"; there are \[\'wide\'\]'):
        maps.outlines(small, "far")


def test_edges_tell_coast_from_border(small):
    found = maps.edges(maps.outlines(small, "wide"))
    assert found["border"]["geometry"]["coordinates"] == [[(2.0, 2.0), (2.0, 0.0)]]
    coast = found["coast"]["geometry"]["coordinates"]
    assert sum(len(line) - 1 for line in coast) == 3 + 3 + 3


def test_point_in_a_hole_is_at_sea(small):
    features = maps.outlines(small, "wide")
    assert area_at(features, 3.3, 1.1) is None
    assert area_at(features, 2.5, 0.5) == "RUS"


# --- lines


def test_lines_follow_their_bends(network):
    drawn = maps.drawn_lines({"one": "middle"}, *network)
    assert drawn.query("segment == 'ab'")["lat"].tolist() == [0.5, 0.6, 1.0]
    assert drawn.query("segment == 'ab'")["place"].fillna("").tolist() == ["a", "", "b"]
    assert maps.places(drawn)["place"].tolist() == ["a", "c", "d"]


def test_shared_segment_is_drawn_for_both(network):
    routes = {"one": "middle", "two": "northern"}
    shared = maps.drawn_lines(routes, *network).query("segment == 'cd'")
    assert shared.groupby("corridor")["lane"].first().to_dict() == {"middle": 0, "northern": 1}
    same = maps.drawn_lines(dict.fromkeys(routes, "middle"), *network)
    assert len(same.query("segment == 'cd'")) == 2


def test_unknown_route_segment_and_node_are_refused(network):
    legs, segments, nodes, bends = network
    with pytest.raises(ValueError, match='no legs of a route "three"'):
        maps.drawn_lines({"three": "middle"}, *network)
    with pytest.raises(ValueError, match='no legs of a route "three"'):
        maps.in_words(["three"], legs, segments, nodes, {})
    with pytest.raises(ValueError, match='route "one": there is no segment "bc"'):
        maps.drawn_lines({"one": "middle"}, legs, segments.drop(index=1), nodes, bends)
    with pytest.raises(ValueError, match='segment "bc": there is no node "c"'):
        maps.drawn_lines({"one": "middle"}, legs, segments, nodes.drop(index=2), bends)


def test_a_place_beside_the_line_can_be_added(network):
    drawn = maps.drawn_lines({"two": "middle"}, *network)
    also = network[2].query("node == 'a'")
    assert maps.places(drawn, also)["place"].tolist() == ["c", "d", "a"]


def test_routes_in_words(network):
    legs, segments, nodes, _ = network
    names = {"KAZ": "Kazakhstan", "RUS": "Russia"}
    row = maps.in_words(["one"], legs, segments, nodes, names).iloc[0]
    assert row["way"] == "A – C – D"
    assert row["countries"] == "Kazakhstan, Russia"
    assert row["crossings"] == "A – C"
    assert (row["km"], row["km_sea"]) == (35, 30)
    assert maps.in_words(["one"], legs, segments, nodes, names, ["b"])["way"][0] == "A – B – C – D"


def test_two_crossings_stay_apart(network):
    legs, segments, nodes, _ = network
    segments.loc[1, "mode"], segments.loc[2, "mode"] = "rail", "ferry"
    names = {"KAZ": "Kazakhstan", "RUS": "Russia"}
    assert maps.in_words(["one"], legs, segments, nodes, names)["crossings"][0] == "A – B; C – D"


def test_bends_lie_between_nodes_of_their_segment(parts):
    """A bend far off is a slip of the hand, like latitude and longitude exchanged."""
    nodes = parts["nodes"].set_index("node")
    ends = parts["segments"].set_index("segment")
    for bend in parts["segment_bends"].itertuples():
        a, b = (nodes.loc[ends.at[bend.segment, end]] for end in ("from_node", "to_node"))
        margin = 5
        assert min(a.lon, b.lon) - margin < bend.lon < max(a.lon, b.lon) + margin, bend
        assert min(a.lat, b.lat) - margin < bend.lat < max(a.lat, b.lat) + margin, bend


# --- the map in a figure


VIEW = maps.View(lon=2, lat=1, across=6, height=0.5)


@pytest.fixture
def chart(small, network):
    drawn = maps.drawn_lines({"one": "middle", "two": "northern"}, *network)
    stops = maps.places(drawn)
    layers = (
        maps.base_map(maps.outlines(small, "wide"), "test")
        + maps.route_lines(drawn, dotted=["two"])
        + maps.node_points(stops)
        + maps.node_labels(stops, {"a": "left", "d": "above right"}, {"d": "Dee"})
    )
    return maps.on(VIEW, layers)


@pytest.fixture
def bundle(chart):
    words = {"title": "t", "subtitle": "s", "alt": "a map"}
    return publish.figure(chart, name="fig-test", **words).bundle


def test_geometry_stays_out_of_the_data_table(bundle):
    assert "geometry" not in bundle.columns
    assert {"segment", "lat", "lon", "corridor"} <= set(bundle.columns)
    assert len(bundle.rows) == 3 + 2 + 2 + 2  # ab with its bend, bc, and cd for two corridors
    assert "Polygon" not in publish.csv_text(bundle)


@pytest.mark.parametrize("width", WIDTHS)
def test_map_keeps_its_proportions(bundle, width):
    assert draw.fitted(bundle.spec, width)["height"] == round(width / 2)
    svg = draw.static_svg(bundle, width)
    drawn = [float(v) for v in re.search(r'width="([\d.]+)" height="([\d.]+)"', svg).groups()]
    assert drawn[0] == width
    assert drawn[1] == pytest.approx(width / 2, abs=12)


def test_map_scales_with_its_width(bundle):
    """The land is as wide, as a part of the picture, on a phone as on a page."""
    shares = []
    for width in (draw.WIDE, draw.NARROW):
        land = re.search(r'aria-roledescription="geoshape"[^>]*? d="([^"]+)"|d="(M[^"]{20,})"',
                         draw.static_svg(bundle, width))  # fmt: skip
        points = re.findall(r"[ML](-?[\d.]+),", land[1] or land[2])
        xs = [float(x) for x in points]
        shares.append((max(xs) - min(xs)) / width)
    assert shares[0] == pytest.approx(shares[1], rel=0.05)


def test_map_takes_its_ink_from_the_page(bundle):
    svg = draw.static_svg(bundle, draw.WIDE)
    assert "currentColor" in svg
    assert not re.search(r'(fill|stroke)="(black|#000|#000000|white)"', svg)
    assert "Dee" in svg


def test_map_compiles_for_the_browser(bundle):
    vega = vl_convert.vegalite_to_vega(draw.fitted(bundle.spec, draw.WIDE))
    assert vega["projections"]


def test_unknown_place_and_side_are_refused(network):
    stops = maps.places(maps.drawn_lines({"one": "middle"}, *network))
    with pytest.raises(ValueError, match="no such place on the map: atlantis"):
        maps.node_labels(stops, {"a": "left", "atlantis": "left"})
    with pytest.raises(ValueError, match="not beneath"):
        maps.node_labels(stops, {"a": "beneath"})


def test_unknown_map_has_no_names():
    with pytest.raises(ValueError, match='no labels for "moon"'):
        maps.written(tables.load("map_labels"), "moon")


@pytest.mark.parametrize("name", ["wide", "wide, phone", "detail", "detail, phone"])
def test_every_name_is_drawn_in_a_known_way(name):
    chart = maps.written(tables.load("map_labels"), name)
    assert isinstance(chart, alt.LayerChart)
