// The left column: legend and filters in one. It is built once and then only brought up to date.
"use strict";

KG.legend = (() => {
  const { el, svg, replace, number } = KG.dom;
  const { VALUE, STATUSES, WORDS, lastDay } = KG.data;
  const STEPS = 20;

  const section = (title, ...content) => el("section", { class: "filter" }, el("h3", {}, title), content);
  const toggled = (set, id, on) => (on ? set.delete(id) : set.add(id));

  // What is in memory and not drawn has no place in the legend, unless it was switched off there.
  const absent = (state, off, id, counts) => Boolean(state.drawn) && !counts.get(id) && !off.has(id);

  // `change(edit)` applies an edit to the state as one step of the history.
  function create(root, model, change) {
    const parts = [classes(model, change), predicates(model, change), statuses(change), times(change), scopes(model, change), backing(change)];
    const reset = el("button", { type: "button", class: "quiet", onclick: () => change((state) => {
      const { hidden, classes, predicates, statuses, scope, ...rest } = KG.state.initial();
      Object.assign(state, { hidden, classes, predicates, statuses, scope, from: rest.from, until: rest.until, confidence: 0, sources: 0, disputed: false });
    }) }, "Show all");
    const hidden = el("p", { class: "muted" });
    replace(root, parts.map((part) => part.element), el("div", { class: "filter" }, hidden, reset));
    return function update(state, shown) {
      const counts = KG.filters.counts(shown, state);
      for (const part of parts) part.update(state, counts, shown);
      hidden.textContent = state.hidden.size ? `${KG.dom.count(state.hidden.size, "thing")} hidden by hand` : "";
      reset.disabled = !KG.filters.active(state);
    };
  }

  // Click hides or shows a class; with Alt only this one is shown, and once more all.
  function classes(model, change) {
    const list = el("ul", { class: "legend" });
    const items = new Map();
    function press(id, alone) {
      change((state) => {
        const others = [...items.keys()].filter((other) => other !== id);
        if (!alone) toggled(state.classes, id, state.classes.has(id));
        else if (others.every((other) => state.classes.has(other)) && !state.classes.has(id)) state.classes.clear();
        else state.classes = new Set(others);
      });
    }
    function item(id, kind) {
      const count = el("span", { class: "count" });
      const button = el("button", { type: "button", onclick: (event) => press(id, event.altKey), dataset: { class: id } },
        KG.marks.icon(kind), el("span", { class: "name" }, kind ? kind.label : "value"), count);
      items.set(id, { button, count });
      return el("li", {}, button);
    }
    const known = () => {
      for (const kind of model.classes.values()) if (!items.has(kind.id)) list.append(item(kind.id, kind));
      if (!items.has(VALUE) && [...model.nodes.values()].some((node) => node.value)) list.append(item(VALUE, null));
    };
    return {
      element: section("Classes", list, el("p", { class: "hint" }, "Click hides, Alt + click shows only this one")),
      update(state, counts) {
        known();
        for (const [id, { button, count }] of items) {
          button.setAttribute("aria-pressed", String(!state.classes.has(id)));
          count.textContent = number(counts.classes.get(id) || 0);
          button.parentNode.hidden = absent(state, state.classes, id, counts.classes);
        }
      },
    };
  }

  function predicates(model, change) {
    const body = el("div", {});
    const groups = new Map();
    function group(area) {
      const box = el("input", { type: "checkbox", onchange: () => change((state) => {
        const on = box.checked;
        for (const id of groups.get(area).items.keys()) toggled(state.predicates, id, on);
      }) });
      const count = el("span", { class: "count" });
      const list = el("ul", {});
      body.append(el("details", {}, el("summary", {}, el("span", { class: "name" }, area), count),
        el("label", { class: "check all" }, box, el("span", { class: "name" }, `all of ${area}`)), list));
      const made = { box, count, list, items: new Map() };
      groups.set(area, made);
      return made;
    }
    function item(home, term) {
      const box = el("input", { type: "checkbox", dataset: { predicate: term.id }, onchange: () => change((state) => toggled(state.predicates, term.id, box.checked)) });
      const count = el("span", { class: "count" });
      home.list.append(el("li", {}, el("label", { class: "check" }, box, el("span", { class: "name" }, term.label), count)));
      home.items.set(term.id, { box, count });
    }
    return {
      element: section("Statements", body),
      update(state, counts) {
        for (const term of model.predicates.values()) {
          const home = groups.get(term.area || "other") || group(term.area || "other");
          if (!home.items.has(term.id)) item(home, term);
        }
        for (const { box, count, items } of groups.values()) {
          let sum = 0, on = 0;
          for (const [id, each] of items) {
            const shown = !state.predicates.has(id);
            each.box.checked = shown;
            on += shown;
            sum += shown ? counts.predicates.get(id) || 0 : 0;
            each.count.textContent = number(counts.predicates.get(id) || 0);
            each.box.closest("li").hidden = absent(state, state.predicates, id, counts.predicates);
          }
          box.checked = on === items.size;
          box.indeterminate = on > 0 && on < items.size;
          count.textContent = number(sum) + (on < items.size ? ` · ${items.size - on} off` : "");
          box.closest("details").hidden = [...items.values()].every((each) => each.box.closest("li").hidden);
        }
      },
    };
  }

  function statuses(change) {
    const items = STATUSES.map((status) => {
      const box = el("input", { type: "checkbox", dataset: { status }, onchange: () => change((state) => toggled(state.statuses, status, box.checked)) });
      const count = el("span", { class: "count" });
      const row = el("li", {}, el("label", { class: "check" }, box, KG.marks.line(status), el("span", { class: "name" }, WORDS[status]), count));
      return { status, box, count, row };
    });
    return {
      element: section("Status", el("ul", {}, items.map((item) => item.row))),
      update(state, counts) {
        for (const { status, box, count, row } of items) {
          box.checked = !state.statuses.has(status);
          count.textContent = number(counts.statuses.get(status) || 0);
          row.hidden = status === "Rejected" && !counts.statuses.get(status) && box.checked;
        }
      },
    };
  }

  function times(change) {
    const chart = svg("svg", { class: "histogram", "aria-hidden": "true", preserveAspectRatio: "none" });
    const handles = ["from", "until"].map((side) => el("input", { type: "range", step: 1, min: 0, class: `handle ${side}`,
      "aria-label": side === "from" ? "First month" : "Last month", oninput: (event) => slide(side, Number(event.target.value)) }));
    const fields = ["from", "until"].map((side) => el("input", { type: "date", "aria-label": side === "from" ? "From the day" : "Until the day",
      onchange: (event) => change((state) => void (state[side] = event.target.value)) }));
    const modes = [["published", "published"], ["valid", "valid at"]].map(([value, label]) => {
      const box = el("input", { type: "radio", name: "time-mode", value, onchange: () => change((state) => void (state.time = value)) });
      return { value, box, row: el("label", { class: "check" }, box, el("span", { class: "name" }, label)) };
    });
    const note = el("p", { class: "hint" });
    let axis = [];
    function slide(side, at) {
      const last = axis.length - 1;
      change((state) => {
        if (side === "from") state.from = at <= 0 ? "" : `${axis[Math.min(at, last)][0]}-01`;
        else state.until = at >= last ? "" : lastDay(axis[Math.max(0, at)][0]);
        if (state.from && state.until && state.from > state.until) state[side === "from" ? "until" : "from"] = side === "from" ? lastDay(state.from.slice(0, 7)) : `${state.until.slice(0, 7)}-01`;
      }, side);
    }
    const place = (date, other) => {
      const found = axis.findIndex(([month]) => month >= date.slice(0, 7));
      return found < 0 ? other : found;
    };
    return {
      element: section("Time", el("div", { class: "modes", role: "radiogroup", "aria-label": "Which time" }, modes.map((mode) => mode.row)),
        el("div", { class: "range" }, chart, handles), el("div", { class: "dates" }, fields[0], el("span", {}, "–"), fields[1]), note),
      update(state, counts, shown) {
        axis = KG.filters.months(shown.without.time, state.time);
        draw(chart, axis, state);
        const last = Math.max(0, axis.length - 1);
        for (const handle of handles) {
          handle.max = String(last);
          handle.disabled = axis.length < 2;
        }
        handles[0].value = String(state.from ? place(state.from, last) : 0);
        handles[1].value = String(state.until ? place(state.until, last) : last);
        handles.forEach((handle) => handle.setAttribute("aria-valuetext", (axis[Number(handle.value)] || ["no dates"])[0]));
        fields[0].value = state.from ? KG.data.firstDay(state.from) : "";
        fields[1].value = state.until ? lastDay(state.until) : "";
        for (const { value, box } of modes) box.checked = state.time === value;
        const away = counts.undated && (state.from || state.until);
        note.textContent = away ? `${KG.dom.count(counts.undated, "fact")} without a date left out` : axis.length ? `${axis[0][0]} to ${axis[last][0]}` : "no dates";
      },
    };
  }

  function draw(chart, axis, state) {
    const most = Math.max(1, ...axis.map(([, count]) => count)), width = Math.max(1, axis.length);
    chart.setAttribute("viewBox", `0 0 ${width} ${STEPS}`);
    replace(chart, axis.map(([month, count], i) => {
      const inside = (!state.from || month >= state.from.slice(0, 7)) && (!state.until || month <= state.until.slice(0, 7));
      const high = count ? Math.max(1.5, Math.sqrt(count / most) * STEPS) : 0;
      return count ? svg("rect", { x: i + 0.08, y: STEPS - high, width: 0.84, height: high, class: inside ? "in" : "out" }) : null;
    }));
  }

  function scopes(model, change) {
    const body = el("div", {});
    const selects = new Map();
    const home = section("Scope", body);
    let version = -1;
    function rebuild(state) {
      version = model.version;
      selects.clear();
      replace(body, [...KG.filters.scopes(model)].sort().map(([name, values]) => {
        const select = el("select", { onchange: () => change((now) => {
          if (select.value) now.scope[name] = select.value.slice(1);
          else delete now.scope[name];
        }) }, el("option", { value: "" }, "any"),
        [...values].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value, count]) => el("option", { value: `=${value}` }, `${value} (${number(count)})`)));
        selects.set(name, select);
        return el("label", { class: "field" }, el("span", { class: "name" }, name), select);
      }));
      home.hidden = !selects.size && !Object.keys(state.scope).length;
    }
    return {
      element: home,
      update(state) {
        if (version !== model.version) rebuild(state);
        for (const [name, select] of selects) select.value = name in state.scope ? `=${state.scope[name]}` : "";
      },
    };
  }

  function backing(change) {
    const told = { confidence: el("output", {}), sources: el("output", {}) };
    const range = (name, label, most, step) => {
      const input = el("input", { type: "range", min: 0, max: most, step, oninput: () => change((state) => void (state[name] = Number(input.value)), name) });
      return { name, input, row: el("label", { class: "field" }, el("span", { class: "name" }, label), input, told[name]) };
    };
    const ranges = [range("confidence", "least confidence", 1, 0.05), range("sources", "least sources", 10, 1)];
    const disputed = el("input", { type: "checkbox", onchange: () => change((state) => void (state.disputed = disputed.checked)) });
    return {
      element: section("Support", ranges.map((each) => each.row), el("label", { class: "check" }, disputed, el("span", { class: "name" }, "contradicted only"))),
      update(state) {
        for (const { name, input } of ranges) {
          input.value = String(state[name]);
          told[name].textContent = state[name] ? String(state[name]) : "any";
        }
        disputed.checked = state.disputed;
      },
    };
  }

  return { create };
})();
