"""HTML: the one Jinja environment, which escapes; its filters; links.

Whatever the engine and a book's own extensions put on a page is made by a template of
`templates/parts` or of a folder of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from openbook import addresses, controls, publish
from openbook.bundle import SourceNote
from openbook.site import later
from openbook.text import day, number

TEMPLATES = Path(__file__).parent / "templates" / "parts"


def counted(many: int, one: str) -> str:
    """`2, "entry"` → `2 entries`."""
    plural = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number(many)} {one if many == 1 else plural}"


def script_json(value: object) -> Markup:
    """A JSON value for a script element, which no text in it can end."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


@dataclass(frozen=True)
class Link:
    """A link for a template; its text alone if it leads nowhere. `title` is said on hover.

    An address with a scheme that could act (`javascript:`) leads nowhere.
    """

    text: str
    address: str = ""
    title: str = ""

    def __html__(self) -> str:
        """Return the link as HTML, for Jinja."""
        return render("link.html", link=self, address=addresses.openable(self.address))


def source_links(keys: str, sources: Mapping[str, SourceNote]) -> Markup:
    """A cell of sources (keys joined by semicolons) as links, by what is said of each."""
    of = (sources[key] for key in keys.split(";"))
    return Markup("; ").join(Link(s.publisher, addresses.web(s.url), s.title) for s in of)


@cache
def environment(*folders: Path) -> Environment:
    """Jinja over templates of one's own and the engine's."""
    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,  # a build reads each template once
    )
    made.filters |= {"day": day, "number": number, "counted": counted, "script_json": script_json}
    made.filters["web"] = addresses.web
    made.filters["cell"] = publish.cell_text
    made.filters |= {"stops": controls.stops, "stop_text": controls.text}
    made.filters["typeset"] = lambda text: text.replace("'", "’")  # the apostrophe of the prose
    made.globals |= {"opening": later.opening, "closing": later.closing}
    return made


def render(template: str, **context: Any) -> Markup:
    """A template of the engine, filled in."""
    return Markup(environment().get_template(template).render(context))


def raw(html: str) -> nodes.raw:
    """HTML as a node."""
    return nodes.raw("", html, format="html")


def plain(node: nodes.Node) -> str:
    """The text of a node as readers see it, that of raw HTML too, in one line."""
    if isinstance(node, nodes.raw):
        return str(Markup(node.astext()).striptags())
    if isinstance(node, nodes.Text):
        return node.astext()
    return " ".join("".join(map(plain, node.children)).split())
