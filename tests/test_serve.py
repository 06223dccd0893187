"""`make serve`: one build at a time, pages that reload, and a clear word when a port is taken."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from openbook.testing import book, trees

# Stands in for a build: notes when it works, and fails if another one does
BUILD = """\
import pathlib, sys, time
at_work = pathlib.Path("_build/at-work")
at_work.parent.mkdir(exist_ok=True)
at_work.open("x").close()
time.sleep(1)
html = pathlib.Path("_build/html")
html.mkdir(exist_ok=True)
(html / "index.html").write_text("<p>" + pathlib.Path("chapter.md").read_text())
at_work.unlink()
"""


class Served:
    """The server at work on a folder with one chapter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "chapter.md").write_text("first")
        (folder / "build.py").write_text(BUILD)
        self.log = folder / "_build.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "openbook.serve", "0"),
                    *(sys.executable, "build.py"),
                ],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(book.ROOT), "OPENBOOK_DATA": str(folder)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        trees.wait(lambda: "127.0.0.1:" in self.log.read_text())
        self.port = int(re.findall(r"127\.0\.0\.1:(\d+)", self.log.read_text())[0])

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
        raise AssertionError(f"no {for_text!r} at {path}: {self.log.read_text()}")


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    server = Served(tmp_path)
    yield server
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=30) == 0, server.log.read_text()


def test_a_change_is_built_after_the_build_at_work_and_reloads_the_page(served):
    assert "being built" in served.wait("/", "being built"), "a word while the first build runs"
    page = served.wait("/", "<p>first")
    assert "location.reload" in page, "what reloads the page is not on it"
    assert "location.reload" not in (served.folder / "_build/html/index.html").read_text()
    built = int(served.get("/.built"))
    for text in ("second", "third", "fourth"):  # faster than a build
        (served.folder / "chapter.md").write_text(text)
        time.sleep(0.3)
    served.wait("/", "<p>fourth")
    trees.wait(lambda: int(served.get("/.built")) > built)  # counted when the build has ended
    log = served.log.read_text()
    assert "chapter.md: building" in log
    assert "FileExistsError" not in log and "FAILED" not in log, f"two builds at once: {log}"


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
