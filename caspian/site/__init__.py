"""The Sphinx side of the book: figures, their files, and pages that are never stale.

Loaded by `_config.yml` as an extension. What it does, in the order of a build:

- before a page is read, tells its kernel where to report what it used (:mod:`caspian`);
- after all pages are known, marks a page as outdated when something it used has changed;
- renders published figures and tables (:mod:`caspian.site.render`, by way of MyST-NB);
- puts the book's CSS on every page and its script only on pages with something to move;
- writes each figure's CSV, SVG and PNG beside the pages, and the two JavaScript libraries once;
- shows figures at a glance on the front page (:mod:`caspian.site.front`);
- fills the back matter (:mod:`caspian.site.catalogue`), and ends each chapter with what a reader
  takes away (:mod:`caspian.site.takeaway`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import caspian
from caspian import charts
from caspian.site import archive, catalogue, files, front, ledger, render, takeaway
from caspian.site.render import FOLDER
from caspian.site.uses import read_report, report_path

HERE = Path(__file__).parent
STATIC = HERE / "static"
VEGA = "vega-bundle.js"
DATATABLES = "datatables-bundle.js"
log = logging.getLogger(__name__)


# --- never stale -----------------------------------------------------------------------------


def before_read(app: Sphinx, docname: str, _source: list[str]) -> None:
    """Name the file that the kernel of this page reports to; keep the count of executions."""
    path = report_path(app, docname)
    path.parent.mkdir(parents=True, exist_ok=True)
    app.env.caspian_executed = read_report(app, docname).get("executed", 0)
    path.unlink(missing_ok=True)
    os.environ[caspian.REPORT_TO] = str(path)
    os.environ["CASPIAN_RENDERING"] = "book"


def after_read(app: Sphinx, doctree: Any) -> None:
    """A page with a kernel has reported: add its count of executions.

    Also note the other pages whose numbers it quotes (`{glue}` with a page's name).
    """
    quoted = {node.refdoc for node in doctree.findall(PendingGlueReference)}
    app.env.caspian_quoted[app.env.docname] = quoted - {app.env.docname}
    if report := read_report(app, app.env.docname):
        report["executed"] = app.env.caspian_executed + 1
        text = json.dumps(report, sort_keys=True, indent=1)
        report_path(app, app.env.docname).write_text(text, encoding="utf-8")


def outdated(app: Sphinx, env: BuildEnvironment, *_: Any) -> list[str]:
    """The pages that used something which has changed since."""
    pages = []
    for docname in sorted(env.found_docs):
        report = read_report(app, docname)
        report.pop("executed", None)
        now = {dependency: caspian.digest(dependency) for dependency in report}
        changed = [d for d in report if now[d] != report[d]]
        had_kernel = docname in getattr(env, "caspian_published", {})
        if changed or (had_kernel and not report):
            log.info("%s is outdated: %s", docname, ", ".join(changed) or "no report of its run")
            pages.append(docname)
    return pages


def note_read(app: Sphinx, _env: BuildEnvironment, docnames: list[str]) -> None:
    """Remember which pages this build reads."""
    app.env.caspian_read = set(docnames)


def quoting(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Pages to write again (not to execute) because a page that they quote was read again."""
    shown, read = front.glimpsed(env), env.caspian_read
    return [d for d, q in env.caspian_quoted.items() if (q | shown.get(d, set())) & read]


# --- what pages published --------------------------------------------------------------------


def prepare(app: Sphinx) -> None:
    """Make the environment's lists: what each page published, and which pages it quotes."""
    if not hasattr(app.env, "caspian_published"):
        app.env.caspian_published = {}
        app.env.caspian_quoted = {}
        app.env.caspian_noted = {}  # sources cited, values shown, places of the back matter


def purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget what a page published before it is read again."""
    getattr(env, "caspian_published", {}).pop(docname, None)
    getattr(env, "caspian_quoted", {}).pop(docname, None)
    getattr(env, "caspian_noted", {}).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: list[str], other: Any) -> None:
    """Take over what pages read in another process published."""
    for docname in docnames:
        for mine, theirs in (
            (env.caspian_published, other.caspian_published),
            (env.caspian_quoted, other.caspian_quoted),
            (env.caspian_noted, other.caspian_noted),
        ):
            if docname in theirs:
                mine[docname] = theirs[docname]


def unique(_app: Sphinx, env: BuildEnvironment) -> None:
    """Two figures of one name would overwrite each other's files: refuse."""
    seen: dict[str, str] = {}
    for docname, published in sorted(env.caspian_published.items()):
        for name in published:
            if name in seen:
                log.warning("%s: the name %s is also used in %s", docname, name, seen[name])
            seen[name] = docname


def vega_bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that leaves one name behind: `vegaEmbed`.

    The bundle's own top-level names would collide with Sphinx's, so it runs in a function.
    """
    import vl_convert

    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return "(function () {\n" + code + "\n})();\n"


def datatables_bundle() -> str:
    """DataTables as ITables ships it, as one plain script: a module would not load from disk.

    Raises ValueError if the module has another form than the one known.
    """
    code = resources.files("itables").joinpath("html", "dt_bundle.js").read_text("utf-8")
    exported = re.search(r"export\{[^}]*?([\w$]+) as default[^}]*\};?", code)
    if not exported:
        raise ValueError("itables' dt_bundle.js exports no default: see caspian.site")
    code = code.replace(exported[0], f"window.DataTable = {exported[1]};")
    return "(function () {\n" + code + "\n})();\n"


def _interactive(published: dict[str, Any]) -> dict[str, bool]:
    """Which of the two libraries a page's figures and tables need."""
    return {
        VEGA: any(item["kind"] == "figure" for item in published.values()),
        DATATABLES: any("filters" in item["bundle"] for item in published.values()),
    }


def _downloads(name: str, kind: str, bundle: dict[str, Any]) -> dict[str, Callable[[], bytes]]:
    """The files that readers take away of one figure or table, each made when it is needed."""
    made = {f"{name}.csv": lambda: charts.csv_text(bundle).encode()}
    if kind == "figure":
        made[f"{name}.svg"] = lambda: charts.published_svg(bundle).encode()
        made[f"{name}.png"] = lambda: charts.published_png(bundle)
    return made


def write_files(app: Sphinx, exception: Exception | None) -> None:
    """Write the figures' downloads, Vega's bundle and the static files, where they changed."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for file in sorted(STATIC.iterdir()):  # an edited file is not always copied by Sphinx
        files.write(out / "_static" / file.name, file.read_bytes())
    wanted: dict[str, files.Making] = {}
    for published in app.env.caspian_published.values():
        for name, item in published.items():
            text = json.dumps([site_digest(), item["bundle"]], sort_keys=True)
            digest = hashlib.sha256(text.encode()).hexdigest()
            wanted |= {file: (digest, make) for file, make in _downloads(name, **item).items()}
    files.renew(out / FOLDER, wanted, out.parent / ".downloads.json")
    pages = [_interactive(published) for published in app.env.caspian_published.values()]
    for file, content in ((VEGA, vega_bundle), (DATATABLES, datatables_bundle)):
        if any(page[file] for page in pages):
            files.write(out / "_static" / file, content().encode())
    wanted = catalogue.wanted_files(app)
    wanted["build.json"] = catalogue.about_this_build(app)
    files.renew(out / archive.FOLDER, wanted, out.parent / ".data.json")
    takeaway.write_files(app)


# --- the page --------------------------------------------------------------------------------


def page(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], tree: Any) -> None:
    """Scripts of one page where something is interactive; what a chapter's readers take away."""
    published = app.env.caspian_published.get(pagename, {})
    if any(_interactive(published).values()):
        app.add_js_file("caspian.js", loading_method="defer")
    if any("claims" in item["bundle"] for item in published.values()):
        app.add_js_file(ledger.SCRIPT, loading_method="defer")
        app.add_css_file(ledger.STYLE)
    takeaway.complete_page(app, pagename, context, tree)


def site_digest() -> str:
    """Digest of all that decides how a page is written: this folder and the theme of the charts."""
    files = [p for p in sorted(HERE.rglob("*")) if p.is_file() and p.suffix != ".pyc"]
    files += [caspian.PACKAGE / name for name in ("charts.py", "text.py", "verdicts.py")]
    joined = b"\0".join(p.name.encode() + p.read_bytes() for p in files)
    return hashlib.sha256(joined).hexdigest()


def configure(app: Sphinx, config: Any) -> None:
    """Add this package's static files and templates.

    Relative to the book: Sphinx writes a digest of these settings into the site, which must not
    depend on where the book lies.
    """

    def of_book(path: Path) -> str:
        return os.path.relpath(path, app.confdir)

    config.html_static_path = [*config.html_static_path, of_book(STATIC)]
    config.templates_path = [of_book(HERE / "templates"), *config.templates_path]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_config_value("caspian_site_digest", site_digest(), "env")
    app.add_config_value("caspian_edition", takeaway.edition_digest(app.confdir), "html")
    app.add_css_file("caspian.css")
    app.add_role("source", render.source_role)
    app.add_role("eval", takeaway.Eval(), override=True)
    app.add_node(catalogue.backmatter)
    app.add_directive("catalogue", catalogue.Catalogue)
    app.add_directive("sources", catalogue.Sources)
    app.add_directive("environment", catalogue.Environment)
    front.setup(app)
    for node, kind in ((render.caspian_figure, "figure"), (render.caspian_table, "table")):
        app.add_enumerable_node(
            node, kind, render.get_title, html=(render.visit_figure, render.depart_figure)
        )
    app.connect("config-inited", configure)
    app.connect("builder-inited", prepare)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", note_read)
    app.connect("env-updated", quoting)
    app.connect("source-read", before_read)
    app.connect("doctree-read", after_read)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-get-updated", catalogue.moved, priority=900)  # when figures are numbered
    app.connect("env-check-consistency", unique)
    app.connect("env-check-consistency", catalogue.complete)
    app.connect("doctree-resolved", catalogue.fill)
    app.connect("html-page-context", page, priority=900)
    app.connect("build-finished", write_files)
    return {
        "version": "0.2.0",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
        "env_version": 2,
    }
