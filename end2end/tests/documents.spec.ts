// Does everybody get the documents the policy gives them, with the reason, and no others?

import { expect, test } from "../support/visitor.ts";
import { Documents } from "../pages/documents.ts";
import { library, mayRead } from "../support/library.ts";
import { alice, bob, carol, dave, people } from "../support/people.ts";

for (const person of people) {
  test(`PO-1 ${person.subject} sees exactly the documents the rules give`, { tag: ["@certified", "@no-script"] }, async ({ page, portal, issuer }) => {
    const expected = library.filter((document) => mayRead(person, document, issuer)).map((document) => document.title);
    expect(expected.length).toBeGreaterThan(0);
    await portal.signIn(person);
    expect((await new Documents(page).all()).sort()).toEqual(expected.sort());
  });
}

test("DO-2 WOW-1 alice reads document 1 and is told why", { tag: ["@certified", "@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice);
  expect(await portal.open("/docs/1")).toBe(200);
  await expect(new Documents(page).reason).toContainText("You can see this because you are in Engineering.");
  await expect(portal.main.getByRole("article").getByRole("heading", { level: 1 })).toHaveText("How we build and release");
});

test("DO-2 WOW-1 alice is refused document 2, with the reason", { tag: ["@certified", "@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice);
  expect(await portal.open("/docs/2")).toBe(403);
  await expect(portal.heading).toHaveText("You may not read this document");
  await expect(portal.main).toContainText("Marketing");
  expect(await page.content()).not.toContain("Autumn campaign");
});

test("DO-2 document 2 opens for bob by his group and for carol by her office", { tag: ["@certified"] }, async ({ page, portal }) => {
  await portal.signIn(bob, "/docs/2");
  await expect(new Documents(page).reason).toContainText("because you are in Marketing");
  await portal.signOut();
  await portal.signIn(carol, "/docs/2");
  await expect(new Documents(page).reason).toContainText("because you are the CEO");
});

test("DO-2 dave reads the public document alone of the first three", { tag: ["@no-script"] }, async ({ portal }) => {
  await portal.signIn(dave);
  expect([await portal.open("/docs/1"), await portal.open("/docs/2"), await portal.open("/docs/3")]).toEqual([403, 403, 200]);
});

test("DO-2 unknown and malformed numbers are not found; a stranger signs in first", { tag: ["@certified", "@no-script"] }, async ({ portal }) => {
  expect(await portal.open("/docs/1")).toBe(401);
  await portal.signIn(alice);
  for (const address of ["/docs/999999", "/docs/abc", "/docs/-1", "/docs/1.5", "/docs/99999999999999999999999"]) {
    expect(await portal.open(address), address).toBe(404);
    await expect(portal.heading).toHaveText("There is nothing at this address");
  }
});

test("WOW-1 every row of the list says why it is there", { tag: ["@certified", "@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  const documents = new Documents(page);
  const count = await documents.rows.count();
  expect(count).toBeGreaterThan(0);
  for (const row of await documents.rows.all()) await expect(row).toContainText(/because (you are in Engineering|it is public|it is yours)/);
});

test("DO-1 the list is filtered by title, with and without script", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs");
  const documents = new Documents(page);
  const title = library[0]!.title;
  await documents.filterBy(title);
  await expect(documents.row(title)).toHaveCount(1);
  for (const title of await documents.titles.allTextContents()) expect(title).toBeTruthy();
  await documents.filterBy("no document has these words");
  await expect(portal.main).toContainText("Nothing you may read has");
  await page.getByRole("link", { name: "Show all documents" }).click();
  await expect(documents.rows.first()).toBeVisible();
});

test("FI-1 a long list comes in pages, forward and back", { tag: ["@certified", "@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  const documents = new Documents(page);
  const first = await documents.titles.allTextContents();
  await documents.next.click();
  await expect(page).toHaveURL(/[?&]cursor=/);
  await expect(documents.previous).toBeVisible();
  const second = await documents.titles.allTextContents();
  expect(second.length).toBeGreaterThan(0);
  expect(second.filter((title) => first.includes(title))).toEqual([]);
  await documents.previous.click();
  await expect(documents.titles).toHaveText(first);
  await expect(documents.previous).toHaveCount(0);
});

test("DO-2 a document names its owner once", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs/1");
  await expect(portal.main.getByText(/^Owner/)).toHaveCount(1);
  await page.locator(".access summary").click();
  await expect(page.getByText("Meant for")).toBeVisible();
});

test("UI-5 the keyboard stops at a wide table under its name, and at nothing that does not scroll", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs/1");
  const table = page.getByRole("group", { name: "Table" });
  await expect(table).toHaveAttribute("tabindex", "0");
  await expect(table.getByRole("table")).toBeVisible();
  await expect(page.locator(".prose pre").first()).toBeVisible();
  await expect(page.locator(".prose pre[tabindex]")).toHaveCount(0);
});

test("DO-1 a heading of a document can be linked to", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs/1");
  const last = page.getByRole("navigation", { name: "On this page" }).getByRole("link").last();
  const anchor = (await last.getAttribute("href")) ?? "";
  await last.click();
  await expect(page).toHaveURL(new RegExp(`/docs/1${anchor}$`));
  await expect(page.locator(`[id="${anchor.slice(1)}"]`)).toBeInViewport();
  await page.reload();
  await expect(page.locator(`[id="${anchor.slice(1)}"]`)).toBeInViewport();
});
