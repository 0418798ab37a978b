// Are keys, menus and motion in the hands of whoever uses the page?

import { type Page } from "@playwright/test";
import { expect, test } from "../support/visitor.ts";
import { alice } from "../support/people.ts";

const keys = (page: Page) => page.getByRole("dialog", { name: "Keys" });
const use = (page: Page) => page.getByRole("checkbox", { name: "Use these keys" });

test("UI-5 single-letter keys are switched off by keyboard, and stay off without an account", async ({ page, portal }) => {
  await portal.open("/about");
  await portal.awake();
  const button = page.getByRole("button", { name: "Keys" });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(use(page)).toBeChecked();
  await use(page).focus();
  await page.keyboard.press("Space");
  await expect(use(page)).not.toBeChecked();
  await page.keyboard.press("Escape");
  await expect(keys(page)).toBeHidden();

  const nothingHappens = async () => {
    for (const key of ["?", "g", "h", "/", "g", "p"]) await page.keyboard.press(key);
    await expect(keys(page)).toBeHidden();
    await expect(page).toHaveURL(/\/about$/);
  };
  await nothingHappens();
  await page.reload();
  await portal.awake();
  await nothingHappens();

  // Signing in and out forgets nothing; Escape is no letter and goes on working.
  await portal.signIn(alice, "/about");
  await portal.awake();
  await nothingHappens();
  await portal.personMenu.click();
  await page.keyboard.press("Escape");
  await expect(portal.signOutButton).toBeHidden();
  await portal.signOut();
  await portal.open("/about");
  await portal.awake();
  await nothingHappens();

  await button.click();
  await expect(use(page)).not.toBeChecked();
  await use(page).check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await expect(page).toHaveURL(/localhost:\d+\/$/);
  await page.keyboard.press("?");
  await expect(use(page)).toBeChecked();
});

test("UI-5 keys are switched off for the page where no cookie may be kept", async ({ page, portal }) => {
  await page.addInitScript(() => Object.defineProperty(document, "cookie", { get: () => "", set: () => undefined }));
  await portal.open("/about");
  await portal.awake();
  await page.keyboard.press("?");
  await use(page).uncheck();
  await page.keyboard.press("Escape");
  for (const key of ["?", "g", "h"]) await page.keyboard.press(key);
  await expect(keys(page)).toBeHidden();
  await expect(page).toHaveURL(/\/about$/);
});

test("UI-5 without script nothing offers keys", { tag: ["@no-script", "@no-script-only"] }, async ({ page, portal }) => {
  await portal.open("/about");
  await expect(page.getByRole("button", { name: "Keys" })).toBeHidden();
});

test("UI-5 a menu that is left by keyboard covers nothing", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  await portal.personMenu.focus();
  await page.keyboard.press("Enter");
  await expect(portal.signOutButton).toBeVisible();
  // Within the menu it stays open.
  await page.keyboard.press("Tab");
  await expect(portal.signOutButton).toBeVisible();
  await portal.signOutButton.focus();
  await page.keyboard.press("Tab");
  await expect(portal.signOutButton).toBeHidden();
  // Backwards too.
  await portal.personMenu.focus();
  if (!(await portal.signOutButton.isVisible())) await page.keyboard.press("Enter");
  await expect(portal.signOutButton).toBeVisible();
  await page.keyboard.press("Shift+Tab");
  await expect(portal.signOutButton).toBeHidden();
});

test("UI-5 a menu that is left by keyboard covers nothing on a phone", { tag: ["@phone", "@phone-only"] }, async ({ page, portal }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  await page.getByText("Menu", { exact: true }).tap();
  await expect(portal.tab("Documents")).toBeVisible();
  await portal.tabs.last().focus();
  await page.keyboard.press("Tab");
  await expect(portal.tabs).toHaveCount(0);
});

test.describe("for whoever asks for less motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("UI-5 nothing moves", async ({ page, portal }) => {
    await portal.signIn(alice, "/docs");
    await portal.awake();
    await portal.personMenu.click();
    await page.locator(".documents tbody tr").first().hover();
    // What any view or a later rule may ask for.
    const moving = await page.evaluate(() => {
      const main = document.querySelector("main")!;
      main.insertAdjacentHTML("beforeend", '<div class="skeleton"><span class="bone"></span></div><a class="button" href="#">x</a>');
      document.documentElement.style.scrollBehavior = "smooth";
      const seconds = (list: string) => list.split(",").map((time) => Number.parseFloat(time));
      const found: string[] = [];
      for (const element of document.querySelectorAll("*")) {
        for (const part of [undefined, "::before", "::after"]) {
          const { animationDuration, transitionDuration, animationIterationCount, scrollBehavior } = getComputedStyle(element, part);
          const moves = [...seconds(animationDuration), ...seconds(transitionDuration)].some((time) => time > 0);
          if (moves || animationIterationCount.includes("infinite") || scrollBehavior !== "auto") found.push(`${element.tagName}.${element.className}${part ?? ""}`);
        }
      }
      return found;
    });
    expect(moving).toEqual([]);
    const running = await page.evaluate(() =>
      document.getAnimations().filter((animation) => Number(animation.effect?.getComputedTiming().duration) > 0).length);
    expect(running).toBe(0);
  });
});
