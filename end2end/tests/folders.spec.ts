// Is the tree of folders there for everybody: with the mouse, with keys, without script, on a phone? And does it show what its reader may read, and nothing else?

import { type Page } from "@playwright/test";
import { violations } from "../support/axe.ts";
import { expect, test } from "../support/visitor.ts";
import { alice, carol, dave } from "../support/people.ts";

const tree = (page: Page) => page.getByRole("navigation", { name: "Folders" });
/** The links of folders that can be seen, in order. */
const names = (page: Page) => tree(page).locator("[data-folder]:visible");
const folder = (page: Page, path: string) => tree(page).locator(`[data-folder="${path}"]`);

test("FI-2 the tree leads to what its reader may read, and the open path needs no script", { tag: "@no-script" }, async ({ page, portal }) => {
  await portal.signIn(dave, "/docs");
  await expect(names(page)).toHaveText(["engineering", "handbook", "marketing", "notes"]);
  await folder(page, "handbook").click();
  await expect(page).toHaveURL(/\/docs\?folder=handbook$/);
  await expect(names(page)).toHaveText(["engineering", "handbook", "people", "writing", "marketing", "notes"]);
  await expect(folder(page, "handbook")).toHaveAttribute("aria-current", "page");
  await folder(page, "handbook/writing").click();
  await expect(page).toHaveURL(/\/docs\?folder=handbook\/writing$/);
  await expect(folder(page, "handbook/writing")).toHaveAttribute("aria-current", "page");
  await expect(tree(page).locator("[aria-current]")).toHaveCount(1);
});

test("FI-2 folders of which nothing may be read are nowhere", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs?folder=board/people");
  await expect(names(page)).toHaveText(["engineering", "handbook", "marketing"]);
  await expect(page.getByRole("main")).not.toContainText("Salary");
  // Of marketing she may read what is in one folder of it.
  await portal.open("/docs?folder=marketing");
  await expect(names(page)).toHaveText(["engineering", "handbook", "marketing", "brand"]);
});

test("FI-2 somebody who reads everything finds all of it", async ({ page, portal }) => {
  await portal.signIn(carol, "/docs?folder=board");
  await expect(names(page)).toHaveText(["board", "people", "engineering", "handbook", "marketing", "notes"]);
});

test("FI-2 the tree is used with the arrow keys, and what is open stays open", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  const item = (name: string) => tree(page).getByRole("treeitem", { name, exact: true });
  await expect(item("engineering")).toHaveAttribute("aria-expanded", "false");
  await expect(tree(page).locator("[role=treeitem][tabindex='0']")).toHaveCount(1);
  await item("engineering").focus();
  await page.keyboard.press("ArrowRight");
  await expect(item("engineering")).toHaveAttribute("aria-expanded", "true");
  await expect(item("incidents")).toHaveAttribute("aria-level", "2");
  await page.keyboard.press("ArrowRight");
  await expect(item("incidents")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(item("operations")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(item("engineering")).toBeFocused();
  await page.keyboard.press("End");
  await expect(item("marketing")).toBeFocused();
  await page.keyboard.press("h");
  await expect(item("handbook")).toBeFocused();
  await page.keyboard.press("Home");
  await expect(item("engineering")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(item("engineering")).toHaveAttribute("aria-expanded", "false");
  await expect(item("incidents")).toBeHidden();
  await page.keyboard.press("ArrowRight");
  await expect(item("incidents")).toBeVisible();

  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/docs\?folder=engineering\/incidents$/);
  await expect(item("incidents")).toHaveAttribute("aria-current", "page");
  await expect(item("incidents")).toHaveAttribute("tabindex", "0");
  await item("handbook").click();
  await expect(page).toHaveURL(/\/docs\?folder=handbook$/);
  await expect(item("writing")).toBeVisible();
  expect(await violations(page, "the tree")).toEqual([]);
});

test("FI-2 the corner of a folder opens it without going there", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  await folder(page, "handbook").locator(".twig").click();
  await expect(folder(page, "handbook/people")).toBeVisible();
  await expect(page).toHaveURL(/\/docs$/);
  await folder(page, "engineering").click();
  await expect(page).toHaveURL(/\/docs\?folder=engineering$/);
  // Opened on the page before.
  await expect(folder(page, "handbook/people")).toBeVisible();
});

test("FI-2 on a phone the tree is a drawer", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  await portal.signIn(dave, "/docs");
  await portal.awake();
  await expect(tree(page)).toBeHidden();
  await page.getByRole("button", { name: "Folders" }).tap();
  await expect(names(page)).toHaveText(["engineering", "handbook", "marketing", "notes"]);
  await folder(page, "handbook").tap();
  await expect(page).toHaveURL(/\/docs\?folder=handbook$/);
  await expect(tree(page)).toBeHidden();
});

test("FI-2 a document stands in its folder, and leads to the next one", { tag: "@no-script" }, async ({ page, portal }) => {
  await portal.signIn(dave, "/docs?folder=handbook/writing");
  await page.getByRole("link", { name: "Pages everybody can use", exact: true }).click();
  const first = "Pages everybody can use";
  await expect(portal.heading).toHaveText(first);
  await expect(folder(page, "handbook/writing")).toHaveAttribute("aria-current", "page");
  const other = page.locator("a[rel=next], a[rel=prev]");
  await expect(other).toHaveCount(1);
  await other.click();
  await expect(portal.heading).not.toHaveText(first);
  await expect(page.locator("a[rel=next], a[rel=prev]")).toContainText(first);
});
