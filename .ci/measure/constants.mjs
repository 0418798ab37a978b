// What do session, policy and database cost a page? `/docs/1` of Portico beside the same view rendered from constants, by the
// program `app/examples/constant_pages.rs`.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

import { example } from "./example.mjs";
import { inTurn, load } from "./load.mjs";
import { stop } from "./site.mjs";

/** The document as the server function returns it, for who has this cookie. */
async function opened({ origin }, cookie) {
  const headers = { cookie, "content-type": "application/json", "sec-fetch-site": "same-origin" };
  const response = await fetch(`${origin}/api/fn/open_document`, { method: "POST", headers, body: JSON.stringify({ id: "1" }) });
  if (!response.ok) throw new Error(`document 1: ${response.status}`);
  return response.text();
}

async function serve(executable, document) {
  const child = spawn(executable, [document], { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  for await (const line of createInterface(child.stdout)) return { child, ports: line.split(" ").map(Number) };
  throw new Error("the page from constants is not served");
}

/**
 * Milliseconds of processor for `/docs/1` (`whole`), for the same view without anything behind it (`view`), and for what is around every page
 * (`layers`): headers, limits, compression, metrics. Those cost what `/about` costs more here than there, as nobody is signed in.
 */
export async function besideConstants(site, { cookie, dev, rounds, seconds }) {
  const document = path.join(site.work, "document.json");
  writeFileSync(document, await opened(site, cookie));
  const { child, ports } = await serve(example("constant_pages", { dev }), document);
  const [signedIn, anonymous] = ports.map((port) => ({ port, pid: child.pid }));
  const turns = [
    () => load(site, { address: "/docs/1", cookie }, seconds),
    () => load(signedIn, { address: "/docs/1" }, seconds),
    () => load(site, { address: "/about" }, seconds),
    () => load(anonymous, { address: "/about" }, seconds),
  ];
  inTurn(1, turns); // warm
  const [whole, view, around, bare] = inTurn(rounds, turns).map(({ cpu }) => cpu);
  await stop(child);
  const layers = Math.max(around - bare, 0);
  return { whole, view, layers, behind: (whole - view - layers) / (view + layers) };
}
