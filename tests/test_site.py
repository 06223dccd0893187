"""The built site as readers meet it: opened from disk, in Chromium, with every network cut off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

from openbook.testing import book

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from openbook.testing.browser import Chromium, Visit

FIGURE = "figure.ob-figure"
TABLE = "figure.ob-table"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
DATES = re.compile(r'"temporal"|"timeUnit"|"utc')
COLOURS = re.compile(r'(?:fill|stroke)="[^"]*"')
CHAPTERS = [f"{page.docname}.html" for page in book.chapters() if "/" in page.docname]
ALL_PAGES = sorted(
    path.relative_to(book.HTML).as_posix()
    for path in book.HTML.rglob("*.html")
    if not path.relative_to(book.HTML).parts[0].startswith("_")
)
# tests/test_figure_pages.py looks at the pages and frames of figures; here one stands for all
_OF_FIGURES = [name for name in ALL_PAGES if name.partition("/")[0] in ("figures", "embed")]
ALL_PAGES = [n for n in ALL_PAGES if n not in _OF_FIGURES or n == "figures/oil-routes.html"]
if not ALL_PAGES:
    ALL_PAGES = ["index.html"]  # and the `site` fixture says what to do


# Tests are collected in every process, so what a page has is read without parsing it
_PART = re.compile(r'<figure [^>]*\bclass="ob-(?P<kind>figure|table)[^>]* id="(?P<id>[^"]+)"[^>]*>')
_SPEC = re.compile(
    r'<figure class="ob-figure[^"]*" id="([^"]+)".*?class="ob-spec">(.*?)</script>', re.S
)


@cache
def text_of(path: Path) -> str:
    """A page; "" before the book is built, and then the fixture `site` says what to do."""
    return book.html_of(path) if path.is_file() else ""


@cache
def parts_of(name: str) -> list[re.Match[str]]:
    """The figures and tables of a page."""
    return list(_PART.finditer(text_of(book.HTML / name)))


def figures_of(name: str) -> list[str]:
    """The ids of a page's figures."""
    return [part["id"] for part in parts_of(name) if part["kind"] == "figure"]


def with_figures() -> list[str]:
    return [name for name in ALL_PAGES if figures_of(name)] or ["index.html"]


@cache
def dated_charts(path: Path, size: str) -> list[str]:
    """The ids of a page's figures whose chart of a size ("wide" or "narrow") has dates."""
    specs = {name: json.loads(of) for name, of in _SPEC.findall(text_of(path))}
    shown = {name: of.get(size, of["wide"]) for name, of in specs.items()}
    return [name for name, spec in shown.items() if DATES.search(json.dumps(spec))]


def with_dates() -> list[str]:
    """The pages with dates on their charts."""
    return [name for name in with_figures() if dated_charts(book.HTML / name, "wide")]


each_page = pytest.mark.parametrize("name", ALL_PAGES)
each_page_with_figures = pytest.mark.parametrize("name", with_figures())


def draw_all(visit, name: str) -> None:
    """Scroll to every figure and wait until its chart is drawn."""
    for figure in figures_of(name):
        part = visit.page.locator(f"{FIGURE}#{figure}")
        part.scroll_into_view_if_needed()
        chart = part.locator(".ob-live svg").first
        try:
            chart.wait_for(state="visible")
        except Exception:
            pytest.fail(f"{name}: {figure} was not drawn; {visit.problems or 'no error shown'}")
        marks = chart.locator("path, rect, line, text, circle").count()
        assert marks > 3, f"{name}: the chart of {figure} is empty"


# --- what a browser shows --------------------------------------------------------------------


# The ways in which every page is opened, once each; the timezones must make no difference
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": DESK, "timezone_id": "UTC"},
    "dark": {"color_scheme": "dark", "viewport": DESK, "timezone_id": "Asia/Baku"},
    "phone": {
        "viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2,
        "timezone_id": "America/Los_Angeles",
    },
    "plain": {"viewport": DESK, "java_script_enabled": False},
}  # fmt: skip
# What the charts with dates say, by page, form and figure: from each timezone the first time
_said: dict[tuple[str, str], dict[str, Said]] = {}


