"""The data layer: the real tables are valid; each kind of mistake is caught, in clear words."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from caspian import tables

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
  url = {https://example.org/agency},
  urldate = {2026-11-23}
}
"""


def field(name, kind="string", book=None, **constraints):
    made = {"name": name, "type": kind, **(book or {})}
    return made | ({"constraints": constraints} if constraints else {})


def to(resource, *fields):
    return [{"fields": field, "reference": {"resource": resource, "fields": key}}
            for field, key in fields]


def small_schemas():
    period = field("period", book={"caspian:period": True}, required=True)
    value = field("value", "number", required=True, minimum=0)
    status = field("status", required=True, enum=["actual", "preliminary", "estimate", "target"])
    source = field("source", required=True)
    return {
        "countries": {"fields": [field("country", required=True, unique=True,
                                       pattern="[A-Z]{3}"),
                                 field("name", required=True)], "primaryKey": "country"},
        "routes": {"fields": [field("route", required=True), field("country"), field("part_of"),
                              field("crosses_russia", "boolean"),
                              field("pipes", "integer", minimum=1), source],
                   "primaryKey": ["route"],
                   "foreignKeys": [*to("countries", ("country", "country")),
                                   *to("", ("part_of", "route"))]},
        "exports": {"fields": [field("route", required=True), period, value,
                               field("unit", required=True, enum=["Mt"]), status,
                               field("preferred", "boolean", required=True), source,
                               field("note")],
                    "primaryKey": ["route", "period", "status", "source"],
                    "foreignKeys": to("routes", ("route", "route"))},
        "shares": {"fields": [field("route", required=True), period, value, status, source],
                   "primaryKey": ["route", "period"],
                   "foreignKeys": to("routes", ("route", "route"))},
        "parameters": {"fields": [field("parameter", required=True),
                                  *(field(name, "number") for name in ("low", "central", "high")),
                                  source], "primaryKey": "parameter"},
        "nodes": {"fields": [field("node", required=True), field("name", required=True),
                             field("country"), source], "primaryKey": "node",
                  "foreignKeys": to("countries", ("country", "country"))},
        "segments": {"fields": [field("segment", required=True), field("from_node", required=True),
                                field("to_node", required=True), field("days_low", "number"),
                                field("days_high", "number"), source], "primaryKey": "segment",
                     "foreignKeys": to("nodes", ("from_node", "node"), ("to_node", "node"))},
        "legs": {"fields": [field("line", required=True),
                            field("leg", "integer", required=True, minimum=1),
                            field("from_node", required=True), field("to_node", required=True),
                            field("segment", required=True)], "primaryKey": ["line", "leg"],
                 "foreignKeys": [*to("nodes", ("from_node", "node"), ("to_node", "node")),
                                 *to("segments", ("segment", "segment"))]},
        "trade": {"fields": [field("pair", required=True), field("reporter"), field("exporter"),
                             field("importer"), period, field("months", "integer", required=True),
                             value, field("unit", required=True, enum=["USD mn"]), source],
                  "primaryKey": ["pair", "reporter", "exporter", "period"],
                  "foreignKeys": to("countries", ("reporter", "country"))},
        "flows": {"fields": [field("pair", required=True), field("exporter", required=True),
                             field("importer", required=True), period, value,
                             field("true_zero", "boolean", required=True),
                             field("share", "number", minimum=0, maximum=100), source],
                  "primaryKey": ["exporter", "importer", "period"],
                  "foreignKeys": to("countries", ("exporter", "country"),
                                    ("importer", "country"))},
        "members": {"fields": [field("bloc", required=True), field("country", required=True),
                               field("joined", book={"caspian:period": True}),
                               field("counted_from", book={"caspian:period": True}), source],
                    "primaryKey": ["bloc", "country"],
                    "foreignKeys": to("countries", ("country", "country"))},
        "projects": {"fields": [field("project", required=True), field("step", required=True),
                                field("date", book={"caspian:period": True}, required=True),
                                field("amount", "number", minimum=0), field("amount_unit"),
                                field("evidence", book={"caspian:source": True}), source],
                     "primaryKey": ["project", "step", "date"]},
        "pacts": {"fields": [field("pact", required=True),
                             field("signed", book={"caspian:period": True}, required=True),
                             field("status", required=True),
                             field("status_on", book={"caspian:period": True}, required=True),
                             source], "primaryKey": "pact"},
        "rates": {"fields": [field("from_place", required=True), field("to_place", required=True),
                             period, field("low", "number", required=True, minimum=0),
                             field("high", "number", minimum=0),
                             field("unit", required=True, enum=["USD"]), source],
                  "primaryKey": ["from_place", "to_place", "period"]},
    }


