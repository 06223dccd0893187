"""Rules on the Middle Corridor: paragraphs 7 and 8 of the article. Freight in million tonnes."""

from __future__ import annotations

from functools import partial

import pandas as pd

from caspian.claims.evidence import Evidence, count, figure, merged, share
from caspian.claims.judging import (
    Finding,
    Formula,
    Ladder,
    Measure,
    Question,
    Unknown,
    beside,
    by_source,
    by_window,
    change,
    derived,
    opinion,
    part,
    ratio,
    within,
)
from caspian.claims.rules.oil import base_year
from caspian.claims.rules.registry import candidate, rule
from caspian.claims.rules.series import Series
from caspian.claims.rules.trade import joint_projects
from caspian.claims.verdicts import (
    CONTRADICTED,
    IMPRECISE,
    MISLEADING,
    OVERSTATED,
    SUPPORTED,
)
from caspian.models import growth
from openbook.tables.periods import period_bounds
from openbook.text import day

DAYS_A_YEAR = 365.25


def freight(
    ev: Evidence, series: str, name: str, label: str, ladder: Ladder | None = None
) -> Series:
    """Freight of the corridor on one count, Mt."""
    rows = ev.outcome("corridor_freight", f"series == '{series}'")
    return Series(ev, rows, name, label, ladder)


def ministry(ev: Evidence, ladder: Ladder | None = None) -> Series:
    """Freight of the corridor by the count of Kazakhstan's ministry, Mt."""
    return freight(ev, "titr_total", "titr_mt", "Freight of the corridor, ministry", ladder)


# --- paragraph 7 ---------------------------------------------------------------------------------


@rule("c30")
def paves_way(ev: Evidence) -> Question:
    """Opinion; beside it, the joint undertakings of the two in transport that run."""

    def proxy() -> Formula:
        joint, running = (p[p["sector"] == "transport"] for p in joint_projects(ev, acts=True))
        words = "Joint investments in transport on record that run"
        return Formula((share("ways_running", words, running, joint),), beside)

    return opinion(proxy)


@rule("c54")
def transforms(ev: Evidence) -> Question:
    """Freight of the corridor over the last year and since the year before, on each count."""
    steps = {SUPPORTED: "doubled", IMPRECISE: "growth_clear"}
    ladder = ev.ladder(steps, CONTRADICTED)

    def by(series: str, name: str, label: str) -> Question:
        return freight(ev, series, name, label, ladder).windows(since=base_year(ev))

    counts = {
        "The ministry's count": ("titr_total", "titr_mt", "Freight of the corridor, ministry"),
        "The railway's count": ("titr_rail_ktz", "titr_rail_mt", "Freight by rail, railway"),
        "The Association's count": ("titr_seaports", "titr_ports_mt", "Freight through the ports"),
    }
    return by_source({words: partial(by, *of) for words, of in counts.items()})


@candidate("c54", "Freight since the year before the invasion")
def since_the_war(ev: Evidence) -> Question:
    """Freight against the last whole year before Russia invaded, the ministry's count."""
    ladder = ev.ladder({SUPPORTED: "doubled", IMPRECISE: "growth_clear"}, CONTRADICTED)
    return ministry(ev, ladder).since(ev.limit_day("invasion").year - 1)


@candidate("c54", "The corridor's containers in percent of the Northern route's")
def containers_of_northern(ev: Evidence) -> Question:
    """Containers of all kinds on the corridor against those between China and Europe by Russia."""
    middle = Series(ev, ev.outcome("corridor_containers", "series == 'titr_containers'"),
                    "titr_teu", "Containers on the corridor")  # fmt: skip
    north = Series(ev, ev.outcome("rival_volumes", "series == 'erai_teu'"),
                   "erai_teu", "Containers by Russia between China and Europe")  # fmt: skip
    period = middle.with_(north)
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "fifth"}, OVERSTATED)
    words = "The corridor's containers in percent of the Northern route's, at most"
    return Formula(
        (middle.at(period), north.at(period)),
        lambda m, n: ladder.grade(ratio("middle_of_northern", words, m, n), m, n),
    )


def _own_share(ev: Evidence) -> pd.DataFrame:
    """Kazakhstan's own exports in the corridor's freight."""
    own = ev.outcome(
        "corridor_composition", "scope == 'titr' and part == 'kz_export' and measure == 'share'"
    )
    if own.empty:
        raise Unknown("no share of Kazakh exports known")
    return own


