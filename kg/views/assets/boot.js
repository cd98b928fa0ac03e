// A page that holds its data: draw what stands in front, then unpack the rest and begin.
"use strict";
(async () => {
  const held = (id) => document.getElementById(id).content.textContent;
  const parsed = new Promise((done) => document.addEventListener("DOMContentLoaded", done));
  try {
    const picture = await KG.packing.inflate(held("picture"));
    await KG.first.show(picture);
    await parsed;
    window.kgApp = await KG.app.start(KG.packing.joined(picture, await KG.packing.inflate(held("data"))));
  } catch (error) {
    await parsed;
    document.getElementById("failure").hidden = false;
    document.getElementById("failure").append(` ${error.message}`);
  }
})();
