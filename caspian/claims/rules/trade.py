"""Rules on trade and investment: paragraphs 4, 6 and 10 of the article. Trade in USD million."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
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
from caspian.claims.rules.visit import months_between, official_papers, visit
from caspian.claims.verdicts import (
    CONTRADICTED,
    IMPRECISE,
    MISLEADING,
    OPEN,
    OVERSTATED,
    SUPPORTED,
)
from caspian.models.routes import status_outcome
from openbook.text import day

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
    return ev.ladder({OPEN: "aim_patience"}, OVERSTATED, higher=False).of(waited, size)


@rule("c49")
def growth_and_fund(ev: Evidence) -> Question:
    """Opinion; beside it, the fund's size in percent of what the two economies make in a year."""

    def proxy() -> Formula:
        steps = ev.known("project_steps", "project == 'joint_fund'").dropna(subset="amount_usd_mn")
        size = figure("fund_usd_mn", "Size told for the fund", steps, "amount_usd_mn", "USD mn")
        output = ev.known("country_indicators", "indicator == 'gdp' and country in ['AZE', 'KAZ']")
        years = output[output.groupby("period")["country"].transform("nunique") == 2]
        if years.empty:
            return Formula((size,), beside)
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


@candidate("c23", "Papers between the two, as officials count them")
def papers_grow(ev: Evidence) -> Question:
    """The newest official count of all papers against that before the visit."""
    return official_papers(ev, ev.ladder({SUPPORTED: "whole"}, CONTRADICTED))


@rule("c55")
def flourishing(ev: Evidence) -> Question:
    """Trade of Azerbaijan and Türkiye over the last year, the last two and the longest run."""
    return turkish(ev).windows()


def turkish(ev: Evidence, who: str = "Azerbaijan") -> Series:
    """Trade of Azerbaijan and Türkiye as one side counts it."""
    rows = ev.outcome(
        "bilateral_trade",
        f"pair == 'AZE-TUR' and flow == 'turnover' and counted_by == '{who}'",
    )
    words = "Trade of Azerbaijan and Türkiye"
    label = words if who == "Azerbaijan" else f"{words} by {who}'s count"
    name = "trade_az_tr_usd_mn" if who == "Azerbaijan" else "trade_tr_az_usd_mn"
    return Series(ev, rows, name, label)


@rule("c24")
def like_turkiye(ev: Evidence) -> Question:
    """AZ–KZ trade in percent of AZ–TR trade, newest period known of both, by each ledger."""
    steps = {SUPPORTED: "half", IMPRECISE: "quarter", OVERSTATED: "tenth"}
    ladder = ev.ladder(steps, MISLEADING)
    compared = partial(ratio, "beside_turkiye", "AZ–KZ trade in percent of AZ–TR trade")

    def by(near: Series, far: Series) -> Question:
        period = near.with_(far)
        return Formula(
            (near.at(period), far.at(period)),
            lambda one, other: ladder.grade(compared(one, other), one, other),
        )

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
        words: partial(lambda who: by(turnover(ev, who), turkish(ev)), who)
        for words, who in LEDGERS.items()
    }

    def with_turkiyes_own() -> Question:
        return by(turnover(ev, "Azerbaijan"), turkish(ev, "Türkiye"))

    others: dict[str, Callable[[], Question]] = {
        "With Türkiye's own count": with_turkiyes_own,
        "Reconciled trade data": reconciled,
    }
    return by_source({**ledgers, **others}, equal=True)


@candidate("c24", "Trade for each million of people")
def for_their_size(ev: Evidence) -> Question:
    """Trade with Kazakhstan and with Türkiye, each divided by the partner's people."""
    people = ev.known("country_indicators", "indicator == 'population'")
    azerbaijan, beside_it = turnover(ev, "Azerbaijan"), turkish(ev)
    period = azerbaijan.with_(beside_it)
    sizes = [
        figure(f"people_{c.lower()}", f"People of {name}", people[people["country"] == c])
        for c, name in (("KAZ", "Kazakhstan"), ("TUR", "Türkiye"))
    ]
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter", OVERSTATED: "tenth"}, MISLEADING)

    def grade(near: Measure, far: Measure, kz: Measure, tr: Measure) -> Finding:
        weighed = replace(far, value=far.value * kz.value / tr.value) if tr.value else far
        words = "AZ–KZ trade in percent of AZ–TR trade, for one person of the partner"
        return ladder.grade(ratio("beside_turkiye_head", words, near, weighed), near, far)

    return Formula((azerbaijan.at(period), beside_it.at(period), *sizes), grade)


