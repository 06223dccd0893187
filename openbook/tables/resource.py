"""A table as `datapackage.json` describes it, read in one place for what shows it to readers.

The checks (:mod:`openbook.tables.metadata`) have seen the description before: here a part that
another profile lacks is a clear error, and nothing else is looked at twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PROFILE = "tabular-data-resource"  # Frictionless' name of this form (Data Package, version 1)


@dataclass(frozen=True)
class Field:
    """A column. `rule` says in words what a cell may hold; "" for anything of the type."""

    name: str
    type: str
    title: str
    description: str
    unit: str
    rule: str

    @property
    def meaning(self) -> str:
        """Title and description in a line."""
        return ": ".join(filter(None, (self.title, self.description)))


@dataclass(frozen=True)
class Licence:
    """Under what a table may be used; `address` is "" without a page that says so."""

    title: str
    address: str


@dataclass(frozen=True)
class Resource:
    """A table: `key` are the columns of its primary key, `refers` columns that hold codes.

    `refers` leads from a column to the table of its codes. `coverage` is the period that the table
    covers (ISO 8601) or "", `sha256` the sum of its CSV.
    """

    name: str
    path: str
    title: str
    description: str
    sha256: str
    licences: tuple[Licence, ...]
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    refers: Mapping[str, str]
    coverage: str


def _rule(limits: Mapping[str, Any]) -> str:
    words = ["always given"] if limits.get("required") else []
    if "enum" in limits:
        choice = "one of " if len(limits["enum"]) > 1 else "is "
        words.append(choice + ", ".join(map(str, limits["enum"])))
    if "minimum" in limits:
        words.append(f"at least {limits['minimum']}")
    if "maximum" in limits:
        words.append(f"at most {limits['maximum']}")
    return "; ".join(words)


def _field(held: Mapping[str, Any]) -> Field:
    return Field(
        name=held["name"],
        type=held["type"],
        title=held.get("title", ""),
        description=held.get("description", ""),
        unit=held.get("unit", ""),
        rule=_rule(held.get("constraints", {})),
    )


def columns(held: str | Iterable[str]) -> tuple[str, ...]:
    """Frictionless writes one column as a string or as a list of one."""
    return (held,) if isinstance(held, str) else tuple(held)


def read(held: Mapping[str, Any]) -> Resource:
    """A table from its JSON. Raises ValueError for one of another profile or without a part."""
    try:
        if held["profile"] != PROFILE:
            raise ValueError(f"{held['name']}: the profile is {held['profile']!r}, not {PROFILE!r}")
        schema = held["schema"]
        refers: dict[str, str] = {}
        for key in schema.get("foreignKeys", ()):
            if other := key["reference"]["resource"]:  # none: the table itself
                refers |= dict.fromkeys(columns(key["fields"]), other)
        return Resource(
            name=held["name"],
            path=held["path"],
            title=held["title"],
            description=held["description"],
            sha256=held["hash"].removeprefix("sha256:"),
            licences=tuple(Licence(of["title"], of.get("path", "")) for of in held["licenses"]),
            fields=tuple(map(_field, schema["fields"])),
            key=columns(schema["primaryKey"]),
            refers=refers,
            coverage=held.get("openbook", {}).get("coverage", ""),
        )
    except KeyError as missing:
        raise ValueError(f"{held.get('name', 'a table')}: the schema has no {missing}") from None
