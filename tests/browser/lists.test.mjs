// Lists and cards on paper: printed by the browser to A4 and Letter, made into pictures, and looked through sheet by sheet.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server, browser, go } from "./server.mjs";

const artefacts = join(dirname(fileURLToPath(import.meta.url)), "../../test-artefacts/paper");
let server;
before(async () => { mkdirSync(artefacts, { recursive: true }); server = await Server.start(); });
after(async () => { await server.end(); await browser.close(); });

const LISTS = { guests: [1612, 60], tables: [1449, 80], rooms: [180, 10], vips: [1, 10], kitchen: [1, 60], wheelchairs: [1, 3], "table-cards": [180, 90], "place-cards": [1449, 145] };
const sheetsOf = (pdf) => execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 26 }).split("\f").filter((sheet) => sheet.trim());
const words = (text) => text.replace(/\s+/g, " ").trim();

test("every sheet of every list says what it is of and has its number, and no row is torn apart", async () => {
  const page = await server.signedIn();
  for (const [list, [least, most]] of Object.entries(LISTS)) {
    await go(page, server, `/lists/${list}`);
    const position = await page.getAttribute("[name=position]", "value");
    const rows = await page.$$eval(".paper tbody tr:not(.group), .card-paper", (all) => all.map((row) => [...row.querySelectorAll("td, h2")].map((cell) => cell.textContent).join(" ")));
    assert.ok(rows.length >= least, `${list}: ${rows.length}`);
    for (const format of ["A4", "Letter"]) {
      const pdf = join(artefacts, `${list}-${format}.pdf`);
      await page.pdf({ path: pdf, format });
      const sheets = sheetsOf(pdf);
      assert.ok(sheets.length <= most + (format === "Letter" ? most / 5 : 0), `${list} ${format}: ${sheets.length} sheets`);
      for (const [index, sheet] of sheets.entries()) {
        assert.ok(words(sheet).includes(`plan as of ${position}`), `${list} ${format}, sheet ${index + 1}: ${words(sheet)}`);
        assert.ok(sheet.replace(/\s/g, "").includes(`${index + 1}/${sheets.length}`), `${list} ${format}, sheet ${index + 1} has no number`);
        assert.ok(!words(sheet).includes("Print Mark as printed"), "what is not for paper stays on the screen");
      }
      // The first sheets are kept to be looked at, and something is on them.
      execFileSync("pdftoppm", ["-r", "50", "-l", "2", "-png", pdf, join(artefacts, `${list}-${format}`)]);
    }
    // Every row is on one sheet, whole, as far as it fits into a column of the text.
    const sheets = sheetsOf(join(artefacts, `${list}-A4.pdf`)).map(words), missing = rows.map(words).filter((row) => row.length < 40 && !sheets.some((sheet) => sheet.includes(row)));
    assert.ok(missing.length <= rows.length / 50, `${list}: ${missing.length} of ${rows.length}, such as ${missing.slice(0, 3).join(" | ")}`);
  }
  assert.deepEqual(page.broken, []);
});

async function unseatSomebody(page) {
  await go(page, server, "/guests?show=seated");
  const name = await page.textContent("main .list tbody a");
  await page.click("main .list tbody a");
  await page.click("button:text-is('Unseat')");
  await page.waitForSelector("text=No seat yet");
  return name;
}

test("what was printed is marked, and only what differs is shown then", async () => {
  const page = await server.signedIn();
  await go(page, server, "/lists/place-cards");
  await page.click("text=Mark as printed");
  await page.waitForSelector(".toast:has-text('printed: Place cards')");
  const option = await page.waitForSelector("select[name=since] option:nth-child(2)", { state: "attached" });
  await page.selectOption("select[name=since]", await option.getAttribute("value"));
  await page.click("button:text-is('Show')");
  await page.waitForSelector("text=No changes: the printed list");
  const other = await server.signedIn();
  const name = await unseatSomebody(other);
  await page.waitForSelector(`.gone:has-text("${name}")`);
  // Somebody is moved while the printer runs: what is marked is what was printed.
  await go(page, server, "/lists/guests");
  await page.evaluate(() => { window.print = () => dispatchEvent(new Event("beforeprint")); });
  const printed = await page.inputValue("#printed [name=position]");
  await page.click("[data-print]");
  await unseatSomebody(other);
  await page.waitForFunction((printed) => !document.querySelector("#sheet-head").textContent.includes(`plan as of ${printed}`), printed);
  assert.equal(await page.inputValue("#printed [name=position]"), printed);
  await page.click("text=Mark as printed");
  await page.waitForSelector(`select[name=since] option[value="${printed}"]`, { state: "attached" });
  assert.notEqual(await page.inputValue("#printed [name=position]"), printed, "the next print is of the plan as it is now");
  // A second print is of what it shows, whoever has not marked the first, and however it was asked for.
  const second = await page.inputValue("#printed [name=position]");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await unseatSomebody(other);
  await page.waitForFunction((second) => !document.querySelector("#sheet-head").textContent.includes(`plan as of ${second}`), second);
  assert.equal(await page.inputValue("#printed [name=position]"), second);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.ok(Number(await page.inputValue("#printed [name=position]")) > Number(second));
});
