/** The end of signing keys in KMS: retired owners, one list a month, and deletions that KMS schedules and takes back. */
import { changeRegistry } from '@gatehouse/db/client';
import { ROLLBACK_MS } from '@gatehouse/domain/rotation/rotation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyDeletions } from '../../../apps/gateway/src/adapters/keys/key-deletions.ts';
import {
  type KeyDeletionsDeps,
  run as endKeys,
} from '../../../apps/gateway/src/jobs/keys/key-deletions.job.ts';
import { callKms } from '../../support/servers/stack.ts';
import { type RotationWorld, startRotationWorld } from './rotation-world.ts';

const DAY_MS = 86_400_000;
/** Next year, so that the clocks go forward only. */
const YEAR = new Date().getUTCFullYear() + 1;
const JANUARY = `${YEAR}-01`;
const APRIL = `${YEAR}-04`;

let world: RotationWorld;
beforeAll(async () => {
  world = await startRotationWorld();
  await world.moveTo(Date.UTC(YEAR, 0, 4));
});
afterAll(() => world.close());

const deps = (other: Partial<KeyDeletionsDeps> = {}): KeyDeletionsDeps => ({
  ...{ deletions: keyDeletions(world.db), kms: world.kms, isServed: () => false, now: world.now, paceMs: 0 },
  environments: new Set(['int']),
  audit: { system: async (event) => void world.events.push(event) },
  signal: new AbortController().signal,
  ...other,
});
const keyOf = (kid: string) => world.db.signingKey.findUniqueOrThrow({ where: { kid } });
const stepsOf = (kid: string) =>
  world.events
    .filter(({ event, facts }) => event === 'KEY_DELETION' && facts['kid'] === kid)
    .map(({ facts }) => facts['step']);
const lists = async () =>
  (await world.db.keyDeletionList.findMany({ orderBy: { month: 'asc' } })).map(({ month }) => month);
const kmsStateOf = async (kid: string) => world.kms.keyState((await keyOf(kid)).kmsKeyArn);

async function retire(id: string): Promise<void> {
  await changeRegistry(world.db, { actor: 'test' }, (transaction) =>
    transaction.application.update({ where: { id }, data: { state: 'retired' } }),
  );
}

/** What two people decide. */
const approve = (kid: string, month: string) =>
  changeRegistry(world.db, { actor: 'Priya, approved by Gita' }, (transaction) =>
    transaction.signingKey.update({ where: { kid }, data: { deletionList: month } }),
  );

/** The key of a retired application, disabled in KMS. */
async function disabledKey(): Promise<string> {
  const { id, firstKid } = await world.addApplication();
  await retire(id);
  await endKeys(deps());
  for (const waitMs of [ROLLBACK_MS, 3_600_000]) {
    await world.moveTo(world.now() + waitMs + 1_000);
    await endKeys(deps());
  }
  return firstKid;
}

let kid: string;
it('the key of a retired application stops signing, leaves the JWKS a day later, and is disabled', async () => {
  const application = await world.addApplication();
  kid = application.firstKid;
  await endKeys(deps());
  expect((await keyOf(kid)).state).toBe('ACTIVE');
  await retire(application.id);
  await endKeys(deps());
  expect((await keyOf(kid)).state).toBe('RETIRING');
  await world.moveTo(world.now() + ROLLBACK_MS + 1_000);
  await Promise.all([endKeys(deps()), endKeys(deps())]);
  expect(await keyOf(kid)).toMatchObject({ state: 'REMOVED', disabledAt: null });
  expect((await kmsStateOf(kid)).state).toBe('Enabled');
  await world.moveTo(world.now() + 3_600_000);
  await endKeys(deps());
  expect((await kmsStateOf(kid)).state).toBe('Disabled');
  expect(stepsOf(kid)).toEqual(['retire', 'remove', 'disable']);
});

it('one list is proposed a month, however many workers there are and however long all stood still', async () => {
  await Promise.all([endKeys(deps()), endKeys(deps()), endKeys(deps())]);
  expect(await lists()).toEqual([JANUARY]);
  expect(await world.db.keyDeletion.findMany()).toMatchObject([{ month: JANUARY, kid, state: 'listed' }]);
  expect(await world.db.notice.count({ where: { path: '/key-deletions' } })).toBe(1);
  const second = await disabledKey();
  await endKeys(deps());
  expect(await lists()).toEqual([JANUARY]);
  await world.moveTo(Date.UTC(YEAR, 3, 5));
  await endKeys(deps());
  await endKeys(deps());
  expect(await lists()).toEqual([JANUARY, APRIL]);
  const april = await world.db.keyDeletion.findMany({ where: { month: APRIL } });
  expect(april.map((key) => key.kid).sort()).toEqual([kid, second].sort());
  // Nothing is deleted that nobody approved.
  expect((await kmsStateOf(kid)).state).toBe('Disabled');
});

