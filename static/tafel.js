// Live pages: what the server pushes is morphed in, so that typing, focus, scroll and open menus survive; forms post
// without leaving the page. Without this file everything works by reloading.
(() => {
  "use strict";
  const meta = (name) => document.querySelector(`meta[name="tafel-${name}"]`);
  const line = document.getElementById("live");
  let build = meta("build").content, position = Number(meta("position").content), address = meta("address").content;
  const NO_VIEW = "00000000-0000-0000-0000-000000000000";
  let socket = null, wait = 250, timer = null, renewing = null, posting = 0, held = null, shown = location.pathname;

  // ---- what a person has typed -----------------------------------------------------------------------------------
  const isField = (node) => node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement;
  function isTouched(field) {
    if (field instanceof HTMLSelectElement) {
      const first = [...field.options].some((option) => option.defaultSelected) ? null : 0;
      return [...field.options].some((option, index) => option.selected !== (first === null ? option.defaultSelected : index === first));
    }
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "hidden" || field.type === "submit") return false;
    return field.value !== field.defaultValue;
  }
  const isTyping = () => [...document.querySelectorAll("form:not([data-search]):not([role=search]) :is(input,textarea,select)")].some(isTouched);

  // ---- morphing --------------------------------------------------------------------------------------------------
  const isStay = (node) => isField(node) && node.type !== "hidden" && (isTouched(node) || node === document.activeElement);
  // Where somebody is about to type, too: what the form was filled from stays with what it shows.
  const isInUse = (form) => [...form.elements].some(isStay);
  const callbacks = {
    beforeNodeMorphed(old, fresh) {
      if (isStay(old)) return false;
      // A form that somebody is filling in keeps what it was filled from, so that a stale edit is noticed.
      if (old instanceof HTMLInputElement && old.type === "hidden" && old.form && isInUse(old.form) && old.name !== "back") return false;
      if (old instanceof HTMLInputElement && old.name === "view" && fresh.value === NO_VIEW) fresh.setAttribute("value", old.value);
      return true;
    },
    beforeNodeRemoved(old) {
      return !(old.nodeType === 1 && (isStay(old) || [...old.querySelectorAll("input,textarea,select")].some((field) => isStay(field) && field.type !== "checkbox")));
    },
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS"),
  };
  function newViews() {
    for (const field of document.querySelectorAll(`input[name=view][value="${NO_VIEW}"]`)) field.setAttribute("value", viewId());
  }
  // A UUID with the time in front, as the server makes them.
  function viewId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let now = Date.now();
    for (let index = 5; index >= 0; index--) { bytes[index] = now % 256; now = Math.floor(now / 256); }
    bytes[6] = (bytes[6] & 15) | 112; bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
  function morph(old, fresh) {
    if (old && fresh) Idiomorph.morph(old, fresh, { morphStyle: "outerHTML", callbacks });
  }

  // ---- the socket ------------------------------------------------------------------------------------------------
  function say(words, isOff) { line.textContent = words; line.classList.toggle("is-off", isOff); }
  function connect() {
    clearTimeout(timer);
    const query = new URLSearchParams({ page: address, since: document.getElementById("away") ? 0 : position });
    const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live?${query}`);
    socket = opened;
    let isOpen = false;
    opened.onmessage = (message) => { if (socket === opened) receive(message.data); };
    opened.onopen = () => { isOpen = true; if (socket === opened) { wait = 250; say("live", false); } };
    opened.onclose = () => {
      if (socket !== opened) return;
      say("Connection lost; trying again. What you typed stays.", true);
      if (!isOpen) askWhoAmI();
      timer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 1.6, 1000);
    };
  }
  // A refused socket does not say why; a page does.
  async function askWhoAmI() {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      if (answer.type === "opaqueredirect") say("You are signed out. Sign in again in another tab; what you typed here stays.", true);
    } catch { /* Still no connection. */ }
  }
  function reconnect() { const old = socket; socket = null; if (old) old.close(); connect(); }
  function receive(data) {
    const end = data.indexOf("\n");
    const head = JSON.parse(data.slice(0, end)), html = data.slice(end + 1);
    if (head.build !== build) return renew();
    // What arrives while a form is on its way is shown when the form is settled.
    if (html && posting) { held = data; return; }
    if (!html) return;
    position = head.position;
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const block of [...fresh.body.children]) morph(document.getElementById(block.id), block);
    newViews();
  }
  function settle() {
    posting = Math.max(0, posting - 1);
    const data = held;
    if (posting || !data) return;
    held = null;
    if (JSON.parse(data.slice(0, data.indexOf("\n"))).position > position) receive(data);
  }
  // A newer server: load its page, but never while somebody is typing.
  function renew() {
    const words = document.getElementById("newer");
    if (!isTyping()) return location.reload();
    words.textContent = "Tafel was renewed. Send or empty what you typed, and this page renews itself.";
    words.hidden = false;
    clearTimeout(renewing);
    renewing = setTimeout(renew, 1500);
  }

  // ---- pages and forms without leaving ---------------------------------------------------------------------------
  async function show(response, push, isSearch) {
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!fresh.getElementById("status")) { location.assign(response.url); return; }
    const page = new URL(response.url), same = page.pathname === shown;
    shown = page.pathname;
    // What was searched for before is what the page says, unless somebody is typing it.
    if (!isSearch) for (const form of document.querySelectorAll("form[data-search], form[role=search]")) form.reset();
    if (push && page.href !== location.href) history[push]({}, "", page.href);
    document.title = fresh.title;
    position = Number(fresh.querySelector('meta[name="tafel-position"]').content);
    const renewed = fresh.querySelector('meta[name="tafel-address"]').content;
    const servedBy = fresh.querySelector('meta[name="tafel-build"]').content;
    for (const id of ["status", "notice", "main"]) {
      const old = document.getElementById(id);
      if (same) morph(old, fresh.getElementById(id)); else old.replaceWith(fresh.getElementById(id));
    }
    document.querySelector(".sections").replaceWith(fresh.querySelector(".sections"));
    newViews();
    if (!same) { scrollTo(0, 0); document.getElementById("main").focus({ preventScroll: true }); }
    if (servedBy !== build) renew();
    if (renewed !== address) { address = renewed; reconnect(); }
  }
  // Fields as they were sent go back to what the page says; what was typed since stays.
  const stateOf = (field) => field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
  const statesOf = (form) => new Map([...form.elements].filter(isField).map((field) => [field, stateOf(field)]));
  function resetSent(sent) {
    for (const [field, state] of sent) {
      if (stateOf(field) !== state || field.type === "hidden") continue;
      if (field instanceof HTMLSelectElement) for (const option of field.options) option.selected = option.defaultSelected;
      else if (typeof state === "boolean") field.checked = field.defaultChecked;
      else if (field.type === "file") field.value = "";
      else field.value = field.defaultValue;
    }
  }
  const refusalOf = (form, button) => (button && button.closest("li, tr, form, p")?.querySelector(".refusal")) || form.querySelector(".refusal");
  async function refuse(form, button, response) {
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const text = (selector) => [...fresh.querySelectorAll(selector)].map((node) => node.textContent.trim()).filter(Boolean);
    const words = [...text(".problem h1"), ...text(".problem .detail"), ...text(".problem li")].join(". ").replaceAll("..", ".");
    const place = refusalOf(form, button);
    if (place) place.textContent = words || `The server answered ${response.status}.`; else say(words, true);
    // Having read what somebody else has written, a person may overwrite it: the next send is about the newest plan.
    const newest = (response.headers.get("tafel-position") || "").split("/")[1], seen = form.querySelector("input[name=seen]");
    if (fresh.querySelector(".problem[data-code=changed_meanwhile]") && newest && seen) seen.setAttribute("value", newest);
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    const method = (button?.getAttribute("formmethod") || form.method).toLowerCase();
    if ("plain" in form.dataset) return;
    event.preventDefault();
    const data = new FormData(form, button), target = new URL(button?.getAttribute("formaction") || form.getAttribute("action") || location.href, location.href);
    const place = refusalOf(form, button);
    if (place) place.textContent = "";
    try {
      if (method === "get") {
        target.search = new URLSearchParams([...data].filter(([name, value]) => value !== "" && name !== "view" && name !== "position"));
        const response = await fetch(target);
        return response.ok ? await show(response, "pushState") : await refuse(form, button, response);
      }
      if (button) button.disabled = true;
      posting += 1;
      const sent = statesOf(form);
      const isFile = form.enctype === "multipart/form-data";
      const response = await fetch(target, { method: "POST", body: isFile ? data : new URLSearchParams(data) });
      if (response.ok) {
        resetSent(sent);
        for (const field of form.querySelectorAll("input[name=view]")) field.setAttribute("value", viewId());
        if (sent.has(document.activeElement) && stateOf(document.activeElement) === sent.get(document.activeElement)) document.activeElement.blur();
        await show(response, "pushState");
      } else await refuse(form, button, response);
    } catch (error) {
      if (place) place.textContent = "The server cannot be reached. Nothing is lost: send it again in a moment; it is done once.";
      if (!(error instanceof TypeError)) report(error.message, error.stack);
    } finally {
      if (button) button.disabled = false;
      if (method !== "get") settle();
    }
  });
  // After the first click of two the next row may stand there: the second one is not for it.
  addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest?.("form[method=post] button")) { event.preventDefault(); event.stopPropagation(); }
  }, true);
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const target = new URL(link.href.baseVal ?? link.href, location.href);
    if (target.origin !== location.origin || "plain" in link.dataset || link.target || target.hash) return;
    event.preventDefault();
    try { await show(await fetch(target), "pushState"); } catch { location.assign(target); }
  });
  addEventListener("popstate", async () => { try { await show(await fetch(location.href)); } catch { location.reload(); } });

  // ---- search as you type ----------------------------------------------------------------------------------------
  let typed = null, searching = 0;
  async function search(form) {
    const target = new URL(form.action);
    target.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const turn = ++searching;
    try {
      const response = await fetch(target);
      if (turn === searching && response.ok) await show(response, "replaceState", true);
    } catch { /* The next key tries again. */ }
  }
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !("search" in form.dataset)) return;
    clearTimeout(typed);
    typed = setTimeout(() => search(form), event.target.tagName === "SELECT" ? 0 : 150);
  });
  // ---- find anybody: what fits stands under the field; Enter goes to the first, or to the one that is marked --------
  const find = document.getElementById("find"), found = document.getElementById("found");
  let finding = null, asking = 0, marked = -1;
  const options = () => [...found.querySelectorAll("[role=option]")];
  function closeFound() {
    clearTimeout(finding); asking++; marked = -1;
    found.hidden = true; found.replaceChildren();
    find.setAttribute("aria-expanded", "false"); find.removeAttribute("aria-activedescendant");
  }
  function mark(index) {
    const all = options();
    if (!all.length) return;
    marked = (index + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === marked)));
    find.setAttribute("aria-activedescendant", all[marked].id);
    all[marked].scrollIntoView({ block: "nearest" });
  }
  async function ask() {
    const turn = ++asking, words = find.value.trim();
    if (!words) return closeFound();
    try {
      const response = await fetch(`/find/list?${new URLSearchParams({ q: words })}`);
      const text = await response.text();
      if (turn !== asking || !response.ok || response.redirected) return;
      found.innerHTML = text; found.hidden = false; marked = -1;
      find.setAttribute("aria-expanded", "true");
      if (options().length) mark(0);
    } catch { /* The next key tries again. */ }
  }
  if (find) {
    find.addEventListener("input", () => { clearTimeout(finding); finding = setTimeout(ask, 60); });
    find.addEventListener("keydown", async (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(marked + (event.key === "ArrowDown" ? 1 : -1)); }
      else if (event.key === "Escape") { closeFound(); find.value = ""; find.blur(); }
      else if (event.key === "Enter" && find.value.trim()) {
        event.preventDefault();
        // Whoever types fast has not waited for the answer.
        clearTimeout(finding);
        if (found.hidden || marked < 1) await ask();
        const option = options()[Math.max(marked, 0)];
        if (option) { option.click(); closeFound(); find.value = ""; } else find.form.requestSubmit();
      }
    });
    find.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== find && !found.contains(document.activeElement)) closeFound(); }, 150));
    found.addEventListener("click", () => { closeFound(); find.value = ""; });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !isField(document.activeElement)) { event.preventDefault(); find.focus(); }
  });

  // ---- what breaks here is told --------------------------------------------------------------------------------
  let reports = 0;
  function report(message, source) {
    if (++reports > 5) return;
    fetch("/client-errors", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ message: String(message), source: String(source || ""), page: location.pathname, build }) }).catch(() => {});
  }
  addEventListener("error", (event) => report(event.message, `${event.filename}:${event.lineno}`));
  addEventListener("unhandledrejection", (event) => report(event.reason?.message || event.reason, event.reason?.stack));

  newViews();
  connect();
})();
