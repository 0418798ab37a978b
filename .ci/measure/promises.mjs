// What must hold, whatever the machine: ratios within one run, and sizes.

import { MAX_FIRST_LOAD, MAX_PROGRAM } from "./size.mjs";

const LIST_LIMIT = 5_000; // microseconds
const SEARCH_LIMIT = 50_000; // microseconds
const NOISE = 300; // what a machine does beside, of a time that is short anyway

/** What holds for every person and page of the list, told by the worst of them. */
function listPromises(database, rows) {
  if (!rows) return [];
  const worst = (of) => rows.map((row) => ({ row, value: of(row) })).filter(({ value }) => Number.isFinite(value)).sort((a, b) => b.value - a.value)[0];
  const told = ({ row, value }, unit) => `${value.toFixed(1)} ${unit} (${row.person}, ${row.page})`;
  const slowest = worst(({ p99 }) => p99 / 1000);
  const beside = worst(({ p50, by_hand_p50: hand }) => (p50 <= NOISE ? 0 : p50 / hand));
  const grown = worst(({ p50, few }) => (p50 <= NOISE ? 0 : p50 / few?.p50));
  return [
    { what: `a page of 50 among a million documents, ${database}: the worst p99`, found: told(slowest, "ms"), wanted: "≤ 5 ms", kept: slowest.value <= LIST_LIMIT / 1000 },
    { what: "the worst, of a query by hand", found: told(beside, "×"), wanted: "≤ 2 ×", kept: beside.value <= 2 },
    { what: "the worst, of its own time among 10,000", found: told(grown, "×"), wanted: "≤ 1.5 ×", kept: grown.value <= 1.5 },
  ];
}

const percent = (part) => `${(100 * part).toFixed(0)} %`;

/** What holds for every search of every person. */
function searchPromises({ searches, indexed_ms: took, memory, documents }) {
  const slowest = searches.toSorted((a, b) => b.p99 - a.p99)[0];
  const rate = (1000 * documents) / took;
  return [
    { what: "a search among a million documents: the worst p99", found: `${(slowest.p99 / 1000).toFixed(1)} ms (${slowest.person}, ${slowest.search})`, wanted: "≤ 50 ms", kept: slowest.p99 <= SEARCH_LIMIT },
    { what: "documents indexed each second", found: rate.toFixed(0), wanted: "≥ 5,000", kept: rate >= 5000 },
    { what: "memory while searching", found: `${(memory.anonymous_kb / 1000).toFixed(0)} MB`, wanted: "≤ 250 MB", kept: memory.anonymous_kb <= 250_000 },
  ];
}

/** Each promise, what was found, and whether it is kept. */
export function promises({ pages, sessionCost, constants, callback, crowd, sessions, expiry, imported, lists, start, memory, size }) {
  const [document] = pages.filter(({ address }) => address === "/docs/1");
  const firstLoad = size.wasm.brotli + size.script.brotli;
  const slower = sessions.crowded.cpu / sessions.alone.cpu - 1;
  const beside = sessions.session.bytes - sessions.session.tokens;
  const grown = sessions.memory.many - sessions.memory.few;
  return [
    { what: "`/docs/1` signed in, of the bare page's rate", found: percent(document.ofBare), wanted: "≥ 40 %", kept: document.ofBare >= 0.4 },
    { what: "what a session costs each request, of the bare page's processor time", found: percent(sessionCost), wanted: "≤ 25 %", kept: sessionCost <= 0.25 },
    { what: "what session, policy and database cost `/docs/1`, of its view from constants", found: percent(constants.behind), wanted: "≤ 20 %", kept: constants.behind <= 0.2 },
    { what: `what ${sessions.count.toLocaleString("en")} sessions add to that of \`/docs/1\``, found: percent(slower), wanted: "≤ 5 %, the noise", kept: slower <= 0.05 },
    { what: "bytes of a session on disk beside its tokens", found: beside.toFixed(0), wanted: "< 1,000", kept: beside < 1000 },
    { what: "memory those sessions add", found: `${grown.toFixed(1)} MB`, wanted: "≤ 5 MB, the noise", kept: grown <= 5 },
    { what: "the callback of a sign-in without its provider, p50", found: `${callback.own.toFixed(2)} ms`, wanted: "≤ 5 ms", kept: callback.own <= 5 },
    { what: "the same beside a provider that takes 20 ms in all", found: `${((20 + callback.own) / 20).toFixed(2)} ×`, wanted: "≤ 1.3 ×", kept: 20 + callback.own <= 1.3 * 20 },
    { what: `${crowd.count} sign-ins at once: errors`, found: `${crowd.errors}`, wanted: "0", kept: crowd.errors === 0 },
    { what: `${expiry.requests} requests at two replicas at expiry: refreshes each time`, found: `${expiry.refreshes / expiry.rounds}`, wanted: "1", kept: expiry.refreshes === expiry.rounds },
    { what: "their p99, in round trips to the provider", found: expiry.p99.toFixed(2), wanted: "< 2", kept: expiry.p99 < 2 },
    { what: "small documents imported each second, SQLite", found: imported.sqlite.toFixed(0), wanted: "≥ 2,000", kept: imported.sqlite >= 2000 },
    ...(imported.postgres ? [{ what: "the same, PostgreSQL", found: imported.postgres.toFixed(0), wanted: "≥ 2,000", kept: imported.postgres >= 2000 }] : []),
    ...listPromises("SQLite", lists.sqlite),
    ...listPromises("PostgreSQL", lists.postgres),
    ...searchPromises(lists.search),
    { what: "WebAssembly and script of the first load, brotli", found: `${(firstLoad / 1000).toFixed(1)} kB`, wanted: "≤ 210 kB", kept: firstLoad <= MAX_FIRST_LOAD },
    { what: "the program, its symbols apart", found: `${(size.program / 1e6).toFixed(1)} MB`, wanted: "< 60 MB", kept: size.program < MAX_PROGRAM },
    { what: "start until ready, existing database", found: `${start.median.toFixed(0)} ms`, wanted: "< 500 ms", kept: start.median < 500 },
    { what: "resident memory after the pages", found: `${memory.after.toFixed(1)} MB`, wanted: "< 80 MB", kept: memory.after < 80 },
  ];
}
