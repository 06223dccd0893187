"""The page of the claims: each a `<details>` with an anchor, and a filter over them.

Here is what the templates are given; `templates/claims.html` is the page. Everything is in the
HTML; `openbook.site.lists` says what its script adds. The bundle comes from
:func:`caspian.claims.listing.publish`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from caspian.claims.bundle import Claims
from caspian.claims.evidence import appeared
from caspian.claims.verdicts import COLOUR, GROUPS, SYMBOL, Verdict
from openbook.bundle import SourceNote
from openbook.site import markup
from openbook.site.foot import FOLDER
from openbook.site.search import Place
from openbook.text import day

HERE = Path(__file__).parent
STATIC, TEMPLATES = HERE / "static", HERE / "templates"
STYLE = "caspian-claims.css"
PAGE = "chapters/claims"  # whose verdicts others show

CHAPTERS = {
    "visit": "The visit",
    "energy": "Energy",
    "investment": "Investment",
    "corridor": "The Middle Corridor",
    "ots": "The Turkic states",
}
# Silences had the numbers of claims before they got a list of their own; links to them lead on
FORMER = {"o01": "claim-43", "o02": "claim-44", "o03": "claim-45", "o04": "claim-46"}
SHOWN = 2  # figures beside an opinion before the fold
INDENT = "\u00a0" * 3  # a list's letters find a word behind spaces
NAMED = 2  # sources of a figure before the fold

Told = Mapping[str, Any]  # of a claim, by its names in the JSON


def anchor(key: str) -> str:
    """The id of a claim or an omission on the page: `c07` → `claim-07`, `o01` → `omission-01`."""
    return f"{ {'c': 'claim', 'o': 'omission'}[key[0]] }-{key[1:]}"


def group_of(verdict: str) -> str:
    """The word of the score for a verdict: `overstated` → `fall short`."""
    return next(name for name, kinds in GROUPS.items() if Verdict(verdict) in kinds)


def month(iso: str, then: str) -> str:
    """A month of the strip in words; the day itself for the day after the visit, "now" for none."""
    if not iso:
        return "now"
    return day(iso) if iso == then else day(iso[:7])


def in_words(through: Told, then: str) -> str:
    """A claim's verdicts through time as one line: what a strip says to those who don't see it."""
    *runs, now = through["runs"]
    line = ", ".join(f"{run['verdict']} from {month(run['from'], then)}" for run in runs)
    return f"Verdict through time: {line}; now {now['verdict']}"


def dated(source: SourceNote) -> str:
    """A source's date; without one the month by which it was out, by its key; or "undated"."""
    on = appeared(source.key, source.date)
    if source.date:
        return day(source.date)
    return f"by {day(on.isoformat()[:7])}" if on else "undated"


def ruler(months: Collection[str]) -> list[tuple[str, int]]:
    """The years above the strips, each with its number of cells; the last cell is now."""
    years = groupby(months, key=lambda iso: iso[:4])
    return [(year, len(list(cells))) for year, cells in years]


# --- what an opened claim says first -------------------------------------------------------------


def leaves(variants: Collection[Told], name: str = "") -> Iterator[tuple[str, Told]]:
    """The counts and spans that are made of no others, by the names that lead to each."""
    for variant in variants:
        own = variant["name"]
        path = f"{name}, {own[:1].lower()}{own[1:]}" if name else own
        if variant["variants"]:
            yield from leaves(variant["variants"], path)
        elif variant["value"]:
            yield path, variant


def measures(claim: Told) -> list[dict[str, Any]]:
    """What decided, on both days: rows of label, then and now (value and verdict, or None).

    The first count or span that leads to the claim's verdict, and those that lead to another; of
    an opinion the first figures beside it.
    """
    told = {when: dict(leaves(claim[when]["variants"])) for when in ("then", "now")}
    names: dict[str, None] = {}
    for when in ("now", "then"):
        found = claim[when]
        if told[when]:
            agree = [n for n, leaf in told[when].items() if leaf["verdict"] == found["verdict"]]
            names |= dict.fromkeys([*agree[:1], *(n for n in told[when] if n not in agree)])
        else:
            figures = found["decided"] or found["figures"][:SHOWN]
            told[when] = {f["label"]: f | {"verdict": ""} for f in figures}
            names |= dict.fromkeys(told[when])
    if claim["now"]["decided"] and all(len(rows) == 1 for rows in told.values()):
        # one measure; its label may name a number that differs between the days
        names = dict.fromkeys(told["now"])
        told["then"] = dict(zip(names, told["then"].values(), strict=True))
    return [{"label": n, "then": told["then"].get(n), "now": told["now"].get(n)} for n in names]


