"""Everyone can read the book: by axe, by keyboard, in forced colours, unmoved, at 400%."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from openbook.site import styles
from openbook.testing import access
from openbook.testing.browser import add_style

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from openbook.testing.browser import Chromium, Visit

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}  # what 1280 by 1024 pixels hold at 400%
# One of every kind of page
FIGURE = "figures/oil-routes.html"
KINDS = [
    "index.html", "chapters/energy.html", "chapters/claims.html", "chapters/data.html",
    "chapters/references.html", "chapters/methods.html", FIGURE, "charts.html",
    "search.html?q=oil", "404.html", "chapters/tr.html", "embed/oil-routes.html",
]  # fmt: skip
each_kind = pytest.mark.parametrize("name", KINDS)


def opened(chromium: Chromium, site: Path, name: str, **settings: Any) -> Visit:
    """A page of the site, with what it finds if it is the search."""
    visit = chromium.visit(**settings)
    visit.page.set_default_timeout(60_000)  # with axe at work beside it a long page is slow
    file, _, asked = name.partition("?")
    visit.page.goto((site / file).as_uri() + (f"?{asked}" if asked else ""), wait_until="load")
    if asked:
        visit.page.locator(".ob-find section li").first.wait_for()
    return visit


def draw(page: Page, most: int = 99) -> None:
    """Wake the charts of a page, or the first few."""
    for figure in page.locator("figure.ob-figure:has(.ob-live)").all()[:most]:
        figure.scroll_into_view_if_needed()
        figure.locator(".ob-live svg").first.wait_for(state="visible")


# --- axe -----------------------------------------------------------------------------------


@pytest.mark.browser
@each_kind
def test_axe_finds_nothing(site, browser, name):
    visit = opened(browser, site, name, viewport=DESK, color_scheme="light")
    visit.fetch_all()
    access.thin(page := visit.page)
    faults = []

    def check(state: str, scheme: str, size: dict[str, int], **rules: list[str]) -> None:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        found = access.violations(page, **rules)
        faults.extend(f"{state}, {scheme}, {size['width']} px: {fault}" for fault in found)

    # Letters have the same colours before they are shown: that slow rule comes with all opened
    check("as it opens", "light", DESK, without=access.COLOURS)
    check("as it opens", "dark", PHONE, without=access.COLOURS)
    access.open_all(page)
    access.thin(page)  # the code that came with it
    check("with all opened", "dark", PHONE)
    page.set_viewport_size(DESK)
    draw(page)
    check("with all opened", "light", DESK)
    assert not faults, f"{name}:\n" + "\n".join(faults)


@pytest.mark.browser
def test_axe_finds_what_is_wrong(browser):
    page = browser.visit().page
    page.set_content("<main><img src='data:,'><p style='color:#999;background:#fff'>Pale</main>")
    found = " ".join(access.violations(page))
    assert "image-alt (critical)" in found and "color-contrast (serious)" in found
    assert "image-alt" not in " ".join(access.violations(page, only=access.COLOURS))


# --- the mode ----------------------------------------------------------------------------------

_GROUND = """() => {
    const pen = document.createElement('canvas').getContext('2d');
    pen.fillStyle = getComputedStyle(document.body).backgroundColor;
    pen.fillRect(0, 0, 1, 1);
    return pen.getImageData(0, 0, 1, 1).data[0];
}"""


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_the_first_paint_is_dark_for_those_who_read_in_the_dark(site, browser, javascript):
    # As before a script has run: none is loaded, or none may run
    visit = browser.visit(color_scheme="dark", java_script_enabled=javascript, viewport=DESK)
    visit.page.route(re.compile(r"\.js\b"), lambda route: route.fulfill(body=""))
    for name in ("index.html", "chapters/references.html", FIGURE, "charts.html", "404.html"):
        visit.page.goto((site / name.partition("?")[0]).as_uri())
        visit.page.emulate_media(color_scheme="dark")
        assert visit.page.evaluate(_GROUND) < 60, f"{name} is light"
        visit.page.emulate_media(color_scheme="light")
        assert visit.page.evaluate(_GROUND) > 200, f"{name} is dark"
    assert not visit.problems


def test_what_is_said_of_a_mode_is_said_of_the_system_too():
    css = """html{color:red} html[data-theme=light]{color:black}
    html[data-theme="dark"] p{color:#fff}
    @media print{html[data-theme=dark]{color:black}}"""
    made = styles.following_system(css)
    light = "@media (prefers-color-scheme:light){html[data-theme=auto]{color:black}}"
    dark = "@media (prefers-color-scheme:dark){html[data-theme=auto] p{color:#fff}}"
    paper = "@media (prefers-color-scheme:dark){html[data-theme=auto]{color:black}}"
    assert made.index("data-theme=light") < made.index(light) < made.index(dark)
    assert made.index("@media print{") < made.index(paper)
    assert styles.following_system("p{color:red}") == "p{color:red}\n"


# --- the keyboard ------------------------------------------------------------------------------

# What a reader can work, in order: its place in the page; the rest of a group of radios is skipped
_WORKED = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}))"""
_MARK = f"""() => {{
    const all = ({_WORKED})();
    all.forEach((e, at) => {{ e.dataset.at = at; }});
    return all.length;
}}"""
# Where the keyboard is: the mark, whether its frame is seen, whether something lies over it
_AT = """() => {
    const e = document.activeElement, style = getComputedStyle(e), box = e.getClientRects()[0];
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const top = document.elementFromPoint(x, y);
    const inside = x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
    const over = inside && top && !e.contains(top) && !top.contains(e) && !top.closest('.ob-tip');
    return {
        at: Number(e.dataset.at), tag: e.outerHTML.slice(0, 100), inside,
        framed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        over: over ? top.outerHTML.slice(0, 80) : '',
    };
}"""


_SET = """document.fonts.ready.then(
  () => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))"""


def walked(page: Page, most: int = 400) -> list[str]:
    """What is wrong on the way of the Tab key through a page, at most so many steps."""
    page.evaluate(_SET)  # a box that goes on sideways, as its letters come to say, is a stop too
    faults, many = [], page.evaluate(_MARK)
    first = page.evaluate(
        "1 + Number(document.activeElement.dataset.at ?? -1)"
    )  # the search's field
    for step in range(first, min(many, most)):
        page.keyboard.press("Tab")
        here = page.evaluate(_AT)
        where = f"step {step}: {here['tag']}"
        if here["at"] != step:
            return [*faults, f"{where} is {here['at']} of the page"]
        if not here["framed"]:
            faults.append(f"{where} shows no frame")
        if here["over"] or not here["inside"]:
            faults.append(f"{where} is behind {here['over'] or 'the edge'}")
    return faults


@pytest.mark.browser
@pytest.mark.parametrize("name", [k for k in KINDS if "data" not in k and "references" not in k])
def test_the_keyboard_reaches_all_in_order_and_is_seen(site, browser, name):
    visit = opened(browser, site, name, viewport=DESK)
    visit.fetch_all()  # what comes on the way has no number
    faults = walked(visit.page)
    assert not faults, f"{name}:\n" + "\n".join(faults[:10])
    assert not visit.problems


@pytest.mark.browser
def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(site, browser):
    page = opened(browser, site, "chapters/energy.html", viewport=PHONE).page
    menu = page.locator(".ob-menu-narrow")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    first = menu.locator("a").first
    first.wait_for(state="visible")
    page.keyboard.press("Tab")
    assert first.evaluate("a => a === document.activeElement")
    page.keyboard.press("Escape")
    first.wait_for(state="hidden")
    assert menu.locator("summary").evaluate("s => s === document.activeElement")


@pytest.mark.browser
def test_the_mode_is_switched_by_keyboard(site, browser):
    page = opened(browser, site, "index.html", viewport=DESK, color_scheme="light").page
    button = page.get_by_role("button", name="Light or dark")
    button.focus()
    names = []
    for mode in ("dark", "light", "auto"):
        page.keyboard.press("Enter")
        assert page.evaluate("document.documentElement.dataset.mode") == mode
        assert button.evaluate("b => b === document.activeElement"), "the keyboard lost its place"
        names.append(button.get_attribute("aria-label"))
    assert len(set(names)) == 3, f"the button says the same of three modes: {names[0]}"


@pytest.mark.browser
def test_every_fold_and_switch_opens_by_keyboard(site, browser):
    page = opened(browser, site, "chapters/energy.html", viewport=DESK).page
    kinds = page.evaluate(
        "[...new Set([...document.querySelectorAll('article details')].map(d => d.classList[0]))]"
    )
    assert {"ob-source", "ob-data", "ob-code", "ob-citing"} <= set(kinds)
    for kind in kinds:
        fold = page.locator(f"article details.{kind}" if kind else "article details").first
        for key, state in (("Enter", True), ("Space", False)):
            fold.locator("summary").first.press(key)
            assert fold.evaluate("d => d.open") is state, kind
    shut = "document.querySelectorAll('details.ob-code:not([open])').length"
    switch = page.get_by_label("Show all code")
    switch.press("Space")
    assert page.evaluate(shut) == 0
    switch.press("Space")
    assert page.evaluate(shut) > 0


@pytest.mark.browser
def test_a_slider_has_a_name_and_says_its_value(site, browser):
    page = opened(browser, site, "chapters/energy.html", viewport=DESK).page
    draw(page)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    sliders = page.locator("article input[type=range]")
    assert sliders.count() > 3
    for slider in sliders.all():
        label = slider.evaluate("s => s.labels[0].textContent.trim()")
        assert label and page.get_by_role("slider", name=label).count() >= 1
        slider.focus()
        for key in ("Home", "End"):
            page.keyboard.press(key)
            seen = slider.evaluate("s => s.nextElementSibling.textContent")
            assert slider.get_attribute("aria-valuetext") == seen and re.search(r"\d", seen)
    for output in page.locator("article .ob-readout").all():
        assert output.get_attribute("aria-live") == "polite" and output.inner_text()


@pytest.mark.browser
def test_the_search_works_by_keyboard_alone(site, browser):
    page = opened(browser, site, "search.html", viewport=DESK).page
    field = page.get_by_role("searchbox")
    field.focus()
    page.keyboard.type("berth")
    found = page.locator(".ob-find section a")
    found.first.wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
        if found.first.evaluate("a => a === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "search.html" not in address)
    assert page.locator(".ob-clear").count() <= 1


# --- forced colours, motion ------------------------------------------------------------------

# The colours that parts of a page are seen by, as numbers; "ground" is what they stand on
_SEEN_BY = """parts => {
    const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgb = colour => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data];
    };
    const ground = rgb(getComputedStyle(document.body).backgroundColor);
    const found = parts.flatMap(([selector, property]) =>
        [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(
            e => [selector, rgb(getComputedStyle(e)[property])]));
    return [ground, found];
}"""


def contrast(one: list[int], other: list[int]) -> float:
    """WCAG's contrast of two colours, 1 to 21."""

    def light(colour: list[int]) -> float:
        parts = [c / 255 for c in colour[:3]]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_everything_to_be_seen(site, browser, scheme):
    asked = {"color_scheme": scheme, "forced_colors": "active", "viewport": DESK}
    wanted = {
        "index.html": {
            ".caspian-strip b": "backgroundColor",
            ".theme-switch-button i": "backgroundColor",
            ".ob-fact": "textDecorationColor",
        },
        "chapters/energy.html": {
            ".ob-live .mark-rect path": "fill",
            ".ob-live .mark-text text": "fill",
            ".ob-controls .ob-reset": "borderTopColor",
            ".ob-source summary": "color",
            ".caspian-progress b": "backgroundColor",
        },
        "chapters/claims.html": {
            ".ob-verdict": "color",
            ".ob-run": "borderTopColor",
        },
    }  # fmt: skip
    for name, parts in wanted.items():
        page = opened(browser, site, name, **asked).page
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        if "energy" in name:
            draw(page, 2)
        ground, found = page.evaluate(_SEEN_BY, list(parts.items()))
        assert {selector for selector, _ in found} == set(parts), name
        # marks may be pale where an edge or a word says the same; words and signs may not
        pale = [
            f"{selector}: {colour} on {ground}"
            for selector, colour in found
            if colour[3] > 0 and contrast(colour, ground) < (1.3 if "mark-rect" in selector else 3)
        ]
        assert not pale, f"{name}: {pale[:5]}"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        here = page.evaluate(_AT)
        assert here["framed"], here


@pytest.mark.browser
@each_kind
def test_nothing_moves(site, browser, name):
    page = opened(browser, site, name, viewport=DESK, reduced_motion="reduce").page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(e => {
            const s = getComputedStyle(e);
            const long = text => text.split(',').some(each => parseFloat(each) > 0);
            return long(s.transitionDuration) || (s.animationName !== 'none')
                || s.scrollBehavior === 'smooth' || ['VIDEO', 'MARQUEE'].includes(e.tagName);
        }).slice(0, 5).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert not moving, f"{name}: {moving}"
    assert page.evaluate("document.getAnimations().length") == 0


# --- 400% and wider letters ------------------------------------------------------------------

# What is wider than the page and is no box that scrolls
_WIDE = """most => [...document.querySelectorAll('body *')].filter(e => {
    if (!e.checkVisibility()) return false;
    for (let box = e.parentElement; box; box = box.parentElement)
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(box).overflowX)) return false;
    return e.getBoundingClientRect().right > most + 1;
}).slice(0, 5).map(e => `${e.tagName} ${e.className} ${e.id}`)"""
# How much of the window what stays in place covers at most, as the page is scrolled
_COVERED = """async () => {
    let most = [0, ''];
    const kept = [...document.querySelectorAll('body *')].filter(
        e => ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.checkVisibility());
    for (const e of kept.slice(0, 20)) {
        e.scrollIntoView();
        scrollBy(0, 40);
        await new Promise(requestAnimationFrame);
        const box = e.getBoundingClientRect();
        const high = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
        const across = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
        if (high > most[0] && across > innerWidth / 2) most = [high, e.outerHTML.slice(0, 90)];
    }
    return most;
}"""
# Text that its box cuts off, ends in dots apart: of those the whole is a click or a Tab away.
# A sign that words say too (aria-hidden) may be cut.
_CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
    const s = getComputedStyle(e);
    if (!/hidden|clip/.test(s.overflow) || s.clipPath !== 'none') return false;
    if (!e.checkVisibility() || e.closest('[aria-hidden=true]')) return false;
    if (!e.textContent.trim() || e.clientHeight < 2 || s.textOverflow === 'ellipsis') return false;
    return e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2;
}).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
# WCAG 1.4.12
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


@pytest.mark.browser
@each_kind
def test_at_400_per_cent_nothing_is_lost(site, browser, name):
    visit = opened(browser, site, name, viewport=ZOOMED)
    page = visit.page
    for state in ("as it opens", "with all opened", "with wider letters"):
        if state == "with all opened":
            access.open_all(page)
        if state == "with wider letters":
            add_style(page, SPACED)
        where = f"{name}, {state}"
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= 320, f"{where}: {wide} px, {page.evaluate(_WIDE, 320)}"
        cut = page.evaluate(_CUT)
        assert not cut, f"{where} cuts {cut}"
        covered, by = page.evaluate(_COVERED)
        assert covered <= 0.5 * ZOOMED["height"], f"{where}: {by} covers {covered} px"
    assert not visit.problems
