"""Who uses what: tables and sources, page by page, known when every page has been read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from openbook import tables
from openbook.site import archive
from openbook.site.pages import page


def reading_order(env: BuildEnvironment) -> list[str]:
    """Every page, as `_toc.yml` orders them; the ones outside it last."""

    def walk(docname: str) -> Iterator[str]:
        yield docname
        for child in env.toctree_includes.get(docname, ()):
            yield from walk(child)

    listed = dict.fromkeys(walk(env.config.root_doc))
    return [d for d in [*listed, *sorted(env.found_docs - set(listed))] if d in env.all_docs]


@dataclass
class Usage:
    """What the book uses: everything by name, its users in the order of reading."""

    readers: dict[str, list[str]] = field(default_factory=dict)
    """Table to the pages whose run read it."""
    rows: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """Source to the tables that name it, with their rows, counted from 1."""
    published: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    """Source to the figures and tables it stands behind: page, kind, name."""
    cited: dict[str, list[str]] = field(default_factory=dict)
    """Source to the pages that name it in the running text."""


def collect(app: Sphinx) -> Usage:
    """Gather the uses from the kernels' reports, the published figures, the text and the rows."""
    env, found = app.env, Usage()
    for docname in reading_order(env):
        held = page(env, docname)
        for name in held.tables:
            found.readers.setdefault(name, []).append(docname)
        for name, item in held.published.items():
            for source in item.sources:
                users = found.published.setdefault(source.key, [])
                users.append((docname, item.kind, name))
        for key in held.cited:
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
