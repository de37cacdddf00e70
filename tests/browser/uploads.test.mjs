// Uploads as people do them: dropped anywhere, looked at, searched, rows left out; and a list that others changed meanwhile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { Server, browser, go } from "./server.mjs";

const data = join(dirname(fileURLToPath(import.meta.url)), "../data");
let server;
before(async () => { server = await Server.start(); });
after(async () => { await server.end(); await browser.close(); });

// As if it came from the desktop.
async function drop(page, name, bytes) {
  await page.evaluate(async ([name, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)), transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    if (!document.body.classList.contains("is-file-over")) throw new Error("the page does not say that it takes the file");
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }, [name, Buffer.from(bytes).toString("base64")]);
}

test("a file is dropped on any page, its headers say what it is, and the preview is searched and rows are left out", async () => {
  const [page, other] = [await server.signedIn(), await server.signedIn()];
  await go(page, server, "/guests");
  await drop(page, "draw-wrong.xlsx", readFileSync(join(data, "draw-wrong.xlsx")));
  await page.waitForSelector(".crumb a[href='/uploads/draw']");
  assert.match(await page.textContent(".sticky .primary"), /Apply 100 changes/);
  await page.selectOption("[name=only]", "new");
  await page.waitForFunction(() => document.querySelectorAll("#apply tbody tr").length === 0);
  await page.selectOption("[name=only]", "changed");
  await page.waitForFunction(() => document.querySelectorAll("#apply tbody tr").length === 100);
  await page.fill("[name=find]", "T020");
  await page.waitForFunction(() => document.querySelectorAll("#apply tbody tr").length === 1);
  assert.equal(await page.evaluate(() => document.activeElement.name), "find");
  await page.check("[name=leave_out]");
  await page.click("text=Update preview");
  await page.waitForSelector("h2:text-is('Left out')");
  // Whoever takes its old spot has a problem now, and that is said first; so it is put in again.
  await page.waitForFunction(() => /rows? with problems/.test(document.querySelector("#apply h2").textContent));
  assert.equal(new URL(page.url()).searchParams.getAll("leave_out").length, 1);
  await page.uncheck("#left-out input");
  await page.click("text=Update preview");
  await page.waitForFunction(() => document.querySelector(".sticky .primary").textContent.includes("100"));
  await page.fill("[name=find]", "");
  await page.waitForFunction(() => document.querySelectorAll("#apply tbody tr").length > 50);
  const position = (text) => Number(text.match(/plan as of (\d+)/)[1]);
  const seen = position(await page.textContent(".head"));
  await go(other, server, "/tables");
  await other.check(".person input >> nth=0");
  await other.click(".card[data-taken='0'] .seat-here >> nth=0");
  await page.waitForFunction((seen) => Number(document.querySelector(".head").textContent.match(/plan as of (\d+)/)[1]) > seen, seen);
  assert.equal(await page.locator("#columns summary").count(), 1);
  await page.click("#columns summary");
  assert.match(await page.textContent("#columns tbody"), /T0\d\d/, "each column with a few of its values");
  assert.deepEqual(page.broken, []);
});

test("what is no spreadsheet says so, and a file with problems comes back with its cells marked", async () => {
  const page = await server.signedIn();
  await go(page, server, "/tables");
  await drop(page, "holiday.jpg", Buffer.from([255, 216, 255, 0, 1, 2]));
  await page.waitForSelector(".toast.is-wrong:has-text('not a spreadsheet')");
  await go(page, server, "/uploads/guests");
  await page.setInputFiles("[name=file]", join(data, "hostile-names.xlsx"));
  await page.click("button:text-is('Preview')");
  await page.waitForSelector(".problems");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download the file with the cells marked")]);
  const files = unzipSync(readFileSync(await download.path()));
  assert.ok(Object.keys(files).some((name) => name.includes("comments")));
  assert.deepEqual(page.broken, []);
});

