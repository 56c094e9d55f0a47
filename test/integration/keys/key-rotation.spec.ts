/** A signing key's whole life under a policy, on moved clocks. */
import { randomUUID } from 'node:crypto';
import { changeRegistry } from '@gatehouse/db/client';
import { ROLLBACK_MS, rotationDueMs } from '@gatehouse/domain/rotation/rotation';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { setKeyState } from '../../../apps/gateway/src/adapters/keys/key-rows.ts';
import { recordTaken } from '../../../apps/gateway/src/adapters/keys/rotation-records.ts';
import { CLAIM_MS } from '../../../apps/gateway/src/adapters/keys/rotations.ts';
import { takeStep as writeStep } from '../../../apps/gateway/src/adapters/keys/rotation-writes.ts';
import {
  type KeyRotationStepDeps,
  run as takeStep,
} from '../../../apps/gateway/src/jobs/keys/key-rotation-step.job.ts';
import { callKms } from '../../support/servers/stack.ts';
import { type RotatingApplication, type RotationWorld, startRotationWorld } from './rotation-world.ts';

const WAIT_MS = 3_900_000;
const MINUTE_MS = 60_000;
const EVERY_DAYS = 30;

let world: RotationWorld;
let r69: RotatingApplication;
let policyId: string;
beforeAll(async () => {
  world = await startRotationWorld();
  r69 = await world.addApplication();
  policyId = await world.setPolicy(r69.odsCode, EVERY_DAYS);
});
afterAll(() => world.close());

const dueMs = async (): Promise<number> => {
  const rotation = await world.rotation(r69.id);
  const active = rotation?.keys.find(({ state }) => state === 'ACTIVE');
  if (rotation === undefined) throw new Error('no rotation');
  return rotationDueMs(rotation, active?.activatedAtMs ?? 0);
};
async function rotating(everyDays = EVERY_DAYS, accessMode?: string): Promise<RotatingApplication> {
  const application = await world.addApplication(accessMode);
  await world.setPolicy(application.odsCode, everyDays);
  return application;
}
const lastEvent = () => world.events.at(-1)?.facts;

describe('under a policy', () => {
  it('a standby is made at once: created, published, and confirmed by its public URL', async () => {
    expect(await world.catchUp(r69.id)).toEqual(['create', 'publish', 'confirm']);
    const [first, standby] = await world.keysOf(r69.id);
    expect([first?.state, standby?.state]).toEqual(['ACTIVE', 'PUBLISHED']);
    expect(standby?.confirmedAt).not.toBeNull();
    expect(lastEvent()).toMatchObject({
      ...{ step: 'confirm', result: 'done', policyId },
      policy: expect.stringMatching(
        /^Under rotation policy .* \(every 30 days\), set by Pat Engineer, approved by Gwen Officer on /,
      ) as string,
    });
    const history = await world.db.registryChange.findMany({
      where: { tableName: 'signing_key', rowKey: standby?.id ?? '' },
    });
    expect(history.map(({ actor }) => actor)).toEqual(Array(3).fill('Gatehouse key rotation'));
    expect(history.every(({ reason }) => reason?.includes(policyId))).toBe(true);
  });

  it('nothing more is done before the active key is due', async () => {
    await world.moveTo((await dueMs()) - 1_000);
    expect(await world.catchUp(r69.id)).toEqual([]);
    expect(await world.plan()).toEqual([]);
  });

  it('a canary that API Management does not know leaves the old key signing, and is tried again', async () => {
    // API Management has a copy of the JWKS from before the standby, and keeps it.
    await world.simulator.control('PUT', `/apps/${r69.apiKey}`, {
      products: ['application-restricted'],
      attributes: {
        asid: '200000002454',
        'jwks-resource-url': `${world.publicUrl}/jwks/0000000000000000000000`,
      },
    });
    await world.moveTo((await dueMs()) + MINUTE_MS);
    expect(await world.plan()).toEqual([r69.id]);
    expect(await world.catchUp(r69.id)).toEqual(['prove']);
    expect(await world.statesOf(r69.id)).toEqual(['ACTIVE', 'PUBLISHED']);
    const rotation = await world.rotation(r69.id);
    expect(rotation?.cause).toContain('NHS England');
    expect(rotation?.failures).toBe(1);
    expect(lastEvent()).toMatchObject({
      step: 'prove',
      result: 'failed',
      diagnosis: expect.any(String) as string,
    });
    for (const failures of [2, 3]) {
      await world.moveTo((await world.rotation(r69.id))?.notBeforeMs ?? 0);
      expect(await world.catchUp(r69.id)).toEqual(['prove']);
      expect((await world.rotation(r69.id))?.failures).toBe(failures);
    }
    await world.plan();
    expect(world.stuck.at(-1)).toBe(1);
  });

  it('once the canary is accepted the standby signs, and the next standby is made', async () => {
    await world.simulator.control('PUT', `/apps/${r69.apiKey}`, {
      products: ['application-restricted'],
      attributes: { asid: '200000002454', 'jwks-resource-url': r69.jwksUrl },
    });
    await world.moveTo((await world.rotation(r69.id))?.notBeforeMs ?? 0);
    expect(await world.catchUp(r69.id)).toEqual(['prove', 'activate', 'create', 'publish', 'confirm']);
    expect(await world.statesOf(r69.id)).toEqual(['RETIRING', 'ACTIVE', 'PUBLISHED']);
    expect((await world.rotation(r69.id))?.failures).toBe(0);
    await world.plan();
    expect(world.stuck.at(-1)).toBe(0);
    const noted = await world.db.jwksFetch.findMany();
    expect(noted).toHaveLength(1);
  });

  it('the retired key stays for a day, is removed, and its KMS key disabled', async () => {
    const [retired] = await world.keysOf(r69.id);
    const removableMs = (retired?.retiredAt?.getTime() ?? 0) + ROLLBACK_MS;
    await world.moveTo(removableMs - 1_000);
    expect(await world.catchUp(r69.id)).toEqual([]);
    expect(await world.kms.isUsable(retired?.kmsKeyArn ?? '')).toBe(true);
    await world.moveTo(removableMs);
    expect(await world.catchUp(r69.id)).toEqual(['remove', 'disable']);
    expect(await world.statesOf(r69.id)).toEqual(['REMOVED', 'ACTIVE', 'PUBLISHED']);
    expect(await world.kms.isUsable(retired?.kmsKeyArn ?? '')).toBe(false);
  });

  it('a standstill of a year is caught up by one rotation, not by twelve', async () => {
    await world.moveTo(world.now() + 365 * 86_400_000);
    expect(await world.catchUp(r69.id)).toEqual(['prove', 'activate', 'create', 'publish', 'confirm']);
    expect(await world.statesOf(r69.id)).toEqual(['REMOVED', 'RETIRING', 'ACTIVE', 'PUBLISHED']);
  });
});

