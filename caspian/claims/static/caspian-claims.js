// The claims: a filter over the list that is kept in the address, and a link to a claim opens it.
// Without this script the list is whole and each claim opens by itself.
"use strict";
(() => {
  for (const list of document.querySelectorAll(".caspian-claims")) {
    const claims = [...list.querySelectorAll(".caspian-claim")];
    const form = list.parentElement.querySelector(".caspian-filter");
    const fields = [...form.querySelectorAll("select")];
    const caption = list.parentElement.querySelector(".caspian-filter-caption");
    const shown = () => claims.filter((claim) => !claim.hidden);
    const fits = (claim, f) =>
      !f.value || claim.dataset[f.name] === f.value || claim.dataset[`${f.name}Group`] === f.value;

    function filter() {
      for (const claim of claims) claim.hidden = !fields.every((f) => fits(claim, f));
      for (const group of list.querySelectorAll(".caspian-paragraph")) {
        group.hidden = !group.querySelector(".caspian-claim:not([hidden])");
      }
      const chosen = fields.filter((f) => f.value).map((f) => {
        const [list, word] = [f.labels[0].firstChild, f.selectedOptions[0]];
        return `${list.textContent.trim().toLowerCase()} “${word.textContent.trim()}”`;
      });
      caption.textContent = chosen.length
        ? `Filtered: ${chosen.join(", ")}. ${shown().length} of ${claims.length} claims.`
        : `All ${claims.length} claims.`;
    }

    // The address says what is filtered, so that Back, a reload and a copied link find it again.
    function write() {
      const asked = new URLSearchParams(fields.filter((f) => f.value).map((f) => [f.name, f.value]));
      const query = asked.size ? `?${asked}` : "";
      history.replaceState(null, "", location.pathname + query + location.hash);
    }
    function read() {
      const asked = new URLSearchParams(location.search);
      for (const f of fields) {
        const value = asked.get(f.name) ?? "";
        f.value = [...f.options].some((option) => option.value === value) ? value : "";
      }
      filter();
    }
    const changed = () => {
      filter();
      write();
    };

    // A claim that is linked to is shown whatever the filter says, opened, and brought into view.
    function follow() {
      const claim = claims.find((c) => `#${c.id}` === location.hash);
      if (!claim) return;
      if (claim.hidden) {
        for (const f of fields) f.value = "";
        changed();
      }
      claim.open = true;
      claim.scrollIntoView();
    }

    form.addEventListener("change", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(changed)); // after the lists are back at "all"
    form.elements.open.addEventListener("click", () => {
      for (const claim of shown()) claim.open = true;
    });
    // A click on the link of the claim that is in the address already changes no hash.
    list.addEventListener("click", (event) => {
      if (event.target.closest?.("a")?.hash === location.hash) follow();
    });
    addEventListener("hashchange", follow);
    addEventListener("popstate", read);
    addEventListener("pageshow", (event) => event.persisted && read());

    // Paper has no way to open a fold: all are open on it, but for the cards to cite, and as before
    // afterwards.
    let closed = [];
    addEventListener("beforeprint", () => {
      const folds = "details:not(.caspian-card):not([open])";
      closed = [...list.parentElement.querySelectorAll(folds)].filter((fold) => !fold.hidden);
      for (const fold of closed) fold.open = true;
    });
    addEventListener("afterprint", () => {
      for (const fold of closed) fold.open = false;
    });

    form.hidden = false;
    read();
    follow();
  }
})();
