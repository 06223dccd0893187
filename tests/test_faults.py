"""The campaign of faults (`make faults`): a sample of it, and that it can miss."""

import random
from collections import Counter

import pytest

from openbook import tables
from openbook.testing.faults import campaign, report, sources, spoil
from openbook.testing.faults.copies import Fault, copy_of
from openbook.testing.faults.judge import CAUGHT, HARMLESS, PASSED, Judge
from openbook.testing.faults.kinds import KINDS

SAMPLE = 8  # tables
SHARE = 0.15  # of their faults
AMONG = [name for name in campaign.names() if name not in ("gravity_pairs", "outlines")]


@pytest.fixture(scope="module")
def judge():
    return Judge("oil_exports")


@pytest.fixture(scope="module")
def faults(judge):
    return list(spoil.of_table(judge.table, judge.valid_codes()))


def missed(outcomes):
    return [
        (each.table, each.column, each.kind, each.said)
        for each in outcomes
        if each.verdict == campaign.MISSED or not each.stamped
    ]


@pytest.mark.parametrize("name", sorted(random.Random(7).sample(AMONG, SAMPLE)))
def test_no_fault_of_a_sample_is_missed(name):
    assert missed(campaign.of_table(name, SHARE)) == []


def test_no_fault_of_the_bibliography_is_missed():
    assert missed(campaign.of_sources(0.3)) == []


def test_each_kind_is_made_and_each_that_is_made_has_a_name(faults):
    made = {fault.kind for fault in faults} | {
        fault.kind for fault in sources.faults(sources.part())
    }
    assert made <= set(KINDS)
    elsewhere = {"flipped", "yes", "digits_20"}  # in columns of other types
    assert len(set(KINDS) - made - elsewhere) <= 4


def test_a_fault_is_one_change_and_the_same_each_time(judge, faults):
    again = list(spoil.of_table(copy_of("oil_exports"), judge.valid_codes()))
    assert again == faults
    assert all(judge.stamped(fault) for fault in faults)
    columns = Counter(fault.column for fault in faults if fault.kind == "null")
    assert set(columns) <= set(judge.names) and max(columns.values()) == 1


def verdicts(judge, faults, *kinds):
    return {judge.verdict(fault) for fault in faults if fault.kind in kinds}


def test_a_rule_that_is_taken_away_is_missed(faults):
    judge = Judge("oil_exports")
    assert verdicts(judge, faults, "times_1000", "future_actual") == {CAUGHT}
    judge.stated = []
    assert PASSED in verdicts(judge, faults, "times_1000")
    judge.context = judge.context.__class__(judge.context.rows, judge.context.key)
    assert PASSED in verdicts(judge, faults, "future_actual")


def test_what_changes_nothing_is_harmless_and_not_caught(judge, faults):
    assert verdicts(judge, faults, "shuffled") == {HARMLESS}


def test_an_error_that_is_no_rule_is_missed(monkeypatch):
    def overflow(*_):
        raise OverflowError("too large")

    monkeypatch.setattr(Judge, "_any_cell", overflow)
    monkeypatch.setattr(Judge, "unsound", False)
    found = campaign.of_table("oil_routes", 0.2)
    assert {each.verdict for each in found} == {CAUGHT, campaign.MISSED}
    assert {each.said for each in found} == {"", "OverflowError: too large"}


def test_a_source_that_vanishes_is_caught():
    text = sources.part()
    assert not sources.is_caught(text, Fault("", "", "", text.encode()))
    cut = text[: text.index("\n@", 10) + 1]
    assert sources.is_caught(text, Fault("", "", "", cut.encode()))


# --- what the page shows


def test_the_counts_on_the_page_are_those_of_todays_tables():
    counts = tables.load(report.TABLE).set_index("kind")
    resources = tables.package()["resources"]
    assert counts.loc["bom", "tried"] == len(resources), "run `make faults`, then `make data`"
    columns = sum(
        copy_of(r["name"]).filled(at) != []
        for r in resources
        for at in range(len(r["schema"]["fields"]))
    )
    assert counts.loc["null", "tried"] == columns, "run `make faults`, then `make data`"
    assert set(counts.index) <= set(KINDS)
    parts = counts[["caught", "harmless", "listed", "missed"]].sum(axis=1)
    assert (parts == counts["tried"]).all()
    assert counts["reason"].notna().eq(counts["listed"] > 0).all()
    assert counts["missed"].sum() == 0


def test_the_report_names_what_was_missed():
    bad = campaign.Outcome("times_1000", "t", "value", campaign.MISSED)
    good = campaign.Outcome("bom", "t", "", CAUGHT)
    told = "\n".join(report.told([bad, good]))
    assert "missed: a thousand times as much in t, value" in told
    assert "2 of 2 caught by the sha256 alone" in told
    assert campaign.summary([bad, good]) == "2 faults: 1 caught, 0 harmless, 0 listed, 1 missed"
    (row, _) = report.rows([bad, good], "own")
    assert (row["kind"], row["tried"], row["caught"], row["missed"]) == ("bom", "1", "1", "0")
