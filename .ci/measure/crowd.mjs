// What do many people cost? Sign-ins at the same time, and sessions that live beside the one that asks.

import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { prepareSite, processor, resident, start, stop } from "./site.mjs";
import { inTurn, load, median, nearTop } from "./load.mjs";
import { hangUp, signIn, visit } from "./visitor.mjs";

const PEOPLE = ["alice", "bob", "carol", "dave", "erin"];
/** A page all of them may open. */
const PAGE = "/about";

/** So many sign-ins, all begun before the first has ended. */
export async function together({ origin, pid }, count) {
  hangUp();
  const before = processor(pid);
  const began = performance.now();
  const done = await Promise.allSettled(Array.from({ length: count }, (_, index) => signIn(origin, PEOPLE[index % PEOPLE.length], PAGE)));
  const wall = performance.now() - began;
  const cpu = (processor(pid) - before) / count;
  const well = done.filter(({ status }) => status === "fulfilled").map(({ value }) => value.took);
  const failed = done.filter(({ status }) => status === "rejected");
  if (failed.length) console.error(String(failed[0].reason));
  return { count, errors: failed.length, cpu, wall, median: median(well), p95: nearTop(well) };
}

/** One request among few sessions and among `count`, at two sites that differ in nothing else. */
export async function among(count, rounds, seconds) {
  hangUp();
  const [few, many] = [await prepareSite("few"), await prepareSite("many")];
  const running = [];
  for (const site of [few, many]) {
    const first = await start(site);
    site.cookie = (await signIn(site.origin)).cookie;
    const tokens = await tokenBytes(site.provider);
    await stop(first.child);
    if (site === many) site.session = { bytes: fill(site.database, count), tokens };
    const { child } = await start(site);
    running.push(child);
    site.pid = child.pid;
  }
  const turn = (site, time) => () => load(site, { address: "/docs/1", cookie: site.cookie }, time);
  inTurn(1, [turn(few, 1), turn(many, 1)]); // warm
  const [alone, crowded] = inTurn(rounds, [turn(few, seconds), turn(many, seconds)]);
  const memory = { few: resident(few.pid), many: resident(many.pid) };
  for (const child of running) await stop(child);
  return { count, alone, crowded, memory, session: many.session };
}

/**
 * Copies the one session there is, under other keys and names: rows and indexes are as large as those of so many people,
 * though only the first can be opened, by whoever has its cookie. Answers the bytes each adds to the file.
 */
function fill(file, count) {
  const database = new DatabaseSync(file);
  const size = () => {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return statSync(file).size;
  };
  const before = size();
  database.exec(`BEGIN;
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${Number(count)})
    INSERT INTO bff_session_records (id_hash, sealed_identity, sealed_tokens, sealed_revocable, version, provider, issuer,
      subject, sid, created, seen, expires)
    SELECT randomblob(32), sealed_identity, sealed_tokens, sealed_revocable, version, provider, issuer,
      'person-' || n, hex(randomblob(8)), created, seen, expires
    FROM number, (SELECT * FROM bff_session_records LIMIT 1);
    COMMIT;`);
  const bytes = (size() - before) / count;
  database.close();
  return bytes;
}

/** How long the tokens of the one session are: the newest of each kind that the demo has issued. */
async function tokenBytes(provider) {
  const issued = JSON.parse((await visit(`${provider}/demo/issued`)).text);
  const newest = new Map(issued.map(({ kind, value }) => [kind, value.length]));
  const lengths = ["access_token", "id_token", "refresh_token"].map((kind) => newest.get(kind));
  if (lengths.includes(undefined)) throw new Error(`the demo told only ${[...newest.keys()]}`);
  return lengths.reduce((sum, length) => sum + length);
}
