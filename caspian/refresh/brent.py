"""Brent by month and by day: the EIA's series RBRTE in the copy of datasets/oil-prices.

The EIA's own API asks for a key; the copy is renewed from it by the day and needs none. A row is a
month of `brent`, a trading day of `brent_daily`. The month that has no mean of the EIA's yet is the
mean of its days so far, preliminary.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from caspian.refresh.cells import number
from openbook.edit import Cells, Entry
from openbook.refresh.client import Client
from openbook.refresh.connector import Answer, Connector, Feed

COPY = "https://raw.githubusercontent.com/datasets/oil-prices/main/data"
HEADER = ["Date", "Price"]
FIRST_MONTH, FIRST_DAY = "2000-01", "2022-01-03"
SOURCE = Entry(
    "eia_brent", "Europe Brent spot price FOB (series RBRTE), by way of datasets/oil-prices",
    "U.S. Energy Information Administration", "https://www.eia.gov/dnav/pet/hist/RBRTED.htm",
)  # fmt: skip


def _fetch(client: Client, data: Path) -> Answer:
    monthly = client.csv(f"{COPY}/brent-monthly.csv", HEADER)
    daily = client.csv(f"{COPY}/brent-daily.csv", HEADER)
    days = {row["Date"]: float(row["Price"]) for row in daily if row["Date"] >= FIRST_DAY}
    months = {row["Date"][:7]: _month(row["Date"][:7], row["Price"]) for row in monthly}
    quotes = defaultdict(list)
    for day, price in days.items():
        quotes[day[:7]].append((day, price))
    for month in [month for month in quotes if month > max(months)]:
        months[month] = _so_far(month, sorted(quotes[month]))
    return Answer(
        {
            "brent": [row for month, row in months.items() if month >= FIRST_MONTH],
            "brent_daily": [
                {"period": day, "value": number(price, 2), "unit": "USD/bbl", "status": "actual"}
                for day, price in days.items()
            ],
        },
        SOURCE,
    )


def _month(month: str, price: float | str, status: str = "actual", note: str = "") -> Cells:
    return {
        "period": month, "value": number(price, 2), "unit": "USD/bbl", "status": status,
        "preferred": "true", "note": note,
    }  # fmt: skip


def _so_far(month: str, quotes: list[tuple[str, float]]) -> Cells:
    mean = sum(price for _, price in quotes) / len(quotes)
    note = f"Mean of {len(quotes)} daily quotes to {quotes[-1][0]}"
    return _month(month, mean, "preliminary", note)


CONNECTOR = Connector(
    name="brent",
    title="Brent spot price, month and day (EIA, copied by datasets/oil-prices)",
    address=COPY,
    terms="EIA: public domain (https://www.eia.gov/about/copyrights_reuse.php); copy: ODC-PDDL",
    period="daily",
    feeds=(
        Feed("brent", ("period",), ("eia_brent",)),
        Feed("brent_daily", ("period",), ("eia_brent",), also=()),
    ),
    fetch=_fetch,
)
