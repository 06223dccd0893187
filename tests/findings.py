"""What every rule, other measure and omission finds, as lines that a reviewer reads.

`tests/reference/findings/` holds them, a file for each of `WHENS`; `make references` renews them by
`python tests/findings.py`. A verdict alone would hide a figure that moved, and no page shows what a
rule would say if one of its figures were another.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from evidences import evidence_of

from caspian.claims.evidence import Evidence
from caspian.claims.judged import omitted
from caspian.claims.judging import Finding, Measure, Question, Rule, tried
from caspian.claims.rules import CANDIDATES, LEFT_OUT, RULES
from caspian.claims.verdicts import OPINION
from openbook.testing import book, renew

FOLDER = book.REFERENCE / "findings"
WHENS = ("now", "then", "undated")
MOVED = (0.0, 0.5, 2.0)  # times what a figure is


def measures() -> dict[str, Rule]:
    """The rules, and the measures beside them, by the claim and the measure's words."""
    return {
        f"{name} {words}".strip(): rule
        for name in sorted(RULES)
        for words, rule in ({"": RULES[name]} | CANDIDATES.get(name, {})).items()
    }


def asked_of(key: str, ev: Evidence) -> Question:
    """What one of `measures` asks, with its figures looked up."""
    return tried(partial(measures()[key], ev))


def figure(measure: Measure) -> str:
    """A figure with all that is said of it."""
    some = " of ".join(f"{n:g}" for n in measure.counted or ())
    told = (f"{measure.value:.6g} {measure.unit}", measure.period, some, measure.source)
    kind = "~" if measure.movable else "="
    return f"{measure.name} {kind} {', '.join(filter(None, told))}: {measure.label}"


def lines(finding: Finding, indent: str = "") -> Iterator[str]:
    """A finding with its figures, limits and sides, a line each."""
    sign = ">=" if finding.higher else "<="
    steps = [f"{step.verdict} {sign} {step.limit:g} ({step.threshold})" for step in finding.steps]
    by = f" by {finding.decided_by.name}" if finding.decided_by else ""
    refused = "refused: " * finding.refused
    yield f"{indent}{finding.verdict}{by}{f': {refused}{finding.reason}' if finding.reason else ''}"
    if steps:
        yield f"{indent}  if {', '.join(steps)}, else {finding.below}"
    yield from (f"{indent}  {figure(measure)}" for measure in finding.measured)
    for words, side in finding.variants:
        yield f"{indent}  {finding.by} {words}:"
        yield from lines(side, indent + "    ")


def moved(question: Question) -> Iterator[str]:
    """What a question says if one of its figures is nought, half or twice what it is."""
    if question.grade().verdict == OPINION:
        return  # whatever the figures
    for name, measure in question.inputs.items():
        found = [question.under({name: measure.value * times}).grade() for times in MOVED]
        told = [
            f"{f.verdict} {f.decided_by.value:.4g}" if f.decided_by else f.verdict for f in found
        ]
        yield f"  with {name} of nought, half, twice: {', '.join(told)}"


def of_rule(key: str, when: str) -> str:
    """What one of `measures` finds on a day, and would find."""
    question = asked_of(key, evidence_of(when))
    return "\n".join([*lines(question.grade()), *moved(question)])


def of_omission(name: str, when: str) -> str:
    """The figures behind an omission that were known on a day."""
    return "\n".join(map(figure, omitted(name, evidence_of(when)))) or "nothing known"


def findings(when: str) -> dict[str, str]:
    """All of a day, by claim, measure or omission."""
    return {key: of_rule(key, when) for key in measures()} | {
        name: of_omission(name, when) for name in sorted(LEFT_OUT)
    }


def read(when: str) -> dict[str, str]:
    """What the reference of a day says, by key."""
    blocks = (FOLDER / f"{when}.txt").read_text("utf-8").rstrip("\n").split("\n\n")
    return {key: text for key, _, text in (block.partition("\n") for block in blocks)}


def main() -> None:
    """Write what has moved."""
    print("findings")
    renew.write(
        {
            FOLDER / f"{when}.txt": "\n\n".join(
                f"{key}\n{text}" for key, text in findings(when).items()
            )
            + "\n"
            for when in WHENS
        }
    )


if __name__ == "__main__":
    main()
