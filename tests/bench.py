"""Time the book's builds on a copy of the tree: clean, unchanged, and with one chapter edited.

`make bench` prints the median of a few runs of each, in seconds and against the clean build, and
the size of each page. Times are of this machine; the ratios travel.
"""

from __future__ import annotations

import gzip
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import book

CLEAN_RUNS = 3
OTHER_RUNS = 5


def timed(tree: Path) -> float:
    """Seconds that one build takes. Ends the program if the book can't be built."""
    start = time.perf_counter()
    done = book.build(tree)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return seconds


def clean(tree: Path) -> float:
    """A build from nothing."""
    shutil.rmtree(tree / "_build", ignore_errors=True)
    return timed(tree)


def edited(tree: Path, run: int) -> float:
    """A build after a new sentence in the first chapter."""
    path = tree / book.chapters()[0].path.relative_to(book.ROOT)
    with path.open("a", encoding="utf-8") as chapter:
        chapter.write(f"\nOne more sentence{'!' * run}\n")
    return timed(tree)


def main() -> None:
    """Run the benchmark and print its table."""
    with tempfile.TemporaryDirectory() as folder:
        tree = book.copy_tree(Path(folder) / "book")
        times = {
            "clean": [clean(tree) for _ in range(CLEAN_RUNS)],
            "unchanged": [timed(tree) for _ in range(OTHER_RUNS)],
            "one chapter edited": [edited(tree, run) for run in range(OTHER_RUNS)],
        }
        whole = statistics.median(times["clean"])
        print(f"{'build':<20}{'seconds':>9}{'of clean':>10}{'runs':>6}   fastest to slowest")
        for name, seconds in times.items():
            middle = statistics.median(seconds)
            print(
                f"{name:<20}{middle:>9.2f}{middle / whole:>10.0%}{len(seconds):>6}   "
                f"{min(seconds):.2f} to {max(seconds):.2f}"
            )
        print(f"\n{'page':<32}{'kB':>9}{'kB gzip':>9}")
        for page in book.pages():
            html = (tree / "_build" / "html" / f"{page.docname}.html").read_bytes()
            packed = len(gzip.compress(html, mtime=0))
            print(f"{page.docname:<32}{len(html) / 1000:>9.0f}{packed / 1000:>9.0f}")


if __name__ == "__main__":
    main()
