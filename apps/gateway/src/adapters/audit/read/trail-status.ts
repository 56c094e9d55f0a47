/** The state of the audit trail as a whole. */
import { type Chain, type TrailStatus, trailStatus } from '@gatehouse/domain/audit/trail-status';
import type pg from 'pg';
import { type ArchiveStatus, readArchiveStatus } from '../archive/archive-status.js';
import { openCheckpointStore } from '../checkpoints/checkpoint.store.js';
import { readStreams, type StreamStatus } from '../stream/stream.store.js';
import { millisecondsOf } from './filter.js';
import { readVerification, type VerificationStatus } from './verification-status.js';

export interface CheckpointStatus {
  readonly sequence: number;
  readonly madeAtMs: number;
  readonly lastBehind: { readonly sequence: number; readonly madeAtMs: number } | null;
  readonly places: readonly PlaceStatus[];
}

export interface PlaceStatus {
  readonly place: string;
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly lacks: number;
}

export interface StoredTrail extends TrailStatus {
  /** Null: none has been made. */
  readonly checkpoints: CheckpointStatus | null;
  readonly streams: readonly StreamStatus[];
  readonly monthsAhead: number;
  readonly archive: ArchiveStatus;
  readonly verification: VerificationStatus;
}

export async function readTrailStatus(database: pg.Pool, nowMs: number): Promise<StoredTrail> {
  // What is covered is read first: a chain that grows in between must not look as if it stood behind.
  const covered = await openCheckpointStore(database).covered();
  const verification = await readVerification(database);
  const [chains, checkpoints, streams, months, archive] = await Promise.all([
    database.query<Chain>(CHAINS),
    covered.sequence === 0 ? null : readCheckpoints(database),
    readStreams(database),
    database.query<{ months: number }>('SELECT audit.partitions_ahead() AS months'),
    readArchiveStatus(database),
  ]);
  const status = trailStatus(chains.rows.map(withNumbers), covered.heads, nowMs);
  const monthsAhead = months.rows[0]?.months ?? 0;
  return { ...status, checkpoints, streams, monthsAhead, archive, verification };
}

async function readCheckpoints(database: pg.Pool): Promise<CheckpointStatus | null> {
  const [checkpoints, places] = await Promise.all([
    database.query<{ sequence: string; madeAtMs: string; isBehind: boolean }>(CHECKPOINTS),
    database.query<PlaceStatus>(PLACES),
  ]);
  const made = checkpoints.rows.map(({ isBehind, ...checkpoint }) => ({
    isBehind,
    at: { sequence: Number(checkpoint.sequence), madeAtMs: Number(checkpoint.madeAtMs) },
  }));
  const newest = made[0];
  if (newest === undefined) return null;
  return {
    ...newest.at,
    lastBehind: made.find(({ isBehind }) => isBehind)?.at ?? null,
    places: places.rows.map(({ place, sequence, storedAtMs, lacks }) => ({
      place,
      ...{ sequence: Number(sequence), storedAtMs: Number(storedAtMs), lacks: Number(lacks) },
    })),
  };
}

/** PostgreSQL's bigints come as texts. */
function withNumbers({ seq, startedAtMs, leaseUntilMs, ...chain }: Chain): Chain {
  return {
    ...chain,
    ...{ seq: Number(seq), startedAtMs: Number(startedAtMs), leaseUntilMs: Number(leaseUntilMs) },
  };
}

const CHAINS = `
SELECT writer, seq, encode(hash, 'hex') AS hash, host, state, ${millisecondsOf('started_at')} AS "startedAtMs",
       ${millisecondsOf('lease_until')} AS "leaseUntilMs"
  FROM audit.writer WHERE seq > 0`;

/** The newest, and the newest that found a chain behind. */
const CHECKPOINTS = `
SELECT sequence, ${millisecondsOf('made_at')} AS "madeAtMs", behind <> '[]' AS "isBehind" FROM audit.checkpoint
 WHERE sequence IN ((SELECT max(sequence) FROM audit.checkpoint),
                    (SELECT max(sequence) FROM audit.checkpoint WHERE behind <> '[]'))
 ORDER BY sequence DESC`;

const PLACES = `
SELECT place, max(sequence) AS sequence, ${millisecondsOf('max(stored_at)')} AS "storedAtMs",
       (SELECT count(*) FROM audit.checkpoint) - count(*) AS lacks
  FROM audit.checkpoint_copy GROUP BY place ORDER BY place`;
