/** A user session serves one client, changes in the open, and ends for good. */
import { randomUUID } from 'node:crypto';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { LONGEST_SESSION } from '@gatehouse/domain/users/session-life';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createUserSessions,
  type NewUserSession,
  type UserSessions,
} from '../../../apps/gateway/src/adapters/users/user-sessions.ts';
import { endOfSignIn } from '../../../apps/gateway/src/adapters/users/used-tokens.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { readableBox } from '../../support/users/readable-box.ts';

const ROLE = { odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN' } as const;
const CHOICE = { ...ROLE, onBehalfOfUserId: null };
const START_MS = Date.UTC(2026, 10, 28, 9);

let database: TestDatabase;
let db: Database;
let nowMs: number;
let monotonicMs: number;
/** Two replicas on one database. */
let sessions: UserSessions;
let elsewhere: UserSessions;
let clientId: string;
/** Ids of sessions whose end was to be recorded. */
let recorded: string[];

const replica = (on = db): UserSessions =>
  createUserSessions({
    ...{ db: on, box: readableBox, limits: LONGEST_SESSION },
    endRecords: { record: async (ids) => void recorded.push(...ids) },
    now: () => nowMs,
    monotonicNow: () => monotonicMs,
    onFault: (error) => {
      throw error;
    },
  });

beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
  await db.environment.create({ data: { name: 'int', kind: 'authenticated', fourEyes: false } });
  await db.organisation.create({ data: { odsCode: 'R69', name: 'Example NHS Trust' } });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  nowMs = START_MS;
  monotonicMs = 0;
  recorded = [];
  sessions = replica();
  elsewhere = replica();
  clientId = randomUUID();
  await db.client.create({ data: { id: clientId, name: `web-${clientId}`, environmentName: 'int' } });
});

const values = (userId = '555073103100'): NewUserSession => ({
  ...{ environment: 'int', clientId, product: 'ReferWell', pattern: 'separate', onlyOdsCode: null },
  user: {
    userId,
    cis2SessionId: 'sid-1',
    authenticatedAtMs: START_MS - 5_000,
    authenticationAssurance: 3,
    expiresAtMs: START_MS + 600_000,
  },
  idToken: 'header.payload.signature',
  name: 'Dr Ann Example',
});
const rowOf = (id: string) => db.userSession.findUniqueOrThrow({ where: { id } });

