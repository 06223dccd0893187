"""The runs of chapters, as they are kept under `_build/.runs`: outputs, and all that was used."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from openbook.site import files

Shown = dict[str, dict[str, list[dict[str, Any]]]]  # cell: expression: outputs


@dataclass(frozen=True)
class Failure:
    """Why a run ended: the failing code cell (from 0), the line of its code, what it said."""

    cell: int
    line: int
    said: str


@dataclass(frozen=True)
class Run:
    """One execution of a chapter.

    `cells` digests what was run, `packages` the lock and the Python that ran it; `dependencies` are
    the digests of what it used, by name; `digest` is the same for runs that give a page the same;
    `outputs` holds each code cell's outputs and `shown` the values of the prose's expressions, by
    the cell's place in the notebook; `seconds` is the wall time; `executed` counts the runs so far.
    """

    cells: str
    packages: str
    dependencies: dict[str, str]
    outputs: dict[str, list[dict[str, Any]]]
    shown: Shown
    language: dict[str, Any]
    seconds: float
    executed: int
    digest: str
    failure: Failure | None = None

    def displayed(self, kind: str) -> list[Any]:
        """What the cells displayed of a MIME type, in order."""
        outputs = (output for held in self.outputs.values() for output in held)
        return [o["data"][kind] for o in outputs if kind in o.get("data", {})]

    @property
    def tables(self) -> list[str]:
        """The tables that the chapter read, by way of the models too."""
        kinds = (name.partition(":") for name in self.dependencies)
        return sorted(name for kind, _, name in kinds if kind == "table")

    def aged(self, packages: str, digest: Callable[[str], str | None]) -> list[str]:
        """What the run used, its cells apart, and is not as it was; its failure, if it failed."""
        if self.failure:
            return ["its last run failed"]
        if self.packages != packages:
            return ["the packages"]
        return [name for name, was in self.dependencies.items() if digest(name) != was]


@dataclass
class Runs:
    """The runs of a book's chapters, kept in a folder: one JSON file a chapter."""

    folder: Path
    _read: dict[str, Run] = field(default_factory=dict)

    def _path(self, docname: str) -> Path:
        return self.folder / f"{docname}.json"

    def get(self, docname: str) -> Run | None:
        """The last run of a page, in this build or a former one; None for a page never run."""
        if docname not in self._read:
            try:
                self._read[docname] = _from_json(self._path(docname).read_text("utf-8"))
            except (OSError, ValueError, TypeError, KeyError):  # none, or of another form
                return None
        return self._read[docname]

    def keep(self, docname: str, run: Run) -> None:
        """Keep a run in the place of the last one."""
        self._read[docname] = run
        files.replace(self._path(docname), json.dumps(asdict(run)).encode())

    def drop_all_but(self, docnames: Iterable[str]) -> None:
        """Forget the runs of pages that are gone, or have no cells any more."""
        kept = {self._path(docname): docname for docname in docnames}
        for path in set(self.folder.rglob("*.json")) - set(kept):
            path.unlink()
        self._read = {name: run for name, run in self._read.items() if name in kept.values()}


def _from_json(text: str) -> Run:
    held = json.loads(text)
    failure = held.pop("failure")
    return Run(**held, failure=Failure(**failure) if failure else None)
