/** Changes that need a second person, over HTTP: people, tokens, and the same rule for every route. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { until } from '../../support/until.ts';

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;

beforeAll(async () => {
  const environments = new Map([
    ['int', { kind: 'authenticated' as const, fourEyes: false }],
    ['dev', { kind: 'authenticated' as const, fourEyes: false }],
  ]);
  admin = await startAdmin({ environments });
  // These records are created before four eyes are required.
  const { clients: _clients, ...rest } = smallDocument;
  const applications = smallDocument.applications.map(({ messageSets: _, ...entry }) => entry);
  expect((await apply({ ...rest, applications })).at(-1)?.type).toBe('done');
  await setFourEyes('int', true);
  await admin.mark();
});
afterAll(() => admin.close());

beforeEach(async () => {
  await admin.rewind();
  priya = await signIn(admin.db, 'Priya', ['platform-engineer', 'governance-officer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
});

const setFourEyes = (name: string, fourEyes: boolean) =>
  admin.db.environment.update({ where: { name }, data: { fourEyes } });

const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);

async function apply(document: object): Promise<{ type: string; id?: string; rules?: string[] }[]> {
  const answer = await admin.call('POST', '/api/v1/registry/apply', { document });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

const appointment = {
  organisation: 'R69',
  environments: ['int'],
  name: 'Sam Owner',
  email: 'sam@example.org',
  jobTitle: 'Director',
  spineUserId: '555012345678',
  authority: {
    cioName: 'Chris Officer',
    reference: 'CIO/2026/1',
    date: '2026-01-05',
    documentSha256: 'a'.repeat(64),
  },
};

/** Priya proposes an appointment; nothing is changed yet. */
async function proposeOwner(): Promise<{ id: string; diffHash: string; diff: unknown[]; rules: string[] }> {
  const answer = await as(priya, 'POST', '/sro-appointments', { ...appointment, reason: 'first owner' });
  expect(answer.status, answer.text).toBe(202);
  expect(await admin.db.sroAppointment.count()).toBe(0);
  return answer.body;
}

const approve = (person: SignedIn, id: string, diffHash: string) =>
  as(person, 'POST', `/changes/${id}/approve`, { diffHash, reason: 'checked with the CIO' });

