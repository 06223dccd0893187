"""What a book may tell its tests, in `pyproject.toml` under `[tool.pytest.ini_options]`.

They are read from there by programs too, which pytest's own reading would not serve.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

HELP = {
    "openbook_pages": "the files that may have cells, as patterns from the book's folder",
    "openbook_reference": "the folder of what the pages are compared with",
    "openbook_figures": "the folder of the drawings, as each figure is published",
    "openbook_names": "names that carry a digit and may be typed in prose",
    "openbook_roles": "the book's own roles whose text is computed",
    "openbook_first": "files of tests that take long, to be run first",
}
MARKERS = (
    "slow: builds a book, runs cells, makes an environment or draws in four timezones",
    "site: reads the built site (set by the fixture `site`)",
    "browser: drives a Chromium (set by the fixture `browser`)",
)


@dataclass(frozen=True)
class Settings:
    """The settings with what holds if the book says nothing; :data:`HELP` says what each means."""

    openbook_pages: tuple[str, ...] = ("index.md", "chapters/*.md")
    openbook_reference: str = "tests/reference"
    openbook_figures: str = "figures"
    openbook_names: tuple[str, ...] = ()
    openbook_roles: tuple[str, ...] = ()
    openbook_first: tuple[str, ...] = ()


def read(root: Path) -> Settings:
    """The settings of the book in a folder."""
    path = root / "pyproject.toml"
    held: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    told = held.get("tool", {}).get("pytest", {}).get("ini_options", {})
    given: dict[str, Any] = {f.name: told[f.name] for f in fields(Settings) if f.name in told}
    for name, value in given.items():
        given[name] = tuple(value) if isinstance(value, list) else value
    return Settings(**given)


def kind(name: str) -> str:
    """What pytest calls the type of a setting."""
    return "args" if isinstance(getattr(Settings(), name), tuple) else "string"
