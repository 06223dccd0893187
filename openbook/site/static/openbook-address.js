// What an address says beyond the page: `#fig-name` leads to a part of it, `#fig-name?key=value&…`
// says how the reader left that part (positions of controls, choices of filters). One part at a
// time: the one that was moved last. A browser finds no part by such an address, so it is led there.
"use strict";
window.openbookAddress = (() => {
  const plain = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // a stray percent sign
    }
  };

  // The id that the address names ("" for none) and what it says of it.
  function parts() {
    const [, id, query] = location.hash.match(/^#?([^?]*)\??(.*)$/s);
    return { id: plain(id), query: new URLSearchParams(query) };
  }

  // What the address says of a part, or null if it says nothing.
  function read(id) {
    const now = parts();
    return now.id === id && now.query.size ? now.query : null;
  }

  // Puts what differs from the default of a part, `[[key, value], …]`, in the address. The step is
  // not kept in the history: Back leads to the page before. Nothing changed, nothing is written.
  function write(id, changed) {
    if (!changed.length && !read(id)) return;
    const query = String(new URLSearchParams(changed)).replace(/%2C/g, ",");
    history.replaceState(history.state, "", `#${encodeURIComponent(id)}${query && `?${query}`}`);
  }

  function lead() {
    const { id, query } = parts();
    if (query.size) document.getElementById(id)?.scrollIntoView();
  }
  addEventListener("hashchange", lead);
  // A page that is read again stands where it stood.
  const came = performance.getEntriesByType("navigation")[0]?.type ?? "navigate";
  if (came === "navigate") addEventListener("DOMContentLoaded", lead);

  return { id: () => parts().id, read, write };
})();
