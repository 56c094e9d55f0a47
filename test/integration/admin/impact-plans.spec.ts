/** Plans for an event: requested and approved as a whole, and carried out step by step on a real registry and trail. */
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AdminApi, type Answer, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { sroAppointment } from '../../support/registry-rows.ts';

const DAY_MS = 86_400_000;

let admin: AdminApi;
/** A platform engineer who is a governance officer too; the plan of a closing needs both. */
let priya: SignedIn;
let pat: SignedIn;
let gita: SignedIn;
let closes: { kind: 'organisation-closes'; odsCode: string; firstDay: string };

beforeAll(async () => {
  admin = await startAdmin();
  // The trail has partitions for the months around today.
  admin.clock.ms = Date.now();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  await admin.db.sroAppointment.create({
    data: {
      ...sroAppointment(new Date('2026-01-06')),
      ...{ odsCode: 'R69', acceptedAt: new Date('2026-01-07'), reviewDueOn: new Date('2099-01-05') },
    },
  });
  await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
  closes = { kind: 'organisation-closes', odsCode: 'R69', firstDay: londonDay(admin.clock.ms) };
  await admin.mark();
});
beforeEach(async () => {
  await admin.rewind();
  await signAllIn();
});
afterAll(() => admin.close());

/** A session ends when the clock has moved. */
async function signAllIn(): Promise<void> {
  priya = await signIn(admin.db, 'Priya', ['platform-engineer', 'governance-officer'], admin.clock.ms);
  pat = await signIn(admin.db, 'Pat', ['platform-engineer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
}

const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);

async function approve(person: SignedIn, { id, diffHash }: { id: string; diffHash: string }) {
  return as(person, 'POST', `/changes/${id}/approve`, { diffHash, reason: 'agreed' });
}

/** Requested by one person and approved by another. @returns its id */
async function approvedPlan(event: object, requester = priya): Promise<string> {
  const requested = await as(requester, 'POST', '/impact-plans', { event, reason: 'CHG-1' });
  expect(requested.status, requested.text).toBe(202);
  const approved = await approve(gita, requested.body);
  expect(approved.status, approved.text).toBe(200);
  await admin.upToDate();
  const { items } = await admin.ok('impactPlanList', { query: { state: 'open' } });
  return items[0]?.id ?? '';
}

const carryOut = (id: string) => as(pat, 'POST', `/impact-plans/${id}/carry-out`, {});
const statesOf = ({ body }: Answer) =>
  Object.fromEntries((body.steps as { id: string; state: string }[]).map(({ id, state }) => [id, state]));
const organisationState = async () =>
  (await admin.db.organisation.findUniqueOrThrow({ where: { odsCode: 'R69' } })).state;
const applicationState = async () =>
  (await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } })).state;
const trail = async () =>
  (await admin.systemEvents('IMPACT_PLAN')).map(({ step, outcome }) => [step, outcome]);

