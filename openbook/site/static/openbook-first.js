// Before anything is painted: light or dark as the reader chose, so that no page flashes.
"use strict";
(() => {
  const kept = (key) => {
    try {
      return localStorage.getItem(key);
    } catch { /* storage is blocked: as the system has it */ }
  };
  const { dataset } = document.documentElement;
  dataset.mode = kept("mode") || "auto";
  dataset.theme = kept("theme") || "auto";
})();
