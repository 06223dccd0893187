"""The rule of each claim of the article, in the order of the article.

Each function takes the evidence of a date and returns a finding; `data/claims.csv` states the same
rule in words, `data/claim_thresholds.csv` the limits and why. Years are whole calendar years.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from caspian.models import growth
from caspian.models.claims import (
    Evidence,
    Finding,
    Measure,
    Unknown,
    Verdict,
    by_source,
    count,
    derived,
    opinion,
    rule,
    share,
)
from caspian.models.routes import russia_dependence
from caspian.rules import period_bounds
from caspian.text import day

VISIT = pd.Timestamp("2024-03-11")  # the day that the article names, and that it is about
BASE = VISIT.year - 1  # the last whole year before the visit
DAY = f"package == '{VISIT:%Y-%m-%d}'"  # the papers signed that day
KEPT = ("in_force", "being_carried_out", "done")  # what became of an agreement that lives
OIL = "parties_az == 'SOCAR' and parties_kz == 'KazMunayGas'"
LEDGERS = {"Kazakhstan's count": "Kazakhstan", "Azerbaijan's count": "Azerbaijan"}
KEY = {"Kazakhstan": "trade_kz_usd_mn", "Azerbaijan": "trade_az_usd_mn"}
FLOOR_MONTHS = 10  # part-years as long as this stand as a floor of their year
S, I, O, M, C = (  # noqa: E741  short names for the ladders below
    Verdict.SUPPORTED,
    Verdict.IMPRECISE,
    Verdict.OVERSTATED,
    Verdict.MISLEADING,
    Verdict.CONTRADICTED,
)


def papers(ev: Evidence, query: str = "") -> pd.DataFrame:
    """The papers of the day, narrowed by a query."""
    return ev.known("agreements", f"{DAY} and {query}" if query else DAY)


def change(name: str, label: str, last: Measure, first: Measure) -> Measure:
    """The change from one figure to another, in percent of the first."""
    if first.value <= 0:
        raise Unknown(f"no change can be taken on nothing: {first.label}")
    return derived(name, label, 100 * (last.value / first.value - 1), "%", last, first)


def part(name: str, label: str, of: Measure, whole: Measure) -> Measure:
    """One figure in percent of another."""
    if whole.value <= 0:
        raise Unknown(f"no share can be taken of nothing: {whole.label}")
    return derived(name, label, 100 * of.value / whole.value, "%", of, whole)


def at(ev: Evidence, name: str, label: str, rows: pd.DataFrame, year: int) -> Measure:
    """The figure of one year."""
    return ev.input(name, f"{label}, {year}", rows[rows.index == year])


# --- paragraph 1: the visit ----------------------------------------------------------------------


@rule("c01")
def visit_day(ev: Evidence) -> Finding:
    """Days between the day named and the nearest visit on record."""
    visits = ev.known("milestones", "category == 'visit'")
    visits = visits[visits["date"].str.len() == 10]
    if visits.empty:
        raise Unknown("no visit on record")
    off = (pd.to_datetime(visits["date"]) - VISIT).abs().dt.days
    days = Measure(
        "days_off",
        "Days between the day named and the visit on record",
        float(off.min()),
        "days",
        visits.loc[off.idxmin(), "source"],
    )
    return ev.graded(days, {S: "same_day", I: "same_trip"}, C, higher=False)


@rule("c02")
def visit_importance(ev: Evidence) -> Finding:
    """Opinion; beside it, the meetings of the two leaders in the two years before."""

    def proxy() -> list[Measure]:
        visits = ev.known("milestones", "category == 'visit'")
        days = visits["date"].map(lambda d: pd.Timestamp(period_bounds(d)[1]))
        before = visits[(days < VISIT) & (days >= VISIT - pd.DateOffset(years=2))]
        return [
            count(
                "visits_before",
                "Top-level visits on record in the two years before",
                before,
                "visits",
            )
        ]

    return opinion(proxy)


@rule("c03")
def new_era(ev: Evidence) -> Finding:
    """Opinion; beside it, the papers on record in two years before and two years after."""

    def proxy() -> list[Measure]:
        rows = ev.known("agreements")
        days = rows["signed"].map(lambda d: pd.Timestamp(period_bounds(d)[1]))
        two = pd.DateOffset(years=2)
        before = rows[(days < VISIT) & (days >= VISIT - two)]
        after = rows[(days > VISIT) & (days <= VISIT + two)]
        found = [
            count("papers_before", "Papers on record from the two years before", before, "papers")
        ]
        if ev.day > (VISIT + two).date():
            found.append(
                count("papers_after", "Papers on record from the two years after", after, "papers")
            )
        return found

    return opinion(proxy)


@rule("c04")
def friendship(ev: Evidence) -> Finding:
    """Opinion; beside it, the companies that each country's people run in the other."""

    def proxy() -> list[Measure]:
        rows = ev.outcome(
            "fdi_positions",
            "measure == 'companies' and unit == 'companies' and "
            'definition == "companies with capital of the investor\'s country"',
        )
        rows = rows[rows["pair"] == "AZE-KAZ"].sort_values("period", kind="stable")
        return [
            ev.input(
                f"companies_{host.lower()}",
                f"Companies with {investor} capital in {place}",
                rows[rows["host"] == host],
            )
            for host, investor, place in (
                ("KAZ", "Azerbaijani", "Kazakhstan"),
                ("AZE", "Kazakh", "Azerbaijan"),
            )
        ]

    return opinion(proxy)


# --- paragraph 2: the papers ---------------------------------------------------------------------


