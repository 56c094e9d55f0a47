/**
 * Puts the gateway together and takes it apart in the order in which nothing is lost. ADR 12 says why this is a
 * function and not a container.
 */
import type { RequestListener, Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { now } from '#hooks';
import { createJobRecords } from '../adapters/queue/job-records.js';
import { openPartitions } from '../adapters/audit/write/partitions.js';
import { startSweeper } from '../adapters/audit/write/sweeper.js';
import { type MetricPush, openMetricPush } from '../adapters/otlp/open-otlp.js';
import { noteJwksFetches } from '../adapters/keys/jwks-fetches.js';
import { openReplicaRow } from '../adapters/upkeep/replicas.js';
import { openClientKey } from '../adapters/people/client-key.js';
import type { Config, Role } from '../config/config.js';
import { LEASE } from '../config/lease.js';
import { createPartnerServer, type PartnerServer } from '../data-plane/listener/partner.server.js';
import { createPlane } from '../data-plane/plane.js';
import type { BackgroundJobs } from '../jobs/queue/background-jobs.js';
import { run as watchKeys } from '../jobs/keys/key-watch.job.js';
import { atOnceAndEvery, every, type Scheduled } from '../jobs/schedule.js';
import { callerAddressBehind } from '../listener/caller-address.js';
import { closeServer, createListener, listenOn } from '../listener/listener.js';
import type { UserAuthApp } from '../auth/users/user-auth.app.js';
import { startAdminThread } from './admin-thread.js';
import { watchStream } from './trail/audit-stream.js';
import { watchArchive } from './trail/trail-archive.js';
import { startCheckpoints } from './trail/checkpoints.js';
import { countDroppedLines, type Log } from './log.js';
import { createMetrics, type Metrics, VERSION } from '../status/metrics.js';
import { reportReplica } from '../status/report-replica.js';
import { monotonicNow, openParts, type Parts } from './parts.js';
import { userAuthDeps } from './user-parts.js';
import { watchDaysLeft, watchParts, watchProbes, watchReadiness, watchUpkeep } from './watch-parts.js';
import { serveJwks } from '../public/jwks.js';
import { serveStaffJwks } from '../public/staff-jwks.js';
import { serveSroLink } from '../public/sro-link.js';
import { type Readiness, serveStatus } from '../status/status.js';
import { watchJobs } from '../status/watch-jobs.js';

export interface Gateway {
  /** Audience → address, with the port that was taken. */
  readonly addresses: Record<string, string>;
  /** Fires when this process may not go on: its audit chain was taken over, so nothing more is sent to e-RS. */
  readonly failed: AbortSignal;
  close(): Promise<void>;
  /** Ends after `failed`: soon, but no caller that is connected is left without an answer. */
  giveUp(): Promise<void>;
}

type Audience = 'partner' | 'public' | 'status';

const KMS_PROBE_MS = 10_000;
const DATABASE_SIZE_MS = 10_000;
const PARTITIONS_MS = 60_000;
/** Nobody sends more than two ticked boxes there. */
const PUBLIC_REQUEST_MS = 10_000;
const DRAIN_POLL_MS = 50;
/** Apart from that of traces: either can fail alone. */
const METRICS_COLLECTOR = 'OTLP collector of metrics';
/** Calls under way end with the lease, so that what is left is to answer. */
const GIVE_UP = { drainGraceMs: 1_000, drainMs: 5_000 };

export async function openGateway(config: Config, log: Log): Promise<Gateway> {
  // Takes as long as everything else, and needs none of it.
  const adminStart = config.roles.has('admin') ? startAdminThread(log) : null;
  adminStart?.catch(() => undefined);
  const metrics = createMetrics();
  const parts = await openParts(config, log, metrics);
  watchParts(metrics, config, parts);
  const state: State = {
    draining: false,
    kmsReachable: await reachesKms(config, parts),
    adminListening: () => false,
  };
  const jobs = [
    every(KMS_PROBE_MS, async () => {
      state.kmsReachable = await reachesKms(config, parts);
    }),
    ...startJobs(config, log, metrics, parts),
    watchDaysLeft(metrics, config, parts),
    watchProbes(metrics, parts),
    watchUpkeep(metrics, parts),
  ];

  let running: BackgroundJobs | null = null;
  const jobWatch = watchJobs(
    metrics,
    createJobRecords(parts.prisma, now),
    () => running?.counts() ?? new Map<string, never>(),
    now,
  );
  jobs.push(jobWatch);

  const userAuth = config.roles.has('public') ? await openUserAuth(config, log, parts) : null;
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
  metrics.watch('log_lines_dropped_total', 'Lines that the log had no room for', countDroppedLines);
  const readiness = readinessOf(config, parts, state);
  watchReadiness(metrics, readiness);
  jobs.push(
    reportReplica(
      openReplicaRow(parts.prisma, { roles: config.roles, version: VERSION, startedAtMs: now() }),
      {
        ...{ readiness, overdueJobs: jobWatch.overdue },
        outages: () => parts.outages.ongoing(),
      },
    ),
  );
  // Plain and open to any prober (ADR 15).
  await start(
    'status',
    createListener({ tls: null, tlsTerminatedBy: [] }, {}, serveStatus(readiness, metrics, jobWatch.overdue)),
  );
  if (config.roles.has('public')) {
    await start(
      'public',
      createListener(
        config,
        { requestTimeout: PUBLIC_REQUEST_MS, keepAliveTimeout: config.keepAliveMs },
        publicHandler(config, log, parts, userAuth),
        {
          onError,
        },
      ),
    );
  }
  const admin = await adminStart;
  if (admin !== null) {
    addresses['admin'] = addressOf(config, admin);
    metrics.watch('admin_restarts_total', 'Times the admin listener failed', admin.restarts);
    metrics.watch('admin_listening', 'Whether the admin listener takes requests', () =>
      admin.isListening() ? 1 : 0,
    );
    state.adminListening = admin.isListening;
  }
  const metricPush = await openMetricExport(config, metrics, parts);
  const partner = openPartner(config, metrics, parts, onError);
  if (config.roles.has('partner')) await start('partner', partner.server);
  // Only now: loading the queue takes a tenth of a second that no listener should wait for.
  const background = config.roles.has('worker') ? startBackground(config, log, metrics, parts) : null;
  void background?.then((started) => {
    running = started;
  });

  async function close({ drainGraceMs, drainMs }: DrainLimits): Promise<void> {
    // Readiness first, so that balancers look elsewhere before the door closes.
    state.draining = true;
    await pause(drainGraceMs);
    const status = servers.get('status');
    servers.delete('status');
    await Promise.all([
      drain(drainMs, partner, [...servers.values()]),
      admin?.close(drainMs),
      background?.then((started) => started?.stop(drainMs)),
    ]);
    await Promise.all(jobs.map((job) => job.stop()));
    await userAuth?.close();
    // Values are read from memory, so the parts may close meanwhile.
    await Promise.all([metricPush?.close(), parts.close()]);
    if (status !== undefined) await closeServer(status, 1_000);
  }

  return {
    addresses,
    failed: parts.audit.fenced,
    close: () => close(config.budgets),
    giveUp: () => close(GIVE_UP),
  };
}

type DrainLimits = Pick<Config['budgets'], 'drainGraceMs' | 'drainMs'>;

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
    jobs.push(atOnceAndEvery(DATABASE_SIZE_MS, () => parts.room.measure()));
    jobs.push(every(config.budgets.keyPollMs, () => watchKeys({ kms, tokens, audit, now, onUnusable })));
  }
  if (runs('worker')) {
    const { databaseUrl } = config;
    const sweeper = startSweeper({
      ...{ databaseUrl, audit, ttlMs: LEASE.ttlMs, now, monotonicNow, log },
      onSwept: () => {
        metrics.writerSwept();
      },
    });
    jobs.push({ stop: () => sweeper.close() });
    const partitions = openPartitions(parts.auditDatabase);
    // The job that creates them runs in one process; each of them has to show how many there are.
    jobs.push(
      atOnceAndEvery(PARTITIONS_MS, async () => {
        metrics.partitionsAhead(await partitions.ahead());
      }),
    );
    if (config.auditStream !== null) jobs.push(watchStream(config.auditStream, metrics, parts));
    if (config.checkpoints !== null) {
      jobs.push(startCheckpoints(config.checkpoints, log, metrics, parts));
      jobs.push(watchArchive(metrics, parts));
    }
  }
  return jobs;
}

