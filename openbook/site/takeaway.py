"""What a reader takes away of a chapter: notebook, source, data, a citation, its dates.

The box stands at the chapter's end; its files lie in `_chapters/`. The notebook carries its
outputs as pictures and HTML tables, and its prose with the numbers in it, so that it reads alike in
JupyterLab, on a code host and in an editor; the source is the one to run again.
"""

from __future__ import annotations

import ast
import base64
import datetime as dt
import json
import re
from collections.abc import Iterable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, cast

import nbformat
import pandas as pd
from docutils import nodes
from markupsafe import Markup
from myst_nb.sphinx_ import SphinxEnvType
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

from openbook import draw, publish, tables
from openbook.kernel import ENGINE
from openbook.site import archive, edition, files, render, uses
from openbook.site.links import Links
from openbook.site.pages import page, pages
from openbook.text import day, number

FOLDER = "_chapters"  # beside _static, in the built site
COUNTED = ("actual", "preliminary")  # the statuses of what was counted, not foreseen or derived
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\n?')  # docutils' own; the layout has one
_ROLE = re.compile(r"\{([a-z][\w:.-]*)\}`([^`]+)`")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*\{([\w:.-]+)\}\s*(.*)$")
_OPTION = re.compile(r"^\s*:[\w-]+:(?:\s|$)")
_TARGET = re.compile(r"^\([\w-]+\)=\s*$")
_BOXES = {"admonition", "note", "warning", "tip", "important", "caution", "seealso", "dropdown"}


def is_chapter(app: Sphinx, docname: str) -> bool:
    """Whether the page is one that readers take away: a chapter whose cells all ran.

    So have those of the pages that it quotes.
    """
    held = page(app.env, docname)
    failed = held.failed or any(page(app.env, quoted).failed for quoted in held.quoted)
    return docname.startswith("chapters/") and bool(held.run) and not failed


def edition_digest(confdir: str | Path) -> str:
    """Digest of what every page says of the edition."""
    return files.sha256((Path(confdir) / "CITATION.cff").read_bytes())


# --- the citation ----------------------------------------------------------------------------


def bibtex(cited: edition.Citation, docname: str, title: str) -> str:
    """The chapter as a BibTeX entry."""
    titles = {"title": title, "booktitle": cited.title}
    return edition.bibtex(cited, "incollection", docname.rpartition("/")[2], titles)


def _sources(app: Sphinx, docname: str) -> list[tables.Source]:
    """The sources of a page's figures, tables and text."""
    held = page(app.env, docname)
    keys = {s["key"] for item in held.published.values() for s in item.bundle["sources"]}
    keys |= held.cited.keys()
    known = tables.references()
    return [known[key] for key in sorted(keys)]


# --- the box and the head of the page --------------------------------------------------------


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


def _dates(app: Sphinx, docname: str, cited: edition.Citation) -> str:
    parts = [f"Last updated {day(cited.released)}, version {escape(cited.version)}."]
    if newest := data_to(map(tables.load, page(app.env, docname).tables), cited.released):
        parts.append(f"Data to {day(newest)}.")
    if read := max((s.accessed for s in _sources(app, docname)), default=""):
        parts.append(f"Sources read until {day(read)}.")
    return " ".join(parts)


def _tables(app: Sphinx, docname: str) -> str:
    """The tables that the chapter uses, each linked to its place in the catalogue."""
    links, titles = Links(app, docname), {}
    for name in page(app.env, docname).tables:
        titles[name] = tables.describe(name)["title"]
    listed = Markup("; ").join(links.table(name, title) for name, title in titles.items())
    many = f"{number(len(titles))} {'table' if len(titles) == 1 else 'tables'}"
    return f"<details><summary>The {many} behind it</summary><p>{listed}.</p></details>"


