import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.js';
import { type JobWatch, watchJobs } from './watch-jobs.js';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;
const schedule = (job: string, registeredAgoMs: number, succeededAgoMs: number | null) => ({
  ...{ job, registeredAtMs: NOW_MS - registeredAgoMs, confirmedAtMs: null, startedAtMs: null },
  succeededAtMs: succeededAgoMs === null ? null : NOW_MS - succeededAgoMs,
});

let watch: JobWatch;
afterEach(() => watch.stop());

async function watched(...schedules: ReturnType<typeof schedule>[]) {
  const metrics = createMetrics();
  const records = {
    schedules: () => Promise.resolve(schedules),
    failures: () => Promise.resolve(new Map([['housekeeping', 2]])),
  };
  const counts = new Map([['housekeeping', { running: 1, waiting: 3, oldestMs: 1_500 }]]);
  watch = watchJobs(
    metrics,
    records,
    () => counts,
    () => NOW_MS,
  );
  await watch.stop();
  const { text } = await metrics.page();
  return (name: string, job: string) =>
    new RegExp(`^gatehouse_${name}\\{name="${job}"\\} (.*)$`, 'm').exec(text)?.[1];
}

describe('a scheduled job is named as overdue', () => {
  it.each([
    ['that succeeded long ago', [9 * HOUR_MS, 3 * HOUR_MS], ['housekeeping']],
    ['that never succeeded', [3 * HOUR_MS, null], ['housekeeping']],
    ['not one that succeeded lately', [9 * HOUR_MS, HOUR_MS], []],
    ['not one that is new', [HOUR_MS, null], []],
  ] as const)('%s', async (_, [registeredAgoMs, succeededAgoMs], overdue) => {
    const value = await watched(schedule('housekeeping', registeredAgoMs, succeededAgoMs));
    expect(watch.overdue()).toEqual(overdue);
    expect(value('job_overdue', 'housekeeping')).toBe(String(overdue.length));
  });

  it('and one of a newer version is not', async () => {
    await watched(schedule('unheard-of', 9_999 * HOUR_MS, null));
    expect(watch.overdue()).toEqual([]);
  });
});

it('the queue and the failures are counted', async () => {
  const value = await watched(schedule('housekeeping', HOUR_MS, 60_000));
  expect(value('job_success_age_seconds', 'housekeeping')).toBe('60');
  expect(value('jobs_failed', 'housekeeping')).toBe('2');
  expect(value('jobs_running', 'housekeeping')).toBe('1');
  expect(value('jobs_waiting', 'housekeeping')).toBe('3');
  expect(value('jobs_oldest_seconds', 'housekeeping')).toBe('1.5');
});
