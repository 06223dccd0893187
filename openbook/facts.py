"""Numbers that keep their sources: from a table, through arithmetic, into a sentence.

A :class:`Quantity` is a float with unit, period and sources; what is computed from quantities has
the sources of all of them. `openbook.text` writes a quantity as a :class:`Fact`: the text, and with
it everything that the page shows of it. A fact is a string, so that titles and sentences take it
as one.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import Any, SupportsFloat

import pandas as pd

from openbook import kernel
from openbook.bundle import FactBundle

SOURCE = "source"


def merged(sources: Iterable[str]) -> str:
    """Cells of sources (keys joined by semicolons) as one, each key once."""
    return ";".join(dict.fromkeys(key for cell in sources for key in cell.split(";") if key))


def sources_in(of: pd.DataFrame | pd.Series | str | Iterable[Any]) -> str:
    """The sources of rows, of quantities, or keys as they are."""
    if isinstance(of, str):
        return of
    if isinstance(of, Quantity):
        return of.source
    if isinstance(of, pd.DataFrame):
        return merged(of[SOURCE].dropna().unique())
    if isinstance(of, pd.Series):
        return str(of[SOURCE])
    return merged(sources_in(each) for each in of)


class Quantity(float):
    """A number with its coat: `unit` ("" for a share of one), `period` (ISO 8601), `source` (keys).

    Arithmetic keeps the sources of both sides, and the period if they have the same; the unit is
    kept by sums and by products with plain numbers, and is "" for a quotient of two of one unit.
    Anything else makes a plain float, or takes a new coat by :meth:`of`.
    """

    unit: str
    period: str
    source: str

    def __new__(
        cls, value: SupportsFloat, unit: str = "", period: str = "", source: Any = ""
    ) -> Quantity:
        """`source`: keys, rows or quantities."""
        self = super().__new__(cls, value)
        self.unit, self.period, self.source = unit, period, sources_in(source)
        return self

    def of(
        self, value: SupportsFloat, unit: str | None = None, period: str | None = None
    ) -> Quantity:
        """Another value from the same sources, in the same unit and period unless told."""
        return Quantity(
            value,
            self.unit if unit is None else unit,
            self.period if period is None else period,
            self.source,
        )

    def _with(self, value: float, other: object, unit: str) -> Quantity:
        if not isinstance(other, Quantity):
            return Quantity(value, unit, self.period, self.source)
        period = self.period if self.period == other.period else _span(self.period, other.period)
        return Quantity(value, unit, period, merged([self.source, other.source]))

    def _sum(self, value: float, other: object) -> Quantity:
        if isinstance(other, Quantity) and self.unit and other.unit and self.unit != other.unit:
            raise ValueError(f"{self.unit} and {other.unit} can't be added")
        return self._with(value, other, self.unit)

    def __add__(self, other: float) -> Quantity:
        """Sum; ValueError for two units."""
        return self._sum(float(self) + float(other), other)

    def __radd__(self, other: float) -> Quantity:
        """See `__add__`."""
        return self._sum(float(other) + float(self), other)

    def __sub__(self, other: float) -> Quantity:
        """Difference; ValueError for two units."""
        return self._sum(float(self) - float(other), other)

    def __rsub__(self, other: float) -> Quantity:
        """See `__sub__`."""
        return self._sum(float(other) - float(self), other)

    def __mul__(self, other: float) -> Quantity:
        """Product; the unit of the side that has one."""
        unit = self.unit or (other.unit if isinstance(other, Quantity) else "")
        return self._with(float(self) * float(other), other, unit)

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> Quantity:
        """Quotient; of two of one unit a share or a factor."""
        divided = isinstance(other, Quantity) and bool(other.unit)
        return self._with(float(self) / float(other), other, "" if divided else self.unit)

    def __rtruediv__(self, other: float) -> Quantity:
        """A plain number divided by this."""
        return self._with(float(other) / float(self), other, "")

    def __neg__(self) -> Quantity:
        """The opposite."""
        return self.of(-float(self))

    def __abs__(self) -> Quantity:
        """The size."""
        return self.of(abs(float(self)))

    def rounded(self, digits: int = 0) -> Quantity:
        """Rounded, with the same coat (the built-in `round` gives a plain number)."""
        return self.of(round(float(self), digits))

    def __reduce__(self) -> tuple[Any, ...]:
        """For copies and other processes."""
        return (Quantity, (float(self), self.unit, self.period, self.source))


def _span(one: str, other: str) -> str:
    """Two periods as one: from the earlier to the later; "" if either is none."""
    if not one or not other:
        return ""
    first, last = sorted((one.partition("/")[0], other.partition("/")[0]))
    return f"{first}/{last}"


def largest(quantities: Iterable[Quantity]) -> Quantity:
    """The largest, with its own coat (as `max` gives it)."""
    return max(quantities, key=float)


class Fact(str):
    """A number as it is printed, with what the page shows of it.

    `value`: one number or the two ends of a range; `unit`, `period` and `source` as of a quantity.
    """

    value: tuple[float, ...]
    unit: str
    period: str
    source: str

    def __new__(cls, text: str, *quantities: Quantity) -> Fact:
        """`quantities` are those that the text says."""
        self = super().__new__(cls, text)
        self.value = tuple(float(q) for q in quantities)
        self.unit = quantities[0].unit if quantities else ""
        periods = list(dict.fromkeys(q.period for q in quantities if q.period))
        self.period = periods[0] if len(periods) == 1 else ""
        self.source = merged(q.source for q in quantities)
        return self

    @property
    def bundle(self) -> FactBundle:
        """What the page and `facts.json` hold of it."""
        # six digits: the last ones depend on how many threads a sum was spread over
        value = (float(f"{v:.6g}") if math.isfinite(v) else None for v in self.value)
        return FactBundle(str(self), tuple(value), self.unit, self.period, self.source)

    def __getnewargs_ex__(self) -> tuple[Any, ...]:
        """For copies: the text alone."""
        return (str(self),), {}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(str(self)), FactBundle.mime: self.bundle.to_json()}


def fact(text: str, *quantities: float) -> str:
    """The text as a fact of the quantities among some numbers; plain if none has a source."""
    coated = [q for q in quantities if isinstance(q, Quantity) and q.source]
    return Fact(text, *coated) if coated else text


noted: dict[str, str] = {}  # what this process noted, by name


def _show_noted() -> None:
    """Let a notebook's prose name `noted` (:mod:`openbook.lab`)."""
    held = sys.modules.get("IPython")
    if held and (shell := held.get_ipython()):
        shell.user_ns["noted"] = noted


def note(name: str, words: str) -> str:
    """Keep a computed number under a name, for the findings above and for other pages: the words.

    `{glue:text}`name`` shows it, a fact with its sources. Where there is no MyST-NB, as in the
    notebook of a reader, no page can ask for it; :mod:`openbook.replay` does, of `noted`.
    """
    noted[name] = str(words)
    if not kernel.in_book():
        _show_noted()
    try:
        from myst_nb import glue
    except ModuleNotFoundError:
        return words
    glue(name, words, display=False)
    return words
