/** Background jobs in the console: the schedules, and a job that failed permanently and is retried. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessible, type Console, decide, SHOTS } from '../../support/console.ts';
import { until } from '../../support/until.ts';
import type { World } from './world.ts';

let at: Console;
const QUEUE_WORKS = /^\d workers? takes? jobs from the queue in PostgreSQL\.$/;

let priya: Page;

/** A job that failed, of a kind that the worker beside it runs without fail. @returns its id */
async function failedJob(): Promise<string> {
  const { rows } = await at.stack.sql.query<{ id: string }>(
    `INSERT INTO background_job (job, payload, queue_id, state, requested_by, requested_at, attempts, cause, ended_at)
     VALUES ('housekeeping', '{}', gen_random_uuid()::text, 'failed', 'schedule', now(), 5, 'RangeError: no room', now())
     RETURNING id`,
  );
  return rows[0]?.id ?? '';
}

async function columnOf(id: string, column: 'state' | 'requested_by'): Promise<string> {
  const { rows } = await at.stack.sql.query<Record<string, string>>(
    `SELECT ${column} FROM background_job WHERE id = $1`,
    [id],
  );
  return rows[0]?.[column] ?? '';
}

export function backgroundJobs(world: () => World): void {
  beforeAll(async () => {
    at = world().at;
    priya = await at.as('Priya Nair');
  });
  afterAll(() => at.leave(priya));

  it('shows each kind of job with its schedule, and that the queue works', async () => {
    await at.visit(priya, '/jobs');
    await priya.getByText(QUEUE_WORKS).waitFor();
    await priya.getByRole('heading', { level: 2, name: 'audit-partitions' }).waitFor();
    await priya.getByRole('button', { name: 'Run housekeeping now' }).waitFor();
    await accessible(priya, 'jobs');
    await priya.screenshot({ path: `${SHOTS}/jobs-1280-light.png`, fullPage: true });
  });

  it('a job that failed permanently says why and what waits, and is retried with a reason', async () => {
    const id = await failedJob();
    await at.visit(priya, `/jobs/${id}/show`);
    await priya.getByText('RangeError: no room').waitFor();
    await priya.getByText('Nothing is lost. The database grows until it runs.').waitFor();
    await accessible(priya, 'a failed job');
    await decide(priya, 'Retry', 'there is room again');
    await priya.getByText('The job runs again as soon as a worker is free.').waitFor();
    expect(await columnOf(id, 'requested_by')).toMatch(/^Priya Nair/);
    await until('a worker has run it', async () => (await columnOf(id, 'state')) === 'done', 60_000);
  });

  it('an auditor sees the jobs, and runs none', async () => {
    await failedJob();
    const omar = await at.as('Omar Haddad');
    await at.visit(omar, '/jobs');
    await omar.getByText(QUEUE_WORKS).waitFor();
    expect(await omar.getByRole('button', { name: /^(Run|Retry)/ }).count()).toBe(0);
    await at.leave(omar);
  });
}
