"""Numbers in the prose that know their sources: a link, with period and sources on hover or focus.

`{eval}` and `{glue:text}` show a `openbook.facts.Fact` so; `facts.json` lists all of them.
"""

from __future__ import annotations

import ast
import json
from typing import Any, cast

from docutils import nodes
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.eval import EvalRoleAny, retrieve_eval_data
from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from myst_nb.sphinx_ import SphinxEnvType
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from openbook import addresses, tables
from openbook.bundle import FactBundle
from openbook.site import files
from openbook.site.files import FileRecipe
from openbook.site.markup import Link, raw, render
from openbook.site.pages import page, pages
from openbook.text import day

log = logging.getLogger(__name__)
NAMED = 3  # sources named in a tip before "and n more"


class openbook_fact(nodes.Inline, nodes.TextElement):
    """A number with its sources: `tip` says them, `address` leads to the first."""


def visit_fact(translator: Any, node: openbook_fact) -> None:
    """Open a link, or a span that takes the focus, with the tip."""
    tag, place = ("a", {"href": node["address"]}) if node["address"] else ("span", {"tabindex": 0})
    start = translator.starttag({}, tag, "", CLASS="ob-fact", title=node["tip"], **place)
    translator.body.append(start)


def depart_fact(translator: Any, node: openbook_fact) -> None:
    """Close it."""
    translator.body.append("</a>" if node["address"] else "</span>")


def tip(bundle: FactBundle) -> str:
    """Period and sources in a line: `2025. Trend, 27 February 2026; Report and 2 more`."""
    named = []
    for key in bundle.keys:
        source = tables.source(key)
        named.append(f"{source.publisher}, {day(source.date)}" if source.date else source.publisher)
    named = list(dict.fromkeys(named))
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    when = f"{day(bundle.period)}. " if bundle.period else ""
    return f"{when}{'; '.join(named[:NAMED])}{more}"


def fact_of(bundle: FactBundle) -> openbook_fact:
    """The node of a fact."""
    address = addresses.web(tables.source(bundle.keys[0]).url)
    return openbook_fact("", bundle.text, tip=tip(bundle), address=address)


def keep(env: BuildEnvironment, docname: str, name: str, bundle: FactBundle) -> None:
    """Note a fact of a page, and that the page cites its sources."""
    held = page(env, docname)
    held.facts[name] = bundle
    for key in bundle.keys:
        held.cited[key] = tables.digest(f"source:{key}")


class Eval(EvalRoleAny):
    """MyST-NB's `{eval}`, which shows a fact as one, and notes what it showed."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the value's nodes."""
        env = self.document.settings.env
        held = page(env)
        if held.failed:  # said once already, with the cell
            return [nodes.literal("", self.text)], []
        try:
            data = retrieve_eval_data(self.document, self.text)
        except RetrievalError:
            data = []
        if len(data) == 1 and (content := data[0].data.get(FactBundle.mime)):
            bundle = FactBundle.from_json(content)
            keep(env, env.docname, self.text, bundle)
            shown: list[nodes.Node] = [fact_of(bundle)]
            messages: list[nodes.system_message] = []
        else:
            shown, messages = super().run()
        held.shown.setdefault(self.text, []).append("".join(node.astext() for node in shown))
        return shown, messages


def glue_folder(env: BuildEnvironment) -> str:
    """Where MyST-NB keeps what pages glued."""
    return str(cast(SphinxEnvType, env).mystnb_config.output_folder)


class GluedFacts(SphinxPostTransform):
    """Shows a fact that a page glued as one, on that page and on others."""

    default_priority = 4  # before MyST-NB's own, which would show its text alone

    def apply(self, **_: Any) -> None:
        """Replace the pending references that are facts."""
        folder = glue_folder(self.env)
        for node in list(self.document.findall(PendingGlueReference)):
            data = read_glue_cache(folder, node.refdoc).get(node.key, {}).get("data", {})
            if node.gtype == "text" and (content := data.get(FactBundle.mime)):
                node.replace_self(fact_of(FactBundle.from_json(content)))


class fact_origin(nodes.Inline, nodes.TextElement):
    """The sources of the fact `key` of the page `refdoc`, to be filled in."""


def origin_role(
    _name: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """`{origin}`chapters/oil.md::share``: the sources of a glued fact, in small print."""
    refdoc, found, key = text.partition(".md::")
    if not found:
        message = inliner.reporter.error(f"{text!r} is no page.md::name", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    page(inliner.document.settings.env).shows.add(refdoc)
    return [fact_origin("", refdoc=refdoc, key=key)], []


def fill_origins(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Name the first source of each fact, linked, and say how many more there are."""
    folder = glue_folder(app.env)
    for node in list(doctree.findall(fact_origin)):
        data = read_glue_cache(folder, node["refdoc"]).get(node["key"], {}).get("data", {})
        if not (content := data.get(FactBundle.mime)):
            log.warning("%s has no fact %s", node["refdoc"], node["key"])
            node.parent.remove(node)
            continue
        keys = FactBundle.from_json(content).keys
        first = tables.source(keys[0])
        said = f"{first.publisher}, {day(first.date)}" if first.date else first.publisher
        link = Link(said, addresses.web(first.url), first.title)
        node.replace_self(raw(render("origin.html", link=link, more=len(keys) - 1)))


def noted(app: Sphinx, docname: str) -> dict[str, str]:
    """The texts of what a page glued, by name."""
    held = read_glue_cache(glue_folder(app.env), docname)
    shown = {name: output["data"]["text/plain"] for name, output in sorted(held.items())}
    return {
        name: ast.literal_eval(text) if text[:1] in "'\"" else text for name, text in shown.items()
    }


def listing(app: Sphinx) -> FileRecipe:
    """All facts of the book as JSON: page, name, text, value, unit, period, sources."""
    folder = glue_folder(app.env)
    rows = []
    for docname, held in sorted(pages(app.env).items()):
        glued = {
            name: FactBundle.from_json(output["data"][FactBundle.mime])
            for name, output in read_glue_cache(folder, docname).items()
            if FactBundle.mime in output["data"]
        }
        rows += [
            {"page": docname, "name": name, **bundle.to_json(), "source": bundle.keys}
            for name, bundle in sorted({**glued, **held.facts}.items())
        ]
    content = (json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    return files.from_bytes(content)