@dataclass(frozen=True)
class Said:
    """The texts of a live chart, and the whole drawing without its colours."""

    texts: list[str]
    drawing: str


@dataclass(frozen=True)
class Opened:
    """A page in the browser with every chart drawn, shared by the tests that look at it.

    `said` is what its charts with dates say.
    """

    name: str
    way: str
    visit: Visit
    said: dict[str, Said]

    @property
    def page(self) -> Page:
        return self.visit.page


def read_charts(visit: Visit, path: Path, size: str) -> dict[str, Said]:
    """What the drawn charts with dates say: those that a page has in a size."""
    said = {}
    for name in dated_charts(path, size):
        chart = visit.page.locator(f"#{name} .ob-live svg").first
        drawing = COLOURS.sub("", chart.inner_html())
        said[name] = Said(chart.locator("text").all_text_contents(), drawing)
    return said


def open_in(chromium: Chromium, name: str, way: str, **changes: Any) -> Opened:
    """Open a page in a way; it stays open until its browser's context is closed."""
    visit = chromium.visit(**{**WAYS[way], **changes})
    visit.open(book.HTML / name)
    if way == "plain":
        return Opened(name, way, visit, {})
    draw_all(visit, name)
    size = "narrow" if way == "phone" else "wide"
    return Opened(name, way, visit, read_charts(visit, book.HTML / name, size))


@pytest.fixture(scope="module")
def opened(site, chromium, request) -> Iterator[Opened]:
    page = open_in(chromium, *request.param)
    if page.way == "light":
        _said[page.name, "wide"] = page.said
    chromium.contexts.remove(page.page.context)  # closed here, not after each test
    yield page
    page.page.context.close()


def in_utc(chromium: Chromium, name: str, size: str) -> dict[str, Said]:
    """What a page's charts with dates say in UTC."""
    if (name, size) not in _said:
        way = "phone" if size == "narrow" else "light"
        there = open_in(chromium, name, way, timezone_id="UTC")
        _said[name, size] = there.said
        chromium.close()
    return _said[name, size]


def ways(*chosen: str, names: list[str] = ALL_PAGES):
    """Parametrize a test with pages opened in some ways, without a second opening."""
    cases = [(name, way) for name in names for way in chosen]
    return pytest.mark.parametrize("opened", cases, ids="-".join, indirect=True, scope="module")


# What is to be seen of each figure: the drawings that stand there, charts and controls
_SEEN = """kind => [...document.querySelectorAll(kind)].map(figure => {
    const seen = selector => [...figure.querySelectorAll(selector)].filter(
        part => part.checkVisibility() && part.getClientRects().length);
    const sizes = seen(".ob-static :is(svg, img)").map(svg => svg.getBoundingClientRect());
    return {
        id: figure.id,
        drawings: sizes.map(size => [size.width, size.height]),
        charts: seen(".ob-live svg").length,
        controls: seen("input").length,
    };
})"""


@pytest.mark.browser
@ways("light", "dark")
def test_page_opens_and_draws(opened):
    name, scheme, visit = opened.name, opened.way, opened.visit
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


@pytest.mark.browser
@ways("light", "dark", names=with_figures())
def test_a_figure_follows_the_readers_mode(opened):
    # The reader changes the mode on the page: the ink of the charts changes with it.
    page = opened.page
    label = "document.querySelector('.ob-live svg [class*=role-axis] text')"
    ink = f"() => getComputedStyle({label}).fill"
    other = {"light": "dark", "dark": "light"}[opened.way]
    before = page.evaluate(ink)
    page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", other)
    page.wait_for_function(f"before => ({ink})() !== before", arg=before)
    page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", opened.way)


