// A real browser: what people do all day, while others do it too, while the server goes away, and without scripts.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server, browser, go, live } from "./server.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
let server;
before(async () => { server = await Server.start(); });
after(async () => { await server.end(); await browser.close(); });

const unseated = (page) => page.textContent("#status a:first-child b");
const freeTable = async (page) => { await go(page, server, "/tables?show=free"); await go(page, server, `/tables/${await page.getAttribute(".card", "data-table")}`); await page.waitForSelector("text=Seat somebody here"); };

test("what one does appears in the other's page, and typing, focus and open menus survive it", async () => {
  const [anna, berta] = [await server.signedIn(), await server.signedIn()];
  await go(anna, server, "/guests");
  await anna.click("main .list tbody a");
  await anna.waitForSelector("text=Save changes");
  await anna.fill("[name=notes]", "typed, not sent");
  await anna.focus("[name=company]");
  await anna.click(".menu summary");
  await anna.focus("[name=company]");
  const before = await unseated(anna);
  await freeTable(berta);
  await berta.click("button:text-is('Seat') >> nth=0");
  await anna.waitForFunction((before) => document.querySelector("#status a b").textContent !== before, before);
  assert.equal(Number(await unseated(anna)), Number(before) - 1);
  assert.equal(await anna.inputValue("[name=notes]"), "typed, not sent");
  assert.equal(await anna.evaluate(() => document.activeElement.name), "company");
  assert.equal(await anna.evaluate(() => document.querySelector(".menu").open), true);
  await anna.click("text=Save changes");
  await anna.waitForFunction(() => document.querySelector("[name=notes]").defaultValue === "typed, not sent");
  assert.deepEqual([anna.broken, berta.broken], [[], []]);
});

test("links, Back and clicks on plain text leave a page that is its own, and live", async () => {
  const [anna, berta] = [await server.signedIn(), await server.signedIn()];
  await go(anna, server, "/guests");
  const links = await anna.$$eval("main .list tbody tr a[href^='/guests/']", (all) => { const named = new Map(all.map((link) => [link.textContent, link.getAttribute("href")])); return [...named.values()].slice(0, 2); });
  await anna.click(`main a[href='${links[0]}']`);
  await anna.waitForSelector("text=Save changes");
  const first = await anna.textContent("h1");
  await anna.goBack();
  await anna.waitForSelector("#seat-many");
  await anna.click(`main a[href='${links[1]}']`);
  await anna.waitForFunction((first) => document.querySelector("h1").textContent !== first && document.querySelector("[name=notes]"), first);
  // Two guests' pages in a row, with something typed in the second.
  await anna.evaluate((href) => { const link = document.createElement("a"); link.href = href; link.id = "hop"; link.textContent = "hop"; document.querySelector("main").append(link); }, links[0]);
  await anna.click("#hop");
  await anna.waitForFunction((first) => document.querySelector("h1").textContent === first, first);
  // What is typed is not lost by a slip of the hand.
  await anna.fill("[name=notes]", "of the first guest");
  await anna.goBack();
  await anna.click("#ask [value=no]");
  assert.equal(await anna.inputValue("[name=notes]"), "of the first guest");
  await anna.click(".crumb a");
  await anna.click("#ask [value=no]");
  assert.equal(await anna.inputValue("[name=notes]"), "of the first guest");
  await anna.goBack();
  await anna.click("#ask [value=yes]");
  await anna.waitForFunction((first) => document.querySelector("h1").textContent !== first, first);
  assert.equal(`/guests/${await anna.inputValue("form.fields [name=guest]")}`, links[1]);
  assert.equal(new URL(anna.url()).pathname, links[1]);
  assert.notEqual(await anna.inputValue("[name=notes]"), "of the first guest");
  // A click on plain text has the focus; what others do is shown all the same.
  await anna.click("h2 >> nth=0");
  await go(berta, server, links[1]);
  await berta.fill("[name=first_name]", "Renamed");
  await berta.click("text=Save changes");
  await anna.waitForFunction(() => document.querySelector("h1")?.textContent.includes("Renamed"));
  assert.deepEqual([anna.broken, berta.broken], [[], []]);
});