RULES = {
    "exports": {"observation": ["route", "period", "unit"],
                "parts": [{"field": "route", "parent": "routes.part_of", "within": ["period"],
                           "tolerance": 0.05}]},
    "shares": {"parts": [{"field": "route", "total": 100, "within": ["period"],
                          "tolerance": 0.02}]},
    "parameters": {"ordered": ["low", "central", "high"]},
    "segments": {"ordered": [["days_low", "days_high"]]},
    "legs": {"connected": {"by": "line", "order": "leg", "from": "from_node", "to": "to_node",
                           "link": "segment",
                           "ends": ["segments.from_node", "segments.to_node"]}},
    "trade": {"months": {"period": "period", "months": "months"},
              "parties": {"pair": "pair", "members": ["reporter", "exporter", "importer"],
                          "different": ["exporter", "importer"]}},
    "flows": {"parties": {"pair": "pair", "members": ["exporter", "importer"],
                          "different": ["exporter", "importer"]},
              "zeros": {"value": "value", "mark": "true_zero"}},
    "members": {"ordered": [["joined", "counted_from"]], "together": [["joined", "counted_from"]]},
    "projects": {"steps": {"by": "project", "step": "step", "date": "date",
                           "order": ["announced", "registered", "financed", "construction",
                                     "running"]},
                 "together": [["amount", "amount_unit"]]},
    "pacts": {"ordered": [["signed", "status_on"]]},
    "rates": {"ordered": [["low", "high"]]},
}


def restamp(folder):
    """Give every table the sha256 of its file, valid or not."""
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if (folder / resource["path"]).exists():
            raw = (folder / resource["path"]).read_bytes()
            resource |= {"hash": f"sha256:{hashlib.sha256(raw).hexdigest()}", "bytes": len(raw)}
    path.write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The folder of the made-up package, which `caspian.tables` reads for this test."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    (folder / "references.bib").write_text(BIB, encoding="utf-8")
    resources = [{"name": name, "path": f"{name}.csv", "format": "csv", "encoding": "utf-8",
                  "caspian": RULES.get(name, {}), "schema": schema}
                 for name, schema in small_schemas().items()]
    (folder / "datapackage.json").write_text(json.dumps({"name": "s", "resources": resources}))
    restamp(folder)
    monkeypatch.setenv("CASPIAN_DATA", str(folder))
    monkeypatch.setattr(tables, "used", {})
    return folder


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


# --- one mistake each: file, what is there, what is typed instead, what the message must say

