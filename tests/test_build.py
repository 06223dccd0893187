"""The book is built the same twice, is never stale, never hides a failure, and does little again.

What the engine promises is tested on the small book (`tests/small`), built with this environment's
Jupyter Book; `tests/test_places.py` builds the real one a second time. Each test starts from the
same clean build.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import samples
from bs4 import BeautifulSoup

from openbook.testing import book, trees
from openbook.verify import VerifyError, verify

pytestmark = pytest.mark.slow

# The model of the concentration index: every share of it counts ten thousand
MODEL = ("caspian/models/routes.py", "10_000 * (array**2).sum()", "20_000 * (array**2).sum()")
OIL, PORTS = "chapters/oil", "chapters/ports"


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> tuple[Path, Path]:
    """The small book built from nothing, and a copy of it to go back to."""
    folder = tmp_path_factory.mktemp("build")
    tree = samples.small_book(folder / "book")
    succeed(tree)
    return tree, Path(shutil.copytree(tree, folder / "kept"))


@pytest.fixture
def tree(clean) -> Path:
    """The small book as it is after its first build: a build names its folder, so it is one."""
    tree, kept = clean
    shutil.rmtree(tree)
    shutil.copytree(kept, tree)
    return tree


def succeed(tree: Path) -> str:
    done = trees.build(tree)
    assert done.returncode == 0, done.output[-5000:]
    return done.output


def fail(tree: Path) -> str:
    done = trees.build(tree)
    assert done.returncode != 0, done.output[-5000:]
    return done.output


def executed(tree: Path) -> dict[str, int]:
    """How often each page with a kernel was run."""
    folder = tree / "_build" / ".runs"
    runs = {path: json.loads(path.read_text("utf-8")) for path in folder.rglob("*.json")}
    return {
        path.relative_to(folder).with_suffix("").as_posix(): run["executed"]
        for path, run in runs.items()
    }


def html(tree: Path, page: str) -> str:
    return book.html_of(tree / "_build" / "html" / f"{page}.html")


def written(tree: Path) -> dict[str, int]:
    """When each file of the site was written."""
    site = tree / "_build" / "html"
    return {p.relative_to(site).as_posix(): p.stat().st_mtime_ns for p in site.rglob("*.*")}


def test_an_unchanged_book_runs_nothing_and_writes_no_page(tree):
    before, times, built = executed(tree), written(tree), trees.built_files(tree)
    assert before == {OIL: 1, PORTS: 1}
    succeed(tree)
    assert executed(tree) == before
    assert not trees.site_differences(built, trees.built_files(tree))
    again = [n for n, time in written(tree).items() if time != times[n]]
    # Sphinx writes the style of highlighted code each time
    assert not {n for n in again if n != "_static/pygments.css"}, f"written again: {again}"


def renewed(tree):
    """What `make data` says, which stamps what was edited."""
    done = trees.run_in(tree, "python", "-m", "openbook.tables", "renew")
    assert done.returncode == 0, done.output
    return done.output


def test_a_changed_table_reaches_every_page_that_uses_it_and_no_other(tree):
    before = {page: html(tree, page) for page in ("index", OIL, PORTS, "chapters/back")}
    trees.edit(tree / "data" / "exports.csv", ",50.5,", ",61.25,")
    assert "exports" in renewed(tree)
    succeed(tree)

    assert executed(tree) == {OIL: 2, PORTS: 1}
    share = "89.91%"  # 61.25 of 68.125
    for page in ("index", OIL):
        assert share not in before[page] and share in html(tree, page)
    assert ">61.25<" in html(tree, "chapters/back"), "the catalogue shows the first rows"
    assert html(tree, PORTS) == before[PORTS]
    site = tree / "_build" / "html"
    for name in ("_figures/fig-oil.csv", "_data/exports.csv"):
        assert "61.25" in (site / name).read_text("utf-8")
    assert share in (site / "_chapters" / "oil.ipynb").read_text("utf-8")


def test_a_changed_model_reaches_every_page_that_uses_it_and_no_other(tree):
    before = html(tree, OIL)
    name, old, new = MODEL
    trees.edit(tree / name, old, new)
    succeed(tree)
    assert html(tree, OIL) != before
    assert executed(tree) == {OIL: 2, PORTS: 1}


def test_a_changed_source_reaches_every_page_that_names_it_and_no_other(tree):
    ports = html(tree, PORTS)
    trees.edit(tree / "data" / "references.bib", "Office of Oil", "Ministry of Oil")
    assert "references" in renewed(tree)
    succeed(tree)
    for page in (OIL, "chapters/back"):
        assert "Ministry of Oil" in html(tree, page) and "Office of Oil" not in html(tree, page)
    assert html(tree, PORTS) == ports
    assert executed(tree) == {OIL: 2, PORTS: 1}


def test_a_source_named_in_prose_alone_reaches_its_page(tree):
    trees.edit(tree / "data" / "references.bib", "Office of Ports", "Ministry of Ports")
    assert "references" in renewed(tree)
    succeed(tree)
    for page in (PORTS, "chapters/back"):
        assert "Ministry of Ports" in html(tree, page) and "Office of Ports" not in html(tree, page)
    assert executed(tree)[OIL] == 1


def test_a_page_that_quotes_an_edited_chapter_is_written_again(tree):
    trees.edit(tree / f"{OIL}.md", '("pipe_share", share)', '("pipe_share", f"about {share}")')
    succeed(tree)
    assert "about 88.02%" in html(tree, "index")
    assert executed(tree) == {OIL: 2, PORTS: 1}


def test_a_word_in_the_prose_runs_no_other_chapter(tree):
    trees.edit(tree / f"{OIL}.md", "In all,", "All told,")
    succeed(tree)
    assert "All told," in html(tree, OIL)
    after = executed(tree)
    assert after[OIL] <= 2 and after[PORTS] == 1
    places = (tree / "_build" / "html" / "_search" / "places.js").read_text("utf-8")
    assert "All told," in places and "In all," not in places
    assert "term-Draught" in places, "the search forgets the glossary of a page not written"


def test_a_fact_is_a_link_with_its_sources_where_it_is_said_and_where_it_is_quoted(tree):
    for name in ("index", OIL):
        fact = BeautifulSoup(html(tree, name), "html.parser").find("a", string="88.02%")
        assert fact["class"] == ["ob-fact"] and fact["href"] == "https://example.org/oil"
        assert fact["title"] == "2025. Office of Oil, 3 February 2026"
        assert "openbook-facts.js" in html(tree, name)
    assert "openbook-facts.js" not in html(tree, PORTS)
    listed = json.loads((tree / "_build" / "html" / "_data" / "facts.json").read_text("utf-8"))
    assert [(f["page"], f["name"], f["text"], f["source"]) for f in listed] == [
        (OIL, "pipe_share", "88.02%", ["oil_office"]),
        (OIL, "share", "88.02%", ["oil_office"]),
        (OIL, "total_mt", "57.375", ["oil_office"]),
    ]
    assert (listed[2]["value"], listed[2]["unit"], listed[2]["period"]) == ([57.375], "Mt", "2025")


def test_a_claim_without_a_number_is_refused_and_one_unknown_is_its_number(tree):
    trees.edit(tree / f"{OIL}.md", "In all,", "It decides {claim}`14, x`. In all,")
    assert "'x' is no number of a claim" in fail(tree)
    trees.edit(tree / f"{OIL}.md", "`14, x`", "`14, 15`")
    succeed(tree)
    text = BeautifulSoup(html(tree, OIL), "html.parser").get_text()
    assert "It decides 14 15. In all," in text


def test_comments_in_css_and_javascript_run_nothing_and_are_published(tree):
    before = executed(tree)
    comment = "/* a comment */\n"
    for name in ("openbook.css", "openbook.js"):
        path = tree / "openbook" / "site" / "static" / name
        path.write_text(path.read_text("utf-8") + comment, "utf-8")
    succeed(tree)
    assert executed(tree) == before
    for name in ("openbook.css", "openbook.js"):
        assert (tree / "_build" / "html" / "_static" / name).read_text("utf-8").endswith(comment)


def test_an_edited_template_writes_the_pages_and_runs_nothing(tree):
    before = executed(tree)
    path = tree / "openbook" / "site" / "templates" / "layout.html"
    trees.edit(path, "{{ masthead }}", "{{ masthead }}<!-- an edited template -->")
    succeed(tree)
    assert executed(tree) == before
    for page in ("index", OIL, PORTS, "chapters/back"):
        assert "<!-- an edited template -->" in html(tree, page)


def test_a_table_changed_without_its_sha256_fails_the_build(tree):
    trees.edit(tree / "data" / "countries.csv", "Azerbaijan", "Azerbajan")
    output = fail(tree)
    assert "countries" in output and "sha256" in output


def test_a_warning_fails_every_build_until_it_is_mended(tree):
    before = executed(tree)
    text = "See {numref}`fig-no-such-figure`."
    back = tree / "chapters" / "back.md"
    trees.edit(back, "# Back matter\n", f"# Back matter\n\n{text}\n")
    assert "fig-no-such-figure" in fail(tree)
    assert "fig-no-such-figure" in fail(tree), "the same command again, nothing changed"
    with pytest.raises(VerifyError, match="a build without a warning writes it"):
        verify(str(tree / "_build" / "html"))
    trees.edit(back, f"\n{text}\n", "")
    succeed(tree)
    assert verify(str(tree / "_build" / "html")).whole
    assert executed(tree) == before, "a failure elsewhere ran good chapters again"


def test_all_failing_cells_are_told_at_once_until_each_is_mended(tree):
    for page, call in ((OIL, "exports = load("), (PORTS, "ports = load(")):
        trees.edit(tree / f"{page}.md", call, call.replace("load(", f"fail_in_{page[9:]}("))
    output = fail(tree)
    for page in (OIL, PORTS):
        assert page in output and f"fail_in_{page[9:]}" in output
    trees.edit(tree / f"{PORTS}.md", "fail_in_ports(", "load(")
    output = fail(tree)
    assert "fail_in_oil" in output and "fail_in_ports" not in output
    good = executed(tree)[PORTS]
    trees.edit(tree / f"{OIL}.md", "fail_in_oil(", "load(")
    succeed(tree)
    assert executed(tree)[PORTS] == good, "another chapter's failure ran a good one again"
    assert "88.02%" in html(tree, OIL)


def test_what_the_book_no_longer_has_is_removed(tree):
    text = (tree / f"{OIL}.md").read_text("utf-8")
    start = text.index("```{code-cell} ipython3\n:tags: [hide-input]\n\nchart =")
    figure = text[start : text.index("```{code-cell}", start + 1)]
    for old in (figure, "{numref}`fig-oil` and ", "[the ports](ports.md)"):
        trees.edit(tree / f"{OIL}.md", old, "")
    trees.edit(tree / "index.md", "```{figure-card} fig-oil\n```\n", "")
    trees.edit(tree / "_toc.yml", f"  - file: {PORTS}\n", "")
    with (tree / "openbook" / "site" / "usage.py").open("a", encoding="utf-8") as code:
        code.write("# other code: Sphinx begins anew and knows of no page that went\n")
    site = tree / "_build" / "html"
    once = site / "_static" / "openbook-once.js"  # a script that an earlier book had
    once.write_text("", encoding="utf-8")
    succeed(tree)
    assert (site / "_figures" / "tab-oil.csv").is_file()
    left = [*site.glob("_figures/fig-oil*"), *site.glob("**/chapters/ports.*"), once]
    left += [*site.glob("_chapters/ports*"), *site.glob("_sources/chapters/ports*")]
    assert not [path for path in left if path.exists()]


def test_a_chapter_that_glues_nothing_any_more_is_not_quoted(tree):
    trees.edit(tree / f"{OIL}.md", '_ = note("pipe_share", share)\n', "")
    trees.edit(tree / f"{OIL}.md", "- Pipes took **{glue:text}`oil.md::pipe_share:s`** of the oil.",
              "- Pipes took most.")  # fmt: skip
    assert "pipe_share" in fail(tree)


def test_a_chapter_saved_while_it_is_built_is_not_left_as_it_was(tree):
    page = tree / f"{OIL}.md"
    trees.edit(page, "share = percent(", "share  = percent(")
    building = trees.start(tree, *trees.BUILD)
    report = tree / "_build" / ".runs" / f"{OIL}.report"
    trees.wait(report.is_file)  # its cells run
    trees.edit(page, "share  = percent(Quantity", "share = percent(2 * Quantity")
    done = trees.finish(building)
    assert done.returncode != 0 and "build again" in done.output, done.output[-3000:]
    succeed(tree)
    site = trees.built_files(tree)
    shutil.rmtree(tree / "_build")
    succeed(tree)
    assert not trees.site_differences(site, trees.built_files(tree))


def test_a_new_title_reaches_the_menus_of_all_pages(tree):
    trees.edit(tree / f"{PORTS}.md", "# Ports", "# Harbours")
    succeed(tree)
    for page in ("index", OIL):
        assert "Harbours" in html(tree, page), page
    assert executed(tree)[OIL] == 1


def test_another_lock_is_another_build(tree):
    before = html(tree, OIL)
    with (tree / "requirements.txt").open("a", encoding="utf-8") as lock:
        lock.write("# another lock\n")
    output = succeed(tree)
    assert set(executed(tree).values()) == {2} and "the packages" in output
    assert html(tree, OIL) == before


def test_a_tag_of_a_cell_counts(tree):
    page = tree / f"{OIL}.md"
    tagged = page.read_text("utf-8").replace("[hide-input]", "[hide-input, a-new-tag]", 1)
    page.write_text(tagged, "utf-8")
    succeed(tree)
    assert executed(tree)[OIL] == 2


def test_a_cell_that_hangs_and_a_kernel_that_dies_are_named(tree):
    trees.edit(tree / "_config.yml", "timeout: 300", "timeout: 6")
    trees.edit(tree / f"{OIL}.md", "total_mt = number(total)", "import time\ntime.sleep(99)")
    page = tree / f"{PORTS}.md"
    trees.edit(page, "from openbook.tables", "import os\nos._exit(3)\nfrom openbook.tables")
    output = fail(tree)
    assert f"{OIL}.md:" in output and "cell 0: the cell hangs" in output and "6 s" in output
    assert f"{PORTS}.md:" in output and "the kernel died" in output
