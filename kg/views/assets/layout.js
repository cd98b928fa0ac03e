// Places for what came without one: around the thing it belongs to, where there is room.
"use strict";

KG.layout = (() => {
  const ACROSS = 96, DOWN = 64; // room of a mark with its label
  const TURN = Math.PI * (3 - Math.sqrt(5)); // the golden angle: each next place is far from those before

  const cell = (x, y) => `${Math.round(x / ACROSS)} ${Math.round(y / DOWN)}`;

  // Gives each thing without a place one, of those that are drawn (ids; null is all); `anchor` is the thing around
  // which those go that know no other.
  function settle(model, anchor, drawn) {
    const taken = new Set(), bare = [], wanted = drawn && new Set(drawn);
    for (const node of model.nodes.values()) {
      if (wanted && !wanted.has(node.id)) continue;
      if (node.x === undefined) bare.push(node);
      else taken.add(cell(node.x, node.y));
    }
    // Those that hang on something placed go first, so that chains of new things grow from there.
    while (bare.length) {
      const at = bare.findIndex((node) => placed(node));
      const node = bare.splice(Math.max(0, at), 1)[0];
      const home = placed(node) || anchor || { x: 0, y: 0 };
      Object.assign(node, free(home, taken));
      taken.add(cell(node.x, node.y));
    }
  }

  function placed(node) {
    for (const { subject, object } of node.facts) {
      const other = subject === node ? object : subject;
      if (other.x !== undefined) return other;
    }
    return null;
  }

  function free(home, taken) {
    for (let i = 1; ; i++) {
      const far = 0.75 + Math.sqrt(i) * 0.62, angle = i * TURN;
      const x = Math.round(home.x + Math.cos(angle) * far * ACROSS), y = Math.round(home.y + Math.sin(angle) * far * DOWN * 1.3);
      if (!taken.has(cell(x, y))) return { x, y };
    }
  }

  return { settle };
})();
