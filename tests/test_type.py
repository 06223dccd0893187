"""The typefaces: the letters they have, and that page and drawing measure text alike."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from caspian import style
from openbook import draw
from openbook.testing import book

STATIC = Path(draw.__file__).parent / "site" / "static"
ALPHABETS = {
    "English": "abcdefghijklmnopqrstuvwxyz",
    "Azerbaijani": "abcçdeəfgğhxıijkqlmnoöprsştuüvyz",
    "Turkish": "abcçdefgğhıijklmnoöprsştuüvyz",
    "Russian": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "Kazakh": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
}
SIGNS = "0123456789 −–—‘’“”„«»…·×±≈≥≤→←↑↓%€$£°′″§†•₂²³ \u00a0\u2009\u202f○●◐◑◔◕□■▣▤▨◇◆"
TEXTS = [
    "Baku took 1.9% of Kazakh oil in 2025; 11,400 km", "AVAWA To Yerevan, 1,234–5,678 Mt × 2",
    "Türkiye, Gəncə, İstanbul, ığdır", "Қазақстан — Әзербайжан", "◑ 14 · ◕ 13 · − 2.1 m",
]  # fmt: skip


@cache
def letters(path: Path) -> frozenset[int]:
    return frozenset(TTFont(path).getBestCmap())


def faces() -> dict[str, list[Path]]:
    """The files of each face: `sans-400` has one for Latin and one for more."""
    found: dict[str, list[Path]] = {}
    for path in sorted(STATIC.glob("openbook-*.woff2")):
        found.setdefault(path.stem.removeprefix("openbook-").rpartition("-")[0], []).append(path)
    return found


def upper(alphabet: str, language: str) -> str:
    if language in ("Azerbaijani", "Turkish"):
        alphabet = alphabet.replace("i", "İ")
    return alphabet.upper()


@pytest.mark.parametrize("face", faces())
@pytest.mark.parametrize("language", ALPHABETS)
def test_every_face_has_the_alphabet(face, language):
    held = frozenset().union(*map(letters, faces()[face]))
    small = ALPHABETS[language]
    assert not {c for c in small + upper(small, language) if ord(c) not in held}


@pytest.mark.parametrize("face", faces())
def test_english_needs_one_file_of_a_face(face):
    latin = next(letters(path) for path in faces()[face] if path.stem.endswith("latin"))
    assert not {c for c in ALPHABETS["English"].upper() + SIGNS if ord(c) not in latin}


@pytest.mark.parametrize("face", sorted(p.name for p in draw.FONTS.glob("*.ttf")))
def test_drawings_have_what_pages_have(face):
    name = face.removeprefix("openbook-").removesuffix(".ttf")
    on_pages = frozenset().union(*map(letters, faces()[name]))
    assert letters(draw.FONTS / face) == on_pages


def test_the_rules_name_every_file_and_what_is_in_it():
    css = (STATIC / "openbook-fonts.css").read_text("utf-8")
    rules = dict(re.findall(r'url\("([^"]+)"\).*?unicode-range: ([^;]+);', css, re.DOTALL))
    assert set(rules) == {path.name for paths in faces().values() for path in paths}
    for name, ranges in rules.items():
        stated: set[int] = set()
        for part in ranges.split(", "):
            first, _, last = part.removeprefix("U+").partition("-")
            stated |= set(range(int(first, 16), int(last or first, 16) + 1))
        assert stated == letters(STATIC / name), name


def test_the_files_are_light():
    sizes = {path.name: path.stat().st_size for path in STATIC.glob("openbook-*.woff2")}
    assert max(sizes.values()) < 24_000
    assert sizes["openbook-sans-400-latin.woff2"] + sizes["openbook-serif-600-latin.woff2"] < 40_000


def test_every_sign_of_the_charts_is_in_the_typeface():
    """A letter taken from another font has the width that it has on this machine."""
    held = letters(draw.FONTS / "openbook-sans-400.ttf")
    missing: dict[str, str] = {}
    for path in sorted(book.FIGURES.glob("*.svg")):
        words = "".join(re.findall(r">([^<]+)<", path.read_text("utf-8")))
        if lacking := {c for c in words if ord(c) not in held and c != "\n"}:
            missing[path.stem] = " ".join(sorted(lacking))
    assert not missing, f"add them to openbook/fonts/make.py: {missing}"


def spec_of(text: str, weight: int) -> str:
    """A Vega chart that is as wide as a text of 100 pixels."""
    mark = {"type": "text", "encode": {"enter": {
        "text": {"value": text}, "font": {"value": draw.FONT}, "fontSize": {"value": 100},
        "fontWeight": {"value": weight}, "fill": {"value": "black"},
    }}}  # fmt: skip
    return json.dumps({"autosize": "pad", "padding": 0, "marks": [mark]})


def drawn_width(text: str, weight: int) -> float:
    svg = draw.drawer().vega_to_svg(spec_of(text, weight))
    return float(re.search(r'width="([\d.]+)"', svg)[1])


@pytest.mark.browser
def test_page_and_drawing_measure_text_alike(browser):
    page = browser.visit().page
    page.goto((STATIC / "openbook-fonts.css").as_uri())
    page.set_content(
        f'<link rel="stylesheet" href="{(STATIC / "openbook-fonts.css").as_uri()}">',
        wait_until="load",
    )
    for weight in (400, 600):
        wide = page.evaluate(
            """async ([texts, font]) => {
                const found = await document.fonts.load(font, texts.join(""));
                const brush = document.createElement("canvas").getContext("2d");
                brush.font = font;
                return [found.length, ...texts.map((text) => brush.measureText(text).width)];
            }""",
            [TEXTS, f"{weight} 100px {draw.FONT}"],
        )
        assert wide[0] == 2, "Latin and more"
        for text, on_page in zip(TEXTS, wide[1:], strict=True):
            assert drawn_width(text, weight) == pytest.approx(on_page, rel=0.01), (weight, text)


BARE = """
import json, sys
sys.path.insert(0, {root!r})
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from openbook import draw
spec = json.loads(sys.stdin.read())
with ThreadPoolExecutor(4) as pool:
    drawn = set(pool.map(draw._draw, [json.dumps(spec)] * 4))
