"""Shows the book while it is written: builds it when a file changes, then reloads the open pages.

    python -m openbook.serve PORT COMMAND …

One build runs at a time. A change stops a build whose chapters still run, for it has touched no
page; one that is at its pages already ends first. The next begins when nothing is left of it. The
pages on disk stay as they are: what reloads them is added to the copy that is sent.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from watchfiles import DefaultFilter, watch

from openbook.marks import UNFINISHED

HTML = Path("_build/html")
PATIENCE = 15  # seconds that a build may take to end when it is asked to
NOT_WATCHED = ("_build", ".venv", ".git", "tests", "figures")
# Drafts that become a file whole, and logs, as of this program: it would build without end
NO_SOURCES = (r"^\.", r"\.log$")
BUILT = "/.built"  # answers with the number of builds so far
RELOADS = "/.reload.js"  # a file: the policy of a page runs no script that stands in it
SCRIPT = f'<script src="{RELOADS}"></script>'.encode()
RELOADING = f"""(function () {{
  let seen;
  setInterval(async () => {{
    try {{
      const built = await (await fetch("{BUILT}", {{cache: "no-store"}})).text();
      if (seen !== undefined && seen !== built) location.reload();
      seen = built;
    }} catch (away) {{ /* the server has ended */ }}
  }}, 500);
}})();
""".encode()
WAITING = b"<!doctype html><title>Building</title><p>The book is being built: this page follows it."


class Builds:
    """Runs the build, one at a time, and counts the builds that ended."""

    def __init__(self, command: list[str]) -> None:
        """Build with `command`."""
        self.command, self.ended = command, 0
        self._turn = threading.Condition()
        self._asked: set[str] = set()  # what changed since the last build began
        self._made: dict[str, str] = {}  # what the build itself writes beside the writer's files
        self._leave = False

    def ask(self, changed: Iterable[str]) -> None:
        """Have these changes built, as soon as no other build is at work."""
        with self._turn:
            self._asked.update(changed)
            self._turn.notify()

    def leave(self) -> None:
        """Stop the build at work, and begin no other."""
        with self._turn:
            self._leave = True
            self._turn.notify()

    def work(self) -> None:
        """Build what is asked for, until `leave`: for a thread of its own."""
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._leave or self._wanted())
                if self._leave:
                    return
                why, self._asked = in_words(self._asked), set()
            self._build(why)

    def _wanted(self) -> bool:
        """Whether anything has changed but what the build made itself."""
        same = {name for name in self._asked & self._made.keys() if self._made[name] == _sum(name)}
        self._asked -= same
        return bool(self._asked)

    def _to_be_stopped(self, at_pages: bool) -> bool:
        """Whether the build at work is to be stopped."""
        with self._turn:
            return self._leave or (self._wanted() and not at_pages)

    def _build(self, why: str) -> None:
        """Build once, and say how it went."""
        print(f"\n{why}: building", flush=True)
        start = time.monotonic()
        subprocess.run([sys.executable, "-m", "openbook.tables", "renew"], check=False)
        with self._turn:
            packages = (os.path.realpath(path) for path in Path().glob("*/datapackage.json"))
            self._made = {name: _sum(name) for name in packages}
        process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)
        at_pages = False
        while process.poll() is None:
            at_pages = at_pages or (HTML.parent / UNFINISHED).exists()
            if self._to_be_stopped(at_pages):
                end(process)
                print("Stopped: there is a newer change", flush=True)
                return
            time.sleep(0.05)
        self.ended += 1
        how = "FAILED, see above" if process.returncode else "done"
        print(f"Build {self.ended} {how} ({time.monotonic() - start:.0f} s)", flush=True)


def _sum(name: str) -> str:
    path = Path(name)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def end(process: subprocess.Popen[bytes]) -> None:
    """End a build and all that it has started, and wait until it is gone.

    It is asked first, as by Ctrl-C, so that it ends its kernels; then made to.
    """
    if os.name != "posix":
        process.kill()
        process.wait()
        return
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)  # it leads a group
        except ProcessLookupError:
            break
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
    for _ in range(100):  # those that it left are killed by now, which takes them a moment
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.02)


class Handler(SimpleHTTPRequestHandler):
    """Serves the built site; adds to each page what reloads it after a build."""

    def __init__(self, *arguments: Any, builds: Builds) -> None:
        """Serve for one request."""
        self.builds = builds
        super().__init__(*arguments, directory=str(HTML))

    def do_GET(self) -> None:
        """Answer a request."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if self.path == BUILT:
            self._send(str(self.builds.ended).encode(), "text/plain")
        elif self.path == RELOADS:
            self._send(RELOADING, "text/javascript")
        elif path.suffix == ".html" and path.is_file():
            self._send(path.read_bytes() + SCRIPT, "text/html; charset=utf-8")
        elif not (HTML / "index.html").is_file():
            self._send(WAITING + SCRIPT, "text/html; charset=utf-8")
        else:
            super().do_GET()

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Leave the screen to the builds."""


def in_words(names: Iterable[str]) -> str:
    """Changed files in words: the first few by name."""
    shown = sorted({Path(name).name for name in names})
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if shown[3:] else "")


def main(port: int, command: list[str]) -> int:
    """Serve on 127.0.0.1 until Ctrl-C; 1 if the port is taken. Port 0 is any free one."""
    builds = Builds(command)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, builds=builds))
    except (OSError, OverflowError) as error:
        told = f"Port {port}: {error}. Take another: make serve PORT={min(port, 65_000) + 1}"
        print(told, file=sys.stderr)
        return 1
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"The book is on http://127.0.0.1:{server.server_port} (Ctrl-C ends)", flush=True)
    watched = DefaultFilter(
        ignore_dirs=(*DefaultFilter.ignore_dirs, *NOT_WATCHED),
        ignore_entity_patterns=(*DefaultFilter.ignore_entity_patterns, *NO_SOURCES),
    )
    for number in (signal.SIGTERM, signal.SIGINT):  # a program in the background ignores Ctrl-C
        signal.signal(number, signal.default_int_handler)
    worker = threading.Thread(target=builds.work)
    worker.start()
    try:
        builds.ask(["At the start"])
        for changes in watch(".", watch_filter=watched, raise_interrupt=True):
            builds.ask(os.path.realpath(path) for _, path in changes)
    except KeyboardInterrupt:
        print("\nEnded")
    finally:
        builds.leave()
        worker.join()
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