it('is approved once, and then every step is done in order, in the name of that approval', async () => {
  const requested = await as(priya, 'POST', '/impact-plans', { event: closes, reason: 'CHG-1' });
  expect(requested.status, requested.text).toBe(202);
  expect(requested.body.rules).toEqual(['a plan for an event']);
  expect(requested.body.summary).toEqual([
    'A plan for organisation R69 could be carried out, one step after the other.',
    'Step 2, Suspend R69: Example NHS Trust (R69) would be suspended.',
    expect.stringMatching(/^Step 3, Retire R69 and its applications: .* would be retired/),
    expect.stringContaining('Step 3, '),
    expect.stringContaining('Step 3, '),
    expect.stringMatching(/^Step 4, Withdraw .*: The appointment of /),
    expect.stringMatching(/^Step 5, Remove the grants for R69: Client worklist-sync in int would be retired/),
    expect.stringMatching(
      /^Step 5, Remove the grants for R69: Client worklist-sync in int would no longer use/,
    ),
  ]);
  expect(await organisationState()).toBe('active');
  expect((await approve(priya, requested.body)).status).toBe(403);
  expect((await approve(gita, requested.body)).status).toBe(200);
  // The approval lets the steps happen; it does none of them.
  expect(await organisationState()).toBe('active');
  await admin.upToDate();

  const { items } = await admin.ok('impactPlanList', { query: {} });
  const id = items[0]?.id ?? '';
  expect(items[0]).toMatchObject({
    ...{ subject: 'organisation R69', state: 'open', reason: 'CHG-1' },
    authorisedBy: 'Priya (priya@example.org), approved by Gita (gita@example.org)',
  });
  const done = await carryOut(id);
  expect(done.status, done.text).toBe(200);
  expect(statesOf(done)).toEqual({
    ...{ callers: 'done', suspend: 'done', retire: 'done', withdraw: 'done', 'clean-grants': 'done' },
    'nhs-close': 'to do',
  });
  expect([await organisationState(), await applicationState()]).toEqual(['retired', 'retired']);
  expect((await admin.db.sroAppointment.findFirstOrThrow()).withdrawnAt).not.toBeNull();
  expect(await admin.db.clientGrant.count()).toBe(0);
  expect((await admin.db.client.findFirstOrThrow()).state).toBe('retired');

  const history = await admin.db.registryChange.findMany({
    where: { reason: { startsWith: `plan ${id}` } },
    orderBy: { n: 'asc' },
  });
  const versions = [...new Set(history.map(({ version }) => version))];
  expect(versions).toHaveLength(4);
  expect(history[0]).toMatchObject({
    tableName: 'organisation',
    actor:
      'Pat (pat@example.org), under a plan of Priya (priya@example.org), approved by Gita (gita@example.org)',
    reason: `plan ${id}, step 2, Suspend R69: CHG-1`,
  });
  expect(await trail()).toEqual([
    ['suspend', 'done'],
    ['retire', 'done'],
    ['withdraw', 'done'],
    ['clean-grants', 'done'],
  ]);

  const ticked = await as(pat, 'POST', `/impact-plans/${id}/steps/nhs-close/tick`, {
    reason: 'INC-7, closed by NHS England today',
  });
  expect(ticked.body, ticked.text).toMatchObject({ state: 'ended', endedBecause: 'Every step is done.' });
  expect((await carryOut(id)).status).toBe(409);
});

it('stops at a step that is refused, says what is done and why, and goes on from there', async () => {
  const id = await approvedPlan(closes);
  // A row that the step writes is no longer the one that was approved.
  const change = (apimApplicationId: string | null) =>
    admin.db.application.updateMany({ where: { asid: '200000002454' }, data: { apimApplicationId } });
  await change('another');
  const stopped = await carryOut(id);
  expect(statesOf(stopped)).toMatchObject({
    ...{ suspend: 'done', retire: 'refused', withdraw: 'waiting', 'clean-grants': 'waiting' },
  });
  expect(stopped.body).toMatchObject({
    ...{ state: 'open', refusedStep: 'Retire R69 and its applications' },
    next: 'Retire R69 and its applications',
  });
  expect(stopped.text).toContain('would now write something else');
  expect([await organisationState(), await applicationState()]).toEqual(['suspended', 'live']);
  expect(await trail()).toEqual([
    ['suspend', 'done'],
    ['retire', 'refused'],
  ]);
  // Put right, it goes on where it stopped, and does nothing twice.
  await change(null);
  await admin.upToDate();
  expect(statesOf(await carryOut(id))).toMatchObject({ retire: 'done', 'clean-grants': 'done' });
  expect(await organisationState()).toBe('retired');
});

it('waits for the first day and for people, and a colleague who is as fast does nothing twice', async () => {
  const later = { ...closes, firstDay: addDays(londonDay(admin.clock.ms), 10) };
  const id = await approvedPlan(later);
  const waiting = await carryOut(id);
  expect(statesOf(waiting)).toMatchObject({ callers: 'done', suspend: 'waiting' });
  expect(waiting.text).toContain('the first day of the event');
  expect(await organisationState()).toBe('active');
  admin.clock.ms += 11 * DAY_MS;
  await signAllIn();
  const both = await Promise.all([carryOut(id), carryOut(id)]);
  for (const answer of both) expect(statesOf(answer), answer.text).toMatchObject({ 'clean-grants': 'done' });
  expect(await trail()).toHaveLength(4);
});

