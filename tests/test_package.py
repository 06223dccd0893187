"""The packages as they are installed: each wheel has every file, and gives tables anywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
import samples

from caspian.tables import load
from openbook.testing import book

pytestmark = pytest.mark.slow

BUILD = "from setuptools import build_meta; build_meta.build_wheel({!r})"
CLEAN = ("env", "-u", "PYTHONPATH", "-u", "OPENBOOK_DATA")
LOAD = """\
from importlib.metadata import requires, version
from caspian.tables import load
print(load("oil_exports").to_json())
print(f"openbook=={version('openbook')}" in requires("caspian"))
"""
ALONE = """\
from importlib.metadata import entry_points
from importlib.util import find_spec
from openbook.tables import load
groups = ("myst_nb.mime_renderers", "pytest11")
print(len(load("bicycles")), find_spec("caspian"))
print(*(len({e.name for e in entry_points(group=g) if "openbook" in e.value}) for g in groups))
"""
UNBUILT = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")


def run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """What the wheels are made of."""
    tree = tmp_path_factory.mktemp("package") / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(book.ROOT / name, tree)
    for folder in ("caspian", "data", "openbook"):
        shutil.copytree(book.ROOT / folder, tree / folder, ignore=UNBUILT)
    return tree


@pytest.fixture(scope="module")
def files(tree) -> dict[str, set[str]]:
    """Every file of the packages, by wheel, as it must lie in it."""
    found = {
        folder: {
            (Path(inside) / path.relative_to(tree / folder)).as_posix()
            for path in (tree / folder).rglob("*")
            if path.is_file()
            and path.relative_to(tree / folder).as_posix()
            not in ("pyproject.toml", "README.md", "LICENSE")
        }
        for folder, inside in (
            ("openbook", "openbook"), ("caspian", "caspian"), ("data", "caspian/data")
        )
    }  # fmt: skip
    return {"openbook": found["openbook"], "caspian": found["caspian"] | found["data"]}


@pytest.fixture(scope="module")
def wheels(tree, files) -> dict[str, Path]:
    """The two wheels by name; `files` comes first, since a build leaves more of them."""
    made = {}
    for name, folder in (("openbook", tree / "openbook"), ("caspian", tree)):
        out = tree.parent / name
        run(folder, sys.executable, "-c", BUILD.format(str(out)))
        (made[name],) = out.glob(f"{name}-*.whl")
    return made


@pytest.mark.parametrize("name", ["openbook", "caspian"])
def test_a_wheel_has_every_file_and_nothing_else(wheels, files, name):
    assert "openbook/site/templates/static/webpack-macros.html" in files["openbook"]
    assert {"caspian/data/datapackage.json", "caspian/data/references.bib"} <= files["caspian"]
    with zipfile.ZipFile(wheels[name]) as held:
        found = {file for file in held.namelist() if ".dist-info/" not in file}
    assert found == files[name], "see package-data in its pyproject.toml"


def environment(folder: Path, *wheels: Path) -> Path:
    """The Python of a fresh environment with these wheels, beside what they need.

    That is this environment's: a path file leads there, and path files there are not read, so the
    packages that it holds in editable form are not seen.
    """
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    here = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "needed.pth").write_text("\n".join(here), "utf-8")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps")
    run(folder, *pip, "--no-index", *wheels)
    return python


def test_both_wheels_load_a_table_in_an_empty_folder(wheels, tmp_path):
    python = environment(tmp_path / "venv", *wheels.values())
    empty = tmp_path / "empty"
    empty.mkdir()
    loaded = run(empty, *CLEAN, python, "-c", LOAD)
    assert loaded.splitlines() == [load("oil_exports").to_json(), "True"]
    assert not list(empty.iterdir())


def test_the_engine_alone_serves_another_book(wheels, tmp_path):
    python = environment(tmp_path / "venv", wheels["openbook"])
    tree = shutil.copytree(samples.EXAMPLE / "data", tmp_path / "book" / "data").parent
    assert run(tree, *CLEAN, python, "-c", ALONE).split() == ["12", "None", "1", "1"]
