"""How the text of a page is read, and how a number that was typed is found in it."""

from __future__ import annotations

import re

import pytest

from openbook.testing import book, digits

each_page = pytest.mark.parametrize("page", book.pages(), ids=lambda page: page.name)


# --- the text of a page ----------------------------------------------------------------------


def test_text_of_a_page():
    html = """<nav>Menu</nav><article><h1>Oil<a class="headerlink">#</a></h1>
    <p>It rose to
      <b>62</b>&nbsp;Mt.</p><svg><text>9</text></svg><div class="cell_input">x = 1</div>
    <figure><figcaption><p>Fig. 1 A finding</p></figcaption></figure>
    <table><tr><th>Year</th><th>Mt</th></tr><tr><td>2024</td><td>1.5</td></tr></table>
    <ul><li>One</li><li><p>Two</p></li></ul></article>"""
    assert book.page_text(html).splitlines() == [
        "Oil", "It rose to 62\xa0Mt.", "Fig. 1 A finding", "Year | Mt", "2024 | 1.5", "One", "Two",
    ]  # fmt: skip


def test_a_page_without_an_article_is_an_error():
    with pytest.raises(ValueError, match="article"):
        book.page_text("<p>Oil</p>")


# --- no number is typed ----------------------------------------------------------------------


_END_TYPED = re.compile(r"\bruns? to (?:the end of )?(?:\w+ )?20\d\d\b")


@each_page
def test_where_the_data_end_is_computed(page):
    # A typed month stays behind when a table grows.
    found = _END_TYPED.search(page.path.read_text("utf-8"))
    assert not found, f"{page.docname}.md types {found[0]!r}: show the month with {{eval}}"


GOOD = [
    "On 11 March 2024 the presidents met in Baku.",
    "From 11–12 March 2024, and on 11 March, and since March 2024.",
    "In 2024, 2024–2025, 2024–25, the 1990s, Q1 2025 and (2026).",
    "Oil was found in 1847.",
    "It carried {eval}`btc_mt` Mt, {glue:text}`share` of all.",
    "See {numref}`fig-routes-2024` and {ref}`the table <tab-2>` in {cite}`eia2023`.",
    "See {doc}`the energy chapter <energy2>`.",
    "The [price](https://example.org/1234/5) fell.",
    "Read https://example.org/1234 or <https://example.org/56>.",
    "The share is {math}`s_1 = 0.82`, and `x = 3` in code.",
    "CO{sub}`2` and CO2; country codes of ISO 3166; under CC BY 4.0.",
    "---\nversion: 3\n---\n\n# Energy\n",
    "```python\nx = 62\n```",
    "```{code-cell} python3\n:tags: [hide-input]\nx = 62\n```",
    "```{code-block} python\nx = 62\n```",
    "```{math}\n:label: eq-2\nx = 62\n```",
    "```{figure} map2.svg\n:width: 60%\n:name: fig-2\nA map of the ports.\n```",
    ":::{note}\n:class: wide-2\nIn 2024 it rose.\n:::",
    "::::{grid} 2\n:gutter: 3\n:::{grid-item-card} Routes\nText\n:::\n::::",
    "```{eval} row62\n```",
    "(fig-62)=\n# Routes",
    "% a comment of 62 lines",
    "1. First\n2. Second",
    "It took {{ days_2024 }} days.",
    "<!-- 62 -->",
]