describe('an application with a new policy', () => {
  it('whose standby was published less than an hour ago is not changed over, whoever says so', async () => {
    const rcd = await rotating(1);
    await world.moveTo(world.now() + 3 * 86_400_000);
    expect(await world.catchUp(rcd.id)).toEqual(['create', 'publish', 'confirm']);
    const standby = (await world.keysOf(rcd.id))[1];
    const rotation = await world.rotation(rcd.id);
    if (rotation === undefined || standby === undefined) throw new Error('no rotation');
    const forced = { step: 'activate', kid: standby.kid, atMs: 0 } as const;
    await world.moveTo((standby.confirmedAt?.getTime() ?? 0) + WAIT_MS - 1_000);
    const claim = (await world.stepDeps().claim(rcd.id)) ?? '';
    const asRun = { claim, created: null, now: world.now };
    expect(await writeStep(world.db, rotation, forced, asRun)).toBe('not-due');
    await world.moveTo((standby.confirmedAt?.getTime() ?? 0) + WAIT_MS);
    // Nor without a canary.
    expect(await writeStep(world.db, rotation, forced, asRun)).toBe('not-due');
    await world.stepDeps().release(rcd.id, claim);
    expect(await world.catchUp(rcd.id)).toEqual(['prove', 'activate', 'create', 'publish', 'confirm']);
  });

  it('for users is proven as well, though it has no token of its own', async () => {
    const users = await rotating(40, 'user-restricted');
    await world.catchUp(users.id);
    await world.moveTo(world.now() + 40 * 86_400_000);
    expect(await world.catchUp(users.id)).toEqual(['prove', 'activate', 'create', 'publish', 'confirm']);
  });

  it('is left alone while one of its organisations has none', async () => {
    const shared = await rotating(EVERY_DAYS, 'user-restricted');
    expect(await world.rotation(shared.id)).toBeDefined();
    await world.insertRow('binding', { application_id: shared.id, ods_code: 'RCD' });
    expect(await world.rotation(shared.id)).toBeUndefined();
    await world.setPolicy('RCD', EVERY_DAYS - 1);
    expect((await world.rotation(shared.id))?.everyDays).toBe(EVERY_DAYS - 1);
  });
});

