"""The data layer: the real tables are valid; each kind of mistake is caught, in clear words."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from openbook import tables
from openbook.tables import csvfile, rules, stamps, store, validation
from openbook.tables.folder import digest_of
from openbook.tables.options import Context
from openbook.tables.violations import nearest

REPO = Path(__file__).parents[1]
DATA = REPO / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}

# --- a small made-up package on which each rule is broken once

SMALL = {
    "countries.csv": "country,name\nKAZ,Kazakhstan\nAZE,Azerbaijan\nRUS,Russia\n",
    "routes.csv": """route,country,part_of,crosses_russia,pipes,source
total,,,,,ministry
north,RUS,total,true,3,ministry
south,AZE,total,false,1,ministry;agency
north_west,RUS,north,true,,agency
""",
    "exports.csv": """route,period,value,unit,status,preferred,source,note
total,2023,70.5,Mt,actual,true,ministry,
north,2023,60,Mt,actual,true,ministry,"a note, with a comma
and a second line"
north,2023,61,Mt,estimate,false,agency,
north_west,2023,9,Mt,actual,true,agency,
south,2023,5,Mt,preliminary,true,agency,
south,2024-01/2024-06,3,Mt,actual,true,agency,
south,2024,7,Mt,target,true,ministry,
total,2022,1234,Mt,actual,true,ministry,
""",
    "shares.csv": """route,period,value,status,source
north,2023,91,actual,ministry
south,2023,9,actual,ministry
""",
    "parameters.csv": """parameter,low,central,high,source
discount,1,2,4.5,agency
""",
    "nodes.csv": """node,name,country,source
aktau,Aktau,KAZ,ministry
kuryk,Kuryk,KAZ,ministry
alat,Alat,AZE,agency
baku,Baku,AZE,agency
""",
    "segments.csv": """segment,from_node,to_node,days_low,days_high,source
aktau_alat,aktau,alat,1,3,ministry
alat_baku,alat,baku,0.5,1,agency
kuryk_alat,kuryk,alat,1,2.5,agency
""",
    "legs.csv": """line,leg,from_node,to_node,segment
west,1,aktau,alat,aktau_alat
west,2,alat,baku,alat_baku
east,1,baku,alat,alat_baku
east,2,alat,kuryk,kuryk_alat
""",
    "trade.csv": """pair,reporter,exporter,importer,period,months,value,unit,source
AZE-KAZ,KAZ,KAZ,AZE,2023,12,456.3,USD mn,ministry
AZE-KAZ,AZE,,,2024-01/2024-06,6,119,USD mn,agency
""",
    "flows.csv": """pair,exporter,importer,period,value,true_zero,share,source
AZE-KAZ,AZE,KAZ,2023,114.6,false,5.5,agency
AZE-RUS,RUS,AZE,2023,0,true,,agency
""",
    "members.csv": """bloc,country,joined,counted_from,source
club,KAZ,2009-10-03,2010,ministry
club,AZE,2019-10-15,2020,ministry
set,RUS,,,agency
""",
    "projects.csv": """project,step,date,amount,amount_unit,evidence,source
cable,announced,2022-09,51,USD mn,,ministry
cable,registered,2023-08-23,,,agency,ministry
cable,construction,2025-03-03,,,agency,ministry
ferry,running,2024,,,,agency
""",
    "pacts.csv": """pact,signed,status,status_on,source
fund,2024-03-11,carried_out,2025-10-21,agency
""",
    "searches.csv": """search,asked,period
fund_2026,The fund in 2026,2026-11-27
""",
    "traces.csv": """pact,found,search,source
fund,yes,,agency
cable,unknown,fund_2026,ministry
""",
    "rates.csv": """from_place,to_place,period,low,high,unit,source