BAD = [
    ("It carried 62 Mt.", 1, "62"),
    ("It carried\nonly\n1.5 Mt a year.", 3, "1.5"),
    ("# Exports of 62 Mt", 1, "62"),
    ("- first\n- 62 Mt", 2, "62"),
    ("| Route | Mt |\n| --- | --- |\n| CPC | 62 |", 3, "62"),
    ("> 62 Mt", 1, "62"),
    ("About 2000 tonnes a day.", 1, "2000"),
    ("About 2,024 of them.", 1, "2,024"),
    ("It cost USD 2000.", 1, "2000"),
    ("Between $5 million and $6 million.", 1, "5"),
    ("Some 82% of it.", 1, "82"),
    ("Half of 2024.5 years.", 1, "2024.5"),
    ("A 3-day stop.", 1, "3"),
    ("The [62 Mt](https://example.org) target.", 1, "62"),
    ("![62 Mt by pipe](map.svg)", 1, "62"),
    ("The G7 met.", 1, "G7"),
    ("Under CC BY 4.02 terms.", 1, "4.02"),
    ("In 20{eval}`x` and 1{eval}`y`.", 1, "20"),
    (":::{note} All 62 Mt\nText\n:::", 1, "62"),
    (":::{note}\nText\n\n62 Mt\n:::", 4, "62"),
    ("::::{grid}\n:::{card} Oil\n:class: x\n\n62 Mt\n:::\n::::", 5, "62"),
    ("```{figure} map.svg\n:alt: 62 ports\nA map\n```", 2, "62"),
    ("```{figure} map.svg\n:name: fig-2\n\nA map of 62 ports\n```", 4, "62"),
    ("```{list-table} Flows\n* - Mt\n* - 62\n```", 3, "62"),
    ("```{code-cell} python3\n---\nmystnb:\n  figure:\n    caption: All 62\n---\nx = 1\n```", 5,
     "62"),
    ("Text[^a].\n\n[^a]: It was 62 Mt.", 3, "62"),
    ("<p>62 Mt</p>", 1, "62"),
    ("A <b>62</b> Mt line.", 1, "62"),
    ("{abbr}`BTC (a pipe of 1768 km)`", 1, "1768"),
]  # fmt: skip

GOOD_CODE = [
    'figure(chart, name="fig-2", title=f"CPC took {cpc:.1f} Mt", subtitle="Mt, 2009–2025")',
    'figure(chart, title="CPC " + fmt(x["2024 t"], 1) + " Mt", alt=text)',
    "figure(chart, title=f\"{frame.query('period == 62').value.sum():,.2f} Mt\")",
    'table(rows, labels={"mt_62": "Mt in 2024"}, digits={"mt": 2})',
    'chart = alt.Chart(x).encode(y=alt.value(62), color=alt.value("#018f93"))',
    'print(f"62 Mt")',
    'x.transform_calculate(a=f"{low} * (1 - datum.risk)")\nfigure(x, title="Routes")',
    'figure(chart.properties(height=300), title="Routes")',
]

BAD_CODE = [
    ('figure(chart, title="CPC took 62 Mt")', 1, "62"),
    ('figure(chart,\n       alt=f"CPC took {cpc:.1f} of 68.9 Mt")', 2, "68.9"),
    ('figure(chart, title="CPC " + name + " took 62 Mt")', 1, "62"),
    ('head = "CPC took 62 Mt"\nfigure(chart, title=head)', 1, "62"),
    ('head = f"about {x} of 62"\nfigure(chart, title="Routes")', 1, "62"),
    ('table(rows, subtitle=("Mt, " "all 62 of them"))', 1, "62"),
    ('table(rows, note="at 62 USD" if dear else "cheap")', 1, "62"),
    ('table(rows, labels={"mt": "Mt of 62"})', 1, "62"),
    ('publish.figure(chart, title=alt.Title("All", subtitle=["62 Mt"]))', 1, "62"),
    ('figure(chart, title="CPC {} of 62".format(x))', 1, "62"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_may_be_typed(text):
    assert digits.prose(text) == []


@pytest.mark.parametrize(("text", "line", "number"), BAD)
def test_typed_number_in_prose_is_found(text, line, number):
    found = [(finding.line, finding.digits) for finding in digits.prose(text)]
    assert any(at == line and number in what for at, what in found), found


@pytest.mark.parametrize("source", GOOD_CODE)
def test_what_code_may_say(source):
    assert digits.code(source) == []


@pytest.mark.parametrize(("source", "line", "number"), BAD_CODE)
def test_typed_number_in_code_is_found(source, line, number):
    found = digits.code(source, first=41)
    assert [(finding.line - 40, finding.digits) for finding in found] == [(line, number)]


def test_a_finding_names_line_and_text():
    (finding,) = digits.prose("# Oil\n\nIt carried 62 Mt of {eval}`all`.")
    assert str(finding) == 'line 3: "62" in "It carried 62 Mt of …."'
