// Do links between documents lead to them, and does a document say what links to it (IM-2)?

import { expect, test } from "../support/visitor.ts";
import { alice, bob, carol } from "../support/people.ts";

test("IM-2 a link to a file leads to its document, which says what links to it", { tag: ["@no-script"] }, async ({ page, portal }) => {
  await portal.signIn(carol, "/docs/15");
  await portal.awake();
  await page.getByText("How do I try a screen reader?").click();
  const link = page.locator(".prose").getByRole("link", { name: "Travel and expenses" });
  await expect(link).toHaveAttribute("href", "/docs/5");
  await link.click();
  await expect(portal.heading).toHaveText("Travel and expenses");
  const back = page.getByRole("navigation", { name: "What links here" });
  await back.getByRole("link", { name: "Pages everybody can use" }).click();
  await expect(portal.heading).toHaveText("Pages everybody can use");
});

for (const { person, title } of [
  { person: alice, title: "On-call runbook" },
  { person: bob, title: "What we learned from the spring launch" },
]) {
  test(`IM-2 ${person.name} is shown of what links to a document what may be read`, { tag: ["@no-script"] }, async ({ page, portal }) => {
    await portal.signIn(person, "/docs/8");
    await expect(page.getByRole("navigation", { name: "What links here" }).getByRole("link")).toHaveText([title]);
  });
}
