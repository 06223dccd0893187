"""Edges that only a slip would move: limits met exactly, tables with two rows where one would not
tell the least from the most, defaults, the first and the last of several.

What `make mutants` finds unseen gets its test here, or where its subject is tested.
"""

import datetime as dt
import math
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from evidences import made, rows_of

from caspian.claims.evidence import Dated, Records, count, figure, reported
from caspian.claims.judging import (
    Finding,
    Formula,
    Impossible,
    Ladder,
    Measure,
    Step,
    Unknown,
    change,
    derived,
    part,
    ratio,
    within,
)
from caspian.claims.rules import oil, registry, series
from caspian.claims.verdicts import CONTRADICTED, IMPRECISE, OPEN, OVERSTATED, SUPPORTED
from caspian.models import _checks, agreements
from openbook.facts import Fact, Quantity, largest, note, noted
from openbook.tables import groups, periods
from openbook.tables.options import Context

ALONE = Context(rows=dict, key=str)
LIMITS = {"growth_clear": 6, "growth_trace": 0, "window_months": 6, "window_last": 1,
          "window_two": 2, "floor_months": 9}  # fmt: skip


def of(value: float, label: str = "m", period: str = "", source: str = "a") -> Measure:
    return Measure(label, label, value, "Mt", source, period, movable=True)


# --- arguments of models --------------------------------------------------------------------------


def test_a_range_may_be_negative_unless_told():
    rows = pd.DataFrame({"key": ["a"], "low": [-3.0], "central": [-2.0], "high": [-1.0]})
    assert _checks.ranges("rows", rows, "key").iloc[0].tolist() == [-3, -2, -1]
    with pytest.raises(ValueError, match=r"rows.low: -3 must be a finite number at least 0"):
        _checks.ranges("rows", rows, "key", minimum=0)
    flat = rows.assign(low=-2.0, high=-2.0)
    assert _checks.ranges("rows", flat, "key")["high"].tolist() == [-2]
    for slip in ({"low": -1.5}, {"high": -2.5}):
        with pytest.raises(ValueError, match="'a' needs low <= central <= high"):
            _checks.ranges("rows", rows.assign(**slip), "key")


def test_bounds_of_arguments_are_included_unless_above():
    assert _checks.numbers("x", [0, 1], 0, 1).tolist() == [0, 1]
    assert _checks.number("x", 0) == 0
    for value, rule in ((-1e-9, "at least 0"), (math.inf, "finite"), (math.nan, "finite")):
        with pytest.raises(ValueError, match=rule):
            _checks.number("x", value)
    with pytest.raises(ValueError, match="x: 0 must be a finite number above 0"):
        _checks.number("x", 0, above=True)
    with pytest.raises(ValueError, match=r"x: 3 must be .* at least 1 and at most 2"):
        _checks.numbers("x", [1, 3, 4], 1, 2)
    with pytest.raises(ValueError, match="must be one number"):
        _checks.number("x", [1.0])
    with pytest.raises(ValueError, match="is not a number"):
        _checks.number("x", "many")


def test_a_count_is_whole_and_not_nought():
    assert _checks.count("n", 1) == 1 and _checks.count("n", 7) == 7
    for wrong in (0, 1.5, -1):
        with pytest.raises(ValueError, match="n: "):
            _checks.count("n", wrong)


def test_an_end_alone_or_ends_in_disorder_are_refused():
    rows = pd.DataFrame({"key": ["a", "b"], "x_low": [1.0, None], "x_high": [1.0, None]})
    low, high = _checks.bounds("rows", rows, "key", "x")
    assert low[0] == high[0] == 1 and np.isnan(low[1])
    for slip in ({"x_low": [1.1, None]}, {"x_high": [1.0, 2.0]}, {"x_low": [1.0, 0.5]}):
        with pytest.raises(ValueError, match="x_low <= x_high or neither"):
            _checks.bounds("rows", rows.assign(**slip), "key", "x")
    zero = rows.assign(x_low=[0.0, None])
    assert _checks.bounds("rows", zero, "key", "x")[0][0] == 0
    with pytest.raises(ValueError, match="above 0"):
        _checks.bounds("rows", zero, "key", "x", above=True)


