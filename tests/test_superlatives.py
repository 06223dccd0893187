"""A record, the largest, the only one, never: each such sentence rests on something.

A sentence that says so shows a computed number, quotes a source or stands in `RESTS_ON`, with what
it rests on and, where rows can decide it, the question to them. What nobody counted is worded by
what was read ("the largest that we read").
"""

import re

import pytest

from openbook import tables
from openbook.testing import book

FENCE = re.compile(r"(?ms)^(`{3,}|:{3,}).*?^\1[ \t]*$")
WORDS = re.compile(
    r"\b(?:a record|on record|record (?:high|low)|unprecedented|first time|never|the only|no other|"
    r"(?:largest|highest|lowest|biggest|dearest|fastest)|"
    r"the first(?! (?:quarter|half|full|seven|six|ten|nine|is|has|of these|share|otherwise|"
    r"verdict|row|to the last|route fails|steps)))\b",
    re.IGNORECASE,
)
READ = re.compile(r"\b(?:that we (?:read|found)|found|published|named|stated)\b")
COMPUTED = ("{eval}", "{glue", "{source}")
RULES = {"methods", "references", "glossary", "data"}  # they say how the book counts, no finding


def whole_years(series):
    freight = tables.load("corridor_freight").query("series == @series")
    years = freight.loc[freight["period"].str.fullmatch(r"\d{4}"), "period"].astype(int)
    return set(years)


def only_ministry_has_every_year():
    every = {name: whole_years(name) for name in set(tables.load("corridor_freight")["series"])}
    span = set(range(min(every["titr_total"]), max(every["titr_total"]) + 1))
    return len(span) > 3 and [n for n, years in every.items() if span <= years] == ["titr_total"]


def not_among_the_ten():
    inflows = tables.load("fdi_inflows").query("country == 'AZE' and direction == 'inward'")
    return "KAZ" not in set(inflows["partner"].dropna())


RESTS_ON = {
    ("claims", "were never published"): ("agreements: the texts that were looked for", None),
    ("corridor", "the only one with every year"): (
        "corridor_freight, whole years of each series",
        only_ministry_has_every_year,
    ),
    ("investment", "and never join them"): ("no finding: how the chapter counts", None),
    ("investment", "The highest one, of 2021"): ("computed: tab-ledgers", None),
    ("investment", "never falls when money"): ("no finding: what a gross sum is", None),
    ("investment", "ten largest investors"): ("fdi_inflows by partner", not_among_the_ten),
    ("investment", "The fund never had one"): ("investment_projects: no project of it", None),
    ("ots", "it is never taken as zero"): ("no finding: how the chapter counts", None),
    ("visit", "met for the first time"): ("milestones, as its source says", None),
}


def sentences():
    """Each sentence of the pages' prose that has such a word, with its page."""
    for page in book.pages():
        if page.name in RULES:
            continue
        prose = FENCE.sub("", page.path.read_text("utf-8"))
        for paragraph in re.split(r"\n{2,}|\n(?=[-*] )", prose):
            for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z*{])", paragraph):
                if WORDS.search(sentence):
                    yield page.name, " ".join(sentence.split())


def test_a_superlative_rests_on_something():
    loose = [
        f"{page}: {sentence}"
        for page, sentence in sentences()
        if not any(mark in sentence for mark in COMPUTED)
        and not READ.search(sentence)
        and not any(page == at and words in sentence for at, words in RESTS_ON)
    ]
    assert not loose, (
        "compute it, quote a source, say what was read, or enter it in RESTS_ON:\n"
        + "\n".join(loose)
    )


def test_the_list_has_no_sentence_that_is_gone():
    there = list(sentences())
    gone = [key for key in RESTS_ON if not any(p == key[0] and key[1] in s for p, s in there)]
    assert not gone, f"no page says this any more: {gone}"


@pytest.mark.parametrize("key", [key for key, (_, check) in RESTS_ON.items() if check])
def test_rows_bear_it_out(key):
    basis, check = RESTS_ON[key]
    assert check(), (
        f"{key[0]}.md says “{key[1]}”; it rests on {basis}, which no longer bears it out"
    )
