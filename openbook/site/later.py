"""Parts of pages that a browser fetches when a reader comes to them: `_later/SUM.js`.

Templates and nodes mark such a part (:func:`opening`, :func:`closing`; `macros.html` has a macro).
When a page is written, each marked part goes into a file of its own, named by what it holds, so
that pages share it; `static/openbook-later.js` puts it back. It is a script, since a page that is
opened from disk may fetch nothing else. In its place stands what leads to the same without a
script: a picture, or a link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from markupsafe import Markup
from sphinx.application import Sphinx

from openbook.site import files

FOLDER = "_later"  # beside _static, in the built site
SCRIPT = "openbook-later.js"
LEAST = 1500  # characters of HTML; for less a request is not worth it
_CALL = ("openbookPart(", ")\n")

_MARKED = re.compile(
    r'<div class="ob-later"([^>]*)>((?:(?!<div class="ob-later").)*?)<!--later-->'
    r"(.*?)<!--/later--></div>",
    re.S,
)
_PLACE = re.compile(
    r'<div class="ob-later"[^>]* data-part="[^"]*_later/([0-9a-f]+)\.js"[^>]*>'
    r".*?<!--/later--></div>",
    re.S,
)
_NAMED = re.compile(r"_later/([0-9a-f]+)\.js")


class HasHTML(Protocol):
    """What says itself as HTML, as a link does."""

    def __html__(self) -> str:
        """Return the HTML."""
        ...


def opening(instead: HasHTML | str = "", *, near: bool = False, paper: bool = False) -> Markup:
    """Begin a part; `instead` stands there until it is fetched, and without a script.

    A part is fetched when the fold around it opens; one that is `near` when it is about to be seen.
    What is for `paper`, too, is fetched before the page is printed. Text is escaped, but for
    :class:`~markupsafe.Markup` and links.
    """
    kinds = (" data-near" if near else "") + (" data-paper" if paper else "")
    return Markup(f'<div class="ob-later"{kinds}>') + instead + Markup("<!--later-->")


def closing() -> Markup:
    """End a part."""
    return Markup("<!--/later--></div>")


def _content(html: str) -> tuple[str, bytes]:
    """A part's name, and its file."""
    name = files.sha256(html.encode())[:16]
    before, after = _CALL
    call = f"{before}{json.dumps(name)}, {json.dumps(html, ensure_ascii=False)}{after}"
    return name, call.encode()


def cut(html: str, root: str, folder: Path) -> str:
    """A page with its marked parts written into files of `folder`; short parts stay in it.

    `root` leads from the page to the site's root.
    """

    def place(found: re.Match[str]) -> str:
        kinds, instead, held = found.groups()
        if len(held) < LEAST:
            return held
        name, content = _content(held)
        if not (path := folder / f"{name}.js").is_file():
            files.replace(path, content)
        address = f'data-part="{root}{FOLDER}/{name}.js"'
        return f'<div class="ob-later"{kinds} {address}>{instead}<!--/later--></div>'

    return _MARKED.sub(place, html)


def held(path: Path) -> str:
    """The HTML of a part's file. Raises ValueError for any other file."""
    before, after = _CALL
    text = path.read_text("utf-8")
    if not (text.startswith(before) and text.endswith(after)):
        raise ValueError(f"{path.name} holds no part of a page")
    found: str = json.loads(f"[{text[len(before) : -len(after)]}]")[1]
    return found


def filled(html: str, site: Path) -> str:
    """A page of a built site as a reader has it who has opened all of it."""
    return _PLACE.sub(lambda found: held(site / FOLDER / f"{found[1]}.js"), html)


def tidy(site: Path, pages: Iterable[str]) -> None:
    """Remove the files that no page names."""
    named = {name for html in pages for name in _NAMED.findall(html)}
    for path in (site / FOLDER).glob("*"):
        if path.stem not in named:
            path.unlink()


def dress(app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Cut the parts out of a page that is about to be written, and give it the script."""
    if 'class="ob-later' not in context.get("body", ""):
        return
    root = "../" * page.count("/")
    context["body"] = cut(context["body"], root, Path(app.outdir) / FOLDER)
    if 'class="ob-later' in context["body"]:
        app.add_js_file(SCRIPT, loading_method="defer", priority=100)  # before those that use it
