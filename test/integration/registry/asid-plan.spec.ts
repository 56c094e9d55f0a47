/** The ASID plan of a real registry: for grants or a selection, in either layout, within a person's organisations. */
import { API_PREFIX, type AnswerOf, type RequestOf } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../support/staff.ts';
import { watchMachine } from '../../support/servers/machine.ts';
import { type AdminApi, r69, smallDocument, borrowAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
const referrer = { organisation: 'R69', product: 'ReferWell', accessMode: 'application-restricted' } as const;
const user = { product: 'ReferWell', accessMode: 'user-restricted' } as const;

beforeAll(async () => {
  admin = await borrowAdmin();
  await apply({
    ...smallDocument,
    clients: [
      ...smallDocument.clients,
      {
        name: 'referrals',
        environment: 'int',
        grants: [
          { ...referrer, capability: 'referrer' },
          { ...user, organisation: 'R69' },
          { ...user, organisation: 'RCD' },
        ],
      },
    ],
  });
});
afterAll(() => admin.close());

async function apply(document: object): Promise<void> {
  const applied = await admin.call('POST', `${API_PREFIX}/registry/apply`, { document });
  expect(applied.body.at(-1), applied.text).toMatchObject({ type: 'done' });
}

type PlanRequest = RequestOf<'planShow'>['body'];
type Row = AnswerOf<'planShow'>['items'][number];
const keysAndStates = (rows: readonly Row[]) => rows.map(({ key, state }) => [key, state]);

describe('what the grants of clients need', () => {
  it('is planned when nothing is selected', async () => {
    const plan = await admin.ok('planShow', { body: {} });
    expect(keysAndStates(plan.items)).toEqual([
      ['int / ReferWell / R69 / application-restricted / provider', 'present'],
      ['int / ReferWell / R69 / application-restricted / referrer', 'missing'],
      ['int / ReferWell / R69 / user-restricted', 'missing'],
      ['int / ReferWell / RCD / user-restricted', 'missing'],
      [
        expect.stringMatching(/^int \/ ReferWell \/ several \/ user-restricted \/ [0-9a-f-]{36}$/),
        'misplaced',
      ],
    ]);
    expect(plan.counts).toEqual({ missing: 3, 'half done': 0, duplicated: 0, misplaced: 1, present: 1 });
    expect(plan.items[1]?.name).toBe(
      'Example NHS Trust - ReferWell - Int - Application-Restricted - Referrer',
    );
    expect(plan.items[0]?.applications).toEqual([
      { id: expect.any(String), state: 'live', asid: '200000002454' },
    ]);
    expect(plan.items[4]?.note).toContain('serves several organisations');
  });

  it('in the shared layout: one user-restricted application with everyone on its list', async () => {
    const { items, counts } = await admin.ok('planShow', { body: { layout: 'shared' } });
    const shared = items.find(({ key }) => key === 'int / ReferWell / shared / user-restricted');
    expect(shared).toMatchObject({
      state: 'present',
      name: '[Supplier name] - ReferWell - Int - User-Restricted',
    });
    expect([...(shared?.organisations ?? [])].sort()).toEqual(['R69', 'RCD']);
    expect(counts).toMatchObject({ missing: 1, misplaced: 0, present: 2 });
  });
});

describe('a selection', () => {
  it('is planned in every combination', async () => {
    const body: PlanRequest = { wanted: 'combinations', organisations: ['RCD'], environments: ['dep'] };
    expect(keysAndStates((await admin.ok('planShow', { body })).items)).toEqual([
      ['dep / ReferWell / RCD / application-restricted / provider', 'missing'],
      ['dep / ReferWell / RCD / application-restricted / referrer', 'missing'],
      ['dep / ReferWell / RCD / user-restricted', 'missing'],
    ]);
  });

  it('is narrowed by capability for application-restricted access only', async () => {
    const body: PlanRequest = {
      wanted: 'combinations',
      organisations: ['RCD'],
      environments: ['dep'],
      capabilities: ['referrer'],
    };
    expect((await admin.ok('planShow', { body })).items.map(({ capability }) => capability)).toEqual([
      'referrer',
      null,
    ]);
  });

  it('is shown in pages and by state, with the counts of the whole plan', async () => {
    const body = { limit: 1, state: 'missing' } as const;
    const first = await admin.ok('planShow', { body });
    const second = await admin.ok('planShow', { body: { ...body, after: first.next ?? '' } });
    expect(keysAndStates([...first.items, ...second.items])).toEqual([
      ['int / ReferWell / R69 / application-restricted / referrer', 'missing'],
      ['int / ReferWell / R69 / user-restricted', 'missing'],
    ]);
    expect(second.counts).toEqual(first.counts);
  });
});

it('shows an application from draft to complete', async () => {
  const draft = { ...referrer, environment: 'int', capability: 'referrer' } as const;
  const stateOf = async () =>
    (await admin.ok('planShow', { body: { capabilities: ['referrer'], organisations: ['R69'] } })).items.find(
      ({ capability }) => capability === 'referrer',
    );
  const small = { ...smallDocument, clients: [] };
  await apply({ ...small, applications: [draft] });
  expect(await stateOf()).toMatchObject({ state: 'half done', note: 'Lacks: ASID; API key.' });
  await apply({ ...small, applications: [{ ...draft, asid: '200000002460', apiKey: 'aNewKey0123456789' }] });
  expect(await stateOf()).toMatchObject({ state: 'present', note: '' });
});

describe('a person with some organisations', () => {
  it('plans for these, and sees no application of others and no layout that spans all', async () => {
    const role = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
    const lena = await signIn(admin.db, 'Lena', [role], admin.clock.ms);
    const planAsLena = (body: object) =>
      admin.call('POST', `${API_PREFIX}/asid-plan`, body, '', lena.headers);
    const { status, body } = await planAsLena({});
    expect(status).toBe(200);
    expect(keysAndStates(body.items)).toEqual([['int / ReferWell / RCD / user-restricted', 'missing']]);
    expect((await planAsLena({ layout: 'shared' })).body).toMatchObject({
      type: 'urn:gatehouse:problem:forbidden',
    });
  });
});

it('plans 1,000 organisations, page by page', async () => {
  const data = Array.from({ length: 1_000 }, (_, at) => ({ odsCode: `X${at}`, name: `Organisation ${at}` }));
  await admin.db.organisation.createMany({ data });
  const body: PlanRequest = { wanted: 'combinations', limit: 5_000 };
  const startedAt = performance.now();
  const lateMs = watchMachine();
  const first = await admin.ok('planShow', { body });
  expect(performance.now() - startedAt).toBeLessThan(5_000 + lateMs());
  expect(first.items).toHaveLength(5_000);
  const second = await admin.ok('planShow', { body: { ...body, after: first.next ?? '' } });
  const all = Object.values(first.counts).reduce((sum, count) => sum + count, 0);
  expect(all).toBeGreaterThan(9_000);
  expect(first.items.length + second.items.length).toBe(all);
});

describe('the checklist of one application', () => {
  it('is the same as the doctor’s, and found by id', async () => {
    const { items } = await admin.ok('applicationsList', { query: { asid: '200000002454' } });
    const params = { id: items[0]!.id };
    expect(await admin.ok('applicationChecklist', { params })).toEqual(
      await admin.ok('doctor', { query: r69 }),
    );
    const role = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
    const lena = await signIn(admin.db, 'Lena', [role], admin.clock.ms);
    const path = `${API_PREFIX}/applications/${params.id}/checklist`;
    expect((await admin.call('GET', path, undefined, '', lena.headers)).status).toBe(404);
  });
});
