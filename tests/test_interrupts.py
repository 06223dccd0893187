"""A build that was cut off never lies: the next one gives what a build from nothing gives.

The small book is built, a table is changed, and the next build is struck at one of its writes
(`tests/faults`): killed or interrupted, and the one after it too, with the disk full, or held while
a second build starts. `make kills` does the first to the real book, built from its runs.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import samples

from openbook.testing import book, trees

pytestmark = pytest.mark.slow

FAULTS = Path(__file__).parent / "faults"
KILLS = "OPENBOOK_KILLS"  # environment variable: how often the real book is cut off
SEED, POINTS = 17, 20  # points of a build at which it is cut off


def cuts(count: int) -> list[tuple[str, float]]:
    """How builds are cut off, and when, as a share of their writes: spread over all of them.

    Nothing but a write changes what is on the disk. Every third is a Ctrl-C, the others are killed.
    """
    chance = random.Random(SEED)
    shares = [(at + chance.random()) / count for at in range(count)]
    return [("kill" if at % 3 else "interrupt", share) for at, share in enumerate(shares)]


def pairs(count: int) -> list[tuple[tuple[str, float], tuple[str, float]]]:
    """The same, two builds running: an early cut after a late one, and the other way round."""
    early, late = (half for half in (cuts(count)[: count // 2], cuts(count)[count // 2 :]))
    both = enumerate(zip(early, reversed(late), strict=True))
    return [(first, second) if at % 2 else (second, first) for at, (first, second) in both]


CUT = pairs(POINTS)
FULL = (("full", 0.25),), (("full", 0.7),)
STOP = (("stop", 0.4),)
WHOLE = (("count", 1.0),)
STRUCK = [*CUT, *FULL, STOP]
ANOTHER = re.compile("another build", re.IGNORECASE)  # what the second of two builds says


class Lane:
    """A book as `make` makes it in a folder; struck builds of one lane take turns.

    A build names its folder, so there is one folder, and a copy of it to go back to.
    """

    def __init__(self, folder: Path, make: Callable[[Path], object]) -> None:
        self.tree, self.kept, self.log = (folder / name for name in ("book", "kept", "writes"))
        make(self.tree)
        shutil.copytree(self.tree, self.kept)

    def restore(self) -> None:
        """Go back to where every build of the lane starts."""
        shutil.rmtree(self.tree)
        shutil.copytree(self.kept, self.tree)
        self.log.unlink(missing_ok=True)

    def fault(self, kind: str, at: int = 0) -> dict[str, str]:
        """The environment of a build that is struck at its write number `at`."""
        fault = {"kind": kind, "at": at, "log": str(self.log), "under": str(self.tree / "_build")}
        path = os.pathsep.join((str(FAULTS), str(self.tree)))
        return {"BOOK_FAULT": json.dumps(fault), "PYTHONPATH": path}

    def count(self) -> tuple[trees.Done, int]:
        """A build that nothing strikes, and how often it writes."""
        self.restore()
        whole = trees.build(self.tree, **self.fault("count"))
        return whole, self.writes()

    def writes(self) -> int:
        """How often the struck build has written so far."""
        return self.log.read_bytes().count(b"\n") if self.log.is_file() else 0


@dataclass(frozen=True)
class Ended:
    """The struck builds, the one after or beside them, and the site then.

    `told` says whether the one beside it spoke of the other while both were there.
    """

    struck: list[trees.Done]
    other: trees.Done
    site: dict[str, bytes]
    told: bool = True


def succeed(done: trees.Done) -> None:
    assert done.returncode == 0, done.output[-5000:]


def cut_off(lane: Lane, strikes: Iterable[tuple[str, int]]) -> Ended:
    """Builds that are cut off, one after the other, and the next one."""
    lane.restore()
    struck = []
    for kind, at in strikes:
        lane.log.unlink(missing_ok=True)
        struck.append(trees.build(lane.tree, **lane.fault(kind, at)))
    return Ended(struck, trees.build(lane.tree), trees.built_files(lane.tree))


def at_once(lane: Lane, at: int) -> Ended:
    """Two builds in one tree: the first is held until the second says so, or has ended."""
    lane.restore()
    first = trees.start(lane.tree, *trees.BUILD, **lane.fault("stop", at))
    second = None
    try:
        trees.wait(lambda: lane.writes() >= at)
        second = trees.start(lane.tree, *trees.BUILD)
        said: list[str] = []
        with ThreadPoolExecutor(1) as reader:
            heard = reader.submit(lambda: said.extend(iter(second.stdout.readline, "")))
            trees.wait(lambda: heard.done() or ANOTHER.search("".join(said)))
            told = bool(ANOTHER.search("".join(said)))
            os.killpg(first.pid, signal.SIGCONT)
            struck = trees.finish(first)
        done = trees.Done(second.wait(), "".join(said))
    finally:
        for process in filter(None, (first, second)):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return Ended([struck], done, trees.built_files(lane.tree), told)


@pytest.fixture(scope="module")
def edited(tmp_path_factory) -> Path:
    """The small book with a table changed and stamped, not built."""
    tree = samples.small_book(tmp_path_factory.mktemp("edited") / "book")
    trees.edit(tree / "data" / "exports.csv", ",50.5,", ",61.25,")
    succeed(trees.run_in(tree, "python", "-m", "openbook.tables", "renew"))
    return tree


@pytest.fixture(scope="module")
def clean(edited) -> dict[str, bytes]:
    """The site that a build from nothing gives after the change."""
    succeed(trees.build(edited))
    return trees.built_files(edited)


@pytest.fixture(scope="module")
def ends(edited, tmp_path_factory) -> Iterator[dict[Any, Future[Ended]]]:
    """Every struck build, as many side by side as there are cores."""
    workers = min(os.cpu_count() or 1, len(STRUCK))
    folders = [tmp_path_factory.mktemp("lane") for _ in range(workers)]
    free: Queue[Lane] = Queue()

    def built_and_edited(tree: Path) -> None:
        samples.small_book(tree)
        succeed(trees.build(tree))
        shutil.copytree(edited / "data", tree / "data", dirs_exist_ok=True)

    with ThreadPoolExecutor(workers) as pool:
        for lane in pool.map(lambda folder: Lane(folder, built_and_edited), folders):
            free.put(lane)
        whole, last = lane.count()
        succeed(whole)
        site = trees.built_files(lane.tree)

        def run(case: tuple[tuple[str, float], ...]) -> Ended:
            lane = free.get()
            strikes = [(kind, write_at(share, last)) for kind, share in case]
            try:
                return at_once(lane, strikes[0][1]) if case == STOP else cut_off(lane, strikes)
            finally:
                free.put(lane)

        ended = {WHOLE: pool.submit(Ended, [whole], whole, site)}
        yield ended | {case: pool.submit(run, case) for case in STRUCK}
        pool.shutdown(cancel_futures=True)


def write_at(share: float, last: int) -> int:
    """The number of a write (from 1) by its share of `last` writes; one that every build comes to.

    One after a cut builds more or fewer files than the one before, by a few.
    """
    return 1 + round(0.95 * share * (last - 1))


def named(case: tuple[tuple[str, float], ...]) -> str:
    """A case in the name of its test."""
    return ", ".join(f"{kind} at {share:.2f}" for kind, share in case)


def test_the_cuts_are_spread_over_the_build():
    kinds = [kind for kind, _ in cuts(POINTS)]
    assert (kinds.count("kill"), kinds.count("interrupt")) == (13, 7)
    assert sorted(int(share * POINTS) for pair in CUT for _, share in pair) == [*range(POINTS)]


def test_a_build_after_an_edit_gives_what_one_from_nothing_gives(ends, clean):
    assert not trees.site_differences(ends[WHOLE].result().site, clean)


@pytest.mark.parametrize("case", [*CUT, *FULL], ids=named)
def test_the_build_after_one_that_was_cut_off_is_right(ends, clean, case):
    ended = ends[case].result()
    for done in ended.struck:
        assert done.returncode != 0, f"it was not cut off: {done.output[-3000:]}"
    succeed(ended.other)
    assert not trees.site_differences(ended.site, clean)


def test_of_two_builds_at_once_the_second_waits_or_is_refused(ends, clean):
    ended = ends[STOP].result()
    assert ended.told, f"it said nothing of the other: {ended.other.output[-3000:]}"
    succeed(ended.struck[0])
    assert not trees.site_differences(ended.site, clean)


def real_book(tree: Path) -> None:
    """The real book with the runs and the drawings of its last build, and no page."""
    trees.copy_tree(tree)
    for made in (".runs", ".drawings"):
        shutil.copytree(book.ROOT / "_build" / made, tree / "_build" / made)


@pytest.mark.skipif(KILLS not in os.environ, reason=f"`make kills`: it takes a while ({KILLS})")
def test_the_real_book_is_right_wherever_it_was_cut_off(site, tmp_path):
    lane = Lane(tmp_path, real_book)
    whole, last = lane.count()
    succeed(whole)
    clean = trees.built_files(lane.tree)
    wrong = {}
    for kind, share in cuts(int(os.environ[KILLS])):
        ended = cut_off(lane, [(kind, write_at(share, last))])
        codes = (ended.struck[0].returncode != 0, ended.other.returncode == 0)
        found = [*trees.site_differences(ended.site, clean), *(["not cut off"] * (not codes[0]))]
        found += [] if codes[1] else [ended.other.output[-2000:]]
        print(f"{kind} at write {write_at(share, last)} of {last}: {found or 'right'}", flush=True)
        wrong |= {(kind, share): found} if found else {}
    assert not wrong