describe('a session', () => {
  it('is found by its handle alone, of which only the hash is stored', async () => {
    const { session, handle } = await sessions.open(values());
    expect(handle).toMatch(/^ghu_int_/);
    expect(await elsewhere.find(handle)).toEqual(session);
    expect(await elsewhere.find(`${handle.slice(0, -1)}?`)).toBeNull();
    expect(
      JSON.stringify(await rowOf(session.id), (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toContain(handle);
  });

  it('has a new version with each change of roles, choice or end, and with nothing else', async () => {
    const { session } = await sessions.open(values());
    expect(session).toMatchObject({ version: 1, roles: null, choice: null });
    expect(await sessions.begin(session.id, [ROLE], null)).toMatchObject({ version: 2, roles: [ROLE] });
    expect(await sessions.setChoice(session.id, CHOICE)).toMatchObject({ version: 3, choice: CHOICE });
    expect(await sessions.setChoice(session.id, CHOICE)).toMatchObject({ version: 3 });
    nowMs += 60_000;
    sessions.touch(session, false);
    await expect.poll(async () => (await rowOf(session.id)).lastActiveAt.getTime()).toBe(nowMs);
    expect((await rowOf(session.id)).version).toBe(3n);
    await sessions.end([session.id], { by: 'client', reason: 'signed out' });
    expect((await rowOf(session.id)).version).toBe(4n);
  });

  it('is read again after a second, so that a change elsewhere is seen', async () => {
    const { session, handle } = await sessions.open(values());
    await elsewhere.begin(session.id, [ROLE], CHOICE);
    expect(await sessions.find(handle)).toMatchObject({ version: 1 });
    monotonicMs += 1_000;
    expect(await sessions.find(handle)).toMatchObject({ version: 2, choice: CHOICE });
    expect(sessions.current(session.id)).toMatchObject({ version: 2 });
  });

  it('is not opened while every connection is busy, and the caller may try again', async () => {
    const few = createPrisma(database.appUrl, { maxConnections: 1 });
    const release = Promise.withResolvers<void>();
    const busy = few.$transaction(() => release.promise);
    await expect(replica(few).open(values())).rejects.toMatchObject({ code: 'GW_OVERLOAD' });
    release.resolve();
    await busy;
    await replica(few).open(values());
    await few.$disconnect();
  });

  it('keeps a role that was chosen while its roles were read again', async () => {
    const { session } = await sessions.open(values());
    await sessions.begin(session.id, [ROLE], null);
    await elsewhere.setChoice(session.id, CHOICE);
    expect(await sessions.setRoles(session.id, [ROLE, { ...ROLE, odsCode: 'RCD' }])).toMatchObject({
      choice: CHOICE,
    });
  });

  it('is never replaced by what was read before a change', async () => {
    const { session, handle } = await sessions.open(values());
    monotonicMs += 1_000;
    const [, changed] = await Promise.all([sessions.find(handle), sessions.setChoice(session.id, CHOICE)]);
    expect(changed).toMatchObject({ version: 2 });
    expect(sessions.current(session.id)).toMatchObject({ version: 2 });
  });

  it('has its activity written at most once a minute, and not for polls that nobody waits for', async () => {
    const { session } = await sessions.open(values());
    const lastActiveAtMs = async () => (await rowOf(session.id)).lastActiveAt.getTime();
    nowMs = START_MS + 59_999;
    sessions.touch(session, false);
    nowMs = START_MS + 300_000;
    sessions.touch(session, true);
    nowMs = START_MS + 300_001;
    sessions.touch(session, false);
    await expect.poll(lastActiveAtMs).toBe(START_MS + 300_001);
    nowMs += 1;
    sessions.touch(session, false);
    expect(sessions.current(session.id)).toMatchObject({ lastActiveAtMs: START_MS + 300_001 });
  });

  it('has its roles read once in a minute, whichever replica asks', async () => {
    const { session } = await sessions.open(values());
    const turns = await Promise.all(
      Array.from({ length: 10 }, (_, each) =>
        (each % 2 ? sessions : elsewhere).mayReadRoles(session.id, 60_000),
      ),
    );
    expect(turns.filter(Boolean)).toHaveLength(1);
    nowMs += 59_999;
    expect(await sessions.mayReadRoles(session.id, 60_000)).toBe(false);
    nowMs += 1;
    expect(await elsewhere.mayReadRoles(session.id, 60_000)).toBe(true);
  });
});

describe('the end of a session', () => {
  it('erases its tokens and the name, and keeps who ended it, when and why', async () => {
    const { session } = await sessions.open(values());
    expect(await sessions.nameOf(session.id)).toBe('Dr Ann Example');
    expect(await elsewhere.end([session.id], { by: 'Sam Owner', reason: 'a lost smartcard' })).toEqual([
      session.id,
    ]);
    expect(await rowOf(session.id)).toMatchObject({
      idTokenSealed: null,
      nameSealed: null,
      endedAt: new Date(nowMs),
      endedBy: 'Sam Owner',
      endReason: 'a lost smartcard',
    });
    expect(await sessions.nameOf(session.id)).toBeNull();
    expect(await sessions.refresh(session.id)).toMatchObject({ endedAtMs: nowMs });
  });

  it('happens once, and nothing changes the session afterwards', async () => {
    const { session } = await sessions.open(values());
    await sessions.end([session.id], { by: 'client', reason: 'signed out' });
    nowMs += 1_000;
    expect(await sessions.end([session.id], { by: 'Sam Owner', reason: 'again' })).toEqual([]);
    expect(await sessions.setChoice(session.id, CHOICE)).toBeNull();
    expect(await sessions.setRoles(session.id, [ROLE])).toBeNull();
    expect(await sessions.mayReadRoles(session.id, 0)).toBe(false);
    await expect(
      db.userSession.update({
        where: { id: session.id },
        data: { endedAt: null, endedBy: null, endReason: null },
      }),
    ).rejects.toThrow(/user_session_end_final/);
    expect(await rowOf(session.id)).toMatchObject({ endedBy: 'client', endReason: 'signed out' });
    expect(recorded).toEqual([session.id]);
  });

  it('comes to the oldest of six of a user and client, and to nobody else’s', async () => {
    const other = await sessions.open(values('555073103199'));
    const opened: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      nowMs += 1_000;
      opened.push((await sessions.open(values())).session.id);
    }
    const ended = await Promise.all(opened.map(async (id) => (await rowOf(id)).endedAt !== null));
    expect(ended).toEqual([true, false, false, false, false, false]);
    expect(recorded).toEqual([opened[0]]);
    expect((await rowOf(other.session.id)).endedAt).toBeNull();
  });

  it('leaves five of those that were opened at once', async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, each) => (each % 2 ? sessions : elsewhere).open(values())),
    );
    expect(await db.userSession.count({ where: { clientId, endedAt: null } })).toBe(5);
  });

  it.each(['suspended', 'retired'])('comes with its client, when that is %s', async (state) => {
    const { session } = await sessions.open(values());
    await db.client.update({ where: { id: clientId }, data: { state } });
    expect(await rowOf(session.id)).toMatchObject({ endedBy: 'registry', endReason: `client ${state}` });
  });

  it('comes with the organisation for which the user acts, when that is suspended', async () => {
    const [mine, unchosen] = [await sessions.open(values()), await sessions.open(values('555073103199'))];
    await sessions.begin(mine.session.id, [ROLE], CHOICE);
    await db.organisation.update({ where: { odsCode: 'R69' }, data: { state: 'suspended' } });
    expect(await rowOf(mine.session.id)).toMatchObject({ endReason: 'organisation suspended' });
    expect((await rowOf(unchosen.session.id)).endedAt).toBeNull();
    await db.organisation.update({ where: { odsCode: 'R69' }, data: { state: 'active' } });
  });
});