def test_errors_name_the_first_of_several_and_the_bound_that_there_is():
    rows = pd.DataFrame({"key": ["a", "b"], "low": [3.0, 5.0], "central": 2.0, "high": 4.0})
    with pytest.raises(ValueError, match=r"'a' needs .* got \[3.0, 2.0, 4.0\]"):
        _checks.ranges("rows", rows, "key")
    ends = pd.DataFrame({"key": ["a", "b"], "x_low": [3.0, 5.0], "x_high": [1.0, 2.0]})
    with pytest.raises(ValueError, match=r"'a' needs .* got \[(np.float64\()?3.0\)?, .*1.0"):
        _checks.bounds("rows", ends, "key", "x")
    with pytest.raises(ValueError, match=r"at least 0$"):
        _checks.number("x", -1)


# --- papers ---------------------------------------------------------------------------------------


def test_papers_stand_largest_first_within_their_groups_in_order():
    rows = pd.DataFrame({"year": [2023, 2022, 2022, 2022, 2023], "kind": list("zyxxz")})
    found = agreements.counted(rows, "kind", within="year")
    assert found.to_dict("list") == {
        "year": [2022, 2022, 2023],
        "kind": ["x", "y", "z"],
        "documents": [2, 1, 2],
        "share": [2 / 3, 1 / 3, 1],
    }
    assert list(found.index) == [0, 1, 2]
    even = agreements.counted(rows.assign(kind=list("zybaz")), "kind")
    assert list(even["kind"]) == ["z", "a", "b", "y"] and list(even["documents"]) == [2, 1, 1, 1]
    assert list(even.index) == [0, 1, 2, 3]


def test_a_fact_is_in_print_since_the_end_of_what_its_source_is_dated():
    dates = {"year": "2024", "month": "2024-11", "day": "2024-12-01"}
    assert agreements.in_print_since(["year;month"], dates.get) == "2024-11"
    assert agreements.in_print_since(["month", "day"], dates.get) == "2024-12-01"
    assert agreements.in_print_since(["year", "day"], dates.get) == "2024"


# --- facts ----------------------------------------------------------------------------------------


def test_what_is_added_to_a_plain_number_keeps_its_coat():
    got = 2 + Quantity(1.5, "Mt", "2025", "a")
    assert isinstance(got, Quantity) and (float(got), got.unit, got.source) == (3.5, "Mt", "a")
    assert sum([Quantity(1, "Mt", "2025", "a"), Quantity(2, "Mt", "2025", "b")]) == 3


def test_a_quantity_is_rounded_to_whole_ones_unless_told():
    got = Quantity(14.64, "Mt", "2025", "a").rounded()
    assert float(got) == 15 and got.source == "a"
    assert float(Quantity(14.64).rounded(1)) == 14.6


def test_a_fact_says_what_its_quantities_share():
    two = Quantity(1, "Mt", "2024", "a"), Quantity(2, "km", "2025", "b;a")
    fact = Fact("1–2", *two)
    assert (fact.value, fact.unit, fact.period, fact.source) == ((1, 2), "Mt", "", "a;b")
    assert Fact("1", two[0], Quantity(3, "Mt", "", "c")).period == "2024"
    assert Fact("none").unit == "" and Fact("none").value == ()
    assert Fact("x", Quantity(1.23456789)).bundle.value == (1.23457,)
    assert Fact("x", Quantity(math.inf)).bundle.value == (None,)


def test_sums_need_one_unit_products_take_what_there_is():
    mt, days, plain = Quantity(6, "Mt"), Quantity(2, "days"), Quantity(3)
    assert (mt + plain).unit == (plain + mt).unit or (plain + mt).unit == ""
    assert (mt * plain).unit == (plain * mt).unit == "Mt"
    assert (mt / plain).unit == "Mt" and (mt / days).unit == "" and (mt / 2).unit == "Mt"
    for wrong in (lambda: mt + days, lambda: mt - days):
        with pytest.raises(ValueError, match="can't be added"):
            wrong()
    assert largest([mt, days]).unit == "Mt"


def test_periods_join_from_the_earlier_to_the_later():
    early, late = Quantity(1, "Mt", "2019/2020"), Quantity(1, "Mt", "2024")
    assert (early + late).period == (late + early).period == "2019/2024"
    assert (early + early).period == "2019/2020" and (early + Quantity(1)).period == ""


def test_a_note_is_kept_under_its_name_with_myst_nb_and_without(monkeypatch):
    given = []
    monkeypatch.setattr("myst_nb.glue", lambda *args, **options: given.append((args, options)))
    assert note("of-a-test", "five") == "five" and noted.pop("of-a-test") == "five"
    assert given == [(("of-a-test", "five"), {"display": False})]
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    assert note("of-a-test", "six") == "six" and noted.pop("of-a-test") == "six"
    assert len(given) == 1


