"""The back matter that the build writes: the catalogue of tables, the list of sources, the lock.

The pages hold placeholders (`{catalogue}`, `{sources}`, `{environment}`). They are filled when a
page is written, because only then every page has been read and every figure has its number.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Container, Iterable, Sequence
from functools import partial
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.sphinx_ import SphinxEnvType
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from openbook import tables
from openbook.site import archive, edition, files, uses
from openbook.site.archive import FOLDER
from openbook.site.pages import page, pages
from openbook.text import day, number

FIRST_ROWS = 5
LONG = 90  # characters of a cell of the first rows; the rest is in the file
ROW_RANGES = 8  # places in a table that a source lists before it only counts them
log = logging.getLogger(__name__)


# --- the placeholders ------------------------------------------------------------------------


class backmatter(nodes.General, nodes.Element):
    """A place that is filled when its page is written; `part` says with what."""


class _Placeholder(SphinxDirective):
    """A directive that leaves a placeholder; its page is written again when the filling moves."""

    parts: ClassVar[tuple[str, ...]] = ()
    required_arguments = 1

    def choices(self) -> tuple[str, ...]:
        """What the argument may be."""
        return self.parts

    def run(self) -> list[nodes.Node]:
        part = directives.choice(self.arguments[0], self.choices())
        page(self.env).parts.append(part)
        return [backmatter(part=part)]


class Catalogue(_Placeholder):
    """`{catalogue}`: `package`, `index` or `tables`."""

    parts = ("package", "index", "tables")

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder; make each table's section a target of `{ref}`."""
        if self.arguments[0] == "tables":
            self.env.note_dependency("data/datapackage.json")  # which tables there are
            standard = cast(StandardDomain, self.env.get_domain("std"))
            for resource in tables.package()["resources"]:
                place = (self.env.docname, anchor(resource["name"]))
                standard.labels[place[1]] = (*place, resource["title"])
                standard.anonlabels[place[1]] = place
        return super().run()


def kinds() -> set[str]:
    """The kinds of sources: those that the bibliography has, each with a place on a page."""
    return {source.kind for source in tables.references().values()}


class Sources(_Placeholder):
    """`{sources}`: `summary`, or the sources of one kind."""

    def choices(self) -> tuple[str, ...]:
        """The summary, and every kind that a source has."""
        return ("summary", *sorted(kinds()))

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder; the page depends on which kinds there are."""
        self.env.note_dependency("data/references.bib")
        return super().run()


class Environment(_Placeholder):
    """`{environment}`: the chosen packages in their locked versions."""

    parts = ("packages",)
    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder."""
        self.arguments = ["packages"]
        return super().run()


def anchor(table: str) -> str:
    """The id of a table's section: `table-oil-exports`."""
    return "table-" + table.replace("_", "-")


def _page_with(env: BuildEnvironment, part: str) -> str | None:
    """The page that holds a placeholder."""
    return next((d for d, held in pages(env).items() if part in held.parts), None)


# --- small pieces of HTML --------------------------------------------------------------------


def _count(many: int, one: str) -> str:
    plural = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number(many)} {one if many == 1 else plural}"


def _size(content: bytes) -> str:
    return f"{number(max(len(content) / 1000, 0.1), 0 if len(content) > 9500 else 1)} kB"


def _grid(
    head: Sequence[str], body: Iterable[Sequence[str]], label: str, numeric: Container[int] = ()
) -> str:
    """A table of cells that are HTML already, in a box that scrolls."""

    def cells(tag: str, row: Sequence[str]) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f"<{tag}{scope}{' class=num' if at in numeric else ''}>{cell}</{tag}>"
            for at, cell in enumerate(row)
        )

    rows = "".join(f"<tr>{cells('td', row)}</tr>" for row in body)
    return (
        f'<div class="ob-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="table"><thead><tr>{cells("th", head)}</tr></thead><tbody>{rows}</tbody>'
        "</table></div>"
    )


def _ranges(numbers: Sequence[int]) -> str:
    """`1–3, 7`; many places are only counted."""
    runs = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        held = [value for _, value in run]
        runs.append(str(held[0]) if len(held) == 1 else f"{held[0]}–{held[-1]}")
    if len(runs) > ROW_RANGES:
        return _count(len(numbers), "row")
    return f"{'row' if len(numbers) == 1 else 'rows'} {', '.join(runs)}"


