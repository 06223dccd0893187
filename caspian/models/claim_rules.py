"""The rule of each claim of the article, in the order of the article.

Each function looks its figures up in the evidence of a day and returns the question that they
answer; `data/claims.csv` states the same rule in words, `data/claim_thresholds.csv` the limits and
why. A function inside one, `grade`, is arithmetic. Years are whole calendar years.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd

from caspian.models import growth
from caspian.models.claims import (
    CONTRADICTED,
    IMPRECISE,
    MISLEADING,
    OPEN,
    OVERSTATED,
    SUPPORTED,
    Evidence,
    Finding,
    Formula,
    Ladder,
    Measure,
    Question,
    Rule,
    Unknown,
    beside,
    by_source,
    change,
    count,
    derived,
    merged,
    modelled,
    opinion,
    part,
    ratio,
    share,
    tried,
    within,
)
from caspian.models.routes import RouteTree, by_count, status_outcome
from caspian.rules import period_bounds
from caspian.text import day, number

VISIT = pd.Timestamp("2024-03-11")  # the day that the article names, and that it is about
BASE = VISIT.year - 1  # the last whole year before the visit
DAY = f"package == '{VISIT:%Y-%m-%d}'"  # the papers signed that day
KEPT = ("in_force", "being_carried_out", "done")  # what became of an agreement that lives
OIL = "parties_az == 'SOCAR' and parties_kz == 'KazMunayGas'"
LEDGERS = {"Kazakhstan's count": "Kazakhstan", "Azerbaijan's count": "Azerbaijan"}
KEY = {"Kazakhstan": "trade_kz_usd_mn", "Azerbaijan": "trade_az_usd_mn"}
SERIES = "status == 'actual' and frame == 'OTS' and preferred"  # one row a series of meetings
FLOOR_MONTHS = 10  # part-years as long as this stand as a floor of their year
DAYS_A_MONTH = 30.4375
TABLES = (  # all that the rules may ask; the day to which the evidence runs hangs on them
    *("agreements", "az_kz_trade", "bilateral_trade", "bloc_trade", "btc_flow"),
    *("cooperation_meetings", "corridor_composition", "corridor_freight", "corridor_targets"),
    *("cpc_disruptions", "document_counts", "fdi_positions", "founding_clauses"),
    *("investment_projects", "kz_oil_btc", "milestones", "nodes", "oil_exports", "oil_routes"),
    *("ots_institutions", "ots_summits", "project_dates", "project_steps", "rival_volumes"),
    *("route_legs", "trade_statements", "trade_targets", "un_votes"),
)
RULES: dict[str, Rule] = {}


def rule(claim: str) -> Callable[[Rule], Rule]:
    """Enter a function in RULES for a claim. Raises ValueError if it has a rule already."""

    def keep(function: Rule) -> Rule:
        if claim in RULES:
            raise ValueError(f"{claim} has a rule already: {RULES[claim]}")
        RULES[claim] = function
        return function

    return keep


def look_up(claim: str, evidence: Evidence) -> Question:
    """What a claim's rule asks, with its figures as known on the evidence's day.

    Raises KeyError, naming the claim, if it has no rule.
    """
    if claim not in RULES:
        raise KeyError(f"{claim} has no rule: write one in caspian/models/claim_rules.py")
    return tried(lambda: RULES[claim](evidence))


def judge(claim: str, evidence: Evidence) -> Finding:
    """The finding on one claim. Raises KeyError as `look_up`."""
    return look_up(claim, evidence).grade()


def papers(ev: Evidence, query: str = "") -> pd.DataFrame:
    """The papers of the day, narrowed by a query."""
    return ev.known("agreements", f"{DAY} and {query}" if query else DAY)


def at(ev: Evidence, name: str, label: str, rows: pd.DataFrame, year: int) -> Measure:
    """The figure of one year."""
    return ev.input(name, f"{label}, {year}", rows[rows.index == year])


def months_between(first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Months from one day to another, by the mean length of a month."""
    return (last - first).days / DAYS_A_MONTH


# --- paragraph 1: the visit ----------------------------------------------------------------------


@rule("c01")
def visit_day(ev: Evidence) -> Question:
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
    steps = {SUPPORTED: "same_day", IMPRECISE: "same_trip"}
    return ev.ladder(steps, CONTRADICTED, higher=False).of(days)


@rule("c02")
def visit_importance(ev: Evidence) -> Question:
    """Opinion; beside it, the meetings of the two leaders in the two years before."""

    def proxy() -> Formula:
        visits = ev.known("milestones", "category == 'visit'")
        days = visits["date"].map(lambda d: pd.Timestamp(period_bounds(d)[1]))
        before = visits[(days < VISIT) & (days >= VISIT - pd.DateOffset(years=2))]
        words = "Top-level visits on record in the two years before"
        return Formula((count("visits_before", words, before, "visits"),), beside)

    return opinion(proxy)


