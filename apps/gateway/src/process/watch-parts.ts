/** The numbers of /metrics that are read from the parts when a page is requested. */
import { daysLeft } from '@gatehouse/domain/governance/days-left';
import { now } from '#hooks';
import { firstTokenExpiryMs } from '../adapters/registry/token-expiry.js';
import { atOnceAndEvery, type Scheduled } from '../jobs/schedule.js';
import type { Metrics } from '../status/metrics.js';
import type { Readiness } from '../status/status.js';
import { monotonicNow, type Parts } from './parts.js';

/** Every client and organisation is looked at, so not at every request of a page. */
const DAYS_LEFT_MS = 60_000;
const DAY_MS = 86_400_000;

export function watchParts(metrics: Metrics, parts: Parts): void {
  const { registry, upstream, kms, plane } = parts;
  const ageS = (): number => registry.age() / 1000;
  metrics.watch('snapshot_age_seconds', 'Since the registry was last confirmed current', ageS);
  metrics.watch('registry_version', 'Version of the snapshot', () => registry.current().version);
  metrics.watch('upstream_in_flight', 'Calls to e-RS whose answer is not complete', () =>
    upstream.inFlight(),
  );
  metrics.watch('buffered_body_bytes', 'Bodies of partners held in memory', plane.bodies.usedBytes);
  metrics.watch('kms_signs_total', 'Signatures asked of KMS', () => kms.counts.signs);
  metrics.watchEach('database_bytes', 'Size of the database, as last measured', [], () => {
    const bytes = parts.room.usedBytes();
    return bytes === null ? [] : [{ labels: {}, value: bytes }];
  });
  metrics.watchEach(
    'database_connections',
    'Connections to PostgreSQL by pool, and callers waiting for one',
    ['pool', 'state'],
    () => Object.entries(parts.pools).flatMap(([pool, counts]) => poolValues(pool, counts)),
  );
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

/** Days until keys, tokens, exceptions and reviews end. @returns the job that reads the admin tokens */
export function watchDaysLeft(metrics: Metrics, { registry, auditDatabase }: Parts): Scheduled {
  let cached: { readonly atMs: number; readonly days: ReturnType<typeof daysLeft> } | null = null;
  let tokenExpiryMs: number | null = null;
  const ofRegistry = () => {
    if (cached === null || monotonicNow() - cached.atMs > DAYS_LEFT_MS)
      cached = { atMs: monotonicNow(), days: daysLeft(registry.current(), now()) };
    return cached.days.map(({ kind, environment, days }) => ({ labels: { kind, environment }, value: days }));
  };
  const ofTokens = () =>
    tokenExpiryMs === null
      ? []
      : [{ labels: { kind: 'admin-token', environment: '' }, value: (tokenExpiryMs - now()) / DAY_MS }];
  metrics.watchEach(
    'days_left',
    'Days until the first client key, admin token, write exception or SRO review ends',
    ['kind', 'environment'],
    () => [...ofRegistry(), ...ofTokens()],
  );
  return atOnceAndEvery(DAYS_LEFT_MS, async () => {
    tokenExpiryMs = await firstTokenExpiryMs(auditDatabase);
  });
}
