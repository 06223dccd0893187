"""A book of hostile data: whatever a table, a source or a title says, a page shows it as text.

The door of the tables refuses most of it (tests/test_tables.py); it is taken out here, so that the
wall behind it is tested: what writes pages, notebooks, workbooks and descriptions for machines.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
import samples

from openbook import addresses
from openbook.site import citation, files
from openbook.site.notebook import as_text
from openbook.testing import trees
from openbook.testing.host import served

MARKUP = """'"><svg onload=window.hit=1><script>window.hit=1</script>"""
KEY = 'oil"><svg/onload=(window.hit=1)>'  # as much as BibTeX takes
ACTS = "javascript:window.hit=1//"
FORMULA = "=HYPERLINK(1)" + MARKUP
# What the door checks with, by its module, and what it says instead when it stands open
DOOR = {
    "bibliography": {"_source_violations": "iter(())", "_pages_entered_twice": "iter(())"},
    "metadata": {"package_violations": "iter(())", "table_violations": "iter(())"},
    "cells": {"cell_violations": "[]"},
    "rules": {"violations": "[]"},
}
PAGES = (
    "index", "chapters/oil", "chapters/ports", "chapters/back", "figures/oil", "embed/oil",
    "charts", "search", "404",
)  # fmt: skip

# --- the functions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "is_web", "opens"),
    [
        ("https://example.org/a?b=c#d", True, True),
        ("http://example.org/", True, True),
        ("mailto:a@example.org", False, True),
        ("chapters/oil.html#fig-oil", False, True),
        ("../index.html?a=b:c", False, True),
        ("#table-oil", False, True),
        ("", False, False),
        (ACTS, False, False),
        ("JaVaScRiPt:alert(1)", False, False),
        (" java\nscript:alert(1)", False, False),
        ("\x01javascript:alert(1)", False, False),
        ("data:text/html,<script>1</script>", False, False),
        ("vbscript:x", False, False),
        ("file:///etc/passwd", False, False),
        ("htps://example.org", False, False),
        ('https://example.org/"onclick="x', False, False),
        ("https://example.org/<b>", False, False),
    ],
)
def test_only_addresses_of_the_web_become_links(address, is_web, opens):
    assert bool(addresses.web(address)) == is_web
    assert bool(addresses.openable(address)) == opens


def test_a_name_from_data_stays_in_its_folder(tmp_path):
    recipe = {"../away.csv": files.from_bytes(b"x")}
    with pytest.raises(ValueError, match="can't be the name of a file"):
        files.sync_folder(tmp_path / "in", recipe, tmp_path / "noted")
    assert not list(tmp_path.rglob("*.csv"))


def test_text_for_markdown_and_citations_is_text():
    assert as_text("1.9% of 5") == "1.9% of 5"
    assert as_text("a <b> [c](d) `e`") == "a &lt;b> \\[c\\](d) \\`e\\`"
    cited = citation.Citation("Title", "Author", "1", "2026-11-24", "", ("Author,",))
    assert "\r\nTY" not in citation.ris(cited, "Title\r\nTY  - JOUR")
    assert "{a\\}b}" in citation.bibtex(cited, "book", "x", {"title": "a}b"})


# --- the book --------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return json.dumps(text)  # which is a string of YAML, too


_TEXTS = re.compile(r"(?m)^(\s+(?:title|description|unit|path)|title|description): (.*)$")


def _spoiled(line: re.Match[str]) -> str:
    """A line of a description with hostile text."""
    text = ACTS if line[1].strip() == "path" else line[2].strip("'") + MARKUP
    return f"{line[1]}: {_quoted(text)}"


def _spoil(tree: Path) -> None:
    """Put hostile text wherever data or metadata hold text; not in what names a file."""
    data, chapter = tree / "data", tree / "chapters" / "oil.md"
    bib = (data / "references.bib").read_text("utf-8")
    bib = bib.replace("{oil_office,", f"{{{KEY},")
    bib = bib.replace("{{Exports of oil by way}}", f"{{{{Exports {MARKUP}}}}}")
    bib = bib.replace("{{Office of Oil}}", f"{{{{Office {MARKUP}}}}}")
    bib = re.sub(r"url = \{[^}]*\}", f"url = {{{ACTS}}}", bib)
    (data / "references.bib").write_text(bib, "utf-8")
    rows = (data / "exports.csv").read_text("utf-8")
    spoiled = MARKUP.replace('"', '""')
    rows = rows.replace("oil_office", '"' + KEY.replace('"', '""') + '"')
    rows = rows.replace("By sea", f'"{FORMULA.replace(chr(34), chr(34) * 2)}"')
    rows = rows.replace("ship,", f'"ship {spoiled}",')
    (data / "exports.csv").write_text(rows, "utf-8")
    for path in (data / "schema").glob("*.yml"):
        text = path.read_text("utf-8")
        path.write_text(_TEXTS.sub(_spoiled, text), "utf-8")
    for name, text in (
        ('alt="Three bars."', f"alt={MARKUP!r}, note={MARKUP!r}, labels={{'way': {MARKUP!r}}}"),
        ('title=f"Pipes take {share} of the oil"', f"title={MARKUP!r}"),
        ('subtitle="Exports of oil by way in 2025, million tonnes"', f"subtitle={MARKUP!r}"),
        ('title=f"The ways carry {total_mt} million tonnes"', f"title={MARKUP!r}, note={MARKUP!r}"),
        ('labels={"way": "Way", "value": "Mt"}',
         f'labels={{"way": {MARKUP!r}, "value": "Mt", "note": "Note", "source": "Source"}}'),
        ('encode(x="value", y="way")', 'encode(x="value", y="way", tooltip=["way", "note"])'),
        ("index = number(", "hostile = exports['note'].iloc[1]\nindex = number("),
        ("{source}`oil_office`", f"{{source}}`{KEY}` says {{eval}}`hostile`"),
    ):  # fmt: skip
        trees.edit(chapter, name, text)


