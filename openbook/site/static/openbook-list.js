// Lists of folded entries: a filter that is kept in the address, and a link to an entry opens it.
// Without this script a list is whole and each entry opens by itself.
"use strict";
(() => {
  const plain = (text) => text.toLowerCase().replaceAll("’", "'"); // as a keyboard types it
  for (const list of document.querySelectorAll("[data-list]")) {
    const items = [...list.querySelectorAll("[data-item]")];
    const form = list.parentElement.querySelector(".ob-filter");
    const fields = form ? [...form.querySelectorAll("select, input")] : [];
    const caption = list.parentElement.querySelector(".ob-filter-caption");
    const shown = () => items.filter((item) => !item.hidden);
    const fits = (item, f) =>
      !f.value ||
      (f.type === "search"
        ? plain(item.textContent).includes(plain(f.value.trim()))
        : item.dataset[f.name] === f.value || item.dataset[`${f.name}Group`] === f.value);

    function filter() {
      for (const item of items) item.hidden = !fields.every((f) => fits(item, f));
      for (const group of list.querySelectorAll("[data-part]")) {
        group.hidden = !group.querySelector("[data-item]:not([hidden])");
      }
      const chosen = fields.filter((f) => f.value).map((f) => {
        const [label, word] = [f.labels[0].firstChild, f.selectedOptions?.[0].textContent ?? f.value];
        return `${label.textContent.trim().toLowerCase()} “${word.replace(/ \(\d+\)$/, "").trim()}”`;
      });
      const noun = list.dataset.list;
      caption.textContent = chosen.length
        ? `Filtered: ${chosen.join(", ")}. ${shown().length} of ${items.length} ${noun}.`
        : `All ${items.length} ${noun}.`;
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
        const known = !f.options || [...f.options].some((option) => option.value === value);
        f.value = known ? value : "";
      }
      filter();
    }
    const changed = async () => {
      if (fields.some((f) => f.type === "search" && f.value))
        await window.openbookLater?.within(list); // words of parts that are still to be fetched
      filter();
      write();
    };

    // An entry that is linked to is shown whatever the filter says, opened, and brought into view.
    function follow() {
      const item = items.find((each) => each.id && `#${each.id}` === location.hash);
      if (!item) return;
      if (item.hidden) {
        for (const f of fields) f.value = "";
        changed();
      }
      item.open = true;
      item.scrollIntoView();
    }

    // A click on the link of the entry that is in the address already changes no hash.
    list.addEventListener("click", (event) => {
      if (event.target.closest?.("a")?.hash === location.hash) follow();
    });
    addEventListener("hashchange", follow);

    // Paper has no way to open a fold: all are open on it, but for the cards to cite, and as before
    // afterwards.
    let closed = [];
    addEventListener("beforeprint", () => {
      const folds = "details:not(.ob-card):not([open])";
      closed = [...list.parentElement.querySelectorAll(folds)].filter((fold) => !fold.hidden);
      for (const fold of closed) fold.open = true;
    });
    addEventListener("afterprint", () => {
      for (const fold of closed) fold.open = false;
    });

    if (form) {
      form.addEventListener("input", changed);
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("reset", () => setTimeout(changed)); // after the lists are back at "all"
      form.elements.open?.addEventListener("click", () => {
        for (const item of shown()) item.open = true;
      });
      addEventListener("popstate", read);
      addEventListener("pageshow", (event) => event.persisted && read());
      form.hidden = false;
      read();
    }
    follow();
  }
})();
