/**
 * Every page of the console at several widths is accessible, uses the console's typeface and never scrolls sideways. Here
 * every page is tried at every width with letters that are twice as wide, and axe looks at it on a desktop or on a
 * telephone, in turn. `npm run assure` has each page on both.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { accessible, type Console, follow, SHOTS, startConsole } from '../support/console.ts';
import { CONSOLE_PAGES, type ConsolePage } from '../support/console-pages.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { namesOf, namesWithoutLink } from './names.ts';

type Width = readonly [width: number, modes: readonly ('light' | 'dark')[]];
/**
 * A window of 1280 pixels at a zoom of 200 % has 640. Zooming doesn't load the page again, so neither does the test; on a
 * telephone the menu is closed at first.
 */
const SCREENS = {
  desktop: [
    [1280, ['light', 'dark']],
    [640, ['light']],
  ],
  telephone: [[390, ['light', 'dark']]],
} as const satisfies Readonly<Record<string, readonly Width[]>>;
type Screen = keyof typeof SCREENS;
/** A window of 1280 pixels at a zoom of 400 %. */
const NARROWEST = 320;
const WIDTHS: readonly Width[] = Object.values(SCREENS).flat();
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
/** Of the organisation, the application and the client that every page knows. */
let names: ReturnType<typeof namesOf>;
/** Tabs that a test has left at a page, with who is signed in and the screen that the tab was opened for. */
const idleTabs: { readonly whose: string; readonly page: Page }[] = [];

beforeAll(async () => {
  let onboarded: Onboarded | undefined;
  at = await startConsole(async (stack) => {
    [onboarded] = await onboard(stack, [{ odsCode: 'R69' }]);
  });
  // Requests for the dashboard to count.
  for (const headers of [{ 'Gatehouse-Product': 'Another' }, {}])
    await fetch(`${at.stack.gateway.partner}/FHIR/STU3/ReferralRequest/000000099999`, {
      headers: { Authorization: `Bearer ${onboarded?.clientKey}`, ...headers },
    });
  const { rows } = await at.stack.sql.query<{ id: string }>('SELECT id FROM application');
  names = namesOf('R69', `${onboarded?.client}`, `${onboarded?.environment}`);
  ids = { APPLICATION: rows[0]?.id ?? '', CLIENT: `${onboarded?.environment}~${onboarded?.client}` };
});
afterAll(() => at.stop());

/** Runs `visit` in a tab where the person has opened the console on this screen. */
async function inTab(person: string, screen: Screen, visit: (page: Page) => Promise<void>): Promise<void> {
  const whose = `${person}, ${screen}`;
  const own = idleTabs.findIndex((tab) => tab.whose === whose);
  const [idle] = idleTabs.splice(own, 1);
  let page = idle?.page;
  if (page === undefined || idle?.whose !== whose) {
    if (page !== undefined) await at.leave(page);
    page = await at.as(person, SCREENS[screen][0][0]);
    await at.visit(page, '/');
  }
  await visit(page);
  idleTabs.push({ whose, page });
}

async function show(page: Page, { path, heading }: ConsolePage): Promise<void> {
  await follow(
    page,
    path.replace(/APPLICATION|CLIENT/, (name) => ids[name as keyof typeof ids]),
    heading,
  );
  expect(await page.title()).toMatch(/^\S.* – Gatehouse$/);
}

const isDark = (page: Page): Promise<boolean> =>
  page.evaluate(
    String.raw`getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((part) => part < 128)`,
  );

const nameOf = (path: string): string => (path === '/' ? 'dashboard' : path.slice(1).replaceAll('/', '-'));

/** Charts, cards and the menu adapt to a new width a moment later. */
const fits = (page: Page): Promise<boolean> =>
  vi
    .waitUntil(
      () => page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth'),
      15_000,
    )
    .catch(() => false);

