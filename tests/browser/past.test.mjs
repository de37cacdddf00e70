// The plan of the past, who is here, and what is said to everybody.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, browser, go, live } from "./server.mjs";

let server;
before(async () => { server = await Server.start(); });
after(async () => { await server.end(); await browser.close(); });

test("any page is looked at as it was, by the slider and change by change, and cannot be edited there", async () => {
  const page = await server.signedIn();
  await go(page, server, "/guests?show=unseated");
  const guest = await page.getAttribute("main .list tbody a", "href");
  await go(page, server, guest);
  await page.fill("[name=company]", "Before & After");
  await page.click("text=Save changes");
  await page.waitForFunction(() => document.querySelector("[name=company]").defaultValue === "Before & After");
  await page.click(".tools a:has-text('Now')");
  await page.waitForSelector(".past");
  const before = new URL(page.url()).searchParams.get("at");
  assert.match(before, /^\d+$/);
  assert.equal(await page.locator("main form, main button").count(), 0, "nothing can be edited in the past");
  assert.doesNotMatch(await page.textContent("main"), /Before & After/);
  // Links and searches stay there.
  await page.click(".sections a:has-text('Overview')");
  await page.waitForFunction(() => location.pathname === "/" && location.search.includes("at="));
  assert.equal(await page.locator(".past").count(), 1);
  await page.goBack();
  await page.waitForSelector("main .crumb");
  await page.click("main .crumb a");
  await page.waitForFunction(() => location.pathname === "/guests" && location.search.includes("at="));
  // Far back, by the slider, there was nobody.
  await page.evaluate(() => { const slider = document.getElementById("at"); slider.value = 2; slider.dispatchEvent(new Event("input", { bubbles: true })); });
  await page.waitForFunction(() => document.querySelector("#status b").textContent === "0" && document.querySelector("main").textContent.includes("no guests yet"));
  await page.click("text=Next change");
  await page.waitForFunction(() => !location.search.endsWith("at=2"));
  await page.click("text=Back to now");
  await page.waitForFunction(() => !document.querySelector(".past"));
  await live(page);
  // What changed, from there to here, leads to the batch and its retraction.
  await go(page, server, `${guest}?at=${before}`);
  await page.click("text=Changes since then");
  await page.waitForSelector("text=Before & After");
  await page.click("tr:has-text('Before & After') a[href^='/history/at/']");
  await page.waitForSelector("text=Taking it back would");
  assert.deepEqual(page.broken, []);
});

test("one sees who is here, what they do, and what an admin tells everybody", async () => {
  const [anna, berta] = [await server.signedIn(), await server.colleague("berta")];
  await go(anna, server, "/tables");
  await go(berta, server, "/guests?show=unseated");
  await anna.waitForFunction(() => document.querySelector("#here")?.textContent.includes("2 online"));
  await anna.click("#here summary");
  await anna.waitForSelector("#here b:text-is('berta')");
  await anna.waitForFunction(() => document.querySelector("#here li:has(a[href='/guests?show=unseated'])")?.textContent.includes("berta"));
  await anna.click("#here summary");
  await berta.check("main .list tbody input >> nth=0");
  const free = await anna.getAttribute(".card[data-taken='0']", "data-number");
  await berta.selectOption("#seat-many select", { label: free });
  await berta.click("#seat-many button:text-is('Seat')");
  await anna.waitForSelector("#whisper:has-text('berta: Seated')");
  await anna.waitForFunction((free) => document.querySelector(`.card[data-number='${free}']`).dataset.taken === "1", free);
  assert.ok(await anna.evaluate((free) => document.querySelector(`.card[data-number='${free}']`).classList.contains("fresh"), free), "what changed glows");
  await go(anna, server, "/");
  await anna.fill("[name=notice]", "Printing at 18:00");
  await anna.click("text=Show to everyone");
  await berta.waitForSelector("#announced:has-text('Printing at 18:00')");
  await anna.waitForFunction(() => document.querySelector("[name=notice]").defaultValue === "Printing at 18:00");
  await anna.fill("[name=notice]", "");
  await anna.click("text=Show to everyone");
  await berta.waitForSelector("#announced", { state: "detached" });
  assert.deepEqual([anna.broken, berta.broken], [[], []]);
});
