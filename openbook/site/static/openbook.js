// Makes published figures interactive when they come near the viewport. Until then and without
// JavaScript, and on paper, the static SVG in the page is the figure.
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
    await window.openbookLater?.within(figure.querySelector(".ob-chart"));
    const host = figure.querySelector(".ob-live");
    const fixed = figure.querySelector(".ob-static");
    const controls = window.openbookControls?.(figure); // openbook-controls.js
    const held = figure.querySelector(".ob-spec");
    if (!held) return; // its part did not load, which was said
    const specs = JSON.parse(held.textContent);
    const box = figure.querySelector(".ob-chart");
    let view, shown;

    async function embed(width) {
      shown = variant(specs, width);
      const spec = structuredClone(specs[shown]);
      if (spec.projection) spec.height = mapHeight(spec, width);
      if (spec.autosize) spec.width = width; // one view: Vega fits it to the column
      spec.config.legend.columns = specs.legend[width < NARROW_BELOW ? "narrow" : "wide"];
      view?.finalize();
      const embedVega = await vega();
      await lettersOf(spec);
      const result = await embedVega(host, spec, {
        mode: "vega-lite", ast: true, renderer: "svg", actions: false, defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
      });
      view = result.view;
      // A mark that says nothing is no image to those who hear the page
      for (const mark of host.querySelectorAll('[role="graphics-symbol"]:not([aria-label])'))
        mark.setAttribute("aria-hidden", "true");
      await controls?.attach(view, spec.description);
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


  whenNear("figure.ob-figure", draw);
})();