@rule("c05")
def sectors(ev: Evidence) -> Finding:
    """The number of sectors that the papers of the day belong to."""
    rows = papers(ev).drop_duplicates("sector")
    return ev.graded(
        count("sectors", "Sectors of the papers of the day", rows, "sectors"), {S: "several"}, C
    )


@rule("c06")
def papers_counted(ev: Evidence) -> Finding:
    """How far the two sides' counts of the papers lie apart."""
    counts = ev.known(
        "document_counts", f"period == '{VISIT:%Y-%m-%d}' and measure == 'signed_that_day'"
    )
    both = [
        ev.input(
            f"papers_{at_}",
            f"Papers signed, by the {who}",
            counts[counts["counted_by"] == who],
            unit="papers",
        )
        for at_, who in (("kz", "Presidency of Kazakhstan"), ("az", "Azerbaijani news agency"))
    ]
    low, high = sorted(both, key=lambda m: m.value)
    apart = part("counts_ratio", "The higher count in percent of the lower", high, low)
    if low.value < ev.limit("several"):
        return ev.graded(low, {S: "several"}, C, *both)
    return ev.graded(apart, {S: "counts_agree"}, I, *both, higher=False)


@rule("c07")
def landmark(ev: Evidence) -> Finding:
    """Opinion; beside it, the share of the papers on whose execution a later report was found."""

    def proxy() -> list[Measure]:
        listed = papers(ev)
        if not set(listed["status"]) - {"signed", "unknown"}:
            raise Unknown("no report yet on what became of any of the papers")
        return [
            share(
                "carried_out",
                "Papers of the day reported as in force, done or being carried out",
                listed[listed["status"].isin(KEPT)],
                listed,
            )
        ]

    return opinion(proxy)


@rule("c08")
def council(ev: Evidence) -> Finding:
    """Decisions of the council on record up to that day: with only that day's, it is the first."""
    decisions = ev.known("agreements", "legal_kind == 'decision'")
    upto = decisions[decisions["signed"] <= f"{VISIT:%Y-%m-%d}"]
    if papers(ev, "legal_kind == 'decision'").empty:
        raise Unknown("no decision of the council among the papers of the day")
    return ev.graded(
        count("decisions", "Council decisions on record up to the day", upto, "decisions"),
        {S: "exists"},
        C,
        higher=False,
    )


@rule("c09")
def commitment(ev: Evidence) -> Finding:
    """Months from the council's first meeting to a later report that it met again."""
    row = papers(ev, f"legal_kind == 'decision' and status in {list(KEPT)}")
    if row.empty:
        raise Unknown("no report of a second meeting yet")
    first, again = (pd.Timestamp(row[c].iloc[0]) for c in ("signed", "status_on"))
    months = Measure(
        "months_to_second",
        "Months to the report of a second meeting",
        (again - first).days / 30.4375,
        "months",
        row["evidence"].iloc[0],
    )
    return ev.graded(months, {S: "council_rhythm"}, I, higher=False)


# --- paragraph 3: oil ----------------------------------------------------------------------------


def oil_years(ev: Evidence, measure: str = "entered_btc") -> pd.DataFrame:
    """Kazakh oil toward Baku by year, Mt: what entered BTC, or all that was shipped."""
    return ev.years("kz_oil_btc", f"measure == '{measure}'")


def last(ev: Evidence, name: str, label: str, rows: pd.DataFrame) -> Measure:
    """The figure of the last whole year known."""
    if rows.empty:
        raise Unknown(f"no whole year for: {label}")
    return at(ev, name, label, rows, rows.index[-1])


MONTHS = 12


def agreed(ev: Evidence) -> Measure:
    """The yearly volume agreed: the largest contract since 2022; before one was known, the
    monthly rate announced at the visit, times twelve.
    """
    rows = ev.known(
        "kz_oil_btc", "measure == 'contract_volume' and status == 'contract' and period >= '2022'"
    )
    if rows.empty:
        rate = ev.known("kz_oil_btc", "measure == 'monthly_rate' and status == 'target'")
        rows = rate.assign(value=rate["value"] * MONTHS)
        return ev.input("agreed_mt", "Announced at the visit, a year", rows)
    return ev.input("agreed_mt", "Agreed a year", rows[rows["value"] == rows["value"].max()])


@rule("c10")
def stands_out(ev: Evidence) -> Finding:
    """Opinion; beside it, the share of energy in the papers of the day."""
    return opinion(
        lambda: [
            share(
                "energy_papers",
                "Energy among the papers of the day",
                papers(ev, "sector == 'energy'"),
                papers(ev),
            )
        ]
    )


@rule("c11")
def oil_memorandum(ev: Evidence) -> Finding:
    """Papers of the two oil companies that day, against the single one told."""
    rows = papers(ev, OIL)
    if rows.empty:
        raise Unknown("no paper of the two oil companies in the lists of that day")
    return ev.graded(
        count("oil_papers", "Papers of the two oil companies that day", rows, "papers"),
        {S: "exists"},
        I,
        higher=False,
    )


@rule("c12")
def purchase(ev: Evidence) -> Finding:
    """Whether any purchase under the memorandum on buying and selling was reported."""
    rows = papers(ev, f"{OIL} and legal_kind == 'memorandum'")
    if rows.empty:
        raise Unknown("no memorandum on purchase and sale in the lists of that day")
    done = count(
        "purchases",
        "Reports of a purchase under it",
        rows[rows["status"].isin(KEPT)],
        "reports",
        rows["source"].iloc[0],
    )
    return ev.graded(done, {S: "exists"}, Verdict.OPEN)


