"""What a connector is: where a publisher's figures are, and which rows of which tables they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from openbook.edit import Cells, Entry
from openbook.refresh.client import Client


@dataclass(frozen=True)
class Feed:
    """The rows of one table that a connector answers for.

    `key`: the columns that name a row among them. `sources`: whose rows they are; the connector
    answers for these alone, and of them for those that `where` allows (column to its values).
    Its last column is the one in whose order new rows are put. In `sources` a `*` at the end
    stands for anything. `values`: the columns with numbers, which are compared at the precision
    that the table has. `also`: other columns that count as a revision when they differ; `carried`
    ones are taken along by one. `observation`: the columns that name what was observed, where
    several sources may state it and one is `preferred`.
    """

    table: str
    key: tuple[str, ...]
    sources: tuple[str, ...]
    where: Mapping[str, Collection[str]] = field(default_factory=dict)
    values: tuple[str, ...] = ("value",)
    also: tuple[str, ...] = ("status",)
    carried: tuple[str, ...] = ("note",)
    observation: tuple[str, ...] = ()

    def answers_for(self, row: Mapping[str, str]) -> bool:
        """Whether a row of the table is one of these."""
        cited = row.get("source", "").split(";")
        ours = any(fnmatchcase(key, pattern) for key in cited for pattern in self.sources)
        return ours and all(
            row.get(column, "") in allowed for column, allowed in self.where.items()
        )

    def named(self, row: Mapping[str, str]) -> tuple[str, ...]:
        """The key of a row."""
        return tuple(row.get(column, "") for column in self.key)


@dataclass(frozen=True)
class Answer:
    """What a connector got: the rows of each table it feeds, and the source that they name.

    `asked`: by table, the periods that were asked for, if not all; rows of others are not compared.
    """

    rows: Mapping[str, Sequence[Cells]]
    source: Entry
    asked: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Connector:
    """One publisher's address. `terms`: on which terms its figures may be used, and where it says.

    `fetch` asks and gives the rows in the tables' own columns and units; it is told the folder of
    the tables, from which it may see what to ask for, and raises `client.Trouble` if what it gets
    is not what it expects. `period`: how often there is something new.
    """

    name: str
    title: str
    address: str
    terms: str
    period: str
    feeds: tuple[Feed, ...]
    fetch: Callable[[Client, Path], Answer]
