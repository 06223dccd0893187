"""`make release VERSION=0.3.0`: one version and one date wherever a release is named.

Without a version it says where they part. It makes no tag and publishes nothing, unless `--tag`
asks for the tag; that is a local one, which a person pushes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from caspian.refresh.cells import today
from openbook import release
from openbook.edit import table_rows, table_text
from openbook.tables.folder import book_folder

NEXT = "next"


def keep_verdicts(root: Path, version: str, day: str) -> None:
    """Write what this release says of each claim, and give the corrections since its number."""
    from caspian.claims.judged import judged

    path = root / "data" / "released_verdicts.csv"
    rows = [row for row in table_rows(path) if row["release"] != version]
    rows += [
        {
            "release": version, "date": day, "claim": each.claim["claim"],
            "then": str(each.then.verdict), "now": str(each.now.verdict),
            "source": "across_the_caspian",
        }
        for each in judged()
    ]  # fmt: skip
    path.write_text(table_text(rows), "utf-8")
    path = root / "data" / "changes.csv"
    changed = [
        row | {"release": version} if row["release"] == NEXT else row for row in table_rows(path)
    ]
    path.write_text(table_text(changed), "utf-8")


def main(arguments: list[str]) -> int:
    """0 if version and date agree everywhere; 1 if not, or if the version can't be the next."""
    parser = argparse.ArgumentParser(prog="make release")
    parser.add_argument("version", nargs="?", default="")
    parser.add_argument("--date", default=today().isoformat())
    parser.add_argument("--tag", action="store_true")
    chosen = parser.parse_args(arguments)
    root = book_folder().resolve()
    try:
        if chosen.version:
            release.set_to(root, chosen.version, chosen.date)
            keep_verdicts(root, chosen.version, chosen.date)
    except release.Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    found = release.stated(root)
    for place, text in found.items():
        print(f"{text:12} {place}")
    if wrong := release.parting(found):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    if chosen.tag:
        subprocess.run(["git", "tag", "-a", f"v{chosen.version}", "-m", chosen.version], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