def box(app: Sphinx, docname: str) -> str:
    """The HTML at the end of a chapter."""
    cited, name = edition.citation(app.confdir), docname.rpartition("/")[2]
    title = app.env.titles[docname].astext()
    base = f"{'../' * docname.count('/')}{FOLDER}/{name}"
    links = [
        f'<a href="{base}.ipynb" download>Notebook</a> with its outputs (.ipynb)',
        f'<a href="{base}.md" download>Source</a> to run again (MyST Markdown)',
    ]
    entry, behind = escape(bibtex(cited, docname, title)), ""
    if page(app.env, docname).tables:
        links.append(f'<a href="{base}-data.zip" download>Data</a>: its tables as CSV (.zip)')
        behind = _tables(app, docname)
    return (
        '<aside class="ob-takeaway" aria-labelledby="take-away">'
        '<h2 id="take-away">Take this chapter away</h2>'
        f'<ul class="ob-files">{"".join(f"<li>{link}</li>" for link in links)}</ul>{behind}'
        f"<p>Cite it: {escape(edition.line(cited, title))}</p>"
        f'<div class="highlight ob-wrapped"><pre>{entry}</pre></div>'
        f"<p>{_dates(app, docname, cited)}</p></aside>"
    )


def _description(tree: nodes.document) -> str:
    """The page's first finding, or its first paragraph."""
    boxes = tree.findall(lambda n: isinstance(n, nodes.Element) and "findings" in n["classes"])
    for held in [*boxes, tree]:
        for item in held.findall(nodes.paragraph):
            if text := _without_last_link(item):
                return text
    return ""


def _without_last_link(paragraph: nodes.paragraph) -> str:
    """The words of a paragraph; a link after its last sentence leads on and says nothing itself."""
    parts = [part for part in paragraph.children if part.astext().strip()]
    if len(parts) > 1 and isinstance(parts[-1], nodes.reference):
        before = "".join(part.astext() for part in parts[:-1]).rstrip()
        if before.endswith((".", "!", "?", ":")):
            return " ".join(before.rstrip(":").split())
    return " ".join(paragraph.astext().split())


def complete_page(
    app: Sphinx, docname: str, context: dict[str, Any], tree: nodes.document | None
) -> None:
    """Add the box to a chapter, and to every page what search engines and messengers read."""
    if tree is None:
        return
    cited, title = edition.citation(app.confdir), app.env.titles[docname].astext()
    described = _description(tree)
    tags = {"description": described, "citation_title": title, "citation_author": cited.author,
            "citation_inbook_title": cited.title, "citation_language": "en",
            "citation_publication_date": cited.released.replace("-", "/")}  # fmt: skip
    graph = {"og:type": "article", "og:title": title, "og:description": described,
             "og:site_name": app.config.project}  # fmt: skip
    given = _VIEWPORT.sub("", context.get("metatags", ""))
    context["metatags"] = given + "".join(
        f'\n<meta {kind}="{name}" content="{escape(text)}" />'
        for kind, group in (("name", tags), ("property", graph))
        for name, text in group.items()
        if text
    )
    if is_chapter(app, docname):
        context["body"] += box(app, docname)


# --- the chapter as a notebook ---------------------------------------------------------------


