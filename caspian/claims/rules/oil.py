"""Rules on oil: paragraphs 3 and 7 of the article. Volumes in million tonnes (Mt) a year."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pandas as pd

from caspian.claims.evidence import Evidence, figure
from caspian.claims.judging import (
    Finding,
    Formula,
    Ladder,
    Measure,
    Question,
    Unknown,
    beside,
    by_source,
    derived,
    modelled,
    opinion,
    part,
    ratio,
)
from caspian.claims.rules.registry import candidate, rule
from caspian.claims.rules.series import MONTHS, Series
from caspian.claims.verdicts import (
    CONTRADICTED,
    IMPRECISE,
    OVERSTATED,
    SUPPORTED,
)
from caspian.models.routes import RouteTree, by_count, status_outcome
from openbook.tables.periods import period_bounds
from openbook.text import number


class Oil(NamedTuple):
    """One count of Kazakh oil by Baku: the table's measure, its name for scenarios, and words."""

    measure: str
    name: str
    label: str


SHIPPED = Oil("shipped_aktau_baku", "baku_mt", "Kazakh oil shipped to Baku")
ENTERED = Oil("entered_btc", "btc_mt", "Kazakh oil toward BTC")


def base_year(ev: Evidence) -> int:
    """The last whole year before the visit."""
    return ev.limit_day("visit_day").year - 1


def oil(ev: Evidence, kind: Oil) -> pd.DataFrame:
    """Kazakh oil by Baku, outcomes of one count."""
    return ev.outcome("kz_oil_btc", f"measure == '{kind.measure}'")


def whole_years(ev: Evidence, table: str, query: str, name: str, label: str) -> Series:
    """A series of a table as known on the day."""
    return Series(ev, ev.outcome(table, query), name, label)


def last_year(ev: Evidence, series: Series) -> Measure:
    """The figure of the last whole year known."""
    if series.years.empty:
        raise Unknown(f"no whole year for: {series.label}")
    return series.at(str(series.years.index[-1]))


def toward_btc(ev: Evidence) -> Measure:
    """Kazakh oil toward BTC in the last whole year known, Mt."""
    return last_year(ev, Series(ev, oil(ev, ENTERED), ENTERED.name, ENTERED.label))


def exports(ev: Evidence) -> Series:
    """All of Kazakhstan's oil exports."""
    query = "route == 'total'"
    return whole_years(ev, "oil_exports", query, "exports_mt", "All of Kazakhstan's oil exports")


def btc_flow(ev: Evidence) -> Series:
    """All oil in BTC."""
    return whole_years(ev, "btc_flow", "origin == 'total'", "btc_flow_mt", "All oil in BTC")


def agreed(ev: Evidence) -> Measure:
    """The yearly volume agreed: the largest contract in force since the agreement of 2022; before
    one was known, the monthly rate announced at the visit, times twelve.
    """
    since = ev.limit_day("contracts_since").year
    rows = ev.known(
        "kz_oil_btc",
        f"measure == 'contract_volume' and status == 'contract' and period >= '{since}'",
    )
    if rows.empty:
        rate = ev.known("kz_oil_btc", "measure == 'monthly_rate' and status == 'target'")
        rows = rate.assign(value=rate["value"] * MONTHS)
        return figure("agreed_mt", "Announced at the visit, a year", rows)
    return figure("agreed_mt", "Agreed a year", rows[rows["value"] == rows["value"].max()])


# --- paragraph 3 ---------------------------------------------------------------------------------


@rule("c13")
def phased_increase(ev: Evidence) -> Question:
    """Growth of Kazakh oil toward Baku in the last year and since that before the visit."""
    entered = oil(ev, ENTERED)
    counts = ev.known("kz_oil_btc", "measure == 'entered_btc' and status == 'actual'")
    lowest = counts.groupby("period")["value"].transform("min") == counts["value"]
    low = counts[lowest].sort_values("source").drop_duplicates("period")

    def of(rows: pd.DataFrame, kind: Oil) -> Question:
        return Series(ev, rows, kind.name, kind.label).windows(since=base_year(ev))

    return by_source(
        {
            "Oil meant for BTC": partial(of, entered, ENTERED),
            "The same, lowest counts": partial(of, low, ENTERED),
            "All oil shipped to Baku": partial(of, oil(ev, SHIPPED), SHIPPED),
        }
    )


