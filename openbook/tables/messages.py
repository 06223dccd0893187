"""What to say of a cell: problem, rule and remedy in plain words, Frictionless' errors included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from openbook.tables.csvfile import Row
from openbook.tables.violations import Violation, cells_of, nearest

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SPELLING = {
    "string": re.compile("(?s).*"),
    "integer": re.compile(r"-?[0-9]+"),
    "number": NUMBER,
    "boolean": re.compile("true|false"),
}


def from_frictionless(
    error: Any, schema: Mapping[str, Any], rows: list[Row], known: Mapping[str, list]
) -> Violation:
    """An error of Frictionless as a violation; `known` are each table's cells, header first."""
    fields = {field["name"]: field for field in schema["fields"]}
    row = rows[error.row_number - 2] if hasattr(error, "row_number") else Row(0, 0, [])
    at = (row.number, row.line)
    match error.type:
        case "type-error":
            words = wrong_type(error.cell, fields[error.field_name]["type"])
            return Violation(*words, *at, error.field_name)
        case "constraint-error":
            name = re.sub(r'.*constraint "(\w+)".*', r"\1", error.note)
            words = outside_constraint(name, fields[error.field_name], error.cell)
            return Violation(*words, *at, error.field_name)
        case "primary-key" | "unique-error":
            columns = getattr(error, "field_name", None) or schema["primaryKey"]
            columns = [columns] if isinstance(columns, str) else columns
            key = cells_of(columns, dict(zip(fields, row.cells, strict=True)))
            before = re.search(r"position (\d+)", error.note)
            other = f"row {int(before[1]) - 1} has too" if before else "is empty"
            several = " together" * (len(columns) > 1)
            return Violation(
                f"its key is {key}, which {other}",
                f"{', '.join(columns)}{several} names one row only",
                "Delete one of the two, or correct what tells them apart.",
                *at,
                columns[0] if len(columns) == 1 else None,
            )
        case "foreign-key":
            name, key = error.reference_name, error.reference_field_names[0]
            header, *others = known[name]
            keys = {other[header.index(key)] for other in others}
            value = ", ".join(error.field_cells)
            home = f"the table {name}" if name else "this table"
            return Violation(
                f'"{value}" is no {key} of {home}',
                f"{', '.join(error.field_names)} is one of the keys in {home}",
                f"{nearest(value, keys)}If it is new, add it to {home} first.",
                *at,
                error.field_names[0],
            )
    column = getattr(error, "field_name", None)
    return Violation(error.message, error.title, error.description, *at, column)


def wrong_type(cell: str, kind: str) -> tuple[str, str, str]:
    """Problem, rule and remedy for a cell that isn't spelt as its type."""
    what = {"number": "a number", "integer": "a whole number", "boolean": "true or false"}
    problem = f'"{cell}" is not {what.get(kind, kind)}'
    plain = re.sub(r"\d", lambda digit: str(int(digit[0])), cell)
    if plain != cell:
        return problem, "digits are 0 to 9, of no other script or width", f"Write {plain}."
    if kind == "boolean":
        return problem, "yes and no are written true and false", "Write true or false."
    joined = re.sub(r"(?<=\d)[,' \u00a0\u2009\u202f_](?=\d{3}(?!\d))", "", cell)
    if NUMBER.fullmatch(joined) and joined != cell:
        return problem, "numbers carry no thousands separator", f"Write {joined}."
    marked = cell.replace(",", ".").replace("\u2212", "-")
    if SPELLING[kind].fullmatch(marked):
        return problem, "the decimal mark is a point, the sign a hyphen", f"Write {marked}."
    inside = re.findall(r"\d+(?:\.\d+)?", cell)
    alone = f"Write {inside[0]}, if that is it." if len(inside) == 1 else "Write one number."
    return (
        problem,
        (
            "a cell holds the number alone, in digits; units, signs, ranges and doubts "
            "have their own columns"
        ),
        f"{alone} Unknown is an empty cell.",
    )


def outside_constraint(name: str, field: Mapping[str, Any], cell: str) -> tuple[str, str, str]:
    """Problem, rule and remedy for a cell outside a constraint of the schema."""
    column, limit = field["name"], field["constraints"][name]
    match name:
        case "required":
            return "the cell is empty", f"{column} is never empty", "Fill it in."
        case "minimum":
            sign = "no negative quantities: " if limit == 0 else ""
            return (
                f'"{cell}" is below {limit}',
                f"{sign}{column} is at least {limit}",
                "Correct the value.",
            )
        case "maximum":
            return (
                f'"{cell}" is above {limit}',
                f"{column} is at most {limit}",
                "Correct the value.",
            )
        case "enum":
            listed = ", ".join(map(str, limit))
            unit = "Convert the value, and say in the note what was published." * (column == "unit")
            return (
                f'"{cell}" is outside the list',
                f"{column} is one of: {listed}",
                unit or f"{nearest(cell, map(str, limit))}Use one of the list.",
            )
    return (
        f'"{cell}" does not meet {name} {limit}',
        field.get("description", f"the {name} of {column}").rstrip("."),
        "Correct the value.",
    )


def period_fix(cell: str) -> str:
    """The remedy for the usual ways in which a period is not ISO."""
    if found := re.fullmatch(r"(\d{4})[- ]?(Q[1-4]|H[12])", cell.upper()):
        part = int(found[2][1])
        months = 3 if found[2][0] == "Q" else 6
        return f"Write {found[1]}-{months * (part - 1) + 1:02}/{found[1]}-{months * part:02}."
    if found := re.fullmatch(r"(\d{4})[-–](\d{4})", cell):
        return f"Write {found[1]}/{found[2]}."
    if found := re.fullmatch(r"(\d{4})[-./](\d)", cell):
        return f"Write {found[1]}-0{found[2]}."
    return "Write for instance 2024, 2024-03, 2024-03-11 or 2024-01/2024-06."
