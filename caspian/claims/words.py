"""Findings, limits and rules in words."""

from __future__ import annotations

import re

import pandas as pd

from caspian import tables
from caspian.claims.judging import Finding, Measure, Step
from caspian.claims.verdicts import FALLS_SHORT, HOLDS, OPEN
from openbook.text import day, number

COUNTED = (
    *(
        "aims",
        "alliances",
        "days",
        "decisions",
        "events",
        "fields",
        "incidents",
        "months",
        "papers",
    ),
    *("places", "points", "reports", "rows", "sectors", "states", "stops", "sums", "visits"),
    *("voices", "votes", "years"),
)
ONE = {name: name[:-1] for name in COUNTED} | {"companies": "company", "bodies": "body"}
MEASURED = ("%", "points", "months", "a year")  # a count meets its limit exactly or not at all
MANY = 4  # counts that a sentence names one by one
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


def _asked(step: Step, unit: str, *, higher: bool) -> str:
    return f"“{step.verdict}” {'asks for at least' if higher else 'allows at most'} " + amount(
        step.limit, unit
    )


def _came_to(by: Measure) -> str:
    """What a figure was, as the beginning of a sentence that is right for one thing and for many.

    A count goes without its unit, which its label names.
    """
    value = told(by) if by.unit in MEASURED or by.period else number(by.value)
    return f"{by.label}{',' if ',' in by.label else ''} came to {value}"


def _by_ladder(found: Finding, by: Measure) -> str:
    """Which limit a figure met or missed, and by how much."""
    unit = by.unit if by.unit in MEASURED else ""
    reached = [k for k, step in enumerate(found.steps) if step.verdict == found.verdict]
    met = reached[0] if reached else len(found.steps)
    if met == 0 and found.verdict == OPEN:
        return f"{_came_to(by)}; it is open up to {amount(found.steps[0].limit, by.unit)}."
    if met == 0:
        return f"{_came_to(by)}; {_asked(found.steps[0], unit, higher=found.higher)}."
    missed = found.steps[met - 1]
    if missed.verdict == OPEN:
        return f"{_came_to(by)}; it was open up to {amount(missed.limit, by.unit)}."
    if not unit:  # a count meets its limit or not: there is no distance to tell
        return f"{_came_to(by)}; {_asked(missed, unit, higher=found.higher)}."
    gap = amount(abs(by.value - missed.limit), "points" if unit == "%" else unit)
    side = "short of" if found.higher else "above"
    return f"{_came_to(by)}, {gap} {side} the {amount(missed.limit, unit)} for “{missed.verdict}”."


def _newest(found: Finding) -> str:
    """A variant by its figure, that of its newest span if it has several; else what is missing."""
    decided = [f.decided_by for f in found.all() if f.decided_by]
    return told(decided[0]) if decided else found.reason or str(found.verdict)


def _by_window(found: Finding) -> str:
    """What each span of time says, and what the verdict makes of it."""
    spans = [(name, f) for name, f in found.variants if f.decided_by]
    each = " and ".join(
        f"{name[:1].lower()}{name[1:]} {told(f.decided_by)}" for name, f in spans if f.decided_by
    )
    hold = [f.verdict in HOLDS for _, f in spans]
    labels = [f.decided_by.label for _, f in spans if f.decided_by]
    subject = re.split(r",? (?:change|in the|since|from)\b", labels[0])[0]
    if len(spans) == 1:
        how = "no other span is known"
    elif all(hold):
        how = "each span bears it out"
        if len({f.verdict for _, f in spans}) > 1:
            how += ", one of them only in part"
    elif not any(hold):
        how = "no span bears it out"
    elif hold[0]:
        how = "the spans part: a longer one does not bear it out"
    else:
        how = "the spans part: only a longer one bears it out"
    top = spans[0][1].steps[0] if spans[0][1].steps else None
    if top and found.verdict != top.verdict:
        unit = spans[0][1].decided_by.unit if spans[0][1].decided_by else ""
        how += f"; {_asked(top, unit, higher=spans[0][1].higher)} on each"
    return f"{subject}: {each}; {how}."


def _by_source(found: Finding) -> str:
    """What the counts of one thing say: where they agree, or how they part."""
    known = [(name, f) for name, f in found.variants if f.verdict != OPEN or f.decided_by]
    verdicts = {f.verdict for _, f in known}
    if not known:
        return _open(found)
    if len(known) == 1:
        return because(known[0][1])
    if found.verdict == OPEN and verdicts & set(HOLDS) and verdicts & set(FALLS_SHORT):
        if len(known) > MANY:
            hold = sum(f.verdict in HOLDS for _, f in known)
            return (
                f"{hold} of {len(known)} counts bear it out, the others do not; none is preferred."
            )
        sides = [
            f"{name} {'bears it out' if f.verdict in HOLDS else 'does not'} ({_newest(f)})"
            for name, f in sorted(known, key=lambda side: side[1].verdict not in HOLDS)
        ]
        return f"{', '.join(sides)}, and none is preferred."
    if found.verdict == OPEN and not found.conflict:
        sides = [f"{name} {_newest(f)}" for name, f in known]
        return f"{_sentence(known[0][1].reason)}: {', '.join(sides)}."
    led = next((f for _, f in known if f.verdict == found.verdict), known[0][1])
    others = [f for _, f in known if f is not led]
    part = sum(f.verdict != found.verdict for f in others)
    says = "says" if part == 1 else "say"
    how = f"{part} of {len(others)} other counts {says} otherwise" if part else "all counts agree"
    if len(others) == 1:
        how = f"the other count {'says otherwise' if part else 'agrees'}"
    return f"{because(led).removesuffix('.')}; {how}."


def _sentence(reason: str) -> str:
    """A reason with a capital."""
    return reason[:1].upper() + reason[1:]


def _open(found: Finding) -> str:
    return f"{_sentence(found.reason)}." if found.reason else ""


def because(found: Finding) -> str:
    """Why the verdict is what it is, in one sentence; "" for an opinion."""
    if found.refused:
        return f"Refused: {found.reason}."
    if found.by == "source" and found.variants:
        return _by_source(found)
    if found.by == "window" and found.variants:
        return _by_window(found)
    if found.verdict == OPEN and found.reason:
        value = f" ({_newest(found)})" if found.decided_by else ""
        return f"{_sentence(found.reason)}{value}."
    if found.decided_by and found.steps:
        return _by_ladder(found, found.decided_by)
    return ""
