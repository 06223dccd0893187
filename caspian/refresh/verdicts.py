"""Which verdicts and signposts would move if the candidates stood in the tables.

`python -m caspian.refresh.verdicts` prints the verdicts of a folder of tables (OPENBOOK_DATA), as
JSON, in a process of its own: what is remembered of tables belongs to one folder.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

from openbook.edit import Cells, table_rows


def verdicts() -> dict[str, dict[str, str]]:
    """By claim: its verdict then and now, why, and the text of the claim."""
    from caspian.claims.judged import judged
    from caspian.claims.words import because

    return {
        each.claim["claim"]: {
            "text": each.claim["text"],
            "then": str(each.then.verdict),
            "now": str(each.now.verdict),
            "why": because(each.now),
        }
        for each in judged()
    }


def of_tables(data: Path) -> dict[str, dict[str, str]]:
    """The verdicts that a folder of tables gives. Raises RuntimeError if the rules can't be run."""
    settings = {"OPENBOOK_DATA": str(data), "OPENBOOK_BUILD": str(data.parent / "_build")}
    done = subprocess.run(
        [sys.executable, "-m", "caspian.refresh.verdicts"], env=os.environ | settings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)


def moved(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> tuple[list[str], list[str]]:
    """Lines on the verdicts that turn, and on those that stay with another reason."""
    turned, figures = [], []
    for claim, old in before.items():
        new = after[claim]
        for when in ("then", "now"):
            if old[when] != new[when]:
                known = "as known then" if when == "then" else "now"
                turned.append(f"- {claim}, {known}: {old[when]} → {new[when]} ({old['text']})")
        if old["why"] != new["why"] and old["now"] == new["now"]:
            figures.append(f"- {claim} stays {old['now']}: {old['why']} → {new['why']}")
    return turned, figures


def signposts(data: Path, added: dict[str, list[Cells]], day: dt.date) -> list[str]:
    """Lines on the signposts that new rows may answer, and on those that came due unseen."""
    lines = []
    for row in table_rows(data / "signposts.csv"):
        if row["seen"]:
            continue
        tables = row["table"].split("|")
        for table, wanted in zip(tables, row["row"].split("|"), strict=False):
            pairs = dict(part.strip().split("=", 1) for part in wanted.split(";") if "=" in part)
            asked = {k: v for k, v in pairs.items() if k not in ("value", "quantity", "year")}
            found = [each for each in added.get(table, []) if _fits(each, asked, pairs)]
            if found:
                lines.append(
                    f"- {row['signpost']}: a new row of {table} may answer it"
                    f" ({found[0]['period']}: {found[0]['value']}); it gives {row['gives']} on"
                    f" {row['claim']}"
                )
        if row["due"][:7] <= f"{day:%Y-%m}":
            lines.append(f"- {row['signpost']} came due in {row['due']}: look, then write `seen`")
    return lines


def _fits(row: Cells, asked: dict[str, str], pairs: dict[str, str]) -> bool:
    if "year" in pairs:
        return row.get("period") == pairs["year"]
    return bool(asked) and all(row.get(column) == value for column, value in asked.items())


if __name__ == "__main__":
    json.dump(verdicts(), sys.stdout, ensure_ascii=False)
