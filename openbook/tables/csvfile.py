"""Reading a table's file: its bytes, the rows of text cells in them, and a typed DataFrame."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from openbook.tables.violations import ValidationError, Violation, nearest

if TYPE_CHECKING:  # pandas takes a third of a second, which a command mostly has no need of
    import pandas as pd

LONGEST_CELL = 131_072  # characters: csv's own limit, which importing frictionless raises


class Row(NamedTuple):
    """A record of a CSV file: data row from 1 (the header is 0), first line, cells as text."""

    number: int
    line: int
    cells: list[str]


def decode(raw: bytes) -> str:
    """The text of UTF-8 bytes with LF line ends. ValidationError names the byte and the line."""
    utf8 = "text files are UTF-8 with LF line ends and no byte order mark"
    if raw.startswith(b"\xef\xbb\xbf"):
        problem, fix = "the file begins with a byte order mark", 'not "UTF-8 with BOM"'
        raise ValidationError(Violation(problem, utf8, f'Save it as "UTF-8", {fix}.'))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        at, byte = error.start, raw[error.start]
        line = raw.count(b"\n", 0, at) + 1
        old = bytes([byte]).decode("cp1252", "replace")
        raise ValidationError(
            Violation(
                f"byte {at} (line {line}) is 0x{byte:02X}, which is not UTF-8",
                utf8,
                f'Save the file as UTF-8 (in Windows-1252 that byte is "{old}").',
            )
        ) from None
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        problem = f"line {line} ends with a carriage return"
        raise ValidationError(Violation(problem, utf8, "Save it with LF (Unix) line ends."))
    return text


def read_rows(raw: bytes, names: list[str]) -> list[Row]:
    """The data rows of a CSV file, which has the columns named, in that order.

    Raises ValidationError if it can't be read, or if its header or the width of a row is wrong.
    """
    if raw and not raw.endswith(b"\n"):
        rule, fix = (
            "each line of a table ends, the last one too",
            "Add what is missing, and the line end.",
        )
        raise ValidationError(Violation("the file ends within a line: is it whole?", rule, fix))
    csv.field_size_limit(LONGEST_CELL)  # so that a longer cell is refused every time
    reader = csv.reader(io.StringIO(decode(raw), newline=""), strict=True)
    rows, line = [], 1
    try:
        for number, cells in enumerate(reader):
            rows.append(Row(number, line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValidationError(
            Violation(
                f"the row that begins on line {line} can't be read ({error})",
                "the file is CSV: commas between cells, double quotes around a cell "
                "that holds a comma",
                "Look for a quote that is not closed.",
            )
        ) from None
    found = list(_wrong_header(rows[0].cells if rows else [], names))
    found = found or [wrong for row in rows[1:] for wrong in _wrong_width(row, len(names))]
    if found:
        raise ValidationError(*found)
    return rows[1:]


def _wrong_width(row: Row, width: int) -> Iterator[Violation]:
    rule, at = "each row has one cell a column and is an observation", (row.number, row.line)
    if not any(row.cells):
        yield Violation("the row is empty", rule, "Delete it.", *at)
    elif len(row.cells) != width:
        problem = f"the row has {len(row.cells)} cells, the header {width}"
        missing = len(row.cells) < width
        quote = "Put a text that holds a comma between double quotes."
        yield Violation(problem, rule, "Add the missing commas." if missing else quote, *at)


def _wrong_header(header: list[str], names: list[str]) -> Iterator[Violation]:
    rule = f"the columns are {','.join(names)}, as datapackage.json has them"
    for name in names:
        if name not in header:
            fix = "Add it to the header and to every row, or take it out of the schema."
            yield Violation(f'the column "{name}" is missing', rule, fix, column=name)
    for name in dict.fromkeys(header):
        if name not in names:
            hint = nearest(name, set(names) - set(header))
            fix = f"{hint}Describe it in the schema, or delete it."
            yield Violation(f'"{name}" is an extra column', rule, fix, column=name)
        elif header.count(name) > 1:
            fix = "Rename or delete one."
            yield Violation("two columns have this name", rule, fix, column=name)
    if sorted(header) == sorted(names) and header != names:
        problem = f"the columns are in another order: {','.join(header)}"
        yield Violation(problem, rule, "Put them in the schema's order.")


def to_dataframe(fields: list[dict], rows: list[Row]) -> pd.DataFrame:
    """The rows as a DataFrame: str, Int64, float64, bool (boolean where a cell may be empty).

    `fields` are the schema's; each cell is spelled as its field's type, or ValueError is raised.
    """
    import numpy as np
    import pandas as pd

    columns: dict[str, Any] = {}
    for place, field in enumerate(fields):
        cells = [row.cells[place] for row in rows]
        required = field.get("constraints", {}).get("required", False)
        match field["type"]:
            case "integer":
                values = pd.array([int(c) if c else pd.NA for c in cells], dtype="Int64")
            case "number":
                values = np.array([float(c) if c else np.nan for c in cells], dtype="float64")
            case "boolean":
                values = pd.array(
                    [c == "true" if c else pd.NA for c in cells],
                    dtype="bool" if required else "boolean",
                )
            case _:
                values = pd.array([c or None for c in cells], dtype="str")
        columns[field["name"]] = values
    return pd.DataFrame(columns)


def source_columns(fields: Iterable[Mapping[str, Any]]) -> list[int]:
    """The places of the columns that hold keys of `references.bib`, divided by semicolons."""
    return [
        at
        for at, field in enumerate(fields)
        if field["name"] == "source" or field.get("openbook:source")
    ]
