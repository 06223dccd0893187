// What every page does: light or dark as the reader chooses, the part being read marked in the list
// of contents, and boxes that scroll reached by the keyboard. It stands in for the theme's scripts.
"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const keep = (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch { /* storage is blocked: the choice lasts for this page */ }
  };

  const SAID = { auto: "as the system has it", light: "light", dark: "dark" };

  function show(mode) {
    root.dataset.mode = mode;
    for (const button of document.querySelectorAll(".theme-switch-button"))
      button.ariaLabel = button.title = `Light or dark: ${SAID[mode]}`;
    root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
  }
  show(["light", "dark"].includes(root.dataset.mode) ? root.dataset.mode : "auto");
  dark.addEventListener("change", () => root.dataset.mode === "auto" && show("auto"));
  for (const button of document.querySelectorAll(".theme-switch-button"))
    button.addEventListener("click", () => {
      // first to what differs from what is seen
      const modes = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
      show(modes[(modes.indexOf(root.dataset.mode) + 1) % modes.length]);
      keep("mode", root.dataset.mode);
      keep("theme", root.dataset.mode); // "auto" too: the styles know the system, now and later
    });

  // --- the menu of a narrow screen closes by the key that closes things

  const menu = document.querySelector(".ob-menu-narrow");
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // --- the part being read

  const contents = document.getElementById("pst-page-toc-nav");
  const links = [...(contents?.querySelectorAll("a[href^='#']") ?? [])];
  function mark(link) {
    for (const each of links) {
      each.classList.toggle("active", each === link);
      if (each === link) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
    for (const entry of contents.querySelectorAll(".toc-entry"))
      entry.classList.toggle("active", entry.contains(link));
  }
  const heads = new Map();
  for (const link of links) {
    const part = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const head = part?.querySelector("h1, h2, h3, h4, h5, h6") ?? part;
    if (head) heads.set(head, link);
  }
  if (heads.size) {
    let led = 0; // when a link led somewhere: what it passes is not what is read
    const follow = () => {
      const link = links.find((each) => each.hash === location.hash);
      if (!link) return;
      led = performance.now();
      mark(link);
    };
    const above = document.getElementById("pst-header").offsetHeight;
    const reading = new IntersectionObserver((entries) => {
      const seen = entries.filter((entry) => entry.isIntersecting).pop();
      if (seen && performance.now() - led > 1000) mark(heads.get(seen.target));
    }, { rootMargin: `-${above}px 0px -70% 0px` });
    for (const head of heads.keys()) reading.observe(head);
    addEventListener("hashchange", follow);
    if (location.hash) follow();
  }

  // --- what scrolls can be reached by Tab

  // All boxes are measured before one is changed: else each of them costs a layout of the page.
  const goesOn = (box) =>
    box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight ? 0 : -1;
  const scrolling = new ResizeObserver((entries) => {
    const found = entries.map(({ target }) => [target, goesOn(target)]);
    for (const [box, index] of found) if (box.tabIndex !== index) box.tabIndex = index;
  });
  const observe = (part) => {
    for (const box of part.querySelectorAll("pre, .cell_output > .output")) scrolling.observe(box);
  };
  observe(document);
  document.addEventListener("openbook:filled", ({ target }) => observe(target));
})();
