"""The back matter: the catalogue, the sources, the glossary, and what readers take away."""

from __future__ import annotations

import ast
import base64
import copy
import csv
import hashlib
import io
import json
import posixpath
import re
import shutil
import tomllib
import zipfile
from functools import cache
from types import SimpleNamespace

import duckdb
import frictionless
import nbformat
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from pybtex.database import parse_string

from openbook import tables
from openbook.replay import INSTALLS
from openbook.site import (
    archive,
    backmatter,
    build_report,
    catalogue,
    chapter_box,
    citation,
    sources,
)
from openbook.site.links import anchor
from openbook.site.pages import Page
from openbook.site.runs import Runs
from openbook.tables.resource import read as read_resource
from openbook.testing import book

DATA = book.HTML / "_data"
TAKEN = book.HTML / "_chapters"
PACKAGE = tables.package()
RESOURCES = {r["name"]: r for r in PACKAGE["resources"]}
SOURCES = tables.references()
CHAPTERS = [p for p in book.chapters() if p.docname.startswith("chapters/")]
TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")
CITATION = yaml.safe_load((book.ROOT / "CITATION.cff").read_text("utf-8"))

each_table = pytest.mark.parametrize("name", RESOURCES)
each_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)


def soup(docname: str) -> BeautifulSoup:
    path = book.HTML / f"{docname}.html"
    if not path.is_file():
        pytest.fail("the book isn't built: run `make book`")
    return book.soup(path)


@cache
def links_of_sources() -> dict[str, set[tuple[str, str]]]:
    """The links below each source of the list by its id: address and text."""
    items = soup("chapters/references").select(".ob-sources li")
    return {i["id"]: {(a["href"], a.get_text()) for a in i.find_all("a", href=True)} for i in items}


package_files = cache(tables.files)


@cache
def places(docname: str) -> dict[str, Tag]:
    """The parts of a page that have an id."""
    return {tag["id"]: tag for tag in soup(docname).find_all(id=True)}


@cache
def own_links(docname: str) -> frozenset[str]:
    """The addresses that a page links to, as they are written."""
    return frozenset(tag["href"] for tag in soup(docname).find_all("a", href=True))


def linked(docname: str, within: Tag) -> list:
    """The files of the site that a part of a page links to."""
    folder = (book.HTML / docname).parent
    links = [a["href"] for a in within.find_all("a", href=True)]
    return [(folder / link).resolve() for link in links if not re.match(r"\w+:|#", link)]


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"))))


