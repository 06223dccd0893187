"""The look of the book's charts and the two helpers that publish them.

A chapter builds a plain Altair chart; :func:`figure` adds what every published figure has:
a name, a finding as its caption, a description, its sources, the plotted rows and the book's
theme. :func:`table` does the same for a table. The chart itself is never changed in meaning.
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, cast

import altair as alt
import pandas as pd

from openbook import tables
from openbook.text import number
from openbook.utc import in_utc

FIGURE_MIME = "application/vnd.openbook.figure+json"
TABLE_MIME = "application/vnd.openbook.table+json"
# The drawn widths in CSS pixels: a column of text, and a phone of 360 px less its margins.
WIDE, NARROW = 720, 328
NARROW_BELOW = 480
LEGEND_COLUMNS = {"wide": 4, "narrow": 2}
VISIT = "2024-03-11"
SOURCE_COLUMNS = ("source", "evidence")  # columns of keys of references.bib, shown as links

INK = "currentColor"  # text and axes: follows the page, light or dark
PAPER_INK = "#222832"  # the same on a white sheet, where a file stands alone
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
    "plain": "#66799c",  # data of no single entity
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
# Status is drawn the same way everywhere.
OUTCOME = ("actual", "preliminary", "estimate")
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


def colour(keys: Iterable[str], names: Mapping[str, str] | None = None) -> alt.Scale:
    """A colour scale for `keys` of :data:`COLOURS`; `names` maps keys to the labels plotted.

    Raises KeyError naming an entity that has no colour yet.
    """
    keys = list(keys)
    if missing := [k for k in keys if k not in COLOURS]:
        raise KeyError(f"no colour for {missing}: add it to COLOURS in caspian/charts.py")
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


def slider(
    name: str, low: float, high: float, step: float, value: float, label: str
) -> alt.Parameter:
    """A Vega-Lite parameter with a range control that readers can move on the page."""
    bind = alt.binding_range(min=low, max=high, step=step, name=label)
    return alt.param(name=name, value=value, bind=bind)


# --- what a figure carries -------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """A JSON value for one cell of a table."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return value.item() if hasattr(value, "item") else value


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: _plain(v) for k, v in row.items()} for row in rows.to_dict("records")]


def _plotted(spec: Mapping[str, Any]) -> pd.DataFrame:
    """Every data row in a Vega-Lite spec, once, in the order of plotting.

    Altair gathers rows under `datasets`. Data with a name of its own stays in its layer and is
    scenery, like a map's outlines: it is drawn and not listed.
    """
    frames = [pd.DataFrame(rows) for rows in spec.get("datasets", {}).values()]
    frames = [f for f in frames if len(f.columns)]
    if not frames:
        return pd.DataFrame()
    return pd.concat(frames, ignore_index=True).drop_duplicates(ignore_index=True)


def source_keys(given: Iterable[pd.DataFrame | str]) -> list[str]:
    """Keys of `references.bib` named by strings or by tables' source columns, in order."""
    keys: dict[str, None] = {}
    for item in given:
        if isinstance(item, str):
            values: Sequence[str] = [item]
        else:
            columns = [c for c in SOURCE_COLUMNS if c in item.columns]
            values = [v for column in columns for v in item[column].dropna()]
        for value in values:
            keys.update(dict.fromkeys(k for k in value.split(";") if k))
    return list(keys)


def sources_of(keys: Iterable[str]) -> list[dict[str, str]]:
    """What a figure or table says of its sources, by their keys."""
    found = (tables.source(key) for key in keys)
    return [
        {
            "key": s.key,
            "title": s.title,
            "publisher": s.publisher,
            "date": s.date or "",
            "url": s.url or "",
        }
        for s in found
    ]


_NAME = re.compile(r"^(fig|tab)-[a-z0-9]+(-[a-z0-9]+)*$")


def _check(kind: str, name: str, texts: Mapping[str, str], sources: list) -> None:
    if not _NAME.match(name) or not name.startswith(kind):
        raise ValueError(f'{name!r}: a name looks like "{kind}-oil-routes"')
    if empty := [key for key, text in texts.items() if not text.strip()]:
        raise ValueError(f"{name}: {', '.join(empty)} is empty; every {kind} says what it shows")
    if not sources:
        raise ValueError(
            f"{name}: no source. Plot rows that keep their `source` column, or name the tables "
            "the model used in sources=[...]"
        )


