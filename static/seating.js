// Seating by drag, by keyboard and by touch: guests, several of them, or a whole party, onto a table or off it.
(() => {
  "use strict";
  const { words, filled, areKeysOn, isWriting, post, toast, viewId, wordsOf, position, ticks } = window.Tafel;
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Whoever goes by keys goes on with the first who still has no seat.
  let sent = null;
  document.addEventListener("submit", (event) => {
    if (event.target.id === "seating") sent = event.submitter?.value === "seat_guests" ? new Set(new FormData(event.target).getAll("guests")) : null;
  }, true);
  addEventListener("tafel:sent", (event) => {
    if (event.detail?.id === "seating" && sent) all(".people input[name=guests]").find((box) => !sent.has(box.value))?.focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tick-all]");
    if (!button) return;
    const boxes = button.closest("[data-guests]").dataset.guests.split(",").map((id) => document.querySelector(`#u${id} input`)).filter(Boolean);
    ticks.tick(boxes, boxes.some((box) => !box.checked));
  });

  // ---- by keyboard: up and down, space ticks, M and a number seat -----------------------------------------------------
  document.addEventListener("keydown", (event) => {
    const field = document.getElementById("to-table");
    if (!field || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = event.target.name === "guests" ? event.target : null;
    if (box && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const boxes = all(".people input[name=guests]"), next = boxes[boxes.indexOf(box) + (event.key === "ArrowDown" ? 1 : -1)];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    } else if (!isWriting() && event.target.closest?.(".seating") && ((event.key.toLowerCase() === "m" && areKeysOn()) || (box && event.key === "Enter"))) {
      event.preventDefault();
      if (box && !ticks.kept().length) ticks.tick([box], true);
      field.focus(); field.select();
    } else if (event.target === field && event.key === "Escape") {
      field.value = ""; (document.querySelector(".people input:checked") ?? document.querySelector(".people input"))?.focus();
    }
  });

  // ---- by pointer ----------------------------------------------------------------------------------------------------
  let held = [], ghost = null, target = null, seen = 0, isOff = false;
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && ghost) { isOff = true; aim(null); ghost.hidden = true; } });
  const card = (id) => document.getElementById(`t${id}`);
  // The seats that they would take, along the ring.
  function preview(node, many) {
    const ring = node.querySelector(".would");
    if (!ring) return;
    const taken = Math.max(0, Number(node.dataset.taken)), seats = Number(ring.getAttribute("pathLength"));
    ring.setAttribute("stroke-dasharray", `${"0.001 0.999 ".repeat(Math.max(0, many - 1))}0.001 ${seats}`);
    ring.setAttribute("stroke-dashoffset", String(-taken));
  }
  function aim(node) {
    if (node === target) return;
    target?.classList.remove("is-target");
    target = node;
    target?.classList.add("is-target");
  }
  interact("[data-guests]").draggable({
    autoScroll: { speed: 700 },
    ...(matchMedia("(pointer: coarse)").matches ? { allowFrom: ".grip, .group" } : {}),
    ignoreFrom: "a, input",
    listeners: {
      start(event) {
        seen = position(); isOff = false;
        const own = event.target.dataset.guests.split(","), marked = ticks.kept();
        held = own.every((id) => marked.includes(id)) && marked.length > own.length ? marked : own;
        ghost = document.createElement("div");
        ghost.className = "ghost";
        ghost.textContent = held.length === 1 || held === own ? `${event.target.dataset.label}${held.length > 1 ? ` (${held.length})` : ""}` : filled(words.guests, { n: held.length });
        document.body.append(ghost);
        document.body.classList.add("is-dragging");
        for (const node of all(".card[data-table]")) {
          const fits = held.length <= Number(node.dataset.free);
          node.classList.toggle("fits", fits); node.classList.toggle("no-fit", !fits);
          if (fits) preview(node, held.length);
        }
      },
      move(event) {
        ghost.style.transform = `translate(${event.clientX + 14}px, ${event.clientY + 10}px)`;
        if (isOff) return;
        const under = document.elementFromPoint(event.clientX, event.clientY);
        aim(under?.closest(".card[data-table], [data-unseat]") ?? null);
      },
      end() {
        const dropped = target;
        aim(null);
        ghost?.remove(); ghost = null;
        document.body.classList.remove("is-dragging");
        for (const node of all(".card.fits, .card.no-fit")) node.classList.remove("fits", "no-fit");
        if (!dropped) return;
        if (dropped.matches("[data-unseat]")) { if (held.some((id) => document.getElementById(`o${id}`))) move("unseat_guests", {}, dropped); }
        else move("seat_guests", { table: dropped.dataset.table }, dropped);
      },
    },
  });
  async function move(type, fields, place) {
    const back = document.querySelector("#seating [name=back]").value;
    const data = new URLSearchParams({ view: viewId(), seen, back, type, ...fields });
    // Somebody may begin to drag others while this is on its way.
    const moved = held;
    for (const id of moved) data.append("guests", id);
    const refusal = place.querySelector(":scope > .refusal");
    if (refusal) refusal.textContent = "";
    place.classList.add("is-waiting");
    try {
      // Before the page shows where they sit.
      const response = await post("/commands", data, null, () => ticks.done(moved));
      if (!response.ok) {
        const said = (await wordsOf(response)).words;
        const here = fields.table ? card(fields.table)?.querySelector(":scope > .refusal") : null;
        if (here) { here.textContent = said; setTimeout(() => { if (here.textContent === said) here.textContent = ""; }, 10000); } else toast(said, null, null, true);
      }
    } finally { place.classList.remove("is-waiting"); }
  }
})();
