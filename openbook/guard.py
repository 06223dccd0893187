"""What a cell of the book may not do: ask the network, or write into the book.

IPython loads this module into each kernel that runs the book for its build or its tests, before
the first cell. It is a guard against slips, not against malice: Python tells it what Python opens,
and it sees nothing of what a compiled package or another program does. Loopback passes, and so
does what is written outside the book, or into its folders that begin with `_` or `.`, as `_build`.
A reader's own run is not guarded.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openbook import kernel

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
# Events of Python (docs.python.org, "Audit events table"): the arguments that name a path, and
# those that name the open folder it starts from (-1 or None: the working folder)
_CHANGES = {
    "os.link": ((1,), (3,)), "os.mkdir": ((0,), (2,)), "os.remove": ((0,), (1,)),
    "os.rename": ((0, 1), (2, 3)), "os.rmdir": ((0,), (1,)), "os.symlink": ((1,), (2,)),
    "os.truncate": ((0,), ()), "shutil.rmtree": ((0,), (1,)),
}  # fmt: skip


NOT_MINDED = "refused: "  # begins what the kernel says of a refusal that the cell went on after


class Refused(RuntimeError):
    """A cell did what the book is built without. No OSError, which code may take for bad luck."""


def is_here(host: object) -> bool:
    """Whether a host's name or address is this machine's own; no name is, too."""
    name = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _host(event: str, arguments: tuple[Any, ...]) -> object:
    """The host that an event asks for; None if it asks for none."""
    match event:
        case "socket.getaddrinfo" | "socket.gethostbyname" | "socket.gethostbyaddr":
            return arguments[0]
        case "socket.connect" | "socket.sendto" | "socket.sendmsg":
            address = arguments[1]
            return address[0] if isinstance(address, tuple) else None  # a path is a local socket
        case "urllib.Request":  # a proxy on this machine would hide the host
            return urlsplit(str(arguments[0])).hostname
    return None


def _written(event: str, arguments: tuple[Any, ...]) -> list[str]:
    """The paths that an event is about to change."""
    if event == "open":
        path, _, flags = arguments
        return [] if isinstance(path, int) or not (flags or 0) & _WRITES else [os.fsdecode(path)]
    paths, starts = _CHANGES.get(event, ((), ()))
    if any(arguments[at] not in (-1, None) for at in starts):
        return []  # a step of `shutil.rmtree`, which was seen as a whole
    return [os.fsdecode(p) for at in paths if not isinstance(p := arguments[at], int)]


def of_book(path: str, folders: Iterable[str]) -> str:
    """A path as the book names it, if it is one of its files and none that is made; else ""."""
    real = Path(os.path.realpath(Path(path).parent), Path(path).name)
    for folder in folders:
        if real.is_relative_to(folder):
            parts = real.relative_to(folder).parts
            made = any(part.startswith((".", "_")) for part in parts[:-1])
            return "" if made else "/".join(parts)
    return ""


def refusal(event: str, arguments: tuple[Any, ...], folders: Iterable[str]) -> str:
    """Why an event is refused, in a line that says what to do; "" if it is not."""
    if not is_here(host := _host(event, arguments)):
        name = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
        return (
            f"the cell asks the network ({name}): the book is built from its own files. Put what "
            "it needs into a table, with its source"
        )
    for path in _written(event, arguments):
        if event == "os.mkdir" and Path(path).name.startswith((".", "_")):
            continue
        if name := of_book(path, folders):
            return (
                f"the cell writes into the book ({name}): cells only read it. What readers take "
                "away is published by figure() and table(); other files belong outside of it"
            )
    return ""


def load_ipython_extension(shell: Any) -> None:
    """Guard this kernel, if it runs the book as the book is."""
    if not (kernel.in_book() and kernel.strict()):
        return
    folders = [os.path.realpath(folder) for folder in kernel.told().get("reads", ())]
    refused: list[str] = []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" or event.startswith(("os.", "shutil.", "socket.", "urllib.")):
            why = refusal(event, arguments, folders)
            if why:
                refused.append(why)
                raise Refused(why)

    def tell(result: Any) -> None:
        """Say what a cell was refused and did not mind: what it says there fails the build."""
        if result.success and refused:
            print(NOT_MINDED + refused[0], file=sys.stderr)
        refused.clear()

    sys.addaudithook(watch)
    shell.events.register("post_run_cell", tell)
