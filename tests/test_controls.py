"""What readers can move in a chart: every control of every figure, driven to both its ends.

Axes stand still, nothing leaves its figure or covers other words, and what the chart says below
it, in its description and in the address follows.
"""

from __future__ import annotations

import functools
from typing import Any

import altair as alt
import pandas as pd
import pytest

from openbook import controls, draw
from openbook.bundle import Figure
from openbook.controls import choice, slider
from openbook.publish import figure
from openbook.testing import book

# --- what an author gives --------------------------------------------------------------------


def test_a_slider_stops_at_its_steps_and_where_it_starts():
    made = slider("cut", 0, 1, 0.25, 0.35, "Cut", format=".0%")
    assert controls.stops(made) == [0, 0.25, 0.35, 0.5, 0.75, 1]
    assert controls.text(made, 0.35) == "35%"
    on_step = slider("days", 1, 4, 1, 2, "Days", unit="days")
    assert controls.stops(on_step) == [1, 2, 3, 4] and controls.text(on_step, 2) == "2 days"
    price = slider("price", -2, 2, 0.5, 0, "Price", unit="USD {} a barrel")
    assert controls.text(price, -1.5) == "USD \u22121.5 a barrel"
    assert controls.text(slider("year", 1990, 2030, 1, 2024, "Year", format="d"), 2024) == "2024"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"step": 0.001}, "1001 stops"),
        ({"value": 2}, "not within"),
        ({"format": "s"}, "a format is like"),
    ],
)
def test_a_slider_that_is_none(given, message):
    usual: dict[str, Any] = {"low": 0, "high": 1, "step": 0.1, "value": 0.5, "label": "A"}
    with pytest.raises(ValueError, match=message):
        slider("a", **usual | given)
    with pytest.raises(ValueError, match="none of"):
        choice("kind", ["all", "one"], "two", "Kind")


ROWS = pd.DataFrame({"x": [1, 2], "y": [2, 4], "source": "across_the_caspian"})
TIMES = slider("times", 1, 3, 1, 2, "Times")
SAYS = "'Twice ' + times + ' is ' + (2 * times) + ' & more.'"


def published(**given):
    fixed = alt.Scale(domain=[0, 12])
    chart = alt.Chart(ROWS).transform_calculate(z="datum.y * times").mark_line()
    chart = chart.encode(x=alt.X("x:Q", scale=fixed), y=alt.Y("z:Q", scale=given.pop("y", fixed)))
    texts = {"name": "fig-times", "title": "T", "subtitle": "S", "alt": "A line."}
    return figure(given.pop("chart", chart), **texts, **given)


def test_a_chart_with_controls_says_what_it_shows():
    made = published(controls=[TIMES], readout=SAYS).bundle
    assert draw.readout(made) == "Twice 2 is 4 & more."
    assert made.controls == (TIMES,)
    again = Figure.from_json(made.to_json())
    assert again.controls == made.controls and again.readout == SAYS
    bare = controls.unbound(made.spec)["params"]
    assert [p["name"] for p in bare] == ["times", "readout"] and not any("bind" in p for p in bare)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"controls": [TIMES]}, "go together"),
        ({"controls": [TIMES], "readout": SAYS, "y": alt.Scale(zero=False)}, "y would move"),
        (
            {"chart": alt.Chart(ROWS).mark_point().add_params(
                alt.param("a", bind=alt.binding_range(min=0, max=1), value=1)).encode(x="x:Q")},
            "hand a to",
        ),
    ],
)  # fmt: skip
def test_a_chart_that_breaks_the_contract(given, message):
    with pytest.raises(ValueError, match=message):
        published(**given)


# --- the published figures -------------------------------------------------------------------


@functools.cache
def moved() -> dict[str, dict[str, Figure]]:
    """The figures with controls by page."""
    found: dict[str, dict[str, Figure]] = {}
    for page in book.chapters():
        for cell in book.read_reference(page).cells:
            for output in cell.get("outputs", []):
                if held := output.get("data", {}).get(Figure.mime):
                    made = Figure.from_json(held)
                    if made.controls:
                        found.setdefault(page.name, {})[made.name] = made
    return found


