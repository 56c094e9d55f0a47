/** What staff see of signed-in healthcare workers and of CIS2 clients, in Chromium. */
import { createHash, randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessible, type Console, decide, SHOTS } from '../../support/console.ts';
import type { Onboarded } from '../../support/onboard.ts';
import type { World } from './world.ts';

let at: Console;
const USER = '555000000001';

let priya: Page;
let onboarded: Onboarded;

async function openSession(): Promise<string> {
  const { rows } = await at.stack.sql.query<{ id: string }>(
    `INSERT INTO user_session (handle_hash, environment, client_id, product, pattern, user_id, authentication_level,
       identity_level, authenticated_at, created_at, last_active_at, ods_code, business_function)
     SELECT $1, c.environment, c.id, 'ReferWell', 'separate', $2, 3, 3, now(), now(), now(), 'R69', 'REFERRING_CLINICIAN'
     FROM client c WHERE c.name = $3
     RETURNING id`,
    [createHash('sha256').update(randomUUID()).digest('hex'), USER, onboarded.client],
  );
  return rows[0]?.id ?? '';
}

async function endOf(id: string): Promise<string | null> {
  const { rows } = await at.stack.sql.query<{ end_reason: string | null }>(
    'SELECT end_reason FROM user_session WHERE id = $1',
    [id],
  );
  return rows[0]?.end_reason ?? null;
}

export function healthcareWorkers(world: () => World): void {
  beforeAll(async () => {
    ({ at, onboarded } = world());
    priya = await at.as('Priya Nair');
  });
  afterAll(() => at.leave(priya));

  it('finds a user by id and ends one of their sessions, with a reason', async () => {
    const id = await openSession();
    await at.visit(priya, '/');
    await priya.getByRole('searchbox', { name: 'Search' }).fill(USER);
    await priya.getByRole('button', { name: 'Find' }).click();
    await priya.getByRole('link', { name: 'Audit trail of this user' }).waitFor();
    await priya.getByRole('link', { name: `User ${USER}` }).click();
    await priya.getByRole('heading', { level: 1, name: 'User sessions' }).waitFor();
    await priya.getByText('Referring clinician at R69').waitFor();
    await accessible(priya, 'user sessions');
    await priya.screenshot({ path: `${SHOTS}/user-sessions-1280-light.png`, fullPage: true });
    await decide(priya, 'End session', 'the smartcard was lost');
    await priya.getByText('Session ended.').waitFor();
    expect(await endOf(id)).toBe('the smartcard was lost');
  });

  it('ends every session of a user', async () => {
    const ids = [await openSession(), await openSession()];
    await at.visit(priya, `/user-sessions?filter=${encodeURIComponent(JSON.stringify({ userId: USER }))}`);
    await decide(priya, 'End all sessions of this user', 'left the trust');
    await priya.getByText('Sessions ended.').waitFor();
    for (const id of ids) expect(await endOf(id)).toBe('left the trust');
  });

  it('lets an auditor look at sessions, and end none', async () => {
    await openSession();
    const omar = await at.as('Omar Haddad');
    await at.visit(omar, '/user-sessions');
    await omar.getByText('Referring clinician at R69').first().waitFor();
    expect(await omar.getByRole('button', { name: /^End/ }).count()).toBe(0);
    await at.leave(omar);
  });

  it('shows what to register with NHS CIS2, each value with a button that copies it', async () => {
    const { rows } = await at.stack.sql.query<{ id: string; jwks_id: string }>(
      `INSERT INTO cis2_client (environment, product, registered_client_id, auth, jwks_id)
     SELECT environment, product, 'registered', 'private_key_jwt', $1 FROM application LIMIT 1
     RETURNING id, jwks_id`,
      ['j'.repeat(32)],
    );
    await at.visit(priya, `/cis2-clients/${rows[0]?.id}/show`);
    await priya.getByText(/\/auth\/cis2\/callback$/).waitFor();
    for (const name of ['Callback URL', 'Back-channel logout URL', 'JWKS URL', 'Signing algorithm'])
      await priya.getByRole('button', { name: `Copy ${name}` }).waitFor();
    await decide(priya, 'Create a signing key', 'first key');
    await priya.getByRole('button', { name: 'Retire' }).waitFor();
    await accessible(priya, 'a CIS2 client');
    await priya.screenshot({ path: `${SHOTS}/cis2-client-1280-light.png`, fullPage: true });
  });
}
