// How does a person say who they are at the provider? Each provider has its own pages.

import { type Page, expect } from "@playwright/test";
import type { Person } from "../support/people.ts";
import type { Issuer } from "../support/sites.ts";

export interface ProviderPage {
  /** Waits for the provider's sign-in page. */
  shown(): Promise<void>;
  /** Signs in as `person`. */
  signInAs(person: Person): Promise<void>;
  /** Refuses to sign in. */
  cancel(): Promise<void>;
  /** Confirms signing out, where the provider asks. */
  confirmSignOut(): Promise<void>;
}

class DemoProvider implements ProviderPage {
  private readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async shown() {
    await expect(this.page.getByRole("heading", { name: "Sign in", exact: true })).toBeVisible();
  }
  async signInAs(person: Person) {
    await this.page.getByRole("button", { name: person.name }).click();
  }
  async cancel() {
    await this.page.getByRole("link", { name: "Cancel" }).click();
  }
  async confirmSignOut() {}
}

class CertifiedProvider implements ProviderPage {
  private readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async shown() {
    await expect(this.page.getByPlaceholder("Enter any login")).toBeVisible();
  }
  async signInAs(person: Person) {
    await this.page.getByPlaceholder("Enter any login").fill(person.subject);
    await this.page.getByPlaceholder("and password").fill("anything");
    await this.page.getByRole("button", { name: "Sign-in" }).click();
  }
  async cancel() {
    await this.page.getByRole("link", { name: "Cancel" }).click();
  }
  async confirmSignOut() {
    await this.page.getByRole("button", { name: "Yes, sign me out" }).click();
  }
}

export function providerPage(page: Page, issuer: Issuer): ProviderPage {
  return issuer === "demo" ? new DemoProvider(page) : new CertifiedProvider(page);
}
