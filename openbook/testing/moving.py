"""Run a chapter's cells again with rows of a table moved, in this process and only what depends.

A chapter's names are bound in one cell each (`openbook.testing.checks`), so that what a cell needs
can be read from its code: the cells that bind the names it uses, and the tables that it loads.
"""

from __future__ import annotations

import ast
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from openbook import kernel, sentences, tables
from openbook.testing import book

# Methods that change what they are called on
_CHANGING = {"append", "extend", "insert", "pop", "remove", "setdefault", "sort", "update"}


@dataclass
class Ran:
    """A cell as it ran: what its code binds, changes and reads, and the tables that it loaded."""

    cell: book.Cell
    binds: set[str]
    changes: set[str]
    reads: set[str]
    loads: set[str] = field(default_factory=set)
    seconds: float = 0


def _root(node: ast.expr) -> str:
    """The name that `name.a["b"]` is a part of; "" if there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def code_of(cell: book.Cell) -> Ran:
    """What the code of a cell binds, changes in place and reads, by names."""
    binds: set[str] = set()
    changes: set[str] = set()
    reads: set[str] = set()
    for node in ast.walk(ast.parse(cell.source)):
        match node:
            case ast.Name(ctx=ast.Store()):
                binds.add(node.id)
            case ast.Name():
                reads.add(node.id)
            case ast.FunctionDef() | ast.ClassDef():
                binds.add(node.name)
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                changes.add(_root(node))
            case ast.Call(func=ast.Attribute(attr=name) as method) if name in _CHANGING:
                changes.add(_root(method))
            case ast.Import() | ast.ImportFrom():
                binds |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return Ran(cell, binds, changes - binds - {""}, reads)


@contextlib.contextmanager
def again() -> Iterator[None]:
    """As a reader runs cells: outside the book, in the folder of the chapters."""
    told, folder = os.environ.pop(kernel.RUN, None), Path.cwd()
    os.chdir(book.ROOT)
    try:
        yield
    finally:
        os.chdir(folder)
        if told is not None:
            os.environ[kernel.RUN] = told


class Chapter:
    """A chapter that ran once with the book's tables, to be run again with others.

    `moved` are tables by name, given instead of the book's.
    """

    def __init__(self, page: book.Page) -> None:
        """Run all cells. Raises whatever a cell raises."""
        self.page = page
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.ran = [code_of(cell) for cell in book.cells(page.path)]
        with again(), _loading({}) as loaded:
            for ran in self.ran:
                loaded.clear()
                self._execute(ran, self.names)
                ran.loads = set(loaded)

    def _execute(self, ran: Ran, names: dict[str, Any]) -> None:
        where = f"{self.page.docname}.md, cell {ran.cell.number} (line {ran.cell.line})"
        exec(compile(ran.cell.source, where, "exec"), names)

    def affected(self, moved: set[str]) -> list[Ran]:
        """The cells that depend on any of these tables, in order.

        A cell that changes a name in place needs it fresh, so the one that binds it runs too.
        """
        names: set[str] = set()
        again: set[int] = set()
        binder = {name: at for at, ran in enumerate(self.ran) for name in ran.binds}
        while True:
            before = len(again), len(names)
            for at, ran in enumerate(self.ran):
                touched = bool(ran.loads & moved or ran.reads & names or at in again)
                if touched:
                    again.add(at)
                    names |= ran.binds | ran.changes
                    again |= {binder[name] for name in ran.changes if name in binder}
            if before == (len(again), len(names)):
                return [self.ran[at] for at in sorted(again)]

    def again(self, moved: Mapping[str, pd.DataFrame]) -> list[str]:
        """Run what depends on the moved tables; the sentences that no longer hold.

        Raises what a cell raises, with a note that names the cell.
        """
        names = dict(self.names)
        start = len(sentences.broken)
        with again(), _loading(moved):
            for ran in self.affected(set(moved)):
                try:
                    self._execute(ran, names)
                except Exception as error:
                    error.add_note(f"{self.page.docname}.md, line {ran.cell.line}")
                    raise
        found = sentences.broken[start:]
        del sentences.broken[start:]
        return found


@contextlib.contextmanager
def _loading(moved: Mapping[str, pd.DataFrame]) -> Iterator[set[str]]:
    """Give these tables for the book's; what is loaded meanwhile, by name."""
    loaded: set[str] = set()
    checked: Callable[[str], pd.DataFrame] = tables._checked

    def given(name: str) -> pd.DataFrame:
        loaded.add(name)
        return moved[name] if name in moved else checked(name)

    tables._checked = given  # type: ignore[assignment]
    try:
        yield loaded
    finally:
        tables._checked = checked


# --- assumptions -----------------------------------------------------------------------------

CASES = ("low", "central", "high")


@dataclass(frozen=True)
class Move:
    """An assumption set to an end of its own range: a row of a table, by place and name."""

    table: str
    row: int
    name: str
    end: str


def ranges() -> list[str]:
    """The tables of assumptions: those with a low, a central and a high value."""
    found = []
    for resource in tables.package()["resources"]:
        fields = {each["name"] for each in resource["schema"]["fields"]}
        found += [resource["name"]] if fields >= set(CASES) else []
    return found


def moves(table: str) -> list[Move]:
    """Each row of a table of assumptions to its low and to its high end, where it has one."""
    rows = tables.load(table)
    return [
        Move(table, at, str(row.iloc[0]), end)
        for at, (_, row) in enumerate(rows.iterrows())
        for end in ("low", "high")
        if pd.notna(row[end]) and row[end] != row["central"]
    ]


def with_moves(table: str, made: list[Move]) -> pd.DataFrame:
    """A table with these rows' central values moved to their ends."""
    rows = tables.load(table)
    for move in made:
        rows.iloc[move.row, rows.columns.get_loc("central")] = rows[move.end].iloc[move.row]
    return rows
