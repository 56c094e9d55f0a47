/** The lists of organisations and applications in every order, page by page, without a gap or a repeat. */
import { type RouteName, routes } from '@gatehouse/contracts/routes';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../support/staff.ts';
import { type AdminApi, pathOf, borrowAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
const odsCodes = Array.from({ length: 9 }, (_, n) => `S0${n}`);

beforeAll(async () => {
  admin = await borrowAdmin();
  const document = {
    apiVersion: 'gatehouse/v1',
    // Names in a different order from the codes, some of them equal, and one that would break a naive cursor.
    organisations: odsCodes.map((odsCode, n) => ({
      odsCode,
      name: n === 4 ? 'A "quoted\\" name' : `Trust ${(n * 5) % 4}`,
      ...(n % 3 === 0 ? { state: 'suspended' } : {}),
    })),
    products: [{ name: 'ReferWell' }, { name: 'BookWell' }],
    applications: [
      ...odsCodes.flatMap((organisation, n) =>
        ['int', 'dep'].map((environment) => ({
          organisation,
          environment,
          product: n % 2 === 0 ? 'ReferWell' : 'BookWell',
          accessMode: 'application-restricted',
          capability: 'provider',
          ...(n === 8 ? { state: 'retired', asid: '200000000001' } : {}),
        })),
      ),
      {
        ...{ organisations: ['S03', 'S01'], environment: 'int', product: 'ReferWell' },
        accessMode: 'user-restricted',
      },
    ],
    // Each name in both environments, and their order is not that of the ids.
    clients: ['sync', 'book', 'refer'].flatMap((name) =>
      ['int', 'dep'].map((environment) => ({ name, environment, grants: [] })),
    ),
    cis2Clients: [{ product: 'ReferWell', environment: 'int', clientId: '1', auth: 'supplier' }],
  };
  const applied = await admin.call('POST', '/api/v1/registry/apply', { document });
  expect(applied.body.at(-1)?.type, applied.text).toBe('done');
});
afterAll(() => admin.close());

type List = Extract<
  RouteName,
  'organisationsList' | 'applicationsList' | 'clientsList' | 'sroList' | 'staffList'
>;

async function everyPage(list: List, query: object, headers?: Record<string, string>): Promise<string[]> {
  const items: string[] = [];
  let after: string | null = null;
  do {
    const pageQuery: object = { ...query, limit: 4, ...(after === null ? {} : { after }) };
    const path = pathOf(routes[list], {}, pageQuery);
    const answer = await admin.call('GET', path, undefined, headers && '', headers);
    expect(answer.status, answer.text).toBe(200);
    items.push(
      ...answer.body.items.map(
        (item: { id?: string; odsCode?: string; environment?: string; name?: string }) =>
          item.id ?? item.odsCode ?? `${item.environment}/${item.name}`,
      ),
    );
    after = answer.body.next;
  } while (after !== null);
  return items;
}

const inTheDatabase = async (table: string, key: string, order: string): Promise<string[]> =>
  (
    await admin.db.$queryRawUnsafe<{ key: string }[]>(
      `SELECT ${key}::text AS key FROM ${table} ORDER BY ${order}`,
    )
  ).map((row) => row.key);

describe('a sorted list', () => {
  it.each(['asc', 'desc'])('of organisations by code, name and state, %s', async (order) => {
    for (const [sort, column] of Object.entries({ odsCode: 'ods_code', name: 'name', state: 'state' })) {
      const expected = await inTheDatabase(
        'organisation',
        'ods_code',
        `${column} ${order}, ods_code ${order}`,
      );
      expect(await everyPage('organisationsList', { sort, order }), sort).toEqual(expected);
    }
  });

  it.each(['asc', 'desc'])('of applications by each of its columns, %s', async (order) => {
    const columns = {
      id: 'id',
      name: `(SELECT organisation.name FROM binding JOIN organisation USING (ods_code)
        WHERE application_id = application.id ORDER BY ods_code LIMIT 1)`,
      environment: 'environment',
      product: 'product',
      state: 'state',
      createdAt: 'created_at',
    };
    for (const [sort, column] of Object.entries(columns)) {
      const expected = await inTheDatabase('application', 'id', `${column} ${order}, id ${order}`);
      expect(await everyPage('applicationsList', { sort, order }), sort).toEqual(expected);
    }
  });

  it('of clients, appointments and staff by name', async () => {
    const sroOf = (odsCode: string, n: number) => ({
      ...{ odsCode, environments: ['int'], name: `Owner ${(n * 5) % 4}`, email: 'sam@example.org' },
      ...{ jobTitle: 'Director', spineUserId: '555012345678', authorityName: 'Chris' },
      ...{ authorityReference: 'CIO/1', authorityDate: new Date(0), authorityDocumentSha256: 'a'.repeat(64) },
      ...{ reviewDueOn: new Date('2099-01-01'), appointedBy: 'x' },
    });
    await admin.db.sroAppointment.createMany({ data: odsCodes.map(sroOf) });
    for (const name of ['Gita', 'Ada', 'Gita', 'Omar', 'Gita', 'Lena'])
      await signIn(admin.db, name, [], admin.clock.ms);
    const ada = await signIn(admin.db, 'Ada', ['administrator'], admin.clock.ms);
    for (const order of ['asc', 'desc']) {
      const byName = { sort: 'name', order };
      const places = "environment || '/' || name";
      expect(await everyPage('clientsList', byName)).toEqual(
        await inTheDatabase('client', places, `name ${order}, environment ${order}`),
      );
      expect(await everyPage('clientsList', { order })).toEqual(
        await inTheDatabase('client', places, `environment ${order}, name ${order}`),
      );
      const inOrder = `name ${order}, id ${order}`;
      expect(await everyPage('sroList', byName)).toEqual(
        await inTheDatabase('sro_appointment', 'id', inOrder),
      );
      expect(await everyPage('staffList', byName, ada.headers)).toEqual(
        await inTheDatabase('staff', 'id', inOrder),
      );
    }
    expect(await everyPage('sroList', { sort: 'name', organisation: 'S03' })).toHaveLength(1);
  });

  it('with filters, and within a person’s organisations', async () => {
    const suspended = { sort: 'name', state: 'suspended' };
    expect((await everyPage('organisationsList', suspended)).sort()).toEqual(['S00', 'S03', 'S06']);
    for (const sort of ['state', 'name'])
      expect(await everyPage('applicationsList', { sort, organisation: 'S01' })).toHaveLength(3);
    expect(await everyPage('applicationsList', { product: 'BookWell', environment: 'int' })).toHaveLength(4);
    const role = { role: 'platform-engineer', odsCodes: ['S01', 'S02'] } as const;
    const { headers } = await signIn(admin.db, 'Odd', [role], admin.clock.ms);
    expect(await everyPage('organisationsList', { sort: 'name' }, headers)).toHaveLength(2);
    for (const sort of ['product', 'name'])
      expect(await everyPage('applicationsList', { sort, order: 'desc' }, headers)).toHaveLength(4);
    expect(await everyPage('applicationsList', { organisation: 'S03' }, headers)).toEqual([]);
  });

  it.each([
    'x',
    'W10',
    Buffer.from('["a"]').toString('base64url'),
    Buffer.from('["\\u0000","\\u0000"]').toString('base64url'),
  ])('refuses the cursor %s, which no page has returned', async (after) => {
    const { status, body } = await admin.call('GET', `/api/v1/organisations?after=${after}`);
    expect(status).toBe(400);
    expect(body.errors[0].pointer).toBe('/after');
  });
});

describe('the total of a list', () => {
  const totalOf = async (path: string, headers?: Record<string, string>) => {
    const { status, body, text } = await admin.call(
      'GET',
      `/api/v1/totals/${path}`,
      undefined,
      headers && '',
      headers,
    );
    expect(status, text).toBe(200);
    return body;
  };

  it.each([
    ['organisations', 9],
    ['organisations?state=suspended', 3],
    ['organisations?health=stopped', 3],
    // An application that is new and retired at once is not created.
    ['applications', 17],
    ['applications?organisation=S01', 3],
    ['applications?product=BookWell&environment=int', 4],
    ['applications?state=draft', 17],
    ['applications?state=retired', 0],
    ['applications?organisation=S99', 0],
    ['clients', 6],
    ['clients?environment=dep', 3],
    ['cis2-clients', 1],
    ['cis2-clients?product=BookWell', 0],
  ])('of %s is %i', async (path, total) => {
    expect(await totalOf(path)).toEqual({ total, isMore: false });
  });

  it('counts what a person’s organisations have, and nothing of the others', async () => {
    const role = { role: 'platform-engineer', odsCodes: ['S01', 'S02'] } as const;
    const { headers } = await signIn(admin.db, 'Odd', [role], admin.clock.ms);
    expect(await totalOf('organisations', headers)).toEqual({ total: 2, isMore: false });
    expect(await totalOf('applications', headers)).toEqual({ total: 4, isMore: false });
    expect(await totalOf('applications?organisation=S03', headers)).toEqual({ total: 0, isMore: false });
  });

  it('rejects what only pages have', async () => {
    expect((await admin.call('GET', '/api/v1/totals/organisations?limit=5')).status).toBe(400);
  });

  it('is exact up to 10,000, and from then on “more than 10,000”', async () => {
    const owner = new pg.Client({ connectionString: admin.database.superuserUrl });
    await owner.connect();
    // Without its triggers, which would write a change for every row.
    await owner.query("SET session_replication_role = 'replica'");
    const add = (first: number, last: number) =>
      owner.query(
        "INSERT INTO organisation (ods_code, name) SELECT 'T' || n, 'Trust ' || n FROM generate_series($1::int, $2::int) n",
        [first, last],
      );
    await add(10, 10_000);
    expect(await totalOf('organisations')).toEqual({ total: 10_000, isMore: false });
    await add(10_001, 10_001);
    expect(await totalOf('organisations')).toEqual({ total: 10_000, isMore: true });
    // More than are changed at once.
    await owner.query(`INSERT INTO application (environment, product, access_mode, state, jwks_id)
      SELECT 'dep', 'BookWell', 'user-restricted', 'draft', md5('jwks' || n) FROM generate_series(1, 2001) n`);
    const filter = { state: 'draft' };
    const preview = await admin.call('GET', '/api/v1/applications-at-once?to=live&state=draft');
    expect(preview.body).toMatchObject({ total: 2_000, isMore: true, atStake: null });
    const change = { to: 'live', filter, count: 2_000, reason: 'x' };
    const refused = await admin.call('POST', '/api/v1/applications-at-once', change);
    expect([refused.status, refused.body.errors[0].detail]).toEqual([
      ...[400, expect.stringContaining('more than 2,000 applications, which is the most at once')],
    ]);
    await owner.end();
  });
});
