import { replicaState } from '@gatehouse/domain/upkeep/replica-state';
import { Inject, Injectable } from '@nestjs/common';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';

const MOST = 100;

interface Row {
  readonly id: string;
  readonly roles: string[];
  readonly version: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly faults: string[];
  readonly overdueJobs: string[];
  readonly sinceSeenMs: number;
}

/** The processes of Gatehouse, as each last reported itself. */
@Injectable()
export class ReplicasStore {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  async read() {
    const rows = await this.db.$queryRaw<Row[]>`
      SELECT id, roles, version, started_at AS "startedAt", seen_at AS "seenAt", faults, overdue_jobs AS "overdueJobs",
             (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::float8 AS "sinceSeenMs"
        FROM replica ORDER BY seen_at DESC, id LIMIT ${MOST}`;
    const replicas = rows.map(({ sinceSeenMs, overdueJobs, startedAt, seenAt, ...row }) => ({
      ...row,
      ...{ startedAt: startedAt.toISOString(), seenAt: seenAt.toISOString(), overdueJobs },
      state: replicaState(sinceSeenMs, row.faults),
    }));
    const running = replicas.filter(({ state }) => state !== 'silent');
    return {
      replicas: replicas
        .map(({ overdueJobs: _, ...replica }) => replica)
        .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt)),
      overdueJobs: [...new Set(running.flatMap(({ overdueJobs }) => overdueJobs))].toSorted(),
    };
  }
}
