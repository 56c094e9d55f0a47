/** The console's typeface, and its pages where letters are far wider than those of it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Console, SHOTS, startConsole } from '../support/console.ts';
import { pagesOf } from '../support/console-pages.ts';
import { onboard } from '../support/onboard.ts';

const WIDTHS = [1280, 640, 390];

let at: Console;
let ids: { readonly applicationId: string; readonly clientId: string };

beforeAll(async () => {
  at = await startConsole();
  const [onboarded] = await onboard(at.stack, [{ odsCode: 'R69' }]);
  const { rows } = await at.stack.sql.query<{ id: string }>('SELECT id FROM application');
  ids = { applicationId: rows[0]?.id ?? '', clientId: `${onboarded?.environment}~${onboarded?.client}` };
});
afterAll(() => at.stop());

const widthOfHeading = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector('h1'));
    return range.getBoundingClientRect().width;
  })()`);

/** Every letter of the shipped typeface becomes twice as wide. */
async function doubleLetters(page: Page): Promise<void> {
  await page.route('**/assets/*.css', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll('font-display:swap', 'font-display:swap;size-adjust:200%');
    await route.fulfill({ response: answer, body });
  });
}

/** Charts, cards and the menu follow a new width a moment later. */
const fits = (page: Page): Promise<boolean> =>
  vi
    .waitUntil(
      () => page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth'),
      5_000,
    )
    .catch(() => false);

it('loads its own typeface, and no page scrolls sideways with letters twice as wide', async () => {
  for (const person of ['Priya Nair', 'Omar Haddad', 'Ada Clarke']) {
    const page = await at.as(person);
    await page.evaluate('document.fonts.ready');
    const loaded = await page.evaluate<string[]>(
      "[...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family)",
    );
    expect(loaded.join()).toContain('Atkinson Hyperlegible');
    const normal = await widthOfHeading(page);
    await doubleLetters(page);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    await page.evaluate('document.fonts.ready');
    expect(await widthOfHeading(page)).toBeGreaterThan(1.9 * normal);
    const tooWide: string[] = [];
    for (const { path, heading, address } of pagesOf(person, ids)) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(at.origin + address);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await page.waitForLoadState('networkidle');
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        if (await fits(page)) continue;
        tooWide.push(`${path} at ${width}`);
        await page.screenshot({ path: `${SHOTS}/twice-as-wide${path.replaceAll('/', '-')}-${width}.png` });
      }
    }
    expect(tooWide).toEqual([]);
    await page.context().close();
  }
  expect(at.complaints).toEqual([]);
});
