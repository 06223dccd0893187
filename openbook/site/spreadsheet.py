"""All tables as one workbook for spreadsheets: text stays text, the same bytes on every build.

Programs that open a CSV guess: `2024-03` becomes a date, `Türkiye` is read in another encoding, a
note that begins with `+` a formula. In a workbook each cell has its type, from the schema.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from openbook import tables
from openbook.site import archive
from openbook.tables.resource import Resource
from openbook.tables.resource import read as read_resource

LONGEST_NAME = 31  # letters that a sheet's name may have
MOST_ROWS = 10_000  # of a sheet: longer tables are for programs, and would be most of the file
WIDTHS = 8, 60  # the narrowest and the widest column, in letters
_AS_TEXT = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}


def writer() -> str:
    """What writes the workbook: another version may write other bytes."""
    return f"xlsxwriter {version('xlsxwriter')}"


def _cell(text: str, kind: str) -> Any:
    """A cell of a CSV as its type; None for an empty one."""
    if not text:
        return None
    if kind == "boolean":
        return text == "true"
    if kind == "integer":
        return int(text)
    return float(text) if kind == "number" else text


def _sheet(workbook: Any, name: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """A sheet with a bold, frozen head, filters, and columns as wide as what they hold."""
    sheet = workbook.add_worksheet(name)
    bold = workbook.add_format({"bold": True})
    held: list[list[Any]] = [list(head), *map(list, rows)]
    for row, cells in enumerate(held):
        for column, value in enumerate(cells):
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, value)
            elif value is not None:
                sheet.write_string(row, column, value, bold if row == 0 else None)
    for column, values in enumerate(zip(*held, strict=True)):
        longest = max(len(str(value)) for value in values if value is not None)
        sheet.set_column(column, column, min(max(longest + 2, WIDTHS[0]), WIDTHS[1]))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(held) - 1, 1), len(held[0]) - 1)


def _contents(listed: list[Resource], counts: Mapping[str, int]) -> list[list[Any]]:
    return [
        [
            *(table.name, table.title, table.description),
            *(counts[table.name], table.coverage or None),
            f"too long, see {table.path}" if counts[table.name] > MOST_ROWS else "in this workbook",
        ]
        for table in listed
    ]


def _columns(listed: list[Resource]) -> list[list[Any]]:
    return [
        [table.name, field.name, field.type, field.unit or None, field.meaning, field.rule or None]
        for table in listed
        for field in table.fields
    ]


def make(released: str) -> bytes:
    """The workbook: its contents, the columns, the sources, then a sheet a table but the longest.

    `released` is the day that it says it was made on, ISO 8601. Raises ValueError for a table
    whose name is too long for a sheet.
    """
    import xlsxwriter  # 0.1 s that most builds never need

    package, held = tables.package(), tables.files()
    listed = [read_resource(described) for described in package["resources"]]
    if long := [table.name for table in listed if len(table.name) > LONGEST_NAME]:
        raise ValueError(f"{long[0]}: the name of a sheet has at most {LONGEST_NAME} letters")
    texts = {table.name: archive.rows(held[table.path]) for table in listed}
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **_AS_TEXT}) as workbook:
        day = dt.datetime.fromisoformat(released)
        title = f"{package['title']}, version {package['version']}"
        workbook.set_properties({"title": title, "created": day})
        counts = {name: len(rows) - 1 for name, rows in texts.items()}
        head = ["table", "title", "description", "rows", "covers", "where"]
        _sheet(workbook, "Contents", head, _contents(listed, counts))
        head = ["table", "column", "type", "unit", "meaning", "rule"]
        _sheet(workbook, "Columns", head, _columns(listed))
        sources = sorted(tables.references().values(), key=lambda source: source.key)
        about = [[s.key, s.title, s.publisher, s.date, s.url, s.accessed] for s in sources]
        head = ["key", "title", "publisher", "date", "url", "accessed"]
        _sheet(workbook, "Sources", head, ([cell or None for cell in row] for row in about))
        for table in listed:
            if counts[table.name] > MOST_ROWS:
                continue
            kinds = [field.type for field in table.fields]
            names, *lines = texts[table.name]
            typed = (map(_cell, line, kinds) for line in lines)
            _sheet(workbook, table.name, names, typed)
    return made.getvalue()
