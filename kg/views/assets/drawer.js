// The drawer: a query with completion, run at the endpoint of this server, and its answer.
"use strict";

KG.drawer = (() => {
  const { el, get, replace, count, number } = KG.dom;
  const FILES = ["codemirror.js", "sparql.js", "show-hint.js"];
  const LARGEST = 64 * 2 ** 20; // bytes of an answer that a page can hold
  const MOST = 300; // things of an answer that are drawn at once
  const EMPTY = "SELECT ?fact ?subject ?property ?object ?status\nWHERE {\n  ?fact a kg:Fact ;\n    rdf:subject ?subject ; rdf:predicate ?property ; rdf:object ?object ;\n    kg:status ?status .\n}\nLIMIT 100\n";
  const WORDS = ("SELECT DISTINCT WHERE CONSTRUCT ASK DESCRIBE FILTER OPTIONAL UNION MINUS VALUES BIND GRAPH FROM LIMIT OFFSET ORDER BY GROUP BY HAVING " +
    "COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT STR LANG LCASE UCASE CONTAINS STRSTARTS REGEX YEAR IF COALESCE BOUND EXISTS NOT EXISTS PREFIX").split(" ");

  const script = (name) => new Promise((done, failed) => document.head.append(el("script", { src: `/assets/vendor/${name}`, onload: done, onerror: () => failed(new Error(`${name} did not come`)) })));

  // What may stand where one writes: variables of the query, words of SPARQL, terms by their name or label.
  function hints(terms) {
    return (editor) => {
      const cursor = editor.getCursor(), before = editor.getLine(cursor.line).slice(0, cursor.ch);
      const typed = /[?$]?[\p{L}\p{N}_:-]*$/u.exec(before)[0], wanted = KG.search.fold(typed.replace(/^[?$]/, ""));
      const list = typed[0] === "?" || typed[0] === "$" ? variables(editor, typed) : words(terms, wanted, typed);
      const offered = { list, from: { line: cursor.line, ch: cursor.ch - typed.length }, to: cursor };
      window.CodeMirror.on(offered, "shown", () => document.querySelector(".CodeMirror-hints").setAttribute("aria-label", "Completions"));
      return offered;
    };
  }

  function variables(editor, typed) {
    const found = new Set(editor.getValue().match(/[?$][\p{L}\p{N}_]+/gu) || []);
    return [...found].filter((each) => each.startsWith(typed) && each !== typed).sort().map((each) => ({ text: each, displayText: each }));
  }

  function words(terms, wanted, typed) {
    if (!wanted) return [];
    const rank = ({ id, folded, local }) => (id.startsWith(typed) ? 0 : local.startsWith(wanted) ? 1 : folded.startsWith(wanted) ? 2 : folded.includes(` ${wanted}`) ? 3 : folded.includes(wanted) ? 4 : 9);
    const found = terms.map((term) => ({ term, rank: rank(term) })).filter((each) => each.rank < 9).sort((a, b) => a.rank - b.rank || (a.term.id < b.term.id ? -1 : 1)).slice(0, 40);
    const keywords = typed.includes(":") ? [] : WORDS.filter((word) => word.toLowerCase().startsWith(wanted)).map((word) => ({ text: word, displayText: word }));
    return [...new Map([...keywords, ...found.map(({ term }) => ({ text: term.id, displayText: term.label && term.label !== term.local ? `${term.id}   ${term.label}` : term.id }))].map((each) => [each.text, each])).values()];
  }

  async function whole(response) {
    const reader = response.body.getReader(), parts = [];
    for (let size = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return new Blob(parts).text();
      size += value.length;
      parts.push(value);
      if (size > LARGEST) {
        await reader.cancel();
        throw new Error(`the answer is larger than ${LARGEST / 2 ** 20} MiB; ask for less with LIMIT, or fetch it from /sparql`);
      }
    }
  }

  async function ask(query, signal) {
    const headers = { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json, application/n-triples;q=0.9" };
    const response = await fetch("/sparql", { method: "POST", body: query, headers, signal });
    if (!response.ok) throw await KG.api.refusal(response);
    const text = await whole(response);
    if (!/json/.test(response.headers.get("Content-Type"))) return KG.results.triples(text);
    const told = JSON.parse(text);
    if ("boolean" in told) return { variables: ["answer"], rows: [{ answer: { type: "literal", value: String(told.boolean) } }] };
    return { variables: told.head.vars, rows: told.results.bindings };
  }

  // `to` has show(id), bring(fact) and put(names).
  function create(app, to) {
    const root = get("drawer"), button = get("sparql"), state = get("query-state"), examples = get("examples"), form = get("parameters");
    let editor = null, opening = null, running = null, saved = [], prefixes = [], marks = [];

    const tell = (words, wrong = false) => {
      state.textContent = words;
      state.classList.toggle("warning", wrong);
    };

    const results = KG.results.create(get("results"), (iri, name) => goTo(iri, name), (rows) => {
      get("put").disabled = !rows.some((row) => Object.values(row).some((term) => term && term.type === "uri"));
    });

    function goTo(iri, name) {
      get("notice").hidden = true; // it spoke of what was opened before
      if (name.startsWith("fact:")) return to.bring(name.slice(5));
      if (name.startsWith("document:")) return window.open(KG.api.path("document", name.slice(9)), "_blank", "noopener");
      return to.show(name);
    }

    async function prepare() {
      const told = await KG.api.terms();
      for (const name of FILES) await script(name);
      prefixes = Object.entries(told.prefixes).sort((a, b) => b[1].length - a[1].length);
      const terms = told.terms.map((term) => ({ ...term, folded: KG.search.fold(term.label), local: KG.search.fold(term.id.replace(/^.*:/, "")) }));
      saved = told.queries;
      replace(examples, el("option", { value: "" }, "Saved queries …"), saved.map((query) => el("option", { value: query.name }, query.title)));
      editor = window.CodeMirror(get("editor"), {
        value: app.state.query || EMPTY, mode: "application/sparql-query", lineNumbers: true, lineWrapping: true, matchBrackets: false, screenReaderLabel: "SPARQL query",
        extraKeys: { "Ctrl-Enter": () => void run(), "Cmd-Enter": () => void run(), "Ctrl-Space": (one) => one.showHint(), Tab: false, "Shift-Tab": false, Esc: () => get("run").focus() },
        hintOptions: { hint: hints(terms), completeSingle: false, closeCharacters: /[\s()[\]{};>,.]/ },
      });
      // What scrolls is reached by keys as well.
      for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", "Text of the query"]]) editor.getScrollerElement().setAttribute(name, value);
      editor.on("inputRead", (one, change) => /[\p{L}:?$]/u.test(change.text[0]) && one.showHint());
      editor.on("changes", () => {
        clear();
        keep();
      });
    }

    let waiting = 0;
    function keep() {
      clearTimeout(waiting);
      waiting = setTimeout(() => app.set({ query: root.hidden ? "" : editor.getValue() }), 300);
    }

    const clear = () => marks.splice(0).forEach((mark) => mark.clear());

    // Where it went wrong: columns count characters, the editor counts UTF-16 units.
    function point({ line, column }) {
      if (!line || line > editor.lineCount()) return;
      const text = editor.getLine(line - 1), start = [...text].slice(0, Math.max(0, (column || 1) - 1)).join("").length;
      const end = start + (/^\s*[^\s{}();,.]*/.exec(text.slice(start))[0].length || 1);
      marks.push(editor.markText({ line: line - 1, ch: Math.min(start, Math.max(0, text.length - 1)) }, { line: line - 1, ch: Math.max(end, 1) }, { className: "fault" }));
      const handle = editor.addLineClass(line - 1, "background", "fault-line");
      marks.push({ clear: () => editor.removeLineClass(handle, "background", "fault-line") });
      editor.setCursor({ line: line - 1, ch: start });
    }

    async function run() {
      await opening;
      if (running) running.abort();
      const mine = (running = new AbortController()), begun = performance.now();
      clear();
      get("run").disabled = true;
      get("stop").disabled = false;
      get("result-tools").hidden = true;
      tell("Running …");
      try {
        const answer = await ask(editor.getValue(), mine.signal);
        results.show(answer, prefixes);
        get("result-tools").hidden = false;
        tell(`${count(answer.rows.length, "row")} in ${number(Math.round(performance.now() - begun))} ms`);
      } catch (error) {
        results.clear();
        tell(error.name === "AbortError" ? "Stopped" : words_of(error), error.name !== "AbortError");
        if (error.problem) point(error.problem);
      } finally {
        if (running === mine) {
          running = null;
          get("run").disabled = false;
          get("stop").disabled = true;
        }
      }
    }

    function words_of(error) {
      const { line, column, detail, hint } = error.problem || {};
      return line ? `Line ${line}, column ${column}: ${detail}${hint ? ` (${hint})` : ""}` : error.message;
    }

    async function open(query = "") {
      root.hidden = false;
      button.setAttribute("aria-expanded", "true");
      opening = opening || prepare();
      try {
        await opening;
      } catch (error) {
        opening = null;
        tell(`The editor did not open: ${error.message}`, true);
        return;
      }
      if (query && query !== editor.getValue()) editor.setValue(query);
      editor.refresh();
      keep();
    }

    function close() {
      root.hidden = true;
      button.setAttribute("aria-expanded", "false");
      app.set({ query: "" });
      button.focus();
    }

    // A saved query has fields for its parameters; what is chosen there is written into the query.
    function choose() {
      const query = saved.find((each) => each.name === examples.value);
      replace(form, query && query.parameters.map((parameter) => el("label", { class: "field" }, el("span", { class: "name" }, parameter.name),
        el("input", { type: "text", name: parameter.name, value: parameter.value, spellcheck: "false", placeholder: parameter.optional ? "any" : parameter.kind, required: !parameter.optional, onchange: () => void fill() }))));
      return fill();
    }

    let turn = 0;
    async function fill() {
      if (!examples.value) return false;
      const mine = ++turn;
      try {
        const told = await KG.api.query(examples.value, new FormData(form));
        if (mine !== turn) return false;
        if (told.text !== editor.getValue()) editor.setValue(told.text);
        tell("");
        return true;
      } catch (error) {
        tell(error.message, true);
        return false;
      }
    }

    // What is drawn is brought into the room that is left.
    const fit = () => requestAnimationFrame(() => app.canvas.resize() && app.canvas.fit(false));

    button.addEventListener("click", () => {
      if (root.hidden) open().then(() => editor && editor.focus());
      else close();
      fit();
    });
    get("drawer-close").addEventListener("click", () => (close(), fit()));
    get("run").addEventListener("click", run);
    get("stop").addEventListener("click", () => running && running.abort());
    examples.addEventListener("change", choose);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      fill().then((filled) => filled && run());
    });
    get("put").addEventListener("click", () => {
      const iris = results.iris(), shown = iris.slice(0, MOST).map((iri) => `<${iri}>`);
      if (iris.length > MOST) app.notice(`The first ${MOST} of ${number(iris.length)} IRIs are put on the canvas; filter the rows to choose others.`);
      to.put(shown).catch((error) => app.notice(error.message));
    });
    get("save-csv").addEventListener("click", () => KG.share.save(new Blob([results.csv()], { type: "text/csv" }), "answer.csv"));
    get("save-json").addEventListener("click", () => KG.share.save(new Blob([results.json()], { type: "application/sparql-results+json" }), "answer.json"));
    if (app.state.query) open(app.state.query);
    return { open, close, run };
  }

  return { create };
})();
