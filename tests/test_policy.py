"""The policy of the pages: it stands on each of them, allows what they need, and stops the rest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from openbook.site import later, policy, styles
from openbook.testing import book
from openbook.testing.host import served

TAG = re.compile(r"<([a-z][a-z0-9-]*)((?:\s[^<>]*)?)>", re.I)
RUNS = re.compile(r"<script(?![^>]*\b(?:src=|type=\"?application/(?:ld\+)?json))[^>]*>")
SCHEMES = ("http:", "https:", "mailto:")
CHAPTER = "chapters/energy"
PATIENCE = 60_000  # milliseconds that a page may take to load: others may be at work

# --- the functions ---------------------------------------------------------------------------


def test_a_style_becomes_a_rule_of_the_sheet():
    body = '<p class="a" style="color: red; --head-1: &quot;a &lt; b&quot;">x</p>'
    fitted = policy.fitted(body)
    assert " style=" not in fitted
    name = re.search(r'data-style="(s\w{8}) color', fitted)[1]
    rule = f'[data-style^={name}]:not(#_):not(#_){{color: red;--head-1: "a < b"}}\n'
    assert policy.rules([fitted, fitted]) == rule
    assert policy.fitted(fitted) == fitted, "twice is once"


@pytest.mark.parametrize("text", ["x} body {display:none", "color:red} p{color:blue", "<b>x"])
def test_no_text_ends_a_rule(text):
    made = policy.rules([policy.fitted(f'<p style="{text}">')])
    assert made.count("{") == made.count("}") == 1
    assert "body" not in made and "p{" not in made


def test_a_sheet_in_a_page_is_left_out():
    body = "<div><style scoped>\n  th { color: red }\n</style>\n<p>&lt;style&gt;</p></div>"
    assert policy.fitted(body) == "<div><p>&lt;style&gt;</p></div>"


def test_text_that_looks_like_an_attribute_stays():
    for text in ("<p>style=&quot;a&quot;</p>", '<p>a style="b" c</p>', "<code>&lt;p style=</code>"):
        assert policy.fitted(text) == text


def test_links_away_give_no_hold():
    fitted = policy.fitted('<a class="x" href="https://a.org/">a</a> <a href="b.html">b</a>')
    assert fitted == (
        '<a rel="noopener" class="x" href="https://a.org/">a</a> <a href="b.html">b</a>'
    )
    assert policy.fitted(fitted) == fitted


def test_the_policy_is_strict():
    for directives in (policy.PAGE, policy.FRAME):
        assert directives["default-src"] == directives["base-uri"] == "'none'"
        assert "unsafe" not in policy.text(directives)
    assert policy.PAGE["script-src"] == policy.PAGE["style-src"] == "'self'"
    assert "script-src" not in policy.FRAME


def test_the_documents_say_the_policy_as_it_is():
    told = (book.ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"Content-Security-Policy: {policy.text(policy.PAGE)}; frame-ancestors 'self'" in told
    assert f"Content-Security-Policy: {policy.text(policy.FRAME)}; frame-ancestors *" in told
    assert f"Referrer-Policy: {policy.REFERRER}" in told


# --- every file ------------------------------------------------------------------------------


def _pages(site: Path) -> list[str]:
    return sorted(
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    )


def _faults(html: str) -> list[str]:
    """What of a page the policy would stop, and links that lead where none should."""
    faults = [f"a script in the page: {found[:80]}" for found in RUNS.findall(html)]
    for tag, attributes in TAG.findall(html):
        if tag == "style" or re.search(r"\s(?:style|on[a-z]+)=", attributes):
            faults.append(f"<{tag}{attributes[:80]}>")
        for address in re.findall(r'\s(?:href|src|action)="([^"]*)"', attributes):
            scheme = re.match(r"\s*[a-z][a-z0-9+.-]*:", address, re.I)
            if scheme and not address.startswith(SCHEMES):
                faults.append(f"<{tag}> leads to {address[:80]}")
        away = tag == "a" and re.search(r'\shref="https?:', attributes)
        if away and not re.search(r'\srel="[^"]*\bnoopener\b', attributes):
            faults.append(f"<a{attributes[:80]}> gives a hold")
    return faults


def test_every_page_has_the_policy_first(site):
    for name in _pages(site):
        html = (site / name).read_text("utf-8")
        wanted = policy.FRAME if name.startswith("embed/") else policy.PAGE
        meta = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', html)
        assert [each.replace("&#39;", "'") for each in meta] == [policy.text(wanted)], name
        loads = re.search(r"<(?:script|link|img|style)\b", html)
        assert loads and html.index("Content-Security-Policy") < loads.start(), name
        assert f'<meta name="referrer" content="{policy.REFERRER}"' in html, name


def test_nothing_in_a_page_needs_more_than_the_policy(site):
    found = {name: _faults((site / name).read_text("utf-8")) for name in _pages(site)}
    for part in (site / later.FOLDER).glob("*.js"):
        found[part.name] = _faults(later.held(part))
    assert not (faults := {name: each for name, each in found.items() if each}), faults


def test_the_sheet_has_a_rule_for_every_style(site):
    sheet = (site / "_static" / styles.SHEET).read_text("utf-8")
    html = [later.filled((site / name).read_text("utf-8"), site) for name in _pages(site)]
    names = set(re.findall(r'\sdata-style="(s\w+) ', "".join(html)))
    assert names == set(re.findall(r"\[data-style\^=(s\w+)\]", sheet))


# --- in a browser ----------------------------------------------------------------------------

_COUNT = """document.addEventListener("securitypolicyviolation", (event) => {
  (window.violations ??= []).push(`${event.effectiveDirective} ${event.blockedURI} `
    + `${event.sourceFile ?? ""}:${event.lineNumber} ${event.sample}`);
});"""
# Comes to each figure, opens each fold, moves each control, presses each button; gives how many
_DRIVE = """async () => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const many = { folds: 0, controls: 0, buttons: 0 };
  const all = (kind) => [...document.querySelectorAll(kind)];
  document.addEventListener("submit", (event) => event.preventDefault());
  await window.openbookLater?.within(document.body);
  for (let round = 0; round < 6; round++) // a fold may bring others
    for (const fold of all("details:not([open])")) {
      if (fold.dataset.driven) continue; // it shut itself
      fold.dataset.driven = fold.open = true;
      many.folds++;
      await pause(0);
    }
  for (const figure of all("figure.ob-figure")) {
    figure.scrollIntoView({ behavior: "instant" });
    for (let wait = 0; figure.querySelector(".ob-spec") && wait < 400; wait++) {
      if (figure.classList.contains("ob-drawn")) break;
      await pause(50);
    }
  }
  for (const each of all("input, select")) {
    if (each.type === "checkbox") each.click();
    else if (each.localName === "select") each.selectedIndex = each.options.length - 1;
    else each.value = each.type === "range" ? each.max : "oil";
    for (const kind of ["input", "change"]) each.dispatchEvent(new Event(kind, { bubbles: true }));
    many.controls++;
  }
  await pause(100);
  for (const button of all("main button, header button")) { button.click(); many.buttons++; }
  for (const fact of all("a.ob-fact").slice(0, 3)) { fact.focus(); await pause(20); }
  dispatchEvent(new Event("beforeprint"));
  await pause(200);
  return {
    ...many,
    drawn: all("figure.ob-drawn").length,
    left: all("figure.ob-figure:not(.ob-drawn) .ob-spec").length,
  };
}"""


@pytest.mark.browser
@pytest.mark.slow
def test_no_page_and_no_control_breaks_the_policy(site, chromium):
    visit, done = chromium.visit(), {"folds": 0, "controls": 0, "buttons": 0, "drawn": 0}
    # one template makes the pages and frames of figures: two of each stand for all
    every = _pages(site)
    alike = [[n for n in every if n.startswith(kind)] for kind in ("figures/", "embed/")]
    driven = [n for n in every if not any(n in kind[2:] for kind in alike)]
    visit.page.set_default_timeout(PATIENCE)
    visit.page.add_init_script(_COUNT)
    with served(site) as address:
        for name in driven:
            query = "?q=oil" if name == "search.html" else ""
            visit.page.goto(f"{address}/{name}{query}", wait_until="load")
            seen: dict[str, Any] = visit.page.evaluate(_DRIVE)
            assert seen.pop("left") == 0, f"{name}: a chart stays asleep"
            done = {kind: done[kind] + seen[kind] for kind in done}
            visit.page.emulate_media(media="print")
            visit.page.emulate_media(media="screen")
            assert not (found := visit.page.evaluate("window.violations")), f"{name}: {found}"
            assert not visit.problems, f"{name}: {visit.problems}"
    assert all(done.values()), f"the test drives nothing of some kind: {done}"
    print(f"{len(driven)} pages, {done}, no violation")


@pytest.mark.browser
def test_what_the_policy_forbids_does_not_run(site, chromium):
    visit = chromium.visit()
    visit.page.set_default_timeout(PATIENCE)
    visit.page.add_init_script(_COUNT)
    with served(site) as address:
        visit.page.goto(f"{address}/{CHAPTER}.html", wait_until="load")
        stopped = visit.page.evaluate("""async () => {
            document.body.insertAdjacentHTML("beforeend",
              '<img src="x:" onerror="window.hit=1"><p id="t" style="color:red">'
              + '<a id="l" href="javascript:window.hit=1">');
            const script = document.createElement("script");
            script.textContent = "window.hit=1";
            document.body.append(script);
            document.getElementById("l").click();
            setTimeout(() => {
              try { window.eval("window.hit=1"); } catch { }
            });
            fetch("https://example.org/").catch(() => {});
            await new Promise((done) => setTimeout(done, 300));
            return [window.hit, getComputedStyle(document.getElementById("t")).color,
                    window.violations.map((each) => each.split(" ")[0]).sort()];
        }""")
    hit, colour, kinds = stopped
    assert hit is None
    assert colour != "rgb(255, 0, 0)"
    assert {
        "script-src",
        "script-src-attr",
        "script-src-elem",
        "style-src-attr",
        "connect-src",
    } <= set(kinds)


@pytest.mark.browser
def test_pages_work_from_a_disk(site, chromium):
    visit = chromium.visit()
    visit.page.set_default_timeout(PATIENCE)
    visit.page.add_init_script(_COUNT)
    for name in (f"{CHAPTER}.html", "index.html", "search.html?q=oil", "embed/oil-routes.html"):
        visit.page.goto(f"{site.as_uri()}/{name}", wait_until="load")
        seen = visit.page.evaluate(_DRIVE)
        assert seen["left"] == 0
        assert not visit.page.evaluate("window.violations"), name
        assert not visit.problems


@pytest.mark.browser
def test_the_chosen_mode_is_there_before_the_page_is(site, chromium):
    visit = chromium.visit(color_scheme="light")
    # what is there when the body begins: nothing is painted before
    visit.page.add_init_script("""new MutationObserver((_, watch) => {
        if (!document.body) return;
        window.atFirst = document.documentElement.dataset.theme;
        watch.disconnect();
    }).observe(document, { childList: true, subtree: true });""")
    with served(site) as address:
        visit.page.goto(f"{address}/index.html", wait_until="load")
        assert visit.page.evaluate("window.atFirst") == "auto"
        visit.page.evaluate("localStorage.mode = localStorage.theme = 'dark'")
        visit.page.goto(f"{address}/{CHAPTER}.html", wait_until="load")
        assert visit.page.evaluate("window.atFirst") == "dark"
        assert visit.page.evaluate("localStorage.mode") == "dark"
