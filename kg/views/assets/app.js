// Joins the parts: one state, one model, and after each change everything that is shown is brought up to date.
"use strict";

KG.app = (() => {
  const { get, el, replace, say, count, number } = KG.dom;

  // Shows a block. `hooks` are what a server adds: restore(app, state) brings all that an address names, address(app)
  // writes it, search(text) brings what has a name, show(app, id) and bring(app, id) draw a thing and a fact that are
  // not drawn, expand(app, node) draws neighbours, more(node) counts those not drawn, extra(app, node) makes buttons
  // for a thing, ready(app) is called at the end.
  async function start(block, hooks = {}) {
    const model = KG.data.create();
    KG.data.merge(model, block);
    const app = { model, hooks, state: KG.state.initial(), shown: null, history: KG.state.history() };
    Object.assign(app, actions(app));
    app.go.brings = Boolean(hooks.bring);
    KG.layout.settle(model);
    app.canvas = KG.canvas.create(get("canvas"), listeners(app));
    app.canvas.scene.more = hooks.more || null;
    app.updates = [];
    app.canvas.resize();
    await restore(app);
    await drawn(); // the picture first: who waits for it should not wait for the columns
    app.updates = [
      KG.legend.create(get("filters"), model, app.change),
      KG.panel.create(model, app.go, hooks.extra ? (node) => hooks.extra(app, node) : null),
      KG.list.create({ fact: app.go.fact, sort: (sort) => app.set({ sort, page: 0 }), page: (page) => app.set({ page }) }),
    ];
    const chosen = async ({ id }) => {
      await (hooks.show ? hooks.show(app, id) : app.go.node(id, true));
      get("pane-entity").focus({ preventScroll: true });
    };
    app.search = KG.search.box(model, { choose: chosen, more: hooks.search && (async (text) => app.add(await hooks.search(text))) });
    KG.keys.listen(app);
    present(app);
    new ResizeObserver(() => app.canvas.resize() && app.state.camera === null && app.canvas.fit(false)).observe(get("canvas"));
    window.addEventListener("hashchange", () => location.hash !== app.written && restore(app));
    if (hooks.ready) await hooks.ready(app);
    (window.requestIdleCallback || setTimeout)(() => app.search.warm());
    performance.mark("kg-ready");
    document.documentElement.dataset.ready = "true";
    return app;
  }

  // After the next frame; a window that is not seen draws none, and is not waited for.
  const drawn = () => new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 150);
  });

  // Takes the state from the address; what it names and nobody knows is asked for, and told if it is nowhere.
  async function restore(app) {
    const state = KG.state.read(location.hash), { model, hooks } = app;
    if (hooks.restore) await hooks.restore(app, state);
    const unknown = KG.state.check(state, model);
    KG.layout.settle(model, null, state.drawn);
    for (const [id, at] of state.moved) Object.assign(model.nodes.get(id), at);
    app.state = state;
    refresh(app);
    const near = [...app.canvas.scene.near, app.canvas.scene.selected].filter(Boolean);
    if (state.camera) app.canvas.camera.set(state.camera);
    else app.canvas.fit(false, near.length ? near : undefined);
    if (unknown.length) notice(`Not ${hooks.restore ? "in this graph" : "on this page"}: ${unknown.slice(0, 5).join(", ")}${unknown.length > 5 ? ` and ${unknown.length - 5} more` : ""}.`);
  }

  // `more` is a control for what the notice offers.
  function notice(text, more = null) {
    const box = get("notice");
    replace(box, el("span", {}, text), more, el("button", { type: "button", class: "quiet", onclick: () => (box.hidden = true) }, "Close"));
    box.hidden = false;
    say(text);
  }

  function refresh(app) {
    const { state, model } = app;
    app.shown = KG.filters.apply(model, state);
    if (!app.hooks.bring) app.shown.all = model.facts.size; // nothing comes to a page: what an address leaves out counts
    app.canvas.show(app.shown.nodes, app.shown.bundles);
    present(app);
  }

  // What does not change which facts are shown.
  function present(app) {
    const { state, shown, model } = app;
    const fact = state.fact && model.facts.get(state.fact);
    const pair = state.bundle && [...state.bundle].sort().join("\n");
    app.canvas.choose(state.node && model.nodes.get(state.node), state.tab === "fact" ? fact : null, state.tab === "fact" ? pair : null);
    for (const update of app.updates) update(state, shown, model);
    document.body.dataset.view = state.view;
    get("view").setAttribute("aria-pressed", String(state.view === "list"));
    const things = shown.nodes.filter((node) => !node.value).length;
    get("shown").textContent = (model.meta.moment ? `${model.meta.moment} · ` : "") + `${count(things, "thing")} · ${shown.facts.length === shown.all ? "" : `${number(shown.facts.length)} of `}${count(shown.all, "fact")}`;
    get("empty").hidden = shown.nodes.length > 0;
    get("empty").textContent = model.facts.size ? "The filters leave nothing to draw." : "There are no facts to draw.";
    get("undo").disabled = !app.history.size[0];
    write(app);
  }

  function write(app) {
    const hash = app.hooks.address ? app.hooks.address(app) : KG.state.write(app.state);
    if (hash === app.written) return;
    app.written = hash;
    try {
      window.history.replaceState(null, "", hash === "#v=1" ? location.pathname + location.search : hash);
    } catch {
      /* a browser that is asked too often refuses; the next change writes it */
    }
    if (hash === "#v=1") app.written = "";
  }

  function actions(app) {
    let last = "", since = 0;
    const look = (fact) => [fact.subject, fact.object].filter((node) => app.shown.nodes.includes(node));
    const go = {
      node(id, centre = false) {
        const node = app.model.nodes.get(id);
        if (!node) return;
        if (node.value) return go.fact(node.facts[0].id);
        if (app.hooks.show && !app.state.drawn.includes(id)) return app.hooks.show(app, id);
        if (app.state.drawn && !app.state.drawn.includes(id)) app.state.drawn = [...app.state.drawn, id];
        Object.assign(app.state, { node: id, fact: null, bundle: null, tab: "entity" });
        refresh(app);
        if (!app.shown.nodes.includes(node)) notice(`${node.label} is hidden by the filters.`);
        else if (centre) app.canvas.reveal([node], 0.9);
        say(`${node.label}, ${count(node.facts.length, "fact")}`);
      },
      fact(id) {
        const fact = app.model.facts.get(id);
        if (app.hooks.bring && !(fact && [fact.subject, fact.object].every((node) => app.state.drawn.includes(node.id)))) return app.hooks.bring(app, id);
        if (!fact) return;
        Object.assign(app.state, { fact: id, tab: "fact" });
        present(app);
        if (app.state.view === "graph" && look(fact).some((node) => !node.seen)) app.canvas.reveal(look(fact));
        say(`${KG.data.statement(fact)}, ${count(fact.evidence.length + fact.curations.length, "piece")} of evidence`);
      },
      bundle(a, b) {
        Object.assign(app.state, { bundle: [a, b], fact: null, tab: "fact" });
        present(app);
      },
      tab: (tab) => app.set({ tab }),
      step(by) {
        const { facts } = app.shown, at = facts.findIndex((fact) => fact.id === app.state.fact);
        const list = app.state.node && app.state.tab === "entity" ? facts.filter((fact) => fact.subject.id === app.state.node || fact.object.id === app.state.node) : facts;
        if (list.length) go.fact((list === facts ? list[(at + by + facts.length) % facts.length] : list[0]).id);
      },
    };
    return {
      go, notice,
      refresh: () => refresh(app),
      // A change that is a step of the history; steps of one slider in a row (`kind`) are one.
      change(edit, kind = "") {
        const now = performance.now();
        if (!kind || kind !== last || now - since > 1500) app.history.record(app.state);
        [last, since] = [kind, now];
        edit(app.state);
        app.state.page = 0;
        refresh(app);
      },
      set(values) {
        Object.assign(app.state, values);
        present(app);
        if (values.view === "graph") app.canvas.resize();
      },
      // More of the graph from a server: places are found for what is new, and what was chosen stays.
      add(block, anchor) {
        if (!block) return { nodes: [], facts: [] };
        const added = KG.data.merge(app.model, block);
        KG.layout.settle(app.model, anchor, app.state.drawn);
        return added;
      },
      undo() {
        const before = app.history.undo(app.state);
        if (before) app.state = keep(before, app.state);
        refresh(app);
        say(before ? "Undone" : "Nothing to undo");
      },
      redo() {
        const after = app.history.redo(app.state);
        if (after) app.state = keep(after, app.state);
        refresh(app);
      },
      hide(id) {
        app.change((state) => {
          state.hidden.add(id);
          if (state.node === id) Object.assign(state, { node: null, tab: "about" });
        });
      },
      async expand(node) {
        if (app.hooks.expand) await app.hooks.expand(app, node);
      },
    };
  }

  // A step back changes what is shown, not where one looks from.
  const keep = (state, now) => ({ ...state, camera: now.camera, view: now.view, moved: now.moved });

  function listeners(app) {
    let waiting = 0;
    return {
      node: (node) => app.go.node(node.id),
      line: ({ a, b, facts }) => (facts.length === 1 ? app.go.fact(facts[0].id) : app.go.bundle(a.id, b.id)),
      nothing: () => app.set({ node: null, fact: null, bundle: null, tab: "about" }),
      open: (node) => (app.hooks.expand ? app.expand(node) : app.canvas.reveal([node, ...node.facts.flatMap((fact) => [fact.subject, fact.object]).filter((other) => app.shown.nodes.includes(other))])),
      hover(found) {
        const bundle = found && found.bundle;
        get("hint").textContent = !found ? "" : found.node ? found.node.label : bundle.facts.map(KG.data.statement).slice(0, 3).join(" · ") + (bundle.facts.length > 3 ? " …" : "");
      },
      moved(node) {
        app.state.moved.set(node.id, { x: node.x, y: node.y });
        write(app);
      },
      camera() {
        clearTimeout(waiting);
        waiting = setTimeout(() => {
          app.state.camera = { ...app.canvas.camera.now };
          write(app);
        }, 200);
      },
    };
  }

  return { start, notice };
})();
