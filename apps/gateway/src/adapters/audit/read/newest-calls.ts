/** How the newest call under each of several applications ended. */
import type { AuditOutcome } from '@gatehouse/domain/audit/audit';
import type pg from 'pg';
import { epochMs } from './filter.js';

export interface NewestCall {
  readonly atMs: number;
  readonly outcome: AuditOutcome;
  readonly code: string | null;
  readonly status: number | null;
}

interface Row {
  readonly application: string;
  readonly ms: string;
  readonly outcome: AuditOutcome;
  readonly code: string | null;
  readonly status: string | null;
}

/**
 * By application id. Calls under way don't count, nor do Gatehouse's own probes. Each application is one step into the
 * index by application, whatever the size of the trail.
 */
export async function newestCalls(
  database: pg.Pool,
  applicationIds: readonly string[],
  sinceMs: number,
): Promise<ReadonlyMap<string, NewestCall>> {
  if (applicationIds.length === 0) return new Map();
  const { rows } = await database.query<Row>(NEWEST, [applicationIds, sinceMs]);
  return new Map(
    rows.map(({ application, ms, outcome, code, status }) => [
      application,
      { atMs: Number(ms), outcome, code, status: status === null ? null : Number(status) },
    ]),
  );
}

const NEWEST = `
SELECT asked.application, newest.* FROM unnest($1::text[]) AS asked (application)
 CROSS JOIN LATERAL (
  SELECT i.record ->> 'startedAtMs' AS ms, coalesce(o.outcome, i.outcome) AS outcome,
         coalesce(o.code, i.code) AS code, o.record ->> 'upstreamStatus' AS status
    FROM audit.event i
    LEFT JOIN audit.event o ON o.attempt_id = i.attempt_id AND o.started_at = i.started_at AND o.kind = 'OUTCOME'
   WHERE i.record ->> 'applicationId' = asked.application AND i.started_at >= ${epochMs('$2')}
     AND (i.kind = 'DENIED' OR (i.kind = 'INTENT' AND o.outcome IS NOT NULL))
     AND i.record ->> 'probe' IS NULL
   ORDER BY i.started_at DESC LIMIT 1) newest`;
