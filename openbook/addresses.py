"""Which addresses become links: what stands in data is text, and a link can act.

The door of the tables refuses what is no address of the web; this is the wall behind it, used
wherever an address is written: pages, notebooks, descriptions for machines, citations.
"""

from __future__ import annotations

import re

from openbook.tables.violations import ADDRESS

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_IGNORED = re.compile(r"[\x00-\x20]+")  # what a browser leaves out before it reads a scheme


def web(text: str | None) -> str:
    """An address of the web as it stands, http or https; "" for anything else."""
    return text if text and ADDRESS.fullmatch(text) else ""


def openable(address: str) -> str:
    """An address of the web, of mail, or of a place in the site; "" for any other scheme."""
    if web(address) or address.startswith("mailto:"):
        return address
    return "" if _SCHEME.match(_IGNORED.sub("", address)) else address
