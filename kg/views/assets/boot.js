// A page that holds its data: unpack it and begin.
"use strict";
document.addEventListener("DOMContentLoaded", async () => {
  const data = document.getElementById("data");
  if (!data) return;
  try {
    window.kgApp = await KG.app.start(await KG.data.unpack(data.content.textContent));
  } catch (error) {
    document.getElementById("failure").hidden = false;
    document.getElementById("failure").append(` ${error.message}`);
  }
});
