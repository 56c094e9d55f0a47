/** What an event hits, on a real registry and trail: what is hit, refused and planned, and the retirement by two people. */
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { sroAppointment } from '../../support/registry-rows.ts';
import { intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { until } from '../../support/until.ts';

type Impact = AnswerOf<'impactShow'>;

let admin: AdminApi;
let kid: string;
const closes = { kind: 'organisation-closes', odsCode: 'R69', firstDay: '2026-04-01' } as const;
const [provider, shared] = smallDocument.applications;
const document = {
  ...smallDocument,
  applications: [
    provider,
    shared,
    {
      ...provider,
      environment: 'dep',
      asid: '200000002470',
      apiKey: 'aKeyOfAnotherEnvironment',
      state: 'draft',
    },
  ],
};

beforeAll(async () => {
  const kind = 'authenticated' as const;
  admin = await startAdmin({ environments: new Map(['int', 'dep'].map((name) => [name, { kind }])) });
  await apply(document);
  ({ kid } = await admin.ok('keyCreate', { body: r69 }));
  await admin.db.sroAppointment.create({ data: { ...owner, odsCode: 'R69' } });
  await admin.mark();
});
beforeEach(() => admin.rewind());
afterAll(() => admin.close());

const owner = {
  ...sroAppointment(new Date('2026-01-06')),
  acceptedAt: new Date('2026-01-07'),
  reviewDueOn: new Date('2099-01-05'),
};

async function apply(changed: object): Promise<void> {
  const applied = await admin.call('POST', '/api/v1/registry/apply', { document: changed });
  expect(applied.body.at(-1), applied.text).toMatchObject({ type: 'done' });
}

const impactOf = (body: RequestOf<'impactShow'>['body']) => admin.ok('impactShow', { body });
const as = (person: SignedIn, method: string, path: string, body?: unknown) =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);
const codesOf = ({ clients }: Impact) =>
  clients.flatMap(({ name, calls }) =>
    calls.map(({ interaction, before, after, successor }) => [name, interaction, before, after, successor]),
  );
const statesOf = ({ plan }: Impact) => Object.fromEntries(plan.map(({ id, state }) => [id, state]));

describe('an organisation that closes', () => {
  it('hits its applications in every environment, its clients, its owner and its traffic', async () => {
    // The trail has partitions for the months around today.
    admin.clock.ms = Date.now();
    const binding = await admin.db.binding.findFirstOrThrow({
      where: { application: { asid: '200000002454' } },
    });
    const client = await admin.db.client.findFirstOrThrow();
    for (const daysAgo of [0.1, 2, 8]) {
      const intent = intentOf({
        ...{ startedAtMs: admin.clock.ms - daysAgo * 86_400_000, bindingId: binding.id, clientId: client.id },
        ...{ odsCode: 'R69', operationId: 'a005-retrieve-referral-request' },
      });
      await admin.parts.audit.intent(intent);
      await admin.parts.audit.outcome(outcomeOf(intent));
    }
    const impact = await impactOf(closes);
    expect(impact.environments).toEqual(['dep', 'int']);
    expect(
      impact.applications.map(({ environment, accessMode, serves }) => [environment, accessMode, serves]),
    ).toEqual(
      expect.arrayContaining([
        ['int', 'application-restricted', ['R69']],
        ['dep', 'application-restricted', ['R69']],
        ['int', 'user-restricted', ['R69', 'RCD']],
      ]),
    );
    expect(impact.sroAppointments).toMatchObject([{ odsCode: 'R69', state: 'in force' }]);
    const a005 = impact.clients[0]?.calls.find(
      ({ operationId }) => operationId === 'a005-retrieve-referral-request',
    );
    expect(a005).toMatchObject({ before: null, after: 'GW_ORGANISATION_SUSPENDED', requests: 2 });
    expect(impact.requestsRefused).toBe(2);
    expect(statesOf(impact)).toMatchObject({ callers: 'ready', suspend: 'waiting', retire: 'waiting' });
    expect(impact.plan[0]?.detail).toContain('in the last 24 hours: 1.');
  });

  it('is retired by its file, all at once, and the plan follows the registry', async () => {
    const { retirementFile } = await impactOf(closes);
    await apply({ ...retirementFile });
    await admin.upToDate();
    const states = await admin.db.application.findMany({
      orderBy: { asid: 'asc' },
      include: { bindings: true },
    });
    expect(
      states.map(({ asid, state, bindings }) => [asid, state, bindings.map(({ odsCode }) => odsCode)]),
    ).toEqual([
      ['200000002454', 'retired', ['R69']],
      ['200000002455', 'draft', ['RCD']],
      ['200000002470', 'retired', ['R69']],
    ]);
    const after = await impactOf(closes);
    expect(after.organisations).toMatchObject([{ odsCode: 'R69', state: 'retired' }]);
    expect(statesOf(after)).toMatchObject({ suspend: 'done', retire: 'done', 'clean-grants': 'ready' });
  });

  it('needs a second person under four eyes, who carries out the whole file, unless the registry has changed', async () => {
    await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
    const priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
    const gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
    const { retirementFile } = await impactOf(closes);
    const request = async () => {
      const answer = await as(priya, 'POST', '/registry/apply', {
        document: retirementFile,
        reason: 'R69 closes',
      });
      return (answer.body as { type: string; id: string; diffHash: string }[]).at(-1);
    };
    const stateOfLive = async () =>
      (await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } })).state;
    const first = await request();
    expect(first).toMatchObject({ type: 'pending' });
    expect(await stateOfLive()).toBe('live');
    expect((await impactOf(closes)).pendingChanges).toEqual([{ id: first?.id, action: 'registryApply' }]);
    const approve = async (person: SignedIn, id = '') => {
      const { diffHash } = (await as(person, 'GET', `/changes/${id}`)).body;
      return as(person, 'POST', `/changes/${id}/approve`, { diffHash, reason: 'agreed' });
    };
    expect((await approve(priya, first?.id)).status).toBe(403);

    // A name that was changed in the meantime: what was approved is no longer what would be written.
    await admin.db.organisation.update({ where: { odsCode: 'R69' }, data: { state: 'suspended' } });
    expect((await approve(gita, first?.id)).status).toBe(409);
    expect(await stateOfLive()).toBe('live');

    const second = await request();
    const approved = await approve(gita, second?.id);
    expect(approved.status, approved.text).toBe(200);
    expect(await stateOfLive()).toBe('retired');
    const row = await admin.db.registryChange.findFirst({
      where: { tableName: 'organisation' },
      orderBy: { version: 'desc' },
    });
    expect(row?.actor).toBe('Priya (priya@example.org), approved by Gita (gita@example.org)');
  });
});