print(*drawn, sep="")
"""


def test_a_machine_without_fonts_draws_the_same(tmp_path):
    """No font but the engine's is known there, and four threads draw at once."""
    spec = {
        "data": {"values": [{"a": "Gəncə ◑", "b": 3}, {"a": "Қазақстан", "b": 12345}]},
        "mark": "bar", "config": style.CONFIG, "width": 300,
        "encoding": {"y": {"field": "a"}, "x": {"field": "b", "type": "quantitative"}},
    }  # fmt: skip
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>", "utf-8")
    bare = {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "HOME": str(tmp_path), "PATH": ""}
    run = subprocess.run(
        [sys.executable, "-c", BARE.format(root=str(book.ROOT))], input=json.dumps(spec),
        env=bare, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == draw._draw(json.dumps(spec)).strip()
    assert "Gəncə ◑" in run.stdout


PARAGRAPH = (
    "The oil memorandum of March 2024 made exports little safer: all that was agreed is 2.8% of "
    "them, and at most 59% of it came in 2025. "
) * 4


@pytest.mark.browser
def test_text_stands_still_when_its_typeface_comes(browser):
    """The stand-in has the same lines: as high, and as many words in each but by chance.

    Measured at ten times the size of the text, where no letter is rounded to whole pixels.
    """
    page = browser.visit(viewport={"width": 900, "height": 900}).page
    css = (STATIC / "openbook-fonts.css").as_uri()
    page.goto(css)
    page.set_content(f'<link rel="stylesheet" href="{css}">', wait_until="load")
    for family in ("Openbook Sans", "Openbook Serif"):
        for weight in (400, 600):
            there, stand_in, other = page.evaluate(
                """async ([text, family, weight]) => {
                    for (const name of [family, `${family} stand-in`])
                        await document.fonts.load(`${weight} 17px "${name}"`, text);
                    return [`"${family}"`, `"${family} stand-in"`, "monospace"].map((name) => {
                        const span = document.createElement("span");
                        document.body.replaceChildren(span);
                        span.style = `font: ${weight} 170px ${name}; white-space: nowrap`;
                        span.textContent = text;
                        const { width, height } = span.getBoundingClientRect();
                        return [width, height];
                    });
                }""",
                [PARAGRAPH, family, weight],
            )
            if stand_in == other:
                pytest.skip("neither Arial nor Liberation is here")
            assert stand_in[0] == pytest.approx(there[0], rel=0.03), (family, weight)
            assert stand_in[1] == pytest.approx(there[1], rel=0.01), (family, weight)
