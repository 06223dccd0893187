"""The look of the book's charts: colours, theme, the line that marks the visit.

Importing it makes the theme Altair's own, for every chart of the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import altair as alt

from openbook import colour as shades
from openbook.colour import INK
from openbook.draw import FONT

VISIT = "2024-03-11"
GREY = "#8b8b8b"  # context
# One colour an entity, through the whole book. Each has 3:1 against the light and the dark page;
# the oil routes stay apart for the colour-blind (tests/test_charts.py measures both).
COLOURS: dict[str, str] = {
    "AZE": "#018f93",
    "KAZ": "#1a8bec",
    "TUR": "#d6086f",
    "RUS": "#c6765c",
    "CHN": "#a4771c",
    "GEO": "#7444f6",
    "UZB": "#4f8f3a",
    "KGZ": "#b0569c",
    "TKM": "#2a8c6e",
    "HUN": "#8a7a2f",
    "ots": "#9b4fd0",
    "eaeu": "#c6765c",
    "cpc": "#c6765c",
    "atyrau_samara": "#d6086f",
    "aktau_makhachkala": "#7444f6",
    "china": "#a4771c",
    "aktau_baku": "#018f93",
    "btc": "#018f93",
    "rail": "#1a8bec",
    "aktau": "#4f8f3a",
    "plain": "#5f7296",  # data of no single entity
    "other": "#6e6e6e",
    "unattributed": GREY,
    "lost": "#c6765c",
    "stored": GREY,
    "rerouted": "#018f93",
    "middle": "#018f93",
    "northern": "#c6765c",
    "sea": "#1a8bec",
    "southern": "#7444f6",
    "doubt": "#7d6aa8",  # the cost of not knowing the day
    "risk": "#b3475a",  # the cost of war and seizure
}
# The same entities as text: as strong as 4.5:1 asks for, on either page
TEXT_COLOURS: dict[str, str] = {key: shades.for_text(hue) for key, hue in COLOURS.items()}
GHOST_OPACITY = 0.4

# Vega takes the step of 1, 2 or 5 next to the one asked for, and up to 1.58 times as many steps: of
# 3.79 come fewer than six, so at most six labels, and three where the axis begins with one
TICKS = 3.79
_AXIS = {
    "domain": False,
    "ticks": False,
    "labelColor": INK,
    "labelFontSize": 13,
    "labelOpacity": 0.85,
    "labelPadding": 6,
    "titleColor": INK,
    "titleFontSize": 13,
    "titleFontWeight": "normal",
    "titleOpacity": 0.85,
    "gridColor": INK,
    "gridOpacity": 0.14,
}
CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
    "axis": _AXIS,
    "axisX": {"titleAnchor": "end", "labelFlush": False},
    "axisQuantitative": {"tickCount": TICKS},
    "axisTemporal": {"tickCount": TICKS, "grid": False},
    "axisBand": {"grid": False},
    "axisPoint": {"grid": False},
    "axisY": {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleY": -10},
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": INK,
        "labelFontSize": 13,
        "symbolStrokeWidth": 2,
        "labelLimit": 300,
        "offset": 20,  # clear of the title of the y axis
    },
    "header": {
        "labelColor": INK,
        "labelFontSize": 13,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
        "labelOrient": "top",
        "title": None,
    },
    "title": {"color": INK, "subtitleColor": INK, "anchor": "start"},
    "text": {"color": INK, "fontSize": 13},
    "rule": {"color": INK},
    "line": {"strokeWidth": 2},
    "point": {"filled": True, "size": 55, "opacity": 1},
    "bar": {"color": COLOURS["AZE"]},
    "range": {"category": [COLOURS[k] for k in ("AZE", "KAZ", "RUS", "TUR", "CHN", "GEO")]},
}


@alt.theme.register("caspian", enable=True)
def _theme() -> alt.theme.ThemeConfig:
    # Altair's type knows no transparent background, "background": None
    return {"config": cast("alt.theme.ConfigKwds", CONFIG)}


def enable() -> None:
    """Draw with the book's theme: for a page that takes nothing else from here."""
    alt.theme.enable("caspian")


def colour(keys: Iterable[str], names: Mapping[str, str] | None = None) -> alt.Scale:
    """A colour scale for `keys` of :data:`COLOURS`; `names` maps keys to the labels plotted.

    Raises KeyError naming an entity that has no colour yet.
    """
    keys = list(keys)
    if missing := [k for k in keys if k not in COLOURS]:
        raise KeyError(f"no colour for {missing}: add it to COLOURS in caspian/style.py")
    return alt.Scale(
        domain=[(names or {}).get(k, k) for k in keys], range=[COLOURS[k] for k in keys]
    )