def test_no_one_is_sent_to_controls_that_may_not_be_there():
    figures = [of for page in moved().values() for of in page.values()]
    assert len(figures) > 10
    for of in figures:
        words = f"{of.title} {of.subtitle} {of.note} {of.alt}".lower()
        assert "slider" not in words and "move the" not in words, of.name
        visible = [c for c in of.controls if not c.more]
        assert 1 <= len(visible) <= 5, f"{of.name} shows {len(visible)} controls at once"


# One figure, driven: each control alone to both ends; then all, reset, and by the address
DRIVE = r"""async (name) => {
  const figure = document.getElementById(name), live = figure.querySelector('.ob-live');
  const output = figure.querySelector('output'), box = figure.getBoundingClientRect();
  const hand = window.openbookControls(figure);
  const fields = [...figure.querySelectorAll('.ob-controls :is(input, select)')];
  const put = async (field, value, kind = 'input') => {
    if (field.matches('select')) field.selectedIndex = value; else field.value = value;
    field.dispatchEvent(new Event(kind, { bubbles: true }));
    await hand.settled();
  };
  const last = (field) => field.matches('select') ? field.options.length - 1 : Number(field.max);
  const start = (field) => field.matches('select') ? field.selectedIndex : field.value;
  const round = (r) => [r.left, r.top, r.right, r.bottom].map(Math.round).join(' ');
  const inside = (r, of) => r.left >= of.left - 1.5 && r.right <= of.right + 1.5
    && r.top >= of.top - 1.5 && r.bottom <= of.bottom + 1.5;
  const seen = (el) => !el.closest('[opacity="0"]');
  const look = () => {
    const svg = live.querySelector('svg'), faults = [];
    const chart = figure.querySelector('.ob-chart').getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter((t) => t.textContent.trim() && seen(t))
      .map((t) => ({ says: t.textContent, r: t.getBoundingClientRect() }));
    for (const t of texts) if (!inside(t.r, chart))
      faults.push(`"${t.says}" leaves: ${round(t.r)} of ${round(chart)}`);
    texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
      const wide = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
      const tall = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
      if (wide > 1 && tall > 3) faults.push(`"${a.says}" covers "${b.says}"`);
    }));
    for (const mark of svg.querySelectorAll('[class*=role-mark] > path')) {
      const r = mark.getBoundingClientRect();
      if ((r.width || r.height) && seen(mark) && !mark.closest('[clip-path]') && !inside(r, chart))
        faults.push(`a ${mark.parentNode.getAttribute('class').split(' ')[0]} leaves`);
    }
    return {
      words: output.textContent, faults,
      ticks: [...svg.querySelectorAll('[class*=role-axis-label] text')].filter(seen)
        .map((t) => t.textContent),
      described: figure.querySelector('.ob-live[aria-label], .ob-live [role=graphics-document]')
        .getAttribute('aria-label'),
      drawn: svg.innerHTML,
    };
  };
  await hand.settled();
  const first = look(), ends = [];
  for (const field of fields) {
    const was = start(field);
    for (const end of [0, last(field)]) {
      await put(field, end);
      ends.push({ control: field.name, said: field.getAttribute('aria-valuetext'), ...look() });
    }
    await put(field, was);
  }
  const back = look();
  for (const field of fields) await put(field, last(field), 'input');
  fields[0].dispatchEvent(new Event('change', { bubbles: true }));
  const all = { words: output.textContent, hash: location.hash };
  const button = figure.querySelector('.ob-reset');
  button.click();
  await hand.settled();
  const reset = { words: output.textContent, hash: location.hash, off: button.disabled };
  const led = new Promise((done) => addEventListener('hashchange', done, { once: true }));
  location.hash = all.hash;
  await led;
  await hand.settled();
  const restored = output.textContent;
  button.click();
  await hand.settled();
  return {
    first, ends, back, all, reset, restored,
    names: fields.map((f) => f.labels[0].textContent.trim()),
    stops: fields.filter((f) => f.max).map((f) => Number(f.max)),
  };
}"""

DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 780}, "timezone_id": "Asia/Baku"}


