// Does axe find anything on any page, light, dark or small? No rule is switched off and no element left out.

import { violations } from "../support/axe.ts";
import { expect, test } from "../support/visitor.ts";
import { alice, erin } from "../support/people.ts";
import { several } from "../support/sites.ts";

const looks = [
  { name: "light", scheme: "light" },
  { name: "dark", scheme: "dark" },
] as const;

for (const { name, scheme } of looks) {
  test.describe(`UI-5 axe finds nothing, ${name}`, { tag: ["@phone"] }, () => {
    test.use({ colorScheme: scheme });
    test.setTimeout(180_000);

    test("UI-5 on the pages of an anonymous visitor", async ({ page, portal, provider }) => {
      const found: string[] = [];
      for (const address of ["/", "/public", "/about", "/help/writing", "/profile", "/docs", "/docs/1", "/nowhere", "/auth/signed-out", "/auth/callback/demo?error=access_denied&state=x"]) {
        await portal.open(address);
        await portal.awake();
        found.push(...(await violations(page, address)));
      }
      await page.goto("/auth/login");
      await provider.shown();
      found.push(...(await violations(page, "the demo provider's sign-in page")));
      expect(found).toEqual([]);
    });

    test("UI-5 SI-6 where somebody chooses a provider", async ({ page }) => {
      const found: string[] = [];
      for (const address of ["/auth/login?return_to=/docs", "/auth/device"]) {
        await page.goto(`${several}${address}`);
        await expect(page.getByRole("link", { name: "Acme" })).toBeVisible();
        found.push(...(await violations(page, address)));
      }
      expect(found).toEqual([]);
    });

    test("UI-5 on the pages of somebody signed in", async ({ page, portal }) => {
      const found: string[] = [];
      await portal.signIn(alice);
      for (const address of ["/", "/docs", "/docs?q=nothing-has-this", "/docs?sort=created", "/search", "/search?q=minutes", "/search?q=nothing-has-this", "/docs/1", "/docs/2", "/docs/3", "/docs/4", "/docs/5", "/profile", "/sessions", "/public", "/protected", "/admin"]) {
        await portal.open(address);
        await portal.awake();
        found.push(...(await violations(page, address)));
      }
      await portal.open("/docs/1");
      const contents = page.locator("summary", { hasText: "On this page" });
      if (await contents.isVisible()) await contents.click();
      found.push(...(await violations(page, "what is on the page")));
      await portal.personMenu.click();
      found.push(...(await violations(page, "the person's menu")));
      await portal.open("/docs");
      await portal.awake();
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog")).toBeVisible();
      found.push(...(await violations(page, "the list of keys")));
      expect(found).toEqual([]);
    });

    test("UI-5 on the administrators' page and in the phone's menu", async ({ page, portal }) => {
      const found: string[] = [];
      await portal.signIn(erin);
      for (const address of ["/admin/sources", "/admin"]) {
        await portal.open(address);
        await portal.awake();
        found.push(...(await violations(page, address)));
      }
      const menu = page.getByText("Menu", { exact: true });
      if (await menu.isVisible()) {
        await menu.click();
        found.push(...(await violations(page, "the phone's menu")));
      }
      expect(found).toEqual([]);
    });
  });
}