def lead_sources(claim: Told) -> dict[str, Any]:
    """The first sources of what decided: then, now if they are others, and how many more."""

    def keys(figures: Collection[Told]) -> list[str]:
        every = (key for figure in figures for key in figure["source"].split(";"))
        return list(dict.fromkeys(filter(None, every)))

    then, now = (
        keys(claim[when]["decided"] or claim[when]["figures"][:1])[:NAMED]
        for when in ("then", "now")
    )
    named = dict.fromkeys([*then, *now])
    every = keys([*claim["then"]["figures"], *claim["now"]["figures"]])
    return {"then": then, "now": now if now != then else [], "more": len(every) - len(named)}


def why(claim: Told) -> dict[str, str]:
    """Why each verdict is what it is, one sentence a day; of an opinion, why none is given."""
    then, now = (claim[when]["because"] or claim["rule"] for when in ("then", "now"))
    return {"Both days": now} if then == now else {"then": then, "now": now}


# --- the filter ----------------------------------------------------------------------------------


def filters(claims: Collection[Told]) -> list[dict[str, Any]]:
    """The lists of the filter: name, label and options, each a value with its words.

    A verdict can be chosen by itself or with its group, in the words of the score.
    """
    chapters = [(c, CHAPTERS[c]) for c in CHAPTERS if any(c == each["chapter"] for each in claims)]
    lists = [{"name": "chapter", "label": "Chapter", "options": chapters}]
    for when in ("then", "now"):
        given = {claim[when]["verdict"] for claim in claims}
        options = []
        for name, kinds in GROUPS.items():
            if some := [v for v in kinds if v in given]:
                options.append((name, name))
                options += [(str(v), f"{INDENT}{v}") for v in some if len(kinds) > 1]
        lists.append({"name": when, "label": f"Verdict {when}", "options": options})
    return lists


# --- what the search finds -----------------------------------------------------------------------


def _found_lines(claim: Told) -> Iterator[str]:
    """What is found of a claim by words: verdicts and why, measures, figures, rule, the dispute."""
    yield f"{claim['then']['verdict']} then, {claim['now']['verdict']} now"
    yield from why(claim).values()
    for side in ("now", "then"):
        yield from (f"{each['label']}: {each['value']}" for each in claim[side]["figures"])
    yield from filter(None, (claim[part] for part in ("rule", "proxy", "why", "opponent")))


def places(bundle: Claims) -> list[Place]:
    """Each claim and each silence as a place for the search."""
    claims = [
        Place(
            "Claims",
            anchor(claim["claim"]),
            f"Claim {int(claim['claim'][1:])}: {claim['text']}",
            "\n".join(dict.fromkeys(_found_lines(claim))),
        )
        for claim in bundle.claims
    ]
    silences = [
        Place(
            "Claims",
            anchor(each["omission"]),
            f"Left out: {each['text']}",
            "\n".join(f"{f['label']}: {f['value']}" for f in (*each["then"], *each["now"])),
        )
        for each in bundle.left_out
    ]
    return claims + silences


# --- the page ------------------------------------------------------------------------------------


def _environment() -> markup.Environment:
    made = markup.environment(TEMPLATES)
    made.filters |= {"anchor": anchor, "group": group_of}
    made.filters["number"] = lambda key: int(key[1:])
    return made


def claims_html(
    bundle: Claims, pages: Collection[str], root: str, cite: Callable[[str, str], str]
) -> str:
    """All claims below the caption. `pages` are the book's; `root` leads to the site's.

    `cite` gives a part of the book, by its title and its address, as a line of text.
    """
    then = dt.date.fromisoformat(bundle.then)

    def later(source: SourceNote) -> bool:
        on = appeared(source.key, source.date)
        return on is not None and on > then

    def citation(claim: Told) -> str:
        told = f"Claim {int(claim['claim'][1:])}, “{claim['text'].rstrip('.')}”: "
        told += f"{claim['then']['verdict']} as known on {day(bundle.then)}, "
        told += f"{claim['now']['verdict']} as known now"
        return cite(told.replace("'", "’"), f"{PAGE}.html#{anchor(claim['claim'])}")

    return (
        _environment()
        .get_template("claims.html")
        .render(
            bundle=bundle,
            by_key=bundle.source_of,
            paragraphs=list(dict.fromkeys(claim["paragraph"] for claim in bundle.claims)),
            filters=filters(bundle.claims),
            ruler=ruler(bundle.months),
            target=f"{bundle.name}-list",
            instead=markup.Link("They stand in the CSV", f"{root}{FOLDER}/{bundle.name}.csv"),
            chapters=CHAPTERS,
            former=FORMER,
            colour=COLOUR,
            symbol=SYMBOL,
            pages=pages,
            root=root,
            dated=dated,
            later=later,
            citation=citation,
            measures=measures,
            lead_sources=lead_sources,
            why=why,
            month=lambda iso: month(iso, bundle.then),
            in_words=lambda through: in_words(through, bundle.then),
        )
    )
