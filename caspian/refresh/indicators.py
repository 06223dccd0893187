"""The World Bank's indicators by its API v2: pages of JSON, one request an indicator.

An answer is a list: what it says of itself, then the rows. A wrong code is answered with status 200
and a list of one, a message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from openbook.refresh.client import Client

API = "https://api.worldbank.org/v2"
TERMS = "CC BY 4.0 (https://datacatalog.worldbank.org/public-licenses)"
PAGE = 1000  # rows


@dataclass(frozen=True)
class Observation:
    """One value of one indicator."""

    country: str
    year: str
    value: float


def indicator(
    client: Client, code: str, countries: Iterable[str], first: int, last: int
) -> tuple[list[Observation], dt.date]:
    """All values of an indicator in some countries and years, and the day of the Bank's release.

    Raises Trouble if a page is missing or is not of the shape that it was.
    """
    found: list[tuple[str, str, float | None]] = []
    released, page, pages, total = "", 1, 1, 0
    while page <= pages:
        answer = client.json(
            f"{API}/country/{';'.join(countries)}/indicator/{code}",
            {"format": "json", "date": f"{first}:{last}", "per_page": str(PAGE), "page": str(page)},
        )
        about, rows = _parts(client, code, answer)
        pages, total, released = int(about["pages"]), int(about["total"]), about["lastupdated"]
        found += rows
        page += 1
    if len(found) != total:
        raise client.trouble(
            f"{code} has {len(found)} of the {total} rows that it says it has",
            "run `make refresh FRESH=1`",
        )
    valued = [Observation(c, y, float(v)) for c, y, v in found if v is not None]
    return valued, dt.date.fromisoformat(released)


def _parts(client: Client, code: str, answer: Any) -> tuple[dict, list]:
    try:
        if isinstance(answer, list) and len(answer) == 1:
            told = answer[0]["message"][0]["value"]
            raise client.trouble(
                f"the World Bank says of {code}: {told}",
                "look the indicator up on data.worldbank.org, and mend its code in the connector",
            )
        about, rows = answer[0], answer[1]
        return about, [(row["countryiso3code"], row["date"], row["value"]) for row in rows or []]
    except (KeyError, TypeError, ValueError, IndexError):
        raise client.trouble(
            f"the answer for {code} has another shape than the World Bank's API v2 had",
            "compare it with caspian/refresh/indicators.py, and mend that",
        ) from None
