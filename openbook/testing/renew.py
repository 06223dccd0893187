"""Renew what the tests compare with: `make references`, or `make figures` for the drawings alone.

From the built book, which runs every chapter: `tests/reference/<page>.ipynb`, executed, and
`tests/reference/<page>.txt`, its readable text; from the notebooks `figures/*.svg`; from the texts
the facts in `README.md`. Each is written only if it moved, and says so; a stale one is removed.
`--page energy` renews what comes from one page.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup

from openbook.bundle import FactBundle
from openbook.draw import published_svg
from openbook.site.runs import Run, Runs
from openbook.testing import book

README = book.ROOT / "README.md"
KINDS = ("text/plain", FactBundle.mime)  # of a value in the prose, those that are kept
FACTS = re.compile(r"(<!-- facts -->\n).*?(<!-- /facts -->)", re.DOTALL)
# What would differ from one machine or run to the next
_VOLATILE = re.compile(r"0x[0-9a-f]{8,}|(?<![\w./-])/(?:tmp|home|Users|root)/|\\Users\\")


def settled(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The code cells of an executed chapter with nothing in them that another run would change.

    Raises ValueError for an output that is an error or a warning, or that names a file of this
    machine or an address in memory: none belongs in the book.
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
            if output.get("output_type") == "error":
                raise ValueError(f"cell {number} failed: {output['ename']}: {output['evalue']}")
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


def shown(run: Run) -> dict[str, Any]:
    """What the prose shows of a run, by expression: text, and the fact that it is."""
    return {
        name: {kind: outputs[0]["data"][kind] for kind in KINDS if kind in outputs[0]["data"]}
        for held in run.shown.values()
        for name, outputs in held.items()
        if outputs and "data" in outputs[0]
    }


def executed(page: book.Page) -> nbformat.NotebookNode:
    """What the last build ran of a page, settled; its metadata holds what it glued and showed.

    Raises ValueError if the build has not run the present cells, or as :func:`settled` does.
    """
    if not page.executed.is_file():
        raise ValueError("the build has not run it: run `make book`")
    notebook = nbformat.read(page.executed, as_version=4)
    ran = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    if ran != [cell.source for cell in book.cells(page.path)]:
        raise ValueError("the build ran other cells than it has now: run `make book`")
    found = settled(notebook)
    found.metadata["glue"] = {}
    # A chapter that glues nothing any more leaves the file of an earlier build behind.
    run = Runs(book.ROOT / "_build" / ".runs").get(page.docname)
    found.metadata["shown"] = shown(run) if run else {}
    if page.glued.is_file() and page.glued.stat().st_mtime >= page.executed.stat().st_mtime:
        outputs = json.loads(page.glued.read_text("utf-8")).values()
        found.metadata["glue"] = book.split_glue(outputs)[0]
    return found


def drawings(notebooks: Iterable[nbformat.NotebookNode]) -> dict[str, str]:
    """The published drawing of every figure: file name to SVG.

    Raises ValueError for two figures of one name.
    """
    found: dict[str, str] = {}
    for notebook in notebooks:
        for bundle in book.bundles(notebook):
            name = f"{bundle.name}.svg"
            if name in found:
                raise ValueError(f"two figures are named {bundle.name!r}")
            found[name] = published_svg(bundle)
    return found


def readme_facts() -> str | None:
    """What stands between the README's markers: the first words of the built first page, findings.

    The findings are the list items inside the first element of class `findings`, without the links
    that lead on from them and the small print; None if it has none. What is of class `headline`
    or `standfirst`, if anything is, is a bold line or a paragraph before them.
    """
    page = next((page for page in book.pages() if page.docname == "index"), None)
    if page is None or not page.html.is_file():
        return None
    tree = BeautifulSoup(page.html.read_text("utf-8"), "html.parser")
    box = tree.select_one(".findings")
    for link in box.select("li :is(a:not(.ob-fact), .ob-origin)") if box else []:
        link.extract()
    items = [" ".join(item.get_text().split()) for item in box.select("li")] if box else []
    if not items:
        return None
    before = ""
    for name, mark in (("headline", "**"), ("standfirst", "")):
        for lead in tree.select(f".{name}"):
            before += f"{mark}{' '.join(lead.get_text().split())}{mark}\n\n"
    return before + "".join(f"- {item}\n" for item in items)


def with_facts(readme: str, facts: str) -> str:
    """The README with its facts replaced. Raises ValueError if it lacks the markers."""
    if not FACTS.search(readme):
        raise ValueError("README.md needs the lines <!-- facts --> and <!-- /facts -->")
    return FACTS.sub(lambda match: match[1] + facts + match[2], readme)


def write(wanted: Mapping[Path, str], obsolete: Iterable[Path] = ()) -> None:
    """Write the files that moved and remove the obsolete ones."""
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == text.encode():
            continue
        path.write_bytes(text.encode())
        print(f"  renewed {path.relative_to(book.ROOT).as_posix()}")
    for path in sorted(obsolete):
        path.unlink()
        print(f"  removed {path.relative_to(book.ROOT).as_posix()}")


def obsolete(found: Iterable[Path], known: Iterable[Path]) -> set[Path]:
    """The files that no page stands behind any more."""
    return set(found) - set(known)


def renew_notebooks(pages: Sequence[book.Page]) -> None:
    """Write the reference of every page with cells, from what the build ran."""
    wanted: dict[Path, str] = {}
    for page in pages:
        if not page.is_notebook:
            continue
        try:
            wanted[page.reference] = nbformat.writes(executed(page)) + "\n"
        except ValueError as error:
            sys.exit(f"{page.docname}.md: {error}")
    write(wanted, obsolete(book.REFERENCE.glob("*.ipynb"), (p.reference for p in book.chapters())))


def renew_figures(pages: Sequence[book.Page]) -> None:
    """Draw the figures of the references."""
    missing = [page.docname for page in book.chapters() if not page.reference.is_file()]
    if missing:
        sys.exit(f"no reference yet of {', '.join(missing)}: run `make references`")
    notebooks = {page: book.read_reference(page) for page in book.chapters()}
    drawn = drawings(notebook for page, notebook in notebooks.items() if page in pages)
    wanted = {book.FIGURES / name: svg for name, svg in drawn.items()}
    bundles = [bundle for notebook in notebooks.values() for bundle in book.bundles(notebook)]
    known = [book.FIGURES / f"{bundle.name}.svg" for bundle in bundles]
    write(wanted, obsolete(book.FIGURES.glob("*.svg"), known))


def renew_texts(pages: Sequence[book.Page]) -> None:
    """Write the readable text of built pages, and the README's facts."""
    wanted = {page.text: book.built_text(page) for page in pages}
    write(wanted, obsolete(book.REFERENCE.glob("*.txt"), (page.text for page in book.pages())))
    if facts := readme_facts():
        write({README: with_facts(README.read_text("utf-8"), facts)})


def main(arguments: Sequence[str]) -> None:
    """Renew everything, or only what is named: `notebooks`, `figures`, `texts`; of one page."""
    steps = {"notebooks": renew_notebooks, "figures": renew_figures, "texts": renew_texts}
    known = {page.name: page for page in book.pages()}
    parser = argparse.ArgumentParser(description="Renew what the tests compare with.")
    parser.add_argument("steps", nargs="*", metavar="|".join(steps), help="all, if none is named")
    parser.add_argument("--page", choices=sorted(known), help="only what comes from this page")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.steps) - set(steps):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(steps)}")
    pages = [known[chosen.page]] if chosen.page else list(known.values())
    for name, step in steps.items():
        if not chosen.steps or name in chosen.steps:
            print(name)
            step(pages)


if __name__ == "__main__":
    main(sys.argv[1:])
