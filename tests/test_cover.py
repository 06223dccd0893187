"""The spine of the book: the head of every page, and the front page as its cover."""

from __future__ import annotations

import pytest

from openbook.testing import book


# --- the head of every page ----------------------------------------------------------------------


@pytest.mark.parametrize("page", book.pages(), ids=lambda page: page.name)
def test_the_head_leads_to_every_chapter_in_order(site, page):
    """In the order of `_toc.yml`, claims first; the page itself is marked; the foot has the rest."""
    soup = book.soup(page.html)
    wide, narrow = soup.select_one(".ob-menu-wide"), soup.select_one(".ob-menu-narrow")
    listed = [p for p in book.pages() if p.docname != "index"]

    def named(part):
        files = [(page.html.parent / a["href"]).resolve() for a in part.select("a") if a["href"]]
        return [p.docname for f in files for p in listed if p.html.resolve() == f]

    everything = [p.docname for p in listed if p != page]
    assert sorted(named(narrow)) == sorted(everything)
    chapters = [d for d in named(wide) if d not in ("chapters/data", "chapters/methods")]
    order = [d for d in everything if d in chapters]
    assert chapters == order and len(chapters) >= 6
    if page.docname != "chapters/claims":
        assert chapters[0] == "chapters/claims"
    foot = named(soup.select_one(".ob-pages-below"))
    assert set(everything) == set(named(wide)) | set(foot)
    here = [a.get_text() for a in wide.select("[aria-current=page]")]
    assert here == ([] if page.docname == "index" or page.docname in foot else here[:1])
    assert not soup.select("#pst-primary-sidebar"), "a left sidebar"
