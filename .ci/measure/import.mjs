// How many documents a second does `portico import` take? Small ones, into an empty SQLite database; with `BENCH_POSTGRES=postgres://…` (a database that
// is empty and may be filled) into that as well.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { root } from "./site.mjs";

export const DOCUMENTS = 5_000;

const text = (number) => `---
groups: [Sales, Support]
---
# Paper ${number}

A few *words* about number ${number}, and a list:

- one
- two
`;

function rate(work, database) {
  const config = path.join(work, "portico.toml");
  writeFileSync(config, `database_url = "${database}"\n[[providers]]\nid = "acme"\nissuer = "https://id.example"\nclient_id = "portal"\n`);
  const began = performance.now();
  const output = execFileSync(path.join(root, "target/dist/portico"), ["import", "files", "--owner", "alice", "--json", "--config", config], { cwd: work, encoding: "utf8" });
  const took = performance.now() - began;
  const { added } = JSON.parse(output);
  if (added !== DOCUMENTS) throw new Error(`${added} of ${DOCUMENTS} documents came in`);
  return (1000 * added) / took;
}

/** Documents a second, the start of the program included. */
export function imports() {
  const work = path.join(root, "target/bench/import");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(path.join(work, "files"), { recursive: true });
  for (let number = 0; number < DOCUMENTS; number += 1) writeFileSync(path.join(work, "files", `${number}.md`), text(number));
  const postgres = process.env.BENCH_POSTGRES;
  return { sqlite: rate(work, `sqlite:${path.join(work, "portico.db")}`), postgres: postgres ? rate(work, postgres) : null };
}
