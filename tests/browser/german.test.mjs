// In German: as the browser asks for it, as the account chooses it, and also what the scripts say.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server, browser, go } from "./server.mjs";

const artefacts = join(dirname(fileURLToPath(import.meta.url)), "../../test-artefacts");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const refuse = join(dirname(fileURLToPath(import.meta.url)), "../data/refuse");
let server;
before(async () => { mkdirSync(artefacts, { recursive: true }); server = await Server.start(); });
after(async () => { await server.end(); await browser.close(); });

// What stands on a page for people, without names, numbers and what the party itself is called.
const ENGLISH = /\b(the|guests|table|seat|seats|search|show|without|nobody|history of|take back|upload)\b/i;
const texts = (page) => page.evaluate(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) if (!node.parentElement.closest("script, noscript, code, td, .person, .card, .brand, svg, .diary, option[value]")) found.push(node.textContent.trim());
  // Tables of the sample have names of their own, in English.
  return found.map((text) => text.replace(/(Board )?Table \d+|\S+\.xlsx/g, "")).filter(Boolean);
});

test("every page is German for whoever asks for it, and axe finds nothing there either", async () => {
  const page = await server.signedIn({ locale: "de-AT", bypassCSP: true });
  assert.equal(await page.getAttribute("html", "lang"), "de");
  await go(page, server, "/guests");
  const guest = await page.getAttribute("main .list tbody a", "href");
  for (const [name, path] of Object.entries({ overview: "/", guests: "/guests", guest, tables: "/tables?open=3", table: "/tables/3", floor: "/floor", room: "/floor/184", edit: "/floor/184?edit=1", uploads: "/uploads", history: "/history", changes: "/changes", past: "/tables?at=1900", find: "/find?q=muller", mail: "/mail", lists: "/lists", list: "/lists/kitchen", cards: "/lists/table-cards", reports: "/reports", accounts: "/accounts" })) {
    await go(page, server, path);
    const english = (await texts(page)).filter((text) => ENGLISH.test(text));
    assert.deepEqual(english, [], `${path} has English in it`);
    await page.addScriptTag({ path: axe });
    const violations = await page.evaluate(async () => (await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations.map((one) => one.id));
    assert.deepEqual(violations, [], path);
    await page.screenshot({ path: join(artefacts, `german-${name}.png`) });
  }
  assert.deepEqual(page.broken, []);
  await page.context().close();
});

// What a form's answer says, as a whole page: no script posts it.
const refused = async (page, status) => {
  assert.equal(await page.getAttribute("html", "lang"), "de");
  const problem = page.locator(".problem");
  assert.deepEqual((await texts(page)).filter((text) => ENGLISH.test(text)), [], `${status} has English in it`);
  return `${await problem.locator("h1").textContent()} ${await problem.locator(".detail").textContent()}`;
};

test("what goes wrong is said in German, too, with what to do about it", async () => {
  const page = await server.signedIn({ locale: "de-AT", javaScriptEnabled: false });
  const files = { "empty.xlsx": /Datei ist leer/, "header-only.xlsx": /keine Zeilen/, "password.xlsx": /ohne Passwort/, "text-named.xlsx": /keine Tabelle.*\.csv/s, "truncated.xlsx": /beschädigt.*noch einmal/s };
  for (const [file, words] of Object.entries(files)) {
    await page.goto(`${server.base}/uploads/guests`);
    await page.setInputFiles("input[type=file]", join(refuse, file));
    await page.click("main form button:not([type=button]) >> nth=0");
    assert.match(await refused(page, file), words);
  }
  await page.goto(`${server.base}/uploads/guests`);
  await page.setInputFiles("input[type=file]", join(refuse, "no-header.xlsx"));
  await page.click("main form button:not([type=button]) >> nth=0");
  assert.equal(await page.textContent("h1"), "Welche Spalte ist was?");
  assert.deepEqual((await texts(page)).filter((text) => ENGLISH.test(text)), []);
  for (const [path, words] of Object.entries({ "/uploads/00000000-0000-7000-8000-000000000000": /eine Stunde/, "/history/00000000-0000-7000-8000-000000000000": /Änderung gibt es nicht/, "/guests/999999": /gibt es nicht/, "/nowhere": /gibt es nicht/, "/setup?key=none": /funktioniert nicht mehr/, "/reports/2026-11-20": /nicht eingeschaltet/, "/changes?from=one": null })) {
    await page.goto(server.base + path);
    if (words && await page.locator(".problem").count()) assert.match(await refused(page, path), words);
    else assert.deepEqual((await texts(page)).filter((text) => ENGLISH.test(text)), [], path);
  }
  await page.context().close();
});

test("seating, its undo and a refusal speak German, and the account keeps the choice", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.click(".tools > .menu summary");
  await page.click("button:text-is('Deutsch')");
  await page.waitForSelector("html[lang=de]");
  await go(page, server, "/tables");
  const before = await page.textContent("#status a b >> nth=0");
  await page.check(".person input >> nth=0");
  await page.fill("#to-table", "12");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".toast:has-text('Setzte')");
  await page.click(".toast button:text-is('Rückgängig')");
  await page.waitForFunction((before) => document.querySelector("#status a b").textContent === before, before);
  await page.waitForSelector(".toast:has-text('Zurückgenommen: 1 Änderung')");
  await page.check(".person input >> nth=0");
  await page.fill("#to-table", "13");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => [...document.querySelectorAll(".refusal")].some((node) => node.textContent.includes("ist voll")));
  await server.stop();
  await page.waitForSelector("#offline:has-text('Verbindung unterbrochen')");
  await server.run();
  await page.waitForSelector("#offline", { state: "hidden" });
  // Another browser of the same account.
  const other = await server.signedIn();
  assert.equal(await other.getAttribute("html", "lang"), "de");
  assert.deepEqual([page.broken, other.broken], [[], []]);
});
