"""One YAML file a table, `data/schema/NAME.yml`, from which `data/datapackage.json` is made.

Functions from the text of these files to the data package, or what is wrong: no files, no state.
`_package.yml` holds the package's own part (`package`) and what tables share, written once and
referred to by key (`licences`, `fields`). What follows from a table's rows (sha256, size, number,
coverage) stands in datapackage.json alone. RULES.md has the keys of a table and all rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import yaml

from openbook.tables.metadata import NAME, OF_EVERY_TABLE
from openbook.tables.periods import date_columns
from openbook.tables.stamps import BIBLIOGRAPHY, with_bibliography
from openbook.tables.violations import ValidationError, Violation, nearest

PACKAGE = "_package.yml"
UNWRITTEN = "TODO"  # begins a text that a person has still to write
DIALECT = {"delimiter": ",", "quoteChar": '"', "skipInitialSpace": False}

PACKAGE_KEYS = {"package": dict, "licences": dict, "fields": dict}
TABLE_KEYS = {
    "title": str,
    "description": str,
    "licence": (str, list),
    "primaryKey": (str, list),
    "foreignKeys": dict,
    "rules": dict,
    "fields": dict,
}
WORDS = {str: "a text", list: "a list", dict: "a list of keys with their values"}
OPTIONAL = {"foreignKeys", "rules"}
CONSTRAINTS = (
    *("required", "enum", "pattern", "unique"),
    *("minimum", "maximum", "minLength", "maxLength"),
)
OWN = {"period": "openbook:period", "source": "openbook:source"}
FIELD_KEYS = ("use", "type", "title", "description", "unit", *OWN, *CONSTRAINTS)

# YAML with the values of JSON: `no` and 2024-01-31 are texts
PLAIN = {
    "bool": (r"true|false", "tf"),
    "null": (r"null|", "n"),
    "int": (r"-?(0|[1-9][0-9]*)", "-0123456789"),
    "float": (r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML with the values of JSON, and refuses a key that is there twice."""

    yaml_implicit_resolvers: ClassVar[dict[str, list]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """The mapping of a node. Raises ConstructorError for a key that is there twice."""
        keys = [key.value for key, _ in node.value]
        for at, (key, _) in enumerate(node.value):
            if key.value in keys[:at]:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key.value}" is there twice', key.start_mark
                )
        return super().construct_mapping(node, deep)


for tag, (pattern, first) in PLAIN.items():
    Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}",
        re.compile(f"(?:{pattern})$"),
        [*first, *([""] if tag == "null" else [])],
    )


class SchemaError(ValueError):
    """What is wrong in the files of `data/schema`: `violations` are pairs of a file and one."""

    def __init__(self, violations: list[tuple[str, Violation]]) -> None:
        """One line each is the message; the violations are kept."""
        super().__init__(*(f"{file}: {each.problem}" for file, each in violations))
        self.violations = violations


def package_of(texts: Mapping[str, str], held: Mapping[str, Any]) -> dict[str, Any]:
    """The data package that the files of `data/schema` describe, tables in order of their names.

    `texts` are the files by name; `held` is the package as it was (or {}), whose sha256, size, rows
    and coverage are kept. Raises SchemaError with all that is wrong.
    """
    before = {resource["name"]: resource for resource in held.get("resources", [])}
    shared: dict[str, Any] = {"package": {}, "licences": {}, "fields": {}}
    resources, found = [], []
    for file in (PACKAGE, *sorted(texts.keys() - {PACKAGE})):
        try:
            if file == PACKAGE:
                shared = shared_of(texts.get(PACKAGE, ""))
            else:
                resources.append(_resource(file.removesuffix(".yml"), texts[file], shared, before))
        except ValidationError as broken:
            found += [(file, each) for each in broken.args]
    if found:
        raise SchemaError(found)
    made = {"profile": "tabular-data-package", **shared["package"], "resources": resources}
    return with_bibliography(made, held[BIBLIOGRAPHY]) if BIBLIOGRAPHY in held else made


