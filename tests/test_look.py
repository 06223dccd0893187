"""What someone found who only looked at the pages: names on the cover's map, ranges, days."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from caspian.claims import crossing
from caspian.claims.page import dated
from openbook.publish import SourceNote
from openbook.site import render


@pytest.mark.parametrize(
    ("key", "date", "written"),
    [
        ("a", "2026-08-16", "16 August 2026"),
        ("a", "2026-08", "August 2026"),
        ("a_20250314", "", "by March 2025"),
        ("a", "", "undated"),
    ],
)
def test_the_day_of_a_source_is_in_words(key, date, written):
    assert dated(SourceNote(key, "T", "P", date, "", False)) == written


def test_a_phone_keeps_the_names_of_both_countries_and_of_the_sea():
    kept = {area["name"] for area in crossing.drawing()["areas"] if area["kept"]}
    assert kept == crossing.KEPT and len(kept) == 3


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("Of exports 95–97% crossed", ["95–97%"]),
        ("In four counts of 2023–2025 it is 71–75%", ["2023–2025", "71–75%"]),
        ("Azerbaijan–Kazakhstan trade of 2025", []),
    ],
)
def test_no_line_breaks_within_a_range(words, whole):
    body: list[str] = []
    translator = SimpleNamespace(
        body=body, encode=str, starttag=lambda _node, tag, *_, **__: f"<{tag}>"
    )
    render._add_text(translator, "p", "ob-subtitle", words)
    html = "".join(body)
    assert [part.partition("<")[0] for part in html.split('ob-range">')[1:]] == whole
