"""A page, a frame and a card for each figure; the gallery; what search engines are told."""

from __future__ import annotations

import io
import json
import re
import shutil
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import samples
from PIL import Image

from openbook.bundle import Figure
from openbook.site import address, styles
from openbook.site.pictures import CARD, CARD_MOST, SHARPNESS, THUMB, THUMB_MOST
from openbook.testing import book, trees

BASE = "https://example.org/a-book/"
PNG_MOST = 100_000  # bytes of a picture to take away
SEEN = """() => [...document.querySelectorAll('.ob-static svg')].filter(
    svg => svg.checkVisibility() && svg.getBoundingClientRect().height > 60).length"""


@cache
def figures() -> list[str]:
    """The names of the built book's figures, without `fig-`, in the order of reading."""
    ran = [nbformat.read(page.executed, as_version=4) for page in book.chapters()]
    bundles = [bundle for notebook in ran for bundle in book.bundles(notebook, Figure)]
    return [bundle.name.removeprefix("fig-") for bundle in bundles]


def names(folder: Path, pattern: str) -> set[str]:
    return {path.stem for path in folder.glob(pattern)}


def broken(path: Path, site: Path) -> list[str]:
    """The links of a page that lead to no file, or to no place on a page."""
    lost = []
    for tag in book.soup(path).select("[href], [src]"):
        link = tag.get("href") or tag.get("src") or ""
        parts = urlsplit(link)
        if parts.scheme or link in ("", "#"):
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
        if not target.is_file() or not target.is_relative_to(site.resolve()):
            lost.append(link)
        elif parts.fragment and target.suffix == ".html":
            lost += [] if unquote(parts.fragment) in book.anchors(target) else [link]
    return lost


@pytest.mark.site
def test_each_figure_has_a_page_a_frame_and_pictures(site):
    every = set(figures())
    assert len(every) == len(figures())
    assert names(site / "figures", "*.html") == every
    assert names(site / "embed", "*.html") == every
    assert names(site / "_pictures", "figures-*.png") == {f"figures-{name}" for name in every}
    assert names(site / "_pictures", "fig-*.webp") == {f"fig-{name}" for name in every}


@pytest.mark.site
def test_pictures_keep_to_their_sizes(site):
    for name in figures():
        card, thumb = (
            (site / "_pictures" / file).read_bytes()
            for file in (f"figures-{name}.png", f"fig-{name}.webp")
        )
        assert len(card) <= CARD_MOST and len(thumb) <= THUMB_MOST, name
        assert Image.open(io.BytesIO(card)).size == CARD
        size = Image.open(io.BytesIO(thumb)).size
        assert size == tuple(round(side * SHARPNESS) for side in THUMB), name
        png = site / "_figures" / f"fig-{name}.png"
        assert png.stat().st_size <= PNG_MOST, name
        assert Image.open(png).size[0] >= 2 * 700, f"{name} is not twice as sharp as the page"


@pytest.mark.site
@pytest.mark.parametrize("folder", ["figures", "embed"])
def test_every_link_of_a_figures_page_leads_somewhere(site, folder):
    lost = {path.name: broken(path, site) for path in sorted((site / folder).glob("*.html"))}
    assert len(lost) > 1 and not any(lost.values()), {k: v for k, v in lost.items() if v}
    assert not broken(site / "charts.html", site) and not broken(site / "404.html", site)


