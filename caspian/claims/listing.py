"""The claims as tables, and as what the page is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from caspian import tables
from caspian.claims import history
from caspian.claims.bundle import Claims
from caspian.claims.evidence import Limits, Records
from caspian.claims.judged import THEN, Judged, candidates, evidence, omitted, records
from caspian.claims.judging import Finding, Measure
from caspian.claims.rules import judge
from caspian.claims.words import MEASURED, PLACEHOLDER, amount, because, limit_text, rule_text, told
from openbook.publish import Published, sources_of

THIN = 25.0  # percent of a limit: verdicts nearer than this are listed as hanging on it


def rows(found: Iterable[Judged]) -> pd.DataFrame:
    """All claims, one row each: what the CSV holds and the charts count."""

    def columns(when: str, finding: Finding) -> dict[str, Any]:
        step, by = finding.nearest, finding.decided_by
        return {
            f"verdict_{when}": str(finding.verdict),
            f"why_{when}": because(finding),
            f"value_{when}": by.value if by else None,
            f"measure_{when}": by.label if by else "",
            f"unit_{when}": by.unit if by else "",
            f"nearest_limit_{when}": step.limit if step else None,
            f"by_{when}": "; ".join(f"{name}: {f.verdict}" for name, f in finding.variants),
            f"conflict_{when}": finding.conflict,
            f"spans_part_{when}": finding.parts("window"),
            f"figures_{when}": "; ".join(f"{m.label}: {told(m)}" for m in finding.figures),
            f"missing_{when}": finding.reason,
            f"sources_{when}": ";".join(finding.sources),
        }

    kept = []
    for item in found:
        keys = dict.fromkeys([*item.now.sources, *item.then.sources, item.claim["source"]])
        shown = {k: v for k, v in item.claim.items() if k not in ("source", "rule")}
        kept.append(
            shown
            | {"rule": rule_text(item.claim["rule"])}
            | columns("then", item.then)
            | columns("now", item.now)
            | {"verdict_then_undated": str(item.lenient.verdict), "source": ";".join(keys)}
        )
    return pd.DataFrame(kept)


def margins(found: Iterable[Judged]) -> pd.DataFrame:
    """How near each verdict now lies to its nearest limit, the thinnest first.

    One row a claim and count or span: claim, number, text, verdict, count (which, "" if there is
    one), measure, value and limit (as words), away (percent of the limit, or of the value if the
    limit is nought), source. Only what is measured: counts of papers or places are left out.
    """
    kept = []
    for item in found:
        for name, finding in _leaves(item.now):
            step, by = finding.nearest, finding.decided_by
            if step is None or by is None or by.unit not in MEASURED:
                continue
            away = 100 * abs(by.value - step.limit) / (abs(step.limit) or abs(by.value) or 1)
            kept.append(
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
    return pd.DataFrame(kept).sort_values("away", ignore_index=True)


def _leaves(finding: Finding, name: str = "") -> list[tuple[str, Finding]]:
    """The findings that are made of no others, each by the names that lead to it."""
    if not finding.variants:
        return [(name, finding)]
    return [
        leaf
        for part, each in finding.variants
        for leaf in _leaves(
            each, ", ".join(filter(None, (name, part[:1].lower() + part[1:] if name else part)))
        )
    ]


@dataclass(frozen=True)
class _Noted(Limits):
    """Limits that note which of them are asked for."""

    asked: set[str] = field(default_factory=set)

    def _row(self, name: str) -> Any:
        self.asked.add(name)
        return super()._row(name)


def threshold_uses(of: Records | None = None) -> pd.DataFrame:
    """The thresholds with the claims whose rules ask for them, or whose sentences name them.

    The table's columns; `limit` in words, and `claims`, their numbers. A limit that only serves
    what the article leaves out, or a measure weighed and not taken, says so.
    """
    of = of or records()
    table = tables.load("claim_thresholds")
    noted = _Noted(table.set_index("threshold"))
    asking = copy(of)
    asking.limits = noted
    days = evidence(THEN, of=asking), evidence(of=asking)
    uses: dict[str, list[str]] = {}

    def note(who: str, names: Iterable[str]) -> None:
        for name in names:
            uses.setdefault(name, []).append(who)

    claims = tables.load("claims")
    for row in claims.to_dict("records"):
        noted.asked.clear()
        for ev in days:
            judge(row["claim"], ev)
        named = PLACEHOLDER.findall(f"{row['rule']} {row['proxy']}")
        note(str(int(row["claim"][1:])), noted.asked | set(named))
    noted.asked.clear()
    for omission in tables.load("omissions")["omission"]:
        omitted(omission, days[1])
    note("left out", noted.asked - set(uses))
    noted.asked.clear()
    for claim in claims["claim"]:
        candidates(claim, days[1])
    note("weighed", noted.asked - set(uses))
    return table.assign(
        claims=[", ".join(uses.get(name, [])) for name in table["threshold"]],
        limit=[
            amount(v, u) if u not in ("day", "list") else limit_text(name, noted.table)
            for name, v, u in zip(table["threshold"], table["value"], table["unit"], strict=True)
        ],
    )


# --- as a page -----------------------------------------------------------------------------------


def _figures(measures: Iterable[Measure]) -> list[dict[str, str]]:
    return [{"label": m.label, "value": told(m), "source": m.source} for m in measures]


def _variants(finding: Finding) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "verdict": str(f.verdict),
            "value": told(f.decided_by) if f.decided_by else "",
            "source": f.decided_by.source if f.decided_by else "",
            "by": f.by,
            "variants": _variants(f),
        }
        for name, f in finding.variants
    ]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "verdict": str(finding.verdict),
        "because": because(finding),
        "conflict": finding.conflict,
        "spans_part": finding.parts("window"),
        "by": finding.by,
        "decided": _figures([finding.decided_by] if finding.decided_by else []),
        "variants": _variants(finding),
        "figures": _figures(finding.figures),
    }


def sentences(told_of: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sentences of the article, in order: sentence, paragraph, opening, claims made in it."""
    made: dict[str, list[str]] = {}
    for row in told_of:
        for place in filter(None, str(row["sentences"] or "").split(";")):
            made.setdefault(place, []).append(row["claim"])
    return [
        {k: row[k] for k in ("sentence", "opening")}
        | {"paragraph": int(row["paragraph"]), "claims": made.get(row["sentence"], [])}
        for row in tables.load("article_sentences").to_dict("records")
    ]