@pytest.mark.browser
@ways("light", "dark", names=with_figures())
def test_paper_shows_the_drawings(opened):
    opened.page.emulate_media(media="print")
    try:
        figures = opened.page.evaluate(_SEEN, FIGURE)
    finally:
        opened.page.emulate_media(media="screen")
    assert [figure["id"] for figure in figures] == figures_of(opened.name)
    for figure in figures:
        where = f"{opened.name}: {figure['id']}"
        assert len(figure["drawings"]) == 1, f"{where} prints {len(figure['drawings'])} drawings"
        assert not figure["charts"] and not figure["controls"], f"{where} prints what can't move"


def test_the_book_has_sliders(site):
    found = [book.soup(site / name).select("input[type=range]") for name in ALL_PAGES]
    assert sum(map(len, found)) > 1


BACK = "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }"


@pytest.mark.browser
@ways("light", names=with_figures())
def test_sliders_move_their_chart(opened):
    name, visit = opened.name, opened.visit
    for figure in figures_of(name):
        part = visit.page.locator(f"{FIGURE}#{figure}")
        for fold in part.locator("details.ob-more-controls > summary").all():
            fold.click()
        for slider in part.locator("input[type=range]").all():
            chart = part.locator(".ob-live svg").first
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
                    ".querySelector('.ob-live svg').innerHTML !== was",
                    arg=[figure, drawn],
                )
            except Exception:
                pytest.fail(f"{name}: a slider of {figure} changes nothing in the chart")
            slider.evaluate(BACK, was)  # each alone: where a ship is empty its costs move nothing
    assert not visit.problems, f"{name}: {visit.problems}"


@pytest.mark.browser
@ways("dark", "phone", names=with_dates())
def test_a_chart_says_the_same_in_every_timezone(opened, chromium):
    size = "narrow" if opened.way == "phone" else "wide"
    for name, said in opened.said.items():
        utc = in_utc(chromium, opened.name, size)[name]
        assert said.texts == utc.texts, f"{opened.name}: {name} says other words"
        assert said.drawing == utc.drawing, f"{opened.name}: {name} is drawn otherwise"


def test_the_book_has_charts_with_dates(site):
    assert len(with_dates()) > 1


@pytest.mark.browser
@ways("phone")
def test_page_fits_a_phone(opened):
    page, most = opened.page, PHONE["width"]
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    width = page.evaluate("document.scrollingElement.scrollWidth")
    if width > most:
        wide = page.evaluate(
            """(most) => [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > most)
                .slice(0, 5).map(e => `${e.tagName}.${e.className} ${e.id}`)""",
            most,
        )
        pytest.fail(f"{opened.name} is {width} px wide on a phone of {most}: {wide}")
    assert not opened.visit.problems, f"{opened.name}: {opened.visit.problems}"


@pytest.mark.browser
@ways("plain", names=with_figures())
def test_figures_show_without_javascript(opened):
    for viewport in (PHONE, DESK):
        opened.page.set_viewport_size(viewport)
        figures = opened.page.evaluate(_SEEN, FIGURE)
        assert [figure["id"] for figure in figures] == figures_of(opened.name)
        for figure in figures:
            shown, where = figure["drawings"], f"{opened.name}: {figure['id']}"
            assert len(shown) == 1, f"{where} shows {len(shown)} drawings"
            assert shown[0][0] > 200 and shown[0][1] > 60, f"{where}: {shown}"
    assert not opened.visit.problems, f"{opened.name}: {opened.visit.problems}"


@pytest.mark.browser
@ways("plain", names=CHAPTERS)
def test_a_phone_leads_from_chapter_to_chapter(opened):
    page = opened.page
    page.set_viewport_size(PHONE)
    names = [f"{page.docname}.html" for page in book.pages()]
    at = names.index(opened.name)
    for kind, other in (("left-prev", at - 1), ("right-next", at + 1)):
        link = page.locator(f".prev-next-area a.{kind}")
        place = link.bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= PHONE["width"]
        assert link.evaluate("a => a.href") == (book.HTML / names[other]).as_uri()
    assert page.locator(".ob-takeaway a").first.is_visible()


