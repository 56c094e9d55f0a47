/** One organisation, application or client is read with an ETag and changed with If-Match, by the rules of the registry file. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type Answer, type AdminApi, smallDocument, startAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
let id: string;
let priya: SignedIn;

beforeAll(async () => {
  // Without the role of a partner listener, no replica is there that could find the database slow.
  admin = await startAdmin({}, { GATEHOUSE_ROLES: 'admin' });
  const applied = await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  expect(applied.body.at(-1)?.type).toBe('done');
  id = (await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } })).id;
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  await admin.mark();
});
beforeEach(() => admin.rewind());
afterAll(() => admin.close());

const read = (path: string, person = priya) =>
  admin.call('GET', `/api/v1${path}`, undefined, '', person.headers);
const change = (path: string, body: object, etag?: string, person = priya): Promise<Answer> =>
  admin.call('PATCH', `/api/v1${path}`, body, '', {
    ...person.headers,
    ...(etag === undefined ? {} : { 'If-Match': etag }),
  });
const etagOf = async (path: string): Promise<string> => (await read(path)).headers.get('etag') ?? '';

describe('one record', () => {
  it('has a strong ETag that stays the same while nothing changes', async () => {
    for (const path of ['/organisations/R69', `/applications/${id}`, '/clients/int/worklist-sync']) {
      const [once, again] = [await read(path), await read(path)];
      expect(once.status, once.text).toBe(200);
      expect(once.headers.get('etag')).toMatch(/^"[\w-]{22}"$/);
      expect(once.headers.get('cache-control')).toBe('no-store, no-transform');
      expect(again.headers.get('etag')).toBe(once.headers.get('etag'));
    }
    expect((await read(`/applications/${id}`)).body).toMatchObject({ id, apiKey: 'r69I…KKLL' });
  });

  it('is not found by people of other organisations, to read or to change', async () => {
    const role = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
    const outsider = await signIn(admin.db, 'Odd', [role], admin.clock.ms);
    for (const path of ['/organisations/R69', `/applications/${id}`, '/clients/int/worklist-sync']) {
      expect((await read(path, outsider)).status, path).toBe(404);
    }
    expect((await change('/organisations/R69', { name: 'Mine' }, '"x"', outsider)).status).toBe(404);
    expect((await change(`/applications/${id}`, { state: 'draft' }, '"x"', outsider)).status).toBe(404);
    expect((await read('/organisations/RCD', outsider)).status).toBe(200);
    expect((await read(`/applications/${id}/rate`, outsider)).status).toBe(404);
  });

  it('of an application says how much of its rate is left, unless the replicas divide it', async () => {
    const rate = async (): Promise<unknown> => (await read(`/applications/${id}/rate`)).body;
    expect(await rate()).toEqual({ perMinute: 588, left: 588 });
    const use = (minute: string, used: number) =>
      admin.db.$executeRawUnsafe(
        `INSERT INTO rate.slot VALUES ('${id}', 0, 0, floor(extract(epoch FROM now()) / 60) ${minute}, ${used}, '')
         ON CONFLICT (key) DO UPDATE SET minute = excluded.minute, used = excluded.used`,
      );
    await use('- 1', 300);
    expect(await rate()).toEqual({ perMinute: 588, left: 588 });
    // The minute after this one, so that the test may run at the end of one.
    await use('+ 1', 300);
    expect(await rate()).toEqual({ perMinute: 588, left: 288 });
    await admin.db.$executeRaw`INSERT INTO rate.replica
      SELECT 'other', pid, backend_start, 0, 'slow' FROM pg_stat_activity WHERE pid = pg_backend_pid()`;
    expect(await rate()).toEqual({ perMinute: 588, left: null });
  });
});

describe('a change', () => {
  it('needs the ETag: 428 without one or with *, and 412 with an outdated one', async () => {
    for (const [etag, detail] of [
      [undefined, 'Send the header If-Match'],
      ['*', 'If-Match is sent, but is not an ETag'],
      ['no-tag', 'If-Match is sent, but is not an ETag'],
    ] as const) {
      const { status, body } = await change('/organisations/R69', { name: 'New' }, etag);
      expect(status).toBe(428);
      expect(body.detail).toContain(detail);
    }
    const etag = await etagOf('/organisations/R69');
    const first = await change('/organisations/R69', { name: 'New' }, etag);
    expect(first.status, first.text).toBe(200);
    expect(first.body).toMatchObject({ odsCode: 'R69', name: 'New', state: 'active' });
    expect(first.headers.get('etag')).toBe(await etagOf('/organisations/R69'));
    const late = await change('/organisations/R69', { name: 'Other' }, etag);
    expect(late.status).toBe(412);
    expect(late.body.type).toBe('urn:gatehouse:problem:changed-meanwhile');
    expect(late.body.detail).toContain('Read it again');
    expect((await change('/organisations/R69', { name: 'Other' }, `W/${etag}`)).status).toBe(412);
    expect((await read('/organisations/R69')).body.name).toBe('New');
    const history = await admin.db.registryChange.findMany({
      where: { tableName: 'organisation', rowKey: 'R69' },
      orderBy: { n: 'desc' },
    });
    expect(history).toHaveLength(2);
    expect(history[0]).toMatchObject({ actor: 'Priya (priya@example.org)' });
  });

  it('accepts an ETag that a compressing proxy has weakened, and returns a strong one', async () => {
    const path = `/applications/${id}`;
    const changed = await change(path, { apimApplicationId: 'abc-1' }, `W/${await etagOf(path)}`);
    expect(changed.status, changed.text).toBe(200);
    expect(changed.headers.get('etag')).toMatch(/^"/);
    expect(changed.headers.get('cache-control')).toBe('no-store, no-transform');
    expect((await read(path)).body.apimApplicationId).toBe('abc-1');
  });

  it('removes an optional value with null, but not a value that is needed', async () => {
    const path = `/applications/${id}`;
    await change(path, { apimApplicationId: 'abc-1', asid: '200000009001' }, await etagOf(path));
    const cleared = await change(path, { apimApplicationId: null }, await etagOf(path));
    expect(cleared.status, cleared.text).toBe(200);
    expect((await read(path)).body).toMatchObject({ apimApplicationId: null, asid: '200000009001' });
    const needed = await change(path, { asid: null }, await etagOf(path));
    expect([needed.status, (await read(path)).body.asid]).toEqual([400, '200000009001']);
    expect((await change(path, { state: null }, await etagOf(path))).status).toBe(400);
  });

  it('of two editors at the same time is refused to one, and nothing is overwritten', async () => {
    for (let round = 0; round < 5; round += 1) {
      const etag = await etagOf(`/applications/${id}`);
      const asids = [`20000000${round}001`, `20000000${round}002`];
      const answers = await Promise.all(asids.map((asid) => change(`/applications/${id}`, { asid }, etag)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
      const won = answers.find(({ status }) => status === 200);
      expect((await read(`/applications/${id}`)).body.asid).toBe(won?.body.asid);
    }
  });

  it('changes the ETag even if the new API key looks the same', async () => {
    const etag = await etagOf(`/applications/${id}`);
    const changed = await change(`/applications/${id}`, { apiKey: 'r69IAnotherKey456789abcdKKLL' }, etag);
    expect(changed.body.apiKey).toBe('r69I…KKLL');
    expect(changed.headers.get('etag')).not.toBe(etag);
    expect(changed.text).not.toContain('AnotherKey');
  });

  it('is checked by the rules of the registry file, with every fault reported at its field', async () => {
    const etag = await etagOf(`/applications/${id}`);
    const all = {
      asid: '200000002460',
      asidSharedWith: ['GP Connect'],
      apimApplicationId: 'apim-1',
      messageSets: [],
      state: 'suspended',
      reason: 'moved to another ASID',
    };
    const done = await change(`/applications/${id}`, all, etag);
    expect(done.status, done.text).toBe(200);
    const { reason: _, ...fields } = all;
    expect(done.body).toMatchObject(fields);
    const now = done.headers.get('etag') ?? '';
    const faulty = { asid: '200000002455', messageSets: ['nowhere'], apiSecret: 'NotForThisAccess' };
    const refused = await change(`/applications/${id}`, faulty, now);
    expect(refused.status).toBe(400);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/apiSecret',
      '/asid',
      '/messageSets/0',
    ]);
    expect((await change(`/applications/${id}`, { environment: 'dep' }, now)).status).toBe(400);
    expect((await change(`/applications/${id}`, {}, now)).headers.get('etag')).toBe(now);
  });

  it('never changes another application of the same binding, nor a retired one', async () => {
    const retired = await change(
      `/applications/${id}`,
      { state: 'retired' },
      await etagOf(`/applications/${id}`),
    );
    expect(retired.status, retired.text).toBe(200);
    const [{ asid: _, apiKey: __, ...successor }] = smallDocument.applications;
    const document = { apiVersion: 'gatehouse/v1', applications: [{ ...successor, state: 'draft' }] };
    await admin.call('POST', '/api/v1/registry/apply', { document });
    const successorRow = await admin.db.application.findFirstOrThrow({
      where: { accessMode: 'application-restricted', state: 'draft' },
    });
    const old = await change(
      `/applications/${id}`,
      { asid: '200000002470' },
      await etagOf(`/applications/${id}`),
    );
    expect(old.status).toBe(409);
    const path = `/applications/${successorRow.id}`;
    expect((await change(path, { asid: '200000002471' }, await etagOf(path))).body.asid).toBe('200000002471');
    expect((await read(`/applications/${id}`)).body.asid).toBe('200000002454');
  });
});

describe('where four eyes are required', () => {
  beforeEach(async () => {
    await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
  });

  it('an important change waits, and is carried out once a colleague approves it', async () => {
    const etag = await etagOf(`/applications/${id}`);
    const answer = await change(`/applications/${id}`, { asid: '200000002480', reason: 'new ASID' }, etag);
    expect(answer.status, answer.text).toBe(202);
    expect(answer.body).toMatchObject({ action: 'applicationChange', state: 'pending' });
    expect(await etagOf(`/applications/${id}`)).toBe(etag);
    const gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
    const approval = { diffHash: answer.body.diffHash, reason: 'as agreed' };
    const path = `/api/v1/changes/${answer.body.id}/approve`;
    const approved = await admin.call('POST', path, approval, '', gita.headers);
    expect(approved.status, approved.text).toBe(200);
    expect((await read(`/applications/${id}`)).body.asid).toBe('200000002480');
  });

  it('a change with an outdated ETag is refused, and one that another edit overtakes becomes stale', async () => {
    expect((await change(`/applications/${id}`, { asid: '200000002480' }, '"old"')).status).toBe(412);
    expect(await admin.db.pendingChange.count()).toBe(0);
    const etag = await etagOf(`/applications/${id}`);
    const answer = await change(`/applications/${id}`, { asid: '200000002480' }, etag);
    const edited = await change(`/applications/${id}`, { apimApplicationId: 'apim-2' }, etag);
    expect(edited.status, edited.text).toBe(200);
    const gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
    const approval = { diffHash: answer.body.diffHash, reason: 'as agreed' };
    const path = `/api/v1/changes/${answer.body.id}/approve`;
    expect((await admin.call('POST', path, approval, '', gita.headers)).status).toBe(409);
    expect((await read(`/applications/${id}`)).body).toMatchObject({
      asid: '200000002454',
      apimApplicationId: 'apim-2',
    });
  });
});