describe('of several workers and people', () => {
  it('one creates the key', async () => {
    const one = await rotating();
    const before = await keysInKms();
    const deps = world.stepDeps();
    const allTried = Promise.withResolvers<unknown>();
    let tries = 0;
    // Nobody creates a key before each has tried to claim the step: one that came later would take the next step.
    const racing: KeyRotationStepDeps = {
      ...deps,
      async claim(ownerId) {
        const claim = await deps.claim(ownerId);
        tries += 1;
        if (tries === 6) allTried.resolve(null);
        return claim;
      },
      async beginCreation(ownerId, claim) {
        await allTried.promise;
        return deps.beginCreation(ownerId, claim);
      },
    };
    await Promise.all(Array.from({ length: 6 }, () => takeStep(racing, one.id)));
    expect(await world.statesOf(one.id)).toEqual(['ACTIVE', 'PENDING']);
    expect((await keysInKms()) - before).toBe(1);
  });

  it('one activates the key, and there is one ACTIVE key at every moment', async () => {
    const one = await rotating();
    await world.catchUp(one.id);
    await world.moveTo(world.now() + 40 * 86_400_000);
    await world.settled();
    await takeStep(world.stepDeps(), one.id);
    const rotation = await world.rotation(one.id);
    if (rotation === undefined) throw new Error('no rotation');
    const kid = rotation.keys.at(-1)?.kid ?? '';
    const activate = { step: 'activate', kid, atMs: 0 } as const;
    const claim = (await world.stepDeps().claim(one.id)) ?? '';
    const asRun = { claim, created: null, now: world.now };
    const late = { ...asRun, claim: randomUUID() };
    expect(await writeStep(world.db, rotation, activate, late)).toBe('claim-lost');
    // As if each of them had the claim.
    const results = await Promise.all(
      Array.from({ length: 6 }, () => writeStep(world.db, rotation, activate, asRun)),
    );
    expect(results.toSorted()).toEqual([...Array<string>(5).fill('not-due'), 'taken']);
    expect(await world.statesOf(one.id)).toEqual(['RETIRING', 'ACTIVE']);
    const other = world.sql.query(
      `UPDATE signing_key SET state = 'ACTIVE', retired_at = NULL WHERE kid = $1`,
      [one.firstKid],
    );
    await expect(other).rejects.toThrow('signing_key_one_active');
  });

  it('a key that KMS made for a run which died is found and used by the next', async () => {
    const one = await rotating();
    const deps = world.stepDeps();
    const before = await keysInKms();
    // Dies after KMS has answered: nothing of it is recorded.
    const dies = { ...deps, takeStep: () => new Promise<never>(() => undefined) };
    void takeStep(dies, one.id);
    await vi.waitFor(async () => expect((await keysInKms()) - before).toBe(1), {
      timeout: 30_000,
      interval: 50,
    });
    await takeStep(deps, one.id);
    expect(await world.statesOf(one.id)).toEqual(['ACTIVE']);
    // The claim of the dead run ends.
    await world.moveTo(world.now() + 181_000);
    await takeStep(deps, one.id);
    expect(await world.statesOf(one.id)).toEqual(['ACTIVE', 'PENDING']);
    expect((await keysInKms()) - before).toBe(1);
  });

  it('one records a step, although the run that took it waited for the trail for longer than its claim', async () => {
    const one = await rotating();
    const deps = world.stepDeps();
    const trailIsBack = Promise.withResolvers<undefined>();
    const write: KeyRotationStepDeps['audit']['system'] = async (event) => {
      await trailIsBack.promise;
      await deps.audit.system(event);
    };
    const heldUp = takeStep(
      { ...deps, recordTaken: (ownerId, claim) => recordTaken({ db: world.db, write }, ownerId, claim) },
      one.id,
    );
    await vi.waitFor(async () => expect(await world.statesOf(one.id)).toEqual(['ACTIVE', 'PENDING']), {
      timeout: 30_000,
      interval: 50,
    });
    await world.moveTo(world.now() + CLAIM_MS + 1_000);
    // The next run records the step that the first has taken, and takes its own.
    await takeStep(deps, one.id);
    trailIsBack.resolve(undefined);
    await heldUp;
    expect(await world.catchUp(one.id)).toEqual(['confirm']);
    const { rows } = await world.sql.query<{ step: string }>(
      `SELECT record #>> '{facts,step}' AS step FROM audit.event
        WHERE event = 'KEY_ROTATION' AND record #>> '{facts,ownerId}' = $1 ORDER BY started_at`,
      [one.id],
    );
    expect(rows.map(({ step }) => step)).toEqual(['create', 'publish', 'confirm']);
  });

  it('a key that was made for nothing is disabled, not left behind', async () => {
    const one = await rotating();
    const made: string[] = [];
    const overtaken: KeyRotationStepDeps['takeStep'] = async (_rotation, _step, { created }) => {
      made.push(created?.arn ?? '');
      return 'not-due';
    };
    await takeStep({ ...world.stepDeps(), takeStep: overtaken }, one.id);
    expect(await world.kms.isUsable(made[0] ?? '')).toBe(false);
    expect((await world.rotation(one.id))?.creation).toBeNull();
    expect(await world.catchUp(one.id)).toEqual(['create', 'publish', 'confirm']);
  });
});

