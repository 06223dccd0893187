"""What a reader can see of a drawing, measured in Chromium: sizes, contrasts, overlaps, ticks.

    with Gauge(browser) as gauge:           # the fixture of openbook.testing.browser
        for fault in gauge.faults(svg, width=720, mode="dark"):
            print(fault)

A test of the built site measures what stands on a page, at any position of its controls, with
:func:`faults_on`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openbook.colour import MODES
from openbook.testing.browser import add_style

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Locator, Page

    from openbook.testing.browser import Chromium

SCRIPT = Path(__file__).with_name("measure.js")
STATIC = Path(__file__).parents[1] / "site" / "static"
SMALLEST, SMALLEST_ON_MAPS = 12, 11  # letters, in CSS pixels

KINDS = {
    "size": "letters smaller than the least",
    "outside": "text beyond the edge of the drawing",
    "text contrast": "text below 4.5:1 against what is behind it",
    "overlap": "text on other text",
    "crossed": "text through which the edge of a mark or a line runs",
    "mark contrast": "a mark below 3:1 against the page",
    "ticks": "fewer than 3 or more than 6 labels along a continuous axis",
    "grid": "upright grid lines where both axes are continuous",
}


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that a reader may not see: its kind (of :data:`KINDS`), where, and how much."""

    kind: str
    what: str
    value: float
    times: int = 1

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.kind}: {self.what!r}, {self.value:g}" + (
            f" ({self.times} times)" if self.times > 1 else ""
        )


def smallest_for(spec: Mapping[str, Any]) -> int:
    """The least size of letters, in CSS pixels: a map may have smaller ones."""
    return SMALLEST_ON_MAPS if '"projection"' in json.dumps(spec) else SMALLEST


def faults_on(page: Page, svg: Locator | ElementHandle, *, smallest: float = SMALLEST,
              paper: str = "white") -> list[Fault]:  # fmt: skip
    """The faults of one `<svg>` of an open page, which must lie within the window."""
    if not page.evaluate("() => 'measure' in window"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    # What the pointer passes through is seen all the same
    add_style(page, "svg * { pointer-events: visiblePainted !important; }")
    found = svg.evaluate(
        "(svg, options) => measure(svg, options)", {"smallest": smallest, "paper": paper}
    )
    return sorted(Fault(**fault) for fault in found)


class Gauge:
    """A page of its own, in the book's typeface, on which drawings are measured one by one."""

    def __init__(self, browser: Chromium, static: Path = STATIC) -> None:
        """Open the page; `static` has the typefaces."""
        self.page = browser.visit(viewport={"width": 900, "height": 3000}).page
        blank = static / "openbook-fonts.css"
        self.page.goto(blank.as_uri())
        self.page.set_content(
            f'<link rel="stylesheet" href="{blank.as_uri()}">'
            "<style>body { margin: 40px } svg { display: block; overflow: visible }"
            " svg * { pointer-events: visiblePainted !important }</style><div id=sheet></div>",
            wait_until="load",
        )
        self.page.evaluate(SCRIPT.read_text("utf-8"))

    def faults(self, svg: str, *, mode: str = "light", smallest: float = SMALLEST) -> list[Fault]:
        """The faults of a drawing as it stands on a light or dark page."""
        ink, paper = MODES[mode]
        found = self.page.evaluate(
            """async ([svg, ink, paper, options]) => {
                const sheet = document.getElementById("sheet");
                document.documentElement.style.cssText =
                    `color: ${ink}; background: ${paper}; --ob-paper: ${paper}`;
                sheet.innerHTML = svg;
                const family = sheet.querySelector("text")?.getAttribute("font-family");
                if (family)
                    for (const weight of [400, 600])
                        await document.fonts.load(`${weight} 12px ${family}`, sheet.textContent);
                return measure(sheet.querySelector("svg"), options);
            }""",
            [svg, ink, paper, {"smallest": smallest, "paper": paper}],
        )
        return sorted(Fault(**fault) for fault in found)
