/** A notice exists exactly if its cause does. */
import { createPrisma, type Database } from '@gatehouse/db/client';
import type { Notice } from '@gatehouse/domain/notices/notice';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { notify } from '../../../apps/gateway/src/adapters/notices/notify.js';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const NOTICE: Notice = {
  ...{ kind: 'expiry', onceKey: 'client-key 1 in 30 days', title: 'A key expires', body: '' },
  ...{ whatToDo: 'Make another.', path: '/clients/1', odsCodes: ['R69'], staffId: null },
};

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
beforeEach(async () => {
  await db.notice.deleteMany();
});

it('is written with its cause, and waits to be addressed', async () => {
  await db.$transaction((transaction) => notify(transaction, NOTICE, NOW_MS));
  expect(await db.notice.findMany()).toMatchObject([
    { ...NOTICE, createdAt: new Date(NOW_MS), addressedAt: null },
  ]);
});

it('is not written if its cause is rolled back', async () => {
  const work = db.$transaction(async (transaction) => {
    expect(await notify(transaction, NOTICE, NOW_MS)).toBe(true);
    throw new Error('the cause failed');
  });
  await expect(work).rejects.toThrow('the cause failed');
  expect(await db.notice.count()).toBe(0);
});

it('is kept once for each key, also by two who notice the cause at the same time', async () => {
  const results = await Promise.all([1, 2, 3, 4].map(() => notify(db, NOTICE, NOW_MS)));
  expect(results.filter(Boolean)).toHaveLength(1);
  await notify(db, { ...NOTICE, onceKey: null }, NOW_MS);
  await notify(db, { ...NOTICE, onceKey: null }, NOW_MS);
  expect(await db.notice.count()).toBe(3);
});

it.each(['https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example', 'changes'])(
  'the database refuses %s for a page of the console',
  async (path) => {
    await expect(notify(db, { ...NOTICE, path }, NOW_MS)).rejects.toThrow('notice_path_of_console');
  },
);
