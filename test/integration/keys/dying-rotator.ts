/**
 * A worker process for the tests of SIGKILL inside a rotation: it takes the next step of one owner and kills itself at the
 * moment that `DYING_RUN` names.
 */
import process from 'node:process';
import { createPrisma } from '@gatehouse/db/client';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { openAuditLog } from '../../../apps/gateway/dist/adapters/audit/write/audit-log.js';
import { openKms } from '../../../apps/gateway/dist/adapters/kms/kms.js';
import { createCanary } from '../../../apps/gateway/dist/adapters/nhs/canary.js';
import { openTokenTransport } from '../../../apps/gateway/dist/adapters/nhs/token-transport.js';
import { openRegistry } from '../../../apps/gateway/dist/adapters/registry/registry.js';
import { run } from '../../../apps/gateway/dist/jobs/keys/key-rotation-step.job.js';
import { rotationStepDeps } from '../../../apps/gateway/dist/jobs/keys/rotation-parts.js';
import type { DyingRun, Moment } from './rotation-deaths.ts';

const dying = JSON.parse(process.env['DYING_RUN'] ?? '') as DyingRun;
const { ownerId, diesAt, offsetMs, databaseUrl, kmsUrl, tokenUrl, publicUrl, environment } = dying;

function dieAt(moment: Moment): void {
  if (moment === diesAt) process.kill(process.pid, 'SIGKILL');
}
/** What it returns, unless the process dies as soon as it has it. */
async function thenDieAt<T>(moment: Moment, result: Promise<T>): Promise<T> {
  const value = await result;
  dieAt(moment);
  return value;
}
const now = (): number => Date.now() + offsetMs;
const db = createPrisma(databaseUrl);
const kms = openKms({ region: 'eu-west-2', endpoint: kmsUrl, timeoutMs: 20_000, proxy: null });
const registry = await openRegistry({ databaseUrl, onError: () => undefined });
const transport = openTokenTransport({
  ...{ connectMs: 2_000, totalMs: 10_000, proxy: null, reserve: null },
  onDate: () => undefined,
});
const ignore = (): void => undefined;
const log = await openAuditLog({
  ...{ databaseUrl, now, monotonicNow: () => performance.now() },
  log: { info: ignore, warn: ignore, error: ignore, fatal: ignore },
  metrics: { commitMs: ignore, queueLength: ignore, batch: ignore },
  ...{ budgets: { commitMs: 2_000 }, lease: { ttlMs: 30_000, renewMs: 5_000, fenceMs: 25_000 } },
  ...{ maxQueue: 10, hasRoom: () => true, rejections: { perAddressMinute: 1, perClientSecond: 1 } },
});
const record = (event: SystemEvent): Promise<void> =>
  thenDieAt(
    event.facts['result'] === 'begun' ? 'after it noted what it will do' : 'after it recorded the step',
    log.system(event),
  );
const deps = rotationStepDeps({
  ...{ db, keyService: kms, publicUrl, now, environments: new Set([environment]) },
  canary: createCanary({ kms, transport, tokenUrlOf: () => tokenUrl, now, killPoint: () => undefined }),
  cis2Canary: () => Promise.reject(new Error('no CIS2 client rotates here')),
  snapshot: () => registry.current(),
  audit: { system: record },
  killPoint: () => {
    dieAt('after it reached out');
  },
  log: { info: () => undefined, warn: () => undefined },
});
await run(
  {
    ...deps,
    claim: (...args) => thenDieAt('after its claim', deps.claim(...args)),
    beginCreation: (...args) => thenDieAt('after it noted what it will do', deps.beginCreation(...args)),
    takeStep: (...args) => thenDieAt('after it changed the registry', deps.takeStep(...args)),
    release: (...args) => thenDieAt('after it gave its claim back', deps.release(...args)),
  },
  ownerId,
);
process.exit(0);
