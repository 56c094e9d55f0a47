/** The monthly list of deletions over HTTP: who reads it, who strikes a key off, and which two people approve. */
import { SIGNATURES_EVENT, signatureFacts } from '@gatehouse/domain/signatures/recorded-signatures';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemEvent } from '../../../apps/gateway/src/adapters/audit/system-event.ts';
import { type AdminApi, type Answer, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

const MONTH = '2026-11';

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;
let lena: SignedIn;
let kid: string;
beforeAll(async () => {
  const environments = new Map([['int', { kind: 'authenticated' as const, fourEyes: false }]]);
  admin = await startAdmin({ environments });
  const { clients: _clients, ...rest } = smallDocument;
  const applications = smallDocument.applications.map(({ messageSets: _, ...entry }) => entry);
  await admin.call('POST', '/api/v1/registry/apply', { document: { ...rest, applications } });
  kid = (await admin.ok('keyCreate', { body: r69 })).kid;
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
  const elsewhere = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  lena = await signIn(admin.db, 'Lena', [elsewhere], admin.clock.ms);
  const at = new Date(admin.clock.ms);
  const key = { where: { kid } };
  await admin.db.signingKey.update({ ...key, data: { state: 'RETIRING', retiredAt: at } });
  await admin.db.signingKey.update({ ...key, data: { state: 'REMOVED', removedAt: at, disabledAt: at } });
  await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
  await propose(MONTH);
});
afterAll(() => admin.close());

const propose = (month: string) =>
  admin.db.keyDeletionList.create({
    data: { month, proposedAt: new Date(admin.clock.ms), keys: { create: [{ kid }] } },
  });
const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);
const listed = async (person = priya) =>
  (await as(person, 'GET', '/key-deletions')).body.items as {
    kid: string;
    state: string;
    deletesAt: unknown;
  }[];
const listOf = () => admin.db.signingKey.findUniqueOrThrow({ where: { kid } });
const reason = { reason: 'a court asked for it' };

it('is read by those whose role covers the organisation, and only with a known month', async () => {
  expect(await listed()).toMatchObject([
    { kid, month: MONTH, organisations: ['R69'], environment: 'int', state: 'listed', deletesAt: null },
  ]);
  expect(await listed(lena)).toEqual([]);
  expect((await as(priya, 'GET', '/key-deletions?month=2026-13')).status).toBe(400);
  expect((await as(lena, 'POST', `/key-deletions/${MONTH}/${kid}/strike`, reason)).status).toBe(404);
  expect((await as(lena, 'POST', `/key-deletions/${MONTH}/approve`, {})).status).toBe(403);
});

it('needs a reason to strike a key off, after which nothing is left to approve', async () => {
  expect((await as(priya, 'POST', `/key-deletions/${MONTH}/${kid}/strike`, {})).status).toBe(400);
  const struck = await as(priya, 'POST', `/key-deletions/${MONTH}/${kid}/strike`, reason);
  expect(struck.body).toMatchObject({ state: 'struck', reason: reason.reason });
  const again = await as(priya, 'POST', `/key-deletions/${MONTH}/${kid}/strike`, reason);
  expect(again.status).toBe(409);
  expect((await as(priya, 'POST', `/key-deletions/${MONTH}/approve`, {})).status).toBe(409);
});

it('is approved by two people, neither of whom can do it alone', async () => {
  await propose('2026-12');
  expect((await as(priya, 'POST', `/key-deletions/${MONTH}/approve`, {})).status).toBe(409);
  const asked = await as(priya, 'POST', '/key-deletions/2026-12/approve', { reason: 'no longer needed' });
  expect(asked.status, asked.text).toBe(202);
  expect((await listOf()).deletionList).toBeNull();
  const { id, diffHash } = asked.body.change ?? asked.body;
  const approval = { diffHash, reason: 'agreed' };
  expect((await as(priya, 'POST', `/changes/${id}/approve`, approval)).status).toBe(403);
  const approved = await as(gita, 'POST', `/changes/${id}/approve`, approval);
  expect(approved.status, approved.text).toBe(200);
  expect((await listOf()).deletionList).toBe('2026-12');
  expect(await listed()).toMatchObject([{ kid, state: 'approved' }]);
  const strike = await as(priya, 'POST', `/key-deletions/2026-12/${kid}/strike`, reason);
  expect(strike.text).toContain('Cancel it instead');
});

it('is taken back by one person, until KMS has deleted the key', async () => {
  const deletesAt = new Date(admin.clock.ms + 1_000);
  await admin.db.signingKey.update({
    where: { kid },
    data: { deletesAt, deletionScheduledAt: new Date(admin.clock.ms) },
  });
  const { items } = await admin.ok('keyList', { query: {} });
  expect(items.find((key) => key.kid === kid)?.deletesAt).toBe(deletesAt.toISOString());
  admin.clock.ms += 2_000;
  const late = await as(priya, 'POST', `/key-deletions/2026-12/${kid}/cancel`, reason);
  expect(late.text).toContain('has deleted');
  admin.clock.ms -= 2_000;
  const kept = await as(priya, 'POST', `/key-deletions/2026-12/${kid}/cancel`, reason);
  expect(kept.body, kept.text).toMatchObject({ state: 'cancelled' });
  expect(await listOf()).toMatchObject({ deletionList: null, deletesAt });
});

it('a key struck off after the request leaves nothing of it to approve', async () => {
  await admin.db.signingKey.update({ where: { kid }, data: { deletesAt: null, deletionScheduledAt: null } });
  await propose('2027-01');
  const asked = await as(priya, 'POST', '/key-deletions/2027-01/approve', {});
  const { id, diffHash } = asked.body.change ?? asked.body;
  await as(priya, 'POST', `/key-deletions/2027-01/${kid}/strike`, reason);
  const approved = await as(gita, 'POST', `/changes/${id}/approve`, { diffHash, reason: 'agreed' });
  expect(approved.status).toBe(409);
  expect((await listOf()).deletionList).toBeNull();
});

it('shows when the key last signed, by the newest record of the trail, and of no other key', async () => {
  const { kmsKeyArn } = await listOf();
  const lastSigned = async () =>
    (await admin.ok('keyDeletionList', { query: {} })).items.map(({ lastSignedAt }) => lastSignedAt);
  expect(await lastSigned()).toEqual([null]);
  // The trail has partitions for the months around today.
  const nowMs = Date.now();
  admin.clock.ms = nowMs;
  for (const [key, minutesAgo] of [
    [kmsKeyArn, 90],
    [kmsKeyArn, 30],
    [kmsKeyArn, 60],
    ['another', 1],
  ] as const)
    await admin.parts.audit.system(
      systemEvent(
        SIGNATURES_EVENT,
        nowMs - minutesAgo * 60_000,
        signatureFacts({ key, requestIds: ['1'], unanswered: [] }),
      ),
    );
  expect(await lastSigned()).toEqual([new Date(nowMs - 30 * 60_000).toISOString()]);
});