SLIPS = {
    "thousands separator": (
        "exports.csv", "total,2022,1234,", 'total,2022,"1,234",',
        ['data/exports.csv, row 8 (line 10), column "value": "1,234" is not a number.',
         "Rule: numbers carry no thousands separator. Write 1234."]),
    "thousands space": ("exports.csv", "total,2022,1234,", "total,2022,1 234,", ["Write 1234."]),
    "decimal comma": (
        "exports.csv", "2023,70.5,", '2023,"70,5",',
        ['row 1 (line 2), column "value": "70,5"', "decimal mark is a point", "Write 70.5."]),
    "number with its unit": (
        "exports.csv", "2023,70.5,", "2023,70.5 Mt,", ['"70.5 Mt" is not a number', "Write 70.5"]),
    "not a number": ("exports.csv", "2023,70.5,", "2023,NaN,", ['"NaN" is not a number']),
    "text for a number": (
        "exports.csv", "2023,70.5,", "2023,seventy,",
        ['row 1 (line 2), column "value": "seventy" is not a number', "in digits"]),
    "text for a whole number": (
        "routes.csv", "true,3,", "true,3.5,",
        ['data/routes.csv, row 2 (line 3), column "pipes": "3.5" is not a whole number']),
    "text for a boolean": (
        "exports.csv", "estimate,false,", "estimate,no,",
        ['row 3 (line 5), column "preferred": "no" is not true or false', "Write true or false."]),
    "capital boolean": (
        "exports.csv", "estimate,false,", "estimate,FALSE,", ['"FALSE" is not true or false']),
    "minus sign": ("parameters.csv", "1,2,4.5", "−1,2,4.5", ["the sign a hyphen", "Write -1."]),
    "unknown country": (
        "routes.csv", "south,AZE,", "south,AZB,",
        ['data/routes.csv, row 3 (line 4), column "country": "AZB" is no country of the table '
         "countries", 'Did you mean "AZE"?']),
    "unknown route": (
        "exports.csv", "south,2024,", "sout,2024,",
        ['data/exports.csv, row 7 (line 9), column "route": "sout" is no route of the table '
         "routes", 'Did you mean "south"?']),
    "unknown parent in the same table": (
        "routes.csv", "RUS,north,", "RUS,nort,",
        ['data/routes.csv, row 4 (line 5), column "part_of": "nort"', 'mean "north"?']),
    "unknown source": (
        "exports.csv", "target,true,ministry", "target,true,minstry",
        ['data/exports.csv, row 7 (line 9), column "source": "minstry" is no entry of '
         "references.bib", 'Did you mean "ministry"?']),
    "unknown second source": (
        "routes.csv", "ministry;agency", "ministry; agency",
        ['data/routes.csv, row 3 (line 4), column "source": " agency"', 'mean "agency"?']),
    "no source": (
        "exports.csv", "target,true,ministry", "target,true,",
        ['row 7 (line 9), column "source": a source is missing', "every row has its source"]),
    "empty required cell": (
        "exports.csv", "south,2024,7,", "south,2024,,",
        ['row 7 (line 9), column "value": the cell is empty', "value is never empty"]),
    "duplicate key": (
        "exports.csv", "total,2022,1234,", "total,2023,1234,",
        ["data/exports.csv, row 8 (line 10): its key is route=total, period=2023, status=actual, "
         "source=ministry, which row 1 has too", "together names one row only"]),
    "duplicate one-column key": (
        "countries.csv", "AZE,Azerbaijan", "KAZ,Azerbaijan",  # unique, too, in its schema
        ['data/countries.csv, row 2 (line 3), column "country": its key is country=KAZ, which '
         "row 1 has too"]),
    "two preferred": (
        "exports.csv", "estimate,false,", "estimate,true,",
        ['data/exports.csv, row 3 (line 5), column "preferred": rows 2 and 3 are all preferred '
         "for route=north, period=2023, unit=Mt (60, 61)", "exactly one is preferred"]),
    "none preferred where two disagree": (
        "exports.csv", "2023,60,Mt,actual,true", "2023,60,Mt,actual,false",
        ['row 3 (line 5), column "preferred": none of the rows 2 and 3 is preferred for '
         "route=north, period=2023", "(60, 61)", "exactly one is preferred"]),
    "the only row not preferred": (
        "exports.csv", "7,Mt,target,true,", "7,Mt,target,false,",
        ['row 7 (line 9), column "preferred": the only row is not preferred for route=south']),
    "negative quantity": (
        "exports.csv", "south,2023,5,", "south,2023,-5,",
        ['row 5 (line 7), column "value": "-5" is below 0', "no negative quantities"]),
    "parts over their total": (
        "exports.csv", "south,2023,5,", "south,2023,15,",
        ['row 5 (line 7), column "value": the parts of "total" add up to 75 (north 60 in row 2, '
         "south 15 in row 5), more than its 70.5, at period=2023",
         "a tolerance of 5% (74.025)"]),
    "parts over a part": (
        "exports.csv", "north_west,2023,9,", "north_west,2023,90,",
        ['the parts of "north" add up to 90 (north_west 90 in row 4), more than its 60']),
    "shares over 100": (
        "shares.csv", "south,2023,9,", "south,2023,12,",
        ['data/shares.csv, row 2 (line 3), column "value": the parts of the total add up to 103 '
         "(north 91 in row 1, south 12 in row 2), more than its 100, at period=2023",
         "a tolerance of 2% (102)"]),
    "columns out of order": (
        "parameters.csv", "1,2,4.5", "1,5,4.5",
        ['data/parameters.csv, row 1 (line 2), column "high": low=1.0, central=5.0, high=4.5 are '
         "not in order", "low <= central <= high"]),
    "unknown node": (
        "segments.csv", "alat_baku,alat,baku", "alat_baku,alat,bakku",
        ['data/segments.csv, row 2 (line 3), column "to_node": "bakku" is no node of the table '
         "nodes", 'Did you mean "baku"?']),
    "unknown segment": (
        "legs.csv", "alat,kuryk,kuryk_alat", "alat,kuryk,kuryk_aktau",
        ['data/legs.csv, row 4 (line 5), column "segment": "kuryk_aktau" is no segment']),
    "low above high": (
        "segments.csv", "alat,1,3,", "alat,4,3,",
        ['data/segments.csv, row 1 (line 2), column "days_high": days_low=4.0, days_high=3.0 are '
         "not in order", "days_low <= days_high"]),
    "legs that do not join": (
        "legs.csv", "east,2,alat,kuryk", "east,2,aktau,kuryk",
        ['data/legs.csv, row 4 (line 5), column "from_node": leg 2 of line=east starts at '
         '"aktau", but leg 1 ends at "alat"', "a leg starts where the one before it ends"]),
    "a leg is missing": (
        "legs.csv", "west,2,", "west,3,",
        ['data/legs.csv, row 2 (line 3), column "leg": leg 3 of line=west follows leg 1',
         "number them anew"]),
    "the first leg is missing": (
        "legs.csv", "west,1,aktau,alat,aktau_alat\n", "",
        ['data/legs.csv, row 1 (line 2), column "leg": leg 2 of line=west is the first']),
    "a leg along another segment": (
        "legs.csv", "alat,kuryk,kuryk_alat", "alat,kuryk,aktau_alat",
        ['data/legs.csv, row 4 (line 5), column "segment": leg 2 of line=east runs from "alat" '
         'to "kuryk", the segment "aktau_alat" from "aktau" to "alat"', "in either direction"]),
    "a part of a year among the years": (
        "trade.csv", "2024-01/2024-06,6,", "2024-01/2024-06,12,",
        ['data/trade.csv, row 2 (line 3), column "months": period=2024-01/2024-06, months=12, '
         "but 2024-01/2024-06 is 6 months", "12 for a year and no other"]),
    "a year called a part": (
        "trade.csv", "2023,12,", "2023,10,", ["period=2023, months=10, but 2023 is 12 months"]),
    "a day among the months": (
        "trade.csv", "2024-01/2024-06,6,", "2024-01-02/2024-06,6,", ["is not whole months"]),
    "reporter that is neither party": (
        "trade.csv", "AZE-KAZ,KAZ,", "AZE-KAZ,RUS,",
        ['data/trade.csv, row 1 (line 2), column "reporter": reporter "RUS" is neither party of '
         "AZE-KAZ"]),
    "trade with oneself": (
        "trade.csv", "KAZ,KAZ,AZE", "KAZ,AZE,AZE",
        ['column "importer": exporter=AZE, importer=AZE are the same']),
    "pair with itself": (
        "flows.csv", "AZE-KAZ,AZE,KAZ", "KAZ-KAZ,KAZ,KAZ",
        ['data/flows.csv, row 1 (line 2), column "importer": exporter=KAZ, importer=KAZ are the '
         "same"]),
    "missing flow as a zero": (
        "flows.csv", "114.6,false", "0,false",
        ['data/flows.csv, row 1 (line 2), column "value": value is 0 and true_zero is false',
         "what is missing is not zero", "Delete the row if nothing is known"]),
    "a true zero with a value": (
        "flows.csv", "0,true", "3,true",
        ['data/flows.csv, row 2 (line 3), column "value": value is 3 and true_zero is true',
         "Set true_zero to false"]),
    "share over a hundred": (
        "flows.csv", "false,5.5", "false,105.5",
        ['data/flows.csv, row 1 (line 2), column "share": "105.5" is above 100']),
    "member counted before it joined": (
        "members.csv", "2019-10-15,2020", "2019-10-15,2015",
        ['data/members.csv, row 2 (line 3), column "counted_from": joined=2019-10-15, '
         "counted_from=2015 are not in order", "joined <= counted_from"]),
    "member counted in the year in which it joined": (
        "members.csv", "2019-10-15,2020", "2019-10-15,2019", ["are not in order"]),
    "member that joined and is not counted": (
        "members.csv", "2019-10-15,2020", "2019-10-15,",
        ['column "counted_from": joined=2019-10-15 stands without counted_from']),
    "sum without a unit": (
        "trade.csv", "456.3,USD mn", "456.3,",
        ['data/trade.csv, row 1 (line 2), column "unit": the cell is empty']),
    "sum without a year": (
        "trade.csv", "AZE,2023,12", "AZE,,12",
        ['data/trade.csv, row 1 (line 2), column "period": the cell is empty']),
    "optional sum without a unit": (
        "projects.csv", "51,USD mn", "51,",
        ['data/projects.csv, row 1 (line 2), column "amount_unit": amount=51.0 stands without '
         "amount_unit", "together or not at all"]),
    "unit without a sum": (
        "projects.csv", "51,USD mn", ",USD mn", ['column "amount": amount_unit=USD mn stands']),
    "built before it was announced": (
        "projects.csv", "2025-03-03", "2022-08-31",
        ['data/projects.csv, row 3 (line 4), column "date": project=cable, step=construction, '
         "date=2022-08-31 is before announced on 2022-09 (row 1)", "steps follow one another"]),
    "built before it was registered": (
        "projects.csv", "2025-03-03", "2023-08-22", ["is before registered on 2023-08-23 (row 2)"]),
    "running before it was announced": (
        "projects.csv", "ferry,running,2024,", "ferry,announced,2025-01,,,,agency\nferry,running,"
        "2024,", ["row 5 (line 6)", "step=running, date=2024 is before announced on 2025-01"]),
    "unknown evidence": (
        "projects.csv", "2023-08-23,,,agency", "2023-08-23,,,agencie",
        ['data/projects.csv, row 2 (line 3), column "evidence": "agencie"', 'mean "agency"?']),
    "signed after its own status": (
        "pacts.csv", "2024-03-11", "2025-10-22",
        ['data/pacts.csv, row 1 (line 2), column "status_on": signed=2025-10-22, '
         "status_on=2025-10-21 are not in order", "signed <= status_on"]),
    "rate without an end": (
        "rates.csv", "Aktau,Baku,", "Aktau,,",
        ['data/rates.csv, row 1 (line 2), column "to_place": the cell is empty',
         "to_place is never empty"]),
    "rate without a date": (
        "rates.csv", "2025-11,", ",",
        ['data/rates.csv, row 1 (line 2), column "period": the cell is empty']),
    "rate without a unit": (
        "rates.csv", "700,USD,", "700,,",
        ['data/rates.csv, row 1 (line 2), column "unit": the cell is empty']),
    "unit outside the list": (
        "exports.csv", "5,Mt,preliminary", "5,kt,preliminary",
        ['row 5 (line 7), column "unit": "kt" is outside the list', "unit is one of: Mt",
         "Convert the value"]),
    "status outside the list": (
        "exports.csv", "5,Mt,preliminary", "5,Mt,prelim",
        ['column "status": "prelim" is outside the list', 'Did you mean "preliminary"?']),
    "pattern": ("countries.csv", "RUS,Russia", "Rus,Russia", ['column "country": "Rus"', "[A-Z]"]),
    "period with a slash": (
        "exports.csv", "south,2024,7", "south,2024/3,7",
        ['row 7 (line 9), column "period": "2024/3" is not an ISO 8601 period', "Write 2024-03."]),
    "quarter": ("exports.csv", "south,2024,7", "south,2024 Q2,7", ["Write 2024-04/2024-06."]),
    "half-year": ("exports.csv", "south,2024,7", "south,2024H2,7", ["Write 2024-07/2024-12."]),
    "month 13": ("exports.csv", "south,2024,7", "south,2024-13,7", ['"2024-13" is not an ISO']),
    "30 February": ("exports.csv", "south,2024,7", "south,2023-02-30,7", ["is not an ISO"]),
    "period that ends before it starts": (
        "exports.csv", "2024-01/2024-06", "2024-06/2024-01", ["the start not after the end"]),
    "three-part period": ("exports.csv", "2024-01/2024-06", "2024-01/2024-02/2024-06",
                          ['"2024-01/2024-02/2024-06" is not an ISO 8601 period']),
    "open period": ("exports.csv", "2024-01/2024-06", "2024-01/", ['"2024-01/" is not an ISO']),
    "missing column": (
        "exports.csv", "unit,status,preferred,source", "unit,status,preferred",
        ['data/exports.csv, column "source": the column "source" is missing']),
    "extra column": (
        "exports.csv", "source,note", "source,note,remark",
        ['data/exports.csv, column "remark": "remark" is an extra column']),
    "misspelt column": (
        "exports.csv", "period,value,", "perod,value,",
        ['the column "period" is missing', '"perod" is an extra column', 'Did you mean "period"?']),
    "columns swapped": (
        "exports.csv", "period,value,", "value,period,", ["are in another order: route,value"]),
    "cell too many": (
        "exports.csv", "target,true,ministry,", "target,true,ministry,so, it was",
        ["data/exports.csv, row 7 (line 9): the row has 9 cells, the header 8", "double quotes"]),
    "cell missing": (
        "exports.csv", "target,true,ministry,", "target,true,ministry",
        ["row 7 (line 9): the row has 7 cells, the header 8", "missing commas"]),
    "empty line": ("exports.csv", "total,2022", "\ntotal,2022",
                   ["row 8 (line 10): the row is empty"]),
    "row of commas": ("routes.csv", "south,AZE", ",,,,,\nsouth,AZE",
                      ["row 3 (line 4): the row is empty"]),
    "open quote": ("exports.csv", 'a second line"', "a second line",
                   ["data/exports.csv: the row that begins on line 3 can't be read"]),
    "bytes that are not UTF-8": (
        "countries.csv", "Azerbaijan", "Azərbaycan ".encode() + b"\xe9",
        ["data/countries.csv: byte 44 (line 3) is 0xE9, which is not UTF-8", '"é"']),
    "byte order mark": ("countries.csv", "country,name", "\ufeffcountry,name",
                        ["data/countries.csv: the file begins with a byte order mark"]),
    "Windows line ends": ("countries.csv", "Azerbaijan\n", "Azerbaijan\r\n",
                          ["data/countries.csv: line 3 ends with a carriage return", "LF"]),
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


def test_the_nearest_known_keys_are_named():
    assert tables.rules.nearest("AZB", ["KAZ", "AZE"]) == 'Did you mean "AZE"? '
    assert tables.rules.nearest("KZK", ["KAZ", "KGZ", "AZE"]) == 'Did you mean "KAZ" or "KGZ"? '
    assert tables.rules.nearest("total", ["KAZ"]) == ""


def test_unknown_table(small):
    says(fails("export"), 'there is no table "export"', 'Did you mean "exports"?',
         "countries, exports, flows, legs, members, nodes, pacts, parameters, projects, rates, "
         "routes, segments, shares, trade")


def test_file_changed_without_its_hash(small):
    edit(small, "exports.csv", "2023,70.5,", "2023,70.6,", stamp=False)
    says(fails("exports"), "data/exports.csv: the file has sha256:", "change together",
         "`make data`", "commit both")
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


@pytest.mark.parametrize("old, new, expected", [
    ('"observation"', '"obsevation"', 'no rule "obsevation"'),
    ('"caspian:period"', '"caspian:perod"', 'no rule "caspian:perod"'),
    ('"caspian": {}, "schema": {"fields": [{"name": "country"',
     '"caspian": {"ordered": ["nam"]}, "schema": {"fields": [{"name": "country"', '"nam"'),
    ('"ordered": ["low"', '"ordered": ["source", "low"', '"source" is text, so it has no order'),
    ('{"observation": ["route", "period", "unit"], "parts"', '{"parts"',
     '"preferred" and "observation" are not given together'),
    ('"parent": "routes.part_of", ', "", 'the parts of "route" are not compared'),
    ('"reference": {"resource": "countries"', '"reference": {"resource": "countrys"',
     'there is no table "countrys"'),
    ('"tolerance": 0.02', '"tolerence": 0.02', '"tolerence"'),
    ('"order": "leg"', '"ordre": "leg"', 'no rule "ordre"'),
    ('"order": "leg", ', "", "its legs can't be followed"),
    ('"ends": ["segments.from_node", ', '"ends": [', "a link has two ends"),
    ('"to": "to_node", "link"', '"to": "to_nod", "link"', '"to_nod" that it does not have'),
    ('"months": {"period"', '"monhts": {"period"', 'no rule "monhts"'),
    ('"months": "months"', '"months": "month"', '"month" that it does not have'),
    ('"step": "step", "date": "date", "or', '"date": "date", "or', "steps can't be applied"),
    ('"members": ["reporter"', '"member": ["reporter"', 'no rule "member"'),
    ('"different": ["exporter", ', '"different": [', "different names two columns"),
    ('"zeros": {"value"', '"zeroes": {"value"', 'no rule "zeroes"'),
    ('"zeros": {"value": "value", ', '"zeros": {', "zeros can't be applied"),
    ('"mark": "true_zero"', '"mark": "truezero"', '"truezero" that it does not have'),
    ('"together": [["amount", ', '"together": [["amunt", ', '"amunt"'),
    ('"caspian:source"', '"caspian:soruce"', 'no rule "caspian:soruce"'),
    ('{"name": "pipes", "type": "integer"', '{"name": "pipes", "type": "year"', "the type year"),
    ('{"resources"', '{"resources', "can't be read"),
    ('"pattern": "[A-Z]{3}"', '"patern": "[A-Z]{3}"', "patern"),
])
def test_a_slip_in_the_schema_is_not_a_rule_switched_off(small, old, new, expected):
    path = small / "datapackage.json"
    text = json.dumps(json.loads(path.read_text())).replace('{"name": "s", "resources"',
                                                            '{"resources"')
    assert old in text
    path.write_text(text.replace(old, new))
    errors = tables.check()
    assert errors
    says(str(errors[0]), expected)


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
    assert (ministry.kind, ministry.date, ministry.accessed) == ("ministry", "2024-02-29",
                                                                 "2026-11-23")
    assert tables.references()["agency"].publisher == "Agency"
    with pytest.raises(tables.TableError, match=r'"agensy" is no entry.*Did you mean "agency"'):
        tables.source("agensy")


@pytest.mark.parametrize("old, new, expected", [
    ("{2026-11-23}\n}\n\n@misc{agency", "{2026-11-23}\n\n@misc{agency", 'entry "ministry"'),
    ("@misc{agency", "@misc{ministry", "repeated bibliography entry: ministry"),
    ("organization = {Agency},", "", 'entry "agency" has no author or organization'),
    ("{2024-02-29}", "{29 February 2024}", 'entry "ministry" has the date "29 February 2024"'),
])
def test_malformed_bibliography(small, old, new, expected):
    edit(small, "references.bib", old, new)
    with pytest.raises(tables.TableError) as caught:
        tables.references()
    says(str(caught.value), "data/references.bib", expected)
    says(fails("exports"), expected)


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
    says(fails("exports"), '"agency" is no entry')


def test_a_table_is_read_once_per_content(small, monkeypatch):
    tables.load("exports")
    monkeypatch.setattr(tables.rules, "records", None)
    assert len(tables.load("exports")) == 8


TIMING = """
import time, sys
from caspian import tables
assert "frictionless" not in sys.modules and "pybtex" not in sys.modules
def timed():
    start = time.perf_counter()
    tables.load(sys.argv[1])
    return time.perf_counter() - start
print(timed(), min(timed() for _ in range(20)), "frictionless" in sys.modules)
"""


def timings(name):
    run = subprocess.run([sys.executable, "-c", TIMING, name], capture_output=True, text=True,
                         check=True, cwd=REPO)
    first, second, frictionless = run.stdout.split()
    return float(first), float(second), frictionless == "True"


def test_second_load_is_fifty_times_faster_and_a_stamp_spares_the_next_kernel(small):
    first, second, validated = timings("exports")
    assert validated
    assert first > 50 * second, f"first {first:.4f} s, second {second:.6f} s"
    _, _, validated = timings("exports")
    assert not validated, "the stamp of the first process was not used"
    edit(small, "countries.csv", "RUS,Russia", "RUS,Russian Federation")
    _, _, validated = timings("exports")
    assert validated, "a table that another one refers to changed, and it was not validated again"


def test_a_folder_that_cannot_be_written_only_costs_time(small):
    (small.parent / "_build").write_text("a file where the folder should be")
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
    kinds = {"string": {"str"}, "integer": {"Int64"}, "number": {"float64"},
             "boolean": {"bool", "boolean"}}
    assert all(str(frame[f["name"]].dtype) in kinds[f["type"]] for f in fields)


def test_real_package_is_valid():
    assert [str(error) for error in tables.check()] == []


def test_frictionless_validates_the_package():
    from frictionless import Package

    report = Package(DATA / "datapackage.json").validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])


