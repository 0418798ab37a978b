// Does any token, code or session id reach a byte the browser can read? Everything it receives is collected and searched
// for everything the provider issued.

import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "../support/visitor.ts";
import { alice } from "../support/people.ts";
import type { Site } from "../support/sites.ts";

interface Seen {
  where: string;
  text: string;
}
interface Issued {
  kind: string;
  value: string;
}

/** Collects whatever the site at `origin` sends or is asked by this page: addresses, headers, bodies. */
function watch(context: BrowserContext, site: Site): { seen: Seen[]; settled: () => Promise<unknown> } {
  const seen: Seen[] = [];
  const reading: Promise<unknown>[] = [];
  context.on("request", (request) => seen.push({ where: `address ${request.url()}`, text: request.url() + (request.postData() ?? "") }));
  context.on("response", (response) => {
    if (!response.url().startsWith(site.url)) return;
    const where = response.url();
    reading.push(
      response.headersArray().then((headers) => {
        const readable = headers.filter(({ name }) => name.toLowerCase() !== "set-cookie");
        seen.push({ where: `headers of ${where}`, text: readable.map(({ name, value }) => `${name}: ${value}`).join("\n") });
        seen.push({ where: `cookies of ${where}`, text: headers.filter((header) => !readable.includes(header)).map(({ value }) => value).join("\n") });
      }).catch(() => {}),
      response.body().then((body) => seen.push({ where: `body of ${where}`, text: body.toString("latin1") })).catch(() => {}),
    );
  });
  return { seen, settled: () => Promise.all(reading) };
}

/** What scripts of the page could read: storage, cookies without HttpOnly, the document as it stands, global variables. */
async function readable(page: Page): Promise<Seen> {
  const text = await page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const caches_ = await caches.keys();
    const globals = Object.getOwnPropertyNames(window).map((name) => {
      const value: unknown = Reflect.get(window, name);
      return typeof value === "string" || Array.isArray(value) ? JSON.stringify(value) : "";
    });
    return [
      JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie, location.href, history.state,
      document.documentElement.outerHTML, databases.join(), caches_.join(), globals.join("\n"),
    ].map(String).join("\n");
  });
  return { where: `what scripts of ${page.url()} could read`, text };
}

test("TO-1 TK-4 HD-4 no token, code or session id reaches anything the browser can read", { tag: ["@certified"] }, async ({ page, context, portal, site }) => {
  const { seen, settled } = watch(context, site);
  await portal.signIn(alice);
  await portal.awake();
  for (const address of ["/", "/profile", "/public", "/protected", "/admin", "/docs", "/docs/1", "/docs/2", "/nowhere", "/auth/session"]) {
    await portal.open(address);
    if (address === "/auth/session") continue;
    await portal.awake();
    seen.push(await readable(page));
  }
  await portal.open("/");
  await portal.awake();
  for (const tab of ["Profile", "Public", "Protected", "Documents"]) {
    await portal.tab(tab).click();
    await expect(portal.tab(tab)).toHaveAttribute("aria-current", "page");
    seen.push(await readable(page));
  }
  await settled();

  const issued = (await (await fetch(site.issued)).json()) as Issued[];
  expect(new Set(issued.map(({ kind }) => kind))).toEqual(new Set(["code", "access_token", "refresh_token", "id_token"]));
  expect(seen.filter(({ where }) => where.startsWith("body of")).length).toBeGreaterThan(20);
  expect(seen.some(({ where, text }) => where.includes(".wasm") && text.length > 50_000)).toBe(true);
  // The one way a code may travel: the provider sends the browser to the callback with it.
  const isCodesWay = (where: string) => where.startsWith("address") && where.includes("/auth/callback/");
  const sessions = (await context.cookies(site.url)).filter((cookie) => cookie.httpOnly).map(({ value }) => ({ kind: "session", value }));
  expect(sessions.length).toBeGreaterThan(0);

  const found: string[] = [];
  for (const { kind, value } of [...issued, ...sessions]) {
    // A signature alone would be enough to know a token by.
    const signature = value.split(".").at(-1) ?? value;
    for (const { where, text } of seen) {
      if (!text.includes(value) && !text.includes(signature)) continue;
      if (kind === "code" && isCodesWay(where)) continue;
      if (kind === "session" && where.startsWith("cookies of")) continue;
      found.push(`${kind} in ${where.slice(0, 200)}`);
    }
  }
  expect(found).toEqual([]);
});

test("CK-1 CK-5 the session cookie is closed to scripts, and no script can read any cookie", { tag: ["@certified"] }, async ({ page, context, portal, site }) => {
  await portal.signIn(alice);
  const cookies = await context.cookies(site.url);
  const session = cookies.find((cookie) => cookie.name === "portico");
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/", domain: "localhost" });
  expect(await page.evaluate(() => document.cookie)).toBe("");
  for (const cookie of cookies) expect(cookie.name.length + cookie.value.length).toBeLessThanOrEqual(4096);
});