_TOOLS = re.compile(r'<form class="ob-tools" [^>]*data-columns="([^"]*)".*?</form>', re.S)


def chosen_tables(name: str) -> dict[str, list[int]]:
    """The tables of a page that readers can sort and filter, each with its columns to filter."""
    found, parts, text = {}, parts_of(name), text_of(book.HTML / name)
    for form in _TOOLS.finditer(text):
        keys = form[1].split()
        table = [part["id"] for part in parts if part.start() < form.start()][-1]
        found[table] = [keys.index(key) for key in re.findall(r'<select name="([^"]*)"', form[0])]
    return found


def folded_tables(name: str) -> list[str]:
    """The tables of a page that are closed until a reader opens them."""
    fold = re.compile(r'<figure [^>]* id="([^"]+)"[^>]*>\s*<details class="ob-folded">')
    return fold.findall(text_of(book.HTML / name))


def open_fold(part) -> None:
    """Open a table that is folded, with the keyboard."""
    fold = part.locator("details.ob-folded:not([open]) > summary")
    if fold.count():
        fold.focus()
        part.page.keyboard.press("Enter")


def wide_awake(visit, table: str):
    """Scroll to a table and wait until it can be sorted; the part of the page that it is."""
    part = visit.page.locator(f"{TABLE}#{table}")
    part.scroll_into_view_if_needed()
    open_fold(part)
    part.locator(".ob-sort").first.wait_for(state="visible")
    return part


def shown(part, column: int) -> list[str]:
    """What a column shows, row by row; a date by its ISO form. More rows may be one click away."""
    return part.locator(f"tbody tr:not([hidden]) td:nth-child({column + 1})").evaluate_all(
        "cells => cells.map(c => c.querySelector('time')?.dateTime ?? c.textContent.trim())"
    )


def test_the_book_has_tables_to_filter(site):
    found = {table for name in ALL_PAGES for table in chosen_tables(name)}
    assert {"tab-fleet", "tab-production", "tab-conditions"} <= found


@pytest.mark.browser
@ways("light", names=[name for name in ALL_PAGES if chosen_tables(name)] or ["index.html"])
def test_tables_are_filtered_with_the_keyboard(opened):
    name, visit = opened.name, opened.visit
    for table, columns in chosen_tables(name).items():
        part = wide_awake(visit, table)
        for column, select in zip(columns, part.locator("select").all(), strict=True):
            rows = shown(part, column)
            select.focus()
            visit.page.keyboard.press("ArrowDown")
            wanted = select.input_value()
            assert wanted and shown(part, column) == [v for v in rows if v == wanted]
            count = part.locator("output").inner_text()
            some = "" if rows.count(wanted) == len(rows) else f"{rows.count(wanted)} of "
            assert count == f"{some}{len(rows)} rows"
            visit.page.keyboard.press("Home")
            assert shown(part, column) == rows, f"{table}: the choice can't be taken back"
    assert not visit.problems, f"{name}: {visit.problems}"


# Page, table, columns and what sorts each: dates (some cells are empty), text, numbers
SORTED = {
    "chapters/methods.html": {
        "tab-fleet": {1: str.casefold, 2: str},
        "tab-production": {1: str, 2: lambda text: float(text.replace(",", ""))},
        "tab-conditions": {2: str},
    },
}


@pytest.mark.browser
@ways("light", names=list(SORTED))
def test_a_table_is_sorted_with_the_keyboard(opened):
    for table, columns in SORTED[opened.name].items():
        part = wide_awake(opened.visit, table)
        for column, key in columns.items():
            head = part.locator("thead th").nth(column)
            head.get_by_role("button").focus()
            for direction, backwards in (("ascending", False), ("descending", True)):
                opened.page.keyboard.press("Enter")
                expect(head).to_have_attribute("aria-sort", direction)
                values = [value for value in shown(part, column) if value != "–"]
                assert values == sorted(values, key=key, reverse=backwards), (table, column)
                assert len(set(values)) > 5, (table, column)


