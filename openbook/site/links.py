"""Links from one page of the book to others: pages, tables, sources, figures."""

from __future__ import annotations

from collections.abc import Iterable

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from openbook import tables
from openbook.site import usage
from openbook.site.markup import Link
from openbook.site.pages import pages


def anchor(table: str) -> str:
    """The id of a table's section: `table-oil-exports`."""
    return "table-" + table.replace("_", "-")


GALLERY = "charts"  # the page of all figures, which has no document


def figure_page(name: str) -> str:
    """The name of the page that a figure has for itself: `figures/oil-routes`."""
    return f"figures/{name.removeprefix('fig-')}"


def _page_with(env: BuildEnvironment, part: str) -> str | None:
    """The page that holds a part of the back matter."""
    return next((d for d, held in pages(env).items() if part in held.parts), None)


class Links:
    """Links of one page, shortest first. `root` leads from it to the site's root."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        """Links of the page `docname`."""
        self.app, self.docname = app, docname
        self.root = "../" * docname.count("/")

    def address(self, docname: str, fragment: str = "") -> str:
        """The address of a page, or of a place in it."""
        here = docname == self.docname and fragment
        return ("" if here else self.app.builder.get_relative_uri(self.docname, docname)) + (
            f"#{fragment}" if fragment else ""
        )

    def title(self, docname: str) -> str:
        """A page's name without its subtitle."""
        if docname == GALLERY and docname not in self.app.env.titles:
            return GALLERY.title()
        return self.app.env.titles[docname].astext().partition(":")[0]

    def pages(self, docnames: Iterable[str]) -> list[Link]:
        """Links to pages by name."""
        return [Link(self.title(docname), self.address(docname)) for docname in docnames]

    def _within(self, part: str, fragment: str, text: str) -> Link:
        where = _page_with(self.app.env, part)
        return Link(text, self.address(where, fragment) if where else "")

    def table(self, name: str, text: str) -> Link:
        """A link to a table of the catalogue; the text alone in a book without one."""
        return self._within("tables", anchor(name), text)

    def source(self, key: str, text: str, kind: str) -> Link:
        """A link to a source in the list of sources; the text alone in a book without one."""
        return self._within(kind, f"source-{key}", text)

    def known_source(self, key: str) -> Link:
        """A link to a source in the list of sources, whatever its kind."""
        return self.source(key, "all its uses", tables.references()[key].kind)

    def figure(self, docname: str, kind: str, name: str) -> Link:
        """A link to a published figure or table by its number."""
        shown = usage.number_of(self.app.env, docname, kind, name)
        return Link(shown, self.address(docname, name))
