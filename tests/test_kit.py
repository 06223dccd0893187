"""The re-run kit: what it needs, what is in it, and that a notebook finds its way to it."""

from __future__ import annotations

import ast
import hashlib
import importlib.abc
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from types import SimpleNamespace

import nbformat
import pytest
import samples
from bs4 import BeautifulSoup
from sphinx.config import Config
from sphinx.errors import ConfigError

from openbook import facts, kernel, replay, tables
from openbook.site import kit, launch, texts, wheels
from openbook.testing import book

NAME = kit.name()
KIT = book.HTML / kit.FOLDER / f"{NAME}.zip"
CHAPTERS = [page for page in book.pages() if page.docname.startswith("chapters/")]
CHAPTERS = [page for page in CHAPTERS if book.cells(page.path)]
LOCK = """\
./wheels/a.whl --hash=sha256:0
pytest==0.1 \\
    --hash=sha256:1
unheard-of==2 \\
    --hash=sha256:3
"""
SMALL = ["from openbook.facts import note\nwords = note('share', 'a half')", "1 + 1"]


def pinned(name: str) -> dict[str, str]:
    text = (book.ROOT / name).read_text("utf-8")
    return dict(re.findall(r"(?m)^([a-z0-9._-]+)==([^ ;]+)", text))


# --- what running needs ----------------------------------------------------------------------


def test_the_lock_has_what_the_packages_ask_for_as_the_books_own_has_it():
    held, own = pinned(kit.LOCK), pinned("requirements.txt") | pinned("requirements-lab.txt")
    for path in ("pyproject.toml", "openbook/pyproject.toml"):
        project = tomllib.loads((book.ROOT / path).read_text("utf-8"))["project"]
        for asked in project["dependencies"]:
            name = re.split("[=<>]", asked)[0]
            assert name in held or name == "openbook", f"{path}: {name}"
    assert all(own[name] == version for name, version in held.items())
    assert not {"sphinx", "myst-nb", "jupyter-book"} & held.keys()
    assert len(held) < len(pinned("requirements.txt")) * 0.7


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)
def test_cells_import_nothing_that_only_makes_the_book(page):
    for cell in book.cells(page.path):
        for node in ast.walk(ast.parse(cell.source)):
            named = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {n.partition(".")[0] for n in named} & {"myst_nb", "sphinx"}, cell.source


