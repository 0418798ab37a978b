// Does a person see what Portico knows of them?

import { expect, test } from "../support/visitor.ts";
import { people } from "../support/people.ts";

for (const person of people) {
  test(`UI-2 ${person.subject} reads her or his profile and claims`, { tag: ["@certified", "@no-script"] }, async ({ page, portal }) => {
    await portal.signIn(person, "/profile");
    await expect(portal.heading).toHaveText(person.name);
    await expect(portal.main).toContainText(`${person.subject}@portico.example`);
    await expect(portal.main).toContainText(person.groups[0] ?? "None");
    if (person.job) await expect(portal.main).toContainText(person.job);

    const text = (await page.getByRole("main").locator("pre").textContent()) ?? "";
    const claims: Record<string, unknown> = JSON.parse(text);
    expect(text).toContain("\n  ");
    expect(claims).toMatchObject({ sub: person.subject, name: person.name, groups: person.groups });
    for (const protocol of ["nonce", "at_hash", "c_hash", "s_hash"]) expect(claims).not.toHaveProperty(protocol);
  });
}

test("UI-2 an anonymous visitor is asked to sign in", { tag: ["@no-script"] }, async ({ portal }) => {
  expect(await portal.open("/profile")).toBe(401);
  await expect(portal.main.getByRole("link", { name: "Sign in" })).toHaveAttribute("href", "/auth/login?return_to=/profile");
});

test("UI-2 the picture comes from the provider and is seen", async ({ page, portal }) => {
  await portal.signIn(people[0]!, "/profile");
  const picture = page.getByRole("main").locator("img.picture");
  await expect(picture).toBeVisible();
  const width = await picture.evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return image.naturalWidth;
  });
  expect(width).toBeGreaterThan(0);
});
