"""The entries of any book: a source, a row, the description of a table, a chapter."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from openbook.edit import Cells, Entry, checked, place, table_rows, table_text, with_entry
from openbook.new.ask import Asker, Stopped, needed, one_of, undone
from openbook.tables import TableError, first_description, folder, package
from openbook.tables.bibliography import PLACED
from openbook.tables.messages import SPELLING
from openbook.tables.periods import is_period
from openbook.tables.resource import columns
from openbook.tables.scaffold import dump
from openbook.tables.schema import PACKAGE, UNWRITTEN, Loader
from openbook.tables.store import sources
from openbook.tables.violations import ADDRESS

KEY = re.compile(r"[A-Za-z0-9_]+")
PAGE = re.compile(r"[a-z][a-z0-9]*")
UNSHOWN = {"preferred", "derived", "search"}  # columns that a page does not show
NO_GROUP = {"source", "status", "value", "period"}  # columns that don't say where a row belongs


def new_source(ask: Asker, key: str = "") -> str:
    """Ask for a source and enter it; its key. It has to be named by a row or a page then."""
    entry = asked_source(ask, key)
    data = folder.data_folder()
    cited = data / "references.bib"
    text = cited.read_text("utf-8")
    named = ask.ask(
        "table", "Table with a row that states it (empty: I name it on a page)",
        one_of(_names(), empty=True),
    )  # fmt: skip
    with undone(cited):
        cited.write_text(with_entry(text, entry, _today()), "utf-8")
        if named:
            new_row(ask, named, {"source": entry.key})
        else:
            _valid(data, but=f'"{entry.key}" is used nowhere')
    ask.say(f"{entry.key} is in data/references.bib.")
    if not named:
        ask.say(f"Name it on a page now: {{source}}`{entry.key}`. Unused, it fails `make data`.")
    return entry.key


def asked_source(ask: Asker, key: str = "") -> Entry:
    """The answers for a source, not entered yet."""
    title = ask.ask("title", "Title", _tidy)
    publisher = ask.ask("publisher", "Publisher or author", _tidy)
    url = ask.ask(
        "url", "Address", lambda a: None if ADDRESS.fullmatch(a) else "http:// or https:// …"
    )
    date = ask.ask("date", "Day it came out (YYYY-MM-DD, YYYY-MM, YYYY; empty: unknown)", _date)
    kind = ask.ask("kind", f"Kind ({', '.join(_kinds())})", one_of(_kinds()), _kinds()[0])
    if not key:
        first = (re.findall("[a-z0-9]+", publisher.lower()) or ["source"])[0]
        guess = f"{first}_{date.replace('-', '') or _today()[:4]}"
        key = ask.ask("key", "Key", _free_key, guess if not _free_key(guess) else "")
    return Entry(key, title, publisher, url, kind, date)


def new_row(ask: Asker, table: str = "", fixed: Mapping[str, str] | None = None) -> Cells:
    """Ask for a row of a table, column by column, and enter it where it belongs."""
    table = table or ask.ask("table", "Table", one_of(_names()))
    data = folder.data_folder()
    path, described = data / f"{table}.csv", description_of(table)
    rows = table_rows(path)
    keys = {
        column: {row[far] for row in _referred(key, table)}
        for key in described["schema"].get("foreignKeys", [])
        for column, far in zip(
            columns(key["fields"]), columns(key["reference"]["fields"]), strict=True
        )
    }
    new: Cells = {}
    entry: Entry | None = None
    for field in described["schema"]["fields"]:
        name = field["name"]
        if name in (fixed or {}):
            new[name] = (fixed or {})[name]
            continue
        question = f"{name}: {field['description'].rstrip('.')}{_hint(field)}"
        usual = _default(field) or _counted(name, rows)
        new[name] = ask.ask(name, question, cell_check(field, keys.get(name)), usual)
        unknown = name == "source" and set(new[name].split(";")) - set(sources()) - {""}
        if unknown and len(unknown) == 1:
            key = unknown.pop()
            ask.say(f"{key} is no source yet.")
            entry = asked_source(ask, key)
    order = [c for c in described["schema"]["primaryKey"] if c not in NO_GROUP]
    order += [c for c in ("period", "date") if c in new][:1] or order[-1:]
    rows.insert(place(rows, new, list(dict.fromkeys(order))), new)
    cited = data / "references.bib"
    with undone(path, cited, data / "datapackage.json"):
        path.write_text(table_text(rows), "utf-8")
        if entry:
            cited.write_text(with_entry(cited.read_text("utf-8"), entry, _today()), "utf-8")
        _valid(data)
    ask.say(f"Row {rows.index(new) + 1} of data/{table}.csv. Then: make book, make references.")
    return new


def new_table(ask: Asker) -> Path:
    """Ask for the description of a table whose CSV is there; what is guessed is to be looked at."""
    described = {path.stem for path in folder.described_files()}
    waiting = [path.stem for path in folder.csv_files() if path.stem not in described]
    if not waiting:
        raise Stopped("Write data/NAME.csv first: a header and some rows.")
    name = ask.ask("table", "Table (its CSV is in data/)", one_of(waiting), waiting[0])
    path = folder.data_folder() / folder.SCHEMA / f"{name}.yml"
    with undone(path, folder.data_folder() / "datapackage.json"):
        try:
            first_description(name)
        except TableError as error:
            raise Stopped(str(error)) from None
        told = yaml.load(path.read_text("utf-8"), Loader=Loader)
        if told["primaryKey"][0].startswith(UNWRITTEN):
            key = ask.ask("primaryKey", "Columns that tell all rows apart (a, b)", needed)
            told["primaryKey"] = [each.strip() for each in key.split(",")]
        written = _written(ask, told, "")
        path.write_text(dump(written), "utf-8", newline="\n")
        _valid(folder.data_folder())
    ask.say(f"Look at what was guessed in {path.parent.name}/{path.name}: types, key, lists.")
    return path


def new_chapter(ask: Asker) -> Path:
    """Ask for a chapter: a page that shows one table, behind the others of its part."""
    root = folder.book_folder()
    toc = root / "_toc.yml"
    parts = yaml.safe_load(toc.read_text("utf-8"))["parts"]
    captions = [part["caption"] for part in parts]
    name = ask.ask("chapter", "Name of the file, one word", lambda a: _page(root, a))
    part = ask.ask("part", "Part of the book", one_of(captions), captions[0])
    title = ask.ask("title", "Title, a sentence that says what is found", _tidy)
    table = ask.ask("table", "Table that it begins with", one_of(_names()))
    shown = ask.ask("shows", "Title of that table on the page, at most twelve words", _tidy)
    path = root / "chapters" / f"{name}.md"
    with undone(path, toc):
        told = description_of(table)
        path.write_text(chapter_text(_head(root), title, name, told, shown), "utf-8")
        last = parts[captions.index(part)]["chapters"][-1]["file"]
        line = rf"(?m)^(\s*- file: ){re.escape(last)}$"
        text = re.sub(line, rf"\g<0>\n\g<1>chapters/{name}", toc.read_text("utf-8"))
        toc.write_text(text, "utf-8")
        if f"chapters/{name}" not in str(yaml.safe_load(text)):
            raise Stopped(f"_toc.yml could not be read as it was written: add chapters/{name}.")
    ask.say(f"chapters/{name}.md is in _toc.yml. Then: make serve, and write; make references.")
    return path


def chapter_text(head: str, title: str, name: str, told: Mapping[str, Any], shown: str) -> str:
    """A first chapter, which builds as it is: `told` is what describes the table in it."""
    from openbook.site.links import anchor  # with Sphinx, which nothing else here waits for

    fields = [each for each in told["schema"]["fields"] if each["name"] not in UNSHOWN]
    labels = "".join(
        f'        "{each["name"]}": {json.dumps(each["title"], ensure_ascii=False)},\n'
        for each in fields
    )
    return f"""{head}
