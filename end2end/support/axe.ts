// What does axe find on a page? Nothing is left out: all rules, all elements.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

export async function violations(page: Page, where: string): Promise<string[]> {
  // Colours half way are nobody's colours. Waiting for them waits for frames, and a page behind another one draws none.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    for (const animation of ending) animation.finish();
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${where}: ${id}: ${node.target.join(" ")} ${node.failureSummary}`));
}