def _strip(
    line: list[tuple[dt.date, Finding]],
    turns: list[history.Change],
    now: Finding,
    undated: Callable[[str], bool],
) -> dict[str, Any]:
    """A claim's verdicts through time as runs, the last of them now, and what moved each.

    "Now" asks all that the tables hold, sources that carry no day too; its run and its turn have
    no day.
    """
    runs: list[dict[str, Any]] = []
    for on, finding in line:
        if runs and runs[-1]["verdict"] == str(finding.verdict):
            runs[-1]["months"] += 1
        else:
            runs.append({"verdict": str(finding.verdict), "from": on.isoformat(), "months": 1})
    runs.append({"verdict": str(now.verdict), "from": "", "months": 1})
    told_of = [
        (turn.day.isoformat(), turn.before, turn.after, turn.what, turn.source) for turn in turns
    ]
    last = line[-1][1]
    if last.verdict != now.verdict:
        told_of.append(("", last.verdict, now.verdict, *history.moved_by(last, now, undated)))
    return {
        "runs": runs,
        "turns": [
            {"day": on, "before": str(before), "after": str(after), "what": what, "source": source}
            for on, before, after, what, source in told_of
        ],
    }


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def publish(
    found: Iterable[Judged],
    *,
    name: str,
    title: str,
    subtitle: str,
    note: str = "",
    through: Mapping[str, list[tuple[dt.date, Finding]]],
    of: Records | None = None,
) -> Published:
    """Publish the claims: a list to filter and open, with the whole of it as CSV.

    `through`: the findings month by month, as `history.verdicts` gives them.
    """
    found, of = list(found), of or records()
    table = rows(found)
    then, now = evidence(THEN, of=of), evidence(of=of)
    turned = history.changes(through, of)
    weighed = {item.claim["claim"]: candidates(item.claim["claim"], now) for item in found}
    left_out = [
        {k: row[k] for k in ("omission", "text", "chapter", "figure")}
        | {
            "paragraph": int(row["paragraph"]),
            "then": _figures(omitted(row["omission"], then)),
            "now": _figures(omitted(row["omission"], now)),
        }
        for row in tables.load("omissions").to_dict("records")
    ]
    shown = [
        {k: item.claim[k] for k in ("claim", "kind", "text", "chapter", "figure")}
        | {
            "paragraph": int(item.claim["paragraph"]),
            "proxy": rule_text(_text(item.claim["proxy"])),
            "rule": rule_text(item.claim["rule"]),
            "why": _text(item.claim["why"]),
            "opponent": _text(item.claim["opponent"]),
            "weighed": [
                {
                    "measure": words,
                    "verdict": str(finding.verdict),
                    "value": told(finding.decided_by) if finding.decided_by else finding.reason,
                    "because": because(finding),
                    "source": ";".join(finding.sources),
                }
                for words, finding in weighed[item.claim["claim"]].items()
            ],
            "then": _finding(item.then),
            "now": _finding(item.now),
            "undated": str(item.lenient.verdict),
            "through": _strip(
                through[item.claim["claim"]],
                [turn for turn in turned if turn.claim == item.claim["claim"]],
                item.now,
                lambda key: of.appeared_on.get(key) is None,
            ),
        }
        for item in found
    ]
    keys = dict.fromkeys(key for cell in table["source"] for key in cell.split(";"))
    for claim in shown:
        for each in [*claim["weighed"], *claim["through"]["turns"]]:
            keys |= dict.fromkeys(filter(None, each["source"].split(";")))
    for silence in left_out:
        for each in [*silence["then"], *silence["now"]]:
            keys |= dict.fromkeys(filter(None, each["source"].split(";")))
    bundle = Claims(
        name=name,
        title=title,
        subtitle=subtitle,
        note=note,
        then=THEN.isoformat(),
        until=now.judged_on.isoformat(),
        months=tuple(on.isoformat() for on, _ in next(iter(through.values()))),
        claims=tuple(shown),
        left_out=tuple(left_out),
        sentences=tuple(sentences(item.claim for item in found)),
        columns=tuple(table.columns),
        labels={},
        rows=tuple(table.astype(object).where(table.notna(), None).to_dict("records")),
        sources=sources_of(keys),
    )
    return Published(bundle)
