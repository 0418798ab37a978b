// Is the list made for daily use: sorted, dense, on one edge? And does moving about keep one's place?

import { type Page } from "@playwright/test";
import { Documents } from "../pages/documents.ts";
import { alice, carol } from "../support/people.ts";
import { expect, test } from "../support/visitor.ts";

const left = (page: Page, selector: string) =>
  page.locator(selector).first().evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().left;
  });

test("FI-1 a list is sorted by its columns, both ways", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs");
  await portal.awake();
  const documents = new Documents(page);
  await expect(documents.column("Updated")).toHaveAttribute("aria-sort", "descending");
  await documents.column("Document").getByRole("link").click();
  await expect(page).toHaveURL(/\/docs\?sort=title$/);
  await expect(documents.column("Document")).toHaveAttribute("aria-sort", "ascending");
  await expect(documents.column("Updated")).not.toHaveAttribute("aria-sort");
  const first = await documents.titles.allTextContents();
  const compare = (one: string, other: string) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1);
  expect(first).toEqual([...first].sort(compare));
  await documents.column("Document").getByRole("link").click();
  await expect(documents.column("Document")).toHaveAttribute("aria-sort", "descending");
  const last = await documents.titles.allTextContents();
  expect(last).toEqual([...last].sort(compare).reverse());
  expect(compare(first[0]!, last[0]!)).toBe(-1);
});

test("FI-1 a list is sorted by when its documents were made, and shows that time", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs");
  await portal.awake();
  const documents = new Documents(page);
  await documents.column("Updated").getByRole("link", { name: "Created" }).click();
  await expect(page).toHaveURL(/\/docs\?sort=created$/);
  await expect(documents.column("Created")).toHaveAttribute("aria-sort", "descending");
  const times = async () => documents.rows.locator("time").evaluateAll((elements) => elements.map((element) => element.getAttribute("datetime") ?? ""));
  const newest = await times();
  expect(newest).toEqual([...newest].sort().reverse());
  for (const row of await documents.rows.all()) expect((await row.boundingBox())?.height).toBeLessThanOrEqual(44);
  const head = await documents.column("Created").evaluate((cell) => [cell.scrollWidth, cell.clientWidth] as const);
  expect(head[0]).toBeLessThanOrEqual(head[1]);
  await documents.column("Created").getByRole("link", { name: "Created" }).click();
  await expect(page).toHaveURL(/\/docs\?sort=created&order=asc$/);
  await expect(documents.column("Created")).toHaveAttribute("aria-sort", "ascending");
  await documents.column("Created").getByRole("link", { name: "Updated" }).click();
  await expect(page).toHaveURL(/\/docs$/);
  await expect(documents.column("Updated")).toHaveAttribute("aria-sort", "descending");
});

test("FI-1 a list says how many documents there are", { tag: ["@no-script"] }, async ({ portal }) => {
  await portal.signIn(carol, "/docs");
  await expect(portal.main.getByRole("status").first()).toHaveText(/^\d[\d,]*\+? documents$/);
});

test("FI-1 a filter is cleared by a button and keeps the order", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs?sort=title");
  await portal.awake();
  const documents = new Documents(page);
  await documents.filterBy("minutes");
  await expect(page).toHaveURL(/sort=title/);
  await page.getByRole("link", { name: "Clear the filter" }).click();
  await expect(page).toHaveURL(/\/docs\?sort=title$/);
  await expect(documents.filter).toHaveValue("");
});

test("FI-2 a row and the crumbs of a document lead to the exact folder", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs/1");
  await portal.awake();
  const crumb = page.getByRole("navigation", { name: "Folder", exact: true }).getByRole("link").last();
  const folder = (await crumb.textContent()) ?? "";
  await crumb.click();
  await expect(page).toHaveURL(new RegExp(`/docs\\?folder=.*${folder}$`));
  await expect(portal.heading).toHaveText(folder);
  await expect(new Documents(page).rows.first()).toBeVisible();
});

test("UI-5 a row is one line, and twenty rows fit a laptop's window", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await page.setViewportSize({ width: 1280, height: 1080 });
  await portal.signIn(carol, "/docs");
  const rows = new Documents(page).rows;
  const boxes = await rows.evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect()).map(({ top, height, bottom }) => ({ top, height, bottom })));
  for (const { height } of boxes) expect(height).toBeLessThanOrEqual(44);
  expect(boxes.length).toBeGreaterThanOrEqual(20);
  expect(boxes[19]!.bottom - boxes[0]!.top).toBeLessThanOrEqual(900);
});

