"""The only door to the book's figures.

>>> from openbook.tables import load
>>> exports = load("oil_exports")

Each table is described in `data/schema/NAME.yml`. `renew` makes `data/datapackage.json` of these
(`schema`), which alone is read here: a book without that folder writes it by hand. Frictionless
applies its structural rules (types, required cells, lists, bounds, keys); `cells` adds how values
are spelled, ISO periods and sources; `rules` lists the kinds of rules that a table states, RULES.md
has each with an example; `metadata` and `bibliography` ask of the schema and the sources what the
site needs of them. A table that breaks a rule is a `TableError` that says where, which rule and
what to do; one that passed is not validated again until something it depends on changes.

`python -m openbook.tables check` validates everything. `renew` makes datapackage.json, with what
follows from the rows (sha256, size, coverage) of changed tables that are valid. `new NAME` writes a
first `data/schema/NAME.yml` from `data/NAME.csv`.

Two environment variables: OPENBOOK_DATA names another data folder, OPENBOOK_BUILD the folder for
what is only a memory of earlier validations (`_build` beside the data, if it is not set).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openbook import kernel
from openbook.tables import bibliography, csvfile, folder, periods, store, trying
from openbook.tables.bibliography import OWN, Source
from openbook.tables.folder import BUILD, DATA, TableError, use
from openbook.tables.folder import book_folder as _book
from openbook.tables.folder import csv_files as _tables
from openbook.tables.folder import data_folder as _folder
from openbook.tables.folder import pages as _pages
from openbook.tables.folder import read as _read
from openbook.tables.folder import remember as _leave_stamp
from openbook.tables.folder import remembered as _stamped
from openbook.tables.folder import sha256 as _sha
from openbook.tables.folder import table_error as _error
from openbook.tables.periods import period_bounds, period_middle
from openbook.tables.store import csv_bytes as _csv_bytes
from openbook.tables.store import package as _package
from openbook.tables.validation import checked as _checked
from openbook.tables.validation import differs as _differs
from openbook.tables.validation import valid as _valid
from openbook.tables.violations import ValidationError, Violation, unknown_source

if TYPE_CHECKING:  # pandas takes a third of a second, which `renew` mostly has no need of
    import pandas as pd

__all__ = [
    "BUILD",
    "DATA",
    "OWN",
    "Source",
    "TableError",
    "check",
    "describe",
    "digest",
    "files",
    "first_description",
    "first_print",
    "load",
    "package",
    "period_bounds",
    "period_middle",
    "references",
    "renew_hashes",
    "source",
    "use",
    "used",
]

WHOLE = ".whole"  # remembers what all files were when all was well
TABLES = ".tables"  # what they were when each table was the valid one that the schema means

used: dict[str, str] = {}
"""What this kernel has read, as "table:<name>", "source:<key>", "package", "references": digest."""


def load(name: str) -> pd.DataFrame:
    """A validated table of `data/`, in the file's column order; the copy is the caller's own.

    Text is `str`, whole numbers `Int64`, numbers `float64`, booleans `bool` (`boolean` where a
    cell may be empty). Units are in the column `unit`, or in the schema (`describe`).
    A reader's own run takes a valid table whose file is not the book's, too, and says so once.
    Raises TableError if there is no such table, it breaks a rule or, when the book is built or
    tested, its file is not the one that its sha256 stands for.
    """
    frame = _checked(name) if kernel.strict() else _tried(name)
    used[f"table:{name}"] = store.table_digest(name)
    return frame.copy()


def _tried(name: str) -> pd.DataFrame:
    """A valid table, whosever its rows are; a note if they are not the book's."""
    if not _differs(name):
        return _checked(name)
    frame = _valid(name)
    trying.tell(store.resource(name)["path"], store.table_digest(name))
    return frame


def describe(name: str) -> dict:
    """The table's own part of datapackage.json: title, fields, units, licence, coverage."""
    resource = store.resource(name)
    used[f"table:{name}"] = store.table_digest(name)
    return deepcopy(resource)