def text_colour(keys: Iterable[str], names: Mapping[str, str] | None = None) -> alt.Scale:
    """As :func:`colour`, in the strengths for text.

    Give it to the channel `fill` of a text mark, whose scale is not that of the marks' `color`:
    `fill=alt.Fill("route:N", scale=text_colour(...), legend=None)`.
    """
    keys = list(keys)
    scale = colour(keys, names).to_dict()
    return alt.Scale(domain=scale["domain"], range=[TEXT_COLOURS[k] for k in keys])


def label_on(key: str) -> str:
    """White or black, as it is read better inside a bar of the colour of an entity."""
    return shades.label_on(COLOURS[key])


def full(hue: str) -> dict[str, Any]:
    """The mark of what happened: filled. `hue` is a key of :data:`COLOURS`, or `#rrggbb`."""
    hue = COLOURS.get(hue, hue)
    return {"fill": hue, "stroke": hue, "strokeWidth": 1.5}


def tinted(hue: str) -> dict[str, Any]:
    """The mark of what is estimated, preliminary or then: a solid tint inside an outline."""
    hue = COLOURS.get(hue, hue)
    return {"fill": shades.tint(hue), "stroke": hue, "strokeWidth": 1.5}


def hollow(hue: str) -> dict[str, Any]:
    """The mark of a target, a forecast, another count: an outline filled with the page's paper."""
    hue = COLOURS.get(hue, hue)
    return {"fill": shades.PAPER, "stroke": hue, "strokeWidth": 1.5}


def year_axis(first: int, last: int, every: int = 1, **more: Any) -> alt.Axis:
    """An axis on which a year is a span: its name at the middle, a tick where each begins.

    What holds for a whole year is drawn at its middle, 1 July; a day, such as that of the visit,
    falls inside its year. `every` names each so many years, the last of them for sure.
    """
    named = range(last, first - 1, -every)
    ticks = [alt.DateTime(year=y, month=1, date=1) for y in range(first, last + 2)]
    names = [alt.DateTime(year=y, month=7, date=1) for y in sorted(named)]
    begins = "utcmonth(datum.value) == 0"
    settings = {
        "title": None,
        "values": sorted(ticks + names, key=lambda t: (t.year, t.month)),
        "labelExpr": f"{begins} ? '' : utcFormat(datum.value, '%Y')",
        "labelOverlap": False,
        "labelFlush": False,
        "ticks": True,
        "tickSize": alt.condition(begins, alt.value(5), alt.value(0)),
        "tickColor": GREY,
    }
    return alt.Axis(**(settings | more))


def visit_rule(label: str = "visit, 11 March 2024", at: str = VISIT) -> alt.LayerChart:
    """The vertical line that marks the visit on a time axis."""
    here = alt.Chart(alt.Data(values=[{}])).encode(
        x=alt.datum(alt.DateTime(year=int(at[:4]), month=int(at[5:7]), date=int(at[8:10])))
    )
    line = here.mark_rule(strokeDash=[2, 3], opacity=0.6)
    text = here.mark_text(align="left", dx=4, fontSize=12, opacity=0.85, baseline="top").encode(
        y=alt.value(0), text=alt.value(label)
    )
    return line + text


def counted_heads(limit: int) -> alt.Axis:
    """An axis of rows whose heads end with their number, "hold: 19": heads bold, `limit` wide."""
    head = "test(/: [0-9]+$/, datum.value)"
    bold = alt.condition(head, alt.value("bold"), alt.value("normal"))
    return alt.Axis(labelLimit=limit, labelFontWeight=bold)


def headed(field: str, rows: list[str]) -> alt.Y:
    """Rows under headings: `rows` has `group` for a heading and `group|label` for a row.

    A row reads its label alone, its heading is bold; `field` has the rows' whole names.
    """
    label = "split(datum.label, '|')"
    bold = {"test": f"length({label}) == 1", "value": "bold"}
    return alt.Y(
        f"{field}:N",
        title=None,
        sort=rows,
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(
            labelExpr=f"peek({label})",
            labelFontWeight=alt.ConditionalAxisLabelFontWeight(condition=bold, value="normal"),
            labelLimit=240,
        ),
    )


def uncoloured(chart: alt.Chart) -> alt.Chart:
    """A chart without its encoding of colour, for words that have a fill of their own.

    Vega warns of a mark that has both, and drops the colour.
    """
    made = chart.copy()
    made.encoding.color = alt.Undefined
    return made
