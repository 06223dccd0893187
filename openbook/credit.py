"""The line that says whose figures stand in a figure or table.

Publishers are named once, whose rows are most first; what the book itself assumes comes last, as
"our assumptions". Names that find no room are counted, never cut.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from openbook.bundle import SourceNote


def by_weight(sources: Sequence[SourceNote], named: Iterable[str]) -> tuple[SourceNote, ...]:
    """Sources as a line names them: by how often `named` has a key of their publisher.

    What is equal stays in its order; the book's own assumptions come last.
    """
    rows = Counter(named)
    publishers = Counter[str]()
    for source in sources:
        publishers[source.publisher] += rows[source.key]
    first = {source.publisher: at for at, source in reversed(list(enumerate(sources)))}

    def place(source: SourceNote) -> tuple[bool, int, int, int]:
        of = source.publisher
        return (source.own, -publishers[of], first[of], -rows[source.key])

    return tuple(sorted(sources, key=place))


@dataclass(frozen=True)
class Credit:
    """The publishers named, how many more there are, whether assumptions of the book's own are."""

    names: tuple[str, ...]
    more: int
    own: bool

    @property
    def parts(self) -> tuple[str, str, str]:
        """The line in three: before the number of more publishers, that number, behind it."""
        named = "; ".join(self.names)
        own = "our assumptions" if self.own else ""
        if not named:
            return f"Sources: {own}", "", ""
        if not self.more:
            return f"Sources: {named}" + (f" and {own}" if own else ""), "", ""
        joined = "," if own else " and"
        return f"Sources: {named}{joined} ", f"{self.more} more", f" and {own}" if own else ""

    def __str__(self) -> str:
        """Return the whole line."""
        return "".join(self.parts)


def _longest(sources: Sequence[SourceNote], fits: Callable[[str], bool]) -> Credit:
    """The credit with as many names as fit; one at least."""
    names = list(dict.fromkeys(s.publisher for s in sources if not s.own))
    own = any(s.own for s in sources)
    for shown in range(len(names), 1, -1):
        made = Credit(tuple(names[:shown]), len(names) - shown, own)
        if fits(str(made)):
            return made
    return Credit(tuple(names[:1]), max(0, len(names) - 1), own)


def line(sources: Sequence[SourceNote], width: int) -> Credit:
    """The credit in one line of `width` characters."""
    return _longest(sources, lambda text: len(text) <= width)


def lines(sources: Sequence[SourceNote], width: int = 108, most: int = 3) -> list[str]:
    """The credit in at most so many lines."""
    return textwrap.wrap(
        str(_longest(sources, lambda text: len(textwrap.wrap(text, width)) <= most)), width
    )
