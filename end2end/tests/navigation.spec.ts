// Is moving about quick, marked and possible by keyboard alone?

import { type Page } from "@playwright/test";
import { expect, test } from "../support/visitor.ts";
import { Documents } from "../pages/documents.ts";
import { alice } from "../support/people.ts";

const loads = (page: Page) => {
  const documents: string[] = [];
  page.on("request", (request) => request.isNavigationRequest() && documents.push(request.url()));
  return documents;
};

test("UI-6 tabs and documents change without loading the page again", { tag: ["@certified"] }, async ({ page, portal }) => {
  await portal.signIn(alice);
  await portal.awake();
  const loaded = loads(page);
  for (const [tab, title] of [["Profile", alice.name], ["Public", "Public"], ["Protected", "Protected"], ["Documents", "Documents"]] as const) {
    await portal.tab(tab).click();
    await expect(portal.heading).toHaveText(title);
    await expect(portal.tab(tab)).toHaveAttribute("aria-current", /.+/);
  }
  await new Documents(page).titles.first().click();
  await expect(page).toHaveURL(/\/docs\/\d+$/);
  await expect(page.getByRole("region", { name: "Why can I see this?" })).toBeVisible();
  await page.goBack();
  await expect(portal.heading).toHaveText("Documents");
  expect(loaded).toEqual([]);
});

test("UI-6 a refusal met while moving about looks as it does when loaded", async ({ page, portal }) => {
  await portal.signIn(alice);
  await portal.awake();
  const loaded = loads(page);
  await page.evaluate(() => {
    const link = Object.assign(document.createElement("a"), { href: "/docs/2", textContent: "try document 2" });
    document.querySelector("main")!.append(link);
  });
  await page.getByRole("link", { name: "try document 2" }).click();
  await expect(portal.heading).toHaveText("You may not read this document");
  await expect(portal.main).toContainText("Marketing");
  expect(loaded).toEqual([]);
});

test("UI-5 navigation without a page load is announced and moves the focus; a page load is not", async ({ page, portal }) => {
  await portal.signIn(alice);
  await portal.awake();
  const announcement = page.locator("#page-announcement");
  await expect(announcement).toHaveAttribute("aria-live", "polite");
  await expect(announcement).toBeEmpty();
  await expect(portal.main).not.toBeFocused();
  await portal.tab("Documents").click();
  await expect(portal.heading).toHaveText("Documents");
  await expect(announcement).toHaveText("Documents");
  await expect(portal.main).toBeFocused();
  const document = new Documents(page).titles.first();
  const title = (await document.textContent()) ?? "";
  await document.click();
  await expect(portal.heading).toHaveText(title);
  await expect(announcement).toHaveText(title);
  await expect(portal.main).toBeFocused();
  await page.goBack();
  await expect(portal.heading).toHaveText("Documents");
  await expect(announcement).toHaveText("Documents");
  await expect(page.getByRole("table").getByRole("link", { name: title, exact: true })).toBeFocused();
  await portal.tab("Profile").click();
  await expect(announcement).toHaveText("Profile");
  await page.getByRole("banner").getByRole("link", { name: "Portico" }).click();
  await expect(announcement).toHaveText("Portico");
  await expect(portal.main).toBeFocused();
});

test("UI-5 filtering leaves the focus in the field; the next page begins at its start", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  const documents = new Documents(page);
  await documents.filter.fill("minutes");
  await documents.filter.press("Enter");
  await expect(page).toHaveURL(/[?&]q=minutes/);
  await expect(documents.next).toHaveAttribute("href", /q=minutes/);
  await expect(documents.filter).toBeFocused();
  // Who types hears how many there are, and not the title again.
  await expect(page.locator("#page-announcement")).toHaveText(/^\d+ documents$/);
  await documents.next.click();
  await expect(documents.previous).toBeVisible();
  await expect(portal.main).toBeFocused();
});

test("UI-5 Escape closes a menu and leads back to its button", async ({ page, portal }) => {
  await portal.signIn(alice);
  await portal.awake();
  await portal.personMenu.click();
  await expect(portal.signOutButton).toBeVisible();
  await portal.signOutButton.focus();
  await page.keyboard.press("Escape");
  await expect(portal.signOutButton).toBeHidden();
  await expect(portal.personMenu).toBeFocused();
});

test("UI-4 a site that does not answer while somebody moves about is told in the page, with a way to try again", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  await page.route("**/profile", (route) => route.abort());
  await portal.tab("Profile").click();
  await expect(portal.heading).toHaveText("No answer");
  await expect(page).toHaveURL(/\/profile$/);
  await expect(portal.personMenu).toBeVisible();
  await page.unroute("**/profile");
  await portal.main.getByRole("link", { name: "Try again" }).click();
  await expect(portal.heading).toHaveText(alice.name);
});

test("UI-4 an unknown address is a 404 page in the same layout", { tag: ["@certified", "@no-script"] }, async ({ page, portal }) => {
  for (const address of ["/nowhere", "/docs/1/nowhere", "/api/nowhere"]) {
    expect(await portal.open(address), address).toBe(404);
  }
  expect((await page.request.get("/pkg/nowhere.js")).status()).toBe(404);
  await portal.open("/nowhere");
  await expect(portal.heading).toHaveText("There is nothing at this address");
  await portal.main.getByRole("link", { name: "Go home" }).click();
  await expect(portal.heading).toBeVisible();
});

test("UI-5 the first key press finds the way to the content", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.open("/public");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("UI-5 somebody with a keyboard alone signs in, reads a document and signs out", async ({ page, portal }) => {
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
      });
      if (name.test(focused)) return;
    }
    throw new Error(`Tab never reaches ${name}`);
  };
  await portal.open("/");
  await tabTo(/^Sign in$/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /Alice/ })).toBeVisible();
  await tabTo(/Alice Archer/);
  await page.keyboard.press("Enter");
  await expect(portal.heading).toHaveText(`Welcome, ${alice.name}`);
  await portal.awake();
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await expect(portal.heading).toHaveText("Documents");
  await page.keyboard.press("/");
  await expect(page.locator("#site-search")).toBeFocused();
  await page.keyboard.press("Escape");
  await tabTo(/your menu$/);
  await page.keyboard.press("Enter");
  await tabTo(/^Sign out$/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/auth\/signed-out/);
});

test("UI-5 the list of keys opens with ? and closes with Escape", async ({ page, portal }) => {
  await portal.open("/");
  await portal.awake();
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await expect(keys).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(keys).toBeHidden();
});
