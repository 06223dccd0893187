"""MyST Markdown as its own parser reads it: the directives and roles of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

_OPTION = re.compile(r"\s*:?([\w-]+):(?:\s+(.*))?$")


@dataclass(frozen=True)
class Directive:
    """A directive; `options` and `body` begin at these lines, counted from 0 below the fence."""

    name: str
    argument: str
    options: tuple[tuple[int, str, str], ...]
    """Line, name and value of each."""
    body: str
    body_line: int


def parser(config: MdParserConfig) -> MarkdownIt:
    """The parser of a book that reads Markdown so."""
    return create_md_parser(config, RendererHTML)


def directive(token: Token) -> Directive | None:
    """The directive that a token of a fence is, or None if it holds code."""
    info = token.info.strip()
    if token.type not in ("fence", "colon_fence") or not info.startswith("{"):
        return None
    name, _, argument = info[1:].partition("}")
    lines = token.content.split("\n")
    if lines[0].strip() == "---":
        ends = [at for at, line in enumerate(lines) if line.strip() == "---"]
        start = ends[1] + 1 if len(ends) > 1 else len(lines)
        options = list(enumerate(lines[1 : start - 1], 1))
    else:
        start = next(
            (at for at, line in enumerate(lines) if not re.match(r":[\w-]+:(\s|$)", line)),
            len(lines),
        )
        options = list(enumerate(lines[:start]))
    return Directive(
        name.strip(),
        argument.strip(),
        tuple((at, m[1], m[2] or "") for at, line in options if (m := _OPTION.match(line))),
        "\n".join(lines[start:]),
        start,
    )
