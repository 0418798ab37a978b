// Does every page fit a screen of 360 pixels?

import { expect, test } from "../support/visitor.ts";
import { alice, erin } from "../support/people.ts";

const width = (page: import("@playwright/test").Page) => page.evaluate(() => document.documentElement.scrollWidth);

test("UI-1 the tabs are behind a menu button", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  await portal.signIn(erin);
  await expect(portal.tabs).toHaveCount(0);
  await page.getByText("Menu", { exact: true }).tap();
  await expect(portal.tabs).toHaveText(["Documents", "Profile", "Public", "Protected", "Admin"]);
  await portal.tab("Documents").tap();
  await expect(portal.heading).toHaveText("Documents");
});

test("UI-5 no page is wider than the screen", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  for (const address of ["/", "/public", "/about", "/help/writing", "/docs", "/nowhere"]) {
    await portal.open(address);
    expect(await width(page), address).toBeLessThanOrEqual(360);
  }
  await portal.signIn(alice);
  for (const address of ["/", "/docs", "/docs/1", "/docs/2", "/docs/3", "/profile", "/protected"]) {
    await portal.open(address);
    expect(await width(page), `${address}, signed in`).toBeLessThanOrEqual(360);
  }
});

test("UI-5 what is touched is large enough", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  const touched = ["summary", ".button", "button", "input", ".documents a", ".crumbs a", ".foot a", ".by-code a", ".contents a"];
  const sizes = async (where: string) => {
    for (const control of await page.locator(touched.map((kind) => `${kind}:visible`).join(", ")).all()) {
      const box = await control.boundingBox();
      expect(box?.height ?? 44, `${where}: ${await control.innerText()}`).toBeGreaterThanOrEqual(44);
    }
  };
  await portal.open("/");
  await sizes("/");
  await portal.signIn(alice, "/docs");
  await sizes("/docs");
  await portal.open("/docs/1");
  await page.locator("summary", { hasText: "On this page" }).tap();
  await expect(page.getByRole("navigation", { name: "On this page" })).toBeVisible();
  await sizes("/docs/1");
});

test("UI-5 what is on a page of a document stands folded above its text", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs/1");
  const contents = page.getByRole("navigation", { name: "On this page" });
  await expect(portal.heading).toHaveText("How we build and release");
  await expect(contents).toHaveCount(0);
  await page.locator("summary", { hasText: "On this page" }).tap();
  await contents.getByRole("link").last().tap();
  await expect(page).toHaveURL(/\/docs\/1#.+$/);
  const anchor = decodeURIComponent(new URL(page.url()).hash.slice(1));
  await expect(page.locator(`[id="${anchor}"]`)).toBeInViewport();
});
