// Does signing out end everything it should?

import { expect, test } from "../support/visitor.ts";
import { violations } from "../support/axe.ts";
import { alice, gina } from "../support/people.ts";

test("SI-9 signing out ends the session here and at the provider", { tag: ["@certified", "@no-script"] }, async ({ page, portal, provider }) => {
  await portal.signIn(alice);
  await portal.signOut();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/signed out/i);
  expect(await portal.open("/docs")).toBe(401);
  await portal.main.getByRole("link", { name: "Sign in" }).click();
  await provider.shown();
});

test("LO-2 the old cookie opens nothing after signing out", { tag: ["@certified"] }, async ({ context, portal, site }) => {
  await portal.signIn(alice);
  const cookies = await context.cookies(site.url);
  await portal.signOut();
  await context.addCookies(cookies);
  for (const address of ["/docs", "/docs/1", "/profile", "/protected", "/admin"]) {
    expect(await portal.open(address), address).toBe(401);
  }
});

test("LO-1 a link, a picture or a form of another site signs nobody out", async ({ page, portal, context, site }) => {
  await portal.signIn(alice);
  expect((await context.request.get(`${site.url}/auth/logout`)).status()).toBe(405);
  const foreign = site.url.replace("localhost", "127.0.0.1");
  await page.route(`${foreign}/attack`, (route) =>
    route.fulfill({ contentType: "text/html", body: `<form method="post" action="${site.url}/auth/logout"><button>Win</button></form>` }));
  await page.goto(`${foreign}/attack`);
  await page.getByRole("button", { name: "Win" }).click();
  await page.waitForLoadState();
  expect(await portal.open("/docs")).toBe(200);
});

test("HD-3 the back button shows nothing after signing out", async ({ page, portal }) => {
  await portal.signIn(alice, "/docs/1");
  await portal.signOut();
  await page.goBack();
  await page.waitForLoadState();
  await expect(page.getByText(alice.name)).toHaveCount(0);
});

for (const scheme of ["light", "dark"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });
    test("LO-4 UI-5 parameters too long for an address are posted by a form page", { tag: ["@certified-only"] }, async ({ page, portal, provider, context, site }) => {
      await portal.signIn(gina);
      await portal.personMenu.click();
      await portal.signOutButton.click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("One more step");
      expect(await violations(page, "the form to the provider's sign-out")).toEqual([]);
      await page.screenshot({ path: test.info().outputPath(`leave-${scheme}.png`) });
      expect((await context.request.get(`${site.url}/docs`)).status(), "signed out here already").toBe(401);
      await page.getByRole("button", { name: "Sign out at the provider too" }).click();
      await provider.confirmSignOut();
      await expect(page.getByRole("heading", { level: 1 })).toContainText(/signed out/i);
    });
  });
}
