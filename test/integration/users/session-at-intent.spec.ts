/** The statement that commits an INTENT says what has become of the user's session, whatever a replica remembers. */
import { randomUUID } from 'node:crypto';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { intentOf, openLog } from '../../support/audit/audit-trail.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

let database: TestDatabase;
let db: Database;
let log: AuditLog;
let clientId: string;

beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
  clientId = randomUUID();
  await db.environment.create({ data: { name: 'int', kind: 'authenticated', fourEyes: false } });
  await db.client.create({ data: { id: clientId, name: 'portal', environmentName: 'int' } });
  log = await openLog(database.appUrl);
});
afterAll(async () => {
  await log.close();
  await db.$disconnect();
  await database.drop();
});

async function openSession(): Promise<{ id: string; version: number }> {
  const at = new Date();
  const { id, version } = await db.userSession.create({
    data: {
      ...{ id: randomUUID(), environment: 'int', clientId, product: 'ReferWell', pattern: 'separate' },
      handleHash: randomUUID().replaceAll('-', '').repeat(2),
      ...{ userId: '555073103100', authenticationLevel: 3, identityLevel: 3, authenticatedAt: at },
      ...{ createdAt: at, lastActiveAt: at },
    },
  });
  return { id, version: Number(version) };
}

it('the same, changed or ended', async () => {
  const session = await openSession();
  const stateNow = async () => (await log.intent(intentOf(), [], session)).userSession;
  expect(await stateNow()).toBe('same');
  await db.userSession.update({ where: { id: session.id }, data: { lastActiveAt: new Date() } });
  expect(await stateNow()).toBe('same');
  await db.userSession.update({ where: { id: session.id }, data: { roles: [] } });
  expect(await stateNow()).toBe('changed');
  await db.$executeRaw`SELECT end_user_sessions(ARRAY[${session.id}]::uuid[], 'a test', 'for a test', now())`;
  expect(await stateNow()).toBe('ended');
});

it('each call of a batch learns about its own session', async () => {
  const sessions = await Promise.all(Array.from({ length: 20 }, openSession));
  const ended = sessions.filter((_, index) => index % 3 === 0).map(({ id }) => id);
  await db.$executeRaw`SELECT end_user_sessions(${ended}::uuid[], 'a test', 'for a test', now())`;
  const committed = await Promise.all([
    ...sessions.map((session) => log.intent(intentOf(), [], session)),
    log.intent(intentOf()),
  ]);
  expect(committed.map(({ userSession }) => userSession)).toEqual([
    ...sessions.map(({ id }) => (ended.includes(id) ? 'ended' : 'same')),
    'same',
  ]);
});
