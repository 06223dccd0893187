"""Finds digits typed by hand in the book's prose, and in what its code says to readers.

Every number in the text comes from a table, through `{eval}`. What may be typed is a date, or one
of the names in `ALLOWED` and of the book's own (`openbook_names`). On the built page every number
is a fact with its sources.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token

from openbook import myst
from openbook.testing import book

# Names that carry a digit. A number is never a name: it belongs in a table.
ALLOWED = (
    "ISO 3166",
    "ISO 8601",
    "CO2",
    "CO2e",
    "CC BY 4.0",
    "Jupyter Book 1",
    "Python 3",
    "SHA-256",
    *book.SETTINGS.openbook_names,
)

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:1[89]|20)\d\d"
# A measure after a year makes it an amount: "2000 tonnes" is no date.
_UNIT = (
    r"(?:%|‰|°|Mt|kt|t|tonnes?|tons?|km|m|bcm|b/d|kb/d|mb/d|barrels?|bbl|ships?|tankers?|days?|"
    r"hours?|wagons?|containers?|TEU|FEU|USD|EUR|KZT|dollars?|euros?|tenge|million|billion|"
    r"trillion|thousand|percent|per cent|GW|MW|kV|dwt)\b"
)
_DATES = re.compile(
    # 11 March 2024, 11–12 March 2024, 30 March – 2 April 2024, 11 March
    rf"(?<![\d.,])\d{{1,2}}(?:\s*[–-]\s*\d{{1,2}})?\s{_MONTH}(?:\s{_YEAR})?(?![\d])"
    # March 2024
    rf"|{_MONTH}\s{_YEAR}(?!\d)"
    # 2024, 1990s, 2024–2025, 2024–25, 2024/25; but not 2,024 or 2024 t or USD 2024
    rf"|(?<![\d.,$€])(?<!USD\s)(?<!EUR\s){_YEAR}(?:s|[–/-](?:{_YEAR}|\d\d))?"
    rf"(?![\d])(?![.,]\d)(?!\s?{_UNIT})"
    # first letters of a part of a year: Q1 2025, H2 2025
    rf"|\b[QH][1-4]\s(?={_YEAR})"
)
_HOLE = "\ufffc"  # where a computed number or a link stands in the text
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
# What stands between two dollar signs but is no formula: "$5 million and $"
_AMOUNTS = re.compile(r"^[^\\]*\s[A-Za-z]{3,}\b[^\\]*$")
_HIDDEN = {"code_inline", "math_inline", "math_inline_double", "footnote_ref",
           "substitution_inline", "substitution_block"}  # fmt: skip

# Roles whose text is computed, a label or a formula
_COMPUTED_ROLES = re.compile(
    "|".join(
        [
            r"eval|glue(?::.*)?|local|origin|day|source|numref|ref|eq|cite(?::.*)?|math|download",
            *map(re.escape, book.SETTINGS.openbook_roles),
        ]
    )
)
# Directives that hold code, formulas or lists of files
_CODE = {
    "code", "code-block", "sourcecode", "literalinclude", "math", "raw", "raw-cell", "toctree",
    "tableofcontents", "bibliography", "include", "mermaid", "eval", "glue",
}  # fmt: skip
# Directives whose first line names a file, a variable or a layout
_NAMED = {
    "code-cell", "container", "div", "figure", "glue", "glue:figure", "glue:math", "glue:md",
    "grid", "image", "include", "list-table",
}  # fmt: skip
_SHOWN_OPTIONS = {"caption", "alt", "title", "header", "footer"}

_SHOWN_BY = {"cards", "figure", "table"}
_SHOWN_ARGUMENTS = {"title", "subtitle", "caption", "alt", "note", "labels"}
# Calls inside a shown text whose own arguments are shown too
_TEXT_CALLS = {"Title", "TitleParams", "dict", "join", "format"}


@dataclass(frozen=True)
class Finding:
    """Digits that were typed: the line (from 1), the digits and the text around them."""

    line: int
    digits: str
    text: str

    def __str__(self) -> str:
        """As a message says it."""
        return f'line {self.line}: "{self.digits}" in "{self.text}"'


def typed(text: str) -> list[str]:
    """The digits of a text that are neither a date nor an allowed name."""
    for name in sorted(ALLOWED, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w]|\.\d)", "", text)
    text = _DATES.sub(" ", _ADDRESS.sub(_HOLE, text))
    return re.findall(r"[+-]?\w*\d[\d.,\u202f]*\w*", text)


def _findings(text: str, line: int) -> Iterator[Finding]:
    shown = " ".join(text.replace(_HOLE, "…").split())
    for digits in typed(text):
        at = max(0, shown.find(digits) - 40)
        yield Finding(line, digits, shown[at : at + 100])


@cache
def _parser() -> MarkdownIt:
    return myst.parser(book.markdown_config())


def _inline(token: Token, first: int) -> Iterator[tuple[int, str]]:
    """The lines of a paragraph as readers see them, formulas and computed parts cut out."""
    line, text, address = first, "", False
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            yield line, text
            line, text = line + 1, ""
        elif child.type == "link_open":
            address = child.info == "auto" or child.markup in ("autolink", "linkify")
        elif child.type == "link_close":
            address = False
        elif child.type == "text":
            text += _HOLE if address else child.content
        elif child.type == "image":
            text += " " + "".join(part for _, part in _inline(child, line)) + " "
        elif child.type == "myst_role":
            name = child.meta["name"]
            if _COMPUTED_ROLES.fullmatch(name):
                text += _HOLE
            else:  # {sub}`2` is part of a word; a target in angle brackets isn't shown
                text += re.sub(r"\s*<[^>]*>$", "", child.content)
        elif child.type == "html_inline":
            text += _html_text(child.content)
        elif child.type == "math_inline" and _AMOUNTS.search(child.content):
            text += child.content
        elif child.type in _HIDDEN:
            text += _HOLE
        else:
            text += child.content if child.nesting == 0 else ""
    yield line, text


def _html_text(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    shown = [tag.get(name, "") for tag in soup.find_all(True) for name in ("alt", "title")]
    return " ".join([soup.get_text(" "), *map(str, shown)]).strip("\n")


def _directive(held: myst.Directive, first: int) -> Iterator[Finding]:
    """The digits typed in a directive whose fence is line `first` of the file, from 1."""
    if held.name in _CODE:
        return
    if held.argument and held.name not in _NAMED:
        yield from _scan(held.argument, first - 1)
    for at, name, value in held.options:
        if name in _SHOWN_OPTIONS:
            yield from _scan(value.strip("\"'"), first + at)
    if held.name != "code-cell":
        yield from _scan(held.body, first + held.body_line)


def _scan(text: str, offset: int) -> Iterator[Finding]:
    """Findings of a piece of Markdown whose first line is line `offset` of the file (from 0)."""
    for token in _parser().parse(text):
        first = offset + (token.map[0] if token.map else 0)
        if held := myst.directive(token):
            yield from _directive(held, first + 1)
        elif token.type == "html_block":
            yield from _findings(_html_text(token.content), first + 1)
        elif token.type == "inline":
            for line, shown in _inline(token, first):
                yield from _findings(shown, line + 1)


def prose(text: str) -> list[Finding]:
    """The digits typed in the prose of a page: paragraphs, headings, lists, tables, captions."""
    return list(_scan(text, 0))


# --- what the code says to readers -----------------------------------------------------------


def _parts(node: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[ast.Constant]:
    """The constant pieces of the text that an expression makes; not the code inside it."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node
    elif isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.Name):
        for value in names.pop(node.id, ()):
            yield from _parts(value, names)
    elif isinstance(node, ast.BinOp):
        yield from _parts(node.left, names)
        yield from _parts(node.right, names)
    elif isinstance(node, ast.IfExp):
        yield from _parts(node.body, names)
        yield from _parts(node.orelse, names)
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _parts(element, names)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _parts(value, names)
    elif isinstance(node, ast.Call):
        called = _called(node)
        if isinstance(node.func, ast.Attribute) and called in ("join", "format"):
            yield from _parts(node.func.value, names)
        if called in _TEXT_CALLS:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from _parts(argument, names)


