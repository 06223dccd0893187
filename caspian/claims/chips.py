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
from caspian.claims.page import PAGE, TEMPLATES, anchor
from caspian.claims.verdicts import COLOUR, SYMBOL, Verdict
from openbook.site.markup import environment, raw
from openbook.site.pages import page, pages


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


def _verdicts(app: Sphinx) -> dict[int, tuple[str, str]]:
    """Verdict now and text of each claim, as the page of the claims publishes them."""
    held = pages(app.env).get(PAGE)
    published = held.published.values() if held else ()
    return {
        int(claim["claim"][1:]): (claim["now"]["verdict"], claim["text"])
        for bundle in published
        if isinstance(bundle, Claims)
        for claim in bundle.claims
    }


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each chip its verdict, its words and its link. An unknown claim is an error."""
    chips = list(doctree.findall(claim_chip))
    if not chips:
        return
    known = _verdicts(app)
    root = "../" * docname.count("/")
    for chip in chips:
        number = chip["number"]
        if number not in known:
            if known:  # without its page a small book has no claims
                raise LookupError(f"{docname}: there is no claim {number}")
            continue
        verdict, text = known[number]
        kind = Verdict(verdict)
        html = (
            environment(TEMPLATES)
            .get_template("chip.html")
            .render(
                address=f"{root}{PAGE}.html#{anchor(f'c{number:02d}')}",
                text=text,
                verdict=verdict,
                colour=COLOUR[kind],
                symbol=SYMBOL[kind],
                number=number,
            )
        )
        chip.replace_self(raw(html))


def visit_chip(translator: Any, _node: claim_chip) -> None:
    """A chip of a book without claims: its number."""


def depart_chip(translator: Any, _node: claim_chip) -> None:
    """See `visit_chip`."""
