"""Run a chapter's cells again with rows of a table moved, in this process and only what depends.

A chapter's names are bound in one cell each (`openbook.testing.checks`), so that what a cell needs
can be read from its code: the cells that bind the names it uses, and the tables that it loads.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import symtable
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pandas as pd
from altair.utils import schemapi

from openbook import kernel, sentences, tables
from openbook.testing import book

_QUERIED = re.compile(r"@(\w+)")  # a name in the text of a query of pandas
# Methods that change what they are called on
_CHANGING = {"append", "extend", "insert", "pop", "remove", "setdefault", "sort", "update"}


@dataclass
class Code:
    """A cell by names: what it binds, changes in place and reads, and the tables that it names."""

    cell: book.Cell
    binds: set[str]
    changes: set[str]
    reads: set[str]
    loads: set[str]

    @property
    def touches(self) -> set[str]:
        """The names that mean something else after it."""
        return self.binds | self.changes


def _root(node: ast.expr) -> str:
    """The name that `name.a["b"]` is a part of; "" if there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _scopes(child)


def code_of(cell: book.Cell) -> Code:
    """What the code of a cell binds, changes in place and reads, by the names of the chapter."""
    whole = symtable.symtable(cell.source, "cell", "exec")
    own = {symbol.get_name(): symbol for symbol in whole.get_symbols()}
    binds = {
        name
        for name, symbol in own.items()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_declared_global()
    }
    reads = {name for name, symbol in own.items() if symbol.is_referenced()}
    for scope in _scopes(whole):
        named = (symbol for symbol in scope.get_symbols() if symbol.is_global())
        reads |= {symbol.get_name() for symbol in named}
    changes: set[str] = set()
    loads: set[str] = set()
    for node in ast.walk(ast.parse(cell.source)):
        match node:
            case ast.Constant(value=str(text)):
                loads.add(text)
                reads |= set(_QUERIED.findall(text))
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                changes.add(_root(node))
            case ast.Call(func=ast.Attribute(attr=name) as method) if name in _CHANGING:
                changes.add(_root(method))
    return Code(cell, binds, changes & reads - binds, reads, loads)


@contextlib.contextmanager
def as_a_reader() -> Iterator[None]:
    """As a reader runs cells: going on where a sentence does not hold, in CI too.

    That charts keep to the schema of Vega-Lite is not asked again: it is most of the time.
    """
    quick = schemapi.debug_mode(False), patch.object(schemapi.SchemaBase, "validate")
    with patch.dict(os.environ, kernel.telling(tries=True)), quick[0], quick[1]:
        yield


class Chapter:
    """A chapter as far as some tables reach: it ran once with the book's, to run again with others.

    What the cells that depend on them need runs once, with the book's tables.
    """

    def __init__(self, page: book.Page, moved: Iterable[str]) -> None:
        """`moved`: the tables by name. Raises whatever a cell raises."""
        self.page, self.moved = page, set(moved)
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.cells = [code_of(cell) for cell in book.cells(page.path)]
        self.depend = self.affected(self.moved)
        with as_a_reader():
            for code in self._needed(self.depend):
                self._execute(code, self.names)

    def _execute(self, code: Code, names: dict[str, Any]) -> None:
        where = f"{self.page.docname}.md, line {code.cell.line}"
        try:
            exec(compile(code.cell.source, where, "exec"), names)
        except Exception as error:
            error.add_note(f"in the cell of {where}")
            raise

    def _closed(self, chosen: set[int], more: Callable[[Code, set[str]], bool]) -> list[Code]:
        """The chosen cells and, again and again, those that `more` finds beside their names."""
        while True:
            names = {name for at in chosen for name in self.cells[at].touches}
            found = {at for at, code in enumerate(self.cells) if more(code, names)}
            if found <= chosen:
                return [self.cells[at] for at in sorted(chosen)]
            chosen |= found

    def affected(self, moved: set[str]) -> list[Code]:
        """The cells that depend on any of these tables, in order.

        A cell that changes a name in place needs it fresh, so the one that binds it counts too.
        """
        loading = {at for at, code in enumerate(self.cells) if code.loads & moved}
        changed = {name for code in self.cells for name in code.changes}
        return self._closed(
            loading, lambda code, names: bool(code.reads & names or code.binds & names & changed)
        )

    def _needed(self, wanted: list[Code]) -> list[Code]:
        """The cells wanted, and those that bind or change what these read, in order."""
        chosen = {self.cells.index(code) for code in wanted}
        while True:
            names = {name for at in chosen for name in self.cells[at].reads}
            found = {at for at, code in enumerate(self.cells) if code.touches & names}
            if found <= chosen:
                return [self.cells[at] for at in sorted(chosen)]
            chosen |= found

    def again(self, moved: Mapping[str, pd.DataFrame]) -> list[str]:
        """Run what depends on the tables with these instead; the sentences that no longer hold.

        Raises what a cell raises, with a note that names the cell.
        """
        names, start = dict(self.names), len(sentences.broken)
        with as_a_reader(), given(moved), contextlib.redirect_stdout(io.StringIO()):
            for code in self.depend:
                self._execute(code, names)
        found = sentences.broken[start:]
        del sentences.broken[start:]
        return found


@contextlib.contextmanager
def given(moved: Mapping[str, pd.DataFrame]) -> Iterator[None]:
    """Whoever loads one of these tables gets the one given, not the book's."""
    checked = tables._checked

    def instead(name: str) -> pd.DataFrame:
        return moved[name] if name in moved else checked(name)

    with patch.object(tables, "_checked", instead):
        yield


# --- assumptions -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """An assumption set to an end of its own range: a row of a table, by place and name."""

    table: str
    row: int
    name: str
    end: str


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
