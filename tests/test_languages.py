"""Pages in other languages: how they write numbers and days, and that they say what is said."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel import Locale
from bs4 import BeautifulSoup

from openbook.site import languages
from openbook.testing import book

CODES = ("az", "kk", "ru", "tr")
ASKED = re.compile(r"\{local\}`([^`]+)`")
NBSP = "\u00a0"


def source(code: str) -> str:
    return (book.ROOT / f"chapters/{code}.md").read_text("utf-8")


@cache
def page(name: str) -> BeautifulSoup:
    return book.soup(book.HTML / f"{name}.html")


# --- numbers and days -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("USD 314 million", {"az": "314", "kk": "314", "ru": "314", "tr": "314", "en": "314"}),
        ("1.30 Mt", {"az": "1,30", "kk": "1,30", "ru": "1,30", "tr": "1,30", "en": "1.30"}),
        ("71–75%", {"az": "71–75%", "kk": "71–75%", "ru": f"71–75{NBSP}%", "tr": "%71–75"}),
        ("12,345 t", {"az": "12.345", "kk": f"12{NBSP}345", "ru": f"12{NBSP}345", "tr": "12.345"}),
        ("−0.5", {"az": "−0,5", "ru": "−0,5", "tr": "−0,5", "en": "−0.5"}),
    ],
)
def test_numbers_are_written_as_the_language_does(text: str, written: dict[str, str]) -> None:
    assert {code: languages.numbers(text, Locale.parse(code)) for code in written} == written


@pytest.mark.parametrize(("text", "says"), [("none", "no number"), ("2 of 9", "several numbers")])
def test_what_is_not_one_number_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        languages.numbers(text, Locale.parse("ru"))


def test_days_are_written_as_the_language_does() -> None:
    shown = {code: languages.local_day("2024-03-11", Locale.parse(code)) for code in CODES}
    written = {code: re.sub(r"\s", " ", day) for code, day in shown.items()}
    assert written == {
        "az": "11 mart 2024",
        "kk": "2024 ж. 11 наурыз",
        "ru": "11 марта 2024 г.",
        "tr": "11 Mart 2024",
    }
    assert languages.local_day("2024", Locale.parse("ru")) == "2024"
    with pytest.raises(ValueError, match="Invalid isoformat"):
        languages.local_day("March", Locale.parse("ru"))


# --- the pages ------------------------------------------------------------------------------------


def test_all_languages_tell_the_same_numbers() -> None:
    asked = {code: sorted(ASKED.findall(source(code))) for code in CODES}
    assert asked["az"] == asked["kk"] == asked["ru"] == asked["tr"]
    assert len(asked["az"]) == len(set(asked["az"])) > 20


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_its_language_and_where_the_others_are(site: Path, code: str) -> None:
    html = page(f"chapters/{code}")
    assert html.html is not None
    assert html.html["lang"] == code
    led = {link["hreflang"]: link["href"] for link in html.find_all("a", hreflang=True)}
    assert led == {
        other: "../index.html" if other == "en" else f"{other}.html"
        for other in ("en", *CODES)
        if other != code
    }
    assert not html.find_all("link", hreflang=True), "a book without an address names none"
    current = html.select_one(".ob-languages [aria-current]")
    assert current is not None
    assert current["lang"] == code


def test_search_engines_are_told_full_addresses() -> None:
    env = SimpleNamespace(
        metadata={"index": {}, "a/tr": {"lang": "tr", "translates": "index"}, "b": {}},
        found_docs={"index", "a/tr", "b"},
        config=SimpleNamespace(language="en"),
    )
    app: Any = SimpleNamespace(
        env=env, config=SimpleNamespace(html_baseurl="https://e.org/", language="en")
    )
    for name in ("index", "a/tr"):
        assert languages.alternates(app, name) == [
            ("en", "https://e.org/index.html"),
            ("tr", "https://e.org/a/tr.html"),
        ]
    assert languages.alternates(app, "b") == []
    app.config.html_baseurl = ""
    assert languages.alternates(app, "index") == []


def test_the_front_page_leads_to_them(site: Path) -> None:
    html = page("index")
    assert html.html is not None
    assert html.html["lang"] == "en"
    led = {link["hreflang"]: link["href"] for link in html.find_all("a", hreflang=True)}
    assert led == {code: f"chapters/{code}.html" for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_its_facts_are_those_of_the_english_pages(site: Path, code: str) -> None:
    """Each number shown is its fact's, with the same source behind it."""
    facts = json.loads((site / "_data" / "facts.json").read_text("utf-8"))
    shown = page(f"chapters/{code}").select("article .ob-fact")
    held = {f"{Path(fact['page']).name}.md::{fact['name']}": fact for fact in facts}
    asked = [name for name in ASKED.findall(source(code)) if name in held]
    assert len(shown) == len(asked) > 15
    for node, name in zip(shown, asked, strict=True):
        digits = re.sub(r"\D", "", node.get_text())
        text = held[name]["text"]
        assert digits == (re.sub(r"\D", "", text) or f"{held[name]['value'][0]:g}"), name
        assert node["title"]
