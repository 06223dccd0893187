"""Edges of the claims' rules that only a slip would move; more of them are in `test_slips.py`."""

import datetime as dt
import math

import pandas as pd
import pytest
from evidences import DAYS, made, rows_of

from caspian import claims
from caspian.claims import history, scenario
from caspian.claims.evidence import OWN, Dated, Evidence, Limits, Records, appeared, count, figure
from caspian.claims.judging import (
    Finding,
    Formula,
    Ladder,
    Measure,
    Step,
    Unknown,
    beside,
    by_source,
    by_window,
    change,
    ratio,
    stated,
)
from caspian.claims.rules import LEFT_OUT, series
from caspian.claims.verdicts import CONTRADICTED, IMPRECISE, OPEN, OPINION, OVERSTATED, SUPPORTED

LIMITS = {"growth_clear": 6, "growth_trace": 0, "window_months": 6, "window_last": 1,
          "window_two": 2, "floor_months": 9}  # fmt: skip
GROWN = Ladder((Step(SUPPORTED, "clear", 5.0), Step(IMPRECISE, "trace", 0.0)), CONTRADICTED)


def of(value: float, label: str = "m", source: str = "a") -> Measure:
    return Measure(label, label, value, "Mt", source, movable=True)


def found(verdict=SUPPORTED, *measured: Measure, variants=()) -> Finding:
    by = measured[0] if measured else None
    return Finding(verdict, by, measured=measured, variants=tuple(variants))


# --- judging --------------------------------------------------------------------------------------


def test_a_finding_and_a_ladder_are_as_they_say_if_nothing_else_is_said():
    plain = Finding(OPEN)
    assert plain.higher and not plain.refused and not Measure("m", "m", 1, "Mt", "a").movable
    assert Ladder((), OPEN).higher and not Formula((), beside).grade().refused
    for value in (plain, GROWN, GROWN.steps[0], of(1), Formula((), beside), by_source({})):
        assert len({value, value}) == 1  # equal ones are one


def test_a_change_has_the_sources_of_both_of_its_figures():
    last, first = of(3, source="last"), of(2, source="first")
    assert change("x", "x", last, first).source == "last;first"
    assert ratio("x", "x", last, first).source == "last;first"


def test_of_several_gaps_that_of_the_preferred_count_or_of_the_longest_span_is_told():
    gaps = {name: (lambda name=name: stated(OPEN, name)) for name in ("one", "two", "three")}
    assert by_source(gaps).grade().reason == "one"
    assert by_window(gaps).grade().reason == "three"


def test_what_is_graded_and_open_all_the_same_is_told_with_what_it_is_made_of():
    graded = Ladder((), OPEN).of(of(1))
    got = by_source({"a": lambda: stated(OPEN, "no figure"), "b": lambda: graded}).grade()
    assert got.verdict == OPEN and got.decided_by.value == 1
    assert [name for name, _ in got.variants] == ["a", "b"]


def test_a_figure_that_several_counts_share_is_the_first_ones():
    one, other = (GROWN.of(of(value, "m")) for value in (1, 2))
    extra = GROWN.of(of(3, "n"))
    sides = by_source({"a": lambda: one, "b": lambda: other, "c": lambda: extra})
    assert {name: m.value for name, m in sides.inputs.items()} == {"m": 1, "n": 3}
    moved = sides.under({"m": 9}).grade()
    assert [f.decided_by.value for _, f in moved.variants] == [9, 9, 3]


# --- what was known -------------------------------------------------------------------------------


def known(rows: pd.DataFrame, on=dt.date(2024, 3, 12), observation=()) -> pd.DataFrame:
    return Dated(rows, DAYS).known(on, list(observation), lenient=False)


def test_the_book_s_own_rows_are_known_at_any_time_and_an_unknown_source_at_none():
    assert appeared(OWN, "2024") == dt.date.min
    assert len(known(rows_of(value=[1.0, 2.0]))) == 2  # without a source: the book's own
    undated = Dated(rows_of(value=1.0, source="undated"), DAYS)
    assert undated.said().tolist() == [dt.date.max.toordinal()]
    assert undated.said(lenient=True).tolist() == [dt.date.min.toordinal()]


