"""A reader's charts in other timezones: what those of UTC say, at the same places."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import book
import pytest

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
ZONES = ("Asia/Baku", "America/Los_Angeles")
# A figure's id and the specs of its charts
FIGURE = re.compile(
    r'<figure class="caspian-figure[^"]*" id="([^"]+)".*?class="caspian-spec">(.*?)</script>', re.S
)
DATES = re.compile(r'"temporal"|"timeUnit"|"utc')


@cache
def charts_of(path: Path, size: str) -> list[str]:
    """The ids of a page's figures whose chart of that size has dates."""
    found = FIGURE.findall(path.read_text("utf-8"))
    specs = {name: json.loads(specs).get(size) for name, specs in found}
    return [name for name, spec in specs.items() if DATES.search(json.dumps(spec))]


def cases() -> list[tuple[str, str]]:
    """Every page with dates on its charts; for a phone too, if it has a chart for phones."""
    return [
        (path.relative_to(book.HTML).as_posix(), size)
        for path in sorted(book.HTML.glob("**/*.html"))
        for size in ("wide", "narrow")
        if charts_of(path, size)
    ]


def live(browser, path: Path, size: str, zone: str) -> dict[str, tuple[list[str], str]]:
    """The texts of the live charts with dates, and the whole drawings."""
    visit = browser.visit(timezone_id=zone, viewport=DESK if size == "wide" else PHONE)
    visit.open(path)
    assert visit.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == zone
    found = {}
    for name in charts_of(path, size):
        visit.page.locator(f"#{name}").scroll_into_view_if_needed()
        visit.page.locator(f"#{name}.caspian-drawn").wait_for()
        chart = visit.page.locator(f"#{name} .caspian-live svg").first
        found[name] = chart.locator("text").all_text_contents(), chart.inner_html()
    assert not visit.problems, visit.problems
    return found


def test_some_pages_have_dates_on_their_charts(site):
    assert len({page for page, _ in cases()}) > 1
    assert {size for _, size in cases()} == {"wide", "narrow"}


@pytest.mark.browser
@pytest.mark.parametrize(("page", "size"), cases() or [("index.html", "wide")])
def test_a_chart_is_the_same_in_every_timezone(site, browser, page, size):
    expected = live(browser, site / page, size, "UTC")
    for zone in ZONES:
        found = live(browser, site / page, size, zone)
        for name, (texts, drawing) in expected.items():
            assert found[name][0] == texts, f"{page}: {name} says other words in {zone}"
            same = found[name][1] == drawing
            assert same, f"{page}: {name} is drawn otherwise in {zone}"
