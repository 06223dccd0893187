"""What a chart computes in the reader's browser is what the model says, wherever the sliders stand.

Expressions of Vega that a model gives are plain arithmetic, which Python reads too. The ranges
hold those of every slider (the last test asks the published charts).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspian.models import (
    diversification,
    draft,
    growth,
    netback,
    outage,
    route_choice,
    scenarios,
)
from openbook.bundle import Figure
from openbook.testing import book

VEGA = {"min": min, "max": max, "pow": pow, "log": math.log}


def value(expression: str, **names: float) -> float:
    return float(eval(expression, {"__builtins__": {}}, {**VEGA, **names}))


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


@settings(deadline=None)  # a busy machine is no fault
@given(between(0, 400), between(0, 400), between(0, 1), between(0, 3000), between(0, 200))
def test_fates_of_blocked_oil(days, flow, cut, tanks, spare):
    model = outage.outage(days, flow, cut, tanks, spare, 80, 7.5)
    given_names = {"days": days, "flow": flow, "cut": cut, "tanks": tanks, "spare": spare}
    said = {
        fate: value(expression, **given_names)
        for fate, expression in outage.expressions("days", "flow", "cut", "tanks", "spare").items()
    }
    for fate in ("rerouted", "stored", "curtailed"):
        assert said[fate] == pytest.approx(getattr(model, f"{fate}_kt"), abs=1e-6), fate


@settings(deadline=None)  # a busy machine is no fault
@given(between(20, 200), between(-15, 15), between(0, 0.3), between(0, 300))
def test_netback(brent, discount, share, cost):
    legs = pd.DataFrame(
        [
            ("a", "freight", "USD/t", cost),
            ("a", "grade", "USD/bbl", discount),
            ("a", "war", "share", share),
        ],
        columns=["route", "leg", "unit", "central"],
    )
    legs = legs.assign(low=legs["central"], high=legs["central"])
    model = netback.netback(legs, brent, 7.5)["central"].item()
    text = netback.expression("brent", "discount", "share", "cost")
    names = {"brent": brent, "discount": discount, "share": share, "cost": cost / 7.5}
    assert value(text, **names) == pytest.approx(model)


@settings(deadline=None)  # a busy machine is no fault
@given(
    between(0.001, 1), between(1, 1000), between(0.001, 0.3), between(0.1, 30), between(0, 300)
)  # fmt: skip
def test_loss_and_the_outages_from_which_it_pays(gone, brings, rate, years, premium):
    names = {"gone": gone, "brings": brings, "rate": rate, "years": years}
    loss = value(diversification.loss_expression("gone", "brings", "rate", "years"), **names)
    assert loss == pytest.approx(gone * brings * diversification.lost_fraction(years, rate))
    outages = diversification.outages_expression("premium", "gone", "brings", "rate", "years")
    part = diversification.lost_fraction(years, rate)
    model = diversification.breakeven_outages(premium, 365, gone, 1, brings, part)
    assert value(outages, **names, premium=premium) == pytest.approx(model, rel=1e-6)


@settings(deadline=None)  # a busy machine is no fault
@given(between(1, 20_000), between(1, 10), between(0.1, 50), between(-5, 12), between(0, 2))
def test_load_of_a_ship(full, full_draft, per_cm, depth, keel):
    text = draft.payload_expression("full", "full_draft", "per_cm", "depth", "keel")
    names = {"full": full, "full_draft": full_draft, "per_cm": per_cm, "depth": depth, "keel": keel}
    water = draft.water_depth(max(depth, 0), 0, 0)
    assert value(text, **names) == pytest.approx(
        float(draft.payload(full, full_draft, per_cm, water, keel))
    )


@settings(deadline=None)  # a busy machine is no fault
@given(between(0.1, 2000), between(0, 3000), st.integers(1, 40), between(-0.6, 0.6))
def test_growth_needed_and_paths(now, target, years, rate):
    names = {"now": now, "target": target, "years": years, "rate": rate}
    needed = value(growth.required_expression("now", "target", "years"), **names)
    assert needed == pytest.approx(growth.required_growth(now, target, years))
    end = value(scenarios.path_expression("now", "rate", "years"), **names)
    assert end == pytest.approx(scenarios.path(2025, now, rate, 2025 + years)["value"].iloc[-1])


@settings(deadline=None)  # a busy machine is no fault
@given(
    between(0, 20_000), between(0, 300_000), between(0, 0.03), between(0, 80), between(0, 20),
    between(0, 0.4),
)  # fmt: skip
def test_cost_of_a_way(rate, cargo, daily, days, sd_days, war):
    routes = pd.DataFrame(
        {"route": ["a"], "rate": rate, "days": days, "sd_days": sd_days, "war_risk": war}
    )
    model = route_choice.generalised_cost(routes, cargo, daily, 0.8)["cost"].item()
    text = route_choice.cost_expression("rate", "cargo", "daily", "days", 0.8, "sd_days", "war")
    names = {"rate": rate, "cargo": cargo, "daily": daily, "days": days, "sd_days": sd_days}
    assert value(text, **names, war=war) == pytest.approx(np.float64(model))


# The sliders of charts that compute a model, and what of them is asked above, in the slider's unit
ASKED = {
    "length": (0, 400), "days": (0, 400), "cut": (0, 1), "gone": (0, 1), "tanks": (0, 3000),
    "spare": (0, 200), "brent": (20, 200), "brings": (1, 1000), "interest": (0, 30),
    "late": (0.1, 30), "dredge": (0, 7), "fall_cm": (0, 50), "under_keel": (0, 2),
    "aim": (0, 3000), "cargo": (0, 300), "worth": (0, 300), "a_day": (0, 3), "decay": (0, 2.9),
    "g_": (-60, 60), "days_": (0, 80), "rate_": (0, 20), "risk_": (0, 40),
}  # fmt: skip
# Sums of their own: a price that is a factor, a share of a path, two parts of a sum, and what a
# chart counts or shows
PLAIN = {"price", "voyage", "blend", "tariff", "railway", "boxes", "deadline", "first", "last"}


def sliders(part: Any) -> Iterator[tuple[str, float, float]]:
    """Name and ends of every slider in a spec."""
    if isinstance(part, dict):
        bind = part.get("bind")
        if isinstance(bind, dict) and bind.get("input") == "range":
            yield part["name"], bind["min"], bind["max"]
    for inner in (
        part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    ):
        yield from sliders(inner)


def test_no_slider_goes_beyond_what_is_asked():
    found = {
        slider
        for page in book.chapters()
        for cell in book.read_reference(page).cells
        for output in cell.get("outputs", [])
        for slider in sliders(output.get("data", {}).get(Figure.mime, {}))
    }
    assert len(found) > 30
    for name, low, high in sorted(found):
        if name in PLAIN:
            continue
        key = name if name in ASKED else f"{name.partition('_')[0]}_"
        assert ASKED[key][0] <= low < high <= ASKED[key][1], f"{name} goes from {low} to {high}"