@pytest.mark.parametrize("of_the_book", [False, True])
def test_a_reader_s_notebook_can_name_what_was_noted_and_a_build_need_not(monkeypatch, of_the_book):
    shell = SimpleNamespace(user_ns={})
    monkeypatch.setattr("openbook.facts.kernel.in_book", lambda: of_the_book)
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    note("of-a-test", "seven")
    assert shell.user_ns == ({} if of_the_book else {"noted": noted})
    for nothing in (None, SimpleNamespace(get_ipython=lambda: None)):
        monkeypatch.setitem(sys.modules, "IPython", nothing)
        assert note("of-a-test", "eight") == noted.pop("of-a-test") == "eight"


# --- judging --------------------------------------------------------------------------------------


def test_nothing_is_no_base_of_a_share_or_a_change():
    for take in (change, ratio, part):
        for base in (0.0, -1.0):
            with pytest.raises(Impossible, match="nothing: base"):
                take("x", "x", of(1), of(base, "base"))
        assert take("x", "x", of(1), of(1e-6 if take is not part else 1)).unit == "%"
    assert change("x", "x", of(3), of(2)).value == pytest.approx(50)
    assert ratio("x", "x", of(3), of(2)).value == pytest.approx(150)
    assert part("x", "x", of(2), of(2)).value == 100


def test_a_part_is_the_whole_but_for_rounding():
    assert within(of(100 * (1 + 1e-10))).value > 100
    with pytest.raises(Impossible, match="can't exceed"):
        within(of(100 * (1 + 1e-8)))


def test_a_limit_met_but_for_rounding_is_met():
    steps = (Step(SUPPORTED, "high", 10.0), Step(IMPRECISE, "low", 5.0))
    up = Ladder(steps, CONTRADICTED)
    for value, verdict in (
        (10, SUPPORTED), (10 - 1e-13, SUPPORTED), (10 - 1e-9, IMPRECISE), (5, IMPRECISE),
        (4.9, CONTRADICTED), (11, SUPPORTED),
    ):  # fmt: skip
        assert up.grade(of(value)).verdict == verdict, value
    down = Ladder(steps[::-1], OVERSTATED, higher=False)
    for value, verdict in ((5, IMPRECISE), (5.1, SUPPORTED), (10, SUPPORTED), (10.1, OVERSTATED)):
        assert down.grade(of(value)).verdict == verdict, value
    assert up.grade(of(9)).nearest.threshold == "high"
    assert up.grade(of(6)).nearest.threshold == "low"
    assert Finding(OPEN).nearest is None


def test_a_figure_that_is_no_number_is_refused_and_one_that_is_not_movable_stays():
    asked = Formula((of(math.inf, "m"),), lambda m: Finding(SUPPORTED))
    assert asked.grade().refused and asked.grade().verdict == OPEN
    fixed = Measure("m", "m", 1.0, "Mt", "a")
    assert fixed.under({"m": 5.0}).value == 1 and of(1).under({"m": 5.0}).value == 5
    assert of(1).under({"other": 5.0}).value == 1
    assert derived("d", "d", 1.0, "%", of(1, source="a;b"), of(1, source="b")).source == "a;b"


# --- windows of a series --------------------------------------------------------------------------


def outcomes(**values: float) -> pd.DataFrame:
    periods_of = [name[1:].replace("to", "/").replace("_", "-") for name in values]
    return rows_of(
        period=periods_of,
        value=list(values.values()),
        unit="Mt",
        source="before",
        status="actual",
        preferred=True,
    )


def line(limits=None, **values: float) -> series.Series:
    return series.Series(made(LIMITS | (limits or {})), outcomes(**values), "x", "X")


@pytest.mark.parametrize(
    ("period", "held"),
    [
        ("2024", 12),
        ("2024-03", 1),
        ("2024-01/2024-10", 10),
        ("2023-11/2024-02", 4),
        ("2024-03-11", 0),
        ("2024-03-01/2024-03-30", 0),
        ("2024-03-02/2024-03-31", 0),
    ],
)
def test_months_of_a_period(period, held):
    assert series.months(period) == held


def test_the_same_months_so_many_years_before():
    assert series.years_before("2025-01/2025-10", 1) == "2024-01/2024-10"
    assert series.years_before("2025", 2) == "2023"


