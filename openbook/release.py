"""Where a book names its version and the day of its release: read, compared, set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

VERSION = r"\d+\.\d+\.\d+"
DAY = r"\d{4}-\d{2}-\d{2}"
# File, and what stands around the version (group 1) or the day there
VERSIONS = (
    ("CITATION.cff", rf"(?m)^version: ({VERSION})$"),
    ("pyproject.toml", rf'(?m)^version = "({VERSION})"$'),
    ("pyproject.toml", rf'"openbook==({VERSION})"'),
    ("openbook/pyproject.toml", rf'(?m)^version = "({VERSION})"$'),
    ("data/schema/_package.yml", rf"(?m)^  version: ({VERSION})$"),
    ("README.md", rf"version ({VERSION}), \d{{4}}"),
    ("CHANGELOG.md", rf"(?m)^## ({VERSION}) \({DAY}\)$"),
)
DAYS = (
    ("CITATION.cff", rf"(?m)^date-released: ({DAY})$"),
    ("CHANGELOG.md", rf"(?m)^## {VERSION} \(({DAY})\)$"),
)
UNRELEASED = "## Unreleased"


class Refused(Exception):
    """The version can't be set; the message says why. Nothing was written."""


def stated(root: Path) -> dict[str, str]:
    """What each place says now, by its name; "" where a file has no such place."""
    return {
        f"{name} ({what}, place {n})": _found(root / name, pattern)
        for what, places in (("version", VERSIONS), ("date", DAYS))
        for n, (name, pattern) in enumerate(places, 1)
        if (root / name).is_file()
    }


def parting(found: Mapping[str, str]) -> list[str]:
    """Lines on the places that don't say what `CITATION.cff` says; [] if all agree."""
    first = {what: next(t for place, t in found.items() if f"({what}," in place)
             for what in ("version", "date")}  # fmt: skip
    return [
        f'{place} says "{text}", CITATION.cff "{first[what]}". To do: make release VERSION=…'
        for what in first
        for place, text in found.items()
        if f"({what}," in place and text != first[what]
    ]


def set_to(root: Path, version: str, day: str) -> None:
    """Set version and day in every place, and head what is unreleased with both.

    Raises Refused if the version is none or is not above the one there, if the day is none, or if
    a place is not found.
    """
    if not re.fullmatch(VERSION, version):
        raise Refused(f'"{version}" is no version: three numbers with points between.')
    if not re.fullmatch(DAY, day):
        raise Refused(f'"{day}" is no day: YYYY-MM-DD.')
    held = _found(root / "CITATION.cff", VERSIONS[0][1])
    if _parts(version) <= _parts(held):
        raise Refused(f"{version} is not above {held}, the version there.")
    log = root / "CHANGELOG.md"
    if UNRELEASED not in log.read_text("utf-8"):
        raise Refused(f"CHANGELOG.md has no {UNRELEASED}: there is nothing to release.")
    texts = {log: log.read_text("utf-8").replace(UNRELEASED, f"## {version} ({day})", 1)}
    for new, places in ((version, VERSIONS[:-1]), (day, DAYS[:-1])):
        for name, pattern in places:
            path = root / name
            if path.is_file():
                text = texts.get(path, path.read_text("utf-8"))
                found = re.search(pattern, text)
                if not found:
                    raise Refused(f"{name} names no version or date as it did: {pattern}")
                texts[path] = text[: found.start(1)] + new + text[found.end(1) :]
    for path, text in texts.items():
        path.write_text(text, "utf-8")


def _found(path: Path, pattern: str) -> str:
    found = re.search(pattern, path.read_text("utf-8"))
    return found[1] if found else ""


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part]
