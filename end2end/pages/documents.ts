// The list of documents, and one document.

import { type Locator, type Page, expect } from "@playwright/test";

export class Documents {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  get rows(): Locator {
    return this.page.getByRole("table").getByRole("row").filter({ has: this.page.getByRole("cell") });
  }
  get titles(): Locator {
    return this.rows.locator("a.title");
  }
  row(title: string): Locator {
    return this.rows.filter({ has: this.page.getByRole("link", { name: title, exact: true }) });
  }
  get filter(): Locator {
    return this.page.getByRole("searchbox", { name: "Filter by title or folder" });
  }
  get next(): Locator {
    return this.page.getByRole("link", { name: "Next page" });
  }
  get previous(): Locator {
    return this.page.getByRole("link", { name: "Previous page" });
  }
  column(name: string): Locator {
    return this.page.getByRole("columnheader", { name });
  }
  async filterBy(words: string): Promise<void> {
    await this.filter.fill(words);
    await this.page.getByRole("button", { name: "Filter", exact: true }).click();
    await expect(this.page).toHaveURL(/[?&]q=/);
  }

  /** Every title of every page, in order. */
  async all(): Promise<string[]> {
    const titles: string[] = [];
    await this.page.goto("/docs");
    for (;;) {
      await expect(this.page.getByRole("heading", { level: 1, name: "Documents" })).toBeVisible();
      titles.push(...(await this.titles.allTextContents()));
      if (!(await this.next.isVisible())) return titles;
      await this.page.goto((await this.next.getAttribute("href")) ?? "/docs");
    }
  }

  get reason(): Locator {
    return this.page.getByRole("region", { name: "Why can I see this?" });
  }
}
