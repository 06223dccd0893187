"""What an edited table says in another way than the last commit did, row by row, for a writer."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from openbook.tables.violations import shown

SHOWN = 5  # rows of a table


def since_the_last_commit(path: Path) -> list[str]:
    """The rows of a table that are new, gone or not as committed, a line each; [] without git."""
    try:
        run = subprocess.run(
            ["git", "show", f"HEAD:./{path.name}"],
            cwd=path.parent,
            capture_output=True,
            check=False,
        )
    except OSError:  # there is no git
        return []
    if run.returncode:
        return []
    lines = list(differences(_rows(run.stdout), _rows(path.read_bytes())))
    more = [f"… and {len(lines) - SHOWN} rows more"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more


def _rows(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8", "replace"), newline="")))


def differences(old: list[dict[str, str]], new: list[dict[str, str]]) -> Iterator[str]:
    """Each row that is in one of two tables alone, beside the most similar one of the other."""
    before, now = ({tuple(row.items()): row for row in rows} for rows in (old, new))
    gone = [row for key, row in before.items() if key not in now]
    for row in (row for key, row in now.items() if key not in before):
        alike = [each for each in gone if _shared(each, row) * 2 > len(row)]
        if not alike:
            yield f"new: {_words(row)}"
            continue
        was = max(alike, key=lambda each: _shared(each, row))
        gone.remove(was)
        moved = [f"{k} {was.get(k) or 'empty'} → {v or 'empty'}" for k, v in row.items()
                 if was.get(k) != v]  # fmt: skip
        same = {key: cell for key, cell in row.items() if was.get(key) == cell}
        yield shown(f"{_words(same)}: {', '.join(moved)}")
    yield from (f"gone: {_words(row)}" for row in gone)


def _shared(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    return sum(one.get(key) == cell for key, cell in other.items())


def _words(row: Mapping[str, str]) -> str:
    return ", ".join(cell for cell in list(row.values())[:4] if cell)