class _Prose:
    """Turns the prose of a page into Markdown that any viewer of notebooks reads."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.app, self.docname = app, docname
        self.values = {name: list(said) for name, said in page(app.env, docname).shown.items()}
        self.places = {
            name: (where, item.kind)
            for where, held in pages(app.env).items()
            for name, item in held.published.items()
        }

    def _glued(self, text: str) -> str:
        where, _, key = text.rpartition("::") if "::" in text else ("", "", text)
        key = key.partition(":")[0]
        if where:  # relative to this page, as MyST-NB takes it
            where = self.app.env.relfn2path(where, self.docname)[0].removesuffix(".md")
        path = executed(self.app, where or self.docname, "glue.json")
        held = json.loads(path.read_text(encoding="utf-8"))[key]["data"]
        shown = held["text/plain"]
        return ast.literal_eval(shown) if shown[:1] in "'\"" else shown

    def _role(self, match: re.Match[str]) -> str:
        role, text = match.groups()
        labelled = re.match(r"(.*?)\s*<([^<>]+)>$", text, re.DOTALL)
        label, target = labelled.groups() if labelled else ("", text)
        match role:
            case "eval":
                said = self.values[text]  # in the order of the page: a name may be bound anew
                return said.pop(0) if len(said) > 1 else said[0]
            case "numref" if target in self.places:
                where, kind = self.places[target]
                return uses.number_of(self.app.env, where, kind, target)
            case "source":
                held = tables.source(text)
                shown = f"{held.publisher}, {held.date}" if held.date else held.publisher
                return f"([{shown}]({held.url}))" if held.url else f"({shown})"
            case "math":
                return f"${text}$"
            case "sub" | "sup":
                return f"<{role}>{text}</{role}>"
            case "doc" if not label:
                path = self.app.env.relfn2path(target, self.docname)[0].removesuffix(".md")
                return self.app.env.titles[path].astext()
            case "ref" if not label:
                labels = cast(StandardDomain, self.app.env.get_domain("std")).labels
                return labels[target][2] if target in labels else target
        return self._glued(text) if role.startswith("glue") else label or target

    def _inline(self, text: str) -> str:
        return _ROLE.sub(self._role, text)

    def plain(self, source: str) -> str:
        """The Markdown of a cell without roles, directives, labels and comments."""
        lines, made = source.split("\n"), []
        while lines:
            line = lines.pop(0)
            if not (fence := _FENCE.match(line)):
                if not (_TARGET.match(line) or line.startswith("% ")):
                    made.append(line)
                continue
            mark, name, argument = fence.groups()
            inside = []
            while lines and not re.match(rf"^\s*{mark[0]}{{{len(mark)},}}\s*$", lines[0]):
                inside.append(lines.pop(0))
            lines[:1] = []  # the end of the fence
            while inside and _OPTION.match(inside[0]):
                inside.pop(0)
            made += self._directive(name, argument, "\n".join(inside).strip("\n"))
        return self._inline("\n".join(made)).strip("\n")

    def _directive(self, name: str, argument: str, inside: str) -> list[str]:
        if name == "math":
            return ["$$", inside or argument, "$$"]
        if name in ("code", "code-block"):
            return [f"```{argument}", inside, "```"]
        body = self.plain(inside).split("\n")
        if name not in _BOXES:
            return body
        return [f"> {line}".rstrip() for line in [f"**{argument or name.title()}**", "", *body]]


def executed(app: Sphinx, docname: str, kind: str) -> Path:
    """Where MyST-NB keeps what a page's cells gave (`ipynb`) and glued (`glue.json`)."""
    return Path(cast(SphinxEnvType, app.env).mystnb_config.output_folder) / f"{docname}.{kind}"


def _table_html(bundle: dict[str, Any], shown: str) -> str:
    sources = "; ".join(dict.fromkeys(s["publisher"] for s in bundle["sources"]))
    return (
        f"<p>{shown}. <b>{escape(bundle['title'])}</b><br>{escape(bundle['subtitle'])}</p>"
        f"{render.data_table(bundle)}<p><small>Sources: {escape(sources)}</small></p>"
    )


def _outputs(app: Sphinx, docname: str, output: dict[str, Any]) -> list[dict[str, Any]]:
    """An output as any viewer shows it: figures as pictures, tables as HTML, with their numbers."""
    if "data" not in output:
        return [dict(output)]
    data = {k: v for k, v in output["data"].items() if not k.startswith("application/papermill")}
    if not data:
        return []
    made = {"output_type": "display_data", "metadata": {}}
    if bundle := data.get(publish.FIGURE_MIME):
        shown = uses.number_of(app.env, docname, "figure", bundle["name"])
        drawn = Path(app.outdir) / render.FOLDER / f"{bundle['name']}.png"
        picture = {
            "image/png": base64.b64encode(drawn.read_bytes()).decode(),
            "text/plain": data["text/plain"],
        }
        sized = {"image/png": {"width": draw.WIDE}}
        title = {"text/html": f"<p>{shown}</p>", "text/plain": shown}
        return [made | {"data": title}, made | {"data": picture, "metadata": sized}]
    for bundle in [held for held in data.values() if isinstance(held, dict) and "rows" in held]:
        shown = uses.number_of(app.env, docname, "table", bundle["name"])
        table = {"text/html": _table_html(bundle, shown), "text/plain": data["text/plain"]}
        return [made | {"data": table}]
    return [{**output, "data": data, "metadata": {}}]


