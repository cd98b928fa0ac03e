// The first picture: drawn from the few columns that stand in front of a page, while all the rest is still on its way.
"use strict";

KG.first = (() => {
  const NONE = [];
  const frame = () => new Promise((done) => {
    requestAnimationFrame(done);
    setTimeout(done, 150); // a window that is not seen draws no frames, and is not waited for
  });

  // Things and lines as the model has them, as far as a picture without words needs it.
  function parts(picture) {
    const [entities, facts] = ["entities", "facts"].map((table) =>
      Object.fromEntries(Object.entries(picture[table]).map(([name, given]) => [name, KG.packing.column(given)])));
    const at = (columns, i, id, kind) => ({ id, x: columns.x[i], y: columns.y[i], kind, value: !kind, weight: 0, sx: 0, sy: 0, r: 0, seen: false });
    const nodes = (entities.x || []).map((_, i) => at(entities, i, i, { number: entities.class[i] }));
    const told = (facts.s || []).map((s, i) => {
      const o = facts.o ? facts.o[i] : null, value = o === null ? at(facts, i, nodes.length, null) : null;
      if (value) nodes.push(value);
      return { subject: nodes[s], object: value || nodes[o], status: facts.status[i], conflicts: (facts.conflicts && facts.conflicts[i]) || NONE };
    });
    return [nodes, bundles(told, nodes.length)];
  }

  // As KG.data.bundles makes them, by numbers.
  function bundles(facts, count) {
    const found = new Map();
    for (const fact of facts) {
      const a = Math.min(fact.subject.id, fact.object.id), b = Math.max(fact.subject.id, fact.object.id), key = a * count + b;
      const bundle = found.get(key);
      if (bundle) bundle.facts.push(fact);
      else found.set(key, fact.subject.id === a ? { a: fact.subject, b: fact.object, facts: [fact] } : { a: fact.object, b: fact.subject, facts: [fact] });
    }
    return [...found.values()];
  }

  function draw(columns) {
    const element = KG.dom.get("canvas"), { width, height } = element.getBoundingClientRect(), ratio = KG.canvas.sharpness();
    if (!width || !height) return;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    const scene = { ...KG.paint.empty(), strong: () => false }, size = { width, height };
    KG.paint.arrange(scene, ...parts(columns));
    const camera = { size, now: KG.camera.framing(size, KG.paint.box(scene.nodes)) };
    KG.paint.all(element.getContext("2d"), scene, camera, KG.marks.palette(), ratio, { wordless: true });
    performance.mark("kg-painted");
  }

  // Draws as soon as there is a canvas to draw on, and ends when that is on the screen. What an address chooses is not
  // known yet: then there is no first picture, but only the one that is meant.
  async function show(columns) {
    if (location.hash.length > 1) return;
    do await frame(); while (!KG.dom.get("live"));
    draw(columns);
    await frame();
    await new Promise((done) => setTimeout(done));
  }

  return { parts, show };
})();
