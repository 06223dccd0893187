"""One style sheet for all pages, with only the rules that can match something in the book.

The theme and the extensions bring some 500 kB of styles in ten files, of which a page uses a tenth.
When the pages are written, their styles are read in the order in which the pages would name them;
rules whose selectors name a tag, class or id that is neither in a page nor in a script are left
out, with the variables, animations and typefaces that nothing names then. What the engine and the
book wrote themselves stays whole. Files in `_static` that nothing names are removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import tinycss2
from sphinx.application import Sphinx
from sphinx.builders.html._assets import _JavaScript

from openbook import kernel
from openbook.site import files, later, libraries, policy

SHEET = "book.css"
# What the theme's template would name before all others (static/webpack-macros.html)
FIRST = ("styles/theme.css", "styles/pydata-sphinx-theme.css")
ICONS = re.compile(r"fa[srb]?$|fa-|sr-only-focusable")  # classes; openbook.css draws the icons

NESTING = ("media", "supports", "layer", "container")  # at-rules that hold rules

_TAG, _DATA = re.compile(r"<([a-z][a-z0-9-]*)"), re.compile(r" (data-[\w-]+)")
_NAMED = re.compile(r'(?:class|id)=(?:"([^"]*)"|([^\s">]+))')
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_ASSET = re.compile(r"_static/([\w./-]+)")
_VARIABLE = re.compile(r"--[\w-]+")
_USED_INLINE = re.compile(r"var\((--[\w-]+)")
_SOURCE = re.compile(r"url\(\s*['\"]?(?!data:|['\"])([^)'\"?#]+)")


# --- what there is to match ------------------------------------------------------------------


def names_in_page(html: str) -> set[str]:
    """The tags, classes, ids and `data-` attributes of a page."""
    found = {word for pair in set(_NAMED.findall(html)) for text in pair for word in text.split()}
    return found | set(_TAG.findall(html)) | set(_DATA.findall(html))


def names_in_script(code: str) -> set[str]:
    """All words of a script: each may be a class that it gives; `dataset.aB` as `data-a-b`."""
    words = set(_WORD.findall(code))
    spaced = (re.sub(r"[A-Z]", lambda m: f"-{m[0].lower()}", word) for word in words)
    return words | {f"data-{word}" for word in spaced}


# --- selectors -------------------------------------------------------------------------------


def _split(tokens: Iterable[Any]) -> Iterator[list[Any]]:
    """The parts of a list of selectors, between its commas."""
    part: list[Any] = []
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def matches(selector: list[Any], names: set[str]) -> bool:
    """Whether one selector, as tokens, names only what there is. What `:not()` names is no matter.

    Icons of the theme count as not there.
    """
    before = ""
    for token in selector:
        match token.type:
            case "ident" if before == ".":
                if token.value not in names or ICONS.match(token.value):
                    return False
            case "ident" if before != ":":
                if token.lower_value not in names:
                    return False
            case "hash" if token.value not in names:
                return False
            case "[] block":
                first = next((t.value for t in token.content if t.type == "ident"), "")
                if first.startswith("data-") and first not in names:
                    return False
            case "function" if token.lower_name in ("is", "where", "has"):
                if not any(matches(part, names) for part in _split(token.arguments)):
                    return False
        before = token.value if token.type == "literal" else ""
    return True


# --- rules -----------------------------------------------------------------------------------


def _declarations(tokens: Any) -> list[Any]:
    parsed = tinycss2.parse_blocks_contents(tokens, skip_comments=True, skip_whitespace=True)
    return [each for each in parsed if each.type != "error"]


def _short(tokens: Iterable[Any]) -> str:
    """Tokens as text, with no more space than they need."""
    return re.sub(r"\s+", " ", tinycss2.serialize(tokens)).strip()


def _body(content: Any, unused: set[str]) -> str:
    """The declarations of a rule, less the variables in `unused`."""
    held = []
    for each in _declarations(content):
        if each.type != "declaration":
            held.append(_short([each]))
        elif each.name not in unused:
            # the value of a variable is any text, which a script may read: kept as it is
            end = "!important" if each.important else ""
            held.append(f"{each.name}:{_short(each.value)}{end}")
    return ";".join(held)


def purged(css: str, names: set[str] | None, unused: set[str] | None = None) -> str:
    """A style sheet without comments and without what nothing matches; whole if `names` is None.

    Variables in `unused` are left out too.
    """
    return "".join(_rules(tinycss2.parse_stylesheet(css, True, True), names, unused or set()))


def _rules(rules: Iterable[Any], names: set[str] | None, unused: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            parts = _split(rule.prelude)
            kept = [_short(part) for part in parts if names is None or matches(part, names)]
            if kept and (body := _body(rule.content, unused)):
                yield f"{','.join(kept)}{{{body}}}\n"
        elif rule.type == "at-rule":
            head = f"@{rule.at_keyword} {_short(rule.prelude)}".strip()
            if rule.content is None:
                if rule.lower_at_keyword != "charset":
                    yield f"{head};\n"
            elif rule.lower_at_keyword in NESTING:
                inner = tinycss2.parse_rule_list(rule.content, True, True)
                if text := "".join(_rules(inner, names, unused)):
                    yield f"{head}{{{text.rstrip()}}}\n"
            elif names is None or rule.lower_at_keyword != "font-face":
                yield f"{head}{{{_short(rule.content)}}}\n"  # the book has typefaces of its own


_KEYFRAMES = re.compile(r"@(?:-webkit-)?keyframes ([\w-]+)\{.*\n")
_DECLARED = re.compile(r"(?<=[{;])(--[\w-]+):")


def without_unused(css: str, others: set[str]) -> str:
    """Styles without variables and animations that are named neither here nor in `others`."""
    while True:
        words = others | set(_WORD.findall(_KEYFRAMES.sub("", css)))
        for name in sorted(set(_KEYFRAMES.findall(css)) - words):
            css = re.sub(rf"@(?:-webkit-)?keyframes {re.escape(name)}\{{.*\n", "", css)
        named = others | set(_VARIABLE.findall(_DECLARED.sub("", css)))
        if not (unused := set(_DECLARED.findall(css)) - named):
            return css
        css = purged(css, None, unused)


# --- light or dark as the reader's system is ----------------------------------------------------

_THEME = re.compile(r"""\[data-theme=(["']?)(light|dark)\1\]""")


def following_system(css: str) -> str:
    """Styles that need no script to be dark: what `data-theme` says of light and dark, said twice.

    A page is `data-theme=auto` until a script has run, and stays so without one. Each rule for
    light or dark comes again for these, where the reader's system is light or dark.
    """
    return "".join(_with_system(tinycss2.parse_stylesheet(css, True, True)))


def _with_system(rules: Iterable[Any]) -> Iterator[str]:
    for modes, group in groupby(rules, _modes):
        held = list(group)
        for rule in held:
            if rule.type == "at-rule" and rule.lower_at_keyword in NESTING and rule.content:
                inner = tinycss2.parse_rule_list(rule.content, True, True)
                head = f"@{rule.at_keyword} {_short(rule.prelude)}"
                yield f"{head}{{{''.join(_with_system(inner)).rstrip()}}}\n"
            else:
                yield f"{tinycss2.serialize([rule])}\n"
        for mode in modes:
            copies = "\n".join(_for_auto(rule, mode) for rule in held)
            yield f"@media (prefers-color-scheme:{mode}){{{copies}}}\n"


def _modes(rule: Any) -> tuple[str, ...]:
    """The modes, light or dark, that a rule names."""
    if rule.type != "qualified-rule":
        return ()
    return tuple(sorted({found[2] for found in _THEME.finditer(_short(rule.prelude))}))


def _for_auto(rule: Any, mode: str) -> str:
    """A rule as it is for pages whose mode is not chosen yet."""
    parts = [_short(part) for part in _split(rule.prelude)]
    named = [part for part in parts if any(m[2] == mode for m in _THEME.finditer(part))]
    selectors = ",".join(_THEME.sub("[data-theme=auto]", part) for part in named)
    return f"{selectors}{{{tinycss2.serialize(rule.content)}}}"


# --- the sheet -------------------------------------------------------------------------------


def _imported(path: Path) -> str:
    """A style sheet with those that it imports at its top."""
    text = path.read_text("utf-8")
    return re.sub(
        r'@import\s+(?:url\()?["\']?([^"\')]+)["\']?\)?\s*;',
        lambda found: _imported(path.parent / found[1]),
        text,
    )


def _is_own(name: str, app: Sphinx) -> bool:
    return name.startswith((kernel.ENGINE, *app.config.openbook_packages))


def gather(app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Take the styles that every page has off a page, which names the one sheet instead.

    Called before any that adds styles to this page alone; these stay files of their own.
    """
    context["css_files"][:] = []
    context["book_sheet"] = SHEET


def lighten_scripts(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    """Take off a page the scripts of extensions that have nothing to do; the rest wait for it.

    A script in the head that doesn't wait holds up the first paint.
    """
    body = context.get("body", "")
    folded = bool(re.search(r'class="[^"]*\b(toggle|dropdown)\b', body))
    needed = {
        "doctools.js": False,  # marks and keys of Sphinx's search
        "scripts/sphinx-book-theme.js": False,  # sidebars, which the pages don't have
        "documentation_options.js": False,  # which only the former reads
        "design-tabs.js": "sd-tab-set" in body,
        "togglebutton.js": folded,
    }
    scripts = context["script_files"]
    scripts[:] = [
        _deferred(each)
        for each in scripts
        if needed.get(_file(each), True)
        and not _says(each, "DOCUMENTATION_OPTIONS")
        and (folded or not _says(each, "let toggle", "var toggle"))
    ]


def _deferred(script: Any) -> Any:
    """A script that waits until the page is read; a line in the page stays what it is."""
    if not script.filename or "defer" in script.attributes:
        return script
    return _JavaScript(
        script.filename, priority=script.priority, **script.attributes, defer="defer"
    )


def _says(script: Any, *starts: str) -> bool:
    """Whether a script is a line in the page that starts like this: a setting for another."""
    return not script.filename and script.attributes.get("body", "").startswith(starts)


def _file(asset: Any) -> str:
    return str(getattr(asset, "filename", asset)).removeprefix("_static/")


def on_every_page(app: Sphinx) -> list[str]:
    """The style sheets in `_static` that Sphinx would name on every page, in its order."""
    # what it goes back to before each page; `_css_files` has what the last page was given
    given = getattr(app.builder, "_orig_css_files", ())
    return list(dict.fromkeys([*FIRST, *map(_file, given)]))


def sheet(app: Sphinx, static: Path, html: Iterable[str], kept: Path) -> bytes:
    """The sheet for these pages. It is kept in the folder `kept` for as long as nothing moves."""
    sources = {name: _imported(static / name) for name in on_every_page(app)}
    scripts = sorted({name for page in html for name in _ASSET.findall(page) if name[-3:] == ".js"})
    code = [(static / name).read_text("utf-8") for name in scripts if (static / name).is_file()]
    own = [p.read_text("utf-8") for p in sorted(static.glob("*.css")) if _is_own(p.name, app)]
    names = set[str]().union({"html", "body", "head"}, *map(names_in_page, html))
    names |= set[str]().union(*map(names_in_script, code))
    names &= set[str]().union(*map(_WORD.findall, sources.values()))
    others = set[str]().union(*map(_VARIABLE.findall, [*own, *code]))
    others |= {name for text in own for name in _WORD.findall(text)}
    others |= {name for page in html for name in _USED_INLINE.findall(page)}
    inline = policy.rules(html)
    made_from = [Path(__file__).read_text("utf-8"), tinycss2.__version__, *sources.values(), inline]
    text = "\0".join([*made_from, *sorted(names), "", *sorted(others)])
    path = kept / f"{files.sha256(text.encode())[:16]}.css"

    def make() -> bytes:
        parts = (purged(s, None if _is_own(n, app) else names) for n, s in sources.items())
        return (following_system(without_unused("".join(parts), others)) + inline).encode()

    made = files.make_once(path, make)
    for old in set(kept.glob("*.css")) - {path}:
        old.unlink()
    return made


def early(sheet: bytes) -> bytes:
    """The sheet of a site that has an address, whose pages ask for their fonts ahead (preload).

    A font that is late even so waits for the next page: nothing moves under the reader. From a disk
    fonts can't be asked for ahead and would never come, so there the stand-in is swapped.
    """
    return sheet.replace(b"font-display: swap", b"font-display: optional")


def write_files(app: Sphinx, folder: Path) -> None:
    """Write the sheet; remove what no page and no style names."""
    out = Path(app.outdir)
    static = out / "_static"
    pages = (path for path in sorted(out.rglob("*.html")) if static not in path.parents)
    html = [path.read_text("utf-8") for path in pages]
    later.tidy(out, html)
    html = [later.filled(text, out) for text in html]
    if all((static / name).is_file() for name in on_every_page(app)):  # else no page was written
        made = sheet(app, static, html, folder / ".styles")
        files.write(static / SHEET, early(made) if app.config.html_baseurl else made)
    named = {name for page in html for name in _ASSET.findall(page)}
    for path in static.glob("*.css"):
        if path.name in named:
            named |= {found.strip() for found in _SOURCE.findall(path.read_text("utf-8"))}
    for path in sorted(static.rglob("*"), reverse=True):  # a folder after its files
        name = path.relative_to(static).as_posix()
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in named and not _is_own(name, app) and name != libraries.VEGA:
            path.unlink()
