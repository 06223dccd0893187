"""Which wheel each locked package is installed from, on each system and Python of the book.

    python -m openbook.testing.wheels        write requirements-wheels.csv, as `make lock` does

A lock names hashes and no files. Here uv says which files these are, and one row a wheel says what
it is for; a test then holds the locks against the rows, without a network. A package without a
wheel would be built on the reader's machine, by code that nobody has looked at.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

LOCKS = ("requirements", "requirements-lab", "requirements-run")  # what readers install
TABLE = "requirements-wheels.csv"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix",
              "platform_machine": "x86_64"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix",
              "platform_machine": "arm64"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt",
                "platform_machine": "AMD64"},
}  # fmt: skip
TARGETS = tuple(product(SYSTEMS, PYTHONS))
ALL = "all"
GLIBC, MACOS = 34, (14, 0)  # 2.34, of 2021; macOS of 2023
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass
class Pin:
    """A package as a lock names it, with the sums of all its files."""

    name: str
    version: str
    marker: Marker | None
    hashes: set[str] = field(default_factory=set)

    def wanted(self, target: tuple[str, str]) -> bool:
        """Whether the lock installs it on a system with a Python."""
        return self.marker is None or self.marker.evaluate(_environment(target))


@dataclass(frozen=True)
class Wheel:
    """A wheel that is installed somewhere, and where: `system version` each, or "all"."""

    package: str
    version: str
    wheel: str
    sha256: str
    systems: str

    def is_for(self, target: tuple[str, str]) -> bool:
        """Whether it is installed on a system with a Python."""
        return self.systems == ALL or " ".join(target) in self.systems.split(", ")


def _environment(target: tuple[str, str]) -> dict[str, str]:
    system, python = target
    return SYSTEMS[system] | {
        "python_version": python, "python_full_version": f"{python}.0",
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
        "implementation_version": f"{python}.0", "platform_release": "", "platform_version": "",
        "extra": "",
    }  # fmt: skip


def _tags(target: tuple[str, str]) -> list[Tag]:
    """The tags that fit, best first."""
    system, python = target
    major, minor = map(int, python.split("."))
    old = ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    platforms = {
        "linux": [*(f"manylinux_2_{n}_x86_64" for n in range(GLIBC, 4, -1)), *old],
        "macos": list(mac_platforms(MACOS, "arm64")),
        "windows": ["win_amd64"],
    }[system]
    return [
        *cpython_tags((major, minor), platforms=platforms),
        *compatible_tags((major, minor), f"cp{major}{minor}", platforms),
    ]


def pins(text: str) -> list[Pin]:
    """The packages of a lock."""
    found: list[Pin] = []
    for line in text.replace("\\\n", " ").splitlines():
        stated = line.partition("#")[0].partition("--hash")[0].strip()
        if not stated or stated.startswith("-"):
            continue
        held = Requirement(stated)
        (pinned,) = held.specifier
        found.append(Pin(held.name, pinned.version, held.marker, set(_HASH.findall(line))))
    return found


def best(names: Iterable[str], target: tuple[str, str]) -> str | None:
    """The wheel, among file names, that is installed on a system with a Python."""
    order = {tag: at for at, tag in enumerate(_tags(target))}
    fitting = [
        (min(order[tag] for tag in tags), name)
        for name in names
        if (tags := parse_wheel_filename(name)[3] & order.keys())
    ]
    return min(fitting)[1] if fitting else None


def chosen(package: Mapping, wanted: Iterable[tuple[str, str]]) -> Iterator[Wheel]:
    """The wheels of a package of a `pylock.toml` that are installed on the `wanted` targets."""
    sums = {
        held["url"].rpartition("/")[2]: held["hashes"]["sha256"]
        for held in package.get("wheels", ())
    }
    where: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for target in wanted:
        if name := best(sums, target):
            where[name].append(target)
    for name, targets in where.items():
        systems = ALL if len(targets) == len(TARGETS) else ", ".join(map(" ".join, targets))
        yield Wheel(package["name"], package["version"], name, sums[name], systems)


def resolved(lock: Path) -> list[dict]:
    """The packages of a lock with their files, as uv finds them. Needs a network."""
    command = [
        "pip", "compile", lock.name, "--universal", "--python-version", PYTHONS[0],
        "--format", "pylock.toml", "--no-header", "-q",
    ]  # fmt: skip
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run([str(uv), *command], cwd=lock.parent, check=True, stdout=-1)
    packages: list[dict] = tomllib.loads(done.stdout.decode())["packages"]
    return packages


def table(root: Path) -> str:
    """The table of all locks, as CSV. Needs a network."""
    rows: set[Wheel] = set()
    for lock in LOCKS:
        held = {(p["name"], p["version"]): p for p in resolved(root / f"{lock}.txt")}
        for pin in pins((root / f"{lock}.txt").read_text("utf-8")):
            wanted = [target for target in TARGETS if pin.wanted(target)]
            rows |= set(chosen(held[pin.name, pin.version], wanted))
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("package", "version", "wheel", "sha256", "systems"))
    for row in sorted(rows, key=lambda row: (row.package, row.version, row.wheel, row.systems)):
        writer.writerow((row.package, row.version, row.wheel, row.sha256, row.systems))
    return made.getvalue()


def read(text: str) -> list[Wheel]:
    """The rows of the table."""
    return [Wheel(**row) for row in csv.DictReader(io.StringIO(text))]


def lacking(lock: str, rows: Iterable[Wheel]) -> list[str]:
    """What a lock installs without a wheel that it has the hash of, a line each."""
    held: dict[tuple[str, str], list[Wheel]] = defaultdict(list)
    for row in rows:
        held[row.package, row.version].append(row)
    return [
        f"{pin.name} {pin.version} has no wheel for {' '.join(target)}"
        for pin in pins(lock)
        for target in TARGETS
        if pin.wanted(target)
        and not any(
            row.is_for(target) and row.sha256 in pin.hashes for row in held[pin.name, pin.version]
        )
    ]


if __name__ == "__main__":
    Path(TABLE).write_text(table(Path()), "utf-8")
