"""What makes a table valid: functions from a table's rows and its schema to the faults found.

No files, no state: `openbook.tables` reads, calls these, and raises. Frictionless applies the
structural rules of the schema; the book's own follow here. No rule is repeated: what the numbers,
lists and columns are stands in `data/datapackage.json` alone (and what stands there is
`openbook.tables.metadata`'s subject). Pandas is imported where rows become a DataFrame: a third of
a second that a command which finds nothing changed does not spend.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isinf
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

OUTCOME = ("actual", "preliminary", "estimate")  # one class: what happened, however well known
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SPELLING = {
    "string": re.compile("(?s).*"),
    "integer": re.compile(r"-?[0-9]+"),
    "number": NUMBER,
    "boolean": re.compile("true|false"),
}
LONGEST_INTEGER = 18  # digits: what 64 bits always hold
LONGEST_CELL = 131_072  # characters: csv's own limit, which importing frictionless raises
YEARS = range(1800, 2200)  # in which a period can lie; another is a slip
# Controls other than a line end, soft hyphens, marks of direction, and what has no width
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd]"
)


@dataclass(frozen=True)
class Fault:
    """One broken rule: what is there, the rule, what to do about it, and where it is."""

    problem: str
    rule: str
    fix: str
    row: int | None = None  # data row, counted from 1
    line: int | None = None  # line of the file on which that row begins
    column: str | None = None

    def words(self) -> tuple[str, str, str]:
        """Problem, rule and remedy, without the place."""
        return self.problem, self.rule, self.fix

    def text(self, path: str) -> str:
        """The fault in one line of text: place, problem, rule, remedy."""
        row = f", row {self.row} (line {self.line})" if self.row else ""
        column = f', column "{self.column}"' if self.column else ""
        return f"{path}{row}{column}: {self.problem}. Rule: {self.rule}. {self.fix}"


class Faults(ValueError):
    """Carries the faults (its `args`) out of a function that can't go on."""


class Row(NamedTuple):
    """A record of a CSV file: data row from 1 (the header is 0), first line, cells as text."""

    number: int
    line: int
    cells: list[str]


def nearest(key: str, known: Iterable[str]) -> str:
    """'Did you mean "x"? ' for the most similar known keys, or nothing."""

    def likeness(other: str) -> tuple[float, bool]:
        return difflib.SequenceMatcher(None, other, key).ratio(), other[:2] == key[:2]

    found = difflib.get_close_matches(key, list(known), cutoff=0.5)
    best = sorted(f'"{other}"' for other in found if likeness(other) == max(map(likeness, found)))
    return f"Did you mean {' or '.join(best)}? " if best else ""


def unknown_source(key: str, known: Iterable[str]) -> Fault:
    """The fault of a source key that the bibliography doesn't have."""
    return Fault(
        f'"{key}" is no entry of references.bib',
        "every source is in the bibliography, several are joined by ; without spaces",
        f"{nearest(key, known)}If it is a new source, add its entry.",
    )


def untidy(text: str) -> tuple[str, str, str] | None:
    """Problem, rule and remedy for a text with characters that nobody sees; None if tidy."""
    if unseen := UNSEEN.search(text):
        return (
            f"character {unseen.start() + 1} of the text is U+{ord(unseen[0]):04X}",
            "a text holds nothing unseen: no controls, marks of direction or characters without "
            "width",
            "Delete it.",
        )
    if text != text.strip():
        return (
            f'"{text}" begins or ends with a space',
            "there are no spaces around a text",
            "Delete them.",
        )
    return None


@lru_cache(maxsize=4096)
def period_bounds(period: str) -> tuple[dt.date, dt.date]:
    """First and last day of an ISO 8601 period: YYYY, YYYY-MM, YYYY-MM-DD, or start/end of those.

    Raises ValueError if it is none of these or ends before it starts.
    """
    ends = period.split("/")
    first, last = _days(ends[0])[0], _days(ends[-1])[1]
    if len(ends) > 2 or first > last:
        raise ValueError(f'"{period}" is not start/end')
    return first, last


