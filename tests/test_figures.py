"""The figures: files that are the chapters', byte for byte, everywhere; captions seen in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from openbook.testing import book, renew

slow = pytest.mark.slow

MOST_WORDS = 12  # of a caption
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
YEAR = re.compile(r"(?:19|20)\d\d")
TICK = re.compile(r"[−\d.,%\s]+")  # an axis's own number, which names no mark
# What a caption says and an axis alone shows: figure, numbers and why it is no label
ON_AN_AXIS: dict[str, tuple[set[str], str]] = {}

# One process a zone: in turn a locale of UTF-8 and the plainest one
ZONES = {
    "UTC": "C.UTF-8",
    "Asia/Baku": "C",
    "America/Los_Angeles": "C.UTF-8",
    "Pacific/Kiritimati": "C",
}


def pages() -> list[book.Page]:
    return [page for page in book.chapters() if page.reference.is_file()]


def drawn_here() -> dict[str, dict[str, str]]:
    """Every published drawing, and those on the pages of the figures with dates."""
    from openbook import draw

    notebooks = [book.read_reference(page) for page in pages()]
    bundles = [bundle for notebook in notebooks for bundle in book.bundles(notebook)]
    on_pages = {
        f"{bundle.name}, {width} px": draw.static_svg(bundle, width)
        for bundle in bundles
        if '"temporal"' in json.dumps(bundle.to_json())
        for width in (draw.WIDE, draw.NARROW)
    }
    return {"published": renew.drawings(notebooks), "on pages": on_pages}


def drawn_in(zone: str) -> dict[str, dict[str, str]]:
    """The same in a process that starts with another timezone and locale."""
    paths = [str(book.ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ, "TZ": zone, "LC_ALL": ZONES[zone], "PYTHONPATH": os.pathsep.join(paths)
    }  # fmt: skip
    command = [sys.executable, Path(__file__)]
    run = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert run.returncode == 0, f"{zone}: {run.stderr.decode(errors='replace')}"
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def everywhere() -> dict[str, Any]:
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(ZONES, pool.map(drawn_in, ZONES), strict=True))


@pytest.fixture
def drawn(everywhere) -> dict[str, str]:
    return everywhere["UTC"]["published"]


@slow
def test_every_figure_has_its_file(drawn):
    stored = {path.name for path in book.FIGURES.glob("*.svg")}
    assert sorted(stored) == sorted(drawn), (
        f"without a file: {sorted(set(drawn) - stored)}; without a figure: "
        f"{sorted(stored - set(drawn))}. Run `make figures`"
    )


@slow
@pytest.mark.parametrize("zone", ZONES)
def test_every_file_is_its_figure(everywhere, zone):
    moved = [
        name
        for name, svg in everywhere[zone]["published"].items()
        if (book.FIGURES / name).is_file() and (book.FIGURES / name).read_bytes() != svg.encode()
    ]
    assert not moved, (
        f"{', '.join(moved)}: not what the chapter draws now in {zone}. Run `make figures`"
    )


@slow
@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "UTC"])
def test_every_page_has_the_drawing_of_utc(everywhere, zone):
    expected = everywhere["UTC"]["on pages"]
    moved = [name for name, svg in everywhere[zone]["on pages"].items() if svg != expected[name]]
    assert len(expected) > 10 and not moved, f"{zone} draws otherwise: {moved}"


@slow
def test_a_figure_is_drawn_alike_twice(drawn):
    for bundle in book.bundles(book.read_reference(pages()[0]))[:1] if pages() else ():
        from openbook import draw

        draw.drawn.clear()
        assert draw.published_svg(bundle) == drawn[f"{bundle.name}.svg"]


FIGURES = sorted(path.stem for path in book.FIGURES.glob("*.svg"))


@cache
def captions(kinds: str) -> dict[str, tuple[Tag, str]]:
    """What the built pages show of some kinds, by name: the figure and its caption."""
    shown = (figure for page in book.pages() for figure in book.soup(page.html).select(kinds))
    return {
        str(figure["id"]): (figure, part.get_text())
        for figure in shown
        if (part := figure.select_one(".caption-text"))
    }


def numbers(text: str) -> set[str]:
    """The numbers of a text, in digits alone: `11,400 km by 2030` has 11400 and 2030."""
    return {found.rstrip(",").replace(",", "") for found in NUMBER.findall(text)}


def labels(drawing: Tag) -> str:
    """What a drawing says in words, without the numbers along its axes."""
    words = []
    for text in drawing.select("text"):
        on_axis = text.find_parent(class_="role-axis-label") is not None
        if not (on_axis and TICK.fullmatch(text.get_text())):
            words.append(text.get_text(" "))
    return " ".join(words)


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_captions_numbers_stand_in_the_picture(site, name, size):
    figure, caption = captions("figure.ob-figure")[name]
    drawing = figure.select_one(f".ob-static .ob-{size}")
    wanted = {n for n in numbers(caption) if not YEAR.fullmatch(n)}
    axis, _ = ON_AN_AXIS.get(name, (set(), ""))
    missing = wanted - numbers(labels(drawing)) - axis
    assert not missing, f"{caption!r}: {sorted(missing)} is nowhere in the {size} drawing"


def test_the_numbers_of_a_drawing_are_told_from_those_of_its_axes():
    drawing = BeautifulSoup(
        '<svg><g class="mark-text role-axis-label"><text>1,000</text><text>9 joint</text></g>'
        "<text>−2.1 m</text></svg>",
        "html.parser",
    )
    assert numbers(labels(drawing)) == {"9", "2.1"}


def test_every_caption_is_short(site):
    both = captions("figure.ob-figure, figure.ob-table")
    long = [caption for _, caption in both.values() if len(caption.split()) > MOST_WORDS]
    assert set(FIGURES) <= set(both) and not long


if __name__ == "__main__":
    json.dump(drawn_here(), sys.stdout)
