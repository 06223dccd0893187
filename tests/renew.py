"""Renew what the tests compare with: `make references`, or `make figures` for the drawings alone.

From the chapters: `tests/reference/<page>.ipynb`, executed. From those: `figures/*.svg`. From the
built book: `tests/reference/<page>.txt`, its readable text, and the facts in `README.md`.
Each is written only if it moved, and says so; a stale one is removed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import book
import nbformat
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

README = book.ROOT / "README.md"
FACTS = re.compile(r"(<!-- facts -->\n).*?(<!-- /facts -->)", re.DOTALL)
# What would differ from one machine or run to the next
_VOLATILE = re.compile(r"0x[0-9a-f]{8,}|(?<![\w./-])/(?:tmp|home|Users|root)/|\\Users\\")


def settled(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The code cells of an executed chapter with nothing in them that another run would change.

    Raises ValueError for an output that names a file of this machine or an address in memory, or
    that is a warning: neither belongs in the book.
    """
    found = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        number = len(found.cells)
        metadata = {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
        outputs = [
            dict(output, metadata={}) if "data" in output else dict(output)
            for output in cell.outputs
        ]
        for output in outputs:
            text = str(output)
            if output.get("name") == "stderr":
                raise ValueError(f"cell {number} writes to stderr: {output['text']}")
            if volatile := _VOLATILE.search(text.replace(str(book.ROOT), "/home/")):
                raise ValueError(f"cell {number} shows {volatile[0]!r}, which another run changes")
        found.cells.append(
            nbformat.v4.new_code_cell(
                id=f"cell-{number}",
                source=cell.source,
                metadata=metadata,
                outputs=nbformat.from_dict(outputs),
                execution_count=cell.execution_count,
            )
        )
    return found


def execute(page: book.Page) -> nbformat.NotebookNode:
    """Run a chapter as the book does, in its own folder."""
    notebook = book.read_chapter(page.path)
    for key in ("source_map", "jupytext", "file_format"):
        notebook.metadata.pop(key, None)
    client = NotebookClient(
        notebook,
        timeout=book.CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(page.path.parent)}},
        extra_arguments=["--log-level=40"],
    )
    client.execute()
    return settled(notebook)


def drawings(notebooks: Iterable[nbformat.NotebookNode]) -> dict[str, str]:
    """The published drawing of every figure: file name to SVG.

    Raises ValueError for two figures of one name.
    """
    from caspian.charts import published_svg

    found: dict[str, str] = {}
    for notebook in notebooks:
        for bundle in book.bundles(notebook):
            name = f"{bundle['name']}.svg"
            if name in found:
                raise ValueError(f"two figures are named {bundle['name']!r}")
            found[name] = published_svg(bundle)
    return found


def readme_facts() -> str | None:
    """What stands between the README's markers: the findings of the built first page.

    They are the list items inside the first element of class `findings`, without the links that
    lead on from them; None if it has none.
    """
    page = next((page for page in book.pages() if page.docname == "index"), None)
    if page is None or not page.html.is_file():
        return None
    box = BeautifulSoup(page.html.read_text("utf-8"), "html.parser").select_one(".findings")
    for link in box.select("li a") if box else []:
        link.extract()
    items = [" ".join(item.get_text().split()) for item in box.select("li")] if box else []
    return "".join(f"- {item}\n" for item in items) or None


def with_facts(readme: str, facts: str) -> str:
    """The README with its facts replaced. Raises ValueError if it lacks the markers."""
    if not FACTS.search(readme):
        raise ValueError("README.md needs the lines <!-- facts --> and <!-- /facts -->")
    return FACTS.sub(lambda match: match[1] + facts + match[2], readme)


def write(wanted: Mapping[Path, str], among: Iterable[Path] = ()) -> None:
    """Write the files that moved and remove those of `among` that are no longer wanted."""
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == text.encode():
            continue
        path.write_bytes(text.encode())
        print(f"  renewed {path.relative_to(book.ROOT).as_posix()}")
    for path in sorted(set(among) - set(wanted)):
        path.unlink()
        print(f"  removed {path.relative_to(book.ROOT).as_posix()}")


def renew_notebooks() -> None:
    """Run every chapter and write its reference."""
    wanted: dict[Path, str] = {}
    for page in book.chapters():
        try:
            notebook = execute(page)
        except (CellExecutionError, ValueError) as error:
            sys.exit(f"{page.docname}.md: {error}")
        wanted[page.reference] = nbformat.writes(notebook) + "\n"
    write(wanted, book.REFERENCE.glob("*.ipynb"))


def renew_figures() -> None:
    """Draw the figures of the references."""
    missing = [page.docname for page in book.chapters() if not page.reference.is_file()]
    if missing:
        sys.exit(f"no reference yet of {', '.join(missing)}: run `make references`")
    drawn = drawings(book.read_reference(page) for page in book.chapters())
    wanted = {book.FIGURES / name: svg for name, svg in drawn.items()}
    write(wanted, book.FIGURES.glob("*.svg"))


def renew_texts() -> None:
    """Write the readable text of every built page, and the README's facts."""
    wanted = {page.text: book.built_text(page) for page in book.pages()}
    write(wanted, book.REFERENCE.glob("*.txt"))
    facts: Any = readme_facts()
    if facts and README.is_file():
        write({README: with_facts(README.read_text("utf-8"), facts)})


def main(arguments: list[str]) -> None:
    """Renew everything, or only what is named: `notebooks`, `figures`, `texts`."""
    steps = {"notebooks": renew_notebooks, "figures": renew_figures, "texts": renew_texts}
    if unknown := set(arguments) - set(steps):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(steps)}")
    book.as_in_the_book()
    for name, step in steps.items():
        if not arguments or name in arguments:
            print(name)
            step()


if __name__ == "__main__":
    main(sys.argv[1:])
