"""What a build refuses of a cell: to warn, to print, to write into the book, to ask the network."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import samples

from openbook import guard
from openbook.site import rude
from openbook.testing import trees

HEAD = (samples.SMALL / "chapters" / "ports.md").read_text("utf-8").partition("# Ports")[0]
# Each cell of a chapter of its own, and what the build says of it
RUDE = {
    "warns": ("import warnings\nwarnings.warn('an old way', FutureWarning)", "the cell warns"),
    "grumbles": ("import sys\nprint('hm', file=sys.stderr)", "the cell writes to stderr"),
    "prints": ("print('so far, ' + 'so good')", "the cell prints"),
    "writes-a-table": (
        "from pathlib import Path\nPath('../data/new.csv').write_text('a')",
        "the cell writes into the book (data/new.csv)",
    ),
    "writes-a-page": (
        "from pathlib import Path\nPath('../index.md').write_text('a')",
        "the cell writes into the book (index.md)",
    ),
    "moves-a-table": (
        "import os\nos.rename('../data/ports.csv', '/tmp/ports.csv')",
        "the cell writes into the book (data/ports.csv)",
    ),
    "asks": (
        "from urllib.request import urlopen\nurlopen('http://example.org/', timeout=1)",
        "the cell asks the network (example.org)",
    ),
    "asks-and-goes-on": (
        "import socket\n"
        "try:\n    socket.create_connection(('192.0.2.1', 80), 1)\nexcept Exception:\n    pass",
        "the cell asks the network (192.0.2.1)",
    ),
    "shows-a-path": (
        "from pathlib import Path\nPath.cwd()", "the cell shows a path of this machine",
    ),
    "fails": ("import json\njson.loads('{')", "the cell failed"),
}  # fmt: skip
KIND = """\
import socket, tempfile
from pathlib import Path

