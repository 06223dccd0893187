"""Starts `jb` from a process that has imported Sphinx and the rest: the tests build often.

The process forks for each build, in the build's own folder, environment and process group, and
imports the book's package there, so that a copy's own code runs. A build forks for the kernels of
its chapters too; only builds of the real book start real ones. It serves one socket: a request is
JSON with the file descriptor of the build's output, an answer the process number, and later its
end.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import json
import os
import queue
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

OWN: list[str] = []  # the packages of a copy, which are its own
# What a build imports before it reads the book; nothing of the book's own
PRELOADED = (
    "jupyter_book.cli.main", "jupyter_book.sphinx", "myst_nb.sphinx_", "myst_nb.sphinx_ext",
    "sphinx_book_theme", "sphinx_design", "sphinx_togglebutton",
    "sphinx.builders.html", "sphinx.search.en", "altair", "pandas", "frictionless",
    "pybtex.database", "ipykernel.kernelspec", "nbclient", "filelock", "duckdb",
)  # fmt: skip


def start_kernel(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Stands in for the `Popen` that Jupyter starts a kernel with: forks this process instead."""
    if command[0] != sys.executable or "ipykernel_launcher" not in command:
        return subprocess.Popen(command, **options)
    arguments = command[command.index("ipykernel_launcher") :]

    def be_kernel() -> None:
        """Be the kernel: never returns, so that no program is started."""
        gc.freeze()  # what the build holds open is not collected, and closed, a second time
        os.closerange(3, 4096)
        os.environ.clear()
        os.environ.update(options["env"])
        for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
            del sys.modules[name]  # with all that it remembers of the build
        importlib.import_module("altair").theme.enable("default")  # the build may have set another
        asyncio.set_event_loop(asyncio.new_event_loop())
        sys.argv = arguments
        code = 1
        try:
            runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
            code = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    return subprocess.Popen(command, preexec_fn=be_kernel, **options)


def run(request: dict[str, Any], output: int) -> None:
    """Be the build: never returns."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8")
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.dont_write_bytecode = True
    sys.path[:0] = request["environment"]["PYTHONPATH"].split(os.pathsep)
    sys.argv = ["jb", *request["arguments"]]
    vars(importlib.import_module("jupyter_client.launcher"))["Popen"] = start_kernel
    code: Any = 1
    try:
        if "BOOK_FAULT" in os.environ:
            sys.modules.pop("sitecustomize", None)
            importlib.import_module("sitecustomize")
        importlib.import_module("jupyter_book.cli.main").main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def serve(connection: socket.socket) -> None:
    """Answer until the other side is gone."""
    for name in PRELOADED:
        importlib.import_module(name)
    while True:
        if select.select([connection], [], [], 0.02)[0]:
            text, descriptors, _, _ = socket.recv_fds(connection, 1 << 20, 1)
            if not text:
                return
            child = os.fork()
            if child == 0:
                connection.close()
                run(json.loads(text), descriptors[0])
            os.close(descriptors[0])
            connection.sendall(json.dumps({"pid": child}).encode() + b"\n")
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            continue
        if ended:
            code = os.waitstatus_to_exitcode(status)
            connection.sendall(json.dumps({"pid": ended, "code": code}).encode() + b"\n")


# --- the side of the tests ---------------------------------------------------------------------


class Started:
    """A build at work, with what the tests use of `subprocess.Popen`."""

    def __init__(self, pid: int, output: int) -> None:
        """A build by its process number and the descriptor of what it says."""
        self.pid = pid
        self.returncode: int | None = None
        self.stdout = os.fdopen(output, encoding="utf-8", errors="replace")
        self._ended = threading.Event()

    def end(self, code: int) -> None:
        """Note how it ended."""
        self.returncode = code
        self._ended.set()

    def poll(self) -> int | None:
        """How it ended; None while it is at work."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end, for at most `timeout` seconds. Raises TimeoutExpired."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("jb", timeout or 0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """All that it said, once it has ended. Raises TimeoutExpired."""
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.append(self.stdout.read()), daemon=True)
        reader.start()
        self.wait(timeout)
        reader.join(timeout)
        self.stdout.close()
        return "".join(said), None


class Warm:
    """The warm process of one run of the tests."""

    def __init__(self, own: Iterable[str]) -> None:
        """Start it; `own` are the packages of a copy, which no build takes from another."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, __file__, str(theirs.fileno()), *own]
        subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        self._socket, self._turn = ours, threading.Lock()
        self._begun: queue.Queue[int] = queue.Queue()
        self._builds: dict[int, Started] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._socket.makefile(encoding="utf-8"):
            answer = json.loads(line)
            if "code" not in answer:
                self._begun.put(answer["pid"])
                continue
            while answer["pid"] not in self._builds:  # it ended before it was noted
                time.sleep(0.01)
            self._builds[answer["pid"]].end(answer["code"])

    def start(self, folder: Path, arguments: list[str], environment: dict[str, str]) -> Started:
        """Start `jb` with these arguments in a folder."""
        output, inlet = os.pipe()
        asked = {"folder": str(folder), "arguments": arguments, "environment": environment}
        with self._turn:
            socket.send_fds(self._socket, [json.dumps(asked).encode()], [inlet])
            pid = self._begun.get(timeout=600)
            self._builds[pid] = started = Started(pid, output)
        os.close(inlet)
        return started


if __name__ == "__main__":
    sys.path.pop(0)  # this folder's modules are no build's
    OWN += sys.argv[2:]
    serve(socket.socket(fileno=int(sys.argv[1])))