test("nothing is lost between two who edit the same guest, and while a form is on its way", async () => {
  const [anna, berta] = [await server.signedIn(), await server.colleague("berta")];
  await go(anna, server, "/guests");
  await anna.click("main .list tbody tr:nth-child(5) a");
  await anna.waitForSelector("text=Save changes");
  const page = new URL(anna.url()).pathname;
  const company = await anna.inputValue("[name=company]");
  await go(berta, server, page);
  // Anna looks at the company without typing; Berta changes it; Anna saves something else.
  await anna.focus("[name=company]");
  await berta.fill("[name=company]", "Berta & Co");
  await berta.click("text=Save changes");
  await berta.waitForFunction(() => document.querySelector("[name=company]").defaultValue === "Berta & Co");
  await anna.waitForTimeout(300);
  await anna.fill("[name=notes]", "by Anna");
  await anna.click("text=Save changes");
  await anna.waitForFunction(() => document.querySelector("[name=notes]").defaultValue === "by Anna");
  await anna.waitForFunction(() => document.querySelector("[name=company]").value === "Berta & Co");
  assert.notEqual(company, "Berta & Co");
  // A slow answer: what is typed meanwhile stays, and what others do meanwhile is shown.
  await anna.route("**/commands", async (route) => { await new Promise((done) => setTimeout(done, 1_000)); await route.continue(); });
  await anna.fill("[name=allergies]", "nuts");
  await anna.click("text=Save changes");
  await anna.fill("[name=notes]", "typed while it was saved");
  await berta.fill("[name=first_name]", "Meanwhile");
  await berta.click("text=Save changes");
  await anna.waitForFunction(() => document.querySelector("[name=allergies]").defaultValue === "nuts");
  assert.equal(await anna.inputValue("[name=notes]"), "typed while it was saved");
  await anna.waitForFunction(() => document.querySelector("h1")?.textContent.includes("Meanwhile"));
  await anna.unroute("**/commands");
  // Both change the same field: the later one sees both values side by side, and chooses.
  await anna.fill("[name=department]", "of Anna");
  await berta.fill("[name=department]", "of Berta");
  await berta.click("text=Save changes");
  await berta.waitForFunction(() => document.querySelector("[name=department]").defaultValue === "of Berta");
  await anna.click("text=Save changes");
  await anna.waitForSelector(".conflict label:has-text('of Berta – berta')");
  await anna.click(".conflict label:has-text('of Anna')");
  await anna.click("text=Save my choice");
  await anna.waitForFunction(() => document.querySelector("[name=department]").defaultValue === "of Anna");
  assert.equal(await anna.locator(".conflict").count(), 0);
  // And the other way round: theirs stays, and what was typed is let go.
  await anna.fill("[name=department]", "of Anna again");
  await berta.fill("[name=department]", "of Berta again");
  await berta.click("text=Save changes");
  await berta.waitForFunction(() => document.querySelector("[name=department]").defaultValue === "of Berta again");
  await anna.click("text=Save changes");
  await anna.click(".conflict label:has-text('of Berta again')");
  await anna.click("text=Save my choice");
  await anna.waitForFunction(() => document.querySelector("[name=department]").value === "of Berta again");
  assert.deepEqual(berta.broken, []);
});

test("anybody is found from any page by keyboard alone, in spite of a slip of the finger", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "find");
  await page.keyboard.type("tabel T017");
  await page.waitForSelector("#found [role=option][aria-selected=true]");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /^\/tables\/\d+$/.test(location.pathname) && document.querySelector("h1")?.textContent.includes("T017"));
  assert.equal(await page.inputValue("#find"), "");
  assert.equal(await page.isHidden("#found"), true);
  // A name as it stands, without its accents, its words turned round, and one letter wrong.
  await go(page, server, "/guests");
  const name = (await page.textContent("main .list tbody tr:nth-child(7) a")).trim();
  const bare = name.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace("ß", "ss").split(" ").reverse().join(" ");
  await page.keyboard.press("/");
  await page.keyboard.type(bare);
  await page.waitForFunction((name) => document.querySelector("#found")?.textContent.includes(name), name);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  assert.equal(await page.isHidden("#found"), true);
  // Whoever types fast and presses Enter has not seen the list yet.
  await page.keyboard.press("/");
  await page.keyboard.type("T018");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("h1")?.textContent.includes("T018"));
  await page.fill("#find", "nobody-is-called-this");
  await page.waitForSelector("text=No results.");
  assert.deepEqual(page.broken, []);
});

test("keys of one letter can be switched off, and stay off in this browser", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  const focused = () => page.evaluate(() => document.activeElement.id);
  const press = async (key) => { await page.focus(".people input >> nth=0"); await page.keyboard.press(key); return focused(); };
  assert.equal(await press("m"), "to-table");
  await page.click(".tools > .menu summary");
  await page.uncheck("#keys");
  await page.click(".tools > .menu summary");
  for (const key of ["m", "/"]) assert.doesNotMatch(await press(key), /to-table|find/);
  await go(page, server, "/tables");
  for (const key of ["m", "/"]) assert.doesNotMatch(await press(key), /to-table|find/);
  await page.click(".tools > .menu summary");
  await page.check("#keys");
  assert.equal(await press("/"), "find");
  assert.deepEqual(page.broken, []);
});

test("the search answers while one types, and stands in the address", async () => {
  const page = await server.signedIn();
  await go(page, server, "/guests");
  await page.fill("main [name=q]", "nordlicht iberia");
  await page.waitForURL(/q=nordlicht/);
  assert.match(await page.textContent(".head p"), /^\d+ match/);
  assert.equal(await page.evaluate(() => document.activeElement.value), "nordlicht iberia");
  await page.goBack();
});

test("a refusal stands where it happened", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  await page.click("text=Add a table");
  await page.fill("#add-table [name=number]", "T001");
  await page.click("text=Add table");
  await page.waitForFunction(() => document.querySelector("#add-table .refusal").textContent.includes("T001"));
  assert.equal(await page.inputValue("#add-table [name=number]"), "T001");
});

