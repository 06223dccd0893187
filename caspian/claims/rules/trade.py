"""Rules on trade and investment: paragraphs 4, 6 and 10 of the article. Trade in USD million."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import pandas as pd

from caspian.claims.evidence import Evidence, count, figure, share
from caspian.claims.judging import (
    Finding,
    Formula,
    Measure,
    Question,
    Unknown,
    beside,
    by_source,
    derived,
    opinion,
    part,
    ratio,
)
from caspian.claims.rules.oil import base_year
from caspian.claims.rules.registry import candidate, rule
from caspian.claims.rules.series import MONTHS, Series, months
from caspian.claims.rules.visit import months_between, visit
from caspian.claims.verdicts import (
    CONTRADICTED,
    IMPRECISE,
    MISLEADING,
    OPEN,
    OVERSTATED,
    SUPPORTED,
)
from caspian.models.routes import status_outcome
from caspian.text import day

LEDGERS = {"Kazakhstan's count": "Kazakhstan", "Azerbaijan's count": "Azerbaijan"}
NAME = {"Kazakhstan": "trade_kz_usd_mn", "Azerbaijan": "trade_az_usd_mn"}


def turnover(ev: Evidence, who: str) -> Series:
    """AZ–KZ turnover as one side's ledger has it."""
    query = f"pair == 'AZE-KAZ' and flow == 'turnover' and counted_by == '{who}'"
    return Series(ev, ev.outcome("az_kz_trade", query), NAME[who], f"Trade by {who}'s count")


# --- paragraph 4: investment ---------------------------------------------------------------------


@rule("c18")
def partnership_strengthened(ev: Evidence) -> Question:
    """AZ–KZ trade over the last year and since the year before the visit, by both ledgers."""
    return by_source(
        {words: partial(_since_the_visit, ev, who) for words, who in LEDGERS.items()}, equal=True
    )


def _since_the_visit(ev: Evidence, who: str) -> Question:
    """Growth of trade over the last year and since the year before the visit."""
    return turnover(ev, who).windows(since=base_year(ev))


@candidate("c18", "Joint investments that run, of those announced since")
def joint_running(ev: Evidence) -> Question:
    """The share of joint investments announced since the visit that are reported running."""
    joint, running = joint_projects(ev, since=visit(ev).date())
    portion = share("running", "Joint investments announced since that run", running, joint)
    return ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter"}, OVERSTATED).of(portion)


@rule("c19")
def investment_opened(ev: Evidence) -> Question:
    """Months that the joint fund has stood without a report that money went in."""
    steps = ev.known("project_steps", "project == 'joint_fund'")
    told = steps[steps["step"] == "announced"]
    if told.empty:
        raise Unknown("the fund had not been announced")
    paid = steps[steps["step"].isin(["financed", "construction", "running"])]
    sized = told.dropna(subset="amount_usd_mn")
    size = figure("fund_usd_mn", "Size told for the fund", sized, "amount_usd_mn", "USD mn")
    if len(paid):
        reports = count("fund_steps", "Reports of money at work", paid, "reports")
        return ev.ladder({SUPPORTED: "exists"}, OVERSTATED).of(reports, size)
    waited = Measure(
        "fund_months",
        "Months since the signing without a report of money paid in",
        months_between(pd.Timestamp(told["date"].max()), pd.Timestamp(ev.day)),
        "months",
        size.source,
    )
    return ev.ladder({OPEN: "fund_patience"}, OVERSTATED, higher=False).of(waited, size)


