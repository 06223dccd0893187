"""UN Comtrade: trade of the members' pairs by year, of Azerbaijan and Kazakhstan by month.

By the public preview of API v1, which needs no key, gives at most 500 rows and one period a
request. A row is a pair, who counted, a flow and a period; it stands beside the national figure of
the same observation, which stays the preferred one. Clients were weighed: `comtradeapicall` prints
an error and gives nothing, and its address can't be changed for tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from caspian.refresh.cells import months_before, number, today
from openbook.edit import Cells, Entry
from openbook.refresh.client import Client
from openbook.refresh.connector import Answer, Connector, Feed

API = "https://comtradeapi.un.org/public/v1/preview/C"
MOST = 500  # rows of one answer: as many may be cut off
YEARS, MONTHS = 3, 15  # how far back
MEMBERS = {
    "AZE": (31, "Azerbaijan"), "KAZ": (398, "Kazakhstan"), "KGZ": (417, "Kyrgyzstan"),
    "TUR": (792, "Türkiye"), "UZB": (860, "Uzbekistan"),
}  # fmt: skip
CODES = {code: country for country, (code, _) in MEMBERS.items()}
FLOWS = {"X": "exports", "M": "imports"}
OWN = {"AZE-KAZ": "az_kz_trade", "AZE-TUR": "bilateral_trade", "KAZ-TUR": "bilateral_trade"}
OTHERS = "pair_trade"
KEY = ("pair", "counted_by", "reporter", "flow", "exporter", "period")


def _fetch(client: Client, data: Path) -> Answer:
    day = today()
    years = [str(day.year - n) for n in range(YEARS, 0, -1)]
    months = months_before(day, MONTHS)
    rows: dict[str, list[Cells]] = {table: [] for table in (*set(OWN.values()), OTHERS)}
    for year in years:
        for country in MEMBERS:
            for cells in _asked(client, "A", country, list(MEMBERS), year):
                rows[OWN.get(cells["pair"], OTHERS)].append(cells)
    for month in months:
        for country, partner in (("AZE", "KAZ"), ("KAZ", "AZE")):
            rows["az_kz_trade"] += _asked(client, "M", country, [partner], month)
    source = Entry(
        f"un_comtrade_{day:%Y%m}", f"UN Comtrade, trade of members as of {day:%B %Y}",
        "United Nations Statistics Division", "https://comtradeplus.un.org", dated=f"{day:%Y-%m}",
    )  # fmt: skip
    return Answer(rows, source, dict.fromkeys(rows, (*years, *months)))


def _asked(
    client: Client, often: str, country: str, partners: list[str], period: str
) -> Iterator[Cells]:
    """What a country reports on its partners in a period; nothing if it has not reported yet."""
    params = {
        "reporterCode": str(MEMBERS[country][0]),
        "partnerCode": ",".join(str(MEMBERS[each][0]) for each in partners if each != country),
        "period": period.replace("-", ""), "cmdCode": "TOTAL", "flowCode": "M,X",
        "partner2Code": "0", "customsCode": "C00", "motCode": "0",
    }  # fmt: skip
    answer = client.json(f"{API}/{often}/HS", params)
    try:
        if answer.get("error"):
            raise client.trouble(
                f"UN Comtrade says: {answer['error']}", "mend the request in comtrade.py"
            )
        found = answer["data"]
        if len(found) >= MOST or answer["count"] != len(found):
            raise client.trouble(
                f"{len(found)} of {answer['count']} rows of {country} in {period} came",
                "ask for fewer partners at once in comtrade.py",
            )
        for row in found:
            yield _cells(country, CODES[row["partnerCode"]], row, period)
    except (AttributeError, KeyError, TypeError):
        raise client.trouble(
            "the answer has another shape than UN Comtrade's API v1 had",
            "compare it with caspian/refresh/comtrade.py, and mend that",
        ) from None


def _cells(country: str, partner: str, row: dict, period: str) -> Cells:
    flow, name = FLOWS[row["flowCode"]], MEMBERS[country][1]
    exporter, importer = (country, partner) if flow == "exports" else (partner, country)
    return {
        "pair": "-".join(sorted((country, partner))), "counted_by": name, "attribution": "named",
        "reporter": country, "flow": flow, "exporter": exporter, "importer": importer,
        "period": period, "months": "1" if "-" in period else "12",
        "value": number(row["primaryValue"] / 1e6, 3), "unit": "USD mn", "basis": "unknown",
        "status": "actual", "derived": "false", "note": f"UN Comtrade, {name} as reporter",
    }  # fmt: skip


CONNECTOR = Connector(
    name="comtrade",
    title="UN Comtrade, by year and month (public preview of API v1)",
    address=API,
    terms="to use and cite, not to republish whole (https://comtradeplus.un.org, Policy on Use)",
    period="monthly",
    feeds=tuple(
        Feed(table, KEY, ("un_comtrade_*",), also=(), observation=KEY)
        for table in ("az_kz_trade", "bilateral_trade", "pair_trade")
    ),
    fetch=_fetch,
)