describe('a change that needs a second person', () => {
  it('waits once, however often it is requested', async () => {
    const request = () => as(priya, 'POST', '/sro-appointments', { ...appointment, reason: 'first owner' });
    // Both have seen that nothing waits before either is kept.
    const colleague = new pg.Client({ connectionString: admin.database.superuserUrl });
    await colleague.connect();
    await colleague.query('BEGIN');
    await colleague.query('LOCK TABLE pending_change IN SHARE MODE');
    const atOnce = [request(), request()];
    const waiting = `SELECT FROM pg_locks WHERE relation = 'pending_change'::regclass AND NOT granted`;
    await until('both wait', async () => (await admin.db.$queryRawUnsafe<unknown[]>(waiting)).length === 2);
    await colleague.query('COMMIT');
    await colleague.end();

    const answers = [...(await Promise.all(atOnce)), await request()];
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body.detail).toMatch(/^This change is already waiting for approval\./);
  });

  it('waits, shows its diff, and is carried out when approved', async () => {
    const { id, diffHash, rules, diff } = await proposeOwner();
    expect(rules).toEqual(['appointment of a senior responsible owner']);
    expect(JSON.stringify(diff)).toContain('Sam Owner');
    const listed = await as(gita, 'GET', '/changes?state=pending');
    expect(listed.body.items.map((item: { id: string }) => item.id)).toEqual([id]);
    // The rows are shown with the change itself.
    const [{ sentences, rows, ...inList }] = listed.body.items;
    expect([sentences, rows[0]]).toEqual([1, { table: 'sro_appointment', count: 1 }]);
    expect(inList).not.toHaveProperty('diff');
    expect(JSON.stringify(inList)).not.toContain(diffHash);
    const answer = await approve(gita, id, diffHash);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ state: 'approved', decidedBy: 'Gita (gita@example.org)' });
    expect(await admin.db.sroAppointment.findMany()).toMatchObject([
      { appointedBy: 'Priya (priya@example.org), approved by Gita (gita@example.org)' },
    ]);
    const change = await admin.db.registryChange.findFirst({ where: { tableName: 'sro_appointment' } });
    expect(change?.actor).toBe('Priya (priya@example.org), approved by Gita (gita@example.org)');
    expect(change?.reason).toBe(`approved change ${id}: checked with the CIO`);
    const people = await admin.db.staff.findMany({
      where: { id: { in: [priya.staffId, gita.staffId] } },
      orderBy: { name: 'desc' },
      select: { issuer: true, subject: true },
    });
    expect(change?.people).toEqual(people);
    expect(change?.origin).toMatch(/^console from /);
    expect((await approve(gita, id, diffHash)).status).toBe(409);
    expect(await admin.db.sroAppointment.count()).toBe(1);
  });

  it('cannot be approved by the requester, whatever their roles, nor with one of their tokens', async () => {
    const { id, diffHash } = await proposeOwner();
    const own = await approve(priya, id, diffHash);
    expect(own.status).toBe(403);
    expect(own.body.type).toBe('urn:gatehouse:problem:same-person');
    const ownToken = await as(priya, 'POST', '/admin-tokens', { label: 'mine', scopes: ['governance'] });
    const { status } = await admin.call(
      'POST',
      `/api/v1/changes/${id}/approve`,
      { diffHash, reason: 'me again' },
      ownToken.body.token,
    );
    expect(status).toBe(403);
    expect(
      (await admin.call('POST', `/api/v1/changes/${id}/approve`, { diffHash, reason: 'x y' })).status,
    ).toBe(403);
    expect(await admin.db.sroAppointment.count()).toBe(0);
  });

  it('cannot be approved by the requester by the rules of the database either', async () => {
    const { id } = await proposeOwner();
    await expect(
      admin.db.pendingChange.update({
        where: { id },
        data: { state: 'approved', decidedByStaff: priya.staffId },
      }),
    ).rejects.toThrow(/pending_change_second_person/);
  });

  it('is decided only by people with the right role for its organisations', async () => {
    const { id, diffHash } = await proposeOwner();
    const engineer = await signIn(admin.db, 'Piet', ['platform-engineer'], admin.clock.ms);
    expect((await approve(engineer, id, diffHash)).status).toBe(403);
    const elsewhere = { role: 'governance-officer', odsCodes: ['RCD'] } as const;
    const outsider = await signIn(admin.db, 'Odd', [elsewhere], admin.clock.ms);
    expect((await approve(outsider, id, diffHash)).status).toBe(404);
    expect((await as(outsider, 'GET', `/changes/${id}`)).status).toBe(404);
    expect((await as(outsider, 'GET', '/changes')).body.items).toEqual([]);
    const local = await signIn(
      admin.db,
      'Lou',
      [{ role: 'governance-officer', odsCodes: ['R69'] }],
      admin.clock.ms,
    );
    expect((await as(local, 'GET', '/changes')).body.items).toHaveLength(1);
    expect((await approve(local, id, diffHash)).status).toBe(200);
  });

  it('expires, can be rejected with a reason, and can be withdrawn only by the requester', async () => {
    const first = await proposeOwner();
    admin.clock.ms += 72 * 3_600_000;
    const late = await signIn(admin.db, 'Late', ['governance-officer'], admin.clock.ms);
    expect((await approve(late, first.id, first.diffHash)).body.detail).toContain('expired');
    expect((await as(late, 'GET', '/changes?state=expired')).body.items).toHaveLength(1);
    priya = await signIn(admin.db, 'Priya', ['governance-officer'], admin.clock.ms);
    const second = await proposeOwner();
    expect((await as(late, 'POST', `/changes/${second.id}/reject`, {})).status).toBe(400);
    const rejected = await as(late, 'POST', `/changes/${second.id}/reject`, { reason: 'not signed' });
    expect(rejected.body).toMatchObject({ state: 'rejected', decisionReason: 'not signed' });
    const third = await proposeOwner();
    expect((await as(late, 'POST', `/changes/${third.id}/withdraw`, {})).status).toBe(404);
    expect((await as(priya, 'POST', `/changes/${third.id}/withdraw`, {})).body.state).toBe('withdrawn');
    expect(await admin.db.sroAppointment.count()).toBe(0);
  });

  it('is bound to its exact diff: another hash is refused, and a changed registry makes it stale', async () => {
    const floor = { organisation: 'R69', minimumLevel: 3 };
    const submitted = await as(priya, 'PUT', '/assurance-floors', floor);
    expect(submitted.status).toBe(202);
    const { id, diffHash } = submitted.body;
    expect((await approve(gita, id, 'b'.repeat(64))).status).toBe(409);
    expect((await as(gita, 'GET', `/changes/${id}`)).body.state).toBe('pending');
    // Meanwhile somebody else sets the floor, so that the change would now raise it instead of creating it.
    await admin.db.assuranceFloor.create({ data: { odsCode: 'R69', level: 2 } });
    const late = await approve(gita, id, diffHash);
    expect(late.status).toBe(409);
    expect(late.body.detail).toContain('has changed since');
    expect((await as(gita, 'GET', `/changes/${id}`)).body.state).toBe('stale');
    expect(await admin.db.assuranceFloor.findMany()).toMatchObject([{ level: 2 }]);
  });

  it('is not marked stale by a late approval once it is decided', async () => {
    const submitted = await as(priya, 'PUT', '/assurance-floors', { organisation: 'R69', minimumLevel: 3 });
    const { id, diffHash } = submitted.body;
    await admin.db.assuranceFloor.create({ data: { odsCode: 'R69', level: 2 } });
    const gus = await signIn(admin.db, 'Gus', ['governance-officer'], admin.clock.ms);
    const colleague = new pg.Client({ connectionString: admin.database.superuserUrl });
    await colleague.connect();
    await colleague.query('BEGIN');
    await colleague.query(
      "UPDATE pending_change SET state = 'approved', decided_by = 'Gus', decided_by_staff = $2 WHERE id = $1",
      [id, gus.staffId],
    );
    const late = approve(gita, id, diffHash);
    await until('the late decision waits for the row', async () => {
      const { rows } = await colleague.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rows.length > 0;
    });
    await colleague.query('COMMIT');
    await colleague.end();
    expect((await late).status).toBe(409);
    expect((await as(gita, 'GET', `/changes/${id}`)).body).toMatchObject({
      state: 'approved',
      decidedBy: 'Gus',
    });
  });

  it('of a person who has been suspended meanwhile is not carried out', async () => {
    const { id, diffHash } = await proposeOwner();
    await admin.db.staff.update({ where: { id: priya.staffId }, data: { state: 'suspended' } });
    const refused = await approve(gita, id, diffHash);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('is suspended')]);
    expect(await admin.db.sroAppointment.count()).toBe(0);
  });

  it('is carried out once when two people approve it at the same time', async () => {
    const { id, diffHash } = await proposeOwner();
    const gus = await signIn(admin.db, 'Gus', ['governance-officer'], admin.clock.ms);
    const answers = await Promise.all([approve(gita, id, diffHash), approve(gus, id, diffHash)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await admin.db.sroAppointment.count()).toBe(1);
  });

  it('has no secret in clear, neither in its row nor in an answer', async () => {
    const [application] = smallDocument.applications;
    const secret = 'anotherKeyOfR690123456789abcQQRR';
    const { clients: _, ...rest } = smallDocument;
    const lines = await apply({
      ...rest,
      applications: [{ ...application, apiKey: secret, messageSets: [] }],
    });
    const last = lines.at(-1);
    expect(last).toMatchObject({ type: 'pending', rules: ['ASID, API key or secret of a live application'] });
    const row = await admin.db.pendingChange.findUniqueOrThrow({ where: { id: last?.id ?? '' } });
    expect(JSON.stringify({ ...row, payloadSealed: '' })).not.toContain(secret);
    const answer = await as(gita, 'GET', `/changes/${row.id}`);
    expect(answer.text).not.toContain(secret);
    const approved = await approve(gita, row.id, row.diffHash);
    expect(approved.status, approved.text).toBe(200);
    const applicationRow = await admin.db.application.findFirst({ where: { asid: application.asid } });
    expect(applicationRow?.apiKey).toBe(secret);
  });
});