with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(("localhost", server.getsockname()[1]), 5).close()
with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "draft.csv").write_text("a")"""


def chapter(code: str) -> str:
    """A page with one cell, below a line of prose."""
    return f"{HEAD}# A page\n\nWords.\n\n```{{code-cell}} ipython3\n{code}\n```\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[Path, trees.Done, dict[str, bytes]]:
    """The small book with every rude cell, built; its sources as they were before."""
    tree = samples.small_book(tmp_path_factory.mktemp("rude") / "book")
    toc = tree / "_toc.yml"
    for name, code in {**{name: code for name, (code, _) in RUDE.items()}, "kind": KIND}.items():
        (tree / "chapters" / f"{name}.md").write_text(chapter(code), "utf-8")
        toc.write_text(toc.read_text("utf-8") + f"  - file: chapters/{name}\n", "utf-8")
    before = sources(tree)
    return tree, trees.build(tree), before


def sources(tree: Path) -> dict[str, bytes]:
    """Every file of a book that was not made, by name."""
    paths = (path for path in tree.rglob("*") if path.is_file())
    found = {path.relative_to(tree): path.read_bytes() for path in paths}
    return {str(path): raw for path, raw in found.items() if path.parts[0] != "_build"}


@pytest.mark.slow
@pytest.mark.parametrize("name", RUDE)
def test_a_rude_cell_is_named_with_what_to_do(built, name):
    tree, done, _ = built
    assert done.returncode != 0
    line = 1 + (tree / "chapters" / f"{name}.md").read_text("utf-8").splitlines().index(
        RUDE[name][0].partition("\n")[0]
    )
    told = [each for each in done.output.splitlines() if f"chapters/{name}.md:{line}" in each]
    assert len(told) == 1 and f"cell 0: {RUDE[name][1]}" in told[0].replace("\u001b", ""), told


@pytest.mark.slow
def test_a_rude_cell_leaves_nothing_in_the_book_nor_on_a_page(built):
    tree, done, before = built
    assert "chapters/kind.md" not in done.output, "loopback and a folder elsewhere are free"
    after = sources(tree)
    moved = {name for name in before | after if before.get(name) != after.get(name)}
    assert not moved
    for path in (tree / "_build" / "html").rglob("*.html"):
        page = path.read_text("utf-8")
        named = [place for place in (str(tree), sys.prefix) if place in page]
        assert not named, f"{path.name} names {named}"
    assert "so far, so good" not in (tree / "_build/html/chapters/prints.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("", True),
        (None, True), (b"localhost", True), ("::1%lo", True), ("example.org", False),
        ("10.0.0.1", False), ("2001:db8::1", False), (b"example.org", False), ("0.0.0.1", False),
    ],
)  # fmt: skip
def test_only_this_machine_is_here(host, here):
    assert guard.is_here(host) is here


WRITE, READ = os.O_WRONLY | os.O_CREAT, os.O_RDONLY


@pytest.mark.parametrize(
    ("event", "arguments", "told"),
    [
        ("open", ("data/a.csv", "w", WRITE), "data/a.csv"),
        ("open", ("data/a.csv", "r", READ), ""),
        ("open", (3, "w", WRITE), ""),
        ("open", ("_toc.yml", "w", WRITE), "_toc.yml"),
        ("open", ("_build/.runs/a.json", "w", WRITE), ""),
        ("open", ("caspian/__pycache__/a.pyc", None, WRITE), ""),
        ("open", ("../elsewhere.csv", "w", WRITE), ""),
        ("open", (b"data/a.csv", "w", WRITE), "data/a.csv"),
        ("os.mkdir", ("_build", 511, -1), ""),
        ("os.mkdir", ("out", 511, -1), "out"),
        ("os.rename", ("/tmp/a.csv", "data/a.csv", -1, -1), "data/a.csv"),
        ("os.remove", ("index.md", -1), "index.md"),
        ("os.remove", ("index.md", 5), ""),
        ("shutil.rmtree", ("data", None), "data"),
        ("socket.connect", (None, ("192.0.2.1", 443)), "192.0.2.1"),
        ("socket.connect", (None, "/tmp/a-local-socket"), ""),
        ("socket.sendto", (None, ("192.0.2.1", 53)), "192.0.2.1"),
        ("socket.getaddrinfo", ("example.org", 443, 0, 0, 0), "example.org"),
        ("urllib.Request", ("https://example.org/a", None, {}, "GET"), "example.org"),
        ("urllib.Request", ("file:///tmp/a", None, {}, "GET"), ""),
        ("import", ("socket",), ""),
    ],
)
def test_what_the_guard_refuses(tmp_path, monkeypatch, event, arguments, told):
    book = tmp_path / "book"
    book.mkdir()
    monkeypatch.chdir(book)
    why = guard.refusal(event, arguments, [os.path.realpath(book)])
    assert f"({told})" in why if told else not why


def test_a_link_into_the_book_is_the_book(tmp_path):
    book, link = tmp_path / "book", tmp_path / "link"
    book.mkdir()
    link.symlink_to(book)
    assert guard.of_book(str(link / "a.csv"), [os.path.realpath(book)]) == "a.csv"
    assert guard.of_book(str(tmp_path / "booklet" / "a.csv"), [os.path.realpath(book)]) == ""


def shown(**data: str) -> list[dict]:
    return [{"output_type": "execute_result", "data": data}]


@pytest.mark.parametrize(
    ("output", "tags", "told"),
    [
        (shown(text="[1, 2]"), (), ""),
        ([{"output_type": "stream", "name": "stdout", "text": " \n"}], (), ""),
        ([{"output_type": "stream", "name": "stdout", "text": "a"}], (), "prints"),
        ([{"output_type": "stream", "name": "stdout", "text": "a"}], ("prints",), ""),
        ([{"output_type": "stream", "name": "stderr", "text": "a"}], ("prints",), "stderr"),
        ([{"output_type": "stream", "name": "stdout", "text": "in /home/a/b"}], ("prints",), "pa"),
        (shown(text="PosixPath('/home/a/b/chapters')"), (), "path"),
        (shown(text="file:///home/a/b/x.csv"), (), "path"),
        (shown(text="https://example.org/home/a/b/x.csv"), (), ""),
        (shown(text="/home/a/bc"), (), ""),
    ],
)
def test_what_no_page_may_show(output, tags, told):
    why = rude.refusal(output, tags, ["/home/a/b"])
    assert told in why if told else not why


def test_short_paths_are_words_like_any_other():
    assert "/" not in rude.paths_of_machine([Path("/")])
    assert "/book" not in rude.paths_of_machine([Path("/book")])
    assert "/home/me/book" in rude.paths_of_machine([Path("/home/me/book")])
