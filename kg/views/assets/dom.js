// Small helpers that every other file uses. Text enters the page as text nodes only: no string ever becomes markup.
"use strict";
var KG = window.KG || {};
window.KG = KG;

KG.dom = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  function fill(element, properties, children) {
    for (const [name, value] of Object.entries(properties || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "dataset") Object.assign(element.dataset, value);
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    add(element, children);
    return element;
  }

  function add(element, children) {
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false) continue;
      element.append(child instanceof Node ? child : document.createTextNode(shown(child)));
    }
  }

  // Control characters would be drawn as nothing at all; a sign in their place says that something is there.
  function shown(text) {
    return String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd");
  }

  return {
    el: (tag, properties, ...children) => fill(document.createElement(tag), properties, children),
    svg: (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children),
    get: (id) => document.getElementById(id),
    shown,
    replace(element, ...children) {
      element.textContent = "";
      add(element, children);
    },
    // Only an address of the web becomes a link: no other scheme may run.
    link(address, ...children) {
      const safe = /^https?:\/\//i.test(address || "");
      if (!safe) return fill(document.createElement("span"), {}, children);
      return fill(document.createElement("a"), { href: address, rel: "noopener noreferrer", target: "_blank" }, children);
    },
    number: (value) => Number(value).toLocaleString("en"),
    count: (value, noun) => `${Number(value).toLocaleString("en")} ${noun}${value === 1 ? "" : "s"}`,
    still: () => window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    // What was chosen is kept where the browser allows it; a page on the disk may be refused.
    recall(key) {
      try {
        return window.localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    keep(key, value) {
      try {
        window.localStorage.setItem(key, value);
      } catch {
        /* then it holds until the page is closed */
      }
    },
    say(text) {
      const live = document.getElementById("live");
      if (live) live.textContent = shown(text);
    },
  };
})();
