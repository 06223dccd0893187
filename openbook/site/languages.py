"""Pages in other languages: numbers and days in their way of writing, `lang` and `hreflang`.

The head of such a page says its language and, if it is one, of which page it is a translation:

    ---
    lang: tr
    translates: index
    ---

Its words are written by hand. Its numbers are those of other pages: ``{local}`x.md::name` ``
shows the number of a fact without the English words around it, or a day that a page glued;
``{day}`2024-03-11` `` shows a day.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from docutils import nodes
from docutils.parsers.rst.states import Inliner
from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from openbook.bundle import FactBundle
from openbook.site import address, facts
from openbook.site.markup import render
from openbook.text import MINUS

GLUED = "local"  # the kind of glue reference that this module shows
log = logging.getLogger(__name__)

_NUMBER = rf"{MINUS}?\d[\d,]*(?:\.\d+)?"
_NUMBERS = re.compile(rf"(?P<first>{_NUMBER})(?:–(?P<last>{_NUMBER}))?(?P<percent>%?)")


class pending_day(nodes.Inline, nodes.Element):
    """A day, month or year (`iso`) to be written when the page's language is known."""


def language_of(env: BuildEnvironment, docname: str) -> str:
    """The language of a page, a code of ISO 639-1: that of its head, or the book's."""
    return str(env.metadata[docname].get("lang", env.config.language))


# --- numbers and days ------------------------------------------------------------------------


def decimal(text: str, locale: Locale) -> str:
    """An English number in a language's way of writing: `1,234.50` → `1 234,50`."""
    plain = text.replace(",", "").replace(MINUS, "-")
    digits = len(plain.partition(".")[2])
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(Decimal(plain), pattern, locale)).replace("-", MINUS)


def numbers(text: str, locale: Locale) -> str:
    """The number of an English text, or its span: `USD 1.5–2 million` → `1,5–2`; `59%` → `%59`.

    Raises ValueError for a text with no number, or with several.
    """
    found = list(_NUMBERS.finditer(text))
    if len(found) != 1:
        raise ValueError(f'"{text}" has {"no number" if not found else "several numbers"}')
    ends = (decimal(end, locale) for end in found[0].group("first", "last") if end)
    written = "–".join(ends)
    if not found[0]["percent"]:
        return written
    sign = locale.percent_formats[None]
    return f"{sign.prefix[0]}{written}{sign.suffix[0]}"


def local_day(iso: str, locale: Locale) -> str:
    """`2024-03-11` → `11 Mart 2024`; a month or year likewise. Raises ValueError for no date."""
    if len(iso) == 4:
        return iso
    date = dt.date.fromisoformat(iso if len(iso) == 10 else f"{iso}-01")
    if len(iso) == 7:
        return str(format_skeleton("yMMMM", date, locale=locale))
    return str(format_date(date, "long", locale))


def _day_or_number(text: str, locale: Locale) -> str:
    """An English day, month or year as a day, anything else as a number."""
    for written, iso in (("%d %B %Y", "%Y-%m-%d"), ("%B %Y", "%Y-%m"), ("%Y", "%Y")):
        with suppress(ValueError):
            return local_day(dt.datetime.strptime(text, written).strftime(iso), locale)
    return numbers(text, locale)


def _shown(output: dict[str, Any], locale: Locale) -> nodes.Node:
    """A glued value in the page's language: a fact as a fact. Raises ValueError as `numbers`."""
    data = output["data"]
    if not (content := data.get(FactBundle.mime)):
        return nodes.Text(_day_or_number(data["text/plain"].strip("'\""), locale))
    bundle = FactBundle.from_json(content)
    text = bundle.text
    if not _NUMBERS.search(text) and bundle.value[0] is not None:  # "none", "nine"
        text = f"{bundle.value[0]:g}"
    node = facts.fact_of(bundle)
    node[:] = [nodes.Text(numbers(text, locale))]
    return node


