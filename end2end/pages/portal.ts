// What stands around every page of Portico: tabs, the ways in, the person's menu. And how somebody signs in from there.

import { type Locator, type Page, expect } from "@playwright/test";
import type { Person } from "../support/people.ts";
import type { ProviderPage } from "./provider.ts";

export class Portal {
  readonly page: Page;
  readonly provider: ProviderPage;
  readonly hasScripts: boolean;

  constructor(page: Page, provider: ProviderPage, hasScripts = true) {
    this.page = page;
    this.provider = provider;
    this.hasScripts = hasScripts;
  }

  /** Opens an address and returns the status it was answered with. */
  async open(address: string): Promise<number> {
    const response = await this.page.goto(address);
    return response?.status() ?? 0;
  }

  get tabs(): Locator {
    return this.page.getByRole("navigation", { name: "Main" }).getByRole("link");
  }
  tab(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
  }
  get heading(): Locator {
    return this.page.getByRole("main").getByRole("heading", { level: 1 });
  }
  get main(): Locator {
    return this.page.getByRole("main");
  }
  get signInLink(): Locator {
    return this.page.getByRole("banner").getByRole("link", { name: "Sign in", exact: true });
  }
  get signUpLink(): Locator {
    return this.page.getByRole("banner").getByRole("link", { name: "Sign up", exact: true });
  }
  get personMenu(): Locator {
    return this.page.locator("summary", { hasText: /./ }).and(this.page.getByLabel(/your menu$/));
  }
  get signOutButton(): Locator {
    return this.page.getByRole("button", { name: "Sign out", exact: true });
  }

  /** From `address` to the same address as `person`; the address asks to sign in, or offers it at the top. */
  async signIn(person: Person, address = "/"): Promise<void> {
    await this.page.goto(address);
    await this.signInLink.click();
    await this.provider.signInAs(person);
    await expect(this.personMenu).toBeVisible();
  }

  async signOut(): Promise<void> {
    await this.personMenu.click();
    await this.signOutButton.click();
    await this.provider.confirmSignOut();
    await expect(this.page).toHaveURL(/\/auth\/signed-out/);
  }

  /**
   * Waits until the page is hydrated: its scripts have run, and show a button that is of no use without them. Pages of the sign-in itself
   * have no scripts.
   */
  async awake(): Promise<void> {
    const hasScripts = this.hasScripts && (await this.page.locator("script").count()) > 0;
    if (hasScripts) await this.page.locator("#show-keys:not([hidden])").waitFor({ state: "attached" });
  }
}
