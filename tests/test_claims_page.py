"""The Claims page as readers meet it: filtered by keyboard, linked to, printed, without script."""

from __future__ import annotations

import re
from functools import cache

import book
import pytest
from bs4 import BeautifulSoup

from caspian import tables
from caspian.models.claims import Verdict

PAGE = "chapters/claims.html"
CLAIM = "details.caspian-claim"
PHONE = {"width": 360, "height": 740}


@cache
def page() -> BeautifulSoup:
    return book.soup(book.HTML / PAGE)


def opened(browser, site, fragment: str = "", **settings):
    visit = browser.visit(**settings)
    visit.page.goto((site / PAGE).as_uri() + fragment, wait_until="load")
    return visit


@pytest.fixture(scope="module")
def ledger(site, chromium):
    """The page, opened once; `visit` is what a test gets of it."""
    visit = opened(chromium, site)
    context = visit.page.context
    chromium.contexts.remove(context)  # closed here, not after each test
    yield visit
    context.close()


@pytest.fixture
def visit(ledger):
    """The page with nothing chosen, nothing open and no claim in its address."""
    page = ledger.page
    page.locator(".caspian-filter button[type=reset]").click()
    page.evaluate(
        """selector => {
            history.replaceState(null, "", location.pathname);
            document.querySelectorAll(selector).forEach(claim => { claim.open = false; });
            scrollTo(0, 0);
        }""",
        CLAIM,
    )
    page.wait_for_function(f"document.querySelectorAll('{CLAIM}[hidden]').length === 0")
    return ledger


def shown(visit) -> int:
    return visit.page.locator(f"{CLAIM}:visible").count()


def choose(visit, name: str, word: str) -> None:
    """Choose from a list as a keyboard does: focus it and type the word's beginning."""
    visit.page.locator(f".caspian-filter select[name={name}]").focus()
    visit.page.keyboard.type(word)
    visit.page.keyboard.press("Tab")


# --- what the file says ---------------------------------------------------------------------------


def test_every_claim_has_a_stable_anchor_and_a_link(site):
    ids = [claim["id"] for claim in page().select(CLAIM)]
    assert ids == [f"claim-{c[1:]}" for c in tables.load("claims")["claim"]]
    for claim in page().select(CLAIM):
        assert claim.select_one(f"a[href='#{claim['id']}']"), claim["id"]


def test_every_claim_shows_rule_figures_sources_and_both_verdicts(site):
    words = {str(v) for v in Verdict}
    for claim in page().select(CLAIM):
        assert {claim["data-then"], claim["data-now"]} <= words, claim["id"]
        verdicts = claim.select("summary .caspian-verdict")
        assert [v.get_text().split(" ", 1)[1] for v in verdicts] == [
            claim["data-then"],
            claim["data-now"],
        ]
        assert claim.find("dt", string="Rule").find_next("dd").get_text().strip()
        assert not re.search(r"[{}]", claim.get_text()), claim["id"]
        assert len(claim.select("section")) == 2
        if claim["data-now"] != Verdict.OPEN:
            assert claim.select("tbody a[href^=http]"), f"{claim['id']}: no linked source"


def test_an_opinion_shows_what_is_measured_beside_it(site):
    for claim in page().select(f"{CLAIM}[data-now=opinion]"):
        assert claim.find("dt", string="Measured beside it"), claim["id"]


def test_a_claim_leads_to_its_chapters_figure(site):
    for claim, row in zip(
        page().select(CLAIM), tables.load("claims").to_dict("records"), strict=True
    ):
        address = f"chapters/{row['chapter']}.html"
        if (site / address).is_file():
            link = claim.select_one(f"a[href$='{row['chapter']}.html#{row['figure']}']")
            assert link, f"{claim['id']}: no link to {row['figure']}"
            has = book.anchors(site / address)
            assert row["figure"] in has, f"{address} has no {row['figure']}"