test("UI-5 a row is two lines on a phone", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs");
  const heights = await new Documents(page).rows.evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
  expect(heights.length).toBeGreaterThan(10);
  for (const height of heights) expect(height).toBeLessThanOrEqual(72);
});

test("UI-5 what belongs together begins at one line", { tag: ["@phone", "@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/");
  for (const [address, inner] of [["/", ["h1"]], ["/docs?sort=title", ["h1", "tr:not(:has(.lock)) a.title"]], ["/docs/1", ["h1", ".prose > p"]], ["/docs/2", ["h1", ".problem > p:nth-of-type(2)"]], ["/profile", []]] as const) {
    await portal.open(address);
    const edges = await Promise.all([".mark", ".foot p"].map((selector) => left(page, selector)));
    expect(Math.abs(edges[0]! - edges[1]!), `bar and foot of ${address}`).toBeLessThanOrEqual(1);
    const lines = await Promise.all(inner.map((selector) => left(page, selector)));
    for (const line of lines) expect(Math.abs(line - lines[0]!), `${address}: ${lines.join(" ")}`).toBeLessThanOrEqual(1);
  }
});

test("UI-5 what is public carries no badge, and what is private a lock with its word", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs?sort=title");
  const rows = new Documents(page).rows;
  await expect(rows.filter({ has: page.locator(".lock", { hasText: "Private" }) }).first()).toBeVisible();
  const open = rows.filter({ hasNot: page.locator(".lock") }).first();
  await expect(open).toContainText("because it is public");
  await expect(open.locator(".badge")).toHaveCount(0);
});

test("FI-8 going back leads to where somebody was, and to what they pressed", async ({ page, portal }) => {
  await portal.signIn(carol, "/docs");
  await portal.awake();
  const link = new Documents(page).titles.nth(20);
  await link.scrollIntoViewIfNeeded();
  await page.evaluate(() => window.scrollBy(0, 60));
  const before = await page.evaluate(() => window.scrollY);
  expect(before).toBeGreaterThan(0);
  const title = (await link.textContent()) ?? "";
  await link.click();
  await expect(portal.heading).toHaveText(title);
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await page.goBack();
  await expect(portal.heading).toHaveText("Documents");
  await expect(new Documents(page).row(title).locator("a.title")).toBeFocused();
  expect(Math.abs((await page.evaluate(() => window.scrollY)) - before)).toBeLessThanOrEqual(2);
  await page.goForward();
  await expect(portal.heading).toHaveText(title);
});

test("FI-8 while the next page is fetched the old one stays, and waiting is shown", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  let answer = () => {};
  const held = new Promise<void>((done) => (answer = done));
  await page.route("**/profile", async (route) => {
    await held;
    await route.continue();
  });
  await portal.tab("Profile").click();
  await expect(portal.main).toHaveAttribute("aria-busy", "true");
  await expect(page).toHaveTitle("Documents · Portico");
  await expect(page).toHaveURL(/\/docs$/);
  const line = () => page.evaluate(() => getComputedStyle(document.querySelector(".bar")!, "::after").opacity);
  await expect.poll(line).toBe("1");
  answer();
  await expect(portal.heading).toHaveText(alice.name);
  await expect(portal.main).not.toHaveAttribute("aria-busy");
  await expect(page).toHaveTitle("Profile · Portico");
});

test("FI-8 home leads on to what was read", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs/1");
  const title = (await portal.heading.textContent()) ?? "";
  await portal.open("/docs/3");
  await portal.open("/");
  const recent = page.getByRole("region", { name: "Continue reading" });
  await expect(recent.getByRole("link", { name: title })).toBeVisible();
});

test("UI-5 a heading can be linked to, code copied, and the section that is read is marked", async ({ page, portal, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await portal.signIn(alice, "/docs");
  await portal.awake();
  await portal.open("/docs/1");
  await portal.awake();
  const heading = page.locator(".prose h2").last();
  const id = (await heading.getAttribute("id")) ?? "";
  await heading.scrollIntoViewIfNeeded();
  await heading.hover();
  await heading.getByRole("link", { name: "Link to this section" }).click();
  await expect(page).toHaveURL(new RegExp(`#${id}$`));
  await expect(page.locator(`.beside .contents a[href="#${id}"]`)).toHaveAttribute("aria-current", "location");
  const code = page.locator(".code").first();
  await code.hover();
  await code.getByRole("button", { name: "Copy" }).click();
  await expect(code.getByRole("button")).toHaveText("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await code.locator("pre").textContent());
});
