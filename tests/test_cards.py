"""Documents as cards: what is published, what the page says, and as readers meet it."""

from __future__ import annotations

from functools import cache

import folded
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from folded import PHONE, caption, choose

from caspian.claims.verdicts import SYMBOL
from caspian.models.agreements import FATE
from openbook import publish, tables
from openbook.cards import Mark, cards
from openbook.site import lists
from openbook.testing import book

PAGE = "chapters/visit.html"
TRACKER = "#tab-tracker"
CARD = f"{TRACKER} details.ob-item"
NASTY = "<script>alert('x')</script> & \"q\""


@cache
def page() -> BeautifulSoup:
    return book.soup(book.HTML / PAGE)


def documents() -> pd.DataFrame:
    """The papers in the page's order: the latest first."""
    return tables.load("agreements").sort_values("signed", ascending=False, kind="stable")


@pytest.fixture
def visit(site, browser):
    return folded.opened(browser, site / PAGE)


def shown(visit) -> list[str]:
    return visit.page.locator(f"{CARD}:visible .ob-item-head").all_inner_texts()


# --- what is published ----------------------------------------------------------------------------

MARKS = {"good": Mark("●", "#2e7d46", "going well"), "gone": Mark("○", "#808080", "gone")}


def small(**changed):
    rows = pd.DataFrame(
        {
            "key": ["a_1", "b_2"],
            "title": [NASTY, "Second"],
            "state": ["gone", "good"],
            "on": ["2024-03-11", None],
            "kind": [NASTY, None],
            "source": ["article_202403", "article_202403"],
        }
    )
    labels = {"title": "Title", "state": "State", "kind": "Kind", "on": "On", "source": "Source"}
    said = {"title": "Two rows", "subtitle": "Of a test", "labels": labels, "dates": ["on"]}
    asked = {"head": "title", "status": "state", "marks": MARKS, "line": ["on"], "key": "key"}
    asked |= {"filters": ["state", "kind"]}
    return cards(rows, name="tab-small", **(said | asked | changed))


def small_page() -> BeautifulSoup:
    return BeautifulSoup(lists.cards_html(small().bundle), "html.parser")


def test_a_state_without_a_mark_is_refused():
    with pytest.raises(ValueError, match=r"tab-small: no mark for \['gone'\]"):
        small(marks={"good": MARKS["good"]})


def test_what_a_card_shows_has_a_label():
    with pytest.raises(ValueError, match=r"tab-small: \['key'\] has no label"):
        small(line=["key"])


def test_cards_are_taken_away_as_the_table_that_they_are():
    text = publish.csv_text(small().bundle)
    assert text.splitlines()[0] == "title,state,kind,on,source"
    assert text.splitlines()[2] == "Second,going well,,,article_202403"


def test_texts_are_never_markup():
    soup = small_page()
    assert not soup.find("script")
    assert soup.select_one(".ob-item-head").get_text() == NASTY.replace("'", "’")
    assert soup.select_one("dd").get_text() == NASTY.replace("'", "’")
    assert soup.select_one("[data-item]")["data-kind"] == NASTY


def test_a_card_has_its_sign_its_words_its_day_and_a_link_to_itself():
    first, second = small_page().select("details[data-item]")
    line = first.select_one(".ob-item-line").get_text()
    assert (first["id"], second["id"]) == ("tab-small-a-1", "tab-small-b-2")
    assert first.select_one(".ob-mark").get_text() == "○" and line == "gone · 11 March 2024"
    assert second.select_one(".ob-item-line").get_text() == "going well"
    assert first.select_one("a[href='#tab-small-a-1']")
    assert [dt.get_text() for dt in second.select("dt")] == ["Source"]  # empty cells say nothing


def test_the_filter_counts_and_keeps_the_order_of_the_marks():
    options = {f["name"]: f["options"] for f in lists.filters(small().bundle)}
    assert options["state"] == [("going well", "going well (1)"), ("gone", "gone (1)")]
    assert (lists.UNFILLED, f"{lists.UNFILLED} (1)") in options["kind"]


# --- what the page says ---------------------------------------------------------------------------