def increase(ev: Evidence, rows: pd.DataFrame, name: str, label: str) -> Finding:
    """Whether the yearly tonnes grew since the year before the visit, and in every known step."""
    after = rows[rows.index >= BASE]
    if len(after) < 2 or after.index[0] != BASE:
        raise Unknown(f"no whole year after {BASE} for: {label}")
    years = [
        at(ev, f"{name}_{y}" if y < after.index[-1] else name, label, after, y) for y in after.index
    ]
    total = change(f"{name}_change", f"{label}: change on {BASE}", years[-1], years[0])
    steps = [
        change(f"{name}_worst", f"{label}: its weakest step between known years", b, a)
        for a, b in itertools.pairwise(years)
    ]
    if total.value <= ev.limit("no_fall"):
        return ev.graded(total, {S: "growth_clear", I: "growth_trace"}, C, *years)
    return ev.graded(min(steps, key=lambda m: m.value), {S: "no_fall"}, I, total, *years)


@rule("c13")
def phased_increase(ev: Evidence) -> Finding:
    """The growth of Kazakh oil toward Baku since the year before the visit, by both counts."""
    entered = oil_years(ev)
    lower = ev.known(
        "kz_oil_btc", "measure == 'entered_btc' and period == '2024' and status == 'actual'"
    )
    lower = lower[lower["value"] == lower["value"].min()]
    swapped = entered.copy()
    if len(lower) and 2024 in swapped.index:
        swapped.loc[2024, ["value", "source"]] = lower[["value", "source"]].iloc[0].to_numpy()
    return by_source(
        {
            "Oil meant for BTC": lambda: increase(ev, entered, "btc_mt", "Kazakh oil toward BTC"),
            "The same, lower count of 2024": lambda: increase(
                ev, swapped, "btc_mt", "Kazakh oil toward BTC"
            ),
            "All oil shipped to Baku": lambda: increase(
                ev, oil_years(ev, "shipped_aktau_baku"), "baku_mt", "Kazakh oil shipped to Baku"
            ),
        }
    )


class Measured(NamedTuple):
    """What a figure is called by scenarios and in words."""

    name: str
    label: str


ALL_EXPORTS = Measured("exports_mt", "All oil exports")
ALL_BTC = Measured("btc_flow_mt", "All oil in BTC")


def oil_part(
    ev: Evidence,
    measure: str,
    oil: Measured,
    totals: pd.DataFrame,
    whole: Measured,
    share: Measured,
) -> Finding:
    """Kazakh oil by Baku as a part of a whole, in the last year that both have."""
    sent = oil_years(ev, measure)
    sent = sent[sent.index.isin(totals.index)]
    carried = last(ev, *oil, sent)
    all_of_it = at(ev, *whole, totals, sent.index[-1])
    portion = part(*share, carried, all_of_it)
    steps = {S: "part_major", I: "part_minor", O: "part_trace"}
    return ev.graded(portion, steps, C, carried, all_of_it)


@rule("c14")
def kazakh_security(ev: Evidence) -> Finding:
    """The part of Kazakhstan's oil exports that went by Baku in the last year known."""
    totals = ev.years("oil_exports", "route == 'total'")

    def by(measure: str, name: str, label: str) -> Finding:
        share = Measured("baku_share", f"{label}, share of exports")
        return oil_part(ev, measure, Measured(name, label), totals, ALL_EXPORTS, share)

    return by_source(
        {
            "All oil shipped to Baku": lambda: by(
                "shipped_aktau_baku", "baku_mt", "Kazakh oil shipped to Baku"
            ),
            "Oil meant for BTC": lambda: by("entered_btc", "btc_mt", "Kazakh oil toward BTC"),
        }
    )


@rule("c15")
def azerbaijani_security(ev: Evidence) -> Finding:
    """The part of BTC's oil that was Kazakh in the last year known."""
    flow = ev.years("btc_flow", "origin == 'total'")

    def by(measure: str, name: str, label: str) -> Finding:
        share = Measured("kazakh_part", f"{label}, in percent of the oil in BTC")
        return oil_part(ev, measure, Measured(name, label), flow, ALL_BTC, share)

    return by_source(
        {
            "Oil meant for BTC": lambda: by("entered_btc", "btc_mt", "Kazakh oil toward BTC"),
            "All oil shipped to Baku": lambda: by(
                "shipped_aktau_baku", "baku_mt", "Kazakh oil shipped to Baku"
            ),
        }
    )


@rule("c16")
def mutual_benefit(ev: Evidence) -> Finding:
    """Opinion; beside it, how much of the agreed volume came."""

    def proxy() -> list[Measure]:
        sent = oil_years(ev)
        came = last(ev, "btc_mt", "Kazakh oil toward BTC", sent)
        plans = ev.known(
            "kz_oil_btc",
            "measure == 'entered_btc' and status == 'target' and preferred "
            f"and period == '{sent.index[-1]}'",
        )
        later = sent.index[-1] > BASE
        promised = agreed(ev) if later else ev.input("agreed_mt", f"Planned for {BASE}", plans)
        return [part("kept", "Part of the agreed volume that came", came, promised), came, promised]

    return opinion(proxy)


# --- paragraph 4: investment ---------------------------------------------------------------------


@rule("c17")
def holdings_signed(ev: Evidence) -> Finding:
    """Papers of the two state holdings that day, against the several told."""
    rows = papers(
        ev, "parties_az == 'Azerbaijan Investment Holding' and parties_kz == 'Samruk-Kazyna'"
    )
    if rows.empty:
        raise Unknown("no paper of the two holdings in the lists of that day")
    return ev.graded(
        count("holding_papers", "Papers of the two holdings that day", rows, "papers"),
        {S: "plural", I: "exists"},
        C,
    )


