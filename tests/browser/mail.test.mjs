// Mails as staff send them: a text with its fields and its preview, whom it goes to, what arrives, and what is outdated afterwards.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server, browser, freePort, go } from "./server.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../.."), artefacts = join(root, "test-artefacts");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const folder = mkdtempSync(join(tmpdir(), "tafel-mail-")), inbox = join(folder, "mails.jsonl");
let server, receiver;
before(async () => {
  mkdirSync(artefacts, { recursive: true });
  const port = await freePort();
  if (!process.env.TAFEL_TEST_PYTHON) throw new Error("TAFEL_TEST_PYTHON names a Python with aiosmtpd; tests/run.sh makes one");
  receiver = spawn(process.env.TAFEL_TEST_PYTHON, [join(root, "tests/mail/receive.py"), String(port), inbox], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise((ready) => receiver.stdout.once("data", ready));
  server = await Server.start({ TAFEL_MAIL_HOST: "127.0.0.1", TAFEL_MAIL_PORT: String(port), TAFEL_MAIL_TLS: "none", TAFEL_MAIL_FROM: "Winter Ball <party@b.example>", TAFEL_MAIL_PER_MINUTE: "6000" });
});
after(async () => { await server?.end(); receiver?.kill(); rmSync(folder, { recursive: true, force: true }); await browser.close(); });
const mails = () => readFileSync(inbox, "utf8").trim().split("\n").map((line) => JSON.parse(line));

test("a text is written with fields that are offered, previewed, sent to a few, and an outdated table is told again", async () => {
  const page = await server.signedIn({ bypassCSP: true });
  await go(page, server, "/mail");
  await page.fill("#texts [name=name]", "Your table");
  await page.click("text=Add the text");
  await page.click("#texts li a");
  await page.waitForSelector("#text-form");
  await page.fill("[name=subject_en]", "Your table at {{ title }}");
  // By keyboard: two braces, the beginning of a field, Enter.
  await page.focus("[name=body_en]");
  await page.keyboard.type("Dear {{ fir");
  await page.waitForSelector("#offered [aria-selected=true]:text-is('first_name')");
  await page.keyboard.press("Enter");
  await page.keyboard.type(", you sit at {{ table");
  await page.keyboard.press("Escape");
  await page.keyboard.type(" }}.");
  assert.equal(await page.inputValue("[name=body_en]"), "Dear {{ first_name }}, you sit at {{ table }}.");
  // Who is chosen reads it as it is typed, in the language that there is.
  const name = await page.$eval("#preview-guest option:checked", (option) => option.textContent.split(" ")[0]);
  await page.waitForSelector(`#preview .body:has-text("Dear ${name}, you sit at T")`);
  await page.fill("[name=body_de]", "Hallo {{ nmae }}");
  await page.waitForSelector("#preview:has-text('a subject and a text belong together')");
  await page.fill("[name=subject_de]", "Hallo");
  await page.waitForSelector("#preview:has-text('there is no field “nmae”')");
  await page.fill("[name=body_de]", "");
  await page.fill("[name=subject_de]", "");
  await page.click("text=Save what I changed");
  await page.waitForFunction(() => document.querySelector("[name=body_en]").defaultValue.startsWith("Dear"));
  await page.screenshot({ path: join(artefacts, "mail-written.png"), fullPage: true });
  await page.fill("[name=to]", "me@b.example");
  await page.click("text=Send it to me");
  await page.waitForSelector(".toast:has-text('on its way to me@b.example')");
  // A filter of the guests' page, and from there to writing.
  await go(page, server, "/guests?q=müller&show=seated");
  await page.click("text=Write to these");
  await page.click("#texts li a");
  await page.waitForSelector("#summary");
  const count = Number(await page.textContent(".hero-line b"));
  assert.ok(count > 3 && count < 100, `${count}`);
  await page.screenshot({ path: join(artefacts, "mail-who.png"), fullPage: true });
  await page.click("#summary button.primary");
  await page.click("#ask [value=yes]");
  await page.waitForSelector(`#how-far b:text-is('${count}')`);
  await page.waitForSelector("#how-far:has-text('done')");
  assert.equal(mails().length, count + 1);
  assert.ok(mails().slice(1).every((mail) => /^Dear \S.*, you sit at T\d+\.\s*$/s.test(mail.body) && mail.html.includes("<p>Dear ")), mails()[1].body);
  await page.addScriptTag({ path: axe });
  const violations = await page.evaluate(async () => (await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations.map((one) => one.id));
  assert.deepEqual(violations, []);
  await page.screenshot({ path: join(artefacts, "mail-sent.png") });
  // One of them is moved: the overview counts, and the next batch is to that one alone.
  await page.click("#letters tbody a");
  await page.waitForSelector(".letter");
  await page.click("main a[href^='/guests/']");
  await page.waitForSelector("#mails");
  await page.click("button:text-is('Unseat')");
  await page.waitForSelector("#mails:has-text('knows an outdated table')");
  await go(page, server, "/");
  await page.waitForSelector(".todo li:has-text('guests know an outdated table') b:text-is('1')");
  await go(page, server, "/mail");
  await page.click("#texts li a");
  await page.click("text=See who gets it");
  await page.waitForSelector("#summary");
  await page.selectOption("select[name=to]", "changed");
  await page.click("text=Look again");
  await page.waitForSelector(".hero-line b:text-is('1')");
  await page.waitForSelector("text=is empty for 1 guest:");
  await page.selectOption("select[name=to]", "new");
  await page.click("text=Look again");
  await page.waitForSelector(`.hero-line b:text-is('${(1612 - count).toLocaleString("en")}')`);
  assert.deepEqual(page.broken, []);
});
