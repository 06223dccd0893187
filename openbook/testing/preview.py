"""Two built sites side by side: `make preview OLD=folder` lists the pages and figures that differ.

For who reviews a change: `_build/preview/index.html` has each figure that moved as it was and as
it is, and each page whose words moved, with the lines that went and came. It compares what a
reader sees, never markup, scripts or styles.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from openbook.site import files
from openbook.testing import book

MOST = 40  # lines shown of one page; the rest is counted
# Copies of what other pages hold
_COPIES = {"embed", "figures", "genindex.html", "search.html"}


class Moved(NamedTuple):
    """The names that only the new side has, only the old side, and both with another content."""

    added: list[str]
    gone: list[str]
    changed: list[str]


class Words(NamedTuple):
    """How the text of a page moved: lines with `-` and `+` before them, and how many more."""

    name: str
    lines: list[str]
    more: int


def figures(site: Path) -> dict[str, bytes]:
    """The drawings of a built site by file name."""
    return {path.name: path.read_bytes() for path in sorted((site / "_figures").glob("*.svg"))}


def pages(site: Path) -> dict[str, str]:
    """The readable text of each page of a built site by its path, without copies of figures."""
    found = ((path.relative_to(site), path) for path in sorted(site.rglob("*.html")))
    return {
        name.as_posix(): book.page_text(book.html_of(path))
        for name, path in found
        if name.parts[0] not in _COPIES and not name.parts[0].startswith("_")
    }


def moved(old: Mapping[str, object], new: Mapping[str, object]) -> Moved:
    """Which names came, went, or have another content."""
    both = old.keys() & new.keys()
    return Moved(
        sorted(new.keys() - old.keys()),
        sorted(old.keys() - new.keys()),
        sorted(name for name in both if old[name] != new[name]),
    )


def words(name: str, old: str, new: str) -> Words:
    """The lines that went and came on a page, without those that stayed."""
    told = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    lines = [line for line in list(told)[2:] if not line.startswith("@@")]
    return Words(name, lines[:MOST], max(0, len(lines) - MOST))


def summary(figure: Moved, page: Moved) -> str:
    """The same as a list in Markdown, for a log or the summary of a workflow."""

    def lines() -> Iterator[str]:
        for title, held in (("Figures", figure), ("Pages", page)):
            came, went, differ = map(len, held)
            yield f"## {title}: {differ} changed, {came} new, {went} gone"
            yield ""
            for kind, names in zip(("new", "gone", "changed"), held, strict=True):
                yield from (f"- `{name}` ({kind})" for name in names)
            yield ""

    return "\n".join(lines())


def compare(old: Path, new: Path, into: Path) -> str:
    """Write the comparison of two built sites into a folder, and return its summary.

    Whatever the folder held is replaced. Raises FileNotFoundError if a side is no built site.
    """
    for site in (old, new):
        if not (site / "index.html").is_file():
            raise FileNotFoundError(f"{site} has no index.html: it is no built site")
    drawn, text = (figures(old), figures(new)), (pages(old), pages(new))
    figure, page = moved(*drawn), moved(*text)
    shutil.rmtree(into, ignore_errors=True)
    for side, held, alone in zip(("old", "new"), drawn, (figure.gone, figure.added), strict=True):
        for name in (*alone, *figure.changed):
            files.write(into / side / name, held[name])
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    lines = [words(name, text[0][name], text[1][name]) for name in page.changed]
    html = templates.get_template("preview.html").render(figure=figure, page=page, words=lines)
    files.write(into / "index.html", html.encode())
    told = summary(figure, page)
    files.write(into / "summary.md", told.encode())
    return told


def main() -> None:
    """Compare the built book, or another site, with an older one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("old", type=Path, help="the folder of the site as it was")
    parser.add_argument("new", type=Path, nargs="?", default=book.ROOT / "_build" / "html")
    parser.add_argument("--into", type=Path, default=book.ROOT / "_build" / "preview")
    asked = parser.parse_args()
    try:
        print(compare(asked.old, asked.new, asked.into))
    except FileNotFoundError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
