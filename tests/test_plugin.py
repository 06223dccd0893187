"""The plug-in of pytest leaves alone what is no book of this engine, and says where to run."""

from __future__ import annotations

import shutil

import pytest
import samples

from openbook.testing import trees

pytestmark = pytest.mark.slow


def test_a_book_without_the_engine_is_left_alone(tmp_path):
    tree = shutil.copytree(samples.EXAMPLE, tmp_path / "book", ignore=trees.NOT_COPIED)
    shutil.rmtree(tree / "tests")
    (tree / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
    files = ("chapters/bicycles.md", "index.md")
    done = trees.run_in(tree, "python", "-m", "pytest", "--co", "-q", *files)
    assert done.returncode == 0 and "bicycles.md::cell 2" in done.output, done.output
    trees.edit(tree / "_config.yml", "      - openbook.site\n", "")
    done = trees.run_in(tree, "python", "-m", "pytest", "--co", "-q")
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.output


def test_from_elsewhere_it_names_the_folder_to_run_in(tmp_path):
    done = trees.run_in(tmp_path, "python", "-m", "pytest", str(samples.EXAMPLE))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.output
    assert f"run pytest in the folder of the book, {samples.EXAMPLE}" in done.output
