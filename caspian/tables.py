"""The only door to the book's figures.

>>> from caspian.tables import load
>>> exports = load("oil_exports")

`data/datapackage.json` is the only schema. Frictionless applies its structural rules (types,
required cells, lists, bounds, keys); `caspian.rules` applies the book's own, which the schema
states under `caspian` and `caspian:period`: ISO periods, preferred rows, parts within their whole,
columns in order, legs that join up, project steps and parts of years, parties, sums with a unit,
true zeros, two ends that differ; and every row's source is an entry of `data/references.bib`.
A table that breaks a rule is a `TableError` that says where, which rule and what to do; one that
passed is not validated again until something it depends on changes.

`python -m caspian.tables check` validates everything, `renew` stamps changed tables that are valid.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from caspian import rules
from caspian.rules import Fault, Faults, period_bounds

__all__ = [
    "Source",
    "TableError",
    "check",
    "describe",
    "digest",
    "files",
    "load",
    "package",
    "period_bounds",
    "references",
    "renew_hashes",
    "source",
    "used",
]

SHOWN = 10  # faults of a table in one message

used: dict[str, str] = {}
"""What this kernel has read, as "table:<name>", "source:<key>", "package", "references": digest."""


class TableError(ValueError):
    """A table, the schema or the bibliography breaks a rule; the message says where and how."""

    path: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Source:
    """An entry of `data/references.bib`; `date` and `accessed` are ISO 8601, "" if unknown."""

    key: str
    title: str
    publisher: str
    date: str
    url: str
    kind: str
    accessed: str


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
    for resource in _package()["resources"]:
        _checked(resource["name"])
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
    raise ValueError(f'"{dep_id}" is not an id of caspian.tables.used')


def check() -> list[TableError]:
    """Validate the bibliography, the schema and every table; the errors, none if all is well."""
    errors: list[TableError] = []
    try:
        _sources()
        paths = {resource["name"]: resource["path"] for resource in _package()["resources"]}
    except TableError as error:
        return [error]
    for name, path in paths.items():
        try:
            _checked(name)
        except TableError as error:
            elsewhere = error.path != path and error.path in paths.values()  # and told there
            if not elsewhere and str(error) not in map(str, errors):
                errors.append(error)
    for file in sorted(_folder().glob("*.csv")):
        if file.name not in paths.values():
            fault = Fault(
                "the file is in no resource of datapackage.json",
                "every table is described",
                "Describe it there, or delete the file.",
            )
            errors.append(_error(file.name, [fault]))
    return errors


def renew_hashes() -> list[str]:
    """Stamp sha256 and size of every changed table that is valid; the names of those stamped.

    Raises TableError for the tables that are not valid, after stamping the others.
    """
    changed, errors = _renew()
    if errors:
        raise TableError("\n".join(errors))
    return changed


def _renew() -> tuple[list[str], list[str]]:
    whole, changed, errors = deepcopy(_package()), [], []
    for at, resource in enumerate(whole["resources"]):
        try:
            _valid(resource["name"])
        except TableError as error:
            errors.append(str(error))
            continue
        raw = _csv_bytes(resource)
        stamped = resource | {"hash": f"sha256:{_sha(raw)}", "bytes": len(raw)}
        if stamped != resource:
            whole["resources"][at] = stamped
            changed.append(resource["name"])
    if changed:
        text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
        (_folder() / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")
    return changed, list(dict.fromkeys(errors))


# --- files: read afresh on every call, and parsed again only if their bytes are new


_seen: dict[Path, bytes] = {}


def _folder() -> Path:
    return Path(os.environ.get("CASPIAN_DATA") or Path(__file__).resolve().parents[1] / "data")


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
    shown = f"{_folder().name}/{path}"
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
    from pybtex.database import parse_string  # 40 ms that most kernels never need
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
    faults = [fault for entry in found.values() for fault in _source_faults(entry)]
    if faults:
        raise _error("references.bib", faults)
    return found


def _source(key: str, entry) -> Source:
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


def _source_faults(entry: Source) -> Iterator[Fault]:
    for name, value in [("title", entry.title), ("author or organization", entry.publisher)]:
        if not value:
            yield Fault(
                f'entry "{entry.key}" has no {name}',
                "a source has a title and a publisher",
                "Add the field.",
            )
    for name, value in [("date", entry.date), ("urldate", entry.accessed)]:
        if value and not rules.is_period(value):
            yield Fault(
                f'entry "{entry.key}" has the {name} "{value}"',
                "dates are ISO 8601",
                "Write YYYY-MM-DD, YYYY-MM or YYYY.",
            )


# --- digests: what a table is, and what its validity hangs on


@lru_cache(maxsize=256)
def _descriptor(package_bytes: bytes, name: str) -> bytes:
    """What the schema says of a table, without the stamp, which follows from the file."""
    kept = {key: value for key, value in _resource(name).items() if key not in ("hash", "bytes")}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()


def _table_digest(name: str) -> str:
    rules = _descriptor(_read(_folder() / "datapackage.json"), name)
    return _sha(f"{_sha(_csv_bytes(_resource(name)))} {_sha(rules)}".encode())


def _source_digest(entry: Source) -> str:
    return _sha(json.dumps(asdict(entry), sort_keys=True).encode())


def _needs(resource: dict) -> list[str]:
    """The other tables whose rows decide whether this one is valid."""
    keys = [key["reference"]["resource"] for key in resource["schema"].get("foreignKeys", [])]
    parts = [
        part["parent"].split(".")[0]
        for part in resource.get("caspian", {}).get("parts", [])
        if "parent" in part
    ]
    ends = resource.get("caspian", {}).get("connected", {}).get("ends", [])
    links = [end.split(".")[0] for end in ends]
    named = dict.fromkeys(keys + parts + links)
    return [name for name in named if name not in ("", resource["name"])]


def _validity_digest(name: str) -> str:
    """Covers the table, its schema, the sources, the tables it refers to, and this code."""
    others = [_validity_digest(other) for other in _needs(_resource(name))]
    code = [_sha(_read(Path(module))) for module in (__file__, rules.__file__)]
    bib = _sha(_read(_folder() / "references.bib"))
    return _sha(" ".join([*code, bib, _table_digest(name), *others]).encode())


# --- validation


_frames: dict[tuple[Path, str], tuple[str, pd.DataFrame]] = {}


def _checked(name: str) -> pd.DataFrame:
    """The valid table whose file is the one that the schema's sha256 stands for."""
    resource = _resource(name)
    stamp = f"sha256:{_sha(_csv_bytes(resource))}"
    if stamp == resource.get("hash"):
        return _valid(name)
    told = resource.get("hash", "no sha256")
    fault = Fault(
        f"the file has {stamp[:19]}…, datapackage.json says {told[:19]}…",
        "a table and its sha256 change together",
        "If the change is meant, run "
        "`make data`, which checks it and renews the sha256, and commit both files.",
    )
    try:
        _valid(name)
    except TableError as error:  # what is wrong inside matters more, so it comes first
        if error.path != resource["path"]:
            raise
        raise _error(resource["path"], [*error.faults, fault]) from None
    raise _error(resource["path"], [fault])


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
    if faults := list(rules.schema_faults(resource)):
        raise _error("datapackage.json", faults)
    try:
        rows = _rows(resource)
        if _stamped(name) == key:
            return rules.typed(schema["fields"], rows)
        others = [_as_text(_resource(other)) for other in _needs(resource)]
        if faults := rules.cell_faults(resource, rows, others, _sources()):
            raise Faults(*faults)
        frame = rules.typed(schema["fields"], rows)
        if faults := list(rules.row_faults(resource, frame, _parent_of)):
            raise Faults(*(replace(f, line=rows[f.row - 1].line) for f in faults))
    except Faults as broken:
        raise _error(resource["path"], broken.args) from None
    _leave_stamp(name, key)
    return frame


