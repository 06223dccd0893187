"""The front page: findings that lead to their chapters, figure cards, how the book is cited."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import altair as alt
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from pybtex.database import parse_string

from openbook import publish
from openbook.bundle import Bundle
from openbook.site import citation, front
from openbook.site.pages import Page
from openbook.testing import book

CITATION = yaml.safe_load((book.ROOT / "CITATION.cff").read_text("utf-8"))


@cache
def page(name: str = "index.html") -> BeautifulSoup:
    return book.soup(book.HTML / name)


# --- what the file says ---------------------------------------------------------------------------


def test_the_findings_have_numbers_and_lead_to_a_chapter(site):
    findings = page().select(".findings li")
    assert len(findings) == 5
    for finding in findings:
        assert re.search(r"\d", finding.get_text()), finding.get_text()
        assert finding.select("a[href^='chapters/']"), finding.get_text()


def test_the_score_is_whole(site):
    """Opinions and what can be checked are all claims; the latter hold, or not, or are open."""
    said, headline = (
        page().select_one(f".{name}").get_text() for name in ("standfirst", "caspian-headline")
    )
    told = re.search(r"Of the article’s (\d+) claims (\d+) are opinions", said)
    claims, opinions = map(int, told.groups())
    checked, *parts = map(int, re.findall(r"\d+", headline))
    assert opinions + checked == claims and sum(parts) == checked


def test_the_citation_is_bibtex_that_parses(site):
    text = page().select_one(".highlight-bibtex pre").get_text()
    (entry,) = parse_string(text, "bibtex").entries.values()
    assert entry.type == "book"
    assert entry.fields["title"].strip("{}") == CITATION["title"]
    assert CITATION["version"] in entry.fields["note"]
    assert entry.fields["year"] == str(CITATION["date-released"])[:4]
    assert str(entry.persons["author"][0]).strip("{}")


def test_a_book_with_an_address_says_so():
    at = replace(citation.read(book.ROOT), url="https://book.example")
    (entry,) = parse_string(
        citation.bibtex(at, "book", "", {"title": at.title}), "bibtex"
    ).entries.values()
    assert entry.fields["url"] == "https://book.example"
    assert citation.line(at).endswith(" https://book.example")


# --- a name that no page publishes ----------------------------------------------------------------


def filled(name: str, published: Bundle) -> tuple[nodes.document, list]:
    """A page with one card, filled in; and the warnings told."""
    told: list = []
    gave = Page(published={published.name: published})
    app = SimpleNamespace(
        env=SimpleNamespace(openbook_pages={"chapters/a": gave}),
        builder=SimpleNamespace(get_relative_uri=lambda _, to: f"{to}.html"),
    )
    document = new_document("index")
    document += front.figure_card("", figure=name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(front.log, "warning", lambda *words, **_: told.append(words))
        front.fill(app, document, "index")
    return document, told


def small(kind: str) -> Bundle:
    """A figure or a table of one row."""
    rows = pd.DataFrame({"a": [1], "source": ["article_202403"]})
    said = {"title": "T & <T>", "subtitle": "S"}
    if kind == "table":
        return publish.table(rows, name="tab-a", labels={"a": "A"}, **said).bundle
    chart = alt.Chart(rows).mark_bar().encode(x="a:Q")
    return publish.figure(chart, name="fig-a", alt="One bar", **said).bundle


def test_a_known_figure_is_filled_in():
    document, told = filled("fig-a", small("figure"))
    assert not told
    card = BeautifulSoup(document.astext(), "html.parser").figure
    assert card.a["href"] == "chapters/a.html#fig-a"
    assert card.find("figcaption").get_text() == "T & <T>" and card.find("svg")


@pytest.mark.parametrize(("name", "kind"), [("fig-b", "figure"), ("tab-a", "table")])
def test_what_is_no_figure_is_told_and_left_out(name, kind):
    document, told = filled(name, small(kind))
    assert told and name in told[0]
    assert not list(document.findall(front.figure_card)) and not document.children
