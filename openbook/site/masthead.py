"""The head and the foot of every page: the book's name and its pages, in the order of `_toc.yml`.

The first part of the table of contents stands in the head, and of the rest the pages of
`openbook_menu` (`charts` is that of all figures); the foot names all the others. A narrow screen
has one list of everything, closed under "Menu". All of it is links: nothing needs a script.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from openbook.site.figure_pages import figures
from openbook.site.links import GALLERY, Links
from openbook.site.markup import render


@dataclass(frozen=True)
class Entry:
    """A page in the menu: its name without its subtitle, its address, whether it is this page."""

    text: str
    address: str
    here: bool


def parts(env: BuildEnvironment) -> list[list[str]]:
    """The pages of each part of `_toc.yml` below the front page; one part in a book without."""
    root = vars(env).get("external_site_map")
    listed = root.root.subtrees if root else []
    held = [[d for d in map(_docname, part.files()) if d in env.titles] for part in listed]
    return [part for part in held if part]


def _docname(file: str) -> str:
    return str(file).removesuffix(".md")


def add(app: Sphinx, docname: str, context: dict[str, Any]) -> None:
    """Add head and foot to the `context` of a page's template; `docname` may be no document."""
    links, env = Links(app, docname), app.env
    root, chosen = app.config.root_doc, app.config.openbook_menu
    known = parts(env)

    def entries(names: Iterable[str]) -> list[Entry]:
        return [Entry(links.title(d), links.address(d), d == docname) for d in names]

    first, rest = known[0] if known else [], [d for part in known[1:] for d in part]
    rest = [d for d in rest if "translates" not in env.metadata[d]]  # the page itself leads there
    beside = [d for d in chosen if d in env.titles or (d == GALLERY and figures(env))]
    shown = {
        "name": env.titles[root].astext(),
        "home": links.address(root),
        "chapters": entries(first),
        "beside": entries(beside),
        "others": entries(d for d in rest if d not in beside),
        "search": links.address("search"),
    }
    context["masthead"] = Markup(render("masthead.html", **shown, at_search=docname == "search"))
    context["pages_below"] = Markup(render("pages_below.html", **shown))
