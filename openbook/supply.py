"""What a book is made of that others wrote: what ships in its pages, what it is built with.

python -m openbook.supply [FILE]        the parts and their licences as CycloneDX (`make sbom`)
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import uuid
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import TYPE_CHECKING, cast

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from email.message import Message

BILL = Path("_build") / "release" / "sbom.cdx.json"
LOCK = "requirements.txt"
# Packages whose styles are in the one sheet of all pages
STYLES = ("sphinx", "pydata-sphinx-theme", "sphinx-book-theme", "sphinx-design",
          "sphinx-togglebutton", "myst-nb", "pygments")  # fmt: skip


@dataclass(frozen=True)
class Shipped:
    """Work of others in the pages: its name and version, its licence (SPDX), what it is there."""

    name: str
    version: str
    licence: str
    what: str


def licence(package: str) -> str:
    """The licence that an installed package states; "" if it is not installed, or states none."""
    try:
        said = cast("Message", metadata(package))  # which it is
    except PackageNotFoundError:
        return ""
    if expression := said.get("License-Expression"):
        return str(expression)
    kinds = [each for each in said.get_all("Classifier", []) if each.startswith("License ::")]
    if kinds:
        return "; ".join(each.rpartition(" :: ")[2] for each in kinds)
    lines = str(said.get("License") or "").strip().splitlines()
    return lines[0].strip() if lines else ""


def shipped() -> list[Shipped]:
    """What is in the site and not the book's own: scripts, typefaces, styles."""
    import vl_convert

    charts = "draws the charts that move"
    return [
        Shipped("vega", vl_convert.get_vega_version(), "BSD-3-Clause", charts),
        Shipped("vega-lite", vl_convert.get_vegalite_versions()[-1], "BSD-3-Clause", charts),
        Shipped("vega-embed", vl_convert.get_vega_embed_version(), "BSD-3-Clause", charts),
        Shipped("minisearch", "7.2.0", "MIT", "searches"),
        Shipped("source-sans", "3.52.0", "OFL-1.1", "typeface, cut and named Openbook Sans"),
        Shipped("source-serif", "4.5.1", "OFL-1.1", "typeface, cut and named Openbook Serif"),
        *(Shipped(name, version(name), licence(name), "rules of the sheet") for name in STYLES),
    ]


def locked(lock: Path) -> list[tuple[str, str]]:
    """The packages of a lock with their versions; one of several versions has several."""
    lines = (line.partition("#")[0].strip(" \\\n") for line in lock.open(encoding="utf-8"))
    held = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return sorted((each.name, pin.version) for each in held for pin in each.specifier)


def bill(root: Path, title: str, release: str, day: str) -> str:
    """All parts as CycloneDX, JSON: the same for one release, whenever and wherever it is made."""
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from packageurl import PackageURL

    def part(kind: str, name: str, number: str, said: str, what: str = "") -> Component:
        return Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=number,
            bom_ref=f"{kind}:{name}@{number}",
            purl=PackageURL(kind, None, name, number),
            licenses=[LicenseFactory().make_from_string(said)] if said else [],
            description=what or None,
        )

    built = [part("pypi", n, v, licence(n), "builds the book") for n, v in locked(root / LOCK)]
    pages = [
        part("npm", each.name, each.version, each.licence, f"in the pages: {each.what}")
        for each in shipped()
        if each.name not in STYLES
    ]
    whole = Component(name=title, version=release, bom_ref="book")
    made = Bom(
        components=[*built, *pages],
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{title} {release} {day}"),
        metadata=BomMetaData(
            component=whole,
            timestamp=dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC),
        ),
    )
    made.register_dependency(whole, [*built, *pages])
    writer = make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6)
    return json.dumps(json.loads(writer.output_as_string()), indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the bill of the book in this folder."""
    from openbook.site import citation

    target = Path(arguments[0]) if arguments else BILL
    cited = citation.read(Path.cwd())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(bill(Path.cwd(), cited.title, cited.version, cited.released), "utf-8")
    print(f"{target}: what the book is made of, with licences")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
