"""The description of a table: what is made of it, what is refused, and the page of all rules."""

import json
import re
from pathlib import Path

import pytest
import yaml

import openbook
from openbook import tables
from openbook.tables import options, rules, schema

PAGE = (Path(openbook.__file__).parent / "RULES.md").read_text("utf-8")
SECTION = re.compile(r"(?ms)^### (`.*?`)\n(.*?)(?=^##|\Z)")
BLOCK = re.compile(r"(?ms)^```(yaml|csv|text) ?(\w*)\n(.*?)^```")
PACKAGE = """
package:
  name: made-up
  title: Made up
  description: Made up
  version: 0.1.0
  licence: none
  keywords: [made up]
licences:
  none: {name: CC0-1.0, title: No rights, path: https://example.org/zero}
fields: {}
"""
BIB = """@misc{agency,
  title = {Review}, organization = {Agency}, howpublished = {agency},
  url = {https://example.org/}, urldate = {2026-11-23}
}
@misc{ministry,
  title = {Exports}, organization = {Ministry}, howpublished = {ministry},
  url = {https://example.org/exports}, urldate = {2026-11-23}
}
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder of tables, without any."""
    folder = tmp_path / "book" / "data"
    (folder / "schema").mkdir(parents=True)
    monkeypatch.setenv("OPENBOOK_DATA", str(folder))
    monkeypatch.delenv(tables.BUILD, raising=False)
    (folder / "schema" / "_package.yml").write_text(PACKAGE, "utf-8")
    (folder / "references.bib").write_text(BIB, "utf-8")
    (folder.parent / "index.md").write_text("{cite}`agency,ministry`\n", "utf-8")
    return folder


def written(value):
    """A first description as a person might finish it, with nothing guessed that refuses a row."""
    if isinstance(value, str):
        return "Made up" if value.startswith(schema.UNWRITTEN) else value
    if isinstance(value, list):
        return [written(part) for part in value]
    if isinstance(value, dict):
        return {key: written(part) for key, part in value.items() if key != "enum"}
    return value


def table(data, name, rows, more=None):
    """Write a table and its description: as guessed, with `more` over it."""
    (data / f"{name}.csv").write_text(rows, "utf-8")
    path = data / "schema" / f"{name}.yml"
    path.unlink(missing_ok=True)
    tables.first_description(name)
    described = written(yaml.load(path.read_text("utf-8"), schema.Loader)) | {"licence": "none"}
    more = more or {}
    for column, own in more.get("fields", {}).items():
        described["fields"][column] |= own
    described["foreignKeys"] = described.get("foreignKeys", {}) | more.get("foreignKeys", {})
    described["rules"] = more.get("rules", {})
    described["primaryKey"] = more.get("primaryKey", described["primaryKey"])
    path.write_text(json.dumps(described), "utf-8")  # which is YAML, too


def refusal():
    """What `make data` says, in one line."""
    try:
        errors = tables._renew()[1] or tables.check()
    except tables.TableError as error:
        errors = [error]
    return " ".join("\n".join(map(str, errors)).split())


def sections():
    return {heading: BLOCK.findall(text) for heading, text in SECTION.findall(PAGE)}


@pytest.mark.parametrize("heading", sections())
def test_each_rule_of_the_page_takes_its_example_and_refuses_the_other(data, heading):
    blocks = {(kind, title): text for kind, title, text in sections()[heading]}
    own = {("yaml", ""), ("csv", ""), ("csv", "refused"), ("yaml", "refused"), ("text", "")}
    for kind, title in blocks.keys() - own:
        table(data, title, blocks[kind, title])
    more = yaml.load(blocks.get(("yaml", ""), "{}"), schema.Loader)
    rows = blocks["csv", ""]
    table(data, "example", rows, more)
    assert refusal() == ""
    if ("csv", "refused") in blocks:
        rows += blocks["csv", "refused"]
        (data / "example.csv").write_text(rows, "utf-8")
    else:
        more = more | yaml.load(blocks["yaml", "refused"], schema.Loader)
        table(data, "example", rows, more)
    assert refusal() == " ".join(blocks["text", ""].split())


def test_the_page_has_every_rule_and_each_of_its_keys():
    headings = set(re.findall(r"`(\w+)`", " ".join(sections())))
    known = {*rules.KINDS, rules.COVERAGE, "primaryKey", "foreignKeys", "type", "unit"}
    assert known | set(schema.OWN) | set(schema.CONSTRAINTS) <= headings
    keys = {key for kind in rules.KINDS.values() for key in options.options(kind)} - {"columns"}
    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()


