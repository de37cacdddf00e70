// The floor: zoom and pan; tables dragged to a spot, onto one another, or off; in the edit mode, the spots themselves.
(() => {
  "use strict";
  const { words, filled, ask, post, toast, viewId, wordsOf, position } = window.Tafel;
  const drawing = () => document.querySelector(".floor svg.room");
  const GRID_M = 0.25;

  // ---- zoom and pan: the view box is what is seen of the room --------------------------------------------------------
  let whole = null, seen = null, room = "";
  function settle() {
    const svg = drawing();
    if (!svg) { room = ""; return; }
    const here = `${location.pathname} ${svg.dataset.whole}`;
    if (here !== room) {
      room = here;
      const [width, depth] = svg.dataset.whole.split(" ").map(Number);
      whole = { x: -0.3, y: -0.3, w: width + 0.6, h: depth + 0.6 }; seen = { ...whole };
    }
    look();
  }
  function look() {
    const svg = drawing();
    svg.setAttribute("viewBox", `${seen.x} ${seen.y} ${seen.w} ${seen.h}`);
    svg.parentElement.classList.toggle("is-zoomed", seen.w < whole.w - 0.01);
  }
  function zoom(factor, at) {
    const w = Math.min(whole.w, Math.max(4, seen.w / factor)), h = w * (whole.h / whole.w);
    const x = at.x - (at.x - seen.x) * (w / seen.w), y = at.y - (at.y - seen.y) * (h / seen.h);
    seen = { w, h, x: Math.min(Math.max(x, whole.x), whole.x + whole.w - w), y: Math.min(Math.max(y, whole.y), whole.y + whole.h - h) };
    look();
  }
  const middle = () => ({ x: seen.x + seen.w / 2, y: seen.y + seen.h / 2 });
  function inRoom(x, y) {
    const point = new DOMPoint(x, y).matrixTransform(drawing().getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (!button) return;
    if (button.dataset.zoom === "all") { seen = { ...whole }; look(); } else zoom(button.dataset.zoom === "in" ? 1.5 : 1 / 1.5, middle());
  });
  document.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !event.target.closest?.("svg.room")) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 200), inRoom(event.clientX, event.clientY));
  }, { passive: false });
  interact(".floor svg.room").gesturable({ listeners: { move: (event) => zoom(1 + event.ds, inRoom(event.client.x, event.client.y)) } }).draggable({
    ignoreFrom: "[data-table-drag], [data-spot-drag]",
    listeners: {
      move(event) {
        const scale = 1 / drawing().getScreenCTM().a;
        seen.x -= event.dx * scale; seen.y -= event.dy * scale;
        zoom(1, middle());
      },
    },
  });

  // ---- what is dragged ------------------------------------------------------------------------------------------------
  let dragged = null, copy = null, target = null, hint = null, start = null, justDragged = false, isOff = false, seenAt = 0, held = {};
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && copy) { isOff = true; aim(null); copy.remove(); hint.hidden = true; } });
  // After a drag the click is not one on the link that lies there.
  addEventListener("click", (event) => { if (justDragged) { event.preventDefault(); event.stopPropagation(); justDragged = false; } }, true);
  function tell(said, x, y) {
    hint.hidden = !said; hint.textContent = said;
    hint.style.transform = `translate(${x + 16}px, ${y + 12}px)`;
  }
  function aim(node) {
    if (node === target) return;
    target?.classList.remove("is-target");
    target = node;
    target?.classList.add("is-target");
  }
  // What would happen here, before one lets go.
  function outlook(node) {
    if (!node) return "";
    const own = held;
    if (node.matches("[data-lift]")) return own.spot ? filled(words.lift, { a: own.number }) : "";
    if (node.dataset.table && !own.spot) return filled(words.standsOn, { a: node.dataset.number, b: node.dataset.code });
    const small = Number(node.dataset.seats) < Number(own.needsSeats) ? filled(words.small, { a: node.dataset.code, n: node.dataset.seats, b: own.number, m: own.needsSeats }) : "";
    if (!node.dataset.table) return filled(words.place, { a: own.number, b: node.dataset.code }) + (small || filled(words.seats, { n: node.dataset.seats }));
    const other = Number(own.seats) < Number(node.dataset.needsSeats) ? filled(words.tooSmallFor, { a: own.code, b: node.dataset.number }) : "";
    return filled(words.swap, { a: own.number, b: node.dataset.number }) + small + other;
  }
  function lift(node) {
    dragged = node; isOff = false;
    held = { ...node.dataset };
    // What the person acts on is what stood there when they took it up.
    seenAt = position();
    hint = document.createElement("div");
    hint.className = "hint"; hint.hidden = true;
    document.body.append(hint);
    document.body.classList.add("is-dragging");
    if (!(node instanceof SVGElement)) return;
    copy = node.cloneNode(true);
    copy.removeAttribute("id"); copy.classList.add("is-dragged");
    drawing().append(copy);
    node.classList.add("is-waiting");
  }
  function putDown() {
    copy?.remove(); hint?.remove(); copy = hint = null;
    dragged?.classList.remove("is-waiting");
    document.body.classList.remove("is-dragging");
    for (const node of document.querySelectorAll(".spot.fits, .spot.too-small")) node.classList.remove("fits", "too-small");
    aim(null);
    justDragged = true;
    setTimeout(() => { justDragged = false; }, 50);
  }
  async function command(fields, place, seen = seenAt) {
    const back = location.pathname + location.search;
    place?.classList.add("is-waiting");
    try {
      const response = await post("/commands", new URLSearchParams({ view: viewId(), seen, back: back.replace(/[?&]pick=\d+/, ""), ...fields }));
      if (!response.ok) toast((await wordsOf(response)).words, null, null, true);
      return response.ok;
    } finally { place?.classList.remove("is-waiting"); }
  }
  interact("[data-table-drag]").draggable({
    listeners: {
      start(event) {
        lift(event.currentTarget);
        for (const node of document.querySelectorAll(".floor .spot")) {
          if (node === dragged) continue;
          node.classList.add(Number(node.dataset.seats) < Number(held.needsSeats) ? "too-small" : "fits");
        }
      },
      move(event) {
        if (copy) {
          const scale = 1 / drawing().getScreenCTM().a;
          copy.setAttribute("transform", `translate(${(event.clientX - event.clientX0) * scale} ${(event.clientY - event.clientY0) * scale})`);
        }
        if (isOff) return;
        const under = document.elementFromPoint(event.clientX, event.clientY)?.closest(".floor .spot, [data-lift]");
        aim(under && under !== dragged ? under : null);
        tell(outlook(target) || (copy ? "" : held.number), event.clientX, event.clientY);
      },
      async end() {
        const node = isOff ? null : target, own = held, source = dragged, seen = seenAt;
        putDown();
        if (!node) return;
        if (node.matches("[data-lift]")) { if (!own.spot) return; }
        else if (node.dataset.table && !own.spot) return toast(filled(words.liftFirst, { a: node.dataset.number, b: node.dataset.code }), null, null, true);
        const other = { ...node.dataset };
        const vips = [own, other].filter((data) => "vip" in data).map((data) => data.number);
        if (vips.length && !(await ask(filled(vips.length > 1 ? words.vipsAsk : words.vipAsk, { a: vips.join(", ") }), words.move))) return;
        if (node.matches("[data-lift]")) await command({ type: "lift_table", table: own.table }, source, seen);
        else if (other.table) await command({ type: "swap_tables", a: own.table, b: other.table }, node, seen);
        else await command({ type: "place_table", table: own.table, spot: other.spot }, node, seen);
      },
    },
  });

  // ---- the room itself ---------------------------------------------------------------------------------------------
  const snapped = (metres) => Math.round(metres / GRID_M) * GRID_M;
  interact("[data-spot-drag]").draggable({
    listeners: {
      start(event) { lift(event.currentTarget); },
      move(event) {
        const scale = 1 / drawing().getScreenCTM().a, { x, y } = held;
        start = { x: snapped(Number(x) + (event.clientX - event.clientX0) * scale), y: snapped(Number(y) + (event.clientY - event.clientY0) * scale) };
        copy.setAttribute("transform", `translate(${start.x - Number(x)} ${start.y - Number(y)})`);
        tell(`${held.code}: ${start.x.toFixed(2)} m, ${start.y.toFixed(2)} m`, event.clientX, event.clientY);
      },
      end() {
        const node = dragged, to = start;
        putDown();
        if (Number(node.dataset.x) !== to.x || Number(node.dataset.y) !== to.y) command({ type: "change_spot", spot: node.dataset.spot, x_m: to.x, y_m: to.y }, node);
      },
    },
  });
  let nudging = null, nudged = null;
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  async function put() {
    clearTimeout(nudging);
    if (!nudged) return;
    const { node, x, y, seen } = nudged;
    nudged = null;
    await command({ type: "change_spot", spot: node.dataset.spot, x_m: x, y_m: y }, node, seen);
    node.removeAttribute("transform");
  }
  document.addEventListener("keydown", (event) => {
    const node = event.target.closest?.("[data-spot-drag]"), step = STEPS[event.key];
    if (!node || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // Another one is moved now, so the one before stays where it was put.
    if (nudged && nudged.node !== node) put();
    nudged ??= { node, x: Number(node.dataset.x), y: Number(node.dataset.y), seen: position() };
    nudged.x = snapped(nudged.x + step[0] * GRID_M); nudged.y = snapped(nudged.y + step[1] * GRID_M);
    node.setAttribute("transform", `translate(${nudged.x - Number(node.dataset.x)} ${nudged.y - Number(node.dataset.y)})`);
    clearTimeout(nudging);
    nudging = setTimeout(put, 500);
  });

  addEventListener("tafel:shown", settle);
  settle();
})();
