// The same facts as a table: for those who read rather than look, for screen readers, and for paper.
"use strict";

KG.list = (() => {
  const { el, replace, get, number, count } = KG.dom;
  const { WORDS, STATUSES, time, sources, statement } = KG.data;
  const ROWS = 100;
  const COLUMNS = [
    ["subject", "Subject", (fact) => fact.subject.label],
    ["predicate", "Statement", (fact) => fact.predicate.label],
    ["object", "Object", (fact) => fact.object.label],
    ["status", "Status", (fact) => String(STATUSES.indexOf(fact.status))],
    ["scope", "Scope", (fact) => fact.scope.map(([, value]) => value).join(", ")],
    ["when", "When", (fact) => fact.from || fact.until || ""],
    ["published", "Published", (fact) => fact.published[1] || ""],
    ["sources", "Sources", (fact) => String(1e6 + fact.support * 2 + (fact.curated ? 1 : 0))],
  ];

  function sorted(facts, sort) {
    const [name, down] = [sort.replace(/^-/, ""), sort.startsWith("-")];
    const column = COLUMNS.find(([id]) => id === name);
    if (!column) return facts;
    const key = new Map(facts.map((fact) => [fact, column[2](fact)]));
    const order = new Intl.Collator("en", { numeric: true }).compare;
    return [...facts].sort((a, b) => (down ? -1 : 1) * order(key.get(a), key.get(b)) || (a.id < b.id ? -1 : 1));
  }

  function cells(fact, open) {
    const name = open ? el("button", { type: "button", class: "inline", dataset: { fact: fact.id }, onclick: open, "aria-label": `${statement(fact)}: show the evidence` }, el("bdi", {}, fact.subject.label)) : el("bdi", {}, fact.subject.label);
    return [
      el("th", { scope: "row" }, name), el("td", {}, el("i", {}, fact.predicate.label)), el("td", {}, el("bdi", {}, fact.object.label)),
      el("td", {}, KG.panel.status(fact), fact.conflicts.length > 0 && el("span", { class: "warning" }, "contradicted")),
      el("td", {}, fact.scope.map(([label, value]) => el("div", {}, `${label}: ${value}`))), el("td", { class: "when" }, time(fact)),
      el("td", { class: "when" }, fact.published[1] || ""), el("td", {}, sources(fact)),
    ];
  }

  // `go` has fact(id), sort(name) and page(number).
  function create(go) {
    const root = get("list");
    let key = "";
    return function update(state, shown, model) {
      root.hidden = state.view !== "list";
      if (root.hidden) {
        key = "";
        return;
      }
      const pages = Math.max(1, Math.ceil(shown.facts.length / ROWS)), page = Math.min(state.page, pages - 1);
      const now = [state.sort, page, model.version, shown.facts.map((fact) => fact.id).join()].join("|");
      if (now !== key) replace(root, table(shown.facts, state.sort, page, pages, go));
      key = now;
      for (const line of root.querySelectorAll("tbody tr")) line.classList.toggle("chosen", line.dataset.row === state.fact);
    };
  }

  function table(facts, sort, page, pages, go) {
    if (!facts.length) return el("p", { class: "empty" }, "No facts to list: the filters leave none, or there are none.");
    const from = page * ROWS, rows = sorted(facts, sort).slice(from, from + ROWS);
    const head = COLUMNS.map(([id, label]) => {
      const way = sort === id ? "ascending" : sort === `-${id}` ? "descending" : null;
      return el("th", { scope: "col", "aria-sort": way }, el("button", { type: "button", onclick: () => go.sort(way === "ascending" ? `-${id}` : id) }, label, el("span", { "aria-hidden": "true" }, way === "ascending" ? " ↑" : way ? " ↓" : "")));
    });
    const turn = (by, label) => el("button", { type: "button", class: "quiet", disabled: page + by < 0 || page + by >= pages, onclick: () => go.page(page + by) }, label);
    return [
      el("div", { class: "pager" }, el("p", { id: "list-title" }, `${number(from + 1)} to ${number(from + rows.length)} of ${count(facts.length, "fact")}`), pages > 1 && [turn(-1, "Previous page"), turn(1, "Next page")]),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-labelledby": "list-title" },
        el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map((fact) => el("tr", { dataset: { row: fact.id } }, cells(fact, () => go.fact(fact.id))))))),
    ];
  }

  // The paper: every fact that is shown, with every sentence.
  function paper(shown, model) {
    const { meta } = model;
    const lines = shown.facts.map((fact) => el("tbody", {}, el("tr", {}, cells(fact, null)), el("tr", { class: "proof" }, el("td", { colspan: COLUMNS.length },
      fact.details.length > 0 && el("p", { class: "meta" }, fact.details.map(([name, value]) => el("span", {}, `${name}: ${value}`))),
      fact.conflicts.map((each) => el("p", { class: "warning" }, `contradicted (${each.rule}): ${each.text}`)),
      fact.curations.map((each) => el("p", {}, KG.panel.curation(each))), fact.evidence.map((item) => KG.panel.evidence(item, false))))));
    const facts = [meta.built && `newest source ${meta.built}`, meta.store && `store ${meta.store}`, `${count(shown.facts.length, "fact")} of ${number(shown.all)}`, meta.query && `query: ${meta.query}`];
    replace(get("paper"), el("h1", {}, meta.title || "Knowledge graph"), el("p", {}, facts.filter(Boolean).join(" · ")),
      el("table", {}, el("thead", {}, el("tr", {}, COLUMNS.map(([, label]) => el("th", { scope: "col" }, label)))), lines));
  }

  return { create, sorted, paper, ROWS, WORDS };
})();
