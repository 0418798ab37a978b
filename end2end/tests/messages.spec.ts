// Do the three pages show what the messages API says to this person?

import { expect, test } from "../support/visitor.ts";
import { alice, erin } from "../support/people.ts";

test("UI-3 everybody reads the public message", { tag: ["@certified", "@no-script"] }, async ({ portal }) => {
  expect(await portal.open("/public")).toBe(200);
  await expect(portal.heading).toHaveText("Public");
  await expect(portal.main.getByRole("blockquote")).toHaveText(/\w+/);
});

test("UI-3 TO-2 a person reads the protected message", { tag: ["@certified", "@no-script"] }, async ({ portal }) => {
  expect(await portal.open("/protected")).toBe(401);
  await portal.signIn(alice, "/protected");
  expect(await portal.open("/protected")).toBe(200);
  await expect(portal.heading).toHaveText("Protected");
  await expect(portal.main.getByRole("blockquote")).toHaveText(/\w+/);
});

test("UI-3 TO-5 the administrators' message is refused to alice, by the API's own word", { tag: ["@certified", "@no-script"] }, async ({ portal }) => {
  await portal.signIn(alice);
  expect(await portal.open("/admin")).toBe(403);
  await expect(portal.heading).toHaveText("The messages API refused");
});

test("UI-3 erin reads the administrators' message", { tag: ["@certified", "@no-script"] }, async ({ portal }) => {
  await portal.signIn(erin, "/admin");
  await expect(portal.tab("Admin")).toBeVisible();
  await expect(portal.heading).toHaveText("Admin");
  await expect(portal.main.getByRole("blockquote")).toHaveText(/\w+/);
});
