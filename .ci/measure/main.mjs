// How fast, how big, how soon? Measures target/dist/portico with its demo on free ports, writes target/bench.json, prints a
// table and puts it into docs/performance.md. Fails when a promise of that page is broken. `--dev` measures whatever lies
// there and writes no documentation.

import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { callbacks } from "./callback.mjs";
import { besideConstants } from "./constants.mjs";
import { among, together } from "./crowd.mjs";
import { atExpiry } from "./expiry.mjs";
import { imports } from "./import.mjs";
import { prepareSite, resident, root, start, stop } from "./site.mjs";
import { lists } from "./lists.mjs";
import { inTurn, load, median, nearTop } from "./load.mjs";
import { promises } from "./promises.mjs";
import { program, shipped } from "./size.mjs";
import { report } from "./report.mjs";
import { signIn } from "./visitor.mjs";

const dev = process.argv.includes("--dev");
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
const ROUNDS = 9; // short and many: what else a machine does meets all of them alike
const SIGN_INS = 30;
const CALLBACKS = 100;
const TOGETHER = 200;
const SESSIONS = 100_000;

const step = (what) => console.error(`· ${what}`);

const site = await prepareSite("portico");
step("starting");
const starts = [];
await stop((await start(site)).child); // makes the database
for (let turn = 0; turn < 4; turn += 1) {
  const { child, took } = await start(site);
  starts.push(took);
  await stop(child);
}
const { child } = await start(site);
site.pid = child.pid;
const atRest = resident(child.pid);

step("signing in");
const signIns = [];
let cookie = "";
for (let turn = 0; turn <= SIGN_INS; turn += 1) {
  const done = await signIn(site.origin);
  cookie = done.cookie;
  if (turn > 0) signIns.push(done.took); // the first warms up
}

step(`pages, ${ROUNDS} rounds`);
const pages = [
  { name: "/healthz", address: "/healthz" },
  { name: "/about, the bare page", address: "/about" },
  { name: "/about, signed in: with a person's menu", address: "/about", cookie },
  // The same few words for everybody, without a look at the disk: what is left is the session.
  { name: "a refusal (`DELETE /nothing`), for anybody", address: "/nothing", refused: true },
  { name: "a refusal, signed in", address: "/nothing", refused: true, cookie },
  { name: "/docs/1, signed in", address: "/docs/1", cookie },
  { name: "/docs, signed in", address: "/docs", cookie },
];
const turns = (seconds) => pages.map((page) => () => load(site, page, seconds));
inTurn(1, turns(1)); // warm
const measured = inTurn(ROUNDS, turns(SECONDS)).map((found, index) => ({ ...pages[index], ...found, cookie: undefined }));
const after = resident(child.pid);

step("the view of a document, from constants");
const constants = await besideConstants(site, { cookie, dev, rounds: ROUNDS, seconds: SECONDS });

step(`${TOGETHER} sign-ins at once`);
const crowd = await together(site, TOGETHER);
await stop(child);
step("callbacks, and what the provider takes of them");
const callback = await callbacks(CALLBACKS);
step(`${SESSIONS.toLocaleString("en")} sessions`);
const sessions = await among(SESSIONS, ROUNDS, SECONDS);
step("two replicas when a token expires");
const expiry = atExpiry({ dev });

step("importing");
const imported = imports();

step("lists among a million documents, on both databases");
const listed = await lists({ dev });

const [, bare, , same, known] = measured;
const result = {
  date: new Date().toISOString(),
  machine: { cpu: os.cpus()[0]?.model.trim() ?? "", cores: os.cpus().length },
  build: dev ? "dev" : "release",
  rounds: { count: ROUNDS, seconds: SECONDS },
  pages: measured.map((page) => ({ ...page, ofBare: page.rate / bare.rate })),
  constants,
  sessionCost: (known.cpu - same.cpu) / bare.cpu,
  signIn: { median: median(signIns), p95: nearTop(signIns), count: signIns.length },
  callback,
  crowd,
  sessions,
  expiry,
  imported,
  lists: listed,
  start: { median: median(starts), worst: Math.max(...starts) },
  memory: { atRest, after },
  size: { wasm: shipped(".wasm"), script: shipped(".js"), style: shipped(".css"), program: program() },
};
result.promises = promises(result);
writeFileSync(path.join(root, "target/bench.json"), `${JSON.stringify(result, null, 2)}\n`);
const text = report(result);
console.log(`\n${text}\n`);
if (!dev) {
  const page = path.join(root, "docs/performance.md");
  writeFileSync(page, readFileSync(page, "utf8").replace(/<!-- bench -->[^]*<!-- \/bench -->/, () => `<!-- bench -->\n${text}\n<!-- /bench -->`));
}
process.exit(result.promises.every(({ kept }) => kept) ? 0 : 1);
