"""A page for each figure: what a reader sends to another one.

It has the chart with all that stands behind it: rows, sources in full, code, what to paste to show
or to cite it. It is made of what the chapter published, by the templates that the chapter's figure
is made of; nothing is run or drawn again. :mod:`openbook.site.made` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from openbook import addresses
from openbook.bundle import Bundle, Figure
from openbook.site import (
    address,
    embed,
    files,
    foot,
    notebook,
    pictures,
    render,
    table_parts,
    usage,
)
from openbook.site.chapter_box import FOLDER as CHAPTERS
from openbook.site.chapter_box import is_chapter
from openbook.site.links import Links, figure_page
from openbook.site.markup import Link
from openbook.site.markup import render as fill
from openbook.site.pages import page

FOLDER = "figures"
BESIDE = "openbook-beside-figure"
"""An event: a book's extension gives HTML that stands below a figure, by page and figure's name."""


@dataclass(frozen=True)
class Placed:
    """A published figure, the page that it stands on, and its number there (`Figure 3`)."""

    bundle: Figure
    docname: str
    number: str

    @property
    def page(self) -> str:
        """The name of the page that it has for itself."""
        return figure_page(self.bundle.name)


def figures(env: BuildEnvironment) -> list[Placed]:
    """The figures of the book in the order of reading."""
    return [
        Placed(item, docname, usage.number_of(env, docname, item.kind, item.name))
        for docname in usage.reading_order(env)
        for item in page(env, docname).published.values()
        if isinstance(item, Figure)
    ]


def on_page(env: BuildEnvironment, pagename: str) -> dict[str, Bundle]:
    """The figure that has a page for itself, by name; none for any other page."""
    shown = (placed.bundle for placed in figures(env) if placed.page == pagename)
    return {bundle.name: bundle for bundle in shown}


def beside(app: Sphinx, pagename: str, name: str) -> list[Markup]:
    """What the book's extensions say below a figure when `pagename` shows it."""
    return [Markup(said) for said in app.emit(BESIDE, pagename, name) if said]


@lru_cache(maxsize=2)  # figures come page by page
def _cells(path: Path, _run: str) -> dict[str, list[str]]:
    """The code of a page's figures: of each the cells after the one before, and its own."""
    found: dict[str, list[str]] = {}
    since: list[str] = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        since.append(cell.source)
        shown = [o["data"][Figure.mime] for o in cell.outputs if Figure.mime in o.get("data", {})]
        for figure in shown:
            found[figure["name"]] = since
        since = [] if shown else since
    return found


def _code(app: Sphinx, placed: Placed) -> list[Markup]:
    path = notebook.executed(app, placed.docname, "ipynb")
    cells = _cells(path, page(app.env, placed.docname).run).get(placed.bundle.name, [])
    return foot.highlighted(app, cells)


def _sources(bundle: Figure, links: Links) -> Iterator[dict[str, Any]]:
    """The sources of a figure, each with its link and its place in the book's list of sources."""
    for note in bundle.sources:
        place = links.known_source(note.key)
        yield {"note": note, "link": Link(note.title, addresses.web(note.url)), "place": place}


def neighbours(every: list[Placed], placed: Placed) -> tuple[Placed | None, Placed | None]:
    """The figures before and after one."""
    at = every.index(placed)
    return every[at - 1] if at else None, every[at + 1] if at + 1 < len(every) else None


def digest(app: Sphinx, every: list[Placed], placed: Placed) -> str:
    """Digest of what the page of a figure is made from, but for what all pages share."""
    said = [[p.number, p.bundle.title] for p in neighbours(every, placed) if p]
    run = page(app.env, placed.docname).run
    made_from = [placed.bundle.to_json(), placed.docname, placed.number, run, said]
    text = json.dumps([made_from, beside(app, placed.page, placed.bundle.name)], sort_keys=True)
    return files.sha256(text.encode())


def context(app: Sphinx, every: list[Placed], placed: Placed) -> dict[str, Any]:
    """What the theme's page is given for a figure."""
    bundle, links = placed.bundle, Links(app, placed.page)
    before, after = neighbours(every, placed)
    chapter = f"{links.root}{CHAPTERS}/{placed.docname.rpartition('/')[2]}"

    def link(to: Placed | None) -> dict[str, str] | None:
        if to is None:
            return None
        title = f"{to.number}. {to.bundle.title}"
        return {"title": title, "link": links.address(to.page)}

    body = fill(
        "figure_page.html",
        placed=placed,
        bundle=bundle,
        chart=render.chart(bundle, links.root),
        place=Link(links.title(placed.docname), links.address(placed.docname, bundle.name)),
        beside=beside(app, placed.page, bundle.name),
        data=table_parts.data_table(bundle),
        sources=list(_sources(bundle, links)),
        code=_code(app, placed),
        source=f"{links.root}_sources/{placed.docname}.md",
        notebook=f"{chapter}.ipynb" if is_chapter(app, placed.docname) else "",
        files=f"{links.root}{foot.FOLDER}/{bundle.name}",
        card=f"{links.root}{pictures.FOLDER}/{pictures.card_name(placed.page)}",
        frame=links.root + embed.path(bundle.name),
        snippet=embed.snippet(app, placed),
        served=bool(app.config.html_baseurl),
        **foot.cited(
            app,
            f"{placed.page}.html",
            bundle.name.removeprefix("fig-"),
            f"{placed.number}: {bundle.title}",
        ),
    )
    return {
        "title": bundle.title,
        "body": body,
        "prev": link(before),
        "next": link(after),
        "oembed": address.absolute(app, embed.path(bundle.name, "json")),
    }
