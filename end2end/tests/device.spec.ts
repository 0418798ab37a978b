// Does a screen without a keyboard sign in by a code that somebody enters in another browser? Without script, too.

import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "../support/visitor.ts";
import { alice } from "../support/people.ts";

test("SI-8 a screen shows a code and is signed in by somebody elsewhere", { tag: ["@no-script", "@phone"] }, async ({ browser, page, portal, site }) => {
  test.setTimeout(90_000);
  await portal.open("/");
  await portal.main.getByRole("link", { name: "Sign in on a screen without a keyboard" }).click();
  await expect(portal.heading).toHaveText("Sign in with a code");
  await expect(portal.main.getByRole("img", { name: "QR code of the address" })).toBeVisible();
  const code = await portal.main.locator("code").innerText();
  const address = await portal.main.getByRole("link", { name: `${site.provider}/device`, exact: true }).getAttribute("href");

  const phone = await browser.newContext();
  const there = await phone.newPage();
  await there.goto(address ?? "");
  await there.getByLabel("Code").fill(code);
  await there.getByRole("button", { name: alice.name }).click();
  await phone.close();

  // The page looks by itself, no more often than the provider wants.
  await expect(portal.personMenu).toBeVisible({ timeout: 30_000 });
  await expect(page).toHaveURL(`${site.url}/`);
  await expect(portal.heading).toContainText(alice.name);
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`UI-5 axe finds nothing on the page with the code, ${colorScheme}`, { tag: "@phone" }, () => {
    test.use({ colorScheme });
    test("UI-5 on the page with the code", async ({ page, portal }) => {
      expect(await portal.open("/auth/device")).toBe(200);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
    });
  });
}
