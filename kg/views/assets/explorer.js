// The served explorer: the same page over a graph that is too large to be shown, fetched as one walks it.
"use strict";

KG.explorer = (() => {
  const { el, get, say, count } = KG.dom;
  const STEP = 25; // things that one expansion draws
  const MANY = 300; // drawn things above which the picture is hard to read
  const EDGE = 24; // pixels from the border within which a name would be cut
  const valueId = (fact) => `${KG.data.VALUE}:${fact}`;

  // The first picture, and for each thing what is beside it as far as it was asked for, in the order of the server.
  let first = "";
  const beside = new Map();

  const drawn = (app) => new Set(app.state.drawn || []);
  const things = (ids) => ids.filter((id) => !id.startsWith(`${KG.data.VALUE}:`));
  const idsOf = (block) => block.entities.map((entity) => entity.id);
  const valuesOf = (block) => block.facts.filter((fact) => fact.o === undefined).map((fact) => valueId(fact.id));

  // How many facts of a thing lead to what is not drawn.
  const counted = { drawn: null, version: -1, shown: new Map(), set: new Set() };
  function more(app, node) {
    if (node.value) return 0;
    if (counted.drawn !== app.state.drawn || counted.version !== app.model.version) {
      Object.assign(counted, { drawn: app.state.drawn, version: app.model.version, shown: new Map(), set: drawn(app) });
    }
    if (!counted.shown.has(node)) {
      counted.shown.set(node, node.facts.filter(({ subject, object }) => counted.set.has(subject.id) && counted.set.has(object.id)).length);
    }
    return node.degree - counted.shown.get(node);
  }

  // The next things beside one, the best backed first, that are not drawn yet.
  async function next(app, node) {
    if (!beside.has(node.id)) beside.set(node.id, { ids: [], asked: 0, whole: false });
    const known = beside.get(node.id), have = drawn(app);
    const fresh = () => known.ids.filter((id) => !have.has(id));
    while (fresh().length < STEP && !known.whole) {
      const block = await KG.api.expand(node.id, known.asked);
      const ends = block ? [...new Set(block.facts.map((fact) => other(block, fact, node.id)))] : [];
      if (block) app.add(block, node);
      known.ids.push(...ends);
      known.asked += STEP;
      known.whole = ends.length < STEP;
    }
    return fresh().slice(0, STEP);
  }

  function other(block, fact, id) {
    const subject = block.entities[fact.s].id;
    return subject !== id ? subject : fact.o === undefined ? valueId(fact.id) : block.entities[fact.o].id;
  }

  // Draws things, with the facts that join them to each other and to what is there.
  async function draw(app, ids, anchor) {
    const had = app.state.drawn || [], added = ids.filter((id) => !had.includes(id));
    if (things(added).length) app.add(await KG.api.between(things(added), things(had)), anchor);
    const now = [...had, ...added.filter((id) => app.model.nodes.has(id))];
    KG.layout.settle(app.model, anchor, now);
    app.change((state) => {
      state.drawn = now;
      for (const id of ids) state.hidden.delete(id);
    });
    if (app.shown.nodes.some((node) => outside(app, node))) app.canvas.fit();
    limit(app);
    return added;
  }

  function outside(app, { sx, sy }) {
    const { width, height } = app.canvas.camera.size;
    return sx < EDGE || sy < EDGE || sx > width - EDGE || sy > height - EDGE;
  }

  function limit(app) {
    const over = app.shown.nodes.length - MANY;
    if (over <= 0) return;
    const hide = el("button", { type: "button", onclick: () => {
      const { node, fact } = app.state, kept = app.model.facts.get(fact), keep = new Set([node, kept && kept.subject.id, kept && kept.object.id]);
      const old = new Set(app.shown.nodes.map((each) => each.id)), leaving = new Set(app.state.drawn.filter((id) => old.has(id) && !keep.has(id)).slice(0, over));
      app.change((state) => void (state.drawn = state.drawn.filter((id) => !leaving.has(id))));
      get("notice").hidden = true;
    } }, `Hide the oldest ${over}`);
    app.notice(`${count(app.shown.nodes.length, "thing")} and values are drawn; more than ${MANY} are hard to tell apart.`, hide);
  }

  let working = false;
  async function expand(app, node) {
    if (node.value || working) return;
    working = true;
    document.body.dataset.busy = "true";
    try {
      const ids = await next(app, node);
      if (ids.length) await draw(app, ids, node);
      say(ids.length ? `${count(ids.length, "thing")} more beside ${node.label}` : `Nothing more beside ${node.label}`);
    } finally {
      working = false;
      delete document.body.dataset.busy;
    }
  }

  // Draws a thing that was found elsewhere: with its facts to what is drawn, or, where there are none, with its own.
  async function show(app, id) {
    if (!app.model.nodes.has(id)) app.add(await KG.api.between([id]));
    const node = app.model.nodes.get(id);
    if (!node) return app.notice(`${id} is no thing of this graph.`);
    if (!drawn(app).has(id)) {
      await draw(app, [id]);
      if (!app.shown.facts.some((fact) => fact.subject === node || fact.object === node)) await expand(app, node);
    }
    return app.go.node(id, true);
  }

  // Brings a fact and draws its ends.
  async function bring(app, id) {
    if (!app.model.facts.has(id)) app.add(await KG.api.fact(id));
    const fact = app.model.facts.get(id);
    if (!fact) return app.notice(`There is no fact ${id} in this graph.`);
    const ends = [fact.subject.id, fact.object.id];
    if (ends.some((end) => !drawn(app).has(end))) await draw(app, ends);
    return app.go.fact(id);
  }

  // Draws what is in an answer: things and facts, by CURIE or IRI.
  async function put(app, names) {
    const block = await KG.api.between(names);
    const ids = [...idsOf(block), ...valuesOf(block)];
    if (!ids.length) return app.notice("Nothing in this answer is a thing or a fact of the graph.");
    const before = drawn(app).size;
    app.add(block);
    await draw(app, ids);
    return say(`${count(drawn(app).size - before, "thing")} put on the canvas`);
  }

  // Fetches what an address names. One that names nothing, or nothing that is there, gets the start.
  async function restore(app, state) {
    if (state.drawn && state.drawn.length) app.add(await KG.api.between(state.drawn));
    if (state.fact && !app.model.facts.has(state.fact)) app.add(await KG.api.fact(state.fact));
    const fact = app.model.facts.get(state.fact);
    if (fact) state.drawn = [...new Set([...(state.drawn || []), fact.subject.id, fact.object.id])];
    if (state.node && !app.model.nodes.has(state.node)) app.add(await KG.api.between([state.node]));
    if (!state.drawn && app.model.nodes.has(state.node)) await ego(app, state);
    if (!(state.drawn || []).some((id) => app.model.nodes.has(id))) {
      const block = await KG.api.start();
      if (block) app.add(block);
      const ids = block ? idsOf(block) : [];
      state.drawn = [...(state.drawn || []), ...ids]; // what nobody knows stays until it is told
      first = ids.join();
    }
  }

  async function ego(app, state) {
    const node = app.model.nodes.get(state.node);
    state.drawn = [node.id];
    const ids = await next({ ...app, state }, node);
    app.add(await KG.api.between(things(ids), [node.id]), node);
    state.drawn = [node.id, ...ids];
  }

  // Nothing was done yet: then the address stays short, and another day it starts with what is new then.
  function pristine(state) {
    const { node, fact, bundle, view, tab, query, time, sort } = state;
    return (state.drawn || []).join() === first && !node && !fact && !bundle && view === "graph" && tab === "about" && !query && time === "published" && !sort && !state.moved.size && !KG.filters.active(state);
  }

  // The address of a state holds the place of everything drawn: who opens it sees the same picture.
  function address(app) {
    const { state, model } = app;
    if (pristine(state)) return "#v=1";
    const moved = new Map();
    for (const id of state.drawn || []) {
      const node = model.nodes.get(id);
      if (node && node.x !== undefined) moved.set(id, { x: node.x, y: node.y });
    }
    return KG.state.write({ ...state, moved });
  }

  function extra(app, node) {
    const rest = more(app, node);
    const button = (label, act) => el("button", { type: "button", onclick: act }, label);
    return el("p", { class: "acts" },
      rest > 0 && button(more(app, node) < node.degree ? `Show next ${Math.min(STEP, rest)}` : `Expand (${Math.min(STEP, rest)} of ${rest})`, () => expand(app, node)),
      button("Hide", () => app.hide(node.id)),
      el("a", { href: KG.api.path("entity", node.id) }, "Its page"),
      rest > 0 && el("span", { class: "muted" }, `${count(rest, "fact")} not drawn`));
  }

  async function start() {
    const failure = get("failure");
    const told = (error) => {
      failure.textContent = `The server did not answer: ${error.message}`;
      failure.hidden = false;
    };
    window.addEventListener("unhandledrejection", (event) => told(event.reason));
    try {
      const empty = { v: KG.data.VERSION, classes: [], predicates: [], entities: [], facts: [], documents: [] };
      let app = null;
      const hooks = {
        restore: (one, state) => restore(one, state),
        expand, extra, address, show, bring,
        search: KG.api.search,
        more: (node) => (app ? more(app, node) : 0),
        ready(one) {
          app = one;
          KG.share.create(app);
          KG.drawer.create(app, { show: (id) => show(app, id), bring: (id) => bring(app, id), put: (names) => put(app, names) });
        },
      };
      window.kgApp = await KG.app.start(empty, hooks);
    } catch (error) {
      told(error);
    }
  }

  return { start, MANY, STEP };
})();

document.addEventListener("DOMContentLoaded", KG.explorer.start);
