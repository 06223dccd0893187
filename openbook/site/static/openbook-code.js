// Code of a page: a button on each block that copies it, and the switch for all folds of code, which
// is remembered where a browser keeps things. Without this script the styles alone open the folds.
"use strict";
(() => {
  function offerCopies(part) {
    for (const block of part.querySelectorAll("div.highlight:not(:has(> .ob-copy))")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ob-copy";
      button.textContent = "Copy";
      button.setAttribute("aria-label", "Copy this code");
      block.append(button);
    }
  }
  document.addEventListener("click", async ({ target }) => {
    if (!target.matches?.(".ob-copy")) return;
    const code = target.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(code.textContent);
      target.textContent = "Copied";
    } catch { // no leave to write: the code is selected, to be copied by hand
      getSelection().selectAllChildren(code);
      target.textContent = "Selected";
    }
    setTimeout(() => { target.textContent = "Copy"; }, 2000);
  });
  offerCopies(document);
  document.addEventListener("openbook:filled", ({ target }) => offerCopies(target));

  const input = document.querySelector(".ob-code-switch input");
  if (!input) return;
  const folds = document.querySelectorAll("details.ob-code");
  const KEPT = "openbook-code";
  const apply = () => {
    for (const fold of folds) fold.open = input.checked;
  };
  try {
    input.checked = localStorage.getItem(KEPT) === "shown";
  } catch {} // storage is blocked
  if (input.checked) apply();
  input.addEventListener("change", () => {
    apply();
    try {
      localStorage.setItem(KEPT, input.checked ? "shown" : "");
    } catch {}
  });
})();
