// The right column: what is known of a thing or a fact, down to every sentence it stands on.
"use strict";

KG.panel = (() => {
  const { el, replace, get, link, count, number } = KG.dom;
  const { WORDS, statement, time, sources, backed } = KG.data;
  const TABS = ["about", "entity", "fact"];
  const FEW = 60; // rows of a long table that are shown before one asks for more

  const bdi = (text, props) => el("bdi", props || {}, text);
  const status = (one) => el("span", { class: `status ${one.status}` }, KG.marks.line(one.status), WORDS[one.status]);
  const warning = (text) => el("span", { class: "warning" }, text);

  // `go` has node(id), fact(id), bundle(a, b), tab(name), expand(node); `extra(node)` may give more buttons for a thing.
  function create(model, go, extra) {
    const tabs = TABS.map((name) => get(`tab-${name}`)), panes = TABS.map((name) => get(`pane-${name}`));
    tabs.forEach((tab, i) => {
      tab.addEventListener("click", () => go.tab(TABS[i]));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const open = tabs.filter((other) => !other.disabled);
        if (!step) return;
        const next = open[(open.indexOf(tab) + step + open.length) % open.length];
        next.focus();
        next.click();
        event.preventDefault();
      });
    });
    let key = "";
    return function update(state, shown) {
      const node = state.node && model.nodes.get(state.node), fact = state.fact && model.facts.get(state.fact);
      tabs[1].disabled = !node;
      tabs[2].disabled = !fact && !state.bundle;
      TABS.forEach((name, i) => {
        const on = state.tab === name;
        tabs[i].setAttribute("aria-selected", String(on));
        tabs[i].tabIndex = on ? 0 : -1;
        panes[i].hidden = !on;
      });
      // The rest is built only when it shows something else: focus and scrolling stay where they are.
      const now = [state.node, state.fact, state.bundle, state.tab, model.version, shown.facts.length].join("|");
      if (now === key) return;
      key = now;
      const inside = get("details").contains(document.activeElement) && !tabs.includes(document.activeElement);
      if (state.tab === "about") replace(panes[0], about(model, shown, go));
      if (node && state.tab === "entity") replace(panes[1], entity(node, shown, go, extra));
      if (state.tab === "fact" && fact) replace(panes[2], factPane(fact, model, shown, go));
      else if (state.tab === "fact" && state.bundle) replace(panes[2], bundlePane(state.bundle, model, shown, go));
      const open = panes[TABS.indexOf(state.tab)];
      open.scrollTop = 0;
      // What was pressed is gone with what it stood in: who uses the keyboard goes on in what took its place.
      if (inside && !open.contains(document.activeElement)) open.focus({ preventScroll: true });
    };
  }

  function about(model, shown, go) {
    const { meta } = model;
    const row = (name, ...value) => [el("dt", {}, name), el("dd", {}, value)];
    const { all } = shown, rest = (meta.total || 0) - all;
    return [
      el("h2", {}, meta.title || "Knowledge graph"),
      model.facts.size ? el("p", {}, "Every line is a fact, and every fact shows the sentences it stands on. Choose a thing or a line, or search for a name.")
        : el("p", { class: "empty" }, "There are no facts here: nothing that was asked for is in the graph."),
      el("dl", {},
        row("Shown", `${count(shown.facts.length, "fact")} of ${number(all)}, ${count(shown.nodes.filter((node) => !node.value).length, "thing")}`),
        rest > 0 && (go.brings ? row("More", `${count(rest, "fact")} in the store: search for a name, or expand a thing by double click or E`)
          : row("Not here", `${count(rest, "fact")} of the store ${rest === 1 ? "is" : "are"} not part of this page`)),
        meta.built && row("Newest source", meta.built), meta.moment && row("Seen", meta.moment),
        meta.store && row("Store", el("code", {}, meta.store)), meta.query && row("Query", el("pre", { tabindex: 0 }, meta.query)),
        meta.licences && row("Licences", meta.licences.join(", "))),
      model.documents.size > 0 && [el("h3", {}, count(model.documents.size, "source")), el("ul", { class: "sources" },
        [...model.documents.values()].sort((a, b) => ((a.date || "") < (b.date || "") ? 1 : -1)).slice(0, FEW).map((one) => el("li", {}, source(one)))),
      model.documents.size > FEW && el("p", { class: "muted" }, `and ${number(model.documents.size - FEW)} more`)],
    ];
  }

  // The name of a source as a link, with its publisher and date.
  function source(one) {
    const name = one.title || one.url || one.source || one.id || "a source that is not kept";
    return [link(one.url, bdi(name)), el("span", { class: "meta" }, [one.publisher, one.date, !one.url && one.title && one.source, one.licence].filter(Boolean).map((part) => el("span", {}, part)))];
  }

  function entity(node, shown, go, extra) {
    const former = node.aliases.filter((alias) => alias.former), other = node.aliases.filter((alias) => !alias.former);
    const here = new Set(shown.facts), facts = node.facts.filter((fact) => here.has(fact)), hidden = node.facts.length - facts.length;
    const names = (list) => el("ul", { class: "names" }, list.map((alias) => el("li", {}, bdi(alias.label, { lang: alias.language || null }), alias.language && el("span", { class: "muted" }, ` ${alias.language}`))));
    return [
      el("p", { class: "kind" }, KG.marks.icon(node.kind), node.kind ? node.kind.label : "value"),
      el("h2", {}, bdi(node.label)),
      former.length > 0 && [el("h3", {}, "Former names"), names(former)],
      other.length > 0 && el("details", { open: other.length < 7 }, el("summary", {}, count(other.length, "other name")), names(other)),
      node.links.length > 0 && [el("h3", {}, "Elsewhere"), el("ul", { class: "names" }, node.links.map((address) => el("li", {}, link(address, address.replace(/^https?:\/\/(www\.)?/, "")))))],
      extra && extra(node),
      el("h3", {}, count(facts.length, "fact")),
      hidden > 0 && el("p", { class: "muted" }, `${count(hidden, "more fact")} hidden by the filters`),
      table(facts, node, go),
    ];
  }

  // The facts of a thing, by statement and then by the newest; each row is a button.
  function table(facts, node, go) {
    const sorted = [...facts].sort((a, b) => compare(a.predicate.label, b.predicate.label) || compare(last(b), last(a)) || compare(a.id, b.id));
    const list = el("ul", { class: "facts" });
    const put = (from, to) => {
      for (const fact of sorted.slice(from, to)) list.append(el("li", {}, row(fact, node, go)));
      if (to < sorted.length) {
        const more = el("button", { type: "button", class: "quiet", onclick: () => (home.remove(), put(to, to + FEW)) }, `Show ${Math.min(FEW, sorted.length - to)} more`), home = el("li", {}, more);
        list.append(home);
      }
    };
    put(0, FEW);
    return list;
  }

  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const last = (fact) => fact.published[1] || "";

  function row(fact, node, go) {
    const other = node && fact.subject === node ? fact.object : fact.subject, back = node && fact.object === node && fact.subject !== node;
    const words = node ? [back ? "← " : "", el("i", {}, fact.predicate.label), " ", bdi(other.label)] : [bdi(fact.subject.label), " ", el("i", {}, fact.predicate.label), " ", bdi(fact.object.label)];
    return el("button", { type: "button", class: "row", dataset: { fact: fact.id }, onclick: () => go.fact(fact.id) },
      el("span", { class: "what" }, words),
      el("span", { class: "meta" }, status(fact), ...fact.scope.map(([name, value]) => el("span", {}, `${name}: ${value}`)), time(fact) && el("span", {}, time(fact)),
        el("span", {}, sources(fact) === "curator" ? "curator" : `sources: ${sources(fact)}`), last(fact) && el("span", {}, last(fact)), fact.conflicts.length > 0 && warning("contradicted")));
  }

  function bundlePane([a, b], model, shown, go) {
    const between = shown.facts.filter((fact) => [fact.subject.id, fact.object.id].sort().join("\n") === [a, b].sort().join("\n"));
    const name = (id) => (model.nodes.get(id) || { label: id }).label;
    return [el("h2", {}, bdi(name(a)), " – ", bdi(name(b))), el("h3", {}, count(between.length, "fact")), el("ul", { class: "facts" }, between.map((fact) => el("li", {}, row(fact, null, go))))];
  }

  function factPane(fact, model, shown, go) {
    const place = shown.facts.indexOf(fact), end = (node) => (node.value ? bdi(node.label) : el("button", { type: "button", class: "inline", onclick: () => go.node(node.id) }, bdi(node.label)));
    const pair = (name, value) => [el("dt", {}, name), el("dd", {}, value)];
    const step = (by, label) => el("button", { type: "button", class: "quiet", disabled: shown.facts.length < 2, onclick: () => go.step(by) }, label);
    return [
      el("div", { class: "steps" }, step(-1, "Previous"), el("span", { class: "muted" }, place < 0 ? "hidden by the filters" : `${number(place + 1)} of ${number(shown.facts.length)}`), step(1, "Next")),
      el("h2", { class: "statement" }, end(fact.subject), " ", el("i", {}, fact.predicate.label), " ", end(fact.object)),
      el("p", { class: "meta" }, status(fact), fact.conflicts.length > 0 && warning("contradicted"), !backed(fact) && !fact.derived && warning("no evidence is stored: not confirmed")),
      el("dl", {}, time(fact) && pair("When", time(fact)), fact.scope.map(([name, value]) => pair(name, bdi(value))), fact.details.map(([name, value]) => pair(name, bdi(value))),
        pair("Sources", told(fact)), fact.confidence > 0 && pair("Confidence", String(fact.confidence)), fact.derived && pair("Derived", `by rule ${fact.derived}`),
        fact.course.length > 1 && pair("Course", fact.course.map(([name, day]) => `${WORDS[name] || name} ${day}`.trim()).join(" → ")), pair("Id", el("code", {}, fact.id))),
      fact.conflicts.length > 0 && [el("h3", {}, "Contradicted by"), el("ul", { class: "facts" }, fact.conflicts.map((each) => el("li", {}, against(each, fact, model, go))))],
      fact.curations.length > 0 && [el("h3", {}, "Written down by a curator"), el("ul", { class: "sources" }, fact.curations.map((each) => el("li", {}, curation(each))))],
      fact.evidence.length > 0 && [el("h3", {}, count(fact.evidence.length, "sentence")), fact.evidence.map((item) => evidence(item, true))],
    ];
  }

  function told(fact) {
    const parts = [fact.curated && "a curator", fact.support && count(fact.support, "independent document"), fact.publishers && `${count(fact.publishers, "publisher")}`];
    return parts.filter(Boolean).join(", ") + (fact.contrary ? `; against it ${count(fact.contrary, "document")}` : "") || "none";
  }

  function against(each, fact, model, go) {
    const other = model.facts.get(each.fact), rule = el("span", { class: "meta" }, el("span", {}, `rule: ${each.rule}`));
    if (each.fact === fact.id) return el("p", {}, "Its own sources disagree: one says so, another denies it. ", rule);
    if (other || go.brings) return el("button", { type: "button", class: "row", onclick: () => go.fact(each.fact) }, el("span", { class: "what" }, bdi(other ? statement(other) : each.text)), rule);
    return el("p", {}, bdi(each.text || `fact ${each.fact}`), el("span", { class: "muted" }, " (not on this page) "), rule);
  }

  function curation(each) {
    const decided = each.verdict ? `${each.verdict.toLowerCase()}${each.by ? ` by ${each.by}` : ""}` : WORDS[each.status] || each.status;
    return [el("code", {}, `${each.file}:${each.line}`), el("span", { class: "meta" }, [decided, each.on, each.note].filter(Boolean).map((part) => el("span", {}, part))),
      each.source && el("div", {}, link(each.source, bdi(each.source)))];
  }

  // A sentence with what it is about marked, between the sentences beside it.
  function evidence(item, context) {
    const one = item.document || {};
    return el("figure", { class: "evidence" },
      el("blockquote", { dir: "auto", lang: one.language || null },
        context && item.previous && el("span", { class: "beside" }, item.previous, " "), item.before || "", el("mark", {}, marked(item)), item.after || "",
        context && item.next && el("span", { class: "beside" }, " ", item.next)),
      el("figcaption", {}, source(one), el("span", { class: "meta" }, [WORDS[item.status], item.copy && (item.translated ? "a translation of another text" : "a copy of another text"), item.said && `first said ${item.said}`, item.speaker && `said by ${item.speaker}`,
        item.rule && `rule ${item.rule}`, item.confidence && `confidence ${item.confidence}`].filter(Boolean).map((part) => el("span", {}, part)))));
  }

  // Offsets count UTF-16 units, as a script does.
  function marked({ quote, parts }) {
    const found = [];
    let at = 0;
    for (const [role, start, end] of parts || []) {
      if (start < at) continue;
      found.push(quote.slice(at, start), el("span", { class: `part ${role}`, title: role }, quote.slice(start, end)));
      at = end;
    }
    return [...found, quote.slice(at)];
  }

  return { create, evidence, curation, source, status, row };
})();
