"""What a cell may not leave on a page: warnings, what it prints unasked, paths of the machine.

A warning on a page is no finding, and names a file of the machine that built it. What a cell does
rather than shows is refused where it runs, by :mod:`openbook.guard`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from openbook.guard import NOT_MINDED

PRINTS = "prints"  # the tag of a cell whose print is meant for readers
_WARNING = re.compile(r"^.*:\d+: \w*Warning: ", re.MULTILINE)


class Refused(Exception):
    """A cell showed what no page may have."""


def _stream(outputs: Iterable[Mapping[str, Any]], name: str) -> str:
    """All that the outputs have of a stream."""
    said = (o["text"] for o in outputs if o["output_type"] == "stream" and o["name"] == name)
    return "".join("".join(text) for text in said).strip()


def paths_of_machine(folders: Iterable[Path]) -> list[str]:
    """Folders that no page may name: those of the book, the home, the environment of Python."""
    book = [str(each) for folder in folders for each in (folder, folder.resolve())]
    paths = {*book, str(Path.home()), sys.prefix}
    return sorted(path for path in paths if len(Path(path).parts) > 2)


def named_path(outputs: Iterable[Mapping[str, Any]], paths: Iterable[str]) -> str:
    """The first of `paths` that an output names, as a path and not in an address; "" if none is."""
    text = json.dumps([output.get("data", {}) for output in outputs], ensure_ascii=False)
    for path in paths:
        written = json.dumps(path, ensure_ascii=False)[1:-1]
        if re.search(rf"(?<![\w.-]){re.escape(written)}(?![\w-])", text):
            return path
    return ""


def refusal(outputs: list[Mapping[str, Any]], tags: Iterable[str], paths: Iterable[str]) -> str:
    """Why what a cell showed is refused, first in a line that says what to do; "" if it is not."""
    if said := _stream(outputs, "stderr"):
        if NOT_MINDED in said:
            return said.partition(NOT_MINDED)[2]
        how = "warns" if _WARNING.search(said) else "writes to stderr"
        return (
            f"the cell {how}, and a page is no place for it: mend what it tells of, or silence "
            f"this one message in the cell\n{said}"
        )
    printed = _stream(outputs, "stdout")
    if printed and PRINTS not in tags:
        return (
            "the cell prints, and a page shows sentences, figures and tables: remove the print, "
            f"or give the cell the tag `{PRINTS}` if readers are to see it\n{printed}"
        )
    shown = [*outputs, {"data": printed}]
    if path := named_path(shown, paths):
        return (
            f"the cell shows a path of this machine ({path}): another machine would build another "
            "page, and no reader has it. Show the name alone"
        )
    return ""


def refuse(
    outputs: list[Mapping[str, Any]], tags: Iterable[str], paths: Iterable[str] | None
) -> None:
    """Refuse what a cell showed, unless it may show anything (`paths` is None). Raises Refused."""
    if paths is not None and (why := refusal(outputs, tags, paths)):
        raise Refused(why)
