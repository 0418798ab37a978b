// Where am I signed in, and does an open tab learn that its session has ended? One test after the other and after all other
// tests: they end sessions of people whom everybody is. Dave, because nobody else is him by then.

import { expect, test } from "../support/visitor.ts";
import { dave, erin } from "../support/people.ts";
import { Portal } from "../pages/portal.ts";
import { providerPage } from "../pages/provider.ts";

test.describe.configure({ mode: "serial" });

test("SI-14 dave ends the session of another browser, and its open tab says so", { tag: "@alone" }, async ({ browser, page, portal, site }) => {
  const other = await browser.newContext({ baseURL: site.url });
  const elsewhere = await other.newPage();
  await elsewhere.clock.install();
  const there = new Portal(elsewhere, providerPage(elsewhere, "demo"));
  await there.signIn(dave, "/profile");
  await there.awake();
  await portal.signIn(dave, "/sessions");
  await expect(portal.heading).toHaveText("Where you are signed in");

  await page.getByRole("button", { name: /^End this session of/ }).first().click();
  await expect(portal.main).toContainText("One session was ended.");
  await elsewhere.clock.runFor(20_000);
  await expect(elsewhere.getByText("You have been signed out")).toBeVisible();
  await other.close();
});

test("SI-14 signing out everywhere ends this session too", { tag: "@alone" }, async ({ page, portal }) => {
  await portal.signIn(dave, "/sessions");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(portal.heading).toHaveText("Signed out");
  expect(await portal.open("/profile")).toBe(401);
});

test("SI-14 an administrator looks for somebody by name", { tag: ["@alone", "@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(erin, "/sessions");
  await page.getByLabel("Look for a person by name or e-mail").fill("evans");
  await page.getByRole("button", { name: "Look" }).click();
  await expect(portal.main.getByRole("table")).toContainText("Erin Evans");
});
