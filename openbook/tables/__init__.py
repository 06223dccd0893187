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
follows from the files (sha256, size, rows, coverage) if they are valid, and says what it changed.
`new NAME` writes a first `data/schema/NAME.yml` from `data/NAME.csv`.

Two environment variables: OPENBOOK_DATA names another data folder, OPENBOOK_BUILD the folder for
what is only a memory of earlier validations (`_build` beside the data, if it is not set).
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

from openbook import kernel
from openbook.tables import bibliography, csvfile, folder, stamps, store, trying
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
from openbook.tables.validation import check_bibliography
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
    "ranges",
    "references",
    "renew_hashes",
    "source",
    "use",
    "used",
]

CASES = ("low", "central", "high")  # the columns of an assumption
EVERY = "all"  # of `renew --fewer`: any table may lose rows
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
    _hold_sources()
    frame = _checked(name) if kernel.strict() else _tried(name)
    used[f"table:{name}"] = store.table_digest(name)
    return frame.copy()


def _hold_sources() -> None:
    """Raises TableError if references.bib is not the stamped one, where the book is built."""
    if kernel.strict():
        check_bibliography()


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


def ranges() -> list[str]:
    """The tables of assumptions: those with a low, a central and a high value."""
    held = {r["name"]: {f["name"] for f in r["schema"]["fields"]} for r in package()["resources"]}
    return [name for name, fields in held.items() if fields >= set(CASES)]


def files() -> dict[str, bytes]:
    """The data package as files: each valid table's CSV, the schema and the bibliography, by name.

    Raises TableError if a table breaks a rule or is not the one that its sha256 stands for.
    """
    found = {name: _read(_folder() / name) for name in ("datapackage.json", "references.bib")}
    used["package"], used["references"] = (_sha(raw) for raw in found.values())
    now = _whole_digest()
    if now not in (_stamped(WHOLE), _stamped(TABLES)):
        check_bibliography()
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
    _hold_sources()
    used["references"] = _sha(_read(_folder() / "references.bib"))
    return found


def source(key: str) -> Source:
    """One source of `data/references.bib`. Raises TableError if there is no such key."""
    found = store.sources().get(key)
    if found is None:
        raise _error("references.bib", [Violation(*unknown_source(key, store.sources()))])
    _hold_sources()
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
    try:
        check_bibliography()
    except TableError as error:
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


def renew_hashes(fewer: Collection[str] = ()) -> list[str]:
    """Write sha256, size, rows and coverage of what has changed and is valid; the names of those.

    `fewer` are the tables that may lose rows or years. Raises TableError for what is not valid, or
    has lost some without being named, after writing the others.
    """
    changed, errors = _renew(fewer)
    if errors:
        raise TableError("\n".join(map(str, errors)))
    return list(changed)


def _renew(fewer: Collection[str] = ()) -> tuple[dict[str, str], list[TableError]]:
    """What a renewal has changed, in words by the name of table or bibliography; what is wrong."""
    there = (_folder() / "datapackage.json").is_file() or not folder.described_files()
    if there and _stamped(WHOLE) == _whole_digest():  # nothing has changed since all was well
        return {}, []
    from openbook.tables import described

    changed = dict.fromkeys(described.make() if folder.described_files() else [], "its description")
    whole, errors = deepcopy(_package()), []
    stamp = stamps.of_bibliography(store.bibliography_bytes(), len(store.sources()))
    if whole.get(stamps.BIBLIOGRAPHY) != stamp:
        before, now = whole.get(stamps.BIBLIOGRAPHY, {}).get("entries", "no"), stamp["entries"]
        changed["references"] = f"{before} → {now} sources" if before != now else "other words"
        whole = stamps.with_bibliography(whole, stamp)
    for at, resource in enumerate(whole["resources"]):
        name = resource["name"]
        try:
            stamp = stamps.of_table(resource, _csv_bytes(resource), _valid(name))
            if not {name, EVERY} & set(fewer) and (gone := [*stamps.lost(resource, stamp)]):
                raise _error(resource["path"], gone)
        except TableError as error:
            errors.append(error)
            continue
        if resource | stamp != resource:
            changed[name] = stamps.moved(resource, stamp)
            whole["resources"][at] = resource | stamp
    if changed:
        described.write(whole)
    errors += _book_errors() if not errors else []
    if not errors:
        _leave_stamp(WHOLE, _whole_digest())
    return changed, list({str(error): error for error in errors}.values())


def _whole_digest() -> str:
    """Covers every file that a rule looks at: schema, bibliography, tables, pages, this code."""
    paths = [_folder() / "datapackage.json", _folder() / "references.bib"]
    paths += [*_tables(), *folder.described_files(), *_pages()]
    return _sha(f"{folder.CODE} {folder.digest_of(paths)}".encode())


USAGE = "usage: python -m openbook.tables check | renew [--fewer NAME,NAME] | new NAME"


def main(arguments: list[str]) -> int:
    """`check`, `renew` or `new NAME` on the command line; 0 if every table is valid."""
    match arguments:
        case ["renew"] | ["check"] | ["new", _]:
            fewer: list[str] = []
        case ["renew", "--fewer", names]:
            fewer = names.replace(",", " ").split()
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    try:
        if arguments[0] == "new":
            print(f"{first_description(arguments[1])}: write what is TODO there, then `make data`")
            return 0
        errors = check() if arguments == ["check"] else _told_renewal(fewer)
    except TableError as error:  # of the schema as a whole
        errors = [error]
    for found in errors:
        print(found, file=sys.stderr)
    if not errors:
        print(f"{len(_package()['resources'])} tables and {len(store.sources())} sources are valid")
    return bool(errors)


def _told_renewal(fewer: Collection[str]) -> list[TableError]:
    from openbook.tables import history

    changed, errors = _renew(fewer)
    print("renewed: " + ", ".join(changed) if changed else "nothing to renew")
    for name, what in changed.items():
        print(f"  {name}: {what}")
        if name != "references":
            path = store.resource(name)["path"]
            for line in history.since_the_last_commit(_folder() / path):
                print(f"    {line}")
    return errors
