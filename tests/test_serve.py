"""`make serve`: one build at a time, pages that reload, and a clear word when a port is taken.

A change stops a build whose chapters run; what is served in the end is what a clean build gives.
"""

from __future__ import annotations

import fcntl
import operator
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import samples

from openbook.testing import book, trees

# Stands in for a build. It fails if anything of another is left, be it what that one started and
# what minds no Ctrl-C; a chapter that says so has it begin with its pages at once.
BUILD = """\
import fcntl, pathlib, subprocess, time
made = pathlib.Path("_build")
made.mkdir(exist_ok=True)
turn = (made / "turn").open("a")
fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
child = subprocess.Popen(["sh", "-c", "trap '' INT; exec sleep 99"], pass_fds=[turn.fileno()])
text = pathlib.Path("chapter.md").read_text()
if "pages" in text:
    (made / ".unfinished").touch()
time.sleep(1)
html = made / "html"
html.mkdir(exist_ok=True)
(html / "index.html").write_text("<p>" + text)
(made / ".unfinished").unlink(missing_ok=True)
child.kill()
child.wait()
"""


class Served:
    """The server at work on a folder."""

    def __init__(self, folder: Path, *command: str) -> None:
        self.folder, self.log = folder, folder / "_served.log"
        path = os.pathsep.join((str(folder), str(book.ROOT)))  # its own packages, if it has them
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("OPENBOOK_DATA", None)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "openbook.serve", "0", *command],
                cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        trees.wait(lambda: "127.0.0.1:" in self.told())
        self.port = int(re.findall(r"127\.0\.0\.1:(\d+)", self.told())[0])

    def told(self) -> str:
        """All that it has said."""
        return self.log.read_text("utf-8")

    def counts(self) -> tuple[int, int, int]:
        """How many builds have begun, were stopped, and came to their end."""
        told = self.told()
        ended = len(re.findall(r"^Build \d+ (?:done|FAILED)", told, re.MULTILINE))
        return told.count(": building\n"), told.count("Stopped: "), ended

    def wait_for(self, begun: int, stopped: int, ended: int) -> None:
        """Wait until so many builds have begun, were stopped and ended."""
        wanted = (begun, stopped, ended)
        for _ in range(12_000):  # ten minutes: a build may stand beside many
            if all(map(operator.ge, self.counts(), wanted)):
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.counts()}, not {wanted}: {self.told()}")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return answer.read().decode()

    def wait(self, path: str, for_text: str) -> str:
        for _ in range(600):
            try:
                if for_text in (answer := self.get(path)):
                    return answer
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"no {for_text!r} at {path}: {self.told()}")

    def end(self) -> None:
        """End it, as Ctrl-C does."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0, self.told()


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    """The stand-in for a book, served."""
    (tmp_path / "chapter.md").write_text("first")
    (tmp_path / "build.py").write_text(BUILD)
    server = Served(tmp_path, sys.executable, "build.py")
    yield server
    server.end()


def write(served: Served, text: str) -> None:
    (served.folder / "chapter.md").write_text(text)


def test_a_change_stops_the_build_at_work_and_reloads_the_page(served):
    assert "being built" in served.wait("/", "being built"), "a word while the first build runs"
    page = served.wait("/", "<p>first")
    assert ".reload.js" in page, "what reloads the page is not on it"
    assert "location.reload" in served.get("/.reload.js")
    assert ".reload.js" not in (served.folder / "_build/html/index.html").read_text()
    served.wait_for(1, 0, 1)
    for number, text in enumerate(("second", "third", "fourth")):  # faster than a build
        write(served, text)
        served.wait_for(2 + number, number, 1)
    served.wait("/", "<p>fourth")
    served.wait_for(4, 2, 2)
    assert served.counts() == (4, 2, 2) and served.get("/.built") == "2"
    assert "FAILED" not in served.told(), f"something of another build was left: {served.told()}"


def test_a_build_that_is_at_its_pages_comes_to_its_end(served):
    served.wait_for(1, 0, 1)
    write(served, "pages")
    trees.wait((served.folder / "_build" / ".unfinished").exists)
    write(served, "then")
    served.wait("/", "<p>then")
    served.wait_for(3, 0, 3)
    assert served.counts() == (3, 0, 3) and "FAILED" not in served.told()


def test_the_end_stops_the_build_at_work_with_all_that_it_started(served):
    served.wait_for(1, 0, 1)
    write(served, "pages")
    trees.wait((served.folder / "_build" / ".unfinished").exists)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(timeout=60) == 0
    with (served.folder / "_build" / "turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody holds it
    assert served.counts()[2] == 1


def test_what_the_build_or_a_log_writes_is_no_change(served):
    served.wait_for(1, 0, 1)
    (served.folder / "notes.log").write_text("a")
    (served.folder / ".draft.csv.17").write_text("a")
    (served.folder / "_build" / "made.txt").write_text("a")
    write(served, "a change that is told after these")
    served.wait_for(2, 0, 2)
    assert served.counts() == (2, 0, 2)


@pytest.mark.slow
def test_a_book_edited_while_it_is_built_is_what_a_clean_build_makes_of_it(tmp_path):
    tree = samples.small_book(tmp_path / "book")
    served = Served(tree, *(str(Path(sys.executable).with_name("jb")), *trees.BUILD[1:]))
    try:
        trees.wait((tree / "_build" / ".runs" / "chapters" / "oil.report").is_file)
        trees.edit(tree / "data" / "exports.csv", ",50.5,", ",61.25,")  # stamped by the server
        served.wait_for(2, 0, 0)
        trees.edit(tree / "chapters" / "ports.md", "# Ports", "# Harbours")
        served.wait_for(3, 0, 0)
        served.wait_for(3, 0, 3 - served.counts()[1])  # a third is stopped by nothing
    finally:
        served.end()
    begun, stopped, ended = served.counts()
    assert begun == 3 == stopped + ended and "FAILED" not in served.told(), served.told()
    assert "another build" not in served.told(), "two builders at once"
    site = trees.built_files(tree)
    shutil.rmtree(tree / "_build")
    done = trees.build(tree)
    assert done.returncode == 0, done.output[-3000:]
    assert not trees.site_differences(site, trees.built_files(tree))


def test_a_taken_port_is_said(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = trees.run_in(
            book.ROOT, "python", "-m", "openbook.serve", str(port), "python", "-c", "pass"
        )
    assert done.returncode == 1
    assert f"Port {port}" in done.output and f"PORT={port + 1}" in done.output
