"""Numbers that keep their sources: through arithmetic, into text, and in what tables are asked."""

from __future__ import annotations

import copy
import json
import math
import pickle

import pandas as pd
import pytest

from caspian import observations
from openbook import tables
from openbook.bundle import FactBundle
from openbook.facts import Fact, Quantity, fact, largest, sources_in
from openbook.testing import digits
from openbook.text import number, percent, percent_span, span


def oil(value: float = 1.5, period: str = "2025", source: str = "a") -> Quantity:
    return Quantity(value, "Mt", period, source)


# --- quantities -----------------------------------------------------------------------------------


def test_a_quantity_is_a_number():
    assert oil() == 1.5 and oil() > 1 and float(oil()) == 1.5 and f"{oil():.2f}" == "1.50"
    assert pd.Series([oil(), oil(2.5)]).sum() == 4


@pytest.mark.parametrize(
    ("made", "value", "unit", "period", "source"),
    [
        (lambda: oil() + oil(2, source="b"), 3.5, "Mt", "2025", "a;b"),
        (lambda: oil() - oil(2, "2024", "b"), -0.5, "Mt", "2024/2025", "a;b"),
        (lambda: oil() * 2, 3.0, "Mt", "2025", "a"),
        (lambda: 2 * oil(), 3.0, "Mt", "2025", "a"),
        (lambda: oil() / 3, 0.5, "Mt", "2025", "a"),
        (lambda: oil() / oil(3, source="b"), 0.5, "", "2025", "a;b"),
        (lambda: 100 * (oil(3) / oil(2, source="b") - 1), 50.0, "", "2025", "a;b"),
        (lambda: 1 - oil() / oil(3), 0.5, "", "2025", "a"),
        (lambda: 3 / oil(), 2.0, "", "2025", "a"),
        (lambda: -oil(), -1.5, "Mt", "2025", "a"),
        (lambda: abs(oil(-1.5)), 1.5, "Mt", "2025", "a"),
        (lambda: oil(1.26).rounded(1), 1.3, "Mt", "2025", "a"),
        (lambda: oil(1) + 1, 2.0, "Mt", "2025", "a"),
        (lambda: 5 - oil(), 3.5, "Mt", "2025", "a"),
        (lambda: largest([oil(), oil(2, source="b")]), 2.0, "Mt", "2025", "b"),
        (lambda: oil().of(7, "days"), 7.0, "days", "2025", "a"),
        (lambda: oil() - Quantity(1, "Mt", "", "b"), 0.5, "Mt", "", "a;b"),
    ],
)
def test_arithmetic_keeps_the_coat(made, value, unit, period, source):
    got = made()
    assert isinstance(got, Quantity)
    assert (float(got), got.unit, got.period, got.source) == (value, unit, period, source)


def test_two_units_are_not_added():
    with pytest.raises(ValueError, match="Mt and days can't be added"):
        oil() + Quantity(1, "days")


def test_a_quantity_survives_copies_and_processes():
    for made in (copy.deepcopy(oil()), pickle.loads(pickle.dumps(oil()))):
        assert (float(made), made.unit, made.period, made.source) == (1.5, "Mt", "2025", "a")


def test_sources_of_rows_quantities_and_keys():
    rows = pd.DataFrame({"source": ["a;b", "b", None]})
    assert sources_in(rows) == "a;b"
    assert sources_in(rows.iloc[0]) == "a;b"
    assert sources_in([rows, oil(source="c"), "d"]) == "a;b;c;d"


# --- as text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "text", "value"),
    [
        (lambda: number(oil(), 1), "1.5", (1.5,)),
        (lambda: percent(oil() / oil(3)), "50%", (0.5,)),
        (lambda: span(oil(), oil(2.5, source="b"), 1, "Mt"), "1.5–2.5 Mt", (1.5, 2.5)),
        (lambda: percent_span(oil() / oil(3), oil(2) / oil(2)), "50–100%", (0.5, 1.0)),
        (lambda: fact(f"USD {number(oil(), 1)} million", oil()), "USD 1.5 million", (1.5,)),
    ],
)
def test_a_quantity_is_written_as_a_fact(said, text, value):
    got = said()
    assert isinstance(got, Fact) and got == text
    assert got.value == value and "a" in got.source.split(";")
    shown = got._repr_mimebundle_()
    assert (
        shown["text/plain"] == repr(text)
        and FactBundle.from_json(shown[FactBundle.mime]) == got.bundle
    )


def test_a_plain_number_is_written_as_text():
    for said in (number(1.5), percent(0.5), span(1, 2), fact("x", 1.5), fact("x", Quantity(1))):
        assert type(said) is str


def test_a_fact_is_a_string_in_titles():
    title = f"Baku carried {number(oil(), 1)} Mt"
    assert type(title) is str and title == "Baku carried 1.5 Mt"


# --- what the tables are asked --------------------------------------------------------------------


def test_one_figure_with_its_coat():
    got = observations.one("oil_exports", route="cpc", period="2025")
    rows = tables.load("oil_exports").query("route == 'cpc' and period == '2025' and preferred")
    row = rows[rows["status"] == "actual"].iloc[0]
    assert (float(got), got.unit, got.period, got.source) == (
        row["value"],
        row["unit"],
        "2025",
        row["source"],
    )


