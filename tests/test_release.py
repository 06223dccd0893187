"""A release has one version and one date, wherever it is named."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

import caspian.tables
from caspian.release import NEXT, keep_verdicts
from openbook import release
from openbook.edit import table_rows
from openbook.tables import folder
from openbook.testing import book


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in {name for name, _ in release.VERSIONS}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(book.ROOT / name, tmp_path / name)
    log = tmp_path / "CHANGELOG.md"
    text = log.read_text("utf-8")
    if release.UNRELEASED not in text:  # so it is right after a release
        log.write_text(text.replace("\n## ", f"\n{release.UNRELEASED}\n\n## ", 1), "utf-8")
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


def test_what_changed_can_be_told_right_after_a_release(tmp_path: Path, monkeypatch):
    """No claim is judged otherwise then, and no correction waits for its release."""
    (tmp_path / "data").mkdir()
    names = ("released_verdicts", "changes")
    for name in names:
        shutil.copy(book.ROOT / "data" / f"{name}.csv", tmp_path / "data")
    keep_verdicts(tmp_path, "9.9.9", "2099-01-31")
    kept = {name: pd.DataFrame(table_rows(tmp_path / "data" / f"{name}.csv")) for name in names}
    assert NEXT not in set(kept["changes"]["release"])
    load = caspian.tables.load
    monkeypatch.setattr(caspian.tables, "load", lambda n: kept[n] if n in kept else load(n))
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    ran: dict = {}
    for cell in book.cells(book.ROOT / "chapters" / "changes.md"):
        exec(cell.source, ran)
    assert str(ran["verdicts_moved"]) == "0" and len(ran["released"]) == len(ran["today"])
    assert ran["last_release"] == "9.9.9"


def test_what_changed_names_tables_that_there_are():
    lists = caspian.tables.load("changes")["tables"].dropna()
    named = {name for each in lists for name in each.split(";")}
    there = {path.stem for path in folder.csv_files()}
    assert named and named <= there, f"in data/changes.csv, column tables: {named - there}"
