/** Everything the gateway is made of that touches the outside, opened in the order of dependence. */
import { isMainThread } from 'node:worker_threads';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { checkSchemaVersion } from '@gatehouse/db/schema-version';
import { DecisionMemo } from '@gatehouse/domain/policy/decision-memo';
import type { DepartureRank } from '@gatehouse/domain/policy/departure-order';
import { rateLimitOf } from '@gatehouse/domain/policy/rate-limit';
import { killPoint, now } from '#hooks';
import { setGlobalProxyFromEnv } from 'node:http';
import pg from 'pg';
import { applicationsLastUsed } from '../adapters/audit/read/last-used.js';
import { createTokenSource, type TokenSource } from '../adapters/nhs/apim-token.js';
import { type AuditLog, openAuditLog } from '../adapters/audit/write/audit-log.js';
import { openSealingPool } from '../adapters/audit/subjects/sealing-pool.js';
import { forgetKeys } from '../adapters/audit/subjects/forget-keys.js';
import { createSubjectSealer, type SubjectSealer } from '../adapters/audit/write/subjects.js';
import { type ClockSkew, createClockSkew } from '../adapters/nhs/clock-skew.js';
import { type Kms, openKms } from '../adapters/kms/kms.js';
import { createSignatureRecord, type SignatureRecord } from '../adapters/kms/signature-record.js';
import { CIS2_CALLBACK_PATH } from '@gatehouse/domain/registry/cis2-registration';
import { type Canary, createCanary } from '../adapters/nhs/canary.js';
import { type Cis2Canary, createCis2Canary } from '../adapters/users/cis2-canary.js';
import { createRateLimiter } from '../adapters/rate/rate-limiter.js';
import { createSharedSlots, type SlotSource } from '../adapters/rate/shared-slots.js';
import { openRegistry, type Registry } from '../adapters/registry/registry.js';
import { openUserTokens } from '../adapters/users/tokens/open-user-tokens.js';
import { openTokenTransport } from '../adapters/nhs/token-transport.js';
import { openUpstream, type Upstream } from '../adapters/nhs/upstream.js';
import { createSignInSetups } from '../adapters/users/sign-in-setups.js';
import { createEndRecords, type EndRecords } from '../adapters/users/record-ends.js';
import { endOfSignIn } from '../adapters/users/used-tokens.js';
import { createUserSessions } from '../adapters/users/user-sessions.js';
import { createWorkloadVerifier } from '../adapters/people/workload-token.js';
import { createWorklistAllowance } from '../adapters/nhs/worklist-allowance.js';
import type { Config } from '../config/config.js';
import { LEASE } from '../config/lease.js';
import { createBodyBudget } from '../listener/body-budget.js';
import { callerAddressBehind } from '../listener/caller-address.js';
import { openSpanSink, type SpanExport } from '../adapters/otlp/open-otlp.js';
import type { PlaneDeps } from '../data-plane/deps.js';
import { RunningCalls } from '../data-plane/running-calls.js';
import { createTracing } from '../data-plane/trace/tracing.js';
import type { Exchange } from '../data-plane/exchange.js';
import type { Log } from './log.js';
import { watchForGuesses } from '../status/guessed-referrals.js';
import type { Metrics } from '../status/metrics.js';
import { type DatabaseRoom, watchDatabaseRoom } from '../adapters/audit/write/room.js';
import { watchEventLoop } from './event-loop-lag.js';
import { createOutages, type Outages } from './outages.js';
import { mintEvents } from './token-events.js';
import { LOGIN_PATH, openUserParts, type UserParts } from './user-parts.js';
import { systemEvent } from '../adapters/audit/system-event.js';

export interface Parts {
  readonly prisma: Database;
  /** For long reads of the audit trail alone. */
  readonly auditDatabase: pg.Pool;
  /** Pools of connections by what they are for. */
  readonly pools: Readonly<Record<string, pg.Pool>>;
  readonly outages: Outages;
  readonly room: DatabaseRoom;
  readonly kms: Kms;
  /** Of signatures that KMS made. */
  readonly signatures: SignatureRecord;
  readonly audit: AuditLog;
  readonly registry: Registry;
  readonly sealer: SubjectSealer;
  readonly skew: ClockSkew;
  readonly tokens: TokenSource;
  readonly canary: Canary;
  readonly cis2Canary: Cis2Canary;
  readonly upstream: Upstream;
  /** The rates of applications, shared with the other replicas. */
  readonly slots: SlotSource;
  readonly users: UserParts;
  /** Of user sessions. */
  readonly endRecords: EndRecords;
  readonly plane: PlaneDeps;
  /** Null where nothing is traced. */
  readonly spans: SpanExport | null;
  /** Closes all of them, the audit trail after whatever may still write to it. */
  close(): Promise<void>;
}

