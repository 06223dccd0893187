"""The look: palette, figure helper, drawing, numbers in text."""

import itertools
import re
from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd
import pytest

from caspian import style
from openbook import colour, credit, draw, publish, tables, text
from openbook.bundle import SourceNote
from openbook.site import render
from openbook.testing import book

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
ROUTES = ("cpc", "atyrau_samara", "aktau_makhachkala", "china", "aktau_baku", "rail")
CORRIDORS = ("middle", "northern", "sea", "southern")


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("entity", sorted(style.COLOURS))
@pytest.mark.parametrize("mode", sorted(colour.MODES))
def test_every_colour_shows_on_both_pages(entity, mode):
    ink, paper = colour.MODES[mode]
    assert colour.contrast(style.COLOURS[entity], paper) >= colour.FOR_MARKS
    as_text = colour.on_paper(f'"{style.TEXT_COLOURS[entity]}"', ink, paper).strip('"')
    assert colour.contrast(as_text, paper) >= colour.FOR_TEXT


@pytest.mark.parametrize("entity", sorted(style.COLOURS))
def test_a_label_inside_a_mark_can_be_read(entity):
    assert colour.contrast(style.label_on(entity), style.COLOURS[entity]) >= colour.FOR_TEXT


@pytest.mark.parametrize("mode", sorted(colour.MODES))
def test_words_on_a_tint_can_be_read(mode):
    ink, paper = colour.MODES[mode]
    for entity in style.COLOURS:
        filled = colour.on_paper(style.tinted(entity)["fill"], ink, paper)
        assert colour.contrast(ink, filled) >= colour.FOR_TEXT, entity


def test_contrast_is_that_of_wcag():
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_a_file_has_its_mixtures_worked_out():
    spec = f'{{"fill": "{colour.tint("#000000", 30)}", "stroke": "{colour.INK}"}}'
    assert colour.on_paper(spec) == '{"fill": "#b2b2b2", "stroke": "#222832"}'
    assert colour.on_paper(colour.for_text("#8b8b8b")) == colour.mixed("#222832", 25, "#8b8b8b")


@pytest.mark.parametrize("together", [ROUTES, CORRIDORS], ids=["oil routes", "corridors"])
@pytest.mark.parametrize("sight", sorted(SIGHT))
def test_routes_stay_apart(sight, together):
    for a, b in itertools.combinations(together, 2):
        seen = [lab(SIGHT[sight] @ linear(style.COLOURS[k])) for k in (a, b)]
        assert np.linalg.norm(seen[0] - seen[1]) > 18, f"{a} and {b} look alike"


@pytest.fixture
def rows():
    keys = sorted(tables.references())[:2]
    return pd.DataFrame({"year": ["2024", "2025"], "value": [1.4, 1.3], "source": keys})


def published(rows, **changes):
    chart = (
        alt.Chart(rows)
        .mark_bar(clip=True)
        .encode(x="year:O", y=alt.Y("value:Q", title="Mt"), tooltip=["value", "source"])
    )
    words = {
        "name": "fig-test",
        "title": "It fell to 1.3 Mt",
        "subtitle": "Mt, 2024–2025",
        "alt": "Two bars",
    }
    return publish.figure(chart, **(words | changes))


def test_figure_carries_its_rows_and_their_sources(rows):
    bundle = published(rows).bundle
    assert [s.key for s in bundle.sources] == list(rows["source"])
    assert publish.csv_text(bundle) == rows.to_csv(index=False, lineterminator="\n")
    assert bundle.spec["description"] == "Two bars"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "routes"}, "a name looks like"),
        ({"title": " "}, "title is empty"),
        ({"alt": ""}, "alt is empty"),
        ({"sources": ["no_such_key"]}, "no_such_key"),
    ],
)
def test_figure_refuses(rows, changes, message):
    with pytest.raises(ValueError, match=message):
        published(rows, **changes)


def test_figure_without_source_is_refused(rows):
    with pytest.raises(ValueError, match=r"fig-test: no source"):
        published(rows.drop(columns="source").assign(source=None))


def test_table_refuses_a_label_without_column(rows):
    with pytest.raises(ValueError, match="no column \\['volume'\\]"):
        publish.table(rows, name="tab-test", title="t", subtitle="s", labels={"volume": "Mt"})


def test_a_folded_table_is_whole_under_its_title_and_number_of_rows(rows):
    words = {"name": "tab-test", "title": "It <fell>", "subtitle": "Mt", "labels": {"value": "Mt"}}
    plain = publish.table(rows, **words).bundle
    bundle = publish.table(rows, **words, folded=True).bundle
    assert bundle == replace(plain, folded=True) != plain


def test_same_figure_has_the_same_bytes(rows):
    a, b = published(rows).bundle, published(rows.copy()).bundle
    assert draw.published_svg(a) == draw.published_svg(b)
    assert draw.published_png(a) == draw.published_png(b)


