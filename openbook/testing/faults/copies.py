"""A table as it is, of which spoiled copies are made; long ones by a sample of their rows."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openbook.tables import store
from openbook.tables.csvfile import source_columns

MOST = 400  # rows that are kept of a long table
SEED = 17


@dataclass(frozen=True)
class Fault:
    """A spoiled copy: what was done to it, in which column ("" for the file as a whole)."""

    kind: str
    table: str
    column: str
    raw: bytes


@dataclass(frozen=True)
class Copy:
    """A table: its description and its cells as text."""

    resource: Mapping[str, Any]
    rows: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.resource["name"]

    @cached_property
    def fields(self) -> list[dict]:
        """The descriptions of its columns."""
        return self.resource["schema"]["fields"]

    @cached_property
    def header(self) -> list[str]:
        """The names of its columns."""
        return [field["name"] for field in self.fields]

    @cached_property
    def cited(self) -> list[int]:
        """The places of the columns that name sources."""
        return source_columns(self.fields)

    @cached_property
    def coded(self) -> dict[str, tuple[str, str]]:
        """The columns that hold keys of a table, with that table and its column."""
        keys = self.resource["schema"].get("foreignKeys", [])
        return {
            name: (key["reference"]["resource"] or self.name, _one(key["reference"]["fields"]))
            for key in keys
            for name in [_one(key["fields"])]
        }

    @cached_property
    def key(self) -> list[int]:
        """The places of the columns that name a row."""
        return [self.header.index(name) for name in self.resource["schema"]["primaryKey"]]

    @cached_property
    def raw(self) -> bytes:
        """The file, as it is (or that of the sample)."""
        return self.text(self.rows)

    def text(self, rows: Sequence[Sequence[str]], header: Sequence[str] | None = None) -> bytes:
        """A CSV file of such rows."""
        held = io.StringIO(newline="")
        csv.writer(held, lineterminator="\n").writerows([header or self.header, *rows])
        return held.getvalue().encode()

    def with_cell(self, row: int, place: int, cell: str) -> bytes:
        """The file with another text in one cell."""
        return self.with_row(row, [*self.rows[row][:place], cell, *self.rows[row][place + 1 :]])

    def with_row(self, row: int, cells: Sequence[str]) -> bytes:
        """The file with another row in the place of one."""
        return self.text([*self.rows[:row], tuple(cells), *self.rows[row + 1 :]])

    def filled(self, place: int) -> list[int]:
        """The rows that hold something in a column."""
        return [at for at, row in enumerate(self.rows) if row[place]]

    def dice(self, *words: object) -> random.Random:
        """Chance that is the same each time, for one use of this table."""
        return random.Random(f"{SEED} {self.name} {words}")


def copies(names: Sequence[str]) -> Iterator[Copy]:
    """Tables by their names, ready to be spoiled."""
    for name in names:
        yield copy_of(name)


def copy_of(name: str) -> Copy:
    """A table by its name."""
    resource = store.resource(name)
    rows = [tuple(row.cells) for row in store.rows_of(resource)]
    if len(rows) > MOST:
        kept = sorted(random.Random(SEED).sample(range(len(rows)), MOST))
        rows = [rows[at] for at in kept]
    return Copy(resource, tuple(rows))


def _one(names: str | Sequence[str]) -> str:
    return names if isinstance(names, str) else names[0]