@rule("c25")
def kinship(ev: Evidence) -> Question:
    """Opinion; beside it, votes that the two gave alike in the UN, and Azerbaijan with Türkiye."""

    def proxy() -> Formula:
        def pair(name: str, words: str) -> tuple[Measure, Measure]:
            votes = ev.known("un_votes", f"pair == '{name}'")
            votes = votes[votes["period"] == votes["period"].max()]
            partner = name.rpartition("-")[2].lower()
            return (
                figure(f"votes_{partner}", f"Votes of {words}", votes, "votes", "votes"),
                figure(f"agreed_{partner}", f"Votes given alike by {words}", votes, "agreed",
                       "votes"),
            )  # fmt: skip

        kz, tr = (pair("AZE-KAZ", "Azerbaijan and Kazakhstan"),
                  pair("AZE-TUR", "Azerbaijan and Türkiye"))  # fmt: skip

        def grade(cast: Measure, alike: Measure, cast_tr: Measure, alike_tr: Measure) -> Finding:
            ours, theirs = (
                part(f"alike_{c.name}", f"{a.label}, {day(c.period)}", a, c)
                for a, c in ((alike, cast), (alike_tr, cast_tr))
            )
            return beside(ours, theirs, cast, alike, cast_tr, alike_tr)

        return Formula((*kz, *tr), grade)

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
    """Opinion; beside it, each one's part in the other's trade in goods, by reconciled data."""

    def proxy() -> Formula:
        mutual = ev.known("az_kz_trade", "pair == 'AZE-KAZ' and counted_by == 'CEPII BACI'")
        totals = ev.known("trade_totals", "count == 'CEPII BACI' and country in ['AZE', 'KAZ']")
        years = sorted(set(mutual["period"]) & set(totals["period"]))
        if not years:
            raise Unknown("no year of reconciled trade known")

        def summed(rows: pd.DataFrame, name: str, words: str) -> Measure:
            rows = rows[rows["period"] == years[-1]]
            return figure(name, words, rows.head(1).assign(value=rows["value"].sum()))

        both = summed(mutual, "trade_baci_usd_mn", "Trade of the two, reconciled")
        az, kz = (
            summed(
                totals[totals["country"] == code], f"trade_{code.lower()}", f"All of {who}'s trade"
            )
            for code, who in (("AZE", "Azerbaijan"), ("KAZ", "Kazakhstan"))
        )
        return Formula(
            (both, az, kz),
            lambda both, az, kz: beside(
                part("kz_in_az", "Kazakhstan's part in Azerbaijan's trade", both, az),
                part("az_in_kz", "Azerbaijan's part in Kazakhstan's trade", both, kz),
                both, az, kz,
            ),
        )  # fmt: skip

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
    """Kazakhstan's trade with states of the region besides the two, and with those on the way."""

    def by(limit: str, name: str, label: str) -> Question:
        return region(ev, limit, name, label).windows(since=base_year(ev))

    return by_source(
        {
            "All states of the region": partial(
                by,
                "region",
                "kz_region_usd_mn",
                "Kazakhstan's trade with the region's other states",
            ),
            "Those that the corridor crosses": partial(
                by,
                "transit_states",
                "kz_transit_usd_mn",
                "Kazakhstan's trade with the transit states",
            ),
        },
        equal=True,
    )


def region(ev: Evidence, limit: str, name: str, label: str) -> Series:
    """Kazakhstan's trade with some states, years in which all are known."""
    states = ev.members(limit)
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
    return Series(ev, sums, name, label)
