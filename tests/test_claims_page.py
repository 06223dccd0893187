"""The Claims page as readers meet it: opened, filtered, linked to, printed, without script."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from itertools import pairwise

import folded
import pytest
from bs4 import BeautifulSoup
from folded import PHONE, caption, choose

from caspian import claims
from caspian.claims import THEN, history
from caspian.claims import page as made
from caspian.claims.bundle import Claims
from caspian.claims.verdicts import GROUPS, Verdict
from openbook import tables
from openbook.testing import book

PAGE = "chapters/claims.html"
CLAIM = "details.ob-claim"
DAY = r"(?:(?:\d{1,2} )?[A-Z][a-z]+ )?\d{4}"  # in words: 2024, March 2024, 11 March 2024


@cache
def page() -> BeautifulSoup:
    return book.soup(book.HTML / PAGE)


def opened(browser, site, fragment: str = "", **settings):
    return folded.opened(browser, site / PAGE, fragment, **settings)


@pytest.fixture(scope="module")
def whole(site, chromium):
    """The page, opened once; `visit` is what a test gets of it."""
    visit = opened(chromium, site)
    context = visit.page.context
    chromium.contexts.remove(context)  # closed here, not after each test
    yield visit
    context.close()


@pytest.fixture
def visit(whole):
    """The page with nothing chosen, nothing open and no claim in its address."""
    page = whole.page
    page.locator(".ob-filter button[type=reset]").click()
    page.evaluate(
        """selector => {
            history.replaceState(null, "", location.pathname);
            document.querySelectorAll(`${selector}, ${selector} details`).forEach(
                fold => { fold.open = false; });
            scrollTo(0, 0);
        }""",
        CLAIM,
    )
    page.wait_for_function(f"document.querySelectorAll('{CLAIM}[hidden]').length === 0")
    return whole


def shown(visit) -> int:
    return visit.page.locator(f"{CLAIM}:visible").count()


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
        verdicts = claim.summary.select(".ob-verdict")
        assert [v.get_text().split(" ", 1)[1] for v in verdicts] == [
            claim["data-then"],
            claim["data-now"],
        ]
        assert claim.find("dt", string="Rule").find_next("dd").get_text().strip()
        assert not re.search(r"[{}]", claim.get_text()), claim["id"]
        assert len(claim.select(".ob-why")) == (1 if "Both days" in claim.get_text() else 2)
        if claim["data-now"] != Verdict.OPEN:
            assert claim.select("tbody a[href^=http]"), f"{claim['id']}: no linked source"


def test_a_claim_says_why_and_what_was_measured_in_under_120_words(site):
    for claim in page().select(CLAIM):
        first, *rest = claim.select(":scope > .ob-first")
        folds = rest[-1].find_next_siblings() if rest else first.find_next_siblings()
        assert folds and all(fold.name == "details" for fold in folds), claim["id"]
        text = " ".join(part.get_text(" ") for part in [first, *rest])
        words = re.findall(rf"{DAY}|\S*\w\S*", text)  # a day is a word
        assert 10 < len(words) < 120, f"{claim['id']}: {len(words)} words before a fold"
        assert first.find(recursive=False)["class"] == ["ob-why"], claim["id"]


def test_many_counts_are_a_fold_that_fits_a_phone(chromium, site):
    measures = f"{CLAIM} > .ob-fold > .ob-measures"
    folded = page().select(measures)
    assert folded, "no claim has many counts"
    for table in folded:
        rows = table.select("tbody tr")
        assert len(rows) > 4
        assert f"All {len(rows)} counts" in table.parent.summary.get_text()
    assert all(len(t.select("tbody tr")) <= 4 for t in page().select(".ob-first table"))
    visit = opened(chromium, site, viewport=PHONE)
    visit.fetch_all()
    overhangs = visit.page.locator(measures).evaluate_all(
        """tables => tables.map(table => {
            for (let e = table; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
            const [inner, outer] = [table, table.parentElement].map(
                (e) => e.getBoundingClientRect().right);
            return inner - outer;
        })"""
    )
    assert max(overhangs) <= 1


def test_a_conflict_is_told_on_the_line_and_shown_by_its_counts(site):
    differing = [c for c in page().select(CLAIM) if "sources differ" in c.summary.get_text()]
    parting = [c for c in page().select(CLAIM) if "spans part" in c.summary.get_text()]
    assert {"claim-23", "claim-15"} <= {c["id"] for c in differing}
    assert "claim-23" in {c["id"] for c in parting}
    for claim in [*differing, *parting]:
        told = {v.get_text() for v in claim.select(".ob-measures .ob-verdict")}
        assert len(told) > 1, f"{claim['id']}: one verdict"


def test_why_this_measure_is_folded_with_what_else_was_weighed(site):
    rows = tables.load("claims").set_index("claim")
    for claim in page().select(CLAIM):
        row = rows.loc[f"c{claim['id'].removeprefix('claim-')}"]
        folded = claim.select_one("details.ob-fold dl").get_text(" ")
        for column in ("why", "opponent"):
            if isinstance(row[column], str):
                assert row[column].replace("'", "’") in folded, (claim["id"], column)
    assert len(page().find_all("dt", string=re.compile("^Weighed too: "))) > 20


def test_under_then_a_source_that_was_not_out_says_so(site):
    kinds: set[str] = set()
    for heading in page().find_all("th", string=re.compile("^As known on 12 March 2024")):
        for link in heading.find_parent("table").select("tbody a"):
            told = re.search(rf", (?:(by )?({DAY})|undated)(, later)?$", link.get_text())
            assert told, link.get_text()
            if told[2]:
                form = ("%Y", "%B %Y", "%d %B %Y")[told[2].count(" ")]
                begins = dt.datetime.strptime(told[2], form).date()
                assert bool(told[3]) == (begins > THEN), link.get_text()
            kinds |= {"undated" if not told[2] else "by" if told[1] else "later" if told[3] else ""}
    assert kinds == {"undated", "by", "later", ""}  # "later" for acts of states beside opinions


# --- the verdict through time ---------------------------------------------------------------------


def test_each_strip_has_a_cell_a_month_and_ends_as_the_verdict_now(site):
    months = len(history.days(claims.until()))
    for claim in page().select(CLAIM):
        strip = claim.summary.select_one(".ob-strip")
        *runs, last = strip.select(".ob-run")
        assert sum(int(run["data-months"]) for run in runs) == months, claim["id"]
        assert last["data-months"] == "1" and last["data-verdict"] == claim["data-now"]
        assert runs[0]["data-verdict"] == claim["data-then"], claim["id"]
        for run in (*runs, last):  # a sign, for those who see no colour and for paper
            assert run.get_text() == made.SYMBOL[Verdict(run["data-verdict"])]


def test_each_strip_is_told_in_words(site):
    for claim in page().select(CLAIM):
        strip = claim.select_one(".ob-strip")
        told = strip["aria-label"]
        assert strip["role"] == "img"
        start = f"Verdict through time: {claim['data-then']} from 12 March 2024"
        assert told.startswith(start) and told.endswith(f"; now {claim['data-now']}"), claim["id"]
        runs = strip.select(".ob-run")[:-1]
        assert told.count(" from ") == len(runs)


def test_each_turn_has_a_day_both_verdicts_and_a_source_or_time(site):
    for claim in page().select(CLAIM):
        turns = claim.select(".ob-turns > li")
        runs = [run["data-verdict"] for run in claim.select(".ob-run")]
        turned = [pair for pair in pairwise(runs) if pair[0] != pair[1]]
        assert len(turns) == len(turned), claim["id"]
        for turn, (before, after) in zip(turns, turned, strict=True):
            text = " ".join(turn.get_text().split())
            assert re.match(rf"(Now|\w+ \d{{4}}): {before} → {after}\. .+\(.+\)", text), text
            assert turn.select("a[href^=http]") or "(time passed)" in text, text


def test_the_years_stand_above_their_months(site):
    spans = page().select(".ob-ruler span")
    assert [span.get_text() for span in spans[:1] + spans[-1:]] == ["2024", "now"]
    strip = page().select_one(".ob-strip")
    cells = [int(re.search(r"--months:(\d+)", span["data-style"])[1]) for span in spans]
    assert sum(cells) == sum(int(run["data-months"]) for run in strip.select(".ob-run"))
    assert cells[0] == 11  # the day after the visit, and the ends of ten months


# --- what is left out, and cards ------------------------------------------------------------------


def test_silences_stand_outside_the_claims_with_figures_and_old_anchors(site):
    part = page().select_one("#left-out")
    rows = tables.load("omissions")
    items = part.select("ol > li")
    assert [item["id"] for item in items] == [f"omission-{o[1:]}" for o in rows["omission"]]
    for item, row in zip(items, rows.to_dict("records"), strict=True):
        assert row["text"].replace("'", "’") in item.get_text()
        assert item.select_one(f"a[href$='{row['chapter']}.html#{row['figure']}']"), item["id"]
        assert item.select("tbody tr"), f"{item['id']}: no figure"
    assert not part.select(CLAIM)
    for old, new in {"43": "01", "44": "02", "45": "03", "46": "04"}.items():
        assert page().find(id=f"claim-{old}").find_parent("li")["id"] == f"omission-{new}"
    assert page().get_text().count("The article has no number but its date.") == 1


def test_each_claim_has_a_card_to_cite(site):
    for claim in page().select(CLAIM):
        card = claim.select_one("textarea[readonly]").get_text()
        number = int(claim["id"].removeprefix("claim-"))
        text = claim.select_one(".ob-claim-text").get_text().rstrip(".")
        assert f"Claim {number}, “{text}”: {claim['data-then']} as known on 12 March 2024" in card
        assert f", {claim['data-now']} as known now." in card
        assert re.search(r"Across the Caspian: .* Version [\d.]+ of \d+ \w+ \d{4}\. ", card)
        assert card.endswith(f"chapters/claims.html#{claim['id']}")


def test_the_score_the_legend_the_chart_and_the_filter_use_the_same_words(site):
    chosen = [o["value"] for o in page().select("select[name=now] option")]
    assert [word for word in chosen if word in GROUPS] == list(GROUPS)
    legend = [row.find_all("td")[2].get_text() for row in page().select("#tab-verdicts tbody tr")]
    assert {word.strip() for word in legend} == set(GROUPS)
    drawn = page().select_one("#fig-score script.ob-spec").get_text()
    assert all(f'"{word}"' in drawn for word in GROUPS)


# --- the templates --------------------------------------------------------------------------------

NASTY = "<script>alert('x')</script> & \"q\""


def small_bundle() -> Claims:
    """One claim and one silence, whose texts are markup."""
    figure = {"label": NASTY, "value": NASTY, "source": "a_20240301;b"}
    finding = {
        "verdict": "overstated", "because": NASTY, "conflict": True, "spans_part": False,
        "by": "source", "decided": [figure], "figures": [figure],
        "variants": [
            {"name": NASTY, "verdict": v, "value": "1%", "source": "b", "by": "", "variants": []}
            for v in ("overstated", "misleading")
        ],
    }  # fmt: skip
    turn = {"day": "2024-03-31", "before": "open", "after": "overstated", "what": NASTY}
    through = {
        "runs": [{"verdict": "open", "from": "2024-03-12", "months": 1},
                 {"verdict": "overstated", "from": "2024-03-31", "months": 1},
                 {"verdict": "overstated", "from": "", "months": 1}],
        "turns": [turn | {"source": ""}],
    }  # fmt: skip
    source = {"title": NASTY, "publisher": NASTY, "date": "", "url": "https://x.example/?a=1&b=2"}
    texts = dict.fromkeys(("text", "proxy", "rule", "why", "opponent"), NASTY)
    weighed = {"measure": NASTY, "verdict": "open", "value": "", "because": NASTY, "source": "b"}
    place = {"chapter": "energy", "figure": "fig-a", "paragraph": 1}
    return Claims.from_json({
        "name": "tab-claims", "title": NASTY, "subtitle": NASTY, "note": "", "columns": [],
        "labels": {}, "rows": [], "until": "2024-03-31", "then": "2024-03-12",
        "months": ["2024-03-12", "2024-03-31"],
        "claims": [texts | place | {"claim": "c01", "kind": "causal", "undated": "open",
                                    "then": finding | {"verdict": "open"}, "now": finding,
                                    "through": through, "weighed": [weighed]}],
        "left_out": [place | {"omission": "o01", "text": NASTY, "then": [figure], "now": []}],
        "sentences": [{"sentence": "1.1", "opening": NASTY, "paragraph": 1, "claims": ["c01"]}],
        "sources": [source | {"key": "b"}, source | {"key": "a_20240301", "date": "2024-03-01"}],
    })  # fmt: skip


def small_page(cite=lambda part, address: f"{part} {address}") -> BeautifulSoup:
    html = made.claims_html(small_bundle(), {"chapters/energy"}, "../", cite)
    return BeautifulSoup(html, "html.parser")


def test_texts_of_the_tables_are_never_markup():
    soup = small_page()
    assert not soup.find("script")
    assert soup.select_one(".ob-claim-text").get_text() == NASTY.replace("'", "’")
    places = (
        *(".ob-why", ".ob-measures th[scope=row]", ".ob-turns li", "dd"),
        *("textarea", "#left-out b", ".ob-sentences li", ".ob-fold td"),
    )
    for place in places:
        assert "<script>" in soup.select_one(place).get_text(), place
    assert {a["href"] for a in soup.select("td a")} == {"https://x.example/?a=1&b=2"}


def test_a_page_that_the_book_lacks_is_named_and_not_linked():
    html = made.claims_html(small_bundle(), set(), "../", lambda *_: "")
    assert "figure in “Energy”" in html and "energy.html" not in html


def test_a_turn_without_a_source_was_times_doing():
    assert "(time passed)" in small_page().select_one(".ob-turns li").get_text()


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


def test_the_claims_can_be_taken_away(site):
    link = page().select_one("#tab-claims .ob-furniture a")
    text = (site / "chapters" / link["href"]).read_text("utf-8")
    assert text.startswith("claim,paragraph,sentences,kind,text,")
    assert len(re.findall(r"(?m)^c\d\d,", text)) == len(tables.load("claims"))


def test_script_and_styles_are_only_where_lists_are(site):
    for path in book.HTML.glob("chapters/*.html"):
        text = path.read_text("utf-8")
        listed = "data-list=" in text
        assert ("openbook-list.js" in text) == ("openbook-list.css" in text) == listed, path.name
        assert ("caspian-claims.css" in text) == (path.name == "claims.html"), path.name


def test_every_claim_stands_below_its_paragraph_and_sentence(site):
    rows = tables.load("claims").set_index("claim")
    for claim in page().select(CLAIM):
        row = rows.loc[f"c{claim['id'].removeprefix('claim-')}"]
        group = claim.find_parent(class_="ob-paragraph")
        assert group["id"] == f"paragraph-{row['paragraph']}"
        for place in row["sentences"].split(";"):
            paragraph, _, nth = place.partition(".")
            sentence = page().select(f"#paragraph-{paragraph} .ob-sentences > li")[int(nth) - 1]
            assert sentence.find("a", href=f"#{claim['id']}"), f"{claim['id']}: not at {place}"


def test_every_sentence_is_told_by_its_first_words(site):
    told = [li.get_text() for li in page().select(".ob-sentences > li")]
    openings = [o.replace("'", "’") for o in tables.load("article_sentences")["opening"]]
    assert len(told) == len(openings)
    assert all(opening in text for opening, text in zip(openings, told, strict=True))
    assert all(li.find("a") for li in page().select(".ob-sentences > li"))


# --- in a browser ---------------------------------------------------------------------------------


@pytest.mark.browser
def test_filter_by_keyboard(visit):
    total = shown(visit)
    assert total == len(tables.load("claims"))
    choose(visit, "chapter", "Energy")
    energy = shown(visit)
    assert 0 < energy < total
    assert energy == len(page().select(f"{CLAIM}[data-chapter=energy]"))
    choose(visit, "now", "over")
    both = page().select(f"{CLAIM}[data-chapter=energy][data-now=overstated]")
    assert shown(visit) == len(both) > 0
    assert caption(visit) == (
        f"Filtered: chapter “Energy”, verdict now “overstated”. {len(both)} of {total} claims."
    )
    visit.page.locator(".ob-filter button[type=reset]").focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function(
        f"document.querySelectorAll('{CLAIM}:not([hidden])').length === {total}"
    )
    assert not visit.problems, visit.problems


# Follows every link of every sentence; what is then to be seen of its claim
_FOLLOWED = """async () => {
    const followed = [];
    for (const link of document.querySelectorAll(".ob-sentences > li a")) {
        link.click();
        await new Promise(done => setTimeout(done, 20));  // the browser tells of the new address
        const claim = document.querySelector(link.getAttribute("href"));
        const seen = selector => [...claim.querySelectorAll(selector)].filter(
            part => part.checkVisibility() && part.getClientRects().length);
        followed.push({
            claim: link.getAttribute("href"),
            open: claim.open,
            now: claim.dataset.now,
            verdict: seen("summary .ob-verdict").length === 2,
            why: seen(".ob-why").length > 0,
            figures: seen(".ob-meta a[href*='.html#']").map(to => to.getAttribute("href")),
            source: seen(".ob-lead-sources a[href^=http]").length > 0,
        });
        claim.open = false;
    }
    return followed;
}"""


@pytest.mark.browser
def test_from_any_sentence_to_figure_and_source_in_three_clicks(site, browser):
    """Front page to claims, sentence to claim (open, with verdict and why), claim to figure."""
    visit = browser.visit()
    visit.open(site / "index.html")
    visit.page.get_by_role("link", name="All claims, with rules").click()  # 1
    visit.page.wait_for_url(f"**/{PAGE}")
    sentences = visit.page.locator(".ob-sentences > li")
    assert sentences.count() == len(tables.load("article_sentences"))
    visit.fetch_all()
    for there in visit.page.evaluate(_FOLLOWED):  # 2
        name = there["claim"]
        assert there["open"] and there["verdict"] and there["why"], there
        assert there["figures"], f"{name}: no figure"
        address, _, at = there["figures"][0].partition("#")
        has = book.anchors((book.HTML / PAGE).parent / address)
        assert at in has, f"{name}: {address} has no {at}"
        assert there["source"] or there["now"] == "open", f"{name}: no source"
    claim = visit.page.locator(there["claim"])
    claim.locator("summary").first.click()
    claim.locator(".ob-meta a[href*='.html#']").first.click()  # 3, for one of them
    visit.page.wait_for_url(f"**#{at}")
    assert visit.page.locator(f"[id='{at}']").first.is_visible()
    assert not visit.problems, visit.problems


@pytest.mark.browser
def test_a_paragraph_without_a_claim_shown_is_hidden(visit):
    choose(visit, "chapter", "Energy")
    shown_now = visit.page.locator(".ob-paragraph:visible")
    expected = {
        c.find_parent(class_="ob-paragraph")["id"]
        for c in page().select(f"{CLAIM}[data-chapter=energy]")
    }
    assert {group.get_attribute("id") for group in shown_now.all()} == expected


@pytest.mark.browser
def test_filter_by_the_verdict_then(visit):
    choose(visit, "then", "are open")
    assert shown(visit) == len(page().select(f"{CLAIM}[data-then=open]")) > 0


@pytest.mark.browser
def test_filter_by_a_group_of_the_score(visit):
    choose(visit, "now", "fall")
    assert shown(visit) == sum(
        len(page().select(f"{CLAIM}[data-now='{v}']")) for v in GROUPS["fall short"]
    )
    assert visit.page.url.endswith("claims.html?now=fall+short")


def left_and_back(visit) -> None:
    """Follow a link to another page of the book, and go Back."""
    visit.page.locator(".ob-meta a[href*='.html#']:visible").first.click()
    visit.page.wait_for_url(lambda url: "claims.html" not in url)
    visit.page.go_back(wait_until="load")


@pytest.mark.browser
def test_the_filter_survives_back_from_disk_and_a_reload(site, browser):
    visit = opened(browser, site, "?chapter=investment")
    assert visit.page.url.startswith("file:")
    choose(visit, "now", "are open")
    kept = shown(visit), caption(visit)
    assert kept[0] == len(page().select(f"{CLAIM}[data-chapter=investment][data-now=open]")) > 0
    assert visit.page.url.endswith("?chapter=investment&now=are+open")
    visit.page.locator(f"{CLAIM}:visible > summary").first.click()
    left_and_back(visit)
    assert (shown(visit), caption(visit)) == kept
    assert visit.page.locator("select[name=now]").input_value() == "are open"
    visit.page.reload(wait_until="load")
    assert (shown(visit), caption(visit)) == kept
    # a page that is left stops to load its charts
    assert not [p for p in visit.problems if "ERR_ABORTED" not in p], visit.problems


@pytest.mark.browser
def test_an_address_that_asks_for_what_is_not_there_shows_all(site, browser):
    visit = opened(browser, site, "?chapter=nowhere&now=good")
    assert shown(visit) == len(tables.load("claims"))
    assert caption(visit).startswith("All ")


@pytest.mark.browser
@pytest.mark.parametrize("old", ["43", "46"])
def test_an_old_link_to_a_silence_leads_to_it(site, browser, old):
    visit = opened(browser, site, f"#claim-{old}")
    top = visit.page.locator(f"#claim-{old}").evaluate("e => e.getBoundingClientRect().top")
    assert -5 <= top < 450


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_strips_fit_a_phone(site, browser, scheme):
    visit = opened(browser, site, "#claim-23", viewport=PHONE, color_scheme=scheme)
    wide = visit.page.evaluate(
        """() => [document.documentElement.scrollWidth,
            ...[...document.querySelectorAll(".ob-strip")].map(
                strip => strip.getBoundingClientRect().right)]"""
    )
    assert max(wide) <= PHONE["width"]


@pytest.mark.browser
def test_a_claim_opens_by_keyboard(visit):
    first = visit.page.locator(CLAIM).first
    why = first.locator(".ob-why").first
    assert not why.is_visible()
    first.locator("summary").first.focus()
    visit.page.keyboard.press("Enter")
    assert why.is_visible()


@pytest.mark.browser
def test_those_shown_open_together(visit):
    choose(visit, "chapter", "Energy")
    visit.page.locator(".ob-filter button[name=open]").focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator(f"{CLAIM}[open]").count() == shown(visit)


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_a_link_to_a_claim_opens_it(site, browser, viewport):
    visit = opened(browser, site, "#claim-18", viewport=viewport)
    claim = visit.page.locator("#claim-18")
    assert claim.get_attribute("open") is not None
    assert claim.locator("summary").first.is_visible()
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
    assert not visit.page.locator(".ob-filter").is_visible()
    first = visit.page.locator(CLAIM).first
    first.locator("summary").first.click()
    assert first.locator(".ob-why").first.is_visible()
    assert first.get_by_role("link", name="They stand in the CSV").is_visible()


@pytest.mark.browser
def test_paper_shows_what_is_filtered_open_with_its_caption(visit):
    choose(visit, "chapter", "Energy")
    closed = visit.page.locator("#left-out details[open]").count()
    visit.page.emulate_media(media="print")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    energy = len(page().select(f"{CLAIM}[data-chapter=energy]"))
    assert visit.page.locator(f"{CLAIM}[open]:visible").count() == energy
    told = visit.page.locator(".ob-filter-caption")
    total = len(tables.load("claims"))
    assert told.is_visible()
    assert told.inner_text() == f"Filtered: chapter “Energy”. {energy} of {total} claims."
    first = visit.page.locator(f"{CLAIM}[open]:visible").first
    assert first.locator("dt").first.is_visible()  # the rule
    assert first.locator(".ob-scroll").first.is_visible()
    assert first.locator(".ob-strip").is_visible()
    assert not visit.page.locator(".ob-filter").is_visible()
    assert not first.locator("textarea").is_visible()
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    visit.page.emulate_media(media="screen")
    assert visit.page.locator(f"{CLAIM}[open]").count() == 0
    assert visit.page.locator("#left-out details[open]").count() == closed == 0
