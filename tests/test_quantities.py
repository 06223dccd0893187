"""One quantity, one number: what two pages print of one thing is the same, under one name.

`SAME` lists the headline quantities with every name under which pages print them. A name that two
pages use for different things is in `APART`, with what each means. A quantity that has two
definitions has two names here, and the pages say which they mean.
"""

import re

import pytest

from tests import quantities

SAME = {
    "Kazakhstan's exports that crossed Russia in the last year, over both official counts": [
        "energy::russia_last"
    ],
    "Kazakh oil sent towards BTC in the last full year, Mt": [
        "energy::kmg_2025",
        "energy::kazakh_last",
        "visit::oil_last",
    ],
    "Oil agreed for the way through Baku, Mt a year": ["energy::contract_2024", "visit::oil_aim"],
    "Load of the largest tanker at Aktau in 2030, low to high fall of the sea, t": [
        "energy::range_2030",
        "outlook::payload_2030",
    ],
    "Freight of the corridor in 2030, middle of 2025 and the highest figure published, Mt": [
        "corridor::demand_central",
        "outlook::titr_central",
    ],
    "Trade of the five members with each other, all flows, percent of their exports": [
        "ots::five_share"
    ],
    "Trade of Azerbaijan and Kazakhstan by CEPII BACI, USD mn": [
        "investment::baci_words",
        "ots::azkz_actual",
    ],
    "Trade of Azerbaijan and Kazakhstan beside what a gravity model expects": [
        "ots::azkz_times",
        "ots::gravity_azkz",
    ],
    "Outages of thirty days that lost as much as 2025": [
        "energy::seen_outages",
    ],
    "The last month of the events that the pages know": [
        "claims::until",
        "outlook::data_until",
        "methods::evidence_until",
        "visit::evidence_until",
    ],
}

PRINTED = {  # where a table prints the same again: page, what stands there, the name it agrees with
    "tanker of the central case, energy": (
        "energy",
        r"Without dredging a tanker at Aktau would load ([\d,]+) tonnes in 2030",
        "energy::payload_2030",
    ),
    "tanker of the central case, outlook": (
        "outlook",
        r"^central \| [\d.]+ \| [−\d.]+ \| ([\d,]+) \| [\d,]+$",
        "energy::payload_2030",
    ),
}

APART = {  # one name, two things
    "first_share": "energy: a share of the exports; corridor: of the boxes",
    "growth_needed": "corridor: of freight, to the goals; investment: of trade, to USD 1 bn",
    "payload_2030": "energy: the central case; outlook: the range of cases",
    "n_events": "energy: of the pipe; visit: of the relations",
    "trade_until": "each chapter's own last figure: counts of trade end apart",
    "n_years": "each chapter's own series",
    "fell": "corridor: freight in the last year; investment: trade since 2023",
    "first_day": "energy: of daily prices; investment: of the goal's statements",
    "last_day": "energy: of daily prices; investment: of the goal's statements",
}


def value(name):
    page, _, quantity = name.partition("::")
    held = quantities.published()[page]
    assert quantity in held, (
        f"{page} publishes no {quantity}: correct the name here, or `make references`"
    )
    return held[quantity]


@pytest.mark.parametrize("quantity", SAME)
def test_a_quantity_has_one_number(quantity):
    values = {name: value(name) for name in SAME[quantity]}
    first = next(iter(values.values()))
    assert all(quantities.agree(first, other) or first == other for other in values.values()), (
        f"{quantity} is printed as {values}"
    )


@pytest.mark.parametrize("place", PRINTED)
def test_a_table_prints_it_too(place):
    page, wanted, name = PRINTED[place]
    text = (quantities.REFERENCE / f"{page}.txt").read_text("utf-8")
    held = re.findall(wanted, text, re.M)
    assert held, f"{page}.txt has no line like {wanted}: correct it here"
    assert all(quantities.agree(found, value(name)) for found in held), f"{held}, {value(name)}"


def test_one_name_means_one_thing():
    pages = {}
    for page, held in quantities.published().items():
        for name, shown in held.items():
            pages.setdefault(name, {})[page] = shown
    differ = {
        name: held
        for name, held in pages.items()
        if len(held) > 1
        and not all(
            quantities.agree(next(iter(held.values())), v) or v == next(iter(held.values()))
            for v in held.values()
        )
    }
    assert not differ.keys() - APART.keys(), (
        f"pages use one name for different numbers: "
        f"{ {name: differ[name] for name in differ.keys() - APART.keys()} }; rename one, or say in "
        "APART what each means"
    )


def test_every_shown_name_is_found():
    """The text of a page is laid beside its source without a gap, or the references are old."""
    for page, held in quantities.published().items():
        path = quantities.ROOT / ("index.md" if page == "index" else f"chapters/{page}.md")
        source = quantities.FENCE.sub("", path.read_text("utf-8"))
        roles = quantities.ROLE.finditer(source)
        asked = {r["inside"] for r in roles if r["role"] == "eval"}
        asked = {name for name in asked if quantities.NAME.fullmatch(name)}
        lost = asked - held.keys()
        assert not lost, f"{page}: {sorted(lost)} not found in its text; run `make references`"


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("7.1%", "7.33%", False),
        ("95–97%", "96.3%", False),
        ("7,600", "7,571", False),
        ("7,600 tonnes", "7600", True),
        ("29", "29.4", True),
        ("1.3", "1.35", True),
        ("USD 29 bn", "29.6", False),
    ],
)
def test_values_agree_if_one_is_the_other_rounded(one, other, same):
    assert quantities.agree(one, other) is same
