"""The folder `data/schema`: datapackage.json made of it, held against it, and a first description.

Imported where a table is described: to load one, datapackage.json is enough, and no YAML is read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from openbook.tables import metadata, scaffold, schema, store
from openbook.tables.csvfile import decode
from openbook.tables.folder import (
    SCHEMA,
    TableError,
    csv_files,
    data_folder,
    described_files,
    read,
    table_error,
)
from openbook.tables.violations import ValidationError, Violation, nearest

MADE = "datapackage.json"


def make() -> list[str]:
    """Write what `data/schema` makes, if it is not there yet; the names of the tables it changed.

    Raises TableError, and writes nothing, if a file of the folder is wrong.
    """
    held = {resource["name"]: resource for resource in _held().get("resources", [])}
    made = _made()
    write(made)
    return [each["name"] for each in made["resources"] if each != held.get(each["name"])]


def compare() -> None:
    """Raises TableError if datapackage.json is not what `data/schema` makes."""
    made = _made()
    if schema.text_of(made).encode() != read(data_folder() / MADE):
        violation = Violation(
            f"it is not made of {SCHEMA}/: {schema.difference(made, _held())} differs",
            f"tables are described in {SCHEMA}/, and {MADE} is made of that",
            f"Edit the file in {SCHEMA}/, never this one; then run `make data`.",
        )
        raise table_error(MADE, [violation])


def write(package: dict[str, Any]) -> None:
    """Write datapackage.json, if it is not so already."""
    text = schema.text_of(package).encode()
    path, draft = data_folder() / MADE, data_folder() / f".{MADE}.{os.getpid()}"
    if not path.is_file() or path.read_bytes() != text:
        draft.write_bytes(text)
        draft.replace(path)  # whole, or as it was


def first_description(name: str) -> Path:
    """Write a first `data/schema/NAME.yml` from `data/NAME.csv`; its path.

    Raises TableError if there is no such CSV, it can't be read, or it is described already.
    """
    path = data_folder() / SCHEMA / f"{name}.yml"
    if path.exists():
        violation = Violation(
            "the table is described already",
            "a first description replaces none",
            "Edit the file; or delete it first, if it is to be written anew.",
        )
        raise table_error(f"{SCHEMA}/{name}.yml", [violation])
    if not metadata.NAME.fullmatch(name) or not (data_folder() / f"{name}.csv").is_file():
        known = {table.stem for table in csv_files()} - {file.stem for file in described_files()}
        violation = Violation(
            "there is no such table",
            "a table's name begins with a small letter and goes on in these, digits and _; its "
            "rows are there before it is described",
            f"{nearest(name, known)}Write its rows first.",
        )
        raise table_error(f"{name}.csv", [violation])
    file = f"{SCHEMA}/{schema.PACKAGE}"
    try:
        shared = schema.shared_of(decode(read(data_folder() / file)))
        file = f"{name}.csv"
        columns = scaffold.columns_of(read(data_folder() / file))
    except ValidationError as broken:
        raise table_error(file, broken.args) from None
    keys = {
        key: (resource["name"], scaffold.columns_of(store.csv_bytes(resource))[key])
        for resource in _held().get("resources", [])
        for key in resource["schema"]["primaryKey"]
        if len(resource["schema"]["primaryKey"]) == 1
    }
    text = scaffold.first_description(name, columns, shared["fields"], keys)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _held() -> dict[str, Any]:
    """The datapackage.json that is there; {} if there is none that can be read."""
    try:
        held = json.loads(read(data_folder() / MADE))
        return held if {resource["name"] for resource in held["resources"]} else {}
    except (TableError, ValueError, KeyError, TypeError):  # such as one that git could not merge
        return {}


def _made() -> dict[str, Any]:
    """The package that the files of `data/schema` make. Raises TableError if one is wrong."""
    texts, errors = {}, []
    for path in described_files():
        try:
            texts[path.name] = decode(read(path))
        except ValidationError as broken:
            errors.append(table_error(f"{SCHEMA}/{path.name}", broken.args))
    try:
        made = schema.package_of(texts, _held())
    except schema.SchemaError as broken:
        for file in dict(broken.violations):
            wrong = [each for at, each in broken.violations if at == file]
            errors.append(table_error(f"{SCHEMA}/{file}", wrong))
    if errors:
        raise TableError("\n".join(map(str, errors)))
    if wrong := list(metadata.package_violations(made)):
        raise table_error(f"{SCHEMA}/{schema.PACKAGE}", wrong)
    return made