it('the key of a CIS2 client rotates by the same steps, and CIS2 itself says whether it knows it', async () => {
  const id = await world.addCis2Client();
  await world.setPolicy(null, EVERY_DAYS);
  const { jwksId } = await world.db.cis2Client.findUniqueOrThrow({ where: { id } });
  await world.registerWithCis2('0000000000000000000000');
  expect(await world.catchUp(id)).toEqual(['create', 'publish', 'confirm']);
  await world.moveTo(world.now() + 40 * 86_400_000);
  expect(await world.catchUp(id)).toEqual(['prove']);
  expect((await world.rotation(id))?.cause).toContain('NHS CIS2 did not accept');
  expect(await world.statesOf(id)).toEqual(['ACTIVE', 'PUBLISHED']);
  await world.registerWithCis2(jwksId);
  await world.moveTo((await world.rotation(id))?.notBeforeMs ?? 0);
  expect(await world.catchUp(id)).toEqual(['prove', 'activate', 'create', 'publish', 'confirm']);
});

it('after a roll back the policy goes on from the key that signs again', async () => {
  const one = await rotating();
  await world.catchUp(one.id);
  await world.moveTo(world.now() + 40 * 86_400_000);
  expect(await world.catchUp(one.id)).toEqual(['prove', 'activate', 'create', 'publish', 'confirm']);
  const [first, second] = await world.keysOf(one.id);
  await changeRegistry(world.db, { actor: 'Pat Engineer' }, async (transaction) => {
    const at = new Date(world.now());
    await setKeyState(transaction, { kid: second?.kid ?? '', state: 'ACTIVE' }, 'RETIRING', at);
    await setKeyState(transaction, { kid: first?.kid ?? '', state: 'RETIRING' }, 'ACTIVE', at);
  });
  expect(await world.catchUp(one.id)).toEqual([]);
  await world.moveTo(world.now() + ROLLBACK_MS + MINUTE_MS);
  expect(await world.catchUp(one.id)).toEqual(['remove', 'disable']);
  expect(await world.statesOf(one.id)).toEqual(['ACTIVE', 'REMOVED', 'PUBLISHED']);
  await world.moveTo(world.now() + EVERY_DAYS * 86_400_000);
  expect(await world.catchUp(one.id)).toEqual(['prove', 'activate', 'create', 'publish', 'confirm']);
  expect(await world.statesOf(one.id)).toEqual(['RETIRING', 'REMOVED', 'ACTIVE', 'PUBLISHED']);
});

it('a JWKS that does not answer with what the registry holds is not confirmed', async () => {
  const one = await rotating();
  const deps = { ...world.stepDeps(), readJwks: async () => '{"keys":[]}' };
  expect(await world.catchUp(one.id, deps)).toEqual(['create', 'publish', 'confirm']);
  expect((await world.rotation(one.id))?.cause).toContain('does not answer with the keys of the registry');
  const standby = (await world.keysOf(one.id))[1];
  expect(standby?.confirmedAt).toBeNull();
});

it.each<[string, object, ReadonlySet<string>]>([
  ['of a suspended organisation', { state: 'suspended' }, new Set(['int'])],
  ['of an environment that this deployment does not serve', {}, new Set(['prod'])],
])('the keys %s do not rotate', async (_, organisation, environments) => {
  const one = await rotating();
  await changeRegistry(world.db, { actor: 'test' }, (transaction) =>
    transaction.organisation.update({ where: { odsCode: one.odsCode }, data: organisation }),
  );
  await world.settled();
  expect(await world.plan(environments)).not.toContain(one.id);
  await takeStep(world.stepDeps(environments), one.id);
  expect(await world.statesOf(one.id)).toEqual(['ACTIVE']);
  const active = { state: 'active' };
  await changeRegistry(world.db, { actor: 'test' }, (transaction) =>
    transaction.organisation.update({ where: { odsCode: one.odsCode }, data: active }),
  );
  expect(await world.plan()).toContain(one.id);
});

it('a step that failed permanently waits for a person', async () => {
  const one = await rotating();
  expect(await world.plan()).toContain(one.id);
  const payload = { owner: one.id };
  await world.db.backgroundJob.updateMany({
    where: { job: 'key-rotation-step', payload: { equals: payload } },
    data: { state: 'failed', cause: 'test', endedAt: new Date() },
  });
  expect(await world.plan()).not.toContain(one.id);
  expect(world.stuck.at(-1)).toBeGreaterThanOrEqual(1);
});

async function keysInKms(): Promise<number> {
  const rows = await world.kms.signingKeysOf('no such creation', new Set());
  expect(rows).toEqual([]);
  const { Keys } = await callKms<{ Keys: unknown[] }>(world.simulator.kmsUrl, 'ListKeys', {});
  return Keys.length;
}
