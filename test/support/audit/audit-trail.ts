/** What the audit specs share: a database, audit chains in it, sample events, and ways to make the database fail. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { DeniedEvent, IntentEvent, OutcomeEvent, SystemEvent } from '@gatehouse/domain/audit/audit';
import pg from 'pg';
import { verifyExport, type VerifyReport } from '../../../apps/cli/src/verify/verify-export.js';
import { exportAudit } from '../../../apps/gateway/src/adapters/audit/read/export.js';
import {
  openAuditLog,
  type AuditLog,
  type AuditLogOptions,
} from '../../../apps/gateway/src/adapters/audit/write/audit-log.js';
import type { AuditLogger } from '../../../apps/gateway/src/adapters/audit/write/options.js';
import { freePort } from '../../../tools/start/free-port.ts';
import { copyTemplate } from '../servers/postgres.js';
import { until } from '../until.js';

export interface AuditDatabase {
  readonly appUrl: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** Connects as the superuser, who may do everything. */
  readonly admin: pg.Pool;
  /** Connects as the running role. */
  readonly app: pg.Pool;
}

export async function auditDatabase(): Promise<AuditDatabase & { readonly drop: () => Promise<void> }> {
  const database = await copyTemplate();
  const admin = poolOf(database.superuserUrl);
  const app = poolOf(database.appUrl);
  const drop = async (): Promise<void> => {
    await cleanUp();
    await Promise.all([admin.end(), app.end()]);
    await database.drop();
  };
  const { appUrl, ownerUrl, superuserUrl } = database;
  return { appUrl, ownerUrl, superuserUrl, admin, app, drop };
}

/** What must end before the database is dropped, the newest first. */
const cleanups: (() => Promise<void>)[] = [];

export function atTheEnd(cleanup: () => Promise<void>): void {
  cleanups.unshift(cleanup);
}

async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0)) await cleanup();
}

/** A pool whose connections a test may cut. */
function poolOf(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 6 });
  pool.on('error', () => undefined);
  return pool;
}

export const silentLog = { info: ignore, warn: ignore, error: ignore, fatal: ignore };
const unmeasured = { commitMs: ignore, queueLength: ignore, batch: ignore };

/** Opens another audit chain, which is closed before the database is dropped. */
export async function openLog(
  databaseUrl: string,
  changes: Partial<AuditLogOptions> = {},
): Promise<AuditLog> {
  const log = await openAuditLog({
    databaseUrl,
    now: Date.now,
    monotonicNow: () => performance.now(),
    log: silentLog,
    metrics: unmeasured,
    budgets: { commitMs: 2_000 },
    lease: { ttlMs: 30_000, renewMs: 5_000, fenceMs: 25_000 },
    maxQueue: 4_096,
    hasRoom: () => true,
    rejections: { perAddressMinute: Infinity, perClientSecond: Infinity },
    ...changes,
  });
  atTheEnd(() => log.close());
  return log;
}

/** A log that keeps its messages, so that a test can wait for one of them. */
export function recordingLog(): AuditLogger & { readonly count: (message: string) => number } {
  const messages: string[] = [];
  const record = (_fields: object, message: string): void => void messages.push(message);
  const count = (message: string): number => messages.filter((text) => text.startsWith(message)).length;
  return { info: record, warn: record, error: record, fatal: record, count };
}

export function intentOf(changes: Partial<IntentEvent> = {}): IntentEvent {
  const attemptId = randomUUID();
  const atMs = Date.now();
  return {
    kind: 'INTENT',
    startedAtMs: atMs,
    atMs,
    requestId: attemptId,
    attemptId,
    environment: 'int',
    odsCode: 'R69',
    product: 'ReferWell',
    accessMode: 'application-restricted',
    capability: 'provider',
    bindingId: 'binding-1',
    applicationId: 'application-1',
    apimApplicationId: null,
    asid: '200000002454',
    clientId: 'client-1',
    clientName: 'worklist-sync',
    keyId: 'key-1',
    interaction: 'A008',
    operationId: 'a008',
    method: 'POST',
    correlationId: randomUUID(),
    businessFunction: null,
    onBehalfOfUserId: null,
    userId: null,
    userSessionId: null,
    aal: null,
    ial: null,
    authTimeMs: null,
    noUser: null,
    registryVersion: 7,
    steps: [{ step: 'grant', ok: true }],
    subjectSource: null,
    asked: null,
    attemptNumber: 1,
    kid: 'kid-1',
    tokenIdHash: 'ab'.repeat(16),
    requestBytes: 120,
    requestSha256: 'cd'.repeat(32),
    remoteAddress: '127.0.0.1',
    ...changes,
  };
}