it('an organisation that merges: the successor needs everything new', async () => {
  const impact = await impactOf({ ...closes, kind: 'organisation-merges', successor: 'RCD' });
  expect(codesOf(impact)).toContainEqual([
    'worklist-sync',
    'A005',
    null,
    'GW_ORGANISATION_SUSPENDED',
    'GW_GRANT',
  ]);
  expect(statesOf(impact)).toMatchObject({
    successor: 'done',
    'nhs-applications': 'ready',
    suspend: 'waiting',
  });
});

it('an organisation that changes its code: the new one need not be registered yet, but is another', async () => {
  const changes = { ...closes, kind: 'organisation-changes-code' } as const;
  expect((await impactOf({ ...changes, successor: 'RX1' })).plan[0]).toMatchObject({ state: 'ready' });
  const same = await admin.call('POST', '/api/v1/impact', { ...changes, successor: 'R69' });
  expect(same.body).toMatchObject({ status: 400, detail: expect.stringContaining('another ODS code') });
});

it('an owner who leaves: application-restricted calls are refused', async () => {
  const { id: appointmentId } = await admin.db.sroAppointment.findFirstOrThrow();
  const impact = await impactOf({ kind: 'sro-leaves', appointmentId, firstDay: '2026-04-01' });
  expect(codesOf(impact)).toContainEqual(['worklist-sync', 'A005', null, 'GW_SRO_LAPSED', undefined]);
  expect(impact.effectiveAt).toBe('2026-03-31T23:00:00.000Z');
  expect(impact.retirementFile).toBeNull();
});

it('a suspected key: calls are refused unless another key can sign at once', async () => {
  const impact = await impactOf({ kind: 'key-suspected', kid });
  expect(codesOf(impact)).toContainEqual(['worklist-sync', 'A005', null, 'GW_KEY_MISSING', undefined]);
  const next = await admin.ok('keyCreate', { body: r69 });
  await admin.ok('keyPublish', { params: { kid: next.kid }, body: {} });
  admin.clock.ms += 2 * 3_600_000;
  await admin.upToDate();
  expect(codesOf(await impactOf({ kind: 'key-suspected', kid }))).toContainEqual([
    'worklist-sync',
    'A005',
    null,
    null,
    undefined,
  ]);
});

describe('a person with some organisations', () => {
  it('sees what is theirs, how much is not, and nothing of other organisations', async () => {
    const role = { role: 'platform-engineer', odsCodes: ['R69'] } as const;
    const lena = await signIn(admin.db, 'Lena', [role], admin.clock.ms);
    const own = await as(lena, 'POST', '/impact', closes);
    expect(own.status, own.text).toBe(200);
    expect(own.body).toMatchObject({ notShown: { applications: 1, clients: 0 }, retirementFile: null });
    expect(own.text).not.toContain('RCD');
    for (const body of [
      { ...closes, odsCode: 'RCD' },
      { ...closes, kind: 'organisation-merges', successor: 'RCD' },
      { ...closes, odsCode: 'R00' },
    ])
      expect((await as(lena, 'POST', '/impact', body)).status, JSON.stringify(body)).toBe(404);
  });
});

it('answers bad input with its place', async () => {
  const answer = await admin.call('POST', '/api/v1/impact', { ...closes, firstDay: 'tomorrow' });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('YYYY-MM-DD');
  const nobody = await admin.call('POST', '/api/v1/impact', { kind: 'key-suspected', kid: 'unknown' });
  expect(nobody.status).toBe(404);
});

it('follows the registry without a restart', async () => {
  await apply({ apiVersion: 'gatehouse/v1', organisations: [{ odsCode: 'RZ9', name: 'New NHS Trust' }] });
  await until('the snapshot has it', async () => {
    const answer = await admin.call('POST', '/api/v1/impact', { ...closes, odsCode: 'RZ9' });
    return answer.status === 200;
  });
});
