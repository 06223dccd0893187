"""Which tests reach which line of the modules in scope, and how long each takes.

One run of coverage.py for each file of tests, kept until that file or the code changes: a test is
a context. Lines that run when a module is imported are reached by all that import it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from mutation import sites
from openbook.testing import book

MOST = 240  # tests tried on one slip: who survives these is not worth the other hundreds
KEPT = book.ROOT / "_build" / "mutants"
# The quick tests that hold what is in scope; those that build, draw or browse are no help here
TESTS = (
    "test_properties.py", "test_models.py", "test_corridor_models.py", "test_ots_models.py",
    "test_partnership_models.py", "test_gravity.py", "test_judging.py", "test_rules.py",
    "test_evidence.py", "test_history.py", "test_scenarios.py", "test_claims.py", "test_rows.py",
    "test_later.py", "test_facts.py", "test_schema.py", "test_tables.py", "test_plausible.py",
    "test_slips.py", "test_model_slips.py", "test_table_slips.py", "test_claim_slips.py",
    "test_text.py", "test_door.py", "test_findings.py", "test_outlook.py",
    "test_rule_slips.py", "test_limit_slips.py", "test_row_slips.py",
)  # fmt: skip
QUIET = ["-q", "--tb=no", "-p", "no:terminalreporter", "-p", "no:xdist",
         "-o", f"cache_dir={KEPT}/.pytest",
         "-m", "not slow and not site and not browser",
         "-k", "not in_five_seconds"]  # fmt: skip  # under coverage all is slow


def files() -> list[Path]:
    """The files of tests that are asked."""
    found = [book.ROOT / "tests" / name for name in TESTS]
    return [path for path in found if path.is_file()]


class Contexts:
    """Tells coverage which test runs, and how long it took.

    A fixture that several tests share has a context of its own, `FIXTURE` and its name.
    """

    FIXTURE = "fixture "

    def __init__(self, coverage: Any) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self.users: dict[str, list[str]] = {}  # of each fixture
        self.now = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note who uses which fixture."""
        for item in items:
            for name in getattr(item, "fixturenames", ()):
                self.users.setdefault(name, []).append(item.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        """What a shared fixture runs is run for all that use it."""
        before = self.now
        if fixturedef.scope != "function":
            self._switch(self.FIXTURE + fixturedef.argname)
        out = yield
        self._switch(before)
        return out

    def _switch(self, context: str) -> None:
        self.now = context
        self.coverage.switch_context(context)

    def tests(self, contexts: Iterable[str]) -> list[str]:
        """The tests that some contexts are of; "" is the import of a module."""
        found: set[str] = set()
        for context in contexts:
            shared = context.startswith(self.FIXTURE)
            found |= set(self.users[context.removeprefix(self.FIXTURE)] if shared else [context])
        return sorted(found)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        """Begin the test's context."""
        self._switch(item.nodeid)
        out = yield
        self._switch("")
        return out

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what each phase took."""
        told = self.seconds.get(report.nodeid, 0.0)
        self.seconds[report.nodeid] = told + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def measure(path: Path) -> dict[str, Any]:
    """Run one file of tests under coverage, in this process: seconds by test, tests by line.

    Raises RuntimeError if a test fails, for then a failure says nothing about a slip.
    """
    import coverage

    watched = coverage.Coverage(
        data_file=None, include=[str(book.ROOT / name) for name in sites.modules()]
    )
    contexts = Contexts(watched)
    watched.start()
    code = pytest.main([*QUIET, str(path)], plugins=[contexts])
    watched.stop()
    if contexts.failed or code not in (0, 5):
        raise RuntimeError(f"{path.name} fails by itself ({code}): {contexts.failed[:3]}")
    data = watched.get_data()
    lines: dict[str, dict[str, list[str]]] = {}
    for name in sites.modules():
        by_line = data.contexts_by_lineno(str(book.ROOT / name))
        lines[name] = {str(line): contexts.tests(found) for line, found in by_line.items()}
    return {"seconds": contexts.seconds, "lines": lines}


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _sums(path: Path, measured: dict[str, Any]) -> dict[str, str]:
    """Of the tests, and of each module that they ran: when one changes, they are measured anew."""
    ran = [name for name, lines in measured["lines"].items() if any(map(any, lines.values()))]
    return {"": _sum(path)} | {
        name: _sum(book.ROOT / name) for name in ran if (book.ROOT / name).is_file()
    }


def known(path: Path, run: Callable[[Callable[[], object]], object]) -> dict[str, Any]:
    """What `measure` says of a file; `run` does it in a process of its own."""
    kept = KEPT / f"{path.stem}.json"

    def keep() -> None:
        measured = measure(path)
        kept.write_text(json.dumps(measured | {"sums": _sums(path, measured)}), "utf-8")

    if kept.is_file():
        found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
        if found["sums"] == _sums(path, found):
            return found
        kept.unlink()
    print(f"measuring {path.name}", flush=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    run(keep)
    if not kept.is_file():
        raise RuntimeError(f"{path.name} could not be measured: do its tests pass?")
    return json.loads(kept.read_text("utf-8"))


class Map:
    """The tests of a line, the quick ones first."""

    def __init__(self, measured: Iterable[dict[str, Any]]) -> None:
        self.seconds: dict[str, float] = {}
        self.lines: dict[tuple[str, int], set[str]] = {}
        self.imports: dict[str, set[str]] = {}
        self.at_import: set[tuple[str, int]] = set()
        for each in measured:
            self.seconds.update(each["seconds"])
            for name, by_line in each["lines"].items():
                for line, tests in by_line.items():
                    own = {test for test in tests if test}
                    if "" in tests:
                        self.at_import.add((name, int(line)))
                    self.lines.setdefault((name, int(line)), set()).update(own)
                    self.imports.setdefault(name, set()).update(own)

    def of(self, mutant: sites.Mutant) -> list[str]:
        """The tests that reach a mutant: of its line, or of what uses it if that is made by import.

        Those of its module if there are none, or if the line runs when the module is imported:
        which test did that is chance. At most `MOST`: of each function of tests first its quickest
        case, then its second.
        """
        lines = sites.users(mutant.path, mutant.line) or (mutant.line,)
        tests = set().union(*(self.lines.get((mutant.path, line), set()) for line in lines))
        if not tests or self.at_import.intersection((mutant.path, line) for line in lines):
            tests = self.imports.get(mutant.path, set())
        quick = sorted(tests, key=lambda test: (self.seconds.get(test, 0.0), test))
        cases: Counter[str] = Counter()
        places = {}
        for place, test in enumerate(quick):
            function = test.partition("[")[0]
            places[test] = (cases[function], place)
            cases[function] += 1
        return sorted(quick, key=lambda test: places[test])[:MOST]

    def of_module(self, path: str) -> bool:
        """Whether any test reaches a module."""
        return bool(self.imports.get(path))