def notebook(app: Sphinx, docname: str) -> bytes:
    """The executed chapter as a notebook whose outputs and numbers show anywhere."""
    prose = _Prose(app, docname)
    cited = edition.citation(app.confdir)
    path = executed(app, docname, "ipynb")
    packages = ", ".join(f"`{name}`" for name in (ENGINE, *app.config.openbook_packages))
    note = (
        f"*From {cited.title}, version {cited.version} of {day(cited.released)}. The numbers in "
        "the text are those of this version; the chapter's source (MyST Markdown) computes them "
        f"anew. The cells run inside the book's folder, with its packages {packages}.*"
    )
    cells = [nbformat.v4.new_markdown_cell(note)]
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            outputs = [made for o in cell.outputs for made in _outputs(app, docname, o)]
            held = nbformat.v4.new_code_cell(
                cell.source,
                execution_count=cell.execution_count,
                outputs=nbformat.from_dict(outputs),
            )
        else:
            held = nbformat.v4.new_markdown_cell(prose.plain(cell.source))
        cells.append(held)
    for at, cell in enumerate(cells):
        cell["id"] = f"cell-{at}"  # not a random one
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": kernel,
            "language_info": {"name": "python"},
            "title": app.env.titles[docname].astext(),
        },
    )
    nbformat.validate(made)
    return (nbformat.writes(made) + "\n").encode()


def _notebook_digest(app: Sphinx, docname: str) -> str:
    """Digest of all that a chapter's notebook is made from: cheaper than making it."""
    env, held = app.env, page(app.env, docname)
    numbers = {d: {k: dict(v) for k, v in n.items()} for d, n in env.toc_fignumbers.items()}
    titles = {name: title.astext() for name, title in env.titles.items()}
    glued = [executed(app, name, "glue.json") for name in (docname, *sorted(held.quoted))]
    made_from = [
        [app.config.openbook_code, app.config.openbook_edition, tables.digest("references")],
        [held.source, held.run, held.shown, numbers, titles],
        [files.sha256(path.read_bytes()) for path in glued if path.is_file()],
    ]
    return files.sha256(json.dumps(made_from, sort_keys=True).encode())


def data(app: Sphinx, docname: str) -> bytes:
    """The tables that a chapter uses, as a data package of its own, with what its figures plot."""
    held = archive.some(page(app.env, docname).tables, [s.key for s in _sources(app, docname)])
    for name, item in page(app.env, docname).published.items():
        held[f"figures/{name}.csv"] = publish.csv_text(item.bundle).encode()
    return archive.zipped(held)


def _data_digest(app: Sphinx, docname: str) -> str:
    """Digest of all that a chapter's data are made from: cheaper than making them."""
    held = page(app.env, docname)
    published = {name: item.bundle for name, item in held.published.items()}
    whole = [tables.digest("package"), tables.digest("references")]
    made_from = [whole, held.tables, published, held.cited]
    return files.sha256(json.dumps(made_from, sort_keys=True).encode())


def write_files(app: Sphinx) -> None:
    """Write each chapter's notebook, source and data."""
    out = Path(app.outdir)
    wanted: dict[str, files.Making] = {}
    for docname in filter(lambda d: is_chapter(app, d), uses.reading_order(app.env)):
        name = docname.rpartition("/")[2]
        wanted[f"{name}.ipynb"] = _notebook_digest(app, docname), partial(notebook, app, docname)
        wanted[f"{name}.md"] = files.ready(Path(app.env.doc2path(docname)).read_bytes())
        if page(app.env, docname).tables:
            wanted[f"{name}-data.zip"] = _data_digest(app, docname), partial(data, app, docname)
    files.renew(out / FOLDER, wanted, out.parent / ".chapters.json")
