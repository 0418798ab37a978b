// What does the callback of a sign-in take beside waiting for the provider? At a site with metrics, which tell
// how long its provider took.

import { prepareSite, start, stop } from "./site.mjs";
import { median } from "./load.mjs";
import { hangUp, signIn, visit } from "./visitor.mjs";

const SUM = /^bff_provider_seconds_sum\{[^}]*\} (\S+)$/gm;
const COUNT = /^bff_provider_seconds_count\{[^}]*\} (\S+)$/gm;

/** Milliseconds that the provider was waited for so far, and how often. */
async function waited(metrics) {
  const { text } = await visit(metrics);
  const total = (pattern) => [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
  return { time: 1000 * total(SUM), calls: total(COUNT) };
}

/** The medians of `count` callbacks: all of it, the provider's part of it, the rest, and how often the provider was asked. */
export async function callbacks(count) {
  hangUp();
  const site = await prepareSite("callback", { counts: true });
  const { child } = await start(site);
  const found = [];
  for (let turn = 0; turn <= count; turn += 1) {
    await signIn(site.origin, "alice", "/about", async (callback) => {
      const before = await waited(site.metrics);
      const began = performance.now();
      const answer = await callback();
      const took = performance.now() - began;
      const after = await waited(site.metrics);
      found.push({ took, provider: after.time - before.time, calls: after.calls - before.calls });
      return answer;
    });
  }
  await stop(child);
  const warm = found.slice(1); // the first reads the keys
  const of = (what) => median(warm.map(what));
  return {
    count,
    took: of(({ took }) => took),
    provider: of(({ provider }) => provider),
    own: of(({ took, provider }) => took - provider),
    ratio: of(({ took, provider }) => took / provider),
    calls: of(({ calls }) => calls),
  };
}
