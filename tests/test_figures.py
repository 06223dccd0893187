"""The published figures, figures/*.svg, are those of the chapters, byte for byte."""

from __future__ import annotations

import book
import pytest
import renew


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    found = [page for page in book.chapters() if page.reference.is_file()]
    return renew.drawings(book.read_reference(page) for page in found)


def test_every_figure_has_its_file(drawn):
    stored = {path.name for path in book.FIGURES.glob("*.svg")}
    assert sorted(stored) == sorted(drawn), (
        f"without a file: {sorted(set(drawn) - stored)}; without a figure: "
        f"{sorted(stored - set(drawn))}. Run `make figures`"
    )


def test_every_file_is_its_figure(drawn):
    moved = [
        name
        for name, svg in drawn.items()
        if (book.FIGURES / name).is_file() and (book.FIGURES / name).read_bytes() != svg.encode()
    ]
    assert not moved, f"{', '.join(moved)}: not what the chapter draws now. Run `make figures`"


def test_a_figure_is_drawn_alike_twice(drawn):
    pages = [page for page in book.chapters() if page.reference.is_file()]
    for bundle in book.bundles(book.read_reference(pages[0]))[:1] if pages else ():
        from caspian import charts

        charts._svg.cache_clear()
        assert charts.published_svg(bundle) == drawn[f"{bundle['name']}.svg"]
