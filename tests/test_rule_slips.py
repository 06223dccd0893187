"""Edges of single rules that only a slip would move, over made-up tables."""

import datetime as dt

import pandas as pd
import pytest
from evidences import made, now, rows_of

from caspian import claims, tables
from caspian.claims import scenario
from caspian.claims.evidence import Evidence
from caspian.claims.judging import Measure, Unknown
from caspian.claims.rules import (
    LEFT_OUT,
    corridor,
    judge,
    look_up,
    oil,
    omissions,
    trade,
    turkic,
    visit,
)
from caspian.claims.verdicts import OPEN, OVERSTATED

VISIT = "2024-03-11"
PAPER = {"package": VISIT, "signed": VISIT, "legal_kind": "memorandum", "sector": "politics"}
PAPER |= {"parties_az": "SOCAR", "parties_kz": "KazMunayGas", "in_kazakh_list": True}
PAPER |= {"in_azerbaijani_list": None, "status": "unknown", "status_on": "2026-01-01"}
PAPER |= {"evidence": "before", "source": "before"}


def papers(*changes: dict) -> Evidence:
    return made(agreements=pd.DataFrame([PAPER | change for change in changes]))


def stops(*starts: str) -> Evidence:
    pipe = rows_of(start=list(starts), kind="drone", stopped="loading", lists=None, source="before")
    rail = rows_of(route="x", kind="closure", start="2023-01-01", source="before")
    return made(cpc_disruptions=pipe, route_events=rail[:0])


def counts(**of_periods: float) -> Evidence:
    periods = [name.lstrip("d").replace("_", "-") for name in of_periods]
    return made(
        document_counts=rows_of(
            period=periods, value=list(of_periods.values()), measure="in_all", source="before"
        )
    )


def measured(claim: str, ev: Evidence) -> list[Measure]:
    return list(judge(claim, ev).measured)


# --- the corridor ---------------------------------------------------------------------------------


def test_what_a_page_of_later_tells_is_an_act_all_the_same():
    steps = rows_of(project="p", step="announced", date=VISIT, source="undated")
    known = rows_of(project="p", kind="investment", joint=True, sector="transport")
    ev = made(on=dt.date(2024, 3, 12), project_steps=steps, investment_projects=known)
    for claim in ("c20", "c30"):  # since the visit, its own day included
        assert [m.counted for m in measured(claim, ev)] == [(0, 1)], claim
    joint, running = trade.joint_projects(ev, since=dt.date(2024, 3, 11), acts=True)
    assert len(joint) == 1 and running.empty
    assert trade.joint_projects(ev, since=dt.date(2024, 3, 12), acts=True)[0].empty


def test_a_stop_of_a_month_began_on_its_first_day():
    assert corridor.war_events(stops("2022-02"))["on"].tolist() == [pd.Timestamp(2022, 2, 1)]
    found = corridor.all_incidents(stops("2022-02", "2022-02-24")).grade()
    assert found.measured[1].value == 1, "one began before the invasion, one on its day"


def test_a_year_of_stops_is_without_its_first_day_and_with_its_last():
    last_year = dict(judge("c32", stops("2025-04-30", "2026-04-30")).variants)["The last year"]
    assert last_year.measured[1].value == 1


@pytest.mark.parametrize("day", [dt.date(2022, 2, 24), dt.date(2022, 2, 14)])
def test_before_the_invasion_no_stop_is_counted_a_year(day):
    ev = stops("2022-02-01")
    ev.judged_on = day
    found = judge("c32", ev)
    assert (found.verdict, found.reason) == (OPEN, "the invasion had not begun")


