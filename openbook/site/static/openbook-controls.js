// Controls of published figures: fields of the page that move signals of Vega. The fields hold what
// the reader chose, before the chart is drawn, after it is drawn anew, and in the address of the
// page. The chart answers in words, which stand below it and end its description.
"use strict";
(() => {
  const { read, write } = window.openbookAddress;

  // A number as openbook.controls writes it.
  function written(value, format, unit) {
    const [, group, digits, kind] = format.match(/^(,?)\.(\d)([f%])$/) ?? [];
    const figures = kind === undefined ? value.toFixed(0)
      : (kind === "%" ? 100 * value : value).toLocaleString("en", {
        minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true,
      });
    const text = figures.replace(/^-(?=[0.,]*$)/, "").replace("-", "\u2212");
    return unit.replace("{}", kind === "%" ? `${text}%` : text);
  }

  // Where a slider can stand: its steps, and where it stands as the page opens.
  function stopsOf(low, high, step, start) {
    const many = Math.floor((high - low) / step + 1e-9) + 1;
    const steps = Array.from({ length: many }, (_, at) => Number((low + at * step).toFixed(10)));
    if (steps.some((each) => Math.abs(each - start) < 1e-9)) return steps;
    return [...steps, start].sort((a, b) => a - b);
  }

  function slider(field) {
    const [low, high, step, start] = ["low", "high", "step", "start"].map((k) => Number(field.dataset[k]));
    const stops = stopsOf(low, high, step, start);
    const nearest = (value) => stops.reduce((best, each, at) =>
      Math.abs(each - value) < Math.abs(stops[best] - value) ? at : best, 0);
    const said = field.nextElementSibling;
    return {
      field,
      value: () => stops[field.value],
      set(text) {
        const value = Number(text);
        if (text !== "" && Number.isFinite(value)) field.value = nearest(value);
      },
      say() {
        said.textContent = written(stops[field.value], field.dataset.format, field.dataset.unit);
        field.setAttribute("aria-valuetext", said.textContent);
      },
      reset: () => { field.value = nearest(start); },
      moved: () => stops[field.value] !== start,
    };
  }

  function list(field) {
    const known = [...field.options].map((option) => option.value);
    const start = [...field.options].find((option) => option.defaultSelected).value;
    return {
      field,
      value: () => field.value,
      set(text) { if (known.includes(text)) field.value = text; },
      say() {},
      reset: () => { field.value = start; },
      moved: () => field.value !== start,
    };
  }

  function controlsOf(figure) {
    const form = figure.querySelector("form.ob-controls");
    const output = figure.querySelector(".ob-readout");
    const reset = form.querySelector(".ob-reset");
    const all = [...form.querySelectorAll("input, select")]
      .map((field) => (field.matches("select") ? list(field) : slider(field)));
    const moved = () => all.filter((each) => each.moved());
    let view, alt;
    let busy = Promise.resolve();

    function say() {
      for (const each of all) each.say();
      reset.disabled = !moved().length;
      figure.classList.toggle("ob-moved", !reset.disabled); // paper shows the figure as it opens
    }

    // Move the chart, then let it say what it shows now.
    async function show() {
      if (!view) return;
      const now = view;
      for (const each of all) now.signal(each.field.name, each.value());
      await now.runAsync();
      if (now !== view) return; // drawn anew meanwhile
      const words = now.signal("readout");
      if (output.textContent !== words) output.textContent = words;
      now.description(`${alt} ${words}`);
    }

    function changed() {
      say();
      busy = show();
    }

    function restore() {
      const asked = read(figure.id);
      if (!asked) return;
      for (const each of all) {
        each.reset();
        each.set(asked.get(each.field.name) ?? "");
      }
      const fold = form.querySelector("details");
      if (fold && moved().some((each) => fold.contains(each.field))) fold.open = true;
      changed();
    }

    const address = () =>
      write(figure.id, moved().map((each) => [each.field.name, each.value()]));

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", changed);
    form.addEventListener("change", address);
    reset.addEventListener("click", () => {
      for (const each of all) each.reset();
      changed();
      address();
      all[0].field.focus(); // the button, now disabled, would lose the keyboard's place
    });
    addEventListener("hashchange", restore);
    restore();

    return {
      // Put a chart, newly drawn, where the controls stand; `description` is that of its spec.
      attach(drawn, description) {
        [view, alt] = [drawn, description];
        return (busy = show());
      },
      // Resolves when the chart shows what the fields say.
      settled: () => busy,
    };
  }

  const known = new Map();
  for (const figure of document.querySelectorAll("figure:has(form.ob-controls)"))
    known.set(figure, controlsOf(figure));
  window.openbookControls = (figure) => known.get(figure);
})();
