"""The claims as a Sphinx extension: their page, their links from chapters, their styles."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx

from caspian import maps
from caspian.claims import beside, chips, spine
from caspian.claims.bundle import Claims
from caspian.claims.page import PAGE, STATIC, STYLE, TEMPLATES, claims_html, places
from openbook.site import citation, figure_pages, lists, markup, parts, render, search
from openbook.site.pages import pages

NAMES = ("beside", "bundle", "chips", "crossing", "page", "site", "spine", "strip", "verdicts")
CODE = [*(Path(__file__).with_name(f"{name}.py") for name in NAMES), Path(maps.__file__)]


class ClaimsRenderer:
    """MyST-NB's plug-in for the claims that a cell published."""

    mime_priority_overrides: ClassVar = [("*", Claims.mime, 1)]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Return the node of the claims; None for any other output."""
        if data.mime_type != Claims.mime:
            return None
        env = renderer.renderer.document.settings.env
        env.note_dependency(f"{env.app.confdir}/CITATION.cff")
        cite = partial(citation.line_at, citation.read(env.app.confdir))
        bundle = Claims.from_json(data.content)
        html = claims_html(bundle, env.found_docs, render.site_root(env), cite)
        body = markup.raw(html)
        search.give(body, places(bundle))
        return render.published_node(renderer, bundle, body)


def add_styles(
    app: Sphinx, pagename: str, _template: str, _context: dict[str, Any], _tree: Any
) -> None:
    """Styles of a page that links to claims, styles and script of the one that lists them."""
    held = pages(app.env).get(pagename)
    if held and PAGE in held.shows:
        app.add_css_file("caspian-chips.css")
        app.add_css_file("caspian-strip.css")
    if pagename == app.config.root_doc:
        app.add_css_file("caspian-cover.css")
    if held and any(isinstance(item, Claims) for item in held.published.values()):
        lists.dress(app)
        app.add_css_file(STYLE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register role, node, styles and the moment in which the links are filled."""
    parts.add(app, STATIC, [*CODE, *TEMPLATES.iterdir()])
    app.add_role("claim", chips.claim_role)
    app.add_node(chips.claim_chip, html=(chips.visit_chip, chips.depart_chip))
    app.connect("doctree-resolved", chips.fill)
    app.connect(figure_pages.BESIDE, beside.html)
    spine.setup(app)
    app.connect("html-page-context", add_styles, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
