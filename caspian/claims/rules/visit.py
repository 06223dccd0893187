"""Rules on the visit and its papers: paragraphs 1, 2 and 5 of the article, and parts of 4 and 10.

`data/claims.csv` states each rule in words, `data/claim_thresholds.csv` the limits and why. What
only the article's own publisher tells can't bear the article out: papers count if another source
has them.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from caspian.claims.evidence import Evidence, count, figure, merged, share
from caspian.claims.judging import (
    Formula,
    Ladder,
    Measure,
    Question,
    Unknown,
    beside,
    by_source,
    opinion,
    ratio,
    stated,
)
from caspian.claims.rules.registry import candidate, rule
from caspian.claims.verdicts import CONTRADICTED, IMPRECISE, OPEN, OVERSTATED, SUPPORTED
from openbook.tables.periods import period_bounds

OIL = "parties_az == 'SOCAR' and parties_kz == 'KazMunayGas'"
HOLDINGS = "parties_az == 'Azerbaijan Investment Holding' and parties_kz == 'Samruk-Kazyna'"
DAYS_A_MONTH = 30.4375
SILENT = {"signed", "unknown"}  # no later report on a paper, or on its parties in its field


def visit(ev: Evidence) -> pd.Timestamp:
    """The day that the article names."""
    return pd.Timestamp(ev.limit_day("visit_day"))


def listed(ev: Evidence, query: str = "") -> pd.DataFrame:
    """The papers of the day, whoever tells of them, narrowed by a query."""
    day = f"package == '{ev.limit_day('visit_day')}'"
    return ev.known("agreements", f"{day} and {query}" if query else day)


def papers(ev: Evidence, query: str = "") -> pd.DataFrame:
    """The papers of the day that a source other than the article's publisher has.

    Raises Unknown if no paper of the day is on record, or only that publisher has any.
    """
    if listed(ev).empty:
        raise Unknown("no paper of the day on record")
    rows = listed(ev, query)
    kept = ev.independent(rows)
    if len(rows) and kept.empty:
        raise Unknown("told by the article's own publisher alone")
    return kept


def months_between(first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Months from one day to another, by the mean length of a month."""
    return (last - first).days / DAYS_A_MONTH


def last_days(rows: pd.DataFrame, column: str) -> pd.Series:
    """The last day of each row's date."""
    return rows[column].map(lambda d: pd.Timestamp(period_bounds(d)[1]))


# --- paragraph 1 ---------------------------------------------------------------------------------


@rule("c01")
def visit_day(ev: Evidence) -> Question:
    """Days between the day named and the nearest visit on record."""
    visits = ev.known("milestones", "category == 'visit'")
    visits = visits[visits["date"].str.fullmatch(r"\d{4}-\d\d-\d\d")]
    if visits.empty:
        raise Unknown("no visit on record")
    off = (pd.to_datetime(visits["date"]) - visit(ev)).abs().dt.days
    days = Measure(
        "days_off",
        "Days between the day named and the visit on record",
        float(off.min()),
        "days",
        visits.loc[off.idxmin(), "source"],
    )
    steps = {SUPPORTED: "same_day", IMPRECISE: "same_trip"}
    return ev.ladder(steps, CONTRADICTED, higher=False).of(days)


@rule("c47")
def the_two_met(ev: Evidence) -> Question:
    """Papers of the day that the two presidents put their names to."""
    rows = papers(ev, "parties_az == 'president' and parties_kz == 'president'")
    words = "Papers of the two presidents that day"
    found = count("presidents_papers", words, rows, "papers", merged(listed(ev)["source"]))
    return ev.ladder({SUPPORTED: "exists"}, OPEN).of(found)


@rule("c02")
def visit_importance(ev: Evidence) -> Question:
    """Opinion; beside it, the top-level visits of the two years before."""

    def proxy() -> Formula:
        visits = ev.acts("milestones", "category == 'visit'")
        days, back = last_days(visits, "date"), int(ev.limit("window_two"))
        before = visits[(days < visit(ev)) & (days >= visit(ev) - pd.DateOffset(years=back))]
        words = "Top-level visits on record in the two years before"
        return Formula((count("visits_before", words, before, "visits"),), beside)

    return opinion(proxy)