@rule("c49")
def growth_and_fund(ev: Evidence) -> Question:
    """Opinion; beside it, the fund's size in percent of what the two economies make in a year."""

    def proxy() -> Formula:
        steps = ev.known("project_steps", "project == 'joint_fund'").dropna(subset="amount_usd_mn")
        size = figure("fund_usd_mn", "Size told for the fund", steps, "amount_usd_mn", "USD mn")
        output = ev.acts("country_indicators", "indicator == 'gdp' and country in ['AZE', 'KAZ']")
        years = output[output.groupby("period")["country"].transform("nunique") == 2]
        if years.empty:
            raise Unknown("no year with the output of both")
        year = years["period"].max()
        both = (
            figure(f"gdp_{c.lower()}_usd_mn", f"Output of {name}", rows)
            for c, name in (("AZE", "Azerbaijan"), ("KAZ", "Kazakhstan"))
            for rows in [years[(years["country"] == c) & (years["period"] == year)]]
        )

        def grade(size: Measure, one: Measure, other: Measure) -> Finding:
            whole = derived(
                "gdp_usd_mn", "Both outputs", one.value + other.value, "USD mn", one, other
            )
            small = ratio("fund_of_output", "The fund in percent of both outputs", size, whole)
            return beside(small, size, one, other)

        return Formula((size, *both), grade)

    return opinion(proxy)


