"""Colours that hold in light and dark: contrast, text strengths, tints.

A drawing is inside its page and takes two colours from it: the ink of the text around it, and the
paper. What is mixed with either follows the page's mode by itself; a file that stands alone has
the mixtures worked out (:func:`on_paper`).
"""

from __future__ import annotations

import re
from functools import cache

INK = "currentColor"  # text and axes: follows the page, light or dark
PAPER = "var(--ob-paper, white)"  # what the page is printed on; `openbook-type.css` sets it
PAPER_INK = "#222832"  # the ink on a white sheet, where a file stands alone
# Ink and paper of the two modes, as the theme has them
MODES = {"light": ("#222832", "#ffffff"), "dark": ("#ced6dd", "#121212")}
WHITE, BLACK = "#ffffff", "#050608"  # inside a mark, whose colour is the same in both modes

FOR_TEXT, FOR_MARKS = 4.5, 3.0  # WCAG 2.2: 1.4.3 and 1.4.11

_MIXED = re.compile(r"color-mix\(in srgb, ([^%]+) (\d+)%, (#[0-9a-f]{6})\)")


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2)."""
    parts = (value / 255 for value in _channels(colour))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours `#rrggbb`, 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, percent: float, other: str) -> str:
    """`percent` of one colour and the rest of another, both `#rrggbb`, as CSS mixes in sRGB."""
    parts = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(
        f"{round((a * percent + b * (100 - percent)) / 100):02x}" for a, b in parts
    )


@cache
def for_text(colour: str) -> str:
    """The colour at a strength that can be read as text on the page, in both modes.

    As much of the page's ink is mixed in as the weaker mode asks for.
    """
    for percent in range(0, 101, 5):
        if all(
            contrast(mixed(ink, percent, colour), paper) >= FOR_TEXT + 0.1
            for ink, paper in MODES.values()
        ):
            break
    return f"color-mix(in srgb, {INK} {percent}%, {colour})" if percent else colour


def tint(colour: str, strength: int = 28) -> str:
    """A solid pale shade of the colour on the page, `strength` percent of it.

    Pale on white and dim on a dark page. Against the page it has no contrast to speak of: what is
    filled with it has an outline of the full colour.
    """
    return f"color-mix(in srgb, {PAPER} {100 - strength}%, {colour})"


def label_on(colour: str) -> str:
    """White or black, whichever is read better on a mark filled with `#rrggbb`."""
    return max(WHITE, BLACK, key=lambda ink: contrast(ink, colour))


def on_paper(text: str, ink: str = PAPER_INK, paper: str = WHITE) -> str:
    """A text of JSON or SVG with every mixture worked out for one ink and one paper."""

    def worked_out(found: re.Match[str]) -> str:
        with_, percent, colour = found.groups()
        return mixed(ink if with_ == INK else paper, int(percent), colour)

    for name, value in ((f'"{INK}"', f'"{ink}"'), (f'"{PAPER}"', f'"{paper}"')):
        text = text.replace(name, value)
    return _MIXED.sub(worked_out, text)
