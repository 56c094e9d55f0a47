/** What a list loads on a first visit, and that what it loads later, when it is wanted, does what it says. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessible,
  type Console,
  readAgainUntil,
  SHOTS,
  signIn,
  startConsole,
  untilQuiet,
} from '../support/console.ts';
import { onboard } from '../support/onboard.ts';
import { until } from '../support/until.ts';

const LIMIT_BYTES = 350_000;
/** A script that does no more than import another one can be as small before it is compressed as after. */
const TINY_BYTES = 200;

let at: Console;
beforeAll(async () => {
  at = await startConsole(async (stack) => {
    await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'R70' }]);
    await stack.sql.query(
      `INSERT INTO environment (name, kind, four_eyes) VALUES ('prod', 'authenticated', true)`,
    );
  });
});
afterAll(() => at.stop());

describe('the list of organisations', () => {
  it('is at most 350 kB on a first visit, as the browser counts it', async () => {
    const page = await at.open();
    await page.goto(`${at.origin}/organisations`);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Priya Nair' }).click();
    await page.getByRole('link', { name: 'R69' }).waitFor();
    await page.waitForLoadState('networkidle');
    const loaded = await page.evaluate<{ name: string; bytes: number; encoded: boolean }[]>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/'))
        .map(({ name, encodedBodySize, decodedBodySize }) =>
          ({ name, bytes: encodedBodySize, encoded: encodedBodySize !== decodedBodySize }))`,
    );
    const scripts = loaded.filter(({ name }) => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(5);
    expect(scripts.filter(({ bytes, encoded }) => !encoded && bytes > TINY_BYTES)).toEqual([]);
    const bytes = loaded.reduce((sum, each) => sum + each.bytes, 0);
    expect(bytes).toBeGreaterThan(200_000);
    expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES);
    expect(at.complaints).toEqual([]);
    await at.leave(page);
  });

  it('is found by health, once the job has looked', async () => {
    const page = await at.as('Priya Nair');
    const filter = encodeURIComponent(JSON.stringify({ health: 'never called' }));
    await at.visit(page, `/organisations?filter=${filter}`);
    await page.getByRole('button', { name: 'Refresh' }).waitFor();
    await readAgainUntil(page, page.getByRole('link', { name: 'R70' }), '/organisations');
    await page.getByText('in the last 90 days').first().waitFor();
    await page.screenshot({ path: `${SHOTS}/organisations-by-health.png` });
    await page.getByRole('link', { name: 'R70' }).click();
    await page.getByRole('group', { name: 'Served here: local' }).waitFor();
    await page.getByRole('button', { name: 'Stop immediately' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('every request for this organisation is rejected').waitFor();
    // It counts in an environment that another deployment serves, too.
    await dialog.getByText('Production: this takes effect in local and prod.').waitFor();
    await accessible(page, 'a dialog that names its target');
    await page.screenshot({ path: `${SHOTS}/stop-names-target.png` });
    await at.leave(page);
  });

  it('opens the menu of its filters with the first click, by mouse or keyboard', async () => {
    const page = await at.as('Priya Nair');
    for (const open of ['click', 'keyboard']) {
      await page.goto(`${at.origin}/organisations`);
      await page.getByRole('link', { name: 'R69' }).waitFor();
      const button = page.getByRole('button', { name: 'Add filter' });
      if (open === 'click') await button.click();
      else {
        await button.focus();
        await page.keyboard.press('Enter');
      }
      await page.getByRole('menuitemcheckbox', { name: 'State' }).click();
      await page.getByRole('combobox', { name: 'State' }).click();
      await page.getByRole('option', { name: 'Suspended' }).click();
      await page.getByText('No results. Change or remove a filter.').waitFor();
      await accessible(page, `a filtered list, by ${open}`);
      // The address holds the filter, and shows it when it is opened.
      if (open === 'click') await page.reload();
      await page.getByRole('combobox', { name: 'State' }).waitFor();
      await page.getByText('No results. Change or remove a filter.').waitFor();
      await page.getByRole('button', { name: 'Remove this filter' }).click();
      await page.getByRole('link', { name: 'R69' }).waitFor();
    }
    expect(at.complaints).toEqual([]);
    await at.leave(page);
  });

  it('opens the dialog of an action for several rows', async () => {
    const page = await at.as('Priya Nair');
    await page.goto(`${at.origin}/organisations`);
    await page.getByRole('checkbox', { name: 'Select R69' }).click();
    await page.getByRole('checkbox', { name: 'Select R70' }).click();
    await page.getByRole('button', { name: 'Stop immediately (2 selected)' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).waitFor();
    expect(at.complaints).toEqual([]);
    await at.leave(page);
  });

  it('says beside each row whether it works, and why not', async () => {
    const page = await at.as('Priya Nair');
    for (const path of ['organisations', 'applications']) {
      await at.visit(page, `/${path}`);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await page.getByText('in the last 90 days').first().waitFor();
        await accessible(page, `health in ${path} at ${width}`);
        await page.screenshot({ path: `${SHOTS}/health-${path}-${width}.png`, fullPage: true });
      }
    }
    expect(at.complaints).toEqual([]);
    await at.leave(page);
  });
});

describe('the list of applications', () => {
  const rowHeights = (page: Page): Promise<number[]> =>
    page.evaluate(
      "[...document.querySelectorAll('tbody tr')].map((row) => row.getBoundingClientRect().height)",
    );
  const headings = (page: Page): Promise<string[]> => page.getByRole('columnheader').allInnerTexts();

  async function open(page: Page, path: string): Promise<void> {
    await page.goto(at.origin + path);
    await page
      .getByRole('link', { name: /ReferWell - Local/ })
      .first()
      .waitFor();
  }

  it('is counted, has rows of one line, and shows the columns that a person has chosen', async () => {
    const page = await at.as('Priya Nair');
    for (const path of ['/organisations', '/clients', '/applications']) {
      await at.visit(page, path);
      await page.getByText(`2 ${path.slice(1)}`, { exact: true }).waitFor();
      await untilQuiet(page);
      for (const height of await rowHeights(page)) {
        expect(height, path).toBeGreaterThanOrEqual(36);
        expect(height, path).toBeLessThanOrEqual(40);
      }
    }
    await page
      .getByRole('button', { name: /^Copy the official name .* - ReferWell - Local/ })
      .first()
      .waitFor();
    expect(await headings(page)).not.toContain('API key');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'API key' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'State' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Compact rows' }).click();
    await accessible(page, 'the menu of columns');
    await page.screenshot({ path: `${SHOTS}/columns-1280-light.png` });
    await open(page, '/applications');
    expect(await headings(page)).toContain('API key');
    expect(await headings(page)).not.toContain('State');
    expect(Math.min(...(await rowHeights(page)))).toBeGreaterThan(48);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitem', { name: 'Reset' }).click();
    await page.keyboard.press('Escape');
    await until('the columns are as at first', async () => (await headings(page)).includes('State'));
    // By the names of their organisations.
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.locator('th[aria-sort=ascending]').getByText('Name').waitFor();
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.locator('th[aria-sort=descending]').getByText('Name').waitFor();
    await page.getByRole('row').nth(1).getByText('Synthetic Trust R70').waitFor();
    expect(at.complaints).toEqual([]);
    await at.leave(page);
  });

  /** From a filter that finds the two of this test. */
  async function suspendsAllThatMatch(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Select all that match' }).click();
    const all = page.getByRole('group', { name: 'All that match' });
    await all.getByText('None of them is a draft or suspended').waitFor();
    await page.locator('[aria-label="All that match"]:focus').waitFor();
    await all.getByRole('button', { name: 'Suspend 2 applications' }).click();
    const dialog = page.getByRole('dialog', { name: 'Suspend 2 applications' });
    await dialog.getByText('2 applications: state live').waitFor();
    await dialog.getByText('would have been rejected').waitFor();
    await accessible(page, 'suspending all that match');
    await page.screenshot({ path: `${SHOTS}/suspend-all-1280-light.png` });
    await dialog.getByLabel('Reason').fill('supplier incident 7');
    await dialog.getByRole('button', { name: 'Suspend 2 applications' }).click();
    await page.getByText('2 applications suspended.').waitFor();
    await all.getByText('None of them is live, so none can be suspended.').waitFor();
    const { rows } = await at.stack.sql.query(
      `SELECT count(*)::int AS rows, count(DISTINCT version)::int AS versions FROM registry_change
        WHERE table_name = 'application' AND reason = 'supplier incident 7' AND after ->> 'state' = 'suspended'`,
    );
    expect(rows).toEqual([{ rows: 2, versions: 1 }]);
  }

  it('keeps a saved filter for the person who saved it, over a sign-out, and none with an identifier', async () => {
    const page = await at.as('Priya Nair');
    const filtered = (filter: object): string => `?filter=${encodeURIComponent(JSON.stringify(filter))}`;
    const addFilter = page.getByRole('button', { name: 'Add filter' });
    const saved = page.getByRole('menuitem', { name: 'Live ones' });
    await open(page, `/applications${filtered({ state: 'live' })}`);
    await addFilter.click();
    await page.getByRole('menuitem', { name: 'Save this filter' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save this filter' });
    await dialog.getByLabel('Name of the filter').fill('Live ones');
    await accessible(page, 'saving a filter');
    await page.screenshot({ path: `${SHOTS}/save-filter-1280-light.png` });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });

    // A filter that may hold a UBRN is not offered for saving.
    await at.visit(page, `/audit${filtered({ correlationId: '000000070000' })}`);
    await addFilter.click();
    await page.getByRole('menuitem', { name: 'Remove all filters' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Save this filter' }).count()).toBe(0);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByRole('menuitem', { name: 'Logout' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    await page.context().clearCookies();
    await signIn(page, at.origin, 'Omar Haddad');
    await open(page, '/applications');
    await addFilter.click();
    await page.getByRole('menuitemcheckbox', { name: 'ASID' }).waitFor();
    expect(await saved.count()).toBe(0);

    await page.context().clearCookies();
    await signIn(page, at.origin, 'Priya Nair');
    await open(page, '/applications');
    await addFilter.click();
    await saved.click();
    await page.waitForURL(/filter=%7B%22state%22%3A%22live%22%7D/);
    await suspendsAllThatMatch(page);
    expect(at.complaints).toEqual([]);
    await at.leave(page);
  });
});
