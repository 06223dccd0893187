"""Spoiled copies of a table: every column, every kind of slip that the column can have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence

from openbook.testing.faults.copies import Copy, Fault

WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
ARABIC = {ord("0") + digit: 0x0660 + digit for digit in range(10)}
ALIKE = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "c": "\u0441", "p": "\u0440", "x": "\u0445"}
COUNTED = ("actual", "preliminary")
Spoil = Callable[[str], str]


def of_table(table: Copy, valid: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """All spoiled copies of a table; `valid` are the codes that each coded column may hold."""
    for kind, column, raw in _all(table, valid):
        if raw != table.raw:
            yield Fault(kind, table.name, column, raw)


def _all(table: Copy, valid: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, bytes]]:
    yield from ((kind, "", raw) for kind, raw in _files(table))
    yield from ((kind, "", raw) for kind, raw in _rows(table))
    yield from _swaps(table)
    for place, field in enumerate(table.fields):
        name, filled = field["name"], table.filled(place)
        if not filled:
            continue
        at = table.dice(name).choice(filled)
        yield "null", name, table.with_cell(at, place, "")
        kinds: Mapping[str, Spoil]
        if field["type"] in ("number", "integer"):
            yield from _large(table, place)
            kinds = NUMBERS
        elif field["type"] == "boolean":
            kinds = BOOLEANS
        elif place in table.cited:
            kinds = _sources(table, name, valid)
        elif field.get("openbook:period"):
            kinds = PERIODS
        else:
            kinds = TEXTS | _codes(table, place, valid)
        for kind, spoil in kinds.items():
            yield kind, name, table.with_cell(at, place, spoil(table.rows[at][place]))
    yield from _times(table)


# --- the file and its rows ----------------------------------------------------------------------


def _files(table: Copy) -> Iterator[tuple[str, bytes]]:
    raw, rows, header = table.raw, table.rows, table.header
    half = max(len(rows) // 2, 1)
    yield "bom", b"\xef\xbb\xbf" + raw
    yield "crlf", raw.replace(b"\n", b"\r\n")
    yield "latin1", raw[:-1] + b"\xe9\n"
    yield "utf16", raw.decode().encode("utf-16")
    yield "empty", b""
    yield "header_only", table.text([])
    if len(rows) > 1:
        yield "cut_at_row", table.text(rows[:half])
    yield "cut_in_row", raw[: raw.rindex(b"\n", 0, -1) + 1] + _first_half(raw)
    yield "no_last_line_end", raw[:-1]
    yield "semicolons", raw.replace(b",", b";")
    yield "header_twice", table.text(rows, [header[0], *header[:1], *header[2:]])
    yield "header_case", table.text(rows, [header[0].upper(), *header[1:]])
    yield "header_order", table.text(rows, [*header[1::-1], *header[2:]])
    yield "extra_column", table.text([[*row, "1"] for row in rows], [*header, "more"])
    yield "column_gone", table.text([row[:-1] for row in rows], header[:-1])


def _first_half(raw: bytes) -> bytes:
    last = raw[raw.rindex(b"\n", 0, -1) + 1 :]
    return last.decode()[: max(len(last) // 2, 1)].encode()


def _rows(table: Copy) -> Iterator[tuple[str, bytes]]:
    rows = table.rows
    at = table.dice("rows").randrange(len(rows))
    first = rows[0]
    yield "extra_cell", table.with_row(at, [*rows[at], "1"])
    yield "blank_row", table.text([*rows[:at], ("",) * len(first), *rows[at:]])
    for kind, gone in (("first", 0), ("middle", len(rows) // 2), ("last", len(rows) - 1)):
        yield f"dropped_{kind}", table.text([*rows[:gone], *rows[gone + 1 :]])
    yield "doubled", table.text([*rows, rows[at]])
    other = rows[at - 1]
    keyed = [rows[at][p] if p in table.key else other[p] for p in range(len(first))]
    yield "conflicting", table.text([*rows, keyed])
    mixed = list(rows)
    table.dice("shuffled").shuffle(mixed)
    yield "shuffled", table.text(mixed)


def _swaps(table: Copy) -> Iterator[tuple[str, str, bytes]]:
    """Two neighbours of one type, and each with one farther off, exchanged in one row."""
    for place, field in enumerate(table.fields):
        later = range(place + 1, len(table.fields))
        alike = [p for p in later if table.fields[p]["type"] == field["type"]]
        dice = table.dice("swap", place)
        for other in dict.fromkeys([*alike[:1], *([dice.choice(alike)] if alike else [])]):
            rows = [at for at, row in enumerate(table.rows) if row[place] != row[other]]
            if rows:
                at = dice.choice(rows)
                cells = list(table.rows[at])
                cells[place], cells[other] = cells[other], cells[place]
                yield "swapped", field["name"], table.with_row(at, cells)


# --- cells --------------------------------------------------------------------------------------


def _number(change: Callable[[float], float]) -> Spoil:
    def spoil(cell: str) -> str:
        value = change(float(cell))
        whole = "." not in cell and value == int(value)
        return str(int(value)) if whole else f"{value:.12f}".rstrip("0").rstrip(".")

    return spoil


def _large(table: Copy, place: int) -> Iterator[tuple[str, str, bytes]]:
    """The largest, the middle and any number of a column, times and by a thousand."""
    name = table.fields[place]["name"]
    order = sorted(table.filled(place), key=lambda at: abs(float(table.rows[at][place])))
    order = [at for at in order if float(table.rows[at][place])]
    for at in dict.fromkeys([*order[-1:], *order[len(order) // 2 :][:1]]):
        cell = table.rows[at][place]
        yield "times_1000", name, table.with_cell(at, place, _number(lambda x: x * 1000)(cell))
        if table.fields[place]["type"] == "number":
            less = _number(lambda x: x / 1000)(cell)
            yield "by_1000", name, table.with_cell(at, place, less)


NUMBERS: dict[str, Spoil] = {
    "plus_tenth": _number(lambda value: value * 1.1 if value * 1.1 % 1 else value + 1),
    "sign": _number(lambda value: -value),
    "decimal_comma": lambda cell: cell.replace(".", ",") if "." in cell else f"{cell},5",
    "thousands": lambda cell: f"1,{cell.lstrip('-')[:3].zfill(3)}",
    "exponent": lambda _: "1e308",
    "nan": lambda _: "nan",
    "inf": lambda _: "inf",
    "n_a": lambda _: "N/A",
    "wide_digits": lambda cell: cell.translate(WIDE),
    "arabic_digits": lambda cell: cell.translate(ARABIC),
    "digits_20": lambda _: "1" * 20,
    "digits_309": lambda _: "9" * 309,
    "unit_in_cell": lambda cell: f"{cell} Mt",
}
BOOLEANS: dict[str, Spoil] = {
    "flipped": lambda cell: "false" if cell == "true" else "true",
    "yes": lambda cell: "yes" if cell == "true" else "no",
    "code_case": str.upper,
}
PERIODS: dict[str, Spoil] = {
    "year_later": lambda cell: re.sub(r"\d{4}", lambda year: str(int(year[0]) + 1), cell),
    "year_2124": lambda cell: re.sub(r"\d{4}", lambda year: str(int(year[0]) + 100), cell),
    "year_1024": lambda cell: re.sub(r"\d{4}", lambda year: str(int(year[0]) - 1000), cell),
    "month_13": lambda cell: f"{cell[:4]}-13",
    "not_iso": lambda cell: f"11.03.{cell[:4]}",
    "end_first": lambda cell: f"{cell[:4]}-06/{cell[:4]}-01",
    "month_for_year": lambda cell: f"{cell[:4]}-01" if len(cell) == 4 else cell[:4],
    "wide_digits": lambda cell: cell.translate(WIDE),
}


def _homoglyph(cell: str) -> str:
    letter = next((each for each in ALIKE if re.search(f"[a-z]{each}|{each}[a-z]", cell)), "")
    return cell.replace(letter, ALIKE[letter], 1) if letter else f"{cell} p\u043ert"


TEXTS: dict[str, Spoil] = {
    "nul": lambda cell: f"{cell}\x00x",
    "control": lambda cell: f"{cell[:1]}\x07{cell[1:]}",
    "zero_width": lambda cell: f"{cell[:1]}\u200b{cell[1:]}",
    "right_to_left": lambda cell: f"\u202e{cell}",
    "homoglyph": _homoglyph,
    "mojibake": lambda cell: f"{cell} {'Türkiye'.encode().decode('cp1252')}",
    "decomposed": lambda cell: f"{cell} {unicodedata.normalize('NFD', 'é')}",
    "space_before": lambda cell: f" {cell}",
    "space_after": lambda cell: f"{cell} ",
    "no_break_space": lambda cell: f"{cell}\u00a0",
    "html": lambda cell: f"{cell} <b>x</b>",
    "script": lambda cell: f"{cell}<script>alert(1)</script>",
    "formula": lambda cell: f'=HYPERLINK("{cell[:9]}")',
    "long": lambda cell: cell + " x" * 50_000,
    "megabyte": lambda cell: cell + "x" * 1_000_000,
}


def _codes(table: Copy, place: int, valid: Mapping[str, Sequence[str]]) -> dict[str, Spoil]:
    name = table.fields[place]["name"]
    kinds: dict[str, Spoil] = {"wrong_code": lambda _: "zzz"}
    if codes := valid.get(name):
        kinds["code_case"] = lambda cell: cell.swapcase()
        kinds["other_code"] = lambda cell: _other(cell, codes)
    return kinds


def _sources(table: Copy, name: str, valid: Mapping[str, Sequence[str]]) -> dict[str, Spoil]:
    return {
        "unknown_source": lambda cell: f"{cell}_x",
        "other_source": lambda cell: _other(cell, valid["source"]),
        "sources_by_comma": lambda cell: f"{cell}, {cell}",
        "space_after": lambda cell: f"{cell} ",
        "script": lambda cell: f"{cell}<script>alert(1)</script>",
    }


def _other(cell: str, codes: Sequence[str]) -> str:
    """A code beside the one that is there."""
    at = codes.index(cell) if cell in codes else 0
    return codes[(at + 1) % len(codes)]


def _times(table: Copy) -> Iterator[tuple[str, str, bytes]]:
    """A result of a year to come, and a plan that is called a result."""
    names = table.header
    if not {"period", "status"} <= set(names):
        return
    when, status = names.index("period"), names.index("status")
    counted = [at for at in table.filled(when) if table.rows[at][status] in COUNTED]
    if counted:
        at = table.dice("future").choice(counted)
        yield "future_actual", "period", table.with_cell(at, when, "2031")
    planned = [
        at for at, row in enumerate(table.rows)
        if row[status] in ("target", "forecast") and row[when]
    ]  # fmt: skip
    if planned:
        at = table.dice("relabelled").choice(planned)
        yield "relabelled", "status", table.with_cell(at, status, "actual")