def test_a_row_that_does_not_say_whether_it_was_derived_was_not():
    rows = rows_of(value=[1.0, 2.0], source="after;before", derived=[None, True])
    rows = rows.astype({"derived": "boolean"})
    assert known(rows)["value"].tolist() == [1]


def test_a_fate_of_a_month_is_known_when_the_month_is_over():
    rows = rows_of(signed="2024-01-01", status="done", status_on="2024-03", source="before")
    for day, status in ((12, "signed"), (30, "signed"), (31, "done")):
        assert known(rows, dt.date(2024, 3, day))["status"].tolist() == [status]


def test_a_table_changes_when_a_source_appears_and_when_something_has_happened():
    rows = rows_of(
        date=["2024-03-05", "2024-03-20"],
        source=["before", "undated"],
        status_on=["2024-03-25", "2024-03-05"],
    )
    days = [dt.date.fromordinal(day).isoformat() for day in Dated(rows, DAYS).changes]
    assert days == ["2024-03-05", "2024-03-12", "2024-03-20", "2024-03-25"]


def test_a_month_of_31_days_says_when_and_a_longer_span_does_not():
    for date, last in (("2024-03", "2024-03-31"), ("2024-03-01/2024-04-01", None)):
        dated = Dated(rows_of(date=date, source="undated"), DAYS)
        assert dated.last_event() == (dt.date.fromisoformat(last) if last else dt.date.min)


def test_without_a_name_of_the_observation_the_latest_of_all_rows_stands_in():
    rows = rows_of(
        value=[1.0, 2.0, 3.0],
        preferred=[True, False, None],
        source=["after", "before", "early"],
    ).astype({"preferred": "boolean"})
    assert known(rows)["preferred"].tolist() == [True, False]
    assert known(rows)["value"].tolist() == [2, 3]
    later = known(rows, dt.date(2024, 3, 13))
    assert later["preferred"].tolist() == [True, False, False]


def test_of_one_day_the_source_last_by_name_stands_in():
    rows = rows_of(value=[1.0, 2.0], preferred=False, source=["own", "own2"])
    assert known(rows)["preferred"].tolist() == [False, True]
    assert known(rows.iloc[::-1])["preferred"].tolist() == [True, False]


def test_acts_and_limits_and_states_are_of_the_day_of_judgement():
    rows = rows_of(date=["2024-01-01", "2026-04-30", "2026-05-01"], source=["undated"] * 3)
    ev = made({"x": 1.0}, t=rows)
    assert ev.acts("t")["date"].tolist() == ["2024-01-01", "2026-04-30"]
    assert len(ev.known("t")) == 3 and not ev.lenient
    then = Evidence(ev.records, dt.date(2024, 3, 12), dt.date(2024, 3, 12))
    assert not then.lenient, "a source without a day counts only if that is asked"
    assert then.known("t").empty and len(then.acts("t")) == 1
    assert ev.state() == {"t": ("", 2, False)} and then.state() == {"t": ("", 1, False)}
    with pytest.raises(KeyError, match="'y' is no threshold"):
        ev.limit("y")


def test_an_act_has_all_its_sources_and_counts_though_they_came_later():
    rows = rows_of(date=["2024-01-01"] * 2, source=["before;undated", "after"])
    on = dt.date(2024, 3, 12)
    records = Records({"t": rows}.__getitem__, lambda name: [], DAYS, Limits(pd.DataFrame()))
    then = Evidence(records, on, on)
    assert then.acts("t")["source"].tolist() == ["before;undated", "after"]
    assert then.known("t")["source"].tolist() == ["before"]


