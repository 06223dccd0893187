"""Links to claims from a chapter: `{claim}`14`` is shown as the claim's number with its verdict.

The verdict is the one that the page of the claims publishes, filled in when a page is written; such
a page is written again when that page changes.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from caspian.claims.bundle import Claims
from caspian.claims.page import PAGE
from caspian.claims.strip import number, render
from openbook.site.markup import raw
from openbook.site.pages import page, pages

LINE, LOOK = "Decides", "caspian-decides"  # how a line of claims begins, and its class


class claim_chip(nodes.Inline, nodes.TextElement):
    """A claim by its `number`, to be filled in with its verdict."""


def claim_role(
    _name: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """`{claim}`14`` or `{claim}`13, 14, 15``: links to claims, each with its verdict now."""
    numbers = re.split(r"\s*,\s*", text.strip())
    if wrong := [n for n in numbers if not n.isdecimal()]:
        message = inliner.reporter.error(f"{wrong[0]!r} is no number of a claim", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    env = inliner.document.settings.env
    page(env).shows.add(PAGE)
    chips: list[nodes.Node] = []
    for n in numbers:
        chips += [nodes.Text(" ")] if chips else []
        chips.append(claim_chip("", n, number=int(n)))
    return chips, []


def published(app: Sphinx) -> Claims | None:
    """The claims as their page publishes them; None in a book without that page."""
    held = pages(app.env).get(PAGE)
    return (
        next((b for b in held.published.values() if isinstance(b, Claims)), None) if held else None
    )


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each chip its verdict, its words and its link. An unknown claim is an error.

    A paragraph that says "Decides" and names claims has them in words, as a line of its own; in
    running text a claim is its number with its verdict.
    """
    chips = list(doctree.findall(claim_chip))
    bundle = published(app) if chips else None
    if bundle is None:  # without its page a small book has no claims
        return
    known = {number(claim["claim"]): claim for claim in bundle.claims}
    root = "../" * docname.count("/")
    for chip in chips:
        if chip["number"] not in known:
            raise LookupError(f"{docname}: there is no claim {chip['number']}")
        line = chip.parent.astext().startswith(LINE)
        if line and LOOK not in chip.parent["classes"]:
            chip.parent["classes"].append(LOOK)
        chip.replace_self(raw(render("chip.html", root, claim=known[chip["number"]], words=line)))


def visit_chip(translator: Any, _node: claim_chip) -> None:
    """A chip of a book without claims: its number."""


def depart_chip(translator: Any, _node: claim_chip) -> None:
    """See `visit_chip`."""
