"""What a reader has to fetch and a browser to build: limits for every page and for the site."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
import tinycss2

from openbook.site import styles
from openbook.testing import book, weight

# kB as sent and elements, before anything is opened
LIMITS = {"first": 150, "looks": 60, "elements": 3000, "charts": 500}
SITE_MOST = 45  # MB; to become 25
FIGURE, FRAME = "figures/oil-routes.html", "embed/oil-routes.html"  # one stands for all


def pages() -> list[str]:
    made = ["charts.html", "search.html", "404.html", FIGURE]
    return [f"{page.docname}.html" for page in book.pages()] + made


@pytest.mark.browser
def test_pages_are_light(site, browser):
    found = {name: asdict(weight.of_page(browser, site, name)) for name in pages()}
    faults = []
    for name, measures in found.items():
        for measure, most in LIMITS.items():
            if measures[measure] > most:
                faults.append(f"{name}: {measure} is {measures[measure]:.0f}, at most {most}")
    assert not faults, "\n".join(faults)


def test_the_site_is_light(site):
    assert weight.of_site(site) <= SITE_MOST


def test_the_site_has_no_unused_file(site):
    static = site / "_static"
    html = "".join(p.read_text("utf-8") for p in site.rglob("*.html"))
    own = ("openbook-", "openbook.", "caspian-")
    others = {p for p in static.rglob("*") if p.is_file() and not p.name.startswith(own)}
    css = "".join(p.read_text("utf-8") for p in static.glob("*.css"))
    for path in others - {static / weight.LIBRARY}:
        name = path.relative_to(static).as_posix()
        assert f"_static/{name}" in html or name in css, f"nothing names _static/{name}"


def test_a_page_names_only_what_is_there(site):
    for path in site.rglob("*.html"):
        for found in re.findall(
            r'(?:href|src)="([^":?#]*_static/[^"?#]+)', path.read_text("utf-8")
        ):
            assert (path.parent / found).resolve().is_file(), f"{path.name} names {found}"


def _matches(selector: str, names: set[str]) -> bool:
    rule = tinycss2.parse_one_rule(f"{selector} {{}}", skip_comments=True)
    return styles.matches(rule.prelude, names)


@pytest.mark.parametrize(
    ("selector", "kept"),
    [
        ("p.note", True),
        ("p.toast", False),
        ("div p", True),
        ("nav p", False),
        ("#main > p:hover::before", True),
        ("#other", False),
        ("p:not(.toast)", True),
        (":is(.toast, .note)", True),
        (":is(.toast, nav)", False),
        ("[data-theme=dark] p", True),
        ("[data-bs-theme] p", False),
        ("p.fa-note", False),  # the icons are drawn by the book's own styles
        ("*", True),
    ],
)
def test_a_rule_is_kept_if_it_can_match(selector, kept):
    page = '<div id="main" data-theme="light"><p class=note>A<p class="fa-note other-one">B</div>'
    assert _matches(selector, styles.names_in_page(page)) is kept


def test_names_in_a_script_count():
    names = styles.names_in_script("box.classList.add('was-seen'); box.dataset.howFar = 1;")
    assert {"was-seen", "data-how-far"} <= names


def test_a_sheet_loses_what_nothing_names():
    css = """/* said */ :root { --used: red; --unused: blue; --chain: var(--unused) }
    @keyframes spin { to { rotate: 1turn } } @font-face { font-family: Icons }
    @media print { p { color: var(--used) } nav { color: red } }
    @media screen { nav { color: red } }"""
    made = styles.without_unused(styles.purged(css, {"p"}), set())
    assert made == ":root{--used:red}\n@media print{p{color:var(--used)}}\n"


def test_the_sheet_is_the_same_twice(tmp_path: Path):
    css = (Path(styles.__file__).parent / "static" / "openbook.css").read_text("utf-8")
    once = styles.purged(css, None)
    assert styles.purged(once, None) == once
