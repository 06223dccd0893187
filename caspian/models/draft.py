"""The Caspian's level, the depth at the berth, the cargo a ship can take, the cost of a tonne.

Levels and datum are in metres above the same zero (the Baltic system, so about -28 for the
Caspian); depths and drafts in metres, loads in tonnes. Near full load a ship's sides are almost
upright, so that each centimetre of draft carries the same tonnes (TPC); far below it the true
payload is a little higher than this. Salt, trim, swell and silt are left out. Every argument may
be an array, by NumPy's broadcasting.
"""

import numpy as np
import pandas as pd

from caspian.models._checks import Numbers, column, numbers


def water_depth(
    depth_at_datum: Numbers, level: Numbers, datum: Numbers, dredged: Numbers = 0.0
) -> np.ndarray:
    """Return the depth (m): depth at datum + level - datum + dredged, never below 0.

    `depth_at_datum` is the charted depth when the sea stands at `datum`; `dredged` is what was
    dug out since (m, >= 0). Raises ValueError for a negative depth or dredging, or a number
    that is not finite.
    """
    charted = numbers("depth_at_datum", depth_at_datum)
    change = numbers("level", level, -np.inf) - numbers("datum", datum, -np.inf)
    return np.maximum(charted + change + numbers("dredged", dredged), 0.0)


def payload(
    full_payload_t: Numbers,
    full_draft_m: Numbers,
    tonnes_per_cm: Numbers,
    depth: Numbers,
    under_keel_clearance: Numbers,
) -> np.ndarray:
    """Return the cargo (t) that a ship can take in water of `depth` (m).

    full payload - 100 x tonnes per cm x (full draft - draft), draft = depth - under-keel
    clearance, at most the full draft; never below 0. Raises ValueError for a negative number,
    or a full payload, draft or tonnes per cm of 0.
    """
    full = numbers("full_payload_t", full_payload_t, above=True)
    deepest = numbers("full_draft_m", full_draft_m, above=True)
    per_metre = 100 * numbers("tonnes_per_cm", tonnes_per_cm, above=True)
    draft = numbers("depth", depth) - numbers("under_keel_clearance", under_keel_clearance)
    return np.maximum(full - per_metre * np.maximum(deepest - draft, 0.0), 0.0)


def payload_expression(
    full_payload_t: str, full_draft_m: str, tonnes_per_cm: str, depth: str, under_keel: str
) -> str:
    """Return `payload` in water of `depth` (below 0 counts as 0) as an expression of Vega."""
    missing = f"max(0, ({full_draft_m}) - (max(0, {depth}) - ({under_keel})))"
    return f"max(0, ({full_payload_t}) - 100 * ({tonnes_per_cm}) * {missing})"


def cost_per_tonne(voyage_cost: Numbers, payload_t: Numbers) -> np.ndarray:
    """Return voyage cost / payload (USD per tonne); infinite where nothing can be loaded.

    The cost of a voyage (USD) hardly depends on the load, so a lighter ship is a dearer tonne.
    Raises ValueError for a negative cost or payload.
    """
    cost, load = numbers("voyage_cost", voyage_cost), numbers("payload_t", payload_t)
    return np.where(load > 0, cost / np.where(load > 0, load, 1.0), np.inf)[()]


def tanker_at_aktau(parameters: pd.Series) -> dict[str, float]:
    """Return the arguments of `draft_table` for a tanker of 12,000 t at Aktau's berth.

    `parameters`: one case of the table corridor_parameters, by parameter. The depth stands for the
    level of 2025, and a voyage costs the ship's days (USD). The load in a year is published from
    here alone, so that no two pages have another one.
    """
    return {
        "depth_at_datum": parameters["berth_draft_aktau"],
        "datum": parameters["level_2025"],
        "full_payload_t": parameters["full_payload_12000"],
        "full_draft_m": parameters["full_draft_12000"],
        "tonnes_per_cm": parameters["tonnes_per_cm_12000"],
        "under_keel_clearance": parameters["under_keel_clearance"],
        "voyage_cost": parameters["ship_day_rate"] * parameters["round_trip_days"],
    }


def draft_table(
    levels: pd.DataFrame,
    *,
    depth_at_datum: float,
    datum: float,
    full_payload_t: float,
    full_draft_m: float,
    tonnes_per_cm: float,
    under_keel_clearance: float,
    voyage_cost: float,
    dredged: float = 0.0,
    key: str = "level",
) -> pd.DataFrame:
    """Return `levels` with what each level means for one ship at one berth.

    `levels`: level (m), and any other columns (year, scenario), which are kept. Adds depth (m),
    payload_t, load_share (payload / full payload, 0-1) and usd_per_tonne. The other arguments
    as in the functions above, each a number or one for every row. Raises ValueError as they do,
    and for a missing level, naming the row by its column `key`.
    """
    level = column("levels", levels, key, "level", -np.inf)
    depth = water_depth(depth_at_datum, level, datum, dredged)
    load = payload(full_payload_t, full_draft_m, tonnes_per_cm, depth, under_keel_clearance)
    return levels.assign(
        depth=depth,
        payload_t=load,
        load_share=load / numbers("full_payload_t", full_payload_t),
        usd_per_tonne=cost_per_tonne(voyage_cost, load),
    )
