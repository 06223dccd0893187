"""The back matter: places in pages for catalogue, sources and environment, and their filling.

They are filled when a page is written, because only then every page has been read and every figure
has its number. Such a page is written again when what its parts are made from changes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from openbook import tables
from openbook.site import (
    build_report,
    catalogue,
    files,
    kit,
    markup,
    search,
    sources,
    strength,
    usage,
)
from openbook.site.links import Links, anchor
from openbook.site.pages import page, pages

log = logging.getLogger(__name__)


class backmatter(nodes.General, nodes.Element):
    """A place that is filled when its page is written; `part` says with what."""


class _Placeholder(SphinxDirective):
    """A directive that leaves a place to be filled."""

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
            self.env.note_dependency(
                f"{self.config.openbook_data}/datapackage.json"
            )  # which tables there are
            standard = cast(StandardDomain, self.env.get_domain("std"))
            for resource in tables.package()["resources"]:
                place = (self.env.docname, anchor(resource["name"]))
                standard.labels[place[1]] = (*place, resource["title"])
                standard.anonlabels[place[1]] = place
        return super().run()


class Sources(_Placeholder):
    """`{sources}`: `summary`, or the sources of one kind."""

    def choices(self) -> tuple[str, ...]:
        """The summary, and every kind that a source has."""
        return ("summary", *sorted(sources.kinds()))

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder; the page depends on which kinds there are."""
        self.env.note_dependency(f"{self.config.openbook_data}/references.bib")
        return super().run()


class Environment(_Placeholder):
    """`{environment}`: the chosen packages in their locked versions."""

    parts = ("packages",)
    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder."""
        self.arguments = ["packages"]
        return super().run()


class Strength(Environment):
    """`{strength}`: what `make mutants` counted, of how strong the tests are."""

    parts = ("mutants",)

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder."""
        self.arguments = ["mutants"]
        return _Placeholder.run(self)


def _html(app: Sphinx, part: str, links: Links) -> Markup:
    if part in Catalogue.parts:
        return catalogue.html(app, part, links, _usage(app))
    if part in Environment.parts:
        return build_report.html(Path(app.confdir), links.root)
    if part in Strength.parts:
        return strength.html(Path(app.confdir))
    return sources.html(part, links, _usage(app))


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the catalogue, the sources and the environment in their places."""
    for place in list(doctree.findall(backmatter)):
        html = _html(app, place["part"], Links(app, docname))
        filled = markup.raw(markup.render("backmatter.html", part=html))
        search.give(filled, _places(place["part"]))
        place.replace_self(filled)


def _places(part: str) -> list[search.Place]:
    """What of a part is found by words: the tables of the catalogue, the sources of a kind."""
    if part == "tables":
        return catalogue.places()
    return sources.places(part) if part in sources.kinds() else []


def _usage(app: Sphinx) -> usage.Usage:
    """The uses as they are in this build, gathered once."""
    if "openbook_usage" not in vars(app):
        vars(app)["openbook_usage"] = usage.collect(app)
    found: usage.Usage = vars(app)["openbook_usage"]
    return found


def _inputs(app: Sphinx) -> str:
    """Digest of all that the back matter is made from."""
    env = app.env
    gave = []
    for docname in usage.reading_order(env):
        held = page(env, docname)
        published = {
            name: [item.kind, [s.key for s in item.sources]]
            for name, item in held.published.items()
        }
        numbers = {k: dict(v) for k, v in env.toc_fignumbers.get(docname, {}).items()}
        title = env.titles[docname].astext()
        gave.append([docname, title, held.tables, published, held.cited, numbers])
    own = ("LICENSE", "CITATION.cff", "pyproject.toml", kit.LOCK, strength.COUNTS)
    names = (*own, *build_report.files_read())
    paths = [Path(app.confdir) / name for name in names]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.is_file()]
    data = [tables.digest("package"), tables.digest("references")]
    return files.sha256(json.dumps([gave, texts, data], sort_keys=True).encode())


def outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages of the back matter, to be written again, if what they are made from has changed."""
    vars(app).pop("openbook_usage", None)
    digest = _inputs(app)
    if vars(env).get("openbook_inputs") == digest:
        return []
    vars(env)["openbook_inputs"] = digest
    return [docname for docname, held in pages(env).items() if held.parts]


def check_kinds(_app: Sphinx, env: BuildEnvironment) -> None:
    """Every kind of source has its place on a page, if any has: refuse to lose one."""
    kinds, listed = sources.kinds(), {part for held in pages(env).values() for part in held.parts}
    if listed & {"summary", *kinds} and (lost := kinds - listed):
        log.warning("no {sources} for the sources of kind %s", ", ".join(sorted(lost)))


def setup(app: Sphinx) -> None:
    """Register the directives and the moments at which they are filled and checked."""
    app.add_node(backmatter)
    app.add_directive("catalogue", Catalogue)
    app.add_directive("sources", Sources)
    app.add_directive("environment", Environment)
    app.add_directive("strength", Strength)
    app.connect("env-get-updated", outdated, priority=900)  # when figures are numbered
    app.connect("env-check-consistency", check_kinds)
    app.connect("doctree-resolved", fill)