@rule("c31")
def europe_asia(ev: Evidence) -> Question:
    """What goes on beyond Azerbaijan: of containers, of trains from China, of all freight.

    Of freight only transit is known, which is the least: Kazakhstan lies in Asia, so what it sells
    to Europe belongs to the claim, and no source tells how much that is.
    """
    steps = {SUPPORTED: "half", IMPRECISE: "third", OVERSTATED: "tenth"}
    ladder = ev.ladder(steps, MISLEADING)
    rows = ev.outcome("corridor_composition", "part == 'transit' and measure == 'share'")

    def told(scope: str, name: str, words: str) -> Question:
        portion = figure(name, words, rows[rows["scope"] == scope])
        return Formula((portion,), lambda portion: ladder.grade(within(portion)))

    def freight_in_transit() -> Question:
        transit = freight(ev, "titr_transit", "titr_transit_mt", "Transit on the corridor")
        whole = ministry(ev)
        period = transit.with_(whole)
        words = "Transit in percent of the corridor's freight"
        return Formula(
            (transit.at(period), whole.at(period)),
            lambda t, w: ladder.grade(part("transit_part", words, t, w), t, w),
        )

    return by_source(
        {
            "Containers": partial(
                told, "azerbaijan_containers", "containers_on", "Containers that cross Azerbaijan"
            ),
            "Container trains from China": partial(
                told, "china_trains", "trains_on", "Trains from China that go on from Azerbaijan"
            ),
            "All freight, at least": freight_in_transit,
        }
    )


@candidate("c31", "Growth of the corridor's transit")
def transit_growth(ev: Evidence) -> Question:
    """Freight that neither begins nor ends in Kazakhstan, over a year."""
    return freight(ev, "titr_transit", "titr_transit_mt", "Transit on the corridor").over(
        "window_last"
    )


@candidate("c31", "All that is not Kazakhstan's own export")
def rest(ev: Evidence) -> Question:
    """The measure of release 0.2.0, which counts exports from Asia to Europe against the claim."""
    own = figure("kz_export_share", "Kazakhstan's own exports in the freight", _own_share(ev))
    ladder = ev.ladder({SUPPORTED: "half", IMPRECISE: "third", OVERSTATED: "tenth"}, MISLEADING)

    def grade(own: Measure) -> Finding:
        left, words = 100 - within(own).value, "Freight that is not Kazakhstan's own export"
        return ladder.grade(derived("rest_share", words, left, "%", own), own)

    return Formula((own,), grade)


# --- paragraph 8 ---------------------------------------------------------------------------------


def war_events(ev: Evidence) -> pd.DataFrame:
    """What war and state orders stopped on the ways through Russia: day, and sources.

    At the Caspian pipeline what stopped loading, pumping or ships; on the Northern route closures,
    attacks and carriers that left. Not weather, repairs, plans, or what one list alone tells.
    """
    pipe = ev.known("cpc_disruptions", f"kind in {ev.members('war_kinds_oil')}")
    sure = pipe["lists"].ne(1).fillna(value=True)
    stopped = ~pipe["stopped"].isin(["nothing", "supply", "unknown"])
    rail = ev.known(
        "route_events",
        f"route in {ev.members('routes_by_russia')} and kind in {ev.members('war_kinds_rail')}",
    )
    columns = ["start", "source"]
    both = pd.concat([pipe.loc[sure & stopped, columns], rail[columns]], ignore_index=True)
    starts = [pd.Timestamp(period_bounds(d)[0]) for d in both["start"]]
    return both.assign(on=pd.Series(starts, dtype="datetime64[ns]"))


@rule("c32")
def urgency(ev: Evidence) -> Question:
    """Stops by war and state orders on the ways through Russia, in the last year and since 2022."""
    war, today = pd.Timestamp(ev.limit_day("invasion")), pd.Timestamp(ev.day)
    events = war_events(ev)
    if events.empty:
        raise Unknown("no stop by war or order known")
    sources = merged(events["source"])
    ladder = ev.ladder({SUPPORTED: "yearly", IMPRECISE: "every_second_year"}, OVERSTATED)

    def of(start: pd.Timestamp, years: float, words: str) -> Question:
        rows = events[(events["on"] > start) & (events["on"] <= today)]
        label = f"Stops on Russian ways by war or order, {words}"
        found = count("stops", label, rows, "stops", sources)
        if years <= 0:
            raise Unknown("the invasion had not begun")
        return ladder.of(
            derived("stops_a_year", label, found.value / years, "a year", found), found
        )

    last = ev.limit("window_last")
    since = (today - war).days / DAYS_A_YEAR
    begun = day(war.date().isoformat())
    return by_window(
        {
            "The last year": lambda: of(
                today - pd.DateOffset(years=int(last)), min(last, since), "in the last year"
            ),
            "Since the invasion": lambda: of(war, since, f"since {begun}"),
        }
    )


