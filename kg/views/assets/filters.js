// What of the model is shown: pure functions of model and state, so that picture, list, counts and address agree.
"use strict";

KG.filters = (() => {
  const { firstDay, lastDay, VALUE, bundles } = KG.data;
  const classOf = (node) => (node.value ? VALUE : node.kind.id);

  // The interval of a fact on the axis that is chosen, as days; null is open, undefined says that nothing is known.
  function interval(fact, time) {
    if (time === "valid") return [fact.from ? firstDay(fact.from) : null, fact.until ? lastDay(fact.until) : null];
    return fact.published.length ? [firstDay(fact.published[0]), lastDay(fact.published[1])] : undefined;
  }

  function inTime(fact, state) {
    if (!state.from && !state.until) return true;
    const span = interval(fact, state.time);
    if (!span) return false;
    if (state.from && span[1] !== null && span[1] < firstDay(state.from)) return false;
    return !(state.until && span[0] !== null && span[0] > lastDay(state.until));
  }

  const inScope = (fact, scope) =>
    Object.entries(scope).every(([name, value]) => fact.scope.some((pair) => pair[0] === name && pair[1] === value));

  const backing = (fact) => fact.support + (fact.curated ? 1 : 0);

  // Each test by name, so that a count can leave its own out: what a click on it would bring is what it says.
  const TESTS = {
    predicates: (fact, state) => !state.predicates.has(fact.predicate.id),
    statuses: (fact, state) => !state.statuses.has(fact.status),
    classes: (fact, state) => !state.classes.has(classOf(fact.subject)) && !state.classes.has(classOf(fact.object)),
    time: inTime,
    scope: (fact, state) => inScope(fact, state.scope),
    backing: (fact, state) => backing(fact) >= state.sources && fact.confidence >= state.confidence && (!state.disputed || fact.conflicts.length > 0),
  };

  function apply(model, state) {
    const drawn = state.drawn && new Set(state.drawn);
    const stands = (node) => !drawn || drawn.has(node.id), may = (node) => stands(node) && !state.hidden.has(node.id);
    let all = 0; // facts between what is drawn, which may be fewer than were ever fetched
    const names = Object.keys(TESTS), facts = [], nodes = new Set(), rest = Object.fromEntries(names.map((name) => [name, []]));
    for (const fact of model.facts.values()) {
      if (!stands(fact.subject) || !stands(fact.object)) continue;
      all += 1;
      if (!may(fact.subject) || !may(fact.object)) continue;
      let failed = 0, by = "";
      for (const name of names) {
        if (TESTS[name](fact, state)) continue;
        failed += 1;
        by = name;
      }
      if (failed === 1) rest[by].push(fact);
      if (failed) continue;
      facts.push(fact);
      nodes.add(fact.subject).add(fact.object);
    }
    // For counting by one filter, a fact is there when no other filter takes it out.
    const without = Object.fromEntries(names.map((name) => [name, rest[name].length ? facts.concat(rest[name]) : facts]));
    // A thing that was put there stands there, also without facts; one that only its facts brought goes with them.
    for (const node of model.nodes.values()) {
      if (may(node) && !node.value && (state.drawn || !node.facts.length) && !state.classes.has(classOf(node))) nodes.add(node);
    }
    return { facts, all, nodes: [...nodes], bundles: bundles(facts), without };
  }

  // How many things of each class, how many facts of each predicate and status there are, other filters applied.
  function counts(shown, state) {
    const tally = (items, key) => {
      const found = new Map();
      for (const item of items) found.set(key(item), (found.get(key(item)) || 0) + 1);
      return found;
    };
    const things = new Set(shown.without.classes.flatMap((fact) => [fact.subject, fact.object]));
    for (const node of shown.nodes) things.add(node);
    return {
      classes: tally(things, classOf),
      predicates: tally(shown.without.predicates, (fact) => fact.predicate.id),
      statuses: tally(shown.without.statuses, (fact) => fact.status),
      undated: shown.without.time.filter((fact) => !interval(fact, state.time)).length,
    };
  }

  // Facts by month, over all months from the first to the last.
  function months(facts, time) {
    const found = new Map();
    for (const fact of facts) {
      const span = interval(fact, time), day = span && (span[0] || span[1]);
      if (day) found.set(day.slice(0, 7), (found.get(day.slice(0, 7)) || 0) + 1);
    }
    const keys = [...found.keys()].sort();
    if (!keys.length) return [];
    const list = [];
    for (let month = keys[0]; month <= keys[keys.length - 1] && list.length < 2400; month = next(month)) list.push([month, found.get(month) || 0]);
    return list;
  }

  function next(month) {
    const [year, number] = month.split("-").map(Number);
    return number === 12 ? `${String(year + 1).padStart(4, "0")}-01` : `${month.slice(0, 5)}${String(number + 1).padStart(2, "0")}`;
  }

  // The qualifiers that scope facts, with the values each has.
  function scopes(model) {
    const found = new Map();
    for (const fact of model.facts.values()) {
      for (const [name, value] of fact.scope) {
        if (!found.has(name)) found.set(name, new Map());
        found.get(name).set(value, (found.get(name).get(value) || 0) + 1);
      }
    }
    return found;
  }

  const active = (state) =>
    state.hidden.size + state.classes.size + state.predicates.size + state.statuses.size + Object.keys(state.scope).length +
    [state.from, state.until, state.confidence, state.sources, state.disputed].filter(Boolean).length;

  return { apply, counts, months, scopes, classOf, active, interval };
})();
