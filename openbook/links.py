"""Say which addresses of a book answer no more: `python -m openbook.links [SITE]`.

LinkChecker asks them: those of the pages that were built, or of the site at SITE. It only reports:
the outcome is 0 whatever was found. A publisher that refuses machines (401, 403, 429) is told apart
from one whose page is gone, since only a person can look there.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

REPORT = Path("_build/links.csv")
TOLD = Path("_build/links.md")
REFUSED = ("401", "403", "429", "999")
INDEX = "_build/html/index.html"


def command(site: str) -> list[str]:
    """LinkChecker as it is asked: few threads, no page of others is followed further."""
    program = shutil.which("linkchecker", path=str(Path(sys.executable).parent)) or "linkchecker"
    return [
        program, "--check-extern", "--no-warnings", "--threads=4", "--timeout=30", "--no-status",
        f"--file-output=csv/utf_8/{REPORT}", "--output=none", site,
    ]  # fmt: skip


def read(lines: Iterable[str]) -> list[dict[str, str]]:
    """The rows of LinkChecker's report, whose comments are left out."""
    return list(csv.DictReader((line for line in lines if line[:1] != "#"), delimiter=";"))


def told(rows: Iterable[Mapping[str, str]]) -> str:
    """What a person looks at: addresses that are gone, then those that want a person."""
    bad = [row for row in rows if row["valid"] == "False"]
    found = {row["urlname"]: row for row in reversed(bad)}
    refused = {a for a, row in found.items() if row["result"].startswith(REFUSED)}
    lines = [
        f"# Links: {len(found) - len(refused)} do not answer, {len(refused)} refuse machines",
        "",
    ]
    for title, chosen in (("Do not answer", found.keys() - refused), ("Refuse machines", refused)):
        if chosen:
            lines += [f"## {title}", ""]
            lines += [f"- {at} ({found[at]['result']}), on {found[at]['parentname']}"
                      for at in sorted(chosen)] + [""]  # fmt: skip
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write `_build/links.md` and print it; 1 only if nothing could be asked."""
    site = arguments[0] if arguments else INDEX
    if site == INDEX and not Path(INDEX).is_file():
        print("There is no built book. To do: make book, or make links SITE=https://…",
              file=sys.stderr)  # fmt: skip
        return 1
    REPORT.parent.mkdir(exist_ok=True)
    subprocess.run(command(site), check=False)  # 1 if a link is broken
    if not REPORT.is_file():
        print("LinkChecker left no report.", file=sys.stderr)
        return 1
    with REPORT.open(encoding="utf-8", newline="") as file:
        text = told(read(file))
    TOLD.write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
