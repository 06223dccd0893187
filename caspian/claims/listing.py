"""The claims as tables, and as what the page is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from caspian import tables
from caspian.charts import Published, sources_of
from caspian.claims import history
from caspian.claims.evidence import Records
from caspian.claims.judged import THEN, Judged, candidates, evidence, omitted, records
from caspian.claims.judging import Finding, Measure
from caspian.claims.words import MEASURED, PLACEHOLDER, amount, because, limit_text, rule_text, told
from caspian.text import day

CLAIMS_MIME = "application/vnd.caspian.claims+json"
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


def threshold_uses(found: Iterable[Judged]) -> pd.DataFrame:
    """The thresholds with the claims whose rules name them: the table's columns and `claims`."""
    uses: dict[str, list[str]] = {}
    for item in found:
        for name in dict.fromkeys(
            PLACEHOLDER.findall(item.claim["rule"] + str(item.claim["proxy"]))
        ):
            uses.setdefault(name, []).append(str(int(item.claim["claim"][1:])))
    table = tables.load("claim_thresholds")
    named = table.set_index("threshold")
    return table.assign(
        claims=[", ".join(uses.get(name, [])) for name in table["threshold"]],
        limit=[
            amount(v, u) if u not in ("day", "list") else limit_text(name, named)
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
            "value": told(f.decided_by) if f.decided_by else f.reason,
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


def _strip(line: list[tuple[dt.date, Finding]], turns: list[history.Change]) -> dict[str, Any]:
    """A claim's verdicts through time, as runs, and what moved each."""
    runs: list[dict[str, Any]] = []
    for on, finding in line:
        if runs and runs[-1]["verdict"] == str(finding.verdict):
            runs[-1] |= {"to": on.isoformat(), "months": runs[-1]["months"] + 1}
        else:
            runs.append(
                {
                    "verdict": str(finding.verdict),
                    "from": on.isoformat(),
                    "to": on.isoformat(),
                    "months": 1,
                }
            )
    return {
        "runs": runs,
        "turns": [
            {
                "day": turn.day.isoformat(),
                "before": str(turn.before),
                "after": str(turn.after),
                "what": turn.what,
                "source": turn.source,
            }
            for turn in turns
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
    of: Records | None = None,
) -> Published:
    """Publish the claims: a list to filter and open, with the whole of it as CSV."""
    found, of = list(found), of or records()
    table = rows(found)
    then, now = evidence(THEN, of=of), evidence(of=of)
    through = history.verdicts(of)
    turned = history.changes(through)
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
    bundle = {
        "name": name,
        "title": title,
        "subtitle": subtitle,
        "note": note,
        "headings": [f"As known on {day(THEN.isoformat())}", "As known now"],
        "until": now.judged_on.isoformat(),
        "claims": shown,
        "left_out": left_out,
        "sentences": sentences(item.claim for item in found),
        "columns": list(table.columns),
        "labels": {},
        "rows": table.astype(object).where(table.notna(), None).to_dict("records"),
        "sources": sources_of(keys),
    }
    return Published(CLAIMS_MIME, bundle)
