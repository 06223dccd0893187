"""What the list of claims publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from openbook.bundle import Bundle


@dataclass(frozen=True, kw_only=True)
class Claims(Bundle):
    """The claims as their page shows them, and as a table to take away.

    `then` is the day after the visit, `until` that of the judgement now, `months` the days of the
    verdicts through time (all ISO 8601); `left_out` are the article's silences.
    """

    mime: ClassVar[str] = "application/vnd.caspian.claims+json"

    then: str
    until: str
    months: tuple[str, ...]
    claims: tuple[dict[str, Any], ...]
    left_out: tuple[dict[str, Any], ...]
    sentences: tuple[dict[str, Any], ...]