def as_text(value: object) -> str:
    """A value of a Parquet file as the CSV writes it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def same(cell: str, value: object) -> bool:
    if isinstance(value, float):
        return float(cell) == value
    return cell == as_text(value)


# --- the catalogue ---------------------------------------------------------------------------


@each_table
def test_a_table_is_in_the_catalogue(site, name):
    resource = RESOURCES[name]
    section = places("chapters/data").get(anchor(name))
    assert section, f"{name} has no section"
    text = section.get_text(" ")
    assert resource["title"] in text and resource["description"][:60] in " ".join(text.split())
    content = package_files()[resource["path"]]
    assert f"{len(rows_of(content)) - 1:,} row" in text
    for licence in resource["licenses"]:
        assert licence["title"] in text
    columns = [cell.get_text() for cell in section.select(".fields tbody td:first-child")]
    assert columns == [field["name"] for field in resource["schema"]["fields"]]
    body = section.select(".rows tbody tr")
    shown = [[c.get_text() for c in row.find_all("td")] for row in body]
    wanted = rows_of(content)[1 : 1 + catalogue.FIRST_ROWS]
    assert len(shown) == len(wanted)
    for row, cells in zip(wanted, shown, strict=True):
        for cell, seen in zip(row, cells, strict=True):
            assert seen == (cell or "–") or (seen.endswith("…") and cell.startswith(seen[:-1]))
    index = soup("chapters/data").select_one(".ob-index")
    assert index.find("a", href=f"#{anchor(name)}"), f"{name} is not in the list on top"


@each_table
def test_a_tables_files_hold_its_rows(site, name):
    resource = RESOURCES[name]
    section = places("chapters/data").get(anchor(name))
    files = {path.suffix: path for path in linked("chapters/data", section) if path.is_file()}
    original = package_files()[resource["path"]]
    assert files[".csv"].read_bytes() == original
    head, *wanted = rows_of(original)
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet(?)", [str(files[".parquet"])])
        assert [column[0] for column in found.description] == head
        got = found.fetchall()
        types = {
            row[0]: row[1]
            for row in connection.execute(
                "DESCRIBE SELECT * FROM read_parquet(?)", [str(files[".parquet"])]
            ).fetchall()
        }
        held = connection.execute(
            "SELECT value FROM parquet_kv_metadata(?)", [str(files[".parquet"])]
        ).fetchone()[0]
    assert len(got) == len(wanted)
    for row, values in zip(wanted, got, strict=True):
        assert all(same(cell, value) for cell, value in zip(row, values, strict=True)), row
    for field in resource["schema"]["fields"]:
        assert types[field["name"]] == archive.PARQUET_TYPES[field["type"]]
    assert json.loads(held) == resource


def test_a_cell_of_another_type_is_no_parquet():
    resource = {"schema": {"fields": [{"name": "mt", "type": "number"}]}}
    with pytest.raises(duckdb.Error, match="mt"):
        archive.parquet(resource, b"mt\n1.5\nmuch\n")


def test_a_file_made_twice_is_the_same():
    resource = RESOURCES["oil_exports"]
    content = (book.ROOT / "data" / resource["path"]).read_bytes()
    assert archive.parquet(resource, content) == archive.parquet(resource, content)
    files = {"b.csv": b"2", "a.csv": b"1"}
    assert archive.zipped(files) == archive.zipped(dict(sorted(files.items())))


def test_the_whole_package_is_whole(site, tmp_path):
    page = soup("chapters/data")
    link = page.select_one("a.ob-whole")
    path = (book.HTML / "chapters" / link["href"]).resolve()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in page.get_text()
    stated = path.with_name(f"{path.name}.sha256").read_text("utf-8")
    assert stated == f"{digest}  {path.name}\n"
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        assert {member.date_time for member in package.infolist()} == {archive.EPOCH}
        held = {name: package.read(name) for name in package.namelist()}
        package.extractall(tmp_path)
    for name, content in tables.files().items():
        assert held[name] == content, name
    assert set(held) == {*tables.files(), "README.md", "LICENSE", "CITATION.cff"}
    assert_valid(tmp_path)


def assert_valid(folder) -> None:
    """Frictionless alone finds nothing wrong with a data package."""
    found = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in found["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["title", "rowNumber", "message"])[:5]


def test_no_file_of_the_catalogue_is_left_over(site):
    wanted = {r["path"] for r in RESOURCES.values()} | {f"{n}.parquet" for n in RESOURCES}
    zipped = catalogue.zip_name()
    wanted |= {
        "datapackage.json",
        "references.bib",
        "build.json",
        "facts.json",
        zipped,
        f"{zipped}.sha256",
        catalogue.workbook_name(),
    }
    assert {path.name for path in DATA.iterdir()} == wanted


def test_structured_data_names_every_table(site):
    script = soup("chapters/data").find("script", type="application/ld+json")
    held = json.loads(script.string)
    assert held["@context"] == "https://schema.org" and held["@type"] == "Dataset"
    for key in ("name", "description", "license", "creator", "version", "distribution"):
        assert held[key], key
    assert {part["name"] for part in held["hasPart"]} == {r["title"] for r in RESOURCES.values()}
    for load in [d for part in [held, *held["hasPart"]] for d in part["distribution"]]:
        path = (book.HTML / "chapters" / load["contentUrl"]).resolve()
        assert path.is_file(), load
        if "sha256" in load:
            assert load["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def loaded(page: book.Page) -> set[str]:
    """The tables that a page's own cells name in `load("…")`."""
    found = set()
    for cell in book.cells(page.path):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load":
                found |= {a.value for a in node.args if isinstance(a, ast.Constant)}
    return found


def test_cells_name_tables_to_look_for():
    assert sum(len(loaded(page)) for page in CHAPTERS) > len(CHAPTERS)


