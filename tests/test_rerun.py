"""A reader's own run: sentences that no longer hold, and the book's run, which stops at one."""

from __future__ import annotations

import base64
import io
import os
import random
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import altair as alt
import jupytext
import pandas as pd
import pytest
import samples
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from jupytext.config import load_jupytext_config
from PIL import Image
from sphinx.util.matching import Matcher

from openbook import kernel, publish, sentences, tables
from openbook.bundle import FactBundle
from openbook.controls import slider
from openbook.draw import WIDE
from openbook.testing import book, changes, moving

CALL = "from openbook.sentences import holds\nholds(1 > 2, 'one is more than two')"
WORDS = "With these assumptions this sentence no longer holds: one is more than two"


def test_the_book_stops_at_a_sentence_that_does_not_hold(monkeypatch):
    monkeypatch.setenv(*next(iter(kernel.telling().items())))
    sentences.holds(2 > 1, "two is more than one")
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
TABLES = tables.ranges()
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


# --- a table that was edited and not stamped ---------------------------------------------------


@pytest.fixture
def edited(tmp_path):
    """A copy of a small book's tables with one valid number changed, and not stamped."""
    shutil.copytree(samples.SMALL / "data", tmp_path / "data")
    path = tmp_path / "data" / "exports.csv"
    before = path.read_text("utf-8")
    assert "50.5" in before
    path.write_text(before.replace("50.5", "51.5"), "utf-8")
    return tmp_path


def loaded(folder, **told):
    """What a program says that loads the edited table twice."""
    program = "from openbook.tables import load\nload('exports')\nprint(len(load('exports')))"
    kept = {name: v for name, v in os.environ.items() if name not in (kernel.RUN, "CI")}
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=kept | {"OPENBOOK_DATA": str(folder / "data")} | told,
    )


def test_a_reader_may_try_a_table_and_is_told_once(edited):
    run = loaded(edited)
    note, rows = run.stdout.splitlines()
    assert note == (
        "data/exports.csv differs from the book's. "
        "A fresh copy of it brings the published figures back."
    )
    assert int(rows) > 0


def test_the_way_back_is_named_where_there_is_a_repository(edited):
    (edited / ".git").mkdir()
    assert "`git checkout -- data/exports.csv` brings" in loaded(edited).stdout


@pytest.mark.parametrize("told", [kernel.telling(), {"CI": "true"}], ids=["book", "CI"])
def test_the_book_and_its_ci_refuse_it(edited, told):
    run = loaded(edited, **told)
    assert run.returncode and "a table and its sha256 change together" in run.stderr


def test_a_kernel_that_tries_takes_it(edited):
    assert loaded(edited, **kernel.telling(tries=True)).returncode == 0


# --- what an edit changes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "old, new, said",
    [(4, 5, "+25%"), (100, 99.5, "−0.5%"), (-2, -1, "+50%"), (0, 1, ""), (None, 1, "")],
)
def test_by_how_much_a_number_moved(old, new, said):
    assert changes.percent(old, new) == said


def test_what_moved_is_listed_by_name():
    mime = FactBundle.mime

    def value(text, number):
        return {mime: FactBundle(text, (number,), "Mt", "2025", "a").to_json(), "text/plain": text}

    old = {"oil": value("4 Mt", 4.0), "word": {"text/plain": "'none'"}, "same": value("1", 1.0)}
    new = old | {"oil": value("5 Mt", 5.0), "word": {"text/plain": "'two'"}}
    assert list(changes.facts(old, new)) == ["oil: 4 Mt → 5 Mt  (+25%)", "word: none → two"]


def test_of_rows_the_one_that_moved_most_is_named():
    """By its share: 2 of 4 is more than 10 of 100; a table that grew says by how many rows."""

    def bundle(*rows):
        return SimpleNamespace(rows=[dict(zip(("year", "Mt"), row, strict=True)) for row in rows])

    old = bundle(("2023", 100.0), ("2024", 4.0), ("2025", 7.0))
    new = bundle(("2023", 110.0), ("2024", 2.0), ("2025", 7.0))
    assert changes.rows(old, new) == "2 of 3 rows, most in Mt: 4 → 2  (−50%)"
    assert changes.rows(old, bundle(("2023", 100.0))) == "3 rows → 1"
    assert changes.rows(old, old) == ""


