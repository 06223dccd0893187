"""The claims that a figure decides, on the page that the figure has for itself."""

from __future__ import annotations

from markupsafe import Markup
from sphinx.application import Sphinx

from caspian.claims.bundle import Claims
from caspian.claims.page import PAGE, TEMPLATES, anchor
from caspian.claims.verdicts import COLOUR, SYMBOL, Verdict
from openbook.site.markup import environment
from openbook.site.pages import pages


def html(app: Sphinx, pagename: str, figure: str) -> Markup | None:
    """The claims decided by `figure`, each with its verdict now, as links from `pagename`."""
    held = pages(app.env).get(PAGE)
    published = held.published.values() if held else ()
    root = "../" * pagename.count("/")
    claims = [
        {
            "text": claim["text"],
            "number": int(claim["claim"][1:]),
            "address": f"{root}{PAGE}.html#{anchor(claim['claim'])}",
            "verdict": claim["now"]["verdict"],
            "symbol": SYMBOL[Verdict(claim["now"]["verdict"])],
            "colour": COLOUR[Verdict(claim["now"]["verdict"])],
        }
        for bundle in published
        if isinstance(bundle, Claims)
        for claim in bundle.claims
        if claim["figure"] == figure
    ]
    template = environment(TEMPLATES).get_template("beside.html")
    return Markup(template.render(claims=claims)) if claims else None