@pytest.mark.parametrize("name", RESOURCES)
def test_real_table_is_described(name):
    resource = RESOURCES[name]
    for key in ("title", "description", "licenses", "hash", "bytes"):
        assert resource.get(key), f"{name} has no {key}"
    bare = [f["name"] for f in resource["schema"]["fields"] if not f.get("description")]
    assert not bare, f"{name}: no description of {bare}"
    assert resource["schema"].get("primaryKey"), f"{name} has no key"


def test_real_country_columns_refer_to_the_list_of_countries():
    for resource in RESOURCES.values():
        keys = {key["fields"] if isinstance(key["fields"], str) else key["fields"][0]
                for key in resource["schema"].get("foreignKeys", [])}
        names = {f["name"] for f in resource["schema"]["fields"]}
        if resource["name"] != "countries":
            assert "country" not in names - keys, resource["name"]


def test_real_periods_are_checked():
    for resource in RESOURCES.values():
        for column in resource["schema"]["fields"]:
            if column["name"] == "period":
                assert column.get("caspian:period") is True, resource["name"]


@pytest.mark.parametrize("name", RESOURCES)
def test_real_coverage_is_that_of_the_periods(name):
    frame, coverage = tables.load(name), RESOURCES[name].get("caspian", {}).get("coverage")
    if "period" in frame:
        spans = [tables.period_bounds(period) for period in frame["period"]]
        years = min(first.year for first, _ in spans), max(last.year for _, last in spans)
        assert coverage, f"{name} says no coverage"
        assert tuple(day.year for day in tables.period_bounds(coverage)) == years, name


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
    names = {"Azerbaijan": "AZE", "Kazakhstan": "KAZ", "Türkiye": "TUR", "Uzbekistan": "UZB",
             "Kyrgyzstan": "KGZ"}
    assert (own["reporter"] == own["counted_by"].map(names)).all()