/** At 10 requests a second, enough for answers that take 12 s; more at once are told so. */
const CONNECTIONS_PER_BINDING = 128;
/** Decisions of some 8,000 combinations of client and operation. */
const DECISION_MEMO_BYTES = 16_777_216;
/** All of an application's are of one kind, first come, first served. */
const TOKEN_REQUEST: DepartureRank = { class: 'read', isWrite: false, clientId: '', clientWeight: 1 };
const AUDIT_READ_CONNECT_MS = 5_000;
const AUDIT_READ_STATEMENT_MS = 60_000;
const SLOW_READER_MS = 30_000;
const WORKLOAD_ISSUER_MS = 5_000;
/** Beside the request itself, what storing a user's new tokens may take. */
const SETTLING_MS = 5_000;

export const monotonicNow = (): number => performance.now();

export async function openParts(config: Config, log: Log, metrics: Metrics): Promise<Parts> {
  const { budgets, environments, proxy } = config;
  if (proxy !== null)
    setGlobalProxyFromEnv({ HTTPS_PROXY: proxy.url.href, NO_PROXY: proxy.bypassed.join(',') });
  await checkSchemaVersion(config.databaseUrl);
  const prisma = createPrisma(config.databaseUrl);
  const database = openPool(config, log, 8, budgets.auditCommitMs, budgets.auditCommitMs);
  // Long exports must not keep the data plane waiting for a connection.
  const auditDatabase = openPool(config, log, 4, AUDIT_READ_CONNECT_MS, AUDIT_READ_STATEMENT_MS);
  const kms = openKms({
    ...config.kms,
    onSign: (attempt) => {
      signatures.note(attempt);
    },
  });
  const room = watchDatabaseRoom(database, config.limits.databaseBytes, log, (facts) =>
    audit.system(systemEvent('AUDIT_VOLUME_FULL', now(), facts)),
  );
  const outages = createOutages(log, monotonicNow);
  const audit = await openAuditLog({
    databaseUrl: config.databaseUrl,
    now,
    monotonicNow,
    log,
    metrics: metrics.audit,
    budgets: { commitMs: budgets.auditCommitMs },
    lease: LEASE,
    rejections: config.rejections,
    maxQueue: config.limits.auditQueue,
    hasRoom: room.hasRoom,
  });
  const signatures = createSignatureRecord((event) => audit.system(event), now);
  const registry = await openRegistry({
    databaseUrl: config.databaseUrl,
    onError: (error) => {
      outages.failed('registry', error);
    },
    onConfirmed: () => {
      outages.worked('registry');
    },
  });
  const sealing = openSealingPool();
  const sealer = createSubjectSealer(database, kms, config.auditKmsKey, sealing.seal);
  forgetKeys(registry, sealer);
  const skew = createClockSkew(now, monotonicNow);
  const loop = watchEventLoop(monotonicNow);
  const guesses = watchForGuesses(monotonicNow);
  const slots = createSharedSlots({
    databaseUrl: config.databaseUrl,
    monotonicNow,
    onFault: (error) => {
      outages.failed('rate limit', error);
    },
    onWorked: () => {
      outages.worked('rate limit');
    },
  });
  if (isMainThread && config.roles.has('partner')) slots.join();
  const limiter = createRateLimiter({ maxWaitMs: budgets.rateQueueMs, monotonicNow, slots });
  const transport = openTokenTransport({
    connectMs: budgets.connectMs,
    totalMs: budgets.tokenMs,
    proxy,
    reserve: ({ id, environment }) => {
      const { requestsPerMinute = 0 } = environments.get(environment) ?? {};
      return limiter.reserve(`token ${id}`, rateLimitOf(requestsPerMinute), TOKEN_REQUEST);
    },
    onDate: (serverMs) => {
      skew.sample(serverMs);
    },
  });
  const tokenRequests = {
    kms,
    transport,
    tokenUrlOf: (environment: string) => environments.get(environment)?.tokenUrl ?? '',
    now,
    monotonicNow,
    onEvent: mintEvents(audit, metrics, outages, now),
    killPoint,
  };
  const tokens = createTokenSource(tokenRequests);
  const canary = createCanary(tokenRequests);
  const cis2Canary = createCis2Canary({
    ...{ kms, now, redirectUri: config.publicUrl + CIS2_CALLBACK_PATH },
    issuerOf: (environment) => environments.get(environment)?.cis2Issuer,
  });
  const users = openUserParts(config, log, { prisma, database, kms, registry, tokenRequests }, now);
  const userTokens = openUserTokens({
    ...tokenRequests,
    database,
    kmsKeyId: config.auditKmsKey,
    box: users.box,
    endSession: (sessionId, ending) => userSessions.end([sessionId], ending),
    spendingMs: budgets.tokenMs + SETTLING_MS,
  });
  const endRecords = createEndRecords({
    db: prisma,
    write: (event) => audit.system(event),
    now,
    onFault: (error) => {
      log.warn({ err: error }, 'the end of a user session is not recorded yet');
    },
  });
  const userSessions = createUserSessions({
    db: prisma,
    endRecords,
    box: users.box,
    limits: config.userSessions,
    now,
    monotonicNow,
    onFault: (error) => {
      log.warn({ err: error }, 'the activity of a user session was not written');
    },
  });
  const upstream = openUpstream({
    connectMs: budgets.connectMs,
    bodyStallMs: budgets.bodyStallMs,
    connectionsPerBinding: CONNECTIONS_PER_BINDING,
    proxy,
    onCall: (result, tookMs) => {
      metrics.upstreamCall(result, tookMs);
    },
    onDate: (serverMs) => {
      skew.sample(serverMs);
    },
  });
  const spans = await openSpans(config, outages);
  const clock = { now, monotonicNow };
  const plane: PlaneDeps = {
    clock,
    log,
    environments,
    hosts: config.partnerHosts,
    bodies: createBodyBudget(config.limits.bufferedBytes),
    callerAddress: callerAddressBehind(config.tlsTerminatedBy),
    registry,
    snapshotMaxAgeMs: budgets.snapshotMaxAgeMs,
    decisions: new DecisionMemo(DECISION_MEMO_BYTES),
    audit,
    hashDigits: sealer.hashDigits,
    sealSubjects: (odsCode, attemptId, subjects) => sealer.seal(odsCode, attemptId, subjects),
    sealWorklist: (odsCode, attemptId, answer) => sealer.sealWorklist(odsCode, attemptId, answer),
    tokens,
    userTokens,
    userSessions,
    userSignIn: {
      setups: createSignInSetups(prisma),
      logins: users.logins,
      broughtTokens: users.brought,
      combined: users.combined,
      endOf: (signIn) => endOfSignIn(prisma, signIn),
      lastUsed: (user) => applicationsLastUsed(auditDatabase, user, now()),
      loginUrl: config.publicUrl + LOGIN_PATH,
    },
    workloads: createWorkloadVerifier({
      now,
      timeoutMs: WORKLOAD_ISSUER_MS,
      onFault: (issuer, reason) => {
        log.warn({ issuer, reason }, 'workload token refused');
      },
    }),
    upstream,
    limiter,
    running: new RunningCalls({ monotonicNow, leaseLost: () => audit.leaseLost }),
    allowance: createWorklistAllowance(database),
    readHeadersMs: budgets.readHeadersMs,
    totalMs: budgets.totalMs,
    writeStallMs: SLOW_READER_MS,
    clockFault: () => skew.fault(),
    lagFault: () => (loop.lagMs() > config.limits.lagMs ? Math.round(loop.lagMs()) : null),
    observe: (exchange) => {
      metrics.observeRequest(exchange);
      noteUpstream(outages, exchange);
      if (!guesses.noteAnswer(exchange)) return;
      metrics.referralsGuessed();
      log.warn({ client: exchange.client?.name }, 'a client tried many referrals that e-RS refused');
    },
    tracing: spans && createTracing({ ...spans, clock, environments }),
    killPoint,
  };
  return {
    prisma,
    auditDatabase,
    pools: { requests: database, 'audit-reads': auditDatabase },
    outages,
    room,
    kms,
    signatures,
    audit,
    registry,
    sealer,
    skew,
    tokens,
    canary,
    cis2Canary,
    upstream,
    slots,
    users,
    endRecords,
    plane,
    spans,
    async close() {
      const flushed = spans?.sink.close();
      loop.stop();
      upstream.close();
      transport.close();
      await slots.close();
      await registry.close();
      await signatures.close();
      await audit.close();
      await sealing.close();
      await prisma.$disconnect();
      await database.end();
      await auditDatabase.end();
      kms.close();
      await flushed;
    },
  };
}

