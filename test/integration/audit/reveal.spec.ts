/** A patient's identifier is shown to the requester once a second person has approved, and every step is recorded. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { deniedOf, intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';
import { refuseRows } from '../../support/audit/refuse-rows.ts';

const NHS_NUMBER = '9000000009';
const HOUR_MS = 3_600_000;
const refused = deniedOf({ odsCode: 'R69' });

let admin: AdminApi;
let seal: (odsCode: string) => Promise<string>;
let omar: SignedIn;
let gita: SignedIn;

beforeAll(async () => {
  admin = await startAdmin();
  const { audit: log, sealer } = admin.parts;
  seal = async (odsCode) => {
    const intent = intentOf({ odsCode });
    await log.intent(intent, await sealer.seal(odsCode, intent.attemptId, [PATIENT]));
    await log.outcome(outcomeOf(intent));
    return intent.attemptId;
  };
  omar = await signIn(admin.db, 'Omar', ['auditor'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
  await log.denied({ ...refused, requestId: refused.attemptId });
});
afterAll(async () => {
  await admin.close();
});

const PATIENT = { kind: 'nhs-number', value: NHS_NUMBER } as const;
const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);
const revealPath = (attemptId: string) => `/audit/requests/${attemptId}/reveal`;
const requestReveal = (person: SignedIn, attemptId: string, reason = 'subject access request 42') =>
  as(person, 'POST', revealPath(attemptId), { reason });
const show = (person: SignedIn, attemptId: string) => as(person, 'POST', `${revealPath(attemptId)}/show`);
const decide = (person: SignedIn, { id, diffHash }: { id: string; diffHash: string }, verb = 'approve') =>
  as(person, 'POST', `/changes/${id}/${verb}`, {
    ...(verb === 'approve' ? { diffHash } : {}),
    reason: 'looked into it',
  });

/** Moves the clock without ending anybody's session. */
async function later(milliseconds: number): Promise<void> {
  admin.clock.ms += milliseconds;
  const [lastSeenAt, expiresAt] = [new Date(admin.clock.ms), new Date(admin.clock.ms + 8 * HOUR_MS)];
  await admin.db.staffSession.updateMany({ data: { lastSeenAt, expiresAt } });
}

interface Facts {
  readonly step: string;
  readonly changeId: string;
}
async function steps(id: string): Promise<string[]> {
  const events = (await admin.systemEvents('IDENTIFIER_REVEAL')) as unknown as Facts[];
  return events.filter(({ changeId }) => changeId === id).map(({ step }) => step);
}

/** Makes a request that is accepted. @returns the change that waits for approval */
async function requestedReveal(attemptId: string): Promise<{ id: string; diffHash: string }> {
  const answer = await requestReveal(omar, attemptId);
  expect(answer.status, answer.text).toBe(202);
  return answer.body;
}

