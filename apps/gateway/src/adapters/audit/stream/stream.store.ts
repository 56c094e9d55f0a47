/** What of the audit trail a collector has taken, and what waits for it. */
import type { PlacedRecord } from '@gatehouse/domain/audit/fhir/audit-event';
import { type ChainAhead, chainsAhead } from '../chains-ahead.js';
import { epochMs, millisecondsOf } from '../read/filter.js';
import { recordsOf, type Queries } from '../rollup/counted.js';

/** A record as it lies in the trail. */
export interface StreamedRecord extends PlacedRecord {
  /** Of the chain up to the record before it, in hexadecimal. */
  readonly prevHash: string;
}

export interface StreamStatus {
  readonly place: string;
  /** Records that it has not taken. */
  readonly waiting: number;
  /** Epoch ms; null: never. */
  readonly completeAtMs: number | null;
  readonly takenAtMs: number | null;
  /** Since when each attempt has failed, and why; null: the last one did not. */
  readonly failing: { readonly sinceMs: number; readonly cause: string } | null;
}

export interface StreamStore {
  /** Keeps other workers from sending, for so long. False while another one sends. */
  hold(nowMs: number, forMs: number): Promise<boolean>;
  /** Removes other places that nothing has been sent to since then. Sent to again, they get the whole trail. */
  forget(beforeMs: number): Promise<void>;
  /** Lets other workers send. */
  release(): Promise<void>;
  /** The newest chains first, so that what happens now is not behind what happened before. */
  waiting(): Promise<ChainAhead[]>;
  /**
   * The records of a chain that come next, in their order: none where all of them have left the database.
   * @param withIntents gives each OUTCOME its INTENT
   */
  next(chain: ChainAhead, most: number, withIntents: boolean): Promise<StreamedRecord[]>;
  /** Notes that the place has taken the records up to a number. */
  taken(writer: string, seq: number, nowMs: number): Promise<void>;
  /** Notes that it has every record. */
  complete(nowMs: number): Promise<void>;
  failed(cause: string, nowMs: number): Promise<void>;
}

const LONGEST_CAUSE = 300;

/** @param holder of this process's sending: a UUID */
export function openStreamStore(database: Queries, place: string, holder: string): StreamStore {
  return {
    async hold(nowMs, forMs) {
      const { rowCount } = await database.query(HOLD, [place, holder, nowMs, nowMs + forMs]);
      return rowCount === 1;
    },

    async forget(beforeMs) {
      await database.query(FORGET, [place, beforeMs]);
    },

    async release() {
      await database.query(
        'UPDATE audit_search.stream SET held_by = NULL WHERE place = $1 AND held_by = $2',
        [place, holder],
      );
    },

    waiting: () => chainsAhead(database, TAKEN_SO_FAR, [place]),

    async next({ writer, seq, headSeq }, most, withIntents) {
      const upTo = Math.min(headSeq, seq + most);
      const { rows } = await database.query<Omit<StreamedRecord, 'seq'> & { readonly seq: string }>(NEXT, [
        ...[writer, seq, upTo, withIntents],
      ]);
      return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
    },

    async taken(writer, seq, nowMs) {
      await database.query(TAKEN, [place, writer, seq, nowMs]);
    },

    async complete(nowMs) {
      await database.query(COMPLETE, [place, nowMs]);
    },

    async failed(cause, nowMs) {
      await database.query(FAILED, [place, cause.slice(0, LONGEST_CAUSE), nowMs]);
    },
  };
}

/** Each place that is or was sent the trail, the latest first. */
export async function readStreams(database: Queries): Promise<StreamStatus[]> {
  const { rows } = await database.query<StreamRow>(STREAMS);
  return rows.map(({ place, waiting, completeAtMs, takenAtMs, sinceMs, cause }) => ({
    place,
    waiting: Number(waiting),
    completeAtMs: completeAtMs === null ? null : Number(completeAtMs),
    takenAtMs: takenAtMs === null ? null : Number(takenAtMs),
    failing: sinceMs === null ? null : { sinceMs: Number(sinceMs), cause: cause ?? '' },
  }));
}

interface StreamRow {
  readonly place: string;
  readonly waiting: string;
  readonly completeAtMs: string | null;
  readonly takenAtMs: string | null;
  readonly sinceMs: string | null;
  readonly cause: string | null;
}

const TAKEN_SO_FAR = '(SELECT writer, seq FROM audit_search.stream_position WHERE place = $1)';

const HOLD = `
INSERT INTO audit_search.stream AS old (place, held_by, held_until) VALUES ($1, $2, ${epochMs('$4')})
    ON CONFLICT (place) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
 WHERE old.held_by IS NULL OR old.held_by = excluded.held_by OR old.held_until <= ${epochMs('$3')}`;

/** Each INTENT is looked up by its index: `OFFSET 0` keeps PostgreSQL from reading the whole trail. */
const NEXT = `
SELECT o.writer, o.seq, encode(o.prev_hash, 'hex') AS "prevHash", encode(o.hash, 'hex') AS hash, o.record,
       i.record AS intent
  FROM ${recordsOf('$1', '$2', '$3')}
  LEFT JOIN LATERAL (SELECT record FROM audit.event
        WHERE $4::boolean AND o.kind = 'OUTCOME' AND kind = 'INTENT' AND attempt_id = o.attempt_id
          AND started_at = o.started_at
       OFFSET 0) i ON true
 ORDER BY o.seq`;

const TAKEN = `
WITH moved AS (
  INSERT INTO audit_search.stream_position AS old (place, writer, seq) VALUES ($1, $2, $3)
      ON CONFLICT (place, writer) DO UPDATE SET seq = greatest(old.seq, excluded.seq)
)
UPDATE audit_search.stream SET taken_at = ${epochMs('$4')}, failing_since = NULL, cause = NULL WHERE place = $1`;

const COMPLETE = `
UPDATE audit_search.stream SET complete_at = ${epochMs('$2')}, failing_since = NULL, cause = NULL WHERE place = $1`;

const FAILED = `
UPDATE audit_search.stream SET failing_since = coalesce(failing_since, ${epochMs('$3')}), cause = $2 WHERE place = $1`;

const STREAMS = `
SELECT s.place, (SELECT coalesce(sum(w.seq - coalesce(p.seq, 0)), 0) FROM audit.writer w
                   LEFT JOIN audit_search.stream_position p ON p.place = s.place AND p.writer = w.writer) AS waiting,
       ${millisecondsOf('s.complete_at')} AS "completeAtMs", ${millisecondsOf('s.taken_at')} AS "takenAtMs",
       ${millisecondsOf('s.failing_since')} AS "sinceMs", s.cause
  FROM audit_search.stream s ORDER BY s.held_until DESC, s.place`;

/** Places that the settings no longer name. */
const FORGET = `DELETE FROM audit_search.stream WHERE place <> $1 AND held_until < ${epochMs('$2')}`;