def test_the_times_that_end_last_stand_first():
    told = rows_of(
        series="middle_days_of_northern", period=["2023-07", "2023-06/2024-05"],
        value=[120.0, 90.0], unit="percent", status="actual", preferred=True, source="before",
    )  # fmt: skip
    none = rows_of(kind="x", scope="x", from_place="x", to_place="x", corridor="x", days_low=1.0,
                   days_high=1.0, period="2023", source="before")[:0]  # fmt: skip
    found = judge("c33", made(rival_volumes=told, travel_times=none))
    assert found.decided_by.value == 90
    assert [side.decided_by.value for _, side in found.variants] == [90, 120]


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (["before", "before", "early"], "like ends"),
        (["before", "early", "early"], "tells the cost"),
    ],
)
def test_costs_need_both_ways_from_one_source(sources, words):
    rates = rows_of(kind="through", unit="USD", covers="all", source=sources,
                    corridor=["middle", "northern", "middle"])  # fmt: skip
    if "tells" in words:
        rates["corridor"] = ["northern", "middle", "middle"]
    with pytest.raises(Unknown, match=words):
        corridor.cost(made(freight_rates=rates))


def test_no_place_but_those_on_the_way_need_be_on_record():
    legs = rows_of(route="middle_a", from_node=["a", "b"], to_node=["b", "c"])
    nodes = rows_of(node=["a", "b", "c"], country="KAZ")
    assert len(corridor.places_on_the_way(made(route_legs=legs, nodes=nodes))) == 3
    with pytest.raises(Unknown, match="not all on record"):
        corridor.places_on_the_way(made(route_legs=legs, nodes=nodes[:2]))


def course(*years: int, last: float = 4.0, aim: float = 10.0):
    freight = rows_of(
        series="titr_total", period=[str(y) for y in years], unit="Mt", status="actual",
        value=[2.0] * (len(years) - 1) + [last], preferred=True, source="before",
    )  # fmt: skip
    year = made().limit_day("corridor_aim").year
    aims = rows_of(series="titr_total", measure="freight_mt", status="target", value=aim,
                   for_period=str(year), unit="Mt", source="before")  # fmt: skip
    return corridor.on_course(made(corridor_freight=freight, corridor_targets=aims)).grade()


def test_the_course_is_of_the_last_two_years_in_a_row():
    aim = made().limit_day("corridor_aim").year
    for years in ((2023, 2024), (2021, 2023, 2024)):
        assert course(*years).measured[1].value == 100
    for years in ((2024,), (2022, 2024), (2021, 2022, 2024)):
        with pytest.raises(Unknown, match="no two years of freight in a row"):
            course(*years)
    with pytest.raises(Unknown, match="has come"):
        course(aim - 1, aim)


def test_the_course_of_little_freight_is_measured_and_of_none_is_its_fall():
    assert course(2023, 2024, last=0.5).decided_by.name == "titr_lead"
    assert course(2023, 2024, last=0.0).decided_by.name == "titr_growth"
    assert course(2023, 2024, aim=-0.5).measured[2].value == -100


# --- oil and trade --------------------------------------------------------------------------------


def test_an_aim_is_still_to_come_until_its_time_has_ended():
    rows = rows_of(
        measure=["entered_btc", "aim", "aim"], period=["2024", "2024/2026", "2024"],
        value=[1.0, 2.0, 9.0], unit="Mt", status=["actual", "target", "target"], who="w",
        preferred=True, source="before",
    )  # fmt: skip
    assert oil.largest_aim(made(kz_oil_btc=rows), "measure == 'aim'").value == 2


def test_the_newest_year_that_both_ledgers_of_trade_have_is_taken():
    def of(years: list[str], **more) -> pd.DataFrame:
        return rows_of(period=years, value=[float(y) for y in years], unit="USD mn",
                       source="before", **more)  # fmt: skip

    mutual = of(["2021", "2022", "2023"], pair="AZE-KAZ", counted_by="CEPII BACI")
    sides = [of(["2021", "2022"], count="CEPII BACI", country=code) for code in ("AZE", "KAZ")]
    ev = made(az_kz_trade=mutual, trade_totals=pd.concat(sides, ignore_index=True))
    assert [m.value for m in measured("c50", ev)[2:]] == [2022, 2022, 2022]