class Links:
    """Links from one page to others, shortest first."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        """Links of the page `docname`."""
        self.app, self.docname = app, docname
        self.root = "../" * docname.count("/")

    def page(self, docname: str, fragment: str = "") -> str:
        """The address of a page, or of a place in it."""
        here = docname == self.docname and fragment
        return ("" if here else self.app.builder.get_relative_uri(self.docname, docname)) + (
            f"#{fragment}" if fragment else ""
        )

    def title(self, docname: str) -> str:
        """A page's name without its subtitle."""
        return escape(self.app.env.titles[docname].astext().partition(":")[0])

    def pages(self, docnames: Iterable[str]) -> str:
        """Links to pages by name."""
        return ", ".join(f'<a href="{self.page(d)}">{self.title(d)}</a>' for d in docnames)

    def table(self, name: str, text: str) -> str:
        """A link to a table of the catalogue; the text alone in a book without one."""
        where = _page_with(self.app.env, "tables")
        return f'<a href="{self.page(where, anchor(name))}">{text}</a>' if where else text

    def source(self, key: str, text: str, kind: str) -> str:
        """A link to a source in the list of sources; the text alone in a book without one."""
        where = _page_with(self.app.env, kind)
        return f'<a href="{self.page(where, f"source-{key}")}">{text}</a>' if where else text

    def figure(self, docname: str, kind: str, name: str) -> str:
        """A link to a published figure or table by its number."""
        shown = uses.number_of(self.app.env, docname, kind, name)
        return f'<a href="{self.page(docname, name)}">{escape(shown)}</a>'


# --- the catalogue ---------------------------------------------------------------------------


def _coverage(resource: dict[str, Any]) -> str:
    """`2006/2026` from the schema as it is read: 2006–2026."""
    covered = resource.get("openbook", {}).get("coverage", "")
    return day(covered) if covered else ""


def _licences(resource: dict[str, Any]) -> str:
    return "; ".join(
        f'<a href="{escape(held["path"])}">{escape(held["title"])}</a>'
        if "path" in held
        else escape(held["title"])
        for held in resource["licenses"]
    )


def _rule(field: dict[str, Any]) -> str:
    """What a cell of the field may hold, in words."""
    limits = field.get("constraints", {})
    words = ["always given"] if limits.get("required") else []
    if "enum" in limits:
        choice = "one of " if len(limits["enum"]) > 1 else "is "
        words.append(choice + ", ".join(map(str, limits["enum"])))
    if "minimum" in limits:
        words.append(f"at least {limits['minimum']}")
    if "maximum" in limits:
        words.append(f"at most {limits['maximum']}")
    return "; ".join(words)


def _refers(resource: dict[str, Any]) -> dict[str, str]:
    """The columns that hold another table's codes, with the name of that table."""
    found: dict[str, str] = {}
    for key in resource["schema"].get("foreignKeys", ()):
        names = key["fields"] if isinstance(key["fields"], list) else [key["fields"]]
        if other := key["reference"]["resource"]:  # none: the table itself
            found |= dict.fromkeys(names, other)
    return found


def _fields(resource: dict[str, Any], links: Links) -> str:
    refers, body = _refers(resource), []
    for field in resource["schema"]["fields"]:
        meaning = ": ".join(escape(field[k]) for k in ("title", "description") if field.get(k))
        if refers.get(field["name"]):
            meaning += f" → {links.table(refers[field['name']], escape(refers[field['name']]))}"
        body.append(
            (
                f"<code>{escape(field['name'])}</code>",
                field["type"],
                escape(field.get("unit", "")) or "–",
                meaning,
                escape(_rule(field)) or "–",
            )
        )
    head = ("Column", "Type", "Unit", "Meaning", "Rule")
    return _grid(head, body, f"Columns of {resource['title']}")


def _first_rows(resource: dict[str, Any], content: bytes) -> str:
    head, *body = archive.rows(content)
    kinds = [field["type"] for field in resource["schema"]["fields"]]
    numeric = {at for at, kind in enumerate(kinds) if kind in ("number", "integer")}

    def shown(cell: str) -> str:
        return escape(cell if len(cell) <= LONG else cell[: LONG - 1].rstrip() + "…") or "–"

    cells = [[shown(cell) for cell in row] for row in body[:FIRST_ROWS]]
    label = f"First rows of {resource['title']}"
    return _grid([escape(name) for name in head], cells, label, numeric)