def test_what_was_asked_is_kept_where_no_row_came():
    tables = {name: rows_of(value=1.0, source="before") for name in "xy"}
    records = Records(tables.__getitem__, lambda name: [], DAYS, Limits(pd.DataFrame()))
    asked = {name: records.rows(name, "", None, lenient=False, acts=False) for name in "xy"}
    more = records.appended({"x": rows_of(value=2.0, source="before")})
    again = {name: more.rows(name, "", None, lenient=False, acts=False) for name in "xy"}
    assert again["y"] is asked["y"]
    assert again["x"]["value"].tolist() == [1, 2] and list(again["x"].index) == [0, 1]


def test_a_figure_says_its_unit_its_time_and_its_source():
    rows = rows_of(date=["2024-02", "2024-03-01"], size=[5.0, 4.0], source=["early", "before"])
    got = figure("n", "N", rows, "size", "km")
    assert (got.name, got.value, got.unit, got.period, got.source) == ("n", 4, "km", "", "before")
    timeless = rows_of(value=[1.0, 2.0], unit="percent", source=["before", "early"])
    assert (figure("n", "N", timeless).value, figure("n", "N", timeless).unit) == (2, "%")
    mixed = rows_of(period=["2023", None], value=[1.0, 2.0], unit="Mt", source="before")
    assert figure("n", "N", mixed).value == 1  # a row of no time comes first
    spans = rows_of(period=["2023", "2023-06"], value=[1.0, 2.0], unit="Mt", source="before")
    assert figure("n", "N", spans).value == 1  # what ends last is newest, not what begins last
    assert count("n", "N", rows, "rows", "other").source == "early;before"


# --- through time ---------------------------------------------------------------------------------


def leaf(value: float, label: str, sources: str, verdict=SUPPORTED) -> Finding:
    return found(verdict, of(value, label, sources))


def pair(one: Finding, other: Finding) -> Finding:
    return Finding(one.verdict, one.decided_by, variants=(("one", one), ("other", other)))


def test_what_moved_a_verdict_is_the_count_that_changed_and_that_a_new_source_tells():
    before = pair(leaf(1, "railway", "old"), leaf(2, "ministry", "old"))

    def moved(one: Finding, other: Finding, *fresh: str) -> tuple[str, str]:
        words, sources = history.moved_by(before, pair(one, other), lambda key: key in fresh)
        return words.partition(":")[0], sources

    same = leaf(1, "railway", "old;new")
    assert moved(same, leaf(3, "ministry", "old;new"), "new") == ("ministry", "new")
    # both changed: that of a fresh source, and the first of two
    both = leaf(5, "railway", "old"), leaf(3, "ministry", "x;new")
    assert moved(*both, "new") == ("ministry", "new")
    assert moved(*both) == ("railway", "")
    # one verdict changed and no figure; and nothing that is told
    turned = leaf(2, "ministry", "old", CONTRADICTED)
    assert moved(leaf(1, "railway", "old"), turned) == ("ministry", "")
    alike = leaf(1, "railway", "old"), leaf(2, "ministry", "new")
    assert moved(*alike, "new") == ("ministry", "new")
    many = leaf(3, "ministry", "a;b;c;d")
    assert moved(same, many, *"abcd") == ("ministry", "a;b;c")


def test_without_any_figure_the_reason_is_what_moved_a_verdict():
    silent = Finding(OPEN, reason="the year has come")
    assert history.moved_by(leaf(1, "m", "old"), silent, bool) == ("the year has come", "")
    new = history.moved_by(silent, leaf(1, "m", "old"), lambda key: False)
    assert new[0].startswith("m: ") and new[1] == ""


def test_a_source_is_fresh_from_the_day_after_the_last_to_the_day_itself():
    days = [dt.date(2024, 3, day) for day in (12, 31)]
    for day, source in ((12, ""), (13, "new"), (31, "new"), (None, "")):
        records = made().records
        records.appeared_on = {"new": day and dt.date(2024, 3, day)}
        line = [(days[0], leaf(1, "m", "new", OPEN)), (days[1], leaf(2, "m", "new"))]
        (turn,) = history.changes({"c": line, "d": line[:1] * 2}, records)
        assert (turn.claim, turn.day, turn.source) == ("c", days[1], source)
        assert (turn.before, turn.after) == (OPEN, SUPPORTED)


