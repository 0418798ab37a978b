// Do administrators see how the repositories are that documents are pulled from (IM-7)?

import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "../support/visitor.ts";
import { alice, erin } from "../support/people.ts";
import { work } from "../support/sites.ts";

test("IM-7 an administrator sees what was pulled, when, and what came of it", { tag: ["@no-script", "@phone"] }, async ({ page, portal }) => {
  await portal.signIn(erin, "/admin/sources");
  await expect(portal.heading).toHaveText("Sources of documents");
  const source = page.getByRole("region", { name: "pulled" });
  const commit = execFileSync("git", ["-C", path.join(work, "pulled"), "rev-parse", "HEAD"], { encoding: "utf8" });
  await expect(source).toContainText("Up to date");
  await expect(source).toContainText(commit.slice(0, 10));
  await expect(source).toContainText("The last import: 1 left out as drafts.");
  await expect(source.getByText("Next pull")).toBeVisible();
});

test("IM-7 nobody else does", { tag: ["@no-script"] }, async ({ portal }) => {
  await portal.signIn(alice, "/profile");
  expect(await portal.open("/admin/sources")).toBe(404);
});
