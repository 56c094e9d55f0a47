/** The watches of upkeep with what they read and write. */
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { Finding, Watch } from '@gatehouse/domain/upkeep/finding';
import type pg from 'pg';
import { newestCalls } from '../adapters/audit/read/newest-calls.js';
import { refusedSignInCounts } from '../adapters/audit/read/sign-ins.js';
import { callsOfDeprecated, clientUse } from '../adapters/audit/read/usage.js';
import { readPublicJwks } from '../adapters/keys/public-jwks.js';
import { type FindingRows, openFindings, settleFindings } from '../adapters/upkeep/findings.js';
import { applicationHealths, type HealthParts } from '../adapters/health/application-healths.js';
import { dueHealths, markChanged, storeHealths } from '../adapters/health/health-rows.js';
import { run as watchHealth } from './health-watch.job.js';
import { run as watchJwks } from './jwks-watch.job.js';
import { run as watchSignIns } from './sign-in-watch.job.js';
import { run as watchUsage } from './usage-watch.job.js';

export interface UpkeepParts {
  readonly db: FindingRows;
  readonly auditDatabase: Pick<pg.Pool, 'query'>;
  readonly snapshot: () => Snapshot;
  /** Epoch ms. */
  readonly now: () => number;
}

export async function runUsageWatch(parts: UpkeepParts, signal: AbortSignal): Promise<void> {
  const { auditDatabase, snapshot, now } = parts;
  await watchUsage({
    ...{ snapshot, now, signal, settle: settleOf(parts, signal) },
    clientUse: (ids, nowMs) => clientUse(auditDatabase, ids, nowMs),
    callsOfDeprecated: (nowMs) => callsOfDeprecated(auditDatabase, nowMs),
  });
}

export async function runSignInWatch(parts: UpkeepParts, signal: AbortSignal): Promise<void> {
  const { db, auditDatabase, snapshot, now } = parts;
  await watchSignIns({
    ...{ snapshot, now, settle: settleOf(parts, signal) },
    counts: (nowMs) => refusedSignInCounts(auditDatabase, nowMs),
    open: (watch) => openFindings(db, watch),
  });
}

export interface JwksRunParts extends UpkeepParts {
  readonly environments: ReadonlySet<string>;
  /** Where the public listener is reached, without a trailing slash. */
  readonly publicUrl: string;
  readonly pauseMs?: number;
}

const PAUSE_MS = 20_000;

export async function runJwksWatch(parts: JwksRunParts, signal: AbortSignal): Promise<void> {
  const { db, snapshot, now, environments, publicUrl, pauseMs = PAUSE_MS } = parts;
  const settle = settleOf(parts, signal);
  await watchJwks({
    ...{ snapshot, now, environments, pauseMs, signal },
    read: (jwksId) => readPublicJwks(`${publicUrl}/jwks/${jwksId}`),
    open: () => openFindings(db, 'jwks'),
    settle: (findings, nowMs) => settle('jwks', findings, nowMs),
  });
}

const settleOf =
  ({ db }: UpkeepParts, signal: AbortSignal) =>
  (watch: Watch, findings: readonly Finding[], nowMs: number): Promise<void> =>
    settleFindings(db, watch, findings, { nowMs, signal });

export interface HealthRunParts {
  readonly db: Parameters<typeof markChanged>[0];
  readonly auditDatabase: pg.Pool;
  readonly kindOf: HealthParts['kindOf'];
  /** Epoch ms. */
  readonly now: () => number;
}

export async function runHealthWatch(
  { db, auditDatabase, kindOf, now }: HealthRunParts,
  signal: AbortSignal,
): Promise<void> {
  const parts: HealthParts = {
    ...{ db, kindOf, now },
    newestCalls: (ids, sinceMs) => newestCalls(auditDatabase, ids, sinceMs),
  };
  await watchHealth({
    markChanged: () => markChanged(db, now()),
    due: (most) => dueHealths(db, now(), most),
    decide: (ids) => applicationHealths(parts, { id: { in: [...ids] } }),
    store: (due, decided) => storeHealths(db, due, decided, now()),
    signal,
  });
}
