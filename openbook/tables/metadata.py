"""What `data/datapackage.json` says of the package, its tables and columns, and what it has to say.

All that the site or a test later asks of a table is asked here first, so that `make data` says it
and no build fails for it after minutes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from openbook.tables.messages import SPELLING
from openbook.tables.options import Column, Rule
from openbook.tables.periods import is_period
from openbook.tables.rows import Together, Zeros
from openbook.tables.rules import misfits
from openbook.tables.texts import untidy
from openbook.tables.violations import ADDRESS, Violation, broken, nearest

FIELD_RULES = ("openbook:period", "openbook:source")
TRUE_ZEROS = Zeros(value=Column("value"), mark=Column("true_zero"))
NAME = re.compile(r"[a-z][a-z0-9_]*")
OF_EVERY_TABLE = {
    "profile": "tabular-data-resource",
    "format": "csv",
    "mediatype": "text/csv",
    "encoding": "utf-8",
}
DEGREES = {"lat": 90, "lon": 180}
CURRENCY = re.compile("USD|EUR|KZT|AZN|RUB")
DATES = {"period", "said_on", "signed", "date"}  # columns that say of when a sum of money is


def _text_violations(
    what: str, held: Mapping[str, Any], keys: Iterable[str]
) -> Iterator[Violation]:
    """Each of the `keys` is there, as a text without stray characters."""
    for key in keys:
        text = held.get(key)
        if not isinstance(text, str) or not text:
            yield Violation(
                f'{what} has no "{key}"', f"the site shows {', '.join(keys)}", "Add it as a text."
            )
        elif stray := untidy(text):
            yield Violation(f'the "{key}" of {what} is untidy: {stray[0]}', *stray[1:])


def _licence_violations(what: str, held: Mapping[str, Any]) -> Iterator[Violation]:
    rule = (
        "licenses lists what the publishers ask for, each with name, title and path if it has one"
    )
    licences = held.get("licenses")
    if not isinstance(licences, list) or not licences:
        yield Violation(f'{what} has no "licenses"', rule, "Add the list.")
        return
    for licence in licences:
        yield from _text_violations(f"a licence of {what}", licence, ("name", "title"))
        if "path" in licence and not ADDRESS.fullmatch(str(licence["path"])):
            yield Violation(
                f'a licence of {what} has the path "{licence["path"]}"',
                "an address begins with http:// or https://, and is written out",
                "Correct it, or leave it out.",
            )


# --- the package and its tables --------------------------------------------------------------


def package_violations(package: Mapping[str, Any]) -> Iterator[Violation]:
    """What is wrong with what the package says of itself, and with the names of its tables."""
    what, names = "the package", [resource["name"] for resource in package["resources"]]
    yield from _text_violations(
        what, package, ("profile", "name", "title", "description", "version")
    )
    yield from _licence_violations(what, package)
    licences = package.get("licenses") or [{}]
    file_name = f"{package.get('name')}-{package.get('version')}"
    yield from broken(
        [
            (
                not re.fullmatch(r"[\w.-]+", file_name, re.ASCII),
                f'the package would be the file "{file_name}.zip"',
                "its name and version are letters, digits, points and hyphens",
                "Rename it.",
            ),
            (
                not package.get("keywords"),
                "the package has no keywords",
                "search engines are told what it is about",
                'Add the list "keywords".',
            ),
            (
                "path" not in licences[0],
                "the licence of the package has no path",
                "the data page links to it",
                "Add its address.",
            ),
            (
                len(set(names)) < len(names),
                f"two tables are called {max(names, key=names.count, default='')}",
                "a table's name is its own",
                "Rename one.",
            ),
            *(
                (
                    not NAME.fullmatch(resource["name"])
                    or resource["path"] != f"{resource['name']}.csv",
                    f'table "{resource["name"]}" has the path "{resource["path"]}"',
                    "a name begins with a small letter and goes on in these, digits and _; the "
                    "file is called after the table",
                    "Rename one of the two.",
                )
                for resource in package["resources"]
            ),
        ]
    )


def table_violations(
    resource: Mapping[str, Any], rules: Collection[Rule], misstated: Collection[Violation]
) -> Iterator[Violation]:
    """What is wrong with a table's description: of itself, of its columns, of its rules.

    `rules` are those that it states, `misstated` what is wrong with how it states them.
    """
    table = f'table "{resource["name"]}"'
    covered = str(resource.get("openbook", {}).get("coverage", "2024"))
    yield from _text_violations(table, resource, ("title", "description"))
    yield from _licence_violations(table, resource)
    yield from broken(
        [
            (
                not resource["schema"].get("primaryKey"),
                f'{table} has no "primaryKey"',
                "it names the columns that together tell one row from all others",
                "Add it to the schema.",
            ),
            (
                not is_period(covered),
                f'{table} has the coverage "{covered}"',
                "coverage is a period; `make data` writes it where the rows have dates",
                "Correct it, or leave it out.",
            ),
        ]
    )
    for key, wanted in OF_EVERY_TABLE.items():
        if resource.get(key) != wanted:
            yield Violation(
                f'{table} has {resource.get(key, "nothing")} as "{key}"',
                f"a table's {key} is {wanted}",
                f'Write "{key}": "{wanted}".',
            )
    for field in resource["schema"]["fields"]:
        yield from _field_violations(field, resource, rules)
    yield from misstated
    yield from misfits(resource, rules)


def _required(field: Mapping[str, Any]) -> bool:
    return field.get("constraints", {}).get("required", False)


def _field_violations(
    field: Mapping[str, Any], resource: Mapping[str, Any], rules: Collection[Rule]
) -> Iterator[Violation]:
    """What is wrong with the description of one column."""
    schema, name, kind = resource["schema"], field["name"], field.get("type")
    names = [other["name"] for other in schema["fields"]]
    refers = [key["fields"] for key in schema.get("foreignKeys", [])]  # each a list or a name
    limits = field.get("constraints", {})
    degrees = DEGREES.get(name, 0)
    money = any(CURRENCY.match(str(unit)) for unit in limits.get("enum", []))
    dates = [other for other in schema["fields"] if other["name"] in DATES]
    parameters = resource["name"].endswith("parameters")  # of which each says its time itself
    together = [pair.columns for pair in rules if isinstance(pair, Together)]
    column = f'table "{resource["name"]}": the field "{name}"'
    yield from _text_violations(column, field, ("title", "description"))
    for key in field:
        if key.startswith("openbook") and key not in FIELD_RULES:
            yield Violation(
                f'{column} has no rule "{key}"',
                f"the rules of a column are {', '.join(FIELD_RULES)}",
                f"{nearest(key, FIELD_RULES)}Correct it.",
            )
    yield from broken(
        [
            (
                not NAME.fullmatch(name) or names.count(name) > 1,
                f"{column} has an unfit name or is there twice",
                "a name is one column's: small letters, digits and _",
                "Rename it.",
            ),
            (
                kind not in SPELLING,
                f"{column} has the type {kind}",
                f"a type is one of {', '.join(SPELLING)}",
                "Choose one of these.",
            ),
            (
                kind == "number"
                and not (field.get("unit") or any(n.endswith("unit") for n in names)),
                f"{column} has no unit",
                'a number has a "unit", its own or in a column of units; an index has "index"',
                "Add it.",
            ),
            (
                name == "period" and not field.get("openbook:period"),
                f"{column} is not checked as a period",
                "a column called period holds ISO 8601 periods",
                'Add "period: true".',
            ),
            (
                bool(field.get("openbook:period")) and kind != "string",
                f"{column} has the type {kind}, and holds periods",
                "a period is a string",
                'Write "type": "string".',
            ),
            (
                name == "country"
                and resource["name"] != "countries"
                and not any(key in ("country", ["country"]) for key in refers),
                f"{column} refers to no table",
                "a country is a key of the table countries",
                "Add it to the foreignKeys.",
            ),
            (
                degrees > 0
                and (limits.get("minimum"), limits.get("maximum")) != (-degrees, degrees),
                f"{column} has not the bounds of the globe",
                f"{name} lies between -{degrees} and {degrees}",
                "Write them as minimum and maximum.",
            ),
            (
                money and not (dates and all(map(_required, dates))) and not parameters,
                f"{column} has currencies, and no column always says of when",
                f"a sum of money has its date, in {' or '.join(sorted(DATES))}, which is required",
                "Add the column, or make it required.",
            ),
            (
                money and not _required(field) and not any(name in pair for pair in together),
                f"{column} has currencies, and a sum may stand without",
                "a sum of money has its currency",
                'Make the column required, or add "together: [[…]]" to its rules.',
            ),
            (
                name == "true_zero" and TRUE_ZEROS not in rules,
                f"{column} is not checked",
                "a value of 0 is marked as a true one, and no other is",
                'Add "zeros: {value: value, mark: true_zero}" to its rules.',
            ),
        ]
    )
