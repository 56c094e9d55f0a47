/** Message sets and the catalogue over HTTP. A set is written by applying a registry file that holds nothing else. */
import { API_PREFIX } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../support/staff.ts';
import { type AdminApi, smallDocument, startAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
beforeAll(async () => {
  const environments = new Map([['int', { kind: 'authenticated' as const, fourEyes: false }]]);
  admin = await startAdmin({ environments });
  expect((await save(smallDocument)).type).toBe('done');
  await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
});
afterAll(() => admin.close());

/** Applies message sets. @returns the last line of the answer */
async function save(document: object): Promise<{ type: string; rules?: string[] }> {
  const answer = await admin.call('POST', `${API_PREFIX}/registry/apply`, { document });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.at(-1);
}
const saveSet = (name: string, ...interactions: string[]) =>
  save({ apiVersion: 'gatehouse/v1', messageSets: [{ name, interactions }] });
const setNamed = async (name: string) =>
  (await admin.ok('messageSetList')).items.find((set) => set.name === name);

describe('the catalogue', () => {
  it('shows for each interaction who may use it', async () => {
    const { items } = await admin.ok('catalogue');
    expect(items).toHaveLength(37);
    const interactionWith = (id: string) => items.find((interaction) => interaction.id === id);
    expect(interactionWith('A028')).toEqual({
      id: 'A028',
      title: 'Record triage outcome',
      readOnly: false,
      deprecated: false,
      businessFunctions: expect.arrayContaining(['SERVICE_PROVIDER_CLINICIAN']),
      requests: [{ method: 'POST', path: expect.stringContaining('/FHIR/') }],
      access: { userRestricted: 'allowed', referrer: 'capability', provider: 'write exception' },
    });
    expect(interactionWith('A006')).toMatchObject({ deprecated: true, access: { provider: 'mode' } });
  });
});

describe('message sets', () => {
  it('are listed with their interactions and the applications that use them', async () => {
    expect(await setNamed('provider-read')).toEqual({
      name: 'provider-read',
      interactions: ['A004', 'A005', 'A008'],
      applicationCount: 2,
      applications: expect.arrayContaining([
        {
          id: expect.any(String),
          name: 'Example NHS Trust - ReferWell - Int - Application-Restricted - Provider',
          state: 'live',
        },
      ]),
    });
  });

  it('are shown one by one', async () => {
    const params = { name: 'provider-read' };
    expect(await admin.ok('messageSetShow', { params })).toEqual(await setNamed('provider-read'));
    expect((await admin.call('GET', `${API_PREFIX}/message-sets/none`)).status).toBe(404);
  });

  it('list only the applications of a person’s own organisations', async () => {
    const role = { role: 'auditor', odsCodes: ['RCD'] } as const;
    const lena = await signIn(admin.db, 'Lena', [role], admin.clock.ms);
    const { body } = await admin.call('GET', `${API_PREFIX}/message-sets`, undefined, '', lena.headers);
    expect(body.items).toMatchObject([{ name: 'provider-read', applicationCount: 0, applications: [] }]);
  });

  it('have pages', async () => {
    expect((await saveSet('aaa', 'A004')).type).toBe('done');
    const first = await admin.ok('messageSetList', { query: { limit: '1' } });
    expect(first).toMatchObject({ items: [{ name: 'aaa', applicationCount: 0 }], next: 'aaa' });
    const second = await admin.ok('messageSetList', { query: { limit: '1', after: 'aaa' } });
    expect(second).toMatchObject({ items: [{ name: 'provider-read' }], next: null });
  });

  it('are narrowed immediately, but widened only with a second person', async () => {
    expect((await saveSet('provider-read', 'A004', 'A005')).type).toBe('done');
    expect(await saveSet('provider-read', 'A004', 'A005', 'A008')).toMatchObject({
      type: 'pending',
      rules: ['a wider message set'],
    });
    expect((await setNamed('provider-read'))?.interactions).toEqual(['A004', 'A005']);
  });

  it('with an interaction that e-RS does not have are refused', async () => {
    const document = { apiVersion: 'gatehouse/v1', messageSets: [{ name: 'x', interactions: ['A999'] }] };
    const { status, body } = await admin.call('POST', `${API_PREFIX}/registry/apply`, { document });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { pointer: '/document/messageSets/0/interactions/0', detail: 'there is no interaction A999' },
    ]);
  });
});
