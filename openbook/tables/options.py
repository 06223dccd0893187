"""How a rule's options are declared, and how they are read from the schema's JSON.

A kind of rule is a frozen dataclass whose fields are its options. The type of a field says what may
stand there (a column, a number, a list of texts …), a default that it may be left out. A kind with
the one field `columns` is written as the list of these, and a list of one as its only member.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar, NewType, get_args, get_origin, get_type_hints

from openbook.tables.violations import Violation, Words, nearest

if TYPE_CHECKING:
    import pandas as pd

Column = NewType("Column", str)  # of the table that has the rule
Table = NewType("Table", str)  # another table
ColumnOf = NewType("ColumnOf", str)  # "table.column", by the table's primary key
Kind = Any  # type[Rule], which mypy doesn't take for hashable
Cells = dict[Column, tuple[str, ...]]  # what a row holds, one of several in each column

_WANTED: dict[Any, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Column: "the name of a column",
    Table: "the name of a table",
    ColumnOf: "a column as table.column",
}


@dataclass(frozen=True)
class Context:
    """What a rule may ask of the rest of the book."""

    rows: Callable[[str], pd.DataFrame]  # of another table, by its name
    key: Callable[[str], str]  # the column by which that table's rows are named
    read_on: Mapping[str, str] = field(default_factory=dict)  # of each source: YYYY-MM-DD, or ""
    published: Mapping[str, str] = field(default_factory=dict)  # the same: ISO 8601, or ""

    def column(self, path: ColumnOf) -> pd.Series:
        """A column of another table, named "table.column", by that table's key."""
        table, column = path.split(".")
        return self.rows(table).set_index(self.key(table))[column]


class Rule(ABC):
    """A rule that a table states under `openbook`; the name there is `kind`.

    Each kind is a frozen dataclass.
    """

    kind: ClassVar[str] = ""
    presupposes: ClassVar[tuple[str, ...]] = ()  # kinds that must hold before this one can

    @abstractmethod
    def violations(self, frame: pd.DataFrame, context: Context) -> Iterator[Violation]:
        """What breaks the rule in a table whose cells are all valid."""

    def misfits(self, schema: Mapping[str, Any]) -> Iterator[Words]:
        """Why the rule can't be applied to a table with this schema, as problem, rule, remedy."""
        yield from ()

    def columns_named(self) -> list[str]:
        """The table's own columns that the options name."""
        return self._named(Column)

    def tables_named(self) -> list[str]:
        """The other tables that the options name."""
        return [path.split(".")[0] for path in self._named(ColumnOf)] + self._named(Table)

    def _named(self, wanted: Any) -> list[str]:
        own: Kind = type(self)
        values = ((type_, getattr(self, at)) for at, type_ in _options_with(own, wanted))
        leaves = (leaf for type_, value in values for leaf in _leaves(type_, value))
        return [str(value) for type_, value in leaves if type_ is wanted]


@cache
def options(kind: Kind) -> dict[str, tuple[Any, Callable[[], Any] | None]]:
    """The options of a kind of rule by name: the type, and what makes the default, if any."""
    types = get_type_hints(kind)
    return {
        each.name.rstrip("_"): (types[each.name], _default(each))  # from_ is called from
        for each in fields(kind)
    }


@cache
def _options_with(kind: Kind, wanted: Any) -> list[tuple[str, Any]]:
    """The options of a kind, by the names of its fields, in whose type another type occurs."""
    types = zip(fields(kind), options(kind).values(), strict=True)
    return [(each.name, type_) for each, (type_, _) in types if _occurs(wanted, type_)]


def _occurs(wanted: Any, type_: Any) -> bool:
    return type_ is wanted or any(_occurs(wanted, inner) for inner in get_args(type_))


def _default(option: Field) -> Callable[[], Any] | None:
    if option.default is not MISSING:
        return lambda: option.default
    return None if option.default_factory is MISSING else option.default_factory


def read(kind: Kind, given: Any) -> tuple[list[Rule], list[Words]]:
    """The rules of a kind as a table states them, alone or in a list, and what is wrong there.

    What is wrong is a problem, a rule and a remedy each; a rule in which anything is wrong is none.
    """
    plain = list(options(kind)) == ["columns"]
    several = isinstance(given, list) and (not plain or any(isinstance(x, list) for x in given))
    rules: list[Rule] = []
    wrong: list[Words] = []
    for each in given if several else [given]:
        values, slips = _read_options(kind, {"columns": each} if plain else each)
        if not slips:
            rules.append(kind(*values))
        wrong += slips
    return rules, wrong


def _read_options(kind: Kind, given: Any) -> tuple[list[Any], list[Words]]:
    """The values of a rule's options in their order, and what is wrong with how they are stated."""
    known, name = options(kind), kind.kind
    if not isinstance(given, dict):
        return [], [(f"{name} can't be applied", f"{name} is an object of options", "Correct it.")]
    wrong: list[Words] = []
    for key in (key for key in given if key not in known):
        rule, fix = f"the options of {name} are {', '.join(known)}", nearest(key, known)
        wrong.append((f'{name} has no option "{key}"', rule, f"{fix}Correct it."))
    needed = [key for key, (_, default) in known.items() if default is None]
    if missing := [key for key in needed if key not in given]:
        problem = f"{name} can't be applied without {', '.join(missing)}"
        wrong.append((problem, f"{name} names {', '.join(needed)}", "Add what is missing."))
    values = []
    for key, (type_, default) in known.items():
        try:
            if key in given:
                values.append(_value(type_, given[key]))
            elif default:
                values.append(default())
        except ValueError as wanted:
            problem = f'"{key}" of {name} is {json.dumps(given[key])}'
            wrong.append((problem, f"it is {wanted}", "Correct it."))
    return values, wrong


def _value(kind: Any, given: Any) -> Any:
    """An option's value, lists as tuples. Raises ValueError, which says what is wanted instead."""
    inner = get_args(kind)
    if NoneType in inner:
        return _value(inner[0], given)
    if get_origin(kind) is dict and isinstance(given, dict) and given:
        return {_value(inner[0], key): _value(inner[1], value) for key, value in given.items()}
    if get_origin(kind) is tuple:
        many = inner[-1] is Ellipsis
        values = given if isinstance(given, list) else [given] * many  # one of many may stand alone
        if values and (many or len(values) == len(inner)):
            return tuple(_value(inner[0], value) for value in values)
    plain = getattr(kind, "__supertype__", kind)
    wanted = () if inner else (int, float) if plain is float else plain
    fits = isinstance(given, wanted) and isinstance(given, bool) == (plain is bool)
    if fits and (kind is not ColumnOf or str(given).count(".") == 1):
        return given
    raise ValueError(_words(kind))


def _words(kind: Any) -> str:
    """What a type wants, in words."""
    inner = get_args(kind)
    if NoneType in inner:
        return _words(inner[0])
    if get_origin(kind) is dict:
        return f"an object: {_words(inner[0])}, and {_words(inner[1])} of each"
    if get_origin(kind) is tuple:
        several = "a list" if inner[-1] is Ellipsis else f"a list of {len(inner)}"
        return f"{several}, each {_words(inner[0])}"
    return _WANTED[kind]


def _leaves(kind: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    """The values of an option with their types, those in lists and objects one by one."""
    inner = get_args(kind)
    if NoneType in inner:
        if value is not None:
            yield from _leaves(inner[0], value)
    elif isinstance(value, dict):
        for pair in value.items():
            for each, one in zip(inner, pair, strict=True):
                yield from _leaves(each, one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _leaves(inner[0], one)
    else:
        yield kind, value
