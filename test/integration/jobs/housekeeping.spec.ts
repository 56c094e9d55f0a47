/** Rows that have ended are removed, and none that anything still needs. */
import { createPrisma, type Database } from '@gatehouse/db/client';
import type { Notice } from '@gatehouse/domain/notices/notice';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeEndedRows } from '../../../apps/gateway/src/adapters/people/ended-rows.js';
import { notify } from '../../../apps/gateway/src/adapters/notices/notify.js';
import { run } from '../../../apps/gateway/src/jobs/housekeeping.job.js';
import { seedApplication, seedBasics } from '../../support/registry-rows.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const NOTICE: Notice = {
  ...{ kind: 'alarm', onceKey: null, title: 'An alarm', body: '', whatToDo: 'Look.', path: '/jobs' },
  ...{ odsCodes: [], staffId: null },
};
const daysAgo = (days: number): Date => new Date(NOW_MS - days * 86_400_000);

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

let hashes = 0;
const hash = (): string => (hashes += 1).toString(16).padStart(64, '0');

async function person(subject: string): Promise<string> {
  const { id } = await db.staff.create({
    data: { issuer: 'https://login.example', subject, name: subject },
  });
  return id;
}
const session = (staffId: string, createdDaysAgo: number, endedDaysAgo: number | null, life = 1) =>
  db.staffSession.create({
    data: {
      ...{ staffId, secretHash: hash(), address: '192.0.2.1', userAgent: 'test' },
      ...{ createdAt: daysAgo(createdDaysAgo), lastSeenAt: daysAgo(createdDaysAgo) },
      expiresAt: daysAgo(createdDaysAgo - life),
      endedAt: endedDaysAgo === null ? null : daysAgo(endedDaysAgo),
      endedBy: endedDaysAgo === null ? null : 'test',
    },
  });

it('old sessions of staff go, but never the newest of a person, on which their tokens depend', async () => {
  const [often, once] = [await person('often'), await person('once')];
  const expired = await session(often, 200, null);
  const ended = await session(often, 150, 149, 400);
  const recent = await session(often, 80, 79);
  const last = await session(often, 10, 9);
  const only = await session(once, 300, 299);
  const removed: object[] = [];
  const log = { info: (fields: object) => void removed.push(fields) };
  const job = {
    removeSlice: () => removeEndedRows(db, NOW_MS),
    log,
    signal: new AbortController().signal,
  };
  await run(job);
  const left = await db.staffSession.findMany({ select: { id: true } });
  expect(left.map(({ id }) => id).toSorted()).toEqual([recent.id, last.id, only.id].toSorted());
  expect([expired.id, ended.id]).toHaveLength(2);
  expect(removed).toEqual([{ removed: { staffSessions: 2 } }]);
  await run(job);
  expect(removed).toHaveLength(1);
});

it('spent states, keys, tokens and finished jobs go once nothing can ask for them', async () => {
  for (const age of [0, 1, 40]) {
    await db.signInSpent.create({ data: { stateHash: hash(), spentAt: daysAgo(age) } });
    await db.userLogoutToken.create({ data: { jtiHash: hash(), expiresAt: daysAgo(age + 0.5) } });
    await db.signInKey.create({
      data: { id: crypto.randomUUID(), keySealed: Buffer.from('sealed'), createdAt: daysAgo(age * 2) },
    });
    await notify(db, NOTICE, daysAgo(age * 11).getTime());
    await db.replica.create({
      data: {
        ...{ id: crypto.randomUUID(), roles: ['worker'], version: '0.1.0', faults: [], overdueJobs: [] },
        ...{ startedAt: daysAgo(50), seenAt: daysAgo(age) },
      },
    });
    for (const state of ['done', 'failed'])
      await db.backgroundJob.create({
        data: {
          ...{ job: 'housekeeping', payload: {}, queueId: `${state} ${age}`, state, cause: 'a cause' },
          ...{ requestedBy: 'test', requestedAt: daysAgo(age), endedAt: daysAgo(age) },
        },
      });
  }
  await db.notice.updateMany({ data: { addressedAt: daysAgo(0) } });
  expect(await removeEndedRows(db, NOW_MS)).toEqual({
    ...{ staffSessions: 0, spentSignIns: 2, signInKeys: 1, logoutTokens: 2, tokenOwners: 0, finishedJobs: 1 },
    ...{ notices: 1, formerSecrets: 0, replicas: 2, worklistUses: 0 },
  });
  // What failed stays until somebody has looked at it.
  expect(await db.backgroundJob.count({ where: { state: 'failed' } })).toBe(3);
});

it('fetches of worklists go with their day, and never those that count today', async () => {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await seedBasics(client);
  const { applicationId } = await seedApplication(client, 'R69');
  await client.end();
  for (const age of [0, 1, 4, 400])
    await db.worklistUse.create({ data: { applicationId, serviceId: '11000', day: daysAgo(age), uses: 2 } });
  expect(await removeEndedRows(db, NOW_MS)).toMatchObject({ worklistUses: 2 });
  expect(await db.worklistUse.count({ where: { day: { gte: daysAgo(1.5) } } })).toBe(2);
});

it('the old secret of a webhook is forgotten once it signs no more', async () => {
  for (const [url, age] of [
    ['https://a.example/', 0.1],
    ['https://b.example/', -0.1],
  ] as const)
    await db.noticeWebhook.create({
      data: {
        ...{ id: crypto.randomUUID(), url, kinds: ['alarm'], secretSealed: Buffer.from('new') },
        ...{ createdBy: 'test', createdAt: daysAgo(2) },
        ...{ formerSecretSealed: Buffer.from('old'), formerSecretUntil: daysAgo(age) },
      },
    });
  expect(await removeEndedRows(db, NOW_MS)).toMatchObject({ formerSecrets: 1 });
  const rows = await db.noticeWebhook.findMany({ orderBy: { url: 'asc' } });
  expect(rows.map(({ formerSecretSealed }) => formerSecretSealed === null)).toEqual([true, false]);
});

it('removes in slices until nothing is left, and stops when it is told to', async () => {
  const log = { info: () => undefined };
  const slices = [{ a: 1_000 }, { a: 2 }, { a: 0 }];
  let calls = 0;
  const removeSlice = () => Promise.resolve(slices[calls++] ?? {});
  await run({ removeSlice, log, signal: new AbortController().signal });
  expect(calls).toBe(3);
  await run({ removeSlice, log, signal: AbortSignal.abort() });
  expect(calls).toBe(3);
});
