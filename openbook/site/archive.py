"""The tables as readers take them away: CSV, Parquet and zip, the same bytes on every build."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openbook import tables
from openbook.site import citation, texts
from openbook.tables import csvfile, stamps
from openbook.tables.resource import read as read_resource

FOLDER = "_data"  # beside _static, in the built site
EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file in a zip: the earliest that it can say
PARQUET_TYPES = {"string": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN"}
_ENTRY = re.compile(r"^@\w+\{\s*([^\s,]+),.*?^\}\n", re.MULTILINE | re.DOTALL)


@lru_cache(maxsize=256)
def rows(content: bytes) -> tuple[tuple[str, ...], ...]:
    """The cells of a CSV file as text, its head included."""
    return tuple(map(tuple, csv.reader(io.StringIO(content.decode("utf-8")))))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files` by name, sorted and without a date."""
    return _zipped(tuple(sorted(files.items())))


@lru_cache(maxsize=2)  # the whole package is asked for by the page and by its files
def _zipped(files: tuple[tuple[str, bytes], ...]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files:
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16  # readable where the zip is opened
            archive.writestr(member, content)
    return held.getvalue()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def parquet(resource: Mapping[str, Any], content: bytes) -> bytes:
    """The table as Parquet: the columns typed as its schema says, empty cells as nulls.

    The table's description (title, fields, units, licence) is in the file's metadata under
    `datapackage.resource`. Raises duckdb.Error if a cell does not fit its column's type.
    """
    import duckdb  # 0.2 s that most builds never need

    columns = ", ".join(
        f"{_quoted(field['name'])}: {_quoted(PARQUET_TYPES[field['type']])}"
        for field in resource["schema"]["fields"]
    )
    described = json.dumps(resource, ensure_ascii=False, sort_keys=True)
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "table.csv", Path(folder) / "table.parquet"
        given.write_bytes(content)
        # One thread, so that the rows keep their order and the file its bytes
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute(
                f"COPY (SELECT * FROM read_csv({_quoted(str(given))}, auto_detect = false, "
                f"header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
                f"columns = {{{columns}}})) TO {_quoted(str(made))} (FORMAT parquet, "
                f"COMPRESSION zstd, KV_METADATA {{'datapackage.resource': {_quoted(described)}}})"
            )
        return made.read_bytes()


def parquet_writer() -> str:
    """What writes the Parquet files: another version may write other bytes."""
    return f"duckdb {version('duckdb')}"


def bibliography(keys: Iterable[str]) -> bytes:
    """The entries of `references.bib` with these keys, as they are written there."""
    wanted = set(keys)
    text = tables.files()["references.bib"].decode("utf-8")
    return "\n".join(m[0] for m in _ENTRY.finditer(text) if m[1] in wanted).encode()


def terms(confdir: Path) -> dict[str, bytes]:
    """What goes with everything to be taken away: licence and citation."""
    return {name: (confdir / name).read_bytes() for name in ("LICENSE", "CITATION.cff")}


def _readme(confdir: Path, described: Mapping[str, Any], *, figures: bool) -> bytes:
    cited = citation.read(confdir)
    return texts.render(
        "data.md",
        title=described["title"],
        cited=cited,
        line=citation.line(cited),
        tables=[read_resource(each) for each in described["resources"]],
        figures=figures,
    )


def contents(confdir: Path) -> dict[str, bytes]:
    """The whole data package as files: every table, schema, bibliography, what goes with them."""
    readme = {"README.md": _readme(confdir, tables.package(), figures=False)}
    return tables.files() | terms(confdir) | readme


def sources_of(resource: Mapping[str, Any], content: bytes) -> dict[str, list[int]]:
    """Each source of a table with its rows, counted from 1 below the head."""
    found: dict[str, list[int]] = {}
    places = csvfile.source_columns(resource["schema"]["fields"])
    for number, row in enumerate(rows(content)[1:], 1):
        keys = {key: None for at in places for key in row[at].split(";") if key}
        for key in keys:
            found.setdefault(key, []).append(number)
    return found


def with_referred(names: Iterable[str]) -> list[str]:
    """These tables and all that their foreign keys refer to, in the order of the schema."""
    resources = {r["name"]: r for r in tables.package()["resources"]}
    wanted, open_ = set(), list(names)
    while open_:
        if (name := open_.pop()) in wanted:
            continue
        wanted.add(name)
        keys = resources[name]["schema"].get("foreignKeys", [])
        open_ += [k["reference"]["resource"] for k in keys if k["reference"]["resource"]]
    return [name for name in resources if name in wanted]


def some(
    confdir: Path,
    called: tuple[str, str],
    names: Iterable[str],
    more_sources: Iterable[str] = (),
) -> dict[str, bytes]:
    """The files of a smaller data package: these tables, those they refer to, their sources.

    It is `called` by a name, which is added to that of the whole, and by a title.
    """
    package, files = tables.package(), tables.files()
    own = {"name": f"{package['name']}-{called[0]}", "title": f"{package['title']}: {called[1]}"}
    kept = set(with_referred(names))
    resources = [r for r in package["resources"] if r["name"] in kept]
    keys = set(more_sources)
    for each in resources:
        keys |= set(sources_of(each, files[each["path"]]))
    cited = bibliography(keys)
    stamp = {stamps.BIBLIOGRAPHY: stamps.of_bibliography(cited, len(keys))}
    smaller = package | own | stamp | {"resources": resources}
    return {
        "README.md": _readme(confdir, smaller, figures=True),
        "datapackage.json": (json.dumps(smaller, indent=2, ensure_ascii=False) + "\n").encode(),
        "references.bib": cited,
        **terms(confdir),
        **{r["path"]: files[r["path"]] for r in resources},
    }
