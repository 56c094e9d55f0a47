/**
 * A worker process for the tests of SIGKILL inside a rotation: it takes the next step of each owner that `DYING_RUN` names,
 * goes no further with it than to the moment beside it, and kills itself once it has come there with all of them.
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
const { deaths, offsetMs, databaseUrl, kmsUrl, tokenUrl, publicUrl, environment } = dying;

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

/** Takes the step of one owner, and calls `die` at the moment. */
async function takeStepUntil(ownerId: string, diesAt: Moment, die: () => void): Promise<void> {
  /** What it returns, unless this is the moment: then the step never goes on. */
  async function unlessAt<T>(moment: Moment, result: Promise<T>): Promise<T> {
    const value = await result;
    if (moment !== diesAt) return value;
    die();
    return new Promise(() => undefined);
  }
  const record = (event: SystemEvent): Promise<void> =>
    unlessAt(
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
      if (diesAt === AT_ONCE) die();
    },
    log: { info: () => undefined, warn: () => undefined },
  });
  await run(
    {
      ...deps,
      claim: (...args) => unlessAt('after its claim', deps.claim(...args)),
      beginCreation: (...args) => unlessAt('after it noted what it will do', deps.beginCreation(...args)),
      takeStep: (...args) => unlessAt('after it changed the registry', deps.takeStep(...args)),
      release: (...args) => unlessAt('after it gave its claim back', deps.release(...args)),
    },
    ownerId,
  );
  throw new Error(`the step of ${ownerId} has ended`);
}

/** Here a step can't be held up, so that the process must die at once. */
const AT_ONCE: Moment = 'after it reached out';
const held = deaths.filter(({ diesAt }) => diesAt !== AT_ONCE);
const last = deaths.filter(({ diesAt }) => diesAt === AT_ONCE);
const fail = (error: unknown): never => {
  console.error(error);
  process.exit(1);
};
await Promise.all(
  held.map(
    ({ ownerId, diesAt }) =>
      new Promise<void>((resolve) => void takeStepUntil(ownerId, diesAt, resolve).catch(fail)),
  ),
);
const kill = (): void => void process.kill(process.pid, 'SIGKILL');
if (last.length === 0) kill();
for (const { ownerId, diesAt } of last) await takeStepUntil(ownerId, diesAt, kill).catch(fail);
