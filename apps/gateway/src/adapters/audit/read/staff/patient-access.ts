/** Which staff have searched for a patient or were shown who the patient of a request is, by the trail's own events. */
import type pg from 'pg';
import { epochMs, millisecondsOf } from '../filter.js';

export interface PatientAccess {
  readonly eventId: string;
  readonly atMs: number;
  readonly what: 'searched' | 'shown';
  /** Null: the record names nobody. */
  readonly actor: string | null;
  readonly reason: string | null;
}

export interface PatientAccesses {
  /** Newest first. */
  readonly items: readonly PatientAccess[];
  /** Every event of the span was read, and nothing was left out. */
  readonly isWhole: boolean;
}

interface Span {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** The newest events are read, and no more, so that years of searches don't make this slow. */
const MOST_READ = 20_000;
const MOST_SHOWN = 500;

interface Row {
  readonly eventId: string;
  readonly ms: string;
  readonly event: string;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly read: number;
}

/**
 * @param hashes of the identifier, under the key of every organisation: a search over all of them names only some in its
 * record
 */
export async function patientAccesses(
  database: Pick<pg.Pool, 'query'>,
  hashes: readonly string[],
  { fromMs, toMs }: Span,
): Promise<PatientAccesses> {
  const bytes = hashes.map((hash) => Buffer.from(hash, 'hex'));
  const { rows } = await database.query<Row>(ACCESSES, [hashes, bytes, fromMs ?? null, toMs ?? null]);
  return {
    items: rows.slice(0, MOST_SHOWN).map(({ eventId, ms, event, actor, reason }) => ({
      ...{ eventId, atMs: Number(ms), actor, reason },
      what: event === 'AUDIT_SEARCH' ? 'searched' : 'shown',
    })),
    isWhole: rows.length <= MOST_SHOWN && (rows[0]?.read ?? 0) < MOST_READ,
  };
}

const ACCESSES = `
WITH newest AS MATERIALIZED (
  SELECT started_at, writer, seq, attempt_id, event, record -> 'facts' AS facts FROM audit.event
   WHERE kind = 'SYSTEM' AND event IN ('AUDIT_SEARCH', 'IDENTIFIER_REVEAL')
     AND ($3::bigint IS NULL OR started_at >= ${epochMs('$3')})
     AND ($4::bigint IS NULL OR started_at < ${epochMs('$4')})
   ORDER BY started_at DESC LIMIT ${String(MOST_READ)})
SELECT attempt_id AS "eventId", ${millisecondsOf('started_at')} AS ms, event, facts ->> 'actor' AS actor,
       facts ->> 'reason' AS reason, (SELECT count(*)::int FROM newest) AS read
  FROM newest
 WHERE CASE event
       WHEN 'AUDIT_SEARCH' THEN
         EXISTS (SELECT FROM jsonb_array_elements_text(facts -> 'hashes') h WHERE h = ANY($1::text[]))
       ELSE facts ->> 'step' = 'shown' AND facts ->> 'requestId' IN (
         SELECT r.request_id FROM audit.subject s JOIN audit.event r
             ON r.attempt_id = s.attempt_id AND r.kind = s.event_kind AND r.started_at = s.started_at
          WHERE s.hash = ANY($2::bytea[]) AND r.record ? 'subjectsDigest')
       END
 ORDER BY started_at DESC, writer DESC, seq DESC LIMIT ${String(MOST_SHOWN + 1)}`;