def is_period(text: str) -> bool:
    """Whether `period_bounds` can read it."""
    try:
        period_bounds(text)
    except ValueError:
        return False
    return True


def _days(text: str) -> tuple[dt.date, dt.date]:
    found = re.fullmatch(r"(\d{4})(?:-(?!00)(\d\d)(?:-(?!00)(\d\d))?)?", text, re.ASCII)
    if not found:
        raise ValueError(f'"{text}" is not YYYY, YYYY-MM or YYYY-MM-DD')
    year, month, day = (int(part or 0) for part in found.groups())
    last = day or monthrange(year, month or 12)[1]
    return dt.date(year, month or 1, day or 1), dt.date(year, month or 12, last)


def date_columns(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns that say what time a table covers: `period`, else all that hold periods."""
    names = [field["name"] for field in fields if field.get("openbook:period")]
    return ["period"] if "period" in names else names


def coverage(fields: Iterable[Mapping[str, Any]], frame: pd.DataFrame) -> str | None:
    """What time the rows cover, such as 2006/2026; None if no column or cell says when.

    In months if every period names its months, else in years; one of them alone if all lie in it.
    """
    columns = date_columns(fields)
    periods = [period for column in columns for period in frame[column].dropna().unique()]
    if not periods:
        return None
    years_only = any(len(end) == len("2024") for period in periods for end in period.split("/"))
    kept = len("2024") if years_only else len("2024-03")
    bounds = [period_bounds(period) for period in periods]
    first = min(start for start, _ in bounds).isoformat()[:kept]
    last = max(end for _, end in bounds).isoformat()[:kept]
    return first if first == last else f"{first}/{last}"


# --- reading


def decode(raw: bytes) -> str:
    """The text of UTF-8 bytes with LF line ends. Raises Faults with the byte and the line."""
    utf8 = "text files are UTF-8 with LF line ends and no byte order mark"
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Faults(
            Fault(
                "the file begins with a byte order mark",
                utf8,
                'Save it as "UTF-8", not "UTF-8 with BOM".',
            )
        )
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        at, byte = error.start, raw[error.start]
        line = raw.count(b"\n", 0, at) + 1
        old = bytes([byte]).decode("cp1252", "replace")
        raise Faults(
            Fault(
                f"byte {at} (line {line}) is 0x{byte:02X}, which is not UTF-8",
                utf8,
                f'Save the file as UTF-8 (in Windows-1252 that byte is "{old}").',
            )
        ) from None
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        raise Faults(
            Fault(
                f"line {line} ends with a carriage return",
                utf8,
                "Save it with LF (Unix) line ends.",
            )
        )
    return text


def records(raw: bytes, names: list[str]) -> list[Row]:
    """The data rows of a CSV file. Raises Faults if it can't be read or has other columns."""
    csv.field_size_limit(LONGEST_CELL)  # so that a longer cell is refused every time
    reader = csv.reader(io.StringIO(decode(raw), newline=""), strict=True)
    rows, line = [], 1
    try:
        for number, cells in enumerate(reader):
            rows.append(Row(number, line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Faults(
            Fault(
                f"the row that begins on line {line} can't be read ({error})",
                "the file is CSV: commas between cells, double quotes around a cell "
                "that holds a comma",
                "Look for a quote that is not closed.",
            )
        ) from None
    faults = list(_header_faults(rows[0].cells if rows else [], names))
    faults = faults or [fault for row in rows[1:] for fault in _width_faults(row, len(names))]
    if faults:
        raise Faults(*faults)
    return rows[1:]


def _width_faults(row: Row, width: int) -> Iterator[Fault]:
    rule, at = "each row has one cell a column and is an observation", (row.number, row.line)
    if not any(row.cells):
        yield Fault("the row is empty", rule, "Delete it.", *at)
    elif len(row.cells) != width:
        fix = (
            "Add the missing commas."
            if len(row.cells) < width
            else ("Put a text that holds a comma between double quotes.")
        )
        yield Fault(f"the row has {len(row.cells)} cells, the header {width}", rule, fix, *at)


def _header_faults(header: list[str], names: list[str]) -> Iterator[Fault]:
    rule = f"the columns are {','.join(names)}, as datapackage.json has them"
    for name in names:
        if name not in header:
            yield Fault(
                f'the column "{name}" is missing',
                rule,
                "Add it to the header and to every row, or take it out of the schema.",
                column=name,
            )
    for name in dict.fromkeys(header):
        if name not in names:
            hint = nearest(name, set(names) - set(header))
            yield Fault(
                f'"{name}" is an extra column',
                rule,
                f"{hint}Describe it in the schema, or delete it.",
                column=name,
            )
        elif header.count(name) > 1:
            yield Fault("two columns have this name", rule, "Rename or delete one.", column=name)
    if sorted(header) == sorted(names) and header != names:
        yield Fault(
            f"the columns are in another order: {','.join(header)}",
            rule,
            "Put them in the schema's order.",
        )


def typed(fields: list[dict], rows: list[Row]) -> pd.DataFrame:
    """The rows as a DataFrame: str, Int64, float64, bool (boolean where a cell may be empty)."""
    import numpy as np
    import pandas as pd

    columns: dict[str, Any] = {}
    for place, field in enumerate(fields):
        cells = [row.cells[place] for row in rows]
        must = field.get("constraints", {}).get("required", False)
        match field["type"]:
            case "integer":
                made = pd.array([int(c) if c else pd.NA for c in cells], dtype="Int64")
            case "number":
                made = np.array([float(c) if c else np.nan for c in cells], dtype="float64")
            case "boolean":
                made = pd.array(
                    [c == "true" if c else pd.NA for c in cells],
                    dtype="bool" if must else "boolean",
                )
            case _:
                made = pd.array([c or None for c in cells], dtype="str")
        columns[field["name"]] = made
    return pd.DataFrame(columns)


def source_columns(fields: Iterable[Mapping[str, Any]]) -> list[int]:
    """The places of the columns that hold keys of `references.bib`, divided by semicolons."""
    return [
        at
        for at, field in enumerate(fields)
        if field["name"] == "source" or field.get("openbook:source")
    ]


def orders(resource: Mapping[str, Any]) -> list[list[str]]:
    """openbook.ordered as a list of lists of columns; one list may stand alone."""
    ordered = resource.get("openbook", {}).get("ordered", [])
    return [ordered] if ordered and isinstance(ordered[0], str) else ordered


# --- cells


def cell_faults(
    resource: dict, rows: list[Row], others: list[dict], sources: Iterable[str]
) -> list[Fault]:
    """What is wrong with single cells and keys, at most one fault a cell, in file order.

    `others` are the tables that foreign keys refer to (name, data with header, schema);
    `sources` the keys of the bibliography.
    """
    if not rows:
        return [
            Fault(
                "the table has no rows",
                "a table holds at least one observation",
                "Add its rows, or delete its description.",
            )
        ]
    fields = resource["schema"]["fields"]
    found: dict[tuple, Fault] = {}
    for fault in [
        *_book_cell_faults(fields, rows, set(sources)),
        *_structure_faults(resource, rows, others),
    ]:
        found.setdefault((fault.row, fault.column), fault)
    return sorted(found.values(), key=lambda fault: fault.row or 0)


def _book_cell_faults(fields: list[dict], rows: list[Row], sources: set[str]) -> Iterator[Fault]:
    """Cells against the book's rules: spelling of values, ISO periods, known sources."""
    cited = source_columns(fields)
    for place, field in enumerate(fields):
        spelling, name = SPELLING[field["type"]], field["name"]
        for row in rows:
            cell, at = row.cells[place], (row.number, row.line, name)
            if place in cited and (cell or name == "source"):
                for key in cell.split(";"):
                    if not key:
                        yield Fault(
                            "a source is missing",
                            "every row has its source",
                            "Write a key of references.bib.",
                            *at,
                        )
                    elif key not in sources:
                        yield Fault(*unknown_source(key, sources).words(), *at)
            elif cell and field.get("openbook:period") and not is_period(cell):
                yield Fault(
                    f'"{cell}" is not an ISO 8601 period',
                    "a period is YYYY, YYYY-MM, "
                    "YYYY-MM-DD, or start/end of those, the start not after the end",
                    _as_period(cell),
                    *at,
                )
            elif cell and field.get("openbook:period") and not _within_years(cell):
                yield Fault(
                    f'"{cell}" lies outside the years {YEARS[0]} to {YEARS[-1]}',
                    "a period is one that the book can be about",
                    "Correct the year.",
                    *at,
                )
            elif cell and not spelling.fullmatch(cell):
                yield Fault(*_wrong_type(cell, field["type"]), *at)
            elif cell and field["type"] in _TOO_LONG and _TOO_LONG[field["type"]](cell):
                yield Fault(
                    f"the number has {len(cell)} characters",
                    f"a whole number has at most {LONGEST_INTEGER} digits, any other is finite",
                    "Correct the value.",
                    *at,
                )
            elif field["type"] == "string" and (stray := untidy(cell)):
                yield Fault(*stray, *at)


_TOO_LONG: dict[str, Callable[[str], bool]] = {
    "integer": lambda cell: len(cell.lstrip("-")) > LONGEST_INTEGER,
    "number": lambda cell: isinf(float(cell)),
}


def _within_years(period: str) -> bool:
    return all(day.year in YEARS for day in period_bounds(period))


def _structure_faults(resource: dict, rows: list[Row], others: list[dict]) -> Iterator[Fault]:
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
        raise Faults(
            Fault(
                f"the schema can't be applied: {notes}",
                "the schema is a Frictionless Table Schema",
                "Correct its description.",
            )
        ) from None
    known = {table["name"]: table["data"] for table in [*others, table | {"name": ""}, table]}
    for found in report.tasks[0].errors:
        yield _in_our_words(found, resource["schema"], rows, known)


def _in_our_words(error: Any, schema: dict, rows: list[Row], known: dict[str, list]) -> Fault:
    fields = {field["name"]: field for field in schema["fields"]}
    row = rows[error.row_number - 2] if hasattr(error, "row_number") else Row(0, 0, [])
    at = (row.number, row.line)
    match error.type:
        case "type-error":
            return Fault(
                *_wrong_type(error.cell, fields[error.field_name]["type"]), *at, error.field_name
            )
        case "constraint-error":
            name = re.sub(r'.*constraint "(\w+)".*', r"\1", error.note)
            return Fault(
                *_beyond(name, fields[error.field_name], error.cell), *at, error.field_name
            )
        case "primary-key" | "unique-error":
            columns = getattr(error, "field_name", None) or schema["primaryKey"]
            columns = [columns] if isinstance(columns, str) else columns
            key = where(columns, dict(zip(fields, row.cells, strict=True)))
            before = re.search(r"position (\d+)", error.note)
            other = f"row {int(before[1]) - 1} has too" if before else "is empty"
            several = " together" * (len(columns) > 1)
            return Fault(
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
            return Fault(
                f'"{value}" is no {key} of {home}',
                f"{', '.join(error.field_names)} is one of the keys in {home}",
                f"{nearest(value, keys)}If it is new, add it to {home} first.",
                *at,
                error.field_names[0],
            )
    column = getattr(error, "field_name", None)
    return Fault(error.message, error.title, error.description, *at, column)


def _wrong_type(cell: str, kind: str) -> tuple[str, str, str]:
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


def _beyond(name: str, field: dict, cell: str) -> tuple[str, str, str]:
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


def _as_period(cell: str) -> str:
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


def where(columns: Iterable[str], row: Any) -> str:
    """'route=cpc, period=2024' for the named columns of a row."""
    return ", ".join(f"{column}={row[column]}" for column in columns)


# --- rows taken together (of a table whose cells are all valid)


def row_faults(
    resource: dict, frame: pd.DataFrame, parent_of: Callable[[str], pd.Series]
) -> Iterator[Fault]:
    """What is wrong in a row or between rows, by the table's rules under `openbook`.

    `parent_of("oil_routes.part_of")` is that column of that table, by its primary key.
    """
    unsettled = list(_preferred_faults(resource, frame))
    yield from unsettled
    for part in resource.get("openbook", {}).get("parts", []):
        if not unsettled:  # or an observation would count twice in a sum, or not at all
            yield from _part_faults(part, frame, parent_of)
    for columns in orders(resource):
        yield from _order_faults(columns, frame)
    own = resource.get("openbook", {})
    if path := own.get("connected"):
        yield from _path_faults(path, frame, parent_of)
    if months := own.get("months"):
        yield from _month_faults(months, frame)
    if steps := own.get("steps"):
        yield from _step_faults(steps, frame)
    for columns in own.get("together", []):
        yield from _together_faults(columns, frame)
    if pairs := own.get("parties"):
        yield from _party_faults(pairs, frame)
    if zeros := own.get("zeros"):
        yield from _zero_faults(zeros, frame)
    if columns := own.get("distinct"):
        yield from _distinct_faults(columns, frame)
    for absence in own.get("absences", []):
        yield from _absence_faults(absence, frame)
    if silences := own.get("silences"):
        yield from _silence_faults(silences, frame)
    yield from _derived_faults(frame)


def _preferred_faults(resource: dict, frame: pd.DataFrame) -> Iterator[Fault]:
    columns = resource.get("openbook", {}).get("observation")
    if not columns:
        return
    keys = [frame[column].astype("object").fillna("") for column in columns]
    if "status" in frame:
        keys.append(frame["status"].replace(list(OUTCOME), "outcome"))
    preferred = frame["preferred"].astype("boolean").fillna(False).astype(bool)
    wrong = preferred.groupby(keys, sort=False).transform("sum") != 1
    for _, group in frame[wrong].groupby([key[wrong] for key in keys], sort=False):
        chosen = group[preferred[group.index]]
        rows = group if chosen.empty else chosen
        listed = " and ".join(str(at + 1) for at in rows.index)
        if not chosen.empty:
            problem, fix = f"rows {listed} are all preferred", "Set all but one to false"
        elif len(rows) > 1:
            problem, fix = f"none of the rows {listed} is preferred", "Set one of them to true"
        else:
            problem, fix = "the only row is not preferred", "Set it to true"
        values = ", ".join(f"{value:g}" for value in rows["value"]) if "value" in rows else ""
        yield Fault(
            f"{problem} for {where(columns, rows.iloc[0])}" + f" ({values})" * bool(values),
            "of the rows of one observation and status class, exactly one is preferred",
            f"{fix}, by the rule on the methods page.",
            int(rows.index[-1]) + 1,
            column="preferred",
        )


def _part_faults(
    part: dict, frame: pd.DataFrame, parent_of: Callable[[str], pd.Series]
) -> Iterator[Fault]:
    rows = frame.dropna(subset=["value"])
    if "preferred" in rows:
        rows = rows[rows["preferred"]]
    if "status" in rows:
        rows = rows[rows["status"].isin(OUTCOME)]
    field, within, slack = part["field"], part.get("within", []), 1 + part["tolerance"]
    groups = rows.groupby(within, dropna=False, sort=False) if within else [((), rows)]
    for _, group in groups:
        if "total" in part:
            wholes = [("the total", part["total"], group)]
        else:
            own = group.set_index(field)["value"].groupby(level=0).sum()
            held = group[field].map(parent_of(part["parent"]))
            wholes = [
                (f'"{key}"', own[key], group[held == key])
                for key in held.dropna().unique()
                if key in own
            ]
        for name, total, members in wholes:
            if members["value"].sum() <= total * slack + 1e-9:
                continue
            listed = ", ".join(
                f"{row[field]} {row['value']:g} in row {at + 1}" for at, row in members.iterrows()
            )
            at = where(within, group.iloc[0])
            yield Fault(
                f"the parts of {name} add up to {members['value'].sum():g} ({listed}), more than "
                f"its {total:g}" + f", at {at}" * bool(at),
                f"parts are at most their total and a tolerance of {part['tolerance']:.0%} "
                f"({total * slack:g})",
                "Correct a part or the total, or prefer figures of one definition.",
                int(members.index[-1]) + 1,
                column="value",
            )


def _order_faults(columns: list[str], frame: pd.DataFrame) -> Iterator[Fault]:
    for at, row in frame[columns].iterrows():
        given = row.dropna()
        values = [period_bounds(v)[0] if isinstance(v, str) else v for v in given]
        for before, after, name in zip(values, values[1:], given.index[1:], strict=False):
            if before > after:
                yield Fault(
                    f"{where(given.index, given)} are not in order",
                    f"{' <= '.join(columns)}",
                    "Correct one of them.",
                    int(at) + 1,
                    column=name,
                )
                break


def _path_faults(
    path: dict, frame: pd.DataFrame, parent_of: Callable[[str], pd.Series]
) -> Iterator[Fault]:
    by, order, start, end, link = (path.get(key) for key in ("by", "order", "from", "to", "link"))
    ends = [frame[link].map(parent_of(column)) for column in path.get("ends", [])]
    for key, legs in frame.sort_values(order, kind="stable").groupby(by, sort=False):
        number, place = 0, None
        for at, row in legs.iterrows():
            here = int(at) + 1
            joined = [side[at] for side in ends]
            if row[order] != number + 1:
                follows = f"follows {order} {number}" if number else "is the first"
                yield Fault(
                    f"{order} {row[order]} of {by}={key} {follows}",
                    f"each {by} has the {order}s 1, 2, 3 and so on",
                    f"Add the missing {order}, or number them anew.",
                    here,
                    column=order,
                )
            elif number and row[start] != place:
                yield Fault(
                    f'{order} {row[order]} of {by}={key} starts at "{row[start]}", but '
                    f'{order} {number} ends at "{place}"',
                    f"a {order} starts where the one before it ends",
                    f"Correct one of the two, or add the {order} between them.",
                    here,
                    column=start,
                )
            elif joined and {row[start], row[end]} != set(joined):
                yield Fault(
                    f'{order} {row[order]} of {by}={key} runs from "{row[start]}" to '
                    f'"{row[end]}", the {link} "{row[link]}" from "{joined[0]}" to "{joined[1]}"',
                    f"a {order} has the two ends of its {link}, in either direction",
                    f"Correct the {order}, or name another {link}.",
                    here,
                    column=link,
                )
            number, place = row[order], row[end]


def _month_faults(rule: dict, frame: pd.DataFrame) -> Iterator[Fault]:
    """A period's length in whole months is what the column of months says."""
    for at, row in frame.dropna(subset=[rule["period"], rule["months"]]).iterrows():
        period, told = row[rule["period"]], int(row[rule["months"]])
        first, last = period_bounds(period)
        length = 12 * (last.year - first.year) + last.month - first.month + 1
        whole = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
        if not whole or length != told:
            counted = f"{length} month{'s' * (length != 1)}" if whole else "not whole months"
            yield Fault(
                f"{where(rule.values(), row)}, but {period} is {counted}",
                f"{rule['months']} is the length of {rule['period']}: 12 for a year and no other",
                "Correct one of them, so that a part of a year never stands for the year.",
                int(at) + 1,
                column=rule["months"],
            )


def _step_faults(rule: dict, frame: pd.DataFrame) -> Iterator[Fault]:
    """No step of a thing is dated before the first date of a step that it presupposes."""
    by, step, date, order = (rule[key] for key in ("by", "step", "date", "order"))
    for key, rows in frame.groupby(by, sort=False):
        dated = rows.dropna(subset=[date])
        bounds = {at: period_bounds(row[date]) for at, row in dated.iterrows()}
        for at, row in dated.iterrows():
            if row[step] not in order:
                continue
            rank = order.index(row[step])
            for earlier in order[:rank]:
                known = dated[dated[step] == earlier]
                if len(known) and bounds[at][1] < min(bounds[k][0] for k in known.index):
                    first = min(known.index, key=lambda k: bounds[k][0])
                    yield Fault(
                        f"{where([by, step, date], row)} is before {earlier} on "
                        f"{known.loc[first, date]} (row {first + 1})",
                        f"steps follow one another: {', '.join(order)}",
                        f"Correct a date or a step of {key}.",
                        int(at) + 1,
                        column=date,
                    )
                    break


def _together_faults(columns: list[str], frame: pd.DataFrame) -> Iterator[Fault]:
    """Cells of one thing, such as a sum and its unit, are filled together or not at all."""
    empty = frame[columns].isna()
    for at in frame.index[empty.any(axis=1) & ~empty.all(axis=1)]:
        there = [column for column in columns if not empty.loc[at, column]]
        absent = [column for column in columns if empty.loc[at, column]]
        yield Fault(
            f"{where(there, frame.loc[at])} stands without {', '.join(absent)}",
            f"{', '.join(columns)} are given together or not at all",
            f"Add {', '.join(absent)}, or empty the others.",
            int(at) + 1,
            column=absent[0],
        )


def _party_faults(rule: dict, frame: pd.DataFrame) -> Iterator[Fault]:
    """Each member is one of the two of its pair, written AAA-BBB; two may have to differ."""
    for at, row in frame[[rule["pair"], *rule["members"]]].fillna("").iterrows():
        pair, here = row[rule["pair"]], int(at) + 1
        for column in rule["members"]:
            if row[column] and row[column] not in pair.split("-"):
                yield Fault(
                    f'{column} "{row[column]}" is neither party of {pair}',
                    f"{column} is one of the two of {rule['pair']}, or empty",
                    f"{nearest(row[column], pair.split('-'))}Correct it.",
                    here,
                    column=column,
                )
        both = [row[column] for column in rule.get("different", [])]
        if both and both[0] and both[0] == both[1]:
            yield Fault(
                f"{where(rule['different'], row)} are the same",
                f"{' and '.join(rule['different'])} are the two of {rule['pair']}",
                "Correct one of them.",
                here,
                column=rule["different"][1],
            )


def _zero_faults(rule: dict, frame: pd.DataFrame) -> Iterator[Fault]:
    """A value of zero is marked as a true one, and nothing else is: missing is not zero."""
    value, mark = frame[rule["value"]], frame[rule["mark"]].astype("boolean").fillna(False)
    for at in frame.index[(value == 0) != mark.astype(bool)]:
        marked = bool(mark[at])
        yield Fault(
            f"{rule['value']} is {value[at]:g} and {rule['mark']} is {str(marked).lower()}",
            f"a {rule['value']} of 0 is marked {rule['mark']}, any other is not; "
            "what is missing is not zero",
            f"Set {rule['mark']} to false."
            if marked
            else "Delete the row if nothing is known, "
            f"or set {rule['mark']} to true if the source says that it is nothing.",
            int(at) + 1,
            column=rule["value"],
        )


def _distinct_faults(columns: list[str], frame: pd.DataFrame) -> Iterator[Fault]:
    """No two of the columns hold the same in one row, such as the two ends of a flow."""
    cells = frame[columns]
    for at in frame.index[cells.nunique(axis=1) < cells.count(axis=1)]:
        yield Fault(
            f"{where(columns, frame.loc[at])} are the same",
            f"{' and '.join(columns)} of a row differ",
            "Correct one of them, or delete the row.",
            int(at) + 1,
            column=columns[-1],
        )


def _absence_faults(rule: dict, frame: pd.DataFrame) -> Iterator[Fault]:
    """What was not found was looked for: a row that says so names the search it rests on."""
    said = frame[rule["column"]].astype("object").fillna("")
    for at in frame.index[said.isin(rule["values"]) & frame[rule["search"]].isna()]:
        yield Fault(
            f"{rule['column']} is {said[at] or 'empty'}, and no search is named",
            f"a {rule['column']} that says that nothing was found rests on a row of searches",
            f"Name it in {rule['search']}, after searching.",
            int(at) + 1,
            column=rule["search"],
        )


def _silence_faults(rule: dict, frame: pd.DataFrame) -> Iterator[Fault]:
    """Silence counts only if there was time to speak: else the row has a value of its own."""
    kinds = [*rule["values"], rule["young"]]
    rows = frame[frame[rule["column"]].isin(kinds)]
    for at, row in rows.iterrows():
        columns = [rule["column"], rule["start"], rule["end"]]
        if not isinstance(row[rule["end"]], str):
            problem, fix, wrong = "has no end", f"Fill {rule['end']}.", True
        else:
            first, last = (period_bounds(row[column])[1] for column in columns[1:])
            apart = 12 * (last.year - first.year) + last.month - first.month
            young = apart - (last.day < first.day) < rule["months"]
            wrong = young != (row[rule["column"]] == rule["young"])
            problem = f"is {'less' if young else 'not less'} than {rule['months']} months"
            fix = f"Set {rule['column']} to {rule['young'] if young else ' or '.join(kinds[:-1])}."
        if wrong:
            yield Fault(
                f"{where(columns, row)}: the time from {rule['start']} to {rule['end']} {problem}",
                f"{rule['column']} is {rule['young']} where nothing was found in less than "
                f"{rule['months']} months, and there alone",
                fix,
                int(at) + 1,
                column=rule["column"],
            )


def _derived_faults(frame: pd.DataFrame) -> Iterator[Fault]:
    """A computed figure is marked so, its note says from what, and it is no count of anybody's."""
    if "note" not in frame:
        return
    told = frame["note"].fillna("").astype(str).str.startswith("Derived")
    marked = frame["derived"].astype(bool) if "derived" in frame else told & False
    rule = (
        'derived is true, and the note begins with "Derived" and says from what, or neither is so'
    )
    for at in frame.index[told & ~marked]:
        yield Fault(
            'the note begins with "Derived", and the row is not marked so',
            rule,
            "Set derived to true; a table without that column takes it from another's schema.",
            int(at) + 1,
            column="derived" if "derived" in frame else "note",
        )
    for at in frame.index[marked & ~told]:
        yield Fault(
            'derived is true, and the note does not begin with "Derived"',
            rule,
            "Say in the note what the figure is computed from, or set derived to false.",
            int(at) + 1,
            column="note",
        )
    counted = frame["status"].isin(["actual", "preliminary"]) if "status" in frame else False
    for at in frame.index[marked & counted]:
        yield Fault(
            f"derived is true and status is {frame.loc[at, 'status']}",
            "what is derived here is an estimate, or of a figure that is only said",
            "Set status to estimate, or derived to false if the source gives the figure itself.",
            int(at) + 1,
            column="status",
        )