def text_of(package: Mapping[str, Any]) -> str:
    """The package as datapackage.json has it, byte for byte."""
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def difference(made: Mapping[str, Any], held: Mapping[str, Any]) -> str:
    """In words, the first part of the package `held` that is not as in the one `made`."""
    ours, theirs = ({r["name"]: r for r in p.get("resources", [])} for p in (made, held))
    for name in sorted(ours.keys() | theirs.keys()):
        mine, its = ours.get(name, {}), theirs.get(name, {})
        for key in [*mine, *its]:
            if mine.get(key) != its.get(key):
                return f'the {key} of table "{name}"'
    return "what it says of the package, or its layout"


# --- reading ------------------------------------------------------------------------------------


def read(text: str, known: Mapping[str, Any], optional: Iterable[str] = ()) -> dict[str, Any]:
    """The keys of a file. ValidationError if they are not the known ones, each of its type."""
    try:
        found = yaml.load(text, Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValidationError(
            Violation(
                f"line {line} can't be read ({error.problem})",
                "the file is YAML, each key once; a text with a colon, or one that begins with "
                "a sign, stands between quotes",
                "Fix that line.",
            )
        ) from None
    if not isinstance(found, dict):
        raise ValidationError(
            Violation("it has no keys", f"the keys are {', '.join(known)}", "Write them.")
        )
    if wrong := [*_key_violations("", found, known), *_shape_violations(found, known, optional)]:
        raise ValidationError(*wrong)
    return found


def _key_violations(at: str, found: Any, known: Iterable[str]) -> Iterator[Violation]:
    rule = f"the keys {f'of {at[:-1]} ' if at else ''}are {', '.join(known)}"
    if not isinstance(found, dict):
        yield Violation(f'"{at[:-1]}" is {found!r}', rule, "Write it as keys with their values.")
        return
    for key in found:
        if key not in known:
            fix = f"{nearest(str(key), known)}Correct it."
            yield Violation(f'"{at}{key}" is no key of a description', rule, fix)


def _shape_violations(
    found: Mapping, known: Mapping[str, Any], optional: Iterable[str]
) -> Iterator[Violation]:
    for key, kind in known.items():
        kinds = kind if isinstance(kind, tuple) else (kind,)
        words = " or ".join(WORDS[kind] for kind in kinds)
        if key not in found and key not in optional:
            yield Violation(f'"{key}" is missing', f"{key} is {words}", "Add it.")
        elif key in found and not isinstance(found[key], kinds):
            yield Violation(f'"{key}" is {found[key]!r}', f"{key} is {words}", "Correct it.")


def unwritten(value: Any, at: str = "") -> Iterator[Violation]:
    """A violation for each text that still begins with TODO, wherever it stands in the file."""
    if isinstance(value, str) and value.startswith(UNWRITTEN):
        yield Violation(
            f'"{at}" is still to be written ("{value}")',
            f"no text of a description begins with {UNWRITTEN}",
            "Write it, or delete the key if the table has no need of it.",
        )
    parts = dict(enumerate(value, 1)) if isinstance(value, list) else value
    for key, part in parts.items() if isinstance(parts, dict) else ():
        yield from unwritten(part, f"{at}.{key}" if at else str(key))


# --- what is made of it -------------------------------------------------------------------------


def shared_of(text: str) -> dict[str, Any]:
    """`_package.yml`: the package's own part as datapackage.json has it, licences and fields."""
    found = read(text, PACKAGE_KEYS)
    wrong = [*unwritten(found)]
    known = {"licences": ("name", "title", "path"), "fields": FIELD_KEYS[1:]}
    for part, keys in known.items():
        for key, each in found[part].items():
            wrong += _key_violations(f"{part}.{key}.", each, keys)
    if wrong:
        raise ValidationError(*wrong)
    licences = {key: {"name": key, **value} for key, value in found["licences"].items()}
    own: dict[str, Any] = {}
    for key, value in found["package"].items():
        known = key == "licence"
        own["licenses" if known else key] = _licences(value, licences) if known else value
    return {"package": own, "licences": licences, "fields": found["fields"]}


def _resource(
    name: str, text: str, shared: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """A table's part of datapackage.json, from its file and what its rows said before."""
    if not NAME.fullmatch(name):
        raise ValidationError(
            Violation(
                f'"{name}" is no name of a table',
                "a name begins with a small letter and goes on in these, digits and _",
                "Rename the file, and its CSV.",
            )
        )
    table = read(text, TABLE_KEYS, OPTIONAL)
    held = before.get(name, {})
    keys = table["primaryKey"]
    wrong = list(unwritten(table))
    fields = []
    for column, own in table["fields"].items():
        try:
            fields.append(_field(column, own, shared["fields"]))
        except ValidationError as broken:
            wrong += broken.args
    if wrong:
        raise ValidationError(*wrong)
    schema: dict[str, Any] = {
        "fields": fields,
        "primaryKey": [keys] if isinstance(keys, str) else keys,
    }
    if "foreignKeys" in table:
        schema["foreignKeys"] = [_foreign_key(name, *pair) for pair in table["foreignKeys"].items()]
    return {
        "name": name,
        "path": f"{name}.csv",
        "title": table["title"],
        "description": table["description"],
        **OF_EVERY_TABLE,
        "dialect": DIALECT,
        "hash": held.get("hash", ""),
        "bytes": held.get("bytes", 0),
        "rows": held.get("rows", 0),
        "licenses": _licences(table["licence"], shared["licences"]),
        **_rules(table.get("rules", {}), fields, held),
        "schema": schema,
    }


def _rules(own: dict, fields: list[dict], held: Mapping[str, Any]) -> dict[str, dict]:
    """The table's rules, and the coverage where it follows from columns of dates."""
    if not date_columns(fields):
        return {"openbook": own} if own else {}
    if "coverage" in own:
        raise ValidationError(
            Violation(
                '"rules.coverage" is written by hand',
                "coverage follows from the dates of the rows, and is written by `make data`",
                "Leave it out.",
            )
        )
    covered = held.get("openbook", {}).get("coverage")
    return {"openbook": own | ({"coverage": covered} if covered else {})}


def _licences(keys: str | list[str], licences: Mapping[str, Any]) -> list[dict[str, str]]:
    wanted = [keys] if isinstance(keys, str) else keys
    for key in wanted:
        if key not in licences:
            raise ValidationError(
                Violation(
                    f'"licence" is "{key}"',
                    f"a licence is one of those in {PACKAGE}: {', '.join(licences)}",
                    f"{nearest(str(key), licences)}If it is a new one, add it there.",
                )
            )
    return [licences[key] for key in wanted]


def _field(name: str, own: Any, shared: Mapping[str, Any]) -> dict[str, Any]:
    """A column as Table Schema has it; nothing written stands for the shared field of its name."""
    at = f"fields.{name}"
    own = {"use": name} if own is None else own
    if wrong := list(_key_violations(f"{at}.", own, FIELD_KEYS)):
        raise ValidationError(*wrong)
    used = own.get("use")
    if used is not None and used not in shared:
        raise ValidationError(
            Violation(
                f'"{at}" uses the field "{used}"',
                f"shared fields are those in {PACKAGE}: {', '.join(shared)}",
                f"{nearest(str(used), shared)}Describe it here, or add it there.",
            )
        )
    told = {"type": "string"} | (shared[used] if used else {}) | own
    described = {key: told[key] for key in ("type", "title", "description", "unit") if key in told}
    marks = {mark: told[key] for key, mark in OWN.items() if key in told}
    limits = {key: told[key] for key in CONSTRAINTS if key in told}
    return {"name": name, **described, **marks, **({"constraints": limits} if limits else {})}


def _foreign_key(table: str, column: str, target: Any) -> dict[str, Any]:
    """`country: countries.country` as Table Schema has it; a table's own name is "" there."""
    other, dot, key = str(target).partition(".")
    if not (dot and NAME.fullmatch(other) and NAME.fullmatch(key)):
        raise ValidationError(
            Violation(
                f'"foreignKeys.{column}" is {target!r}',
                "it names the other table and its key, as in country: countries.country",
                "Correct it.",
            )
        )
    resource = "" if other == table else other
    return {"fields": column, "reference": {"resource": resource, "fields": key}}
