// Can everybody sign in, and does each see what is theirs?

import { expect, test } from "../support/visitor.ts";
import { alice, bob, people } from "../support/people.ts";

for (const person of people) {
  test(`SI-5 UI-1 ${person.subject} signs in and sees her or his tabs`, { tag: ["@certified", "@no-script"] }, async ({ portal }) => {
    await portal.signIn(person);
    await expect(portal.heading).toHaveText(`Welcome, ${person.name}`);
    const tabs = ["Documents", "Profile", "Public", "Protected", ...(person.admin ? ["Admin"] : [])];
    await expect(portal.tabs).toHaveText(tabs);
    await expect(portal.signInLink).toHaveCount(0);
  });
}

test("UI-1 an anonymous visitor sees two tabs and the ways in", { tag: ["@certified", "@no-script"] }, async ({ portal }) => {
  expect(await portal.open("/")).toBe(200);
  await expect(portal.tabs).toHaveText(["Profile", "Public"]);
  await expect(portal.signInLink).toBeVisible();
  await expect(portal.personMenu).toHaveCount(0);
});

test("UI-1 the active tab is marked, and no other", { tag: ["@no-script"] }, async ({ portal }) => {
  await portal.signIn(alice);
  for (const [address, name] of [["/docs", "Documents"], ["/profile", "Profile"], ["/public", "Public"], ["/docs/1", "Documents"]] as const) {
    await portal.open(address);
    await expect(portal.tab(name)).toHaveAttribute("aria-current", /.+/);
    await expect(portal.page.getByRole("navigation", { name: "Main" }).locator("a[aria-current]")).toHaveCount(1);
  }
});

test("SI-12 a page opened before sign-in is reached after it", { tag: ["@certified", "@no-script"] }, async ({ page, portal, provider }) => {
  expect(await portal.open("/docs?q=handbook")).toBe(401);
  await expect(portal.heading).toHaveText("Sign in to see this page");
  await portal.main.getByRole("link", { name: "Sign in" }).click();
  await provider.signInAs(alice);
  await expect(page).toHaveURL(/\/docs\?q=handbook$/);
  await expect(portal.heading).toHaveText("Documents");
});

test("SI-12 a return address on another site is refused", { tag: ["@certified"] }, async ({ page, portal, provider, site }) => {
  for (const elsewhere of ["https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example", "/%5Cevil.example", "%09//evil.example"]) {
    await page.context().clearCookies();
    await page.goto(`/auth/login?return_to=${encodeURIComponent(elsewhere)}`);
    await provider.signInAs(alice);
    await expect(portal.personMenu).toBeVisible();
    expect(new URL(page.url()).origin).toBe(site.url);
  }
});

test("SI-13 two tabs sign in at the same time and both succeed", { tag: ["@certified"] }, async ({ page, context, portal, provider, issuer }) => {
  const { Portal } = await import("../pages/portal.ts");
  const { providerPage } = await import("../pages/provider.ts");
  const other = await context.newPage();
  const second = new Portal(other, providerPage(other, issuer));
  await portal.open("/profile");
  await second.open("/docs");
  await portal.main.getByRole("link", { name: "Sign in" }).click();
  await second.main.getByRole("link", { name: "Sign in" }).click();
  await provider.shown();
  await second.provider.shown();

  await provider.signInAs(alice);
  await expect(page).toHaveURL(/\/profile$/);
  await expect(portal.heading).toHaveText(alice.name);
  await second.provider.signInAs(alice);
  await expect(other).toHaveURL(/\/docs$/);
  await expect(second.heading).toHaveText("Documents");
});

test("SI-11 giving up at the provider shows a page with a reference number and signs nobody in", { tag: ["@certified"] }, async ({ page, portal, provider }) => {
  await portal.open("/");
  await portal.signInLink.click();
  await provider.shown();
  const answered = page.waitForResponse((response) => response.url().includes("/auth/callback/"));
  await provider.cancel();
  const answer = await answered;
  expect(answer.status()).toBeGreaterThanOrEqual(400);
  expect(answer.status()).toBeLessThan(500);
  await expect(page.getByRole("main").locator("code")).toHaveText(/^[\w-]{8}$/);
  await portal.open("/");
  await expect(portal.signInLink).toBeVisible();
});

test("SI-11 what a stranger writes into the callback is escaped, and nothing runs", async ({ page, portal }) => {
  const script = "<script>document.title='run'</script><img src=x onerror=document.title='run'>";
  const status = await portal.open(`/auth/callback/demo?error=access_denied&error_description=${encodeURIComponent(script)}&state=x`);
  expect(status).toBe(400);
  await expect(page).not.toHaveTitle("run");
  expect(await page.content()).not.toContain("onerror=document");
});

test("CB-10 signing in as somebody else leaves nothing of the first", async ({ page, portal, context, site }) => {
  await portal.signIn(alice);
  const before = (await context.cookies(site.url)).find((cookie) => cookie.httpOnly && cookie.path === "/");
  await portal.signOut();
  await portal.signIn(bob, "/profile");
  const after = (await context.cookies(site.url)).find((cookie) => cookie.name === before?.name);
  expect(after?.value).toBeTruthy();
  expect(after?.value).not.toBe(before?.value);
  expect(await page.content()).not.toContain(alice.name);
});

test("LG-6 hovering and prefetching never starts a sign-in", async ({ page, portal }) => {
  const started: string[] = [];
  page.on("request", (request) => request.url().includes("/auth/login") && started.push(request.url()));
  await portal.open("/");
  await portal.awake();
  await portal.signInLink.hover();
  await portal.awake();
  expect(started).toEqual([]);
});
