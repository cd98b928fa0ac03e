// Runs before anything is painted: the theme that was chosen the last time, so that nothing flashes.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = window.localStorage.getItem("kg-theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    /* a page on the disk may be refused its memory: then the system's theme holds */
  }
})();