def _book() -> bool:
    """Whether the book (or its tests) runs the cell, rather than a person in JupyterLab."""
    return os.environ.get("CASPIAN_RENDERING") == "book"


@dataclass(frozen=True)
class Published:
    """A figure or table as a chapter returns it; it shows itself in the book and in JupyterLab."""

    mime: str
    bundle: dict[str, Any]
    chart: alt.TopLevelSpec | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """Return name and finding."""
        return f"{self.bundle['name']}: {self.bundle['title']}"

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if _book():
            display({self.mime: self.bundle, "text/plain": repr(self)}, raw=True)
            return
        display(
            HTML(
                f"<strong>{escape(self.bundle['title'])}</strong><br>"
                f"{escape(self.bundle['subtitle'])}"
            )
        )
        if self.chart is not None:
            alt.JupyterChart.enable_offline(True)
            widget = alt.JupyterChart(self.chart)
            widget.spec = self.bundle["spec"]  # what the book draws, in UTC too
            display(widget)
        else:
            display(pd.DataFrame(self.bundle["rows"], columns=self.bundle["columns"]))
        links = "; ".join(
            f'<a href="{escape(s["url"])}">{escape(s["publisher"])}</a>'
            if s["url"]
            else escape(s["publisher"])
            for s in self.bundle["sources"]
        )
        display(HTML(f"<small>Sources: {links}</small>"))


def figure(
    chart: alt.TopLevelSpec,
    *,
    name: str,
    title: str,
    subtitle: str,
    alt: str,
    sources: Iterable[pd.DataFrame | str] = (),
    note: str = "",
    labels: Mapping[str, str] | None = None,
    narrow: alt.TopLevelSpec | None = None,
) -> Published:
    """Publish an Altair chart as a numbered figure.

    `name` is its label (`fig-…`, for `{numref}`, its files and its link); `title` the finding, a
    sentence with its number; `subtitle` what is plotted, in which unit, for which years; `alt`
    the description for those who cannot see it; `sources` tables or keys that stand behind the
    figure beyond the plotted rows' own `source` column; `note` what a reader must know to read
    it; `labels` heads of the data table's columns; `narrow` another chart for phones.

    Raises ValueError for a figure without a source, a finding or a description, and for one that
    would be drawn in local time.
    """
    spec = chart.to_dict()
    rows = _plotted(spec)
    listed = sources_of(source_keys([rows, *sources]))
    _check("fig", name, {"title": title, "subtitle": subtitle, "alt": alt}, listed)
    bundle = {
        "name": name,
        "title": title,
        "subtitle": subtitle,
        "alt": alt,
        "note": note,
        "columns": list(rows.columns),
        "labels": dict(labels or {}),
        "rows": _records(rows),
        "sources": listed,
        "spec": _settled(spec, name, alt),
    }
    if narrow is not None:
        bundle["narrow"] = _settled(narrow.to_dict(), name, alt)
    return Published(FIGURE_MIME, bundle, chart)


def table(
    rows: pd.DataFrame,
    *,
    name: str,
    title: str,
    subtitle: str,
    labels: Mapping[str, str],
    sources: Iterable[pd.DataFrame | str] = (),
    digits: Mapping[str, int] | None = None,
    note: str = "",
    filters: Sequence[str] = (),
    dates: Sequence[str] = (),
    folded: bool = False,
) -> Published:
    """Publish a table: `labels` names the columns shown and their heads, units included.

    Columns of sources (`source`, `evidence`) are shown as links. `digits` gives decimals by
    column (default 1). `filters` names columns that readers can choose a value of; such a table
    can be searched and sorted too. `dates` names columns of ISO dates, which are shown in words
    and sorted as dates. A `folded` table, long and to be looked up, is closed on the page under
    its title and its number of rows. Raises ValueError for a table without a source or with a
    label, filter or date for a column that it does not show.
    """
    if missing := [c for c in labels if c not in rows.columns]:
        raise ValueError(f"{name}: no column {missing}; the table has {list(rows.columns)}")
    if missing := [c for c in [*filters, *dates] if c not in labels]:
        raise ValueError(f"{name}: filters and dates are columns shown; {missing} has no label")
    listed = sources_of(source_keys([rows, *sources]))
    _check("tab", name, {"title": title, "subtitle": subtitle}, listed)
    bundle: dict[str, Any] = {
        "name": name,
        "title": title,
        "subtitle": subtitle,
        "note": note,
        "columns": list(labels),
        "labels": dict(labels),
        "digits": dict(digits or {}),
        "rows": _records(rows[list(labels)]),
        "sources": listed,
    }
    bundle |= {key: list(c) for key, c in (("filters", filters), ("dates", dates)) if c}
    if folded:
        bundle["folded"] = True
    return Published(TABLE_MIME, bundle)


