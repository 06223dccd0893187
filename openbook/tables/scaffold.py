"""A first description of a table, guessed from its CSV file, for a person to finish.

Functions from the rows to the text of `data/schema/NAME.yml`: no files, no state. What can't be
guessed begins with TODO, which `openbook.tables.schema` refuses until it is written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import yaml

from openbook.tables.csvfile import decode, read_rows
from openbook.tables.messages import SPELLING
from openbook.tables.metadata import DEGREES
from openbook.tables.periods import is_period
from openbook.tables.schema import UNWRITTEN, Loader
from openbook.tables.violations import ValidationError, Violation

LISTED = 6  # so few different words in a column may be all that there are
LONGEST_KEY = 5  # columns: more are no key that a person would write
WIDTH = 100
# Columns that say what is true of a thing, not which thing it is
NO_KEY = {"value", "note", "preferred", "derived", "low", "central", "high"}


class _Block(dict):
    """A mapping that is always written with a line a key."""


class _Dumper(yaml.SafeDumper):
    """Writes what `schema.Loader` reads: short lists and mappings on a line, long texts folded."""

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        """Nothing stands for something else in a file: what is shared is in `_package.yml`."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand deeper than their key."""
        super().increase_indent(flow, False)


def _plain(values: Iterable[Any]) -> bool:
    return not any(isinstance(value, dict) for value in values)


def _mapping(dumper: yaml.SafeDumper, value: dict) -> yaml.Node:
    flow = _plain(value.values()) and len(str(value)) < WIDTH - 30 and "title" not in value
    return dumper.represent_mapping(_Dumper.DEFAULT_MAPPING_TAG, value.items(), flow_style=flow)


_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(
    _Block,
    lambda dumper, value: dumper.represent_mapping(_Dumper.DEFAULT_MAPPING_TAG, value.items()),
)
_Dumper.add_representer(
    list,
    lambda dumper, value: dumper.represent_sequence(
        _Dumper.DEFAULT_SEQUENCE_TAG, value, flow_style=_plain(value)
    ),
)
_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar(
        _Dumper.DEFAULT_SCALAR_TAG, value, style=">" if len(value) > WIDTH - 20 else None
    ),
)
_Dumper.add_representer(
    type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "")
)


def dump(described: Mapping[str, Any]) -> str:
    """The text of a file of `data/schema`."""
    blocks = {
        key: _Block(value) if isinstance(value, dict) else value for key, value in described.items()
    }
    return yaml.dump(
        _Block(blocks),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=WIDTH - 12,
        default_flow_style=False,
    )


def columns_of(raw: bytes) -> dict[str, list[str]]:
    """The cells of a CSV file by column. ValidationError if it can't be read or has no rows."""
    header = next(csv.reader(io.StringIO(decode(raw), newline="")), [])
    rows = read_rows(raw, header)
    if not rows:
        raise ValidationError(
            Violation(
                "the table has no rows",
                "types and keys are guessed from the rows",
                "Write the header and some rows first.",
            )
        )
    return {name: [row.cells[at] for row in rows] for at, name in enumerate(header)}


def first_description(
    name: str,
    columns: Mapping[str, Sequence[str]],
    shared: Mapping[str, Mapping[str, Any]],
    keys: Mapping[str, tuple[str, Collection[str]]],
) -> str:
    """The text of `data/schema/NAME.yml` for a table of these columns, each with its cells.

    `shared` are the fields of `_package.yml`; `keys` says of each column that is the key of another
    table, by name, which table that is and which keys there are: `country`: ("countries", [...]).
    """
    own_key = primary_key(columns)
    units = any(column.endswith("unit") for column in columns)
    foreign = {
        column: f"{keys[column][0]}.{column}"
        for column, cells in columns.items()
        if column in keys and own_key != [column] and {*cells} <= {"", *keys[column][1]}
    }
    fields, measured = {}, []
    for column, cells in columns.items():
        guessed = guessed_field(column, cells, units)
        if column in foreign:
            guessed.pop("enum", None)
        if guessed.get("type") in ("number", "integer") and column not in DEGREES:
            measured.append(column)
        if column in shared:
            listed = "enum" in guessed and "enum" not in shared[column]
            guessed = {"use": column, "enum": guessed["enum"]} if listed else {}
        fields[column] = guessed or None
    rules: dict[str, Any] = {}
    if "preferred" in columns:
        rules["observation"] = [c for c in own_key if c not in ("status", "source")]
    if measured:
        rules["bounds"] = [
            {
                "column": column,
                "maximum": f"{UNWRITTEN} the most that can be",
                "why": f"{UNWRITTEN} what allows no more",
            }
            for column in measured
        ]
    return dump(
        {
            "title": f"{UNWRITTEN} {name.replace('_', ' ')}, as a heading",
            "description": f"{UNWRITTEN} what a row is, what is counted, what is left out",
            "licence": f"{UNWRITTEN} a key of the licences in _package.yml",
            "primaryKey": own_key or [f"{UNWRITTEN} no columns tell all rows apart"],
            **({"foreignKeys": foreign} if foreign else {}),
            "fields": fields,
            **({"rules": rules} if rules else {}),
        }
    )


def guessed_field(name: str, cells: Sequence[str], units: bool) -> dict[str, Any]:
    """What the cells of a column say of it; `units` is whether the table has a column of units."""
    held = [cell for cell in cells if cell]
    kind = guessed_type(held)
    dates = kind == "string" and bool(held) and all(map(is_period, held))
    if name in ("period", "year") and all(map(is_period, held)):
        kind, dates = "string", True
    different = list(dict.fromkeys(held))
    listed = kind == "string" and not dates and name not in {"source", *NO_KEY}
    few = listed and len(different) <= min(LISTED, len(held) // 2)
    return {
        **({"type": kind} if kind != "string" else {}),
        "title": name.replace("_", " ").capitalize(),
        "description": f"{UNWRITTEN} what stands in this column",
        **({"unit": f"{UNWRITTEN} its unit"} if kind == "number" and not units else {}),
        **({"period": True} if dates else {}),
        **({"required": True} if len(held) == len(cells) else {}),
        **({"enum": different} if few else {}),
        **({"minimum": -DEGREES[name], "maximum": DEGREES[name]} if name in DEGREES else {}),
    }


def guessed_type(cells: Sequence[str]) -> str:
    """The first type that all cells are spelt as: boolean, integer, number, else string."""
    for kind in ("boolean", "integer", "number"):
        if cells and all(SPELLING[kind].fullmatch(cell) for cell in cells):
            return kind
    return "string"


def primary_key(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The fewest columns, first ones first, that tell all rows apart; none if none do."""
    kept = {c: cells for c, cells in columns.items() if c not in NO_KEY and all(cells)}
    for size in range(1, min(len(kept), LONGEST_KEY) + 1):
        for chosen in combinations(kept, size):
            rows = list(zip(*(kept[column] for column in chosen), strict=True))
            if len(set(rows)) == len(rows):
                return list(chosen)
    return []
