"""Rows under headings, and where a period stands on a time axis."""

import altair as alt
import pandas as pd
import pytest

from caspian.style import headed
from caspian.tables import period_middle


@pytest.mark.parametrize(
    ("period", "middle"),
    [
        ("2024", "2024-07-02"),
        ("2025", "2025-07-02"),
        ("2024-06", "2024-06-16"),
        ("2024-03-11", "2024-03-11"),
        ("2024-01/2024-06", "2024-04-01"),
    ],
)
def test_a_period_stands_at_its_middle(period, middle):
    assert period_middle(period).isoformat() == middle


def test_a_heading_is_bold_and_a_row_reads_its_label_alone():
    from vl_convert import vegalite_to_svg

    rows = ["2024", "2024|plan", "2025", "2025|plan"]
    data = pd.DataFrame({"row": [rows[1], rows[3]], "mt": [1, 2]})
    chart = alt.Chart(data).mark_point().encode(y=headed("row", rows), x="mt:Q")
    svg = vegalite_to_svg(chart.to_dict())
    written = [part.partition("</text>")[0] for part in svg.split("<text")[1:]]
    labels = [text.rpartition(">")[2] for text in written if "bold" in text or "plan" in text]
    assert labels[:4] == ["2024", "plan", "2025", "plan"]
    assert sum("bold" in text for text in written) == 2
