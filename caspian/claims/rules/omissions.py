"""What the article leaves out: the figures that a reader would have had. No verdict is given."""

from __future__ import annotations

from caspian.claims.evidence import Evidence, count, figure, merged, share
from caspian.claims.judging import Measure, Question, derived, ratio
from caspian.claims.rules.corridor import freight, places_on_the_way
from caspian.claims.rules.oil import agreed, exports, last_year, russian_share
from caspian.claims.rules.registry import left_out
from caspian.claims.rules.series import Series
from caspian.claims.rules.trade import LEDGERS, turnover
from caspian.claims.rules.visit import visit
from caspian.claims.verdicts import IMPRECISE, MISLEADING
from caspian.rules import period_bounds


@left_out("o01")
def no_tonne(ev: Evidence) -> list[Measure]:
    """The volume agreed, and what it is of all oil exports."""
    promised, whole = agreed(ev), last_year(ev, exports(ev))
    return [
        promised,
        ratio("agreed_share", "In percent of Kazakhstan's oil exports", promised, whole),
    ]


@left_out("o02")
def no_dollar(ev: Evidence) -> list[Measure]:
    """The sum told for the fund, and the year's trade by each ledger."""
    sums = ev.known("project_steps", "project == 'joint_fund' and amount_usd_mn > 0")
    fund = figure("fund_usd_mn", "Size told for the joint fund", sums, "amount_usd_mn", "USD mn")
    return [fund, *(last_year(ev, turnover(ev, who)) for who in LEDGERS.values())]


@left_out("o03")
def no_date(ev: Evidence) -> list[Measure]:
    """Dates promised by the day of the visit that have passed: how many were missed."""
    dates = ev.known("project_dates", f"said_on <= '{visit(ev).date()}'")
    due = dates[[period_bounds(p)[1] <= ev.day for p in dates["promised"]]]
    ran = ev.acts("project_steps", "step == 'running'").groupby("project")["date"].min()
    missed = [
        p not in ran.index or period_bounds(ran[p])[0] > period_bounds(d)[1]
        for p, d in zip(due["project"], due["promised"], strict=True)
    ]
    words = "Dates promised by the day that have passed and were missed"
    return [share("dates_missed", words, due[missed], due)]


@left_out("o04")
def no_russian_share(ev: Evidence) -> list[Measure]:
    """The least share of oil exports that crossed Russia, by each official count of CPC."""
    ladder = ev.ladder({IMPRECISE: "half"}, MISLEADING, higher=False)
    question: Question = russian_share(ev, ladder)
    found = question.grade()
    return [f.decided_by for f in found.all() if f.decided_by and not f.variants]


@left_out("o05")
def no_sea(ev: Evidence) -> list[Measure]:
    """The level of the Caspian, now and at its height of our time."""
    rows = ev.acts("caspian_level", "kind in ['annual_mean', 'statement'] and preferred")
    rows = rows[rows["period"].str.fullmatch(r"\d{4}")]
    low = figure("level_m", "Level of the Caspian, metres of the Baltic datum", rows)
    high = figure("level_high_m", "At its height of our time", rows[rows["period"] == "1995"])
    fall = derived("level_fall_m", "Fallen since by", high.value - low.value, "m", high, low)
    return [low, high, fall]


@left_out("o06")
def no_terms(ev: Evidence) -> list[Measure]:
    """What shippers pay by the Caspian pipeline; no price by Baku is public."""
    rows = ev.acts("transport_tariffs", "leg == 'cpc_pipeline' and status != 'target'")
    rows = rows[rows["status"] != "forecast"]
    asked = ev.known("transport_tariffs", "route == 'btc' and status != 'target'")
    told = count("btc_tariffs", "Rates by Baku and Ceyhan on record", asked, "rates",
                 merged(rows["source"]))  # fmt: skip
    return [figure("cpc_tariff", "Rate told for the Caspian pipeline", rows), told]


@left_out("o07")
def two_ledgers(ev: Evidence) -> list[Measure]:
    """The trade of the newest year that both ledgers have, and how far they lie apart."""
    one, other = (turnover(ev, who) for who in LEDGERS.values())
    both = [y for y in one.years.index if y in other.years.index]
    near, far = (s.at(str(both[-1])) for s in (one, other))
    low, high = sorted((near, far), key=lambda m: m.value)
    return [near, far, ratio("ledgers_ratio", "The higher in percent of the lower", high, low)]


@left_out("o08")
def third_states(ev: Evidence) -> list[Measure]:
    """The states that the corridor crosses besides the two."""
    on_way = places_on_the_way(ev)
    others = on_way[on_way["country"].isin(ev.members("transit_states"))]
    first = others.drop_duplicates("country")
    words = "States on the corridor's routes between the two and Europe: " + ", ".join(
        sorted(first["country"])
    )
    return [count("transit_states", words, first, "states", merged(others["source"]))]


@left_out("o09")
def one_expert(ev: Evidence) -> list[Measure]:
    """Assessments of the partnership by others that the book has found."""
    rows = ev.known("assessments")
    critical = rows[rows["stance"].isin(["critical", "cautious"])]
    words = "Assessments by others on record, cautious or critical ones"
    return [share("assessments_critical", words, critical, rows)]


@left_out("o10")
def no_size(ev: Evidence) -> list[Measure]:
    """The corridor's freight, and that of all transit on Kazakhstan's rails."""
    one = freight(ev, "titr_total", "titr_mt", "Freight of the corridor")
    other = Series(ev, ev.outcome("rival_volumes", "series == 'kz_transit_rail'"),
                   "kz_transit_mt", "All transit on Kazakhstan's rails")  # fmt: skip
    return [last_year(ev, one), last_year(ev, other)]
