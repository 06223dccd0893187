"""Who uses what: tables and sources, page by page, known when every page has been read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from caspian import tables
from caspian.site import archive


def report_path(app: Sphinx, docname: str) -> Path:
    """The JSON in which a page's kernel says what it used, and how often the page was executed."""
    return Path(app.outdir).parent / ".dependencies" / f"{docname}.json"


def read_report(app: Sphinx, docname: str) -> dict[str, Any]:
    """The report of a page; empty for a page without a kernel."""
    path = report_path(app, docname)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def tables_of(app: Sphinx, docname: str) -> list[str]:
    """The tables that a page's kernel read, by way of the models too."""
    used = read_report(app, docname)
    return sorted(d.removeprefix("table:") for d in used if d.startswith("table:"))


def reading_order(env: BuildEnvironment) -> list[str]:
    """Every page, as `_toc.yml` orders them; the ones outside it last."""

    def walk(docname: str) -> Iterator[str]:
        yield docname
        for child in env.toctree_includes.get(docname, ()):
            yield from walk(child)

    listed = dict.fromkeys(walk(env.config.root_doc))
    return [d for d in [*listed, *sorted(env.found_docs - set(listed))] if d in env.all_docs]


@dataclass
class Uses:
    """What the book uses: everything by name, its users in the order of reading."""

    readers: dict[str, list[str]] = field(default_factory=dict)
    """Table to the pages whose run read it."""
    rows: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """Source to the tables that name it, with their rows, counted from 1."""
    published: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    """Source to the figures and tables it stands behind: page, kind, name."""
    cited: dict[str, list[str]] = field(default_factory=dict)
    """Source to the pages that name it in the running text."""


def collect(app: Sphinx) -> Uses:
    """Gather the uses from the kernels' reports, the published figures, the text and the rows."""
    env, found = app.env, Uses()
    for docname in reading_order(env):
        for name in tables_of(app, docname):
            found.readers.setdefault(name, []).append(docname)
        for name, item in env.caspian_published.get(docname, {}).items():
            for source in item["bundle"]["sources"]:
                users = found.published.setdefault(source["key"], [])
                users.append((docname, item["kind"], name))
        for key in env.caspian_noted.get(docname, {}).get("cited", ()):
            found.cited.setdefault(key, []).append(docname)
    files = tables.files()
    for resource in tables.package()["resources"]:
        for key, rows in archive.sources_of(resource, files[resource["path"]]).items():
            found.rows.setdefault(key, {})[resource["name"]] = rows
    return found


def number_of(env: BuildEnvironment, docname: str, kind: str, name: str) -> str:
    """`Figure 3`, as `{numref}` writes it."""
    numbers = env.toc_fignumbers.get(docname, {}).get(kind, {}).get(name, ())
    return env.config.numfig_format[kind] % ".".join(map(str, numbers))