# A stamp under _build spares the next kernel the second that frictionless takes to start. A folder
# that can't be read or written only costs that second.


def _stamp(name: str) -> Path:
    return _folder().parent / "_build" / ".validated" / name


def _stamped(name: str) -> str | None:
    try:
        return _stamp(name).read_text()
    except OSError:
        return None


def _leave_stamp(name: str, key: str) -> None:
    stamp = _stamp(name)
    draft = stamp.with_name(f"{name}.{os.getpid()}")  # kernels may run side by side
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(key)
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
    """The column that `caspian.parts` names as "table.column", by that table's primary key."""
    name, column = path.split(".")
    key = _resource(name)["schema"]["primaryKey"]
    return _valid(name).set_index(key if isinstance(key, str) else key[0])[column]


def main(arguments: list[str]) -> int:
    """`check` or `renew` on the command line; 0 if every table is valid."""
    if arguments == ["renew"]:
        changed, errors = _renew()
        print("renewed: " + ", ".join(changed) if changed else "nothing to renew")
    elif arguments == ["check"]:
        errors = check()
    else:
        print("usage: python -m caspian.tables check|renew", file=sys.stderr)
        return 2
    for error in errors:
        print(error, file=sys.stderr)
    if not errors:
        print(f"{len(_package()['resources'])} tables and {len(_sources())} sources are valid")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