def test_a_verdict_that_turned_is_named_by_its_claim():
    old, new = ({"claims": [{"claim": "c01", "now": {"verdict": v}}]} for v in ("open", "holds"))
    assert list(changes.words(old, new)) == ["claims c01 now verdict: open → holds"]


# --- JupyterLab --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", book.chapters(), ids=lambda page: page.name)
def test_saving_in_jupyterlab_leaves_the_file_as_it_is(page):
    notebook = jupytext.read(page.path)
    # what Lab and its extension for MyST add
    shown = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook.metadata["kernelspec"] = dict(notebook.metadata["kernelspec"]) | shown
    notebook.metadata["language_info"] = {"name": "python", "version": "3.13"}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.metadata["user_expressions"] = [{"expression": "x", "result": {}}]
    config = load_jupytext_config(str(page.path))
    assert jupytext.writes(notebook, fmt="md:myst", config=config) == page.path.read_text("utf-8")


def test_a_notebook_paired_with_a_chapter_is_no_page():
    ignored = Matcher(book.config()["exclude_patterns"])
    assert ignored("chapters/energy.ipynb") and not ignored("chapters/energy.md")


@pytest.fixture
def shown_in_lab(monkeypatch):
    """What a figure or table shows of itself in JupyterLab."""
    found = []
    monkeypatch.delenv(kernel.RUN, raising=False)
    monkeypatch.setattr(alt.JupyterChart, "enable_offline", lambda _: None)
    monkeypatch.setattr(alt.JupyterChart, "_repr_mimebundle_", lambda self: ({"widget": self}, {}))
    monkeypatch.setattr("IPython.display.display", lambda item, **_: found.append(item))

    def show(published):
        published._ipython_display_()
        return found

    return show


def test_a_chart_in_jupyterlab_has_the_books_width(shown_in_lab):
    rows = pd.DataFrame({"x": [1, 2], "y": [1, 2], "source": next(iter(tables.references()))})
    chart = alt.Chart(rows).mark_point().encode(x="x:Q", y="y:Q")
    shown = shown_in_lab(
        publish.figure(chart, name="fig-a", title="T", subtitle="S", alt="A", note="Read it so.")
    )
    (data,) = (item for item in shown if isinstance(item, dict))
    assert data["widget"].spec["width"] == WIDE
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width == 2 * WIDE and len(picture.getcolors()) > 2, "for who draws no widgets"
    assert any("Read it so." in getattr(item, "data", "") for item in shown)


def test_a_chart_in_jupyterlab_never_comes_without_its_controls(shown_in_lab, monkeypatch):
    """A slow page draws what it is given first, and shows that a control is not there."""
    rows = pd.DataFrame({"x": [1, 2], "y": [1, 2], "source": next(iter(tables.references()))})
    still = alt.Scale(domain=[0, 20])
    chart = alt.Chart(rows).transform_calculate(z="datum.y * times").mark_point()
    moved = publish.figure(
        chart.encode(x=alt.X("x:Q", scale=still), y=alt.Y("z:Q", scale=still)),
        name="fig-a", title="T", subtitle="S", alt="A",
        controls=[slider("times", 0, 10, 1, 2, "Times")], readout="'Times ' + times",
    )  # fmt: skip
    begun, init = [], alt.JupyterChart.__init__

    def kept(self, *args, **more):
        init(self, *args, **more)
        begun.append(self.spec)  # what opens the way to the page

    monkeypatch.setattr(alt.JupyterChart, "__init__", kept)
    shown_in_lab(moved)
    assert [{each["name"] for each in spec["params"]} >= {"times"} for spec in begun] == [True]


def test_a_table_in_jupyterlab_has_heads_digits_and_dashes(shown_in_lab):
    rows = pd.DataFrame(
        {
            "oil": [1.25, None],
            "on": ["2024-03-11", "2025-01"],
            "source": next(iter(tables.references())),
        }
    )
    shown = shown_in_lab(
        publish.table(
            rows,
            name="tab-a",
            title="T",
            subtitle="S",
            labels={"oil": "Oil, Mt", "on": "When", "source": "Source"},
            digits={"oil": 2},
            dates=["on"],
        )
    )
    html = next(item.data for item in shown if "<table" in getattr(item, "data", ""))
    found = re.findall(r"<t[hd][^>]*>(.*?)</t", html)
    assert found == ["Oil, Mt", "When", "1.25", "11 March 2024", "–", "January 2025"]