def awake(visit, name: str) -> None:
    part = visit.page.locator(f"#{name}")
    part.scroll_into_view_if_needed()
    visit.page.wait_for_selector(f"#{name}.ob-drawn")


def drive(visit, name: str) -> dict[str, Any]:
    awake(visit, name)
    found: dict[str, Any] = visit.page.evaluate(DRIVE, name)
    return found


def check(name: str, of: Figure, found: dict[str, Any]) -> None:
    """The contract of one figure at one width."""
    first = found["first"]
    assert first["words"] == draw.readout(of)
    assert not first["faults"], f"{name}: {first['faults']}"
    assert found["names"] == [c.label for c in [*shown_first(of)]]
    assert max(found["stops"], default=0) <= controls.MOST_STOPS
    said, drawn = {}, {}
    for end in found["ends"]:
        where = f"{name}, {end['control']} at {end['said']}"
        assert end["ticks"] == first["ticks"], f"{where}: an axis moved"
        assert not end["faults"], f"{where}: {end['faults']}"
        assert end["described"] == f"{of.alt} {end['words']}", where
        said.setdefault(end["control"], set()).add(end["words"])
        drawn.setdefault(end["control"], set()).add(end["drawn"])
    for control in of.controls:
        assert len(drawn[control.name]) == 2, f"{name}: {control.name} moves nothing"
    still = [c.name for c in of.controls if not c.more and len(said[c.name] | {first["words"]}) < 2]
    assert not still, f"{name}: the words don't follow {still}"
    assert found["back"]["words"] == first["words"]
    assert found["all"]["hash"].startswith(f"#{name}?")
    assert found["restored"] == found["all"]["words"]
    assert found["reset"] == {"words": first["words"], "hash": f"#{name}", "off": True}


def shown_first(of: Figure):
    """Its controls as they stand on the page: those in the fold last."""
    return sorted(of.controls, key=lambda control: control.more)


@pytest.mark.browser
@pytest.mark.parametrize("page", ["visit", "energy", "investment", "corridor", "outlook"])
def test_controls_at_both_ends(browser, site, page):
    words = []
    for settings in (DESK, PHONE):
        visit = browser.visit(**settings)
        visit.open(site / "chapters" / f"{page}.html")
        found = {name: drive(visit, name) for name in moved()[page]}
        for name, of in moved()[page].items():
            check(name, of, found[name])
        words.append({n: [e["words"] for e in f["ends"]] for n, f in found.items()})
        assert not visit.problems, visit.problems
    assert words[0] == words[1], "in Baku the charts say something else"


@pytest.mark.browser
def test_an_address_opens_the_figure_as_it_was_left(browser, site):
    visit = browser.visit(**PHONE)
    address = (site / "chapters" / "corridor.html").as_uri()
    visit.page.goto(f"{address}#fig-route-choice?cargo=100&days_northern=50&odd=1&interest=x")
    awake(visit, "fig-route-choice")
    part = visit.page.locator("#fig-route-choice")
    visit.page.wait_for_function(
        "!document.querySelector('#fig-route-choice .ob-readout').textContent.includes('13.3')"
    )
    assert part.locator("[name=cargo]").get_attribute("aria-valuetext") == "USD 100 thousand"
    assert part.locator("[name=days_northern]").is_visible()  # the fold has opened
    fold = part.locator("details.ob-more-controls")
    assert fold.get_attribute("open") is not None
    # the last control and the chart are on screen together
    part.locator(".ob-control input").last.evaluate("e => e.scrollIntoView({block: 'end'})")
    chart = part.locator(".ob-live svg").bounding_box()
    assert chart is not None and chart["y"] >= 0
    assert chart["y"] + chart["height"] < PHONE["viewport"]["height"]
    assert not visit.problems, visit.problems


@pytest.mark.browser
def test_without_scripts_the_words_are_there_and_the_controls_are_not(browser, site):
    visit = browser.visit(java_script_enabled=False, **DESK)
    visit.open(site / "chapters" / "energy.html")
    for name, of in moved()["energy"].items():
        part = visit.page.locator(f"#{name}")
        assert part.locator("output").inner_text() == draw.readout(of)
        assert not part.locator("form").is_visible()
