"""Ask a publisher's address: politely, keeping what came, and saying plainly what went wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

VIA = "OPENBOOK_REFRESH_VIA"  # environment variable: all is asked of this address instead (tests)
TIMEOUT = (10, 60)  # seconds to connect, and between two bytes
PATIENCE = 60.0  # seconds that one pause asked for may last; a longer one ends the connector
TRIES = 4  # of one address that asks to slow down
KEPT = timedelta(hours=24)  # how long an answer is used again
AGENT = "openbook-refresh (an open book; asks a few addresses, a few times a year)"
AGAIN = "run `make refresh` again later; what was fetched is kept"

Decode = Callable[[str], Any]


class Trouble(Exception):
    """A connector could not be answered: `what` went wrong, and what `to_do`."""

    def __init__(self, connector: str, what: str, to_do: str) -> None:
        """The line that a person reads is all three."""
        super().__init__(f"{connector}: {what}. To do: {to_do}.")
        self.connector, self.what, self.to_do = connector, what, to_do


class Client:
    """Asks for one connector; answers stay in `folder` and are used again for a day.

    An answer is kept only after it could be decoded, so that no error page is. `fresh` asks again.
    """

    def __init__(
        self, connector: str, folder: Path, *, fresh: bool = False, pause: float = 1.0,
        patience: float = PATIENCE,
    ) -> None:  # fmt: skip
        """`pause`: seconds between two requests. `patience`: the longest pause to be waited for."""
        self.connector, self.folder = connector, folder / connector
        self.fresh, self.pause, self.patience = fresh, pause, patience
        self.asked = 0
        retry = Retry(
            total=3, backoff_factor=min(1.0, pause), status_forcelist=(500, 502, 503, 504),
            respect_retry_after_header=False, raise_on_status=False,
        )  # fmt: skip
        self._session = requests.Session()
        self._session.headers["User-Agent"] = AGENT
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def json(self, address: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON at an address. Raises Trouble."""
        return self._answer(address, params, json.loads, "JSON")

    def csv(
        self, address: str, header: list[str], params: Mapping[str, str] | None = None
    ) -> list[dict[str, str]]:
        """The rows of the CSV file at an address, which has at least these columns.

        Raises Trouble if it lacks one, or if a row is cut off.
        """

        def decode(text: str) -> list[dict[str, str]]:
            reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
            if lacking := [name for name in header if name not in (reader.fieldnames or [])]:
                raise ValueError(f"has no column {', '.join(lacking)}")
            rows = list(reader)
            if any(None in row or None in row.values() for row in rows):
                raise ValueError("ends within a row")
            return rows

        return self._answer(address, params, decode, "CSV")

    def trouble(self, what: str, to_do: str) -> Trouble:
        """A Trouble of this connector."""
        return Trouble(self.connector, what, to_do)

    def _answer(
        self, address: str, params: Mapping[str, str] | None, decode: Decode, kind: str
    ) -> Any:
        whole = f"{address}?{urlencode(params)}" if params else address
        asked = os.environ.get(VIA, "") + whole  # what a stand-in answers is not the publisher's
        path = self.folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:16]}.txt"
        if not self.fresh and _young(path):
            return decode(path.read_text("utf-8"))
        found, text = self._decoded(whole, decode, kind)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(text, "utf-8")
        draft.replace(path)
        return found

    def _decoded(self, whole: str, decode: Decode, kind: str) -> tuple[Any, str]:
        response = self._asked(whole)
        text, host = response.content.decode("utf-8", "replace"), urlsplit(whole).netloc
        if not text.strip():
            raise self.trouble(f"{host} gave an empty answer", AGAIN)
        if text.lstrip()[:1] == "<":
            title = re.search(r"<title[^>]*>([^<]{1,80})", text)
            named = f" ({title[1].strip()})" if title else ""
            raise self.trouble(
                f"{host} answered with a web page{named}, not {kind}",
                f"open {whole} in a browser: the address has moved, or it asks for a person",
            )
        try:
            return decode(text), text
        except ValueError as error:
            raise self.trouble(
                f"the answer of {host} is no {kind} that can be read ({error})",
                f"{AGAIN}; if it stays so, look at {whole} and mend the connector",
            ) from None

    def _asked(self, whole: str) -> requests.Response:
        for _ in range(TRIES):
            if self.asked:
                time.sleep(self.pause)
            self.asked += 1
            response = self._got(whole)
            if response.status_code not in (429, 503) or "Retry-After" not in response.headers:
                break
            wait = _seconds(response.headers["Retry-After"])
            if wait > self.patience:
                until = datetime.now(UTC) + timedelta(seconds=wait)
                raise self.trouble(
                    f"{urlsplit(whole).netloc} asks for a pause of {wait:.0f} seconds",
                    f"run `make refresh` again after {until:%H:%M} UTC; what was fetched is kept",
                )
            time.sleep(wait)
        status, host = response.status_code, urlsplit(whole).netloc
        if status == 429:
            raise self.trouble(f"{host} allows no more requests for now (429)", AGAIN)
        if status in (401, 403):
            raise self.trouble(
                f"{host} refuses ({status})", f"see whether {whole} now needs a key or a person"
            )
        if status in (404, 410):
            raise self.trouble(
                f"{host} has nothing there ({status})",
                f"find where it has moved, and mend the address in the connector ({whole})",
            )
        if status >= 400:
            raise self.trouble(f"{host} failed ({status})", AGAIN)
        return response

    def _got(self, whole: str) -> requests.Response:
        host = urlsplit(whole).netloc
        via = os.environ.get(VIA)
        at = f"{via.rstrip('/')}/{whole.partition('://')[2]}" if via else whole
        try:
            return self._session.get(at, timeout=TIMEOUT)
        except requests.exceptions.Timeout:
            raise self.trouble(f"{host} did not answer in time", AGAIN) from None
        except (
            requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError,
        ):  # fmt: skip
            raise self.trouble(f"{host} broke off in the middle of an answer", AGAIN) from None
        except requests.exceptions.RequestException:
            raise self.trouble(
                f"{host} can't be reached", f"see whether there is a network, then {AGAIN}"
            ) from None


def _young(path: Path) -> bool:
    """Whether an answer is kept that is no older than a day."""
    try:
        return time.time() - path.stat().st_mtime < KEPT.total_seconds()
    except OSError:
        return False


def _seconds(retry_after: str) -> float:
    """The seconds of a header Retry-After, which is a number or a date."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        day = parsedate_to_datetime(retry_after)
    except ValueError:
        return PATIENCE
    return max(0.0, (day - datetime.now(UTC)).total_seconds())
