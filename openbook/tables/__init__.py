"""The only door to the book's figures.

>>> from openbook.tables import load
>>> exports = load("oil_exports")

Each table is described in `data/schema/NAME.yml`. `renew` makes `data/datapackage.json` of these
(`openbook.tables.schema`), which alone is read here: a book without that folder writes it by hand.
Frictionless applies its structural rules (types, required cells, lists, bounds, keys),
`openbook.tables.rules` the rules beyond them, `openbook.tables.plausible` what a quantity can't be:
RULES.md in the folder of the package has each with an example. Every row's source is an entry of
`data/references.bib`. `openbook.tables.metadata` asks of the schema and the bibliography what the
site needs of them. A table that breaks a rule is a `TableError` that says where, which rule and
what to do; one that passed is not validated again until something it depends on changes.

`python -m openbook.tables check` validates everything. `renew` makes datapackage.json, with what
follows from the rows (sha256, size, coverage) of changed tables that are valid. `new NAME` writes a
first `data/schema/NAME.yml` from `data/NAME.csv`.

Two environment variables: OPENBOOK_DATA names another data folder, OPENBOOK_BUILD the folder for
what is only a memory of earlier validations (`_build` beside the data, if it is not set).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import asdict, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openbook.tables import metadata, plausible, rules
from openbook.tables.metadata import Source
from openbook.tables.rules import Fault, Faults, period_bounds

if TYPE_CHECKING:  # pandas takes a third of a second, which `renew` mostly has no need of
    import pandas as pd

__all__ = [
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
    "references",
    "renew_hashes",
    "source",
    "use",
    "used",
]

SHOWN = 10  # faults of a table in one message
SCHEMA = "schema"  # the folder in it where each table is described
DATA = "OPENBOOK_DATA"  # environment variable: the folder of the tables
BUILD = "OPENBOOK_BUILD"  # environment variable: the folder that is built into

used: dict[str, str] = {}
"""What this kernel has read, as "table:<name>", "source:<key>", "package", "references": digest."""


class TableError(ValueError):
    """A table, the schema or the bibliography breaks a rule; the message says where and how."""

    path: str = ""
    faults: tuple[Fault, ...] = ()


def load(name: str) -> pd.DataFrame:
    """A validated table of `data/`, in the file's column order; the copy is the caller's own.

    Text is `str`, whole numbers `Int64`, numbers `float64`, booleans `bool` (`boolean` where a
    cell may be empty). Units are in the column `unit`, or in the schema (`describe`).
    Raises TableError if there is no such table or it breaks a rule.
    """
    frame = _checked(name)
    used[f"table:{name}"] = _table_digest(name)
    return frame.copy()


def describe(name: str) -> dict:
    """The table's own part of datapackage.json: title, fields, units, licence, coverage."""
    resource = _resource(name)
    used[f"table:{name}"] = _table_digest(name)
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
        used[f"table:{resource['name']}"] = _table_digest(resource["name"])
        found[resource["path"]] = _csv_bytes(resource)
    return found


def references() -> dict[str, Source]:
    """Every source by key; a page that asks for them depends on the whole bibliography.

    Raises TableError, naming the entry, if `data/references.bib` is malformed.
    """
    found = dict(_sources())
    used["references"] = _sha(_read(_folder() / "references.bib"))
    return found


def source(key: str) -> Source:
    """One source of `data/references.bib`. Raises TableError if there is no such key."""
    found = _sources().get(key)
    if found is None:
        raise _error("references.bib", [rules.unknown_source(key, _sources())])
    used[f"source:{key}"] = _source_digest(found)
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
                return _table_digest(name)
            case "source":
                return _source_digest(_sources()[name])
            case "package":
                return _sha(_read(_folder() / "datapackage.json"))
            case "references":
                return _sha(_read(_folder() / "references.bib"))
    except (TableError, KeyError):
        return None
    raise ValueError(f'"{dep_id}" is not an id of openbook.tables.used')


