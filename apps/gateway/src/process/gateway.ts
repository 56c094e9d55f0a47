/**
 * Puts the gateway together and takes it apart in the order in which nothing is lost. ADR 12 says why this is a
 * function and not a container.
 */
import type { RequestListener, Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { now } from '#hooks';
import { openPartitions } from '../adapters/audit/write/partitions.js';
import { startSweeper } from '../adapters/audit/write/sweeper.js';
import { openClientKey } from '../adapters/people/client-key.js';
import type { Config, Role } from '../config/config.js';
import { LEASE } from '../config/lease.js';
import { createPartnerServer, type PartnerServer } from '../data-plane/listener/partner.server.js';
import { createPlane } from '../data-plane/plane.js';
import { run as keepPartitions } from '../jobs/audit-partitions.job.js';
import { run as watchKeys } from '../jobs/key-watch.job.js';
import { atOnceAndEvery, every, type Scheduled } from '../jobs/schedule.js';
import { closeServer, createListener, listenOn } from '../listener/listener.js';
import { startAdminThread } from './admin-thread.js';
import type { Log } from './log.js';
import { createMetrics, type Metrics } from '../status/metrics.js';
import { monotonicNow, openParts, type Parts } from './parts.js';
import { watchDaysLeft, watchParts, watchReadiness } from './watch-parts.js';
import { serveJwks } from '../public/jwks.js';
import { serveStaffJwks } from '../public/staff-jwks.js';
import { serveSroLink } from '../public/sro-link.js';
import { type Readiness, serveStatus } from '../status/status.js';

export interface Gateway {
  /** Audience → address, with the port that was taken. */
  readonly addresses: Record<string, string>;
  /** Fires when this process may not go on. */
  readonly failed: AbortSignal;
  close(): Promise<void>;
}

type Audience = 'partner' | 'public' | 'status';

const KMS_PROBE_MS = 10_000;
const PARTITIONS_MS = 3_600_000;
/** Nobody sends more than two ticked boxes there. */
const DATABASE_SIZE_MS = 10_000;
const PUBLIC_REQUEST_MS = 10_000;
const DRAIN_POLL_MS = 50;

export async function openGateway(config: Config, log: Log): Promise<Gateway> {
  // Takes as long as everything else, and needs none of it.
  const adminStart = config.roles.has('admin') ? startAdminThread(log) : null;
  adminStart?.catch(() => undefined);
  const metrics = createMetrics();
  const parts = await openParts(config, log, metrics);
  watchParts(metrics, parts);
  const state = { draining: false, kmsReachable: await reachesKms(config, parts) };
  const jobs = [
    every(KMS_PROBE_MS, async () => {
      state.kmsReachable = await reachesKms(config, parts);
    }),
    ...startJobs(config, log, metrics, parts),
    watchDaysLeft(metrics, parts),
  ];

  const servers = new Map<Audience, Server | HttpsServer>();
  const addresses: Record<string, string> = {};
  const start = async (audience: Audience, server: Server | HttpsServer): Promise<void> => {
    const taken = await listenOn(server, config.listen[audience]);
    servers.set(audience, server);
    addresses[audience] = addressOf(audience === 'status' ? { tls: null } : config, taken);
  };
  const onError = (error: unknown): void => {
    log.error({ err: error }, 'certificate not reloaded; the old one stays');
  };
  const readiness = readinessOf(config, parts, state);
  watchReadiness(metrics, readiness);
  // Plain and open to any prober (ADR 15).
  await start(
    'status',
    createListener({ tls: null, tlsTerminatedBy: [] }, {}, serveStatus(readiness, metrics)),
  );
  if (config.roles.has('public')) {
    await start(
      'public',
      createListener(config, { requestTimeout: PUBLIC_REQUEST_MS }, publicHandler(config, log, parts), {
        onError,
      }),
    );
  }
  const admin = await adminStart;
  if (admin !== null) {
    addresses['admin'] = addressOf(config, admin);
    metrics.watch('admin_restarts_total', 'Times the admin listener failed', admin.restarts);
  }
  const partner = openPartner(config, metrics, parts, onError);
  if (config.roles.has('partner')) await start('partner', partner.server);

  return {
    addresses,
    failed: parts.audit.fenced,

    async close() {
      // Readiness first, so that balancers look elsewhere before the door closes.
      state.draining = true;
      await pause(config.budgets.drainGraceMs);
      const status = servers.get('status');
      servers.delete('status');
      await Promise.all([
        drain(config, partner, [...servers.values()]),
        admin?.close(config.budgets.drainMs),
      ]);
      await Promise.all(jobs.map((job) => job.stop()));
      await parts.close();
      if (status !== undefined) await closeServer(status, 1_000);
    },
  };
}

function addressOf(
  { tls }: Pick<Config, 'tls'>,
  { address, port }: { readonly address: string; readonly port: number },
): string {
  return `${tls === null ? 'http' : 'https'}://${address}:${port}`;
}

async function reachesKms(config: Config, { kms, outages }: Parts): Promise<boolean> {
  try {
    const isUsable = await kms.isUsable(config.auditKmsKey);
    if (isUsable) outages.worked('KMS');
    else outages.failed('KMS', 'the audit key is not usable');
    return isUsable;
  } catch (error) {
    outages.failed('KMS', error);
    return false;
  }
}

function startJobs(config: Config, log: Log, metrics: Metrics, parts: Parts): Scheduled[] {
  const { kms, tokens, audit } = parts;
  const jobs: Scheduled[] = [];
  const runs = (role: Role): boolean => config.roles.has(role);
  if (runs('partner')) {
    const onUnusable = (kid: string): void => {
      metrics.keyUnusable();
      log.error({ kid }, 'signing key is disabled, gone or pending deletion');
    };
    jobs.push(every(config.budgets.keyPollMs, () => watchKeys({ kms, tokens, audit, now, onUnusable })));
  }
  if (runs('worker')) {
    const { databaseUrl } = config;
    const sweeper = startSweeper({ databaseUrl, audit, ttlMs: LEASE.ttlMs, now, monotonicNow, log });
    jobs.push({ stop: () => sweeper.close() });
    const partitions = openPartitions(parts.auditDatabase);
    const onMonthsAhead = (months: number): void => {
      metrics.partitionsAhead(months);
    };
    jobs.push(atOnceAndEvery(PARTITIONS_MS, () => keepPartitions({ partitions, onMonthsAhead, log })));
  }
  return jobs;
    jobs.push(atOnceAndEvery(DATABASE_SIZE_MS, () => parts.room.measure()));
}

function readinessOf(
  config: Config,
  { audit, registry, skew }: Parts,
  state: { readonly draining: boolean; readonly kmsReachable: boolean },
): Readiness {
  return () => ({
    serving: !state.draining || 'shutting down',
    audit: (audit.available() && audit.leaseHeld()) || 'the audit trail takes no writes',
    registry: registry.age() <= config.budgets.snapshotMaxAgeMs || 'the registry cannot be confirmed current',
    kms: state.kmsReachable || 'the audit key in KMS cannot be reached',
    clock: skew.fault() === null || 'the clock is too far from that of NHS England',
  });
}

function publicHandler({ staff }: Config, log: Log, { registry, prisma, kms }: Parts): RequestListener {
  const jwks = serveJwks(() => registry.current());
  const onError = (error: unknown): void => {
    log.error({ err: error }, 'a one-time link could not be answered');
  };
  const sroLink = serveSroLink({ db: prisma, now, onError });
  const clientKey = staff?.clientKmsKey === undefined ? null : openClientKey(kms, staff.clientKmsKey, now);
  const staffJwks = serveStaffJwks(clientKey, (error) => {
    log.error({ err: error }, 'the key of staff sign-in could not be read from KMS');
  });
  return (request, response) => {
    if (!sroLink(request, response) && !staffJwks(request, response)) void jwks(request, response);
  };
}

function openPartner(
  config: Config,
  metrics: Metrics,
  { plane, audit }: Parts,
  onError: (error: unknown) => void,
): PartnerServer {
  const onParseError = (): void => {
    metrics.parseError();
    audit.parseEvent();
  };
  return createPartnerServer(config, createPlane(plane), onParseError, onError);
}

/** Lets in nobody new, and waits for calls under way even where their callers have gone. */
async function drain(
  config: Config,
  partner: PartnerServer,
  servers: readonly (Server | HttpsServer)[],
): Promise<void> {
  const { drainMs } = config.budgets;
  const deadlineMs = monotonicNow() + drainMs;
  partner.startDraining();
  await Promise.all(servers.map((server) => closeServer(server, drainMs)));
  while (partner.running() > 0 && monotonicNow() < deadlineMs) await pause(DRAIN_POLL_MS);
}