/** Null if the queue could not be loaded, which the log says. A queue that can't be reached is tried again and again. */
async function startBackground(
  config: Config,
  log: Log,
  metrics: Metrics,
  parts: Parts,
): Promise<BackgroundJobs | null> {
  try {
    // eslint-disable-next-line no-restricted-syntax -- BullMQ takes time and memory that the other roles need not spend
    const { openBackgroundJobs } = await import('./background.js');
    return openBackgroundJobs(config, log, metrics, parts);
  } catch (error) {
    log.error({ err: error }, 'the background jobs could not be started');
    return null;
  }
}

/** Null unless a collector of metrics is configured. */
async function openMetricExport(
  { metricExport }: Config,
  { read }: Metrics,
  { outages }: Parts,
): Promise<MetricPush | null> {
  if (metricExport === null) return null;
  const onFailed = (error: unknown): void => {
    outages.failed(METRICS_COLLECTOR, error);
  };
  const onWorked = (): void => {
    outages.worked(METRICS_COLLECTOR);
  };
  return openMetricPush({ ...metricExport, read, onFailed, onWorked });
}

interface State {
  draining: boolean;
  kmsReachable: boolean;
  adminListening: () => boolean;
}

function readinessOf(
  config: Config,
  { audit, registry, skew, room }: Parts,
  state: Readonly<State>,
): Readiness {
  // Where partners are served as well, they go on without it: an operator must not be able to stop them.
  const needsAdmin = config.roles.has('admin') && !config.roles.has('partner');
  return () => ({
    ...(needsAdmin && { admin: state.adminListening() || 'the admin listener is being started again' }),
    serving: !state.draining || 'shutting down',
    volume: room.hasRoom() || 'the volume of the database is nearly full',
    audit: (audit.available() && audit.leaseHeld()) || 'the audit trail takes no writes',
    registry: registry.age() <= config.budgets.snapshotMaxAgeMs || 'the registry cannot be confirmed current',
    kms: state.kmsReachable || 'the audit key in KMS cannot be reached',
    clock: skew.fault() === null || 'the clock is too far from that of NHS England',
  });
}

