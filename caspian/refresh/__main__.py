"""`python -m caspian.refresh [fetch|apply|list]`: `make refresh` and `make refresh-apply`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from caspian.refresh import CONNECTORS, verdicts
from caspian.refresh.cells import today
from openbook.edit import Cells, table_rows
from openbook.refresh import enter, fetch, moves
from openbook.refresh.candidates import BOOK
from openbook.refresh.report import connectors, report
from openbook.tables.folder import book_folder

FOLDER = "_build/refresh"
REPORT = "report.md"


def main(arguments: list[str]) -> int:
    """0 if every connector was answered, or the candidates were entered; 1 if not; 2 for usage."""
    parser = argparse.ArgumentParser(prog="python -m caspian.refresh")
    parser.add_argument("what", nargs="?", choices=("fetch", "apply", "list"), default="fetch")
    parser.add_argument("--only", default="", help="connectors to ask, with commas between")
    parser.add_argument("--fresh", action="store_true", help="ask again for what is kept")
    parser.add_argument("--accept", default="", help="connectors whose revised histories are meant")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two requests")
    chosen = parser.parse_args(arguments)
    root = book_folder().resolve()
    folder = root / FOLDER
    if chosen.what == "list":
        print(connectors(CONNECTORS))
        return 0
    if chosen.what == "apply":
        try:
            print("\n".join(enter.enter(root, folder)))
        except enter.Refused as refused:
            print(refused, file=sys.stderr)
            return 1
        return 0
    names = _names(chosen.only) or [each.name for each in CONNECTORS]
    if unknown := sorted({*names, *_names(chosen.accept)} - {each.name for each in CONNECTORS}):
        print(f"No connector {', '.join(unknown)}. There are:", file=sys.stderr)
        print(connectors(CONNECTORS), file=sys.stderr)
        return 2
    asked = [each for each in CONNECTORS if each.name in names]
    results, against = fetch.run(
        asked, root, folder, today().isoformat(), fresh=chosen.fresh,
        accepted=_names(chosen.accept), pause=chosen.pause,
    )  # fmt: skip
    told = report(results, against, [] if against else moving(root, folder, results))
    (folder / REPORT).write_text(told, "utf-8")
    print(told)
    if fetch.kept(folder)["tables"] and not against:
        print(f"The same stands in {FOLDER}/{REPORT}. To enter it: make refresh-apply")
    return int(any(result.trouble for result in results) or bool(against))


def moving(root: Path, folder: Path, results: list[fetch.Result]) -> list[str]:
    """What would move with the candidates: verdicts, signposts, what of the book rests on them."""
    left = fetch.kept(folder)["tables"]
    lines: list[str] = []
    if left:
        try:
            before = verdicts.of_tables(root / "data")
            turned, figures = verdicts.moved(before, verdicts.of_tables(folder / BOOK / "data"))
            lines += ["### Verdicts", "", *(turned or ["None turns."]), *figures, ""]
        except RuntimeError as error:
            lines += ["### Verdicts", "", f"The rules can't be run on the candidates: {error}", ""]
        tables = {each["table"] for each in left}
        rests = moves.resting(root, tables, _touched(root, results, tables))
        lines += ["### What rests on these sources, by page", ""]
        lines += moves.lines(rests) or ["Nothing is known: `make book` first."]
        lines += [""]
    added: dict[str, list[Cells]] = {each["table"]: each["added"] for each in left}
    if found := verdicts.signposts(root / "data", added, today()):
        lines += ["### Signposts", "", *found]
    return lines


def _touched(root: Path, results: list[fetch.Result], tables: set[str]) -> set[str]:
    """The sources of the rows that the connectors answer for, in the tables that would change."""
    return {
        key
        for result in results
        for feed in result.connector.feeds
        if feed.table in tables
        for row in table_rows(root / "data" / f"{feed.table}.csv")
        if feed.answers_for(row)
        for key in row["source"].split(";")
    }


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
