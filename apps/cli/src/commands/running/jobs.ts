import { jobState, type JobKindView, type JobView } from '@gatehouse/contracts/operation/job-routes';
import { JOB_NAMES, type JobName } from '@gatehouse/domain/jobs/job-kinds';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { Failure } from '../../failure.js';
import { choice, type Context, defined, REASON_IN_TRAIL, wholeNumber } from '../../options.js';
import { cell, fieldList, print, table } from '../../output.js';

interface ListOptions {
  readonly state?: string;
  readonly job?: string;
  readonly limit: number;
}

export function jobCommands(program: Command, { settings, output }: Context): void {
  const jobs = program.command('jobs').description('Background jobs: see, retry and run them.');

  jobs
    .command('list')
    .description('List the kinds of jobs with their schedules, and the jobs that wait or have failed.')
    .addOption(choice('--state <state>', 'state of the jobs', jobState.options))
    .addOption(choice('--job <name>', 'kind of job', JOB_NAMES))
    .option('--limit <rows>', 'largest number of jobs', wholeNumber(1, 100_000), 50)
    .action(async ({ limit, ...filter }: ListOptions) => {
      const { queue, items: kinds } = await call(settings, 'jobKindList', {});
      const rows = await allPages(settings, 'jobList', defined(filter), limit);
      print(output, { queue, kinds, jobs: rows }, () =>
        [queue.text, kindTable(kinds), jobTable(rows)].join('\n\n'),
      );
    });

  jobs
    .command('show <id>')
    .description('Show a job: why it failed, after how many attempts, and what waits for it.')
    .action(async (id: string) => {
      print(output, await call(settings, 'jobShow', { params: { id } }), jobText);
    });

  jobs
    .command('retry <id>')
    .description('Retry a job that has failed permanently.')
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (id: string, { reason }: { reason: string }) => {
      print(output, await call(settings, 'jobRetry', { params: { id }, body: { reason } }), jobText);
    });

  jobs
    .command('run <job>')
    .description(
      'Run a job as soon as a worker is free, besides the runs of its schedule. The same request is not queued twice.',
    )
    .option('--payload <json>', 'ids and versions, for a job that takes them')
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (job: string, { payload, reason }: { payload?: string; reason: string }) => {
      const body = { reason, ...(payload === undefined ? {} : { payload: jsonOf(payload) }) };
      // The gateway knows which jobs there are: it may be of another version.
      const params = { job: job as JobName };
      print(output, await call(settings, 'jobRun', { params, body }), jobText);
    });
}

function kindTable(kinds: readonly JobKindView[]): string {
  return table(kinds, [
    ['Job', ({ name }) => name],
    ['Last success', ({ lastSucceededAt }) => lastSucceededAt],
    ['Next run', ({ everyMs, nextRunAt }) => (everyMs === null ? 'when requested' : nextRunAt)],
    ['Overdue', ({ overdue }) => (overdue ? 'yes' : 'no')],
    ['Running', ({ running }) => running],
    ['Waiting', ({ waiting, requested }) => Math.max(waiting, requested)],
    ['Failed', ({ failed }) => failed],
  ]);
}

function jobTable(rows: readonly JobView[]): string {
  const columns = [
    ['Id', ({ id }: JobView) => id],
    ['Job', ({ job }: JobView) => job],
    ['State', ({ state }: JobView) => state],
    ['Requested by', ({ requestedBy }: JobView) => requestedBy],
    ['Requested at', ({ requestedAt }: JobView) => requestedAt],
    ['Cause', ({ cause }: JobView) => cause],
  ] as const;
  return table(rows, columns, 'No job was requested, and none has failed.');
}

function jobText(job: JobView): string {
  return fieldList({
    ...{ id: job.id, job: job.job, state: job.state, cause: job.cause, attempts: job.attempts },
    'what it does': job.purpose,
    'what waits': job.waits,
    payload: job.payload === null ? 'not kept' : cell(job.payload),
    'requested by': job.requestedBy,
    'requested at': job.requestedAt,
    'ended at': job.endedAt,
    'can be retried': job.mayRetry ? 'yes' : 'no',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Failure(`--payload is not JSON: ${error.message}`, 2);
    throw error;
  }
}
