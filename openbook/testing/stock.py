"""A stock Jupyter Book of the same chapters, to weigh this book against.

Stock means: the same Jupyter Book with a `_config.yml` that says title, author and that nothing is
run; no extension but its own, its own look. The pages and their order are the book's. Chapters are
the notebooks that the book's last build ran, so nothing is run twice: where a cell published a
figure or a table, there is what Altair and pandas show by themselves. Roles that stock doesn't
know stand as their words. What a directive of the engine or the book makes (the catalogue, the
list of sources) is left out: a page with one is built, but not like for like.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import altair
import nbformat
import pandas as pd
import yaml
from altair.utils import spec_to_html

from openbook import controls
from openbook.bundle import Figure, Table
from openbook.testing import book, trees

# What MyST, Sphinx and Jupyter Book bring
_KNOWN = {"doc", "term", "code-cell", "admonition", "container", "glossary"}
_PLAIN = ("text/", "image/")
_ROLE = re.compile(r"\{([a-z:-]+)\}`([^`]*)`")
_FENCE = re.compile(r"^(`{3,}|:{3,})\{([a-z-]+)\}.*?^\1[ ]*$", re.M | re.S)


def plain(text: str) -> str:
    """Markdown of the book as a stock book can read it."""
    kept = _FENCE.sub(lambda found: found[0] if found[2] in _KNOWN else "", text)
    return _ROLE.sub(lambda found: found[0] if found[1] in _KNOWN else found[2], kept)


def has_more(text: str) -> bool:
    """Whether a page has what a directive of the engine or the book makes."""
    return any(found[2] not in _KNOWN for found in _FENCE.finditer(text))


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    """What a cell shows of a figure or table without the engine; anything else as it is."""
    if held := data.get(Figure.mime):
        spec = controls.unbound(Figure.from_json(held).spec)
        made = spec_to_html(
            spec, mode="vega-lite", vega_version=altair.VEGA_VERSION,
            vegaembed_version=altair.VEGAEMBED_VERSION, vegalite_version=altair.VEGALITE_VERSION,
            template="universal", output_div=f"altair-viz-{held['name']}",
        )  # fmt: skip
        return {"text/html": made, "text/plain": "alt.Chart(...)"}
    if held := data.get(Table.mime):
        bundle = Table.from_json(held)
        frame = pd.DataFrame(list(bundle.rows), columns=list(bundle.columns))
        return {"text/html": frame._repr_html_(), "text/plain": "table"}
    return {kind: value for kind, value in data.items() if kind.startswith(_PLAIN)}


def notebook(path: Path) -> Any:
    """A chapter's notebook, as the last build ran it, without what the engine added."""
    held = nbformat.read(path, as_version=4)
    for cell in held.cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = _shown(output["data"])
    return held


def write(folder: Path) -> None:
    """Write the stock book into an empty folder."""
    told = book.config()
    config = {
        "title": told["title"], "author": told["author"], "only_build_toc_files": True,
        "execute": {"execute_notebooks": "off"}, "parse": told.get("parse", {}),
    }  # fmt: skip
    (folder / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    (folder / "_toc.yml").write_bytes((book.ROOT / "_toc.yml").read_bytes())
    for page in book.pages():
        target = folder / page.docname
        target.parent.mkdir(parents=True, exist_ok=True)
        if page.executed.is_file():
            nbformat.write(notebook(page.executed), target.with_suffix(".ipynb"))
        else:
            target.with_suffix(".md").write_text(plain(page.path.read_text("utf-8")), "utf-8")


def build(folder: Path) -> float:
    """Write and build the stock book; seconds of the build. Its pages are in `_build/html`.

    Raises RuntimeError, with what it said, if there are no pages. Its warnings are no matter.
    """
    folder.mkdir()
    write(folder)
    start = time.perf_counter()
    done = trees.run_in(folder, "jb", "build", ".", cold=True)
    taken = time.perf_counter() - start
    if not (folder / "_build" / "html" / "index.html").is_file():
        raise RuntimeError(done.output[-3000:])
    return taken


def comparable(page: book.Page) -> bool:
    """Whether a stock book has a page like for like: nothing on it that only the engine shows."""
    if has_more(page.path.read_text("utf-8")):
        return False
    cells = nbformat.read(page.executed, as_version=4).cells if page.executed.is_file() else []
    kinds = {k for c in cells for o in c.get("outputs", []) for k in o.get("data", {})}
    return all(k in (Figure.mime, Table.mime) or k.startswith(_PLAIN) for k in kinds)
