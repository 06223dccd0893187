"""The catalogue of tables: what each holds, who uses it, and the whole data package as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from markupsafe import Markup
from sphinx.application import Sphinx

from openbook import addresses, tables
from openbook.site import (
    address,
    archive,
    citation,
    files,
    kit,
    schema_org,
    sources,
    spreadsheet,
    usage,
)
from openbook.site.archive import FOLDER
from openbook.site.files import FileRecipe
from openbook.site.links import Links, anchor
from openbook.site.markup import Link, render
from openbook.site.search import Place
from openbook.tables import resource
from openbook.tables.resource import Resource
from openbook.text import number

FIRST_ROWS = 5
LONG = 90  # characters of a cell of the first rows; the rest is in the file


@dataclass(frozen=True)
class Entry:
    """A table of the catalogue: its schema, its cells as text, its sources with their rows.

    `referring` are the tables that hold its codes, in the order of the package.
    """

    schema: Resource
    referring: list[str]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sources: Mapping[str, list[int]]

    @property
    def licences(self) -> list[Link]:
        """Its licences, linked if they have a page."""
        return [
            Link(licence.title, addresses.web(licence.address)) for licence in self.schema.licences
        ]

    @property
    def numeric(self) -> set[int]:
        """The places of the columns that hold numbers."""
        kinds = (field.type for field in self.schema.fields)
        return {at for at, kind in enumerate(kinds) if kind in ("number", "integer")}

    @property
    def first_rows(self) -> list[list[str]]:
        """The rows that the page shows, long cells cut."""
        return [
            [cell if len(cell) <= LONG else cell[: LONG - 1].rstrip() + "…" for cell in row]
            for row in self.rows[:FIRST_ROWS]
        ]


def entries() -> list[Entry]:
    """Every table, by title."""
    found, held, package = [], tables.files(), tables.package()
    schemas = [resource.read(described) for described in package["resources"]]
    for schema, described in zip(schemas, package["resources"], strict=True):
        content = held[schema.path]
        header, *rows = archive.rows(content)
        referring = [other.name for other in schemas if schema.name in other.refers.values()]
        used = archive.sources_of(described, content)
        found.append(Entry(schema, referring, header, tuple(rows), used))
    return sorted(found, key=lambda entry: entry.schema.title.casefold())


def places() -> list[Place]:
    """The tables, to be found by title, description and the names of their columns."""
    schemas = (entry.schema for entry in entries())
    return [
        Place(
            "Data",
            anchor(schema.name),
            schema.title,
            f"{schema.name}: {schema.description}\n{', '.join(f.name for f in schema.fields)}",
        )
        for schema in schemas
    ]


def html(app: Sphinx, part: str, links: Links, used: usage.Usage) -> Markup:
    """A part of the catalogue: `package`, `index` or `tables`."""
    listed = entries()
    if part == "package":
        return _package(app, links, listed)
    return render(
        f"{part}.html",
        tables=listed,
        base=f"{links.root}{FOLDER}",
        links=links,
        usage=used,
        anchor=anchor,
        by_publisher=sources.by_publisher,
    )


def zip_name() -> str:
    """The name of the whole package as a file: it says which version it is."""
    package = tables.package()
    return f"{package['name']}-{package['version']}.zip"


def workbook_name() -> str:
    """The name of all tables as one workbook."""
    return zip_name().removesuffix(".zip") + ".xlsx"


def _size(content: bytes) -> str:
    return f"{number(max(len(content) / 1000, 0.1), 0 if len(content) > 9500 else 1)} kB"


def _package(app: Sphinx, links: Links, listed: list[Entry]) -> Markup:
    """What the whole is, how to take it, and the same for machines."""
    content, base = archive.zipped(archive.contents(Path(app.confdir))), f"{links.root}{FOLDER}"
    licence = tables.package()["licenses"][0]
    return render(
        "package.html",
        package=tables.package(),
        licence=Link(licence["name"], addresses.web(licence["path"])),
        tables=listed,
        rows=sum(len(entry.rows) for entry in listed),
        columns=sum(len(entry.schema.fields) for entry in listed),
        sources=len(tables.references()),
        base=base,
        name=zip_name(),
        workbook=workbook_name(),
        kit=f"{links.root}{kit.FOLDER}/{kit.name()}.zip" if kit.has_kit(app) else "",
        size=_size(content),
        sum=files.sha256(content),
        dataset=schema_org.dataset(
            Path(app.confdir),
            address.absolute(app, FOLDER) or base,
            (zip_name(), workbook_name()),
            address.absolute(app, f"{links.docname}.html"),
        ),
    )


def package_files(app: Sphinx) -> dict[str, FileRecipe]:
    """The data package as files of the site: CSV, Parquet, schema, bibliography, zip, sum."""
    found: dict[str, FileRecipe] = {}
    package, held = tables.package(), tables.files()

    for name, content in held.items():
        found[name] = files.from_bytes(content)
    for described in package["resources"]:
        content = held[described["path"]]
        digest = json.dumps([archive.parquet_writer(), described], sort_keys=True)
        found[f"{described['name']}.parquet"] = FileRecipe(
            files.sha256(digest.encode() + content),
            partial(archive.parquet, described, content),
        )
    cited = citation.read(app.confdir)
    made_from = [spreadsheet.writer(), files.sha256(Path(spreadsheet.__file__).read_bytes())]
    made_from += [cited.released, *(files.sha256(content) for _, content in sorted(held.items()))]
    found[workbook_name()] = FileRecipe(
        files.sha256(json.dumps(made_from).encode()), partial(spreadsheet.make, cited.released)
    )
    whole, name = archive.contents(Path(app.confdir)), zip_name()
    digest = files.sha256("".join(files.sha256(c) for _, c in sorted(whole.items())).encode())
    found[name] = FileRecipe(digest, lambda: archive.zipped(whole))
    found[f"{name}.sha256"] = FileRecipe(
        digest, lambda: f"{files.sha256(archive.zipped(whole))}  {name}\n".encode()
    )
    return found