# {title}

What this chapter asks, and what it rests on: the table {{ref}}`{anchor(told["name"])}`.

```{{code-cell}} ipython3
:tags: [hide-input]

from openbook.publish import table
from openbook.tables import load

rows = load("{told["name"]}")
table(
    rows,
    name="tab-{name}",
    title="{shown}",
    subtitle={json.dumps(told["title"], ensure_ascii=False)},
    labels={{
{labels}    }},
    folded=True,
)
```
"""


KINDS: dict[str, Callable[[Asker], Any]] = {
    "source": new_source,
    "row": new_row,
    "table": new_table,
    "chapter": new_chapter,
}


def _written(ask: Asker, value: Any, at: str) -> Any:
    """A description with an answer in place of each text that begins with TODO."""
    if isinstance(value, dict):
        return {key: _written(ask, each, f"{at}.{key}".lstrip(".")) for key, each in value.items()}
    if isinstance(value, list):
        return [_written(ask, each, f"{at}.{n}") for n, each in enumerate(value)]
    if not (isinstance(value, str) and value.startswith(UNWRITTEN)):
        return value
    hint = value.removeprefix(UNWRITTEN).strip()
    if at == "licence":
        shared = yaml.load(
            (folder.data_folder() / folder.SCHEMA / PACKAGE).read_text("utf-8"), Loader=Loader
        )
        return ask.ask(at, f"{at}: {hint}", one_of(list(shared["licences"])))
    if at.endswith(("minimum", "maximum")):
        answer = ask.ask(at, f"{at}: {hint}", _number)
        return float(answer) if "." in answer else int(answer)
    return ask.ask(at, f"{at}: {hint}", needed)


def _valid(data: Path, but: str = "") -> None:
    """Raises Stopped if a rule says no (`but`: except the line that has this)."""
    said = [line for line in checked(data) if not (but and but in line)]
    if said:
        raise Stopped("\n".join([*said, "Nothing was written."]))


def cell_check(
    field: Mapping[str, Any], keys: set[str] | None = None
) -> Callable[[str], str | None]:
    """What a cell of a field may be, by what its description says of it alone."""
    limits = field.get("constraints", {})

    def check(text: str) -> str | None:
        if not text:
            return "It can't be empty." if limits.get("required") else None
        spelling = SPELLING.get(field["type"])
        if spelling and not spelling.fullmatch(text):
            return f'"{text}" is no {field["type"]}.'
        if field.get("openbook:period") and not is_period(text):
            return f'"{text}" is no period: YYYY, YYYY-MM, YYYY-MM-DD, or start/end of those.'
        if "enum" in limits:
            return one_of([str(each) for each in limits["enum"]])(text)
        if "pattern" in limits and not re.fullmatch(limits["pattern"], text):
            return f'"{text}" is not of the form {limits["pattern"]}.'
        if keys is not None:
            return one_of(sorted(keys))(text)
        if field["type"] in ("number", "integer"):
            low, high = limits.get("minimum", text), limits.get("maximum", text)
            if not float(low) <= float(text) <= float(high):
                return f"{text} is not between {low} and {high}."
        return None

    return check


def _hint(field: Mapping[str, Any]) -> str:
    listed = field.get("constraints", {}).get("enum", [])
    told = f" ({', '.join(map(str, listed))})" if 0 < len(listed) <= 12 else ""
    unit = f", in {field['unit']}" if field.get("unit") else ""
    return f"{told}{unit}" + (
        "" if field.get("constraints", {}).get("required") else "; may be empty"
    )


def _default(field: Mapping[str, Any]) -> str:
    listed = field.get("constraints", {}).get("enum", [])
    if field["name"] == "preferred":
        return "true"
    if field["name"] == "derived":
        return "false"
    return str(listed[0]) if len(listed) == 1 else ""


def _counted(column: str, rows: Sequence[Cells]) -> str:
    """The next number of a column that counts the rows from 1; "" if it does not."""
    held = [row[column] for row in rows]
    return str(len(rows) + 1) if held == [str(n) for n, _ in enumerate(rows, 1)] else ""


def _referred(key: Mapping[str, Any], table: str) -> list[Cells]:
    other = key["reference"]["resource"] or table
    return table_rows(folder.data_folder() / f"{other}.csv")


def description_of(table: str) -> dict[str, Any]:
    """What datapackage.json says of a table."""
    return next(each for each in package()["resources"] if each["name"] == table)


def _names() -> list[str]:
    return [each["name"] for each in package()["resources"]]


def _kinds() -> list[str]:
    found = [PLACED.findall(path.read_text("utf-8")) for path in folder.pages()]
    kinds = [kind for each in found for kind in each if kind != "summary"]
    return list(dict.fromkeys(kinds)) or ["dataset"]


def _free_key(key: str) -> str | None:
    if not KEY.fullmatch(key):
        return "A key is letters, digits and _."
    return f"There is a source {key} already." if key in sources() else None


def _page(root: Path, name: str) -> str | None:
    if not PAGE.fullmatch(name):
        return "One word of small letters and digits: it is part of an address."
    return (
        f"There is chapters/{name}.md already." if (root / f"chapters/{name}.md").exists() else None
    )


def _head(root: Path) -> str:
    """The head of the book's first page with cells: format and kernel."""
    for path in sorted((root / "chapters").glob("*.md")):
        head = re.match(r"---\n.*?\n---\n", path.read_text("utf-8"), re.DOTALL)
        if head and "kernelspec" in head[0]:
            return head[0]
    raise Stopped("No chapter has cells yet: write the first by hand.")


def _tidy(text: str) -> str | None:
    if not text:
        return "It can't be empty."
    return (
        "Neither braces nor double quotes: “…” if need be." if re.search(r'[{}"]', text) else None
    )


def _number(text: str) -> str | None:
    return None if SPELLING["number"].fullmatch(text) else f'"{text}" is no number.'


def _date(text: str) -> str | None:
    return None if not text or is_period(text) else "YYYY-MM-DD, YYYY-MM or YYYY."


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