@rule("c03")
def new_era(ev: Evidence) -> Question:
    """Opinion; beside it, the papers between the two in all, as officials counted them."""

    def proxy() -> Formula:
        counts = ev.acts("document_counts", "measure == 'in_all'")
        words = "Papers between the two in all, by officials"
        before = [period_bounds(p)[1] < visit(ev).date() for p in counts["period"]]
        found = [
            figure("papers_in_all", f"{words}, before the visit", counts[before], unit="papers")
        ]
        later = counts[[not b for b in before]]
        if len(later):
            found.append(figure("papers_in_all", f"{words}, newest", later, unit="papers"))
        return Formula(tuple(found), beside)

    return opinion(proxy)


@rule("c04")
def friendship(ev: Evidence) -> Question:
    """Opinion; beside it, the companies that each country's people run in the other."""

    def proxy() -> Formula:
        rows = ev.outcome(
            "fdi_positions",
            "measure == 'companies' and unit == 'companies' and "
            'definition == "companies with capital of the investor\'s country"',
        )
        rows = rows[rows["pair"] == "AZE-KAZ"].sort_values("period", kind="stable")
        companies = (
            figure(
                f"companies_{host.lower()}",
                f"Companies with {investor} capital in {place}",
                rows[rows["host"] == host],
            )
            for host, investor, place in (
                ("KAZ", "Azerbaijani", "Kazakhstan"),
                ("AZE", "Kazakh", "Azerbaijan"),
            )
        )
        return Formula(tuple(companies), beside)

    return opinion(proxy)


# --- paragraph 2 ---------------------------------------------------------------------------------


@rule("c05")
def sectors(ev: Evidence) -> Question:
    """The number of sectors that the papers of the day belong to."""
    rows = papers(ev).drop_duplicates("sector")
    found = count("sectors", "Sectors of the papers of the day", rows, "sectors")
    return ev.ladder({SUPPORTED: "several"}, CONTRADICTED).of(found)


@rule("c48")
def mutual_interests(ev: Evidence) -> Question:
    """Opinion; beside it, the titles seen of the Kazakh list that the other list has too."""

    def proxy() -> Formula:
        rows = listed(ev)
        seen = rows[rows["in_kazakh_list"].fillna(value=False)]
        both = seen[seen["in_azerbaijani_list"].fillna(value=False)]
        words = "Titles seen of the Kazakh list that the other list has too"
        return Formula((share("in_both_lists", words, both, seen),), beside)

    return opinion(proxy)


@rule("c06")
def papers_counted(ev: Evidence) -> Question:
    """The papers signed that day, by each count that is not the article's publisher's alone."""
    day = ev.limit_day("visit_day")
    counts = ev.independent(
        ev.known("document_counts", f"period == '{day}' and measure == 'signed_that_day'")
    )
    ladder = ev.ladder({SUPPORTED: "several"}, CONTRADICTED)

    def by(who: str) -> Question:
        rows = counts[counts["counted_by"] == who]
        return ladder.of(figure("papers", f"Papers signed, by the {who}", rows, unit="papers"))

    if counts.empty:
        raise Unknown("no count of the papers but the article's publisher's")
    return by_source({f"By the {who}": partial(by, who) for who in counts["counted_by"]})


@rule("c07")
def landmark(ev: Evidence) -> Question:
    """Opinion; beside it, the share of the papers on whose execution a later report was found."""

    def proxy() -> Formula:
        rows = listed(ev)
        if not set(rows["status"]) - SILENT:
            raise Unknown("no report yet on what became of any of the papers")
        words = "Papers of the day reported as in force, done or being carried out"
        kept = rows[rows["status"].isin(ev.members("kept"))]
        return Formula((share("carried_out", words, kept, rows),), beside)

    return opinion(proxy)