class Localized(SphinxPostTransform):
    """Writes numbers of other pages, and days, in the language of the page that shows them."""

    default_priority = 3  # before the facts in English

    def apply(self, **_: Any) -> None:
        """Replace what is pending; what can't be written is a warning and left out."""
        code = language_of(self.env, self.env.docname)
        try:
            locale = Locale.parse(code)
        except (ValueError, UnknownLocaleError):
            log.warning("%s is no language that is known", code, location=self.env.docname)
            locale = Locale.parse(self.config.language)
        for node in list(self.document.findall(pending_day)):
            node.replace_self(nodes.Text(local_day(node["iso"], locale)))
        folder = facts.glue_folder(self.env)
        for node in list(self.document.findall(PendingGlueReference)):
            if node.gtype != GLUED:
                continue
            output = read_glue_cache(folder, node.refdoc).get(node.key)
            try:
                if output is None:
                    raise ValueError(f"{node.refdoc} glues no {node.key}")
                node.replace_self(_shown(output, locale))
            except ValueError as error:
                log.warning("local number: %s", error, location=node)
                node.parent.remove(node)


def local_role(
    _name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, *_: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """``{local}`page.md::name` ``: the number of another page's fact, in this page's language."""
    env = inliner.document.settings.env
    page, _sign, key = text.partition("::")
    refdoc = env.path2doc(env.relfn2path(page, env.docname)[1]) if key else None
    if refdoc is None:
        message = inliner.reporter.error(f"{text}: page.md::name is wanted", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    node = PendingGlueReference(refdoc=refdoc, key=key, inline=True, gtype=GLUED)
    node.source, node.line = env.doc2path(env.docname), lineno
    return [node], []


def day_role(
    _name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, *_: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """``{day}`2024-03-11` ``: a day in this page's language."""
    try:
        local_day(text, Locale.parse("en"))
    except ValueError:
        message = inliner.reporter.error(f"{text} is no YYYY, YYYY-MM or YYYY-MM-DD", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    return [pending_day("", iso=text)], []


# --- the page --------------------------------------------------------------------------------


def versions(env: BuildEnvironment, docname: str) -> dict[str, str]:
    """A page in all its languages, itself included: docnames by code; {} if there is one only."""
    first = str(env.metadata[docname].get("translates", docname))
    others = {
        language_of(env, name): name
        for name in sorted(env.found_docs)
        if env.metadata[name].get("translates") == first
    }
    return {language_of(env, first): first, **others} if others else {}


def _links(app: Sphinx, docname: str) -> list[tuple[str, str, str]]:
    """Code, name in itself and address of each language that a page is in."""
    builder = app.builder
    own = builder.get_target_uri(docname).rpartition("/")[2]
    return [
        (code, own_name(code), builder.get_relative_uri(docname, name) or own)
        for code, name in versions(app.env, docname).items()
    ]


def alternates(app: Sphinx, docname: str) -> list[tuple[str, str]]:
    """Code and full address of each language, for search engines; [] in a book without address."""
    held = versions(app.env, docname) if app.config.html_baseurl else {}
    return [(code, address.absolute(app, f"{name}.html")) for code, name in held.items()]


def own_name(code: str) -> str:
    """A language's own name, with a capital: `Türkçe`, `Русский`."""
    name = str(Locale.parse(code).get_language_name(code))
    return name[:1].upper() + name[1:]


def tell(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], tree: Any) -> None:
    """Say the page's language in its head; lead to the others, in the head and on the page."""
    context["book_language"] = app.config.language  # that of head and foot, on every page
    if tree is None:
        return
    context["language"] = language_of(app.env, pagename)
    if links := _links(app, pagename):
        nav = str(render("languages.html", links=links, here=context["language"]))
        head = str(render("hreflang.html", links=alternates(app, pagename)))
        context["metatags"] = context.get("metatags", "") + head
        translated = "translates" in app.env.metadata[pagename]
        context["body"] = nav + context["body"] if translated else context["body"] + nav


def setup(app: Sphinx) -> None:
    """Register roles, transform and head."""
    app.add_node(pending_day)
    app.add_role("local", local_role)
    app.add_role("day", day_role)
    app.add_post_transform(Localized)
    app.connect("html-page-context", tell, priority=950)
