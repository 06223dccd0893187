"""The list of sources: each of `references.bib` once, with where the book uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from openbook import addresses, tables
from openbook.site import usage
from openbook.site.archive import FOLDER
from openbook.site.links import Links
from openbook.site.markup import Link, counted, render
from openbook.site.search import Place
from openbook.text import day

EACH = 60  # sources that a page fetches at a time
ROW_RANGES = 8  # places in a table that a source lists before it only counts them


def kinds() -> set[str]:
    """The kinds of sources: those that the bibliography has, each with a place on a page."""
    return {source.kind for source in tables.references().values()}


def in_order(listed: Iterable[tables.Source]) -> list[tables.Source]:
    """Sources by publisher and date."""
    return sorted(listed, key=lambda s: (s.publisher.casefold(), s.date, s.key))


def by_publisher(keys: Iterable[str]) -> Iterator[tuple[str, list[tables.Source]]]:
    """The sources with these keys in groups, one a publisher."""
    known = tables.references()
    for publisher, group in groupby(in_order(known[key] for key in keys), lambda s: s.publisher):
        yield publisher, list(group)


def row_ranges(numbers: Sequence[int]) -> str:
    """`[1, 2, 3, 7]` → `rows 1–3, 7`; many places are only counted."""
    runs = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        held = [value for _, value in run]
        runs.append(str(held[0]) if len(held) == 1 else f"{held[0]}–{held[-1]}")
    if len(runs) > ROW_RANGES:
        return counted(len(numbers), "row")
    return f"{'row' if len(numbers) == 1 else 'rows'} {', '.join(runs)}"


def _mostly_read() -> str:
    """The day on which most sources were read; the page says it once."""
    days = [source.accessed for source in tables.references().values() if source.accessed]
    return max(sorted(set(days)), key=days.count, default="")


def _places(key: str, used: usage.Usage, links: Links) -> Iterator[tuple[str, list[Link]]]:
    """The pages that use a source, each with its figures, its tables and its text."""
    published, cited = used.published.get(key, ()), used.cited.get(key, ())
    for docname in dict.fromkeys([*(d for d, _, _ in published), *cited]):
        held = [links.figure(*place) for place in published if place[0] == docname]
        if docname in cited:
            held.append(Link("text", links.address(docname)))
        yield links.title(docname), held


def _rows(key: str, used: usage.Usage, links: Links) -> Iterator[tuple[Link, str]]:
    """The tables that name a source, each with its rows."""
    for name, rows in used.rows.get(key, {}).items():
        yield links.table(name, name), row_ranges(rows)


def places(kind: str) -> list[Place]:
    """The sources of a kind, to be found by title, publisher and date."""
    listed = in_order(s for s in tables.references().values() if s.kind == kind)
    return [
        Place(
            "Sources",
            f"source-{s.key}",
            s.title,
            f"{s.publisher}, {day(s.date)}" if s.date else s.publisher,
        )
        for s in listed
    ]


def html(part: str, links: Links, used: usage.Usage) -> Markup:
    """The summary, or the sources of one kind."""
    known, usual = tables.references(), _mostly_read()
    if part != "summary":
        return render(
            "sources.html",
            each=EACH,
            instead=Link("All sources as BibTeX", f"{links.root}{FOLDER}/references.bib"),
            usual=usual,
            sources=[
                (
                    s,
                    Link(s.title, addresses.web(s.url)),
                    list(_places(s.key, used, links)),
                    list(_rows(s.key, used, links)),
                )
                for s in in_order(s for s in known.values() if s.kind == part)
            ],
        )
    return render(
        "summary.html",
        known=len(known),
        publishers=len({s.publisher for s in known.values()}),
        rows=sum(len(r) for places in used.rows.values() for r in places.values()),
        printed=sum(key in used.published for key in known),
        usual=usual,
    )
