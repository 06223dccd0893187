"""What a campaign found: printed by kind, and the table of the book that its methods page shows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from openbook.testing.faults.campaign import LISTED, MISSED, VERDICTS, Outcome
from openbook.testing.faults.kinds import KINDS

TABLE = "fault_counts"  # the name of that table
COLUMNS = ("kind", "part", "what", "tried", *VERDICTS, "reason", "source")
SHOWN = 40  # of what was missed, in words


def rows(outcomes: Collection[Outcome], source: str) -> Iterator[dict[str, str]]:
    """A row a kind of fault: how many were tried, and what became of them."""
    for name, kind in KINDS.items():
        count = Counter(each.verdict for each in outcomes if each.kind == name)
        if not count:
            continue
        yield {
            "kind": name,
            "part": kind.group,
            "what": kind.words,
            "tried": str(count.total()),
            **{verdict: str(count[verdict]) for verdict in VERDICTS},
            "reason": kind.reason if count[LISTED] else "",
            "source": source,
        }


def write(path: Path, outcomes: Collection[Outcome], source: str) -> None:
    """Write the counts as a table, which `make data` stamps."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        lines.writeheader()
        lines.writerows(rows(outcomes, source))


def told(outcomes: Collection[Outcome]) -> Iterator[str]:
    """The counts in columns, then each fault that was missed."""
    yield f"{'':42}{'tried':>8}" + "".join(f"{verdict:>10}" for verdict in VERDICTS)
    for row in rows(outcomes, ""):
        counts = "".join(f"{row[verdict]:>10}" for verdict in VERDICTS)
        yield f"{row['what'][:41]:42}{row['tried']:>8}{counts}"
    bare = [each for each in outcomes if not each.stamped]
    yield (
        f"Without a renewal of the stamps: {len(outcomes) - len(bare)} of {len(outcomes)} caught "
        "by the sha256 alone"
    )
    missed = [each for each in outcomes if each.verdict == MISSED]
    for each in missed[:SHOWN]:
        column = f", {each.column}" * bool(each.column)
        said = f" ({each.said})" * bool(each.said)
        yield f"missed: {KINDS[each.kind].words} in {each.table}{column}{said}"
    if len(missed) > SHOWN:
        yield f"… and {len(missed) - SHOWN} more"