@pytest.mark.parametrize("name", [n for n, r in RESOURCES.items() if "true_zero" in {
    f["name"] for f in r["schema"]["fields"]}])
def test_a_column_of_true_zeros_is_guarded(name):
    assert RESOURCES[name]["caspian"]["zeros"] == {"value": "value", "mark": "true_zero"}


@pytest.mark.parametrize("note, derived, status, column", [
    ("Derived: 2.1 over 1.4", True, "estimate", None),
    ("Derived: 2.1 over 1.4", True, "target", None),
    (None, False, "actual", None),
    ("Rounded", False, "estimate", None),
    ("Derived: 2.1 over 1.4", False, "estimate", "derived"),
    ("Dervied: 2.1 over 1.4", True, "estimate", "note"),
    (None, True, "estimate", "note"),
    ("Derived: 2.1 over 1.4", True, "actual", "status"),
    ("Derived: 2.1 over 1.4", None, "estimate", "note"),  # a table without the column
])
def test_a_derived_figure_is_marked_and_says_from_what(note, derived, status, column):
    frame = pd.DataFrame({"value": [1.0, 1.5], "status": ["actual", status], "note": [None, note]})
    if derived is not None:
        frame["derived"] = [False, derived]
    found = list(tables.rules.row_faults({}, frame, dict))
    assert [(fault.row, fault.column) for fault in found] == ([(2, column)] if column else [])


