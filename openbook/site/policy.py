"""What a page may load and run, as a Content-Security-Policy: the book's own files, and no more.

It stands in each page, so that it holds on any host; a server may send it, too (`CONTRIBUTING.md`).
No script and no style stands in a page itself: text that were to become markup could not act.
Sphinx and its extensions write `style` attributes, which the policy would silence. They are made
data here, and :mod:`openbook.site.styles` makes a rule of each in the sheet of all pages.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

import tinycss2
from sphinx.application import Sphinx

from openbook.site import files

SELF = "'self'"
FRAME = {  # of a figure alone, which needs no script
    "default-src": "'none'",
    "style-src": SELF,
    "font-src": SELF,
    "base-uri": "'none'",
    "form-action": "'none'",
}
PAGE = FRAME | {
    "script-src": SELF,
    "img-src": f"{SELF} data:",  # the theme's signs are pictures in its sheet
    "connect-src": SELF,  # parts that paper needs at once
    "form-action": SELF,  # the search
}
REFERRER = "no-referrer"  # what is read here is nobody else's business

_STYLE = re.compile(r'(<[a-zA-Z][^<>]*?\s)style="([^"]*)"')
_SHEET = re.compile(r"<style\b[^>]*>.*?</style>\s*", re.S | re.I)
_DATA = re.compile(r'<[a-zA-Z][^<>]*?\sdata-style="(s[0-9a-f]{8}) ([^"]*)"')
_AWAY = re.compile(r'<a (?![^<>]*\brel=)(?=[^<>]*\bhref="https?://)')


def text(directives: dict[str, str]) -> str:
    """A policy as it is written."""
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def _named(style: str) -> str:
    return f"s{files.sha256(style.encode())[:8]}"


def fitted(body: str) -> str:
    """HTML without `style` attributes, and with links away that give no hold on this page.

    A sheet in the page, as pandas writes one above a table, is left out: it would do nothing.
    """
    body = _SHEET.sub("", body)
    body = _STYLE.sub(lambda m: f'{m[1]}data-style="{_named(m[2])} {m[2]}"', body)
    return _AWAY.sub('<a rel="noopener" ', body)


def rules(pages: Iterable[str]) -> str:
    """A rule of CSS for each style that is data in these pages.

    As a style attribute does, it counts more than any rule of a sheet that is not `!important`.
    What is no declaration is left out, so that no text can end a rule.
    """
    held = {name: style for page in pages for name, style in _DATA.findall(page)}
    made = []
    for name, style in sorted(held.items()):
        parsed = tinycss2.parse_declaration_list(html.unescape(style), True, True)
        kept = [each.serialize() for each in parsed if each.type == "declaration"]
        made.append(f"[data-style^={name}]:not(#_):not(#_){{{';'.join(kept)}}}\n")
    return "".join(made)


def dress(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Give a page that is about to be written its policy, and make its body fit."""
    context["policy"], context["referrer"] = text(PAGE), REFERRER
    context["fitted"] = fitted  # for what a template adds, as Sphinx's index does
    context["body"] = fitted(context.get("body", ""))
