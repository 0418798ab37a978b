// What does every test start from? A browser of its own, the site's page objects, and the provider it signs in at.

import { test as base } from "@playwright/test";
import { Portal } from "../pages/portal.ts";
import { type ProviderPage, providerPage } from "../pages/provider.ts";
import { type Issuer, type Site, sites } from "./sites.ts";

export interface Visit {
  issuer: Issuer;
}

interface Fixtures {
  site: Site;
  portal: Portal;
  provider: ProviderPage;
}

export const test = base.extend<Visit & Fixtures>({
  issuer: ["demo", { option: true }],
  site: async ({ issuer }, use) => use(sites[issuer]),
  provider: async ({ page, issuer }, use) => use(providerPage(page, issuer)),
  portal: async ({ page, provider, context, javaScriptEnabled }, use) => {
    // The certified provider's pages ask for a font from elsewhere; nothing in a test leaves this machine.
    await context.route((url) => url.hostname !== "localhost" && url.hostname !== "127.0.0.1", (route) => route.abort());
    await use(new Portal(page, provider, javaScriptEnabled));
  },
});

export { expect } from "@playwright/test";