def test_the_description_at_the_head_of_the_page_can_be_used():
    fields = "fields: {period: {period: true}, source: {}, amount: {type: number}}"
    shared = PACKAGE.replace("none:", "quoted-facts:").replace("licence: none", "licence: []")
    (_, _, example), *_ = BLOCK.findall(PAGE)
    made = schema.package_of(
        {"_package.yml": shared.replace("fields: {}", fields), "exports.yml": example}, {}
    )
    (table,) = made["resources"]
    value = table["schema"]["fields"][2]
    assert value == {"name": "value", "type": "number", "constraints": {"minimum": 0}}
    assert table["schema"]["foreignKeys"][0]["reference"] == {
        "resource": "routes",
        "fields": "route",
    }


# --- datapackage.json is made, not written

ROWS = "port,period,boxes,source\nAland,2023,10,agency\nBrund,2024-01/2024-06,12,agency\n"


@pytest.fixture
def ports(data):
    """The same with one table, described and renewed."""
    table(data, "ports", ROWS)
    assert refusal() == ""
    return data


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_it_is_the_same_bytes_however_often_and_from_whatever_it_is_made(ports):
    path = ports / "datapackage.json"
    before = path.read_bytes()
    for spoil in (
        path.unlink,
        lambda: path.write_text("<<<<<<< ours\n"),
        lambda: path.write_bytes(before.replace(b"Made up", b"Another")),
        lambda: path.write_bytes(json.dumps(json.loads(before)).encode()),
    ):
        spoil()
        tables._renew()
        assert path.read_bytes() == before
    (resource,) = json.loads(before)["resources"]
    assert resource["openbook"] == {"coverage": "2023/2024"}
    assert resource["bytes"] == len(ROWS)


def test_check_refuses_one_that_was_edited(ports):
    edit(ports / "datapackage.json", '"title": "Boxes"', '"title": "Cases"')
    (error,) = tables.check()
    assert 'it is not made of schema/: the schema of table "ports" differs' in str(error)
    assert "run `make data`" in str(error)
    assert len(tables.load("ports")) == 2  # which asks datapackage.json alone


def test_to_load_a_table_its_description_is_not_read(ports):
    (ports / "schema" / "ports.yml").write_text("no: [", "utf-8")
    assert len(tables.load("ports")) == 2


def test_a_new_description_reaches_the_package(ports):
    edit(ports / "schema" / "ports.yml", '"title": "Boxes"', '"title": "Cases"')
    assert tables.renew_hashes() == ["ports"]
    assert tables.describe("ports")["schema"]["fields"][2]["title"] == "Cases"
    (ports / "schema" / "ports.yml").unlink()
    assert "data/ports.csv: the file is in no resource" in refusal()


