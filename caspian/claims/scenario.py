"""What comes: figures of coming years appended to the tables, and what they make of a verdict.

Nothing that has been published is changed. A coming figure is one more row of its table, and the
rules are asked again, as on the first day of the year after. What is not moved stays as in its last
year, in the coming years too, so that shares move as they would.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from caspian import tables
from caspian.claims.evidence import OWN, Evidence, Records
from caspian.claims.judged import evidence, questions, records
from caspian.claims.judging import Finding, Measure, Question
from caspian.claims.rules import RULES, judge, look_up
from caspian.claims.rules.series import by_period
from caspian.claims.verdicts import OPINION, Verdict
from caspian.models.routes import status_outcome
from openbook.tables.periods import period_bounds
from openbook.tables.violations import nearest

BEYOND = 2.0  # a turn that takes more than so many capacities is out of reach
GRID = 200  # values tried within reach before each turn is closed in
FAR, FAR_GRID = 100.0, 30  # and out of it: up to so many times as far
CLOSE = 30  # halvings


@dataclass(frozen=True)
class Quantity:
    """A yearly figure that can come: where it is kept and how large it can be.

    `query` narrows `table` to its rows; `capacity` is in `unit`, with a reason `why`.
    """

    quantity: str
    label: str
    table: str
    query: str
    unit: str
    capacity: float
    said_on: str
    why: str
    source: str

    def _outcome(self, of: Records) -> pd.DataFrame:
        kept = of.load(self.table).query(self.query, engine="python")
        return status_outcome(kept) if "preferred" in kept else kept

    def rows(self, of: Records) -> pd.DataFrame:
        """The rows of its newest whole year."""
        kept = self._outcome(of)
        kept = kept[kept["period"].str.fullmatch(r"\d{4}")]
        return kept[kept["period"] == kept["period"].max()]

    def closed(self, of: Records) -> int:
        """Its newest whole year."""
        return int(self.rows(of)["period"].iloc[0])

    def told(self, of: Records) -> tuple[str, float]:
        """Its newest year and its figure; or the part of a later one, if it is long enough.

        How long a part stands for the least of its year is the limit `floor_months`.
        """
        rows = self.rows(of)
        parts = by_period(self._outcome(of), of.limits.number("floor_months")).tail(1)
        if parts.empty or int(parts["year"].iloc[0]) <= self.closed(of):
            return rows["period"].iloc[0], float(rows["value"].sum())
        return parts["period"].iloc[0], float(parts["value"].iloc[0])

    def last(self, of: Records) -> tuple[int, float]:
        """The year and the figure of what is `told`."""
        period, value = self.told(of)
        return int(period[:4]), value

    def coming(self, of: Records, figures: Mapping[int, float], until: int) -> pd.DataFrame:
        """Rows for the coming years up to one; a year that is not named stays as the one before.

        A year of which a part is told is at least that. Raises ValueError for a year that is
        closed, or a figure below its floor.
        """
        closed, (year, floor) = self.closed(of), self.last(of)
        first = closed + 1 if year == closed else year
        if early := [y for y in figures if y < first]:
            raise ValueError(f"{self.quantity}: {early[0]} is closed; the next year is {first}")
        if year > closed and figures.get(year, floor) < floor:
            told = f"{self.quantity}: {figures[year]:g} is less than {floor:g}"
            raise ValueError(f"{told}, which a part of {year} had already")
        rows, value, path = self.rows(of), floor, {}
        for each in range(first, until + 1):
            value = path[each] = figures.get(each, value)
        whole = float(rows["value"].sum())
        added = [
            rows.assign(period=str(each), value=rows["value"] * (figure / whole), source=OWN)
            for each, figure in path.items()
        ]
        return pd.concat(added, ignore_index=True) if added else rows.head(0)


def quantities() -> dict[str, Quantity]:
    """The quantities of `data/claim_quantities.csv`, by name."""
    rows = tables.load("claim_quantities").to_dict("records")
    return {row["quantity"]: Quantity(**row) for row in rows}


def _named(name: str) -> Quantity:
    known = quantities()
    if name not in known:
        hint = nearest(name, known)
        raise ValueError(f"no quantity {name!r} can come. {hint}See data/claim_quantities.csv")
    return known[name]


def _joined(coming: Iterable[tuple[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Rows by table."""
    added: dict[str, list[pd.DataFrame]] = {}
    for table, rows in coming:
        added.setdefault(table, []).append(rows)
    return {table: pd.concat(rows, ignore_index=True) for table, rows in added.items()}


def after(
    figures: Mapping[str, Mapping[int, float]],
    of: Records | None = None,
    day: dt.date | None = None,
) -> Evidence:
    """All evidence, with figures of coming years appended: `{"btc_mt": {2026: 1.6}}`.

    Every other quantity stays as in its last year up to the last year named. `day`: to which time
    is counted (default: the first day on which that year is over). Raises ValueError for a quantity
    that is not in `data/claim_quantities.csv`, a year that is closed, or less than a part of the
    year had already.
    """
    of = of or records()
    for name in figures:
        _named(name)
    until = max((year for years in figures.values() for year in years), default=0)
    added = _joined(
        (quantity.table, quantity.coming(of, figures.get(name, {}), until))
        for name, quantity in quantities().items()
    )
    now = evidence(of=of).judged_on
    return Evidence(of.appended(added), day or max(now, dt.date(max(until, 1) + 1, 1, 1)))


def under(figures: Mapping[str, Mapping[int, float]], of: Records | None = None) -> pd.DataFrame:
    """The verdict on every claim now, and with figures of coming years appended.

    Columns: claim, text, verdict_now, verdict_waiting (on that later day, if nothing came at all),
    verdict_then, turned (from now), refused (why, if the figures can't be: nothing is turned then).
    Raises ValueError as `after`.
    """
    of = of or records()
    rows = tables.load("claims")[["claim", "text"]]
    today, later = evidence(of=of).judged_on, after(figures, of)
    moved = {quantity.table for quantity in quantities().values()} | {"day"}

    def asked(name: str) -> tuple[Finding, Finding, Finding]:
        """Now, waiting and then; asked again only where what the rule asks has changed."""
        ev = Evidence(of, today)
        now = judge(name, ev)
        waiting = judge(name, Evidence(of, later.judged_on)) if "day" in ev.asked else now
        return now, waiting, judge(name, later) if ev.asked & moved else now

    found = [asked(name) for name in rows["claim"]]
    return rows.assign(
        verdict_now=[str(a.verdict) for a, _, _ in found],
        verdict_waiting=[str(b.verdict) for _, b, _ in found],
        verdict_then=[str(c.verdict) for _, _, c in found],
        turned=[a.verdict != c.verdict and not c.refused for a, _, c in found],
        refused=[c.reason if c.refused else "" for _, _, c in found],
    )


# --- what would turn a verdict -------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """Values of one coming figure that give one verdict, from `low` to below `high`."""

    low: float
    high: float
    verdict: Verdict


def stretches(question: Question, name: str, top: float) -> list[Stretch]:
    """What each value of an input from nought up gives, the others staying as they are.

    Values are tried closely up to `top`, and widely up to FAR times that. Ends are closed in by
    halving; a verdict that turns and returns within one step may be missed. Values that can't be
    are left out; the last stretch has no end.
    """

    def verdict(value: float) -> Verdict | None:
        found = question.under({name: value}).grade()
        return None if found.refused else found.verdict

    near = [top * k / GRID for k in range(1, GRID + 1)]
    far = [top * FAR ** (k / FAR_GRID) for k in range(1, FAR_GRID + 1)]
    ends, kinds = [0.0], [verdict(0.0)]
    held = 0.0
    for value in near + far:
        if verdict(value) != kinds[-1]:
            low, high = held, value
            for _ in range(CLOSE):
                middle = (low + high) / 2
                low, high = (middle, high) if verdict(middle) == kinds[-1] else (low, middle)
            ends.append(high)
            kinds.append(verdict(high))
        held = value
    spans = zip(ends, [*ends[1:], math.inf], kinds, strict=True)
    return [Stretch(low, high, kind) for low, high, kind in spans if kind is not None]


