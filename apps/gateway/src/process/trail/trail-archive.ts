/** The archive of the audit trail: what its job takes, and what /metrics shows of it. */
import { randomUUID } from 'node:crypto';
import { now } from '#hooks';
import { hashing, openArchiveSource } from '../../adapters/audit/archive/archive-source.js';
import { readArchiveStatus } from '../../adapters/audit/archive/archive-status.js';
import { openArchiveStore } from '../../adapters/audit/archive/archive.store.js';
import { openCheckpointStore } from '../../adapters/audit/checkpoints/checkpoint.store.js';
import type { Config } from '../../config/config.js';
import { run } from '../../jobs/audit/trail-archive.job.js';
import { atOnceAndEvery, type Scheduled } from '../../jobs/schedule.js';
import { type Metrics, VERSION } from '../../status/metrics.js';
import type { Log } from '../log.js';
import { monotonicNow, type Parts } from '../parts.js';
import { openPlaces } from './places.js';

const MEASURE_MS = 60_000;

/** Returns a run of the job. */
export function trailArchive(
  checkpoints: NonNullable<Config['checkpoints']>,
  log: Log,
  { auditDatabase, audit }: Pick<Parts, 'auditDatabase' | 'audit'>,
): (signal: AbortSignal) => Promise<void> {
  const store = openArchiveStore(auditDatabase, randomUUID());
  const source = openArchiveSource(auditDatabase);
  const { covered } = openCheckpointStore(auditDatabase);
  const places = openPlaces(checkpoints);
  return (signal) =>
    run({
      ...{ store, source, places, covered, hashing, version: VERSION, audit, log },
      ...{ now, monotonicNow, signal },
    });
}

/** Read from the database, since the job runs in one process at a time. */
export function watchArchive(metrics: Metrics, { auditDatabase }: Pick<Parts, 'auditDatabase'>): Scheduled {
  let [dueAtMs, failingSinceMs] = [Infinity, Infinity];
  metrics.watch(
    'audit_archive_overdue_seconds',
    'Since the oldest month of the audit trail that is not archived was due to be',
    () => Math.max(0, now() - dueAtMs) / 1000,
  );
  metrics.watch(
    'audit_archive_failing_seconds',
    'Since each attempt to archive the audit trail has failed',
    () => Math.max(0, now() - failingSinceMs) / 1000,
  );
  return atOnceAndEvery(MEASURE_MS, async () => {
    const { next, failing } = await readArchiveStatus(auditDatabase);
    [dueAtMs, failingSinceMs] = [next?.dueAtMs ?? Infinity, failing?.sinceMs ?? Infinity];
  });
}
