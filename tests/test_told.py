"""What a tooltip says of a source: its publisher and its day, while the rows keep their keys."""

from __future__ import annotations

import altair as alt
import pandas as pd

from openbook import publish, tables
from openbook.publish import csv_text
from openbook.text import day

KEYS = ("article_202403", "across_the_caspian")


def figure():
    """Two points, one of a source alone, one of two, and one of none."""
    rows = pd.DataFrame({"a": [1, 2, 3], "source": [KEYS[0], ";".join(KEYS), None]})
    chart = alt.Chart(rows).mark_point().encode(x="a:Q", tooltip=["a", "source"])
    return publish.figure(chart, name="fig-a", title="T", subtitle="S", alt="Points").bundle


def test_a_tooltip_names_publisher_and_day_and_how_many_more():
    (plotted,) = figure().spec["datasets"].values()
    first = tables.source(KEYS[0])
    said = f"{first.publisher}, {day(first.date)}"
    assert [row["source"] for row in plotted] == [said, f"{said} and 1 more", None]


def test_the_rows_and_their_csv_keep_the_keys():
    bundle = figure()
    assert [row["source"] for row in bundle.rows] == [KEYS[0], ";".join(KEYS), None]
    assert ";".join(KEYS) in csv_text(bundle) and {s.key for s in bundle.sources} == set(KEYS)