def test_periods_stand_in_the_order_of_their_ends_and_short_ones_are_left_out():
    rows = outcomes(p2024=1, p2023=2, p2024_01to2024_06=3, p2024_07to2024_12=4, p2024_05=5)
    kept = series.by_period(rows, 6)
    assert list(kept.index) == ["2023", "2024-01/2024-06", "2024-07/2024-12", "2024"]
    assert list(series.by_period(rows).index)[1] == "2024-05"
    across = outcomes(p2023_07to2024_06=1)
    assert series.by_period(across).empty


def test_growth_is_of_the_newest_pair_of_like_months():
    found = line(p2022=10, p2023=11, p2024=22).over("window_last").grade()
    assert found.decided_by.value == pytest.approx(100) and found.verdict == SUPPORTED
    assert [m.period for m in found.measured[1:]] == ["2024", "2023"]
    two = line(p2022=10, p2023=11, p2024=22).over("window_two").grade()
    assert two.decided_by.value == pytest.approx(120)
    months = line(p2024=10, p2025=20, p2025_01to2025_06=5, p2026_01to2026_06=6)
    assert months.over("window_last").grade().decided_by.value == pytest.approx(20)


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        (10.6, SUPPORTED),
        (10.59, IMPRECISE),
        (10.01, IMPRECISE),
        (10.0, CONTRADICTED),
        (9, CONTRADICTED),
    ],
)
def test_no_change_is_no_growth(last, verdict):
    assert line(p2023=10, p2024=last).over("window_last").grade().verdict == verdict


def test_an_old_pair_is_no_news():
    with pytest.raises(Unknown, match="no figures for the same months"):
        line(p2020=1, p2021=2, p2024=3).over("window_last")
    with pytest.raises(Unknown, match="no newer period with both"):
        line(p2020=1, p2021=2, p2023=3).with_(line(p2021=5))
    assert line(p2020=1, p2022=2, p2023=3).with_(line(p2020=1, p2022=5)) == "2022"
    assert line(p2022=1, p2023=2, p2024=3).with_(line(p2022=1, p2023=5)) == "2023"  # a leap year


def test_a_long_part_of_a_year_is_a_floor():
    grown = line(p2024=10, p2025_01to2025_10=11).over("window_last").grade()
    assert grown.verdict == SUPPORTED and "at least" in grown.decided_by.label
    for value in (10.0, 9.0):
        with pytest.raises(Unknown, match="no figures for the same months"):
            line(p2024=10, p2025_01to2025_10=value).over("window_last")
    since = line(p2023=10, p2024=10, p2025_01to2025_10=9).since(2023).grade()
    assert since.verdict == OPEN and "no whole year" in since.reason
    short = line(p2023=10, p2024=10, p2025_01to2025_08=99).since(2023).grade()
    assert short.verdict == CONTRADICTED and short.measured[1].period == "2024"


def test_since_a_year_needs_a_later_one():
    with pytest.raises(Unknown, match="no figure later than 2024"):
        line(p2023=1, p2024=2).since(2024)
    assert line(p2023=1, p2024=2).since(2023).grade().decided_by.value == pytest.approx(100)


def test_the_longest_run_has_every_year_and_begins_no_earlier_than_the_limit():
    begins = pd.DataFrame({"value": {**LIMITS, "run_begins": None}, "text": None})
    begins.loc["run_begins", "text"] = "2020-01-01"
    ev = made()
    object.__setattr__(ev.records.limits, "table", begins)

    def run(**values):
        return series.Series(ev, outcomes(**values), "x", "X").run().grade()

    assert [m.period for m in run(p2018=1, p2019=2, p2020=3, p2021=4, p2022=6).measured[1:]] == [
        "2022", "2020"
    ]  # fmt: skip
    assert [m.period for m in run(p2020=1, p2022=2, p2023=6).measured[1:]] == ["2023", "2022"]
    with pytest.raises(Unknown, match="no two years in a row"):
        run(p2020=1, p2022=2)


def test_the_newest_is_as_long_as_the_limit_asks():
    of_x = line(p2024=1, p2025_01to2025_09=2, p2025_01to2025_10=3, p2026_01to2026_06=4)
    assert of_x.newest().period == "2026-01/2026-06"
    assert of_x.newest("floor_months").period == "2025-01/2025-10"
    with pytest.raises(Unknown, match="no figure for"):
        line(p2026_01to2026_06=4).newest("floor_months")


# --- what was known -------------------------------------------------------------------------------


