"""`make new`: a source, row, table, claim or chapter, asked for and left valid, or not at all."""

from __future__ import annotations

import ast
import io
import re
import shutil
import signal
from pathlib import Path

import pytest
import samples
import yaml

from caspian.claims.new import new_claim, rule_text
from openbook import edit, tables
from openbook.bundle import Table
from openbook.new import command, entries
from openbook.new.ask import Asker, Stopped
from openbook.testing import book
from openbook.testing.trees import NOT_COPIED


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    made = samples.some_tables(
        tmp_path_factory.mktemp("small"), ["brent", "kz_oil_btc", "oil_exports", "changes"]
    )
    (made / "chapters").mkdir()
    cited = (made / "data" / "references.bib").read_text("utf-8")
    kinds = sorted(set(re.findall(r"howpublished = \{(\w+)\}", cited)))
    listed = "\n\n".join(f"```{{sources}} {kind}\n```" for kind in kinds)
    (made / "chapters" / "list.md").write_text(f"{listed}\n", "utf-8")
    text = (book.ROOT / "chapters" / "outlook.md").read_text("utf-8").partition("\n# ")[0]
    (made / "chapters" / "outlook.md").write_text(f"{text}\n# Outlook\n", "utf-8")
    shutil.copy(book.ROOT / "_toc.yml", made)
    return made


@pytest.fixture
def root(small: Path, tmp_path: Path, monkeypatch) -> Path:
    made = shutil.copytree(small, tmp_path / "a book")
    monkeypatch.setenv("OPENBOOK_DATA", str(made / "data"))
    monkeypatch.setenv("OPENBOOK_BUILD", str(made / "_build"))
    return made


def asked(*lines: str, **given: str) -> tuple[Asker, io.StringIO]:
    """Someone who types these lines, and then goes away."""
    out = io.StringIO()
    return Asker(given, io.StringIO("".join(f"{line}\n" for line in lines)), out), out


def files(root: Path) -> dict[str, bytes]:
    paths = [path for path in root.rglob("*") if path.is_file() and "_build" not in path.parts]
    return {str(path): path.read_bytes() for path in paths}


ROW = ("entered_btc", "2026-01/2026-06", "0.8", "", "actual", "", "KMG", "")


def test_a_row_is_asked_for_column_by_column_and_stands_where_it_belongs(root: Path):
    ask, out = asked(
        *ROW, "nobody_knows", "Half-year report", "KazMunayGas", "https://www.kmg.kz", "2026-08",
        "news", "Operating results",
    )  # fmt: skip
    new = entries.new_row(ask, "kz_oil_btc")
    assert (new["unit"], new["preferred"], new["derived"]) == ("Mt", "true", "false")
    rows = edit.table_rows(root / "data" / "kz_oil_btc.csv")
    at = rows.index(new)
    assert rows[at - 1]["measure"] == "entered_btc" and rows[at - 1]["period"] <= new["period"]
    assert "nobody_knows is no source yet" in out.getvalue()
    cited = (root / "data" / "references.bib").read_text("utf-8")
    assert "@misc{nobody_knows,\n  title = {{Half-year report}}" in cited
    assert edit.tables_command(root / "data", "check").returncode == 0


def test_a_wrong_cell_is_asked_for_again(root: Path):
    ask, out = asked(
        "entered_btx", "entered_btc", "2026/13", "2026-07", "a lot", "0.1", "", "actual", "", "KMG",
        "", "eia_brent", "x",
    )  # fmt: skip
    entries.new_row(ask, "kz_oil_btc")
    told = out.getvalue()
    assert 'There is no "entered_btx".' in told and "entered_btc" in told
    assert '"2026/13" is no period' in told and '"a lot" is no number' in told


def test_a_cell_that_names_a_row_of_another_table_is_one(root: Path):
    ask, out = asked(
        "aktau_bakou", "aktau_baku", "2026-01/2026-06", "0.7", "", "actual", "", "", "eia_brent", ""
    )
    new = entries.new_row(ask, "oil_exports")
    assert new["route"] == "aktau_baku" and 'There is no "aktau_bakou".' in out.getvalue()


def test_a_column_that_counts_the_rows_goes_on(root: Path):
    count = len(edit.table_rows(root / "data" / "changes.csv"))
    ask, out = asked(
        "", "next", "Oil", "kz_oil_btc", "1.3 → 1.34: as the yearly report", "eia_brent"
    )
    assert entries.new_row(ask, "changes")["change"] == str(count + 1)
    assert f"[{count + 1}]" in out.getvalue()


