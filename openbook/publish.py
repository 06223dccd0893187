"""Publish figures and tables: what a reader sees, checks and takes away of them.

A chapter builds a plain Altair chart; :func:`figure` adds what every published figure has: a name,
a finding as its caption, a description, its sources and the plotted rows. :func:`table` does the
same for a table. The chart itself is never changed in meaning; its look is the book's own Altair
theme.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd
from markupsafe import Markup, escape

from openbook import controls as moved
from openbook import credit, kernel, tables
from openbook.addresses import web
from openbook.bundle import Bundle, Control, Figure, SourceNote, Table
from openbook.draw import FONT, WIDE, chart_png, fitted
from openbook.text import MINUS, day, number
from openbook.utc import in_utc

SOURCE_COLUMNS = ("source", "evidence")  # columns of keys of references.bib, shown as links


# --- what a figure carries -------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """A JSON value for one cell of a table."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return value.item() if hasattr(value, "item") else value


def _records(rows: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    return tuple({k: _plain(v) for k, v in row.items()} for row in rows.to_dict("records"))


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


def sources_of(keys: Iterable[str]) -> tuple[SourceNote, ...]:
    """What a figure or table says of its sources, by their keys."""
    found = (tables.source(key) for key in keys)
    return tuple(
        SourceNote(s.key, s.title, s.publisher, s.date or "", s.url or "", s.kind == tables.OWN)
        for s in found
    )


def _weighed(rows: pd.DataFrame, more: Iterable[pd.DataFrame | str]) -> tuple[SourceNote, ...]:
    """The sources of a figure or table, those of most of its rows first."""
    columns = [c for c in SOURCE_COLUMNS if c in rows.columns]
    named = (key for c in columns for value in rows[c].dropna() for key in value.split(";"))
    return credit.by_weight(sources_of(source_keys([rows, *more])), named)


_NEGATIVE = re.compile(rf"{MINUS}(?=\d)")
_NAME = re.compile(r"^(fig|tab)-[a-z0-9]+(-[a-z0-9]+)*$")


def _check(kind: str, name: str, texts: Mapping[str, str], sources: Sized) -> None:
    if not _NAME.match(name) or not name.startswith(kind):
        raise ValueError(f'{name!r}: a name looks like "{kind}-oil-routes"')
    if empty := [key for key, text in texts.items() if not text.strip()]:
        raise ValueError(f"{name}: {', '.join(empty)} is empty; every {kind} says what it shows")
    if not sources:
        raise ValueError(
            f"{name}: no source. Plot rows that keep their `source` column, or name the tables "
            "the model used in sources=[...]"
        )


@dataclass(frozen=True)
class Published:
    """A figure or table as a chapter returns it; it shows itself in the book and in JupyterLab."""

    bundle: Bundle
    chart: alt.TopLevelSpec | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """Return name and finding."""
        return f"{self.bundle.name}: {self.bundle.title}"

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        of = self.bundle
        if kernel.in_book():
            display({of.mime: of.to_json(), "text/plain": repr(self)}, raw=True)
            return
        display(HTML(Markup("<strong>{}</strong><br>{}").format(of.title, of.subtitle)))
        if self.chart is not None and isinstance(of, Figure):
            widget = _drawn(self.chart, fitted(of.spec, WIDE))
            data, metadata = widget._repr_mimebundle_() or ({}, {})
            # for who draws no widgets: GitHub, or JupyterLab until its page is loaded again
            data["image/png"] = base64.b64encode(chart_png(of)).decode()
            display(data, metadata={**metadata, "image/png": {"width": WIDE}}, raw=True)
        else:
            display(HTML(_as_text(of).to_html(index=False, border=0)))
        if of.note:
            display(HTML(Markup("<p>{}</p>").format(of.note)))
        link = Markup('<a href="{0.url}">{0.publisher}</a>')
        links = (link.format(s) if web(s.url) else escape(s.publisher) for s in of.sources)
        display(HTML(Markup("<small>Sources: {}</small>").format(Markup("; ").join(links))))


def _drawn(chart: alt.TopLevelSpec, spec: Mapping[str, Any]) -> alt.JupyterChart:
    """The widget of a chart, which has the book's spec from the first: width, UTC and controls.

    Altair's own begins with the chart's. A page that is slow draws that, without the controls that
    its expressions name, and shows an error that stays.
    """

    class Drawn(alt.JupyterChart):
        def _on_change_chart(self, change: Any) -> None:
            """Take no spec from the chart."""

    Drawn.enable_offline(True)
    return Drawn(chart, spec=dict(spec))


def _as_text(of: Bundle) -> pd.DataFrame:
    """A table as the book shows it: heads with units, digits, dashes for what is not known."""
    columns = [c for c in of.columns if c not in SOURCE_COLUMNS]
    digits = {c: of.digits.get(c, 1) for c in columns} if isinstance(of, Table) else {}
    dates = of.dates if isinstance(of, Table) else ()
    cells = [
        [
            day(row[c]) if c in dates and row[c] else cell_text(row.get(c), digits.get(c))
            for c in columns
        ]
        for row in of.rows
    ]
    return pd.DataFrame(cells, columns=[of.labels.get(c, c) for c in columns])


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
    controls: Sequence[Control] = (),
    readout: str = "",
) -> Published:
    """Publish an Altair chart as a numbered figure.

    `name` is its label (`fig-…`, for `{numref}`, its files and its link); `title` the finding, a
    sentence with its number; `subtitle` what is plotted, in which unit, for which years; `alt`
    the description for those who cannot see it; `sources` tables or keys that stand behind the
    figure beyond the plotted rows' own `source` column; `note` what a reader must know to read
    it; `labels` heads of the data table's columns; `narrow` another chart for phones.

    `controls` are what readers can move (`openbook.controls`), by whose names the chart knows them;
    `readout` is then an expression of Vega over these names that gives a sentence with the result.
    It stands below the chart and ends its description.

    Raises ValueError for a figure without a source, a finding or a description, for one that
    would be drawn in local time, and for one whose axes would move with its controls.
    """
    spec = moved.added(chart.to_dict(), controls, readout, name)
    if narrow is not None:
        brief = moved.added(narrow.to_dict(), controls, readout, name)
    rows = _plotted(spec)
    listed = _weighed(rows, sources)
    _check("fig", name, {"title": title, "subtitle": subtitle, "alt": alt}, listed)
    bundle = Figure(
        name=name,
        title=title,
        subtitle=subtitle,
        alt=alt,
        note=note,
        columns=tuple(rows.columns),
        labels=dict(labels or {}),
        rows=_records(rows),
        sources=listed,
        spec=_settled(spec, name, alt),
        narrow=None if narrow is None else _settled(brief, name, alt),
        controls=tuple(controls),
        readout=readout,
    )
    return Published(bundle, chart)


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
    listed = _weighed(rows, sources)
    _check("tab", name, {"title": title, "subtitle": subtitle}, listed)
    bundle = Table(
        name=name,
        title=title,
        subtitle=subtitle,
        note=note,
        columns=tuple(labels),
        labels=dict(labels),
        digits=dict(digits or {}),
        rows=_records(rows[list(labels)]),
        sources=listed,
        filters=tuple(filters),
        dates=tuple(dates),
        folded=folded,
    )
    return Published(bundle)


