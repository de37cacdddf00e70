// Live pages: what the server pushes is morphed in, so that typing, focus, scroll and open menus survive; forms post
// without leaving the page, and what could not be sent is sent again. Without this file everything works by reloading.
(() => {
  "use strict";
  const meta = (name) => document.querySelector(`meta[name="tafel-${name}"]`)?.content ?? "";
  // In the reader's language; %a and its like are filled in.
  const words = JSON.parse(document.body.dataset.words);
  const filled = (text, values) => text.replace(/%([a-z])/g, (all, name) => values[name] ?? all);
  const byId = (id) => document.getElementById(id);
  const line = byId("live");
  const account = meta("account");
  let build = meta("build"), position = Number(meta("position")), address = meta("address");
  const SEEN = "00000000-seen-at-0000";
  // A push comes sooner than this, or there is nothing of it on this page.
  const PUSH_MS = 700;
  // A form is good for so long, and for longer where the server is not told; clocks may differ by so much.
  const EXPIRES_MS = 15_000, UNTOLD_MS = 60_000, SKEW_MS = 3_000;
  const NO_VIEW = "00000000-0000-0000-0000-000000000000";
  let socket = null, wait = 250, timer = null, renewing = null, posting = 0, held = null, shown = location.pathname, shownAt = location.href;

  // ---- what a person has typed -----------------------------------------------------------------------------------
  const isField = (node) => node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement;
  function isTouched(field) {
    if (field instanceof HTMLSelectElement) {
      const first = [...field.options].some((option) => option.defaultSelected) ? null : 0;
      return [...field.options].some((option, index) => option.selected !== (first === null ? option.defaultSelected : index === first));
    }
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "hidden" || field.type === "submit" || field.type === "range") return false;
    return field.value !== field.defaultValue;
  }
  // Boxes may belong to a form that they do not stand in.
  const touched = (forms) => [...document.querySelectorAll(forms)].flatMap((form) => [...form.elements]).filter((field) => isField(field) && isTouched(field));
  const isTyping = () => unsent > 0 || touched("form:not([data-search]):not([role=search])").length > 0;
  // Text that would be lost with the page; what is ticked or chosen is done again soon.
  const isWritten = () => touched("form[method=post]:not([data-plain])").some((field) => field.matches("textarea, input:not([type=checkbox], [type=radio], [type=file])"));
  // While there is no connection, nobody leaves anyway.
  const isToAsk = () => isOn && !unsent && isWritten();
  // Where a key is text, and not a command.
  const isWriting = () => {
    const field = document.activeElement;
    return isField(field) && !["checkbox", "radio", "range", "submit"].includes(field.type);
  };

  // ---- morphing --------------------------------------------------------------------------------------------------
  const isStay = (node) => isField(node) && node.type !== "hidden" && (isTouched(node) || node === document.activeElement);
  // Where somebody is about to type, too: what the form was filled from stays with what it shows.
  const isInUse = (form) => [...form.elements].some(isStay);
  const callbacks = {
    beforeNodeMorphed(old, fresh) {
      if (isStay(old)) return false;
      // What a field was filled from goes with the field.
      if (old instanceof HTMLInputElement && old.type === "hidden" && old.name.startsWith("was.") && old.form) {
        const field = old.form.elements[old.name.slice(4)];
        if (field instanceof Element) return !isStay(field);
      }
      // A form that somebody is filling in keeps what it was filled from, so that a stale edit is noticed.
      if (old instanceof HTMLInputElement && old.type === "hidden" && old.form && isInUse(old.form) && old.name !== "back") return false;
      if (old instanceof HTMLInputElement && old.name === "view" && fresh.value === NO_VIEW) fresh.setAttribute("value", old.value);
      // What is being dragged, and a choice between two values, are the person's until they are done.
      return !(old.nodeType === 1 && old.matches(".is-dragged, .conflict"));
    },
    beforeNodeRemoved(old) {
      if (old.nodeType !== 1) return true;
      if (old.matches(".conflict, .is-dragged")) return false;
      if (old.contains(document.activeElement)) orphan(old);
      return !(isStay(old) || [...old.querySelectorAll("input,textarea,select")].some((field) => isStay(field) && field.type !== "checkbox"));
    },
    // What is opened, and what is zoomed, stays so.
    beforeAttributeUpdated: (name, node) => !((name === "open" && node.tagName === "DETAILS") || node.dataset?.keep?.split(" ").includes(name)),
  };
  // Forms that nobody is filling in are about the plan as it is shown now.
  function newViews() {
    for (const field of document.querySelectorAll("#main input[name=seen]")) if (field.value === SEEN || !(isInUse(field.form) || field.closest(".conflict"))) field.setAttribute("value", position);
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
    adopt();
  }
  // Whoever goes by keys is left where they were: beside a row that went, at the button that was pressed.
  const isLost = () => document.activeElement === document.body || !document.activeElement;
  let orphaned = null;
  function orphan(old) {
    const node = document.activeElement;
    orphaned ??= { near: [old.nextElementSibling, old.previousElementSibling, old.parentElement, old.parentElement?.parentElement], like: node.name ? `${node.localName}[name="${CSS.escape(node.name)}"]` : node.localName };
  }
  function adopt() {
    if (!orphaned) return;
    const { near, like } = orphaned, usual = "input:not([type=hidden]), a[href], button";
    orphaned = null;
    const within = (node) => node.querySelector(like) ?? node.querySelector(usual) ?? (node.matches(usual) ? node : null);
    if (isLost()) near.filter((node) => node?.isConnected).map(within).find(Boolean)?.focus({ preventScroll: true });
  }
  function refocus(node) {
    if (!isLost() || !node) return;
    // It may stand there anew.
    const again = node.isConnected ? node : (node.id && byId(node.id)) || (node.name && document.querySelector(`main ${node.localName}[name="${CSS.escape(node.name)}"]`));
    (again || byId("main")).focus({ preventScroll: true });
  }
  // What a push has changed glows for a moment.
  const GLOWING = "#main :is(tr, li, g)[id], #status a";
  const texts = () => new Map([...document.querySelectorAll(GLOWING)].map((node) => [node.id || node.getAttribute("href"), node.textContent]));
  function glow(before, within = document) {
    for (const node of within.querySelectorAll(GLOWING)) {
      const text = before.get(node.id || node.getAttribute("href"));
      if (text === undefined ? node.tagName === "A" : text === node.textContent) continue;
      node.classList.add("fresh");
      setTimeout(() => node.classList.remove("fresh"), 2000);
    }
  }
  // Scripts of pages that drag; they are asked for when such a page is shown.
  const scripts = new Map(meta("scripts").split(" ").map((pair) => pair.split("=")));
  const loading = new Map();
  function load(name) {
    if (!loading.has(name)) {
      loading.set(name, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = scripts.get(name); script.onload = done; script.onerror = failed;
        document.head.append(script);
      }));
    }
    return loading.get(name);
  }
  // Keys of one letter are in the way of whoever speaks to the computer: in this browser, they can be switched off.
  const KEYS_OFF = "tafel-keys-off";
  const areKeysOn = () => { try { return !localStorage.getItem(KEYS_OFF); } catch { return true; } };
  document.addEventListener("change", (event) => {
    if (event.target.id !== "keys") return;
    try { if (event.target.checked) localStorage.removeItem(KEYS_OFF); else localStorage.setItem(KEYS_OFF, "1"); } catch { event.target.checked = true; }
  });
  async function settleIn() {
    newViews();
    const keys = byId("keys");
    if (keys) { keys.checked = areKeysOn(); keys.closest(".keys").hidden = false; }
    const needs = byId("main").querySelector("[data-needs]")?.dataset.needs;
    if (needs) { try { for (const name of needs.split(" ")) await load(name); } catch { /* The page works without. */ } }
    dispatchEvent(new Event("tafel:shown"));
  }

  // ---- the socket ------------------------------------------------------------------------------------------------
  let unsent = 0, queued = 0, isOn = true, waking = [];
  function say(text, isOff) {
    // What is said again is read again.
    if (line.firstElementChild.textContent !== text) line.firstElementChild.textContent = text;
    line.classList.toggle("is-off", isOff);
    line.dataset.state = isOff ? "off" : "on";
  }
  function sayOffline(text) {
    const bar = byId("offline");
    bar.hidden = !text;
    const waiting = Math.max(unsent, queued);
    bar.textContent = text && unsent ? `${text} ${waiting === 1 ? words.oneWaits : filled(words.manyWait, { n: waiting })}` : text;
  }
  function connect() {
    clearTimeout(timer);
    const query = new URLSearchParams({ page: address, lang: document.documentElement.lang, since: byId("away") ? 0 : position });
    const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live?${query}`);
    socket = opened;
    let wasOpen = false;
    opened.onmessage = (message) => { heard = Date.now(); if (socket === opened) receive(message.data); };
    opened.onopen = () => {
      wasOpen = true;
      if (socket !== opened) return;
      wait = 250; isOn = true; say(words.live, false); sayOffline("");
      waking.splice(0).forEach((wake) => wake());
    };
    opened.onclose = () => {
      if (socket !== opened) return;
      isOn = false; say(words.offline, true); sayOffline(words.lost);
      if (!wasOpen) askWhoAmI();
      timer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 1.6, 1000);
    };
  }
  // A refused socket does not say why; a page does.
  async function askWhoAmI() {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      if (answer.type === "opaqueredirect") sayOffline(words.signedOut);
    } catch { /* Still no connection. */ }
  }
  // The server says something every twenty seconds; a machine that sleeps or a dead network says nothing.
  const SILENT_MS = 50_000;
  let heard = Date.now();
  setInterval(() => { if (isOn && Date.now() - heard > SILENT_MS) { heard = Date.now(); isOn = false; say(words.offline, true); sayOffline(words.lost); reconnect(); } }, 5000);
  function reconnect() { const old = socket; socket = null; if (old) old.close(); connect(); }
  function receive(data) {
    const end = data.indexOf("\n");
    const head = JSON.parse(data.slice(0, end)), html = data.slice(end + 1);
    if (head.build !== build) return renew();
    // What arrives while a form is on its way is shown when the form is settled.
    if (html && head.position && posting) { held = data; return; }
    if (!html || head.position < position) return;
    // Parts fit on the page that they were compared with; where we have seen something between, we ask for all of it.
    if (head.base && position !== head.base && position !== head.position) return reconnect();
    const before = head.position ? texts() : null;
    position = head.position ?? position;
    const fresh = new DOMParser().parseFromString(html, "text/html");
    // A row or a shape of a drawing comes in a table or a drawing of its own.
    const blocks = [...fresh.body.children].flatMap((block) => block.id ? [block] : [...block.querySelectorAll("tr[id], g[id]")]);
    if (blocks.some((block) => !byId(block.id) && block.id !== "status")) { position = 0; return reconnect(); }
    for (const block of blocks) morph(byId(block.id), block);
    if (!before) return;
    for (const waiter of waiters) if (position >= waiter.position) waiter.resolve();
    glow(before);
    if (head.by && head.by.actor !== account && head.by.actor !== "system") whisper(`${head.by.actor}: ${head.by.what}`);
    settleIn();
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
    const place = byId("newer");
    if (!isTyping()) return location.reload();
    place.textContent = words.renewed;
    place.hidden = false;
    clearTimeout(renewing);
    renewing = setTimeout(renew, 1500);
  }

  // ---- words that come and go --------------------------------------------------------------------------------------
  // What others did, one line at a time, so that nobody is read to without end.
  let whispered = null;
  function whisper(said) {
    const place = byId("whisper");
    place.textContent = said; place.hidden = false;
    clearTimeout(whispered);
    whispered = setTimeout(() => { place.hidden = true; place.textContent = ""; }, 5000);
  }
  // Where the keys were before they came to what is said.
  let lately = null;
  document.addEventListener("focusin", (event) => { if (!event.target.closest("#toasts, dialog")) lately = event.target; });
  function toast(said, label, act, isWrong) {
    const place = document.createElement("p"), text = document.createElement("span");
    place.className = isWrong ? "toast is-wrong" : "toast"; text.textContent = said; place.append(text);
    const all = byId("toasts");
    while (all.children.length > 1) all.firstElementChild.remove();
    let gone = 0;
    // Nobody's button goes while they are at it.
    const stay = (ms) => { gone = setTimeout(() => { if (place.contains(document.activeElement)) stay(2000); else place.remove(); }, ms); };
    stay(label || isWrong ? 12000 : 5000);
    if (label) {
      const button = document.createElement("button");
      button.type = "button"; button.textContent = label;
      button.onclick = () => { clearTimeout(gone); place.remove(); refocus(lately); act(); };
      place.append(button);
    }
    all.append(place);
  }
  // A question that holds nothing else up but what it is about.
  const usualNo = byId("ask").querySelector("[value=no]").textContent;
  let answer = null;
  function answered() {
    answer?.(byId("ask").returnValue === "yes");
    answer = null;
  }
  // A dialog says a moment late that it was closed. By then the next question may be open, which that is no answer to.
  byId("ask").addEventListener("close", () => { if (!byId("ask").open) answered(); });
  function ask(question, yes, no = usualNo) {
    const dialog = byId("ask");
    answered();
    dialog.querySelector("p").textContent = question;
    dialog.querySelector("[value=yes]").textContent = yes;
    dialog.querySelector("[value=no]").textContent = no;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((done) => { answer = done; });
  }

  // What takes long says that it goes on; what is quick says nothing.
  const LOADING_MS = 250;
  let awaited = 0;
  async function loadingWhile(work) {
    awaited += 1;
    const late = setTimeout(() => document.body.classList.add("is-loading"), LOADING_MS);
    try { return await work; } finally {
      clearTimeout(late);
      awaited -= 1;
      if (!awaited) document.body.classList.remove("is-loading");
    }
  }

  // ---- pages and forms without leaving ---------------------------------------------------------------------------
  async function show(response, push, isSearch, url = response.url) {
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!fresh.getElementById("status")) { location.assign(url); return; }
    const page = new URL(url), same = page.pathname === shown;
    shown = page.pathname;
    // What was searched for before is what the page says, unless somebody is typing it.
    if (!isSearch) for (const form of document.querySelectorAll("form[data-search], form[role=search]")) form.reset();
    if (push && page.href !== location.href) {
      if (push === "pushState") history.replaceState({ y: scrollY }, "");
      history[push]({}, "", page.href);
    }
    shownAt = page.href;
    document.title = fresh.title;
    if (fresh.documentElement.lang !== document.documentElement.lang) return location.reload();
    document.body.className = fresh.body.className;
    const of = (name) => fresh.querySelector(`meta[name="tafel-${name}"]`).content;
    position = Number(of("position"));
    for (const id of ["past", "status", "notice", "main"]) {
      const old = byId(id);
      if (same) morph(old, fresh.getElementById(id)); else old.replaceWith(fresh.getElementById(id));
    }
    document.querySelector(".sections").replaceWith(fresh.querySelector(".sections"));
    renewTools(fresh);
    if (!same) { scrollTo(0, 0); const main = byId("main"); main.setAttribute("aria-label", main.querySelector("h1")?.textContent ?? ""); main.focus({ preventScroll: true }); for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false; }
    settleIn();
    if (of("build") !== build) renew();
    if (of("address") !== address) { address = of("address"); reconnect(); }
  }
  // What leads from this page stands in the frame, too.
  function renewTools(fresh) {
    const tools = document.querySelector(".tools"), links = (of) => [...of.querySelectorAll(".tools > a")];
    for (const link of links(document)) link.remove();
    for (const link of links(fresh)) tools.lastElementChild.before(document.importNode(link, true));
    const [then, there] = [document, fresh].map((of) => of.querySelectorAll(".menu a[href*='at='], .menu [name=back]"));
    if (then.length === there.length) then.forEach((old, at) => old.replaceWith(document.importNode(there[at], true)));
    // The slider says what it shows, also while somebody is at it.
    const [slider, moved] = [byId("at"), fresh.getElementById("at")];
    if (slider && moved) slider.setAttribute("aria-valuetext", moved.getAttribute("aria-valuetext"));
  }
  // The last click counts, however late the answers to the ones before come.
  let goes = 0;
  async function go(target, push) {
    const turn = ++goes;
    const response = await loadingWhile(fetch(target));
    if (turn === goes) await show(response, push);
    return turn === goes;
  }
  let queue = Promise.resolve();
  // One after the other: what was done later is what holds.
  function inTurn(work, waits) {
    queued += 1;
    if (unsent) { waits?.(); sayOffline(words.lost); }
    const turn = queue.then(work).finally(() => { queued -= 1; });
    queue = turn.catch(() => {});
    return turn;
  }
  // The server's clock, as its answers tell it: a device's own may be wrong.
  let ahead = null;
  function setClock(response) {
    const told = Date.parse(response.headers.get("date"));
    if (!Number.isNaN(told)) ahead = told - Date.now();
  }
  // What this page has written lately: its own changes are no conflict. After its time, nobody may carry a try out.
  const written = [], WRITTEN = 50;
  function stamp(headers, expires) {
    headers["tafel-own"] = JSON.stringify(written);
    if (ahead !== null) headers["tafel-expires-at"] = new Date(expires + ahead).toISOString();
  }
  // Waits for the connection instead of failing; the same bytes, with the same id, are sent again.
  async function send(target, init, waits) {
    // Until then, a try whose answer was lost could still be carried out.
    let lost = 0, expires = 0;
    for (;;) {
      try {
        if (init?.method === "POST") { expires = Date.now() + (ahead === null ? UNTOLD_MS : EXPIRES_MS); stamp(init.headers, expires); }
        const response = await fetch(target, init);
        setClock(response);
        if (isOn && !unsent) sayOffline("");
        if (Date.now() < lost && response.headers.get("tafel-final") === "false") {
          waits?.();
          await new Promise((wake) => setTimeout(wake, lost - Date.now()));
          continue;
        }
        return response;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        lost = expires && expires + SKEW_MS;
        unsent += 1; sayOffline(words.lost); waits?.();
        await (isOn ? new Promise((wake) => setTimeout(wake, 1000)) : new Promise((wake) => waking.push(wake)));
        unsent -= 1;
      }
    }
  }
  // A file takes a while to be sent, and then to be read: both are shown. `fetch` cannot tell.
  function sendFile(target, data, bar) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("POST", target);
      request.responseType = "text";
      if (bar) { bar.hidden = false; bar.value = 0; }
      request.upload.onprogress = (event) => { if (bar && event.lengthComputable) bar.value = event.loaded / event.total; };
      // Sent; how long the reading takes nobody knows.
      request.upload.onload = () => bar?.removeAttribute("value");
      request.onload = () => {
        if (bar) bar.hidden = true;
        const response = new Response(request.responseText, { status: request.status, headers: { "content-type": request.getResponseHeader("content-type") ?? "text/html" } });
        done({ response, url: request.responseURL });
      };
      request.onerror = () => { if (bar) bar.hidden = true; failed(new TypeError("the connection is lost")); };
      request.send(data);
    });
  }
  // Dropped anywhere: the page's own kind of upload, or whatever its headers say.
  const hasFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", (event) => { if (hasFile(event)) { event.preventDefault(); document.body.classList.add("is-file-over"); } });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("is-file-over"); });
  addEventListener("drop", async (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    document.body.classList.remove("is-file-over");
    const kind = location.pathname.match(/^\/uploads\/([a-z-]+)$/)?.[1] ?? "any", data = new FormData(), file = event.dataTransfer.files[0];
    if (isToAsk() && !await ask(words.leave, words.leaveIt, words.stay)) return;
    data.append("file", file);
    toast(filled(words.sending, { s: file.name }));
    try {
      const { response, url } = await sendFile(`/uploads/${kind}`, data, document.querySelector("progress"));
      if (response.ok) await show(response, "pushState", false, url); else toast((await wordsOf(response)).words, null, null, true);
    } catch { toast(words.notReceived, null, null, true); }
  });
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-print]")) print(); });
  // By the button, by key or from the menu: what is marked as printed is what was printed, also if the plan moves on meanwhile.
  addEventListener("beforeprint", () => {
    const printed = document.querySelector("#printed [name=position]");
    printed?.setAttribute("value", position);
    printed?.setAttribute("data-keep", "value data-keep");
  });
  addEventListener("beforeunload", (event) => { if (unsent || isWritten()) event.preventDefault(); });
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
  async function wordsOf(response) {
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const text = (selector) => [...fresh.querySelectorAll(selector)].map((node) => node.textContent.trim()).filter(Boolean);
    const title = text(".problem h1"), lines = text(".problem .lines li").filter((line) => !title.some((said) => said.includes(line)));
    const said = [...title, ...text(".problem .detail"), ...lines].join(". ").replaceAll("..", ".");
    return { words: said || `The server answered ${response.status}.`, conflict: fresh.querySelector(".conflict") };
  }
  // A preview, with what is ticked and searched for in it: what was sent is what it says from now on.
  let looks = 0;
  async function lookAgain(form) {
    const target = new URL(form.querySelector("[formmethod=get]").formAction), turn = ++looks;
    target.search = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value !== "" && name !== "view" && name !== "position"));
    try {
      const response = await fetch(target);
      if (turn !== looks || !response.ok) return;
      said(form);
      await show(response, "replaceState");
    } catch { /* The next key tries again. */ }
  }
  function said(form) {
    for (const field of form.elements) {
      if (field.type === "checkbox" || field.type === "radio") field.defaultChecked = field.checked;
      else if (field instanceof HTMLSelectElement) for (const option of field.options) option.defaultSelected = option.selected;
      else if (isField(field) && field.type !== "hidden" && field.type !== "file") field.defaultValue = field.value;
    }
  }
  async function refuse(form, place, response, sent) {
    const { words: said, conflict } = await wordsOf(response);
    // To press again is to ask anew, once it is known that nothing was done.
    if (response.status < 500) for (const field of form.querySelectorAll("input[name=view]")) field.setAttribute("value", viewId());
    if (place) place.textContent = said; else toast(said, null, null, true);
    // What it would do is another thing by now: it is shown, and can be confirmed.
    if (form.id === "apply") { await lookAgain(form); const now = refusalOf(form); if (now) now.textContent = said; return; }
    // What is shown by now is what is confirmed next.
    const confirmed = form.elements.position;
    if (confirmed?.type === "hidden" && response.status === 409) {
      const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const now = fresh.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"] [name=position]`);
      if (now) confirmed.setAttribute("value", now.value);
    }
    if (!conflict) return;
    // Both values stand side by side, and the person chooses.
    const choice = document.importNode(conflict, true), before = form.closest(".conflict") ?? form.parentElement.querySelector(":scope > .conflict");
    choice.settled = form.closest(".conflict")?.settled ?? (() => { if (sent) resetSent(sent); if (place) place.textContent = ""; dispatchEvent(new CustomEvent("tafel:sent", { detail: form })); });
    if (before) before.replaceWith(choice); else form.after(choice);
    choice.querySelector("input[type=radio]")?.focus();
  }
  const own = [];
  let isUndoing = false;
  function did(outcome) {
    if (!outcome.changed) { if (outcome.words) toast(outcome.words); return; }
    if (outcome.undoes) { own.splice(own.indexOf(outcome.undoes), own.includes(outcome.undoes) ? 1 : 0); toast(outcome.words, words.bringBack, () => change(outcome.undoes, "reinstate")); return; }
    if (!own.includes(outcome.batch)) own.push(outcome.batch);
    toast(outcome.words, words.undo, () => change(outcome.batch, "retract"));
  }
  // Takes back, or brings back, what was done here.
  async function change(batch, how) {
    const response = await post(`/history/${batch}/${how}`, new URLSearchParams({ view: viewId(), reason: how === "retract" ? "undone" : "brought back", back: location.pathname + location.search }));
    if (response.ok) return;
    if (own.includes(batch)) own.splice(own.indexOf(batch), 1);
    toast((await wordsOf(response)).words, words.look, async () => show(await fetch(`/history/${batch}`), "pushState"), true);
  }
  async function sendForm(target, data, waits) {
    const response = await send(target, { method: "POST", body: data, headers: { "tafel-wants": "outcome" } }, waits);
    // Before whatever waits for its turn is sent.
    if (response.ok && response.headers.get("content-type")?.includes("json")) {
      const outcome = await response.clone().json();
      if (outcome.changed && written.push([outcome.first, outcome.position]) > WRITTEN) written.shift();
    }
    return response;
  }
  // Posts what a form says; shows the page it leads to, and what came of it.
  async function post(target, data, waits, afterwards) {
    let response;
    posting += 1;
    try {
      response = await loadingWhile(inTurn(() => sendForm(target, data, waits), waits));
      if (response.ok) afterwards?.();
    } finally { settle(); }
    if (!response.ok) return response;
    if (!response.headers.get("content-type")?.includes("json")) { await show(response, "pushState"); return response; }
    const outcome = await response.json();
    await arrived(outcome);
    did(outcome);
    return response;
  }
  // What was done here comes as it comes to everybody, in parts; where it does not, or leads elsewhere, the page is asked for.
  const waiters = new Set();
  async function arrived(outcome) {
    const back = new URL(outcome.back, location.href);
    if (isOn && outcome.changed && back.href === location.href) {
      if (position < outcome.position) {
        const waiter = { position: outcome.position };
        waiters.add(waiter);
        await new Promise((resolve) => { waiter.resolve = resolve; setTimeout(resolve, PUSH_MS); });
        waiters.delete(waiter);
      }
      if (position >= outcome.position) return;
    }
    await show(await send(back), "pushState");
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    const method = (button?.getAttribute("formmethod") || form.method).toLowerCase();
    if ("plain" in form.dataset || method === "dialog") return;
    event.preventDefault();
    const there = isLost() ? button : document.activeElement;
    // What is asked about is what is sent, whatever is pushed while somebody thinks.
    const data = new FormData(form, button);
    if (form.id === "printed") form.querySelector("[data-keep]")?.removeAttribute("data-keep");
    if (form.dataset.question && !(await ask(form.dataset.question, button?.textContent ?? ""))) return;
    const target = new URL(button?.getAttribute("formaction") || form.getAttribute("action") || location.href, location.href);
    const place = refusalOf(form, button);
    if (place) place.textContent = "";
    try {
      if (method === "get" && form.id === "apply") return await lookAgain(form);
      if (method === "get") {
        const named = [...data].filter(([name, value]) => value !== "" && !["view", "position", "seen", "back", "guests"].includes(name));
        // Hundreds of guests make a long address.
        if (data.has("guests")) named.push(["guests", data.getAll("guests").join(",")]);
        target.search = new URLSearchParams(named);
        const response = await fetch(target);
        return response.ok ? await show(response, "pushState") : await refuse(form, place, response);
      }
      if (button) button.disabled = true;
      const sent = statesOf(form);
      const isFile = form.enctype === "multipart/form-data";
      const waits = () => { if (place) place.textContent = words.notSent; };
      if (isFile) {
        const { response, url } = await sendFile(target, data, form.querySelector("progress"));
        return response.ok ? await show(response, "pushState", false, url) : await refuse(form, place, response);
      }
      const response = await post(target, new URLSearchParams(data), waits, () => {
        if (place) place.textContent = "";
        const choice = form.closest(".conflict");
        if (choice) { choice.settled?.(); choice.remove(); }
        const active = document.activeElement, isDone = sent.has(active) && stateOf(active) === sent.get(active);
        resetSent(sent);
        for (const field of form.querySelectorAll("input[name=view]")) field.setAttribute("value", viewId());
        if (isDone) active.blur();
        dispatchEvent(new CustomEvent("tafel:sent", { detail: form }));
      });
      if (!response.ok) await refuse(form, place, response, sent);
    } catch (error) {
      if (!(error instanceof TypeError)) return report(error.message, error.stack);
      toast(words.unreachable, null, null, true);
    } finally {
      if (button) button.disabled = false;
      refocus(there);
    }
  });
  // After the first click of two the next row may stand there: the second one is not for it.
  addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest?.("form[method=post] button")) { event.preventDefault(); event.stopPropagation(); }
  }, true);
  // What was opened beside the rest, from where.
  let opener = null;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const target = new URL(link.href.baseVal ?? link.href, location.href);
    // Of a link in a drawing, `target` is an object.
    if (target.origin !== location.origin || "plain" in link.dataset || link.getAttribute("target") || target.hash) return;
    event.preventDefault();
    // Only keys click without a pointer's count.
    const isByKey = event.detail === 0, holder = link.closest("main [id]");
    if (isToAsk() && !await ask(words.leave, words.leaveIt, words.stay)) return;
    const wasOpen = Boolean(document.querySelector("[data-opened]"));
    try { if (!await go(target, "pushState")) return; } catch {
      if (isOn) location.assign(target); else toast(words.cannotLeave, null, null, true);
      return;
    }
    const opened = document.querySelector("[data-opened]");
    if (opened && isByKey && !opened.contains(holder)) { opener = holder; opened.focus(); }
    else if (!opened && wasOpen && isLost()) (opener?.querySelector("a") ?? byId("main")).focus({ preventScroll: true });
  });
  // Back to where one was on the page, too; and not away from what is typed while there is no connection.
  addEventListener("popstate", async (event) => {
    const y = event.state?.y, here = shownAt, there = location.href;
    if (isToAsk()) {
      history.pushState({}, "", here);
      if (!await ask(words.leave, words.leaveIt, words.stay)) return;
      history.replaceState(event.state, "", there);
    }
    try { if (await go(location.href) && y !== undefined) scrollTo(0, y); } catch {
      if (isOn && !isTyping()) return location.reload();
      history.pushState({}, "", here);
      toast(words.cannotLeave, null, null, true);
    }
  });
  addEventListener("keydown", async (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey && !isWriting()) {
      event.preventDefault();
      if (isUndoing) return;
      isUndoing = true;
      try {
        if (own.length) return await change(own[own.length - 1], "retract");
        const response = await fetch("/undo");
        if (response.ok) await show(response, "pushState"); else toast((await wordsOf(response)).words, null, null, true);
      } catch { /* There is no connection, and the page says so. */ } finally { isUndoing = false; }
    }
  });
  // The slider over the plan's life: the page follows it.
  let sliding = null, slides = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !("past" in form.dataset)) return;
    clearTimeout(sliding);
    sliding = setTimeout(async () => {
      const turn = ++slides, target = new URL(form.action);
      target.search = new URLSearchParams([...new FormData(form)]);
      try { const response = await fetch(target); if (turn === slides && response.ok) await show(response, "replaceState"); } catch { /* The next move tries again. */ }
    }, 80);
  });

  // ---- what breaks here is told --------------------------------------------------------------------------------
  let reports = 0;
  function report(message, source) {
    if (++reports > 5) return;
    fetch("/client-errors", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ message: String(message), source: String(source || ""), page: location.pathname, build }) }).catch(() => {});
  }
  addEventListener("error", (event) => report(event.message, `${event.filename}:${event.lineno}`));
  addEventListener("unhandledrejection", (event) => report(event.reason?.message || event.reason, event.reason?.stack));

  window.Tafel = { words, filled, areKeysOn, ask, isField, isWriting, lookAgain, post, show, toast, viewId, wordsOf, position: () => position };
  settleIn();
  connect();
})();
