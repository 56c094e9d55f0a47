/**
 * Signing keys in the console, on clocks that are moved: a rotation from its policy to the removal of the old key, a canary
 * that fails, a key that one person disables at once and another reviews, and the keys that are deleted at the end.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  accessible,
  type Console,
  decide,
  fillIn,
  readAgainUntil,
  SHOTS,
  startConsole,
} from '../support/console.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longer than a failed step waits before it is tried again, and than a claim lasts. */
const PAUSE_MS = HOUR_MS;

let front: Server;
/** The public address answers as a balancer does whose backend is away. */
let isAway = true;
let at: Console;
let application: Onboarded;
let offsetMs = 0;
let priya: Page;
let gita: Page;

beforeAll(async () => {
  front = createServer((request, response) => {
    const answer = isAway
      ? Promise.reject(new Error('away'))
      : fetch(at.stack.gateway.public + (request.url ?? ''));
    void answer
      .then(async (got) => response.writeHead(got.status).end(await got.text()))
      .catch(() => response.writeHead(502).end());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as AddressInfo;
  at = await startConsole(
    async (stack) => {
      const [first] = await onboard(stack, [{ odsCode: 'R69' }]);
      if (first !== undefined) application = first;
    },
    { GATEHOUSE_PUBLIC_URL: `http://127.0.0.1:${port}` },
  );
  priya = await at.as('Priya Nair');
  gita = await at.as('Gita Rao');
});
afterAll(async () => {
  await at.stop();
  front.close();
});

interface KeyRow {
  readonly kid: string;
  readonly state: string;
  readonly disabled: boolean;
}

/** Of the application that signs under a policy, the oldest first. */
const keys = async (): Promise<KeyRow[]> =>
  (
    await at.stack.sql.query<KeyRow>(
      `SELECT kid, state, disabled_at IS NOT NULL AS disabled FROM signing_key JOIN binding USING (application_id)
       WHERE ods_code = 'R69' ORDER BY created_at`,
    )
  ).rows;
const states = async () => (await keys()).map(({ state }) => state);

/** The clocks of the gateway and of NHS England. Staff stay signed in: their identity provider keeps its own time. */
async function moveBy(ms: number): Promise<void> {
  offsetMs += ms;
  await at.stack.sql.query(
    `UPDATE staff_session SET created_at = created_at + $1 * interval '1 ms',
       last_seen_at = last_seen_at + $1 * interval '1 ms', expires_at = expires_at + $1 * interval '1 ms'`,
    [ms],
  );
  for (const gateway of at.stack.gateways) await gateway.hook({ clockOffsetMs: offsetMs });
  await at.stack.simulator.control('POST', '/clock', { offsetMs });
}

const setApplication = (products: readonly string[]) =>
  at.stack.simulator.control('PUT', `/apps/${application.apiKey}`, { products });

async function waitingChange(): Promise<string | undefined> {
  const { rows } = await at.stack.sql.query<{ id: string }>(
    `SELECT id FROM pending_change WHERE state = 'pending'`,
  );
  return rows[0]?.id;
}

/** Opens the page, and reads it again until it says this. */
async function rotationSays(words: RegExp | string): Promise<void> {
  await at.visit(priya, '/rotations');
  await priya.getByText('30 days').first().waitFor();
  await readAgainUntil(priya, priya.getByText(words).first(), '/rotations');
}

async function shots(page: Page, name: string): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    if (IS_FULL_SIZE || width === 390) await accessible(page, `${name} at ${width} px`);
    await page.screenshot({ path: `${SHOTS}/${name}-${width}-light.png`, fullPage: true });
  }
}

it('two people decide on a policy, and the page says what comes next and why it waits', async () => {
  await at.visit(priya, '/rotations');
  await priya.getByRole('heading', { level: 1, name: 'Key rotation' }).waitFor();
  await fillIn(priya, 'Set a policy', {
    ...{ 'ODS code': 'R69', Product: 'ReferWell', Environment: 'local' },
    ...{ 'Every how many days': '30', Reason: 'less work by hand' },
  });
  await until('the policy waits for a second person', async () => (await waitingChange()) !== undefined);
  await at.visit(gita, `/changes/${(await waitingChange()) ?? ''}/show`);
  await gita
    .getByText('The signing keys of ReferWell of', { exact: false })
    .filter({ hasText: 'would rotate every 30 days' })
    .first()
    .waitFor();
  await decide(gita, 'Approve', 'agreed with the platform team');
  // The public URL is away, so the standby is made and published, and not confirmed.
  await rotationSays(/^It is tried again at /);
  await priya.getByText('Read the JWKS by its public URL').first().waitFor();
  await priya.getByText('Who must act: operator').first().waitFor();
  expect(await states()).toEqual(['ACTIVE', 'PUBLISHED']);
  await shots(priya, 'key-rotation');
});

it('a failed canary says what is wrong, who must act, and that the old key goes on signing', async () => {
  isAway = false;
  await moveBy(PAUSE_MS);
  await rotationSays(/^(The next key is ready|NHS England may still have a copy)/);
  await setApplication([]);
  await moveBy(31 * DAY_MS);
  await rotationSays(/does not have the e-RS API product/);
  const [old] = await keys();
  await priya.getByText('Request a token with the next key').first().waitFor();
  await priya.getByText('Add the e-RS API for this access mode', { exact: false }).first().waitFor();
  await priya.getByText('Who must act: platform team').first().waitFor();
  await priya
    .getByText(`Key ${old?.kid ?? ''} goes on signing, and no call is refused.`, { exact: false })
    .first()
    .waitFor();
  await priya
    .getByText(/^It is tried again at /)
    .first()
    .waitFor();
  expect(await states()).toEqual(['ACTIVE', 'PUBLISHED']);
  await shots(priya, 'key-rotation-canary');
});

