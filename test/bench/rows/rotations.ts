/** (m) Ten thousand signing keys that fall due within one hour: planning, the steps, and what the pace makes of them. */
import { jwksBody, publishedKeys } from '@gatehouse/domain/apim/jwks';
import { createPrisma } from '@gatehouse/db/client';
import { JOB_KINDS } from '@gatehouse/domain/jobs/job-kinds';
import { dueStep, type RotatingKey, rotationDueMs } from '@gatehouse/domain/rotation/rotation';
import pg from 'pg';
import { type OwnerRotation, readRotations } from '../../../apps/gateway/dist/adapters/keys/rotations.js';
import { openRegistry } from '../../../apps/gateway/dist/adapters/registry/registry.js';
import { run as takeStep } from '../../../apps/gateway/dist/jobs/keys/key-rotation-step.job.js';
import { MOST_AT_ONCE, run as plan } from '../../../apps/gateway/dist/jobs/keys/key-rotation.job.js';
import { rotationDeps, rotationStepDeps } from '../../../apps/gateway/dist/jobs/keys/rotation-parts.js';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { until } from '../../support/until.ts';
import type { Later } from '../benchmark.ts';
import { median } from '../load/figures.ts';
import type { Bench, Row } from '../row.ts';
import { fillRegistry } from '../servers/registry-data.ts';

const ENVIRONMENTS: ReadonlySet<string> = new Set(['int']);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVERY_MS = JOB_KINDS['key-rotation'].everyMs ?? 0;
const STEPS = ['prove', 'activate', 'create', 'publish', 'confirm'] as const;

export const rotations: Row = {
  title: 'ten thousand signing keys that fall due within one hour',
  async run({ isQuick, later, record }) {
    const owners = isQuick ? 200 : 10_000;
    await measureMachine({ owners, stepped: isQuick ? 20 : 300, record }, later);
    await measurePace(owners, record);
  },
};

/** Rows, locks and history are real; KMS and NHS England answer at once. */
async function measureMachine(
  { owners, stepped, record }: { owners: number; stepped: number } & Pick<Bench, 'record'>,
  later: Later,
): Promise<void> {
  const database = await createDatabase();
  later(() => database.drop());
  await fillRegistry(database, owners, { productsEach: 1 });
  await addDueKeys(database);
  const db = createPrisma(database.appUrl);
  later(() => db.$disconnect());
  const registry = await openRegistry({ databaseUrl: database.appUrl, onError: console.error });
  later(() => registry.close());
  const { now } = Date;
  let created = 0;
  const step = rotationStepDeps({
    ...{ db, environments: ENVIRONMENTS, publicUrl: '', now, killPoint: () => undefined },
    keyService: {
      createSigningKey: () => {
        created += 1;
        const publicJwk = { kty: 'RSA', e: 'AQAB', n: 'n'.repeat(683) } as const;
        return Promise.resolve({
          arn: `arn:${created}`,
          publicJwk,
          thumbprint: `made-${created}`.padEnd(43, '-'),
        });
      },
      signingKeysOf: () => Promise.resolve([]),
      disableKey: () => Promise.resolve(),
    },
    canary: () => Promise.resolve(null),
    cis2Canary: () => Promise.resolve(null),
    snapshot: () => registry.current(),
    audit: { system: () => Promise.resolve() },
    log: { info: () => undefined, warn: console.warn },
  });
  const deps = {
    ...step,
    readJwks: (jwksId: string) => Promise.resolve(jwksBody(publishedKeys(registry.current(), jwksId) ?? [])),
  };

  const planned: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const startedMs = performance.now();
    await plan(rotationDeps({ db, environments: ENVIRONMENTS, now }, () => undefined));
    planned.push(Math.round(performance.now() - startedMs));
  }
  console.log(
    `  one run that plans for ${owners} owners: ${median(planned)} ms, every ${EVERY_MS / 1_000} s`,
  );
  record({ part: 'plan', owners, planMs: median(planned), rounds: planned });

  const ids = (await readRotations(db)).slice(0, stepped).map(({ ownerId }) => ownerId);
  let allMs = 0;
  for (const name of STEPS) {
    await loaded(db, registry);
    const startedMs = performance.now();
    const queue = ids.values();
    const worker = async (): Promise<void> => {
      for (const id of queue) await takeStep(deps, id);
    };
    await Promise.all(Array.from({ length: JOB_KINDS['key-rotation-step'].concurrency }, worker));
    const eachMs = (performance.now() - startedMs) / stepped;
    allMs += eachMs;
    console.log(`  ${name}: ${Math.round(1_000 / eachMs)} a second`);
    record({ part: 'step', step: name, perSecond: Math.round(1_000 / eachMs), stepped });
  }
  await until('the steps were taken', async () => {
    const taken = await db.signingKey.count({
      where: { state: 'PUBLISHED', confirmedAt: { gt: new Date(now() - HOUR_MS) } },
    });
    return taken === stepped;
  });
  const minutes = Math.round((owners * allMs) / 60_000);
  console.log(`  all ${STEPS.length} steps of ${owners} keys: ${minutes} min of one worker`);
  record({ part: 'steps', owners, minutes });
}

async function loaded(
  db: ReturnType<typeof createPrisma>,
  registry: Awaited<ReturnType<typeof openRegistry>>,
): Promise<void> {
  const { version } = await db.registryHead.findUniqueOrThrow({ where: { id: 1 } });
  await registry.refresh(Number(version));
}