def _sources_of(resource: dict[str, Any], content: bytes, links: Links) -> str:
    known = tables.references()
    used = [known[key] for key in archive.sources_of(resource, content)]
    used.sort(key=lambda s: (s.publisher.casefold(), s.date, s.key))
    parts = []
    for publisher, group in groupby(used, key=lambda s: s.publisher):
        held = ", ".join(links.source(s.key, s.date or "undated", s.kind) for s in group)
        parts.append(f"{escape(publisher)} ({held})")
    return f"<p>{'; '.join(parts)}.</p>"


def _downloads(resource: dict[str, Any], root: str) -> str:
    name, title = resource["name"], escape(resource["title"])
    return " · ".join(
        f'<a href="{root}{FOLDER}/{name}.{kind}" download aria-label="{title} as {shown}">'
        f"{shown}</a>"
        for kind, shown in (("csv", "CSV"), ("parquet", "Parquet"))
    )


def _fold(summary: str, inside: str, name: str) -> str:
    return f'<details class="ob-fold {name}"><summary>{summary}</summary>{inside}</details>'


def _entry(
    resource: dict[str, Any],
    content: bytes,
    others: Sequence[str],
    found: uses.Uses,
    links: Links,
) -> str:
    """The section of one table; `others` are the tables that refer to it."""
    name, place = resource["name"], anchor(resource["name"])
    fields, many = resource["schema"]["fields"], len(archive.rows(content)) - 1
    sources = archive.sources_of(resource, content)
    readers = links.pages(found.readers.get(name, ())) or "no page of the book yet"
    codes = ", ".join(links.table(other, other) for other in others)
    referring = f"Its codes stand in: {codes}.<br>" if others else ""
    covered = _coverage(resource)
    key = resource["schema"]["primaryKey"]
    facts = [
        f"{_count(many, 'row')}, {_count(len(fields), 'column')}",
        f"covers {covered}" if covered else "",
        "one row per " + ", ".join([key] if isinstance(key, str) else key),
    ]
    folds = _fold(_count(len(fields), "column"), _fields(resource, links), "fields")
    shown = f"First {_count(min(many, FIRST_ROWS), 'row')}" if many > 1 else "The row"
    folds += _fold(shown, _first_rows(resource, content), "rows")
    if sources:
        folds += _fold(_count(len(sources), "source"), _sources_of(resource, content, links), "who")
    return (
        f'<section class="ob-entry" id="{place}"><h3>{escape(resource["title"])} '
        f'<code>{name}</code><a class="headerlink" href="#{place}" '
        f'title="Link to this table">#</a></h3><p>{escape(resource["description"])}</p>'
        f'<p class="ob-facts">{escape("; ".join(f for f in facts if f))}.<br>'
        f"Used by: {readers}.<br>{referring}Licence: {_licences(resource)}.<br>"
        f'<span class="ob-take">Download: {_downloads(resource, links.root)}</span></p>'
        f"{folds}</section>"
    )


def _index(found: uses.Uses, links: Links) -> str:
    package, held = tables.package(), tables.files()
    body = []
    for r in sorted(package["resources"], key=lambda r: r["title"].casefold()):
        content = held[r["path"]]
        body.append(
            (
                links.table(r["name"], escape(r["title"])),
                number(len(archive.rows(content)) - 1),
                number(len(archive.sources_of(r, content))),
                escape(_coverage(r)) or "–",
                links.pages(found.readers.get(r["name"], ())) or "no page yet",
                _downloads(r, links.root),
            )
        )
    head = ("Table", "Rows", "Sources", "Covers", "Used by", "Download")
    return f'<div class="ob-index">{_grid(head, body, "The tables", {1, 2})}</div>'


def zip_name() -> str:
    """The name of the whole package as a file: it says which version it is."""
    package = tables.package()
    return f"{package['name']}-{package['version']}.zip"


