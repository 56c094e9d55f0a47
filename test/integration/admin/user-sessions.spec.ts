/** Sessions of healthcare workers, as staff see and end them over HTTP. */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminApi, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { intentOf } from '../../support/audit/audit-trail.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

const USER = '555000000001';
const OTHER_USER = '555000000002';
const MINUTE_MS = 60_000;

let admin: AdminApi;
let clientId: string;
let hospital: SignedIn;
beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  clientId = (await admin.db.client.findFirstOrThrow()).id;
  const roles = ['platform-engineer', 'governance-officer', 'auditor'] as const;
  hospital = await signIn(
    admin.db,
    'Lena',
    roles.map((role) => ({ role, odsCodes: ['RCD'] })),
    admin.clock.ms,
  );
});
afterAll(() => admin.close());

async function open(change: { odsCode?: string | null; userId?: string; lastActiveAt?: Date } = {}) {
  const { odsCode = 'R69', ...rest } = change;
  const at = new Date(admin.clock.ms);
  const row = await admin.db.userSession.create({
    data: {
      handleHash: createHash('sha256').update(randomUUID()).digest('hex'),
      environment: 'int',
      clientId,
      product: 'ReferWell',
      pattern: 'separate',
      userId: USER,
      authenticationLevel: 3,
      identityLevel: 3,
      authenticatedAt: at,
      createdAt: at,
      lastActiveAt: at,
      nameSealed: Buffer.from('sealed name'),
      ...(odsCode === null ? {} : { odsCode, businessFunction: 'REFERRING_CLINICIAN' }),
      ...rest,
    },
  });
  admin.clock.ms += 1;
  return row.id;
}

const list = async (query: object = {}) => (await admin.ok('userSessionList', { query })).items;
const as = (person: SignedIn, method: string, path: string, body?: unknown) =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);
const reason = 'the smartcard was lost';
const events = (id: string) =>
  admin
    .systemEvents('USER_SESSION_ENDED')
    .then((facts) => facts.filter(({ userSessionId }) => userSessionId === id));

describe('the list', () => {
  it('has sessions newest first, in pages, and neither names nor secrets', async () => {
    const ids = [
      await open(),
      await open({ odsCode: 'RCD' }),
      await open({ userId: OTHER_USER, odsCode: null }),
    ];
    const first = await admin.ok('userSessionList', { query: { limit: '2' } });
    const second = await admin.ok('userSessionList', { query: { limit: '2', after: first.next ?? '' } });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(first.items[1]).toEqual({
      id: ids[1],
      userId: USER,
      environment: 'int',
      client: 'worklist-sync',
      product: 'ReferWell',
      authenticationLevel: 3,
      organisation: 'RCD',
      businessFunction: 'REFERRING_CLINICIAN',
      onBehalfOfUserId: null,
      state: 'live',
      authenticatedAt: expect.any(String),
      lastActiveAt: expect.any(String),
      endedAt: null,
      endedBy: null,
      endReason: null,
    });
  });

  it.each([
    ['user', { userId: OTHER_USER }],
    ['client', { client: 'worklist-sync' }],
    ['environment', { environment: 'int' }],
    ['organisation', { organisation: 'RCD' }],
  ])('can be filtered by %s', async (_what, filter) => {
    const fits = (session: object) => expect(session).toMatchObject(filter);
    const items = await list(filter);
    expect(items.length).toBeGreaterThan(0);
    items.forEach(fits);
    const [name] = Object.keys(filter) as [keyof typeof filter];
    expect(await list({ [name]: name === 'userId' ? '555999999999' : 'nothing' }).catch(() => [])).toEqual(
      [],
    );
  });

  it('tells live sessions from those that ended or ran out of time', async () => {
    const idle = await open({ lastActiveAt: new Date(admin.clock.ms - 17 * MINUTE_MS) });
    const live = await open();
    const idsOf = async (state: 'live' | 'ended') => (await list({ state })).map(({ id }) => id);
    expect(await idsOf('live')).toContain(live);
    expect(await idsOf('live')).not.toContain(idle);
    expect(await idsOf('ended')).toEqual([idle]);
  });

  it('shows a role for some organisations the sessions that act for them', async () => {
    await open({ odsCode: null });
    const { body } = await as(hospital, 'GET', '/user-sessions');
    expect(body.items.length).toBeGreaterThan(0);
    for (const session of body.items) expect(session.organisation).toBe('RCD');
  });
});

