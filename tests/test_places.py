"""The same book everywhere: in any folder, locale and timezone, on any number of cores."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import samples

from openbook.testing import book, trees

pytestmark = pytest.mark.slow

FAULTS = Path(__file__).parent / "faults"
FOLDER = "the book, второй – ikinci"


def same_elsewhere(tree: Path, site: dict[str, bytes], **variables: str) -> trees.Done:
    """Build a copy under another locale and timezone, and compare it with a built site."""
    done = trees.build(tree, **book.ELSEWHERE, **variables)
    assert done.returncode == 0, done.output[-5000:]
    built = trees.built_files(tree)
    assert not trees.site_differences(built, site)
    names = [str(tree), tree.name, str(book.ROOT)]
    inside = [n for n, content in built.items() if any(name.encode() in content for name in names)]
    assert not inside, f"these files name a folder of this machine: {inside}"
    return done


@pytest.fixture(scope="module")
def small_site(tmp_path_factory) -> dict[str, bytes]:
    tree = samples.small_book(tmp_path_factory.mktemp("place") / "book")
    done = trees.build(tree)
    assert done.returncode == 0, done.output[-5000:]
    return trees.built_files(tree)


def test_the_small_book_is_the_same_elsewhere_and_on_one_core(small_site, tmp_path):
    same_elsewhere(samples.small_book(tmp_path / FOLDER), small_site, OPENBOOK_JOBS="1")


def test_the_small_book_is_the_same_on_another_day_by_another_person(small_site, tmp_path):
    home, day = tmp_path / "another home", tmp_path / "day"
    home.mkdir()
    tree = samples.small_book(tmp_path / FOLDER)
    same_elsewhere(
        tree, small_site, HOME=str(home), USER="ikinci", LOGNAME="ikinci",
        BOOK_FAULT=json.dumps({"kind": "later", "told": str(day)}),
        PYTHONPATH=os.pathsep.join((str(FAULTS), str(tree))),
    )  # fmt: skip
    assert float(day.read_text()) - time.time() > 300 * 86_400  # the clock that it saw


def test_the_book_is_the_same_elsewhere(site, tmp_path):
    """Its pages, that is, written anew from the runs and the drawings of the first build.

    That cells give the same elsewhere is seen as they run (`openbook.testing.cells`), and drawings
    in four timezones and two locales (tests/test_figures.py).
    """
    tree = trees.copy_tree(tmp_path / FOLDER)
    for made in (".runs", ".drawings"):
        shutil.copytree(book.ROOT / "_build" / made, tree / "_build" / made)
    done = same_elsewhere(tree, trees.built_files(book.ROOT))
    assert " ran in " not in done.output


def test_a_book_on_a_read_only_disk_is_built_into_another_folder(small_site, tmp_path):
    tree, out = samples.small_book(tmp_path / "book"), tmp_path / "out"
    fault = {"kind": "refuse", "under": str(tree)}
    done = trees.build(
        tree, "--path-output", str(out),
        BOOK_FAULT=json.dumps(fault), PYTHONPATH=os.pathsep.join((str(FAULTS), str(tree))),
    )  # fmt: skip
    assert done.returncode == 0, done.output[-5000:]
    assert not trees.site_differences(trees.built_files(out), small_site)


def test_a_book_is_built_without_a_home_and_without_a_network(small_site, tmp_path):
    """The home is no folder; a network of its own has not even a loopback that is up."""
    tree = samples.small_book(tmp_path / "book")
    unshare = ("unshare", "--net", "--map-root-user") if _may_unshare() else ()
    jb = str(Path(sys.executable).with_name("jb"))
    done = trees.run_in(
        tree, "python", "-c", "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])",
        *unshare, jb, *trees.BUILD[1:], HOME="/dev/null/home",
    )  # fmt: skip
    assert done.returncode == 0, done.output[-5000:]
    assert "/dev/null" not in done.output, done.output
    assert not trees.site_differences(trees.built_files(tree), small_site)


def _may_unshare() -> bool:
    try:
        command = ("unshare", "--net", "--map-root-user", "true")
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_a_folder_that_takes_no_file_is_one_line_and_the_next_build_is_right(small_site, tmp_path):
    tree = samples.small_book(tmp_path / "book")
    assert trees.build(tree).returncode == 0
    trees.edit(tree / "index.md", "# A small", "# Now a small")
    fault = {"kind": "refuse", "under": str(tree / "_build")}
    path = os.pathsep.join((str(FAULTS), str(tree)))
    done = trees.build(tree, BOOK_FAULT=json.dumps(fault), PYTHONPATH=path)
    assert done.returncode != 0 and "Traceback" not in done.output, done.output
    told = [line for line in done.output.splitlines() if "Read-only file system" in line]
    assert len(told) == 1 and "--path-output" in told[0], done.output
    trees.edit(tree / "index.md", "# Now a small", "# A small")
    assert trees.build(tree).returncode == 0
    assert not trees.site_differences(trees.built_files(tree), small_site)


def test_a_broken_kernel_of_the_machine_is_not_used(small_site, tmp_path):
    kernel = tmp_path / "share" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["no-such-python", "-f", "{connection_file}"], "display_name": "Python 3"}
    (kernel / "kernel.json").write_text(json.dumps(spec), "utf-8")
    tree = samples.small_book(tmp_path / "book")
    done = trees.build(tree, JUPYTER_PATH=str(tmp_path / "share"))
    assert done.returncode == 0, done.output[-5000:]
    assert not trees.site_differences(trees.built_files(tree), small_site)
