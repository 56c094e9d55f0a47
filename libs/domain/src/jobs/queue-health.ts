/** What can be said of the queue from what its workers report, also by a process that doesn't reach it. */
export interface WorkerReport {
  readonly store: 'redis' | 'postgresql';
  readonly seenAtMs: number;
  /** Since when this worker has not reached the queue; null: it does. */
  readonly awaySinceMs: number | null;
  readonly awayCause: string | null;
}

export interface QueueHealth {
  readonly state: 'working' | 'partly away' | 'away' | 'no worker';
  /** One or two sentences for people. */
  readonly text: string;
  /** Workers that have reported lately. */
  readonly workers: number;
  /** Null: no worker has reported lately. */
  readonly store: WorkerReport['store'] | null;
  /** Since when the queue has been away for a worker; null: it is not. */
  readonly awaySinceMs: number | null;
}

/** Workers report every 5 s. */
export const WORKER_SEEN_MS = 30_000;

const STORES = { redis: 'Redis', postgresql: 'PostgreSQL' } as const;
const UNAFFECTED = 'Requests of partners are not affected.';

export function queueHealth(reports: readonly WorkerReport[], nowMs: number): QueueHealth {
  const workers = reports.filter(({ seenAtMs }) => nowMs - seenAtMs <= WORKER_SEEN_MS);
  const away = workers.filter(({ awaySinceMs }) => awaySinceMs !== null);
  const [first] = workers;
  const [lost] = away;
  if (first === undefined)
    return {
      ...{ state: 'no worker', workers: 0, store: null, awaySinceMs: null },
      text: `No worker is running, so jobs wait. Start a process with the role worker. ${UNAFFECTED}`,
    };
  const store = STORES[first.store];
  const sharedFacts = { workers: workers.length, store: first.store };
  if (lost === undefined)
    return {
      ...{ ...sharedFacts, state: 'working', awaySinceMs: null },
      text: `${workers.length === 1 ? '1 worker takes' : `${workers.length} workers take`} jobs from the queue in ${store}.`,
    };
  const awaySinceMs = Math.min(...away.map((report) => report.awaySinceMs ?? nowMs));
  const because = `: ${lost.awayCause ?? 'the cause is not known'}.`;
  if (away.length === workers.length)
    return {
      ...{ ...sharedFacts, state: 'away', awaySinceMs },
      text: `The queue in ${store} cannot be reached${because} Jobs wait, and run when it is back. ${UNAFFECTED}`,
    };
  return {
    ...{ ...sharedFacts, state: 'partly away', awaySinceMs },
    text: `${away.length} of ${workers.length} workers cannot reach the queue in ${store}${because} The others run its jobs.`,
  };
}
