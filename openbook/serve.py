"""Shows the book while it is written: builds it when a file changes, then reloads the open pages.

    python -m openbook.serve PORT COMMAND …

One build runs at a time; what changes meanwhile is built after it. The pages on disk stay as they
are: what reloads them is added to the copy that is sent.
"""

from __future__ import annotations

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

HTML = Path("_build/html")
NOT_WATCHED = ("_build", ".venv", ".git", "tests", "figures")
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

    def run(self, why: str) -> None:
        """Build once, and say how it went."""
        print(f"\n{why}: building", flush=True)
        start = time.monotonic()
        subprocess.run([sys.executable, "-m", "openbook.tables", "renew"], check=False)
        failed = subprocess.run(self.command, stdin=subprocess.DEVNULL, check=False).returncode
        self.ended += 1
        how = "FAILED, see above" if failed else "done"
        print(f"Build {self.ended} {how} ({time.monotonic() - start:.0f} s)", flush=True)


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


def changed(names: Iterable[str]) -> str:
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
    watched = DefaultFilter(ignore_dirs=(*DefaultFilter.ignore_dirs, *NOT_WATCHED))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    try:
        builds.run("At the start")
        for changes in watch(".", watch_filter=watched, raise_interrupt=True):
            builds.run(changed(path for _, path in changes))
    except KeyboardInterrupt:
        print("\nEnded")
    finally:
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