def _called(node: ast.Call) -> str:
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _shown(tree: ast.Module) -> Iterator[ast.Constant]:
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in _SHOWN_BY
    ]
    if not calls:
        return
    names: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    names.setdefault(target.id, []).append(node.value)
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg in _SHOWN_ARGUMENTS:
                yield from _parts(keyword.value, dict(names))
    formats = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.FormattedValue)
        and node.format_spec for part in ast.walk(node.format_spec)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in formats and not _formula(node):
            yield from _parts(node, {})


def _formula(node: ast.JoinedStr) -> bool:
    """Whether an f-string is an expression of Vega's and no sentence."""
    return any(re.search(r"\bdatum\b", str(part.value)) for part in _parts(node, {}))


def code(source: str, first: int = 1) -> list[Finding]:
    """The digits typed in what a cell's `figure` or `table` shows.

    `first` is the line of the cell's first line in its file.
    """
    found: dict[tuple[int, int, str], Finding] = {}
    for part in _shown(ast.parse(source)):
        for finding in _findings(str(part.value), first + part.lineno - 1):
            found.setdefault((part.lineno, part.col_offset, finding.digits), finding)
    return sorted(found.values(), key=lambda finding: finding.line)


# What a page shows beside its sentences, or numbers that lead to where they come from
# (`ob-linked` is the class that a book gives to links of its own)
_SOURCED = (
    "figure, table, svg, script, style, code, pre, .cell, .math, .ob-fact, .ob-linked, "
    ".ob-cite, .ob-takeaway, a.reference"
)


def without_source(html: str) -> list[str]:
    """The numbers in the sentences of a built page that are neither facts nor dates.

    Raises ValueError for a page without an article.
    """
    article = BeautifulSoup(html, "html.parser").article
    if article is None:
        raise ValueError("the page has no <article>")
    for tag in article.select(_SOURCED):
        tag.replace_with(_HOLE)
    texts = (t.get_text() for t in article.select("p, li, h1, h2, h3") if not t.find(["p", "li"]))
    return [digits for text in texts for digits in typed(" ".join(text.split()))]


def page(path: Path) -> Iterable[Finding]:
    """Every digit typed in a page of the book, in its order."""
    text = path.read_text("utf-8")
    found = prose(text)
    for cell in book.cells(path) if book.is_myst_markdown_notebook(text) else ():
        found += code(cell.source, cell.line)
    return sorted(found, key=lambda finding: finding.line)
