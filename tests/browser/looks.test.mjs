// How every page looks, and that everybody can use it: pictures, axe, narrow windows, and what a page weighs.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server, browser, go } from "./server.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const artefacts = join(root, "test-artefacts");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let server, paths;
before(async () => {
  mkdirSync(artefacts, { recursive: true });
  server = await Server.start();
  const page = await server.signedIn();
  await go(page, server, "/guests?show=seated");
  const guest = await page.getAttribute("main .list tbody a", "href");
  await go(page, server, "/tables");
  const table = await page.getAttribute(".card", "data-table");
  await go(page, server, "/floor");
  const room = await page.getAttribute(".card a", "href");
  await go(page, server, "/uploads/draw");
  await page.setInputFiles("[name=file]", join(root, "tests/data/draw-wrong.xlsx"));
  await page.click("button:text-is('Preview')");
  await page.waitForSelector(".sticky .primary");
  const upload = new URL(page.url()).pathname;
  await go(page, server, "/uploads/guests");
  await page.setInputFiles("[name=file]", join(root, "tests/data/hostile-names.xlsx"));
  await page.click("button:text-is('Preview')");
  await page.waitForSelector(".problems");
  const problems = new URL(page.url()).pathname;
  await go(page, server, "/mail");
  await page.fill("#texts [name=name]", "Your table");
  await page.click("text=Add text");
  await page.waitForSelector("#texts li a");
  const text = await page.getAttribute("#texts li a", "href");
  await go(page, server, text);
  await page.fill("[name=subject_en]", "Your table at {{ title }}");
  await page.fill("[name=body_en]", "Dear {{ name }},\n\nyou sit at table {{ table }} in the {{ room }}.");
  await page.click("text=Save changes");
  await page.waitForFunction(() => document.querySelector("[name=body_en]").defaultValue !== "");
  await go(page, server, "/history");
  const batch = await page.getAttribute(".diary a", "href");
  paths = {
    overview: "/", guests: "/guests", guest, tables: "/tables", "tables-open": `/tables?open=${table}`, table: `/tables/${table}`, floor: "/floor", room, "room-edit": `${room}?edit=1`,
    uploads: "/uploads", preview: upload, problems, history: "/history", batch, changes: "/changes", past: "/guests?at=1900", "past-tables": "/tables?at=1900", find: "/find?q=muller", reports: "/reports", accounts: "/accounts",
    mail: "/mail", "mail-text": text, "mail-send": `${text}/send`, lists: "/lists", list: "/lists/tables", cards: "/lists/place-cards",
    nothing: "/guests?q=nobody-is-called-this",
  };
  await page.context().close();
});
after(async () => { await server.end(); await browser.close(); });

const SIZES = [["desktop", {}], ["phone", { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true }], ["dark", { colorScheme: "dark" }]];

test("every page, as it looks, and none is wider than its window", async () => {
  for (const [name, options] of SIZES) {
    const page = await server.signedIn(options);
    for (const [what, path] of Object.entries(paths)) {
      await page.goto(server.base + path);
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(artefacts, `${what}-${name}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} on ${name} is ${overflow} px too wide`);
    }
    assert.deepEqual(page.broken, []);
    await page.context().close();
  }
});

test("at 320 px, which is 200 % of a narrow window, nothing is cut off", async () => {
  const page = await server.signedIn({ viewport: { width: 320, height: 640 } });
  for (const path of Object.values(paths)) {
    await page.goto(server.base + path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${path} is ${overflow} px too wide at 320`);
  }
  await page.context().close();
});

const found = (violations) => violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.any?.[0]?.message ?? ""}`).join(" | ")}`);
const check = async (page) => {
  await page.addScriptTag({ path: axe }).catch(() => page.evaluate(() => {}));
  return page.evaluate(async () => (await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations);
};

test("axe finds nothing on any page in either theme", async () => {
  const all = [];
  for (const colorScheme of ["light", "dark"]) {
    // The checker is ours to bring; the page's own rules forbid scripts from elsewhere.
    const page = await server.signedIn({ colorScheme, bypassCSP: true });
    for (const [what, path] of Object.entries(paths)) {
      await go(page, server, path);
      for (const words of found(await check(page))) all.push(`${what}, ${colorScheme}: ${words}`);
    }
    await page.context().close();
  }
  const context = await browser.newContext({ bypassCSP: true }), page = await context.newPage();
  for (const path of ["/sign-in", "/api/docs"]) {
    await page.goto(server.base + path);
    for (const words of found(await check(page))) all.push(`${path}: ${words}`);
  }
  assert.deepEqual(all, []);
});

test("the first page is light, comes compressed, is kept, and nothing in it jumps", async () => {
  const page = await server.signedIn();
  const sizes = new Map(), session = await page.context().newCDPSession(page), names = new Map();
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  session.on("Network.responseReceived", ({ requestId, response }) => names.set(requestId, response));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(names.get(requestId)?.url ?? "", encodedDataLength));
  await page.addInitScript(() => { window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: "layout-shift", buffered: true }); });
  await go(page, server, "/tables");
  await page.waitForTimeout(1_500);
  const statics = [...names.values()].filter(({ url }) => url.includes("/static/"));
  const weigh = (isFont) => [...sizes].filter(([url]) => url.includes("/static/") && url.endsWith(".woff2") === isFont).reduce((sum, [, size]) => sum + size, 0);
  console.log(`scripts, styles and icons ${weigh(false)} bytes, fonts ${weigh(true)}; shift ${await page.evaluate(() => window.shift)}`);
  assert.ok(weigh(false) < 100_000, `${weigh(false)} bytes`);
  assert.ok(weigh(true) < 80_000, `${weigh(true)} bytes of fonts`);
  for (const { url, headers } of statics) {
    const header = (name) => headers[name] ?? headers[name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())];
    assert.match(header("cache-control"), /immutable/, url);
    if (!url.endsWith(".woff2")) assert.match(header("content-encoding") ?? "", /br|gzip|zstd/, url);
  }
  assert.ok((await page.evaluate(() => window.shift)) < 0.01, "the layout jumps");
});
