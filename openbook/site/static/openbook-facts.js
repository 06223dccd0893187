// A number's period and sources, below or above it, on hover, focus and tap: without script its
// title says them. A first tap shows them, a second follows the link.
"use strict";
(() => {
  const tip = document.createElement("div");
  tip.className = "ob-tip";
  tip.id = "ob-tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);
  let shown;
  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    shown = undefined;
    tip.hidden = true;
  };
  const show = (fact) => {
    if (fact === shown) return;
    hide();
    shown = fact;
    if (fact.title) fact.dataset.tip = fact.title;
    fact.removeAttribute("title"); // or the browser shows it too
    fact.setAttribute("aria-describedby", tip.id);
    tip.textContent = fact.dataset.tip;
    tip.hidden = false;
    const { left, top, bottom } = fact.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    tip.style.left = `${Math.max(8, Math.min(left, width - tip.offsetWidth - 8))}px`;
    const below = bottom + tip.offsetHeight + 8 < innerHeight;
    tip.style.top = `${below ? bottom + 4 : top - tip.offsetHeight - 4}px`;
  };
  let tapped = false;
  document.addEventListener("pointerdown", (event) => {
    const fact = event.target.closest?.(".ob-fact");
    tapped = event.pointerType === "touch" && Boolean(fact) && fact !== shown;
    if (!fact) hide();
  });
  document.addEventListener("click", (event) => {
    if (!tapped || !event.target.closest?.(".ob-fact")) return;
    tapped = false;
    event.preventDefault();
    show(event.target.closest(".ob-fact"));
  });
  for (const fact of document.querySelectorAll(".ob-fact")) {
    fact.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(fact));
    fact.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
    fact.addEventListener("focus", () => tapped || show(fact));
    fact.addEventListener("blur", hide);
  }
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("scroll", hide, { passive: true });
})();