def _package(app: Sphinx, links: Links) -> str:
    """What the whole is, how to take it, and the same for machines."""
    package, held = tables.package(), tables.files()
    content, name = archive.zipped(archive.contents(Path(app.confdir))), zip_name()
    rows = sum(len(archive.rows(held[r["path"]])) - 1 for r in package["resources"])
    fields = sum(len(r["schema"]["fields"]) for r in package["resources"])
    licence = package["licenses"][0]
    base = f"{links.root}{FOLDER}"
    structured = json.dumps(dataset(app, links.root), sort_keys=True, separators=(",", ":"))
    # so that no text of the data can end the script element
    structured = structured.replace("<", "\\u003c")
    return (
        f"<p>{_count(len(package['resources']), 'table')} with {_count(rows, 'row')} and "
        f"{_count(fields, 'column')}, from {_count(len(tables.references()), 'source')}. Version "
        f"{escape(package['version'])}. The compilation is under <a "
        f'href="{escape(licence["path"])}">{escape(licence["name"])}</a>; what each publisher asks '
        "for is said with its table.</p>"
        f'<p><a class="ob-whole" href="{base}/{name}" download>All tables as one zip</a> '
        f"({_size(content)}): every CSV, <code>datapackage.json</code>, "
        "<code>references.bib</code>, licence and citation. Its sum:</p>"
        f'<div class="highlight ob-wrapped"><pre>{files.sha256(content)}  {name}</pre></div>'
        f'<p>Check it with <code>sha256sum -c</code> and <a href="{base}/{name}.sha256" download>'
        f'this file</a>. Alone: <a href="{base}/datapackage.json" download>datapackage.json</a>, '
        f'<a href="{base}/references.bib" download>references.bib</a>.</p>'
        f'<script type="application/ld+json">{structured}</script>'
    )


def dataset(app: Sphinx, root: str) -> dict[str, Any]:
    """The package as a schema.org `Dataset` that holds one `Dataset` a table.

    Addresses are relative to the page: the book has no address of its own yet.
    """
    package, cited = tables.package(), edition.citation(app.confdir)
    base = f"{root}{FOLDER}"
    licence = package["licenses"][0]["path"]

    def load(name: str, form: str, **more: str) -> dict[str, Any]:
        address = f"{base}/{name}"
        return {"@type": "DataDownload", "contentUrl": address, "encodingFormat": form, **more}

    def part(resource: dict[str, Any]) -> dict[str, Any]:
        name = resource["name"]
        covered = resource.get("openbook", {}).get("coverage")
        first = next((held["path"] for held in resource["licenses"] if "path" in held), None)
        return {
            "@type": "Dataset",
            "name": resource["title"],
            "description": resource["description"],
            "url": f"#{anchor(name)}",
            **({"temporalCoverage": covered} if covered else {}),
            **({"license": first} if first else {}),
            "creator": creator,
            "distribution": [
                load(f"{name}.csv", "text/csv", sha256=resource["hash"].removeprefix("sha256:")),
                load(f"{name}.parquet", "application/vnd.apache.parquet"),
            ],
            "variableMeasured": [
                {
                    "@type": "PropertyValue",
                    "name": f["name"],
                    "description": f.get("title", f["name"]),
                    **({"unitText": f["unit"]} if f.get("unit") else {}),
                }
                for f in resource["schema"]["fields"]
            ],
        }

    creator = {"@type": "Organization", "name": cited.author}
    whole = archive.zipped(archive.contents(Path(app.confdir)))
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": package["title"],
        "description": package["description"],
        "version": package["version"],
        "datePublished": cited.released,
        "license": licence,
        "creator": creator,
        "keywords": package["keywords"],
        "isAccessibleForFree": True,
        "distribution": [load(zip_name(), "application/zip", sha256=files.sha256(whole))],
        "hasPart": [part(resource) for resource in package["resources"]],
    }


# --- the sources -----------------------------------------------------------------------------


def _used_by(key: str, found: uses.Uses, links: Links) -> str:
    """Where a source is used: figures and text by page, rows by table."""
    parts = []
    published = found.published.get(key, ())
    for docname in dict.fromkeys([*(d for d, _, _ in published), *found.cited.get(key, ())]):
        held = [links.figure(*place) for place in published if place[0] == docname]
        if docname in found.cited.get(key, ()):
            held.append(f'<a href="{links.page(docname)}">text</a>')
        parts.append(f"{links.title(docname)}: {', '.join(held)}")
    parts += [
        f"{links.table(name, name)} {_ranges(rows)}"
        for name, rows in found.rows.get(key, {}).items()
    ]
    return "; ".join(parts)


