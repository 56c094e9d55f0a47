/** What holds for background jobs wherever their queue is: the same tests run on PostgreSQL and on Redis. */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { jobId } from '@gatehouse/contracts/operation/job-payloads';
import { mintClientKey } from '@gatehouse/domain/input/opaque-key';
import type { JobKind } from '@gatehouse/domain/jobs/job-kinds';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  createJobRecords,
  type DeadJob,
  type JobRecords,
  queueIdOf,
  requestJob,
  retryJob,
} from '../../../apps/gateway/src/adapters/queue/job-records.js';
import {
  type JobQueue,
  type JobWorkerOptions,
  openQueueStore,
  type QueueStore,
} from '../../../apps/gateway/src/adapters/queue/queue-store.js';
import { workerReports } from '../../../apps/gateway/src/adapters/queue/worker-reports.js';
import type { BackgroundJob } from '../../../apps/gateway/src/jobs/queue/background-job.js';
import {
  type BackgroundJobs,
  startBackgroundJobs,
} from '../../../apps/gateway/src/jobs/queue/background-jobs.js';
import { enqueue, optionsOf } from '../../../apps/gateway/src/jobs/queue/keep-queue.js';
import { DEATHS, type Delivery, type DyingWorker, effectOf, SHORT_LOCKS, takeEffect } from './deaths.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { COMPILE_CACHE } from '../../support/servers/processes.ts';
import type { TcpProxy } from '../../support/servers/tcp-proxy.ts';
import { IS_FULL_SIZE } from '../../support/size.ts';
import { until } from '../../support/until.ts';

export interface StoreUnderTest {
  /** Where workers reach the queue, by way of the proxy. */
  open(databaseUrl: string): Promise<{
    readonly proxy: TcpProxy;
    readonly redisUrl: string | null;
    readonly databaseUrl: string;
    /** Loses all that the queue holds. */
    flush(): Promise<void>;
    /** Everything that the queue holds, as one text. */
    contents(): Promise<string>;
    close(): Promise<void>;
  }>;
}

const KIND: JobKind = {
  ...{ purpose: 'does', waits: 'waits', everyMs: null },
  ...{ timeLimitMs: 60_000, attempts: 3, backOffMs: 20, concurrency: 4 },
};
const withId = z.strictObject({ id: jobId });
const ID = '3f0f1f66-8d4e-4e21-9a53-1e0f5a0b8b11';
/** Letters of an id. `npm run assure` has as many as an answer of e-RS. */
const TOO_MANY = IS_FULL_SIZE ? 10_485_760 : 1_048_576;
const NHS_NUMBER = '943 476 5919';
const PATIENT = 'Jessica Testpatient';
const CLIENT_KEY = mintClientKey('int', randomBytes).key;
const SECRET = randomBytes(32).toString('hex');
/** What jobs work on, and no queue may hold. */
const CANARIES = [NHS_NUMBER, NHS_NUMBER.replaceAll(' ', ''), PATIENT, CLIENT_KEY, SECRET];

