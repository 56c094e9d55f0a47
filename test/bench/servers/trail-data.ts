/** Attempts of the past, written directly to the database. */
import { statfs } from 'node:fs/promises';
import type pg from 'pg';

const WRITER = '00000000-0000-4000-8000-000000000001';
const AT_ONCE = 500_000;
/** All lie within the months that have partitions. */
const MS_BETWEEN = 50;
/** What the two records of an attempt take on the disk, with their indexes. */
const BYTES_EACH = 4_096;

/** As many attempts as half of the free disk has room for. */
export async function roomFor(sql: pg.Pool, wanted: number): Promise<number> {
  const { rows } = await sql.query<{ data_directory: string }>('SHOW data_directory');
  const { bavail, bsize } = await statfs(rows[0]?.data_directory ?? '/');
  const room = Math.floor((bavail * bsize) / 2 / BYTES_EACH);
  if (room < wanted) console.log(`  The disk has room for ${room} attempts, and not for ${wanted}.`);
  return Math.min(room, wanted);
}

/** Adds as many attempts, each with its INTENT and its OUTCOME, and updates the statistics. */
export async function fillTrail(sql: pg.Pool, attempts: number): Promise<void> {
  const client = await sql.connect();
  try {
    for (let first = 1; first <= attempts; first += AT_ONCE) {
      await client.query(
        `INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
          SELECT '${WRITER}', seq, at, kind, attempt, decode(repeat('00', 32), 'hex'),
            decode(md5(seq::text) || md5(seq::text), 'hex'),
            jsonb_build_object('writer', '${WRITER}', 'seq', seq, 'kind', kind, 'attemptId', attempt,
              'startedAtMs', (extract(epoch FROM at) * 1000)::bigint, 'requestId', attempt, 'environment', 'int',
              'odsCode', 'X' || 1 + n % 60, 'clientName', 'client-' || 1 + n % 60, 'interaction', 'A004',
              'correlationId', 'bench-' || n, 'status', 200, 'durationMs', 30,
              'outcome', CASE WHEN kind = 'OUTCOME' THEN 'COMPLETED' END)
          FROM (
            SELECT n, md5('attempt' || n)::uuid AS attempt, kind, 2 * n - CASE kind WHEN 'INTENT' THEN 1 ELSE 0 END AS seq,
              date_trunc('milliseconds', now() - n * interval '${MS_BETWEEN} milliseconds') AS at
            FROM generate_series($1::bigint, $2::bigint) n, unnest('{INTENT,OUTCOME}'::text[]) kind
          ) rows`,
        [first, Math.min(attempts, first + AT_ONCE - 1)],
      );
    }
    if (attempts > 0) await client.query('VACUUM ANALYZE audit.event');
  } finally {
    client.release();
  }
}

/** Removes these attempts, as only a superuser can who turns the triggers off. */
export async function emptyTrail(sql: pg.Pool): Promise<void> {
  await sql.query(
    `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM audit.event WHERE writer = '${WRITER}'; COMMIT`,
  );
}
