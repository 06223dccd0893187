"""What the tests of the built site share: the site, and a browser with no way out."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import book
import pytest
from hypothesis import configuration

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# Beside the other caches, not in the root
configuration.set_hypothesis_home_dir(book.ROOT / "_build" / ".hypothesis")

# The shell comes first: it has no window to draw, so a page costs it half the work
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable", "chrome",
)  # fmt: skip
ARGUMENTS = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
# Anything but the disk, the page's own data and this machine
_FOREIGN = re.compile(r"^(?!file:|data:|blob:|about:|(?:https?|wss?)://127\.0\.0\.1[:/])")


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built book."""
    if not (book.HTML / "index.html").is_file():
        pytest.fail("the book isn't built: run `make book` (or `make test`, which builds it)")
    return book.HTML


def find_browser() -> str | None:
    """The Chromium to use: $CHROMIUM, or the first known name on PATH."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@dataclass
class Visit:
    """A page in the browser, with all that went wrong on it."""

    page: Page
    problems: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        """Open a file of the site from disk and wait until it is loaded."""
        self.page.goto(path.as_uri(), wait_until="load")


@dataclass
class Chromium:
    """Opens pages, each in a context of its own, with the network cut."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def visit(self, **settings: Any) -> Visit:
        """A new page; `settings` are Playwright's (color_scheme, viewport, java_script_enabled)."""
        context = self.browser.new_context(**settings)
        self.contexts.append(context)
        visit = Visit(context.new_page())

        def cut(route: Any) -> None:
            visit.problems.append(f"request to another host: {route.request.url}")
            route.abort()

        context.route(_FOREIGN, cut)
        page = visit.page
        page.set_default_timeout(10_000)
        page.on(
            "console",
            lambda message: (
                message.type in ("error", "warning")
                and visit.problems.append(f"console {message.type}: {message.text}")
            ),
        )
        page.on("pageerror", lambda error: visit.problems.append(f"page error: {error}"))
        page.on(
            "requestfailed",
            lambda request: visit.problems.append(
                f"failed request: {request.url} ({request.failure})"
            ),
        )
        page.on(
            "response",
            lambda answer: (
                answer.status >= 400
                and visit.problems.append(f"status {answer.status}: {answer.url}")
            ),
        )
        page.on(
            "request",
            lambda request: request.resource_type == "script" and visit.scripts.append(request.url),
        )
        return visit

    def close(self) -> None:
        """Close the pages opened so far."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """One browser for a file of tests; stopped with it, since kernels may come next."""
    path = find_browser()
    if path is None:
        message = "no Chromium found: install one, or name it in CHROMIUM, to test the site"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, chromium_sandbox=False
        )
        yield Chromium(launched)
        launched.close()


@pytest.fixture
def browser(chromium: Chromium) -> Iterator[Chromium]:
    """The browser, for one test; its pages are closed afterwards."""
    yield chromium
    chromium.close()
