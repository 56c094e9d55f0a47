/** A login belongs to the browser that opens it first, and its code to the client that began it. */
import { createHash, randomUUID } from 'node:crypto';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CODE_MS,
  createUserLogins,
  type NewUserLogin,
  TICKET_MS,
  type UserLogins,
} from '../../../apps/gateway/src/adapters/users/user-logins.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { readableBox } from '../../support/users/readable-box.ts';

const VERIFIER = 'a-verifier-of-the-supplier-0123456789-0123456789';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const USER = {
  userId: '555073103100',
  cis2SessionId: 'sid-1',
  authenticatedAtMs: Date.UTC(2026, 10, 28, 9),
  authenticationAssurance: 3,
  expiresAtMs: Date.UTC(2026, 10, 28, 10),
} as const;
const TOKENS = { idToken: 'header.payload.signature', name: 'Dr Ann Example' };

let database: TestDatabase;
let db: Database;
let logins: UserLogins;
let nowMs: number;
const clientId = randomUUID();

beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
  await db.environment.create({ data: { name: 'int', kind: 'authenticated' } });
  await db.client.create({ data: { id: clientId, name: 'web', environmentName: 'int' } });
  logins = createUserLogins(db, readableBox, () => nowMs);
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});
beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 28, 9);
});

const values = (): NewUserLogin => ({
  environment: 'int',
  clientId,
  product: 'ReferWell',
  pattern: 'separate',
  odsCode: 'R69',
  returnTarget: 'https://app.supplier.example/signed-in',
  supplierState: 'state-of-the-supplier',
  codeChallenge: CHALLENGE,
  // Below the level that the user reached, so that neither passes for the other.
  minimumLevel: 2,
});

async function signedIn(): Promise<{ readonly loginId: string; readonly code: string }> {
  const { loginId, ticket } = await logins.begin(values());
  await logins.open(ticket);
  return { loginId, code: (await logins.signedIn(loginId, USER, TOKENS)) ?? '' };
}

describe('a ticket', () => {
  it('opens the login that was begun, once', async () => {
    const { loginId, ticket } = await logins.begin(values());
    expect(await logins.opened(loginId)).toBeNull();
    const opened = { id: loginId, ...values(), openedAtMs: nowMs };
    expect(await logins.open(ticket)).toEqual(opened);
    nowMs += 1_000;
    expect(await logins.opened(loginId)).toEqual(opened);
    expect(await logins.open(ticket)).toBe('used');
  });

  it('belongs to one of many browsers that present it at the same time', async () => {
    const { ticket } = await logins.begin(values());
    const opened = await Promise.all(Array.from({ length: 8 }, () => logins.open(ticket)));
    expect(opened.filter((login) => typeof login === 'object')).toHaveLength(1);
    expect(opened.filter((login) => login === 'used')).toHaveLength(7);
  });

  it.each([
    ['just before it expires', TICKET_MS - 1, 'object'],
    ['when it expires', TICKET_MS, 'expired'],
  ])('presented %s', async (_, laterMs, expected) => {
    const { ticket } = await logins.begin(values());
    nowMs += laterMs;
    const login = await logins.open(ticket);
    expect(typeof login === 'object' ? 'object' : login).toBe(expected);
  });

  it('that nobody was given is unknown, and so is its hash', async () => {
    const { loginId } = await logins.begin(values());
    const row = await db.userLogin.findUniqueOrThrow({ where: { id: loginId } });
    for (const ticket of ['', 'x', loginId, row.ticketHash])
      expect(await logins.open(ticket)).toBe('unknown');
  });

  it('is forgotten an hour after it expired', async () => {
    const { loginId } = await logins.begin(values());
    nowMs += TICKET_MS + 3_600_001;
    await logins.clear();
    expect(await db.userLogin.findUnique({ where: { id: loginId } })).toBeNull();
  });
});

describe('logins', () => {
  it('of one client wait in a bounded number', async () => {
    const row = { ...values(), createdAt: new Date(nowMs), expiresAt: new Date(nowMs + TICKET_MS) };
    const waiting = Array.from({ length: 1_000 }, () => ({ ...row, ticketHash: randomUUID() }));
    await db.userLogin.createMany({ data: waiting });
    await expect(logins.begin(values())).rejects.toMatchObject({ code: 'GW_OVERLOAD' });
    nowMs += TICKET_MS;
    await expect(logins.begin(values())).resolves.toHaveProperty('ticket');
    await db.userLogin.deleteMany({});
  });

  it('whose code nobody redeemed lose their tokens', async () => {
    const { loginId } = await signedIn();
    nowMs += CODE_MS - 1;
    await logins.clear();
    expect((await db.userLogin.findUniqueOrThrow({ where: { id: loginId } })).tokensSealed).not.toBeNull();
    nowMs += 1;
    await logins.clear();
    expect((await db.userLogin.findUniqueOrThrow({ where: { id: loginId } })).tokensSealed).toBeNull();
  });
});

describe('a code', () => {
  it('brings back who signed in, once, and leaves no token behind', async () => {
    const { loginId, code } = await signedIn();
    const redeemed = await logins.redeem(code, VERIFIER, clientId);
    const login = { id: loginId, ...values(), openedAtMs: nowMs };
    expect(redeemed).toEqual({ login, user: USER, tokens: TOKENS });
    expect(await logins.redeem(code, VERIFIER, clientId)).toBeNull();
    const row = await db.userLogin.findUniqueOrThrow({ where: { id: loginId } });
    expect(row.tokensSealed).toBeNull();
  });

  it('that many requests present at the same time serves one', async () => {
    const { code } = await signedIn();
    const redeemed = await Promise.all(
      Array.from({ length: 8 }, () => logins.redeem(code, VERIFIER, clientId)),
    );
    expect(redeemed.filter((login) => login !== null)).toHaveLength(1);
  });

  it.each([
    ['with another verifier', `${VERIFIER}x`, clientId],
    ['with the challenge in place of the verifier', CHALLENGE, clientId],
    ['without a verifier', '', clientId],
    ['by another client', VERIFIER, randomUUID()],
  ])('that is presented %s is used up', async (_, verifier, presentedBy) => {
    const { code } = await signedIn();
    expect(await logins.redeem(code, verifier, presentedBy)).toBeNull();
    expect(await logins.redeem(code, VERIFIER, clientId)).toBeNull();
  });

  it('is valid for less than a minute', async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    nowMs += CODE_MS - 1;
    expect(await logins.redeem(first.code, VERIFIER, clientId)).not.toBeNull();
    nowMs += 1;
    expect(await logins.redeem(second.code, VERIFIER, clientId)).toBeNull();
  });

  it('is issued once, and never before a browser has opened the login', async () => {
    const { loginId, ticket } = await logins.begin(values());
    expect(await logins.signedIn(loginId, USER, TOKENS)).toBeNull();
    await logins.open(ticket);
    expect(await logins.signedIn(loginId, USER, TOKENS)).not.toBeNull();
    expect(await logins.signedIn(loginId, USER, TOKENS)).toBeNull();
  });

  it('and a ticket are stored as hashes', async () => {
    const { ticket } = await logins.begin(values());
    const { code } = await signedIn();
    const rows = JSON.stringify(await db.userLogin.findMany({ omit: { tokensSealed: true } }));
    for (const secret of [ticket, code, VERIFIER]) expect(rows).not.toContain(secret);
  });
});
