"""The data package as search engines read it: a schema.org `Dataset` that holds one a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openbook import addresses, tables
from openbook.site import archive, citation, files
from openbook.site.links import anchor
from openbook.tables import resource
from openbook.tables.periods import period_bounds
from openbook.tables.resource import Field, Resource

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a table has of the whole, which says it for all
_SHARED = ("creator", "version", "dateModified", "isAccessibleForFree", "spatialCoverage")


def _download(address: str, form: str, **more: str) -> dict[str, Any]:
    return {"@type": "DataDownload", "contentUrl": address, "encodingFormat": form, **more}


def _variable(field: Field) -> dict[str, Any]:
    said = {
        "@type": "PropertyValue",
        "name": field.name,
        "description": field.title or field.name,
        "unitText": field.unit,
    }
    return {key: value for key, value in said.items() if value}


def _covered(listed: list[Resource]) -> str:
    """The time that all tables cover together, as ISO 8601; "" if none says."""
    ends = [end for table in listed if table.coverage for end in table.coverage.split("/")]
    bounds = [period_bounds(end) for end in ends]
    if not bounds:
        return ""
    return f"{min(first for first, _ in bounds)}/{max(last for _, last in bounds)}"


def _measured(listed: list[Resource]) -> list[dict[str, Any]]:
    """The columns of numbers of all tables, each name once."""
    numeric = [f for table in listed for f in table.fields if f.type in ("number", "integer")]
    return [_variable(field) for field in {field.name: field for field in numeric}.values()]


def _table(table: Resource, base: str, shared: dict[str, Any]) -> dict[str, Any]:
    csv, parquet = f"{base}/{table.name}.csv", f"{base}/{table.name}.parquet"
    said = {
        "@type": "Dataset",
        "name": table.title,
        "description": table.description,
        "url": f"{shared['url']}#{anchor(table.name)}",
        "temporalCoverage": table.coverage,
        "license": next(filter(None, (addresses.web(held.address) for held in table.licences)), ""),
        **{key: shared[key] for key in _SHARED if key in shared},
        "distribution": [
            _download(csv, "text/csv", sha256=table.sha256),
            _download(parquet, "application/vnd.apache.parquet"),
        ],
        "variableMeasured": [_variable(field) for field in table.fields],
    }
    return {key: value for key, value in said.items() if value}


def dataset(confdir: Path, base: str, names: tuple[str, str], page: str) -> dict[str, Any]:
    """The package. `base` is the folder of its files, `page` the address of the page about it.

    `names` are those of all tables as a zip and as a workbook. Addresses are full in a book that
    has one, else relative to the page.
    """
    package, cited = tables.package(), citation.read(confdir)
    listed = [resource.read(described) for described in package["resources"]]
    content, (whole, workbook) = archive.zipped(archive.contents(confdir)), names
    said = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": package["title"],
        "description": package["description"],
        "url": page,
        "version": package["version"],
        "datePublished": cited.released,
        "dateModified": cited.released,
        "license": addresses.web(package["licenses"][0]["path"]),
        "creator": {"@type": "Organization", "name": cited.author},
        "creditText": citation.line(cited),
        "inLanguage": "en",
        "keywords": package["keywords"],
        "isAccessibleForFree": True,
        "temporalCoverage": _covered(listed),
        "spatialCoverage": [
            {"@type": "Place", "name": name} for name in package.get("spatial", ())
        ],
        "variableMeasured": _measured(listed),
        "distribution": [
            _download(f"{base}/{whole}", "application/zip", sha256=files.sha256(content)),
            _download(f"{base}/{workbook}", _WORKBOOK),
        ],
    }
    said["hasPart"] = [_table(table, base, said) for table in listed]
    return {key: value for key, value in said.items() if value}