describe('the ID token of a session', () => {
  const endOf = (idToken: string | null = 'header.payload.signature') =>
    endOfSignIn(db, { environment: 'int', cis2SessionId: 'sid-1', idToken });
  beforeEach(() => db.userSession.updateMany({ data: { idTokenHash: null } }));

  it('opens others while the session lives, and none once it has ended', async () => {
    const { session } = await sessions.open(values());
    expect(await endOf()).toBeNull();
    await sessions.end([session.id], { by: 'Sam Owner', reason: 'a lost smartcard' });
    expect(await endOf()).toBe('session_ended');
    expect(await endOf('header.payload.another')).toBe('session_ended');
    expect(await endOf('header.other.signature')).toBeNull();
    expect(await endOf(null)).toBeNull();
  });

  it('is not used up by a session that could not be opened', async () => {
    const { session } = await sessions.open(values());
    await sessions.abandon(session.id, { by: 'Gatehouse', reason: 'it could not be opened' });
    expect(await rowOf(session.id)).toMatchObject({ endReason: 'it could not be opened' });
    expect(recorded).toEqual([session.id]);
    expect(await endOf()).toBeNull();
  });

  it('is used up by a session that somebody ended while it was being opened', async () => {
    const { session } = await sessions.open(values());
    await elsewhere.end([session.id], { by: 'Sam Owner', reason: 'a lost smartcard' });
    await sessions.abandon(session.id, { by: 'Gatehouse', reason: 'it could not be opened' });
    expect(await endOf()).toBe('session_ended');
  });
});
