"""How many tankers a yearly volume takes."""

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from caspian.models._checks import number


def voyages_per_year(round_trip_days: float, operating_days: float) -> float:
    """Return the loaded voyages one ship makes in a year = operating days / round-trip days.

    Not rounded: a voyage under way at the end of the year counts in part. Raises ValueError
    for a round trip of 0 days or less, or operating days outside 0-366.
    """
    trip = number("round_trip_days", round_trip_days, above=True)
    return number("operating_days", operating_days, 0, 366) / trip


def _round_up(amount: float) -> int:
    """Return the next whole number; one that differs only by float error is itself."""
    nearest = round(amount)
    return nearest if math.isclose(amount, nearest, rel_tol=1e-9) else math.ceil(amount)


def ships_needed(
    volume_mt: float, payload_t: float, round_trip_days: float, operating_days: float
) -> int:
    """Return the whole number of ships that carry `volume_mt` (Mt a year).

    ships = volume x 10^6 / (payload in t x voyages a year), rounded up. Raises ValueError for
    a negative volume, a payload or round trip of 0 or less, operating days of 0 or above 366.
    """
    volume = number("volume_mt", volume_mt)
    payload = number("payload_t", payload_t, above=True)
    number("operating_days", operating_days, 0, 366, above=True)
    return _round_up(volume * 1e6 / (payload * voyages_per_year(round_trip_days, operating_days)))


def ships_table(
    volumes: Iterable[float],
    payloads: Mapping[str, float],
    round_trip_days: float,
    operating_days: float,
) -> pd.DataFrame:
    """Return `ships_needed` for every volume (Mt a year) and load, one row each.

    `payloads`: name of a load -> tonnes per voyage, e.g. {"full": 12_000, "draft-limited":
    9_500}. Columns: volume_mt, load, payload_t, voyages (loaded voyages a year of the whole
    fleet, rounded up), ships. Volumes vary slowest. Raises ValueError as `ships_needed`.
    """
    rows = [
        {
            "volume_mt": float(volume),
            "load": load,
            "payload_t": float(payload),
            "ships": ships_needed(volume, payload, round_trip_days, operating_days),
            "voyages": _round_up(volume * 1e6 / payload),
        }
        for volume in volumes
        for load, payload in payloads.items()
    ]
    return pd.DataFrame(rows, columns=["volume_mt", "load", "payload_t", "voyages", "ships"])
