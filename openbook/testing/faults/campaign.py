"""The campaign: all faults of some tables judged, in as many processes as there are cores."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from openbook.tables import store
from openbook.testing.faults import sources, spoil
from openbook.testing.faults.copies import SEED, Fault
from openbook.testing.faults.judge import CAUGHT, HARMLESS, PASSED, Judge
from openbook.testing.faults.kinds import KINDS

WORKERS = int(os.environ.get("OPENBOOK_JOBS", os.cpu_count() or 1))
LISTED, MISSED = "listed", "missed"
VERDICTS = (CAUGHT, HARMLESS, LISTED, MISSED)


@dataclass(frozen=True)
class Outcome:
    """What became of one fault; `said` is the reason it is listed for, or how the door broke."""

    kind: str
    table: str
    column: str
    verdict: str
    said: str = ""
    stamped: bool = True  # whether the sha256 alone would have given it away


def names() -> list[str]:
    """The tables of the book, those with most cells first."""
    resources = store.package()["resources"]
    size = {each["name"]: each.get("rows", 0) * len(each["schema"]["fields"]) for each in resources}
    return sorted(size, key=lambda name: (-size[name], name))


def of_table(name: str, share: float = 1.0) -> list[Outcome]:
    """The outcomes of a table's faults, or of a share of them, drawn by chance."""
    judge = Judge(name)
    assert not judge.unsound, f"the rows that are judged of {name} break its rules as they are"
    drawn = _drawn(spoil.of_table(judge.table, judge.valid_codes()), name, share)
    return [_outcome(fault, judge.verdict, judge.stamped(fault)) for fault in drawn]


def of_sources(share: float = 1.0) -> list[Outcome]:
    """The outcomes of the bibliography's faults, or of a share of them."""
    text = sources.part()
    assert not sources.is_caught(text, Fault("", "", "", text.encode()))

    def verdict(fault: Fault) -> str:
        return CAUGHT if sources.is_caught(text, fault) else PASSED

    drawn = _drawn(sources.faults(text), sources.NAME, share)
    return [_outcome(fault, verdict, fault.raw != text.encode()) for fault in drawn]


def _drawn(faults: Iterable[Fault], name: str, share: float) -> Iterator[Fault]:
    dice = random.Random(f"{SEED} {name}")
    return (fault for fault in faults if dice.random() < share)


def _outcome(fault: Fault, verdict: Callable[[Fault], str], stamped: bool) -> Outcome:
    about = fault.kind, fault.table, fault.column
    try:
        found = verdict(fault)
    except Exception as error:  # the door answers with rules alone: anything else is a miss
        return Outcome(*about, MISSED, f"{type(error).__name__}: {error}"[:200], stamped)
    if found != PASSED:
        return Outcome(*about, found, "", stamped)
    reason = KINDS[fault.kind].reason
    return Outcome(*about, LISTED if reason else MISSED, reason, stamped)


def run(tables: Sequence[str], told: Callable[[str], None] = print) -> list[Outcome]:
    """All outcomes of some tables and of the bibliography; a line is `told` for each."""
    found: list[Outcome] = []
    with ProcessPoolExecutor(WORKERS) as pool:
        about_sources = pool.submit(of_sources)
        for name, outcomes in zip(tables, pool.map(of_table, tables), strict=True):
            found += outcomes
            told(f"{name}: {summary(outcomes)}")
        found += about_sources.result()
    return found


def summary(outcomes: Collection[Outcome]) -> str:
    """Such as "140 faults: 130 caught, 2 harmless, 8 listed, 0 missed"."""
    count = Counter(each.verdict for each in outcomes)
    return f"{len(outcomes)} faults: " + ", ".join(f"{count[v]} {v}" for v in VERDICTS)
