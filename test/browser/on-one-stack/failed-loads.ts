/** What the console says when the gateway fails, hangs or can't be reached, and when a session has ended. */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessible, type Console, follow, SHOTS, signIn, untilQuiet } from '../../support/console.ts';
import { CONSOLE_PAGES } from '../../support/console-pages.ts';
import { until } from '../../support/until.ts';
import type { World } from './world.ts';

let at: Console;
/** The pages of records, with the path of the record's own route. */
let recordPages: readonly (readonly [page: string, route: string])[];

/** The texts of an empty list, its paging, a finished checklist and an unknown record. */
const CLAIMS =
  /of 25|there are no|no change has|nothing has|nothing is recorded|nobody|no minimum level|you have no|no results|none within|every step is done|nothing else needs/i;
/** Pages that load nothing until a person submits a form. */
const FORMS_ONLY = [
  '/search',
  '/impact',
  '/import',
  '/check-assertion',
  '/explain',
  '/patient-search',
  '/evidence-pack',
];

const FAILURES: Readonly<Record<string, (route: Route) => Promise<void>>> = {
  'an error without a reason': (route) => route.fulfill({ status: 500, body: 'oops' }),
  'a proxy that answers in HTML': (route) =>
    route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>Service Unavailable</h1>' }),
  'a connection that is refused': (route) => route.abort('connectionrefused'),
  'no answer': () => Promise.resolve(),
};

const OWN_SESSION = /\/api\/v1\/session$/;
const failing = (page: Page, fail: (route: Route) => Promise<void>) =>
  page.route(
    (url) => url.pathname.startsWith('/api/') && !OWN_SESSION.test(url.pathname),
    (route) => fail(route),
  );

/** The console allows a request 30 seconds; this shortens them for the test. */
const impatient = (page: Page) =>
  page.addInitScript(`{
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => timeout(Math.min(ms, 500));
  }`);

/** Opens pages, each of which must say that it failed and offer to try again. */
async function openFailing(page: Page, person: string, paths: (path: string) => boolean, failure: string) {
  await page.goto(at.origin);
  for (const { path, heading } of CONSOLE_PAGES.filter(
    (page) => page.person === person && paths(page.path),
  )) {
    await follow(page, path, heading);
    await page.getByRole('button', { name: 'Try again' }).first().waitFor();
    expect(await page.getByRole('main').innerText(), `${path}: ${failure}`).not.toMatch(CLAIMS);
  }
}

