"""What the article leaves out: the figures that a reader would have had. No verdict is given.

Each function gives look-ups: those whose figure was known on the day are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from caspian.claims.evidence import Evidence, count, figure, merged, share
from caspian.claims.judging import Measure, derived, ratio
from caspian.claims.rules.corridor import ministry, places_on_the_way
from caspian.claims.rules.oil import SHIPPED, agreed, exports, last_year, oil, russian_share
from caspian.claims.rules.registry import left_out
from caspian.claims.rules.series import Series
from caspian.claims.rules.trade import LEDGERS, turnover
from caspian.claims.rules.visit import last_days, visit
from caspian.claims.verdicts import IMPRECISE, MISLEADING
from openbook.tables.periods import period_bounds

LookUps = list[Callable[[], Measure]]


@left_out("o01")
def no_tonne(ev: Evidence) -> LookUps:
    """The volume agreed, and what it is of all oil exports."""
    words = "In percent of Kazakhstan's oil exports"
    return [
        lambda: agreed(ev),
        lambda: ratio("agreed_share", words, agreed(ev), last_year(ev, exports(ev))),
    ]


@left_out("o02")
def no_dollar(ev: Evidence) -> LookUps:
    """The sum told for the fund, and the year's trade by each ledger."""
    sums = ev.known("project_steps", "project == 'joint_fund' and amount_usd_mn > 0")
    fund = partial(
        figure, "fund_usd_mn", "Size told for the joint fund", sums, "amount_usd_mn", "USD mn"
    )
    trade: LookUps = [
        partial(lambda who: last_year(ev, turnover(ev, who)), w) for w in LEDGERS.values()
    ]
    return [fund, *trade]


@left_out("o03")
def no_date(ev: Evidence) -> LookUps:
    """Dates promised by the day of the visit that have passed: how many were missed."""
    dates = ev.known("project_dates", f"said_on <= '{visit(ev).date()}'")
    due = dates[[period_bounds(p)[1] <= ev.day for p in dates["promised"]]]
    ran = ev.acts("project_steps", "step == 'running'").groupby("project")["date"].min()
    missed = [
        p not in ran.index or period_bounds(ran[p])[0] > period_bounds(d)[1]
        for p, d in zip(due["project"], due["promised"], strict=True)
    ]
    words = "Dates promised by the day that have passed and were missed"
    return [lambda: share("dates_missed", words, due[missed], due)]


@left_out("o04")
def no_russian_share(ev: Evidence) -> LookUps:
    """The least share of oil exports that crossed Russia, by each official count of CPC."""
    ladder = ev.ladder({IMPRECISE: "half"}, MISLEADING, higher=False)
    found = russian_share(ev, ladder).grade()
    least = [f.decided_by for f in found.all() if f.decided_by and not f.variants]
    return [partial(lambda measure: measure, m) for m in least]


@left_out("o05")
def no_sea(ev: Evidence) -> LookUps:
    """The level of the Caspian, newest and at its height of our time."""
    rows = ev.known("caspian_level", "status == 'actual' and preferred")
    whole = rows[rows["basin_part"].isin(["whole_sea", "not_stated"])]
    words = "Level of the Caspian, metres of the Baltic datum"
    top = whole[whole["period"] == str(ev.limit_day("sea_height").year)]
    low = partial(figure, "level_m", words, whole)
    high = partial(figure, "level_high_m", "At its height of our time", top)
    return [
        low,
        high,
        lambda: derived(
            "level_fall_m", "Fallen since by", high().value - low().value, "m", high(), low()
        ),
    ]


@left_out("o06")
def no_terms(ev: Evidence) -> LookUps:
    """The newest rates told for the Caspian pipeline and for the pipe to Ceyhan."""
    rows = ev.known("transport_tariffs", "status in ['actual', 'estimate'] and preferred")
    return [
        partial(figure, f"{route}_tariff", f"Rate told for {name}", rows[rows["leg"] == leg])
        for leg, route, name in (
            ("cpc_pipeline", "cpc", "the Caspian pipeline"),
            ("btc_pipeline", "btc", "the pipe from Baku to Ceyhan, without the way to it"),
        )
    ]


@left_out("o07")
def two_ledgers(ev: Evidence) -> LookUps:
    """The trade of the newest year that both ledgers have, and how far they lie apart."""
    one, other = (turnover(ev, who) for who in LEDGERS.values())
    both = [y for y in one.years.index if y in other.years.index]
    if not both:
        return []
    near, far = (s.at(str(both[-1])) for s in (one, other))
    low, high = sorted((near, far), key=lambda m: m.value)
    words = "The higher in percent of the lower"
    return [lambda: near, lambda: far, lambda: ratio("ledgers_ratio", words, high, low)]


@left_out("o08")
def third_states(ev: Evidence) -> LookUps:
    """The states that the corridor crosses besides the two."""
    on_way = places_on_the_way(ev)
    others = on_way[on_way["country"].isin(ev.members("transit_states"))]
    first = others.drop_duplicates("country")
    names = ev.reference("countries").set_index("country")["name"]
    named = " and ".join(sorted(names.get(c, c) for c in first["country"]))
    words = f"States between the two and Europe on the corridor's routes, {named}"
    return [lambda: count("transit_states", words, first, "states", merged(others["source"]))]


@left_out("o09")
def one_expert(ev: Evidence) -> LookUps:
    """Assessments of the partnership by others that the book has found."""
    words = "Assessments by others that the book has found"
    return [
        lambda: count("assessments", words, ev.known("assessments", "about != 'ots'"), "voices")
    ]


@left_out("o10")
def no_size(ev: Evidence) -> LookUps:
    """The corridor's freight, and that of all transit on Kazakhstan's rails."""
    rails = ev.outcome("rival_volumes", "series == 'kz_transit_rail'")
    other = Series(ev, rails, "kz_transit_mt", "All transit on Kazakhstan's rails")
    return [lambda: last_year(ev, ministry(ev)), lambda: last_year(ev, other)]


@left_out("o11")
def other_unions(ev: Evidence) -> LookUps:
    """The alliances of one state that bar or bind it, and the other is not in."""
    rows = ev.acts("defence_ties", "tie == 'csto'")
    words = "Alliance of mutual defence that Kazakhstan is in and Azerbaijan is not (CSTO)"
    return [lambda: count("other_alliances", words, rows, "alliances", merged(rows["source"]))]


@left_out("o12")
def next_day(ev: Evidence) -> LookUps:
    """What the two presidents opened in Karabakh on the day after."""
    day = visit(ev).date() + pd.Timedelta(days=1)
    rows = ev.acts("milestones", f"date == '{day}'")
    words = "Events on record on the next day: a Kazakh children's centre opened in Fuzuli"
    return [lambda: count("next_day", words, rows, "events", merged(rows["source"]))]


@left_out("o13")
def oil_before(ev: Evidence) -> LookUps:
    """The oil that had gone to Baku in the year before the visit."""
    series = Series(ev, oil(ev, SHIPPED), SHIPPED.name, SHIPPED.label)
    return [lambda: series.at(str(visit(ev).year - 1))]


@left_out("o14")
def alliance_before(ev: Evidence) -> LookUps:
    """Treaties and declarations of the two signed before the visit."""
    rows = ev.acts("agreements", "legal_kind in ['treaty', 'declaration'] and sector == 'politics'")
    before = rows[last_days(rows, "signed") < visit(ev)]
    words = "Treaties and declarations between the two before that day"
    return [lambda: count("alliance_before", words, before, "papers", merged(rows["source"]))]
