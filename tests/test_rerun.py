"""A reader's own run: sentences that no longer hold, and the book's run, which stops at one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from openbook import kernel, sentences
from openbook.testing import book

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
