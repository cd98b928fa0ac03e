// Draws a scene onto a canvas: lines by style in one go each, then things, then the words there is room for.
"use strict";

KG.paint = (() => {
  const { STROKES, look, trace } = KG.marks;
  const TEXT = 12, LABELS = 260, LARGE = 40, TRIES = 2500, CELL = 48;
  const LONG = 34; // characters of a label in the picture; the panel has all of it
  const HEADS = 18; // pixels of a line below which an arrow head would hide it
  const MANY = 600; // lines or things in view above which edges are one pixel of the screen: wider ones cost ten times as much
  const THICK = 2000; // lines in view above which no dash can be made out, and each would cost its time
  const TOGETHER = 20; // marks in one path: filling a path takes longer the more of it there is, each call some time too
  const NAMED = 1.15; // scale above which lines are named where there is room

  // Radius of a thing in pixels: by its facts, growing less than the scale, so that marks never cover the lines.
  // Where there is little room for each, they shrink to it.
  function radius(node, k, room) {
    const base = node.value ? 3.5 : 4.5 + Math.min(9, Math.sqrt(node.weight || 1) * 1.5);
    return base * Math.min(1.5, Math.max(0.45, Math.sqrt(k)), Math.max(0.22, (room * k) / 22));
  }

  // Puts the places on the screen into the scene, and says what of it can be seen.
  function project(scene, camera) {
    const { x, y, k } = camera.now, { width, height } = camera.size;
    const seen = [];
    for (const node of scene.nodes) {
      node.sx = (node.x - x) * k + width / 2;
      node.sy = (node.y - y) * k + height / 2;
      node.r = radius(node, k, scene.room);
      node.seen = node.sx > -60 && node.sx < width + 60 && node.sy > -40 && node.sy < height + 40;
      if (node.seen) seen.push(node);
    }
    const lines = scene.bundles.filter(({ a, b }) => {
      const left = Math.min(a.sx, b.sx), right = Math.max(a.sx, b.sx), top = Math.min(a.sy, b.sy), bottom = Math.max(a.sy, b.sy);
      return right > 0 && left < width && bottom > 0 && top < height;
    });
    return { nodes: seen, lines };
  }

  const empty = () => ({ nodes: [], bundles: [], order: null, selected: null, focused: null, hovered: null, fact: null, near: new Set(), more: null, room: 100 });

  function box(nodes) {
    const found = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const { x, y } of nodes) {
      found.left = Math.min(found.left, x);
      found.right = Math.max(found.right, x);
      found.top = Math.min(found.top, y);
      found.bottom = Math.max(found.bottom, y);
    }
    return nodes.length ? found : { left: -100, top: -60, right: 100, bottom: 60 };
  }

  // Puts things and lines into a scene, with all that does not change while one looks around.
  function arrange(scene, nodes, bundles) {
    for (const node of nodes) node.weight = 0;
    for (const bundle of bundles) {
      const { a, b, facts } = prepare(bundle);
      a.weight += facts.length;
      if (b !== a) b.weight += facts.length;
    }
    const { left, top, right, bottom } = box(nodes);
    scene.room = Math.max(24, Math.sqrt(((right - left) * (bottom - top)) / Math.max(1, nodes.length)));
    Object.assign(scene, { nodes, bundles, order: null });
  }

  // The style of a bundle is that of the firmest of its facts, so that no line looks firmer than all of them.
  const FIRM = ["InEffect", "Planned", "Reported", "Ended", "Denied", "Rejected"];
  function prepare(bundle) {
    let firm = FIRM.length - 1;
    bundle.disputed = bundle.ahead = bundle.behind = false;
    for (const { status, conflicts, object } of bundle.facts) {
      firm = Math.min(firm, FIRM.indexOf(status));
      bundle.disputed ||= conflicts.length > 0;
      bundle.ahead ||= object === bundle.b;
      bundle.behind ||= object === bundle.a;
    }
    bundle.style = FIRM[firm];
    return bundle;
  }

  function lines(context, seen, scene, colours, coarse) {
    const groups = new Map(), thin = seen.lines.length > MANY ? 1 / scene.ratio : 0;
    for (const bundle of seen.lines) {
      const chosen = scene.strong(bundle);
      const key = `${bundle.style} ${bundle.disputed ? 1 : 0} ${chosen ? 1 : 0}`;
      if (!groups.has(key)) groups.set(key, { status: bundle.style, disputed: bundle.disputed, chosen, members: [] });
      groups.get(key).members.push(bundle);
    }
    const heads = [];
    for (const group of [...groups.values()].sort((a, b) => a.chosen - b.chosen)) {
      const stroke = STROKES[group.status];
      context.beginPath();
      for (const bundle of group.members) segment(context, bundle, coarse ? null : heads, group);
      context.lineWidth = group.chosen ? stroke.width + 1.2 : thin || stroke.width;
      context.strokeStyle = colour(group, colours);
      context.setLineDash(coarse || seen.lines.length > THICK ? [] : stroke.dash);
      context.stroke();
    }
    context.setLineDash([]);
    const kinds = new Map();
    for (const head of heads) {
      if (!kinds.has(head.group)) kinds.set(head.group, []);
      kinds.get(head.group).push(head);
    }
    for (const [group, members] of kinds) {
      for (let i = 0; i < members.length; i += TOGETHER) arrows(context, members.slice(i, i + TOGETHER), group, colours, thin);
    }
  }

  const colour = (group, colours) =>
    group.disputed || group.status === "Denied" ? colours.danger : group.chosen ? colours.accent : colours.line;

  function segment(context, bundle, heads, group) {
    const { a, b } = bundle;
    if (a === b) {
      const r = a.r + 7;
      context.moveTo(a.sx + r * 0.7, a.sy - a.r - 1);
      context.arc(a.sx, a.sy - a.r - r * 0.7, r, 0.25 * Math.PI, 2.75 * Math.PI);
      return;
    }
    context.moveTo(a.sx, a.sy);
    context.lineTo(b.sx, b.sy);
    if (!heads) return;
    const dx = b.sx - a.sx, dy = b.sy - a.sy, long = Math.hypot(dx, dy);
    if (long - a.r - b.r < HEADS) return;
    const ux = dx / long, uy = dy / long;
    if (bundle.ahead) heads.push({ x: b.sx - ux * (b.r + 2.5), y: b.sy - uy * (b.r + 2.5), ux, uy, group });
    if (bundle.behind) heads.push({ x: a.sx + ux * (a.r + 2.5), y: a.sy + uy * (a.r + 2.5), ux: -ux, uy: -uy, group });
  }

  function arrows(context, members, group, colours, thin) {
    const kind = STROKES[group.status].head, long = group.chosen ? 9 : 7.5, wide = group.chosen ? 4.2 : 3.6;
    context.beginPath();
    for (const { x, y, ux, uy } of members) {
      if (kind === "bar") {
        context.moveTo(x - uy * 5.5, y + ux * 5.5);
        context.lineTo(x + uy * 5.5, y - ux * 5.5);
        continue;
      }
      const bx = x - ux * long, by = y - uy * long;
      context.moveTo(bx - uy * wide, by + ux * wide);
      context.lineTo(x, y);
      context.lineTo(bx + uy * wide, by - ux * wide);
      if (kind !== "open") context.closePath();
    }
    context.strokeStyle = colour(group, colours);
    context.fillStyle = kind === "full" ? context.strokeStyle : colours.paper;
    context.lineWidth = thin && !group.chosen ? thin : kind === "bar" ? 2.2 : 1.4;
    if (kind === "full" || kind === "hollow") context.fill();
    if (kind !== "full") context.stroke();
  }

  function nodes(context, seen, scene, colours) {
    const groups = new Map();
    for (const node of seen.nodes) {
      const key = node.value ? -1 : node.kind.number;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(node);
    }
    context.lineWidth = seen.nodes.length > MANY ? 1 / scene.ratio : 1.5;
    for (const [number, members] of groups) {
      const mark = number < 0 ? null : look(number);
      context.fillStyle = mark ? colours.classes[mark.colour] : colours.paper;
      context.strokeStyle = mark ? colours.paper : colours.muted;
      for (let i = 0; i < members.length; i += TOGETHER) {
        context.beginPath();
        for (const node of members.slice(i, i + TOGETHER)) {
          if (mark) trace(context, mark.shape, node.sx, node.sy, node.r);
          else context.roundRect(node.sx - node.r - 1, node.sy - node.r + 1, 2 * node.r + 2, 2 * node.r - 2, 2);
        }
        context.stroke();
        context.fill();
      }
    }
    for (const node of [scene.selected, scene.focused]) {
      if (!node || !node.seen) continue;
      context.beginPath();
      context.arc(node.sx, node.sy, node.r + 5, 0, 2 * Math.PI);
      context.lineWidth = node === scene.selected ? 2.5 : 2;
      context.setLineDash(node === scene.focused && node !== scene.selected ? [3, 3] : []);
      context.strokeStyle = colours.accent;
      context.stroke();
      context.setLineDash([]);
    }
  }

  // What room is taken: boxes in cells, so that only neighbours are compared.
  function room() {
    const cells = new Map();
    const each = (box, visit) => {
      for (let i = Math.floor(box[0] / CELL); i <= Math.floor(box[2] / CELL); i++) {
        for (let j = Math.floor(box[1] / CELL); j <= Math.floor(box[3] / CELL); j++) if (visit(i * 4096 + j)) return true;
      }
      return false;
    };
    return {
      take: (box) => each(box, (cell) => void (cells.get(cell) || cells.set(cell, []).get(cell)).push(box)),
      free: (box, own) => !each(box, (cell) => (cells.get(cell) || []).some((other) =>
        other !== own && other[0] < box[2] && other[2] > box[0] && other[1] < box[3] && other[3] > box[1])),
    };
  }

  function words(context, seen, scene, colours, camera) {
    const taken = room(), named = room(), many = seen.nodes.length > 1500;
    for (const node of seen.nodes) {
      node.box = [node.sx - node.r, node.sy - node.r, node.sx + node.r, node.sy + node.r];
      if (!many || node.weight > 6) taken.take(node.box);
    }
    context.textBaseline = "middle";
    context.lineJoin = "round";
    marksOfLines(context, seen, scene, colours, taken);
    // The few with most facts stand in the thick of it: their names may cover marks, but not each other.
    const first = (node) => (node === scene.selected || node === scene.focused || node === scene.hovered ? 2 : scene.near.has(node) ? 1 : 0);
    scene.order ||= [...scene.nodes].sort((p, q) => q.weight - p.weight || (p.id < q.id ? -1 : 1));
    const ahead = scene.order.filter((node) => node.seen && first(node)).sort((p, q) => first(q) - first(p));
    let put = 0, i = -1;
    for (const node of [...ahead, ...scene.order.filter((each) => each.seen && !first(each))]) {
      if (put >= LABELS || ++i >= TRIES) break;
      const large = i < LARGE && node.weight > 3 && !node.value;
      if (name(context, node, scene, colours, large || first(node) > 1 ? [named] : [named, taken], first(node) > 1)) put += 1;
    }
    predicates(context, seen, scene, colours, [named, taken], camera);
    scene.labelled = put;
  }

  function name(context, node, scene, colours, rooms, forced) {
    const bold = node === scene.selected;
    context.font = `${bold ? "600 " : ""}${TEXT}px ${colours.font}`;
    const text = node.short || (node.short = cut(node.label));
    const wide = bold ? context.measureText(text).width : node.wide || (node.wide = context.measureText(text).width);
    const spots = [[-wide / 2, node.r + 9], [node.r + 5, 0], [-wide - node.r - 5, 0], [-wide / 2, -node.r - 9]];
    for (const [i, [dx, dy]] of spots.entries()) {
      const left = node.sx + dx, middle = node.sy + dy;
      const box = [left - 3, middle - 8, left + wide + 3, middle + 8];
      const inside = box[0] > 0 && box[2] < scene.width && box[1] > 0 && box[3] < scene.height;
      if (!(inside && rooms.every((room) => room.free(box, node.box))) && !(forced && i === spots.length - 1)) continue;
      rooms[0].take(box);
      halo(context, text, left, middle, node.value ? colours.muted : colours.ink, colours);
      if (scene.more) more(context, node, scene, colours);
      return true;
    }
    return false;
  }

  // How many facts of a thing the store has beyond those drawn.
  function more(context, node, scene, colours) {
    const rest = scene.more(node);
    if (rest <= 0) return;
    const text = `+${rest > 999 ? "999…" : rest}`;
    context.font = `600 10px ${colours.font}`;
    pill(context, text, node.sx + node.r + 4, node.sy - node.r - 4, colours.raised, colours.ink, colours.edge);
  }

  const cut = (label) => {
    const characters = [...KG.dom.shown(label)];
    return characters.length > LONG ? characters.slice(0, LONG - 1).join("").trimEnd() + "…" : characters.join("");
  };

  function halo(context, text, x, y, ink, colours) {
    context.lineWidth = 3.5;
    context.strokeStyle = colours.paper;
    context.strokeText(text, x, y);
    context.fillStyle = ink;
    context.fillText(text, x, y);
  }

  function pill(context, text, x, y, paper, ink, edge) {
    const half = context.measureText(text).width / 2 + 4;
    context.beginPath();
    context.roundRect(x - half, y - 7.5, 2 * half, 15, 7.5);
    context.fillStyle = paper;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = edge;
    context.stroke();
    context.fillStyle = ink;
    context.textAlign = "center";
    context.fillText(text, x, y + 0.5);
    context.textAlign = "left";
    return [x - half, y - 8, x + half, y + 8];
  }

  // The middle of a line: how many facts it stands for, and whether they are contradicted.
  function marksOfLines(context, seen, scene, colours, taken) {
    for (const bundle of seen.lines) {
      bundle.mark = null;
      if (bundle.facts.length < 2 && !bundle.disputed) continue;
      const long = Math.hypot(bundle.b.sx - bundle.a.sx, bundle.b.sy - bundle.a.sy);
      if (bundle.a !== bundle.b && long < 44 + bundle.a.r + bundle.b.r) continue;
      const [x, y] = middle(bundle);
      const text = (bundle.facts.length > 1 ? String(bundle.facts.length) : "") + (bundle.disputed ? "!" : "");
      const box = [x - 13, y - 9, x + 13, y + 9];
      if (!taken.free(box)) continue;
      context.font = `600 10.5px ${colours.font}`;
      const paper = bundle.disputed ? colours.danger : colours.raised;
      bundle.mark = pill(context, text, x, y, paper, bundle.disputed ? colours["on-accent"] : colours.ink, bundle.disputed ? colours.danger : colours.edge);
      taken.take(bundle.mark);
    }
  }

  function middle({ a, b }) {
    return a === b ? [a.sx, a.sy - a.r * 2.4 - 12] : [(a.sx + b.sx) / 2, (a.sy + b.sy) / 2];
  }

  function predicates(context, seen, scene, colours, rooms, camera) {
    context.font = `11px ${colours.font}`;
    const near = camera.now.k >= NAMED && seen.lines.length < 400;
    for (const bundle of seen.lines) {
      const strong = scene.strong(bundle);
      if (!strong && !near) continue;
      const names = [...new Set(bundle.facts.map((fact) => fact.predicate.label))];
      const text = names.length > 2 ? `${names[0]} + ${names.length - 1}` : names.join(" · ");
      const wide = context.measureText(text).width, long = Math.hypot(bundle.b.sx - bundle.a.sx, bundle.b.sy - bundle.a.sy);
      if (bundle.a !== bundle.b && long < wide * 0.7 + bundle.a.r + bundle.b.r) continue;
      const [x, y] = middle(bundle);
      for (const dy of bundle.mark ? [16, -16] : [0, 13, -13]) {
        const box = [x - wide / 2 - 3, y + dy - 7, x + wide / 2 + 3, y + dy + 7];
        if (!rooms.every((room) => room.free(box))) continue;
        rooms[0].take(box);
        halo(context, text, x - wide / 2, y + dy, strong ? colours.accent : colours.muted, colours);
        break;
      }
    }
  }

  // One picture. `coarse` leaves out what takes time while things move: dashes and arrow heads; `wordless` the words.
  function all(context, scene, camera, colours, ratio, { coarse = false, wordless = false } = {}) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, camera.size.width, camera.size.height);
    const seen = project(scene, camera);
    Object.assign(scene, camera.size, { ratio });
    lines(context, seen, scene, colours, coarse);
    nodes(context, seen, scene, colours);
    if (!wordless) words(context, seen, scene, colours, camera);
  }

  return { all, arrange, box, empty, project, middle };
})();
