// Does a page stay within its window whatever documents, folders, groups and people are called?

import { type Page } from "@playwright/test";
import { expect, test } from "../support/visitor.ts";
import { Documents } from "../pages/documents.ts";
import { longWords, word } from "../support/library.ts";
import { lena } from "../support/people.ts";
import { several } from "../support/sites.ts";

const certified = { tag: ["@certified", "@certified-only"] };

/** How much wider than its window a page is, and what sticks out of it. */
async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > width + 1);
    return [`${document.documentElement.scrollWidth} > ${width}`, ...wide.slice(0, 5).map((element) => `${element.tagName}.${element.className}`)];
  });
}

async function numbers(page: Page): Promise<string[]> {
  await page.goto("/docs");
  const links = new Documents(page).titles;
  const addresses = await Promise.all((await links.all()).map((link) => link.getAttribute("href")));
  return addresses.filter((address): address is string => address !== null);
}

test("UI-5 no page is wider than its window, whatever things are called", certified, async ({ page, portal }) => {
  test.setTimeout(180_000);
  const long = encodeURIComponent(word);
  const outside = ["/", "/public", "/about", `/${word}`, `/docs/${word}`, `/auth/${word}`, `/auth/login?provider=${word}`, `/auth/callback/acme?error=${word}&error_description=${word}&state=x`];
  const found: string[] = [];
  const measure = async (address: string) => {
    for (const width of [360, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await portal.open(address);
      found.push(...(await overflow(page)).map((what) => `${width} ${address.slice(0, 40)}: ${what}`));
    }
  };
  for (const address of [...outside, `${several}/auth/login`, `${several}/auth/device`]) await measure(address);
  await page.setViewportSize({ width: 1280, height: 800 });
  await portal.signIn(lena);
  const documents = await numbers(page);
  expect(documents.length).toBeGreaterThanOrEqual(longWords.length);
  const inside = ["/", "/docs", `/docs?q=${long}`, "/profile", "/sessions", "/protected", "/admin", ...documents, ...outside];
  for (const address of inside) await measure(address);
  expect(found).toEqual([]);
});

test("UI-5 columns keep their share of the page, whatever stands in them", certified, async ({ page, portal }) => {
  await portal.signIn(lena);
  for (const address of ["/docs", "/sessions"]) {
    for (const width of [1000, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await portal.open(address);
      const shares = await page.getByRole("columnheader").evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().width));
      expect(shares.length, address).toBeGreaterThan(3);
      for (const share of shares) expect(share, `${address} at ${width}: ${shares.join(" ")}`).toBeGreaterThanOrEqual(90);
    }
  }
});

test("UI-5 menus with long names stay in the window", certified, async ({ page, portal }) => {
  await portal.signIn(lena);
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await portal.open("/docs");
    await portal.personMenu.click();
    const sheet = page.locator(".person-menu > .sheet");
    await expect(sheet).toBeVisible();
    const box = await sheet.boundingBox();
    expect(box?.x ?? -1, `${width}`).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0), `${width}`).toBeLessThanOrEqual(width);
    expect(await overflow(page), `${width}`).toEqual([]);
  }
});

test("UI-5 words are read in the direction of their script", certified, async ({ page, portal }) => {
  await portal.signIn(lena, "/docs");
  const direction = (selector: string, words: string) =>
    page.locator(selector, { hasText: words }).first().evaluate((element) => getComputedStyle(element).direction);
  expect(await direction(".documents a.title", "دليل")).toBe("rtl");
  expect(await direction(".documents .folder", "מסמכים")).toBe("rtl");
  const filter = new Documents(page).filter;
  await filter.fill("دليل");
  expect(await filter.evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  await page.locator(".documents a.title", { hasText: "دليل" }).click();
  await expect(portal.heading).toContainText("دليل");
  expect(await direction(".document h1", "دليل")).toBe("rtl");
  expect(await direction(".crumbs a", "מסמכים")).toBe("rtl");
  expect(await direction(".prose p", "فقرة")).toBe("rtl");
  // The text of a paragraph begins at the side its script begins at.
  const gaps = (words: string) =>
    page.locator(".prose p", { hasText: words }).evaluate((paragraph) => {
      const range = document.createRange();
      range.selectNodeContents(paragraph);
      const [text, box] = [range.getBoundingClientRect(), paragraph.getBoundingClientRect()];
      return { left: text.left - box.left, right: box.right - text.right };
    });
  const [arabic, english] = [await gaps("فقرة"), await gaps("One paragraph")];
  expect(arabic.right).toBeLessThan(2);
  expect(arabic.left).toBeGreaterThan(50);
  expect(english.left).toBeLessThan(2);
  expect(english.right).toBeGreaterThan(50);
});

test("UI-5 what is folded shows its triangle", certified, async ({ page, portal }) => {
  await portal.signIn(lena, "/docs");
  await page.locator(".documents a.title", { hasText: "Folded" }).click();
  const summary = page.locator(".prose summary");
  await expect(summary).toBeVisible();
  const marker = () => summary.evaluate((element) => [getComputedStyle(element).display, getComputedStyle(element).listStyleType]);
  expect(await marker()).toEqual(["list-item", "disclosure-closed"]);
  await summary.click();
  expect(await marker()).toEqual(["list-item", "disclosure-open"]);
  // Ours are drawn by ourselves, once.
  expect(await portal.personMenu.evaluate((element) => getComputedStyle(element).display)).toBe("flex");
});
