"""The ledger of claims: every claim of the article judged twice, and published as a page.

:func:`evidence` gives the tables as known on a day, :func:`judged` both findings on each claim,
:func:`rows` the whole ledger as a table, :func:`ledger` what a chapter publishes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from caspian import tables
from caspian.charts import Published, _sources
from caspian.models import claims
from caspian.models.claim_rules import RULES, TABLES, judge, look_up
from caspian.models.claims import Evidence, Finding, Flip, Measure, Question
from caspian.rules import nearest
from caspian.text import day, number
from caspian.verdicts import LEDGER_MIME

THEN = dt.date(2024, 3, 12)  # the day after the visit: what a writer of the article could know
COUNTED = (
    *("aims", "days", "decisions", "documents", "incidents", "months"),
    *("papers", "places", "reports", "rows", "sectors", "sums", "visits", "votes"),
)
ONE = {name: name[:-1] for name in COUNTED} | {"companies": "company"}  # "1 paper"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Judged:
    """One claim of the article with its findings.

    `claim` is its row of `data/claims.csv`; `lenient` the finding as known then if sources
    without a date are taken to have been out.
    """

    claim: Mapping[str, Any]
    then: Finding
    now: Finding
    lenient: Finding


def _load(name: str) -> pd.DataFrame:
    """A table that the rules may ask. Raises KeyError for any other."""
    if name not in TABLES:
        raise KeyError(f"{name!r} is no table of the rules: add it to TABLES in claim_rules.py")
    return tables.load(name)


def _appeared() -> dict[str, dt.date | None]:
    """The day of every source, by key."""
    return {key: claims.appeared(key, s.date) for key, s in tables.references().items()}


def until() -> dt.date:
    """The day to which the evidence runs: the last event or period that a table of the rules has.

    Raises TableError if one of them is not valid.
    """
    days = _appeared()
    return max(claims.last_event(tables.load(name), days) for name in TABLES)


def _observation(name: str) -> list[str]:
    """The columns that name one observation of a table."""
    return tables.describe(name).get("caspian", {}).get("observation", [])


def limits() -> dict[str, float]:
    """The value of every threshold, by name."""
    return tables.load("claim_thresholds").set_index("threshold")["value"].to_dict()


def evidence(on: dt.date | None = None, *, lenient: bool = False) -> Evidence:
    """The book's tables as known on a day (None: all of them).

    Raises TableError if a table is not valid.
    """
    return Evidence(
        load=_load,
        observation=_observation,
        appeared_on=_appeared(),
        limits=limits(),
        day=on or until(),
        on=on,
        lenient=lenient,
    )


def questions(ev: Evidence, names: Iterable[str] | None = None) -> dict[str, Question]:
    """What the rules ask, with their figures; of all claims, or of some by name.

    Raises KeyError for a claim without a rule.
    """
    return {name: look_up(name, ev) for name in names or sorted(RULES)}


def judged() -> list[Judged]:
    """Every claim with its findings, in the order of `data/claims.csv`."""
    then, now, lenient = evidence(THEN), evidence(), evidence(THEN, lenient=True)
    return [
        Judged(row, *(judge(row["claim"], ev) for ev in (then, now, lenient)))
        for row in tables.load("claims").to_dict("records")
    ]


def inputs() -> pd.DataFrame:
    """The figures that a scenario can replace: claim, quantity, label, unit, now, source."""
    return pd.DataFrame(
        [
            {
                "claim": name,
                "quantity": m.name,
                "label": m.label,
                "unit": m.unit,
                "now": m.value,
                "source": m.source,
            }
            for name, question in questions(evidence()).items()
            for m in question.inputs.values()
        ]
    )


def _check(scenario: Mapping[str, float], asked: Mapping[str, Question]) -> None:
    """Raise ValueError for an input that none of the questions takes."""
    known = {name for question in asked.values() for name in question.inputs}
    for name in scenario:
        if name not in known:
            hint = nearest(name, known)
            raise ValueError(f"no rule takes an input {name!r}. {hint}See caspian.ledger.inputs()")


def under(**scenario: float) -> pd.DataFrame:
    """The verdict now on every claim if some inputs had other values, e.g. `under(btc_mt=2.4)`.

    Columns: claim, text, verdict_now, verdict_then (under the scenario), turned, refused (why, if
    the scenario's figures can't be: nothing is turned then). Raises ValueError for an input that no
    rule takes.
    """
    asked = questions(evidence())
    _check(scenario, asked)
    rows = tables.load("claims")[["claim", "text"]]
    now = [asked[name].grade() for name in rows["claim"]]
    then = [asked[name].under(scenario).grade() for name in rows["claim"]]
    return rows.assign(
        verdict_now=[str(f.verdict) for f in now],
        verdict_then=[str(f.verdict) for f in then],
        turned=[a.verdict != b.verdict and not b.refused for a, b in zip(now, then, strict=True)],
        refused=[f.reason if f.refused else "" for f in then],
    )


def turning_points(names: Iterable[str] | None = None, **scenario: float) -> pd.DataFrame:
    """What would turn which verdict now: one row a claim, input and direction.

    `names` are claims (default: all that a rule grades); `scenario` replaces inputs first.
    Columns: claim, quantity, label, unit, now, direction, flips_at, verdict_now, verdict_then.
    Raises ValueError for an input that no rule takes, KeyError for a claim without a rule.
    """
    ev = evidence()
    asked = questions(ev, names)
    _check(scenario, questions(ev) if scenario else {})
    found: list[Flip] = []
    for name, question in asked.items():
        found += claims.flips(name, question.under(scenario))
    frame = pd.DataFrame([vars(flip) for flip in found], columns=list(Flip.__dataclass_fields__))
    return frame.astype({"verdict_now": str, "verdict_then": str})


# --- as words ------------------------------------------------------------------------------------


def amount(value: float, unit: str) -> str:
    """A value with its unit as the ledger prints it: three significant digits, years whole."""
    size = abs(value)
    digits = 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2
    text = number(value, digits)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    unit = ONE.get(unit, unit) if text == "1" else unit
    return f"{text}%" if unit == "%" else f"{text} {unit}".rstrip()


def limit_text(name: str, table: pd.DataFrame) -> str:
    """A limit as a rule's sentence says it: a percentage with its sign, anything else bare."""
    row = table.loc[name]
    return amount(row["value"], row["unit"] if row["unit"] in ("%", "points") else "")


