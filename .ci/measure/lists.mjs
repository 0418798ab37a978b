// What does a page of the list take at 10,000 and at 1,000,000 documents, on both databases? `server/examples/measure_lists` reads it through the policy,
// and by a query written by hand, and searches the same documents; `oso/lists.py` reads the same rows by oso and sqlalchemy-oso.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { example } from "./example.mjs";
import { postgres } from "./postgres.mjs";
import { root } from "./site.mjs";

const FEW = 10_000;
export const MANY = 1_000_000;
const OSO_SECONDS = 2;

/** A Python with oso; `null` if there is no Python, or the packages cannot be had. */
function python() {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache");
  const folder = path.join(cache, "portico/oso");
  const program = path.join(folder, "bin/python");
  const quiet = { stdio: "ignore" };
  try {
    if (!existsSync(path.join(folder, "ready"))) {
      execFileSync("python3", ["-m", "venv", folder], quiet);
      execFileSync(program, ["-m", "pip", "install", "--quiet", "-r", path.join(root, ".ci/measure/oso/requirements.txt")], quiet);
      mkdirSync(path.join(folder, "ready"));
    }
    return program;
  } catch {
    return null;
  }
}

/** What SQLAlchemy calls a database. */
const forPython = (address, folder) => (folder ? `postgresql://portico@/portico?host=${folder}` : address.replace("sqlite:", "sqlite:///"));

/** With a folder for the index, searches are measured as well. */
function measured(program, address, documents, ...index) {
  const output = execFileSync(program, [String(documents), address, ...index], { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(output);
}

function byOso(interpreter, address, readers) {
  // The rule that forbids by folder has no form in its SQL.
  const few = readers.filter(({ has_forbid }) => !has_forbid);
  const args = [path.join(root, ".ci/measure/oso/lists.py"), address, JSON.stringify(few), String(OSO_SECONDS)];
  return JSON.parse(execFileSync(interpreter, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}

/** One row for each person and page: with many documents, with few, by hand, by oso. */
function joined(many, few, oso) {
  const same = (rows, { person, page }) => rows?.find((row) => row.person === person && row.page === page);
  return many.lists.map((row) => ({ ...row, few: same(few.lists, row), oso: same(oso, row) }));
}

async function onSqlite(program, interpreter) {
  const work = path.join(root, "target/bench/lists");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const [few, many] = [FEW, MANY].map((documents) => {
    const address = `sqlite:${path.join(work, `${documents}.db`)}`;
    const index = documents === MANY ? [path.join(work, "index")] : [];
    return { ...measured(program, address, documents, ...index), address };
  });
  const oso = interpreter && byOso(interpreter, forPython(many.address), many.readers);
  rmSync(work, { recursive: true, force: true });
  return { rows: joined(many, few, oso), search: { ...many.search, documents: MANY } };
}

async function onPostgres(program, interpreter) {
  const found = [];
  for (const documents of [FEW, MANY]) {
    const database = await postgres();
    if (!database) return null;
    found.push(measured(program, database.address, documents));
    if (documents === MANY && interpreter) found.push(byOso(interpreter, forPython(database.address, database.folder), found[1].readers));
    await database.stop();
  }
  const [few, many, oso] = found;
  return joined(many, few, oso);
}

/** Times in microseconds, by database, and those of searches with SQLite; `postgres` is `null` where it is not installed. */
export async function lists({ dev }) {
  const program = example("measure_lists", { dev });
  const interpreter = python();
  const { rows, search } = await onSqlite(program, interpreter);
  return { sqlite: rows, search, postgres: await onPostgres(program, interpreter) };
}
