"""Hold what was fetched against the rows of a table. Pure functions: no files, no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from openbook.edit import Cells, place
from openbook.refresh.client import Trouble
from openbook.refresh.connector import Feed

HALF = 0.2  # of the rows held: if more are lacking in an answer, half of it is missing
REVISED = 0.3  # of the rows compared: if more than these are revised …
FAR = 0.05  # … by more than this, the whole history is
FEW = 5  # rows: too few for the shares above to mean anything


@dataclass(frozen=True)
class Revision:
    """A row of the table, by its number (1 is the first below the head), and what it would be."""

    number: int
    old: Cells
    new: Cells
    columns: tuple[str, ...]

    def percent(self, column: str) -> float | None:
        """How far a number moved, in percent of what it was; None if it was none or zero."""
        try:
            old, new = float(self.old[column]), float(self.new[column])
        except (KeyError, ValueError):
            return None
        return 100 * (new - old) / abs(old) if old else None


@dataclass(frozen=True)
class Comparison:
    """What an answer would change in one table; `vanished` rows stay until a person drops them."""

    table: str
    added: tuple[Cells, ...]
    revised: tuple[Revision, ...]
    vanished: tuple[tuple[int, Cells], ...]
    same: int

    @property
    def changes(self) -> bool:
        """Whether anything would be entered."""
        return bool(self.added or self.revised)

    def history(self, feed: Feed) -> bool:
        """Whether a whole history was revised, by more than a correction would be."""
        compared = self.same + len(self.revised)
        far = [
            each for each in self.revised
            if any(abs(each.percent(name) or 0) > 100 * FAR for name in feed.values)
        ]  # fmt: skip
        return compared >= FEW and len(far) > REVISED * compared


def compare(
    connector: str, feed: Feed, held: Sequence[Cells], fetched: Sequence[Cells], source: str,
    asked: Collection[str] | None = None,
) -> Comparison:  # fmt: skip
    """Hold the rows that a connector fetched against those of the table that it answers for.

    New and revised rows name `source`. A row that says what the table says, at the precision that
    the table has, is the same. `asked`: the periods that were asked for, if not all. Raises
    Trouble for an empty answer, a key twice, half an answer.
    """
    if not fetched:
        raise Trouble(
            connector, f"the answer has no row for {feed.table}",
            "run `make refresh` again later; if it stays so, look whether its codes have changed",
        )  # fmt: skip
    twice = [key for key, count in Counter(map(feed.named, fetched)).items() if count > 1]
    if twice:
        raise Trouble(
            connector, f"{feed.table} would have {_told(feed, twice[0])} twice",
            "see which of the two rows is meant, and let the connector take that one alone",
        )  # fmt: skip
    ours = {
        feed.named(row): (number, row)
        for number, row in enumerate(held, 1)
        if feed.answers_for(row) and (asked is None or row["period"] in asked)
    }
    new = {feed.named(row): row for row in fetched}
    lacking = [ours[key] for key in ours if key not in new]
    if len(ours) >= FEW and len(lacking) > HALF * len(ours):
        raise Trouble(
            connector,
            f"{len(lacking)} of the {len(ours)} rows that {feed.table} has of it are not in the"
            " answer: half of it is missing",
            "run `make refresh FRESH=1`; if it stays so, see what the publisher now calls them",
        )
    revised = []
    for key in [key for key in ours if key in new]:
        number, old = ours[key]
        if columns := differing(feed, old, new[key]):
            moved = {name: new[key][name] for name in columns} | {"source": source}
            moved |= {name: new[key][name] for name in feed.carried if name in new[key]}
            revised.append(Revision(number, old, old | moved, columns))
    stated = {_observed(feed, row) for row in held if row.get("preferred") == "true"}
    added = []
    for key, row in new.items():
        if key not in ours:
            whole = row | {"source": source}
            if feed.observation and held and "preferred" in held[0]:
                whole["preferred"] = "false" if _observed(feed, row) in stated else "true"
            added.append(whole)
    same = len(ours) - len(lacking) - len(revised)
    return Comparison(feed.table, tuple(added), tuple(revised), tuple(lacking), same)


def differing(feed: Feed, old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """The columns in which two rows of one key differ, beyond the precision of the first."""
    numbers = [name for name in feed.values if not equal(old.get(name, ""), new.get(name, ""))]
    words = [name for name in feed.also if name in new and old.get(name, "") != new[name]]
    return (*numbers, *words)


def equal(old: str, new: str) -> bool:
    """Whether two numbers are the same at the precision of the first.

    >>> equal("2.14", "2.1368"), equal("2.14", "2.15"), equal("5", "")
    (True, False, True)

    A value that the answer lacks changes nothing; one that the table lacks is new.
    """
    if old == new or not new:
        return True
    try:
        held, got = Decimal(old), Decimal(new)
    except InvalidOperation:
        return False
    step = Decimal(1).scaleb(min(int(held.as_tuple().exponent), 0))
    return abs(got - held) * 2 <= step


def merged(held: Sequence[Cells], comparison: Comparison, order: Sequence[str]) -> list[Cells]:
    """The table's rows with what would be entered: revised in place, added where they belong.

    A new row stands where `edit.place` puts it; the rows there are stay in their order.
    """
    changed = {revision.number: revision.new for revision in comparison.revised}
    rows = [changed.get(number, row) for number, row in enumerate(held, 1)]
    for new in sorted(comparison.added, key=lambda row: [row.get(name, "") for name in order]):
        rows.insert(place(rows, new, order), new)
    columns = list(held[0]) if held else list(rows[0])
    return [{column: row.get(column, "") for column in columns} for row in rows]


def _observed(feed: Feed, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row.get(column, "") for column in feed.observation)


def _told(feed: Feed, key: tuple[str, ...]) -> str:
    return ", ".join(value for value in key if value)
