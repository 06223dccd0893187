// The search page. Places and MiniSearch are loaded when something is first asked for.
(() => {
  const { fold, words, forms, NUMBER, WORD } = window.openbookWords;
  const SHOWN = 5; // of a kind, before "all"
  const SNIPPET = 180; // characters
  const CHUNK = 50; // places put into the index at once
  const IDLE = 120; // ms without a key before it searches
  // Words that say nothing of a place
  const SMALL = new Set(
    "a an and are as at by did do does for from how in is it its of on or the to was what when where which who why with"
      .split(" "));
  const page = document.querySelector(".ob-find");
  const field = page.querySelector("input");
  const status = page.querySelector(".ob-found");
  const results = page.querySelector(".ob-results");

  // --- what is loaded: scripts, which come from disk too

  const script = (name) =>
    new Promise((done, failed) => {
      const element = document.createElement("script");
      element.src = `_search/${name}`;
      element.onload = done;
      element.onerror = () => failed(new Error(`${element.src} did not load`));
      document.head.append(element);
    });
  let loaded;
  const load = () => (loaded ??= Promise.all([script("places.js"), script("minisearch.js")]).then(prepare));

  async function prepare() {
    const { pages, kinds, places, spellings } = window.openbookPlaces;
    const index = new MiniSearch({
      fields: ["title", "text", "numbers"],
      tokenize: words,
      processTerm: (word) => forms(fold(word)),
    });
    const held = places.map(([, , , title, text, numbers], id) => ({ id, title, text, numbers }));
    await index.addAllAsync(held, { chunkSize: CHUNK }); // typing goes on meanwhile
    return { index, pages, kinds, places, spellings: spellings.flatMap(inWords) };
  }

  // The spellings of a name as words; those of its parts too, where all parts have one.
  function inWords(names) {
    const whole = names.map((name) => words(name).map(fold));
    const [first, ...others] = whole;
    const alike = [first, ...others.filter((name) => name.length === first.length)];
    const parts = first.map((_, at) => alike.map((name) => [name[at]]));
    return first.length > 1 ? [whole, ...parts] : [whole];
  }

  // --- what is asked for

  // A query for MiniSearch: all words, a name in each of its spellings.
  function parsed(text, spellings) {
    const asked = words(text).map(fold);
    const telling = asked.filter((word) => word.length > 1 || NUMBER.test(word));
    const kept = telling.filter((word) => !SMALL.has(word));
    const rest = kept.length ? kept : asked;
    const parts = [];
    for (let at = 0; at < rest.length; ) {
      const [length, names] = longest(rest, at, spellings);
      parts.push(length ? { combineWith: "OR", queries: names.map(all) } : rest[at]);
      at += length || 1;
    }
    return all(parts);
  }
  const all = (queries) =>
    queries.length === 1 && typeof queries[0] === "object" ? queries[0] : { combineWith: "AND", queries };

  // The longest name that begins at a word: its length, and all its spellings.
  function longest(asked, at, spellings) {
    let found = [0, []];
    for (const names of spellings)
      for (const name of names)
        if (name.length >= found[0] && name.every((word, i) => asked[at + i] === word))
          found = [name.length, [...(name.length === found[0] ? found[1] : []), ...names]];
    return [found[0], [...new Map(found[1].map((name) => [name.join(" "), name])).values()]];
  }

  // Whole words and their beginnings first; then slips; then places with some of the words.
  function search({ index, places, kinds, spellings }, text) {
    const query = parsed(text, spellings);
    const options = {
      boost: { title: 3, numbers: 2 },
      boostDocument: (id) => WEIGHTS[kinds[places[id][1]]] ?? 1,
      prefix: (word) => !NUMBER.test(word) && word.length > 1,
      tokenize: (word) => [word],
      processTerm: (word) => word,
    };
    const loose = {
      ...options,
      prefix: (word) => word.length > 1,
      fuzzy: (word) => (NUMBER.test(word) || word.length < 4 ? 0 : word.length < 6 ? 1 : 2),
    };
    const found = index.search(query, options);
    if (found.length) return { found: named(found, { places, kinds }, text), how: "" };
    const near = index.search(query, loose);
    if (near.length) return { found: near, how: " with similar words" };
    const some = index.search({ ...query, combineWith: "OR" }, loose);
    return { found: some, how: " with some of the words" };
  }
  const WEIGHTS = { Terms: 1.3, Figures: 1.2, Names: 0.5, Sources: 0.6, Data: 0.6 };

  // What is called just so stands first: "Figure 12", an abbreviation.
  function named(found, { places, kinds }, text) {
    const name = (title) => words(title).map(fold).join(" ");
    const called = ({ id }) => (WEIGHTS[kinds[places[id][1]]] ?? 1) >= 1 &&
      places[id][3].split(/[,:]/).some((part) => name(part) === name(text));
    return [...found.filter(called), ...found.filter((each) => !called(each))];
  }

  // --- what is shown

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // A text with the words that were found in <mark>.
  function withMarks(text, terms) {
    const parts = [];
    let from = 0;
    for (const match of text.matchAll(WORD)) {
      if (!forms(fold(match[0])).some((form) => terms.has(form))) continue;
      parts.push(text.slice(from, match.index), make("mark", {}, match[0]));
      from = match.index + match[0].length;
    }
    return [...parts, text.slice(from)];
  }

  // The line with most of the words, cut around the first of them.
  function snippet(text, terms) {
    let best = "", most = -1, first = 0;
    for (const line of text.split("\n")) {
      const hits = [...line.matchAll(WORD)].filter((m) => forms(fold(m[0])).some((f) => terms.has(f)));
      const distinct = new Set(hits.map((hit) => fold(hit[0]))).size;
      if (distinct > most) [best, most, first] = [line, distinct, hits[0]?.index ?? 0];
    }
    const start = Math.max(0, Math.min(first - SNIPPET / 3, best.length - SNIPPET));
    const from = start && best.indexOf(" ", start) + 1;
    const cut = best.slice(from, from + SNIPPET);
    const end = from + SNIPPET < best.length ? `${cut.slice(0, cut.lastIndexOf(" "))} …` : cut;
    return (from ? "… " : "") + end;
  }

  function result({ pages, places }, { id, terms }) {
    const [at, , anchor, title, text] = places[id];
    const [address, name] = pages[at];
    const held = new Set(terms.flatMap(forms));
    const link = make("a", {
      href: `${address}?find=${encodeURIComponent([...held].join(" ")).replaceAll("%20", "+")}#${anchor}`,
    }, ...withMarks(title, held));
    const says = snippet(text, held);
    return make("li", {}, link, make("small", {}, name),
      ...(says ? [make("p", {}, ...withMarks(says, held))] : []));
  }

  function group(held, kind, found) {
    const list = make("ol", {}, ...found.slice(0, SHOWN).map((each) => result(held, each)));
    const part = make("section", {}, make("h2", {}, `${kind} (${found.length})`), list);
    if (found.length > SHOWN) {
      const more = make("button", { type: "button" }, `Show all ${found.length}`);
      more.addEventListener("click", () => {
        list.append(...found.slice(SHOWN).map((each) => result(held, each)));
        list.children[SHOWN].querySelector("a").focus();
        more.remove();
      });
      part.append(more);
    }
    return part;
  }

  function show(held, { found, how }, text) {
    const groups = new Map();
    for (const each of found) {
      const kind = held.kinds[held.places[each.id][1]];
      groups.set(kind, [...(groups.get(kind) ?? []), each]);
    }
    results.replaceChildren(...[...groups].map(([kind, of]) => group(held, kind, of)));
    const counts = [...groups].map(([kind, of]) => `${of.length} ${of.length === 1 ? kind.toLowerCase().replace(/s$/, "") : kind.toLowerCase()}`);
    status.textContent = found.length
      ? `${counts.join(", ")}${how}.`
      : `Nothing is found for “${text}”. Try fewer or shorter words, a number as it is printed, or a name in another language.`;
  }

  let last = 0;
  async function ask() {
    const text = field.value.trim(), turn = ++last;
    keep(text);
    if (!text) {
      results.replaceChildren();
      status.textContent = "";
      delete page.dataset.asked;
      return;
    }
    if (!window.MiniSearch) status.textContent = "Loading …";
    try {
      const held = await load();
      if (turn !== last) return;
      show(held, search(held, text), text);
      page.dataset.asked = text; // what the list answers
    } catch (error) {
      status.textContent = `The search did not load: ${error.message}.`;
    }
  }

  // The address says what is sought, so that Back, a reload and a copied link find it again.
  function keep(text) {
    document.title = document.title.replace(/^.*?(?=Search)/, text ? `${text} – ` : "");
    history.replaceState(null, "", location.pathname + (text ? `?q=${encodeURIComponent(text)}` : ""));
  }

  // --- the keys

  let waits;
  field.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(ask, IDLE);
  });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waits);
    ask();
  });
  page.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [field, ...results.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Escape" && at > 0) field.focus();
    else if (step && at >= 0 && stops[at + step]) stops[at + step].focus();
    else return;
    event.preventDefault();
  });

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  if (field.value) ask();
  field.focus();
})();
