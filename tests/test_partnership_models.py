"""The models of the Visit and Investment chapters, with numbers worked out by hand."""

import pandas as pd
import pytest

from caspian.models import agreements, projects, trade


@pytest.fixture
def signed():
    return pd.DataFrame(
        {
            "signed": ["2022-06-07", "2022-08", "2023-04-10", "2023-06-22"],
            "legal_kind": ["memorandum", "treaty", "memorandum", "roadmap"],
            "status": ["unknown", "in_force", "done", "unknown"],
        }
    )


def test_a_legal_kind_commits(signed):
    found = agreements.classified(signed)
    assert list(found["commitment"]) == ["intention", "binding", "intention", "intention"]
    assert list(found["year"]) == [2022, 2022, 2023, 2023]


def test_an_unknown_legal_kind_is_refused(signed):
    with pytest.raises(ValueError, match="'handshake' is not one of"):
        agreements.classified(signed.replace("treaty", "handshake"))


def test_every_legal_kind_of_the_table_commits_to_something():
    from openbook.tables import describe

    fields = {f["name"]: f for f in describe("agreements")["schema"]["fields"]}
    assert set(fields["legal_kind"]["constraints"]["enum"]) == set(agreements.COMMITMENT)


def test_documents_are_counted_and_shared_out(signed):
    whole = agreements.counted(signed, "status").set_index("status")
    assert whole["documents"].to_dict() == {"unknown": 2, "done": 1, "in_force": 1}
    assert whole.at["unknown", "share"] == 0.5
    parts = agreements.counted(signed, "status", within="legal_kind")
    of_memoranda = parts[parts["legal_kind"] == "memorandum"].set_index("status")["share"]
    assert of_memoranda.to_dict() == {"unknown": 0.5, "done": 0.5}
    assert parts.groupby("legal_kind")["share"].sum().eq(1).all()


def test_a_status_tells_what_became_of_a_document(signed):
    signed["status"] = ["in_field", "in_force", "mentioned", "too_recent"]
    found = agreements.classified(signed)
    assert list(found["fate"]) == ["field active", "carried out", "mentioned", "too recent"]
    with pytest.raises(ValueError, match="status 'lost' is not one of"):
        agreements.classified(signed.replace("in_field", "lost"))


def test_every_status_of_the_table_is_a_fate_and_what_claims_call_kept_is_carried_out():
    from caspian.claims import records
    from openbook.tables import describe

    fields = {f["name"]: f for f in describe("agreements")["schema"]["fields"]}
    assert set(fields["status"]["constraints"]["enum"]) == set(agreements.FATE)
    carried_out = {s for s, fate in agreements.FATE.items() if fate == "carried out"}
    assert carried_out == set(records().limits.members("kept"))


DATES = {"a": "2024-04-18", "b": "2024-05", "c": "2025-01-30", "d": "2024-03-11", "e": None}


@pytest.mark.parametrize(
    ("parts", "date"),
    [
        (["a;b;c"], "2024-04-18"),  # the earliest source of one fact
        (["c;b"], "2024-05"),  # a month counts from its last day
        (["a;c", "d"], "2024-04-18"),  # two facts: the later of them
        (["e;c"], "2025-01-30"),  # a source without a date cannot tell
    ],
)
def test_in_print_since_the_earliest_source(parts, date):
    assert agreements.in_print_since(parts, DATES.get) == date


def test_undated_sources_do_not_date_a_fact():
    with pytest.raises(ValueError, match="none of the sources 'e' has a date"):
        agreements.in_print_since(["a", "e"], DATES.get)


@pytest.mark.parametrize(
    ("status", "until", "problem"),
    [
        ("unknown", "2025-03-11", None),
        ("unknown", "2025-03-10", "is less than 12 months"),
        ("too_recent", "2025-03-10", None),
        ("too_recent", "2025-03-11", "is not less than 12 months"),
        ("too_recent", None, "has no end"),
        ("in_force", None, None),
    ],
)
def test_silence_counts_after_a_year(status, until, problem):
    from openbook.tables import describe
    from openbook.tables.options import Context
    from openbook.tables.rules import read_rules, violations

    own = describe("agreements")["openbook"]
    row = pd.DataFrame({"signed": ["2024-03-11"], "status": [status], "read_until": [until]})
    silences, _ = read_rules({"name": "t", "openbook": {"silences": own["silences"]}})
    found = [str(each) for each in violations(silences, row, Context(rows=dict, key=str))]
    assert len(found) == bool(problem) and (not problem or problem in found[0])


SEEN = ["in_force", "being_carried_out", "done", "lapsed", "replaced", "mentioned", "in_field"]


def test_what_became_of_a_document_was_reported_after_its_signing():
    from openbook.tables import load

    rows = load("agreements")
    moved = rows[rows["status"].isin(SEEN)]
    early = moved[moved["status_on"] <= moved["signed"]]
    assert early.empty, f"the report is not later than the signing: {list(early['agreement'])}"
    assert moved["evidence"].notna().all()


def test_no_documents_have_no_share(signed):
    with pytest.raises(ValueError, match="no row"):
        agreements.counted(signed.iloc[:0], "status")


@pytest.fixture
def works():
    return pd.DataFrame({"project": ["a", "b", "c"], "name": ["A", "B", "C"]})


@pytest.fixture
def steps():
    return pd.DataFrame(
        [
            ("a", "announced", "2022", 10.0, "contract"),
            ("a", "running", "2024-05", None, "estimate"),
            ("a", "running", "2023-02", None, "actual"),
            ("b", "announced", "2023", 300.0, "target"),
            ("b", "registered", "2024", None, "estimate"),
            ("c", "announced", "2025", None, "actual"),
        ],
        columns=["project", "step", "date", "amount_usd_mn", "status"],
    )


