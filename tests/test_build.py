"""The book is built the same twice, is never stale, and never hides a failure.

Each test builds copies of the tree with this environment's Jupyter Book.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import book
import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.slow

# A page that uses one small table and nothing else of the book's
BYSTANDER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A bystander

```{code-cell} ipython3
from caspian.tables import load

len(load("countries"))
```
"""
# Says what built the pages and how long it took: the one file that differs by machine and run
ABOUT_THE_BUILD = "_data/build.json"
# The model of the concentration index: every share of it counts ten thousand
MODEL = ("caspian/models/routes.py", "10_000 * (array**2).sum()", "20_000 * (array**2).sum()")


@pytest.fixture(scope="module")
def twins(tmp_path_factory) -> tuple[Path, Path]:
    """Two copies, each built from nothing; the second has one page more in no menu."""
    trees = []
    for name in ("first", "second copy"):
        tree = book.copy_tree(tmp_path_factory.mktemp("build") / name)
        (tree / "chapters" / "bystander.md").write_text(BYSTANDER, "utf-8")
        toc = yaml.safe_load((tree / "_toc.yml").read_text("utf-8"))
        toc["parts"][-1]["chapters"].append({"file": "chapters/bystander"})
        (tree / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), "utf-8")
        done = book.build(tree)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        trees.append(tree)
    return trees[0], trees[1]


def files(tree: Path) -> dict[str, bytes]:
    html = tree / "_build" / "html"
    return {p.relative_to(html).as_posix(): p.read_bytes() for p in html.rglob("*") if p.is_file()}


def executed(tree: Path) -> dict[str, int]:
    """How often each page with a kernel was run."""
    folder = tree / "_build" / ".dependencies"
    reports = {path: json.loads(path.read_text("utf-8")) for path in folder.rglob("*.json")}
    return {
        path.relative_to(folder).with_suffix("").as_posix(): report["executed"]
        for path, report in reports.items()
    }


def text(tree: Path, page: str) -> str:
    return book.page_text((tree / "_build" / "html" / f"{page}.html").read_text("utf-8"))


def rebuild(tree: Path) -> None:
    done = book.build(tree)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_two_clean_builds_are_the_same(twins):
    first, second = (files(tree) for tree in twins)
    assert sorted(first) == sorted(second)
    moved = [n for n in first if first[n] != second[n] and n != ABOUT_THE_BUILD]
    assert not moved, f"not the same in two builds: {moved}"
    inside = [name for name in first if str(twins[0]).encode() in first[name]]
    assert not inside, f"these files name a folder of this machine: {inside}"


def test_an_unchanged_book_runs_nothing(twins):
    tree = twins[0]
    before, built = executed(tree), files(tree)
    assert before and set(before.values()) == {1}
    rebuild(tree)
    assert executed(tree) == before
    after = files(tree)
    moved = [name for name in built if after.get(name) != built[name]]
    assert not moved and sorted(after) == sorted(built), f"written again, otherwise: {moved}"


def test_a_changed_table_reaches_every_page_that_uses_it(twins):
    tree = twins[1]
    before, page, first = executed(tree), text(tree, "chapters/energy"), text(tree, "index")
    path = tree / "data" / "oil_exports.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    last = rows.query("route == 'aktau_baku' and period == '2025' and preferred == 'true'").index[0]
    old = rows.loc[last, "value"]
    new = f"{float(old) - 0.237:.3f}"  # less: parts may not exceed their total
    line = path.read_text("utf-8").splitlines(keepends=True)
    assert line[last + 1].count(f",{old},") == 1
    line[last + 1] = line[last + 1].replace(f",{old},", f",{new},")
    path.write_text("".join(line), "utf-8")
    done = book.run_in(tree, "python", "-m", "caspian.tables", "renew")
    assert done.returncode == 0 and "oil_exports" in done.stdout, done.stdout + done.stderr

    rebuild(tree)
    assert new not in page and new in text(tree, "chapters/energy")
    assert new[:-1] in (tree / "_build/html/_figures/fig-oil-routes.csv").read_text()
    after = executed(tree)
    assert after["chapters/energy"] > before["chapters/energy"]
    assert after["chapters/bystander"] == before["chapters/bystander"], "run for nothing"
    if "{glue" in (tree / "index.md").read_text("utf-8"):
        assert text(tree, "index") != first, "the first page quotes the chapter and is stale"


def test_a_changed_model_reaches_every_page_that_uses_it(twins):
    tree = twins[0]
    before, page = executed(tree), text(tree, "chapters/energy")
    name, old, new = MODEL
    path = tree / name
    source = path.read_text("utf-8")
    assert source.count(old) == 1, f"{name} has changed: name its constant in MODEL again"
    path.write_text(source.replace(old, new), "utf-8")
    rebuild(tree)
    assert text(tree, "chapters/energy") != page
    after = executed(tree)
    assert after["chapters/energy"] == before["chapters/energy"] + 1
    assert after["chapters/bystander"] == before["chapters/bystander"], "run for nothing"


def test_a_table_changed_without_its_sha256_fails_the_build(twins):
    tree = twins[1]
    path = tree / "data" / "countries.csv"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"Georgia", b"Gorgia"))
    assert path.read_bytes() != good
    done = book.build(tree)
    output = done.stdout + done.stderr
    assert done.returncode != 0 and "countries" in output and "sha256" in output
    path.write_bytes(good)


def test_a_warning_fails_the_build(twins):
    tree = twins[0]
    path = tree / "chapters" / "bystander.md"
    path.write_text(BYSTANDER + "\nSee {numref}`fig-no-such-figure`.\n", "utf-8")
    done = book.build(tree)
    assert done.returncode != 0 and "fig-no-such-figure" in done.stdout + done.stderr
    path.write_text(BYSTANDER, "utf-8")


def test_a_failing_cell_fails_the_build(twins):
    tree = twins[0]
    path = tree / "chapters" / "bystander.md"
    path.write_text(BYSTANDER.replace("len(", "raise_the_flag("), "utf-8")
    done = book.build(tree)
    assert done.returncode != 0
    output = done.stdout + done.stderr
    assert "bystander" in output and "raise_the_flag" in output
    path.write_text(BYSTANDER, "utf-8")


def test_the_copies_go(twins):
    # A hundred megabytes in all: not left until the third run from now.
    for tree in twins:
        shutil.rmtree(tree)
