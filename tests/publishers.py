"""Publishers on 127.0.0.1 that answer in the shapes of the real ones, small, and with faults.

The shapes were seen in public code and copies in November 2026; the numbers here are made up.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    """What is sent; `cut`: only so many bytes of it, then the connection is closed."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "text/plain"
    cut: int | None = None


Reply = Callable[[str, dict[str, str]], Answer]


@dataclass
class Publishers:
    """The server's address, what it was asked, and by host what it answers."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    replies: dict[str, Reply] = field(default_factory=dict)


@contextmanager
def serving() -> Iterator[Publishers]:
    """A server for a test."""
    held = Publishers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host, _, rest = self.path.lstrip("/").partition("/")
            at = urlsplit(f"/{rest}")
            held.asked.append(f"{host}{at.path}?{at.query}")
            query = {name: values[0] for name, values in parse_qs(at.query).items()}
            reply = held.replies.get(host)
            answer = reply(at.path, query) if reply else Answer("nothing here", 404)
            raw = answer.body.encode()
            self.send_response(answer.status)
            headers = {"Content-Type": answer.kind, "Content-Length": str(len(raw))}
            for name, value in (headers | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw if answer.cut is None else raw[: answer.cut])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def prices(rows: dict[str, float]) -> Answer:
    """A file of datasets/oil-prices."""
    return Answer("Date,Price\n" + "".join(f"{day},{price}\n" for day, price in rows.items()))


def indicator(values: dict[tuple[str, str], float | None], page: int = 1, size: int = 1000,
              released: str = "2026-10-07") -> Answer:  # fmt: skip
    """A page of the World Bank's API v2."""
    rows = [
        {
            "indicator": {"id": "X", "value": "X"}, "country": {"id": "X", "value": country},
            "countryiso3code": country, "date": year, "value": value, "unit": "",
            "obs_status": "", "decimal": 0,
        }
        for (country, year), value in values.items()
    ]  # fmt: skip
    about = {
        "page": page, "pages": -(-len(rows) // size), "per_page": size, "total": len(rows),
        "sourceid": "2", "lastupdated": released,
    }  # fmt: skip
    return Answer(
        json.dumps([about, rows[(page - 1) * size : page * size]]), kind="application/json"
    )


def refused(message: str) -> Answer:
    """How the World Bank answers a wrong code: 200, and a list of one."""
    told = {"id": "120", "key": "Invalid value", "value": message}
    return Answer(json.dumps([{"message": [told]}]))


def trade(rows: list[tuple[int, str, float]]) -> Answer:
    """An answer of UN Comtrade's API v1: partner, flow, dollars."""
    data = [
        {
            "typeCode": "C", "freqCode": "A", "partnerCode": partner, "flowCode": flow,
            "cmdCode": "TOTAL", "primaryValue": value, "isReported": False,
        }
        for partner, flow, value in rows
    ]  # fmt: skip
    told = {"elapsedTime": "0.1 secs", "count": len(data), "data": data, "error": ""}
    return Answer(json.dumps(told), kind="application/json")


def months(values: dict[str, float]) -> Answer:
    """A series of the copy of the Kazakh bureau's workbooks."""
    rows = "".join(f"{month}-01,{value},level\n" for month, value in values.items())
    return Answer(f"date,value,transformation\n{rows}")


def jodi(rows: list[tuple[str, str, str]]) -> Answer:
    """A yearly file of JODI: country, month, thousand tonnes."""
    head = (
        "REF_AREA,TIME_PERIOD,ENERGY_PRODUCT,FLOW_BREAKDOWN,UNIT_MEASURE,OBS_VALUE,ASSESSMENT_CODE"
    )
    lines = [
        f"{area},{month},CRUDEOIL,{flow},{unit},{value},1"
        for area, month, value in rows
        for flow, unit in (("INDPROD", "KTONS"), ("INDPROD", "KBD"), ("TOTEXPSB", "KTONS"))
    ]
    return Answer("\n".join([head, *lines, ""]))


THIS_YEAR = dt.datetime.now(dt.UTC).year
