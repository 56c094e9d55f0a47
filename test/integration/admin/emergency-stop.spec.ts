/** Emergency stops over HTTP: one person, at once, reviewed by another. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, smallDocument, startAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;
beforeAll(async () => {
  admin = await startAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  priya = await signIn(admin.db, 'Priya', ['platform-engineer', 'governance-officer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
});
afterAll(() => admin.close());

const as = (who: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', who.headers);

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
    const made = await as(priya, 'POST', '/emergency-stops', stop);
    expect(made.status, made.text).toBe(200);
    expect(await stateOf[kind]()).toBe('suspended');
    expect((await as(priya, 'POST', '/emergency-stops', stop)).status).toBe(409);
    const { id } = made.body;
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

it('is out of reach for people of other organisations', async () => {
  const elsewhere = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  const lena = await signIn(admin.db, 'Lena', [elsewhere], admin.clock.ms);
  const stop = { kind: 'organisation', organisation: 'R69', reason: 'not mine' };
  expect((await as(lena, 'POST', '/emergency-stops', stop)).status).toBe(404);
  expect((await as(lena, 'GET', '/emergency-stops')).body.items).toEqual([]);
  expect(await stateOf.organisation()).toBe('active');
});

it('is made anew where a change of the registry has let a stopped thing run again', async () => {
  const stop = { kind: 'organisation', organisation: 'R69', reason: 'odd traffic' };
  const first = await as(priya, 'POST', '/emergency-stops', stop);
  await admin.db.organisation.update({ where: { odsCode: 'R69' }, data: { state: 'active' } });
  const second = await as(priya, 'POST', '/emergency-stops', stop);
  expect(second.status, second.text).toBe(200);
  expect(await stateOf.organisation()).toBe('suspended');
  const { items } = (await as(gita, 'GET', '/emergency-stops')).body;
  const closed = items.find(({ id }: { id: string }) => id === first.body.id);
  expect(closed).toMatchObject({ liftReason: 'found running again' });
  await as(gita, 'POST', `/emergency-stops/${second.body.id}/lift`, { reason: 'all well' });
});

it('of a client is for its environment alone', async () => {
  const [one] = smallDocument.clients;
  const clients = [{ ...one, environment: 'dep', grants: [] }];
  await admin.call('POST', '/api/v1/registry/apply', { document: { apiVersion: 'gatehouse/v1', clients } });
  const stop = (environment: string) =>
    as(priya, 'POST', '/emergency-stops', { kind: 'client', environment, client: one.name, reason: 'leak' });
  expect((await stop('int')).status).toBe(200);
  expect((await stop('dep')).status).toBe(200);
});

it('is not lifted over what somebody has changed since', async () => {
  const stop = { kind: 'organisation', organisation: 'RCD', reason: 'odd traffic' };
  const { body } = await as(priya, 'POST', '/emergency-stops', stop);
  await admin.db.organisation.update({ where: { odsCode: 'RCD' }, data: { state: 'retired' } });
  expect((await as(gita, 'POST', `/emergency-stops/${body.id}/lift`, { reason: 'resume' })).status).toBe(409);
});
