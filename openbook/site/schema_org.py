"""The data package as search engines read it: a schema.org `Dataset` that holds one a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openbook import tables
from openbook.site import archive, citation, files
from openbook.site.links import anchor
from openbook.tables import resource
from openbook.tables.resource import Field, Resource


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


def _table(table: Resource, base: str, creator: dict[str, str]) -> dict[str, Any]:
    csv, parquet = f"{base}/{table.name}.csv", f"{base}/{table.name}.parquet"
    said = {
        "@type": "Dataset",
        "name": table.title,
        "description": table.description,
        "url": f"#{anchor(table.name)}",
        "temporalCoverage": table.coverage,
        "license": next((held.address for held in table.licences if held.address), ""),
        "creator": creator,
        "distribution": [
            _download(csv, "text/csv", sha256=table.sha256),
            _download(parquet, "application/vnd.apache.parquet"),
        ],
        "variableMeasured": [_variable(field) for field in table.fields],
    }
    return {key: value for key, value in said.items() if value}


def dataset(confdir: Path, base: str, whole: str) -> dict[str, Any]:
    """The package. `base` is the folder of its files, `whole` the name of all of them as a zip.

    Addresses are relative to the page: the book has no address of its own yet.
    """
    package, cited = tables.package(), citation.read(confdir)
    creator = {"@type": "Organization", "name": cited.author}
    content = archive.zipped(archive.contents(confdir))
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": package["title"],
        "description": package["description"],
        "version": package["version"],
        "datePublished": cited.released,
        "license": package["licenses"][0]["path"],
        "creator": creator,
        "keywords": package["keywords"],
        "isAccessibleForFree": True,
        "distribution": [
            _download(f"{base}/{whole}", "application/zip", sha256=files.sha256(content))
        ],
        "hasPart": [
            _table(resource.read(described), base, creator) for described in package["resources"]
        ],
    }