Aktau,Baku,2025-11,500,700,USD,agency
""",
}

BIB = """@misc{ministry,
  title = {{Exports \\& routes}},
  author = {{Ministry of Energy, Kazakhstan}},
  howpublished = {ministry},
  url = {https://example.org/a_b%20c},
  date = {2024-02-29},
  urldate = {2026-11-23}
}

@misc{agency,
  title = {{Quarterly review}},
  organization = {Agency},
  howpublished = {agency},
  url = {https://example.org/agency},
  urldate = {2026-11-23}
}
"""


def field(name, kind="string", book=None, **constraints):
    made = {"name": name, "type": kind, **(book or {})}
    made |= {"unit": "Mt"} if kind == "number" else {}
    made |= {"constraints": constraints} if constraints else {}
    return made | {"title": name.capitalize(), "description": f"What {name} is"}


def to(resource, *fields):
    return [
        {"fields": field, "reference": {"resource": resource, "fields": key}}
        for field, key in fields
    ]


def small_schemas():
    period = field("period", book={"openbook:period": True}, required=True)
    value = field("value", "number", required=True, minimum=0)
    status = field("status", required=True, enum=["actual", "preliminary", "estimate", "target"])
    source = field("source", required=True)
    return {
        "countries": {
            "fields": [
                field("country", required=True, unique=True, pattern="[A-Z]{3}"),
                field("name", required=True),
            ],
            "primaryKey": "country",
        },
        "routes": {
            "fields": [
                field("route", required=True),
                field("country"),
                field("part_of"),
                field("crosses_russia", "boolean"),
                field("pipes", "integer", minimum=1),
                source,
            ],
            "primaryKey": ["route"],
            "foreignKeys": [
                *to("countries", ("country", "country")),
                *to("", ("part_of", "route")),
            ],
        },
        "exports": {
            "fields": [
                field("route", required=True),
                period,
                value,
                field("unit", required=True, enum=["Mt"]),
                status,
                field("preferred", "boolean", required=True),
                source,
                field("note"),
            ],
            "primaryKey": ["route", "period", "status", "source"],
            "foreignKeys": to("routes", ("route", "route")),
        },
        "shares": {
            "fields": [field("route", required=True), period, value, status, source],
            "primaryKey": ["route", "period"],
            "foreignKeys": to("routes", ("route", "route")),
        },
        "parameters": {
            "fields": [
                field("parameter", required=True),
                *(field(name, "number") for name in ("low", "central", "high")),
                source,
            ],
            "primaryKey": "parameter",
        },
        "nodes": {
            "fields": [
                field("node", required=True),
                field("name", required=True),
                field("country"),
                source,
            ],
            "primaryKey": "node",
            "foreignKeys": to("countries", ("country", "country")),
        },
        "segments": {
            "fields": [
                field("segment", required=True),
                field("from_node", required=True),
                field("to_node", required=True),
                field("days_low", "number"),
                field("days_high", "number"),
                source,
            ],
            "primaryKey": "segment",
            "foreignKeys": to("nodes", ("from_node", "node"), ("to_node", "node")),
        },
        "legs": {
            "fields": [
                field("line", required=True),
                field("leg", "integer", required=True, minimum=1),
                field("from_node", required=True),
                field("to_node", required=True),
                field("segment", required=True),
            ],
            "primaryKey": ["line", "leg"],
            "foreignKeys": [
                *to("nodes", ("from_node", "node"), ("to_node", "node")),
                *to("segments", ("segment", "segment")),
            ],
        },
        "trade": {
            "fields": [
                field("pair", required=True),
                field("reporter"),
                field("exporter"),
                field("importer"),
                period,
                field("months", "integer", required=True),
                value,
                field("unit", required=True, enum=["USD mn"]),
                source,
            ],
            "primaryKey": ["pair", "reporter", "exporter", "period"],
            "foreignKeys": to("countries", ("reporter", "country")),
        },
        "flows": {
            "fields": [
                field("pair", required=True),
                field("exporter", required=True),
                field("importer", required=True),
                period,
                value,
                field("true_zero", "boolean", required=True),
                field("share", "number", minimum=0, maximum=100),
                source,
            ],
            "primaryKey": ["exporter", "importer", "period"],
            "foreignKeys": to("countries", ("exporter", "country"), ("importer", "country")),
        },
        "members": {
            "fields": [
                field("bloc", required=True),
                field("country", required=True),
                field("joined", book={"openbook:period": True}),
                field("counted_from", book={"openbook:period": True}),
                source,
            ],
            "primaryKey": ["bloc", "country"],
            "foreignKeys": to("countries", ("country", "country")),
        },
        "projects": {
            "fields": [
                field("project", required=True),
                field("step", required=True),
                field("date", book={"openbook:period": True}, required=True),
                field("amount", "number", minimum=0),
                field("amount_unit"),
                field("evidence", book={"openbook:source": True}),
                source,
            ],
            "primaryKey": ["project", "step", "date"],
        },
        "pacts": {
            "fields": [
                field("pact", required=True),
                field("signed", book={"openbook:period": True}, required=True),
                field("status", required=True),
                field("status_on", book={"openbook:period": True}, required=True),
                source,
            ],
            "primaryKey": "pact",
        },
        "searches": {
            "fields": [
                field("search", required=True),
                field("asked", required=True),
                field("period", book={"openbook:period": True}, required=True),
            ],
            "primaryKey": "search",
        },
        "traces": {
            "fields": [
                field("pact", required=True),
                field("found", required=True, enum=["yes", "none", "unknown"]),
                field("search"),
                source,
            ],
            "primaryKey": "pact",
            "foreignKeys": to("searches", ("search", "search")),
        },
        "rates": {
            "fields": [
                field("from_place", required=True),
                field("to_place", required=True),
                period,
                field("low", "number", required=True, minimum=0),
                field("high", "number", minimum=0),
                field("unit", required=True, enum=["USD"]),
                source,
            ],
            "primaryKey": ["from_place", "to_place", "period"],
        },
    }


RULES = {
    "exports": {
        "observation": ["route", "period", "unit"],
        "parts": [
            {"field": "route", "parent": "routes.part_of", "within": ["period"], "tolerance": 0.05}
        ],
    },
    "shares": {
        "parts": [{"field": "route", "total": 100, "within": ["period"], "tolerance": 0.02}]
    },
    "parameters": {"ordered": ["low", "central", "high"]},
    "segments": {"ordered": [["days_low", "days_high"]]},
    "legs": {
        "connected": {
            "by": "line",
            "order": "leg",
            "from": "from_node",
            "to": "to_node",
            "link": "segment",
            "ends": ["segments.from_node", "segments.to_node"],
        }
    },
    "trade": {
        "months": {"period": "period", "months": "months"},
        "parties": {
            "pair": "pair",
            "members": ["reporter", "exporter", "importer"],
            "different": ["exporter", "importer"],
        },
    },
    "flows": {
        "parties": {
            "pair": "pair",
            "members": ["exporter", "importer"],
            "different": ["exporter", "importer"],
        },
        "zeros": {"value": "value", "mark": "true_zero"},
    },
    "members": {"ordered": [["joined", "counted_from"]], "together": [["joined", "counted_from"]]},
    "projects": {
        "steps": {
            "by": "project",
            "step": "step",
            "date": "date",
            "order": ["announced", "registered", "financed", "construction", "running"],
        },
        "together": [["amount", "amount_unit"]],
    },
    "pacts": {"ordered": [["signed", "status_on"]]},
    "rates": {
        "ordered": [["low", "high"]],
        "bounds": [{"column": "high", "maximum": 9000, "why": "no box was ever dearer"}],
        "jumps": [{"value": "low", "by": ["unit"], "period": "period", "factor": 3}],
    },
    "traces": {
        "absences": [{"column": "found", "values": ["none", "unknown"], "search": "search"}]
    },
}


LICENCE = {"name": "CC0-1.0", "title": "No rights", "path": "https://example.org/zero"}
ABOUT = {
    "profile": "tabular-data-package",
    "name": "small",
    "title": "Small",
    "description": "A made-up package",
    "version": "0.1.0",
    "keywords": ["made up"],
    "licenses": [LICENCE],
}
COVERAGE = {
    "exports": "2022/2024",
    "shares": "2023",
    "trade": "2023/2024",
    "flows": "2023",
    "members": "2009/2020",
    "projects": "2022/2025",
    "pacts": "2024-03/2025-10",
    "rates": "2025-11",
    "searches": "2026-11",
}


def resource(name, schema):
    rules = RULES.get(name, {}) | ({"coverage": COVERAGE[name]} if name in COVERAGE else {})
    about = {"title": name.capitalize(), "description": f"The {name}", "licenses": [LICENCE]}
    return (
        {"name": name, "path": f"{name}.csv"}
        | tables.metadata.OF_EVERY_TABLE
        | about
        | {"openbook": rules, "schema": schema}
    )


def restamp(folder):
    """Give every table the sha256 of its file, valid or not."""
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if (folder / resource["path"]).exists():
            raw = (folder / resource["path"]).read_bytes()
            text = io.StringIO(raw.decode("utf-8", "replace"), newline="")
            rows = len(list(csv.reader(text))) - 1 if len(raw) < 100_000 else 0
            resource |= {"hash": stamps.hash_of(raw), "bytes": len(raw), "rows": rows}
    raw = (folder / "references.bib").read_bytes()
    package["bibliography"] = stamps.of_bibliography(raw, raw.count(b"\n@") + 1)
    path.write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """The made-up package, validated once: the copies of the tests remember it."""
    folder = tmp_path_factory.mktemp("template") / "data"
    folder.mkdir()
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    (folder / "references.bib").write_text(BIB, encoding="utf-8")
    resources = [resource(name, schema) for name, schema in small_schemas().items()]
    (folder / "datapackage.json").write_text(json.dumps(ABOUT | {"resources": resources}))
    restamp(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBOOK_DATA", str(folder))
        assert tables.check() == []
    return folder.parent


@pytest.fixture
def small(template, tmp_path, monkeypatch):
    """The folder of the made-up package, which `openbook.tables` reads for this test."""
    folder = shutil.copytree(template, tmp_path / "book") / "data"
    monkeypatch.setenv("OPENBOOK_DATA", str(folder))
    monkeypatch.delenv(tables.BUILD, raising=False)
    monkeypatch.setattr(tables, "used", {})
    store._parse_bib.cache_clear()  # or it would be known without its file
    return folder


@pytest.fixture
def forgotten(small):
    """The same where nothing was validated yet."""
    shutil.rmtree(small.parent / "_build")
    return small


def edit(folder, name, old, new, stamp=True):
    """Replace one passage of a file, as an editor would."""
    path = folder / name
    raw = path.read_bytes()
    old, new = (text.encode() if isinstance(text, str) else text for text in (old, new))
    assert raw.count(old) == 1, f"{old!r} is in {name} {raw.count(old)} times"
    path.write_bytes(raw.replace(old, new))
    if stamp:
        restamp(folder)


def fails(name):
    """The message with which a table fails to load."""
    with pytest.raises(tables.TableError) as caught:
        tables.load(name)
    return str(caught.value)


def says(message, *parts):
    missing = [part for part in parts if part not in message]
    assert not missing, f"{missing} not in:\n{message}"


def test_small_package_is_valid_and_typed(small):
    assert tables.check() == []
    exports = tables.load("exports")
    assert list(exports) == SMALL["exports.csv"].split("\n")[0].split(",")
    assert {str(t) for t in exports.dtypes} == {"str", "float64", "bool"}
    assert exports["note"].isna().sum() == 7
    assert exports["note"][1] == "a note, with a comma\nand a second line"
    routes = tables.load("routes")
    assert str(routes["crosses_russia"].dtype) == "boolean"
    assert str(routes["pipes"].dtype) == "Int64"
    assert routes["pipes"].isna().tolist() == [True, False, False, True]


ALONE = Context(rows=dict, key=str)  # of a table that needs no other

# --- one mistake each: file, what is there, what is typed instead, what the message must say

SLIPS = {
    "thousands separator": (
        "exports.csv",
        "total,2022,1234,",
        'total,2022,"1,234",',
        [
            'data/exports.csv, row 8 (line 10), column "value": "1,234" is not a number.',
            "Rule: numbers carry no thousands separator. Write 1234.",
        ],
    ),
    "thousands space": ("exports.csv", "total,2022,1234,", "total,2022,1 234,", ["Write 1234."]),
    "decimal comma": (
        "exports.csv",
        "2023,70.5,",
        '2023,"70,5",',
        ['row 1 (line 2), column "value": "70,5"', "decimal mark is a point", "Write 70.5."],
    ),
    "number with its unit": (
        "exports.csv",
        "2023,70.5,",
        "2023,70.5 Mt,",
        ['"70.5 Mt" is not a number', "Write 70.5"],
    ),
    "not a number": ("exports.csv", "2023,70.5,", "2023,NaN,", ['"NaN" is not a number']),
    "text for a number": (
        "exports.csv",
        "2023,70.5,",
        "2023,seventy,",
        ['row 1 (line 2), column "value": "seventy" is not a number', "in digits"],
    ),
    "text for a whole number": (
        "routes.csv",
        "true,3,",
        "true,3.5,",
        ['data/routes.csv, row 2 (line 3), column "pipes": "3.5" is not a whole number'],
    ),
    "text for a boolean": (
        "exports.csv",
        "estimate,false,",
        "estimate,no,",
        ['row 3 (line 5), column "preferred": "no" is not true or false', "Write true or false."],
    ),
    "capital boolean": (
        "exports.csv",
        "estimate,false,",
        "estimate,FALSE,",
        ['"FALSE" is not true or false'],
    ),
    "minus sign": ("parameters.csv", "1,2,4.5", "−1,2,4.5", ["the sign a hyphen", "Write -1."]),
    "wide digits": (
        "exports.csv",
        "2023,70.5,",
        "2023,７０.5,",
        ['row 1 (line 2), column "value": "７０.5" is not a number', "Write 70.5."],
    ),
    "digits of another script": (
        "routes.csv",
        "true,3,",
        "true,٣,",
        ['"٣" is not a whole number', "Write 3."],
    ),
    "more digits than a whole number holds": (
        "routes.csv",
        "true,3,",
        f"true,{'9' * 20},",
        ['data/routes.csv, row 2 (line 3), column "pipes": the number has 20 characters'],
    ),
    "more digits than can be typed": (
        "routes.csv",
        "true,3,",
        f"true,{'9' * 5000},",
        ["the number has 5000 characters"],
    ),
    "a number beyond all numbers": (
        "exports.csv",
        "2023,70.5,",
        f"2023,{'9' * 309},",
        ['row 1 (line 2), column "value": the number has 309 characters', "finite"],
    ),
    "space after a text": (
        "countries.csv",
        "Azerbaijan",
        "Azerbaijan ",
        ['data/countries.csv, row 2 (line 3), column "name": "Azerbaijan " begins or ends'],
    ),
    "no-break space before a text": (
        "countries.csv",
        "Azerbaijan",
        "\xa0Azerbaijan",
        ["begins or ends with a space"],
    ),
    "character without width": (
        "countries.csv",
        "Azerbaijan",
        "Azer\u200bbaijan",
        ['column "name": character 5 of the text is U+200B', "Delete it."],
    ),
    "mark of direction": ("countries.csv", "Azerbaijan", "Azerbaijan\u202e", ["is U+202E"]),
    "control character": ("countries.csv", "Azerbaijan", "Azer\x07baijan", ["is U+0007"]),
    "year before all years": (
        "exports.csv",
        "south,2024,7",
        "south,0204,7",
        ['row 7 (line 9), column "period": "0204" lies outside the years 1800 to 2100'],
    ),
    "year after all years": (
        "exports.csv",
        "south,2024,7",
        "south,2024/9999,7",
        ["lies outside the years"],
    ),
    "month 0": ("exports.csv", "south,2024,7", "south,2024-00,7", ['"2024-00" is not an ISO']),
    "table without rows": (
        "parameters.csv",
        "\ndiscount,1,2,4.5,agency",
        "",
        ["data/parameters.csv: the table has no rows", "at least one observation"],
    ),
    "unknown country": (
        "routes.csv",
        "south,AZE,",
        "south,AZB,",
        [
            'data/routes.csv, row 3 (line 4), column "country": "AZB" is no country of the table '
            "countries",
            'Did you mean "AZE"?',
        ],
    ),
    "unknown route": (
        "exports.csv",
        "south,2024,",
        "sout,2024,",
        [
            'data/exports.csv, row 7 (line 9), column "route": "sout" is no route of the table '
            "routes",
            'Did you mean "south"?',
        ],
    ),
    "unknown parent in the same table": (
        "routes.csv",
        "RUS,north,",
        "RUS,nort,",
        ['data/routes.csv, row 4 (line 5), column "part_of": "nort"', 'mean "north"?'],
    ),
    "unknown source": (
        "exports.csv",
        "target,true,ministry",
        "target,true,minstry",
        [
            'data/exports.csv, row 7 (line 9), column "source": "minstry" is not an entry of '
            "references.bib",
            'Did you mean "ministry"?',
        ],
    ),
    "unknown second source": (
        "routes.csv",
        "ministry;agency",
        "ministry; agency",
        ['data/routes.csv, row 3 (line 4), column "source": " agency"', 'mean "agency"?'],
    ),
    "no source": (
        "exports.csv",
        "target,true,ministry",
        "target,true,",
        ['row 7 (line 9), column "source": a source is missing', "every row has its source"],
    ),
    "empty required cell": (
        "exports.csv",
        "south,2024,7,",
        "south,2024,,",
        ['row 7 (line 9), column "value": the cell is empty', "value is never empty"],
    ),
    "duplicate key": (
        "exports.csv",
        "total,2022,1234,",
        "total,2023,1234,",
        [
            "data/exports.csv, row 8 (line 10): its key is route=total, period=2023, "
            "status=actual, source=ministry, which row 1 has too",
            "together names one row only",
        ],
    ),
    "duplicate one-column key": (
        "countries.csv",
        "AZE,Azerbaijan",
        "KAZ,Azerbaijan",  # unique, too, in its schema
        [
            'data/countries.csv, row 2 (line 3), column "country": its key is country=KAZ, which '
            "row 1 has too"
        ],
    ),
    "two preferred": (
        "exports.csv",
        "estimate,false,",
        "estimate,true,",
        [
            'data/exports.csv, row 3 (line 5), column "preferred": rows 2 and 3 are all preferred '
            "for route=north, period=2023, unit=Mt (60, 61)",
            "exactly one is preferred",
        ],
    ),
    "none preferred where two disagree": (
        "exports.csv",
        "2023,60,Mt,actual,true",
        "2023,60,Mt,actual,false",
        [
            'row 3 (line 5), column "preferred": none of the rows 2 and 3 is preferred for '
            "route=north, period=2023",
            "(60, 61)",
            "exactly one is preferred",
        ],
    ),
    "the only row not preferred": (
        "exports.csv",
        "7,Mt,target,true,",
        "7,Mt,target,false,",
        ['row 7 (line 9), column "preferred": the only row is not preferred for route=south'],
    ),
    "negative quantity": (
        "exports.csv",
        "south,2023,5,",
        "south,2023,-5,",
        ['row 5 (line 7), column "value": "-5" is below 0', "no negative quantities"],
    ),
    "parts over their total": (
        "exports.csv",
        "south,2023,5,",
        "south,2023,15,",
        [
            'row 5 (line 7), column "value": the parts of "total" add up to 75 (north 60 in row 2, '
            "south 15 in row 5), more than its 70.5, at period=2023",
            "a tolerance of 5% (74.025)",
        ],
    ),
    "parts over a part": (
        "exports.csv",
        "north_west,2023,9,",
        "north_west,2023,90,",
        ['the parts of "north" add up to 90 (north_west 90 in row 4), more than its 60'],
    ),
    "shares over 100": (
        "shares.csv",
        "south,2023,9,",
        "south,2023,12,",
        [
            'data/shares.csv, row 2 (line 3), column "value": the parts of the total add up to 103 '
            "(north 91 in row 1, south 12 in row 2), more than its 100, at period=2023",
            "a tolerance of 2% (102)",
        ],
    ),
    "columns out of order": (
        "parameters.csv",
        "1,2,4.5",
        "1,5,4.5",
        [
            'data/parameters.csv, row 1 (line 2), column "high": low=1.0, central=5.0, high=4.5 '
            "are not in order",
            "low <= central <= high",
        ],
    ),
    "unknown node": (
        "segments.csv",
        "alat_baku,alat,baku",
        "alat_baku,alat,bakku",
        [
            'data/segments.csv, row 2 (line 3), column "to_node": "bakku" is no node of the table '
            "nodes",
            'Did you mean "baku"?',
        ],
    ),
    "unknown segment": (
        "legs.csv",
        "alat,kuryk,kuryk_alat",
        "alat,kuryk,kuryk_aktau",
        ['data/legs.csv, row 4 (line 5), column "segment": "kuryk_aktau" is no segment'],
    ),
    "low above high": (
        "segments.csv",
        "alat,1,3,",
        "alat,4,3,",
        [
            'data/segments.csv, row 1 (line 2), column "days_high": days_low=4.0, days_high=3.0 '
            "are not in order",
            "days_low <= days_high",
        ],
    ),
    "legs that do not join": (
        "legs.csv",
        "east,2,alat,kuryk",
        "east,2,aktau,kuryk",
        [
            'data/legs.csv, row 4 (line 5), column "from_node": leg 2 of line=east starts at '
            '"aktau", but leg 1 ends at "alat"',
            "a leg starts where the one before it ends",
        ],
    ),
    "a leg is missing": (
        "legs.csv",
        "west,2,",
        "west,3,",
        [
            'data/legs.csv, row 2 (line 3), column "leg": leg 3 of line=west follows leg 1',
            "number them anew",
        ],
    ),
    "the first leg is missing": (
        "legs.csv",
        "west,1,aktau,alat,aktau_alat\n",
        "",
        ['data/legs.csv, row 1 (line 2), column "leg": leg 2 of line=west is the first'],
    ),
    "a leg along another segment": (
        "legs.csv",
        "alat,kuryk,kuryk_alat",
        "alat,kuryk,aktau_alat",
        [
            'data/legs.csv, row 4 (line 5), column "segment": leg 2 of line=east runs from "alat" '
            'to "kuryk", the segment "aktau_alat" from "aktau" to "alat"',
            "in either direction",
        ],
    ),
    "a part of a year among the years": (
        "trade.csv",
        "2024-01/2024-06,6,",
        "2024-01/2024-06,12,",
        [
            'data/trade.csv, row 2 (line 3), column "months": period=2024-01/2024-06, months=12, '
            "but 2024-01/2024-06 is 6 months",
            "12 for a year and no other",
        ],
    ),
    "a year called a part": (
        "trade.csv",
        "2023,12,",
        "2023,10,",
        ["period=2023, months=10, but 2023 is 12 months"],
    ),
    "a day among the months": (
        "trade.csv",
        "2024-01/2024-06,6,",
        "2024-01-02/2024-06,6,",
        ["is not whole months"],
    ),
    "reporter that is neither party": (
        "trade.csv",
        "AZE-KAZ,KAZ,",
        "AZE-KAZ,RUS,",
        [
            'data/trade.csv, row 1 (line 2), column "reporter": reporter "RUS" is neither party of '
            "AZE-KAZ"
        ],
    ),
    "trade with oneself": (
        "trade.csv",
        "KAZ,KAZ,AZE",
        "KAZ,AZE,AZE",
        ['column "importer": exporter=AZE, importer=AZE are the same'],
    ),
    "pair with itself": (
        "flows.csv",
        "AZE-KAZ,AZE,KAZ",
        "KAZ-KAZ,KAZ,KAZ",
        [
            'data/flows.csv, row 1 (line 2), column "importer": exporter=KAZ, importer=KAZ are the '
            "same"
        ],
    ),
    "missing flow as a zero": (
        "flows.csv",
        "114.6,false",
        "0,false",
        [
            'data/flows.csv, row 1 (line 2), column "value": value is 0 and true_zero is false',
            "what is missing is not zero",
            "Delete the row if nothing is known",
        ],
    ),
    "a true zero with a value": (
        "flows.csv",
        "0,true",
        "3,true",
        [
            'data/flows.csv, row 2 (line 3), column "value": value is 3 and true_zero is true',
            "Set true_zero to false",
        ],
    ),
    "share over a hundred": (
        "flows.csv",
        "false,5.5",
        "false,105.5",
        ['data/flows.csv, row 1 (line 2), column "share": "105.5" is above 100'],
    ),
    "member counted before it joined": (
        "members.csv",
        "2019-10-15,2020",
        "2019-10-15,2015",
        [
            'data/members.csv, row 2 (line 3), column "counted_from": joined=2019-10-15, '
            "counted_from=2015 are not in order",
            "joined <= counted_from",
        ],
    ),
    "member counted in the year in which it joined": (
        "members.csv",
        "2019-10-15,2020",
        "2019-10-15,2019",
        ["are not in order"],
    ),
    "member that joined and is not counted": (
        "members.csv",
        "2019-10-15,2020",
        "2019-10-15,",
        ['column "counted_from": joined=2019-10-15 stands without counted_from'],
    ),
    "sum without a unit": (
        "trade.csv",
        "456.3,USD mn",
        "456.3,",
        ['data/trade.csv, row 1 (line 2), column "unit": the cell is empty'],
    ),
    "sum without a year": (
        "trade.csv",
        "AZE,2023,12",
        "AZE,,12",
        ['data/trade.csv, row 1 (line 2), column "period": the cell is empty'],
    ),
    "optional sum without a unit": (
        "projects.csv",
        "51,USD mn",
        "51,",
        [
            'data/projects.csv, row 1 (line 2), column "amount_unit": amount=51.0 stands without '
            "amount_unit",
            "together or not at all",
        ],
    ),
    "unit without a sum": (
        "projects.csv",
        "51,USD mn",
        ",USD mn",
        ['column "amount": amount_unit=USD mn stands'],
    ),
    "built before it was announced": (
        "projects.csv",
        "2025-03-03",
        "2022-08-31",
        [
            'data/projects.csv, row 3 (line 4), column "date": project=cable, step=construction, '
            "date=2022-08-31 is before announced on 2022-09 (row 1)",
            "steps follow one another",
        ],
    ),
    "built before it was registered": (
        "projects.csv",
        "2025-03-03",
        "2023-08-22",
        ["is before registered on 2023-08-23 (row 2)"],
    ),
    "running before it was announced": (
        "projects.csv",
        "ferry,running,2024,",
        "ferry,announced,2025-01,,,,agency\nferry,running,2024,",
        ["row 5 (line 6)", "step=running, date=2024 is before announced on 2025-01"],
    ),
    "unknown evidence": (
        "projects.csv",
        "2023-08-23,,,agency",
        "2023-08-23,,,agencie",
        ['data/projects.csv, row 2 (line 3), column "evidence": "agencie"', 'mean "agency"?'],
    ),
    "signed after its own status": (
        "pacts.csv",
        "2024-03-11",
        "2025-10-22",
        [
            'data/pacts.csv, row 1 (line 2), column "status_on": signed=2025-10-22, '
            "status_on=2025-10-21 are not in order",
            "signed <= status_on",
        ],
    ),
    "absence that was not looked for": (
        "traces.csv",
        "unknown,fund_2026",
        "unknown,",
        [
            'data/traces.csv, row 2 (line 3), column "search": found is unknown, and no search is',
            "a found that says that nothing was found rests on a row of searches",
            "Name it in search, after searching.",
        ],
    ),
    "another word for an absence": ("traces.csv", "fund,yes,", "fund,none,", ["found is none"]),
    "absence by a search that is not on record": (
        "traces.csv",
        "unknown,fund_2026",
        "unknown,fund_2025",
        ['"fund_2025" is no search of the table searches', 'mean "fund_2026"?'],
    ),
    "rate that nobody would pay": (
        "rates.csv",
        "500,700,",
        "500,700000,",
        [
            'data/rates.csv, row 1 (line 2), column "high": 700000 is above 9,000',
            "high is at most 9,000: no box was ever dearer",
        ],
    ),
    "rate that jumps": (
        "rates.csv",
        "700,USD,agency",
        "700,USD,agency\nAktau,Baku,2025-12,1600,1700,USD,agency",
        ["low is 1600 in 2025-12 and 500 in 2025-11 (row 1)", "more than 3 to one a year"],
    ),
    "rate without an end": (
        "rates.csv",
        "Aktau,Baku,",
        "Aktau,,",
        [
            'data/rates.csv, row 1 (line 2), column "to_place": the cell is empty',
            "to_place is never empty",
        ],
    ),
    "rate without a date": (
        "rates.csv",
        "2025-11,",
        ",",
        ['data/rates.csv, row 1 (line 2), column "period": the cell is empty'],
    ),
    "rate without a unit": (
        "rates.csv",
        "700,USD,",
        "700,,",
        ['data/rates.csv, row 1 (line 2), column "unit": the cell is empty'],
    ),
    "unit outside the list": (
        "exports.csv",
        "5,Mt,preliminary",
        "5,kt,preliminary",
        [
            'row 5 (line 7), column "unit": "kt" is outside the list',
            "unit is one of: Mt",
            "Convert the value",
        ],
    ),
    "status outside the list": (
        "exports.csv",
        "5,Mt,preliminary",
        "5,Mt,prelim",
        ['column "status": "prelim" is outside the list', 'Did you mean "preliminary"?'],
    ),
    "pattern": ("countries.csv", "RUS,Russia", "Rus,Russia", ['column "country": "Rus"', "[A-Z]"]),
    "period with a slash": (
        "exports.csv",
        "south,2024,7",
        "south,2024/3,7",
        ['row 7 (line 9), column "period": "2024/3" is not an ISO 8601 period', "Write 2024-03."],
    ),
    "quarter": ("exports.csv", "south,2024,7", "south,2024 Q2,7", ["Write 2024-04/2024-06."]),
    "half-year": ("exports.csv", "south,2024,7", "south,2024H2,7", ["Write 2024-07/2024-12."]),
    "month 13": ("exports.csv", "south,2024,7", "south,2024-13,7", ['"2024-13" is not an ISO']),
    "30 February": ("exports.csv", "south,2024,7", "south,2023-02-30,7", ["is not an ISO"]),
    "period that ends before it starts": (
        "exports.csv",
        "2024-01/2024-06",
        "2024-06/2024-01",
        ["the start not after the end"],
    ),
    "three-part period": (
        "exports.csv",
        "2024-01/2024-06",
        "2024-01/2024-02/2024-06",
        ['"2024-01/2024-02/2024-06" is not an ISO 8601 period'],
    ),
    "open period": ("exports.csv", "2024-01/2024-06", "2024-01/", ['"2024-01/" is not an ISO']),
    "missing column": (
        "exports.csv",
        "unit,status,preferred,source",
        "unit,status,preferred",
        ['data/exports.csv, column "source": the column "source" is missing'],
    ),
    "extra column": (
        "exports.csv",
        "source,note",
        "source,note,remark",
        ['data/exports.csv, column "remark": "remark" is an extra column'],
    ),
    "misspelt column": (
        "exports.csv",
        "period,value,",
        "perod,value,",
        ['the column "period" is missing', '"perod" is an extra column', 'Did you mean "period"?'],
    ),
    "columns swapped": (
        "exports.csv",
        "period,value,",
        "value,period,",
        ["are in another order: route,value"],
    ),
    "cell too many": (
        "exports.csv",
        "target,true,ministry,",
        "target,true,ministry,so, it was",
        ["data/exports.csv, row 7 (line 9): the row has 9 cells, the header 8", "double quotes"],
    ),
    "cell missing": (
        "exports.csv",
        "target,true,ministry,",
        "target,true,ministry",
        ["row 7 (line 9): the row has 7 cells, the header 8", "missing commas"],
    ),
    "empty line": (
        "exports.csv",
        "total,2022",
        "\ntotal,2022",
        ["row 8 (line 10): the row is empty"],
    ),
    "row of commas": (
        "routes.csv",
        "south,AZE",
        ",,,,,\nsouth,AZE",
        ["row 3 (line 4): the row is empty"],
    ),
    "open quote": (
        "exports.csv",
        'a second line"',
        "a second line",
        ["data/exports.csv: the row that begins on line 3 can't be read"],
    ),
    "bytes that are not UTF-8": (
        "countries.csv",
        "Azerbaijan",
        "Azərbaycan ".encode() + b"\xe9",
        ["data/countries.csv: byte 44 (line 3) is 0xE9, which is not UTF-8", '"é"'],
    ),
    "byte order mark": (
        "countries.csv",
        "country,name",
        "\ufeffcountry,name",
        ["data/countries.csv: the file begins with a byte order mark"],
    ),
    "Windows line ends": (
        "countries.csv",
        "Azerbaijan\n",
        "Azerbaijan\r\n",
        ["data/countries.csv: line 3 ends with a carriage return", "LF"],
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slip_is_caught_with_clear_words(small, slip):
    name, old, new, expected = SLIPS[slip]
    edit(small, name, old, new)
    message = fails(name.removesuffix(".csv"))
    says(message, *expected)
    assert message.count("Rule: ") == (2 if slip == "misspelt column" else 1), message
    assert not re.search(r"constraint|rictionless|lookup|at position|None", message), message
    assert str(tables.check()[0]).startswith("data/")


def test_missing_file(small):
    (small / "exports.csv").unlink()
    says(fails("exports"), "data/exports.csv: the file is missing. Rule:", "Restore it")


def test_the_nearest_known_key_is_named():
    assert nearest("AZB", ["KAZ", "AZE"]) == 'Did you mean "AZE"? '  # which begins alike
    assert nearest("KZX", ["KAZ", "AZE"]) == 'Did you mean "KAZ"? '
    assert nearest("xsgency", ["agency", "ministry"]) == 'Did you mean "agency"? '
    assert nearest("total", ["KAZ"]) == ""


def test_unknown_table(small):
    says(
        fails("export"),
        'there is no table "export"',
        'Did you mean "exports"?',
        "countries, exports, flows, legs, members, nodes, pacts, parameters, projects, rates, "
        "routes, searches, segments, shares, traces, trade",
    )


def test_file_changed_without_its_hash(small):
    edit(small, "exports.csv", "2023,70.5,", "2023,70.6,", stamp=False)
    says(
        fails("exports"),
        "data/exports.csv: the file has sha256:",
        "change together",
        "`make data`",
        "commit both",
    )
    edit(small, "exports.csv", "2023,70.6,", "2023,x,", stamp=False)
    says(fails("exports"), '"x" is not a number', "change together")


def test_faults_are_collected_up_to_ten(small):
    path = small / "exports.csv"
    path.write_text(path.read_text() + "south,2024,-7,Gt,target,true,ministry,\n" * 6)
    restamp(small)
    lines = fails("exports").splitlines()
    assert len(lines) == 11
    says(lines[-1], "data/exports.csv: 8 more")


def test_a_broken_table_breaks_those_that_refer_to_it(small):
    edit(small, "countries.csv", "AZE,Azerbaijan", "KAZ,Azerbaijan")
    says(fails("exports"), "data/countries.csv, row 2 (line 3)")
    edit(small, "countries.csv", "RUS,Russia", "RUS,The Russia", stamp=False)
    assert len(tables.check()) == 1  # said once, not for each table that refers to it
    says(str(tables.check()[0]), "countries.csv, row 2", "change together")
    edit(small, "exports.csv", "2023,70.5,", "2023,70.6,", stamp=False)
    assert "exports" not in fails("exports")  # the fault is not there


def test_a_key_that_disappears_breaks_the_tables_that_use_it(small):
    tables.load("routes")
    edit(small, "countries.csv", "AZE,Azerbaijan\n", "")
    says(fails("routes"), 'data/routes.csv, row 3 (line 4), column "country": "AZE" is no country')


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ('"observation"', '"obsevation"', 'no rule "obsevation"'),
        ('"openbook:period"', '"openbook:perod"', 'no rule "openbook:perod"'),
        (
            '"openbook": {}, "schema": {"fields": [{"name": "country"',
            '"openbook": {"ordered": ["nam"]}, "schema": {"fields": [{"name": "country"',
            '"nam"',
        ),
        (
            '"ordered": ["low"',
            '"ordered": ["source", "low"',
            '"source" is text, so it has no order',
        ),
        (
            '{"observation": ["route", "period", "unit"], "parts"',
            '{"parts"',
            '"preferred" and "observation" are not given together',
        ),
        ('"parent": "routes.part_of", ', "", 'the parts of "route" are not compared'),
        (
            '"reference": {"resource": "countries"',
            '"reference": {"resource": "countrys"',
            'there is no table "countrys"',
        ),
        ('"tolerance": 0.02', '"tolerence": 0.02', 'parts has no option "tolerence"'),
        ('"order": "leg"', '"ordre": "leg"', 'connected has no option "ordre"'),
        ('"order": "leg", ', "", "connected can't be applied without order"),
        (
            '"ends": ["segments.from_node", ',
            '"ends": [',
            "a list of 2, each a column as table.column",
        ),
        (', "link": "segment"', "", "its legs can't be followed"),
        ('"to": "to_node", "link"', '"to": "to_nod", "link"', '"to_nod" that it does not have'),
        ('"months": {"period"', '"monhts": {"period"', 'no rule "monhts"'),
        ('"months": "months"', '"months": "month"', '"month" that it does not have'),
        ('"step": "step", "date": "date", "or', '"date": "date", "or', "steps can't be applied"),
        ('"members": ["reporter"', '"member": ["reporter"', 'parties has no option "member"'),
        ('"different": ["exporter", ', '"different": [', '"different" of parties is ["importer"]'),
        ('"zeros": {"value"', '"zeroes": {"value"', 'no rule "zeroes"'),
        ('"zeros": {"value": "value", ', '"zeros": {', "zeros can't be applied"),
        ('"mark": "true_zero"', '"mark": "truezero"', '"truezero" that it does not have'),
        ('"together": [["amount", ', '"together": [["amunt", ', '"amunt"'),
        ('"absences": [{"column"', '"absenses": [{"column"', 'no rule "absenses"'),
        ('"found", "values"', '"found", "valeus"', 'absences has no option "valeus"'),
        ('"values": ["none", "unknown"], ', "", "absences can't be applied"),
        ('"column": "found"', '"column": "fund"', '"fund" that it does not have'),
        (
            '"search": "search"}]',
            '"search": "pact"}]',
            '"pact" names no rows of the table searches',
        ),
        ('"maximum": 9000, "why"', '"maximun": 9000, "why"', 'bounds has no option "maximun"'),
        (', "why": "no box was ever dearer"', "", "bounds can't be applied"),
        ('"maximum": 9000', '"maximum": "9000"', '"maximum" of bounds is "9000". Rule: it is a nu'),
        ('"factor": 3', '"factor": true', '"factor" of jumps is true. Rule: it is a number'),
        ('"by": ["unit"]', '"by": []', '"by" of jumps is []. Rule: it is a list, each the name of'),
        ('"by": "project"', '"by": ["project"]', "it is the name of a column"),
        ('"parent": "routes.part_of"', '"parent": "routes"', "it is a column as table.column"),
        ('"total": 100', '"total": 100, "parent": "routes.part_of"', "not compared with one thing"),
        ('"zeros": {"value": "value", "mark": "true_zero"}', '"zeros": true', "an object of opt"),
        ('"together": [["amount", "amount_unit"]]', '"together": [["amount", 1]]', '["amount", 1]'),
        ('"by": ["unit"], "period"', '"by": ["unti"], "period"', '"unti" that it does not have'),
        ('"openbook:source"', '"openbook:soruce"', 'no rule "openbook:soruce"'),
        (
            '{"name": "pipes", "type": "integer"',
            '{"name": "pipes", "type": "year"',
            "the type year",
        ),
        ('"resources": [', '"resources: [', "can't be read"),
        ('"pattern": "[A-Z]{3}"', '"patern": "[A-Z]{3}"', "patern"),
    ],
)
def test_a_slip_in_the_schema_is_not_a_rule_switched_off(small, old, new, expected):
    path = small / "datapackage.json"
    text = json.dumps(json.loads(path.read_text()))
    assert old in text
    path.write_text(text.replace(old, new))
    errors = tables.check()
    assert errors
    says(str(errors[0]), expected)


def described(package, *path):
    """A part of the small package: exports, or one of its fields."""
    (table,) = (r for r in package["resources"] if r["name"] == "exports")
    fields = {field["name"]: field for field in table["schema"]["fields"]}
    return fields[path[0]] if path else table


LACKS = {
    "version": (lambda p: p.pop("version"), 'the package has no "version"'),
    "keywords": (lambda p: p["keywords"].clear(), "the package has no keywords"),
    "package licence": (lambda p: p.pop("licenses"), 'the package has no "licenses"'),
    "its address": (lambda p: p.update(licenses=[{"name": "CC", "title": "CC"}]), "has no path"),
    "a name for a file": (lambda p: p.update(name="<b>"), 'the file "<b>-0.1.0.zip"'),
    "a name of its own": (
        lambda p: described(p).update(name="flows"),
        "two tables are called flows",
    ),
    "title": (lambda p: described(p).pop("title"), 'table "exports" has no "title"'),
    "description": (
        lambda p: described(p).update(description=""),
        'table "exports" has no "description"',
    ),
    "tidy title": (
        lambda p: described(p).update(title="Exports "),
        'the "title" of table "exports" is untidy',
    ),
    "licences": (lambda p: described(p).pop("licenses"), 'table "exports" has no "licenses"'),
    "a licence": (lambda p: described(p).update(licenses=[]), 'has no "licenses"'),
    "a licence's title": (
        lambda p: described(p).update(licenses=[{"name": "CC"}]),
        'a licence of table "exports" has no "title"',
    ),
    "a licence's address": (
        lambda p: described(p).update(licenses=[LICENCE | {"path": "javascript:alert(1)"}]),
        'a licence of table "exports" has the path "javascript:alert(1)"',
    ),
    "profile": (lambda p: described(p).pop("profile"), 'table "exports" has nothing as "profile"'),
    "path": (
        lambda p: described(p).update(path="../exports.csv"),
        'table "exports" has the path "../exports.csv"',
    ),
    "encoding": (lambda p: described(p).update(encoding="latin-1"), 'has latin-1 as "encoding"'),
    "key": (lambda p: described(p)["schema"].pop("primaryKey"), 'has no "primaryKey"'),
    "a fit name": (
        lambda p: described(p).update(name="Exports", path="Exports.csv"),
        'table "Exports" has the path "Exports.csv". Rule: a name begins with a small letter',
    ),
    "coverage": (
        lambda p: described(p)["openbook"].update(coverage="2022-2024"),
        'has the coverage "2022-2024"',
    ),
    "a column's title": (
        lambda p: described(p, "value").pop("title"),
        'table "exports": the field "value" has no "title"',
    ),
    "a column's description": (
        lambda p: described(p, "value").pop("description"),
        'has no "description"',
    ),
    "a column's name": (lambda p: described(p, "value").update(name="<svg>"), "has an unfit name"),
    "a column's own name": (
        lambda p: described(p, "note").update(name="unit"),
        "has an unfit name or is there twice",
    ),
    "unit": (
        lambda p: (described(p, "value").pop("unit"), described(p, "unit").update(name="mark")),
        'the field "value" has no unit',
    ),
    "checked periods": (
        lambda p: described(p, "period").pop("openbook:period"),
        'the field "period" is not checked as a period',
    ),
    "periods as text": (
        lambda p: described(p, "period").update(type="number"),
        "a period is a string",
    ),
    "a list of countries": (
        lambda p: described(p, "route").update(name="country"),
        'the field "country" refers to no table',
    ),
    "the globe's bounds": (
        lambda p: described(p, "value").update(name="lat"),
        "lat lies between -90 and 90",
    ),
    "a date for its money": (
        lambda p: (
            described(p, "unit")["constraints"].update(enum=["USD mn"]),
            described(p, "period")["constraints"].update(required=False),
        ),
        "no column always says of when",
    ),
    "a currency for its money": (
        lambda p: described(p, "unit")["constraints"].update(enum=["USD mn"], required=False),
        "a sum may stand without",
    ),
    "a guard of its zeros": (
        lambda p: described(p, "preferred").update(name="true_zero"),
        '"true_zero" is not checked',
    ),
}


@pytest.mark.parametrize("lack", LACKS)
def test_what_the_site_shows_is_asked_for_at_the_door(small, lack):
    spoil, expected = LACKS[lack]
    path = small / "datapackage.json"
    package = json.loads(path.read_text())
    spoil(package)
    path.write_text(json.dumps(package))
    says(fails("exports"), "data/datapackage.json", expected)


def test_both_commands_tell_what_a_table_lacks(small, capsys):
    path = small / "datapackage.json"
    package = json.loads(path.read_text())
    described(package).pop("licenses")
    path.write_text(json.dumps(package))
    for command in (["check"], ["renew"]):
        assert tables.main(command) == 1
        says(capsys.readouterr().err, 'data/datapackage.json: table "exports" has no "licenses"')


def test_a_file_that_no_resource_describes(small):
    (small / "stray.csv").write_text("a\n1\n")
    says(str(tables.check()[0]), "data/stray.csv: the file is in no resource")


# --- sources


def test_references_are_read(small):
    ministry = tables.references()["ministry"]
    assert ministry == tables.source("ministry")
    assert ministry.title == "Exports & routes"
    assert ministry.publisher == "Ministry of Energy, Kazakhstan"
    assert ministry.url == "https://example.org/a_b%20c"
    assert (ministry.kind, ministry.date, ministry.accessed) == (
        "ministry",
        "2024-02-29",
        "2026-11-23",
    )
    assert tables.references()["agency"].publisher == "Agency"
    with pytest.raises(tables.TableError, match=r'"agensy" is not an entry.*Did you mean "agency"'):
        tables.source("agensy")


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("{2026-11-23}\n}\n\n@misc{agency", "{2026-11-23}\n\n@misc{agency", 'entry "ministry"'),
        ("@misc{agency", "@misc{ministry", "repeated bibliography entry: ministry"),
        ("organization = {Agency},", "", 'entry "agency" has no author or organization'),
        ("{2024-02-29}", "{29 February 2024}", 'entry "ministry" has the date "29 February 2024"'),
        ("@misc{ministry", '@misc{min"><svg/onload=x>', "has an unfit key"),
        ("{https://example.org/agency}", "{javascript:alert(1)}", 'the url "javascript:alert(1)"'),
        ("{https://example.org/agency}", "{htps://example.org}", 'the url "htps://example.org"'),
        ("{https://example.org/agency}", '{https://example.org/"x}', 'entry "agency" has the url'),
        ("url = {https://example.org/agency},", "", 'entry "agency" has no url'),
        (",\n  urldate = {2026-11-23}\n}\n\n@misc", "\n}\n\n@misc", '"ministry" has no urldate'),
        ("{2024-02-29}", "{2027}", 'entry "ministry" was read on 2026-11-23, before its date 2027'),
        ("howpublished = {agency},", "", 'entry "agency" has the kind ""'),
        ("howpublished = {agency},", "howpublished = {News site},", 'the kind "News site"'),
        (
            "{{Quarterly review}}",
            "{{Quarterly\u200b review}}",
            'the title of entry "agency" is untidy',
        ),
    ],
)
def test_malformed_bibliography(small, old, new, expected):
    edit(small, "references.bib", old, new)
    with pytest.raises(tables.TableError) as caught:
        tables.references()
    says(str(caught.value), "data/references.bib", expected)
    says(fails("exports"), expected)


def test_a_source_without_an_address_says_why(small):
    edit(small, "references.bib", "url = {https://example.org/agency}", "note = {A letter}")
    assert tables.references()["agency"].url == ""


def pages(small, **texts):
    """Give the small book its pages."""
    (small.parent / "chapters").mkdir(exist_ok=True)
    for name, text in texts.items():
        (small.parent / "chapters" / f"{name}.md").write_text(text)


LISTED = "# Sources\n\n```{sources} summary\n```\n" + "".join(
    f"\n## {kind.title()}\n\n```{{sources}} {kind}\n```\n" for kind in ("ministry", "agency")
)
UNUSED = """
@misc{letter,
  title = {{A letter}},
  author = {{Agency}},
  howpublished = {agency},
  note = {No address: it came by post}
}
"""


@pytest.mark.parametrize(
    "bib, listed, chapter, expected",
    [
        ("", LISTED, "", None),
        ("", "no list of sources", "", None),
        (UNUSED, LISTED, "", 'data/references.bib: entry "letter" is used nowhere'),
        (UNUSED, LISTED, "As they say.{source}`ministry,letter`", None),
        (UNUSED, LISTED, 'tables.source("letter")', None),
        (
            "",
            LISTED,
            "{source}`lettre`",
            'chapters/oil.md: "lettre" is not an entry of references.bib',
        ),
        (
            "",
            LISTED.replace("} agency", "} agencies"),
            "",
            'entry "agency" is of the kind "agency", which chapters/references.md does not list',
        ),
        (
            "",
            LISTED + "\n## Blogs\n\n:::{sources} blog\n:::\n",
            "",
            'chapters/references.md: no source is of the kind "blog"',
        ),
    ],
)
def test_sources_rows_and_pages_fit_together(small, capsys, bib, listed, chapter, expected):
    pages(small, references=listed, oil=chapter)
    path = small / "references.bib"
    path.write_text(path.read_text() + bib)
    for command in (["renew"], ["check"]):
        assert tables.main(command) == (expected is not None)
        says(capsys.readouterr().err, expected or "")


# --- speed and what a page depends on


def test_a_copy_is_the_callers_own(small):
    mine = tables.load("exports")
    mine.loc[0, "value"] = -1.0
    assert tables.load("exports")["value"][0] == 70.5


def test_cache_follows_the_file_in_the_same_process(small):
    assert tables.load("exports")["value"][0] == 70.5
    edit(small, "exports.csv", "2023,70.5,", "2023,70.6,")
    assert tables.load("exports")["value"][0] == 70.6
    edit(small, "references.bib", "@misc{agency", "@misc{agencies")
    says(fails("exports"), '"agency" is not an entry')


def test_a_table_is_read_once_per_content(small, monkeypatch):
    tables.load("exports")
    monkeypatch.setattr(csvfile, "read_rows", None)
    assert len(tables.load("exports")) == 8


TIMING = """
import time, sys
from openbook import tables
assert "frictionless" not in sys.modules and "pybtex" not in sys.modules
def timed():
    start = time.perf_counter()
    tables.load(sys.argv[1])
    return time.perf_counter() - start
print(timed(), min(timed() for _ in range(20)), "frictionless" in sys.modules)
"""


def timings(name):
    run = subprocess.run(
        [sys.executable, "-c", TIMING, name], capture_output=True, text=True, check=True, cwd=REPO
    )
    first, second, frictionless = run.stdout.split()
    return float(first), float(second), frictionless == "True"


UNCHANGED = """
import sys
from openbook import tables
assert tables.main(["renew"]) == 0
print(sorted({"pandas", "frictionless", "pybtex"} & set(sys.modules)))
"""


def test_renewing_what_has_not_changed_starts_nothing_heavy(small):
    assert tables.main(["renew"]) == 0
    run = subprocess.run(
        [sys.executable, "-c", UNCHANGED], capture_output=True, text=True, check=True, cwd=REPO
    )
    assert run.stdout.splitlines()[-1] == "[]"


def touched(path):
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize(
    "name",
    [
        "data/exports.csv",
        "data/references.bib",
        "data/datapackage.json",
        "data/stray.csv",
        "chapters/references.md",
        "index.md",
    ],
)
def test_a_change_of_any_file_is_looked_at(small, name):
    pages(small, references=LISTED)
    for path in (small.parent / "index.md", small.parent / name):
        path.touch()
    tables._renew()
    before = tables._whole_digest()
    assert tables._whole_digest() == before
    touched(small.parent / name)
    assert tables._whole_digest() != before


def test_a_change_of_the_rules_is_looked_at(small, tmp_path, monkeypatch):
    copy = shutil.copytree(REPO / "openbook" / "tables", tmp_path / "code")
    code = sorted(copy.glob("*.py"))
    for path in code:
        before = digest_of(code)
        touched(path)
        assert digest_of(code) != before
    before = tables._whole_digest(), store.validity_digest("exports")
    monkeypatch.setattr(tables.folder, "CODE", digest_of(code))
    assert tables._whole_digest() != before[0]
    assert store.validity_digest("exports") != before[1]


def test_a_memory_cut_short_is_read_anew(small):
    before = tables.references()
    store._parse_bib.cache_clear()
    assert tables.references() == before  # as remembered
    (small.parent / "_build" / ".validated" / ".sources").write_text('{"key": "')
    store._parse_bib.cache_clear()
    assert tables.references() == before


def test_what_is_remembered_lies_where_the_book_is_built(forgotten, tmp_path, monkeypatch):
    monkeypatch.setenv(tables.BUILD, str(tmp_path / "elsewhere"))
    tables.load("exports")
    assert (tmp_path / "elsewhere" / ".validated" / "exports").is_file()
    assert not (forgotten.parent / "_build").exists()


def test_second_load_is_fifty_times_faster_and_a_stamp_spares_the_next_kernel(forgotten):
    first, second, validated = timings("exports")
    assert validated
    assert first > 50 * second, f"first {first:.4f} s, second {second:.6f} s"
    _, _, validated = timings("exports")
    assert not validated, "the stamp of the first process was not used"
    edit(forgotten, "countries.csv", "RUS,Russia", "RUS,Russian Federation")
    _, _, validated = timings("exports")
    assert validated, "a table that another one refers to changed, and it was not validated again"


def test_a_folder_that_cannot_be_written_only_costs_time(forgotten):
    (forgotten.parent / "_build").write_text("a file where the folder should be")
    assert len(tables.load("exports")) == 8


def test_used_names_what_a_page_shows(small):
    tables.load("exports")
    tables.source("agency")
    assert set(tables.used) == {"table:exports", "source:agency"}  # not routes, not countries
    before = dict(tables.used)
    assert {key: tables.digest(key) for key in before} == before
    edit(small, "references.bib", "Quarterly review", "Monthly review")
    assert tables.digest("source:agency") != before["source:agency"]
    assert tables.digest("table:exports") == before["table:exports"]
    edit(small, "exports.csv", "2023,70.5,", "2023,70.6,")
    assert tables.digest("table:exports") != before["table:exports"]


def test_a_fact_is_in_print_since_the_earliest_of_its_sources(small):
    edit(
        small,
        "references.bib",
        "organization = {Agency},",
        "organization = {Agency},\n  date = {2025},",
    )
    assert tables.first_print(["agency", "ministry"]) == "2024-02-29"
    assert tables.first_print(["ministry;agency"]) == "2025"  # both are needed
    assert tables.first_print([]) is None
    with pytest.raises(tables.TableError, match="is not an entry"):
        tables.first_print(["agencie"])


def test_digest_follows_the_schema_but_not_the_stamp(small):
    before = tables.digest("table:countries")
    path = small / "datapackage.json"
    package = json.loads(path.read_text())
    package["resources"][0]["hash"] = "sha256:0"
    path.write_text(json.dumps(package))
    assert tables.digest("table:countries") == before
    package["resources"][0]["title"] = "Another"
    path.write_text(json.dumps(package))
    assert tables.digest("table:countries") != before


def test_digest_of_what_is_gone(small):
    assert tables.digest("table:nothing") is None
    assert tables.digest("source:nobody") is None
    (small / "exports.csv").unlink()
    assert tables.digest("table:exports") is None
    with pytest.raises(ValueError, match="is not an id"):
        tables.digest("chart:one")


def test_package_references_and_describe_are_dependencies_too(small):
    tables.package()["resources"].clear()
    tables.references().clear()
    assert tables.describe("shares")["path"] == "shares.csv"
    assert len(tables.package()["resources"]) == len(SMALL)
    assert set(tables.used) == {"package", "references", "table:shares"}
    assert all(tables.digest(key) == value for key, value in tables.used.items())


# --- renewing the stamps


def test_renew_stamps_changed_tables_that_are_valid(small):
    path = small / "datapackage.json"
    before = path.read_bytes()
    assert tables.renew_hashes() == []
    assert path.read_bytes() == before
    edit(small, "exports.csv", "2023,70.5,", "2023,70.6,", stamp=False)
    assert tables.renew_hashes() == ["exports"]
    assert tables.load("exports")["value"][0] == 70.6
    after = path.read_text()
    assert after == json.dumps(json.loads(after), indent=2, ensure_ascii=False) + "\n"
    assert len(after) == len(before)


def coverage(small, name):
    package = json.loads((small / "datapackage.json").read_text())
    (table,) = (r for r in package["resources"] if r["name"] == name)
    return table["openbook"].get("coverage")


def test_renew_writes_what_the_rows_cover(small):
    edit(
        small,
        "rates.csv",
        "700,USD,agency\n",
        "700,USD,agency\nAktau,Baku,2026-09,500,700,USD,agency\n",
        stamp=False,
    )
    assert tables.renew_hashes() == ["rates"]
    assert coverage(small, "rates") == "2025-11/2026-09"
    edit(small, "rates.csv", "2026-09,", "2026,", stamp=False)
    assert tables.renew_hashes() == ["rates"]
    assert coverage(small, "rates") == "2025/2026"  # months no longer, as one row has none
    assert tables.check() == []
    assert coverage(small, "countries") is None


def test_coverage_that_the_rows_belie_is_refused_and_renewed(small):
    edit(small, "datapackage.json", '"coverage": "2022/2024"', '"coverage": "2022/2025"')
    says(
        fails("exports"),
        'the rows of table "exports" cover 2022/2024, its coverage says 2022/2025',
        "Run `make data`, which writes it.",
    )
    assert tables.renew_hashes() == ["exports"]
    assert coverage(small, "exports") == "2022/2024"
    assert len(tables.load("exports")) == 8


def test_coverage_does_not_touch_what_pages_depend_on(small):
    before = tables.digest("table:exports")
    edit(small, "datapackage.json", '"coverage": "2022/2024"', '"coverage": "2022/2025"')
    assert tables.digest("table:exports") == before


def test_a_long_cell_is_refused_every_time(small):
    edit(small, "exports.csv", "a note, with", "a note" + "," * 140_000)
    once = fails("exports")
    says(once, "data/exports.csv: the row that begins on line 3 can't be read (field larger")
    tables.load("countries")  # which starts frictionless
    assert fails("exports") == once


def test_rows_that_are_gone_are_stamped_only_when_named(small, capsys):
    edit(small, "exports.csv", "total,2022,1234,Mt,actual,true,ministry,\n", "", stamp=False)
    assert tables.main(["renew"]) == 1
    told = capsys.readouterr()
    says(told.err, "data/exports.csv: the table had 8 rows, now 7", "make data FEWER=exports")
    says(told.err, "the rows covered 2022/2024, now 2023/2024")
    assert tables.main(["renew", "--fewer", "shares"]) == 1
    capsys.readouterr()
    assert tables.main(["renew", "--fewer", "exports"]) == 0
    says(capsys.readouterr().out, "renewed: exports\n", "exports: 8 → 7 rows, 2022/2024 → 2023")
    assert len(tables.load("exports")) == 7


def test_the_bibliography_has_a_stamp(small, monkeypatch):
    edit(small, "references.bib", "{2024-02-29}", "{2024-02-28}", stamp=False)
    for ask in (tables.references, lambda: tables.load("exports"), tables.files):
        with pytest.raises(tables.TableError) as caught:
            ask()
        says(str(caught.value), "data/references.bib: the file has sha256:", "change together")
    assert tables.main(["check"]) == 1
    monkeypatch.setattr(tables.kernel, "strict", lambda: False)
    assert tables.source("ministry").date == "2024-02-28"  # to try something is not to commit it


def test_a_renewal_stamps_the_bibliography(small, capsys):
    edit(small, "references.bib", "{2024-02-29}", "{2024-02-28}", stamp=False)
    assert tables.main(["renew"]) == 0
    says(capsys.readouterr().out, "renewed: references", "references: other words")
    assert tables.check() == []


def test_renew_leaves_out_tables_that_are_not_valid(small):
    edit(small, "exports.csv", "2023,70.5,", "2023,-70.5,", stamp=False)
    edit(small, "shares.csv", "north,2023,91,", "north,2023,90,", stamp=False)
    with pytest.raises(tables.TableError, match=r'data/exports.csv, row 1 .*"-70.5" is below 0'):
        tables.renew_hashes()
    assert len(tables.load("shares")) == 2
    says(fails("exports"), "change together")


def test_command_line(small, capsys):
    assert tables.main(["check"]) == 0
    says(capsys.readouterr().out, f"{len(SMALL)} tables and 2 sources are valid")
    edit(small, "exports.csv", "2023,70.5,", "2023,70.6,", stamp=False)
    assert tables.main(["check"]) == 1
    says(capsys.readouterr().err, "data/exports.csv", "`make data`")
    assert tables.main(["renew"]) == 0
    says(capsys.readouterr().out, "renewed: exports")
    assert tables.main(["renew"]) == 0
    says(capsys.readouterr().out, "nothing to renew")
    assert tables.main([]) == 2


# --- the book's own tables


@pytest.mark.parametrize("name", RESOURCES)
def test_real_table_loads(name):
    frame = tables.load(name)
    fields = RESOURCES[name]["schema"]["fields"]
    assert list(frame) == [field["name"] for field in fields]
    assert len(frame)
    kinds = {
        "string": {"str"},
        "integer": {"Int64"},
        "number": {"float64"},
        "boolean": {"bool", "boolean"},
    }
    assert all(str(frame[f["name"]].dtype) in kinds[f["type"]] for f in fields)


def test_real_package_is_valid():
    assert [str(error) for error in tables.check()] == []


def test_frictionless_validates_the_package():
    from frictionless import Package

    report = Package(DATA / "datapackage.json").validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])


TRADE = ["az_kz_trade", "bilateral_trade", "pair_trade"]


@pytest.mark.parametrize("name", TRADE)
def test_a_flow_runs_as_its_reporter_sees_it(name):
    trade = tables.load(name)
    own = trade[trade["reporter"].notna()]
    exports, imports = own[own["flow"] == "exports"], own[own["flow"] == "imports"]
    assert (exports["exporter"] == exports["reporter"]).all()
    assert (imports["importer"] == imports["reporter"]).all()
    turnover = trade[trade["flow"] == "turnover"]
    assert turnover[["exporter", "importer"]].isna().all(axis=None)
    assert (trade["period"].str.fullmatch(r"\d{4}") == (trade["months"] == 12)).all()
    names = {
        "Azerbaijan": "AZE",
        "Kazakhstan": "KAZ",
        "Türkiye": "TUR",
        "Uzbekistan": "UZB",
        "Kyrgyzstan": "KGZ",
    }
    assert (own["reporter"] == own["counted_by"].map(names)).all()


@pytest.mark.parametrize(
    "note, derived, status, column",
    [
        ("Derived: 2.1 over 1.4", True, "estimate", None),
        ("Derived: 2.1 over 1.4", True, "target", None),
        (None, False, "actual", None),
        ("Rounded", False, "estimate", None),
        ("Derived: 2.1 over 1.4", False, "estimate", "derived"),
        ("Dervied: 2.1 over 1.4", True, "estimate", "note"),
        (None, True, "estimate", "note"),
        ("Derived: 2.1 over 1.4", True, "actual", "status"),
        ("Derived: 2.1 over 1.4", None, "estimate", "note"),  # a table without the column
    ],
)
def test_a_derived_figure_is_marked_and_says_from_what(note, derived, status, column):
    frame = pd.DataFrame({"value": [1.0, 1.5], "status": ["actual", status], "note": [None, note]})
    if derived is not None:
        frame["derived"] = [False, derived]
    found = list(rules.violations([], frame, ALONE))
    assert [(each.row, each.column) for each in found] == ([(2, column)] if column else [])


def test_the_members_of_the_ots_are_counted_as_they_joined():
    members = tables.load("ots_members").query("status == 'member'").set_index("country")
    counted = tables.load("bloc_members").query("bloc == 'ots'").set_index("country")
    assert dict(counted["joined"]) == dict(members["joined"])
    assert {"ordered", "together"} <= set(RESOURCES["bloc_members"]["openbook"])


def flipped(cell):
    """Another cell of the same kind."""
    other = cell[:-1] + ("1" if cell[-1:] != "1" else "2")
    return {"true": "false", "false": "true"}.get(cell, other)


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """The folder of a copy of the book's tables."""
    return shutil.copytree(DATA, tmp_path_factory.mktemp("book") / "data")


@pytest.mark.parametrize("name", RESOURCES)
def test_changing_any_one_value_fails_with_the_tables_name(name, copied, monkeypatch):
    """Even if the new value breaks no rule: none is asked here."""
    monkeypatch.setenv("OPENBOOK_DATA", str(copied))
    columns = [field["name"] for field in RESOURCES[name]["schema"]["fields"]]
    frame = pd.DataFrame(index=range(RESOURCES[name]["rows"]), columns=columns)
    monkeypatch.setattr(validation, "valid", lambda _: frame)
    path = copied / RESOURCES[name]["path"]
    text = path.read_text(encoding="utf-8")
    lines, rows = text.splitlines(keepends=True), store.rows_of(RESOURCES[name])
    for place in range(len(columns)):
        row = rows[place * 7 % len(rows)]
        cells = [*row.cells[:place], flipped(row.cells[place]), *row.cells[place + 1 :]]
        changed = io.StringIO(newline="")
        csv.writer(changed, lineterminator="\n").writerow(cells)
        height = sum(cell.count("\n") for cell in row.cells) + 1
        lines_now = [*lines[: row.line - 1], changed.getvalue(), *lines[row.line - 1 + height :]]
        path.write_text("".join(lines_now), encoding="utf-8", newline="\n")
        with pytest.raises(tables.TableError) as caught:
            tables.load(name)
        says(str(caught.value), f"data/{name}.csv", "`make data`")
    path.write_text(text, encoding="utf-8", newline="\n")
    assert isinstance(tables.load(name), pd.DataFrame)


SILENCES = {
    "column": "status", "values": ["unknown"], "young": "too_recent",
    "start": "signed", "end": "read_until", "months": 12,
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "read_until", "remedy"),
    [
        ("unknown", "2025-03-11", ""),
        ("unknown", "2025-03-10", "Set status to too_recent."),
        ("too_recent", "2025-03-10", ""),
        ("too_recent", "2025-03-11", "Set status to unknown."),
        ("unknown", None, "Fill read_until."),
        ("in_force", None, ""),
    ],
)
def test_silence_counts_only_after_its_months(status, read_until, remedy):
    frame = pd.DataFrame([{"status": status, "signed": "2024-03-11", "read_until": read_until}])
    silences, _ = rules.read_rules({"name": "t", "openbook": {"silences": SILENCES}})
    found = list(rules.violations(silences, frame, ALONE))
    assert len(found) == bool(remedy) and all(remedy in each.text("t.csv") for each in found)
