// What planners do all evening: seating by drag, by keyboard and by touch, and the tables on the floor.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, browser, go } from "./server.mjs";

let server;
before(async () => { server = await Server.start(); });
after(async () => { await server.end(); await browser.close(); });

const unseated = async (page) => Number(await page.textContent("#status a b >> nth=0"));
const becomes = (page, count) => page.waitForFunction((count) => Number(document.querySelector("#status a b").textContent) === count, count);
const middle = async (locator) => { const box = await locator.boundingBox(); return [box.x + box.width / 2, box.y + box.height / 2]; };
// As a hand does it: in steps, and not too fast.
async function drag(page, [fromX, fromY], [toX, toY], look) {
  await page.mouse.move(fromX, fromY);
  await page.mouse.down();
  await page.mouse.move(fromX + 12, fromY + 6, { steps: 3 });
  await page.mouse.move(toX, toY, { steps: 8 });
  await look?.();
  await page.mouse.up();
}

test("a whole party is dragged onto a table, which says beforehand whether it fits, and Ctrl+Z takes it back", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  const before = await unseated(page), group = page.locator(".group").first();
  const many = (await group.getAttribute("data-guests")).split(",").length;
  assert.ok(many > 1);
  const card = page.locator(`.card[data-taken='0']`).first(), name = await card.getAttribute("data-number");
  await card.scrollIntoViewIfNeeded();
  const [x, y] = await middle(group.locator(".figure"));
  await drag(page, [x, y], await middle(card), async () => {
    assert.ok(await card.evaluate((node) => node.matches(".fits.is-target")));
    assert.ok(await page.locator(".card.no-fit").count() > 0, "full tables step back");
    assert.equal(await page.locator(".ghost").count(), 1);
  });
  await becomes(page, before - many);
  await page.waitForSelector(`.toast:has-text('Seated')`);
  assert.equal(await page.getAttribute(`.card[data-number='${name}']`, "data-taken"), String(many));
  assert.equal(await page.locator(".ghost").count(), 0);
  await page.keyboard.press("Control+z");
  await becomes(page, before);
  await page.click(".toast button:text-is('Bring back')");
  await becomes(page, before - many);
  assert.deepEqual(page.broken, []);
});

test("Escape lets go of whoever is dragged, and what waits for the connection is done in the order in which it was asked", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  const before = await unseated(page), [one, two] = await page.$$eval(".card[data-taken='0']", (cards) => cards.slice(0, 2).map((card) => card.dataset.number));
  const card = (number) => page.locator(`.card[data-number='${number}']`);
  await card(one).scrollIntoViewIfNeeded();
  await drag(page, await middle(page.locator(".group .figure").first()), await middle(card(one)), () => page.keyboard.press("Escape"));
  assert.equal(await page.locator(".ghost, .is-target").count(), 0);
  // The network goes for a moment; the socket does not notice.
  let isGone = true;
  await page.route("**/commands", (route) => isGone ? route.abort("internetdisconnected") : route.continue());
  const who = await page.getAttribute(".person >> nth=0", "data-guests");
  await page.evaluate(([who, tables]) => {
    const { post, viewId, position } = window.Tafel;
    for (const table_number of tables) post("/commands", new URLSearchParams({ view: viewId(), seen: position(), back: "/tables", type: "seat_guests", guests: who, table_number }));
  }, [who, [one, two]]);
  await page.waitForSelector("#offline:not([hidden])");
  await page.waitForTimeout(400);
  isGone = false;
  await page.waitForFunction((two) => document.querySelector(`.card[data-number='${two}']`).dataset.taken === "1", two);
  assert.equal(await card(one).getAttribute("data-taken"), "0");
  assert.equal(await page.isHidden("#offline"), true, "nothing waits any more, and nothing says so");
  await becomes(page, before - 1);
  assert.deepEqual(page.broken, []);
});

test("the keys stay where they are: beside whoever was seated, at the drawing, at the button", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  const active = () => page.evaluate(() => document.activeElement.name || document.activeElement.closest("[id]")?.id);
  const before = await unseated(page), first = await page.inputValue(".person input >> nth=0");
  await page.focus(".person input >> nth=0");
  await page.keyboard.press("Space");
  await page.keyboard.press("m");
  await page.keyboard.type(await page.$eval(".card[data-taken='0']", (card) => card.dataset.number));
  await page.keyboard.press("Enter");
  await becomes(page, before - 1);
  await page.waitForFunction(() => document.activeElement.name === "guests");
  assert.notEqual(await page.evaluate(() => document.activeElement.value), first);
  // A card opens beside the others, and the keys go there; and back when it is closed.
  await page.focus(".card[data-free='0'] a >> nth=0");
  const card = await active();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "open");
  await page.focus("#open a[href^='/tables']:not([href*='/tables/'])");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#open", { state: "detached" });
  await page.waitForFunction((card) => document.activeElement.closest("[id]")?.id === card, card);
  // In a drawing a link is followed without loading the page anew.
  await go(page, server, "/floor");
  await page.click("main a[href^='/floor/'] >> nth=0");
  await page.waitForSelector(".spot a");
  await page.evaluate(() => { window.isSame = true; });
  const spot = page.locator(".spot[data-table] a[href*='pick=']").first();
  await spot.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/pick=/);
  await page.waitForSelector(".notice [role=status]");
  assert.equal(await page.evaluate(() => window.isSame), true);
  assert.notEqual(await page.evaluate(() => document.activeElement.localName), "body");
  assert.deepEqual(page.broken, []);
});