describe('ending', () => {
  it('a session erases what is secret and records who ended it and why', async () => {
    const id = await open();
    const ended = await admin.ok('userSessionEnd', { params: { id }, body: { reason } });
    expect(ended).toMatchObject({ id, state: 'ended', endReason: reason, endedBy: expect.any(String) });
    const row = await admin.db.userSession.findUniqueOrThrow({ where: { id } });
    expect(row.nameSealed).toBeNull();
    expect(await events(id)).toEqual([
      expect.objectContaining({ userId: USER, userSessionId: id, reason, actor: ended.endedBy }),
    ]);
    const again = await admin.call('POST', `/api/v1/user-sessions/${id}/end`, { reason });
    expect(again.status).toBe(409);
  });

  it('needs a reason', async () => {
    const id = await open();
    expect((await admin.call('POST', `/api/v1/user-sessions/${id}/end`, {})).status).toBe(400);
  });

  it('of a user ends every session of theirs and no other', async () => {
    const mine = [await open(), await open({ odsCode: null })];
    const other = await open({ userId: OTHER_USER });
    const { ended } = await admin.ok('userSessionsEnd', { body: { userId: USER, reason } });
    expect(ended).toBeGreaterThanOrEqual(mine.length);
    expect(await list({ state: 'live', userId: USER })).toEqual([]);
    expect((await list({ state: 'live' })).map(({ id }) => id)).toContain(other);
    for (const id of mine) expect(await events(id)).toHaveLength(1);
  });

  it('is out of reach where a session acts for another organisation, or for none', async () => {
    for (const odsCode of ['R69', null]) {
      const id = await open({ odsCode, userId: OTHER_USER });
      expect((await as(hospital, 'POST', `/user-sessions/${id}/end`, { reason })).status).toBe(404);
    }
    const own = await open({ odsCode: 'RCD', userId: OTHER_USER });
    const { body } = await as(hospital, 'POST', '/user-sessions/end', { userId: OTHER_USER, reason });
    expect(body).toEqual({ ended: 1 });
    expect((await admin.db.userSession.findUniqueOrThrow({ where: { id: own } })).endedAt).not.toBeNull();
    expect((await list({ state: 'live', userId: OTHER_USER })).length).toBeGreaterThan(0);
  });

  it('is not for an auditor', async () => {
    const auditor = await signIn(admin.db, 'Ada', ['auditor'], admin.clock.ms);
    const id = await open();
    expect((await as(auditor, 'GET', '/user-sessions')).status).toBe(200);
    expect((await as(auditor, 'POST', `/user-sessions/${id}/end`, { reason })).status).toBe(403);
  });

  it('does not happen without a record', async () => {
    const id = await open();
    const failure = new Error('the trail is away');
    const { audit } = admin.parts;
    const system = audit.system.bind(audit);
    Object.assign(audit, { system: () => Promise.reject(failure) });
    const answer = await admin.call('POST', `/api/v1/user-sessions/${id}/end`, { reason });
    Object.assign(audit, { system });
    expect(answer.status).toBe(500);
    expect((await admin.db.userSession.findUniqueOrThrow({ where: { id } })).endedAt).toBeNull();
  });
});

describe('a user', () => {
  it('is found by their id, within reach', async () => {
    const { hits } = await admin.ok('search', { query: { q: '5550 0000 0001' } });
    expect(hits).toContainEqual(expect.objectContaining({ type: 'user', id: USER }));
    const reachless = await signIn(
      admin.db,
      'Zoe',
      [{ role: 'platform-engineer', odsCodes: ['X99'] }],
      admin.clock.ms,
    );
    expect((await as(reachless, 'GET', `/search?q=${USER}`)).body.hits).toEqual([]);
  });

  it('has a name on the page of a request while the session lives, and who sees it is recorded', async () => {
    const userId = '555000000008';
    const nowMs = admin.clock.ms;
    admin.clock.ms = Date.now();
    const { userSessions } = admin.parts.plane;
    const { session } = await userSessions.open({
      ...{
        environment: 'int',
        clientId,
        product: 'ReferWell',
        pattern: 'separate',
        idToken: null,
        onlyOdsCode: null,
      },
      user: {
        ...{ userId, cis2SessionId: null, authenticationAssurance: 3, authenticatedAtMs: Date.now() },
        expiresAtMs: Date.now() + 60_000,
      },
      name: 'Dr Ann Example',
    });
    const intent = intentOf({ odsCode: 'R69', userId, userSessionId: session.id });
    await admin.parts.audit.intent(intent);
    const read = () => admin.ok('auditStory', { params: { attemptId: intent.attemptId } });
    const shown = async () =>
      (await admin.systemEvents('USER_NAME_SHOWN')).filter((facts) => facts['userId'] === userId);
    expect(await read()).toMatchObject({ userId, userSessionId: session.id, userName: 'Dr Ann Example' });
    expect(await shown()).toEqual([
      expect.objectContaining({
        ...{ requestId: intent.requestId, userSessionId: session.id },
        actor: expect.any(String),
      }),
    ]);
    admin.clock.ms += 17 * MINUTE_MS;
    expect((await read()).userName).toBeNull();
    admin.clock.ms -= 17 * MINUTE_MS;
    await userSessions.end([session.id], { by: 'client', reason: 'signed out' });
    expect((await read()).userName).toBeNull();
    expect(await shown()).toHaveLength(1);
    admin.clock.ms = nowMs;
  });

  it('can be followed through the audit trail: their requests and the ends of their sessions', async () => {
    admin.clock.ms = Date.now();
    const userId = '555000000009';
    await admin.parts.audit.intent(intentOf({ odsCode: 'R69', userId }));
    await admin.parts.audit.intent(intentOf({ odsCode: 'R69' }));
    const session = await open({ userId });
    await admin.ok('userSessionEnd', { params: { id: session }, body: { reason } });
    // The record of the first search names the user, too.
    await admin.ok('auditList', { query: { userId } });
    const { items } = await admin.ok('auditList', { query: { userId } });
    expect(items.map((item) => [item['kind'], item['event'], item['userId']])).toEqual([
      ['SYSTEM', 'USER_SESSION_ENDED', userId],
      ['INTENT', null, userId],
    ]);
  });
});

// Last: the client stays suspended.
describe('an emergency stop', () => {
  it('of a client ends its sessions', async () => {
    const id = await open();
    const stop = { kind: 'client', environment: 'int', client: 'worklist-sync', reason: 'a leaked key' };
    expect((await admin.call('POST', '/api/v1/emergency-stops', stop)).status).toBe(200);
    const row = await admin.db.userSession.findUniqueOrThrow({ where: { id } });
    const endReason = 'client suspended: emergency stop: a leaked key';
    expect(row).toMatchObject({
      endedBy: expect.stringMatching(/^registry\+governance\+audit /),
      endReason,
      nameSealed: null,
    });
  });
});