@candidate("c13", "What came in percent of the most agreed a year")
def promise_kept(ev: Evidence) -> Question:
    """The oil of the last year against the volume agreed."""
    kept = partial(ratio, "kept", "What came in percent of the most agreed a year")
    ladder = ev.ladder({SUPPORTED: "whole", IMPRECISE: "half"}, OVERSTATED)
    return Formula(
        (toward_btc(ev), agreed(ev)),
        lambda came, promised: ladder.grade(kept(came, promised), came, promised),
    )


def oil_part(
    ev: Evidence,
    kind: Oil,
    whole: Series,
    portion: Callable[[Measure, Measure], Measure],
    ladder: Ladder,
) -> Question:
    """Kazakh oil by Baku as a `portion` of a `whole`, in the newest period that both have."""
    sent = Series(ev, oil(ev, kind), kind.name, kind.label)
    period = sent.with_(whole)
    return Formula(
        (sent.at(period), whole.at(period)),
        lambda carried, all_of_it: ladder.grade(portion(carried, all_of_it), carried, all_of_it),
    )


@rule("c14")
def kazakh_security(ev: Evidence) -> Question:
    """The part of Kazakhstan's oil exports that went by Baku, newest period known of both."""

    steps = {SUPPORTED: "part_major", IMPRECISE: "part_minor", OVERSTATED: "part_trace"}
    ladder = ev.ladder(steps, CONTRADICTED)

    def by(kind: Oil) -> Question:
        exported = partial(part, "baku_share", f"{kind.label}, in percent of all exports")
        return oil_part(ev, kind, exports(ev), exported, ladder)

    return by_source(
        {
            "All oil shipped to Baku": partial(by, SHIPPED),
            "Oil meant for BTC": partial(by, ENTERED),
        }
    )


def berths(ev: Evidence) -> Measure:
    """The newest capacity told for Aktau's oil berths, which serve Makhachkala too, Mt a year."""
    rows = ev.known(
        "oil_capacities", "link == 'aktau_berths' and status == 'capacity' and preferred"
    )
    return figure("berths_mt", "What Aktau's berths can load", rows)


@candidate("c14", "What Aktau's berths can load, in percent of all exports")
def could_load(ev: Evidence) -> Question:
    """What Aktau's oil berths can load against all exports."""
    ladder = ev.ladder({SUPPORTED: "part_major", IMPRECISE: "part_minor"}, OVERSTATED)
    spread = partial(ratio, "berths_share", "Aktau's berths in percent of all exports")
    return Formula(
        (berths(ev), last_year(ev, exports(ev))),
        lambda able, whole: ladder.grade(spread(able, whole), able, whole),
    )


@candidate("c14", "The least share of exports that crosses Russia")
def crosses_russia(ev: Evidence) -> Question:
    """The least share of oil exports that crossed Russia in the last year, by each count of CPC."""
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "three_quarters"}, OVERSTATED, higher=False)
    return russian_share(ev, ladder)


@rule("c15")
def azerbaijani_security(ev: Evidence) -> Question:
    """The part of BTC's oil that was Kazakh, newest period known of both."""

    steps = {SUPPORTED: "tenth", IMPRECISE: "twentieth", OVERSTATED: "part_trace"}
    ladder = ev.ladder(steps, CONTRADICTED)

    def by(kind: Oil, portion: Callable[..., Measure]) -> Question:
        piped = partial(portion, "kazakh_part", f"{kind.label}, in percent of the oil in BTC")
        return oil_part(ev, kind, btc_flow(ev), piped, ladder)

    return by_source(
        {
            "Oil meant for BTC": partial(by, ENTERED, part),
            "All oil shipped to Baku": partial(by, SHIPPED, ratio),  # some went other ways
        }
    )


@rule("c16")
def mutual_benefit(ev: Evidence) -> Question:
    """Opinion; beside it, how much came of what was planned for the year."""

    def proxy() -> Formula:
        kept = partial(ratio, "kept", "What came in percent of the year's plan")
        return Formula(
            (toward_btc(ev), planned(ev)),
            lambda came, all_: beside(kept(came, all_), came, all_),
        )

    return opinion(proxy)


