/** All rows of one request, each checked against its neighbours in the chain. */
import type { AuditValue } from '@gatehouse/domain/audit/audit';
import { faultOfContent } from '@gatehouse/domain/audit/chain-check';
import type pg from 'pg';
import { digestOfSubjects, linkHex, type SealedSubject } from '../write/chain.js';
import { columnsOf, toRow, type AuditRow, type EventRow } from './filter.js';

/** A row, and what is wrong with its place in the chain. */
export interface StoryRow extends AuditRow {
  readonly faults: readonly string[];
  readonly subjects: readonly SealedSubject[];
}

interface Neighbours {
  readonly before: Buffer | null;
  readonly after: Buffer | null;
  readonly head_seq: string | null;
  readonly head_hash: Buffer | null;
}

/** The rows of the request to which this attempt or rejected request belongs; empty if there is none. */
export async function readStory(database: pg.Pool, attemptId: string): Promise<readonly StoryRow[]> {
  const { rows } = await database.query<EventRow>(
    `SELECT ${columnsOf('e')} FROM audit.event e
      WHERE e.request_id IN (SELECT request_id FROM audit.event WHERE attempt_id = $1)
        AND e.kind <> 'SYSTEM'
      ORDER BY e.started_at, (e.record ->> 'atMs')::bigint, e.writer, e.seq`,
    [attemptId],
  );
  return Promise.all(rows.map((row) => withFaults(database, toRow(row))));
}

/** A SYSTEM event by its id, or null. */
export async function readEvent(database: pg.Pool, eventId: string): Promise<StoryRow | null> {
  const { rows } = await database.query<EventRow>(
    `SELECT ${columnsOf('e')} FROM audit.event e WHERE e.attempt_id = $1 AND e.kind = 'SYSTEM'`,
    [eventId],
  );
  const [row] = rows;
  return row === undefined ? null : withFaults(database, toRow(row));
}

async function withFaults(database: pg.Pool, row: AuditRow): Promise<StoryRow> {
  const subjects = await subjectsOf(database, row);
  const neighbours = await database.query<Neighbours>(
    `SELECT (SELECT hash FROM audit.event WHERE writer = $1 AND seq = $2::bigint - 1) AS before,
            (SELECT prev_hash FROM audit.event WHERE writer = $1 AND seq = $2::bigint + 1) AS after,
            (SELECT seq FROM audit.writer WHERE writer = $1) AS head_seq,
            (SELECT hash FROM audit.writer WHERE writer = $1) AS head_hash`,
    [row.writer, row.seq],
  );
  return { ...row, subjects, faults: faultsOf(row, subjects, neighbours.rows[0]) };
}

function faultsOf(
  row: AuditRow,
  subjects: readonly SealedSubject[],
  around: Neighbours | undefined,
): string[] {
  const [hash, previous] = [Buffer.from(row.hash, 'hex'), Buffer.from(row.prevHash, 'hex')];
  const before = row.seq === 1 ? Buffer.alloc(32) : around?.before;
  const atHead = Number(around?.head_seq ?? 0) === row.seq;
  const after = atHead ? around?.head_hash : around?.after;
  const record = row.record as { readonly [key: string]: AuditValue };
  return [
    faultOfContent({ ...row, record }, linkHex) === null ? null : 'its hash does not match its record',
    before?.equals(previous) === true ? null : 'its previous hash is not the hash of the row before it',
    after?.equals(hash) === true
      ? null
      : 'the row after it, or the head of the chain, has another hash of it',
    digestOfSubjects(subjects) === (record['subjectsDigest'] ?? null)
      ? null
      : 'its patient identifiers are not those with which it was written',
  ].filter((fault) => fault !== null);
}

async function subjectsOf(database: pg.Pool, row: AuditRow): Promise<readonly SealedSubject[]> {
  // Subjects of a record that doesn't cover them were written ahead of one that was never committed.
  if (row.record['subjectsDigest'] === undefined) return [];
  const { rows } = await database.query<SealedSubject>(
    `SELECT ods_code AS "odsCode", kind, key_id AS "keyId", hash, sealed FROM audit.subject
      WHERE attempt_id = $1 AND event_kind = $2`,
    [row.attemptId, row.kind],
  );
  return rows;
}