@rule("c03")
def new_era(ev: Evidence) -> Question:
    """Opinion; beside it, the papers on record in two years before and two years after."""

    def proxy() -> Formula:
        rows = ev.known("agreements")
        days = rows["signed"].map(lambda d: pd.Timestamp(period_bounds(d)[1]))
        two = pd.DateOffset(years=2)
        before = rows[(days < VISIT) & (days >= VISIT - two)]
        after = rows[(days > VISIT) & (days <= VISIT + two)]
        words = "Papers on record from the two years"
        found = [count("papers_before", f"{words} before", before, "papers")]
        if ev.day > (VISIT + two).date():
            found.append(count("papers_after", f"{words} after", after, "papers"))
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
            ev.input(
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


# --- paragraph 2: the papers ---------------------------------------------------------------------


@rule("c05")
def sectors(ev: Evidence) -> Question:
    """The number of sectors that the papers of the day belong to."""
    rows = papers(ev).drop_duplicates("sector")
    found = count("sectors", "Sectors of the papers of the day", rows, "sectors")
    return ev.ladder({SUPPORTED: "several"}, CONTRADICTED).of(found)


@rule("c06")
def papers_counted(ev: Evidence) -> Question:
    """How far the two sides' counts of the papers lie apart."""
    counts = ev.known(
        "document_counts", f"period == '{VISIT:%Y-%m-%d}' and measure == 'signed_that_day'"
    )
    both = (
        ev.input(
            f"papers_{side}",
            f"Papers signed, by the {who}",
            counts[counts["counted_by"] == who],
            unit="papers",
        )
        for side, who in (("kz", "Presidency of Kazakhstan"), ("az", "Azerbaijani news agency"))
    )
    several = ev.ladder({SUPPORTED: "several"}, CONTRADICTED)
    agree = ev.ladder({SUPPORTED: "counts_agree"}, IMPRECISE, higher=False)

    def grade(*both: Measure) -> Finding:
        low, high = sorted(both, key=lambda m: m.value)
        apart = ratio("counts_ratio", "The higher count in percent of the lower", high, low)
        few = several.grade(low, *both)
        return few if few.verdict == CONTRADICTED else agree.grade(apart, *both)

    return Formula(tuple(both), grade)


@rule("c07")
def landmark(ev: Evidence) -> Question:
    """Opinion; beside it, the share of the papers on whose execution a later report was found."""

    def proxy() -> Formula:
        listed = papers(ev)
        if not set(listed["status"]) - {"signed", "unknown"}:
            raise Unknown("no report yet on what became of any of the papers")
        words = "Papers of the day reported as in force, done or being carried out"
        kept = listed[listed["status"].isin(KEPT)]
        return Formula((share("carried_out", words, kept, listed),), beside)

    return opinion(proxy)


@rule("c08")
def council(ev: Evidence) -> Question:
    """Decisions of the council on record up to that day: with only that day's, it is the first."""
    decisions = ev.known("agreements", "legal_kind == 'decision'")
    upto = decisions[decisions["signed"] <= f"{VISIT:%Y-%m-%d}"]
    if papers(ev, "legal_kind == 'decision'").empty:
        raise Unknown("no decision of the council among the papers of the day")
    found = count("decisions", "Council decisions on record up to the day", upto, "decisions")
    return ev.ladder({SUPPORTED: "exists"}, CONTRADICTED, higher=False).of(found)


@rule("c09")
def commitment(ev: Evidence) -> Question:
    """Months from the council's first meeting to a later report that it met again."""
    row = papers(ev, f"legal_kind == 'decision' and status in {list(KEPT)}")
    if row.empty:
        raise Unknown("no report of a second meeting yet")
    first, again = (pd.Timestamp(row[c].iloc[0]) for c in ("signed", "status_on"))
    months = Measure(
        "months_to_second",
        "Months to the report of a second meeting",
        months_between(first, again),
        "months",
        row["evidence"].iloc[0],
    )
    return ev.ladder({SUPPORTED: "council_rhythm"}, IMPRECISE, higher=False).of(months)


# --- paragraph 3: oil ----------------------------------------------------------------------------


def oil_years(ev: Evidence, measure: str = "entered_btc") -> pd.DataFrame:
    """Kazakh oil toward Baku by year, Mt: what entered BTC, or all that was shipped."""
    return ev.years("kz_oil_btc", f"measure == '{measure}'")


def last(ev: Evidence, name: str, label: str, rows: pd.DataFrame) -> Measure:
    """The figure of the last whole year known."""
    if rows.empty:
        raise Unknown(f"no whole year for: {label}")
    return at(ev, name, label, rows, rows.index[-1])


def toward_btc(ev: Evidence) -> Measure:
    """Kazakh oil toward BTC in the last whole year known, Mt."""
    return last(ev, "btc_mt", "Kazakh oil toward BTC", oil_years(ev))


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
def stands_out(ev: Evidence) -> Question:
    """Opinion; beside it, the share of energy in the papers of the day."""

    def proxy() -> Formula:
        words, energy = "Energy among the papers of the day", papers(ev, "sector == 'energy'")
        return Formula((share("energy_papers", words, energy, papers(ev)),), beside)

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
    return ev.ladder({SUPPORTED: "exists"}, OPEN).of(done)


def increase(ev: Evidence, rows: pd.DataFrame, name: str, label: str) -> Question:
    """Whether the yearly tonnes grew since the year before the visit, and in every known step."""
    after = rows[rows.index >= BASE]
    if len(after) < 2 or after.index[0] != BASE:
        raise Unknown(f"no whole year after {BASE} for: {label}")
    tonnes = (
        at(ev, f"{name}_{y}" if y < after.index[-1] else name, label, after, y) for y in after.index
    )
    grown = ev.ladder({SUPPORTED: "growth_clear", IMPRECISE: "growth_trace"}, CONTRADICTED)
    steady = ev.ladder({SUPPORTED: "no_fall"}, IMPRECISE)
    no_fall = ev.limit("no_fall")

    def grade(*years: Measure) -> Finding:
        total = change(f"{name}_change", f"{label}: change on {BASE}", years[-1], years[0])
        steps = [
            change(f"{name}_worst", f"{label}: its weakest step between known years", b, a)
            for a, b in itertools.pairwise(years)
        ]
        if total.value <= no_fall:
            return grown.grade(total, *years)
        return steady.grade(min(steps, key=lambda m: m.value), total, *years)

    return Formula(tuple(tonnes), grade)


@rule("c13")
def phased_increase(ev: Evidence) -> Question:
    """The growth of Kazakh oil toward Baku since the year before the visit, by both counts."""
    entered = oil_years(ev)
    lower = ev.known(
        "kz_oil_btc", "measure == 'entered_btc' and period == '2024' and status == 'actual'"
    )
    lower = lower[lower["value"] == lower["value"].min()]
    swapped = entered.copy()
    if len(lower) and 2024 in swapped.index:
        swapped.loc[2024, ["value", "source"]] = lower[["value", "source"]].iloc[0].to_numpy()
    shipped, toward, all_oil = (
        oil_years(ev, "shipped_aktau_baku"),
        ("btc_mt", "Kazakh oil toward BTC"),
        ("baku_mt", "Kazakh oil shipped to Baku"),
    )
    return by_source(
        {
            "Oil meant for BTC": partial(increase, ev, entered, *toward),
            "The same, lower count of 2024": partial(increase, ev, swapped, *toward),
            "All oil shipped to Baku": partial(increase, ev, shipped, *all_oil),
        }
    )


class Oil(NamedTuple):
    """One count of Kazakh oil by Baku: the table's measure, its name for scenarios, and words."""

    measure: str
    name: str
    label: str


SHIPPED = Oil("shipped_aktau_baku", "baku_mt", "Kazakh oil shipped to Baku")
ENTERED = Oil("entered_btc", "btc_mt", "Kazakh oil toward BTC")


def oil_part(
    ev: Evidence,
    oil: Oil,
    totals: pd.DataFrame,
    whole: tuple[str, str],
    portion: Callable[[Measure, Measure], Measure],
) -> Question:
    """Kazakh oil by Baku as a `portion` of a `whole`, in the last year that both have."""
    sent = oil_years(ev, oil.measure)
    sent = sent[sent.index.isin(totals.index)]
    carried = last(ev, oil.name, oil.label, sent)
    all_of_it = at(ev, *whole, totals, sent.index[-1])
    steps = {SUPPORTED: "part_major", IMPRECISE: "part_minor", OVERSTATED: "part_trace"}
    ladder = ev.ladder(steps, CONTRADICTED)
    return Formula(
        (carried, all_of_it),
        lambda carried, all_of_it: ladder.grade(portion(carried, all_of_it), carried, all_of_it),
    )


@rule("c14")
def kazakh_security(ev: Evidence) -> Question:
    """The part of Kazakhstan's oil exports that went by Baku in the last year known."""
    totals = ev.years("oil_exports", "route == 'total'")

    def by(oil: Oil) -> Question:
        exported = partial(part, "baku_share", f"{oil.label}, share of exports")
        return oil_part(ev, oil, totals, ("exports_mt", "All oil exports"), exported)

    return by_source(
        {
            "All oil shipped to Baku": partial(by, SHIPPED),
            "Oil meant for BTC": partial(by, ENTERED),
        }
    )


@rule("c15")
def azerbaijani_security(ev: Evidence) -> Question:
    """The part of BTC's oil that was Kazakh in the last year known."""
    flow = ev.years("btc_flow", "origin == 'total'")

    def by(oil: Oil, portion: Callable[..., Measure]) -> Question:
        piped = partial(portion, "kazakh_part", f"{oil.label}, in percent of the oil in BTC")
        return oil_part(ev, oil, flow, ("btc_flow_mt", "All oil in BTC"), piped)

    return by_source(
        {
            "Oil meant for BTC": partial(by, ENTERED, part),
            "All oil shipped to Baku": partial(by, SHIPPED, ratio),  # some went other ways
        }
    )


@rule("c16")
def mutual_benefit(ev: Evidence) -> Question:
    """Opinion; beside it, how much of the agreed volume came."""

    def proxy() -> Formula:
        sent, came = oil_years(ev), toward_btc(ev)
        plans = ev.known(
            "kz_oil_btc",
            "measure == 'entered_btc' and status == 'target' and preferred "
            f"and period == '{sent.index[-1]}'",
        )
        later = sent.index[-1] > BASE
        promised = agreed(ev) if later else ev.input("agreed_mt", f"Planned for {BASE}", plans)
        kept = partial(ratio, "kept", "Part of the agreed volume that came")
        return Formula((came, promised), lambda came, all_: beside(kept(came, all_), came, all_))

    return opinion(proxy)


# --- paragraph 4: investment ---------------------------------------------------------------------


@rule("c17")
def holdings_signed(ev: Evidence) -> Question:
    """Papers of the two state holdings that day, against the several told."""
    rows = papers(
        ev, "parties_az == 'Azerbaijan Investment Holding' and parties_kz == 'Samruk-Kazyna'"
    )
    if rows.empty:
        raise Unknown("no paper of the two holdings in the lists of that day")
    found = count("holding_papers", "Papers of the two holdings that day", rows, "papers")
    return ev.ladder({SUPPORTED: "plural", IMPRECISE: "exists"}, CONTRADICTED).of(found)


def turnover(ev: Evidence, who: str) -> pd.DataFrame:
    """AZ–KZ turnover of whole years by one side; a long part-year that is later is its floor."""
    query = f"pair == 'AZE-KAZ' and flow == 'turnover' and counted_by == '{who}'"
    rows = ev.outcome("az_kz_trade", query)
    rows = rows[rows["months"] >= FLOOR_MONTHS].assign(year=lambda d: d["period"].str[:4])
    rows = rows.astype({"year": int}).sort_values(["year", "months"])
    return rows.drop_duplicates("year", keep="last").set_index("year")


def traded(ev: Evidence, who: str, year: int, rows: pd.DataFrame) -> Measure:
    """Trade of one year by one side; only the last year takes a scenario's value."""
    name = KEY[who] if year == rows.index[-1] else f"{KEY[who]}_{year}"
    floor = year in rows.index and rows.loc[year, "months"] < MONTHS
    words = f"Trade by {who}'s count" + (
        f", {rows.loc[year, 'months']} months as a floor" if floor else ""
    )
    return at(ev, name, words, rows, year)


def growth_of(ladder: Ladder, name: str, label: str, now: Measure, then: Measure) -> Question:
    """The change from one figure, `then`, to another, on a ladder."""

    def grade(now: Measure, then: Measure) -> Finding:
        return ladder.grade(change(name, label, now, then), now, then)

    return Formula((now, then), grade)


def trade_growth(ev: Evidence, who: str, back: int | None = None) -> Question:
    """The change of trade since `back` years before the last, or the year before the visit."""
    rows = turnover(ev, who)
    if rows.empty:
        raise Unknown(f"no trade figure by {who}")
    to = rows.index[-1]
    start = BASE if back is None else to - back
    if to <= start:
        raise Unknown(f"no trade figure by {who} later than {start}")
    now, then = traded(ev, who, to, rows), traded(ev, who, start, rows)
    ladder = ev.ladder({SUPPORTED: "growth_clear", IMPRECISE: "growth_trace"}, CONTRADICTED)
    words = f"Change from {start} to {to} by {who}'s count"
    return growth_of(ladder, f"{KEY[who]}_change", words, now, then)


@rule("c18")
def partnership_strengthened(ev: Evidence) -> Question:
    """AZ–KZ trade of the last year known against the year before the visit, by both ledgers."""
    sides = {words: partial(trade_growth, ev, who) for words, who in LEDGERS.items()}
    return by_source(sides, equal=True)


@rule("c19")
def investment_opened(ev: Evidence) -> Question:
    """Months that the joint fund has stood without a report that money went in."""
    steps = ev.known("project_steps", "project == 'joint_fund'")
    told = steps[steps["step"] == "announced"]
    if told.empty:
        raise Unknown("the fund had not been announced")
    paid = steps[steps["step"].isin(["financed", "construction", "running"])]
    sized = told.dropna(subset="amount_usd_mn")
    amount = ev.input("fund_usd_mn", "Size told for the fund", sized, "amount_usd_mn", "USD mn")
    if len(paid):
        reports = count("fund_steps", "Reports of money at work", paid, "reports")
        return ev.ladder({SUPPORTED: "exists"}, OVERSTATED).of(reports, amount)
    waited = Measure(
        "fund_months",
        "Months since the signing without a report of money paid in",
        months_between(pd.Timestamp(told["date"].iloc[-1]), pd.Timestamp(ev.day)),
        "months",
        amount.source,
    )
    return ev.ladder({OPEN: "fund_patience"}, OVERSTATED, higher=False).of(waited, amount)


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
def prosperity(ev: Evidence) -> Question:
    """Opinion; beside it, the share of the joint projects since the visit that run."""

    def proxy() -> Formula:
        joint, running = joint_projects(ev, since=f"{VISIT:%Y-%m-%d}")
        joint, running = (p[p["kind"] == "investment"] for p in (joint, running))
        words = "Joint investments announced since the visit that run"
        return Formula((share("running", words, running, joint),), beside)

    return opinion(proxy)


# --- paragraph 5: other fields -------------------------------------------------------------------


@rule("c21")
def other_memoranda(ev: Evidence) -> Question:
    """Memoranda outside energy among the papers of the day, against the several told."""
    found = count(
        "memoranda",
        "Memoranda outside energy that day",
        papers(ev, "legal_kind == 'memorandum' and sector != 'energy'"),
        "papers",
        merged(papers(ev)["source"]),
    )
    return ev.ladder({SUPPORTED: "plural", IMPRECISE: "exists"}, CONTRADICTED).of(found)


@rule("c22")
def beyond_energy(ev: Evidence) -> Question:
    """The share of the papers of the day that are not about energy, by both sides' lists."""

    def by(column: str, who: str) -> Question:
        listed = papers(ev).query(f"{column} == True")
        outside = listed[listed["sector"] != "energy"]
        words = f"Papers outside energy in the {who} list"
        portion = share("outside_energy", words, outside, listed)
        return ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter"}, OVERSTATED).of(portion)

    return by_source(
        {
            "Azerbaijani list": partial(by, "in_azerbaijani_list", "Azerbaijani"),
            "Kazakh list, as far as seen": partial(by, "in_kazakh_list", "Kazakh"),
        }
    )


# --- paragraph 6: beside Türkiye -----------------------------------------------------------------


@rule("c23")
def growing(ev: Evidence) -> Question:
    """AZ–KZ trade of the last year known against two years before, by both ledgers."""
    sides = {words: partial(trade_growth, ev, who, 2) for words, who in LEDGERS.items()}
    return by_source(sides, equal=True)


@rule("c24")
def like_turkiye(ev: Evidence) -> Question:
    """AZ–KZ trade in percent of AZ–TR trade, in the last year known for both, by each ledger."""
    steps = {SUPPORTED: "half", IMPRECISE: "quarter", OVERSTATED: "tenth"}
    ladder = ev.ladder(steps, MISLEADING)
    compared = partial(ratio, "beside_turkiye", "AZ–KZ trade in percent of AZ–TR trade")
    turkish = ev.years(
        "bilateral_trade", "pair == 'AZE-TUR' and flow == 'turnover' and counted_by == 'Azerbaijan'"
    )

    def by(name: str, label: str, rows: pd.DataFrame, other: pd.DataFrame) -> Question:
        years = rows.index.intersection(other.index)
        if years.empty:
            raise Unknown(f"no year with both: {label}")
        words = "Trade of Azerbaijan and Türkiye"
        return Formula(
            (
                at(ev, name, label, rows, years.max()),
                at(ev, "trade_az_tr_usd_mn", words, other, years.max()),
            ),
            lambda near, far: ladder.grade(compared(near, far), near, far),
        )

    def by_ledger(who: str) -> Question:
        rows = turnover(ev, who).query(f"months == {MONTHS}")
        return by(f"{KEY[who]}_beside", f"Trade by {who}'s count", rows, turkish)

    def mirrored(table: str, pair: str) -> pd.DataFrame:
        rows = ev.years(table, f"pair == '{pair}' and counted_by == 'CEPII BACI'")
        return rows.groupby(level=0).agg({"value": "sum", "unit": "first", "source": "first"})

    def reconciled() -> Question:
        both = mirrored("az_kz_trade", "AZE-KAZ"), mirrored("bilateral_trade", "AZE-TUR")
        return by("trade_baci_usd_mn", "Trade, reconciled", *both)

    ledgers = {words: partial(by_ledger, who) for words, who in LEDGERS.items()}
    return by_source(ledgers | {"Reconciled trade data": reconciled}, equal=True)


@rule("c25")
def kinship(ev: Evidence) -> Question:
    """Opinion; beside it, how often the two gave the same vote in the UN General Assembly."""

    def proxy() -> Formula:
        votes = ev.known("un_votes", "pair == 'AZE-KAZ'").sort_values("period", kind="stable")
        votes = votes.tail(1)
        both = (
            ev.input("votes_votes", "Votes in which both took part", votes, "votes", "votes"),
            ev.input("votes_agreed", "Votes given alike", votes, "agreed", "votes"),
        )
        words = f"Votes given alike, {votes['period'].iloc[0]}"
        return Formula(
            both,
            lambda cast, alike: beside(part("votes_alike", words, alike, cast), cast, alike),
        )

    return opinion(proxy)


# --- paragraph 7: energy and infrastructure ------------------------------------------------------


@rule("c26")
def prospects(ev: Evidence) -> Question:
    """Opinion; beside it, the share of the joint projects in these fields that run."""

    def proxy() -> Formula:
        joint, running = (
            p[p["sector"].isin(["energy", "transport", "digital"])] for p in joint_projects(ev)
        )
        words = "Joint projects in energy, transport and cables that run, oil contracts among them"
        return Formula((share("running", words, running, joint),), beside)

    return opinion(proxy)


def above_flow(ev: Evidence, said: pd.DataFrame, name: str, label: str, ladder: Ladder) -> Question:
    """The number of aims above the oil that flows toward BTC, on a ladder."""

    def grade(sent: Measure, *aims: Measure) -> Finding:
        above = [aim for aim in aims if aim.value > sent.value]
        return ladder.grade(derived(name, label, len(above), "aims", *(above or [sent])), sent)

    aims = (
        Measure("aim", str(row["who"]), float(row["value"]), row["unit"], row["source"])
        for _, row in said.dropna(subset="value").iterrows()
    )
    return Formula((toward_btc(ev), *aims), grade)


@rule("c27")
def diversify(ev: Evidence) -> Question:
    """Aims of Kazakh bodies for oil by Baku above what went that way."""
    kazakh = ["KMG", "Government of Kazakhstan", "Ministry of Energy of Kazakhstan", "KazTransOil"]
    aims = ev.known(
        "kz_oil_btc", f"status == 'target' and who in {kazakh} and measure != 'monthly_rate'"
    )
    words = "Kazakh aims for oil by Baku above the present flow"
    ladder = ev.ladder({SUPPORTED: "plural", IMPRECISE: "exists"}, CONTRADICTED)
    return above_flow(ev, aims, "aims", words, ladder)


@rule("c28")
def btc_room(ev: Evidence) -> Question:
    """The room in BTC, from its fullest year on record to its last, against the volume agreed."""
    flow = ev.years("btc_flow", "origin == 'total'")
    if flow.empty:
        raise Unknown("no whole year of BTC known")
    fullest, words = flow["value"].idxmax(), "The fullest year of BTC on record"
    ladder = ev.ladder({SUPPORTED: "whole", IMPRECISE: "half"}, CONTRADICTED)

    def grade(now: Measure, peak: Measure, promised: Measure) -> Finding:
        left = peak.value - now.value
        room = derived("btc_room_mt", "Room in BTC below its fullest year", left, "Mt", peak, now)
        times = ratio("room_for_agreed", "Room in percent of the volume agreed", room, promised)
        return ladder.grade(times, room, now, peak, promised)

    now = last(ev, "btc_flow_mt", "All oil in BTC", flow)
    return Formula((now, at(ev, "btc_peak_mt", words, flow, fullest), agreed(ev)), grade)


@rule("c29")
def btc_wish(ev: Evidence) -> Question:
    """Figures that Azerbaijani bodies named for more Kazakh oil in their pipes."""
    said = ev.known(
        "kz_oil_btc",
        "status in ['target', 'forecast'] and who in ['SOCAR', 'Ministry of Energy of Azerbaijan']",
    )
    words = "Azerbaijani aims or forecasts above the present flow"
    return above_flow(ev, said, "offers", words, ev.ladder({SUPPORTED: "exists"}, OPEN))


def freight(ev: Evidence, series: str = "titr_total") -> pd.DataFrame:
    """Freight of the corridor by year, Mt, on one count."""
    return ev.years("corridor_freight", f"series == '{series}'")


@rule("c30")
def paves_way(ev: Evidence) -> Question:
    """Freight of the corridor in the last year against the year before the visit, on each count."""
    steps = {SUPPORTED: "doubled", IMPRECISE: "growth_clear", OVERSTATED: "growth_trace"}
    ladder = ev.ladder(steps, CONTRADICTED)

    def by(series: str, name: str, label: str) -> Question:
        rows = freight(ev, series)
        if rows.empty or rows.index[-1] <= BASE:
            raise Unknown(f"no whole year after {BASE} for: {label}")
        now = at(ev, name, label, rows, rows.index[-1])
        before = at(ev, f"{name}_{BASE}", label, rows, BASE)
        return growth_of(ladder, f"{name}_change", f"{label}: change since {BASE}", now, before)

    counts = {
        "The ministry's count": ("titr_total", "titr_mt", "Freight, ministry"),
        "The railway's count": ("titr_rail_ktz", "titr_rail_mt", "Freight, railway"),
        "The Association's count": ("titr_seaports", "titr_ports_mt", "Freight through the ports"),
    }
    return by_source({words: partial(by, *of) for words, of in counts.items()})


@rule("c31")
def europe_asia(ev: Evidence) -> Question:
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
    steps = {SUPPORTED: "half", IMPRECISE: "third", OVERSTATED: "tenth"}
    ladder = ev.ladder(steps, MISLEADING)

    def grade(exports: Measure) -> Finding:
        left = 100 - within(exports).value
        words = "All other freight, transit at most"
        return ladder.grade(derived("rest_share", words, left, "%", exports), exports)

    def by(row: pd.DataFrame) -> Question:
        words = f"Kazakhstan's own exports in the freight, {day(row['period'].iloc[0])}"
        return Formula((ev.input("kz_export_share", words, row),), grade)

    counts = reversed(list(own.groupby("period", sort=False)))
    return by_source({day(period): partial(by, row) for period, row in counts})


# --- paragraph 8: routes round Russia ------------------------------------------------------------


@rule("c32")
def urgency(ev: Evidence) -> Question:
    """Incidents at the Caspian pipeline a year since the invasion, and rail freight by Russia."""
    war = pd.Timestamp("2022-02-24")
    events = ev.known("cpc_disruptions")
    # At the pipeline, not its fields; neither by plan, nor what rests on one list alone
    sure = events["kind"].ne("planned") & events["lists"].ne(1).fillna(value=True)
    events = events[sure & events["stopped"].ne("supply")]
    since = events[events["start"].map(lambda d: pd.Timestamp(period_bounds(d)[0])) >= war]
    if since.empty:
        raise Unknown("no incident known since the invasion")
    years = (pd.Timestamp(ev.day) - war).days / 365.25
    rail = ev.outcome("rival_volumes", "series == 'china_eu_russia_change' and period == '2022'")
    words = "China–EU rail freight by Russia, change in 2022"
    fell = [ev.input("rail_by_russia", words, rail)] if len(rail) else []
    ladder = ev.ladder({SUPPORTED: "yearly", IMPRECISE: "every_second_year"}, OVERSTATED)

    def by(rows: pd.DataFrame, which: str) -> Question:
        incidents = count("incidents", f"{which} at the Caspian pipeline", rows, "incidents")
        rate = Measure(
            "incidents_a_year",
            f"{which} a year since the invasion",
            incidents.value / years,
            "a year",
            incidents.source,
        )
        return ladder.of(rate, incidents, *fell)

    cut = since[since["capacity_cut_high"] > 0]
    return by_source(
        {
            "Those known to have cut the flow": partial(by, cut, "Incidents that cut the flow"),
            "All incidents": partial(by, since, "All incidents"),
        }
    )


@rule("c33")
def viable(ev: Evidence) -> Question:
    """The corridor's part of the rail traffic between China and Europe in the last year known."""
    rows = ev.outcome("rival_volumes", "series in ['middle_share_trains', 'middle_to_northern']")
    if rows.empty:
        raise Unknown("no share of the market known")
    words = {
        "middle_share_trains": "Middle Corridor's share of China–Europe trains",
        "middle_to_northern": "Middle Corridor's freight in percent of the Northern's, at most",
    }
    row = rows.sort_values("period").iloc[[-1]]
    series = row["series"].iloc[0]
    portion = ev.input("middle_market_share", f"{words[series]}, {day(row['period'].iloc[0])}", row)
    steps = {SUPPORTED: "fifth", IMPRECISE: "part_minor", OVERSTATED: "part_trace"}
    ladder = ev.ladder(steps, CONTRADICTED)
    if series == "middle_to_northern":
        return ladder.of(portion)
    return Formula((portion,), lambda portion: ladder.grade(within(portion)))


@rule("c34")
def bypasses_russia(ev: Evidence) -> Question:
    """Places in Russia on the legs of the corridor's routes."""
    legs = ev.reference("route_legs").query("route.str.startswith('middle')", engine="python")
    places = ev.reference("nodes").set_index("node")
    on_way = places.loc[pd.unique(legs[["from_node", "to_node"]].to_numpy().ravel())]
    found = count(
        "russian_places",
        "Places in Russia on the corridor's routes",
        on_way[on_way["country"] == "RUS"],
        "places",
        merged(on_way["source"]),
    )
    return ev.ladder({SUPPORTED: "none"}, CONTRADICTED, higher=False).of(found)


@rule("c35")
def key_players(ev: Evidence) -> Question:
    """Opinion; beside it, the corridor's freight in percent of all transit on Kazakh rails."""

    def proxy() -> Formula:
        transit = ev.years("rival_volumes", "series == 'kz_transit_rail'")
        rows = freight(ev)
        years = rows.index.intersection(transit.index)
        if years.empty:
            raise Unknown("no year with both the corridor's freight and Kazakhstan's rail transit")
        carried = at(ev, "titr_year_mt", "Freight, ministry", rows, years.max())
        whole = at(ev, "kz_transit_mt", "All transit on Kazakh rails", transit, years.max())
        beside_it = partial(ratio, "titr_part", "Corridor freight in percent of that transit")
        return Formula(
            (carried, whole),
            lambda carried, whole: beside(beside_it(carried, whole), carried, whole),
        )

    return opinion(proxy)


# --- paragraph 9: the Turkic states --------------------------------------------------------------


@rule("c36")
def orientation(ev: Evidence) -> Question:
    """Opinion; beside it, the summits that Azerbaijan hosted and its trade with the members."""

    def proxy() -> Formula:
        held = ev.known("ots_summits", "status == 'held'")
        hosted = held[held["country"] == "AZE"]
        found = [share("summits_hosted", "Summits held in Azerbaijan, of all held", hosted, held)]
        trade = ev.known(
            "trade_statements",
            "measure == \"country's share of trade with members\" and of == 'AZE'",
        )
        if len(trade):
            words = "Azerbaijan's trade with members, in percent of all its trade"
            found.append(ev.input("aze_ots_trade", words, trade))
        return Formula(tuple(found), beside)

    return opinion(proxy)


@rule("c37")
def platform(ev: Evidence) -> Question:
    """The members' trade with each other in percent of all their trade, by several counts."""
    words = "Trade among the members in percent of all their"
    steps = {SUPPORTED: "fifth", IMPRECISE: "tenth", OVERSTATED: "part_trace"}
    ladder = ev.ladder(steps, CONTRADICTED)

    def by(bloc: str, flow: str, scope: str = "") -> Question:
        rows = ev.known("bloc_trade", f"bloc == '{bloc}' and basis == 'without doubtful flows'")
        scope += ", without doubtful flows"  # another quantity than the share of all flows
        both = (
            ev.input(f"{bloc}_{m}_usd_mn", f"{name}{scope}, 2023", rows[rows["measure"] == m])
            for m, name in (("intra", "Trade among the members"), (flow, f"All their {flow}"))
        )
        among = partial(part, "ots_share", f"{words} {flow}{scope}")
        return Formula(
            tuple(both), lambda inner, whole: ladder.grade(among(inner, whole), inner, whole)
        )

    def told() -> Question:
        rows = ev.known(
            "trade_statements", "measure == 'share of trade among members' and of == 'OTS'"
        )
        rows = rows[rows["status"] != "target"].sort_values("period", kind="stable")
        portion = ev.input("ots_share_told", f"{words} trade, as told", rows)
        return Formula((portion,), lambda portion: ladder.grade(within(portion)))

    smaller = "ots_without_turkiye", "exports", ", without Türkiye"
    return by_source(
        {
            "By exports": partial(by, "ots", "exports"),
            "By imports": partial(by, "ots", "imports"),
            "Without Türkiye, by exports": partial(by, *smaller),
            "As told in speeches": told,
        }
    )


@rule("c38")
def military(ev: Evidence) -> Question:
    """Duties of mutual defence in the founding text, and defence bodies at work in the OTS."""
    text = ev.known("founding_clauses")
    duty = text[(text["clause"] == "mutual_defence") & (text["kind"] != "not found")]
    bodies = ev.known("ots_institutions", "status == 'active'")
    armed = bodies[bodies["purpose"].str.contains("defence")]
    if text.empty and bodies.empty:
        raise Unknown("neither the founding text nor a list of bodies known")
    found = count(
        "defence_duties",
        "Duties of mutual defence and defence bodies found in the OTS",
        pd.concat([duty, armed]),
        "found",
        merged([*text["source"], *bodies["source"]]),
    )
    met = ev.known("cooperation_meetings", f"field == 'defence and security' and {SERIES}")
    series = count("defence_meetings", "Series of meetings on defence", met, "series")
    return ev.ladder({SUPPORTED: "exists"}, MISLEADING).of(found, *([series] if len(met) else []))


@rule("c39")
def economic_aims(ev: Evidence) -> Question:
    """The share of the economy in the purposes, the bodies and the meetings of the OTS."""
    several = ev.limit("several")
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter"}, OVERSTATED)

    def by(table: str, query: str, column: str, words: str) -> Question:
        rows = ev.known(table, query)
        if rows[column].nunique() < several:
            raise Unknown(f"fewer than three fields known: {words}")
        economic = rows[rows[column].isin(["economy", "customs and transport"])]
        words = f"Economy and transport in the {words}"
        return ladder.of(share("economic_part", words, economic, rows))

    counts = {
        "Series of meetings": (
            *("cooperation_meetings", SERIES),
            *("field", "series of meetings"),
        ),
        "Bodies at work": ("ots_institutions", "status == 'active'", "purpose", "bodies at work"),
        "Purposes of the founding text": (
            *("founding_clauses", "kind == 'purpose'"),
            *("field", "founding purposes"),
        ),
    }
    return by_source({words: partial(by, *of) for words, of in counts.items()})


# --- paragraph 10: what comes --------------------------------------------------------------------


@rule("c40")
def deeper_integration(ev: Evidence) -> Question:
    """AZ–KZ trade in percent of the presidents' aim, by both ledgers; open while it is not met."""
    ladder = ev.ladder({SUPPORTED: "whole", IMPRECISE: "three_quarters"}, OPEN)

    def by(who: str) -> Question:
        rows = turnover(ev, who)
        if rows.empty or rows.index[-1] <= BASE:
            raise Unknown(f"no trade figure by {who} later than {BASE}")
        aims = ev.known(
            "trade_targets", "pair == 'AZE-KAZ' and unit == 'USD mn' and said_by == 'Presidents'"
        )
        now = traded(ev, who, rows.index[-1], rows)
        aim = ev.input("trade_aim_usd_mn", "What the presidents aim at", aims)
        reached = partial(ratio, f"{KEY[who]}_of_aim", "Trade in percent of the aim")

        def grade(now: Measure, aim: Measure) -> Finding:
            grown = ladder.grade(reached(now, aim), now, aim)
            undated = "the aim names no year, so it is not missed"
            return replace(grown, reason=undated) if grown.verdict == OPEN else grown

        return Formula((now, aim), grade)

    return by_source({words: partial(by, who) for words, who in LEDGERS.items()}, equal=True)


@rule("c41")
def alliance(ev: Evidence) -> Question:
    """Opinion; beside it, treaties and declarations of the two states that are in force."""

    def proxy() -> Formula:
        rows = ev.known(
            "agreements", "legal_kind in ['treaty', 'declaration'] and sector == 'politics'"
        )
        words = "Treaties and declarations between the two on record"
        return Formula((count("alliance_papers", words, rows, "papers"),), beside)

    return opinion(proxy)


AIM_YEAR = 2027  # of the corridor's aim


@rule("c42")
def regional_growth(ev: Evidence) -> Question:
    """The corridor's growth in the last year beside the growth that its aim for 2027 takes."""
    rows = freight(ev)
    if len(rows) < 2 or rows.index[-1] - 1 not in rows.index:
        raise Unknown("no two years of freight in a row")
    aims = ev.known(
        "corridor_targets",
        "series == 'titr_total' and measure == 'freight_mt' and status == 'target'",
    )
    aims = aims[(aims["for_period"] == str(AIM_YEAR))]
    year = rows.index[-1]
    if year >= AIM_YEAR:
        raise Unknown(f"the year of the aim, {AIM_YEAR}, has come: no growth toward it is left")
    now, before = (
        at(ev, key, "Freight, ministry", rows, y)
        for key, y in (("titr_mt", year), (f"titr_mt_{year - 1}", year - 1))
    )
    stopped = ev.ladder({SUPPORTED: "growth_clear"}, CONTRADICTED)
    course = ev.ladder({SUPPORTED: "on_course", IMPRECISE: "near_course"}, OVERSTATED)

    def grade(now: Measure, before: Measure, aim: Measure) -> Finding:
        grew = change("titr_growth", f"Growth in {year}", now, before)
        if now.value <= 0:
            return stopped.grade(grew, now, before, aim)
        rate = modelled(growth.required_growth, now.value, aim.value, AIM_YEAR - year)
        need = derived("titr_needed", "Growth needed a year", 100 * rate, "%", now, aim)
        ahead, words = grew.value - need.value, "Growth less growth needed, points"
        lead = derived("titr_lead", words, ahead, "points", grew, need)
        return course.grade(lead, grew, need, now, aim)

    return Formula((now, before, ev.input("titr_aim_mt", f"Aim for {AIM_YEAR}", aims)), grade)


# --- what the article leaves out -----------------------------------------------------------------


@rule("c43")
def no_tonne(ev: Evidence) -> Question:
    """The volume agreed in percent of Kazakhstan's oil exports."""
    totals = ev.years("oil_exports", "route == 'total'")
    ladder = ev.ladder({SUPPORTED: "part_major", IMPRECISE: "part_minor"}, MISLEADING)
    portion = partial(ratio, "agreed_share", "Volume agreed in percent of exports")
    return Formula(
        (agreed(ev), last(ev, "exports_mt", "All oil exports", totals)),
        lambda promised, whole: ladder.grade(portion(promised, whole), promised, whole),
    )


@rule("c44")
def no_dollar(ev: Evidence) -> Question:
    """Sums that were public on the day: the fund's and the year's trade."""
    sums = ev.known("project_steps", "project == 'joint_fund' and amount_usd_mn > 0")
    sums = sums[sums["date"] <= f"{VISIT:%Y-%m-%d}"]
    trade = [m for who in KEY for m in [turnover(ev, who)] if BASE in m.index]
    public = pd.concat([sums, *(m.loc[[BASE]] for m in trade)]) if trade or len(sums) else sums
    words = "Sums public by the day: the fund's, and the year's trade by each side"
    found = count("sums_public", words, public, "sums")
    return ev.ladder({IMPRECISE: "exists"}, OPEN).of(found)


@rule("c45")
def no_date(ev: Evidence) -> Question:
    """Dates promised by the day of the visit that have passed: how many were missed."""
    dates = ev.known("project_dates", f"said_on <= '{VISIT:%Y-%m-%d}'")
    due = dates[[period_bounds(p)[1] <= ev.day for p in dates["promised"]]]
    ran = ev.known("project_steps", "step == 'running'").groupby("project")["date"].min()
    missed = [
        p not in ran.index or period_bounds(ran[p])[0] > period_bounds(d)[1]
        for p, d in zip(due["project"], due["promised"], strict=True)
    ]
    words = "Promised dates that have passed and were missed"
    portion = share("dates_missed", words, due[missed], due)
    return ev.ladder({IMPRECISE: "half"}, MISLEADING, higher=False).of(portion)


@rule("c46")
def no_russian_share(ev: Evidence) -> Question:
    """The least share of oil exports that crossed Russia in the last year, by each count of CPC."""
    years = ev.years("oil_exports", "route == 'cpc'").index.intersection(
        ev.years("oil_exports", "route == 'total'").index
    )
    if years.empty:
        raise Unknown("no year with CPC and the total known")
    year = str(years.max())
    tree = RouteTree(ev.reference("oil_routes"), "wide")
    ladder = ev.ladder({IMPRECISE: "half"}, MISLEADING, higher=False)

    def by(kept: pd.DataFrame) -> Question:
        used = status_outcome(kept).query("period == @year")
        carried = dict(zip(used["route"], used["value"].astype(float), strict=True))

        def grade(pipe: Measure, whole: Measure) -> Finding:
            moved = carried | {"cpc": pipe.value, "total": whole.value}
            low, high = modelled(tree.dependence, moved, year)
            words = f"Exports that crossed Russia, with {number(pipe.value, 1)} Mt in CPC"
            least, most = (
                derived(f"russia_share_{end}", f"{words}, at {end}", 100 * v, "%", pipe, whole)
                for end, v in (("least", low), ("most", high))
            )
            return ladder.grade(least, most, pipe, whole)

        pipe, whole = (used[used["route"] == route] for route in ("cpc", "total"))
        return Formula(
            (
                ev.input("cpc_mt", f"Kazakh oil in CPC, {year}", pipe),
                ev.input("exports_mt", f"All oil exports, {year}", whole),
            ),
            grade,
        )

    counts = by_count(ev.known("oil_exports"), "cpc", year)
    if len(counts) == 1:
        return by(*counts.values())
    return by_source({f"{number(v, 1)} Mt in CPC": partial(by, kept) for v, kept in counts.items()})