def test_a_rule_is_asked_again_when_something_became_known_and_an_opinion_never(monkeypatch):
    asked: list[tuple[str, str]] = []
    rows = rows_of(date=["2024-03-20", "2024-04-10", "2024-06-01"], source="undated")

    def judge(name: str, ev: Evidence) -> Finding:
        asked.append((name, ev.on.isoformat()))
        acts = len(ev.acts("t"))
        return Finding(OPINION if name == "o" else [OPEN, IMPRECISE, SUPPORTED, OVERSTATED][acts])

    monkeypatch.setattr(history, "RULES", {"o": judge, "a": judge})
    monkeypatch.setattr(history, "judge", judge)
    monkeypatch.setattr(history, "until", lambda of: dt.date(2024, 6, 10))
    got = history.verdicts(made(LIMITS, t=rows).records)
    assert [day.isoformat() for day, _ in got["a"]] == [
        "2024-03-12", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-10"
    ]  # fmt: skip
    told = [OPEN, IMPRECISE, SUPPORTED, SUPPORTED, OVERSTATED]
    assert [finding.verdict for _, finding in got["a"]] == told
    assert {finding.verdict for _, finding in got["o"]} == {OPINION} and len(got["o"]) == 5
    assert asked == [("o", "2024-03-12"), ("a", "2024-03-12"), ("a", "2024-03-31"),
                     ("a", "2024-04-30"), ("a", "2024-06-10")]  # fmt: skip
    assert history.days(dt.date(2024, 3, 31)) == [dt.date(2024, 3, d) for d in (12, 31)]
    assert history.days(dt.date(2024, 4, 1))[2:] == [dt.date(2024, 4, 1)]


def test_the_score_is_in_order_of_days():
    days = [dt.date(2024, 3, 31), dt.date(2024, 3, 12)]
    lines = {name: [(day, Finding(SUPPORTED)) for day in days] for name in "ab"}
    got = history.score(lines | {"c": [(days[0], Finding(OPEN))]})
    assert list(got.index) == [0, 1, 2] and got["day"].is_monotonic_increasing
    assert sorted(got["claims"]) == [1, 2, 2]


# --- what the article leaves out, and arguments ---------------------------------------------------


def test_a_figure_that_was_not_known_hides_no_other(monkeypatch):
    def lacking():
        raise Unknown("no figure")

    monkeypatch.setitem(LEFT_OUT, "x", lambda ev: [lacking, lambda: of(1), lambda: of(2)])
    assert [m.value for m in claims.omitted("x", made())] == [1, 2]
    monkeypatch.setitem(LEFT_OUT, "x", lambda ev: lacking())
    assert claims.omitted("x", made()) == []
    with pytest.raises(KeyError, match="nothing has no figures"):
        claims.omitted("nothing", made())


def test_the_day_after_the_visit_is_what_then_means():
    visit = dt.date(2024, 3, 11)
    assert (claims.THEN - visit).days == 1


# --- growth ---------------------------------------------------------------------------------------


def line(limits: dict[str, float] = LIMITS, **values: float) -> series.Series:
    periods_of = [name[1:].replace("to", "/").replace("_", "-") for name in values]
    rows = rows_of(period=periods_of, value=list(values.values()), unit="Mt", source="before")
    return series.Series(made(limits), rows, "x", "X")


def test_a_month_is_a_period_and_a_day_is_none():
    rows = rows_of(period=["2024-05", "2024-05-01"], value=1.0)
    for shortest in ({}, {"shortest": 0}, {"shortest": 1}):
        assert list(series.by_period(rows, **shortest)["period"]) == ["2024-05"]


def test_a_long_part_of_a_year_that_barely_grew_is_a_floor():
    grown = line(p2024=10, p2025_01to2025_09=10.05).since(2024).grade()
    assert grown.verdict == IMPRECISE and grown.decided_by.value == pytest.approx(0.5)
    assert "at least" in grown.decided_by.label
    whole = line(p2024=10, p2025=9).since(2024).grade()
    assert whole.verdict == CONTRADICTED and "at least" not in whole.decided_by.label
    same = line(p2024=10, p2025_01to2025_09=10).since(2024).grade()
    assert same.verdict == OPEN


