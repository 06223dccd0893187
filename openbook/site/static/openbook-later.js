// Fetches the parts of a page that lie in files of their own (openbook/site/later.py): those of a
// fold when it is opened, others when they are about to be seen, all of them for paper. A part takes
// the place of what led to it, and "openbook:filled" says to which element it was added. Other
// scripts ask for parts by `openbookLater`.
"use strict";
(() => {
  const PLACES = ".ob-later[data-part]";
  const fromDisk = location.protocol === "file:";
  const fetched = new Map(); // by a file's address: a promise of its HTML
  const waiting = new Map(); // by a file's sum

  window.openbookPart = (sum, html) => waiting.get(sum)(html);

  function fetchPart(address) {
    if (!fetched.has(address))
      fetched.set(address, new Promise((resolve, reject) => {
        waiting.set(address.match(/(\w+)\.js$/)[1], resolve);
        const script = document.createElement("script");
        script.src = address;
        script.onerror = () => {
          fetched.delete(address); // to be tried again
          reject(new Error(`${address} did not load`));
        };
        document.head.append(script);
      }));
    return fetched.get(address);
  }

  function fill(place, html) {
    if (!place.isConnected) return;
    const { parentElement } = place;
    const held = document.createElement("template");
    held.innerHTML = html;
    place.replaceWith(held.content);
    parentElement.dispatchEvent(new CustomEvent("openbook:filled", { bubbles: true }));
  }

  // What can't be had leaves the link that stands in its place.
  const load = async (place) => {
    try {
      fill(place, await fetchPart(place.dataset.part));
    } catch (error) {
      console.error(error.message);
    }
  };
  const within = (part, kind = PLACES) => {
    const places = [...part.querySelectorAll(kind)];
    if (part.matches(kind)) places.push(part);
    return Promise.all(places.map(load));
  };

  // The element of an id, wherever on the page it is kept; null if it is nowhere.
  async function reach(id) {
    if (id && !document.getElementById(id)) await within(document.body);
    return document.getElementById(id);
  }
  window.openbookLater = { within, reach };

  document.addEventListener("toggle", ({ target }) => {
    if (!target.open) return;
    for (const place of target.querySelectorAll(PLACES))
      if (place.closest("details") === target) load(place);
  }, true);

  function whenNear(kind, distance, act) {
    const near = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        act(target);
      }
    }, { rootMargin: `${distance}px 0px` });
    for (const place of document.querySelectorAll(kind)) near.observe(place);
  }
  whenNear(`${PLACES}[data-near]`, 600, load);

  // A picture that only readers without a script have in the page.
  const PICTURES = ".ob-later[data-near]:not([data-part])";
  const show = (place) => fill(place, place.querySelector("noscript").textContent);
  whenNear(PICTURES, 200, show);

  // A link to what is not on the page yet: the browser has found no place for it.
  async function follow() {
    const id = decodeURIComponent(location.hash.slice(1)).split("?")[0];
    if (!id || document.getElementById(id) || !document.querySelector(PLACES)) return;
    const place = await reach(id);
    for (let each = place; each; each = each.parentElement)
      if (each.localName === "details") each.open = true;
    place?.scrollIntoView();
  }
  addEventListener("hashchange", follow);
  follow();

  // Paper can't wait. From disk all is read beforehand, which costs nobody a byte.
  const PAPER = `${PLACES}[data-paper]`;
  addEventListener("beforeprint", () => {
    document.querySelectorAll(PICTURES).forEach(show);
    if (fromDisk) return;
    for (const place of document.querySelectorAll(PAPER)) {
      const asked = new XMLHttpRequest();
      asked.open("GET", place.dataset.part, false);
      asked.send();
      const [, html] = JSON.parse(`[${asked.responseText.replace(/^\w+\(|\)\s*$/g, "")}]`);
      fill(place, html);
    }
  });
  if (fromDisk) {
    const soon = window.requestIdleCallback ?? setTimeout;
    const all = () => within(document.body, PAPER);
    addEventListener("load", () => soon(all, { timeout: 1000 })); // a busy page may never idle
  }
})();
