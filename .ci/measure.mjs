// How fast, how big, how soon? Measures target/dist/portico with its demo on free ports, writes target/bench.json, prints a
// table and puts it into docs/performance.md. Fails when a promise of that page is broken.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const root = path.resolve(import.meta.dirname, "..");
const work = path.join(root, "target/bench");
const dev = process.argv.includes("--dev");
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = 3;
const CONNECTIONS = 32;
const SIGN_INS = 30;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const nearTop = (values) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];

function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// ── the server ──────────────────────────────────────────────────────────────────────────────────────────────────────

const [port, providerPort] = [await freePort(), await freePort()];
const origin = `http://localhost:${port}`;
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
writeFileSync(
  path.join(work, "portico.toml"),
  `public_url = "${origin}"
listen = "127.0.0.1:${port}"
demo_listen = "127.0.0.1:${providerPort}"
database_url = "sqlite:${work}/portico.db"
policies = "${root}/policies"
site_root = "${root}/target/dist/site"
log = "warn"
[session]
keys_file = "${work}/keys"
`,
);

/** Starts Portico; answers the process and the milliseconds until it was ready. */
async function start() {
  const log = openSync(path.join(work, "portico.log"), "a");
  const began = performance.now();
  const child = spawn(path.join(root, "target/dist/portico"), ["serve", "--demo", "--config", path.join(work, "portico.toml")], {
    stdio: ["ignore", log, log],
  });
  for (;;) {
    const status = await visit(`${origin}/readyz`).then(({ status }) => status, () => 0);
    const took = performance.now() - began;
    if (status === 200) return { child, took };
    if (child.exitCode !== null || took > 30_000) throw new Error(`not ready: see ${work}/portico.log`);
    await new Promise((next) => setTimeout(next, 2));
  }
}

async function stop(child) {
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await ended;
}

// ── a visitor without a browser ─────────────────────────────────────────────────────────────────────────────────────

const agent = new http.Agent({ keepAlive: true });

function visit(url, { jar, form } = {}) {
  const { host } = new URL(url);
  const cookies = [...(jar?.get(host) ?? new Map())].map(([name, value]) => `${name}=${value}`).join("; ");
  const body = form && new URLSearchParams(form).toString();
  const headers = {
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": form ? "same-origin" : "none",
    ...(cookies && { cookie: cookies }),
    ...(body && { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body), origin: new URL(url).origin }),
  };
  return new Promise((done, failed) => {
    const request = http.request(url, { agent, method: form ? "POST" : "GET", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("error", failed);
      response.on("end", () => {
        for (const cookie of response.headers["set-cookie"] ?? []) {
          const [pair] = cookie.split(";");
          const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
          if (!jar) continue;
          if (!jar.has(host)) jar.set(host, new Map());
          if (value && !/max-age=0/i.test(cookie)) jar.get(host).set(name, value);
          else jar.get(host).delete(name);
        }
        const location = response.headers.location && new URL(response.headers.location, url).href;
        done({ status: response.statusCode, location, text });
      });
    });
    request.on("error", failed);
    request.end(body);
  });
}

const unescape = (text) => text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** From the click on "Sign in" to the page behind it, as alice; answers the milliseconds and the cookies. */
async function signIn() {
  const jar = new Map();
  const began = performance.now();
  const login = await visit(`${origin}/auth/login?return_to=/docs/1`, { jar });
  const choice = await visit(login.location, { jar });
  const form = Object.fromEntries(
    [...choice.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name, value]) => [unescape(name), unescape(value)]),
  );
  const [, picked] = /name="([^"]+)" value="alice"/.exec(choice.text) ?? [];
  const [, action] = /<form method="post" action="([^"]+)"/.exec(choice.text) ?? [];
  if (!picked) throw new Error(`no alice at ${login.location}: ${choice.status} ${choice.text.slice(0, 300)}`);
  const back = await visit(new URL(unescape(action), login.location).href, { jar, form: { ...form, [picked]: "alice" } });
  const callback = await visit(back.location, { jar });
  const page = await visit(callback.location, { jar });
  const took = performance.now() - began;
  if (page.status !== 200 || !callback.location.endsWith("/docs/1")) throw new Error(`sign-in ended at ${callback.location}: ${page.status}`);
  return { took, cookie: [...jar.get(new URL(origin).host)].map(([name, value]) => `${name}=${value}`).join("; ") };
}

// ── the measuring ───────────────────────────────────────────────────────────────────────────────────────────────────

const milliseconds = (text) => {
  const [, number, unit] = /([\d.]+)(us|ms|s|m)/.exec(text);
  return Number(number) * { us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit];
};

function load(address, cookie, seconds) {
  const args = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", ...(cookie ? ["-H", `Cookie: ${cookie}`] : []), `http://127.0.0.1:${port}${address}`, "-H", `Host: localhost:${port}`];
  const said = execFileSync("wrk", args, { encoding: "utf8" });
  if (/Non-2xx|Socket errors/.test(said)) throw new Error(`${address}: ${said}`);
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)[1]),
    p50: milliseconds(/50%\s+(\S+)/.exec(said)[1]),
    p99: milliseconds(/99%\s+(\S+)/.exec(said)[1]),
  };
}

const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