SLIPS = {
    "not YAML": ("title: Ports\nfields: [\n", "line 3 can't be read"),
    "a key twice": ("title: Ports\ntitle: Ports\n", 'line 2 can\'t be read (the key "title" is'),
    "nothing": ("", "it has no keys"),
    "an unknown key": ({"titles": "Ports"}, '"titles" is no key of a description', '"title"'),
    "no licence": ({"licence": None}, '"licence" is None'),
    "another licence": ({"licence": "non"}, '"licence" is "non"', 'Did you mean "none"?'),
    "no fields": ({"fields": ["port"]}, "\"fields\" is ['port']"),
    "a field in words": ({"fields": {"port": "Port"}}, "\"fields.port\" is 'Port'"),
    "a field that nobody shares": ({"fields": {"port": None}}, 'uses the field "port"'),
    "a slip in a field": (
        {"fields": {"port": {"require": True}}},
        '"fields.port.require" is no key',
        'Did you mean "required"?',
    ),
    "a foreign key": ({"foreignKeys": {"port": "ports"}}, "\"foreignKeys.port\" is 'ports'"),
    "what follows from rows": ({"rules": {"coverage": "2023"}}, '"rules.coverage" is written by'),
    "a text to be written": (
        {"fields": {"port": {"title": "TODO this"}}},
        '"fields.port.title" is still to be written ("TODO this")',
    ),
    "a slip in a rule": ({"rules": {"bound": []}}, 'no rule "bound"', 'Did you mean "bounds"?'),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_description_is_told_with_file_key_and_remedy(ports, slip):
    change, *words = SLIPS[slip]
    path = ports / "schema" / "ports.yml"
    if isinstance(change, dict):
        change = json.dumps(json.loads(path.read_text("utf-8")) | change)
    path.write_text(change, "utf-8")
    before = (ports / "datapackage.json").read_bytes()
    told = refusal()
    assert told.startswith("data/schema/ports.yml: "), told
    assert all(word in told for word in words), told
    if slip != "a slip in a rule":  # which only the whole description shows
        assert (ports / "datapackage.json").read_bytes() == before


def test_what_is_shared_is_told_by_its_own_file(ports):
    shared = ports / "schema" / "_package.yml"
    edit(shared, "fields: {}", "fields: {port: {titles: Port}}")
    assert 'data/schema/_package.yml: "fields.port.titles" is no key' in refusal()
    shared.write_text(PACKAGE.replace("fields: {}", "fields: {port: Port}"), "utf-8")
    assert "\"fields.port\" is 'Port'" in refusal()
    shared.write_text(PACKAGE.replace("  keywords: [made up]\n", ""), "utf-8")
    assert "data/schema/_package.yml: the package has no keywords" in refusal()
    shared.unlink()
    assert "data/schema/_package.yml: it has no keys" in refusal()
    ports.joinpath("schema", "_package.yml").write_text(PACKAGE, "utf-8")
    ports.joinpath("schema", "Ports 2.yml").write_text("", "utf-8")
    assert 'data/schema/Ports 2.yml: "Ports 2" is no name of a table' in refusal()


def test_plain_words_and_dates_are_texts():
    found = yaml.load("{a: no, b: 2024-01-31, c: on, d: 010, e: 1e3, f: true, g: }", schema.Loader)
    assert found == {
        **{"a": "no", "b": "2024-01-31", "c": "on", "d": "010"},
        **{"e": 1000.0, "f": True, "g": None},
    }


# --- a first description


def test_a_first_description_guesses_and_says_what_is_to_be_written(ports, capsys):
    shared = "fields: {source: {title: Source, description: Key, required: true}}"
    edit(ports / "schema" / "_package.yml", "fields: {}", shared)
    rows = "port,day,lat,open,depth,kind,preferred,source\n"
    rows += (
        "Aland,2023-01-01,60.5,true,7,sea,true,agency\nBrund,2023-01-02,61,,7.5,sea,true,agency\n"
    )
    (ports / "berths.csv").write_text(rows, "utf-8")
    assert tables.main(["new", "berths"]) == 0
    path = ports / "schema" / "berths.yml"
    assert f"{path}: write what is TODO there, then `make data`" in capsys.readouterr().out
    found = yaml.load(path.read_text("utf-8"), schema.Loader)
    fields = found["fields"]
    assert found["primaryKey"] == ["port"]
    assert found["rules"]["observation"] == ["port"]
    assert [bound["column"] for bound in found["rules"]["bounds"]] == ["depth"]
    assert fields["day"]["period"] and fields["day"]["required"]
    assert fields["lat"].items() >= {"minimum": -90, "maximum": 90, "type": "number"}.items()
    assert fields["open"]["type"] == "boolean" and "required" not in fields["open"]
    assert fields["depth"]["unit"].startswith("TODO")
    assert fields["kind"]["enum"] == ["sea"]
    assert fields["source"] is None
    assert tables.main(["renew"]) == tables.main(["check"]) == 1
    told = capsys.readouterr().err
    assert 'data/schema/berths.yml: "fields.depth.unit" is still to be written' in told
    assert tables.main(["new", "berths"]) == 1
    assert "berths.yml: the table is described already" in capsys.readouterr().err


def test_a_key_of_another_table_is_a_foreign_key(ports):
    (ports / "calls.csv").write_text("call,port,ships\n1,Aland,3\n2,Aland,4\n3,Brund,4\n", "utf-8")
    found = yaml.load(tables.first_description("calls").read_text("utf-8"), schema.Loader)
    assert found["foreignKeys"] == {"port": "ports.port"}
    assert found["primaryKey"] == ["call"]


@pytest.mark.parametrize(
    "name, rows, words",
    [
        ("prots", None, "data/prots.csv: there is no such table"),
        ("Ports", "a\n1\n", "data/Ports.csv: there is no such table"),
        ("empty", "port\n", "data/empty.csv: the table has no rows"),
        ("twice", "a,a\n1,2\n", "two columns have this name"),
        ("torn", 'a\n"1\n', "Look for a quote that is not closed"),
        ("latin", b"a\n\xe9\n", "which is not UTF-8"),
    ],
)
def test_what_cannot_be_described_is_told(ports, name, rows, words):
    if rows is not None:
        raw = rows if isinstance(rows, bytes) else rows.encode()
        (ports / f"{name}.csv").write_bytes(raw)
    with pytest.raises(tables.TableError, match=re.escape(words)):
        tables.first_description(name)
    assert not (ports / "schema" / f"{name}.yml").exists()
