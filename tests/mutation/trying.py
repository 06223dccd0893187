"""Runs tests against one slip, each in a process forked from one that has collected all tests.

The tree is never touched. A slip inside a function is put into the functions that are there, by
their code; one elsewhere is tried in a process that imports our modules anew, with the importer
given the changed source.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import inspect
import json
import math
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook

from mutation import covering, sites
from openbook.testing import book

WARM = ("altair", "frictionless", "hypothesis", "networkx", "numpy", "pandas", "pybtex.database",
        "pyfixest", "scipy.optimize", "scipy.stats", "statsmodels.api", "yaml", "bs4", "IPython",
        "nbval.plugin", "_pytest.assertion.rewrite")  # fmt: skip
OURS = ("caspian", "openbook")
PATIENCE = 30.0  # seconds of work beyond what the tests take without a slip, times `SLOWER`
SLOWER = 5.0
BUSY = 10  # so many times as long by the clock, for a machine that does something else meanwhile
# The modules of the book that have run when the forks begin: what they made is forgotten for a slip
RAN = ("caspian/claims/evidence.py", "caspian/claims/judged.py")
KILLED, SURVIVED, TIMEOUT, ERROR = "killed", "survived", "timeout", "error"


class Outcome(NamedTuple):
    """What became of a mutant, and the first test that saw it."""

    state: str
    by: str = ""


def in_fork(work: Callable[[], object], limit: float | None = None) -> tuple[int | None, Any]:
    """Run it in a fork: its exit code (None: it took too long) and what it returned, by JSON.

    `limit`: in seconds of the processor's time.
    """
    read, write = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.setsid()
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit), math.ceil(limit) + 1))
            os.chdir(book.ROOT)
            os.close(read)
            if not os.environ.get("MUTANTS_LOUD"):
                nothing = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(nothing, stream)
            os.write(write, json.dumps(work()).encode())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(write)
    told, end = b"", None if limit is None else time.monotonic() + BUSY * limit
    while True:
        left = None if end is None else max(0.0, end - time.monotonic())
        if not select.select([read], [], [], left)[0]:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(read)
            return None, None
        if not (more := os.read(read, 65536)):
            break
        told += more
    os.close(read)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return None, None
    return code, json.loads(told) if told else None


def _hypothesis() -> None:
    """The same examples in each fork, and none kept on disk."""
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],  # a failure is enough: the smallest isn't wanted
    )
    settings.load_profile("mutants")


# --- into the functions that are there --------------------------------------------------------


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)


def _name(code: CodeType) -> tuple[str, int]:
    return getattr(code, "co_qualname", code.co_name), code.co_firstlineno


def _own(code: CodeType) -> CodeType:
    """The code without that of the functions in it."""
    consts = tuple(const for const in code.co_consts if not isinstance(const, CodeType))
    return code.replace(co_consts=consts)


class Living:
    """The functions of each module in scope, and what remembers calls, as they were collected."""

    def __init__(self) -> None:
        paths = {str(book.ROOT / path) for path in sites.modules()}
        self.functions: dict[str, list[FunctionType]] = {path: [] for path in paths}
        self.caches: list[Any] = []
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename in paths:
                self.functions[each.__code__.co_filename].append(each)
            elif isinstance(each, functools._lru_cache_wrapper):
                self.caches.append(each)

    def put_in(self, mutant: sites.Mutant) -> bool:
        """Give the module's functions the code with the slip; whether it lies in a function.

        What was remembered of calls is forgotten: all, or for a slip in the book all but the
        engine's, and the evidence of the claims' tests if none of `RAN` is slipped.
        """
        path = str(book.ROOT / mutant.path)
        before, after = (
            list(_codes(compile(text, path, "exec", dont_inherit=True)))
            for text in (mutant.original(), mutant.source())
        )
        if len(before) != len(after):
            return False
        changed = [_name(a) for a, b in zip(before, after, strict=True) if _own(a) != _own(b)]
        names = [_name(code) for code in after]
        functions = {_name(code): code for code in after if code.co_flags & inspect.CO_NEWLOCALS}
        if any(name not in functions or names.count(name) > 1 for name in changed):
            return False
        found = False
        for each in self.functions[path]:
            code = functions.get(_name(each.__code__))
            if code and code != each.__code__:
                each.__code__ = code
                found = True
        kept: tuple[str, ...] = () if mutant.path.startswith("openbook") else ("openbook",)
        if kept and mutant.path not in RAN:
            kept += ("evidences",)
        for cache in self.caches:
            if str(cache.__module__).partition(".")[0] not in kept:
                cache.cache_clear()
        return found


# --- anew --------------------------------------------------------------------------------------


def _import_with(mutant: sites.Mutant) -> None:
    """Forget our modules; an import of the mutant's gives the changed source."""
    tests = {path.stem for path in (book.ROOT / "tests").glob("*.py")}
    for name in [name for name in sys.modules if name.partition(".")[0] in {*OURS, *tests}]:
        del sys.modules[name]
    # pytest loads the modules of its plug-ins, the engine's among them, past the loader below
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, AssertionRewritingHook)]
    told, source = SourceFileLoader.get_code, mutant.source()
    path = os.path.realpath(book.ROOT / mutant.path)

    def get_code(self: SourceFileLoader, fullname: str) -> Any:
        if os.path.realpath(self.path) == path:
            return compile(source, self.path, "exec", dont_inherit=True)
        return told(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


class Chosen:
    """Keeps to the tests that reach the slip, in their order, and notes the first that fails."""

    def __init__(self, tests: list[str]) -> None:
        self.place = {test: at for at, test in enumerate(tests)}
        self.failed = ""
        self.ran = 0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Drop and order."""
        kept = [item for item in items if item.nodeid in self.place]
        items[:] = sorted(kept, key=lambda item: self.place[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure."""
        self.ran += report.when == "call"
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _anew(mutant: sites.Mutant, tests: list[str]) -> list[Any]:
    _import_with(mutant)
    _hypothesis()
    chosen = Chosen(tests)
    names = dict.fromkeys(test.partition("::")[0] for test in tests)
    files = [str(book.ROOT / name) for name in names]
    code = pytest.main([*covering.QUIET, "--assert=plain", "-x", *files], plugins=[chosen])
    return [int(code), chosen.failed, chosen.ran]


# --- the process that is forked ------------------------------------------------------------------


class Nursery:
    """All tests collected, nothing run: what each fork begins with."""

    def __init__(self, session: pytest.Session) -> None:
        self.items = {item.nodeid: item for item in session.items}
        self.session = session
        self.living = Living()

    def _now(self, mutant: sites.Mutant | None, tests: list[str]) -> list[Any]:
        if mutant and not self.living.put_in(mutant):
            return [-1, "", 0]
        chosen = Chosen(tests)
        self.session.config.pluginmanager.register(chosen)
        items = [self.items[test] for test in tests if test in self.items]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if chosen.failed:
                return [1, chosen.failed, chosen.ran]
        return [0, "", chosen.ran]

    def attempt(self, mutant: sites.Mutant | None, tests: list[str], expected: float) -> Outcome:
        """Run tests against a mutant, or none. What can't be imported any more is killed."""
        limit = PATIENCE + SLOWER * expected
        code, told = in_fork(lambda: self._now(mutant, tests), limit)
        if code is None:
            return Outcome(TIMEOUT)
        if code or not told:  # the slip broke what runs the tests: ask again, from the start
            told = [-1, "", 0]
        if told[0] == 1:
            return Outcome(KILLED, told[1])
        if not mutant or told[0] == 0:
            return Outcome(SURVIVED if told[2] else ERROR)
        code, told = in_fork(lambda: _anew(mutant, tests), limit)
        if code is None:
            return Outcome(TIMEOUT)
        if code or not told:
            return Outcome(KILLED, "the process")
        if told[0] in (1, 2, 3):  # a test failed, or a file could not be collected
            return Outcome(KILLED, told[1] or "import")
        return Outcome(SURVIVED if told[0] == 0 and told[2] else ERROR)


def _make_ready() -> None:
    """Read what most tests read, once for all forks: the tables, and the claims' evidence."""
    import evidences

    from caspian.claims.rules import TABLES
    from openbook import tables

    for each in tables.package()["resources"]:
        tables.load(each["name"])
    for name in TABLES:
        evidences.records().dated(name)


class _Loop:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(self, work: Callable[[Nursery], Any]) -> None:
        self.work = work
        self.answer: Any = None
        self.error: BaseException | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Hand over what was collected."""
        try:
            _make_ready()
            gc.disable()
            self.answer = self.work(Nursery(session))
        except BaseException as error:
            self.error = error
        return True


def with_tests(work: Callable[[Nursery], Any], files: list[str]) -> Any:
    """Collect the tests of some files, and do something with them; raises what it raises."""
    for name in WARM:
        with contextlib.suppress(ImportError):  # slower, not wrong
            importlib.import_module(name)
    _hypothesis()
    loop = _Loop(work)
    code = pytest.main([*covering.QUIET, *files], plugins=[loop])
    if loop.error:
        raise loop.error
    if code not in (0, 5):
        raise RuntimeError(f"the tests can't be collected: pytest ends with {code}")
    return loop.answer
