"""What is published, as JSON and back: the shapes, and what is told when they don't fit."""

from __future__ import annotations

import json
import pickle

import altair as alt
import pandas as pd
import pytest

from openbook import bundle, publish
from openbook.bundle import Bundle, BundleError, Cards, Figure, Table
from openbook.cards import Mark, cards

ROWS = pd.DataFrame({"a": [1, 2], "on": ["2024", "2025"], "source": ["article_202403"] * 2})
SAID = {"title": "A finding", "subtitle": "Of what"}


def figure() -> Bundle:
    chart = alt.Chart(ROWS).mark_bar().encode(x="a:Q")
    return publish.figure(chart, name="fig-a", alt="Two bars", narrow=chart, **SAID).bundle


def table(**more) -> Bundle:
    return publish.table(ROWS, name="tab-a", labels={"a": "A", "on": "On"}, **SAID, **more).bundle


def listed() -> Bundle:
    marks = {"2024": Mark("o", "#222", "old"), "2025": Mark("x", "#222", "new")}
    asked = {"head": "a", "status": "on", "marks": marks, "labels": {"a": "A", "on": "On"}}
    return cards(ROWS, name="tab-b", **SAID, **asked).bundle


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        (figure, Figure),
        (lambda: table(filters=["a"], dates=["on"]), Table),
        (listed, Cards),
    ],
    ids=["figure", "table", "cards"],
)
def test_json_brings_back_what_was_published(made, shape):
    published = made()
    written = json.loads(json.dumps(published.to_json()))
    assert shape.from_json(written) == published
    assert pickle.loads(pickle.dumps(published)) == published
    assert "version" not in written  # the first one has none


def test_what_a_table_does_not_have_is_not_in_its_json():
    assert not {"filters", "dates", "folded"} & set(table().to_json())
    assert table(dates=["on"]).to_json()["dates"] == ["on"]


def test_another_version_is_told(monkeypatch):
    old = table().to_json()
    with pytest.raises(BundleError, match="tab-a: published in version 3, and read here is ver"):
        Table.from_json(old | {"version": 3})
    monkeypatch.setattr(bundle, "VERSION", 2)
    assert Table.from_json(table().to_json()) == table()
    with pytest.raises(BundleError, match=r"tab-a: published in version 1, .* run its page again"):
        Table.from_json(old)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda held: held.pop("rows"), "tab-a: a table without rows; run its page again"),
        (lambda held: held.update(colour=1), "tab-a: a table with colour"),
        (lambda held: held["sources"][0].pop("url"), "tab-a: a sourcenote without url"),
    ],
)
def test_another_shape_is_told(change, words):
    held = table().to_json()
    change(held)
    with pytest.raises(BundleError, match=words):
        Table.from_json(held)


def test_a_bundle_can_not_be_changed():
    with pytest.raises(AttributeError):
        table().title = "Another"
