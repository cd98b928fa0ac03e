// How things look: a class is a shape and a colour, a status a line and an arrow head. The same marks stand in the
// picture and in the legend.
"use strict";

KG.marks = (() => {
  const { svg } = KG.dom;
  const COLOURS = 8;
  const SHAPES = ["circle", "square", "triangle", "diamond", "hexagon", "star", "wedge"];
  // Corners on a circle of radius 1; shapes of little area are drawn larger, so that all weigh the same.
  const ring = (count, turn, size, dent = 1) =>
    Array.from({ length: count }, (_, i) => {
      const angle = turn + (i * 2 * Math.PI) / count;
      const radius = size * (i % 2 ? dent : 1);
      return [Math.cos(angle) * radius, Math.sin(angle) * radius];
    });
  const up = -Math.PI / 2;
  const CORNERS = {
    square: ring(4, Math.PI / 4, 1.25),
    triangle: ring(3, up, 1.35),
    diamond: ring(4, 0, 1.3),
    hexagon: ring(6, 0, 1.1),
    star: ring(10, up, 1.45, 0.5),
    wedge: ring(3, -up, 1.35),
  };
  // Seven shapes against eight colours: 56 classes in a row all differ in one of the two.
  const look = (number) => ({ shape: SHAPES[number % SHAPES.length], colour: number % COLOURS });

  const STROKES = {
    InEffect: { dash: [], width: 1.4, head: "full" },
    Planned: { dash: [9, 4], width: 1.4, head: "hollow" },
    Reported: { dash: [1.5, 3.5], width: 1.6, head: "open" },
    Denied: { dash: [4, 4], width: 1.4, head: "bar" },
    Ended: { dash: [9, 3, 1.5, 3], width: 1, head: "open" },
    Rejected: { dash: [1, 6], width: 1, head: "bar" },
  };

  function trace(context, shape, x, y, radius) {
    if (shape === "circle") {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
      return;
    }
    const corners = CORNERS[shape];
    context.moveTo(x + corners[0][0] * radius, y + corners[0][1] * radius);
    for (let i = 1; i < corners.length; i++) context.lineTo(x + corners[i][0] * radius, y + corners[i][1] * radius);
    context.closePath();
  }

  // A value has no class: an empty box.
  function icon(kind) {
    const root = svg("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true", class: "icon" });
    if (!kind) {
      root.append(svg("rect", { x: -5, y: -4, width: 10, height: 8, rx: 2, class: "value-box" }));
      return root;
    }
    const { shape, colour } = look(kind.number);
    const style = { class: `class-${colour}` };
    const points = (CORNERS[shape] || []).map(([x, y]) => `${(x * 5.2).toFixed(2)},${(y * 5.2).toFixed(2)}`).join(" ");
    root.append(shape === "circle" ? svg("circle", { r: 5.5, ...style }) : svg("polygon", { points, ...style }));
    return root;
  }

  function line(status) {
    const { dash, width, head } = STROKES[status];
    const root = svg("svg", { width: 34, height: 12, viewBox: "0 0 34 12", "aria-hidden": "true", class: `icon stroke-${status}` });
    root.append(svg("path", { d: "M0 6H27", "stroke-width": width, "stroke-dasharray": dash.join(" ") || null, class: "stroke" }));
    const heads = { full: "M26 2.5 33 6 26 9.5Z", hollow: "M26 2.5 33 6 26 9.5Z", open: "M27 2 33 6 27 10", bar: "M30 1.5V10.5" };
    root.append(svg("path", { d: heads[head], "stroke-width": head === "bar" ? 2 : 1.3, class: head === "full" ? "stroke full" : "stroke" }));
    return root;
  }

  // The colours of the theme that holds, as the style sheet has them.
  function palette() {
    const style = getComputedStyle(document.documentElement);
    const named = (name) => style.getPropertyValue(`--${name}`).trim();
    const colours = {};
    for (const name of ["ink", "muted", "paper", "raised", "rule", "edge", "line", "accent", "danger", "on-accent"]) colours[name] = named(name);
    colours.classes = Array.from({ length: COLOURS }, (_, i) => named(`class-${i}`));
    colours.font = style.getPropertyValue("--font").trim() || "sans-serif";
    return colours;
  }

  return { SHAPES, STROKES, look, trace, icon, line, palette };
})();