def test_the_furthest_step_counts(works, steps):
    found = projects.reached(works, steps).set_index("project")
    assert list(found["furthest"]) == ["running", "registered", "announced"]
    assert found.at["a", "furthest_on"] == "2023-02"  # the first day of that step
    assert found.at["a", "usd_mn"] == 10 and pd.isna(found.at["c", "usd_mn"])


def test_a_later_step_implies_the_earlier_ones(works, steps):
    table = projects.funnel(projects.reached(works, steps), steps).set_index("step")
    assert list(table.index) == projects.STEPS
    assert list(table["projects"]) == [3, 2, 1, 1, 1]
    assert list(table["seen"]) == [2, 0, 0, 0, 1]
    assert list(table["told"]) == [1, 1, 0, 0, 0]  # only a plan or an estimate
    assert list(table["usd_mn"]) == [310, 310, 10, 10, 10]
    assert list(table["without_sum"]) == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": "opened"}, "'opened' is not one of"),
        ({"project": "z"}, "'z' is not among the projects"),
        ({"project": "b"}, "'c' has no step"),
    ],
)
def test_bad_steps_are_refused(works, steps, change, message):
    steps.loc[5, list(change)] = list(change.values())
    with pytest.raises(ValueError, match=message):
        projects.reached(works, steps)


def test_promised_dates_that_moved():
    dates = pd.DataFrame(
        {
            "project": ["a", "a", "b"],
            "said_on": ["2025-03", "2023-01", "2024"],
            "promised": ["2026-12", "2024-12", "2025"],
        }
    )
    found = projects.moved(dates).set_index("project")
    assert found.loc["a"].to_list() == [2, "2024-12", "2026-12"]
    assert found.loc["b"].to_list() == [1, "2025", "2025"]


@pytest.fixture
def books():
    rows = [
        ("Kazakhstan", "2023", 12, 600.0, True, "turnover"),
        ("Kazakhstan", "2023", 12, 999.0, False, "turnover"),
        ("Kazakhstan", "2023", 12, 400.0, True, "exports"),
        ("Azerbaijan", "2023", 12, 300.0, True, "turnover"),
        ("Azerbaijan", "2023-01/2023-06", 6, 100.0, True, "turnover"),
        ("not named", "2010", 12, 350.0, True, "turnover"),
    ]
    names = ["counted_by", "period", "months", "value", "preferred", "flow"]
    return pd.DataFrame(rows, columns=names)


def test_ledgers_stand_side_by_side(books):
    wide = trade.ledgers(books).set_index("period")
    assert wide.at["2023", "ratio"] == 2
    assert pd.isna(wide.at["2023-01/2023-06", "ratio"])  # a part-year is no year
    assert wide.at["2010", "not named"] == 350 and pd.isna(wide.at["2010", "Kazakhstan"])
    assert list(wide["months"]) == [12, 12, 6]


def test_ledgers_refuse_two_figures_for_one_period(books):
    books.loc[1, "preferred"] = True
    with pytest.raises(ValueError, match="Kazakhstan has two preferred turnovers for 2023"):
        trade.ledgers(books)


def test_freight_makes_the_importers_figure_larger():
    assert trade.cif_ratio(100, 0.06) == pytest.approx(106)
    with pytest.raises(ValueError, match="freight_share"):
        trade.cif_ratio(100, -0.1)


def test_the_last_twelve_months_end_with_the_last_report():
    assert trade.last_twelve_months(470, 400, 600.3) == pytest.approx(670.3)
    with pytest.raises(ValueError, match="480 is more than its year, 470"):
        trade.last_twelve_months(470, 480, 600)


@pytest.fixture
def three_pairs():
    """Trade of 2023 by BACI and output, USD million; kilometres by CEPII's gravity data."""
    aze, kaz, tur = 72428.5, 261840.0, 1118250.0
    return pd.DataFrame(
        {
            "trade": [571.859, 8169.115, 8059.177],
            "gdp_one": [aze, aze, kaz],
            "gdp_other": [kaz, tur, tur],
            "km": [2053, 1427, 3419],
        },
        index=["AZE-KAZ", "AZE-TUR", "KAZ-TUR"],
    )


def test_trade_for_size_does_not_punish_a_small_pair(three_pairs):
    # 571.859 / (72,428.5 x 261,840) = 3.0154e-8; 10.0862e-8 and 2.7524e-8 of the others
    by_size = trade.for_size(three_pairs, "AZE-KAZ", 0)
    assert by_size.to_list() == pytest.approx([1, 3.3449, 0.9128], abs=1e-3)
    # x 1,427 / 2,053 and x 3,419 / 2,053
    by_distance = trade.for_size(three_pairs, "AZE-KAZ", 1)
    assert by_distance.to_list() == pytest.approx([1, 2.3250, 1.5201], abs=1e-3)
    # the size of the partner alone changes nothing
    three_pairs.loc["KAZ-TUR", ["trade", "gdp_other"]] /= 100
    assert trade.for_size(three_pairs, "AZE-KAZ", 0).to_list() == pytest.approx(by_size.to_list())


def test_trade_for_size_refuses_no_trade(three_pairs):
    three_pairs.loc["AZE-TUR", "trade"] = 0
    with pytest.raises(ValueError, match="pairs: trade of AZE-TUR"):
        trade.for_size(three_pairs, "AZE-KAZ", 0)


def test_increments():
    sums = pd.Series([87.0, 119.0, 400.0], index=[4, 6, 10])
    assert trade.increments(sums).to_list() == [87, 32, 281]
    with pytest.raises(ValueError, match="months must rise"):
        trade.increments(sums.iloc[::-1])