@candidate("c32", "Containers between China and Europe by Russia, over a year")
def northern_traffic(ev: Evidence) -> Question:
    """Whether shippers leave the route through Russia: a fall supports, a rise does not."""
    rows = ev.outcome("rival_volumes", "series == 'erai_teu'")
    series = Series(ev, rows, "erai_teu", "Containers by Russia between China and Europe")
    ladder = ev.ladder({SUPPORTED: "fall_clear", IMPRECISE: "no_change"}, OVERSTATED, higher=False)
    series.ladder = ladder
    return series.over("window_last")


@candidate("c32", "All incidents at the Caspian pipeline, storms too")
def all_incidents(ev: Evidence) -> Question:
    """The measure of release 0.2.0: whatever stopped the terminal, a year since the invasion."""
    war = pd.Timestamp(ev.limit_day("invasion"))
    events = ev.known("cpc_disruptions")
    sure = events["kind"].ne("planned") & events["lists"].ne(1).fillna(value=True)
    events = events[sure & events["stopped"].ne("supply")]
    since = events[[pd.Timestamp(period_bounds(d)[0]) >= war for d in events["start"]]]
    if since.empty:
        raise Unknown("no incident known since the invasion")
    years = (pd.Timestamp(ev.day) - war).days / DAYS_A_YEAR
    found = count("incidents", "Incidents at the Caspian pipeline", since, "incidents")
    rate = derived("incidents_a_year", "Incidents a year", found.value / years, "a year", found)
    return ev.ladder({SUPPORTED: "yearly", IMPRECISE: "every_second_year"}, OVERSTATED).of(
        rate, found
    )


@rule("c33")
def workable(ev: Evidence) -> Question:
    """Days by the corridor in percent of those by Russia, where one source tells both of a year."""
    steps = {SUPPORTED: "detour_borne", IMPRECISE: "sea_instead"}
    ladder = ev.ladder(steps, OVERSTATED, higher=False)

    def of(middle: Measure, north: Measure) -> Question:
        words = "Days by the corridor in percent of those by Russia"
        longer = partial(ratio, "days_of_northern", words)
        return Formula((middle, north), lambda m, n: ladder.grade(longer(m, n), m, n))

    def told(row: pd.DataFrame) -> Question:
        return ladder.of(
            figure("days_of_northern", "Days by the corridor in percent, as told", row)
        )

    ratios = ev.outcome("rival_volumes", "series == 'middle_days_of_northern'")
    sides = {
        period: (f"As told of {day(period)}", partial(told, ratios[ratios["period"] == period]))
        for period in ratios["period"]
    }
    sides |= {
        period: (f"Times of one source, {day(period)}", partial(of, *pair))
        for period, pair in times_of_both(ev).items()
    }
    if not sides:
        raise Unknown("no source known that tells the time by both ways for one year")
    newest_first = sorted(sides, key=lambda p: period_bounds(p)[1], reverse=True)
    return by_source(dict(sides[period] for period in newest_first))


def times_of_both(ev: Evidence) -> dict[str, tuple[Measure, Measure]]:
    """Through times from China to one end in Europe by both ways from one source, by period.

    A range stands for its middle; of several rows to that end the mean. No claim of what could be,
    no plan, no part of the way.
    """
    rows = ev.known(
        "travel_times",
        "kind in ['range', 'average'] and scope in ['terminal_to_terminal', 'door_to_door']",
    )
    rows = rows[rows["from_place"].str.startswith(tuple(ev.members("chinese_starts")))]
    rows = rows.dropna(subset="days_high")
    rows = rows.assign(days=(rows["days_low"].fillna(rows["days_high"]) + rows["days_high"]) / 2)
    pairs: dict[str, tuple[Measure, Measure]] = {}
    for end in ev.members("european_ends"):
        reach = rows[rows["to_place"].str.contains(rf"\b{end}\b")]
        for (source, period, _), told in reach.groupby(["source", "period", "scope"]):
            means = told.groupby("corridor")["days"].mean()
            if {"middle", "northern"} <= set(means.index) and period not in pairs:
                both = pd.DataFrame({"value": means, "period": period, "source": source})
                pairs[period] = (
                    days_by("middle", f"the corridor to {end}", both),
                    days_by("northern", f"Russia to {end}", both),
                )
    return pairs


