"""Questions on the terminal, each asked until its answer is one that can be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from openbook.tables.violations import nearest

Check = Callable[[str], str | None]  # what is wrong with an answer; None if nothing is


ABOUT = "table"  # the question whose answer decides what the others are about


class Stopped(Exception):
    """Nothing was written; the message says why."""


class Asker:
    """Asks a person, or takes what was `given` beforehand by name; `answers` has what was said."""

    def __init__(
        self, given: Mapping[str, str] | None = None, source: TextIO | None = None,
        out: TextIO | None = None, before: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`source`, `out`: the terminal, unless a test says otherwise.

        `before`: the answers of a try that came to nothing, each the default of its question.
        """
        self.given, self.before = dict(given or {}), dict(before or {})
        self.answers: dict[str, str] = {}
        self.source, self.out = source or sys.stdin, out or sys.stdout

    def say(self, text: str) -> None:
        """A line to the person."""
        print(text, file=self.out, flush=True)

    def ask(
        self, name: str, question: str, check: Check = lambda _: None, default: str = ""
    ) -> str:
        """An answer that passes the check; an empty line takes the default, a blank is no answer.

        Raises Stopped if an answer that was given beforehand doesn't pass, or if there are no more.
        """
        if name in self.given:
            answer = self.given[name] or default
            if wrong := check(answer):
                raise Stopped(f"{name}={answer}: {wrong}")
        else:
            answer = self._asked(question, check, self.before.get(name, default))
        if name == ABOUT and answer != self.before.get(name):
            self.before = {}  # what was said of another table is no default here
        self.answers[name] = answer
        return answer

    def _asked(self, question: str, check: Check, default: str) -> str:
        while True:
            print(f"{question}{f' [{default}]' if default else ''}: ", end="", file=self.out)
            self.out.flush()
            line = self.source.readline()
            if not line:
                raise Stopped(f"There was no answer to “{question}”. Nothing was written.")
            answer = line.strip() or ("" if line.strip("\r\n") else default)
            wrong = check(answer)
            if not wrong:
                return answer
            self.say(f"  {wrong}")

    def agree(self, name: str, question: str) -> bool:
        """A yes or a no; an empty line is no."""
        return self.ask(name, f"{question} (y/n)", one_of(["y", "n"]), "n") == "y"


def needed(answer: str) -> str | None:
    """An answer that may not be empty."""
    return None if answer else "It can't be empty."


def one_of(allowed: Collection[str], *, empty: bool = False) -> Check:
    """An answer out of some."""

    def check(answer: str) -> str | None:
        if answer in allowed or (empty and not answer):
            return None
        few = f" One of: {', '.join(allowed)}." if len(allowed) <= 25 else ""
        return f'There is no "{answer}". {nearest(answer, allowed)}{few}'.strip()

    return check


@contextmanager
def undone(*paths: Path) -> Iterator[None]:
    """Put files back as they were, also those that were not there, if anything is raised inside."""
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, raw in before.items():
            if raw is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(raw)
        raise
