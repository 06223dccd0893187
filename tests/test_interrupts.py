"""A build that was cut off never lies: the next one gives what a build from nothing gives.

The small book is built, a table is changed, and the next build is struck at one of its writes
(`tests/faults`): killed, interrupted, with the disk full, or held while a second build starts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import pytest
import samples

from openbook.testing import trees

pytestmark = pytest.mark.slow

FAULTS = Path(__file__).parent / "faults"
# When the build is struck, as a share of its writes: nothing else changes what is on the disk.
STRIKES = {
    "kill": (0.1, 0.2, 0.35, 0.5, 0.7, 0.9),
    "interrupt": (0.45, 0.9),
    "full": (0.25, 0.7),
    "stop": (0.4,),
}
WHOLE = ("count", 1.0)
STRUCK = [(kind, share) for kind, shares in STRIKES.items() for share in shares]
ANOTHER = re.compile("another build", re.IGNORECASE)  # what the second of two builds says


class Lane:
    """The small book, built, and a table changed since; struck builds of one lane take turns.

    A build names its folder, so there is one folder, and a copy of it to go back to.
    """

    def __init__(self, folder: Path, data: Path) -> None:
        self.tree, self.kept, self.log = (folder / name for name in ("book", "kept", "writes"))
        samples.small_book(self.tree)
        succeed(trees.build(self.tree))
        shutil.copytree(data, self.tree / "data", dirs_exist_ok=True)
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

    def writes(self) -> int:
        """How often the struck build has written so far."""
        return self.log.read_bytes().count(b"\n") if self.log.is_file() else 0


@dataclass(frozen=True)
class Ended:
    """The struck build, the one after or beside it, and the site then.

    `told` says whether the one beside it spoke of the other while both were there.
    """

    struck: trees.Done
    other: trees.Done
    site: dict[str, bytes]
    told: bool = True


def succeed(done: trees.Done) -> None:
    assert done.returncode == 0, done.output[-5000:]


def cut_off(lane: Lane, kind: str, at: int) -> Ended:
    """A build that is cut off, and the next one."""
    lane.restore()
    first = trees.build(lane.tree, **lane.fault(kind, at))
    second = trees.build(lane.tree)
    return Ended(first, second, trees.built_files(lane.tree))


def at_once(lane: Lane, _kind: str, at: int) -> Ended:
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
    return Ended(struck, done, trees.built_files(lane.tree), told)


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
def ends(edited, tmp_path_factory) -> Iterator[dict[tuple[str, float], Future[Ended]]]:
    """Every struck build, as many side by side as there are cores."""
    count = min(os.cpu_count() or 1, len(STRUCK))
    folders = [tmp_path_factory.mktemp("lane") for _ in range(count)]
    free: Queue[Lane] = Queue()
    with ThreadPoolExecutor(count) as pool:
        for lane in pool.map(lambda folder: Lane(folder, edited / "data"), folders):
            free.put(lane)
        whole = trees.build(lane.tree, **lane.fault("count"))
        succeed(whole)
        last, site = lane.writes(), trees.built_files(lane.tree)

        def run(kind: str, share: float) -> Ended:
            lane, at = free.get(), 1 + round(share * (last - 1))
            try:
                return (at_once if kind == "stop" else cut_off)(lane, kind, at)
            finally:
                free.put(lane)

        ended = {case: pool.submit(run, *case) for case in STRUCK}
        yield ended | {WHOLE: pool.submit(Ended, whole, whole, site)}
        pool.shutdown(cancel_futures=True)


def test_a_build_after_an_edit_gives_what_one_from_nothing_gives(ends, clean):
    assert not trees.site_differences(ends[WHOLE].result().site, clean)


@pytest.mark.parametrize(("kind", "share"), [c for c in STRUCK if c[0] != "stop"])
def test_the_build_after_one_that_was_cut_off_is_right(ends, clean, kind, share):
    ended = ends[kind, share].result()
    assert ended.struck.returncode != 0, f"it was not cut off: {ended.struck.output[-3000:]}"
    succeed(ended.other)
    assert not trees.site_differences(ended.site, clean)


@pytest.mark.parametrize("share", STRIKES["stop"])
def test_of_two_builds_at_once_the_second_waits_or_is_refused(ends, clean, share):
    ended = ends["stop", share].result()
    assert ended.told, f"it said nothing of the other: {ended.other.output[-3000:]}"
    succeed(ended.struck)
    assert not trees.site_differences(ended.site, clean)
