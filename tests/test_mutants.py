"""The mutation tests themselves: their slips, their lists, and a sample of what was killed."""

import ast
import subprocess
import sys

import pytest
from mutation import report, sites

from openbook.site import strength
from openbook.testing import book

SIZE = 24
SEED = "1"


def slipped(monkeypatch, source):
    monkeypatch.setattr(sites, "_source", lambda path: source)
    return sites.mutants.__wrapped__("a.py")


def test_our_own_operators_make_what_they_say(monkeypatch):
    for operator in (sites.SwapNames, sites.SwapIn):
        for example in operator.examples():
            found = slipped(monkeypatch, example.pre_mutation_code + "\n")
            wanted = ast.dump(ast.parse(example.post_mutation_code))
            made = [ast.dump(ast.parse(slip.source())) for slip in found]
            assert wanted in made, (operator, [slip.after for slip in found])


SOURCE = '''"""About 1 thing."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    WIDTH = 1


def least(a: "int | None", b=2) -> "int | None":
    """Of 2."""
    if a is None and b > 2:
        raise ValueError(f"{a + 1} is no number")
    return min(a, b)


def least_again(a, b):
    return min(a, a) + min(b, b)
'''


def test_slips_are_told_by_function_and_line_and_nothing_that_no_test_could_see(monkeypatch):
    found = slipped(monkeypatch, SOURCE)
    assert {slip.function for slip in found} == {"least", "least_again"}
    keys = [slip.key for slip in found]
    assert len(keys) == len(set(keys))
    assert "least: return min(a, b) -> return max(a, b)" in keys
    assert "least: if a is None and b > 2: -> if a is None or b > 2:" in keys
    assert not [
        slip for slip in found if "int" in slip.before and slip.operator != "NumberReplacer"
    ]
    assert not [slip for slip in found if "raise" in slip.before or "WIDTH" in slip.before]
    for slip in found:
        before, after = SOURCE.splitlines(), slip.source().splitlines()
        changed = [
            n for n, pair in enumerate(zip(before, after, strict=True), 1) if len({*pair}) > 1
        ]
        assert changed == [slip.line], slip


def test_defaults_and_constants_are_tried_by_what_uses_them(monkeypatch):
    source = "MOST = 3\nLESS = MOST\n\n\ndef of(a, b=2):\n    a = a + b\n    return a + MOST\n"
    monkeypatch.setattr(sites, "_source", lambda path: source)
    of = sites.users.__wrapped__
    assert [of("a.py", line) for line in (1, 2, 5, 6)] == [(2, 7), (), (6, 7), ()]


def test_what_is_in_scope_is_there():
    for pattern in sites.SCOPE:
        assert list(book.ROOT.glob(pattern)), pattern


def test_each_listed_survivor_is_still_a_slip_of_its_module():
    """One that is not goes off the list: the code that it was in has changed."""
    for path, reasons in report.survivors().items():
        now = {slip.key for slip in sites.mutants(path)}
        assert not set(reasons) - now, path


def test_nine_slips_in_ten_are_seen_and_the_others_listed():
    counted = report.counts()
    assert set(counted) <= set(sites.modules())
    killed = sum(row["killed"] for row in counted.values())
    assert killed >= 0.9 * sum(row["mutants"] for row in counted.values())
    for path, row in counted.items():
        assert row["mutants"] == row["killed"] + row["listed"], path


def test_the_table_adds_up():
    rows, counted = strength.rows(book.ROOT), report.counts()
    assert sum(row.mutants for row in rows) == sum(row["mutants"] for row in counted.values())
    assert sum(row.killed for row in rows) == sum(row["killed"] for row in counted.values())
    html = strength.html(book.ROOT)
    assert f"{sum(row.mutants for row in rows):,}" in html
    assert all(row.name in html for row in rows)
    left = {name for name in sites.modules() if sites.has_code(name)} - {
        name for name, row in counted.items() if row["mutants"]
    }
    assert set(strength.not_yet(book.ROOT)) == left and all(name in html for name in left)


@pytest.mark.slow
def test_a_sample_of_the_slips_is_seen():
    """By the tests that saw them when they were counted; `make mutants` asks all tests of all."""
    command = [sys.executable, "tests/mutation", "--counted", "--sample", str(SIZE)]
    run = subprocess.run(
        [*command, "--seed", SEED], cwd=book.ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"{run.stdout[-3000:]}{run.stderr[-3000:]}"
    assert sum(int(line.split(" of ")[1].split()[0]) for line in run.stdout.splitlines()) == SIZE