describe('the same rule for every route', () => {
  it('a file with a grant becomes one change as a whole, all or nothing', async () => {
    const lines = await apply({ ...smallDocument, organisations: [{ odsCode: 'R69', name: 'Renamed' }] });
    const last = lines.at(-1);
    expect(last?.type).toBe('pending');
    expect(last?.rules).toEqual(expect.arrayContaining(['a grant to a client']));
    expect(await admin.db.client.count()).toBe(0);
    expect((await admin.db.organisation.findUnique({ where: { odsCode: 'R69' } }))?.name).not.toBe('Renamed');
    const { body } = await as(gita, 'GET', `/changes/${last?.id}`);
    const approved = await approve(gita, body.id, body.diffHash);
    expect(approved.status, approved.text).toBe(200);
    expect(await admin.db.clientGrant.count()).toBe(1);
    expect((await admin.db.organisation.findUnique({ where: { odsCode: 'R69' } }))?.name).toBe('Renamed');
  });

  it('activation and revocation of a key, a write exception, the floor', async () => {
    const { kid } = await admin.ok('keyCreate', { body: r69 });
    expect((await as(priya, 'POST', `/signing-keys/${kid}/retire`, {})).body.rules).toEqual([
      'activation or revocation of a signing key',
    ]);
    expect((await admin.db.signingKey.findUnique({ where: { kid } }))?.state).toBe('ACTIVE');
    const { accessMode: _, ...choice } = r69;
    const exception = { interaction: 'A028', useCaseReference: 'UC-1', expiresOn: '2026-06-01' };
    const submitted = await as(priya, 'POST', '/write-exceptions', { ...choice, ...exception });
    expect(submitted.status, submitted.text).toBe(202);
    expect((await as(priya, 'PUT', '/assurance-floors', { minimumLevel: 3 })).status).toBe(202);
    expect(await admin.db.writeException.count()).toBe(0);
    expect(await admin.db.assuranceFloor.count()).toBe(0);
  });

  it('a CIS2 client, and the key with which it proves itself', async () => {
    const cis2Client = { environment: 'int', product: 'ReferWell' };
    const document = { cis2Clients: [{ ...cis2Client, clientId: 'registered', auth: 'private_key_jwt' }] };
    await setFourEyes('int', false);
    expect((await apply({ apiVersion: 'gatehouse/v1', ...document })).at(-1)?.type).toBe('done');
    const { kid } = await admin.ok('keyCreate', { body: { owner: 'cis2-client', ...cis2Client } });
    await setFourEyes('int', true);

    const retiring = await as(priya, 'POST', `/signing-keys/${kid}/retire`, {});
    expect(retiring.status, retiring.text).toBe(202);
    expect(retiring.body.rules).toEqual(['activation or revocation of a signing key']);
    expect(retiring.body.summary.join()).toContain(`${kid} of the CIS2 client of ReferWell in int would`);
    expect((await admin.db.signingKey.findUnique({ where: { kid } }))?.state).toBe('ACTIVE');
    const engineer = { role: 'platform-engineer', odsCodes: ['R69'] } as const;
    const local = await signIn(admin.db, 'Lou', [engineer], admin.clock.ms);
    expect((await approve(local, retiring.body.id, retiring.body.diffHash)).status).toBe(404);
    expect((await approve(gita, retiring.body.id, retiring.body.diffHash)).status).toBe(200);
    expect((await admin.db.signingKey.findUnique({ where: { kid } }))?.state).toBe('RETIRING');
  });

  it('a token’s change waits like any other, and wrong input is refused immediately', async () => {
    const answer = await admin.call('POST', '/api/v1/sro-appointments', appointment);
    expect(answer.status).toBe(202);
    const wrong = await as(priya, 'POST', '/sro-appointments', { ...appointment, environments: ['nowhere'] });
    expect(wrong.status).toBe(400);
    expect(await admin.db.pendingChange.count()).toBe(1);
  });

  it('one person can suspend immediately', async () => {
    const [application] = smallDocument.applications;
    const { clients: _, ...rest } = smallDocument;
    const { messageSets: _sets, ...same } = application;
    const lines = await apply({ ...rest, applications: [{ ...same, state: 'suspended' }] });
    expect(lines.at(-1)?.type).toBe('done');
  });

  it('going live waits, so that nobody can replace one application with another', async () => {
    const [application] = smallDocument.applications;
    const { clients: _, ...rest } = smallDocument;
    const file = (entry: object) => apply({ ...rest, applications: [{ ...application, ...entry }] });
    const retired = (await file({ state: 'retired', messageSets: [] })).at(-1);
    expect(retired).toMatchObject({ type: 'pending', rules: ['retiring a live application'] });
    expect(await admin.db.application.count({ where: { state: 'retired' } })).toBe(0);
    const { body } = await as(gita, 'GET', `/changes/${retired?.id}`);
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(200);
    const newIdentity = { asid: '200000009999', apiKey: 'anotherKeyOfR690123456789abcQQRR' };
    expect((await file({ ...newIdentity, state: 'draft' })).at(-1)?.type).toBe('done');
    const last = (await file({ ...newIdentity, state: 'live' })).at(-1);
    expect(last).toMatchObject({ type: 'pending', rules: ['an application going live'] });
    expect(await admin.db.application.count({ where: { state: 'live', asid: newIdentity.asid } })).toBe(0);
  });

  it.each([
    ['API secret', { apiSecret: 'AnotherSecretOfTheUserApp' }],
    ['API key that looks the same', { apiKey: 'anotherKeyOfTheUserApp0123456MMNN' }],
    ['ASID', { asid: '200000009999' }],
    ['organisation', { organisations: ['R69', 'RCD', 'RXX'] }],
  ])('a new %s of a live application, changed together with another field', async (_what, changed) => {
    const [, user] = smallDocument.applications;
    const { messageSets: _sets, ...entry } = user;
    await admin.db.application.updateMany({ where: { asid: entry.asid }, data: { state: 'live' } });
    const organisations = [...smallDocument.organisations, { odsCode: 'RXX', name: 'Third' }];
    const lines = await apply({
      apiVersion: 'gatehouse/v1',
      organisations,
      applications: [{ ...entry, ...changed, apimApplicationId: 'new-in-the-portal' }],
    });
    expect(lines.at(-1)?.type).toBe('pending');
    const { body } = await as(gita, 'GET', `/changes/${lines.at(-1)?.id}`);
    const approved = await approve(gita, body.id, body.diffHash);
    expect(approved.status, approved.text).toBe(200);
  });

  it('all applications that a filter finds are one change, as long as it finds what was confirmed', async () => {
    const path = '/applications-at-once';
    const filter = { product: 'ReferWell', environment: 'int' };
    const preview = async (to: string) =>
      (await as(priya, 'GET', `${path}?product=ReferWell&environment=int&to=${to}`)).body;
    const request = (to: string, count: number, which: object = filter) =>
      as(priya, 'POST', path, { to, filter: which, count, reason: 'supplier incident 7' });
    const states = async () =>
      (await admin.db.application.findMany({ orderBy: { asid: 'asc' } })).map(({ state }) => state);
    expect(await preview('live')).toEqual({
      ...{ total: 1, isMore: false, environments: ['int'], atStake: null },
    });
    expect((await as(priya, 'GET', `${path}?to=live`)).status).toBe(400);
    expect((await request('live', 1, {})).status).toBe(400);
    expect((await request('live', 2)).status).toBe(409);
    // It goes live once somebody else has looked at it.
    const waits = await request('live', 1);
    expect([waits.status, waits.body.rules]).toEqual([202, ['an application going live']]);
    expect(await states()).toEqual(['live', 'draft']);
    expect((await approve(gita, waits.body.id, waits.body.diffHash)).status).toBe(200);
    expect(await states()).toEqual(['live', 'live']);
    // What is stopped in an emergency is put in service by lifting the stop.
    const { id: application } = await admin.db.application.findFirstOrThrow({
      where: { asid: '200000002454' },
    });
    const stop = await as(priya, 'POST', '/emergency-stops', {
      kind: 'application',
      application,
      reason: 'x',
    });
    expect((await preview('live')).total).toBe(0);
    expect((await as(priya, 'POST', `/emergency-stops/${stop.body.id}/lift`, { reason: 'x' })).status).toBe(
      200,
    );
    // Suspending needs nobody else: one change, with a row of the history for each.
    expect(await preview('suspended')).toMatchObject({ total: 2, atStake: { requests: 0 } });
    expect((await request('suspended', 2)).body).toEqual({ changed: 2 });
    expect(await states()).toEqual(['suspended', 'suspended']);
    const rows = await admin.db.registryChange.findMany({
      where: { tableName: 'application', reason: 'supplier incident 7' },
    });
    expect([rows.length, new Set(rows.map(({ version }) => version)).size]).toEqual([2, 1]);
    // A request is for what its filter found then.
    const both = await request('live', 2);
    expect(both.status, both.text).toBe(202);
    await admin.db.application.update({ where: { id: application }, data: { state: 'draft' } });
    const late = await approve(gita, both.body.id, both.body.diffHash);
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining('has changed since')]);
    expect(await states()).toEqual(['draft', 'suspended']);
  });

  it('all organisations that a filter finds are one change, without those under an emergency stop', async () => {
    const path = '/organisations-at-once';
    const preview = async (to: string, state: string) =>
      (await as(priya, 'GET', `${path}?to=${to}&state=${state}`)).body;
    const request = (to: string, state: string, count: number) =>
      as(priya, 'POST', path, { to, filter: { state }, count, reason: 'supplier incident 8' });
    const states = async () =>
      (await admin.db.organisation.findMany({ orderBy: { odsCode: 'asc' } })).map(({ state }) => state);
    expect(await states()).toEqual(['active', 'active']);
    expect((await as(priya, 'GET', `${path}?to=suspended`)).status).toBe(400);
    const stop = { kind: 'organisation', organisation: 'R69', reason: 'odd traffic' };
    expect((await as(priya, 'POST', '/emergency-stops', stop)).status).toBe(200);
    expect(await preview('suspended', 'active')).toEqual({
      ...{ total: 1, isMore: false, atStake: { requests: 0, isWhole: true } },
    });
    expect((await request('suspended', 'active', 2)).status).toBe(409);
    expect((await request('suspended', 'active', 1)).body).toEqual({ changed: 1 });
    expect(await states()).toEqual(['suspended', 'suspended']);
    expect(await preview('active', 'suspended')).toEqual({ total: 1, isMore: false, atStake: null });
    // They run again once somebody else has looked at it.
    const waits = await request('active', 'suspended', 1);
    expect(waits.status, waits.text).toBe(202);
    expect((await approve(gita, waits.body.id, waits.body.diffHash)).status).toBe(200);
    expect(await states()).toEqual(['suspended', 'active']);
  });

  it('an emergency stop is lifted alone by the person who made it soon after, otherwise by two people', async () => {
    const stop = { kind: 'organisation', organisation: 'R69', reason: 'odd traffic' };
    const slip = await as(priya, 'POST', '/emergency-stops', stop);
    const lift = (person: SignedIn, id: string) =>
      as(person, 'POST', `/emergency-stops/${id}/lift`, { reason: 'all well' });
    expect((await lift(priya, slip.body.id)).status).toBe(200);
    admin.clock.ms += 1_000;
    const { body } = await as(priya, 'POST', '/emergency-stops', stop);
    const submitted = await lift(gita, body.id);
    expect(submitted.status, submitted.text).toBe(202);
    const state = async () =>
      (await admin.db.organisation.findUniqueOrThrow({ where: { odsCode: 'R69' } })).state;
    expect(await state()).toBe('suspended');
    expect((await approve(priya, submitted.body.id, submitted.body.diffHash)).status).toBe(200);
    expect(await state()).toBe('active');
    const { items } = (await as(gita, 'GET', '/emergency-stops')).body;
    expect(items[0].liftedBy).toBe('Gita (gita@example.org), approved by Priya (priya@example.org)');
    const late = await as(priya, 'POST', '/emergency-stops', stop);
    admin.clock.ms += 14 * 60_000;
    expect((await lift(priya, late.body.id)).status).toBe(200);
  });

  it('nothing that is prepared or changed together with it avoids the second person', async () => {
    const [application] = smallDocument.applications;
    const { clients: _, messageSets, ...rest } = smallDocument;
    const sets = (interactions: string[]) => [...messageSets, { name: 'tiny', interactions }];
    await apply({ ...rest, messageSets: sets(['A004']), applications: [] });
    const use = { ...application, messageSets: ['tiny'] };
    const submitted = (await apply({ ...rest, messageSets: sets(['A004']), applications: [use] })).at(-1);
    const { body } = await as(gita, 'GET', `/changes/${submitted?.id}`);
    expect(JSON.stringify(body.diff)).toContain('"tiny":["A004"]');
    // It is not in use yet, so one person may widen it.
    await apply({ ...rest, messageSets: sets(['A004', 'A028']), applications: [] });
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(409);
    expect((await as(gita, 'GET', `/changes/${body.id}`)).body.state).toBe('stale');
  });

  it('a secret that is replaced between request and approval makes the change stale', async () => {
    const [, user] = smallDocument.applications;
    const { clients: _, messageSets: _sets, ...rest } = smallDocument;
    const { messageSets: _held, apiSecret: _secret, apiKey: _key, ...base } = user;
    const file = (entry: object) => apply({ ...rest, applications: [{ ...base, ...entry }] });
    const submitted = (await file({ state: 'live' })).at(-1);
    const { body } = await as(gita, 'GET', `/changes/${submitted?.id}`);
    await file({ apiSecret: 'AnotherSecretOfTheUserApp' });
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(409);
  });

  it('reactivating a retired record takes two people, and so does changing the identity of a client', async () => {
    const { clients, ...rest } = smallDocument;
    await admin.db.organisation.update({ where: { odsCode: 'R69' }, data: { state: 'retired' } });
    const back = await apply({
      ...rest,
      applications: [],
      organisations: [{ odsCode: 'R69', name: 'Example NHS Trust', state: 'active' }],
    });
    expect(back.at(-1)).toMatchObject({ type: 'pending', rules: ['letting what was stopped run again'] });
    await admin.db.client.create({ data: { name: 'worklist-sync', environmentName: 'int' } });
    const workload = { issuer: 'https://idp.example', audience: 'gatehouse', subject: 'other' };
    const applied = await apply({
      ...rest,
      applications: [],
      clients: [{ ...clients[0], grants: [], workload }],
    });
    expect(applied.at(-1)).toMatchObject({ type: 'pending', rules: ['who a client is'] });
  });

  it('one person with two accounts counts as one person', async () => {
    const { id, diffHash } = await proposeOwner();
    const twin = await signIn(admin.db, 'PRIYA', ['governance-officer'], admin.clock.ms);
    const refused = await approve(twin, id, diffHash);
    expect(refused.body.type).toBe('urn:gatehouse:problem:same-person');
  });

  it('an officer of some organisations cannot see a change that concerns others or none', async () => {
    const limited = { role: 'platform-engineer', odsCodes: ['R69'] } as const;
    const lou = await signIn(admin.db, 'Lou', [limited], admin.clock.ms);
    const { clients: _, ...rest } = smallDocument;
    const [application] = smallDocument.applications;
    const asid = { ...application, asid: '200000009999' };
    const own = (await apply({ ...rest, applications: [asid] })).at(-1);
    expect((await as(lou, 'GET', `/changes/${own?.id}`)).status).toBe(200);
    const products = [...smallDocument.products, { name: 'Another' }];
    const wider = (await apply({ ...rest, products, applications: [asid] })).at(-1);
    expect((await as(lou, 'GET', `/changes/${wider?.id}`)).status).toBe(404);
  });

  it('a start day that was left out is the day of the request, even if it is approved the next day', async () => {
    const { id, diffHash } = await proposeOwner();
    admin.clock.ms += 20 * 3_600_000;
    const later = await signIn(admin.db, 'Later', ['governance-officer'], admin.clock.ms);
    const approved = await approve(later, id, diffHash);
    expect(approved.status, approved.text).toBe(200);
  });
});

