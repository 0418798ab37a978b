// The figures as Markdown tables, for the terminal and docs/performance.md alike.

import { CONNECTIONS } from "./load.mjs";

const table = (head, rows) => [head, head.map((_, column) => (column ? "---:" : "---")), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const us = (value) => `${(1000 * value).toFixed(0)} µs`;
const kB = (bytes) => `${(bytes / 1000).toFixed(bytes < 300_000 ? 1 : 0)} kB`;
const number = (value) => Math.round(value).toLocaleString("en");

const spent = (microseconds) => (microseconds === undefined || microseconds === null ? "–" : ms(microseconds / 1000));

function listTable(database, rows) {
  if (!rows) return `${database} is not installed here.`;
  return `${database}:

${table(
  ["person", "page", "p50", "p99", "by hand, p50", "among 10,000, p50", "oso, p50"],
  rows.map(({ person, page, p50, p99, by_hand_p50: hand, few, oso }) => [person, page, spent(p50), spent(p99), spent(hand), spent(few?.p50), spent(oso?.p50)]),
)}`;
}

function searchTable({ searches, indexed_ms: took, memory, documents }) {
  const searched = [...new Set(searches.map(({ search }) => search))];
  const people = [...new Set(searches.map(({ person }) => person))];
  const cell = (search, person) => {
    const found = searches.find((row) => row.search === search && row.person === person);
    return `${ms(found.p50 / 1000)} / ${ms(found.p99 / 1000)}`;
  };
  return `Searching all of them, inside the server (index, rows, decisions, quotations), p50 / p99. The index was made at ${number((1000 * documents) / took)} documents a second; \
memory afterwards ${(memory.anonymous_kb / 1000).toFixed(0)} MB, and ${(memory.files_kb / 1000).toFixed(0)} MB of mapped files:

${table(["search", ...people], searched.map((search) => [search, ...people.map((person) => cell(search, person))]))}`;
}

export function report({ date, machine, rounds, pages, signIn, callback, crowd, sessions, expiry, constants, lists, start, memory, size, promises }) {
  return `Measured ${date.slice(0, 10)}, ${machine.cores} × ${machine.cpu}, load and server on the same cores, ${CONNECTIONS} connections, median of ${rounds.count} rounds of ${rounds.seconds} s.

${table(
  ["page", "requests/s", "of the bare page", "p50", "p99", "server's processor each"],
  pages.map((page) => [page.name, number(page.rate), `${(100 * page.ofBare).toFixed(0)} %`, ms(page.p50), ms(page.p99), us(page.cpu)]),
)}

${table(
  ["", "", ""],
  [
    ["sign-in, from click to page", ms(signIn.median), `p95 ${ms(signIn.p95)}, ${signIn.count} times`],
    ["the callback of a sign-in, p50", ms(callback.took), `${ms(callback.own)} beside ${callback.calls} calls of the demo provider (${callback.ratio.toFixed(2)} × their time), ${callback.count} times`],
    [`${crowd.count} sign-ins at once`, `${ms(crowd.median)} each`, `p95 ${ms(crowd.p95)}, all in ${ms(crowd.wall)}, ${crowd.errors} errors`],
    ["processor time of such a sign-in", ms(crowd.cpu), "site and demo provider together"],
    [`\`/docs/1\` among ${number(sessions.count)} sessions`, `${number(sessions.crowded.rate)}/s`, `among few ${number(sessions.alone.rate)}/s`],
    ["`/docs/1`, processor time", us(constants.whole), `its view from constants ${us(constants.view)}, what is around every page ${us(constants.layers)}`],
    ["a session on disk", `${number(sessions.session.bytes)} B`, `${number(sessions.session.tokens)} B of it tokens`],
    [`memory with ${number(sessions.count)} sessions`, `${sessions.memory.many.toFixed(1)} MB`, `with few ${sessions.memory.few.toFixed(1)} MB`],
    [`${expiry.requests} requests at two replicas when a token expires`, `p99 ${expiry.p99.toFixed(2)} round trips`, `p50 ${expiry.p50.toFixed(2)}; ${expiry.rounds} times, ${expiry.refreshes} refreshes`],
    ["start until ready", ms(start.median), `worst ${ms(start.worst)}`],
    ["resident memory", `${memory.after.toFixed(1)} MB`, `${memory.atRest.toFixed(1)} MB before the load`],
    ["WebAssembly", kB(size.wasm.brotli), `${kB(size.wasm.raw)} raw`],
    ["script", kB(size.script.brotli), `${kB(size.script.raw)} raw`],
    ["styles", kB(size.style.brotli), `${kB(size.style.raw)} raw`],
  ],
)}

Pages of 50 rows, newest first, among 1,000,000 documents of 5,000 people in 500 groups: through the policy, by a query written by hand, and by oso 0.27 with sqlalchemy-oso.

${listTable("SQLite", lists.sqlite)}

${listTable("PostgreSQL", lists.postgres)}

${searchTable(lists.search)}

${table(["promise", "measured", "wanted", ""], promises.map(({ what, found, wanted, kept }) => [what, found, wanted, kept ? "kept" : "**broken**"]))}`;
}