@rule("c08")
def council(ev: Evidence) -> Question:
    """Decisions of the council on record up to that day: with only that day's, it is the first."""
    day = ev.limit_day("visit_day")
    decisions = ev.known("agreements", "legal_kind == 'decision'")
    upto = decisions[decisions["signed"] <= f"{day}"]
    if papers(ev, "legal_kind == 'decision'").empty:
        raise Unknown("no decision of the council among the papers of the day")
    found = count("decisions", "Council decisions on record up to the day", upto, "decisions")
    return ev.ladder({SUPPORTED: "exists"}, CONTRADICTED, higher=False).of(found)


@rule("c09")
def commitment(ev: Evidence) -> Question:
    """Months from the council's first meeting to a later report that it met again."""
    decision = papers(ev, "legal_kind == 'decision'")
    if decision.empty:
        raise Unknown("no decision of the council among the papers of the day")
    row = decision[~decision["status"].isin(SILENT)]  # the report is of the council's meeting
    if row.empty:
        waited = Measure(
            "months_waited",
            "Months since the first meeting without a report of a second",
            months_between(visit(ev), pd.Timestamp(ev.day)),
            "months",
            decision["source"].iloc[0],
        )
        return ev.ladder({OPEN: "council_rhythm"}, OVERSTATED, higher=False).of(waited)
    first, again = (pd.Timestamp(row[c].iloc[0]) for c in ("signed", "status_on"))
    months = Measure(
        "months_to_second",
        "Months to the report of a second meeting",
        months_between(first, again),
        "months",
        row["evidence"].iloc[0],
    )
    return ev.ladder({SUPPORTED: "council_rhythm"}, IMPRECISE, higher=False).of(months)


@candidate("c09", "Papers between the two, as officials count them, later against earlier")
def bound_more_closely(ev: Evidence) -> Question:
    """The newest official count of all papers in percent of the newest before the visit."""
    return official_papers(ev, ev.ladder({SUPPORTED: "whole"}, CONTRADICTED))


def official_papers(ev: Evidence, ladder: Ladder) -> Formula:
    """Papers between the two in all: the newest official count against that before the visit.

    The counts' bases differ. Raises Unknown if there is none of later than the visit.
    """
    counts = ev.acts("document_counts", "measure == 'in_all'")
    ends = counts["period"].map(lambda p: pd.Timestamp(period_bounds(p)[1]))
    words = "Papers between the two in all, by officials"
    before = figure("papers_in_all", words, counts[ends < visit(ev)], unit="papers")
    now = figure("papers_in_all", words, counts[ends >= visit(ev)], unit="papers")
    times = partial(ratio, "papers_ratio", "The newest count in percent of that before the visit")
    return Formula((now, before), lambda n, b: ladder.grade(times(n, b), n, b))


# --- paragraph 3: the papers on oil --------------------------------------------------------------


@rule("c10")
def stands_out(ev: Evidence) -> Question:
    """Opinion; beside it, the share of energy in the papers of the day."""

    def proxy() -> Formula:
        words, energy = "Energy among the papers of the day", listed(ev, "sector == 'energy'")
        return Formula((share("energy_papers", words, energy, listed(ev)),), beside)

    return opinion(proxy)


@rule("c11")
def oil_memorandum(ev: Evidence) -> Question:
    """Papers of the two oil companies that day, against the single one told."""
    rows = papers(ev, OIL)
    if rows.empty:
        raise Unknown("no paper of the two oil companies in the lists of that day")
    found = count("oil_papers", "Papers of the two oil companies that day", rows, "papers")
    return ev.ladder({SUPPORTED: "exists"}, IMPRECISE, higher=False).of(found)


@rule("c12")
def purchase(ev: Evidence) -> Question:
    """Whether any purchase under the memorandum on buying and selling was reported."""
    rows = listed(ev, f"{OIL} and legal_kind == 'memorandum'")
    if rows.empty:
        raise Unknown("no memorandum on purchase and sale in the lists of that day")
    done = rows[rows["status"].isin(ev.members("kept"))]
    waited = Measure(
        "purchase_months",
        "Months since the signing without a report of a purchase",
        months_between(visit(ev), pd.Timestamp(ev.day)),
        "months",
        rows["source"].iloc[0],
    )
    if len(done):
        reports = count("purchases", "Reports of a purchase under it", done, "reports")
        return ev.ladder({SUPPORTED: "exists"}, OVERSTATED).of(reports)
    return ev.ladder({OPEN: "aim_patience"}, OVERSTATED, higher=False).of(waited)


