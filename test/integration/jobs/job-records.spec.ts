/** Of two who would change the state of a job, one does: a job that is delivered twice has its effect once. */
import { createPrisma, type Database } from '@gatehouse/db/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createJobRecords,
  type DeadJob,
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

it('a schedule that goes on failing is one failure with one notice, until it works again', async () => {
  await records.register(['watch']);
  const failureOfRun = (run: number) => ({ ...failureOf(`repeat:watch:${String(run)}`), job: 'watch' });
  const titles = async () =>
    (
      await db.notice.findMany({ where: { title: { contains: 'watch' } }, orderBy: { createdAt: 'asc' } })
    ).map(({ title }) => title);
  await Promise.all([1, 2].map((run) => records.failed(failureOfRun(run))));
  // The last failure is reported by several workers.
  await Promise.all([3, 3, 3].map((run) => records.failed(failureOfRun(run))));
  expect(await db.backgroundJob.findMany({ where: { job: 'watch' } })).toMatchObject([
    { state: 'failed', attempts: 15 },
  ]);
  expect(await titles()).toEqual(['Background job failed: watch']);
  await inParallel(() => records.succeeded('watch', 'repeat:watch:4'));
  await records.succeeded('watch', 'repeat:watch:5');
  expect(await titles()).toEqual(['Background job failed: watch', 'Background job works again: watch']);
  await records.failed(failureOfRun(6));
  expect(await titles()).toHaveLength(3);
});

it('a retried job that succeeds is announced as well', async () => {
  const id = await request({ version: 3 });
  await records.failed(failureOf(`${id}-1`));
  await retryJob(db, { id, by: 'test', nowMs: Date.now() });
  await records.succeeded('rotate', `${id}-2`);
  expect(await db.notice.count({ where: { onceKey: `job ${id}-2 works again` } })).toBe(1);
});

it('a failure that the audit trail refused is recorded later, by one worker', async () => {
  await records.recordDeaths(() => Promise.resolve());
  const id = await request({ version: 4 });
  await records.failed(failureOf(`${id}-1`));
  await expect(records.recordDeaths(() => Promise.reject(new Error('the trail is away')))).rejects.toThrow(
    'the trail is away',
  );
  // It may even have been retried in between.
  await retryJob(db, { id, by: 'test', nowMs: Date.now() });
  const recorded: DeadJob[] = [];
  await inParallel(() => records.recordDeaths(async (failure) => void recorded.push(failure)));
  expect(recorded).toEqual([{ job: 'rotate', queueId: id, attempts: 5, cause: 'no' }]);
});

it('the database refuses a payload that is no mere reference', async () => {
  await expect(request({ text: 'x'.repeat(1_025) })).rejects.toThrow();
});
