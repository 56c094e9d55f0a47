/** The checkpoints of the audit trail, and where each has been stored. Rows are only ever added. */
import { createHash } from 'node:crypto';
import {
  type ChainBehind,
  type ChainHead,
  coveredHeads,
  FIRST_PREVIOUS,
  parseHeadLines,
} from '@gatehouse/domain/audit/checkpoint';
import type pg from 'pg';
import { epochMs } from '../read/filter.js';

export interface StoredCheckpoint {
  readonly sequence: number;
  readonly madeAtMs: number;
  readonly full: boolean;
  readonly chains: number;
  readonly jws: string;
  /** The lines of its heads, as they are signed. */
  readonly heads: string;
  /** Chains that stood behind an earlier checkpoint when this one was made. */
  readonly behind: readonly ChainBehind[];
}

/** What the next checkpoint is made from. */
export interface Covered {
  /** 0: there is none yet. */
  readonly sequence: number;
  /** Hash of the newest checkpoint, hex. */
  readonly hash: string;
  readonly lastFullAtMs: number;
  readonly heads: ReadonlyMap<string, ChainHead>;
}

export interface CheckpointStore {
  /** The sequence number of the newest one; 0: there is none yet. */
  latest(): Promise<number>;
  covered(): Promise<Covered>;
  /** Where the chains stand now, in one statement. */
  heads(): Promise<ChainHead[]>;
  /** @returns false if another worker made the checkpoint with this sequence number first */
  add(checkpoint: StoredCheckpoint): Promise<boolean>;
  /** The oldest ones that are not in this place yet. */
  missingIn(place: string): Promise<StoredCheckpoint[]>;
  stored(sequence: number, place: string, version: string | null): Promise<void>;
  /** Checkpoints of the last 24 hours that found a chain behind, and the number that a place still lacks. */
  counts(places: readonly string[]): Promise<{ readonly behind: number; readonly waiting: number }>;
}

const AT_ONCE = 100;

/** The `previous` of the checkpoint that follows. */
export function checkpointHash(jws: string): string {
  return createHash('sha256').update(jws, 'ascii').digest('hex');
}

export function openCheckpointStore(database: Pick<pg.Pool, 'query'>): CheckpointStore {
  return {
    async latest() {
      const { rows } = await database.query<{ sequence: string }>(
        'SELECT coalesce(max(sequence), 0) AS sequence FROM audit.checkpoint',
      );
      return Number(rows[0]?.sequence);
    },

    async covered() {
      const { rows } = await database.query<Row>(
        `${SELECT} WHERE sequence >= ${LAST_FULL} ORDER BY sequence`,
      );
      const [full, last] = [rows[0], rows.at(-1)];
      if (full === undefined || last === undefined)
        return { sequence: 0, hash: FIRST_PREVIOUS, lastFullAtMs: 0, heads: new Map() };
      return {
        sequence: Number(last.sequence),
        hash: checkpointHash(last.jws),
        lastFullAtMs: Number(full.madeAtMs),
        heads: coveredHeads(rows.map(({ heads }) => parseHeadLines(heads))),
      };
    },

    async heads() {
      const { rows } = await database.query<{ writer: string; seq: string; hash: string }>(
        `SELECT writer, seq, encode(hash, 'hex') AS hash FROM audit.writer WHERE seq > 0`,
      );
      return rows.map(({ writer, seq, hash }) => ({ writer, seq: Number(seq), hash }));
    },

    async add({ sequence, madeAtMs, full, chains, jws, heads, behind }) {
      const { rowCount } = await database.query(
        `INSERT INTO audit.checkpoint (sequence, made_at, is_full, chains, jws, heads, behind)
         VALUES ($1, ${epochMs('$2')}, $3, $4, $5, $6, $7)
         ON CONFLICT DO NOTHING`,
        [sequence, madeAtMs, full, chains, jws, heads, JSON.stringify(behind)],
      );
      return rowCount === 1;
    },

    async missingIn(place) {
      const { rows } = await database.query<Row>(
        `${SELECT} c WHERE NOT EXISTS
           (SELECT FROM audit.checkpoint_copy WHERE place = $1 AND sequence = c.sequence)
         ORDER BY sequence LIMIT ${String(AT_ONCE)}`,
        [place],
      );
      return rows.map(toCheckpoint);
    },

    async stored(sequence, place, version) {
      await database.query(
        `INSERT INTO audit.checkpoint_copy (sequence, place, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [sequence, place, version],
      );
    },

    async counts(places) {
      const { rows } = await database.query<{ behind: number; waiting: number }>(COUNTS, [places]);
      return rows[0] ?? { behind: 0, waiting: 0 };
    },
  };
}

interface Row {
  readonly sequence: string;
  readonly madeAtMs: string;
  readonly full: boolean;
  readonly chains: number;
  readonly jws: string;
  readonly heads: string;
  readonly behind: readonly ChainBehind[];
}

function toCheckpoint({ sequence, madeAtMs, ...rest }: Row): StoredCheckpoint {
  return { sequence: Number(sequence), madeAtMs: Number(madeAtMs), ...rest };
}

const SELECT = `
SELECT sequence, (extract(epoch FROM made_at) * 1000)::bigint AS "madeAtMs", is_full AS "full", chains, jws, heads, behind
  FROM audit.checkpoint`;

const LAST_FULL = '(SELECT max(sequence) FROM audit.checkpoint WHERE is_full)';

const COUNTS = `
SELECT (SELECT count(*)::int FROM audit.checkpoint
         WHERE behind <> '[]' AND made_at > now() - interval '24 hours') AS behind,
       (SELECT count(*)::int FROM audit.checkpoint c CROSS JOIN unnest($1::text[]) AS place
         WHERE NOT EXISTS (SELECT FROM audit.checkpoint_copy y WHERE y.place = place AND y.sequence = c.sequence)) AS waiting`;