def test_page_svg_takes_its_ink_from_the_page(rows):
    svg = draw.static_svg(published(rows).bundle, draw.WIDE)
    assert "currentColor" in svg
    assert not re.search(r'(fill|stroke)="(black|#000|#000000|white)"', svg)
    assert 'width="720"' in svg


def test_file_svg_stands_alone(rows):
    svg = draw.published_svg(published(rows).bundle)
    assert "currentColor" not in svg
    assert "It fell to 1.3 Mt" in svg
    assert "Sources: " in svg


def _note(key: str, publisher: str, own: bool = False) -> SourceNote:
    return SourceNote(key, key.title(), publisher, "", "", own)


def test_credit_drops_whole_publishers():
    notes = [_note(f"n{n}", f"Ministry of energy {n} (State Committee)") for n in range(12)]
    lines = credit.lines(notes)
    assert len(lines) == 3 and lines[-1].endswith("more")
    shown = sum("(State Committee)" in part for part in " ".join(lines).split(";"))
    assert int(lines[-1].split()[-2]) == 12 - shown
    assert credit.lines(notes[:1]) == ["Sources: Ministry of energy 0 (State Committee)"]


def test_credit_begins_with_most_rows_and_ends_with_our_assumptions():
    notes = [
        _note("a", "A"),
        _note("ours", "Us", own=True),
        _note("b1", "B"),
        _note("c", "C"),
        _note("b2", "B"),
    ]
    ordered = credit.by_weight(notes, ["a", "b1", "b2", "b2", "ours", "ours", "ours", "ours"])
    assert [note.key for note in ordered] == ["b2", "b1", "a", "c", "ours"]
    assert str(credit.line(ordered, 80)) == "Sources: B; A; C and our assumptions"
    assert str(credit.line(ordered, 40)) == "Sources: B; A; C and our assumptions"
    assert credit.line(ordered, 35).parts == ("Sources: B, ", "2 more", " and our assumptions")
    assert str(credit.line(notes[:1] + notes[2:], 80)) == "Sources: A; B; C"
    assert str(credit.line(notes[1:2], 80)) == "Sources: our assumptions"


def test_drawn_ids_differ_between_figures(rows):
    ids = [
        set(
            re.findall(
                r'id="([^"]+)"', draw.static_svg(published(rows, name=name).bundle, draw.WIDE)
            )
        )
        for name in ("fig-a", "fig-b")
    ]
    assert ids[0] and not ids[0] & ids[1]


def test_spec_cannot_end_its_script(rows):
    rows["note"] = "</script><b>"
    html = "".join(map(str, render.figure_nodes(published(rows).bundle, "")))
    assert html.count("</script>") == 1


def test_every_tick_that_an_axis_names_is_drawn(rows):
    # Vega thins named ticks to the theme's number of ticks
    axis = alt.Axis(values=[0, 0.4, 0.8, 1.2], format=".1f")
    bars = alt.Chart(rows).mark_bar().encode(x="year:O", y=alt.Y("value:Q", axis=axis))
    words = {"name": "fig-test", "title": "It fell", "subtitle": "Mt", "alt": "Two bars"}
    svg = draw.static_svg(publish.figure(bars, **words).bundle, draw.WIDE)
    assert all(f">{tick}<" in svg for tick in ("0.0", "0.4", "0.8", "1.2"))


def test_unknown_entity_has_no_colour():
    with pytest.raises(KeyError, match="atlantis"):
        style.colour(["cpc", "atlantis"])


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (12345.678, 1, "12,345.7"),
        (-0.04, 1, "0.0"),
        (-2.5, 1, "\u22122.5"),
        (3.0, None, "3"),
        (1.3920001, None, "1.392"),
        (1000, 0, "1,000"),
    ],
)
def test_number(value, digits, expected):
    assert text.number(value, digits) == expected


def test_prose_never_says_nan():
    with pytest.raises(ValueError, match="missing"):
        text.number(float("nan"))


def test_ranges_and_days():
    assert text.span(5.2, 7.5, 1, "Mt") == "5.2–7.5 Mt"
    assert text.span(2, 2, 0) == "2"
    assert text.percent_span(0.82, 0.861) == "82–86%"
    assert [text.day(d) for d in ("2024-03-11", "2024-03", "2024")] == [
        "11 March 2024",
        "March 2024",
        "2024",
    ]
    assert text.day("2024-01/2024-10") == "January–October 2024"
    assert text.day("2023-11/2024-02") == "November 2023–February 2024"
    assert text.day("2009/2011") == "2009–2011"
    for bad in ("2024-13", "2024/", "2024-01/2024-13"):
        with pytest.raises(ValueError, match="is no YYYY"):
            text.day(bad)


def test_every_figure_has_the_books_look():
    specs = {
        bundle.name: bundle.spec
        for page in book.chapters()
        for bundle in book.bundles(book.read_reference(page))
    }
    assert len(specs) > 40
    other = [name for name, spec in specs.items() if spec["config"].get("font") != style.FONT]
    assert not other, f"without the theme (import caspian.style, or style.enable()): {other}"
