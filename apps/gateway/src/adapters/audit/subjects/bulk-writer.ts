/**
 * Commits the many subjects of one record ahead of it, on connections of its own, so that a worklist of 100,000 patients
 * doesn't hold up the chain. They count only once the record that covers them with its `subjectsDigest` is committed; until
 * then no reader shows them (docs/audit.md, "Subjects").
 */
import type { AuditEvent } from '@gatehouse/domain/audit/audit';
import pg from 'pg';
import type { SealedBulk } from '../write/chain.js';
import type { AuditLogger } from '../write/options.js';
import { unavailable } from '../write/queue.js';

export interface BulkWriter {
  /** @throws GatewayError GW_AUDIT_UNAVAILABLE */
  write(event: AuditEvent, bulk: SealedBulk): Promise<void>;
  close(): Promise<void>;
}

const CONNECTIONS = 4;
const STATEMENT_TIMEOUT_MS = 10_000;

const INSERT = `
INSERT INTO audit.subject (started_at, attempt_id, event_kind, ods_code, kind, hash, sealed, key_id)
SELECT timestamptz 'epoch' + $1::bigint * interval '1 millisecond', $2::uuid, $3, s.o, s.k, s.h, s.v, s.i
  FROM jsonb_to_recordset($4::jsonb) AS s (o text, k text, h bytea, v bytea, i uuid)`;

export function openBulkWriter(databaseUrl: string, commitMs: number, log: AuditLogger): BulkWriter {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    application_name: 'gatehouse-audit-subjects',
    connectionTimeoutMillis: commitMs,
    query_timeout: STATEMENT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  pool.on('error', (error) => {
    log.warn({ err: error }, 'a connection for subjects is lost');
  });
  return {
    async write(event, { chunks }) {
      try {
        await inTransaction(pool, async (client) => {
          for (const chunk of chunks) await client.query(insertOf(event, chunk));
        });
      } catch (error) {
        throw unavailable('the subjects were not committed', error);
      }
    },
    async close() {
      if (!pool.ending) await pool.end();
    },
  };
}

function insertOf({ startedAtMs, attemptId, kind }: AuditEvent, chunk: Uint8Array): pg.QueryConfig {
  const json = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('utf8');
  return { name: 'audit-subjects', text: INSERT, values: [startedAtMs, attemptId, kind, json] };
}

async function inTransaction(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL synchronous_commit = on');
    await work(client);
    await client.query('COMMIT');
    isBroken = false;
  } finally {
    // A transaction that is still open ends with its connection.
    client.release(isBroken);
  }
}
