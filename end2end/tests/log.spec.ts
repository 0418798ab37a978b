// The log of the whole run names who signed in and out, and no token, code or session id. After all other tests.

import { readFileSync } from "node:fs";
import { expect, test } from "../support/visitor.ts";
import { alice } from "../support/people.ts";
import { sites } from "../support/sites.ts";

test("SE-9 the whole log of the run names people and holds no secret", { tag: "@alone" }, async ({ portal, context, site }) => {
  await portal.signIn(alice, "/protected");
  const cookies = (await context.cookies(site.url)).map(({ value }) => value);
  for (const { log, issued } of Object.values(sites)) {
    const text = readFileSync(log, "utf8");
    for (const line of [/event="?sign_in"? outcome="?success"?.*subject="?alice/, /event="?sign_in"? outcome="?refused"?/]) expect(text).toMatch(line);
    const values = ((await (await fetch(issued)).json()) as { kind: string; value: string }[]).map(({ kind, value }) => ({ kind, value }));
    expect(values.length).toBeGreaterThan(100);
    const found = values.filter(({ value }) => text.includes(value) || text.includes(value.split(".").at(-1) ?? value)).map(({ kind }) => kind);
    expect(found, log).toEqual([]);
    expect(cookies.filter((value) => text.includes(value))).toEqual([]);
    expect(text).not.toMatch(/panicked at/);
  }
});