export function outcomeOf(intent: IntentEvent, changes: Partial<OutcomeEvent> = {}): OutcomeEvent {
  return {
    kind: 'OUTCOME',
    outcome: 'COMPLETED',
    startedAtMs: intent.startedAtMs,
    atMs: Date.now(),
    requestId: intent.requestId,
    attemptId: intent.attemptId,
    upstreamStatus: 200,
    status: 200,
    code: null,
    upstreamRequestId: randomUUID(),
    diagnosis: null,
    responseBytes: 1_234,
    responseSha256: 'ef'.repeat(32),
    durationMs: 25,
    upstreamDurationMs: 20,
    sentHeaders: { authorization: 'Bearer [redacted]', accept: 'application/fhir+json' },
    receivedHeaders: { 'content-type': 'application/fhir+json' },
    ...changes,
  };
}

export function deniedOf(changes: Partial<DeniedEvent> = {}): DeniedEvent {
  const {
    attemptNumber: _,
    kid: __,
    tokenIdHash: ___,
    requestBytes: ____,
    requestSha256: _____,
    ...facts
  } = intentOf();
  return {
    ...facts,
    kind: 'DENIED',
    outcome: 'REFUSED',
    code: 'GW_TOKEN',
    status: 401,
    durationMs: 1,
    ...changes,
  };
}

export function systemOf(event: string): SystemEvent {
  const atMs = Date.now();
  return { kind: 'SYSTEM', event, attemptId: randomUUID(), startedAtMs: atMs, atMs, facts: {} };
}

/** Exports the whole trail and verifies it. */
export async function verified(database: AuditDatabase): Promise<VerifyReport> {
  return verifyExport(exportAudit(database.app, {}));
}

/** The outcome of each attempt, by attempt id. */
export async function outcomes(database: AuditDatabase): Promise<ReadonlyMap<string, string>> {
  const result = await database.admin.query<{ attempt_id: string; outcome: string }>(
    `SELECT attempt_id, outcome FROM audit.event WHERE kind = 'OUTCOME'`,
  );
  return new Map(result.rows.map((row) => [row.attempt_id, row.outcome]));
}

export async function systemFacts(
  database: AuditDatabase,
  event: string,
): Promise<readonly Record<string, number>[]> {
  const result = await database.admin.query<{ facts: Record<string, number> }>(
    `SELECT record -> 'facts' AS facts FROM audit.event WHERE event = $1 ORDER BY started_at, writer, seq`,
    [event],
  );
  return result.rows.map((row) => row.facts);
}

/** Locks the head of a chain, as another session would, until `release` is called. */
export async function holdHead(
  database: AuditDatabase,
  writerId: string,
): Promise<{ release: () => Promise<void> }> {
  const client = await database.admin.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM audit.writer WHERE writer = $1 FOR UPDATE', [writerId]);
  return {
    release: async () => {
      await client.query('ROLLBACK');
      client.release();
    },
  };
}

/** Waits until a statement has been waiting for a lock for at least this long. */
export function untilLocked(database: AuditDatabase, forMs = 0): Promise<void> {
  return until(`a statement that waits for a lock for ${String(forMs)} ms`, async () => {
    const { rowCount } = await database.admin.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND clock_timestamp() - query_start >= $1 * interval '1 ms'`,
      [forMs],
    );
    return rowCount !== 0;
  });
}

/** When the lease of a writer ends by PostgreSQL's clock, and whether it has ended. */
export async function leaseOf(
  database: AuditDatabase,
  { writerId }: Pick<AuditLog, 'writerId'>,
): Promise<{ readonly endsAtMs: number; readonly isOver: boolean }> {
  const { rows } = await database.admin.query<{ endsAtMs: number; isOver: boolean }>(
    `SELECT extract(epoch FROM lease_until)::float8 * 1000 AS "endsAtMs", lease_until < clock_timestamp() AS "isOver"
       FROM audit.writer WHERE writer = $1`,
    [writerId],
  );
  const [lease] = rows;
  if (lease === undefined) throw new Error(`there is no writer ${writerId}`);
  return lease;
}

/** Ends every audit connection from the server's side. */
export async function cutBackends(database: AuditDatabase): Promise<void> {
  await database.admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'gatehouse-audit'`,
  );
}

export interface DatabaseLink {
  readonly url: string;
  /** Cuts the open connections and refuses new ones. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
}

/** Opens a TCP link to the database that a test can take down. */
export async function linkTo(databaseUrl: string): Promise<DatabaseLink> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port || 5432), target.hostname);
    for (const [source, target] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(source);
      source.pipe(target);
      source.on('error', () => target.destroy());
      source.on('close', () => {
        sockets.delete(source);
        target.destroy();
      });
    }
  });
  const port = await freePort();
  const up = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await up();
  const down = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  atTheEnd(down);
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { url: url.href, down, up };
}

function ignore(): void {
  // Nothing is logged or measured in these specs.
}
