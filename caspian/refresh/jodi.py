"""JODI Oil: crude production of Kazakhstan and Azerbaijan by month.

A CSV file a year, some megabytes each, for all countries; the current year's has another name. A
row is a month. It stands beside a national figure of the same month, which stays preferred.
JODI counts crude oil; the national figures have condensate with it.
"""

from __future__ import annotations

from pathlib import Path

from caspian.refresh.cells import number, today
from openbook.edit import Cells, Entry
from openbook.refresh.client import Client
from openbook.refresh.connector import Answer, Connector, Feed

FILES = "https://www.jodidata.org/_resources/files/downloads/oil-data/annual-csv/primary"
HEADER = [
    "REF_AREA",
    "TIME_PERIOD",
    "ENERGY_PRODUCT",
    "FLOW_BREAKDOWN",
    "UNIT_MEASURE",
    "OBS_VALUE",
]
SERIES = ("CRUDEOIL", "INDPROD", "KTONS")
NONE = {"-", "x", "N/A", ".."}  # how JODI writes that it has no value
NOTE = "JODI: crude oil without condensate, thousand tonnes"


def _fetch(client: Client, data: Path) -> Answer:
    day = today()
    found = []
    for name in (f"{day.year - 1}.csv", f"primaryyear{day.year}.csv"):
        found += client.csv(f"{FILES}/{name}", HEADER)
    rows: dict[str, list[Cells]] = {"oil_production": [], "az_hydrocarbons": []}
    for row in found:
        series = (row["ENERGY_PRODUCT"], row["FLOW_BREAKDOWN"], row["UNIT_MEASURE"])
        if series != SERIES or row["OBS_VALUE"] in NONE or float(row["OBS_VALUE"]) == 0:
            continue
        cells = {
            "period": row["TIME_PERIOD"], "value": number(float(row["OBS_VALUE"]) / 1e3, 3),
            "unit": "Mt", "status": "actual", "note": NOTE,
        }  # fmt: skip
        if row["REF_AREA"] == "KZ":
            rows["oil_production"].append(cells | {"field": "kazakhstan"})
        elif row["REF_AREA"] == "AZ":
            named = {"product": "oil", "measure": "production", "destination": "total"}
            rows["az_hydrocarbons"].append(cells | named)
    asked = {f"{year}-{month:02}" for year in (day.year - 1, day.year) for month in range(1, 13)}
    source = Entry(
        f"jodi_oil_{day:%Y%m}", f"JODI Oil World Database, as of {day:%B %Y}",
        "International Energy Forum, JODI", "https://www.jodidata.org/oil/",
        dated=f"{day:%Y-%m}",
    )  # fmt: skip
    return Answer(rows, source, dict.fromkeys(rows, asked))


CONNECTOR = Connector(
    name="jodi",
    title="JODI Oil World Database, primary, yearly files",
    address=FILES,
    terms="free with attribution to JODI (https://www.jodidata.org: Terms)",
    period="monthly, about the 20th",
    feeds=(
        Feed(
            "oil_production", ("field", "period"), ("jodi_oil_*",), also=(),
            observation=("field", "period"),
        ),
        Feed(
            "az_hydrocarbons", ("product", "measure", "destination", "period"), ("jodi_oil_*",),
            also=(), observation=("product", "measure", "destination", "period"),
        ),
    ),
    fetch=_fetch,
)  # fmt: skip