# --- paragraphs 4 and 5: other papers ------------------------------------------------------------


@rule("c17")
def holdings_signed(ev: Evidence) -> Question:
    """Papers of the two state holdings that day, against the several told."""
    rows = papers(ev, HOLDINGS)
    if rows.empty:
        raise Unknown("no paper of the two holdings in the lists of that day")
    found = count("holding_papers", "Papers of the two holdings that day", rows, "papers")
    return ev.ladder({SUPPORTED: "plural", IMPRECISE: "exists"}, CONTRADICTED).of(found)


@rule("c21")
def other_memoranda(ev: Evidence) -> Question:
    """Memoranda outside energy among the papers of the day, against the several told."""
    rows = papers(ev, "legal_kind == 'memorandum' and sector != 'energy'")
    words = "Memoranda outside energy that day"
    found = count("memoranda", words, rows, "papers", merged(listed(ev)["source"]))
    return ev.ladder({SUPPORTED: "plural", IMPRECISE: "exists"}, CONTRADICTED).of(found)


@rule("c22")
def beyond_energy(ev: Evidence) -> Question:
    """The share of the papers of the day that are not about energy, by each list seen."""
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter"}, OVERSTATED)

    def of(rows: pd.DataFrame, who: str) -> Question:
        rows = rows[rows["legal_kind"] != "decision"]  # what it decided was not seen
        if len(rows) < ev.limit("several"):
            raise Unknown(f"too few papers seen: {who}")
        outside = rows[rows["sector"] != "energy"]
        return ladder.of(share("outside_energy", f"Papers outside energy, {who}", outside, rows))

    return by_source(
        {
            "Papers that other sources name": lambda: of(papers(ev), "named by other sources"),
            "All nine of the list": lambda: of(listed(ev), "of the nine listed"),
        }
    )


# --- paragraphs 6, 9 and 10 ----------------------------------------------------------------------


@rule("c53")
def who_said_it(ev: Evidence) -> Question:
    """Independent reports of the interview from which the article quotes."""
    (author,) = ev.members("commentator")
    reports = ev.independent(ev.known("assessments", f"author.str.contains({author!r})"))
    if reports.empty:
        return stated(OPEN, "no recording or text of the interview was found")
    found = count("interviews", "Reports of the interview by other sources", reports, "reports")
    return ev.ladder({SUPPORTED: "exists"}, OPEN).of(found)


@rule("c41")
def alliance(ev: Evidence) -> Question:
    """Opinion; beside it, treaties and declarations of the two states on record."""

    def proxy() -> Formula:
        rows = ev.acts(
            "agreements", "legal_kind in ['treaty', 'declaration'] and sector == 'politics'"
        )
        words = "Treaties and declarations between the two that the book has found"
        return Formula((count("alliance_papers", words, rows, "papers"),), beside)

    return opinion(proxy)


@rule("c52")
def shared_vision(ev: Evidence) -> Question:
    """Opinion; beside it, the votes on Ukraine in which both gave the same answer."""

    def proxy() -> Formula:
        votes = ev.acts("un_ukraine_votes", "country in ['AZE', 'KAZ'] and vote != 'not found'")
        both = votes.pivot(index="resolution", columns="country", values="vote").dropna()
        took_part = both[both.isin(["yes", "no", "abstained"]).all(axis="columns")]
        if both.empty:
            raise Unknown("no vote of both known")
        words = (
            "Votes on Ukraine, of those where both states' conduct was found, in which both voted"
        )
        portion = Measure(
            "ukraine_both", words, 100 * len(took_part) / len(both), "%", merged(votes["source"]),
            counted=(len(took_part), len(both)),
        )  # fmt: skip
        return Formula((portion,), beside)

    return opinion(proxy)
