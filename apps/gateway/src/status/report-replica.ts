/** Writes what /ready knows to the row of this process, so that the console shows it. Nothing waits for it. */
import { REPLICA_REPORT_MS } from '@gatehouse/domain/upkeep/replica-state';
import type { openReplicaRow } from '../adapters/upkeep/replicas.js';
import { atOnceAndEvery, type Scheduled } from '../jobs/schedule.js';
import type { Readiness } from './status.js';

interface Watched {
  readonly readiness: Readiness;
  /** Dependencies that do not work at present. */
  readonly outages: () => readonly string[];
  readonly overdueJobs: () => readonly string[];
}

/** A row that can't be written grows old, which shows as well. It is removed when the process ends. */
export function reportReplica(
  row: ReturnType<typeof openReplicaRow>,
  { readiness, outages, overdueJobs }: Watched,
): Scheduled {
  const faults = (): string[] => [
    ...Object.values(readiness()).filter((condition) => condition !== true),
    ...outages().map((dependency) => `outage: ${dependency}`),
  ];
  const reports = atOnceAndEvery(REPLICA_REPORT_MS, () =>
    row.report({ faults: faults(), overdueJobs: overdueJobs() }),
  );
  return {
    async stop() {
      await reports.stop();
      await row.remove().catch(() => undefined);
    },
  };
}
