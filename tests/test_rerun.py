"""A reader's own run: sentences that no longer hold, and the book's run, which stops at one."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from openbook import kernel, sentences
from openbook.testing import book, moving

CALL = "from openbook.sentences import holds\nholds(1 > 2, 'one is more than two')"
WORDS = "With these assumptions this sentence no longer holds: one is more than two"


def test_the_book_stops_at_a_sentence_that_does_not_hold(monkeypatch):
    monkeypatch.setenv(*next(iter(kernel.telling().items())))
    assert sentences.holds(2 > 1, "two is more than one")
    with pytest.raises(sentences.SentenceError, match="does not hold: one is more than two"):
        sentences.holds(1 > 2, "one is more than two")


def test_a_rerun_marks_the_sentence_and_goes_on(monkeypatch):
    monkeypatch.delenv(kernel.RUN, raising=False)
    monkeypatch.setattr(sentences, "broken", [])
    shell = InteractiveShell.instance()
    try:
        with capture_output() as shown:
            ran = shell.run_cell(f"{CALL}\ngone_on = True")
        assert ran.success and shell.user_ns["gone_on"]
    finally:
        InteractiveShell.clear_instance()
    assert sentences.broken == ["one is more than two"]
    (mark,) = (output.data for output in shown.outputs)
    assert mark["text/plain"] == WORDS
    assert WORDS in mark["text/html"] and 'role="note"' in mark["text/html"]


def test_a_mark_shows_what_it_quotes_as_text():
    html = sentences.Mark("a < b & c")._repr_mimebundle_()["text/html"]
    assert "a &lt; b &amp; c" in html


def test_a_plain_script_says_so_and_goes_on():
    elsewhere = {name: value for name, value in os.environ.items() if name != kernel.RUN}
    run = subprocess.run(
        [sys.executable, "-c", f"{CALL}\nprint('and on')"],
        capture_output=True,
        text=True,
        cwd=book.ROOT,
        env=elsewhere,
    )
    assert (run.returncode, run.stdout.splitlines()) == (0, [WORDS, "and on"]), run.stderr


# --- every assumption, moved within its own range ---------------------------------------------

# `make moves` moves each one alone, which takes minutes; else all at once, to both ends, and of
# the single ones a few drawn with a fixed seed
EACH = "OPENBOOK_MOVES"
DRAWN = 2
TABLES = moving.ranges()
READERS = [
    pytest.param(page, table, marks=[pytest.mark.slow] if page.name == "outlook" else [])
    for page in book.chapters()
    for table in TABLES
    if any(table in moving.code_of(cell).loads for cell in book.cells(page.path))
]


def chosen(table: str) -> list[list[moving.Move]]:
    """The sets of assumptions to be moved together."""
    made = moving.moves(table)
    ends = [[move for move in made if move.end == end] for end in ("low", "high")]
    alone = made if os.environ.get(EACH) else random.Random(2024).sample(made, DRAWN)
    return ends + [[move] for move in alone]


def test_the_tables_of_assumptions_are_found():
    assert set(TABLES) == {"carbon_factors", "corridor_parameters", "model_parameters"}
    assert {table for _, table in (param.values for param in READERS)} == set(TABLES)


@pytest.mark.parametrize("page, table", READERS)
def test_an_assumption_within_its_range_breaks_no_chapter(page, table):
    chapter = moving.Chapter(page, [table])
    for moved in chosen(table):
        try:
            chapter.again({table: moving.with_moves(table, moved)})
        except Exception as error:
            said = "; ".join(f"{move.name} at its {move.end} end" for move in moved[:3])
            pytest.fail(f"{said}: {type(error).__name__}: {error} {error.__notes__}")


def test_a_moved_assumption_is_seen_and_leaves_the_book_as_it_was():
    (page,) = (page for page in book.chapters() if page.name == "energy")
    chapter = moving.Chapter(page, ["model_parameters"])
    before = chapter.names["lost_30"]
    (move,) = (
        move
        for move in moving.moves("model_parameters")
        if (move.name, move.end) == ("outage_cut_one_mooring", "low")
    )
    broken = chapter.again({"model_parameters": moving.with_moves("model_parameters", [move])})
    assert "the assumed cut is the range and the middle of the readings" in broken
    assert chapter.names["lost_30"] == before
    assert sentences.broken == []