@pytest.mark.site
def test_a_figures_page_has_all_that_stands_behind_it(site):
    before = None
    for name in figures():
        path = site / "figures" / f"{name}.html"
        soup = book.soup(path)
        figure = soup.select_one(f"figure#fig-{name}")
        assert all(h1.get_text(strip=True) for h1 in soup.select("h1")), f"{name} on paper"
        title = soup.select_one("article h1").get_text(strip=True)
        where = soup.select_one(".ob-kicker a")["href"]
        chapter = book.soup((path.parent / where.partition("#")[0]).resolve())
        told = chapter.select_one(f"figure#fig-{name} .caption-text").get_text().strip()
        assert title == told, f"{name} has another finding in its chapter"
        assert figure.select_one(".ob-static svg") and figure.select_one(".ob-spec"), name
        assert soup.select("#sources li") and soup.select("#data tbody tr"), name
        assert soup.select("#code pre"), f"{name} shows no code"
        snippet = soup.select_one("#embed pre").get_text()
        assert re.search(rf'<iframe src="[^"]*embed/{name}\.html" title="[^"]+" ', snippet), snippet
        assert not soup.select("iframe"), name
        assert f"figures/{name}.html" in soup.select_one("#cite p").get_text()
        assert "@incollection" in soup.select_one("#cite pre").get_text()
        back = soup.select_one(".left-prev")
        assert (back and back["href"]) == (before and f"{before}.html"), name
        before = name
    decided = [n for n in figures() if book.soup(site / f"figures/{n}.html").select("#decides a")]
    assert len(decided) > 5


@pytest.mark.site
def test_the_gallery_shows_each_figure_once(site):
    soup = book.soup(site / "charts.html")
    shown = [a["href"] for a in soup.select(".ob-gallery a")]
    assert shown == [f"figures/{name}.html" for name in figures()]
    for image in soup.select(".ob-gallery img"):
        assert image["loading"] == "lazy" and image["width"] and image["height"]
    chapters = {item["data-chapter"] for item in soup.select(".ob-gallery li")}
    assert chapters == {o["value"] for o in soup.select("[name=chapter] option") if o["value"]}
    heads = [book.soup(page.html).select_one("#pst-header") for page in book.pages()]
    assert all(head.select('a[href$="charts.html"]') for head in heads)


@pytest.mark.site
def test_a_book_without_an_address_names_none(site):
    assert not (site / address.SITEMAP).exists() and not (site / address.ROBOTS).exists()
    for path in [site / "index.html", site / "charts.html", *(site / "figures").glob("*.html")]:
        head = path.read_text("utf-8").partition("</head>")[0]
        assert 'rel="canonical"' not in head and "og:image" not in head and "og:url" not in head
        assert "oembed" not in head, path.name


def test_links_from_the_root_keep_what_is_not_the_books():
    page = '<a href="x.html#y"><a href="#here"><img src="a/b.png"><a href="https://e.org/">'
    html = page + '<html data-content_root="./"><a href="mailto:a@e.org">'
    rooted = address.rooted(html, BASE)
    assert 'href="/a-book/x.html#y"' in rooted and 'src="/a-book/a/b.png"' in rooted
    assert 'href="#here"' in rooted and 'href="https://e.org/"' in rooted
    assert 'data-content_root="/a-book/"' in rooted and "mailto:a@e.org" in rooted
    assert address.rooted(rooted, BASE) == rooted


# --- in the browser ------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_frame_needs_no_script_and_is_dark_where_its_reader_is(site, browser):
    name = figures()[0]
    inks = {}
    for scheme, width in (("light", 720), ("dark", 360)):
        visit = browser.visit(
            color_scheme=scheme, java_script_enabled=False, viewport={"width": width, "height": 700}
        )
        visit.open(site / "embed" / f"{name}.html")
        assert visit.page.evaluate(SEEN) == 1, f"{scheme}: {visit.problems}"
        assert visit.page.evaluate("document.scrollingElement.scrollWidth") <= width
        shown = "getComputedStyle(document.body)"
        inks[scheme] = visit.page.evaluate(f"[{shown}.color, {shown}.backgroundColor]")
        faces = "[...document.querySelectorAll('h1, p')].map(e => getComputedStyle(e).fontFamily)"
        assert all(face.startswith('"Openbook') for face in visit.page.evaluate(faces))
        assert not visit.problems
    assert inks["light"][0] != inks["dark"][0] and inks["light"][1] != inks["dark"][1]


