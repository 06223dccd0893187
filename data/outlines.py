"""Make `outlines.csv`: country outlines, generalised from Natural Earth's.

Not part of the book's run; the table is committed. To make it again, in an empty folder:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz   # Natural Earth 4.1, TopoJSON
    pip install shapely==2.2.0
    python .../data/outlines.py package > .../data/outlines.csv && make data

What is done, in this order: Crimea goes from Russia to Ukraine (UN General Assembly resolution
68/262; the source draws who is in control); countries that the maps don't name become one area,
"other"; islands and holes below a size go, and parts of a country beyond its neighbours below a
quarter of it; what lies outside the window is cut off; all outlines are simplified together, so
that neighbours keep one border; coordinates are rounded.
"""

import csv
import json
import sys
from pathlib import Path

import shapely
from shapely.geometry import LinearRing, MultiPolygon, Polygon, box

NAMED = {
    "031": "AZE", "051": "ARM", "100": "BGR", "112": "BLR", "156": "CHN", "268": "GEO",
    "276": "DEU", "348": "HUN", "364": "IRN", "398": "KAZ", "417": "KGZ", "496": "MNG",
    "616": "POL", "642": "ROU", "643": "RUS", "762": "TJK", "792": "TUR", "795": "TKM",
    "804": "UKR", "860": "UZB",
}  # fmt: skip
AROUND_CRIMEA = Polygon(
    [(32.3, 44.2), (36.75, 44.2), (36.75, 45.6), (35.2, 46.3), (33.4, 46.3), (32.3, 45.7)]
)
# scale: source, window, tolerance (degrees), decimals, smallest part (square degrees)
SCALES = {
    "wide": ("countries-50m.json", box(-28, -17, 155, 73), 0.38, 1, 1.6),
    "detail": ("countries-10m.json", box(33, 35, 62, 49.5), 0.09, 2, 0.06),
}


def polygons(topology):
    """Area and shape of every polygon of a TopoJSON file."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        arcs.append([((x := x + dx) * sx + tx, (y := y + dy) * sy + ty) for dx, dy in arc])

    def ring(numbers):
        points = []
        for n in numbers:
            arc = arcs[n] if n >= 0 else arcs[~n][::-1]
            points += arc[1:] if points else arc
        if points and max(x for x, _ in points) - min(x for x, _ in points) > 180:
            points = [(x + 360 if x < 0 else x, y) for x, y in points]  # across 180 degrees
        return points

    for country in topology["objects"]["countries"]["geometries"]:
        several = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        for numbers in several:
            rings = [r for r in map(ring, numbers) if len(r) >= 4]
            if rings:
                area = NAMED.get(country.get("id"), "other")
                yield area, shapely.make_valid(Polygon(rings[0], rings[1:]))


def parts(shape):
    """The polygons of a shape."""
    return [p for p in getattr(shape, "geoms", [shape]) if p.geom_type == "Polygon" and p.area]


def rounded(polygon, digits):
    """A polygon on the grid of `digits` decimals, without points that fall together."""

    def ring(line):
        points = [(round(x, digits), round(y, digits)) for x, y in line.coords]
        return [p for i, p in enumerate(points) if i == 0 or points[i - 1] != p]

    return Polygon(ring(polygon.exterior), [h for h in map(ring, polygon.interiors) if len(h) > 3])


def generalised(folder, scale):
    """Area to outline, at one scale."""
    file, window, tolerance, digits, smallest = SCALES[scale]
    found, moved = {}, 0
    for area, shape in polygons(json.loads((folder / file).read_text())):
        if area == "RUS" and AROUND_CRIMEA.contains(shape.representative_point()):
            area, moved = "UKR", moved + 1
        if shape.intersects(window):
            found.setdefault(area, []).append(shape)
    assert moved, "Crimea was not found"
    areas = sorted(found, key=lambda a: (a == "other", a))
    land = {area: shapely.union_all(found[area]) for area in areas}
    whole = []
    for area in areas:
        abroad = shapely.union_all([land[other] for other in areas if other != area])
        kept = [
            p
            for p in parts(land[area])
            if p.area >= smallest or (p.area >= smallest / 4 and p.intersects(abroad))
        ]
        holes = [[h for h in p.interiors if Polygon(h).area >= smallest] for p in kept]
        filled = [Polygon(p.exterior, h) for p, h in zip(kept, holes, strict=True)]
        cut = parts(shapely.intersection(MultiPolygon(filled), window))
        whole.append(MultiPolygon([p for p in cut if p.area >= smallest / 4]))
    simple = shapely.coverage_simplify(whole, tolerance)
    result = [
        MultiPolygon([r for p in parts(s) if (r := rounded(p, digits)).area >= smallest / 20])
        for s in simple
    ]
    assert shapely.coverage_is_valid(result, 0), f"{scale}: neighbours overlap or part"
    return dict(zip(areas, result, strict=True))


def main(folder):
    """Write the table to standard output."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["scale", "area", "part", "ring", "points", "source"])
    for scale in SCALES:
        for area, shape in generalised(folder, scale).items():
            for part, polygon in enumerate(sorted(shape.geoms, key=lambda p: -p.area), 1):
                for number, line in enumerate([polygon.exterior, *polygon.interiors]):
                    points = list(line.coords)
                    if LinearRing(points).is_ccw != (number > 0):  # outlines run clockwise: d3-geo
                        points.reverse()
                    text = ";".join(f"{x + 0.0:g} {y + 0.0:g}" for x, y in points)
                    out.writerow([scale, area, part, number, text, "natural_earth_borders"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
