"""The look of the book's charts: colours, theme, the line that marks the visit.

Importing it makes the theme Altair's own, for every chart of the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import altair as alt

from openbook.draw import INK

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
}
GHOST_OPACITY = 0.4

# Liberation Sans is built into vl-convert and has Arial's metrics: text is measured alike on
# every machine, so a drawing has the same bytes everywhere.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

_AXIS = {
    "domain": False,
    "ticks": False,
    "labelColor": INK,
    "labelFontSize": 12,
    "labelOpacity": 0.85,
    "labelPadding": 6,
    "titleColor": INK,
    "titleFontSize": 12,
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
    "axisX": {"titleAnchor": "end", "labelFlush": True},
    "axisBand": {"grid": False},
    "axisPoint": {"grid": False},
    "axisTemporal": {"grid": False},
    "axisY": {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleY": -10},
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": INK,
        "labelFontSize": 12,
        "symbolStrokeWidth": 2,
        "labelLimit": 300,
        "offset": 24,  # clear of the title of the y axis
    },
    "header": {
        "labelColor": INK,
        "labelFontSize": 12,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
        "labelOrient": "top",
        "title": None,
    },
    "title": {"color": INK, "subtitleColor": INK, "anchor": "start"},
    "text": {"color": INK, "fontSize": 12},
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


def visit_rule(label: str = "visit, 11 March 2024", at: str = VISIT) -> alt.LayerChart:
    """The vertical line that marks the visit on a time axis."""
    here = alt.Chart(alt.Data(values=[{}])).encode(
        x=alt.datum(alt.DateTime(year=int(at[:4]), month=int(at[5:7]), date=int(at[8:10])))
    )
    line = here.mark_rule(strokeDash=[2, 3], opacity=0.6)
    text = here.mark_text(align="left", dx=4, fontSize=11, opacity=0.85, baseline="top").encode(
        y=alt.value(0), text=alt.value(label)
    )
    return line + text
