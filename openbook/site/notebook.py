"""An executed chapter as a notebook that reads alike in JupyterLab and on a code host.

It carries its outputs as pictures and HTML tables, and its prose as plain Markdown with the numbers
in it; the chapter's source is the one to run again.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import nbformat
from markdown_it.token import Token
from myst_nb.sphinx_ import SphinxEnvType
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

from openbook import addresses, draw, myst, tables
from openbook.bundle import Figure
from openbook.kernel import ENGINE
from openbook.replay import INSTALLS
from openbook.site import citation, files, foot, kit, markup, table_parts, usage
from openbook.site.pages import page, pages
from openbook.text import day

_BOXES = {"admonition", "note", "warning", "tip", "important", "caution", "seealso", "dropdown"}


# --- prose: MyST to plain Markdown -----------------------------------------------------------


def as_text(value: str) -> str:
    """A value for Markdown, in which it can't begin HTML, a link or code."""
    return re.sub(r"([\\`\[\]])", r"\\\1", value).replace("<", "&lt;")


class _Prose:
    """Turns the prose of a page into Markdown that any viewer of notebooks reads."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.app, self.docname = app, docname
        self.parser = myst.parser(cast(Any, app.env).myst_config)
        # A name is bound in one cell (openbook.testing.checks), so it says one thing
        self.values = {name: said[0] for name, said in page(app.env, docname).shown.items()}
        self.places = {
            name: (where, item.kind)
            for where, held in pages(app.env).items()
            for name, item in held.published.items()
        }

    def _glued(self, text: str) -> str:
        where, _, key = text.rpartition("::") if "::" in text else ("", "", text)
        key = key.partition(":")[0]
        if where:  # relative to this page, as MyST-NB takes it
            where = self.app.env.relfn2path(where, self.docname)[0].removesuffix(".md")
        path = executed(self.app, where or self.docname, "glue.json")
        held = json.loads(path.read_text(encoding="utf-8"))[key]["data"]
        shown = held["text/plain"]
        return as_text(ast.literal_eval(shown) if shown[:1] in "'\"" else shown)

    def _role(self, role: str, text: str) -> str:
        labelled = re.match(r"(.*?)\s*<([^<>]+)>$", text, re.DOTALL)
        label, target = labelled.groups() if labelled else ("", text)
        match role:
            case "eval":
                return as_text(self.values[text])
            case "numref" if target in self.places:
                where, kind = self.places[target]
                return usage.number_of(self.app.env, where, kind, target)
            case "source":
                held = tables.source(text)
                shown = f"{held.publisher}, {day(held.date)}" if held.date else held.publisher
                where = addresses.web(held.url)
                return f"([{as_text(shown)}](<{where}>))" if where else f"({as_text(shown)})"
            case "math":
                return f"${text}$"
            case "sub" | "sup":
                return f"<{role}>{text}</{role}>"
            case "doc" if not label:
                path = self.app.env.relfn2path(target, self.docname)[0].removesuffix(".md")
                return self.app.env.titles[path].astext()
            case "ref" if not label:
                labels = cast(StandardDomain, self.app.env.get_domain("std")).labels
                return labels[target][2] if target in labels else target
        return self._glued(text) if role.startswith("glue") else label or target

    def _with_roles(self, text: str, parts: Sequence[Token]) -> str:
        """A text of Markdown with each role among its `parts` as it reads on the page."""
        at = 0
        for part in parts:
            if part.type != "myst_role":
                continue
            words = r"\s+(?:>\s*)?".join(map(re.escape, part.content.strip("`").split()))
            written = re.compile(rf"\{{{re.escape(part.meta['name'])}\}}(`+)\s*{words}\s*\1")
            if found := written.search(text, at):
                shown = self._role(part.meta["name"], part.content.strip("`"))
                text = text[: found.start()] + shown + text[found.end() :]
                at = found.start() + len(shown)
        return text

    def plain(self, source: str) -> str:
        """The Markdown of a cell without roles, directives, labels and comments."""
        lines, place = source.split("\n"), [0, 0]
        placed: list[tuple[Token, int, int]] = []
        for token in self.parser.parse(source):
            place = token.map or place  # the cell of a table has that of its row
            placed.append((token, place[0], place[1]))
        for token, first, last in reversed(placed):  # what stands below keeps its place
            if held := myst.directive(token):
                indent = " " * (len(lines[first]) - len(lines[first].lstrip()))
                lines[first:last] = [indent + line for line in self._directive(held)]
            elif token.type in ("myst_target", "myst_line_comment"):
                del lines[first:last]
            elif token.type == "inline":
                text = "\n".join(lines[first:last])
                lines[first:last] = self._with_roles(text, token.children or ()).split("\n")
        return "\n".join(lines).strip("\n")

    def _directive(self, held: myst.Directive) -> list[str]:
        inside = held.body.strip("\n")
        if held.name == "math":
            return ["$$", inside or held.argument, "$$"]
        if held.name in ("code", "code-block"):
            return [f"```{held.argument}", inside, "```"]
        body = self.plain(inside).split("\n")
        if held.name not in _BOXES:
            return body
        title = held.argument or held.name.title()
        return [f"> {line}".rstrip() for line in [f"**{title}**", "", *body]]


def executed(app: Sphinx, docname: str, kind: str) -> Path:
    """Where MyST-NB keeps what a page's cells gave (`ipynb`) and glued (`glue.json`)."""
    return Path(cast(SphinxEnvType, app.env).mystnb_config.output_folder) / f"{docname}.{kind}"


