"""Findings, limits and rules in words."""

from __future__ import annotations

import re

import pandas as pd

from caspian import tables
from caspian.claims.judging import Finding, Measure, Step
from caspian.claims.verdicts import FALLS_SHORT, HOLDS, OPEN
from caspian.text import day, number

COUNTED = (
    *("aims", "days", "decisions", "documents", "incidents", "months", "rates", "states", "stops"),
    *(
        "bodies",
        "papers",
        "places",
        "reports",
        "rows",
        "sectors",
        "sums",
        "visits",
        "votes",
        "years",
    ),
)
ONE = {name: name[:-1] for name in COUNTED} | {"companies": "company", "bodies": "body"}
MEASURED = ("%", "points", "months", "a year")  # a count meets its limit exactly or not at all
PLACEHOLDER = re.compile(r"\{(\w+)\}")
CODE = re.compile(r"[A-Z]{3}")


def amount(value: float, unit: str) -> str:
    """A value with its unit as the page prints it: three significant digits, years whole."""
    size = abs(value)
    digits = 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2
    text = number(value, digits)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    unit = ONE.get(unit, unit) if text == "1" else unit
    return f"{text}%" if unit == "%" else f"{text} {unit}".rstrip()


def told(measure: Measure) -> str:
    """A figure with its unit, its period and, of a share of rows, both numbers."""
    text = amount(measure.value, measure.unit)
    if measure.counted:
        some, every = measure.counted
        text += f" ({number(some)} of {number(every)})"
    elif measure.period:
        text += f" ({day(measure.period)})"
    return text


def limit_text(name: str, table: pd.DataFrame) -> str:
    """A limit as a rule's sentence says it: a percentage with its sign, a day or list in words.

    `table`: the thresholds, indexed by name. Raises KeyError for a name that it lacks.
    """
    row = table.loc[name]
    if row["unit"] == "day":
        return day(row["text"])
    if row["unit"] == "list":
        return ", ".join(_named(member) for member in row["text"].split(";"))
    return amount(row["value"], row["unit"] if row["unit"] in ("%", "points", "years") else "")


def _named(member: str) -> str:
    """A member of a list in words: a country by its name, anything else without underscores."""
    if not CODE.fullmatch(member) or member in ("KMG",):
        return member.replace("_", " ")
    return tables.load("countries").set_index("country")["name"].get(member, member)


def rule_text(text: str) -> str:
    """A rule with its limits filled in. Raises KeyError for a limit that has no threshold."""
    table = tables.load("claim_thresholds").set_index("threshold")
    return PLACEHOLDER.sub(lambda found: limit_text(found[1], table), text)


# --- why a verdict is what it is -----------------------------------------------------------------


def _bound(step: Step, unit: str, *, higher: bool) -> str:
    return f"{'at least' if higher else 'at most'} {amount(step.limit, unit)}"


def _against(value: float, step: Step, unit: str) -> str:
    """How far a value lies from a limit: in points of a percentage, else in its unit."""
    gap = amount(abs(value - step.limit), "points" if unit == "%" else unit)
    return gap.replace("points", "percentage points")


def _by_ladder(found: Finding, by: Measure) -> str:
    """Which limit a figure met or missed, and by how much."""
    reached = [k for k, step in enumerate(found.steps) if step.verdict == found.verdict]
    met = reached[0] if reached else len(found.steps)
    says = f"{by.label}: {told(by)}."
    if met == 0 and found.verdict == OPEN:
        return f"{says} Open up to {amount(found.steps[0].limit, by.unit)}."
    if met == 0:
        unit = by.unit if by.unit in MEASURED else ""
        return f"{says} “{found.verdict}” asks {_bound(found.steps[0], unit, higher=found.higher)}."
    missed = found.steps[met - 1]
    if by.unit not in MEASURED:  # a count meets its limit or not: there is no distance to tell
        asked = _bound(missed, "", higher=found.higher)
        return f"{says} “{missed.verdict}” asks {asked}, so it is {found.verdict}."
    side = "short of" if found.higher else "above"
    if missed.verdict == OPEN:
        return (
            f"{says} It was open up to {amount(missed.limit, by.unit)}; now it is {found.verdict}."
        )
    says += (
        f" That is {_against(by.value, missed, by.unit)} {side} the "
        f"{amount(missed.limit, by.unit)} for “{missed.verdict}”"
    )
    if met == len(found.steps):
        return f"{says}, so it is {found.verdict}."
    return (
        f"{says}; “{found.verdict}” asks {_bound(found.steps[met], by.unit, higher=found.higher)}."
    )


def _brief(found: Finding) -> str:
    """A variant in a few words: what it measured, and what that gives."""
    if found.decided_by is None:
        return found.reason or str(found.verdict)
    value = found.decided_by
    if found.by == "window":
        return ", ".join(
            f"{name[0].lower()}{name[1:]} {told(each.decided_by)}"
            for name, each in found.variants
            if each.decided_by
        )
    return told(value)


def _by_window(found: Finding) -> str:
    spans = [(name, f) for name, f in found.variants if f.verdict != OPEN and f.decided_by]
    says = " ".join(
        f"{f.decided_by.label}: {told(f.decided_by)}." for _, f in spans if f.decided_by
    )
    hold = [f.verdict in HOLDS for _, f in spans]
    if len(spans) < 2 or all(hold) or not any(hold):
        return says
    how = "the newest bears it out, a longer one does not"
    if not hold[0]:
        how = "a longer one bears it out, the newest does not"
    return f"The spans part: {how}. {says}"


def because(found: Finding) -> str:
    """Why the verdict is what it is, in one or two sentences; "" for an opinion."""
    if found.refused:
        return f"Refused: {found.reason}."
    if found.by == "source" and found.variants:
        known = [(name, f) for name, f in found.variants if f.verdict != OPEN or f.decided_by]
        verdicts = {f.verdict for _, f in known}
        if not known:
            return f"Open: {found.reason}."
        if len(known) == 1:
            return because(known[0][1])
        if found.verdict == OPEN and not found.conflict:
            sides = ". ".join(f"{name}: {_brief(f)}" for name, f in known)
            return f"{known[0][1].reason[:1].upper()}{known[0][1].reason[1:]}. {sides}."
        if found.verdict == OPEN and verdicts & set(HOLDS) and verdicts & set(FALLS_SHORT):
            sides = ". ".join(f"{name}: {_brief(f)}, {f.verdict}" for name, f in known)
            return f"The counts lead to opposite verdicts, and none is preferred. {sides}."
        led = next((f for _, f in known if f.verdict == found.verdict), known[0][1])
        if len(verdicts) == 1:
            return f"{because(led)} The other counts agree."
        others = "; ".join(f"{n}: {_brief(f)}, {f.verdict}" for n, f in known if f is not led)
        return f"{because(led)} {others}."
    if found.by == "window" and found.variants:
        return _by_window(found)
    if found.by == "bound" and found.variants:
        ends = "; ".join(
            f"{name.lower()} {told(f.decided_by)} ({f.verdict})"
            for name, f in found.variants
            if f.decided_by
        )
        return f"Only bounds are known: {ends}."
    if found.verdict == OPEN and found.reason:
        value = f" {found.decided_by.label}: {told(found.decided_by)}." if found.decided_by else ""
        return f"{found.reason[0].upper()}{found.reason[1:]}.{value}"
    if found.decided_by and found.steps:
        return _by_ladder(found, found.decided_by)
    return ""
