/** Changes that need a second person, over HTTP: people, tokens, and the same rule for every way in. */
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { until } from '../../support/until.ts';

const started: AdminApi[] = [];
afterAll(() => Promise.all(started.map((admin) => admin.close())));

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;

beforeEach(async () => {
  const environments = new Map([
    ['int', { kind: 'authenticated' as const, fourEyes: false }],
    ['dev', { kind: 'authenticated' as const, fourEyes: false }],
  ]);
  admin = await startAdmin({ environments });
  started.push(admin);
  // Onboarded while one person was enough.
  const { clients: _clients, ...rest } = smallDocument;
  const applications = smallDocument.applications.map(({ messageSets: _, ...entry }) => entry);
  expect((await apply({ ...rest, applications })).at(-1)?.type).toBe('done');
  await setFourEyes('int', true);
  priya = await signIn(admin.db, 'Priya', ['platform-engineer', 'governance-officer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
});

const setFourEyes = (name: string, fourEyes: boolean) =>
  admin.db.environment.update({ where: { name }, data: { fourEyes } });

const as = (who: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', who.headers);

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

/** Priya asks; nothing is changed. */
async function ask(): Promise<{ id: string; diffHash: string; diff: unknown[]; rules: string[] }> {
  const answer = await as(priya, 'POST', '/sro-appointments', { ...appointment, reason: 'first owner' });
  expect(answer.status, answer.text).toBe(202);
  expect(await admin.db.sroAppointment.count()).toBe(0);
  return answer.body;
}

const approve = (who: SignedIn, id: string, diffHash: string) =>
  as(who, 'POST', `/changes/${id}/approve`, { diffHash, reason: 'checked with the CIO' });

describe('a change that needs a second person', () => {
  it('waits once, however often it is requested', async () => {
    const request = () => as(priya, 'POST', '/sro-appointments', { ...appointment, reason: 'first owner' });
    const answers = [...(await Promise.all([request(), request()])), await request()];
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body.detail).toMatch(/^This change is already waiting for approval\./);
  });

  it('waits, shows its diff, and is carried out when approved', async () => {
    const { id, diffHash, rules, diff } = await ask();
    expect(rules).toEqual(['appointment of a senior responsible owner']);
    expect(JSON.stringify(diff)).toContain('Sam Owner');
    const listed = await as(gita, 'GET', '/changes?state=pending');
    expect(listed.body.items.map((item: { id: string }) => item.id)).toEqual([id]);
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

  it('is not approved by the one who asked, whatever their roles, nor with a token of theirs', async () => {
    const { id, diffHash } = await ask();
    const own = await approve(priya, id, diffHash);
    expect(own.status).toBe(403);
    expect(own.body.type).toBe('urn:gatehouse:problem:same-person');
    const made = await as(priya, 'POST', '/admin-tokens', { label: 'mine', scopes: ['governance'] });
    const { status } = await admin.call(
      'POST',
      `/api/v1/changes/${id}/approve`,
      { diffHash, reason: 'me again' },
      made.body.token,
    );
    expect(status).toBe(403);
    expect(
      (await admin.call('POST', `/api/v1/changes/${id}/approve`, { diffHash, reason: 'x y' })).status,
    ).toBe(403);
    expect(await admin.db.sroAppointment.count()).toBe(0);
  });

  it('the database itself takes no approval by the one who asked', async () => {
    const { id } = await ask();
    await expect(
      admin.db.pendingChange.update({
        where: { id },
        data: { state: 'approved', decidedByStaff: priya.staffId },
      }),
    ).rejects.toThrow(/pending_change_second_person/);
  });

  it('is decided only by the right role, for its organisations', async () => {
    const { id, diffHash } = await ask();
    const engineer = await signIn(admin.db, 'Piet', ['platform-engineer'], admin.clock.ms);
    expect((await approve(engineer, id, diffHash)).status).toBe(403);
    const elsewhere = { role: 'governance-officer', odsCodes: ['RCD'] } as const;
    const other = await signIn(admin.db, 'Odd', [elsewhere], admin.clock.ms);
    expect((await approve(other, id, diffHash)).status).toBe(404);
    expect((await as(other, 'GET', `/changes/${id}`)).status).toBe(404);
    expect((await as(other, 'GET', '/changes')).body.items).toEqual([]);
    const local = await signIn(
      admin.db,
      'Lou',
      [{ role: 'governance-officer', odsCodes: ['R69'] }],
      admin.clock.ms,
    );
    expect((await as(local, 'GET', '/changes')).body.items).toHaveLength(1);
    expect((await approve(local, id, diffHash)).status).toBe(200);
  });

  it('expires, can be rejected with a reason, and withdrawn by who asked alone', async () => {
    const first = await ask();
    admin.clock.ms += 72 * 3_600_000;
    const late = await signIn(admin.db, 'Late', ['governance-officer'], admin.clock.ms);
    expect((await approve(late, first.id, first.diffHash)).body.detail).toContain('expired');
    expect((await as(late, 'GET', '/changes?state=expired')).body.items).toHaveLength(1);
    priya = await signIn(admin.db, 'Priya', ['governance-officer'], admin.clock.ms);
    const second = await ask();
    expect((await as(late, 'POST', `/changes/${second.id}/reject`, {})).status).toBe(400);
    const rejected = await as(late, 'POST', `/changes/${second.id}/reject`, { reason: 'not signed' });
    expect(rejected.body).toMatchObject({ state: 'rejected', decisionReason: 'not signed' });
    const third = await ask();
    expect((await as(late, 'POST', `/changes/${third.id}/withdraw`, {})).status).toBe(404);
    expect((await as(priya, 'POST', `/changes/${third.id}/withdraw`, {})).body.state).toBe('withdrawn');
    expect(await admin.db.sroAppointment.count()).toBe(0);
  });

  it('is bound to exactly its diff: another hash is refused, a changed registry makes it stale', async () => {
    const floor = { organisation: 'R69', minimumLevel: 3 };
    const asked = await as(priya, 'PUT', '/assurance-floors', floor);
    expect(asked.status).toBe(202);
    const { id, diffHash } = asked.body;
    expect((await approve(gita, id, 'b'.repeat(64))).status).toBe(409);
    expect((await as(gita, 'GET', `/changes/${id}`)).body.state).toBe('pending');
    // Meanwhile the floor comes to be by another way: what was "make it" would now be "raise it".
    await admin.db.assuranceFloor.create({ data: { odsCode: 'R69', level: 2 } });
    const late = await approve(gita, id, diffHash);
    expect(late.status).toBe(409);
    expect(late.body.detail).toContain('has changed since');
    expect((await as(gita, 'GET', `/changes/${id}`)).body.state).toBe('stale');
    expect(await admin.db.assuranceFloor.findMany()).toMatchObject([{ level: 2 }]);
  });

  it('once decided, is not marked stale by an approval that came too late', async () => {
    const asked = await as(priya, 'PUT', '/assurance-floors', { organisation: 'R69', minimumLevel: 3 });
    const { id, diffHash } = asked.body;
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

  it('of somebody who is suspended meanwhile is not carried out', async () => {
    const { id, diffHash } = await ask();
    await admin.db.staff.update({ where: { id: priya.staffId }, data: { state: 'suspended' } });
    const refused = await approve(gita, id, diffHash);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('is suspended')]);
    expect(await admin.db.sroAppointment.count()).toBe(0);
  });

  it('is carried out once when two approve at once', async () => {
    const { id, diffHash } = await ask();
    const gus = await signIn(admin.db, 'Gus', ['governance-officer'], admin.clock.ms);
    const answers = await Promise.all([approve(gita, id, diffHash), approve(gus, id, diffHash)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await admin.db.sroAppointment.count()).toBe(1);
  });

  it('keeps no secret in clear, neither in its row nor in an answer', async () => {
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
    const shown = await as(gita, 'GET', `/changes/${row.id}`);
    expect(shown.text).not.toContain(secret);
    const approved = await approve(gita, row.id, row.diffHash);
    expect(approved.status, approved.text).toBe(200);
    const held = await admin.db.application.findFirst({ where: { asid: application.asid } });
    expect(held?.apiKey).toBe(secret);
  });
});

describe('the same rule for every way in', () => {
  it('a file with a grant becomes one change as a whole; it is all or nothing', async () => {
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
    const asked = await as(priya, 'POST', '/write-exceptions', { ...choice, ...exception });
    expect(asked.status, asked.text).toBe(202);
    expect((await as(priya, 'PUT', '/assurance-floors', { minimumLevel: 3 })).status).toBe(202);
    expect(await admin.db.writeException.count()).toBe(0);
    expect(await admin.db.assuranceFloor.count()).toBe(0);
  });

  it('a token asks like anybody else; wrong input is refused before anybody is bothered', async () => {
    const answer = await admin.call('POST', '/api/v1/sro-appointments', appointment);
    expect(answer.status).toBe(202);
    const wrong = await as(priya, 'POST', '/sro-appointments', { ...appointment, environments: ['nowhere'] });
    expect(wrong.status).toBe(400);
    expect(await admin.db.pendingChange.count()).toBe(1);
  });

  it('suspending is done at once by one person', async () => {
    const [application] = smallDocument.applications;
    const { clients: _, ...rest } = smallDocument;
    const { messageSets: _sets, ...same } = application;
    const lines = await apply({ ...rest, applications: [{ ...same, state: 'suspended' }] });
    expect(lines.at(-1)?.type).toBe('done');
  });

  it('whatever goes live waits, so that none can be put in the place of another', async () => {
    const [application] = smallDocument.applications;
    const { clients: _, ...rest } = smallDocument;
    const file = (entry: object) => apply({ ...rest, applications: [{ ...application, ...entry }] });
    const retired = (await file({ state: 'retired', messageSets: [] })).at(-1);
    expect(retired).toMatchObject({ type: 'pending', rules: ['retiring a live application'] });
    expect(await admin.db.application.count({ where: { state: 'retired' } })).toBe(0);
    const { body } = await as(gita, 'GET', `/changes/${retired?.id}`);
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(200);
    const other = { asid: '200000009999', apiKey: 'anotherKeyOfR690123456789abcQQRR' };
    expect((await file({ ...other, state: 'draft' })).at(-1)?.type).toBe('done');
    const last = (await file({ ...other, state: 'live' })).at(-1);
    expect(last).toMatchObject({ type: 'pending', rules: ['an application going live'] });
    expect(await admin.db.application.count({ where: { state: 'live', asid: other.asid } })).toBe(0);
  });

  it.each([
    ['API secret', { apiSecret: 'AnotherSecretOfTheUserApp' }],
    ['API key that looks the same', { apiKey: 'anotherKeyOfTheUserApp0123456MMNN' }],
    ['ASID', { asid: '200000009999' }],
    ['organisation', { organisations: ['R69', 'RCD', 'RXX'] }],
  ])('another %s beside another field of a live application', async (_what, changed) => {
    const [, user] = smallDocument.applications;
    const { messageSets: _sets, ...held } = user;
    await admin.db.application.updateMany({ where: { asid: held.asid }, data: { state: 'live' } });
    const organisations = [...smallDocument.organisations, { odsCode: 'RXX', name: 'Third' }];
    const lines = await apply({
      apiVersion: 'gatehouse/v1',
      organisations,
      applications: [{ ...held, ...changed, apimApplicationId: 'new-in-the-portal' }],
    });
    expect(lines.at(-1)?.type).toBe('pending');
    const { body } = await as(gita, 'GET', `/changes/${lines.at(-1)?.id}`);
    const approved = await approve(gita, body.id, body.diffHash);
    expect(approved.status, approved.text).toBe(200);
  });

  it('an emergency stop is taken back alone by whoever made it, at once; else by two people', async () => {
    const stop = { kind: 'organisation', organisation: 'R69', reason: 'odd traffic' };
    const slip = await as(priya, 'POST', '/emergency-stops', stop);
    const lift = (who: SignedIn, id: string) =>
      as(who, 'POST', `/emergency-stops/${id}/lift`, { reason: 'all well' });
    expect((await lift(priya, slip.body.id)).status).toBe(200);
    admin.clock.ms += 1_000;
    const { body } = await as(priya, 'POST', '/emergency-stops', stop);
    const asked = await lift(gita, body.id);
    expect(asked.status, asked.text).toBe(202);
    const state = async () =>
      (await admin.db.organisation.findUniqueOrThrow({ where: { odsCode: 'R69' } })).state;
    expect(await state()).toBe('suspended');
    expect((await approve(priya, asked.body.id, asked.body.diffHash)).status).toBe(200);
    expect(await state()).toBe('active');
    const { items } = (await as(gita, 'GET', '/emergency-stops')).body;
    expect(items[0].liftedBy).toBe('Gita (gita@example.org), approved by Priya (priya@example.org)');
    const late = await as(priya, 'POST', '/emergency-stops', stop);
    admin.clock.ms += 14 * 60_000;
    expect((await lift(priya, late.body.id)).status).toBe(200);
  });

  it('nothing that was prepared or changed beside it slips by the second person', async () => {
    const [application] = smallDocument.applications;
    const { clients: _, messageSets, ...rest } = smallDocument;
    const sets = (interactions: string[]) => [...messageSets, { name: 'tiny', interactions }];
    await apply({ ...rest, messageSets: sets(['A004']), applications: [] });
    const use = { ...application, messageSets: ['tiny'] };
    const asked = (await apply({ ...rest, messageSets: sets(['A004']), applications: [use] })).at(-1);
    const { body } = await as(gita, 'GET', `/changes/${asked?.id}`);
    expect(JSON.stringify(body.diff)).toContain('"tiny":["A004"]');
    // Not in use yet, so one person may widen it.
    await apply({ ...rest, messageSets: sets(['A004', 'A028']), applications: [] });
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(409);
    expect((await as(gita, 'GET', `/changes/${body.id}`)).body.state).toBe('stale');
  });

  it('a secret swapped between asking and approving makes it stale', async () => {
    const [, user] = smallDocument.applications;
    const { clients: _, messageSets: _sets, ...rest } = smallDocument;
    const { messageSets: _held, apiSecret: _secret, apiKey: _key, ...held } = user;
    const file = (entry: object) => apply({ ...rest, applications: [{ ...held, ...entry }] });
    const asked = (await file({ state: 'live' })).at(-1);
    const { body } = await as(gita, 'GET', `/changes/${asked?.id}`);
    await file({ apiSecret: 'AnotherSecretOfTheUserApp' });
    expect((await approve(gita, body.id, body.diffHash)).status).toBe(409);
  });

  it('what was retired runs again by two people only, and so does another identity of a client', async () => {
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
    const taken = await apply({
      ...rest,
      applications: [],
      clients: [{ ...clients[0], grants: [], workload }],
    });
    expect(taken.at(-1)).toMatchObject({ type: 'pending', rules: ['who a client is'] });
  });

  it('one person with two accounts is one person', async () => {
    const { id, diffHash } = await ask();
    const twin = await signIn(admin.db, 'PRIYA', ['governance-officer'], admin.clock.ms);
    const refused = await approve(twin, id, diffHash);
    expect(refused.body.type).toBe('urn:gatehouse:problem:same-person');
  });

  it('a change that is partly of no organisation, or of others, is out of reach of a limited officer', async () => {
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

  it('a day that was left out is the day of the asking, also for who approves tomorrow', async () => {
    const { id, diffHash } = await ask();
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
    ]);
    await admin.startAgain({ environments });
    expect(await fourEyes()).toEqual({ dev: false, int: true, new: true, prod: true });
    expect((await as(priya, 'PUT', '/assurance-floors', { minimumLevel: 3 })).status).toBe(202);
    environments.set('new', { kind: 'open', fourEyes: false });
    await admin.startAgain({ environments });
    expect(await fourEyes()).toEqual({ dev: false, int: true, new: true, prod: true });
  });

  it('is changed by two people where it needs one, and by one where it does not', async () => {
    expect((await set(priya, 'dev', true)).body).toMatchObject({ name: 'dev', fourEyes: true });
    const { status, body } = await set(priya, 'int', false);
    expect([status, body.rules]).toEqual([202, ['whether changes need a second person']]);
    expect(body.summary).toEqual(['Changes that matter in int would no longer need a second person.']);
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

  it('is switched off by no token, whoever it belongs to', async () => {
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
  started.push(warned);
  const warnings = () => warned.logged.filter((line) => line.includes('the environments file'));
  expect(warned.logged.join('')).toContain('no identity provider is configured');
  expect(warnings()).toEqual([]);
  environments.set('int', { kind: 'authenticated', fourEyes: false });
  await warned.startAgain({ environments });
  expect(warnings()).toEqual([
    expect.stringContaining('fourEyes: false for int, but the database says true'),
  ]);
});
