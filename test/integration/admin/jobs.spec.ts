/** Background jobs as staff see, retry and run them: over HTTP, on a real PostgreSQL. */
import { JOB_NAMES } from '@gatehouse/domain/jobs/job-kinds';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJobRecords } from '../../../apps/gateway/src/adapters/queue/job-records.js';
import { workerReports } from '../../../apps/gateway/src/adapters/queue/worker-reports.js';
import { type AdminApi, startAdmin, borrowAdmin } from '../../support/admin-api.ts';
import { runCli } from '../../support/cli/run-cli.ts';

const NHS_NUMBER = '943 476 5919';
const REASON = { reason: 'after the repair' };

let api: AdminApi;
const now = () => api.clock.ms;
beforeAll(async () => {
  api = await borrowAdmin();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.db.backgroundJob.deleteMany();
  await api.db.jobSchedule.deleteMany();
  await api.db.jobWorker.deleteMany();
  await api.db.jobQueue.deleteMany();
});

/** A job that failed permanently. @returns its id */
async function failedJob(payload: object | null = {}): Promise<string> {
  const records = createJobRecords(api.db, now);
  const failure = { job: 'housekeeping', queueId: `repeat:${Math.random()}`, payload, attempts: 5 };
  await records.failed({ ...failure, cause: 'RangeError: no room' });
  const row = await api.db.backgroundJob.findFirstOrThrow({ orderBy: { requestedAt: 'desc' } });
  return row.id;
}

describe('a job that failed permanently', () => {
  it('is shown with its cause, its attempts and what waits for it', async () => {
    const id = await failedJob();
    const shown = await api.ok('jobShow', { params: { id } });
    expect(shown).toMatchObject({
      ...{ id, job: 'housekeeping', state: 'failed', cause: 'RangeError: no room', attempts: 5 },
      ...{
        requestedBy: 'schedule',
        mayRetry: true,
        waits: 'Nothing is lost. The database grows until it runs.',
      },
    });
    const query = { state: 'failed', job: 'housekeeping', limit: 50 } as const;
    expect((await api.ok('jobList', { query })).items).toEqual([shown]);
    expect((await api.ok('jobList', { query: { ...query, state: 'done' } })).items).toEqual([]);
    for (const [state, total] of [
      ['failed', 1],
      ['done', 0],
    ] as const)
      expect(await api.ok('jobTotal', { query: { state } })).toEqual({ total, isMore: false });
  });

  it('is retried once, and the trail says by whom and why', async () => {
    const id = await failedJob();
    const retry = () => api.call('POST', `/api/v1/jobs/${id}/retry`, REASON);
    const answers = await Promise.all([retry(), retry(), retry()]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(await api.ok('jobShow', { params: { id } })).toMatchObject({ state: 'waiting', turn: 2 });
    const events = await api.systemEvents('JOB_RETRIED');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ job: 'housekeeping', jobId: id, turn: 2, ...REASON });
    expect(events[0]?.['actor']).toMatch(/registry\+governance\+audit/);
  });

  it('cannot be retried if nobody knows what it was to do', async () => {
    const id = await failedJob(null);
    expect((await api.ok('jobShow', { params: { id } })).mayRetry).toBe(false);
    const answer = await api.call('POST', `/api/v1/jobs/${id}/retry`, REASON);
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('was not kept')]);
  });
});

describe('a run', () => {
  it('is requested once while it waits, and the trail says by whom and why', async () => {
    const request = { params: { job: 'housekeeping' }, body: REASON } as const;
    const job = await api.ok('jobRun', request);
    expect(job).toMatchObject({ job: 'housekeeping', state: 'waiting', payload: {} });
    const again = await api.call('POST', '/api/v1/job-kinds/housekeeping/run', REASON);
    expect([again.status, again.body.detail]).toEqual([409, 'This job is waiting to run already.']);
    const events = (await api.systemEvents('JOB_REQUESTED')).filter(({ jobId }) => jobId === job.id);
    expect(events).toMatchObject([{ job: 'housekeeping', ...REASON }]);
  });

  it.each([
    ['unheard-of', {}, '/job', 'there is no job of this name; the jobs are audit-partitions'],
    ['toString', {}, '/job', 'there is no job of this name'],
    ['housekeeping', { payload: { nhsNumber: NHS_NUMBER } }, '/payload/nhsNumber', 'is not known here'],
    ['housekeeping', { payload: [] }, '/payload', 'this must be an object'],
    ['housekeeping', { payload: 'x' }, '/payload', 'this must be an object'],
    ['housekeeping', { reason: '' }, '/reason', ''],
    ['housekeeping', { reason: `for ${NHS_NUMBER}` }, '/reason', ''],
  ])('of %s with %j is rejected at %s', async (job, body, pointer, detail) => {
    const answer = await api.call('POST', `/api/v1/job-kinds/${job}/run`, { ...REASON, ...body });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
    expect(answer.body.errors[0].detail).toContain(detail);
    expect(answer.text).not.toContain(NHS_NUMBER);
    expect(await api.db.backgroundJob.count()).toBe(0);
  });

  it('needs the scope of platform engineers', async () => {
    const { tokens } = api;
    for (const token of [tokens.audit, tokens.governance])
      expect((await api.call('POST', '/api/v1/job-kinds/housekeeping/run', REASON, token)).status).toBe(403);
    expect((await api.call('GET', '/api/v1/job-kinds', undefined, tokens.audit)).status).toBe(200);
  });

  it('that the trail cannot record is not requested', async () => {
    const record = () => Promise.reject(new Error('the trail is away'));
    const trailless = await startAdmin({ auditTrail: { record } as never });
    try {
      const { status } = await trailless.call('POST', '/api/v1/job-kinds/housekeeping/run', REASON);
      expect([status, await trailless.db.backgroundJob.count()]).toEqual([500, 0]);
    } finally {
      await trailless.close();
    }
  });
});

