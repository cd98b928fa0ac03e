// What is drawn, for others: the link, and files of the facts.
"use strict";

KG.share = (() => {
  const { get, el, replace, say, count } = KG.dom;
  const FORMATS = [["html", "Page", "one file with all its evidence, opens anywhere"], ["ttl", "Turtle", "RDF, with claims and sources"], ["csv", "CSV", "a table, one fact a line"]];

  function save(blob, name) {
    const address = URL.createObjectURL(blob), link = el("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  async function copy(app) {
    app.set({ camera: { ...app.canvas.camera.now } }); // the address follows a little later than the eye
    try {
      await navigator.clipboard.writeText(location.href);
      app.notice("The link is copied: it shows exactly this.");
    } catch {
      const field = el("input", { type: "text", readonly: true, value: location.href, "aria-label": "The link" });
      app.notice("Copy this link:", field);
      field.select();
    }
  }

  async function fetched(app, form) {
    const ids = app.shown.facts.map((fact) => fact.id).join(" ");
    const response = await KG.api.ask("/export", { ...KG.api.form({ x: ids, format: form }), headers: { Accept: "*/*" } });
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
    save(await response.blob(), name ? name[1] : `graph.${form}`);
    say("Saved");
  }

  function create(app) {
    const dialog = get("export-dialog");
    get("share").addEventListener("click", () => copy(app));
    get("export").addEventListener("click", () => {
      const close = el("button", { type: "button", onclick: () => dialog.close() }, "Close");
      replace(dialog, el("h2", { id: "export-title" }, "Export"), el("p", { class: "muted" }, `${count(app.shown.facts.length, "fact")} as shown, with their evidence`),
        el("ul", { class: "formats" }, FORMATS.map(([form, name, what]) => el("li", {}, el("button", { type: "button", dataset: { format: form }, disabled: !app.shown.facts.length, onclick: () => fetched(app, form).catch((error) => app.notice(error.message)) }, name), el("span", { class: "muted" }, what)))), close);
      dialog.showModal();
    });
  }

  return { create, save };
})();
