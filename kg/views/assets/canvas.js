// The picture: holds what is drawn, draws it when something changed, and tells what stands under a point.
"use strict";

KG.canvas = (() => {
  const SLOW = 26; // milliseconds of one drawing above which a gesture moves the last picture instead of drawing anew
  const PATIENCE = 8; // drawings' time for which a picture is moved at least, so that a large graph is not drawn again and again
  const REACH = 6, TOUCH = 14; // pixels around a mark in which it is hit

  const sharpness = () => Math.min(3, window.devicePixelRatio || 1);

  // `on` hears: node(node, event), line(bundle, event), nothing(), open(node), hover(what), moved(node), camera().
  function create(element, on) {
    const context = element.getContext("2d");
    const scene = { ...KG.paint.empty(), strong };
    const snapshot = document.createElement("canvas");
    let colours = KG.marks.palette(), ratio = 1, asked = 0, gesture = false, taken = null, cost = 0, drawn = 0;

    const camera = KG.camera.create(element, {
      move: () => {
        draw();
        on.camera();
      },
      start: () => {
        if (!gesture && cost > SLOW) keep();
        gesture = true;
      },
      end: () => {
        gesture = false;
        taken = null;
        draw();
      },
      click: (x, y, event) => {
        const found = hit(x, y, event.pointerType === "touch" ? TOUCH : REACH);
        if (found && found.node) on.node(found.node, event);
        else if (found) on.line(found.bundle, event);
        else on.nothing(event);
      },
      double: (x, y) => {
        const found = hit(x, y, REACH);
        if (found && found.node) on.open(found.node);
      },
      hover: (x, y) => hover(hit(x, y, REACH)),
      leave: () => hover(null),
      grab: (x, y) => {
        const found = hit(x, y, 2);
        return found && found.node ? drag(found.node) : null;
      },
    });

    function drag(node) {
      return {
        move(x, y) {
          Object.assign(node, camera.toWorld(x, y));
          draw();
        },
        end: () => on.moved(node),
      };
    }

    function hover(found) {
      const node = (found && found.node) || null, bundle = (found && found.bundle) || null;
      if (node === scene.hovered && bundle === scene.line) return;
      scene.hovered = node;
      scene.line = bundle;
      element.style.cursor = found ? "pointer" : "";
      draw();
      on.hover(found);
    }

    // Lines that stand out: those of what is chosen or under the pointer.
    function strong(bundle) {
      const { selected, hovered, focused, fact, line } = scene;
      if (bundle === line || (fact && bundle.facts.includes(fact))) return true;
      if (scene.pair) return scene.pair === bundle.key;
      return !fact && [selected, hovered, focused].some((node) => node && (bundle.a === node || bundle.b === node));
    }

    function keep() {
      snapshot.width = element.width;
      snapshot.height = element.height;
      snapshot.getContext("2d").drawImage(element, 0, 0);
      taken = { ...camera.now, at: performance.now() };
    }

    function draw() {
      if (asked) return;
      asked = requestAnimationFrame(() => {
        asked = 0;
        const begun = performance.now();
        if (gesture && taken) shift();
        else {
          KG.paint.all(context, scene, camera, colours, ratio, { coarse: gesture && scene.bundles.length > 6000 });
          cost = performance.now() - begun;
          if (gesture && cost > SLOW) keep();
        }
        drawn += 1;
        if (drawn === 1) performance.mark("kg-painted");
      });
    }

    function shift() {
      const { x, y, k } = camera.now, scale = k / taken.k, { width, height } = camera.size;
      const left = width / 2 + (taken.x - x) * k - (width / 2) * scale, top = height / 2 + (taken.y - y) * k - (height / 2) * scale;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.drawImage(snapshot, left, top, width * scale, height * scale);
      const far = scale > 1.6 || scale < 0.62 || Math.abs(left) > width / 2 || Math.abs(top) > height / 2;
      if (far && performance.now() - taken.at > PATIENCE * cost) taken = null;
    }

    function hit(x, y, reach) {
      let best = null, least = reach;
      for (const node of scene.nodes) {
        const away = Math.hypot(node.sx - x, node.sy - y) - node.r;
        if (away < least) [best, least] = [{ node }, away];
      }
      if (best) return best;
      for (const bundle of scene.bundles) {
        const mark = bundle.mark;
        if (mark && x > mark[0] - 4 && x < mark[2] + 4 && y > mark[1] - 4 && y < mark[3] + 4) return { bundle };
        const away = distance(x, y, bundle);
        if (away < least) [best, least] = [{ bundle }, away];
      }
      return best;
    }

    function distance(x, y, { a, b }) {
      if (a === b) return Math.abs(Math.hypot(x - a.sx, y - (a.sy - a.r - (a.r + 7) * 0.7)) - (a.r + 7));
      const dx = b.sx - a.sx, dy = b.sy - a.sy, along = dx * dx + dy * dy || 1;
      const part = Math.min(1, Math.max(0, ((x - a.sx) * dx + (y - a.sy) * dy) / along));
      return Math.hypot(x - a.sx - part * dx, y - a.sy - part * dy);
    }

    function resize() {
      const { width, height } = element.getBoundingClientRect(), sharp = sharpness(), { size } = camera;
      if (!width || !height || (size.width === width && size.height === height && sharp === ratio)) return false;
      ratio = sharp;
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      camera.resize(width, height);
      taken = null;
      draw();
      return true;
    }

    // The nearest thing in a direction, first among the neighbours of a thing, then among all; without a thing to go
    // from, that nearest to the middle.
    function neighbour(from, dx, dy) {
      const start = from || camera.now;
      const beside = from ? new Set(scene.bundles.flatMap(({ a, b }) => (a === from ? [b] : b === from ? [a] : []))) : new Set();
      let best = null, least = Infinity;
      for (const node of scene.nodes) {
        if (node === from) continue;
        const x = node.x - start.x, y = node.y - start.y, far = Math.hypot(x, y) || 1, straight = from ? (x * dx + y * dy) / far : 1;
        if (straight < 0.5) continue;
        const cost = (far / straight ** 2) * (beside.has(node) ? 0.4 : 1);
        if (cost < least) [best, least] = [node, cost];
      }
      return best;
    }

    return {
      scene, camera, draw, resize, hit, neighbour,
      // What is drawn from now on.
      show(nodes, bundles) {
        KG.paint.arrange(scene, nodes, bundles);
        KG.paint.project(scene, camera);
        draw();
      },
      choose(node, fact, pair) {
        Object.assign(scene, { selected: node || null, fact: fact || null, pair: pair || null });
        scene.near = new Set(scene.bundles.flatMap(({ a, b }) => (a === node ? [b] : b === node ? [a] : [])));
        if (fact) scene.near = new Set([fact.subject, fact.object]);
        draw();
      },
      focus(node) {
        scene.focused = node;
        draw();
      },
      theme() {
        colours = KG.marks.palette();
        for (const node of scene.nodes) node.wide = 0;
        draw();
      },
      fit: (moving = true, nodes = scene.nodes) => (moving ? camera.go : camera.set)(camera.framing(KG.paint.box(nodes))),
      // Moves just as far as is needed to see some things.
      reveal(nodes, k) {
        const { left, top, right, bottom } = KG.paint.box(nodes), at = { x: (left + right) / 2, y: (top + bottom) / 2 };
        camera.go({ ...at, k: Math.max(k || camera.now.k, Math.min(0.7, camera.framing({ left, top, right, bottom }).k)) });
      },
      get cost() {
        return { last: cost, drawn };
      },
    };
  }

  return { create, sharpness };
})();