describe('the kinds of jobs', () => {
  it('have schedules, and what a worker last measured', async () => {
    const records = createJobRecords(api.db, now);
    const reports = workerReports(api.db, 'postgresql', now);
    await records.register(['housekeeping', 'user-sessions']);
    await records.started('housekeeping');
    await records.succeeded('housekeeping', 'repeat:1');
    await records.confirm(new Map([['housekeeping', now() + 60_000]]));
    await reports.measured(new Map([['housekeeping', { running: 1, waiting: 2, oldestMs: 1_000 }]]));
    await reports.seen(null);
    const failed = await failedJob();
    const { queue, items } = await api.ok('jobKindList');
    expect(queue).toMatchObject({ state: 'working', workers: 1, store: 'postgresql', awaySince: null });
    expect(items.map(({ name }) => name)).toEqual(JOB_NAMES);
    const at = (ms: number) => new Date(now() + ms).toISOString();
    expect(items.find(({ name }) => name === 'housekeeping')).toMatchObject({
      ...{ lastStartedAt: at(0), lastSucceededAt: at(0), nextRunAt: at(60_000), overdue: false },
      ...{ running: 1, waiting: 2, oldestWaitingAt: at(-1_000), measuredAt: at(0), failed: 1 },
    });
    expect(failed).not.toBe('');
    api.clock.ms += 86_400_000;
    const later = await api.ok('jobKindList');
    expect(later.items.find(({ name }) => name === 'housekeeping')?.overdue).toBe(true);
    expect(later.queue).toMatchObject({ state: 'no worker', workers: 0 });
  });

  it('say in plain words that the queue is away, and since when', async () => {
    const reports = workerReports(api.db, 'redis', now);
    const since = new Date(now()).toISOString();
    await reports.seen(new Error('connect ECONNREFUSED 127.0.0.1:6379'));
    api.clock.ms += 5_000;
    await reports.seen(new Error('connect ECONNREFUSED 127.0.0.1:6379'));
    const { queue } = await api.ok('jobKindList');
    expect(queue).toEqual({
      ...{ state: 'away', workers: 1, store: 'redis', awaySince: since },
      text: 'The queue in Redis cannot be reached: connect ECONNREFUSED 127.0.0.1:6379. Jobs wait, and run when it is back. Requests of partners are not affected.',
    });
    await reports.seen(null);
    expect((await api.ok('jobKindList')).queue).toMatchObject({ state: 'working', awaySince: null });
    await reports.gone();
    expect((await api.ok('jobKindList')).queue.state).toBe('no worker');
  });
});

describe('gatehouse jobs', () => {
  const gatehouse = (...line: string[]) => runCli({ url: api.url, token: api.tokens.all }, ['jobs', ...line]);

  it('lists the kinds and the jobs, shows one and retries it', async () => {
    const id = await failedJob();
    const list = await gatehouse('list');
    expect(list.out).toContain('No worker is running, so jobs wait.');
    expect(list.out).toMatch(/^user-session-ends +— +— +no +0 +0 +0$/m);
    expect(list.out).toMatch(
      new RegExp(`^${id} +housekeeping +failed +schedule .+RangeError: no room$`, 'm'),
    );
    expect((await gatehouse('show', id)).out).toMatch(/^what waits +Nothing is lost\./m);
    const retried = await gatehouse('retry', id, '--reason', 'there is room again');
    expect([retried.code, retried.out]).toEqual([0, expect.stringMatching(/^state +waiting$/m)]);
    const twice = await gatehouse('retry', id, '--reason', 'once more');
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('Only a job that has failed')]);
  });

  it('runs a job, and says what is wrong with its name or its payload', async () => {
    const reason = ['--reason', 'before the audit'];
    expect((await gatehouse('run', 'housekeeping', ...reason)).out).toMatch(/^state +waiting$/m);
    expect((await gatehouse('run', 'sweep', ...reason)).err).toContain('there is no job of this name');
    const wrong = await gatehouse('run', 'user-sessions', '--payload', '{"version":1}', ...reason);
    expect(wrong.err).toContain('/payload/version: "version" is not known here');
    expect((await gatehouse('run', 'user-sessions', '--payload', '{', ...reason)).code).toBe(2);
    expect((await gatehouse('list', '--json')).out).toContain('"kinds"');
  });
});
