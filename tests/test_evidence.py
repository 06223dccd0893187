"""What was known on a day: rows, sources, fates, public acts, limits."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pandas as pd
import pytest
from evidences import DAYS, THEN, made, now, rows_of

from caspian import claims
from caspian import tables as of_the_book
from caspian.claims.evidence import (
    EVENT_COLUMNS,
    Dated,
    Evidence,
    Limits,
    appeared,
    figure,
    share,
)
from caspian.claims.judging import Unknown
from caspian.claims.rules import LEFT_OUT, RULES, TABLES, judge
from openbook.testing import book


def known(rows: pd.DataFrame, *, lenient: bool = False, observation=()) -> pd.DataFrame:
    return Dated(rows, DAYS).known(THEN, list(observation), lenient=lenient)


@pytest.mark.parametrize(
    ("source", "derived", "counts"),
    [
        ("before", False, True),
        ("after", False, False),
        ("undated", False, False),
        ("after;before", False, True),
        ("after;before", True, False),
        ("early;before", True, True),
        ("after;undated", False, False),
    ],
)
def test_a_row_counts_from_the_day_of_its_source(source, derived, counts):
    rows = rows_of(period="2023", status="estimate", value=1.0, source=source, derived=derived)
    assert len(known(rows)) == counts


def test_only_sources_that_were_out_are_named():
    rows = rows_of(period="2023", status="actual", source="after;before;undated", derived=False)
    assert known(rows)["source"].tolist() == ["before"]
    assert known(rows, lenient=True)["source"].tolist() == ["before;undated"]
    assert rows["source"].tolist() == ["after;before;undated"], "the table itself is left alone"


def test_the_words_of_a_note_decide_nothing():
    rows = rows_of(period="2023", status="estimate", source="after;before", note="Derived: a / b")
    assert len(known(rows.assign(derived=False))) == 1
    assert known(rows.assign(derived=True, note="Dervied: a / b")).empty


def test_undated_sources_count_if_asked():
    rows = rows_of(period="2023", status="actual", value=1.0, source="undated", note="")
    assert len(known(rows, lenient=True)) == 1


@pytest.mark.parametrize(
    ("period", "status", "counts"),
    [
        ("2023", "actual", True),
        ("2024", "actual", False),
        ("2024", "estimate", False),
        ("2024-01/2024-02", "preliminary", True),
        ("2024-03", "actual", False),
        ("2024-03-12", "actual", True),
        ("2024-03-13", "actual", False),
        ("2030", "target", True),
        ("2030", "forecast", True),
        ("2030", "contract", True),
        ("2030", "capacity", True),
    ],
)
def test_what_happened_needs_its_period_to_have_ended(period, status, counts):
    rows = rows_of(period=period, status=status, value=1.0, source="before", note="")
    assert len(known(rows)) == counts


@pytest.mark.parametrize("column", EVENT_COLUMNS)
def test_an_event_counts_from_its_day(column):
    rows = rows_of(**{column: ["2024-03-12", "2024-03-13"]}, source=["before", "before"])
    assert len(known(rows)) == 1


def test_a_public_act_counts_from_its_day_whatever_page_tells_of_it():
    rows = rows_of(date=["2009-10-03", "2024-03-13"], source=["undated", "before"])
    assert known(rows).empty
    acts = Dated(rows, DAYS).acts(THEN)
    assert acts["date"].tolist() == ["2009-10-03"]
    assert acts["source"].tolist() == ["undated"], "a source is named all the same"


def test_another_row_stands_in_for_a_preferred_one_not_yet_known():
    rows = rows_of(
        series=["a"] * 4,
        period=["2023"] * 4,
        value=[1.0, 2.0, 3.0, 9.0],
        status=["actual"] * 3 + ["target"],
        preferred=[True, False, False, True],
        source=["after", "early", "before", "early"],
    )
    kept = known(rows, observation=["series", "period"])
    # the latest of the outcomes; the target's own
    assert kept.loc[kept["preferred"], "value"].tolist() == [3.0, 9.0]
    backward = known(rows.iloc[::-1], observation=["series", "period"])
    assert sorted(backward.loc[backward["preferred"], "value"]) == [3.0, 9.0]


def test_the_fate_of_an_agreement_is_known_from_the_report_on():
    rows = rows_of(
        signed=["2024-03-11"] * 2,
        status=["done", "in_force"],
        status_on=["2025-01-01", "2024-03-11"],
        source=["before"] * 2,
    )
    assert known(rows)["status"].tolist() == ["signed", "in_force"]


@pytest.mark.parametrize(
    ("key", "date", "day"),
    [
        ("x", "2024-03-12", "2024-03-12"),
        ("x", "2024-03", "2024-03-31"),
        ("x", "2024", "2024-12-31"),
        ("menafn_20240221", "", "2024-02-21"),
        ("timesca_202402", "", "2024-02-29"),
        ("menafn_20240312_fund", "", "2024-03-12"),
        ("heritage_199706b", "", "1997-06-30"),
        ("kaukasusspiegel_2024", "", None),
        ("rosinvest_610191", "", None),
        ("trend_4098797", "", None),
        ("report_20241399", "", None),
        ("osm", "", None),
    ],
)
def test_a_source_appears_at_the_end_of_its_date(key, date, day):
    assert appeared(key, date) == (dt.date.fromisoformat(day) if day else None)


def test_the_books_own_assumptions_are_of_no_day():
    assert appeared("across_the_caspian", "") == dt.date.min


def test_the_real_tables_then():
    ev = claims.evidence(THEN)
    assert ev.known("kz_oil_btc", "period == '2025' and status == 'actual'").empty
    titr = ev.outcome("corridor_freight", "series == 'titr_total' and period == '2023'")
    assert titr["source"].tolist() == ["eureporter_20240307"]  # the latest of several by then
    trade = ev.outcome("az_kz_trade", "counted_by == 'Kazakhstan' and period == '2023'")
    assert 529.4 in trade["value"].tolist()
    assert ev.known("document_counts", "period == '2025-10-21'").empty


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        ({"date": ["2024-02", "2024-03-05"]}, "2024-03-05"),
        ({"date": ["2024-02-10", "2024-05"]}, "2024-02-10"),  # told before it began: a plan
        ({"date": ["2024-02-10", "2024-03"]}, "2024-03-31"),  # told while it went on
        ({"date": ["2024-02-10", "2024"]}, "2024-02-10"),  # a year doesn't say when in it
        ({"date": ["2024-02", "2024-01/2024-03"]}, "2024-02-29"),
        ({"period": ["2024-02", "2030-01"], "status": ["actual", "target"]}, "2024-02-29"),
        ({"period": ["2024-01", "2024-02"], "status": ["actual", "estimate"]}, "2024-02-29"),
        ({"place": ["a", "b"]}, None),
    ],
)
def test_the_last_event(rows, day):
    frame = rows_of(**rows, source=["before", "before"])
    assert Dated(frame, DAYS).last_event() == (dt.date.fromisoformat(day) if day else dt.date.min)


def test_a_source_without_a_day_may_tell_of_any():
    rows = rows_of(date="2026-04", source="undated")
    assert Dated(rows, DAYS).last_event() == dt.date(2026, 4, 30)


def test_the_evidence_runs_to_the_last_event_of_the_rules_tables():
    # The last forecast for the corridor, corridor_targets: the World Bank, 28 September 2026
    assert now().judged_on == claims.until() == dt.date(2026, 9, 28)
    assert claims.evidence(THEN).judged_on == THEN


def test_a_state_tells_whether_anything_became_known():
    rows = rows_of(date=["2024-03-05", "2024-03-20"], source=["before", "before"])
    dated = Dated(rows, DAYS)
    states = [dated.state(dt.date(2024, 3, d), lenient=False) for d in (13, 14, 19, 20)]
    assert states[0] == states[1] == states[2] != states[3]


def test_evidence_tells_what_it_was_asked():
    ev = claims.evidence(THEN)
    ev.known("kz_oil_btc")
    assert ev.asked == {"kz_oil_btc"} and "day" not in ev.state()
    assert ev.day == THEN and ev.state()["day"] == THEN


def test_the_rules_ask_the_tables_that_they_name_and_no_others(monkeypatch):
    seen = set()
    real = of_the_book.load
    monkeypatch.setattr(of_the_book, "load", lambda name: (seen.add(name), real(name))[1])
    ev = claims.evidence(of=(of := claims.records()))
    seen.clear()
    of._dated.clear()
    for claim in RULES:
        judge(claim, ev)
        claims.candidates(claim, ev)
    for omission in LEFT_OUT:
        claims.omitted(omission, ev)
    assert seen - {"claim_thresholds"} == set(TABLES)
    with pytest.raises(KeyError, match="'brent' is no table of the rules"):
        ev.known("brent")


def test_what_names_an_observation_is_what_the_schema_says_now(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(book.ROOT / "data", folder)
    monkeypatch.setenv("OPENBOOK_DATA", str(folder))
    assert claims.records().observation("oil_exports") == ["route", "period"]
    path = folder / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    schema = next(r for r in package["resources"] if r["name"] == "oil_exports")
    schema["openbook"]["observation"] = ["route", "period", "unit"]
    path.write_text(json.dumps(package), "utf-8")
    assert claims.records().observation("oil_exports") == ["route", "period", "unit"]


def test_what_the_articles_publisher_tells_is_not_independent():
    rows = rows_of(source=["before", "own", "own;before", "own;own2"])
    ev = made(x=rows, own=["own", "own2"])
    assert ev.independent(ev.known("x")).index.tolist() == [0, 2]
    of = claims.records()
    assert {"article_202403", "turan_20240311"} <= of.own_publisher


def test_appended_rows_come_last_and_change_none():
    of = made(x=rows_of(value=[1.0, 2.0], source=["before"] * 2)).records
    more = of.appended({"x": rows_of(value=3.0, source="before")})
    assert more.load("x")["value"].tolist() == [1.0, 2.0, 3.0]
    assert of.load("x")["value"].tolist() == [1.0, 2.0]


# --- limits and figures ---------------------------------------------------------------------------


def test_limits_are_numbers_days_and_lists():
    table = rows_of(
        threshold=["n", "d", "l"], value=[2.0, None, None], text=[None, "2024-03-11", "a;b"]
    ).set_index("threshold")
    limits = Limits(table)
    assert limits.number("n") == 2.0
    assert limits.day("d") == dt.date(2024, 3, 11)
    assert limits.members("l") == ["a", "b"]
    with pytest.raises(KeyError, match=r"'x' is no threshold: add it to claim_thresholds.csv"):
        limits.number("x")


def test_a_figure_is_the_newest_whatever_the_order():
    rows = rows_of(
        period=["2024", "2025", "2025"], value=[9.0, 1.0, 2.0], unit=["Mt"] * 3,
        source=["before"] * 3,
    )  # fmt: skip
    for each in (rows, rows.iloc[::-1]):
        got = figure("oil_mt", "Oil", each)
        assert (got.name, got.value, got.unit, got.period) == ("oil_mt_2025", 2.0, "Mt", "2025")
        assert got.movable
    with pytest.raises(Unknown, match="no figure for: Oil"):
        figure("oil_mt", "Oil", rows[:0])


def test_a_part_year_is_in_the_name():
    rows = rows_of(period="2025-01/2025-10", value=1.0, unit="Mt", source="before")
    assert figure("oil_mt", "Oil", rows).name == "oil_mt_2025_01_2025_10"


def test_a_share_tells_both_numbers():
    rows = rows_of(source=["before"] * 4)
    got = share("s", "Share", rows[:1], rows)
    assert got.value == 25 and got.counted == (1, 4)
    with pytest.raises(Unknown):
        share("s", "Share", rows[:0], rows[:0])


def test_evidence_asks_records_once():
    ev = now()
    assert ev.known("kz_oil_btc") is ev.known("kz_oil_btc")
    assert isinstance(ev, Evidence)
