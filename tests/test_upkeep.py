"""The workflow that looks after the book, and what is told of links."""

from __future__ import annotations

import re

import yaml

from openbook import links
from openbook.testing import book

FLOWS = book.ROOT / ".github" / "workflows"
REPORT = """# created by LinkChecker
urlname;parentname;base;result;warningstring;infostring;valid;url;line;column;name;dltime
https://a.org/gone;chapters/visit.html;;404 Not Found;;;False;https://a.org/gone;1;1;;
https://a.org/gone;index.html;;404 Not Found;;;False;https://a.org/gone;1;1;;
https://b.org/;index.html;;403 Forbidden;;;False;https://b.org/;1;1;;
https://c.org/;index.html;;200 OK;;;True;https://c.org/;1;1;;
"""


def flow(name: str) -> dict:
    return yaml.safe_load((FLOWS / name).read_text("utf-8"))


def test_what_refuses_a_machine_is_not_told_as_gone():
    told = links.told(links.read(REPORT.splitlines(keepends=True)))
    assert told.startswith("# Links: 1 do not answer, 1 refuse machines")
    assert "- https://a.org/gone (404 Not Found), on chapters/visit.html" in told
    assert told.index("https://b.org/") > told.index("## Refuse machines")
    assert "c.org" not in told


def test_every_workflow_is_pinned_bounded_and_may_little():
    for path in FLOWS.glob("*.yml"):
        text, read = path.read_text("utf-8"), flow(path.name)
        assert read["permissions"] == {"contents": "read"}, path.name
        for line in re.findall(r"uses: (.*)", text):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", line), f"{path.name}: {line}"
        for name, job in read["jobs"].items():
            assert 0 < job["timeout-minutes"] <= 60, f"{path.name}: {name}"


def test_only_the_last_job_of_the_refresh_may_write_and_it_runs_nothing_of_the_book():
    jobs = flow("refresh.yml")["jobs"]
    writers = [name for name, job in jobs.items() if "write" in str(job.get("permissions", ""))]
    assert writers == ["tell"]
    runs = " ".join(step.get("run", "") for step in jobs["tell"]["steps"])
    assert "make " not in runs and "python" not in runs
    assert "deploy-pages" not in (FLOWS / "refresh.yml").read_text("utf-8"), "publishes by itself"


def test_what_the_workflow_runs_is_there_for_people_too():
    jobs = flow("refresh.yml")["jobs"]
    runs = " ".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    made = (book.ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"make ([a-z-]+)", runs)):
        assert re.search(rf"(?m)^{target}:", made), target