def joint_projects(
    ev: Evidence, since: dt.date | None = None, *, acts: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Joint investments first announced since a day, and those of them that run.

    `acts`: by the day of each step, whatever page tells of it.
    """
    steps = ev.acts("project_steps") if acts else ev.known("project_steps")
    told = steps[steps["step"] == "announced"].sort_values(["date", "source"])
    first = told.drop_duplicates("project").set_index("project")
    named = first[first["date"] >= (since.isoformat() if since else "")]
    joint = ev.reference("investment_projects").query("joint and kind == 'investment'")
    joint = joint[joint["project"].isin(named.index)]
    joint = joint.assign(source=list(named.loc[joint["project"], "source"]))
    running = steps.loc[steps["step"] == "running", "project"]
    return joint, joint[joint["project"].isin(running)]


@rule("c20")
def prosperity(ev: Evidence) -> Question:
    """Opinion; beside it, the share of the joint investments since the visit that run."""

    def proxy() -> Formula:
        joint, running = joint_projects(ev, since=visit(ev).date(), acts=True)
        words = "Joint investments announced since the visit that run"
        return Formula((share("running", words, running, joint),), beside)

    return opinion(proxy)


# --- paragraph 6: beside Türkiye -----------------------------------------------------------------


@rule("c23")
def growing(ev: Evidence) -> Question:
    """AZ–KZ trade over the last year, the last two and the longest run, by both ledgers."""
    sides = {words: partial(_windows, ev, who) for words, who in LEDGERS.items()}
    return by_source(sides, equal=True)


def _windows(ev: Evidence, who: str) -> Question:
    return turnover(ev, who).windows()


@candidate("c23", "Papers on record, year by year")
def papers_grow(ev: Evidence) -> Question:
    """Papers signed in the last whole year against the year before."""
    rows = ev.acts("agreements")
    years = rows["signed"].str[:4].astype(int)
    until = ev.day.year - 1
    now, before = (
        count(f"papers_{y}", f"Papers on record, signed in {y}", rows[years == y], "papers")
        for y in (until, until - 1)
    )
    ladder = ev.ladder({SUPPORTED: "whole"}, CONTRADICTED)
    times = partial(ratio, "papers_ratio", f"Papers of {until} in percent of those of {until - 1}")
    return Formula((now, before), lambda n, b: ladder.grade(times(n, b), n, b))


@rule("c24")
def like_turkiye(ev: Evidence) -> Question:
    """AZ–KZ trade in percent of AZ–TR trade, newest period known of both, by each ledger."""
    steps = {SUPPORTED: "half", IMPRECISE: "quarter", OVERSTATED: "tenth"}
    ladder = ev.ladder(steps, MISLEADING)
    compared = partial(ratio, "beside_turkiye", "AZ–KZ trade in percent of AZ–TR trade")

    def by(near: Series, far: Series) -> Question:
        both = [p for p in near.rows["period"] if p in far.rows.index]
        if not both:
            raise Unknown(f"no period with both: {near.label}")
        return Formula(
            (near.at(both[-1]), far.at(both[-1])),
            lambda one, other: ladder.grade(compared(one, other), one, other),
        )

    def turkish() -> Series:
        rows = ev.outcome(
            "bilateral_trade",
            "pair == 'AZE-TUR' and flow == 'turnover' and counted_by == 'Azerbaijan'",
        )
        return Series(ev, rows, "trade_az_tr_usd_mn", "Trade of Azerbaijan and Türkiye")

    def mirrored(table: str, pair: str, name: str, label: str) -> Series:
        rows = ev.outcome(table, f"pair == '{pair}' and counted_by == 'CEPII BACI'")
        summed = rows.groupby("period", as_index=False).agg(
            {"value": "sum", "unit": "first", "source": "first"}
        )
        return Series(ev, summed, name, label)

    def reconciled() -> Question:
        near = mirrored("az_kz_trade", "AZE-KAZ", "trade_baci_usd_mn", "Trade, reconciled")
        far = mirrored("bilateral_trade", "AZE-TUR", "trade_baci_az_tr_usd_mn",
                       "Trade of Azerbaijan and Türkiye, reconciled")  # fmt: skip
        return by(near, far)

    ledgers = {
        words: partial(lambda who: by(turnover(ev, who), turkish()), who)
        for words, who in LEDGERS.items()
    }
    return by_source(ledgers | {"Reconciled trade data": reconciled}, equal=True)


@candidate("c24", "Trade for each million of people")
def for_their_size(ev: Evidence) -> Question:
    """Trade with Kazakhstan and with Türkiye, each divided by the partner's people."""
    people = ev.acts("country_indicators", "indicator == 'population'")
    azerbaijan = turnover(ev, "Azerbaijan")
    rows = ev.outcome(
        "bilateral_trade",
        "pair == 'AZE-TUR' and flow == 'turnover' and counted_by == 'Azerbaijan'",
    )
    turkish = Series(ev, rows, "trade_az_tr_usd_mn", "Trade of Azerbaijan and Türkiye")
    both = [p for p in azerbaijan.rows["period"] if p in turkish.rows.index]
    if not both or people.empty:
        raise Unknown("no period with both")
    sizes = [
        figure(f"people_{c.lower()}", f"People of {name}", people[people["country"] == c])
        for c, name in (("KAZ", "Kazakhstan"), ("TUR", "Türkiye"))
    ]
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter", OVERSTATED: "tenth"}, MISLEADING)

    def grade(near: Measure, far: Measure, kz: Measure, tr: Measure) -> Finding:
        weighed = replace(far, value=far.value * kz.value / tr.value) if tr.value else far
        words = "AZ–KZ trade in percent of AZ–TR trade, for one person of the partner"
        return ladder.grade(ratio("beside_turkiye_head", words, near, weighed), near, far)

    return Formula((azerbaijan.at(both[-1]), turkish.at(both[-1]), *sizes), grade)


@rule("c25")
def kinship(ev: Evidence) -> Question:
    """Opinion; beside it, how often the two gave the same vote in the UN General Assembly."""

    def proxy() -> Formula:
        votes = ev.known("un_votes", "pair == 'AZE-KAZ'")
        votes = votes[votes["period"] == votes["period"].max()]
        both = (
            figure("votes_votes", "Votes in which both took part", votes, "votes", "votes"),
            figure("votes_agreed", "Votes given alike", votes, "agreed", "votes"),
        )
        return Formula(
            both,
            lambda cast, alike: beside(
                part("votes_alike", f"Votes given alike, {day(cast.period)}", alike, cast),
                cast,
                alike,
            ),
        )

    return opinion(proxy)


# --- paragraphs 7 and 10 -------------------------------------------------------------------------


@rule("c26")
def prospects(ev: Evidence) -> Question:
    """Opinion; beside it, the share of the joint investments in these fields that run."""

    def proxy() -> Formula:
        fields = ev.members("infrastructure")
        joint, running = (p[p["sector"].isin(fields)] for p in joint_projects(ev, acts=True))
        words = "Joint investments in energy, transport and cables that run"
        return Formula((share("running", words, running, joint),), beside)

    return opinion(proxy)


@rule("c50")
def symbiosis(ev: Evidence) -> Question:
    """Opinion; beside it, the other's part in each one's trade in goods."""

    def proxy() -> Formula:
        mutual = turnover(ev, "Kazakhstan")
        totals = ev.known("kz_trade_totals")
        years = totals.assign(year=totals["period"].str[:4]).groupby("year")
        full = [y for y, rows in years if len(rows) == 2 * MONTHS and y in mutual.rows.index]
        if not full:
            raise Unknown("no year with Kazakhstan's trade in all months")
        year = full[-1]
        rows = totals[totals["period"].str[:4] == year]
        whole = figure(
            "kz_trade_usd_mn",
            "All of Kazakhstan's trade in goods",
            rows.head(1).assign(value=rows["value"].sum(), period=year),
        )
        words = "Azerbaijan's part in Kazakhstan's trade"
        return Formula(
            (mutual.at(year), whole),
            lambda one, all_: beside(part("partner_part", words, one, all_), one, all_),
        )

    return opinion(proxy)


@rule("c40")
def deeper_integration(ev: Evidence) -> Question:
    """AZ–KZ trade in percent of the presidents' aim, by both ledgers; open until its time is up."""
    due = ev.limit_day("aim_due")
    missed = OVERSTATED if ev.day > due else OPEN
    ladder = ev.ladder({SUPPORTED: "whole", IMPRECISE: "three_quarters"}, missed)

    def by(who: str) -> Question:
        series = turnover(ev, who)
        now = series.newest("floor_months")
        if int(now.period[:4]) <= base_year(ev):
            raise Unknown(f"no trade figure by {who} later than {base_year(ev)}")
        aims = ev.known(
            "trade_targets",
            "pair == 'AZE-KAZ' and unit == 'USD mn' and said_by.str.contains('resident')",
        )
        aim = figure("trade_aim_usd_mn", "What the presidents aim at", aims)
        floor = "" if months(now.period) == MONTHS else ", at least"
        reached = partial(ratio, f"{NAME[who]}_of_aim", f"Trade in percent of the aim{floor}")

        def grade(now: Measure, aim: Measure) -> Finding:
            found = ladder.grade(reached(now, aim), now, aim)
            until = (
                f"the aim has until {day(due.isoformat())}, the end of the programme it belongs to"
            )
            return replace(found, reason=until) if found.verdict == OPEN else found

        return Formula((now, aim), grade)

    return by_source({words: partial(by, who) for words, who in LEDGERS.items()}, equal=True)


@candidate("c40", "Trade over the last year and the last two")
def course(ev: Evidence) -> Question:
    """Whether trade moves toward the aim at all."""
    return growing(ev)


@candidate("c40", "Joint investments that run")
def running_investments(ev: Evidence) -> Question:
    """The share of all joint investments ever announced that are reported running."""
    joint, running = joint_projects(ev)
    portion = share("running", "Joint investments on record that run", running, joint)
    return ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter"}, OVERSTATED).of(portion)


@rule("c42")
def regional_growth(ev: Evidence) -> Question:
    """Kazakhstan's trade with the countries around the Caspian corridor, over the windows."""
    return region(ev).windows(since=base_year(ev))


def region(ev: Evidence) -> Series:
    """Kazakhstan's trade with the region's other states, years in which all are known."""
    states = ev.members("region")
    rows = status_outcome(
        ev.known("kz_trade_by_partner", f"partner in {states}").assign(preferred=True)
    )
    sums = rows.groupby("period").agg(
        value=("value", "sum"),
        lines=("value", "size"),
        unit=("unit", "first"),
        source=("source", "first"),
    )
    sums = sums[sums["lines"] == 2 * len(states)].reset_index()
    words = f"Kazakhstan's trade with {len(states)} states of the region"
    return Series(ev, sums, "kz_region_usd_mn", words)
