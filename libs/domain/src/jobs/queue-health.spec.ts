import { expect, it } from 'vitest';
import { queueHealth, type WorkerReport, WORKER_SEEN_MS } from './queue-health.js';

const NOW_MS = 1_000_000;
const WORKER: WorkerReport = { store: 'redis', seenAtMs: NOW_MS, awaySinceMs: null, awayCause: null };
const AWAY: WorkerReport = { ...WORKER, awaySinceMs: NOW_MS - 5_000, awayCause: 'connect ECONNREFUSED' };

it.each<[string, WorkerReport[], string, number, number | null, string]>([
  ['nobody reports', [], 'no worker', 0, null, 'No worker is running'],
  [
    'the last report is old',
    [{ ...WORKER, seenAtMs: NOW_MS - WORKER_SEEN_MS - 1 }],
    'no worker',
    0,
    null,
    'No worker is running',
  ],
  ['one works', [WORKER], 'working', 1, null, '1 worker takes jobs from the queue in Redis.'],
  [
    'two work',
    [
      { ...WORKER, store: 'postgresql' },
      { ...WORKER, seenAtMs: NOW_MS - WORKER_SEEN_MS },
    ],
    'working',
    2,
    null,
    '2 workers take jobs from the queue in PostgreSQL.',
  ],
  [
    'none reaches it',
    [AWAY, { ...AWAY, awaySinceMs: NOW_MS - 9_000 }],
    'away',
    2,
    NOW_MS - 9_000,
    'The queue in Redis cannot be reached: connect ECONNREFUSED. Jobs wait, and run when it is back. Requests of partners are not affected.',
  ],
  [
    'one of two reaches it',
    [WORKER, AWAY],
    'partly away',
    2,
    NOW_MS - 5_000,
    '1 of 2 workers cannot reach the queue in Redis: connect ECONNREFUSED. The others run its jobs.',
  ],
])('%s', (_, reports, state, workers, awaySinceMs, text) => {
  const health = queueHealth(reports, NOW_MS);
  expect(health).toMatchObject({ state, workers, awaySinceMs });
  expect(health.text).toContain(text);
});
