"""The built site as readers meet it: opened from disk, in Chromium, with every network cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import book
import pytest
from playwright.sync_api import expect

FIGURE = "figure.caspian-figure"
TABLE = "figure.caspian-table"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
ALL_PAGES = sorted(
    path.relative_to(book.HTML).as_posix()
    for path in book.HTML.rglob("*.html")
    if not path.relative_to(book.HTML).parts[0].startswith("_")
)
if not ALL_PAGES:
    ALL_PAGES = ["index.html"]  # and the `site` fixture says what to do


def figures_of(name: str) -> list[str]:
    """The ids of a page's figures."""
    path = book.HTML / name
    return [figure["id"] for figure in book.soup(path).select(FIGURE)] if path.is_file() else []


def with_figures() -> list[str]:
    return [name for name in ALL_PAGES if figures_of(name)] or ["index.html"]


each_page = pytest.mark.parametrize("name", ALL_PAGES)
each_page_with_figures = pytest.mark.parametrize("name", with_figures())


def draw_all(visit, name: str) -> None:
    """Scroll to every figure and wait until its chart is drawn."""
    for figure in figures_of(name):
        part = visit.page.locator(f"{FIGURE}#{figure}")
        part.scroll_into_view_if_needed()
        chart = part.locator(".caspian-live svg").first
        try:
            chart.wait_for(state="visible")
        except Exception:
            pytest.fail(f"{name}: {figure} was not drawn; {visit.problems or 'no error shown'}")
        marks = chart.locator("path, rect, line, text, circle").count()
        assert marks > 3, f"{name}: the chart of {figure} is empty"


# --- what a browser shows --------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A page in the browser with every chart drawn, shared by the tests that look at it."""

    name: str
    scheme: str
    visit: Any


@pytest.fixture(
    scope="module",
    params=[(name, scheme) for name in ALL_PAGES for scheme in ("light", "dark")],
    ids="-".join,
)
def opened(site, chromium, request) -> Iterator[Opened]:
    name, scheme = request.param
    visit = chromium.visit(color_scheme=scheme, viewport=DESK)
    context = chromium.contexts.pop()  # closed here, not after each test
    visit.open(site / name)
    draw_all(visit, name)
    yield Opened(name, scheme, visit)
    context.close()


@pytest.mark.browser
def test_page_opens_and_draws(opened):
    name, scheme, visit = opened.name, opened.scheme, opened.visit
    assert visit.page.evaluate("document.documentElement.dataset.theme") == scheme
    background = visit.page.evaluate(
        """() => {
            const c = document.createElement('canvas').getContext('2d');
            c.fillStyle = getComputedStyle(document.body).backgroundColor;
            c.fillRect(0, 0, 1, 1);
            const [r, g, b] = c.getImageData(0, 0, 1, 1).data;
            return (r + g + b) / 3;
        }"""
    )
    assert background > 200 if scheme == "light" else background < 60, f"{name}: {background}"
    assert not visit.problems, f"{name}, {scheme}: {visit.problems}"
    vega = [url for url in visit.scripts if "vega" in url]
    assert len(vega) == bool(figures_of(name)), f"{name} loads Vega {len(vega)} times"


# What is to be seen of each figure: the drawings that stand there, charts and controls
_SEEN = """kind => [...document.querySelectorAll(kind)].map(figure => {
    const seen = selector => [...figure.querySelectorAll(selector)].filter(
        part => part.checkVisibility() && part.getClientRects().length);
    const sizes = seen(".caspian-static svg").map(svg => svg.getBoundingClientRect());
    return {
        id: figure.id,
        drawings: sizes.map(size => [size.width, size.height]),
        charts: seen(".caspian-live svg").length,
        controls: seen("input").length,
    };
})"""


@pytest.mark.browser
def test_a_figure_follows_the_readers_mode(opened):
    # The reader changes the mode on the page: the ink of the charts changes with it.
    if not figures_of(opened.name):
        return
    page = opened.visit.page
    ink = "() => getComputedStyle(document.querySelector('.caspian-live svg text')).fill"
    other = {"light": "dark", "dark": "light"}[opened.scheme]
    before = page.evaluate(ink)
    page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", other)
    page.wait_for_function(f"before => ({ink})() !== before", arg=before)
    page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", opened.scheme)


