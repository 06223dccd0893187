"""Texts that go with files to take away: plain, from templates, nothing escaped as for HTML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from openbook.text import day, number

TEMPLATES = Path(__file__).parent / "templates" / "texts"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters |= {"day": day, "number": number}
    return made


def render(template: str, **context: Any) -> bytes:
    """A text, filled in, UTF-8, with one line feed at its end."""
    return (_environment().get_template(template).render(context).strip("\n") + "\n").encode()


def read(name: str) -> str:
    """A text that needs no filling in."""
    return (TEMPLATES / name).read_text("utf-8")