def check() -> list[TableError]:
    """Validate the bibliography, the schema and every table; the errors, none if all is well."""
    errors: list[TableError] = []
    try:
        _sources()
        paths = {resource["name"]: resource["path"] for resource in _package()["resources"]}
        if _yaml_files():
            _made_of_schema()
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
    stray = Fault(
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
    found += metadata.book_faults(_sources(), cited, pages)
    return [_error(path, [fault for at, fault in found if at == path]) for path in dict(found)]


def _source_cells(resource: dict) -> set[str]:
    """What stands in the columns of sources; nothing if the file can't be read, as is told then."""
    places = rules.source_columns(resource["schema"]["fields"])
    try:
        return {row.cells[at] for row in _rows(resource) for at in places if row.cells[at]}
    except (Faults, TableError):
        return set()


def renew_hashes() -> list[str]:
    """Write sha256, size and coverage of every changed table that is valid; the names of those.

    Raises TableError for the tables that are not valid, after writing the others.
    """
    changed, errors = _renew()
    if errors:
        raise TableError("\n".join(map(str, errors)))
    return changed


def _renew() -> tuple[list[str], list[TableError]]:
    there = (_folder() / "datapackage.json").is_file() or not _yaml_files()
    if there and _stamped(WHOLE) == _whole_digest():  # nothing has changed since all was well
        return [], []
    changed = _make_of_schema() if _yaml_files() else []
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
        _write_package(whole)
    changed = list(dict.fromkeys(changed))
    errors += _book_errors() if not errors else []
    if not errors:
        _leave_stamp(WHOLE, _whole_digest())
    return changed, list({str(error): error for error in errors}.values())


def _written(resource: dict) -> dict[str, Any]:
    """What the schema says of a table that follows from its file: sha256, size, coverage."""
    covered = rules.coverage(resource["schema"]["fields"], _valid(resource["name"]))
    raw, own = _csv_bytes(resource), resource.get("openbook", {})
    return {
        "hash": f"sha256:{_sha(raw)}",
        "bytes": len(raw),
        **({"openbook": own | {"coverage": covered}} if covered else {}),
    }


# --- the schema: datapackage.json is made of data/schema


def _yaml_files() -> list[Path]:
    return sorted((_folder() / SCHEMA).glob("*.yml"))


def _schema_file(name: str) -> str:
    """Where a table, or `_package`, is described by hand: what an error has to name."""
    written = f"{SCHEMA}/{name}.yml"
    return written if (_folder() / written).is_file() else "datapackage.json"


def _held() -> dict:
    """The datapackage.json that is there; {} if there is none that can be read."""
    try:
        held = json.loads(_read(_folder() / "datapackage.json"))
        return held if {resource["name"] for resource in held["resources"]} else {}
    except (TableError, ValueError, KeyError, TypeError):  # such as one that git could not merge
        return {}


def _made() -> dict:
    """The package that the files of `data/schema` make. Raises TableError if one is wrong."""
    from openbook.tables import schema  # which takes YAML's tenth of a second to start

    try:
        texts = {path.name: rules.decode(_read(path)) for path in _yaml_files()}
        made = schema.package_of(texts, _held())
    except schema.SchemaError as broken:
        wrong = {file: [f for at, f in broken.faults if at == file] for file, _ in broken.faults}
        errors = [_error(f"{SCHEMA}/{file}", faults) for file, faults in wrong.items()]
        raise TableError("\n".join(map(str, errors))) from None
    if faults := list(metadata.package_faults(made)):
        raise _error(f"{SCHEMA}/{schema.PACKAGE}", faults)
    return made


def _make_of_schema() -> list[str]:
    """Write what `data/schema` makes, if it is not there yet; the names of the tables it changed.

    Raises TableError, and writes nothing, if a file of the folder is wrong.
    """
    made, held = _made(), {resource["name"]: resource for resource in _held().get("resources", [])}
    _write_package(made)
    return [r["name"] for r in made["resources"] if r != held.get(r["name"])]


def _made_of_schema() -> None:
    """Raises TableError if datapackage.json is not what `data/schema` makes."""
    from openbook.tables import schema

    made = _made()
    if schema.text_of(made).encode() != _read(_folder() / "datapackage.json"):
        fault = Fault(
            f"it is not made of {SCHEMA}/: {schema.difference(made, _package())} differs",
            f"tables are described in {SCHEMA}/, and datapackage.json is made of that",
            f"Edit the file in {SCHEMA}/, never this one; then run `make data`.",
        )
        raise _error("datapackage.json", [fault])


def _write_package(package: dict) -> None:
    from openbook.tables import schema

    text = schema.text_of(package).encode()
    path, draft = _folder() / "datapackage.json", _folder() / f".datapackage.json.{os.getpid()}"
    if not path.is_file() or path.read_bytes() != text:
        draft.write_bytes(text)
        draft.replace(path)  # whole, or as it was


def first_description(name: str) -> Path:
    """Write a first `data/schema/NAME.yml` from `data/NAME.csv`; its path.

    Raises TableError if there is no such CSV, it can't be read, or it is described already.
    """
    from openbook.tables import scaffold, schema

    path = _folder() / SCHEMA / f"{name}.yml"
    if path.exists():
        fault = Fault(
            "the table is described already",
            "a first description replaces none",
            "Edit the file; or delete it first, if it is to be written anew.",
        )
        raise _error(f"{SCHEMA}/{name}.yml", [fault])
    if not metadata.NAME.fullmatch(name) or not (_folder() / f"{name}.csv").is_file():
        known = {table.stem for table in _tables()} - {file.stem for file in _yaml_files()}
        fault = Fault(
            "there is no such table",
            "a table's name begins with a small letter and goes on in these, digits and _; its "
            "rows are there before it is described",
            f"{rules.nearest(name, known)}Write its rows first.",
        )
        raise _error(f"{name}.csv", [fault])
    read = f"{SCHEMA}/{schema.PACKAGE}"
    try:
        shared = schema.shared_of(rules.decode(_read(_folder() / read)))
        read = f"{name}.csv"
        columns = scaffold.columns_of(_read(_folder() / read))
    except Faults as broken:
        raise _error(read, broken.args) from None
    keys = {
        key: (resource["name"], scaffold.columns_of(_csv_bytes(resource))[key])
        for resource in _held().get("resources", [])
        for key in resource["schema"]["primaryKey"]
        if len(resource["schema"]["primaryKey"]) == 1
    }
    text = scaffold.first_description(name, columns, shared["fields"], keys)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _whole_digest() -> str:
    """Covers every file that a rule looks at: schema, bibliography, tables, pages, this code."""
    paths = [*_CODE, _folder() / "datapackage.json", _folder() / "references.bib"]
    paths += [*_tables(), *_yaml_files(), *_pages()]
    return _sha(json.dumps([[path.name, _sha(_read(path))] for path in paths]).encode())


# --- files: read afresh on every call, and parsed again only if their bytes are new


_seen: dict[Path, bytes] = {}


_CODE = [Path(m) for m in (__file__, rules.__file__, metadata.__file__, plausible.__file__)]
_CODE.append(Path(__file__).with_name("schema.py"))  # not imported: to load, it isn't needed


_default: list[Path] = []  # at most one: what `use` said


def use(folder: Path) -> None:
    """Take the tables from this folder, wherever the program runs; OPENBOOK_DATA still decides."""
    _default[:] = [folder]


def _folder() -> Path:
    if chosen := os.environ.get(DATA):
        return Path(chosen)
    return _default[0] if _default else _nearest(Path.cwd())


@cache
def _nearest(start: Path) -> Path:
    """The folder `data` of the book that a folder is part of."""
    for folder in (start, *start.parents):
        data = folder / "data"
        if (data / "datapackage.json").is_file() or (data / SCHEMA).is_dir():
            return data
    return start / "data"


def _book() -> Path:
    """The folder of the book that the tables belong to."""
    return _folder().parent


def _tables() -> list[Path]:
    return sorted(_folder().glob("*.csv"))


def _pages() -> list[Path]:
    return sorted([*_book().glob("index.md"), *_book().glob("chapters/*.md")])


def _read(path: Path) -> bytes:
    """The file's bytes; the same object while they are the same, so that caches find it fast."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        fault = Fault(
            "the file is missing",
            "the schema, the bibliography and each table that "
            "the schema describes are in the data folder",
            f"Restore it (git checkout -- {path.parent.name}/{path.name}), or describe it no more.",
        )
        raise _error(path.name, [fault]) from None
    if _seen.get(path) != raw:
        _seen[path] = raw
    return _seen[path]


@lru_cache(maxsize=256)
def _sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _error(path: str, faults: Sequence[Fault]) -> TableError:
    shown = path if path.endswith(".md") else f"{_folder().name}/{path}"
    lines = [fault.text(shown) for fault in faults[:SHOWN]]
    if len(faults) > SHOWN:
        lines.append(f"{shown}: {len(faults) - SHOWN} more. Mend these first and try again.")
    error = TableError("\n".join(lines))
    error.path, error.faults = path, tuple(faults)
    return error


def _package() -> dict:
    return _parse_package(_read(_folder() / "datapackage.json"))


@lru_cache(maxsize=8)
def _parse_package(raw: bytes) -> dict:
    try:
        found = json.loads(raw)
        for resource in found["resources"]:
            resource["name"], resource["path"], resource["schema"]["fields"], _needs(resource)
    except (ValueError, KeyError, TypeError) as error:
        fault = Fault(
            f"it can't be read ({type(error).__name__}: {error})",
            "the schema is JSON in UTF-8; a table has a name, a path, fields and whole keys",
            "Mend it.",
        )
        raise _error("datapackage.json", [fault]) from None
    if faults := list(metadata.package_faults(found)):
        raise _error(_schema_file("_package"), faults)
    return found


def _resource(name: str) -> dict:
    tables = {resource["name"]: resource for resource in _package()["resources"]}
    if name not in tables:
        fault = Fault(
            f'there is no table "{name}"',
            f"the tables are {', '.join(sorted(tables))}",
            rules.nearest(name, tables) + "Check the name.",
        )
        raise _error("datapackage.json", [fault])
    return tables[name]


def _csv_bytes(resource: dict) -> bytes:
    return _read(_folder() / resource["path"])


def _sources() -> dict[str, Source]:
    return _parse_bib(_read(_folder() / "references.bib"))


@lru_cache(maxsize=8)
def _parse_bib(raw: bytes) -> dict[str, Source]:
    """The valid sources of a bibliography, taken from an earlier reading if nothing has changed."""
    key = _sha("".join(_sha(part) for part in (*map(_read, _CODE), raw)).encode())
    try:
        kept = json.loads(_stamped(SOURCES) or "{}")
    except ValueError:  # cut short by a full disk
        kept = {}
    if kept.get("key") == key:
        return {entry["key"]: Source(**entry) for entry in kept["sources"]}
    found = _read_bib(raw)
    entries = [asdict(entry) for entry in found.values()]
    _leave_stamp(SOURCES, json.dumps({"key": key, "sources": entries}))
    return found


def _read_bib(raw: bytes) -> dict[str, Source]:
    from pybtex.database import parse_string  # half a second for the whole bibliography
    from pybtex.exceptions import PybtexError

    try:
        text = rules.decode(raw)
        entries = parse_string(text, "bibtex").entries
    except Faults as broken:
        raise _error("references.bib", broken.args) from None
    except PybtexError as error:
        before = text.splitlines()[: (getattr(error, "lineno", None) or 1) - 1]
        keys = re.findall(r"(?m)^@\w+\{\s*([^\s,]+)", "\n".join(before)) or ["the first"]
        what = f"{error}" if "entry" in f"{error}" else f'entry "{keys[-1]}" or the next: {error}'
        fault = Fault(what, "the bibliography is BibTeX", "Mend that entry's braces and commas.")
        raise _error("references.bib", [fault]) from None
    found = {key: _source(key, entry) for key, entry in entries.items()}
    faults = [
        fault
        for key, entry in entries.items()
        for fault in metadata.source_faults(found[key], entry.fields.get("note", ""))
    ]
    if faults:
        raise _error("references.bib", faults)
    return found


def _source(key: str, entry: Any) -> Source:
    people = [person for role in entry.persons.values() for person in role]
    names = [
        " ".join(p.first_names + p.middle_names + p.prelast_names + p.last_names) for p in people
    ]
    fields = {
        name: re.sub(r"\\([&%#$_])", r"\1", re.sub("[{}]", "", text))
        for name, text in [*entry.fields.items(), ("author", " and ".join(names))]
    }
    publisher = fields.get("organization") or fields["author"] or fields.get("publisher", "")
    return Source(
        key,
        fields.get("title", ""),
        publisher,
        fields.get("date", ""),
        fields.get("url", ""),
        fields.get("howpublished", ""),
        fields.get("urldate", ""),
    )


# --- digests: what a table is, and what its validity hangs on


@lru_cache(maxsize=8)
def _descriptors(raw: bytes) -> dict[str, bytes]:
    """What the schema says of each table, without what follows from the table's file."""
    return {
        resource["name"]: _descriptor(resource) for resource in _parse_package(raw)["resources"]
    }


def _descriptor(resource: dict) -> bytes:
    kept = {key: value for key, value in resource.items() if key not in ("hash", "bytes")}
    if rules.date_columns(resource["schema"]["fields"]):
        own = resource.get("openbook", {})
        kept["openbook"] = {key: value for key, value in own.items() if key != "coverage"}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()


def _table_digest(name: str) -> str:
    resource = _resource(name)
    described = _descriptors(_read(_folder() / "datapackage.json"))[name]
    return _sha(f"{_sha(_csv_bytes(resource))} {_sha(described)}".encode())


def _source_digest(entry: Source) -> str:
    return _sha(json.dumps(asdict(entry), sort_keys=True).encode())


def _needs(resource: dict) -> list[str]:
    """The other tables whose rows decide whether this one is valid."""
    keys = [key["reference"]["resource"] for key in resource["schema"].get("foreignKeys", [])]
    parts = [
        part["parent"].split(".")[0]
        for part in resource.get("openbook", {}).get("parts", [])
        if "parent" in part
    ]
    ends = resource.get("openbook", {}).get("connected", {}).get("ends", [])
    links = [end.split(".")[0] for end in ends]
    wholes = [rule["whole"] for rule in resource.get("openbook", {}).get("within", [])]
    named = dict.fromkeys(keys + parts + links + wholes)
    return [name for name in named if name not in ("", resource["name"])]


def _validity_digest(name: str) -> str:
    """Covers the table, its schema, the sources, the tables it refers to, and this code."""
    others = [_validity_digest(other) for other in _needs(_resource(name))]
    code = [_sha(_read(module)) for module in _CODE]
    bib = _sha(_read(_folder() / "references.bib"))
    return _sha(" ".join([*code, bib, _table_digest(name), *others]).encode())


# --- validation


_frames: dict[tuple[Path, str], tuple[str, pd.DataFrame]] = {}


def _checked(name: str) -> pd.DataFrame:
    """The valid table whose file is the one that the schema's sha256 and coverage stand for."""
    resource = _resource(name)
    stamp, told = f"sha256:{_sha(_csv_bytes(resource))}", resource.get("hash", "no sha256")
    changed = Fault(
        f"the file has {stamp[:19]}…, datapackage.json says {told[:19]}…",
        "a table and its sha256 change together",
        "If the change is meant, run "
        "`make data`, which checks it and renews the sha256, and commit both files.",
    )
    try:
        frame = _valid(name)
    except TableError as error:  # what is wrong inside matters more, so it comes first
        if stamp == told or error.path != resource["path"]:
            raise
        raise _error(resource["path"], [*error.faults, changed]) from None
    if stamp != told:
        raise _error(resource["path"], [changed])
    covered = rules.coverage(resource["schema"]["fields"], frame)
    said = resource.get("openbook", {}).get("coverage", "nothing")
    if covered not in (None, said):
        fault = Fault(
            f'the rows of table "{name}" cover {covered}, its coverage says {said}',
            "coverage is what the dates of the rows span",
            "Run `make data`, which writes it.",
        )
        raise _error("datapackage.json", [fault])
    return frame


def _valid(name: str) -> pd.DataFrame:
    """The typed table, validated once per content: in this process, and across kernels."""
    key = _validity_digest(name)
    place = (_folder(), name)
    if _frames.get(place, ("",))[0] != key:
        _frames[place] = key, _validate(name, key)
    return _frames[place][1]


def _validate(name: str, key: str) -> pd.DataFrame:
    resource = _resource(name)
    schema = resource["schema"]
    for other in _needs(resource):
        _valid(other)
    if faults := list(metadata.schema_faults(resource)):
        raise _error(_schema_file(name), faults)
    try:
        rows = _rows(resource)
        if _stamped(name) == key:
            return rules.typed(schema["fields"], rows)
        others = [_as_text(_resource(other)) for other in _needs(resource)]
        if faults := rules.cell_faults(resource, rows, others, _sources()):
            raise Faults(*faults)
        frame = rules.typed(schema["fields"], rows)
        read_on = {source.key: source.accessed for source in _sources().values()}
        found = list(rules.row_faults(resource, frame, _parent_of))
        found += plausible.plausibility_faults(resource, frame, _valid, read_on)
        if found:
            raise Faults(*(replace(f, line=rows[(f.row or 1) - 1].line) for f in found))
    except Faults as broken:
        raise _error(resource["path"], broken.args) from None
    _leave_stamp(name, key)
    return frame


# A stamp spares the next kernel the second that frictionless takes to start, another one the half
# second that the bibliography takes to read. They are a memory and no more: a folder that can't be
# read or written only costs that time.


WHOLE = ".whole"  # what all files were when all was well
TABLES = ".tables"  # what they were when each table was the valid one that the schema means
SOURCES = ".sources"  # the bibliography as it was read


def _stamp(name: str) -> Path:
    build = os.environ.get(BUILD)
    return (Path(build) if build else _book() / "_build") / ".validated" / name


def _stamped(name: str) -> str | None:
    try:
        return _stamp(name).read_text("utf-8")
    except (OSError, ValueError):
        return None


def _leave_stamp(name: str, text: str) -> None:
    stamp = _stamp(name)
    draft = stamp.with_name(f"{name}.{os.getpid()}")  # kernels may run side by side
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, "utf-8")
        draft.replace(stamp)
    except OSError:
        pass