/** Null where no environment has a CIS2. Nest is loaded here only for it, and so not by other roles. */
async function openUserAuth(config: Config, log: Log, parts: Parts): Promise<UserAuthApp | null> {
  const hasCis2 = [...config.environments.values()].some(({ cis2Issuer }) => cis2Issuer !== undefined);
  if (!hasCis2) return null;
  // eslint-disable-next-line no-restricted-syntax -- Nest takes time and memory that the other roles need not spend
  const { createUserAuthApp } = await import('../auth/users/user-auth.app.js');
  return createUserAuthApp(userAuthDeps(config, log, parts, now));
}

function publicHandler(
  { staff, tlsTerminatedBy }: Config,
  log: Log,
  { registry, prisma, kms }: Parts,
  userAuth: UserAuthApp | null,
): RequestListener {
  const onFetched = noteJwksFetches(prisma, now, (error) => {
    log.warn({ err: error }, 'a fetch of a JWKS by API Management was not noted');
  });
  const jwks = serveJwks(() => registry.current(), onFetched);
  const onError = (error: unknown): void => {
    log.error({ err: error }, 'a one-time link could not be answered');
  };
  const callerAddress = callerAddressBehind(tlsTerminatedBy);
  const sroLink = serveSroLink({ db: prisma, now, callerAddress, onError });
  const clientKey = staff?.clientKmsKey === undefined ? null : openClientKey(kms, staff.clientKmsKey, now);
  const staffJwks = serveStaffJwks(clientKey, (error) => {
    log.error({ err: error }, 'the key of staff sign-in could not be read from KMS');
  });
  return (request, response) => {
    if (userAuth?.serve(request, response) === true) return;
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
  drainMs: number,
  partner: PartnerServer,
  servers: readonly (Server | HttpsServer)[],
): Promise<void> {
  const deadlineMs = monotonicNow() + drainMs;
  partner.startDraining();
  await Promise.all(servers.map((server) => closeServer(server, drainMs)));
  while (partner.running() > 0 && monotonicNow() < deadlineMs) await pause(DRAIN_POLL_MS);
}