def test_no_change_is_a_fall_of_nought_where_less_is_better():
    less = Ladder((Step(SUPPORTED, "none", 0.0),), CONTRADICTED, higher=False)
    for last, verdict in ((10, SUPPORTED), (11, CONTRADICTED)):
        now, before = (
            Measure("m", "m", v, "Mt", "a", p) for v, p in ((last, "2025"), (10, "2024"))
        )
        assert series.growth(less, "g", "G", now, before).grade().verdict == verdict


def test_the_newest_like_pair_is_taken_and_not_the_first():
    years = line(p2021=1, p2022=2, p2023=4, p2024=12)
    assert years.over("window_last").grade().decided_by.value == pytest.approx(200)
    assert years.newest().period == "2024" and years.with_(years) == "2024"
    half = line(p2024_01to2024_06=1, p2024=3, p2025_01to2025_06=2)
    assert half.newest().period == "2025-01/2025-06"
    assert half.over("window_last").grade().decided_by.value == pytest.approx(100)


def test_a_pair_that_ends_a_year_before_the_newest_is_news_and_an_older_one_is_not():
    assert line(p2022=1, p2023=1).with_(line(p2022=1)) == "2022"
    with pytest.raises(Unknown, match="no newer period"):
        line(p2021=1, p2023=1).with_(line(p2021=1))


def test_how_old_news_may_be_is_the_limit():
    two = LIMITS | {"window_last": 2}
    assert line(two, p2021=1, p2023=1).with_(line(p2021=1)) == "2021"


def test_the_newest_long_part_is_held_against_the_year_before():
    years = {"p2022": 1, "p2023": 2, "p2024": 4}
    for part in ("p2025_01to2025_09", "p2025_01to2025_10"):
        found = line(**years, **{part: 5}).over("window_last").grade()
        assert found.decided_by.value == pytest.approx(25) and "at least" in found.decided_by.label
    # against the same months if they are there
    like = {"p2024_01to2024_10": 2.5, "p2025_01to2025_10": 5}
    found = line(**years, **like).over("window_last").grade()
    assert found.decided_by.value == pytest.approx(100) and "at least" not in found.decided_by.label
    with pytest.raises(Unknown, match="no figures for the same months of two years: X"):
        line(p2023=1, p2025_01to2025_10=5).over("window_last")


def test_the_windows_are_three_or_the_year_and_since():
    years = line(p2022=1, p2023=2, p2024=4)
    begins = {**LIMITS, "run_begins": None}
    table = pd.DataFrame({"value": begins, "text": None})
    table.loc["run_begins", "text"] = "2020-01-01"
    object.__setattr__(years.ev.records.limits, "table", table)
    names = [name for name, _ in years.windows().grade().variants]
    assert names == ["The last year", "The last two years", "The longest run"]
    assert [name for name, _ in years.windows(2022).grade().variants] == [*names[:1], "Since 2022"]
    with pytest.raises(Unknown, match="no figure later than 2024"):
        years.windows(2024)


# --- what would turn a verdict --------------------------------------------------------------------


def spans(ladder: Ladder, top: float) -> list[tuple[float, float, str]]:
    return [(s.low, s.high, s.verdict) for s in scenario.stretches(ladder.of(of(7)), "m", top)]


def test_each_value_from_nought_up_has_its_verdict():
    steps = (Step(SUPPORTED, "clear", 5.0), Step(IMPRECISE, "trace", 0.5))
    got = spans(Ladder(steps, CONTRADICTED), 10.0)
    assert [verdict for *_, verdict in got] == [CONTRADICTED, IMPRECISE, SUPPORTED]
    ends = [end for low, high, _ in got for end in (low, high)]
    assert ends == pytest.approx([0, 0.5, 0.5, 5, 5, math.inf], abs=1e-7)
    # from nought on; and far out of reach
    assert spans(Ladder(steps[:1], OVERSTATED), 0.1)[-1][0] == pytest.approx(5, abs=1e-7)
    at_once = spans(Ladder((Step(SUPPORTED, "none", 0.0),), CONTRADICTED), 10.0)
    assert at_once == [(0, math.inf, SUPPORTED)]
    assert spans(Ladder((Step(SUPPORTED, "far", 1e5),), OPEN), 1.0) == [(0, math.inf, OPEN)]


