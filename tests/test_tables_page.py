"""Tables, source lines and what stands below a figure, as readers meet them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import nbformat
import pandas as pd
import pytest
from playwright.sync_api import expect

from openbook import publish, tables
from openbook.bundle import Bundle, Figure, Table
from openbook.site import table_parts
from openbook.testing import book

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
SCRIPT = "openbook-tables.js"
CHAPTERS = [page for page in book.chapters() if "/" in page.docname]
each_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)


@pytest.fixture(scope="module")
def published(site) -> dict[str, Bundle]:
    """The figures and tables that the chapters published, by name."""
    ran = [nbformat.read(page.executed, as_version=4) for page in CHAPTERS]
    items = (item for run in ran for shape in (Figure, Table) for item in book.bundles(run, shape))
    return {item.name: item for item in items}


# --- numbers as spreadsheets take them -------------------------------------------------------


def test_negative_numbers_have_the_minus_of_keyboards():
    rows = pd.DataFrame({"low": ["−30.5–−20", "−3"], "value": [-1234.5, 2.0], "note": ["a", "b"]})
    labels = {"low": "Range", "value": "Mt", "note": "Note"}
    rows["source"] = next(iter(tables.references()))
    bundle = publish.table(rows, name="tab-a", title="T", subtitle="s", labels=labels).bundle
    assert isinstance(bundle, Table)
    cells = [
        entry.astext()
        for entry in table_parts.table_node(bundle).findall(table_parts.openbook_line)
    ]
    assert cells[3:] == ["-30.5 to -20", "-1,234.5", "a", "-3", "2.0", "b"]
    assert publish.csv_text(bundle).splitlines()[1] == "-30.5–-20,-1234.5,a"


# --- what the files say ----------------------------------------------------------------------


def test_no_library_of_tables_is_in_the_site(site):
    files = {path.name: path for path in (site / "_static").rglob("*") if path.is_file()}
    assert not [name for name in files if "datatables" in name.lower()]
    assert files[SCRIPT].stat().st_size < 8_000


@each_chapter
def test_code_is_one_fold_a_figure_and_one_switch(site, page):
    soup = book.soup(page.html)
    assert not soup.select(".cell details.hide"), "a toggle between paragraphs"
    parts = soup.select("figure.ob-figure, figure.ob-table")
    folds = soup.select("details.ob-code")
    assert 0 < len(folds) <= len(parts) + 1
    assert all(fold.select_one(".cell_input pre") for fold in folds), "a fold without code"
    assert len(soup.select(".ob-code-switch input[type=checkbox]")) == 1
    # every cell whose code was to be shown is in one of the folds
    written = book.read_chapter(page.path).cells
    shown = (cell for cell in written if cell.source.strip())
    cells = [cell for cell in shown if "hide-input" in cell.metadata.get("tags", ())]
    assert len(soup.select("details.ob-code .cell_input")) == len(cells)
    assert not [
        cell
        for cell in soup.select("div.cell")
        if not cell.get_text(strip=True) and not cell.find()
    ]


@each_chapter
def test_the_row_below_is_complete(site, page):
    for part in book.soup(page.html).select("figure.ob-figure, figure.ob-table"):
        figure = "ob-figure" in part["class"]
        row = part.select_one(".ob-furniture")
        words = [each.get_text() for each in row.select(":scope > a, :scope > details > summary")]
        wanted = ["CSV", "SVG", "PNG", "Code", "Cite", "Link", "Embed"]
        wanted = wanted if figure else [w for w in wanted if w not in ("SVG", "PNG", "Embed")]
        assert [w for w in wanted if w in words or w != "Code"] == words, part["id"]
        cite = row.select_one(".ob-citing")
        title = part.select_one(".caption-text").get_text()
        assert title in cite.p.get_text() and cite.pre.get_text().startswith("@incollection{")
        assert row.select_one(f":scope > a[href='#{part['id']}']")


@pytest.mark.parametrize("page", book.pages(), ids=lambda page: page.name)
def test_no_link_is_a_bare_date(site, page):
    bare = re.compile(r"undated|no date|\d{4}(-\d\d){0,2}")
    links = {link.get_text(strip=True) for link in book.soup(page.html).select("article a")}
    assert not [text for text in links if bare.fullmatch(text)]


@each_chapter
def test_sources_are_one_line_and_open_to_full_citations(site, page, published):
    soup = book.soup(page.html)
    for part in soup.select("figure.ob-figure, figure.ob-table"):
        bundle, fold = published.get(part["id"]), part.select_one("details.ob-source")
        if bundle is None:
            continue
        if bundle.kind == "table" and set(bundle.columns) & set(publish.SOURCE_COLUMNS):
            named = {key for row in bundle.rows for key in str(row.get("source") or "").split(";")}
            assert fold is None or not named >= {source.key for source in bundle.sources}
            continue
        items = fold.select("li")
        assert len(items) == len(bundle.sources), part["id"]
        for item, source in zip(items, bundle.sources, strict=True):
            assert source.title in item.get_text() and source.publisher in item.get_text()
            assert source.own or source.date or "no date" in item.get_text()
            assert not source.url or item.a["href"] == source.url
        line = fold.summary.get_text()
        assert line.startswith("Sources: ") and len(line) < 200
        assert line.endswith("our assumptions") == any(source.own for source in bundle.sources)


# --- what a browser shows --------------------------------------------------------------------


_CUT = """() => [...document.querySelectorAll('.ob-table')].filter(f => f.querySelector('table'))
    .flatMap(figure => {
        const table = figure.querySelector('table'), box = table.parentElement;
        const cut = table.scrollWidth > box.clientWidth + 1
            || table.getBoundingClientRect().right > document.documentElement.clientWidth;
        return cut ? [`${figure.id}: ${table.scrollWidth} in ${box.clientWidth}`] : [];
    })"""
_LINES = """() => [...document.querySelectorAll('.ob-source > summary')].filter(line => {
    const height = parseFloat(getComputedStyle(line).lineHeight);
    const shown = line.getClientRects().length, one = !/;|[0-9] more/.test(line.textContent);
    const cut = line.scrollWidth > line.clientWidth + 1;
    return shown && (line.getBoundingClientRect().height > 1.6 * height || (cut && !one));
}).map(line => `${line.closest('figure').id}: ${line.textContent}`)"""


@pytest.mark.browser
@each_chapter
def test_nothing_is_cut_off_on_a_desk_and_sources_take_one_line(site, browser, page):
    visit = browser.visit(viewport=DESK, java_script_enabled=False)
    visit.open(page.html)
    visit.page.evaluate("document.querySelectorAll('.ob-folded').forEach(d => d.open = true)")
    assert visit.page.evaluate(_CUT) == []
    assert visit.page.evaluate(_LINES) == []
    assert visit.page.evaluate("document.scrollingElement.scrollWidth") <= DESK["width"]


@pytest.mark.browser
def test_a_filter_is_in_the_address_and_survives_back(site, browser):
    visit = browser.visit(viewport=DESK)
    page, path = visit.page, site / "chapters/methods.html"
    visit.open(path)
    part = page.locator("#tab-fleet")
    part.locator("summary").first.click()
    rows = part.locator("tbody tr:not([hidden])")
    expect(rows.first).to_be_visible()  # a folded table is fetched when it opens
    whole = rows.all_text_contents()
    clear, count = part.get_by_role("button", name="Clear"), part.locator("output")
    assert not clear.is_visible() and count.inner_text() == f"{len(whole)} rows"
    part.get_by_role("combobox").first.select_option(index=1)
    part.get_by_label("Search").fill("a")
    part.locator("thead th").nth(2).get_by_role("button").click()
    left = rows.all_text_contents()
    assert 0 < len(left) < len(whole) and count.inner_text() == f"{len(left)} of {len(whole)} rows"
    name, _, asked = page.evaluate("location.hash").partition("?")
    assert name == "#tab-fleet" and {"q", "sort"} < set(parse_qs(asked))
    address = page.url
    page.goto((site / "index.html").as_uri())
    page.go_back()
    expect(clear).to_be_visible()
    assert rows.all_text_contents() == left and page.url == address
    # a copied address shows the same to another reader; a plain link goes on leading there
    other = browser.visit(viewport=DESK)
    other.page.goto(address)
    there = other.page.locator("#tab-fleet")
    expect(there.locator("output")).to_have_text(f"{len(left)} of {len(whole)} rows")
    assert there.locator("tbody tr:not([hidden])").all_text_contents() == left
    assert abs(there.bounding_box()["y"]) < 300
    clear.click()
    assert rows.all_text_contents() == whole and page.evaluate("location.hash") == "#tab-fleet"
    assert not clear.is_visible() and not visit.problems and not other.problems


@pytest.mark.browser
def test_a_long_table_shows_its_first_rows_until_all_are_wanted(site, browser, published):
    name, rows = next(
        (item.name, len(item.rows))
        for item in published.values()
        if type(item) is Table and table_parts.is_long(item)
    )
    path = next(p.html for p in CHAPTERS if name in book.anchors(p.html))
    visit = browser.visit(viewport=DESK)
    visit.open(path)
    part = visit.page.locator(f"#{name}")
    seen = part.locator("tbody tr:visible")
    assert seen.count() == 12
    show = part.get_by_label(f"Show all {rows} rows")
    visit.page.emulate_media(media="print")
    assert seen.count() == rows and not show.is_visible()
    visit.page.emulate_media(media="screen")
    head = part.locator("thead th").first
    assert head.evaluate("h => getComputedStyle(h).position") == "sticky"
    show.focus()
    visit.page.keyboard.press("Space")
    assert seen.count() == rows
    # what is copied has a line a row and a tab between two cells
    copied = part.locator("table").evaluate(
        "t => { getSelection().selectAllChildren(t.tBodies[0]); return String(getSelection()); }"
    )
    lines = [line for line in copied.split("\n") if line.strip()]
    assert len(lines) == rows
    assert {line.count("\t") for line in lines} == {part.locator("thead th").count() - 1}
    plain = browser.visit(viewport=DESK, java_script_enabled=False)
    plain.open(path)
    assert plain.page.locator(f"#{name} tbody tr:visible").count() == rows
    assert not plain.page.locator(f"#{name} .ob-show").is_visible()


_SEEN_THROUGH = """heads => heads.filter(head => {
    const { position, backgroundColor } = getComputedStyle(head);
    return position === "sticky" && !backgroundColor.startsWith("rgb(");
}).map(head => head.textContent)"""


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_rows_pass_behind_a_head_that_stays_and_not_through_it(site, browser, size, dark):
    visit = browser.visit(viewport=size, color_scheme="dark" if dark else "light")
    visit.open(site / "chapters" / "corridor.html")
    visit.page.evaluate("() => openbookLater.within(document.body)")
    heads = visit.page.locator(".ob-table :is(thead th, tbody td:first-child)")
    assert heads.count() > 50
    stay = "heads => heads.filter(h => getComputedStyle(h).position === 'sticky').length"
    assert heads.evaluate_all(stay) > 20
    assert heads.evaluate_all(_SEEN_THROUGH) == []


_EDGES = """cells => cells.map(cell => cell.getBoundingClientRect())
    .map(({left, right}) => [left, right])"""


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_rows_are_cards_on_a_phone(site, browser, javascript):
    visit = browser.visit(viewport=PHONE, java_script_enabled=javascript)
    visit.open(site / "chapters/investment.html")
    part = visit.page.locator("#tab-companies")
    cell = part.locator("tbody tr").first.locator("td").nth(1)
    said = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    head = part.locator("thead th").nth(1).text_content()
    assert head.strip() in said.replace("\\", "")
    boxes = part.locator("tbody tr").first.locator("td").evaluate_all(_EDGES)
    assert len({round(left) for left, _ in boxes}) == 1, "the cells are not below each other"
    assert all(right <= PHONE["width"] for _, right in boxes)


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_code_is_shown_by_its_link_and_by_the_switch(site, browser, javascript):
    visit = browser.visit(viewport=DESK, java_script_enabled=javascript)
    visit.open(site / "chapters/visit.html")
    page, inside = visit.page, ".cell_input" if javascript else ":is(.cell_input, .ob-later a)"
    code = visit.page.locator(f"details.ob-code {inside}")
    switch, folds = page.get_by_label("Show all code"), page.locator("details.ob-code")
    assert not any(each.is_visible() for each in code.all())
    folds.first.locator("summary").press("Enter")
    expect(folds.first.locator(inside).first).to_be_visible()
    switch.check()
    assert folds.count() > 3
    for fold in folds.all():
        expect(fold.locator(inside).first).to_be_visible()
    page.reload()
    expect(switch).to_be_checked(checked=javascript)
    if javascript:
        expect(code.last).to_be_visible()
        switch.uncheck()
    assert not code.last.is_visible() and not visit.problems
