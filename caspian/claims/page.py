"""The page of the ledger: each claim a `<details>` with an anchor, and a filter over them.

Everything is in the HTML; `static/caspian-ledger.js` adds the filter and opens a claim that is
linked to. The bundle comes from :func:`caspian.ledger.ledger`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from typing import Any

from caspian.models.claims import Verdict
from caspian.verdicts import CHAPTERS, COLOUR, SYMBOL

SCRIPT = "caspian-ledger.js"
STYLE = "caspian-ledger.css"


def words(text: str) -> str:
    """A text of the tables as HTML, with the apostrophe that the book's prose has."""
    return escape(text.replace("'", "’"))


def anchor(claim: str) -> str:
    """The id of a claim on the page: `c07` → `claim-07`."""
    return f"claim-{claim[1:]}"


def badge(verdict: str) -> str:
    """A verdict as word and coloured symbol."""
    kind = Verdict(verdict)
    return (
        f'<span class="caspian-verdict"><span aria-hidden="true" style="color:{COLOUR[kind]}">'
        f"{SYMBOL[kind]}</span> {escape(verdict)}</span>"
    )


def _cite(keys: str, by_key: Mapping[str, Mapping[str, str]]) -> str:
    """The sources of one figure, each a link of publisher and date."""
    parts = []
    for key in filter(None, keys.split(";")):
        s = by_key[key]
        label = escape(f"{s['publisher']}, {s['date']}" if s["date"] else s["publisher"])
        title = escape(s["title"])
        parts.append(
            f'<a href="{escape(s["url"])}" title="{title}">{label}</a>' if s["url"] else label
        )
    return "; ".join(parts)


