"""Every drawing as a reader sees it: letters, contrasts, overlaps, ticks, in light and dark.

Each figure of the built book is opened in the browser at both widths, and measured by
`openbook.testing.measure`. What is known to be at fault stands in `KNOWN`, a line a figure, and has
to go from there when it is mended; what is right all the same stands in `RIGHT` with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from openbook import draw
from openbook.site.drawings import Drawings
from openbook.testing import book, measure, renew

SIZES = {"wide": draw.WIDE, "narrow": draw.NARROW}

# Kinds of faults by figure, until they are mended
KNOWN: dict[str, set[str]] = {}

# Figure, kind and what of a fault that is none, and why
RIGHT: dict[tuple[str, str, str], str] = {
    ("*", "mark contrast", "shape"): "land on a map is what the routes lie on",
    ("fig-ots-pairs", "mark contrast", "rect mark"): "each cell has its number",
    ("fig-ots-ukraine", "mark contrast", "rect mark"): "each cell has its letter",
}


def is_right(name: str, fault: measure.Fault) -> bool:
    return any((of, fault.kind, fault.what) in RIGHT for of in ("*", name))


@pytest.fixture(scope="module")
def faults(chromium) -> dict[str, dict[str, list[str]]]:
    """What was measured: figure, kind of fault, each fault in a line."""
    found: dict[str, dict[str, list[str]]] = {}
    gauge = measure.Gauge(chromium)
    for page in book.chapters():
        for bundle in book.bundles(renew.executed(page)):
            of_figure = found.setdefault(bundle.name, {})
            for (size, mode), fault in measured(gauge, bundle):
                if not is_right(bundle.name, fault):
                    of_figure.setdefault(fault.kind, []).append(f"{size}, {mode}: {fault}")
    gauge.page.context.close()
    return found


def measured(gauge, bundle) -> Iterator[tuple[tuple[str, str], measure.Fault]]:
    for size, width in SIZES.items():
        spec = bundle.narrow or bundle.spec if size == "narrow" else bundle.spec
        look = partial(
            gauge.faults, draw.static_svg(bundle, width), smallest=measure.smallest_for(spec)
        )
        light = look(mode="light")
        yield from (((size, "light"), fault) for fault in light)
        dark = (fault for fault in look(mode="dark") if "contrast" in fault.kind)
        yield from (((size, "dark"), fault) for fault in dark)


@pytest.fixture(scope="module", autouse=True)
def drawn_before():
    """Take what the build has drawn."""
    held, draw.drawn = draw.drawn, Drawings(book.ROOT / "_build" / ".drawings")
    yield
    draw.drawn = held


@pytest.mark.parametrize("kind", measure.KINDS)
def test_no_drawing_has(site, faults, kind):
    new = {
        name: kinds[kind][:4]
        for name, kinds in faults.items()
        if kind in kinds and kind not in KNOWN.get(name, ())
    }
    assert not new, "\n".join([measure.KINDS[kind], *(f"{n}: {f}" for n, f in new.items())])


def test_what_is_mended_is_known_no_more(site, faults):
    mended = {
        name: sorted(gone)
        for name, kinds in KNOWN.items()
        if (gone := kinds - set(faults.get(name, ())))
    }
    assert not mended, f"take it out of KNOWN: {mended}"


FAULTY = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">
<g class="mark-rect role-mark"><path d="M0,0h60v60h-60Z" fill="#018f93"/>
<path d="M70,0h60v60h-60Z" fill="#018f93" fill-opacity="0.3"/>
<path d="M180,20h30v30h-30Z" fill="#949494"/>
<path d="M180,60h80" fill="none" stroke="#555" stroke-width="2"/>
<path d="M180,80h80" fill="none" stroke="#555" stroke-width="0.5"/></g>
<g class="mark-text role-mark" font-size="13" font-family="Openbook Sans">
<text x="10" y="30" fill="white">pale</text><text x="10" y="90" fill="currentColor">good</text>
<text x="100" y="100" font-size="9" fill="currentColor">small</text>
<text x="290" y="100" fill="currentColor">beyond</text>
<text x="10" y="150" fill="currentColor">some words</text>
<text x="40" y="152" fill="currentColor">others</text>
<text x="150" y="160" fill="currentColor" transform="rotate(-90 150 160)">upright</text>
<text x="160" y="140" fill="currentColor">beside</text>
<text x="100" y="30" fill="#8b8b8b">grey</text>
<text x="195" y="40" fill="currentColor">crossed</text>
<text x="190" y="65" fill="currentColor">struck</text>
<text x="190" y="84" fill="currentColor">hairline</text></g>
<g class="role-axis" aria-label="X-axis for a linear scale"><g class="mark-text role-axis-label">
<text x="200" y="180" fill="currentColor">1</text><text x="240" y="180" fill="currentColor">2</text>
</g></g></svg>"""


def test_the_gauge_finds_each_kind_and_nothing_else(browser):
    gauge = measure.Gauge(browser)
    found = {(f.kind, f.what) for f in gauge.faults(FAULTY)}
    assert found == {
        ("text contrast", "pale"), ("text contrast", "grey"), ("size", "small"),
        ("outside", "beyond"), ("overlap", "some words / others"),
        ("mark contrast", "rect"), ("ticks", "X-axis"),
        ("crossed", "crossed"), ("crossed", "struck"),
    }  # fmt: skip
    dark = {(f.kind, f.what) for f in gauge.faults(FAULTY, mode="dark")}
    assert ("mark contrast", "rect") in dark and ("text contrast", "good") not in dark
