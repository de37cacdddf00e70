// A server of the sample party as a process, on a port and a store of its own; and browsers that sign in to it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const binary = process.env.TAFEL_BINARY;
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });

export const freePort = () => new Promise((done) => {
  const listener = createServer().listen(0, "127.0.0.1", () => { const { port } = listener.address(); listener.close(() => done(port)); });
});

export class Server {
  static async start(environment = {}) {
    const server = new Server();
    server.environment = environment;
    server.folder = mkdtempSync(join(tmpdir(), "tafel-browser-"));
    server.port = await freePort();
    server.base = `http://127.0.0.1:${server.port}`;
    await server.run(binary, true);
    return server;
  }

  // Without `--sample` the password stays as it is.
  async run(program = binary, sample = false) {
    const store = `sqlite:${join(this.folder, "tafel.db")}`;
    this.child = spawn(program, [...(sample ? ["--sample"] : []), "--store", store, "--listen", `127.0.0.1:${this.port}`], { cwd: this.folder, env: { ...process.env, ...this.environment }, stdio: ["ignore", "pipe", "pipe"] });
    this.log ??= "";
    this.child.stderr.on("data", (data) => { this.log += data; });
    let out = "";
    for await (const data of this.child.stdout) { out += data; if (out.includes("Sign in at")) break; }
    this.child.stdout.resume();
    this.password = out.match(/password (\S+)/)?.[1] ?? this.password;
  }

  stop() {
    return new Promise((done) => { this.child.once("exit", done); this.child.kill("SIGTERM"); });
  }

  // The same program under the name of another build.
  newerBuild() {
    const bytes = readFileSync(binary), path = join(this.folder, "tafel-newer");
    const build = Buffer.from(this.build), newer = Buffer.from("0123456789abcdef");
    let found = 0;
    for (let at = bytes.indexOf(build); at >= 0; at = bytes.indexOf(build, at + 1)) { newer.copy(bytes, at); found += 1; }
    if (!found) throw new Error("the build's name is not in the program");
    writeFileSync(path, bytes, { mode: 0o755 });
    return path;
  }

  // A browser of its own. The first signs in; the others have its cookie, since tries to sign in are limited.
  async signedIn(options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, storageState: this.cookies, ...options });
    const page = await context.newPage();
    page.broken = [];
    page.on("pageerror", (error) => page.broken.push(error.message));
    await page.goto(`${this.base}/`);
    if (!this.cookies) {
      await page.fill("[name=name]", "sample");
      await page.fill("[name=password]", this.password);
      await page.click("button");
      await page.waitForSelector("#status");
      this.cookies = await context.storageState();
    }
    this.build = await page.getAttribute("meta[name=tafel-build]", "content");
    if (options.javaScriptEnabled !== false) await live(page);
    return page;
  }

  // Somebody else, with an account that an admin makes on the page for it.
  async colleague(name) {
    const admin = await this.signedIn();
    await go(admin, this, "/accounts");
    await admin.click("text=Add an account");
    await admin.fill("form:has([value=add]) [name=name]", name);
    await admin.selectOption("form:has([value=add]) [name=role]", "staff");
    await admin.click("button:text-is('Add')");
    const password = await admin.textContent("#notice code");
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    page.broken = [];
    page.on("pageerror", (error) => page.broken.push(error.message));
    await page.goto(`${this.base}/`);
    await page.fill("[name=name]", name);
    await page.fill("[name=password]", password);
    await page.click("button");
    await live(page);
    return page;
  }

  async end() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const live = (page) => page.waitForFunction(() => document.getElementById("live")?.dataset.state === "on");
export const go = async (page, server, path) => { await page.goto(server.base + path); await live(page); };
