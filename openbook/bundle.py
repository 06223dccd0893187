"""What a chapter publishes, and its JSON: bundles of figures, tables, cards and facts.

A kernel writes a bundle into its notebook's output and a build reads it, perhaps another day. This
is the one place for both, and :class:`BundleError` says when they don't fit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, ClassVar, Self

VERSION = 1  # of the shapes below; from 2 on it is in the JSON, as `version`


class BundleError(ValueError):
    """JSON that is no bundle of this version."""


def _json(value: Any) -> Any:
    """A part of a bundle as JSON; what is as it is without being given is left out."""
    if hasattr(value, "__dataclass_fields__"):
        held = {f.name: (getattr(value, f.name), f) for f in fields(value)}
        return {name: _json(v) for name, (v, f) in held.items() if not (_optional(f) and not v)}
    return [_json(each) for each in value] if isinstance(value, tuple) else value


def _optional(part: Field[Any]) -> bool:
    return part.default is not MISSING or part.default_factory is not MISSING


def _fit(shape: type, held: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The parts of a dataclass from JSON, each once. Raises BundleError for too many or too few."""
    named = {part.name: part for part in fields(shape)}
    lost = [name for name, part in named.items() if not _optional(part) and name not in held]
    if lost or (more := sorted(set(held) - set(named))):
        odd = f"without {', '.join(lost)}" if lost else f"with {', '.join(more)}"
        raise BundleError(f"{what}: a {shape.__name__.lower()} {odd}; run its page again")
    return dict(held)


def _write(bundle: Any) -> dict[str, Any]:
    held: dict[str, Any] = _json(bundle)
    return held if VERSION == 1 else held | {"version": VERSION}


def _read(shape: type, content: Mapping[str, Any], what: str) -> dict[str, Any]:
    held = json.loads(json.dumps(content))
    if (version := held.pop("version", 1)) != VERSION:
        raise BundleError(
            f"{what}: published in version {version}, and read here is version {VERSION}; "
            "run its page again"
        )
    return _fit(shape, held, what)


@dataclass(frozen=True)
class FactBundle:
    """A number in a sentence: its text, one value or two ends of a range, unit, period, sources.

    `value` holds None for what is not finite; `source` joins keys by semicolons.
    """

    mime: ClassVar[str] = "application/vnd.openbook.fact+json"

    text: str
    value: tuple[float | None, ...]
    unit: str
    period: str
    source: str

    @property
    def keys(self) -> list[str]:
        """The keys of its sources."""
        return self.source.split(";")

    def to_json(self) -> dict[str, Any]:
        """What a notebook's output holds."""
        return _write(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """A fact from a notebook's output. Raises BundleError for another version or shape."""
        held = _read(cls, content, f"the fact {content.get('text', '')!r}")
        return cls(**held | {"value": tuple(held["value"])})


@dataclass(frozen=True)
class SourceNote:
    """What a figure or table says of a source; `date` and `url` are "" if there is none.

    `own` are the book's own assumptions.
    """

    key: str
    title: str
    publisher: str
    date: str
    url: str
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What all have: texts, `rows` (a value by column) and `sources`.

    `columns` are those shown, in order; `labels` their heads, where they have one of their own.
    """

    mime: ClassVar[str]
    kind: ClassVar[str] = "table"  # the series in which it is numbered

    name: str
    title: str
    subtitle: str
    note: str
    columns: tuple[str, ...]
    labels: dict[str, str]
    rows: tuple[dict[str, Any], ...]
    sources: tuple[SourceNote, ...]

    @property
    def source_of(self) -> dict[str, SourceNote]:
        """Its sources by key."""
        return {source.key: source for source in self.sources}

    def to_json(self) -> dict[str, Any]:
        """What a notebook's output holds."""
        return _write(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """A bundle from a notebook's output. Raises BundleError for another version or shape."""
        what = str(content.get("name", "an output"))
        return cls(**cls._parts(_read(cls, content, what), what))

    @classmethod
    def _parts(cls, held: dict[str, Any], what: str) -> dict[str, Any]:
        """The fields of the shape from their JSON."""
        sources = (SourceNote(**_fit(SourceNote, each, what)) for each in held["sources"])
        for name, value in held.items():
            if isinstance(value, list):
                held[name] = tuple(value)
        return held | {"sources": tuple(sources)}


@dataclass(frozen=True, kw_only=True)
class Control:
    """What readers can move in a chart: a number from `low` to `high`, or one of `options`.

    `value` is where it stands as the page opens; `format` and `unit` say how a number is written.
    `openbook.controls` makes and checks them.
    """

    name: str
    label: str
    value: float | str
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    options: tuple[str, ...] = ()
    format: str = ""
    unit: str = ""
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class Figure(Bundle):
    """A chart: its Vega-Lite spec, another for phones if there is one, and a description.

    One with `controls` has a `readout`, an expression of Vega that says in words what they give.
    """

    mime: ClassVar[str] = "application/vnd.openbook.figure+json"
    kind: ClassVar[str] = "figure"

    alt: str
    spec: dict[str, Any]
    narrow: dict[str, Any] | None = None
    controls: tuple[Control, ...] = ()
    readout: str = ""

    @classmethod
    def _parts(cls, held: dict[str, Any], what: str) -> dict[str, Any]:
        given = (_fit(Control, each, what) for each in held.get("controls", ()))
        controls = (Control(**each | {"options": tuple(each.get("options", ()))}) for each in given)
        return super()._parts(held, what) | {"controls": tuple(controls)}


@dataclass(frozen=True, kw_only=True)
class Table(Bundle):
    """A table: `digits` are decimals by column; columns to filter by, and columns of dates.

    A `folded` one is closed on the page.
    """

    mime: ClassVar[str] = "application/vnd.openbook.table+json"

    digits: dict[str, int]
    filters: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class CardLayout:
    """Which columns stand where on a card, the keys of its links, and the signs of the states."""

    head: str
    status: str
    line: list[str]
    lead: str
    filters: list[str]
    keys: list[str]
    marks: dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Cards(Table):
    """Rows as cards; as a table for all but the page."""

    mime: ClassVar[str] = "application/vnd.openbook.cards+json"

    cards: CardLayout

    @classmethod
    def _parts(cls, held: dict[str, Any], what: str) -> dict[str, Any]:
        layout = CardLayout(**_fit(CardLayout, held["cards"], what))
        return super()._parts(held, what) | {"cards": layout}
