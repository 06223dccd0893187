"""What tests of the built site share: the site, and a browser with no way out."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from openbook.testing import book

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

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
PATIENCE = 10_000  # milliseconds
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


def add_style(page: Page, css: str) -> None:
    """Add rules to a page: in a sheet that a script makes, since its policy allows no other."""
    page.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            document.adoptedStyleSheets.push(sheet);
        }""",
        css,
    )


@dataclass
class Visit:
    """A page in the browser, with all that went wrong on it."""

    page: Page
    problems: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        """Open a file of the site from disk and wait until it is loaded."""
        self.page.goto(path.as_uri(), wait_until="load")

    def fetch_all(self) -> None:
        """Wait until the parts for paper are on the page, which one from disk fetches by itself."""
        left = "document.querySelectorAll('.ob-later[data-paper][data-part]').length"
        self.page.wait_for_function(f"{left} === 0", timeout=6 * PATIENCE)  # a hundred files

    def wait_for_function(
        self, expression: str, *, arg: Any = None, timeout: float = PATIENCE
    ) -> None:
        """Wait until an expression, or a function of `arg`, is true on the page.

        Stands in for Playwright's own, which evaluates text on the page: its policy forbids that.
        Raises TimeoutError after `timeout` milliseconds.
        """
        end = time.monotonic() + timeout / 1000
        while not self.page.evaluate(expression, arg):
            if time.monotonic() > end:
                raise TimeoutError(f"not within {timeout / 1000} seconds: {expression}")
            self.page.wait_for_timeout(20)

    def note(self, problem: str) -> None:
        """Note what went wrong."""
        self.problems.append(problem)

    def note_message(self, message: ConsoleMessage) -> None:
        """Note an error or a warning of the console."""
        if message.type in ("error", "warning"):
            self.note(f"console {message.type}: {message.text}")

    def note_failure(self, request: Request) -> None:
        """Note a request that came to nothing, but for one that a left page no longer needs."""
        if request.failure != "net::ERR_ABORTED":
            self.note(f"failed request: {request.url} ({request.failure})")

    def note_answer(self, answer: Response) -> None:
        """Note an answer that says that something is not there."""
        if answer.status >= 400:
            self.note(f"status {answer.status}: {answer.url}")

    def note_request(self, request: Request) -> None:
        """Note a script that is asked for."""
        if request.resource_type == "script":
            self.scripts.append(request.url)


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
        page.wait_for_function = visit.wait_for_function  # type: ignore[assignment,method-assign]
        page.set_default_timeout(PATIENCE)
        page.on("console", visit.note_message)
        page.on("pageerror", lambda error: visit.note(f"page error: {error}"))
        page.on("requestfailed", visit.note_failure)
        page.on("response", visit.note_answer)
        page.on("request", visit.note_request)
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
