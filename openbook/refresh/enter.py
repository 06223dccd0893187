"""Move the candidates into the tables, with their sources and a line of the changelog."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from openbook import edit
from openbook.edit import Entry
from openbook.refresh import candidates, fetch
from openbook.refresh.compare import Revision

SHOWN = 10  # corrected figures of a table told one by one
HEAD = "## Unreleased"


class Refused(Exception):
    """The candidates can't be entered; the message says why and what to do."""


def enter(root: Path, folder: Path) -> list[str]:
    """Enter what the last `fetch.run` left in `folder`; lines that say what was done.

    Raises Refused, having changed nothing, if there is nothing, if the rules say no, or if a table
    has changed since.
    """
    try:
        left = fetch.kept(folder)
    except FileNotFoundError:
        raise Refused("There are no candidates. To do: `make refresh` first.") from None
    if left["refused"]:
        raise Refused("\n".join([*left["refused"], "To do: mend that, then `make refresh`."]))
    if not left["tables"]:
        raise Refused("There is nothing to enter: the tables are as the publishers have them.")
    data, made = root / "data", folder / candidates.BOOK / "data"
    for each in left["tables"]:
        if fetch.digest(data / f"{each['table']}.csv") != each["held"]:
            raise Refused(
                f"data/{each['table']}.csv has changed since the candidates were made."
                " To do: `make refresh` again; what was fetched is kept."
            )
    names = [f"{each['table']}.csv" for each in left["tables"]]
    for name in dict.fromkeys(names):
        draft = data / f".{name}.new"
        shutil.copyfile(made / name, draft)
        draft.replace(data / name)
    for each in left["tables"]:
        replaced = {key for row in each["revised"] for key in row["old"]["source"].split(";")}
        edit.settle(root, Entry(**each["entry"]), replaced, left["today"])
    _note_corrections(root, left)
    log = root / "CHANGELOG.md"
    log.write_text(with_lines(log.read_text("utf-8"), *told(left)), "utf-8")
    (folder / fetch.KEPT).unlink()
    done = edit.tables_command(data, "renew", "--fewer", "all")  # what vanishes was told before
    return [
        f"entered {', '.join(names)}, their sources and CHANGELOG.md",
        *(done.stderr.strip().splitlines() if done.returncode else []),
        *_dated_words(root, left),
        "Next: `make compare` (what moved, how far), `make book`, `make references`; then commit.",
    ]


def told(left: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The lines of the changelog for what is added and for what is corrected."""
    added, corrected = [], []
    for each in left["tables"]:
        if rows := each["added"]:
            last = max((row.get("period", "") for row in rows), default="")
            until = f", to {last}" if last else ""
            many = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
            added.append(
                f"- `{each['table']}`: {many} more{until}, by {each['entry']['publisher']}."
            )
        for row in each["revised"][:SHOWN]:
            revision = Revision(0, row["old"], row["new"], tuple(row["columns"]))
            moved = ", ".join(
                f"{name} {revision.old[name] or 'empty'}, now {revision.new[name]}"
                for name in revision.columns
            )
            where = ", ".join(filter(None, (revision.old.get("period"), _who(revision.old))))
            corrected.append(
                f"- `{each['table']}` {where}: {moved} ({each['entry']['publisher']})."
            )
        if (more := len(each["revised"]) - SHOWN) > 0:
            corrected.append(
                f"- `{each['table']}`: {more} more figures by {each['entry']['publisher']}."
            )
    return added, corrected


def _note_corrections(root: Path, left: dict[str, Any]) -> None:
    """Add the corrected figures to the book's table of them, `data/changes.csv`, if it has one."""
    path = root / "data" / "changes.csv"
    if not path.is_file():
        return
    rows = edit.table_rows(path)
    for each in left["tables"]:
        for row in each["revised"]:
            where = " ".join(filter(None, (_who(row["old"]), row["old"].get("period"))))
            moved = ", ".join(
                f"{name} {row['old'][name] or 'empty'} → {row['new'][name]}"
                for name in row["columns"]
            )
            rows.append({
                "change": str(len(rows) + 1), "release": "next", "area": "Renewed by publishers",
                "tables": each["table"], "what": f"{where}: {moved}.",
                "source": each["entry"]["key"],
            })  # fmt: skip
    path.write_text(edit.table_text(rows), "utf-8")


def _who(row: dict[str, str]) -> str:
    """What else names a row, for a person: its first cells that are neither period nor number."""
    skipped = {"period", "value", "unit", "status", "preferred", "derived", "source", "note"}
    named = [text for name, text in row.items() if name not in skipped and text]
    return " ".join(named[:2])


def with_lines(log: str, added: list[str], corrected: list[str]) -> str:
    """A changelog with lines under *Added* and *Corrected* of what is not released yet."""
    if HEAD not in log:
        first = re.search(r"(?m)^## ", log)
        at = first.start() if first else len(log)
        log = f"{log[:at]}{HEAD}\n\n{log[at:]}"
    for title, lines in (("Added", added), ("Corrected", corrected)):
        if lines:
            log = _under(log, title, lines)
    return log


def _under(log: str, title: str, lines: list[str]) -> str:
    start = log.index(HEAD) + len(HEAD)
    following = re.search(r"(?m)^## ", log[start:])
    end = start + following.start() if following else len(log)
    part, head = log[start:end], f"### {title}\n"
    if head in part:
        at = part.index(head) + len(head)
        after = re.search(r"(?m)^### ", part[at:])
        stop = at + after.start() if after else len(part)
        part = f"{part[:stop].rstrip()}\n" + "\n".join(lines) + f"\n\n{part[stop:]}"
    else:
        part = f"{part.rstrip()}\n\n{head}\n" + "\n".join(lines) + "\n\n"
    return log[:start] + part + log[end:].lstrip("\n")


def _dated_words(root: Path, left: dict[str, Any]) -> list[str]:
    """Descriptions of the tables that name an end, which may not be true any more."""
    found = []
    for each in left["tables"]:
        path = root / "data" / "schema" / f"{each['table']}.yml"
        if each["added"] and path.is_file():
            head = path.read_text("utf-8").partition("\nprimaryKey")[0]
            if re.search(r"\b(to|until|in) (\d+ )?([A-Z][a-z]+ )?20\d\d\b", head):
                found.append(f"Read data/schema/{path.name}: its description names an end.")
    return found
