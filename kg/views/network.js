/* Joins the picture drawn above (network, nodes, edges) with the table of facts. Text only ever enters as text. */
(() => {
  "use strict";
  const picture = JSON.parse(document.getElementById("picture").textContent);
  const page = document.documentElement;
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const clear = document.getElementById("clear");
  const rows = [...document.querySelectorAll("tbody.fact")];
  const total = shown.textContent;
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = rows.map((row) => fold(row.textContent));
  const names = picture.nodes.map((node) => fold(node.label));
  const sizes = picture.nodes.map((_, id) => nodes.get(id).size);
  const FONT = 13;
  const LINE_FONT = 11;
  const LABELLED_LINES = 24;
  let onlyNode = null;
  let chosen = null;
  let labelled = [];

  // Colours come from the style sheet, so that the picture follows the page's theme.
  function paint() {
    const style = getComputedStyle(page);
    const colour = (name) => style.getPropertyValue("--" + name).trim();
    const [ink, paper, muted, accent, danger] = ["ink", "paper", "muted", "accent", "danger"].map(colour);
    nodes.update(picture.nodes.map((node, id) => {
      const value = node.kind < 0;
      const fill = value ? paper : colour("class-" + node.kind % picture.colours);
      const border = value ? muted : fill;
      const lit = { background: fill, border: accent };
      return { id, color: { background: fill, border, highlight: lit, hover: lit },
        font: { color: ink, strokeColor: paper, strokeWidth: value ? 0 : 4 } };
    }));
    edges.update(picture.lines.map((line, id) => {
      const own = line.status === "Denied" || line.conflict ? danger : line.status === "Ended" || line.status === "Rejected" ? muted : colour("line");
      return { id, color: { color: own, highlight: accent, hover: accent },
        font: { color: muted, strokeColor: paper, strokeWidth: 4, align: "middle" } };
    }));
    declutter();
  }

  // Names of the best-connected first; one that would lie over another waits until there is room. Seen from afar, nodes
  // and names keep a size that can be read.
  function declutter() {
    const scale = network.getScale();
    const size = Math.max(FONT, FONT / scale);
    const taken = [];
    const updates = order().map((id) => {
      const node = picture.nodes[id];
      const wide = node.label.length * size * 0.54;
      const { x, y } = network.getPosition(id);
      const top = node.kind < 0 ? y - size / 2 : y + 6;
      const box = [x - wide / 2, top, x + wide / 2, top + size * 1.8];
      const free = id === onlyNode || !taken.some((o) => box[0] < o[2] && box[2] > o[0] && box[1] < o[3] && box[3] > o[1]);
      if (free) taken.push(box);
      const drawn = { id, label: free ? node.label : " ", font: { size: free ? size : FONT } };
      return node.kind < 0 ? drawn : { ...drawn, size: Math.max(sizes[id], 3.5 / scale) };
    });
    nodes.update(updates);
  }

  function order() {
    const rank = (id) => (id === onlyNode ? 1e6 : picture.nodes[id].degree - (picture.nodes[id].kind < 0 ? 1e6 : 0));
    return picture.nodes.map((_, id) => id).sort((a, b) => rank(b) - rank(a) || a - b);
  }

  function labelLines(ids) {
    const all = picture.lines.length <= LABELLED_LINES;
    const font = { size: Math.max(LINE_FONT, LINE_FONT / network.getScale()) };
    labelled = ids;
    edges.update(picture.lines.map((line, id) => ({ id, label: all || ids.includes(id) ? line.label : " ", font })));
  }

  function filter() {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, id) => {
      const line = picture.lines[id];
      const near = onlyNode === null || line.source === onlyNode || line.target === onlyNode;
      row.hidden = !near || !words.every((word) => texts[id].includes(word));
      count += row.hidden ? 0 : 1;
    });
    const filtered = count < rows.length || onlyNode !== null;
    shown.textContent = !filtered ? total : count + " of " + total + (onlyNode === null ? "" : ": " + picture.nodes[onlyNode].label);
    clear.hidden = !filtered && !words.length;
  }

  function open(id, isOpen) {
    const row = rows[id];
    row.querySelector("button").setAttribute("aria-expanded", String(isOpen));
    row.querySelector(".proof").hidden = !isOpen;
    row.classList.toggle("chosen", isOpen);
  }

  function chooseFact(id, { scroll = false, centre = false } = {}) {
    if (chosen !== null && chosen !== id) open(chosen, false);
    chosen = id;
    open(id, true);
    if (rows[id].hidden) { search.value = ""; onlyNode = null; filter(); }
    network.selectEdges([id]);
    labelLines([id]);
    if (scroll) rows[id].scrollIntoView({ block: "center" });
    if (centre) bringIn([picture.lines[id].source, picture.lines[id].target]);
  }

  // Moves the picture only when one of the nodes is out of sight.
  function bringIn(ids) {
    const spots = ids.map((node) => network.getPosition(node));
    const box = document.getElementById("mynetwork");
    const seen = spots.every((spot) => {
      const { x, y } = network.canvasToDOM(spot);
      return x > 30 && y > 30 && x < box.clientWidth - 30 && y < box.clientHeight - 30;
    });
    const scale = Math.max(network.getScale(), 0.6);
    if (seen && scale === network.getScale()) return;
    const middle = (axis) => spots.reduce((sum, spot) => sum + spot[axis], 0) / spots.length;
    network.moveTo({ position: { x: middle("x"), y: middle("y") }, scale });
    declutter();
    labelLines(labelled);
  }

  function chooseNode(id, centre) {
    if (picture.nodes[id].kind < 0) {
      chooseFact(picture.lines.findIndex((line) => line.target === id), { scroll: true, centre });
      return;
    }
    onlyNode = id;
    network.selectNodes([id], true);
    labelLines(network.getConnectedEdges(id));
    if (centre) network.focus(id, { scale: Math.max(network.getScale(), 0.8) });
    declutter();
  }

  function reset() {
    if (chosen !== null) open(chosen, false);
    chosen = onlyNode = null;
    search.value = "";
    network.unselectAll();
    labelLines([]);
    filter();
    declutter();
  }

  function find() {
    const word = fold(search.value.trim());
    onlyNode = null;
    filter();
    if (word.length < 2) return;
    const fits = (id) => (names[id] === word ? 0 : names[id].startsWith(word) ? 1 : names[id].includes(word) ? 2 : 3);
    const [hit] = picture.nodes.map((_, id) => id).sort((a, b) => fits(a) - fits(b) || names[a].length - names[b].length || a - b);
    if (hit === undefined || fits(hit) === 3) return;
    network.selectNodes([hit], true);
    labelLines(network.getConnectedEdges(hit));
    network.focus(hit, { scale: Math.max(network.getScale(), 0.8) });
    declutter();
  }

  rows.forEach((row, id) => {
    open(id, false);
    row.rows[0].addEventListener("click", () => {
      if (chosen === id) { open(id, false); chosen = null; network.unselectAll(); labelLines([]); return; }
      chooseFact(id, { centre: true });
    });
  });
  page.classList.add("js");
  network.redraw();
  edges.update(picture.lines.map((line, id) => {
    const title = document.createElement("span");
    title.textContent = line.title;
    return { id, title };
  }));
  network.on("click", (event) => {
    if (event.nodes.length) { chooseNode(event.nodes[0], false); filter(); }
    else if (event.edges.length) chooseFact(event.edges[0], { scroll: true });
    else reset();
  });
  let waiting = 0;
  network.on("zoom", () => { clearTimeout(waiting); waiting = setTimeout(() => { declutter(); labelLines(labelled); }, 120); });
  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => { if (event.key === "Escape") reset(); });
  clear.addEventListener("click", () => { reset(); network.fit(); declutter(); search.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== search) { event.preventDefault(); search.focus(); }
  });
  document.querySelectorAll(".proof a[href^='#']").forEach((link) => link.addEventListener("click", (event) => {
    const id = rows.findIndex((row) => "#" + row.id === link.getAttribute("href"));
    if (id < 0) return;
    event.preventDefault();
    chooseFact(id, { scroll: true, centre: true });
  }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  network.fit();
  paint();
  labelLines([]);
  const named = rows.findIndex((row) => row.id && "#" + row.id === location.hash);
  if (named >= 0) chooseFact(named, { scroll: true, centre: true });
})();
