// The facts in memory: blocks of the shared shape are merged into one model, in which everything has its id for a name.
"use strict";

KG.data = (() => {
  const VERSION = 1;
  const VALUE = "value";
  const STATUSES = ["InEffect", "Planned", "Reported", "Denied", "Ended", "Rejected"];
  const WORDS = { InEffect: "in effect", Planned: "planned", Reported: "reported", Denied: "denied", Ended: "ended", Rejected: "rejected" };

  function create() {
    return {
      meta: {},
      classes: new Map(), // id -> {id, label, area, number}
      predicates: new Map(), // id -> {id, label, area}
      nodes: new Map(), // id -> a thing or a value, see node()
      facts: new Map(), // id -> see fact()
      documents: new Map(), // id -> as in the block
      version: 0, // counts the blocks merged: who keeps something made from the model compares it
    };
  }

  // Adds a block to a model; what is there already is kept, with what the block knows better (names, degree, evidence).
  function merge(model, block) {
    if (block.v !== VERSION) throw new Error(`this data has version ${block.v}, the page reads version ${VERSION}`);
    const classes = block.classes.map((term) => term1(model.classes, term));
    const predicates = block.predicates.map((term) => term1(model.predicates, term));
    const documents = block.documents.map((document) => {
      if (!model.documents.has(document.id)) model.documents.set(document.id, document);
      return model.documents.get(document.id);
    });
    const entities = block.entities.map((entity) => node(model, entity, classes[entity.class]));
    const added = { nodes: [], facts: [] };
    for (const one of entities) if (one.fresh) added.nodes.push(one.id);
    for (const given of block.facts) {
      if (!model.facts.has(given.id)) added.facts.push(given.id);
      fact(model, given, entities, predicates, documents);
    }
    for (const one of entities) one.fresh = false;
    for (const key of ["title", "built", "store", "moment", "query", "total", "licences"]) {
      if (block[key] !== undefined && model.meta[key] === undefined) model.meta[key] = block[key];
    }
    model.version += 1;
    return added;
  }

  function term1(terms, term) {
    if (!terms.has(term.id)) terms.set(term.id, { ...term, number: term.number ?? terms.size });
    return terms.get(term.id);
  }

  function node(model, entity, kind) {
    const known = model.nodes.get(entity.id);
    if (known) {
      known.degree = Math.max(known.degree, entity.degree || 0);
      if (entity.aliases) known.aliases = entity.aliases;
      return known;
    }
    const made = {
      id: entity.id, label: entity.label || entity.id, kind, aliases: entity.aliases || [], links: entity.links || [],
      degree: entity.degree || 0, x: entity.x, y: entity.y, facts: [], value: false, fresh: true,
    };
    model.nodes.set(made.id, made);
    return made;
  }

  // The value of a fact is a thing of its own in the picture: two facts of equal value are two.
  function valueNode(model, given) {
    const id = `${VALUE}:${given.id}`;
    if (!model.nodes.has(id)) {
      model.nodes.set(id, {
        id, label: given.value, kind: null, aliases: [], links: [], degree: 1, x: given.x, y: given.y, facts: [], value: true,
      });
    }
    return model.nodes.get(id);
  }

  function fact(model, given, entities, predicates, documents) {
    const known = model.facts.get(given.id);
    const subject = entities[given.s];
    const object = given.o === undefined ? valueNode(model, given) : entities[given.o];
    const evidence = (given.evidence || []).map((item) => ({ ...item, document: documents[item.document] }));
    const made = {
      ...given, subject, object, predicate: predicates[given.p], evidence,
      scope: given.scope || [], details: given.details || [], curations: given.curations || [],
      conflicts: given.conflicts || [], course: given.course || [], published: given.published || [],
      support: given.support || 0, confidence: given.confidence || 0,
    };
    if (known) {
      if (evidence.length >= known.evidence.length) Object.assign(known, made);
      return;
    }
    model.facts.set(made.id, made);
    subject.facts.push(made);
    if (object !== subject) object.facts.push(made);
  }

  // Two facts between the same two things are one line in the picture.
  function bundles(facts) {
    const found = new Map(), list = [];
    for (const one of facts) {
      const turned = one.subject.id > one.object.id, a = turned ? one.object : one.subject, b = turned ? one.subject : one.object;
      if (!found.has(a)) found.set(a, new Map());
      const beside = found.get(a);
      let bundle = beside.get(b);
      if (!bundle) {
        bundle = { key: `${a.id}\n${b.id}`, a, b, facts: [] };
        beside.set(b, bundle);
        list.push(bundle);
      }
      bundle.facts.push(one);
    }
    return list;
  }

  const statement = (one) => `${one.subject.label} ${one.predicate.label} ${one.object.label}`;

  // A time in words: "from 2026", "until 2027", "2024 – 2026".
  function time(one) {
    if (one.from && one.until) return one.from === one.until ? one.from : `${one.from} – ${one.until}`;
    return one.from ? `from ${one.from}` : one.until ? `until ${one.until}` : "";
  }

  const sources = (one) => [one.curated ? "curator" : "", one.support || (one.curated ? "" : "0")].filter((x) => x !== "").join(" + ");

  // How sure it is that a fact is so: what nobody has said is never shown as if somebody had.
  const backed = (one) => one.evidence.length + one.curations.length > 0;

  // The first and the last day of a date as precise as its words: 2026-02 is from 2026-02-01 to 2026-02-28.
  const firstDay = (date) => date + "-01-01".slice(date.length - 4);
  function lastDay(date) {
    const month = date.length > 4 ? date.slice(0, 7) : `${date}-12`;
    if (date.length > 7) return date;
    const [year, number] = month.split("-").map(Number);
    return `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, "0")}`;
  }

  return { VERSION, VALUE, STATUSES, WORDS, create, merge, bundles, statement, time, sources, backed, firstDay, lastDay };
})();