def _open_door(tree: Path) -> None:
    """Let the copy's tables pass unchecked."""
    for module, named in DOOR.items():
        path = tree / "openbook" / "tables" / f"{module}.py"
        text = path.read_text("utf-8")
        for name, answer in named.items():
            assert f"def {name}(" in text, f"the door has moved: no {name} in {path.name}"
            text += f"\n\n{name} = lambda *_, **__: {answer}  # noqa: E731\n"
        path.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    """The built site."""
    tree = samples.small_book(tmp_path_factory.mktemp("hostile") / "book")
    _open_door(tree)
    _spoil(tree)
    for command in (("python", "-m", "openbook.tables", "renew"), trees.BUILD):
        done = trees.run_in(tree, *command)
        assert done.returncode == 0, done.output[-5000:]
    return tree / "_build" / "html"


# What could act on a page: handlers, scripts of the page's own, addresses of other schemes
_ACTING = """() => {
  const found = [];
  for (const each of document.querySelectorAll("*")) {
    for (const { name, value } of each.attributes) {
      if (name.startsWith("on")) found.push(`${each.localName} ${name}`);
      if (!/^(xlink:)?href$|^src$|^action$|^formaction$|^data$/.test(name)) continue;
      const { protocol } = new URL(value, document.baseURI);
      if (!["http:", "https:", "mailto:"].includes(protocol)) found.push(`${name}=${value}`);
    }
    if (each.localName === "script" && !each.src && !/json/.test(each.type))
      found.push(`script ${each.textContent}`);
    if (/json/.test(each.type ?? "") && each.localName === "script") JSON.parse(each.textContent);
  }
  return found;
}"""
_TOUCH = """async () => {
  document.addEventListener("click", (e) => e.target.closest("a") && e.preventDefault());
  document.addEventListener("submit", (e) => e.preventDefault());
  for (let round = 0; round < 2; round++) {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    for (const each of document.querySelectorAll("button, summary, label, a, [tabindex]"))
      if (!/javascript/i.test(each.href ?? "")) each.click?.(), each.focus?.();
    for (const list of document.querySelectorAll("select"))
      for (const option of list.options) {
        list.value = option.value;
        list.dispatchEvent(new Event("change", { bubbles: true }));
      }
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    await new Promise((done) => setTimeout(done, 200));
  }
  for (const mark of document.querySelectorAll("svg path, svg rect"))
    mark.dispatchEvent(new MouseEvent("mousemove", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 300));
}"""


@pytest.mark.slow
@pytest.mark.browser
def test_hostile_text_does_nothing_on_any_page(hostile, chromium):
    with served(hostile) as host:
        visit = chromium.visit(bypass_csp=True)  # the policy would stop what this is to see
        for name in PAGES:
            query = "?q=onload" if name == "search" else ""
            visit.page.goto(f"{host}/{name}.html{query}", wait_until="load")
            visit.page.evaluate("() => window.openbookLater?.within(document.body)")
            for act in (None, _TOUCH):
                if act:
                    visit.page.evaluate(act)
                assert visit.page.evaluate("window.hit") is None, f"{name}: text was run"
                assert not (found := visit.page.evaluate(_ACTING)), f"{name}: {found}"
        visit.page.goto(f"{host}/chapters/oil.html")
        assert "<svg onload" in visit.page.inner_text("main"), "the text is shown as it is"


@pytest.mark.slow
def test_hostile_text_is_text_in_what_readers_take_away(hostile):
    notebook = json.loads((hostile / "_chapters" / "oil.ipynb").read_text("utf-8"))
    prose = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
    html = [
        "".join(output["data"].get("text/html", ""))
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    for text in [*prose, *html]:
        assert "<svg" not in text
        assert "<script" not in text
        assert "](javascript" not in text
        assert "](<javascript" not in text
        assert 'href="javascript' not in text
    assert any("onload" in text for text in prose), "the value stands in the prose, as text"
    (workbook,) = (hostile / "_data").glob("*.xlsx")
    with zipfile.ZipFile(workbook) as held:
        sheets = [n for n in held.namelist() if n.startswith("xl/worksheets/sheet")]
        for name in sheets:
            text = held.read(name).decode()
            assert "<f>" not in text, f"{name} holds a formula"
            assert "<hyperlink" not in text, f"{name} holds a link"
        assert "=HYPERLINK(1)" in held.read("xl/sharedStrings.xml").decode()
    for path in hostile.rglob("*.svg"):
        assert not re.search(r"<svg onload|<script|javascript:", path.read_text("utf-8")), path.name
