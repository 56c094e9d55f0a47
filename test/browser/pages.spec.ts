/**
 * Every page of the console at several widths is accessible, uses the console's typeface and never scrolls sideways. Here
 * every page is tried at every width with letters that are twice as wide, and axe looks at it on a desktop or on a
 * telephone, in turn. `npm run assure` has each page on both.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { accessible, type Console, follow, openToday, SHOTS, startConsole } from '../support/console.ts';
import { CONSOLE_PAGES, type ConsolePage } from '../support/console-pages.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { IS_FULL_SIZE } from '../support/size.ts';

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
const WIDTHS: readonly Width[] = Object.values(SCREENS).flat();
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
/** Makes every letter of the console's typeface twice as wide, in each style sheet as soon as it is loaded. */
const DOUBLE_LETTERS = `document.addEventListener('load', ({ target }) => {
  for (const rule of target.sheet?.cssRules ?? [])
    if (rule instanceof CSSFontFaceRule) rule.style.setProperty('size-adjust', '200%');
}, true)`;

let at: Console;
/** The ids of this run, by their placeholders in the paths. */
let ids: { readonly APPLICATION: string; readonly CLIENT: string };
/** One browser for each person and screen, and one with wide letters. */
const contexts = new Map<string, BrowserContext>();
/** Opening a tab takes as long as loading a page, so a test takes a tab that another has left. */
const idleTabs = new Map<BrowserContext, Page[]>();

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
  ids = { APPLICATION: rows[0]?.id ?? '', CLIENT: `${onboarded?.environment}~${onboarded?.client}` };
  for (const person of PEOPLE)
    for (const kind of [...Object.keys(SCREENS), 'wide letters']) {
      const page = await at.open(kind === 'telephone' ? SCREENS.telephone[0][0] : undefined);
      if (kind === 'wide letters') await page.context().addInitScript(DOUBLE_LETTERS);
      await openToday(page, at.origin, person);
      contexts.set(`${person}, ${kind}`, page.context());
      idleTabs.set(page.context(), [page]);
    }
});
afterAll(() => at.stop());

/** Runs `visit` in a tab where the person is signed in. */
async function inTab(person: string, kind: string, visit: (page: Page) => Promise<void>): Promise<void> {
  const context = contexts.get(`${person}, ${kind}`);
  const idle = context && idleTabs.get(context);
  if (context === undefined || idle === undefined) throw new Error(`${person} has no browser of ${kind}`);
  const page = idle.pop() ?? (await at.openTab(context));
  if (page.url() === 'about:blank') await page.goto(at.origin);
  await visit(page);
  idle.push(page);
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
      await page.context().close();
    }
  });

  for (const [turn, [screen, widths]] of Object.entries(SCREENS).entries())
    it.concurrent.each(CONSOLE_PAGES.filter((_, n) => IS_FULL_SIZE || n % 2 === turn))(
      `$path on a ${screen}`,
      async (consolePage) => {
        await inTab(consolePage.person, screen, async (page) => {
          await page.setViewportSize({ width: widths[0][0], height: 900 });
          await page.emulateMedia({ colorScheme: 'light' });
          await show(page, consolePage);
          for (const width of widths) await look(page, consolePage.path, width);
          expect(at.complaints).toEqual([]);
        });
      },
    );
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

describe('the typeface', () => {
  /** The first heading in the typeface, once it is loaded. */
  async function widthOfHeading(page: Page): Promise<number> {
    await page.evaluate('document.fonts.ready');
    return page.evaluate(`(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector('h1'));
      return range.getBoundingClientRect().width;
    })()`);
  }

  it.each(PEOPLE)('is the console’s own, and can be made twice as wide, for %s', async (person) => {
    const [dashboard] = CONSOLE_PAGES.filter(({ path }) => path === '/');
    let normal = Infinity;
    await inTab(person, 'desktop', async (page) => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await show(page, { ...dashboard!, person });
      normal = await widthOfHeading(page);
      const loaded = await page.evaluate<string[]>(
        "[...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family)",
      );
      expect(loaded.join()).toContain('Atkinson Hyperlegible');
    });
    await inTab(person, 'wide letters', async (page) => {
      await show(page, { ...dashboard!, person });
      expect(await widthOfHeading(page)).toBeGreaterThan(1.9 * normal);
    });
  });

  it.concurrent.each(CONSOLE_PAGES)('$path does not scroll sideways with it', async (consolePage) => {
    await inTab(consolePage.person, 'wide letters', async (page) => {
      await page.setViewportSize({ width: 1280, height: 900 });
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
    });
  });
});