it('is not approved if it would now do something else, and there is one at a time', async () => {
  const requested = await as(priya, 'POST', '/impact-plans', { event: closes });
  expect(requested.status, requested.text).toBe(202);
  await admin.db.organisation.update({ where: { odsCode: 'R69' }, data: { state: 'suspended' } });
  await admin.upToDate();
  const stale = await approve(gita, requested.body);
  expect(stale.status, stale.text).toBe(409);
  expect(await admin.db.impactPlan.count()).toBe(0);
  const id = await approvedPlan(closes);
  const again = await as(priya, 'POST', '/impact-plans', {
    event: { ...closes, kind: 'organisation-closes' },
  });
  expect([again.status, again.text]).toEqual([
    409,
    expect.stringContaining('an approved plan for this already'),
  ]);
  const ended = await as(pat, 'POST', `/impact-plans/${id}/end`, { reason: 'the merger is off' });
  expect(ended.body).toMatchObject({ state: 'ended', endedBecause: 'the merger is off', next: null });
  expect((await carryOut(id)).status).toBe(409);
});

it('carries out only what the person who requests it may do', async () => {
  const named = await as(pat, 'POST', '/impact-plans', { event: closes, steps: ['suspend', 'withdraw'] });
  expect([named.status, named.text]).toEqual([403, expect.stringContaining('Withdraw')]);
  const unknown = await as(pat, 'POST', '/impact-plans', { event: closes, steps: ['nhs-close'] });
  expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('suspend, retire')]);
  const id = await approvedPlan(closes, pat);
  const done = await carryOut(id);
  // The owner is withdrawn on its own page, by a governance officer.
  expect(statesOf(done)).toMatchObject({ retire: 'done', withdraw: 'to do', 'clean-grants': 'done' });
  expect((await admin.db.sroAppointment.findFirstOrThrow()).withdrawnAt).toBeNull();
  const tick = await as(pat, 'POST', `/impact-plans/${id}/steps/withdraw/tick`, { reason: 'done, I think' });
  expect([tick.status, tick.text]).toEqual([409, expect.stringContaining('sees for itself')]);
});

it('replaces a suspected key under one approval, not before its tokens have expired', async () => {
  const { kid } = await admin.ok('keyCreate', { body: r69 });
  const next = await admin.ok('keyCreate', { body: r69 });
  await admin.ok('keyPublish', { params: { kid: next.kid }, body: {} });
  admin.clock.ms += 2 * 3_600_000;
  await signAllIn();
  await admin.upToDate();
  const stateOf = async (of: string) =>
    (await admin.db.signingKey.findUniqueOrThrow({ where: { kid: of } })).state;
  const id = await approvedPlan({ kind: 'key-suspected', kid }, pat);
  const first = await carryOut(id);
  expect(statesOf(first), first.text).toMatchObject({ sign: 'done', remove: 'refused' });
  expect(first.text).toContain('must stay published until');
  expect([await stateOf(kid), await stateOf(next.kid)]).toEqual(['RETIRING', 'ACTIVE']);
  admin.clock.ms += 2 * DAY_MS;
  await signAllIn();
  await admin.upToDate();
  expect(statesOf(await carryOut(id))).toMatchObject({ remove: 'done' });
  expect(await stateOf(kid)).toBe('REMOVED');
  // What the registry closes is done once the snapshot has followed.
  await admin.upToDate();
  expect(statesOf(await admin.call('GET', `/api/v1/impact-plans/${id}`))).toMatchObject({ disable: 'done' });
});

it('of an organisation that merges lets its clients call for the successor first', async () => {
  const merges = { ...closes, kind: 'organisation-merges', successor: 'RCD' };
  const id = await approvedPlan(merges);
  const done = await carryOut(id);
  expect(statesOf(done)).toMatchObject({ grants: 'done', suspend: 'waiting' });
  const grants = await admin.db.clientGrant.findMany({ orderBy: { odsCode: 'asc' } });
  expect(grants.map(({ odsCode }) => odsCode)).toEqual(['R69', 'RCD']);
});