/** A policy of one day, ten days old, and a standby that may be proven, for each application. */
async function addDueKeys({ superuserUrl }: TestDatabase): Promise<void> {
  const superuser = new pg.Client(superuserUrl);
  await superuser.connect();
  await superuser.query(`
    SET session_replication_role = 'replica';
    INSERT INTO rotation_policy (ods_code, product, environment, every_days) SELECT ods_code, 'P0', 'int', 1 FROM organisation WHERE ods_code LIKE 'X%';
    INSERT INTO registry_change (version, at, actor, table_name, row_key, ods_codes, client_ids)
      SELECT 1, now() - interval '10 days', 'bench', 'rotation_policy', id::text, ARRAY[ods_code], '{}' FROM rotation_policy;
    INSERT INTO signing_key (application_id, kid, kms_key_arn, public_jwk, thumbprint, state, published_at, confirmed_at)
      SELECT application_id, 'next-' || application_id, 'arn:next:' || application_id, public_jwk, 'n-' || application_id,
        'PUBLISHED', now() - interval '3 hours', now() - interval '2 hours' FROM signing_key;
    ANALYZE;
  `);
  await superuser.end();
}

/** The runs of the planner on a clock of their own, with steps that take no time. */
async function measurePace(owners: number, record: Bench['record']): Promise<void> {
  for (const [when, spreadMs] of [
    ['within one hour', HOUR_MS],
    ['at one moment', 0],
  ] as const) {
    let nowMs = 10 * DAY_MS;
    const startMs = nowMs;
    const all = new Map(
      Array.from({ length: owners }, (_, n) => {
        const owner = dueAt(`owner-${n}`, startMs + (n * spreadMs) / owners);
        return [owner.ownerId, owner] as const;
      }),
    );
    let canaries = 0;
    const requested: string[] = [];
    const done = { changedMs: 0, standbyMs: 0 };
    for (; nowMs < startMs + DAY_MS; nowMs += EVERY_MS) {
      await plan({
        read: () => Promise.resolve([...all.values()]),
        left: () => Promise.resolve([]),
        dead: () => Promise.resolve(new Set()),
        request: (ids) => Promise.resolve(void requested.push(...ids)),
        now: () => nowMs,
        onStuck: () => undefined,
      });
      if (requested.length === 0 && nowMs > startMs + spreadMs) break;
      for (const id of requested.splice(0)) {
        const owner = all.get(id);
        const due = owner === undefined ? null : dueStep(owner, nowMs);
        if (owner === undefined || due === null) continue;
        if (due.step === 'prove') canaries += 1;
        if (due.step === 'activate') done.changedMs = nowMs - startMs;
        if (due.step === 'confirm') done.standbyMs = nowMs - startMs;
        all.set(id, { ...owner, keys: stepped(owner.keys, due, nowMs) });
      }
    }
    const [changed, standby] = [done.changedMs, done.standbyMs].map((ms) => Math.round(ms / 60_000));
    console.log(
      `  ${owners} keys due ${when}, ${MOST_AT_ONCE} steps every ${EVERY_MS / 1_000} s: the last has changed after ${changed} min ` +
        `and has its next standby after ${standby} min; ${canaries} canaries`,
    );
    record({ part: 'pace', owners, when, changed, standby, canaries });
  }
}

const NEVER = {
  ...{ publishedAtMs: null, confirmedAtMs: null, provenAtMs: null, activatedAtMs: null },
  ...{ retiredAtMs: null, removedAtMs: null, disabledAtMs: null },
};

/** Its key in use falls due at this moment, and its standby may take over. */
function dueAt(ownerId: string, dueMs: number): OwnerRotation {
  const policy = { ownerId, everyDays: 90, policyAtMs: -1_000 * DAY_MS };
  const activatedAtMs = dueMs - rotationDueMs(policy, 0);
  const keys = [
    { ...NEVER, kid: 'a', state: 'ACTIVE', createdAtMs: 0, publishedAtMs: 0, activatedAtMs },
    { ...NEVER, kid: 'b', state: 'PUBLISHED', createdAtMs: 0, publishedAtMs: 0, confirmedAtMs: 0 },
  ] as const;
  return {
    ...policy,
    ...{ id: ownerId, kind: 'application', environment: 'int', product: 'P0', jwksId: ownerId, odsCodes: [] },
    ...{ policyId: 'p', policyBy: 'bench', failures: 0, step: null, cause: null, failingSinceMs: null },
    ...{ notBeforeMs: 0, claimedUntilMs: 0, creation: null, keys },
  };
}

function stepped(
  keys: readonly RotatingKey[],
  { step, kid }: NonNullable<ReturnType<typeof dueStep>>,
  nowMs: number,
): RotatingKey[] {
  if (step === 'create')
    return [...keys, { ...NEVER, kid: `k-${nowMs}`, state: 'PENDING', createdAtMs: nowMs }];
  return keys.map((key) => {
    if (key.state === 'ACTIVE' && step === 'activate')
      return { ...key, state: 'RETIRING', retiredAtMs: nowMs };
    if (key.kid !== kid) return key;
    switch (step) {
      case 'publish':
        return { ...key, state: 'PUBLISHED', publishedAtMs: nowMs };
      case 'confirm':
        return { ...key, confirmedAtMs: nowMs };
      case 'prove':
        return { ...key, provenAtMs: nowMs };
      case 'activate':
        return { ...key, state: 'ACTIVE', activatedAtMs: nowMs };
      case 'remove':
        return { ...key, state: 'REMOVED', removedAtMs: nowMs };
      case 'disable':
        return { ...key, disabledAtMs: nowMs };
    }
  });
}
