"""The strip of all claims in the order of the article: a cell each, now and (thin bar) then.

The front page shows it whole; a chapter shows its own cells lit, the others hollow. With it stand
the sentences that a chapter decides, by their first words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from caspian.claims.bundle import Claims
from caspian.claims.page import PAGE, TEMPLATES, anchor
from caspian.claims.verdicts import COLOUR, GROUPS, SYMBOL, Verdict
from openbook.colour import label_on
from openbook.site.markup import environment

SENTENCES = 3  # of a chapter before the fold


def number(key: str) -> int:
    """The number that readers know a claim by: `c07` → 7."""
    return int(key[1:])


def in_order(bundle: Claims) -> list[dict[str, Any]]:
    """The claims in the order in which the article makes them, each once.

    That of the sentence which first makes a claim; claims of one sentence as the table has them.
    """
    by_key = {claim["claim"]: claim for claim in bundle.claims}
    order = dict.fromkeys(key for s in bundle.sentences for key in s["claims"])
    return [by_key[key] for key in [*order, *(key for key in by_key if key not in order)]]


def sentences_of(bundle: Claims, chapter: str) -> list[dict[str, Any]]:
    """The sentences that a chapter decides: opening, and those of its claims that it decides."""
    own = {claim["claim"]: claim for claim in bundle.claims if claim["chapter"] == chapter}
    found = [
        (s["opening"], [own[key] for key in s["claims"] if key in own]) for s in bundle.sentences
    ]
    return [{"opening": opening, "claims": claims} for opening, claims in found if claims]


def told(claim: Mapping[str, Any]) -> str:
    """A cell in words: the claim, then, now."""
    then, now = claim["then"]["verdict"], claim["now"]["verdict"]
    return f"Claim {number(claim['claim'])}: {claim['text']} Then {then}, now {now}."


def render(template: str, root: str, **context: Any) -> Markup:
    """A template of the claims with what all of them draw verdicts with. `root`: to the site's."""
    given = {
        "address": lambda claim: f"{root}{PAGE}.html#{anchor(claim['claim'])}",
        "page": f"{root}{PAGE}.html",
        "told": lambda claim: told(claim).replace("'", "’"),
        "number": number,
        "colour": COLOUR,
        "symbol": SYMBOL,
        "ink": {verdict: label_on(colour) for verdict, colour in COLOUR.items()},
    }
    return Markup(environment(TEMPLATES).get_template(template).render(given | context))


def counted(claims: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[tuple[Verdict, int]]]]:
    """The legend: the groups of the score, each with its verdicts and how many claims have them."""
    given = [claim["now"]["verdict"] for claim in claims]
    then = [claim["then"]["verdict"] for claim in claims]
    return [
        (name, [(v, given.count(v)) for v in kinds if v in given or v in then])
        for name, kinds in GROUPS.items()
        if any(v in given or v in then for v in kinds)
    ]


def whole(bundle: Claims, root: str) -> Markup:
    """The strip of the front page with its title and legend."""
    claims = in_order(bundle)
    return render("strip.html", root, bundle=bundle, claims=claims, legend=counted(claims))


def opener(bundle: Claims, chapter: str, root: str) -> Markup:
    """What a chapter opens with: the strip with its own cells lit, its sentences with verdicts."""
    return render(
        "opener.html",
        root,
        chapter=chapter,
        claims=in_order(bundle),
        sentences=sentences_of(bundle, chapter),
        shown=SENTENCES,
    )


def decided_by(bundle: Claims) -> dict[str, list[dict[str, Any]]]:
    """The claims that each figure or table decides, by its name, in the order of the article."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for claim in in_order(bundle):
        found[claim["figure"]].append(claim)
    return dict(found)


def decides(claims: Iterable[Mapping[str, Any]], root: str) -> Markup:
    """The line under a figure or table: the claims that it decides."""
    return render("decides.html", root, claims=list(claims))
