"""The two JavaScript libraries of the book, as plain scripts that load from disk and from a host.

Making one takes seconds, so each is kept under `_build` for as long as its package is the same.
"""

from __future__ import annotations

import re
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from openbook.site import files

VEGA = "vega-bundle.js"
DATATABLES = "datatables-bundle.js"


def vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that leaves one name behind: `vegaEmbed`.

    The bundle's own top-level names would collide with Sphinx's, so it runs in a function.
    """
    import vl_convert

    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return "(function () {\n" + code + "\n})();\n"


def datatables() -> str:
    """DataTables as ITables ships it, as one plain script: a module would not load from disk.

    Raises ValueError if the module has another form than the one known.
    """
    code = resources.files("itables").joinpath("html", "dt_bundle.js").read_text("utf-8")
    exported = re.search(r"export\{[^}]*?([\w$]+) as default[^}]*\};?", code)
    if not exported:
        raise ValueError("itables' dt_bundle.js exports no default: see openbook.site.libraries")
    code = code.replace(exported[0], f"window.DataTable = {exported[1]};")
    return "(function () {\n" + code + "\n})();\n"


_MADE = {VEGA: (vega, "vl-convert-python"), DATATABLES: (datatables, "itables")}


def script(name: str, kept: Path) -> bytes:
    """One of the two scripts, from the folder `kept` if it was made before."""
    make, package = _MADE[name]
    digest = files.sha256(Path(__file__).read_bytes() + version(package).encode())
    return files.make_once(kept / f"{digest[:16]}-{name}", lambda: make().encode())
