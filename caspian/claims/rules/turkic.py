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
    OPEN,
    OVERSTATED,
    SUPPORTED,
    Verdict,
)
from openbook.text import day

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


@candidate("c37", "The members' trade with each other in percent of all their trade")
def trade_among(ev: Evidence) -> Question:
    """Trade among the members by several counts: integration, not the platform for it."""
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


@rule("c57")
def commits_himself(ev: Evidence) -> Question:
    """Public statements of Azerbaijan's president for the OTS."""
    (speaker,) = ev.members("president_az")
    said = ev.known("assessments", f"about == 'ots' and author.str.contains({speaker!r})")
    if said.empty:
        raise Unknown("no statement of his on record")
    found = count("statements", "Statements of his for the OTS on record", said, "statements")
    return ev.ladder({SUPPORTED: "exists"}, OPEN).of(found)


@rule("c37")
def platform(ev: Evidence) -> Question:
    """Bodies of the OTS at work for the economy: what it has to promote cooperation with."""
    rows = ev.known("ots_institutions", "status == 'active'")
    if rows.empty:
        raise Unknown("no body of the OTS known")
    economic = rows[rows["purpose"].isin(ev.members("economic_narrow"))]
    words = "Bodies of the OTS at work for the economy"
    found = count("economic_bodies", words, economic, "bodies", merged(rows["source"]))
    return ev.ladder({SUPPORTED: "several", IMPRECISE: "exists"}, OVERSTATED).of(found)


@candidate("c37", "Trade inside other blocs, the same measure")
def other_blocs(ev: Evidence) -> Question:
    """What the members of the Eurasian Economic Union trade with each other: a yardstick."""
    rows = ev.known("bloc_trade", "bloc == 'eaeu' and basis == 'all flows'")
    both = [
        figure(f"eaeu_{m}_usd_mn", words, rows[rows["measure"] == m])
        for m, words in (("intra", "Trade inside the Eurasian Economic Union"),
                         ("exports", "All its members' exports"))
    ]  # fmt: skip
    ladder = ev.ladder(
        {SUPPORTED: "fifth", IMPRECISE: "tenth", OVERSTATED: "part_trace"}, CONTRADICTED
    )
    among = partial(part, "eaeu_share", "Trade inside the Eurasian Economic Union in percent")
    return Formula(tuple(both), lambda i, w: ladder.grade(among(i, w), i, w))


@rule("c38")
def military(ev: Evidence) -> Question:
    """Duties of mutual defence and defence bodies found, under both readings of the words.

    "Not just a military alliance" says that it is one among other things; a slip of translation
    for "not a military alliance" would say the opposite.
    """
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
    as_one = ev.ladder({SUPPORTED: "exists"}, MISLEADING)
    as_none = ev.ladder({SUPPORTED: "none"}, CONTRADICTED, higher=False)
    return by_source(
        {
            "Read as one among other things": lambda: as_one.of(found),
            "Read as no military alliance": lambda: as_none.of(found),
        },
        equal=True,
    )


@candidate("c38", "Meetings held on defence and security, of all")
def security_meetings(ev: Evidence) -> Question:
    """What the body does: the share of its meetings that treat defence and security."""
    return _meetings(ev, ["defence and security"], "Meetings on defence and security, of all held",
                     {SUPPORTED: "half", IMPRECISE: "fifth"}, MISLEADING)  # fmt: skip


def _meetings(
    ev: Evidence,
    fields: list[str],
    words: str,
    steps: Mapping[Verdict, str],
    below: Verdict,
    without: str = "",
) -> Formula:
    """The share of all meetings held that treat some fields, by the ordinals of the series.

    `without`: words in the names of series that are left out.
    """
    rows = ev.known("cooperation_meetings", SERIES)
    if without:
        rows = rows[~rows["meeting"].str.contains(without)]
    if rows["field"].nunique() < ev.limit("several"):
        raise Unknown("too few fields of meetings known")
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
            raise Unknown(f"too few fields known: {words}")
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
            "Meetings held, narrow, without working groups": partial(
                _meetings, ev, narrow, "Meetings on economy and transport, without working groups",
                steps, OVERSTATED, "orking group",
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
        equal=True,
    )  # fmt: skip


@rule("c56")
def many_fields(ev: Evidence) -> Question:
    """The fields of the meetings that the OTS holds."""
    fields = ev.known("cooperation_meetings", SERIES).drop_duplicates("field")
    if fields.empty:
        raise Unknown("no meeting of the OTS known")
    found = count("fields", "Fields of the meetings of the OTS", fields, "fields")
    return ev.ladder({SUPPORTED: "several", IMPRECISE: "plural"}, CONTRADICTED).of(found)


@rule("c51")
def proximity(ev: Evidence) -> Question:
    """Opinion; beside it, the meetings held on education, culture and society, of all."""

    def proxy() -> Formula:
        words = "Meetings held on education, culture and society"
        found = _meetings(ev, ["education, culture, society"], words, {}, OVERSTATED)
        return Formula(found.figures, beside)

    return opinion(proxy)
