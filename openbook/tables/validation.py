"""A table validated once per content: cells, rules, and the sums that the schema has of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from openbook.tables import csvfile, metadata, periods, rules, stamps, store
from openbook.tables.cells import cell_violations
from openbook.tables.folder import (
    TableError,
    data_folder,
    described_in,
    remember,
    remembered,
    table_error,
)
from openbook.tables.options import Context
from openbook.tables.violations import ValidationError, Violation

if TYPE_CHECKING:  # pandas takes a third of a second, which a command mostly has no need of
    import pandas as pd

_frames: dict[tuple[Path, str], tuple[str, pd.DataFrame]] = {}


def differs(name: str) -> bool:
    """Whether a table's file is another one than the schema's sha256 stands for."""
    resource = store.resource(name)
    return stamps.hash_of(store.csv_bytes(resource)) != resource.get("hash")


def checked(name: str) -> pd.DataFrame:
    """The valid table whose file is the one that the schema's sha256 and coverage stand for.

    Raises TableError if it breaks a rule, or if sha256 or coverage are another file's.
    """
    resource = store.resource(name)
    stamp, told = stamps.hash_of(store.csv_bytes(resource)), resource.get("hash", "no sha256")
    changed = _changed("a table", stamp, told)
    try:
        frame = valid(name)
    except TableError as error:  # what is wrong inside matters more, so it comes first
        if stamp == told or error.path != resource["path"]:
            raise
        raise table_error(resource["path"], [*error.violations, changed]) from None
    if stamp != told:
        raise table_error(resource["path"], [changed])
    covered = periods.coverage(resource["schema"]["fields"], frame)
    said = resource.get("openbook", {}).get("coverage", "nothing")
    if covered not in (None, said):
        violation = Violation(
            f'the rows of table "{name}" cover {covered}, its coverage says {said}',
            "coverage is what the dates of the rows span",
            "Run `make data`, which writes it.",
        )
        raise table_error("datapackage.json", [violation])
    if resource.get("rows", len(frame)) != len(frame):
        violation = Violation(
            f'table "{name}" has {len(frame)} rows, {resource["rows"]} are said',
            "the number of rows follows from the file",
            "Run `make data`, which writes it.",
        )
        raise table_error("datapackage.json", [violation])
    return frame


def check_bibliography() -> None:
    """Raises TableError if references.bib is not the one that datapackage.json has the sum of."""
    raw = store.bibliography_bytes()
    stamp = stamps.hash_of(raw)
    told = store.package().get(stamps.BIBLIOGRAPHY, {}).get("hash", "no sha256")
    if stamp != told:
        store.sources()  # what is wrong inside matters more, so it comes first
        raise table_error("references.bib", [_changed("the bibliography", stamp, told)])


def _changed(what: str, stamp: str, told: str) -> Violation:
    """The violation of a file whose sum is not the one that datapackage.json says."""
    return Violation(
        f"the file has {stamp[:19]}…, datapackage.json says {told[:19]}…",
        f"{what} and its sha256 change together",
        "If the change is meant, run "
        "`make data`, which checks it and renews the sha256, and commit both files.",
    )


def valid(name: str) -> pd.DataFrame:
    """The typed table, validated once per content: in this process, and across kernels.

    Raises TableError if it, its description or a table that it refers to breaks a rule.
    """
    key = store.validity_digest(name)
    place = (data_folder(), name)
    if _frames.get(place, ("",))[0] != key:
        _frames[place] = key, _validate(name, key)
    return _frames[place][1]


def _validate(name: str, key: str) -> pd.DataFrame:
    resource = store.resource(name)
    schema = resource["schema"]
    for other in store.referenced_tables(name):
        valid(other)
    stated, misstated = store.stated_rules(name)
    if wrong := list(metadata.table_violations(resource, stated, misstated)):
        raise table_error(described_in(name), wrong)
    try:
        rows = store.rows_of(resource)
        if remembered(name) == key:
            return csvfile.to_dataframe(schema["fields"], rows)
        others = [as_text(store.resource(other)) for other in store.referenced_tables(name)]
        if wrong := cell_violations(resource, rows, others, store.sources().keys()):
            raise ValidationError(*wrong)
        frame = csvfile.to_dataframe(schema["fields"], rows)
        found = rules.violations(stated, frame, context())
        if wrong := [replace(each, line=rows[(each.row or 1) - 1].line) for each in found]:
            raise ValidationError(*wrong)
    except ValidationError as broken:
        raise table_error(resource["path"], broken.args) from None
    remember(name, key)
    return frame


def context() -> Context:
    """What rules ask of the rest of the book."""
    sources = store.sources().values()
    read_on = {source.key: source.accessed for source in sources}
    return Context(valid, _key, read_on, {source.key: source.date for source in sources})


def as_text(resource: dict) -> dict:
    """A table as foreign keys need it: its fields and its cells."""
    fields = resource["schema"]["fields"]
    cells = [[field["name"] for field in fields], *(row.cells for row in store.rows_of(resource))]
    return {"name": resource["name"], "data": cells, "schema": {"fields": fields}}


def _key(name: str) -> str:
    """The column, or the first one, that tells the rows of a table apart."""
    key = store.resource(name)["schema"]["primaryKey"]
    return key if isinstance(key, str) else key[0]
