"""One quantity, one number: what two pages print of one thing is the same, under one name.

`SAME` lists the headline quantities with every name under which pages print them. A name that two
pages use for different things is in `APART`, with what each means. A quantity that has two
definitions has two names here, and the pages say which they mean. All of them are facts.
"""

import json
import re

import pytest

from openbook.testing import book

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

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
}

PRINTED = {  # where a table prints the same again: page, what stands there, the name it agrees with
    "tanker of the central case, energy": (
        "energy",
        r"Without dredging a tanker at Aktau would load ([\d,]+) tonnes in 2030",
        "energy::payload_2030",
    ),
    "tanker of the central case, outlook": (
        "outlook",
        r"^central \| [\d.]+ \| [-\d.]+ \| ([\d,]+) \| [\d,]+$",
        "energy::payload_2030",
    ),
}

APART = {  # one name, two things
    "first_share": "energy: a share of the exports; corridor: of the boxes",
    "growth_needed": "corridor: of freight, to the goals; investment: of trade, to USD 1 bn",
    "payload_2030": "energy: the central case; outlook: the range of cases",
    "n_events": "energy: of the pipe; visit: of the relations",
    "fell": "corridor: freight in the last year; investment: trade since 2023",
}


@pytest.fixture(scope="module")
def published(site):
    """The facts of the built pages: page, name, and the text and unit of each."""
    held = {}
    for fact in json.loads((site / "_data" / "facts.json").read_text("utf-8")):
        name = fact["page"].rpartition("/")[2]
        held.setdefault(name, {})[fact["name"]] = fact["text"], fact["unit"]
    return held


def value(published, name):
    page, _, quantity = name.partition("::")
    assert quantity in published[page], f"{page} publishes no {quantity}: correct the name here"
    return published[page][quantity]


def agree(one, other):
    """Whether two facts are the same number, one of them perhaps rounded further."""
    texts, units = zip(one, other, strict=True)
    first, second = ([n.replace(",", "") for n in NUMBER.findall(text)] for text in texts)
    if len(first) != len(second) or not all(map(same_rounded, first, second)):
        return False
    # a year's amount is a rate too; a table's text has no unit
    return "" in units or len({re.sub(r"(/| per )year$", "", unit) for unit in units}) == 1


def same_rounded(one, other):
    digits = min(len(text.partition(".")[2]) for text in (one, other))
    rounded = len(one.partition(".")[2]) != len(other.partition(".")[2])
    return abs(float(one) - float(other)) <= (0.5 * 10**-digits + 1e-9) * rounded


@pytest.mark.parametrize("quantity", SAME)
def test_a_quantity_has_one_number(published, quantity):
    values = {name: value(published, name) for name in SAME[quantity]}
    first = next(iter(values.values()))
    assert all(agree(first, other) for other in values.values()), f"{quantity} is {values}"


@pytest.mark.parametrize("place", PRINTED)
def test_a_table_prints_it_too(published, place):
    page, wanted, name = PRINTED[place]
    text = (book.REFERENCE / f"{page}.txt").read_text("utf-8")
    held = re.findall(wanted, text, re.M)
    assert held, f"{page}.txt has no line like {wanted}: correct it here"
    fact = value(published, name)
    assert all(agree((found, ""), fact) for found in held), f"{held}, {fact}"


def test_one_name_means_one_thing(published):
    pages = {}
    for page, held in published.items():
        for name, shown in held.items():
            pages.setdefault(name, {})[page] = shown
    differ = {
        name: held
        for name, held in pages.items()
        if not all(agree(next(iter(held.values())), other) for other in held.values())
    }
    assert differ.keys() <= APART.keys(), (
        f"pages use one name for different numbers: "
        f"{ {name: differ[name] for name in differ.keys() - APART.keys()} }; rename one, or say in "
        "APART what each means"
    )
    assert APART.keys() <= differ.keys(), f"one thing: {APART.keys() - differ.keys()}"


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
    assert agree((one, "Mt"), (other, "Mt")) is same
    assert not agree((one, "Mt"), (other, "USD mn"))
