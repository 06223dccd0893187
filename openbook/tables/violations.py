"""A broken rule, in words: what is there, the rule, what to do about it, and where it is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f\"<>\\^`{|}]+")

MOST_SHOWN = 400  # characters of a problem or a remedy in a message
LONGEST_KEY = 200  # characters, beyond which nothing is looked for that is alike

Words = tuple[str, str, str]  # problem, rule, remedy
Check = tuple[bool, str, str, str]  # whether the rule is broken, and the words


def shown(text: str) -> str:
    """A text as a terminal can show it: cut if it is long, with what is unseen spelled out."""
    if len(text) > MOST_SHOWN:
        text = f"{text[: MOST_SHOWN - 60]} … {text[-50:]}"
    return "".join(c if c.isprintable() or c == "\n" else f"<U+{ord(c):04X}>" for c in text)


@dataclass(frozen=True)
class Violation:
    """One broken rule; its place is a data row, a line or a column of a file, or none of them."""

    problem: str
    rule: str
    fix: str
    row: int | None = None  # data row, counted from 1
    line: int | None = None  # line of the file on which that row begins
    column: str | None = None

    def text(self, path: str) -> str:
        """The violation in one line of text: place, problem, rule, remedy."""
        row = f", row {self.row} (line {self.line})" if self.row else ""
        column = f', column "{self.column}"' if self.column else ""
        return f"{path}{row}{column}: {shown(self.problem)}. Rule: {self.rule}. {shown(self.fix)}"


class ValidationError(ValueError):
    """Carries the violations (its `args`) out of a function that can't go on."""


def at_row(
    index: Any, column: str | None, problem: str, rule: str, fix: str, line: int | None = None
) -> Violation:
    """The violation in a row of a DataFrame by its index, which counts from 0."""
    return Violation(problem, rule, fix, int(index) + 1, line, column)


def broken(checks: Iterable[Check]) -> Iterator[Violation]:
    """The violations of those checks whose rule is broken."""
    return (Violation(problem, rule, fix) for wrong, problem, rule, fix in checks if wrong)


def nearest(key: str, known: Iterable[str]) -> str:
    """'Did you mean "x"? ' for the most similar known key, or nothing if none is similar."""
    if len(key) > LONGEST_KEY:
        return ""
    known = list(known)
    alike = [other for other in known if other[:1] == key[:1]]  # few slips are in a first letter
    found = difflib.get_close_matches(key, alike, 1, 0.5)
    found = found or difflib.get_close_matches(key, known, 1, 0.5)
    return f'Did you mean "{found[0]}"? ' if found else ""


def cells_of(columns: Iterable[str], row: Mapping[str, Any] | Any) -> str:
    """'route=cpc, period=2024' for the named columns of a row."""
    return ", ".join(f"{column}={row[column]}" for column in columns)


def unknown_source(key: str, known: Collection[str]) -> Words:
    """Problem, rule and remedy for a source key that the bibliography doesn't have."""
    return (
        f'"{key}" is not an entry of references.bib',
        "every source is in the bibliography, several are joined by ; without spaces",
        f"{nearest(key, known)}If it is a new source, add its entry.",
    )
