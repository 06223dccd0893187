// Makes a published figure interactive when it comes near the viewport. Until then, without
// JavaScript, and on paper, the static SVG in the page is the figure.
"use strict";
(() => {
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  const NARROW_BELOW = 480; // CSS pixels; charts.fitted draws for the same two widths

  let bundle; // Vega is fetched once a page, and only when a chart is about to be seen
  const vega = () =>
    (bundle ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = folder + "vega-bundle.js";
      script.onload = () => resolve(window.vegaEmbed);
      script.onerror = () => reject(new Error("vega-bundle.js did not load"));
      document.head.append(script);
    }));

  const variant = (specs, width) =>
    specs.narrow && width < NARROW_BELOW ? "narrow" : "wide";

  // A map keeps its proportions.
  const mapHeight = (spec, width) => Math.round((width * spec.height) / spec.width);

  async function draw(figure) {
    const host = figure.querySelector(".caspian-live");
    const fixed = figure.querySelector(".caspian-static");
    const controls = figure.querySelector(".caspian-controls");
    const specs = JSON.parse(figure.querySelector(".caspian-spec").textContent);
    const box = figure.querySelector(".caspian-chart");
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
      figure.classList.add("caspian-drawn");
    } catch (error) {
      host.hidden = true; // the static figure stays
      console.error(`${figure.id}: ${error.message}`);
      return;
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

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "300px 0px" });
  for (const figure of document.querySelectorAll("figure.caspian-figure")) near.observe(figure);
})();
