"""Strikes a build at its n-th write: Python imports this module where its folder is on PYTHONPATH.

The environment variable BOOK_FAULT says what happens, as JSON:

- `under`: the folder whose files count; opening one to write, moving or removing it is a write;
- `log`: the file that gets a line for each write, by any process of the build;
- `kind`: "count" does nothing more. At write number `at` (from 1) "kill", "interrupt" and "stop"
  send SIGKILL, SIGINT or SIGSTOP to the whole process group of the build, and from then on "full"
  lets no file grow. "refuse" lets no write happen at all, as on a read-only disk. "later" strikes
  nothing: the clock is four hundred days ahead.

A file that was about to be written when the build is killed is left empty, as one that was cut off.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

_SIGNALS = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "stop": signal.SIGSTOP}
_WRITING = os.O_WRONLY | os.O_RDWR
_fault: dict[str, Any] = json.loads(os.environ.get("BOOK_FAULT", "{}"))
_busy = False


def _writes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        return not isinstance(arguments[0], int) and bool((arguments[2] or 0) & _WRITING)
    if event not in ("os.mkdir", "os.rename", "os.remove") or arguments[-1] != -1:
        return False  # the path is seen from a folder that the event does not name
    return event != "os.mkdir" or not Path(os.fsdecode(arguments[0])).exists()


def _strike(path: str, emptied: bool) -> None:
    log = os.open(_fault["log"], os.O_RDWR | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{os.path.relpath(path, _fault['under'])}\n".encode())
    with os.fdopen(log, "rb") as lines:  # up to our own line: another process may have added one
        size = lines.tell()
        number = os.pread(log, size, 0).count(b"\n")
    kind, at = _fault["kind"], _fault.get("at", 0)
    if kind == "full" and number >= at:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        _fault.clear()  # the log can't grow either
    elif kind in _SIGNALS and number == at:
        if kind == "kill" and emptied:
            Path(path).write_bytes(b"")
        os.killpg(_fault["group"], _SIGNALS[kind])


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    global _busy
    if _busy or not _fault or not _writes(event, arguments):
        return
    path = str(Path(os.fsdecode(arguments[0])).absolute())
    if not path.startswith(_fault["under"] + os.sep):
        return
    if _fault["kind"] == "refuse":
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
    _busy = True
    try:
        _strike(path, emptied=event == "open" and bool(arguments[2] & os.O_TRUNC))
    finally:
        _busy = False


if _fault.get("kind") == "later":
    import time

    import time_machine

    time_machine.travel(time.time() + 400 * 86_400, tick=True).start()
    Path(_fault["told"]).write_text(str(time.time()))
elif _fault:
    # The kernels of the build lead groups of their own and inherit this one's number.
    _fault.setdefault("group", os.getpgrp())
    os.environ["BOOK_FAULT"] = json.dumps(_fault)
    sys.addaudithook(_watch)