# --- drawing ---------------------------------------------------------------------------------


def _settled(spec: dict[str, Any], name: str, description: str) -> dict[str, Any]:
    """The spec as it is stored: described, in UTC, without a width or Altair's editor hints.

    All that is drawn of a figure is drawn from it. Raises ValueError for local time.
    """
    spec = in_utc(json.loads(json.dumps(spec)), name)
    spec.pop("usermeta", None)
    spec["description"] = description
    return spec


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
drawn: MutableMapping[str, str] = {}
"""SVG by Vega-Lite spec, of what was drawn so far; a build puts a store here that lasts."""


def _svg(spec_json: str) -> str:
    svg = drawn.get(spec_json)
    if svg is None:
        svg = drawn[spec_json] = _draw(spec_json)
    return svg


def _draw(spec_json: str) -> str:
    import vl_convert

    # Vega counts its clip paths across all charts of a process: count anew in each drawing.
    numbers: dict[str, str] = {}
    return re.sub(
        r"(?<=\bclip)\d+(?=[\")])",
        lambda m: numbers.setdefault(m[0], str(len(numbers))),
        vl_convert.vegalite_to_svg(spec_json),
    )


def static_svg(bundle: Mapping[str, Any], width: int) -> str:
    """The figure as SVG for the page: transparent, its ink the colour of the text around it."""
    spec = bundle.get("narrow", bundle["spec"]) if width < NARROW_BELOW else bundle["spec"]
    svg = _svg(json.dumps(fitted(spec, width), sort_keys=True)).replace(DRAWN_FROM, "")
    # Ids of clip paths and gradients must differ between the figures of one page.
    prefix = f"{bundle['name']}-{width}-"
    svg = re.sub(r'(id="|url\(#|href="#)', lambda m: m.group(1) + prefix, svg)
    return svg.replace(' role="graphics-document"', "").replace(
        "<svg ", '<svg focusable="false" ', 1
    )


def _credit(sources: Sequence[Mapping[str, str]], width: int = 108, most: int = 3) -> list[str]:
    """The publishers in at most so many lines; names that find no room are counted, not cut."""
    names = list(dict.fromkeys(s["publisher"] for s in sources))
    for shown in range(len(names), 0, -1):
        more = f" and {len(names) - shown} more" if shown < len(names) else ""
        lines = textwrap.wrap(f"Sources: {'; '.join(names[:shown])}{more}", width)
        if len(lines) <= most:
            break
    return lines


def _published_spec(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of the figure that stands alone: title, subtitle and sources are part of it."""
    spec = fitted(bundle["spec"], WIDE)
    spec["title"] = {
        "text": textwrap.wrap(bundle["title"], 88),
        "subtitle": textwrap.wrap(bundle["subtitle"], 108) + _credit(bundle["sources"]),
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 15,
        "subtitleFontSize": 12,
        "offset": 14,
    }
    spec["padding"] = 12
    # A file of its own has no page around it to take its paper and ink from.
    spec = json.loads(json.dumps(spec).replace(f'"{INK}"', f'"{PAPER_INK}"'))
    spec["config"] = {**spec.get("config", {}), "background": "white"}
    return spec


def published_svg(bundle: Mapping[str, Any]) -> str:
    """The figure as a file, without links: `figures/<name>.svg`, and what readers download."""
    svg = _svg(json.dumps(_published_spec(bundle), sort_keys=True))
    return re.sub(r"</?a\b[^>]*>", "", svg) + "\n"


def published_png(bundle: Mapping[str, Any]) -> bytes:
    """The same at twice the size, as PNG."""
    import vl_convert

    return vl_convert.svg_to_png(published_svg(bundle), scale=2)


def csv_text(bundle: Mapping[str, Any]) -> str:
    """Exactly the rows plotted or listed, as CSV."""
    rows = pd.DataFrame(bundle["rows"], columns=bundle["columns"])
    return rows.to_csv(index=False, lineterminator="\n")


def cell_text(value: Any, digits: int | None = None) -> str:
    """One cell of a data table as a reader sees it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number(value, digits) if digits is not None else number(value)
    return str(value)