@pytest.mark.browser
def test_paper_shows_the_drawings(opened):
    opened.visit.page.emulate_media(media="print")
    try:
        figures = opened.visit.page.evaluate(_SEEN, FIGURE)
    finally:
        opened.visit.page.emulate_media(media="screen")
    assert [figure["id"] for figure in figures] == figures_of(opened.name)
    for figure in figures:
        where = f"{opened.name}: {figure['id']}"
        assert len(figure["drawings"]) == 1, f"{where} prints {len(figure['drawings'])} drawings"
        assert not figure["charts"] and not figure["controls"], f"{where} prints what can't move"


def test_the_book_has_sliders(site):
    found = [s for name in ALL_PAGES for s in book.soup(site / name).select(".caspian-spec")]
    assert sum('"input":"range"' in spec.string for spec in found) > 1


@pytest.mark.browser
def test_sliders_move_their_chart(opened):
    name, visit = opened.name, opened.visit
    if opened.scheme == "dark":  # they are the same
        return
    for figure in figures_of(name):
        part = visit.page.locator(f"{FIGURE}#{figure}")
        for slider in part.locator("input[type=range]").all():
            chart = part.locator(".caspian-live svg").first
            slider.scroll_into_view_if_needed()
            drawn = chart.inner_html()
            was = slider.input_value()
            slider.focus()
            visit.page.keyboard.press("End")
            if slider.input_value() == was:
                visit.page.keyboard.press("Home")
            assert slider.input_value() != was, f"{name}: a slider of {figure} is stuck"
            try:
                visit.page.wait_for_function(
                    "([id, was]) => document.getElementById(id)"
                    ".querySelector('.caspian-live svg').innerHTML !== was",
                    arg=[figure, drawn],
                )
            except Exception:
                pytest.fail(f"{name}: a slider of {figure} changes nothing in the chart")
    assert not visit.problems, f"{name}: {visit.problems}"


