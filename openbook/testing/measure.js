// What a reader sees of one drawing, measured in the browser: `measure(svg, options)` gives a list
// of faults, each {kind, what, value}. Lengths are CSS pixels. Used by openbook.testing.measure.
"use strict";
window.measure = (() => {
  // `willReadFrequently` keeps the one pixel in memory: no drawing on a graphics card
  const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true });
  const known = new Map();

  // Any CSS colour as [red, green, blue, alpha], 0 to 255 and 0 to 1.
  function parsed(colour) {
    if (!known.has(colour)) {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  }
  const over = (top, alpha, under) => under.map((value, k) => top[k] * alpha + value * (1 - alpha));
  function luminance(rgb) {
    const [r, g, b] = rgb.map((value) => {
      const v = value / 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  let seen = new WeakMap(); // opacities of one drawing
  function opacity(element, svg) {
    if (!seen.has(element)) {
      const above = element === svg ? 1 : opacity(element.parentElement, svg);
      seen.set(element, above * Number(getComputedStyle(element).opacity));
    }
    return seen.get(element);
  }
  // The colour of an element's fill or stroke over what is under it; null where there is none.
  function painted(element, part, under, svg) {
    const style = getComputedStyle(element);
    const paint = style[part];
    if (paint === "none" || paint.startsWith("url(")) return null;
    if (part === "stroke" && parseFloat(style.strokeWidth) === 0) return null;
    const [r, g, b, a] = parsed(paint);
    const alpha = a * Number(style[`${part}Opacity`]) * opacity(element, svg);
    return alpha > 0.01 ? over([r, g, b], alpha, under) : null;
  }

  const MARKS = ":is(.role-mark, .role-scope) > :is(path, line, rect, circle):not(.background, .foreground)";
  const SHAPES = "path, rect, circle, line, polygon, polyline";
  const shown = (element) =>
    getComputedStyle(element).visibility !== "hidden" && element.getClientRects().length > 0;

  // The corners of the letters of a text on the screen: its em box without what is above capitals
  // and below the line.
  function corners(text) {
    const box = text.getBBox();
    const size = parseFloat(getComputedStyle(text).fontSize);
    const lines = Math.max(1, Math.round(box.height / (size * 1.3)));
    const cut = Math.max(0, (box.height - (lines - 1) * size * 1.15 - size * 0.72) / 2);
    const matrix = text.getScreenCTM();
    const [top, foot] = [box.y + cut, box.y + box.height - cut];
    return [[box.x, top], [box.x + box.width, top], [box.x + box.width, foot], [box.x, foot]]
      .map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
  }
  // Whether two rectangles (each four corners in order) share more than a hair: no side parts them.
  function overlap(one, other, hair = 1) {
    for (const shape of [one, other]) {
      for (let k = 0; k < 2; k++) {
        const [a, b] = [shape[k], shape[k + 1]];
        const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
        const [nx, ny] = [(b.x - a.x) / length, (b.y - a.y) / length];
        const span = (points) => points.map((p) => p.x * nx + p.y * ny);
        const [p, q] = [span(one), span(other)];
        if (Math.min(Math.max(...p), Math.max(...q)) - Math.max(Math.min(...p), Math.min(...q)) < hair)
          return false;
      }
    }
    return true;
  }

  // What is painted under a point, below the text that is asked about, over the paper.
  function under(point, text, paper, svg) {
    const stack = document.elementsFromPoint(point.x, point.y);
    const at = stack.indexOf(text);
    const below = (at < 0 ? stack : stack.slice(at + 1)).filter(
      (element) => svg.contains(element) && element.matches(SHAPES),
    );
    let colour = paper;
    for (const element of below.reverse()) {
      const fill = painted(element, "fill", colour, svg);
      if (fill && element.isPointInFill(local(element, point))) colour = fill;
    }
    return colour;
  }
  const local = (element, point) =>
    new DOMPoint(point.x, point.y).matrixTransform(element.getScreenCTM().inverse());

  // At how many points of the middle line of a text a mark lies whose edge or line runs through the
  // letters, with no halo between. Hairlines, and what hardly stands out, are no matter.
  function crossing(text, [left, right], paper, svg) {
    const style = getComputedStyle(text);
    if (style.stroke !== "none" && style.paintOrder.startsWith("stroke")) return 0;
    const steps = Math.max(4, Math.ceil(Math.hypot(right.x - left.x, right.y - left.y) / 2));
    const held = new Map();
    const plain = (mark, part) => contrast(painted(mark, part, paper, svg) ?? paper, paper) > 1.5;
    for (let k = 1; k < steps; k++) {
      const [x, y] = [left.x + (right.x - left.x) * k / steps, left.y + (right.y - left.y) * k / steps];
      for (const mark of document.elementsFromPoint(x, y))
        if (svg.contains(mark) && mark.matches(MARKS)) held.set(mark, (held.get(mark) ?? 0) + 1);
    }
    const runs = ([mark, count]) => painted(mark, "fill", paper, svg)
      ? count < steps - 1 && plain(mark, "fill")
      : parseFloat(getComputedStyle(mark).strokeWidth) > 1 && plain(mark, "stroke");
    return Math.max(0, ...[...held].filter(runs).map(([, count]) => count));
  }

  const words = (text) => text.textContent.trim().replace(/\s+/g, " ");
  const round = (value, digits = 2) => Number(value.toFixed(digits));

  function texts(svg, paper, smallest, faults) {
    const all = [...svg.querySelectorAll("text")].filter(
      (text) => words(text) && shown(text) && opacity(text, svg) > 0.02,
    );
    const frame = svg.getBoundingClientRect();
    const places = all.map(corners);
    all.forEach((text, k) => {
      const size = parseFloat(getComputedStyle(text).fontSize) *
        Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b);
      if (size < smallest - 0.05) faults.push({ kind: "size", what: words(text), value: round(size) });
      const [xs, ys] = [places[k].map((p) => p.x), places[k].map((p) => p.y)];
      const out = Math.max(frame.left - Math.min(...xs), Math.max(...xs) - frame.right,
        frame.top - Math.min(...ys), Math.max(...ys) - frame.bottom);
      if (out > 1) faults.push({ kind: "outside", what: words(text), value: round(out, 1) });
      const mid = (a, b, part) => ({ x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part });
      const [left, right] = [mid(places[k][0], places[k][3], 0.5), mid(places[k][1], places[k][2], 0.5)];
      const found = [0.08, 0.5, 0.92].map((part) => {
        const behind = under(mid(left, right, part), text, paper, svg);
        const ink = painted(text, "fill", behind, svg);
        return ink ? contrast(ink, behind) : 1;
      });
      const least = Math.min(...found);
      if (least < 4.5) faults.push({ kind: "text contrast", what: words(text), value: round(least) });
      const crossed = crossing(text, [left, right], paper, svg);
      if (crossed) faults.push({ kind: "crossed", what: words(text), value: crossed });
      for (let other = 0; other < k; other++)
        if (overlap(places[k], places[other]))
          faults.push({ kind: "overlap", what: `${words(all[other])} / ${words(text)}`, value: 0 });
    });
  }

  // Marks that carry data: fill or outline stands out from the paper.
  function marks(svg, paper, faults) {
    const faint = new Map();
    for (const mark of svg.querySelectorAll("[class*=mark-]:not([class*=role-axis], [class*=role-legend]) > " +
        ":is(path, line, rect, circle)")) {
      const group = mark.parentElement.getAttribute("class");
      if (!/role-mark|role-scope/.test(group) || mark.matches(".background, .foreground") || !shown(mark)) continue;
      const found = ["fill", "stroke"].map((part) => painted(mark, part, paper, svg)).filter(Boolean);
      if (!found.length) continue; // only there to be pointed at
      const best = Math.max(...found.map((colour) => contrast(colour, paper)));
      if (best < 3) {
        const name = mark.getAttribute("aria-roledescription") ?? group.match(/mark-(\w+)/)[1];
        const colour = getComputedStyle(mark).fill + " " + getComputedStyle(mark).stroke;
        const key = `${name} ${colour}`;
        if (!faint.has(key)) faint.set(key, { kind: "mark contrast", what: name, value: round(best), times: 0 });
        faint.get(key).times += 1;
      }
    }
    faults.push(...faint.values());
  }

  function axes(svg, faults) {
    const scales = [...svg.querySelectorAll(".role-axis[aria-label]")];
    const grids = [...svg.querySelectorAll(".role-axis:not([aria-label])")];
    for (const axis of scales) {
      const label = axis.getAttribute("aria-label");
      if (/discrete scale/.test(label)) continue;
      const ticks = [...axis.querySelectorAll(".role-axis-label text")].filter(
        (text) => words(text) && opacity(text, svg) > 0.02,
      ).length;
      const which = label.slice(0, 6);
      if (ticks && (ticks < 3 || ticks > 6)) faults.push({ kind: "ticks", what: which, value: ticks });
    }
    const continuous = (letter) =>
      scales.some((axis) => {
        const label = axis.getAttribute("aria-label");
        return label.startsWith(letter) && !/discrete scale/.test(label);
      });
    const upright = grids.flatMap((grid) => [...grid.querySelectorAll(".role-axis-grid line")])
      .filter((line) => Number(line.getAttribute("y2") ?? 0) !== 0);
    if (continuous("X") && continuous("Y") && upright.length)
      faults.push({ kind: "grid", what: "upright lines behind a continuous x", value: upright.length });
  }

  return (svg, { smallest = 12, paper = "white" } = {}) => {
    const faults = [];
    seen = new WeakMap();
    const sheet = parsed(paper).slice(0, 3);
    texts(svg, sheet, smallest, faults);
    marks(svg, sheet, faults);
    axes(svg, faults);
    return faults;
  };
})();

// Playwright calls what a script comes to, if it is a function.
void 0;
