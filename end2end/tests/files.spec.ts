// Are the pictures of a document shown, and does nothing in them run?

import { type Page } from "@playwright/test";
import { expect, test } from "../support/visitor.ts";
import { Documents } from "../pages/documents.ts";
import { dave, lena } from "../support/people.ts";

const certified = { tag: ["@certified", "@certified-only"] };

/** How wide the browser found the picture with these words; 0 if it shows none. */
async function width(page: Page, words: string): Promise<number> {
  const picture = page.getByRole("img", { name: words, exact: true });
  await picture.scrollIntoViewIfNeeded();
  return picture.evaluate(async (image: HTMLImageElement) => {
    await image.decode().catch(() => undefined);
    return image.naturalWidth;
  });
}

test("IM-3 pictures beside a document are shown, a missing one by its words, a file is a download", certified, async ({ page, portal }) => {
  await portal.signIn(lena, "/docs");
  await new Documents(page).titles.filter({ hasText: /^Pictures$/ }).click();
  await expect(portal.heading).toHaveText("Pictures");
  expect(await width(page, "A dot")).toBe(1);
  expect(await width(page, "A drawing")).toBe(30);
  const lost = page.getByText("The lost map");
  await expect(lost).toBeVisible();
  expect(await lost.evaluate((words) => getComputedStyle(words).borderStyle)).toBe("dashed");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "The plan" }).click();
  expect((await download).suggestedFilename()).toBe("plan.pdf");
});

test("IM-3 the script of a drawing does not run, and the drawing is for nobody else", certified, async ({ page, portal, context }) => {
  await portal.signIn(lena, "/docs");
  await new Documents(page).titles.filter({ hasText: /^Pictures$/ }).click();
  const address = (await page.getByRole("img", { name: "A drawing" }).getAttribute("src")) ?? "";
  expect(address).toMatch(/^\/docs\/\d+\/files\/drawing\.svg$/);
  const ran: string[] = [];
  page.on("dialog", (dialog) => {
    ran.push(dialog.message());
    void dialog.dismiss();
  });
  expect(await portal.open(address)).toBe(200);
  expect(ran).toEqual([]);
  expect(page.url()).toContain(address);
  await context.clearCookies();
  expect(await portal.open(address)).toBe(401);
  await portal.signIn(dave);
  expect(await portal.open(address)).toBe(403);
});
