"""Whether a page of the built site is for everyone: what axe finds, and everything opened.

axe-core (https://github.com/dequelabs/axe-core, MPL-2.0) is the rule book that Lighthouse and
browsers' own audits use too. It runs in the page; what it needs comes with a package of the tests
and never goes into the site.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

COLOURS = ["color-contrast"]  # axe's rule: 4.5:1, 3:1 for large letters; the slow one
_FEW = 4  # places told of each fault

# Opens all that a reader can open, and waits until what that calls for is there
_OPEN = """async () => {
    for (let shut; (shut = document.querySelectorAll('details:not([open])')).length; ) {
        shut.forEach(fold => { fold.open = true; });
        await new Promise(done => setTimeout(done, 100));
    }
    for (const box of document.querySelectorAll('label input[type=checkbox]:not(:checked)'))
        if (box.checkVisibility()) box.click();
    await new Promise(done => setTimeout(done, 200));
}"""


# Takes away what repeats what stands before it: axe would look at each of 20,000 alike
_THIN = """() => {
    const kinds = ['figure:has(.ob-controls)', 'figure.ob-figure:not(:has(.ob-controls))',
        'figure.ob-table', 'section.ob-entry', 'ul.ob-sources', 'details[data-item]',
        'article p > a.ob-fact'];
    for (const kind of kinds) {
        const most = /figure|section|ul/.test(kind) ? 2 : 9;
        for (const each of [...document.querySelectorAll(kind)].slice(most)) each.remove();
    }
    const after = {tr: 3, li: 6, dt: 6, dd: 6, details: 8, g: 3, path: 3};
    for (const [tag, most] of Object.entries(after))
        for (const each of document.querySelectorAll(
            `tbody > ${tag}, article ${tag}:is(li, dt, dd, details), .ob-static ${tag}`)) {
            let before = 0;
            for (let other = each; (other = other.previousElementSibling); )
                before += other.tagName === each.tagName;
            if (before >= most) each.remove();
        }
    const seen = new Map();
    for (const word of document.querySelectorAll('.highlight span')) {
        const many = (seen.get(word.className) ?? 0) + 1;
        seen.set(word.className, many);
        if (many > 3) word.replaceWith(' ');
    }
}"""


def thin(page: Page) -> None:
    """Leave the first few where many alike follow: rows, entries, words of code, marks."""
    page.evaluate(_THIN)


def open_all(page: Page) -> None:
    """Open every fold, every row of the tables and all code of a page."""
    page.evaluate(_OPEN)


def violations(page: Page, only: Iterable[str] = (), without: Iterable[str] = ()) -> list[str]:
    """What axe finds on a page as it stands, by rule and place, of any impact; [] is clean.

    All of axe's rules that are no experiment, the size of what is tapped too; or `only` some, or
    all `without` some.
    """
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if only := list(only):
        options["runOnly"] = {"type": "rule", "values": only}
    options["rules"] = {
        "target-size": {"enabled": True},
        **{r: {"enabled": False} for r in without},
    }
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}), {len(fault['nodes'])} places: "
        + " | ".join(_place(node) for node in fault["nodes"][:_FEW])
        for fault in found
    ]


def _place(node: dict) -> str:
    why = " ".join(node["failureSummary"].split())
    return f"{' '.join(map(str, node['target']))} {node['html'][:120]!r}: {why[:200]}"