def test_the_members_of_the_ots_are_counted_as_they_joined():
    members = tables.load("ots_members").query("status == 'member'").set_index("country")
    counted = tables.load("bloc_members").query("bloc == 'ots'").set_index("country")
    assert dict(counted["joined"]) == dict(members["joined"])
    assert {"ordered", "together"} <= set(RESOURCES["bloc_members"]["caspian"])


def money_columns():
    for resource in RESOURCES.values():
        for column in resource["schema"]["fields"]:
            units = column.get("constraints", {}).get("enum", [])
            if any(re.match("(USD|EUR|KZT|AZN|RUB)", str(unit)) for unit in units):
                yield resource["name"], column["name"]


@pytest.mark.parametrize("name, column", list(money_columns()))
def test_a_currency_has_its_unit_and_its_time(name, column):
    frame = tables.load(name)
    there = {"value", "promise_value"} & set(frame)
    times = {"period", "said_on", "signed", "date"} & set(frame)
    assert times or name.endswith("parameters"), f"{name}: no column says when"
    for value in there:
        assert frame.loc[frame[value].notna(), column].notna().all(), name
    for time in times:
        assert frame[time].notna().all(), name


def test_every_source_is_used_and_every_used_one_exists():
    cited = set()
    for name in RESOURCES:
        frame = tables.load(name)
        for column in {"source"} & set(frame) | {f["name"] for f in RESOURCES[name]["schema"][
                "fields"] if f.get("caspian:source")}:
            cited |= {key for cell in frame[column].dropna() for key in cell.split(";")}
    for path in [REPO / "index.md", *(REPO / "chapters").glob("*.md")]:
        if path.exists():
            text = path.read_text(encoding="utf-8")
            for keys in re.findall(r"\{(?:cite|source)\}`([^`]+)`|source\(\"([^\"]+)\"\)", text):
                cited |= {key.strip() for key in "".join(keys).split(",")}
    known = set(tables.references())
    assert not known - cited, f"in references.bib, used nowhere: {sorted(known - cited)}"
    assert not cited - known, f"used, but not in references.bib: {sorted(cited - known)}"