def turnover(ev: Evidence, who: str) -> pd.DataFrame:
    """AZ–KZ turnover of whole years by one side; a long part-year that is later is its floor."""
    query = f"pair == 'AZE-KAZ' and flow == 'turnover' and counted_by == '{who}'"

    def years() -> pd.DataFrame:
        rows = ev.outcome("az_kz_trade", query)
        rows = rows[rows["months"] >= FLOOR_MONTHS].assign(year=lambda d: d["period"].str[:4])
        rows = rows.astype({"year": int}).sort_values(["year", "months"])
        return rows.drop_duplicates("year", keep="last").set_index("year")

    return ev.kept("turnover", "az_kz_trade", query, years)


def traded(ev: Evidence, who: str, year: int, rows: pd.DataFrame) -> Measure:
    """Trade of one year by one side; only the last year takes a scenario's value."""
    name = KEY[who] if year == rows.index[-1] else f"{KEY[who]}_{year}"
    floor = year in rows.index and rows.loc[year, "months"] < 12
    words = f"Trade by {who}'s count" + (
        f", {rows.loc[year, 'months']} months as a floor" if floor else ""
    )
    return at(ev, name, words, rows, year)


def trade_growth(ev: Evidence, who: str, back: int | None) -> Finding:
    """The change of trade since `back` years before the last, or the year before the visit."""
    rows = turnover(ev, who)
    if rows.empty:
        raise Unknown(f"no trade figure by {who}")
    to = rows.index[-1]
    start = BASE if back is None else to - back
    if to <= start:
        raise Unknown(f"no trade figure by {who} later than {start}")
    now, then = traded(ev, who, to, rows), traded(ev, who, start, rows)
    grown = change(f"{KEY[who]}_change", f"Change from {start} to {to} by {who}'s count", now, then)
    return ev.graded(grown, {S: "growth_clear", I: "growth_trace"}, C, now, then)


@rule("c18")
def partnership_strengthened(ev: Evidence) -> Finding:
    """AZ–KZ trade of the last year known against the year before the visit, by both ledgers."""
    return by_source(
        {words: lambda who=who: trade_growth(ev, who, None) for words, who in LEDGERS.items()},
        equal=True,
    )


@rule("c19")
def investment_opened(ev: Evidence) -> Finding:
    """Months that the joint fund has stood without a report that money went in."""
    steps = ev.known("project_steps", "project == 'joint_fund'")
    told = steps[steps["step"] == "announced"]
    if told.empty:
        raise Unknown("the fund had not been announced")
    paid = steps[steps["step"].isin(["financed", "construction", "running"])]
    amount = ev.input(
        "fund_usd_mn",
        "Size told for the fund",
        told.dropna(subset="amount_usd_mn"),
        "amount_usd_mn",
        "USD mn",
    )
    if len(paid):
        return ev.graded(
            count("fund_steps", "Reports of money at work", paid, "reports"),
            {S: "exists"},
            O,
            amount,
        )
    waited = (pd.Timestamp(ev.day) - pd.Timestamp(told["date"].iloc[-1])).days / 30.4375
    months = derived(
        "fund_months",
        "Months since the signing without a report of money paid in",
        waited,
        "months",
        amount,
    )
    return ev.graded(months, {Verdict.OPEN: "fund_patience"}, O, amount, higher=False)