def _rows(resource: dict) -> list[rules.Row]:
    names = [field["name"] for field in resource["schema"]["fields"]]
    return rules.records(_csv_bytes(resource), names)


def _as_text(resource: dict) -> dict:
    """A table as foreign keys need it: its fields and its cells."""
    fields = resource["schema"]["fields"]
    cells = [[field["name"] for field in fields], *(row.cells for row in _rows(resource))]
    return {"name": resource["name"], "data": cells, "schema": {"fields": fields}}


def _parent_of(path: str) -> pd.Series:
    """The column that `openbook.parts` names as "table.column", by that table's primary key."""
    name, column = path.split(".")
    key = _resource(name)["schema"]["primaryKey"]
    return _valid(name).set_index(key if isinstance(key, str) else key[0])[column]


def main(arguments: list[str]) -> int:
    """`check`, `renew` or `new NAME` on the command line; 0 if every table is valid."""
    if arguments not in (["renew"], ["check"]) and (len(arguments), *arguments[:1]) != (2, "new"):
        print("usage: python -m openbook.tables check|renew|new NAME", file=sys.stderr)
        return 2
    try:
        if arguments[0] == "new":
            written = first_description(arguments[1])
            print(f"{written}: write what is TODO there, then `make data`")
            return 0
        errors = check() if arguments == ["check"] else _told_renewal()
    except TableError as error:  # of the schema as a whole
        errors = [error]
    for found in errors:
        print(found, file=sys.stderr)
    if not errors:
        print(f"{len(_package()['resources'])} tables and {len(_sources())} sources are valid")
    return bool(errors)


def _told_renewal() -> list[TableError]:
    changed, errors = _renew()
    print("renewed: " + ", ".join(changed) if changed else "nothing to renew")
    return errors
