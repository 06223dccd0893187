"""Each verdict through time: month by month, with what moved it.

A month's verdict is that on its last day, from what was known then. Later rows can't change it,
except by a source that carries an earlier day.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from caspian import tables
from caspian.claims.evidence import Records
from caspian.claims.judged import THEN, evidence, records, until
from caspian.claims.judging import Finding
from caspian.claims.rules import RULES, judge
from caspian.claims.verdicts import GROUPS, OPINION, Verdict
from caspian.claims.words import told


def days(last: dt.date) -> list[dt.date]:
    """The day after the visit, then the end of each month up to a day's, that day for the last."""
    found, month = [THEN], THEN.replace(day=1)
    while month <= last:
        end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        found.append(min(end, last))
        month = end + dt.timedelta(days=1)
    return found


@dataclass(frozen=True)
class Change:
    """A verdict that turned between two days: from, to, and the sources that came with it."""

    claim: str
    day: dt.date
    before: Verdict
    after: Verdict
    what: str
    source: str


def verdicts(of: Records | None = None) -> dict[str, list[tuple[dt.date, Finding]]]:
    """The finding on every claim on each of `days`, by claim.

    A rule is asked again only if a table that it asked can have changed.
    """
    of = of or records()
    found: dict[str, list[tuple[dt.date, Finding]]] = {name: [] for name in RULES}
    states: dict[str, dict[str, object]] = {}
    asked: dict[str, set[str]] = {}
    for day in days(until(of)):
        for name, line in found.items():
            ev = evidence(day, of=of)
            ev.asked |= asked.get(name, set())
            if line and (line[-1][1].verdict == OPINION or ev.state() == states[name]):
                line.append((day, line[-1][1]))
                continue
            line.append((day, judge(name, ev)))
            asked[name], states[name] = ev.asked, ev.state()
    return found


def moved_by(before: Finding, after: Finding) -> tuple[str, str]:
    """What moved a verdict: the figure that decides now, and its sources that are new.

    Sources that the finding before did not have; if there are none, time itself.
    """
    known = set(before.sources)
    decided = after.decided_by
    if decided is None:
        decided = next((f.decided_by for f in after.all() if f.decided_by), None)
    new = [key for key in after.sources if key not in known]
    lead = [key for key in (decided.source.split(";") if decided else []) if key in new]
    words = f"{decided.label}: {told(decided)}" if decided else after.reason
    return words, ";".join(dict.fromkeys([*lead, *new][:3]))


def changes(through: Mapping[str, list[tuple[dt.date, Finding]]]) -> list[Change]:
    """Every turn of a verdict, by claim and day."""

    def of(name: str) -> Iterator[Change]:
        line = through[name]
        for (_, before), (day, after) in pairwise(line):
            if before.verdict != after.verdict:
                what, source = moved_by(before, after)
                yield Change(name, day, before.verdict, after.verdict, what, source)

    return [change for name in through for change in of(name)]


def score(through: Mapping[str, list[tuple[dt.date, Finding]]]) -> pd.DataFrame:
    """How many claims hold, fall short, are open or are opinions on each day.

    Columns: day (date), group (the words of `verdicts.GROUPS`), verdict, claims.
    """
    rows = [
        {"day": day, "verdict": finding.verdict}
        for line in through.values()
        for day, finding in line
    ]
    group = {v: name for name, kinds in GROUPS.items() for v in kinds}
    counted = pd.DataFrame(rows).value_counts(["day", "verdict"]).rename("claims").reset_index()
    return counted.assign(group=counted["verdict"].map(group)).sort_values(
        ["day", "verdict"], ignore_index=True
    )


def as_rows(through: Mapping[str, list[tuple[dt.date, Finding]]]) -> pd.DataFrame:
    """Every verdict on every day: claim, number, text, day, verdict, what, source."""
    texts = tables.load("claims").set_index("claim")["text"]
    turned = {(c.claim, c.day): c for c in changes(through)}
    return pd.DataFrame(
        [
            {
                "claim": name,
                "number": int(name[1:]),
                "text": texts[name],
                "day": day.isoformat(),
                "verdict": str(finding.verdict),
                "what": turned[name, day].what if (name, day) in turned else "",
                "source": turned[name, day].source if (name, day) in turned else "",
            }
            for name in texts.index
            for day, finding in through[name]
        ]
    )
