/** Sessions, staff and their tokens over HTTP, with people who have signed in. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerAddressBehind } from '../../../apps/gateway/src/listener/caller-address.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, startAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
let priya: SignedIn;
let ada: SignedIn;
let gita: SignedIn;

beforeAll(async () => {
  admin = await startAdmin({ callerAddress: callerAddressBehind(['127.0.0.1']) });
});
afterAll(() => admin.close());
beforeEach(async () => {
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  ada = await signIn(admin.db, 'Ada', ['administrator'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', [{ role: 'governance-officer', odsCodes: ['R69'] }], admin.clock.ms);
});

const as = (person: SignedIn, method: string, path: string, body?: unknown, more = {}): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', { ...person.headers, ...more });

const tokenRequest = { label: 'mine', scopes: ['registry'] };

describe('a session', () => {
  it('shows who is signed in and what they may do', async () => {
    const { status, body, headers } = await as(priya, 'GET', '/session');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      person: { id: priya.staffId, name: 'Priya', email: 'priya@example.org' },
      roles: [{ role: 'platform-engineer', odsCodes: null }],
      csrfToken: priya.headers['Gatehouse-CSRF'],
      endsAt: new Date(admin.clock.ms + 15 * 60_000).toISOString(),
    });
    expect(body.permissions).toContain('registry.write');
    expect(body.permissions).not.toContain('staff.write');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect((await as(gita, 'GET', '/session')).body.roles).toEqual([
      { role: 'governance-officer', odsCodes: ['R69'] },
    ]);
  });

  it('ends when the person signs out, and its cookie is removed', async () => {
    const { status, headers } = await as(priya, 'POST', '/session/end');
    expect(status).toBe(200);
    expect(headers.get('set-cookie')).toBe(
      '__Host-gatehouse-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax',
    );
    expect(headers.get('clear-site-data')).toBe('"cache"');
    expect((await as(priya, 'GET', '/session')).status).toBe(401);
  });

  it('ends after 15 idle minutes, and after 8 hours in any case', async () => {
    const began = admin.clock.ms;
    admin.clock.ms = began + 15 * 60_000 - 1;
    expect((await as(priya, 'GET', '/session')).status).toBe(200);
    expect((await as(ada, 'GET', '/session')).status).toBe(200);
    admin.clock.ms += 15 * 60_000;
    expect((await as(ada, 'GET', '/session')).status).toBe(401);
    const busy = await signIn(admin.db, 'Busy', ['auditor'], admin.clock.ms);
    const until = admin.clock.ms + 8 * 3_600_000;
    while (admin.clock.ms + 10 * 60_000 < until) {
      admin.clock.ms += 10 * 60_000;
      expect((await as(busy, 'GET', '/session')).status).toBe(200);
    }
    admin.clock.ms = until;
    expect((await as(busy, 'GET', '/session')).status).toBe(401);
  });

  it('can be revoked immediately, by its owner or by an administrator', async () => {
    expect((await as(priya, 'POST', `/sessions/${ada.sessionId}/revoke`, {})).status).toBe(404);
    expect((await as(ada, 'POST', `/sessions/${priya.sessionId}/revoke`, {})).status).toBe(200);
    expect((await as(priya, 'GET', '/session')).status).toBe(401);
    expect((await as(gita, 'POST', `/sessions/${gita.sessionId}/revoke`, {})).status).toBe(200);
    expect((await as(gita, 'GET', '/session')).status).toBe(401);
  });

  it('is listed to its owner, and to everybody who may read staff', async () => {
    const own = await as(priya, 'GET', '/sessions');
    expect(own.body.items).toMatchObject([{ id: priya.sessionId, person: 'Priya', current: true }]);
    expect((await as(priya, 'GET', '/sessions?everyone=true')).status).toBe(403);
    const limited = [
      { role: 'auditor', odsCodes: ['R69'] },
      { role: 'administrator', odsCodes: ['R69'] },
    ] as const;
    const lena = await signIn(admin.db, 'Lena', limited, admin.clock.ms);
    expect((await as(lena, 'GET', '/sessions?everyone=true')).status).toBe(403);
    expect((await as(lena, 'POST', `/sessions/${priya.sessionId}/revoke`, {})).status).toBe(404);
    const people = (await as(ada, 'GET', '/sessions?everyone=true&limit=500')).body.items;
    expect(people.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining([priya.sessionId, gita.sessionId]),
    );
  });

  it.each([
    ['no Origin', { Origin: undefined }],
    ['a foreign Origin', { Origin: 'https://evil.example' }],
    ['the Origin null', { Origin: 'null' }],
    ['Sec-Fetch-Site cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['Sec-Fetch-Site same-site', { 'Sec-Fetch-Site': 'same-site' }],
    ['no CSRF token', { 'Gatehouse-CSRF': undefined }],
    ['another’s CSRF token', { 'Gatehouse-CSRF': 'other' }],
  ])('changes nothing with %s', async (_what, wrong) => {
    const sent = Object.fromEntries(
      Object.entries({ ...priya.headers, ...wrong }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
    const { status, body } = await admin.call('POST', '/api/v1/admin-tokens', tokenRequest, '', sent);
    expect(status).toBe(403);
    expect(body.type).toBe('urn:gatehouse:problem:forged');
  });

  it('changes nothing with a content type other than JSON', async () => {
    const { status } = await as(priya, 'POST', '/admin-tokens', '{}', { 'Content-Type': 'text/plain' });
    expect(status).toBe(415);
  });

  it('is not valid with two cookies, a cookie of another name or an invented one', async () => {
    const cookie = priya.headers['Cookie']!;
    const cookies = [
      `${cookie}; ${ada.headers['Cookie']}`,
      cookie.replace('__Host-', ''),
      '__Host-gatehouse-session=chosen',
      '__Host-gatehouse-session={"gt":""}',
    ];
    for (const Cookie of cookies)
      expect((await as(priya, 'GET', '/session', undefined, { Cookie })).status).toBe(401);
  });
});

describe('staff', () => {
  const give = { action: 'give', role: 'auditor', odsCodes: ['RCD'], reason: 'new duty' };

  it('get and lose roles, which take effect from the next request', async () => {
    const answer = await as(ada, 'POST', `/staff/${priya.staffId}/roles`, give, {
      'X-Forwarded-For': '203.0.113.9',
    });
    expect(answer.status).toBe(200);
    expect(answer.body.roles).toContainEqual({ role: 'auditor', odsCodes: ['RCD'], source: 'administrator' });
    expect((await as(priya, 'GET', '/session')).body.permissions).toContain('audit.search');
    const change = await admin.db.registryChange.findFirst({ orderBy: { n: 'desc' } });
    expect(change).toMatchObject({
      tableName: 'staff_role',
      origin: 'console from 203.0.113.9',
      actor: 'Ada (ada@example.org)',
      reason: 'new duty',
    });
    const take = { action: 'take', role: 'auditor', reason: 'no longer' };
    expect((await as(ada, 'POST', `/staff/${priya.staffId}/roles`, take)).status).toBe(200);
    expect((await as(priya, 'GET', '/session')).body.permissions).not.toContain('audit.search');
    expect((await as(ada, 'POST', `/staff/${priya.staffId}/roles`, take)).status).toBe(404);
  });

  it('never change their own roles or state, and only administrators change those of others', async () => {
    expect((await as(ada, 'POST', `/staff/${ada.staffId}/roles`, give)).status).toBe(403);
    expect((await as(ada, 'POST', `/staff/${ada.staffId}/suspend`, { reason: 'x' })).status).toBe(403);
    for (const path of ['roles', 'suspend', 'resume']) {
      const body = path === 'roles' ? give : { reason: 'x' };
      expect((await as(priya, 'POST', `/staff/${gita.staffId}/${path}`, body)).body.type).toBe(
        'urn:gatehouse:problem:missing-role',
      );
    }
  });

  it('lose access immediately when suspended, and so do their tokens', async () => {
    const { body } = await as(priya, 'POST', '/admin-tokens', tokenRequest);
    expect((await admin.call('GET', '/api/v1/clients', undefined, body.token)).status).toBe(200);
    expect((await as(ada, 'POST', `/staff/${priya.staffId}/suspend`, { reason: 'left' })).status).toBe(200);
    expect((await as(priya, 'GET', '/session')).status).toBe(401);
    expect((await admin.call('GET', '/api/v1/clients', undefined, body.token)).status).toBe(401);
    await as(ada, 'POST', `/staff/${priya.staffId}/resume`, { reason: 'back' });
    // The old session does not come back.
    expect((await as(priya, 'GET', '/session')).status).toBe(401);
  });

  it('are listed with their roles', async () => {
    const { items } = (await as(ada, 'GET', '/staff?limit=500')).body;
    expect((await as(ada, 'GET', '/totals/staff')).body).toEqual({ total: items.length, isMore: false });
    expect(items).toContainEqual(
      expect.objectContaining({ id: gita.staffId, state: 'active', name: 'Gita' }),
    );
  });
});

describe('the access review', () => {
  const YEAR_MS = 365 * 86_400_000;
  const roleOf = async (viewer: SignedIn, person: SignedIn, query = '') => {
    const { body } = await as(viewer, 'GET', `/access-review?limit=500${query}`);
    return body.items.find(({ staffId }: { staffId: string }) => staffId === person.staffId);
  };
  const confirm = (person: SignedIn, id: string) =>
    as(person, 'POST', `/access-review/${id}/confirm`, { reason: 'still on call' });
  const grantedAt = (person: SignedIn, ms: number) =>
    admin.db.staffRole.updateMany({
      where: { staffId: person.staffId },
      data: { grantedAt: new Date(ms) },
    });

  it('lists each role, and a colleague confirms it for a year, which the history keeps', async () => {
    await grantedAt(priya, admin.clock.ms - YEAR_MS);
    const role = await roleOf(ada, priya, '&only=overdue');
    expect(role).toMatchObject({
      ...{ role: 'platform-engineer', odsCodes: null, isOverdue: true, mayConfirm: true, confirmedBy: null },
      lastActiveAt: new Date(admin.clock.ms).toISOString(),
    });
    const { status, body } = await confirm(ada, role.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ isOverdue: false, confirmedBy: 'Ada (ada@example.org)' },
      dueAt: new Date(admin.clock.ms + YEAR_MS).toISOString(),
    });
    expect(await roleOf(ada, priya, '&only=overdue')).toBeUndefined();
    const kept = await admin.db.registryChange.findMany({ where: { reason: 'still on call' } });
    expect(kept).toMatchObject([{ actor: 'Ada (ada@example.org)' }]);
  });

  it('lets nobody confirm their own, whatever the account, nor those who may not review', async () => {
    const own = await roleOf(ada, ada);
    expect(own.mayConfirm).toBe(false);
    const refused = await confirm(ada, own.id);
    expect(refused.body.type).toBe('urn:gatehouse:problem:same-person');
    const otherAccount = await signIn(admin.db, 'Ada', ['governance-officer'], admin.clock.ms);
    expect((await confirm(otherAccount, own.id)).body.type).toBe('urn:gatehouse:problem:same-person');
    expect((await confirm(priya, own.id)).status).toBe(403);
    const auditor = await signIn(admin.db, 'Omar', ['auditor'], admin.clock.ms);
    expect(await roleOf(auditor, ada)).toMatchObject({ id: own.id });
    expect((await confirm(auditor, own.id)).status).toBe(403);
    const grace = await signIn(admin.db, 'Grace', ['governance-officer'], admin.clock.ms);
    expect((await confirm(grace, own.id)).status).toBe(200);
    const path = `/access-review/${randomUUID()}/confirm`;
    expect((await as(ada, 'POST', path, { reason: 'still on call' })).status).toBe(404);
  });

  it('begins again with a role for other organisations, and leaves suspended people out', async () => {
    const before = await roleOf(ada, priya);
    await confirm(ada, before.id);
    const give = (odsCodes: string[] | null) =>
      as(ada, 'POST', `/staff/${priya.staffId}/roles`, {
        ...{ action: 'give', role: 'platform-engineer', odsCodes, reason: 'for the pilot' },
      });
    await give(null);
    expect((await roleOf(ada, priya)).confirmedBy).not.toBeNull();
    await give(['R69']);
    expect(await roleOf(ada, priya)).toMatchObject({
      ...{ odsCodes: ['R69'], confirmedBy: null, grantedAt: new Date(admin.clock.ms).toISOString() },
    });
    await grantedAt(priya, admin.clock.ms - YEAR_MS);
    await as(ada, 'POST', `/staff/${priya.staffId}/suspend`, { reason: 'on leave' });
    expect(await roleOf(ada, priya, '&only=overdue')).toBeUndefined();
    expect((await roleOf(ada, priya)).isOverdue).toBe(false);
  });
});

describe('a personal token', () => {
  it('belongs to its owner, and can do at most what the owner may', async () => {
    const scopes = ['registry', 'governance', 'audit'];
    const { body: created } = await as(gita, 'POST', '/admin-tokens', { label: 'ci', scopes });
    const with_ = (method: string, path: string, body?: unknown) =>
      admin.call(method, `/api/v1${path}`, body, created.token);
    expect((await with_('POST', '/clients/int/x/keys', {})).body.type).toBe(
      'urn:gatehouse:problem:missing-role',
    );
    expect((await with_('GET', '/session')).status).toBe(403);
    const mine = (await as(gita, 'GET', '/admin-tokens')).body.items;
    expect(mine.map(({ tokenId }: { tokenId: string }) => tokenId)).toEqual([created.tokenId]);
    expect((await as(priya, 'GET', '/admin-tokens')).body.items).toEqual([]);
    expect((await as(priya, 'POST', `/admin-tokens/${created.tokenId}/revoke`, {})).status).toBe(404);
    expect((await as(gita, 'POST', `/admin-tokens/${created.tokenId}/revoke`, {})).status).toBe(200);
    expect((await with_('GET', '/clients')).status).toBe(401);
  });

  it('creates no token beyond its own scopes, and only tokens of the same person', async () => {
    const { body: created } = await as(priya, 'POST', '/admin-tokens', tokenRequest);
    const beyond = { label: 'more', scopes: ['governance'] };
    expect((await admin.call('POST', '/api/v1/admin-tokens', beyond, created.token)).status).toBe(403);
    const { body: child } = await admin.call('POST', '/api/v1/admin-tokens', tokenRequest, created.token);
    const row = await admin.db.adminToken.findUnique({ where: { tokenId: child.tokenId } });
    expect(row?.staffId).toBe(priya.staffId);
  });
});
