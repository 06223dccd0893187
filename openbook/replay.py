"""Run a chapter's notebook again, and say where its results are not those that were published.

This is what `check.py` of a re-run kit does. It needs IPython, and nothing that makes the book.

A kit's folder holds `chapters/*.ipynb` and `published/`: `facts.json` (the numbers that pages note
for others, by page and name), `titles.json` (of figures and tables, by page and name) and their
rows as `NAME.csv`.
"""

from __future__ import annotations

import io
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from openbook import facts, sentences
from openbook.bundle import Bundle
from openbook.publish import Published, csv_text

INSTALLS = "installs"  # the tag of the cell that a downloaded notebook begins with
DIGITS = 1e-6  # what two numbers may differ by, relatively: sums are spread over threads


class ChapterError(RuntimeError):
    """A cell failed; the message has its number and what it said."""


@dataclass(frozen=True)
class Results:
    """What the cells of a chapter gave: `noted` numbers as text, `published` figures and tables.

    `broken` are the sentences that no longer hold.
    """

    noted: dict[str, str]
    published: dict[str, Bundle]
    broken: tuple[str, ...] = ()


def cells(notebook: Path) -> list[str]:
    """The sources of a chapter's cells, without the one that installs."""
    held = json.loads(notebook.read_text("utf-8"))["cells"]
    code = [cell for cell in held if cell["cell_type"] == "code"]
    return ["".join(c["source"]) for c in code if INSTALLS not in c["metadata"].get("tags", ())]


def run(sources: Sequence[str]) -> Results:
    """Run cells one after the other in a fresh shell. Raises ChapterError if one fails."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell, published = InteractiveShell(), dict[str, Bundle]()
    if shell.display_formatter is not None:  # nobody looks
        shell.display_formatter.ipython_display_formatter.enabled = False
    facts.noted.clear()
    sentences.broken.clear()
    for number, source in enumerate(sources, 1):
        with capture_output():
            ended = shell.run_cell(source)
        if error := ended.error_before_exec or ended.error_in_exec:
            said = f"{type(error).__name__}: {error}"
            raise ChapterError(f"cell {number} of {len(sources)} failed. {said}")
        if isinstance(ended.result, Published):
            published[ended.result.bundle.name] = ended.result.bundle
    return Results(dict(facts.noted), published, tuple(sentences.broken))


# --- comparing -------------------------------------------------------------------------------


def _same(one: Any, other: Any) -> bool:
    try:
        a, b = float(one), float(other)
    except (TypeError, ValueError):
        return str(one) == str(other)
    return math.isclose(a, b, rel_tol=DIGITS, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))


def _rows(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def rows_moved(before: str, after: str) -> str:
    """Where two CSV texts of one figure first differ, beyond the last digits; "" if nowhere."""
    if before == after:
        return ""
    old, new = _rows(before), _rows(after)
    if list(old.columns) != list(new.columns) or len(old) != len(new):
        return f"{len(old)} rows of {', '.join(old)}, now {len(new)} of {', '.join(new)}"
    for row, (left, right) in enumerate(zip(old.values.tolist(), new.values.tolist(), strict=True)):
        for column, a, b in zip(old.columns, left, right, strict=True):
            if not _same(a, b):
                return f"row {row + 1}, {column}: published {a!r}, now {b!r}"
    return ""


def differences(kit: Path, page: str, results: Results) -> Iterator[str]:
    """Each result of a page (`energy`) that is not as published, and what it makes untrue."""
    said = json.loads((kit / "published" / "facts.json").read_text("utf-8")).get(page, {})
    titles = json.loads((kit / "published" / "titles.json").read_text("utf-8")).get(page, {})
    for sentence in results.broken:
        yield f"no longer holds: {sentence}"
    for name, text in said.items():
        now = results.noted.get(name)
        if now != text:
            yield f"{name}: published {text!r}, now {now!r}"
    for name, title in titles.items():
        if name not in results.published:
            yield f"{name}: published, and not made now"
            continue
        held = results.published[name]
        if held.title != title:
            yield f"{name}: the title was {title!r}, is now {held.title!r}"
        text = (kit / "published" / f"{name}.csv").read_bytes().decode("utf-8")
        if moved := rows_moved(text, csv_text(held)):
            yield f"{name}: {moved}"


def main(kit: Path, names: Sequence[str]) -> int:
    """Check the chapters of these names, or all of a kit; the number of those that differ."""
    known = {path.stem: path for path in sorted((kit / "chapters").glob("*.ipynb"))}
    if unknown := [name for name in names if name not in known]:
        print(f"There is no chapter {', '.join(unknown)}: there are {', '.join(known)}")
        return 2
    failed = 0
    for name in names or known:
        start = time.monotonic()
        try:
            found = list(differences(kit, name, run(cells(known[name]))))
        except ChapterError as error:
            found = [str(error)]
        took = time.monotonic() - start
        print(f"{name}: {'as published' if not found else 'differs'} ({took:.0f} s)")
        for line in found:
            print(f"  {line}")
        failed += bool(found)
        sys.stdout.flush()
    return min(failed, 1)
