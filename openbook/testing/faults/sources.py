"""Spoiled copies of the bibliography, and what the door says to them.

A part of it is taken, some entries of each kind of source: all of it would take half a second a
fault to read.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from openbook.tables import bibliography, folder, store
from openbook.tables.violations import ValidationError
from openbook.testing.faults.copies import SEED, Fault

NAME = "references"
OF_A_KIND = 3  # entries
_ENTRY = re.compile(r"(?ms)^@\w+\{([^,]+),\n.*?^\}\n?")


def part() -> str:
    """The entries of the bibliography that are spoiled, as written there."""
    entries = {m[1]: m[0] for m in _ENTRY.finditer(store.bibliography_bytes().decode())}
    kinds: dict[str, list[str]] = {}
    whole = {each.key for each in store.sources().values() if each.date and each.url}
    for source in store.sources().values():
        kinds.setdefault(source.kind, []).append(source.key)
    kinds = {kind: [key for key in keys if key in whole] or keys for kind, keys in kinds.items()}
    dice = random.Random(SEED)
    kept = [dice.sample(keys, min(OF_A_KIND, len(keys))) for keys in kinds.values()]
    return "\n".join(entries[key] for keys in kept for key in keys)


def _set(name: str, text: str) -> Callable[[str], str]:
    """Another text in a field of an entry."""
    return lambda entry: re.sub(
        rf"(?m)^(\s*{name} = )\{{.*\}}(,?)$", lambda m: f"{m[1]}{{{text}}}{m[2]}", entry
    )


def _gone(name: str) -> Callable[[str], str]:
    return lambda entry: re.sub(rf"(?m)^\s*{name} = .*\n", "", entry)


def _field(entry: str, name: str) -> str:
    found = re.search(rf"(?m)^\s*{name} = \{{+(.*?)\}}+,?$", entry)
    return found[1] if found else ""


def _key(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda entry: re.sub(r"^(@\w+\{)([^,]+)", lambda m: m[1] + change(m[2]), entry)


def _year(apart: int) -> Callable[[str], str]:
    def spoil(entry: str) -> str:
        date = _field(entry, "date")
        return _set("date", re.sub(r"\d{4}", lambda y: str(int(y[0]) + apart), date))(entry)

    return spoil


OF_AN_ENTRY: dict[str, Callable[[str], str]] = {
    "bib_javascript": _set("url", "javascript:alert(1)"),
    "bib_scheme": lambda entry: entry.replace("url = {http", "url = {htp"),
    "bib_no_address": _gone("url"),
    "bib_quote": _set("url", 'https://example.org/"onload="x'),
    "bib_key": _key(lambda key: f'{key}"><svg/onload=x>'),
    "bib_key_case": _key(str.upper),
    "bib_gone": lambda _: "",
    "bib_comment": lambda entry: entry.replace("@misc", "@comment"),
    "bib_double": lambda entry: f"{entry}\n{entry}",
    "bib_same_page": lambda entry: f"{entry}\n{_key(lambda key: key + '_b')(entry)}",
    "bib_broken": lambda entry: entry.rstrip().removesuffix("}") + "\n",
    "bib_no_title": _gone("title"),
    "bib_html": lambda entry: re.sub(r"title = \{+", r"\g<0><b>x</b>", entry),
    "bib_nul": lambda entry: re.sub(r"title = \{+", "\\g<0>\x00", entry),
    "bib_month_13": _set("date", "2024-13"),
    "bib_future": _set("urldate", "2099-01-01"),
    "bib_read_before": _set("urldate", "1999-01-01"),
    "bib_dated_2124": _set("date", "2124"),
    "bib_kind": _set("howpublished", "newz"),
    "bib_no_kind": _gone("howpublished"),
    "bib_year_before": _year(-1),
    "bib_undated": _gone("date"),
    "bib_other_page": lambda entry: re.sub(r"(url = \{.*?)(\}+,?)\n", r"\1x\2\n", entry),
}


def faults(text: str) -> Iterator[Fault]:
    """Every entry spoiled in each way, then the file as a whole."""
    entries = [m[0] for m in _ENTRY.finditer(text)]
    for kind, spoil in OF_AN_ENTRY.items():
        for entry in random.Random(f"{SEED} {kind}").sample(entries, min(5, len(entries))):
            spoiled = text.replace(entry, spoil(entry))
            if spoiled != text:
                yield Fault(kind, NAME, "", spoiled.encode())
    yield Fault("bib_bom", NAME, "", b"\xef\xbb\xbf" + text.encode())
    yield Fault("bib_latin1", NAME, "", text.encode() + b"\xe9")
    yield Fault("bib_empty", NAME, "", b"")
    yield Fault("crlf", NAME, "", text.replace("\n", "\r\n").encode())


def is_caught(text: str, fault: Fault) -> bool:
    """Whether the bibliography's rules, a table that cites it, or its list refuse a copy."""
    cited = {m[1] for m in _ENTRY.finditer(text)}
    places = {
        path.name: "\n".join(m[0] for m in bibliography.PLACED.finditer(page))
        for path in folder.pages()
        for page in [path.read_text("utf-8")]
    }
    try:
        found = bibliography.read_sources(fault.raw)
    except ValidationError:
        return True
    if cited - found.keys():
        return True
    return any(bibliography.unfitting_sources(found, cited, places))