@each_chapter
def test_a_tables_users_are_named(site, page):
    for name in loaded(page):
        section = places("chapters/data").get(anchor(name))
        users = linked("chapters/data", section.select_one(".ob-facts"))
        assert page.html.resolve() in users, f"{name} does not name {page.docname}"


@cache
def readers() -> dict[str, set[str]]:
    """Every table to the pages whose runs read it, as the build keeps them."""
    found: dict[str, set[str]] = {}
    runs = Runs(book.HTML.parent / ".runs")
    for page in book.pages():
        if run := runs.get(page.docname):
            for name in run.tables:
                found.setdefault(name, set()).add(page.docname)
    return found


def lists_of(name: str) -> set[str]:
    """The tables that a table's foreign keys name: lists of codes and their words."""
    keys = RESOURCES[name]["schema"].get("foreignKeys", [])
    return {key["reference"]["resource"] for key in keys} - {"", name}


ON_THE_DATA_PAGE_ALONE = {  # tables that are documents: no figure of a page needs them
    "corridor_studies": "studies of the corridor, beside which the corridor's own figures stand",
    "green_corridor": "steps and forecasts of the Green Corridor and the cable, one by one",
    "lpi": "the World Bank's index of logistics, which no verdict rests on",
    "oil_export_shares": "shares as publishers gave them, beside ours from tonnes",
    "pair_trade": "published trade of the other pairs of members, beside the matrix",
    "sanctions": "licences and designations around the routes",
}


def test_every_table_is_used(site):
    """By a page, or as the list of codes of a table that is, or for itself on the data page."""
    used, read = set(readers()), readers()
    assert read, "the build left no reports"
    while more := set().union(*(lists_of(name) for name in used)) - used:
        used |= more
    assert set(RESOURCES) - used == set(ON_THE_DATA_PAGE_ALONE)


def test_every_table_and_its_users_can_be_reached(site):
    for name in RESOURCES:
        place = anchor(name)
        assert place in places("chapters/data"), f"{name} has no place on the data page"
        assert f"#{place}" in own_links("chapters/data"), f"nothing there leads to {name}"
        users = linked("chapters/data", places("chapters/data")[place].select_one(".ob-facts"))
        for docname in readers().get(name, ()):
            assert (book.HTML / f"{docname}.html").resolve() in users, f"{name}: {docname}"


def test_a_table_of_another_form_is_told():
    for change, words in (
        ({"profile": "table"}, "oil_exports: the profile is 'table', not 'tabular-data-resource'"),
        ({"schema": {}}, "oil_exports: the schema has no 'fields'"),
    ):
        with pytest.raises(ValueError, match=words):
            read_resource(RESOURCES["oil_exports"] | change)


# --- the sources -----------------------------------------------------------------------------


def test_every_source_is_listed_once_with_its_link(site):
    items = soup("chapters/references").select("ul.ob-sources > li")
    assert sorted(item["id"] for item in items) == sorted(f"source-{key}" for key in SOURCES)
    for item in items:
        source = SOURCES[item["id"].removeprefix("source-")]
        text = " ".join(item.get_text().split())
        assert " ".join(source.publisher.split()) in text
        assert " ".join(source.title.split()) in text
        if source.url:
            assert item.find("a", href=source.url), source.key
        used = item.find("small")
        assert used.get_text().strip() and used.find("a"), f"{source.key}: used nowhere"


def test_a_sources_rows_are_its_rows(site):
    files, links = tables.files(), links_of_sources()
    for name, resource in RESOURCES.items():
        for key in archive.sources_of(resource, files[resource["path"]]):
            led = {address for address, _ in links[f"source-{key}"]}
            assert f"data.html#{anchor(name)}" in led, f"{key} does not name {name}"
    brent = archive.sources_of(RESOURCES["brent"], files["brent.csv"])
    for key, rows in brent.items():
        item = soup("chapters/references").find(id=f"source-{key}")
        assert f"brent {sources.row_ranges(rows)}" in item.get_text()