def _mostly_read() -> str:
    """The day on which most sources were read; the page says it once."""
    days = [source.accessed for source in tables.references().values() if source.accessed]
    return max(sorted(set(days)), key=days.count, default="")


def _reference(source: tables.Source, found: uses.Uses, links: Links, usual: str) -> str:
    title = escape(source.title)
    linked = f'<a href="{escape(source.url)}">{title}</a>' if source.url else title
    dates = [day(source.date)] if source.date else []
    dates += [f"read {day(source.accessed)}"] if source.accessed not in ("", usual) else []
    return (
        f'<li id="source-{source.key}">{escape(source.publisher)}. {", ".join([linked, *dates])}.'
        f"<br><small>{_used_by(source.key, found, links)}</small></li>"
    )


def _kind(kind: str, found: uses.Uses, links: Links) -> str:
    held = [s for s in tables.references().values() if s.kind == kind]
    held.sort(key=lambda s: (s.publisher.casefold(), s.date, s.key))
    usual = _mostly_read()
    items = "\n".join(_reference(s, found, links, usual) for s in held)
    return f"<p>{_count(len(held), 'source')}.</p><ul class=ob-sources>{items}</ul>"


def _summary(found: uses.Uses) -> str:
    known = tables.references()
    publishers = len({s.publisher for s in known.values()})
    behind = sum(key in found.published for key in known)
    rows = sum(len(r) for places in found.rows.values() for r in places.values())
    return (
        f"<p>{_count(len(known), 'source')} of {_count(publishers, 'publisher')} stand behind the "
        f"book; they are named {number(rows)} times in the rows of its tables. "
        f"{number(behind)} stand behind a figure or table printed in a chapter. Where no other day "
        f"is given, we last read a page on {day(_mostly_read())}.</p>"
    )


# --- the environment -------------------------------------------------------------------------


PARTS = ("requirements", "requirements-lab", "requirements-test")  # each an .in and a .txt


