"""What a text may be: each letter seen and written one way, no markup, no formula, not too long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from openbook.tables.violations import Words, shown

LONGEST = 2000  # characters of a text, unless its column says another maxLength
FILLERS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0\ufffd]")
MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&(?:#\w+|[A-Za-z][a-z]+\d*);")
FORMULA = re.compile("[=@+\\-\uff1d\uff20\uff0b\uff0d]")  # as spreadsheets take them, wide ones too
OTHER_DIGIT = re.compile(r"(?![0-9])\d")
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
WORD = re.compile(r"[^\W\d_]+")
ALPHABETS = ("LATIN", "CYRILLIC", "GREEK")  # have letters that look alike
ALIKE = set("аеорсухіјѕԁАВЕКМНОРСТХІЈЅ")  # Cyrillic letters that look like Latin ones
PROBES = ("=A(1)", "+A(1)", "-A(1)", "@A(1)")


def untidy(text: str) -> Words | None:
    """Problem, rule and remedy for a text that is not what it looks like; None if it is."""
    return next(_untidy(text), None)


@lru_cache(maxsize=256)
def allows_formulas(pattern: str) -> bool:
    """Whether a column's pattern lets a formula through; none (".*") does."""
    return any(re.fullmatch(pattern, probe) for probe in PROBES)


def unfit(text: str, longest: int = LONGEST, pattern: str = ".*") -> Words | None:
    """The same for a cell of a table: which is not too long, and nothing a spreadsheet runs.

    `pattern` is the column's, which may itself see to it that no cell is a formula.
    """
    if len(text) > longest:
        return (
            f"the text has {len(text):,} characters",
            f"a text has at most {longest:,}, or what its column states as maxLength",
            "Shorten it, or look for a quote that is not closed.",
        )
    if FORMULA.match(text) and allows_formulas(pattern):
        return (
            f'"{text}" begins as a formula does',
            "no text begins with =, +, - or @: a spreadsheet would compute it",
            'Begin with a word, such as "up 23 percent".',
        )
    return untidy(text)


def _untidy(text: str) -> Iterator[Words]:
    if not text.replace("\n", "").isprintable() or FILLERS.search(text):
        for at, letter in enumerate(text, 1):
            if _unseen(letter):
                yield (
                    f"character {at} of the text is U+{ord(letter):04X}",
                    "a text holds nothing unseen: no controls, marks of direction or characters "
                    "without width",
                    "Delete it.",
                )
                return
    if text != text.strip():
        yield (
            f'"{text}" begins or ends with a space',
            "there are no spaces around a text",
            "Delete them.",
        )
    if found := MARKUP.search(text):
        yield (
            f'"{shown(text[found.start() :])}" is markup',
            "a text is plain: no tags, no entities of HTML",
            "Write the characters themselves, or words.",
        )
    if not text.isascii():
        yield from _one_way(text)


def _unseen(letter: str) -> bool:
    """Whether nobody sees the character; a line end and spaces of any width are seen."""
    space = unicodedata.category(letter) == "Zs"
    return not (letter.isprintable() or letter == "\n" or space) or bool(FILLERS.match(letter))


def _one_way(text: str) -> Iterator[Words]:
    """Letters that are written in another way than they look, or were read in a wrong encoding."""
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        yield (
            f'"{text}" has accents apart from their letters',
            "a text is in Unicode's composed form (NFC)",
            f'Write "{composed}", typed anew.',
        )
    if found := OTHER_DIGIT.search(text):
        yield (
            f'"{found[0]}" is a digit of another script or width',
            "digits are 0 to 9",
            f"Write {int(found[0])}.",
        )
    for part in NOT_ASCII.findall(text):
        if meant := _misread(part):
            yield (
                f'"{part}" stands where "{meant}" was meant',
                "the text was read in the encoding that it was written in",
                f'Write "{meant}", and open the file as UTF-8.',
            )
    words = WORD.findall(text)
    strange = [word for word in words if _alphabet(word[0]) == "CYRILLIC"]
    if strange and len(strange) < len(words) and ALIKE.issuperset("".join(strange)):
        yield (
            f'"{strange[0]}" looks like Latin letters and is Cyrillic',
            "a word is written in its own alphabet",
            "Type it anew.",
        )
    for word in words:
        if not word.isascii() and len(alphabets := {*map(_alphabet, word)} & {*ALPHABETS}) > 1:
            yield (
                f'"{word}" mixes {" and ".join(sorted(map(str.capitalize, alphabets)))} letters',
                "a word is written in one alphabet",
                "Type it anew.",
            )


def _misread(part: str) -> str:
    """What was meant by letters that are UTF-8 read as Windows-1252 or Latin-1; "" if nothing."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return part.encode(encoding).decode()
        except UnicodeError:
            continue
    return ""


@lru_cache(maxsize=4096)
def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
