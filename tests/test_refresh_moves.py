"""What `make refresh` says would move: verdicts, signposts, and what of the book rests on rows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from caspian.refresh import verdicts
from openbook.refresh import moves
from openbook.testing import book

SAID = {"text": "Oil came.", "then": "open", "now": "supported", "why": "1.3 Mt came."}
FACT = "application/vnd.openbook.fact+json"
FIGURE = "application/vnd.openbook.figure+json"


def test_a_verdict_that_turns_is_told_apart_from_a_figure_that_moves():
    before = {"c01": SAID, "c02": SAID, "c03": SAID}
    after = {
        "c01": SAID | {"now": "overstated", "why": "0.9 Mt came."},
        "c02": SAID | {"why": "1.4 Mt came."},
        "c03": SAID,
    }
    turned, figures = verdicts.moved(before, after)
    assert turned == ["- c01, now: supported → overstated (Oil came.)"]
    assert figures == ["- c02 stays supported: 1.3 Mt came. → 1.4 Mt came."]


def test_a_new_row_finds_the_signposts_that_wait_for_it():
    row = {
        "pair": "AZE-KAZ", "counted_by": "Azerbaijan", "flow": "turnover", "months": "10",
        "period": "2026-01/2026-10", "unit": "USD mn", "value": "640",
    }  # fmt: skip
    lines = verdicts.signposts(book.ROOT / "data", {"az_kz_trade": [row]}, dt.date(2026, 12, 5))
    asked = [line for line in lines if "may answer it" in line]
    assert any(line.startswith("- trade_turkiye_2026: a new row of az_kz_trade") for line in asked)
    assert not any("oil_half_2026" in line for line in asked), "that one was looked for already"
    assert "- fund_money came due in 2026-12: look, then write `seen`" in lines
    other = row | {"counted_by": "Kazakhstan"}
    told = verdicts.signposts(book.ROOT / "data", {"az_kz_trade": [other]}, dt.date(2026, 11, 5))
    assert not told, told


def test_what_rests_on_a_source_is_found_in_what_the_build_left(tmp_path: Path):
    def run(name: str, tables: list[str]) -> None:
        path = tmp_path / moves.RUNS / "chapters" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        figure = {"name": f"fig-{name}", "sources": [{"key": "eia_brent", "title": "Brent"}]}
        fact = {"text": "90.8", "source": "eia_brent;other"}
        path.write_text(json.dumps({
            "dependencies": {f"table:{each}": "x" for each in tables},
            "outputs": {"1": [{"data": {FIGURE: figure}}]},
            "shown": {"2": {"price": [{"data": {FACT: fact}}], "none": []}},
        }))  # fmt: skip

    run("energy", ["brent"])
    run("visit", ["agreements"])
    (rests,) = moves.resting(tmp_path, {"brent"}, {"eia_brent"})
    assert rests == moves.Rests("chapters/energy", ("fig-energy",), ("price (90.8)",))
    (line,) = moves.lines([rests])
    assert "1 figures and tables (fig-energy), 1 numbers in the text (price (90.8))" in line
    assert moves.resting(tmp_path, {"brent"}, {"nobody"})[0].facts == ()
    assert moves.resting(tmp_path / "nothing", {"brent"}, {"eia_brent"}) == []
