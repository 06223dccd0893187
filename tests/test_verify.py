"""`make verify`: a copy of the site against its sums, in a folder and on a host."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading

import pytest

from openbook import verify
from openbook.site import sums
from openbook.testing.host import served


@pytest.fixture
def copy(tmp_path):
    """A site of three files with a list, and what the list leaves out."""
    site = tmp_path / "site"
    (site / "_data").mkdir(parents=True)
    for name in ("index.html", "_data/a b.csv", "_data/é.csv", sums.ABOUT_THE_BUILD, ".buildinfo"):
        (site / name).write_text(name, "utf-8")
    sums.write(site)
    return site


def test_the_list_is_sorted_and_leaves_out_what_differs_by_build(copy):
    names = [line[66:] for line in (copy / sums.NAME).read_text("utf-8").splitlines()]
    assert names == ["_data/a b.csv", "_data/é.csv", "index.html"]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="this system has no sha256sum")
def test_sha256sum_reads_the_list(copy):
    done = subprocess.run(["sha256sum", "-c", "--strict", sums.NAME], cwd=copy, check=False)
    assert done.returncode == 0


def test_a_whole_copy_is_whole(copy, capsys):
    assert verify.main([str(copy)]) == 0
    with served(copy) as address:
        assert verify.main([address]) == 0
        assert verify.main([address + "/", str(copy)]) == 0
    assert capsys.readouterr().out.count("3 files of SHA256SUMS: each is as it was built") == 3


def test_a_copy_at_fault_is_told(copy, capsys):
    (copy / "index.html").write_text("other", "utf-8")
    (copy / "_data" / "a b.csv").unlink()
    (copy / "new.html").write_text("new", "utf-8")
    assert verify.main([str(copy)]) == 1
    told = capsys.readouterr().out
    for line in ("missing: _data/a b.csv", "changed: index.html", "not in the list: new.html"):
        assert line in told
    assert told.endswith("3 files of SHA256SUMS: 3 are not as they were built\n")
    (copy / "404.html").write_text("lost", "utf-8")
    with served(copy) as address:
        found = verify.verify(address)
    assert (found.missing, found.changed, found.extra) == (["_data/a b.csv"], ["index.html"], [])


def test_a_copy_is_held_against_another_build(copy, tmp_path):
    """A host that changed a page and its sum is found out by a build of one's own."""
    built = tmp_path / "built"
    shutil.copytree(copy, built)
    (copy / "index.html").write_text("other", "utf-8")
    sums.write(copy)
    assert verify.verify(str(copy)).whole
    assert verify.verify(str(copy), built).changed == ["index.html"]


@pytest.mark.parametrize(
    "content",
    [b"", b"no sum\n", b"0" * 64 + b"  ../away\n", b"0" * 64 + b"  /etc/passwd\n", b"\xff\xfe",
     (b"0" * 64 + b"  a\n") * 2],
)  # fmt: skip
def test_a_list_that_is_none_is_refused(copy, content, capsys):
    (copy / sums.NAME).write_bytes(content)
    assert verify.main([str(copy)]) == 2
    assert sums.NAME in capsys.readouterr().err


def test_what_can_not_be_verified_is_said(copy, tmp_path, capsys):
    with served(copy) as address:
        pass
    (copy / sums.NAME).unlink()
    (copy / "404.html").write_text("lost", "utf-8")
    for place, said in (
        (str(tmp_path / "none"), "neither a folder nor an address"),
        (str(copy), "has no SHA256SUMS"),
        (address, "no answer"),
    ):
        assert verify.main([place]) == 2
        assert said in capsys.readouterr().err
    with served(copy) as address:
        assert verify.main([address]) == 2
        assert "has no SHA256SUMS" in capsys.readouterr().err
    assert verify.main([]) == 2


class _Broken(http.server.BaseHTTPRequestHandler):
    """A host that fails in three ways, by the name that is asked for."""

    def do_GET(self) -> None:
        if "refused" in self.path:
            self.send_error(503)
        elif "cut" in self.path:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"short")
        else:
            threading.Event().wait(3)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.mark.parametrize(
    ("name", "said"), [("refused", "answers 503"), ("cut", "no answer"), ("slow", "no answer")]
)
def test_a_host_that_fails_is_no_missing_file(name, said, monkeypatch):
    monkeypatch.setattr(verify, "PATIENCE", 0.2)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(verify.VerifyError, match=said):
            verify.at_address(f"http://127.0.0.1:{server.server_port}")(name)
    finally:
        server.shutdown()
        server.server_close()


def test_the_built_site_is_as_its_list_says(site):
    found = verify.verify(str(site))
    assert found.whole, found
    assert found.checked > 100