describe('no axe violation, no sideways scroll', () => {
  it.each(WIDTHS)('on the sign-in page at %i pixels', async (width, modes) => {
    for (const mode of modes) {
      const page = await at.open(width, mode);
      await page.goto(`${at.origin}/`);
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      await accessible(page, `sign-in, ${mode}`);
      await at.leave(page);
    }
  });

  const inTurn = (screen: Screen) =>
    CONSOLE_PAGES.filter((_, n) => IS_FULL_SIZE || n % 2 === Object.keys(SCREENS).indexOf(screen));

  it.concurrent.each(CONSOLE_PAGES)('$path on a desktop, and with wide letters', async (consolePage) => {
    await inTab(consolePage.person, 'desktop', async (page) => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await show(page, consolePage);
      expect(await namesWithoutLink(page, names)).toEqual([]);
      if (inTurn('desktop').includes(consolePage))
        for (const width of SCREENS.desktop) await look(page, consolePage.path, width);
      await setLetters(page, '200%');
      const tooWide: number[] = [];
      for (const [width] of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        if (await fits(page)) continue;
        tooWide.push(width);
        await page.screenshot({ path: `${SHOTS}/twice-as-wide-${nameOf(consolePage.path)}-${width}.png` });
      }
      await setLetters(page, '100%');
      await page.setViewportSize({ width: NARROWEST, height: 900 });
      if (!(await fits(page))) tooWide.push(NARROWEST);
      expect(tooWide).toEqual([]);
      expect(at.complaints).toEqual([]);
    });
  });

  it.concurrent.each(inTurn('telephone'))('$path on a telephone', async (consolePage) => {
    await inTab(consolePage.person, 'telephone', async (page) => {
      await page.emulateMedia({ colorScheme: 'light' });
      await show(page, consolePage);
      for (const width of SCREENS.telephone) await look(page, consolePage.path, width);
      expect(at.complaints).toEqual([]);
    });
  });
});

/** Looks at an open page at one width, in each mode. */
async function look(page: Page, path: string, [width, modes]: Width): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  let lastMarkup = '';
  for (const mode of modes) {
    await page.emulateMedia({ colorScheme: mode });
    await vi.waitUntil(async () => (await isDark(page)) === (mode === 'dark'), 15_000);
    expect(await fits(page), `${path} at ${width}`).toBe(true);
    const markup = await page.evaluate<string>(MARKUP);
    await accessible(page, `${path}, ${width}, ${mode}`, markup === lastMarkup ? COLOUR_RULES : undefined);
    lastMarkup = markup;
    await page.screenshot({ path: `${SHOTS}/${nameOf(path)}-${width}-${mode}.png`, fullPage: true });
  }
}

/** Makes every letter of the console's typeface twice as wide, or as wide as it is. */
const setLetters = (page: Page, size: '100%' | '200%'): Promise<void> =>
  page.evaluate(`(() => {
    for (const { cssRules } of document.styleSheets)
      for (const rule of cssRules)
        if (rule instanceof CSSFontFaceRule) rule.style.setProperty('size-adjust', '${size}');
    return document.fonts.ready.then(() => null);
  })()`);

it('the typeface is the console’s own, and can be made twice as wide', async () => {
  const page = await at.as('Priya Nair');
  await page.goto(`${at.origin}/`);
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  const widthOfHeading = (): Promise<number> =>
    page.evaluate(`(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector('h1'));
      return range.getBoundingClientRect().width;
    })()`);
  await setLetters(page, '100%');
  const normal = await widthOfHeading();
  const loaded = await page.evaluate<string[]>(
    "[...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family)",
  );
  expect(loaded.join()).toContain('Atkinson Hyperlegible');
  await setLetters(page, '200%');
  expect(await widthOfHeading()).toBeGreaterThan(1.9 * normal);
  await setLetters(page, '100%');
  expect(await widthOfHeading()).toBe(normal);
  await at.leave(page);
});
