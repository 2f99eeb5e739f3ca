// SPDX-License-Identifier: Apache-2.0
/** What axe finds on a page. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Every violation, with where it is. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const run = (values: string[]) =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { runOnly: values });
  const { violations: found } = await page.evaluate(run, RULES);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