def days_by(corridor: str, name: str, times: pd.DataFrame) -> Measure:
    """The days from China by a corridor, of times by corridor."""
    words = f"Days from China by {name}"
    return figure(f"{corridor}_days", words, times.loc[[corridor]], unit="days")


@candidate("c33", "The corridor's containers in percent of the Northern route's")
def market(ev: Evidence) -> Question:
    """A share of the market: what shippers chose, at today's prices and ships."""
    return containers_of_northern(ev)


@candidate("c33", "Cost of a container by both ways")
def cost(ev: Evidence) -> Question:
    """Through rates in dollars by both ways, from one source: none is known."""
    rates = ev.known("freight_rates", "kind == 'through' and unit == 'USD' and covers.notna()")
    ways = rates.groupby("source")["corridor"].agg(set)
    if not any({"middle", "northern"} <= each for each in ways):
        raise Unknown("no source known that tells the cost of both ways from China to Europe")
    raise Unknown("the sources with both ways have no like ends")


def places_on_the_way(ev: Evidence) -> pd.DataFrame:
    """The places on the legs of the corridor's routes. Raises Unknown if one is not on record."""
    legs = ev.reference("route_legs").query("route.str.startswith('middle')", engine="python")
    places = ev.reference("nodes").set_index("node")
    names = pd.unique(legs[["from_node", "to_node"]].to_numpy().ravel())
    if not len(names) or not set(names) <= set(places.index):
        raise Unknown("the places on the corridor's routes are not all on record")
    return places.loc[names]


@rule("c34")
def bypasses_russia(ev: Evidence) -> Question:
    """Places in Russia on the legs of the corridor's routes, as their sources have them."""
    on_way = places_on_the_way(ev)
    found = count(
        "russian_places",
        f"Places in Russia, of {len(on_way)} on the corridor's routes",
        on_way[on_way["country"] == "RUS"],
        "places",
        merged(on_way["source"]),
    )
    return ev.ladder({SUPPORTED: "none"}, CONTRADICTED, higher=False).of(found)


@rule("c35")
def key_players(ev: Evidence) -> Question:
    """Opinion; beside it, the corridor's containers in percent of the Northern route's."""

    def proxy() -> Formula:
        question = containers_of_northern(ev)
        assert isinstance(question, Formula)
        words = "The corridor's containers in percent of the Northern route's, at most"
        return Formula(
            question.figures,
            lambda m, n: beside(ratio("middle_of_northern", words, m, n), m, n),
        )

    return opinion(proxy)


# --- paragraph 10 --------------------------------------------------------------------------------


@candidate("c42", "The corridor's growth less the growth that its aim takes")
def on_course(ev: Evidence) -> Question:
    """The measure of release 0.2.0: one route's last year for a whole region."""
    rows = ministry(ev)
    years = rows.years
    aims = ev.known(
        "corridor_targets",
        "series == 'titr_total' and measure == 'freight_mt' and status == 'target'",
    )
    aim_year = ev.limit_day("corridor_aim").year
    aims = aims[aims["for_period"] == str(aim_year)]
    if len(years) < 2 or years.index[-1] - 1 not in years.index:
        raise Unknown("no two years of freight in a row")
    year = int(years.index[-1])
    if year >= aim_year:
        raise Unknown(f"the year of the aim, {aim_year}, has come: no growth toward it is left")
    ladder = ev.ladder({SUPPORTED: "no_change"}, OVERSTATED)

    def grade(now: Measure, before: Measure, aim: Measure) -> Finding:
        grew = change("titr_growth", "Growth in the last year", now, before)
        if now.value <= 0:
            return ladder.grade(grew, now, before, aim)
        rate = 100 * growth.required_growth(now.value, max(aim.value, 0), aim_year - year)
        need = derived("titr_needed", "Growth needed a year", rate, "%", now, aim)
        lead = derived("titr_lead", "Growth less growth needed, points",
                       grew.value - need.value, "points", grew, need)  # fmt: skip
        return ladder.grade(lead, grew, need, now, aim)

    aim = figure("titr_aim_mt", f"Aim for {aim_year}", aims)
    return Formula((rows.at(str(year)), rows.at(str(year - 1)), aim), grade)