const COLLECTOR = 'OTLP collector';

/** Null unless something that is traced runs here: requests of partners, background jobs, or the admin listener. */
async function openSpans({ tracing, roles }: Config, outages: Outages): Promise<SpanExport | null> {
  const isUseful = isMainThread ? roles.has('partner') || roles.has('worker') : roles.has('admin');
  if (tracing === null || !isUseful) return null;
  const onFailed = (error: unknown): void => {
    outages.failed(COLLECTOR, error);
  };
  const onWorked = (): void => {
    outages.worked(COLLECTOR);
  };
  const sink = await openSpanSink({ ...tracing, onFailed, onWorked });
  return { sink, ratio: tracing.ratio, onFault: onFailed };
}

const UPSTREAM_FAILED = new Set<string | null>([
  'GW_UPSTREAM_UNREACHABLE',
  'GW_UPSTREAM_TLS',
  'GW_UPSTREAM_INCOMPLETE',
  'GW_UPSTREAM_TIMEOUT',
]);

function noteUpstream(outages: Outages, { client, code, upstreamStatus, failure }: Exchange): void {
  const dependency = `e-RS in ${client?.environment ?? ''}`;
  if (UPSTREAM_FAILED.has(code) || (upstreamStatus ?? 0) >= 500)
    outages.failed(dependency, failure ?? `status ${upstreamStatus ?? 'unknown'}`);
  else if (upstreamStatus !== null) outages.worked(dependency);
}

function openPool(config: Config, log: Log, max: number, connectMs: number, statementMs: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config.databaseUrl,
    max,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
  });
  pool.on('error', (error) => {
    log.warn({ err: error }, 'database connection lost');
  });
  return pool;
}