it('once the cause is gone the rotation goes on by itself, until the old key is out of use', async () => {
  await setApplication([application.accessMode]);
  await moveBy(PAUSE_MS);
  await until(
    'the next key signs',
    async () => (await states()).slice(0, 2).join() === 'RETIRING,ACTIVE',
    120_000,
  );
  const [old] = await keys();
  await until('there is a standby again', async () => (await states())[2] === 'PUBLISHED', 120_000);
  await rotationSays('The retired key stays published for a day, so that you can roll back.');
  await priya.getByText('Remove the retired key').first().waitFor();
  await moveBy(2 * DAY_MS);
  await until('the old key is disabled in KMS', async () => (await keys())[0]?.disabled === true, 120_000);
  expect((await states())[0]).toBe('REMOVED');
  await rotationSays(/^The next key is ready\./);
  await shots(priya, 'key-rotation-done');
  // The whole story of the key, each step in the name of the policy.
  await at.visit(priya, `/history?filter=${encodeURIComponent(JSON.stringify({ table: 'signing_key' }))}`);
  await priya.getByText('Gita Rao', { exact: false }).first().waitFor();
  expect(old?.kid).not.toBe('');
});

it('a key in the wrong hands is disabled by one person, who reads what stays exposed; another reviews it', async () => {
  const active = (await keys()).find(({ state }) => state === 'ACTIVE')?.kid ?? '';
  await at.visit(priya, '/signing-keys');
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

  await at.visit(priya, '/key-emergencies');
  await priya.getByText('it was in a log').waitFor();
  expect(await priya.getByRole('button', { name: 'Review' }).count()).toBe(0);
  const { rows } = await at.stack.sql.query<{ id: string }>('SELECT id FROM key_emergency');
  await at.visit(gita, `/key-emergencies/${rows[0]?.id ?? ''}/show`);
  await gita.getByRole('heading', { level: 1, name: `Emergency: key ${active}` }).waitFor();
  await accessible(gita, 'the page of an emergency');
  await gita.getByRole('button', { name: 'Review' }).click();
  const review = gita.getByRole('dialog');
  await review.getByLabel('What you found').fill('right to do so');
  await review.getByRole('button', { name: 'Review' }).click();
  await gita.getByText('right to do so').waitFor();
});

it('keys are deleted by two people: one is struck off, the rest requested, approved, and one cancelled', async () => {
  // The clocks may have made the hourly run due when one key was disabled, and a month has one list.
  await at.stack.sql.query('DELETE FROM key_deletion; DELETE FROM key_deletion_list');
  await at.stack.admin('POST', '/job-kinds/key-deletions/run', { reason: 'the list of the month' });
  await until('the month has a list', async () => {
    const { rows } = await at.stack.sql.query('SELECT FROM key_deletion');
    return rows.length === 2;
  });
  const disabled = (await keys()).filter((key) => key.disabled).map(({ kid }) => kid);
  const [kept = '', deleted = ''] = disabled;
  const row = (kid: string) => priya.getByRole('row').filter({ hasText: kid }).first();
  await at.visit(priya, '/key-deletions');
  await row(kept).waitFor();
  await shots(priya, 'key-deletions-listed');
  await row(kept).getByRole('button', { name: 'Strike off' }).click();
  await priya.getByRole('dialog').getByLabel('Why it must stay').fill('a court asked for it');
  await priya.getByRole('dialog').getByRole('button', { name: 'Strike off' }).click();
  await row(kept).getByText('Struck off').waitFor();
  await fillIn(priya, 'Request deletion', { Reason: 'no longer needed' });
  await priya.getByText('Waiting for approval:', { exact: false }).waitFor();
  expect(await row(deleted).getByText('To be decided').isVisible()).toBe(true);

  await at.visit(gita, `/changes/${(await waitingChange()) ?? ''}/show`);
  await gita.getByText(`Signing key ${deleted}`, { exact: false }).first().waitFor();
  expect(await gita.getByText(`Signing key ${kept}`, { exact: false }).count()).toBe(0);
  await shots(gita, 'key-deletions-approval');
  await decide(gita, 'Approve', 'both have checked the last use');
  // Once the worker has scheduled the deletion in KMS.
  await at.visit(priya, '/key-deletions');
  await row(deleted).waitFor();
  await readAgainUntil(priya, row(deleted).getByText('Pending deletion'), '/key-deletions');
  await shots(priya, 'key-deletions-pending');
  await row(deleted).getByRole('button', { name: 'Cancel deletion' }).click();
  await priya.getByRole('dialog').getByLabel('Why it must stay').fill('an investigation began');
  await priya.getByRole('dialog').getByRole('button', { name: 'Cancel deletion' }).click();
  await row(deleted).getByText('Deletion cancelled').waitFor();
  await row(deleted).getByText('an investigation began', { exact: false }).waitFor();
});