@pytest.mark.browser
@ways("light", names=["chapters/methods.html"])
def test_a_table_is_searched_and_a_filtered_one_says_so_on_paper(opened):
    page, part = opened.page, wide_awake(opened.visit, "tab-fleet")
    rows, search = shown(part, 1), part.get_by_label("Search")
    whole = part.locator("tbody tr:not([hidden])").all_text_contents()
    search.focus()
    page.keyboard.type("(Azerbaijan)")
    found = part.locator("tbody tr:not([hidden])").all_text_contents()
    assert found == [row for row in whole if "(Azerbaijan)" in row] and 1 < len(found) < len(rows)
    page.keyboard.type("x")
    assert "No row fits" in part.locator("output").inner_text()
    search.fill("")
    assert shown(part, 1) == rows
    page.emulate_media(media="print")
    assert not part.locator("output").is_visible()
    page.emulate_media(media="screen")
    kind = part.get_by_role("combobox").first
    kind.select_option("KazMunayGas")
    page.emulate_media(media="print")
    assert part.locator("output").is_visible() and kind.is_visible()
    page.emulate_media(media="screen")
    kind.select_option(index=0)
    assert shown(part, 1) == rows


# The words of tables that stand on two lines, each with its table
BROKEN_WORDS = r"""() => [...document.querySelectorAll('table')].flatMap(table => {
  const words = [], walk = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, range = document.createRange();
    if (!text.parentElement.checkVisibility()) continue;
    for (const word of text.data.matchAll(/[\p{L}\p{N}]+/gu)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = [...range.getClientRects()].filter(box => box.width > 0);
      if (new Set(lines.map(box => Math.round(box.top))).size > 1) words.push(word[0]);
    }
  }
  const place = table.closest('figure')?.id || 'a table';
  return words.length ? [`${place} breaks ${words.slice(0, 5)}`] : [];
})"""


@pytest.mark.browser
@ways("light")
def test_tables_fit_the_paper(opened):
    # A4 less its margins; at most a few pixels of rounding
    page = opened.page
    page.set_viewport_size({"width": 700, "height": 1000})
    page.emulate_media(media="print")
    wide = page.evaluate(
        """(figures) => [...document.querySelectorAll(figures)]
            .filter(f => f.querySelector('table').scrollWidth > f.clientWidth + 4)
            .map(f => `${f.id}: ${f.querySelector('table').scrollWidth} in ${f.clientWidth}`)""",
        f"{TABLE}:has(table)",  # cards have none
    )
    broken = page.evaluate(BROKEN_WORDS)
    page.emulate_media(media="screen")
    page.set_viewport_size(DESK)
    assert not wide, f"{opened.name}: {wide}"
    assert not broken, f"{opened.name}: {broken}"


# Scrolls a table to its end: how far, where its first cells and the table's box stand, what is
# behind the first cell, and whether the box has a shade for what is hidden
_SCROLLED = """table => {
    const box = table.parentElement, cells = [...table.rows].map(row => row.cells[0]);
    const shades = getComputedStyle(box).backgroundImage.split("linear-gradient").length - 1;
    box.scrollLeft = box.scrollWidth;
    const lefts = cells.map(cell => cell.getBoundingClientRect().left);
    const behind = getComputedStyle(cells.at(-1)).backgroundColor;
    const at = [box.scrollLeft, box.getBoundingClientRect().left, lefts, behind, shades];
    box.scrollLeft = 0;
    return at;
}"""


