"""Make the typefaces of page and drawing from two families that Adobe publishes.

Needs fonttools, brotli, and the unpacked npm packages `source-sans` 3.52.0 and `source-serif`
4.5.1, each in a folder that is named on the command line; the metrics of the typeface shown while
they load are taken from Liberation, which has those of Arial and Times New Roman.

    python -m openbook.fonts.make SANS/package SERIF/package /usr/share/fonts/truetype/liberation

It writes

- `site/static/openbook-<family>-<weight>-<part>.woff2`, for pages: `latin` has what English needs,
  `more` the letters of other Latin and Cyrillic alphabets, fetched only where they occur;
- `fonts/*.ttf`, the same letters in one file a face, for drawings (:mod:`openbook.draw`);
- `site/static/openbook-fonts.css`, which names the former and the metrics of their stand-ins.

The families carry names of their own: "Source" is reserved for what is unchanged, and a drawing
must not take another version that a machine happens to have.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
STATIC = HERE.parent / "site" / "static"

# --- which letters ---------------------------------------------------------------------------

ASCII = range(0x20, 0x7F)
LATIN_1 = range(0xA0, 0x100)
PUNCTUATION = "ʻʼ\u2009\u200a\u2011–—‘’‚“”„†‡•…\u202f′″‹›⁄"
MATHS = "−×·≈≠≤≥±∞√∑∂∆₂←↑→↓↔↕€₸₺₼₽™"
SHAPES = "□■▣▤▨▲△▶▷▼▽◀◁◆◇○●◐◑◔◕✓✗"
LATIN = {*ASCII, *LATIN_1, *map(ord, PUNCTUATION + MATHS + SHAPES)}
# Central European, Baltic and Turkic letters; Cyrillic, with that of Turkic languages
MORE = {*range(0x100, 0x180), *map(ord, "ƏəǦǧȘșȚțḤḥẒẓ"), *range(0x400, 0x460)} | {
    *map(ord, "ҐґҒғҚқҢңҮүҰұҺһӘәӨөҮү№")
}
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "tnum", "lnum", "pnum"]


@dataclass(frozen=True)
class Face:
    """One file of a family: from which file of which package, and what stands in for it."""

    family: str
    weight: int
    italic: bool
    package: int
    file: str
    like: str
    local: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in files, as in `sans-400-italic`."""
        kind = self.family.rpartition(" ")[2].lower()
        return f"{kind}-{self.weight}{'-italic' if self.italic else ''}"


SANS, SERIF = "Openbook Sans", "Openbook Serif"
FACES = (
    Face(SANS, 400, False, 0, "SourceSans3-Regular", "LiberationSans-Regular",
         ("Arial", "Liberation Sans")),
    Face(SANS, 600, False, 0, "SourceSans3-Semibold", "LiberationSans-Bold",
         ("Arial Bold", "Liberation Sans Bold")),
    Face(SANS, 400, True, 0, "SourceSans3-It", "LiberationSans-Italic",
         ("Arial Italic", "Liberation Sans Italic")),
    Face(SERIF, 400, False, 1, "SourceSerif4Subhead-Regular", "LiberationSerif-Regular",
         ("Times New Roman", "Liberation Serif")),
    Face(SERIF, 600, False, 1, "SourceSerif4Subhead-Semibold", "LiberationSerif-Bold",
         ("Times New Roman Bold", "Liberation Serif Bold")),
)  # fmt: skip


# --- the signs that the families lack --------------------------------------------------------

Point = tuple[float, float]
MIDDLE: Point = (340, 330)  # of a sign, half of the height of a capital
RADIUS, LINE, ADVANCE = 285, 50, 680


def _disc(pen: Any, radius: float, *, hole: bool = False) -> None:
    """A circle of eight curves; a hole runs the other way round."""
    x, y = MIDDLE
    arc = pi / 4
    reach = radius / cos(arc / 2)
    turns = [k * arc * (1 if hole else -1) for k in range(8)]
    pen.moveTo((x + radius, y))
    for turn in turns:
        half = turn + arc / 2 * (1 if hole else -1)
        end = turn + arc * (1 if hole else -1)
        pen.qCurveTo(
            (x + reach * cos(half), y + reach * sin(half)),
            (x + radius * cos(end), y + radius * sin(end)),
        )
    pen.closePath()


