"""The published figures, figures/*.svg, are those of the chapters, byte for byte, everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from openbook.testing import book, renew

pytestmark = pytest.mark.slow

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


def test_every_figure_has_its_file(drawn):
    stored = {path.name for path in book.FIGURES.glob("*.svg")}
    assert sorted(stored) == sorted(drawn), (
        f"without a file: {sorted(set(drawn) - stored)}; without a figure: "
        f"{sorted(stored - set(drawn))}. Run `make figures`"
    )


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


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "UTC"])
def test_every_page_has_the_drawing_of_utc(everywhere, zone):
    expected = everywhere["UTC"]["on pages"]
    moved = [name for name, svg in everywhere[zone]["on pages"].items() if svg != expected[name]]
    assert len(expected) > 10 and not moved, f"{zone} draws otherwise: {moved}"


def test_a_figure_is_drawn_alike_twice(drawn):
    for bundle in book.bundles(book.read_reference(pages()[0]))[:1] if pages() else ():
        from openbook import draw

        draw.drawn.clear()
        assert draw.published_svg(bundle) == drawn[f"{bundle.name}.svg"]


if __name__ == "__main__":
    json.dump(drawn_here(), sys.stdout)
