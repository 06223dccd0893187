"""The command behind `make new`, for the kinds of entries that a book has."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

from openbook.new.ask import Asker, Stopped


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
    try:
        kinds[chosen.what](Asker(given, source))
    except (Stopped, KeyboardInterrupt) as stopped:
        print(f"\n{str(stopped) or 'Stopped. Nothing was written.'}", file=sys.stderr)
        return 1
    return 0
