"""What comes: figures of coming periods appended to the tables, and what they make of a verdict.

Nothing that has been published is changed. A coming figure is one more row of its table, and the
rules are asked again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from caspian import tables
from caspian.claims.evidence import OWN, Evidence, Records
from caspian.claims.judged import evidence, questions, records
from caspian.claims.judging import Measure, Question
from caspian.claims.rules import RULES, judge, look_up
from caspian.claims.verdicts import OPINION, Verdict
from caspian.models.routes import status_outcome
from caspian.rules import nearest, period_bounds

BEYOND = 2.0  # values are tried up to so many capacities; what lies further is out of reach
GRID = 400  # values tried in that range before each turn is closed in
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

    def rows(self, of: Records) -> pd.DataFrame:
        """The rows of its newest whole year."""
        kept = of.load(self.table).query(self.query, engine="python")
        if "preferred" in kept:
            kept = status_outcome(kept)
        kept = kept[kept["period"].str.fullmatch(r"\d{4}")]
        return kept[kept["period"] == kept["period"].max()]

    def last(self, of: Records) -> tuple[int, float]:
        """Its newest whole year, and the figure of that year."""
        rows = self.rows(of)
        return int(rows["period"].iloc[0]), float(rows["value"].sum())

    def coming(self, of: Records, figures: Mapping[int, float]) -> pd.DataFrame:
        """Rows for coming years. Raises ValueError for a year that is closed already."""
        last, value = self.last(of)
        if closed := [year for year in figures if year <= last]:
            raise ValueError(f"{self.quantity}: {closed[0]} is closed; the next year is {last + 1}")
        rows = self.rows(of)
        return pd.concat(
            [
                rows.assign(period=str(year), value=rows["value"] * figure / value, source=OWN)
                for year, figure in sorted(figures.items())
            ],
            ignore_index=True,
        )


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


def after(
    figures: Mapping[str, Mapping[int, float]],
    of: Records | None = None,
    day: dt.date | None = None,
) -> Evidence:
    """All evidence, with figures of coming years appended: `{"btc_mt": {2026: 1.6}}`.

    `day`: to which time is counted (default: as now). Raises ValueError for a quantity that is not
    in `data/claim_quantities.csv` or a year that is closed.
    """
    of = of or records()
    added: dict[str, list[pd.DataFrame]] = {}
    for name, years in figures.items():
        quantity = _named(name)
        added.setdefault(quantity.table, []).append(quantity.coming(of, years))
    joined = {table: pd.concat(rows, ignore_index=True) for table, rows in added.items()}
    return Evidence(of.appended(joined), day or evidence(of=of).judged_on)


def under(
    figures: Mapping[str, Mapping[int, float]], of: Records | None = None
) -> pd.DataFrame:
    """The verdict on every claim now, and with figures of coming years appended.

    Columns: claim, text, verdict_now, verdict_then, turned, refused (why, if the figures can't
    be: nothing is turned then). Raises ValueError as `after`.
    """
    of = of or records()
    rows = tables.load("claims")[["claim", "text"]]
    now, then = evidence(of=of), after(figures, of)
    pairs = [(judge(name, now), judge(name, then)) for name in rows["claim"]]
    return rows.assign(
        verdict_now=[str(a.verdict) for a, _ in pairs],
        verdict_then=[str(b.verdict) for _, b in pairs],
        turned=[a.verdict != b.verdict and not b.refused for a, b in pairs],
        refused=[b.reason if b.refused else "" for _, b in pairs],
    )


# --- what would turn a verdict -------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """A stretch of values of one coming figure that gives one verdict, from `low` to below `high`."""

    low: float
    high: float
    verdict: Verdict


def stretches(question: Question, name: str, top: float) -> list[Stretch]:
    """What each value of an input from nought to `top` gives, the others staying as they are.

    Ends are closed in by halving, to 1e-9 of the grid's step; a verdict that turns and returns
    within one step of the grid may be missed. Values that can't be are left out.
    """

    def verdict(value: float) -> Verdict | None:
        found = question.under({name: value}).grade()
        return None if found.refused else found.verdict

    ends, kinds = [0.0], [verdict(0.0)]
    held = 0.0
    for k in range(1, GRID + 1):
        value = top * k / GRID
        if verdict(value) != kinds[-1]:
            low, high = held, value
            for _ in range(CLOSE):
                middle = (low + high) / 2
                low, high = (middle, high) if verdict(middle) == kinds[-1] else (low, middle)
            ends.append(high)
            kinds.append(verdict(high))
        held = value
    spans = zip(ends, [*ends[1:], top], kinds, strict=True)
    return [Stretch(low, high, kind) for low, high, kind in spans if kind is not None]


def turning_points(
    names: Iterable[str] | None = None, of: Records | None = None
) -> pd.DataFrame:
    """What the next year's figure of each quantity would make of each verdict.

    One row a claim, quantity and stretch: claim, quantity, label, unit, year, last (the figure of
    the year before), low and high (the stretch, `high` of the last one twice the capacity),
    verdict_now, verdict, turned. Opinions, and claims that the quantity does not move, have none.
    `names`: some claims only. Raises KeyError for a claim without a rule.
    """
    of = of or records()
    now = evidence(of=of)
    wanted = list(names or sorted(RULES))
    present, tables_of = {}, {}
    for name in wanted:
        ev = evidence(of=of)
        present[name] = look_up(name, ev).grade().verdict
        tables_of[name] = ev.asked
    rows = []
    for quantity in quantities().values():
        last, value = quantity.last(of)
        coming = after({quantity.quantity: {last + 1: value}}, of, now.judged_on)
        key = f"{quantity.quantity}_{last + 1}"
        for name in (n for n in wanted if quantity.table in tables_of[n]):
            question = look_up(name, coming)
            if key not in question.inputs or present[name] == OPINION:
                continue
            found = stretches(question, key, BEYOND * quantity.capacity)
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
                }
                for stretch in found
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


def row_of(text: str) -> dict[str, object]:
    """`"measure=entered_btc; period=2026; value=1.5"` as a row. Raises ValueError for a slip."""
    row: dict[str, object] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        column, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"{part!r} is no column=value")
        row[column.strip()] = value.strip()
    return row


def signposted(signpost: Mapping[str, object], of: Records | None = None) -> Verdict:
    """The verdict on a signpost's claim if what it waits for is seen on its last day.

    Its `row` is appended to its `table`; columns that it doesn't name are those of a published
    figure (status actual, preferred, the book as source). Raises ValueError for a column that the
    table lacks.
    """
    of = of or records()
    table = str(signpost["table"])
    known = of.load(table)
    row: dict[str, object] = {"status": "actual", "preferred": True, "derived": False, "source": OWN}
    row = {c: v for c, v in row.items() if c in known} | row_of(str(signpost["row"]))
    if unknown := [c for c in row if c not in known]:
        raise ValueError(f"{signpost['signpost']}: {table} has no column {unknown[0]!r}")
    added = pd.DataFrame([row]).reindex(columns=known.columns)
    added = added.astype({c: known[c].dtype for c in row})
    day = period_bounds(str(signpost["due"]))[1]
    return judge(str(signpost["claim"]), Evidence(of.appended({table: added}), day)).verdict