def rule_text(text: str) -> str:
    """A rule with its limits filled in. Raises KeyError for a limit that has no threshold."""
    table = tables.load("claim_thresholds").set_index("threshold")
    return PLACEHOLDER.sub(lambda found: limit_text(found[1], table), text)


def _measures(finding: Finding) -> list[Measure]:
    """Every figure of a finding and its variants, once."""
    return list(
        dict.fromkeys([*finding.measured, *(m for _, f in finding.variants for m in f.measured)])
    )


def rows(found: Iterable[Judged] | None = None) -> pd.DataFrame:
    """The whole ledger, one row a claim: what the CSV holds and the charts count."""

    def columns(when: str, finding: Finding) -> dict[str, Any]:
        step, by = finding.nearest, finding.decided_by
        return {
            f"verdict_{when}": str(finding.verdict),
            f"value_{when}": by.value if by else None,
            f"measure_{when}": by.label if by else "",
            f"unit_{when}": by.unit if by else "",
            f"nearest_limit_{when}": step.limit if step else None,
            f"by_source_{when}": "; ".join(f"{name}: {f.verdict}" for name, f in finding.variants),
            f"conflict_{when}": finding.conflict,
            f"figures_{when}": "; ".join(
                f"{m.label}: {amount(m.value, m.unit)}" for m in _measures(finding)
            ),
            f"missing_{when}": finding.reason,
            f"sources_{when}": ";".join(finding.sources),
        }

    records = []
    for item in found or judged():
        keys = dict.fromkeys([*item.now.sources, *item.then.sources, item.claim["source"]])
        shown = {k: v for k, v in item.claim.items() if k not in ("source", "rule")}
        records.append(
            shown
            | {"rule": rule_text(item.claim["rule"])}
            | columns("then", item.then)
            | columns("now", item.now)
            | {"verdict_then_undated": str(item.lenient.verdict), "source": ";".join(keys)}
        )
    return pd.DataFrame(records)


THIN = 25.0  # percent of a limit: verdicts nearer than this are listed as hanging on it
MEASURED = ("%", "points", "months", "a year")  # a count meets its limit exactly or not at all


