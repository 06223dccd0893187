"""The box at a chapter's end: notebook, source, data, a citation, its dates; and these files.

The files lie in `_chapters/`. :mod:`openbook.site.notebook` makes the notebook.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pandas as pd
from markupsafe import Markup
from sphinx.application import Sphinx

from openbook import publish, tables
from openbook.site import archive, citation, files, kit, launch, notebook, texts, usage
from openbook.site.files import FileRecipe
from openbook.site.links import Links
from openbook.site.markup import render
from openbook.site.pages import page
from openbook.tables.selection import COUNTED

FOLDER = "_chapters"  # beside _static, in the built site


def is_chapter(app: Sphinx, docname: str) -> bool:
    """Whether the page has files to download: a chapter whose cells all ran.

    So have those of the pages that it quotes.
    """
    held = page(app.env, docname)
    failed = held.failed or any(page(app.env, quoted).failed for quoted in held.quoted)
    return docname.startswith("chapters/") and bool(held.run) and not failed


def _sources(app: Sphinx, docname: str) -> list[tables.Source]:
    """The sources of a page's figures, tables and text."""
    held = page(app.env, docname)
    keys = {s.key for item in held.published.values() for s in item.sources}
    keys |= held.cited.keys()
    known = tables.references()
    return [known[key] for key in sorted(keys)]


# --- the box ---------------------------------------------------------------------------------


def data_to(frames: Iterable[pd.DataFrame], until: str) -> str:
    """The newest period that any table has counted (`actual`, `preliminary`): its end, ISO 8601.

    Periods that run on after the day `until`, and what is only foreseen or derived, have no part in
    it. "" if no table counts anything.
    """
    counted = [
        period
        for frame in frames
        if {"period", "status"} <= set(frame.columns)
        for period in frame.loc[frame["status"].isin(COUNTED), "period"].dropna()
    ]
    last = dt.date.fromisoformat(until)
    past = [period for period in counted if tables.period_bounds(period)[1] <= last]
    # Of two that end on one day the shorter name: "2025", not "2025-07/2025-12"
    newest = max(past, key=lambda p: (tables.period_bounds(p)[1], -len(p)), default="")
    return newest.rpartition("/")[2]


def bibtex(cited: citation.Citation, docname: str, title: str) -> str:
    """The chapter as a BibTeX entry."""
    titles = {"title": title, "booktitle": cited.title}
    return citation.bibtex(cited, "incollection", docname.rpartition("/")[2], titles)


def citations(app: Sphinx, docname: str) -> dict[str, bytes]:
    """The chapter's citation as files for reference managers, by their endings."""
    cited, title = citation.read(app.confdir), app.env.titles[docname].astext()
    return {
        "bib": (bibtex(cited, docname, title) + "\n").encode(),
        "ris": citation.ris(cited, title).encode(),
    }


def html(app: Sphinx, docname: str) -> Markup:
    """The HTML at the end of a chapter."""
    cited, links = citation.read(app.confdir), Links(app, docname)
    title, used = app.env.titles[docname].astext(), page(app.env, docname).tables
    return render(
        "chapter_box.html",
        base=f"{links.root}{FOLDER}/{docname.rpartition('/')[2]}",
        kit=f"{links.root}{kit.FOLDER}/{kit.name()}.zip" if kit.has_kit(app) else "",
        launch=launch.links(app, docname),
        cited=cited,
        line=citation.line(cited, title),
        bibtex=bibtex(cited, docname, title),
        tables=[links.table(name, tables.describe(name)["title"]) for name in used],
        data_to=data_to(map(tables.load, used), cited.released),
        read_until=max((s.accessed for s in _sources(app, docname)), default=""),
    )


# --- the files -------------------------------------------------------------------------------


def data(app: Sphinx, docname: str) -> bytes:
    """The tables that a chapter uses, as a data package of its own, with what its figures plot."""
    called = docname.rpartition("/")[2], app.env.titles[docname].astext()
    keys = [source.key for source in _sources(app, docname)]
    held = archive.some(Path(app.confdir), called, page(app.env, docname).tables, keys)
    for name, item in page(app.env, docname).published.items():
        held[f"figures/{name}.csv"] = publish.csv_text(item).encode()
    return archive.zipped(held)


def _data_digest(app: Sphinx, docname: str) -> str:
    """Digest of all that a chapter's data are made from: cheaper than making them."""
    held = page(app.env, docname)
    published = {name: item.to_json() for name, item in held.published.items()}
    whole = [tables.digest("package"), tables.digest("references")]
    title = app.env.titles[docname].astext()
    terms = [files.sha256(content) for content in archive.terms(Path(app.confdir)).values()]
    made_from = [whole, held.tables, published, held.cited, title, terms, texts.read("data.md")]
    return files.sha256(json.dumps(made_from, sort_keys=True).encode())


def write_files(app: Sphinx) -> None:
    """Write each chapter's notebook, source and data, and the kit with all of them."""
    out = Path(app.outdir)
    wanted: dict[str, FileRecipe] = {}
    chapters = [d for d in usage.reading_order(app.env) if is_chapter(app, d)]
    for docname in chapters:
        name = docname.rpartition("/")[2]
        made = partial(notebook.make, app, docname)
        wanted[f"{name}.ipynb"] = FileRecipe(notebook.digest(app, docname), made)
        wanted[f"{name}.md"] = files.from_bytes(Path(app.env.doc2path(docname)).read_bytes())
        for ending, content in citations(app, docname).items():
            wanted[f"{name}.{ending}"] = files.from_bytes(content)
        if page(app.env, docname).tables:
            packed = partial(data, app, docname)
            wanted[f"{name}-data.zip"] = FileRecipe(_data_digest(app, docname), packed)
    files.sync_folder(out / FOLDER, wanted, out.parent / ".chapters.json")
    plain = {docname: partial(notebook.make, app, docname, shown=False) for docname in chapters}
    kit.write_files(app, out.parent, plain, [notebook.digest(app, d) for d in chapters])
