"""The bench that weighs the book: what stock means, how the site is sent, what Lighthouse says."""

from __future__ import annotations

import gzip
import urllib.error
import urllib.request

import nbformat
import pytest
import yaml

from openbook.testing import beside, book, host, lighthouse, stock
from openbook.testing.weight import Weight


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A {eval}`2` and {term}`BTC`", "A 2 and {term}`BTC`"),
        ("```{catalogue} package\n```\n\nafter", "\n\nafter"),
        ("```{admonition} Note\nwords\n```", "```{admonition} Note\nwords\n```"),
        (":::{container} x\n{eval}`2`\n:::", ":::{container} x\n2\n:::"),
    ],
)
def test_a_page_is_written_as_stock_reads_it(text, shown):
    assert stock.plain(text) == shown
    assert stock.has_more(text) is ("catalogue" in text)


@pytest.mark.site
def test_the_stock_book_has_the_pages_and_no_engine(site, tmp_path):
    stock.write(tmp_path)
    config = yaml.safe_load((tmp_path / "_config.yml").read_text("utf-8"))
    assert config["execute"] == {"execute_notebooks": "off"} and "sphinx" not in config
    written = {p.relative_to(tmp_path).with_suffix("").as_posix() for p in tmp_path.rglob("*.*")}
    assert {page.docname for page in book.pages()} <= written
    text = (tmp_path / "chapters" / "energy.ipynb").read_text("utf-8")
    assert "vnd.openbook" not in text and "vegaEmbed" in text and "<table" in text
    cells = nbformat.reads(text, 4).cells
    ran = nbformat.read(book.EXECUTED / "chapters" / "energy.ipynb", 4).cells
    assert [c.cell_type for c in cells] == [c.cell_type for c in ran]


@pytest.mark.site
def test_pages_made_by_the_engine_are_not_compared():
    of = {page.name: stock.comparable(page) for page in book.pages()}
    assert of["glossary"] and not of["data"] and not of["references"]


def test_the_site_is_sent_as_a_host_sends_it(tmp_path):
    page = "<p>" + "word " * 500
    (tmp_path / "index.html").write_text(page, "utf-8")
    (tmp_path / "404.html").write_text("lost", "utf-8")
    (tmp_path / "a.webp").write_bytes(b"picture")
    with host.served(tmp_path) as address:
        with urllib.request.urlopen(f"{address}/") as answer:
            sent = answer.read()
            assert answer.headers["Content-Encoding"] == "gzip" and len(sent) < len(page) / 5
            assert gzip.decompress(sent).decode() == page
            assert "max-age" in answer.headers["Cache-Control"]
        with urllib.request.urlopen(f"{address}/a.webp") as answer:
            assert answer.read() == b"picture" and not answer.headers["Content-Encoding"]
        with pytest.raises(urllib.error.HTTPError) as lost:
            urllib.request.urlopen(f"{address}/nothing.html")
        assert lost.value.code == 404 and gzip.decompress(lost.value.read()) == b"lost"
        lost.value.close()


def test_what_lighthouse_says_is_read():
    audits = {
        "cumulative-layout-shift": {"numericValue": 0.05, "score": 0.9},
        "total-blocking-time": {"numericValue": 120.0, "score": 1},
        "long-tasks": {"details": {"items": [{"duration": 70}, {"duration": 130}]}},
        "hreflang": {"score": 0, "scoreDisplayMode": "binary"},
        "manual": {"score": None, "scoreDisplayMode": "manual"},
    }
    listed = [{"id": "hreflang", "weight": 1}, {"id": "manual", "weight": 1}]
    kinds = {kind: {"score": 0.9, "auditRefs": []} for kind in lighthouse.KINDS}
    kinds["seo"] = {"score": 0.5, "auditRefs": listed}
    found = lighthouse.read({"audits": audits, "categories": kinds})
    assert found.points == dict.fromkeys(lighthouse.KINDS, 90) | {"seo": 50}
    assert (found.shift, found.longest, found.blocked) == (0.05, 130, 120)
    assert found.faults == ("hreflang",)


def test_without_node_lighthouse_is_left_out_in_a_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    lighthouse.show(tmp_path, ["index"])
    assert capsys.readouterr().out == "Lighthouse is left out: there is no node (npx) here\n"


def test_both_weights_stand_side_by_side(capsys):
    one, other = Weight(10, 5, 100, 310, 7), Weight(20, 15, 90, 320, 30)
    beside.show_weights({"index": (one, other), "data": (one, None)})
    head, index, data = capsys.readouterr().out.splitlines()
    assert head.startswith("ours / stock")
    assert " ".join(index.split()) == "index 10 / 20 5 / 15 100 / 90 310 / 320 7 / 30"
    assert " ".join(data.split()) == "data 10 / – 5 / – 100 / – 310 / – 7 / –"
