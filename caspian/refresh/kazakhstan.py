"""Kazakhstan's bureau of statistics: trade by month and by partner, crude exports, oil production.

The bureau publishes workbooks without an API; the book reads them in a public copy, which says so
of itself, as CSV with a column `date`. Values are in thousand dollars, tonnes and thousand tonnes.
A row is a month or a year of a flow, a partner or a field. A year that is not over a July ago is
preliminary by the bureau's own habit, and so are the months of the last year.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from caspian.refresh.cells import number, today
from openbook.edit import Cells, Entry, table_rows
from openbook.refresh.client import Client
from openbook.refresh.connector import Answer, Connector, Feed

REPOSITORY = "makenerzhan-gif/kazakhstan-economic-data"
COPY = f"https://raw.githubusercontent.com/{REPOSITORY}/main/data/processed"
HEADER = ["date", "value"]
BY_PARTNER = ["date", "item_code", "value"]
USD_MN, KT, MT = (1e3, 3), (1e3, 6), (1e3, 4)  # the copy's units in one of the table's; digits


def _fetch(client: Client, data: Path) -> Answer:
    day = today()
    rows: dict[str, list[Cells]] = {"kz_trade_totals": [], "kz_trade_by_partner": []}
    partners = {row["partner"] for row in table_rows(data / "kz_trade_by_partner.csv")}
    for flow in ("exports", "imports"):
        for month, value in _series(client, f"bns/{flow}.csv").items():
            cells = _cells(month, value, USD_MN, "USD mn") | {"flow": flow}
            rows["kz_trade_totals"].append(cells)
        for row in client.csv(f"{COPY}/dims/kz_{flow}_by_partner.csv", BY_PARTNER):
            if row["item_code"] in partners and _final(row["date"][:4], day.year, day.month):
                cells = _cells(row["date"][:4], row["value"], USD_MN, "USD mn")
                named = {"partner": row["item_code"], "flow": flow, "status": "actual"}
                rows["kz_trade_by_partner"].append(cells | named)
    volumes = _series(client, "bns/oil_exports_volume.csv")
    values = _series(client, "bns/oil_exports_value.csv")
    rows["crude_exports_customs"] = [
        {
            "period": month, "volume": number(float(tonnes) / KT[0], KT[1]),
            "value": number(float(values[month]) / KT[0], KT[1]) if month in values else "",
            "status": _status(month), "note": "",
        }
        for month, tonnes in volumes.items()
    ]  # fmt: skip
    rows["oil_production"] = [
        _cells(month, value, MT, "Mt")
        | {"field": "kazakhstan", "note": "Crude and condensate, published in kt"}
        for month, value in _series(client, "bns/oil_production.csv").items()
    ]
    return Answer(
        rows,
        Entry(
            f"bns_copy_{day:%Y%m}",
            f"Trade and oil of Kazakhstan by month, as copied by {day:%B %Y}",
            "Bureau of National Statistics of Kazakhstan",
            f"https://github.com/{REPOSITORY}",
            dated=f"{day:%Y-%m}",
        ),
    )


def _series(client: Client, name: str) -> dict[str, str]:
    """A series by month: ISO month to value as text."""
    rows = client.csv(f"{COPY}/{name}", HEADER)
    found = {row["date"][:7]: row["value"] for row in rows}
    if len(found) != len(rows):
        raise client.trouble(
            f"{name} has a month twice", "see which value is meant; the copy may be half renewed"
        )
    return found


def _cells(period: str, value: str, unit: tuple[float, int], name: str) -> Cells:
    size, digits = unit
    return {
        "period": period, "value": number(float(value) / size, digits), "unit": name,
        "status": _status(period),
    }  # fmt: skip


def _status(period: str) -> str:
    return "preliminary" if int(period[:4]) >= today().year else "actual"


def _final(year: str, this_year: int, month: int) -> bool:
    """Whether a year's final edition is out: it comes in July of the next."""
    return int(year) < this_year - 1 or (int(year) == this_year - 1 and month > 7)


def _feed(table: str, key: tuple[str, ...], sources: Sequence[str], **more: Any) -> Feed:
    return Feed(table, key, (*sources, "bns_copy_*"), **more)


CONNECTOR = Connector(
    name="kazakhstan",
    title="Bureau of National Statistics of Kazakhstan, in a public copy of its workbooks",
    address=COPY,
    terms="official statistics, named with their bureau; the copy states no licence",
    period="monthly, about the 15th",
    feeds=(
        _feed("kz_trade_totals", ("flow", "period"), ["bns_202609_totals"]),
        _feed("kz_trade_by_partner", ("partner", "flow", "period"), ["bns_20260925_partners"]),
        _feed(
            "crude_exports_customs", ("period",),
            ["bns_crude_exports", "bns_crude_exports_regions"], values=("volume", "value"),
        ),
        _feed(
            "oil_production", ("field", "period"), ["bns_oil_production"],
            observation=("field", "period"),
        ),
    ),
    fetch=_fetch,
)  # fmt: skip
