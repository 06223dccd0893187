"""The tables for the people of every tool: recipes that run, one type of periods, citations."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator

import duckdb
import openpyxl
import pandas as pd
import polars
import pytest
import yaml
from bs4 import BeautifulSoup

from openbook import tables
from openbook.site import archive, catalogue, citation, schema_org, spreadsheet
from openbook.testing import book

DATA = book.HTML / "_data"
PAGE = (book.ROOT / "chapters" / "data.md").read_text("utf-8")
RESOURCES = {r["name"]: r for r in tables.package()["resources"]}
CFF = yaml.safe_load((book.ROOT / "CITATION.cff").read_text("utf-8"))
RELEASED = str(CFF["date-released"])


def recipes(language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", PAGE)


def expected() -> pd.DataFrame:
    rows = tables.load("oil_exports")
    return rows[rows["preferred"] & (rows["period"] == "2025")]


# --- recipes ---------------------------------------------------------------------------------


def test_each_recipe_gives_the_same_rows(site, monkeypatch):
    monkeypatch.chdir(DATA)
    found = {}
    for recipe in recipes("python"):
        *lines, last = recipe.strip().splitlines()
        names: dict[str, object] = {}
        exec("\n".join(lines), names)
        found[lines[0].split()[1]] = eval(last, names)
    (query,) = recipes("sql")
    found["duckdb"] = duckdb.sql(query).df()
    assert set(found) == {"polars", "pandas", "duckdb"}
    assert isinstance(found["polars"], polars.DataFrame)
    for tool, rows in found.items():
        assert len(rows) == len(expected()) > 5, tool
        assert list(rows["value"]) == list(expected()["value"]), tool
        assert list(rows["route"]) == list(expected()["route"]), tool


def test_what_was_not_run_is_said():
    assert len(recipes("r")) == 1 and "nobody has run the recipe for R" in PAGE
    assert PAGE.index("Parquet") < PAGE.index("workbook") < PAGE.index("read_csv")


def test_a_period_is_text_in_every_table(site):
    for name, described in RESOURCES.items():
        kinds = {f["name"]: f["type"] for f in described["schema"]["fields"]}
        periods = [column for column in kinds if re.search(r"(^|_)period$", column)]
        assert {kinds[column] for column in periods} <= {"string"}, name
        held = polars.read_parquet_schema(DATA / f"{name}.parquet")
        assert {held[column] for column in periods} <= {polars.String}, name


# --- the workbook ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made() -> bytes:
    return spreadsheet.make(RELEASED)


def cells(sheet) -> Iterator[list]:
    for row in sheet.iter_rows(values_only=True):
        yield list(row)


def test_the_workbook_holds_the_tables_with_their_types(made):
    workbook = openpyxl.load_workbook(io.BytesIO(made), read_only=True)
    long = {n for n in RESOURCES if len(tables.load(n)) > spreadsheet.MOST_ROWS}
    assert workbook.sheetnames == [
        "Contents",
        "Columns",
        "Sources",
        *(RESOURCES.keys() - long),
    ] or (set(workbook.sheetnames) == {"Contents", "Columns", "Sources", *RESOURCES} - long)
    for name in ("oil_exports", "countries", "trade_totals"):
        header, *rows = cells(workbook[name])
        as_text = archive.rows(tables.files()[RESOURCES[name]["path"]])
        assert header == list(as_text[0]) and len(rows) == len(as_text) - 1
        kinds = {f["name"]: f["type"] for f in RESOURCES[name]["schema"]["fields"]}
        for row, line in zip(rows, as_text[1:], strict=True):
            for column, value, text in zip(header, row, line, strict=True):
                of = {"boolean": bool, "string": str}.get(kinds[column], int | float)
                assert value is None if text == "" else isinstance(value, of), (name, column, text)
                assert not isinstance(value, str) or value == text
    contents = [row[0] for row in cells(workbook["Contents"])][1:]
    assert contents == list(RESOURCES)
    assert "Türkiye" in [row[1] for row in cells(workbook["countries"])] or any(
        "Türkiye" in row for row in cells(workbook["countries"])
    )


def test_the_workbook_has_no_time_of_its_making(made, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert spreadsheet.make(RELEASED) == made
    dates = {member.date_time for member in zipfile.ZipFile(io.BytesIO(made)).infolist()}
    assert dates == {archive.EPOCH}


def test_a_name_too_long_for_a_sheet_is_an_error(monkeypatch):
    package = tables.package()
    first = package["resources"][0] | {"name": "x" * 32}
    monkeypatch.setattr(tables, "package", lambda: package | {"resources": [first]})
    with pytest.raises(ValueError, match="at most 31 letters"):
        spreadsheet.make(RELEASED)


# --- zips ------------------------------------------------------------------------------------


def test_every_zip_says_how_to_read_it_and_on_which_terms(site):
    for path in [*(book.HTML / "_chapters").glob("*.zip"), DATA / catalogue.zip_name()]:
        with zipfile.ZipFile(path) as held:
            assert {"README.md", "LICENSE", "CITATION.cff"} <= set(held.namelist()), path.name
            said, about = held.read("README.md").decode(), json.loads(held.read("datapackage.json"))
            assert said.startswith(f"# {about['title']}\n") and "A period is text" in said
            for resource in about["resources"]:
                assert f"`{resource['path']}`" in said, path.name
            assert ("`figures/`" in said) == any(n.startswith("figures/") for n in held.namelist())
            if path.parent.name == "_chapters":
                assert about["name"] == f"across-the-caspian-{path.stem.removesuffix('-data')}"


# --- citation --------------------------------------------------------------------------------


def test_the_citation_file_is_valid_and_has_one_licence():
    # What the Citation File Format 1.2.0 asks for, and of what kind
    held = json.loads(json.dumps(CFF, default=str))
    assert held["cff-version"] == "1.2.0" and held["message"] and held["title"]
    assert held["type"] in ("software", "dataset")
    assert held["authors"] and all(a.get("name") or a.get("family-names") for a in held["authors"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", held["date-released"])
    assert isinstance(held["version"], str | int | float)
    assert held["license"] == "CC-BY-4.0"
    licence = (book.ROOT / "LICENSE").read_text("utf-8")
    assert "CC BY 4.0" in licence and "MIT License" in licence
    assert "CC BY 4.0" in held["message"] and "MIT License" in held["message"]


def test_the_package_and_the_citation_say_one_version_and_licence():
    package = tables.package()
    assert package["version"] == CFF["version"]
    assert [licence["name"] for licence in package["licenses"]] == [CFF["license"]]


def ris(text: str) -> dict[str, str]:
    lines = text.split("\r\n")
    assert lines.pop() == "" and lines[0] == "TY  - CHAP" and lines[-1] == "ER  - "
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    return {line[:2]: line[6:] for line in lines}


@pytest.mark.parametrize("page", book.chapters(), ids=lambda page: page.name)
def test_reference_managers_read_a_chapter(site, page):
    if not page.docname.startswith("chapters/"):
        pytest.skip("no chapter")
    soup = BeautifulSoup(page.html.read_text("utf-8"), "html.parser")
    found = {tag["name"]: tag["content"] for tag in soup.select("meta[name^=citation_]")}
    # with a comma: a group, whose last word is no family name
    assert found["citation_author"] == f"{CFF['authors'][0]['name']},"
    assert found["citation_book_title"] == found["citation_inbook_title"] == CFF["title"]
    held = ris((book.HTML / "_chapters" / f"{page.name}.ris").read_bytes().decode())
    assert held["TI"] == found["citation_title"] and held["AU"] == found["citation_author"]
    assert held["T2"] == CFF["title"] and held["PY"] == RELEASED[:4]
    box = soup.select_one(".ob-takeaway")
    bib = (book.HTML / "_chapters" / f"{page.name}.bib").read_text("utf-8")
    assert bib.strip() == box.select_one("pre").get_text().strip()
    assert {f"../_chapters/{page.name}.{end}" for end in ("ris", "bib")} <= {
        link["href"] for link in box.select("a[href]")
    }


def test_people_are_cited_by_family_and_given_name(tmp_path):
    authors = "authors: [{given-names: Ada, family-names: Byron}, {name: The Group}]"
    said = f"title: A\nversion: 1\ndate-released: 2026-11-25\n{authors}\n"
    (tmp_path / "CITATION.cff").write_text(said, "utf-8")
    cited = citation.read(tmp_path)
    assert cited.authors == ("Byron, Ada", "The Group,")
    assert "AU  - Byron, Ada\r\nAU  - The Group,\r\n" in citation.ris(cited, "B")


# --- structured data -------------------------------------------------------------------------


def described(name: str, held: dict) -> None:
    """What search engines ask of a `Dataset`, and what they recommend."""
    assert held["@type"] == "Dataset" and held["name"]
    assert 50 <= len(held["description"]) <= 5000, f"{name}: {len(held['description'])} characters"
    for key in ("creator", "version", "dateModified", "spatialCoverage", "distribution", "url"):
        assert held.get(key), f"{name} has no {key}"
    assert held["isAccessibleForFree"] is True
    for load in held["distribution"]:
        assert load["@type"] == "DataDownload" and load["contentUrl"] and load["encodingFormat"]
    for measured in held["variableMeasured"]:
        assert measured["@type"] == "PropertyValue" and measured["name"], name
    covered = held.get("temporalCoverage", "")
    assert not covered or tables.period_bounds(covered), name


def test_the_structured_data_are_complete():
    base, page = "https://book.example/_data", "https://book.example/chapters/data.html"
    held = schema_org.dataset(book.ROOT, base, ("all.zip", "all.xlsx"), page)
    described("the whole", held)
    assert held["temporalCoverage"] and held["license"].startswith("https://")
    assert [d["contentUrl"] for d in held["distribution"]] == [
        f"{base}/all.zip",
        f"{base}/all.xlsx",
    ]
    for part in held["hasPart"]:
        described(part["name"], part)
        assert part["url"].startswith(f"{page}#table-")
        assert all(d["contentUrl"].startswith(f"{base}/") for d in part["distribution"])
