/**
 * Puts the gateway together in the order in which its parts depend on each other, and takes it apart in the order
 * in which nothing is lost. See docs/adr for why this is a function and not a container.
 */
import type { RequestListener, Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { createPrisma } from '@gatehouse/db/client';
import { checkSchemaVersion } from '@gatehouse/db/schema-version';
import { killPoint, now } from '#hooks';
import pg from 'pg';
import { createTokenSource } from './adapters/apim-token.js';
import { openAuditLog } from './adapters/audit-log.js';
import { createSubjectSealer } from './adapters/audit-subjects.js';
import { startSweeper } from './adapters/audit-sweeper.js';
import { createClockSkew } from './adapters/clock-skew.js';
import { openKms } from './adapters/kms.js';
import { createRateLimiter } from './adapters/rate-limiter.js';
import { openRegistry } from './adapters/registry.js';
import { openTokenTransport } from './adapters/token-transport.js';
import { openUpstream } from './adapters/upstream.js';
import { createWorkloadVerifier } from './adapters/workload-token.js';
import { createWorklistAllowance } from './adapters/worklist-allowance.js';
import { createAdminApp } from './admin/admin-app.js';
import { adminDeps } from './admin-deps.js';
import { createAuditDesk } from './audit-desk.js';
import type { Config } from './config.js';
import type { PlaneDeps } from './data-plane/deps.js';
import { createPartnerServer } from './data-plane/partner.server.js';
import { createPlane } from './data-plane/plane.js';
import { run as watchKeys } from './jobs/key-watch.job.js';
import { every } from './jobs/schedule.js';
import { closeServer, createListener, listenOn } from './listener.js';
import type { Log } from './log.js';
import { createMetrics } from './metrics.js';
import { serveJwks } from './public/jwks.js';
import { serveStatus } from './status/status.js';
import { mintEvents } from './token-events.js';

export interface Gateway {
  /** Audience → address, with the port that was taken. */
  readonly addresses: Record<string, string>;
  /** Fires when this process may not go on. */
  readonly failed: AbortSignal;
  close(): Promise<void>;
}

const LEASE = { ttlMs: 30_000, renewMs: 5_000, fenceMs: 25_000 };
const KMS_PROBE_MS = 10_000;
/** At 10 requests a second, enough for answers that take 12 s; more at once are told so. */
const CONNECTIONS_PER_BINDING = 128;
const DESK_CONNECT_MS = 5_000;
const DESK_STATEMENT_MS = 60_000;
const DRAIN_POLL_MS = 50;
const MAX_AUDIT_QUEUE = 1_024;
const SLOW_READER_MS = 30_000;

export async function openGateway(config: Config, log: Log): Promise<Gateway> {
  const { budgets, environments } = config;
  const monotonicNow = (): number => performance.now();
  const metrics = createMetrics();

  await checkSchemaVersion(config.databaseUrl);
  const prisma = createPrisma(config.databaseUrl);
  // The desk's long exports must not keep the data plane waiting for a connection.
  const deskDatabase = new pg.Pool({
    connectionString: config.databaseUrl,
    max: 4,
    connectionTimeoutMillis: DESK_CONNECT_MS,
    statement_timeout: DESK_STATEMENT_MS,
  });
  const database = new pg.Pool({
    connectionString: config.databaseUrl,
    max: 8,
    connectionTimeoutMillis: budgets.auditCommitMs,
    statement_timeout: budgets.auditCommitMs,
  });
  for (const pool of [database, deskDatabase]) {
    pool.on('error', (error) => {
      log.warn({ err: error }, 'database connection lost');
    });
  }
  const kms = openKms(config.kms);
  const audit = await openAuditLog({
    databaseUrl: config.databaseUrl,
    now,
    monotonicNow,
    log,
    metrics: metrics.audit,
    budgets: { commitMs: budgets.auditCommitMs },
    lease: LEASE,
    maxQueue: MAX_AUDIT_QUEUE,
  });
  const registry = await openRegistry({
    databaseUrl: config.databaseUrl,
    onError: (error) => {
      log.warn({ err: error }, 'registry out of reach');
    },
  });
  const sealer = createSubjectSealer(database, kms, config.auditKmsKey);
  const skew = createClockSkew(now, monotonicNow);
  const transport = openTokenTransport({
    connectMs: budgets.connectMs,
    totalMs: budgets.tokenMs,
    onDate: (serverMs) => {
      skew.sample(serverMs);
    },
  });
  const tokens = createTokenSource({
    kms,
    transport,
    tokenUrlOf: (environment) => environments.get(environment)?.tokenUrl ?? '',
    now,
    monotonicNow,
    onEvent: mintEvents(audit, metrics, now),
    killPoint,
  });
  const upstream = openUpstream({
    connectMs: budgets.connectMs,
    bodyStallMs: budgets.bodyStallMs,
    connectionsPerBinding: CONNECTIONS_PER_BINDING,
  });
  const plane: PlaneDeps = {
    clock: { now, monotonicNow },
    log,
    environments,
    registry,
    snapshotMaxAgeMs: budgets.snapshotMaxAgeMs,
    audit,
    sealSubjects: (odsCode, attemptId, subjects) => sealer.seal(odsCode, attemptId, subjects),
    tokens,
    workloads: createWorkloadVerifier({
      now,
      timeoutMs: 5_000,
      onFault: (issuer, reason) => {
        log.warn({ issuer, reason }, 'workload token refused');
      },
    }),
    upstream,
    limiter: createRateLimiter({ maxWaitMs: budgets.rateQueueMs, monotonicNow }),
    allowance: createWorklistAllowance(database),
    readHeadersMs: budgets.readHeadersMs,
    totalMs: budgets.totalMs,
    writeStallMs: SLOW_READER_MS,
    clockFault: () => skew.fault(),
    observe: (exchange) => {
      metrics.observeRequest(exchange);
    },
    killPoint,
  };

  let draining = false;
  let kmsReachable = await kms.isUsable(config.auditKmsKey).catch(() => false);
  metrics.watch(
    'snapshot_age_seconds',
    'Since the registry was last confirmed current',
    () => registry.age() / 1000,
  );
  metrics.watch('registry_version', 'Version of the snapshot', () => registry.current().version);
  metrics.watch('upstream_in_flight', 'Calls to e-RS whose answer is not complete', () =>
    upstream.inFlight(),
  );
  metrics.watch('kms_signs_total', 'Signatures asked of KMS', () => kms.counts.signs);

  const jobs = [
    every(KMS_PROBE_MS, async () => {
      kmsReachable = await kms.isUsable(config.auditKmsKey).catch(() => false);
    }),
  ];
  const runs = (role: 'partner' | 'public' | 'admin' | 'worker'): boolean => config.roles.has(role);
  if (runs('partner')) {
    const deps = {
      kms,
      tokens,
      audit,
      now,
      onUnusable: (kid: string) => {
        metrics.keyUnusable();
        log.error({ kid }, 'signing key is disabled, gone or pending deletion');
      },
    };
    jobs.push(every(budgets.keyPollMs, () => watchKeys(deps)));
  }
  const sweeper = runs('worker')
    ? startSweeper({ databaseUrl: config.databaseUrl, audit, ttlMs: LEASE.ttlMs, now, monotonicNow, log })
    : null;

  const onTlsError = (error: unknown): void => {
    log.error({ err: error }, 'certificate not reloaded; the old one stays');
  };
  const servers = new Map<string, Server | HttpsServer>();
  const addresses: Record<string, string> = {};
  const start = async (
    audience: 'partner' | 'admin' | 'public' | 'status',
    server: Server | HttpsServer,
  ): Promise<void> => {
    const { address, port } = await listenOn(server, config.listen[audience]);
    servers.set(audience, server);
    const scheme = config.tls === null || audience === 'status' ? 'http' : 'https';
    addresses[audience] = `${scheme}://${address}:${port}`;
  };
  const readiness = (): Record<string, true | string> => ({
    serving: !draining || 'shutting down',
    audit: (audit.available() && audit.leaseHeld()) || 'the audit trail takes no writes',
    registry: registry.age() <= budgets.snapshotMaxAgeMs || 'the registry cannot be confirmed current',
    kms: kmsReachable || 'the audit key in KMS cannot be reached',
    clock: skew.fault() === null || 'the clock is too far from that of NHS England',
  });
  // Plain and open to any prober: it holds nothing but numbers, and a network rule keeps it inside.
  await start(
    'status',
    createListener({ tls: null, tlsTerminatedBy: [] }, {}, serveStatus(readiness, metrics)),
  );
  if (runs('public'))
    await start(
      'public',
      createListener(
        config,
        {},
        serveJwks(() => registry.current()),
        { onError: onTlsError },
      ),
    );
  const desk = createAuditDesk({ database: deskDatabase, sealer, audit, snapshot: () => registry.current() });
  const admin = runs('admin')
    ? await createAdminApp(adminDeps({ config, prisma, audit, desk, keyService: kms, plane, now, log }))
    : null;
  if (admin !== null) {
    await start(
      'admin',
      createListener(config, {}, admin.getHttpAdapter().getInstance() as RequestListener, {
        onError: onTlsError,
      }),
    );
  }
  const partner = createPartnerServer(
    config,
    createPlane(plane),
    () => {
      metrics.parseError();
      audit.parseEvent();
    },
    onTlsError,
  );
  if (runs('partner')) await start('partner', partner.server);

  return {
    addresses,
    failed: audit.fenced,

    async close() {
      // Readiness first, so that balancers look elsewhere before the door closes.
      draining = true;
      await pause(budgets.drainGraceMs);
      partner.startDraining();
      const status = servers.get('status');
      servers.delete('status');
      const deadlineMs = monotonicNow() + budgets.drainMs;
      await Promise.all([...servers.values()].map((server) => closeServer(server, budgets.drainMs)));
      // Callers may have gone while their calls have not.
      while (partner.running() > 0 && monotonicNow() < deadlineMs) await pause(DRAIN_POLL_MS);
      await admin?.close();
      await Promise.all(jobs.map((job) => job.stop()));
      await sweeper?.close();
      await upstream.close();
      await transport.close();
      await registry.close();
      await audit.close();
      await prisma.$disconnect();
      await database.end();
      await deskDatabase.end();
      kms.close();
      if (status !== undefined) await closeServer(status, 1_000);
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