def test_the_whole_ledger_can_be_taken_away(site):
    link = page().select_one("#tab-ledger .caspian-downloads a")
    text = (site / "chapters" / link["href"]).read_text("utf-8")
    assert text.startswith("claim,paragraph,sentences,kind,text,")
    assert len(re.findall(r"(?m)^c\d\d,", text)) == len(tables.load("claims"))


def test_the_script_is_only_where_the_ledger_is(site):
    for path in book.HTML.glob("chapters/*.html"):
        has = "caspian-ledger.js" in path.read_text("utf-8")
        assert has == (path.name == "claims.html"), path.name


def test_every_claim_stands_below_its_paragraph_and_sentence(site):
    rows = tables.load("claims").set_index("claim")
    for claim in page().select(CLAIM):
        row = rows.loc[f"c{claim['id'].removeprefix('claim-')}"]
        group = claim.find_parent(class_="caspian-paragraph")
        if row["kind"] == "omission":
            assert group["id"] == "left-out"
            continue
        assert group["id"] == f"paragraph-{row['paragraph']}"
        for place in row["sentences"].split(";"):
            paragraph, _, nth = place.partition(".")
            sentence = page().select(f"#paragraph-{paragraph} .caspian-sentences > li")[
                int(nth) - 1
            ]
            assert sentence.find("a", href=f"#{claim['id']}"), f"{claim['id']}: not at {place}"


def test_every_sentence_is_told_by_its_first_words(site):
    told = [li.get_text() for li in page().select(".caspian-sentences > li")]
    openings = [o.replace("'", "’") for o in tables.load("article_sentences")["opening"]]
    assert len(told) == len(openings)
    assert all(opening in text for opening, text in zip(openings, told, strict=True))
    assert all(li.find("a") for li in page().select(".caspian-sentences > li"))


# --- in a browser ---------------------------------------------------------------------------------


@pytest.mark.browser
def test_filter_by_keyboard(visit):
    total = shown(visit)
    assert total == len(tables.load("claims"))
    choose(visit, "chapter", "Energy")
    energy = shown(visit)
    assert 0 < energy < total
    assert energy == len(page().select(f"{CLAIM}[data-chapter=energy]"))
    choose(visit, "now", "mis")
    both = page().select(f"{CLAIM}[data-chapter=energy][data-now=misleading]")
    assert shown(visit) == len(both) > 0
    assert (
        visit.page.locator(".caspian-filter output").inner_text()
        == f"{len(both)} of {total} claims"
    )
    visit.page.locator(".caspian-filter button[type=reset]").focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function(
        f"document.querySelectorAll('{CLAIM}:not([hidden])').length === {total}"
    )
    assert not visit.problems, visit.problems


# Follows every link of every sentence; what is then to be seen of its claim
_FOLLOWED = """async () => {
    const followed = [];
    for (const link of document.querySelectorAll(".caspian-sentences > li a")) {
        link.click();
        await new Promise(done => setTimeout(done, 20));  // the browser tells of the new address
        const claim = document.querySelector(link.getAttribute("href"));
        const seen = selector => [...claim.querySelectorAll(selector)].filter(
            part => part.checkVisibility() && part.getClientRects().length);
        followed.push({
            claim: link.getAttribute("href"),
            open: claim.open,
            now: claim.dataset.now,
            verdict: seen("summary .caspian-verdict").length === 2,
            rule: seen("dt").some(term => term.textContent.includes("Rule")),
            figures: seen(".caspian-meta a[href*='.html#']").map(to => to.getAttribute("href")),
            source: seen("tbody a[href^=http]").length > 0,
        });
        claim.open = false;
    }
    return followed;
}"""


