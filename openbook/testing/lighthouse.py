"""Lighthouse on the built site, if this machine has node and a network: part of `make bench`.

Lighthouse (https://github.com/GoogleChrome/lighthouse, Apache-2.0) opens a page as a slow phone
would and gives points, of 100. Performance is a time, so it depends on what else the machine does;
the other three don't.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from openbook.testing import browser, host

PROGRAM = "lighthouse@13.5.0"  # of npm; npx keeps it, so that it is fetched once
KINDS = ("performance", "accessibility", "best-practices", "seo")
_LONGEST = 300  # seconds for one page
FLAGS = "--headless --no-sandbox --disable-gpu"


@dataclass(frozen=True)
class Points:
    """What Lighthouse says of a page: points of 100 by kind, layout shift, milliseconds, faults."""

    points: dict[str, int]
    shift: float
    longest: float
    blocked: float
    faults: tuple[str, ...]


def missing() -> str:
    """Why Lighthouse can't be had here, in a line; "" if it can."""
    if not (shutil.which("npx") and shutil.which("node")):
        return "Lighthouse is left out: there is no node (npx) here"
    if browser.find_browser() is None:
        return "Lighthouse is left out: there is no Chromium here"
    asked = subprocess.run(
        ["npx", "--yes", PROGRAM, "--version"], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        return f"Lighthouse is left out: npx could not fetch {PROGRAM}"
    return ""


def of_page(address: str) -> Points:
    """Run Lighthouse on an address. Raises RuntimeError, with what it said, if it fails."""
    done = subprocess.run(
        ["npx", "--yes", PROGRAM, address, "--output=json", "--quiet",
         f"--only-categories={','.join(KINDS)}", f"--chrome-flags={FLAGS}"],
        env={**os.environ, "CHROME_PATH": str(browser.find_browser())},
        capture_output=True, text=True, check=False, timeout=_LONGEST,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-1000:])
    return read(json.loads(done.stdout))


def read(report: dict) -> Points:
    """Points from Lighthouse's report. What has no weight or asks for a person is no fault."""
    audits = report["audits"]
    tasks = audits.get("long-tasks", {}).get("details", {}).get("items", [])
    named = [
        name for kind in KINDS[1:] for name in _audits(report, kind)
        if (audits[name].get("score") or 0) < 1
        and audits[name]["scoreDisplayMode"] in ("binary", "numeric")
    ]  # fmt: skip
    return Points(
        points={kind: round(100 * report["categories"][kind]["score"]) for kind in KINDS},
        shift=audits["cumulative-layout-shift"]["numericValue"],
        longest=max((task["duration"] for task in tasks), default=0),
        blocked=audits["total-blocking-time"]["numericValue"],
        faults=tuple(named),
    )


def _audits(report: dict, kind: str) -> list[str]:
    return [r["id"] for r in report["categories"][kind]["auditRefs"] if r["weight"]]


def show(site: Path, pages: Iterable[str]) -> None:
    """Print the points of some pages of a built site; one line if Lighthouse can't be had."""
    if why := missing():
        print(why)
        return
    print(
        f"{'Lighthouse':<26}{'speed':>7}{'access':>8}{'practice':>10}{'SEO':>5}"
        f"{'shift':>8}{'longest ms':>12}{'blocked ms':>12}   not met"
    )
    with host.served(site) as address:
        for page in pages:
            found = of_page(f"{address}/{page}.html")
            speed, access, practice, seo = (found.points[kind] for kind in KINDS)
            print(
                f"{page:<26}{speed:>7}{access:>8}{practice:>10}{seo:>5}{found.shift:>8.3f}"
                f"{found.longest:>12.0f}{found.blocked:>12.0f}   {', '.join(found.faults)}",
                flush=True,
            )
