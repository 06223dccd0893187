"""The search finds places by words and numbers, leads to them, and weighs nothing elsewhere."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from openbook.testing import book
from openbook.testing.browser import Chromium, Visit

pytestmark = [pytest.mark.site, pytest.mark.browser]

MOST = 220_000  # bytes, compressed: all that a search loads
FACTS = {  # quoted numbers, as they are now
    f["name"]: f
    for f in (
        json.loads((book.HTML / "_data" / "facts.json").read_text("utf-8"))
        if (book.HTML / "_data" / "facts.json").is_file()
        else []
    )
}

# What is typed, and a place that must be among those shown; several ways to write it
QUERIES: dict[str, tuple[str, ...]] = {
    # names, in five languages, with their letters and without
    "#countries-places-and-people": (
        "Türkiyə", "Turkiya", "Түркия", "Турция", "Қазақстан", "Qazaxistan", "Kazakistan",
        "Азербайджан", "Әзірбайжан", "Азербайжан", "Ozbekistan", "Özbəkistan", "Kırgızistan",
        "Xəzər dənizi", "Xezer denizi", "Каспийское море", "Hazar Denizi", "Aqtau", "Ақтау",
        "Bakı", "Baki", "Bakü", "Баку", "Şuşa", "Susa", "Ələt", "Elet", "Əliyev",
        "Токаев", "Тоқаев", "Naxcivan", "Qırğızıstan",
    ),
    "#term-OTS": ("Organization of Turkic States", "Türk Devletleri Teşkilatı", "OTS"),
    "#term-Middle-Corridor": ("Middle Corridor", "Orta Dəhliz", "Orta dehliz", "Орта дәліз"),
    "#term-SOFAZ": ("State Oil Fund", "sofaz", "ARDNF"),
    "#term-BTC": ("BTC", "btc", "Baku-Tbilisi-Ceyhan"),
    "#term-Concentration": ("HHI", "herfindahl", "Herfindal", "hirschm"),
    "#term-Gravity-model": ("gravity", "gravity model", "gravty model"),
    "#term-Draft": ("draft",),
    # figures and tables by finding, number and name; slips and beginnings
    "#fig-oil-routes": ("fig-oil-routes", "routes of oil exports", "oil expotrs Baku carried"),
    "#fig-outage": ("two of three moorings lost", "moorigns lost"),
    "#what-an-outage-costs": ("outage", "what an outage costs"),
    "#fig-corridor-map": ("Xi'an to Duisburg", "xian duisburg 11,400"),
    "#tab-outlook-sea": ("largest tankers load", "tankers load dredged"),
    "#tab-signposts": ("signposts",),
    # claims, sources, tables of data, pages of the back matter
    "#claim-13": ("claim 13", "transit of Kazakh oil to grow in phases"),
    "#claim-01": ("president visited Azerbaijan on 11 March",),
    "#source-wiki_btk": ("Baku-Tbilisi-Kars railway Wikipedia",),
    "#table-lpi": ("logistics performance index",),
}  # fmt: skip


@pytest.fixture(scope="module")
def searching(chromium: Chromium) -> Iterator[Visit]:
    """The search page, opened from disk once."""
    visit = chromium.visit(viewport={"width": 1280, "height": 900})
    visit.open(book.HTML / "search.html")
    yield visit
    chromium.close()


def found(visit: Visit, text: str) -> list[str]:
    """The addresses of the results, as they stand; `text` is typed."""
    page = visit.page
    page.locator(".ob-find input").fill(text)
    page.locator(".ob-find input").press("Enter")
    page.wait_for_function(
        "(text) => document.querySelector('.ob-find').dataset.asked === text", arg=text
    )
    links: list[str] = page.eval_on_selector_all(
        ".ob-results a", "all => all.map((each) => each.getAttribute('href'))"
    )
    return links


def test_each_query_leads_to_its_place(searching):
    assert not [s for s in searching.scripts if "_search" in s], "loaded before it was asked"
    asked = [(text, anchor) for anchor, texts in QUERIES.items() for text in texts]
    lost = [text for text, anchor in asked if not any(anchor in a for a in found(searching, text))]
    assert not lost
    assert [Path(s).name for s in searching.scripts if "_search" in s] == [
        "places.js", "minisearch.js",
    ]  # fmt: skip
    assert not searching.problems


def test_numbers_are_found_where_they_stand(searching):
    for name in ("five_share", "kmg_2025"):
        fact = FACTS[name]
        text = fact["text"] + ("" if fact["text"].endswith("%") else f" {fact['unit']}")
        assert any(fact["page"] in link for link in found(searching, text)), text
    share = FACTS["five_share"]["text"]
    by_share = found(searching, share)
    assert found(searching, share.replace(".", ",").replace("%", " %")) == by_share
    assert all("7.1" not in link or "%25" in link for link in by_share), "percentages alone"
    freight = found(searching, "4.1 Mt")
    assert any("corridor.html" in link for link in freight)
    assert any("claims.html" in link for link in found(searching, "529"))


def test_what_is_typed_is_answered_in_words_and_groups(searching):
    page = searching.page
    found(searching, "aktau")
    heads = page.locator(".ob-results h2").all_inner_texts()
    assert {head.split(" (")[0] for head in heads} >= {"Names", "Sections", "Figures", "Tables"}
    status = page.locator(".ob-found[role=status]").inner_text()
    assert re.match(r"\d+ \w+, .*\.$", status)
    assert page.locator(".ob-results li").first.locator("mark").count()
    assert parse_qs(urlsplit(page.url).query) == {"q": ["aktau"]}
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('.ob-results a')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.ob-find input')")
    more = page.get_by_role("button", name=re.compile("Show all")).first
    shown = page.locator(".ob-results a").count()
    more.click()
    assert page.locator(".ob-results a").count() > shown
    assert not found(searching, "zzzqqq")
    assert "Try fewer" in page.locator(".ob-found[role=status]").inner_text()
    found(searching, "<b>aktau")
    assert not page.locator(".ob-find b").count()


def ranges(visit: Visit) -> list[str]:
    """The words that are marked on a page."""
    marked: list[str] = visit.page.evaluate(
        "[...(CSS.highlights.get('ob-found') ?? [])].map((range) => range.toString())"
    )
    return marked


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("claim 13", "claims.html#claim-13", "13"),
        ("tankers load dredging", "outlook.html#tab-outlook-sea", "dredging"),
        ("two of three moorings", "energy.html#fig-outage", "moorings"),
        ("Hirschman", "glossary.html#term-Concentration", "Hirschman"),
        ("Баку", "glossary.html#countries-places-and-people", "Baku"),
    ],
)
def test_a_result_opens_its_place_and_marks_the_words(browser, text, place, word):
    visit = browser.visit(viewport={"width": 1280, "height": 900})
    visit.open(book.HTML / "search.html")
    link = next(a for a in found(visit, text) if a.endswith(place.partition("#")[2]))
    visit.page.locator(f'.ob-results a[href="{link}"]').click()
    clear = visit.page.locator(".ob-clear")
    clear.wait_for()
    page, _, name = place.partition("#")
    assert Path(urlsplit(visit.page.url).path).name == page
    assert word in ranges(visit)
    assert visit.page.evaluate("(id) => document.activeElement.closest(`#${id}`) !== null", name)
    seen = visit.page.evaluate(
        """[...CSS.highlights.get("ob-found")].some((range) => {
          const box = range.getBoundingClientRect();
          return box.height && box.top >= 0 && box.bottom <= innerHeight;
        })"""
    )
    assert seen, "the marked words are out of view"
    clear.click()
    assert not ranges(visit) and not clear.count() and "find=" not in visit.page.url
    assert not visit.problems


def test_a_row_that_a_long_table_keeps_back_is_shown(browser):
    visit = browser.visit(viewport={"width": 1280, "height": 900})
    path = book.HTML / "chapters" / "outlook.html"
    visit.open(path)
    name, words, shown = visit.page.evaluate(
        """() => {
          const table = document.querySelector("figure.ob-table:has(.ob-show)");
          const row = table.querySelector("tbody tr:last-child");
          const { words, fold } = openbookWords;
          return [table.id, words(row.textContent).map(fold), row.checkVisibility()];
        }"""
    )
    assert not shown, "the table is no longer cut: another one tells more"
    visit.page.goto(f"{path.as_uri()}?find={'+'.join(words)}#{name}")
    visit.page.locator(".ob-clear").wait_for()
    assert visit.page.locator(f"#{name} tbody tr:last-child").is_visible()


def test_no_other_page_loads_what_the_search_needs(browser):
    visit = browser.visit()
    for name in ("index.html", "chapters/energy.html"):
        visit.open(book.HTML / name)
    loaded = [s for s in visit.scripts if re.search(r"search|language_data|_search/", Path(s).name)]
    assert not loaded and any("openbook-find.js" in s for s in visit.scripts)
    for page in book.HTML.rglob("*.html"):
        assert not re.search(r"searchindex|searchtools|language_data", page.read_text("utf-8"))
    left = ("searchindex.js", "_static/searchtools.js", "_static/language_data.js")
    assert not [name for name in left if (book.HTML / name).exists()]
    visit.page.keyboard.press("/")
    field = visit.page.locator(".ob-search input:focus")
    if field.count():  # the page has a field of its own
        field.fill("aktau")
        field.press("Enter")
    visit.page.wait_for_url("**/search.html*")


def test_it_works_with_storage_blocked_and_says_what_to_do_without_a_script(browser):
    visit = browser.visit()
    visit.page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
          const get = () => { throw new DOMException("blocked", "SecurityError"); };
          Object.defineProperty(window, name, { get });
        }"""
    )
    visit.page.goto((book.HTML / "search.html").as_uri() + "?q=Tengiz")
    visit.page.locator(".ob-results a").first.wait_for()
    plain = browser.visit(java_script_enabled=False)
    plain.open(book.HTML / "search.html")
    says = plain.page.locator(".ob-find noscript, .ob-find").first.inner_text()
    assert "needs JavaScript" in says
    links = plain.page.locator(".ob-find a")
    assert {"Glossary", "References"} <= set(links.all_inner_texts())


def test_the_index_is_small():
    held = [path.read_bytes() for path in (book.HTML / "_search").iterdir()]
    assert sum(len(gzip.compress(each, 9, mtime=0)) for each in held) <= MOST
