// Asks the server the page came from; nothing else is ever asked.
"use strict";

KG.api = (() => {
  // What an answer that is none says, in words.
  class Refused extends Error {
    constructor(status, problem) {
      super(problem.title || problem.detail || `the server answered ${status}`);
      Object.assign(this, { status, problem });
    }
  }

  async function refusal(response) {
    const text = await response.text();
    try {
      return new Refused(response.status, JSON.parse(text));
    } catch {
      return new Refused(response.status, { title: text.slice(0, 500) });
    }
  }

  const path = (...parts) => "/" + parts.map((part) => encodeURIComponent(part).replace(/%3A/g, ":").replace(/%2F/g, "/")).join("/");

  async function ask(address, options = {}) {
    const response = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
    if (!response.ok) throw await refusal(response);
    return response;
  }

  // A block, or null for what is not in the graph.
  async function block(address, options) {
    try {
      return await (await ask(address, options)).json();
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }

  const form = (fields) => ({ method: "POST", body: new URLSearchParams(fields) });

  return {
    Refused, ask, form, refusal, path,
    start: () => block("/start.json"),
    terms: () => block("/terms.json"),
    entity: (id) => block(path("entity", `${id}.json`)),
    fact: (id) => block(path("fact", `${id}.json`)),
    search: (text) => block(`/search.json?${new URLSearchParams({ q: text })}`),
    expand: (id, after) => block(`${path("expand", `${id}.json`)}?after=${after}`),
    query: (name, values) => ask(`${path("query", name)}?${new URLSearchParams(values)}`).then((response) => response.json()),
    between: (things, others = []) => block("/between.json", form({ x: things.join(" "), y: others.join(" ") })),
  };
})();