describe('whether an environment needs a second person', () => {
  const set = (who: SignedIn, environment: string, fourEyes: boolean) =>
    as(who, 'PUT', `/environments/${environment}/four-eyes`, { fourEyes, reason: 'agreed by the board' });
  const fourEyes = async () => {
    const { items } = await admin.ok('environmentList');
    return Object.fromEntries(items.map((environment) => [environment.name, environment.fourEyes]));
  };

  it('is taken from the environments file at the first start, and then only from the database', async () => {
    const environments = new Map([
      ['int', { kind: 'authenticated' as const, fourEyes: false }],
      ['dev', { kind: 'authenticated' as const }],
      ['new', { kind: 'open' as const, fourEyes: true }],
      ['prod', { kind: 'authenticated' as const }],
      ['live', { kind: 'authenticated' as const, apiBaseUrl: 'https://api.service.nhs.uk/referrals' }],
    ]);
    await admin.startAgain({ environments });
    expect(await fourEyes()).toEqual({ dev: false, int: true, new: true, prod: true, live: true });
    // This gateway does not serve “live”, so it knows nothing of it but its name.
    const { environments: shown } = (await as(priya, 'GET', '/session')).body;
    const production = shown.filter((each: { isProduction: boolean }) => each.isProduction);
    expect(production.map(({ name }: { name: string }) => name)).toEqual(['prod']);
    expect((await as(priya, 'PUT', '/assurance-floors', { minimumLevel: 3 })).status).toBe(202);
    environments.set('new', { kind: 'open', fourEyes: false });
    await admin.startAgain({ environments });
    expect(await fourEyes()).toEqual({ dev: false, int: true, new: true, prod: true, live: true });
  });

  it('is changed by two people where it needs one, and by one where it does not', async () => {
    expect((await set(priya, 'dev', true)).body).toMatchObject({ name: 'dev', fourEyes: true });
    const { status, body } = await set(priya, 'int', false);
    expect([status, body.rules]).toEqual([202, ['whether changes need a second person']]);
    expect(body.summary).toEqual(['Changes that matter in int would no longer need a second person.']);
    expect(body.environments).toEqual(['int']);
    expect((await approve(priya, body.id, body.diffHash)).status).toBe(403);
    expect(await fourEyes()).toEqual({ dev: true, int: true });
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(200);
    expect(await fourEyes()).toEqual({ dev: true, int: false });
    const change = await admin.db.registryChange.findFirstOrThrow({ orderBy: { n: 'desc' } });
    expect(change).toMatchObject({
      tableName: 'environment',
      actor: 'Priya (priya@example.org), approved by Gita (gita@example.org)',
    });
    expect((await set(priya, 'int', true)).status).toBe(200);
    expect((await set(priya, 'int', false)).status).toBe(202);
  });

  it('counts from the moment it is changed', async () => {
    await setFourEyes('int', false);
    const floor = { organisation: 'R69', minimumLevel: 3 };
    expect((await as(priya, 'PUT', '/assurance-floors', floor)).status).toBe(200);
    await set(priya, 'dev', true);
    expect((await as(priya, 'PUT', '/assurance-floors', { ...floor, minimumLevel: 2 })).status).toBe(202);
  });

  it('is on where nothing is recorded, and never left open again', async () => {
    await setFourEyes('int', false);
    await admin.db.environment.create({ data: { name: 'elsewhere', kind: 'authenticated' } });
    expect(await fourEyes()).toEqual({ dev: false, elsewhere: true, int: false });
    expect((await as(priya, 'PUT', '/assurance-floors', { minimumLevel: 3 })).status).toBe(202);
    await expect(
      admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: null } }),
    ).rejects.toThrow(/environment_four_eyes_kept/);
  });

  it('can’t be switched off with a token, a person’s or a service’s', async () => {
    const path = '/api/v1/environments/int/four-eyes';
    const requested = await admin.call('PUT', path, { fourEyes: false, reason: 'a script' });
    expect(requested.status, requested.text).toBe(202);
    const made = await as(gita, 'POST', '/admin-tokens', { label: 'mine', scopes: ['governance'] });
    const { id, diffHash } = requested.body;
    const approval = { diffHash, reason: 'a script again' };
    for (const token of [made.body.token, admin.tokens.all]) {
      const answer = await admin.call('POST', `/api/v1/changes/${id}/approve`, approval, token);
      expect([answer.status, answer.body.type]).toEqual([403, expect.stringContaining('problem:')]);
    }
    expect(await fourEyes()).toEqual({ dev: false, int: true });
    expect((await approve(gita, id, diffHash)).status).toBe(200);
  });

  it('is left alone by a change that overtakes it, and by an environment that does not exist', async () => {
    const { body } = await set(priya, 'int', false);
    await setFourEyes('int', false);
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(409);
    expect((await set(priya, 'nowhere', true)).status).toBe(404);
  });
});

it('start-up says where the environments file differs from the database', async () => {
  const environments = new Map([['int', { kind: 'authenticated' as const, fourEyes: true }]]);
  const warned = await startAdmin({ environments }, { GATEHOUSE_LOG_LEVEL: 'warn' });
  onTestFinished(() => warned.close());
  const warnings = () => warned.logged.filter((line) => line.includes('the environments file'));
  expect(warned.logged.join('')).toContain('no identity provider is configured');
  expect(warnings()).toEqual([]);
  environments.set('int', { kind: 'authenticated', fourEyes: false });
  await warned.startAgain({ environments });
  expect(warnings()).toEqual([
    expect.stringContaining('fourEyes: false for int, but the database says true'),
  ]);
});
