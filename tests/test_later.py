"""Parts of pages that are fetched later: what lies where, and that readers get all of it."""

from __future__ import annotations

import re
from functools import cache

import pytest

from openbook.site import later
from openbook.site.markup import Link
from openbook.testing import book, host

LONG = "<p>" + "word " * 400 + "</p>"


def marked(html: str, **kinds: bool) -> str:
    instead = Link("There", "x")
    return f"<h1>A</h1>{later.opening(instead, **kinds)}{html}{later.closing()}<p>end</p>"


# --- cutting and filling -------------------------------------------------------------------------


def test_a_part_goes_into_a_file_and_comes_back(tmp_path):
    folder = tmp_path / later.FOLDER
    page = later.cut(marked(LONG, near=True, paper=True), "../", folder)
    (file,) = folder.iterdir()
    assert LONG not in page and '<a href="x">There</a>' in page
    assert f'data-near data-paper data-part="../{later.FOLDER}/{file.name}"' in page
    assert later.held(file) == LONG
    assert later.filled(page, tmp_path) == f"<h1>A</h1>{LONG}<p>end</p>"


def test_pages_share_the_file_of_the_same_part(tmp_path):
    pages = [later.cut(marked(LONG), root, tmp_path) for root in ("", "../")]
    assert len(list(tmp_path.iterdir())) == 1
    assert 'data-part="_later/' in pages[0] and 'data-part="../_later/' in pages[1]


def test_a_short_part_stays(tmp_path):
    assert later.cut(marked("<b>1</b>"), "", tmp_path) == "<h1>A</h1><b>1</b><p>end</p>"
    assert not list(tmp_path.iterdir())


