"""Rules on the Organization of Turkic States (OTS): paragraph 9 of the article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from caspian.claims.evidence import Evidence, count, figure, merged, share
from caspian.claims.judging import (
    Formula,
    Measure,
    Question,
    Unknown,
    beside,
    by_source,
    opinion,
    part,
    within,
)
from caspian.claims.rules.registry import candidate, rule
from caspian.claims.verdicts import (
    CONTRADICTED,
    IMPRECISE,
    MISLEADING,
    OVERSTATED,
    SUPPORTED,
    Verdict,
)
from caspian.text import day

SERIES = "status == 'actual' and frame == 'OTS' and preferred"  # one row a series of meetings


@rule("c36")
def orientation(ev: Evidence) -> Question:
    """Opinion; beside it, the summits held in Azerbaijan and its trade with the members."""

    def proxy() -> Formula:
        held = ev.acts("ots_summits", "status == 'held'")
        hosted = held[held["country"] == "AZE"]
        words = "Summits held in Azerbaijan or by video from it, of all held"
        found = [share("summits_hosted", words, hosted, held)]
        trade = ev.known(
            "trade_statements",
            "measure == \"country's share of trade with members\" and of == 'AZE'",
        )
        if len(trade):
            words = "Azerbaijan's trade with members, in percent of all its trade"
            found.append(figure("aze_ots_trade", words, trade))
        return Formula(tuple(found), beside)

    return opinion(proxy)


@rule("c37")
def platform(ev: Evidence) -> Question:
    """The members' trade with each other in percent of all their trade, by several counts."""
    words = "Trade among the members in percent of all their"
    steps = {SUPPORTED: "fifth", IMPRECISE: "tenth", OVERSTATED: "part_trace"}
    ladder = ev.ladder(steps, CONTRADICTED)

    def by(bloc: str, flow: str, scope: str = "") -> Question:
        rows = ev.known("bloc_trade", f"bloc == '{bloc}' and basis == 'all flows'")
        both = (
            figure(f"{bloc}_{m}_usd_mn", f"{name}{scope}", rows[rows["measure"] == m])
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
        rows = rows[rows["status"] != "target"]
        portion = figure("ots_share_told", f"{words} trade, as told", rows)
        named = replace(portion, label=f"{portion.label}, {day(portion.period)}")
        return Formula((named,), lambda portion: ladder.grade(within(portion)))

    smaller = "ots_without_turkiye", "exports", ", without Türkiye"
    return by_source(
        {
            "By exports": partial(by, "ots", "exports"),
            "By imports": partial(by, "ots", "imports"),
            "Without Türkiye, by exports": partial(by, *smaller),
            "As told in speeches": told,
        }
    )


@candidate("c37", "Bodies at work for the economy")
def economic_bodies(ev: Evidence) -> Question:
    """A platform is a body to meet in: how many of its bodies are there for the economy."""
    rows = ev.known("ots_institutions", "status == 'active'")
    economic = rows[rows["purpose"].isin(ev.members("economic_narrow"))]
    found = count("economic_bodies", "Bodies at work for the economy", economic, "bodies",
                  merged(rows["source"]))  # fmt: skip
    return ev.ladder({SUPPORTED: "several", IMPRECISE: "exists"}, OVERSTATED).of(found)


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
        "Duties of mutual defence and defence bodies found",
        pd.concat([duty, armed]),
        "duties or bodies",
        merged([*text["source"], *bodies["source"]]),
    )
    met = ev.known("cooperation_meetings", f"field == 'defence and security' and {SERIES}")
    series = count("defence_meetings", "Series of meetings on defence", met, "series")
    return ev.ladder({SUPPORTED: "exists"}, MISLEADING).of(found, *([series] if len(met) else []))


@candidate("c38", "Meetings held on defence and security, of all")
def security_meetings(ev: Evidence) -> Question:
    """What the body does: the share of its meetings that treat defence and security."""
    return _meetings(ev, ["defence and security"], "Meetings on defence and security, of all held",
                     {SUPPORTED: "half", IMPRECISE: "fifth"}, MISLEADING)  # fmt: skip


def _meetings(
    ev: Evidence, fields: list[str], words: str, steps: Mapping[Verdict, str], below: Verdict
) -> Formula:
    """The share of all meetings held that treat some fields, by the ordinals of the series."""
    rows = ev.known("cooperation_meetings", SERIES)
    if rows["field"].nunique() < ev.limit("several"):
        raise Unknown("fewer than three fields of meetings known")
    taken = rows[rows["field"].isin(fields)]
    some, every = int(taken["value"].sum()), int(rows["value"].sum())
    portion = Measure(
        "meetings_part", words, 100 * some / every, "%", merged(rows["source"]),
        counted=(some, every),
    )  # fmt: skip
    return ev.ladder(steps, below).of(portion)


@rule("c39")
def economic_aims(ev: Evidence) -> Question:
    """The share of the economy in the meetings held, in the series of meetings and in the bodies.

    What counts as the economy decides: each is asked of the narrow list and of the wide one.
    """
    steps = {SUPPORTED: "half", IMPRECISE: "quarter"}
    ladder = ev.ladder(steps, OVERSTATED)
    narrow, wide = ev.members("economic_narrow"), ev.members("economic_wide")

    def by(table: str, query: str, column: str, words: str, fields: list[str]) -> Question:
        rows = ev.known(table, query)
        if rows[column].nunique() < ev.limit("several"):
            raise Unknown(f"fewer than three fields known: {words}")
        economic = rows[rows[column].isin(fields)]
        return ladder.of(share("economic_part", words, economic, rows))

    series = "cooperation_meetings", SERIES, "field"
    bodies = "ots_institutions", "status == 'active'", "purpose"
    purposes = "founding_clauses", "kind == 'purpose'", "field"
    return by_source(
        {
            "Meetings held, narrow": partial(
                _meetings, ev, narrow, "Meetings on economy and transport", steps, OVERSTATED
            ),
            "Meetings held, with energy and tourism": partial(
                _meetings, ev, wide, "Meetings on economy, transport, energy and tourism",
                steps, OVERSTATED,
            ),
            "Series of meetings, narrow": partial(
                by, *series, "Series on economy and transport", narrow
            ),
            "Series of meetings, with energy and tourism": partial(
                by, *series, "Series on economy, transport, energy and tourism", wide
            ),
            "Bodies at work": partial(by, *bodies, "Bodies for the economy", narrow),
            "Purposes of the founding text": partial(
                by, *purposes, "Founding purposes on the economy", narrow
            ),
        },
    )  # fmt: skip


@rule("c51")
def proximity(ev: Evidence) -> Question:
    """Opinion; beside it, the meetings held on education, culture and society, of all."""

    def proxy() -> Formula:
        words = "Meetings held on education, culture and society"
        found = _meetings(ev, ["education, culture, society"], words, {}, OVERSTATED)
        return Formula(found.figures, beside)

    return opinion(proxy)
