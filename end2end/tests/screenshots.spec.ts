// What does it look like? Pictures for README.md, in test-results/; `SCREENSHOTS=keep npm test -- screenshots` renews the
// ones in docs/screenshots/.

import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/visitor.ts";
import { alice } from "../support/people.ts";
import { root } from "../support/sites.ts";

/** The ones README.md shows. */
const shown = new Set([
  "documents-desktop-light", "documents-phone-dark", "folder-desktop-light", "search-desktop-light", "reading-desktop-light", "reading-phone-dark",
  "home-desktop-light", "home-desktop-dark", "refused-desktop-light", "profile-desktop-dark",
]);

async function picture(page: Page, name: string, output: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  const file = path.join(output, `${name}.png`);
  await page.screenshot({ path: file, animations: "disabled" });
  if (process.env.SCREENSHOTS !== "keep" || !shown.has(name)) return;
  const kept = path.join(root, "docs/screenshots");
  mkdirSync(kept, { recursive: true });
  copyFileSync(file, path.join(kept, `${name}.png`));
}

for (const scheme of ["light", "dark"] as const) {
  test.describe(() => {
    test.use({ colorScheme: scheme });
    test(`UI-5 pictures, ${scheme}`, { tag: ["@phone"] }, async ({ page, portal }, info) => {
      const name = (what: string) => `${what}-${info.project.name === "phone" ? "phone" : "desktop"}-${scheme}`;
      await portal.open("/");
      await picture(page, name("welcome"), info.outputDir);
      await portal.signIn(alice, "/docs?sort=title");
      await portal.awake();
      await expect(portal.heading).toHaveText("Documents");
      await picture(page, name("documents"), info.outputDir);
      const pages = [["reading", "/docs/1"], ["refused", "/docs/2"], ["folder", "/docs?folder=engineering"], ["search", "/search?q=release"], ["profile", "/profile"], ["home", "/"]] as const;
      for (const [what, address] of pages) {
        await portal.open(address);
        await portal.awake();
        await picture(page, name(what), info.outputDir);
      }
    });
  });
}
