"""How the book is cited: `CITATION.cff` as a line of text and as BibTeX; never the clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import yaml

from openbook.site import files
from openbook.text import day


@dataclass(frozen=True)
class Citation:
    """What `CITATION.cff` says; `url` is empty until the book has an address.

    `authors` are as reference managers read them: `Family, Given`, and a group with a comma at its
    end, without which its last word would be a family name.
    """

    title: str
    author: str
    version: str
    released: str
    url: str
    authors: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The last word of the title, which keys of BibTeX begin with."""
        return re.findall(r"\w+", self.title.lower())[-1]

    @property
    def year(self) -> str:
        """The year of release."""
        return self.released[:4]


@lru_cache(maxsize=4)
def _parsed(text: str) -> Citation:
    held = yaml.safe_load(text)
    names = [
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in held["authors"]
    ]
    return Citation(
        held["title"],
        " and ".join(names),
        str(held["version"]),
        str(held["date-released"]),
        held.get("url", ""),
        tuple(
            f"{author['name']},"
            if "name" in author
            else f"{author['family-names']}, {author['given-names']}"
            for author in held["authors"]
        ),
    )


def read(confdir: str | Path) -> Citation:
    """How the book is cited. Raises KeyError naming a field that `CITATION.cff` lacks."""
    return _parsed((Path(confdir) / "CITATION.cff").read_text(encoding="utf-8"))


def digest(confdir: str | Path) -> str:
    """Digest of what every page says of how to cite it."""
    return files.sha256((Path(confdir) / "CITATION.cff").read_bytes())


def bibtex(cited: Citation, kind: str, key: str, titles: Mapping[str, str]) -> str:
    """The book or a part of it as a BibTeX entry of `kind`. Titles keep their capitals.

    Not by pybtex: its writer escapes addresses too, and they lead nowhere then.
    """

    def safe(text: str) -> str:
        return re.sub(r"([&%$#_{}])", r"\\\1", text)

    fields = {
        "author": f"{{{safe(cited.author)}}}",
        **{name: f"{{{safe(title)}}}" for name, title in titles.items()},
        "year": cited.year,
        "note": f"Version {cited.version} of {day(cited.released)}",
    }
    if cited.url:
        fields["url"] = cited.url
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{cited.word}{cited.year}{key},\n{body}\n}}"


def ris(cited: Citation, title: str) -> str:
    """A part of the book by its title, in the format that reference managers import (RIS)."""
    fields = [
        ("TY", "CHAP"),
        *(("AU", author) for author in cited.authors),
        ("TI", title),
        ("T2", cited.title),
        ("PY", cited.year),
        ("DA", cited.released.replace("-", "/")),
        ("ET", f"Version {cited.version}"),
        *([("UR", cited.url)] if cited.url else []),
        ("LA", "en"),
        ("ER", ""),
    ]
    # a line is a field, whatever is in a title
    return "".join(f"{tag}  - {' '.join(text.split())}\r\n" for tag, text in fields)


def line(cited: Citation, part: str = "") -> str:
    """The book, or a part of it by its title, as a line of text."""
    address = f" {cited.url}" if cited.url else ""
    whole = f"{part}. In: {cited.title}" if part else cited.title
    release = f"Version {cited.version} of {day(cited.released)}"
    return f"{cited.author} ({cited.year}). {whole}. {release}.{address}"


def line_at(cited: Citation, part: str, address: str) -> str:
    """A part of the book as a line of text that ends with where it is in the site."""
    url = f"{cited.url.rstrip('/')}/{address}" if cited.url else address
    return line(replace(cited, url=url), part)
