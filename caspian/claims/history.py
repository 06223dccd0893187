"""Each verdict through time: month by month, with what moved it.

A month's verdict is that on its last day, from what was known then. Later rows can't change it,
except by a source that carries an earlier day.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

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


Path = tuple[str, ...]  # the names of counts and spans that lead to a finding


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


def _leaves(finding: Finding, path: Path = ()) -> Iterator[tuple[Path, Finding]]:
    """The findings that are made of no others, by the names that lead to them."""
    if not finding.variants:
        yield path, finding
    for name, variant in finding.variants:
        yield from _leaves(variant, (*path, name))


def moved_by(before: Finding, after: Finding, fresh: Callable[[str], bool]) -> tuple[str, str]:
    """What moved a verdict, in words, and the sources that brought it (none: time itself).

    Of the counts and spans whose figure or verdict is another than before, the one that a `fresh`
    source tells; `fresh` says of a key whether it came between the two.
    """
    was = dict(_leaves(before))

    def moved(path: Path, found: Finding) -> bool:
        old = was.get(path)
        return old is None or (old.verdict, _value(old)) != (found.verdict, _value(found))

    told_of = [(p, f) for p, f in _leaves(after) if f.decided_by]
    changed = [f for path, f in told_of if moved(path, f)] or [f for _, f in told_of]
    if not changed:
        return after.reason, ""
    lead = max(changed, key=lambda f: any(map(fresh, f.sources)))  # the first of those
    assert lead.decided_by
    new = [key for key in lead.sources if fresh(key)]
    return f"{lead.decided_by.label}: {told(lead.decided_by)}", ";".join(new[:3])


def _value(found: Finding) -> float | None:
    return found.decided_by.value if found.decided_by else None


def changes(
    through: Mapping[str, list[tuple[dt.date, Finding]]], of: Records | None = None
) -> list[Change]:
    """Every turn of a verdict, by claim and day."""
    appeared_on = (of or records()).appeared_on

    def turns(name: str) -> Iterator[Change]:
        for (was_on, before), (day, after) in pairwise(through[name]):
            if before.verdict != after.verdict:

                def fresh(key: str, start: dt.date = was_on, end: dt.date = day) -> bool:
                    appeared = appeared_on.get(key)
                    return appeared is not None and start < appeared <= end

                yield Change(
                    name, day, before.verdict, after.verdict, *moved_by(before, after, fresh)
                )

    return [change for name in through for change in turns(name)]


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
