"""Time the book's builds on a copy of the tree, side by side: `make bench`.

Clean on one core and on all, unchanged, and after one edit of each kind. Prints the median of a few
runs, in seconds and against the clean build, and the size of each page. The runs take turns, so
that a busy minute of the machine strikes all alike. Times are of this machine; the ratios travel.
With `--tests`, `make unit` and `make test` are timed too, beside `make book`, all from clean.
With `--weights` nothing of that is timed: the built pages are weighed beside a stock Jupyter
Book's, and Lighthouse gives them points where it can be had (openbook.testing.beside).
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from openbook import kernel
from openbook.testing import beside, book, trees

CODE = "```{code-cell} ipython3\n"
Edit = Callable[[Path, int], None]


def append(name: str, text: str) -> Edit:
    """An edit that adds a text, new in each run, to the end of a file."""

    def edit(tree: Path, run: int) -> None:
        with (tree / name).open("a", encoding="utf-8") as file:
            file.write(text.format(run))

    return edit


def clean(tree: Path, _run: int) -> None:
    """Forget every build."""
    shutil.rmtree(tree / "_build", ignore_errors=True)


def unchanged(_tree: Path, _run: int) -> None:
    """Edit nothing."""


def edit_cell(tree: Path, run: int) -> None:
    """Add a comment to the last cell of the first chapter."""
    path = tree / CHAPTER
    before, mark, after = path.read_text("utf-8").rpartition(f"{CODE}")
    code, end, rest = after.partition("\n```\n")
    path.write_text(f"{before}{mark}{code}\n# run {run}{end}{rest}", "utf-8")


CHAPTER = book.chapters()[0].path.relative_to(book.ROOT).as_posix()
SITE = f"{kernel.ENGINE}/site"
TEMPLATE = f"{SITE}/templates/layout.html"
SERIAL = {"OPENBOOK_JOBS": "1"}
BUILDS: dict[str, tuple[Edit, dict[str, str]]] = {
    "clean, one core": (clean, SERIAL),
    "clean": (clean, {}),
    "unchanged": (unchanged, {}),
    "a word in a chapter": (append(CHAPTER, "\nOne more sentence{}\n"), {}),
    "a cell in a chapter": (edit_cell, {}),
}
if (book.ROOT / SITE).is_dir():  # a book that has a copy of the engine
    BUILDS |= {
        "a comment in the CSS": (append(f"{SITE}/static/openbook.css", "/* run {} */\n"), {}),
        "a comment in a template": (append(TEMPLATE, "<!-- run {} -->\n"), {}),
    }


def timed(command: Callable[[], trees.Done]) -> float:
    """Seconds that a command takes. Ends the program, with what it said, if it fails."""
    start = time.perf_counter()
    done = command()
    if done.returncode:
        sys.exit(done.output[-6000:])
    return time.perf_counter() - start


def time_builds(tree: Path, runs: int) -> dict[str, list[float]]:
    """The seconds of each kind of build, one after the other in each run."""
    times: dict[str, list[float]] = {name: [] for name in BUILDS}
    for run in range(runs):
        for name, (edit, variables) in BUILDS.items():
            edit(tree, run)
            times[name].append(timed(partial(trees.build, tree, cold=True, **variables)))
    return times


def time_targets() -> dict[str, list[float]]:
    """The seconds of `make book`, `make unit` and `make test` in this tree, each from clean."""

    def make(target: str) -> trees.Done:
        clean(book.ROOT, 0)
        done = subprocess.run(
            ["make", target], cwd=book.ROOT, capture_output=True, text=True, check=False
        )
        return trees.Done(done.returncode, done.stdout + done.stderr)

    return {f"make {t}": [timed(partial(make, t))] for t in ("book", "unit", "test")}


def show(times: dict[str, list[float]], whole: float) -> None:
    """Print the table."""
    print(f"{'':<26}{'seconds':>9}{'of clean':>10}{'runs':>6}   fastest to slowest")
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        print(
            f"{name:<26}{middle:>9.2f}{middle / whole:>10.2f}{len(seconds):>6}   "
            f"{min(seconds):.2f} to {max(seconds):.2f}"
        )


def show_sizes(tree: Path) -> None:
    """Print how heavy each page is."""
    print(f"\n{'page':<26}{'kB':>9}{'kB gzip':>10}")
    for page in book.pages():
        html = (tree / "_build" / "html" / f"{page.docname}.html").read_bytes()
        packed = len(gzip.compress(html, mtime=0))
        print(f"{page.docname:<26}{len(html) / 1000:>9.0f}{packed / 1000:>10.0f}")


def main(arguments: list[str]) -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description="Time the book's builds.")
    parser.add_argument("--runs", type=int, default=3, help="of each build (default 3)")
    parser.add_argument("--tests", action="store_true", help="time `make unit`, `make test` too")
    parser.add_argument("--weights", action="store_true", help="weigh pages beside a stock book's")
    chosen = parser.parse_args(arguments)
    if chosen.weights:
        beside.show()
        return
    with tempfile.TemporaryDirectory() as folder:
        tree = trees.copy_tree(Path(folder) / "book")
        times = time_builds(tree, chosen.runs)
        show(times, statistics.median(times["clean"]))
        show_sizes(tree)
    if chosen.tests:
        targets = time_targets()
        print()
        show(targets, targets["make book"][0])


if __name__ == "__main__":
    main(sys.argv[1:])
