/** Of two who would change the state of a job, one does: a job that is delivered twice has its effect once. */
import { createPrisma, type Database } from '@gatehouse/db/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createJobRecords,
  type JobRecords,
  requestJob,
  retryJob,
} from '../../../apps/gateway/src/adapters/queue/job-records.js';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

let database: TestDatabase;
let db: Database;
let records: JobRecords;
beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
  records = createJobRecords(db, Date.now);
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const request = (payload: object): Promise<string> =>
  requestJob(db, { job: 'rotate', payload, by: 'test', nowMs: Date.now() });
const failureOf = (queueId: string) => ({ job: 'rotate', queueId, payload: {}, attempts: 5, cause: 'no' });
const inParallel = <T>(work: () => Promise<T>): Promise<T[]> => Promise.all([work(), work(), work(), work()]);
const winners = (results: boolean[]): number => results.filter(Boolean).length;

it('a failure is recorded by one of those who see it', async () => {
  const id = await request({ version: 1 });
  expect(winners(await inParallel(() => records.failed(failureOf(`${id}-1`))))).toBe(1);
  expect(winners(await inParallel(() => records.failed(failureOf('repeat:rotate:1'))))).toBe(1);
});

it('a retry is made by one of those who ask for it, and an old delivery changes nothing any more', async () => {
  const id = await request({ version: 2 });
  await records.failed(failureOf(`${id}-1`));
  expect(winners(await inParallel(() => retryJob(db, { id, by: 'test', nowMs: Date.now() })))).toBe(1);
  // The first turn ends once more, late.
  await records.succeeded('rotate', `${id}-1`);
  expect(await records.failed(failureOf(`${id}-1`))).toBe(false);
  expect(await records.waiting()).toMatchObject([{ id, turn: 2, payload: { version: 2 } }]);
  await records.succeeded('rotate', `${id}-2`);
  expect(await records.waiting()).toEqual([]);
});

it('of workers that find a scheduler missing one registers it', async () => {
  await inParallel(() => records.register(['tick']));
  expect(winners(await inParallel(() => records.claim('tick')))).toBe(1);
  expect(await records.schedules()).toHaveLength(1);
});

it('the database refuses a payload that is no mere reference', async () => {
  await expect(request({ text: 'x'.repeat(1_025) })).rejects.toThrow();
});
