// The keyboard, the theme and the help: what is the same in every view.
"use strict";

KG.keys = (() => {
  const { get, el, replace, say, recall, keep } = KG.dom;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const HELP = [
    ["/", "search"], ["Arrows", "move the view; in the picture, walk to the nearest thing that way"], ["Shift + arrows", "move the view"],
    ["+  −  0", "closer, farther, all"], ["Enter", "open what is focused"], ["E", "expand, where there is more"], ["H", "hide the thing"],
    ["F  Shift + F", "next fact, previous fact"], ["L", "list or picture"], ["U  Shift + U", "undo, redo"], ...(get("sparql") ? [["S", "ask in SPARQL"]] : []), ["?", "this help"], ["Esc", "close"],
  ];
  const THEMES = ["auto", "light", "dark"];
  const SINGLE = "kg-keys";

  function theme(app) {
    const button = get("theme"), root = document.documentElement;
    const now = () => root.dataset.theme || "auto";
    const tell = () => button.setAttribute("aria-label", `Theme: ${now()}`);
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(now()) + 1) % THEMES.length];
      if (next === "auto") delete root.dataset.theme;
      else root.dataset.theme = next;
      keep("kg-theme", next);
      tell();
      app.canvas.theme();
      say(`Theme: ${next}`);
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => app.canvas.theme());
    tell();
  }

  function help() {
    const dialog = get("help");
    const single = el("input", { type: "checkbox", onchange: () => keep(SINGLE, single.checked ? "on" : "off") });
    single.checked = recall(SINGLE) !== "off";
    replace(dialog, el("h2", { id: "help-title" }, "Keyboard"), el("dl", { class: "keys" }, HELP.map(([key, what]) => [el("dt", {}, key.split("  ").map((each) => el("kbd", {}, each))), el("dd", {}, what)])),
      el("label", { class: "check" }, single, el("span", { class: "name" }, "single letters are shortcuts")),
      el("p", { class: "muted" }, "Drag to move, turn the wheel to come closer, drag a thing to move it. The address holds everything: copy it to send what you see."),
      el("button", { type: "button", onclick: () => dialog.close() }, "Close"));
    get("help-open").addEventListener("click", () => dialog.showModal());
    return { open: () => dialog.showModal(), letters: () => single.checked };
  }

  function listen(app) {
    theme(app);
    const { open, letters } = help();
    const canvas = get("canvas"), scene = app.canvas.scene;
    get("view").addEventListener("click", () => app.set({ view: app.state.view === "list" ? "graph" : "list" }));
    get("undo").addEventListener("click", app.undo);
    get("closer").addEventListener("click", () => app.canvas.camera.step(true));
    get("farther").addEventListener("click", () => app.canvas.camera.step(false));
    get("fit").addEventListener("click", () => app.canvas.fit());
    for (const side of ["filters", "details"]) {
      const button = get(`toggle-${side}`);
      button.addEventListener("click", () => {
        const off = document.body.classList.toggle(`no-${side}`);
        button.setAttribute("aria-expanded", String(!off));
      });
    }
    canvas.addEventListener("focus", () => {
      if (!scene.focused && scene.selected && canvas.matches(":focus-visible")) app.canvas.focus(scene.selected);
    });
    canvas.addEventListener("blur", () => app.canvas.focus(null));

    function walk([dx, dy]) {
      const from = scene.focused || scene.selected, to = app.canvas.neighbour(from, dx, dy);
      if (!to) return say("Nothing farther that way");
      app.canvas.focus(to);
      const { width, height } = app.canvas.camera.size;
      if (to.sx < 40 || to.sy < 40 || to.sx > width - 40 || to.sy > height - 40) app.canvas.camera.go({ x: to.x, y: to.y });
      return say(`${to.label}, ${to.kind ? to.kind.label : "value"}, ${KG.dom.count(to.facts.length, "fact")}`);
    }

    const target = () => scene.focused || scene.selected;
    const single = {
      "/": () => app.search.focus(), "?": open, "+": () => app.canvas.camera.step(true), "=": () => app.canvas.camera.step(true),
      "-": () => app.canvas.camera.step(false), 0: () => app.canvas.fit(),
      l: () => app.set({ view: app.state.view === "list" ? "graph" : "list" }), u: () => app.undo(), U: () => app.redo(),
      f: () => app.go.step(1), F: () => app.go.step(-1), e: () => target() && app.expand(target()), s: () => get("sparql") && get("sparql").click(), h: () => target() && (app.hide(target().id), app.canvas.focus(null)),
    };

    document.addEventListener("keydown", (event) => {
      const { key } = event, inside = event.target;
      if (event.ctrlKey || event.metaKey || event.altKey || get("help").open || document.querySelector("dialog[open]")) return;
      if (inside.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable=true]")) return;
      if (key === "Escape") {
        if (!get("notice").hidden) get("notice").hidden = true;
        else app.set({ node: null, fact: null, bundle: null, tab: "about" });
      } else if (ARROWS[key] && (inside === canvas || inside === document.body)) {
        if (inside === canvas && !event.shiftKey) walk(ARROWS[key]);
        else app.canvas.camera.pan(ARROWS[key][0] * 80, ARROWS[key][1] * 80);
      } else if (key === "Enter" && inside === canvas && scene.focused) {
        if (app.state.node === scene.focused.id && app.hooks.expand) app.expand(scene.focused);
        else app.go.node(scene.focused.id);
      } else if (single[key] && letters()) single[key]();
      else if (single[key.toLowerCase()] && key !== "U" && key !== "F" && letters() && key.length === 1) single[key.toLowerCase()]();
      else return;
      event.preventDefault();
    });

    const print = () => KG.list.paper(app.shown, app.model);
    window.addEventListener("beforeprint", print);
    window.matchMedia("print").addEventListener("change", (event) => event.matches && print());
  }

  return { listen };
})();