@each_chapter
def test_a_figures_sources_link_back(site, page):
    checked, links = 0, links_of_sources()
    for figure in soup(page.docname).select("figure.ob-figure, figure.ob-table"):
        # the line of sources, or a column of them
        urls = {a["href"] for a in figure.select("a[href^=http]")}
        number = figure.select_one(".caption-number").get_text().strip()
        here = f"{page.name}.html#{figure['id']}"
        for key in [s.key for s in SOURCES.values() if s.url in urls]:
            checked += (here, number) in links[f"source-{key}"]
        back = {text for held in links.values() for address, text in held if address == here}
        assert back == {number}, f"sources lead back to {figure['id']} as {back}"
    assert checked


def test_sources_named_in_the_text_link_back(site):
    for page in book.pages():
        for key in re.findall(r"\{source\}`([^`]+)`", page.path.read_text("utf-8")):
            item = soup("chapters/references").find(id=f"source-{key}")
            back = posixpath.relpath(f"{page.docname}.html", "chapters")
            here = item.find("a", href=back, string="text")
            assert here, f"{key} does not lead back to {page.docname}"


def test_ranges_of_rows():
    assert sources.row_ranges([4]) == "row 4"
    assert sources.row_ranges([1, 2, 3, 7]) == "rows 1–3, 7"
    assert sources.row_ranges(list(range(1, 40, 2))) == "20 rows"


def test_the_list_of_sources_stays_light(site):
    import gzip

    packed = len(gzip.compress((book.HTML / "chapters" / "references.html").read_bytes()))
    assert packed < 300_000, f"references.html: {packed} bytes packed"


def listed_kind(kind: str) -> str:
    """The part of the page for which `{sources} <kind>` leaves a placeholder."""
    config = SimpleNamespace(openbook_data="data")
    noted = {"docname": "chapters/references", "note_dependency": lambda name: None}
    env = SimpleNamespace(config=config, **noted)
    state = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=env)))
    machine = SimpleNamespace(reporter=None)
    directive = backmatter.Sources("sources", [kind], {}, None, 1, 0, "", state, machine)
    return directive.run()[0]["part"]


def test_the_recipe_for_a_new_kind_of_source(tmp_path, monkeypatch):
    """As CONTRIBUTING has it: an entry, a use of it, and a heading on the page of the sources."""
    shutil.copytree(book.ROOT / "data", tmp_path / "data")
    shutil.copytree(book.ROOT / "chapters", tmp_path / "chapters")
    monkeypatch.setenv("OPENBOOK_DATA", str(tmp_path / "data"))
    bibliography, page = tmp_path / "data/references.bib", tmp_path / "chapters/references.md"
    with pytest.raises(ValueError, match='"blog" unknown; choose from'):
        listed_kind("blog")
    bibliography.write_text(
        bibliography.read_text("utf-8")
        + """
@misc{port_blog_20260401,
  title = {{A day at the port}},
  author = {{A port worker}},
  howpublished = {blog},
  url = {https://example.org/port},
  urldate = {2026-11-23}
}
""",
        "utf-8",
    )
    (tmp_path / "index.md").write_text("A port worker writes{source}`port_blog_20260401`.")
    (error,) = tables._book_errors()
    assert 'is of the kind "blog", which chapters/references.md does not list' in str(error)
    page.write_text(page.read_text("utf-8") + "\n## Blogs\n\n```{sources} blog\n```\n", "utf-8")
    assert tables._book_errors() == []
    assert tables.renew_hashes() == ["references"]  # `make data`
    assert listed_kind("blog") == "blog"


def test_a_kind_without_a_place_is_refused(monkeypatch):
    told = []
    monkeypatch.setattr(backmatter.log, "warning", lambda *words: told.append(words))
    listed = Page(parts=list(sources.kinds()))
    env = SimpleNamespace(openbook_pages={"chapters/references": listed})
    backmatter.check_kinds(None, env)
    assert not told
    listed.parts.remove("news")
    backmatter.check_kinds(None, env)
    assert told and told[0][1] == "news"


# --- the glossary ----------------------------------------------------------------------------


def test_terms_that_chapters_link_exist_and_are_linked(site):
    glossary = soup("chapters/glossary")
    terms = {
        term.get_text().strip().rstrip("#").lower(): term["id"]
        for term in glossary.select("dl.glossary dt")
    }
    for page in book.pages():
        text = page.path.read_text("utf-8")
        for term in TERM.findall(text):
            assert term.lower() in terms, f"{page.docname} links {term!r}, which is no term"
            links = soup(page.docname).find_all("a", href=f"glossary.html#{terms[term.lower()]}")
            assert links, f"{page.docname} does not link {term!r}"


