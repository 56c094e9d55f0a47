/** Signing keys in the console: a rotation policy, and a key that one person disables at once and another reviews. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessible, type Console, decide, SHOTS, signIn, startConsole } from '../support/console.ts';
import { onboard } from '../support/onboard.ts';
import { until } from '../support/until.ts';

let at: Console;
let priya: Page;
beforeAll(async () => {
  at = await startConsole((stack) => onboard(stack, [{ odsCode: 'R69' }]));
  priya = await at.open();
  await signIn(priya, at.origin, 'Priya Nair');
});
afterAll(() => at.stop());

interface KeyRow {
  readonly kid: string;
  readonly state: string;
}

/** Of the application that signs under a policy. */
const keys = async (): Promise<KeyRow[]> =>
  (
    await at.stack.sql.query<KeyRow>(
      `SELECT kid, state FROM signing_key JOIN binding USING (application_id)
       WHERE ods_code = 'R69' ORDER BY created_at`,
    )
  ).rows;

async function waitingChange(): Promise<string | undefined> {
  const { rows } = await at.stack.sql.query<{ id: string }>(
    `SELECT id FROM pending_change WHERE state = 'pending'`,
  );
  return rows[0]?.id;
}

it('two people decide on a policy, and the page says what comes next and why it waits', async () => {
  await priya.goto(`${at.origin}/rotations`);
  await priya.getByRole('heading', { level: 1, name: 'Key rotation' }).waitFor();
  await priya.getByRole('button', { name: 'Set a policy' }).click();
  const dialog = priya.getByRole('dialog');
  for (const [label, value] of [
    ['ODS code', 'R69'],
    ['Product', 'ReferWell'],
    ['Environment', 'local'],
    ['Every how many days', '30'],
    ['Reason', 'less work by hand'],
  ] as const)
    await dialog.getByLabel(label).fill(value);
  await dialog.getByRole('button', { name: 'Set a policy' }).click();
  await until('the policy waits for a second person', async () => (await waitingChange()) !== undefined);
  const gita = await at.open();
  await signIn(gita, at.origin, 'Gita Rao');
  await gita.goto(`${at.origin}/changes/${(await waitingChange()) ?? ''}/show`);
  await gita
    .getByText('The signing keys of ReferWell of', { exact: false })
    .filter({ hasText: 'would rotate every 30 days' })
    .first()
    .waitFor();
  await decide(gita, 'Approve', 'agreed with the platform team');
  await gita.context().close();
  // The public URL of this stack cannot be reached, so the standby is made and published, and not confirmed.
  await until(
    'the page says what failed, and when it is tried again',
    async () => {
      await priya.goto(`${at.origin}/rotations`);
      await priya.getByRole('heading', { level: 1, name: 'Key rotation' }).waitFor();
      await priya.getByText('30 days').first().waitFor();
      return priya
        .getByText(/^It is tried again at /)
        .first()
        .isVisible();
    },
    120_000,
  );
  await priya.getByText('Read the JWKS by its public URL').first().waitFor();
  expect((await keys()).map(({ state }) => state)).toEqual(['ACTIVE', 'PUBLISHED']);
  await accessible(priya, 'key rotation');
  await priya.screenshot({ path: `${SHOTS}/key-rotation-1280-light.png`, fullPage: true });
});

it('a key in wrong hands is disabled by one person, who reads what stays exposed; another reviews it', async () => {
  const active = (await keys()).find(({ state }) => state === 'ACTIVE')?.kid ?? '';
  await priya.goto(`${at.origin}/signing-keys`);
  const row = priya.getByRole('row').filter({ hasText: active }).first();
  await row.getByRole('button', { name: 'Disable now' }).click();
  const dialog = priya.getByRole('dialog');
  await dialog.getByLabel('What happened').fill('it was in a log');
  await dialog.getByRole('button', { name: 'Disable now' }).click();
  await dialog.getByText(`Key ${active} is disabled.`, { exact: false }).waitFor();
  await dialog.getByText('NHS England keeps its copy of the JWKS', { exact: false }).waitFor();
  await dialog.getByText('Ask API Management to revoke the tokens', { exact: false }).waitFor();
  await dialog.getByText('for up to 180 s more', { exact: false }).waitFor();
  await accessible(priya, 'an emergency');
  expect((await keys()).find(({ kid }) => kid === active)?.state).toBe('REMOVED');

  await priya.goto(`${at.origin}/key-emergencies`);
  await priya.getByText('it was in a log').waitFor();
  expect(await priya.getByRole('button', { name: 'Review' }).count()).toBe(0);
  const gita = await at.open();
  await signIn(gita, at.origin, 'Gita Rao');
  const { rows } = await at.stack.sql.query<{ id: string }>('SELECT id FROM key_emergency');
  await gita.goto(`${at.origin}/key-emergencies/${rows[0]?.id ?? ''}/show`);
  await gita.getByRole('heading', { level: 1, name: `Emergency: key ${active}` }).waitFor();
  await accessible(gita, 'the page of an emergency');
  await gita.getByRole('button', { name: 'Review' }).click();
  const review = gita.getByRole('dialog');
  await review.getByLabel('What you found').fill('right to do so');
  await review.getByRole('button', { name: 'Review' }).click();
  await gita.getByText('right to do so').waitFor();
  await gita.context().close();
});
