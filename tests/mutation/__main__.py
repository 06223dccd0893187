"""`make mutants`: try each mutant of the modules in scope, and keep what came out."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from mutation import covering, report, sites, trying
from openbook.testing import book

Reach = covering.Map | report.Killers
NO_TEST = trying.Outcome(trying.SURVIVED)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--only", default="", help="modules whose path has this in it, by commas")
    parser.add_argument("--sample", type=int, default=0, help="so many of all, by chance")
    parser.add_argument("--seed", default="1", help="of the sample")
    parser.add_argument("--again", action="store_true", help="only those not killed last time")
    parser.add_argument("--tests", default="", help="files of tests, by commas; else all")
    parser.add_argument(
        "--counted", action="store_true", help="by the tests that killed, in modules as counted"
    )
    return parser.parse_args()


def drawn(modules: list[str], size: int, seed: str) -> list[sites.Mutant]:
    """So many mutants of some modules, by chance, without those that are known to live on."""
    listed = report.survivors()
    every = [
        m for path in modules for m in sites.mutants(path) if m.key not in listed.get(path, {})
    ]
    return random.Random(seed).sample(every, min(size, len(every)))


def try_all(
    path: str,
    mutants: list[sites.Mutant],
    reach: Reach,
    nursery: trying.Nursery,
    known: report.Outcomes | None,
) -> report.Outcomes:
    """What becomes of some mutants of a module.

    Those of `known` that a test saw, or that are listed, are not tried again; each is noted as it
    is found, so that a run that was stopped can go on. With None nothing is noted.
    """
    found: report.Outcomes = {}
    listed = report.survivors().get(path, {})
    for mutant in mutants:
        state = known.get(mutant.key, ("", ""))[0] if known else ""
        if known and (state == trying.KILLED or (state and mutant.key in listed)):
            found[mutant.key] = known[mutant.key]
            continue
        tests = reach.of(mutant)
        expected = sum(reach.seconds.get(test, 0.0) for test in tests)
        outcome = nursery.attempt(mutant, tests, expected) if tests else NO_TEST
        found[mutant.key] = (outcome.state, outcome.by)
        if known is not None:
            report.keep(path, {**known, **found})
    return found


def run(told: argparse.Namespace, reach: Reach, nursery: trying.Nursery) -> int:
    """Try all, and say how many survive without being listed."""
    modules = [
        path for path in sites.modules(told.only) if not told.counted or reach.of_module(path)
    ]
    chosen = {path: list(sites.mutants(path)) for path in ([] if told.sample else modules)}
    if told.sample:
        sample = drawn(modules, told.sample, told.seed)
        chosen = {path: [m for m in sample if m.path == path] for path in modules}
    listed, left = report.survivors(), 0
    for path, mutants in chosen.items():
        began = time.monotonic()
        known = report.kept(path) if told.again else {}
        found = try_all(path, mutants, reach, nursery, None if told.sample else known)
        for mutant in mutants:
            state, _ = found[mutant.key]
            if state not in report.SEEN and mutant.key not in listed.get(path, {}):
                left += 1
                print(f"{path}:{mutant.line}: {state}: {mutant.key}", flush=True)
        if mutants and not told.sample:
            report.keep(path, found)
            report.count(path, found)
        killed = sum(state in report.SEEN for state, _ in found.values())
        if mutants:
            took = time.monotonic() - began
            print(f"{path}: {killed} of {len(mutants)} killed, {took:.0f} s", flush=True)
    return left


def main() -> int:
    """Measure, run, and keep."""
    told = _arguments()
    files = covering.files()
    if told.tests:
        files = [book.ROOT / "tests" / f"{name}.py" for name in told.tests.split(",")]
    reach: Reach
    if told.counted:
        reach = report.Killers()
        files = [book.ROOT / name for name in reach.files()]
    else:
        reach = covering.Map([covering.known(path, trying.in_fork) for path in files])
    left = trying.with_tests(lambda nursery: run(told, reach, nursery), list(map(str, files)))
    if left:
        print(f"{left} mutants survive that are not listed in {report.SURVIVORS.name}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
