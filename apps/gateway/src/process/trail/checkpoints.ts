/** Puts together the job that makes checkpoints of the audit trail, and what /metrics shows of it. */
import { now } from '#hooks';
import { createCheckpointSigner } from '../../adapters/audit/checkpoints/checkpoint-signer.js';
import { openCheckpointStore } from '../../adapters/audit/checkpoints/checkpoint.store.js';
import type { Config } from '../../config/config.js';
import { run } from '../../jobs/audit/audit-checkpoint.job.js';
import { atOnceAndEvery, type Scheduled } from '../../jobs/schedule.js';
import type { Metrics } from '../../status/metrics.js';
import type { Log } from '../log.js';
import { monotonicNow, type Parts } from '../parts.js';
import { openPlaces } from './places.js';

const EVERY_MS = 60_000;

export function startCheckpoints(
  checkpoints: NonNullable<Config['checkpoints']>,
  log: Log,
  metrics: Metrics,
  { auditDatabase, kms, audit, outages }: Parts,
): Scheduled {
  let doneAtMs = monotonicNow();
  let counts = { behind: 0, waiting: 0 };
  metrics.watch('audit_checkpoint_age_seconds', 'Since the checkpoints were last made and stored', () => {
    return (monotonicNow() - doneAtMs) / 1000;
  });
  metrics.watch(
    'audit_checkpoints_waiting',
    'Checkpoints that a configured place does not have yet',
    () => counts.waiting,
  );
  metrics.watch(
    'audit_checkpoints_behind',
    'Checkpoints of the last 24 hours that found the trail behind an earlier one',
    () => counts.behind,
  );
  const deps = {
    store: openCheckpointStore(auditDatabase),
    signer: createCheckpointSigner(kms, checkpoints.kmsKey),
    places: openPlaces(checkpoints),
    ...{ audit, outages, log, now },
    onDone(latest: typeof counts) {
      doneAtMs = monotonicNow();
      counts = latest;
    },
  };
  return atOnceAndEvery(EVERY_MS, () => run(deps));
}
