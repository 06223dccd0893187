"""The spine of the book: the head of every page, and the front page as its cover."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from caspian import tables
from caspian.claims import THEN
from caspian.claims.page import CHAPTERS
from caspian.claims.page import PAGE as CLAIMS
from caspian.claims.verdicts import COLOUR, FALLS_SHORT, HOLDS, SYMBOL, Verdict
from openbook import colour
from openbook.testing import book
from openbook.text import day

# Pages in other languages, to which the front page leads (tests/test_languages.py)
TRANSLATED = [p.docname for p in book.pages() if "\ntranslates:" in p.path.read_text("utf-8")]

# --- the head of every page ----------------------------------------------------------------------


@pytest.mark.parametrize("page", book.pages(), ids=lambda page: page.name)
def test_the_head_leads_to_every_chapter_in_order(site, page):
    """In the order of `_toc.yml`, claims first; this page is marked; the foot has all else."""
    soup = book.soup(page.html)
    wide, narrow = soup.select_one(".ob-menu-wide"), soup.select_one(".ob-menu-narrow")
    listed = [p for p in book.pages() if p.docname not in ("index", *TRANSLATED)]

    def named(part):
        files = [(page.html.parent / a["href"]).resolve() for a in part.select("a") if a["href"]]
        return [p.docname for f in files for p in listed if p.html.resolve() == f]

    everything = [p.docname for p in listed if p != page]
    assert sorted(named(narrow)) == sorted(everything)
    chapters = [d for d in named(wide) if d not in ("chapters/data", "chapters/methods")]
    order = [d for d in everything if d in chapters]
    assert chapters == order and len(chapters) >= 6
    if page.docname != "chapters/claims":
        assert chapters[0] == "chapters/claims"
    foot = named(soup.select_one(".ob-pages-below"))
    assert set(everything) == set(named(wide)) | set(foot)
    here = [a.get_text() for a in wide.select("[aria-current=page]")]
    assert here == ([] if page.docname == "index" or page.docname in foot else here[:1])
    assert not soup.select("#pst-primary-sidebar"), "a left sidebar"


# --- the cover -----------------------------------------------------------------------------------

CELL = ".caspian-whole .caspian-strip > li > a"
WEIGHT, ELEMENTS = 40_000, 1_000  # of the front page: bytes as sent, and what a browser builds


def front() -> BeautifulSoup:
    return book.soup(book.HTML / "index.html")


def listed() -> BeautifulSoup:
    return book.soup(book.HTML / f"{CLAIMS}.html")


def test_the_strip_has_every_claim_once_in_the_order_of_the_article(site):
    cells = front().select(CELL)
    claims = {claim["id"]: claim for claim in listed().select("details.ob-claim")}
    names = [cell["href"].partition("#")[2] for cell in cells]
    assert sorted(names) == sorted(claims) and len(set(names)) == len(names)
    made = [
        a["href"].removeprefix("#")
        for a in listed().select(".ob-sentences > li > a")
        if a["href"].startswith("#claim-")
    ]
    assert names == list(dict.fromkeys(made))
    for cell, name in zip(cells, names, strict=True):
        claim = claims[name]
        assert cell["href"] == f"{CLAIMS}.html#{name}"
        assert (cell["data-then"], cell["data-now"]) == (claim["data-then"], claim["data-now"])
        said = cell["aria-label"]
        assert claim.select_one(".ob-claim-text").get_text() in said, name
        assert said.endswith(f"Then {claim['data-then']}, now {claim['data-now']}."), said
        look = dict(part.split(":") for part in cell["data-style"].split(" ", 1)[1].split(";"))
        assert look["--then"] == COLOUR[Verdict(claim["data-then"])]
        assert look["--now"] == COLOUR[Verdict(claim["data-now"])]
        assert cell.select_one("b").get_text() == SYMBOL[Verdict(claim["data-now"])]


def test_the_legend_says_the_days_and_counts_every_claim(site):
    legend = front().select_one(".caspian-legend").get_text(" ", strip=True)
    assert (
        f"as known on {day(THEN.isoformat())}" in legend and "as known now, from figures" in legend
    )
    told = [re.match(r"\S (\d+) ", key.get_text()) for key in front().select(".caspian-key")]
    assert sum(int(n[1]) for n in told if n) == len(front().select(CELL))


def test_the_headline_is_what_the_verdicts_say(site):
    """All that is no opinion; what falls short is overstated: `claims.md` asserts it."""
    told = front().select_one(".caspian-headline").get_text()
    now = Counter(Verdict(cell["data-now"]) for cell in front().select(CELL))
    holds, short = (sum(now[verdict] for verdict in kinds) for kinds in (HOLDS, FALLS_SHORT))
    assert list(map(int, re.findall(r"\d+", told))) == [
        now.total() - now[Verdict.OPINION], holds, short, now[Verdict.OPEN]
    ]  # fmt: skip
    assert short == now[Verdict.OVERSTATED]


def test_pins_and_numbers_lead_to_chapters_with_their_numbers(site):
    facts = json.loads((book.HTML / "_data" / "facts.json").read_text("utf-8"))
    pins = front().select(".caspian-pins a")
    assert len(pins) == 3 and len({pin["href"] for pin in pins}) == 3
    for pin in pins:
        docname = pin["href"].removesuffix(".html")
        texts = {fact["text"] for fact in facts if fact["page"] == docname}
        assert set(pin.b.get_text().split(" of ")) <= texts, pin
    numbers = front().select(".caspian-numbers li")
    assert len(numbers) == 5
    for item in numbers:
        assert item.select("strong a.ob-fact[href^=http]"), item
        assert item.select(".ob-origin a[href^=http]"), f"no source is visible: {item}"
        assert item.select("a[href^='chapters/']"), item


def test_the_front_page_is_light(site):
    html = (book.HTML / "index.html").read_bytes()
    assert len(gzip.compress(html)) <= WEIGHT
    assert len(front().find_all(True)) <= ELEMENTS


FIRST_VIEW = """() => {
    const box = (what) => document.querySelector(what).getBoundingClientRect().toJSON();
    const boxes = (what) => [...document.querySelectorAll(what)].map(
        (each) => each.getBoundingClientRect().toJSON());
    return {wide: document.documentElement.scrollWidth, headline: box(".caspian-headline"),
            score: box(".standfirst"), strip: box(".caspian-whole .caspian-strip"),
            cells: boxes(".caspian-whole .caspian-strip a"),
            names: boxes(".caspian-map text").filter((each) => each.width),
            pins: boxes(".caspian-pins a")};
}"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "dark"), [((1280, 800), False), ((360, 780), True)], ids=["desk", "phone"]
)
def test_headline_score_and_strip_are_seen_at_first_view(site, browser, size, dark):
    """Without a script, and with nothing that has to be scrolled to the side."""
    width, height = size
    visit = browser.visit(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=False,
        timezone_id="Asia/Baku",
    )
    visit.open(site / "index.html")
    seen = visit.page.evaluate(FIRST_VIEW)
    assert seen["wide"] <= width
    for part in ("headline", "score", "strip"):
        box = seen[part]
        assert box["height"] > 20 and box["top"] >= 0 and box["bottom"] <= height, part
        assert box["left"] >= 0 and box["right"] <= width, part
    assert all(cell["width"] >= 15 and cell["height"] >= 24 for cell in seen["cells"])
    for pin in seen["pins"]:
        for name in seen["names"]:
            apart = (
                pin["right"] < name["left"] or name["right"] < pin["left"]
                or pin["bottom"] < name["top"] or name["bottom"] < pin["top"]
            )  # fmt: skip
            assert apart, (pin, name)
    assert not visit.problems, visit.problems


