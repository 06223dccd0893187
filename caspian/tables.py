"""The book's tables, wherever it is installed.

>>> from caspian.tables import load
>>> exports = load("oil_exports")
"""

from pathlib import Path

from openbook import tables
from openbook.tables import (
    Source,
    TableError,
    describe,
    digest,
    first_print,
    load,
    package,
    period_bounds,
    period_middle,
    references,
    source,
    used,
)

__all__ = [
    "Source", "TableError", "describe", "digest", "first_print", "load", "package",
    "period_bounds", "period_middle", "references", "source", "used",
]  # fmt: skip

_HERE = Path(__file__).resolve().parent
# Beside the package in the repository, inside it in a wheel
tables.use(next((p for p in (_HERE / "data", _HERE.parent / "data") if p.is_dir()), Path("data")))
