/** Counts the trail into the roll-ups, page by page, and says how far they are. */
import { type ChainAhead, chainsAhead } from '../chains-ahead.js';
import { epochMs, millisecondsOf } from '../read/filter.js';
import { byKey, countedRecords, KEY, recordsOf, type Queries, totals } from './counted.js';

export interface RollupStatus {
  readonly records: number;
  /** Records of the trail that are not counted yet. */
  readonly uncounted: number;
  /** When the newest page was counted, epoch ms; null: never. */
  readonly countedAtMs: number | null;
}

export interface RollupStore {
  /** The newest chains first, so that the hours of today are complete before those of earlier chains. */
  uncounted(): Promise<ChainAhead[]>;
  /**
   * Counts the records after a number, at most so many. The position moves in the same statement, and only from that
   * number, so that each record is counted exactly once, even if workers are killed and however many there are.
   * @returns up to which record the chain is counted now; null if another worker has counted on
   */
  countPage(writer: string, afterSeq: number, most: number, nowMs: number): Promise<number | null>;
}

export function openRollupStore(database: Queries): RollupStore {
  return {
    uncounted: () => chainsAhead(database, 'audit_search.position'),

    async countPage(writer, afterSeq, most, nowMs) {
      if (afterSeq === 0)
        await database.query(
          `INSERT INTO audit_search.position (writer, seq, moved_at) VALUES ($1, 0, ${epochMs('$2')}) ON CONFLICT DO NOTHING`,
          [writer, nowMs],
        );
      const { rows } = await database.query<{ seq: string }>(COUNT_PAGE, [writer, afterSeq, most, nowMs]);
      return rows[0] === undefined ? null : Number(rows[0].seq);
    },
  };
}

/** How far the roll-ups are. */
export async function readRollupStatus(database: Queries): Promise<RollupStatus> {
  const { rows } = await database.query<{ records: string; counted: string; countedAtMs: string | null }>(
    STATUS,
  );
  const [{ records, counted, countedAtMs } = { records: '0', counted: '0', countedAtMs: null }] = rows;
  return {
    records: Number(records),
    uncounted: Math.max(0, Number(records) - Number(counted)),
    countedAtMs: countedAtMs === null ? null : Number(countedAtMs),
  };
}

/**
 * Empties the roll-ups. The next runs of the job count the whole trail again. What was counted of months that have left the
 * database stays, since nothing can count it again.
 */
export async function emptyRollups(rows: {
  $executeRawUnsafe(statement: string): Promise<number>;
}): Promise<void> {
  await rows.$executeRawUnsafe('TRUNCATE audit_search.position');
  for (const table of ['hour', 'hour_total'])
    await rows.$executeRawUnsafe(
      `DELETE FROM audit_search.${table} h WHERE NOT EXISTS
         (SELECT FROM audit.removal r WHERE r.month = to_char(h.hour AT TIME ZONE 'UTC', 'YYYY-MM'))`,
    );
}

const STATUS = `
SELECT sum(w.seq)::bigint AS records, coalesce(sum(p.seq), 0)::bigint AS counted,
       ${millisecondsOf('max(p.moved_at) FILTER (WHERE p.seq > 0)')} AS "countedAtMs"
  FROM audit.writer w LEFT JOIN audit_search.position p USING (writer) HAVING count(*) > 0`;

/** Rows are added in the order of their key, so that workers on different chains wait for each other in one order. */
const added = (table: string, key: readonly string[]): string => `
  INSERT INTO audit_search.${table} AS old (${[...key, 'count', 'own', 'upstream'].join(', ')})
  SELECT ${[...key, 'count', 'own', 'upstream'].join(', ')} FROM ${table}_rows ORDER BY ${key.join(', ')}
  ON CONFLICT ON CONSTRAINT ${table}_once DO UPDATE SET count = old.count + excluded.count,
    own = audit_search.added(old.own, excluded.own), upstream = audit_search.added(old.upstream, excluded.upstream)`;

const COUNT_PAGE = `
WITH page AS (
  UPDATE audit_search.position p SET seq = least(w.seq, $2::bigint + $3::bigint), moved_at = ${epochMs('$4')}
    FROM audit.writer w
   WHERE p.writer = $1 AND w.writer = p.writer AND p.seq = $2 AND w.seq > $2
  RETURNING p.writer, p.seq
), hour_rows AS MATERIALIZED (${byKey(
  countedRecords(`page CROSS JOIN ${recordsOf('page.writer', '$2', 'page.seq')}`),
)}
), hour_total_rows AS (${totals('SELECT * FROM hour_rows')}
), hours AS (${added('hour', KEY)}
), sums AS (${added('hour_total', ['hour', 'ods_code', 'outcome', 'code'])}
)
SELECT seq FROM page`;
