/** The signed checkpoints that cover a period, and whether the trail still has what they cover. */
import { type ChainHead, coveredHeads, parseHeadLines } from '@gatehouse/domain/audit/checkpoint';
import type { CheckpointEvidence, TrailEvidence } from '@gatehouse/domain/evidence/evidence-pack';
import type { Span } from '@gatehouse/domain/evidence/registry-rows';
import type pg from 'pg';
import { millisecondsOf } from '../audit/read/filter.js';
import { checkpointHash } from '../audit/checkpoints/checkpoint.store.js';

const SCANNED_AT_ONCE = 5_000;
const BEHIND_SHOWN = 100;
const HEADS_AT_ONCE = 500;

export async function coveringCheckpoints(
  database: pg.Pool,
  { fromMs, untilMs }: Span,
): Promise<TrailEvidence> {
  const newest = await newestSequence(database);
  const from = await firstSince(database, fromMs, newest);
  const closing = await firstSince(database, untilMs, newest);
  const covering = Math.min(closing, newest);
  const heads = covering === 0 ? [] : await headsCoveredBy(database, covering);
  return {
    count: closing - from,
    first: closing > from ? await checkpoint(database, from) : null,
    last: closing > from ? await checkpoint(database, closing - 1) : null,
    closing: closing > newest ? null : await checkpoint(database, closing),
    foundBehind: await foundBehind(database, from, closing),
    headsCompared: heads.length,
    headsDiffering: await differing(database, heads),
  };
}

async function newestSequence(database: pg.Pool): Promise<number> {
  const { rows } = await database.query<{ sequence: string }>(
    'SELECT coalesce(max(sequence), 0) AS sequence FROM audit.checkpoint',
  );
  return Number(rows[0]?.sequence);
}

/**
 * The sequence number of the first checkpoint that was made then or later; one more than the newest if there is none.
 * Numbers have no gap and times follow them, so it is found in some twenty steps by the primary key.
 */
async function firstSince(database: pg.Pool, ms: number, newest: number): Promise<number> {
  let [low, high] = [1, newest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { rows } = await database.query<{ madeAtMs: string }>(
      `SELECT ${millisecondsOf('made_at')} AS "madeAtMs" FROM audit.checkpoint WHERE sequence = $1`,
      [middle],
    );
    if (Number(rows[0]?.madeAtMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Row {
  readonly sequence: string;
  readonly madeAtMs: string;
  readonly jws: string;
  readonly chains: number;
}

const COLUMNS = `sequence, ${millisecondsOf('made_at')} AS "madeAtMs", jws, jsonb_array_length(behind) AS chains`;

async function checkpoint(database: pg.Pool, sequence: number): Promise<CheckpointEvidence | null> {
  const { rows } = await database.query<Row>(`SELECT ${COLUMNS} FROM audit.checkpoint WHERE sequence = $1`, [
    sequence,
  ]);
  return rows[0] === undefined ? null : evidenceOf(rows[0]);
}

function evidenceOf({ sequence, madeAtMs, jws }: Row): CheckpointEvidence {
  return {
    sequence: Number(sequence),
    madeAt: new Date(Number(madeAtMs)).toISOString(),
    sha256: checkpointHash(jws),
  };
}

/** A year has half a million checkpoints, so they are looked at in slices. */
async function foundBehind(
  database: pg.Pool,
  from: number,
  until: number,
): Promise<TrailEvidence['foundBehind']> {
  const found: Row[] = [];
  for (let at = from; at < until && found.length < BEHIND_SHOWN; at += SCANNED_AT_ONCE) {
    const { rows } = await database.query<Row>(
      `SELECT ${COLUMNS} FROM audit.checkpoint
        WHERE sequence >= $1 AND sequence < $2 AND behind <> '[]' ORDER BY sequence LIMIT ${String(BEHIND_SHOWN)}`,
      [at, Math.min(at + SCANNED_AT_ONCE, until)],
    );
    found.push(...rows);
  }
  return found.slice(0, BEHIND_SHOWN).map((row) => ({ ...evidenceOf(row), chains: row.chains }));
}

/** The newest head of each chain: from the last full checkpoint up to this one, an hour of them at most. */
async function headsCoveredBy(database: pg.Pool, sequence: number): Promise<ChainHead[]> {
  const { rows } = await database.query<{ heads: string }>(
    `SELECT heads FROM audit.checkpoint WHERE sequence <= $1
        AND sequence >= (SELECT max(sequence) FROM audit.checkpoint WHERE is_full AND sequence <= $1)
      ORDER BY sequence`,
    [sequence],
  );
  return [...coveredHeads(rows.map(({ heads }) => parseHeadLines(heads))).values()];
}

async function differing(
  database: pg.Pool,
  heads: readonly ChainHead[],
): Promise<TrailEvidence['headsDiffering']> {
  const found: { writer: string; seq: string }[] = [];
  for (let at = 0; at < heads.length; at += HEADS_AT_ONCE) {
    const page = heads.slice(at, at + HEADS_AT_ONCE);
    const { rows } = await database.query<{ writer: string; seq: string }>(DIFFERING, [
      page.map(({ writer }) => writer),
      page.map(({ seq }) => seq),
      page.map(({ hash }) => hash),
    ]);
    found.push(...rows);
  }
  return found
    .map(({ writer, seq }) => ({ writer, seq: Number(seq) }))
    .toSorted((a, b) => (a.writer < b.writer ? -1 : 1));
}

const DIFFERING = `
SELECT h.writer, h.seq FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS h (writer, seq, hash)
 WHERE NOT EXISTS (SELECT FROM audit.event e
                    WHERE e.writer = h.writer AND e.seq = h.seq AND encode(e.hash, 'hex') = h.hash)`;