def _settled(spec: dict[str, Any], name: str, description: str) -> dict[str, Any]:
    """The spec as it is stored: described, in UTC, without a width or Altair's editor hints.

    Its typeface is the engine's where the book's theme names none.
    All that is drawn of a figure is drawn from it. Raises ValueError for local time.
    """
    spec = _all_ticks(in_utc(json.loads(json.dumps(spec)), name))
    if "datasets" in spec:
        spec["datasets"] = {key: _told(rows) for key, rows in spec["datasets"].items()}
    spec.pop("usermeta", None)
    spec["config"] = {"font": FONT, **spec.get("config", {})}
    spec["description"] = description
    return spec


def _told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Plotted rows with their sources as readers know them, for tooltips: publishers and days.

    The keys stay in the figure's own rows, which its table and its CSV are made of.
    """
    return [
        row
        | {c: _publishers(row[c]) for c in SOURCE_COLUMNS if row.get(c) and isinstance(row[c], str)}
        for row in rows
    ]


def _publishers(keys: str) -> str:
    """`a_20240505;b_2025` as `Publisher, 5 May 2024 and 1 more`."""
    first, *more = sources_of(key for key in keys.split(";") if key)
    said = f"{first.publisher}, {day(first.date)}" if first.date else first.publisher
    return said + (f" and {len(more)} more" if more else "")


def _all_ticks(node: Any) -> Any:
    """The spec with every tick that an axis names: Vega would thin them to the theme's number."""
    if isinstance(node, list):
        return [_all_ticks(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _all_ticks(item) for key, item in node.items()}
    axis = node.get("axis")
    if isinstance(axis, dict) and isinstance(axis.get("values"), list):
        node["axis"] = {"tickCount": len(axis["values"]), **axis}
    return node


def csv_text(bundle: Bundle) -> str:
    """Exactly the rows plotted or listed, as CSV; numbers have the minus of keyboards."""
    rows = pd.DataFrame(list(bundle.rows), columns=list(bundle.columns))
    rows = rows.map(lambda v: _NEGATIVE.sub("-", v) if isinstance(v, str) else v)
    return rows.to_csv(index=False, lineterminator="\n")


def cell_text(value: Any, digits: int | None = None) -> str:
    """One cell of a data table as a reader sees it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        # as keyboards and spreadsheets have it: a copied cell is a number, and search finds it
        return number(value, digits).replace(MINUS, "-")
    return str(value)
