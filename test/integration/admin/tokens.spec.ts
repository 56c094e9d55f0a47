/** Tokens of the admin API never have more rights than the one that created them, and never outlast their owner. */
import { API_PREFIX, type RouteContract, type RouteName, routes } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminApi, type Answer, pathOf, borrowAdmin } from '../../support/admin-api.ts';
import { CONSOLE, type SignedIn, signIn } from '../../support/staff.ts';

const DAY_MS = 86_400_000;
let admin: AdminApi;
let start: number;
beforeAll(async () => {
  admin = await borrowAdmin();
  start = admin.clock.ms;
});
afterAll(() => admin.close());

const create = (token: string, body: object = {}): Promise<Answer> =>
  admin.call('POST', `${API_PREFIX}/admin-tokens`, { label: 'test', scopes: ['registry'], ...body }, token);
const revoke = (tokenId: string, token = admin.tokens.all) =>
  admin.call('POST', `${API_PREFIX}/admin-tokens/${tokenId}/revoke`, {}, token);
const works = async (token: string): Promise<boolean> =>
  (await admin.call('GET', `${API_PREFIX}/organisations`, undefined, token)).status === 200;
const listed = async (tokenId: string) => {
  const { items } = await admin.ok('tokenList', { query: { limit: 500 } });
  return items.find((token) => token.tokenId === tokenId);
};
const personal = (person: SignedIn, body: object = {}) =>
  admin.call(
    'POST',
    `${API_PREFIX}/admin-tokens`,
    { label: 'own', scopes: ['registry'], ...body },
    '',
    person.headers,
  );
/** Records a sign-in, of which only the time matters here. */
const signInAgain = (staffId: string, atMs: number) =>
  admin.db.staffSession.create({
    data: {
      staffId,
      secretHash: atMs.toString(16).padStart(64, '0'),
      createdAt: new Date(atMs),
      lastSeenAt: new Date(atMs),
      expiresAt: new Date(atMs + DAY_MS / 3),
      address: '127.0.0.1',
      userAgent: CONSOLE,
    },
  });

describe('a token created with another token', () => {
  it('expires with that token at the latest, and says so', async () => {
    const parent = (await create(admin.tokens.all, { expiresInDays: 10 })).body;
    const child = (await create(parent.token, { expiresInDays: 100 })).body;
    expect(child).toMatchObject({
      parentTokenId: parent.tokenId,
      expiresAt: parent.expiresAt,
      endsAt: parent.expiresAt,
      endsBecause: 'parent',
      person: null,
    });
    const shorter = (await create(parent.token, { expiresInDays: 3 })).body;
    expect(shorter).toMatchObject({ endsBecause: 'expiry', endsAt: shorter.expiresAt });
    expect(Date.parse(shorter.expiresAt)).toBe(admin.clock.ms + 3 * DAY_MS);
  });

  it('has no scope that the other token lacks', async () => {
    const parent = (await create(admin.tokens.all, { scopes: ['registry'] })).body;
    expect((await create(parent.token, { scopes: ['registry', 'audit'] })).status).toBe(403);
  });

  it('is revoked together with that token, and so are the tokens that it has created', async () => {
    const parent = (await create(admin.tokens.all)).body;
    const child = (await create(parent.token)).body;
    const grandchild = (await create(child.token)).body;
    const otherToken = (await create(admin.tokens.all)).body;
    expect((await revoke(parent.tokenId)).body.state).toBe('revoked');
    for (const { token } of [parent, child, grandchild]) expect(await works(token)).toBe(false);
    expect(await works(otherToken.token)).toBe(true);
    expect(await listed(grandchild.tokenId)).toMatchObject({ state: 'revoked', endsBecause: 'revocation' });
  });

  it('is limited in the same way by the rules of the database', async () => {
    const parent = (await create(admin.tokens.all, { expiresInDays: 10 })).body;
    const child = (await create(parent.token)).body;
    const update = (data: object) => admin.db.adminToken.update({ where: { tokenId: child.tokenId }, data });
    await expect(update({ expiresAt: new Date(start + 11 * DAY_MS) })).rejects.toThrow();
    await expect(update({ scopes: ['registry', 'audit'] })).rejects.toThrow();
    await revoke(parent.tokenId);
    await expect(update({ revokedAt: null })).rejects.toThrow();
  });
});

