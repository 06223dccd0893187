"""One clock for every chart: UTC.

Vega draws dates in the timezone of the machine, and on a page in the reader's, unless every
scale, unit of time, date and text is told otherwise. :func:`in_utc` tells them all, so that a
drawing is the same everywhere, and refuses a chart that it can't tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

Place = tuple[str | int, ...]

_PARTS = ("date", "day", "dayofyear", "hours", "milliseconds", "minutes", "month", "quarter",
          "seconds", "week", "year")  # fmt: skip
# Functions of Vega's expressions that ask the machine's clock, and what to write instead
_INSTEAD = {
    **{part: f"utc{part}(" for part in _PARTS},
    **{f"time{act}": f"utc{act}(" for act in ("Format", "Offset", "Parse", "Sequence")},
    "datetime": "utc(",
    "now": "a date of the tables",
    "timezoneoffset": "nothing: there is one zone",
    "toDate": "a column of dates",
}
_CALL = re.compile(rf"(?<![\w.$])({'|'.join(sorted(_INSTEAD, key=len, reverse=True))})\s*\(")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
# Where Vega-Lite has expressions, alone or in lists
_CONDITIONS = {"filter", "test", "and", "or", "not"}
_EXPRESSIONS = _CONDITIONS | {"calculate", "expr", "labelExpr", "signal", "update"}

# A day, month or year is read as UTC in every zone; a time of day only with its zone.
_UTC_TEXT = r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?"
_ZONELESS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")  # as pandas' times arrive
_READ = re.compile(rf'\bdatetime\("{_UTC_TEXT}"\)')  # how Vega-Lite compiles such a text

# The shortest step between ticks in days, by unit; Vega-Lite's own is measured in local time.
_STEPS = {"dayofyear": 1, "year": 365, "quarter": 90, "month": 31, "week": 7, "day": 1, "date": 1,
          "hours": 1 / 24, "minutes": 1 / 1440, "seconds": 1 / 86_400,
          "milliseconds": 1 / 86_400_000}  # fmt: skip


def in_utc(spec: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A copy of a Vega-Lite spec that draws all its dates in UTC.

    Temporal channels get a UTC scale (a tooltip's or a text's format follows it), units of time
    become those of UTC, dates given by their parts and times of day without a zone are UTC.

    Raises ValueError naming the figure, the place and the remedy for what can't be turned:
    expressions in local time, units of time in conditions and in sorted lists, texts that are no
    ISO date, and whatever Vega-Lite would still compile to local time.
    """
    datasets = {key: _rows(rows) for key, rows in spec.get("datasets", {}).items()}
    charts = {key: part for key, part in spec.items() if key != "datasets"}
    settled = _settled(charts, (), _Scope(name, datasets))
    _check_compiled({**settled, "datasets": {key: [] for key in datasets}}, name)
    return {**settled, "datasets": datasets} if datasets else settled


@dataclass(frozen=True)
class _Scope:
    """What a part of a spec inherits from the views around it."""

    figure: str
    datasets: Mapping[str, Any]
    rows: Any = ()
    repeated: Mapping[str, list[str]] = field(default_factory=dict)
    temporal: Mapping[str, bool] = field(default_factory=dict)

    def entering(self, node: Mapping[str, Any]) -> _Scope:
        """The scope inside of a view."""
        rows, repeat = self.rows, node.get("repeat")
        if isinstance(data := node.get("data"), dict):
            rows = _rows(data.get("values", self.datasets.get(data.get("name", ""), ())))
        if isinstance(repeat, list):
            repeat = {"repeat": repeat}
        channels = node.get("encoding", {}).items()
        temporal = {key: _is_temporal(channel) for key, channel in channels}
        return replace(
            self,
            rows=rows,
            repeated={**self.repeated, **(repeat if isinstance(repeat, dict) else {})},
            temporal={**self.temporal, **temporal},
        )

    def columns(self, name: Any) -> list[str]:
        """The columns that a channel's `field` stands for: several if it is repeated."""
        return self.repeated.get(name["repeat"], []) if isinstance(name, dict) else [name]

    def refuse(self, path: Place, found: Any, instead: str) -> NoReturn:
        """Say which figure uses local time, where, and what to write instead."""
        raise ValueError(
            f"{self.figure}: {_text(path)} is {found!r}, which depends on the timezone of whoever "
            f"draws it: {instead}"
        )


