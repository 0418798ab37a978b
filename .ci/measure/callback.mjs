// What does the callback of a sign-in take beside waiting for the provider? In a house that counts, for only there the server says
// how long its provider took.

import { house, start, stop } from "./house.mjs";
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
  const place = await house("callback", { counts: true });
  const { child } = await start(place);
  const found = [];
  for (let turn = 0; turn <= count; turn += 1) {
    await signIn(place.origin, "alice", "/about", async (callback) => {
      const before = await waited(place.metrics);
      const began = performance.now();
      const answer = await callback();
      const took = performance.now() - began;
      const after = await waited(place.metrics);
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