def test_every_source_has_an_address():
    without = [s.key for s in tables.references().values() if not re.match("https?://", s.url)]
    # The book itself, and the article, of which no publisher or address was found
    assert set(without) <= {"across_the_caspian", "article_202403"}, without


def flipped(text, place, row):
    """The table with one cell changed."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    cell = rows[row][place]
    rows[row][place] = {"true": "false", "false": "true"}.get(cell) or (
        cell[:-1] + ("1" if cell[-1:] != "1" else "2"))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("name", RESOURCES)
def test_changing_any_one_value_fails_with_the_tables_name(name, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    monkeypatch.setenv("CASPIAN_DATA", str(folder))
    path = folder / RESOURCES[name]["path"]
    text = path.read_text(encoding="utf-8")
    height = len(list(csv.reader(io.StringIO(text, newline=""))))
    tables.load(name)
    step = 4 if height > 10_000 else 1  # each change of the world's pairs takes three seconds
    for place in range(0, len(RESOURCES[name]["schema"]["fields"]), step):
        row = 1 + place * 7 % (height - 1)
        path.write_text(flipped(text, place, row), encoding="utf-8", newline="\n")
        with pytest.raises(tables.TableError) as caught:
            tables.load(name)
        says(str(caught.value), f"data/{name}.csv", "`make data`")
    path.write_text(text, encoding="utf-8", newline="\n")
    assert isinstance(tables.load(name), pd.DataFrame)
