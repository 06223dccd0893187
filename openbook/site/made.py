"""Pages that no document stands behind: one a figure, the gallery, and the one for lost readers.

Sphinx writes them with the theme, as it does its index, after all others. Only those are written
again whose content moved; those of figures that are gone are removed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import escape
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from openbook.site import (
    address,
    embed,
    figure_pages,
    files,
    gallery,
    languages,
    lists,
    page_head,
    pictures,
    usage,
)
from openbook.site.figure_pages import Placed
from openbook.site.links import GALLERY, Links
from openbook.site.markup import Link, render

LOST = "404"
NOTED = ".pages.json"  # beside the site: what its made pages were made from
STYLE, FRAME_STYLE = "openbook-pages.css", "openbook-frame.css"
ACCENT = "#006f75"  # of a card: the light page's colour of links


@dataclass(frozen=True)
class Made:
    """A page to be written: its name, a digest of what it is made from, and what makes it."""

    name: str
    digest: str
    context: Callable[[], dict[str, Any]]


def names(app: Sphinx) -> list[str]:
    """The pages that are made, but for the one for lost readers, in the order of reading."""
    figures = [placed.page for placed in figure_pages.figures(app.env)]
    return [GALLERY, *figures] if figures else []


def _lost(app: Sphinx) -> dict[str, Any]:
    links = Links(app, LOST)
    listed = usage.reading_order(app.env)
    others = [name for name in listed if "translates" in app.env.metadata[name]]
    told = {name: languages.own_name(languages.language_of(app.env, name)) for name in others}
    pages = links.pages(name for name in listed if name not in told)
    pages += [Link(text, links.address(name)) for name, text in told.items()]
    gallery_link = links.address(GALLERY) if names(app) else ""
    body = render(
        "lost.html",
        pages=pages,
        search=links.address("search"),
        gallery=gallery_link,
    )
    return {"title": "This page is not here", "body": body}


def _all(app: Sphinx) -> list[Made]:
    """The pages to be made, each with its digest and its content."""
    every = figure_pages.figures(app.env)
    said = [[p.page, p.number, p.docname, p.bundle.title] for p in every]
    listed = files.sha256(json.dumps(said).encode())
    made = [
        Made(
            placed.page,
            figure_pages.digest(app, every, placed),
            partial(_figure, app, every, placed),
        )
        for placed in every
    ]
    if every:
        made.append(Made(GALLERY, listed, lambda: gallery.context(app, every, GALLERY)))
    return [*made, Made(LOST, "", lambda: _lost(app))]


def _figure(app: Sphinx, every: list[Placed], placed: Placed) -> dict[str, Any]:
    """What the theme's page is given for a figure, the tags of its head too."""
    bundle = placed.bundle
    tags = page_head.tags(app, placed.page, bundle.title, bundle.subtitle, bundle.alt)
    return figure_pages.context(app, every, placed) | {"metatags": str(tags)}


def _shared(app: Sphinx) -> list[str]:
    """Digests of what all pages share: code, look and settings, the menus."""
    assert isinstance(app.builder, StandaloneHTMLBuilder)
    skeleton = vars(app.env).get("openbook_skeleton", "")
    return [app.config.openbook_code, app.builder.build_info.config_hash, skeleton]


def collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give Sphinx the pages that are to be written: name, context, template."""
    noted, out = Path(app.outdir).parent / NOTED, Path(app.outdir)
    before = json.loads(noted.read_text("utf-8")) if noted.is_file() else {}
    shared = _shared(app)
    after = {}
    for page in _all(app):
        after[page.name] = files.sha256(json.dumps([page.digest, shared]).encode())
        if before.get(page.name) != after[page.name] or not (out / f"{page.name}.html").is_file():
            context = page.context()
            # the theme prints this one, as it is, in place of the page's own headline
            yield page.name, context | {"pagetitle": escape(context["title"])}, "page.html"
    files.write(noted, json.dumps(after, indent=1).encode())


def dress(app: Sphinx, pagename: str) -> None:
    """Give a made page its styles and scripts."""
    if pagename not in (GALLERY, LOST) and not figure_pages.on_page(app.env, pagename):
        return
    app.add_css_file(STYLE)
    if pagename == GALLERY:
        lists.dress(app)


def write_files(app: Sphinx, folder: Path, jobs: int) -> None:
    """Write frames, pictures and what search engines read; remove what is of figures gone."""
    out, every = Path(app.outdir), figure_pages.figures(app.env)
    frames, drawn = embed.recipes(app, every), pictures.recipes(app, every, ACCENT)
    files.sync_folder(out / embed.FOLDER, frames, folder / ".embed.json", jobs)
    files.sync_folder(out / pictures.FOLDER, drawn, folder / ".pictures.json", jobs)
    kept = {f"{placed.page}.html" for placed in every}
    for path in (out / figure_pages.FOLDER).glob("*"):
        if path.relative_to(out).as_posix() not in kept:
            path.unlink()
    if not every:
        (out / f"{GALLERY}.html").unlink(missing_ok=True)
    address.write_files(app, names(app))
    if app.config.html_baseurl and (lost := out / f"{LOST}.html").is_file():
        rooted = address.rooted(lost.read_text("utf-8"), app.config.html_baseurl)
        files.write(lost, rooted.encode())
