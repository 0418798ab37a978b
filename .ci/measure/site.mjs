// A Portico of its own for the measuring: target/dist/portico with its demo, on free ports, with a database of its own.

import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";

import { visit } from "./visitor.mjs";

export const root = path.resolve(import.meta.dirname, "../..");
const HERTZ = 100; // of /proc/*/stat, whatever the kernel's own

function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Where everything of one site lies and listens, and whether it has metrics (`counts`). Nothing runs yet. */
export async function prepareSite(name, { counts } = {}) {
  const work = path.join(root, "target/bench", name);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const [port, providerPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const origin = `http://localhost:${port}`;
  const database = path.join(work, "portico.db");
  writeFileSync(
    path.join(work, "portico.toml"),
    `public_url = "${origin}"
listen = "127.0.0.1:${port}"
demo_listen = "127.0.0.1:${providerPort}"
${counts ? `metrics_listen = "127.0.0.1:${metricsPort}"` : ""}
database_url = "sqlite:${database}"
policies = "${root}/policies"
site_root = "${root}/target/dist/site"
log = "warn"
[session]
keys_file = "${work}/keys"
`,
  );
  return { work, port, origin, database, provider: `http://localhost:${providerPort}`, metrics: `http://127.0.0.1:${metricsPort}/metrics` };
}

/** The environment of whoever measures must not configure the server. */
function withoutPortico() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PORTICO_")));
}

/** Starts Portico; answers the process and the milliseconds until it was ready. */
export async function start({ work, origin }) {
  const log = openSync(path.join(work, "portico.log"), "a");
  const began = performance.now();
  const child = spawn(path.join(root, "target/dist/portico"), ["serve", "--demo", "--config", path.join(work, "portico.toml")], {
    stdio: ["ignore", log, log],
    env: { ...withoutPortico(), PORTICO_DEMO_REVEAL_TOKENS: "1" }, // so that it can be told how long they are
  });
  process.on("exit", () => child.kill("SIGKILL"));
  for (;;) {
    const status = await visit(`${origin}/readyz`).then(({ status }) => status, () => 0);
    const took = performance.now() - began;
    if (status === 200) return { child, took };
    if (child.exitCode !== null || took > 30_000) throw new Error(`not ready: see ${work}/portico.log`);
    await new Promise((next) => setTimeout(next, 2));
  }
}

export async function stop(child) {
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await ended;
}

/** Megabytes in memory. */
export const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

/** Milliseconds of processor used so far. */
export function processor(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / HERTZ;
}