def _finding(found: Mapping[str, Any], heading: str, by_key: Mapping[str, Any]) -> str:
    """One of a claim's two findings: verdict, what decided it, every figure with its sources."""
    lines = [f'<p class="caspian-when">{heading}: {badge(found["verdict"])}</p>']
    if found["nearest"]:
        lines.append(
            f"<p>Decided by: {words(found['decided_by'])}, {escape(found['decided_at'])}; "
            f"nearest limit {escape(found['nearest'])}.</p>"
        )
    if found["missing"]:
        lead = "Open because" if found["verdict"] == Verdict.OPEN else "Not known"
        lines.append(f"<p>{lead}: {words(found['missing'])}.</p>")
    if found["variants"]:
        lead = "The sources disagree" if found["conflict"] else "By source"
        items = "".join(f"<li>{words(n)}: {badge(v)}</li>" for n, v in found["variants"])
        lines.append(f"<p>{lead}:</p><ul>{items}</ul>")
    if found["figures"]:
        body = "".join(
            f'<tr><th scope="row">{words(f["label"])}</th>'
            f'<td class="num">{escape(f["value"])}</td><td>{_cite(f["source"], by_key)}</td></tr>'
            for f in found["figures"]
        )
        lines.append(
            '<div class="caspian-scroll" tabindex="0" role="region" aria-label="Figures">'
            '<table class="table"><thead><tr><th scope="col">Figure</th>'
            '<th scope="col" class="num">Value</th><th scope="col">Sources</th></tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
    return f"<section>{''.join(lines)}</section>"


def _figure(claim: Mapping[str, Any], pages: Collection[str], root: str) -> str:
    """The chapter's figure as a link; its name alone if the book has no such page."""
    kind = "table" if claim["figure"].startswith("tab-") else "figure"
    label = f"{kind} in “{escape(CHAPTERS[claim['chapter']])}”"
    page = f"chapters/{claim['chapter']}"
    if page not in pages:
        return label
    return f'<a href="{root}{page}.html#{claim["figure"]}">{label}</a>'


def _both(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The two verdicts of a claim's line, with a word if the sources lead to different ones."""
    return "".join(
        f'<span class="caspian-claim-verdict"><span class="caspian-label">{when} </span>'
        f"{badge(found['verdict'])}"
        f"{' <small>sources differ</small>' if found['conflict'] else ''}</span>"
        for when, found in (("then", then), ("now", now))
    )


def claim_html(
    claim: Mapping[str, Any],
    by_key: Mapping[str, Any],
    headings: tuple[str, str],
    pages: Collection[str],
    root: str,
) -> str:
    """One claim: a line with both verdicts, which opens to rule, figures and sources."""
    name, number = anchor(claim["claim"]), int(claim["claim"][1:])
    then, now = claim["then"], claim["now"]
    proxy = f"<dt>Measured beside it</dt><dd>{words(claim['proxy'])}</dd>" if claim["proxy"] else ""
    undated = (
        f"<p>If sources without a date had been out by then: {badge(claim['undated'])}.</p>"
        if claim["undated"] != then["verdict"]
        else ""
    )
    return (
        f'<details class="caspian-claim" id="{name}" data-chapter="{claim["chapter"]}" '
        f'data-then="{then["verdict"]}" data-now="{now["verdict"]}">'
        f'<summary><span class="caspian-claim-no">{number}</span>'
        f'<span class="caspian-claim-text">{words(claim["text"])}</span>'
        f"{_both(then, now)}</summary>"
        f'<p class="caspian-meta">{claim["kind"].capitalize()} · paragraph {claim["paragraph"]} of '
        f"the article · {_figure(claim, pages, root)} · "
        f'<a href="#{name}">link to this claim</a></p>'
        f"<dl><dt>Rule</dt><dd>{words(claim['rule'])}</dd>{proxy}</dl>"
        f"{_finding(then, headings[0], by_key)}{undated}{_finding(now, headings[1], by_key)}"
        "</details>"
    )


def _options(values: Collection[str], names: Mapping[str, str]) -> str:
    shown = "".join(
        f'<option value="{escape(v)}">{escape(names.get(v, v))}</option>' for v in values
    )
    return f'<option value="">all</option>{shown}'


def filter_html(claims: Collection[Mapping[str, Any]], target: str) -> str:
    """The filter: three lists and two buttons, hidden until the script is there to serve them."""
    chapters = [c for c in CHAPTERS if any(claim["chapter"] == c for claim in claims)]
    lists = [("chapter", "Chapter", _options(chapters, CHAPTERS))]
    for when in ("then", "now"):
        given = {claim[when]["verdict"] for claim in claims}
        lists.append((when, f"Verdict {when}", _options([v for v in Verdict if v in given], {})))
    fields = "".join(
        f'<label>{label} <select name="{name}" aria-controls="{target}">{options}</select></label>'
        for name, label, options in lists
    )
    return (
        f'<form class="caspian-filter" hidden>{fields}<button type="reset">Show all</button>'
        '<button type="button" name="open">Open those shown</button>'
        f'<output aria-live="polite" for="{target}"></output></form>'
    )


OMITTED = 0  # stands for a paragraph: what the article leaves out


def part_of(claim: Mapping[str, Any]) -> int:
    """The paragraph below which a claim stands on the page."""
    return OMITTED if claim["kind"] == "omission" else claim["paragraph"]


def grouped(claims: Collection[Mapping[str, Any]]) -> list[int]:
    """The paragraphs that have claims, in the order of the ledger."""
    return list(dict.fromkeys(part_of(claim) for claim in claims))


def paragraph_anchor(paragraph: int) -> str:
    """The id of a paragraph on the page."""
    return f"paragraph-{paragraph}" if paragraph else "left-out"


def heading_html(paragraph: int, sentences: Collection[Mapping[str, Any]]) -> str:
    """A paragraph's heading: each of its sentences by its first words, with links to its claims."""
    if paragraph == OMITTED:
        return "<h3>What the article leaves out</h3>"
    items = ""
    for told in (s for s in sentences if s["paragraph"] == paragraph):
        links = " ".join(f'<a href="#{anchor(c)}">{int(c[1:])}</a>' for c in told["claims"])
        noun = "claim" if len(told["claims"]) == 1 else "claims"
        items += f"<li>“{words(told['opening'])} …”: {noun} {links}</li>"
    return f'<h3>Paragraph {paragraph}</h3><ol class="caspian-sentences">{items}</ol>'


def jumps_html(claims: Collection[Mapping[str, Any]]) -> str:
    """Links to the paragraphs."""
    links = "".join(
        f'<li><a href="#{paragraph_anchor(p)}">{p or "left out"}</a></li>' for p in grouped(claims)
    )
    return (
        '<nav class="caspian-jumps" aria-label="Paragraphs of the article">'
        f"<span>Paragraph</span><ul>{links}</ul></nav>"
    )


def ledger_html(bundle: Mapping[str, Any], pages: Collection[str], root: str) -> str:
    """The whole ledger below its caption. `pages` are the book's; `root` leads to the site's."""
    by_key = {s["key"]: s for s in bundle["sources"]}
    target = f"{bundle['name']}-list"
    items = ""
    for paragraph in grouped(bundle["claims"]):
        told = [c for c in bundle["claims"] if part_of(c) == paragraph]
        lines = "".join(
            claim_html(claim, by_key, tuple(bundle["headings"]), pages, root) for claim in told
        )
        items += (
            f'<div class="caspian-paragraph" id="{paragraph_anchor(paragraph)}">'
            f"{heading_html(paragraph, bundle['sentences'])}{lines}</div>"
        )
    return (
        f"{jumps_html(bundle['claims'])}{filter_html(bundle['claims'], target)}"
        f'<div class="caspian-ledger" id="{target}">{items}</div>'
    )
