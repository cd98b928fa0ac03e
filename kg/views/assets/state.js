// What is chosen: one plain object, kept in the address so that a link shows the same, with a way back.
"use strict";

KG.state = (() => {
  const VERSION = "1";
  const LETTERS = { InEffect: "c", Planned: "p", Reported: "r", Denied: "d", Ended: "e", Rejected: "x" };

  function initial() {
    return {
      node: null, // id of the thing that is open
      fact: null, // id of the fact that is open
      bundle: null, // [id, id]: the two things whose facts are listed
      drawn: null, // ids of the things that may be drawn, in order of coming; null is all
      hidden: new Set(), // ids of things taken out one by one
      classes: new Set(), // ids of classes that are not shown; "value" is that of values
      predicates: new Set(), // ids of predicates that are not shown
      statuses: new Set(), // statuses that are not shown
      from: "", until: "", // range of time
      time: "published", // or "valid"
      scope: {}, // label of a qualifier -> the one value that is shown
      confidence: 0, sources: 0, disputed: false,
      view: "graph", // or "list"
      tab: "about", // about, entity, fact
      camera: null, // {x, y, k}: what stands in the middle, and how large; null is all of it
      moved: new Map(), // id -> {x, y} of what was moved or placed by hand
      query: "",
      sort: "", page: 0,
    };
  }

  const copy = (state) => ({
    ...state, hidden: new Set(state.hidden), classes: new Set(state.classes), predicates: new Set(state.predicates),
    statuses: new Set(state.statuses), scope: { ...state.scope }, moved: new Map(state.moved),
    drawn: state.drawn && [...state.drawn], camera: state.camera && { ...state.camera },
  });

  // encodeURIComponent leaves no character that separates; colons and slashes stay, so that a link can be read.
  const encode = (text) => encodeURIComponent(text).replace(/%3A/g, ":").replace(/%2F/g, "/").replace(/~/g, "%7E");
  const list = (ids, sign = "") => [...ids].map((id) => sign + encode(id)).join(",");
  const round = (number) => Math.round(number * 100) / 100;

  function write(state) {
    const parts = [["v", VERSION]];
    const put = (key, value) => value && parts.push([key, value]);
    put("n", state.node && encode(state.node));
    put("f", state.fact && encode(state.fact));
    put("b", state.bundle && list(state.bundle));
    put("x", state.drawn && list(state.drawn));
    put("h", [list(state.classes, "cls:"), list(state.hidden)].filter(Boolean).join(","));
    put("p", list(state.predicates, "-"));
    const shown = KG.data.STATUSES.filter((status) => !state.statuses.has(status));
    put("st", state.statuses.size ? shown.map((status) => LETTERS[status]).join(",") || "none" : "");
    put("t", state.from || state.until ? `${encode(state.from)}..${encode(state.until)}` : "");
    put("tm", state.time === "valid" ? "valid" : "");
    put("m", Object.entries(state.scope).map(([name, value]) => `${encode(name)}~${encode(value)}`).join(","));
    put("c", state.confidence ? String(state.confidence) : "");
    put("s", state.sources ? String(state.sources) : "");
    put("k", state.disputed ? "1" : "");
    put("z", state.camera && [round(state.camera.x), round(state.camera.y), Math.round(state.camera.k * 1e4) / 1e4].join(","));
    put("xy", [...state.moved].map(([id, at]) => `${encode(id)}~${round(at.x)}~${round(at.y)}`).join(","));
    put("view", state.view === "list" ? "list" : "");
    put("tab", state.tab !== "about" ? state.tab : "");
    put("o", encode(state.sort));
    put("g", state.page ? String(state.page) : "");
    put("q", encode(state.query));
    return "#" + parts.map(([key, value]) => `${key}=${value}`).join("&");
  }

  // The state of an address. What cannot be read is left out; what names nothing is found by check().
  function read(hash) {
    const state = initial();
    const given = new Map(hash.replace(/^#/, "").split("&").map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
    }));
    const text = (key) => decode(given.get(key) || "");
    const ids = (key) => (given.get(key) || "").split(",").filter(Boolean).map(decode);
    const number = (value) => (Number.isFinite(Number(value)) ? Number(value) : 0);
    state.node = text("n") || null;
    state.fact = text("f") || null;
    state.bundle = ids("b").length === 2 ? ids("b") : null;
    state.drawn = given.has("x") ? ids("x") : null;
    for (const id of ids("h")) (id.startsWith("cls:") ? state.classes : state.hidden).add(id.replace(/^cls:/, ""));
    for (const id of ids("p")) if (id.startsWith("-")) state.predicates.add(id.slice(1));
    if (given.get("st")) {
      const shown = given.get("st").split(",");
      state.statuses = new Set(KG.data.STATUSES.filter((status) => !shown.includes(LETTERS[status])));
    }
    [state.from, state.until] = [...(given.get("t") || "").split("..").map(decode), "", ""];
    for (const side of ["from", "until"]) if (!/^\d{4}(-\d\d){0,2}$/.test(state[side])) state[side] = "";
    state.time = given.get("tm") === "valid" ? "valid" : "published";
    for (const pair of (given.get("m") || "").split(",").filter((each) => each.includes("~"))) {
      const [name, value] = pair.split("~").map(decode);
      state.scope[name] = value;
    }
    state.confidence = Math.min(1, Math.max(0, number(given.get("c"))));
    state.sources = Math.max(0, Math.floor(number(given.get("s"))));
    state.disputed = given.get("k") === "1";
    const camera = (given.get("z") || "").split(",").map(Number);
    if (camera.length === 3 && camera.every(Number.isFinite) && camera[2] > 0) {
      state.camera = { x: camera[0], y: camera[1], k: camera[2] };
    }
    for (const each of (given.get("xy") || "").split(",").filter(Boolean)) {
      const [id, x, y] = each.split("~");
      if (Number.isFinite(Number(x)) && Number.isFinite(Number(y))) state.moved.set(decode(id), { x: Number(x), y: Number(y) });
    }
    state.view = given.get("view") === "list" ? "list" : "graph";
    state.tab = ["entity", "fact"].includes(given.get("tab")) ? given.get("tab") : state.fact || state.bundle ? "fact" : state.node ? "entity" : "about";
    state.sort = text("o");
    state.page = Math.max(0, Math.floor(number(given.get("g"))));
    state.query = text("q");
    return state;
  }

  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  }

  // Takes out of a state what the model does not have, and gives the names of that: they are told, never overlooked.
  function check(state, model) {
    const unknown = new Set();
    const known = (id, things) => things.has(id) || (unknown.add(id), false);
    if (state.node && !known(state.node, model.nodes)) state.node = null;
    if (state.fact && !known(state.fact, model.facts)) state.fact = null;
    if (state.bundle && !state.bundle.every((id) => known(id, model.nodes))) state.bundle = null;
    if (state.drawn) state.drawn = state.drawn.filter((id) => known(id, model.nodes));
    for (const id of state.hidden) if (!known(id, model.nodes)) state.hidden.delete(id);
    for (const id of state.classes) if (id !== KG.data.VALUE && !known(id, model.classes)) state.classes.delete(id);
    for (const id of state.predicates) if (!known(id, model.predicates)) state.predicates.delete(id);
    for (const id of [...state.moved.keys()]) if (!model.nodes.has(id)) state.moved.delete(id);
    if (state.tab === "fact" && !state.fact && !state.bundle) state.tab = state.node ? "entity" : "about";
    if (state.tab === "entity" && !state.node) state.tab = "about";
    return [...unknown];
  }

  // The way back: each step is a whole state. What only looks elsewhere (camera, tab, page) is no step.
  function history() {
    const before = [], after = [];
    return {
      record(state) {
        before.push(copy(state));
        if (before.length > 100) before.shift();
        after.length = 0;
      },
      undo: (now) => (before.length ? (after.push(copy(now)), before.pop()) : null),
      redo: (now) => (after.length ? (before.push(copy(now)), after.pop()) : null),
      get size() {
        return [before.length, after.length];
      },
    };
  }

  return { initial, copy, read, write, check, history };
})();
