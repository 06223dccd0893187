"""How heavy a page is when a reader opens it: bytes as sent, elements, and the whole site.

Sizes are those of the files that a browser asks for, packed with gzip where that makes them
smaller, as a host sends them; nothing is timed, so that a busy machine measures the same.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

from openbook.site import later
from openbook.testing import host

if TYPE_CHECKING:
    from openbook.testing.browser import Chromium

WINDOW = {"width": 1280, "height": 800}  # CSS pixels
PACKED = (".css", ".html", ".js", ".json", ".svg")
LOOKS = (".css", ".js")
LIBRARY = "vega-bundle.js"


@cache
def sent(path: Path) -> int:
    """The bytes that a host sends of a file."""
    content = path.read_bytes()
    return len(gzip.compress(content, mtime=0)) if path.suffix in PACKED else len(content)


@dataclass(frozen=True)
class Weight:
    """What a page weighs when it is opened: kB as sent, those of CSS and JavaScript, elements.

    `charts` is the whole with the library of the charts, which comes when one is near; `requests`
    counts what is asked for, of other hosts too.
    """

    first: float
    looks: float
    elements: int
    charts: float
    requests: int = 0


class _Counter(HTMLParser):
    """Counts the elements of a page as it is written."""

    count = 0

    def handle_starttag(self, _tag: str, _attributes: object) -> None:
        self.count += 1


def elements_of(path: Path) -> int:
    """The elements of a page before a script has run."""
    counter = _Counter()
    counter.feed(path.read_text("utf-8"))
    return counter.count


def of_page(browser: Chromium, site: Path, name: str) -> Weight:
    """Open a page of a built site, as from a host, and weigh it.

    From a disk a page fetches what is for paper, too (:mod:`openbook.site.later`).
    """
    page, asked = browser.visit(viewport=WINDOW).page, set[str]()
    page.set_default_timeout(60_000)  # an idle machine needs two seconds for a long page
    page.on("request", lambda request: asked.add(request.url))
    with host.served(site) as address:
        page.goto(f"{address}/{name}", wait_until="networkidle")
        page.evaluate("document.fonts.ready.then(() => 0)")
    named = {site / unquote(urlparse(url).path)[1:] for url in asked if url.startswith(address)}
    library = site / "_static" / LIBRARY
    files = {file for file in named if file.is_file()} - {library}
    first = sum(map(sent, files))
    looks = sum(sent(f) for f in files if f.suffix in LOOKS and f.parent.name != later.FOLDER)
    has_charts = any(file.name == "openbook.js" for file in files)
    charts = sent(library) if has_charts else 0
    elements = elements_of(site / name)
    return Weight(first / 1000, looks / 1000, elements, (first + charts) / 1000, len(asked))


def of_site(site: Path) -> float:
    """MB of all files of the built site."""
    return sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