def test_two_ledgers_on_both_sides_of_the_aim_leave_it_open():
    ev = Evidence(now().records, now().limit_day("aim_due") + dt.timedelta(days=1))
    question = look_up("c40", ev)
    names = [name for name in question.inputs if "aim" not in name]
    for above, below in (names, names[::-1]):
        found = question.under({above: 1e6, below: 1.0}).grade()
        assert found.conflict and found.verdict == OPEN, "neither ledger is preferred"


# --- the Turkic states ----------------------------------------------------------------------------


def clauses(*texts: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(texts, columns=["clause", "kind"]).assign(source="before", field="x")
    return frame if texts else rows_of(clause="x", kind="x", field="x", source="before")[:0]


def bodies(*purposes: str) -> pd.DataFrame:
    return rows_of(purpose=list(purposes) or ["x"], status="active", source="before")[
        : len(purposes)
    ]


@pytest.mark.parametrize(
    ("text", "of", "known"),
    [
        (clauses(), bodies("defence"), True),
        (clauses(("mutual_defence", "not found")), bodies(), True),
        (clauses(), bodies(), False),
    ],
)
def test_a_text_or_a_body_is_enough_to_look_for_defence(text, of, known):
    ev = made(founding_clauses=text, ots_institutions=of)
    if known:
        assert turkic.military(ev).grade().figures[0].value == ("defence" in set(of["purpose"]))
        return
    with pytest.raises(Unknown, match="neither the founding text"):
        turkic.military(ev)


@pytest.mark.parametrize(("fields", "enough"), [("abc", True), ("ab", False)])
def test_three_fields_are_several(fields, enough):
    meetings = rows_of(field=list(fields), meeting="m", value=1.0, status="actual", frame="OTS",
                       preferred=True, source="before")  # fmt: skip
    ev = made(
        cooperation_meetings=meetings,
        ots_institutions=bodies(*fields),
        founding_clauses=clauses(),
    )
    found = judge("c39", ev)
    assert len(found.figures) == (6 if enough else 0) and bool(found.reason) != enough


# --- the visit ------------------------------------------------------------------------------------


def test_a_visit_two_years_before_to_the_day_was_within_two_years():
    dates = ["2022-03-10", "2022-03-11", "2024-03-10", VISIT]
    ev = made(milestones=rows_of(date=dates, category="visit", source="before"))
    assert [m.value for m in measured("c02", ev)] == [2]


def test_a_count_of_the_day_or_of_its_year_is_none_of_before():
    assert [m.value for m in measured("c03", counts(d2023=5, d2024=7))] == [5, 7]
    assert [m.value for m in measured("c03", counts(d2023=5, d2024_03_11=7))] == [5, 7]
    ladder = made().ladder({}, OPEN)
    for later in ("d2024", "d2024_03_11"):
        found = visit.official_papers(counts(d2023=5, **{later: 10}), ladder).grade()
        assert found.decided_by.value == 200
    with pytest.raises(Unknown):
        visit.official_papers(counts(d2023=5), ladder)


def test_a_title_not_seen_in_the_other_list_is_not_in_both():
    assert measured("c48", papers({}, {"in_azerbaijani_list": True}))[0].counted == (1, 2)


def test_of_several_papers_the_first_tells():
    decision = {"legal_kind": "decision", "parties_az": "president", "parties_kz": "president"}
    waited = papers(decision | {"source": "own"}, decision)
    assert measured("c09", waited)[0].source == "own"
    again = decision | {"status": "done", "status_on": "2025-03-11", "evidence": "own"}
    first = measured("c09", papers(again, again | {"status_on": "2026-03-11", "evidence": "own2"}))
    assert (round(first[0].value), first[0].source) == (12, "own")
    bought = papers({"source": "own"}, {})
    assert measured("c12", bought)[0].source == "own"


def test_half_of_the_votes_of_both_is_half():
    votes = rows_of(resolution=["a", "a", "b", "b"], country=["AZE", "KAZ"] * 2, source="before",
                    vote=["yes", "no", "yes", "absent"], date="2022-03-02")  # fmt: skip
    portion = measured("c52", made(un_ukraine_votes=votes))[0]
    assert (portion.value, portion.counted) == (50, (1, 2))


# --- what the article leaves out ------------------------------------------------------------------


def test_a_date_is_missed_if_nothing_ran_by_its_last_day():
    promised = {"last": "2025-06", "month": "2025-06-15", "early": "2025-06", "never": "2026-04-30"}
    ahead = {"year": "2026"}  # has not passed
    dates = promised | ahead
    ran = {"last": "2025-06-30", "month": "2025-06", "early": "2025-05-01"}
    steps = [*ran.items(), ("early", "2025-08-01")]
    ev = made(
        project_dates=rows_of(project=list(dates), promised=list(dates.values()),
                              said_on="2024-01-01", source="before"),
        project_steps=rows_of(project=[p for p, _ in steps], date=[d for _, d in steps],
                              step="running", source="before"),
    )  # fmt: skip
    (missed,) = (figure() for figure in LEFT_OUT["o03"](ev))
    assert missed.counted == (1, 4)


def test_what_was_signed_on_the_day_was_not_there_before():
    signed = papers({"legal_kind": "treaty"}, {"legal_kind": "treaty", "signed": "2024-03-10"})
    (before,) = (figure() for figure in omissions.alliance_before(signed))
    assert before.value == 1


# --- what may come --------------------------------------------------------------------------------


def test_where_no_tables_are_given_the_book_s_own_are_asked():
    until = claims.until(claims.records())
    assert claims.after({}).judged_on == until
    assert len(claims.after({}).records.load("kz_oil_btc")) == len(tables.load("kz_oil_btc"))
    points = claims.turning_points(["c13"])
    assert set(points["claim"]) == {"c13"} and claims.turning_points(["c07"]).empty
    assert not claims.under({})["turned"].any()
    patient = {"signpost": "s", "claim": "c12", "due": "2027-01", "table": None, "row": None}
    assert scenario.signposted(patient, seen=False) == OVERSTATED, "on the month's last day"
    assert scenario.signposted(patient | {"due": "2026-12"}, seen=False) == OPEN


def test_the_book_s_evidence_is_strict_and_knows_whose_article_it_is():
    read = claims.records()
    assert "article_202403" in read.own_publisher
    assert not any(key.startswith("worldbank") for key in read.own_publisher)
    assert claims.until() == claims.until(read)
    assert not claims.evidence(of=read).lenient
    assert claims.evidence(lenient=True, of=read).lenient
    all_of_it = claims.judged()
    lenient = claims.evidence(claims.THEN, lenient=True, of=read)
    strict = claims.evidence(claims.THEN, of=read)
    asked = {item.claim["claim"]: item for item in all_of_it}
    other = [name for name in asked if judge(name, lenient) != judge(name, strict)]
    assert other, "a source without a day makes no difference"
    assert all(asked[name].lenient == judge(name, lenient) for name in other)


def test_a_row_that_is_waited_for_is_a_published_figure():
    table = rows_of(value=1.0, status="target", preferred=False, derived=True, source="before",
                    note="x")  # fmt: skip
    (row,) = scenario._row(made(t=table).records, "t", "value=2").to_dict("records")
    assert (row["value"], row["status"], row["preferred"], row["derived"]) == (
        *(2, "actual"),
        *(True, False),
    )


def test_parts_that_do_not_come_leave_no_row():
    table = rows_of(period="2024", value=[1.0, 3.0, 2.0], unit="Mt", source="before", kind="x")
    oil_quantity = scenario.Quantity("o", "O", "t", "kind == 'x'", "Mt", 10.0, "2024", "w", "s")
    assert oil_quantity.coming(made({"floor_months": 9.0}, t=table).records, {}, 2024).empty