def test_parts_side_by_side_are_two(tmp_path):
    page = later.cut(marked(LONG) + marked(LONG.replace("word", "more")), "", tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert page.count("data-part=") == 2


def test_text_instead_of_a_part_is_escaped_and_a_link_is_not(tmp_path):
    assert "&lt;b&gt;" in later.opening("<b>")
    assert '<a href="a.csv">CSV</a><!--later-->' in later.opening(Link("CSV", "a.csv"))


def test_text_of_a_part_ends_no_script(tmp_path):
    html = LONG + "</script><!-- \u2028 'x' \"y\" \\"
    page = later.cut(marked(html), "", tmp_path / later.FOLDER)
    assert later.filled(page, tmp_path) == f"<h1>A</h1>{html}<p>end</p>"


def test_what_no_page_names_goes(tmp_path):
    folder = tmp_path / later.FOLDER
    page = later.cut(marked(LONG), "", folder)
    (folder / "0123456789abcdef.js").write_text("openbookPart")
    later.tidy(tmp_path, [page])
    assert [path.stem in page for path in folder.iterdir()] == [True]
    later.tidy(tmp_path, [])
    assert not list(folder.iterdir())


def test_a_file_that_is_no_part_is_refused(tmp_path):
    path = tmp_path / "x.js"
    path.write_text("alert(1)")
    with pytest.raises(ValueError, match=r"x\.js holds no part"):
        later.held(path)


# --- the built site ------------------------------------------------------------------------------


@cache
def pages() -> dict[str, str]:
    found = (p for p in book.HTML.rglob("*.html") if not p.parts[-2].startswith("_"))
    return {path.relative_to(book.HTML).as_posix(): path.read_text("utf-8") for path in found}


@pytest.mark.site
def test_each_part_is_there_and_no_other(site):
    named = {name for html in pages().values() for name in re.findall(r"_later/(\w+)\.js", html)}
    assert named == {path.stem for path in (site / later.FOLDER).iterdir()}
    assert len(named) > 100


@pytest.mark.site
def test_no_mark_is_left_over(site):
    for name, html in pages().items():
        assert "<!--later-->" not in html, name
        assert html.count("<!--/later-->") == html.count("data-part="), name


@pytest.mark.site
def test_without_a_script_each_part_has_a_way_to_it(site):
    for path in site.rglob("chapters/*.html"):
        for instead in re.findall(
            r"data-part=[^>]*>(.*?)<!--/later-->", path.read_text("utf-8"), re.S
        ):
            targets = re.findall(r'(?:href|src)="([^"#]+)', instead)
            assert targets, f"{path.name}: {instead}"
            lost = [to for to in targets if not (path.parent / to).resolve().is_file()]
            assert not lost, f"{path.name}: {lost}"


# --- in a browser --------------------------------------------------------------------------------

LEFT = "document.querySelectorAll('.ob-later[data-part]').length"
PAPER = "document.querySelectorAll('.ob-later[data-paper][data-part]').length"


def opened(browser, address: str, name: str, **settings):
    visit = browser.visit(**settings)
    visit.page.goto(f"{address}/{name}", wait_until="load")
    return visit


@pytest.mark.browser
def test_folds_bring_their_parts(site, browser):
    with host.served(site) as address:
        visit = opened(browser, address, "chapters/energy.html")
        page = visit.page
        fold = page.locator("#fig-oil-routes details.ob-data")
        assert fold.locator("tbody tr").count() == 0
        fold.locator("summary").click()
        fold.locator("tbody tr").first.wait_for()
        code = page.locator("#fig-oil-routes details.ob-code")
        code.locator("summary").click()
        code.locator("pre").first.wait_for()
        code.locator(".ob-copy").first.wait_for()
        page.locator("#fig-oil-routes").scroll_into_view_if_needed()
        page.locator("#fig-oil-routes.ob-drawn").wait_for()
    assert not visit.problems


@pytest.mark.browser
@pytest.mark.parametrize("from_disk", [True, False], ids=["disk", "host"])
def test_a_link_leads_into_a_part(site, browser, from_disk):
    name = "chapters/references.html"
    last = re.findall(r'id="(source-[^"]+)"', later.filled(pages()[name], site))[-1]
    assert last not in pages()[name]
    with host.served(site) as hosted:
        address = site.as_uri() if from_disk else hosted
        visit = opened(browser, address, f"{name}#{last}")
        visit.page.wait_for_function(
            """id => {
                const at = document.getElementById(id)?.getBoundingClientRect();
                return at && at.top >= 0 && at.bottom <= innerHeight;
            }""",
            arg=last,
        )
        assert not visit.problems


@pytest.mark.browser
@pytest.mark.parametrize("from_disk", [True, False], ids=["disk", "host"])
def test_paper_has_every_part(site, browser, from_disk):
    with host.served(site) as hosted:
        address = site.as_uri() if from_disk else hosted
        for name in ("chapters/claims.html", "chapters/references.html", "chapters/visit.html"):
            visit = opened(browser, address, name)
            if from_disk:
                visit.page.wait_for_function(f"{PAPER} === 0")
            else:
                assert visit.page.evaluate(PAPER) > 3
            visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
            assert visit.page.evaluate(PAPER) == 0, name
            assert not visit.problems


@pytest.mark.browser
def test_a_part_that_cannot_be_had_leaves_its_link(site, browser):
    with host.served(site) as address:
        visit = browser.visit()
        page = visit.page
        page.route(f"**/{later.FOLDER}/*", lambda route: route.abort())
        page.goto(f"{address}/chapters/energy.html", wait_until="load")
        fold = page.locator("#fig-oil-routes details.ob-code")
        with page.expect_console_message(lambda message: "did not load" in message.text):
            fold.locator("summary").click()
        assert fold.get_by_role("link").count() == 1
        page.unroute(f"**/{later.FOLDER}/*")
        fold.locator("summary").click()
        fold.locator("summary").click()  # asks again
        fold.locator("pre").first.wait_for()
    assert any("did not load" in problem for problem in visit.problems)


@pytest.mark.browser
def test_without_a_script_every_figure_has_its_picture(site, browser):
    with host.served(site) as address:
        visit = opened(browser, address, "chapters/energy.html", java_script_enabled=False)
        figures = visit.page.locator("figure.ob-figure")
        for at in range(figures.count()):
            picture = figures.nth(at).locator("noscript img, .ob-static img").first
            picture.scroll_into_view_if_needed()
            assert picture.bounding_box()["width"] > 300
    assert not visit.problems
