/** Emergency stops over HTTP: one person can make them immediately, and another reviews them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRollupStore } from '../../../apps/gateway/src/adapters/audit/rollup/rollup.store.ts';
import { run as countRollups } from '../../../apps/gateway/src/jobs/audit/audit-rollups.job.ts';
import { deniedOf, intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, smallDocument, borrowAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;
beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  priya = await signIn(admin.db, 'Priya', ['platform-engineer', 'governance-officer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
});
afterAll(() => admin.close());

const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);

const stateOf = {
  organisation: async () =>
    (await admin.db.organisation.findUniqueOrThrow({ where: { odsCode: 'R69' } })).state,
  application: async () =>
    (await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } })).state,
  client: async () => (await admin.db.client.findFirstOrThrow()).state,
};

it.each(['organisation', 'application', 'client'] as const)(
  'an %s is suspended, lifted and reviewed by another person',
  async (kind) => {
    const application = (await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } })).id;
    const named = {
      organisation: { organisation: 'R69' },
      application: { application },
      client: { environment: 'int', client: 'worklist-sync' },
    }[kind];
    const before = await stateOf[kind]();
    const stop = { kind, ...named, reason: 'odd traffic' };
    const created = await as(priya, 'POST', '/emergency-stops', stop);
    expect(created.status, created.text).toBe(200);
    expect(await stateOf[kind]()).toBe('suspended');
    expect((await as(priya, 'POST', '/emergency-stops', stop)).status).toBe(409);
    const { id } = created.body;
    const own = await as(priya, 'POST', `/emergency-stops/${id}/review`, { reason: 'all well' });
    expect(own.body.type).toBe('urn:gatehouse:problem:same-person');
    expect((await as(gita, 'GET', '/emergency-stops?only=standing')).body.items).toMatchObject([{ id }]);
    const lifted = await as(gita, 'POST', `/emergency-stops/${id}/lift`, { reason: 'it was a test' });
    expect(lifted.body).toMatchObject({ liftedBy: 'Gita (gita@example.org)' });
    expect(await stateOf[kind]()).toBe(before);
    const reviewed = await as(gita, 'POST', `/emergency-stops/${id}/review`, { reason: 'right to stop it' });
    expect(reviewed.body).toMatchObject({ reviewNote: 'right to stop it' });
    expect((await as(gita, 'GET', '/emergency-stops?only=unreviewed')).body.items).toEqual([]);
    const changes = await admin.db.registryChange.findMany({
      where: { reason: { startsWith: 'emergency stop' } },
    });
    expect(changes.length).toBeGreaterThan(1);
  },
);

it('says beforehand how many requests of the last 7 days it would have rejected, within one’s organisations', async () => {
  const { audit } = admin.parts;
  const WEEK_MS = 7 * 86_400_000;
  const { id: applicationId } = await admin.db.application.findFirstOrThrow({
    where: { asid: '200000002454' },
  });
  const { id: clientId } = await admin.db.client.findFirstOrThrow();
  const { keyId } = await admin.ok('clientKeyIssue', {
    params: { environment: 'int', client: 'worklist-sync' },
    body: {},
  });
  const sent = async (more: object = {}, outcome: 'COMPLETED' | 'FAILED' = 'COMPLETED') => {
    const intent = intentOf({ applicationId, clientId, keyId, startedAtMs: admin.clock.ms, ...more });
    await audit.intent(intent);
    await audit.outcome(outcomeOf(intent, { outcome }));
  };
  await sent();
  await sent({ interaction: 'A028' }, 'FAILED');
  await sent({ odsCode: 'RCD', keyId: 'another' });
  await sent({ clientId: 'another', applicationId: 'another', odsCode: 'another' });
  await sent({ startedAtMs: admin.clock.ms - WEEK_MS - 3_600_000 });
  // Rejected anyway.
  await audit.denied(
    deniedOf({ applicationId, clientId, keyId, odsCode: 'R69', startedAtMs: admin.clock.ms }),
  );

  const lena = await signIn(admin.db, 'Lea', [{ role: 'auditor', odsCodes: ['RCD'] }], admin.clock.ms);
  const client = { of: 'client', id: 'worklist-sync', environment: 'int' };
  for (const [query, all, ofLena] of [
    [{ of: 'organisation', id: 'R69' }, 2, 0],
    [{ of: 'organisation', id: 'RCD' }, 1, 1],
    [{ of: 'organisation', id: 'R69,RCD' }, 3, 1],
    [{ of: 'application', id: `${applicationId},another` }, 4, 1],
    [{ of: 'application', id: applicationId }, 3, 1],
    [{ of: 'application', id: applicationId, interaction: 'A028' }, 1, 0],
    [client, 3, 1],
    [{ ...client, environment: 'prod' }, 0, 0],
    [{ of: 'client-key', id: keyId }, 2, 0],
    [{ of: 'client-key', id: 'none' }, 0, 0],
  ] as const) {
    const path = `/requests-at-stake?${new URLSearchParams(query).toString()}`;
    for (const [person, requests] of [
      [priya, all],
      [lena, ofLena],
    ] as const)
      expect((await as(person, 'GET', path)).body, path).toEqual({ requests, isWhole: true });
  }
  await countRollups({
    store: openRollupStore(admin.parts.auditDatabase),
    now: Date.now,
    monotonicNow: () => performance.now(),
    signal: new AbortController().signal,
  });
  expect((await as(priya, 'GET', `/requests-at-stake?of=application&id=${applicationId}`)).body).toEqual({
    requests: 3,
    isWhole: true,
  });
});

it('is not found by people of other organisations', async () => {
  const elsewhere = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  const lena = await signIn(admin.db, 'Lena', [elsewhere], admin.clock.ms);
  const stop = { kind: 'organisation', organisation: 'R69', reason: 'not mine' };
  expect((await as(lena, 'POST', '/emergency-stops', stop)).status).toBe(404);
  expect((await as(lena, 'GET', '/emergency-stops')).body.items).toEqual([]);
  expect(await stateOf.organisation()).toBe('active');
});

it.each(['organisation', 'application', 'client'] as const)(
  'of an %s is not undone by an edit or a registry file, but only by lifting it',
  async (kind) => {
    const { id: application } = await admin.db.application.findFirstOrThrow({
      where: { asid: '200000002454' },
    });
    const client = { environment: 'int', client: 'worklist-sync' };
    const target = { organisation: { organisation: 'R69' }, application: { application }, client }[kind];
    // Only a record that is not yet suspended can be stopped.
    await admin.db.application.update({ where: { id: application }, data: { state: 'live' } });
    const { body: stop } = await as(priya, 'POST', '/emergency-stops', {
      kind,
      ...target,
      reason: 'odd traffic',
    });
    const states = { organisation: 'active', application: 'live', client: 'active' };
    const [ownApplication, ownClient] = [smallDocument.applications[0], smallDocument.clients[0]];
    const document = {
      apiVersion: 'gatehouse/v1',
      ...(kind === 'organisation' && {
        organisations: [{ ...smallDocument.organisations[0], state: states[kind] }],
      }),
      ...(kind === 'application' && { applications: [{ ...ownApplication, state: states[kind] }] }),
      ...(kind === 'client' && { clients: [{ ...ownClient, state: states[kind] }] }),
    };
    const applied = await as(priya, 'POST', '/registry/apply', { document });
    expect(applied.text).toContain('Lift the emergency stop to let it run again.');
    if (kind !== 'client') {
      const path = kind === 'organisation' ? '/organisations/R69' : `/applications/${application}`;
      const { headers } = await admin.call('GET', `/api/v1${path}`, undefined, '', priya.headers);
      const edited = await admin.call('PATCH', `/api/v1${path}`, { state: states[kind] }, '', {
        ...priya.headers,
        'If-Match': headers.get('etag') ?? '',
      });
      expect([edited.status, edited.body.detail]).toEqual([
        409,
        'This was stopped in an emergency. Lift the emergency stop to let it run again.',
      ]);
    }
    expect(await stateOf[kind]()).toBe('suspended');
    const query = new URLSearchParams({ only: 'standing', kind, target: stop.target }).toString();
    const day = stop.stoppedAt.slice(0, 10);
    for (const [limits, ids] of [
      [`from=${day}&until=${day}`, [stop.id]],
      [`from=${stop.stoppedAt}`, [stop.id]],
      [`until=${stop.stoppedAt}`, []],
      ['from=2099-01-01', []],
    ] as const) {
      const { body } = await as(gita, 'GET', `/emergency-stops?${query}&${limits}`);
      expect(
        body.items.map(({ id }: { id: string }) => id),
        limits,
      ).toEqual(ids);
    }
    expect((await as(gita, 'GET', `/emergency-stops?${query}`)).body.items).toMatchObject([{ id: stop.id }]);
    expect((await as(gita, 'GET', `/emergency-stops?${query}x`)).body.items).toEqual([]);
    const lifted = await as(gita, 'POST', `/emergency-stops/${stop.id}/lift`, { reason: 'all well' });
    expect(lifted.status, lifted.text).toBe(200);
    expect(await stateOf[kind]()).toBe(states[kind]);
  },
);

it('of a client is limited to its environment', async () => {
  const [client] = smallDocument.clients;
  const clients = [{ ...client, environment: 'dep', grants: [] }];
  await admin.call('POST', '/api/v1/registry/apply', { document: { apiVersion: 'gatehouse/v1', clients } });
  const stop = (environment: string) =>
    as(priya, 'POST', '/emergency-stops', {
      kind: 'client',
      environment,
      client: client.name,
      reason: 'leak',
    });
  expect((await stop('int')).status).toBe(200);
  expect((await stop('dep')).status).toBe(200);
});

it('cannot be lifted if somebody has changed the record since', async () => {
  const stop = { kind: 'organisation', organisation: 'RCD', reason: 'odd traffic' };
  const { body } = await as(priya, 'POST', '/emergency-stops', stop);
  await admin.db.organisation.update({ where: { odsCode: 'RCD' }, data: { state: 'retired' } });
  expect((await as(gita, 'POST', `/emergency-stops/${body.id}/lift`, { reason: 'resume' })).status).toBe(409);
});
