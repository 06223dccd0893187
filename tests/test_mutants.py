"""The mutation tests themselves: their slips, their lists, and a sample of what was killed."""

import ast
import json
import subprocess
import sys

import pytest
from mutation import covering, report, sites

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


def test_a_line_that_runs_at_import_is_tried_by_all_tests_of_its_module(monkeypatch):
    monkeypatch.setattr(sites, "users", lambda path, line: ())
    lines = {"m.py": {"1": ["", "a"], "3": ["b"], "4": [""]}}
    reach = covering.Map([{"seconds": {"a": 1.0, "b": 2.0}, "lines": lines}])
    slips = [sites.Mutant("m.py", line, "", "", "", "", 0, 0, "") for line in (1, 3, 4)]
    assert [reach.of(slip) for slip in slips] == [["a", "b"], ["b"], ["a", "b"]]


def in_python(code: str, *arguments: str) -> str:
    """What a process says that has the folders of `make mutants` on its path."""
    path = "import sys; sys.path[:0] = ['tests', '.']; from mutation import covering, sites, trying"
    command = [sys.executable, "-c", f"{path}; {code}", *arguments]
    run = subprocess.run(command, cwd=book.ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stdout


def test_what_a_shared_fixture_runs_is_reached_by_all_that_use_it(tmp_path):
    path = tmp_path / "test_shared.py"
    path.write_text(
        "import pytest\n\n\n@pytest.fixture(scope='module')\ndef shown():\n"
        "    from openbook.text import number\n    return number(1000)\n\n\n"
        "def test_one(shown):\n    assert shown\n\n\ndef test_two(shown):\n    assert shown\n",
        "utf-8",
    )
    code = "import json, pathlib; found = covering.measure(pathlib.Path(sys.argv[1]))"
    told = in_python(f"{code}; print(json.dumps(found['lines']['openbook/text.py']))", str(path))
    reached = json.loads(told.splitlines()[-1]).values()
    of = [sorted(test.rpartition("::")[2] for test in tests) for tests in reached]
    assert ["test_one", "test_two"] in of


def test_a_slip_in_a_module_of_the_engine_is_run():
    """pytest has its own loader for the modules of its plug-ins."""
    slip = "LONGEST_INTEGER = 18  # digits: what 64 bits always hold -> LONGEST_INTEGER = 17"
    test = "tests/test_limit_slips.py::test_an_integer_has_at_most_eighteen_digits"
    code = f"slips = [m for m in sites.mutants('openbook/tables/cells.py') if {slip!r} in m.key]"
    told = in_python(f"{code}; print(len(slips), trying._anew(slips[0], [{test!r}]))")
    assert told.splitlines()[-1] == f"1 [1, {test!r}, 1]"


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
