// Does the site stay whole when it is hurried?

import { readFileSync } from "node:fs";
import { expect, test } from "../support/visitor.ts";
import { alice } from "../support/people.ts";

test("UI-6 parallel reloads and broken-off ones leave no panic and no 5xx", { tag: ["@certified"] }, async ({ page, context, portal, site }) => {
  test.setTimeout(120_000);
  const failures: string[] = [];
  context.on("response", (response) => response.status() >= 500 && failures.push(`${response.status()} ${response.url()}`));
  context.on("weberror", (error) => failures.push(`script: ${error.error().message}`));
  await portal.signIn(alice);
  const addresses = ["/", "/docs", "/docs/1", "/docs/2", "/profile", "/protected", "/admin", "/nowhere"];
  const tabs = await Promise.all(addresses.slice(0, 4).map(() => context.newPage()));
  await Promise.all(
    tabs.map(async (tab, first) => {
      for (let turn = 0; turn < 12; turn += 1) {
        const going = tab.goto(addresses[(first + turn) % addresses.length]!).catch(() => {});
        // Every third visit is broken off while the page is being made.
        if (turn % 3 === 2) await tab.evaluate(() => window.stop()).catch(() => {});
        await going;
        await tab.reload().catch(() => {});
      }
    }),
  );
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, turn) => context.request.get(`${site.url}${addresses[turn % addresses.length]}`)),
  );
  expect(answers.map((answer) => answer.status()).filter((status) => status >= 500)).toEqual([]);
  expect(failures).toEqual([]);
  expect(await portal.open("/docs/1")).toBe(200);
  await expect(page.getByRole("region", { name: "Why can I see this?" })).toBeVisible();
  expect(readFileSync(site.log, "utf8")).not.toMatch(/panicked at/);
});

test("HD-1 nothing on any page breaks the content security policy, and no script fails", { tag: ["@certified"] }, async ({ page, portal }) => {
  await portal.signIn(alice);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  for (const address of ["/", "/docs", "/docs/1", "/profile", "/public", "/protected", "/about"]) {
    await portal.open(address);
    await portal.awake();
  }
  expect(complaints).toEqual([]);
});