def test_the_newest_figure_is_taken_and_of_one_time_the_largest():
    rows = rows_of(
        period=["2024", "2025", "2025"], value=[9.0, 1.0, 2.0], unit="percent", source="before"
    )
    got = figure("x", "X", rows)
    assert (got.value, got.unit, got.period, got.name) == (2.0, "%", "2025", "x_2025")
    assert figure("x", "X", rows.iloc[::-1]).value == 2
    assert count("n", "N", rows.iloc[:0], "rows", "a").source == "a"
    assert count("n", "N", rows, "rows", "a").value == 3


def test_the_last_event_is_short_and_was_told_afterwards():
    days = {"then": dt.date(2024, 5, 1), "early": dt.date(2024, 1, 1)}

    def last(source="then", **of_rows):
        return Dated(rows_of(source=source, **of_rows), days).last_event()

    assert last(date=["2024-03-01", "2024-02-01"]) == dt.date(2024, 3, 1)
    assert last(date=["2024-03"]) == dt.date(2024, 3, 31)
    assert last(date=["2024"]) == dt.date.min
    assert last(source="early", date=["2024-03-01"]) == dt.date.min
    assert last(source="early", date=["2024-01-01"]) == dt.date(2024, 1, 1)


def test_a_row_reports_its_first_day_named_or_its_period():
    assert reported({"signed": "2024-03-11", "date": "2020"})[0] == dt.date(2024, 3, 11)
    assert reported({"period": "2023"}) == (dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    assert reported({"period": "2023", "status": "actual"})[1] == dt.date(2023, 12, 31)
    assert reported({"period": "2023", "status": "target"}) is None
    assert reported({"status": "actual"}) is None and reported({"period": None}) is None


def test_rows_are_asked_once_and_more_may_be_appended():
    read = []
    tables = {
        "x": rows_of(value=[1.0], source=["before"]),
        "y": rows_of(value=1.0, source="before"),
    }

    def load(name):
        read.append(name)
        return tables[name]

    of_all = Records(load, lambda name: [], {"before": dt.date(2024, 1, 1)}, made().records.limits)
    asked = {"lenient": False, "acts": False}
    assert of_all.rows("x", "", None, **asked) is of_all.rows("x", "", None, **asked)
    assert len(of_all.rows("x", "value > 1", None, **asked)) == 0
    of_all.dated("y")
    more = of_all.appended({"x": rows_of(value=[2.0], source=["before"])})
    assert len(more.rows("x", "", None, **asked)) == 2
    assert more.dated("y") is of_all.dated("y") and read.count("y") == 1


def test_the_largest_contract_since_the_agreement_is_what_was_agreed():
    rows = rows_of(
        measure="contract_volume",
        status="contract",
        period=["2022", "2023", "2024", "2019"],
        value=[1.5, 2.2, 1.0, 9.0],
        unit="Mt",
        who="KMG",
        preferred=True,
        source="before",
    )
    assert oil.agreed(made(kz_oil_btc=rows)).value == 2.2
    rate = rows.iloc[:1].assign(measure="monthly_rate", status="target", value=0.125)
    assert oil.agreed(made(kz_oil_btc=rate)).value == 1.5


def test_the_largest_aim_counts_while_its_time_lasts():
    rows = rows_of(
        measure="entered_btc",
        status=["actual", "target", "target", "target"],
        period=["2025", "2025", "2026", "2027"],
        value=[1.2, 9.0, 3.0, 2.0],
        unit="Mt",
        who="KMG",
        preferred=True,
        source="before",
    )
    got = oil.largest_aim(made(kz_oil_btc=rows), "status == 'target'")
    assert (got.value, got.period) == (3.0, "2026")
    with pytest.raises(Unknown, match="no aim on record"):
        oil.largest_aim(made(kz_oil_btc=rows.iloc[:2]), "status == 'target'")


def test_a_candidate_and_a_silence_are_kept_by_their_names():
    assert registry.candidate("c99", "words")(oil.exports) is oil.exports
    assert registry.CANDIDATES.pop("c99") == {"words": oil.exports}
    assert registry.left_out("nothing")(len) is len and registry.LEFT_OUT.pop("nothing") is len


# --- rules of tables ------------------------------------------------------------------------------

STEPS = groups.Steps(by="project", step="step", date="date", order=("plan", "build", "run"))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("plan", "2020"), ("build", "2020")], []),
        ([("plan", "2020-05"), ("build", "2020-04")], [1]),
        # of several dates of the earlier step, the first counts
        ([("plan", "2022"), ("plan", "2019"), ("build", "2020")], []),
        ([("plan", "2022"), ("plan", "2021"), ("build", "2020")], [2]),
        ([("build", "2021"), ("plan", "2022"), ("run", "2020")], [0, 2]),
        ([("run", "2019"), ("other", "1999"), ("plan", None), ("build", "2020")], [0]),
        ([("build", "2019-12-31"), ("plan", "2019/2020")], []),
    ],
)
def test_a_step_is_not_before_the_first_date_of_what_it_presupposes(rows, told):
    table = pd.DataFrame(rows, columns=["step", "date"]).assign(project="p")
    assert [v.row - 1 for v in STEPS.violations(table, ALONE)] == told


