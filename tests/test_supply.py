"""What is installed: each package has a wheel with a known sum, on each system and Python."""

from __future__ import annotations

import json
import re
from importlib.metadata import version

import pytest

from openbook import supply
from openbook.site import search
from openbook.testing import book, wheels

ROWS = wheels.read((book.ROOT / wheels.TABLE).read_text("utf-8"))
SUM = "0" * 64


def _lock(name: str) -> str:
    return (book.ROOT / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", wheels.LOCKS)
def test_each_package_has_a_wheel_for_each_system_and_python(name):
    found = wheels.pins(_lock(name))
    assert len(found) > 5
    assert all(pin.hashes for pin in found), "the lock has a package without a hash"
    assert not (lost := wheels.lacking(_lock(name), ROWS)), "\n".join(lost)


def test_the_table_names_nothing_that_no_lock_has():
    locked = {(p.name, p.version) for name in wheels.LOCKS for p in wheels.pins(_lock(name))}
    stale = {(row.package, row.version) for row in ROWS} - locked
    assert not stale, f"run `make lock`: {stale}"


def test_a_package_without_a_wheel_is_told():
    lock = f"some==1.0 ; sys_platform != 'win32' \\\n    --hash=sha256:{SUM}\n"
    mac = wheels.Wheel("some", "1.0", "x", SUM, "macos 3.11, macos 3.12, macos 3.13, macos 3.14")
    lost = wheels.lacking(lock, [mac])
    assert lost == [f"some 1.0 has no wheel for linux {python}" for python in wheels.PYTHONS]
    other = wheels.Wheel("some", "1.0", "x", "1" * 64, "all")
    assert len(wheels.lacking(lock, [other])) == 8, "a wheel whose sum the lock lacks is none"


@pytest.mark.parametrize(
    ("target", "wheel"),
    [
        (("linux", "3.11"), "a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),
        (("linux", "3.13"), "a-1-cp312-abi3-manylinux_2_28_x86_64.whl"),
        (("macos", "3.14"), "a-1-cp312-abi3-macosx_11_0_arm64.whl"),
        (("macos", "3.11"), None),
        (("windows", "3.12"), "a-1-py3-none-win_amd64.whl"),
    ],
)
def test_the_best_wheel_is_taken(target, wheel):
    names = [
        "a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "a-1-cp312-abi3-manylinux_2_28_x86_64.whl", "a-1-cp312-abi3-macosx_11_0_arm64.whl",
        "a-1-cp311-cp311-macosx_11_0_x86_64.whl", "a-1-py3-none-win_amd64.whl",
        "a-1-cp312-abi3-musllinux_1_2_x86_64.whl",
    ]  # fmt: skip
    assert wheels.best(names, target) == wheel


# --- licences --------------------------------------------------------------------------------


def test_each_installed_package_states_a_licence():
    silent = []
    for name, _ in supply.locked(book.ROOT / supply.LOCK):
        try:
            version(name)
        except ModuleNotFoundError:
            continue  # for another system
        if not supply.licence(name):
            silent.append(name)
    assert not silent


def test_what_ships_is_named_with_the_version_that_ships():
    parts = {part.name: part for part in supply.shipped()}
    assert all(part.version and part.licence for part in parts.values())
    assert parts["minisearch"].version in search.LIBRARY.name
    made_from = (book.ROOT / "openbook" / "fonts" / "LICENSE").read_text("utf-8")
    for family in ("source-sans", "source-serif"):
        assert f"{family} {parts[family].version}" in made_from
    vendored = {path.name for path in search.LIBRARY.parent.parent.iterdir()}
    assert vendored <= parts.keys()


def test_a_bill_is_the_same_each_time_and_names_all():
    pytest.importorskip("cyclonedx", reason="it comes with `make sbom`")
    one, other = (supply.bill(book.ROOT, "Book", "1.0.0", "2026-11-24") for _ in range(2))
    assert one == other
    held = json.loads(one)
    named = {(part["name"], part["version"]) for part in held["components"]}
    assert set(supply.locked(book.ROOT / supply.LOCK)) <= named
    assert {"vega", "minisearch", "source-sans"} <= {name for name, _ in named}
    assert re.match(r"2026-11-24T00:00:00", held["metadata"]["timestamp"])
