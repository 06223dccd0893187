"""The command behind `make new`, for the kinds of entries that a book has."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from openbook.new.ask import Asker, Stopped
from openbook.tables.folder import remember, remembered


def run(
    kinds: Mapping[str, Callable[[Asker], Any]], arguments: Sequence[str],
    source: TextIO | None = None,
) -> int:  # fmt: skip
    """0 if an entry was written; 1 if not, having said why; 2 for usage."""
    parser = argparse.ArgumentParser(prog="make new")
    parser.add_argument("what", choices=[*kinds])
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="an answer beforehand"
    )
    chosen = parser.parse_args(list(arguments))
    if bare := [pair for pair in chosen.set if "=" not in pair]:
        parser.error(f"--set {bare[0]}: write it as name=answer")
    given = dict(pair.split("=", 1) for pair in chosen.set)
    kept = f".new-{chosen.what}"
    ask = Asker(given, source, before=json.loads(remembered(kept) or "{}"))
    if ask.before:
        ask.say("In brackets: what you said last time. A blank leaves an answer empty.")
    try:
        with _ended_gently():
            kinds[chosen.what](ask)
    except (Stopped, KeyboardInterrupt) as stopped:
        remember(kept, json.dumps(ask.before | ask.answers))
        print(f"\n{str(stopped) or 'Stopped. Nothing was written.'}", file=sys.stderr)
        if ask.answers:
            print("The same command offers your answers again.", file=sys.stderr)
        return 1
    remember(kept, "{}")
    if unasked := sorted(given.keys() - ask.answers.keys()):
        ask.say(f"Nobody asked for {', '.join(unasked)}: look whether the entry lacks it.")
    return 0


@contextmanager
def _ended_gently() -> Iterator[None]:
    """A terminal that closes, or a request to end, is as Ctrl-C: what was begun is undone."""
    wanted = ("SIGINT", "SIGHUP", "SIGTERM")  # Windows lacks one; a script may leave out the first
    names = [name for name in wanted if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), _stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt
