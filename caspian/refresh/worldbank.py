"""Population and gross domestic product: World Development Indicators.

A row of `country_indicators` is a country, an indicator and a year. Each release is a source of its
own, named by its month, which is also the row's vintage.
"""

from __future__ import annotations

from pathlib import Path

from caspian.refresh.cells import number, today
from caspian.refresh.indicators import API, TERMS, indicator
from openbook.edit import Cells, Entry, table_rows
from openbook.refresh.client import Client
from openbook.refresh.connector import Answer, Connector, Feed

TABLE, FIRST = "country_indicators", 2000
CODES = {  # ours: the Bank's, our unit, how many of the Bank's it is, digits
    "population": ("SP.POP.TOTL", "persons", 1, 0),
    "gdp": ("NY.GDP.MKTP.CD", "USD mn", 1e6, 1),
}


def _fetch(client: Client, data: Path) -> Answer:
    countries = sorted({row["country"] for row in table_rows(data / f"{TABLE}.csv")})
    rows: list[Cells] = []
    releases = []
    for name, (code, unit, size, digits) in CODES.items():
        found, released = indicator(client, code, countries, FIRST, today().year)
        releases.append(released)
        rows += [
            {
                "country": each.country, "indicator": name, "period": each.year,
                "value": number(each.value / size, digits), "unit": unit,
                "vintage": f"{released:%Y-%m}",
            }
            for each in found
        ]  # fmt: skip
    last = max(releases)
    return Answer(
        {TABLE: rows},
        Entry(
            f"wdi_{last:%Y%m}",
            f"World Development Indicators, release of {last.day} {last:%B %Y}",
            "World Bank",
            "https://data.worldbank.org",
            dated=last.isoformat(),
        ),
    )


CONNECTOR = Connector(
    name="worldbank",
    title="World Development Indicators (World Bank API v2)",
    address=API,
    terms=TERMS,
    period="quarterly",
    feeds=(
        Feed(
            TABLE, ("country", "indicator", "period"), ("wdi_*",), also=(), carried=("vintage",),
        ),
    ),
    fetch=_fetch,
)  # fmt: skip