describe('a personal token', () => {
  it('works for 30 days after the last sign-in of its owner, and says when and why it will stop', async () => {
    const priya = await signIn(admin.db, 'Priya', ['platform-engineer'], start);
    const { token, tokenId, ...created } = (await personal(priya, { expiresInDays: 100 })).body;
    const until = new Date(start + 30 * DAY_MS).toISOString();
    const owner = { person: 'Priya (priya@example.org)', parentTokenId: null };
    expect(created).toMatchObject({ ...owner, state: 'usable', endsAt: until, endsBecause: 'sign-in' });
    admin.clock.ms = start + 30 * DAY_MS - 1;
    expect(await works(token)).toBe(true);
    admin.clock.ms = start + 30 * DAY_MS;
    expect(await works(token)).toBe(false);
    expect(await listed(tokenId)).toMatchObject({ ...owner, state: 'sign-in needed', endsAt: until });
    await signInAgain(priya.staffId, admin.clock.ms);
    expect(await works(token)).toBe(true);
    admin.clock.ms = start + 100 * DAY_MS;
    await signInAgain(priya.staffId, admin.clock.ms);
    expect(await works(token)).toBe(false);
    expect(await listed(tokenId)).toMatchObject({ state: 'expired', endsBecause: 'expiry' });
    admin.clock.ms = start;
  });

  it('has the roles of that sign-in', async () => {
    const omar = await signIn(admin.db, 'Omar', ['platform-engineer'], start);
    const { token } = (await personal(omar)).body;
    expect(await works(token)).toBe(true);
    await admin.db.staffRole.deleteMany({ where: { staffId: omar.staffId } });
    expect(await works(token)).toBe(false);
  });

  it('of a suspended person stops working immediately', async () => {
    const sam = await signIn(admin.db, 'Sam', ['platform-engineer'], start);
    const { token, tokenId } = (await personal(sam)).body;
    await admin.db.staff.update({ where: { id: sam.staffId }, data: { state: 'suspended' } });
    expect(await works(token)).toBe(false);
    expect(await listed(tokenId)).toMatchObject({ state: 'owner suspended', endsBecause: 'suspension' });
  });
});

describe('the actor is recorded by issuer and subject, not only by name', () => {
  /** Reads it as an administrator. */
  async function historyOf(tokenId: string): Promise<object[]> {
    const root = await signIn(admin.db, 'Root', ['administrator', 'auditor'], start);
    const { id } = await admin.db.adminToken.findUniqueOrThrow({ where: { tokenId } });
    const path = `${API_PREFIX}/history?table=admin_token&key=${id}`;
    return (await admin.call('GET', path, undefined, '', root.headers)).body.items;
  }

  it('in the history and in the audit trail, even if the name changes later', async () => {
    const ada = await signIn(admin.db, 'Ada', ['platform-engineer', 'auditor'], start);
    admin.clock.ms = start;
    const { subject } = await admin.db.staff.findUniqueOrThrow({ where: { id: ada.staffId } });
    const { tokenId } = (await personal(ada, { reason: 'for the history' })).body;
    await admin.db.staff.update({ where: { id: ada.staffId }, data: { name: 'Priya', email: null } });
    expect(await historyOf(tokenId)).toMatchObject([
      { actor: 'Ada (ada@example.org)', people: [{ issuer: 'https://idp.example', subject }] },
    ]);
    await admin.call('GET', `${API_PREFIX}/audit`, undefined, '', ada.headers);
    const [facts] = await admin.systemEvents('AUDIT_READ');
    expect(facts).toMatchObject({ actorIssuer: 'https://idp.example', actorSubject: subject });
  });

  it('or by name alone for a service', async () => {
    const { tokenId } = (await create(admin.tokens.all)).body;
    expect(await historyOf(tokenId)).toMatchObject([{ people: [] }]);
  });
});

