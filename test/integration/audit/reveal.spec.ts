/** Whom a request was about: shown to the one who asked, once a second person agrees, and every step on record. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { deniedOf, intentOf, outcomeOf, refuseRows } from '../../support/audit-trail.ts';

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
const as = (who: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', who.headers);
const of = (attemptId: string) => `/audit/requests/${attemptId}/reveal`;
const ask = (who: SignedIn, attemptId: string, reason = 'subject access request 42') =>
  as(who, 'POST', of(attemptId), { reason });
const show = (who: SignedIn, attemptId: string) => as(who, 'POST', `${of(attemptId)}/show`);
const decide = (who: SignedIn, { id, diffHash }: { id: string; diffHash: string }, verb = 'approve') =>
  as(who, 'POST', `/changes/${id}/${verb}`, {
    ...(verb === 'approve' ? { diffHash } : {}),
    reason: 'looked into it',
  });

/** Time goes by, and nobody's sign-in ends. */
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

/** Of an ask that was taken: what waits. */
async function asked(attemptId: string): Promise<{ id: string; diffHash: string }> {
  const answer = await ask(omar, attemptId);
  expect(answer.status, answer.text).toBe(202);
  return answer.body;
}

describe('a patient’s identifier', () => {
  it('is shown to the one who asked, for an hour, once a second person agrees; each step is on record', async () => {
    const attemptId = await seal('R69');
    expect((await show(omar, attemptId)).status).toBe(403);
    const change = await asked(attemptId);
    expect(change).toMatchObject({
      rules: ['showing a patient’s identifier'],
      deciders: [['governance-officer']],
      organisations: ['R69'],
    });
    expect((await show(omar, attemptId)).status).toBe(403);
    expect((await ask(omar, attemptId)).status).toBe(409);
    expect((await as(gita, 'GET', '/changes?state=pending')).text).toContain(change.id);
    expect((await decide(gita, change)).status).toBe(200);
    const shown = await show(omar, attemptId);
    expect(shown.body.identifiers).toEqual([PATIENT]);
    expect(shown.headers.get('cache-control')).toBe('no-store');
    expect(await steps(change.id)).toEqual(['asked', 'approved', 'shown']);

    const others = [await show(gita, attemptId), await show(omar, await seal('R69'))];
    expect(others.map(({ status }) => status)).toEqual([403, 403]);
    expect(JSON.stringify([change, (await as(omar, 'GET', of(attemptId))).body])).not.toContain(NHS_NUMBER);
    await later(HOUR_MS);
    expect((await show(omar, attemptId)).status).toBe(403);
    expect((await as(omar, 'GET', of(attemptId))).body).toMatchObject({
      shownUntil: null,
      asked: { state: 'approved' },
    });
  });

  it('says so when the key that sealed it is gone', async () => {
    const attemptId = await seal('R69');
    await decide(gita, await asked(attemptId));
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
    const first = await asked(rejected);
    expect((await decide(gita, first, 'reject')).status).toBe(200);
    const withdrawn = await seal('R69');
    const second = await asked(withdrawn);
    expect((await decide(omar, second, 'withdraw')).status).toBe(200);
    expect(await steps(first.id)).toEqual(['asked', 'rejected']);
    expect(await steps(second.id)).toEqual(['asked', 'withdrawn']);
    for (const attemptId of [rejected, withdrawn]) expect((await show(omar, attemptId)).status).toBe(403);

    const late = await asked(await seal('R69'));
    await later(72 * HOUR_MS);
    expect((await decide(gita, late)).status).toBe(409);
  });

  it('is agreed to by another person with the role, whatever roles the first one has', async () => {
    const attemptId = await seal('R69');
    const answer = await ask(gita, attemptId);
    expect((await decide(gita, answer.body)).body.type).toBe('urn:gatehouse:problem:same-person');
    const engineer = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
    expect((await decide(engineer, answer.body)).status).toBe(403);
    const only = { role: 'governance-officer', odsCodes: ['RCD'] } as const;
    const elsewhere = await signIn(admin.db, 'Gwen', [only], admin.clock.ms);
    expect((await decide(elsewhere, answer.body)).status).toBe(404);
    expect((await ask(elsewhere, attemptId)).status).toBe(404);
    expect((await as(elsewhere, 'GET', of(attemptId))).status).toBe(404);
    expect((await show(elsewhere, attemptId)).status).toBe(404);
    expect((await show(gita, attemptId)).status).toBe(403);
    expect((await admin.call('POST', `/api/v1${of(attemptId)}`, { reason: 'a token' })).status).toBe(403);
  });

  it('opens nothing when the approval can’t be put on record', async () => {
    const attemptId = await seal('R69');
    const change = await asked(attemptId);
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

  it('is refused where there is none, and where the reason holds one', async () => {
    expect((await ask(omar, refused.attemptId)).status).toBe(409);
    const named = await ask(omar, await seal('R69'), 'for 900 000 0009');
    expect(named.status).toBe(400);
    expect(named.text).not.toContain('0009');
  });

  it('stands in no request kept for a decision, no log, no change of the registry and no row of the trail', async () => {
    const kept = await admin.db.pendingChange.findMany({ where: { action: 'auditReveal' } });
    const history = await admin.db.registryChange.findMany();
    const rows = await admin.db.$queryRaw`SELECT record FROM audit.event`;
    const all = JSON.stringify([kept, history.map((row) => ({ ...row, version: 0, n: 0 })), rows]);
    expect(kept.length).toBeGreaterThan(3);
    expect(all + admin.logged.join('')).not.toContain(NHS_NUMBER);
  });
});
