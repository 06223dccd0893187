"""Single cells and keys: how values are spelled, known sources, and what Frictionless checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from math import isinf
from typing import Any

from openbook.tables.csvfile import Row, source_columns
from openbook.tables.messages import (
    SPELLING,
    from_frictionless,
    period_fix,
    wrong_type,
)
from openbook.tables.periods import YEARS, is_period, within_years
from openbook.tables.texts import LONGEST, unfit
from openbook.tables.violations import ValidationError, Violation, Words, unknown_source

LONGEST_INTEGER = 18  # digits: what 64 bits always hold
_TOO_LONG: dict[str, Callable[[str], bool]] = {
    "integer": lambda cell: len(cell.lstrip("-")) > LONGEST_INTEGER,
    "number": lambda cell: isinf(float(cell)),
}


def cell_violations(
    resource: Mapping[str, Any],
    rows: list[Row],
    others: list[dict],
    sources: Collection[str],
) -> list[Violation]:
    """What is wrong with single cells and keys, at most one violation a cell, in file order.

    `others` are the tables that foreign keys refer to (name, data with header, schema);
    `sources` the keys of the bibliography.
    """
    if not rows:
        rule = "a table holds at least one observation"
        fix = "Add its rows, or delete its description."
        return [Violation("the table has no rows", rule, fix)]
    found: dict[tuple, Violation] = {}
    for violation in [
        *own_rules(resource["schema"]["fields"], rows, sources),
        *structure(resource, rows, others),
    ]:
        found.setdefault((violation.row, violation.column), violation)
    return sorted(found.values(), key=lambda violation: violation.row or 0)


def own_rules(fields: list[dict], rows: list[Row], sources: Collection[str]) -> Iterator[Violation]:
    """Cells against rules that Frictionless doesn't know: spelling, ISO periods, sources."""
    cited = source_columns(fields)
    for place, field in enumerate(fields):
        wrong = {  # each distinct cell is looked at once
            cell: found
            for cell in {row.cells[place] for row in rows}
            if (found := list(_wrong_cell(cell, field, place in cited, sources)))
        }
        for row in rows if wrong else ():
            for words in wrong.get(row.cells[place], ()):
                yield Violation(*words, row.number, row.line, field["name"])


def _wrong_cell(
    cell: str, field: Mapping[str, Any], cited: bool, sources: Collection[str]
) -> Iterator[Words]:
    if cited and (cell or field["name"] == "source"):
        yield from _wrong_sources(cell, sources)
    elif cell and (wrong := _wrong_value(cell, field)):
        yield wrong


def _wrong_sources(cell: str, sources: Collection[str]) -> Iterator[Words]:
    for key in cell.split(";"):
        if not key:
            fix = "Write a key of references.bib."
            yield "a source is missing", "every row has its source", fix
        elif key not in sources:
            yield unknown_source(key, sources)


def _wrong_value(cell: str, field: Mapping[str, Any]) -> Words | None:
    """Problem, rule and remedy for a cell that is not empty; None if it is well spelled."""
    kind, period = field["type"], field.get("openbook:period", False)
    limits = field.get("constraints", {})
    if period and not is_period(cell):
        return (
            f'"{cell}" is not an ISO 8601 period',
            "a period is YYYY, YYYY-MM, "
            "YYYY-MM-DD, or start/end of those, the start not after the end",
            period_fix(cell),
        )
    if period and not within_years(cell):
        return (
            f'"{cell}" lies outside the years {YEARS[0]} to {YEARS[-1]}',
            "a period is one that the book can be about",
            "Correct the year.",
        )
    if kind == "string":
        return unfit(cell, limits.get("maxLength", LONGEST), limits.get("pattern", ".*"))
    if not SPELLING[kind].fullmatch(cell):
        return wrong_type(cell, kind)
    if kind in _TOO_LONG and _TOO_LONG[kind](cell):
        return (
            f"the number has {len(cell)} characters",
            f"a whole number has at most {LONGEST_INTEGER} digits, any other is finite",
            "Correct the value.",
        )
    return None


def structure(
    resource: Mapping[str, Any], rows: list[Row], others: list[dict]
) -> Iterator[Violation]:
    """What Frictionless finds: types, required cells, lists, bounds, keys, foreign keys.

    It is handed the rows as read here, so that both look at the same cells.
    """
    from frictionless import FrictionlessException, Package  # takes a second to start

    names = [field["name"] for field in resource["schema"]["fields"]]
    table = {
        "name": resource["name"],
        "data": [names, *(row.cells for row in rows)],
        "schema": resource["schema"],
    }
    try:
        checked = Package.from_descriptor({"name": "book", "resources": [table, *others]})
        report = checked.get_resource(resource["name"]).validate()
    except FrictionlessException as error:
        notes = "; ".join(reason.note for reason in error.reasons or [error.error])
        rule = "the schema is a Frictionless Table Schema"
        fix = "Correct its description."
        raise ValidationError(
            Violation(f"the schema can't be applied: {notes}", rule, fix)
        ) from None
    known = {each["name"]: each["data"] for each in [*others, table | {"name": ""}, table]}
    for found in report.tasks[0].errors:
        yield from_frictionless(found, resource["schema"], rows, known)