@each_chapter
def test_a_chapter_links_its_terms(page):
    if page.name == "methods":
        pytest.skip("the methods page explains its own")
    assert TERM.search(page.path.read_text("utf-8")), f"{page.docname}.md links no term"


def test_names_stand_in_five_languages(site):
    tables_ = soup("chapters/glossary").select("table")
    assert len(tables_) == 2
    for table in tables_:
        head = [cell.get_text() for cell in table.select("thead th")]
        assert head == ["English", "Azerbaijani", "Kazakh", "Russian", "Turkish"]
        for row in table.select("tbody tr"):
            english, azerbaijani, kazakh, russian, turkish = (
                cell.get_text().strip() for cell in row.find_all("td")
            )
            for latin in (azerbaijani, turkish):
                assert latin == "–" or not re.search("[а-яёәғқңөұүһі]", latin, re.I), english
            for cyrillic in (kazakh, russian):
                assert cyrillic == "–" or not re.search("[a-z]", cyrillic, re.I), english
            assert {azerbaijani, kazakh, russian, turkish} != {"–"}, english


# --- what a chapter offers -------------------------------------------------------------------


@cache
def notebook(name: str) -> nbformat.NotebookNode:
    held = nbformat.read(TAKEN / f"{name}.ipynb", as_version=4)
    nbformat.validate(held)
    return held


@each_chapter
def test_a_chapter_offers_its_files(site, page):
    box = soup(page.docname).select_one("article .ob-takeaway")
    listed = [p for p in linked(page.docname, box.select_one("ul")) if p.parent.name != "_kit"]
    files = {path.suffix: path for path in listed}
    assert set(files) == {".ipynb", ".md", ".zip"}
    assert all(path.is_file() and path.parent == TAKEN.resolve() for path in files.values())
    assert files[".md"].read_bytes() == page.path.read_bytes()


def test_no_file_of_a_chapter_is_left_over(site):
    endings = (".ipynb", ".md", "-data.zip", ".bib", ".ris")
    wanted = {f"{p.name}{end}" for p in CHAPTERS for end in endings}
    assert {path.name for path in TAKEN.iterdir()} == wanted


@each_chapter
def test_a_notebook_has_the_chapters_cells(site, page):
    first, *code = [cell for cell in notebook(page.name).cells if cell.cell_type == "code"]
    assert first.metadata.tags == [INSTALLS] and not first.outputs
    assert [cell.source for cell in code] == [cell.source for cell in book.cells(page.path)]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    ids = [cell["id"] for cell in notebook(page.name).cells]
    assert ids == [f"cell-{at}" for at in range(len(ids))], "ids differ from run to run"


