/** Whether applications and organisations work, from the registry and the trail of a real PostgreSQL. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { OutcomeEvent } from '@gatehouse/domain/audit/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { sroAppointment } from '../../support/registry-rows.ts';
import { deniedOf, intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';
import { signIn } from '../../support/staff.ts';

type Item = AnswerOf<'healthShow'>['items'][number];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const now = Date.now();

let admin: AdminApi;
/** The application of R69 alone. */
let id: string;

beforeAll(async () => {
  admin = await startAdmin({ environments: new Map([['int', { kind: 'authenticated' as const }]]) });
  admin.clock.ms = now - 200 * DAY_MS;
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  const row = await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } });
  id = row.id;
  admin.clock.ms = now;
});
afterAll(() => admin.close());

async function call(agoMs: number, changes: Partial<OutcomeEvent>, applicationId = id, probe = false) {
  const intent = intentOf({ startedAtMs: now - agoMs, applicationId, ...(probe ? { probe } : {}) });
  await admin.parts.audit.intent(intent);
  await admin.parts.audit.outcome(outcomeOf(intent, changes));
}

async function refuse(agoMs: number, code: string) {
  const denied = deniedOf({ startedAtMs: now - agoMs, code, applicationId: id });
  await admin.parts.audit.denied({ ...denied, requestId: denied.attemptId });
}

const health = async (): Promise<Item | undefined> =>
  (await admin.ok('healthShow', { query: { applications: id } })).items[0];
const ofOrganisation = async (odsCode: string): Promise<Item | undefined> =>
  (await admin.ok('healthShow', { query: { organisations: odsCode } })).items[0];

describe('the health of an application', () => {
  it('names in turn what the registry refuses, until nobody has called', async () => {
    expect(await health()).toMatchObject({ id, health: 'refused', code: 'GW_SRO_LAPSED', at: null });
    await admin.db.sroAppointment.create({
      data: {
        odsCode: 'R69',
        ...sroAppointment(new Date(now - 30 * DAY_MS)),
        acceptedAt: new Date(now - 30 * DAY_MS),
        reviewDueOn: new Date(now + 300 * DAY_MS),
      },
    });
    expect(await health()).toMatchObject({ reason: 'no active signing key', code: 'GW_KEY_MISSING' });
    await admin.ok('keyCreate', { body: r69 });
    expect(await health()).toEqual({ id, health: 'never called', reason: null, code: null, at: null });
  });

  it('follows the newest call that is over and that a client made', async () => {
    await call(91 * DAY_MS, {});
    expect(await health()).toMatchObject({ health: 'never called' });
    await call(50 * MINUTE_MS, {});
    const worked = { health: 'works', reason: null, at: new Date(now - 50 * MINUTE_MS).toISOString() };
    expect(await health()).toMatchObject(worked);
    await refuse(40 * MINUTE_MS, 'GW_QUERY');
    expect(await health()).toMatchObject({ health: 'refused', code: 'GW_QUERY' });
    await call(30 * MINUTE_MS, {});
    await call(20 * MINUTE_MS, { outcome: 'FAILED', upstreamStatus: 500 }, id, true);
    await admin.parts.audit.intent(intentOf({ startedAtMs: now - MINUTE_MS, applicationId: id }));
    await call(
      10 * MINUTE_MS,
      { outcome: 'FAILED', upstreamStatus: 500 },
      '00000000-0000-4000-8000-000000000000',
    );
    expect(await health()).toMatchObject({ ...worked, at: new Date(now - 30 * MINUTE_MS).toISOString() });
    await call(5 * MINUTE_MS, { outcome: 'FAILED', upstreamStatus: 403 });
    expect(await health()).toMatchObject({ health: 'refused', reason: 'e-RS answered 403' });
    await call(2 * MINUTE_MS, {});
    expect(await health()).toMatchObject({ health: 'works' });
    expect(await ofOrganisation('R69')).toMatchObject({ health: 'works' });
  });

  it('is refused once it is stopped, though its newest call worked', async () => {
    const body = { kind: 'application', application: id, reason: 'test' } as const;
    await admin.ok('stopMake', { body });
    expect(await health()).toMatchObject({ health: 'refused', reason: 'stopped', at: null });
    expect(await ofOrganisation('R69')).toMatchObject({ health: 'refused' });
  });
});

it('is shown for the organisations of a person’s role, and for no other', async () => {
  const role = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  const { headers } = await signIn(admin.db, 'Odd', [role], now);
  const path = `/api/v1/health?applications=${id}&organisations=R69,RCD`;
  const { status, body } = await admin.call('GET', path, undefined, '', headers);
  expect(status).toBe(200);
  expect(body.items.map((item: Item) => item.id)).toEqual(['RCD']);
});

it.each([
  '/health?applications=x',
  '/health?organisations=R69,',
  `/health?organisations=${'R69,'.repeat(100)}R69`,
])('rejects %s', async (path) => {
  expect((await admin.call('GET', `/api/v1${path}`)).status).toBe(400);
});
