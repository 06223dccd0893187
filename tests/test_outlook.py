"""What comes: appended figures, stretches of values, signposts, and one central case a quantity."""

import datetime as dt
import math
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from caspian import claims
from caspian.claims import scenario
from caspian.claims.evidence import Records
from caspian.claims.rules import RULES, judge
from caspian.claims.verdicts import OPINION, Verdict
from caspian.models import scenarios
from openbook import tables
from openbook.tables.periods import period_bounds

ROOT = Path(__file__).parent.parent
SIGNPOSTS = {row["signpost"]: row for row in tables.load("signposts").to_dict("records")}
QUANTITIES = scenario.quantities()
SILENT = {name for name, row in SIGNPOSTS.items() if not isinstance(row["row"], str)}
PASSED = dt.date.fromisoformat(tables.load("searches")["period"].max())  # what was looked for


@pytest.fixture(scope="module")
def known():
    return claims.records()


@pytest.fixture(scope="module")
def points(known):
    return claims.turning_points(of=known)


# --- appending ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUANTITIES)
def test_what_comes_is_added_behind_what_is_there(known, name):
    quantity = QUANTITIES[name]
    year, value = quantity.last(known)
    after = claims.after({name: {year + 1: 1.5 * value, year + 2: 2 * value}}, known).records
    for table in {q.table for q in QUANTITIES.values()}:
        before, now = tables.load(table), after.load(table)
        kept = now.iloc[: len(before)].astype(before.dtypes)
        pd.testing.assert_frame_equal(kept, before)
        pd.testing.assert_frame_equal(known.load(table), before)
    assert quantity.last(after) == (year + 2, pytest.approx(2 * value))
    rows = after.load(quantity.table).query(quantity.query, engine="python")
    told = rows[(rows["period"] == str(year + 1)) & (rows["source"] == "across_the_caspian")]
    assert told["value"].sum() == pytest.approx(1.5 * value)


def test_what_is_not_named_stays_as_it_was(known):
    after = claims.after({"baku_mt": {2027: 3.0}}, known).records
    for name, quantity in QUANTITIES.items():
        year, value = quantity.last(after)
        was = 3.0 if name == "baku_mt" else quantity.last(known)[1]
        assert (year, value) == (2027, pytest.approx(was)), name
    exported = judge("c14", claims.after({"baku_mt": {2026: 3.0}}, known)).decided_by
    assert exported.value == pytest.approx(100 * 3.0 / 78.7)


def test_a_year_not_named_stays_as_the_one_before(known):
    added = QUANTITIES["titr_mt"].coming(known, {2026: 5.0, 2028: 6.0}, 2029)
    assert dict(zip(added["period"], added["value"], strict=True)) == pytest.approx(
        {"2026": 5, "2027": 5, "2028": 6, "2029": 6}
    )


def test_a_part_of_a_year_is_the_least_of_it(known):
    quantity = QUANTITIES["trade_az_usd_mn"]
    assert quantity.told(known) == ("2025-01/2025-10", 600.3)
    assert (quantity.closed(known), quantity.last(known)) == (2024, (2025, 600.3))
    added = quantity.coming(known, {2026: 500.0}, 2026)
    assert list(added["period"]) == ["2025", "2026"]
    assert list(added["value"]) == pytest.approx([600.3, 500])
    with pytest.raises(ValueError, match=r"600 is less than 600.3, which a part of 2025 had"):
        claims.after({"trade_az_usd_mn": {2025: 600.0}}, known)


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"btc_mt": {2025: 1.4}}, "btc_mt: 2025 is closed; the next year is 2026"),
        (
            {"trade_az_usd_mn": {2024: 480}},
            "_az_usd_mn: 2024 is closed; the next year is 2025",
        ),
        ({"trade_az_tr_usd_mn": {2024: 8000}}, "2024 is closed; the next year is 2025"),
        ({"btc_mtt": {2026: 1.4}}, "no quantity 'btc_mtt' can come. Did you mean \"btc_mt\"?"),
    ],
)
def test_what_can_not_come_is_refused(known, figures, message):
    for ask in (claims.after, claims.under):
        with pytest.raises(ValueError, match=re.escape(message)):
            ask(figures, known)


def test_time_is_counted_to_the_day_after_the_last_year(known):
    assert claims.after({"btc_mt": {2027: 1.4}}, known).judged_on == dt.date(2028, 1, 1)
    day = dt.date(2027, 5, 1)
    assert claims.after({"btc_mt": {2026: 1.4}}, known, day).judged_on == day
    assert claims.after({}, known).judged_on == claims.until(known)


