"""What each page weighs beside a stock Jupyter Book's: `make bench BENCH=--weights`.

What stock means is said in :mod:`openbook.testing.stock`, what is weighed in
:mod:`openbook.testing.weight`. Neither book runs a cell, so the seconds are those of reading,
drawing and writing. What a stock page fetches from other hosts (MathJax, and for a chart four
files of Vega) is counted as requests; of its bytes only Vega's are, by the size of our own copy.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from openbook.testing import book, lighthouse, stock, trees, weight
from openbook.testing.browser import ARGUMENTS, Chromium, find_browser
from openbook.testing.weight import Weight

SPEEDS = ("index", "chapters/data", "chapters/references")  # and the heaviest chapters
_CHART = "vegaEmbed("  # in a page of stock that has a chart of Altair's

_HEADS = ("first kB", "CSS+JS kB", "elements", "with charts", "requests")


@contextmanager
def _chromium() -> Iterator[Chromium]:
    """A browser without a network, outside of tests. Raises FileNotFoundError if there is none."""
    path = find_browser()
    if path is None:
        raise FileNotFoundError("no Chromium found: install one, or name it in CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, chromium_sandbox=False
        )
        yield Chromium(launched)
        launched.close()


def rebuilt(folder: Path) -> float:
    """Build a copy of the book with the runs of the last build; seconds that it took."""
    tree = trees.copy_tree(folder)
    runs = book.ROOT / "_build" / ".runs"
    if runs.is_dir():
        shutil.copytree(runs, tree / "_build" / ".runs")
    start = time.perf_counter()
    done = trees.build(tree, cold=True)
    if done.returncode:
        raise RuntimeError(done.output[-3000:])
    return time.perf_counter() - start


def _with_vega(of: Weight, path: Path, library: int) -> Weight:
    """What a page of stock weighs with the charts' library, `library` bytes, if it has a chart."""
    charts = _CHART in path.read_text("utf-8")
    return replace(of, charts=of.first + (library / 1000 if charts else 0))


def weigh(own: Path, other: Path) -> dict[str, tuple[Weight, Weight | None]]:
    """Both weights of each page, by its name; None where stock has nothing to compare."""
    library = own / "_static" / weight.LIBRARY
    extra = weight.sent(library) if library.is_file() else 0
    found: dict[str, tuple[Weight, Weight | None]] = {}
    with _chromium() as browser:
        for page in book.pages():
            name = f"{page.docname}.html"
            beside = None
            if stock.comparable(page) and (other / name).is_file():
                beside = weight.of_page(browser, other, name)
                beside = _with_vega(beside, other / name, extra)
            found[page.docname] = (weight.of_page(browser, own, name), beside)
            browser.close()
    return found


def _numbers(of: Weight) -> tuple[float, ...]:
    return (of.first, of.looks, of.elements, of.charts, of.requests)


def show_weights(found: dict[str, tuple[Weight, Weight | None]]) -> None:
    """Print the table: ours, a stroke, stock's."""
    print(f"{'ours / stock':<22}" + "".join(f"{head:>16}" for head in _HEADS))
    for name, (own, other) in found.items():
        stocks = map("{:.0f}".format, _numbers(other)) if other else ["–"] * len(_HEADS)
        cells = (f"{a:.0f} / {b}" for a, b in zip(_numbers(own), stocks, strict=True))
        print(f"{name:<22}" + "".join(f"{cell:>16}" for cell in cells))


def show() -> None:
    """Weigh the built book beside a stock one, and print all."""
    if not (book.HTML / "index.html").is_file():
        raise FileNotFoundError("the book isn't built: run `make book`")
    with tempfile.TemporaryDirectory() as folder:
        own_seconds = rebuilt(Path(folder) / "book")
        other_seconds = stock.build(Path(folder) / "stock")
        other = Path(folder) / "stock" / "_build" / "html"
        found = weigh(book.HTML, other)
        show_weights(found)
        sizes = f"{weight.of_site(book.HTML):.1f} / {weight.of_site(other):.1f}"
    print(f"\n{'MB of the site':<22}{sizes:>16}")
    print(f"{'seconds to build':<22}{f'{own_seconds:.0f} / {other_seconds:.0f}':>16}   no cell run")
    heaviest = sorted(found, key=lambda name: -found[name][0].elements)
    print()
    lighthouse.show(book.HTML, dict.fromkeys([*SPEEDS, *heaviest[:3]]))
