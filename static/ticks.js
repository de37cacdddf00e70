// What is ticked in a list stays ticked while somebody searches it, turns its pages, or others change it.
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const form = () => document.querySelector("form[data-ticks]");
  const isOurs = (box) => box.name === "guests" && box.type === "checkbox" && box.form && "ticks" in box.form.dataset;
  const kept = new Set();
  let of = null;
  function keep() {
    const place = form();
    if (place?.id !== of) kept.clear();
    of = place?.id;
    if (!place) return;
    const boxes = new Map(all("input[name=guests]").filter(isOurs).map((box) => [box.value, box]));
    for (const [id, box] of boxes) if (kept.has(id)) box.checked = true;
    // Rows that are not shown have no box; what stands for them goes with the form.
    for (const input of place.querySelectorAll("input[type=hidden][name=guests]")) if (!kept.has(input.value) || boxes.has(input.value)) input.remove();
    const standing = new Set([...place.querySelectorAll("input[type=hidden][name=guests]")].map((input) => input.value));
    for (const id of kept) {
      if (boxes.has(id) || standing.has(id)) continue;
      const input = document.createElement("input");
      input.type = "hidden"; input.name = "guests"; input.value = id;
      place.append(input);
    }
    count();
  }
  function count() {
    const place = document.getElementById("ticked");
    if (place) place.textContent = kept.size || "";
    document.querySelector(".seating")?.classList.toggle("has-ticked", kept.size > 0);
  }
  function tick(boxes, is) {
    for (const box of boxes) { box.checked = is; if (is) kept.add(box.value); else kept.delete(box.value); }
    count();
  }
  // These are done with, whether they are still shown or not.
  function done(ids) {
    tick(all("input[name=guests]").filter((box) => isOurs(box) && ids.includes(box.value)), false);
    for (const id of ids) kept.delete(id);
    keep();
  }
  document.addEventListener("change", (event) => { if (isOurs(event.target)) tick([event.target], event.target.checked); });
  addEventListener("tafel:sent", (event) => { if (event.detail === form()) done([...kept]); });
  addEventListener("tafel:shown", keep);
  window.Tafel.ticks = { kept: () => [...kept], tick, done };
  keep();
})();
