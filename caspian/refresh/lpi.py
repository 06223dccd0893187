"""Scores of the Logistics Performance Index, by the World Bank's API.

A row of `lpi` is a country, a measure and a survey. The API files the survey of 2023 under 2022,
the year in which most of it was asked. It has no ranks: those of new rows are empty.
"""

from __future__ import annotations

from pathlib import Path

from caspian.refresh.cells import number, today
from caspian.refresh.indicators import API, TERMS, indicator
from openbook.edit import Cells, Entry, table_rows
from openbook.refresh.client import Client
from openbook.refresh.connector import Answer, Connector, Feed

TABLE, FIRST = "lpi", 2007
FILED = {"2022": "2023"}  # the API's year: the survey's
CODES = {
    "overall": "LP.LPI.OVRL.XQ",
    "customs": "LP.LPI.CUST.XQ",
    "infrastructure": "LP.LPI.INFR.XQ",
    "international_shipments": "LP.LPI.ITRN.XQ",
    "logistics_competence": "LP.LPI.LOGS.XQ",
    "timeliness": "LP.LPI.TIME.XQ",
    "tracking": "LP.LPI.TRAC.XQ",
}
SOURCE = Entry(
    "lpi_api", "Logistics Performance Index, scores by the World Bank's API", "World Bank",
    "https://lpi.worldbank.org",
)  # fmt: skip


def _fetch(client: Client, data: Path) -> Answer:
    countries = sorted({row["country"] for row in table_rows(data / f"{TABLE}.csv")})
    rows: list[Cells] = [
        {
            "country": each.country, "period": FILED.get(each.year, each.year), "measure": measure,
            "value": number(each.value, 4), "rank": "",
        }
        for measure, code in CODES.items()
        for each in indicator(client, code, countries, FIRST, today().year)[0]
    ]  # fmt: skip
    return Answer({TABLE: rows}, SOURCE)


CONNECTOR = Connector(
    name="lpi",
    title="Logistics Performance Index (World Bank API v2)",
    address=API,
    terms=TERMS,
    period="every few years",
    feeds=(
        Feed(
            TABLE, ("country", "measure", "period"), ("lpi_*",), where={"measure": tuple(CODES)},
            also=(), carried=(),
        ),
    ),
    fetch=_fetch,
)  # fmt: skip
