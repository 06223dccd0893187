"""Lists of folded entries (claims, cards) as a reader with a keyboard meets them."""

from __future__ import annotations

from typing import Any

PHONE = {"width": 360, "height": 740}


def opened(browser: Any, page: Any, fragment: str = "", **settings: Any) -> Any:
    """A built page (its path) with a query or fragment, in a browser of its own."""
    visit = browser.visit(**settings)
    visit.page.goto(page.as_uri() + fragment, wait_until="load")
    return visit


def caption(visit: Any) -> str:
    """What the list says of its filter."""
    return visit.page.locator(".ob-filter-caption").inner_text()


def choose(visit: Any, name: str, word: str) -> None:
    """Choose from a list as a keyboard does: focus it and type the word's beginning."""
    visit.page.locator(f".ob-filter select[name={name}]").focus()
    visit.page.keyboard.type(word)
    visit.page.keyboard.press("Tab")
