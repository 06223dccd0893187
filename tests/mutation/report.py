"""What the runs found.

`counts.json` is published: for each module, how many mutants it has, how many were killed, how many
are listed, on which day and of which source; and the tests that killed them, with which a sample
can be tried without measuring what all tests reach. One that was not counted yet has no mutants.
`survivors.toml` has those that live on, each with its reason; it is written by hand.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from mutation import covering, sites, trying
from openbook.testing import book

HERE = Path(__file__).parent
SURVIVORS = HERE / "survivors.toml"
COUNTS = HERE / "counts.json"
SEEN = (trying.KILLED, trying.TIMEOUT)
NOT_YET = {"on": "", "source": "", "mutants": 0, "killed": 0, "listed": 0, "killers": []}
Outcomes = dict[str, tuple[str, str]]  # state and first test that failed, by mutant's key


def survivors() -> dict[str, dict[str, str]]:
    """Reasons by mutant's key, by module. Raises ValueError for one without a reason."""
    found = tomllib.loads(SURVIVORS.read_text("utf-8")) if SURVIVORS.is_file() else {}
    listed: dict[str, dict[str, str]] = {}
    for path, reasons in found.items():
        for why, keys in reasons.items():
            if not why.strip():
                raise ValueError(f"{path}: a list of survivors has no reason")
            listed.setdefault(path, {}).update(dict.fromkeys(keys, why))
    return listed


def _notes(path: str) -> Path:
    return covering.KEPT / "results" / f"{path.replace('/', '.')}.json"


def kept(path: str) -> Outcomes:
    """What became of each mutant of a module as last tried here; nothing if it never was."""
    notes = _notes(path)
    if not notes.is_file():
        return {}
    return {key: (state, by) for key, (state, by) in json.loads(notes.read_text("utf-8")).items()}


def keep(path: str, outcomes: Outcomes) -> None:
    """Note what became of a module's mutants."""
    notes = _notes(path)
    notes.parent.mkdir(parents=True, exist_ok=True)
    notes.write_text(json.dumps(outcomes, indent=1), "utf-8")


def source_sum(path: str) -> str:
    """The sum of a module's source, of which its counts are."""
    return hashlib.sha256((book.ROOT / path).read_bytes()).hexdigest()[:16]


def counts() -> dict[str, dict[str, Any]]:
    """What is published, by module."""
    found: dict[str, dict[str, Any]] = json.loads(COUNTS.read_text("utf-8"))
    return found


def count(path: str, outcomes: Outcomes) -> None:
    """Write a module's counts into what is published."""
    listed = survivors().get(path, {})
    killers = Counter(by for state, by in outcomes.values() if state in SEEN and "::" in by)
    held = counts() if COUNTS.is_file() else {}
    held[path] = {
        "on": dt.datetime.now(dt.UTC).date().isoformat(),
        "source": source_sum(path),
        "mutants": len(outcomes),
        "killed": sum(state in SEEN for state, _ in outcomes.values()),
        "listed": sum(key in listed for key, (state, _) in outcomes.items() if state not in SEEN),
        "killers": [test for test, _ in killers.most_common()],
    }
    ordered = {name: held.get(name, NOT_YET) for name in sites.modules() if sites.has_code(name)}
    COUNTS.write_text(json.dumps(ordered, indent=1) + "\n", "utf-8")


class Killers:
    """The tests that killed a module's mutants when it was counted, those of the most first."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        held = counts() if COUNTS.is_file() else {}
        self.tests: dict[str, list[str]] = {
            path: row["killers"]
            for path, row in held.items()
            if (book.ROOT / path).is_file() and row["source"] == source_sum(path)
        }

    def files(self) -> list[str]:
        """The files that they are in."""
        names = {test.partition("::")[0] for tests in self.tests.values() for test in tests}
        return sorted(name for name in names if (book.ROOT / name).is_file())

    def of(self, mutant: sites.Mutant) -> list[str]:
        """The tests to be tried on a mutant."""
        return self.tests.get(mutant.path, [])

    def of_module(self, path: str) -> bool:
        """Whether a module is as it was when it was counted."""
        return bool(self.tests.get(path))