def test_no_change_is_no_growth(known):
    """Flat figures bear no growth out, whatever rounding makes of them."""
    found = claims.under({"btc_mt": {2026: QUANTITIES["btc_mt"].last(known)[1]}}, known)
    verdicts = found.set_index("claim")["verdict_then"]
    assert verdicts["c13"] == verdicts["c18"] == verdicts["c42"] == Verdict.OVERSTATED


def test_under_tells_the_case_from_time(known):
    found = claims.under({"btc_mt": {2026: 1.5}}, known).set_index("claim")
    assert set(found.index) == set(RULES)
    c13, c40 = found.loc["c13"], found.loc["c40"]
    assert (c13["verdict_now"], c13["verdict_waiting"], c13["verdict_then"]) == (
        *("overstated", "overstated"),
        "supported",
    )
    assert (c40["verdict_now"], c40["verdict_waiting"]) == ("open", "overstated")
    assert found.loc[["c13", "c40"], "turned"].all()
    refused = claims.under({"baku_mt": {2026: 100.0}}, known).set_index("claim")
    assert refused.at["c14", "refused"] and not refused.at["c14", "turned"]


# --- stretches ------------------------------------------------------------------------------------

BETTER = [Verdict.CONTRADICTED, Verdict.MISLEADING, Verdict.OVERSTATED]
BETTER += [Verdict.IMPRECISE, Verdict.SUPPORTED]


def test_stretches_join_without_a_gap(points):
    for _, rows in points.groupby(["claim", "quantity"]):
        assert list(rows["low"].iloc[1:]) == list(rows["high"].iloc[:-1])
        assert (rows["low"] < rows["high"]).all()
        assert (rows["verdict"].iloc[1:].to_numpy() != rows["verdict"].iloc[:-1].to_numpy()).all()


FALLS = {("c14", "exports_mt"), ("c15", "btc_flow_mt"), ("c24", "trade_az_tr_usd_mn")}


def test_more_is_never_worse_unless_it_is_the_whole_that_grows(points):
    """Verdicts go one way along the values; an open one, between two counts, has no place."""
    for key, rows in points.groupby(["claim", "quantity"]):
        place = [BETTER.index(v) for v in rows["verdict"] if v in BETTER]
        assert place == sorted(place, reverse=key in FALLS), key


def test_stretches_are_of_the_next_year_that_can_come(known, points):
    for row in points.to_dict("records"):
        year, value = QUANTITIES[row["quantity"]].last(known)
        assert (row["year"], row["last"]) == (year + 1, pytest.approx(value))
        assert row["year"] > claims.until(known).year - 1
        assert row["verdict_now"] != OPINION
        assert row["turned"] == (row["verdict"] != row["verdict_now"])


def test_stretches_by_hand(points):
    rows = points.query("claim == 'c13' and quantity == 'btc_mt'")
    assert list(rows["high"]) == pytest.approx([1.06, 1.3, 1.3 * 1.06, math.inf])
    assert list(rows["verdict"]) == [
        *("contradicted", "overstated"),
        *("supported but imprecise", "supported"),
    ]
    rows = points.query("claim == 'c14' and quantity == 'baku_mt'")
    assert list(rows["high"]) == pytest.approx([0.787, 0.034 * 78.7, 0.069 * 78.7, 78.7])
    rows = points.query("claim == 'c24' and quantity == 'trade_az_usd_mn'")
    assert list(rows["high"]) == pytest.approx([520, 1300, math.inf])


def test_a_stretch_gives_what_appending_its_figure_gives(known, points):
    for row in points.iloc[::4].to_dict("records"):
        high = row["high"] if math.isfinite(row["high"]) else 2 * row["low"] + 1
        value = (row["low"] + high) / 2
        ev = claims.after({row["quantity"]: {row["year"]: value}}, known)
        assert judge(row["claim"], ev).verdict == row["verdict"], row


def test_what_takes_more_than_twice_the_capacity_is_out_of_reach(points):
    far = points[~points["in_reach"]]
    assert set(zip(far["claim"], far["quantity"], strict=True)) == {("c15", "btc_flow_mt")}
    assert list(far["low"]) == pytest.approx([130])
    for row in points.to_dict("records"):
        top = scenario.BEYOND * QUANTITIES[row["quantity"]].capacity
        assert row["in_reach"] == (row["low"] <= top)