def package() -> dict:
    """The whole of `data/datapackage.json`; a page that asks for it depends on all of it."""
    used["package"] = _sha(_read(_folder() / "datapackage.json"))
    return deepcopy(_package())


def files() -> dict[str, bytes]:
    """The data package as files: each valid table's CSV, the schema and the bibliography, by name.

    Raises TableError if a table breaks a rule or is not the one that its sha256 stands for.
    """
    found = {name: _read(_folder() / name) for name in ("datapackage.json", "references.bib")}
    used["package"], used["references"] = (_sha(raw) for raw in found.values())
    now = _whole_digest()
    if now not in (_stamped(WHOLE), _stamped(TABLES)):
        for resource in _package()["resources"]:
            _checked(resource["name"])
        _leave_stamp(TABLES, now)
    for resource in _package()["resources"]:
        used[f"table:{resource['name']}"] = store.table_digest(resource["name"])
        found[resource["path"]] = _csv_bytes(resource)
    return found


def references() -> dict[str, Source]:
    """Every source by key; a page that asks for them depends on the whole bibliography.

    Raises TableError, naming the entry, if `data/references.bib` is malformed.
    """
    found = dict(store.sources())
    used["references"] = _sha(_read(_folder() / "references.bib"))
    return found


def source(key: str) -> Source:
    """One source of `data/references.bib`. Raises TableError if there is no such key."""
    found = store.sources().get(key)
    if found is None:
        raise _error("references.bib", [Violation(*unknown_source(key, store.sources()))])
    used[f"source:{key}"] = store.source_digest(found)
    return found


def first_print(cells: Iterable[str]) -> str | None:
    """Since when a fact is in print: the earliest of the sources held for it; None if undated.

    `cells` are the cells `source` of all rows that state it. The sources of one cell stand together
    behind its row, so that a row is in print when the last of them is; so is one of several dates.
    """
    rows = [[source(key).date for key in cell.split(";")] for cell in cells]
    days = [max(dates, key=lambda date: period_bounds(date)[1]) for dates in rows if all(dates)]
    return min(days, key=lambda date: period_bounds(date)[1], default=None)


def digest(dep_id: str) -> str | None:
    """The digest that an id of `used` has now; None if what it names is gone or unreadable."""
    kind, _, name = dep_id.partition(":")
    try:
        match kind:
            case "table":
                return store.table_digest(name)
            case "source":
                return store.source_digest(store.sources()[name])
            case "package":
                return _sha(_read(_folder() / "datapackage.json"))
            case "references":
                return _sha(_read(_folder() / "references.bib"))
    except (TableError, KeyError):
        return None
    raise ValueError(f'"{dep_id}" is not an id of openbook.tables.used')


def check() -> list[TableError]:
    """Validate the bibliography, the schema and every table; the errors, none if all is well."""
    from openbook.tables import described

    errors: list[TableError] = []
    try:
        store.sources()
        paths = {resource["name"]: resource["path"] for resource in _package()["resources"]}
        if folder.described_files():
            described.compare()
    except TableError as error:
        return [error]
    for name, path in paths.items():
        try:
            _checked(name)
        except TableError as error:
            elsewhere = error.path != path and error.path in paths.values()  # and told there
            if not elsewhere and str(error) not in map(str, errors):
                errors.append(error)
    return errors + _book_errors()


def _book_errors() -> list[TableError]:
    """What does not fit between the files: stray tables, sources that no row or page needs."""
    described = {resource["path"] for resource in _package()["resources"]}
    stray = Violation(
        "the file is in no resource of datapackage.json",
        "every table is described",
        "Describe it (`make table NAME=…` writes a first description), or delete the file.",
    )
    found = [(path.name, stray) for path in _tables() if path.name not in described]
    cited = {
        key
        for resource in _package()["resources"]
        for cell in _source_cells(resource)
        for key in cell.split(";")
    }
    pages = {
        path.relative_to(_book()).as_posix(): _read(path).decode("utf-8", "replace")
        for path in _pages()
    }
    found += bibliography.unfitting_sources(store.sources(), cited, pages)
    return [_error(path, [each for at, each in found if at == path]) for path in dict(found)]


