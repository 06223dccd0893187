"""`make lab`: a chapter's findings show their numbers there, and are saved as they were."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from IPython.core.interactiveshell import InteractiveShell

from openbook import facts, kernel, lab
from openbook.testing import book

GLUE = "{glue:text}`"


@pytest.mark.parametrize("page", book.chapters(), ids=lambda page: page.name)
def test_lab_shows_each_noted_number_and_saves_the_page_as_it_was(page, tmp_path):
    path = tmp_path / page.path.name
    shutil.copy(page.path, path)
    shutil.copy(book.ROOT / "pyproject.toml", tmp_path)
    chapters = lab.Chapters(root_dir=str(tmp_path))
    model = asyncio.run(chapters.get(path.name, type="notebook"))
    prose = [cell.source for cell in model["content"].cells if cell.cell_type == "markdown"]
    asked = page.path.read_text("utf-8").count(GLUE)
    assert "".join(prose).count('{eval}`noted["') == asked and GLUE not in "".join(prose)
    asyncio.run(chapters.save(model, path.name))
    assert path.read_text("utf-8") == page.path.read_text("utf-8")


def test_the_findings_of_another_page_stay_what_they_are():
    text = "{glue:text}`b.md::x:s`, {glue:text}`a.md::x:s`"
    turned = lab.shown(text, "a.md")
    assert turned == '{glue:text}`b.md::x:s`, {eval}`noted["x"]`'
    assert lab.kept(turned, "a.md") == text


def test_prose_finds_what_cells_note(monkeypatch):
    monkeypatch.delenv(kernel.RUN, raising=False)
    shell = InteractiveShell.instance()
    try:
        ran = shell.run_cell("from openbook.facts import note\n_ = note('share', 'a half')")
        assert ran.success and shell.user_ns["noted"]["share"] == "a half"
    finally:
        InteractiveShell.clear_instance()
        facts.noted.pop("share")
