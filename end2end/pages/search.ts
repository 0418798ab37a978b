// Searching: the box in the bar with its suggestions, and the page of results.

import { type Locator, type Page, expect } from "@playwright/test";

export class Search {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** The box in the bar; a combobox once its script runs. */
  get box(): Locator {
    return this.page.getByRole("banner").locator("#site-search");
  }
  get link(): Locator {
    return this.page.getByRole("banner").getByRole("link", { name: "Search", exact: true });
  }
  get suggestions(): Locator {
    return this.page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
  }
  get selected(): Locator {
    return this.suggestions.and(this.page.locator("[aria-selected=true]"));
  }

  /** The box of the page. */
  get field(): Locator {
    return this.page.getByRole("main").getByRole("searchbox");
  }
  get count(): Locator {
    return this.page.getByRole("main").getByRole("status");
  }
  get results(): Locator {
    return this.page.getByRole("main").locator("ol.results > li");
  }
  get titles(): Locator {
    return this.results.locator(".result-title").getByRole("link");
  }

  /** Searches until this many documents are there: the index follows the documents within a second. */
  async open(words: string, least = 1): Promise<void> {
    await expect(async () => {
      await this.page.goto(`/search?q=${encodeURIComponent(words)}`);
      expect(await this.results.count()).toBeGreaterThanOrEqual(least);
    }).toPass();
  }
}
