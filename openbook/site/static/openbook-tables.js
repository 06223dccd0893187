// Tables that readers filter, search and sort, and folded ones that a link opens. What is chosen is
// in the address, `#tab-name?status=signed&q=rail&sort=-year` (openbook-address.js), of the last
// table; of all tables in the state of the history, so that Back and a reload find it again. Without this script a table
// has all its rows; that only the first are shown until a reader wants all is done by the styles.
"use strict";
(() => {
  const address = window.openbookAddress;
  const MOST = 15; // rows up to which a table is not cut; openbook-tables.css shows 12 of more
  const words = (count, of) => (count < of ? `${count} of ${of} rows` : `${of} rows`);
  // As a keyboard types it: without accents and typographic signs
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replaceAll("ə", "e").replaceAll("ı", "i").replaceAll("\u2212", "-").replaceAll("’", "'");

  // What a cell is sorted by: its date or its number, else its text; null if it is empty.
  function sortable(cell) {
    const text = cell.textContent.trim();
    const number = parseFloat(text.replaceAll(",", "").replace("\u2212", "-"));
    if (text === "–" || !text) return null;
    if (cell.matches(".num")) return Number.isNaN(number) ? null : number;
    return cell.querySelector("time")?.dateTime ?? text;
  }
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en"));

  const awake = new Map(); // by a table's id: what shows the rows that an address asks for

  function wake(figure) {
    const form = figure.querySelector(".ob-tools");
    const table = figure.querySelector("table");
    const all = figure.querySelector(".ob-show");
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const lists = [...form.querySelectorAll("select")];
    const search = form.elements.q;
    const keys = form.dataset.columns.split(" ");
    const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
    const sought = rows.map((_, at) => plain(texts[at].join("\n")));
    let sorted = ""; // a column's key, with "-" before it if the last comes first

    function filter() {
      const asked = plain(search.value.trim());
      const chosen = lists.filter((list) => list.value)
        .map((list) => [keys.indexOf(list.name), list.value]);
      let fits = 0;
      rows.forEach((row, at) => {
        row.hidden = !sought[at].includes(asked) || chosen.some(([c, v]) => texts[at][c] !== v);
        fits += !row.hidden;
      });
      const none = fits ? "" : ". No row fits: choose “all” again or empty the search.";
      form.querySelector("output").value = words(fits, rows.length) + none;
      form.elements.clear.hidden = !asked && !chosen.length && !sorted;
      figure.classList.toggle("ob-filtered", fits < rows.length);
      if (all) {
        all.hidden = fits <= MOST;
        all.querySelector("span").textContent = fits;
      }
    }

    function sort() {
      const at = keys.indexOf(sorted.replace("-", ""));
      const sign = sorted.startsWith("-") ? -1 : 1;
      heads.forEach((head, each) => {
        if (each !== at) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
      });
      const order = rows.map((row) => [row, at < 0 ? null : sortable(row.cells[at])]);
      // what is empty stays last; the order of equals is that of the page
      order.sort(([, a], [, b]) => (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)));
      body.append(...order.map(([row]) => row));
    }

    function write() {
      const asked = [...lists, search].map((field) => [field.name, field.value]);
      const changed = [...asked, ["sort", sorted]].filter(([, value]) => value);
      const tables = { ...history.state?.tables, [figure.id]: changed };
      history.replaceState({ ...history.state, tables }, "");
      address.write(figure.id, changed);
    }
    function read(asked) {
      for (const field of [...lists, search]) {
        const value = asked.get(field.name) ?? "";
        const known = !field.options || [...field.options].some((option) => option.value === value);
        field.value = known ? value : "";
      }
      sorted = keys.includes((asked.get("sort") ?? "").replace("-", "")) ? asked.get("sort") : "";
      sort();
      filter();
    }
    const changed = () => {
      filter();
      write();
    };

    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ob-sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { "": keys[at], [keys[at]]: `-${keys[at]}`, [`-${keys[at]}`]: "" };
        sorted = next[sorted] ?? keys[at];
        sort();
        changed();
      });
    });
    form.addEventListener("input", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.elements.clear.addEventListener("click", () => {
      read(new URLSearchParams());
      write();
      search.focus();
    });
    awake.set(figure.id, read);
  }

  // To the table that the address names: a fold is opened, and rows are those it asks for.
  function follow() {
    const part = document.getElementById(address.id());
    const fold = part?.querySelector(":scope > details.ob-folded");
    if (fold) fold.open = true;
    const asked = part && awake.has(part.id) && address.read(part.id);
    if (asked) awake.get(part.id)(asked);
  }

  // A search has led to a row that is not shown: all are.
  addEventListener("beforematch", ({ target }) => {
    const all = target.closest("figure.ob-table")?.querySelector(".ob-show input");
    if (all && !target.checkVisibility()) all.checked = true;
  });

  // The theme hides its list of contents beside what is wider than the column
  for (const figure of document.querySelectorAll("figure.ob-table"))
    if (figure.offsetWidth > figure.parentElement.clientWidth + 1) figure.classList.add("full-width");
  function wakeAll(part) {
    for (const form of part.querySelectorAll(".ob-tools")) {
      const figure = form.closest("figure");
      if (!awake.has(figure.id)) wake(figure);
    }
  }
  wakeAll(document);
  document.addEventListener("openbook:filled", ({ target }) => {
    wakeAll(target);
    if (target.closest("figure.ob-table")?.id === address.id()) follow();
  });
  for (const [id, asked] of Object.entries(history.state?.tables ?? {}))
    awake.get(id)?.(new URLSearchParams(asked));
  follow();
  addEventListener("hashchange", follow);
  // A click on a link to what is in the address already changes no hash.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (link && link.href === location.href) follow();
  });
})();
