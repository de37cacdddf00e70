// Searching while one types: lists under their filters, and anybody under the field on top of every page.
(() => {
  "use strict";
  const { areKeysOn, show, isWriting, lookAgain } = window.Tafel;

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
    if (form && "lookAgain" in event.target.dataset) {
      clearTimeout(typed);
      typed = setTimeout(() => lookAgain(form), event.target.tagName === "SELECT" ? 0 : 200);
    }
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
      const response = await fetch(`/find/list?${new URLSearchParams({ q: words, at: new URLSearchParams(location.search).get("at") ?? "" })}`);
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
    if (event.key === "/" && areKeysOn() && !isWriting()) { event.preventDefault(); find.focus(); }
  });
})();