describe('a wall link', () => {
  let ada: SignedIn;
  let other: SignedIn;
  beforeAll(async () => {
    admin.clock.ms = start;
    ada = await signIn(admin.db, 'Alma', ['administrator'], start);
    other = await signIn(admin.db, 'Anton', ['administrator'], start);
  });

  const post = (path: string, body: object, person: SignedIn) =>
    admin.call('POST', `${API_PREFIX}${path}`, body, '', person.headers);
  const make = async (person = ada) => {
    const answer = await post('/wall-links', { label: 'Operations room', reason: 'a new screen' }, person);
    expect(answer.status, answer.text).toBe(200);
    const [page, secret = ''] = answer.body.url.split('#');
    return { ...answer.body, page, secret };
  };
  const show = (secret: string, headers = {}) =>
    admin.call('GET', `${API_PREFIX}/wall`, undefined, secret, headers);
  const listedBy = async (person: SignedIn): Promise<{ tokenId: string; state: string }[]> =>
    (await admin.call('GET', `${API_PREFIX}/admin-tokens?limit=500`, undefined, '', person.headers)).body
      .items;

  it('is made by an administrator in the console alone, for 30 days, and its secret is behind the #', async () => {
    const { page, secret, token, expiresAt, scopes, endsAt } = await make();
    expect(page).toBe(`${CONSOLE}/wall`);
    expect(secret).toMatch(/^gha_/);
    expect(token).toBeUndefined();
    expect([scopes, expiresAt]).toEqual([['wall'], new Date(start + 30 * DAY_MS).toISOString()]);
    expect(endsAt).toBe(expiresAt);
    const priya = await signIn(
      admin.db,
      'Pia',
      ['platform-engineer', 'governance-officer', 'auditor'],
      start,
    );
    expect((await post('/wall-links', { label: 'x' }, priya)).status).toBe(403);
    for (const bearer of [admin.tokens.all, secret])
      expect((await admin.call('POST', `${API_PREFIX}/wall-links`, { label: 'x' }, bearer)).status).toBe(403);
    expect((await create(admin.tokens.all, { scopes: ['wall'] })).status).toBe(400);
  });

  it('reaches exactly one route', async () => {
    const { secret } = await make();
    const reached: string[] = [];
    for (const [name, route] of Object.entries(routes) as [RouteName, RouteContract][]) {
      const { status } = await admin.call(
        route.method,
        pathOf(route, {}, route.method === 'GET' ? { unknown: 'x' } : {}),
        route.body === undefined ? undefined : { unknown: 'field' },
        secret,
      );
      if (status !== 403) reached.push(name);
    }
    expect(reached).toEqual(['wallShow']);
    expect((await show(secret)).status).toBe(200);
  });

  it('shows numbers and instants alone', async () => {
    const { secret } = await make();
    const texts: unknown[] = [];
    JSON.stringify((await show(secret)).body, (_, value: unknown) => {
      if (typeof value === 'string') texts.push(value);
      return value;
    });
    expect(texts.length).toBeGreaterThan(24);
    for (const text of texts) expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('ends with its time, with its revocation by any administrator, and with its maker’s role', async () => {
    const [expiring, revoked, orphaned] = [await make(), await make(), await make(other)];
    admin.clock.ms = start + 30 * DAY_MS - 1;
    expect((await show(expiring.secret)).status).toBe(200);
    admin.clock.ms = start + 30 * DAY_MS;
    expect((await show(expiring.secret)).status).toBe(401);
    admin.clock.ms = start;
    const revocation = `/admin-tokens/${revoked.tokenId}/revoke`;
    const priya = await signIn(admin.db, 'Paula', ['platform-engineer'], start);
    expect((await post(revocation, {}, priya)).status).toBe(404);
    expect((await post(revocation, { reason: 'the screen is gone' }, other)).status).toBe(200);
    expect((await show(revoked.secret)).status).toBe(401);
    const { id } = await admin.db.adminToken.findUniqueOrThrow({ where: { tokenId: revoked.tokenId } });
    const path = `${API_PREFIX}/history?table=admin_token&key=${id}`;
    const auditor = await signIn(admin.db, 'Olga', ['auditor'], start);
    const { items } = (await admin.call('GET', path, undefined, '', auditor.headers)).body;
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ actor: 'Anton (anton@example.org)', reason: 'the screen is gone' });
    await admin.db.staffRole.deleteMany({ where: { staffId: other.staffId } });
    expect((await show(orphaned.secret)).status).toBe(403);
    await admin.db.staffRole.create({
      data: {
        staffId: other.staffId,
        role: 'administrator',
        source: 'administrator',
        everyOrganisation: true,
      },
    });
  });

  it('is listed for every administrator and for nobody else, and its history says who made it', async () => {
    const { tokenId } = await make();
    const omar = await signIn(admin.db, 'Oskar', ['auditor'], start);
    for (const [person, isListed] of [
      [ada, true],
      [other, true],
      [omar, false],
    ] as const)
      expect((await listedBy(person)).some((token) => token.tokenId === tokenId)).toBe(isListed);
    const { id } = await admin.db.adminToken.findUniqueOrThrow({ where: { tokenId } });
    const path = `${API_PREFIX}/history?table=admin_token&key=${id}`;
    const { items } = (await admin.call('GET', path, undefined, '', omar.headers)).body;
    expect(items).toMatchObject([{ actor: 'Alma (alma@example.org)', reason: 'a new screen' }]);
    expect(JSON.stringify(items)).not.toContain('gha_');
    const { wallLinks, tokensEnding } = (
      await admin.call('GET', `${API_PREFIX}/administration`, undefined, '', other.headers)
    ).body;
    expect(wallLinks.map((token: { tokenId: string }) => token.tokenId)).toContain(tokenId);
    expect(JSON.stringify(tokensEnding)).not.toContain(tokenId);
  });

  it('extends no session, even of the browser that sends it', async () => {
    const { secret } = await make();
    await admin.db.staffSession.update({
      where: { id: ada.sessionId },
      data: { lastSeenAt: new Date(start - 60_000) },
    });
    expect((await show(secret, ada.headers)).status).toBe(200);
    const { lastSeenAt } = await admin.db.staffSession.findUniqueOrThrow({ where: { id: ada.sessionId } });
    expect(lastSeenAt.getTime()).toBe(start - 60_000);
  });

  it('can have no other scope, no longer time and no service as its owner, by the rules of the database', async () => {
    const { tokenId } = await make();
    for (const data of [
      { scopes: ['wall', 'audit'] },
      { expiresAt: new Date(start + 31 * DAY_MS) },
      { staffId: null },
    ])
      await expect(admin.db.adminToken.update({ where: { tokenId }, data })).rejects.toThrow();
  });
});
