"""The schema and the bibliography, parsed only if their bytes are new, and digests of all files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from openbook.tables import bibliography, csvfile, folder, metadata, periods, rules, stamps
from openbook.tables.bibliography import Source
from openbook.tables.folder import data_folder, read, remember, remembered, sha256, table_error
from openbook.tables.violations import ValidationError, Violation, nearest

SOURCES = ".sources"  # remembers the bibliography as it was read


def _schema() -> bytes:
    return read(data_folder() / "datapackage.json")


def package() -> dict:
    """`datapackage.json`, shared by all who ask. Raises TableError if it can't be read."""
    return _parse_package(_schema())


@lru_cache(maxsize=8)
def _parse_package(raw: bytes) -> dict:
    try:
        found = json.loads(raw)
        for resource in found["resources"]:
            resource["name"], resource["path"], resource["schema"]["fields"]
            for key in resource["schema"].get("foreignKeys", []):
                key["fields"], key["reference"]["resource"]
    except (ValueError, KeyError, TypeError) as error:
        violation = Violation(
            f"it can't be read ({type(error).__name__}: {error})",
            "the schema is JSON in UTF-8; a table has a name, a path, fields and whole keys",
            "Correct it.",
        )
        raise table_error("datapackage.json", [violation]) from None
    if wrong := list(metadata.package_violations(found)):
        raise table_error(folder.described_in("_package"), wrong)
    return found


@lru_cache(maxsize=8)
def _described(raw: bytes) -> dict[str, dict]:
    return {each["name"]: each for each in _parse_package(raw)["resources"]}


def resource(name: str) -> dict:
    """What the schema says of a table, shared by all who ask. TableError if there is none."""
    return _resource(_schema(), name)


def _resource(raw: bytes, name: str) -> dict:
    tables = _described(raw)
    if name not in tables:
        violation = Violation(
            f'there is no table "{name}"',
            f"the tables are {', '.join(sorted(tables))}",
            nearest(name, tables) + "Check the name.",
        )
        raise table_error("datapackage.json", [violation])
    return tables[name]


def csv_bytes(described: Mapping[str, Any]) -> bytes:
    """The file of a table that the schema describes."""
    return read(data_folder() / described["path"])


def bibliography_bytes() -> bytes:
    """The file `references.bib`."""
    return read(data_folder() / "references.bib")


def sources() -> dict[str, Source]:
    """Every source by key. Raises TableError if the bibliography is malformed."""
    return _parse_bib(bibliography_bytes())


@lru_cache(maxsize=8)
def _parse_bib(raw: bytes) -> dict[str, Source]:
    """The valid sources of a bibliography, taken from an earlier reading if nothing has changed."""
    key = sha256(f"{folder.CODE} {sha256(raw)}".encode())
    try:
        kept = json.loads(remembered(SOURCES) or "{}")
    except ValueError:  # cut short by a full disk
        kept = {}
    if kept.get("key") == key:
        return {entry["key"]: Source(**entry) for entry in kept["sources"]}
    try:
        found = bibliography.read_sources(raw)
    except ValidationError as broken:
        raise table_error("references.bib", broken.args) from None
    entries = [asdict(entry) for entry in found.values()]
    remember(SOURCES, json.dumps({"key": key, "sources": entries}))
    return found


@lru_cache(maxsize=8)
def _descriptors(raw: bytes) -> dict[str, bytes]:
    """What the schema says of each table, without what follows from the table's file."""
    return {
        resource["name"]: _descriptor(resource) for resource in _parse_package(raw)["resources"]
    }


def _descriptor(resource: dict) -> bytes:
    kept = {key: value for key, value in resource.items() if key not in stamps.DERIVED}
    if periods.date_columns(resource["schema"]["fields"]):
        own = resource.get("openbook", {})
        kept["openbook"] = {key: value for key, value in own.items() if key != "coverage"}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()


def table_digest(name: str) -> str:
    """Covers a table's rows and its description, without what follows from the rows."""
    raw = _schema()
    content = csv_bytes(_resource(raw, name))
    return sha256(f"{sha256(content)} {sha256(_descriptors(raw)[name])}".encode())


def source_digest(entry: Source) -> str:
    """Covers all that the bibliography says of a source."""
    return sha256(json.dumps(asdict(entry), sort_keys=True).encode())


@lru_cache(maxsize=1024)
def _stated(raw: bytes, name: str) -> tuple[list[rules.Rule], list[Violation]]:
    return rules.read_rules(_resource(raw, name))


def stated_rules(name: str) -> tuple[list[rules.Rule], list[Violation]]:
    """The rules that the schema states of a table, and what is wrong with how they are stated."""
    return _stated(_schema(), name)


def referenced_tables(name: str) -> list[str]:
    """The other tables whose rows decide whether a table is valid. TableError if there is none."""
    return _references(_schema(), name)


@lru_cache(maxsize=1024)
def _references(raw: bytes, name: str) -> list[str]:
    described, (stated, _) = _resource(raw, name), _stated(raw, name)
    keys = [key["reference"]["resource"] for key in described["schema"].get("foreignKeys", [])]
    named = dict.fromkeys(keys + [other for rule in stated for other in rule.tables_named()])
    return [other for other in named if other not in ("", name)]


def validity_digest(name: str) -> str:
    """Covers the table, its schema, the sources, the tables it refers to, and this code."""
    others = [validity_digest(other) for other in referenced_tables(name)]
    bib = sha256(read(data_folder() / "references.bib"))
    return sha256(" ".join([folder.CODE, bib, table_digest(name), *others]).encode())


def rows_of(described: Mapping[str, Any]) -> list[csvfile.Row]:
    """The rows of a table as text. Raises ValidationError if its file can't be read."""
    names = [field["name"] for field in described["schema"]["fields"]]
    return csvfile.read_rows(csv_bytes(described), names)