def _part(pen: Any, first: float, last: float) -> None:
    """A slice of the disc between two angles in quarters of a turn, counted clockwise from noon."""
    x, y = MIDDLE
    pen.moveTo(MIDDLE)
    steps = int((last - first) * 8)
    for k in range(steps + 1):
        turn = pi / 2 * (first + k * (last - first) / steps)
        pen.lineTo((x + RADIUS * sin(turn), y + RADIUS * cos(turn)))
    pen.closePath()


def _ring(pen: Any) -> None:
    _disc(pen, RADIUS)
    _disc(pen, RADIUS - LINE, hole=True)


def _polygon(pen: Any, points: Iterable[Point]) -> None:
    first, *others = points
    pen.moveTo(first)
    for point in others:
        pen.lineTo(point)
    pen.closePath()


def _box(pen: Any, half_width: float, half_height: float, rise: float = 0) -> None:
    x, y = MIDDLE[0], MIDDLE[1] + rise
    left, right, top, foot = x - half_width, x + half_width, y + half_height, y - half_height
    _polygon(pen, [(left, top), (right, top), (right, foot), (left, foot)])


def _square(pen: Any) -> None:
    x, y = MIDDLE
    _box(pen, 250, 250)
    a = 250 - LINE
    _polygon(pen, [(x - a, y + a), (x - a, y - a), (x + a, y - a), (x + a, y + a)])


def _lines(pen: Any) -> None:
    _square(pen)
    for rise in (-115, 0, 115):
        _box(pen, 250, LINE / 2, rise)


def _hatched(pen: Any) -> None:
    _square(pen)
    x, y = MIDDLE
    a, w = 230, LINE * 0.75
    for shift in (-230, 0, 230):  # stripes that rise to the right, cut at the square's sides
        low, high = max(-a, -a - shift), min(a, a - shift)
        ends = ((low, -w), (high, -w), (high, w), (low, w))
        _polygon(pen, [(x + along + side, y + along + shift - side) for along, side in ends])


def _diamond(pen: Any, *, full: bool) -> None:
    x, y = MIDDLE
    a, b = 315, 315 - LINE * 1.42
    _polygon(pen, [(x, y + a), (x + a, y), (x, y - a), (x - a, y)])
    if not full:
        _polygon(pen, [(x, y + b), (x - b, y), (x, y - b), (x + b, y)])


def _then(*steps: Callable[[Any], None]) -> Callable[[Any], None]:
    def draw(pen: Any) -> None:
        for step in steps:
            step(pen)

    return draw


SIGNS: dict[str, Callable[[Any], None]] = {
    "○": _ring,
    "●": lambda pen: _disc(pen, RADIUS),
    "◐": _then(_ring, lambda pen: _part(pen, 2, 4)),
    "◑": _then(_ring, lambda pen: _part(pen, 0, 2)),
    "◔": _then(_ring, lambda pen: _part(pen, 0, 1)),
    "◕": _then(_ring, lambda pen: _part(pen, 0, 3)),
    "□": _square,
    "■": lambda pen: _box(pen, 250, 250),
    "▣": _then(_square, lambda pen: _box(pen, 125, 125)),
    "▤": _lines,
    "▨": _hatched,
    "◇": lambda pen: _diamond(pen, full=False),
    "◆": lambda pen: _diamond(pen, full=True),
}


def add_signs(font: TTFont) -> None:
    """Draw the signs into a font, alike in every face, so that rows of them line up."""
    glyphs, widths, cmap = font["glyf"], font["hmtx"], font.getBestCmap()
    for sign, draw in SIGNS.items():
        pen = TTGlyphPen(None)
        draw(pen)
        name = cmap.get(ord(sign)) or f"uni{ord(sign):04X}"
        if name not in glyphs:
            font.setGlyphOrder([*font.getGlyphOrder(), name])
        glyphs[name] = pen.glyph(round=round)
        glyphs[name].recalcBounds(glyphs)
        widths[name] = (ADVANCE, getattr(glyphs[name], "xMin", 0))
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(sign)] = name


# --- files -----------------------------------------------------------------------------------


def named(font: TTFont, face: Face) -> None:
    """Give the family its own name; who made it, and its licence, stay."""
    names = font["name"]
    style = {400: "Regular", 600: "Bold"}[face.weight]
    style = {"Regular": "Italic", "Bold": "Bold Italic"}[style] if face.italic else style
    held = {n: names.getDebugName(n) or "" for n in (0, 13, 14)}
    names.names = []
    compact = face.family.replace(" ", "")
    texts = held | {
        1: face.family,
        2: style,
        3: f"{compact}-{face.name}",
        4: f"{face.family} {style}",
        6: f"{compact}-{style.replace(' ', '')}",
    }
    for number, text in sorted(texts.items()):
        names.setName(text, number, 3, 1, 0x409)


