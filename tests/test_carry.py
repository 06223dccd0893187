"""What those who carry the book on lean on: the map of its rooms, forms, workflows, comparisons."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
import yaml

from openbook.testing import book, preview, renew

GITHUB = book.ROOT / ".github"
MAP = (book.ROOT / "ARCHITECTURE.md").read_text("utf-8")
MAKE = (book.ROOT / "Makefile").read_text("utf-8")
PAGE = "<html><body><article><p>{}</p><p>It stays.</p></article></body></html>"


def test_every_path_of_the_map_is_there_and_it_is_a_page():
    named = set(re.findall(r"`([^`\n]+)`", MAP)) - {"caspian", "openbook"}
    assert len(named) > 30
    missing = sorted(name for name in named if not (book.ROOT / name).exists())
    assert not missing, missing
    assert not [name for name in named if name.endswith("/") and not (book.ROOT / name).is_dir()]
    assert len(MAP.split()) < 800, "one page"


def test_each_package_and_room_of_the_book_is_on_the_map():
    packages = {path.parent for path in (book.ROOT / "caspian").glob("*/__init__.py")}
    for room in packages:
        assert f"`{room.relative_to(book.ROOT).as_posix()}/`" in MAP, room


def test_what_the_first_screen_links_to_is_there():
    readme = (book.ROOT / "README.md").read_text("utf-8")
    first = readme.partition("## ")[0]
    assert "<!-- facts -->" in first and "make book" in first and "figures/" in first
    heads = {re.sub(r"\W+", "-", head.lower()) for head in re.findall(r"(?m)^## (.*)$", readme)}
    for target in re.findall(r"\]\(([^)]+)\)", first):
        held = target[1:] in heads if target[0] == "#" else (book.ROOT / target).is_file()
        assert held, target


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        ("", ""),
        ("<div class='standfirst'><p>Of <b>3</b>\n hold.</p></div>", "Of 3 hold.\n\n"),
        (
            "<div class='x headline'><p>Of 3\n one</p></div><div class='standfirst'>So.</div>",
            "**Of 3 one**\n\nSo.\n\n",
        ),
    ],
)
def test_the_facts_begin_with_what_the_page_says_first(tmp_path, monkeypatch, lead, told):
    page = tmp_path / "index.html"
    page.write_text(f"{lead}<ul class='findings'><li>One <a>more</a></li></ul>", "utf-8")
    monkeypatch.setattr(book, "pages", lambda: [SimpleNamespace(docname="index", html=page)])
    assert renew.readme_facts() == told + "- One\n"


@pytest.mark.parametrize("name", ["figure", "page", "source"])
def test_a_form_asks_for_little_and_has_what_the_host_requires(name):
    form = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE" / f"{name}.yml").read_text("utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len(set(ids)) <= 5
    for field in form["body"]:
        assert field["type"] in {"input", "textarea"} and field["attributes"]["label"]


def test_every_command_of_workflows_and_devcontainer_is_a_target():
    flows = [yaml.safe_load(path.read_text("utf-8")) for path in GITHUB.glob("workflows/*.yml")]
    steps = [step for flow in flows for job in flow["jobs"].values() for step in job["steps"]]
    runs = "\n".join(step.get("run", "") for step in steps)
    container = json.loads((book.ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    lines = re.findall(r'make"? (?:-C \S+ )?((?:[a-z][a-z-]+ ?)+)', runs)
    targets = {word for line in lines for word in line.split()}
    targets |= set(container["postCreateCommand"].split()[1:])
    assert {"book", "lint", "types", "workflows", "test", "preview", "data"} <= targets
    assert not [target for target in targets if not re.search(rf"(?m)^{target}:", MAKE)]


def test_lint_comes_first_and_what_is_published_has_no_cache():
    jobs = yaml.safe_load((GITHUB / "workflows" / "book.yml").read_text("utf-8"))["jobs"]
    assert {name for name, job in jobs.items() if not job.get("needs")} == {"lint"}
    uses = {name: [step.get("uses", "") for step in job["steps"]] for name, job in jobs.items()}
    cached = {name for name, used in uses.items() if any("actions/cache@" in use for use in used)}
    assert cached and not cached & {"book", "publish"}
    assert {each["python"] for each in jobs["test"]["strategy"]["matrix"]["include"]} == {
        "3.11", "3.14"
    }  # fmt: skip


def test_updates_come_weekly_and_together():
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text("utf-8"))["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip"}
    assert all(each["schedule"] == {"interval": "weekly"} and each["groups"] for each in updates)


def site(folder, pages, drawings):
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(PAGE.format(text), "utf-8")
    (folder / "_static").mkdir()
    (folder / "_figures").mkdir()
    for name, drawn in drawings.items():
        (folder / "_figures" / f"{name}.svg").write_text(drawn, "utf-8")
    return folder


@pytest.fixture
def sides(tmp_path):
    old = site(
        tmp_path / "a",
        {"index.html": "One ship.", "chapters/x.html": "As it was.", "embed/f.html": "a"},
        {"same": "<svg/>", "moved": "<svg>1</svg>", "gone": "<svg>0</svg>"},
    )
    new = site(
        tmp_path / "b",
        {"index.html": "Two &lt;b&gt; ships.", "chapters/x.html": "As it was.", "y.html": "New.",
         "embed/f.html": "b"},
        {"same": "<svg/>", "moved": "<svg>2</svg>", "came": "<svg>3</svg>"},
    )  # fmt: skip
    return old, new


def test_two_sites_side_by_side(sides, tmp_path):
    into = tmp_path / "out"
    (into / "old").mkdir(parents=True)
    (into / "old" / "stale.svg").touch()
    told = preview.compare(*sides, into)
    assert "## Figures: 1 changed, 1 new, 1 gone" in told
    assert "## Pages: 1 changed, 1 new, 0 gone" in told and "embed" not in told
    held = {
        path.relative_to(into).as_posix(): path.read_text("utf-8") for path in into.rglob("*.*")
    }
    assert held["old/moved.svg"] == "<svg>1</svg>" and held["new/moved.svg"] == "<svg>2</svg>"
    assert set(held) == {
        "index.html", "summary.md", "old/moved.svg", "new/moved.svg", "old/gone.svg", "new/came.svg"
    }  # fmt: skip
    html = held["index.html"]
    assert "-One ship." in html and "+Two &lt;b&gt; ships." in html and "It stays" not in html
    shown = re.findall(r'src="([^"]+)"', html)
    assert shown and set(shown) <= set(held)


def test_a_site_is_like_itself(sides, tmp_path):
    told = preview.compare(sides[0], sides[0], tmp_path / "out")
    assert "Figures: 0 changed, 0 new, 0 gone" in told and "`" not in told


def test_what_is_no_site_is_refused_by_name(sides, tmp_path):
    with pytest.raises(FileNotFoundError, match="is no built site"):
        preview.compare(tmp_path / "none", sides[0], tmp_path / "out")
    assert not (tmp_path / "out").exists()
