"""Every kind of rule that a table may state, and the rules of a table read and asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from openbook.tables.complete import Complete, Pairs
from openbook.tables.groups import Connected, Observation, Parts, Steps
from openbook.tables.limits import Bound, Horizon, Jump, NotYet, Ratio, Within
from openbook.tables.options import Column, Context, Rule, read
from openbook.tables.rows import (
    Absence,
    Derived,
    Distinct,
    Months,
    Ordered,
    Parties,
    Silence,
    Together,
    Zeros,
)
from openbook.tables.violations import Violation, Words, nearest

if TYPE_CHECKING:
    import pandas as pd

# In the order in which they are asked
KINDS: dict[str, type[Rule]] = {
    each.kind: each
    for each in (
        *(Observation, Parts, Ordered, Connected, Months, Steps, Together, Parties, Zeros),
        *(Distinct, Absence, Silence, Bound, Ratio, Jump, Within, Complete, Pairs),
    )
}
UNSTATED = (Derived(), NotYet())  # asked of every table
COVERAGE = "coverage"  # stands beside the rules, and is written from the rows


def read_rules(resource: Mapping[str, Any]) -> tuple[list[Rule], list[Violation]]:
    """The rules that a table states under `openbook`, and what is wrong with how they are stated.

    With them the one that follows from its columns of periods.

    A rule of which anything is wrong is not among those read.
    """
    rules: list[Rule] = []
    wrong: list[Words] = []
    stated = resource.get("openbook", {})
    for name in (name for name in stated if name not in (*KINDS, COVERAGE)):
        rule, fix = f"the rules are {', '.join(KINDS)}", f"{nearest(name, KINDS)}Correct it."
        wrong.append((f'the book has no rule "{name}"', rule, fix))
    for name, kind in KINDS.items():
        if name in stated:
            found, slips = read(kind, stated[name])
            rules += found
            wrong += slips
    fields = resource.get("schema", {}).get("fields", [])
    if dated := tuple(Column(each["name"]) for each in fields if each.get("openbook:period")):
        rules.append(Horizon(dated))
    table = f'table "{resource["name"]}"'
    return rules, [Violation(f"{table}: {words[0]}", *words[1:]) for words in wrong]


def misfits(resource: Mapping[str, Any], rules: Collection[Rule]) -> Iterator[Violation]:
    """Why a table's rules can't be applied to its columns."""
    schema, table = resource["schema"], f'table "{resource["name"]}"'
    names = [field["name"] for field in schema["fields"]]
    for name in dict.fromkeys(name for rule in rules for name in rule.columns_named()):
        if name not in names:
            yield Violation(
                f'{table}: a rule is about a column "{name}" that it does not have',
                "rules are about columns of the table",
                f"{nearest(name, names)}Correct it.",
            )
    for rule in rules:
        for words in rule.misfits(schema):
            yield Violation(f"{table}: {words[0]}", *words[1:])
    if ("preferred" in names) != any(isinstance(rule, Observation) for rule in rules):
        yield Violation(
            f'{table}: "preferred" and "observation" are not given together',
            'a table with a column "preferred" says by the rule "observation" which columns '
            "name one observation",
            "Add the one or drop the other.",
        )


def violations(
    rules: Collection[Rule], frame: pd.DataFrame, context: Context
) -> Iterator[Violation]:
    """What breaks the rules in a table whose cells are all valid; `UNSTATED` ones come last."""
    broken: set[str] = set()
    for rule in (*rules, *UNSTATED):
        if broken.isdisjoint(rule.presupposes):
            for violation in rule.violations(frame, context):
                broken.add(rule.kind)
                yield violation
