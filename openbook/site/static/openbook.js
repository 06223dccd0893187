// Makes published figures, and tables with filters, interactive when they come near the viewport.
// Until then and without JavaScript, the static SVG in the page is the figure, and the table is a
// plain table with all its rows. On paper, the static SVG and the rows that the reader chose.
// A folded table opens by itself; a link to it opens it too.
"use strict";
(() => {
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  const NARROW_BELOW = 480; // CSS pixels; charts.fitted draws for the same two widths

  // A library is fetched once a page, and only when something that needs it is about to be seen.
  const library = (file, name) => {
    let loading;
    return () =>
      (loading ??= new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = folder + file;
        script.onload = () => resolve(window[name]);
        script.onerror = () => reject(new Error(`${file} did not load`));
        document.head.append(script);
      }));
  };
  const vega = library("vega-bundle.js", "vegaEmbed");
  const dataTables = library("datatables-bundle.js", "DataTable");

  function whenNear(selector, act) {
    const near = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        act(target).catch((error) => console.error(`${target.id}: ${error.message}`));
      }
    }, { rootMargin: "300px 0px" });
    for (const found of document.querySelectorAll(selector)) near.observe(found);
  }

  const variant = (specs, width) =>
    specs.narrow && width < NARROW_BELOW ? "narrow" : "wide";

  // Vega measures text as it draws: the typeface must be there, with the letters of the chart.
  const lettersOf = (spec) =>
    Promise.allSettled([400, 600].map((weight) =>
      document.fonts.load(`${weight} 12px ${spec.config.font}`, JSON.stringify(spec))));

  // A map keeps its proportions.
  const mapHeight = (spec, width) => Math.round((width * spec.height) / spec.width);

  async function draw(figure) {
    const host = figure.querySelector(".ob-live");
    const fixed = figure.querySelector(".ob-static");
    const controls = figure.querySelector(".ob-controls");
    const specs = JSON.parse(figure.querySelector(".ob-spec").textContent);
    const box = figure.querySelector(".ob-chart");
    let view, shown;

    async function embed(width) {
      shown = variant(specs, width);
      const spec = structuredClone(specs[shown]);
      if (spec.projection) spec.height = mapHeight(spec, width);
      if (spec.autosize) spec.width = width; // one view: Vega fits it to the column
      spec.config.legend.columns = specs.legend[width < NARROW_BELOW ? "narrow" : "wide"];
      const kept = view ? settings(view, specs[shown]) : [];
      view?.finalize();
      controls.replaceChildren();
      const embedVega = await vega();
      await lettersOf(spec);
      const result = await embedVega(host, spec, {
        mode: "vega-lite", ast: true, renderer: "svg", actions: false, defaultStyle: false,
        bind: controls, tooltip: { disableDefaultStyle: true },
      });
      view = result.view;
      for (const [name, value] of kept) view.signal(name, value);
      await view.runAsync();
    }

    try {
      host.hidden = false;
      await embed(box.clientWidth);
      fixed.hidden = true;
      figure.classList.add("ob-drawn");
    } catch (error) {
      host.hidden = true; // the static figure stays
      throw error;
    }

    let last = box.clientWidth;
    new ResizeObserver(async () => {
      const width = box.clientWidth;
      if (!width || Math.abs(width - last) < 2) return;
      const before = last;
      last = width;
      const crossed = (width < NARROW_BELOW) !== (before < NARROW_BELOW);
      if (crossed) await embed(width); // another layout: legend, perhaps another chart
      else if (specs[shown].autosize) {
        const spec = specs[shown];
        if (spec.projection) view.height(mapHeight(spec, width));
        await view.width(width).runAsync();
      }
    }).observe(box);
  }

  // The reader's slider positions, to survive a redrawing.
  const settings = (view, spec) =>
    (spec.params ?? []).filter((p) => p.bind && p.bind !== "scales")
      .map((p) => [p.name, view.signal(p.name)]);

  // What a cell is sorted by: its date or its number, else its text.
  function sortable(cell) {
    const date = cell.querySelector("time")?.dateTime;
    const number = parseFloat(cell.textContent.replaceAll(",", "").replace("\u2212", "-"));
    return date ?? (Number.isNaN(number) ? "" : number);
  }

  async function enhance(figure) {
    const plain = figure.querySelector("table");
    const scrolls = plain.parentElement;
    const DataTable = await dataTables();
    const rows = [...plain.tBodies[0].rows];
    [...plain.tHead.rows[0].cells].forEach((_, at) => {
      const cells = rows.map((row) => row.cells[at]); // all of a column, or DataTables takes none
      if (cells.some((cell) => cell.matches(".num, :has(time)")))
        for (const cell of cells) cell.dataset.order = sortable(cell);
    });
    const table = new DataTable(plain, {
      paging: false, order: [], autoWidth: false, orderMulti: false,
      layout: { topStart: null, topEnd: null, top: ["search", "info"], bottomStart: null },
      language: { search: "Search", info: "_TOTAL_ of _MAX_ rows", infoFiltered: "",
        infoEmpty: "0 of _MAX_ rows", zeroRecords: "No row fits. Choose \u201call\u201d again or empty the search." },
    });
    const choices = document.createElement("div");
    choices.className = "ob-filters";
    for (const number of figure.dataset.filters.split(" ").map(Number))
      choices.append(choice(table.column(number)));
    scrolls.before(choices, table.table().container().querySelector(".dt-layout-row"));
    for (const named of [plain, scrolls])
      named.setAttribute("aria-labelledby", `${figure.id}-caption`);
    scrolls.setAttribute("role", "region");
    table.on("draw", () => {
      const { recordsDisplay, recordsTotal } = table.page.info();
      figure.classList.toggle("ob-filtered", recordsDisplay < recordsTotal);
    });
  }

  // A labelled list of the values of one column; the first choice shows all rows.
  function choice(column) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    select.add(new Option("all", ""));
    for (const [value, count] of counted(column.data().toArray().map(asText)))
      select.add(new Option(`${value} (${count})`, value));
    select.addEventListener("change", () =>
      column.search(select.value, { exact: Boolean(select.value) }).draw());
    label.append(column.header().textContent.trim(), select);
    return label;
  }

  function asText(html) {
    const part = document.createElement("template");
    part.innerHTML = html;
    return part.content.textContent.trim();
  }

  function counted(values) {
    const counts = new Map();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => a.localeCompare(b, "en"));
  }

  function unfold() {
    const part = document.getElementById(window.openbookAddress.id());
    const fold = part && part.querySelector(":scope > details.ob-folded");
    if (fold) fold.open = true;
  }
  addEventListener("hashchange", unfold);
  // A click on a link to what is in the address already changes no hash.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (link && link.href === location.href) unfold();
  });
  unfold();

  whenNear("figure.ob-figure", draw);
  whenNear("figure.ob-table[data-filters]", enhance);
})();
