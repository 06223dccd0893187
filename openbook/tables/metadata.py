"""What the schema, the bibliography and the pages say of the data, and what they have to say.

Functions from `data/datapackage.json`, `data/references.bib` and the text of the pages to the
faults found: no files, no state. All that the site or a test later asks of a table or a source is
asked here first, so that `make data` says it and no build fails for it after minutes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openbook.tables.rules import (
    SPELLING,
    Fault,
    is_period,
    nearest,
    orders,
    period_bounds,
    unknown_source,
    untidy,
)

# A slip in one of these names would switch a rule off in silence, so others are refused.
TABLE_RULES = {
    *("coverage", "observation", "parts", "ordered", "connected"),
    *("months", "steps", "together", "parties", "zeros", "distinct", "absences"),
    *("bounds", "ratios", "jumps", "within", "silences"),
}
PART_RULES = {"field", "parent", "total", "within", "tolerance"}
PATH_RULES = {"by", "order", "from", "to", "link", "ends"}
MONTH_RULES = {"period", "months"}
STEP_RULES = {"by", "step", "date", "order"}
PARTY_RULES = {"pair", "members", "different"}
ZERO_RULES = {"value", "mark"}
ABSENCE_RULES = {"column", "values", "search"}
SILENCE_RULES = {"column", "values", "young", "start", "end", "months"}
SUB_RULES = PART_RULES | PATH_RULES | MONTH_RULES | STEP_RULES | PARTY_RULES | ZERO_RULES
PLAUSIBLE = {  # what each of these rules names, and what it may name besides
    "bounds": ({"column", "why"}, {"where", "minimum", "maximum", "a_year_of"}),
    "ratios": ({"over", "under", "minimum", "maximum", "why"}, {"where"}),
    "jumps": ({"value", "by", "period", "factor"}, {"where", "note", "rate", "floor"}),
    "within": (
        {"value", "on", "whole", "tolerance", "why"},
        {"where", "whole_where", "sum", "exact", "times"},
    ),
}
SUB_RULES |= ABSENCE_RULES | SILENCE_RULES
SUB_RULES |= {key for both in PLAUSIBLE.values() for keys in both for key in keys}
FIELD_RULES = {"openbook:period", "openbook:source"}

NAME = re.compile(r"[a-z][a-z0-9_]*")
ADDRESS = re.compile(r"https?://[^\s\"<>\\^`{|}]+")
OF_EVERY_TABLE = {
    "profile": "tabular-data-resource",
    "format": "csv",
    "mediatype": "text/csv",
    "encoding": "utf-8",
}
DEGREES = {"lat": 90, "lon": 180}
CURRENCY = re.compile("USD|EUR|KZT|AZN|RUB")
DATES = {"period", "said_on", "signed", "date"}  # columns that say of when a sum of money is
PLACED = re.compile(r"(?m)^[`~:]{3,}\{sources\}\s+(\w+)")
CITED = re.compile(r"\{(?:cite|source)\}`([^`]+)`|\bsource\(\"([^\"]+)\"\)")

Check = tuple[bool, str, str, str]  # whether the rule is broken, the problem, the rule, the remedy


@dataclass(frozen=True)
class Source:
    """An entry of `data/references.bib`; `date` and `accessed` are ISO 8601, "" if unknown."""

    key: str
    title: str
    publisher: str
    date: str
    url: str
    kind: str
    accessed: str


def _broken(checks: Iterable[Check]) -> Iterator[Fault]:
    return (Fault(problem, rule, fix) for broken, problem, rule, fix in checks if broken)


def _text_faults(what: str, held: Mapping[str, Any], keys: Iterable[str]) -> Iterator[Fault]:
    """Each of the `keys` is there, as a text without stray characters."""
    for key in keys:
        text = held.get(key)
        if not isinstance(text, str) or not text:
            yield Fault(
                f'{what} has no "{key}"', f"the site shows {', '.join(keys)}", "Add it as a text."
            )
        elif stray := untidy(text):
            yield Fault(f'the "{key}" of {what} is untidy: {stray[0]}', *stray[1:])


def _licence_faults(what: str, held: Mapping[str, Any]) -> Iterator[Fault]:
    rule = (
        "licenses lists what the publishers ask for, each with name, title and path if it has one"
    )
    licences = held.get("licenses")
    if not isinstance(licences, list) or not licences:
        yield Fault(f'{what} has no "licenses"', rule, "Add the list.")
        return
    for licence in licences:
        yield from _text_faults(f"a licence of {what}", licence, ("name", "title"))
        if "path" in licence and not ADDRESS.fullmatch(str(licence["path"])):
            yield Fault(
                f'a licence of {what} has the path "{licence["path"]}"',
                "an address begins with http:// or https://, and is written out",
                "Correct it, or leave it out.",
            )


# --- the package and its tables --------------------------------------------------------------


def package_faults(package: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with what the package says of itself, and with the names of its tables."""
    what, names = "the package", [resource["name"] for resource in package["resources"]]
    yield from _text_faults(what, package, ("profile", "name", "title", "description", "version"))
    yield from _licence_faults(what, package)
    licences = package.get("licenses") or [{}]
    file_name = f"{package.get('name')}-{package.get('version')}"
    yield from _broken(
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


def schema_faults(resource: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a table's description: of itself, of its columns, of its rules."""
    table = f'table "{resource["name"]}"'
    covered = str(resource.get("openbook", {}).get("coverage", "2024"))
    yield from _text_faults(table, resource, ("title", "description"))
    yield from _licence_faults(table, resource)
    yield from _broken(
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
            yield Fault(
                f'{table} has {resource.get(key, "nothing")} as "{key}"',
                f"a table's {key} is {wanted}",
                f'Write "{key}": "{wanted}".',
            )
    for field in resource["schema"]["fields"]:
        yield from _field_faults(field, resource)
    yield from _rule_faults(resource)


def _required(field: Mapping[str, Any]) -> bool:
    return field.get("constraints", {}).get("required", False)


def _field_faults(field: Mapping[str, Any], resource: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the description of one column."""
    schema, name, kind = resource["schema"], field["name"], field.get("type")
    names = [other["name"] for other in schema["fields"]]
    refers = [key["fields"] for key in schema.get("foreignKeys", [])]  # each a list or a name
    limits = field.get("constraints", {})
    degrees = DEGREES.get(name, 0)
    money = any(CURRENCY.match(str(unit)) for unit in limits.get("enum", []))
    dates = [other for other in schema["fields"] if other["name"] in DATES]
    parameters = resource["name"].endswith("parameters")  # of which each says its time itself
    together = resource.get("openbook", {}).get("together", [])
    zeros = {"value": "value", "mark": "true_zero"}
    column = f'table "{resource["name"]}": the field "{name}"'
    yield from _text_faults(column, field, ("title", "description"))
    yield from _broken(
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
                name == "true_zero" and resource.get("openbook", {}).get("zeros") != zeros,
                f"{column} is not checked",
                "a value of 0 is marked as a true one, and no other is",
                'Add "zeros: {value: value, mark: true_zero}" to its rules.',
            ),
        ]
    )


NAMED = ("column", "over", "under", "value", "period", "note", "a_year_of")  # a column each


def _plausible(own: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], set, set]]:
    """Each rule about what a quantity can be, with its kind and the names that it knows."""
    for name, (needed, more) in PLAUSIBLE.items():
        for rule in own.get(name, []):
            yield name, rule, needed, more


def _rule_faults(resource: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the book's own rules for a table (`openbook`)."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    own = resource.get("openbook", {})
    table = f'table "{resource["name"]}"'
    parts = own.get("parts", [])
    wrong = [key for key in own if key not in TABLE_RULES]
    wrong += [key for part in parts for key in part if key not in PART_RULES]
    absences = own.get("absences", [])
    path = own.get("connected", {})
    months, steps, pairs, zeros, silences = (
        own.get(name, {}) for name in ("months", "steps", "parties", "zeros", "silences")
    )
    for given, known in (
        (path, PATH_RULES),
        (months, MONTH_RULES),
        (steps, STEP_RULES),
        (pairs, PARTY_RULES),
        (zeros, ZERO_RULES),
        (silences, SILENCE_RULES),
        *((absence, ABSENCE_RULES) for absence in absences),
        *((rule, needed | more) for _, rule, needed, more in _plausible(own)),
    ):
        wrong += [key for key in given if key not in known]
    wrong += [
        key
        for field in fields.values()
        for key in field
        if key.startswith("openbook") and key not in FIELD_RULES
    ]
    for key in wrong:
        yield Fault(
            f'{table}: the book has no rule "{key}"',
            f"the rules are {', '.join(sorted(TABLE_RULES | SUB_RULES | FIELD_RULES))}",
            nearest(key, TABLE_RULES | SUB_RULES | FIELD_RULES) + "Correct it.",
        )
    for part in parts:
        if ("total" not in part and "parent" not in part) or "tolerance" not in part:
            yield Fault(
                f'{table}: the parts of "{part.get("field")}" are not compared with anything',
                "parts name a total or a parent, and a tolerance",
                "Add it.",
            )
    if path and (
        not {"by", "order", "from", "to"} <= set(path)
        or ("link" in path) != (len(path.get("ends", [])) == 2)
    ):
        yield Fault(
            f"{table}: its legs can't be followed",
            "connected names the columns by, order, from and to; a link has two ends",
            "Add what is missing.",
        )
    for name, given, needed in (
        ("months", months, MONTH_RULES),
        ("steps", steps, STEP_RULES),
        ("parties", pairs, {"pair", "members"}),
        ("zeros", zeros, ZERO_RULES),
        ("silences", silences, SILENCE_RULES),
        *(("absences", absence, ABSENCE_RULES) for absence in absences),
        *((name, rule, needed) for name, rule, needed, _ in _plausible(own)),
    ):
        if given and not needed <= set(given):
            yield Fault(
                f"{table}: {name} can't be applied",
                f"{name} names {', '.join(sorted(needed))}",
                "Add what is missing.",
            )
    if len(pairs.get("different", ["", ""])) != 2:
        yield Fault(
            f"{table}: parties can't be applied",
            "different names two columns",
            "Add the other one.",
        )
    named = [*own.get("observation", []), *(c for columns in orders(resource) for c in columns)]
    named += [column for columns in own.get("together", []) for column in columns]
    named += [*months.values(), *(steps[key] for key in steps if key in STEP_RULES - {"order"})]
    named += [*filter(None, [pairs.get("pair")]), *pairs.get("members", [])]
    named += [*pairs.get("different", []), *zeros.values()]
    named += own.get("distinct", [])
    named += [silences[key] for key in ("column", "start", "end") if key in silences]
    named += [rule[key] for rule in absences for key in ("column", "search") if key in rule]
    named += [column for key, column in path.items() if key in PATH_RULES - {"ends"}]
    for part in parts:
        named += [part.get("field", ""), "value", *part.get("within", [])]
    for _, rule, _, _ in _plausible(own):
        named += [rule[key] for key in NAMED if key in rule]
        named += [*rule.get("where", {}), *rule.get("by", []), *rule.get("on", {})]
    keys = {
        key["fields"] if isinstance(key["fields"], str) else key["fields"][0]
        for key in resource["schema"].get("foreignKeys", [])
        if key["reference"]["resource"] == "searches"
    }
    for name in {absence["search"] for absence in absences if "search" in absence} - keys:
        yield Fault(
            f'{table}: the column "{name}" names no rows of the table searches',
            "what was not found rests on a search that is on record",
            "Add it to the foreignKeys.",
        )
    for name in (name for columns in orders(resource) for name in columns if name in fields):
        if fields[name].get("type") == "string" and not fields[name].get("openbook:period"):
            yield Fault(
                f'{table}: the column "{name}" is text, so it has no order',
                "ordered columns hold numbers or periods",
                "Correct the rule.",
            )
    for name in dict.fromkeys(named):
        if name not in fields:
            yield Fault(
                f'{table}: a rule is about a column "{name}" that it does not have',
                "rules are about columns of the table",
                f"{nearest(name, fields)}Correct it.",
            )
    if ("preferred" in fields) != ("observation" in own):
        yield Fault(
            f'{table}: "preferred" and "observation" are not given together',
            'a table with a column "preferred" says by the rule "observation" which columns '
            "name one observation",
            "Add the one or drop the other.",
        )


# --- the sources and the pages ---------------------------------------------------------------


def source_faults(source: Source, note: str) -> Iterator[Fault]:
    """What is wrong with an entry of the bibliography; its `note` may say why it has no address."""
    entry = f'entry "{source.key}"'
    for name, text in (("title", source.title), ("author or organization", source.publisher)):
        if not text:
            yield Fault(
                f"{entry} has no {name}", "a source has a title and a publisher", "Add the field."
            )
        elif stray := untidy(text):
            yield Fault(f"the {name} of {entry} is untidy: {stray[0]}", *stray[1:])
    wrong = [
        (name, date)
        for name, date in (("date", source.date), ("urldate", source.accessed))
        if date and not is_period(date)
    ]
    for name, date in wrong:
        yield Fault(
            f'{entry} has the {name} "{date}"',
            "dates are ISO 8601",
            "Write YYYY-MM-DD, YYYY-MM or YYYY.",
        )
    yield from _broken(
        [
            (
                not re.fullmatch("[A-Za-z0-9_]+", source.key),
                f"{entry} has an unfit key",
                "a key is letters, digits and _: it is an address on the list of sources",
                "Rename it.",
            ),
            (
                not re.fullmatch("[a-z]+", source.kind),
                f'{entry} has the kind "{source.kind}" (howpublished)',
                "a kind is one word in small letters, one of those on chapters/references.md",
                "Add it.",
            ),
            (
                bool(source.url) and not ADDRESS.fullmatch(source.url),
                f'{entry} has the url "{source.url}"',
                "an address begins with http:// or https://, and is written out",
                "Correct it.",
            ),
            (
                not source.url and not note,
                f"{entry} has no url",
                "a source has an address, or a note that says why it has none",
                "Add one of the two.",
            ),
            (
                bool(source.url) and not source.accessed,
                f"{entry} has no urldate",
                "an address has the day on which it was read",
                "Add it.",
            ),
            (
                not wrong
                and bool(source.date and source.accessed)
                and period_bounds(source.date)[0] > period_bounds(source.accessed)[1],
                f"{entry} was read on {source.accessed}, before its date {source.date}",
                "nothing is read before it appears",
                "Correct one of the two.",
            ),
        ]
    )


def book_faults(
    sources: Mapping[str, Source], in_tables: Collection[str], pages: Mapping[str, str]
) -> Iterator[tuple[str, Fault]]:
    """What does not fit between sources, tables and pages, with the name of the file to mend.

    `in_tables` are the keys that rows name; `pages` the text of each page by its path. A book
    without a list of sources (`{sources}`) needs no place for their kinds.
    """
    cited = {
        key.strip(): path
        for path, text in pages.items()
        for keys in CITED.findall(text)
        for key in "".join(keys).split(",")
    }
    for key in sorted(cited.keys() - sources.keys()):
        yield cited[key], unknown_source(key, sources)
    for key in sorted(sources.keys() - cited.keys() - set(in_tables)):
        yield (
            "references.bib",
            Fault(
                f'entry "{key}" is used nowhere',
                "a source stands behind a row or is named on a page",
                "Use it, or delete it.",
            ),
        )
    placed = {kind: path for path, text in pages.items() for kind in PLACED.findall(text)}
    home = placed.pop("summary", None) or next(iter(placed.values()), "")
    kinds = {source.kind: key for key, source in sources.items()}
    for kind in sorted(kinds.keys() - placed.keys()) if home else ():
        yield (
            "references.bib",
            Fault(
                f'entry "{kinds[kind]}" is of the kind "{kind}", which {home} does not list',
                f"each kind has its heading there; they are {', '.join(sorted(placed))}",
                f"{nearest(kind, placed)}If it is a new one, add a heading and below it "
                f"```{{sources}} {kind}```.",
            ),
        )
    for kind in sorted(placed.keys() - kinds.keys()):
        yield (
            placed[kind],
            Fault(
                f'no source is of the kind "{kind}", which the page lists',
                f"the kinds of the sources are {', '.join(sorted(kinds))}",
                f"{nearest(kind, kinds)}Correct the name, or delete the heading.",
            ),
        )
