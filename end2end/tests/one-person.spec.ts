// Does an open tab notice that its browser is somebody else by now, or nobody? Tabs share one session: what came for another
// person must never stand under the name of the first.

import type { BrowserContext, Page } from "@playwright/test";
import { Portal } from "../pages/portal.ts";
import { providerPage } from "../pages/provider.ts";
import { alice, bob } from "../support/people.ts";
import { expect, test } from "../support/visitor.ts";

/** Well below the fifteen seconds after which an open tab asks by itself. */
const AT_ONCE = { timeout: 7_000 };

async function tab(context: BrowserContext, issuer: "demo" | "certified"): Promise<Portal> {
  const page = await context.newPage();
  return new Portal(page, providerPage(page, issuer));
}

/** Another tab signs in as Bob, at a provider that has forgotten who was there before. */
async function signInAsBob(context: BrowserContext, issuer: "demo" | "certified"): Promise<void> {
  await context.clearCookies({ name: "portico-demo-provider" });
  const other = await tab(context, issuer);
  await other.page.goto("/auth/login?return_to=/");
  await other.provider.signInAs(bob);
  await expect(other.heading).toHaveText(`Welcome, ${bob.name}`);
}

/** A tab that no other tab can tell anything, and that nobody looks at: only the answers of the server are left. */
async function deafen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const stop = (event: Event) => event.stopImmediatePropagation();
    for (const name of ["storage", "focus", "visibilitychange", "pageshow"]) window.addEventListener(name, stop, true);
  });
}

test("SI-13 a tab is loaded again and says so when another tab signs in as somebody else", async ({ context, issuer, portal, page }) => {
  await portal.signIn(alice, "/profile");
  await portal.awake();
  await signInAsBob(context, issuer);
  const said = page.getByText(`You are now signed in as ${bob.name}. This page was opened as ${alice.name}`);
  await expect(said).toBeVisible(AT_ONCE);
  await expect(portal.heading).toHaveText(bob.name);
  await expect(page.getByText(alice.name, { exact: true })).toHaveCount(0);
});

test("SI-13 a page that comes for somebody else is not shown under the old name", async ({ context, issuer, portal, page }) => {
  await deafen(page);
  await portal.signIn(alice, "/about");
  await portal.awake();
  await signInAsBob(context, issuer);

  // Bob's claims under Alice's name, if only for a moment, would be what must not be.
  await page.evaluate(
    ([theirs, hers]) => {
      new MutationObserver(() => {
        const shown = document.querySelector("main")?.textContent ?? "";
        const name = document.querySelector(".person-name")?.textContent ?? "";
        if (name === hers && shown.includes(theirs ?? "")) sessionStorage.setItem("mixed", "yes");
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    },
    [bob.name, alice.name],
  );
  await portal.tab("Profile").click();
  await expect(page.getByText(`You are now signed in as ${bob.name}. This page was opened as ${alice.name}`)).toBeVisible(AT_ONCE);
  await expect(page).toHaveURL(/\/profile$/);
  await expect(portal.heading).toHaveText(bob.name);
  await expect(portal.personMenu).toContainText(bob.name);
  expect(await page.evaluate(() => sessionStorage.getItem("mixed"))).toBeNull();
});

test("SI-14 a tab says at once that another tab of the browser has signed out", async ({ context, issuer, portal, page }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  const other = await tab(context, issuer);
  await other.open("/");
  await other.awake();
  await other.signOut();
  await expect(page.getByText("You have been signed out")).toBeVisible(AT_ONCE);
  await expect(portal.heading).toHaveText("Documents");
});

test("SI-14 the next answer says that the session has ended", async ({ context, portal, page }) => {
  await deafen(page);
  await portal.signIn(alice, "/docs");
  await portal.awake();
  await context.clearCookies();
  await portal.tab("Profile").click();
  await expect(page.getByText(`You have been signed out. This page was opened as ${alice.name}`)).toBeVisible(AT_ONCE);
  await expect(page).toHaveURL(/\/profile$/);
  await expect(portal.heading).toHaveText("Sign in to see this page");
  await expect(portal.personMenu).toHaveCount(0);
});

test("SI-14 a tab that is looked at again says that its session has ended", async ({ context, portal, page }) => {
  await portal.signIn(alice, "/docs");
  await portal.awake();
  await context.clearCookies();
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(page.getByText("You have been signed out")).toBeVisible(AT_ONCE);
});

test("SI-12 signing in leads back to the part of the page that was opened", { tag: ["@certified"] }, async ({ page, portal, provider }) => {
  expect(await portal.open("/docs/1#how-it-works")).toBe(401);
  await portal.awake();
  await portal.main.getByRole("link", { name: "Sign in" }).click();
  await provider.signInAs(alice);
  await expect(page).toHaveURL(/\/docs\/1#how-it-works$/);
  await expect(portal.personMenu).toBeVisible();
});

test("SI-12 without script the way back is to the beginning of the page", { tag: ["@no-script", "@no-script-only"] }, async ({ page, portal, provider }) => {
  expect(await portal.open("/docs/1#how-it-works")).toBe(401);
  await portal.main.getByRole("link", { name: "Sign in" }).click();
  await provider.signInAs(alice);
  await expect(page).toHaveURL(/\/docs\/1$/);
});
