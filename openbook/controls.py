"""Controls of a chart: what a reader can move, and what the chart then says in words.

A chapter makes them with :func:`slider` and :func:`choice` and hands them to
`openbook.publish.figure` with a `readout`, an expression of Vega over their names. The page has
them as form fields of its own (`site/templates/parts/controls.html`, `openbook-controls.js`); in
JupyterLab Vega draws them from the `bind` that :func:`added` puts into the spec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openbook import kernel
from openbook.bundle import Control
from openbook.text import number

READOUT = "readout"  # the signal that holds the words
MOST_STOPS = 140  # what arrow keys go through without patience
_FORMAT = re.compile(r"d|,?\.(\d)([f%])")


def slider(
    name: str,
    low: float,
    high: float,
    step: float,
    value: float,
    label: str,
    *,
    unit: str = "",
    format: str = "",
    more: bool = False,
) -> Control:
    """A number that readers can move from `low` to `high`; the chart knows it by its name.

    `value` is where it stands as the page opens, a stop of its own if it is no step. `format` says
    how a value is written: `,.1f`, `.0%`, or `d` for a year; without it with the decimals of the
    step. `unit` stands behind it, or around it: `USD {} a barrel`. One that is `more` is folded.

    Raises ValueError for more than 140 stops, a value out of range, or another format. In a
    reader's own run the range takes up a value beyond it, with as many stops as that needs.
    """
    strict = kernel.strict()
    if strict and not low <= value <= high:
        raise ValueError(f"{name}: {value} is not within {low} and {high}")
    low, high = min(low, value), max(high, value)
    if not _FORMAT.fullmatch(format or "d"):
        raise ValueError(f"{name}: a format is like ',.1f', '.0%' or 'd', not {format!r}")
    made = Control(
        name=name,
        label=label,
        value=float(value),
        low=float(low),
        high=float(high),
        step=float(step),
        format=format or f",.{_decimals(step)}f",
        unit=unit if "{}" in unit else f"{{}} {unit}".rstrip(),
        more=more,
    )
    if (many := len(stops(made))) > MOST_STOPS + 1 and strict:
        raise ValueError(f"{name}: {many} stops; {MOST_STOPS} are enough, take a longer step")
    return made


def choice(name: str, options: Sequence[str], value: str, label: str) -> Control:
    """A text that readers choose from a list. Raises ValueError for a value that is not in it."""
    if value not in options:
        raise ValueError(f"{name}: {value!r} is none of {list(options)}")
    return Control(name=name, label=label, value=value, options=tuple(options))


def _decimals(step: float) -> int:
    return len(f"{step:.6f}".rstrip("0").partition(".")[2])


def stops(control: Control) -> list[float]:
    """Where a slider can stand: its steps, and where it stands as the page opens."""
    many = int((control.high - control.low) / control.step + 1e-9) + 1
    steps = [round(control.low + at * control.step, 10) for at in range(many)]
    start = float(control.value)
    return steps if any(abs(s - start) < 1e-9 for s in steps) else sorted([*steps, start])


def text(control: Control, value: float) -> str:
    """A value of a slider as a reader sees and hears it: `30 days`."""
    shown = _FORMAT.fullmatch(control.format)
    if shown is None:
        raise ValueError(f"{control.name}: no format {control.format!r}")
    if shown[1] is None:
        said = f"{value:.0f}"
    elif shown[2] == "%":
        said = f"{number(100 * value, int(shown[1]))}%"
    else:
        said = str(number(value, int(shown[1])))
    return control.unit.format(said)


# --- in the spec -----------------------------------------------------------------------------


def _param(control: Control) -> dict[str, Any]:
    """The control as a parameter of Vega-Lite with the field that Vega would draw for it."""
    bind: dict[str, Any] = {"name": control.label}
    if control.options:
        bind |= {"input": "select", "options": list(control.options)}
    else:
        bind |= {"input": "range", "min": control.low, "max": control.high, "step": control.step}
    return {"name": control.name, "value": control.value, "bind": bind}


def added(
    spec: Mapping[str, Any], controls: Sequence[Control], readout: str, figure: str
) -> dict[str, Any]:
    """The spec with its controls and the words.

    Raises ValueError for controls without words, words without controls, a control in the chart
    that is not among `controls`, and a chart whose axis would move with its controls.
    """
    if bool(controls) != bool(readout):
        raise ValueError(f"{figure}: controls and a readout in words go together")
    if bound := [p["name"] for p in _bound(spec)]:
        raise ValueError(f"{figure}: hand {', '.join(bound)} to figure(controls=[...])")
    if not controls:
        return dict(spec)
    if loose := sorted({axis for plot in _plots(spec) for axis in _loose(plot)}):
        raise ValueError(
            f"{figure}: {' and '.join(loose)} would move with the controls; give the scale a domain"
        )
    made = [_param(control) for control in controls]
    words = {"name": READOUT, "expr": readout}
    return {**spec, "params": [*made, words, *spec.get("params", [])]}


def unbound(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec for the page, which has the controls as fields of its own."""
    if "params" not in spec:
        return dict(spec)
    params = [{k: v for k, v in p.items() if k != "bind" or v == "scales"} for p in spec["params"]]
    return {**spec, "params": params}


def _bound(node: Any) -> Iterator[Mapping[str, Any]]:
    """Parameters of a spec that draw a field of their own."""
    if isinstance(node, Mapping):
        yield from (
            p for p in node.get("params", ()) if isinstance(p, Mapping)
            and isinstance(p.get("bind"), Mapping) and "input" in p["bind"]
        )  # fmt: skip
        for key, inner in node.items():
            if key not in ("datasets", "data", "params"):
                yield from _bound(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _bound(inner)


def _plots(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The views of a spec that have axes of their own."""
    inner = [v for key in ("hconcat", "vconcat", "concat") for v in spec.get(key, ())]
    inner += [spec["spec"]] if "spec" in spec else []
    if not inner:
        yield spec
    for view in inner:
        yield from _plots(view)


def _channels(view: Mapping[str, Any], axis: str) -> Iterator[Mapping[str, Any]]:
    channel = view.get("encoding", {}).get(axis)
    if isinstance(channel, Mapping):
        yield channel
    for layer in view.get("layer", ()):
        yield from _channels(layer, axis)


def _loose(plot: Mapping[str, Any]) -> Iterator[str]:
    """The axes of a view with numbers or dates and no domain of their own."""
    for axis in ("x", "y"):
        measured = [
            c for c in _channels(plot, axis) if c.get("type") in ("quantitative", "temporal")
        ]
        if measured and not any((c.get("scale") or {}).get("domain") for c in measured):
            yield axis
