"""The re-run kit: one zip with all that running the chapters needs, for whoever has only the site.

A book with a lock of what running needs beside Jupyter (`requirements-run.txt`) gets one, in
`_kit/`, with its SHA-256: packages as wheels, tables, chapters, lock, published results, and a
check that they come out again. The bytes follow from the book alone, not from where or when it is
built.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import metadata
from pathlib import Path

from sphinx.application import Sphinx

from openbook import kernel, publish, tables
from openbook.site import address, archive, citation, facts, files, texts, usage, wheels
from openbook.site.files import FileRecipe
from openbook.site.pages import page

FOLDER = "_kit"  # beside _static, in the built site
LOCK = "requirements-run.txt"
PROGRAMS = ("check.py", "install.py")
_SET = 'KIT, ADDRESS, PACKAGES = "", "", []'  # the line of the first cell that a book fills in


def has_kit(app: Sphinx) -> bool:
    """Whether the book says what running its chapters needs."""
    return (Path(app.confdir) / LOCK).is_file()


def name() -> str:
    """The kit's name without its ending; it says which version it is."""
    package = tables.package()
    return f"{package['name']}-{package['version']}-kit"


def packages(app: Sphinx) -> list[str]:
    """The packages that come as wheels: the engine, and the book's own."""
    return [kernel.ENGINE, *app.config.openbook_packages]


def location(app: Sphinx) -> str:
    """The full address of the zip, if the book has one or the kit lies elsewhere; else ""."""
    return str(app.config.openbook_kit) or address.absolute(app, f"{FOLDER}/{name()}.zip")


def first_cell(app: Sphinx) -> str:
    """The cell that a notebook begins with: it sees to it that the chapter can run."""
    text = texts.read("first_cell.py").rstrip("\n")
    assert text.count(_SET) == 1, f"the first cell has one line {_SET}"
    said = f"KIT = {json.dumps(name())}\nADDRESS = {json.dumps(location(app))}\n"
    return text.replace(_SET, f"{said}PACKAGES = {json.dumps(packages(app))}")


def _readme(app: Sphinx, chapters: list[str]) -> bytes:
    requires = metadata(kernel.ENGINE)["Requires-Python"]
    return texts.render(
        "kit.md",
        cited=citation.read(app.confdir),
        packages=[f"`{name}`" for name in packages(app)],
        python=requires.removeprefix(">="),
        first=chapters[0] if chapters else "",
        assumptions=[f"`data/{name}.csv`" for name in tables.ranges()],
    )


def _lock(app: Sphinx, made: dict[str, bytes]) -> bytes:
    """The wheels by their sums, then the lock: one `pip install -r` takes all, and only these."""
    own = [f"./{path} --hash=sha256:{files.sha256(content)}" for path, content in made.items()]
    return "\n".join([*own, ""]).encode() + (Path(app.confdir) / LOCK).read_bytes()


# --- what was published ----------------------------------------------------------------------


def published(app: Sphinx, chapters: list[str]) -> dict[str, bytes]:
    """The results of the chapters: noted numbers, titles, and the rows of figures and tables."""
    noted: dict[str, dict[str, str]] = {}
    titles: dict[str, dict[str, str]] = {}
    found: dict[str, bytes] = {}
    for docname in chapters:
        short = docname.rpartition("/")[2]
        noted[short] = facts.noted(app, docname)
        held = page(app.env, docname).published
        titles[short] = {key: item.title for key, item in sorted(held.items())}
        found |= {f"{key}.csv": publish.csv_text(item).encode() for key, item in held.items()}
    for key, content in (("facts", noted), ("titles", titles)):
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        found[f"{key}.json"] = text.encode()
    return {f"published/{key}": content for key, content in found.items()}


# --- the zip ---------------------------------------------------------------------------------


def contents(
    app: Sphinx, kept: Path, notebooks: Mapping[str, Callable[[], bytes]]
) -> dict[str, bytes]:
    """Every file of the kit; `notebooks` makes them by page, `kept` is where wheels are kept."""
    confdir, docnames = Path(app.confdir), list(notebooks)
    made = {
        f"wheels/{project.wheel}": wheels.wheel(project, kept)
        for project in map(wheels.project_of, packages(app))
    }
    found = {
        "README.md": _readme(app, [d.rpartition("/")[2] for d in docnames]),
        **{key: texts.read(key).encode() for key in PROGRAMS},
        "requirements.txt": _lock(app, made),
        **made,
        **{key: (confdir / key).read_bytes() for key in ("LICENSE", "CITATION.cff")},
        **{f"data/{key}": content for key, content in tables.files().items()},
        **published(app, docnames),
    }
    for docname, make in notebooks.items():
        found[f"{docname}.ipynb"] = make()
        found[f"{docname}.md"] = Path(app.env.doc2path(docname)).read_bytes()
    return found


def _digest(app: Sphinx, notebooks: list[str]) -> str:
    """Digest of all that a kit is made from, by the `digest` of each notebook."""
    confdir, docnames = Path(app.confdir), usage.reading_order(app.env)
    said = [(confdir / key).read_text("utf-8") for key in ("LICENSE", "CITATION.cff", LOCK)]
    said += map(texts.read, ("kit.md", *PROGRAMS))
    held = {key: files.sha256(content) for key, content in tables.files().items()}
    own = [wheels.project_of(package).digest() for package in packages(app)]
    gave = [
        {key: item.to_json() for key, item in page(app.env, docname).published.items()}
        for docname in docnames
    ]
    made_from = [app.config.openbook_code, said, held, own, notebooks, gave]
    return files.sha256(json.dumps(made_from, sort_keys=True).encode())


def write_files(
    app: Sphinx, folder: Path, notebooks: Mapping[str, Callable[[], bytes]], digests: list[str]
) -> None:
    """Write the kit and its sum, or remove them; `digests` are those of the notebooks."""
    wanted: dict[str, FileRecipe] = {}
    if has_kit(app):
        zipped = cache(lambda: _zipped(contents(app, folder / ".wheels", notebooks)))
        digest, file = _digest(app, digests), f"{name()}.zip"
        wanted[file] = FileRecipe(digest, zipped)
        line = partial(_sum_line, file, zipped)
        wanted[f"{file}.sha256"] = FileRecipe(digest, line)
    files.sync_folder(Path(app.outdir) / FOLDER, wanted, folder / ".kit.json")


def _zipped(held: Mapping[str, bytes]) -> bytes:
    """The zip, all of it in one folder: unpacked, it mixes with nobody's files."""
    return archive.zipped({f"{name()}/{file}": content for file, content in held.items()})


def _sum_line(file: str, make: Callable[[], bytes]) -> bytes:
    return f"{files.sha256(make())}  {file}\n".encode()
