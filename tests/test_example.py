"""The engine builds and tests a book about something else: `examples/minimal`.

It is done by the commands of `openbook/README.md`, as a newcomer would.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import samples
from bs4 import BeautifulSoup

from openbook.testing import book, trees

pytestmark = pytest.mark.slow

README = book.ROOT / "openbook" / "README.md"
INSTALL = 'python -m pip install "./openbook[test]"'
COPY = ["cp -R examples/minimal my-book", "cd my-book"]


def commands() -> list[str]:
    """What the README has one type to start."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S)
    return block.splitlines()


def files(tree: Path) -> dict[str, bytes]:
    """The book's own files."""
    paths = (path for path in tree.rglob("*") if path.is_file() and "_build" not in path.parts)
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in paths
        if "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def started(tmp_path_factory) -> tuple[Path, str]:
    """The example after the README's commands, and what they said."""
    tree = tmp_path_factory.mktemp("example") / "my-book"
    shutil.copytree(samples.EXAMPLE, tree, ignore=trees.NOT_COPIED)
    said = ""
    for command in commands()[3:]:
        done = trees.run_in(tree, *shlex.split(command))
        assert done.returncode == 0, done.output[-5000:]
        said += done.output
    return tree, said


@pytest.fixture
def tree(started) -> Path:
    return started[0]


def test_the_start_is_the_readmes(started):
    tree, said = started
    assert commands()[:3] == [INSTALL, *COPY]
    assert re.search(r"\d+ passed", said) and not re.search(r"(?m)^  re(newed|moved) ", said)
    assert files(tree) == files(samples.EXAMPLE)


def test_it_is_about_something_else_and_needs_the_engine_alone(tree):
    assert not [
        name for name, content in files(tree).items() if re.search(b"(?i)caspian|baku|oil", content)
    ]
    run = json.loads((tree / "_build/.runs/chapters/bicycles.json").read_text("utf-8"))
    used = {name.partition(".")[0] for name in run["dependencies"] if name.startswith("module:")}
    assert used == {"module:openbook"}


def test_it_has_a_table_a_figure_and_a_fact_that_the_front_page_quotes(tree):
    html = tree / "_build" / "html"
    page = book.soup(html / "chapters/bicycles.html")
    assert len(page.select("figure.ob-figure svg")) >= 1 and len(page.select(".ob-table")) == 1
    front = BeautifulSoup((html / "index.html").read_text("utf-8"), "html.parser")
    fact = front.find("a", class_="ob-fact")
    assert fact.string == "76%" and fact["href"] == "https://example.org/counter"
    for name in ("_figures/fig-bicycles.png", "_data/bicycles.parquet", "_chapters/bicycles.ipynb"):
        assert (html / name).is_file(), name


def test_a_count_that_moved_is_noticed_by_every_test_that_should(tree, tmp_path):
    tree = Path(shutil.copytree(tree, tmp_path / "my-book"))
    trees.edit(tree / "data" / "bicycles.csv", "2025-06,9.0", "2025-06,19.0")
    done = trees.run_in(tree, "python", "-m", "openbook.tables", "renew")
    assert done.returncode == 0, done.output
    done = trees.build(tree)
    assert done.returncode == 0, done.output[-5000:]
    page = tree / "chapters" / "bicycles.md"
    trees.edit(page, "The counter saw {eval}", "In 62 weeks it saw {eval}")
    done = trees.run_in(tree, "python", "-m", "pytest", "-v", "--color=no")
    for test in (
        "chapters/bicycles.md::cell 0",
        "chapters/bicycles.md::cell 1",
        "test_text_is_as_it_was[bicycles]",
        "test_text_is_as_it_was[index]",
        "test_no_number_is_typed[bicycles]",
    ):
        assert f"{test} FAILED" in done.output, done.output[-5000:]
    assert "reference '76%', now '79%'" in done.output
