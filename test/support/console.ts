/** The console in Chromium, with a gateway that requires four eyes and the simulator's identity provider. */
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import axe from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
  type Request,
} from 'playwright-core';
import { expect } from 'vitest';
import { findChromium } from '../../tools/chromium.mjs';
import { HttpBrowser } from './http-browser.ts';
import { type Stack, startStaffStack } from './servers/stack.ts';
import { until } from './until.ts';

/** Features of a browser's window that need a process for each page; the rest is Playwright's own list, which this replaces. */
const DISABLED_FEATURES = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${DISABLED_FEATURES.join(',')}`,
];
/** A test's page is closed before the machine code that V8 would make of its scripts has paid for itself. */
const UNOPTIMISED = '--js-flags=--no-opt --no-maglev';
const ROLES = [
  'gatehouse-platform=platform-engineer',
  'gatehouse-governance=governance-officer',
  'gatehouse-audit=auditor',
  'gatehouse-administrators=administrator',
].join(',');
/** Where the tests leave pictures of the pages, for people to look at; none are taken in CI. */
export const SHOTS = '.gatehouse/screenshots';

export interface Console {
  readonly stack: Stack;
  readonly origin: string;
  readonly browser: Browser;
  /** Errors that no page may cause: uncaught exceptions, and messages such as violations of the content security policy. */
  readonly complaints: string[];
  /** Opens a page with its own cookies, without the console. */
  open(width?: number, colorScheme?: 'light' | 'dark'): Promise<Page>;
  /**
   * Takes back a page that was opened here: with the console, for the person who is signed in there, or else for the next
   * to be opened, since a tab that has loaded the console before loads it in a third of the time. A page whose clock or
   * scripts were replaced is closed with its context instead.
   */
  leave(page: Page): Promise<void>;
  /** Opens another page with the same cookies. */
  openTab(context: BrowserContext): Promise<Page>;
  /** Opens a page with its own cookies, where this person has signed in. */
  as(name: string, width?: number): Promise<Page>;
  /**
   * Opens a page of the console as a person does who comes back later: where the console is open, as a link would, and
   * otherwise by loading it. What the tab has read is read again, and no dialog or message of before is left.
   * @param path as in the address bar
   */
  visit(page: Page, path: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param prepare sets up what the pages show, before changes that matter need a second person
 * @param settings of the gateway, in addition to those that every console has
 */
export async function startConsole(
  prepare: (stack: Stack) => Promise<unknown> = () => Promise.resolve(),
  settings: Readonly<Record<string, string>> = {},
): Promise<Console> {
  const { stack, origin } = await startStaffStack(ROLES, { host: 'localhost', settings });
  await prepare(stack);
  await stack.sql.query('UPDATE environment SET four_eyes = true');
  const browser = await chromium.launch({
    executablePath: findChromium() ?? '',
    args: [...FLAGS, UNOPTIMISED],
  });
  mkdirSync(SHOTS, { recursive: true });
  const complaints: string[] = [];

  const openTab: Console['openTab'] = async (context) => {
    const page = await context.newPage();
    // Nobody would look at them there, and each takes as long as loading a page.
    if (process.env['CI'] !== undefined) page.screenshot = () => Promise.resolve(Buffer.alloc(0));
    page.on('console', (message) => {
      // Tests provoke refusals, and the console asks who is signed in before anybody is.
      const refused = /status of 4\d\d/.test(message.text());
      if (message.type() === 'error' && !refused) complaints.push(message.text());
    });
    const requests = new Set<Request>();
    waitingFor.set(page, requests);
    page.on('request', (request) => requests.add(request));
    const forget = (request: Request) => requests.delete(request);
    page.on('requestfinished', forget).on('requestfailed', forget);
    page.on('pageerror', (error) => complaints.push(String(error)));
    return page;
  };
  const idle: Page[] = [];
  /** Tabs that have the console open, by who is signed in and on which kind of screen. */
  const left = new Map<string, Page[]>();
  const owners = new WeakMap<Page, string>();
  const open: Console['open'] = async (width = 1280, colorScheme = 'light') => {
    const page = idle.pop();
    if (page !== undefined) {
      await setScreen(page, width, colorScheme);
      return page;
    }
    const context = await browser.newContext({ viewport: { width, height: HEIGHT }, colorScheme });
    context.setDefaultTimeout(60_000);
    return openTab(context);
  };
  const leave: Console['leave'] = async (page) => {
    const context = page.context();
    for (const other of context.pages()) if (other !== page) await other.close();
    await page.unrouteAll();
    await context.setOffline(false);
    await context.clearPermissions();
    const owner = owners.get(page);
    if (owner?.endsWith(screenOf(page.viewportSize()?.width ?? 0)) === true && (await toNowhere(page))) {
      await page.evaluate('localStorage.clear(), sessionStorage.clear()');
      left.set(owner, [...(left.get(owner) ?? []), page]);
      return;
    }
    owners.delete(page);
    // Of the same origin, so that the tab keeps what it has loaded, and without scripts.
    await page.goto(`${origin}/assets/gate.svg`);
    await page.evaluate('localStorage.clear(), sessionStorage.clear()');
    await context.clearCookies();
    waitingFor.get(page)?.clear();
    idle.push(page);
  };
  return {
    stack,
    origin,
    browser,
    complaints,
    open,
    leave,
    openTab,
    async as(name, width = 1280) {
      const owner = `${name}, ${screenOf(width)}`;
      const own = left.get(owner)?.pop();
      const page = own ?? (await open(width));
      if (own !== undefined) {
        await setScreen(own, width, 'light');
        // The console that is open there belongs to a session that a test has ended.
        if (!(await own.request.get(`${origin}/api/v1/session`)).ok())
          await own.goto(`${origin}/assets/gate.svg`);
      }
      await signIn(page, origin, name);
      owners.set(page, owner);
      return page;
    },
    async visit(page, path) {
      if (await toNowhere(page)) {
        await page.evaluate(move(path));
        await page.getByText(NOWHERE_SAYS).waitFor({ state: 'detached' });
      } else await page.goto(origin + path);
    },
    async stop() {
      await browser.close();
      await stack.stop();
    },
  };
}

/** The cookies of everybody who has signed in, by origin and name. */
const sessions = new Map<string, Parameters<BrowserContext['addCookies']>[0]>();

/**
 * Signs each person in at the identity provider once, without a browser. Their later pages reuse the session while it
 * lasts. The page stays as it is until the test opens one.
 */
export async function signIn(page: Page, origin: string, name: string): Promise<void> {
  const key = `${origin} ${name}`;
  const known = sessions.get(key);
  if (known !== undefined) {
    await page.context().addCookies(known);
    if ((await page.request.get(`${origin}/api/v1/session`)).ok()) return;
  }
  const visitor = new HttpBrowser(origin);
  // The provider knows people by their first names.
  await visitor.go(await visitor.identify(name.split(' ')[0]?.toLowerCase() ?? ''));
  const cookies = visitor.cookieNames().map((each) => ({
    ...{ name: each, value: visitor.cookie(each) ?? '', httpOnly: true, secure: true },
    ...{ domain: new URL(origin).hostname, path: '/' },
  }));
  await page.context().addCookies(cookies);
  sessions.set(key, cookies);
}

/** Signs a person in and opens the page "Today". */
export async function openToday(page: Page, origin: string, name: string): Promise<void> {
  await signIn(page, origin, name);
  await page.goto(`${origin}/`);
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
}

const HEIGHT = 900;

/** Gives a tab that was left the screen of a new one. */
async function setScreen(page: Page, width: number, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme, media: null });
}

/** On a narrow screen the menu is closed at first, and would cover a page for which it was opened on a wide one. */
const screenOf = (width: number): string => (width < 600 ? 'narrow' : 'wide');

const move = (path: string): string =>
  `history.pushState(null, '', ${JSON.stringify(path)}), dispatchEvent(new PopStateEvent('popstate')), null`;

const NOWHERE = '/no-such-page';
const NOWHERE_SAYS = 'If you followed a link, what it led to no longer exists.';
/** The console reads something again if it is older than five seconds. */
const LATER_MS = 6_000;

/**
 * Leaves the page of the console that a tab shows, for one that asks for nothing.
 * @returns whether somebody is signed in to the console there; otherwise the tab stays as it is
 */
async function toNowhere(page: Page): Promise<boolean> {
  const isOpen = await page.evaluate<boolean>(
    `document.querySelector('#root header.MuiAppBar-root') !== null`,
  );
  if (!isOpen) return false;
  await page.evaluate(`(() => {
    if (window.aheadMs === undefined) {
      const now = Date.now;
      window.aheadMs = 0;
      Date.now = () => now() + window.aheadMs;
    }
    window.aheadMs += ${LATER_MS};
  })()`);
  await page.evaluate(move(NOWHERE));
  const nowhere = page.getByText(NOWHERE_SAYS);
  // The console finds out only now that a session has ended.
  await nowhere
    .or(page.getByRole('link', { name: 'Sign in' }))
    .first()
    .waitFor();
  if (!(await nowhere.isVisible())) return false;
  const message = page.locator('.MuiSnackbar-root');
  if ((await message.count()) > 0) {
    await page.keyboard.press('Escape');
    await message.waitFor({ state: 'detached' });
  }
  return true;
}

/** What each tab has asked for and not yet received. */
const waitingFor = new WeakMap<Page, Set<Request>>();
/** A tab that asks for nothing this long has loaded its page. */
const QUIET_MS = 300;

/**
 * Opens another page of the console as a link would, without loading the console again, and waits for its heading and
 * for what it asks the gateway for.
 * @param path as in the address bar
 */
export async function follow(page: Page, path: string, heading: string): Promise<void> {
  await page.evaluate(move(path));
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await untilQuiet(page);
}

/** Waits for what a page asks the gateway for. */
export async function untilQuiet(page: Page): Promise<void> {
  let quietSince = Date.now();
  while (Date.now() - quietSince < QUIET_MS) {
    if ((waitingFor.get(page)?.size ?? 0) > 0) quietSince = Date.now();
    await delay(QUIET_MS / 6);
  }
}

/** Has the page read its list again, without loading the console again, until this is in it. */
export const readAgainUntil = (page: Page, shown: Locator, route: string): Promise<void> =>
  until(
    `the page shows ${String(shown)}`,
    async () => {
      const answered = page.waitForResponse((response) => response.url().includes(`/api/v1${route}`));
      await page.getByRole('button', { name: 'Refresh' }).click();
      await (await answered).finished();
      // To read and draw a list again takes a third of a second of processor time.
      return shown.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    },
    120_000,
  );

/** Presses a button, fills in its dialog by label, and confirms. The value of a field for a file is its content. */
export async function fillIn(page: Page, button: string, fields: Record<string, string>): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  for (const [label, value] of Object.entries(fields)) await fillField(dialog, label, value);
  await dialog.getByRole('button', { name: button, exact: true }).click();
}

async function fillField(form: Locator, label: string, value: string): Promise<void> {
  const field = form.getByLabel(label, { exact: false }).first();
  if ((await field.getAttribute('type')) === 'file') {
    await field.setInputFiles({ name: 'file', mimeType: 'text/plain', buffer: Buffer.from(value) });
    await form.getByText(/^SHA-256: /).waitFor();
  } else await field.fill(value);
}

/** Presses a button, enters the reason that its dialog asks for, and confirms. */
export const decide = (page: Page, button: string, reason: string): Promise<void> =>
  fillIn(page, button, { Reason: reason });

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** @param only the rules of axe to run, where the others have nothing new to check */
export async function accessible(page: Page, where: string, only?: string[]): Promise<void> {
  let faults = await faultsOf(page, only);
  // Something may have begun to fade in while axe was looking. A real fault is still there.
  if (faults.length > 0) faults = await faultsOf(page, only);
  expect(faults, where).toEqual([]);
}

async function faultsOf(page: Page, only?: string[]): Promise<string[]> {
  // While an element fades in, its contrast is too low.
  await page.evaluate(
    `Promise.allSettled(document.getAnimations()
      .filter(({ effect }) => effect.getTiming().iterations !== Infinity)
      .map(({ finished }) => finished)).then(() => null)`,
  );
  // Once for each document: its half a megabyte takes as long to send and read as axe takes to look at a page.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  const runOnly: axe.RunOnly =
    only === undefined ? { type: 'tag', values: TAGS } : { type: 'rule', values: only };
  // Only the violations are looked at.
  const options: axe.RunOptions = { resultTypes: ['violations'], runOnly };
  return page.evaluate<string[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes.map(({ html }) => html).join(' | ')))`,
  );
}
