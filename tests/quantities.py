"""What the pages publish by name: glued values, and what `{eval}` showed, out of the references.

A page's text (`tests/reference/<page>.txt`) is laid beside its source: where the source has
`{eval}`name``, the text has the value. Nothing is run. A paragraph that was rewritten since the
references were made is passed over, until `make references` has been run.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "reference"
FENCE = re.compile(r"(?ms)^(`{3,}|:{3,}).*?^\1[ \t]*$")
ROLE = re.compile(r"\{(?P<role>[\w:]+)\}`(?P<inside>[^`]+)`")
MARK = re.compile(r"\*\*|(?<!\w)\*|\*(?!\w)|`|\[(?=[^\]]+\]\()|\]\([^)]*\)")
NAME = re.compile(r"[A-Za-z_]\w*")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def pattern(paragraph: str) -> tuple[re.Pattern[str], list[str]]:
    """What the paragraph looks like on the page, and the name behind each group."""
    made, names, end = "", [], 0
    for found in ROLE.finditer(paragraph):
        made += literal(paragraph[end : found.start()])
        end, role, inside = found.end(), found["role"], found["inside"]
        if role == "eval":
            made += "(.+?)"
            names.append(inside)
        elif role == "term":
            made += literal(re.sub(r"\s*<.*>$", "", inside))
        else:
            made += ".*?"
    return re.compile(made + literal(paragraph[end:])), names


def literal(text: str) -> str:
    """The text as a pattern: no marks, any quotes, any space."""
    plain = re.escape(MARK.sub("", text))
    plain = re.sub(r"""["'“”‘’]""", "[\"'“”‘’]", plain)
    return re.sub(r"(\\ |\\\n|\s)+", r"\\s+", plain)


@cache
def shown(page: str) -> dict[str, str]:
    """What `{eval}` showed on a page, by name."""
    source = FENCE.sub("", (ROOT / f"{page}.md").read_text("utf-8"))
    lines = (REFERENCE / f"{Path(page).name}.txt").read_text("utf-8").splitlines()
    found: dict[str, str] = {}
    for paragraph in re.split(r"\n{2,}|\n(?=[-*] |\d+\. )", source):
        text = re.sub(r"^(?:[-*] |\d+\. |#+ |> )", "", paragraph.strip())
        if "{eval}" not in text:
            continue
        wanted, names = pattern(text)
        held = next(filter(None, (wanted.fullmatch(line) for line in lines)), None)
        for name, value in zip(names, held.groups() if held else (), strict=False):
            if NAME.fullmatch(name):
                found[name] = value
    return found


@cache
def glued(page: str) -> dict[str, str]:
    """What a page glued, by name."""
    path = REFERENCE / f"{Path(page).name}.ipynb"
    if not path.is_file():
        return {}
    told = json.loads(path.read_text("utf-8"))["metadata"].get("glue", {})
    return {name: data["text/plain"].strip("'\"") for name, data in told.items()}


@cache
def published() -> dict[str, dict[str, str]]:
    """Every named value of every page, by the page's name."""
    pages = ["index", *(f"chapters/{path.stem}" for path in (ROOT / "chapters").glob("*.md"))]
    return {Path(page).name: shown(page) | glued(page) for page in sorted(pages)}


def numbers(text: str) -> list[str]:
    """The numbers in a text, in order, without separators; those in units' names are none."""
    return [number.replace(",", "") for number in NUMBER.findall(text)]


def agree(one: str, other: str) -> bool:
    """Whether two printed values are the same, one of them perhaps rounded further."""
    first, second = numbers(one), numbers(other)
    return len(first) == len(second) and all(map(_same, first, second))


def _same(one: str, other: str) -> bool:
    digits = min(len(text.partition(".")[2]) for text in (one, other))
    rounded = len(one.partition(".")[2]) != len(other.partition(".")[2])
    return abs(float(one) - float(other)) <= (0.5 * 10**-digits + 1e-9) * rounded
