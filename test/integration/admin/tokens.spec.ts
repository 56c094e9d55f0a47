/** Tokens of the admin API never have more rights than the one that created them, and never outlast their owner. */
import { API_PREFIX } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminApi, type Answer, startAdmin } from '../../support/admin-api.ts';
import { CONSOLE, type SignedIn, signIn } from '../../support/staff.ts';

const DAY_MS = 86_400_000;
let admin: AdminApi;
let start: number;
beforeAll(async () => {
  admin = await startAdmin();
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