def test_every_document_is_a_card_with_state_kind_and_sources(site):
    rows = documents()
    found = page().select(CARD)
    ids = [f"tab-tracker-{key.replace('_', '-')}" for key in rows["agreement"]]
    assert [card["id"] for card in found] == ids
    for card, row in zip(found, rows.to_dict("records"), strict=True):
        assert card.select_one(".ob-item-head").get_text() == row["title"].replace("'", "’")
        assert card["data-legal_kind"] == row["legal_kind"]
        assert card.summary.b.get_text() == card["data-status"], card["id"]
        assert len(card.select("dd a[href^=http]")) >= row["source"].count(";") + 1 or (
            not all(tables.source(key).url for key in row["source"].split(";"))
        ), card["id"]


def test_one_fate_has_one_sign_but_what_is_still_carried_out(site):
    signs: dict[str, set[str]] = {}
    for card, status in zip(page().select(CARD), documents()["status"], strict=True):
        sign = card.select_one(".ob-mark").get_text()
        signs.setdefault(FATE[status], set()).add(sign)
    assert signs == {
        "carried out": {"■", "▣"},
        "ended": {"▷"},
        "mentioned": {"▤"},
        "field active": {"▨"},
        "too recent": {"…"},
        "no trace": {"□"},
    }
    assert not set.union(*signs.values()) & set(SYMBOL.values())  # those are the verdicts'


def test_the_papers_of_the_day_are_cards_without_a_filter(site):
    nine = tables.load("agreements").query("in_azerbaijani_list == True")
    part = page().select_one("#tab-nine")
    titles = [title.replace("'", "’") for title in nine["title"]]
    assert [c.get_text() for c in part.select(".ob-item-head")] == titles
    assert not part.select("form")


# --- as readers meet it ---------------------------------------------------------------------------


@pytest.mark.browser
def test_cards_are_filtered_with_the_keyboard_and_the_address_keeps_it(visit):
    rows = documents()
    assert len(shown(visit)) == len(rows) and caption(visit) == f"All {len(rows)} documents."
    choose(visit, "legal_kind", "contract")
    contracts = rows[rows["legal_kind"] == "contract"]
    assert shown(visit) == list(contracts["title"])
    choose(visit, "status", "being")
    both = contracts[contracts["status"] == "being_carried_out"]
    assert shown(visit) == list(both["title"]) and 0 < len(both) < len(contracts)
    assert caption(visit) == (
        f"Filtered: status “being carried out”, kind “contract”. "
        f"{len(both)} of {len(rows)} documents."
    )
    assert visit.page.url.endswith("?status=being+carried+out&legal_kind=contract")
    visit.page.reload()
    assert shown(visit) == list(both["title"])
    visit.page.locator(".ob-filter button[type=reset]").click()
    visit.page.wait_for_function(f"!document.querySelector('{CARD}[hidden]')")
    assert not visit.problems, visit.problems


@pytest.mark.browser
def test_cards_are_searched_in_what_is_folded_too(visit):
    search = visit.page.locator(".ob-filter input")
    search.focus()
    visit.page.keyboard.type("kashagan oil")
    assert shown(visit) == ["Transit of Kashagan oil"]
    search.fill("seafarers'")
    assert shown(visit) == ["Mutual recognition of seafarers’ diplomas"]
    search.fill("seafarers' x")
    assert shown(visit) == [] and caption(visit).startswith("Filtered: search “seafarers' x”. 0 of")
    search.fill("QazaqGaz")
    assert 1 <= len(shown(visit)) < 5


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_a_link_to_a_card_opens_it_whatever_the_filter_says(site, browser, viewport):
    wanted = "tab-tracker-2024-joint-fund"
    visit = folded.opened(browser, site / PAGE, f"?legal_kind=treaty#{wanted}", viewport=viewport)
    card = visit.page.locator(f"#{wanted}")
    assert card.get_attribute("open") is not None and card.locator("dl").is_visible()
    assert len(shown(visit)) == len(documents())
    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= viewport["width"]


@pytest.mark.browser
def test_cards_are_whole_without_javascript(site, browser):
    visit = folded.opened(browser, site / PAGE, java_script_enabled=False, viewport=PHONE)
    assert len(shown(visit)) == len(documents())
    assert not visit.page.locator(".ob-filter").is_visible()
    first = visit.page.locator(CARD).first
    first.locator("summary").click()
    assert first.locator("dd").first.is_visible()


@pytest.mark.browser
def test_paper_shows_the_cards_open(visit):
    visit.page.emulate_media(media="print")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert visit.page.locator(f"{CARD}[open]").count() == len(documents())
    assert not visit.page.locator(".ob-filter").is_visible()
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert visit.page.locator(f"{CARD}[open]").count() == 0