it('what two people approved is scheduled once, with 30 days, and is in the history and the trail', async () => {
  await approve(kid, APRIL);
  await Promise.all([endKeys(deps()), endKeys(deps())]);
  await endKeys(deps());
  const { state, deletesAtMs } = await kmsStateOf(kid);
  expect(state).toBe('PendingDeletion');
  expect(Math.abs((deletesAtMs ?? 0) - world.now() - 30 * DAY_MS)).toBeLessThan(60_000);
  const key = await keyOf(kid);
  expect(key.deletesAt?.getTime()).toBe(deletesAtMs);
  expect(key.deletionScheduledAt).not.toBeNull();
  expect(stepsOf(kid)).toContain('schedule');
  const history = await world.db.registryChange.findMany({
    where: { rowKey: key.id },
    orderBy: { n: 'asc' },
  });
  expect(history.at(-1)).toMatchObject({
    actor: 'Gatehouse key deletion',
    reason: `Under the list of deletions of ${APRIL}`,
  });
});

it('KMS answers as AWS does about a key whose deletion is pending', async () => {
  const arn = (await keyOf(kid)).kmsKeyArn;
  for (const action of ['ScheduleKeyDeletion', 'EnableKey', 'DisableKey'])
    await expect(callKms(world.simulator.kmsUrl, action, { KeyId: arn })).rejects.toThrow(
      'KMSInvalidStateException',
    );
});

it('a deletion that is cancelled is taken back in KMS, and the key stays disabled', async () => {
  await changeRegistry(world.db, { actor: 'Priya' }, (transaction) =>
    transaction.signingKey.update({ where: { kid }, data: { deletionList: null } }),
  );
  await endKeys(deps());
  expect((await kmsStateOf(kid)).state).toBe('Disabled');
  expect(await keyOf(kid)).toMatchObject({ deletesAt: null, deletionScheduledAt: null, deletionList: null });
  expect(stepsOf(kid).at(-1)).toBe('cancel');
  await expect(world.kms.cancelDeletion((await keyOf(kid)).kmsKeyArn)).rejects.toThrow();
});

it('a worker that dies after KMS was called leaves nothing that the next run does not finish', async () => {
  await approve(kid, APRIL);
  const dying = { ...keyDeletions(world.db), confirm: () => Promise.reject(new Error('killed')) };
  await expect(endKeys(deps({ deletions: dying }))).rejects.toThrow('killed');
  expect(await keyOf(kid)).toMatchObject({ deletionScheduledAt: null });
  const { deletesAtMs } = await kmsStateOf(kid);
  await endKeys(deps());
  expect((await keyOf(kid)).deletesAt?.getTime()).toBe(deletesAtMs);
});

it('a deletion that is cancelled while KMS is called is taken back', async () => {
  const other = await disabledKey();
  await approve(other, APRIL);
  const kms: KeyDeletionsDeps['kms'] = {
    ...world.kms,
    scheduleDeletion: async (arn, days) => {
      await changeRegistry(world.db, { actor: 'Priya' }, (transaction) =>
        transaction.signingKey.update({ where: { kid: other }, data: { deletionList: null } }),
      );
      return world.kms.scheduleDeletion(arn, days);
    },
  };
  await endKeys(deps({ kms }));
  expect((await kmsStateOf(other)).state).toBe('Disabled');
  expect(await keyOf(other)).toMatchObject({ deletesAt: null, deletionList: null });
});

it.each([
  ['is enabled again', {}, 'enabled the key'],
  ['is in a JWKS again', { isServed: () => true }, 'in a JWKS again'],
])('a key that %s is dropped from the list, with the reason', async (_, other, words) => {
  const dropped = await disabledKey();
  await world.moveTo(world.now() + 31 * DAY_MS);
  await endKeys(deps());
  const month = (await lists()).at(-1) ?? '';
  await approve(dropped, month);
  if (words.startsWith('enabled'))
    await callKms(world.simulator.kmsUrl, 'EnableKey', { KeyId: (await keyOf(dropped)).kmsKeyArn });
  await endKeys(deps(other));
  expect((await kmsStateOf(dropped)).state).not.toBe('PendingDeletion');
  expect(await keyOf(dropped)).toMatchObject({ deletionList: null, deletesAt: null });
  const row = await world.db.keyDeletion.findUniqueOrThrow({ where: { month_kid: { month, kid: dropped } } });
  expect(row.state).toBe('dropped');
  expect(row.reason).toContain(words);
  expect(stepsOf(dropped).at(-1)).toBe('drop');
});

it('the database lets no key be deleted that is in use', async () => {
  const { firstKid } = await world.addApplication();
  await expect(approve(firstKid, APRIL)).rejects.toThrow('signing_key_deleted_after_disabled');
});