# --- chapters ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_opens_with_its_claims_and_sentences(site, chapter):
    soup = book.soup(book.HTML / "chapters" / f"{chapter}.html")
    own = [c["id"] for c in listed().select(f"details.ob-claim[data-chapter={chapter}]")]
    opener = soup.select_one("h1 + .caspian-opener")
    lit = [a["href"] for a in opener.select(".caspian-progress > li > a")]
    assert sorted(lit) == sorted(f"../{CLAIMS}.html#{name}" for name in own)
    cells = opener.select(".caspian-progress > li")
    assert len(cells) == len(front().select(CELL))
    assert len(cells) - len(lit) == len(opener.select(".caspian-progress > li > span"))
    openings = set(tables.load("article_sentences")["opening"].str.replace("'", "’"))
    for sentence in opener.select(".caspian-sentences > li"):
        assert re.match("“(.+) …”", sentence.get_text())[1] in openings
    linked = {a["href"] for a in opener.select(".caspian-sentences a")}
    assert linked == set(lit)


def test_every_figure_that_decides_names_its_claims(site):
    """The reverse of the claims' own links: each claim once, under its figure, in its words."""
    for row in tables.load("claims").to_dict("records"):
        soup = book.soup(book.HTML / "chapters" / f"{row['chapter']}.html")
        address = f"../{CLAIMS}.html#claim-{row['claim'][1:]}"
        chip = soup.select_one(f"#{row['figure']} .caspian-decides a[href='{address}']")
        assert chip, f"{row['figure']} does not name {row['claim']}"
        assert row["text"].replace("'", "’") in chip.get_text(), row["claim"]
    heads = book.soup(book.HTML / "chapters" / "energy.html").select("p.caspian-decides a[href]")
    assert all(len(chip.get_text().split()) > 4 for chip in heads)


def test_what_is_written_on_a_verdict_is_read():
    for filled in COLOUR.values():
        assert colour.contrast(colour.label_on(filled), filled) >= colour.FOR_TEXT, filled