export function jobTests(under: StoreUnderTest): void {
  vi.setConfig({ testTimeout: 180_000 });
  let database: TestDatabase;
  let db: Database;
  let records: JobRecords;
  let opened: Awaited<ReturnType<StoreUnderTest['open']>>;
  const running: BackgroundJobs[] = [];
  const stores: QueueStore[] = [];
  const dead: DeadJob[] = [];
  const lags: (readonly [job: string, lagMs: number])[] = [];
  const outages: string[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    db = createPrisma(database.appUrl);
    records = createJobRecords(db, Date.now);
    opened = await under.open(database.appUrl);
  });
  afterEach(async () => {
    opened.proxy.pass();
    await Promise.all(running.splice(0).map((each) => each.stop(5_000)));
    await Promise.all(stores.splice(0).map((store) => store.close()));
    const contents = await opened.contents();
    await opened.flush();
    await db.backgroundJob.deleteMany();
    await db.jobSchedule.deleteMany();
    await db.notice.deleteMany();
    for (const list of [dead, lags, outages]) list.length = 0;
    expect(CANARIES.filter((canary) => contents.includes(canary))).toEqual([]);
  });
  afterAll(async () => {
    await opened.close();
    await db.$disconnect();
    await database.drop();
  });

  const openStore = (): QueueStore =>
    openQueueStore({
      ...{ redisUrl: opened.redisUrl, databaseUrl: opened.databaseUrl },
      onError: () => undefined,
    });

  /** A worker process, as far as its jobs are concerned. */
  function start(
    jobs: readonly BackgroundJob[],
    workerOptions: Partial<JobWorkerOptions> = {},
  ): BackgroundJobs {
    const store = openStore();
    const jobsOfProcess = startBackgroundJobs({
      ...{ store, records, jobs, workerOptions, reports: workerReports(db, store.kind, Date.now) },
      log: { warn: () => undefined, error: () => undefined },
      onLag: (job, lagMs) => lags.push([job, lagMs]),
      onDead: async (failure) => void dead.push(failure),
      onStore: (error) => {
        if (error !== null) outages.push(error.message);
      },
    });
    running.push(jobsOfProcess);
    return jobsOfProcess;
  }
  function job(name: string, run: BackgroundJob['run'], kind: Partial<JobKind> = {}): BackgroundJob {
    const payload = kind.everyMs === undefined ? withId : z.strictObject({});
    return { name, kind: { ...KIND, ...kind }, payload, run };
  }
  const request = (name: string, id = ID): Promise<string> =>
    requestJob(db, { job: name, payload: { id }, by: 'test', nowMs: Date.now() });
  const stateOf = async (id: string) => (await db.backgroundJob.findUniqueOrThrow({ where: { id } })).state;
  /** The queue of a job, for a test that does in it what nobody should. */
  const queueOf = (name: string): JobQueue => {
    const store = openStore();
    stores.push(store);
    const queue = store.queue(name);
    queue.on('error', () => undefined);
    return queue;
  };

  it('ten replicas register a scheduler once, and each run is one', async () => {
    const runs: number[] = [];
    const tick = job('tick', async () => void runs.push(Date.now()), { everyMs: 1_500 });
    const startedMs = Date.now();
    for (let replica = 0; replica < 10; replica += 1) start([tick]);
    await until('it has run three times', () => runs.length >= 3, 60_000);
    expect(runs.length).toBeLessThanOrEqual(Math.floor((Date.now() - startedMs) / 1_500) + 1);
    await until('its success is recorded', async () => {
      const [schedule] = await records.schedules();
      return schedule?.succeededAtMs !== null && schedule?.confirmedAtMs !== null;
    });
    expect(await records.schedules()).toHaveLength(1);
  });

  it('a requested job runs once, whichever worker takes it, and asking twice queues it once', async () => {
    const runs: unknown[] = [];
    const once = job('once', async (payload) => void runs.push(payload));
    const id = await request('once');
    await expect(request('once')).rejects.toThrow();
    for (let replica = 0; replica < 3; replica += 1) start([once]);
    await until('it is done', async () => (await stateOf(id)) === 'done');
    expect(runs).toEqual([{ id: ID }]);
    // Now it may be asked for again.
    const again = await request('once');
    await until('it is done again', async () => (await stateOf(again)) === 'done');
    expect(runs).toHaveLength(2);
  });

  it('a job that fails is tried again; once it has failed for good, that is recorded once and it can be retried', async () => {
    let attempts = 0;
    let works = false;
    const flaky = job('flaky', async () => {
      attempts += 1;
      if (!works) throw new RangeError(`no luck with ${NHS_NUMBER}`);
    });
    start([flaky]);
    start([flaky]);
    const id = await request('flaky');
    await until('it has failed', async () => (await stateOf(id)) === 'failed', 30_000);
    expect(attempts).toBe(3);
    const row = await db.backgroundJob.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({
      attempts: 3,
      cause: 'RangeError: no luck with [number]',
      payload: { id: ID },
    });
    await until('its failure is reported', () => dead.length > 0);
    // As a worker does that read its row just before the failure was recorded.
    const queue = queueOf('flaky');
    const queueId = queueIdOf(row);
    await until('it is out of the queue', async () => (await queue.getJob(queueId)) === undefined);
    await enqueue(flaky, queue, row, records);
    await until('it is taken again', async () => (await queue.getJob(queueId))?.finishedOn !== undefined);
    expect([attempts, await stateOf(id)]).toEqual([3, 'failed']);
    works = true;
    const retry = { id, by: 'somebody', nowMs: Date.now() };
    expect(await Promise.all([retryJob(db, retry), retryJob(db, retry)])).toEqual(
      expect.arrayContaining([true, false]),
    );
    await until('it is done', async () => (await stateOf(id)) === 'done');
    expect(attempts).toBe(4);
    expect(dead).toHaveLength(1);
  });

  it('a later run of a schedule ends the failures before it', async () => {
    let works = false;
    const shaky = job(
      'shaky',
      async () => {
        if (!works) throw new Error('not yet');
      },
      { everyMs: 1_000, attempts: 1 },
    );
    start([shaky]);
    await until('it has failed', async () => (await records.failures()).has('shaky'), 30_000);
    works = true;
    await until('nothing has failed', async () => !(await records.failures()).has('shaky'), 30_000);
  });

  it('poison harms nobody else: good jobs wait at most 5 s, and each poison is recorded as failed', async () => {
    const good = job('good', async () => undefined, { everyMs: 500, concurrency: 1 });
    const poison = job('poison', async () => Promise.reject(new Error('poison')));
    const stuck = job('stuck', () => new Promise(() => undefined), { timeLimitMs: 300, attempts: 2 });
    start([good, poison, stuck]);
    const ids = await Promise.all([request('poison'), request('stuck')]);
    const queue = queueOf('poison');
    const options = optionsOf(poison);
    await queue.add('unheard of', { id: ID }, { ...options, jobId: 'unknown-name' });
    await queue.add('poison', { id: 'x'.repeat(TOO_MANY) }, { ...options, jobId: 'too-large' });
    await queue.add('poison', { id: ID, nhsNumber: NHS_NUMBER }, { ...options, jobId: 'with-a-patient' });
    await until(
      'all have failed',
      async () => [...(await records.failures()).values()].reduce((sum, count) => sum + count, 0) === 5,
      60_000,
    );
    expect(await Promise.all(ids.map(stateOf))).toEqual(['failed', 'failed']);
    const rows = await db.backgroundJob.findMany({ orderBy: { cause: 'asc' } });
    expect(rows.map(({ queueId, payload, cause }) => [ids.includes(queueId), payload, cause])).toEqual([
      [true, { id: ID }, 'not finished within 0.3 s'],
      [true, { id: ID }, 'poison'],
      [false, null, 'the payload is not one of this job'],
      [false, null, 'the payload is not one of this job'],
      [false, { id: ID }, 'the queue poison has no job of this name'],
    ]);
    // Without a payload nobody can say what to do again.
    const lost = rows.filter(({ payload }) => payload === null);
    for (const { id } of lost) expect(await retryJob(db, { id, by: 'x', nowMs: Date.now() })).toBe(false);
    expect(JSON.stringify([rows, dead])).not.toContain(NHS_NUMBER);
    const waited = lags.filter(([name]) => name === 'good').map(([, lagMs]) => lagMs);
    expect(waited.length).toBeGreaterThan(2);
    expect(Math.max(...waited)).toBeLessThan(5_000);
  });

  it('a payload with an NHS number is never queued', async () => {
    let ran = false;
    const strict = job('strict', async () => void (ran = true));
    const payload = { id: ID, nhsNumber: NHS_NUMBER };
    const id = await requestJob(db, { job: 'strict', payload, by: 'test', nowMs: Date.now() });
    start([strict]);
    const good = await request('strict');
    await until('the job beside it is done', async () => (await stateOf(good)) === 'done');
    expect(await queueOf('strict').getJob(`${id}-1`)).toBeUndefined();
    expect(ran).toBe(true);
    const row = await db.backgroundJob.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({ state: 'failed', payload: null });
  });

  it('of the data that jobs work on nothing gets into the queue, whatever comes of them', async () => {
    const body = `${NHS_NUMBER} ${NHS_NUMBER.replaceAll(' ', '')} ${CLIENT_KEY} ${SECRET}`;
    const data = { kind: 'alarm', title: PATIENT, body, whatToDo: 'Nothing.', path: '/jobs', odsCodes: [] };
    await db.notice.create({ data: { id: ID, ...data, createdAt: new Date() } });
    const work = async (payload: object) => {
      const { id } = z.object({ id: jobId }).parse(payload);
      return db.notice.findUniqueOrThrow({ where: { id } });
    };
    let attempts = 0;
    // A job answers nothing, whatever it returns.
    const works = job('works', (payload) => work(payload) as Promise<never>);
    const flaky = job('flaky', async (payload) => {
      const notice = await work(payload);
      attempts += 1;
      if (attempts === 1) throw new Error(notice.body);
    });
    const fails = job('fails', async (payload) => Promise.reject(new Error((await work(payload)).body)));
    start([works, flaky, fails]);
    const ids = await Promise.all([request('works'), request('flaky'), request('fails')]);
    const named = await requestJob(db, {
      ...{ job: 'works', by: 'test', nowMs: Date.now() },
      payload: { id: ID, name: PATIENT, key: CLIENT_KEY, secret: SECRET },
    });
    let seen = '';
    await until(
      'all have ended',
      async () => {
        seen += await opened.contents();
        const states = await Promise.all([...ids, named].map(stateOf));
        return states.join() === 'done,done,failed,failed';
      },
      60_000,
    );
    seen += await opened.contents();
    for (const id of ids) expect(seen).toContain(id);
    expect(seen).toContain('[number] [secret] [secret]');
    expect(CANARIES.filter((canary) => seen.includes(canary))).toEqual([]);
    const rows = await db.backgroundJob.findMany();
    expect(CANARIES.filter((canary) => JSON.stringify([rows, dead]).includes(canary))).toEqual([]);
  });

  it('what the queue loses is queued again, and has its effect once', async () => {
    let effects = 0;
    const tick = job('tick', async () => undefined, { everyMs: 60_000 });
    const slow = job('slow', async () => {
      // The compare-and-set of this job: of two runs, one finds the row as it was.
      const { count } = await db.jobSchedule.updateMany({
        where: { job: 'tick', startedAt: { not: null }, confirmedAt: { not: new Date(0) } },
        data: { confirmedAt: new Date(0) },
      });
      effects += count > 0 ? 1 : 0;
    });
    start([tick, slow]);
    await until('it has run', async () => (await records.schedules())[0]?.succeededAtMs !== null);
    const [before] = await records.schedules();
    await opened.flush();
    await until(
      'the scheduler runs again',
      async () => {
        const [now] = await records.schedules();
        return (now?.succeededAtMs ?? 0) > (before?.succeededAtMs ?? 0);
      },
      30_000,
    );
    const id = await request('slow');
    await opened.flush();
    await until('the requested job is done', async () => (await stateOf(id)) === 'done');
    expect(effects).toBe(1);
  });

  it('while the queue is away jobs wait, and run when it is back', async () => {
    let runs = 0;
    start([
      job('patient', async () => void (runs += 1)),
      job('tick', async () => undefined, { everyMs: 1_000 }),
    ]);
    await until('the scheduler is there', async () => (await records.schedules())[0]?.confirmedAtMs !== null);
    opened.proxy.refuse();
    const id = await request('patient');
    await until('the outage is noticed', () => outages.length > 0, 60_000);
    expect(await stateOf(id)).toBe('waiting');
    opened.proxy.pass();
    await until('it is done', async () => (await stateOf(id)) === 'done', 60_000);
    expect(runs).toBe(1);
  });

  it('workers that start while the queue is away begin when it is there', async () => {
    opened.proxy.refuse();
    const id = await request('early');
    start([job('early', async () => undefined)]);
    await until('the outage is noticed', () => outages.length > 0, 60_000);
    opened.proxy.pass();
    await until('it is done', async () => (await stateOf(id)) === 'done', 60_000);
  });

  it('a job whose lock ran out is delivered twice, and ends once', async () => {
    let deliveries = 0;
    const release: (() => void)[] = [];
    const long = job('long', () => {
      deliveries += 1;
      return new Promise((resolve) => release.push(resolve));
    });
    // As if the process had been paused: the lock is not renewed.
    const paused = { lockDuration: 500, stalledInterval: 250, skipLockRenewal: true, maxStalledCount: 10 };
    start([long], paused);
    start([long], paused);
    const id = await request('long');
    await until('it is delivered twice', () => deliveries >= 2, 30_000);
    for (const end of release) end();
    await until('it is done', async () => (await stateOf(id)) === 'done');
    expect(await db.backgroundJob.count()).toBe(1);
    expect(dead).toEqual([]);
  });

  /** Runs a worker process until it has killed itself over these jobs. */
  async function death(...deliveries: readonly Delivery[]): Promise<void> {
    const { redisUrl, databaseUrl: queueUrl } = opened;
    const worker: DyingWorker = {
      ...{ deliveries, kind: KIND, redisUrl, queueUrl },
      databaseUrl: database.appUrl,
    };
    const endWithParent = new URL('../../support/servers/end-with-parent.mjs', import.meta.url).href;
    const child = fork(new URL('./dying-worker.ts', import.meta.url), [], {
      execArgv: ['--import', endWithParent],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, DYING_WORKER: JSON.stringify(worker) },
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  }

  it('a worker killed before or after the effects of its jobs leaves them to another, and each effect is one', async () => {
    const doomed = DEATHS.map((diesAt) => ({ name: `doomed ${diesAt}`, diesAt }));
    const names = doomed.map(({ name }) => name);
    const effects = names.map(effectOf);
    await records.register(effects);
    const ids = await Promise.all(names.map((name) => request(name)));
    await death(...doomed);
    start(
      names.map((name) => job(name, () => takeEffect(db, name))),
      { ...SHORT_LOCKS, maxStalledCount: 3 },
    );
    await until(
      'all are done',
      async () => (await Promise.all(ids.map(stateOf))).every((state) => state === 'done'),
      60_000,
    );
    for (const name of names) {
      const queue = queueOf(name);
      await until(
        `nothing of “${name}” is left in the queue`,
        async () => {
          const {
            active = 0,
            waiting = 0,
            delayed = 0,
          } = await queue.getJobCounts('active', 'waiting', 'delayed');
          return active + waiting + delayed === 0;
        },
        60_000,
      );
    }
    const left = await db.notice.findMany({ where: { title: { in: effects } } });
    expect(left.map(({ title }) => title).toSorted()).toEqual(effects.toSorted());
    expect(dead).toEqual([]);
  });

  it('a job that kills each process that takes it fails after its second death', async () => {
    const id = await request('killer');
    for (const diesAt of [DEATHS[0], DEATHS[0]]) await death({ name: 'killer', diesAt });
    let isTaken = false;
    start(
      [job('killer', async () => void (isTaken = true)), job('good', async () => undefined)],
      SHORT_LOCKS,
    );
    await until('it has failed', async () => (await stateOf(id)) === 'failed', 60_000);
    const { cause } = await db.backgroundJob.findUniqueOrThrow({ where: { id } });
    expect([isTaken, cause]).toEqual([false, expect.stringContaining('stalled')]);
    const good = await request('good');
    await until('a good one is done', async () => (await stateOf(good)) === 'done');
  });

  it('a job under way when its process stops is handed to another', async () => {
    let isFirst = true;
    let wasAborted = false;
    const long = job('long', (_, signal) => {
      if (!isFirst) return Promise.resolve();
      isFirst = false;
      signal.addEventListener('abort', () => (wasAborted = true));
      return new Promise(() => undefined);
    });
    const first = start([long]);
    const id = await request('long');
    await until('it has begun', () => !isFirst);
    await first.stop(100);
    start([long]);
    // Long before its lock would have run out.
    await until('the other has done it', async () => (await stateOf(id)) === 'done', 8_000);
    expect(wasAborted).toBe(true);
  });

  it('a process that stops waits for what is nearly done', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let hasBegun = false;
    const short = job('short', () => {
      hasBegun = true;
      return ended;
    });
    const only = start([short]);
    const id = await request('short');
    await until('it has begun', () => hasBegun, 30_000);
    const stopped = only.stop(20_000);
    end();
    await stopped;
    expect(await stateOf(id)).toBe('done');
  });
}