def joint_projects(ev: Evidence, since: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Joint projects (gifts aside) first announced since a day, and those of them that run."""
    steps = ev.known("project_steps")
    first = steps[steps["step"] == "announced"].groupby("project")["date"].min()
    named = first[first >= since].index
    joint = ev.reference("investment_projects").query("joint and kind != 'gift'")
    joint = joint[joint["project"].isin(named)]
    running = steps.loc[steps["step"] == "running", "project"]
    return joint, joint[joint["project"].isin(running)]


@rule("c20")
def prosperity(ev: Evidence) -> Finding:
    """Opinion; beside it, the share of the joint projects since the visit that run."""

    def proxy() -> list[Measure]:
        joint, running = joint_projects(ev, since=f"{VISIT:%Y-%m-%d}")
        joint, running = (p[p["kind"] == "investment"] for p in (joint, running))
        return [
            share("running", "Joint investments announced since the visit that run", running, joint)
        ]

    return opinion(proxy)


# --- paragraph 5: other fields -------------------------------------------------------------------


@rule("c21")
def other_memoranda(ev: Evidence) -> Finding:
    """Memoranda outside energy among the papers of the day, against the several told."""
    rows = papers(ev, "legal_kind == 'memorandum' and sector != 'energy'")
    found = count(
        "memoranda",
        "Memoranda outside energy that day",
        rows,
        "papers",
        ";".join(dict.fromkeys(papers(ev)["source"])),
    )
    return ev.graded(found, {S: "plural", I: "exists"}, C)


@rule("c22")
def beyond_energy(ev: Evidence) -> Finding:
    """The share of the papers of the day that are not about energy, by both sides' lists."""

    def by(column: str, who: str) -> Finding:
        listed = papers(ev).query(f"{column} == True")
        outside = listed[listed["sector"] != "energy"]
        portion = share(
            "outside_energy", f"Papers outside energy in the {who} list", outside, listed
        )
        return ev.graded(portion, {S: "half", I: "quarter"}, O)

    return by_source(
        {
            "Azerbaijani list": lambda: by("in_azerbaijani_list", "Azerbaijani"),
            "Kazakh list, as far as seen": lambda: by("in_kazakh_list", "Kazakh"),
        }
    )


# --- paragraph 6: beside Türkiye -----------------------------------------------------------------


@rule("c23")
def growing(ev: Evidence) -> Finding:
    """AZ–KZ trade of the last year known against two years before, by both ledgers."""
    return by_source(
        {words: lambda who=who: trade_growth(ev, who, 2) for words, who in LEDGERS.items()},
        equal=True,
    )


@rule("c24")
def like_turkiye(ev: Evidence) -> Finding:
    """AZ–KZ trade in percent of AZ–TR trade, in the last year known for both, by each ledger."""
    turkish = ev.years(
        "bilateral_trade", "pair == 'AZE-TUR' and flow == 'turnover' and counted_by == 'Azerbaijan'"
    )

    def by(rows: pd.DataFrame, name: str, label: str, other: pd.DataFrame = turkish) -> Finding:
        years = rows.index.intersection(other.index)
        if years.empty:
            raise Unknown(f"no year with both: {label}")
        near, far = (
            at(ev, key, words, table, years.max())
            for key, words, table in (
                (name, label, rows),
                ("trade_az_tr_usd_mn", "Trade of Azerbaijan and Türkiye", other),
            )
        )
        ratio = part("beside_turkiye", "AZ–KZ trade in percent of AZ–TR trade", near, far)
        return ev.graded(ratio, {S: "half", I: "quarter", O: "tenth"}, M, near, far)

    def mirrored(table: str, pair: str) -> pd.DataFrame:
        query = f"pair == '{pair}' and counted_by == 'CEPII BACI'"
        both = {"value": "sum", "unit": "first", "source": "first"}
        return ev.kept(
            "mirrored", table, query, lambda: ev.years(table, query).groupby(level=0).agg(both)
        )

    ledgers = {
        words: lambda who=who: by(
            turnover(ev, who).query("months == 12"), f"{KEY[who]}_beside", f"Trade by {who}'s count"
        )
        for words, who in LEDGERS.items()
    }
    return by_source(
        {
            **ledgers,
            "Reconciled trade data": lambda: by(
                mirrored("az_kz_trade", "AZE-KAZ"),
                "trade_baci_usd_mn",
                "Trade, reconciled",
                mirrored("bilateral_trade", "AZE-TUR"),
            ),
        },
        equal=True,
    )


@rule("c25")
def kinship(ev: Evidence) -> Finding:
    """Opinion; beside it, how often the two gave the same vote in the UN General Assembly."""

    def proxy() -> list[Measure]:
        votes = (
            ev.known("un_votes", "pair == 'AZE-KAZ'").sort_values("period", kind="stable").tail(1)
        )
        cast, agreed_on = (
            ev.input(f"votes_{c}", words, votes, c, "votes")
            for c, words in (
                ("votes", "Votes in which both took part"),
                ("agreed", "Votes given alike"),
            )
        )
        return [
            part("votes_alike", f"Votes given alike, {votes['period'].iloc[0]}", agreed_on, cast),
            cast,
            agreed_on,
        ]

    return opinion(proxy)


# --- paragraph 7: energy and infrastructure ------------------------------------------------------


@rule("c26")
def prospects(ev: Evidence) -> Finding:
    """Opinion; beside it, the share of the joint projects in these fields that run."""

    def proxy() -> list[Measure]:
        joint, running = (
            p[p["sector"].isin(["energy", "transport", "digital"])] for p in joint_projects(ev)
        )
        return [
            share(
                "running",
                "Joint projects in energy, transport and cables that run, oil contracts among them",
                running,
                joint,
            )
        ]

    return opinion(proxy)


@rule("c27")
def diversify(ev: Evidence) -> Finding:
    """Aims of Kazakh bodies for oil by Baku above what went that way."""
    sent = last(ev, "btc_mt", "Kazakh oil toward BTC", oil_years(ev))
    kazakh = ["KMG", "Government of Kazakhstan", "Ministry of Energy of Kazakhstan", "KazTransOil"]
    aims = ev.known(
        "kz_oil_btc", f"status == 'target' and who in {kazakh} and measure != 'monthly_rate'"
    )
    aims = aims[aims["value"] > sent.value]
    return ev.graded(
        count(
            "aims", "Kazakh aims for oil by Baku above the present flow", aims, "aims", sent.source
        ),
        {S: "plural", I: "exists"},
        C,
        sent,
    )


@rule("c28")
def btc_room(ev: Evidence) -> Finding:
    """The room in BTC, from its fullest year on record to its last, against the volume agreed."""
    flow = ev.years("btc_flow", "origin == 'total'")
    if flow.empty:
        raise Unknown("no whole year of BTC known")
    now = last(ev, "btc_flow_mt", "All oil in BTC", flow)
    peak = at(ev, "btc_peak_mt", "The fullest year of BTC on record", flow, flow["value"].idxmax())
    promised = agreed(ev)
    room = derived(
        "btc_room_mt", "Room in BTC below its fullest year", peak.value - now.value, "Mt", peak, now
    )
    times = part("room_for_agreed", "Room in percent of the volume agreed", room, promised)
    return ev.graded(times, {S: "whole", I: "half"}, C, room, now, peak, promised)


@rule("c29")
def btc_wish(ev: Evidence) -> Finding:
    """Figures that Azerbaijani bodies named for more Kazakh oil in their pipes."""
    said = ev.known(
        "kz_oil_btc",
        "status in ['target', 'forecast'] and who in ['SOCAR', 'Ministry of Energy of Azerbaijan']",
    )
    sent = last(ev, "btc_mt", "Kazakh oil toward BTC", oil_years(ev))
    said = said[said["value"] > sent.value]
    return ev.graded(
        count(
            "offers",
            "Azerbaijani aims or forecasts above the present flow",
            said,
            "aims",
            sent.source,
        ),
        {S: "exists"},
        Verdict.OPEN,
        sent,
    )


def freight(ev: Evidence, series: str = "titr_total") -> pd.DataFrame:
    """Freight of the corridor by year, Mt, on one count."""
    return ev.years("corridor_freight", f"series == '{series}'")


@rule("c30")
def paves_way(ev: Evidence) -> Finding:
    """Freight of the corridor in the last year against the year before the visit, on each count."""

    def by(series: str, name: str, label: str) -> Finding:
        rows = freight(ev, series)
        if rows.empty or rows.index[-1] <= BASE:
            raise Unknown(f"no whole year after {BASE} for: {label}")
        now = at(ev, name, label, rows, rows.index[-1])
        before = at(ev, f"{name}_{BASE}", label, rows, BASE)
        grown = change(f"{name}_change", f"{label}: change since {BASE}", now, before)
        return ev.graded(
            grown, {S: "doubled", I: "growth_clear", O: "growth_trace"}, C, now, before
        )

    return by_source(
        {
            "The ministry's count": lambda: by("titr_total", "titr_mt", "Freight, ministry"),
            "The railway's count": lambda: by("titr_rail_ktz", "titr_rail_mt", "Freight, railway"),
            "The Association's count": lambda: by(
                "titr_seaports", "titr_ports_mt", "Freight through the ports"
            ),
        }
    )


@rule("c31")
def europe_asia(ev: Evidence) -> Finding:
    """What is left of the corridor's freight when Kazakhstan's own exports are taken off."""
    own = ev.outcome(
        "corridor_composition", "scope == 'titr' and part == 'kz_export' and measure == 'share'"
    )
    if own.empty:
        raise Unknown("no share of Kazakh exports known")
    own = own.assign(end=own["period"].map(lambda p: period_bounds(p)[1])).sort_values(
        "end", kind="stable"
    )
    own = own[own["end"].map(lambda d: d.year) == own["end"].iloc[-1].year]  # counts of one year

    def by(row: pd.DataFrame) -> Finding:
        exports = ev.input(
            "kz_export_share",
            f"Kazakhstan's own exports in the freight, {day(row['period'].iloc[0])}",
            row,
        )
        rest = derived(
            "rest_share", "All other freight, transit at most", 100 - exports.value, "%", exports
        )
        return ev.graded(rest, {S: "half", I: "third", O: "tenth"}, M, exports)

    return by_source(
        {
            day(period): lambda row=row: by(row)
            for period, row in reversed(list(own.groupby("period", sort=False)))
        }
    )


# --- paragraph 8: routes round Russia ------------------------------------------------------------


@rule("c32")
def urgency(ev: Evidence) -> Finding:
    """Incidents at the Caspian pipeline a year since the invasion, and rail freight by Russia."""
    war = pd.Timestamp("2022-02-24")
    events = ev.known("cpc_disruptions")
    since = events[events["start"].map(lambda d: pd.Timestamp(period_bounds(d)[0])) >= war]
    if since.empty:
        raise Unknown("no incident known since the invasion")
    years = (pd.Timestamp(ev.day) - war).days / 365.25
    rail = ev.outcome("rival_volumes", "series == 'china_eu_russia_change' and period == '2022'")
    fell = (
        [ev.input("rail_by_russia", "China–EU rail freight by Russia, change in 2022", rail)]
        if len(rail)
        else []
    )

    def by(rows: pd.DataFrame, which: str) -> Finding:
        found = count("incidents", f"{which} at the Caspian pipeline", rows, "incidents")
        rate = derived(
            "incidents_a_year",
            f"{which} a year since the invasion",
            found.value / years,
            "a year",
            found,
        )
        return ev.graded(rate, {S: "yearly", I: "every_second_year"}, O, found, *fell)

    return by_source(
        {
            "Those known to have cut the flow": lambda: by(
                since[since["capacity_cut_high"] > 0], "Incidents that cut the flow"
            ),
            "All incidents": lambda: by(since, "All incidents"),
        }
    )


@rule("c33")
def viable(ev: Evidence) -> Finding:
    """The corridor's part of the rail traffic between China and Europe in the last year known."""
    rows = ev.outcome("rival_volumes", "series in ['middle_share_trains', 'middle_to_northern']")
    if rows.empty:
        raise Unknown("no share of the market known")
    words = {
        "middle_share_trains": "Middle Corridor's share of China–Europe trains",
        "middle_to_northern": "Middle Corridor's freight in percent of the Northern's, at most",
    }
    row = rows.sort_values("period").iloc[[-1]]
    portion = ev.input(
        "middle_market_share", f"{words[row['series'].iloc[0]]}, {day(row['period'].iloc[0])}", row
    )
    return ev.graded(portion, {S: "fifth", I: "part_minor", O: "part_trace"}, C)


@rule("c34")
def bypasses_russia(ev: Evidence) -> Finding:
    """Places in Russia on the legs of the corridor's routes."""
    legs = ev.reference("route_legs").query("route.str.startswith('middle')", engine="python")
    places = ev.reference("nodes").set_index("node")
    on_way = places.loc[pd.unique(legs[["from_node", "to_node"]].to_numpy().ravel())]
    russian = on_way[on_way["country"] == "RUS"]
    found = count(
        "russian_places",
        "Places in Russia on the corridor's routes",
        russian,
        "places",
        ";".join(dict.fromkeys(on_way["source"])),
    )
    return ev.graded(found, {S: "none"}, C, higher=False)


@rule("c35")
def key_players(ev: Evidence) -> Finding:
    """Opinion; beside it, the corridor's freight in percent of all transit on Kazakh rails."""

    def proxy() -> list[Measure]:
        transit = ev.years("rival_volumes", "series == 'kz_transit_rail'")
        rows = freight(ev)
        years = rows.index.intersection(transit.index)
        if years.empty:
            raise Unknown("no year with both the corridor's freight and Kazakhstan's rail transit")
        carried = at(ev, "titr_year_mt", "Freight, ministry", rows, years.max())
        whole = at(ev, "kz_transit_mt", "All transit on Kazakh rails", transit, years.max())
        return [
            part("titr_part", "Corridor freight in percent of that transit", carried, whole),
            carried,
            whole,
        ]

    return opinion(proxy)


# --- paragraph 9: the Turkic states --------------------------------------------------------------


@rule("c36")
def orientation(ev: Evidence) -> Finding:
    """Opinion; beside it, the summits that Azerbaijan hosted and its trade with the members."""

    def proxy() -> list[Measure]:
        held = ev.known("ots_summits", "status == 'held'")
        found = [
            share(
                "summits_hosted",
                "Summits held in Azerbaijan, of all held",
                held[held["country"] == "AZE"],
                held,
            )
        ]
        trade = ev.known(
            "trade_statements",
            "measure == \"country's share of trade with members\" and of == 'AZE'",
        )
        if len(trade):
            found.append(
                ev.input(
                    "aze_ots_trade",
                    "Azerbaijan's trade with members, in percent of all its trade",
                    trade,
                )
            )
        return found

    return opinion(proxy)


@rule("c37")
def platform(ev: Evidence) -> Finding:
    """The members' trade with each other in percent of all their trade, by several counts."""
    words = "Trade among the members in percent of all their"

    def by(bloc: str, flow: str, scope: str) -> Finding:
        rows = ev.known("bloc_trade", f"bloc == '{bloc}' and basis == 'without doubtful flows'")
        inner, whole = (
            ev.input(f"{bloc}_{m}_usd_mn", f"{name}{scope}, 2023", rows[rows["measure"] == m])
            for m, name in (("intra", "Trade among the members"), (flow, f"All their {flow}"))
        )
        portion = part("ots_share", f"{words} {flow}{scope}", inner, whole)
        return ev.graded(portion, {S: "fifth", I: "tenth", O: "part_trace"}, C, inner, whole)

    def told() -> Finding:
        rows = ev.known(
            "trade_statements", "measure == 'share of trade among members' and of == 'OTS'"
        )
        rows = rows[rows["status"] != "target"].sort_values("period", kind="stable")
        portion = ev.input("ots_share_told", f"{words} trade, as told", rows)
        return ev.graded(portion, {S: "fifth", I: "tenth", O: "part_trace"}, C)

    return by_source(
        {
            "By exports": lambda: by("ots", "exports", ""),
            "By imports": lambda: by("ots", "imports", ""),
            "Without Türkiye, by exports": lambda: by(
                "ots_without_turkiye", "exports", ", without Türkiye"
            ),
            "As told in speeches": told,
        }
    )


@rule("c38")
def military(ev: Evidence) -> Finding:
    """Duties of mutual defence in the founding text, and defence bodies at work in the OTS."""
    text = ev.known("founding_clauses")
    duty = text[(text["clause"] == "mutual_defence") & (text["kind"] != "not found")]
    bodies = ev.known("ots_institutions", "status == 'active'")
    armed = bodies[bodies["purpose"].str.contains("defence")]
    if text.empty and bodies.empty:
        raise Unknown("neither the founding text nor a list of bodies known")
    looked = ";".join(dict.fromkeys([*text["source"], *bodies["source"]]))
    found = count(
        "defence_duties",
        "Duties of mutual defence and defence bodies found in the OTS",
        pd.concat([duty, armed]),
        "found",
        looked,
    )
    met = ev.known("cooperation_meetings", "field == 'defence and security' and status == 'actual'")
    return ev.graded(
        found,
        {S: "exists"},
        M,
        *(
            [count("defence_meetings", "Series of meetings on defence", met, "series")]
            if len(met)
            else []
        ),
    )


@rule("c39")
def economic_aims(ev: Evidence) -> Finding:
    """The share of the economy in the purposes, the bodies and the meetings of the OTS."""

    def by(table: str, query: str, column: str, words: str) -> Finding:
        rows = ev.known(table, query)
        if rows[column].nunique() < ev.limit("several"):
            raise Unknown(f"fewer than three fields known: {words}")
        economic = rows[rows[column].isin(["economy", "customs and transport"])]
        portion = share("economic_part", f"Economy and transport in the {words}", economic, rows)
        return ev.graded(portion, {S: "half", I: "quarter"}, O)

    return by_source(
        {
            "Series of meetings": lambda: by(
                "cooperation_meetings", "status == 'actual'", "field", "series of meetings"
            ),
            "Bodies at work": lambda: by(
                "ots_institutions", "status == 'active'", "purpose", "bodies at work"
            ),
            "Purposes of the founding text": lambda: by(
                "founding_clauses", "kind == 'purpose'", "field", "founding purposes"
            ),
        }
    )


# --- paragraph 10: what comes --------------------------------------------------------------------


@rule("c40")
def deeper_integration(ev: Evidence) -> Finding:
    """AZ–KZ trade in percent of the presidents' aim, by both ledgers; open while it is not met."""

    def by(who: str) -> Finding:
        rows = turnover(ev, who)
        if rows.empty or rows.index[-1] <= BASE:
            raise Unknown(f"no trade figure by {who} later than {BASE}")
        aims = ev.known(
            "trade_targets", "pair == 'AZE-KAZ' and unit == 'USD mn' and said_by == 'Presidents'"
        )
        now = traded(ev, who, rows.index[-1], rows)
        aim = ev.input("trade_aim_usd_mn", "What the presidents aim at", aims)
        grown = ev.graded(
            part(f"{KEY[who]}_of_aim", "Trade in percent of the aim", now, aim),
            {S: "whole", I: "three_quarters"},
            Verdict.OPEN,
            now,
            aim,
        )
        undated = "the aim names no year, so it is not missed"
        return replace(grown, reason=undated) if grown.verdict == Verdict.OPEN else grown

    return by_source({words: lambda who=who: by(who) for words, who in LEDGERS.items()}, equal=True)


@rule("c41")
def alliance(ev: Evidence) -> Finding:
    """Opinion; beside it, treaties and declarations of the two states that are in force."""
    return opinion(
        lambda: [
            count(
                "alliance_papers",
                "Treaties and declarations between the two on record",
                ev.known(
                    "agreements", "legal_kind in ['treaty', 'declaration'] and sector == 'politics'"
                ),
                "papers",
            )
        ]
    )


@rule("c42")
def regional_growth(ev: Evidence) -> Finding:
    """The corridor's growth in the last year beside the growth that its aim for 2027 takes."""
    rows = freight(ev)
    if len(rows) < 2 or rows.index[-1] - 1 not in rows.index:
        raise Unknown("no two years of freight in a row")
    aims = ev.known(
        "corridor_targets",
        "series == 'titr_total' and measure == 'freight_mt' and status == 'target'",
    )
    aims = aims[(aims["for_period"] == "2027")]
    year = rows.index[-1]
    now, before = (
        at(ev, key, "Freight, ministry", rows, y)
        for key, y in (("titr_mt", year), (f"titr_mt_{year - 1}", year - 1))
    )
    aim = ev.input("titr_aim_mt", "Aim for 2027", aims)
    grew = change("titr_growth", f"Growth in {year}", now, before)
    if now.value <= 0:
        return ev.graded(grew, {S: "growth_clear"}, C, now, before, aim)
    need = derived(
        "titr_needed",
        "Growth needed a year",
        100 * growth.required_growth(now.value, aim.value, 2027 - year),
        "%",
        now,
        aim,
    )
    lead = derived(
        "titr_lead",
        "Growth less growth needed, points",
        grew.value - need.value,
        "points",
        grew,
        need,
    )
    return ev.graded(lead, {S: "on_course", I: "near_course"}, O, grew, need, now, aim)


# --- what the article leaves out -----------------------------------------------------------------


@rule("c43")
def no_tonne(ev: Evidence) -> Finding:
    """The volume agreed in percent of Kazakhstan's oil exports."""
    totals = ev.years("oil_exports", "route == 'total'")
    promised, whole = agreed(ev), last(ev, "exports_mt", "All oil exports", totals)
    portion = part("agreed_share", "Volume agreed in percent of exports", promised, whole)
    return ev.graded(portion, {S: "part_major", I: "part_minor"}, M, promised, whole)


@rule("c44")
def no_dollar(ev: Evidence) -> Finding:
    """Sums that were public on the day: the fund's and the year's trade."""
    sums = ev.known("project_steps", "project == 'joint_fund' and amount_usd_mn > 0")
    sums = sums[sums["date"] <= f"{VISIT:%Y-%m-%d}"]
    trade = [m for who in KEY for m in [turnover(ev, who)] if BASE in m.index]
    public = pd.concat([sums, *(m.loc[[BASE]] for m in trade)]) if trade or len(sums) else sums
    found = count(
        "sums_public",
        "Sums public by the day: the fund's, and the year's trade by each side",
        public,
        "sums",
    )
    return ev.graded(found, {I: "exists"}, Verdict.OPEN)


@rule("c45")
def no_date(ev: Evidence) -> Finding:
    """Dates promised by the day of the visit that have passed: how many were missed."""
    dates = ev.known("project_dates", f"said_on <= '{VISIT:%Y-%m-%d}'")
    due = dates[[period_bounds(p)[1] <= ev.day for p in dates["promised"]]]
    ran = ev.known("project_steps", "step == 'running'").groupby("project")["date"].min()
    missed = [
        p not in ran.index or period_bounds(ran[p])[0] > period_bounds(d)[1]
        for p, d in zip(due["project"], due["promised"], strict=True)
    ]
    portion = share(
        "dates_missed", "Promised dates that have passed and were missed", due[missed], due
    )
    return ev.graded(portion, {I: "half"}, M, higher=False)


@rule("c46")
def no_russian_share(ev: Evidence) -> Finding:
    """The least share of Kazakhstan's oil exports that crossed Russia, in the last year known."""
    exports, ways = ev.known("oil_exports"), ev.reference("oil_routes")
    years = ev.years("oil_exports", "route == 'cpc'").index.intersection(
        ev.years("oil_exports", "route == 'total'").index
    )
    if years.empty:
        raise Unknown("no year with CPC and the total known")
    year = str(years.max())
    used = ev.outcome("oil_exports", f"period == '{year}'")
    pipe = ev.input("cpc_mt", f"Kazakh oil in CPC, {year}", used[used["route"] == "cpc"])
    whole = ev.input("exports_mt", f"All oil exports, {year}", used[used["route"] == "total"])
    moved = exports.copy()
    for route, figure in (("cpc", pipe), ("total", whole)):
        chosen = (moved["route"] == route) & (moved["period"] == year) & moved["preferred"]
        moved.loc[chosen & moved["status"].isin(["actual", "preliminary", "estimate"]), "value"] = (
            figure.value
        )
    try:
        low, _ = russia_dependence(moved, ways, year, "wide")
    except ValueError as wrong:  # a scenario whose parts exceed the whole
        raise Unknown(str(wrong)) from None
    least = derived(
        "russia_share", "Exports that crossed Russia, at least", 100 * low, "%", pipe, whole
    )
    return ev.graded(least, {I: "half"}, M, pipe, whole, higher=False)
