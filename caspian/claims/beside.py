"""The claims that a figure decides, on the page that the figure has for itself."""

from __future__ import annotations

from markupsafe import Markup
from sphinx.application import Sphinx

from caspian.claims import strip
from caspian.claims.chips import published


def html(app: Sphinx, pagename: str, figure: str) -> Markup | None:
    """The claims decided by `figure`, each with its verdict now, as links from `pagename`."""
    bundle = published(app)
    claims = strip.decided_by(bundle).get(figure) if bundle else None
    return (
        strip.render("beside.html", "../" * pagename.count("/"), claims=claims) if claims else None
    )
