"""What each page gave when it was read, kept in Sphinx's environment until it is read again."""

from __future__ import annotations

from dataclasses import dataclass, field

from docutils import nodes
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector

from openbook.bundle import Bundle, FactBundle


@dataclass
class Page:
    """What one page gave.

    `source` and `run` digest the text and the run of its cells that the page was read with
    (`run` is "" for a page without cells); `tables` are those that the run read, `failed` says
    whether it ended early. `cited` are sources named in the text with their digests, `shown` the
    expressions with their values as text, in order, `facts` those of them that know their sources,
    `parts` the places of the back matter,
    `card_figures` those shown as cards, `quoted` the pages whose numbers it quotes (`{glue}`
    with a page's name), `shows` those whose published things it shows in another way.
    """

    source: str = ""
    run: str = ""
    failed: bool = False
    tables: list[str] = field(default_factory=list)
    published: dict[str, Bundle] = field(default_factory=dict)
    cited: dict[str, str | None] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    facts: dict[str, FactBundle] = field(default_factory=dict)
    card_figures: list[str] = field(default_factory=list)
    quoted: set[str] = field(default_factory=set)
    shows: set[str] = field(default_factory=set)


def pages(env: BuildEnvironment) -> dict[str, Page]:
    """Every page that was read and is still there, by its document name."""
    held: dict[str, Page] = vars(env).setdefault("openbook_pages", {})
    return held


def page(env: BuildEnvironment, docname: str | None = None) -> Page:
    """One page (default: the one being read); an empty one if it gave nothing yet."""
    return pages(env).setdefault(docname or env.docname, Page())


def published_on(env: BuildEnvironment) -> dict[str, str]:
    """Every published figure and table, and its page."""
    return {name: docname for docname, held in pages(env).items() for name in held.published}


def pages_of_cards(env: BuildEnvironment, docname: str) -> set[str]:
    """The pages whose figures a page shows as cards."""
    where = published_on(env)
    return {where[name] for name in pages(env)[docname].card_figures if name in where}


class PageCollector(EnvironmentCollector):
    """Keeps :func:`pages` up to date while Sphinx reads, forgets and merges pages."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget what a page gave before it is read again."""
        pages(env).pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment
    ) -> None:
        """Take over what another process read."""
        pages(env).update({d: held for d, held in pages(other).items() if d in docnames})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note the other pages whose numbers a page quotes."""
        quoted = {node.refdoc for node in doctree.findall(PendingGlueReference)}
        page(app.env).quoted = (quoted | page(app.env).shows) - {app.env.docname}
