// Which browsers visit which site? `demo`: the demo provider; `certified`: npm oidc-provider; `no-script`: without
// JavaScript; `phone`: 360 pixels wide; `alone`: after all others, because it ends sessions others would use. A test says
// by tag where else it runs.

import { defineConfig } from "@playwright/test";
import type { Visit } from "./support/visitor.ts";
import { sites } from "./support/sites.ts";

const executablePath = process.env.CHROMIUM || undefined;

export default defineConfig<Visit>({
  testDir: "tests",
  globalSetup: "./support/global-setup.ts",
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env.CI ? [["list"]] : [["list"], ["html", { open: "never" }]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath,
      chromiumSandbox: false,
      args: [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "demo", use: { issuer: "demo", baseURL: sites.demo.url }, grepInvert: /@phone-only|@no-script-only|@certified-only|@alone/ },
    { name: "certified", use: { issuer: "certified", baseURL: sites.certified.url }, grep: /@certified/ },
    {
      name: "no-script",
      use: { issuer: "demo", baseURL: sites.demo.url, javaScriptEnabled: false },
      grep: /@no-script/,
    },
    {
      name: "phone",
      use: { issuer: "demo", baseURL: sites.demo.url, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
      grep: /@phone/,
    },
    {
      name: "alone",
      dependencies: ["demo", "certified", "no-script", "phone"],
      use: { issuer: "demo", baseURL: sites.demo.url },
      grep: /@alone/,
    },
  ],
});