def test_a_row_that_a_rule_refuses_leaves_all_as_it_was(root: Path):
    before = files(root)
    ask, _ = asked("entered_btc", "2026-07", "900", "", "actual", "", "KMG", "", "eia_brent", "x")
    with pytest.raises(Stopped, match=r"900(.|\n)*Nothing was written"):
        entries.new_row(ask, "kz_oil_btc")
    assert files(root) == before


def test_who_goes_away_leaves_nothing(root: Path):
    before = files(root)
    ask, _ = asked("entered_btc", "2026-07")
    with pytest.raises(Stopped, match="no answer"):
        entries.new_row(ask, "kz_oil_btc")
    assert files(root) == before


def test_a_source_is_entered_with_its_first_row(root: Path):
    ask, _ = asked(
        "A title {", "A title", "Trend", "trend.az", "https://trend.az/1", "2026-08-01", "news", "",
        "kz_oil_btc", *ROW, "",
    )  # fmt: skip
    assert entries.new_source(ask) == "trend_20260801"
    rows = edit.table_rows(root / "data" / "kz_oil_btc.csv")
    assert [each["value"] for each in rows if each["source"] == "trend_20260801"] == ["0.8"]


def test_a_source_for_a_page_says_that_it_has_to_be_named(root: Path):
    ask, out = asked("A title", "Trend", "https://trend.az/1", "", "news", "a b", "a_b", "")
    assert entries.new_source(ask) == "a_b"
    assert "{source}`a_b`" in out.getvalue()


def test_a_table_is_described_by_its_answers(root: Path):
    (root / "data" / "ferries.csv").write_text(
        "period,value,unit,source\n2024,3,ships,eia_brent\n2025,4,ships,eia_brent\n", "utf-8"
    )
    ask, out = asked(
        "", "Ferries", "Ferries by year, by the port.", "no-licence", "quoted-facts", "a lot",
        "100", "there are no more berths",
    )  # fmt: skip
    try:
        path = entries.new_table(ask)
    except Stopped as stopped:
        pytest.fail(f"{stopped}\n{out.getvalue()}")
    told = yaml.safe_load(path.read_text("utf-8"))
    assert told["title"] == "Ferries" and told["licence"] == "quoted-facts"
    assert "TODO" not in path.read_text("utf-8")
    assert edit.tables_command(root / "data", "check").returncode == 0


def test_a_chapter_is_a_page_with_cells_that_stands_in_the_contents(root: Path):
    ask, _ = asked("energy day", "ferries", "", "Ferries sail", "kz_oil_btc", "Oil to Ceyhan")
    text = entries.new_chapter(ask).read_text("utf-8")
    assert text.startswith("---\njupytext:") and "# Ferries sail" in text
    cells = text.partition("```{code-cell}")[2].partition("\n\n")[2].partition("```")[0]
    *before, shown = ast.parse(cells).body
    names: dict[str, object] = {}
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    assert isinstance(shown, ast.Expr)
    made = eval(compile(ast.Expression(shown.value), "cell", "eval"), names)
    rows = tables.load("kz_oil_btc")
    assert isinstance(made.bundle, Table) and len(made.bundle.rows) == len(rows)
    assert "{ref}`table-kz-oil-btc`" in text
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    assert toc["parts"][0]["chapters"][-1] == {"file": "chapters/ferries"}


def test_answers_beforehand_are_for_scripts(root: Path, capsys):
    given = ["title=T", "publisher=P", "url=https://x.org", "date=", "kind=news", "key=p_1"]
    flags = [part for pair in [*given, "table="] for part in ("--set", pair)]
    assert command.run(entries.KINDS, ["source", *flags, "--set", "dat=x"], io.StringIO()) == 0
    assert "Nobody asked for dat:" in capsys.readouterr().out
    assert command.run(entries.KINDS, ["source", *flags], io.StringIO()) == 1
    assert "There is a source p_1 already" in capsys.readouterr().err


