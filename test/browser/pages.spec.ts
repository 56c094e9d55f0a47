/** Every page of the console at several widths is accessible, uses the console's typeface and never scrolls sideways. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { accessible, type Console, SHOTS, signIn, startConsole } from '../support/console.ts';
import { CONSOLE_PAGES, type ConsolePage } from '../support/console-pages.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';

/** A window of 1280 pixels at a zoom of 200 % has 640. */
const WIDTHS: readonly [width: number, modes: readonly ('light' | 'dark')[]][] = [
  [1280, ['light', 'dark']],
  [640, ['light']],
  [390, ['light', 'dark']],
];
const PEOPLE = [...new Set(CONSOLE_PAGES.map(({ person }) => person))];
/** The rules of axe that check colours. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
/** Everything that the other rules check, so that they are not run again if only the colours changed. */
const MARKUP = `(() => {
  const copy = document.documentElement.cloneNode(true);
  for (const element of copy.querySelectorAll('style, script, meta')) element.remove();
  for (const element of [copy, ...copy.querySelectorAll('*')])
    for (const name of ['class', 'style']) element.removeAttribute(name);
  return copy.outerHTML;
})()`;

let at: Console;
/** The ids of this run, by their placeholders in the paths. */
let ids: { readonly APPLICATION: string; readonly CLIENT: string };
/** One browser for each person and width, with a tab for each page. */
const contexts = new Map<string, BrowserContext>();

beforeAll(async () => {
  let onboarded: Onboarded | undefined;
  at = await startConsole(async (stack) => {
    [onboarded] = await onboard(stack, [{ odsCode: 'R69' }]);
  });
  // Requests for the dashboard to count.
  await fetch(`${at.stack.gateways.at(-1)!.partner}/FHIR/STU3/ReferralRequest/000000070000`, {
    headers: { Authorization: `Bearer ${onboarded?.clientKey}`, 'Gatehouse-Product': 'Another' },
  });
  const { rows } = await at.stack.sql.query<{ id: string }>('SELECT id FROM application');
  ids = { APPLICATION: rows[0]?.id ?? '', CLIENT: `${onboarded?.environment}~${onboarded?.client}` };
  for (const person of PEOPLE)
    for (const [width] of WIDTHS) {
      const page = await at.open(width);
      await signIn(page, at.origin, person);
      await page.close();
      contexts.set(`${person} ${width}`, page.context());
    }
});
afterAll(() => at.stop());

const openTab = (person: string, width: number): Promise<Page> => {
  const context = contexts.get(`${person} ${width}`);
  if (context === undefined) throw new Error(`${person} has no browser of ${width} pixels`);
  return at.openTab(context);
};

async function show(page: Page, { path, heading }: ConsolePage): Promise<void> {
  await page.goto(at.origin + path.replace(/APPLICATION|CLIENT/, (name) => ids[name as keyof typeof ids]));
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await page.waitForLoadState('networkidle');
}

const isDark = (page: Page): Promise<boolean> =>
  page.evaluate(
    String.raw`getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((part) => part < 128)`,
  );

const nameOf = (path: string): string => (path === '/' ? 'dashboard' : path.slice(1).replaceAll('/', '-'));

describe('no axe violation, no sideways scroll', () => {
  for (const [width, modes] of WIDTHS) {
    it(`on the sign-in page at ${width} pixels`, async () => {
      for (const mode of modes) {
        const page = await at.open(width, mode);
        await page.goto(`${at.origin}/`);
        await page.getByRole('link', { name: 'Sign in' }).waitFor();
        await accessible(page, `sign-in, ${mode}`);
        await page.context().close();
      }
    });

    it.concurrent.each(CONSOLE_PAGES)(`$path at ${width} pixels`, async (consolePage) => {
      const { path, person } = consolePage;
      const page = await openTab(person, width);
      await show(page, consolePage);
      let lastMarkup = '';
      for (const mode of modes) {
        await page.emulateMedia({ colorScheme: mode });
        await vi.waitUntil(async () => (await isDark(page)) === (mode === 'dark'), 5_000);
        const markup = await page.evaluate<string>(MARKUP);
        await accessible(page, `${path}, ${mode}`, markup === lastMarkup ? COLOUR_RULES : undefined);
        lastMarkup = markup;
        await page.screenshot({ path: `${SHOTS}/${nameOf(path)}-${width}-${mode}.png`, fullPage: true });
        const isWide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
        expect(isWide, `${path} at ${width}`).toBe(false);
      }
      expect(at.complaints).toEqual([]);
      await page.close();
    });
  }
});

describe('the typeface', () => {
  const widthOfHeading = (page: Page): Promise<number> =>
    page.evaluate(`(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector('h1'));
      return range.getBoundingClientRect().width;
    })()`);

  /** Makes every letter of the console's typeface twice as wide. */
  async function doubleLetters(page: Page): Promise<void> {
    await page.route('**/assets/*.css', async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      const body = text.replaceAll('font-display:swap', 'font-display:swap;size-adjust:200%');
      await route.fulfill({ response: answer, body });
    });
  }

  /** Charts, cards and the menu adapt to a new width a moment later. */
  const fits = (page: Page): Promise<boolean> =>
    vi
      .waitUntil(
        () => page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth'),
        5_000,
      )
      .catch(() => false);

  it.each(PEOPLE)('is the console’s own, and can be made twice as wide, for %s', async (person) => {
    const page = await openTab(person, 1280);
    const [dashboard] = CONSOLE_PAGES.filter(({ path }) => path === '/');
    await show(page, { ...dashboard!, person });
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
    await page.close();
  });

  it.concurrent.each(CONSOLE_PAGES)('$path does not scroll sideways with it', async (consolePage) => {
    const page = await openTab(consolePage.person, 1280);
    await doubleLetters(page);
    await show(page, consolePage);
    await page.evaluate('document.fonts.ready');
    const tooWide: number[] = [];
    for (const [width] of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      if (await fits(page)) continue;
      tooWide.push(width);
      await page.screenshot({ path: `${SHOTS}/twice-as-wide-${nameOf(consolePage.path)}-${width}.png` });
    }
    expect(tooWide).toEqual([]);
    expect(at.complaints).toEqual([]);
    await page.close();
  });
});