@pytest.mark.browser
def test_from_any_sentence_to_figure_and_source_in_three_clicks(site, browser):
    """Front page to ledger, sentence to claim (open, with verdict and rule), claim to figure."""
    visit = browser.visit()
    visit.open(site / "index.html")
    ledger = visit.page.get_by_role("link", name="ledger of claims")
    ledger.click()  # 1
    visit.page.wait_for_url(f"**/{PAGE}")
    sentences = visit.page.locator(".caspian-sentences > li")
    assert sentences.count() == len(tables.load("article_sentences"))
    for there in visit.page.evaluate(_FOLLOWED):  # 2
        name = there["claim"]
        assert there["open"] and there["verdict"] and there["rule"], there
        assert there["figures"], f"{name}: no figure"
        address, _, at = there["figures"][0].partition("#")
        has = book.anchors((book.HTML / PAGE).parent / address)
        assert at in has, f"{name}: {address} has no {at}"
        assert there["source"] or there["now"] == "open", f"{name}: no source"
    claim = visit.page.locator(there["claim"])
    claim.locator("summary").click()
    claim.locator(".caspian-meta a[href*='.html#']").first.click()  # 3, for one of them
    visit.page.wait_for_url(f"**#{at}")
    assert visit.page.locator(f"[id='{at}']").first.is_visible()
    assert not visit.problems, visit.problems


@pytest.mark.browser
def test_a_paragraph_without_a_claim_shown_is_hidden(visit):
    choose(visit, "chapter", "Energy")
    shown_now = visit.page.locator(".caspian-paragraph:visible")
    expected = {
        c.find_parent(class_="caspian-paragraph")["id"]
        for c in page().select(f"{CLAIM}[data-chapter=energy]")
    }
    assert {group.get_attribute("id") for group in shown_now.all()} == expected


@pytest.mark.browser
def test_filter_by_the_verdict_then(visit):
    choose(visit, "then", "open")
    assert shown(visit) == len(page().select(f"{CLAIM}[data-then=open]")) > 0


@pytest.mark.browser
def test_a_claim_opens_by_keyboard(visit):
    first = visit.page.locator(CLAIM).first
    rule = first.locator("dt").first
    assert not rule.is_visible()
    first.locator("summary").focus()
    visit.page.keyboard.press("Enter")
    assert rule.is_visible()


@pytest.mark.browser
def test_those_shown_open_together(visit):
    choose(visit, "chapter", "Energy")
    visit.page.locator(".caspian-filter button[name=open]").focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator(f"{CLAIM}[open]").count() == shown(visit)


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_a_link_to_a_claim_opens_it(site, browser, viewport):
    visit = opened(browser, site, "#claim-18", viewport=viewport)
    claim = visit.page.locator("#claim-18")
    assert claim.get_attribute("open") is not None
    assert claim.locator("summary").is_visible()
    top = claim.evaluate("e => e.getBoundingClientRect().top")
    assert -5 <= top < viewport["height"] / 2, f"the claim is at {top} px"
    assert visit.page.locator(f"{CLAIM}[open]").count() == 1
    # The same link again opens it again
    claim.evaluate("claim => { claim.open = false; }")
    claim.locator("a[href='#claim-18']").evaluate("link => link.click()")
    assert claim.get_attribute("open") is not None
    assert not visit.problems, visit.problems


@pytest.mark.browser
def test_a_link_to_a_filtered_claim_shows_it(visit):
    choose(visit, "chapter", "Energy")
    visit.page.evaluate("location.hash = '#claim-01'")
    visit.page.locator("#claim-01[open]").wait_for(state="visible")
    assert shown(visit) == len(tables.load("claims"))


@pytest.mark.browser
def test_the_list_is_whole_without_javascript(site, browser):
    visit = opened(browser, site, java_script_enabled=False)
    assert shown(visit) == len(tables.load("claims"))
    assert not visit.page.locator(".caspian-filter").is_visible()
    first = visit.page.locator(CLAIM).first
    first.locator("summary").click()
    assert first.locator("dt").first.is_visible()


@pytest.mark.browser
def test_paper_shows_every_claim_open(visit):
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert visit.page.locator(f"{CLAIM}[open]").count() == shown(visit)
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert visit.page.locator(f"{CLAIM}[open]").count() == 0