export function failedLoads(world: () => World): void {
  beforeAll(async () => {
    const { onboarded } = world();
    ({ at } = world());
    const { rows } = await at.stack.sql.query<{ id: string }>(
      "SELECT application_id AS id FROM binding WHERE ods_code = 'R69'",
    );
    const client = `${onboarded.environment}~${onboarded.client}`;
    recordPages = [
      ...['', '/requests', '/keys', '/history'].map(
        (tab) => [`/organisations/R69/show${tab}`, '/organisations/R69'] as const,
      ),
      ...['', '/requests', '/keys'].map(
        (tab) => [`/applications/${rows[0]?.id}/show${tab}`, `/applications/${rows[0]?.id}`] as const,
      ),
      [`/clients/${encodeURIComponent(client)}/show/history`, `/clients/${client.replace('~', '/')}`],
      ['/message-set?name=everything', '/message-sets/everything'],
    ];
  });

  describe('no page claims that there is nothing when it failed to load', () => {
    it.each(['Priya Nair', 'Ada Clarke'])(
      'every page of %s',
      async (person) => {
        const page = await at.as(person);
        await failing(page, (route) => route.fulfill({ status: 500, body: 'oops' }));
        await openFailing(
          page,
          person,
          (path) => !FORMS_ONLY.includes(path) && !path.endsWith('/show'),
          'an error',
        );
        await at.leave(page);
      },
      240_000,
    );

    it('any part of the page of a record', async () => {
      const page = await at.as('Priya Nair');
      let last = '';
      for (const [path, route] of recordPages) {
        await page.route(
          ({ pathname }) =>
            pathname.startsWith('/api/') && !OWN_SESSION.test(pathname) && pathname !== `/api/v1${route}`,
          (failed) => failed.fulfill({ status: 500, body: 'oops' }),
        );
        // What was read of one record must not be known on the page of another.
        if (route === last) await at.visit(page, path);
        else await page.goto(at.origin + path);
        last = route;
        await page.getByRole('button', { name: 'Try again' }).first().waitFor();
        await untilQuiet(page);
        expect(await page.getByRole('main').innerText(), path).not.toMatch(CLAIMS);
        expect(await page.getByRole('heading', { level: 1 }).count(), path).toBe(1);
        await page.unrouteAll();
      }
      await at.leave(page);
    });

    let impatientPage: Page | undefined;
    afterAll(() => impatientPage?.context().close());
    it.each(Object.entries(FAILURES))('after %s', async (name, fail) => {
      if (impatientPage === undefined) {
        impatientPage = await at.as('Priya Nair');
        await impatient(impatientPage);
      }
      const page = impatientPage;
      await failing(page, fail);
      await openFailing(
        page,
        'Priya Nair',
        (path) => ['/', '/organisations', '/history'].includes(path),
        name,
      );
      await at.visit(page, '/organisations/R69/show');
      await page.getByText('This could not be loaded.').waitFor();
      await page.unrouteAll();
    });
  });

  it('loads a list once the gateway answers again, and marks an outdated list', async () => {
    const page = await at.as('Priya Nair');
    await failing(page, (route) => route.fulfill({ status: 500, body: 'oops' }));
    await page.goto(`${at.origin}/organisations`);
    await page.getByText('This could not be loaded.').waitFor();
    await accessible(page, 'a list that could not be loaded');
    await page.screenshot({ path: `${SHOTS}/list-failed-1280-light.png` });
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'R69' }).waitFor();

    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('This may be out of date').waitFor();
    await page.getByText('You are offline.').waitFor();
    expect(await page.getByRole('link', { name: 'R69' }).count()).toBe(1);
    await accessible(page, 'an outdated list');
    await page.screenshot({ path: `${SHOTS}/list-offline-1280-light.png` });
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This may be out of date').waitFor({ state: 'detached' });
    await at.leave(page);
  });

  it('a failed reload keeps the page of a record and its open form', async () => {
    const page = await at.as('Priya Nair');
    await at.visit(page, '/organisations/R69/show');
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Renamed Trust');
    for (const [name, fail] of Object.entries(FAILURES).filter(([each]) => each !== 'no answer')) {
      await page.route('**/api/v1/organisations/R69', (route) => fail(route));
      await dialog.getByRole('button', { name: 'Edit' }).click();
      await dialog.getByRole('alert').waitFor();
      expect(await dialog.getByLabel('Name').inputValue(), name).toBe('Renamed Trust');
      await page.unrouteAll();
    }
    await accessible(page, 'a form that could not be sent');
    await dialog.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Renamed Trust' }).waitFor();
    await at.leave(page);
  });

  it.each([
    ['a list', '/organisations', 10],
    ['the page of a record', '/organisations/R69/show', 5],
    ['Today', '/', 3],
  ])('while %s loads, its shape is there, and a screen reader says so', async (name, path, bars) => {
    const page = await at.as('Priya Nair');
    const answered = Promise.withResolvers<undefined>();
    await page.route(
      ({ pathname }) => pathname.startsWith('/api/') && !OWN_SESSION.test(pathname),
      async (route) => {
        await answered.promise;
        await route.continue();
      },
    );
    await page.goto(at.origin + path);
    const loading = page.getByRole('main').getByRole('status').filter({ hasText: 'Loading …' });
    await loading.first().waitFor();
    const shape = loading.locator('[aria-hidden]');
    await until('the shape is there', async () => (await shape.count()) >= bars);
    await accessible(page, `${name} that loads`);
    await page.screenshot({ path: `${SHOTS}/loading-${name.replaceAll(' ', '-')}-1280-light.png` });
    answered.resolve(undefined);
    await shape.first().waitFor({ state: 'detached' });
    await until('all is there', async () => (await shape.count()) === 0);
    expect(await loading.count()).toBe(0);
    await page.unrouteAll();
    await at.leave(page);
  });

  it('does not treat a failing gateway as a missing session', async () => {
    const page = await at.as('Priya Nair');
    await page.route('**/api/v1/**', (route) => route.fulfill({ status: 502, body: 'bad gateway' }));
    await page.goto(`${at.origin}/organisations`);
    await page.getByText('This could not be loaded.').first().waitFor();
    expect(await page.getByRole('link', { name: 'Sign in' }).count()).toBe(0);
    await page.screenshot({ path: `${SHOTS}/gateway-down-1280-light.png` });
    await page.unrouteAll();
    // Once for the session, and once for the list.
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByRole('menuitem', { name: 'Approvals' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'R69' }).waitFor();
    await at.leave(page);
  });

  it('says that a session has ended: on the sign-in page, and in a form without losing its contents', async () => {
    const page = await at.as('Priya Nair');
    await at.visit(page, '/organisations/R69/show');
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Kept Trust');
    await page.context().clearCookies();
    await dialog.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByText('Your session has ended.').waitFor();
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Kept Trust');
    await accessible(page, 'a form after the session');
    await page.screenshot({ path: `${SHOTS}/form-session-ended-1280-light.png` });
    await page.setViewportSize({ width: 390, height: 900 });
    await page.screenshot({ path: `${SHOTS}/form-session-ended-390-light.png` });
    await page.setViewportSize({ width: 1280, height: 900 });

    const other = await page.context().newPage();
    await signIn(other, at.origin, 'Priya Nair');
    await other.close();
    await dialog.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Kept Trust' }).waitFor();

    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Refresh' }).click();
    // Every part of the page says so that was loaded again.
    await page.getByText('Your session has ended.').first().waitFor();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    await at.leave(page);
  });
}
