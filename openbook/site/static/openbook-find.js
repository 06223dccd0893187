// On every page: the keys that lead to the search, and the words marked where a search has led.
// What words are is said here once, for the search page too (`openbookWords`).
(() => {
  const MARKS = "ob-found";
  const BLOCKS = "p, li, dt, dd, figcaption, summary, h1, h2, h3, h4, h5";
  const SILENT = "script, style, noscript, template, svg, textarea, .headerlink";

  // --- words, one form for all their spellings

  // Cyrillic letters of Slavic and Turkic languages as Latin ones: a name is found however written.
  const LATIN = Object.fromEntries(
    ("а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts " +
      "ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ә=a ғ=g қ=k ң=n ө=o ұ=u ү=u һ=h і=i " +
      "ı=i ə=e ß=ss æ=ae ø=o đ=d ł=l q=k").split(" ").map((pair) => pair.split("=")));
  const NUMBER = /^\d/;
  const WORD = /\d+(?:[.,]\d+)*(?:\s?%)?|[\p{L}\p{M}][\p{L}\p{M}\p{N}]*/gu;

  // `Türkiye` → `turkiye`, `Қала` → `kala`; `2,286` → `2286`; `7,1 %` → `7.1%`.
  const folded = new Map();
  function fold(word) {
    if (!folded.has(word)) folded.set(word, refold(word));
    return folded.get(word);
  }
  function refold(word) {
    if (NUMBER.test(word))
      return word.replace(/,(?=\d{3}(?!\d))/g, "").replaceAll(",", ".").replace(/\s/, "");
    return [...word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")]
      .map((letter) => LATIN[letter] ?? letter).join("");
  }
  const words = (text) => text.match(WORD) ?? [];
  // A percentage is found with its sign and without.
  const forms = (word) => (word.endsWith("%") ? [word, word.slice(0, -1)] : [word]);

  window.openbookWords = { fold, words, forms, WORD, NUMBER };

  // --- the keys

  const typing = (element) => element.closest("input, select, textarea, [contenteditable]");
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });

  addEventListener("keydown", (event) => {
    const asked = (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey) ||
      (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey);
    if (!asked || event.altKey) return;
    event.preventDefault();
    const field = [...document.querySelectorAll(".ob-search input")].find(visible);
    if (field) field.select(), field.focus();
    else location.href = `${document.documentElement.dataset.content_root}search.html`;
  });

  // --- where a search has led: the place is opened, its words are marked, the best of it shown

  const asked = new URLSearchParams(location.search).get("find");
  // Once all is loaded: the browser, when it comes to the place itself, takes the focus away.
  if (asked) addEventListener("load", () => setTimeout(async () => {
    const id = decodeURIComponent(location.hash.slice(1)), later = window.openbookLater;
    const place = (await later?.reach(id)) ?? document.getElementById(id);
    if (!place) return;
    await later?.within(place); // the words may be in what is fetched when it is opened
    arrive(place, new Set(asked.split(" ")));
  }));

  function arrive(place, sought) {
    const found = scope(place).flatMap((part) => marked(part, sought));
    const block = best(found) ?? place;
    for (let each = block; each; each = each.parentElement)
      if (each.localName === "details") each.open = true;
    block.dispatchEvent(new Event("beforematch", { bubbles: true })); // what hides rows shows them
    if (place.localName === "details") place.open = true;
    const target = place.localName === "details" ? place.querySelector("summary") : place;
    if (target === place && !place.hasAttribute("tabindex")) place.tabIndex = -1;
    target.focus({ preventScroll: true });
    block.scrollIntoView({ block: "center" });
    if (!found.length) return;
    const highlight = globalThis.Highlight && new Highlight(...found.map((each) => each.range));
    if (!highlight) return; // an old browser: opened and focused all the same
    CSS.highlights.set(MARKS, highlight);
    offerToClear(found.length);
  }

  // What belongs to a place: to a term its other names and what it means.
  function scope(place) {
    const parts = [place];
    while (place.localName === "dt" && parts.at(-1).localName !== "dd" && parts.at(-1).nextElementSibling)
      parts.push(parts.at(-1).nextElementSibling);
    return parts;
  }

  // The words of a part that are sought, each with its range and its block.
  function marked(place, sought) {
    const found = [];
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.parentElement.closest(SILENT)) continue;
      for (const match of text.data.matchAll(WORD)) {
        const word = forms(fold(match[0])).find((form) => sought.has(form));
        if (word === undefined) continue;
        const range = new Range();
        range.setStart(text, match.index);
        range.setEnd(text, match.index + match[0].length);
        found.push({ word, range, block: blockOf(text.parentElement) });
      }
    }
    return found;
  }

  // The row of a table whole, whatever its cells hold.
  const blockOf = (element) => element.closest("tr") ?? element.closest(BLOCKS);

  // The block with most of the words; of equal ones the first that is seen.
  function best(found) {
    const blocks = new Map();
    for (const { word, block } of found)
      if (block) blocks.set(block, (blocks.get(block) ?? new Set()).add(word));
    const most = Math.max(...[...blocks.values()].map((held) => held.size));
    const equal = [...blocks].filter(([, held]) => held.size === most).map(([block]) => block);
    return equal.find(visible) ?? equal[0];
  }

  function offerToClear(count) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ob-clear";
    button.textContent = `Clear ${count === 1 ? "the mark" : `${count} marks`}`;
    button.addEventListener("click", clear);
    document.body.append(button);
    addEventListener("keydown", escape);
    function escape(event) {
      if (event.key === "Escape") clear();
    }
    function clear() {
      CSS.highlights.delete(MARKS);
      button.remove();
      removeEventListener("keydown", escape);
      history.replaceState(null, "", location.pathname + location.hash);
    }
  }
})();
