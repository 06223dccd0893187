// The ledger of claims: a filter over the list, and a link to a claim opens it. Without this
// script the list is whole and each claim opens by itself.
"use strict";
(() => {
  for (const list of document.querySelectorAll(".caspian-ledger")) {
    const claims = [...list.querySelectorAll(".caspian-claim")];
    const form = list.parentElement.querySelector(".caspian-filter");
    const fields = [...form.querySelectorAll("select")];
    const count = form.querySelector("output");
    const shown = () => claims.filter((claim) => !claim.hidden);

    function filter() {
      for (const claim of claims) {
        claim.hidden = fields.some((f) => f.value && claim.dataset[f.name] !== f.value);
      }
      for (const group of list.querySelectorAll(".caspian-paragraph")) {
        group.hidden = !group.querySelector(".caspian-claim:not([hidden])");
      }
      count.textContent = `${shown().length} of ${claims.length} claims`;
    }

    // A claim that is linked to is shown whatever the filter says, opened, and brought into view.
    function follow() {
      const claim = claims.find((c) => `#${c.id}` === location.hash);
      if (!claim) return;
      if (claim.hidden) {
        form.reset();
        filter();
      }
      claim.open = true;
      claim.scrollIntoView();
    }

    form.addEventListener("change", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter)); // after the lists are back at "all"
    form.elements.open.addEventListener("click", () => {
      for (const claim of shown()) claim.open = true;
    });
    // A click on the link of the claim that is in the address already changes no hash.
    list.addEventListener("click", (event) => {
      if (event.target.closest?.("a")?.hash === location.hash) follow();
    });
    addEventListener("hashchange", follow);

    // Paper has no way to open a claim: all are open on it, and as before afterwards.
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = claims.filter((claim) => !claim.open);
      for (const claim of closed) claim.open = true;
    });
    addEventListener("afterprint", () => {
      for (const claim of closed) claim.open = false;
    });

    form.hidden = false;
    filter();
    follow();
  }
})();