def turning_points(names: Iterable[str] | None = None, of: Records | None = None) -> pd.DataFrame:
    """What the next year's figure of each quantity would make of each verdict.

    One row a claim, quantity and stretch: claim, quantity, label, unit, year (the next that can
    come), last (the figure before it), low and high (the stretch; no end: infinite), verdict_now,
    verdict, turned, in_reach (begins within BEYOND capacities). The other quantities stay as they
    were, in that year too. Opinions, and claims that the quantity does not enter, have none.
    `names`: some claims only. Raises KeyError for a claim without a rule.
    """
    of = of or records()
    wanted = list(names or sorted(RULES))
    present, tables_of = {}, {}
    today = evidence(of=of).judged_on
    for name in wanted:
        ev = Evidence(of, today)
        present[name] = look_up(name, ev).grade().verdict
        tables_of[name] = ev.asked
    wanted = [name for name in wanted if present[name] != OPINION]
    rows, years = [], {}
    for quantity in quantities().values():
        last, value = quantity.last(of)
        if last + 1 not in years:
            years[last + 1] = after({quantity.quantity: {last + 1: value}}, of)
        top = BEYOND * quantity.capacity
        for name in (n for n in wanted if quantity.table in tables_of[n]):
            question = look_up(name, years[last + 1])
            key = f"{quantity.quantity}_{last + 1}"
            rows += [
                {
                    "claim": name,
                    "quantity": quantity.quantity,
                    "label": quantity.label,
                    "unit": quantity.unit,
                    "year": last + 1,
                    "last": value,
                    "low": stretch.low,
                    "high": stretch.high,
                    "verdict_now": str(present[name]),
                    "verdict": str(stretch.verdict),
                    "turned": stretch.verdict != present[name],
                    "in_reach": stretch.low <= top,
                }
                for stretch in (stretches(question, key, top) if key in question.inputs else [])
            ]
    return pd.DataFrame(rows)


def inputs(of: Records | None = None) -> pd.DataFrame:
    """The figures that rules look up: claim, quantity, label, unit, period, now, source."""
    found: list[tuple[str, Measure]] = [
        (name, measure)
        for name, question in questions(evidence(of=of)).items()
        for measure in question.inputs.values()
    ]
    return pd.DataFrame(
        [
            {
                "claim": name,
                "quantity": m.name,
                "label": m.label,
                "unit": m.unit,
                "period": m.period,
                "now": m.value,
                "source": m.source,
            }
            for name, m in found
        ]
    )


# --- signposts -----------------------------------------------------------------------------------

AND = "|"  # between the rows of one signpost


def row_of(text: str) -> dict[str, str]:
    """`"measure=entered_btc; period=2026; value=1.5"` as a row. Raises ValueError for a slip."""
    row: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        column, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"{part!r} is no column=value")
        row[column.strip()] = value.strip()
    return row


def _row(of: Records, table: str, text: str) -> pd.DataFrame:
    """A row that a signpost waits for, as its table has rows.

    Columns not named are those of a published figure: status actual, preferred, the book as source.
    With `quantity`, `year` and `value` it is a coming figure of that quantity.
    """
    named = row_of(text)
    if "quantity" in named:
        year = int(named["year"])
        coming = _named(named["quantity"]).coming(of, {year: float(named["value"])}, year)
        return coming[coming["period"] == named["year"]]
    known = of.load(table)
    usual = {"status": "actual", "preferred": True, "derived": False, "source": OWN}
    row = {c: v for c, v in usual.items() if c in known} | named
    if unknown := [c for c in row if c not in known]:
        raise ValueError(f"{table} has no column {unknown[0]!r}")
    added = pd.DataFrame([row]).reindex(columns=known.columns)
    return added.astype({c: known[c].dtype for c in row})


def waited_for(signpost: Mapping[str, object], of: Records) -> dict[str, pd.DataFrame]:
    """The rows that a signpost waits for, by table; none if it waits for silence.

    Raises ValueError for a slip, or a column that the table lacks.
    """
    cells = (signpost[column] for column in ("table", "row"))
    names, texts = (
        [part.strip() for part in cell.split(AND)] if isinstance(cell, str) and cell else []
        for cell in cells
    )
    try:
        rows = [(table, _row(of, table, text)) for table, text in zip(names, texts, strict=True)]
    except ValueError as slip:
        raise ValueError(f"{signpost['signpost']}: {slip}") from None
    return _joined(rows)


def signposted(
    signpost: Mapping[str, object], of: Records | None = None, *, seen: bool = True
) -> Verdict:
    """The verdict on a signpost's claim on its last day, if what it waits for is seen, or isn't.

    Raises ValueError as `waited_for`.
    """
    of = of or records()
    day = period_bounds(str(signpost["due"]))[1]
    rows = waited_for(signpost, of) if seen else {}
    return judge(str(signpost["claim"]), Evidence(of.appended(rows), day)).verdict
