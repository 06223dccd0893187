"""The book as one PDF: its order, where links lead, and what a printed part of it holds."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from openbook import pdf
from openbook.site import citation
from openbook.testing import book
from openbook.testing.browser import find_browser

SOME = ["index", "chapters/visit", "chapters/ru"]


def test_pages_stand_in_the_order_of_the_contents() -> None:
    names = pdf.ordered(book.ROOT / "_toc.yml")
    assert sorted(names) == sorted(page.docname for page in book.pages())
    assert names[:2] == ["index", "chapters/claims"]


def test_a_print_says_the_day_of_the_release_and_not_its_own(monkeypatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    prints = [
        f"1 /CreationDate (D:{day}101112+00'00')\n/ModDate (D:{day}101112Z) (D:kept)".encode()
        for day in ("20261201", "20270102")
    ]
    one, other = (pdf.dated(each, "2026-11-24") for each in prints)
    assert one == other
    assert len(one) == len(prints[0])
    assert one.count(b"(D:20261124000000") == 2
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert pdf.dated(prints[0], "2026-11-24").count(b"(D:19700101000000") == 2


@pytest.mark.parametrize(
    ("href", "leads"),
    [
        ("energy.html#fig-chain", "#chapters-energy--fig-chain"),
        ("../index.html", "#index"),
        ("#here", "#chapters-visit--here"),
        ("https://example.org/a", "https://example.org/a"),
        ("../_figures/a.csv", ""),
    ],
)
def test_links_lead_into_the_document(href: str, leads: str) -> None:
    names = ["index", "chapters/visit", "chapters/energy"]
    assert pdf.led(href, "chapters/visit", names, "") == leads


def test_a_file_of_the_site_is_led_to_by_the_address() -> None:
    led = pdf.led("../_figures/a.csv", "chapters/visit", ["chapters/visit"], "https://b.org/x/")
    assert led == "https://b.org/x/_figures/a.csv"


def test_the_document_is_whole(site: Path, tmp_path: Path) -> None:
    """Every link within it has its place, no place is there twice, no script is left."""
    names = pdf.ordered(book.ROOT / "_toc.yml")
    soup = BeautifulSoup(pdf.document(book.ROOT, site, tmp_path, "", names), "html.parser")
    ids = Counter(str(node["id"]) for node in soup.select("[id]") if not node.find_parent("svg"))
    assert [name for name, count in ids.items() if count > 1] == []
    within = {str(a["href"])[1:] for a in soup.select('a[href^="#"]') if not a.find_parent("svg")}
    assert sorted(within - set(ids)) == []
    assert len(within) > 500
    assert not soup.select("script, button, input")
    assert all((tmp_path / str(link["href"])).is_file() for link in soup.select("link"))
    assert all((tmp_path / str(image["src"])).is_file() for image in soup.select("img[src]"))


def test_a_page_that_is_not_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="index is not built"):
        pdf.document(book.ROOT, tmp_path, tmp_path, "", ["index"])


@pytest.mark.browser
@pytest.mark.skipif(not find_browser(), reason="no Chromium found")
def test_the_print_has_bookmarks_links_and_whole_numbers(site: Path, tmp_path: Path) -> None:
    target = tmp_path / "book.pdf"
    asked = f"pdf.write(Path(), Path({str(target)!r}), '', {SOME})"
    program = f"from pathlib import Path; from openbook import pdf; {asked}"
    # a program of its own: the browser of the other tests has this one's loop of events
    subprocess.run([sys.executable, "-c", program], cwd=book.ROOT, check=True)
    reader = PdfReader(target)
    day = citation.read(book.ROOT).released.replace("-", "")
    assert str((reader.metadata or {})["/CreationDate"]).startswith(f"D:{day}000000")
    titles = [mark["/Title"] for mark in reader.outline if not isinstance(mark, list)]
    for name in SOME:
        page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        heading = pdf.heading(pdf.article(page, name, SOME, "", ""))
        assert heading in titles
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    led = {str(note["/Dest"]).lstrip("/") for note in notes if "/Dest" in note}
    assert {pdf.place(name) for name in SOME} < led  # the list of contents, and more
    text = "\n".join(page.extract_text() for page in reader.pages)
    cells = BeautifulSoup((site / "chapters/visit.html").read_text("utf-8"), "html.parser")
    numbers = {cell.get_text().strip() for cell in cells.select(".ob-table td.num")}
    assert [number for number in sorted(numbers) if number not in text] == []