@pytest.mark.browser
@each_page
def test_page_fits_a_phone(site, browser, name):
    visit = browser.visit(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
    visit.open(site / name)
    draw_all(visit, name)
    visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    width = visit.page.evaluate("document.scrollingElement.scrollWidth")
    if width > PHONE["width"]:
        wide = visit.page.evaluate(
            """(most) => [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > most)
                .slice(0, 5).map(e => `${e.tagName}.${e.className} ${e.id}`)""",
            PHONE["width"],
        )
        pytest.fail(f"{name} is {width} px wide on a phone of {PHONE['width']}: {wide}")
    assert not visit.problems, f"{name}: {visit.problems}"


@pytest.mark.browser
@each_page_with_figures
def test_figures_show_without_javascript(site, browser, name):
    for viewport in (DESK, PHONE):
        visit = browser.visit(java_script_enabled=False, viewport=viewport)
        visit.open(site / name)
        figures = visit.page.evaluate(_SEEN, FIGURE)
        assert [figure["id"] for figure in figures] == figures_of(name)
        for figure in figures:
            shown, where = figure["drawings"], f"{name}: {figure['id']}"
            assert len(shown) == 1, f"{where} shows {len(shown)} drawings"
            assert shown[0][0] > 200 and shown[0][1] > 60, f"{where}: {shown}"
        assert not visit.problems, f"{name}: {visit.problems}"


def chosen_tables(name: str) -> list:
    """The tables of a page that readers can sort and filter."""
    path = book.HTML / name
    return book.soup(path).select(f"{TABLE}[data-filters]") if path.is_file() else []


def wide_awake(visit, table: str):
    """Scroll to a table and wait until it can be sorted; the part of the page that it is."""
    part = visit.page.locator(f"{TABLE}#{table}")
    part.scroll_into_view_if_needed()
    part.locator(".caspian-filters select").first.wait_for(state="visible")
    return part


def shown(part, column: int) -> list[str]:
    """What a column shows, row by row; a date by its ISO form."""
    return part.locator(f"tbody tr td:nth-child({column + 1})").evaluate_all(
        "cells => cells.map(c => c.querySelector('time')?.dateTime ?? c.textContent.trim())"
    )


def test_the_book_has_tables_to_filter(site):
    found = {table["id"] for name in ALL_PAGES for table in chosen_tables(name)}
    assert {"tab-tracker", "tab-timeline", "tab-goods", "tab-assessments"} <= found


@pytest.mark.browser
@pytest.mark.parametrize("name", [n for n in ALL_PAGES if chosen_tables(n)] or ["index.html"])
def test_tables_are_filtered_with_the_keyboard(site, browser, name):
    visit = browser.visit(viewport=DESK)
    visit.open(site / name)
    for table in chosen_tables(name):
        part = wide_awake(visit, table["id"])
        columns = [int(number) for number in table["data-filters"].split()]
        for column, select in zip(columns, part.locator("select").all(), strict=True):
            rows = shown(part, column)
            select.focus()
            visit.page.keyboard.press("ArrowDown")
            wanted = select.input_value()
            assert wanted and shown(part, column) == [v for v in rows if v == wanted]
            count = part.locator(".dt-info").inner_text()
            assert count == f"{rows.count(wanted)} of {len(rows)} rows"
            visit.page.keyboard.press("Home")
            assert shown(part, column) == rows, f"{table['id']}: the choice can't be taken back"
    assert not visit.problems, f"{name}: {visit.problems}"


# Page, table, column and what sorts it: dates (some cells are empty), text, numbers
SORTED = [
    ("visit", "tab-tracker", 0, str),
    ("visit", "tab-tracker", 1, str.casefold),
    ("visit", "tab-timeline", 1, str),
    ("investment", "tab-goods", 2, str),
    ("investment", "tab-goods", 3, lambda text: float(text.replace(",", ""))),
    ("investment", "tab-assessments", 0, str),
]


@pytest.mark.browser
@pytest.mark.parametrize(("page", "table", "column", "key"), SORTED)
def test_a_table_is_sorted_with_the_keyboard(site, browser, page, table, column, key):
    visit = browser.visit(viewport=DESK)
    visit.open(site / "chapters" / f"{page}.html")
    part = wide_awake(visit, table)
    head = part.locator("thead th").nth(column)
    head.locator("[role=button]").focus()
    for direction, backwards in (("ascending", False), ("descending", True)):
        visit.page.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", direction)
        values = [value for value in shown(part, column) if value != "–"]
        assert values == sorted(values, key=key, reverse=backwards) and len(set(values)) > 5


@pytest.mark.browser
def test_a_filtered_table_says_so_on_paper(site, browser):
    visit = browser.visit(viewport=DESK)
    visit.open(site / "chapters" / "visit.html")
    part = wide_awake(visit, "tab-tracker")
    visit.page.emulate_media(media="print")
    assert not part.locator(".dt-info").is_visible()
    visit.page.emulate_media(media="screen")
    kind = part.get_by_role("combobox").first
    kind.select_option("contract")
    visit.page.emulate_media(media="print")
    assert part.locator(".dt-info").is_visible() and kind.is_visible()


@pytest.mark.browser
@each_page
def test_tables_fit_the_paper(site, browser, name):
    # A4 less its margins; at most a few pixels of rounding
    visit = browser.visit(viewport={"width": 700, "height": 1000})
    visit.open(site / name)
    visit.page.emulate_media(media="print")
    wide = visit.page.evaluate(
        """(figures) => [...document.querySelectorAll(figures)]
            .filter(f => f.querySelector('table').scrollWidth > f.clientWidth + 4)
            .map(f => `${f.id}: ${f.querySelector('table').scrollWidth} in ${f.clientWidth}`)""",
        TABLE,
    )
    assert not wide, f"{name}: {wide}"


@pytest.mark.browser
def test_a_table_is_searched(site, browser):
    visit = browser.visit(viewport=DESK)
    visit.open(site / "chapters" / "visit.html")
    part = wide_awake(visit, "tab-tracker")
    part.get_by_label("Search").focus()
    visit.page.keyboard.type("Kashagan")
    assert shown(part, 1) == ["Transit of Kashagan oil"]
    visit.page.keyboard.type("x")
    assert "No row fits" in part.locator("tbody").inner_text()


@pytest.mark.browser
def test_a_table_is_whole_without_javascript(site, browser):
    visit = browser.visit(viewport=PHONE, java_script_enabled=False)
    visit.open(site / "chapters" / "visit.html")
    part = visit.page.locator(f"{TABLE}#tab-tracker")
    assert part.locator("tbody tr").count() > 50 and part.locator("select").count() == 0
    assert part.locator("tbody tr").last.is_visible()


@pytest.mark.browser
def test_what_goes_wrong_is_noticed(browser):
    visit = browser.visit()
    visit.page.set_content(
        "<img src='http://example.org/a.png'><script>console.error('oh'); nothing()</script>"
    )
    visit.page.wait_for_timeout(200)
    problems = " ".join(visit.problems)
    for wanted in ("another host: http://example.org/a.png", "console error: oh", "page error"):
        assert wanted in problems, problems


# --- what the files say ----------------------------------------------------------------------


@each_page
def test_links_lead_somewhere(site, name):
    path = site / name
    broken = []
    for tag in book.soup(path).find_all(href=True):
        address = urlsplit(tag["href"])
        if address.scheme or address.netloc or tag["href"] in ("", "#"):
            continue
        target = (path.parent / unquote(address.path)).resolve() if address.path else path
        if not target.is_file() or (
            address.fragment
            and target.suffix == ".html"
            and unquote(address.fragment) not in book.anchors(target)
        ):
            broken.append(tag["href"])
    assert not broken, f"{name} links to nothing: {sorted(set(broken))}"


@each_page
def test_page_names_no_other_host(site, name):
    # Links for people may leave the book; what a browser loads may not.
    foreign = []
    loading = ["script", "link", "img", "iframe", "source", "video"]
    for tag in book.soup(site / name).find_all(loading):
        for attribute in ("src", "href", "srcset", "data"):
            value = tag.get(attribute, "")
            if re.match(r"(?:https?:)?//", value) and "canonical" not in tag.get("rel", []):
                foreign.append(value)
    assert not foreign, f"{name} loads {foreign}"
    inline = book.soup(site / name).find_all("script", src=False, type=False)
    scripts = " ".join(script.get_text() for script in inline)
    hosts = set(re.findall(r"https?://[\w.-]+", scripts)) - {"http://www.w3.org"}
    assert not hosts, f"{name}: a script names {hosts}"


@each_page_with_figures
def test_every_figure_can_be_taken_away(site, name):
    for figure in book.soup(site / name).select(FIGURE):
        links = {
            Path(urlsplit(a["href"]).path).suffix: site / Path(name).parent / a["href"]
            for a in figure.select("a[href]")
            if not urlsplit(a["href"]).scheme
        }
        for kind in (".csv", ".svg", ".png"):
            assert kind in links, f"{name}: {figure['id']} has no {kind[1:].upper()} to download"
            assert links[kind].is_file(), f"{name}: {links[kind]} is missing"
            assert links[kind].stat().st_size > 30, f"{name}: {links[kind]} is empty"


@each_page_with_figures
def test_every_figure_is_complete(site, name):
    for figure in book.soup(site / name).select(FIGURE):
        where = f"{name}: {figure['id']}"
        caption = figure.select_one("figcaption")
        assert caption and re.search(r"\d", caption.select_one(".caption-number").get_text()), where
        assert len(caption.get_text().split()) > 4, f"{where}: the caption states no finding"
        image = figure.select_one("[role=img]")
        assert image and len(image.get("aria-label", "").split()) > 5, f"{where}: no description"
        assert figure.select_one(".caspian-source a[href^=http]"), f"{where}: no linked source"
        assert figure.select_one("details table tbody tr"), f"{where}: no data table"
        assert figure.select_one(f"a.headerlink[href='#{figure['id']}']"), f"{where}: no permalink"


@each_page
def test_ids_are_unique(site, name):
    ids = [tag["id"] for tag in book.soup(site / name).find_all(id=True)]
    twice = {i for i in ids if ids.count(i) > 1}
    assert not twice, f"{name}: {sorted(twice)}"
