"""The JavaScript library of the book, as a plain script that loads from disk and from a host.

Making it takes seconds, so it is kept under `_build` for as long as its package is the same.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from openbook.site import files

VEGA = "vega-bundle.js"


def vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that leaves one name behind: `vegaEmbed`.

    The bundle's own top-level names would collide with Sphinx's, so it runs in a function.
    """
    import vl_convert

    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return "(function () {\n" + code + "\n})();\n"


_MADE = {VEGA: (vega, "vl-convert-python")}


def write(static: Path, kept: Path, wanted: bool) -> None:
    """Put the library among the static files of a site that has charts; take away what else was."""
    if wanted:
        files.write(static / VEGA, script(VEGA, kept))
    for path in static.glob("*-bundle.js"):
        if not wanted or path.name != VEGA:
            path.unlink()


def script(name: str, kept: Path) -> bytes:
    """A script by its name, from the folder `kept` if it was made before."""
    make, package = _MADE[name]
    digest = files.sha256(Path(__file__).read_bytes() + version(package).encode())
    return files.make_once(kept / f"{digest[:16]}-{name}", lambda: make().encode())
