/** Signatures that nobody recorded: who sees them, and how a review ends their alarm and no other. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unrecordedSignatures } from '@gatehouse/domain/upkeep/signature-findings';
import { alarmedSignatures } from '../../../apps/gateway/src/adapters/signatures/watch-findings.ts';
import { settleFindings } from '../../../apps/gateway/src/adapters/upkeep/findings.ts';
import { type AdminApi, type Answer, r69, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

const CHECKPOINT_KEY = 'arn:aws:kms:eu-west-2:000000000001:key/checkpoints';
const STRANGER = 'arn:aws:sts::000000000001:assumed-role/stranger/1';
const MINUTE_MS = 60_000;
const reason = { reason: 'A worker was killed at that time, and the caller is its role.' };

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;
let lena: SignedIn;
let rita: SignedIn;
let key: string;
beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  const { kid } = await admin.ok('keyCreate', { body: r69 });
  key = (await admin.db.signingKey.findUniqueOrThrow({ where: { kid } })).kmsKeyArn;
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
  const within = (odsCode: string) => ({ role: 'auditor', odsCodes: [odsCode] }) as const;
  lena = await signIn(admin.db, 'Lena', [within('RCD')], admin.clock.ms);
  rita = await signIn(admin.db, 'Rita', [within('R69')], admin.clock.ms);
  await alarm(['x', 'y']);
  await alarm(['z'], CHECKPOINT_KEY);
  await report();
});
afterAll(() => admin.close());

/** As the watch of KMS's own log leaves them. */
async function alarm(requestIds: readonly string[], of = key): Promise<void> {
  const at = new Date(admin.clock.ms);
  await admin.db.unmatchedSignature.createMany({
    data: requestIds.map((requestId) => ({
      ...{ eventId: `event of ${requestId}`, requestId, key: of, caller: STRANGER },
      // All of one day.
      ...{ at: new Date('2026-11-15T08:00:00Z'), seenAt: at, alarmedAt: at, auditedAt: at },
    })),
  });
}

async function report(): Promise<void> {
  const found = unrecordedSignatures(await alarmedSignatures(admin.db, admin.clock.ms));
  const { signal } = new AbortController();
  await settleFindings(admin.db, 'unrecorded-signature', found, { nowMs: admin.clock.ms, signal });
}

interface Listed {
  readonly id: string;
  readonly key: string;
  readonly count: number;
}
const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);
const listed = async (person: SignedIn, query = '') =>
  (await as(person, 'GET', `/unrecorded-signatures${query}`)).body.items as Listed[];
const review = (person: SignedIn, { id }: Pick<Listed, 'id'>, body: object = reason) =>
  as(person, 'POST', `/unrecorded-signatures/${id}/review`, body);
const ofKey = async (query = ''): Promise<Listed> => {
  const found = (await listed(gita, query)).find((each) => each.key === key);
  if (found === undefined) throw new Error('it is not listed');
  return found;
};
const alarms = () => admin.db.notice.count({ where: { path: '/unrecorded-signatures' } });

it('are shown to those whose role covers the organisation of the key', async () => {
  expect((await listed(priya)).map((each) => [each.key, each.count]).toSorted()).toEqual(
    [
      [key, 2],
      [CHECKPOINT_KEY, 1],
    ].toSorted(),
  );
  expect((await listed(rita)).map((each) => each.key)).toEqual([key]);
  expect(await listed(lena)).toEqual([]);
  const [first] = await listed(priya, '?limit=1');
  expect(await listed(priya, `?after=${first?.id ?? ''}`)).toHaveLength(1);
  expect((await as(priya, 'GET', '/unrecorded-signatures?after=bm9wZQ')).status).toBe(400);
});

it('are reviewed by a governance officer, with a reason', async () => {
  expect((await review(priya, await ofKey())).status).toBe(403);
  expect((await review(gita, await ofKey(), {})).status).toBe(400);
  expect((await review(gita, { id: 'bm9wZQ' })).status).toBe(404);
  expect(await admin.db.unmatchedSignature.count({ where: { reviewedAt: null } })).toBe(3);
});

it('that are found while a person looks are not reviewed with those that the person saw', async () => {
  const seen = await ofKey();
  admin.clock.ms += 5 * MINUTE_MS;
  await alarm(['found since']);
  expect((await review(gita, seen)).body).toMatchObject({
    ...{ key, count: 2, day: '2026-11-15', reviewedBy: expect.stringContaining('Gita') as string },
    reviewNote: reason.reason,
  });
  expect((await review(gita, seen)).status).toBe(409);
  expect(await ofKey('?only=unreviewed')).toMatchObject({ count: 1 });
  // It is announced again, because the review has removed the earlier finding.
  const before = await alarms();
  await report();
  expect(await alarms()).toBe(before + 1);
});

it('have no alarm once they are reviewed, and the trail says what was found out', async () => {
  await review(gita, await ofKey('?only=unreviewed'), { reason: 'The same worker.' });
  const openOfKey = () => admin.db.upkeepFinding.count({ where: { key: { contains: key } } });
  expect(await openOfKey()).toBe(0);
  const before = await alarms();
  admin.clock.ms += 5 * MINUTE_MS;
  await report();
  expect([await openOfKey(), await alarms()]).toEqual([0, before]);
  expect(await admin.db.unmatchedSignature.count({ where: { key } })).toBe(3);
  expect((await listed(rita)).map(({ count }) => count)).toEqual([1, 2]);
  expect(await admin.systemEvents('SIGNATURES_REVIEWED')).toMatchObject([
    { key, count: 2, requestIds: ['x', 'y'], reason: reason.reason },
    { key, count: 1, requestIds: ['found since'], reason: 'The same worker.' },
  ]);
});

it('by a key of Gatehouse itself keep their alarm meanwhile', async () => {
  expect(await admin.db.upkeepFinding.count({ where: { key: { contains: CHECKPOINT_KEY } } })).toBe(1);
});
