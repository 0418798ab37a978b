// Is everything found that somebody may read, by its words, from every page, and nothing else?

import { providerPage } from "../pages/provider.ts";
import { Search } from "../pages/search.ts";
import { violations } from "../support/axe.ts";
import { alice, bob, dave } from "../support/people.ts";
import { expect, test } from "../support/visitor.ts";

const BUILD = "How we build and release";

test("FI-3 words are found in title and text, with marks and the reason", { tag: ["@certified", "@no-script", "@phone"] }, async ({ page, portal }) => {
  await portal.signIn(alice);
  const search = new Search(page);
  await search.open("pipeline production");
  await expect(search.titles.first()).toHaveText(BUILD);
  const first = search.results.first();
  await expect(first.locator("mark").first()).toHaveText(/pipeline|production/i);
  await expect(first).toContainText("because you are in Engineering");
  await expect(search.count).toHaveText(/^\d+ results?$/);
  await expect(page).toHaveTitle("pipeline production – Search · Portico");
});

test("FI-4 filters are understood, said, and taken away by a link", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice);
  const search = new Search(page);
  await search.open("release folder:engineering owner:alice");
  await expect(search.titles).toContainText([BUILD]);
  await page.getByRole("link", { name: "Search without owner:alice" }).click();
  await expect(search.field).toHaveValue("release folder:engineering");
  await page.goto("/search?q=release%20folder%3Amarketing");
  await expect(search.count).toContainText("Nothing you may read fits");
});

test("FI-5 nobody finds what they may not read, by whichever word", { tag: ["@certified", "@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(dave);
  const search = new Search(page);
  await search.open("office");
  for (const words of ["pipeline production", BUILD, '"campaign"', "folder:engineering"]) {
    await page.goto(`/search?q=${encodeURIComponent(words)}`);
    await expect(search.titles.filter({ hasText: BUILD })).toHaveCount(0);
  }
});

test("FI-7 the box in the bar is a form that works without script", { tag: ["@no-script", "@no-script-only"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/about");
  const search = new Search(page);
  await search.box.fill("pipeline");
  await search.box.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=pipeline$/);
  await expect(search.titles).toContainText([BUILD]);
  await expect(search.box).toHaveValue("pipeline");
});

test("FI-7 documents are suggested while somebody types, and the keyboard leads all the way", { tag: ["@certified"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/about");
  await portal.awake();
  const search = new Search(page);
  await page.keyboard.press("/");
  await expect(search.box).toBeFocused();
  await expect(search.box).toHaveAttribute("role", "combobox");
  await page.keyboard.type("build rel");
  await expect(search.suggestions.first()).toContainText(BUILD);
  await expect(search.suggestions.first().locator("mark")).toHaveText(["build", "release"]);
  await expect(search.box).toHaveAttribute("aria-expanded", "true");
  expect(await violations(page, "suggestions")).toEqual([]);

  // Up and down; beyond the ends is the box.
  await page.keyboard.press("ArrowDown");
  await expect(search.selected).toContainText(BUILD);
  await expect(search.box).toHaveAttribute("aria-activedescendant", "suggestion-0");
  await page.keyboard.press("ArrowUp");
  await expect(search.selected).toHaveCount(0);
  await page.keyboard.press("ArrowUp");
  await expect(search.selected).toHaveText("Search for “build rel”");

  await page.keyboard.press("Escape");
  await expect(search.suggestions).toHaveCount(0);
  await expect(search.box).toHaveValue("build rel");
  await expect(search.box).toHaveAttribute("aria-expanded", "false");

  await page.keyboard.press("ArrowDown");
  await expect(search.suggestions.first()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/docs\/1$/);
  await expect(portal.main.getByRole("heading", { level: 1 })).toHaveText(BUILD);
  await expect(search.suggestions).toHaveCount(0);
});

test("FI-7 Enter searches for what is typed", async ({ page, portal }) => {
  await portal.signIn(alice, "/about");
  await portal.awake();
  const search = new Search(page);
  await search.box.fill("pipeline");
  await search.box.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=pipeline$/);
  await expect(search.titles).toContainText([BUILD]);
  await expect(search.suggestions).toHaveCount(0);
});

test("FI-7 an answer that comes too late is not shown", async ({ page, portal }) => {
  await portal.signIn(alice, "/about");
  await portal.awake();
  const search = new Search(page);
  const asked: string[] = [];
  const arrived = new Promise<void>((first) => {
    void page.route("**/search/suggestions?*", async (route) => {
      const words = new URL(route.request().url()).searchParams.get("q") ?? "";
      asked.push(words);
      // The first question is never answered.
      if (asked.length === 1) first();
      else await route.continue();
    });
  });
  await search.box.pressSequentially("office");
  await arrived;
  const given = page.waitForEvent("requestfailed", (request) => request.url().includes("q=office"));
  await search.box.fill("build");
  await given;
  await expect(search.suggestions.first()).toContainText(BUILD);
});

test("FI-7 FI-8 suggestions for somebody else are never shown", async ({ context, issuer, page, portal }) => {
  await portal.signIn(alice, "/about");
  await portal.awake();
  const search = new Search(page);
  // Nobody tells this tab; it learns from the answer.
  await page.evaluate(() => {
    const stop = (event: Event) => event.stopImmediatePropagation();
    for (const name of ["storage", "focus", "visibilitychange", "pageshow"]) window.addEventListener(name, stop, true);
    new MutationObserver(() => {
      const list = document.querySelector("#search-suggestions")?.textContent ?? "";
      if (document.querySelector(".person-name")?.textContent === "Alice Archer" && list.includes("campaign")) sessionStorage.setItem("mixed", "yes");
    }).observe(document.body, { childList: true, subtree: true });
  });
  await context.clearCookies();
  const other = await context.newPage();
  await other.goto("/auth/login?return_to=/");
  await providerPage(other, issuer).signInAs(bob);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${bob.name}`);
  await search.box.fill("campaign");
  await expect(page.getByText(`You are now signed in as ${bob.name}.`)).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem("mixed"))).toBeNull();
});

test("FI-7 on a phone a link leads to the page", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/about");
  const search = new Search(page);
  await expect(search.box).toBeHidden();
  await search.link.click();
  await search.field.fill("pipeline");
  await search.field.press("Enter");
  await expect(search.titles).toContainText([BUILD]);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
});

test("FI-3 UI-5 axe finds nothing on the pages of a search", { tag: ["@phone"] }, async ({ page, portal }) => {
  await portal.signIn(alice);
  await portal.awake();
  const found: string[] = [];
  for (const words of ["", "release folder:engineering", "pipeline", "relaese", "nothing-has-this"]) {
    await page.goto(`/search?q=${encodeURIComponent(words)}`);
    await portal.awake();
    found.push(...(await violations(page, `/search?q=${words}`)));
  }
  expect(found).toEqual([]);
});
