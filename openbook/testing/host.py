"""The built site on 127.0.0.1, sent as a static host sends it: gzip, and headers for caches."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKED = (".css", ".html", ".js", ".json", ".svg", ".txt", ".xml", ".csv")
AGE = {".html": 600}  # seconds for which a copy is good; anything else has a month
_MONTH = 30 * 24 * 3600


@cache
def _packed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


class _Handler(SimpleHTTPRequestHandler):
    """Sends files, packed where that makes them smaller."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, with the page for lost readers if there is none."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file()
        path = path if found else Path(self.directory) / "404.html"
        packed = path.suffix in PACKED
        content = _packed(path, path.stat().st_mtime_ns) if packed else path.read_bytes()
        self.send_response(200 if found else 404)
        kind = self.guess_type(path)
        self.send_header(
            "Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        )
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", f"max-age={AGE.get(path.suffix, _MONTH)}")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the program that measures does."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder at a free port while the block runs; gives its address, without a slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
