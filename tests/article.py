"""The article that the claims are about, as digests: the text itself is not ours to copy.

`article.json` holds the first 12 hexadecimal digits of the SHA-256 of every run of seven words,
sorted, and of the opening of every sentence by paragraph, as many words as
`data/article_sentences.csv` has of it. To make it anew from a copy of the article, one paragraph a
line and the headline first: `python tests/article.py COPY`.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")
RUN = 7  # words
PARAGRAPHS = 10  # after the headline


def words(text: str) -> list[str]:
    """The words of a text in small letters, without punctuation."""
    return re.findall(r"\w+", text.lower())


def digest(some: Iterable[str]) -> str:
    """The digest of some words."""
    return hashlib.sha256(" ".join(some).encode()).hexdigest()[:12]


def runs(text: str) -> set[str]:
    """The digests of all runs of seven words in a text."""
    found = words(text)
    return {digest(found[k : k + RUN]) for k in range(len(found) - RUN + 1)}


def made(text: str, openings: Iterable[str]) -> dict[str, list]:
    """The digests of the article. Raises ValueError for an opening that its sentence hasn't."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    told = [re.split(r"(?<=[.?!])\s+(?=[A-Z])", line) for line in lines[1 : 1 + PARAGRAPHS]]
    left = list(openings)
    for sentence, opening in zip((s for p in told for s in p), left, strict=True):
        if not sentence.replace("’", "'").startswith(opening):
            raise ValueError(f"no sentence of the article here begins with {opening!r}")
    sentences = [[digest(words(left.pop(0))) for _ in paragraph] for paragraph in told]
    return {"runs": sorted(runs(text)), "openings": sentences}


def known() -> dict[str, list]:
    """The digests kept beside this file."""
    return json.loads(FILE.read_text("utf-8"))


if __name__ == "__main__":
    from openbook import tables

    copy = Path(sys.argv[1]).read_text("utf-8")
    found = made(copy, tables.load("article_sentences")["opening"])
    FILE.write_text(json.dumps(found, indent=0) + "\n", "utf-8")