def _text(path: Place) -> str:
    """`encoding.x.scale.domain[0]`."""
    return "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in path).lstrip(".")


def _key(path: Place) -> str:
    """The key that a value has, or the list that it is in."""
    return next((k for k in reversed(path) if isinstance(k, str)), "")


def _settled(node: Any, path: Place, scope: _Scope) -> Any:
    """The same part of a spec in UTC."""
    if isinstance(node, list):
        return [_settled(item, (*path, i), scope) for i, item in enumerate(node)]
    if isinstance(node, str) and _key(path) in _EXPRESSIONS:
        _check_expression(node, path, scope)
    if not isinstance(node, dict):
        return node
    if _is_moment(node):
        return {**node, "utc": True}
    _check_format(node, path, scope)
    scope = scope.entering(node)
    settled = {}
    for key, value in node.items():
        if key == "data":
            settled[key] = _data(value)
        elif key == "value" and _key(path) == "params":
            settled[key] = _start(value, (*path, key), scope) if "select" in node else value
        else:
            settled[key] = _settled(value, (*path, key), scope)
    return _channel(settled, path, scope)


def _channel(node: dict[str, Any], path: Place, scope: _Scope) -> dict[str, Any]:
    """A channel (or a transform) with its unit of time and its scale in UTC."""
    channel = _key(path)
    if unit := node.get("timeUnit"):
        node["timeUnit"] = _unit(unit)
        if channel in ("x", "y") and node.get("axis", {}) is not None:
            node["axis"] = {"tickMinStep": _step(unit), **node.get("axis", {})}
    # the end of a span, x2, has no type of its own
    if _is_temporal(node) or ("field" in node and scope.temporal.get(channel.rstrip("2"))):
        node["scale"] = {**(node.get("scale") or {}), "type": "utc"}
        _check_texts(node, path, scope)
    return node


def _is_moment(node: Mapping[str, Any]) -> bool:
    """Whether it is a date given by its parts, `{"year": 2024, "month": "mar"}`."""
    return bool(node) and all(
        key == "utc"
        or (key in _PARTS and isinstance(value, (int, float)))
        or (key in ("month", "day") and isinstance(value, str))
        for key, value in node.items()
    )


def _is_temporal(node: Any) -> bool:
    """Whether it is a channel of dates, said or inferred as Vega-Lite infers it."""
    if not isinstance(node, dict):
        return False  # several tooltips
    if "type" in node:
        return node["type"] == "temporal"
    datum = node.get("datum")
    return (isinstance(datum, dict) and _is_moment(datum)) or (
        "timeUnit" in node and "as" not in node
    )


def _unit(unit: Any) -> Any:
    """A unit of time in UTC: `yearmonth` is `utcyearmonth`."""
    if isinstance(unit, dict):
        return {**unit, "utc": True}
    binned = "binned" if unit.startswith("binned") else ""
    return f"{binned}utc{unit.removeprefix(binned).removeprefix('utc')}"


def _step(unit: Any) -> float:
    """The length of a unit of time in milliseconds."""
    name, times = (unit["unit"], unit.get("step", 1)) if isinstance(unit, dict) else (unit, 1)
    return next(days for part, days in _STEPS.items() if name.endswith(part)) * times * 86_400_000


def _rows(rows: Any) -> Any:
    """Rows of data whose times of day are in UTC; anything but a list of records as it is."""
    if not isinstance(rows, list):
        return rows
    return [
        {
            key: f"{value}Z" if isinstance(value, str) and _ZONELESS.fullmatch(value) else value
            for key, value in row.items()
        }
        if isinstance(row, dict)
        else row
        for row in rows
    ]