function shipped(ending) {
  const folder = path.join(root, "target/dist/site/pkg");
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  return files.reduce(
    ({ raw, brotli: sum }, name) => {
      const bytes = readFileSync(path.join(folder, name));
      return { raw: raw + bytes.length, brotli: sum + brotli(bytes) };
    },
    { raw: 0, brotli: 0 },
  );
}

const starts = [];
await stop((await start()).child); // makes the database
for (let turn = 0; turn < 4; turn += 1) {
  const { child, took } = await start();
  starts.push(took);
  await stop(child);
}
const { child } = await start();
process.on("exit", () => child.kill("SIGKILL"));

const atRest = resident(child.pid);
const signIns = [];
let cookie = "";
for (let turn = 0; turn <= SIGN_INS; turn += 1) {
  const done = await signIn();
  cookie = done.cookie;
  if (turn > 0) signIns.push(done.took); // the first warms up
}

const pages = [
  { name: "/healthz", address: "/healthz" },
  { name: "/about, the bare page", address: "/about" },
  { name: "/docs/1, signed in", address: "/docs/1", cookie },
  { name: "/docs, signed in", address: "/docs", cookie },
];
for (const page of pages) load(page.address, page.cookie, 1); // warm
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) {
  rounds.push(pages.map((page) => load(page.address, page.cookie, SECONDS)));
}
const measured = pages.map(({ name, address }, index) => {
  const of = (what) => median(rounds.map((round) => round[index][what]));
  return { name, address, rate: Math.round(of("rate")), p50: of("p50"), p99: of("p99") };
});
const after = resident(child.pid);
await stop(child);

const [wasm, script, style] = [shipped(".wasm"), shipped(".js"), shipped(".css")];
const bare = measured[1].rate;
const firstLoad = wasm.brotli + script.brotli;
const result = {
  date: new Date().toISOString(),
  machine: { cpu: os.cpus()[0]?.model.trim() ?? "", cores: os.cpus().length },
  build: dev ? "dev" : "release",
  pages: measured.map((page) => ({ ...page, ofBare: page.rate / bare })),
  signIn: { median: median(signIns), p95: nearTop(signIns), count: signIns.length },
  start: { median: median(starts), worst: Math.max(...starts) },
  memory: { atRest, after },
  size: { wasm, script, style },
};
const promises = [
  { what: "`/docs/1` signed in, of the bare page's rate", found: `${(100 * result.pages[2].ofBare).toFixed(0)} %`, wanted: "≥ 40 %", kept: result.pages[2].ofBare >= 0.4 },
  { what: "WebAssembly and script of the first load, brotli", found: `${(firstLoad / 1000).toFixed(1)} kB`, wanted: "≤ 220 kB", kept: firstLoad <= 220_000 },
  { what: "start until ready, existing database", found: `${result.start.median.toFixed(0)} ms`, wanted: "< 500 ms", kept: result.start.median < 500 },
  { what: "resident memory after the bench", found: `${after.toFixed(1)} MB`, wanted: "< 80 MB", kept: after < 80 },
];
result.promises = promises;
writeFileSync(path.join(root, "target/bench.json"), `${JSON.stringify(result, null, 2)}\n`);

// ── the telling ─────────────────────────────────────────────────────────────────────────────────────────────────────

const table = (head, rows) => [head, head.map((_, column) => (column ? "---:" : "---")), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const text = `Measured ${result.date.slice(0, 10)}, ${result.machine.cores} × ${result.machine.cpu}, load and server on the same cores, ${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${SECONDS} s.

${table(
  ["page", "requests/s", "of the bare page", "p50", "p99"],
  result.pages.map((page) => [page.name, page.rate.toLocaleString("en"), `${(100 * page.ofBare).toFixed(0)} %`, ms(page.p50), ms(page.p99)]),
)}

${table(
  ["", "", ""],
  [
    ["sign-in, from click to page", ms(result.signIn.median), `p95 ${ms(result.signIn.p95)}, ${result.signIn.count} times`],
    ["start until ready", ms(result.start.median), `worst ${ms(result.start.worst)}`],
    ["resident memory", `${after.toFixed(1)} MB`, `${atRest.toFixed(1)} MB before the load`],
    ["WebAssembly", `${(wasm.brotli / 1000).toFixed(1)} kB`, `${(wasm.raw / 1000).toFixed(0)} kB raw`],
    ["script", `${(script.brotli / 1000).toFixed(1)} kB`, `${(script.raw / 1000).toFixed(0)} kB raw`],
    ["styles", `${(style.brotli / 1000).toFixed(1)} kB`, `${(style.raw / 1000).toFixed(0)} kB raw`],
  ],
)}

${table(["promise", "measured", "wanted", ""], promises.map(({ what, found, wanted, kept }) => [what, found, wanted, kept ? "kept" : "**broken**"]))}`;
console.log(`\n${text}\n`);
if (!dev) {
  const page = path.join(root, "docs/performance.md");
  writeFileSync(page, readFileSync(page, "utf8").replace(/<!-- bench -->[^]*<!-- \/bench -->/, () => `<!-- bench -->\n${text}\n<!-- /bench -->`));
}
process.exit(promises.every(({ kept }) => kept) ? 0 : 1);
