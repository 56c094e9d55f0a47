/** Whether applications and organisations work, from the registry and the trail of a real PostgreSQL. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { OutcomeEvent } from '@gatehouse/domain/audit/audit';
import { endOfLondonDayMs, londonDay } from '@gatehouse/domain/governance/london-day';
import { type HealthCause, HEALTHS } from '@gatehouse/domain/policy/health';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dueHealths,
  markChanged,
  storeHealths,
} from '../../../apps/gateway/src/adapters/health/health-rows.ts';
import { runHealthWatch } from '../../../apps/gateway/src/jobs/upkeep-runs.ts';
import { type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { sroAppointment } from '../../support/registry-rows.ts';
import { deniedOf, intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';
import { signIn } from '../../support/staff.ts';

type Item = AnswerOf<'healthShow'>['items'][number];
type Filter = (typeof HEALTHS)[number] | HealthCause;

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

/** The applications, or organisations, that a list finds by each health, once the job has run. */
async function found(list: 'applicationsList' | 'organisationsList', by: readonly Filter[]) {
  await watch();
  const pages = by.map(async (filter): Promise<[Filter, string[]]> => {
    const { items } = await admin.ok(list, { query: { health: filter } });
    return [filter, items.map((item) => ('id' in item ? item.id : item.odsCode))];
  });
  return Object.fromEntries(await Promise.all(pages)) as Record<Filter, string[]>;
}

function watch(): Promise<void> {
  const { prisma: db, auditDatabase } = admin.parts;
  const parts = {
    ...{ db, auditDatabase },
    kindOf: () => 'authenticated' as const,
    now: () => admin.clock.ms,
  };
  return runHealthWatch(parts, new AbortController().signal);
}

/** That the lists find the same as is shown beside them, for everything that there is. */
async function expectAgreement() {
  const applications = await admin.db.application.findMany();
  const ids = applications.map((row) => row.id).join(',');
  const organisations = await admin.db.organisation.findMany();
  const odsCodes = organisations.map(({ odsCode }) => odsCode).join(',');
  const { items } = await admin.ok('healthShow', { query: { applications: ids, organisations: odsCodes } });
  const [ofApplications, ofOrganisations] = [
    await found('applicationsList', HEALTHS),
    await found('organisationsList', HEALTHS),
  ];
  const listed = HEALTHS.flatMap((each) => [
    ...ofApplications[each].map((one) => [one, each]),
    ...ofOrganisations[each].map((one) => [one, each]),
  ]);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(items.map((item) => [item.id, item.health])));
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
    expect(await found('applicationsList', ['no SRO', 'no signing key'])).toMatchObject({
      'no signing key': [id],
    });
    await expectAgreement();
    await admin.ok('keyCreate', { body: r69 });
    expect(await health()).toEqual({ id, health: 'never called', reason: null, code: null, at: null });
    await expectAgreement();
  });

  it('follows the newest call that is over and that a client made', async () => {
    await call(91 * DAY_MS, {});
    expect(await health()).toMatchObject({ health: 'never called' });
    await call(50 * MINUTE_MS, {});
    const worked = { health: 'works', reason: null, at: new Date(now - 50 * MINUTE_MS).toISOString() };
    expect(await health()).toMatchObject(worked);
    await expectAgreement();
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
    expect((await found('applicationsList', ['newest call']))['newest call']).toEqual([id]);
    expect((await found('organisationsList', ['newest call']))['newest call']).toEqual(['R69']);
    await call(2 * MINUTE_MS, {});
    expect(await health()).toMatchObject({ health: 'works' });
    expect(await ofOrganisation('R69')).toMatchObject({ health: 'works' });
    await expectAgreement();
  });

  it('is refused once it is stopped, though its newest call worked', async () => {
    const body = { kind: 'application', application: id, reason: 'test' } as const;
    await admin.ok('stopMake', { body });
    expect(await health()).toMatchObject({ health: 'refused', reason: 'stopped', at: null });
    expect(await ofOrganisation('R69')).toMatchObject({ health: 'refused' });
    expect((await found('applicationsList', ['stopped'])).stopped).toEqual([id]);
    await expectAgreement();
  });

  it('is found in the lists as soon as an SRO lapses, though nothing is recorded', async () => {
    const { id: stop } = await admin.db.emergencyStop.findFirstOrThrow();
    await admin.ok('stopLift', { params: { id: stop }, body: { reason: 'test' } });
    const today = londonDay(now);
    await admin.db.sroAppointment.updateMany({ data: { reviewDueOn: new Date(today) } });
    admin.clock.ms = endOfLondonDayMs(today) - MINUTE_MS;
    expect((await found('applicationsList', ['no SRO']))['no SRO']).not.toContain(id);
    admin.clock.ms += MINUTE_MS;
    expect((await found('applicationsList', ['no SRO']))['no SRO']).toContain(id);
    await expectAgreement();
    admin.clock.ms = now;
  });

  it('is not stored if something happened since it was decided', async () => {
    const due = await dueHealths(admin.db, admin.clock.ms + DAY_MS, 100);
    await admin.db.organisation.update({ where: { odsCode: 'R69' }, data: { name: 'Another name' } });
    await markChanged(admin.db, admin.clock.ms);
    const decided = [...due.keys()].map((each) => ({
      ...{ id: each, state: 'live', odsCodes: ['R69'], changesAtMs: null },
      health: { ...{ health: 'works' as const, cause: null, reason: null }, code: null, atMs: 1 },
    }));
    await storeHealths(admin.db, due, decided, admin.clock.ms);
    const { health: stored } = await admin.db.applicationHealth.findUniqueOrThrow({
      where: { applicationId: id },
    });
    expect(stored).not.toBe('works');
  });
});

it('of an organisation is that of the worst of its applications', async () => {
  expect((await found('organisationsList', ['works'])).works).toEqual(['R69']);
  const [first] = smallDocument.applications;
  // No client may call it.
  const second = {
    ...first,
    product: 'Second',
    asid: '200000002460',
    apiKey: 'r69SecondKey0123456789abcdefKK',
  };
  const document = { apiVersion: 'gatehouse/v1', products: [{ name: 'Second' }], applications: [second] };
  await admin.call('POST', '/api/v1/registry/apply', { document });
  expect(await ofOrganisation('R69')).toMatchObject({ health: 'refused' });
  expect(await found('organisationsList', ['works', 'refused'])).toEqual({ works: [], refused: ['R69'] });
  await expectAgreement();
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
  ['/health?applications=x', 'number 1 of them: this is not an id'],
  ['/health?organisations=R69,', 'number 2 of them: an ODS code has 1 to 10 capital letters and digits'],
  [`/health?organisations=${'R69,'.repeat(100)}R69`, 'give at most 100 ODS codes, with commas between them'],
])('rejects %s', async (path, what) => {
  const { status, text } = await admin.call('GET', `/api/v1${path}`);
  expect([status, text]).toEqual([400, expect.stringContaining(what)]);
});
