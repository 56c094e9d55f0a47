/** The numbers of /metrics that are read from the parts when a page is requested. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { daysLeft } from '@gatehouse/domain/governance/days-left';
import { now } from '#hooks';
import { WATCHES } from '@gatehouse/domain/upkeep/finding';
import { countFailingProbes } from '../adapters/probes/probe-results.js';
import { countFindings } from '../adapters/upkeep/findings.js';
import { firstTokenExpiryMs } from '../adapters/registry/token-expiry.js';
import type { Config } from '../config/config.js';
import { atOnceAndEvery, type Scheduled } from '../jobs/schedule.js';
import type { Metrics } from '../status/metrics.js';
import type { Readiness } from '../status/status.js';
import { monotonicNow, type Parts } from './parts.js';

/** Every client and organisation is looked at, so not at every request of a page. */
const DAYS_LEFT_MS = 60_000;
const DAY_MS = 86_400_000;
const PROBES_MS = 30_000;

export function watchParts(metrics: Metrics, { limits }: Config, parts: Parts): void {
  const { registry, upstream, kms, plane, audit, skew, slots } = parts;
  const ageS = (): number => registry.age() / 1000;
  metrics.watch('snapshot_age_seconds', 'Since the registry was last confirmed current', ageS);
  metrics.watch('registry_version', 'Version of the snapshot', () => registry.current().version);
  metrics.watch('upstream_in_flight', 'Calls to e-RS whose answer is not complete', () =>
    upstream.inFlight(),
  );
  metrics.watch('rate_shared', 'Whether replicas share the rates of applications, or divide them', () =>
    slots.isShared() ? 1 : 0,
  );
  metrics.watch('rate_waiting', 'Requests that wait for their turn to be sent', plane.limiter.waiting);
  metrics.watch(
    'rate_left_ratio',
    'The least share of its rate that an application had left in this minute or the one before',
    plane.limiter.leastLeft,
  );
  metrics.watch('buffered_body_bytes', 'Bodies of partners held in memory', plane.bodies.usedBytes);
  metrics.watch('kms_signs_total', 'Signatures asked of KMS', () => kms.counts.signs);
  metrics.watch('audit_lease_held', 'Whether this process may write to its audit chain', () =>
    audit.leaseHeld() ? 1 : 0,
  );
  metrics.watchEach(
    'clock_skew_seconds',
    'How far the clock of this machine is behind NHS England’s',
    [],
    () => known(skew.measured(), 1000),
  );
  metrics.watchEach('database_bytes', 'Size of the database, as last measured', [], () =>
    known(parts.room.usedBytes()),
  );
  metrics.watchEach('database_max_bytes', 'What the volume has for the database, by the setting', [], () =>
    known(limits.databaseBytes),
  );
  metrics.watchEach(
    'database_connections',
    'Connections to PostgreSQL by pool, and callers waiting for one',
    ['pool', 'state'],
    () => Object.entries(parts.pools).flatMap(([pool, counts]) => poolValues(pool, counts)),
  );
}

/** The one value without labels, or none. */
function known(value: number | null, unit = 1) {
  return value === null ? [] : [{ labels: {}, value: value / unit }];
}

function poolValues(pool: string, counts: Parts['pools'][string]) {
  const { totalCount, idleCount, waitingCount } = counts;
  return [
    { labels: { pool, state: 'in-use' }, value: totalCount - idleCount },
    { labels: { pool, state: 'idle' }, value: idleCount },
    { labels: { pool, state: 'waiting' }, value: waitingCount },
  ];
}

/** The conditions of /ready, each and all together. */
export function watchReadiness(metrics: Metrics, readiness: Readiness): void {
  const conditions = () => Object.entries(readiness());
  metrics.watch('ready', 'Whether /ready answers 200', () =>
    conditions().every(([, condition]) => condition === true) ? 1 : 0,
  );
  metrics.watchEach('ready_condition', 'The conditions of /ready', ['condition'], () =>
    conditions().map(([name, condition]) => ({
      labels: { condition: name },
      value: condition === true ? 1 : 0,
    })),
  );
}

/**
 * Days until keys, tokens, exceptions, reviews and the certificate end.
 * @returns the job that reads the admin tokens and the certificate
 */
export function watchDaysLeft(
  metrics: Metrics,
  { tls }: Config,
  { registry, auditDatabase }: Parts,
): Scheduled {
  let cached: { readonly atMs: number; readonly days: ReturnType<typeof daysLeft> } | null = null;
  let tokenExpiryMs: number | null = null;
  let certificateExpiryMs: number | null = null;
  const ofRegistry = () => {
    if (cached === null || monotonicNow() - cached.atMs > DAYS_LEFT_MS)
      cached = { atMs: monotonicNow(), days: daysLeft(registry.current(), now()) };
    return cached.days.map(({ kind, environment, days }) => ({ labels: { kind, environment }, value: days }));
  };
  const until = (kind: string, expiryMs: number | null) =>
    expiryMs === null ? [] : [{ labels: { kind, environment: '' }, value: (expiryMs - now()) / DAY_MS }];
  metrics.watchEach(
    'days_left',
    'Days until the first client key, admin token, write exception, SRO review or certificate ends',
    ['kind', 'environment'],
    () => [
      ...ofRegistry(),
      ...until('admin-token', tokenExpiryMs),
      ...until('certificate', certificateExpiryMs),
    ],
  );
  return atOnceAndEvery(DAYS_LEFT_MS, async () => {
    if (tls !== null)
      certificateExpiryMs = new X509Certificate(await readFile(tls.cert)).validToDate.getTime();
    tokenExpiryMs = await firstTokenExpiryMs(auditDatabase);
  });
}

/** Applications that NHS England does not serve as it should, read from the database: also where no worker runs. */
export function watchProbes(metrics: Metrics, { prisma }: Parts): Scheduled {
  let counts: Awaited<ReturnType<typeof countFailingProbes>> = [];
  metrics.watchEach(
    'probes_failing',
    'Live applications whose last probe found a fault that does not pass by itself',
    ['environment'],
    () => counts.map(({ environment, failing }) => ({ labels: { environment }, value: failing })),
  );
  return atOnceAndEvery(PROBES_MS, async () => {
    counts = await countFailingProbes(prisma);
  });
}

/** What the watches of upkeep have found, read from the database: also where no worker runs. */
export function watchUpkeep(metrics: Metrics, { prisma }: Parts): Scheduled {
  let counts: ReadonlyMap<string, number> = new Map();
  metrics.watchEach(
    'upkeep_findings',
    'What scheduled jobs found that somebody should put right, by what they watch',
    ['watch'],
    () => WATCHES.map((watch) => ({ labels: { watch }, value: counts.get(watch) ?? 0 })),
  );
  return atOnceAndEvery(PROBES_MS, async () => {
    counts = await countFindings(prisma);
  });
}