def test_none_or_several_say_what_matched():
    with pytest.raises(
        LookupError, match=r"oil_exports, route 'cpc', period '1800': no row matches"
    ):
        observations.one("oil_exports", route="cpc", period="1800")
    with pytest.raises(LookupError, match=r"oil_exports, route 'cpc': \d+ rows match"):
        observations.one("oil_exports", route="cpc")
    with pytest.raises(KeyError, match=r"has no column .*rout.*route"):
        observations.one("oil_exports", rout="cpc")


def test_a_status_asked_for_is_given():
    got = observations.one(
        "kz_oil_btc", measure="entered_btc", period="2026", status="target", preferred=True
    )
    assert got.unit == "Mt"


def test_a_series_by_year():
    rows = observations.yearly("oil_exports", route="total")
    assert rows.index.is_monotonic_increasing and rows.index.is_unique
    assert rows.index.dtype.kind == "i"
    with pytest.raises(LookupError, match="has several rows"):
        observations.yearly("oil_exports")


def test_observed_rows_are_preferred_outcomes():
    rows = observations.observed("kz_oil_btc", measure=["entered_btc", "shipped_aktau_baku"])
    assert rows["preferred"].all()
    assert set(rows["status"]) <= {"actual", "preliminary", "estimate"}


# --- on the page ---------------------------------------------------------------------------------


def page_with_facts(site) -> str:
    facts = json.loads((site / "_data" / "facts.json").read_text("utf-8"))
    return min(f["page"] for f in facts)


def test_every_fact_listed_has_sources_that_the_book_has(site):
    facts = json.loads((site / "_data" / "facts.json").read_text("utf-8"))
    assert facts
    for each in facts:
        assert each["source"] and each["text"], each
        for key in each["source"]:
            assert tables.source(key), each
        assert all(math.isfinite(v) for v in each["value"]), each


# Numbers in chapters' sentences that no table holds, and why
OUR_OWN = {
    "visit": {},
    "energy": {
        "1,800": "the limit of competition authorities, in the code with its source",
        "100,000": "the trials of the chain",
    },
    "investment": {},
    "corridor": {
        "35": "where a slider stands as the page opens",
        "200,000": "the draws of the model",
        "24": "the months that the model looks back",
    },
    "ots": {},
}


@pytest.mark.parametrize("chapter", OUR_OWN)
def test_every_number_in_a_sentence_has_a_source(site, chapter):
    html = (site / "chapters" / f"{chapter}.html").read_text("utf-8")
    found = {number.rstrip(".,") for number in digits.without_source(html)}
    assert found == set(OUR_OWN[chapter]), (
        "make these facts (openbook.facts.Quantity), or say in OUR_OWN why they have no source"
    )


def test_a_number_without_a_source_is_found():
    html = """<article><p>On 11 March 2024 <a class="ob-fact">82%</a> of 9 went
    (<a class="reference">Figure 3</a>).</p><table><tr><td><p>5</p></td></tr></table></article>"""
    assert digits.without_source(html) == ["9"]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_fact_says_its_sources_on_hover_and_focus_within_the_window(site, chromium, width):
    visit = chromium.visit(viewport={"width": width, "height": 740})
    page = visit.page
    page.goto((site / f"{page_with_facts(site)}.html").as_uri(), wait_until="load")
    tip, facts = page.locator("#ob-tip"), page.locator("article .ob-fact")
    assert tip.is_hidden()
    for at in {0, facts.count() - 1}:
        fact = facts.nth(at)
        said = fact.get_attribute("title")
        fact.scroll_into_view_if_needed()
        for _ in range(50):  # scrolling hides a tip, and charts that wake may scroll the page late
            page.wait_for_timeout(100)
            page.mouse.move(1, 1)
            fact.hover()
            page.wait_for_timeout(100)
            if box := tip.bounding_box():
                break
        assert tip.inner_text() == said and fact.get_attribute("title") is None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= 740
        page.mouse.move(1, 1)
        assert tip.is_hidden()
        fact.focus()
        assert tip.is_visible() and fact.get_attribute("aria-describedby") == "ob-tip"
        page.keyboard.press("Escape")
        assert tip.is_hidden()
    assert not visit.problems


def test_a_first_tap_says_the_sources_and_a_second_follows_the_link(site, chromium):
    visit = chromium.visit(viewport={"width": 360, "height": 740}, has_touch=True)
    page = visit.page
    page.goto((site / f"{page_with_facts(site)}.html").as_uri(), wait_until="load")
    page.evaluate("""() => {
        window.followed = 0;
        addEventListener("click", (e) => {
            if (!e.defaultPrevented) { window.followed += 1; e.preventDefault(); }
        });
    }""")
    fact = page.locator("article a.ob-fact").first
    fact.tap()
    assert page.locator("#ob-tip").is_visible()
    assert page.evaluate("followed") == 0
    fact.tap()
    assert page.evaluate("followed") == 1


def test_without_script_a_fact_is_a_link_with_a_title(site, chromium):
    visit = chromium.visit(java_script_enabled=False)
    visit.page.goto((site / f"{page_with_facts(site)}.html").as_uri(), wait_until="load")
    fact = visit.page.locator("article a.ob-fact").first
    assert fact.get_attribute("title") and fact.get_attribute("href").startswith("http")
