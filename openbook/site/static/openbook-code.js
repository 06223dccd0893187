// The switch for all code of a page: it opens and closes the folds, and is remembered where a
// browser keeps things. Without this script the styles alone show the code.
"use strict";
(() => {
  const input = document.querySelector(".ob-code-switch input");
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