def cut(face: Face, source: Path, letters: Iterable[int], flavor: str | None = None) -> TTFont:
    """The face with some letters only, without hints, under its own name, alike every time."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.flavor = flavor
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", "meta", "STAT"]
    font = TTFont(source, recalcTimestamp=False)
    add_signs(font)
    wanted = subset.Subsetter(options)
    wanted.populate(unicodes=letters)
    wanted.subset(font)
    named(font, face)
    font["OS/2"].usWeightClass = face.weight
    font.flavor = flavor
    return font


# How often English has each letter, for the mean width of a letter in running text
OFTEN = {
    " ": 180, "e": 103, "t": 75, "a": 65, "o": 62, "i": 57, "n": 57, "s": 53, "h": 50, "r": 50,
    "l": 33, "d": 33, "u": 23, "c": 22, "m": 20, "f": 20, "w": 17, "g": 16, "p": 15, "y": 14,
    "b": 13, "v": 8, "k": 6, ".": 12, ",": 11, "0": 8, "1": 8, "2": 10, "5": 5, "T": 4, "A": 4,
}  # fmt: skip


def mean_width(font: TTFont) -> float:
    """The mean advance of a letter in running English, in ems."""
    cmap, widths = font.getBestCmap(), font["hmtx"]
    total = sum(widths[cmap[ord(letter)]][0] * times for letter, times in OFTEN.items())
    return float(total / sum(OFTEN.values()) / font["head"].unitsPerEm)


def ranges(letters: Iterable[int]) -> str:
    """`unicode-range` of some letters."""
    runs: list[list[int]] = []
    for code in sorted(letters):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def face_rule(face: Face, part: str, letters: Iterable[int]) -> str:
    """The rule of one file; text is shown at once, in the stand-in until the file is there."""
    style = "italic" if face.italic else "normal"
    return (
        f'@font-face {{\n  font-family: "{face.family}"; font-style: {style}; '
        f"font-weight: {face.weight}; font-display: swap;\n"
        f'  src: url("openbook-{face.name}-{part}.woff2") format("woff2");\n'
        f"  unicode-range: {ranges(letters)};\n}}\n"
    )


def stand_in_rule(face: Face, font: TTFont, stand_in: TTFont) -> str:
    """A font of the reader's machine with the width and height of the face, until that is there."""
    size = mean_width(font) / mean_width(stand_in)
    em, lines = font["head"].unitsPerEm, font["hhea"]
    up, down = lines.ascent / em / size, -lines.descent / em / size
    style = "italic" if face.italic else "normal"
    local = ", ".join(f'local("{name}")' for name in face.local)
    return (
        f'@font-face {{\n  font-family: "{face.family} stand-in"; font-style: {style}; '
        f"font-weight: {face.weight};\n  src: {local}; size-adjust: {size:.2%}; "
        f"ascent-override: {up:.2%}; descent-override: {down:.2%}; line-gap-override: 0%;\n}}\n"
    )


def make(packages: list[Path], stand_ins: Path) -> dict[Path, int]:
    """Write all files; their sizes in bytes."""
    made: dict[Path, int] = {}
    rules = ["/* Made by openbook/fonts/make.py, which says what is in the files. */\n"]
    for face in FACES:
        source = packages[face.package] / "TTF" / f"{face.file}.ttf"
        has = set(TTFont(source).getBestCmap()) | set(map(ord, SIGNS))
        for part, letters in (("latin", LATIN & has), ("more", (MORE - LATIN) & has)):
            path = STATIC / f"openbook-{face.name}-{part}.woff2"
            cut(face, source, letters, "woff2").save(path)
            rules.append(face_rule(face, part, letters))
            made[path] = path.stat().st_size
        whole = cut(face, source, (LATIN | MORE) & has)
        path = HERE / f"openbook-{face.name}.ttf"
        if face.family == SANS:  # drawings have no headlines of their own
            whole.save(path)
            made[path] = path.stat().st_size
        rules.append(stand_in_rule(face, whole, TTFont(stand_ins / f"{face.like}.ttf")))
    css = STATIC / "openbook-fonts.css"
    css.write_text("".join(rules), "utf-8")
    made[css] = css.stat().st_size
    return made


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    *given, last = map(Path, sys.argv[1:])
    for file, size in make(given, last).items():
        print(f"{size:7,} {file.relative_to(HERE.parent)}")