class Refuse(importlib.abc.MetaPathFinder):
    """Says that there is no MyST-NB."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "myst_nb":
            raise ModuleNotFoundError(name)


def test_a_number_is_noted_without_myst_nb(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "myst_nb"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Refuse(), *sys.meta_path])
    assert facts.note("kept", "76%") == "76%" and facts.noted["kept"] == "76%"


def test_what_cells_import_needs_neither_sphinx_nor_myst_nb():
    lines = ["import sys"]
    for page in CHAPTERS:
        nodes = [n for cell in book.cells(page.path) for n in ast.parse(cell.source).body]
        lines += [ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    lines.append("sys.exit(bool({'sphinx', 'myst_nb', 'docutils'} & sys.modules.keys()))")
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, cwd=book.ROOT)


# --- wheels ----------------------------------------------------------------------------------


def test_a_wheel_has_the_same_bytes_again():
    project = wheels.project_of("openbook")
    before = os.umask(0o077)
    try:
        once = wheels.build(project)
    finally:
        os.umask(before)
    assert wheels.build(project) == once
    assert project.wheel.startswith("openbook-") and project.wheel.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(io.BytesIO(once)).namelist()
    assert "openbook/replay.py" in names and "openbook/fonts/LICENSE" in names


def test_a_wheel_follows_from_what_is_in_it():
    project = wheels.project_of("caspian")
    held = set(project.files())
    assert {"README.md", "LICENSE", "caspian/tables.py", "data/oil_exports.csv"} <= held
    assert not [name for name in held if name.startswith(("openbook", "tests")) or ".pyc" in name]


def test_a_package_without_its_project_is_an_error():
    with pytest.raises(FileNotFoundError, match="editable form"):
        wheels.project_of("yaml")


# --- the check -------------------------------------------------------------------------------


def test_results_are_compared_to_six_digits():
    assert not replay.rows_moved("a,b\n1.0,x\n", "a,b\n1.0000000001,x\n")
    assert "row 1, a: published '1.0', now '1.1'" in replay.rows_moved("a\n1.0\n", "a\n1.1\n")
    assert "published 'x', now 'y'" in replay.rows_moved("a\nx\n", "a\ny\n")
    assert "2 rows of a, now 1 of a" in replay.rows_moved("a\nx\ny\n", "a\nx\n")


def test_cells_run_again_and_what_they_note_is_compared(tmp_path, capsys):
    (tmp_path / "published").mkdir()
    (tmp_path / "chapters").mkdir()
    first = nbformat.v4.new_code_cell("raise SystemExit", metadata={"tags": [replay.INSTALLS]})
    cells = [first, *map(nbformat.v4.new_code_cell, SMALL)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "chapters" / "page.ipynb")
    noted = tmp_path / "published" / "facts.json"
    (tmp_path / "published" / "titles.json").write_text("{}", "utf-8")
    noted.write_text(json.dumps({"page": {"share": "a half"}}), "utf-8")
    assert replay.main(tmp_path, []) == 0
    noted.write_text(json.dumps({"page": {"share": "a third"}}), "utf-8")
    assert replay.main(tmp_path, ["page"]) == 1
    assert "share: published 'a third', now 'a half'" in capsys.readouterr().out
    assert replay.main(tmp_path, ["nothing"]) == 2


def test_a_check_says_which_sentences_no_longer_hold(tmp_path, monkeypatch):
    monkeypatch.delenv(kernel.RUN, raising=False)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "published").mkdir()
    for name in ("facts", "titles"):
        (tmp_path / "published" / f"{name}.json").write_text("{}", "utf-8")
    found = replay.run(["from openbook.sentences import holds\nholds(1 > 2, 'one is more')"])
    assert list(replay.differences(tmp_path, "page", found)) == ["no longer holds: one is more"]
    assert not list(replay.differences(tmp_path, "page", replay.run(SMALL)))


def test_a_cell_that_fails_is_named():
    with pytest.raises(replay.ChapterError, match=r"cell 2 of 2 failed\. ZeroDivisionError"):
        replay.run(["a = 1", "a / 0"])


# --- the first cell --------------------------------------------------------------------------


def app(**given: str) -> SimpleNamespace:
    said = {"openbook_packages": ["caspian"], "html_baseurl": "", "openbook_kit": "", **given}
    said = {"openbook_repository": "", "openbook_notebooks": "", **said}
    return SimpleNamespace(config=SimpleNamespace(**said), confdir=str(book.ROOT))


def started(monkeypatch, folder, source: str, lack: set[str]) -> list:
    """Run the first cell in a folder where some packages are missing; what it had run."""
    ran = []

    def run(command, **how):
        ran.append((command, how["cwd"]))
        return SimpleNamespace(returncode=0)

    def find(name):
        return None if name in lack else object()

    monkeypatch.chdir(folder)
    monkeypatch.setattr(importlib.util, "find_spec", find)
    monkeypatch.setattr(subprocess, "run", run)
    environ = {key: value for key, value in os.environ.items() if key != "OPENBOOK_DATA"}
    monkeypatch.setattr(os, "environ", environ)
    exec(compile(source, "first", "exec"), {})
    return ran


def test_the_first_cell_does_nothing_where_all_is_there(monkeypatch, tmp_path):
    assert not started(monkeypatch, tmp_path, kit.first_cell(app()), set())
    assert "OPENBOOK_DATA" not in os.environ


def test_the_first_cell_says_what_is_missing(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match=rf"No openbook and caspian: put {NAME}.zip, .*beside"):
        started(monkeypatch, tmp_path, kit.first_cell(app()), {"openbook", "caspian"})


@pytest.mark.parametrize("fetched", [False, True])
def test_the_first_cell_installs_from_the_kit_beside_or_from_its_address(
    monkeypatch, tmp_path, fetched
):
    away = tmp_path / "away"
    (here := tmp_path / "here").mkdir()
    away.mkdir()
    packed = (away if fetched else here) / f"{NAME}.zip"
    with zipfile.ZipFile(packed, "w") as held:
        for name in ("wheels/a.whl", "requirements.txt", "data/a.csv"):
            held.writestr(f"{NAME}/{name}", LOCK if name.endswith(".txt") else "")
        held.writestr(f"{NAME}/install.py", texts.read("install.py"))
    source = kit.first_cell(app(openbook_kit=packed.as_uri() if fetched else ""))
    ((command, where),) = started(monkeypatch, here, source, {"caspian"})
    assert where == here / NAME and command[:3] == [sys.executable, "-m", "pip"]
    assert command[-2] == "-r"
    kept = (where / command[-1]).read_text("utf-8")
    assert "pytest" not in kept, "pytest is loaded here: it stays as it is"
    assert kept.startswith("./wheels/a.whl --hash") and "unheard-of==2" in kept
    assert os.environ["OPENBOOK_DATA"] == str(here / NAME / "data")


def test_the_first_cell_is_short_and_says_what_to_do_without_a_network():
    lines = kit.first_cell(app()).splitlines()
    assert len(lines) < 60 and max(map(len, lines)) <= 100
    assert lines[0].startswith("# Run this cell first.") and "Without a network" in lines[2]


# --- buttons ---------------------------------------------------------------------------------


def test_buttons_lead_to_what_the_environment_names(monkeypatch):
    assert launch.links(app(), "chapters/energy") == []
    given = app(
        openbook_repository="https://github.com/a/b",
        openbook_notebooks="https://github.com/a/b/blob/site/_chapters",
    )
    binder, colab = launch.links(given, "chapters/energy")
    assert binder.address == (
        "https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab%2Ftree%2Fchapters%2Fenergy.md"
    )
    assert colab.address == (
        "https://colab.research.google.com/github/a/b/blob/site/_chapters/energy.ipynb"
    )


@pytest.mark.parametrize("given", ["github.com/a/b", "https://example.org/a/b"])
def test_an_address_that_a_button_cannot_lead_to_is_refused(monkeypatch, given):
    config = Config({})
    for setting in launch.VARIABLES.values():
        config.add(setting, "", "html", [str])
    monkeypatch.setenv("BOOK_REPOSITORY", given)
    with pytest.raises(ConfigError, match="BOOK_REPOSITORY"):
        launch.configure(config)
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/a/b/")
    launch.configure(config)
    assert config["openbook_repository"] == "https://github.com/a/b"


# --- the built kit ---------------------------------------------------------------------------


@cache
def packed() -> dict[str, bytes]:
    with zipfile.ZipFile(KIT) as held:
        assert {name.partition("/")[0] for name in held.namelist()} == {NAME}, "one folder"
        return {name.partition("/")[2]: held.read(name) for name in held.namelist()}


def test_the_kit_has_all_that_it_says(site):
    found = packed()
    folders = {name.partition("/")[0] for name in found if "/" in name}
    assert folders == {"chapters", "data", "published", "wheels"}
    plain = {name for name in found if "/" not in name}
    assert plain == {"README.md", *kit.PROGRAMS, "requirements.txt", "LICENSE", "CITATION.cff"}
    for name in [*folders, *plain - {"README.md"}]:
        assert f"`{name}" in found["README.md"].decode(), f"the README does not name {name}"
    for name in tables.ranges():  # where an assumption is changed
        assert f"`data/{name}.csv`" in found["README.md"].decode()
    sums = (KIT.parent / f"{KIT.name}.sha256").read_text("utf-8").split()
    assert sums == [hashlib.sha256(KIT.read_bytes()).hexdigest(), KIT.name]
    assert {path.name for path in KIT.parent.iterdir()} == {KIT.name, f"{KIT.name}.sha256"}
    data = {name: content for name, content in found.items() if name.startswith("data/")}
    assert data == {f"data/{name}": content for name, content in tables.files().items()}


def test_the_kits_lock_names_its_wheels_by_their_sums(site):
    lines = packed()["requirements.txt"].decode().splitlines()
    own = dict(re.findall(r"(?m)^\./(wheels/\S+) --hash=sha256:(\w+)$", "\n".join(lines)))
    made = {name: content for name, content in packed().items() if name.endswith(".whl")}
    assert own == {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    assert len(made) == 2
    assert "\n".join(lines[2:]) + "\n" == (book.ROOT / kit.LOCK).read_text("utf-8")


def test_the_kits_results_are_those_of_the_site(site):
    found = packed()
    titles = json.loads(found["published/titles.json"])
    assert set(titles) == {page.name for page in CHAPTERS}
    for name in (name for held in titles.values() for name in held):
        of_site = (book.HTML / "_figures" / f"{name}.csv").read_bytes()
        assert found[f"published/{name}.csv"] == of_site
    noted = json.loads(found["published/facts.json"])
    assert sum(map(len, noted.values())) > 100


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)
def test_a_notebook_begins_with_the_cell_that_installs(site, page):
    alone = nbformat.read(book.HTML / "_chapters" / f"{page.name}.ipynb", as_version=4)
    held = nbformat.reads(packed()[f"chapters/{page.name}.ipynb"].decode(), as_version=4)
    first, *_ = [cell for cell in alone.cells if cell.cell_type == "code"]
    assert first.metadata.tags == [replay.INSTALLS] and NAME in first.source
    assert [c.source for c in held.cells] == [c.source for c in alone.cells]
    assert not [o for cell in held.cells for o in cell.get("outputs", ())]
    assert packed()[f"chapters/{page.name}.md"] == page.path.read_bytes()
    box = BeautifulSoup(page.html.read_text("utf-8"), "html.parser").select_one(".ob-takeaway")
    links = {a["href"] for a in box.select("a[href]")}
    assert {f"../{kit.FOLDER}/{NAME}.zip", f"../{kit.FOLDER}/{NAME}.zip.sha256"} <= links


def test_the_small_book_has_no_kit():
    assert not (samples.EXAMPLE / kit.LOCK).exists()
