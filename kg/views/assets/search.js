// Finds things by any of their names: the beginning of a name before that of a word, that before the middle of one.
"use strict";

KG.search = (() => {
  const { el, replace, get } = KG.dom;
  const MOST = 12;
  const LETTERS = { ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ß: "ss", æ: "ae", œ: "oe", ı: "i", ŋ: "n" };

  // A text without accents and capitals, in which each run of spaces is one.
  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(/[øłđðþßæœıŋ]/g, (letter) => LETTERS[letter]).replace(/\s+/g, " ").trim();
  }

  // The names of a model, folded once; asked again after a merge, it is made anew.
  function index(model) {
    let version = -1, entries = [];
    function fresh() {
      if (version === model.version) return entries;
      version = model.version;
      entries = [];
      for (const node of model.nodes.values()) {
        if (node.value) continue;
        entries.push({ node, folded: fold(node.label), alias: null });
        for (const alias of node.aliases) entries.push({ node, folded: fold(alias.label), alias });
      }
      return entries;
    }
    return { find: (text, most = MOST) => find(fresh(), text, most), warm: fresh };
  }

  function find(entries, text, most) {
    const wanted = fold(text);
    if (!wanted) return [];
    const best = new Map();
    for (const entry of entries) {
      const at = entry.folded.indexOf(wanted);
      if (at < 0) continue;
      const rank = rankOf(entry.folded, wanted, at) * 2 + (entry.alias ? 1 : 0);
      const known = best.get(entry.node);
      if (!known || rank < known.rank) best.set(entry.node, { node: entry.node, alias: entry.alias, rank });
    }
    return [...best.values()].sort((a, b) => a.rank - b.rank || b.node.degree - a.node.degree || a.node.label.length - b.node.label.length || (a.node.label < b.node.label ? -1 : 1)).slice(0, most);
  }

  function rankOf(folded, wanted, at) {
    if (folded === wanted) return 0;
    if (at === 0) return 1;
    for (let here = at; here >= 0; here = folded.indexOf(wanted, here + 1)) {
      if (!/[\p{L}\p{N}]/u.test(folded[here - 1] || " ")) return 2;
    }
    return 3;
  }

  // The search box with its list. `on.choose(node)` opens a thing; `on.more(text)` may bring matches of a server.
  function box(model, on) {
    const input = get("search"), list = get("matches"), found = index(model);
    let matches = [], active = -1, turn = 0;

    function show(given) {
      matches = given;
      active = -1;
      replace(list, matches.map((match, i) => option(match, i)), matches.length ? null : el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing has that name"));
      open(Boolean(input.value.trim()));
    }

    function option({ node, alias }, i) {
      const shown = alias ? `${alias.former ? "formerly" : "also"} ${alias.label}` : "";
      return el("li", { id: `match-${i}`, role: "option", "aria-selected": "false", onpointerdown: (event) => event.preventDefault(), onclick: () => choose(i) },
        KG.marks.icon(node.kind), el("span", { class: "name" }, el("bdi", {}, node.label), shown && el("span", { class: "also" }, el("bdi", {}, shown))), el("span", { class: "muted" }, node.kind ? node.kind.label : ""));
    }

    function open(yes) {
      list.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      if (!yes) input.removeAttribute("aria-activedescendant");
    }

    function mark(to) {
      if (!matches.length) return;
      active = (to + matches.length) % matches.length;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
      input.setAttribute("aria-activedescendant", `match-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    }

    function choose(i) {
      const match = matches[i];
      if (!match) return;
      open(false);
      input.value = "";
      on.choose(match.node);
    }

    async function ask() {
      const text = input.value, mine = ++turn;
      show(found.find(text));
      if (!on.more || !text.trim()) return;
      await on.more(text.trim());
      if (mine === turn && document.activeElement === input) show(found.find(text));
    }

    input.addEventListener("input", ask);
    input.addEventListener("focus", () => input.value.trim() && ask());
    input.addEventListener("blur", () => open(false));
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") mark(active + 1);
      else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
      else if (event.key === "Enter") choose(Math.max(0, active));
      else if (event.key === "Escape" && !list.hidden) open(false);
      else if (event.key === "Escape") input.blur();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return { focus: () => (input.focus(), input.select()), find: found.find, warm: found.warm };
  }

  return { fold, index, box };
})();
