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
