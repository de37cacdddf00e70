// Texts of mails: what a guest will read while it is being typed, and the fields that there are, offered behind {{.
(() => {
  "use strict";
  const { isField } = window.Tafel;
  const form = () => document.getElementById("text-form");
  const PAUSE_MS = 250;
  let timer = null, turn = 0, offered = null;

  // ---- the preview -----------------------------------------------------------------------------------------------
  function later() { clearTimeout(timer); timer = setTimeout(look, PAUSE_MS); }
  async function look() {
    const written = form();
    if (!written) return;
    const data = new URLSearchParams([...new FormData(written)].filter(([name]) => name.startsWith("subject_") || name.startsWith("body_")));
    data.set("guest", document.getElementById("preview-guest")?.value ?? "");
    const mine = ++turn;
    try {
      const response = await fetch(written.dataset.preview, { method: "POST", body: data });
      if (mine !== turn || !response.ok) return;
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("preview");
      if (fresh) document.getElementById("preview")?.replaceWith(fresh);
    } catch { /* The next key tries again. */ }
  }
  const isTouched = () => [...form()?.elements ?? []].some((field) => isField(field) && field.type !== "hidden" && !field.hidden && field.value !== field.defaultValue);

  // ---- fields ----------------------------------------------------------------------------------------------------
  const fields = () => [...document.querySelectorAll("code.merge")].map((code) => code.textContent.replace(/[{}]/g, "").trim());
  // What is being typed behind the last {{ before the cursor.
  function begun(field) {
    const before = field.value.slice(0, field.selectionStart), open = before.lastIndexOf("{{");
    if (open < 0) return null;
    const typed = before.slice(open + 2);
    return /[}\n]/.test(typed) ? null : { from: open, typed: typed.trim().toLowerCase() };
  }
  function close() { offered?.list.remove(); offered?.field.removeAttribute("aria-activedescendant"); offered = null; }
  function offer(field) {
    const now = begun(field);
    const found = now ? fields().filter((name) => name.toLowerCase().includes(now.typed)).slice(0, 8) : [];
    close();
    if (!found.length) return;
    const list = document.createElement("ul");
    list.className = "offered"; list.id = "offered"; list.setAttribute("role", "listbox");
    for (const [index, name] of found.entries()) {
      const item = document.createElement("li");
      item.id = `offered-${index}`; item.textContent = name; item.setAttribute("role", "option");
      item.onpointerdown = (event) => { event.preventDefault(); offered.at = index; take(); };
      list.append(item);
    }
    field.after(list);
    offered = { list, field, at: 0, from: now.from };
    mark();
  }
  function mark() {
    for (const [index, item] of [...offered.list.children].entries()) item.setAttribute("aria-selected", String(index === offered.at));
    offered.field.setAttribute("aria-controls", "offered");
    offered.field.setAttribute("aria-activedescendant", `offered-${offered.at}`);
  }
  function take() {
    const { field, list, at, from } = offered, name = list.children[at].textContent;
    const behind = field.value.slice(field.selectionStart).replace(/^\s*\}\}/, "");
    const put = `{{ ${name} }}`;
    field.value = field.value.slice(0, from) + put + behind;
    field.selectionStart = field.selectionEnd = from + put.length;
    close();
    field.focus();
    later();
  }

  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("#text-form")) return;
    if ("fields" in event.target.dataset) offer(event.target);
    later();
  });
  document.addEventListener("keydown", (event) => {
    if (!offered || event.target !== offered.field) return;
    const count = offered.list.children.length;
    if (event.key === "ArrowDown") offered.at = (offered.at + 1) % count;
    else if (event.key === "ArrowUp") offered.at = (offered.at + count - 1) % count;
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); take(); return; }
    else if (event.key === "Escape") { event.preventDefault(); close(); return; }
    else return;
    event.preventDefault();
    mark();
  }, true);
  document.addEventListener("focusout", (event) => { if (offered && event.target === offered.field) close(); });
  document.addEventListener("change", (event) => { if (event.target.id !== "preview-guest") return;
    const trial = document.getElementById("trial-guest");
    if (trial) trial.value = event.target.value;
    look();
  });
  // What others have saved is shown where nothing is being written.
  addEventListener("tafel:shown", () => { if (isTouched()) look(); });
})();
