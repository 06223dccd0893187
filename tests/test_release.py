"""A release has one version and one date, wherever it is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from openbook import release
from openbook.testing import book


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in {name for name, _ in release.VERSIONS}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(book.ROOT / name, tmp_path / name)
    return tmp_path


def test_all_places_of_the_book_agree():
    found = release.stated(book.ROOT)
    assert not release.parting(found)
    assert len(found) == len(release.VERSIONS) + len(release.DAYS) and all(found.values())


def test_one_command_sets_all_of_them(root: Path):
    log = (root / "CHANGELOG.md").read_text("utf-8")
    release.set_to(root, "0.9.0", "2027-01-31")
    found = release.stated(root)
    assert set(found.values()) == {"0.9.0", "2027-01-31"} and not release.parting(found)
    new = (root / "CHANGELOG.md").read_text("utf-8")
    assert new == log.replace("## Unreleased", "## 0.9.0 (2027-01-31)", 1)


def test_a_place_that_parts_is_named(root: Path):
    path = root / "openbook" / "pyproject.toml"
    path.write_text(path.read_text("utf-8").replace('version = "', 'version = "9', 1), "utf-8")
    (line,) = release.parting(release.stated(root))
    assert line.startswith("openbook/pyproject.toml")


@pytest.mark.parametrize(
    ("version", "day", "told"),
    [
        ("0.3", "2027-01-31", "three numbers"),
        ("0.0.1", "2027-01-31", "is not above"),
        ("0.9.0", "31 January", "is no day"),
    ],
)
def test_what_can_not_be_a_release_changes_nothing(root: Path, version, day, told):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(release.Refused, match=told):
        release.set_to(root, version, day)
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