def test_turning_points_ask_the_tables_no_more_than_the_verdicts_do(monkeypatch):
    """What is searched for are numbers: a rule looks its figures up once, then is arithmetic."""
    asked, rows = Counter(), Records.rows

    def counted(*where, **how):
        asked[work] += 1
        return rows(*where, **how)

    monkeypatch.setattr(Records, "rows", counted)
    for work in (claims.judged, claims.turning_points):
        work()
    assert 0 < asked[claims.turning_points] <= asked[claims.judged]


# --- signposts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNPOSTS)
def test_a_signpost_gives_the_verdict_that_it_names(known, name):
    assert scenario.signposted(SIGNPOSTS[name], known) == SIGNPOSTS[name]["gives"]


@pytest.mark.parametrize("name", SIGNPOSTS)
def test_without_it_the_verdict_is_another(known, name):
    row = SIGNPOSTS[name]
    before = judge(row["claim"], claims.evidence(of=known)).verdict
    waited = scenario.signposted(row, known, seen=False)
    assert (before if name in SILENT else waited) != row["gives"]
    if name in SILENT:  # nothing is added, and time turns it
        assert waited == row["gives"]


@pytest.mark.parametrize("name", sorted(set(SIGNPOSTS) - SILENT))
def test_a_signpost_adds_rows_and_changes_none(known, name):
    for table, rows in scenario.waited_for(SIGNPOSTS[name], known).items():
        before = known.load(table)
        after = known.appended({table: rows}).load(table)
        assert len(after) == len(before) + len(rows) > len(before)
        pd.testing.assert_frame_equal(after.iloc[: len(before)].astype(before.dtypes), before)


def test_signposts_stand_over_many_claims():
    assert len(SIGNPOSTS) >= 15
    assert len({row["claim"] for row in SIGNPOSTS.values()}) >= 15
    assert {row["gives"] for row in SIGNPOSTS.values()} <= {str(v) for v in Verdict}


def test_the_schema_knows_the_verdicts():
    fields = {f["name"]: f for f in tables.describe("signposts")["schema"]["fields"]}
    assert fields["gives"]["constraints"]["enum"] == [str(v) for v in Verdict if v != OPINION]


def test_what_was_seen_is_said_when_the_day_has_passed():
    for name, row in SIGNPOSTS.items():
        passed = period_bounds(row["due"])[1] <= PASSED
        assert isinstance(row["seen"], str) == passed, name
        if row["seen"] == "not found":
            assert isinstance(row["search"], str), name


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("row", "measure", "oil_2026: 'measure' is no column=value"),
        ("row", "measur=entered_btc", "oil_2026: kz_oil_btc has no column 'measur'"),
        ("row", "quantity=btc_mt; year=2025; value=1", "oil_2026: btc_mt: 2025 is closed"),
        ("table", "kz_oil_btc|btc_flow", "oil_2026: zip"),
    ],
)
def test_a_slip_in_a_signpost_is_told(known, column, cell, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        scenario.waited_for(SIGNPOSTS["oil_2026"] | {column: cell}, known)


# --- one central case a quantity ------------------------------------------------------------------


def test_the_corridor_has_one_central_case(known):
    """The outlook's is the corridor's parameter, which is the middle of its ends."""
    demand = tables.load("corridor_parameters").set_index("parameter").loc["demand_2030"]
    assert demand["low"] == QUANTITIES["titr_mt"].last(known)[1]
    middle = scenarios.halfway(demand["low"], demand["high"])
    assert demand["central"] == pytest.approx(middle, abs=0.005)
    for chapter in ("corridor", "outlook"):
        text = (ROOT / "chapters" / f"{chapter}.md").read_text("utf-8")
        assert '"demand_2030"' in text, chapter


def test_the_outlook_types_no_verdict_and_no_last_year():
    """Words of verdicts come from the rules, and the last year from the tables."""
    text = (ROOT / "chapters" / "outlook.md").read_text("utf-8")
    cells = "\n".join(re.findall(r"```\{code-cell\} ipython3\n(.*?)```", text, re.S))
    words = {str(v) for v in Verdict} - {"opinion", "open"}
    assert not [w for w in words if re.search(rf"['\"]{w}", cells)]
    assert re.findall(r"(?<!level_)\b2025\b", cells) == ["2025"]  # the year of level_2025