@pytest.mark.browser
@ways("phone", names=["chapters/energy.html"])
def test_a_wide_table_scrolls_beside_its_first_column(opened):
    table = opened.page.locator(f"{TABLE}#tab-backtest table")
    far, box, lefts, behind, shades = table.evaluate(_SCROLLED)
    assert far > 100, "the table fits: choose a wider one here"
    assert all(abs(left - box) <= 1 for left in lefts)
    assert behind.startswith("rgb("), f"{behind}: what scrolls would shine through"
    assert shades == 4


@pytest.mark.browser
@ways("plain", names=["chapters/methods.html"])
def test_a_table_is_whole_without_javascript(opened):
    opened.page.set_viewport_size(PHONE)
    part = opened.page.locator(f"{TABLE}#tab-level-changes")
    assert 40 > part.locator("tbody tr").count() > 15 and not part.get_by_role("combobox").count()
    assert part.locator("tbody tr").last.is_visible()
    longer = opened.page.locator(f"{TABLE}#tab-conditions")
    assert longer.get_by_role("link", name="All rows as CSV").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("name", [name for name in ALL_PAGES if folded_tables(name)])
def test_a_folded_table_opens_by_key_and_by_link_and_is_on_paper(site, browser, name, javascript):
    visit = browser.visit(java_script_enabled=javascript)
    page, tables = visit.page, folded_tables(name)
    visit.open(site / name)
    rows_or_link = "tbody tr" if javascript else ":is(tbody tr, .ob-folded > .ob-later a)"
    if javascript:
        visit.fetch_all()
    for table in tables:
        part = page.locator(f"{TABLE}#{table}")
        rows = part.locator(rows_or_link)
        assert not rows.last.is_visible(), f"{table} is open"
        head = part.locator("summary").first
        assert "Table" in head.inner_text()
        assert f"{rows.count()} rows" in head.inner_text() or not javascript
        page.emulate_media(media="print")
        assert rows.last.is_visible(), f"{table} is not on paper"
        page.emulate_media(media="screen")
        open_fold(part)
        assert rows.last.is_visible(), f"{table} stays closed"
        head.press("Enter")
        assert not rows.last.is_visible()
    # A reference of the text, once and again; then an address that came from elsewhere
    for link in page.locator(f"p a[href='#{tables[0]}']").all() * 2:
        link.click()
        part = page.locator(f"{TABLE}#{tables[0]}")
        expect(part.locator(rows_or_link).last).to_be_visible(visible=javascript)
        part.locator("details.ob-folded").evaluate("fold => { fold.open = false; }")
    page.goto("about:blank")
    page.goto(f"{(site / name).as_uri()}#{tables[-1]}")
    part = page.locator(f"{TABLE}#{tables[-1]}")
    expect(part.locator(rows_or_link).last).to_be_visible(visible=javascript)
    assert abs(part.bounding_box()["y"]) < 300, f"the link does not lead to {tables[-1]}"
    assert not visit.problems


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
    if name.startswith("figures/"):  # whose parts stand apart: tests/test_figure_pages.py
        return
    for figure in book.soup(site / name).select(FIGURE):
        where = f"{name}: {figure['id']}"
        caption = figure.select_one("figcaption")
        assert caption and re.search(r"\d", caption.select_one(".caption-number").get_text()), where
        assert len(caption.get_text().split()) > 4, f"{where}: the caption states no finding"
        image = figure.select_one("[role=img]")
        assert image and len(image.get("aria-label", "").split()) > 5, f"{where}: no description"
        assert figure.select_one(".ob-source a[href^=http]"), f"{where}: no linked source"
        assert figure.select_one("details table tbody tr"), f"{where}: no data table"
        assert figure.select_one(f"a.headerlink[href='#{figure['id']}']"), f"{where}: no permalink"


@each_page
def test_ids_are_unique(site, name):
    ids = [tag["id"] for tag in book.soup(site / name).find_all(id=True)]
    twice = {i for i in ids if ids.count(i) > 1}
    assert not twice, f"{name}: {sorted(twice)}"