test("several are ticked and moved by keyboard alone, and a table that is full says so where it happened", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  const before = await unseated(page);
  await page.focus(".person input >> nth=0");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  assert.equal(await page.textContent("#ticked"), "2");
  await page.keyboard.press("m");
  assert.equal(await page.evaluate(() => document.activeElement.id), "to-table");
  const empty = await page.getAttribute(".card[data-taken='0']", "data-number");
  // People type 17 for T017.
  await page.keyboard.type(String(Number(empty.replace(/\D/g, ""))));
  await page.keyboard.press("Enter");
  await becomes(page, before - 2);
  assert.equal(await page.getAttribute(`.card[data-number='${empty}']`, "data-taken"), "2");
  const full = page.locator(".card[data-free='0']").first();
  const person = page.locator(".people .person").first();
  await drag(page, await middle(person.locator("span").first()), await middle(full), async () => assert.ok(await full.evaluate((node) => node.matches(".no-fit.is-target"))));
  await page.waitForFunction(() => [...document.querySelectorAll(".card .refusal")].some((node) => node.textContent.includes("is full")));
  assert.equal(await unseated(page), before - 2);
  // Beside the others, a table with its guests; from there they go off it again.
  await page.click(`.card[data-number='${empty}'] a`);
  await page.waitForSelector("#open .person");
  const seated = page.locator("#open .person").first();
  await drag(page, await middle(seated.locator("span").first()), await middle(page.locator("#unseated .people")));
  await becomes(page, before - 1);
  await page.check("#open .person input");
  await page.click("text=Unseat selected");
  await becomes(page, before);
  assert.deepEqual(page.broken, []);
});

test("who was ticked and dragged is done with, and ticks outlive a search", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  const before = await unseated(page), box = (nth) => page.locator(`.people .person input >> nth=${nth}`);
  const names = [];
  for (const nth of [0, 1]) { await box(nth).check(); names.push(await box(nth).getAttribute("value")); }
  const card = page.locator(".card[data-taken='0']").first();
  await card.scrollIntoViewIfNeeded();
  await drag(page, await middle(page.locator(`#u${names[0]} span`).first()), await middle(card));
  await becomes(page, before - 2);
  assert.equal(await page.textContent("#ticked"), "");
  assert.equal(await page.locator("#seating input[type=hidden][name=guests]").count(), 0);
  // In the list of guests, over a search.
  await go(page, server, "/guests?show=unseated");
  const row = page.locator("main .list tbody tr"), ticked = await row.nth(3).locator("input").getAttribute("value");
  await row.nth(3).locator("input").check();
  await page.fill("form.filters [name=q]", await row.nth(9).locator("a").first().textContent());
  await page.waitForFunction((id) => !document.querySelector(`#g${id}`), ticked);
  await row.first().locator("input").check();
  assert.equal(await page.textContent("#ticked"), "2");
  await page.click("button:has-text('Email selected guests')");
  await page.waitForFunction(() => location.pathname === "/mail");
  assert.equal(new URL(page.url()).searchParams.get("guests").split(",").length, 2);
  assert.deepEqual(page.broken, []);
});