def test_parts_may_exceed_their_total_by_the_tolerance_and_no_more():
    rule = groups.Parts(field="part", tolerance=0.1, total=100.0, within=("year",))
    table = pd.DataFrame(
        {
            "part": ["a", "b", "a", "b"],
            "year": ["2024", "2024", "2025", "2025"],
            "value": [60.0, 50.0, 60.0, 51.0],
            "preferred": True,
            "status": "actual",
        }
    )
    assert [v.row - 1 for v in rule.violations(table, ALONE)] == [3]
    assert not list(rule.violations(table.iloc[:2], ALONE))


LEGS = groups.Connected(by="route", order="leg", from_="start", to="end")


@pytest.mark.parametrize(
    ("legs", "told"),
    [
        ([(1, "a", "b"), (2, "b", "c")], []),
        ([(2, "b", "c"), (1, "a", "b")], []),
        ([(1, "a", "b"), (3, "b", "c")], [1]),
        ([(2, "a", "b")], [0]),
        ([(1, "a", "b"), (2, "x", "c"), (3, "c", "d")], [1]),
    ],
)
def test_legs_are_numbered_and_joined(legs, told):
    table = pd.DataFrame(legs, columns=["leg", "start", "end"]).assign(route="r")
    assert [v.row - 1 for v in LEGS.violations(table, ALONE)] == told


def test_one_row_of_an_observation_is_preferred():
    rule = groups.Observation(columns=("year",))
    table = pd.DataFrame({"year": ["1", "1", "2", "3", "3"], "status": "actual", "value": 1.0})
    wanted = [True, False, True, True, True]
    assert [v.row - 1 for v in rule.violations(table.assign(preferred=wanted), ALONE)] == [4]
    none = [False, False, False, True, False]
    told = [str(v) for v in rule.violations(table.assign(preferred=none), ALONE)]
    assert len(told) == 2 and "none of the rows 1 and 2" in told[0] and "the only row" in told[1]


@pytest.mark.parametrize(
    ("first", "last", "apart"),
    [
        ("2024-03-15", "2025-03-14", 11),
        ("2024-03-15", "2025-03-15", 12),
        ("2024-03-15", "2024-03-16", 0),
        ("2023-12-31", "2024-01-31", 1),
    ],
)
def test_whole_months_between_days(first, last, apart):
    assert periods.months_between(*map(dt.date.fromisoformat, (first, last))) == apart


def test_what_a_period_spans():
    assert periods.length_in_days("2024") == 366 and periods.length_in_days("2024-03-11") == 1
    assert periods.period_middle("2023") == dt.date(2023, 7, 2)
    assert periods.period_middle("2024-03-11/2024-03-12") == dt.date(2024, 3, 12)
    assert periods.period_bounds("2024-02/2025-02")[1] == dt.date(2025, 2, 28)
    for wrong in ("2024/2023", "2024/2025/2026", "2024-00", "2024-01-00", "24", ""):
        assert not periods.is_period(wrong), wrong
    assert periods.within_years("1800/2100")
    assert not periods.within_years("1799") and not periods.within_years("2101")


def test_coverage_is_from_the_first_to_the_last_of_all():
    fields = [{"name": "start", "openbook:period": True}, {"name": "end", "openbook:period": True}]
    table = pd.DataFrame({"start": ["2020-05", "2019-02"], "end": ["2020-06", "2021-01"]})
    assert periods.coverage(fields, table) == "2019-02/2021-01"
    assert periods.coverage(fields, table.assign(end=["2022", "2020"])) == "2019/2022"
    assert periods.coverage(fields, table.assign(start=None, end=None)) is None
    assert periods.coverage([*fields, {"name": "period", "openbook:period": True}],
                            table.assign(period="2001")) == "2001"  # fmt: skip