def planned(ev: Evidence) -> Measure:
    """What was planned for the last year with oil, before or during it."""
    year = toward_btc(ev).period
    plans = ev.known(
        "kz_oil_btc",
        f"measure == 'entered_btc' and status == 'target' and preferred and period == '{year}'",
    )
    return figure("planned_mt", f"Planned for {year}", plans)


# --- paragraph 7 ---------------------------------------------------------------------------------


def largest_aim(ev: Evidence, query: str) -> Measure:
    """The largest aim for oil by Baku whose time had not passed when the last year of oil ended.

    Raises Unknown if there is none.
    """
    over = period_bounds(toward_btc(ev).period)[1]
    rows = ev.known("kz_oil_btc", query).dropna(subset="value")
    rows = rows[[period_bounds(p)[1] > over for p in rows["period"]]]
    if rows.empty:
        raise Unknown("no aim on record that is still to come")
    row = rows.sort_values("value", kind="stable").iloc[[-1]]
    return figure("aim_mt", f"The largest aim still to come, {row['who'].item()}", row)


@rule("c27")
def diversify(ev: Evidence) -> Question:
    """The largest Kazakh aim for oil by Baku that is still to come, in percent of all exports."""
    query = f"status == 'target' and who in {ev.members('kazakh_bodies')}"
    aim = largest_aim(ev, f"{query} and measure == 'entered_btc'")
    spread = partial(part, "aimed_share", "The largest aim by Baku in percent of all exports")
    steps = {SUPPORTED: "part_major", IMPRECISE: "part_minor"}
    ladder = ev.ladder(steps, OVERSTATED)
    return Formula(
        (aim, last_year(ev, exports(ev))),
        lambda aim, whole: ladder.grade(spread(aim, whole), aim, whole),
    )


@candidate("c27", "Oil by Baku since the year before the visit")
def spread(ev: Evidence) -> Question:
    """Oil by Baku against the year before the visit: a wish that was acted on."""
    return Series(ev, oil(ev, SHIPPED), SHIPPED.name, SHIPPED.label).since(base_year(ev))


@candidate("c27", "What a ministry calls possible, in percent of all exports")
def possible(ev: Evidence) -> Question:
    """The newest possibility named for oil by Baku, under no contract and without a date."""
    named = figure(
        "possible_mt", "Called possible", ev.known("kz_oil_btc", "measure == 'potential'")
    )
    spread = partial(ratio, "possible_share", "What is called possible in percent of all exports")
    ladder = ev.ladder({SUPPORTED: "part_major", IMPRECISE: "part_minor"}, OVERSTATED)
    return Formula(
        (named, last_year(ev, exports(ev))),
        lambda named, whole: ladder.grade(spread(named, whole), named, whole),
    )


@rule("c29")
def btc_wish(ev: Evidence) -> Question:
    """The largest Azerbaijani aim for Kazakh oil still to come, in percent of the room in BTC.

    By each capacity told, the operator's first.
    """
    bodies = ev.members("azerbaijani_bodies")
    aim = largest_aim(ev, f"status in ['target', 'forecast'] and who in {bodies}")
    flow = last_year(ev, btc_flow(ev))
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "quarter"}, OVERSTATED)

    def grade(aim: Measure, now: Measure, full: Measure) -> Finding:
        left = derived("btc_left_mt", "Room left in BTC", full.value - now.value, "Mt", full, now)
        filled = ratio("room_filled", "The largest aim in percent of the room in BTC", aim, left)
        return ladder.grade(filled, aim, left, now, full)

    def by(row: pd.DataFrame) -> Question:
        return Formula((aim, flow, figure("btc_capacity_mt", "Capacity of BTC", row)), grade)

    told = btc_capacity(ev)
    if told.empty:
        raise Unknown("no capacity of BTC known")
    return by_source(
        {
            f"With a capacity of {number(row['value'], 1)} Mt": partial(by, told.loc[[at]])
            for at, row in told.iterrows()
        }
    )