def _data(data: Any) -> Any:
    """A source of data that reads its dates in UTC."""
    if not isinstance(data, dict):
        return data
    data = {key: _rows(value) if key == "values" else value for key, value in data.items()}
    parse = data.get("format", {}).get("parse")
    if parse:
        kinds = {key: re.sub(r"^date:", "utc:", kind or "") or None for key, kind in parse.items()}
        data["format"] = {**data["format"], "parse": kinds}
    return data


def _start(value: Any, path: Place, scope: _Scope) -> Any:
    """What a selection starts from: maps of channels or columns to dates or other values."""
    if isinstance(value, list):
        return [_start(item, (*path, i), scope) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return {key: _settled(item, (*path, key), scope) for key, item in value.items()}
    return value


def _check_expression(text: str, path: Place, scope: _Scope) -> None:
    """Refuse a call that asks the machine's clock."""
    if call := _CALL.search(_QUOTED.sub("''", text)):
        scope.refuse(path, text, f"instead of {call[1]}( write {_INSTEAD[call[1]]}")


def _check_format(node: Mapping[str, Any], path: Place, scope: _Scope) -> None:
    """Refuse what Vega-Lite has in local time only."""
    if node.get("formatType") == "time":
        scope.refuse((*path, "formatType"), "time", "leave it out, and give the channel type T")
    if "timeUnit" not in node:
        return
    if isinstance(node["timeUnit"], dict) and "unit" not in node["timeUnit"]:
        scope.refuse((*path, "timeUnit"), node["timeUnit"], 'name its unit, {"unit": "month"}')
    if _key(path) in _CONDITIONS:
        instead = "write an expression, utcyear(datum.date) == 2024"
        scope.refuse((*path, "timeUnit"), node["timeUnit"], instead)
    if isinstance(node.get("sort"), list):
        instead = "a unit of time can't be sorted by a list; make it a column of texts"
        scope.refuse((*path, "sort"), node["sort"], instead)


def _check_texts(node: Mapping[str, Any], path: Place, scope: _Scope) -> None:
    """Refuse dates that each machine reads in its own way, `11 March 2024`."""
    for column in scope.columns(node.get("field")):
        for row in scope.rows if isinstance(scope.rows, list) else ():
            value = row.get(column) if isinstance(row, dict) else None
            if isinstance(value, str) and value and not re.fullmatch(_UTC_TEXT, value):
                scope.refuse((*path, "field"), value, f"write {column} as 2024-03-11")


def _check_compiled(spec: Mapping[str, Any], name: str) -> None:
    """Refuse a chart that Vega-Lite compiles to local time where it should not."""
    text = json.dumps(spec)
    if not re.search(r'"utc|"time"', text) and not _CALL.search(text):
        return  # has nothing to do with dates
    import vl_convert

    for path, found in _local(vl_convert.vegalite_to_vega(text)):
        raise ValueError(
            f"{name}: Vega-Lite draws it in the timezone of whoever draws it: {_text(path)} of the "
            f"compiled chart is {found!r}. Write dates as 2024-03-11; for a box plot or an error "
            "band draw its parts as plain marks; for a shape or a dash plot a column of texts"
        )


def _local(vega: Any, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every place of a compiled chart that asks for local time, with what stands there."""
    if isinstance(vega, str):
        text = _READ.sub("", vega).replace("toDate(", "")
        call = _CALL.search(_QUOTED.sub("''", text))
        if call and _key(path) in ("expr", "signal", "test", "update"):
            yield path, text[text.find(call[0]) :][:60]
    elif isinstance(vega, list):
        for i, item in enumerate(vega):
            yield from _local(item, (*path, i))
    elif isinstance(vega, dict):
        for key in ("type", "formatType"):
            if vega.get(key) == "time":
                yield (*path, key), "time"
        if vega.get("type") == "timeunit" and vega.get("timezone") != "utc":
            yield path, "timeunit"
        for key, item in vega.items():
            if key != "values" or "name" not in vega:  # rows of data say nothing of how to draw
                yield from _local(item, (*path, key))