def test_values_that_can_not_be_are_left_out():
    share = Formula(
        (of(7, "m"),),
        lambda m: GROWN.grade(ratio("r", "r", of(1), m)),  # of nothing: refused
    )
    got = scenario.stretches(share, "m", 10.0)
    assert got[0].low > 0 and got[0].low < 1e-6 and got[-1].high == math.inf
    # 100 in percent of m: clear growth to 5 % is up to m = 20
    assert [s.verdict for s in got] == [SUPPORTED, IMPRECISE]
    assert got[0].high == pytest.approx(20, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a=1; b = x=y ;", {"a": "1", "b": "x=y"}),
        ("", {}),
    ],
)
def test_a_row_is_written_as_columns_and_values(text, row):
    assert scenario.row_of(text) == row
    with pytest.raises(ValueError, match="'c' is no column=value"):
        scenario.row_of(f"{text}; c")


def yearly(*rows: tuple[str, float], **more) -> Records:
    table = rows_of(period=[p for p, _ in rows], value=[float(v) for _, v in rows], unit="Mt",
                    source="before", kind="x")  # fmt: skip
    return made({"floor_months": 9.0, **more}, t=table).records


OIL = scenario.Quantity("oil", "Oil", "t", "kind == 'x'", "Mt", 10.0, "2024", "a pipe", "before")


def test_the_newest_figure_is_that_of_a_year_or_of_a_long_part_of_a_later_one():
    years = [("2023", 4), ("2024", 6)]
    assert OIL.told(yearly(*years)) == ("2024", 6) and OIL.closed(yearly(*years)) == 2024
    long = yearly(*years, ("2025-01/2025-09", 5), ("2025-01/2025-10", 6.5))
    assert OIL.told(long) == ("2025-01/2025-10", 6.5) and OIL.last(long) == (2025, 6.5)
    short = yearly(*years, ("2025-01/2025-08", 9), ("2024-01/2024-10", 5))
    assert OIL.last(short) == (2024, 6) and OIL.closed(long) == 2024


def test_coming_years_follow_one_another_and_what_is_not_named_stays():
    of_years = yearly(("2023", 4), ("2024", 6))
    got = OIL.coming(of_years, {2026: 9}, 2027)
    assert got[["period", "value"]].to_numpy().tolist() == [["2025", 6], ["2026", 9], ["2027", 9]]
    assert set(got["source"]) == {OWN} and list(got.index) == [0, 1, 2]
    assert OIL.coming(of_years, {}, 2024).empty
    for year in (2024, 2023):
        with pytest.raises(ValueError, match=f"oil: {year} is closed; the next year is 2025"):
            OIL.coming(of_years, {year: 9}, 2027)
    # less than before is a fall, but in a year of which a part is told
    assert OIL.coming(of_years, {2025: 1}, 2025)["value"].tolist() == [1]
    told = yearly(("2024", 6), ("2025-01/2025-10", 7))
    assert OIL.coming(told, {2025: 7}, 2026)["value"].tolist() == [7, 7]
    with pytest.raises(ValueError, match=r"6.5 is less than 7, which a part of 2025"):
        OIL.coming(told, {2025: 6.5}, 2026)


def test_parts_of_a_quantity_grow_alike():
    table = rows_of(period="2024", value=[1.0, 3.0], unit="Mt", source="before", kind="x")
    records = made({"floor_months": 9.0}, t=table).records
    assert OIL.last(records) == (2024, 4)
    assert OIL.coming(records, {2025: 8}, 2025)["value"].tolist() == [2, 6]