@pytest.mark.slow
def test_a_claim_has_its_row_limit_rule_and_pin(tmp_path: Path, monkeypatch):
    root = tmp_path / "book"
    for name in ("caspian", "data", "chapters"):
        shutil.copytree(book.ROOT / name, root / name, ignore=NOT_COPIED)
    if (remembered := book.ROOT / "_build" / ".validated").is_dir():
        shutil.copytree(remembered, root / "_build" / ".validated")
    (root / "tests").mkdir()
    shutil.copy(book.ROOT / "tests" / "test_claims.py", root / "tests")
    shutil.copy(book.ROOT / "index.md", root)
    monkeypatch.setenv("OPENBOOK_DATA", str(root / "data"))
    monkeypatch.setenv("OPENBOOK_BUILD", str(root / "_build"))
    ask, out = asked(
        "", "4.9", "4.1", "count", "Oil came", "Oil came to Baku.", "energy", "fig-oil-routes",
        "It is the oil.", "It is little.", "kz_oil_btc", "measure = 'entered_btc'",
        "measure == 'ships'", "measure == 'entered_btc' and preferred",
        "oil_mt", "Oil that came to BTC", "a_new_limit", "1", "Mt", "%",
        "A hundred ships carry this.", "", "", "",
    )  # fmt: skip
    row = new_claim(ask)
    rule = "By oil that came to BTC: supported from {a_new_limit}, overstated otherwise."
    assert row["rule"] == rule
    pins = (root / "tests" / "test_claims.py").read_text("utf-8")
    assert f'PINNED = {{\n    "{row["claim"]}": (' in pins
    assert edit.tables_command(root / "data", "check").returncode == 0
    assert "now, by oil.py" in out.getvalue()
    assert "kz_oil_btc can't be asked this" in out.getvalue()
    assert "No row of kz_oil_btc is so." in out.getvalue()


def test_a_rule_is_code_that_reads_as_the_others():
    asked_for = ("t", "a == 'b'", "oil", "Oil", "half", "supported", "overstated")
    code = rule_text("c99", "Why.", *asked_for)
    compile(code, "rule", "exec")
    assert 'ladder = ev.ladder({SUPPORTED: "half"}, OVERSTATED)' in code and '"""Why."""' in code


@pytest.mark.parametrize(
    ("stop", "told"), [(KeyboardInterrupt(), "Stopped. Nothing was written."), (Stopped("a"), "a")]
)
def test_who_stops_is_told_what_was_written(capsys, stop, told):
    def kind(_: Asker) -> None:
        raise stop

    assert command.run({"row": kind}, ["row"]) == 1
    assert capsys.readouterr().err.strip() == told


def test_an_answer_beforehand_has_a_name(capsys):
    with pytest.raises(SystemExit):
        command.run({"row": print}, ["row", "--set", "title"])
    assert "--set title: write it as name=answer" in capsys.readouterr().err


REFUSED = ["kz_oil_btc", "entered_btc", "2026-07", "900", "", "actual", "", "KMG", "", "eia_brent"]


def put_in(*lines: str) -> io.StringIO:
    return io.StringIO("".join(f"{line}\n" for line in lines))


def test_what_was_refused_need_not_be_said_again(root: Path, capsys):
    assert command.run(entries.KINDS, ["row"], put_in(*REFUSED, "A half")) == 1
    told = capsys.readouterr()
    assert "Nothing was written" in told.err and "offers your answers again" in told.err
    again = ["", "", "", "0.2", "", "", "", "", "", "", " "]
    assert command.run(entries.KINDS, ["row"], put_in(*again)) == 0
    told = capsys.readouterr().out
    assert "what you said last time" in told and "[900]" in told and "[A half]" in told
    rows = edit.table_rows(root / "data" / "kz_oil_btc.csv")
    (row,) = [each for each in rows if each["value"] == "0.2" and each["period"] == "2026-07"]
    assert (row["who"], row["source"], row["note"]) == ("KMG", "eia_brent", "")
    assert command.run(entries.KINDS, ["row"], put_in("kz_oil_btc")) == 1
    assert "last time" not in capsys.readouterr().out, "what was entered is done with"


def test_another_table_asks_anew(root: Path, capsys):
    assert command.run(entries.KINDS, ["row"], put_in(*REFUSED)) == 1
    assert command.run(entries.KINDS, ["row"], put_in("oil_exports", "aktau_baku")) == 1
    assert "[900]" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_a_terminal_that_closes_while_the_rules_are_asked_leaves_nothing(
    root: Path, monkeypatch, name
):
    if not hasattr(signal, name):
        pytest.skip(f"no {name} here")
    before = files(root)
    held = signal.getsignal(getattr(signal, name))

    def closes(data: Path) -> list[str]:
        assert "0.7" in (data / "kz_oil_btc.csv").read_text("utf-8")
        signal.raise_signal(getattr(signal, name))
        return []

    monkeypatch.setattr(entries, "checked", closes)
    lines = [*REFUSED[:3], "0.7", *REFUSED[4:], ""]
    assert command.run(entries.KINDS, ["row"], put_in(*lines)) == 1
    assert files(root) == before and signal.getsignal(getattr(signal, name)) == held