test("a file with headers that nobody knows is read once somebody has said what they stand for", async () => {
  const page = await server.signedIn();
  const list = "Liste des invités,,\n\nPrénom,Nom de famille,Société\nAmélie,Poulain,Café des 2 Moulins\nNino,Quincampoix,\n";
  await go(page, server, "/uploads/guests");
  await page.setInputFiles("[name=file]", { name: "invites.csv", mimeType: "text/csv", buffer: Buffer.from(list) });
  await page.click("button:text-is('Preview')");
  await page.waitForSelector("h1:text-is('Which column is what?')");
  assert.match(await page.textContent("main"), /a name, an employee number or an email/);
  assert.match(await page.textContent("#columns tbody"), /Prénom.*Amélie · Nino.*Nom de famille.*Poulain · Quincampoix.*Société/s);
  // A company alone is not enough, and what was said stays said.
  await page.selectOption("[name='column Société']", "company");
  await page.click("text=Use these columns");
  await page.waitForFunction(() => document.querySelector("[name='column Société']")?.querySelector("[selected]")?.value === "company");
  await page.selectOption("[name='column Prénom']", "first_name");
  await page.selectOption("[name='column Nom de famille']", "last_name");
  await page.click("text=Use these columns");
  await page.waitForSelector("h1:text-is('invites.csv')");
  assert.equal(await page.locator(".problems").count(), 0);
  assert.match(await page.textContent("#changes"), /4Amélie Poulainnew guest5Nino Quincampoixnew guest/);
  await page.click(".sticky .primary");
  await page.waitForSelector("text=Taking it back would");
  await go(page, server, "/guests?q=Moulins");
  assert.match(await page.textContent("main .list tbody"), /Amélie Poulain.*Café des 2 Moulins/s);
  assert.deepEqual(page.broken, []);
});

test("a list is downloaded, changed, and merged with what others changed meanwhile", async () => {
  const [page, other] = [await server.signedIn(), await server.signedIn()];
  await go(page, server, "/guests");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(".head a:text-is('xlsx')")]);
  const files = unzipSync(readFileSync(await download.path()));
  // In the spreadsheet program one company is renamed, everywhere it stands.
  const strings = strFromU8(files["xl/sharedStrings.xml"]);
  assert.ok(strings.includes("Stadt Linz"));
  files["xl/sharedStrings.xml"] = strToU8(strings.replaceAll("Stadt Linz", "City of Linz"));
  // Meanwhile somebody changes it for one of them, and the diet of another.
  await go(other, server, "/guests?q=Stadt+Linz");
  const links = await other.$$eval("main .list tbody td:nth-child(2) a", (all) => all.slice(0, 2).map((link) => link.getAttribute("href")));
  for (const [index, [field, value]] of [["company", "Linz AG"], ["diet", "vegan"]].entries()) {
    await go(other, server, links[index]);
    await other.fill(`.fields [name=${field}]`, value);
    await other.click("text=Save changes");
    await other.waitForFunction(([field, value]) => document.querySelector(`.fields [name=${field}]`).defaultValue === value, [field, value]);
  }
  await drop(page, "guests.xlsx", zipSync(files));
  await page.waitForSelector("#conflicts");
  assert.equal(await page.locator("#conflicts tbody tr").count(), 1);
  assert.match(await page.textContent("#conflicts tbody"), /Stadt Linz.*Linz AG.*City of Linz/s);
  await page.check("#conflicts input");
  await page.click("text=Update preview");
  await page.waitForURL(/mine=/);
  assert.ok(await page.isChecked("#conflicts input"));
  await page.click(".sticky .primary");
  await page.waitForSelector("text=Taking it back would");
  await go(other, server, links[0]);
  assert.equal(await other.inputValue(".fields [name=company]"), "City of Linz");
  await go(other, server, links[1]);
  assert.deepEqual([await other.inputValue(".fields [name=company]"), await other.inputValue(".fields [name=diet]")], ["City of Linz", "vegan"]);
  assert.deepEqual([page.broken, other.broken], [[], []]);
});
