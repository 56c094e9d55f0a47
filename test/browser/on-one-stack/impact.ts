/** The impact of an organisation’s closing: what it hits, what would be refused, and the plan, which is then carried out. */
import { londonDay } from '@gatehouse/domain/governance/london-day';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { accessible, type Console, decide, fillIn, SHOTS } from '../../support/console.ts';
import { until } from '../../support/until.ts';
import type { World } from './world.ts';

let at: Console;

async function shots(page: Page, name: string): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await accessible(page, `${name} at ${width} px`);
    await page.screenshot({ path: `${SHOTS}/${name}-${width}-light.png`, fullPage: true });
  }
}

export function impact(world: () => World): void {
  beforeAll(() => {
    at = world().at;
  });

  it('an organisation closes: what is hit, what would be refused, and the plan', async () => {
    const priya = await at.as('Priya Nair');
    await at.visit(priya, '/organisations/R70/show');
    await priya.getByRole('link', { name: 'Show the impact of its closing' }).click();
    await priya.getByRole('textbox', { name: 'ODS code of the organisation that closes' }).waitFor();
    await priya.getByLabel('First day without it').fill('2030-04-01');
    await priya.getByRole('button', { name: 'Show the impact' }).click();
    await priya.getByText('GW_ORGANISATION_SUSPENDED').first().waitFor();
    for (const width of [1280, 768, 390]) {
      await priya.setViewportSize({ width, height: 844 });
      await accessible(priya, `the impact at ${width} px`);
      await priya.screenshot({ path: `${SHOTS}/impact-${width}-light.png`, fullPage: true });
    }
    await priya.setViewportSize({ width: 1280, height: 844 });
    // It waits: the organisation is not suspended.
    expect(await priya.getByRole('button', { name: 'Retire all of it' }).count()).toBe(0);
    await priya.getByRole('combobox', { name: 'What happens' }).click();
    await priya.getByRole('option', { name: 'A signing key may be in the wrong hands' }).click();
    await priya.getByRole('textbox', { name: 'Key id' }).waitFor();
    // Nothing of the other event stays.
    expect(await priya.getByText('GW_ORGANISATION_SUSPENDED').count()).toBe(0);
    await at.leave(priya);
  });

  it('the whole plan is requested, approved by a colleague, and carried out; what people do is ticked off', async () => {
    const priya = await at.as('Priya Nair');
    await at.visit(priya, '/impact?kind=organisation-closes&odsCode=R70');
    await priya.getByLabel('First day without it').fill(londonDay(Date.now()));
    await priya.getByRole('button', { name: 'Show the impact' }).click();
    await priya.getByRole('button', { name: 'Request the whole plan' }).waitFor();
    await fillIn(priya, 'Request the whole plan', { Reason: 'CHG-42' });
    let id = '';
    await until('the plan waits for a second person', async () => {
      const { rows } = await at.stack.sql.query<{ id: string }>(
        `SELECT id FROM pending_change WHERE state = 'pending'`,
      );
      id = rows[0]?.id ?? '';
      return id !== '';
    });
    const gita = await at.as('Gita Rao');
    await at.visit(gita, `/changes/${id}/show`);
    await gita
      .getByText('A plan for organisation R70 could be carried out', { exact: false })
      .first()
      .waitFor();
    await gita
      .getByText(/^Step 2, Suspend R70: /)
      .first()
      .waitFor();
    await gita.getByText('Nothing changes at once.', { exact: false }).waitFor();
    await shots(gita, 'impact-plan-approval');
    await decide(gita, 'Approve', 'agreed with the trust');
    await gita.getByText('Plan approved.', { exact: false }).waitFor();

    await at.visit(priya, '/impact-plans');
    await priya.getByRole('link', { name: 'R70 closes' }).first().click();
    await priya.getByRole('heading', { level: 1, name: 'Plan: R70 closes' }).waitFor();
    await priya.getByText('“Suspend R70” can be carried out now.').waitFor();
    await shots(priya, 'impact-plan-ready');
    await fillIn(priya, 'Carry out', { Reason: 'the trust closed today' });
    await priya.getByText('To be done by people:', { exact: false }).waitFor();
    await priya.getByText('Gatehouse carried it out.').first().waitFor();
    await shots(priya, 'impact-plan-carried-out');
    const tick = 'Tick off “Have the old applications and ASIDs closed”';
    await fillIn(priya, tick, { 'Who did it, and when': 'NHS England, INC-7, today' });
    await priya.getByText('Ticked off: NHS England, INC-7, today').first().waitFor();
    const { rows: organisations } = await at.stack.sql.query<{ state: string }>(
      `SELECT state FROM organisation WHERE ods_code = 'R70'`,
    );
    expect(organisations[0]?.state).toBe('retired');
    for (const page of [priya, gita]) await at.leave(page);
  });
}
