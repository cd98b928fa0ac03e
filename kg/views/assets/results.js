// The table of an answer. However long it is, only the rows one sees are in the page.
"use strict";

KG.results = (() => {
  const { el, replace, number, count } = KG.dom;
  const HIGH = 30; // pixels of a row
  const SPARE = 12; // rows drawn beyond what is seen
  const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

  // A term as one reads it: a CURIE, or what a literal says.
  function shown(term, prefixes) {
    if (!term) return "";
    return term.type === "uri" ? shrink(term.value, prefixes) : term.type === "bnode" ? `_:${term.value}` : term.type === "triple" ? triple(term.value, prefixes) : term.value;
  }

  const triple = ({ subject, predicate, object }, prefixes) => `<< ${[subject, predicate, object].map((term) => shown(term, prefixes)).join(" ")} >>`;

  function shrink(iri, prefixes) {
    for (const [prefix, namespace] of prefixes) {
      const local = iri.slice(namespace.length);
      if (iri.startsWith(namespace) && /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(local)) return `${prefix}:${local}`;
    }
    return `<${iri}>`;
  }

  // Triples of an answer that is a graph, as rows.
  function triples(text) {
    const rows = [], term = String.raw`(<[^>]*>|_:[^\s]+|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?)`;
    const line = new RegExp(`^${term}\\s+${term}\\s+${term}\\s*\\.$`);
    for (const each of text.split("\n")) {
      const found = line.exec(each.trim());
      if (found) rows.push({ subject: parsed(found[1]), predicate: parsed(found[2]), object: parsed(found[3]) });
    }
    return { variables: ["subject", "predicate", "object"], rows };
  }

  const ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
  const plain = (text) => text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs, (whole, short, long, sign) => (sign ? ESCAPES[sign] || sign : String.fromCodePoint(parseInt(short || long, 16))));

  function parsed(text) {
    if (text[0] === "<") return { type: "uri", value: plain(text.slice(1, -1)) };
    if (text[0] === "_") return { type: "bnode", value: text.slice(2) };
    const end = text.lastIndexOf('"'), rest = text.slice(end + 1), value = plain(text.slice(1, end));
    return { type: "literal", value, ...(rest.startsWith("@") ? { "xml:lang": rest.slice(1) } : rest ? { datatype: rest.slice(3, -1) } : {}) };
  }

  // `open(iri, shown)` is called for a cell that is an IRI; `changed(rows)` when others are shown.
  function create(root, open, changed) {
    let answer = null, rows = [], sort = "", filters = {}, body = null, box = null, from = -1, to = -1, prefixes = [], cells = new Map();

    const text = (row, name) => shown(row[name], prefixes);

    function choose() {
      const wanted = Object.entries(filters).filter(([, value]) => value).map(([name, value]) => [name, KG.search.fold(value)]);
      rows = answer.rows.filter((row) => wanted.every(([name, value]) => KG.search.fold(text(row, name)).includes(value)));
      const name = sort.replace(/^-/, "");
      if (name) {
        const way = sort.startsWith("-") ? -1 : 1, keys = new Map(rows.map((row) => [row, text(row, name)]));
        const numbers = rows.every((row) => keys.get(row) === "" || Number.isFinite(Number(keys.get(row))));
        const order = numbers ? (a, b) => Number(keys.get(a)) - Number(keys.get(b)) : (a, b) => natural(keys.get(a), keys.get(b));
        rows.sort((a, b) => way * order(a, b));
      }
      from = to = -1;
      if (box) box.scrollTop = 0;
      draw();
      changed(rows);
    }

    function draw() {
      const high = box.clientHeight || 300, begin = Math.max(0, Math.floor(box.scrollTop / HIGH) - SPARE), end = Math.min(rows.length, Math.ceil((box.scrollTop + high) / HIGH) + SPARE);
      if (begin === from && end === to) return;
      [from, to] = [begin, end];
      const space = (count) => {
        const line = el("tr", { class: "space", "aria-hidden": "true" }, el("td", { colspan: answer.variables.length }));
        line.style.height = `${count * HIGH}px`;
        return line;
      };
      replace(body, begin > 0 && space(begin), rows.slice(begin, end).map((row, i) => line(row, begin + i)), end < rows.length && space(rows.length - end));
    }

    function line(row, index) {
      return el("tr", { "aria-rowindex": index + 3 }, answer.variables.map((name) => {
        const term = row[name], words = text(row, name);
        const cell = el("td", { title: words.length > 20 ? words : null });
        if (term && term.type === "uri") cell.append(el("button", { type: "button", class: "inline", onclick: () => open(term.value, words) }, el("bdi", {}, words)));
        else if (term) cell.append(el("bdi", { lang: term["xml:lang"] || null }, words));
        return cell;
      }));
    }

    function head() {
      cells = new Map();
      const names = answer.variables.map((name) => {
        const button = el("button", { type: "button", onclick: () => {
          sort = sort === name ? `-${name}` : sort === `-${name}` ? "" : name;
          mark();
          choose();
        } }, name, el("span", { "aria-hidden": "true" }));
        const cell = el("th", { scope: "col" }, button);
        cells.set(name, cell);
        return cell;
      });
      const fields = answer.variables.map((name) => el("td", {}, el("input", { type: "search", "aria-label": `Filter ${name}`, placeholder: "filter", spellcheck: "false", oninput: (event) => {
        filters[name] = event.target.value;
        choose();
      } })));
      return el("thead", {}, el("tr", { "aria-rowindex": 1 }, names), el("tr", { class: "fields", "aria-rowindex": 2 }, fields));
    }

    function mark() {
      for (const [name, cell] of cells) {
        const way = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "";
        if (way) cell.setAttribute("aria-sort", way);
        else cell.removeAttribute("aria-sort");
        cell.querySelector("span").textContent = way === "ascending" ? " ↑" : way ? " ↓" : "";
      }
    }

    new ResizeObserver(() => box && answer && (from = -1, draw())).observe(root);

    return {
      show(given, table) {
        [answer, prefixes, sort, filters] = [given, table, "", {}];
        body = el("tbody", {});
        box = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Answer, ${count(given.rows.length, "row")}`, onscroll: draw },
          el("table", { class: "answers", "aria-rowcount": given.rows.length + 2 }, head(), body));
        replace(root, box);
        box.firstChild.style.minWidth = `${given.variables.length * 9}rem`;
        choose();
      },
      clear: () => (replace(root), (answer = box = null)),
      rows: () => rows,
      csv() {
        const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value);
        const raw = (term) => (!term ? "" : term.type === "bnode" ? `_:${term.value}` : term.type === "triple" ? triple(term.value, []) : term.value);
        return [answer.variables, ...rows.map((row) => answer.variables.map((name) => raw(row[name])))].map((each) => each.map(cell).join(",")).join("\r\n") + "\r\n";
      },
      json: () => JSON.stringify({ head: { vars: answer.variables }, results: { bindings: rows } }),
      iris() {
        const found = new Set();
        for (const row of rows) for (const name of answer.variables) if (row[name] && row[name].type === "uri") found.add(row[name].value);
        return [...found];
      },
    };
  }

  return { create, triples, shown, number };
})();