def btc_capacity(ev: Evidence) -> pd.DataFrame:
    """What is told of the capacity of BTC, the operator's figure first, being the largest."""
    return ev.known("oil_capacities", "link == 'btc'").sort_values("value", ascending=False)


@candidate("c29", "How full BTC is")
def btc_use(ev: Evidence) -> Question:
    """The flow of the last year in percent of what BTC was built for: the wish come true."""
    rows = btc_capacity(ev)
    used = partial(ratio, "btc_use", "Oil in BTC in percent of its capacity")
    ladder = ev.ladder({SUPPORTED: "three_quarters", IMPRECISE: "half"}, OVERSTATED)
    return Formula(
        (last_year(ev, btc_flow(ev)), figure("btc_capacity_mt", "Capacity of BTC", rows)),
        lambda flow, room: ladder.grade(used(flow, room), flow, room),
    )


@rule("c28")
def wishes_fit(ev: Evidence) -> Question:
    """How much came of what was planned for the last year: what all links let through."""
    ladder = ev.ladder({SUPPORTED: "whole", IMPRECISE: "half"}, OVERSTATED)
    year = toward_btc(ev).period

    def of(kind: Oil, promised: Callable[[Evidence], Measure], words: str) -> Question:
        kept = partial(ratio, "kept", words)
        came = Series(ev, oil(ev, kind), kind.name, kind.label).at(year)
        return Formula(
            (came, promised(ev)),
            lambda came, promised: ladder.grade(kept(came, promised), came, promised),
        )

    plan, contract = (f"What came in percent of {words}" for words in
                      ("the year's plan", "the most agreed a year"))  # fmt: skip
    return by_source(
        {
            "Against the plan, oil meant for BTC": partial(of, ENTERED, planned, plan),
            "Against the plan, all oil shipped": partial(of, SHIPPED, planned, plan),
            "Against the contract, a ceiling": partial(of, ENTERED, agreed, contract),
        }
    )


@candidate("c28", "The room in BTC against the volume agreed")
def btc_room(ev: Evidence) -> Question:
    """The room in BTC, from its fullest year on record to its last, against the volume agreed."""
    flow = btc_flow(ev)
    now, fullest = last_year(ev, flow), str(flow.years["value"].idxmax())
    ladder = ev.ladder({SUPPORTED: "whole", IMPRECISE: "half"}, CONTRADICTED)

    def grade(now: Measure, peak: Measure, promised: Measure) -> Finding:
        left = peak.value - now.value
        room = derived("btc_room_mt", "Room in BTC below its fullest year", left, "Mt", peak, now)
        times = ratio("room_for_agreed", "Room in percent of the volume agreed", room, promised)
        return ladder.grade(times, room, now, peak, promised)

    return Formula((now, flow.at(fullest), agreed(ev)), grade)


@candidate("c28", "What Aktau's berths can load against the volume agreed")
def could_load_agreed(ev: Evidence) -> Question:
    """What Aktau's oil berths can load against the volume agreed."""
    ladder = ev.ladder({SUPPORTED: "whole", IMPRECISE: "half"}, CONTRADICTED)
    times = partial(ratio, "berths_for_agreed", "Aktau's berths in percent of the volume agreed")
    return Formula(
        (berths(ev), agreed(ev)),
        lambda able, promised: ladder.grade(times(able, promised), able, promised),
    )


def russian_share(ev: Evidence, ladder: Ladder) -> Question:
    """The least share of oil exports that crossed Russia in the last year, by each count of CPC."""
    years = ev.years("oil_exports", "route == 'cpc'").index.intersection(
        ev.years("oil_exports", "route == 'total'").index
    )
    if years.empty:
        raise Unknown("no year with CPC and the total known")
    year = str(years.max())
    tree = RouteTree(ev.reference("oil_routes"), "wide")

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
                figure("cpc_mt", "Kazakh oil in CPC", pipe),
                figure("exports_mt", "All of Kazakhstan's oil exports", whole),
            ),
            grade,
        )

    counts = by_count(ev.known("oil_exports"), "cpc", year)
    return by_source({f"{number(v, 1)} Mt in CPC": partial(by, kept) for v, kept in counts.items()})