@pytest.mark.browser
def test_the_gallery_is_filtered_by_chapter(site, browser):
    visit = browser.visit(viewport={"width": 360, "height": 740})
    visit.open(site / "charts.html")
    choice = visit.page.locator("select[name=chapter]")
    chapter = choice.locator("option").nth(2).get_attribute("value")
    choice.select_option(chapter)
    left = visit.page.locator(".ob-gallery li:visible")
    assert 0 < left.count() < len(figures())
    assert {item.get_attribute("data-chapter") for item in left.all()} == {chapter}
    assert visit.page.evaluate("document.scrollingElement.scrollWidth") <= 360
    assert not visit.problems


# --- with an address, and without the figure -----------------------------------------------------


def font_displays(site):
    sheet = (site / "_static" / styles.SHEET).read_text("utf-8")
    return set(re.findall(r"font-display: (\w+)", sheet))


@pytest.mark.slow
def test_an_address_is_told_and_a_figure_that_goes_leaves_nothing(tmp_path):
    tree = samples.small_book(tmp_path / "book")
    done = trees.build(tree, cold=True, BOOK_BASEURL=BASE.rstrip("/"))
    assert done.returncode == 0, done.output[-5000:]
    site = tree / "_build" / "html"
    sitemap = ET.parse(site / address.SITEMAP).iter()
    listed = [str(part.text) for part in sitemap if part.tag.endswith("}loc")]
    pages = ["index", "chapters/oil", "chapters/ports", "chapters/back", "charts", "figures/oil"]
    assert sorted(listed) == sorted(f"{BASE}{page}.html" for page in pages)
    assert f"Sitemap: {BASE}sitemap.xml" in (site / address.ROBOTS).read_text("utf-8")
    for page in pages:
        text = (site / f"{page}.html").read_text("utf-8")
        assert text.count(f'<link rel="canonical" href="{BASE}{page}.html"') == 1, page
        cards = re.findall(r'property="og:image" content="([^"]*)"', text)
        assert len(cards) == (page != "charts"), page
        for card in cards:
            made = site / card.removeprefix(BASE)
            assert made.is_file() and made.stat().st_size <= CARD_MOST, card
            assert 'name="twitter:card"' in text and 'property="og:image:alt"' in text
    # Fonts are asked for ahead, and nothing moves when one is late all the same
    preloads = re.findall(r'rel="preload" as="font"[^>]*href="([^"]+)"', text)
    assert preloads and all((site / "figures" / path).is_file() for path in preloads)
    assert font_displays(site) == {"optional"}
    told = json.loads((site / "embed" / "oil.json").read_text("utf-8"))
    assert f'src="{BASE}embed/oil.html"' in told["html"] and told["type"] == "rich"
    assert f'href="{BASE}embed/oil.json"' in (site / "figures" / "oil.html").read_text("utf-8")
    assert 'href="/a-book/chapters/oil.html"' in (site / "404.html").read_text("utf-8")

    path = tree / "chapters" / "oil.md"
    trees.edit(path, '"fig-oil"', '"fig-fuel"')
    trees.edit(path, "{numref}`fig-oil`", "{numref}`fig-fuel`")
    trees.edit(tree / "index.md", "{figure-card} fig-oil", "{figure-card} fig-fuel")
    done = trees.build(tree, cold=True)
    assert done.returncode == 0, done.output[-5000:]
    left = trees.built_files(tree)
    assert not [name for name in left if re.match(r"(figures|embed|_pictures)/.*oil", name)]
    assert {"figures/fuel.html", "embed/fuel.html", "charts.html", "404.html"} <= set(left)
    assert not [name for name, content in left.items() if BASE.encode() in content]
    assert font_displays(site) == {"swap"}, "from a disk an optional font never comes"
    assert b'rel="preload" as="font"' not in left["index.html"]
    shutil.rmtree(tree / "_build" / "html")
    shutil.rmtree(tree / "_build" / ".doctrees")
    done = trees.build(tree, cold=True)
    assert done.returncode == 0, done.output[-5000:]
    assert not trees.site_differences(left, trees.built_files(tree))