def _source_cells(resource: dict) -> set[str]:
    """What stands in the columns of sources; nothing if the file can't be read, as is told then."""
    places = csvfile.source_columns(resource["schema"]["fields"])
    try:
        return {row.cells[at] for row in store.rows_of(resource) for at in places if row.cells[at]}
    except (ValidationError, TableError):
        return set()


def first_description(name: str) -> Path:
    """Write a first `data/schema/NAME.yml` from `data/NAME.csv`; its path.

    Raises TableError if there is no such CSV, it can't be read, or it is described already.
    """
    from openbook.tables import described

    return described.first_description(name)


def renew_hashes() -> list[str]:
    """Write sha256, size and coverage of every changed table that is valid; the names of those.

    Raises TableError for the tables that are not valid, after writing the others.
    """
    changed, errors = _renew()
    if errors:
        raise TableError("\n".join(map(str, errors)))
    return changed


def _renew() -> tuple[list[str], list[TableError]]:
    there = (_folder() / "datapackage.json").is_file() or not folder.described_files()
    if there and _stamped(WHOLE) == _whole_digest():  # nothing has changed since all was well
        return [], []
    from openbook.tables import described

    changed = described.make() if folder.described_files() else []
    whole, errors = deepcopy(_package()), []
    for at, resource in enumerate(whole["resources"]):
        try:
            written = resource | _written(resource)
        except TableError as error:
            errors.append(error)
            continue
        if written != resource:
            whole["resources"][at] = written
            changed.append(resource["name"])
    if changed:
        described.write(whole)
    errors += _book_errors() if not errors else []
    if not errors:
        _leave_stamp(WHOLE, _whole_digest())
    return list(dict.fromkeys(changed)), list({str(error): error for error in errors}.values())


def _written(resource: dict) -> dict[str, Any]:
    """What the schema says of a table that follows from its file: sha256, size, coverage."""
    covered = periods.coverage(resource["schema"]["fields"], _valid(resource["name"]))
    raw, own = _csv_bytes(resource), resource.get("openbook", {})
    return {
        "hash": f"sha256:{_sha(raw)}",
        "bytes": len(raw),
        **({"openbook": own | {"coverage": covered}} if covered else {}),
    }


def _whole_digest() -> str:
    """Covers every file that a rule looks at: schema, bibliography, tables, pages, this code."""
    paths = [_folder() / "datapackage.json", _folder() / "references.bib"]
    paths += [*_tables(), *folder.described_files(), *_pages()]
    return _sha(f"{folder.CODE} {folder.digest_of(paths)}".encode())


def main(arguments: list[str]) -> int:
    """`check`, `renew` or `new NAME` on the command line; 0 if every table is valid."""
    if arguments not in (["renew"], ["check"]) and (len(arguments), *arguments[:1]) != (2, "new"):
        print("usage: python -m openbook.tables check|renew|new NAME", file=sys.stderr)
        return 2
    try:
        if arguments[0] == "new":
            print(f"{first_description(arguments[1])}: write what is TODO there, then `make data`")
            return 0
        errors = check() if arguments == ["check"] else _told_renewal()
    except TableError as error:  # of the schema as a whole
        errors = [error]
    for found in errors:
        print(found, file=sys.stderr)
    if not errors:
        print(f"{len(_package()['resources'])} tables and {len(store.sources())} sources are valid")
    return bool(errors)


def _told_renewal() -> list[TableError]:
    changed, errors = _renew()
    print("renewed: " + ", ".join(changed) if changed else "nothing to renew")
    return errors