test("by touch: a guest is dragged by the grip, or ticked and sent to a table with a tap", async () => {
  const page = await server.signedIn({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await go(page, server, "/tables?free=8");
  const before = await unseated(page);
  await page.tap(".person input >> nth=0");
  await page.locator(".card .seat-here").first().scrollIntoViewIfNeeded();
  await page.tap(".card .seat-here >> nth=0");
  await becomes(page, before - 1);
  // With a finger: what the browser tells of it, from down to up.
  await page.evaluate(() => document.querySelector("#unseated .people").scrollIntoView({ block: "start" }));
  const session = await page.context().newCDPSession(page);
  const [x, y] = await middle(page.locator(".people .person .grip").first());
  const card = await page.evaluate(() => [...document.querySelectorAll(".card")].map((node) => node.getBoundingClientRect()).filter((box) => box.bottom < innerHeight - 70 && box.top > 0).map((box) => [box.x + box.width / 2, box.y + box.height / 2])[0]);
  assert.ok(card, "a card is to be seen beside the list");
  const touch = (type, x, y) => session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
  await touch("touchStart", x, y);
  for (let step = 1; step <= 10; step++) await touch("touchMove", x + ((card[0] - x) * step) / 10, y + ((card[1] - y) * step) / 10);
  await touch("touchEnd");
  await becomes(page, before - 2);
  assert.deepEqual(page.broken, []);
});

const room = async (page) => { await go(page, server, "/floor"); await page.click(".card a"); await page.waitForSelector("svg.room .spot"); await page.waitForTimeout(300); };
const number = (page, id) => page.getAttribute(`#${id}`, "data-number");
const freeSpot = (page) => page.$$eval(".floor .spot:not(.taken)", (all) => all[0].id);

test("on the floor a table is dragged to a spot, swapped with another, and lifted off; a VIP table asks first", async () => {
  const page = await server.signedIn();
  await room(page);
  const [first, second] = await page.$$eval(".floor .taken:not([data-vip])", (all) => all.filter((node) => node.dataset.needsSeats === "12").slice(0, 2).map((node) => node.id));
  const free = await freeSpot(page);
  const mine = await number(page, first), other = await number(page, second);
  await drag(page, await middle(page.locator(`#${first}`)), await middle(page.locator(`#${free}`)), async () => {
    assert.match(await page.textContent(".hint"), new RegExp(`Place ${mine} on`));
    assert.ok(await page.locator(".floor .spot.too-small").count() > 0, "spots that are too small are marked");
  });
  await page.waitForFunction(([id, number]) => document.getElementById(id)?.dataset.number === number, [free, mine]);
  await drag(page, await middle(page.locator(`#${free}`)), await middle(page.locator(`#${second}`)), async () => assert.match(await page.textContent(".hint"), /Swap/));
  await page.waitForFunction(([id, number]) => document.getElementById(id)?.dataset.number === number, [second, mine]);
  assert.equal(await number(page, free), other);
  await drag(page, await middle(page.locator(`#${second}`)), await middle(page.locator("#without-spot")));
  await page.waitForSelector(`#without-spot a:text-is('${mine}')`);
  // From the side back onto the spot.
  await drag(page, await middle(page.locator("#without-spot li").first()), await middle(page.locator(`#${second}`)));
  await page.waitForFunction(([id, number]) => document.getElementById(id)?.dataset.number === number, [second, mine]);
  // VIP tables ask, and stay if they are to.
  await page.click(".tabs a:text-is('Mirror Room')");
  await page.waitForSelector(".floor [data-vip]");
  const vip = await page.getAttribute(".floor [data-vip]", "id"), whose = await number(page, vip), spot = await freeSpot(page);
  await drag(page, await middle(page.locator(`#${vip}`)), await middle(page.locator(`#${spot}`)));
  await page.click("#ask [value=no]");
  assert.equal(await number(page, vip), whose);
  await drag(page, await middle(page.locator(`#${vip}`)), await middle(page.locator(`#${spot}`)));
  await page.click("#ask [value=yes]");
  await page.waitForFunction(([id, number]) => document.getElementById(id)?.dataset.number === number, [spot, whose]);
  assert.deepEqual(page.broken, []);
});

test("dragging over two hundred tables holds no frame up", async () => {
  const page = await server.signedIn();
  await room(page);
  await page.evaluate(() => { window.tasks = []; new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: "longtask" }); });
  const from = page.locator(".floor .taken:not([data-vip])").nth(12), to = page.locator(".floor .taken:not([data-vip])").nth(40);
  const home = await middle(from);
  await page.mouse.move(...home);
  await page.mouse.down();
  for (const id of [3, 20, 31, 8]) await page.mouse.move(...await middle(page.locator(".floor .taken").nth(id)), { steps: 12 });
  await page.mouse.move(...await middle(to), { steps: 6 });
  await page.mouse.move(...home, { steps: 6 });
  await page.mouse.up();
  const tasks = await page.evaluate(() => window.tasks);
  console.log(`tasks of more than 50 ms while dragging: ${JSON.stringify(tasks)}`);
});

test("an admin edits the room: a spot moves along the grid, is turned, added and removed", async () => {
  const page = await server.signedIn();
  await room(page);
  await page.click("text=Edit room");
  await page.waitForSelector("[data-spot-drag]");
  const id = await freeSpot(page), spot = page.locator(`#${id}`), [x, y] = await middle(spot);
  const before = Number(await spot.getAttribute("data-x"));
  await drag(page, [x, y], [x + 9, y], async () => assert.match(await page.textContent(".hint"), /\d\.\d\d m/));
  await page.waitForFunction(([id, before]) => Number(document.getElementById(id).dataset.x) !== before, [id, before]);
  assert.equal((Number(await spot.getAttribute("data-x")) * 4) % 1, 0, "it keeps to the grid");
  await spot.locator("a").click();
  await page.waitForSelector("#edit-spot");
  const there = Number(await spot.getAttribute("data-x"));
  await spot.locator("a").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(([id, there]) => Number(document.getElementById(id).dataset.x) === there + 0.5, [id, there]);
  await page.click("text=Turn by 45°");
  await page.waitForFunction(() => document.querySelector("#edit-spot [name=rotation_deg]").value === "45");
  await page.fill("form:has([value=add_spot]) [name=code]", "NEW-1");
  await page.click("text=Add spot");
  await page.waitForSelector("[data-code='NEW-1']");
  await page.locator("[data-code='NEW-1'] a").click({ force: true });
  await page.waitForSelector("h2:has-text('Spot NEW-1')");
  await page.click("#edit-spot button.danger");
  await page.waitForSelector("[data-code='NEW-1']", { state: "detached" });
  assert.deepEqual(page.broken, []);
});
