"""Whether a copy of the site is the one that was built: each file against its sum.

    python -m openbook.verify FOLDER-OR-ADDRESS [FOLDER]

The sums are those of `SHA256SUMS` in the copy itself, which shows what was lost or damaged on the
way; with a second FOLDER, a build of one's own, those of this build, which shows whether the copy
is what the sources give. Files too many are seen in a folder only: a host does not list its own.
"""

from __future__ import annotations

import gzip
import http.client
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from openbook.site import sums
from openbook.site.files import sha256

PATIENCE = 30  # seconds that a host may take for an answer
AT_ONCE = 6  # requests, as many as a browser makes
SHOWN = 20  # files of a kind that are named
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")

Read = Callable[[str], bytes | None]  # a file by its name; None if it is not there


class VerifyError(Exception):
    """The site can't be verified, with the reason in words."""


@dataclass(frozen=True)
class Found:
    """What a copy has: how many files were checked, and the names of those at fault."""

    checked: int
    missing: list[str]
    changed: list[str]
    extra: list[str]

    @property
    def whole(self) -> bool:
        """Whether nothing is at fault."""
        return not (self.missing or self.changed or self.extra)


def parsed(text: str) -> dict[str, str]:
    """The sums of a list by name. Raises VerifyError for a line that can't be one."""
    held: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line)
        parts = found[2].split("/") if found else [""]
        if not found or found[2] in held or {"", ".", ".."} & set(parts):
            raise VerifyError(f"{sums.NAME}, line {number} is no sum and name of a file: {line!r}")
        held[found[2]] = found[1]
    if not held:
        raise VerifyError(f"{sums.NAME} is empty")
    return held


def in_folder(folder: Path) -> Read:
    """Read files of a folder."""

    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    return read


def at_address(address: str) -> Read:
    """Read files from a host; raises VerifyError where it gives no answer, or an odd one."""
    base = address.rstrip("/") + "/"

    def read(name: str) -> bytes | None:
        asked = base + quote(name)
        request = urllib.request.Request(asked, headers={"Accept-Encoding": "gzip"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                content: bytes = answer.read()
                packed = answer.headers.get("Content-Encoding") == "gzip"
                return gzip.decompress(content) if packed else content
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                return None
            raise VerifyError(f"{asked}: the host answers {error.code} {error.reason}") from None
        except (OSError, EOFError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error or type(error).__name__
            raise VerifyError(f"{asked}: no answer ({reason})") from None

    return read


def compared(wanted: dict[str, str], read: Read, there: set[str], at_once: int = 1) -> Found:
    """The files of a copy against the sums that they should have; `there` are known to be in it."""

    def said(name: str) -> str:
        content = read(name)
        return (
            "missing" if content is None else "" if sha256(content) == wanted[name] else "changed"
        )

    with ThreadPoolExecutor(at_once) as pool:
        states = dict(zip(wanted, pool.map(said, wanted), strict=True))
    missing, changed = (
        [name for name, state in states.items() if state == kind] for kind in ("missing", "changed")
    )
    return Found(len(wanted), missing, changed, sorted(there - wanted.keys()))


def verify(copy: str, build: Path | None = None) -> Found:
    """A copy, a folder or an address, against its own sums or those of a build.

    Raises VerifyError if there is no such folder, no list in it, or a host that does not answer.
    """
    scheme = urlsplit(copy).scheme
    if remote := scheme in ("http", "https"):
        read, there = at_address(copy), set[str]()
    elif not (folder := Path(copy)).is_dir():
        raise VerifyError(f"{copy} is neither a folder nor an address that begins with https://")
    else:
        read, there = in_folder(folder), set(sums.listed(folder))
    content = in_folder(build)(sums.NAME) if build else read(sums.NAME)
    if content is None:
        raise VerifyError(
            f"{build or copy} has no {sums.NAME}: a build without a warning writes it"
        )
    try:
        wanted = parsed(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise VerifyError(f"{sums.NAME} is no text: is this the address of a book?") from None
    return compared(wanted, read, there, AT_ONCE if remote else 1)


def _told(found: Found) -> str:
    lines = []
    for kind, names in (
        ("missing", found.missing), ("changed", found.changed), ("not in the list", found.extra)
    ):  # fmt: skip
        lines += [f"{kind}: {name}" for name in names[:SHOWN]]
        if more := len(names) - SHOWN:
            lines += [f"{kind}: {more} more"] if more > 0 else []
    wrong = len(found.missing) + len(found.changed) + len(found.extra)
    end = "each is as it was built" if found.whole else f"{wrong} are not as they were built"
    return "\n".join([*lines, f"{found.checked} files of {sums.NAME}: {end}"])


def main(arguments: list[str]) -> int:
    """Verify, and say what was found: 0 as it was built, 1 not so, 2 if that can't be told."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = verify(arguments[0], Path(arguments[1]) if arguments[1:] else None)
    except VerifyError as error:
        print(error, file=sys.stderr)
        return 2
    print(_told(found))
    return 0 if found.whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