describe('a patient’s identifier', () => {
  it('is shown to the requester for an hour once a second person has approved; each step is recorded', async () => {
    const attemptId = await seal('R69');
    expect((await show(omar, attemptId)).status).toBe(403);
    const change = await requestedReveal(attemptId);
    expect(change).toMatchObject({
      rules: ['showing a patient’s identifier'],
      deciders: [['governance-officer']],
      organisations: ['R69'],
    });
    expect((await show(omar, attemptId)).status).toBe(403);
    expect((await requestReveal(omar, attemptId)).status).toBe(409);
    expect((await as(gita, 'GET', '/changes?state=pending')).text).toContain(change.id);
    expect((await decide(gita, change)).status).toBe(200);
    const answer = await show(omar, attemptId);
    expect(answer.body.identifiers).toEqual([PATIENT]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await steps(change.id)).toEqual(['asked', 'approved', 'shown']);

    const refusals = [await show(gita, attemptId), await show(omar, await seal('R69'))];
    expect(refusals.map(({ status }) => status)).toEqual([403, 403]);
    expect(JSON.stringify([change, (await as(omar, 'GET', revealPath(attemptId))).body])).not.toContain(
      NHS_NUMBER,
    );
    await later(HOUR_MS);
    expect((await show(omar, attemptId)).status).toBe(403);
    expect((await as(omar, 'GET', revealPath(attemptId))).body).toMatchObject({
      shownUntil: null,
      asked: { state: 'approved' },
    });
  });

  it('is no secret from a search for the patient: which staff searched, who was shown it, when and why', async () => {
    const other = '9434765919';
    const search = (body: object, person = omar) =>
      as(person, 'POST', '/audit/search', { nhsNumber: NHS_NUMBER, reason: 'complaint 12', ...body });
    await search({ nhsNumber: other, reason: 'another patient' });
    await search({ organisation: 'R69', reason: 'of one organisation' }, gita);
    const { body, text } = await search({ limit: 1 });
    const newest = body.staff.items.map(({ what, actor, reason }: Record<string, string>) =>
      [what, actor, reason].join(': '),
    );
    expect(newest.slice(0, 3)).toEqual([
      'searched: Omar (omar@example.org): complaint 12',
      'searched: Gita (gita@example.org): of one organisation',
      'shown: Omar (omar@example.org): subject access request 42',
    ]);
    expect([newest.length, body.staff.isWhole]).toEqual([3, true]);
    expect(text).not.toContain(NHS_NUMBER);
    const [{ eventId, at }] = body.staff.items;
    expect((await as(omar, 'GET', `/audit/events/${eventId}`)).body).toMatchObject({ at });

    expect((await search({ limit: 1, after: body.next })).body.staff).toBeNull();
    const earlier = await search({ until: new Date(admin.clock.ms - 60_000).toISOString() });
    expect(earlier.body.staff.items).toMatchObject([{ what: 'shown' }]);
    const limited = await signIn(admin.db, 'Lena', [{ role: 'auditor', odsCodes: ['R69'] }], admin.clock.ms);
    expect((await search({}, limited)).body.staff).toBeNull();
    const unknown = await search({ nhsNumber: other });
    expect(unknown.body.staff.items.map(({ reason }: { reason: string }) => reason)).toEqual([
      'complaint 12',
      'another patient',
    ]);
  });

  it('can’t be shown, with the reason, once the key that sealed it is gone', async () => {
    const attemptId = await seal('R69');
    await decide(gita, await requestedReveal(attemptId));
    const owner = new pg.Client({ connectionString: admin.database.superuserUrl });
    await owner.connect();
    await owner.query('SET session_replication_role = replica');
    await owner.query('UPDATE audit.subject SET key_id = gen_random_uuid() WHERE attempt_id = $1', [
      attemptId,
    ]);
    await owner.end();
    const answer = await show(omar, attemptId);
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('The key that sealed this identifier is gone');
  });

  it('is not shown when rejected, withdrawn, or left for 72 hours', async () => {
    const rejected = await seal('R69');
    const first = await requestedReveal(rejected);
    expect((await decide(gita, first, 'reject')).status).toBe(200);
    const withdrawn = await seal('R69');
    const second = await requestedReveal(withdrawn);
    expect((await decide(omar, second, 'withdraw')).status).toBe(200);
    expect(await steps(first.id)).toEqual(['asked', 'rejected']);
    expect(await steps(second.id)).toEqual(['asked', 'withdrawn']);
    for (const attemptId of [rejected, withdrawn]) expect((await show(omar, attemptId)).status).toBe(403);

    const late = await requestedReveal(await seal('R69'));
    await later(72 * HOUR_MS);
    expect((await decide(gita, late)).status).toBe(409);
  });

  it('must be approved by another person with the role, whatever roles the requester has', async () => {
    const attemptId = await seal('R69');
    const answer = await requestReveal(gita, attemptId);
    expect((await decide(gita, answer.body)).body.type).toBe('urn:gatehouse:problem:same-person');
    const engineer = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
    expect((await decide(engineer, answer.body)).status).toBe(403);
    const only = { role: 'governance-officer', odsCodes: ['RCD'] } as const;
    const elsewhere = await signIn(admin.db, 'Gwen', [only], admin.clock.ms);
    expect((await decide(elsewhere, answer.body)).status).toBe(404);
    expect((await requestReveal(elsewhere, attemptId)).status).toBe(404);
    expect((await as(elsewhere, 'GET', revealPath(attemptId))).status).toBe(404);
    expect((await show(elsewhere, attemptId)).status).toBe(404);
    expect((await show(gita, attemptId)).status).toBe(403);
    expect((await admin.call('POST', `/api/v1${revealPath(attemptId)}`, { reason: 'a token' })).status).toBe(
      403,
    );
  });

  it('stays sealed if the approval can’t be recorded', async () => {
    const attemptId = await seal('R69');
    const change = await requestedReveal(attemptId);
    const { superuserUrl } = admin.database;
    const acceptApproval = await refuseRows(superuserUrl, `NEW.kind = 'SYSTEM'`);
    expect((await decide(gita, change)).status).toBe(500);
    await acceptApproval();
    expect((await show(omar, attemptId)).status).toBe(403);
    expect((await decide(gita, change)).status).toBe(200);
    const acceptReveal = await refuseRows(superuserUrl, `NEW.kind = 'SYSTEM'`);
    const { status, text } = await show(omar, attemptId);
    await acceptReveal();
    expect([status, text.includes(NHS_NUMBER)]).toEqual([500, false]);
  });

  it('can’t be requested where there is none, or with a reason that contains one', async () => {
    expect((await requestReveal(omar, refused.attemptId)).status).toBe(409);
    const named = await requestReveal(omar, await seal('R69'), 'for 900 000 0009');
    expect(named.status).toBe(400);
    expect(named.text).not.toContain('0009');
  });

  it('is in no pending change, log, registry change or audit record', async () => {
    const changeRows = await admin.db.pendingChange.findMany({ where: { action: 'auditReveal' } });
    const history = await admin.db.registryChange.findMany();
    const rows = await admin.db.$queryRaw`SELECT record FROM audit.event`;
    const all = JSON.stringify([changeRows, history.map((row) => ({ ...row, version: 0, n: 0 })), rows]);
    expect(changeRows.length).toBeGreaterThan(3);
    expect(all + admin.logged.join('')).not.toContain(NHS_NUMBER);
  });
});