@each_chapter
def test_a_notebook_shows_every_figure_anywhere(site, page):
    outputs = [o for cell in notebook(page.name).cells for o in cell.get("outputs", ())]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert not [kind for kind in kinds if kind.startswith("application/")], kinds
    pictures = [o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {})]
    figures = soup(page.docname).select("figure.ob-figure")
    assert len(pictures) == len(figures)
    for figure, picture in zip(figures, pictures, strict=True):
        drawn = (book.HTML / "_figures" / f"{figure['id']}.png").read_bytes()
        assert base64.b64decode(picture) == drawn, figure["id"]
    shown = [o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    said = [BeautifulSoup(html, "html.parser").p.get_text("\n") for html in shown]
    captions = [
        (part.select_one(".caption-number").get_text().strip(), part)
        for part in soup(page.docname).select("figure.ob-figure, figure.ob-table")
    ]
    assert [text.split("\n")[0].rstrip(". ") for text in said] == [number for number, _ in captions]
    titled = [text.split("\n")[1] for text in said if "\n" in text]
    assert titled == [
        part.select_one(".caption-text").get_text()
        for _, part in captions
        if "ob-table" in part["class"]
    ]


@each_chapter
def test_a_notebooks_prose_has_its_numbers(site, page):
    prose = "\n".join(c.source for c in notebook(page.name).cells if c.cell_type == "markdown")
    left = re.search(r"\{[a-z][\w:.-]*\}`|^\s*[`~:]{3,}\{", prose, re.MULTILINE)
    assert not left, f"{page.name}.ipynb shows MyST: {prose[left.start() : left.start() + 60]!r}"
    # The first finding, or the first paragraph, reads as on the page.
    page_says = soup(page.docname).select_one(".findings li, article section > p").get_text()

    def words(text: str) -> list[str]:
        return re.findall(r"[\w.,%–]+", text.replace("’", "'").replace("**", ""))

    assert " ".join(words(page_says)) in " ".join(words(prose))


@each_chapter
def test_a_chapters_data_is_a_package_of_its_own(site, page, tmp_path):
    with zipfile.ZipFile(TAKEN / f"{page.name}-data.zip") as package:
        package.extractall(tmp_path)
    held = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    names = {resource["name"] for resource in held["resources"]}
    assert loaded(page) <= names
    for resource in held["resources"]:  # as in the whole package, which Frictionless finds valid
        path, whole = resource["path"], copy.deepcopy(RESOURCES[resource["name"]])
        assert (tmp_path / path).read_bytes() == package_files()[path], path
        keys = whole["schema"].pop("foreignKeys", [])
        kept = [key for key in keys if key["reference"]["resource"] in {"", *names}]
        assert resource["schema"].pop("foreignKeys", []) == kept, path
        assert resource == whole, path
    entries = parse_string((tmp_path / "references.bib").read_text("utf-8"), "bibtex").entries
    for resource in held["resources"]:
        used = archive.sources_of(resource, (tmp_path / resource["path"]).read_bytes())
        assert set(used) <= set(entries), resource["name"]
    for figure in soup(page.docname).select("figure.ob-figure, figure.ob-table"):
        plotted = (tmp_path / "figures" / f"{figure['id']}.csv").read_bytes()
        assert plotted == (book.HTML / "_figures" / f"{figure['id']}.csv").read_bytes()


@each_chapter
def test_a_chapter_says_how_to_cite_it(site, page):
    box = soup(page.docname).select_one(".ob-takeaway")
    entries = parse_string(box.select_one(".highlight pre").get_text(), "bibtex").entries
    ((key, entry),) = entries.items()
    title = soup(page.docname).h1.get_text().rstrip("#").strip()
    assert page.name in key and entry.fields["title"] == f"{{{title}}}".replace("’", "'")
    assert str(CITATION["version"]) in entry.fields["note"]
    assert entry.fields["year"] == str(CITATION["date-released"])[:4]
    assert [str(p) for p in entry.persons["author"]] == [f"{{{CITATION['authors'][0]['name']}}}"]
    text = box.get_text()
    assert title in text and CITATION["title"] in text and "Last updated" in text
    assert ("url" in entry.fields) == ("url" in CITATION), "an address that nobody gave"


def test_a_title_survives_bibtex():
    cited = citation.Citation("A & B", "Press_Office", "1", "2026-11-24", "https://example.org/a")
    text = chapter_box.bibtex(cited, "chapters/x", "Half: 50% & more #1")
    (entry,) = parse_string(text, "bibtex").entries.values()
    assert entry.fields["title"] == r"{Half: 50\% \& more \#1}"
    assert entry.fields["url"] == "https://example.org/a"


def test_data_to_is_what_was_counted():
    def frame(*rows: tuple[str, str]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=["period", "status"])

    counted = frame(("2025", "actual"), ("2025-10", "actual"), ("2030", "target"))
    assert chapter_box.data_to([counted], "2026-11-24") == "2025"  # it ends after October
    newer = frame(("2026-01/2026-02", "preliminary"), ("2026-08", "estimate"))
    assert chapter_box.data_to([counted, newer], "2026-11-24") == "2026-02"
    assert (
        chapter_box.data_to([frame(("2026", "actual"), ("2025", "actual"))], "2026-11-24") == "2025"
    )
    assert chapter_box.data_to([pd.DataFrame({"country": ["AZE"]})], "2026-11-24") == ""


@pytest.mark.parametrize("page", book.pages(), ids=lambda page: page.name)
def test_a_page_describes_itself_to_machines(site, page):
    found = {
        tag.get("name") or tag.get("property"): tag["content"]
        for tag in soup(page.docname).find_all("meta", content=True)
    }
    title = soup(page.docname).h1.get_text().rstrip("#").strip()
    for name in ("citation_title", "og:title"):
        assert found[name].replace("'", "’") == title.replace("'", "’")
    assert len(found["description"].split()) > 4 and found["og:description"] == found["description"]
    assert not re.search(r"</?[a-z]", found["description"]), "words, not HTML"
    assert found["citation_publication_date"] == str(CITATION["date-released"]).replace("-", "/")
    assert "og:url" not in found or "url" in CITATION


@pytest.mark.parametrize("page", book.pages(), ids=lambda page: page.name)
def test_the_head_of_a_page_is_said_once(site, page):
    head = soup(page.docname).head
    assert len(head.find_all("meta", attrs={"name": "viewport"})) == 1
    assert head.find("meta", property="og:site_name")["content"] == book.config()["title"]
    parts = [part.strip() for part in head.title.get_text().split("\N{EM DASH}")]
    assert len(set(parts)) == len(parts) and parts[-1] == book.config()["title"]
    icon = head.find("link", rel="icon")["href"]
    assert (page.html.parent / icon.partition("?")[0]).is_file(), "browsers ask for it on each page"


def test_a_description_ends_with_its_sentence(site):
    described = soup("index").head.find("meta", attrs={"name": "description"})["content"]
    assert described.endswith("."), described


# --- the environment -------------------------------------------------------------------------


def test_the_lock_is_on_the_methods_page(site):
    rows = [
        [cell.get_text() for cell in row.find_all("td")]
        for row in soup("chapters/methods").select(".ob-catalogue tbody tr")
        if len(row.find_all("td")) == 3
    ]
    chosen, locked = (
        "\n".join((book.ROOT / f"{part}.{kind}").read_text("utf-8") for part in build_report.PARTS)
        for kind in ("in", "txt")
    )
    assert [row[0] for row in rows] == re.findall(r"(?m)^([A-Za-z][\w-]*)", chosen)
    for name, versions, why in rows:
        held = dict.fromkeys(re.findall(rf"(?m)^{name}==([^ ]+) ", locked))
        assert versions.split(" or ") == list(held) and why


def test_a_package_missing_from_the_lock_is_told(tmp_path):
    (tmp_path / "requirements.in").write_text("pandas  # tables\n", "utf-8")
    (tmp_path / "requirements.txt").write_text("numpy==2.0 \\\n", "utf-8")
    with pytest.raises(ValueError, match="make lock"):
        build_report.packages(tmp_path)


def test_run_times_are_those_of_this_build(site):
    held = json.loads((DATA / "build.json").read_text("utf-8"))
    assert set(held["seconds_to_run"]) == {page.docname for page in book.chapters()}
    assert all(seconds > 0 for seconds in held["seconds_to_run"].values())
    assert held["packages"]["pandas"] and held["python"]


# --- in a browser ----------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_the_catalogue_opens_at_a_table(site, browser, javascript):
    visit = browser.visit(java_script_enabled=javascript)
    visit.page.goto(f"{(site / 'chapters/data.html').as_uri()}#table-oil-exports")
    if javascript:
        visit.fetch_all()
    heading = visit.page.locator("#table-oil-exports h3")
    place = heading.bounding_box()
    assert 0 <= place["y"] < 300, "the link does not lead to the table"
    if not javascript:
        there = visit.page.locator("#table-oil-exports").get_by_role("link", name="as CSV")
        assert there.is_visible()
        return
    fold = visit.page.locator("#table-oil-exports details.fields")
    assert not fold.locator("table").is_visible()
    fold.locator("summary").click()
    assert fold.locator("table").is_visible()
    assert not visit.problems


def test_one_version_everywhere():
    project = tomllib.loads((book.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changes = (book.ROOT / "CHANGELOG.md").read_text("utf-8")
    version, released = str(CITATION["version"]), str(CITATION["date-released"])
    assert project["version"] == version == PACKAGE["version"]
    assert f"## {version} ({released})" in changes