test("a table is picked and placed in two clicks", async () => {
  const page = await server.signedIn();
  await go(page, server, "/floor");
  await page.click(".card a");
  await page.click("svg .taken a rect >> nth=2");
  await page.waitForSelector("text=is selected");
  await page.click("button[aria-label^='Place'] >> nth=0");
  await page.waitForFunction(() => !location.search.includes("pick"));
  assert.equal(await page.textContent(".refusal"), "");
});

test("the incident, by clicks, while somebody else works on", async () => {
  const [admin, other] = [await server.signedIn(), await server.signedIn()];
  await go(other, server, "/floor");
  await go(admin, server, "/uploads/draw");
  await admin.setInputFiles("[name=file]", join(root, "tests/data/draw-wrong.xlsx"));
  await admin.click("button:text-is('Preview')");
  await admin.click(".sticky .primary");
  await admin.waitForSelector("text=Taking it back would");
  await freeTable(other);
  await other.click("button:text-is('Seat') >> nth=0");
  await admin.fill("[name=reason]", "wrong file");
  // Meanwhile somebody changes what it is about: the first click says so, and the next one confirms what is shown by then.
  const taken = await admin.textContent("button.danger");
  await go(other, server, `/floor/${(await other.getAttribute("main a[href^='/floor/']", "href").catch(() => null))?.split("/")[2] ?? 184}`);
  const table = await other.getAttribute(".spot[data-table] >> nth=0", "data-table");
  await other.evaluate(async (table) => {
    const { post, viewId, position } = window.Tafel;
    await post("/commands", new URLSearchParams({ view: viewId(), seen: position(), back: location.pathname, type: "lift_table", table }));
  }, table);
  await admin.waitForFunction((taken) => document.querySelector("button.danger").textContent !== taken, taken);
  await admin.click("button.danger");
  await admin.waitForSelector(".refusal:has-text('has changed since the preview')");
  await admin.click("button.danger");
  await admin.waitForSelector("text=Taken back by sample: wrong file");
  await admin.waitForSelector("text=Bring back");
  await go(other, server, "/history");
  await other.waitForSelector("text=taken back by sample: wrong file");
});

test("the server is away for ten seconds in the middle of an edit: it is shown, nothing typed is lost, and what was sent is done once", async () => {
  const page = await server.signedIn();
  await freeTable(page);
  await page.fill("[name=name]", "The long table");
  await server.stop();
  await page.waitForSelector("#live.is-off");
  await page.click("text=Save changes");
  await page.waitForSelector("text=Not sent yet");
  await page.waitForSelector("#offline:has-text('1 change is waiting')");
  await page.click(".sections a:has-text('Guests')");
  await page.waitForSelector(".toast:has-text('cannot be left yet')");
  await page.waitForTimeout(10_000);
  await server.run();
  await live(page);
  await page.waitForSelector(".head:has-text('The long table')");
  await page.waitForSelector("#offline", { state: "hidden" });
  await page.click("main a:has-text('History of this table')");
  await page.waitForSelector(".diary li");
  assert.equal(await page.locator(".diary li a:has-text('name')").count(), 1);
});

test("a newer build is started: idle pages renew themselves, what is typed stays and is understood", async () => {
  const [idle, busy] = [await server.signedIn(), await server.signedIn()];
  await go(idle, server, "/guests");
  await freeTable(busy);
  await busy.fill("[name=host]", "Carla");
  const newer = server.newerBuild();
  await server.stop();
  await server.run(newer);
  await idle.waitForFunction(() => document.querySelector("meta[name=tafel-build]")?.content === "0123456789abcdef");
  await busy.waitForSelector("#newer:not([hidden])");
  assert.equal(await busy.inputValue("[name=host]"), "Carla");
  await busy.click("text=Save changes");
  await busy.waitForFunction(() => document.querySelector("meta[name=tafel-build]")?.content === "0123456789abcdef");
  await busy.waitForSelector(".head:has-text('hosted by Carla')");
});

test("everything works without scripts", async () => {
  const page = await server.signedIn({ javaScriptEnabled: false });
  await page.goto(`${server.base}/guests?show=unseated`);
  const before = await unseated(page);
  await page.click("main .list tbody a");
  await page.waitForSelector("form select[name=table]");
  const options = await page.$$eval("form select[name=table] >> nth=0", (selects) => [...selects[0].options].map((option) => [option.value, option.text]));
  const [table] = options.find(([, text]) => / [1-9]\d* free/.test(text));
  await page.selectOption("select[name=table] >> nth=0", table);
  await page.click("button.primary:text-is('Seat')");
  assert.match(await page.textContent(".head"), /Sits at/);
  assert.equal(Number(await unseated(page)), Number(before) - 1);
  await page.click("a.button[href='/undo']");
  await page.fill("[name=reason]", "not there");
  await page.click("button.danger");
  assert.match(await page.textContent(".head"), /Taken back by sample: not there/);
});