# --- outputs ---------------------------------------------------------------------------------


def _outputs(app: Sphinx, docname: str, output: dict[str, Any]) -> list[dict[str, Any]]:
    """An output as any viewer shows it: figures as pictures, tables as HTML, with their numbers."""
    if "data" not in output:
        return [dict(output)]
    data = {k: v for k, v in output["data"].items() if not k.startswith("application/papermill")}
    if not data:
        return []
    made = {"output_type": "display_data", "metadata": {}}
    published = page(app.env, docname).published
    names = (held.get("name") for held in data.values() if isinstance(held, dict))
    bundle = next((published[name] for name in names if name in published), None)
    if bundle is None:
        return [{**output, "data": data, "metadata": {}}]
    shown = usage.number_of(app.env, docname, bundle.kind, bundle.name)
    if isinstance(bundle, Figure):
        drawn = Path(app.outdir) / foot.FOLDER / f"{bundle.name}.png"
        picture = {
            "image/png": base64.b64encode(drawn.read_bytes()).decode(),
            "text/plain": data["text/plain"],
        }
        sized = {"image/png": {"width": draw.WIDE}}
        title = {"text/html": markup.render("number.html", number=shown), "text/plain": shown}
        return [made | {"data": title}, made | {"data": picture, "metadata": sized}]
    html = markup.render(
        "notebook_table.html",
        number=shown,
        bundle=bundle,
        data=table_parts.data_table(bundle),
        publishers=dict.fromkeys(source.publisher for source in bundle.sources),
    )
    return [made | {"data": {"text/html": html, "text/plain": data["text/plain"]}}]


# --- the whole -------------------------------------------------------------------------------


def _runs_where(app: Sphinx) -> str:
    """Where the cells run, in a sentence."""
    if kit.has_kit(app):
        return "They run in any folder: the first one installs what is missing."
    packages = ", ".join(f"`{name}`" for name in (ENGINE, *app.config.openbook_packages))
    return f"They run inside the book's folder, with its packages {packages}."


def make(app: Sphinx, docname: str, *, shown: bool = True) -> bytes:
    """The executed chapter as a notebook whose outputs and numbers show anywhere.

    Without its outputs if they are not to be `shown`. If the book has a re-run kit, a cell that
    installs what is missing comes first, so that the notebook runs anywhere too.
    """
    prose = _Prose(app, docname)
    cited = citation.read(app.confdir)
    path = executed(app, docname, "ipynb")
    note = (
        f"*From {cited.title}, version {cited.version} of {day(cited.released)}. The numbers in "
        f"the text are those of this version; the cells compute them anew. {_runs_where(app)}*"
    )
    cells = [nbformat.v4.new_markdown_cell(note)]
    if kit.has_kit(app):
        first = nbformat.v4.new_code_cell(kit.first_cell(app), metadata={"tags": [INSTALLS]})
        cells.append(first)
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            outputs = [made for o in cell.outputs for made in _outputs(app, docname, o)]
            held = nbformat.v4.new_code_cell(
                cell.source,
                execution_count=cell.execution_count if shown else None,
                outputs=nbformat.from_dict(outputs if shown else []),
            )
        else:
            held = nbformat.v4.new_markdown_cell(prose.plain(cell.source))
        cells.append(held)
    for at, cell in enumerate(cells):
        cell["id"] = f"cell-{at}"  # not a random one
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": kernel,
            "language_info": {"name": "python"},
            "title": app.env.titles[docname].astext(),
        },
    )
    nbformat.validate(made)
    return (nbformat.writes(made) + "\n").encode()


def digest(app: Sphinx, docname: str) -> str:
    """Digest of all that a chapter's notebook is made from: cheaper than making it."""
    env, held = app.env, page(app.env, docname)
    numbers = {d: {k: dict(v) for k, v in n.items()} for d, n in env.toc_fignumbers.items()}
    titles = {name: title.astext() for name, title in env.titles.items()}
    glued = [executed(app, name, "glue.json") for name in (docname, *sorted(held.quoted))]
    made_from = [
        [app.config.openbook_code, app.config.openbook_citation, tables.digest("references")],
        [kit.first_cell(app) if kit.has_kit(app) else ""],
        [held.source, held.run, held.shown, numbers, titles],
        [files.sha256(path.read_bytes()) for path in glued if path.is_file()],
    ]
    return files.sha256(json.dumps(made_from, sort_keys=True).encode())
