"""The Sphinx side of a book: chapters that run, figures, their files, and pages never stale.

Loaded by `_config.yml` as an extension. What it does, in the order of a build:

- lets one build at a time work, and clears away what one that was cut short left
  (:mod:`openbook.site.lastbuild`);
- runs the chapters whose cells or data have changed, several at a time
  (:mod:`openbook.site.execution`), and draws their figures (:mod:`openbook.site.drawings`);
- has the pages read that have changed, by their text or by their run;
- renders published figures and tables (:mod:`openbook.site.render`, by way of MyST-NB);
- puts one style sheet on every page, with only the rules that match something
  (:mod:`openbook.site.styles`), and a script only on pages with something to move;
- heads each page with the book's name and its pages (:mod:`openbook.site.masthead`);
- writes each figure's CSV, SVG and PNG beside the pages, and the charts' JavaScript library once;
- shows figures as cards on the front page (:mod:`openbook.site.front`);
- gives each figure a page of its own, shows all in a gallery, and draws their cards
  (:mod:`openbook.site.made`);
- gathers what readers find by words (:mod:`openbook.site.search`);
- fills the back matter (:mod:`openbook.site.backmatter`), and ends each chapter with its
  downloads (:mod:`openbook.site.chapter_box`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast

import myst_nb.sphinx_
from myst_nb.sphinx_ext import add_global_html_resources
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from openbook import draw, kernel, publish, tables
from openbook.bundle import Bundle, Cards, Figure
from openbook.site import (
    address,
    archive,
    backmatter,
    build_report,
    catalogue,
    chapter_box,
    citation,
    drawings,
    execution,
    facts,
    figure_pages,
    files,
    foot,
    front,
    kit,
    languages,
    later,
    launch,
    libraries,
    lists,
    made,
    markup,
    masthead,
    notebook,
    page_head,
    parts,
    policy,
    render,
    search,
    settings,
    styles,
    sums,
    table_parts,
)
from openbook.site.files import FileRecipe
from openbook.site.foot import FOLDER
from openbook.site.lastbuild import LastBuild, told_plainly
from openbook.site.numref import NumberingDomain
from openbook.site.pages import PageCollector, page, pages, pages_of_cards
from openbook.site.runs import Runs

HERE = Path(__file__).parent
STATIC, TEMPLATES = HERE / "static", HERE / "templates"
log = logging.getLogger(__name__)


# --- never stale -----------------------------------------------------------------------------


class Building:
    """What one build of the book works with: its output folder, the last build, the runs."""

    def __init__(self, app: Sphinx) -> None:
        """Look at the output folder of `app`; nothing is changed yet."""
        self.app = app
        self.folder = Path(app.outdir).parent
        self.last = LastBuild(self.folder)
        self.runs = Runs(self.folder / ".runs")
        self.drawings = drawings.Drawings(self.folder / ".drawings")
        self.jobs = execution.jobs()
        self.read: set[str] = set()

    def begin(self, app: Sphinx, config: Config) -> None:
        """Wait for another build; clear away after one cut short; say where our files are."""
        with told_plainly(self.folder):
            self.last.begin(app)
        configure(app, config)
        os.environ[tables.BUILD] = str(self.folder)  # where kernels remember which tables are valid
        os.environ.setdefault(tables.DATA, str(Path(app.confdir) / config.openbook_data))
        draw.drawn = self.drawings
        if config.nb_execution_mode == "inline":
            # MyST-NB has no plug-in for how the cells of a page are run
            myst_nb.sphinx_.create_client = self.client

    def client(
        self, notebook: Any, source: str, nb_config: Any, logger: Any, *_: Any
    ) -> execution.StoredClient:
        """Stand in for MyST-NB's kernel while a page is read."""
        env = self.app.env
        run = self.runs.get(env.docname)
        if run is None:
            raise RuntimeError(f"{env.docname} is read, and was not run")
        given = page(env)
        given.run, given.tables, given.failed = run.digest, run.tables, run.failure is not None
        if run.cells != execution.cells_digest(notebook):
            given.run = "of other cells"
            log.warning("it was changed while it was built: build again", location=env.docname)
        return execution.StoredClient(run, notebook, Path(source), nb_config, logger)

    def outdated(self, app: Sphinx, env: BuildEnvironment, *_: Any) -> list[str]:
        """Run what has to be run; the pages that were read with another text or another run.

        Pages that warned in the last build are among them, until they are clean.
        """
        self.last.watch(app)
        with told_plainly(self.folder):
            if app.config.nb_execution_mode == "inline":
                ran = execution.run_chapters(app, self.runs, self.jobs)
                shown = (held for run in ran for held in run.displayed(Figure.mime))
                drawings.draw(list(map(Figure.from_json, shown)), self.jobs)
            self.last.begin_pages()
        forget_pages_gone(app)
        warned = self.last.warned()
        return [d for d in env.found_docs if d in warned or not self._is_current(env, d)]

    def _is_current(self, env: BuildEnvironment, docname: str) -> bool:
        text = Path(env.doc2path(docname)).read_text("utf-8")
        return execution.was_read(env, docname, text, self.runs.get(docname))

    def note_read(self, _app: Sphinx, _env: BuildEnvironment, docnames: list[str]) -> None:
        """Remember which pages this build reads."""
        self.read = set(docnames)

    def quoting(self, _app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Pages to write again (not to run) because one that they quote or show was read again."""
        return [d for d, p in pages(env).items() if (p.quoted | pages_of_cards(env, d)) & self.read]

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Write the files beside the pages; note how the build ended."""
        try:
            with told_plainly(self.folder):
                if exception is None and app.builder.format == "html":
                    write_files(app, self.folder, self.jobs)
                    sums.write(Path(app.outdir), vouched=self.last.is_clean)  # all is written now
                self.drawings.tidy()
        except BaseException as error:
            self.last.end(app, error)
            raise
        self.last.end(app, exception)


def skeleton_moved(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Every page, to be written again, if what pages show of each other has moved.

    Titles in menus and links, labels, numbers of figures. Sphinx writes only the page itself.
    """
    standard = cast(StandardDomain, env.get_domain("std"))
    shown = [
        {name: title.astext() for name, title in env.titles.items()},
        {name: list(map(str, label)) for name, label in standard.labels.items()},
        {name: {k: dict(v) for k, v in n.items()} for name, n in env.toc_fignumbers.items()},
        {name: list(children) for name, children in env.toctree_includes.items()},
        masthead.parts(env),
    ]
    digest = files.sha256(json.dumps(shown, sort_keys=True).encode())
    before = vars(env).get("openbook_skeleton")
    vars(env)["openbook_skeleton"] = digest
    return [] if before == digest else list(env.found_docs)


def note_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Note the text that a page is read from."""
    page(app.env, docname).source = files.sha256(source[0].encode())
    forget_outputs(app, docname)


def forget_pages_gone(app: Sphinx) -> None:
    """Remove the files of pages that are no longer in the book: Sphinx leaves them."""
    sources = Path(app.outdir) / "_sources"
    for path in sources.rglob("*.md"):
        docname = path.relative_to(sources).with_suffix("").as_posix()
        if docname not in app.env.found_docs:
            forget_outputs(app, docname)
            path.unlink()
            (Path(app.outdir) / f"{docname}.html").unlink(missing_ok=True)


def forget_outputs(app: Sphinx, docname: str) -> None:
    """Remove what MyST-NB noted of a page: it writes no note for a page that glues nothing more."""
    for kind in ("ipynb", "glue.json"):
        notebook.executed(app, docname, kind).unlink(missing_ok=True)


# --- what pages published --------------------------------------------------------------------


def unique(_app: Sphinx, env: BuildEnvironment) -> None:
    """Two figures of one name would overwrite each other's files: refuse."""
    seen: dict[str, str] = {}
    for docname, held in sorted(pages(env).items()):
        for name in held.published:
            if name in seen:
                log.warning("%s: the name %s is also used in %s", docname, name, seen[name])
            seen[name] = docname


def _has_charts(published: dict[str, Bundle]) -> bool:
    return any(item.kind == "figure" for item in published.values())


def _downloads(name: str, item: Bundle) -> dict[str, Callable[[], bytes]]:
    """The files that readers take away of one figure or table, each made when it is needed."""
    made = {f"{name}.csv": lambda: publish.csv_text(item).encode()}
    if isinstance(item, Figure):
        made[f"{name}.svg"] = lambda: draw.published_svg(item).encode()
        made[f"{name}.png"] = lambda: draw.published_png(item)
    return made


def add_styles_early(app: Sphinx, _builder: Builder) -> None:
    """Put MyST-NB's styles in place before the pages, so that each names them by their sum.

    MyST-NB does so after the pages: the first build would differ from the next.
    """
    (Path(app.outdir) / "_static").mkdir(exist_ok=True)
    add_global_html_resources(app, None)


def write_files(app: Sphinx, folder: Path, jobs: int) -> None:
    """Write the figures' downloads, the scripts and the static files, where they changed."""
    out = Path(app.outdir)
    search.write_files(app, folder)
    # an edited file is not always copied by Sphinx, and one that is gone stays
    ours = {file.name: file for folder in static_folders(app) for file in folder.iterdir()}
    for name, file in sorted(ours.items()):
        files.write(out / "_static" / name, file.read_bytes())
    for package in (kernel.ENGINE, *app.config.openbook_packages):
        for file in (out / "_static").glob(f"{package}*"):
            if file.name not in ours:
                file.unlink()
    wanted: dict[str, FileRecipe] = {}
    for held in pages(app.env).values():
        for name, item in held.published.items():
            text = json.dumps([app.config.openbook_code, item.to_json()], sort_keys=True)
            digest = files.sha256(text.encode())
            wanted |= {
                file: FileRecipe(digest, make) for file, make in _downloads(name, item).items()
            }
    files.sync_folder(out / FOLDER, wanted, folder / ".downloads.json", jobs)
    charts = any(_has_charts(held.published) for held in pages(app.env).values())
    libraries.write(out / "_static", folder / ".bundles", charts)
    wanted = catalogue.package_files(app)
    wanted["build.json"] = build_report.report(app)
    wanted["facts.json"] = facts.listing(app)
    files.sync_folder(out / archive.FOLDER, wanted, folder / ".data.json")
    made.write_files(app, folder, jobs)
    chapter_box.write_files(app)
    styles.write_files(app, folder)  # which looks at all pages


# --- the page --------------------------------------------------------------------------------


def add_scripts(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], tree: Any
) -> None:
    """Scripts of one page where something is interactive; head and box of a page."""
    held = pages(app.env).get(pagename)
    published = held.published if held else figure_pages.on_page(app.env, pagename)
    made.dress(app, pagename)
    given = {
        "openbook.js": _has_charts(published),
        "openbook-tables.js": table_parts.need_script(published),
    }
    if any(given.values()):
        app.add_js_file("openbook-address.js", loading_method="defer")
        if any(isinstance(item, Figure) and item.controls for item in published.values()):
            app.add_js_file("openbook-controls.js", loading_method="defer")
            app.add_css_file("openbook-controls.css")
    for script in (name for name, wanted in given.items() if wanted):
        app.add_js_file(script, loading_method="defer")
    if tree is not None and any(tree.findall(facts.openbook_fact)):
        app.add_js_file("openbook-facts.js", loading_method="defer")
    if any(isinstance(item, Cards) for item in published.values()):
        lists.dress(app)
    masthead.add(app, pagename, context)
    search.dress(app, pagename, context)
    if tree is not None:
        search.keep(app, pagename, tree)
        page_head.add(app, pagename, context, tree)
        if chapter_box.is_chapter(app, pagename):
            context["body"] += str(chapter_box.html(app, pagename))  # the body is no Markup
        foot.dress(app, context)


def _digest(paths: Iterable[Path]) -> str:
    joined = b"\0".join(path.name.encode() + path.read_bytes() for path in sorted(paths))
    return files.sha256(joined)


def static_folders(app: Sphinx) -> list[Path]:
    """Where the static files lie: the engine's and those of the book's own extensions."""
    return [STATIC, *(part.static for part in parts.added(app))]


@cache
def engine_digest() -> str:
    """Digest of the engine's code that makes pages of what was read."""
    kept = "addresses bundle cards colour controls credit draw facts publish supply text"
    named = [HERE.parent / f"{name}.py" for name in kept.split()]
    named += sorted(draw.FONTS.glob("*.ttf"))
    named.append(HERE.parent / "tables" / "resource.py")
    return _digest([*HERE.glob("*.py"), *named, *markup.TEMPLATES.iterdir()])


def code_digest(app: Sphinx) -> str:
    """Digest of all code that makes pages of what was read."""
    return engine_digest() + _digest(path for part in parts.added(app) for path in part.code)


def look_digest(app: Sphinx) -> str:
    """Digest of what only dresses the pages: styles, scripts, templates."""
    held = (path for folder in [*static_folders(app), TEMPLATES] for path in folder.rglob("*"))
    return _digest(path for path in held if path.is_file())


def configure(app: Sphinx, config: Config) -> None:
    """Add this package's static files and templates.

    Relative to the book: Sphinx writes a digest of these settings into the site, which must not
    depend on where the book lies.
    """

    def of_book(path: Path) -> str:
        return os.path.relpath(path, app.confdir)

    config.html_static_path = [*config.html_static_path, *map(of_book, static_folders(app))]
    config.html_theme_options["disable_search"] = True  # the theme's own, on Sphinx's index
    config.templates_path = [of_book(TEMPLATES), *config.templates_path]
    address.configure(config)
    launch.configure(config)
    # Code decides how a page is read; what only dresses it, how it is written
    config.openbook_code = code_digest(app) + execution.packages_digest(Path(app.confdir))
    config.openbook_look = look_digest(app) + (kit.LOCK if kit.has_kit(app) else "")
    config.openbook_citation = citation.digest(app.confdir)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    os.environ.setdefault(*next(iter(kernel.telling().items())))  # this process is the book's
    building = Building(app)
    settings.register(app)
    for style in ("fonts", "", "type", "masthead", "tables", "foot", "access"):
        app.add_css_file(f"openbook-{style}.css" if style else "openbook.css")
    app.add_role("source", render.source_role)
    app.add_role("eval", facts.Eval(), override=True)
    app.add_node(facts.openbook_fact, html=(facts.visit_fact, facts.depart_fact))
    app.add_node(table_parts.openbook_line, html=(table_parts.visit_line, table_parts.visit_line))
    app.add_post_transform(facts.GluedFacts)
    app.add_role("origin", facts.origin_role)
    app.add_node(facts.fact_origin)
    app.connect("doctree-resolved", facts.fill_origins)
    backmatter.setup(app)
    front.setup(app)
    foot.setup(app)
    languages.setup(app)
    search.setup(app)
    for node, kind in ((render.openbook_figure, "figure"), (render.openbook_table, "table")):
        app.add_enumerable_node(
            node, kind, render.get_title, html=(render.visit_figure, render.depart_figure)
        )
    app.add_env_collector(PageCollector)
    app.add_domain(NumberingDomain, override=True)
    app.connect("config-inited", building.begin)
    app.connect("env-get-outdated", building.outdated)
    app.connect("env-before-read-docs", building.note_read)
    app.connect("env-updated", building.quoting)
    app.connect("source-read", note_source)
    app.connect("env-get-updated", skeleton_moved, priority=900)  # when figures are numbered
    app.connect("env-check-consistency", unique)
    app.add_event(figure_pages.BESIDE)
    app.connect("html-collect-pages", made.collect)
    app.connect("html-page-context", styles.gather, priority=1)
    app.connect("html-page-context", add_scripts, priority=900)
    app.connect("html-page-context", policy.dress, priority=930)
    app.connect("html-page-context", later.dress, priority=940)  # all of the body is there
    app.connect("html-page-context", styles.lighten_scripts, priority=950)
    app.connect("write-started", add_styles_early)
    app.connect("build-finished", building.finish, priority=900)  # the theme writes pygments.css
    return {
        "parallel_read_safe": True,
        "parallel_write_safe": True,
        "env_version": int(engine_digest()[:12], 16),  # other code, another form of what it kept
    }
