"""One style for all code: ruff over the Python files, and over the code inside the Markdown.

    python tests/lint.py [FILE …]          check rules and format
    python tests/lint.py --fix [FILE …]    mend what ruff can mend, then check

Without files: the whole repository. A chapter goes to ruff as one notebook, so names are known
from cell to cell; a name that its prose shows with `{eval}` counts as used.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import samples

from openbook.testing import book

RUFF = [sys.executable, "-m", "ruff"]
SETTINGS = ["--config", str(book.ROOT / "pyproject.toml")]
UNREADABLE = "invalid-syntax"
_EVAL = re.compile(r"(?<!`)\{eval\}`([^`]+)`")
_FENCED = re.compile(r"^```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def markdown() -> list[Path]:
    """The Markdown files that may hold code."""
    books = (book.ROOT, samples.SMALL, samples.EXAMPLE)
    folders = [folder for held in books for folder in (held, held / "chapters")]
    return sorted(path for folder in folders for path in folder.glob("*.md"))


def code(path: Path) -> list[book.Cell]:
    """The code in a Markdown file: its cells and its Python blocks, in order."""
    text = path.read_text("utf-8")
    blocks = [
        book.Cell(-1, text.count("\n", 0, found.start(1)) + 1, found[1])
        for found in _FENCED.finditer(text)
    ]
    return sorted(book.cells(path) + blocks, key=lambda cell: cell.line)


def shown(path: Path) -> list[book.Cell]:
    """What the prose shows, each `{eval}` as a cell."""
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    return [book.Cell(-1, line, name) for line, text in lines for name in _EVAL.findall(text)]


def _ruff(path: Path, cells: list[book.Cell], *command: str) -> str:
    """Ruff's answer on these cells as one notebook that lies beside the file."""
    notebook = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}})
    notebook.cells = [
        nbformat.v4.new_code_cell(cell.source, id=f"c{i}") for i, cell in enumerate(cells)
    ]
    run = subprocess.run(
        [*RUFF, *command, *SETTINGS, "--stdin-filename", str(path.with_suffix(".ipynb")), "-"],
        input=nbformat.writes(notebook),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=book.ROOT,
        check=True,
    )
    return run.stdout


def _faults(path: Path, cells: list[book.Cell]) -> list[dict[str, Any]]:
    return json.loads(_ruff(path, cells, "check", "--exit-zero", "--output-format=json"))


def _formatted(path: Path, cells: list[book.Cell], *command: str) -> list[book.Cell]:
    """The cells as ruff would write them."""
    notebook = nbformat.reads(_ruff(path, cells, *command), as_version=4)
    return [
        book.Cell(cell.number, cell.line, new.source)
        for cell, new in zip(cells, notebook.cells, strict=True)
    ]


def problems(path: Path) -> Iterator[tuple[int, str]]:
    """What ruff objects to in a Markdown file: the file's line, and the rule with its reason."""
    ours = code(path)
    cells = ours + shown(path)
    faults = _faults(path, cells)
    for fault in faults:
        line = cells[fault["cell"] - 1].line + fault["location"]["row"] - 1
        yield line, f"{fault['code']} {fault['message']}"
    if any(fault["code"] == UNREADABLE for fault in faults):
        return  # what can't be read has no format
    for old, new in zip(ours, _formatted(path, ours, "format"), strict=True):
        if old != new:
            pairs = zip(old.source.splitlines(), new.source.splitlines(), strict=False)
            same = next((i for i, (a, b) in enumerate(pairs) if a != b), 0)
            yield old.line + same, "unformatted Cell would be reformatted (--fix does it)"


def mend(path: Path) -> None:
    """Rewrite the code in a Markdown file as ruff would; nothing else in the file changes."""
    old = code(path)
    cells = old + shown(path)
    if not old or any(fault["code"] == UNREADABLE for fault in _faults(path, cells)):
        return
    new = _formatted(path, cells, "check", "--fix", "--exit-zero", "--silent")[: len(old)]
    new = _formatted(path, new, "format")
    lines = path.read_bytes().decode().split("\n")
    for before, after in reversed(list(zip(old, new, strict=True))):
        start = before.line - 1
        lines[start : start + len(before.source.split("\n"))] = after.source.split("\n")
    path.write_bytes("\n".join(lines).encode())


def main(arguments: list[str]) -> int:
    """Check, or mend and check; 1 if anything is left to do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fix", action="store_true", help="mend what ruff can mend")
    parser.add_argument("files", nargs="*", type=Path, help="only these, .py or .md")
    chosen = parser.parse_args(arguments)
    files = [path.resolve() for path in chosen.files] or [book.ROOT, *markdown()]
    python = [str(path) for path in files if path.suffix != ".md"]
    rules, layout = ["check", "--quiet"], ["format", "--quiet"]
    if chosen.fix:
        rules.append("--fix")
    else:
        layout.append("--check")
    failed = False
    for command in (rules, layout):
        if python:
            command += ["--output-format=concise", *python]
            failed |= subprocess.run([*RUFF, *command], cwd=book.ROOT, check=False).returncode != 0
    for path in files:
        if path.suffix == ".md":
            if chosen.fix:
                mend(path)
            for line, problem in sorted(problems(path)):
                failed = True
                print(f"{os.path.relpath(path)}:{line}: {problem}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
