"""What the door says to a spoiled table: a rule refuses it, it is the same table, or it passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import Any

import pandas as pd

from openbook.tables import cells, csvfile, rules, stamps, store, validation
from openbook.tables.options import Context
from openbook.tables.violations import ValidationError
from openbook.testing.faults.copies import Copy, Fault, copy_of

CAUGHT, HARMLESS, PASSED = "caught", "harmless", "passed"


class Judge:
    """Judges the spoiled copies of one table, beside the others as they are.

    The same functions decide as behind :func:`openbook.tables.load`; what can't have changed (the
    other tables) is read once. Cells are judged before structure, as the cheaper of the two.
    """

    def __init__(self, name: str) -> None:
        """Read the table, and those that its rules and keys name."""
        self.name = name
        self.table: Copy = copy_of(name)
        self.resource = store.resource(name)
        self.fields = self.resource["schema"]["fields"]
        self.stated, _ = store.stated_rules(name)
        self.sources = store.sources().keys()
        asked = validation.context()
        rows = cache(asked.rows)  # the other tables do not change meanwhile
        self.context = Context(rows, asked.key, asked.read_on, asked.published)

    @cached_property
    def others(self) -> list[dict]:
        """The tables that its keys refer to, as Frictionless takes them."""
        wanted = dict.fromkeys(table for table, _ in self.table.coded.values())
        return [validation.as_text(store.resource(other)) for other in wanted if other != self.name]

    @cached_property
    def typed(self) -> pd.DataFrame:
        """The table as it is, typed."""
        return csvfile.to_dataframe(self.fields, csvfile.read_rows(self.table.raw, self.names))

    @cached_property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [field["name"] for field in self.fields]

    @cached_property
    def held(self) -> dict[str, Any]:
        """The stamp of the table as it is."""
        return dict(self.resource) | self._stamp(self.table.raw, self.typed)

    @cached_property
    def unsound(self) -> bool:
        """Whether the sample of a long table breaks rules that the whole one keeps."""
        return self.verdict(Fault("", self.name, "", self.table.raw)) == CAUGHT

    def valid_codes(self) -> dict[str, Sequence[str]]:
        """The codes that each coded column may hold; under "source" the keys of all sources."""
        found: dict[str, Sequence[str]] = {}
        for field in self.fields:
            listed = field.get("constraints", {}).get("enum")
            if field["type"] == "string" and listed and len(listed) > 1:
                found[field["name"]] = listed
        for column, (other, key) in self.table.coded.items():
            found[column] = list(dict.fromkeys(validation.valid(other)[key].dropna()))
        return found | {"source": sorted(self.sources)}

    def stamped(self, fault: Fault) -> bool:
        """Whether the file's sha256 alone gives it away, as where nothing was renewed."""
        return stamps.hash_of(fault.raw) != stamps.hash_of(self.table.raw)

    def verdict(self, fault: Fault) -> str:
        """What becomes of it once the stamps are renewed.

        Any exception but a broken rule comes out: the door answers with rules alone.
        """
        try:
            rows = csvfile.read_rows(fault.raw, self.names)
        except ValidationError:
            return CAUGHT
        if not rows or self._any_cell(rows):
            return CAUGHT
        if self._any_structure(rows):
            return CAUGHT
        frame = csvfile.to_dataframe(self.fields, rows)
        if len(frame) == len(self.typed) and _ordered(frame).equals(_ordered(self.typed)):
            return HARMLESS
        if self._any_rule(frame) or any(stamps.lost(self.held, self._stamp(fault.raw, frame))):
            return CAUGHT
        return CAUGHT if any(self._dependents(frame)) else PASSED

    def _any_cell(self, rows: list[csvfile.Row]) -> bool:
        return any(cells.own_rules(self.fields, rows, self.sources))

    def _any_structure(self, rows: list[csvfile.Row]) -> bool:
        return any(cells.structure(self.resource, rows, self.others))

    def _any_rule(self, frame: pd.DataFrame) -> bool:
        return any(rules.violations(self.stated, frame, self.context))

    def _stamp(self, raw: bytes, frame: pd.DataFrame) -> dict[str, Any]:
        return stamps.of_table(self.resource, raw, frame)

    def _dependents(self, frame: pd.DataFrame) -> Iterator[bool]:
        """Whether each table that depends on this one would refuse it as it is now."""
        for other, column, key in self._referring:
            used = validation.valid(other)[column].dropna()
            yield not used.isin(frame[key]).all()

        def row_of(name: str) -> pd.DataFrame:
            return frame if name == self.name else self.context.rows(name)

        context = Context(row_of, self.context.key, self.context.read_on, self.context.published)
        for other in self._asking:
            stated, _ = store.stated_rules(other)
            mine = [rule for rule in stated if self.name in rule.tables_named()]
            held = validation.valid(other)
            yield any(violation for rule in mine for violation in rule.violations(held, context))

    @cached_property
    def _referring(self) -> list[tuple[str, str, str]]:
        """Other tables whose columns hold keys of this one: table, column, key."""
        if self.sampled:
            return []
        return [
            (each["name"], column, key)
            for each in store.package()["resources"]
            if each["name"] != self.name
            for column, (table, key) in Copy(each, ()).coded.items()
            if table == self.name
        ]

    @cached_property
    def _asking(self) -> list[str]:
        """Other tables whose rules look at this one."""
        names = [each["name"] for each in store.package()["resources"]]
        asked = {
            name: [rule for rule in store.stated_rules(name)[0] if self.name in rule.tables_named()]
            for name in names
            if name != self.name and not self.sampled
        }
        return [name for name, mine in asked.items() if mine]

    @property
    def sampled(self) -> bool:
        """Whether only some rows of a long table are judged."""
        return len(self.table.rows) < self.resource.get("rows", 0)


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame.astype("object").fillna("").astype(str)
    return texts.sort_values(list(texts)).reset_index(drop=True)