def margins(found: Iterable[Judged]) -> pd.DataFrame:
    """How near each verdict now lies to its nearest limit, the thinnest first.

    One row a claim and count: claim, number, text, verdict, count (which source, "" if there is
    one), measure, value and limit (as words), away (percent of the limit, or of the value if the
    limit is nought), source. Only what is measured: counts of papers or places are left out.
    """
    records = []
    for item in found:
        for name, finding in item.now.variants or (("", item.now),):
            step, by = finding.nearest, finding.decided_by
            if step is None or by is None or by.unit not in MEASURED:
                continue
            away = 100 * abs(by.value - step.limit) / (abs(step.limit) or abs(by.value) or 1)
            records.append(
                {
                    "claim": item.claim["claim"],
                    "number": str(int(item.claim["claim"][1:])),
                    "text": item.claim["text"],
                    "verdict": str(finding.verdict),
                    "count": name,
                    "measure": by.label,
                    "value": amount(by.value, by.unit),
                    "limit": amount(step.limit, by.unit),
                    "away": away,
                    "source": by.source,
                }
            )
    return pd.DataFrame(records).sort_values("away", ignore_index=True)


def threshold_uses(found: Iterable[Judged]) -> pd.DataFrame:
    """The thresholds with the claims whose rules name them: the table's columns and `claims`."""
    uses: dict[str, list[str]] = {}
    for item in found:
        for name in dict.fromkeys(PLACEHOLDER.findall(item.claim["rule"])):
            uses.setdefault(name, []).append(item.claim["claim"])
    table = tables.load("claim_thresholds")
    return table.assign(
        claims=[", ".join(uses.get(name, [])) for name in table["threshold"]],
        limit=[amount(v, u) for v, u in zip(table["value"], table["unit"], strict=True)],
    )


# --- as a page -----------------------------------------------------------------------------------


def _finding(finding: Finding) -> dict[str, Any]:
    step, by = finding.nearest, finding.decided_by
    return {
        "verdict": str(finding.verdict),
        "conflict": finding.conflict,
        "variants": [[name, str(f.verdict)] for name, f in finding.variants],
        "figures": [
            {"label": m.label, "value": amount(m.value, m.unit), "source": m.source}
            for m in _measures(finding)
        ],
        "nearest": amount(step.limit, by.unit) if step and by else "",
        "decided_by": by.label if by else "",
        "decided_at": amount(by.value, by.unit) if by else "",
        "missing": finding.reason,
    }


def sentences(told: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sentences of the article, in order: sentence, paragraph, opening, claims made in it."""
    made: dict[str, list[str]] = {}
    for row in told:
        for place in filter(None, str(row["sentences"] or "").split(";")):
            made.setdefault(place, []).append(row["claim"])
    return [
        {k: row[k] for k in ("sentence", "opening")}
        | {"paragraph": int(row["paragraph"]), "claims": made.get(row["sentence"], [])}
        for row in tables.load("article_sentences").to_dict("records")
    ]


def ledger(
    found: Iterable[Judged], *, name: str, title: str, subtitle: str, note: str = ""
) -> Published:
    """Publish the ledger: a list of claims to filter and open, with the whole of it as CSV."""
    found = list(found)
    table = rows(found)
    keys = dict.fromkeys(key for cell in table["source"] for key in cell.split(";"))
    bundle = {
        "name": name,
        "title": title,
        "subtitle": subtitle,
        "note": note,
        "headings": [f"As known on {day(THEN.isoformat())}", "As known now"],
        "claims": [
            {k: item.claim[k] for k in ("claim", "kind", "text", "chapter", "figure")}
            | {
                "paragraph": int(item.claim["paragraph"]),
                "proxy": "" if pd.isna(item.claim["proxy"]) else item.claim["proxy"],
                "rule": rule_text(item.claim["rule"]),
                "then": _finding(item.then),
                "now": _finding(item.now),
                "undated": str(item.lenient.verdict),
            }
            for item in found
        ],
        "sentences": sentences(item.claim for item in found),
        "columns": list(table.columns),
        "labels": {},
        "rows": table.astype(object).where(table.notna(), None).to_dict("records"),
        "sources": _sources(keys),
    }
    return Published(LEDGER_MIME, bundle)


__all__ = [
    "THEN",
    "THIN",
    "Judged",
    "evidence",
    "inputs",
    "judged",
    "ledger",
    "limits",
    "margins",
    "questions",
    "rows",
    "rule_text",
    "sentences",
    "threshold_uses",
    "turning_points",
    "under",
    "until",
]