def packages(confdir: Path, part: str = PARTS[0]) -> list[tuple[str, str, str]]:
    """What one of the `.in` files chose: name, the version that its `.txt` locks, the reason.

    Nothing if there is no such file. Raises ValueError for a package that the lock does not hold.
    """
    if not (confdir / f"{part}.in").is_file():
        return []
    lock = (confdir / f"{part}.txt").read_text(encoding="utf-8")
    locked: dict[str, list[str]] = {}  # one version for some releases of Python, one for others
    for name, version in re.findall(r"(?m)^([\w.-]+)==([^\s;\\]+)", lock):
        locked.setdefault(name, []).append(version)
    found = []
    for line in (confdir / f"{part}.in").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z][\w.-]*)[^#]*#\s*(.+)", line):
            name, why = match.groups()
            if name not in locked:
                raise ValueError(f"{name} is not in {part}.txt: run `make lock`")
            found.append((name, " or ".join(locked[name]), why.strip()))
    return found


def _environment(app: Sphinx, links: Links) -> str:
    held = [chosen for part in PARTS for chosen in packages(Path(app.confdir), part)]
    project = tomllib.loads((Path(app.confdir) / "pyproject.toml").read_text(encoding="utf-8"))
    least = project["project"]["requires-python"].removeprefix(">=")
    cells = [(escape(name), escape(version), escape(why)) for name, version, why in held]
    return (
        f"<p>Python {escape(least)} or newer, and {number(len(held))} packages that we chose; the "
        "lock holds what these need in turn, each with its hash.</p>"
        + _grid(("Package", "Version", "What for"), cells, "The chosen packages")
        + f'<p><a href="{links.root}{FOLDER}/build.json">build.json</a> says what this copy of the '
        "pages was built with, and how long each chapter ran.</p>"
    )


# --- filling and files -----------------------------------------------------------------------


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the catalogue, the sources and the environment in their places."""
    places = list(doctree.findall(backmatter))
    if not places:
        return
    links = Links(app, docname)
    for place in places:
        found, part = _uses(app), place["part"]
        if part == "package":
            html = _package(app, links)
        elif part == "index":
            html = _index(found, links)
        elif part == "tables":
            package, held = tables.package(), tables.files()
            resources = sorted(package["resources"], key=lambda r: r["title"].casefold())
            named = {r["name"]: set(_refers(r).values()) for r in package["resources"]}
            html = "\n".join(
                _entry(
                    r, held[r["path"]], [o for o in named if r["name"] in named[o]], found, links
                )
                for r in resources
            )
        elif part == "summary":
            html = _summary(found)
        elif part == "packages":
            html = _environment(app, links)
        else:
            html = _kind(part, found, links)
        html = f'<div class="ob-catalogue">{html}</div>'
        place.replace_self(nodes.raw("", html, format="html"))


def _uses(app: Sphinx) -> uses.Uses:
    """The uses as they are in this build, gathered once."""
    if "openbook_uses" not in vars(app):
        vars(app)["openbook_uses"] = uses.collect(app)
    found: uses.Uses = vars(app)["openbook_uses"]
    return found


def _inputs(app: Sphinx) -> str:
    """Digest of all that the back matter is made from."""
    env = app.env
    gave = []
    for docname in uses.reading_order(env):
        held = page(env, docname)
        published = {
            name: [item.kind, [s["key"] for s in item.bundle["sources"]]]
            for name, item in held.published.items()
        }
        numbers = {k: dict(v) for k, v in env.toc_fignumbers.get(docname, {}).items()}
        title = env.titles[docname].astext()
        gave.append([docname, title, held.tables, published, held.cited, numbers])
    named = ["LICENSE", "CITATION.cff", "pyproject.toml"]
    named += [f"{part}.{kind}" for part in PARTS for kind in ("in", "txt")]
    paths = [Path(app.confdir) / name for name in named]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.is_file()]
    data = [tables.digest("package"), tables.digest("references")]
    return files.sha256(json.dumps([gave, texts, data], sort_keys=True).encode())


def moved(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages of the back matter, to be written again, if what they are made from has moved."""
    vars(app).pop("openbook_uses", None)
    digest = _inputs(app)
    if vars(env).get("openbook_inputs") == digest:
        return []
    vars(env)["openbook_inputs"] = digest
    return [docname for docname, held in pages(env).items() if held.parts]


def complete(_app: Sphinx, env: BuildEnvironment) -> None:
    """Every kind of source has its place on a page, if any has: refuse to lose one."""
    listed = {part for held in pages(env).values() for part in held.parts}
    if listed & {"summary", *kinds()} and (lost := kinds() - listed):
        log.warning("no {sources} for the sources of kind %s", ", ".join(sorted(lost)))


def wanted_files(app: Sphinx) -> dict[str, files.Making]:
    """The data package as files of the site: CSV, Parquet, schema, bibliography, zip, sum."""
    found: dict[str, files.Making] = {}
    package, held = tables.package(), tables.files()

    for name, content in held.items():
        found[name] = files.ready(content)
    for resource in package["resources"]:
        content = held[resource["path"]]
        digest = json.dumps([edition.writer(), resource], sort_keys=True)
        found[f"{resource['name']}.parquet"] = (
            files.sha256(digest.encode() + content),
            partial(archive.parquet, resource, content),
        )
    whole, name = archive.contents(Path(app.confdir)), zip_name()
    digest = files.sha256("".join(files.sha256(c) for _, c in sorted(whole.items())).encode())
    found[name] = digest, lambda: archive.zipped(whole)
    summed = f"{name}.sha256"
    found[summed] = digest, lambda: f"{files.sha256(archive.zipped(whole))}  {name}\n".encode()
    return found


def about_this_build(app: Sphinx) -> files.Making:
    """What built these pages, and how long each chapter's cells ran: differs by machine and run."""
    import platform
    from importlib.metadata import version

    ran = {
        docname: round(data["exec_data"]["runtime"], 2)
        for docname, data in cast(SphinxEnvType, app.env).nb_metadata.items()
        if data.get("exec_data")
    }
    chosen = [name for name, _, _ in packages(Path(app.confdir))]
    content = json.dumps(
        {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "packages": {name: version(name) for name in chosen},
            "seconds_to_run": ran,
        },
        indent=1,
        sort_keys=True,
    ).encode()
    return files.ready(content)
