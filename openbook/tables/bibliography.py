"""The sources: `data/references.bib` read, and what its entries, the rows and the pages need."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openbook.tables.csvfile import decode
from openbook.tables.periods import is_period, period_bounds
from openbook.tables.texts import untidy
from openbook.tables.violations import (
    ADDRESS,
    ValidationError,
    Violation,
    broken,
    nearest,
    unknown_source,
)

ZONES = dt.timedelta(days=1)  # in which another timezone may be ahead
OWN = "assumption"  # the kind of a source that is the book itself
PLACED = re.compile(r"(?m)^[`~:]{3,}\{sources\}\s+(\w+)")
CITED = re.compile(r"\{(?:cite|source)\}`([^`]+)`|\bsource\(\"([^\"]+)\"\)")


@dataclass(frozen=True)
class Source:
    """An entry of `data/references.bib`; `date` and `accessed` are ISO 8601, "" if unknown."""

    key: str
    title: str
    publisher: str
    date: str
    url: str
    kind: str
    accessed: str


def read_sources(raw: bytes) -> dict[str, Source]:
    """The sources of a bibliography by key.

    Raises ValidationError if it is not BibTeX, or if an entry lacks what the site shows of it.
    """
    from pybtex.database import parse_string  # half a second for the whole bibliography
    from pybtex.exceptions import PybtexError

    text = decode(raw)
    try:
        entries = parse_string(text, "bibtex").entries
    except PybtexError as error:
        before = text.splitlines()[: (getattr(error, "lineno", None) or 1) - 1]
        keys = re.findall(r"(?m)^@\w+\{\s*([^\s,]+)", "\n".join(before)) or ["the first"]
        what = f"{error}" if "entry" in f"{error}" else f'entry "{keys[-1]}" or the next: {error}'
        fix = "Correct that entry's braces and commas."
        raise ValidationError(Violation(what, "the bibliography is BibTeX", fix)) from None
    sources = {key: _source(key, entry) for key, entry in entries.items()}
    notes = {key: entry.fields.get("note", "") for key, entry in entries.items()}
    found = [
        violation
        for key, source in sources.items()
        for violation in _source_violations(source, notes[key])
    ]
    found += _pages_entered_twice(sources, notes)
    if found:
        raise ValidationError(*found)
    return sources


def _source(key: str, entry: Any) -> Source:
    people = [person for role in entry.persons.values() for person in role]
    names = [
        " ".join(p.first_names + p.middle_names + p.prelast_names + p.last_names) for p in people
    ]
    fields = {
        name: re.sub(r"\\([&%#$_])", r"\1", re.sub("[{}]", "", text))
        for name, text in [*entry.fields.items(), ("author", " and ".join(names))]
    }
    publisher = fields.get("organization") or fields["author"] or fields.get("publisher", "")
    return Source(
        key,
        fields.get("title", ""),
        publisher,
        fields.get("date", ""),
        fields.get("url", ""),
        fields.get("howpublished", ""),
        fields.get("urldate", ""),
    )


def _pages_entered_twice(
    sources: Mapping[str, Source], notes: Mapping[str, str]
) -> Iterator[Violation]:
    """Entries with the address and the day of an earlier one, unless both have a note.

    Releases that a publisher puts in one place are of other days; one without a day may be any.
    """
    earlier: dict[str, list[Source]] = {}
    for source in sources.values():
        for other in earlier.setdefault(source.url.partition("#")[0] or source.key, []):
            if _one_day(source.date, other.date) and not (notes[source.key] and notes[other.key]):
                yield Violation(
                    f'entry "{source.key}" has the address and the day of "{other.key}"',
                    "a page is one source, whatever it tells; several of one address (such as "
                    "files of a folder) each say in a note which they are, or are releases of "
                    "other days",
                    f"Use {other.key} alone, or add the notes.",
                )
        earlier[source.url.partition("#")[0] or source.key].append(source)


def _one_day(one: str, other: str) -> bool:
    """Whether two dates may mean the same day; an unknown one may mean any, a wrong one none."""
    if not (one and other):
        return True
    if not (is_period(one) and is_period(other)):
        return False
    (first, last), (start, end) = period_bounds(one), period_bounds(other)
    return first <= end and start <= last


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _source_violations(source: Source, note: str) -> Iterator[Violation]:
    """What is wrong with an entry of the bibliography; its `note` may say why it has no address."""
    entry = f'entry "{source.key}"'
    for name, text in (("title", source.title), ("author or organization", source.publisher)):
        if not text:
            yield Violation(
                f"{entry} has no {name}", "a source has a title and a publisher", "Add the field."
            )
        elif stray := untidy(text):
            yield Violation(f"the {name} of {entry} is untidy: {stray[0]}", *stray[1:])
    wrong = [
        (name, date)
        for name, date in (("date", source.date), ("urldate", source.accessed))
        if date and not is_period(date)
    ]
    for name, date in wrong:
        yield Violation(
            f'{entry} has the {name} "{date}"',
            "dates are ISO 8601",
            "Write YYYY-MM-DD, YYYY-MM or YYYY.",
        )
    yield from broken(
        [
            (
                not re.fullmatch("[A-Za-z0-9_]+", source.key),
                f"{entry} has an unfit key",
                "a key is letters, digits and _: it is an address on the list of sources",
                "Rename it.",
            ),
            (
                not re.fullmatch("[a-z]+", source.kind),
                f'{entry} has the kind "{source.kind}" (howpublished)',
                "a kind is one word in small letters, one of those on the page of sources",
                "Add it.",
            ),
            (
                bool(source.url) and not ADDRESS.fullmatch(source.url),
                f'{entry} has the url "{source.url}"',
                "an address begins with http:// or https://, and is written out",
                "Correct it.",
            ),
            (
                not source.url and not note,
                f"{entry} has no url",
                "a source has an address, or a note that says why it has none",
                "Add one of the two.",
            ),
            (
                bool(source.url) and not source.accessed,
                f"{entry} has no urldate",
                "an address has the day on which it was read",
                "Add it.",
            ),
            (
                not wrong
                and bool(source.date and source.accessed)
                and period_bounds(source.date)[0] > period_bounds(source.accessed)[1],
                f"{entry} was read on {source.accessed}, before its date {source.date}",
                "nothing is read before it appears",
                "Correct one of the two.",
            ),
            (
                not wrong
                and bool(source.accessed)
                and period_bounds(source.accessed)[0] > _today() + ZONES,
                f"{entry} was read on {source.accessed}, which is to come",
                "nothing is read before today",
                "Correct the urldate, or this machine's clock.",
            ),
        ]
    )


def unfitting_sources(
    sources: Mapping[str, Source], in_tables: Collection[str], pages: Mapping[str, str]
) -> Iterator[tuple[str, Violation]]:
    """What does not fit between sources, tables and pages, with the name of the file to fix.

    `in_tables` are the keys that rows name; `pages` the text of each page by its path. A book
    without a list of sources (`{sources}`) needs no place for their kinds.
    """
    cited = {
        key.strip(): path
        for path, text in pages.items()
        for keys in CITED.findall(text)
        for key in "".join(keys).split(",")
    }
    for key in sorted(cited.keys() - sources.keys()):
        yield cited[key], Violation(*unknown_source(key, sources))
    for key in sorted(sources.keys() - cited.keys() - set(in_tables)):
        yield (
            "references.bib",
            Violation(
                f'entry "{key}" is used nowhere',
                "a source stands behind a row or is named on a page",
                "Use it, or delete it.",
            ),
        )
    placed = {kind: path for path, text in pages.items() for kind in PLACED.findall(text)}
    home = placed.pop("summary", None) or next(iter(placed.values()), "")
    kinds = {source.kind: key for key, source in sources.items()}
    for kind in sorted(kinds.keys() - placed.keys()) if home else ():
        yield (
            "references.bib",
            Violation(
                f'entry "{kinds[kind]}" is of the kind "{kind}", which {home} does not list',
                f"each kind has its heading there; they are {', '.join(sorted(placed))}",
                f"{nearest(kind, placed)}If it is a new one, add a heading and below it "
                f"```{{sources}} {kind}```.",
            ),
        )
    for kind in sorted(placed.keys() - kinds.keys()):
        yield (
            placed[kind],
            Violation(
                f'no source is of the kind "{kind}", which the page lists',
                f"the kinds of the sources are {', '.join(sorted(kinds))}",
                f"{nearest(kind, kinds)}Correct the name, or delete the heading.",
            ),
        )
